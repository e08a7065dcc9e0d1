//! What an agreement can say and this engine does not compute: named for each provision, phase and instant.
//!
//! Invariant: whatever could change a verdict and is not computed is named here or by `conditions`; what is not named
//! is computed.

use model::{
    Id,
    agreement::{
        Action, Agreement, Binding, Change, CountedOn, Matching, Measure, PartLot, Provision, Required, Rule,
        Share, Side, Spread, Target, Terms, TieKind,
    },
};

/// Why a provision is not computed; none where it is.
#[must_use]
pub fn beyond(agreement: &Agreement, provision: &Provision) -> Option<String> {
    let rule = rule(&provision.rule)
        .or_else(|| terms(&provision.rule, &provision.terms))
        .or_else(|| binding(provision));
    rule.map(str::to_owned)
        .or_else(|| kept(agreement, provision))
        .or_else(|| provision.exceptions.iter().any(|e| e.plea.is_some()).then(|| "a plea".to_owned()))
        .or_else(|| changed(agreement, &Target::Provision(provision.id.clone())))
        .or_else(|| provision.rule.action().and_then(|a| deed(agreement, a)))
        .or_else(|| match &provision.rule {
            Rule::Exchange { trigger, .. } => deed(agreement, trigger),
            Rule::Periodic { shares, .. } => shares.iter().find_map(|share| deed(agreement, &share.action)),
            _ => None,
        })
        .or_else(|| provision.bearers.iter().find_map(|id| doer(agreement, id)))
}

fn rule(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::Once { .. } | Rule::Schedule { .. } | Rule::Prohibition { .. } | Rule::Answerable { .. } => {
            None
        }
        Rule::Periodic { required, shares, disjoint, spread, .. } => {
            recurring(*required, shares, *disjoint, spread)
        }
        Rule::Exchange { matching: Matching::SameReference, counted_on, shares, .. } => {
            let plain = *counted_on == CountedOn::Handover && shares.is_empty();
            (!plain).then_some("parts or identification of answers that are matched by reference")
        }
        Rule::Exchange { .. } => None,
        Rule::State { required: Some(Measure::Share(..) | Measure::Value(_)), .. } => {
            Some("a state whose number is a share or a value")
        }
        Rule::State { place: Some((Side::FromOver, _)), required: Some(_), .. } => {
            Some("a number of what is kept from over a zone")
        }
        Rule::State { .. } => None,
    }
}

/// Of a shortfall that lasts, and of parts side by side, only what is owed at least is computed.
fn recurring(required: Required, shares: &[Share], disjoint: bool, spread: &Spread) -> Option<&'static str> {
    let floor = |required: &Required| matches!(required, Required::AtLeast(_));
    let mut parts = shares.iter().map(|share| &share.required);
    match spread {
        _ if disjoint && !parts.clone().all(floor) => Some("disjoint parts of exactly, or at most, so much"),
        Spread::MadeUp(_) | Spread::CarriesOver if disjoint => Some("shortfalls of parts that are disjoint"),
        Spread::MadeUp(_) | Spread::CarriesOver if !floor(&required) || !parts.all(floor) => {
            Some("a shortfall of exactly, or at most, so much")
        }
        _ => None,
    }
}

/// Where a state is kept, and what belongs to whom.
fn kept(agreement: &Agreement, provision: &Provision) -> Option<String> {
    let Rule::State { place, own, .. } = &provision.rule else { return None };
    if let Some((_, id)) = place {
        let zone = agreement.zones.iter().find(|zone| zone.id == *id);
        if zone.is_none_or(|zone| zone.versions.is_empty()) {
            return Some(format!("the ground of {id}, which has no outline of its own"));
        }
    }
    provision.bearers.iter().filter(|_| *own).find_map(|id| doer(agreement, id))
}

fn terms(rule: &Rule, terms: &Terms) -> Option<&'static str> {
    // What only describes violations, or settles them elsewhere, changes no status.
    let Terms {
        unless: _,
        counting: _,
        judged,
        manner: _,
        for_each: _,
        in_step,
        part_lot,
        made_up_with,
        quality: _,
        consequences: _,
        grades: _,
        disputes: _,
        subject_to: _,
        notwithstanding: _,
    } = terms;
    let once = matches!(rule, Rule::Once { .. });
    [
        (judged.is_some(), "a term that someone judges"),
        (in_step.is_some() && !once, "duties in step with each other that are no single duty"),
        (*part_lot == Some(PartLot::Proportion) && !once, "lots in an exchange, answered in proportion"),
        (!made_up_with.is_empty() && !once, "items that make up the number of other than a single duty"),
    ]
    .into_iter()
    .find_map(|(said, what)| said.then_some(what))
}

fn binding(provision: &Provision) -> Option<&'static str> {
    match provision.binding {
        Binding::Each => None,
        _ => match provision.rule {
            Rule::Once { .. } | Rule::Schedule { .. } | Rule::Exchange { .. } | Rule::Answerable { .. } => {
                None
            }
            _ => Some("a duty that recurs, or to refrain, that several owe otherwise than each"),
        },
    }
}

/// Why a kind of deed is not computed.
#[must_use]
pub fn deed(agreement: &Agreement, action: &Action) -> Option<String> {
    if let Some((_, id)) = &action.place {
        let zone = agreement.zones.iter().find(|zone| zone.id == *id);
        if zone.is_none_or(|zone| zone.versions.is_empty()) {
            return Some(format!("the ground of {id}, which has no outline of its own"));
        }
    }
    action.by.iter().chain(&action.to).find_map(|id| doer(agreement, id))
}

/// Ties to the agreement, and ties that someone contests: of these the caller has to settle which hold.
fn doer(agreement: &Agreement, id: &Id) -> Option<String> {
    let of_another = |tie: &model::agreement::Tie| matches!(tie.kind, TieKind::PartOf | TieKind::DirectedBy);
    let own = agreement.actors.iter().filter(|a| a.id == *id).flat_map(|a| &a.ties);
    let to_it = own.clone().any(|tie| !of_another(tie));
    // Which of the contested ties hold the caller settles; where there are too many, nobody has.
    let tied = agreement.actors.iter().flat_map(|a| a.ties.iter().map(move |tie| (&a.id, tie)));
    let mut concerned = tied.filter(|(_, tie)| of_another(tie) && !tie.contested_by.is_empty());
    (to_it || concerned.any(|(who, tie)| who == id || tie.other.is_some()))
        .then(|| format!("ties of {id} to the agreement over time, or that someone contests"))
}

/// Why a phase or provision is not computed: an amendment may have changed it.
#[must_use]
pub fn changed(agreement: &Agreement, target: &Target) -> Option<String> {
    let hit = |(on, _): &(Target, Change)| on == target || *on == Target::Agreement;
    let amendment = agreement.amendments.iter().find(|amendment| amendment.changes.iter().any(hit))?;
    Some(format!("amendment {}", amendment.id))
}
