//! When that turns on which a window or a scope hangs: what shows it, and the ways in which it may have come.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeSet;

use certificate::{Hinge, Leaf, Opening, Step, Stream, satisfies};
use model::{Amount, Instant};
use worlds::{
    literals::{Asked, Bound, Heard, Literals},
    world::Deed,
};

use super::{
    NoCertificate,
    ways::{Ways, greatest, in_each, joined, of_leaves, screen, tree},
};

/// Instants at which something is tried to turn.
const TURNS_MAX: usize = 40;
/// Ways in which several may have turned.
const ALL_MAX: usize = 400;

/// One kind of deed with what is said of it.
pub struct Said<'a, 'l> {
    pub literals: &'a Literals<'l>,
    pub asked: Asked<'a>,
    pub stream: Stream,
    pub leaves: Vec<Leaf>,
    pub ways: Vec<Ways>,
}

impl<'a, 'l> Said<'a, 'l> {
    /// What is said of a kind of deed.
    pub fn of(name: &str, asked: Asked<'a>, literals: &'a Literals<'l>) -> Result<Self, NoCertificate> {
        let (tree, leaves) = tree(literals)?;
        let stream = Stream { of: name.to_owned(), screen: screen(literals), tree: Some(tree) };
        Ok(Said { literals, asked, stream, ways: of_leaves(literals, &leaves), leaves })
    }

    /// Deeds that satisfy a greatest set of literals and some further bounds, each with its leaf.
    pub fn worlds(&self, classes: &[Vec<Bound>]) -> Vec<(usize, Vec<Deed>)> {
        let mut all = Vec::new();
        for (leaf, names) in greatest(&self.leaves) {
            let bounds = self.literals.bounds(names).unwrap_or_default();
            for class in classes {
                let amounts = self.literals.solution(names, class);
                let right = amounts.filter(|amounts| satisfies(amounts, &bounds, "").is_ok());
                all.extend(right.map(|amounts| (leaf, self.made(amounts))));
            }
        }
        all
    }

    fn made(&self, amounts: Vec<(Instant, Amount)>) -> Vec<Deed> {
        let Asked { action, heard, .. } = self.asked;
        let reference = match heard {
            Heard::Of(reference) => Some(reference.to_owned()),
            _ => None,
        };
        let made = |(at, amount)| {
            let deed = Deed::of(action, at, amount);
            Deed { by: action.by.clone(), reference: reference.clone(), ..deed }
        };
        joined(amounts).into_iter().map(made).collect()
    }

    /// Between which instants a hinge turns; of answers by reference, not before what is first reported.
    pub fn opening(&self, hinge: &Hinge, possible: Option<&Literals<'_>>) -> Opening {
        let Hinge { from, amount, .. } = *hinge;
        let at_most = |until| in_each(&self.ways, |ways| ways.at_most((from, until), amount - 1));
        let at_least = |until| in_each(&self.ways, |ways| ways.at_least((from, until), amount));
        if let Some(last) = hinge.short_of {
            let end = last.next();
            let shown = |steps: Option<Vec<Vec<Step>>>, instant: Instant| steps.map(|steps| (instant, steps));
            let (earliest, nothing_before) = shown(at_least(end), Instant::MAX).unwrap_or((end, Vec::new()));
            let latest = shown(at_most(end), end).filter(|_| earliest == end);
            let (latest, something_by) =
                latest.map_or((None, Vec::new()), |(latest, steps)| (Some(latest), steps));
            return Opening { earliest, nothing_before, latest, something_by };
        }
        let mut opening =
            Opening { earliest: from, nothing_before: Vec::new(), latest: None, something_by: Vec::new() };
        let cuts = || self.literals.cuts().iter().filter(|cut| **cut > from && **cut < Instant::MAX);
        if let Some(possible) = possible {
            opening.earliest = possible.earliest().unwrap_or(from).max(from);
        } else {
            for cut in cuts() {
                match at_most(*cut) {
                    Some(steps) => (opening.earliest, opening.nothing_before) = (*cut, steps),
                    None => break,
                }
            }
        }
        for cut in cuts() {
            if let Some(steps) = at_least(*cut) {
                (opening.latest, opening.something_by) = (Some(cut.previous()), steps);
                break;
            }
        }
        opening
    }

    /// Ways in which a hinge may have turned by an instant, or not, each with its leaf.
    fn turns(&self, hinge: &Hinge, opening: &Opening, at: Instant, most: usize) -> Vec<(usize, Vec<Deed>)> {
        let Opening { earliest, latest, .. } = *opening;
        let from = hinge.from;
        let unit = self.literals.unit();
        let amount = hinge.amount.max(unit);
        let bound = |until, lower, amount| Bound { from, until, lower, amount, ground: String::new() };
        if let Some(last) = hinge.short_of {
            let end = last.next();
            return self
                .worlds(&[vec![bound(end, true, amount)], vec![bound(end, false, hinge.amount - unit)]]);
        }
        let cuts = self.literals.cuts().iter().flat_map(|cut| [*cut, cut.previous()]);
        let last = latest.unwrap_or(Instant::MAX).min(at);
        let mut ticks: BTreeSet<Instant> = cuts.filter(|tick| earliest <= *tick && *tick <= last).collect();
        ticks.extend([earliest, last]);
        let mut asked: Vec<Vec<Bound>> = ticks
            .iter()
            .take(most)
            .map(|tick| {
                let before = (*tick > from).then(|| bound(*tick, false, amount - unit));
                before.into_iter().chain([bound(tick.next(), true, amount)]).collect()
            })
            .collect();
        if from <= at {
            asked.push(vec![bound(at.next(), false, amount - unit)]);
        }
        self.worlds(&asked)
    }
}

/// A way in which what something hangs on may have been: the leaf of each stream, and the deeds.
pub type Way = (Vec<usize>, Vec<Deed>);

/// The ways in which all hinges may have turned; one without deeds where there is none.
pub fn ways_of(said: &[Said<'_, '_>], hinges: &[Hinge], openings: &[Opening], at: Instant) -> Vec<Way> {
    let most = TURNS_MAX / hinges.len().max(1).pow(2);
    let mut all: Vec<Way> = vec![(Vec::new(), Vec::new())];
    for ((said, hinge), opening) in said.iter().zip(hinges).zip(openings) {
        let own = said.turns(hinge, opening, at, most);
        let with = |(leaves, deeds): &Way| {
            let more = |(leaf, more): &(usize, Vec<Deed>)| {
                ([leaves.as_slice(), &[*leaf]].concat(), [deeds.as_slice(), more].concat())
            };
            own.iter().map(more).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).take(ALL_MAX).collect();
    }
    all
}

/// Between which instants these openings say that their hinges turn.
pub fn turns(openings: &[Opening]) -> Vec<(Instant, Option<Instant>)> {
    openings.iter().map(|opening| (opening.earliest, opening.latest)).collect()
}
