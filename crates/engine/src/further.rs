//! Further duties that a breach brings: each breach is answered, as an exchange answers its trigger (spec/meaning.md §8).
//!
//! Invariant: where nothing bounds how often it was breached, the last instance listed stands for all after it.

use model::{
    Amount, Duration, Status, StatusSet,
    agreement::{Binding, Condition, Due, Provision, Required, Rule},
};

use crate::{
    binding::doers,
    conditions::{Context, NotComputed},
    instance::CountFrom,
    moments::Moments,
    need::Need,
    outcome::Outcome,
    schedule::{key_of, push},
    term::Term,
};

/// More instances than this are not listed; the last stands for the rest.
const LISTED_MAX: u64 = 1_000;

/// The provision whose breaches a duty answers, and how long it has for each; none for a duty that answers none, or the breach
/// of a provision that has one instance alone.
#[must_use]
pub fn answered<'a>(context: &Context<'a>, provision: &Provision) -> Option<(&'a Provision, Duration)> {
    let Rule::Once { due: Due::Within(length, Condition::Breached(id)), not_before: None, .. } =
        &provision.rule
    else {
        return None;
    };
    if provision.while_ != Condition::Breached(id.clone()) {
        return None;
    }
    let main = context.agreement.provisions.iter().find(|p| p.id == *id)?;
    let several = main.bearers.len() > 1 && main.binding == Binding::Each || main.terms.for_each.is_some();
    let single = matches!(main.rule, Rule::Once { .. } | Rule::State { .. } | Rule::Answerable { .. });
    let counted =
        matches!(main.rule, Rule::State { quiet: None, .. } | Rule::Answerable { for_result: true, .. });
    (!single || several || counted).then_some((main, *length))
}

/// An instance for each breach.
///
/// # Errors
/// When the breaches are not computed one by one.
pub fn further(
    context: &Context<'_>,
    provision: &Provision,
    main: &Provision,
    length: Duration,
) -> Result<Outcome, NotComputed> {
    let Rule::Once { action, required: number, .. } = &provision.rule else {
        return Err(NotComputed("not a single duty".to_owned()));
    };
    let (Required::AtLeast(required) | Required::Exactly(required) | Required::AtMost(required)) = number;
    let (breaches, open) = breaches(context, main)?;
    let from = context.entered()?;
    let bound = doers(context, provision, action);
    let mut outcome = Outcome::default();
    for owing in &bound {
        for (index, opens) in breaches.iter().enumerate() {
            let k = i64::try_from(index).unwrap_or(i64::MAX - 1);
            let in_all = Need::plain(Required::AtLeast(Amount(required.0.saturating_mul(k + 1))));
            let term = Term {
                key: key_of(&format!("#{}", k + 1), owing, &bound),
                doers: owing.clone(),
                duty: context.answer(provision, opens, [].iter(), Some(length), CountFrom::Fixed(from))?,
                shown_from: None,
                need: Box::new(move |_| in_all),
                used: Amount(required.0.saturating_mul(k)),
                own: Some(Required::AtLeast(*required)),
                rest: Vec::new(),
                levels: Vec::new(),
                turns: Vec::new(),
                parts: None,
            };
            push(context, provision, &mut outcome, &term);
        }
        if let Some((_, row)) = outcome.rows.last_mut().filter(|_| open) {
            row.each_set(context.at, &|_, set| set.or(any()));
        }
    }
    if !matches!(number, Required::AtLeast(_)) {
        // Of which breach one too many is one is not told; what no breach has opened is owed in no way.
        let none = StatusSet::only(Status::Inactive);
        outcome.each_set(context.at, |_, set| if set == none { set } else { set.or(any()) });
    }
    // What was breached and what was paid for it may rest on one piece of evidence.
    outcome.exact &= outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    Ok(outcome)
}

/// Whatever an instance can have come to.
fn any() -> StatusSet {
    use Status::{Breached, Inactive, Late, Met, Pending};
    [Breached, Late, Pending, Met, Inactive].into_iter().collect()
}

/// When each breach can have been, and whether there may be more than are listed.
fn breaches(context: &Context<'_>, main: &Provision) -> Result<(Vec<Moments>, bool), NotComputed> {
    let found = context.outcome(main);
    let found = found.as_ref().as_ref().map_err(NotComputed::clone)?;
    let told = found.rows.iter().map(|(_, row)| row.answer.evidence.len()).sum::<usize>();
    let told = u64::try_from(told).unwrap_or(LISTED_MAX);
    let violated = matches!(
        main.rule,
        Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { quiet: None, .. }
    );
    let (most, open) = match found.violations.possible {
        Some(possible) if violated => (possible, possible > LISTED_MAX),
        None if violated => (found.violations.certain + told + 1, true),
        _ => (u64::try_from(found.rows.len()).unwrap_or(LISTED_MAX), false),
    };
    let mut all = Vec::new();
    for k in 1..=most.min(LISTED_MAX) {
        let kth = context.first(&Condition::Violations(main.id.clone(), k))?;
        if kth.spans.is_empty() {
            break;
        }
        all.push(kth);
    }
    Ok((all, open))
}
