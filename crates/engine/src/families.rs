//! Duties for each member of a family.
//!
//! Invariant: what holds for a member is what would hold if the provision named it; a family that is not known may stand
//! in any way.

use model::{
    Id, Status,
    agreement::{Action, Condition, Due, Provision, Rule},
    answer::BearerAnswer,
};

use crate::{
    binding::join,
    conditions::{Context, NotComputed},
    dues,
    outcome::Outcome,
    tied::in_any_way,
};

/// One instance, or one set of instances, for each member.
///
/// # Errors
/// When the duty itself is not computed.
pub fn each(
    context: &Context<'_>,
    provision: &Provision,
    local: &Id,
    family: &Id,
) -> Result<Outcome, NotComputed> {
    let found = context.agreement.families.iter().find(|f| f.id == *family);
    let members = found.map_or(&[][..], |family| &family.members);
    if members.is_empty() {
        // Nobody knows its members: it may stand in any way.
        let any = Status::ALL.into_iter().collect();
        return Ok(Outcome { exact: true, ..in_any_way(context, provision, any, "unset") });
    }
    let mut all = Outcome::default();
    for member in members {
        let mut own = provision.clone();
        own.terms.for_each = None;
        place_at(&mut own.rule, local, member);
        conditions(&mut own, &|action| put(action, local, member));
        let outcome = dues::unamended(context, &own)?;
        let (more, single) = (outcome.violations, outcome.by_bearer.is_empty());
        let by_bearer = if single { crate::evaluate::bearers(&own, &outcome) } else { outcome.by_bearer };
        for (bearer, mut row) in outcome.rows {
            let key = &mut row.answer.key;
            let several = provision.bearers.len() > 1 && !bearer.is_empty();
            // Of each of several: the bearer, then the member, then what the duty itself calls it.
            let own = key.strip_prefix(bearer.as_str()).filter(|_| several).map_or(&**key, str::trim_start);
            let of_member =
                if own == "once" || own.is_empty() { member.clone() } else { format!("{member} {own}") };
            *key = if several { format!("{bearer} {of_member}") } else { of_member };
            all.rows.push((bearer, row));
        }
        all.exact &= outcome.exact;
        all.findings.extend(outcome.findings);
        all.conflicts.extend(outcome.conflicts);
        all.violations.certain += more.certain;
        all.violations.possible = all.violations.possible.zip(more.possible).map(|(a, b)| a + b);
        add_violations(&mut all.by_bearer, &by_bearer);
        join(&mut all.by_bearer, by_bearer);
    }
    Ok(all)
}

fn add_violations(so_far: &mut [BearerAnswer], more: &[BearerAnswer]) {
    for known in so_far {
        let Some(more) = more.iter().find(|answer| answer.party == known.party) else { continue };
        known.violations.certain += more.violations.certain;
        known.violations.possible =
            known.violations.possible.zip(more.violations.possible).map(|(a, b)| a + b);
    }
}

fn put(action: &mut Action, local: &Id, member: &Id) {
    if let Some((_, place)) = action.place.as_mut().filter(|(_, place)| place == local) {
        member.clone_into(place);
    }
}

/// Likewise in every condition on which a provision hangs.
fn conditions(provision: &mut Provision, put: &dyn Fn(&mut Action)) {
    let terms = &mut provision.terms;
    let starts = terms.in_step.iter_mut().filter_map(|step| step.starts.as_mut());
    let others = provision.exceptions.iter_mut().map(|exception| &mut exception.when);
    let mut all: Vec<&mut Condition> = vec![&mut provision.while_];
    all.extend(terms.unless.iter_mut().chain(starts).chain(others));
    match &mut provision.rule {
        Rule::Once { due, not_before, .. } => {
            all.extend(not_before.iter_mut());
            deadline(due, put);
        }
        Rule::Schedule { steps, not_before, .. } => {
            all.extend(not_before.iter_mut());
            steps.iter_mut().for_each(|step| deadline(&mut step.due, put));
        }
        Rule::State { from, until, .. } => all.extend([from].into_iter().chain(until.iter_mut())),
        Rule::Periodic { .. }
        | Rule::Exchange { .. }
        | Rule::Prohibition { .. }
        | Rule::Answerable { .. } => {}
    }
    all.into_iter().for_each(|condition| place_in(condition, put));
}

fn deadline(due: &mut Due, put: &dyn Fn(&mut Action)) {
    match due {
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => place_in(condition, put),
        Due::Latest(all) | Due::Earliest(all) => all.iter_mut().for_each(|due| deadline(due, put)),
        Due::By(_) | Due::Open => {}
    }
}

fn place_in(condition: &mut Condition, put: &dyn Fn(&mut Action)) {
    match condition {
        Condition::Deed(action)
        | Condition::Done(action, _)
        | Condition::Recently(_, action)
        | Condition::Calm(action, _) => put(action),
        Condition::All(of) | Condition::Any(of) | Condition::AtLeast(_, of) => {
            of.iter_mut().for_each(|part| place_in(part, put));
        }
        Condition::Not(inner)
        | Condition::Since(_, inner)
        | Condition::HoursAfter(_, inner)
        | Condition::DaysAfter(_, inner) => place_in(inner, put),
        _ => {}
    }
}

/// Puts a member where the provision speaks of the one at hand.
fn place_at(rule: &mut Rule, local: &Id, member: &Id) {
    let put = |action: &mut Action| put(action, local, member);
    match rule {
        Rule::Once { action, .. }
        | Rule::Schedule { action, .. }
        | Rule::Prohibition { action }
        | Rule::Answerable { action, .. } => put(action),
        Rule::Periodic { action, shares, .. } => {
            put(action);
            shares.iter_mut().for_each(|share| put(&mut share.action));
        }
        Rule::Exchange { trigger, action, shares, .. } => {
            put(trigger);
            put(action);
            shares.iter_mut().for_each(|share| put(&mut share.action));
        }
        Rule::State { place, belonging, .. } => {
            if let Some((_, place)) = place.as_mut().filter(|(_, place)| place == local) {
                member.clone_into(place);
            }
            if let Some(whose) = belonging.as_mut().filter(|whose| *whose == local) {
                member.clone_into(whose);
            }
        }
    }
}
