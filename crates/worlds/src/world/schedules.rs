//! Duties in steps, and of amounts that are no plain number (spec/meaning.md §5).
//!
//! Invariant: a step `more` stands on top of the step before it.

use std::rc::Rc;

use model::{
    Amount, Instant,
    agreement::{Measure, Provision, Required, Step},
};

use super::{
    Demand, Total, World,
    duties::{Owed, Single},
    instance::Instance,
    not_handled,
    ticks::Ticks,
};
use crate::Refused;

impl World<'_> {
    pub(super) fn schedule(
        &self,
        provision: &Provision,
        scope: &Ticks,
        done: &Total,
        steps: &[Step],
    ) -> Result<Vec<Instance>, Refused> {
        let mut instances = Vec::new();
        let mut before: Owed = Rc::new(|_| Demand { least: Some(Amount::ZERO), most: Some(Amount::ZERO) });
        for (index, step) in steps.iter().enumerate() {
            let (own, further) = self.owed(&step.measure)?;
            let owed: Owed = if step.in_all {
                own
            } else {
                let before = before.clone();
                Rc::new(move |at| {
                    let (base, own) = (before(at), own(at));
                    let below = base.least.unwrap_or(Amount::ZERO);
                    Demand {
                        least: own.least.map(|least| least + below),
                        most: own.most.map(|most| most + base.most.unwrap_or(below)),
                    }
                })
            };
            before = owed.clone();
            let window = self.started(provision, self.window_of(provision, &step.due)?)?;
            let single = Single { scope: scope.clone(), entry: self.entry, window, done: done.clone(), owed };
            instances.push(single.instance((index + 1).to_string(), further));
        }
        Ok(instances)
    }

    /// What a measure comes to at each tick, and the ticks at which it changes.
    fn owed(&self, measure: &Measure) -> Result<(Owed, Vec<Instant>), Refused> {
        Ok(match measure {
            Measure::Plain(required) => {
                let demand = Demand::from(*required);
                (Rc::new(move |_| demand), Vec::new())
            }
            Measure::Between(least, most) => {
                let demand = Demand { least: Some(*least), most: Some(*most) };
                (Rc::new(move |_| demand), Vec::new())
            }
            Measure::Value(id) => {
                let mut set = self.settings(id)?;
                set.sort_by_key(|(since, _)| *since);
                let changes = set.iter().map(|(since, _)| *since).collect();
                let unset = self.facts.values.get(id).copied();
                if unset.is_none() && set.first().is_none_or(|(since, _)| *since > self.agreement.in_force) {
                    return not_handled("a value that is not set");
                }
                let owed = move |at: Instant| {
                    let now = set.iter().rev().find(|(since, _)| *since <= at).map(|(_, amount)| *amount);
                    Demand { least: Some(now.or(unset).unwrap_or(Amount::LEAST)), most: None }
                };
                (Rc::new(owed), changes)
            }
            Measure::Share(share, baseline) => {
                let Some(figures) = self.facts.figures.get(baseline).cloned() else {
                    return not_handled("a baseline without a figure");
                };
                let changes = figures.iter().map(|(since, _)| *since).collect();
                let (Required::AtLeast(part) | Required::Exactly(part) | Required::AtMost(part)) = share;
                let (part, demand) = (i128::from(part.0), Demand::from(*share));
                let owed = move |at: Instant| {
                    let latest = figures.iter().filter(|(since, _)| *since <= at).max_by_key(|one| one.0);
                    let whole = latest.or(figures.first()).map_or(0, |(_, amount)| i128::from(amount.0));
                    // Of an amount in millionths: rounded up, so that the share is reached.
                    let product = part * whole;
                    let hundred = 100 * 1_000_000;
                    let owed = Amount(((product + hundred - 1) / hundred) as i64);
                    demand.map(|_| owed)
                };
                (Rc::new(owed), changes)
            }
        })
    }

    /// What a value is set to, and since when.
    fn settings(&self, id: &str) -> Result<Vec<(Instant, Amount)>, Refused> {
        let Some(value) = self.agreement.values.iter().find(|value| value.id == id) else {
            return not_handled("a value that is not there");
        };
        let read =
            |setting: &model::agreement::Setting| Some((setting.since, Amount::parse(&setting.to).ok()?));
        match value.settings.iter().map(read).collect() {
            Some(settings) => Ok(settings),
            None => not_handled("a value that is no amount"),
        }
    }
}
