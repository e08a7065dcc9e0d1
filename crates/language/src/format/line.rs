//! One line: what stands on it, how far in it stands and what is between its tokens.
//!
//! Invariant: two tokens that the lexer held apart are still apart.

use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

/// One level of indentation.
pub(super) const STEP: &str = "  ";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A line of a block.
pub(super) struct Line<'t> {
    /// Where it starts in the file: the block's first behind what stands before the block on its line.
    pub(super) start: usize,
    /// Its bytes, without its end.
    pub(super) raw: &'t str,
    /// How it ends: nothing at the end of the file.
    pub(super) end: &'t str,
    /// What stands on it that is not blank, the comment last.
    pub(super) tokens: Vec<SyntaxToken>,
}

impl Line<'_> {
    /// The first token, unless that is a comment.
    pub(super) fn code(&self) -> Option<&SyntaxToken> {
        self.tokens.first().filter(|token| token.kind() != SyntaxKind::Comment)
    }

    /// What stands on it, its blanks as they should be.
    pub(super) fn laid_out(&self) -> String {
        let mut words = String::with_capacity(self.raw.len());
        let mut before: Option<&SyntaxToken> = None;
        for token in &self.tokens {
            words.push_str(before.map_or("", |before| between(before, token)));
            words.push_str(token.text().trim_end_matches([' ', '\t']));
            before = Some(token);
        }
        words
    }
}

/// The lines of a block, blank ones too.
pub(super) fn lines<'t>(text: &'t str, block: &SyntaxNode) -> Vec<Line<'t>> {
    let slice = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    let (mut lines, mut tokens) = (Vec::new(), Vec::new());
    let mut start = usize::from(block.text_range().start());
    if start == 0 && text.starts_with(BYTE_ORDER_MARK) {
        start = BYTE_ORDER_MARK.len_utf8();
    }
    for token in block.descendants_with_tokens().filter_map(|element| element.into_token()) {
        match token.kind() {
            SyntaxKind::Whitespace => {}
            SyntaxKind::Newline => {
                let (at, next) = (token.text_range().start().into(), token.text_range().end().into());
                let raw = slice(start, at);
                lines.push(Line { start, raw, end: slice(at, next), tokens: std::mem::take(&mut tokens) });
                start = next;
            }
            _ => tokens.push(token),
        }
    }
    let raw = slice(start, block.text_range().end().into());
    if !raw.is_empty() {
        lines.push(Line { start, raw, end: "", tokens });
    }
    lines
}

fn between(before: &SyntaxToken, token: &SyntaxToken) -> &'static str {
    match token.text() {
        _ if token.kind() == SyntaxKind::Comment => STEP,
        // A colon that touches a time would be read as part of it.
        ":" if before.kind() == SyntaxKind::DateTime => " ",
        "," | ";" | ":" | ")" => "",
        // `performed(…)`.
        "(" if token.parent().is_some_and(|node| node.kind() == SyntaxKind::Call) => "",
        _ if before.text() == "(" => "",
        _ => " ",
    }
}
