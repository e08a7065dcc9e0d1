//! Which literals can hold together: every greatest such set is the literals of one leaf of the tree.
//!
//! Invariant: a branch is left only for a contradiction shown, and of a contradiction every member is left out once; a leaf
//! holds together, as the amounts that it comes with show.

use std::collections::BTreeSet;

use model::{Amount, Instant};
use worlds::literals::{Bound, Literals};

use crate::{Fault, Leaf, Node, path};

/// The leaves of a tree, each with its literals, in order.
///
/// # Errors
/// The first node that does not hold.
pub fn leaves(literals: &Literals<'_>, tree: &Node, at: &str) -> Result<Vec<Leaf>, Fault> {
    let mut found = Vec::new();
    let mut todo = vec![(tree, literals.names(), format!("{at}.tree"))];
    while let Some((node, names, at)) = todo.pop() {
        match node {
            Node::Together(amounts) => {
                let bounds = literals.bounds(&names);
                let bounds = bounds.ok_or_else(|| Fault::new(&at, "these literals contradict each other"))?;
                satisfies(amounts, &bounds, &at)?;
                found.push(names);
            }
            Node::Apart { among, round, without } => {
                apart(literals, &names, among, round, &at)?;
                if without.len() != among.len() {
                    return Err(Fault::new(&at, "a member of the contradiction is not left out once"));
                }
                for (number, (out, node)) in among.iter().zip(without).enumerate().rev() {
                    let mut rest = names.clone();
                    rest.remove(out);
                    todo.push((node, rest, format!("{at}.{number}")));
                }
            }
        }
    }
    Ok(found)
}

/// That some literals, all of which are there, contradict each other.
fn apart(
    literals: &Literals<'_>,
    names: &Leaf,
    among: &[String],
    round: &[crate::Step],
    at: &str,
) -> Result<(), Fault> {
    let among: BTreeSet<String> = among.iter().cloned().collect();
    if among.is_empty() || !among.is_subset(names) {
        return Err(Fault::new(at, "the contradiction is not among the literals that are left"));
    }
    let Some(bounds) = literals.bounds(&among) else { return Ok(()) };
    let (start, end, sum) = path::total(round, &bounds, at)?;
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
