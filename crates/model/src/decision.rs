//! Decisions: what people concluded about claims, dated and undoable (EVIDENCE.md §4, §8).

use crate::{Id, Instant, place::Place};

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The targets speak of one deed.
    Merge,
    /// Each target speaks of a deed of its own.
    Split,
    /// The targets are not used.
    Reject,
    /// The targets took place here.
    Place(Place),
    /// A kind that this version keeps and does not compute.
    Kept(String),
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its identifier.
    pub id: Id,
    /// From when it was known.
    pub known_at: Instant,
    /// Who decided.
    pub by: String,
    /// What.
    pub verdict: Verdict,
    /// The claims it is about.
    pub targets: Vec<Id>,
    /// Why.
    pub reason: String,
    /// The decision that it undoes.
    pub undoes: Option<Id>,
}
