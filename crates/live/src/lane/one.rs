//! Provisions with one instance for each bearer, or one in all.
//!
//! Invariant: looked at whole whenever anything of it has changed; sums over its deeds are all that it takes.

use engine::plain::{Kind, Sums, forbidden, single};
use model::{Amount, StatusSet, answer::Count};

use super::{Basis, Lane, NO_VIOLATION};

impl Lane {
    pub(super) fn one(&mut self, basis: &Basis<'_>) {
        match &basis.plan.kind {
            Kind::Prohibition { scope } => {
                let Some(told) = basis.told(0) else { return };
                self.set(0, forbidden(scope, basis.now.at, &told));
                let mut violations = NO_VIOLATION;
                if basis.now.at >= scope.first {
                    let (low, high) = told.between(scope.first, scope.last.min(basis.now.at).next());
                    let whole = |amount: Amount| u64::try_from(amount.floor()).unwrap_or(0);
                    violations = Count { certain: whole(low), possible: high.map(whole) };
                }
                self.violations = Some(violations);
                let ends = [scope.first.previous(), scope.last];
                self.wake(basis.next(&ends, 0), 0);
            }
            Kind::Once { start, opened, last } => {
                for bearer in 0..basis.bearers() {
                    let Some(told) = basis.told(bearer) else { return };
                    let window = (*opened, *last);
                    let set: StatusSet = single(basis.plan.required, *start, window, basis.now.at, &told);
                    self.set(bearer, set);
                    self.wake(basis.next(&[opened.previous(), *last], bearer), 0);
                }
            }
            _ => {}
        }
    }
}
