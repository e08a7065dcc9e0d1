//! The agreement as it stands where what may reach all its provisions did not: powers that nobody is said to have used,
//! amendments of other parts or later times, ties of those whom no report names.
//!
//! Invariant: only what can bear on the verdict in no world is left out; what may bear on it stays, and is refused further on.

use std::collections::BTreeSet;

use model::{
    Id, Instant,
    agreement::{Agreement, Amendment, Effective, Target, Tie, TieKind},
    claim::Claim,
    vocabulary::is_act,
};

use crate::{Given, Question, bears::cut_to};

/// The acts with which powers are used. They are declarations: one that nobody reported was not made (spec/meaning.md §8).
const USES: [&str; 6] = ["extend", "suspend", "resume", "terminate", "certify", "waive"];

/// The agreement without what cannot bear on the provision asked about, and the claims with rates as totals.
#[must_use]
pub fn quieted(given: &Given<'_>, question: &Question) -> (Agreement, Vec<Claim>) {
    let mut own = given.agreement.clone();
    if question.at <= question.known_at && !is_any_used(given, question) {
        own.powers.clear();
        own.provisions.iter_mut().for_each(|provision| provision.terms.consequences.clear());
    }
    let amendments = std::mem::take(&mut own.amendments);
    let words = cut_to(&mut own.clone(), &question.provision);
    let bears = |amendment: &Amendment| {
        let later = matches!(amendment.effective, Effective::From(instant) if instant > question.at);
        !later && amendment.changes.iter().any(|(target, _)| touches(target, &words))
    };
    own.amendments = amendments.into_iter().filter(bears).collect();
    for actor in &mut own.actors {
        let names = |claim: &Claim| claim.by.iter().any(|named| named.party.as_ref() == Some(&actor.id));
        let (named, spoken_of) = (given.claims.iter().any(names), words.contains(&actor.id));
        actor.ties.retain(|tie| ties(tie, named, spoken_of, own.in_force));
    }
    let claims = worlds::literals::totalled(&own, given.claims);
    (own, claims)
}

fn touches(target: &Target, words: &BTreeSet<Id>) -> bool {
    match target {
        Target::Agreement => true,
        Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => words.contains(id),
    }
}

/// Whether any claim may speak of the use of a power.
fn is_any_used(given: &Given<'_>, question: &Question) -> bool {
    let known = given.claims.iter().filter(|claim| claim.known_at <= question.known_at);
    let acts = known.filter_map(|claim| claim.act.as_deref());
    let mut acts = acts.filter(|act| USES.iter().any(|used| is_act(act, used) || is_act(used, act)));
    acts.next().is_some()
}

/// Whether a tie of someone may bear on anything: on whose deeds a claim tells, or on who is bound.
fn ties(tie: &Tie, named: bool, spoken_of: bool, entry: Instant) -> bool {
    match tie.kind {
        TieKind::PartOf | TieKind::DirectedBy => named,
        TieKind::Accepted if tie.contested_by.is_empty() && tie.valid.first <= entry => false,
        TieKind::Accepted | TieKind::Left | TieKind::SplitFrom => named || spoken_of,
    }
}
