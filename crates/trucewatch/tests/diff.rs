//! `diff` as its users meet it: what it prints and how it ends.
//!
//! Invariant: each test runs the built program.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const DRAFT: &str = "# Truce\n\n```pact\nagreement \"Truce\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party north \"North\"\nparty south \"South\"\n```\n\n## Article 1\n\nThose held go home.\n\n```pact\n\
    obligation home \"Those held go home\"\n  north must release at least 20 prisoners to south\n  \
    within 72 hours after entry into force\n```\n";

fn diff(old: &str, new: &str, options: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    // The one is a file and the other a watch.
    std::fs::write(folder.path().join("old.pact.md"), old).expect("written");
    std::fs::create_dir(folder.path().join("new")).expect("a folder");
    std::fs::write(folder.path().join("new/agreement.pact.md"), new).expect("written");
    run(folder.path(), &[&["diff", "old.pact.md", "new"], options].concat())
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    let Output { status, stdout, stderr } =
        command.args(arguments).current_dir(folder).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

#[test]
fn a_deadline_that_moved_is_told_under_its_clause() {
    let later = DRAFT.replace("72 hours", "96 hours").replace("Those held go home.\n", "All go home.\n");
    let (code, out, err) = diff(DRAFT, &later, &[]);
    let expected = "Article 1\n  Deadline of “Those held go home”: from within 72 hours to within 96 hours after entry \
        into force (24 hours later)\n\n1 difference. The prose differs in 1 clause.\n";
    assert_eq!((code, out.as_str(), err.as_str()), (1, expected, ""));
}

#[test]
fn the_same_as_json() {
    let (code, out, _) = diff(DRAFT, &DRAFT.replace("72 hours", "96 hours"), &["--json"]);
    let all: Value = serde_json::from_str(&out).expect("one JSON object");
    assert_eq!((code, &all["clauses_with_other_prose"]), (1, &Value::from(0)));
    let row = &all["differences"][0];
    let fields = ["thing", "id", "kind", "part", "old_clause", "new_clause"].map(|field| row[field].as_str());
    let expected = ["provision", "home", "changed", "Deadline", "Article 1", "Article 1"].map(Some);
    assert_eq!(fields, expected);
}

#[test]
fn words_and_layout_are_no_difference_in_meaning() {
    assert_eq!(diff(DRAFT, DRAFT, &[]), (0, "No difference.\n".to_owned(), String::new()));
    let (code, out, _) = diff(DRAFT, &DRAFT.replace("Those held go home.\n", "All go home.\n"), &[]);
    let told = "No difference in meaning; only words or layout changed. The prose differs in 1 clause.\n";
    assert_eq!((code, out.as_str()), (0, told));
    let (code, out, _) = diff(DRAFT, &DRAFT.replace("at least 20", "at  least  20"), &[]);
    assert_eq!((code, out.as_str()), (0, "No difference in meaning; only words or layout changed.\n"));
}

#[test]
fn a_draft_with_errors_is_named_and_not_compared() {
    let (code, out, err) = diff(DRAFT, &DRAFT.replace("release", "relase"), &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("agreement.pact.md: 1 error") && err.contains("trucewatch check"), "{err}");
    let (code, _, err) = run(Path::new("."), &["diff", "none.pact.md", "neither.pact.md"]);
    assert_eq!(code, 2);
    assert!(err.contains("none.pact.md") && err.contains("neither.pact.md"), "{err}");
}
