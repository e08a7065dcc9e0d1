//! Conditions: each is the set of ticks at which it is true (spec/meaning.md §1).
//!
//! Invariant: a condition at a tick reads the deeds up to that tick alone.

use model::{
    Amount, Instant, Period, Status,
    agreement::{Action, Condition, Required, Rule, Target},
};

use super::{Demand, Total, World, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

const GOOD: [Status; 3] = [Status::Met, Status::Late, Status::Excused];
const IN_TIME: [Status; 2] = [Status::Met, Status::Excused];

impl World<'_> {
    /// From which tick on the instant of a condition is looked for.
    pub(super) fn start(&self) -> Instant {
        self.agreement.signed.map_or(self.entry, |signed| signed.min(self.entry))
    }

    /// The instant of a condition: the first tick at which it is true.
    pub(crate) fn instant(&self, condition: &Condition) -> Result<Option<Instant>, Refused> {
        Ok(self.ticks(condition)?.first_from(self.start()))
    }

    /// When a condition is true.
    pub(crate) fn ticks(&self, condition: &Condition) -> Result<Ticks, Refused> {
        Ok(match condition {
            Condition::InForce => Ticks::from(self.entry),
            Condition::Signed => match self.agreement.signed {
                Some(signed) => Ticks::from(signed),
                None => return not_handled("the signing of an agreement that is not signed"),
            },
            Condition::From(instant) => Ticks::from(*instant),
            Condition::Milestone(id) => self.milestone(id)?,
            Condition::Performed(id) => {
                self.round(&format!("{condition:?}"), || self.performed(id, &GOOD))?
            }
            Condition::PerformedInTime(id) => {
                self.round(&format!("{condition:?}"), || self.performed(id, &IN_TIME))?
            }
            Condition::Breached(id) => self.round(&format!("{condition:?}"), || {
                // What is late was breached when its deadline passed.
                let broken = self.standing(id, &[Status::Breached, Status::Late])?;
                Ok(Ticks::once(broken.first_from(Instant::MIN)))
            })?,
            Condition::Overdue(id) => self.round(&format!("{condition:?}"), || self.standing_breached(id))?,
            Condition::Violations(id, n) => {
                self.round(&format!("{condition:?}"), || self.violated(id, *n))?
            }
            Condition::Amount(id, amount) => {
                self.round(&format!("{condition:?}"), || Ok(Ticks::once(self.counted(id)?.reached(*amount))))?
            }
            Condition::Set(id) => self.set(id)?,
            Condition::Judged(id) => Ticks::once(self.facts.judged.get(id).copied()),
            Condition::PhaseBegun(id) => Ticks::once(self.begun_at(id)?),
            Condition::PhaseEnded(id) => Ticks::once(self.phase(id)?.and_then(|(_, ended)| ended)),
            Condition::During(id) => self.during(id)?,
            Condition::Deed(action) => self.done(action)?.ticks(|amount| amount > Amount::ZERO),
            Condition::Done(action, required) => {
                let (total, demand) = (self.done(action)?, Demand::from(*required));
                match required {
                    Required::AtLeast(least) => Ticks::once(total.reached(*least)),
                    _ => total.ticks(|amount| demand.admits(amount)),
                }
            }
            Condition::Recently(length, action) => {
                self.after_each(action, Instant::MIN, |at| Period { first: at, last: at + *length })?
            }
            Condition::Calm(action, length) => {
                let broken =
                    self.after_each(action, Instant::MIN, |at| Period { first: at, last: at + *length })?;
                Ticks::from(self.entry + *length).and(&broken.not())
            }
            Condition::Since(length, inner) => {
                let first = self.instant(inner)?;
                Ticks::of(first.map(|first| Period { first, last: first + *length }))
            }
            Condition::HoursAfter(length, inner) => {
                Ticks::once(self.instant(inner)?.map(|first| first + *length))
            }
            Condition::DaysAfter(days, inner) => match self.instant(inner)? {
                Some(first) => Ticks::from(self.end_of_day(first, i64::from(*days))?.next()),
                None => Ticks::none(),
            },
            Condition::All(all) => self.count(all, all.len())?,
            Condition::Any(all) => self.count(all, 1)?,
            Condition::AtLeast(least, all) => self.count(all, *least)?,
            Condition::Not(inner) => self.ticks(inner)?.not(),
        })
    }

    /// What was done from entry into force on.
    fn done(&self, action: &Action) -> Result<Total, Refused> {
        self.total(std::slice::from_ref(action), self.entry)
    }

    fn after_each(
        &self,
        action: &Action,
        from: Instant,
        period: impl Fn(Instant) -> Period,
    ) -> Result<Ticks, Refused> {
        let total = self.total(std::slice::from_ref(action), from)?;
        Ok(Ticks::of(total.changes().map(period)))
    }

    /// When at least so many hold.
    fn count(&self, all: &[Condition], least: usize) -> Result<Ticks, Refused> {
        let all: Vec<Ticks> = all.iter().map(|one| self.ticks(one)).collect::<Result<_, _>>()?;
        let edges: Vec<Instant> = all.iter().flat_map(Ticks::edges).chain([Instant::MIN]).collect();
        Ok(Ticks::between(edges, |at| all.iter().filter(|one| one.contains(at)).count() >= least))
    }

    fn milestone(&self, id: &str) -> Result<Ticks, Refused> {
        let Some(milestone) = self.agreement.milestones.iter().find(|m| m.id == *id) else {
            return not_handled("a milestone that is not there");
        };
        let certified = self.effects.certified.iter().filter(|(what, _)| *what == id).map(|(_, at)| *at);
        let certified = certified.min();
        self.round(&format!("milestone {id}"), || {
            let reached = self.instant(&milestone.when)?;
            Ok(Ticks::once(reached.into_iter().chain(certified).min()))
        })
    }

    fn set(&self, id: &str) -> Result<Ticks, Refused> {
        let Some(value) = self.agreement.values.iter().find(|value| value.id == *id) else {
            return not_handled("a value that is not there");
        };
        Ok(Ticks::once(value.settings.iter().map(|setting| setting.since).min()))
    }

    /// When some instance is breached.
    pub(super) fn standing_breached(&self, id: &str) -> Result<Ticks, Refused> {
        self.standing(id, &[Status::Breached])
    }

    /// When some instance is in one of these states.
    fn standing(&self, id: &str, wanted: &[Status]) -> Result<Ticks, Refused> {
        let instances = self.instances(id)?;
        Ok(instances.iter().map(|one| one.ticks(wanted)).fold(Ticks::none(), |a, b| a.or(&b)))
    }

    /// When every instance is in a good state and no window remains to open.
    fn performed(&self, id: &str, good: &[Status]) -> Result<Ticks, Refused> {
        let instances = self.instances(id)?;
        let provision = self.provision(id)?;
        let closed = match provision.rule {
            Rule::Once { .. } | Rule::Schedule { .. } => Ticks::all(),
            _ => self.closed(&provision.while_, &Target::Provision(provision.id.clone()))?,
        };
        let changes = instances.iter().flat_map(Instance::changes).chain(closed.edges());
        let well =
            |at| instances.iter().all(|one| one.status(at).is_none_or(|status| good.contains(&status)));
        Ok(Ticks::between(changes, |at| closed.contains(at) && well(at)))
    }

    /// When a scope cannot open again: after a termination, or in a phase that has ended.
    fn closed(&self, scope: &Condition, target: &Target) -> Result<Ticks, Refused> {
        let ended = self.effects.ended(&self.agreement, target, scope);
        let mut closed = Ticks::once(ended);
        match scope {
            Condition::During(id) => {
                closed = closed.or(&self.ticks(&Condition::PhaseEnded(id.clone()))?);
            }
            Condition::All(all) => {
                for one in all {
                    closed = closed.or(&self.closed(one, target)?);
                }
            }
            _ => {}
        }
        Ok(closed)
    }

    fn violated(&self, id: &str, n: u64) -> Result<Ticks, Refused> {
        let mut at_some_time: Vec<Instant> = self.instances(id)?.iter().flat_map(Instance::changes).collect();
        at_some_time.sort_unstable();
        for tick in at_some_time {
            if self.violations(id, tick)? >= n {
                return Ok(Ticks::from(tick));
            }
        }
        Ok(Ticks::none())
    }
}
