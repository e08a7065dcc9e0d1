//! What those who certify a baseline count of it.
//!
//! Invariant: only their own live figures count, each from the end of the time that it sums.

use model::{
    Amount, Instant,
    agreement::Baseline,
    amount::Range,
    claim::{Claim, Kind},
    vocabulary::is_act,
};

use crate::measure::Fused;

impl Fused<'_> {
    /// The figures and finds of its certifiers, apart from deeds of an act.
    fn certified<'b>(
        &'b self,
        baseline: &'b Baseline,
        apart_from: &'b str,
    ) -> impl Iterator<Item = &'b Claim> {
        self.live().iter().copied().filter(move |claim| {
            let side = self.side_of(&claim.source);
            let certifies = |who| baseline.certified_by.contains(who);
            let performs =
                claim.act.as_deref().is_some_and(|act| !apart_from.is_empty() && is_act(act, apart_from));
            (certifies(&claim.source) || side.is_some_and(certifies))
                && claim.denies.is_empty()
                && claim.retracts.is_none()
                && !performs
        })
    }

    /// The figure at an instant: the latest total, and with `later finds are added` what was found after it.
    pub(crate) fn certified_amount(&self, baseline: &Baseline, apart_from: &str, at: Instant) -> Range {
        let ended = |claim: &&Claim| claim.occurred.is_some_and(|period| period.last <= at);
        let totals = self
            .certified(baseline, apart_from)
            .filter(ended)
            .filter(|claim| claim.kind == Kind::Tally && claim.item.as_ref() == Some(&baseline.item));
        let order = |claim: &&Claim| (claim.occurred.map(|p| p.last), claim.known_at, claim.id.clone());
        let Some(latest) = totals.max_by_key(order) else { return Range::default() };
        let mut range = latest.range();
        if !baseline.later_finds {
            return range;
        }
        let since = latest.occurred.map_or(Instant::MAX, |period| period.last);
        for find in self.certified(baseline, apart_from).filter(|claim| claim.kind == Kind::Event) {
            let of_it = find.item.as_ref().is_some_and(|item| self.is(item, &baseline.item));
            let Some(period) =
                find.occurred.filter(|period| of_it && period.last > since && period.first <= at)
            else {
                continue;
            };
            let found = find.range();
            let certain = period.first > since && period.last <= at;
            let least = found.low.filter(|_| certain).unwrap_or(Amount::ZERO);
            range.low = range.low.map(|low| low + least);
            range.high = range.high.zip(found.high).map(|(a, b)| a + b);
        }
        range
    }

    /// The instants at which the figure changes.
    pub(crate) fn certified_turns(&self, baseline: &Baseline) -> Vec<Instant> {
        let periods = self.certified(baseline, "").filter_map(|claim| claim.occurred);
        periods.flat_map(|period| [period.first, period.last, period.last.next()]).collect()
    }
}
