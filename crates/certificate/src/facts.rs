//! What rules a status of a duty out: facts of instants and of amounts, and which of them do it together.
//!
//! Invariant: a way to refute a status holds whenever the window opens and ends, between the instants shown for that.

use model::{Instant, Period, Status};
use worlds::literals::{self, Bound};

use crate::{
    Fault, Subject, after,
    frame::{Frame, Window},
};

/// Between which instants a window opens and ends: the earliest and the latest of each; none where it may never.
#[derive(Clone, Copy, Debug)]
pub struct Openings {
    /// It opens at the earliest.
    pub first: Instant,
    /// It opens by this in every world.
    pub by: Option<Instant>,
    /// It ends at the earliest, when it opens.
    pub ends: Instant,
    /// It ends by this, if it opens.
    pub ends_by: Instant,
}

/// A fact that helps to refute a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Never of this rule.
    Never,
    /// The window has opened.
    Opened,
    /// The window has not opened.
    NotOpened,
    /// The window has ended.
    Ended,
    /// The window has not ended.
    NotEnded,
    /// The duty binds: now, or when it fell due.
    Bound,
    /// It does not.
    NotBound,
    /// At least so much in all.
    InAll(i64),
    /// At most so much in all.
    NoMoreInAll(i64),
    /// At least so much in the window, however early it ends.
    InTime(i64),
    /// At most so much in the window, however late it ends.
    NoMoreInTime(i64),
}

/// Facts that refute a status together.
pub type Alternative = Vec<Fact>;

/// The ways to refute a status.
#[must_use]
pub fn refutable(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    use Fact::{
        Bound, Ended, InAll, InTime, Never, NoMoreInAll, NoMoreInTime, NotBound, NotEnded, NotOpened, Opened,
    };
    let period = matches!(frame.window, Window::Period(..));
    let (least, most) = (frame.demand.least.map(|least| least.0), frame.demand.most.map(|most| most.0));
    // Enough of it, or too much, by any of these ends.
    let reached = |enough: fn(i64) -> Fact| {
        let (least, most) = (least.map(enough), most.map(|most| enough(most.saturating_add(1))));
        least.into_iter().chain(most).map(|fact| vec![fact])
    };
    let (unopened, unbound) = (vec![NotOpened], vec![NotBound]);
    match status {
        Status::Excused | Status::Suspended | Status::Lapsed | Status::NotAdjudicated => vec![vec![Never]],
        Status::Inactive => {
            let reached = reached(InTime).map(|facts| [vec![Opened], facts].concat());
            [vec![Opened, Bound]].into_iter().chain(reached).collect()
        }
        Status::Pending => {
            [vec![Ended]].into_iter().chain(reached(InAll)).chain([unopened, unbound]).collect()
        }
        Status::Met => {
            let short = match least {
                Some(least) => vec![vec![NoMoreInTime(least - 1)]],
                None => vec![vec![NotEnded], unbound],
            };
            let over = most.map(|most| vec![InTime(most.saturating_add(1))]);
            short.into_iter().chain(over).chain([unopened]).collect()
        }
        Status::Late => match least.filter(|_| !period) {
            None => vec![vec![Never]],
            Some(least) => {
                vec![vec![NotEnded], vec![NoMoreInAll(least - 1)], vec![InTime(least)], unopened, unbound]
            }
        },
        Status::Breached => {
            let never_above: Vec<Fact> = most.map(NoMoreInTime).into_iter().collect();
            let short = match least {
                Some(least) => vec![vec![NotEnded], vec![InAll(least)], unbound],
                None => vec![Vec::new()],
            };
            let short = short.into_iter().map(|facts| [never_above.clone(), facts].concat());
            short.chain([unopened]).collect()
        }
    }
}

impl Frame<'_> {
    /// Between which instants the window opens and ends, if what opens it comes between these.
    ///
    /// # Errors
    /// For a deadline that the evaluator does not know.
    pub fn openings(
        &self,
        subject: &Subject<'_>,
        deed: (Instant, Option<Instant>),
    ) -> Result<Openings, Fault> {
        let window = |when: Option<Instant>| {
            let when = when.filter(|when| *when <= subject.case.at);
            let deed = self.opened_by.as_ref().zip(when).map(|(opener, when)| opener.deed(when));
            let deeds: Vec<_> = deed.into_iter().collect();
            match self.window {
                Window::Period(first, last) => Ok((Some(first), last)),
                Window::Due(due) => literals::window(&subject.case, due, &deeds),
                Window::Answer(within) => {
                    let last = when.zip(within).map_or(Instant::MAX, |(when, within)| when + within);
                    Ok((when, last))
                }
            }
        };
        let (opens, ends) = window(Some(deed.0))?;
        let (by, ends_by) = window(deed.1.or(self.opened_by.is_none().then_some(deed.0)))?;
        let bound = |from: Option<Instant>| from.and_then(|from| self.scope.first_from(from));
        Ok(Openings { first: bound(opens).unwrap_or(Instant::MAX), by: bound(by), ends, ends_by })
    }

    /// Whether a fact holds, where it is one of instants; else the window in which the amount is bounded, how, and by how much.
    ///
    /// # Errors
    /// The bound that has to be shown.
    pub fn asks(&self, fact: Fact, openings: &Openings, at: Instant) -> Result<bool, Bound> {
        let all = match self.window {
            Window::Period(_, last) => after(last, at),
            _ => at.next(),
        };
        let bound = |until: Instant, lower: bool, amount: i64| {
            let from = match lower {
                _ if !self.afterwards => self.counts_from,
                true => openings.by.unwrap_or(at).min(at),
                false => openings.first,
            };
            Err(Bound { from, until, lower, amount, ground: String::new() })
        };
        // The last tick at which the duty binds of those in time.
        let in_time = |last: Instant| {
            let last = Period::closed(openings.first, last.min(at));
            let bound = last.map(|own| self.scope.within(own.first, own.last));
            bound.and_then(|ticks| ticks.periods().last().map(|period| period.last.next()))
        };
        let is_bound = || {
            let due = if openings.ends < at { openings.ends.max(self.entry) } else { at };
            matches!(self.window, Window::Period(..)) || self.scope.contains(due)
        };
        match fact {
            Fact::Never => Ok(true),
            Fact::Opened => Ok(openings.by.is_some_and(|by| by <= at)),
            Fact::NotOpened => Ok(openings.first > at),
            Fact::Ended => Ok(openings.ends_by < at),
            Fact::NotEnded => Ok(openings.ends >= at),
            Fact::Bound => Ok(is_bound()),
            Fact::NotBound => Ok(!is_bound()),
            Fact::InAll(amount) => bound(all, true, amount),
            Fact::NoMoreInAll(amount) => bound(all, false, amount),
            Fact::InTime(amount) => in_time(openings.ends).map_or(Ok(false), |end| bound(end, true, amount)),
            Fact::NoMoreInTime(amount) => {
                in_time(openings.ends_by).map_or(Ok(true), |end| bound(end, false, amount))
            }
        }
    }
}
