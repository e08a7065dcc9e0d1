//! When that turns on which a window or a scope hangs: what shows it, and the ways in which it may have come.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeSet;

use certificate::{Hinge, Leaf, Opening, Spell, Step, Stream, Turn, Turned, satisfies};
use model::{Amount, Instant};
use worlds::{
    literals::{Asked, Bound, Heard, Literals},
    world::Deed,
};

use super::{
    NoCertificate,
    ways::{Ways, in_each, joined, of_leaves, screen, tree},
};

/// Instants at which something is tried to turn.
const TURNS_MAX: usize = 40;
/// Instants between which it is looked for what was done when.
const CUTS_MAX: usize = 40;
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
        for (leaf, names) in self.leaves.iter().enumerate() {
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
        let below = |window, most| in_each(&self.ways, |ways| ways.at_most(window, most));
        let reached = |window| in_each(&self.ways, |ways| ways.at_least(window, amount));
        let mut opening = Opening::from(from);
        match &hinge.turn {
            Turn::Spells(_) => {
                opening.spells = self.spells();
                return opening;
            }
            Turn::Short(last) => {
                let window = (from, last.next());
                opening.earliest = last.next();
                if let Some(steps) = reached(window) {
                    (opening.earliest, opening.nothing_before) = (Instant::MAX, steps);
                } else if let Some(steps) = below(window, amount - 1) {
                    (opening.latest, opening.something_by) = (Some(opening.earliest), steps);
                }
                return opening;
            }
            Turn::InEach(periods, when) => {
                opening.earliest = *when;
                let short = |(index, period): (usize, &(Instant, Instant))| {
                    Some((index, below(*period, amount - 1)?))
                };
                let all: Option<Vec<Vec<Vec<Step>>>> =
                    periods.iter().map(|period| reached(*period)).collect();
                if let Some((index, steps)) = periods.iter().enumerate().find_map(short) {
                    (opening.earliest, opening.nothing_before) = (Instant::MAX, steps);
                    opening.short_in = Some(index);
                } else if let Some(all) = all {
                    (opening.latest, opening.something_by) = (Some(*when), all.concat());
                }
                return opening;
            }
            Turn::Reached | Turn::Exactly(_) => {}
        }
        let at_most = |until| below((from, until), amount - 1);
        let no_more = match hinge.turn {
            Turn::Exactly(last) => below((from, last.next()), amount),
            _ => Some(Vec::new()),
        };
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
            let Some(no_more) = &no_more else { break };
            if let Some(steps) = reached((from, *cut)) {
                (opening.latest, opening.something_by) = (Some(cut.previous()), steps);
                opening.no_more.clone_from(no_more);
                break;
            }
        }
        opening
    }

    /// Times in which certainly nothing was done, as long as can be, and in which something was, as short as can be.
    fn spells(&self) -> Vec<Spell> {
        let cuts: Vec<Instant> =
            self.literals.cuts().iter().copied().filter(|cut| *cut < Instant::MAX).take(CUTS_MAX).collect();
        let nothing = |from, until| in_each(&self.ways, |ways| ways.at_most((from, until), 0));
        let something = |from, until| in_each(&self.ways, |ways| ways.at_least((from, until), 1));
        let mut spells: Vec<Spell> = Vec::new();
        for (index, from) in cuts.iter().enumerate() {
            let later = &cuts[index + 1..];
            let quiet = later.iter().map_while(|until| Some((*until, nothing(*from, *until)?))).last();
            let within = |until: Instant| spells.iter().any(|one| !one.done && one.until >= until);
            let quiet = quiet.filter(|(until, _)| !within(*until));
            let done = later.iter().find_map(|until| Some((*until, something(*from, *until)?)));
            for (done, (until, steps)) in
                quiet.map(|one| (false, one)).into_iter().chain(done.map(|one| (true, one)))
            {
                spells.push(Spell { from: *from, until, done, steps });
            }
        }
        let shorter = |one: &Spell, other: &Spell| {
            other.done && one != other && one.from <= other.from && other.until <= one.until
        };
        let all = spells.clone();
        spells.retain(|one| !one.done || !all.iter().any(|other| shorter(one, other)));
        spells
    }

    /// Ways in which a hinge may have turned by an instant, or not, each with its leaf.
    fn turns(&self, hinge: &Hinge, opening: &Opening, at: Instant, most: usize) -> Vec<(usize, Vec<Deed>)> {
        let Opening { earliest, latest, .. } = *opening;
        let from = hinge.from;
        let unit = self.literals.unit();
        // Deeds come in units.
        let amount = (hinge.amount + unit - 1) / unit * unit;
        let within = |(from, until): (Instant, Instant), lower, amount| Bound {
            from,
            until,
            lower,
            amount,
            ground: String::new(),
        };
        let bound = |until, lower, amount| within((from, until), lower, amount);
        match &hinge.turn {
            Turn::Spells(_) => {
                let cuts = self.literals.cuts().iter().filter(|cut| **cut > Instant::MIN && **cut <= at);
                let one = cuts.take(most).map(|cut| vec![within((*cut, cut.next()), true, amount)]);
                let nothing = vec![bound(at.next(), false, 0)];
                return self.worlds(&[Vec::new(), nothing].into_iter().chain(one).collect::<Vec<_>>());
            }
            Turn::Short(last) => {
                let end = last.next();
                return self
                    .worlds(&[vec![bound(end, true, amount)], vec![bound(end, false, amount - unit)]]);
            }
            Turn::InEach(periods, _) => {
                let all = periods.iter().map(|period| within(*period, true, amount)).collect();
                let short = periods.iter().map(|period| vec![within(*period, false, amount - unit)]);
                return self.worlds(&[all].into_iter().chain(short).collect::<Vec<_>>());
            }
            Turn::Reached | Turn::Exactly(_) => {}
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
pub fn turns(openings: &[Opening]) -> Vec<Turned> {
    openings.iter().map(Turned::from).collect()
}
