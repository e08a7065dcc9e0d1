//! A duty of each of several, of whom some alone are bound for a time, or touched by a suspension: each is evaluated by himself, and then
//! they are put together.
//!
//! Invariant: what one of them owes is what he would owe if the duty named nobody else.

use model::{
    Amount, Id, Instant, Status, StatusSet,
    agreement::{Binding, Provision, Rule},
    amount::Range,
};

use crate::{
    binding::join,
    conditions::{Context, NotComputed},
    course::What,
    dues,
    evaluate::{bearers, timeline_by},
    instance::{one_for_all, worst_by},
    outcome::{Outcome, Row, sorted},
    parties,
    precedence::split,
};

/// Whether what each of several owes is not alike: one is bound for a time only, or what was done to it touches some alone.
#[must_use]
pub fn is_apart(context: &Context<'_>, provision: &Provision) -> bool {
    let in_part = || {
        context.course().effects.iter().any(|effect| {
            let What::Suspended(stretch) = &effect.what else { return false };
            let among = |whose: &Vec<Id>| provision.bearers.iter().filter(|b| whose.contains(b)).count();
            let some = stretch.whose.as_ref().map_or(0, among);
            some > 0 && some < provision.bearers.len()
        })
    };
    provision.binding == Binding::Each
        && provision.bearers.len() > 1
        && (parties::is_of_its_time(context.agreement, provision) || in_part())
}

/// The instances of each, put together.
///
/// # Errors
/// When those of one of them are not computed.
pub fn each(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    // What is forbidden to each, and a stock that is nobody's own, is one instance: the worst of theirs.
    let one = match &provision.rule {
        Rule::Prohibition { .. } | Rule::Answerable { .. } => true,
        Rule::State { own, .. } => !own,
        _ => false,
    };
    let mut all = Outcome::default();
    for bearer in &provision.bearers {
        let own = Provision { bearers: vec![bearer.clone()], ..provision.clone() };
        let since = parties::bound_since(context.agreement, bearer);
        let outcome = dues::unamended(context, &own)?;
        let theirs = if outcome.by_bearer.is_empty() { bearers(&own, &outcome) } else { outcome.by_bearer };
        join(&mut all.by_bearer, theirs);
        for (_, mut row) in outcome.rows {
            let key = &mut row.answer.key;
            if !one {
                *key = if *key == "once" { bearer.clone() } else { format!("{bearer} {key}") };
            } else if since > Instant::MIN {
                // Who is not bound yet has no part in what is one for all.
                let before = StatusSet::only(Status::Inactive);
                split(&mut row, &[since]);
                row.each_set(context.at, &|at, set| if at < since { before } else { set });
            }
            all.rows.push((bearer.clone(), row));
        }
        all.exact &= outcome.exact;
        all.findings.extend(outcome.findings);
        all.conflicts.extend(outcome.conflicts);
        // What two of them did together is one violation.
        all.violations.certain = all.violations.certain.max(outcome.violations.certain);
        let possible = all.violations.possible.zip(outcome.violations.possible);
        all.violations.possible = possible.map(|(so_far, more)| so_far + more);
    }
    if one {
        together(context, &mut all, matches!(provision.rule, Rule::State { .. }));
    }
    all.by_bearer.sort_by(|one, other| one.party.cmp(&other.party));
    Ok(all)
}

/// Those of one key as one instance; of a `stock` they all speak of the same.
fn together(context: &Context<'_>, all: &mut Outcome, stock: bool) {
    let mut rows = std::mem::take(&mut all.rows);
    while let Some(key) = rows.first().map(|(_, row)| row.answer.key.clone()) {
        let (same, others) = rows.into_iter().partition(|(_, row)| row.answer.key == key);
        rows = others;
        let (row, exact) = joined(context, same, stock);
        all.exact &= exact;
        all.rows.extend(row.map(|row| (Id::new(), row)));
    }
}

/// The worst of some instances, and whether it is the smallest set that is right.
fn joined(context: &Context<'_>, rows: Vec<(Id, Row)>, stock: bool) -> (Option<Row>, bool) {
    let status = worst_by(one_for_all, rows.iter().map(|(_, row)| row.answer.status));
    let changes: Vec<(Instant, StatusSet)> = timeline_by(one_for_all, context, &rows)
        .into_iter()
        .map(|stretch| (stretch.from, stretch.status))
        .collect();
    let Some(mut answer) = rows.first().map(|(_, row)| row.answer.clone()) else { return (None, true) };
    for (_, row) in &rows[1..] {
        let more = &row.answer;
        answer.amount =
            if stock { either(answer.amount, more.amount) } else { plus(answer.amount, more.amount) };
        answer.evidence = sorted(&[&answer.evidence[..], &more.evidence].concat());
        answer.evidence.dedup();
        answer.why = sorted(&[&answer.why[..], &more.why].concat());
        answer.why.dedup();
        answer.window.from = answer.window.from.into_iter().chain(more.window.from).min();
        answer.window.to = answer.window.to.zip(more.window.to).map(|(one, other)| one.max(other));
    }
    if status.len() < 2 {
        answer.why.clear();
    }
    answer.status = status;
    answer.by_source.clear();
    (Some(Row { answer, timeline: changes }), status.len() < 2)
}

/// At least what the most of them did, at most what all did.
fn plus(one: Range, other: Range) -> Range {
    let high = one.high.zip(other.high).map(|(a, b)| a + b);
    Range { low: one.low.max(other.low).or(Some(Amount::ZERO)), high }
}

/// What one or the other says.
fn either(one: Range, other: Range) -> Range {
    let low = one.low.zip(other.low).map(|(a, b)| a.min(b));
    Range { low, high: one.high.zip(other.high).map(|(a, b)| a.max(b)) }
}
