//! The statuses of one instance: a pure function of its window, what it requires and what can have been performed
//! (spec/worlds.md §5).
//!
//! Invariant: for every way in which the window can have opened and every view of the amounts, each status that some
//! world gives is in the set.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use model::{Amount, Duration, Instant, Period, Status, StatusSet, agreement::Required};

use crate::{
    bound::Binding,
    bounds::{Bounds, View},
    moments::{Moments, Start},
};

/// Days on which a window may have opened are told apart up to this number; beyond it, their deadlines are taken as one stretch.
const DAYS_APART_MAX: usize = 4_000;

/// When a single duty is due, given when its window opened.
#[derive(Clone, Debug)]
pub enum Deadline {
    /// This long after; the end is in time.
    After(Duration),
    /// This is the last tick in time, however the window opened.
    Fixed(Instant),
    /// The midnight that ends the nth day after is the first tick too late.
    EndOfDay(u32, TimeZone),
    /// The midnight that ends the day so many calendar months after is the first tick too late.
    Months(u32, TimeZone),
    /// Between these, for each stretch in which the window can have opened: its last tick does not follow from its first.
    Apart(Vec<(Period, Period)>),
    /// Never.
    Open,
}

impl Deadline {
    /// The last tick in time for a window that opened at `opened`.
    #[must_use]
    pub fn last(&self, opened: Instant) -> Instant {
        match self {
            Deadline::After(length) => opened + *length,
            Deadline::Fixed(last) => *last,
            Deadline::EndOfDay(days, zone) => {
                let date = opened.date(zone).checked_add((i64::from(*days) + 1).days());
                date.map_or(Instant::MAX, |date| Instant::start_of(date, zone).previous())
            }
            Deadline::Months(months, zone) => {
                let day = opened.date(zone).checked_add(i64::from(*months).months());
                let next = day.and_then(jiff::civil::Date::tomorrow);
                next.map_or(Instant::MAX, |next| Instant::start_of(next, zone).previous())
            }
            Deadline::Apart(slots) => slots.iter().map(|(_, ends)| ends.last).max().unwrap_or(Instant::MAX),
            Deadline::Open => Instant::MAX,
        }
    }

    /// When it is over: the tick after the last in time, for each way in which the window can have opened.
    #[must_use]
    pub fn over(&self, opens: &Moments) -> Moments {
        if let Deadline::Apart(slots) = self {
            let ends =
                slots.iter().map(|(_, ends)| Period { first: ends.first.next(), last: ends.last.next() });
            let none = Moments { spans: Vec::new(), never: opens.never };
            return ends.fold(none, |over, span| over.or(&Moments { spans: vec![span], never: false }));
        }
        let mut over = Moments { spans: Vec::new(), never: opens.never };
        let end = |opened: Instant| self.last(opened).next();
        for span in &opens.spans {
            let days = match self {
                Deadline::EndOfDay(_, zone) | Deadline::Months(_, zone) => starts_of_days(span, zone),
                _ => None,
            };
            let ends = match days {
                Some(days) => [span.first].into_iter().chain(days).map(|t| Period::at(end(t))).collect(),
                None => vec![Period { first: end(span.first), last: end(span.last) }],
            };
            over = over.or(&Moments { spans: ends, never: false });
        }
        over
    }

    /// Instants of opening at which the deadline's place among `cuts` can change.
    fn turning_points(&self, cuts: impl Iterator<Item = Instant>) -> Vec<Instant> {
        match self {
            Deadline::After(length) => cuts.flat_map(|c| [c - *length, (c - *length).previous()]).collect(),
            Deadline::EndOfDay(_, zone) | Deadline::Months(_, zone) => {
                let first = |over: Date| Some(Instant::start_of(self.first_over(over)?, zone));
                let either_side = |cut: Instant| {
                    let date = cut.date(zone);
                    let from = if Instant::start_of(date, zone) == cut { Some(date) } else { None };
                    [from, date.tomorrow().ok()].into_iter().flatten().filter_map(first)
                };
                cuts.flat_map(either_side).flat_map(|midnight| [midnight.previous(), midnight]).collect()
            }
            Deadline::Fixed(_) | Deadline::Apart(_) | Deadline::Open => Vec::new(),
        }
    }

    /// The first day of opening for which it is not over before this day begins.
    fn first_over(&self, over: Date) -> Option<Date> {
        match self {
            Deadline::EndOfDay(days, _) => over.checked_sub((i64::from(*days) + 1).days()).ok(),
            Deadline::Months(months, _) => {
                // Several days at the end of a longer month fall due on the same day.
                let (months, last) = (i64::from(*months).months(), over.yesterday().ok()?);
                let reaches = |day: &Date| day.checked_add(months).is_ok_and(|due| due >= last);
                let mut day = last.checked_sub(months).ok()?;
                while !reaches(&day) {
                    day = day.tomorrow().ok()?;
                }
                while let Some(earlier) = day.yesterday().ok().filter(|earlier| reaches(earlier)) {
                    day = earlier;
                }
                Some(day)
            }
            _ => None,
        }
    }
}

/// The midnights in a span after its first tick; none where they are too many to tell apart.
fn starts_of_days(span: &Period, zone: &TimeZone) -> Option<Vec<Instant>> {
    let mut midnights = Vec::new();
    let mut date = span.first.date(zone);
    while let Ok(next) = date.tomorrow() {
        let midnight = Instant::start_of(next, zone);
        if midnight > span.last {
            return Some(midnights);
        }
        if midnights.len() == DAYS_APART_MAX {
            return None;
        }
        midnights.push(midnight);
        date = next;
    }
    Some(midnights)
}

/// From when performance counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountFrom {
    /// From a fixed instant: entry into force, as a rule.
    Fixed(Instant),
    /// From an instant that is in doubt, whatever the opening.
    Since(Start),
    /// From the opening of the window (`afterwards`).
    Opening,
}

/// A duty with one window.
#[derive(Clone, Debug)]
pub struct Single<'a> {
    /// What can have been performed.
    pub bounds: &'a Bounds,
    /// When the window can have opened.
    pub opens: &'a Moments,
    /// When it is due.
    pub deadline: &'a Deadline,
    /// From when performance counts.
    pub count_from: CountFrom,
    /// How much is owed.
    pub required: Required,
    /// When it binds; none where that is throughout, from entry into force on.
    pub binding: Option<Binding<'a>>,
}

impl Single<'_> {
    /// The statuses at `at`.
    #[must_use]
    pub fn statuses(&self, at: Instant) -> StatusSet {
        if let Some(binding) = &self.binding {
            return self.bound_statuses(binding, at);
        }
        self.by_view(at).into_iter().fold(StatusSet::EMPTY, StatusSet::or)
    }

    /// The status sets at `at`, apart for each way of opening and each view: more than one where they differ.
    #[must_use]
    pub fn by_view(&self, at: Instant) -> BTreeSet<StatusSet> {
        let mut sets = BTreeSet::new();
        if self.opens.never || self.opens.spans.last().is_some_and(|span| span.last > at) {
            sets.insert(StatusSet::only(Status::Inactive));
        }
        for opened in self.openings(&self.bounds.cuts, at) {
            let last = self.deadline.last(opened);
            let start = match self.count_from {
                CountFrom::Fixed(from) => from,
                CountFrom::Since(start) => start.latest,
                CountFrom::Opening => opened,
            };
            if at <= last {
                let points = [start, at.next().max(start)];
                let views = self.bounds.views(&points);
                sets.extend(views.iter().map(|view| running(self.required, view)));
            } else {
                let points = [start, last.next().max(start), at.next().max(start)];
                let views = self.bounds.views(&points);
                sets.extend(views.iter().map(|view| over(self.required, view)));
            }
        }
        sets
    }

    /// One opening for each way in which it can stand to the cuts, the deadline and `at`.
    pub(crate) fn openings(&self, cuts: &[Instant], at: Instant) -> BTreeSet<Instant> {
        let mut openings = BTreeSet::new();
        for span in self.opens.spans.iter().filter_map(|s| Period::closed(s.first, s.last.min(at))) {
            let mut own = BTreeSet::from([span.first, span.last]);
            if span.first < span.last && !matches!(self.deadline, Deadline::Fixed(_) | Deadline::Open) {
                let start = match self.count_from {
                    CountFrom::Fixed(from) => Some(from),
                    CountFrom::Since(start) => Some(start.latest),
                    CountFrom::Opening => None,
                };
                let marks = cuts.iter().copied().chain([at, at.next()]).chain(start);
                own.extend(self.deadline.turning_points(marks));
            }
            if self.count_from == CountFrom::Opening || self.binding.is_some() {
                own.extend(cuts.iter().flat_map(|c| [c.previous(), *c]));
            }
            own.retain(|opening| span.first <= *opening && *opening <= span.last);
            let middles: Vec<Instant> =
                own.iter().zip(own.iter().skip(1)).map(|(a, b)| Instant(a.0 + (b.0 - a.0) / 2)).collect();
            openings.extend(own);
            openings.extend(middles);
        }
        openings
    }

    /// The instants at which the statuses can change, for a timeline up to `at`.
    #[must_use]
    pub fn changes(&self, at: Instant) -> BTreeSet<Instant> {
        let mut changes: BTreeSet<Instant> =
            self.bounds.cuts.iter().flat_map(|c| [c.previous(), *c, c.next()]).collect();
        for span in &self.opens.spans {
            changes.extend([span.first, span.last, span.last.next()]);
        }
        if let Some(binding) = &self.binding {
            changes.extend(
                self.marks(binding).into_iter().flat_map(|mark| [mark.previous(), mark, mark.next()]),
            );
        }
        match self.deadline {
            Deadline::Apart(slots) => {
                changes.extend(
                    slots.iter().flat_map(|(_, ends)| [ends.first.next(), ends.last, ends.last.next()]),
                );
            }
            _ => {
                let marks = self.binding.as_ref().map(|binding| self.marks(binding));
                let openings = self.openings(marks.as_deref().unwrap_or(&self.bounds.cuts), at);
                changes.extend(openings.into_iter().map(|opening| self.deadline.last(opening).next()));
            }
        }
        changes
    }
}

/// Before the deadline: points are the start and now.
pub(crate) fn running(required: Required, view: &View) -> StatusSet {
    let (low, high) = (view.low(0, 1), view.high(0, 1));
    let reaches = |amount: Amount| high.is_none_or(|h| h >= amount);
    let mut set = StatusSet::EMPTY;
    match required {
        Required::AtLeast(owed) => {
            insert_if(&mut set, Status::Met, reaches(owed));
            insert_if(&mut set, Status::Pending, low < owed);
        }
        Required::Exactly(owed) => {
            insert_if(&mut set, Status::Met, low <= owed && reaches(owed));
            insert_if(&mut set, Status::Pending, low < owed);
            insert_if(&mut set, Status::Breached, reaches(owed + Amount::LEAST));
        }
        Required::AtMost(most) => {
            insert_if(&mut set, Status::Pending, low <= most);
            insert_if(&mut set, Status::Breached, reaches(most + Amount::LEAST));
        }
    }
    set
}

/// After the deadline: points are the start, the deadline and now.
pub(crate) fn over(required: Required, view: &View) -> StatusSet {
    let reaches = |to: usize, amount: Amount| view.high(0, to).is_none_or(|h| h >= amount);
    let moved = view.high(1, 2).is_none_or(|h| h > Amount::ZERO);
    let mut set = StatusSet::EMPTY;
    let short = |set: &mut StatusSet, owed: Amount| {
        insert_if(set, Status::Late, view.low(0, 1) < owed && reaches(2, owed) && moved);
        insert_if(set, Status::Breached, view.low(0, 2) < owed);
    };
    match required {
        Required::AtLeast(owed) => {
            insert_if(&mut set, Status::Met, reaches(1, owed));
            short(&mut set, owed);
        }
        Required::Exactly(owed) => {
            insert_if(&mut set, Status::Met, view.low(0, 1) <= owed && reaches(1, owed));
            insert_if(&mut set, Status::Breached, reaches(1, owed + Amount::LEAST));
            short(&mut set, owed);
        }
        Required::AtMost(most) => {
            insert_if(&mut set, Status::Met, view.low(0, 1) <= most);
            insert_if(&mut set, Status::Breached, reaches(1, most + Amount::LEAST));
        }
    }
    set
}

/// The statuses of a periodic instance whose amount lies between the two points of a view; `done` when the period is over.
#[must_use]
pub fn periodic(required: Required, view: &View, done: bool) -> StatusSet {
    let open = running(required, view);
    if !done {
        return open;
    }
    // What still runs in the period is settled at its end: short of a floor is a breach, within a cap is kept.
    open.iter()
        .map(|status| match (status, required) {
            (Status::Pending, Required::AtMost(_)) => Status::Met,
            (Status::Pending, _) => Status::Breached,
            (other, _) => other,
        })
        .collect()
}

fn insert_if(set: &mut StatusSet, status: Status, possible: bool) {
    if possible {
        set.insert(status);
    }
}

/// How good a status is beside others.
pub type Rank = fn(Status) -> u8;

/// Of instances, each by itself: as SEMANTICS.md §2 has it.
#[must_use]
pub fn by_itself(status: Status) -> u8 {
    2 * status as u8
}

/// Of what is one for all of several: that someone who is no longer bound kept it says nothing of how it stands for the others.
#[must_use]
pub fn one_for_all(status: Status) -> u8 {
    match status {
        Status::Met => by_itself(Status::Lapsed) + 1,
        other => by_itself(other),
    }
}

/// What a provision is, given its instances taken as independent: the worst of them in each world (SEMANTICS.md §2).
#[must_use]
pub fn worst_of(instances: impl Iterator<Item = StatusSet> + Clone) -> StatusSet {
    worst_by(by_itself, instances)
}

/// Likewise by another rank.
#[must_use]
pub fn worst_by(rank: Rank, instances: impl Iterator<Item = StatusSet> + Clone) -> StatusSet {
    // s is possible iff some instance may be s and no other is certainly worse: for every other one, its worst-at-best
    // (the best status that it can have) is no worse than s.
    let best = |set: StatusSet| set.iter().map(rank).max();
    let bests: Vec<u8> = instances.clone().filter_map(best).collect();
    let Some(worst_best) = bests.iter().min().copied() else { return StatusSet::only(Status::Inactive) };
    let sole = bests.iter().filter(|b| **b == worst_best).count() == 1;
    let runner_up = bests.iter().filter(|b| **b != worst_best).min().copied();
    let mut result = StatusSet::EMPTY;
    for set in instances {
        let others = if sole && best(set) == Some(worst_best) { runner_up } else { Some(worst_best) };
        for status in set.iter() {
            // The worst has the lowest rank, so “no worse than” is ≥.
            if others.is_none_or(|other| other >= rank(status)) {
                result.insert(status);
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(statuses: &[Status]) -> StatusSet {
        statuses.iter().copied().collect()
    }

    #[test]
    fn worst_of_independent_instances() {
        use Status::{Breached, Inactive, Met, Pending};
        let table: &[(&[&[Status]], &[Status])] = &[
            (&[&[Met, Breached], &[Pending, Met]], &[Met, Pending, Breached]),
            (&[&[Met, Breached], &[Pending]], &[Pending, Breached]),
            (&[&[Met], &[Met]], &[Met]),
            (&[&[Breached], &[Pending, Met]], &[Breached]),
            (&[&[Met, Inactive], &[Inactive]], &[Met, Inactive]),
            (&[], &[Inactive]),
        ];
        for (instances, expected) in table {
            let got = worst_of(instances.iter().map(|i| set(i)));
            assert_eq!(got, set(expected), "{instances:?}");
        }
    }
}
