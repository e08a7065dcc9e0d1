//! How the verdict on a duty with one window is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::{BTreeMap, BTreeSet};

use certificate::{
    Deed as Written, Frame, Hinge, Join, Leaf, Opening, Openings, Part, Proof, Refutation, Subject, Window,
    Witness, frames, kinds, left, may_be, refutable, satisfies, told_apart,
};
use model::{Amount, Id, Instant, Status, StatusSet};
use worlds::{
    literals::{self, Asked, Bound, Literals},
    world::Deed,
};

use super::{
    NoCertificate,
    hinges::{Said, Way, turns, ways_of},
    not_yet,
    ways::{in_each, joined},
};

/// Worlds that are tried, of several who may perform.
const WORLDS_MAX: usize = 4000;

/// More than anybody does.
const MORE: Amount = Amount(1_000_000_000_000);

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let (frames, join) = frames(subject)?;
    for frame in &frames {
        told_apart(subject, frame.apart())?;
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
        proof_of(subject, &parts, join, status)
    });
    found.map_err(refused)?
}

fn refused(refused: worlds::Refused) -> NoCertificate {
    NoCertificate::from(certificate::Fault::from(refused))
}

fn proof_of(
    subject: &Subject<'_>,
    parts: &[Search<'_, '_>],
    join: Join,
    status: StatusSet,
) -> Result<Proof, NoCertificate> {
    let mut proof = Proof { status, ..Proof::default() };
    let missing = |other: Status| {
        not_yet(format!("that it is not {other} follows from more than a certificate shows yet"))
    };
    let outside = Status::ALL.into_iter().filter(|other| !status.contains(*other));
    if let [part] = parts {
        let Part { streams, openings, refuted, .. } = part.part(outside.clone());
        if let Some(other) = outside.clone().find(|other| left(&refuted).contains(*other)) {
            return Err(missing(other));
        }
        (proof.streams, proof.openings, proof.refuted) = (streams, openings, refuted);
    } else {
        proof.each = parts.iter().map(|part| part.part(Status::ALL.into_iter())).collect();
        let sets: Vec<StatusSet> = proof.each.iter().map(|part| left(&part.refuted)).collect();
        let may_be = may_be(&sets, join);
        for other in outside {
            if may_be.contains(other) {
                return Err(missing(other));
            }
            proof.refuted.push(Refutation::plain(other));
        }
    }
    let worlds = match join {
        Join::Worst if parts.len() > 1 => of_parts(subject, parts, status)?,
        _ => worlds(subject, parts, status)?,
    };
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
    if told_apart(subject, kinds).is_err() {
        return Ok(found);
    }
    // Of what nobody has set as little as can be, or more than was done.
    let open: BTreeSet<&Id> = frames.iter().flat_map(|frame| frame.open.iter().copied()).collect();
    let each_of = |amount: Amount| open.iter().map(|id| ((*id).clone(), amount)).collect();
    let owed: BTreeSet<BTreeMap<Id, Amount>> = [Amount::LEAST, MORE].map(each_of).into_iter().collect();
    let mut left = WORLDS_MAX;
    for (hinged, before) in first.ways() {
        let mut all: Vec<(Vec<usize>, Vec<Deed>)> = vec![(Vec::new(), before.clone())];
        for part in parts {
            let own = part.amounts(&before)?;
            let with = |(leaves, deeds): &(Vec<usize>, Vec<Deed>)| {
                let more = |(leaf, more): &(usize, Vec<Deed>)| {
                    let leaves = [leaves.as_slice(), &[*leaf], hinged.as_slice()].concat();
                    (leaves, [deeds.as_slice(), more.as_slice()].concat())
                };
                own.iter().map(more).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        for (leaves, deeds) in all {
            left = left.saturating_sub(1);
            if left == 0 {
                return Ok(found);
            }
            let Some(leaves) = first.with_others(leaves, &deeds) else { continue };
            for owed in &owed {
                let Ok(status) = subject.status(&deeds, owed) else { continue };
                if found.iter().any(|one| one.status == status) {
                    continue;
                }
                let deeds = deeds.iter().map(Written::of).collect();
                let (leaves, owed) = (leaves.clone(), owed.clone());
                found.push(Witness { status, deeds, leaves, owed, stocks: Vec::new() });
            }
            if wanted.iter().all(|one| found.iter().any(|other| other.status == one)) {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// A world for each status that one is found for, of the whole and its parts: the deeds of each part, and of the whole so many more.
fn of_parts(
    subject: &Subject<'_>,
    parts: &[Search<'_, '_>],
    wanted: StatusSet,
) -> Result<Vec<Witness>, NoCertificate> {
    let mut found: Vec<Witness> = Vec::new();
    let Some((whole, parts)) = parts.split_first() else { return Ok(found) };
    // What is of the whole alone, and of each part alone.
    let plain = |part: &Search<'_, '_>| Deed::of(&part.frame.action, subject.case.at, Amount::LEAST);
    let none_of = |deed: &Deed, parts: &[Search<'_, '_>]| !parts.iter().any(|part| part.is_of(deed));
    let apart = (0..parts.len()).all(|index| {
        let deed = plain(&parts[index]);
        whole.is_of(&deed) && none_of(&deed, &parts[..index]) && none_of(&deed, &parts[index + 1..])
    });
    if !apart || !none_of(&plain(whole), parts) {
        return Ok(found);
    }
    let mut all: Vec<(Vec<usize>, Vec<Deed>)> = vec![(Vec::new(), Vec::new())];
    for part in parts {
        let own = part.amounts(&[])?;
        let with = |(leaves, deeds): &(Vec<usize>, Vec<Deed>)| {
            let more = |(leaf, more): &(usize, Vec<Deed>)| {
                ([leaves.as_slice(), &[*leaf]].concat(), [deeds.as_slice(), more].concat())
            };
            own.iter().map(more).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).take(WORLDS_MAX / 40).collect();
    }
    let classes = whole.classes(&[])?;
    for (leaves, deeds) in all {
        let at_least = joined(deeds.iter().map(|deed| (deed.at, deed.amount)).collect());
        let contained = at_least.iter().map(|(at, amount)| {
            let (from, until) = (*at, at.next());
            Bound { from, until, lower: true, amount: amount.0, ground: String::new() }
        });
        let contained: Vec<Bound> = contained.collect();
        let classes: Vec<Vec<Bound>> =
            classes.iter().map(|class| [class.as_slice(), &contained].concat()).collect();
        for (leaf, own) in whole.said[0].worlds(&classes) {
            // Of the whole what is of no part is left.
            let rest = own.into_iter().filter_map(|deed| {
                let amount = deed.amount - at_least.get(&deed.at).copied().unwrap_or_default();
                (amount > Amount::ZERO).then_some(Deed { amount, ..deed })
            });
            let deeds: Vec<Deed> = deeds.iter().cloned().chain(rest).collect();
            let Ok(status) = subject.status(&deeds, &BTreeMap::new()) else { continue };
            if found.iter().any(|one| one.status == status) {
                continue;
            }
            let leaves = [&[leaf], leaves.as_slice()].concat();
            found.push(Witness {
                status,
                deeds: deeds.iter().map(Written::of).collect(),
                leaves,
                owed: BTreeMap::new(),
                stocks: Vec::new(),
            });
            if wanted.iter().all(|one| found.iter().any(|other| other.status == one)) {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

struct Search<'a, 'l> {
    subject: &'a Subject<'a>,
    frame: &'a Frame<'a>,
    said: Vec<Said<'a, 'l>>,
    turns: Vec<Opening>,
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
            said.push(Said::of(name, asked, literals)?);
        }
        let possible = said.get(3).filter(|_| frame.reference.is_some()).map(|said| said.literals);
        let hinged = frame.hinges.iter().zip(&said[1..]);
        let found: Vec<Opening> = hinged.map(|(hinge, said)| said.opening(hinge, possible)).collect();
        let openings = frame.openings(subject, &turns(&found))?;
        Ok(Search { subject, frame, said, turns: found, openings })
    }

    /// What shows which of some statuses cannot be.
    fn part(&self, statuses: impl Iterator<Item = Status>) -> Part {
        let refuted = statuses.filter_map(|status| self.refutation(status, &self.openings)).collect();
        Part {
            of: self.frame.of.clone(),
            streams: self.said.iter().map(|said| said.stream.clone()).collect(),
            openings: self.turns.clone(),
            refuted,
        }
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

    /// Amounts of each class with their leaf, where these deeds were what it hangs on.
    fn amounts(&self, before: &[Deed]) -> Result<Vec<(usize, Vec<Deed>)>, NoCertificate> {
        Ok(self.said[0].worlds(&self.classes(before)?))
    }

    fn least(&self) -> i64 {
        self.frame.demand.least.map_or(0, |least| least.0)
    }

    /// Whether a deed is of the kind that is asked about.
    fn is_of(&self, deed: &Deed) -> bool {
        literals::kind_of(&self.subject.case, deed, &[&self.frame.action]).is_ok()
    }

    /// Bounds that tell apart whether enough was done from each of some instants on, by one instant and by another.
    fn of_runs(&self, runs: &[(Instant, i64)], last: Instant, until: Instant) -> Vec<Vec<Bound>> {
        let (at, unit) = (self.subject.case.at, self.said[0].literals.unit());
        let bound = |from: Instant, last: Instant, lower: bool, amount: i64| {
            let until = last.min(at).next();
            (from < until).then(|| Bound { from, until, lower, amount, ground: String::new() })
        };
        let all = |last: Instant| runs.iter().filter_map(move |(from, owed)| bound(*from, last, true, *owed));
        let mut classes = vec![all(last).collect::<Vec<Bound>>()];
        for (from, owed) in runs {
            let short = |last| bound(*from, last, false, owed - unit);
            classes.push(short(until).into_iter().collect());
            classes.push(short(last).into_iter().chain(all(until)).collect());
        }
        classes
    }

    /// The leaves of streams that hold what may be of a reference too, beside those of a world; none where it satisfies none.
    fn with_others(&self, leaves: Vec<usize>, deeds: &[Deed]) -> Option<Vec<usize>> {
        let mut leaves = leaves;
        for said in self.said.iter().skip(1 + self.frame.hinges.len()) {
            let same = deeds.iter().filter(|deed| deed.act == said.asked.action.act);
            let amounts: Vec<(Instant, Amount)> = same.map(|deed| (deed.at, deed.amount)).collect();
            let fits = |(_, names): &(usize, &Leaf)| {
                said.literals.bounds(names).is_some_and(|bounds| satisfies(&amounts, &bounds, "").is_ok())
            };
            leaves.push(said.leaves.iter().enumerate().find(fits)?.0);
        }
        Some(leaves)
    }

    /// Ways in which what it hangs on may have been.
    fn ways(&self) -> Vec<Way> {
        let (hinges, at) = (&self.frame.hinges, self.subject.case.at);
        // Triggers of one kind come together, and each is a stream.
        let first = if self.frame.afterwards { hinges.len().saturating_sub(1) } else { 0 };
        let said = &self.said[1 + first..];
        let mut ways = ways_of(said, &hinges[first..], &self.turns[first..], at);
        for (leaves, _) in &mut ways {
            leaves.resize(hinges.len(), leaves.first().copied().unwrap_or_default());
        }
        ways
    }

    /// Bounds that tell apart what the amounts of the windows can come to, where these deeds opened it.
    fn classes(&self, before: &[Deed]) -> Result<Vec<Vec<Bound>>, NoCertificate> {
        let at = self.subject.case.at;
        let turned = |hinge: &Hinge| {
            let mut sum = 0;
            let same = |deed: &&Deed| deed.act == hinge.action.act;
            let turned = before.iter().filter(same).find(|deed| {
                sum += deed.amount.0;
                sum >= hinge.amount
            });
            turned.map(|deed| deed.at)
        };
        let opened = self.frame.hinges.last().and_then(turned);
        let scope = literals::scope(&self.subject.case, self.subject.provision, before).map_err(refused)?;
        let mut from = self.frame.counted_from(self.subject, before)?.unwrap_or(Instant::MAX);
        let last = match self.frame.window {
            Window::MadeUp { own, until } => {
                return Ok(self.of_runs(&[(own.first, self.least())], own.last, until));
            }
            Window::Carried { ref runs, own, until } => return Ok(self.of_runs(runs, own.last, until)),
            Window::InDoubt(whole) => {
                let own = scope.within(whole.first, whole.last);
                let Some((first, last)) = own.periods().first().zip(own.periods().last()) else {
                    return Ok(vec![Vec::new()]);
                };
                from = first.first;
                last.last
            }
            Window::Period(_, last) => last,
            Window::Due(due) => literals::window(&self.subject.case, due, before).map_err(refused)?.1,
            Window::Answer(within) => opened.zip(within).map_or(Instant::MAX, |(at, within)| at + within),
        };
        if self.frame.afterwards {
            let count = i64::try_from(self.frame.hinges.len()).unwrap_or(1);
            let each = self.least() / count.max(1);
            let run = |(turns, owed): (Option<Instant>, i64)| Some((turns?, owed * each));
            let runs = self.frame.hinges.iter().map(turned).zip((1..=count).rev()).filter_map(run);
            return Ok(self.of_runs(&runs.collect::<Vec<_>>(), last, at));
        }
        let mut ends = BTreeSet::from([last.min(at)]);
        if !matches!(self.frame.window, Window::Period(..) | Window::InDoubt(_)) {
            ends.insert(at);
        }
        // The last tick in time at which it binds.
        let bound = scope.within(Instant::MIN, last.min(at));
        ends.extend(bound.periods().last().map(|period| period.last));
        let unit = self.said[0].literals.unit();
        let step = if self.frame.reference.is_some() { unit } else { 0 };
        let mut thresholds: Vec<i64> =
            self.frame.demand.least.map(|least| least.0.max(step)).into_iter().collect();
        thresholds.extend(self.frame.demand.most.map(|most| most.0 + unit));
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
