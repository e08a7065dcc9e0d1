//! Conditions.
//!
//! Invariant: as deep as the tree, whose depth the parser bounds.

use model::{
    Instant,
    agreement::{Condition, Exception},
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::codes,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// The conditions right inside a node.
pub(super) fn inside(node: &SyntaxNode) -> Vec<SyntaxNode> {
    use SyntaxKind as K;
    let is = |kind| {
        let joined = matches!(kind, K::Or | K::And | K::Not | K::AtLeast | K::Paren);
        joined
            || matches!(kind, K::Call | K::PhaseState | K::During | K::Named | K::InForce | K::Deed)
            || matches!(kind, K::DeedNoun | K::Recently | K::Moment)
    };
    node.children().filter(|n| is(n.kind())).collect()
}

impl Lowering<'_> {
    /// The condition of a line; a second one is refused.
    pub(super) fn condition_in(&mut self, node: &SyntaxNode) -> Option<Condition> {
        let conditions = inside(node);
        for again in conditions.iter().skip(1) {
            self.error(
                codes::SAID_TWICE,
                again.span(),
                "this is a second condition: join them with `and` or `or`",
            );
        }
        self.condition(conditions.first()?)
    }

    fn conditions(&mut self, node: &SyntaxNode) -> Option<Vec<Condition>> {
        let read: Vec<_> = inside(node).iter().map(|n| self.condition(n)).collect();
        read.into_iter().collect()
    }

    pub(super) fn condition(&mut self, node: &SyntaxNode) -> Option<Condition> {
        Some(match node.kind() {
            SyntaxKind::Paren => self.condition_in(node)?,
            SyntaxKind::And => Condition::All(self.conditions(node)?),
            SyntaxKind::Or => Condition::Any(self.conditions(node)?),
            SyntaxKind::Not => Condition::Not(Box::new(self.condition_in(node)?)),
            SyntaxKind::AtLeast => self.at_least(node)?,
            SyntaxKind::InForce => Condition::InForce,
            SyntaxKind::Call => {
                let provision = self.names.provision(&node.name()?, self.sink)?;
                if node.has("breached") {
                    Condition::Breached(provision)
                } else if node.has("time") {
                    Condition::PerformedInTime(provision)
                } else {
                    Condition::Performed(provision)
                }
            }
            SyntaxKind::PhaseState => {
                let phase = self.names.phase(&node.name()?, self.sink)?;
                let ended = node.has("ends") || node.has("ended");
                if ended { Condition::PhaseEnded(phase) } else { Condition::PhaseBegun(phase) }
            }
            SyntaxKind::During => Condition::During(self.names.phase(&node.name()?, self.sink)?),
            SyntaxKind::Named => Condition::Milestone(self.names.milestone(&node.name()?, self.sink)?),
            SyntaxKind::Deed => Condition::Deed(self.action(node, Form::Told)?),
            SyntaxKind::DeedNoun => Condition::Deed(self.action(node, Form::Plain)?),
            SyntaxKind::Recently => {
                let length = self.hours(&node.child(SyntaxKind::Length)?)?;
                Condition::Recently(length, self.action(&node.child(SyntaxKind::DeedNoun)?, Form::Plain)?)
            }
            SyntaxKind::Moment => Condition::From(self.moment(node)?),
            _ => return None,
        })
    }

    fn at_least(&mut self, node: &SyntaxNode) -> Option<Condition> {
        let conditions = self.conditions(node)?;
        let token = node.token(SyntaxKind::Number)?;
        match token.text().parse::<usize>() {
            Ok(count) if (1..=conditions.len()).contains(&count) => {
                Some(Condition::AtLeast(count, conditions))
            }
            _ => {
                let message =
                    format!("a number from 1 to {}, of conditions there are, was expected", conditions.len());
                self.error(codes::BAD_NUMBER, token.text_range().into(), message);
                None
            }
        }
    }

    /// A fixed instant; a bare day is its start.
    fn moment(&mut self, node: &SyntaxNode) -> Option<Instant> {
        if let Some(token) = node.token(SyntaxKind::DateTime) {
            return self.instant(token.text(), token.text_range().into());
        }
        let day = self.day(node)?;
        let day = if node.has("end") { day.tomorrow().ok()? } else { day };
        Some(Instant::start_of(day, &self.timezone))
    }

    /// `an ACT by WHO …`, of a provision that forbids the act.
    pub(super) fn exception(&mut self, node: &SyntaxNode, forbidden: &str) -> Option<Exception> {
        let deed = node.child(SyntaxKind::DeedNoun)?;
        let action = self.action(&deed, Form::Plain)?;
        if action.act != forbidden {
            let message = format!("the provision speaks of `{forbidden}`, and this excuses `{}`", action.act);
            self.error(codes::DOES_NOT_BELONG, deed.span(), message);
            return None;
        }
        if action.item.is_some() || action.place.is_some() || action.to.is_some() {
            let message = "an exception for some places or recipients only is not computed yet";
            self.error(codes::NOT_YET, deed.span(), message);
            return None;
        }
        let when = match inside(node).get(1) {
            Some(when) => self.condition(when)?,
            // Without a condition every such deed is excused.
            None => Condition::InForce,
        };
        Some(Exception { by: action.by, when })
    }
}
