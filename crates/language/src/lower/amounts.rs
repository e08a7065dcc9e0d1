//! Amounts: how much is owed, plainly, as a range, as a share or as a value.
//!
//! Invariant: a bare number is refused where it could mean at least or exactly.

use model::{
    Amount,
    agreement::{Measure, Required},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, SyntaxToken, Walk},
};

impl Lowering<'_> {
    /// A number, which may be below zero.
    pub(super) fn number(&mut self, token: &SyntaxToken) -> Option<Amount> {
        let amount = Amount::parse(token.text()).ok();
        if amount.is_none() {
            let message = "a number with at most six decimal places was expected";
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        amount
    }

    /// The number in a node, above zero.
    pub(super) fn positive(&mut self, node: &SyntaxNode) -> Option<Amount> {
        let token = node.token(K::Number)?;
        let amount = Amount::parse(token.text()).ok().filter(|amount| *amount > Amount::ZERO);
        if amount.is_none() {
            let message = "an amount above zero, with at most six decimal places, was expected";
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        amount
    }

    /// An amount in an exchange: `15` or `at least 15`.
    pub(super) fn whole_amount(&mut self, node: &SyntaxNode) -> Option<Amount> {
        // In words: refused before.
        if node.is_broken() {
            return None;
        }
        let plain = node.words().len() == 1 || node.has("least") || node.has("all");
        if !plain || node.token(K::Percent).is_some() || node.child(K::Name).is_some() {
            self.error(codes::DOES_NOT_BELONG, node.span(), "an exchange counts in plain numbers");
            return None;
        }
        self.positive(node)
    }

    /// A plain number, and whether it is a floor, a ceiling or both.
    pub(super) fn required(&mut self, node: &SyntaxNode) -> Option<Required> {
        if node.words().len() == 1 && node.child(K::Name).is_none() {
            let amount = self.positive(node)?;
            let message = "at least so many, or exactly? Say which";
            let diagnostic = Diagnostic::error(codes::BARE_NUMBER, node.span(), message);
            self.sink.push(diagnostic.write(format!("at least {amount}")).write(format!("exactly {amount}")));
            return None;
        }
        if node.has("between") || node.token(K::Percent).is_some() || node.child(K::Name).is_some() {
            self.error(codes::DOES_NOT_BELONG, node.span(), "a plain number was expected here");
            return None;
        }
        self.plain(node)
    }

    fn plain(&mut self, node: &SyntaxNode) -> Option<Required> {
        let most = node.has("most") || node.has("more") || node.has("exactly");
        let amount = match node.token(K::Number)?.text().parse::<u64>() {
            Ok(0) if most => Amount::ZERO,
            _ => self.positive(node)?,
        };
        Some(if node.has("exactly") {
            Required::Exactly(amount)
        } else if most {
            Required::AtMost(amount)
        } else {
            Required::AtLeast(amount)
        })
    }

    /// How much, in any form; a bare number is a floor in a step of a schedule, and refused elsewhere.
    pub(super) fn measure(&mut self, node: &SyntaxNode, in_step: bool) -> Option<Measure> {
        if node.has("between") {
            let tokens = node.children_with_tokens().filter_map(|e| e.into_token());
            let ends: Vec<_> = tokens.filter(|t| t.kind() == K::Number).map(|t| self.number(&t)).collect();
            let ends = ends.into_iter().collect::<Option<Vec<_>>>()?;
            let [low, high] = ends.as_slice() else { return None };
            if low >= high || *low < Amount::ZERO {
                self.error(codes::BAD_NUMBER, node.span(), "the first number must be below the second");
                return None;
            }
            return Some(Measure::Between(*low, *high));
        }
        if node.token(K::Percent).is_some() {
            let baseline = self.names.baseline(&node.name()?, self.sink)?;
            let share = self.plain(node)?;
            let (Required::AtLeast(part) | Required::Exactly(part) | Required::AtMost(part)) = share;
            if part > Amount::whole(100) {
                self.error(codes::BAD_NUMBER, node.span(), "a share is at most 100 per cent");
                return None;
            }
            return Some(Measure::Share(share, baseline));
        }
        if let Some(value) = node.child(K::Name) {
            return Some(Measure::Value(self.names.number(&value.name()?, self.sink)?));
        }
        let read = if in_step { self.plain(node) } else { self.required(node) };
        read.map(Measure::Plain)
    }
}
