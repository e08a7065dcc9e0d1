//! On which deeds a condition hangs.
//!
//! Invariant: the later these deeds come, the later comes what hangs on them; a condition of which that is not so is refused.

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Condition, Due, PhaseEnd, Provision, Required},
};
use worlds::{
    literals::{Asked, Heard},
    world::Deed,
};

use crate::{
    Fault, Opening, Subject,
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
    /// They are asked about time by time: whether there was one within so long before.
    Spells(Duration),
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
    pub(crate) fn deeds(&self, turns: Option<Instant>) -> Vec<Deed> {
        let instants = match &self.turn {
            Turn::Reached | Turn::Exactly(_) => turns.into_iter().collect(),
            Turn::Spells(_) => Vec::new(),
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

/// From when to before when something certainly was done, or certainly nothing was.
pub type Spells = Vec<(Instant, Instant, bool)>;

/// When a hinge turns, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// At the earliest.
    pub earliest: Instant,
    /// By then in every world; none where it may not.
    pub latest: Option<Instant>,
    /// Of what is asked about time by time.
    pub spells: Spells,
}

impl From<&Opening> for Turned {
    fn from(opening: &Opening) -> Turned {
        let spells = opening.spells.iter().map(|spell| (spell.from, spell.until, spell.done)).collect();
        Turned { earliest: opening.earliest, latest: opening.latest, spells }
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
        Condition::Recently(length, action) | Condition::Calm(action, length) => {
            if !action.under.is_empty() {
                return none("`only those of`");
            }
            hinges.push(Hinge {
                action: action.clone(),
                bearers: action.by.clone(),
                verifiers: Vec::new(),
                forbidden: false,
                from: Instant::MIN,
                amount: Amount::LEAST.0,
                turn: Turn::Spells(*length),
            });
            Ok(())
        }
        Condition::Since(_, inner) => begins(subject, inner, hinges, depth + 1),
        Condition::During(id) => begins(subject, &Condition::PhaseEnded(id.clone()), hinges, depth + 1),
        _ => begins(subject, condition, hinges, depth),
    }
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
pub(crate) fn begins(
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
            performed(subject, id, condition, hinges, depth)
        }
        Condition::Breached(id) => {
            hinges.push(breached(subject, id)?);
            Ok(())
        }
        Condition::Amount(id, least) => {
            hinges.push(amount(subject, id, *least)?);
            Ok(())
        }
        Condition::Recently(..) | Condition::Calm(..) => none("a window that hangs on what was done of late"),
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
