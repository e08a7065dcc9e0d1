//! Whose deeds are whose: one who is part of another, or acts under his direction, does the other's deeds too.
//!
//! Invariant: by a tie that someone contests they may be; where there are few of them, the caller asks with each and without it.

use model::{
    Id, Instant, Period,
    agreement::{Agreement, Tie, TieKind},
};

/// Whether what one does is done by one of those asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kin {
    /// It is not.
    No,
    /// It was for a part of the time, or someone contests it.
    Perhaps,
    /// It is.
    Yes,
}

/// Chains of ties longer than this are not followed.
const CHAIN_MAX: usize = 8;

/// Whether a deed of a party at that time is one of theirs.
#[must_use]
pub fn kin(agreement: &Agreement, party: &Id, theirs: &[Id], during: &Period) -> Kin {
    along(agreement, party, theirs, during, 0)
}

fn along(agreement: &Agreement, party: &Id, theirs: &[Id], during: &Period, depth: usize) -> Kin {
    if theirs.contains(party) {
        return Kin::Yes;
    }
    if depth == CHAIN_MAX {
        return Kin::No;
    }
    let through = |tie: &Tie| {
        let Some(valid) = part_of(tie) else { return Kin::No };
        let here = match () {
            () if valid.contains(during) && tie.contested_by.is_empty() => Kin::Yes,
            () if valid.meets(during) => Kin::Perhaps,
            () => Kin::No,
        };
        let onward = tie.other.as_ref().map_or(Kin::No, |o| along(agreement, o, theirs, during, depth + 1));
        here.min(onward)
    };
    ties(agreement, party).map(through).max().unwrap_or(Kin::No)
}

/// Everyone whose deeds are, or were, those of these too.
#[must_use]
pub fn all_theirs(agreement: &Agreement, theirs: &[Id]) -> Vec<Id> {
    let mut all = theirs.to_vec();
    let belongs = |id: &Id| kin(agreement, id, theirs, &Period::ALWAYS) > Kin::No;
    all.extend(
        agreement.actors.iter().map(|a| a.id.clone()).filter(|id| !theirs.contains(id) && belongs(id)),
    );
    all
}

/// When one's deeds are the other's: who split from another was part of him until then.
fn part_of(tie: &Tie) -> Option<Period> {
    match tie.kind {
        TieKind::SplitFrom => Period::closed(Instant::MIN, tie.valid.first.previous()),
        _ => Some(tie.valid),
    }
}

fn ties<'a>(agreement: &'a Agreement, party: &Id) -> impl Iterator<Item = &'a Tie> {
    let own = agreement.actors.iter().find(|actor| actor.id == *party);
    let of_another =
        |tie: &&Tie| matches!(tie.kind, TieKind::PartOf | TieKind::DirectedBy | TieKind::SplitFrom);
    own.into_iter().flat_map(|actor| &actor.ties).filter(of_another)
}
