//! What of an agreement hangs on what an amendment changes.
//!
//! Invariant: what is not named here is the same with the amendment and without it.

use std::collections::BTreeSet;

use model::{
    Id,
    agreement::{Agreement, Condition, Cycle, Due, Phase, PhaseEnd, Power, Provision, Rule, Target},
};

use crate::in_step::follows;

/// Everything that some changes reach: what they change, and what hangs on that.
#[must_use]
pub fn reached(agreement: &Agreement, changed: impl Iterator<Item = Target>) -> BTreeSet<Target> {
    let mut reached: BTreeSet<Target> = changed.collect();
    if reached.contains(&Target::Agreement) {
        return everything(agreement).chain([Target::Agreement]).collect();
    }
    let mut hangs: Vec<(Target, BTreeSet<Target>)> = Vec::new();
    for milestone in &agreement.milestones {
        hangs.push((Target::Milestone(milestone.id.clone()), named([&milestone.when])));
    }
    for phase in &agreement.phases {
        hangs.push((Target::Phase(phase.id.clone()), of_phase(phase)));
    }
    for provision in &agreement.provisions {
        hangs.push((Target::Provision(provision.id.clone()), of_provision(provision)));
    }
    loop {
        let on_it = |on: &BTreeSet<Target>| on.iter().any(|target| reached.contains(target));
        let more = |(what, on): &&(Target, BTreeSet<Target>)| !reached.contains(what) && on_it(on);
        let more: Vec<Target> = hangs.iter().filter(more).map(|(what, _)| what.clone()).collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}

fn everything(agreement: &Agreement) -> impl Iterator<Item = Target> + '_ {
    let phases = agreement.phases.iter().map(|phase| Target::Phase(phase.id.clone()));
    let milestones = agreement.milestones.iter().map(|milestone| Target::Milestone(milestone.id.clone()));
    let provisions = agreement.provisions.iter().map(|provision| Target::Provision(provision.id.clone()));
    phases.chain(milestones).chain(provisions)
}

/// Whether a deadline hangs on some of it.
#[must_use]
pub fn deadline_hangs_on(due: &Due, reached: &BTreeSet<Target>) -> bool {
    named(crate::due::hangs_on(due)).iter().any(|target| reached.contains(target))
}

/// Whether it hangs on some of it whether a power can be used.
#[must_use]
pub fn power_hangs_on(power: &Power, reached: &BTreeSet<Target>) -> bool {
    let on = named([&power.while_].into_iter().chain(crate::due::hangs_on(&power.due)));
    on.iter().any(|target| reached.contains(target))
}

fn of_phase(phase: &Phase) -> BTreeSet<Target> {
    let ends = match &phase.ends {
        PhaseEnd::When(condition) => Some(condition),
        _ => None,
    };
    let latest = phase.latest.iter().flat_map(crate::due::hangs_on);
    named([&phase.begins].into_iter().chain(ends).chain(latest))
}

fn of_provision(provision: &Provision) -> BTreeSet<Target> {
    let terms = &provision.terms;
    let mut conditions = vec![&provision.while_];
    conditions.extend(&terms.unless);
    conditions.extend(provision.exceptions.iter().map(|exception| &exception.when));
    conditions.extend(terms.in_step.iter().filter_map(|step| step.starts.as_ref()));
    let mut more = BTreeSet::new();
    match &provision.rule {
        Rule::Once { due, not_before, .. } => {
            conditions.extend(crate::due::hangs_on(due));
            conditions.extend(not_before);
        }
        Rule::Schedule { steps, not_before, .. } => {
            conditions.extend(steps.iter().flat_map(|step| crate::due::hangs_on(&step.due)));
            conditions.extend(not_before);
        }
        Rule::Periodic { cycle, .. } => match cycle {
            Cycle::Days(_, from) => conditions.push(from),
            Cycle::Term(phase) => more.extend([Target::Phase(phase.clone())]),
            Cycle::Day | Cycle::Week(_) | Cycle::Months(_) => {}
        },
        Rule::State { from, until, quiet, .. } => {
            conditions.push(from);
            conditions.extend(until);
            conditions.extend(quiet.iter().flat_map(|quiet| &quiet.instead).map(|(_, when)| when));
        }
        Rule::Exchange { .. } | Rule::Prohibition { .. } | Rule::Answerable { .. } => {}
    }
    let others = follows(provision).into_iter().map(|step| &step.with).chain(&terms.subject_to);
    let under = provision.rule.action().into_iter().flat_map(|action| &action.under);
    more.extend(others.chain(under).map(|id| Target::Provision(id.clone())));
    more.extend(named(conditions));
    more
}

fn named<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> BTreeSet<Target> {
    let mut all = BTreeSet::new();
    for condition in conditions {
        name(condition, &mut all);
    }
    all
}

fn name(condition: &Condition, all: &mut BTreeSet<Target>) {
    let provision = |id: &Id| Target::Provision(id.clone());
    let one = match condition {
        Condition::Milestone(id) => Some(Target::Milestone(id.clone())),
        Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
            Some(Target::Phase(id.clone()))
        }
        Condition::Performed(id)
        | Condition::PerformedInTime(id)
        | Condition::Breached(id)
        | Condition::Overdue(id)
        | Condition::Violations(id, _)
        | Condition::Amount(id, _) => Some(provision(id)),
        Condition::Deed(action)
        | Condition::Done(action, _)
        | Condition::Recently(_, action)
        | Condition::Calm(action, _) => {
            all.extend(action.under.iter().map(provision));
            None
        }
        _ => None,
    };
    all.extend(one);
    condition.parts().iter().for_each(|part| name(part, all));
}
