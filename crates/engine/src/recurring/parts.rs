//! The parts of an amount: none is more than the whole, and disjoint parts have to be reached side by side.
//!
//! Invariant: where the evidence on a part and on the whole contradict each other, each is also taken without the other.

use std::collections::BTreeSet;

use model::{
    Amount,
    agreement::{Agreement, Required, Share, Where},
};

use super::quota::range;
use crate::bounds::View;

/// More than anyone can do.
pub const ENDLESS: Amount = Amount(i64::MAX / 8);
/// With more parts than this only each, and all together, are looked at.
const PARTS_MAX: usize = 10;

/// What can have been done, of the whole and of each part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Of the whole.
    pub total: Vec<View>,
    /// Of each part.
    pub parts: Vec<Vec<View>>,
}

/// The amounts with what the whole and its parts say of each other.
pub fn together(total: Vec<View>, parts: Vec<Vec<View>>) -> Amounts {
    let stated = range(&total).high;
    let most = parts.iter().filter_map(|views| range(views).low).max().unwrap_or_default();
    let mut whole = BTreeSet::new();
    for view in &total {
        let (low, high) = (view.low(0, 1), view.high(0, 1));
        let contradicted = high.is_some_and(|high| high < most);
        if contradicted {
            whole.insert(*view);
        }
        whole.insert(View::between(low.max(most), if contradicted { None } else { high }));
    }
    let total: Vec<View> = whole.into_iter().collect();
    let within = range(&total).high;
    let cap = |cap: Option<Amount>, high: Option<Amount>| match (cap, high) {
        (Some(cap), Some(high)) => Some(cap.min(high)),
        (cap, high) => cap.or(high),
    };
    let part = |views: Vec<View>| {
        let mut capped = BTreeSet::new();
        for view in views {
            let (low, high) = (view.low(0, 1), view.high(0, 1));
            if let Some(stated) = stated.filter(|stated| *stated < low) {
                capped.insert(View::between(Amount::ZERO, Some(stated)));
            }
            capped.insert(View::between(low, cap(within, high)));
        }
        capped.into_iter().collect()
    };
    Amounts { parts: parts.into_iter().map(part).collect(), total }
}

/// What disjoint parts require together: by Hall's theorem (1935) each unit can be given to at most one part so that all are
/// reached exactly where, for every set of parts, what is of any of them is no less than what they require in all.
pub fn unions(agreement: &Agreement, shares: &[Share], amounts: &Amounts) -> Vec<(Required, View)> {
    let owed = |share: &Share| match share.required {
        Required::AtLeast(amount) | Required::Exactly(amount) => amount,
        Required::AtMost(_) => Amount::ZERO,
    };
    let several = sets(shares.len()).into_iter().filter(|set| set.len() > 1);
    let each = several.map(|set| {
        let required: Amount = set.iter().map(|i| owed(&shares[*i])).sum();
        let high = most_of(agreement, shares, amounts, &set);
        let low = apart(agreement, shares, amounts, &set);
        (Required::AtLeast(required), View::between(low.min(high.unwrap_or(low)), high))
    });
    each.collect()
}

/// Every set of parts; where they are too many, each by itself and all of them.
fn sets(count: usize) -> Vec<Vec<usize>> {
    if count > PARTS_MAX {
        return (0..count).map(|part| vec![part]).chain([(0..count).collect()]).collect();
    }
    let members = |bits: u32| (0..count).filter(|i| bits >> i & 1 == 1).collect::<Vec<_>>();
    (1..1_u32 << count).map(members).collect()
}

/// What disjoint parts of exactly, or at most, so much can hold together, and what there is that is of them alone: no unit
/// that is of some part can be left out, so that for every set of parts what is of no other must find room in them.
pub fn overflows(agreement: &Agreement, shares: &[Share], amounts: &Amounts) -> Vec<(Amount, View)> {
    let room = |share: &Share| match share.required {
        Required::AtLeast(_) => None,
        Required::Exactly(amount) | Required::AtMost(amount) => Some(amount),
    };
    let alone = |set: &[usize]| -> Vec<usize> {
        let others = |i: &usize| (0..shares.len()).filter(|j| !set.contains(j) && i != j).collect::<Vec<_>>();
        let apart = |i: &&usize| others(i).iter().all(|j| never_both(agreement, &shares[**i], &shares[*j]));
        set.iter().filter(apart).copied().collect()
    };
    let each = sets(shares.len()).into_iter().filter_map(|set| {
        let room: Option<Amount> =
            set.iter().map(|i| room(&shares[*i])).try_fold(Amount::ZERO, |sum, room| room.map(|r| sum + r));
        let high = most_of(agreement, shares, amounts, &set);
        let low = apart(agreement, shares, amounts, &alone(&set));
        Some((room?, View::between(low.min(high.unwrap_or(low)), high)))
    });
    each.collect()
}

/// The most that can be of any of some parts.
fn most_of(agreement: &Agreement, shares: &[Share], amounts: &Amounts, set: &[usize]) -> Option<Amount> {
    let whole = range(&amounts.total).high;
    // A part that lies in another of the set adds nothing to what is of any of them.
    let inside = |i: &usize| {
        set.iter().any(|j| {
            contained(agreement, &shares[*i], &shares[*j])
                && (j < i || !contained(agreement, &shares[*j], &shares[*i]))
                && i != j
        })
    };
    let outer: Vec<usize> = set.iter().copied().filter(|i| !inside(i)).collect();
    let ranges = outer.iter().map(|i| range(&amounts.parts[*i]));
    let sum = ranges.map(|r| r.high).try_fold(Amount::ZERO, |sum, high| high.map(|high| sum + high));
    match (sum, whole) {
        (Some(sum), Some(whole)) => Some(sum.min(whole)),
        (sum, whole) => sum.or(whole),
    }
}

/// The least that is of any of some parts: the greatest sum over parts of which no two can share a unit, taken greedily.
fn apart(agreement: &Agreement, shares: &[Share], amounts: &Amounts, set: &[usize]) -> Amount {
    let low = |i: usize| range(&amounts.parts[i]).low.unwrap_or_default();
    let mut best = Amount::ZERO;
    for first in set {
        let mut taken = vec![*first];
        for other in set {
            if taken.iter().all(|t| t != other && never_both(agreement, &shares[*t], &shares[*other])) {
                taken.push(*other);
            }
        }
        best = best.max(taken.into_iter().map(low).sum());
    }
    best
}

/// Whether every unit of the one is of the other too.
fn contained(agreement: &Agreement, one: &Share, other: &Share) -> bool {
    let (a, b) = (&one.action, &other.action);
    let item = match (&a.item, &b.item) {
        (Some(a), Some(b)) => agreement.is(a, b),
        (_, wider) => wider.is_none(),
    };
    item && (b.to.is_none() || a.to == b.to) && (b.place.is_none() || a.place == b.place)
}

/// Whether no unit can be of both: another item or another receiver. Zones may overlap.
fn never_both(agreement: &Agreement, one: &Share, other: &Share) -> bool {
    let (a, b) = (&one.action, &other.action);
    let items = a.item.as_ref().zip(b.item.as_ref());
    let ends = |how: &Where| matches!(how, Where::In | Where::Into);
    let outside = match (&a.place, &b.place) {
        (Some((Where::Outside, out)), Some((how, inside)))
        | (Some((how, inside)), Some((Where::Outside, out))) => ends(how) && out == inside,
        _ => false,
    };
    items.is_some_and(|(a, b)| !agreement.is(a, b) && !agreement.is(b, a))
        || a.to.as_ref().zip(b.to.as_ref()).is_some_and(|(a, b)| a != b)
        || outside
}
