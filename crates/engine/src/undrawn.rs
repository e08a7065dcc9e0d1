//! Ground that an agreement names and nobody drew: what is said to be there by its name is there, and what is said to be
//! anywhere else may be there or not.
//!
//! Invariant: wherever such ground is asked about, a finding says so.

use std::collections::BTreeSet;

use model::{
    Id,
    agreement::{Action, Agreement, Condition, PhaseEnd, Provision, Rule},
    answer::Finding,
};

/// A finding for each provision, phase and milestone that speaks of such ground: of some provisions alone, or of everything.
pub fn findings(agreement: &Agreement, some: Option<&[Id]>) -> BTreeSet<Finding> {
    let mut all = BTreeSet::new();
    let mut say = |on: &Id, places: Vec<&Id>| {
        let nowhere = places.into_iter().filter(|id| !is_drawn(agreement, id));
        all.extend(nowhere.map(|id| finding(agreement, on, id)));
    };
    let asked = |provision: &&Provision| some.is_none_or(|ids| ids.contains(&provision.id));
    for provision in agreement.provisions.iter().filter(asked) {
        say(&provision.id, of_provision(provision));
    }
    if some.is_none() {
        for phase in &agreement.phases {
            let ends = match &phase.ends {
                PhaseEnd::When(condition) => of_condition(condition),
                _ => Vec::new(),
            };
            say(&phase.id, of_condition(&phase.begins).into_iter().chain(ends).collect());
        }
        for milestone in &agreement.milestones {
            say(&milestone.id, of_condition(&milestone.when));
        }
    }
    all
}

fn finding(agreement: &Agreement, on: &Id, id: &Id) -> Finding {
    let later = agreement.values.iter().find(|value| value.id == *id && !value.label.is_empty());
    let label = later.map_or(agreement.label(id), |value| &value.label);
    let detail = format!(
        "the outline of “{label}” is not given: what no source says to be there by name may be there or not"
    );
    Finding { kind: "ground_not_drawn".to_owned(), source: String::new(), on: on.clone(), detail }
}

/// Whether a zone has an outline, or is made of others. A family's members are looked at one by one.
fn is_drawn(agreement: &Agreement, id: &Id) -> bool {
    let zone = agreement.zones.iter().find(|zone| zone.id == *id);
    let named = zone.is_some() || agreement.values.iter().any(|value| value.id == *id);
    !named || zone.is_some_and(|zone| !zone.versions.is_empty() || zone.derived.is_some())
}

fn of_provision(provision: &Provision) -> Vec<&Id> {
    let mut places: Vec<&Id> = provision.rule.action().and_then(place_of).into_iter().collect();
    match &provision.rule {
        Rule::Exchange { trigger, shares, .. } => {
            places.extend(place_of(trigger));
            places.extend(shares.iter().filter_map(|share| place_of(&share.action)));
        }
        Rule::Periodic { shares, .. } => {
            places.extend(shares.iter().filter_map(|share| place_of(&share.action)));
        }
        Rule::State { place, from, until, .. } => {
            places.extend(place.as_ref().map(|(_, id)| id));
            places.extend(of_condition(from));
            places.extend(until.iter().flat_map(of_condition));
        }
        Rule::Once { due, .. } => places.extend(crate::due::hangs_on(due).into_iter().flat_map(of_condition)),
        _ => {}
    }
    places.extend(of_condition(&provision.while_));
    places
}

fn of_condition(condition: &Condition) -> Vec<&Id> {
    let own = match condition {
        Condition::Deed(action)
        | Condition::Done(action, _)
        | Condition::Recently(_, action)
        | Condition::Calm(action, _) => place_of(action),
        _ => None,
    };
    condition.parts().iter().flat_map(of_condition).chain(own).collect()
}

fn place_of(action: &Action) -> Option<&Id> {
    action.place.as_ref().map(|(_, id)| id)
}
