//! Duties that are owed in proportion while the lot that they answer is incomplete.
//!
//! Invariant: each unit that is owed falls due by its own deadline, from the deed that made it owed; where units cannot be told
//! one by one, the duty may stand in any way.

use model::{
    Amount, Instant,
    agreement::{Action, Condition, Due, Provision, Required, Rule},
};

use crate::{
    binding::doers,
    conditions::{Context, NotComputed},
    due::Duty,
    measure::Role,
    moments::Moments,
    need::Need,
    outcome::Outcome,
    schedule::{key_of, push},
    term::Term,
    tied::{in_any_way, of_deed, statuses},
};

/// More units than this are not looked at one by one.
const UNITS_MAX: i64 = 2_000;

/// A single duty, of which a part is owed for a part of the lot.
///
/// # Errors
/// When its scope or deadline is not computed.
pub fn in_proportion(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Once { action, required: Required::AtLeast(owed), due, not_before } = &provision.rule else {
        return Ok(untold(context, provision));
    };
    let units = owed.floor();
    let whole = (1..=UNITS_MAX).contains(&units) && Amount::whole(units) == *owed;
    let (Some(lot), Ok(entered), true) = (lot_of(context, due), context.entered(), whole) else {
        return Ok(untold(context, provision));
    };
    let role = Role::Duty { bearers: &lot.0.by, verifiers: &[] };
    let delivered = context.ask(lot.0, role);
    let opens = |unit: i64| {
        // The least part of the lot at which so many units are owed.
        let least = (i128::from(lot.1.0) * i128::from(unit) + i128::from(units) - 1) / i128::from(units);
        let least = Amount(i64::try_from(least).unwrap_or(lot.1.0));
        Moments::reaching(&delivered.bounds, entered, least, context.at)
    };
    let mut outcome = Outcome::default();
    let bound = doers(context, provision, action);
    for owing in &bound {
        let mut levels: Vec<(Need, Moments)> = Vec::new();
        for unit in 1..=units {
            let (need, opens) = (Need::plain(Required::AtLeast(Amount::whole(unit))), opens(unit));
            match levels.last_mut() {
                // Units that are owed from one instant on are owed together; what may be at the same need not be.
                Some((last, same)) if *same == opens && is_one_instant(same) => *last = need,
                _ => levels.push((need, opens)),
            }
        }
        let Some((_, all)) = levels.pop() else { continue };
        let owed = *owed;
        let term = Term {
            key: key_of("once", owing, &bound),
            doers: owing.clone(),
            duty: Duty { opens: all, ..context.duty(provision, due, not_before.as_ref())? },
            shown_from: Some(context.agreement.in_force),
            need: Box::new(move |_: Instant| Need::plain(Required::AtLeast(owed))),
            used: Amount::ZERO,
            own: None,
            rest: Vec::new(),
            levels,
            turns: Vec::new(),
            parts: None,
        };
        push(context, provision, &mut outcome, &term);
    }
    outcome.note(&delivered, &provision.id);
    outcome.exact &= outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    Ok(outcome)
}

fn is_one_instant(opens: &Moments) -> bool {
    !opens.never && matches!(opens.spans.as_slice(), [span] if span.first == span.last)
}

fn untold(context: &Context<'_>, provision: &Provision) -> Outcome {
    in_any_way(context, provision, statuses(context.agreement, provision), "imprecise")
}

/// The lot that a deadline waits for, and its number: deeds of at least so many.
fn lot_of<'a>(context: &Context<'_>, due: &'a Due) -> Option<(&'a Action, Amount)> {
    let (Due::Within(_, after) | Due::EndOfDayAfter(_, after)) = due else { return None };
    let Condition::Done(action, Required::AtLeast(lot)) = after else { return None };
    (!of_deed(context.agreement, action)).then_some((action, *lot))
}
