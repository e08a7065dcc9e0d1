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

use model::{Amount, Id, Instant, Period};

use crate::measure::Measure;

mod agreed;
mod leaf;
mod literal;
mod silence;
mod slices;
mod system;

use leaf::{Leaf, places};
use slices::{slices, unseen};
use system::{System, cuts};

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

    /// At least and at most so much: from the first to the second, from the first to the third and from the second to the third.
    #[must_use]
    pub fn of_both(
        first: (Amount, Option<Amount>),
        both: (Amount, Option<Amount>),
        second: (Amount, Option<Amount>),
    ) -> View {
        let all = [first, both, second];
        View { low: all.map(|(low, _)| low.0), high: all.map(|(_, high)| high.map(|h| h.0)) }
    }

    /// Between so much and so much from the first point to the second.
    #[must_use]
    pub fn between(low: Amount, high: Option<Amount>) -> View {
        View { low: [low.0, 0, 0], high: [high.map(|h| h.0), Some(0), Some(0)] }
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
    /// Ascending and disjoint.
    parts: Vec<Part>,
    /// Sums over all parts before each, of those with one leaf; one entry more than there are parts.
    sums: Vec<Sum>,
    /// Parts with more than one leaf.
    branching: Vec<usize>,
    /// Where nothing is reported and no silence heard, `[from, until)`, ascending.
    unseen: Vec<(Instant, Instant)>,
    /// Whether every maximal set was listed.
    pub complete: bool,
    /// The ends of every interval, period and silence, ascending: what can change a bound.
    pub cuts: Vec<Instant>,
    /// The claims of each conflict that was met, sorted.
    pub conflicts: BTreeSet<Vec<Id>>,
    /// What has been asked already, where it takes more than sums: many instances ask about the same instants.
    asked: RefCell<BTreeMap<Vec<Instant>, Rc<[View]>>>,
}

/// A stretch of time `[from, until)` that no literal crosses the ends of.
#[derive(Clone, Debug)]
struct Part {
    from: Instant,
    until: Instant,
    kind: Kind,
}

/// How much can have been performed in a part.
#[derive(Clone, Debug)]
enum Kind {
    /// So much in all, at least and at most, and nothing is known of when in it.
    Plain(i64, Option<i64>),
    /// What its literals allow between its cuts.
    Solved(Box<Solved>),
}

/// A part's cuts, and what each maximal consistent set of its literals allows between them.
#[derive(Clone, Debug)]
struct Solved {
    cuts: Vec<Instant>,
    leaves: Vec<Leaf>,
}

/// What is known of the parts before a place: least, greatest, and how many have no greatest.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    low: i64,
    high: i64,
    open: usize,
}

impl Part {
    fn views(&self, points: &[Instant]) -> Vec<View> {
        match &self.kind {
            Kind::Plain(low, high) => vec![self.plain(points, *low, *high)],
            Kind::Solved(solved) => {
                let places = places(&solved.cuts, points);
                let view = |leaf: &Leaf| leaf.view(&places, solved.cuts.len());
                distinct(solved.leaves.iter().map(view).collect())
            }
        }
    }

    fn plain(&self, points: &[Instant], low: i64, high: Option<i64>) -> View {
        let mut view = View::NONE;
        for i in 0..points.len() {
            for j in i + 1..points.len() {
                if points[i] <= self.from && self.until <= points[j] {
                    view.low[pair(i, j)] = low.max(0);
                }
                if points[i].max(self.from) < points[j].min(self.until) {
                    view.high[pair(i, j)] = high;
                }
            }
        }
        view
    }

    fn branches(&self) -> bool {
        matches!(&self.kind, Kind::Solved(solved) if solved.leaves.len() > 1)
    }
}

impl Bounds {
    /// Solves a measure.
    #[must_use]
    pub fn of(measure: &Measure) -> Bounds {
        let mut parts = Vec::new();
        let (mut complete, mut conflicts) = (true, BTreeSet::new());
        let mut solve = |measure: &Measure, parts: &mut Vec<Part>| {
            let system = System::new(measure);
            for (first, last) in system.parts() {
                let (leaves, listed) = system.solve(first, last, &mut conflicts);
                complete &= listed;
                let cuts = system.cuts.0[first..=last].to_vec();
                let (Some(from), Some(until)) = (cuts.first().copied(), cuts.last().copied()) else {
                    continue;
                };
                parts.push(Part { from, until, kind: Kind::Solved(Box::new(Solved { cuts, leaves })) });
            }
        };
        if measure.corroboration {
            solve(measure, &mut parts);
        } else {
            for slice in slices(measure) {
                match slice.plain(measure) {
                    Some((low, high)) => {
                        parts.push(Part {
                            from: slice.from,
                            until: slice.until,
                            kind: Kind::Plain(low, high),
                        });
                    }
                    None => solve(&slice.measure(measure), &mut parts),
                }
            }
        }
        let reported: Vec<(Instant, Instant)> = parts.iter().map(|part| (part.from, part.until)).collect();
        let unseen = unseen(measure, &reported);
        Bounds::of_parts(parts, unseen, cuts(measure), complete, conflicts)
    }

    fn of_parts(
        parts: Vec<Part>,
        unseen: Vec<(Instant, Instant)>,
        cuts: Vec<Instant>,
        complete: bool,
        conflicts: BTreeSet<Vec<Id>>,
    ) -> Bounds {
        let mut sums = Vec::with_capacity(parts.len() + 1);
        let mut sum = Sum::default();
        sums.push(sum);
        let mut branching = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if part.branches() {
                branching.push(index);
            } else if let Some(view) = part.views(&[part.from, part.until]).first() {
                sum.low = sum.low.saturating_add(view.low(0, 1).0);
                match view.high(0, 1) {
                    Some(high) => sum.high = sum.high.saturating_add(high.0),
                    None => sum.open += 1,
                }
            }
            sums.push(sum);
        }
        Bounds { parts, sums, branching, unseen, complete, cuts, conflicts, asked: RefCell::default() }
    }

    /// Whether the ways to resolve contradictions differ in the amount between two instants.
    #[must_use]
    pub fn contested(&self, from: Instant, until: Instant) -> bool {
        let points = [from, until.max(from)];
        let first = self.branching.partition_point(|part| self.parts[*part].until <= from);
        let meeting = self.branching[first..].iter().take_while(|part| self.parts[**part].from < points[1]);
        meeting.into_iter().any(|part| self.parts[*part].views(&points).len() > 1)
    }

    /// The distinct views of what was done in some stretches of time, up to and with `until`. Where they are several, what
    /// is said of more than one of them at once is heard of each apart: sound, and not exact.
    #[must_use]
    pub fn within(&self, stretches: &[Period], until: Instant) -> Rc<[View]> {
        let begun = stretches.iter().filter_map(|s| Period::closed(s.first, s.last.min(until)));
        let mut views: Option<Rc<[View]>> = None;
        for stretch in begun {
            let own = self.views(&[stretch.first, stretch.last.next()]);
            views = Some(views.map_or(Rc::clone(&own), |so_far| combine(&so_far, &own).into()));
        }
        views.unwrap_or_else(|| vec![View::NONE].into())
    }

    /// The cuts of a period, and of its end.
    #[must_use]
    pub fn cuts_in(&self, period: &Period) -> &[Instant] {
        let first = self.cuts.partition_point(|c| *c < period.first);
        let last = self.cuts.partition_point(|c| *c <= period.last.next());
        &self.cuts[first..last.max(first)]
    }

    /// The distinct views of the worlds from a list of ascending instants; each instant counts what lies before it.
    #[must_use]
    pub fn views(&self, points: &[Instant]) -> Rc<[View]> {
        if points.windows(2).any(|two| two[0] >= two[1]) {
            return self.with_nothing_between(points);
        }
        if self.branching.is_empty() {
            return self.look(points).into();
        }
        if let Some(known) = self.asked.borrow().get(points) {
            return Rc::clone(known);
        }
        let views: Rc<[View]> = self.look(points).into();
        self.asked.borrow_mut().insert(points.to_vec(), Rc::clone(&views));
        views
    }

    /// Of points that are not in order, each lies at the latest before it: where nothing lies between two, nothing happened.
    fn with_nothing_between(&self, points: &[Instant]) -> Rc<[View]> {
        let mut distinct_points: Vec<Instant> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        for point in points {
            if distinct_points.last().is_none_or(|last| last < point) {
                distinct_points.push(*point);
            }
            places.push(distinct_points.len() - 1);
        }
        if distinct_points.len() < 2 {
            return Rc::from([View::NONE]);
        }
        let spread = |view: &View| {
            let mut own = View::NONE;
            for i in 0..points.len() {
                for j in (i + 1..points.len()).filter(|j| places[i] < places[*j]) {
                    own.low[pair(i, j)] = view.low(places[i], places[j]).0;
                    own.high[pair(i, j)] = view.high(places[i], places[j]).map(|high| high.0);
                }
            }
            own
        };
        let views: Vec<View> = self.views(&distinct_points).iter().map(spread).collect();
        distinct(views).into()
    }

    fn look(&self, points: &[Instant]) -> Vec<View> {
        debug_assert!(points.len() <= POINTS_MAX, "more points than a view holds");
        let mut base = View::NONE;
        // What lies between two neighbouring points counts for every pair around it.
        for (at, segment) in points.windows(2).enumerate() {
            let whole = self.whole_parts(segment[0], segment[1]);
            let (before, after) = (self.sums[whole.start], self.sums[whole.end.max(whole.start)]);
            let seen = after.open == before.open && !self.is_unseen(segment[0], segment[1]);
            for i in 0..=at {
                for j in at + 1..points.len() {
                    let pair = pair(i, j);
                    base.low[pair] = base.low[pair].saturating_add(after.low - before.low);
                    let more = seen.then_some(after.high - before.high);
                    base.high[pair] = base.high[pair].zip(more).map(|(a, b)| a.saturating_add(b));
                }
            }
        }
        let mut views = vec![base];
        for part in self.apart(points) {
            views = combine(&views, &self.parts[part].views(points));
        }
        distinct(views)
    }

    /// The parts that lie between two instants as a whole.
    fn whole_parts(&self, from: Instant, until: Instant) -> std::ops::Range<usize> {
        let first = self.parts.partition_point(|part| part.from < from);
        let end = self.parts.partition_point(|part| part.until <= until);
        first..end.max(first)
    }

    /// The parts that sums do not tell of: those with a point inside, and those with more than one leaf.
    fn apart(&self, points: &[Instant]) -> BTreeSet<usize> {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return BTreeSet::new() };
        let inside = |point: &Instant| {
            let part = self.parts.partition_point(|part| part.until <= *point);
            (self.parts.get(part)?.from < *point).then_some(part)
        };
        let mut apart: BTreeSet<usize> = points.iter().filter_map(inside).collect();
        let from = self.branching.partition_point(|part| self.parts[*part].until <= *first);
        apart.extend(self.branching[from..].iter().take_while(|part| self.parts[**part].from < *last));
        apart
    }

    /// Whether there is an instant in `[from, until)` of which nobody speaks.
    fn is_unseen(&self, from: Instant, until: Instant) -> bool {
        let at = self.unseen.partition_point(|(_, end)| *end <= from);
        from < until && self.unseen.get(at).is_some_and(|(start, _)| *start < until)
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
