//! One consistent set of literals, closed: the tightest constraints that follow from it.
//!
//! Invariant: `distance[i * nodes + j]` bounds `F(j) - F(i)` from above, and is the least such bound; `None` is no bound.

use std::{collections::BTreeSet, rc::Rc};

use model::Instant;

use super::{
    View,
    literal::{Edge, Literal},
    pair,
};

/// Parts with no more cuts than this are closed as a dense table.
const DENSE_CUTS_MAX: usize = 160;
/// One maximal consistent set, closed: the tightest `F(j) - F(i) <= distance`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Leaf {
    pub(super) distance: Vec<Option<i64>>,
}

/// Where an instant lies among cuts: the last cut not after it, the first not before it, and one past the last not after it.
pub(super) struct Place {
    before: usize,
    after: usize,
    past: usize,
}

pub(super) fn places(cuts: &[Instant], points: &[Instant]) -> Vec<Place> {
    let place = |point: &Instant| {
        let past = cuts.partition_point(|c| c <= point);
        Place { before: past.saturating_sub(1), after: cuts.partition_point(|c| c < point), past }
    };
    points.iter().map(place).collect()
}

impl Leaf {
    pub(super) fn view(&self, places: &[Place], nodes: usize) -> View {
        let size = places.len();
        let mut view = View::NONE;
        for i in 0..size {
            for j in i + 1..size {
                // From outside: the greatest lies between the cuts around the points, the least between those within.
                let (outer_from, outer_to) = (places[i].before, places[j].after.min(nodes - 1));
                let (inner_from, inner_to) = (places[i].after, places[j].past);
                view.high[pair(i, j)] = if outer_from >= outer_to {
                    Some(0)
                } else {
                    self.distance[outer_from * nodes + outer_to]
                };
                if inner_from < nodes && inner_to > inner_from + 1 {
                    let back = self.distance[(inner_to - 1) * nodes + inner_from];
                    view.low[pair(i, j)] = back.map_or(0, |d| (-d).max(0));
                }
            }
        }
        view
    }
}

impl Leaf {
    pub(super) fn unconstrained(nodes: usize) -> Leaf {
        let mut distance = vec![None; nodes * nodes];
        for i in 0..nodes {
            for j in 0..=i {
                distance[i * nodes + j] = Some(0);
            }
        }
        Leaf { distance }
    }

    /// The closure, or the literals of one conflict.
    pub(super) fn close(nodes: usize, edges: &[Rc<Vec<Edge>>]) -> Result<Leaf, Vec<Literal>> {
        let edges: Vec<&Edge> = edges.iter().flat_map(|list| list.iter()).collect();
        let potential = potentials(nodes, &edges)?;
        // A dense table is the faster where it is small: half the time at 40 cuts.
        let distance =
            if nodes <= DENSE_CUTS_MAX { dense(nodes, &edges) } else { sparse(nodes, &edges, &potential) };
        Ok(Leaf { distance })
    }
}

/// All least distances at once (Floyd 1962).
pub(super) fn dense(nodes: usize, edges: &[&Edge]) -> Vec<Option<i64>> {
    pub(super) const FAR: i64 = i64::MAX / 4;
    let mut table = vec![FAR; nodes * nodes];
    (0..nodes).for_each(|node| table[node * nodes + node] = 0);
    for edge in edges {
        let entry = &mut table[edge.from * nodes + edge.to];
        *entry = edge.weight.min(*entry);
    }
    for via in 0..nodes {
        let onward: Vec<i64> = table[via * nodes..(via + 1) * nodes].to_vec();
        for row in table.chunks_exact_mut(nodes) {
            let first = row[via];
            if first < FAR {
                row.iter_mut().zip(&onward).for_each(|(best, more)| *best = (first + more).min(*best));
            }
        }
    }
    // A sum with an unreachable leg stays above half of it, whatever the other leg.
    table.into_iter().map(|distance| (distance < FAR / 2).then_some(distance)).collect()
}

/// All least distances by a search from each cut over reduced, non-negative weights (Johnson 1977).
pub(super) fn sparse(nodes: usize, edges: &[&Edge], potential: &[i64]) -> Vec<Option<i64>> {
    let mut out: Vec<Vec<(usize, i64)>> = vec![Vec::new(); nodes];
    for edge in edges {
        let reduced = edge.weight + potential[edge.from] - potential[edge.to];
        out[edge.from].push((edge.to, reduced));
    }
    let mut distance = vec![None; nodes * nodes];
    for from in 0..nodes {
        for (to, reduced) in shortest(from, &out).into_iter().enumerate() {
            distance[from * nodes + to] = reduced.map(|r| r - potential[from] + potential[to]);
        }
    }
    distance
}

/// Feasible potentials (Bellman–Ford), or the literals on a negative cycle, looked for after every round.
pub(super) fn potentials(nodes: usize, edges: &[&Edge]) -> Result<Vec<i64>, Vec<Literal>> {
    let mut distance = vec![0_i64; nodes];
    let mut by: Vec<Option<usize>> = vec![None; nodes];
    loop {
        let mut moved = false;
        for (index, edge) in edges.iter().enumerate() {
            let through = distance[edge.from].saturating_add(edge.weight);
            if through < distance[edge.to] {
                distance[edge.to] = through;
                by[edge.to] = Some(index);
                moved = true;
            }
        }
        if !moved {
            return Ok(distance);
        }
        if let Some(cycle) = cycle(&by, edges) {
            let literals: BTreeSet<Literal> =
                cycle.into_iter().flat_map(|index| edges[index].because.iter().copied()).collect();
            return Err(literals.into_iter().collect());
        }
    }
}

/// A cycle among the edges by which the nodes were last reached: it is negative.
pub(super) fn cycle(by: &[Option<usize>], edges: &[&Edge]) -> Option<Vec<usize>> {
    let mut seen = vec![usize::MAX; by.len()];
    for start in 0..by.len() {
        let mut node = start;
        while seen[node] == usize::MAX {
            seen[node] = start;
            match by[node] {
                Some(index) => node = edges[index].from,
                None => break,
            }
        }
        if by[node].is_some() && seen[node] == start {
            let (first, mut found) = (node, Vec::new());
            while let Some(index) = by[node] {
                found.push(index);
                node = edges[index].from;
                if node == first {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// Least distances from one node over non-negative weights (Dijkstra 1959).
pub(super) fn shortest(from: usize, out: &[Vec<(usize, i64)>]) -> Vec<Option<i64>> {
    let mut distance: Vec<Option<i64>> = vec![None; out.len()];
    let mut queue = std::collections::BinaryHeap::from([(std::cmp::Reverse(0_i64), from)]);
    distance[from] = Some(0);
    while let Some((std::cmp::Reverse(so_far), node)) = queue.pop() {
        if distance[node].is_some_and(|best| best < so_far) {
            continue;
        }
        for (to, weight) in &out[node] {
            let through = so_far + weight;
            if distance[*to].is_none_or(|best| through < best) {
                distance[*to] = Some(through);
                queue.push((std::cmp::Reverse(through), *to));
            }
        }
    }
    distance
}
