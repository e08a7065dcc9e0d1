//! Stretches in which a state is kept, fails or may do either; and how often it may have failed.
//!
//! Invariant: runs are in order and do not overlap; a gap between two of them is outside of the scope and ends a failure.

use model::{Duration, Instant, Period, answer::Count};

/// What the evidence says of a state throughout a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It is kept.
    Kept,
    /// It fails.
    Failing,
    /// It may be either at each tick.
    Either,
}

/// A stretch of time and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// When.
    pub period: Period,
    /// What.
    pub hold: Hold,
}

/// The fewest and the most failures so far, where it can have come to this.
type Failures = Option<(u64, u64)>;

/// How many maximal failing stretches there are, at least and at most. Where it may be either for more than a tick, nothing
/// bounds them.
pub fn violations(runs: &[Run]) -> Count {
    // For a run that ends kept and one that ends failing.
    let (mut kept, mut failing): (Failures, Failures) = (Some((0, 0)), None);
    let mut unbounded = false;
    let mut end: Option<Instant> = None;
    let either = |a: Failures, b: Failures| match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    };
    let more = |a: Failures| a.map(|(least, most)| (least + 1, most + 1));
    for run in runs {
        if end.is_some_and(|end| end.next() < run.period.first) {
            (kept, failing) = (either(kept, failing), None);
        }
        end = Some(run.period.last);
        let then_kept = either(kept, failing);
        let then_failing = either(failing, more(kept));
        (kept, failing) = match run.hold {
            Hold::Kept => (then_kept, None),
            Hold::Failing => (None, then_failing),
            Hold::Either => (then_kept, then_failing),
        };
        unbounded |= run.hold == Hold::Either && run.period.first < run.period.last;
    }
    let (least, most) = either(kept, failing).unwrap_or_default();
    Count { certain: least, possible: (!unbounded).then_some(most) }
}

/// When quiet has first lasted so long, in a row or in all, if it is quiet where `quiet` says so.
pub fn quiet_from(
    runs: &[Run],
    quiet: fn(Hold) -> bool,
    length: Duration,
    in_a_row: bool,
) -> Option<Instant> {
    let mut so_far = 0_i64;
    let mut end: Option<Instant> = None;
    for run in runs {
        let broken = !quiet(run.hold) || end.is_some_and(|end| end.next() < run.period.first);
        if in_a_row && broken {
            so_far = 0;
        }
        end = Some(run.period.last);
        if !quiet(run.hold) {
            continue;
        }
        let ticks = run.period.last.0 - run.period.first.0 + 1;
        if so_far + ticks >= length.0 {
            return Some(Instant(run.period.first.0 + (length.0 - so_far).max(1) - 1));
        }
        so_far += ticks;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: i64, last: i64, hold: Hold) -> Run {
        Run { period: Period { first: Instant(first), last: Instant(last) }, hold }
    }

    #[test]
    fn failures_apart_are_several_and_together_one() {
        use Hold::{Either, Failing, Kept};
        let table: &[(&[Run], u64, Option<u64>)] = &[
            (&[run(0, 9, Failing), run(10, 19, Failing)], 1, Some(1)),
            (&[run(0, 9, Failing), run(10, 19, Kept), run(20, 29, Failing)], 2, Some(2)),
            (&[run(0, 9, Failing), run(20, 29, Failing)], 2, Some(2)),
            (&[run(0, 9, Failing), run(10, 10, Either), run(11, 19, Failing)], 1, Some(2)),
            (&[run(0, 9, Kept), run(10, 10, Either), run(11, 19, Kept)], 0, Some(1)),
            (&[run(0, 9, Failing), run(10, 19, Either)], 1, None),
        ];
        for (runs, certain, possible) in table {
            assert_eq!(violations(runs), Count { certain: *certain, possible: *possible }, "{runs:?}");
        }
    }

    #[test]
    fn quiet_in_a_row_starts_again_after_noise() {
        use Hold::{Failing, Kept};
        let runs = [run(0, 5, Kept), run(6, 6, Failing), run(7, 20, Kept)];
        let quiet = |hold| hold == Kept;
        assert_eq!(quiet_from(&runs, quiet, Duration(10), true), Some(Instant(16)));
        assert_eq!(quiet_from(&runs, quiet, Duration(10), false), Some(Instant(10)));
        assert_eq!(quiet_from(&runs, quiet, Duration(15), true), None);
    }
}
