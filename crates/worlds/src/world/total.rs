//! What was done by each tick, and what is asked of it.
//!
//! Invariant: a total never falls.

use model::{Amount, Instant, agreement::Required};

use super::ticks::Ticks;

/// A running total.
#[derive(Clone, Debug, Default)]
pub struct Total(Vec<(Instant, Amount)>);

impl Total {
    /// The total of deeds, in any order.
    #[must_use]
    pub fn of(deeds: impl IntoIterator<Item = (Instant, Amount)>) -> Self {
        let mut steps: Vec<(Instant, Amount)> = deeds.into_iter().filter(|d| d.1 > Amount::ZERO).collect();
        steps.sort_unstable();
        let mut sum = Amount::ZERO;
        for step in &mut steps {
            sum = sum + step.1;
            step.1 = sum;
        }
        Total(steps)
    }

    /// What came up to a tick.
    #[must_use]
    pub fn by(&self, tick: Instant) -> Amount {
        let upto = self.0.partition_point(|step| step.0 <= tick);
        upto.checked_sub(1).map_or(Amount::ZERO, |last| self.0[last].1)
    }

    /// What came in `[first, last]`.
    #[must_use]
    pub fn over(&self, first: Instant, last: Instant) -> Amount {
        if first > last { Amount::ZERO } else { self.by(last) - self.by(first.previous()) }
    }

    /// The first tick by which so much had come.
    #[must_use]
    pub fn reached(&self, amount: Amount) -> Option<Instant> {
        if amount <= Amount::ZERO {
            return Some(Instant::MIN);
        }
        self.0.iter().find(|step| step.1 >= amount).map(|step| step.0)
    }

    /// The ticks at which what came so far satisfies a test.
    #[must_use]
    pub fn ticks(&self, test: impl Fn(Amount) -> bool) -> Ticks {
        Ticks::between(self.changes().chain([Instant::MIN]), |tick| test(self.by(tick)))
    }

    /// The ticks at which it grows.
    pub fn changes(&self) -> impl Iterator<Item = Instant> + '_ {
        self.0.iter().map(|step| step.0)
    }
}

/// How much is owed: at least so much, and no more than so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// At least this.
    pub least: Option<Amount>,
    /// At most this.
    pub most: Option<Amount>,
}

impl From<Required> for Demand {
    fn from(required: Required) -> Self {
        match required {
            Required::AtLeast(n) => Demand { least: Some(n), most: None },
            Required::Exactly(n) => Demand { least: Some(n), most: Some(n) },
            Required::AtMost(n) => Demand { least: None, most: Some(n) },
        }
    }
}

impl Demand {
    /// With each end changed.
    #[must_use]
    pub fn map(self, change: impl Fn(Amount) -> Amount) -> Self {
        Demand { least: self.least.map(&change), most: self.most.map(&change) }
    }

    /// Whether an amount is within it.
    #[must_use]
    pub fn admits(self, amount: Amount) -> bool {
        self.least.is_none_or(|least| amount >= least) && self.most.is_none_or(|most| amount <= most)
    }
}
