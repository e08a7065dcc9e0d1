//! Which claims are live at an instant of knowledge (SEMANTICS.md §4).
//!
//! Invariant: the result depends on the set of claims, never on their order.

use std::collections::BTreeMap;

use model::{Id, Instant, claim::Claim, source::Source};

/// The claims known by `known` that no live claim retracts or revises, in order of id.
#[must_use]
pub fn live<'a>(claims: &'a [Claim], sources: &[Source], known: Instant) -> Vec<&'a Claim> {
    let dead = superseded(claims, sources, known);
    let mut alive: Vec<&Claim> =
        claims.iter().filter(|c| c.known_at <= known && !dead.contains_key(&c.id)).collect();
    alive.sort_by(|a, b| a.id.cmp(&b.id));
    alive
}

/// For each claim known by `known` that is not live, the claim that takes its place or withdraws it.
#[must_use]
pub fn superseded(claims: &[Claim], sources: &[Source], known: Instant) -> BTreeMap<Id, Id> {
    let by_id: BTreeMap<&str, &Claim> =
        claims.iter().filter(|c| c.known_at <= known).map(|c| (c.id.as_str(), c)).collect();
    let mut killers: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    for claim in by_id.values() {
        for target in [&claim.revises, &claim.retracts].into_iter().flatten() {
            if let Some(target) = by_id.get(target.as_str()).filter(|t| may_revise(claim, t, sources)) {
                killers.entry(&target.id).or_default().push(claim);
            }
        }
    }
    // The later known first, then the greater id: of two revisions of one claim that is the one that stands.
    for list in killers.values_mut() {
        list.sort_by(|a, b| (b.known_at, &b.id).cmp(&(a.known_at, &a.id)));
    }
    let mut state: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for id in by_id.keys() {
        settle(id, &killers, &mut state, 0);
    }
    let mut dead: BTreeMap<Id, Id> =
        state.iter().filter_map(|(id, killer)| killer.map(|k| ((*id).to_owned(), k.to_owned()))).collect();
    // Of several live revisions of one claim only the first stands; the others revise nothing that is left.
    for list in killers.values() {
        let mut standing = list.iter().filter(|c| c.revises.is_some() && !dead.contains_key(&c.id));
        if let Some(first) = standing.next() {
            let rest: Vec<(Id, Id)> = standing.map(|c| (c.id.clone(), first.id.clone())).collect();
            dead.extend(rest);
        }
    }
    dead
}

/// A source may revise its own claims and those of sources under it.
fn may_revise(claim: &Claim, target: &Claim, sources: &[Source]) -> bool {
    let mut current = Some(target.source.as_str());
    for _ in 0..=sources.len() {
        match current {
            Some(source) if source == claim.source => return true,
            Some(source) => {
                current = sources.iter().find(|s| s.id == source).and_then(|s| s.under.as_deref())
            }
            None => return false,
        }
    }
    false
}

/// Whether a claim is dead, and by which live claim. A claim met again on the way (a cycle) counts as live there: cycles are refused on reading.
fn settle<'a>(
    id: &'a str,
    killers: &BTreeMap<&'a str, Vec<&'a Claim>>,
    state: &mut BTreeMap<&'a str, Option<&'a str>>,
    depth: usize,
) -> Option<&'a str> {
    if let Some(known) = state.get(id) {
        return *known;
    }
    if depth > 10_000 {
        return None;
    }
    state.insert(id, None);
    let killer =
        killers.get(id).into_iter().flatten().find(|k| settle(&k.id, killers, state, depth + 1).is_none());
    let result = killer.map(|k| k.id.as_str());
    state.insert(id, result);
    result
}
