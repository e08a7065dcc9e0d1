//! One statement: which lines it has and how far in each of them stands.
//!
//! Invariant: the levels come from the tree alone, so that no indentation changes them.

use std::ops::RangeInclusive;

use super::line::Line;
use crate::syntax::{SyntaxNode, SyntaxToken, Walk as _, column};

/// A statement and the lines it has.
pub(super) struct Statement {
    pub(super) lines: RangeInclusive<usize>,
    /// The parser could not follow it, or found it away from the margin: it stays as it is.
    pub(super) is_broken: bool,
    /// Of each of the lines; that of a comment is the next line's.
    levels: Vec<usize>,
}

impl Statement {
    pub(super) fn of(text: &str, node: &SyntaxNode, lines: &[Line], margin: Option<usize>) -> Statement {
        let line_of = |offset: usize| lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        let span = node.span();
        let own = line_of(span.start)..=line_of(span.end.saturating_sub(1));
        let is_broken = node.is_broken() || Some(column(text, span.start)) != margin;
        let mut levels: Vec<Option<usize>> = Vec::new();
        for index in own.clone() {
            let level = lines.get(index).and_then(Line::code).map(|token| {
                let Some(part) = part_of(node, token) else { return 1 };
                let begins = line_of(part.span().start);
                let above =
                    begins.checked_sub(*own.start()).and_then(|row| levels.get(row).copied().flatten());
                above.map_or(1 + usize::from(part.kind().is_nested()), |above| above + 1)
            });
            levels.push(if levels.is_empty() { Some(0) } else { level });
        }
        let mut next = 0;
        let upwards = levels.into_iter().rev().map(|level| {
            next = level.unwrap_or(next);
            next
        });
        let mut levels: Vec<_> = upwards.collect();
        levels.reverse();
        Statement { lines: own, is_broken, levels }
    }

    pub(super) fn is_long(&self) -> bool {
        self.levels.len() > 1
    }

    /// How far in its line stands.
    pub(super) fn level(&self, line: usize) -> usize {
        line.checked_sub(*self.lines.start()).and_then(|row| self.levels.get(row).copied()).unwrap_or(0)
    }
}

/// The part of the statement that the token is in, if it is not the statement's own.
fn part_of(statement: &SyntaxNode, token: &SyntaxToken) -> Option<SyntaxNode> {
    token.parent_ancestors().take_while(|node| node != statement).last()
}
