//! What independent origins agree on: bounds that at least two of them imply (spec/worlds.md §4).
//!
//! Invariant: an origin is heard with all of its own literals and nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use model::{Amount, Instant};

use super::Bounds;
use crate::measure::{Account, Measure};

/// A bound on which independent origins agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Agreed {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) floor: bool,
    pub(super) amount: Amount,
}

/// The bounds that at least two origins each imply, leaving out what follows from others of them.
pub(super) fn agree(measure: &Measure, cuts: &[Instant]) -> Vec<Agreed> {
    let mut origins: BTreeMap<&str, Vec<Account>> = BTreeMap::new();
    let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, account) in measure.accounts.iter().enumerate() {
        origins.entry(&account.origin).or_default().push(account.clone());
        positions.entry(&account.origin).or_default().push(index);
    }
    let solved: Vec<Bounds> = origins
        .iter()
        .map(|(origin, accounts)| Bounds::of(&alone(measure, accounts, &positions[origin])))
        .collect();
    let mut agreed = BTreeSet::new();
    for from in 0..cuts.len() {
        for to in from + 1..cuts.len() {
            let ranges = solved.iter().map(|b| hull_between(b, cuts[from], cuts[to]));
            let (mut floors, mut caps): (Vec<_>, Vec<_>) = ranges.unzip();
            floors.sort_unstable_by(|a, b| b.cmp(a));
            caps.sort_unstable_by_key(|cap| cap.unwrap_or(i64::MAX));
            let floors = floors.into_iter().skip(1).filter(|f| *f > 0);
            agreed.extend(floors.map(|f| Agreed { from, to, floor: true, amount: Amount(f) }));
            let caps = caps.into_iter().skip(1).flatten();
            agreed.extend(caps.map(|c| Agreed { from, to, floor: false, amount: Amount(c) }));
        }
    }
    tightest(agreed)
}

/// One origin's accounts as a measure of its own, every literal standing alone.
fn alone(measure: &Measure, accounts: &[Account], positions: &[usize]) -> Measure {
    let mut accounts = accounts.to_vec();
    for account in &mut accounts {
        account.group = account.group.iter().filter_map(|g| positions.iter().position(|p| p == g)).collect();
        account.silence_alone = account.silence_counts;
        account.events.iter_mut().for_each(|event| event.alone = true);
        for tally in &mut account.tallies {
            (tally.floor_alone, tally.cap_alone) = (true, true);
        }
    }
    Measure { accounts, denials: measure.denials.clone(), corroboration: false, incidents: measure.incidents }
}

fn hull_between(bounds: &Bounds, from: Instant, until: Instant) -> (i64, Option<i64>) {
    let views = bounds.views(&[from, until]);
    let low = views.iter().map(|v| v.low(0, 1).0).min().unwrap_or(0);
    let high = views.iter().map(|v| v.high(0, 1)).try_fold(0, |most, high| high.map(|h| h.0.max(most)));
    (low, high)
}

/// Leaves out a floor that a window inside has as well, and a cap that a window around has.
fn tightest(agreed: BTreeSet<Agreed>) -> Vec<Agreed> {
    let follows = |one: &Agreed| {
        agreed.iter().any(|other| {
            let inside = one.from <= other.from && other.to <= one.to;
            let around = other.from <= one.from && one.to <= other.to;
            let wider = (other.from, other.to) != (one.from, one.to);
            other.floor == one.floor
                && other.amount == one.amount
                && wider
                && if one.floor { inside } else { around }
        })
    };
    agreed.iter().filter(|one| !follows(one)).cloned().collect()
}
