//! Amendments: from their effect on the text is another, and what had been decided stands (spec/meaning.md §8).
//!
//! Invariant: before the effect of an amendment an instance is as the text before had it.

use std::borrow::Cow;

use model::{
    Instant, Status,
    agreement::{Amendment, Change, Effective, Reading},
};

use super::{Effects, World, instance::Instance, not_handled};
use crate::Refused;

impl<'a> World<'a> {
    /// The world with every amendment that has taken effect.
    pub(super) fn amended(self) -> Result<World<'a>, Refused> {
        let mut amendments: Vec<(Instant, Amendment)> = Vec::new();
        for amendment in &self.agreement.amendments {
            let effect = match amendment.effective {
                Effective::From(instant) => Some(instant),
                Effective::LastAcceptance => self.facts.accepted.get(&amendment.id).copied(),
            };
            amendments
                .extend(effect.filter(|effect| *effect <= self.until).map(|at| (at, amendment.clone())));
        }
        amendments.sort_by_key(|(at, _)| *at);
        let mut world = self;
        for (effect, amendment) in amendments {
            if !amendment.inner_deadlines_move {
                return not_handled("an amendment that leaves inner deadlines");
            }
            let mut amendment = amendment;
            // What is in force stays so, and nothing comes into force before what says so.
            let in_time = |instant: &Instant| effect <= world.entry && effect <= *instant;
            amendment
                .changes
                .retain(|(_, change)| !matches!(change, Change::InForce(instant) if !in_time(instant)));
            if amendment.changes.is_empty() {
                continue;
            }
            let changed = World {
                agreement: Cow::Owned(world.agreement.read_as(&as_reading(&amendment))),
                deeds: world.deeds.clone(),
                facts: world.facts,
                until: world.until,
                entry: world.entry,
                effects: Effects::default(),
                before: None,
                circles: Default::default(),
            };
            let mut changed = changed.begun()?;
            changed.before = Some((Box::new(world), effect, amendment));
            world = changed;
        }
        Ok(world)
    }
}

/// What an amendment changes, as a reading of the text would.
pub(crate) fn as_reading(amendment: &Amendment) -> Reading {
    Reading {
        id: amendment.id.clone(),
        title: String::new(),
        contended_by: Vec::new(),
        source: String::new(),
        changes: amendment.changes.clone(),
    }
}

/// Instances of the text before an amendment and of the one after, by key.
pub(super) fn joined(
    before: Vec<Instance>,
    after: Vec<Instance>,
    effect: Instant,
    amendment: &Amendment,
) -> Vec<Instance> {
    let cured = amendment.past_breaches_cured;
    let mut after = after;
    let mut all = Vec::new();
    for old in before {
        let new = after.iter().position(|new| new.key == old.key).map(|index| after.remove(index));
        let changes: Vec<Instant> = new.iter().flat_map(Instance::changes).chain([effect]).collect();
        all.push(old.mapped(changes, {
            let new = std::rc::Rc::new(new);
            move |old, at| {
                let then = (at >= effect).then(|| old(effect.previous())).flatten();
                match then {
                    _ if at < effect => old(at),
                    Some(Status::Breached) if cured => Some(Status::Excused),
                    Some(
                        Status::Met
                        | Status::Late
                        | Status::Breached
                        | Status::Excused
                        | Status::Lapsed
                        | Status::NotAdjudicated,
                    ) => old(at),
                    _ => new.as_ref().as_ref().and_then(|new| new.status(at)),
                }
            }
        }));
    }
    all.extend(
        after
            .into_iter()
            // A period that was over by then is not judged by a text under which alone it is one.
            .filter(|new| !new.is_over(effect))
            .map(|new| new.mapped([effect], move |new, at| if at >= effect { new(at) } else { None })),
    );
    all
}
