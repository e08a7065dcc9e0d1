//! What an agreement can say and this engine does not compute: named for each provision, phase and instant.
//!
//! Invariant: whatever could change a verdict and is not computed is named here or by `conditions`; what is not named
//! is computed. What the language refuses is not named: a judgement of other than forbidden deeds, a lot that no single duty
//! waits for, and items that make up a number that is not owed once.

use model::agreement::{Agreement, Change, Provision, Target};

/// Why a provision is not computed; none where it is.
#[must_use]
pub fn beyond(agreement: &Agreement, provision: &Provision) -> Option<String> {
    changed(agreement, &Target::Provision(provision.id.clone()))
}

/// Why a phase or provision is not computed: an amendment that could not be put in its place may have changed it.
#[must_use]
pub fn changed(agreement: &Agreement, target: &Target) -> Option<String> {
    let hit = |(on, _): &(Target, Change)| on == target || *on == Target::Agreement;
    let amendment = agreement.amendments.iter().find(|amendment| amendment.changes.iter().any(hit))?;
    Some(format!("amendment {}", amendment.id))
}
