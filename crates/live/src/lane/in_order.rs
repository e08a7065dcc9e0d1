//! Exchanges in order: the k-th so many units of what is answered, and the k-th so many of the answer.
//!
//! Invariant: a change at an instant bears on no instance that was complete, on both sides, before it.

use engine::plain::{Kind, Sums, single};
use model::{Amount, Instant, Period, StatusSet, agreement::Required};

use super::{Basis, Dirt, Lane};

/// Whether all that is answered is seen.
pub(super) fn is_seen(basis: &Basis<'_>, scope: &Period, from: Instant) -> bool {
    let until = basis.now.at.next();
    let begun = scope.first.min(from);
    basis.seen(0).is_some_and(|seen| seen.covers(begun, until.max(begun), basis.now.known))
}

/// What was answered by the deadline and by now.
struct Answered {
    start: Instant,
    now: Instant,
    in_time: (Amount, Option<Amount>),
    in_all: (Amount, Option<Amount>),
    after: (Amount, Option<Amount>),
}

impl Sums for Answered {
    fn between(&self, from: Instant, until: Instant) -> (Amount, Option<Amount>) {
        match () {
            () if from == self.start && until == self.now => self.in_all,
            () if from == self.start => self.in_time,
            () => self.after,
        }
    }
}

impl Lane {
    pub(super) fn in_order(&mut self, basis: &Basis<'_>, dirt: &Dirt) {
        let Kind::InOrder { scope, from, every, within } = &basis.plan.kind else { return };
        let (Some(asked), Required::AtLeast(required)) = (basis.told(0), basis.plan.required) else { return };
        let at = basis.now.at;
        let count = asked.flow.between(*from, at.next()).0 / every.0;
        let count = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
        // An instance that opened and was answered before the change is as it was: of these there are at least so many.
        let done = |since: Instant, answers: &crate::flow::Flow| {
            let opened = asked.flow.between(scope.first, since).0 / every.0;
            let answered =
                if required.0 > 0 { answers.between(*from, since).0 / required.0 } else { i64::MAX };
            u32::try_from(opened.min(answered).max(0)).unwrap_or(0)
        };
        for bearer in 0..basis.bearers() {
            let Some(told) = basis.told(bearer + 1) else { return };
            let since = dirt.since.map(|since| done(since, told.flow));
            let first =
                if dirt.all { Some(0) } else { since.into_iter().chain(dirt.of.first().copied()).min() };
            let Some(first) = first else { continue };
            let in_scope = Period { first: scope.first, last: scope.last.min(at) };
            let openings = Openings::new(asked.flow, in_scope, *every, first);
            let mut answers = Cursor::new(told.flow, *from);
            let in_all = told.between(*from, at.next().max(*from));
            for (k, opened) in (first..count).zip(openings.chain(std::iter::repeat(None))) {
                let place = Lane::place(basis, k, bearer);
                let Some(opened) = opened else {
                    self.set(place, StatusSet::only(model::Status::Inactive));
                    continue;
                };
                let last = within.map_or(Instant::MAX, |within| opened + within);
                let due = last.next().max(*from);
                let low = if last < at { answers.until(due) } else { in_all.0 };
                let seen = |from: Instant, until: Instant| told.seen.covers(from, until, basis.now.known);
                let sums = Answered {
                    start: *from,
                    now: at.next().max(*from),
                    in_all,
                    in_time: (low, seen(*from, due).then_some(low)),
                    after: (in_all.0 - low, seen(due, at.next().max(due)).then_some(in_all.0 - low)),
                };
                let needed = Required::AtLeast(Amount(required.0.saturating_mul(i64::from(k) + 1)));
                let set = single(needed, *from, (opened, last), at, &sums);
                self.set(place, set);
                self.wake(basis.next(&[last], bearer + 1), k);
            }
            let listed = self.sets.end() / basis.bearers();
            for k in (count..u32::try_from(listed).unwrap_or(u32::MAX)).rev() {
                self.set(Lane::place(basis, k, bearer), StatusSet::EMPTY);
            }
        }
        // Deeds told of before they are done count once they are done.
        let ahead = (0..basis.asks.len()).filter_map(|ask| basis.pattern(ask).flow.as_ref());
        let ahead = ahead.filter_map(|flow| flow.since(at.next()).next()).map(|(time, _)| time).min();
        self.wake(ahead, 0);
    }
}

/// When each instance opens, from one on; none for those that do not in scope.
struct Openings<'a> {
    events: Box<dyn Iterator<Item = (Instant, Amount)> + 'a>,
    sum: i64,
    every: i64,
    next: i64,
    last: Instant,
    time: Option<Instant>,
}

impl<'a> Openings<'a> {
    fn new(flow: &'a crate::flow::Flow, scope: Period, every: Amount, first: u32) -> Openings<'a> {
        let events = Box::new(flow.since(scope.first));
        let mut openings = Openings { events, sum: 0, every: every.0, next: 1, last: scope.last, time: None };
        for _ in 0..first {
            openings.next();
        }
        openings
    }
}

impl Iterator for Openings<'_> {
    type Item = Option<Instant>;

    fn next(&mut self) -> Option<Option<Instant>> {
        let wanted = self.next.saturating_mul(self.every);
        self.next += 1;
        while self.sum < wanted {
            match self.events.next().filter(|(time, _)| *time <= self.last) {
                Some((time, amount)) => {
                    self.sum = self.sum.saturating_add(amount.0);
                    self.time = Some(time);
                }
                None => return Some(None),
            }
        }
        Some(self.time)
    }
}

/// Sums up to instants that only grow.
struct Cursor<'a> {
    events: std::iter::Peekable<Box<dyn Iterator<Item = (Instant, Amount)> + 'a>>,
    sum: i64,
}

impl<'a> Cursor<'a> {
    fn new(flow: &'a crate::flow::Flow, from: Instant) -> Cursor<'a> {
        let events: Box<dyn Iterator<Item = (Instant, Amount)> + 'a> = Box::new(flow.since(from));
        Cursor { events: events.peekable(), sum: 0 }
    }

    fn until(&mut self, end: Instant) -> Amount {
        while let Some((_, amount)) = self.events.next_if(|(time, _)| *time < end) {
            self.sum = self.sum.saturating_add(amount.0);
        }
        Amount(self.sum)
    }
}
