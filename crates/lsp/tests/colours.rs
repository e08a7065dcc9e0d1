//! The grammar for colours against the language's own words.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

fn in_editors(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors");
    fs::read_to_string(folder.join(file)).expect("a grammar")
}

#[test]
fn the_grammars_for_editors_are_those_of_the_language() {
    let written: Value = serde_json::from_str(&in_editors("vscode/syntaxes/pact.tmLanguage.json")).unwrap();
    assert_eq!(written, lsp::text_mate_grammar(), "`make editors` writes it anew");
    let written = in_editors("neovim/syntax/pact.vim");
    assert_eq!(written.trim_end(), lsp::vim_syntax(), "`make editors` writes it anew");
}

#[test]
fn it_colours_every_word_of_the_language_and_no_other_as_one() {
    let grammar = lsp::text_mate_grammar();
    let patterns = grammar["patterns"].as_array().unwrap();
    let keywords = patterns.iter().find(|pattern| pattern["name"] == "keyword.other.pact").unwrap();
    let words = keywords["match"].as_str().unwrap().split_once("(?:").unwrap().1.split_once(')').unwrap().0;
    let coloured: BTreeSet<_> = words.split('|').collect();
    assert_eq!(coloured, language::KEYWORDS.iter().map(|entry| entry.0).collect());
}
