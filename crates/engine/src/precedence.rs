//! What goes before a duty: other provisions to which it is subject.
//!
//! Invariant: in a world in which another goes first, the duty is inactive; what it would be by itself is not lost, and
//! shows again.

use model::{Id, Instant, Status, StatusSet, agreement::Provision};

use crate::{
    conditions::{Context, NotComputed},
    evaluate::timeline,
    outcome::{Outcome, Row},
};

/// Applies all of them.
///
/// # Errors
/// When what goes before is not computed.
pub fn apply(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome) -> Result<(), NotComputed> {
    for other in &provision.terms.subject_to {
        subject_to(context, other, outcome)?;
    }
    Ok(())
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
