//! From a provision to its instances: the rule decides who computes them, the terms that go with any rule are applied here.
//!
//! Invariant: whoever asks for a provision's instances, the walk or another provision, gets the same.

use model::{
    Instant, Status, StatusSet,
    agreement::{Binding, Matching, PartLot, Provision, Rule},
};

use crate::{
    apart,
    by_reference::by_reference,
    conditions::{Context, NotComputed},
    exchange::exchange,
    families, further, in_step,
    kept::state,
    lots,
    outcome::{Outcome, Row},
    outside::{self, any_window},
    parties, precedence,
    prohibition::prohibition,
    recurring::recurring,
    schedule::{once_of_several, schedule},
    single::once,
    some, tied,
};

/// A provision's instances.
///
/// # Errors
/// When something that it hangs on is not computed.
pub fn outcome(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    context.outcome_as_amended(provision).unwrap_or_else(|| unamended(context, provision))
}

/// A provision's instances by its text alone.
///
/// # Errors
/// When something that it hangs on is not computed.
pub fn unamended(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    if let Some((member, family)) = &provision.terms.for_each {
        return families::each(context, provision, member, family);
    }
    if tied::in_doubt(context.agreement, provision) {
        return Ok(tied::any(context, provision));
    }
    if apart::is_apart(context, provision) {
        return apart::each(context, provision);
    }
    let mut outcome = if parties::is_of_its_time(context.agreement, provision) {
        parties::over_time(context, provision)?
    } else {
        of_text(context, provision)?
    };
    if counts_from_entry(context, provision) && !context.surely_entered()? {
        // With a later entry less would count: the same instances, or fewer, may stand in any way.
        let any = any_window();
        outcome.each_set(context.at, |_, set| set.or(any));
        outcome.exact = false;
    }
    if provision.terms.manner.is_some() || provision.terms.quality.is_some() {
        track(&mut outcome, context.at);
    }
    outside::apply(context, provision, &mut outcome)?;
    precedence::apply(context, provision, &mut outcome)?;
    in_step::apply(context, provision, &mut outcome)?;
    Ok(outcome)
}

/// Whether its instances are made of what was done from entry into force on.
fn counts_from_entry(context: &Context<'_>, provision: &Provision) -> bool {
    let terms = &provision.terms;
    matches!(provision.rule, Rule::Exchange { .. })
        || terms.part_lot == Some(PartLot::Proportion)
        || terms.in_step.is_some()
        || further::answered(context, provision).is_some()
}

/// Whether it recurs, or forbids, or is about a state, or is an answer with parts, and some of several owe it.
fn owed_by_some(provision: &Provision) -> bool {
    let one_by_one = match &provision.rule {
        Rule::Periodic { .. } | Rule::Prohibition { .. } | Rule::State { .. } => true,
        Rule::Exchange { shares, .. } => !shares.is_empty(),
        _ => false,
    };
    one_by_one && some::enough(provision).is_some()
}

/// A provision's instances by its rule, whoever of its bearers is bound when.
///
/// # Errors
/// When something that it hangs on is not computed.
pub fn of_text(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let terms = &provision.terms;
    if let Some(enough) = some::enough(provision).filter(|_| owed_by_some(provision)) {
        return some::some_of(context, provision, enough, Provision::clone);
    }
    if let Some((main, length)) = further::answered(context, provision) {
        return further::further(context, provision, main, length);
    }
    match &provision.rule {
        Rule::Once { .. } if terms.part_lot == Some(PartLot::Proportion) => {
            lots::in_proportion(context, provision)
        }
        Rule::Once { .. }
            if provision.binding == Binding::Each
                && terms.made_up_with.is_empty()
                && terms.in_step.is_none() =>
        {
            once(context, provision)
        }
        Rule::Once { .. } => once_of_several(context, provision),
        Rule::Schedule { .. } => schedule(context, provision),
        Rule::Periodic { .. } => recurring(context, provision),
        Rule::Exchange { matching: Matching::SameReference, .. } => by_reference(context, provision),
        Rule::Exchange { .. } => exchange(context, provision),
        Rule::Prohibition { .. } => prohibition(context, provision),
        Rule::Answerable { for_result, .. } => {
            let mut outcome = prohibition(context, provision)?;
            if !for_result {
                track(&mut outcome, context.at);
                outcome.violations = model::answer::Count { certain: 0, possible: Some(0) };
                outcome.by_bearer.iter_mut().for_each(|bearer| bearer.violations = outcome.violations);
            }
            Ok(outcome)
        }
        Rule::State { .. } => state(context, provision),
    }
}

/// Of an effort, a pace, a quality or a conduct no breach is found: what is late or not done is not adjudicated.
fn track(outcome: &mut Outcome, at: Instant) {
    outcome.each_set(at, |_, set| {
        set.iter()
            .map(|status| match status {
                Status::Breached | Status::Late => Status::NotAdjudicated,
                other => other,
            })
            .collect()
    });
}

impl Outcome {
    /// Changes every set of statuses in it, each with the instant for which it holds.
    pub fn each_set(&mut self, at: Instant, change: impl Fn(Instant, StatusSet) -> StatusSet) {
        for (_, row) in &mut self.rows {
            row.each_set(at, &change);
        }
        for bearer in &mut self.by_bearer {
            bearer.status = change(at, bearer.status);
        }
    }
}

impl Row {
    /// Likewise for one instance.
    pub fn each_set(&mut self, at: Instant, change: &impl Fn(Instant, StatusSet) -> StatusSet) {
        let answer = &mut self.answer;
        answer.status = change(at, answer.status);
        answer.by_source.iter_mut().for_each(|source| source.status = change(at, source.status));
        answer.of_which.iter_mut().for_each(|part| part.status = change(at, part.status));
        self.timeline.iter_mut().for_each(|(from, set)| *set = change(*from, *set));
        self.timeline.dedup_by_key(|(_, set)| *set);
    }
}
