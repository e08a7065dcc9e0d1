//! A single window of a duty that binds only while its scope lasts (spec/meaning.md §3).
//!
//! Invariant: a superset of what any world gives: where it is in doubt whether the duty bound when it mattered, it is
//! inactive too.

use model::{Instant, Period, Status, StatusSet};

use crate::{
    instance::Deadline,
    moments::Moments,
    scope::Scope,
    signal::Truth,
};

/// The statuses at an instant, given those that the duty would have if it bound throughout. `ceiling` says whether more
/// than is owed is a breach.
#[must_use]
pub fn bound_in(
    scope: &Scope,
    (opens, deadline): (&Moments, &Deadline),
    ceiling: bool,
    set: StatusSet,
    at: Instant,
) -> StatusSet {
    let Some(first) = opens.spans.first().map(|span| span.first) else { return set };
    let Some(so_far) = Period::closed(first, at) else { return set };
    let holds = |truth: Truth| scope.holds.cells_in(&so_far).all(|(_, now)| now == truth);
    let inactive = StatusSet::only(Status::Inactive);
    if holds(Truth::Yes) {
        return set;
    }
    if holds(Truth::No) {
        return inactive;
    }
    let certain = !opens.never && matches!(opens.spans.as_slice(), [span] if span.first == span.last);
    let due = deadline.last(first);
    let decides = if certain { scope.holds.at(at.min(due)) } else { Truth::Perhaps };
    let kept: StatusSet = match decides {
        Truth::Yes | Truth::Perhaps => set,
        Truth::No => set.iter().filter(|s| *s == Status::Met || (ceiling && *s == Status::Breached)).collect(),
    };
    // What passed the ceiling while the duty did not bind is no breach.
    let excess = if ceiling && set.contains(Status::Breached) { StatusSet::only(Status::Met) } else { StatusSet::EMPTY };
    let outside = if decides == Truth::Yes { StatusSet::EMPTY } else { inactive };
    kept.or(excess).or(outside)
}
