//! What a shard's verdicts are computed from besides the claims, and the engine asked for whole provisions.
//!
//! Invariant: the engine is given every live claim that can bear on what it asks, and it is noted what it asked.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use engine::{
    Evidence, Exercise, Faculties, Measure, Pleaded, Role, Stock, evaluate::evaluate_some, stock::Kept,
};
use fusion::Fused;
use model::{
    Id, Instant, Standard,
    agreement::{Action, Agreement, Baseline},
    amount::Range,
    answer::ProvisionAnswer,
    claim::Claim,
    decision::{Decision, Verdict},
    place::Ground,
    vocabulary::is_act,
};

use crate::store::Store;

/// Statuses at an instant, as known at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Statuses at this instant.
    pub at: Instant,
    /// Nothing known later is used.
    pub known: Instant,
}

/// One agreement under one standard and one reading.
#[derive(Clone, Debug)]
pub struct World {
    /// The agreement, as the reading has it.
    pub agreement: Agreement,
    /// The ground of its zones.
    pub grounds: Vec<Ground>,
    /// The standard of proof.
    pub standard: Standard,
    /// What people decided.
    pub decisions: Vec<Decision>,
}

/// What the engine asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Deeds of these acts.
    pub acts: BTreeSet<Id>,
    /// Anything.
    pub anything: bool,
}

impl Asked {
    /// Whether something said of an act bears on it; of no act, whether it bears on anything.
    #[must_use]
    pub fn hears(&self, act: Option<&str>) -> bool {
        let Some(act) = act else { return true };
        self.anything || self.acts.iter().any(|asked| related(act, asked))
    }
}

/// Whether of two acts one is the other or narrower.
pub fn related(act: &str, other: &str) -> bool {
    is_act(act, other) || is_act(other, act)
}

impl World {
    /// Whether some decision changes what a claim says, or whether it counts.
    #[must_use]
    pub fn decides_on_claims(&self) -> bool {
        let on_claims = |verdict: &Verdict| {
            matches!(verdict, Verdict::Merge | Verdict::Split | Verdict::Reject | Verdict::Place(_))
        };
        self.decisions.iter().any(|decision| on_claims(&decision.verdict))
    }

    /// A provision, evaluated from all that is live.
    #[must_use]
    pub fn evaluate(&self, store: &Store, now: Now, provision: &Id) -> (Option<ProvisionAnswer>, Asked) {
        self.evaluate_of(&|acts| selected(store, acts), store, now, provision)
    }

    /// Likewise, from some plain events alone.
    #[must_use]
    pub fn evaluate_rows(
        &self,
        store: &Store,
        rows: &[u32],
        now: Now,
        provision: &Id,
    ) -> Option<ProvisionAnswer> {
        let claims: Vec<Claim> = rows.iter().map(|row| store.row_as_claim(*row)).collect();
        let coverage = store.others().filter(|claim| claim.kind == model::claim::Kind::Coverage);
        let all: Vec<Claim> = claims.into_iter().chain(coverage.map(|claim| Claim::clone(claim))).collect();
        self.evaluate_of(&|_| all.clone(), store, now, provision).0
    }

    fn evaluate_of(
        &self,
        claims: &dyn Fn(Option<&Id>) -> Vec<Claim>,
        store: &Store,
        now: Now,
        provision: &Id,
    ) -> (Option<ProvisionAnswer>, Asked) {
        let mut asked = Asked::default();
        let ways = engine::ties::ways(&self.agreement);
        let all = ways.iter().map(|agreement| {
            let nothing = Fused::new(agreement, &self.grounds, &[], &[], &self.standard, now.known);
            let evidence = Selecting {
                world: self,
                agreement,
                store,
                claims,
                now,
                decided: nothing.with_decisions(&self.decisions),
                acts: RefCell::default(),
                anything: Cell::new(false),
            };
            let verdicts = evaluate_some(agreement, &evidence, now.at, std::slice::from_ref(provision));
            asked.acts.extend(evidence.acts.take());
            asked.anything |= evidence.anything.get();
            verdicts
        });
        let all = all.collect();
        (engine::ties::united(all).provisions.pop(), asked)
    }
}

/// The live claims that speak of an act or of none; of any, where none is named.
fn selected(store: &Store, act: Option<&Id>) -> Vec<Claim> {
    let wanted: Vec<bool> =
        store.shapes().iter().map(|shape| act.is_none_or(|act| related(&shape.act, act))).collect();
    let mut claims: Vec<Claim> = store.others().map(|claim| Claim::clone(claim)).collect();
    if wanted.contains(&true) {
        let rows = store.live_rows().filter(|row| wanted[store.event(*row).shape as usize]);
        claims.extend(rows.map(|row| store.row_as_claim(row)));
    }
    claims
}

/// Evidence made from what bears on each question alone.
struct Selecting<'a> {
    world: &'a World,
    agreement: &'a Agreement,
    store: &'a Store,
    claims: &'a dyn Fn(Option<&Id>) -> Vec<Claim>,
    now: Now,
    decided: Fused<'a>,
    acts: RefCell<BTreeSet<Id>>,
    anything: Cell<bool>,
}

impl Selecting<'_> {
    fn with<T>(&self, act: Option<&Id>, of: impl FnOnce(&Fused<'_>) -> T) -> T {
        let act = act.filter(|_| !self.world.decides_on_claims());
        match act {
            Some(act) => {
                self.acts.borrow_mut().insert(act.clone());
            }
            None => self.anything.set(true),
        }
        let world = self.world;
        let claims = fusion::decided(&(self.claims)(act), &world.decisions, self.now.known);
        let claims = fusion::figures(self.agreement, &claims);
        let (grounds, sources) = (&world.grounds, self.store.sources());
        let fused = Fused::new(self.agreement, grounds, sources, &claims, &world.standard, self.now.known);
        of(&fused.with_decisions(&world.decisions))
    }
}

impl Evidence for Selecting<'_> {
    fn decisions(&self) -> &[&Decision] {
        self.decided.decisions()
    }

    fn measure(&self, pattern: &Action, role: Role<'_>) -> Measure {
        let act = Some(&pattern.act).filter(|_| pattern.under.is_empty());
        self.with(act, |fused| fused.measure(pattern, role))
    }

    fn measure_of_any(&self, pattern: &Action, items: &[Id], role: Role<'_>) -> Measure {
        let act = Some(&pattern.act).filter(|_| pattern.under.is_empty());
        self.with(act, |fused| fused.measure_of_any(pattern, items, role))
    }

    fn measure_about(&self, concerned: &Id, pattern: &Action, role: Role<'_>) -> Measure {
        self.with(Some(&pattern.act), |fused| fused.measure_about(concerned, pattern, role))
    }

    fn pleas(&self) -> Vec<Pleaded> {
        self.with(None, |fused| fused.pleas())
    }

    fn baseline(&self, baseline: &Baseline, apart_from: &str, at: Instant) -> Range {
        self.with(None, |fused| fused.baseline(baseline, apart_from, at))
    }

    fn baseline_turns(&self, baseline: &Baseline) -> Vec<Instant> {
        self.with(None, |fused| fused.baseline_turns(baseline))
    }

    fn exercises(&self, faculties: &Faculties<'_>) -> Vec<Exercise> {
        self.with(Some(&faculties.act.to_owned()), |fused| fused.exercises(faculties))
    }

    fn told_until(&self) -> Instant {
        self.now.known
    }

    fn stock(&self, kept: &Kept<'_>) -> Stock {
        self.with(None, |fused| fused.stock(kept))
    }
}
