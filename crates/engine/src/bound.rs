//! A single duty that binds at times only, or counts from an uncertain instant, or whose deadline is not told by its opening
//! (spec/meaning.md §3, §4).
//!
//! Invariant: sound for every way in which scope, window and amounts can go together; they are taken as independent, so
//! that the set may be larger than it need be.

use std::collections::BTreeSet;

use model::{Amount, Instant, Period, Status, StatusSet, agreement::Required};

use crate::{
    bounds::Bounds,
    instance::{CountFrom, Deadline, Single},
    moments::Start,
    signal::{Signal, Truth},
};

/// When a duty binds.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// Whether it is in scope, at each instant.
    pub holds: &'a Signal,
    /// When the agreement entered into force.
    pub entry: Start,
}

/// One window, at one instant: what holds of it in some world.
struct Case<'a> {
    bounds: &'a Bounds,
    start: Start,
    holds: &'a Signal,
    /// The last tick by which performance makes it met, or now.
    end: Instant,
    at: Instant,
    /// The last ticks up to `end` at which it may, and must, be in scope.
    may: Option<Instant>,
    must: Option<Instant>,
    /// It is in scope from the opening to `end`, in every world.
    throughout: bool,
}

impl Single<'_> {
    /// The statuses of a duty that binds as a signal says.
    pub(crate) fn bound_statuses(&self, binding: &Binding<'_>, at: Instant) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        if self.opens.never || self.opens.spans.last().is_some_and(|span| span.last > at) {
            set.insert(Status::Inactive);
        }
        for (opened, due) in self.windows(binding, at) {
            set = set.or(self.in_window(binding, opened, due, at));
        }
        if set.is_empty() {
            set.insert(Status::Inactive);
        }
        set
    }

    /// The opening and the last tick in time, one for each way in which they can stand to the cuts, the scope and `at`.
    fn windows(&self, binding: &Binding<'_>, at: Instant) -> BTreeSet<(Instant, Instant)> {
        let marks = self.marks(binding);
        match self.deadline {
            Deadline::Apart(slots) => {
                let mut windows = BTreeSet::new();
                for (opens, dues) in slots.iter().filter(|(opens, _)| opens.first <= at) {
                    let openings = places(&Period { last: opens.last.min(at), ..*opens }, &marks);
                    let mut around = marks.clone();
                    around.push(at);
                    for due in places(dues, &around) {
                        windows.extend(openings.iter().map(|opened| (*opened, due)));
                    }
                }
                windows
            }
            _ => self.openings(&marks, at).into_iter().map(|o| (o, self.deadline.last(o))).collect(),
        }
    }

    /// Where something changes: the amounts, or the scope.
    pub(crate) fn marks(&self, binding: &Binding<'_>) -> Vec<Instant> {
        let mut marks = self.bounds.cuts.clone();
        marks.extend(binding.holds.cells().map(|(from, _)| from));
        marks.extend([binding.entry.earliest, binding.entry.latest]);
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    fn in_window(&self, binding: &Binding<'_>, opened: Instant, due: Instant, at: Instant) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        let entry = binding.entry;
        let start = match self.count_from {
            CountFrom::Fixed(from) => Start::at(from),
            CountFrom::Since(start) => start,
            CountFrom::Opening => Start::at(opened),
        };
        if due < opened && opened > entry.latest {
            // It was over before anything started it.
            return StatusSet::only(Status::Inactive);
        }
        if due < entry.latest {
            set = set.or(self.due_before_entry(binding, start, due, at));
        }
        if due < entry.earliest {
            return set;
        }
        if due < opened {
            set.insert(Status::Inactive);
            return set;
        }
        let end = at.min(due);
        let mut case = Case {
            bounds: self.bounds,
            start,
            holds: binding.holds,
            end,
            at,
            may: None,
            must: None,
            throughout: true,
        };
        for (cell, truth) in binding.holds.cells_in(&Period { first: opened, last: end.max(opened) }) {
            case.may = if truth.possible() { Some(cell.last) } else { case.may };
            case.must = if truth == Truth::Yes { Some(cell.last) } else { case.must };
            case.throughout &= truth == Truth::Yes;
        }
        set.or(case.statuses(self.required))
    }

    /// What was due before entry into force is breached from then on, where it binds then, and may yet be late.
    fn due_before_entry(&self, binding: &Binding<'_>, start: Start, due: Instant, at: Instant) -> StatusSet {
        let entry = binding.entry;
        let in_scope = if entry.certain() { binding.holds.at(entry.earliest) } else { Truth::Perhaps };
        let mut set = StatusSet::EMPTY;
        if at < entry.latest || in_scope != Truth::Yes || matches!(self.required, Required::AtMost(_)) {
            set.insert(Status::Inactive);
        }
        if at >= entry.earliest.max(due.next()) && in_scope.possible() {
            match self.required {
                Required::AtLeast(owed) | Required::Exactly(owed) => {
                    let high = start.high(self.bounds, at.next());
                    if high.is_none_or(|high| high >= owed) {
                        set.insert(Status::Late);
                    }
                    if start.low(self.bounds, at.next()) < owed {
                        set.insert(Status::Breached);
                    }
                }
                Required::AtMost(_) => set.insert(Status::Met),
            }
        }
        set
    }
}

impl Case<'_> {
    fn low(&self, by: Instant) -> Amount {
        self.start.low(self.bounds, by.next())
    }

    fn reaches(&self, by: Instant, amount: Amount) -> bool {
        self.start.high(self.bounds, by.next()).is_none_or(|high| high >= amount)
    }

    fn statuses(&self, required: Required) -> StatusSet {
        match required {
            Required::AtLeast(owed) => self.at_least(owed, None),
            Required::Exactly(owed) => self.at_least(owed, Some(owed)),
            Required::AtMost(most) => self.at_most(most),
        }
    }

    /// At least so much, and with `most` no more in the window.
    fn at_least(&self, owed: Amount, most: Option<Amount>) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        let now = self.holds.at(self.end);
        let met = |by: &Instant| {
            let kept = most.is_none_or(|most| !self.throughout || self.low(self.end) <= most);
            self.reaches(*by, owed) && kept
        };
        if self.may.as_ref().is_some_and(met) {
            set.insert(Status::Met);
        }
        if most.is_some_and(|most| self.may.is_some_and(|by| self.reaches(by, most + Amount::LEAST))) {
            set.insert(Status::Breached);
        }
        // Out of scope, unless it was met while in scope, nothing binds.
        if now != Truth::Yes && self.must.is_none_or(|by| self.low(by) < owed) {
            set.insert(Status::Inactive);
        }
        if !now.possible() {
            return set;
        }
        if self.at == self.end {
            if self.low(self.end) < owed {
                set.insert(Status::Pending);
            }
            return set;
        }
        if self.late(owed) {
            set.insert(Status::Late);
        }
        if self.low(self.at) < owed {
            set.insert(Status::Breached);
        }
        set
    }

    /// Whether it may have been performed after the deadline and not before.
    fn late(&self, owed: Amount) -> bool {
        if !self.start.certain() || self.start.earliest > self.end {
            let after = Start::at(self.end.next()).high(self.bounds, self.at.next());
            let moved = after.is_none_or(|high| high > Amount::ZERO);
            return moved && self.low(self.end) < owed && self.reaches(self.at, owed);
        }
        let views = self.bounds.views(&[self.start.earliest, self.end.next(), self.at.next()]);
        views.iter().any(|view| {
            let reaches = view.high(0, 2).is_none_or(|high| high >= owed);
            let moved = view.high(1, 2).is_none_or(|high| high > Amount::ZERO);
            view.low(0, 1) < owed && reaches && moved
        })
    }

    fn at_most(&self, most: Amount) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        let now = self.holds.at(self.end);
        if self.may.is_some_and(|by| self.reaches(by, most + Amount::LEAST)) {
            set.insert(Status::Breached);
        }
        if now.possible() && (!self.throughout || self.low(self.end) <= most) {
            set.insert(if self.at == self.end { Status::Pending } else { Status::Met });
        }
        if now != Truth::Yes {
            set.insert(Status::Inactive);
        }
        set
    }
}

/// One instant for each way in which an instant of a span can stand to some marks.
fn places(span: &Period, marks: &[Instant]) -> BTreeSet<Instant> {
    let mut places = BTreeSet::from([span.first, span.last]);
    places.extend(marks.iter().flat_map(|mark| [mark.previous(), *mark, mark.next()]));
    places.retain(|place| span.first <= *place && *place <= span.last);
    places
}
