//! Which claims are live (SEMANTICS.md §4).
//!
//! Invariant: the result does not depend on the order of the claims.

use std::collections::BTreeMap;

use model::{Instant, claim::Claim, source::Source};

use crate::Refused;

/// Whether `above` is `source` or over it.
pub(crate) fn answers_for(sources: &[Source], above: &str, source: &str) -> bool {
    let mut current = Some(source.to_owned());
    for _ in 0..=sources.len() {
        let Some(id) = current else { return false };
        if id == above {
            return true;
        }
        current = sources.iter().find(|s| s.id == id).and_then(|s| s.under.clone());
    }
    false
}

/// The claims live at `known_at`.
pub(crate) fn live<'a>(
    sources: &[Source],
    claims: &'a [Claim],
    known_at: Instant,
) -> Result<Vec<&'a Claim>, Refused> {
    let known: Vec<&Claim> = claims.iter().filter(|c| c.known_at <= known_at).collect();
    let mut settled = BTreeMap::new();
    for index in 0..known.len() {
        decide(sources, &known, index, &mut settled)?;
    }
    Ok(known
        .iter()
        .enumerate()
        .filter(|(i, _)| settled.get(i) == Some(&Some(true)))
        .map(|(_, c)| *c)
        .collect())
}

/// Whether one is live; `None` in `settled` marks one that is being decided.
fn decide(
    sources: &[Source],
    known: &[&Claim],
    index: usize,
    settled: &mut BTreeMap<usize, Option<bool>>,
) -> Result<bool, Refused> {
    match settled.get(&index) {
        Some(Some(live)) => return Ok(*live),
        Some(None) => {
            return Err(Refused::NotHandled("claims that retract or revise each other in a circle".into()));
        }
        None => settled.insert(index, None),
    };
    let mut alive = true;
    for (other, claim) in known.iter().enumerate() {
        if other != index && defeats(sources, known, claim, known[index]) {
            alive &= !decide(sources, known, other, settled)?;
        }
    }
    settled.insert(index, Some(alive));
    Ok(alive)
}

/// Whether a claim, if it is live, puts `victim` aside: by retracting it, by revising it, or as the later of
/// two revisions of the same claim.
fn defeats(sources: &[Source], known: &[&Claim], claim: &Claim, victim: &Claim) -> bool {
    let may = |target: &Claim| answers_for(sources, &claim.source, &target.source);
    let named = claim.retracts.as_ref() == Some(&victim.id) || claim.revises.as_ref() == Some(&victim.id);
    let rival = claim.revises.is_some()
        && claim.revises == victim.revises
        && (claim.known_at, &claim.id) > (victim.known_at, &victim.id)
        && known.iter().any(|c| Some(&c.id) == claim.revises.as_ref() && may(c));
    (named && may(victim)) || rival
}
