//! `monitor` as its users meet it: what it says at the start, what changes with each line, bad lines, several watches.
//!
//! Invariant: each test runs the built program and looks at what it prints and how it ends.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nmonitor m \"M\"\n\
    obligation daily\n  a must deliver at least 2 boxes each day\n\
    exchange answers\n  for every complaint that b notifies to m\n  m must respond to the same complaint\n  within 36 hours after that notice\n```\n";
const SOURCES: &str =
    "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\ncovers = [{ lag = \"P0D\" }]\n";
const TABLE: &str = "time,act,item,by,to,amount,ref,source\n\
    2026-01-01T08:00:00Z,deliver,box,a,b,2,,m\n\
    2026-01-02T08:00:00Z,notify,complaint,b,m,,r1,m\n\
    2026-01-02T09:00:00Z,deliver,box,a,b,1,,m\n";

fn watch(folder: &Path) {
    fs::create_dir_all(folder.join("evidence")).expect("a folder");
    for (name, text) in
        [("agreement.pact.md", AGREEMENT), ("sources.toml", SOURCES), ("evidence/a.csv", TABLE)]
    {
        fs::write(folder.join(name), text).expect("a file");
    }
}

/// What the program prints when it is given these lines.
fn monitor(folder: &Path, arguments: &[&str], lines: &[String]) -> (Output, Vec<Value>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trucewatch"))
        .arg("monitor")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    // It may have ended already, over what it was asked.
    let _ = input.write_all(lines.join("\n").as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("the program ends");
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let told = text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    (output, told)
}

fn claim(id: &str, act: &str, when: &str, more: &Value) -> String {
    let (item, by, to) = if act == "deliver" { ("box", "a", "b") } else { ("complaint", "m", "b") };
    let mut claim = json!({
        "id": id, "source": "m", "type": "event", "act": act, "item": item, "occurred": { "from": when, "to": when },
        "known_at": when, "by": [{ "party": by }], "to": [{ "party": to }],
    });
    for (key, value) in more.as_object().expect("an object") {
        claim[key] = value.clone();
    }
    claim.to_string()
}

#[test]
fn what_holds_and_what_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    watch(folder.path());
    let lines = [
        claim("c1", "respond", "2026-01-03T10:00:00Z", &json!({ "ref": "r1" })),
        "{\"id\": ".to_owned(),
        claim("c2", "deliver", "2026-01-02T12:00:00Z", &json!({ "known_at": "2026-01-03T11:00:00Z" })),
        claim("c3", "respond", "2026-01-05T00:00:00Z", &json!({ "ref": "r1", "revises": "c1" })),
    ];
    let (output, told) = monitor(folder.path(), &[], &lines);
    assert_eq!(output.status.code(), Some(0));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("2 verdicts kept instance by instance"), "{stderr}");
    assert!(stderr.contains("standard input:2:"), "the bad line is told: {stderr}");
    let seen: Vec<(&str, &Value, &Value)> = told
        .iter()
        .map(|line| (line["provision"].as_str().expect("a name"), &line["was"], &line["status"]))
        .collect();
    let (pending, met, breached) = (json!(["pending"]), json!(["met"]), json!(["breached"]));
    assert_eq!(seen[0], ("daily", &Value::Null, &pending));
    assert_eq!(seen[1], ("answers", &Value::Null, &pending));
    // The answer in time; and with it the second day is over, one box short.
    assert_eq!(seen[2], ("daily", &pending, &breached));
    assert_eq!(seen[3], ("answers", &pending, &met));
    // The box that was told of late.
    assert_eq!(seen[4], ("daily", &breached, &pending));
    let instance = json!([{ "key": "2026-01-02", "status": ["met"], "was": ["breached"] }]);
    assert_eq!(told[4]["instances"], instance);
    // The answer was a day and more later than first said; and by then two more days are over without a box.
    let last: Vec<_> = seen[5..].iter().collect();
    assert!(last.contains(&&("answers", &met, &json!(["late"]))), "{last:?}");
    assert!(last.contains(&&("daily", &pending, &breached)), "{last:?}");
}

#[test]
fn several_watches_and_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    watch(&folder.path().join("one"));
    watch(&folder.path().join("two"));
    let answer = json!({ "ref": "r1", "watch": "two" });
    let lines = [
        claim("c1", "respond", "2026-01-03T10:00:00Z", &answer),
        claim("c1", "respond", "2026-01-03T10:00:00Z", &answer),
        claim("c2", "respond", "2026-01-03T10:00:00Z", &json!({ "watch": "three" })),
        claim("c3", "respond", "2026-01-03T10:00:00Z", &json!({})),
    ];
    let (output, told) = monitor(folder.path(), &["one", "two", "--changes-only", "--strict"], &lines);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.iter().all(|line| line["watch"] == "two"), "{told:?}");
    assert!(!told.is_empty());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    for said in
        ["word for word", "“three” is not monitored: one of one, two", "say which", "3 lines rejected"]
    {
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
}

#[test]
fn once_with_instances() {
    let folder = tempfile::tempdir().expect("a folder");
    watch(folder.path());
    let arguments =
        ["--once", "--instances", "pending,breached", "--standard", "alleged", "--standard", "admitted"];
    let (output, told) = monitor(folder.path(), &arguments, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(told.len(), 4);
    assert_eq!(told[1]["instances"], json!([{ "key": "r1", "status": ["pending"] }]));
    let (output, _) = monitor(folder.path(), &["--once", "--instances", "broken"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("“broken” is no status: use one of breached, late"), "{stderr}");
}

#[test]
fn what_comes_in_is_there_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    watch(folder.path());
    let lines = [claim("c1", "respond", "2026-01-03T10:00:00Z", &json!({ "ref": "r1" }))];
    let status = |arguments: &[&str]| {
        let (output, told) = monitor(folder.path(), arguments, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        told[1]["status"].clone()
    };
    let (pending, met) = (json!(["pending"]), json!(["met"]));
    let (output, told) = monitor(folder.path(), &["--dry-run"], &lines);
    assert_eq!((output.status.code(), &told[3]["status"]), (Some(0), &met));
    assert_eq!(status(&["--once"]), pending, "nothing was recorded");
    monitor(folder.path(), &["--files-only"], &lines);
    assert_eq!(status(&["--once"]), pending, "nothing was recorded");
    let (_, told) = monitor(folder.path(), &[], &lines);
    assert_eq!(told[3]["status"], met);
    assert_eq!(status(&["--once"]), met);
    assert_eq!(status(&["--once", "--files-only"]), pending, "the files are as they were");
    assert_eq!(status(&["--once", "--as-recorded", "5"]), pending);
}
