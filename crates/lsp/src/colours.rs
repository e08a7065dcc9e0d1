//! Colours: the language's words and the vocabulary as grammars for editors.
//!
//! Invariant: made from the language's own words; the files in `editors/` are what this gives (`tests/colours.rs`),
//! and `make editors` writes them anew.

use std::collections::BTreeSet;

use language::KEYWORDS;
use model::vocabulary;
use serde_json::{Value, json};

/// The words of each kind, longer ones first so that none hides another.
struct Words {
    /// Those that start a statement.
    first: Vec<String>,
    all: Vec<String>,
    acts: Vec<String>,
    items: Vec<String>,
}

impl Words {
    fn gathered() -> Words {
        // What the parser takes in an empty text.
        let first = language::complete("", 0).into_iter().flat_map(|found| found.candidates);
        let acts = vocabulary::acts().flat_map(|act| act.forms().chain([act.noun.as_str()]));
        let items = vocabulary::items().flat_map(|item| item.forms());
        Words {
            first: sorted(first.filter(|candidate| candidate.names.is_none()).map(|word| word.text)),
            all: sorted(KEYWORDS.iter().map(|entry| entry.0.to_owned())),
            acts: sorted(acts.map(str::to_owned)),
            items: sorted(items.map(str::to_owned)),
        }
    }
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let words: BTreeSet<String> = words.collect();
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// For TextMate's engine, which VS Code uses.
#[must_use]
pub fn text_mate_grammar() -> Value {
    let words = Words::gathered();
    let first = words.first.join("|");
    let any = |words: &[String]| format!("{EDGE}(?:{}){END}", words.join("|"));
    json!({
        "name": "Pact",
        "scopeName": "source.pact",
        "patterns": [
            { "name": "comment.line.number-sign.pact", "match": "#.*$" },
            { "name": "string.quoted.double.pact", "match": "\"[^\"]*\"|“[^”]*”" },
            { "name": "invalid.illegal.open-quotation.pact", "match": "[\"“].*$" },
            {
                // A statement and what it declares: a name may be any word.
                "match": format!("(?:^|\\G)\\s*({first}){END}(?:\\s+([\\p{{L}}_][\\p{{L}}\\p{{M}}\\p{{N}}_]*))?"),
                "captures": {
                    "1": { "name": "keyword.control.pact" },
                    "2": { "name": "entity.name.pact" },
                },
            },
            { "name": "constant.other.date.pact", "match": "\\b\\d{4}-\\d{2}-\\d{2}(T[0-9A-Za-z:.+\\-]*)?" },
            { "name": "constant.numeric.pact", "match": "\\b\\d+(\\.\\d+)?(st|nd|rd|th)?\\b" },
            { "name": "string.unquoted.path.pact", "match": "[A-Za-z0-9_.\\-]+/[A-Za-z0-9_./+\\-]+" },
            { "name": "keyword.other.pact", "match": any(&words.all) },
            { "name": "support.function.act.pact", "match": any(&words.acts) },
            { "name": "support.type.item.pact", "match": any(&words.items) },
            { "name": "variable.other.pact", "match": "[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*" },
        ],
    })
}

const EDGE: &str = "(?<![\\p{L}\\p{M}\\p{N}_./-])";
const END: &str = "(?![\\p{L}\\p{M}\\p{N}_/-])";

/// For Vim and Neovim.
#[must_use]
pub fn vim_syntax() -> String {
    let words = Words::gathered();
    let any = |words: &[String]| {
        format!("\\%(\\k\\|[-./]\\)\\@1<!\\%({}\\)\\%(\\k\\|[-/]\\)\\@!", words.join("\\|"))
    };
    // The later of two that match at one place wins.
    let patterns = [
        ("Item", "Type", any(&words.items)),
        ("Act", "Function", any(&words.acts)),
        ("Word", "Statement", any(&words.all)),
        ("Number", "Number", "\\<\\d\\+\\%(\\.\\d\\+\\)\\?\\%(st\\|nd\\|rd\\|th\\)\\?\\>".to_owned()),
        ("Path", "String", "[A-Za-z0-9_.-]\\+/[A-Za-z0-9_./+-]\\+".to_owned()),
        ("Date", "Constant", "\\<\\d\\{4}-\\d\\d-\\d\\d\\%(T[0-9A-Za-z:.+-]*\\)\\?".to_owned()),
        ("First", "Keyword", format!("^\\s*\\%({}\\)\\>", words.first.join("\\|"))),
        ("Open", "Error", "[\"“].*$".to_owned()),
        ("String", "String", "\"[^\"]*\"\\|“[^”]*”".to_owned()),
        ("Comment", "Comment", "#.*$".to_owned()),
    ];
    let mut lines = vec!["\" Pact's words in colours: made by `make editors`.".to_owned()];
    for (name, group, pattern) in patterns {
        lines.push(format!("syntax match pact{name} ~{pattern}~"));
        lines.push(format!("highlight default link pact{name} {group}"));
    }
    lines.join("\n")
}
