//! The ledger as its users meet it: findings published and verified elsewhere, audits, erasures, answers as they were recorded.
//!
//! Invariant: each test runs the built program and looks at what it prints, writes and how it ends.

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn run(at: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trucewatch"))
        .current_dir(at)
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn told(output: &Output, code: i32) -> String {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nobligation gift\n  a must deliver at least 2 boxes by the end of 2026-01-05\n```\n";

fn claim(id: &str, more: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"source\":\"s\",\"type\":\"event\",\"act\":\"deliver\",\"item\":\"box\",\"by\":[{{\"party\":\"a\"}}],\
         \"known_at\":\"2026-01-03T00:00:00Z\",\"occurred\":{{\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\"}},\
         \"amount\":{{\"low\":1,\"high\":1}}{more}}}\n"
    )
}

fn watch() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    fs::create_dir(folder.path().join("evidence")).expect("a folder");
    write("agreement.pact.md", AGREEMENT);
    write("evidence/a.jsonl", &claim("one", ""));
    write(
        "evidence/b.jsonl",
        &claim("two", ",\"handling\":\"restricted:desk\",\"quote\":\"the baker saw it\""),
    );
    folder
}

fn status(at: &Path, more: &[&str]) -> Value {
    let output = run(at, &[&["status", "--format", "json", "--at", "2026-01-10T00:00:00Z"], more].concat());
    told(&output, 0);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    answer["provisions"][0]["status"].clone()
}

#[test]
fn a_finding_is_published_and_verified_elsewhere() {
    let watch = watch();
    let at = watch.path();
    let said = told(&run(at, &["publish", "-o", "f.zip", "--at", "2026-01-10T00:00:00Z"]), 0);
    assert!(said.contains("1 statement left out"), "{said}");
    assert!(told(&run(at, &["publish", "-o", "f.zip"]), 2).contains("--force"));
    let inside = ["publish", "-o", "inside.zip", "--audience", "desk", "--at", "2026-01-10T00:00:00Z"];
    told(&run(at, &inside), 0);
    let elsewhere = tempfile::tempdir().expect("a folder");
    for name in ["f.zip", "inside.zip"] {
        fs::copy(at.join(name), elsewhere.path().join(name)).expect("a copy");
    }
    let key = fs::read_to_string(at.join("ledger.key"))
        .expect("a key")
        .lines()
        .nth(1)
        .expect("two lines")
        .to_owned();
    drop(watch);
    let at = elsewhere.path();
    let said = told(&run(at, &["verify", "f.zip", "--key", &key]), 0);
    assert!(said.contains("re-derived except 1 restricted, complete at checkpoint"), "{said}");
    assert!(said.contains("the key you know"), "{said}");
    let output = run(at, &["verify", "inside.zip", "--format", "json"]);
    told(&output, 0);
    let verified: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(verified["finding"]["withheld"]["restricted"], 0);
    assert_eq!(verified["answers"]["alleged"]["provisions"][0]["status"], serde_json::json!(["met"]));
    let mut bytes = fs::read(at.join("f.zip")).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(at.join("f.zip"), &bytes).expect("a file");
    assert!(told(&run(at, &["verify", "f.zip"]), 1).contains("refused: "));
    told(&run(at, &["verify", "none.zip"]), 2);
}

#[test]
fn an_audit_names_the_first_bad_entry() {
    let watch = watch();
    let at = watch.path();
    assert!(told(&run(at, &["audit"]), 2).contains("there is no ledger here"));
    status(at, &[]);
    assert!(told(&run(at, &["audit"]), 0).contains("6 of 6 entries are as they were recorded"));
    let database = at.join("ledger.db");
    let mut bytes = fs::read(&database).expect("the ledger");
    let place = bytes.windows(5).position(|word| word == b"\"one\"").expect("the claim");
    bytes[place + 1] = b'x';
    fs::write(&database, bytes).expect("the ledger");
    let output = run(at, &["audit", "--format", "json"]);
    told(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&report["sound"], &report["first_bad"]), (&Value::Bool(false), &Value::from(2)));
    assert!(told(&run(at, &["status"]), 2).contains("entry 2: it is not what was recorded"));
}

#[test]
fn what_is_erased_is_gone_and_is_no_silence() {
    let watch = watch();
    let at = watch.path();
    assert_eq!(status(at, &[]), serde_json::json!(["met"]));
    fs::remove_file(at.join("evidence/b.jsonl")).expect("a file");
    let said = told(&run(at, &["erase", "two", "--reason", "consent was withdrawn"]), 0);
    assert!(said.contains("was erased"), "{said}");
    assert_ne!(status(at, &[]), serde_json::json!(["met"]));
    assert!(told(&run(at, &["status"]), 0).contains("1 statement is erased"));
    assert!(told(&run(at, &["audit"]), 0).contains("1 erased"));
    assert!(told(&run(at, &["erase", "two", "--reason", "again"]), 2).contains("no claim “two”"));
    told(&run(at, &["erase", "--entry", "0", "--reason", "no"]), 2);
}

#[test]
fn an_answer_is_as_it_was_recorded() {
    let watch = watch();
    let at = watch.path();
    assert_eq!(status(at, &[]), serde_json::json!(["met"]));
    fs::write(at.join("evidence/c.jsonl"), claim("three", ",\"retracts\":\"one\"")).expect("a file");
    assert_ne!(status(at, &[]), serde_json::json!(["met"]));
    assert_eq!(status(at, &["--as-recorded", "6"]), serde_json::json!(["met"]));
    assert!(told(&run(at, &["status", "--as-recorded", "99"]), 2).contains("there is no entry 98"));
    for verb in [&["explain", "gift"][..], &["history", "gift"], &["compare", "gift"]] {
        told(&run(at, &[verb, &["--as-recorded", "6"]].concat()), 0);
    }
}

#[test]
fn the_gaza_finding_says_what_the_watch_says() {
    let gaza = support::gaza();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("gaza.zip");
    let file = file.to_str().expect("a path");
    let asked = ["--known-at", "2025-11-07T12:00+02:00"];
    told(&run(&gaza, &[&["publish", "-o", file, "--no-certificates"], &asked[..]].concat()), 0);
    let output = run(folder.path(), &["verify", file, "--format", "json"]);
    told(&output, 0);
    let verified: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let output = run(&gaza, &[&["status", "--format", "json"], &asked[..]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(verified["answers"]["alleged"]["provisions"], answer["provisions"]);
}

#[test]
fn a_ledger_is_backed_up_and_moved() {
    let watch = watch();
    let at = watch.path();
    let met = serde_json::json!(["met"]);
    assert_eq!(status(at, &[]), met);
    assert!(told(&run(at, &["backup", "copy.db"]), 0).contains("6 entries copied, 6 in all"));
    fs::write(at.join("evidence/c.jsonl"), claim("three", "")).expect("a file");
    status(at, &[]);
    assert!(told(&run(at, &["backup", "copy.db"]), 0).contains("2 entries copied, 8 in all"));
    // Into another folder, where the key that signs is not.
    let other = tempfile::tempdir().expect("a folder");
    fs::copy(at.join("agreement.pact.md"), other.path().join("agreement.pact.md")).expect("a copy");
    fs::rename(at.join("copy.db"), other.path().join("copy.db")).expect("a move");
    fs::rename(at.join("copy.keys"), other.path().join("copy.keys")).expect("a move");
    assert!(told(&run(other.path(), &["import", "copy.db"]), 0).contains("8 entries copied"));
    assert!(told(&run(other.path(), &["audit"]), 0).contains("8 of 8"));
    assert_eq!(status(other.path(), &["--as-recorded", "6"]), met);
    // Elsewhere and back.
    assert!(told(&run(at, &["move", "ledger.db"]), 2).contains("there already"));
    told(&run(at, &["move", "moved.db"]), 0);
    assert!(
        fs::read_to_string(at.join("watch.toml")).expect("settings").starts_with("ledger = \"moved.db\"\n")
    );
    fs::write(at.join("evidence/d.jsonl"), claim("four", "")).expect("a file");
    status(at, &[]);
    assert!(told(&run(at, &["audit"]), 0).contains("11 of 11"));
    told(&run(at, &["move", "ledger.db"]), 0);
    assert!(told(&run(at, &["audit"]), 0).contains("11 of 11"));
    // What is another ledger is not written over.
    let mine = self::watch();
    status(mine.path(), &[]);
    fs::copy(at.join("ledger.db"), mine.path().join("theirs.db")).expect("a copy");
    told(&run(mine.path(), &["import", "theirs.db"]), 2);
    assert!(told(&run(mine.path(), &["audit"]), 0).contains("6 of 6"));
}

#[test]
fn documents_are_kept_by_their_hash() {
    let watch = watch();
    let at = watch.path();
    fs::write(at.join("report.txt"), "the text of a report").expect("a file");
    let said = told(&run(at, &["document", "add", "report.txt", "--url", "https://example.org/r"]), 0);
    let hash = said.split(':').next().expect("a hash").to_owned();
    assert!(told(&run(at, &["document", "add", "report.txt"]), 0).contains("kept already"));
    assert!(told(&run(at, &["document", "list"]), 0).contains("report.txt"));
    told(&run(at, &["document", "get", &hash[..8], "-o", "out.txt"]), 0);
    assert_eq!(fs::read_to_string(at.join("out.txt")).expect("a file"), "the text of a report");
    told(&run(at, &["document", "get", &hash, "-o", "out.txt"]), 2);
    let log = fs::read(at.join("ledger.db")).expect("the ledger");
    assert!(!log.windows(8).any(|bytes| bytes == b"a report"), "documents are encrypted");
    told(&run(at, &["erase", "--entry", "6", "--reason", "it names a witness"]), 0);
    told(&run(at, &["document", "get", &hash, "-o", "again.txt"]), 1);
    assert!(told(&run(at, &["audit"]), 0).contains("1 erased"));
}
