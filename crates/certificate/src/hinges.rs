//! On which deeds a condition hangs, and what it comes to when they come between instants that are shown.
//!
//! Invariant: the later these deeds come, the later comes what hangs on them; a condition of which that is not so is refused.

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Condition, Due, PhaseEnd, Provision, Required},
};
use worlds::{
    literals::{self, Asked, Heard},
    world::{Deed, Ticks},
};

use crate::{
    Fault, Subject,
    frame::none,
    others::{amount, breached, performed},
};

/// Conditions within each other that are followed.
const DEPTH_MAX: usize = 16;
/// Kinds of deed on which one instance may hang.
const HINGES_MAX: usize = 3;

/// Deeds on which something hangs: it turns when they have come to an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hinge {
    /// The deed.
    pub action: Action,
    /// Who owes it.
    pub bearers: Vec<Id>,
    /// Whose word verifies it.
    pub verifiers: Vec<Id>,
    /// It is forbidden.
    pub forbidden: bool,
    /// From when it counts.
    pub from: Instant,
    /// The amount, in millionths.
    pub amount: i64,
    /// When that turns it.
    pub turn: Turn,
}

/// When deeds turn a hinge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// When they come to the amount.
    Reached,
    /// When they come to the amount, and do not go beyond it by this instant.
    Exactly(Instant),
    /// With the tick after this, if they have not come to the amount by then.
    Short(Instant),
    /// At an instant, if in each of some periods, each to before its end, they came to the amount.
    InEach(Vec<(Instant, Instant)>, Instant),
}

impl Hinge {
    /// The deeds, as they are asked about.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        let Hinge { action, bearers, verifiers, forbidden, .. } = self;
        Asked { action, bearers, verifiers, heard: Heard::All, forbidden: *forbidden }
    }

    /// What was done where it turns at an instant, or does not.
    fn deeds(&self, turns: Option<Instant>) -> Vec<Deed> {
        let instants = match &self.turn {
            Turn::Reached | Turn::Exactly(_) => turns.into_iter().collect(),
            Turn::Short(_) if turns.is_some_and(|when| when < Instant::MAX) => Vec::new(),
            Turn::Short(_) => vec![self.from],
            Turn::InEach(..) if turns.is_none_or(|when| when == Instant::MAX) => Vec::new(),
            Turn::InEach(periods, _) => periods.iter().map(|period| period.0).collect(),
        };
        let amount = Amount(self.amount);
        let deed = |at| Deed { by: self.action.by.clone(), ..Deed::of(&self.action, at, amount) };
        instants.into_iter().map(deed).collect()
    }
}

/// When a provision binds, where what that hangs on turns between instants.
///
/// # Errors
/// Where the evaluator does not know a construct.
pub fn scope_of(
    subject: &Subject<'_>,
    hinges: &[Hinge],
    turns: &[(Instant, Option<Instant>)],
) -> Result<Doubt, Fault> {
    scope(subject, subject.provision, &Between::of(hinges, turns, subject.case.at))
}

/// The deeds of the two worlds between which all others lie: where each hinge turns as early as it can, and as late.
pub(crate) struct Between {
    pub earliest: Vec<Deed>,
    pub latest: Vec<Deed>,
}

impl Between {
    pub fn of(hinges: &[Hinge], turns: &[(Instant, Option<Instant>)], at: Instant) -> Between {
        let deeds = |pick: &dyn Fn(&(Instant, Option<Instant>)) -> Option<Instant>| {
            let each = hinges.iter().zip(turns);
            each.flat_map(|(hinge, turns)| hinge.deeds(pick(turns).filter(|when| *when <= at))).collect()
        };
        Between { earliest: deeds(&|turns| Some(turns.0)), latest: deeds(&|turns| turns.1) }
    }
}

/// A set of ticks in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Those that are in it in every world.
    pub certain: Ticks,
    /// Those that are in it in some world.
    pub possible: Ticks,
}

impl Doubt {
    /// One that is known.
    #[must_use]
    pub fn known(ticks: Ticks) -> Doubt {
        Doubt { certain: ticks.clone(), possible: ticks }
    }

    fn not(&self) -> Doubt {
        Doubt { certain: self.possible.not(), possible: self.certain.not() }
    }

    fn and(&self, other: &Doubt) -> Doubt {
        let Doubt { certain, possible } = other;
        Doubt { certain: self.certain.and(certain), possible: self.possible.and(possible) }
    }

    /// The ticks, where they are not in doubt.
    #[must_use]
    pub fn settled(&self) -> Option<&Ticks> {
        (self.certain == self.possible).then_some(&self.certain)
    }
}

/// The deeds on which the scope of a provision hangs.
///
/// # Errors
/// Where it hangs on anything else.
pub fn of_scope(subject: &Subject<'_>, provision: &Provision) -> Result<Vec<Hinge>, Fault> {
    let mut hinges = Vec::new();
    for condition in [Some(&provision.while_), provision.terms.unless.as_ref()].into_iter().flatten() {
        turns(subject, condition, &mut hinges, 0)?;
    }
    Ok(hinges)
}

/// The deeds on which it hangs when a state is to be kept.
pub(crate) fn of_state(
    subject: &Subject<'_>,
    from: &Condition,
    until: Option<&Condition>,
) -> Result<Vec<Hinge>, Fault> {
    let mut hinges = of_scope(subject, subject.provision)?;
    begins(subject, from, &mut hinges, 0)?;
    until.into_iter().try_for_each(|until| begins(subject, until, &mut hinges, 0))?;
    few(hinges)
}

/// When a state is to be kept.
pub(crate) fn kept_in(
    subject: &Subject<'_>,
    (from, until): (&Condition, Option<&Condition>),
    between: &Between,
) -> Result<Doubt, Fault> {
    let instant = |condition: &Condition| {
        let first = Condition::HoursAfter(Duration(0), Box::new(condition.clone()));
        ticks(subject, &first, between)
    };
    let window = scope(subject, subject.provision, between)?.and(&instant(from)?);
    match until {
        None => Ok(window),
        Some(until) => Ok(window.and(&instant(until)?.not())),
    }
}

/// Each once, and not too many.
pub(crate) fn few(hinges: Vec<Hinge>) -> Result<Vec<Hinge>, Fault> {
    let mut few: Vec<Hinge> = Vec::new();
    for hinge in hinges {
        if !few.contains(&hinge) {
            few.push(hinge);
        }
    }
    if few.len() > HINGES_MAX { none("what hangs on more than three kinds of deed") } else { Ok(few) }
}

/// When a provision binds.
///
/// # Errors
/// Where the evaluator does not know a construct.
pub(crate) fn scope(subject: &Subject<'_>, provision: &Provision, between: &Between) -> Result<Doubt, Fault> {
    let mut scope = ticks(subject, &provision.while_, between)?;
    if let Some(unless) = &provision.terms.unless {
        scope = scope.and(&ticks(subject, unless, between)?.not());
    }
    Ok(scope.and(&Doubt::known(Ticks::from(subject.case.agreement.in_force))))
}

/// The deeds on which a condition hangs that may come and go.
fn turns(
    subject: &Subject<'_>,
    condition: &Condition,
    hinges: &mut Vec<Hinge>,
    depth: usize,
) -> Result<(), Fault> {
    if is_fixed(subject, condition, depth) {
        return Ok(());
    }
    match condition {
        _ if depth > DEPTH_MAX => none("conditions too deep within each other"),
        Condition::All(all) | Condition::Any(all) | Condition::AtLeast(_, all) => {
            all.iter().try_for_each(|one| turns(subject, one, hinges, depth + 1))
        }
        Condition::Not(inner) => turns(subject, inner, hinges, depth + 1),
        Condition::Since(_, inner) => begins(subject, inner, hinges, depth + 1),
        Condition::During(id) => begins(subject, &Condition::PhaseEnded(id.clone()), hinges, depth + 1),
        _ => begins(subject, condition, hinges, depth),
    }
}

/// When such a condition is true.
fn ticks(subject: &Subject<'_>, condition: &Condition, between: &Between) -> Result<Doubt, Fault> {
    let in_both = |condition: &Condition| -> Result<(Ticks, Ticks), Fault> {
        let of = |deeds: &[Deed]| literals::ticks(&subject.case, condition, deeds);
        Ok((of(&between.earliest)?, of(&between.latest)?))
    };
    // What begins with one condition and ends with another.
    let from_to = |begins: (Ticks, Ticks), ends: (Ticks, Ticks)| Doubt {
        certain: begins.1.and(&ends.0.not()),
        possible: begins.0.and(&ends.1.not()),
    };
    match condition {
        Condition::All(all) => count(subject, all, all.len(), between),
        Condition::Any(all) => count(subject, all, 1, between),
        Condition::AtLeast(least, all) => count(subject, all, *least, between),
        Condition::Not(inner) => Ok(ticks(subject, inner, between)?.not()),
        Condition::During(id) => {
            let (begun, ended) = (Condition::PhaseBegun(id.clone()), Condition::PhaseEnded(id.clone()));
            Ok(from_to(in_both(&begun)?, in_both(&ended)?))
        }
        Condition::Since(length, inner) => {
            let begun = Condition::HoursAfter(Duration(0), inner.clone());
            let ended = Condition::HoursAfter(Duration(length.0 + Duration::TICK.0), inner.clone());
            Ok(from_to(in_both(&begun)?, in_both(&ended)?))
        }
        _ => {
            let (possible, certain) = in_both(condition)?;
            Ok(Doubt { certain, possible })
        }
    }
}

fn count(subject: &Subject<'_>, all: &[Condition], least: usize, between: &Between) -> Result<Doubt, Fault> {
    let all: Vec<Doubt> = all.iter().map(|one| ticks(subject, one, between)).collect::<Result<_, _>>()?;
    let of = |pick: &dyn Fn(&Doubt) -> &Ticks| {
        let edges = all.iter().flat_map(|one| pick(one).edges()).chain([Instant::MIN]);
        Ticks::between(edges, |at| all.iter().filter(|one| pick(one).contains(at)).count() >= least)
    };
    Ok(Doubt { certain: of(&|one| &one.certain), possible: of(&|one| &one.possible) })
}

/// The deeds on which a deadline hangs: the later they are the later it opens and ends.
pub(crate) fn of_due(
    subject: &Subject<'_>,
    due: &Due,
    hinges: &mut Vec<Hinge>,
    depth: usize,
) -> Result<(), Fault> {
    match due {
        Due::Open | Due::By(_) => Ok(()),
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => begins(subject, condition, hinges, depth),
        Due::Latest(parts) | Due::Earliest(parts) => {
            parts.iter().try_for_each(|part| of_due(subject, part, hinges, depth))
        }
    }
}

/// The deeds on which the first instant of a condition hangs: the later they are the later it is.
fn begins(
    subject: &Subject<'_>,
    condition: &Condition,
    hinges: &mut Vec<Hinge>,
    depth: usize,
) -> Result<(), Fault> {
    if is_fixed(subject, condition, depth) {
        return Ok(());
    }
    let (agreement, entry) = (subject.case.agreement, subject.case.agreement.in_force);
    let mut deed = |action: &Action, least: Amount| {
        if !action.under.is_empty() {
            return none("`only those of`");
        }
        let (action, bearers) = (action.clone(), action.by.clone());
        let (verifiers, amount) = (Vec::new(), least.0);
        hinges.push(Hinge {
            action,
            bearers,
            verifiers,
            forbidden: false,
            from: entry,
            amount,
            turn: Turn::Reached,
        });
        Ok(())
    };
    match condition {
        _ if depth > DEPTH_MAX => none("conditions too deep within each other"),
        Condition::Deed(action) => deed(action, Amount::LEAST),
        Condition::Done(action, Required::AtLeast(least)) => deed(action, *least),
        Condition::Milestone(id) => match agreement.milestones.iter().find(|one| one.id == *id) {
            Some(milestone) => begins(subject, &milestone.when, hinges, depth + 1),
            None => none("a milestone that is not there"),
        },
        Condition::PhaseBegun(id) | Condition::PhaseEnded(id) => {
            let Some(phase) = agreement.phases.iter().find(|one| one.id == *id) else {
                return none("a phase that is not there");
            };
            begins(subject, &phase.begins, hinges, depth + 1)?;
            if matches!(condition, Condition::PhaseEnded(_)) {
                if let PhaseEnd::When(ends) = &phase.ends {
                    begins(subject, ends, hinges, depth + 1)?;
                }
                phase.latest.iter().try_for_each(|due| of_due(subject, due, hinges, depth + 1))?;
            }
            Ok(())
        }
        Condition::All(_)
        | Condition::Any(_)
        | Condition::AtLeast(..)
        | Condition::HoursAfter(..)
        | Condition::DaysAfter(..) => {
            condition.parts().iter().try_for_each(|part| begins(subject, part, hinges, depth + 1))
        }
        Condition::Performed(id) | Condition::PerformedInTime(id) => {
            hinges.push(performed(subject, id, condition)?);
            Ok(())
        }
        Condition::Breached(id) => {
            hinges.push(breached(subject, id)?);
            Ok(())
        }
        Condition::Amount(id, least) => {
            hinges.push(amount(subject, id, *least)?);
            Ok(())
        }
        Condition::Recently(..) | Condition::Calm(..) => none("what hangs on what was done of late"),
        Condition::Overdue(_) | Condition::Violations(..) => {
            none("what hangs on an overdue duty, or on the number of violations")
        }
        Condition::Set(_) | Condition::Judged(_) => {
            none("what hangs on a value that is set, or on a judgement")
        }
        _ => none("what comes and goes with what was done"),
    }
}

/// Whether no evidence moves a condition.
pub(crate) fn is_fixed(subject: &Subject<'_>, condition: &Condition, depth: usize) -> bool {
    let agreement = subject.case.agreement;
    let inner = |condition: &Condition| is_fixed(subject, condition, depth + 1);
    if depth > DEPTH_MAX {
        return false;
    }
    match condition {
        Condition::InForce | Condition::Signed | Condition::From(_) => true,
        Condition::All(_)
        | Condition::Any(_)
        | Condition::AtLeast(..)
        | Condition::Not(_)
        | Condition::Since(..)
        | Condition::HoursAfter(..)
        | Condition::DaysAfter(..) => condition.parts().iter().all(inner),
        Condition::Milestone(id) => {
            agreement.milestones.iter().any(|milestone| milestone.id == *id && inner(&milestone.when))
        }
        Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
            let ends = |ends: &PhaseEnd| match ends {
                PhaseEnd::When(condition) => inner(condition),
                _ => true,
            };
            let mut same = agreement.phases.iter().filter(|phase| phase.id == *id);
            same.any(|phase| {
                let due = phase.latest.as_ref().is_none_or(|due| is_fixed_due(subject, due, depth + 1));
                inner(&phase.begins) && ends(&phase.ends) && due
            })
        }
        _ => false,
    }
}

pub(crate) fn is_fixed_due(subject: &Subject<'_>, due: &Due, depth: usize) -> bool {
    match due {
        Due::Open | Due::By(_) => true,
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => is_fixed(subject, condition, depth),
        Due::Latest(parts) | Due::Earliest(parts) => {
            parts.iter().all(|part| is_fixed_due(subject, part, depth))
        }
    }
}
