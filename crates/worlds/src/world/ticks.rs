//! Sets of ticks: when a condition is true, when a duty binds.
//!
//! Invariant: the periods of a set are in order, and a tick lies between any two of them.

use model::{Instant, Period};

/// A set of ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticks(Vec<Period>);

impl Ticks {
    /// No tick.
    #[must_use]
    pub fn none() -> Self {
        Ticks(Vec::new())
    }

    /// Every tick.
    #[must_use]
    pub fn all() -> Self {
        Ticks(vec![Period::ALWAYS])
    }

    /// Every tick from one on.
    #[must_use]
    pub fn from(first: Instant) -> Self {
        Ticks::of(Period::closed(first, Instant::MAX))
    }

    /// From an instant on, if there is one.
    #[must_use]
    pub fn once(first: Option<Instant>) -> Self {
        first.map_or_else(Ticks::none, Ticks::from)
    }

    /// The ticks of any of these periods.
    #[must_use]
    pub fn of(periods: impl IntoIterator<Item = Period>) -> Self {
        let mut periods: Vec<Period> = periods.into_iter().collect();
        periods.sort_by_key(|period| (period.first, period.last));
        let mut merged: Vec<Period> = Vec::new();
        for period in periods {
            match merged.last_mut() {
                Some(last) if period.first <= last.last.next() => last.last = last.last.max(period.last),
                _ => merged.push(period),
            }
        }
        Ticks(merged)
    }

    /// The ticks at which something holds that changes at these ticks alone; it does not hold before them.
    #[must_use]
    pub fn between(changes: impl IntoIterator<Item = Instant>, holds: impl Fn(Instant) -> bool) -> Self {
        let mut changes: Vec<Instant> = changes.into_iter().collect();
        changes.sort_unstable();
        changes.dedup();
        let stretch = |(index, first): (usize, &Instant)| {
            let last = changes.get(index + 1).map_or(Instant::MAX, |next| next.previous());
            Period::closed(*first, last).filter(|_| holds(*first))
        };
        Ticks::of(changes.iter().enumerate().filter_map(stretch))
    }

    /// All other ticks.
    #[must_use]
    pub fn not(&self) -> Self {
        let (mut from, mut rest) = (Instant::MIN, Vec::new());
        for period in &self.0 {
            rest.extend(Period::closed(from, period.first.previous()));
            from = period.last.next();
        }
        rest.extend(Period::closed(from, Instant::MAX));
        Ticks(rest)
    }

    /// The ticks of both.
    #[must_use]
    pub fn and(&self, other: &Ticks) -> Self {
        Ticks::of(self.0.iter().flat_map(|one| other.0.iter().filter_map(|other| one.and(other))))
    }

    /// The ticks of either.
    #[must_use]
    pub fn or(&self, other: &Ticks) -> Self {
        Ticks::of(self.0.iter().chain(&other.0).copied())
    }

    /// Those of `[first, last]`.
    #[must_use]
    pub fn within(&self, first: Instant, last: Instant) -> Self {
        let clip = Period::closed(first, last);
        Ticks(self.0.iter().filter_map(|period| clip.and_then(|clip| period.and(&clip))).collect())
    }

    /// Whether a tick is in it.
    #[must_use]
    pub fn contains(&self, tick: Instant) -> bool {
        self.0.iter().any(|period| period.first <= tick && tick <= period.last)
    }

    /// Whether no tick is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first tick at or after another.
    #[must_use]
    pub fn first_from(&self, from: Instant) -> Option<Instant> {
        self.0.iter().find(|period| period.last >= from).map(|period| period.first.max(from))
    }

    /// Its periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.0
    }

    /// How many ticks it has.
    #[must_use]
    pub fn length(&self) -> i64 {
        self.0.iter().map(|period| period.last.0 - period.first.0 + 1).sum()
    }

    /// The ticks at which it begins or has ended.
    pub fn edges(&self) -> impl Iterator<Item = Instant> + '_ {
        self.0.iter().flat_map(|period| [period.first, period.last.next()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_ticks_are_added_cut_and_turned_round() {
        let period = |first, last| Period { first: Instant(first), last: Instant(last) };
        let set = Ticks::of([period(5, 6), period(1, 2), period(3, 3)]);
        assert_eq!(set.periods(), [period(1, 3), period(5, 6)]);
        assert_eq!(set.not().not(), set);
        assert_eq!(set.not().within(Instant(0), Instant(9)).length(), 5);
        assert_eq!(set.first_from(Instant(4)), Some(Instant(5)));
        assert_eq!(set.and(&Ticks::from(Instant(3))).length(), 3);
        assert!(set.and(&set.not()).is_empty());
    }
}
