//! Exchanges: for every so many units of a trigger, so many of the answer (spec/meaning.md §7).
//!
//! Invariant: no unit of an answer serves two instances.

use std::collections::BTreeMap;

use model::{
    Amount, Id, Instant, Status,
    agreement::{Action, CountedOn, Matching, Provision, Required, Rule, Share},
};

use super::{Deed, Demand, Total, World, deadlines::relative, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

/// An answer that one instance is owed: what has been given to it, and of each part.
struct Answer {
    opens: Instant,
    given: Vec<(Instant, Amount)>,
    parts: Vec<Vec<(Instant, Amount)>>,
}

impl World<'_> {
    pub(super) fn exchange(
        &self,
        provision: &Provision,
        scope: &Ticks,
        action: &Action,
        by: Option<&[Id]>,
    ) -> Result<Vec<Instance>, Refused> {
        let Rule::Exchange {
            trigger,
            every,
            required,
            shares,
            disjoint,
            within,
            afterwards,
            matching,
            counted_on,
            ..
        } = &provision.rule
        else {
            return not_handled("a rule of another kind");
        };
        if *disjoint {
            return not_handled("disjoint parts of an answer");
        }
        let trigger = identified(trigger, *counted_on);
        let stops = self.effects.stops(&self.agreement, provision);
        let deadline = |opens: Instant| match within {
            Some(length) => relative(opens, opens + *length, &stops),
            None => Instant::MAX,
        };
        if *matching == Matching::SameReference {
            return Ok(self.by_reference(&trigger, scope, action, &deadline));
        }
        let narrowed = |share: &Share| Action {
            by: by.map_or_else(|| share.action.by.clone(), <[Id]>::to_vec),
            ..share.action.clone()
        };
        let parts: Vec<(Action, Demand)> =
            shares.iter().map(|share| (narrowed(share), Demand::from(share.required))).collect();
        if shares.iter().any(|share| !matches!(share.required, Required::AtLeast(_))) {
            return not_handled("a part of an answer that is no least number");
        }
        let opened = self.opened(&trigger, *every, scope);
        let answers = self.answers(action, &parts, *required, &opened, *afterwards);
        let whole = Demand { least: Some(*required), most: None };
        let instance = |(k, answer): (usize, Answer)| {
            let (opens, last) = (answer.opens, deadline(answer.opens));
            let mut streams = vec![(Total::of(answer.given), whole)];
            streams.extend(answer.parts.into_iter().map(Total::of).zip(parts.iter().map(|part| part.1)));
            let changes: Vec<Instant> = streams
                .iter()
                .flat_map(|(total, _)| total.changes())
                .chain([opens, last, last.next()])
                .collect();
            Instance::new(format!("#{}", k + 1), changes, move |at| {
                let of = |(total, demand): &(Total, Demand)| answered(total, *demand, last, at);
                (at >= opens).then(|| streams.iter().map(of).min().unwrap_or(Status::Met))
            })
        };
        Ok(answers.into_iter().enumerate().map(instance).collect())
    }

    /// When the first, second, … unit of the trigger came, in scope.
    pub(crate) fn opened(&self, trigger: &Action, every: Amount, scope: &Ticks) -> Vec<Instant> {
        let (mut opened, mut total) = (Vec::new(), Amount::ZERO);
        for deed in self.of_kind(trigger).filter(|deed| scope.contains(deed.at)) {
            total = total + deed.amount;
            let due = if every.0 > 0 { total.0 / every.0 } else { 0 };
            while (opened.len() as i64) < due {
                opened.push(deed.at);
            }
        }
        opened
    }

    /// The deeds of a kind since entry into force, in order.
    fn of_kind<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = &'b Deed> {
        self.deeds.iter().copied().filter(move |deed| deed.at >= self.entry && self.fits(deed, action))
    }

    /// What each instance is given: first in, first out.
    fn answers(
        &self,
        action: &Action,
        parts: &[(Action, Demand)],
        required: Amount,
        opened: &[Instant],
        afterwards: bool,
    ) -> Vec<Answer> {
        let answer = |opens: &Instant| Answer {
            opens: *opens,
            given: Vec::new(),
            parts: vec![Vec::new(); parts.len()],
        };
        let mut answers: Vec<Answer> = opened.iter().map(answer).collect();
        for deed in self.of_kind(action) {
            let mut left = deed.amount;
            for answer in &mut answers {
                let had: Amount = answer.given.iter().map(|one| one.1).sum();
                // A surplus of `afterwards` finds no instance open and is lost; else it is banked for the next.
                if (afterwards && answer.opens > deed.at) || had >= required || left == Amount::ZERO {
                    continue;
                }
                let used = left.min(required - had);
                left = left - used;
                answer.given.push((deed.at, used));
                for (stream, (part, _)) in answer.parts.iter_mut().zip(parts) {
                    if self.fits(deed, part) {
                        stream.push((deed.at, used));
                    }
                }
            }
        }
        answers
    }

    /// One instance for each reference; a trigger without one is an instance of its own, which an answer serves
    /// that carries its key.
    fn by_reference(
        &self,
        trigger: &Action,
        scope: &Ticks,
        action: &Action,
        deadline: &dyn Fn(Instant) -> Instant,
    ) -> Vec<Instance> {
        let mut opened: BTreeMap<String, Instant> = BTreeMap::new();
        let mut bare = 0;
        for deed in self.of_kind(trigger).filter(|deed| scope.contains(deed.at)) {
            let key = deed.reference.clone().unwrap_or_else(|| {
                bare += 1;
                format!("#{bare}")
            });
            opened.entry(key).or_insert(deed.at);
        }
        let instance = |(key, opens): (String, Instant)| {
            let same = |deed: &&Deed| deed.reference.as_ref() == Some(&key) && deed.amount > Amount::ZERO;
            let first = self.of_kind(action).find(same).map(|deed| deed.at);
            let total = Total::of(first.map(|at| (at, Amount::whole(1))));
            let (last, one) = (deadline(opens), Demand { least: Some(Amount::whole(1)), most: None });
            let changes: Vec<Instant> = first.into_iter().chain([opens, last, last.next()]).collect();
            Instance::new(key, changes, move |at| (at >= opens).then(|| answered(&total, one, last, at)))
        };
        opened.into_iter().map(instance).collect()
    }
}

/// The deed on which a trigger counts.
pub(crate) fn identified(trigger: &Action, counted_on: CountedOn) -> Action {
    match counted_on {
        CountedOn::Handover => trigger.clone(),
        CountedOn::Identification => Action { stage: Some("identified".to_owned()), ..trigger.clone() },
    }
}

/// What an answer comes to.
fn answered(total: &Total, demand: Demand, last: Instant, at: Instant) -> Status {
    let least = demand.least.unwrap_or(Amount::ZERO);
    match total.reached(least).filter(|reached| *reached <= at) {
        Some(reached) if reached <= last => Status::Met,
        Some(_) => Status::Late,
        None if at <= last => Status::Pending,
        None => Status::Breached,
    }
}
