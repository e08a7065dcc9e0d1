//! Duties to act: what shows which statuses an instance can have, and the worlds that give them.
//!
//! Invariant: bounds are held against every leaf; of several who may perform, only what each of them is left with is put together.

use std::collections::BTreeSet;

use model::{Amount, Id, Instant, Status, StatusSet, agreement::Action};
use worlds::{
    literals::{self, Asked, Bound, Heard, Literals},
    world::best_of,
};

use crate::{
    Fault, Part, Proof, Refutation, Stream, Subject, at_refuted, at_witness,
    facts::{Openings, refutable},
    frame::{Frame, Join, frames},
    leaves::{leaves, satisfies},
    path,
    turns::turns,
};

/// What each greatest set of literals sets.
pub(crate) type Leaves = Vec<(crate::Leaf, BTreeSet<Bound>)>;

/// The kinds of deed that some parts ask about, each once: of one kind the deeds of all references.
#[must_use]
pub fn kinds<'a>(frames: impl IntoIterator<Item = &'a Frame<'a>>) -> Vec<&'a Action> {
    let mut kinds: Vec<&Action> = Vec::new();
    for (_, asked) in frames.into_iter().flat_map(|frame| frame.asked()) {
        if !kinds.contains(&asked.action) {
            kinds.push(asked.action);
        }
    }
    kinds
}

/// The statuses that are left when some are refuted.
#[must_use]
pub fn left(refuted: &[Refutation]) -> StatusSet {
    let refuted = |status: &Status| refuted.iter().any(|one| one.status == *status);
    Status::ALL.into_iter().filter(|status| !refuted(status)).collect()
}

/// What parts can come to together, where each may have any of these.
#[must_use]
pub fn may_be(each: &[StatusSet], join: Join) -> StatusSet {
    let mut all: Vec<Vec<Status>> = vec![Vec::new()];
    for own in each {
        let with = |found: &Vec<Status>| {
            own.iter().map(|status| [found.as_slice(), &[status]].concat()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    let joined = |found: Vec<Status>| match join {
        Join::Best(least) => best_of(found, least),
        Join::Worst => found.into_iter().min(),
    };
    all.into_iter().filter_map(joined).collect()
}

/// Checks all of a duty's certificate but what its worlds come to. Gives the number of leaves.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let (frames, join) = frames(subject)?;
    let whole;
    let parts: &[Part] = if let [_] = frames.as_slice() {
        if !proof.each.is_empty() {
            return Err(Fault::new("proof.each", "it is the duty of one alone"));
        }
        let Proof { streams, openings, refuted, .. } = proof.clone();
        whole = [Part { of: Vec::new(), streams, openings, refuted }];
        &whole
    } else {
        several(&frames, proof)?;
        &proof.each
    };
    let mut sets = Vec::new();
    let mut all: Vec<Leaves> = Vec::new();
    for (frame, part) in frames.iter().zip(parts) {
        let leaves = in_part(subject, frame, part)?;
        all.extend(leaves);
        sets.push(left(&part.refuted));
    }
    if frames.len() > 1 {
        let may_be = may_be(&sets, join);
        if let Some(refutation) = proof.refuted.iter().find(|one| may_be.contains(one.status)) {
            let why = "it may be, by what each of them is left with";
            return Err(Fault::new(at_refuted(refutation.status), why));
        }
    }
    for witness in &proof.witnesses {
        is_a_world(subject, (&frames, join), &all, witness)?;
    }
    Ok(all.iter().map(Vec::len).sum())
}

/// That all of the proof stands in the parts of several.
fn several(frames: &[Frame<'_>], proof: &Proof) -> Result<(), Fault> {
    let right = proof.each.iter().map(|part| &part.of).eq(frames.iter().map(|frame| &frame.of));
    if !right || !proof.streams.is_empty() || !proof.openings.is_empty() {
        return Err(Fault::new(
            "proof.each",
            "it has to hold a part for each who may perform or of which it is made up, and all of it",
        ));
    }
    match proof.refuted.iter().find(|one| **one != Refutation::plain(one.status)) {
        Some(one) => Err(Fault::new(at_refuted(one.status), "it is refuted by the parts")),
        None => Ok(()),
    }
}

/// Checks the part of one. Gives the leaves of each of its streams.
fn in_part(subject: &Subject<'_>, frame: &Frame<'_>, part: &Part) -> Result<Vec<Leaves>, Fault> {
    let asked = frame.asked();
    let names: Vec<&str> = part.streams.iter().map(|stream| stream.of.as_str()).collect();
    if names != asked.iter().map(|(name, _)| *name).collect::<Vec<_>>() {
        return Err(Fault::new(
            "proof.streams",
            "there has to be one for each kind of deed that is asked about",
        ));
    }
    told_apart(subject, frame.apart())?;
    let asked: Vec<Asked<'_>> = asked.into_iter().map(|(_, asked)| asked).collect();
    literals::with_all(&subject.case, &asked, |streams| {
        let check = Check::of(subject, frame, part, streams)?;
        check.all(streams)?;
        Ok(check.leaves)
    })?
}

/// That what is said of some kinds of deed is told apart.
///
/// # Errors
/// Where a claim, or a deed, may be of two of them.
pub fn told_apart<'a>(
    subject: &Subject<'_>,
    kinds: impl IntoIterator<Item = &'a Action>,
) -> Result<(), Fault> {
    let kinds: Vec<&Action> = kinds.into_iter().collect();
    for (index, one) in kinds.iter().enumerate() {
        for other in &kinds[index + 1..] {
            literals::independent(&subject.case, one, other)?;
        }
    }
    Ok(())
}

struct Check<'a> {
    subject: &'a Subject<'a>,
    frame: &'a Frame<'a>,
    part: &'a Part,
    /// By stream, the literals of each leaf and what they set.
    leaves: Vec<Leaves>,
}

impl<'a> Check<'a> {
    fn of(
        subject: &'a Subject<'a>,
        frame: &'a Frame<'a>,
        part: &'a Part,
        streams: &[&Literals<'_>],
    ) -> Result<Check<'a>, Fault> {
        let mut all = Vec::new();
        for (literals, stream) in streams.iter().zip(&part.streams) {
            let at = format!("streams.{}", stream.of);
            let own = leaves_of(literals, stream, &at)?;
            if frame.reference.is_some() && literals.has_totals() {
                return Err(Fault::new("question.provision", "no certificate: a total of what is answered"));
            }
            all.push(own);
        }
        Ok(Check { subject, frame, part, leaves: all })
    }

    fn all(&self, streams: &[&Literals<'_>]) -> Result<(), Fault> {
        let possible = streams.get(3).filter(|_| self.frame.reference.is_some());
        let own = (self.frame.hinges.as_slice(), self.part.openings.as_slice());
        let turns = turns(own, &self.leaves[1..], possible.map(|possible| possible.earliest()))?;
        let openings = self.frame.openings(self.subject, &turns)?;
        self.part.refuted.iter().try_for_each(|refutation| self.refutes(refutation, &openings))
    }

    fn refutes(&self, refutation: &Refutation, openings: &Openings) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let ways = refutable(self.frame, refutation.status);
        let way =
            ways.get(refutation.way).ok_or_else(|| Fault::new(&at, "there is no such way to refute it"))?;
        let mut steps = refutation.steps.iter();
        for fact in way {
            match self.frame.asks(*fact, openings, self.subject.case.at) {
                Ok(true) => {}
                Ok(false) => return Err(Fault::new(&at, format!("it does not hold that {fact:?}"))),
                Err(bound) => {
                    let own = steps.next().ok_or_else(|| Fault::new(&at, "steps are missing"))?;
                    let window = (bound.from, bound.until);
                    let stream = if bound.lower { 0 } else { self.frame.above() };
                    each(own, &self.leaves[stream], &at, |steps, bounds| match bound.lower {
                        true => path::at_least(steps, bounds, window, bound.amount, &at),
                        false => path::at_most(steps, bounds, window, bound.amount, &at),
                    })?;
                }
            }
        }
        let over = steps.next().is_some() || refutation.claim.is_some() || !refutation.throughout.is_empty();
        if over { Err(Fault::new(at, "there is more than the way needs")) } else { Ok(()) }
    }
}

/// That the deeds of a witness satisfy a greatest set of literals of each stream.
fn is_a_world(
    subject: &Subject<'_>,
    (frames, join): (&[Frame<'_>], Join),
    leaves: &[Leaves],
    witness: &crate::Witness,
) -> Result<(), Fault> {
    let at = at_witness(witness.status);
    let open: BTreeSet<&Id> = frames.iter().flat_map(|frame| frame.open.iter().copied()).collect();
    let right = witness.owed.keys().eq(open) && witness.owed.values().all(|amount| *amount > Amount::ZERO);
    if !right {
        return Err(Fault::new(at, "it says how much is owed, above nothing, of what nobody has set"));
    }
    let kinds = kinds(frames);
    // A deed of a part is one of the whole too.
    let in_parts = join == Join::Worst && frames.len() > 1;
    if !in_parts {
        told_apart(subject, kinds.iter().copied())?;
    }
    if witness.leaves.len() != leaves.len() {
        return Err(Fault::new(at, "it names a leaf for each stream"));
    }
    let mut deeds = Vec::new();
    for deed in crate::deeds(witness) {
        let of: Vec<&Action> = match in_parts {
            false => vec![kinds[literals::kind_of(&subject.case, &deed, &kinds)?]],
            true => {
                literals::kind_of(&subject.case, &deed, &kinds[..1])?;
                let fits = |kind: &&Action| literals::kind_of(&subject.case, &deed, &[*kind]).is_ok();
                kinds.iter().copied().filter(fits).collect()
            }
        };
        deeds.push((of, deed));
    }
    let streams = frames.iter().flat_map(Frame::asked);
    for (((_, asked), own), leaf) in streams.zip(leaves).zip(&witness.leaves) {
        let counts = |reference: Option<&String>| match asked.heard {
            Heard::All => true,
            Heard::Of(wanted) => reference.is_some_and(|own| own == wanted),
            Heard::MayBeOf(wanted) => reference.is_none_or(|own| own == wanted),
        };
        let of_it =
            deeds.iter().filter(|(of, deed)| of.contains(&asked.action) && counts(deed.reference.as_ref()));
        let amounts: Vec<(Instant, Amount)> = of_it.map(|(_, deed)| (deed.at, deed.amount)).collect();
        in_leaf(&amounts, own, *leaf, &at)?;
    }
    Ok(())
}

/// That amounts satisfy the literals of a leaf, and no other leaf holds more than it.
pub(crate) fn in_leaf(
    amounts: &[(Instant, Amount)],
    leaves: &Leaves,
    leaf: usize,
    at: &str,
) -> Result<(), Fault> {
    let (names, bounds) = leaves.get(leaf).ok_or_else(|| Fault::new(at, "there is no such leaf"))?;
    if leaves.iter().any(|(other, _)| other != names && other.is_superset(names)) {
        return Err(Fault::new(at, "more of what is said can hold together than in this leaf"));
    }
    satisfies(amounts, bounds, at)
}

/// The literals of each leaf of a stream, and what they set.
pub(crate) fn leaves_of(literals: &Literals<'_>, stream: &Stream, at: &str) -> Result<Leaves, Fault> {
    crate::screened(literals, stream, at)?;
    let tree = stream.tree.as_ref().ok_or_else(|| Fault::new(at, "it has no tree"))?;
    let with_bounds = |leaf: crate::Leaf| {
        let bounds = literals.bounds(&leaf).unwrap_or_default();
        (leaf, bounds)
    };
    Ok(leaves(literals, tree, at)?.into_iter().map(with_bounds).collect())
}

/// Holds the steps for each leaf against what its literals set.
pub(crate) fn each(
    steps: &[Vec<crate::Step>],
    leaves: &[(crate::Leaf, BTreeSet<Bound>)],
    at: &str,
    check: impl Fn(&[crate::Step], &BTreeSet<Bound>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if steps.len() != leaves.len() {
        return Err(Fault::new(at, "there have to be steps for each leaf"));
    }
    steps.iter().zip(leaves).try_for_each(|(steps, (_, bounds))| check(steps, bounds))
}
