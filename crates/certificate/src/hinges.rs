//! On which deeds a condition hangs, and what it comes to when they come between instants that are shown.
//!
//! Invariant: the later these deeds come, the later comes what hangs on them; a condition of which that is not so is refused.

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Binding, Condition, Due, PhaseEnd, Provision, Required, Rule},
};
use worlds::{
    literals::{self, Asked, Heard},
    world::{Deed, Ticks},
};

use crate::{
    Fault, Subject,
    frame::{self, frames, none},
    prohibition::forbidden,
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
    /// It turns with the tick after this if the deeds have not come to the amount by then: another duty is breached so.
    pub short_of: Option<Instant>,
}

impl Hinge {
    /// The deeds, as they are asked about.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        let Hinge { action, bearers, verifiers, forbidden, .. } = self;
        Asked { action, bearers, verifiers, heard: Heard::All, forbidden: *forbidden }
    }

    /// What was done where it turns at an instant, or does not.
    #[must_use]
    pub fn deed(&self, turns: Option<Instant>) -> Option<Deed> {
        let when = match self.short_of {
            None => turns?,
            Some(_) if turns.is_some_and(|when| when < Instant::MAX) => return None,
            Some(_) => self.from,
        };
        Some(Deed { by: self.action.by.clone(), ..Deed::of(&self.action, when, Amount(self.amount)) })
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
            each.filter_map(|(hinge, turns)| hinge.deed(pick(turns).filter(|when| *when <= at))).collect()
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
    let mut deed = |action: &Action, amount: Amount| {
        if !action.under.is_empty() {
            return none("`only those of`");
        }
        let (action, bearers) = (action.clone(), action.by.clone());
        let (verifiers, amount) = (Vec::new(), amount.0);
        hinges.push(Hinge {
            action,
            bearers,
            verifiers,
            forbidden: false,
            from: entry,
            amount,
            short_of: None,
        });
        Ok(())
    };
    match condition {
        _ if depth > DEPTH_MAX => none("conditions too deep within each other"),
        Condition::Deed(action) => deed(action, Amount::LEAST),
        Condition::Done(action, Required::AtLeast(amount)) => deed(action, *amount),
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
            hinges.push(performed(subject, id)?);
            Ok(())
        }
        Condition::Breached(id) => {
            hinges.push(breached(subject, id)?);
            Ok(())
        }
        _ => none("what hangs on more than deeds, or the performance or breach of a single duty"),
    }
}

/// Another provision by itself.
fn other<'a>(subject: &Subject<'a>, id: &str) -> Result<Subject<'a>, Fault> {
    let Some(other) = subject.case.agreement.provisions.iter().find(|provision| provision.id == id) else {
        return none("what hangs on a provision that is not there");
    };
    let own = Subject { case: subject.case.clone(), provision: other, instance: "once" };
    frame::plain(&own)?;
    if !is_always(&own, other) {
        return none("what hangs on a provision in a scope");
    }
    Ok(own)
}

/// Whether a provision binds from entry into force on without an end, whatever is done.
fn is_always(subject: &Subject<'_>, provision: &Provision) -> bool {
    let fixed = |condition| is_fixed(subject, condition, 0);
    if !fixed(&provision.while_) || !provision.terms.unless.as_ref().is_none_or(fixed) {
        return false;
    }
    let entry = subject.case.agreement.in_force;
    literals::scope(&subject.case, provision, &[]).is_ok_and(|scope| scope == Ticks::from(entry))
}

/// The deeds with which another duty is performed: one that is single, owes at least so much, and whose window is fixed.
fn performed(subject: &Subject<'_>, id: &str) -> Result<Hinge, Fault> {
    let own = other(subject, id)?;
    let Rule::Once { required: Required::AtLeast(amount), due, .. } = &own.provision.rule else {
        return none("what hangs on the performance of more than a single duty");
    };
    if !is_fixed_due(&own, due, 0) {
        return none("what hangs on a duty whose own window hangs on something");
    }
    let several = matches!(own.provision.binding, Binding::Each | Binding::Either | Binding::AtLeast(_));
    if several && own.provision.bearers.len() > 1 {
        return none("what hangs on a duty of several");
    }
    let (mut frames, _) = frames(&own)?;
    match frames.pop() {
        Some(frame) => Ok(Hinge {
            action: frame.action,
            bearers: frame.bearers,
            verifiers: frame.verifiers.to_vec(),
            forbidden: false,
            from: frame.counts_from,
            amount: amount.0,
            short_of: None,
        }),
        None => none("what hangs on a duty of nobody"),
    }
}

/// The deeds with which another provision is breached: those that it forbids, or too few of those that it demands.
fn breached(subject: &Subject<'_>, id: &str) -> Result<Hinge, Fault> {
    let own = other(subject, id)?;
    match &own.provision.rule {
        Rule::Prohibition { .. } => Ok(Hinge {
            action: forbidden(&own)?.action,
            bearers: own.provision.bearers.clone(),
            verifiers: own.provision.verified_by.clone(),
            forbidden: true,
            from: subject.case.agreement.in_force,
            amount: Amount::LEAST.0,
            short_of: None,
        }),
        Rule::Once { due, .. } => {
            let hinge = performed(subject, id)?;
            match literals::window(&own.case, due, &[])?.1 {
                last if last < Instant::MAX && last >= hinge.from => {
                    Ok(Hinge { short_of: Some(last), ..hinge })
                }
                _ => none("what hangs on the breach of a duty without a deadline after entry into force"),
            }
        }
        _ => none("what hangs on the breach of more than a single duty or a prohibition"),
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
