//! The verdicts of one agreement under one standard and one reading, kept up to date.
//!
//! Invariant: shards share nothing but the store, which none of them changes; what a shard says depends on the claims and on
//! now, not on how they came.

use std::collections::{BTreeMap, BTreeSet};

use engine::plain::{Plan, plan};
use model::{Amount, Id, Instant, StatusSet, answer::Count, claim::Kind};

use crate::{
    flow::Flow,
    lane::{Basis, Dirt, Lane, Moved, Tally, tally_of},
    pattern::{Pattern, learn, listen},
    store::{Change, Said, Store},
    world::{Asked, Now, World},
};

/// What holds of a provision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The statuses possible; none where it is not computed.
    pub status: Option<StatusSet>,
    /// How many instances have each set of statuses.
    pub tally: Tally,
    /// Violations of a prohibition.
    pub violations: Count,
}

/// A provision whose verdict has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub provision: Id,
    /// What held before; none at first.
    pub was: Option<Verdict>,
    /// What holds now.
    pub is: Verdict,
    /// Its instances that have changed, where they are kept one by one.
    pub instances: Vec<Moved>,
}

/// A provision and what is kept of it.
#[derive(Clone, Debug, Default)]
struct Kept {
    plan: Option<Plan>,
    asks: Vec<u32>,
    lane: Option<Lane>,
    asked: Asked,
    verdict: Option<Verdict>,
    dirt: Dirt,
}

/// In the place of an instance: what is seen of the provision turns.
const TURN: u32 = u32::MAX;

/// The verdicts of one agreement under one standard and one reading.
#[derive(Clone, Debug)]
pub struct Shard {
    world: World,
    /// Statuses at this instant, where it is not that of knowledge.
    at: Option<Instant>,
    now: Now,
    patterns: Vec<Pattern>,
    /// By pattern, who asks about it.
    askers: Vec<Vec<u32>>,
    /// By shape, the patterns that its events are of.
    hits: Vec<Vec<u32>>,
    /// By shape, the patterns by whose doers its events say that they were not done.
    against: Vec<Vec<u32>>,
    /// By act, the patterns that something said of it may bear on.
    by_act: BTreeMap<Id, Vec<u32>>,
    kept: Vec<Kept>,
    /// Those that the engine evaluates whole.
    whole: BTreeSet<u32>,
    alarms: BTreeSet<(Instant, u32, u32)>,
}

impl Shard {
    /// A shard over a store, all of it computed.
    #[must_use]
    pub fn new(world: World, store: &Store, at: Option<Instant>, known: Instant) -> Shard {
        let now = Now { at: at.unwrap_or(known), known };
        let mut shard = Shard {
            world,
            at,
            now,
            patterns: Vec::new(),
            askers: Vec::new(),
            hits: Vec::new(),
            against: Vec::new(),
            by_act: BTreeMap::new(),
            kept: Vec::new(),
            whole: BTreeSet::new(),
            alarms: BTreeSet::new(),
        };
        shard.plan();
        shard.learn(store);
        shard.fill(store);
        for claim in store.others() {
            shard.patterns.iter_mut().for_each(|pattern| {
                pattern.hear(claim, true);
            });
        }
        let all: BTreeSet<u32> = (0..shard.count()).collect();
        for kept in &mut shard.kept {
            kept.dirt.all = true;
        }
        shard.refresh(store, &all);
        shard.patterns.iter_mut().for_each(|pattern| pattern.referred = None);
        shard
    }

    fn count(&self) -> u32 {
        u32::try_from(self.kept.len()).unwrap_or(u32::MAX)
    }

    /// What it is computed from besides the claims.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// When its verdicts hold.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// How many provisions are kept instance by instance.
    #[must_use]
    pub fn by_instance(&self) -> usize {
        self.kept.iter().filter(|kept| kept.lane.is_some()).count()
    }

    /// The provisions with their verdicts, in the order of the agreement.
    pub fn verdicts(&self) -> impl Iterator<Item = (&Id, &Verdict)> {
        let ids = self.world.agreement.provisions.iter().map(|p| &p.id);
        ids.zip(&self.kept).filter_map(|(id, kept)| Some((id, kept.verdict.as_ref()?)))
    }

    /// The instances of a provision with their keys; none where they are not kept one by one.
    #[must_use]
    pub fn instances(&self, store: &Store, provision: &Id) -> Option<Vec<(String, StatusSet)>> {
        let at = self.world.agreement.provisions.iter().position(|p| p.id == *provision)?;
        let kept = &self.kept[at];
        let basis = self.basis(store, at)?;
        kept.lane.as_ref().map(|lane| lane.instances(&basis).collect())
    }

    /// Every provision's plan, and the patterns that plans ask about, each once.
    fn plan(&mut self) {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let sums = !self.world.decides_on_claims();
        for (index, provision) in self.world.agreement.provisions.iter().enumerate() {
            let own = plan(&self.world.agreement, provision).filter(|_| sums);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let mut asks = Vec::new();
            for ask in own.iter().flat_map(|plan| &plan.asks) {
                let pattern = *known.entry(format!("{ask:?}")).or_insert_with(|| {
                    self.patterns.push(Pattern::new(ask.clone()));
                    self.askers.push(Vec::new());
                    u32::try_from(self.patterns.len() - 1).unwrap_or(u32::MAX)
                });
                asks.push(pattern);
                let pattern = &mut self.askers[pattern as usize];
                if pattern.last() != Some(&index) {
                    pattern.push(index);
                }
            }
            self.kept.push(Kept { plan: own, asks, ..Kept::default() });
        }
        for kept in &self.kept {
            for pattern in kept.plan.iter().filter(|plan| Lane::flows(plan)).flat_map(|_| &kept.asks) {
                self.patterns[*pattern as usize].flow.get_or_insert_default();
            }
        }
    }

    /// Learns the shapes that are new in the store.
    fn learn(&mut self, store: &Store) {
        let (known, all) = (self.hits.len(), store.shapes().len());
        if known == all && known > 0 {
            return;
        }
        learn(&self.world, store, known..all, &mut self.patterns);
        self.hits.resize(all, Vec::new());
        self.against.resize(all, Vec::new());
        for (index, pattern) in self.patterns.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            for shape in (known..all).filter(|_| pattern.has_rivals()) {
                if u32::try_from(shape).is_ok_and(|shape| pattern.is_rival(shape)) {
                    self.against[shape].push(index);
                }
            }
            for shape in pattern.shapes().iter().filter(|shape| **shape as usize >= known) {
                self.hits[*shape as usize].push(index);
            }
        }
    }

    /// Fills the flows from all live rows, and lists the references under which something is answered by reference.
    fn fill(&mut self, store: &Store) {
        for kept in &self.kept {
            if kept.plan.as_ref().is_some_and(|plan| !Lane::flows(plan)) {
                self.patterns[kept.asks[0] as usize].referred = Some(Vec::new());
            }
        }
        let wanted = |p: &u32| {
            let pattern = &self.patterns[*p as usize];
            pattern.flow.is_some() || pattern.referred.is_some()
        };
        let hits: Vec<Vec<u32>> =
            self.hits.iter().map(|hits| hits.iter().copied().filter(wanted).collect()).collect();
        let mut events: Vec<Vec<(Instant, Amount)>> = vec![Vec::new(); self.patterns.len()];
        if hits.iter().any(|hits| !hits.is_empty()) {
            for row in store.live_rows() {
                let event = store.event(row);
                for index in &hits[event.shape as usize] {
                    let pattern = &mut self.patterns[*index as usize];
                    if pattern.flow.is_some() {
                        events[*index as usize].push((event.time, pattern.counts(&event)));
                    }
                    if let Some(referred) = &mut pattern.referred {
                        referred.extend(event.reference);
                    }
                }
            }
        }
        for referred in self.patterns.iter_mut().filter_map(|pattern| pattern.referred.as_mut()) {
            if !referred.is_sorted() {
                referred.sort_unstable();
            }
            referred.dedup();
        }
        // Only deeds that something told under a reference is of can be told twice under it.
        let mut told: Vec<u32> = Vec::new();
        for reference in store.repeated() {
            told.clear();
            let shapes = store.of_reference(reference).map(|(_, event)| event.shape as usize);
            told.extend(shapes.flat_map(|shape| &self.hits[shape]));
            told.sort_unstable();
            told.dedup();
            for index in &told {
                let pattern = &mut self.patterns[*index as usize];
                if pattern.flow.is_some() {
                    pattern.attribute(store, reference);
                }
            }
        }
        for (pattern, events) in self.patterns.iter_mut().zip(events) {
            if let Some(flow) = &mut pattern.flow {
                *flow = Flow::of(events);
            }
        }
    }

    fn basis<'b>(&'b self, store: &'b Store, at: usize) -> Option<Basis<'b>> {
        let kept = &self.kept[at];
        Some(Basis {
            store,
            world: &self.world,
            provision: &self.world.agreement.provisions[at],
            plan: kept.plan.as_ref()?,
            patterns: &self.patterns,
            asks: &kept.asks,
            now: self.now,
        })
    }

    /// Takes in changes of the store and the passing of time, and tells what has changed by it.
    pub fn update(&mut self, store: &Store, changes: &[Change], known: Instant) -> Vec<Changed> {
        let mut touched = BTreeSet::new();
        if self.hits.len() < store.shapes().len() {
            // Whose silence speaks may hang on who speaks: everything is looked at again.
            let before = self.hits.len();
            self.learn(store);
            for shape in before..self.hits.len() {
                self.touch_act(&store.shapes()[shape].act, &mut touched);
            }
        }
        for change in changes {
            match &change.of {
                Said::Row(row) => self.row(store, *row, change.live, &mut touched),
                Said::Other(claim) => {
                    if claim.kind == Kind::Coverage {
                        listen(&self.world, store, &mut self.patterns);
                        self.everything(&mut touched);
                    }
                    self.other(claim, change.live, &mut touched);
                }
            }
        }
        self.pass(known, &mut touched);
        self.refresh(store, &touched)
    }

    fn everything(&mut self, touched: &mut BTreeSet<u32>) {
        touched.extend(0..self.count());
        self.kept.iter_mut().for_each(|kept| kept.dirt.all = true);
    }

    /// Patterns that an act may bear on.
    fn of_act(&mut self, act: &Id) -> Vec<u32> {
        let patterns = &self.patterns;
        let found = self.by_act.entry(act.clone()).or_insert_with(|| {
            let each = patterns.iter().enumerate().filter(|(_, pattern)| pattern.may_hear(act));
            each.filter_map(|(index, _)| u32::try_from(index).ok()).collect()
        });
        found.clone()
    }

    /// Everything that asks about an act is looked at again.
    fn touch_act(&mut self, act: &Id, touched: &mut BTreeSet<u32>) {
        for pattern in self.of_act(act) {
            for asker in &self.askers[pattern as usize] {
                self.kept[*asker as usize].dirt.all = true;
                touched.insert(*asker);
            }
        }
    }

    fn row(&mut self, store: &Store, row: u32, live: bool, touched: &mut BTreeSet<u32>) {
        let event = store.event(row);
        for pattern in &self.hits[event.shape as usize] {
            let own = &mut self.patterns[*pattern as usize];
            let counts = own.counts(&event);
            match &mut own.flow {
                Some(flow) if live => flow.add(event.time, counts),
                Some(flow) => flow.take(event.time, counts),
                None => {}
            }
            for asker in &self.askers[*pattern as usize] {
                let kept = &mut self.kept[*asker as usize];
                if let (Some(plan), Some(lane)) = (&kept.plan, &kept.lane) {
                    lane.touch(plan, &event, &mut kept.dirt);
                }
                touched.insert(*asker);
            }
        }
        if let Some(reference) = event.reference {
            self.attribute(store, event.shape, reference, touched);
        }
        let act = &store.shapes()[event.shape as usize].act;
        self.touch_whole(Some(act), touched);
    }

    /// Where more is told of one deed, what hangs on it is looked at again.
    fn attribute(&mut self, store: &Store, shape: u32, reference: u32, touched: &mut BTreeSet<u32>) {
        let (hits, against) = (&self.hits[shape as usize], &self.against[shape as usize]);
        for pattern in hits.iter().chain(against) {
            let own = &mut self.patterns[*pattern as usize];
            if own.flow.is_some() {
                own.attribute(store, reference);
            }
            for asker in &self.askers[*pattern as usize] {
                // Of sums over time what is told is told by the pattern; of a reference, by what is told under it.
                if own.flow.is_none() {
                    self.kept[*asker as usize].dirt.of.insert(reference);
                }
                touched.insert(*asker);
            }
        }
    }

    /// Those that the engine evaluates whole, if what they asked may have changed.
    fn touch_whole(&mut self, act: Option<&str>, touched: &mut BTreeSet<u32>) {
        for whole in &self.whole {
            let kept = &mut self.kept[*whole as usize];
            if !kept.dirt.all && kept.asked.hears(act) {
                kept.dirt.all = true;
                touched.insert(*whole);
            }
        }
    }

    fn other(&mut self, claim: &model::claim::Claim, live: bool, touched: &mut BTreeSet<u32>) {
        let patterns = match &claim.act {
            Some(act) if claim.about.is_empty() => self.of_act(act),
            _ => (0..self.patterns.len()).filter_map(|pattern| u32::try_from(pattern).ok()).collect(),
        };
        for pattern in patterns {
            if self.patterns[pattern as usize].hear(claim, live) {
                for asker in &self.askers[pattern as usize] {
                    self.kept[*asker as usize].dirt.all = true;
                    touched.insert(*asker);
                }
            }
        }
        let act = claim.act.as_deref().filter(|_| claim.about.is_empty());
        self.touch_whole(act, touched);
    }

    /// Time passes: whatever was to be looked at again by then is.
    fn pass(&mut self, known: Instant, touched: &mut BTreeSet<u32>) {
        if known <= self.now.known {
            return;
        }
        self.now = Now { at: self.at.unwrap_or(known), known };
        while let Some(first) = self.alarms.first().copied().filter(|(when, ..)| *when <= known) {
            self.alarms.remove(&first);
            let (_, provision, of) = first;
            let dirt = &mut self.kept[provision as usize].dirt;
            if of == TURN {
                dirt.all = true;
            } else {
                dirt.of.insert(of);
            }
            touched.insert(provision);
        }
        // When one that is evaluated whole next changes is not known.
        for whole in &self.whole {
            self.kept[*whole as usize].dirt.all = true;
            touched.insert(*whole);
        }
    }

    fn refresh(&mut self, store: &Store, touched: &BTreeSet<u32>) -> Vec<Changed> {
        let mut all = Vec::new();
        for provision in touched {
            let at = *provision as usize;
            let dirt = std::mem::take(&mut self.kept[at].dirt);
            let lane = self.kept[at].lane.take();
            let holds = self.basis(store, at).is_some_and(|basis| Lane::holds(&basis));
            let (verdict, instances) = if holds {
                self.whole.remove(provision);
                self.by_instance_of(store, at, lane, &dirt)
            } else {
                self.whole.insert(*provision);
                let id = &self.world.agreement.provisions[at].id;
                let (answer, asked) = self.world.evaluate(store, self.now, id);
                self.kept[at].asked = asked;
                let verdict = answer.map(|answer| Verdict {
                    status: answer.status,
                    tally: tally_of(&answer),
                    violations: answer.violations,
                });
                let Some(verdict) = verdict else { continue };
                (verdict, Vec::new())
            };
            let kept = &mut self.kept[at];
            if kept.verdict.as_ref() != Some(&verdict) || !instances.is_empty() {
                let was = kept.verdict.replace(verdict.clone());
                let provision = self.world.agreement.provisions[at].id.clone();
                all.push(Changed { provision, was, is: verdict, instances });
            }
        }
        all
    }

    fn by_instance_of(
        &mut self,
        store: &Store,
        at: usize,
        lane: Option<Lane>,
        dirt: &Dirt,
    ) -> (Verdict, Vec<Moved>) {
        let fresh = lane.is_none();
        let mut lane = lane.unwrap_or_default();
        let all = Dirt { all: true, ..Dirt::default() };
        let mut silences = Vec::new();
        let (moved, turn) = match self.basis(store, at) {
            None => (Vec::new(), None),
            Some(basis) => {
                lane.update(&basis, if fresh { &all } else { dirt });
                let seen = basis.asks.iter().filter_map(|ask| self.patterns[*ask as usize].told());
                let seen: Vec<_> = seen.collect();
                // Where one instant is asked about all the time, silence comes to speak of it.
                let lags = seen.iter().flat_map(|seen| seen.lags());
                silences.extend(self.at.into_iter().flat_map(|at| lags.clone().map(move |lag| at + *lag)));
                let turn = seen.iter().filter_map(|seen| seen.turn(self.now.known)).min();
                (lane.moved(&basis), turn)
            }
        };
        let index = u32::try_from(at).unwrap_or(u32::MAX);
        self.alarms.extend(lane.alarms().into_iter().map(|(when, of)| (when, index, of)));
        let verdict =
            Verdict { status: Some(lane.status()), tally: lane.tally(), violations: lane.violations() };
        let turns = turn.into_iter().chain(silences.into_iter().filter(|when| *when > self.now.known));
        self.alarms.extend(turns.map(|turn| (turn, index, TURN)));
        self.kept[at].lane = Some(lane);
        (verdict, moved)
    }
}
