//! Claims as decisions have them (EVIDENCE.md §4): merged, split, rejected, placed.
//!
//! Invariant: the result depends on the set of decisions known by an instant, never on their order; a decision undone is as if
//! it had not been made.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Id, Instant,
    claim::Claim,
    decision::{Decision, Verdict},
};

/// The claims as the decisions known by `known` leave them, in their own order.
#[must_use]
pub fn decided(claims: &[Claim], decisions: &[Decision], known: Instant) -> Vec<Claim> {
    let standing = standing(decisions, known);
    let mut result = claims.to_vec();
    let targets = |wanted: fn(&Verdict) -> bool| -> BTreeSet<&Id> {
        standing.iter().filter(|d| wanted(&d.verdict)).flat_map(|d| &d.targets).collect()
    };
    let rejected = targets(|v| matches!(v, Verdict::Reject));
    result.retain(|claim| !rejected.contains(&claim.id));
    let split = targets(|v| matches!(v, Verdict::Split));
    for claim in result.iter_mut().filter(|c| split.contains(&c.id)) {
        claim.reference = Some(format!("split from others: {}", claim.id));
    }
    merge(&mut result, &standing);
    for decision in &standing {
        if let Verdict::Place(place) = &decision.verdict {
            result
                .iter_mut()
                .filter(|c| decision.targets.contains(&c.id))
                .for_each(|c| c.place = Some(place.clone()));
        }
    }
    result
}

/// The decisions known by an instant that no standing decision undoes, by time and id.
#[must_use]
pub fn standing(decisions: &[Decision], known: Instant) -> Vec<&Decision> {
    let mut order: Vec<&Decision> = decisions.iter().filter(|d| d.known_at <= known).collect();
    order.sort_by(|a, b| (b.known_at, &b.id).cmp(&(a.known_at, &a.id)));
    // From the latest back: what undoes is always later than what it undoes.
    let mut undone: BTreeSet<&Id> = BTreeSet::new();
    let mut standing = Vec::new();
    for decision in order {
        if undone.contains(&decision.id) {
            continue;
        }
        undone.extend(&decision.undoes);
        standing.push(decision);
    }
    standing.reverse();
    standing
}

/// Joins what merges join, transitively and with everything that already shares a reference with them.
fn merge(claims: &mut [Claim], standing: &[&Decision]) {
    let key = |claim: &Claim| claim.reference.clone().unwrap_or_else(|| format!("claim {}", claim.id));
    let keys: BTreeMap<Id, String> = claims.iter().map(|c| (c.id.clone(), key(c))).collect();
    let mut leader: BTreeMap<String, String> = BTreeMap::new();
    let find = |leader: &BTreeMap<String, String>, key: &str| {
        let mut current = key.to_owned();
        while let Some(next) = leader.get(&current) {
            current.clone_from(next);
        }
        current
    };
    for decision in standing.iter().filter(|d| d.verdict == Verdict::Merge) {
        let groups: BTreeSet<String> =
            decision.targets.iter().filter_map(|id| keys.get(id)).map(|key| find(&leader, key)).collect();
        let mut groups = groups.into_iter();
        if let Some(first) = groups.next() {
            groups.for_each(|other| {
                leader.insert(other, first.clone());
            });
        }
    }
    for claim in claims.iter_mut() {
        let own = key(claim);
        let group = find(&leader, &own);
        let led = leader.values().any(|l| *l == group);
        if led {
            claim.reference = Some(group);
        }
    }
}
