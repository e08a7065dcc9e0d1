//! What must hold of the layout of any text.
//!
//! Invariant: laying a text out twice is laying it out once, and only blanks differ.

#[path = "said.rs"]
mod said;

use language::{
    format, parse,
    syntax::{SyntaxKind, SyntaxToken},
    tree,
};
use said::said;

/// Every token that is not blank, kind and text, with the line that it starts or not; prose too.
fn tokens(text: &str) -> Vec<(SyntaxKind, String, bool)> {
    let all = tree(text).descendants_with_tokens().filter_map(|element| element.into_token());
    let mut starts_line = true;
    let mut tokens = Vec::new();
    for token in all {
        match token.kind() {
            SyntaxKind::Whitespace => continue,
            SyntaxKind::Newline => starts_line = true,
            kind => {
                tokens.push((kind, told(&token), starts_line));
                starts_line = kind == SyntaxKind::Prose;
            }
        }
    }
    tokens
}

fn told(token: &SyntaxToken) -> String {
    match token.kind() {
        SyntaxKind::Comment => token.text().trim_end_matches([' ', '\t']).to_owned(),
        // A block's first line may start behind its list's indentation or, where it is blank, before it.
        SyntaxKind::Prose => token.text().trim_end_matches([' ', '\t', '>']).to_owned(),
        _ => token.text().to_owned(),
    }
}

/// Everything that must hold of any text.
pub fn check(text: &str) -> String {
    let once = format(text);
    assert_eq!(format(&once), once, "laid out twice:\n{text}");
    assert_eq!(tokens(&once), tokens(text), "tokens of:\n{text}");
    let (before, after) = (parse(text), parse(&once));
    let codes = |parsed: &language::Parsed| parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(&after), codes(&before), "diagnostics of:\n{text}\nlaid out:\n{once}");
    let said = |parsed: language::Parsed| parsed.agreement.map(|a| said(&a)).unwrap_or_default();
    let (after, before) = (said(after), said(before));
    let differs = after.iter().zip(&before).find(|(after, before)| after != before);
    assert!(after == before, "meaning of:\n{text}\n{differs:?}");
    once
}
