//! What a provision demands: how much, by when, in which periods.
//!
//! Invariant: every amount that a duty hangs on is above zero, unless it is a ceiling.

use jiff::civil::Weekday;

use super::{Action, Condition};
use crate::{Amount, Duration, Id, Instant};

/// How much is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// This or more; `all N` is this too.
    AtLeast(Amount),
    /// This, and one more is a breach.
    Exactly(Amount),
    /// No more than this.
    AtMost(Amount),
}

impl Required {
    /// The amount in it.
    #[must_use]
    pub fn amount(self) -> Amount {
        match self {
            Required::AtLeast(amount) | Required::Exactly(amount) | Required::AtMost(amount) => amount,
        }
    }

    /// Likewise of another amount.
    #[must_use]
    pub fn of(self, amount: Amount) -> Required {
        match self {
            Required::AtLeast(_) => Required::AtLeast(amount),
            Required::Exactly(_) => Required::Exactly(amount),
            Required::AtMost(_) => Required::AtMost(amount),
        }
    }
}

/// How much is owed, where it need not be a plain number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A plain number.
    Plain(Required),
    /// From the first to the second, both allowed.
    Between(Amount, Amount),
    /// A share of a baseline, in per cent: at least, exactly or at most.
    Share(Required, Id),
    /// At least what a value says.
    Value(Id),
}

/// When something is due, given the instant that its window hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// `within D after C`: the window is the closed `[X, X + D]`, X being when C first holds.
    Within(Duration, Condition),
    /// `by the end of DATE`, `by the end of day N`: this is the last tick.
    By(Instant),
    /// `by the end of the Nth day after C`: the midnight that ends it is the first tick too late.
    EndOfDayAfter(u32, Condition),
    /// `by the end of the day N months after C`.
    MonthsAfter(u32, Condition),
    /// `before C`: the tick before C first holds is the last.
    Before(Condition),
    /// The last of them.
    Latest(Vec<Due>),
    /// The first of them.
    Earliest(Vec<Due>),
    /// The text gives no deadline.
    Open,
}

/// A part of a periodic duty or of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The words of it, for people.
    pub label: String,
    /// The narrower action.
    pub action: Action,
    /// How much of it.
    pub required: Required,
}

/// The periods of a duty that recurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// Each civil day of the agreement's zone.
    Day,
    /// Each week from this day's start.
    Week(Weekday),
    /// Each so many civil days, from entry into force or another instant.
    Days(u32, Condition),
    /// Each so many calendar months: 1, 3 for the quarters, 12 for the years of the calendar.
    Months(u32),
    /// Each term of a phase that can be renewed.
    Term(Id),
}

/// What a period that falls short means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Each period stands alone.
    Alone,
    /// The average over each block of so many days counts.
    Block {
        /// Days in a block.
        days: u32,
        /// A short day is a breach even so.
        short_is_breach: bool,
    },
    /// The average over any so many consecutive days counts.
    Sliding {
        /// Days in the window.
        days: u32,
        /// A short day is a breach even so.
        short_is_breach: bool,
    },
    /// What is missing may be made up this long after the period.
    MadeUp(Duration),
    /// What is missing is added to the next period.
    CarriesOver,
}

/// Which answer belongs to which trigger of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matching {
    /// First in, first out.
    InOrder,
    /// By the reference that both carry: `the same complaint`.
    SameReference,
}

/// When a thing that is handed over counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountedOn {
    /// When it is handed over.
    Handover,
    /// When it has been identified.
    Identification,
}

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How much.
    pub measure: Measure,
    /// Of all that has been done until then; else on top of the step before.
    pub in_all: bool,
    /// By when.
    pub due: Due,
}

/// On which side of a zone something is to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// In it.
    In,
    /// Out of it.
    OutOf,
    /// From above it.
    FromOver,
}

/// Hours without something, in each period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// How long.
    pub length: Duration,
    /// Without a break; else in total.
    pub consecutive: bool,
    /// How long instead on days on which a condition holds.
    pub instead: Vec<(Duration, Condition)>,
}

/// What a provision demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One duty to act, once.
    Once {
        /// The deed.
        action: Action,
        /// How much.
        required: Required,
        /// By when.
        due: Due,
        /// Performance before this first holds does not count (`not before`).
        not_before: Option<Condition>,
    },
    /// One duty to act, in steps, or of an amount that is no plain number.
    Schedule {
        /// The deed.
        action: Action,
        /// The steps, in order of writing.
        steps: Vec<Step>,
        /// Performance before this first holds does not count.
        not_before: Option<Condition>,
    },
    /// A duty for each period.
    Periodic {
        /// The deed.
        action: Action,
        /// How much each period.
        required: Required,
        /// `of these, at least …`.
        shares: Vec<Share>,
        /// What counts for one share counts for no other.
        disjoint: bool,
        /// The periods.
        cycle: Cycle,
        /// Part-periods at the ends owe in proportion (`pro rata`), else in full.
        pro_rata: bool,
        /// What a short period means.
        spread: Spread,
    },
    /// For every so many units of the trigger, so many of the answer.
    Exchange {
        /// The deed that is answered.
        trigger: Action,
        /// How many units make one instance.
        every: Amount,
        /// The answer.
        action: Action,
        /// How much for each instance.
        required: Amount,
        /// `of these, at least …`.
        shares: Vec<Share>,
        /// What counts for one share counts for no other.
        disjoint: bool,
        /// How long after the trigger.
        within: Option<Duration>,
        /// Only performance after the trigger counts.
        afterwards: bool,
        /// Which answer belongs to which trigger.
        matching: Matching,
        /// When the trigger counts.
        counted_on: CountedOn,
    },
    /// Deeds that are forbidden.
    Prohibition {
        /// The deed.
        action: Action,
    },
    /// A state to be kept at every instant.
    State {
        /// What: an item, own or anyone's.
        item: Id,
        /// Only the bearer's own.
        own: bool,
        /// How many may or must be there; none is all or nothing.
        required: Option<Measure>,
        /// Only those that belong to this member of a family, wherever they are.
        belonging: Option<Id>,
        /// Where: the side, and the zone or, in a provision for each of a family, the member's name there. None for a stock
        /// that has no place.
        place: Option<(Side, Id)>,
        /// From when.
        from: Condition,
        /// Until when.
        until: Option<Condition>,
        /// So many hours of each day only.
        quiet: Option<Quiet>,
    },
    /// A duty about what others do.
    Answerable {
        /// The deed of the others.
        action: Action,
        /// The deed itself is the breach; else only conduct is owed, which is judged and never computed.
        for_result: bool,
    },
}

impl Rule {
    /// The deed that it demands or forbids; none for a state.
    #[must_use]
    pub fn action(&self) -> Option<&Action> {
        match self {
            Rule::Once { action, .. }
            | Rule::Schedule { action, .. }
            | Rule::Periodic { action, .. }
            | Rule::Exchange { action, .. }
            | Rule::Prohibition { action }
            | Rule::Answerable { action, .. } => Some(action),
            Rule::State { .. } => None,
        }
    }
}
