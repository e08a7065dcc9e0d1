//! Conditions as what they can be at each instant: those that come and go, and those that stay, from when they came about.
//!
//! Invariant: sound at every tick from the origin to the instant asked about; a condition that is not computed is an
//! error that names it.

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Condition, PhaseEnd, Provision, Required, Rule, Target},
};

use crate::{
    asked::Asked,
    conditions::{Context, NotComputed},
    measure::Role,
    parties::is_of_its_time,
    signal::{Signal, Truth},
    tied::of_deed,
};

impl Context<'_> {
    /// Whether a condition, once it holds, holds for good.
    #[must_use]
    pub fn stays(&self, condition: &Condition) -> bool {
        match condition {
            Condition::InForce
            | Condition::Signed
            | Condition::From(_)
            | Condition::Milestone(_)
            | Condition::Breached(_)
            | Condition::Violations(..)
            | Condition::Amount(..)
            | Condition::Set(_)
            | Condition::PhaseBegun(_)
            | Condition::PhaseEnded(_)
            | Condition::Deed(_)
            | Condition::Done(_, Required::AtLeast(_))
            | Condition::HoursAfter(..)
            | Condition::DaysAfter(..) => true,
            Condition::All(of) | Condition::Any(of) | Condition::AtLeast(_, of) => {
                of.iter().all(|c| self.stays(c))
            }
            Condition::Performed(id) | Condition::PerformedInTime(id) => {
                let provision = self.agreement.provisions.iter().find(|p| p.id == *id);
                provision.is_some_and(|p| {
                    let at_least = matches!(p.rule, Rule::Once { required: Required::AtLeast(_), .. });
                    at_least
                        && !self.is_amended(id)
                        && p.while_ == Condition::InForce
                        && p.terms.unless.is_none()
                })
            }
            Condition::During(_)
            | Condition::Done(..)
            | Condition::Overdue(_)
            | Condition::Judged(_)
            | Condition::Recently(..)
            | Condition::Since(..)
            | Condition::Calm(..)
            | Condition::Not(_) => false,
        }
    }

    /// Whether the possible first instants of a condition are just those that it has in some world, taken by itself.
    #[must_use]
    pub fn comes_once(&self, condition: &Condition) -> bool {
        let agreement = self.agreement;
        let each = |of: &[Condition]| of.iter().all(|c| self.comes_once(c));
        let begins =
            |id: &Id| agreement.phases.iter().find(|p| p.id == *id).filter(|p| self.comes_once(&p.begins));
        match condition {
            Condition::InForce
            | Condition::Signed
            | Condition::From(_)
            | Condition::Set(_)
            | Condition::Amount(..)
            | Condition::Deed(_)
            | Condition::Done(_, Required::AtLeast(_)) => true,
            Condition::Breached(id) => {
                let of_its_time = |p: &&Provision| p.id == *id && is_of_its_time(agreement, p);
                !self.is_amended(id) && !agreement.provisions.iter().any(|p| of_its_time(&p))
            }
            Condition::PhaseBegun(id) | Condition::PhaseEnded(id)
                if self.reached_by_amendment(&Target::Phase(id.clone())) =>
            {
                false
            }
            Condition::Performed(_) | Condition::PerformedInTime(_) => self.stays(condition),
            Condition::Milestone(id) => {
                agreement.milestones.iter().any(|m| m.id == *id && self.comes_once(&m.when))
            }
            Condition::PhaseBegun(id) => begins(id).is_some(),
            Condition::PhaseEnded(id) => begins(id).is_some_and(|phase| match &phase.ends {
                PhaseEnd::When(end) => self.stays(end) && self.comes_once(end),
                _ => phase.latest.is_none(),
            }),
            Condition::All(of) | Condition::Any(of) | Condition::AtLeast(_, of) => each(of),
            Condition::HoursAfter(_, inner) | Condition::DaysAfter(_, inner) => self.comes_once(inner),
            Condition::Violations(..)
            | Condition::During(_)
            | Condition::Done(..)
            | Condition::Overdue(_)
            | Condition::Judged(_)
            | Condition::Recently(..)
            | Condition::Since(..)
            | Condition::Calm(..)
            | Condition::Not(_) => false,
        }
    }

    /// What a condition can be at each instant.
    ///
    /// # Errors
    /// When something that it speaks of is not computed.
    pub fn state(&self, condition: &Condition) -> Result<Signal, NotComputed> {
        Ok(match condition {
            Condition::During(id) => {
                let (began, ended) = self.phase(id)?;
                let own = Signal::all(&[Signal::since(&began), Signal::since(&ended).not()]);
                self.during_as_amended(id, own)?
            }
            Condition::All(of) => Signal::all(&self.states(of)?),
            Condition::Any(of) => Signal::any(&self.states(of)?),
            Condition::AtLeast(count, of) => Signal::at_least(*count, &self.states(of)?),
            Condition::Not(inner) => self.state(inner)?.not(),
            Condition::Recently(length, action) => self.recently(*length, action, done_by(action))?,
            Condition::Since(length, inner) => Signal::within(&self.first(inner)?, *length),
            Condition::Calm(action, length) => {
                let old_enough = Signal::since(&self.entry()?.shifted(*length).by(self.at));
                Signal::all(&[old_enough, self.recently(*length, action, done_by(action))?.not()])
            }
            Condition::Done(action, Required::AtMost(most)) => {
                Signal::since(&self.done(action, *most + Amount::LEAST)?).not()
            }
            Condition::Done(action, Required::Exactly(amount)) => {
                let reached = Signal::since(&self.done(action, *amount)?);
                let passed = Signal::since(&self.done(action, *amount + Amount::LEAST)?);
                Signal::all(&[reached, passed.not()])
            }
            Condition::Performed(id) if !self.stays(condition) => self.performance_of(id, false)?,
            Condition::PerformedInTime(id) if !self.stays(condition) => self.performance_of(id, true)?,
            Condition::Overdue(id) => self.overdue(id)?,
            Condition::Judged(id) => self.judged(id)?,
            _ => Signal::since(&self.first(condition)?),
        })
    }

    fn states(&self, of: &[Condition]) -> Result<Vec<Signal>, NotComputed> {
        of.iter().map(|c| self.state(c)).collect()
    }

    /// Whether a deed happened within so long before: what the amount between the ends of the window that slides is.
    pub(crate) fn recently(
        &self,
        length: Duration,
        action: &Action,
        role: Role<'_>,
    ) -> Result<Signal, NotComputed> {
        if of_deed(self.agreement, action) {
            return Ok(Signal::constant(Truth::Perhaps));
        }
        let asked = self.ask(action, role);
        Ok(sliding(&asked, length, self.origin(), self.at))
    }
}

fn done_by(action: &Action) -> Role<'_> {
    Role::Duty { bearers: &action.by, verifiers: &[] }
}

fn sliding(asked: &Asked, length: Duration, origin: Instant, at: Instant) -> Signal {
    let cuts = asked.bounds.cuts.iter();
    // Where an end of the window comes upon a cut, lies on it, or leaves it.
    let turns = cuts.flat_map(|c| [c.previous(), *c, *c + length, (*c + length).next()]);
    let turns = turns.filter(|t| origin < *t && *t <= at).collect::<std::collections::BTreeSet<_>>();
    let truth = |t: Instant| {
        let views = asked.bounds.views(&[t - length, t.next()]);
        let possible = views.iter().any(|view| view.high(0, 1).is_none_or(|high| high > Amount::ZERO));
        Truth::of(possible, views.iter().all(|view| view.low(0, 1) > Amount::ZERO))
    };
    Signal::of([(Instant::MIN, truth(origin))].into_iter().chain(turns.into_iter().map(|t| (t, truth(t)))))
}
