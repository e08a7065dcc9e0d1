//! How much can have been performed between instants: the maximal consistent sets of a measure's literals, each as a
//! system of difference constraints on the running amount (spec/worlds.md §2–§3).
//!
//! Invariant: sound. Every world of the measure is a solution of one of the leaves; where there are too many sets to list, one leaf without constraints stands for all.
//!
//! Method: F between two cuts is an edge of a graph whose negative cycles are conflicts (Bellman 1958). Conflicts are
//! resolved in every minimal way by a hitting-set tree (Reiter 1987) over the literals on a cycle. Time-connected parts are solved apart.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use model::{Amount, Id, Instant};

use crate::measure::Measure;

mod agreed;
mod leaf;
mod literal;
mod silence;
mod system;

use leaf::{Leaf, places};
use system::System;

/// More distinct views than this, and a question gets their hull.
const VIEWS_MAX: usize = 512;

/// At most so many points are asked about at once: a start, a deadline and now.
const POINTS_MAX: usize = 3;

/// Least and greatest amounts between each pair of the points asked about; `None` is no upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct View {
    low: [i64; POINTS_MAX],
    high: [Option<i64>; POINTS_MAX],
}

/// The place of a pair of points among the pairs: (0,1), (0,2), (1,2).
const fn pair(i: usize, j: usize) -> usize {
    i + j - 1
}

impl View {
    /// At least this much from point `i` to a later point `j`.
    #[must_use]
    pub fn low(&self, i: usize, j: usize) -> Amount {
        Amount(self.low[pair(i, j)])
    }

    /// At most this much from point `i` to a later point `j`.
    #[must_use]
    pub fn high(&self, i: usize, j: usize) -> Option<Amount> {
        self.high[pair(i, j)].map(Amount)
    }

    /// Nothing happens.
    const NONE: View = View { low: [0; POINTS_MAX], high: [Some(0); POINTS_MAX] };

    fn join(&self, other: &View, low: fn(i64, i64) -> i64, high: fn(i64, i64) -> i64) -> View {
        let mut joined = *self;
        for at in 0..POINTS_MAX {
            joined.low[at] = low(self.low[at], other.low[at]);
            joined.high[at] = self.high[at].zip(other.high[at]).map(|(a, b)| high(a, b));
        }
        joined
    }

    fn plus(&self, other: &View) -> View {
        self.join(other, i64::saturating_add, i64::saturating_add)
    }

    fn hull(&self, other: &View) -> View {
        self.join(other, i64::min, i64::max)
    }
}

/// What the worlds of a measure allow, for questions about amounts between instants.
#[derive(Clone, Debug)]
pub struct Bounds {
    parts: Vec<Part>,
    /// Whether every maximal set was listed.
    pub complete: bool,
    /// The ends of every interval, period and silence, ascending: what can change a bound.
    pub cuts: Vec<Instant>,
    /// The claims of each conflict that was met, sorted.
    pub conflicts: BTreeSet<Vec<Id>>,
    /// What has been asked already: many instances ask about the same instants.
    asked: RefCell<BTreeMap<Vec<Instant>, Rc<[View]>>>,
}

/// A stretch of time that no literal crosses the ends of.
#[derive(Clone, Debug)]
struct Part {
    cuts: Vec<Instant>,
    leaves: Vec<Leaf>,
}

impl Bounds {
    /// Solves a measure.
    #[must_use]
    pub fn of(measure: &Measure) -> Bounds {
        let system = System::new(measure);
        let mut complete = true;
        let mut parts = Vec::new();
        let mut conflicts = BTreeSet::new();
        for (first, last) in system.parts() {
            let (leaves, listed) = system.solve(first, last, &mut conflicts);
            complete &= listed;
            parts.push(Part { cuts: system.cuts.0[first..=last].to_vec(), leaves });
        }
        Bounds { parts, complete, cuts: system.cuts.0.clone(), conflicts, asked: RefCell::default() }
    }

    /// Whether the ways to resolve contradictions differ in the amount between two instants.
    #[must_use]
    pub fn contested(&self, from: Instant, until: Instant) -> bool {
        let points = [from, until.max(from)];
        let differs = |part: &Part| {
            let places = places(&part.cuts, &points);
            let mut views = part.leaves.iter().map(|leaf| leaf.view(&places, part.cuts.len()));
            let first = views.next();
            views.any(|view| Some(&view) != first.as_ref())
        };
        self.parts.iter().any(differs)
    }

    /// The distinct views of the worlds from a list of ascending instants; each instant counts what lies before it.
    #[must_use]
    pub fn views(&self, points: &[Instant]) -> Rc<[View]> {
        if let Some(known) = self.asked.borrow().get(points) {
            return Rc::clone(known);
        }
        let views: Rc<[View]> = self.look(points).into();
        self.asked.borrow_mut().insert(points.to_vec(), Rc::clone(&views));
        views
    }

    fn look(&self, points: &[Instant]) -> Vec<View> {
        debug_assert!(points.len() <= POINTS_MAX, "more points than a view holds");
        let mut views = vec![View::NONE];
        let mut covered = Instant::MIN;
        let (first, last) = (points.first().copied(), points.last().copied());
        let (Some(first), Some(last)) = (first, last) else { return views };
        for part in &self.parts {
            let (Some(start), Some(end)) = (part.cuts.first().copied(), part.cuts.last().copied()) else {
                continue;
            };
            if start >= last {
                break;
            }
            if end <= first {
                covered = covered.max(end);
                continue;
            }
            let gap = unbounded(points, covered, start);
            let places = places(&part.cuts, points);
            let own = part.leaves.iter().map(|leaf| leaf.view(&places, part.cuts.len()).plus(&gap));
            views = combine(&views, &distinct(own.collect()));
            covered = covered.max(end);
        }
        let rest = unbounded(points, covered, Instant::MAX);
        distinct(views.iter().map(|view| view.plus(&rest)).collect())
    }
}

/// Each view once, in order.
fn distinct(mut views: Vec<View>) -> Vec<View> {
    views.sort_unstable();
    views.dedup();
    views
}

/// Every sum of one of each; their hull where that would be too many.
fn combine(left: &[View], right: &[View]) -> Vec<View> {
    if left.len() * right.len() > VIEWS_MAX {
        let hull = |views: &[View]| views.iter().skip(1).fold(views[0], |all, view| all.hull(view));
        return vec![hull(left).plus(&hull(right))];
    }
    distinct(left.iter().flat_map(|a| right.iter().map(move |b| a.plus(b))).collect())
}

/// What a stretch of which nobody speaks allows between the points: anything.
fn unbounded(points: &[Instant], from: Instant, until: Instant) -> View {
    let size = points.len();
    let mut view = View::NONE;
    for i in 0..size {
        for j in i + 1..size {
            if points[i].max(from) < points[j].min(until) {
                view.high[pair(i, j)] = None;
            }
        }
    }
    view
}
