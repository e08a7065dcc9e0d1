//! A kind of deed that provisions ask about: which plain events are of it, and whether sums of them tell all that there is.
//!
//! Invariant: which shapes are of it is found by `fusion` itself, on one claim of each shape; where anything else that bears on
//! it is live, sums do not tell.

use std::collections::BTreeSet;

use engine::{
    Evidence as _,
    plain::{Ask, Sums},
};
use fusion::Fused;
use model::{
    Amount, Id, Instant,
    agreement::Agreement,
    claim::{Claim, Kind},
};

use crate::{
    flow::Flow,
    seen::Seen,
    store::{Event, Store, of_shape},
    world::{World, related},
};

/// A kind of deed.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What is asked.
    pub ask: Ask,
    /// The deeds over time, where sums over time are asked for.
    pub flow: Option<Flow>,
    /// The references under which there are such deeds, where they have just been listed.
    pub referred: Option<Vec<u32>>,
    /// By shape, whether events of it are such deeds.
    of: Vec<bool>,
    shapes: Vec<u32>,
    /// By shape, whether events of it say that others did such a deed.
    rival: Vec<bool>,
    rivals: bool,
    /// References under which more is told of a deed than one event.
    contested: BTreeSet<u32>,
    /// The one who speaks of them, as far as anyone does.
    speaker: Option<Id>,
    /// Whether some shape bears on it and is not plainly of it, or of another speaker.
    rough: bool,
    /// Live claims that bear on it and are no plain events.
    others: BTreeSet<Id>,
    seen: Option<Seen>,
}

impl Pattern {
    /// A kind of deed of which nothing is known yet.
    #[must_use]
    pub fn new(ask: Ask) -> Pattern {
        Pattern {
            ask,
            flow: None,
            referred: None,
            of: Vec::new(),
            shapes: Vec::new(),
            rival: Vec::new(),
            rivals: false,
            contested: BTreeSet::new(),
            speaker: None,
            rough: false,
            others: BTreeSet::new(),
            seen: None,
        }
    }

    /// Where its silence speaks, if sums tell all that there is.
    #[must_use]
    pub fn told(&self) -> Option<&Seen> {
        let sure = !self.rough && self.others.is_empty();
        self.seen.as_ref().filter(|_| sure && (self.flow.is_none() || self.contested.is_empty()))
    }

    /// Whether events of a shape are such deeds.
    #[must_use]
    pub fn is_of(&self, shape: u32) -> bool {
        self.of.get(shape as usize).copied().unwrap_or(false)
    }

    /// The shapes of such deeds.
    #[must_use]
    pub fn shapes(&self) -> &[u32] {
        &self.shapes
    }

    /// Whether an event of a shape says that others did such a deed.
    #[must_use]
    pub fn is_rival(&self, shape: u32) -> bool {
        self.rivals && self.rival.get(shape as usize).copied().unwrap_or(false)
    }

    /// Whether of the events under a reference more than one tells of such a deed: reports with one reference are of one deed.
    #[must_use]
    pub fn is_contested(&self, told: impl IntoIterator<Item = Event>) -> bool {
        let (mut own, mut rival) = (0_usize, false);
        for event in told {
            own += usize::from(self.is_of(event.shape));
            rival |= self.is_rival(event.shape);
        }
        own > 1 || own > 0 && rival
    }

    /// Looks again at what is told of the deed of a reference.
    pub fn attribute(&mut self, store: &Store, reference: u32) {
        if self.is_contested(store.of_reference(reference).map(|(_, event)| event)) {
            self.contested.insert(reference);
        } else {
            self.contested.remove(&reference);
        }
    }

    /// Whether others are said by some to have done such deeds.
    #[must_use]
    pub fn has_rivals(&self) -> bool {
        self.rivals
    }

    /// How much an event counts.
    #[must_use]
    pub fn counts(&self, event: &Event) -> Amount {
        match self.ask.violation {
            true if event.amount > Amount::ZERO => Amount::whole(1),
            true => Amount::ZERO,
            false => event.amount,
        }
    }

    /// Learns which of some shapes are of it; `fused` has one claim of each, named by its number.
    pub fn learn(&mut self, shapes: std::ops::Range<usize>, fused: &Fused<'_>, agreement: &Agreement) {
        self.of.resize(shapes.end, false);
        self.rival.resize(shapes.end, false);
        for shape in fused.rivals(&self.ask.action, self.ask.role()) {
            if let Some(rival) = shape.parse().ok().and_then(|shape: usize| self.rival.get_mut(shape)) {
                (*rival, self.rivals) = (true, true);
            }
        }
        let measure = fused.measure(&self.ask.action, self.ask.role());
        // Where what origins imply together counts, or who someone is changes with time, sums do not tell.
        self.rough |= measure.corroboration || agreement.actors.iter().any(|actor| !actor.ties.is_empty());
        for account in &measure.accounts {
            for event in &account.events {
                let one = event.alone && event.floor == Amount::whole(1) && event.high == Some(event.floor);
                let shape = event.claim.parse::<usize>().ok().filter(|shape| shapes.contains(shape));
                match shape.filter(|_| one) {
                    Some(shape) => {
                        self.of[shape] = true;
                        self.shapes.extend(u32::try_from(shape));
                    }
                    None => self.rough = true,
                }
                let other = self.speaker.as_ref().is_some_and(|speaker| *speaker != account.source);
                self.rough |= other;
                self.speaker = Some(account.source.clone());
            }
            self.rough |= !account.tallies.is_empty();
        }
    }

    /// Learns whose silence speaks; `fused` has what is said of coverage.
    pub fn listen(&mut self, fused: &Fused<'_>) {
        let listeners = fused.listeners(&self.ask.action, self.ask.role());
        self.seen = Seen::of(&listeners, self.speaker.as_ref());
    }

    /// Takes in that a claim that is no plain event is live, or is so no more; whether that bears on it.
    pub fn hear(&mut self, claim: &Claim, live: bool) -> bool {
        let of_act = claim.act.as_deref().is_none_or(|act| related(act, &self.ask.action.act));
        let reports = matches!(claim.kind, Kind::Event | Kind::Tally | Kind::Rate) && of_act;
        let denies = !claim.denies.is_empty() && (of_act || !claim.about.is_empty());
        let bears = (reports || denies) && claim.retracts.is_none();
        if bears && live {
            self.others.insert(claim.id.clone());
        } else {
            self.others.remove(&claim.id);
        }
        bears
    }

    /// What sums tell at most of its act: whether anything said of an act may bear on it.
    #[must_use]
    pub fn may_hear(&self, act: &str) -> bool {
        related(act, &self.ask.action.act)
    }
}

/// Sums of a flow, and whether nothing else can have happened.
pub struct Told<'a> {
    /// The deeds.
    pub flow: &'a Flow,
    /// Where silence speaks.
    pub seen: &'a Seen,
    /// As known now.
    pub known: Instant,
}

impl Sums for Told<'_> {
    fn between(&self, from: Instant, until: Instant) -> (Amount, Option<Amount>) {
        let sum = self.flow.between(from, until);
        (sum, self.seen.covers(from, until, self.known).then_some(sum))
    }
}

/// Learns some shapes of a store, for patterns.
pub fn learn(world: &World, store: &Store, shapes: std::ops::Range<usize>, patterns: &mut [Pattern]) {
    let one = |number: usize| of_shape(&store.shapes()[number], number.to_string());
    let claims: Vec<Claim> = shapes.clone().map(one).collect();
    let (agreement, grounds) = (&world.agreement, &world.grounds);
    let fused = Fused::new(agreement, grounds, store.sources(), &claims, &world.standard, Instant::MAX);
    let acts: BTreeSet<&Id> = store.shapes()[shapes.clone()].iter().map(|shape| &shape.act).collect();
    for pattern in patterns.iter_mut() {
        if acts.iter().any(|act| pattern.may_hear(act)) {
            pattern.learn(shapes.clone(), &fused, agreement);
        } else {
            pattern.of.resize(shapes.end, false);
            pattern.rival.resize(shapes.end, false);
        }
    }
    listen(world, store, patterns);
}

/// Learns whose silence speaks, for patterns.
pub fn listen(world: &World, store: &Store, patterns: &mut [Pattern]) {
    let coverage = store.others().filter(|claim| claim.kind == Kind::Coverage);
    let claims: Vec<Claim> = coverage.map(|claim| Claim::clone(claim)).collect();
    let (agreement, grounds) = (&world.agreement, &world.grounds);
    let fused = Fused::new(agreement, grounds, store.sources(), &claims, &world.standard, Instant::MAX);
    patterns.iter_mut().for_each(|pattern| pattern.listen(&fused));
}
