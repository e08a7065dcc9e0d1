//! The instances of one provision, each kept by itself: which a change bears on, and how each stands.
//!
//! Invariant: an instance's set is that of [`engine::plain`] over the deeds that are live; the tally counts each instance once.

mod by_reference;
mod in_order;
mod one;
mod recurring;
mod sets;

use std::collections::{BTreeMap, BTreeSet};

use sets::Sets;

use engine::{
    instance::worst_of,
    plain::{Kind, Plan},
};
use model::{
    Instant, Status, StatusSet,
    agreement::Provision,
    answer::{Count, ProvisionAnswer},
};

use crate::{
    pattern::{Pattern, Told},
    seen::Seen,
    store::{Event, Store},
    world::{Now, World},
};

/// How many instances have each set of statuses.
pub type Tally = BTreeMap<StatusSet, usize>;

/// What an instance hangs on.
pub struct Basis<'a> {
    /// The claims.
    pub store: &'a Store,
    /// The agreement, and how it is asked.
    pub world: &'a World,
    /// The provision.
    pub provision: &'a Provision,
    /// Its plan.
    pub plan: &'a Plan,
    /// All patterns.
    pub patterns: &'a [Pattern],
    /// Those that it asks about.
    pub asks: &'a [u32],
    /// When.
    pub now: Now,
}

impl<'a> Basis<'a> {
    fn pattern(&self, ask: usize) -> &'a Pattern {
        &self.patterns[self.asks[ask] as usize]
    }

    /// Where silence speaks of what it asks; none where sums do not tell.
    fn seen(&self, ask: usize) -> Option<&'a Seen> {
        self.pattern(ask).told()
    }

    fn told(&self, ask: usize) -> Option<Told<'a>> {
        let pattern = self.pattern(ask);
        Some(Told { flow: pattern.flow.as_ref()?, seen: pattern.told()?, known: self.now.known })
    }

    fn bearers(&self) -> usize {
        self.plan.bearers.len()
    }

    /// The next instant at which one of some windows' ends passes, or silence about it speaks.
    fn next(&self, ends: &[Instant], ask: usize) -> Option<Instant> {
        let lags = self.seen(ask).map(Seen::lags).unwrap_or_default();
        let settled = ends.iter().flat_map(|end| lags.iter().map(move |lag| *end + *lag));
        let passed = ends.iter().map(|end| end.next());
        settled.chain(passed).filter(|next| *next > self.now.known).min()
    }
}

/// What has to be looked at again.
#[derive(Clone, Debug, Default)]
pub struct Dirt {
    /// Everything.
    pub all: bool,
    /// These: periods, references.
    pub of: BTreeSet<u32>,
    /// All that can have changed with something at this instant.
    pub since: Option<Instant>,
}

/// An instance whose statuses have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its key.
    pub key: String,
    /// What it was; nothing where there was no such instance.
    pub was: StatusSet,
    /// What it is; nothing where there is none any more.
    pub is: StatusSet,
}

/// The instances of a provision.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    sets: Sets,
    tally: Tally,
    /// Instances that stand for what nobody reported.
    unreported: Vec<StatusSet>,
    /// Those that are looked at again whenever time passes.
    restless: BTreeSet<u32>,
    periods: Vec<engine::plain::Turn>,
    violations: Option<Count>,
    /// When each instance is to be looked at again.
    alarms: Vec<(Instant, u32)>,
    /// What has changed; nothing is kept of it before anything has been told.
    moved: Option<Vec<(usize, StatusSet)>>,
}

impl Lane {
    /// Whether a provision's instances can be kept here, as the claims are.
    #[must_use]
    pub fn holds(basis: &Basis<'_>) -> bool {
        let told = (0..basis.asks.len()).all(|ask| basis.seen(ask).is_some());
        told && match &basis.plan.kind {
            Kind::InOrder { scope, from, .. } => in_order::is_seen(basis, scope, *from),
            Kind::ByReference { .. } => by_reference::is_told(basis),
            _ => true,
        }
    }

    /// Whether it asks for sums over time.
    #[must_use]
    pub fn flows(plan: &Plan) -> bool {
        !matches!(plan.kind, Kind::ByReference { .. })
    }

    /// Notes what an event that has come or gone bears on.
    pub fn touch(&self, plan: &Plan, event: &Event, dirt: &mut Dirt) {
        match &plan.kind {
            Kind::Recurring { .. } => dirt.of.extend(self.period_of(event.time)),
            Kind::ByReference { .. } => match event.reference {
                Some(reference) => {
                    dirt.of.insert(reference);
                }
                None => dirt.all = true,
            },
            Kind::InOrder { .. } => {
                dirt.since = Some(dirt.since.map_or(event.time, |since| since.min(event.time)));
            }
            Kind::Once { .. } | Kind::Prohibition { .. } => dirt.all = true,
        }
    }

    /// Looks again at what has to be, and at what changes with time.
    pub fn update(&mut self, basis: &Basis<'_>, dirt: &Dirt) {
        match &basis.plan.kind {
            Kind::Once { .. } | Kind::Prohibition { .. } => self.one(basis),
            Kind::Recurring { .. } => self.recurring(basis, dirt),
            Kind::ByReference { .. } => self.by_reference(basis, dirt),
            Kind::InOrder { .. } => self.in_order(basis, dirt),
        }
    }

    /// The place of an instance, by its period, reference or number and its bearer.
    fn place(basis: &Basis<'_>, of: u32, bearer: usize) -> usize {
        of as usize * basis.bearers() + bearer
    }

    fn set(&mut self, place: usize, set: StatusSet) {
        let was = self.sets.set(place, set);
        if was == set {
            return;
        }
        count(&mut self.tally, was, false);
        count(&mut self.tally, set, true);
        if let Some(moved) = &mut self.moved {
            moved.push((place, was));
        }
    }

    fn wake(&mut self, next: Option<Instant>, of: u32) {
        self.alarms.extend(next.map(|next| (next, of)));
    }

    /// When what is to be looked at again; each is told once.
    pub fn alarms(&mut self) -> Vec<(Instant, u32)> {
        std::mem::take(&mut self.alarms)
    }

    /// The instances that have changed since this was last asked, in order.
    pub fn moved(&mut self, basis: &Basis<'_>) -> Vec<Moved> {
        let mut first: BTreeMap<usize, StatusSet> = BTreeMap::new();
        for (place, was) in self.moved.replace(Vec::new()).into_iter().flatten() {
            first.entry(place).or_insert(was);
        }
        let is = |place: usize| self.sets.get(place);
        let changed = first.into_iter().filter(|(place, was)| is(*place) != *was);
        changed.map(|(place, was)| Moved { key: self.key(basis, place), was, is: is(place) }).collect()
    }

    /// Every instance with its key.
    pub fn instances<'b>(&'b self, basis: &'b Basis<'_>) -> impl Iterator<Item = (String, StatusSet)> + 'b {
        self.sets.taken().into_iter().map(|(place, set)| (self.key(basis, place), set))
    }

    fn key(&self, basis: &Basis<'_>, place: usize) -> String {
        let bearers = basis.bearers();
        let (of, bearer) = (place / bearers, &basis.plan.bearers[place % bearers]);
        let name = match &basis.plan.kind {
            Kind::Prohibition { .. } => return "once".to_owned(),
            Kind::Once { .. } if bearers == 1 => return "once".to_owned(),
            Kind::Once { .. } => return bearer.clone(),
            Kind::Recurring { .. } => {
                self.periods.get(of).map(|turn| turn.date.to_string()).unwrap_or_default()
            }
            Kind::ByReference { .. } => {
                u32::try_from(of).map(|of| basis.store.reference(of).to_owned()).unwrap_or_default()
            }
            Kind::InOrder { .. } => format!("#{}", of + 1),
        };
        if bearers == 1 { name } else { format!("{bearer} {name}") }
    }

    /// The statuses of the provision.
    #[must_use]
    pub fn status(&self) -> StatusSet {
        // Whether an instance stands alone matters, how many stand with it does not.
        let few = self.tally.iter().flat_map(|(set, count)| std::iter::repeat_n(*set, (*count).min(2)));
        let status = worst_of(few.chain(self.unreported.iter().copied()));
        if status.is_empty() { StatusSet::only(Status::Inactive) } else { status }
    }

    /// How many instances have each set of statuses.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = self.tally.clone();
        self.unreported.iter().for_each(|set| count(&mut tally, *set, true));
        tally
    }

    /// Violations of a prohibition.
    #[must_use]
    pub fn violations(&self) -> Count {
        self.violations.unwrap_or(NO_VIOLATION)
    }
}

/// Of a provision that forbids nothing.
const NO_VIOLATION: Count = Count { certain: 0, possible: Some(0) };

/// Counts an instance in or out.
fn count(tally: &mut Tally, set: StatusSet, more: bool) {
    if set.is_empty() {
        return;
    }
    let entry = tally.entry(set).or_default();
    *entry = if more { *entry + 1 } else { entry.saturating_sub(1) };
    if *entry == 0 {
        tally.remove(&set);
    }
}

/// The tally of an answer.
#[must_use]
pub fn tally_of(answer: &ProvisionAnswer) -> Tally {
    let mut tally = Tally::new();
    answer.instances.iter().for_each(|instance| count(&mut tally, instance.status, true));
    tally
}
