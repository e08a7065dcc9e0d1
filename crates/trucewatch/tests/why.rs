//! `history`, `compare`, the questions of `explain`, certificates and `verify`, as their users meet them on the Gaza watch.
//!
//! Invariant: each test runs the built program and looks at what it prints and how it ends.

mod support;

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let gaza = support::gaza();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    if !arguments.contains(&"verify") {
        command.arg(arguments[0]).arg("-w").arg(gaza).args(&arguments[1..]);
    } else {
        command.args(arguments);
    }
    command.output().expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn answered(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&answered(&[arguments, &["--format", "json"]].concat())).expect("one JSON object")
}

const NOVEMBER: [&str; 2] = ["--at", "2025-11-07T12:00:00+02:00"];

#[test]
fn the_history_of_the_remains_names_what_changed_it() {
    let arguments = [
        "history",
        "remains",
        "--at",
        "2025-10-14T12:00:00+03:00",
        "--known-at",
        "2025-10-20T12:00:00+03:00",
    ];
    let history = json(&arguments);
    let rows = history["rows"].as_array().expect("rows");
    let cause = |row: &Value| row["because"][0]["id"].as_str().unwrap_or_default().to_owned();
    let four = rows
        .iter()
        .find(|row| cause(row) == "idf-20251013-remains-4")
        .expect("the four of the first evening");
    assert_eq!(four["known_from"], "2025-10-13T20:59:59Z");
    assert_eq!(four["amount"]["low"], 4);
    // Silence that came to count made it certain, and no claim.
    let last = rows.last().expect("a row");
    assert_eq!(
        (&last["status"], &last["because"][0]["kind"]),
        (&serde_json::json!(["breached"]), &Value::from("time"))
    );
    let table = answered(&arguments);
    assert!(table.contains("idf-20251013-remains-4 [Israel Defense Forces"), "{table}");
    assert!(table.contains("government_of_israel") || table.contains("Government of Israel"), "{table}");
}

#[test]
fn rows_are_the_same_in_every_format() {
    for verb in [
        vec!["history", "remains", "--at", "2025-10-14T12:00:00+03:00"],
        vec!["compare", "remains", "--at", "2025-11-07T12:00:00+02:00"],
    ] {
        let whole = json(&verb);
        let rows = whole["rows"].as_array().or(whole["cells"].as_array()).expect("rows").len();
        let of = |shape: &str| answered(&[&verb[..], &["--format", shape]].concat());
        assert_eq!(of("jsonl").lines().count(), rows);
        let csv = of("csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let columns = reader.headers().expect("names").len();
        let read: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        assert!(read.len() == rows && read.iter().all(|row| row.len() == columns), "{csv}");
    }
    let status = answered(&["status", "--format", "csv", NOVEMBER[0], NOVEMBER[1]]);
    assert!(status.starts_with("provision,bearer,status,"), "{status}");
}

#[test]
fn a_comparison_has_every_standard_of_every_reading_that_bears() {
    let all = json(&["compare", "cessation", NOVEMBER[0], NOVEMBER[1]]);
    let cells = all["cells"].as_array().expect("cells");
    let readings: Vec<&str> =
        all["readings"].as_array().expect("readings").iter().filter_map(|r| r["id"].as_str()).collect();
    // The reading of the ratio says nothing of attacks.
    assert_eq!(readings, ["text", "enforcement"]);
    assert_eq!(cells.len(), 2 * 7);
    let enforced =
        cells.iter().find(|c| c["reading"] == "enforcement" && c["standard"] == "alleged").expect("a cell");
    assert_eq!(enforced["status"], serde_json::json!(["breached", "pending"]));
    assert!(enforced["because"][0].as_str().is_some_and(|why| why.contains("24 hours after an attack")));
    let one = json(&["compare", "cessation", "--standard", "verified", "--reading", "text"]);
    assert_eq!(one["cells"].as_array().map(Vec::len), Some(1));
}

#[test]
fn why_not_names_the_silence_that_is_enough() {
    let why = json(&["explain", "remains", "--why-not", "met", NOVEMBER[0], NOVEMBER[1]]);
    assert_eq!(
        (&why["possible"], &why["silences"]),
        (&Value::from(false), &serde_json::json!(["government_of_israel"]))
    );
    let table = answered(&["explain", "remains", "--why-not", "pending", NOVEMBER[0], NOVEMBER[1]]);
    assert!(table.contains("idf-20251010-in-force"), "{table}");
    let table = answered(&["explain", "remains", "--why-not", "breached", NOVEMBER[0], NOVEMBER[1]]);
    assert!(table.contains("it is among the statuses possible"), "{table}");
}

#[test]
fn what_would_change_the_return_of_the_living() {
    let changes = json(&["explain", "living_hostages", "--what-would-change", NOVEMBER[0], NOVEMBER[1]]);
    assert_eq!((&changes["status"], &changes["exact"]), (&serde_json::json!(["met"]), &Value::from(true)));
    let all = changes["changes"].as_array().expect("changes");
    assert!(all.iter().all(|change| change["edits"].as_array().map(Vec::len) == Some(1)), "{changes}");
    // Without the seven or the thirteen the twenty are not shown.
    for claim in ["idf-20251013-received-7", "idf-20251013-received-13"] {
        let change = all.iter().find(|change| change["edits"][0]["claim"] == claim).expect("that claim");
        assert_eq!(change["status"], serde_json::json!(["breached", "met"]));
    }
}

#[test]
fn a_certificate_is_written_followed_and_refused_once_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("remains.json").display().to_string();
    let asked = ["explain", "remains", "--known-at", "2025-10-20T12:00:00+02:00", "--certificate", &file];
    answered(&asked);
    let told = answered(&["verify", &file]);
    assert!(told.contains("remains once: breached or late"), "{told}");
    assert!(told.contains("re-derived from the claims given"), "{told}");
    let written = std::fs::read_to_string(&file).expect("the certificate");
    std::fs::write(&file, written.replacen("\"low\":4,", "\"low\":28,", 1)).expect("written");
    let output = run(&["verify", &file]);
    assert_eq!(code(&output), 1, "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("it fails at"), "{}", text(&output.stderr));
    std::fs::write(&file, "{}").expect("written");
    assert_eq!(code(&run(&["verify", &file])), 1);
    assert_eq!(code(&run(&["verify", "no-such-file.json"])), 2);
    // What there is no certificate for is said, and nothing is written.
    let none = folder.path().join("none.json").display().to_string();
    let late = ["--at", "2025-11-20T00:00:00Z", "--certificate", &none];
    let output = run(&[&["explain", "remains_for_remains"][..], &late].concat());
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("no certificate"), "{}", text(&output.stderr));
    assert!(!Path::new(&none).exists());
}

#[test]
fn names_that_are_not_there_are_answered_with_what_is() {
    for (arguments, hint) in [
        (&["history", "remain"][..], "did you mean remains"),
        (&["compare", "cesation"], "did you mean cessation"),
        (&["compare", "aid", "--reading", "aid_trucks"], "aid_trucks_only"),
        (&["history", "aid", "2025-10-1"], "did you mean 2025-10-1"),
        (&["explain", "aid", "--why-not", "kept"], "use one of breached"),
        (&["compare", "aid", "--standard", "account:nobody"], "account: takes one of"),
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains(hint), "{arguments:?}: {}", text(&output.stderr));
    }
    for verb in ["history", "compare", "verify", "explain"] {
        let help =
            Command::new(env!("CARGO_BIN_EXE_trucewatch")).args([verb, "--help"]).output().expect("help");
        assert!(text(&help.stdout).contains("Examples:\n  trucewatch"), "{verb}");
    }
}
