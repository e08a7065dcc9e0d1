//! What amendments may have changed that can have taken effect in more orders than are looked at one by one.
//!
//! Invariant: what is not named here is the same whichever of them took effect, and when.

use model::agreement::{Agreement, Change, Target};

use crate::touched::reached;

/// Whether it may stand in any way: an amendment whose place among the others is not told may have changed it, or what it hangs on.
#[must_use]
pub fn unmade(agreement: &Agreement, target: &Target) -> bool {
    let changes = agreement.amendments.iter().flat_map(|amendment| &amendment.changes);
    let changed = changes.map(|(on, _): &(Target, Change)| on.clone());
    !agreement.amendments.is_empty() && reached(agreement, changed).contains(target)
}
