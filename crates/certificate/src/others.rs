//! What hangs on another provision: the deeds with which it is performed, or breached, or that it counts.
//!
//! Invariant: the other provision hangs on nothing itself; of a quota the evaluator says when it is over.

use model::{
    Amount, Instant,
    agreement::{Action, Binding, Condition, Provision, Required, Rule, Spread},
};
use worlds::{
    literals,
    world::{Deed, Ticks},
};

use crate::{
    Fault, Subject,
    frame::{self, Frame, Window, frames, none},
    hinges::{Hinge, Turn, is_fixed, is_fixed_due, of_due},
    prohibition::forbidden,
};

/// Periods of a quota that are shown one by one.
const PERIODS_MAX: usize = 20;

/// Another provision by itself.
fn other<'a>(subject: &Subject<'a>, id: &str) -> Result<Subject<'a>, Fault> {
    let Some(other) = subject.case.agreement.provisions.iter().find(|provision| provision.id == id) else {
        return none("what hangs on a provision that is not there");
    };
    let own = Subject { case: subject.case.clone(), provision: other, instance: "once" };
    frame::plain(&own)?;
    let several = matches!(other.binding, Binding::Each | Binding::Either | Binding::AtLeast(_));
    if several && other.bearers.len() > 1 && !matches!(other.rule, Rule::Prohibition { .. }) {
        return none("what hangs on a duty of several");
    }
    Ok(own)
}

/// Whether a provision binds from entry into force on without an end, whatever is done.
fn is_always(subject: &Subject<'_>, provision: &Provision) -> bool {
    let fixed = |condition| is_fixed(subject, condition, 0);
    if !fixed(&provision.while_) || !provision.terms.unless.as_ref().is_none_or(fixed) {
        return false;
    }
    let entry = subject.case.agreement.in_force;
    literals::scope(&subject.case, provision, &[]).is_ok_and(|scope| scope == Ticks::from(entry))
}

fn hinge(frame: Frame<'_>, amount: Amount, turn: Turn) -> Hinge {
    Hinge {
        action: frame.action,
        bearers: frame.bearers,
        verifiers: frame.verifiers.to_vec(),
        forbidden: false,
        from: frame.counts_from,
        amount: amount.0,
        turn,
    }
}

/// A single duty with a fixed window that binds all the time: what it comes to, how much it owes, and its last tick in time.
fn single<'a>(own: &Subject<'a>) -> Result<(Frame<'a>, Required, Instant), Fault> {
    let Rule::Once { required, due, .. } = &own.provision.rule else {
        return none("what hangs on more than a single duty, a quota or a prohibition");
    };
    if !is_always(own, own.provision) {
        return none("what hangs on a provision in a scope");
    }
    if !is_fixed_due(own, due, 0) {
        return none("what hangs on a duty whose own window hangs on something");
    }
    let last = literals::window(&own.case, due, &[])?.1;
    match frames(own)?.0.pop() {
        Some(frame) => Ok((frame, *required, last)),
        None => none("what hangs on a duty of nobody"),
    }
}

/// What is one more than an amount.
fn beyond(amount: Amount) -> Amount {
    Amount(amount.0.saturating_add(Amount::LEAST.0))
}

/// The deeds with which another duty is performed, and those on which its window hangs.
pub(crate) fn performed(
    subject: &Subject<'_>,
    id: &str,
    condition: &Condition,
    hinges: &mut Vec<Hinge>,
    depth: usize,
) -> Result<(), Fault> {
    let own = other(subject, id)?;
    // However late it is performed, where so much at least is owed: but not before its window opens.
    if let Rule::Once { required: Required::AtLeast(amount), due, .. } = &own.provision.rule
        && matches!(condition, Condition::Performed(_))
        && !is_fixed_due(&own, due, 0)
    {
        if !is_always(&own, own.provision) {
            return none("what hangs on a provision in a scope");
        }
        hinges.push(reached(&own, *amount)?);
        return of_due(&own, due, hinges, depth + 1);
    }
    hinges.push(performance(&own, condition)?);
    Ok(())
}

/// The deeds with which a duty comes to an amount, whatever its window hangs on.
fn reached(own: &Subject<'_>, amount: Amount) -> Result<Hinge, Fault> {
    let Provision { rule: Rule::Once { action, not_before, .. }, bearers, .. } = own.provision else {
        return none("what hangs on more than a single duty, a quota or a prohibition");
    };
    let by = match own.provision.binding {
        Binding::Unstated => Some(Vec::new()),
        _ if bearers.len() <= 1 => None,
        _ => Some(bearers.clone()),
    };
    if !action.under.is_empty() {
        return none("`only those of`");
    }
    Ok(Hinge {
        action: Action { by: by.clone().unwrap_or_else(|| action.by.clone()), ..action.clone() },
        bearers: by.unwrap_or_else(|| bearers.clone()),
        verifiers: own.provision.verified_by.clone(),
        forbidden: false,
        from: frame::counts_from(own.case.agreement.in_force, not_before.as_ref())?,
        amount: amount.0,
        turn: Turn::Reached,
    })
}

fn performance(own: &Subject<'_>, condition: &Condition) -> Result<Hinge, Fault> {
    if matches!(own.provision.rule, Rule::Periodic { .. }) {
        return quota(own, condition);
    }
    let (frame, required, last) = single(own)?;
    let in_time = last < Instant::MAX && last >= frame.counts_from;
    match required {
        Required::AtLeast(amount) => Ok(hinge(frame, amount, Turn::Reached)),
        Required::Exactly(amount) => Ok(hinge(frame, amount, Turn::Exactly(last))),
        Required::AtMost(amount) if in_time => Ok(hinge(frame, beyond(amount), Turn::Short(last))),
        Required::AtMost(_) => none("what hangs on the performance of a ceiling without an end"),
    }
}

/// The deeds with which a quota of a time that is fixed is performed in each period.
fn quota(own: &Subject<'_>, condition: &Condition) -> Result<Hinge, Fault> {
    let Rule::Periodic { required: Required::AtLeast(_), shares, cycle, spread: Spread::Alone, .. } =
        &own.provision.rule
    else {
        return none("what hangs on the performance of a quota of no least number, or that is spread");
    };
    let scope = frame::fixed_scope(own, own.provision)?;
    let periods = literals::periods(&own.case, cycle, &scope)?;
    if !shares.is_empty() || periods.len() > PERIODS_MAX {
        return none("what hangs on the performance of a quota of many periods, or with parts");
    }
    let (mut all, mut found) = (Vec::new(), None);
    for (key, _) in periods.iter().filter(|(_, one)| !scope.within(one.first, one.last).is_empty()) {
        let one = Subject { case: own.case.clone(), provision: own.provision, instance: key };
        let Some(frame) = frames(&one)?.0.pop() else { return none("what hangs on a duty of nobody") };
        let Window::Period(first, last) = frame.window else { return none("a quota of no period") };
        all.push((first, last.next(), frame.demand.least.unwrap_or_default()));
        found =
            Some(hinge(Frame { window: Window::Period(first, last), ..frame }, Amount::ZERO, Turn::Reached));
    }
    let (Some(hinge), Some(amount)) = (found, all.first().map(|one| one.2)) else {
        return none("what hangs on a quota that has not begun");
    };
    if all.iter().any(|one| one.2 != amount) {
        return none("what hangs on a quota in proportion");
    }
    let by = |(first, ..): &(Instant, Instant, Amount)| Deed {
        by: hinge.action.by.clone(),
        ..Deed::of(&hinge.action, *first, amount)
    };
    let deeds: Vec<Deed> = all.iter().map(by).collect();
    let turns = literals::ticks(&own.case, condition, &deeds)?.first_from(Instant::MIN);
    let last = all.iter().map(|one| one.1).max().unwrap_or(Instant::MAX);
    match turns {
        Some(turns) if turns >= last => {
            let periods = all.iter().map(|one| (one.0, one.1)).collect();
            Ok(Hinge { from: all[0].0, amount: amount.0, turn: Turn::InEach(periods, turns), ..hinge })
        }
        _ => none("what hangs on the performance of a quota that is not over"),
    }
}

/// The deeds with which another provision is breached: those that it forbids, or too few of those that it demands, or too many.
pub(crate) fn breached(subject: &Subject<'_>, id: &str) -> Result<Hinge, Fault> {
    let own = other(subject, id)?;
    if matches!(own.provision.rule, Rule::Prohibition { .. }) {
        if !is_always(&own, own.provision) {
            return none("what hangs on a provision in a scope");
        }
        return Ok(Hinge {
            action: forbidden(&own)?.action,
            bearers: own.provision.bearers.clone(),
            verifiers: own.provision.verified_by.clone(),
            forbidden: true,
            from: subject.case.agreement.in_force,
            amount: Amount::LEAST.0,
            turn: Turn::Reached,
        });
    }
    let (frame, required, last) = single(&own)?;
    let in_time = last < Instant::MAX && last >= frame.counts_from;
    match required {
        Required::AtLeast(amount) if in_time => Ok(hinge(frame, amount, Turn::Short(last))),
        Required::AtMost(amount) => Ok(hinge(frame, beyond(amount), Turn::Reached)),
        _ => none("what hangs on the breach of a duty of an exact number, or without a deadline"),
    }
}

/// The deeds that another provision counts.
pub(crate) fn amount(subject: &Subject<'_>, id: &str, least: Amount) -> Result<Hinge, Fault> {
    let Some(other) = subject.case.agreement.provisions.iter().find(|provision| provision.id == id) else {
        return none("what hangs on a provision that is not there");
    };
    let own = Subject { case: subject.case.clone(), provision: other, instance: "once" };
    frame::plain(&own)?;
    let entry = subject.case.agreement.in_force;
    let from = match &other.rule {
        Rule::Once { not_before, .. } | Rule::Schedule { not_before, .. } => {
            frame::counts_from(entry, not_before.as_ref())?
        }
        _ => entry,
    };
    match other.rule.action() {
        Some(action) if action.under.is_empty() && least > Amount::ZERO => Ok(Hinge {
            action: action.clone(),
            bearers: other.bearers.clone(),
            verifiers: other.verified_by.clone(),
            forbidden: matches!(other.rule, Rule::Prohibition { .. }),
            from,
            amount: least.0,
            turn: Turn::Reached,
        }),
        _ => none("what hangs on how much of a state, or of what is among others"),
    }
}
