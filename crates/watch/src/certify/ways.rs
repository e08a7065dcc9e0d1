//! The tightest ways through time: the steps that give a bound.
//!
//! Invariant: a way found is one that the checker can follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use certificate::{Conflict, GROWS, Leaf, Left, Split, Step, Tree};
use model::{Amount, Instant};
use worlds::literals::{Bound, Literals};

use super::{NoCertificate, not_yet};

/// More leaves than this are not written down.
const LEAVES_MAX: usize = 512;
/// Nor than so many sets that hold a contradiction.
const SPLITS_MAX: usize = 4096;

/// What comes of a search.
enum Found {
    /// The way of least sum, and its sum.
    Way(i64, Vec<Step>),
    /// A way that comes round to less than nothing.
    Round(Vec<Step>),
    /// Nothing.
    None,
}

/// What the literals of a leaf set, as steps between instants.
pub struct Ways {
    nodes: Vec<Instant>,
    /// From a node to a node: the step.
    steps: Vec<(usize, usize, Step)>,
}

impl Ways {
    /// The steps that bounds allow.
    pub fn of(bounds: &BTreeSet<Bound>) -> Ways {
        let ends = bounds.iter().flat_map(|bound| [bound.from, bound.until]);
        let nodes: Vec<Instant> = ends.collect::<BTreeSet<_>>().into_iter().collect();
        let place = |instant: Instant| nodes.partition_point(|node| *node < instant);
        let mut steps: Vec<(usize, usize, Step)> = Vec::new();
        for bound in bounds {
            let (from, until) = (place(bound.from), place(bound.until));
            let (start, end) = if bound.lower { (until, from) } else { (from, until) };
            steps.push((start, end, Step::of(bound)));
        }
        for (index, pair) in nodes.windows(2).enumerate() {
            let ground = GROWS.to_owned();
            let step = Step { from: pair[0], until: pair[1], lower: true, amount: Amount::ZERO, ground };
            steps.push((index + 1, index, step));
        }
        Ways { nodes, steps }
    }

    /// The way of least sum from one of the starts to one of the ends, and its sum; a way that goes round below nothing, where
    /// there is one.
    fn least(&self, is_start: impl Fn(Instant) -> bool, is_end: impl Fn(Instant) -> bool) -> Found {
        let mut sums: Vec<Option<i64>> = self.nodes.iter().map(|node| is_start(*node).then_some(0)).collect();
        let mut by: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let mut changed = None;
        for _ in 0..=self.nodes.len() {
            changed = None;
            for (number, (start, end, step)) in self.steps.iter().enumerate() {
                let Some(sum) = sums[*start] else { continue };
                let signed = if step.lower { -step.amount.0 } else { step.amount.0 };
                let next = sum.saturating_add(signed);
                if sums[*end].is_none_or(|now| next < now) {
                    (sums[*end], by[*end], changed) = (Some(next), Some(number), Some(*end));
                }
            }
            if changed.is_none() {
                break;
            }
        }
        if let Some(mut node) = changed {
            // After so many rounds every node is led to from a way round.
            for _ in 0..self.nodes.len() {
                node = by[node].map_or(node, |number| self.steps[number].0);
            }
            return Found::Round(self.back(node, &by, Some(node)));
        }
        let ends = (0..self.nodes.len()).filter(|node| is_end(self.nodes[*node]));
        let best = ends.filter_map(|node| sums[node].map(|sum| (sum, node))).min();
        best.map_or(Found::None, |(sum, node)| Found::Way(sum, self.back(node, &by, None)))
    }

    /// The steps that lead to a node, back to its start or to a node.
    fn back(&self, node: usize, by: &[Option<usize>], stop: Option<usize>) -> Vec<Step> {
        let (mut here, mut steps) = (node, Vec::new());
        while let Some(number) = by[here] {
            let (start, _, step) = &self.steps[number];
            steps.push(step.clone());
            here = *start;
            if Some(here) == stop || steps.len() > self.steps.len() {
                break;
            }
        }
        steps.reverse();
        steps
    }

    /// Steps that bound the amount of a window from above by no more than so much.
    pub fn at_most(&self, (from, until): (Instant, Instant), most: i64) -> Option<Vec<Step>> {
        if from >= until && most >= 0 {
            return Some(Vec::new());
        }
        match self.least(|node| node <= from, |node| node >= until) {
            Found::Way(sum, steps) if sum <= most && !steps.is_empty() => Some(steps),
            _ => None,
        }
    }

    /// Steps that bound the amount of a window from below by no less than so much.
    pub fn at_least(&self, (from, until): (Instant, Instant), least: i64) -> Option<Vec<Step>> {
        let inside = |node: Instant| from <= node && node <= until;
        match self.least(inside, inside) {
            Found::Way(sum, steps) if -sum >= least && !steps.is_empty() => Some(steps),
            _ => None,
        }
    }

    /// A way that comes round to where it began, to less than nothing.
    fn round(&self) -> Option<Vec<Step>> {
        match self.least(|_| true, |_| false) {
            Found::Round(steps) => Some(steps),
            _ => None,
        }
    }
}

/// The tree of what can hold together, and its leaves in order. The greatest sets are found first.
pub fn tree(literals: &Literals<'_>) -> Result<(Tree, Vec<Leaf>), NoCertificate> {
    let many = || not_yet("what is said contradicts itself in more ways than are written down");
    let mut tree = Tree { conflicts: Vec::new(), splits: Vec::new(), leaves: Vec::new() };
    let (mut conflicts, mut leaves): (Vec<Leaf>, Vec<Leaf>) = Default::default();
    // What is known of a set that was met.
    let mut met: BTreeMap<Leaf, Left> = BTreeMap::new();
    // Sets that are left, and where that has to be said; those of fewest left out first.
    let mut todo: VecDeque<(Leaf, Option<(usize, usize)>)> = VecDeque::from([(literals.names(), None)]);
    while let Some((names, from)) = todo.pop_front() {
        let within = || leaves.iter().position(|leaf| leaf.is_superset(&names)).map(Left::Within);
        let left = match met.get(&names).copied().or_else(within) {
            Some(left) => left,
            None => {
                let known = conflicts.iter().position(|conflict| conflict.is_subset(&names));
                let found = match known {
                    Some(known) => Some(known),
                    None => match literals.conflict(&names).map_err(|_| many())? {
                        Some(among) => {
                            tree.conflicts.push(conflict(literals, &among)?);
                            conflicts.push(among);
                            Some(conflicts.len() - 1)
                        }
                        None => None,
                    },
                };
                let left = match found {
                    Some(conflict) => {
                        let number = tree.splits.len();
                        for (place, out) in conflicts[conflict].iter().enumerate() {
                            let mut rest = names.clone();
                            rest.remove(out);
                            todo.push_back((rest, Some((number, place))));
                        }
                        let without = vec![Left::Leaf(0); conflicts[conflict].len()];
                        tree.splits.push(Split { conflict, without });
                        Left::Split(number)
                    }
                    None => {
                        tree.leaves.push(literals.solution(&names, &[]).ok_or_else(many)?);
                        leaves.push(names.clone());
                        Left::Leaf(leaves.len() - 1)
                    }
                };
                met.insert(names, left);
                left
            }
        };
        if let Some((split, place)) = from {
            tree.splits[split].without[place] = left;
        }
        if leaves.len() > LEAVES_MAX || tree.splits.len() > SPLITS_MAX {
            return Err(many());
        }
    }
    Ok((tree, leaves))
}

fn conflict(literals: &Literals<'_>, among: &Leaf) -> Result<Conflict, NoCertificate> {
    let round = literals.bounds(among).map_or(Some(Vec::new()), |bounds| Ways::of(&bounds).round());
    let round = round.ok_or_else(|| not_yet("a contradiction that no way round shows"))?;
    Ok(Conflict { among: among.iter().cloned().collect(), round })
}

/// The ways that the literals of each leaf allow.
pub fn of_leaves(literals: &Literals<'_>, leaves: &[Leaf]) -> Vec<Ways> {
    leaves.iter().map(|leaf| Ways::of(&literals.bounds(leaf).unwrap_or_default())).collect()
}

/// For each leaf the steps that a search finds; none where it finds none for one of them.
pub fn in_each(ways: &[Ways], search: impl Fn(&Ways) -> Option<Vec<Step>>) -> Option<Vec<Vec<Step>>> {
    ways.iter().map(search).collect()
}

/// What became of each claim, as a certificate has it.
pub fn screen(literals: &Literals<'_>) -> Vec<certificate::Screened> {
    let each = literals.screen().into_iter();
    each.map(|one| certificate::Screened { claim: one.claim, why: one.why }).collect()
}

/// Amounts by instant, those of one instant together.
pub fn joined(amounts: Vec<(Instant, Amount)>) -> BTreeMap<Instant, Amount> {
    let mut joined: BTreeMap<Instant, Amount> = BTreeMap::new();
    for (at, amount) in amounts {
        let own = joined.entry(at).or_default();
        *own = *own + amount;
    }
    joined
}
