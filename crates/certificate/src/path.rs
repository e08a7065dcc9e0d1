//! Bounds added up along a way through time.
//!
//! Invariant: a way gives a bound only if each of its steps is one that the literals set, and each begins where the one before it
//! ended.

use std::collections::BTreeSet;

use model::{Amount, Instant};
use worlds::literals::Bound;

use crate::{Fault, Step};

/// The step that needs no literal: what was done is not undone, so that an amount is never below nothing.
pub const GROWS: &str = "nothing is undone";

impl Step {
    /// As the literals set it.
    #[must_use]
    pub fn of(bound: &Bound) -> Step {
        let Bound { from, until, lower, amount, ground } = bound.clone();
        Step { from, until, lower, amount: Amount(amount), ground }
    }

    /// Where the step starts and ends: an upper bound leads on, a lower one back.
    fn ends(&self) -> (Instant, Instant) {
        if self.lower { (self.until, self.from) } else { (self.from, self.until) }
    }

    fn is_set(&self, bounds: &BTreeSet<Bound>) -> bool {
        let grows =
            self.ground == GROWS && self.lower && self.amount == Amount::ZERO && self.from <= self.until;
        let Step { from, until, lower, amount, ground } = self.clone();
        grows || bounds.contains(&Bound { from, until, lower, amount: amount.0, ground })
    }
}

/// Where a way starts and ends, and the most by which what was done by its end exceeds what was done by its start.
///
/// # Errors
/// For a way of no step, one with a gap, and a step that nothing sets.
pub fn total(steps: &[Step], bounds: &BTreeSet<Bound>, at: &str) -> Result<(Instant, Instant, i64), Fault> {
    let Some(first) = steps.first() else { return Err(Fault::new(at, "there is no step")) };
    let (start, mut here) = (first.ends().0, first.ends().0);
    let mut sum: i64 = 0;
    for (number, step) in steps.iter().enumerate() {
        let at = || format!("{at}.{number}");
        if step.ends().0 != here {
            return Err(Fault::new(at(), "the step does not begin where the one before it ended"));
        }
        if !step.is_set(bounds) {
            return Err(Fault::new(at(), "no literal of the leaf sets this bound"));
        }
        let signed = if step.lower { -step.amount.0 } else { step.amount.0 };
        sum = sum.checked_add(signed).ok_or_else(|| Fault::new(at(), "the amounts are too great"))?;
        here = step.ends().1;
    }
    Ok((start, here, sum))
}

/// That at most so much was done from one instant to before another.
///
/// # Errors
/// Where the steps do not give it.
pub fn at_most(
    steps: &[Step],
    bounds: &BTreeSet<Bound>,
    (from, until): (Instant, Instant),
    most: i64,
    at: &str,
) -> Result<(), Fault> {
    if from >= until && most >= 0 {
        return Ok(());
    }
    let (start, end, sum) = total(steps, bounds, at)?;
    let holds = start <= from && until <= end && sum <= most;
    holds.then_some(()).ok_or_else(|| Fault::new(at, "the steps bound another window, or not by so little"))
}

/// That at least so much was done from one instant to before another.
///
/// # Errors
/// Where the steps do not give it.
pub fn at_least(
    steps: &[Step],
    bounds: &BTreeSet<Bound>,
    (from, until): (Instant, Instant),
    least: i64,
    at: &str,
) -> Result<(), Fault> {
    let (start, end, sum) = total(steps, bounds, at)?;
    let holds = from <= end && end <= start && start <= until && -sum >= least;
    holds.then_some(()).ok_or_else(|| Fault::new(at, "the steps bound another window, or not by so much"))
}
