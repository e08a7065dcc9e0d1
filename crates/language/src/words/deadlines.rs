//! Deadlines and clocks in words.
//!
//! Invariant: says whether hours or days are counted, and after what.

use model::agreement::{Clock, Condition, Due};

use super::{Words, length_in_words};
use crate::lower::ordinal;

impl Words<'_> {
    /// The deadline, with a space before it.
    pub(crate) fn due(&self, due: &Due) -> String {
        match due {
            Due::Within(length, condition) => {
                format!(" within {} after {}", length_in_words(*length), self.instant(condition))
            }
            Due::Before(condition) => format!(" before {}", self.instant(condition)),
            Due::Latest(all) => format!(" by the later of {}", self.several(all)),
            Due::Earliest(all) => format!(" by the earlier of {}", self.several(all)),
            Due::Open => String::new(),
            _ => format!(" by {}", self.end(due)),
        }
    }

    fn several(&self, all: &[Due]) -> String {
        let each = all.iter().map(|due| match due {
            Due::Within(length, condition) => {
                format!("{} after {}", length_in_words(*length), self.instant(condition))
            }
            due => self.end(due),
        });
        each.collect::<Vec<_>>().join(" and ")
    }

    /// `the end of …`.
    fn end(&self, due: &Due) -> String {
        match due {
            Due::By(last) => format!("the end of {}", last.date(&self.agreement.timezone)),
            Due::EndOfDayAfter(nth, condition) => {
                format!("the end of the {} day after {}", ordinal(i64::from(*nth)), self.instant(condition))
            }
            Due::MonthsAfter(months, condition) => {
                let unit = if *months == 1 { "month" } else { "months" };
                format!("the end of the day {months} {unit} after {}", self.instant(condition))
            }
            other => self.due(other).trim_start().to_owned(),
        }
    }

    /// The condition as it stands after `after`.
    pub(crate) fn instant(&self, condition: &Condition) -> String {
        match condition {
            Condition::InForce => "entry into force".to_owned(),
            Condition::Signed => "the signing".to_owned(),
            Condition::From(instant) => self.moment(*instant),
            Condition::Milestone(id) => format!("“{}”", self.milestone(id)),
            Condition::Performed(id) => format!("“{}” is performed", self.provision(id)),
            Condition::PhaseBegun(id) => format!("the beginning of {}", self.phase(id)),
            Condition::PhaseEnded(id) => format!("the end of {}", self.phase(id)),
            Condition::HoursAfter(length, inner) => {
                format!("{} after {}", length_in_words(*length), self.instant(inner))
            }
            Condition::DaysAfter(days, inner) => {
                format!("the end of the {} day after {}", ordinal(i64::from(*days)), self.instant(inner))
            }
            other => self.condition(other),
        }
    }

    /// A time given to someone.
    pub(crate) fn clock(&self, clock: Clock) -> String {
        match clock {
            Clock::Hours(length) => format!("within {}", length_in_words(length)),
            Clock::Days(days) => format!("by the end of the {} day", ordinal(i64::from(days))),
        }
    }
}
