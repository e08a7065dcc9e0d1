//! What a condition comes to when the deeds on which it hangs come between instants that are shown: in every world, and in some.
//!
//! Invariant: each world lies between the one where every hinge turns as early as it can and the one where it turns as late.

use model::{
    Duration, Instant, Period,
    agreement::{Action, Condition, Provision},
};
use worlds::{
    literals,
    world::{Deed, Ticks},
};

use crate::{
    Fault, Subject,
    frame::none,
    hinges::{Hinge, Spells, Turn, Turned},
};

/// When a provision binds, where what that hangs on turns between instants.
///
/// # Errors
/// Where the evaluator does not know a construct.
pub fn scope_of(subject: &Subject<'_>, hinges: &[Hinge], turns: &[Turned]) -> Result<Doubt, Fault> {
    scope(subject, subject.provision, &Between::of(hinges, turns, subject.case.at))
}

/// The deeds of the two worlds between which all others lie: where each hinge turns as early as it can, and as late.
pub(crate) struct Between {
    pub earliest: Vec<Deed>,
    pub latest: Vec<Deed>,
    /// Of what is asked time by time, how long it matters and when something certainly was done, or nothing.
    late: Vec<(Action, Duration, Spells)>,
}

impl Between {
    pub fn of(hinges: &[Hinge], turns: &[Turned], at: Instant) -> Between {
        let deeds = |pick: &dyn Fn(&Turned) -> Option<Instant>| {
            let each = hinges.iter().zip(turns);
            each.flat_map(|(hinge, turns)| hinge.deeds(pick(turns).filter(|when| *when <= at))).collect()
        };
        let late = |(hinge, turns): (&Hinge, &Turned)| match hinge.turn {
            Turn::Spells(length) => Some((hinge.action.clone(), length, turns.spells.clone())),
            _ => None,
        };
        Between {
            earliest: deeds(&|turns| Some(turns.earliest)),
            latest: deeds(&|turns| turns.latest),
            late: hinges.iter().zip(turns).filter_map(late).collect(),
        }
    }
}

impl Between {
    /// When a deed was done within so long before.
    fn recently(&self, action: &Action, length: Duration) -> Option<Doubt> {
        let spells = &self.late.iter().find(|one| one.0 == *action && one.1 == length)?.2;
        let of = |wanted: bool| {
            let each = spells.iter().filter(move |(.., done)| *done == wanted);
            Ticks::of(each.filter_map(move |(from, until, _)| match wanted {
                // Whenever in the spell it was, it is so long after it from the end of the spell on.
                true => Period::closed(until.previous(), *from + length),
                false => Period::closed(
                    if *from == Instant::MIN { *from } else { *from + length },
                    until.previous(),
                ),
            }))
        };
        Some(Doubt { certain: of(true), possible: of(false).not() })
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
        Condition::Recently(length, action) | Condition::Calm(action, length) => {
            let Some(recently) = between.recently(action, *length) else {
                return none("what was done of late, that is not shown");
            };
            let Condition::Calm(..) = condition else { return Ok(recently) };
            let entry = subject.case.agreement.in_force;
            Ok(recently.not().and(&Doubt::known(Ticks::from(entry + *length))))
        }
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
