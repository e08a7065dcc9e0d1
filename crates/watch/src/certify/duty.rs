//! How the verdict on a duty with one window is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeSet;

use certificate::{
    Deed as Written, Frame, Leaf, Opening, Openings, Part, Proof, Refutation, Stream, Subject, Window,
    Witness, frames, kinds, left, may_be, refutable, satisfies,
};
use model::{Amount, Instant, Status, StatusSet};
use worlds::{
    literals::{self, Asked, Bound, Heard, Literals},
    world::Deed,
};

use super::{
    NoCertificate, not_yet,
    ways::{Ways, greatest, in_each, of_leaves, screen, tree},
};

/// Instants at which a window is tried to open.
const OPENINGS_MAX: usize = 40;
/// Worlds that are tried, of several who may perform.
const WORLDS_MAX: usize = 4000;

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let (frames, least) = frames(subject)?;
    for frame in &frames {
        if let Some(opener) = &frame.opened_by {
            literals::independent(&subject.case, &frame.action, &opener.action).map_err(refused)?;
        }
    }
    let asked: Vec<Asked<'_>> =
        frames.iter().flat_map(|frame| frame.asked().into_iter().map(|(_, asked)| asked)).collect();
    let found = literals::with_all(&subject.case, &asked, |streams| {
        let mut streams = streams;
        let mut parts = Vec::new();
        for frame in &frames {
            let (own, rest) = streams.split_at(frame.asked().len());
            parts.push(Search::of(subject, frame, own)?);
            streams = rest;
        }
        proof_of(subject, &parts, least, status)
    });
    found.map_err(refused)?
}

fn refused(refused: worlds::Refused) -> NoCertificate {
    NoCertificate::from(certificate::Fault::from(refused))
}

fn proof_of(
    subject: &Subject<'_>,
    parts: &[Search<'_, '_>],
    least: usize,
    status: StatusSet,
) -> Result<Proof, NoCertificate> {
    let mut proof = Proof { status, ..Proof::default() };
    let missing = |other: Status| {
        not_yet(format!("that it is not {other} follows from more than a certificate shows yet"))
    };
    let outside = Status::ALL.into_iter().filter(|other| !status.contains(*other));
    if let [part] = parts {
        let Part { streams, opening, refuted, .. } = part.part(outside.clone());
        if let Some(other) = outside.clone().find(|other| left(&refuted).contains(*other)) {
            return Err(missing(other));
        }
        (proof.streams, proof.opening, proof.refuted) = (streams, opening, refuted);
    } else {
        proof.each = parts.iter().map(|part| part.part(Status::ALL.into_iter())).collect();
        let sets: Vec<StatusSet> = proof.each.iter().map(|part| left(&part.refuted)).collect();
        let may_be = may_be(&sets, least);
        for other in outside {
            if may_be.contains(other) {
                return Err(missing(other));
            }
            proof.refuted.push(Refutation::plain(other));
        }
    }
    let worlds = worlds(subject, parts, status)?;
    for one in status.iter() {
        match worlds.iter().find(|world| world.status == one) {
            Some(world) => proof.witnesses.push(world.clone()),
            None => proof.unwitnessed.push(one),
        }
    }
    Ok(proof)
}

/// A world for each status that one is found for.
fn worlds(
    subject: &Subject<'_>,
    parts: &[Search<'_, '_>],
    wanted: StatusSet,
) -> Result<Vec<Witness>, NoCertificate> {
    let mut found: Vec<Witness> = Vec::new();
    let Some(first) = parts.first() else { return Ok(found) };
    let frames: Vec<&Frame<'_>> = parts.iter().map(|part| part.frame).collect();
    let kinds = kinds(frames.iter().copied());
    for (index, one) in kinds.iter().enumerate() {
        if kinds[index + 1..].iter().any(|other| literals::independent(&subject.case, one, other).is_err()) {
            return Ok(found);
        }
    }
    let mut left = WORLDS_MAX;
    for (opening_leaf, before) in first.openings() {
        let mut all: Vec<(Vec<usize>, Vec<Deed>)> = vec![(Vec::new(), before.clone())];
        for part in parts {
            let own = part.amounts(&before)?;
            let with = |(leaves, deeds): &(Vec<usize>, Vec<Deed>)| {
                let more = |(leaf, more): &(usize, Vec<Deed>)| {
                    let leaves = leaves.iter().copied().chain([*leaf]).chain(opening_leaf).collect();
                    (leaves, [deeds.as_slice(), more.as_slice()].concat())
                };
                own.iter().map(more).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        for (leaves, deeds) in all {
            left = left.saturating_sub(1);
            let status = subject.status(&deeds)?;
            if left == 0 {
                return Ok(found);
            }
            if found.iter().any(|one| one.status == status) {
                continue;
            }
            let Some(leaves) = first.with_others(leaves, &deeds) else { continue };
            let deeds = deeds.iter().map(Written::of).collect();
            found.push(Witness { status, deeds, leaves, stocks: Vec::new() });
            if wanted.iter().all(|one| found.iter().any(|other| other.status == one)) {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// One kind of deed with what is said of it.
struct Said<'a, 'l> {
    literals: &'a Literals<'l>,
    asked: Asked<'a>,
    stream: Stream,
    leaves: Vec<Leaf>,
    ways: Vec<Ways>,
}

struct Search<'a, 'l> {
    subject: &'a Subject<'a>,
    frame: &'a Frame<'a>,
    said: Vec<Said<'a, 'l>>,
    opening: Option<Opening>,
    openings: Openings,
}

impl<'a, 'l> Search<'a, 'l> {
    fn of(
        subject: &'a Subject<'a>,
        frame: &'a Frame<'a>,
        streams: &[&'a Literals<'l>],
    ) -> Result<Search<'a, 'l>, NoCertificate> {
        let mut said = Vec::new();
        for ((name, asked), literals) in frame.asked().into_iter().zip(streams.iter().copied()) {
            let (tree, leaves) = tree(literals)?;
            let stream = Stream { of: name.to_owned(), screen: screen(literals), tree: Some(tree) };
            said.push(Said { literals, asked, stream, ways: of_leaves(literals, &leaves), leaves });
        }
        let from = frame.opened_by.as_ref().map(|opener| (opener.from, opener.amount));
        let opening = from.map(|(from, amount)| Self::opening(&said, from, amount));
        let deed = opening.as_ref().map_or((Instant::MIN, None), |one| (one.earliest, one.latest));
        let openings = frame.openings(subject, deed)?;
        Ok(Search { subject, frame, said, opening, openings })
    }

    /// What shows which of some statuses cannot be.
    fn part(&self, statuses: impl Iterator<Item = Status>) -> Part {
        let refuted = statuses.filter_map(|status| self.refutation(status, &self.openings)).collect();
        Part {
            of: self.frame.bearers.clone(),
            streams: self.said.iter().map(|said| said.stream.clone()).collect(),
            opening: self.opening.clone(),
            refuted,
        }
    }

    /// Between which instants what opens the window comes.
    fn opening(all: &[Said<'_, '_>], from: Instant, amount: i64) -> Opening {
        let mut opening =
            Opening { earliest: from, nothing_before: Vec::new(), latest: None, something_by: Vec::new() };
        let Some(said) = all.get(1) else { return opening };
        let cuts = || said.literals.cuts().iter().filter(|cut| **cut > from && **cut < Instant::MAX);
        if let Some(possible) = all.get(3) {
            opening.earliest = possible.literals.earliest().unwrap_or(from).max(from);
        } else {
            for cut in cuts() {
                match in_each(&said.ways, |ways| ways.at_most((from, *cut), amount - 1)) {
                    Some(steps) => (opening.earliest, opening.nothing_before) = (*cut, steps),
                    None => break,
                }
            }
        }
        for cut in cuts() {
            if let Some(steps) = in_each(&said.ways, |ways| ways.at_least((from, *cut), amount)) {
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
                        let stream = if bound.lower { 0 } else { self.frame.above() };
                        all.push(in_each(&self.said[stream].ways, |ways| match bound.lower {
                            true => ways.at_least(window, bound.amount),
                            false => ways.at_most(window, bound.amount),
                        })?);
                    }
                }
            }
            Some(Refutation { way, steps: all, ..Refutation::plain(status) })
        })
    }

    /// Amounts of each class with their leaf, where these deeds opened the window.
    fn amounts(&self, before: &[Deed]) -> Result<Vec<(usize, Vec<Deed>)>, NoCertificate> {
        let said = &self.said[0];
        let mut all = Vec::new();
        let classes = self.classes(before)?;
        for (leaf, names) in greatest(&said.leaves) {
            let bounds = said.literals.bounds(names).unwrap_or_default();
            for class in &classes {
                let amounts = said.literals.solution(names, class);
                let right = amounts.filter(|amounts| satisfies(amounts, &bounds, "").is_ok());
                all.extend(right.map(|amounts| (leaf, made(&said.asked, amounts))));
            }
        }
        Ok(all)
    }

    /// The leaves of streams that hold what may be of a reference too, beside those of a world; none where it satisfies none.
    fn with_others(&self, leaves: Vec<usize>, deeds: &[Deed]) -> Option<Vec<usize>> {
        let mut leaves = leaves;
        for said in self.said.iter().skip(2) {
            let same = deeds.iter().filter(|deed| deed.act == said.asked.action.act);
            let amounts: Vec<(Instant, Amount)> = same.map(|deed| (deed.at, deed.amount)).collect();
            let fits = |(_, names): &(usize, &Leaf)| {
                said.literals.bounds(names).is_some_and(|bounds| satisfies(&amounts, &bounds, "").is_ok())
            };
            leaves.push(greatest(&said.leaves).find(fits)?.0);
        }
        Some(leaves)
    }

    /// Ways in which the window may have been opened, each with its leaf; one without deeds where none opens it.
    fn openings(&self) -> Vec<(Option<usize>, Vec<Deed>)> {
        let (Some(said), Some(opener), Some(opening)) =
            (self.said.get(1), &self.frame.opened_by, &self.opening)
        else {
            return vec![(None, Vec::new())];
        };
        let Opening { earliest, latest, .. } = *opening;
        let (entry, at) = (opener.from, self.subject.case.at);
        let unit = said.literals.unit();
        let amount = opener.amount.max(unit);
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
                    let before = (*tick > entry).then(|| bound(entry, *tick, false, amount - unit));
                    before.into_iter().chain([bound(entry, tick.next(), true, amount)]).collect()
                })
                .collect();
            asked.push(vec![bound(entry, at.next(), false, amount - unit)]);
            for asked in asked {
                let amounts = said.literals.solution(names, &asked);
                let bounds = said.literals.bounds(names).unwrap_or_default();
                let right = amounts.filter(|amounts| satisfies(amounts, &bounds, "").is_ok());
                all.extend(right.map(|amounts| (Some(leaf), made(&said.asked, amounts))));
            }
        }
        all
    }

    /// Bounds that tell apart what the amounts of the windows can come to, where these deeds opened it.
    fn classes(&self, before: &[Deed]) -> Result<Vec<Vec<Bound>>, NoCertificate> {
        let at = self.subject.case.at;
        let opened = || {
            let opener = self.frame.opened_by.as_ref()?;
            let mut sum = 0;
            let same = |deed: &&Deed| deed.act == opener.action.act;
            before.iter().filter(same).find(|deed| {
                sum += deed.amount.0;
                sum >= opener.amount
            })
        };
        let opened = opened().map(|deed| deed.at);
        let last = match self.frame.window {
            Window::Period(_, last) => last,
            Window::Due(due) => literals::window(&self.subject.case, due, before).map_err(refused)?.1,
            Window::Answer(within) => opened.zip(within).map_or(Instant::MAX, |(at, within)| at + within),
        };
        let mut ends = BTreeSet::from([last.min(at)]);
        if !matches!(self.frame.window, Window::Period(..)) {
            ends.insert(at);
        }
        // The last tick in time at which it binds.
        let bound = self.frame.scope.within(Instant::MIN, last.min(at));
        ends.extend(bound.periods().last().map(|period| period.last));
        let unit = self.said[0].literals.unit();
        let step = if self.frame.reference.is_some() { unit } else { 0 };
        let mut thresholds: Vec<i64> =
            self.frame.demand.least.map(|least| least.0.max(step)).into_iter().collect();
        thresholds.extend(self.frame.demand.most.map(|most| most.0 + unit));
        let from = if self.frame.afterwards { opened.unwrap_or(at) } else { self.frame.counts_from };
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

fn made(asked: &Asked<'_>, amounts: Vec<(Instant, Amount)>) -> Vec<Deed> {
    let Asked { action, heard, .. } = *asked;
    let reference = match heard {
        Heard::Of(reference) => Some(reference.to_owned()),
        _ => None,
    };
    let each = super::ways::joined(amounts).into_iter();
    let made = |(at, amount)| {
        let deed = Deed::of(action, at, amount);
        Deed { by: action.by.clone(), reference: reference.clone(), ..deed }
    };
    each.map(made).collect()
}
