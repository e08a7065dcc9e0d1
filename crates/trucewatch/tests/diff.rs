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

/// A tenth of a degree on each side, so many tenths east and north.
fn square(east: i32, north: i32, side: i32) -> String {
    let corner = |x: i32, y: i32| format!("[{},{}]", f64::from(east + x) / 10.0, f64::from(north + y) / 10.0);
    let ring = [corner(0, 0), corner(side, 0), corner(side, side), corner(0, side), corner(0, 0)].join(",");
    format!("{{\"type\":\"Polygon\",\"coordinates\":[[{ring}]]}}")
}

/// A watch with these zones, each with its map, and this line.
fn watch(folder: &Path, zones: &[(&str, &str, String)], line: &str, sources: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut text = DRAFT.replace("party south \"South\"\n", "party south \"South\"\nTHINGS");
    let mut things =
        "line contact \"Contact line\" as of 2026-01-01 from contact.geojson, fixed\n".to_owned();
    for (id, label, map) in zones {
        things += &format!("zone {id} \"{label}\" from {id}.geojson\n");
        std::fs::write(folder.join(format!("{id}.geojson")), map).expect("written");
    }
    text = text.replace("THINGS", &things);
    std::fs::write(folder.join("agreement.pact.md"), text).expect("written");
    let map = format!("{{\"type\":\"LineString\",\"coordinates\":{line}}}");
    std::fs::write(folder.join("contact.geojson"), map).expect("written");
    std::fs::write(folder.join("sources.toml"), sources).expect("written");
}

#[test]
fn maps_and_sources_of_two_watches_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = |label: &str| format!("[[source]]\nid = \"press\"\nlabel = \"{label}\"\nkind = \"media\"\n");
    let old = [
        ("buffer", "Buffer", square(0, 0, 1)),
        ("camp", "Camp", square(10, 0, 1)),
        ("gone", "Gone", square(20, 0, 1)),
        ("harbour", "Harbour", square(30, 0, 1)),
        ("same", "Same", square(40, 0, 1)),
    ];
    watch(&folder.path().join("old"), &old, "[[0,0],[1,1]]", &source("Press"));
    let new = [
        ("buffer", "Buffer", square(0, 0, 2)),
        ("camp", "Camp", square(11, 0, 1)),
        ("fresh", "Fresh", square(50, 0, 1)),
        // Renamed, and drawn larger.
        ("port", "Harbour", square(30, 0, 3)),
        // Other layout and notes are no other ground.
        (
            "same",
            "Same",
            format!(
                "{{\"type\":\"Feature\",\"properties\":{{\"note\":1}},\"geometry\": {} }}",
                square(40, 0, 1)
            ),
        ),
    ];
    watch(&folder.path().join("new"), &new, "[[0,0],[1,2]]", &source("The press"));
    let (code, out, err) = run(folder.path(), &["diff", "old", "new"]);
    let expected = "\
Maps
  Ground of “Buffer”: from 123.6 km² to 494.6 km² (370.9 km² more); its middle moved by 7.9 km
  Ground of “Camp”: drawn otherwise, 123.6 km² as before; its middle moved by 11.1 km
  Ground of “Fresh”: added, 123.6 km²
  Ground of “Gone”: removed, 123.6 km²
  Ground of “Harbour”: from 123.6 km² to 1113 km² (989.1 km² more); its middle moved by 15.7 km
  Course of “Contact line”: drawn otherwise

Sources
  Source “The press” (press): another name
";
    assert!(out.contains(expected), "{out}{err}");
    assert!(out.contains("from `harbour` to `port`") && !out.contains("Same"), "{out}");
    assert_eq!(code, 1);
    assert_eq!(
        run(folder.path(), &["diff", "old", "old"]),
        (0, "No difference.\n".to_owned(), String::new())
    );
    let (_, out, _) = run(folder.path(), &["diff", "old", "new", "--json"]);
    let all: Value = serde_json::from_str(&out).expect("one JSON object");
    let kinds: Vec<_> =
        all["beside"].as_array().expect("a list").iter().map(|row| row["kind"].as_str()).collect();
    let expected = ["changed", "moved", "added", "removed", "changed", "changed", "changed"].map(Some);
    assert_eq!(kinds, expected);
    std::fs::remove_file(folder.path().join("new/camp.geojson")).expect("removed");
    let (code, _, err) = run(folder.path(), &["diff", "old", "new"]);
    assert!(code == 2 && err.contains("camp.geojson"), "{err}");
}
