//! What rules a status of a duty out: facts of instants and of amounts, and which of them do it together.
//!
//! Invariant: a way to refute a status holds whenever the window opens and ends, between the instants shown for that.

use model::{Instant, Period, Status};
use worlds::{
    literals::{self, Bound},
    world::{Deed, Ticks},
};

use crate::{
    Fault, Subject, after,
    doubt::{Between, Doubt, scope},
    frame::{Frame, Window},
    hinges::Turned,
};

/// Between which instants a window opens and ends: the earliest and the latest of each; none where it may never.
#[derive(Clone, Debug)]
pub struct Openings {
    /// It opens at the earliest.
    pub first: Instant,
    /// It opens by this in every world.
    pub by: Option<Instant>,
    /// It ends at the earliest, when it opens.
    pub ends: Instant,
    /// It ends by this, if it opens.
    pub ends_by: Instant,
    /// It counts what is done from this on at the earliest, and from this on in every world; none where it may count nothing.
    pub counts: (Instant, Option<Instant>),
    /// When the duty binds.
    pub scope: Doubt,
    /// Between which instants each of its hinges turns.
    pub turns: Vec<Turned>,
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
    /// Nothing of it is.
    NotBegun,
    /// It is in scope now.
    GoesOn,
    /// It is not.
    DoesNotGoOn,
    /// At least so much in what is in scope of the period.
    InScope(i64),
    /// At most so much in that.
    NoMoreInScope(i64),
    /// At least so much from one instant through another.
    Within(Instant, Instant, i64),
    /// At most so much from one instant through another.
    NoMoreWithin(Instant, Instant, i64),
    /// At least so much since a hinge turned, of those by their place: by the end of the window, or by now.
    Since(usize, i64, Until),
    /// At most so much since it turned.
    NoMoreSince(usize, i64, Until),
}

/// Up to when something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The end of the window.
    Due,
    /// The instant asked about.
    Now,
}

/// Facts that refute a status together.
pub type Alternative = Vec<Fact>;

/// The ways to refute a status.
#[must_use]
pub fn refutable(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    match status {
        // What is tracked alone is neither: it is not judged.
        Status::Breached | Status::Late if frame.tracked => vec![vec![Fact::Never]],
        Status::NotAdjudicated if frame.tracked => {
            let late = by_rule(frame, Status::Late);
            let with = |facts: Alternative| {
                late.iter().map(move |late| [facts.as_slice(), late].concat()).collect::<Vec<_>>()
            };
            by_rule(frame, Status::Breached).into_iter().flat_map(with).collect()
        }
        _ => by_rule(frame, status),
    }
}

fn by_rule(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    use Fact::{
        Bound, Ended, InAll, InTime, Never, NoMoreInAll, NoMoreInTime, NotBound, NotEnded, NotOpened, Opened,
    };
    match &frame.window {
        Window::MadeUp { own, until } => return made_up(frame, *own, *until, status),
        Window::Carried { runs, own, until } => return carried(runs, own.last, *until, status),
        Window::InDoubt(_) => return in_doubt(frame, status),
        Window::Answer(_) if frame.afterwards => return answered(frame, status),
        _ => {}
    }
    let period = matches!(frame.window, Window::Period(..));
    let (least, most) = (frame.demand.least.map(|least| least.0), frame.demand.most.map(|most| most.0));
    // Enough of it, or too much, by any of these ends. Of what nobody has set nothing is known to be enough.
    let known = least.filter(|_| frame.open.is_empty());
    let reached = |enough: fn(i64) -> Fact| {
        let (least, most) = (known.map(enough), most.map(|most| enough(most.saturating_add(1))));
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
                let in_time = known.map(|least| vec![InTime(least)]);
                let others = [vec![NotEnded], vec![NoMoreInAll(least - 1)], unopened, unbound];
                others.into_iter().chain(in_time).collect()
            }
        },
        Status::Breached => {
            let never_above: Vec<Fact> = most.map(NoMoreInTime).into_iter().collect();
            let short = match least {
                Some(_) => {
                    let reached = known.map(|least| vec![InAll(least)]);
                    [vec![NotEnded], unbound].into_iter().chain(reached).collect()
                }
                None => vec![Vec::new()],
            };
            let short = short.into_iter().map(|facts| [never_above.clone(), facts].concat());
            short.chain([unopened]).collect()
        }
    }
}

/// Of a period whose lack may be made up: reached by itself, or never with all that came later.
fn made_up(frame: &Frame<'_>, own: Period, until: Instant, status: Status) -> Vec<Alternative> {
    let least = frame.demand.least.map_or(0, |least| least.0);
    let reached = vec![Fact::Within(own.first, own.last, least)];
    match status {
        Status::Pending => vec![vec![Fact::Ended], reached],
        Status::Met => vec![vec![Fact::NoMoreWithin(own.first, until, least - 1)]],
        Status::Breached => vec![vec![Fact::NotEnded], reached],
        _ => vec![vec![Fact::Never]],
    }
}

/// Of a period to which is added what was lacking: nothing lacks at its end where from each instant on there was enough.
fn carried(runs: &[(Instant, i64)], last: Instant, until: Instant, status: Status) -> Vec<Alternative> {
    let by = |end: Instant| runs.iter().map(|(from, owed)| Fact::Within(*from, end, *owed)).collect();
    let short = |end: Instant| {
        let each = runs.iter().map(move |(from, owed)| vec![Fact::NoMoreWithin(*from, end, *owed - 1)]);
        each.collect::<Vec<Alternative>>()
    };
    match status {
        Status::Pending => vec![vec![Fact::Ended], by(last)],
        Status::Met => short(last),
        Status::Late => [vec![Fact::NotEnded], by(last)].into_iter().chain(short(until)).collect(),
        Status::Breached => vec![vec![Fact::NotEnded], by(until)],
        _ => vec![vec![Fact::Never]],
    }
}

/// Of a period of which it is in doubt how much is in scope. Where nothing is there is no such instance, and no status.
fn in_doubt(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    let (least, most) = (frame.demand.least.map(|least| least.0), frame.demand.most.map(|most| most.0));
    let reached = least.map(|least| vec![Fact::InScope(least)]);
    let over = most.map(|most| vec![Fact::InScope(most.saturating_add(1))]);
    let not_begun = vec![Fact::NotBegun];
    match status {
        Status::Pending => {
            [vec![Fact::DoesNotGoOn]].into_iter().chain(reached).chain(over).chain([not_begun]).collect()
        }
        Status::Met => {
            let short = least.map_or(Fact::GoesOn, |least| Fact::NoMoreInScope(least - 1));
            [vec![short]].into_iter().chain(over).chain([not_begun]).collect()
        }
        Status::Breached => {
            let never_above: Vec<Fact> = most.map(Fact::NoMoreInScope).into_iter().collect();
            let short = match reached {
                Some(reached) => vec![vec![Fact::GoesOn], reached],
                None => vec![Vec::new()],
            };
            let short = short.into_iter().map(|facts| [never_above.clone(), facts].concat());
            short.chain([not_begun]).collect()
        }
        _ => vec![vec![Fact::Never]],
    }
}

/// Of an answer that counts only afterwards: it is given where since each trigger before it, and its own, there was enough for all
/// answers from that one on.
fn answered(frame: &Frame<'_>, status: Status) -> Vec<Alternative> {
    let count = frame.hinges.len();
    let least = frame.demand.least.map_or(0, |least| least.0);
    let runs: Vec<(usize, i64)> = (0..count)
        .map(|of| (of, least / i64::try_from(count).unwrap_or(1) * i64::try_from(count - of).unwrap_or(1)))
        .collect();
    let given = |until: Until| runs.iter().map(|(of, owed)| Fact::Since(*of, *owed, until)).collect();
    let short = |until: Until| {
        let each = runs.iter().map(move |(of, owed)| vec![Fact::NoMoreSince(*of, *owed - 1, until)]);
        each.collect::<Vec<Alternative>>()
    };
    let (unopened, not_ended) = (vec![Fact::NotOpened], vec![Fact::NotEnded]);
    match status {
        Status::Inactive => vec![vec![Fact::Opened]],
        Status::Pending => vec![vec![Fact::Ended], given(Until::Now), unopened],
        Status::Met => short(Until::Due).into_iter().chain([unopened]).collect(),
        Status::Late => {
            let others = [not_ended, given(Until::Due), unopened];
            short(Until::Now).into_iter().chain(others).collect()
        }
        Status::Breached => vec![not_ended, given(Until::Now), unopened],
        _ => vec![vec![Fact::Never]],
    }
}

impl Frame<'_> {
    /// Between which instants the window opens and ends and the duty binds, if what these hang on turns between these.
    ///
    /// # Errors
    /// For a construct that the evaluator does not know.
    pub fn openings(&self, subject: &Subject<'_>, turns: &[Turned]) -> Result<Openings, Fault> {
        let at = subject.case.at;
        let between = Between::of(&self.hinges, turns, at);
        let window = |early: bool| {
            let deeds = if early { &between.earliest } else { &between.latest };
            match self.window {
                Window::Period(first, last) => Ok((Some(first), last)),
                Window::InDoubt(whole) => Ok((Some(whole.first), whole.last)),
                Window::MadeUp { own, until } => Ok((Some(own.first), until)),
                Window::Carried { own, .. } => Ok((Some(own.first), own.last)),
                Window::Due(due) => literals::window(&subject.case, due, deeds),
                Window::Answer(within) => {
                    let turns =
                        turns.last().and_then(|one| if early { Some(one.earliest) } else { one.latest });
                    let when = turns.filter(|when| *when <= at);
                    let last = when.zip(within).map_or(Instant::MAX, |(when, within)| when + within);
                    Ok((when, last))
                }
            }
        };
        let ((opens, ends), (by, ends_by)) = (window(true)?, window(false)?);
        let scope = scope(subject, subject.provision, &between)?;
        let first = opens.and_then(|from| scope.possible.first_from(from)).unwrap_or(Instant::MAX);
        let by = by.and_then(|from| scope.certain.first_from(from));
        let counted = |early: bool| {
            let deeds = if early { &between.earliest } else { &between.latest };
            self.counted_from(subject, deeds)
        };
        let counts = (counted(true)?.unwrap_or(Instant::MAX), counted(false)?);
        Ok(Openings { first, by, ends, ends_by, counts, scope, turns: turns.to_vec() })
    }

    /// From when on it counts in the world of some deeds; none where that has not come.
    ///
    /// # Errors
    /// For a condition that the evaluator does not know.
    pub fn counted_from(&self, subject: &Subject<'_>, deeds: &[Deed]) -> Result<Option<Instant>, Fault> {
        let Some(condition) = self.not_before else { return Ok(Some(self.counts_from)) };
        let first = literals::ticks(&subject.case, condition, deeds)?.first_from(Instant::MIN);
        Ok(first.map(|first| first.max(self.counts_from)))
    }

    /// Whether a fact holds, where it is one of instants; else the window in which the amount is bounded, how, and by how much.
    ///
    /// # Errors
    /// The bound that has to be shown.
    pub fn asks(&self, fact: Fact, openings: &Openings, at: Instant) -> Result<bool, Bound> {
        let Openings { scope: Doubt { certain, possible }, .. } = openings;
        let all = match self.window {
            Window::Period(_, last) => after(last, at),
            _ => at.next(),
        };
        let bound = |until: Instant, lower: bool, amount: i64| {
            let from = if lower { openings.counts.1 } else { Some(openings.counts.0) };
            match from {
                Some(from) => Err(Bound { from, until, lower, amount, ground: String::new() }),
                None => Ok(false),
            }
        };
        // The last of some ticks that are in time.
        let in_time = |ticks: &Ticks, first: Instant, last: Instant| {
            let last = Period::closed(first, last.min(at));
            let bound = last.map(|own| ticks.within(own.first, own.last));
            bound.and_then(|ticks| ticks.periods().last().map(|period| period.last.next()))
        };
        // In scope all the time, it binds in time however late it opens, if it does.
        let first = match certain.contains(self.entry) && *certain == Ticks::from(self.entry) {
            true => openings.first,
            false => openings.by.unwrap_or(Instant::MAX),
        };
        // The instants at which it can have fallen due, or the one asked about.
        let due = |ends: Instant| if ends < at { ends.max(self.entry) } else { at };
        let (due, due_by) = (due(openings.ends), due(openings.ends_by));
        let period = matches!(self.window, Window::Period(..));
        let is_bound =
            || period || certain.within(due, due_by).periods() == [Period { first: due, last: due_by }];
        let is_unbound = || !period && due <= due_by && possible.within(due, due_by).is_empty();
        // What of a period is in scope by now, of some ticks.
        let of_period = |ticks: &Ticks| match self.window {
            Window::InDoubt(whole) => ticks.within(whole.first, whole.last.min(at)),
            _ => Ticks::none(),
        };
        let in_scope = |from: Instant, last: Instant, lower: bool, amount: i64| {
            Err(Bound { from, until: last.next(), lower, amount, ground: String::new() })
        };
        match fact {
            Fact::NotBegun => Ok(of_period(possible).is_empty()),
            Fact::GoesOn => Ok(of_period(certain).contains(at)),
            Fact::DoesNotGoOn => Ok(!of_period(possible).contains(at)),
            Fact::InScope(amount) => match of_period(certain).periods() {
                [own] => in_scope(own.first, own.last, true, amount),
                _ => Ok(false),
            },
            Fact::NoMoreInScope(amount) => match of_period(possible).periods() {
                [] => Ok(true),
                all @ [first, ..] => in_scope(first.first, all[all.len() - 1].last, false, amount),
            },
            Fact::Never => Ok(true),
            Fact::Opened => Ok(openings.by.is_some_and(|by| by <= at)),
            Fact::NotOpened => Ok(openings.first > at),
            Fact::Ended => Ok(openings.ends_by < at),
            Fact::NotEnded => Ok(openings.ends >= at),
            Fact::Bound => Ok(is_bound()),
            Fact::NotBound => Ok(is_unbound()),
            Fact::InAll(amount) => bound(all, true, amount),
            Fact::NoMoreInAll(amount) => bound(all, false, amount),
            Fact::InTime(amount) => {
                in_time(certain, first, openings.ends).map_or(Ok(false), |end| bound(end, true, amount))
            }
            Fact::Within(from, last, amount) => {
                Err(Bound { from, until: after(last, at), lower: true, amount, ground: String::new() })
            }
            Fact::NoMoreWithin(from, last, amount) => {
                Err(Bound { from, until: after(last, at), lower: false, amount, ground: String::new() })
            }
            Fact::Since(of, amount, until) => {
                let until = if until == Until::Due { after(openings.ends, at) } else { at.next() };
                let from = openings.turns.get(of).and_then(|turns| turns.latest).filter(|from| *from < until);
                let bound = |from| Err(Bound { from, until, lower: true, amount, ground: String::new() });
                from.map_or(Ok(false), bound)
            }
            Fact::NoMoreSince(of, amount, until) => {
                let until = if until == Until::Due { after(openings.ends_by, at) } else { at.next() };
                let from = openings.turns.get(of).map_or(self.entry, |turns| turns.earliest);
                Err(Bound { from, until, lower: false, amount, ground: String::new() })
            }
            Fact::NoMoreInTime(amount) => {
                let end = in_time(possible, openings.first, openings.ends_by);
                end.map_or(Ok(true), |end| bound(end, false, amount))
            }
        }
    }
}
