//! The list of words against the parser itself.

use std::{collections::BTreeSet, fs, path::Path};

/// Every whole word in quotation marks in the parser's files: that is how it asks for one.
fn words_of_the_parser() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/parser");
    for file in fs::read_dir(folder).expect("the parser's folder").flatten() {
        let source = fs::read_to_string(file.path()).expect("a file of the parser");
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices('"') {
                let rest = &line[at + 1..];
                let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(rest.len());
                if end > 0 && rest[end..].starts_with('"') {
                    words.insert(rest[..end].to_owned());
                }
            }
        }
    }
    words
}

#[test]
fn the_list_holds_the_parsers_words() {
    let listed: Vec<_> = language::KEYWORDS.iter().map(|entry| entry.0.to_owned()).collect();
    assert!(listed.is_sorted(), "src/keywords.rs is in order");
    let (listed, known) = (listed.into_iter().collect::<BTreeSet<_>>(), words_of_the_parser());
    let missing: Vec<_> = known.difference(&listed).collect();
    assert!(missing.is_empty(), "add to src/keywords.rs, with a line of help: {missing:?}");
    let unknown: Vec<_> = listed.difference(&known).collect();
    assert!(unknown.is_empty(), "the parser knows them no more: {unknown:?}");
}

#[test]
fn help_is_a_sentence() {
    for (word, help) in language::KEYWORDS.iter().filter(|entry| !entry.1.is_empty()) {
        assert!(help.ends_with(['.', '`']), "{word}");
        assert_eq!(language::help(word), Some(*help));
    }
    assert_eq!(language::help("the"), None);
    assert_eq!(language::help("nonsense"), None);
}
