//! The program as a newcomer meets it: several texts at once, names not quite right, little evidence or none, one of
//! a thing.
//!
//! Invariant: each test runs the built program in a folder of its own.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

const AGREEMENT: &str = "```pact
agreement \"T\"
  timezone UTC
  in force from 2026-01-01T00:00
party a \"A\"
party b \"B\"
```

## Article 1

```pact
obligation release_all \"All go home\"
  a must release at least 1 prisoner to b
  by the end of 2026-01-03
prohibition calm \"No attacks\"
  a must not attack b
```
";

/// What hangs on a milestone.
const MORE: &str = "```pact
milestone two_home \"Two are home\"
  when amount(release_all) >= 2
phase one \"First\"
  begins when two_home
  lasts 60 days
obligation first_pause \"Pause\"
  a must release at least 1 prisoner to b
  within 24 hours after two_home
obligation second_pause \"The other's pause\"
  b must release at least 1 prisoner to a
  within 48 hours after two_home
```
";

const CLAIM: &str = r#"{"id":"c1","source":"n","known_at":"2026-01-02T00:00:00Z","type":"event","act":"attack","by":[{"party":"a"}],"to":[{"party":"b"}],"occurred":{"from":"2026-01-02T00:00:00Z","to":"2026-01-02T00:00:00Z"}}"#;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trucewatch"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("it reads");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// What it prints, having ended well.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = run(folder, arguments, "");
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

/// What it tells, having ended with this code.
fn told(folder: &Path, arguments: &[&str], code: i32) -> String {
    let (ended, out, err) = run(folder, arguments, "");
    assert_eq!(ended, code, "{arguments:?}: {out}{err}");
    err
}

#[test]
fn check_takes_files_folders_and_standard_input() {
    let wrong = AGREEMENT.replace("to b\n", "to bb\n");
    let at = folder(&[
        ("watches/one/agreement.pact.md", AGREEMENT),
        ("watches/one/drafts/deep.pact.md", &wrong),
        ("watches/two/agreement.pact.md", AGREEMENT),
        ("watches/.hidden/agreement.pact.md", &wrong),
        ("watches/notes.md", "no agreement"),
        ("draft.pact.md", AGREEMENT),
        ("wrong.pact.md", &wrong),
        ("empty/notes.md", ""),
    ]);
    let at = at.path();
    let said = printed(at, &["check", "watches", "draft.pact.md"]);
    let names: Vec<&str> = said.lines().filter_map(|line| line.split(':').next()).collect();
    let expected = ["watches/one/agreement.pact.md", "watches/two/agreement.pact.md", "draft.pact.md"];
    assert_eq!(names, expected, "{said}");
    assert!(printed(at, &["check", "draft.pact.md"]).contains("2 provisions, 0 phases, 0 zones"));

    let (code, out, err) = run(at, &["check", "-"], AGREEMENT);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("-: 2 provisions"), "{out}");
    let zoned = AGREEMENT.replace("party a ", "zone z \"Z\" from zones/z.geojson\nparty a ");
    let (code, out, _) = run(at, &["check", "-"], &zoned);
    assert!(code == 0 && out.contains("1 zone (their outlines not looked for)"), "{out}");
    assert_eq!(run(at, &["check", "-"], &wrong).0, 1);

    // One with errors does not keep the others from being checked, nor does one that is not there.
    let (code, out, err) = run(at, &["check", "wrong.pact.md", "draft.pact.md"], "");
    assert_eq!(code, 1);
    assert!(out.starts_with("draft.pact.md: "), "{out}");
    assert!(err.contains("wrong.pact.md: 1 error, 0 warnings\n2 texts: 1 with errors\n"), "{err}");
    let (code, out, err) = run(at, &["check", "gone.pact.md", "wrong.pact.md", "draft.pact.md", "empty"], "");
    assert!(code == 2 && out.starts_with("draft.pact.md: "), "{out}{err}");
    assert!(err.contains("gone.pact.md: there is no such file"), "{err}");
    assert!(err.contains("empty: no file ends in .pact.md"), "{err}");
    assert!(err.ends_with("4 texts: 1 with errors, 2 that cannot be checked\n"), "{err}");
    assert_eq!(err.matches("Each code has a page").count(), 1, "{err}");

    let (code, out, err) = run(at, &["check", "--format", "json", "wrong.pact.md", "watches"], "");
    assert_eq!(code, 1, "{err}");
    let rows: Vec<Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    assert!(rows.len() == 1 && rows[0]["file"] == "wrong.pact.md", "{out}");
    told(at, &["check", "draft.pact.md", "-w", "watches/one"], 2);
    let help = printed(at, &["check", "--help"]);
    assert!(help.contains("trucewatch check - <") && help.contains("trucewatch check --means"), "{help}");
}

#[test]
fn check_says_what_each_provision_means() {
    let at = folder(&[("a.pact.md", &format!("# T\n{AGREEMENT}{MORE}"))]);
    let said = printed(at.path(), &["check", "--means", "a.pact.md"]);
    for words in [
        "Article 1\n  release_all · All go home\n    A must release at least 1 prisoner to B by the end of 2026-01-03.\n",
        "  calm · No attacks\n    A must not attack B.\n",
        "  one · First\n    begins when “Two are home” has been reached, and lasts 60 days of 24 hours\n",
        "  two_home · Two are home\n    reached when at least 2 has been performed of “All go home”\n",
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    assert!(!printed(at.path(), &["check", "a.pact.md"]).contains("must"));
}

#[test]
fn a_name_not_quite_right_is_answered_with_the_nearest() {
    let at = folder(&[("agreement.pact.md", AGREEMENT), ("evidence/c.jsonl", CLAIM)]);
    let at = at.path();
    assert!(printed(at, &["explain", "CALM"]).starts_with("No attacks [calm once]"));
    for (asked, said) in [
        ("clam", "“clam”: did you mean calm?"),
        ("Release", "“release”: did you mean release_all?"),
        ("peace", "“peace”: it has release_all, calm"),
    ] {
        let err = told(at, &["explain", asked], 2);
        assert!(err.contains(said), "{asked}: {err}");
    }
    for code in ["bare-list", "BARE-LIST", "Bare_List", "bare list"] {
        assert!(printed(at, &["check", "--explain", code]).starts_with("# bare-list\n"), "{code}");
    }
    let err = told(at, &["check", "--explain", "Bare-lists"], 2);
    assert!(err.contains("“Bare-lists”: did you mean bare-list?"), "{err}");
    assert!(
        told(at, &["check", "--explain", "timezone"], 2).contains("missing-timezone or unknown-timezone?")
    );
    assert!(told(at, &["check", "--explain", "zzz"], 2).contains("the codes are too-long, "));
}

#[test]
fn a_phase_is_said_to_be_one() {
    let at = folder(&[("agreement.pact.md", &format!("{AGREEMENT}{MORE}"))]);
    assert!(
        told(at.path(), &["explain", "one"], 2).contains("no provision “one”, which is a phase: it has ")
    );
    assert!(told(at.path(), &["explain", "two_home"], 2).contains(", which is a milestone: "));
}

#[test]
fn all_that_a_text_can_say_is_computed() {
    let at = folder(&[("agreement.pact.md", &format!("{AGREEMENT}{MORE}")), ("evidence/c.jsonl", CLAIM)]);
    for arguments in [&["status", "--format", "json"][..], &["evaluate", "agreement.pact.md"]] {
        let answer: Value = serde_json::from_str(&printed(at.path(), arguments)).expect("one JSON object");
        for what in ["provisions", "phases", "milestones"] {
            let all = answer[what].as_array().expect("a list");
            assert!(!all.is_empty() && all.iter().all(|one| one["computed"] == true), "{answer}");
        }
    }
    assert!(!printed(at.path(), &["status"]).to_lowercase().contains("not computed"));
    let total = "```pact\nobligation held\n  a must keep at least 2 troops\nmilestone two when amount(held) >= 2\n```\n";
    let at = folder(&[("agreement.pact.md", &format!("{AGREEMENT}{total}"))]);
    assert!(told(at.path(), &["status"], 2).contains("error[no-total]"));
}

#[test]
fn without_evidence_no_status_is_made_up() {
    let at = folder(&[("agreement.pact.md", &format!("{AGREEMENT}{MORE}")), ("evidence/c.jsonl", "")]);
    let at = at.path();
    let said = printed(at, &["status"]);
    assert!(
        said.starts_with("T\nNo evidence has been given: whether it is holding cannot be said.\n"),
        "{said}"
    );
    assert!(said.contains("evidence/"), "{said}");
    assert!(!said.contains("PROVISION") && !said.contains("2026-01-01"), "{said}");
    for asked in ["--at", "--known-at"] {
        let said = printed(at, &["status", asked, "2026-01-05T00:00Z"]);
        assert!(said.contains("No evidence has been given") && said.contains("PROVISION"), "{said}");
    }
    assert!(printed(at, &["explain", "calm"]).contains("No evidence has been given."));
    let restricted = CLAIM.replace("\"type\"", "\"handling\":\"restricted:cell\",\"type\"");
    std::fs::write(at.join("evidence/c.jsonl"), restricted).expect("written");
    let said = printed(at, &["status", "--audience", "public"]);
    assert!(said.contains("The only claim is not open to this audience"), "{said}");
    assert!(printed(at, &["status", "--audience", "cell"]).contains("PROVISION"));
}

#[test]
fn one_is_not_counted_as_several() {
    let at = folder(&[
        ("agreement.pact.md", AGREEMENT),
        ("evidence/c.jsonl", &format!("{CLAIM}\n{{}}\n")),
        ("wrong.pact.md", &AGREEMENT.replace("to b\n", "to bb\n")),
        ("one/agreement.pact.md", AGREEMENT),
        ("one/evidence/c.jsonl", CLAIM),
        ("none.jsonl", "{}\n"),
        ("untidy.pact.md", &AGREEMENT.replace("  timezone", " timezone")),
    ]);
    let mut all = String::new();
    for arguments in [
        &["check"][..],
        &["check", "wrong.pact.md"],
        &["status"],
        &["explain", "calm"],
        &["explain", "release_all"],
        &["evaluate", "agreement.pact.md", "--claims", "evidence/c.jsonl", "--strict"],
        &["evaluate", "agreement.pact.md", "--claims", "none.jsonl"],
        &["status", "-w", "one"],
        &["status", "--known-at", "2025-12-31T00:00Z"],
        &["fmt", "--check", "untidy.pact.md"],
        &["diff", "agreement.pact.md", "wrong.pact.md"],
    ] {
        let (_, out, err) = run(at.path(), arguments, "");
        all += &out;
        all += &err;
    }
    // Columns stand two blanks apart: a figure is not counted with the next column's word.
    let words: Vec<Vec<&str>> = all.lines().map(|line| line.split(' ').collect()).collect();
    let pairs = words.iter().flat_map(|line| line.windows(2)).filter(|pair| pair[0] == "1");
    let nouns: Vec<&str> = pairs.map(|pair| pair[1].trim_end_matches([',', ';', '.', ':'])).collect();
    let is_several = |noun: &str| noun == "are" || (noun.ends_with('s') && noun != "is" && noun != "was");
    assert_eq!(nouns.iter().find(|noun| is_several(noun)), None, "{all}");
    for expected in ["violation", "error", "claim", "text", "line"] {
        assert!(nouns.contains(&expected), "nothing says 1 {expected}: {all}");
    }
}
