//! What deeds and silence say of a stock: what enters a zone or flies over it is there at that instant, and where nobody would have
//! missed a flight there is none.
//!
//! Invariant: a deed gives a floor at its time alone; silence gives nothing where its own side reports a flight.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Period,
    agreement::{Action, Rule, Side, Where},
};
use worlds::{
    levels::Limit,
    literals::{self, Asked, Heard, Literals},
    world::Ticks,
};

use crate::{Fault, Subject, frame::none};

/// Deeds by which something is in or over a zone at their instant.
const COMING: [&str; 2] = ["enter", "fly_over"];

/// What deeds say of the stock of a provision, and silence about flights.
pub(crate) fn coming(subject: &Subject<'_>, ceiling: bool) -> Result<Vec<Limit>, Fault> {
    let provision = subject.provision;
    let Rule::State { item, own, place: Some((side, zone)), .. } = &provision.rule else {
        return Ok(Vec::new());
    };
    let mut limits = Vec::new();
    for act in COMING {
        let action = Action {
            act: act.to_owned(),
            by: if *own { provision.bearers.clone() } else { Vec::new() },
            item: Some(item.clone()),
            to: None,
            place: Some((Where::In, zone.clone())),
            stage: None,
            under: Vec::new(),
        };
        let (bearers, verifiers) = (&provision.bearers, &provision.verified_by);
        let asked = Asked { action: &action, bearers, verifiers, heard: Heard::All, forbidden: ceiling };
        let flights = act == "fly_over" && *side == Side::FromOver;
        limits.extend(literals::with(&subject.case, &asked, |literals| of(subject, literals, flights))??);
    }
    Ok(limits)
}

fn of(subject: &Subject<'_>, literals: &Literals<'_>, flights: bool) -> Result<Vec<Limit>, Fault> {
    let names = literals.names();
    let excluding = |name: &&String| name.contains(" would have reported the deeds of ");
    let mut limits = Vec::new();
    for name in names.iter().filter(|name| !excluding(name)) {
        let claim = name.strip_prefix("the deed of ");
        let claim = claim.and_then(|id| subject.case.claims.iter().find(|claim| claim.id == id));
        let Some((claim, period)) = claim.and_then(|claim| Some((claim.id.clone(), claim.occurred?))) else {
            return none("a stock by what is denied, told in total, or said by two origins");
        };
        let once = period.first < period.last;
        limits.push(Limit { claim, period, lower: true, amount: Amount::LEAST, once });
    }
    if !flights {
        return Ok(limits);
    }
    let exclusions: BTreeSet<String> = names.iter().filter(excluding).cloned().collect();
    let mut silent: BTreeMap<Id, Vec<Period>> = BTreeMap::new();
    for bound in literals.bounds(&exclusions).unwrap_or_default() {
        if !bound.lower && bound.amount == 0 {
            let period = Period::closed(bound.from, bound.until.previous());
            silent.entry(bound.ground).or_default().extend(period);
        }
    }
    for (ground, periods) in silent {
        limits.extend(Ticks::of(periods).periods().iter().map(|period| Limit {
            claim: ground.clone(),
            period: *period,
            lower: false,
            amount: Amount::ZERO,
            once: false,
        }));
    }
    Ok(limits)
}
