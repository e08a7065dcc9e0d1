//! What some of several owe together: of periods and of forbidden deeds, the nth best of them decides, key by key
//! (spec/meaning.md §5).
//!
//! Invariant: what each of them has come to is computed as if he alone were bound, and taken as independent.

use std::collections::BTreeSet;

use model::{
    Id, Instant, StatusSet,
    agreement::{Binding, Provision},
    amount::Range,
    answer::{Count, Moment},
};

use crate::{
    binding::{nth_best, shared},
    conditions::{Context, NotComputed},
    dues,
    instance::worst_of,
    outcome::{Outcome, Row},
};

/// How many of its bearers have to do it, where it is some of them.
#[must_use]
pub fn enough(provision: &Provision) -> Option<usize> {
    match provision.binding {
        _ if provision.bearers.len() < 2 => None,
        Binding::Either => Some(1),
        Binding::AtLeast(count) => Some(count),
        Binding::Each | Binding::Together | Binding::Unstated => None,
    }
}

/// The instances of which so many have to be good; `as_bound` is what one of them owes while he is bound.
///
/// # Errors
/// When those of one of them are not computed.
pub fn some_of(
    context: &Context<'_>,
    provision: &Provision,
    enough: usize,
    as_bound: impl Fn(&Provision) -> Provision,
) -> Result<Outcome, NotComputed> {
    let mut each = Vec::new();
    for bearer in &provision.bearers {
        let own = Provision { bearers: vec![bearer.clone()], binding: Binding::Each, ..provision.clone() };
        each.push(dues::of_text(context, &as_bound(&own))?);
    }
    let mut all = Outcome::default();
    let mut keys: Vec<&Id> = Vec::new();
    for key in each.iter().flat_map(|outcome| &outcome.rows).map(|(_, row)| &row.answer.key) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    for key in keys {
        let of_key = |outcome: &'_ Outcome| outcome.rows.iter().position(|(_, row)| row.answer.key == *key);
        let rows: Vec<&Row> =
            each.iter().filter_map(|outcome| of_key(outcome).map(|index| &outcome.rows[index].1)).collect();
        let Some(row) = joined(&rows, enough, context.at) else { continue };
        all.exact &= row.answer.status.len() < 2;
        all.rows.push((Id::new(), row));
    }
    // So many may violate it before too few are left.
    let most = each.iter().map(|outcome| outcome.violations.possible);
    let most = most.reduce(|one, other| one.zip(other).map(|(a, b)| a + b)).flatten();
    let status = worst_of(all.rows.iter().map(|(_, row)| row.answer.status));
    let breached = status.contains(model::Status::Breached);
    all.violations = Count { certain: 0, possible: if breached { most } else { Some(0) } };
    all.by_bearer = shared(provision, status);
    for outcome in each {
        all.exact &= outcome.exact;
        all.findings.extend(outcome.findings);
        all.conflicts.extend(outcome.conflicts);
    }
    Ok(all)
}

/// One instance of several: what the nth best of them has come to, over time.
fn joined(rows: &[&Row], enough: usize, at: Instant) -> Option<Row> {
    let standing = |row: &Row, at: Instant| {
        let after = row.timeline.partition_point(|(from, _)| *from <= at);
        let before = StatusSet::only(model::Status::Inactive);
        after.checked_sub(1).map_or(before, |index| row.timeline[index].1)
    };
    let status = |at: Instant| {
        let sets: Vec<StatusSet> = rows.iter().map(|row| standing(row, at)).collect();
        nth_best(&sets, enough)
    };
    let turns: BTreeSet<Instant> =
        rows.iter().flat_map(|row| &row.timeline).map(|(from, _)| *from).filter(|from| *from <= at).collect();
    let first = turns.first().copied().unwrap_or(at);
    let timeline = crate::single::changes(turns, first, at, status);
    let sets: Vec<StatusSet> = rows.iter().map(|row| row.answer.status).collect();
    let now = nth_best(&sets, enough);
    let mut answer = rows.first()?.answer.clone();
    for row in &rows[1..] {
        let more = &row.answer;
        answer.evidence.extend(more.evidence.iter().cloned());
        answer.why.extend(more.why.iter().cloned());
        let low = answer.amount.low.zip(more.amount.low).map(|(a, b)| a + b);
        answer.amount = Range { low, high: answer.amount.high.zip(more.amount.high).map(|(a, b)| a + b) };
    }
    // What each of them reports of one of several bearers says nothing of the whole.
    answer.by_source.clear();
    answer.of_which.clear();
    answer.performed = Moment::default();
    answer.evidence.sort();
    answer.evidence.dedup();
    answer.why.sort();
    answer.why.dedup();
    if now.len() < 2 {
        answer.why.clear();
    }
    answer.status = now;
    Some(Row { answer, timeline })
}
