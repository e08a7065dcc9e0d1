//! Amendments: what the parties changed, when it was agreed, and from when it holds.
//!
//! Invariant: an amendment says what becomes of inner deadlines and of past breaches.

use model::agreement::{Agreement, Amendment, Change, Effective, Target};

use super::{Lowering, head_of, label};
use crate::{
    diagnostics::codes,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn amendment(&mut self, node: &SyntaxNode, agreement: &Agreement) -> Option<Amendment> {
        let (id, _) = node.name()?;
        let agreed = match self.one(node, &[K::Agreed]) {
            Some(line) => self.date_or_time(&line),
            None => {
                self.lacks(
                    node,
                    codes::EXPECTED,
                    format!("`{id}` does not say when it was agreed: `agreed …`"),
                );
                None
            }
        };
        let accepted_by = self.who(node)?;
        let effective = match self.one(node, &[K::Effective]) {
            Some(line) if line.has("from") => self.date_or_time(&line).map(Effective::From),
            Some(_) => Some(Effective::LastAcceptance),
            None => {
                let message = format!("`{id}` does not say from when it holds");
                let lines = ["effective at the last acceptance"];
                self.choose(node, head_of(node), codes::MISSING_IN_FORCE, &message, &lines);
                None
            }
        };
        if accepted_by.is_empty() && effective == Some(Effective::LastAcceptance) {
            let message = "who has to accept it is missing: `accepted by each of …`";
            self.lacks(node, codes::WHO_SETTLES, message);
        }
        let inner = self.one(node, &[K::InnerDeadlines]);
        if inner.is_none() {
            let message = "do deadlines that hang on what it changes move with it? Say which";
            let lines = ["inner deadlines move", "inner deadlines stay"];
            self.choose(node, head_of(node), codes::INNER_DEADLINES, message, &lines);
        }
        let past = self.one(node, &[K::PastBreaches]);
        if past.is_none() {
            let message = "do breaches before it stand? Say which";
            let lines = ["past breaches stand", "past breaches are cured"];
            self.choose(node, head_of(node), codes::PAST_BREACHES, message, &lines);
        }
        let lines = node.all(K::Change);
        if lines.is_empty() {
            self.lacks(
                node,
                codes::NO_VERB,
                format!("`{id}` changes nothing: `phase … now …` or `in ID, … now …`"),
            );
        }
        let changes: Vec<_> = lines.iter().map(|line| self.amended(line, agreement)).collect();
        self.refuse_clashes(&lines, &changes, agreement);
        Some(Amendment {
            label: label(node, &id),
            id,
            agreed: agreed?,
            accepted_by,
            effective: effective?,
            changes: changes.into_iter().collect::<Option<_>>()?,
            inner_deadlines_move: inner?.has("move"),
            past_breaches_cured: past?.has("cured"),
            assumptions: self.assumptions(node),
        })
    }

    fn amended(&mut self, line: &SyntaxNode, agreement: &Agreement) -> Option<(Target, Change)> {
        if line.has("removed") {
            return Some((self.target(&line.child(K::Target)?)?, Change::Removed));
        }
        if line.has("in") {
            return self.change(line, agreement);
        }
        // `phase X now ends when …`.
        let target = self.target(&line.child(K::Target)?)?;
        let course = line.first_child_by_kind(&|kind| matches!(kind, K::Begins | K::Ends | K::Lasts))?;
        let change = match course.kind() {
            K::Begins => Change::Begins(self.condition_in(&course)?),
            _ => Change::Ends(self.phase_end(&course)?),
        };
        Some((target, change))
    }
}
