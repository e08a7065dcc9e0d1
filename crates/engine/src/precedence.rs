//! What goes before a duty: other provisions to which it is subject, and the one in step with which it advances.
//!
//! Invariant: in a world in which another goes first, the duty is inactive; what it would be by itself is not lost, and
//! shows again.

use model::{
    Amount, Id, Instant, Status, StatusSet,
    agreement::{InStep, Provision, Required, Rule},
};

use crate::{
    asked::Asked,
    binding::asked_of,
    conditions::{Context, NotComputed},
    evaluate::timeline,
    outcome::{Outcome, Row},
    outside::any_window,
};

/// Applies both.
///
/// # Errors
/// When what goes before is not computed.
pub fn apply(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome) -> Result<(), NotComputed> {
    for other in &provision.terms.subject_to {
        subject_to(context, other, outcome)?;
    }
    match &provision.terms.in_step {
        Some(step) if step.first.as_ref().is_some_and(|first| !provision.bearers.contains(first)) => {
            follow(context, provision, step, outcome)
        }
        _ => Ok(()),
    }
}

/// While another provision is breached, the duty is inactive.
fn subject_to(context: &Context<'_>, other: &Id, outcome: &mut Outcome) -> Result<(), NotComputed> {
    let before = context.outcome(context.provision(other)?);
    let stretches = timeline(context, &before.as_ref().as_ref().map_err(NotComputed::clone)?.rows);
    let status = |at: Instant| -> StatusSet {
        let index = stretches.partition_point(|stretch| stretch.from <= at);
        index.checked_sub(1).map_or(StatusSet::EMPTY, |index| stretches[index].status)
    };
    let turns: Vec<Instant> = stretches.iter().map(|stretch| stretch.from).collect();
    outcome.rows.iter_mut().for_each(|(_, row)| split(row, &turns));
    outcome.each_set(context.at, |at, own| {
        let before = status(at);
        match (before.contains(Status::Breached), before.len()) {
            (false, _) => own,
            (true, 1) => StatusSet::only(Status::Inactive),
            (true, _) => own.or(StatusSet::only(Status::Inactive)),
        }
    });
    let now = status(context.at);
    outcome.exact &= now.len() < 2 || !now.contains(Status::Breached);
    if now.len() > 1 && now.contains(Status::Breached) {
        let doubtful = outcome.rows.iter_mut().filter(|(_, row)| row.answer.status.len() > 1);
        doubtful.filter(|(_, row)| row.answer.why.is_empty()).for_each(|(_, row)| {
            row.answer.why = vec!["unobserved".to_owned()];
        });
    }
    Ok(())
}

/// Makes each of these instants, where the row is open, one at which its statuses are said anew.
pub fn split(row: &mut Row, turns: &[Instant]) {
    let Some((start, _)) = row.timeline.first().copied() else { return };
    for turn in turns.iter().filter(|turn| **turn > start) {
        let at = row.timeline.partition_point(|(from, _)| from <= turn);
        let (from, set) = row.timeline[at - 1];
        if from < *turn {
            row.timeline.insert(at, (*turn, set));
        }
    }
}

/// One who does not move first owes the next unit only once the other has come as far.
fn follow(
    context: &Context<'_>,
    provision: &Provision,
    step: &InStep,
    outcome: &mut Outcome,
) -> Result<(), NotComputed> {
    let other = context.provision(&step.with)?;
    if context.is_amended(&step.with) {
        // How far it had come by which text is not told.
        outcome.each_set(context.at, |_, set| set.or(any_window()));
        outcome.exact = false;
        return Ok(());
    }
    let (own, owed) = performance_of(context, provision)?;
    let (led, leads) = performance_of(context, other)?;
    let from = context.entered()?;
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
            let (before, done) = (amount(&led, at), amount(&own, at));
            let may_lead = before.high.is_none_or(|high| high >= wanted(Amount::ZERO));
            let its_turn = done.high.is_some_and(|high| before.low.unwrap_or_default() >= wanted(high));
            let all_by = |at: Instant| amount(&led, at).low.unwrap_or_default() >= leads;
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
    Ok(())
}

fn performance_of(
    context: &Context<'_>,
    provision: &Provision,
) -> Result<(std::rc::Rc<Asked>, Amount), NotComputed> {
    let (Rule::Once { action, required: Required::AtLeast(owed), not_before: None, .. }, [_]) =
        (&provision.rule, provision.bearers.as_slice())
    else {
        return Err(NotComputed("steps of duties that are not one plain duty of one each".to_owned()));
    };
    Ok((asked_of(context, provision, action, &provision.bearers), *owed))
}
