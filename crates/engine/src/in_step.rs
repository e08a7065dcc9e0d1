//! Duties that advance in step with another: what starts both, and the one who owes his next unit only once the other has
//! come as far (spec/meaning.md §5).
//!
//! Invariant: where it is not told how far is far enough, the one who does not move first may be in scope or not, at any tick
//! of his scope.

use std::rc::Rc;

use model::{
    Amount, Duration, Instant, Status, StatusSet,
    agreement::{Agreement, Condition, InStep, PartLot, Provision, Required, Rule},
};

use crate::{
    asked::Asked,
    binding::asked_of,
    conditions::{Context, NotComputed},
    course::What,
    kept::has_ceiling,
    outcome::Outcome,
    precedence::split,
    tied::in_doubt,
};

/// Puts what starts two duties into the scope of those that have no window of their own: what recurs, answers, forbids or
/// is to be kept.
pub fn start(agreement: &mut Agreement) {
    let from = |condition: &Condition| Condition::HoursAfter(Duration(0), Box::new(condition.clone()));
    for provision in &mut agreement.provisions {
        let Some(starts) = provision.terms.in_step.as_ref().and_then(|step| step.starts.as_ref()) else {
            continue;
        };
        let windows = matches!(provision.rule, Rule::Once { .. } | Rule::Schedule { .. });
        if !windows && *starts != Condition::InForce {
            let starts = from(starts);
            let before = std::mem::replace(&mut provision.while_, Condition::InForce);
            provision.while_ = Condition::All(vec![before, starts]);
        }
    }
}

/// The one with which a provision advances, where the other moves first.
#[must_use]
pub fn follows(provision: &Provision) -> Option<&InStep> {
    let step = provision.terms.in_step.as_ref()?;
    step.first.as_ref().is_some_and(|first| !provision.bearers.contains(first)).then_some(step)
}

/// Whether what starts a duty may be told by evidence.
#[must_use]
pub fn starts_in_doubt(provision: &Provision) -> bool {
    let starts = provision.terms.in_step.as_ref().and_then(|step| step.starts.as_ref());
    starts.is_some_and(|c| !matches!(c, Condition::InForce | Condition::Signed | Condition::From(_)))
}

/// Applies it.
///
/// # Errors
/// When what it hangs on is not computed.
pub fn apply(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome) -> Result<(), NotComputed> {
    let lot = provision.terms.part_lot == Some(PartLot::Proportion);
    let Some(step) = follows(provision) else {
        // The parts of a lot open by themselves, whatever starts the duty.
        let starts = provision.terms.in_step.as_ref().is_some_and(|step| step.starts.is_some());
        return if lot && starts { wait(context, provision, outcome) } else { Ok(()) };
    };
    let other = context.agreement.provisions.iter().find(|p| p.id == step.with);
    let counted = other.filter(|_| !lot && !context.course().touches(provision));
    let steps = counted.and_then(|other| {
        let from = context.entered().ok()?;
        Some((from, performance_of(context, provision)?, performance_of(context, other)?))
    });
    match steps {
        Some((from, own, led)) => {
            follow(context, from, &own, &led, outcome);
            Ok(())
        }
        None => wait(context, provision, outcome),
    }
}

/// Whatever it would be by itself, or would be if it were in scope at some ticks alone.
fn wait(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome) -> Result<(), NotComputed> {
    use Status::{Breached, Inactive, Lapsed, Late, Met, Pending, Suspended};
    let lot = provision.terms.part_lot == Some(PartLot::Proportion);
    let more: &[Status] = match &provision.rule {
        Rule::Once { required: Required::AtLeast(_), .. } if !lot => &[Inactive],
        Rule::Schedule { steps, .. } if !steps.iter().any(|step| has_ceiling(Some(&step.measure))) => {
            &[Inactive]
        }
        // One more than is allowed is a breach only where it comes in scope.
        Rule::Once { .. } | Rule::Schedule { .. } if !lot => &[Inactive, Met],
        Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { quiet: None, .. } => {
            &[Inactive, Met, Pending]
        }
        _ => &[Inactive, Met, Pending, Late, Breached],
    };
    let more: StatusSet = more.iter().copied().collect();
    let effects = context.effects_on(provision)?;
    let turns: Vec<Instant> = effects.iter().map(|effect| effect.when.first).collect();
    outcome.rows.iter_mut().for_each(|(_, row)| split(row, &turns));
    outcome.each_set(context.at, |at, set| {
        if set.is_empty() || set == StatusSet::only(Inactive) {
            return set;
        }
        let mut wider = set.or(more);
        for effect in effects.iter().filter(|effect| effect.when.first <= at) {
            match effect.what {
                What::Suspended(_) => wider = wider.or([Suspended, Met].into_iter().collect()),
                What::Ended => wider = wider.or([Lapsed, Met].into_iter().collect()),
                _ => {}
            }
        }
        wider
    });
    outcome.violations.certain = 0;
    outcome.by_bearer.iter_mut().for_each(|bearer| bearer.violations.certain = 0);
    outcome.exact &= outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    let doubtful = outcome.rows.iter_mut().filter(|(_, row)| row.answer.status.len() > 1);
    doubtful.filter(|(_, row)| row.answer.why.is_empty()).for_each(|(_, row)| {
        row.answer.why = vec!["unobserved".to_owned()];
    });
    Ok(())
}

/// One who does not move first owes the next unit only once the other has come as far.
fn follow(
    context: &Context<'_>,
    from: Instant,
    (own, owed): &Performance,
    (led, leads): &Performance,
    outcome: &mut Outcome,
) {
    // How far the first has to be before a unit of the other's is owed: in proportion, and whole at the end.
    let wanted = |done: Amount| {
        let next = done.0.saturating_add(Amount::whole(1).0).min(owed.0);
        let share = i128::from(next) * i128::from(leads.0);
        let owed = i128::from(owed.0);
        Amount(i64::try_from((share + owed - 1) / owed).unwrap_or(i64::MAX))
    };
    let amount = |asked: &Asked, at: Instant| Asked::amount(&asked.bounds, from, at.next());
    let cuts = led.bounds.cuts.iter().chain(&own.bounds.cuts).flat_map(|c| [c.previous(), *c, c.next()]);
    let mut turns: Vec<Instant> = cuts.filter(|t| *t <= context.at).collect();
    turns.sort_unstable();
    outcome.rows.iter_mut().for_each(|(_, row)| split(row, &turns));
    for (_, row) in &mut outcome.rows {
        let due = row.answer.window.to.map(Instant::previous);
        row.each_set(context.at, &|at, set| {
            let (before, done) = (amount(led, at), amount(own, at));
            let may_lead = before.high.is_none_or(|high| high >= wanted(Amount::ZERO));
            let its_turn = done.high.is_some_and(|high| before.low.unwrap_or_default() >= wanted(high));
            let all_by = |at: Instant| amount(led, at).low.unwrap_or_default() >= *leads;
            match due {
                // It has never been its turn.
                _ if !may_lead => StatusSet::only(Status::Inactive),
                // It is its turn, and nothing has fallen due.
                due if its_turn && due.is_none_or(|due| at < due) => set,
                // It was its turn when it fell due.
                Some(due) if due < at && all_by(due) => set,
                _ => set.or(StatusSet::only(Status::Inactive)),
            }
        });
    }
    outcome.exact &= outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
}

/// What the evidence says of the performance of a duty, and how much of it is owed in all.
type Performance = (Rc<Asked>, Amount);

/// Of a plain duty of one party; none of any other.
fn performance_of(context: &Context<'_>, provision: &Provision) -> Option<Performance> {
    let (Rule::Once { action, required: Required::AtLeast(owed), not_before: None, .. }, [_]) =
        (&provision.rule, provision.bearers.as_slice())
    else {
        return None;
    };
    let plain = provision.terms.for_each.is_none() && !in_doubt(context.agreement, provision);
    plain.then(|| (asked_of(context, provision, action, &provision.bearers), *owed))
}
