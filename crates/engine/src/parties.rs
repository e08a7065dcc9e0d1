//! Who is bound over time: from `accepted` to `left`, and from a split on, as the other was (spec/meaning.md §9).
//!
//! Invariant: a bearer who is bound for a part of the time has his own scope: the provision's where he is bound.

use model::{
    Amount, Id, Instant, Period, StatusSet,
    agreement::{Agreement, Binding, Condition, Provision, TieKind},
    amount::Range,
};

use crate::{
    binding::join,
    conditions::{Context, NotComputed},
    dues,
    evaluate::{bearers, timeline},
    instance::worst_of,
    outcome::{Outcome, Row, sorted},
};

/// Chains of splits longer than this are not followed.
const CHAIN_MAX: usize = 8;

/// Whether some bearer is bound for a part of the time only.
#[must_use]
pub fn is_of_its_time(agreement: &Agreement, provision: &Provision) -> bool {
    provision.bearers.iter().any(|bearer| bound(agreement, bearer) != [Period::ALWAYS])
}

/// A provision's instances where its bearers are bound over time.
///
/// # Errors
/// When it is not computed.
pub fn over_time(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let agreement = context.agreement;
    match provision.binding {
        _ if provision.bearers.len() == 1 => {}
        Binding::Each => return of_each(context, provision),
        Binding::Together | Binding::Unstated => {}
        Binding::Either | Binding::AtLeast(_) => {
            let what = "duties of some of several, one of whom is bound for a time only";
            return Err(NotComputed(what.to_owned()));
        }
    }
    // Several together are bound while any of them is.
    let mut all: Vec<Period> = provision.bearers.iter().flat_map(|id| bound(agreement, id)).collect();
    all.sort_unstable();
    dues::of_text(context, &bound_in(provision, &provision.bearers, &all))
}

/// Each bearer by himself, put together as the provision has them.
fn of_each(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let agreement = context.agreement;
    let mut all = Outcome::default();
    let mut alike = false;
    for bearer in &provision.bearers {
        let own = bound_in(provision, std::slice::from_ref(bearer), &bound(agreement, bearer));
        let outcome = dues::of_text(context, &own)?;
        let theirs = if outcome.by_bearer.is_empty() { bearers(&own, &outcome) } else { outcome.by_bearer };
        join(&mut all.by_bearer, theirs);
        for (whose, mut row) in outcome.rows {
            alike |= whose.is_empty();
            let key = &mut row.answer.key;
            *key = if *key == "once" { bearer.clone() } else { format!("{bearer} {key}") };
            all.rows.push((whose, row));
        }
        all.exact &= outcome.exact;
        all.findings.extend(outcome.findings);
        all.conflicts.extend(outcome.conflicts);
        // What two of them did together is one violation.
        all.violations.certain = all.violations.certain.max(outcome.violations.certain);
        let possible = all.violations.possible.zip(outcome.violations.possible);
        all.violations.possible = possible.map(|(so_far, more)| so_far + more);
    }
    all.by_bearer.sort_by(|one, other| one.party.cmp(&other.party));
    if alike {
        one_row(context, &mut all);
    } else if all.rows.len() == provision.bearers.len() {
        all.by_bearer.clear();
    }
    Ok(all)
}

/// What is forbidden to each is one instance: the worst of theirs.
fn one_row(context: &Context<'_>, outcome: &mut Outcome) {
    let worst = worst_of(outcome.rows.iter().map(|(_, row)| row.answer.status));
    let changes: Vec<(Instant, StatusSet)> =
        timeline(context, &outcome.rows).into_iter().map(|stretch| (stretch.from, stretch.status)).collect();
    let rows = std::mem::take(&mut outcome.rows);
    let Some(mut answer) = rows.first().map(|(_, row)| row.answer.clone()) else { return };
    for (_, row) in &rows[1..] {
        let more = &row.answer;
        answer.amount = plus(answer.amount, more.amount);
        answer.evidence = sorted(&[&answer.evidence[..], &more.evidence].concat());
        answer.evidence.dedup();
        answer.why = sorted(&[&answer.why[..], &more.why].concat());
        answer.why.dedup();
        answer.window.from = answer.window.from.into_iter().chain(more.window.from).min();
    }
    if worst.len() < 2 {
        answer.why.clear();
    }
    (answer.key, answer.status) = ("once".to_owned(), worst);
    answer.by_source.clear();
    outcome.exact &= worst.len() < 2;
    outcome.rows.push((Id::new(), Row { answer, timeline: changes }));
}

/// At least what the most of them did, at most what all did.
fn plus(one: Range, other: Range) -> Range {
    let high = one.high.zip(other.high).map(|(a, b)| a + b);
    Range { low: one.low.max(other.low).or(Some(Amount::ZERO)), high }
}

/// The provision of some bearers, within some stretches of time.
fn bound_in(provision: &Provision, whose: &[Id], stretches: &[Period]) -> Provision {
    let mut within: Vec<Condition> = stretches.iter().map(during).collect();
    let bound = if within.len() == 1 { within.remove(0) } else { Condition::Any(within) };
    let while_ = match (stretches, &provision.while_) {
        ([only], _) if *only == Period::ALWAYS => provision.while_.clone(),
        (_, while_) => Condition::All(vec![while_.clone(), bound]),
    };
    Provision { bearers: whose.to_vec(), while_, ..provision.clone() }
}

fn during(stretch: &Period) -> Condition {
    let mut all = vec![Condition::InForce];
    if stretch.first > Instant::MIN {
        all.push(Condition::From(stretch.first));
    }
    if stretch.last < Instant::MAX {
        all.push(Condition::Not(Box::new(Condition::From(stretch.last.next()))));
    }
    Condition::All(all)
}

/// When one is bound: disjoint, ascending; always, where nothing is said.
fn bound(agreement: &Agreement, id: &Id) -> Vec<Period> {
    along(agreement, id, 0)
}

fn along(agreement: &Agreement, id: &Id, depth: usize) -> Vec<Period> {
    let ties = agreement.actors.iter().filter(|actor| actor.id == *id).flat_map(|actor| &actor.ties);
    let of_it = ties.filter(|tie| matches!(tie.kind, TieKind::Accepted | TieKind::Left | TieKind::SplitFrom));
    let mut turns: Vec<(Instant, bool)> = of_it
        .map(|tie| {
            let at = tie.valid.first;
            let binds = match (&tie.kind, &tie.other) {
                (TieKind::Left, _) => false,
                (TieKind::SplitFrom, Some(other)) if depth < CHAIN_MAX => {
                    along(agreement, other, depth + 1).iter().any(|period| period.contains(&Period::at(at)))
                }
                _ => true,
            };
            (at, binds)
        })
        .collect();
    turns.sort_unstable();
    let leaves_first = turns.first().is_none_or(|(_, binds)| !binds);
    let split = agreement.actors.iter().filter(|actor| actor.id == *id).flat_map(|actor| &actor.ties);
    let was_part = split.into_iter().any(|tie| tie.kind == TieKind::SplitFrom);
    let mut since = (leaves_first && !was_part).then_some(Instant::MIN);
    let mut periods = Vec::new();
    for (at, binds) in turns {
        match (since, binds) {
            (Some(first), false) => {
                periods.extend(Period::closed(first, at.previous()));
                since = None;
            }
            (None, true) => since = Some(at),
            _ => {}
        }
    }
    periods.extend(since.map(|first| Period { first, last: Instant::MAX }));
    periods
}
