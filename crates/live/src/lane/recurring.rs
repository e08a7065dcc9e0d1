//! A duty for each period: a deed bears on the period in which it was done.
//!
//! Invariant: every period that the scope touches up to now is an instance, also one without a deed.

use engine::plain::{Kind, in_period, owed, periods};
use model::{Instant, StatusSet};

use super::{Basis, Dirt, Lane};

impl Lane {
    /// The period in which an instant lies.
    pub(super) fn period_of(&self, time: Instant) -> Option<u32> {
        let at = self.periods.partition_point(|turn| turn.period.last < time);
        self.periods.get(at).filter(|turn| turn.period.first <= time).and_then(|_| u32::try_from(at).ok())
    }

    pub(super) fn recurring(&mut self, basis: &Basis<'_>, dirt: &Dirt) {
        let known = self.periods.len();
        if dirt.all || self.periods.last().is_none_or(|turn| turn.period.last < basis.now.at) {
            self.periods = periods(&basis.world.agreement, basis.provision, basis.now.at).unwrap_or_default();
        }
        let first = if dirt.all { 0 } else { known };
        let new = first..self.periods.len();
        let new = new.filter_map(|at| u32::try_from(at).ok());
        let all: Vec<u32> =
            if dirt.all { new.collect() } else { dirt.of.iter().copied().chain(new).collect() };
        for of in all {
            self.period(basis, of);
        }
    }

    fn period(&mut self, basis: &Basis<'_>, of: u32) {
        let Kind::Recurring { scope, pro_rata } = &basis.plan.kind else { return };
        let Some(period) = self.periods.get(of as usize).map(|turn| turn.period) else { return };
        for bearer in 0..basis.bearers() {
            let Some(told) = basis.told(bearer) else { return };
            let place = Lane::place(basis, of, bearer);
            let Some(stretch) = period.and(scope) else {
                self.set(place, StatusSet::EMPTY);
                continue;
            };
            let required = owed(basis.plan.required, &period, &stretch, *pro_rata);
            self.set(place, in_period(required, &stretch, basis.now.at, &told));
            self.wake(basis.next(&[stretch.last, period.last], bearer), of);
        }
    }
}
