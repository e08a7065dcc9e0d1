//! The lossless tree and the tokens that it is made of.
//!
//! Invariant: the text of a file's tree is the file, byte for byte; offsets in the tree are offsets in the
//! file.

mod kind;
mod lexer;
mod tree;

pub use kind::{Pact, SyntaxKind};
pub(crate) use lexer::{Lexeme, column, lex, line_before};
pub(crate) use tree::Walk;

/// A node of the tree.
pub type SyntaxNode = rowan::SyntaxNode<Pact>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<Pact>;
