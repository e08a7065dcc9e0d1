//! A duty of each of several, of whom a suspension touches some alone: each is evaluated by himself, and then they are put together.
//!
//! Invariant: what one of them owes is what he would owe if the duty named nobody else.

use model::{
    Id,
    agreement::{Binding, Provision, Rule},
    answer::Count,
};

use crate::{
    conditions::{Context, NotComputed},
    course::What,
    dues,
    evaluate::{bearers, timeline},
    instance::worst_of,
    outcome::Outcome,
};

/// Whether what was done to a provision touches some of those who owe it, each for himself, and not others.
#[must_use]
pub fn is_touched_in_part(context: &Context<'_>, provision: &Provision) -> bool {
    provision.binding == Binding::Each
        && provision.bearers.len() > 1
        && context.course().effects.iter().any(|effect| {
            let What::Suspended(stretch) = &effect.what else { return false };
            let among = |whose: &Vec<Id>| provision.bearers.iter().filter(|b| whose.contains(b)).count();
            let some = stretch.whose.as_ref().map_or(0, among);
            some > 0 && some < provision.bearers.len()
        })
}

/// The instances of each, put together.
///
/// # Errors
/// When one of them is not computed.
pub fn each(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let one = matches!(provision.rule, Rule::Prohibition { .. } | Rule::Answerable { .. });
    if !one && !matches!(provision.rule, Rule::Once { .. } | Rule::Periodic { .. }) {
        return Err(NotComputed("a suspension of the duties of some of those who owe it".to_owned()));
    }
    let mut all = Outcome::default();
    for bearer in &provision.bearers {
        let own = Provision { bearers: vec![bearer.clone()], ..provision.clone() };
        let outcome = dues::outcome(context, &own)?;
        all.by_bearer.extend(if outcome.by_bearer.is_empty() {
            bearers(&own, &outcome)
        } else {
            outcome.by_bearer.clone()
        });
        let Count { certain, possible } = outcome.violations;
        // What several did together is one violation of each.
        all.violations.certain = all.violations.certain.max(certain);
        all.violations.possible = all.violations.possible.zip(possible).map(|(a, b)| a + b);
        all.exact &= outcome.exact;
        all.findings.extend(outcome.findings);
        all.conflicts.extend(outcome.conflicts);
        for (_, mut row) in outcome.rows {
            let key = &mut row.answer.key;
            *key = if key == "once" { bearer.clone() } else { format!("{bearer} {key}") };
            all.rows.push((bearer.clone(), row));
        }
    }
    if one {
        together(context, &mut all);
    }
    all.by_bearer.sort_by(|a, b| a.party.cmp(&b.party));
    Ok(all)
}

/// What they are all forbidden is one instance.
fn together(context: &Context<'_>, all: &mut Outcome) {
    let stretches = timeline(context, &all.rows);
    let status = worst_of(all.rows.iter().map(|(_, row)| row.answer.status));
    let mut rows = std::mem::take(&mut all.rows).into_iter();
    let Some((_, mut row)) = rows.next() else { return };
    for (_, other) in rows {
        let (own, other) = (&mut row.answer, other.answer);
        own.amount.low = own.amount.low.max(other.amount.low);
        own.amount.high = own.amount.high.zip(other.amount.high).map(|(a, b)| a + b);
        own.evidence.extend(other.evidence);
        own.why.extend(other.why);
        own.by_source.clear();
    }
    let answer = &mut row.answer;
    (answer.key, answer.status) = ("once".to_owned(), status);
    answer.evidence.sort();
    answer.evidence.dedup();
    answer.why.sort();
    answer.why.dedup();
    if status.len() < 2 {
        answer.why.clear();
    }
    row.timeline = stretches.into_iter().map(|stretch| (stretch.from, stretch.status)).collect();
    all.exact &= status.len() < 2;
    all.rows.push((Id::new(), row));
}
