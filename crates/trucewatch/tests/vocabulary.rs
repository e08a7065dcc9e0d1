//! `trucewatch vocabulary` as its users meet it, and the page that it prints.
//!
//! Invariant: each test runs the built program and looks at what it prints and how it ends.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    command.arg("vocabulary").args(arguments).output().expect("the program runs")
}

/// What it prints, having ended well.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("one JSON object")
}

#[test]
fn the_page_kept_is_the_page_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vocabulary.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == printed(&["--page"]),
        "spec/vocabulary.md is not what the vocabulary says: run\n  cargo run -p trucewatch -- vocabulary --page > spec/vocabulary.md"
    );
}

#[test]
fn without_words_the_tree() {
    let tree = printed(&[]);
    let lines: Vec<_> = tree.lines().collect();
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start)).expect(start);
    assert!(at("  attack ") < at("    shell "), "a narrower term stands under the wider one");
    let starts = ["Acts (", "Items (", "Stages (5)", "ACLED event types (6)", "ACLED sub-event types (25)"];
    assert!(starts.map(at).is_sorted());
    let arabic = printed(&["--kind", "stage", "--lang", "ar"]);
    assert!(arabic.starts_with("Stages (5)\n  offered"), "{arabic}");
    assert!(arabic.contains("معروض") && !arabic.contains("Acts"), "{arabic}");
}

#[test]
fn all_about_one_term_by_its_name_in_any_language() {
    for word in ["release", "Released", "liberation", "שחרור", "إفراج", "ОСВОБОЖДЕНИЕ", "звільнення"]
    {
        let shown = printed(&["--kind", "act", word]);
        assert!(shown.starts_with("act release (release)\n  Let someone held go free.\n"), "{word}: {shown}");
        for said in [
            "release, releases, released",
            "wider      allow",
            "takes      person",
            "libération",
            "звільнення",
        ] {
            assert!(shown.contains(said), "{word}: no “{said}” in {shown}");
        }
    }
    let shown = printed(&["shell"]);
    assert!(shown.contains("Shelling/artillery/missile attack: wider than shell."), "{shown}");
}

#[test]
fn a_category_of_others_is_found_by_its_name_and_number() {
    let shown = printed(&["--kind", "mapping", "non-violent", "transfer"]);
    assert!(shown.starts_with("mapping Non-violent transfer of territory\n"), "{shown}");
    assert!(shown.contains("wider than transfer territory"), "{shown}");
    assert!(printed(&["19", "fight"]).starts_with("mapping 19 Fight\n"));
    assert!(printed(&["suicide bomb"]).contains("act  bomb"));
}

#[test]
fn nothing_found_is_the_answer_no_and_the_nearest_is_offered() {
    let output = run(&["hostege"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "the vocabulary has nothing for “hostege”; the nearest is “hostage”\n");
    assert_eq!(run(&["--kind", "stage", "release", "--json"]).status.code(), Some(1));
    assert_eq!(run(&["--", "-_-"]).status.code(), Some(2));
    assert_eq!(run(&["--lang", "de", "release"]).status.code(), Some(2));
}

#[test]
fn as_json_for_programs() {
    let whole = json(&["--json"]);
    let count = |part: &str| whole[part].as_array().map_or(0, Vec::len);
    assert!(count("acts") > 100 && count("items") > 100, "{} {}", count("acts"), count("items"));
    let sizes: Vec<_> = whole["schemes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|s| s["categories"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes[..5], [6, 25, 3, 20, 16]);
    for part in ["acts", "items", "stages"] {
        for term in whole[part].as_array().into_iter().flatten() {
            let labels = term["labels"].as_object().expect("labels");
            assert!(labels.len() == 7 && labels.values().all(Value::is_string), "{term}");
        }
    }
    let found = json(&["otage", "--json"]);
    assert_eq!(found["called"][0]["id"], "hostage");
    assert_eq!(found["called"][0]["parent"], "person");
    assert_eq!(found["mentioning"][0]["id"], "civilian_hostage");
}
