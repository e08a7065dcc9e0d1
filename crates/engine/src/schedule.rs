//! Duties with one window or several, of any amount, owed by one or by several together.
//!
//! Invariant: every step is an instance, whether or not its window has opened; its key is its number.

use model::{
    Amount, Id, Instant,
    agreement::{Action, Baseline, Due, Measure, Provision, Required, Rule, Step},
};

use crate::{
    binding::{Doers, doers, shared},
    conditions::{Context, NotComputed},
    in_step::starts_in_doubt,
    need::{Limit, Need},
    outcome::Outcome,
    term::Term,
};

/// A duty in steps, or of an amount that is no plain number.
///
/// # Errors
/// When something that a window hangs on is not computed.
pub fn schedule(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Schedule { action, steps, not_before } = &provision.rule else {
        return Err(NotComputed("not a schedule".to_owned()));
    };
    let mut outcome = Outcome::default();
    let bound = doers(context, provision, action);
    for owing in &bound {
        for (index, step) in steps.iter().enumerate() {
            let duty = context.duty(provision, &step.due, not_before.as_ref())?;
            let term = Term {
                key: key_of(&(index + 1).to_string(), owing, &bound),
                doers: owing.clone(),
                duty,
                shown_from: Some(context.agreement.in_force),
                need: Box::new(move |at| owed(context, action, &steps[..=index], at)),
                used: Amount::ZERO,
                own: None,
                rest: Vec::new(),
                levels: Vec::new(),
                turns: turns(context, &steps[..=index]),
                parts: None,
            };
            push(context, provision, &mut outcome, &term);
        }
    }
    // Steps are of one amount: two in doubt are not independent.
    let doubtful = outcome.rows.iter().filter(|(_, row)| row.answer.status.len() > 1).count();
    outcome.exact &= doubtful < 2 && !hangs_on_evidence(steps);
    outcome.exact &= doubtful == 0 || !starts_in_doubt(provision);
    Ok(outcome)
}

/// One duty, owed by several otherwise than each, or by nobody named.
///
/// # Errors
/// When something that its window hangs on is not computed.
pub fn once_of_several(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Once { action, required, due, not_before } = &provision.rule else {
        return Err(NotComputed("not a single duty".to_owned()));
    };
    let mut outcome = Outcome::default();
    let bound = doers(context, provision, action);
    for owing in &bound {
        let duty = context.duty(provision, due, not_before.as_ref())?;
        let required = *required;
        let term = Term {
            key: key_of("once", owing, &bound),
            doers: owing.clone(),
            duty,
            shown_from: Some(context.agreement.in_force),
            need: Box::new(move |_| Need::plain(required)),
            used: Amount::ZERO,
            own: None,
            rest: Vec::new(),
            levels: Vec::new(),
            turns: Vec::new(),
            parts: None,
        };
        push(context, provision, &mut outcome, &term);
    }
    // The window may open with a deed that is also the performance.
    let fixed = matches!(due, Due::By(_) | Due::Open) && !starts_in_doubt(provision);
    outcome.exact &= fixed || outcome.rows.iter().all(|(_, r)| r.answer.status.len() == 1);
    Ok(outcome)
}

/// The key of an instance: its own name, with that of its bearer where each of several has one.
#[must_use]
pub fn key_of(name: &str, owing: &Doers, bound: &[Doers]) -> String {
    match &owing.who {
        Some(bearer) if bound.len() > 1 && name == "once" => bearer.clone(),
        Some(bearer) if bound.len() > 1 => format!("{bearer} {name}"),
        _ => name.to_owned(),
    }
}

/// Adds an instance, and what its bearers have of it.
pub fn push(context: &Context<'_>, provision: &Provision, outcome: &mut Outcome, term: &Term<'_>) {
    let row = term.row(context.at, provision);
    outcome.exact &= term.is_exact(context.at);
    for asked in term.doers.all() {
        outcome.note(asked, &provision.id);
    }
    match &term.doers.who {
        Some(bearer) => outcome.push(bearer, row),
        None => {
            let answers = shared(provision, row.answer.status);
            outcome.push(&Id::new(), row);
            crate::binding::join(&mut outcome.by_bearer, answers);
        }
    }
}

/// What the last of some steps requires in all.
fn owed(context: &Context<'_>, action: &Action, steps: &[Step], at: Instant) -> Need {
    // `more` is on top of all since the last `in all`.
    let start = steps.iter().rposition(|step| step.in_all).unwrap_or(0);
    let mut needs = steps[start..].iter().map(|step| need(context, &action.act, &step.measure, at));
    let first = needs.next().unwrap_or_default();
    needs.fold(first, |before, more| {
        let nothing = Limit::at(Amount::ZERO);
        let least = before.least.unwrap_or(nothing);
        Need {
            least: more.least.map(|more| more.plus(least)),
            // A ceiling is on top of what was allowed before, or where nothing bounded that, of what was owed.
            most: more.most.map(|more| more.plus(before.most.unwrap_or(least))),
            unset: before.unset || more.unset,
        }
    })
}

/// What a number requires at an instant: of a share, apart from what reports of the act itself say of the whole.
pub fn need(context: &Context<'_>, act: &str, measure: &Measure, at: Instant) -> Need {
    let agreement = context.agreement;
    match measure {
        Measure::Plain(required) => Need::plain(*required),
        Measure::Between(least, most) => {
            Need { least: Some(Limit::at(*least)), most: Some(Limit::at(*most)), unset: false }
        }
        Measure::Share(share, id) => {
            let whole =
                agreement.baselines.iter().find(|b| b.id == *id).and_then(|b| whole(context, act, b, at));
            share_of(*share, whole)
        }
        Measure::Value(id) => {
            let value = agreement.values.iter().find(|v| v.id == *id);
            match value.and_then(|value| context.set_to(value, at)) {
                Some(amount) => Need::plain(Required::AtLeast(amount)),
                None => Need { least: Some(ANY), most: None, unset: true },
            }
        }
    }
}

/// Any amount above zero.
const ANY: Limit = Limit { from: Amount::LEAST, to: Amount(i64::MAX / 8) };

/// How much a baseline can have at an instant, as its certifiers count it.
fn whole(context: &Context<'_>, act: &str, baseline: &Baseline, at: Instant) -> Option<Limit> {
    let range = context.evidence.baseline(baseline, act, at);
    // A figure without an upper bound leaves all above it possible.
    let from = range.low.unwrap_or(Amount::ZERO).max(Amount::ZERO);
    (range.low.is_some() || range.high.is_some()).then(|| Limit { from, to: range.high.unwrap_or(ANY.to) })
}

/// A share of a whole, in per cent; any amount above zero where the whole is not known.
fn share_of(share: Required, whole: Option<Limit>) -> Need {
    let of = |percent: Amount| {
        // Rounded up: what falls short by less than a millionth falls short.
        let part = |amount: Amount| {
            let (product, hundred) =
                (i128::from(amount.0) * i128::from(percent.0), i128::from(Amount::whole(100).0));
            Amount(i64::try_from((product + hundred - 1) / hundred).unwrap_or(ANY.to.0))
        };
        whole.map_or(ANY, |whole| Limit { from: part(whole.from), to: part(whole.to) })
    };
    let (least, most) = match share {
        Required::AtLeast(percent) => (Some(of(percent)), None),
        Required::Exactly(percent) => (Some(of(percent)), Some(of(percent))),
        Required::AtMost(percent) => (None, Some(of(percent))),
    };
    Need { least, most, unset: whole.is_none() }
}

/// Whether an amount rests on evidence, which may be that of the performance too.
fn hangs_on_evidence(steps: &[Step]) -> bool {
    steps
        .iter()
        .any(|step| matches!(step.measure, Measure::Share(..)) || !matches!(step.due, Due::By(_) | Due::Open))
}

/// The instants at which what is required can change.
fn turns(context: &Context<'_>, steps: &[Step]) -> Vec<Instant> {
    steps.iter().flat_map(|step| turns_of(context, &step.measure)).collect()
}

/// Likewise of one number.
pub fn turns_of(context: &Context<'_>, measure: &Measure) -> Vec<Instant> {
    match measure {
        Measure::Value(id) => {
            let value = context.agreement.values.iter().find(|v| v.id == *id);
            value
                .map(|v| context.settings(v).into_iter().map(|(since, _)| since).collect())
                .unwrap_or_default()
        }
        Measure::Share(_, id) => {
            let baseline = context.agreement.baselines.iter().find(|b| b.id == *id);
            baseline.map(|b| context.evidence.baseline_turns(b)).unwrap_or_default()
        }
        Measure::Plain(_) | Measure::Between(..) => Vec::new(),
    }
}
