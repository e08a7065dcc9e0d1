//! One world, evaluated: given concrete deeds, the status of every instance of a provision at an instant
//! (spec/meaning.md).
//!
//! Every condition is a set of ticks, and every instance a status for each tick; both follow from the deeds
//! alone. Deeds after the instant asked about are left out, so that what is later is as if nothing more
//! happened.
//!
//! Invariant: nothing here knows of claims, sources or sets of statuses. Whatever this module does not
//! understand it refuses by name, and never answers by a guess.

mod amendments;
mod circles;
mod conditions;
mod deadlines;
mod duties;
mod exchanges;
mod instance;
mod periods;
mod phases;
mod powers;
mod prohibitions;
mod schedules;
mod spreads;
mod states;
mod ticks;
mod total;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use model::{
    Amount, Duration, Id, Instant, Period, Status,
    agreement::{Action, Agreement, Amendment, Binding, Provision, Rule, TieKind},
    vocabulary::is_act,
};

use crate::Refused;
pub(crate) use amendments::as_reading;
pub use duties::best_of;
pub(crate) use exchanges::identified;
pub use instance::Instance;
pub use powers::Effects;
pub use ticks::Ticks;
pub use total::{Demand, Total};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// When.
    pub at: Instant,
    /// How much of it.
    pub amount: Amount,
    /// The act.
    pub act: Id,
    /// Who did it, together.
    pub by: Vec<Id>,
    /// To what.
    pub item: Option<Id>,
    /// To whom.
    pub to: Option<Id>,
    /// In which zone.
    pub zone: Option<Id>,
    /// How far the cargo had come.
    pub stage: Option<Id>,
    /// What ties it to other deeds.
    pub reference: Option<Id>,
    /// The provision, phase or milestone that an exercise of a power is about.
    pub concerns: Option<Id>,
    /// For an extension, how long it says.
    pub length: Option<Duration>,
    /// The judgements that apply to it: as ruled or, while nobody has ruled, as this world has it.
    pub judged: Vec<Id>,
}

impl Deed {
    /// A deed that is just what an action asks for, by the first of its doers.
    #[must_use]
    pub fn of(action: &Action, at: Instant, amount: Amount) -> Self {
        Deed {
            at,
            amount,
            act: action.act.clone(),
            by: action.by.first().cloned().into_iter().collect(),
            item: action.item.clone(),
            to: action.to.clone(),
            zone: action.place.as_ref().map(|(_, zone)| zone.clone()),
            stage: action.stage.clone(),
            reference: None,
            concerns: None,
            length: None,
            judged: Vec::new(),
        }
    }
}

/// How much of an item lies in a zone throughout a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stock {
    /// Of what.
    pub item: Id,
    /// Whose.
    pub of: Option<Id>,
    /// Where.
    pub zone: Option<Id>,
    /// When.
    pub period: Period,
    /// How much.
    pub amount: Amount,
}

/// What a world holds beside deeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Judgements that say that it is so, and from when.
    pub judged: BTreeMap<Id, Instant>,
    /// What values come to that nobody has set.
    pub values: BTreeMap<Id, Amount>,
    /// What baselines come to, from when on.
    pub figures: BTreeMap<Id, Vec<(Instant, Amount)>>,
    /// Contested ties that do not hold: who, and to whom.
    pub untied: BTreeSet<(Id, Id)>,
    /// What is where; nothing where nothing is said.
    pub stocks: Vec<Stock>,
    /// When each amendment was accepted by all, where that is not fixed by the text.
    pub accepted: BTreeMap<Id, Instant>,
}

/// What a provision comes to in one world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The instances that have opened, by key.
    pub instances: BTreeMap<String, Status>,
    /// What each bearer answers for.
    pub by_bearer: BTreeMap<Id, Status>,
    /// Violations of a prohibition.
    pub violations: u64,
}

impl Outcome {
    /// The worst of its instances; inactive where none has opened.
    #[must_use]
    pub fn status(&self) -> Status {
        self.instances.values().copied().min().unwrap_or(Status::Inactive)
    }
}

/// A world: an agreement, all that was done up to an instant, and what else is so.
pub struct World<'a> {
    agreement: Cow<'a, Agreement>,
    deeds: Vec<&'a Deed>,
    facts: &'a Facts,
    until: Instant,
    entry: Instant,
    effects: Effects,
    /// The world as it was before the last amendment, when that took effect, and the amendment.
    before: Option<(Box<World<'a>>, Instant, Amendment)>,
    /// What is being evaluated, for what hangs on itself.
    circles: circles::Circles,
}

pub(crate) fn not_handled<T>(what: &str) -> Result<T, Refused> {
    Err(Refused::NotHandled(what.to_owned()))
}

impl<'a> World<'a> {
    /// The world of these deeds, up to an instant.
    ///
    /// # Errors
    /// `NotHandled` for a construct that this evaluator does not know.
    pub fn new(
        agreement: &'a Agreement,
        deeds: &'a [Deed],
        facts: &'a Facts,
        until: Instant,
    ) -> Result<Self, Refused> {
        let mut deeds: Vec<&Deed> = deeds.iter().filter(|deed| deed.at <= until).collect();
        deeds.sort();
        let world = World {
            agreement: Cow::Borrowed(agreement),
            deeds,
            facts,
            until,
            entry: agreement.in_force,
            effects: Effects::default(),
            before: None,
            circles: circles::Circles::default(),
        };
        world.begun()?.amended()
    }

    /// With its entry into force, and what powers have done.
    fn begun(mut self) -> Result<Self, Refused> {
        self.entry = self.agreement.in_force;
        if let Some(condition) = &self.agreement.entry {
            let first = self.ticks(condition)?.first_from(self.agreement.in_force);
            self.entry = first.unwrap_or(Instant::MAX.next());
        }
        self.exercise()?;
        Ok(self)
    }

    /// What a provision comes to at an instant, not later than the world's end.
    ///
    /// # Errors
    /// `NotHandled` for a construct that this evaluator does not know.
    pub fn outcome(&self, provision: &Provision, at: Instant) -> Result<Outcome, Refused> {
        let instances = self.instances(&provision.id)?;
        let mut outcome = Outcome::default();
        if provision.binding != Binding::Unstated {
            outcome.by_bearer = provision.bearers.iter().map(|one| (one.clone(), Status::Inactive)).collect();
        }
        for instance in &instances {
            let Some(status) = instance.status(at) else { continue };
            outcome.instances.insert(instance.key.clone(), status);
            for (bearer, worst) in &mut outcome.by_bearer {
                if let Some(own) = instance.status_of(bearer, at) {
                    *worst = own.min(*worst);
                }
            }
        }
        outcome.violations = self.violations(&provision.id, at)?;
        Ok(outcome)
    }

    /// The instances of a provision.
    fn instances(&self, id: &str) -> Result<Vec<Instance>, Refused> {
        self.of_provision(id, || {
            let own = match self.agreement.provisions.iter().find(|p| p.id == id) {
                Some(provision) => self.own_instances(provision)?,
                None if self.before.is_some() => Vec::new(),
                None => return not_handled("a condition on a provision that is not there"),
            };
            match &self.before {
                Some((before, effect, amendment)) => {
                    Ok(amendments::joined(before.instances(id)?, own, *effect, amendment))
                }
                None => Ok(own),
            }
        })
    }

    fn own_instances(&self, provision: &Provision) -> Result<Vec<Instance>, Refused> {
        let terms = &provision.terms;
        if terms.for_each.is_some() {
            return not_handled("a provision for each of a family");
        }
        let follows = terms.in_step.as_ref().and_then(|step| step.first.as_ref());
        if follows.is_some_and(|first| !provision.bearers.contains(first))
            && !matches!(provision.rule, Rule::Once { .. })
        {
            return not_handled("a step that is no least number");
        }
        let instances = match &provision.rule {
            Rule::Prohibition { .. } | Rule::Answerable { .. } => vec![self.prohibition(provision)?],
            Rule::State { .. } => self.state(provision)?,
            _ => self.of_bearers(provision)?,
        };
        let mut instances = self.touched(provision, instances)?;
        for first in &terms.subject_to {
            let breached = self.standing_breached(first)?;
            let give_way = |instance: Instance| {
                let (edges, breached): (Vec<Instant>, Ticks) = (breached.edges().collect(), breached.clone());
                instance.mapped(edges, move |inner, at| {
                    inner(at).map(|status| if breached.contains(at) { Status::Inactive } else { status })
                })
            };
            instances = instances.into_iter().map(give_way).collect();
        }
        let effort = terms.manner.is_some() || terms.quality.is_some();
        Ok(if effort { instances.into_iter().map(Instance::not_judged).collect() } else { instances })
    }

    fn provision(&self, id: &str) -> Result<&Provision, Refused> {
        match self.agreement.provisions.iter().find(|p| p.id == id) {
            Some(provision) => Ok(provision),
            None => not_handled("a condition on a provision that is not there"),
        }
    }

    /// Whether a deed is of a kind. Deeds of one who is part of another, or acts under his direction, are the
    /// other's too.
    pub(crate) fn fits(&self, deed: &Deed, action: &Action) -> bool {
        let same = |wanted: &Option<Id>, had: &Option<Id>| wanted.is_none() || wanted == had;
        let item = match (&action.item, &deed.item) {
            (Some(wanted), Some(had)) => self.agreement.is(had, wanted),
            (wanted, _) => wanted.is_none(),
        };
        is_act(&deed.act, &action.act)
            && (action.by.is_empty() || self.done_by(deed, &action.by))
            && item
            && same(&action.to, &deed.to)
            && same(&action.place.as_ref().map(|(_, zone)| zone.clone()), &deed.zone)
            && same(&action.stage, &deed.stage)
    }

    /// Whether one of these did it.
    fn done_by(&self, deed: &Deed, parties: &[Id]) -> bool {
        deed.by.iter().any(|doer| parties.iter().any(|party| self.acts_for(doer, party, deed.at)))
    }

    /// Whether a deed of one is another's, at a time.
    fn acts_for(&self, doer: &Id, party: &Id, at: Instant) -> bool {
        let (mut known, mut todo) = (BTreeSet::new(), vec![doer]);
        while let Some(one) = todo.pop() {
            if one == party {
                return true;
            }
            let actor = self.agreement.actors.iter().find(|actor| actor.id == *one);
            for tie in actor.iter().filter(|_| known.insert(one)).flat_map(|actor| &actor.ties) {
                let binds = matches!(tie.kind, TieKind::PartOf | TieKind::DirectedBy);
                let Some(other) = tie.other.as_ref().filter(|_| binds && tie.valid.contains(&Period::at(at)))
                else {
                    continue;
                };
                if !self.facts.untied.contains(&(one.clone(), other.clone())) {
                    todo.push(other);
                }
            }
        }
        false
    }

    /// What was done of any of these kinds from an instant on.
    fn total(&self, kinds: &[Action], from: Instant) -> Result<Total, Refused> {
        let mut counted = Vec::new();
        for deed in self.deeds.iter().filter(|deed| deed.at >= from) {
            for action in kinds.iter().filter(|action| self.fits(deed, action)).take(1) {
                if self.is_among(deed, action)? {
                    counted.push((deed.at, deed.amount));
                }
            }
        }
        Ok(Total::of(counted))
    }

    /// `only those of p`: whether its reference is that of a deed that performed p.
    fn is_among(&self, deed: &Deed, action: &Action) -> Result<bool, Refused> {
        if action.under.is_empty() {
            return Ok(true);
        }
        let Some(reference) = &deed.reference else {
            return not_handled("`only those of`, of a deed without a reference");
        };
        for id in &action.under {
            let Some(performed) = self.provision(id)?.rule.action() else { continue };
            let same = |other: &&&Deed| other.reference.as_ref() == Some(reference);
            if self.deeds.iter().filter(same).any(|other| self.fits(other, performed)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
