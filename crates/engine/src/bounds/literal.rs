//! Literals, the cuts of time between which they speak, and the constraints that they make.
//!
//! Invariant: plain data; a literal is its place in the measure, a period is the pair of cuts at its ends.

use model::{Duration, Instant, Period};

/// A literal, by its place in the measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Literal {
    EventFloor {
        account: usize,
        event: usize,
    },
    TallyFloor {
        account: usize,
        tally: usize,
    },
    TallyCap {
        account: usize,
        tally: usize,
    },
    /// What a silent source, with all under it, did not report of somebody else's claim did not happen.
    Excludes {
        account: usize,
        foreign: usize,
    },
    Agreed {
        index: usize,
    },
    Denial {
        index: usize,
    },
}

/// A pair of cuts.
pub(super) type Span = (usize, usize);

/// The ends of every interval, period and silence, ascending.
#[derive(Clone, Debug)]
pub(super) struct Cuts(pub(super) Vec<Instant>);

impl Cuts {
    pub(super) fn cut(&self, instant: Instant) -> usize {
        self.0.partition_point(|c| *c < instant)
    }

    /// The cuts at the ends of a period.
    pub(super) fn span(&self, period: &Period) -> Span {
        (self.cut(period.first), self.cut(period.last + Duration::TICK))
    }
}

/// `F(to) - F(from) <= weight`, and the literals that it rests on.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) weight: i64,
    pub(super) because: Vec<Literal>,
}

impl Edge {
    pub(super) fn shift(&mut self, first: usize) {
        self.from -= first;
        self.to -= first;
    }
}
