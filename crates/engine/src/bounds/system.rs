//! A measure laid out over cuts of time: its literals, their constraints, and every minimal way to resolve their
//! conflicts.
//!
//! Invariant: the constraints of a set of literals are made from that set alone, so that dropping a literal drops all that rests on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use model::{Amount, Duration, Id, Instant};

use super::{
    agreed::{Agreed, agree},
    leaf::Leaf,
    literal::{Cuts, Edge, Literal, Span},
    silence::Silent,
};
use crate::measure::{Event, Measure};

/// More conflicts than this many systems in one connected part, and the part is left unconstrained.
const SYSTEMS_MAX: usize = 3_000;
/// More maximal sets than this, likewise.
const LEAVES_MAX: usize = 256;
/// An event's floor with the event.
type Floor<'e> = (Literal, &'e Event);

/// The caps by silence of an account, given what it excludes: they are the same in many of the systems tried.
pub(super) type Quiet = BTreeMap<(usize, BTreeSet<usize>), Rc<Vec<Edge>>>;

/// A measure laid out over cuts of time.
pub(super) struct System<'a> {
    pub(super) measure: &'a Measure,
    pub(super) cuts: Cuts,
    pub(super) agreed: Vec<Agreed>,
    /// For each account, its silence if that is accepted.
    pub(super) silent: Vec<Option<Silent<'a>>>,
}

/// The ends of every interval, period and silence, ascending.
pub(super) fn cuts(measure: &Measure) -> Vec<Instant> {
    let mut cuts = Vec::new();
    for account in &measure.accounts {
        let periods = account.events.iter().map(|e| e.period).chain(account.tallies.iter().map(|t| t.period));
        let so_far = account.tallies.iter().filter_map(|t| t.so_far.map(|(period, _)| period));
        for period in periods.chain(so_far).chain(account.silences.iter().copied()) {
            cuts.extend([period.first, period.last + Duration::TICK]);
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

impl<'a> System<'a> {
    pub(super) fn new(measure: &'a Measure) -> Self {
        let cuts = Cuts(cuts(measure));
        let silent = (0..measure.accounts.len()).map(|account| Silent::of(measure, &cuts, account)).collect();
        let agreed = if measure.corroboration { agree(measure, &cuts.0) } else { Vec::new() };
        System { measure, cuts, agreed, silent }
    }

    pub(super) fn event(&self, account: usize, event: usize) -> &Event {
        &self.measure.accounts[account].events[event]
    }

    /// Runs of cuts that no literal crosses the ends of.
    pub(super) fn parts(&self) -> Vec<(usize, usize)> {
        let mut joined = vec![false; self.cuts.0.len()];
        let mut join =
            |(first, last): (usize, usize)| joined[first + 1..last].iter_mut().for_each(|j| *j = true);
        for account in &self.measure.accounts {
            account.events.iter().for_each(|e| join(self.cuts.span(&e.period)));
            account.tallies.iter().for_each(|t| join(self.cuts.span(&t.period)));
        }
        self.agreed.iter().for_each(|a| join((a.from, a.to)));
        for hull in self.reference_hulls() {
            join(hull);
        }
        let mut parts = Vec::new();
        let mut start = 0;
        for (cut, crossed) in joined.iter().enumerate().skip(1) {
            if !crossed {
                parts.push((start, cut));
                start = cut;
            }
        }
        parts
    }

    /// For each reference, the cuts around every event that carries it.
    pub(super) fn reference_hulls(&self) -> Vec<(usize, usize)> {
        let mut hulls: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for event in self.measure.accounts.iter().flat_map(|a| &a.events) {
            if let Some(reference) = &event.reference {
                let (first, last) = self.cuts.span(&event.period);
                let hull = hulls.entry(reference).or_insert((first, last));
                *hull = (hull.0.min(first), hull.1.max(last));
            }
        }
        hulls.into_values().collect()
    }

    /// Every accepted literal that lies between two cuts.
    pub(super) fn literals(&self, first: usize, last: usize) -> Vec<Literal> {
        let inside = |(from, to): (usize, usize)| first <= from && to <= last;
        let mut literals = Vec::new();
        for (a, account) in self.measure.accounts.iter().enumerate() {
            for (e, event) in account.events.iter().enumerate() {
                if event.alone && event.floor > Amount::ZERO && inside(self.cuts.span(&event.period)) {
                    literals.push(Literal::EventFloor { account: a, event: e });
                }
            }
            for (t, tally) in
                account.tallies.iter().enumerate().filter(|(_, t)| inside(self.cuts.span(&t.period)))
            {
                if tally.floor_alone && tally.floor.is_some_and(|f| f > Amount::ZERO) {
                    literals.push(Literal::TallyFloor { account: a, tally: t });
                }
                if tally.cap_alone && tally.cap.is_some() {
                    literals.push(Literal::TallyCap { account: a, tally: t });
                }
            }
            if let Some(silent) = &self.silent[a] {
                let foreign = silent.foreign.iter().enumerate().filter(|(_, f)| inside(f.span));
                literals.extend(foreign.map(|(f, _)| Literal::Excludes { account: a, foreign: f }));
            }
        }
        let agreed = self.agreed.iter().enumerate().filter(|(_, a)| inside((a.from, a.to)));
        literals.extend(agreed.map(|(index, _)| Literal::Agreed { index }));
        literals.extend(self.denials_between(first, last));
        literals
    }

    pub(super) fn denials_between(&self, first: usize, last: usize) -> Vec<Literal> {
        let denied_inside = |denied: &str| {
            let mut events = self.measure.accounts.iter().flat_map(|a| &a.events);
            events.any(|e| {
                e.claim == denied
                    && first <= self.cuts.span(&e.period).0
                    && self.cuts.span(&e.period).1 <= last
            })
        };
        let denials = self.measure.denials.iter().enumerate();
        denials
            .filter(|(_, (_, denied))| !self.measure.corroboration && denied_inside(denied))
            .map(|(index, _)| Literal::Denial { index })
            .collect()
    }

    /// The maximal consistent sets between two cuts, closed; and whether all were listed.
    pub(super) fn solve(
        &self,
        first: usize,
        last: usize,
        conflicts: &mut BTreeSet<Vec<Id>>,
    ) -> (Vec<Leaf>, bool) {
        let all: BTreeSet<Literal> = self.literals(first, last).into_iter().collect();
        let mut found: Vec<BTreeSet<Literal>> = Vec::new();
        let mut leaves = Vec::new();
        let mut seen = BTreeSet::from([BTreeSet::new()]);
        // By the number of literals dropped, so that every minimal set is met before what contains it.
        let mut queue = std::collections::VecDeque::from([BTreeSet::new()]);
        let (mut tried, mut quiet) = (0, Quiet::new());
        while let Some(dropped) = queue.pop_front() {
            if found.iter().any(|minimal| minimal.is_subset(&dropped)) {
                continue;
            }
            tried += 1;
            if tried > SYSTEMS_MAX || leaves.len() >= LEAVES_MAX {
                return (vec![Leaf::unconstrained(last - first + 1)], false);
            }
            let kept: Vec<Literal> = all.difference(&dropped).copied().collect();
            let conflict = match self.excluded(&kept) {
                Some(pair) => pair,
                None => match Leaf::close(last - first + 1, &self.edges(&kept, (first, last), &mut quiet)) {
                    Ok(leaf) => {
                        found.push(dropped);
                        leaves.push(leaf);
                        continue;
                    }
                    Err(cycle) => cycle,
                },
            };
            conflicts.insert(self.claims_of(&conflict));
            for literal in conflict {
                let mut more = dropped.clone();
                more.insert(literal);
                if seen.insert(more.clone()) {
                    queue.push_back(more);
                }
            }
        }
        leaves.sort_unstable();
        leaves.dedup();
        (leaves, true)
    }

    pub(super) fn claims_of(&self, literals: &[Literal]) -> Vec<Id> {
        let claim = |literal: &Literal| match *literal {
            Literal::EventFloor { account, event } => Some(self.event(account, event).claim.clone()),
            Literal::TallyFloor { account, tally } | Literal::TallyCap { account, tally } => {
                Some(self.measure.accounts[account].tallies[tally].claim.clone())
            }
            Literal::Denial { index } => Some(self.measure.denials[index].0.clone()),
            Literal::Excludes { .. } | Literal::Agreed { .. } => None,
        };
        literals.iter().filter_map(claim).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Two literals kept that contradict each other by themselves.
    pub(super) fn excluded(&self, kept: &[Literal]) -> Option<Vec<Literal>> {
        let floors = || {
            kept.iter().filter_map(|literal| match *literal {
                Literal::EventFloor { account, event } => Some((*literal, self.event(account, event))),
                _ => None,
            })
        };
        kept.iter().find_map(|literal| {
            let mut more = Vec::new();
            let other = match *literal {
                // A denial, with the floor that it denies.
                Literal::Denial { index } => {
                    let denied = &self.measure.denials[index].1;
                    floors().find(|(_, event)| event.claim == *denied)
                }
                // One deed that was at two times, or an incident by two who did it each alone.
                Literal::EventFloor { account, event } => {
                    let one = self.event(account, event);
                    let same = |other: &Event| one.reference.is_some() && other.reference == one.reference;
                    let unlike = |other: &Event| {
                        !other.period.meets(&one.period)
                            || self.measure.incidents && !other.may_share_doer(one)
                    };
                    floors().find(|(_, other)| same(other) && unlike(other))
                }
                // A deed, with a silence that excludes it.
                Literal::Excludes { account, foreign } => {
                    let own = self.silent[account].as_ref().map(|silent| &silent.foreign[foreign]);
                    let is_kept = |index: &&usize| kept.contains(&Literal::Denial { index: **index });
                    let denied = own.map(|own| own.denied.iter().map(|all| all.iter().find(is_kept)));
                    match denied.and_then(|all| all.collect::<Option<Vec<&usize>>>()) {
                        Some(all) => {
                            more.extend(all.into_iter().map(|index| Literal::Denial { index: *index }))
                        }
                        None => return None,
                    }
                    let refuted = own.and_then(|own| own.refuted);
                    floors().find(|(floor, _)| Some(*floor) == refuted)
                }
                _ => None,
            };
            other.map(|(other, _)| [vec![*literal, other], more].concat())
        })
    }

    /// The constraints of the literals kept, between two cuts, numbered from the first.
    pub(super) fn edges(
        &self,
        kept: &[Literal],
        (first, last): Span,
        quiet: &mut Quiet,
    ) -> Vec<Rc<Vec<Edge>>> {
        // From the last cut to the first, so that one round of relaxation carries all the way.
        let never_negative =
            (first..last).rev().map(|cut| Edge { from: cut + 1, to: cut, weight: 0, because: Vec::new() });
        let mut own: Vec<Edge> = never_negative.collect();
        own.extend(self.floor_edges(kept));
        own.extend(self.tally_edges(kept));
        own.iter_mut().for_each(|edge| edge.shift(first));
        let mut edges = vec![Rc::new(own)];
        for account in (0..self.silent.len()).filter(|account| self.silent[*account].is_some()) {
            let excluded: BTreeSet<usize> = kept
                .iter()
                .filter_map(|literal| match *literal {
                    Literal::Excludes { account: a, foreign } if a == account => Some(foreign),
                    _ => None,
                })
                .collect();
            let key = (account, excluded);
            let known =
                quiet.entry(key.clone()).or_insert_with(|| Rc::new(self.silence_edges(&key, (first, last))));
            edges.push(Rc::clone(known));
        }
        edges
    }

    pub(super) fn tally_edges(&self, kept: &[Literal]) -> Vec<Edge> {
        let mut edges = Vec::new();
        for literal in kept {
            let (from, to, floor, amount) = match *literal {
                Literal::TallyFloor { account, tally } => {
                    let tally = &self.measure.accounts[account].tallies[tally];
                    let (from, to) = self.cuts.span(&tally.period);
                    (from, to, true, tally.floor)
                }
                Literal::TallyCap { account, tally } => {
                    let tally = &self.measure.accounts[account].tallies[tally];
                    let (from, to) = self.cuts.span(&tally.period);
                    (from, to, false, tally.cap)
                }
                Literal::Agreed { index } => {
                    let agreed = &self.agreed[index];
                    (agreed.from, agreed.to, agreed.floor, Some(agreed.amount))
                }
                _ => continue,
            };
            let Some(amount) = amount else { continue };
            let because = vec![*literal];
            edges.push(if floor {
                Edge { from: to, to: from, weight: -amount.0, because }
            } else {
                Edge { from, to, weight: amount.0, because }
            });
        }
        edges
    }

    /// Floors of events: for each family of distinct deeds and each window around a cluster of them, their sum.
    pub(super) fn floor_edges(&self, kept: &[Literal]) -> Vec<Edge> {
        let mut by_source: BTreeMap<usize, Vec<Floor<'_>>> = BTreeMap::new();
        let mut referred = Vec::new();
        for literal in kept {
            if let Literal::EventFloor { account, event } = *literal {
                let entry = (*literal, self.event(account, event));
                by_source.entry(account).or_default().push(entry);
                if entry.1.reference.is_some() {
                    referred.push(entry);
                }
            }
        }
        let mut edges = Vec::new();
        for family in by_source.into_values().chain([referred]) {
            for cluster in self.clusters(family) {
                edges.extend(self.sums(&cluster));
            }
        }
        edges
    }

    /// Events whose intervals overlap, or that share a reference, belong together; across clusters floors add by themselves.
    pub(super) fn clusters<'e>(&self, family: Vec<Floor<'e>>) -> Vec<Vec<Floor<'e>>> {
        let mut hull: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (_, event) in &family {
            if let Some(reference) = &event.reference {
                let (first, last) = self.cuts.span(&event.period);
                let own = hull.entry(reference).or_insert((first, last));
                *own = (own.0.min(first), own.1.max(last));
            }
        }
        let mut spans: Vec<(Span, Floor<'_>)> = family
            .into_iter()
            .map(|entry| {
                let by_reference = entry.1.reference.as_deref().and_then(|r| hull.get(r).copied());
                (by_reference.unwrap_or_else(|| self.cuts.span(&entry.1.period)), entry)
            })
            .collect();
        spans.sort_by_key(|(span, (literal, _))| (*span, *literal));
        let mut clusters: Vec<Vec<Floor<'_>>> = Vec::new();
        let mut end = 0;
        for ((first, last), entry) in spans {
            match clusters.last_mut() {
                Some(cluster) if first < end => cluster.push(entry),
                _ => clusters.push(vec![entry]),
            }
            end = end.max(last);
        }
        clusters
    }

    pub(super) fn sums(&self, cluster: &[Floor<'_>]) -> Vec<Edge> {
        let starts: BTreeSet<usize> = cluster.iter().map(|(_, e)| self.cuts.span(&e.period).0).collect();
        let ends: BTreeSet<usize> = cluster.iter().map(|(_, e)| self.cuts.span(&e.period).1).collect();
        let mut edges = Vec::new();
        for &from in &starts {
            for &to in ends.iter().filter(|to| **to > from) {
                let inside = cluster.iter().filter(|(_, e)| {
                    let (first, last) = self.cuts.span(&e.period);
                    from <= first && last <= to
                });
                let (sum, because) = sum_by_deed(inside.map(|(literal, event)| (*literal, *event)));
                if sum > 0 {
                    edges.push(Edge { from: to, to: from, weight: -sum, because });
                }
            }
        }
        edges
    }

    /// Caps by silence: for each cell, and for each window that one cluster of deeds spans.
    pub(super) fn silence_edges(
        &self,
        (account, excluded): &(usize, BTreeSet<usize>),
        (first, last): Span,
    ) -> Vec<Edge> {
        let Some(silent) = &self.silent[*account] else { return Vec::new() };
        let mut edges = Vec::new();
        for window in silent.windows(excluded).into_iter().filter(|w| first <= w.0 && w.1 <= last) {
            let Some(cap) = silent.cap(window, excluded) else { continue };
            let meets = |foreign: &&usize| silent.foreign[**foreign].meets(window);
            let because =
                excluded.iter().filter(meets).map(|f| Literal::Excludes { account: *account, foreign: *f });
            let mut edge = Edge { from: window.0, to: window.1, weight: cap, because: because.collect() };
            edge.shift(first);
            edges.push(edge);
        }
        edges
    }
}

/// The sum of floors over distinct deeds: each reference once, with its greatest floor.
fn sum_by_deed<'e>(events: impl Iterator<Item = (Literal, &'e Event)>) -> (i64, Vec<Literal>) {
    let mut by_reference: BTreeMap<&str, (Amount, Literal)> = BTreeMap::new();
    let (mut sum, mut because) = (0_i64, Vec::new());
    for (literal, event) in events {
        match &event.reference {
            Some(reference) => {
                let best = by_reference.entry(reference).or_insert((event.floor, literal));
                if event.floor > best.0 {
                    *best = (event.floor, literal);
                }
            }
            None => {
                sum = sum.saturating_add(event.floor.0);
                because.push(literal);
            }
        }
    }
    for (amount, literal) in by_reference.into_values() {
        sum = sum.saturating_add(amount.0);
        because.push(literal);
    }
    (sum, because)
}
