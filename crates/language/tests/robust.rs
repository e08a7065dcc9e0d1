//! Whatever the text, the tree holds it byte for byte, nothing panics, and no error means an agreement.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/sound.rs"]
mod sound;

use dice::Dice;
use language::parse;
use sound::check;

const EXAMPLE: &str = include_str!("october.pact.md");

/// What an editor holds while the Gaza agreement is typed from its first letter to its last.
#[test]
fn every_keystroke_of_the_gaza_agreement() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../watches/gaza-2025/agreement.pact.md");
    let text = std::fs::read_to_string(path).unwrap();
    for (end, _) in text.char_indices() {
        let typed = &text[..end];
        let parsed = parse(typed);
        let errors = parsed.diagnostics.iter().any(|d| d.severity == language::Severity::Error);
        assert_eq!(parsed.agreement.is_none(), errors, "{typed}");
    }
    assert_eq!(parse(&text).diagnostics, []);
}

#[test]
fn every_prefix() {
    for end in (0..=EXAMPLE.len()).filter(|end| EXAMPLE.is_char_boundary(*end)).step_by(3) {
        check(&EXAMPLE[..end]);
    }
}

#[test]
fn every_line_left_out_and_every_line_alone() {
    let lines: Vec<_> = EXAMPLE.split_inclusive('\n').collect();
    for left_out in 0..lines.len() {
        check(&lines.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, l)| *l).collect::<String>());
        check(lines[left_out]);
    }
}

#[test]
fn random_edits() {
    let pieces = [
        "",
        "\n",
        "  ",
        "\t",
        "\"",
        "(",
        ")",
        ",",
        "#",
        "```",
        "> ",
        "\r\n",
        "é",
        "“",
        "مرحبا",
        "and",
        "or",
        "not",
        "within",
        "each",
        "of",
        "must",
        "9999999999999999999999",
        "0",
        "2025-02-30",
        "9999-12-31",
        "a",
        "phase",
        "the end of",
        "\u{feff}",
    ];
    let words: Vec<_> = EXAMPLE.split_whitespace().collect();
    let mut dice = Dice(7);
    for _ in 0..600 {
        let mut text = EXAMPLE.to_owned();
        for _ in 0..=dice.below(4) {
            let place =
                |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            let start = place(dice.below(text.len()));
            let end = place((start + dice.below(20)).min(text.len()));
            let new = if dice.below(2) == 0 { dice.pick(&pieces) } else { dice.pick(&words) };
            text.replace_range(start..end, new);
        }
        check(&text);
    }
}

#[test]
fn random_words() {
    let words: Vec<_> = EXAMPLE.split_whitespace().chain(["\n", "\n", "\n  ", "\n  "]).collect();
    let mut dice = Dice(11);
    for _ in 0..300 {
        let text: Vec<_> = (0..dice.below(200)).map(|_| dice.pick(&words)).collect();
        check(&text.join(" "));
        check(&format!("```pact\n{}\n```\n", text.join(" ")));
    }
}

#[test]
fn deep_and_long_texts_are_refused_and_not_followed() {
    let head = "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n";
    for unit in ["(", "not ", "at least 1 of (", "in force and "] {
        check(&format!("{head}milestone m when {}", unit.repeat(20_000)));
    }
    let chain: String = (0..2_000).map(|i| format!("item i{} is i{i}\n", i + 1)).collect();
    check(&format!("{head}item i0 is box\n{chain}"));
    let waits: String = (0..2_000).map(|i| format!("milestone m{i} when m{}\n", (i + 1) % 2_000)).collect();
    check(&format!("{head}{waits}"));
    check(&" ".repeat(language::MAX_TEXT_BYTES + 1)[..language::MAX_TEXT_BYTES]);
    check(&format!("{head}{}", "party a\n".repeat(language::MAX_STATEMENTS)));
    check(&format!("{head}obligation p\n {}", " while in force".repeat(20_000)));
    assert_eq!(parse(&" ".repeat(language::MAX_TEXT_BYTES + 1)).diagnostics[0].code, "too-long");
}

#[test]
fn lists_quotations_and_line_ends_are_followed() {
    let in_list = format!(
        "- the text\n\n{}",
        indent("```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a\n```\n")
    );
    assert!(parse(&in_list).agreement.is_some(), "{in_list}");
    check(&in_list);
    let empty = parse("# Nothing yet\n\n```pact\n```\n");
    assert_eq!(empty.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["missing-agreement"]);
    let windows = EXAMPLE.replace('\n', "\r\n");
    assert!(parse(&windows).agreement.is_some());
    check(&windows);
    check(&EXAMPLE.lines().map(|l| format!("> {l}\n")).collect::<String>());
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
