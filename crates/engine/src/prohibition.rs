//! Forbidden deeds: which there were in scope, how many violations they make, and what that makes of the provision.
//!
//! Invariant: a deed outside of the scope is none; more scope never makes fewer violations, so the widest and the narrowest
//! scope stand for all between.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Status, StatusSet,
    agreement::{Action, Binding, Provision, Required, Rule},
    amount::Range,
    answer::{BearerAnswer, InstanceAnswer, Moment, SourceAnswer},
};

use crate::{
    asked::Asked,
    bounds::Bounds,
    conditions::{Context, NotComputed},
    counting::counted,
    forbidden,
    judging::{self, Unjudged},
    measure::{Measure, Role},
    moments::Moments,
    outcome::{Outcome, Row, required_map, sorted},
    recurring::{range, window::Windows},
    signal::Truth,
    single::{changes, why},
};

/// Deeds that are forbidden, or for which someone answers though others do them: how many violations they make, and what that makes of it.
///
/// # Errors
/// When its scope or an exception is not computed.
pub fn prohibition(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let (action, doers, others) = match &provision.rule {
        Rule::Prohibition { action } => (action, &provision.bearers, false),
        Rule::Answerable { action, .. } => (action, &action.by, true),
        _ => return Err(NotComputed("no deeds that are forbidden".to_owned())),
    };
    let scope = context.running(provision)?;
    let text = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    let when = When { windows: Windows::throughout(&scope), text: text.opens };
    let windows = &when.windows;
    let zone = &context.agreement.timezone;
    let count = |asked: &Asked| counted(provision.terms.counting, &asked.bounds, windows, context.at, zone);
    let asked = Asked::of(violations(context, provision, action, doers)?);
    let mut outcome = Outcome { violations: count(&asked), ..Outcome::default() };
    outcome.note(&asked, &provision.id);
    outcome.exact &= scope.certain(context.at);
    for bearer in &sorted(&provision.bearers) {
        // Whoever of the others did it, each who answers for them answers for it.
        let doers = if others { doers } else { std::slice::from_ref(bearer) };
        let own = Asked::of(violations(context, provision, action, doers)?);
        let status = statuses(&own.bounds, &when, context.at);
        outcome.by_bearer.push(BearerAnswer { party: bearer.clone(), status, violations: count(&own) });
    }
    let mut row = prohibited(&asked, &when, context.at, provision);
    // A report that is denied leaves room for another deed than its own, which may be at another time.
    let same = scope.whole() || asked.measure.denials.is_empty();
    outcome.exact &= same || row.answer.status.len() < 2;
    if row.answer.status.len() > 1
        && let Some(seen) =
            windows.hull().and_then(|hull| Period::closed(hull.first, hull.last.min(context.at)))
    {
        // What nobody reported is taken as if nothing excused it.
        for exception in provision.exceptions.iter().filter(|exception| exception.plea.is_none()) {
            outcome.exact &= !forbidden::excuses_all(context, exception, doers, &seen)?;
        }
    }
    if row.answer.status.len() > 1 && judging::is_judged(provision) {
        let taken_as = |unjudged: Unjudged| -> Result<_, NotComputed> {
            let asked = Asked::of(unjudged_as(context, provision, action, doers, unjudged)?);
            let taken = prohibited(&asked, &when, context.at, provision).answer;
            Ok((taken.why, taken.status != row.answer.status))
        };
        let (counts, not) = (taken_as(Unjudged::Counts)?, taken_as(Unjudged::CountsNot)?);
        row.answer.why = judging::reasons([counts.0, not.0], counts.1 || not.1);
        // Of one who pleads and may have done it with another, more is left open than need be.
        outcome.exact &= provision.exceptions.iter().all(|exception| exception.plea.is_none());
    }
    if matches!(provision.binding, Binding::Together | Binding::Unstated) {
        let answers = outcome.by_bearer.iter_mut();
        answers.for_each(|own| (own.status, own.violations) = (row.answer.status, outcome.violations));
    }
    outcome.rows.push((String::new(), row));
    Ok(outcome)
}

/// The forbidden deeds as a measure, in which each counts as the provision says, without those that are excused.
pub(crate) fn violations(
    context: &Context<'_>,
    provision: &Provision,
    action: &Action,
    bearers: &[Id],
) -> Result<Measure, NotComputed> {
    unjudged_as(context, provision, action, bearers, Unjudged::Open)
}

/// Likewise, with what nobody has ruled taken to be so or not.
fn unjudged_as(
    context: &Context<'_>,
    provision: &Provision,
    action: &Action,
    bearers: &[Id],
    unjudged: Unjudged,
) -> Result<Measure, NotComputed> {
    let mut own = action.clone();
    own.by = bearers.to_vec();
    let role = Role::forbidden(bearers, &provision.verified_by, provision.terms.counting);
    let mut measure = context.evidence.measure(&own, role);
    for exception in provision.exceptions.iter().filter(|exception| exception.plea.is_none()) {
        forbidden::excuse(context, exception, &own, &mut measure)?;
    }
    judging::settle(context, provision, &own, &mut measure, unjudged)?;
    Ok(measure)
}

/// When it binds.
struct When {
    /// Its scope, without what was suspended.
    windows: Windows,
    /// When its scope begins by the text.
    text: Moments,
}

/// The statuses at an instant.
fn statuses(bounds: &Bounds, when: &When, at: Instant) -> StatusSet {
    let mut set = StatusSet::EMPTY;
    let windows = &when.windows;
    if windows.may_lack(at) {
        // What was suspended all the time that it was in scope was kept.
        let kept = [(Status::Inactive, !when.text.certain_by(at)), (Status::Met, when.text.possible_by(at))];
        set = kept.into_iter().filter(|(_, may)| *may).map(|(status, _)| status).collect();
    }
    for window in windows.each.iter().filter(|window| window.first() <= at) {
        let may = |high: Option<Amount>| high.is_none_or(|high| high > Amount::ZERO);
        if bounds.within(&window.stretches, at).iter().any(|view| may(view.high(0, 1))) {
            set.insert(Status::Breached);
        }
        if bounds.within(window.sure(), at).iter().any(|view| view.low(0, 1) <= Amount::ZERO) {
            let holds = window.holds(at);
            let either = [(Status::Pending, holds.possible()), (Status::Met, holds != Truth::Yes)];
            set = set.or(either.into_iter().filter(|(_, may)| *may).map(|(status, _)| status).collect());
        }
    }
    set
}

/// How much of it there was, over all windows.
fn amount(bounds: &Bounds, windows: &Windows, at: Instant) -> Range {
    let begun = || windows.each.iter().filter(|window| window.first() <= at);
    let low = begun().filter_map(|window| range(&bounds.within(window.sure(), at)).low).min();
    let mut all = begun().map(|window| range(&bounds.within(&window.stretches, at)).high);
    let high = all.try_fold(Amount::ZERO, |most, high| high.map(|high| high.max(most)));
    let low = low.filter(|_| !windows.may_lack(at)).unwrap_or_default();
    Range { low: Some(low), high }
}

fn prohibited(asked: &Asked, when: &When, at: Instant, provision: &Provision) -> Row {
    let windows = &when.windows;
    let hull = windows.hull();
    let start = hull.map_or(at, |hull| hull.first);
    let end = hull.map_or(at, |hull| hull.last).min(at).max(start);
    let seen = Period { first: start, last: end };
    let status = statuses(&asked.bounds, when, at);
    let contested = asked.contested(start, end.next());
    let by_source = asked.alone.iter().enumerate().filter_map(|(index, (source, _, bounds))| {
        let evidence = asked.claims_of(index, &seen);
        (!evidence.is_empty()).then(|| SourceAnswer {
            source: source.clone(),
            amount: amount(bounds, windows, at),
            status: statuses(bounds, when, at),
            evidence,
        })
    });
    let answer = InstanceAnswer {
        key: "once".to_owned(),
        window: model::answer::Window {
            from: Some(start),
            to: hull.map(|hull| hull.last).filter(|last| *last < Instant::MAX).map(Instant::next),
        },
        required: required_map(Required::AtMost(Amount::ZERO)),
        amount: amount(&asked.bounds, windows, at),
        status,
        performed: Moment::default(),
        of_which: Vec::new(),
        by_source: by_source.collect(),
        why: why(status, || statuses(asked.closed(), when, at), contested),
        evidence: asked.claims_in(&seen),
        assumptions: asked.assumptions(provision),
    };
    let mut candidates: BTreeSet<Instant> =
        asked.bounds.cuts.iter().flat_map(|c| [c.previous(), *c, c.next()]).collect();
    let stretches = windows.each.iter().flat_map(|window| &window.stretches);
    candidates.extend(stretches.flat_map(|s| [s.first, s.last, s.last.next()]));
    let timeline = changes(candidates, start, at, |t| statuses(&asked.bounds, when, t));
    Row { answer, timeline }
}
