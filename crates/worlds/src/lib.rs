//! The oracle: what a verdict is, computed the plain way, to hold every cleverer evaluation against.
//!
//! It is written from `spec/worlds.md` alone. Worlds are grouped by what an evaluator can tell apart, one of
//! each group is made concrete, and the single-world evaluator (`world`) says what it comes to.
//!
//! Invariant: this crate depends on the model only and never on what it checks. A verdict that it returns is
//! exact; a case that it cannot treat exactly is refused.

use std::{cell::Cell, collections::BTreeMap};

use model::{
    Id, Instant, Standard, Status, StatusSet,
    agreement::{Agreement, Change, Provision, Rule},
    claim::Claim,
    place::Ground,
    source::Source,
};

mod account;
mod bounds;
mod duties;
mod evidence;
mod general;
pub mod generator;
mod grid;
mod ground;
mod incidents;
pub mod levels;
pub mod literals;
mod live;
mod pattern;
mod plain;
mod references;
mod stocks;
mod streams;
pub mod world;

/// A question: what is asked, of whom, on which evidence.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// What was agreed.
    pub agreement: &'a Agreement,
    /// Who speaks.
    pub sources: &'a [Source],
    /// What they said.
    pub claims: &'a [Claim],
    /// The ground of the zones.
    pub grounds: &'a [Ground],
    /// Which literals are accepted.
    pub standard: Standard,
    /// Statuses are those of this instant.
    pub at: Instant,
    /// Nothing known later is used.
    pub known_at: Instant,
}

/// Why the oracle gives no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More than the limit would have to be enumerated.
    TooMany,
    /// The case uses something that the oracle does not know.
    NotHandled(String),
}

/// What every world together gives for one provision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionVerdict {
    /// The provision.
    pub id: Id,
    /// The worst of its instances, in each world.
    pub status: StatusSet,
    /// Each instance, by key: `once`, a day, `#1`.
    pub instances: BTreeMap<String, StatusSet>,
    /// What each bearer answers for.
    pub by_bearer: BTreeMap<Id, StatusSet>,
    /// Violations of a prohibition: in every world, and in some; no upper end where nobody looks.
    pub violations: (u64, Option<u64>),
}

/// The verdict on every provision of a case.
///
/// # Errors
/// `TooMany` when more than `limit` steps would be needed for one provision, `NotHandled` for what the oracle
/// does not know.
pub fn verdicts(case: &Case, limit: usize) -> Result<Vec<ProvisionVerdict>, Refused> {
    case.agreement.provisions.iter().map(|provision| verdict(case, provision, limit)).collect()
}

/// The verdict on one provision of a case.
///
/// # Errors
/// As for [`verdicts`].
pub fn verdict(case: &Case, provision: &Provision, limit: usize) -> Result<ProvisionVerdict, Refused> {
    let oracle = Oracle::new(case, limit)?;
    match &provision.rule {
        _ if !oracle.is_plain(provision) => general::verdict(&oracle, provision),
        Rule::Prohibition { action } => incidents::verdict(&oracle, provision, action),
        _ => duties::verdict(&oracle, provision),
    }
}

/// A case with what is derived from it once.
pub(crate) struct Oracle<'a> {
    case: &'a Case<'a>,
    /// Declared sources, and those that only claims name.
    sources: Vec<Source>,
    live: Vec<&'a Claim>,
    left: Cell<usize>,
    no_facts: world::Facts,
}

impl<'a> Oracle<'a> {
    fn new(case: &'a Case<'a>, limit: usize) -> Result<Self, Refused> {
        let mut sources = case.sources.to_vec();
        for claim in case.claims {
            if !sources.iter().any(|source| source.id == claim.source) {
                sources.push(Source::undeclared(&claim.source));
            }
        }
        let live = live::live(&sources, case.claims, case.known_at)?;
        Ok(Oracle { case, sources, live, left: Cell::new(limit), no_facts: world::Facts::default() })
    }

    fn agreement(&self) -> &'a Agreement {
        self.case.agreement
    }

    /// The instants at which it can have entered into force by its text and by its amendments, the earliest first.
    fn entries(&self) -> Vec<Instant> {
        let changes = self.agreement().amendments.iter().flat_map(|amendment| &amendment.changes);
        let moved = changes.filter_map(|(_, change)| match change {
            Change::InForce(instant) => Some(*instant),
            _ => None,
        });
        let mut entries: Vec<Instant> = moved.chain([self.agreement().in_force]).collect();
        entries.sort();
        entries
    }

    /// From when on deeds can count.
    fn start(&self) -> Instant {
        self.entries().first().copied().unwrap_or(self.agreement().in_force)
    }

    /// The world of these deeds, up to the instant asked about.
    fn world<'w>(&'w self, deeds: &'w [world::Deed]) -> Result<world::World<'w>, Refused> {
        world::World::new(self.case.agreement, deeds, &self.no_facts, self.case.at)
    }

    /// Counts steps against the limit.
    fn spend(&self, steps: usize) -> Result<(), Refused> {
        self.left.set(self.left.get().checked_sub(steps).ok_or(Refused::TooMany)?);
        Ok(())
    }

    /// The index of a source that some claim names.
    fn source(&self, id: &str) -> usize {
        self.sources.iter().position(|source| source.id == id).unwrap_or(0)
    }

    /// Whether a source's side is one of these.
    fn is_of(&self, source: usize, parties: &[Id]) -> bool {
        self.sources[source].side.as_ref().is_some_and(|side| parties.contains(side))
    }

    /// Whether a source's side is a doer that a claim names.
    fn accused(&self, source: usize, claim: &Claim) -> bool {
        let side = self.sources[source].side.as_ref();
        side.is_some() && claim.by.iter().any(|named| named.party.as_ref() == side)
    }

    /// Whether a claim quotes a source or a side.
    fn relays(&self, claim: &Claim, who: &str) -> bool {
        claim.relays.as_ref().is_some_and(|quoted| {
            let side =
                self.sources.iter().find(|source| source.id == *quoted).and_then(|s| s.side.as_deref());
            quoted == who || side == Some(who)
        })
    }

    /// The independence group for which a claim, or a source's silence, speaks.
    fn origin(&self, source: usize, claim: Option<&Claim>) -> String {
        let quoted = claim.and_then(|claim| claim.relays.as_ref());
        let of_quoted = quoted.map(|id| {
            let declared = self.sources.iter().find(|source| source.id == *id);
            declared.map_or_else(|| id.clone(), |source| source.origin.clone())
        });
        let origin = claim.and_then(|claim| claim.origin.clone()).or(of_quoted);
        let origin = origin.unwrap_or_else(|| self.sources[source].origin.clone());
        Source::independence(&origin).to_owned()
    }
}

impl ProvisionVerdict {
    fn new(provision: &Provision) -> Self {
        ProvisionVerdict {
            id: provision.id.clone(),
            status: StatusSet::EMPTY,
            instances: BTreeMap::new(),
            by_bearer: BTreeMap::new(),
            violations: (0, Some(0)),
        }
    }

    /// Adds what one world gives. `keys` are all instances that any world may open.
    fn add(&mut self, outcome: &world::Outcome, keys: &[String]) {
        self.status.insert(outcome.status());
        let opened = outcome.instances.keys();
        for key in opened.chain(keys) {
            let status = outcome.instances.get(key).copied().unwrap_or(Status::Inactive);
            self.instances.entry(key.clone()).or_default().insert(status);
        }
        for (bearer, status) in &outcome.by_bearer {
            self.by_bearer.entry(bearer.clone()).or_default().insert(*status);
        }
    }
}
