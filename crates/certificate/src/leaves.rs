//! Which literals can hold together: every greatest such set is the literals of one leaf of the tree.
//!
//! Invariant: a set is left only for a contradiction shown in it, of which every member is left out once; a leaf holds together, as
//! the amounts that it comes with show, and what is less than a leaf is not looked at again.

use std::collections::BTreeSet;

use model::{Amount, Instant};
use worlds::literals::{Bound, Literals};

use crate::{Conflict, Fault, Leaf, Left, Tree, path};

/// The leaves of a tree, each with its literals, in order.
///
/// # Errors
/// The first part that does not hold.
pub fn leaves(literals: &Literals<'_>, tree: &Tree, at: &str) -> Result<Vec<Leaf>, Fault> {
    let at = format!("{at}.tree");
    for (number, conflict) in tree.conflicts.iter().enumerate() {
        contradicts(literals, conflict, &format!("{at}.conflicts.{number}"))?;
    }
    let mut splits: Vec<Option<Leaf>> = vec![None; tree.splits.len()];
    let mut leaves: Vec<Option<Leaf>> = vec![None; tree.leaves.len()];
    let mut within: Vec<(usize, Leaf, String)> = Vec::new();
    let (all, root) = (literals.names(), format!("{at}.leaves"));
    let first = if tree.splits.is_empty() { leaves.first_mut() } else { splits.first_mut() };
    *first.ok_or_else(|| Fault::new(&root, "there is none"))? = Some(all);
    for (number, split) in tree.splits.iter().enumerate() {
        let at = format!("{at}.splits.{number}");
        let names = splits[number].clone().ok_or_else(|| Fault::new(&at, "nothing leads to it"))?;
        let conflict = tree.conflicts.get(split.conflict);
        let conflict = conflict.ok_or_else(|| Fault::new(&at, "there is no such contradiction"))?;
        if !conflict.among.iter().all(|name| names.contains(name)) {
            return Err(Fault::new(&at, "the contradiction is not among the literals that are left"));
        }
        if split.without.len() != conflict.among.len() {
            return Err(Fault::new(&at, "a member of the contradiction is not left out once"));
        }
        for (out, left) in conflict.among.iter().zip(&split.without) {
            let mut rest = names.clone();
            rest.remove(out);
            match left {
                Left::Split(later) if *later <= number => {
                    return Err(Fault::new(&at, "it leads to one before it"));
                }
                Left::Split(later) => same(splits.get_mut(*later), rest, &at)?,
                Left::Leaf(leaf) => same(leaves.get_mut(*leaf), rest, &at)?,
                Left::Within(leaf) => within.push((*leaf, rest, at.clone())),
            }
        }
    }
    let mut found = Vec::new();
    for (number, (names, amounts)) in leaves.into_iter().zip(&tree.leaves).enumerate() {
        let at = format!("{at}.leaves.{number}");
        let names = names.ok_or_else(|| Fault::new(&at, "nothing leads to it"))?;
        let bounds = literals.bounds(&names);
        let bounds = bounds.ok_or_else(|| Fault::new(&at, "these literals contradict each other"))?;
        satisfies(amounts, &bounds, &at)?;
        found.push(names);
    }
    for (leaf, rest, at) in within {
        if !found.get(leaf).is_some_and(|names| rest.is_subset(names)) {
            return Err(Fault::new(at, "what is left is not less than that leaf"));
        }
    }
    Ok(found)
}

/// That whatever leads to a place leaves the same literals there.
fn same(place: Option<&mut Option<Leaf>>, rest: Leaf, at: &str) -> Result<(), Fault> {
    let place = place.ok_or_else(|| Fault::new(at, "it leads to nothing"))?;
    if place.get_or_insert_with(|| rest.clone()) == &rest {
        return Ok(());
    }
    Err(Fault::new(at, "it leads to where other literals are left"))
}

/// That some literals contradict each other.
fn contradicts(literals: &Literals<'_>, conflict: &Conflict, at: &str) -> Result<(), Fault> {
    let among: BTreeSet<String> = conflict.among.iter().cloned().collect();
    if among.is_empty() || among.len() != conflict.among.len() || !among.is_subset(&literals.names()) {
        return Err(Fault::new(at, "it is not of literals, each once"));
    }
    let Some(bounds) = literals.bounds(&among) else { return Ok(()) };
    let (start, end, sum) = path::total(&conflict.round, &bounds, at)?;
    let holds = start == end && sum < 0;
    holds.then_some(()).ok_or_else(|| Fault::new(at, "the bounds do not come to less than nothing"))
}

/// That amounts keep within every bound.
///
/// # Errors
/// The first bound that they do not keep.
pub fn satisfies(amounts: &[(Instant, Amount)], bounds: &BTreeSet<Bound>, at: &str) -> Result<(), Fault> {
    if amounts.iter().any(|(_, amount)| *amount < Amount::ZERO) {
        return Err(Fault::new(at, "an amount is below nothing"));
    }
    for bound in bounds {
        let inside = amounts.iter().filter(|(when, _)| bound.from <= *when && *when < bound.until);
        let sum: i64 = inside.fold(0, |sum, (_, amount)| sum.saturating_add(amount.0));
        let kept = if bound.lower { sum >= bound.amount } else { sum <= bound.amount };
        if !kept {
            let (from, until) = (bound.from, bound.until);
            return Err(Fault::new(
                at,
                format!("the amounts break {} from {from} until {until}", bound.ground),
            ));
        }
    }
    Ok(())
}
