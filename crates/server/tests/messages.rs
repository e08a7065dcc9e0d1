//! Every message that the code asks for is in the English file, and every other language has only messages of
//! it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read what it needs has failed")]

use std::{collections::BTreeSet, path::Path};

fn keys(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let starts = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    starts.filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
}

fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// What stands in quotes right after one of the functions that take a key.
fn asked(code: &str) -> BTreeSet<String> {
    let calls = ["cell(say, \"", "fact(say, \"", ".say(\"", ".text(\"", ".say_with(\"", ".text_with(\""];
    let mut keys = BTreeSet::new();
    for call in calls {
        keys.extend(code.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    keys
}

#[test]
fn every_message_asked_for_is_in_english() {
    let mut code = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    let english = keys("en.ftl");
    let asked = asked(&code);
    assert!(asked.len() > 60, "the code is no longer read as this test reads it");
    let missing: Vec<&String> = asked.difference(&english).collect();
    assert!(missing.is_empty(), "asked for and not in en.ftl: {missing:?}");
    // Keys that are put together or kept in lists stand in the code as words too.
    let composed =
        ["status-", "legend-", "standard-", "meaning-", "short-", "bar-", "nav-", "lines-", "source-kind-"];
    let named =
        |key: &&String| code.contains(&format!("\"{key}\"")) || composed.iter().any(|c| key.starts_with(c));
    let unused: Vec<&String> = english.iter().filter(|key| !named(key)).collect();
    assert!(unused.is_empty(), "in en.ftl and never asked for: {unused:?}");
}

#[test]
fn arabic_has_only_messages_of_english() {
    let (english, arabic) = (keys("en.ftl"), keys("ar.ftl"));
    let stray: Vec<&String> = arabic.difference(&english).collect();
    assert!(stray.is_empty(), "{stray:?}");
}
