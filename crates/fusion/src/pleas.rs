//! What was pleaded, by whom, for which deed.
//!
//! Invariant: a plea that says neither claim nor reference is about no deed; one that names no ground is of any.

use engine::Pleaded;
use model::{
    Id,
    claim::{Claim, Kind},
};
use serde_json::Value;

use crate::{kin::all_theirs, measure::Fused};

impl Fused<'_> {
    /// The pleas among the live claims, in order of claim.
    pub(crate) fn pleaded(&self) -> Vec<Pleaded> {
        let pleas = self.claims.iter().filter(|claim| claim.kind == Kind::Plea && claim.denies.is_empty());
        pleas.map(|claim| self.plea(claim)).collect()
    }

    fn plea(&self, claim: &Claim) -> Pleaded {
        let speaker = claim.relays.as_ref().unwrap_or(&claim.source);
        let named: Vec<Id> = claim.by.iter().filter_map(|named| named.party.clone()).collect();
        let by = if named.is_empty() { self.side_of(speaker).cloned().into_iter().collect() } else { named };
        let concerns = concerned(claim);
        let agreement = self.agreement;
        let judgement = |id: &&Id| agreement.judgements.iter().any(|judgement| judgement.id == **id);
        let provision = |id: &&Id| agreement.provisions.iter().any(|provision| provision.id == **id);
        let mut about = claim.about.clone();
        about.extend(concerns.iter().filter(|id| self.claims.iter().any(|claim| claim.id == **id)).cloned());
        Pleaded {
            claim: claim.id.clone(),
            at: claim.stated_at.unwrap_or(claim.known_at),
            by: all_theirs(agreement, &by),
            ground: concerns.iter().find(judgement).cloned(),
            provision: concerns.iter().find(provision).cloned(),
            about,
            references: claim.reference.iter().cloned().collect(),
        }
    }
}

/// What a claim says that it concerns: one name, or several.
pub(crate) fn concerned(claim: &Claim) -> Vec<Id> {
    let one = |value: &Value| value.as_str().map(str::to_owned);
    match claim.written.get("concerns") {
        Some(Value::Array(all)) => all.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}
