//! Which provisions the classes of `duties` and the incidents of `incidents` treat by themselves.
//!
//! Invariant: a provision that is plain hangs on nothing but its own deeds, or on one other plain duty.

use model::agreement::{
    Agreement, Binding, Condition, CountedOn, Cycle, Due, Matching, Provision, Rule, Spread, Terms,
};

use crate::Oracle;

/// Whether nothing of the agreement reaches all its provisions.
pub(crate) fn undisturbed(agreement: &Agreement) -> bool {
    let consequences = agreement.provisions.iter().any(|p| !p.terms.consequences.is_empty());
    let ties = agreement.actors.iter().any(|actor| !actor.ties.is_empty());
    agreement.entry.is_none()
        && agreement.powers.is_empty()
        && agreement.amendments.is_empty()
        && !consequences
        && !ties
}

impl Oracle<'_> {
    /// Whether a provision is plain.
    pub(crate) fn is_plain(&self, provision: &Provision) -> bool {
        let terms = Terms {
            grades: provision.terms.grades.clone(),
            disputes: provision.terms.disputes.clone(),
            notwithstanding: provision.terms.notwithstanding.clone(),
            ..Terms::default()
        };
        undisturbed(self.agreement())
            && provision.while_ == Condition::InForce
            && provision.exceptions.is_empty()
            && provision.terms == terms
            && self.rule_is_plain(provision)
    }

    fn rule_is_plain(&self, provision: &Provision) -> bool {
        let one = provision.bearers.len() == 1 && provision.binding != Binding::Unstated;
        match &provision.rule {
            Rule::Once { action, due, not_before, .. } => {
                one && action.under.is_empty()
                    && self.due_is_plain(due)
                    && not_before.as_ref().is_none_or(is_fixed)
            }
            Rule::Periodic {
                action,
                shares,
                pro_rata: false,
                cycle: Cycle::Day,
                spread: Spread::Alone,
                ..
            } => one && action.under.is_empty() && shares.is_empty(),
            Rule::Exchange { action, trigger, shares, matching, counted_on, .. } => {
                let under = [action, trigger].iter().all(|action| action.under.is_empty());
                let usual = *matching == Matching::InOrder && *counted_on == CountedOn::Handover;
                one && under && shares.is_empty() && usual
            }
            Rule::Prohibition { action } => action.under.is_empty(),
            _ => false,
        }
    }

    fn due_is_plain(&self, due: &Due) -> bool {
        match due {
            Due::By(last) => *last >= self.agreement().in_force,
            Due::Open => true,
            Due::Within(_, condition) | Due::EndOfDayAfter(_, condition) => match condition {
                Condition::Performed(id) | Condition::PerformedInTime(id) | Condition::Breached(id) => {
                    let first = self.agreement().provisions.iter().find(|p| p.id == *id);
                    first.is_some_and(|first| {
                        let hangs = matches!(&first.rule, Rule::Once { due, .. } if is_fixed_due(due));
                        hangs && self.is_plain(first)
                    })
                }
                condition => is_fixed(condition),
            },
            _ => false,
        }
    }
}

/// A condition that no evidence moves.
pub(crate) fn is_fixed(condition: &Condition) -> bool {
    matches!(condition, Condition::InForce | Condition::From(_))
}

fn is_fixed_due(due: &Due) -> bool {
    match due {
        Due::By(_) | Due::Open => true,
        Due::Within(_, condition) | Due::EndOfDayAfter(_, condition) => is_fixed(condition),
        _ => false,
    }
}
