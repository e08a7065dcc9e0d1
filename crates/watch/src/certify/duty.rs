//! How the verdict on a duty with one window is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeSet;

use certificate::{
    Deed as Written, Frame, Leaf, Opening, Openings, Proof, Refutation, Stream, Subject, Window, Witness,
    frame, kinds, refutable, satisfies,
};
use model::{
    Amount, Instant, Status, StatusSet,
    agreement::{Action, Required},
};
use worlds::{
    literals::{self, Bound, Literals},
    world::Deed,
};

use super::{
    NoCertificate, not_yet,
    ways::{Ways, in_each, of_leaves, screen, tree},
};

/// Instants at which a window is tried to open.
const OPENINGS_MAX: usize = 40;

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let frame = frame(subject)?;
    let verifiers = &subject.provision.verified_by;
    let bearers = &subject.provision.bearers;
    let refused = |refused| NoCertificate::from(certificate::Fault::from(refused));
    match kinds(&frame).as_slice() {
        [(_, action), (_, opener)] => {
            literals::independent(&subject.case, action, opener).map_err(refused)?;
            literals::with(&subject.case, action, bearers, verifiers, |own| {
                literals::with(&subject.case, opener, &opener.by, &[], |opening| {
                    Search::of(subject, &frame, vec![own, opening])?.proof(status)
                })
            })
            .map_err(refused)?
            .map_err(refused)?
        }
        _ => literals::with(&subject.case, frame.action, bearers, verifiers, |own| {
            Search::of(subject, &frame, vec![own])?.proof(status)
        })
        .map_err(refused)?,
    }
}

/// One kind of deed with what is said of it.
struct Said<'a, 'l> {
    literals: &'a Literals<'l>,
    action: &'a Action,
    stream: Stream,
    leaves: Vec<Leaf>,
    ways: Vec<Ways>,
}

struct Search<'a, 'l> {
    subject: &'a Subject<'a>,
    frame: &'a Frame<'a>,
    said: Vec<Said<'a, 'l>>,
}

impl<'a, 'l> Search<'a, 'l> {
    fn of(
        subject: &'a Subject<'a>,
        frame: &'a Frame<'a>,
        streams: Vec<&'a Literals<'l>>,
    ) -> Result<Search<'a, 'l>, NoCertificate> {
        let mut said = Vec::new();
        for ((name, action), literals) in kinds(frame).into_iter().zip(streams) {
            let (tree, leaves) = tree(literals)?;
            let stream = Stream { of: name.to_owned(), screen: screen(literals), tree: Some(tree) };
            said.push(Said { literals, action, stream, ways: of_leaves(literals, &leaves), leaves });
        }
        Ok(Search { subject, frame, said })
    }

    fn proof(&self, status: StatusSet) -> Result<Proof, NoCertificate> {
        let opening = self.said.get(1).map(|said| self.opening(said));
        let deed = opening.as_ref().map_or((Instant::MIN, None), |one| (one.earliest, one.latest));
        let openings = self.frame.openings(self.subject, deed)?;
        let mut proof = Proof { status, ..Proof::default() };
        for other in Status::ALL.into_iter().filter(|other| !status.contains(*other)) {
            let refutation = self.refutation(other, &openings);
            let missing =
                || not_yet(format!("that it is not {other} follows from more than a certificate shows yet"));
            proof.refuted.push(refutation.ok_or_else(missing)?);
        }
        let worlds = self.worlds(deed, status)?;
        for one in status.iter() {
            match worlds.iter().find(|world| world.status == one) {
                Some(world) => proof.witnesses.push(world.clone()),
                None => proof.unwitnessed.push(one),
            }
        }
        proof.streams = self.said.iter().map(|said| said.stream.clone()).collect();
        proof.opening = opening;
        Ok(proof)
    }

    /// Between which instants what opens the window comes.
    fn opening(&self, said: &Said<'_, '_>) -> Opening {
        let entry = self.subject.case.agreement.in_force;
        let mut opening =
            Opening { earliest: entry, nothing_before: Vec::new(), latest: None, something_by: Vec::new() };
        for cut in said.literals.cuts().iter().filter(|cut| **cut > entry) {
            let nothing = in_each(&said.ways, |ways| ways.at_most((entry, *cut), 0));
            match nothing.filter(|_| *cut < Instant::MAX) {
                Some(steps) => (opening.earliest, opening.nothing_before) = (*cut, steps),
                None => break,
            }
        }
        for cut in said.literals.cuts().iter().filter(|cut| **cut > entry && **cut < Instant::MAX) {
            if let Some(steps) = in_each(&said.ways, |ways| ways.at_least((entry, *cut), 1)) {
                (opening.latest, opening.something_by) = (Some(cut.previous()), steps);
                break;
            }
        }
        opening
    }

    fn refutation(&self, status: Status, openings: &Openings) -> Option<Refutation> {
        let ways = refutable(self.frame, status);
        ways.iter().enumerate().find_map(|(way, facts)| {
            let mut all = Vec::new();
            for fact in facts {
                match self.frame.asks(*fact, openings, self.subject.case.at) {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(bound) => {
                        let window = (bound.from, bound.until);
                        all.push(in_each(&self.said[0].ways, |ways| match bound.lower {
                            true => ways.at_least(window, bound.amount),
                            false => ways.at_most(window, bound.amount),
                        })?);
                    }
                }
            }
            Some(Refutation { status, way, steps: all, claim: None })
        })
    }

    /// A world for each status that one is found for.
    fn worlds(
        &self,
        deed: (Instant, Option<Instant>),
        wanted: StatusSet,
    ) -> Result<Vec<Witness>, NoCertificate> {
        let mut found: Vec<Witness> = Vec::new();
        for (opening_leaf, before) in self.openings(deed) {
            for (leaf, names) in greatest(&self.said[0].leaves) {
                for classes in self.classes(&before)? {
                    let Some(amounts) = self.said[0].literals.solution(names, &classes) else { continue };
                    let bounds = self.said[0].literals.bounds(names).unwrap_or_default();
                    if satisfies(&amounts, &bounds, "").is_err() {
                        continue;
                    }
                    let own = made(self.said[0].action, amounts);
                    let deeds: Vec<Deed> = before.iter().cloned().chain(own).collect();
                    let status = self.subject.status(&deeds)?;
                    if found.iter().any(|one| one.status == status) {
                        continue;
                    }
                    let leaves = [leaf].into_iter().chain(opening_leaf).collect();
                    found.push(Witness { status, deeds: deeds.iter().map(Written::of).collect(), leaves });
                    if wanted.iter().all(|one| found.iter().any(|other| other.status == one)) {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Ways in which the window may have been opened, each with its leaf; one without deeds where none opens it.
    fn openings(&self, (earliest, latest): (Instant, Option<Instant>)) -> Vec<(Option<usize>, Vec<Deed>)> {
        let Some(said) = self.said.get(1) else { return vec![(None, Vec::new())] };
        let (entry, at) = (self.subject.case.agreement.in_force, self.subject.case.at);
        let unit = said.literals.unit();
        let bound = |from, until, lower, amount| Bound { from, until, lower, amount, ground: String::new() };
        let cuts = said.literals.cuts().iter().flat_map(|cut| [*cut, cut.previous()]);
        let last = latest.unwrap_or(Instant::MAX).min(at);
        let mut ticks: BTreeSet<Instant> = cuts.filter(|tick| earliest <= *tick && *tick <= last).collect();
        ticks.extend([earliest, last]);
        let mut all = Vec::new();
        for (leaf, names) in greatest(&said.leaves) {
            let mut asked: Vec<Vec<Bound>> = ticks
                .iter()
                .take(OPENINGS_MAX)
                .map(|tick| {
                    let before = (*tick > entry).then(|| bound(entry, *tick, false, 0));
                    before.into_iter().chain([bound(*tick, tick.next(), true, unit)]).collect()
                })
                .collect();
            asked.push(vec![bound(entry, at.next(), false, 0)]);
            for asked in asked {
                let amounts = said.literals.solution(names, &asked);
                let bounds = said.literals.bounds(names).unwrap_or_default();
                let right = amounts.filter(|amounts| satisfies(amounts, &bounds, "").is_ok());
                all.extend(right.map(|amounts| (Some(leaf), made(said.action, amounts))));
            }
        }
        all
    }

    /// Bounds that tell apart what the amounts of the windows can come to, where these deeds opened it.
    fn classes(&self, before: &[Deed]) -> Result<Vec<Vec<Bound>>, NoCertificate> {
        let at = self.subject.case.at;
        let refused = |refused| NoCertificate::from(certificate::Fault::from(refused));
        let ends = match self.frame.window {
            Window::Period(_, last) => BTreeSet::from([last.min(at)]),
            Window::Due(due) => {
                let (_, last) = literals::window(&self.subject.case, due, before).map_err(refused)?;
                BTreeSet::from([last.min(at), at])
            }
        };
        let unit = self.said[0].literals.unit();
        let thresholds = match self.frame.required {
            Required::AtLeast(n) => vec![n.0],
            Required::Exactly(n) => vec![n.0, n.0 + unit],
            Required::AtMost(n) => vec![n.0 + unit],
        };
        let from = self.frame.counts_from;
        let mut classes: Vec<Vec<Bound>> = vec![Vec::new()];
        for until in ends.into_iter().map(Instant::next).filter(|until| from < *until) {
            let bound = |lower, amount| Bound { from, until, lower, amount, ground: String::new() };
            let mut next = Vec::new();
            for class in 0..=thresholds.len() {
                let low = class.checked_sub(1).map(|below| bound(true, thresholds[below]));
                let high = thresholds.get(class).map(|above| bound(false, above - unit));
                let own: Vec<Bound> = low.into_iter().chain(high).collect();
                next.extend(classes.iter().map(|class| [class.as_slice(), own.as_slice()].concat()));
            }
            classes = next;
        }
        Ok(classes)
    }
}

/// The leaves that are in no other.
fn greatest(leaves: &[Leaf]) -> impl Iterator<Item = (usize, &Leaf)> {
    let is_greatest = |leaf: &Leaf| !leaves.iter().any(|other| other != leaf && other.is_superset(leaf));
    leaves.iter().enumerate().filter(move |(_, leaf)| is_greatest(leaf))
}

fn made(action: &Action, amounts: Vec<(Instant, Amount)>) -> Vec<Deed> {
    let each = super::ways::joined(amounts).into_iter();
    each.map(|(at, amount)| Deed { by: action.by.clone(), ..Deed::of(action, at, amount) }).collect()
}
