//! States that must be kept (spec/meaning.md §10).
//!
//! Invariant: a stock is tested at every tick of the window.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Status,
    agreement::{Measure, Provision, Quiet, Rule, Side},
};

use super::{Demand, World, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

impl World<'_> {
    pub(super) fn state(&self, provision: &Provision) -> Result<Vec<Instance>, Refused> {
        let Rule::State { quiet, .. } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        if let Some(quiet) = quiet {
            return self.quiet(provision, quiet, &self.keeping(provision)?);
        }
        let window = self.state_window(provision)?;
        let failing = self.failing(provision)?.and(&window);
        let changes: Vec<Instant> = window.edges().chain(failing.edges()).collect();
        Ok(vec![Instance::new("once", changes, move |at| {
            let begun = window.first_from(Instant::MIN).is_some_and(|first| first <= at);
            let failed = failing.first_from(Instant::MIN).is_some_and(|first| first <= at);
            let over = window.first_from(at).is_none();
            Some(match () {
                () if failed => Status::Breached,
                () if !begun => Status::Inactive,
                () if over => Status::Met,
                () if window.contains(at) => Status::Pending,
                () => Status::Inactive,
            })
        })])
    }

    /// From its `from` to its `until`, in scope, and not suspended.
    pub(crate) fn state_window(&self, provision: &Provision) -> Result<Ticks, Refused> {
        let stops = self.effects.stops(&self.agreement, provision);
        Ok(self.keeping(provision)?.and(&Ticks::of(stops.into_iter().map(|(period, _)| period)).not()))
    }

    fn keeping(&self, provision: &Provision) -> Result<Ticks, Refused> {
        let Rule::State { from, until, .. } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        let mut window = self.scope(provision)?.and(&Ticks::once(self.instant(from)?));
        if let Some(until) = until {
            window = window.and(&Ticks::once(self.instant(until)?).not());
        }
        Ok(window)
    }

    /// When the stock is other than it must be.
    fn failing(&self, provision: &Provision) -> Result<Ticks, Refused> {
        let Rule::State { item, own, required, belonging, place, .. } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        if belonging.is_some() {
            return not_handled("a state of what belongs to a member");
        }
        let side = place.as_ref().map(|(side, _)| *side);
        let demand = match (required, side) {
            (Some(Measure::Plain(required)), _) => Demand::from(*required),
            (Some(Measure::Between(least, most)), _) => Demand { least: Some(*least), most: Some(*most) },
            (Some(_), _) => return not_handled("a state of a share or a value"),
            (None, Some(Side::OutOf | Side::FromOver)) => Demand { least: None, most: Some(Amount::ZERO) },
            (None, Some(Side::In) | None) => return self.outside(provision, item, *own),
        };
        let zone = place.as_ref().map(|(_, zone)| zone);
        let levels =
            self.levels(provision, item, *own, |at: &Option<Id>| zone.is_none() || at.as_ref() == zone);
        Ok(levels.ticks(|amount| !demand.admits(amount)))
    }

    /// All in: nothing of it anywhere else.
    fn outside(&self, provision: &Provision, item: &Id, own: bool) -> Result<Ticks, Refused> {
        let Rule::State { place: Some((_, zone)), .. } = &provision.rule else {
            return not_handled("a state without a number or a place");
        };
        let levels = self.levels(provision, item, own, |at: &Option<Id>| at.as_ref() != Some(zone));
        Ok(levels.ticks(|amount| amount > Amount::ZERO))
    }

    fn levels(
        &self,
        provision: &Provision,
        item: &Id,
        own: bool,
        place: impl Fn(&Option<Id>) -> bool,
    ) -> Levels {
        let counts = |stock: &&super::Stock| {
            self.agreement.is(&stock.item, item)
                && place(&stock.zone)
                && (!own || stock.of.as_ref().is_some_and(|of| provision.bearers.contains(of)))
        };
        Levels(self.facts.stocks.iter().filter(counts).map(|stock| (stock.period, stock.amount)).collect())
    }

    pub(super) fn state_violations(&self, provision: &Provision, at: Instant) -> Result<u64, Refused> {
        if matches!(&provision.rule, Rule::State { quiet: Some(_), .. }) {
            return Ok(0);
        }
        let failing = self.failing(provision)?.and(&self.state_window(provision)?);
        Ok(failing.periods().iter().filter(|run| run.first <= at).count() as u64)
    }

    /// Quiet hours of each civil day.
    fn quiet(&self, provision: &Provision, quiet: &Quiet, window: &Ticks) -> Result<Vec<Instance>, Refused> {
        let failing = self.failing(provision)?;
        let mut instances = Vec::new();
        for (key, day) in self.periods(&model::agreement::Cycle::Day, window)? {
            let mut length = quiet.length;
            for (other, condition) in &quiet.instead {
                if !self.ticks(condition)?.within(day.first, day.last).is_empty() {
                    length = *other;
                }
            }
            let calm = failing.not().within(day.first, day.last);
            let in_scope = window.within(day.first, day.last);
            if in_scope.is_empty() {
                continue;
            }
            let consecutive = quiet.consecutive;
            let reached = reached(&calm, length.0, consecutive);
            let ticks: Vec<Instant> = reached.into_iter().chain([day.first, day.last.next()]).collect();
            let instance = Instance::new(key, ticks, move |at| {
                (at >= day.first).then(|| match reached {
                    Some(reached) if reached <= at => Status::Met,
                    _ if at <= day.last => Status::Pending,
                    _ => Status::Breached,
                })
            });
            instances.push(instance.over(Ticks::of([day])));
        }
        Ok(instances)
    }
}

/// The tick by which calm stretches come to a length, in one or in all.
fn reached(calm: &Ticks, length: i64, consecutive: bool) -> Option<Instant> {
    let mut left = length;
    for Period { first, last } in calm.periods() {
        if consecutive {
            left = length;
        }
        let has = last.0 - first.0 + 1;
        if has >= left {
            return Some(Instant(first.0 + left.max(1) - 1));
        }
        left -= has;
    }
    None
}

/// Stocks that add up.
struct Levels(Vec<(Period, Amount)>);

impl Levels {
    fn ticks(&self, test: impl Fn(Amount) -> bool) -> Ticks {
        let edges: BTreeSet<Instant> = self
            .0
            .iter()
            .flat_map(|(period, _)| [period.first, period.last.next()])
            .chain([Instant::MIN])
            .collect();
        let level = |at: Instant| -> Amount {
            let now = self.0.iter().filter(|(period, _)| period.contains(&Period::at(at)));
            now.map(|(_, amount)| *amount).sum()
        };
        Ticks::between(edges, |at| test(level(at)))
    }
}
