//! Walking the tree: the few questions that the later passes ask of a node.
//!
//! Invariant: every answer is about direct children, unless its name says otherwise; no node is made of a child that
//! is not asked for.

use std::ops::Range;

use rowan::Language;

use super::{Pact, SyntaxKind, SyntaxNode, SyntaxToken};

/// Questions of a node.
pub(crate) trait Walk {
    /// The first child of a kind.
    fn child(&self, kind: SyntaxKind) -> Option<SyntaxNode>;
    /// Every child of a kind.
    fn all(&self, kind: SyntaxKind) -> Vec<SyntaxNode>;
    /// The first token of a kind.
    fn token(&self, kind: SyntaxKind) -> Option<SyntaxToken>;
    /// Whether one of the words among its tokens is this.
    fn has(&self, word: &str) -> bool;
    /// Its words.
    fn words(&self) -> Vec<String>;
    /// Its range in the file.
    fn span(&self) -> Range<usize>;
    /// The name in it and where it stands: the node itself or its first child.
    fn name(&self) -> Option<(String, Range<usize>)>;
    /// What the first string in it or in its label says, without the marks.
    fn quoted(&self) -> Option<String>;
    /// Whether the parser could not follow some of it.
    fn is_broken(&self) -> bool;
    /// Whether the parser could not follow what comes right after it.
    fn is_cut_off(&self) -> bool;
}

impl Walk for SyntaxNode {
    fn child(&self, kind: SyntaxKind) -> Option<SyntaxNode> {
        self.first_child_by_kind(&|it| it == kind)
    }

    fn all(&self, kind: SyntaxKind) -> Vec<SyntaxNode> {
        self.children().by_kind(|it| it == kind).collect()
    }

    fn token(&self, kind: SyntaxKind) -> Option<SyntaxToken> {
        self.first_child_or_token_by_kind(&|it| it == kind)?.into_token()
    }

    fn has(&self, word: &str) -> bool {
        self.green().children().filter_map(|e| e.into_token()).any(|t| t.text() == word)
    }

    fn words(&self) -> Vec<String> {
        let green = self.green();
        let tokens = green.children().filter_map(|e| e.into_token());
        let told = tokens.filter(|t| !Pact::kind_from_raw(t.kind()).is_trivia());
        told.map(|t| t.text().to_owned()).collect()
    }

    fn span(&self) -> Range<usize> {
        self.text_range().into()
    }

    fn name(&self) -> Option<(String, Range<usize>)> {
        let node = if self.kind() == SyntaxKind::Name { self.clone() } else { self.child(SyntaxKind::Name)? };
        let green = node.green();
        let token = green.children().next()?.into_token()?;
        Some((token.text().to_owned(), node.span()))
    }

    fn quoted(&self) -> Option<String> {
        let label = self.child(SyntaxKind::Label);
        let token = label.and_then(|l| l.first_token()).or_else(|| self.token(SyntaxKind::String))?;
        Some(token.text().trim_matches(['"', '“', '”']).to_owned())
    }

    fn is_broken(&self) -> bool {
        self.descendants().any(|n| n.kind() == SyntaxKind::Error)
    }

    fn is_cut_off(&self) -> bool {
        self.next_sibling().is_some_and(|next| next.kind() == SyntaxKind::Error)
    }
}
