//! Conditions in words, as they would stand after `when`.
//!
//! Invariant: what is joined is put in parentheses inside another joint.

use model::{
    Amount, Instant,
    agreement::{Action, Condition},
    vocabulary,
};

use super::{Words, amount_of, length_in_words, spaced};

impl Words<'_> {
    pub(crate) fn condition(&self, condition: &Condition) -> String {
        let each = |all: &[Condition]| all.iter().map(|c| self.nested(c)).collect::<Vec<_>>();
        match condition {
            Condition::InForce => "the agreement is in force".to_owned(),
            Condition::Signed => "the agreement has been signed".to_owned(),
            Condition::From(instant) => format!("it is {} or later", self.moment(*instant)),
            Condition::Milestone(id) => format!("“{}” has been reached", self.milestone(id)),
            Condition::Performed(id) => format!("“{}” has been performed", self.provision(id)),
            Condition::PerformedInTime(id) => format!("“{}” has been performed in time", self.provision(id)),
            Condition::Breached(id) => format!("“{}” has been breached", self.provision(id)),
            Condition::Overdue(id) => format!("“{}” is overdue", self.provision(id)),
            Condition::Violations(id, count) => {
                format!("“{}” has been violated at least {count} times", self.provision(id))
            }
            Condition::Amount(id, amount) => {
                format!("at least {amount} has been performed of “{}”", self.provision(id))
            }
            Condition::Set(id) => {
                let found = self.agreement.values.iter().find(|value| value.id == *id);
                format!("“{}” has been set", found.map_or(spaced(id), |value| value.label.clone()))
            }
            Condition::Judged(id) => format!("it has been judged “{}”", self.judgement(id)),
            Condition::PhaseBegun(id) => format!("{} has begun", self.phase(id)),
            Condition::PhaseEnded(id) => format!("{} has ended", self.phase(id)),
            Condition::During(id) => format!("{} lasts", self.phase(id)),
            Condition::Deed(action) => self.done(action, ""),
            Condition::Done(action, required) => {
                let amount = format!("at least {}", amount_of(*required));
                self.done(action, &amount)
            }
            Condition::Recently(length, action) => {
                format!("no more than {} have passed since {}", length_in_words(*length), self.noun(action))
            }
            Condition::Since(length, inner) => {
                format!("no more than {} have passed since {}", length_in_words(*length), self.instant(inner))
            }
            Condition::HoursAfter(length, inner) => {
                format!("{} have passed since {}", length_in_words(*length), self.instant(inner))
            }
            Condition::DaysAfter(days, inner) => {
                let day = crate::lower::ordinal(i64::from(*days));
                format!("the {day} day after {} has ended", self.instant(inner))
            }
            Condition::Calm(action, length) => {
                format!(
                    "there has been no {} for {} without a break",
                    self.deed_of(action),
                    length_in_words(*length)
                )
            }
            Condition::All(all) => each(all).join(" and "),
            Condition::Any(any) => each(any).join(" or "),
            Condition::AtLeast(count, of) => {
                format!("at least {count} of these hold: {}", each(of).join("; "))
            }
            Condition::Not(inner) => format!("it is not so that {}", self.nested(inner)),
        }
    }

    /// The deed as told: `Hamas released at least 9 hostages to Israel`.
    fn done(&self, action: &Action, amount: &str) -> String {
        let past = vocabulary::act(&action.act).map_or(action.act.clone(), |act| spaced(&act.past));
        let by = self.doers(&action.by, "", "or");
        if amount.is_empty() {
            return format!("{by} {}", self.deed(action, &past));
        }
        format!("{by} {past} {amount}{}{}", self.counted(action, Amount::whole(2)), self.whereto(action))
    }

    fn nested(&self, condition: &Condition) -> String {
        let joined = matches!(condition, Condition::All(_) | Condition::Any(_) | Condition::AtLeast(..));
        let words = self.condition(condition);
        if joined { format!("({words})") } else { words }
    }

    pub(crate) fn moment(&self, instant: Instant) -> String {
        let zoned = instant.zoned(&self.agreement.timezone);
        format!("{} {}", zoned.date(), zoned.strftime("%H:%M"))
    }

    pub(crate) fn milestone(&self, id: &str) -> String {
        let found = self.agreement.milestones.iter().find(|m| m.id == id);
        found.map_or(spaced(id), |m| if m.label == id { spaced(id) } else { m.label.clone() })
    }

    pub(crate) fn judgement(&self, id: &str) -> String {
        let found = self.agreement.judgements.iter().find(|j| j.id == id);
        found.map_or(spaced(id), |j| if j.label == id { spaced(id) } else { j.label.clone() })
    }

    pub(crate) fn provision(&self, id: &str) -> String {
        let found = self.agreement.provisions.iter().find(|p| p.id == id);
        found.filter(|p| !p.label.is_empty()).map_or(spaced(id), |p| p.label.clone())
    }

    pub(crate) fn phase(&self, id: &str) -> String {
        let found = self.agreement.phases.iter().find(|p| p.id == id);
        match found {
            Some(phase) if phase.label != id => format!("phase {} (“{}”)", spaced(id), phase.label),
            _ => format!("phase {}", spaced(id)),
        }
    }
}
