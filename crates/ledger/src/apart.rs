//! The newest checkpoint, kept apart from the log: what it shows of a log that lost its end.
//!
//! Invariant: one that is behind the log or cannot be read shows nothing; one that is ahead shows that entries are missing, since it
//! is written after they are on disk.

use crate::{
    error::Damage,
    keys::{Head, Trust, claimed_size},
};

/// How the log is held against it.
pub(crate) enum Shown {
    /// There is nothing to say.
    Nothing,
    /// The log does not have all that it vouches for.
    Missing(Damage),
    /// It vouches for no more than the log has: with this root.
    Vouched(Head),
}

/// Holds a log of this size against the checkpoint that is kept apart from it.
pub(crate) fn shown(note: &str, trust: Option<&Trust>, size: u64) -> Shown {
    let (Some(claimed), origin) = (claimed_size(note), note.lines().next()) else { return Shown::Nothing };
    if trust.is_some_and(|trust| Some(trust.origin.as_str()) != origin) {
        return Shown::Nothing;
    }
    let signed = trust.map(|trust| trust.check(note));
    if claimed <= size {
        return match signed {
            Some(Ok(head)) => Shown::Vouched(head),
            // Such as one that was half written when power failed.
            _ => Shown::Nothing,
        };
    }
    let by = match signed {
        Some(Ok(_)) => "signed with its key",
        _ => "whose signature cannot be checked",
    };
    Shown::Missing(Damage::at(
        size,
        format!(
            "it is missing with all after it: the log has {size} entries, and its newest checkpoint, kept beside it and {by}, \
             vouches for {claimed}; the log was damaged, or an older copy was put in its place; if that is meant, remove the \
             file that ends in “.head”"
        ),
    ))
}

/// The log has other entries than the checkpoint vouches for.
pub(crate) fn differs(head: &Head) -> Damage {
    Damage::of_all(format!(
        "its first {} entries are not those that the checkpoint kept beside it vouches for: the log was written anew",
        head.size
    ))
}
