//! Exchanges in order: the k-th so many units of the trigger are answered by the k-th so many of the answer (SEMANTICS.md §6).
//!
//! Invariant: where nothing caps the trigger, the last instance listed stands for all after it.

use std::rc::Rc;

use model::{
    Amount, Instant, Period,
    agreement::{Action, CountedOn, Provision, Required, Rule},
};

use crate::{
    asked::Asked,
    binding::doers,
    conditions::{Context, NotComputed},
    forbidden::Within,
    instance::CountFrom,
    measure::Role,
    moments::Moments,
    need::Need,
    outcome::Outcome,
    parts::Parts,
    schedule::{key_of, push},
    scope::Scope,
    term::Term,
};

/// More instances of one exchange than this are not listed; the last stands for the rest.
const INSTANCES_MAX: i64 = 10_000;

/// An exchange: one instance for every so many units of its trigger.
///
/// # Errors
/// When its scope is not computed.
pub fn exchange(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Exchange {
        trigger,
        every,
        action,
        required,
        within,
        afterwards,
        shares,
        counted_on,
        disjoint,
        ..
    } = &provision.rule
    else {
        return Err(NotComputed("not an exchange".to_owned()));
    };
    if *every <= Amount::ZERO {
        return Err(NotComputed("an exchange for nothing".to_owned()));
    }
    let scope = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    let triggers = asked_as(context, provision, &trigger_of(context, provision, trigger, *counted_on));
    let bound = doers(context, provision, action);
    let (from, at) = (context.entered()?, context.at);
    let listed = instances(&triggers, from, at, *every);
    let far = bound.iter().map(|d| last_of_all(&triggers, &d.whole, (from, at), listed, *required)).max();
    let far = far.unwrap_or(listed);
    let times = |k: i64, each: Amount| Amount(each.0.saturating_mul(k));
    let in_all = |k: i64| Need::plain(Required::AtLeast(times(k, *required)));
    // Where the scope comes and goes, what was triggered in all its stretches is added up.
    let now_and_then = (!scope.simple).then(|| Within::of(&triggers.bounds, &scope, at));
    let reach = |amount: Amount| match &now_and_then {
        Some(within) => within.reaching(amount, at),
        None => reached(&triggers, &scope, (from, at), amount),
    };
    let openings: Vec<Moments> = (1..=far).map(|k| reach(times(k, *every))).collect();
    let listed = usize::try_from(listed).unwrap_or(0);
    let mut outcome = Outcome::default();
    outcome.exact &= scope.simple;
    for owing in &bound {
        let parts = Parts::of(context, provision, owing, shares, *disjoint, *required);
        for (k, opens) in (1..=far).zip(&openings).take(listed) {
            let last = usize::try_from(k).is_ok_and(|k| k == listed);
            let rest = (k + 1..=far).zip(&openings[listed..]).filter(|_| last);
            let later = openings[listed..].iter().filter(|_| last);
            let count_from = if *afterwards { CountFrom::Opening } else { CountFrom::Fixed(from) };
            let term = Term {
                key: key_of(&format!("#{k}"), owing, &bound),
                doers: owing.clone(),
                duty: context.answer(provision, opens, later, *within, count_from)?,
                shown_from: None,
                need: Box::new(move |_| in_all(k)),
                used: times(k - 1, *required),
                own: Some(Required::AtLeast(*required)),
                rest: rest.map(|(k, opens)| (in_all(k), times(k - 1, *required), opens.clone())).collect(),
                levels: Vec::new(),
                turns: Vec::new(),
                parts: parts.as_ref().map(|parts| parts.in_order(k, from)),
            };
            push(context, provision, &mut outcome, &term);
        }
    }
    let seen = Period { first: from, last: at.max(from) };
    for (_, row) in &mut outcome.rows {
        row.answer.evidence.extend(triggers.measure.claims_in(&seen));
        row.answer.evidence.sort();
        row.answer.evidence.dedup();
    }
    outcome.note(&triggers, &provision.id);
    outcome.exact &= !afterwards || outcome.rows.len() < 2;
    Ok(outcome)
}

/// What the evidence says of the deeds that are answered.
fn asked_as(context: &Context<'_>, provision: &Provision, trigger: &Action) -> Rc<Asked> {
    context.ask(trigger, Role::Duty { bearers: &trigger.by, verifiers: &provision.verified_by })
}

/// The deeds that are answered; on identification, those by which something was identified.
pub fn trigger_of(
    context: &Context<'_>,
    provision: &Provision,
    trigger: &Action,
    counted_on: CountedOn,
) -> Action {
    if counted_on == CountedOn::Handover {
        return trigger.clone();
    }
    // Whoever identifies it: what counts is that it was handed over and is now known.
    let identify =
        Action { act: "identify".to_owned(), by: Vec::new(), to: None, place: None, ..trigger.clone() };
    let at_stage = Action { stage: Some("identified".to_owned()), ..trigger.clone() };
    let says =
        |action: &Action| !asked_as(context, provision, action).measure.claims_in(&Period::ALWAYS).is_empty();
    if says(&at_stage) && !says(&identify) { at_stage } else { identify }
}

/// When the trigger has come to so much while the exchange was in scope.
fn reached(triggers: &Asked, scope: &Scope, (from, at): (Instant, Instant), amount: Amount) -> Moments {
    let ends = |moments: &Moments| -> Vec<Instant> {
        let inside = |c: &&Instant| moments.spans.iter().any(|span| span.contains(&Period::at(**c)));
        let cuts = triggers.bounds.cuts.iter().filter(inside).copied();
        moments.spans.iter().flat_map(|span| [span.first, span.last]).chain(cuts).collect()
    };
    let mut closings = ends(&scope.closes);
    closings.extend(scope.closes.never.then_some(Instant::MAX));
    let mut all: Option<Moments> = scope.opens.never.then(Moments::never);
    for opens in ends(&scope.opens) {
        for closes in &closings {
            let (first, last) = (opens.max(from), closes.previous().min(at));
            let own = Moments::reaching(&triggers.bounds, first, amount, last);
            all = Some(all.map_or(own.clone(), |all| all.or(&own)));
        }
    }
    all.unwrap_or_else(Moments::never)
}

/// How many instances to look at: those that can have been triggered, and where nothing caps them, one beyond all that is reported.
fn instances(triggers: &Asked, from: Instant, at: Instant, every: Amount) -> i64 {
    let open = Asked::amount(&triggers.bounds, from, at.next());
    let most = open.high.map_or_else(
        || {
            let least = open.low.unwrap_or_default();
            reported_most(triggers, from, at).map_or(least, |reported| reported.max(least)).0 / every.0 + 1
        },
        |high| high.0 / every.0,
    );
    most.clamp(0, INSTANCES_MAX)
}

/// The last instance that may differ from those after it: where nothing caps the trigger, the first that all that may
/// have been performed leaves short.
fn last_of_all(
    triggers: &Asked,
    answers: &Asked,
    (from, at): (Instant, Instant),
    listed: i64,
    required: Amount,
) -> i64 {
    if required <= Amount::ZERO || Asked::amount(&triggers.bounds, from, at.next()).high.is_some() {
        return listed;
    }
    let views = answers.bounds.views(&[from, at.next().max(from)]);
    let most = views.iter().map(|view| view.high(0, 1).unwrap_or_else(|| view.low(0, 1))).max();
    (most.unwrap_or_default().0 / required.0 + 1).clamp(listed, listed + INSTANCES_MAX)
}

/// How much is reported at most, for what nothing caps: by all that is said together, and by what is said once.
fn reported_most(triggers: &Asked, from: Instant, at: Instant) -> Option<Amount> {
    let range = Asked::amount(triggers.closed(), from, at.next());
    let accounts = || triggers.measure.accounts.iter();
    let events = accounts().flat_map(|a| &a.events).map(|e| e.high.unwrap_or(e.floor));
    let totals = accounts().flat_map(|a| &a.tallies).filter_map(|t| t.high.or(t.floor));
    range.high.or(range.low).into_iter().chain(events).chain(totals).max()
}
