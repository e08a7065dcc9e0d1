//! The program as its users meet it: the Gaza watch's figures, bad input, exit codes.
//!
//! Invariant: each test runs the built program and looks at what it prints and how it ends.

mod support;

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trucewatch")).args(arguments).output().expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `evaluate` on the Gaza watch's files.
fn evaluate(extra: &[&str]) -> Value {
    let (agreement, claims, sources) = (
        support::gaza().join("agreement.pact.md"),
        support::gaza().join("evidence/claims.jsonl"),
        support::gaza().join("sources.toml"),
    );
    let path = |p: &PathBuf| p.display().to_string();
    let (agreement, claims, sources) = (path(&agreement), path(&claims), path(&sources));
    let mut arguments = vec!["evaluate", &agreement, "--claims", &claims, "--sources", &sources];
    arguments.extend(extra);
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn provision<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let all = answer["provisions"].as_array().expect("provisions");
    all.iter().find(|p| p["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn statuses(provision: &Value) -> Vec<&str> {
    provision["status"].as_array().expect("a status").iter().filter_map(Value::as_str).collect()
}

const HINDSIGHT: [&str; 2] = ["--at", "2025-11-07T12:00:00+02:00"];

#[test]
fn gaza_four_weeks_in() {
    let answer = evaluate(&HINDSIGHT);
    assert_eq!(answer["claims"]["rejected"], serde_json::json!([]));
    assert_eq!(statuses(provision(&answer, "living_hostages")), ["met"]);
    assert_eq!(statuses(provision(&answer, "detainees")), ["met"]);
    let remains = provision(&answer, "remains");
    assert_eq!(statuses(remains), ["breached"]);
    assert_eq!(remains["instances"][0]["required"]["at_least"], 28);
    let government = remains["instances"][0]["by_source"].as_array().expect("sources");
    assert!(government.iter().any(|s| s["source"] == "government_of_israel"));
    let israel = evaluate(&[&HINDSIGHT[..], &["--standard", "account:israel"]].concat());
    let amount = &provision(&israel, "remains")["instances"][0]["amount"];
    assert_eq!((&amount["low"], &amount["high"]), (&Value::from(22), &Value::from(22)));
    let cessation = provision(&answer, "cessation");
    let by: Vec<(&str, u64)> = cessation["by_bearer"]
        .as_array()
        .expect("bearers")
        .iter()
        .map(|b| (b["party"].as_str().unwrap_or(""), b["violations"]["certain"].as_u64().unwrap_or(0)))
        .collect();
    assert_eq!(by, [("hamas", 2), ("israel", 5)]);
    // Nobody covers the whole ground, so nothing bounds how many more there were.
    assert_eq!(cessation["violations"]["possible"], Value::Null);
}

#[test]
fn the_two_sides_differ_on_aid() {
    let of = |side: &str| evaluate(&[&HINDSIGHT[..], &["--standard", side]].concat());
    let (israel, hamas) = (of("account:israel"), of("account:hamas"));
    assert_eq!(statuses(provision(&hamas, "aid")), ["breached"]);
    assert!(statuses(provision(&israel, "aid")).contains(&"met"));
    let both = evaluate(&HINDSIGHT);
    let days = provision(&both, "aid")["instances"].as_array().expect("days");
    let sunday = days.iter().find(|d| d["key"] == "2025-10-12").expect("the first Sunday");
    let figure = |source: &str| {
        let by = sunday["by_source"].as_array().expect("sources").iter().find(|s| s["source"] == source);
        by.map(|s| s["amount"]["low"].clone()).unwrap_or_default()
    };
    assert_eq!((figure("gaza_gmo"), figure("un_ocha")), (Value::from(173), Value::from(817)));
}

#[test]
fn four_bodies_then_three() {
    let returned = |known: &str| {
        let answer = evaluate(&["--known-at", known]);
        provision(&answer, "remains")["instances"][0]["amount"]["low"].clone()
    };
    // Four on the 13th; on the 14th four, later three; on the 15th two more.
    assert_eq!(returned("2025-10-15T12:00:00+03:00"), 8);
    assert_eq!(returned("2025-10-16T12:00:00+03:00"), 4 + 3 + 2);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert_eq!(evaluate(&HINDSIGHT).to_string(), evaluate(&HINDSIGHT).to_string());
    // The order of the lines is no input.
    let text = std::fs::read_to_string(support::gaza().join("evidence/claims.jsonl")).expect("the claims");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    let mut reversed = tempfile::Builder::new().prefix("claims").suffix(".jsonl").tempfile().expect("a file");
    reversed.write_all((lines.join("\n") + "\n").as_bytes()).expect("written");
    let (agreement, sources) =
        (support::gaza().join("agreement.pact.md"), support::gaza().join("sources.toml"));
    let output = run(&[
        "evaluate",
        &agreement.display().to_string(),
        "--claims",
        &reversed.path().display().to_string(),
        "--sources",
        &sources.display().to_string(),
        HINDSIGHT[0],
        HINDSIGHT[1],
    ]);
    let again: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(again["provisions"], evaluate(&HINDSIGHT)["provisions"]);
}

/// A small watch in a folder of its own.
struct Small(tempfile::TempDir);

impl Small {
    fn new(agreement: &str) -> Small {
        let small = Small(tempfile::tempdir().expect("a folder"));
        small.write("agreement.pact.md", agreement);
        small
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

const AGREEMENT: &str = "```pact
agreement \"T\"
  timezone UTC
  in force from 2026-01-01T00:00
party a \"A\"
party b \"B\"
obligation p
  a must release at least 1 prisoner to b
  by the end of 2026-01-03
```
";

const CLAIM: &str = r#"{"id":"c1","source":"n","known_at":"2026-01-02T00:00:00Z","type":"event","act":"release","item":"prisoner","by":[{"party":"a"}],"to":[{"party":"b"}],"occurred":{"from":"2026-01-02T00:00:00Z","to":"2026-01-02T00:00:00Z"}}"#;

#[test]
fn an_unknown_party_is_told_with_its_place_and_the_nearest() {
    let small = Small::new(&AGREEMENT.replace("to b\n", "to bb\n"));
    let output = run(&["check", &small.path("agreement.pact.md")]);
    assert_eq!(code(&output), 1);
    let told = stderr(&output);
    assert!(told.contains("agreement.pact.md:8:") && told.contains("bb"), "{told}");
    assert!(told.contains("trucewatch check --explain unknown-name"), "{told}");
    let output = run(&["evaluate", &small.path("agreement.pact.md")]);
    assert_eq!(code(&output), 2, "evaluate cannot answer about a text with errors");
}

#[test]
fn each_code_has_its_page() {
    let output = run(&["check", "--explain", "bare-list"]);
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(page.starts_with("# bare-list\n") && page.contains("## Mended"), "{page}");
    let output = run(&["check", "--explain", "bear-list"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean bare-list?"), "{}", stderr(&output));
}

#[test]
fn bad_lines_are_listed_and_the_rest_is_used() {
    let small = Small::new(AGREEMENT);
    let reversed = CLAIM.replace("c1", "c2").replacen("2026-01-02", "2026-01-05", 2).replacen(
        "2026-01-05",
        "2026-01-02",
        1,
    );
    let no_offset = CLAIM
        .replace("c1", "c3")
        .replace("\"known_at\":\"2026-01-02T00:00:00Z\"", "\"known_at\":\"2026-01-02T00:00:00\"");
    let claims = small.write("claims.jsonl", &format!("{CLAIM}\n{reversed}\n{{\"id\": \n{no_offset}\n"));
    let agreement = small.path("agreement.pact.md");
    let output = run(&["evaluate", &agreement, "--claims", &claims]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["claims"]["read"], &answer["claims"]["used"]), (&Value::from(4), &Value::from(1)));
    let rejected = answer["claims"]["rejected"].as_array().expect("rejected");
    let faults: Vec<(u64, &str)> = rejected
        .iter()
        .map(|r| (r["line"].as_u64().unwrap_or(0), r["field"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(faults, [(2, "occurred"), (3, ""), (4, "known_at")]);
    assert!(stderr(&output).contains("claims.jsonl:2:") && stderr(&output).contains("3 of 4 lines rejected"));
    assert_eq!(code(&run(&["evaluate", &agreement, "--claims", &claims, "--strict"])), 2);
}

#[test]
fn files_that_cannot_be_used() {
    let small = Small::new(AGREEMENT);
    let agreement = small.path("agreement.pact.md");
    let empty = small.write("empty.jsonl", "");
    assert_eq!(code(&run(&["evaluate", &agreement, "--claims", &empty])), 0, "an empty file is no fault");
    let none = small.write("none.jsonl", "{}\n[]\n");
    let output = run(&["evaluate", &agreement, "--claims", &none]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("none.jsonl"), "{}", stderr(&output));
    let output = run(&["evaluate", &agreement, "--claims", &small.path("nowhere.jsonl")]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no such file"), "{}", stderr(&output));
    let zoned = Small::new(&AGREEMENT.replace("party b", "zone z \"Z\" from zones/z.geojson\nparty b"));
    let output = run(&["status", "-w", &zoned.0.path().display().to_string()]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("z.geojson") && stderr(&output).contains("zone z"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_line_of_100_megabytes_is_counted_and_skipped() {
    let small = Small::new(AGREEMENT);
    let path = small.path("long.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let block = [b'x'; 1 << 16];
    for _ in 0..(100 << 20) / block.len() {
        file.write_all(&block).expect("written");
    }
    writeln!(file, "\n{CLAIM}").expect("written");
    file.flush().expect("written");
    let output = run(&["evaluate", &small.path("agreement.pact.md"), "--claims", &path]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["claims"]["read"], &answer["claims"]["used"]), (&Value::from(2), &Value::from(1)));
    assert_eq!(answer["claims"]["rejected"][0]["line"], 1);
}

#[test]
fn bad_usage_is_2_and_says_what_to_do() {
    for arguments in [
        &["status", "--at", "2025-11-07T12:00"][..],
        &["status", "--standard", "hearsay"],
        &["status", "-w", "."],
        &["explain", "nothing"],
        &["frobnicate"],
    ] {
        let mut all = arguments.to_vec();
        let watch = support::gaza().display().to_string();
        if !all.contains(&"-w") {
            all.extend(["-w", &watch]);
        }
        let output = run(&all);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
    let output = run(&["explain", "nothing", "-w", &support::gaza().display().to_string()]);
    assert!(stderr(&output).contains("remains"), "it names what there is: {}", stderr(&output));
}

#[test]
fn a_decision_is_known_from_its_own_time_and_can_be_undone() {
    let small = Small::new(AGREEMENT);
    let claims = small.write("claims.jsonl", CLAIM);
    let decisions = small.write(
        "d.jsonl",
        r#"{"id":"d1","known_at":"2026-01-05T00:00:00Z","by":"cell","kind":"reject","targets":["c1"],"reason":"hoax"}
{"id":"d2","known_at":"2026-01-06T00:00:00Z","by":"cell","kind":"accept","targets":[],"undoes":"d1"}
"#,
    );
    let low = |known: &str| {
        let output = run(&[
            "evaluate",
            &small.path("agreement.pact.md"),
            "--claims",
            &claims,
            "--decisions",
            &decisions,
            "--known-at",
            known,
        ]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        answer["provisions"][0]["instances"][0]["amount"]["low"].clone()
    };
    let lows = ["2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"].map(low);
    assert_eq!(lows, [Value::from(1), Value::from(0), Value::from(1)]);
}

/// What the language server answers to these messages, and how it ends.
fn edit(messages: &[&str]) -> (Output, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_trucewatch"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = server.stdin.take().expect("an input");
    for message in messages {
        write!(stdin, "Content-Length: {}\r\n\r\n{message}", message.len()).expect("the server reads");
    }
    drop(stdin);
    let output = server.wait_with_output().expect("the server ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, said)
}

#[test]
fn the_language_server_speaks_on_standard_input_and_output() {
    let begin = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let open = r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.pact","languageId":"pact","version":1,"text":"party must"}}}"#;
    let shutdown = r#"{"jsonrpc":"2.0","id":"two","method":"shutdown"}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    let (output, said) = edit(&[begin, open, shutdown, exit]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for part in [r#""positionEncoding":"utf-16""#, r#""code":"reserved-word""#, r#""id":"two","result":null"#]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    let (output, _) = edit(&[begin]);
    assert_eq!(code(&output), 1, "an editor that vanishes");
    let (output, _) = edit(&[begin, "no JSON"]);
    assert_eq!((code(&output), stderr(&output).contains("Language Server Protocol")), (2, true));
}
