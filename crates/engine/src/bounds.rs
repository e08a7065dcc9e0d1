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

use model::{Amount, Duration, Id, Instant, Period};

use crate::measure::{Account, Event, Measure};

/// More conflicts than this many systems in one connected part, and the part is left unconstrained.
const SYSTEMS_MAX: usize = 3_000;
/// More maximal sets than this, likewise.
const LEAVES_MAX: usize = 256;
/// Parts with no more cuts than this are closed as a dense table.
const DENSE_CUTS_MAX: usize = 160;
/// More distinct views than this, and a question gets their hull.
const VIEWS_MAX: usize = 512;

/// A literal, by its place in the measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Literal {
    EventFloor { account: usize, event: usize },
    TallyFloor { account: usize, tally: usize },
    TallyCap { account: usize, tally: usize },
    /// What a silent source, with all under it, did not report of somebody else's claim did not happen.
    Excludes { account: usize, foreign: usize },
    Agreed { index: usize },
    Denial { index: usize },
}

/// A bound on which independent origins agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Agreed {
    from: usize,
    to: usize,
    floor: bool,
    amount: Amount,
}

/// `F(to) - F(from) <= weight`, and the literals that it rests on.
#[derive(Clone, Debug)]
struct Edge {
    from: usize,
    to: usize,
    weight: i64,
    because: Vec<Literal>,
}

impl Edge {
    fn shift(&mut self, first: usize) {
        self.from -= first;
        self.to -= first;
    }
}

/// The caps by silence of an account, given what it excludes: they are the same in many of the systems tried.
type Quiet = BTreeMap<(usize, BTreeSet<usize>), Rc<Vec<Edge>>>;

/// Least and greatest amounts between each pair of the points asked about; `None` is no upper bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct View {
    size: usize,
    low: Vec<i64>,
    high: Vec<Option<i64>>,
}

impl View {
    /// At least this much from point `i` to a later point `j`.
    #[must_use]
    pub fn low(&self, i: usize, j: usize) -> Amount {
        Amount(self.low[i * self.size + j])
    }

    /// At most this much from point `i` to a later point `j`.
    #[must_use]
    pub fn high(&self, i: usize, j: usize) -> Option<Amount> {
        self.high[i * self.size + j].map(Amount)
    }

    fn none(size: usize) -> View {
        View { size, low: vec![0; size * size], high: vec![Some(0); size * size] }
    }

    fn plus(&self, other: &View) -> View {
        let low = self.low.iter().zip(&other.low).map(|(a, b)| a.saturating_add(*b)).collect();
        let high = self.high.iter().zip(&other.high).map(|(a, b)| Some((*a)?.saturating_add((*b)?))).collect();
        View { size: self.size, low, high }
    }

    fn hull(&self, other: &View) -> View {
        let low = self.low.iter().zip(&other.low).map(|(a, b)| *a.min(b)).collect();
        let high = self.high.iter().zip(&other.high).map(|(a, b)| Some((*a)?.max((*b)?))).collect();
        View { size: self.size, low, high }
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
}

/// A stretch of time that no literal crosses the ends of.
#[derive(Clone, Debug)]
struct Part {
    cuts: Vec<Instant>,
    leaves: Vec<Leaf>,
}

/// One maximal consistent set, closed: the tightest `F(j) - F(i) <= distance`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leaf {
    distance: Vec<Option<i64>>,
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
            parts.push(Part { cuts: system.cuts[first..=last].to_vec(), leaves });
        }
        Bounds { parts, complete, cuts: system.cuts.clone(), conflicts }
    }

    /// Whether some literals of the measure contradict each other where they speak of the window `[from, until)`.
    #[must_use]
    pub fn contested(&self, from: Instant, until: Instant) -> bool {
        let meets = |part: &&Part| {
            part.cuts.first().is_some_and(|c| *c < until) && part.cuts.last().is_some_and(|c| *c > from)
        };
        self.parts.iter().filter(meets).any(|part| part.leaves.len() > 1)
    }

    /// The distinct views of the worlds from a list of ascending instants; each instant counts what lies before it.
    #[must_use]
    pub fn views(&self, points: &[Instant]) -> Vec<View> {
        let mut views = vec![View::none(points.len())];
        let mut covered = Instant::MIN;
        let (first, last) = (points.first().copied(), points.last().copied());
        let (Some(first), Some(last)) = (first, last) else { return views };
        for part in &self.parts {
            let (Some(start), Some(end)) = (part.cuts.first().copied(), part.cuts.last().copied()) else { continue };
            if start >= last {
                break;
            }
            if end <= first {
                covered = covered.max(end);
                continue;
            }
            let gap = unbounded(points, covered, start);
            let places = places(&part.cuts, points);
            let own: BTreeSet<View> = part.leaves.iter().map(|leaf| leaf.view(&places, part.cuts.len())).collect();
            views = combine(&views, &own.into_iter().map(|view| view.plus(&gap)).collect::<Vec<_>>());
            covered = covered.max(end);
        }
        let rest = unbounded(points, covered, Instant::MAX);
        views.iter().map(|view| view.plus(&rest)).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Every sum of one of each; their hull where that would be too many.
fn combine(left: &[View], right: &[View]) -> Vec<View> {
    if left.len() * right.len() > VIEWS_MAX {
        let hull = |views: &[View]| views.iter().skip(1).fold(views[0].clone(), |all, view| all.hull(view));
        return vec![hull(left).plus(&hull(right))];
    }
    let sums: BTreeSet<View> = left.iter().flat_map(|a| right.iter().map(move |b| a.plus(b))).collect();
    sums.into_iter().collect()
}

/// What a stretch of which nobody speaks allows between the points: anything.
fn unbounded(points: &[Instant], from: Instant, until: Instant) -> View {
    let size = points.len();
    let mut view = View::none(size);
    for i in 0..size {
        for j in i + 1..size {
            if points[i].max(from) < points[j].min(until) {
                view.high[i * size + j] = None;
            }
        }
    }
    view
}

/// Where an instant lies among cuts: the last cut not after it, the first not before it, and one past the last not after it.
struct Place {
    before: usize,
    after: usize,
    past: usize,
}

fn places(cuts: &[Instant], points: &[Instant]) -> Vec<Place> {
    let place = |point: &Instant| {
        let past = cuts.partition_point(|c| c <= point);
        Place { before: past.saturating_sub(1), after: cuts.partition_point(|c| c < point), past }
    };
    points.iter().map(place).collect()
}

impl Leaf {
    fn view(&self, places: &[Place], nodes: usize) -> View {
        let size = places.len();
        let mut view = View::none(size);
        for i in 0..size {
            for j in i + 1..size {
                // From outside: the greatest lies between the cuts around the points, the least between those within.
                let (outer_from, outer_to) = (places[i].before, places[j].after.min(nodes - 1));
                let (inner_from, inner_to) = (places[i].after, places[j].past);
                view.high[i * size + j] = if outer_from >= outer_to {
                    Some(0)
                } else {
                    self.distance[outer_from * nodes + outer_to]
                };
                if inner_from < nodes && inner_to > inner_from + 1 {
                    let back = self.distance[(inner_to - 1) * nodes + inner_from];
                    view.low[i * size + j] = back.map_or(0, |d| (-d).max(0));
                }
            }
        }
        view
    }
}

/// A measure laid out over cuts of time.
struct System<'a> {
    measure: &'a Measure,
    cuts: Vec<Instant>,
    agreed: Vec<Agreed>,
    /// For each account, its silence if that is accepted.
    silent: Vec<Option<Silent<'a>>>,
}

impl<'a> System<'a> {
    fn new(measure: &'a Measure) -> Self {
        let mut cuts = BTreeSet::new();
        for account in &measure.accounts {
            let periods = account.events.iter().map(|e| e.period).chain(account.tallies.iter().map(|t| t.period));
            let so_far = account.tallies.iter().filter_map(|t| t.so_far.map(|(period, _)| period));
            for period in periods.chain(so_far).chain(account.silences.iter().copied()) {
                cuts.insert(period.first);
                cuts.insert(period.last + Duration::TICK);
            }
        }
        let cuts: Vec<Instant> = cuts.into_iter().collect();
        let mut system = System { measure, cuts, agreed: Vec::new(), silent: Vec::new() };
        system.silent = (0..measure.accounts.len()).map(|account| Silent::of(&system, account)).collect();
        if measure.corroboration {
            system.agreed = system.agree();
        }
        system
    }

    fn cut(&self, instant: Instant) -> usize {
        self.cuts.partition_point(|c| *c < instant)
    }

    /// The cuts at the ends of a period.
    fn span(&self, period: &Period) -> Span {
        (self.cut(period.first), self.cut(period.last + Duration::TICK))
    }

    fn event(&self, account: usize, event: usize) -> &Event {
        &self.measure.accounts[account].events[event]
    }

    /// Runs of cuts that no literal crosses the ends of.
    fn parts(&self) -> Vec<(usize, usize)> {
        let mut joined = vec![false; self.cuts.len()];
        let mut join = |(first, last): (usize, usize)| joined[first + 1..last].iter_mut().for_each(|j| *j = true);
        for account in &self.measure.accounts {
            account.events.iter().for_each(|e| join(self.span(&e.period)));
            account.tallies.iter().for_each(|t| join(self.span(&t.period)));
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
    fn reference_hulls(&self) -> Vec<(usize, usize)> {
        let mut hulls: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for event in self.measure.accounts.iter().flat_map(|a| &a.events) {
            if let Some(reference) = &event.reference {
                let (first, last) = self.span(&event.period);
                let hull = hulls.entry(reference).or_insert((first, last));
                *hull = (hull.0.min(first), hull.1.max(last));
            }
        }
        hulls.into_values().collect()
    }

    /// Every accepted literal that lies between two cuts.
    fn literals(&self, first: usize, last: usize) -> Vec<Literal> {
        let inside = |(from, to): (usize, usize)| first <= from && to <= last;
        let mut literals = Vec::new();
        for (a, account) in self.measure.accounts.iter().enumerate() {
            for (e, event) in account.events.iter().enumerate() {
                if event.alone && event.floor > Amount::ZERO && inside(self.span(&event.period)) {
                    literals.push(Literal::EventFloor { account: a, event: e });
                }
            }
            for (t, tally) in account.tallies.iter().enumerate().filter(|(_, t)| inside(self.span(&t.period))) {
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

    fn denials_between(&self, first: usize, last: usize) -> Vec<Literal> {
        let denied_inside = |denied: &str| {
            let mut events = self.measure.accounts.iter().flat_map(|a| &a.events);
            events.any(|e| e.claim == denied && first <= self.span(&e.period).0 && self.span(&e.period).1 <= last)
        };
        let denials = self.measure.denials.iter().enumerate();
        denials.filter(|(_, (_, denied))| denied_inside(denied)).map(|(index, _)| Literal::Denial { index }).collect()
    }

    /// The maximal consistent sets between two cuts, closed; and whether all were listed.
    fn solve(&self, first: usize, last: usize, conflicts: &mut BTreeSet<Vec<Id>>) -> (Vec<Leaf>, bool) {
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

    fn claims_of(&self, literals: &[Literal]) -> Vec<Id> {
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

    /// A denial kept together with the floor that it excludes.
    fn excluded(&self, kept: &[Literal]) -> Option<Vec<Literal>> {
        kept.iter().find_map(|literal| {
            let Literal::Denial { index } = literal else { return None };
            let denied = &self.measure.denials[*index].1;
            let floor = kept.iter().find(|other| match other {
                Literal::EventFloor { account, event } => self.event(*account, *event).claim == *denied,
                _ => false,
            });
            floor.map(|floor| vec![*literal, *floor])
        })
    }

    /// The constraints of the literals kept, between two cuts, numbered from the first.
    fn edges(&self, kept: &[Literal], (first, last): Span, quiet: &mut Quiet) -> Vec<Rc<Vec<Edge>>> {
        // From the last cut to the first, so that one round of relaxation carries all the way.
        let never_negative = (first..last).rev().map(|cut| Edge { from: cut + 1, to: cut, weight: 0, because: Vec::new() });
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
            let known = quiet.entry(key.clone()).or_insert_with(|| Rc::new(self.silence_edges(&key, (first, last))));
            edges.push(Rc::clone(known));
        }
        edges
    }

    fn tally_edges(&self, kept: &[Literal]) -> Vec<Edge> {
        let mut edges = Vec::new();
        for literal in kept {
            let (from, to, floor, amount) = match *literal {
                Literal::TallyFloor { account, tally } => {
                    let tally = &self.measure.accounts[account].tallies[tally];
                    let (from, to) = self.span(&tally.period);
                    (from, to, true, tally.floor)
                }
                Literal::TallyCap { account, tally } => {
                    let tally = &self.measure.accounts[account].tallies[tally];
                    let (from, to) = self.span(&tally.period);
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
    fn floor_edges(&self, kept: &[Literal]) -> Vec<Edge> {
        let mut by_source: BTreeMap<usize, Vec<(Literal, &Event)>> = BTreeMap::new();
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
    fn clusters<'e>(&self, family: Vec<(Literal, &'e Event)>) -> Vec<Vec<(Literal, &'e Event)>> {
        let mut hull: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (_, event) in &family {
            if let Some(reference) = &event.reference {
                let (first, last) = self.span(&event.period);
                let own = hull.entry(reference).or_insert((first, last));
                *own = (own.0.min(first), own.1.max(last));
            }
        }
        let mut spans: Vec<((usize, usize), (Literal, &Event))> = family
            .into_iter()
            .map(|entry| {
                let by_reference = entry.1.reference.as_deref().and_then(|r| hull.get(r).copied());
                (by_reference.unwrap_or_else(|| self.span(&entry.1.period)), entry)
            })
            .collect();
        spans.sort_by_key(|(span, (literal, _))| (*span, *literal));
        let mut clusters: Vec<Vec<(Literal, &Event)>> = Vec::new();
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

    fn sums(&self, cluster: &[(Literal, &Event)]) -> Vec<Edge> {
        let starts: BTreeSet<usize> = cluster.iter().map(|(_, e)| self.span(&e.period).0).collect();
        let ends: BTreeSet<usize> = cluster.iter().map(|(_, e)| self.span(&e.period).1).collect();
        let mut edges = Vec::new();
        for &from in &starts {
            for &to in ends.iter().filter(|to| **to > from) {
                let inside = cluster.iter().filter(|(_, e)| {
                    let (first, last) = self.span(&e.period);
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
    fn silence_edges(&self, (account, excluded): &(usize, BTreeSet<usize>), (first, last): Span) -> Vec<Edge> {
        let Some(silent) = &self.silent[*account] else { return Vec::new() };
        let mut edges = Vec::new();
        for window in silent.windows(excluded).into_iter().filter(|w| first <= w.0 && w.1 <= last) {
            let Some(cap) = silent.cap(window, excluded) else { continue };
            let meets = |foreign: &&usize| silent.foreign[**foreign].meets(window);
            let because = excluded.iter().filter(meets).map(|f| Literal::Excludes { account: *account, foreign: *f });
            let mut edge = Edge { from: window.0, to: window.1, weight: cap, because: because.collect() };
            edge.shift(first);
            edges.push(edge);
        }
        edges
    }

    /// The bounds that at least two origins each imply, leaving out what follows from others of them.
    fn agree(&self) -> Vec<Agreed> {
        let mut origins: BTreeMap<&str, Vec<Account>> = BTreeMap::new();
        let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, account) in self.measure.accounts.iter().enumerate() {
            origins.entry(&account.origin).or_default().push(account.clone());
            positions.entry(&account.origin).or_default().push(index);
        }
        let solved: Vec<Bounds> = origins
            .iter()
            .map(|(origin, accounts)| Bounds::of(&alone(accounts, &positions[origin])))
            .collect();
        let mut agreed = BTreeSet::new();
        for from in 0..self.cuts.len() {
            for to in from + 1..self.cuts.len() {
                let ranges = solved.iter().map(|b| hull_between(b, self.cuts[from], self.cuts[to]));
                let (mut floors, mut caps): (Vec<_>, Vec<_>) = ranges.unzip();
                floors.sort_unstable_by(|a, b| b.cmp(a));
                caps.sort_unstable_by_key(|cap| cap.unwrap_or(i64::MAX));
                let floors = floors.into_iter().skip(1).filter(|f| *f > 0);
                agreed.extend(floors.map(|f| Agreed { from, to, floor: true, amount: Amount(f) }));
                let caps = caps.into_iter().skip(1).flatten();
                agreed.extend(caps.map(|c| Agreed { from, to, floor: false, amount: Amount(c) }));
            }
        }
        tightest(agreed)
    }
}

/// One origin's accounts as a measure of its own, every literal standing alone.
fn alone(accounts: &[Account], positions: &[usize]) -> Measure {
    let mut accounts = accounts.to_vec();
    for account in &mut accounts {
        account.group = account.group.iter().filter_map(|g| positions.iter().position(|p| p == g)).collect();
        account.silence_alone = account.silence_counts;
        account.events.iter_mut().for_each(|event| event.alone = true);
        for tally in &mut account.tallies {
            (tally.floor_alone, tally.cap_alone) = (true, true);
        }
    }
    Measure { accounts, denials: Vec::new(), corroboration: false }
}

fn hull_between(bounds: &Bounds, from: Instant, until: Instant) -> (i64, Option<i64>) {
    let views = bounds.views(&[from, until]);
    let low = views.iter().map(|v| v.low(0, 1).0).min().unwrap_or(0);
    let high = views.iter().map(|v| v.high(0, 1)).try_fold(0, |most, high| high.map(|h| h.0.max(most)));
    (low, high)
}

/// Leaves out a floor that a window inside has as well, and a cap that a window around has.
fn tightest(agreed: BTreeSet<Agreed>) -> Vec<Agreed> {
    let follows = |one: &Agreed| {
        agreed.iter().any(|other| {
            let inside = one.from <= other.from && other.to <= one.to;
            let around = other.from <= one.from && one.to <= other.to;
            let wider = (other.from, other.to) != (one.from, one.to);
            other.floor == one.floor
                && other.amount == one.amount
                && wider
                && if one.floor { inside } else { around }
        })
    };
    agreed.iter().filter(|one| !follows(one)).cloned().collect()
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

/// A source whose silence counts, with what it and all under it report, by cuts.
struct Silent<'a> {
    /// The cells in which it would have reported.
    cells: BTreeSet<usize>,
    /// Deeds and totals so far that it reports: when, their reference, and how much at most.
    events: Vec<(Span, Option<&'a str>, Option<Amount>)>,
    /// Totals that it gives: when, and their caps.
    tallies: Vec<(Span, Option<Amount>)>,
    /// What others claim beyond its reports.
    foreign: Vec<Foreign>,
    /// What it reports by itself caps these windows at, once asked.
    caps: RefCell<BTreeMap<Span, Option<i64>>>,
}

/// A pair of cuts.
type Span = (usize, usize);

/// Somebody else's claim, by how much it goes beyond what a silent source reports; `None` is no limit.
struct Foreign {
    span: Span,
    beyond: Option<i64>,
}

impl Foreign {
    fn meets(&self, window: Span) -> bool {
        overlap(self.span, window)
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

impl<'a> Silent<'a> {
    fn of(system: &System<'a>, index: usize) -> Option<Self> {
        let account = &system.measure.accounts[index];
        if !account.silence_alone || account.silences.is_empty() {
            return None;
        }
        let members = || account.group.iter().filter_map(|member| system.measure.accounts.get(*member));
        let deeds = members().flat_map(|a| &a.events).map(|e| (system.span(&e.period), e.reference.as_deref(), e.high));
        let so_far = members().flat_map(|a| &a.tallies).filter_map(|t| t.so_far);
        let events = deeds.chain(so_far.map(|(period, high)| (system.span(&period), None, high))).collect();
        let totals = members().flat_map(|a| &a.tallies).filter(|t| t.so_far.is_none());
        let cells = account.silences.iter().map(|s| system.span(s)).flat_map(|(from, to)| from..to).collect();
        let tallies = totals.map(|t| (system.span(&t.period), t.cap)).collect();
        let mut silent = Silent { cells, events, tallies, foreign: Vec::new(), caps: RefCell::default() };
        let others = system.measure.accounts.iter().enumerate().filter(|(i, _)| !account.group.contains(i));
        let mut foreign = Vec::new();
        for (_, other) in others {
            let floors = other.events.iter().filter(|e| e.alone && e.floor > Amount::ZERO);
            foreign.extend(floors.filter_map(|e| silent.beyond_deed(system.span(&e.period), e)));
            let floors = other.tallies.iter().filter(|t| t.floor_alone && t.floor.is_some_and(|f| f > Amount::ZERO));
            foreign.extend(floors.filter_map(|t| silent.beyond_total(system.span(&t.period), t.high)));
        }
        silent.foreign = foreign;
        Some(silent)
    }

    /// How far a deed that somebody else reports goes beyond what this source reports of the same deed.
    fn beyond_deed(&self, span: Span, event: &Event) -> Option<Foreign> {
        let same = |reference: Option<&str>| reference.is_some() && reference == event.reference.as_deref();
        let own = self.events.iter().filter(|(_, reference, _)| same(*reference)).map(|(_, _, high)| *high);
        let own = own.fold(Some(Amount::ZERO), |most, high| most.zip(high).map(|(a, b)| a.max(b)));
        beyond(span, event.high, own)
    }

    /// How far a total goes beyond the sum of what this source reports in its period.
    fn beyond_total(&self, span: Span, high: Option<Amount>) -> Option<Foreign> {
        beyond(span, high, self.reported(span).map(Amount))
    }

    /// Single cells, and every window inside the span of a cluster of deeds or of a tally, in runs of silence.
    fn windows(&self, excluded: &BTreeSet<usize>) -> BTreeSet<Span> {
        let mut windows: BTreeSet<Span> = self.cells.iter().map(|cell| (*cell, cell + 1)).collect();
        let mut spans: Vec<Span> = self.events.iter().map(|(span, ..)| *span).collect();
        let mut hulls: BTreeMap<&str, Span> = BTreeMap::new();
        for (span, reference, _) in &self.events {
            if let Some(reference) = reference {
                let hull = hulls.entry(reference).or_insert(*span);
                *hull = (hull.0.min(span.0), hull.1.max(span.1));
            }
        }
        spans.extend(hulls.into_values());
        spans.extend(self.tallies.iter().filter(|(_, cap)| cap.is_some()).map(|(span, _)| *span));
        let admitted = self.foreign.iter().enumerate().filter(|(f, _)| !excluded.contains(f));
        spans.extend(admitted.map(|(_, foreign)| foreign.span));
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for (first, last) in spans {
            match merged.last_mut() {
                Some(open) if first < open.1 => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        for (first, last) in merged {
            for from in first..last {
                let run = (from..last).take_while(|cell| self.cells.contains(cell)).count();
                windows.extend((from + 1..=from + run).map(|to| (from, to)));
            }
        }
        windows
    }

    /// The sum of what it reports that meets a window, each reference once; `None` where a report has no upper bound.
    fn reported(&self, window: Span) -> Option<i64> {
        let mut by_reference: BTreeMap<&str, Option<i64>> = BTreeMap::new();
        let mut sum = Some(0_i64);
        for (_, reference, high) in self.events.iter().filter(|(span, ..)| overlap(*span, window)) {
            let high = high.map(|h| h.0);
            match reference {
                Some(reference) => {
                    let most = by_reference.entry(reference).or_insert(Some(0));
                    *most = most.zip(high).map(|(a, b)| a.max(b));
                }
                None => sum = sum.zip(high).map(|(a, b)| a.saturating_add(b)),
            }
        }
        by_reference.into_values().fold(sum, |sum, high| sum.zip(high).map(|(a, b)| a.saturating_add(b)))
    }

    /// The cap on a window: what it reports and what others claim beyond that is not excluded; none where it gives totals instead.
    fn cap(&self, window: Span, excluded: &BTreeSet<usize>) -> Option<i64> {
        let own = *self.caps.borrow_mut().entry(window).or_insert_with(|| self.own_cap(window));
        let admitted = self.foreign.iter().enumerate().filter(|(f, _)| !excluded.contains(f));
        let meeting = admitted.filter(|(_, foreign)| foreign.meets(window));
        meeting.map(|(_, foreign)| foreign.beyond).try_fold(own?, |cap, more| more.map(|more| cap.saturating_add(more)))
    }

    fn own_cap(&self, window: Span) -> Option<i64> {
        let mut cap = self.reported(window)?;
        if self.tallies.iter().any(|(span, _)| overlap(*span, window)) {
            let containing = self.tallies.iter().filter(|(span, _)| span.0 <= window.0 && window.1 <= span.1);
            cap = cap.max(containing.filter_map(|(_, cap)| *cap).max()?.0);
        }
        Some(cap)
    }
}

fn beyond(span: Span, claimed: Option<Amount>, reported: Option<Amount>) -> Option<Foreign> {
    match (claimed, reported) {
        // What is reported without an upper bound excludes nothing.
        (_, None) => None,
        (None, Some(_)) => Some(Foreign { span, beyond: None }),
        (Some(claimed), Some(reported)) => {
            (claimed > reported).then(|| Foreign { span, beyond: Some((claimed - reported).0) })
        }
    }
}

impl Leaf {
    fn unconstrained(nodes: usize) -> Leaf {
        let mut distance = vec![None; nodes * nodes];
        for i in 0..nodes {
            for j in 0..=i {
                distance[i * nodes + j] = Some(0);
            }
        }
        Leaf { distance }
    }

    /// The closure, or the literals of one conflict.
    fn close(nodes: usize, edges: &[Rc<Vec<Edge>>]) -> Result<Leaf, Vec<Literal>> {
        let edges: Vec<&Edge> = edges.iter().flat_map(|list| list.iter()).collect();
        let potential = potentials(nodes, &edges)?;
        // A dense table is the faster where it is small: half the time at 40 cuts.
        let distance = if nodes <= DENSE_CUTS_MAX { dense(nodes, &edges) } else { sparse(nodes, &edges, &potential) };
        Ok(Leaf { distance })
    }
}

/// All least distances at once (Floyd 1962).
fn dense(nodes: usize, edges: &[&Edge]) -> Vec<Option<i64>> {
    const FAR: i64 = i64::MAX / 4;
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
fn sparse(nodes: usize, edges: &[&Edge], potential: &[i64]) -> Vec<Option<i64>> {
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
fn potentials(nodes: usize, edges: &[&Edge]) -> Result<Vec<i64>, Vec<Literal>> {
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
fn cycle(by: &[Option<usize>], edges: &[&Edge]) -> Option<Vec<usize>> {
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
fn shortest(from: usize, out: &[Vec<(usize, i64)>]) -> Vec<Option<i64>> {
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
