//! Milestones and phases.
//!
//! Invariant: a phase that may never end is warned about, unless the drafter says that it is so.

use model::agreement::{Agreement, Condition, Due, Milestone, Phase, PhaseEnd};

use super::{Lowering, conditions, head_of, label};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn milestone(&mut self, node: &SyntaxNode) -> Option<Milestone> {
        let (id, _) = node.name()?;
        let Some(when) = self.condition_in(node) else {
            if conditions::inside(node).is_empty() {
                let message = format!("milestone `{id}` does not say when: `when …`");
                self.lacks(node, codes::MISSING_CONDITION, message);
            }
            return None;
        };
        Some(Milestone { label: label(node, &id), id, when, assumptions: self.assumptions(node) })
    }

    pub(super) fn phase(&mut self, node: &SyntaxNode) -> Option<Phase> {
        let (id, _) = node.name()?;
        let begins = self.one(node, &[K::Begins]);
        if begins.is_none() {
            self.lacks(node, codes::MISSING_BEGINNING, format!("phase `{id}` does not say when it begins"));
        }
        let begins = begins.and_then(|b| self.condition_in(&b));
        let ends = match self.one(node, &[K::Ends, K::Lasts, K::NoEnd]) {
            Some(line) => self.phase_end(&line)?,
            None => PhaseEnd::Never,
        };
        let latest = match self.one(node, &[K::AtLatest]) {
            Some(line) => Some(self.latest(&line, &id)?),
            None => None,
        };
        if let (Some(_), PhaseEnd::After(_) | PhaseEnd::Months(_)) = (&latest, &ends) {
            let message = "a phase of a fixed length ends then: `at latest` goes with `ends when`";
            self.error(codes::DOES_NOT_BELONG, node.child(K::AtLatest)?.span(), message);
        }
        let assumptions = self.assumptions(node);
        Some(Phase { label: label(node, &id), id, begins: begins?, ends, latest, assumptions })
    }

    /// `ends when C`, `lasts 42 days`, `has no stated end`.
    pub(super) fn phase_end(&mut self, line: &SyntaxNode) -> Option<PhaseEnd> {
        match line.kind() {
            K::Lasts => self.term(&line.child(K::Length)?),
            K::Ends => Some(PhaseEnd::When(self.condition_in(line)?)),
            _ => Some(PhaseEnd::Never),
        }
    }

    fn latest(&mut self, line: &SyntaxNode, phase: &str) -> Option<Due> {
        if let Some(by) = line.child(K::By) {
            return self.due(&by);
        }
        let begun = Condition::PhaseBegun(phase.to_owned());
        match self.term(&line.child(K::Length)?)? {
            PhaseEnd::After(length) => Some(Due::Within(length, begun)),
            PhaseEnd::Months(months) => Some(Due::MonthsAfter(months, begun)),
            _ => None,
        }
    }

    /// Warns of phases that may never end.
    pub(super) fn warn_of_endless_phases(&mut self, statements: &[SyntaxNode], agreement: &Agreement) {
        for node in statements.iter().filter(|s| s.kind() == K::Phase && !s.is_broken()) {
            let phase = node.name().and_then(|(id, _)| agreement.phases.iter().find(|p| p.id == id));
            let Some(phase) = phase.filter(|phase| phase.latest.is_none()) else { continue };
            let line = node.first_child_by_kind(&|kind| matches!(kind, K::Ends | K::NoEnd));
            let owned = line
                .as_ref()
                .is_some_and(|l| l.kind() == K::NoEnd || l.descendants().any(|n| n.kind() == K::Assumed));
            let endless = match &phase.ends {
                PhaseEnd::Never => true,
                PhaseEnd::When(condition) => !certain(agreement, condition, 0),
                _ => false,
            };
            if owned || !endless {
                continue;
            }
            let message = format!("phase `{}` may never end, and the text does not say so", phase.id);
            let mut warning = Diagnostic::warning(codes::MAY_NEVER_END, head_of(node), message);
            let (start, end) = (node.span().start, node.span().end);
            warning = match line {
                Some(line) => {
                    let at = line.span().end;
                    warning.fix(
                        "say that this is assumed",
                        at..at,
                        " (assumed: \"the text sets no latest end\")",
                    )
                }
                None => warning.fix(
                    "add `has no stated end`",
                    end..end,
                    self.continuation(start, "has no stated end"),
                ),
            };
            self.sink.push(warning);
        }
    }
}

/// Whether the condition is sure to hold one day, with time alone.
fn certain(agreement: &Agreement, condition: &Condition, depth: usize) -> bool {
    if depth > 64 {
        return false;
    }
    let all = |all: &[Condition]| all.iter().all(|c| certain(agreement, c, depth + 1));
    let phase = |id: &String| agreement.phases.iter().find(|p| p.id == *id);
    match condition {
        Condition::InForce | Condition::Signed | Condition::From(_) => true,
        Condition::All(parts) => all(parts),
        Condition::Any(parts) => parts.iter().any(|c| certain(agreement, c, depth + 1)),
        Condition::Milestone(id) => {
            agreement.milestones.iter().any(|m| m.id == *id && certain(agreement, &m.when, depth + 1))
        }
        Condition::PhaseBegun(id) => phase(id).is_some_and(|p| certain(agreement, &p.begins, depth + 1)),
        Condition::PhaseEnded(id) => phase(id).is_some_and(|p| {
            let by_time = matches!(p.ends, PhaseEnd::After(_) | PhaseEnd::Months(_)) || p.latest.is_some();
            by_time && certain(agreement, &p.begins, depth + 1)
        }),
        _ => false,
    }
}
