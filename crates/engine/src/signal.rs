//! What something that comes and goes can be at each instant: a list of instants, and what holds from each on.
//!
//! Invariant: sound. In every world what it stands for is true where it says yes and false where it says no. Cells ascend, the first
//! begins before everything, and no two neighbours say the same. It says nothing of what comes after the instant asked about.

use model::{Duration, Instant, Period};

use crate::moments::Moments;

/// Whether something holds, over all worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// In none.
    No,
    /// In some, as far as is known, and not in others.
    Perhaps,
    /// In all.
    Yes,
}

impl Truth {
    /// Yes where it must be, no where it cannot be.
    #[must_use]
    pub fn of(possible: bool, certain: bool) -> Truth {
        match (possible, certain) {
            (_, true) => Truth::Yes,
            (true, false) => Truth::Perhaps,
            (false, false) => Truth::No,
        }
    }

    /// Whether it may hold.
    #[must_use]
    pub fn possible(self) -> bool {
        self != Truth::No
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Perhaps => Truth::Perhaps,
            Truth::Yes => Truth::No,
        }
    }
}

/// What something can be at each instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    cells: Vec<(Instant, Truth)>,
}

impl Signal {
    /// The same at all times.
    #[must_use]
    pub fn constant(truth: Truth) -> Signal {
        Signal { cells: vec![(Instant::MIN, truth)] }
    }

    /// From these instants on, which ascend, what is said with each; no before the first. Of one instant the last counts.
    #[must_use]
    pub fn of(changes: impl IntoIterator<Item = (Instant, Truth)>) -> Signal {
        let mut signal = Signal::constant(Truth::No);
        for (from, truth) in changes {
            signal.push(from, truth);
        }
        signal
    }

    /// As it was the tick before.
    #[must_use]
    pub fn later(&self) -> Signal {
        let after = |from: Instant| if from == Instant::MIN { from } else { from.next() };
        Signal { cells: self.cells.iter().map(|(from, truth)| (after(*from), *truth)).collect() }
    }

    /// Something that comes about once and stays so.
    #[must_use]
    pub fn since(moments: &Moments) -> Signal {
        let perhaps = moments.spans.first().map(|span| (span.first, Truth::Perhaps));
        let yes = moments.latest().map(|latest| (latest, Truth::Yes));
        Signal::of(perhaps.into_iter().chain(yes))
    }

    /// Something that lasts for so long after it came about, to the end of that time.
    #[must_use]
    pub fn within(moments: &Moments, length: Duration) -> Signal {
        let stretch = |span: &Period| (span.first, (span.last + length).next());
        let possible = Signal::any(
            &moments.spans.iter().map(|s| Signal::between(stretch(s), Truth::Perhaps)).collect::<Vec<_>>(),
        );
        let certain = moments.spans.first().zip(moments.latest()).and_then(|(first, latest)| {
            let until = (first.first + length).next();
            (latest < until).then_some((latest, until))
        });
        match certain {
            Some(certain) => Signal::any(&[possible, Signal::between(certain, Truth::Yes)]),
            None => possible,
        }
    }

    fn between((from, until): (Instant, Instant), truth: Truth) -> Signal {
        Signal::of([(from, truth), (until, Truth::No)])
    }

    fn push(&mut self, from: Instant, truth: Truth) {
        while self.cells.last().is_some_and(|(last, _)| *last >= from) {
            self.cells.pop();
        }
        if self.cells.last().is_none_or(|(_, last)| *last != truth) {
            self.cells.push((from, truth));
        }
    }

    /// What holds where this does not.
    #[must_use]
    pub fn not(&self) -> Signal {
        Signal { cells: self.cells.iter().map(|(from, truth)| (*from, truth.opposite())).collect() }
    }

    /// All of them at once.
    #[must_use]
    pub fn all(of: &[Signal]) -> Signal {
        Signal::at_least(of.len(), of)
    }

    /// Any of them.
    #[must_use]
    pub fn any(of: &[Signal]) -> Signal {
        Signal::at_least(1, of)
    }

    /// At least so many of them at once.
    #[must_use]
    pub fn at_least(count: usize, of: &[Signal]) -> Signal {
        let mut changes: Vec<(Instant, usize, Truth)> = Vec::new();
        for (index, signal) in of.iter().enumerate() {
            changes.extend(signal.cells.iter().map(|(from, truth)| (*from, index, *truth)));
        }
        changes.sort_unstable();
        let mut now = vec![Truth::No; of.len()];
        let (mut possible, mut certain) = (0, 0);
        let mut result = Signal::constant(Truth::of(count == 0, count == 0));
        for (from, index, truth) in changes {
            let before = std::mem::replace(&mut now[index], truth);
            possible = possible + usize::from(truth.possible()) - usize::from(before.possible());
            certain = certain + usize::from(truth == Truth::Yes) - usize::from(before == Truth::Yes);
            result.push(from, Truth::of(possible >= count, certain >= count));
        }
        result
    }

    /// What it can be at an instant.
    #[must_use]
    pub fn at(&self, instant: Instant) -> Truth {
        let after = self.cells.partition_point(|(from, _)| *from <= instant);
        after.checked_sub(1).map_or(Truth::No, |cell| self.cells[cell].1)
    }

    /// When it can first hold, of the ticks from `from` to `horizon`: wherever it may, up to where it must.
    #[must_use]
    pub fn first(&self, from: Instant, horizon: Instant) -> Moments {
        Period::closed(from, horizon)
            .map_or_else(Moments::never, |within| self.first_since(&Moments::at(from), within.last))
    }

    /// When it can first hold, from another moment on: an instant at which it may, with nothing between that must.
    #[must_use]
    pub fn first_since(&self, moment: &Moments, horizon: Instant) -> Moments {
        let mut result = Moments { spans: Vec::new(), never: moment.never };
        for span in &moment.spans {
            let mut own = Moments { spans: Vec::new(), never: true };
            let Some(within) = Period::closed(span.first, horizon) else {
                result.never = true;
                continue;
            };
            for (cell, truth) in self.cells_in(&within) {
                match truth {
                    Truth::No => {}
                    Truth::Perhaps => own.spans.push(cell),
                    Truth::Yes if cell.last < span.last => own.spans.push(cell),
                    Truth::Yes => {
                        own.spans.push(Period { first: cell.first, last: cell.first.max(span.last) });
                        own.never = false;
                        break;
                    }
                }
            }
            result = result.or(&own);
        }
        result.by(horizon)
    }

    /// From when on it is what; the first cell begins before everything.
    pub fn cells(&self) -> impl Iterator<Item = (Instant, Truth)> {
        self.cells.iter().copied()
    }

    /// The cells of a period, cut to it, ascending.
    pub fn cells_in(&self, period: &Period) -> impl Iterator<Item = (Period, Truth)> {
        let (first, last) = (period.first, period.last);
        let start = self.cells.partition_point(|(from, _)| *from <= first).saturating_sub(1);
        let ends = self.cells.iter().skip(start + 1).map(|(from, _)| from.previous());
        let cells = self.cells.iter().skip(start).zip(ends.chain([Instant::MAX]));
        cells.take_while(move |((from, _), _)| *from <= last).filter_map(move |((from, truth), end)| {
            Some((Period::closed((*from).max(first), end.min(last))?, *truth))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(cells: &[(i64, Truth)]) -> Signal {
        Signal::of(cells.iter().map(|(from, truth)| (Instant(*from), *truth)))
    }

    fn moments(spans: &[(i64, i64)], never: bool) -> Moments {
        let span = |(first, last): &(i64, i64)| Period { first: Instant(*first), last: Instant(*last) };
        Moments { spans: spans.iter().map(span).collect(), never }
    }

    use Truth::{No, Perhaps, Yes};

    #[test]
    fn the_first_instant_is_any_that_may_be_up_to_the_first_that_must() {
        let comes_and_goes = signal(&[(3, Perhaps), (5, No), (7, Perhaps), (9, Yes), (12, No), (14, Yes)]);
        let first = |from, horizon| comes_and_goes.first(Instant(from), Instant(horizon));
        assert_eq!(first(0, 20), moments(&[(3, 4), (7, 9)], false));
        assert_eq!(first(0, 8), moments(&[(3, 4), (7, 8)], true));
        assert_eq!(first(10, 20), moments(&[(10, 10)], false));
        assert_eq!(first(12, 20), moments(&[(14, 14)], false));
        assert_eq!(first(20, 10), Moments::never());
    }

    #[test]
    fn from_an_uncertain_moment_on_what_must_hold_holds_from_that_moment() {
        let comes_and_goes = signal(&[(3, Yes), (6, No), (9, Yes)]);
        let first = |from: &Moments| comes_and_goes.first_since(from, Instant(20));
        assert_eq!(first(&moments(&[(4, 7)], false)), moments(&[(4, 5), (9, 9)], false));
        assert_eq!(first(&moments(&[(4, 10)], true)), moments(&[(4, 5), (9, 10)], true));
    }

    #[test]
    fn so_many_of_them_at_once() {
        let (a, b) = (signal(&[(1, Yes), (5, No)]), signal(&[(3, Perhaps), (7, Yes)]));
        assert_eq!(Signal::all(&[a.clone(), b.clone()]), signal(&[(3, Perhaps), (5, No)]));
        assert_eq!(Signal::any(&[a.clone(), b.clone()]), signal(&[(1, Yes), (5, Perhaps), (7, Yes)]));
        assert_eq!(Signal::all(&[]), Signal::constant(Yes));
        assert_eq!(Signal::any(&[]), Signal::constant(No));
        let none = Signal::any(&[a.clone(), b.clone()]).not();
        assert_eq!(none, Signal::all(&[a.not(), b.not()]));
        assert_eq!((none.at(Instant(0)), none.at(Instant(6)), none.at(Instant(7))), (Yes, Perhaps, No));
    }

    #[test]
    fn what_lasts_after_it_came_about_certainly_lasts_only_between_its_latest_and_its_earliest() {
        let came = moments(&[(3, 5)], false);
        let lasting = |length| Signal::within(&came, Duration(length));
        assert_eq!(lasting(4), signal(&[(3, Perhaps), (5, Yes), (8, Perhaps), (10, No)]));
        assert_eq!(lasting(1), signal(&[(3, Perhaps), (7, No)]));
        assert_eq!(Signal::since(&came), signal(&[(3, Perhaps), (5, Yes)]));
    }
}
