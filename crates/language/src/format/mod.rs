//! Layout: a text with its Pact laid out in the one way that `trucewatch fmt` knows.
//!
//! Invariant: only blanks and blank lines change. Tokens, comments and the line that each stands on stay, and so
//! does every statement that the parser could not follow: the text says what it said, errors included.
//!
//! The author chooses where lines break and which short statements stand together; everything between two
//! tokens of a line, the indentation and the lines between long statements are chosen here. `line` lays out one
//! line, `statement` says how far in its lines stand, `block` puts them together; what is around the blocks is
//! not touched.

mod block;
mod line;
mod statement;

use rowan::NodeOrToken;

use crate::{MAX_TEXT_BYTES, tree};

/// The text, laid out: a Markdown file with `pact` blocks or, where it has none, bare Pact.
#[must_use]
pub fn format(text: &str) -> String {
    if text.len() > MAX_TEXT_BYTES {
        return text.to_owned();
    }
    let mut laid_out = String::with_capacity(text.len());
    for part in tree(text).children_with_tokens() {
        match part {
            NodeOrToken::Token(prose) => laid_out.push_str(prose.text()),
            NodeOrToken::Node(node) => laid_out.push_str(&block::lay_out(text, &node)),
        }
    }
    laid_out
}
