//! What an agreement can say and this engine does not compute: named for each provision, phase and instant.
//!
//! Invariant: whatever could change a verdict and is not computed is named here or by `conditions`; what is not named
//! is computed.

use model::{
    Id,
    agreement::{
        Action, Agreement, Change, Matching, PartLot, Provision, Required, Rule, Share, Spread, Target, Terms,
    },
};

/// Why a provision is not computed; none where it is.
#[must_use]
pub fn beyond(agreement: &Agreement, provision: &Provision) -> Option<String> {
    let rule = rule(&provision.rule).or_else(|| terms(&provision.rule, &provision.terms));
    rule.map(str::to_owned)
        .or_else(|| kept(agreement, provision))
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
        Rule::Periodic { shares, disjoint, spread, .. } => recurring(shares, *disjoint, spread),
        Rule::Once { .. }
        | Rule::Schedule { .. }
        | Rule::Exchange { .. }
        | Rule::Prohibition { .. }
        | Rule::Answerable { .. }
        | Rule::State { .. } => None,
    }
}

/// Of a shortfall that lasts, disjoint parts are computed only where they are owed at least.
fn recurring(shares: &[Share], disjoint: bool, spread: &Spread) -> Option<&'static str> {
    let floors = shares.iter().all(|share| matches!(share.required, Required::AtLeast(_)));
    let lasts = matches!(spread, Spread::MadeUp(_) | Spread::CarriesOver);
    (lasts && disjoint && !floors).then_some("a shortfall of disjoint parts of exactly, or at most, so much")
}

/// What belongs to whom, of what is to be kept.
fn kept(agreement: &Agreement, provision: &Provision) -> Option<String> {
    let Rule::State { own, .. } = &provision.rule else { return None };
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
        in_step: _,
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
    let counts = match rule {
        Rule::Once { .. } | Rule::Schedule { .. } | Rule::Periodic { .. } => true,
        Rule::Exchange { matching, .. } => *matching == Matching::InOrder,
        Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { .. } => false,
    };
    let forbids = matches!(rule, Rule::Prohibition { .. } | Rule::Answerable { .. });
    [
        (judged.is_some() && !forbids, "a term that someone judges of other than forbidden deeds"),
        (*part_lot == Some(PartLot::Proportion) && !once, "lots in an exchange, answered in proportion"),
        (
            !made_up_with.is_empty() && !counts,
            "items that make up a number where none is counted, or answers are matched by reference",
        ),
    ]
    .into_iter()
    .find_map(|(said, what)| said.then_some(what))
}

/// Why a kind of deed is not computed.
#[must_use]
pub fn deed(agreement: &Agreement, action: &Action) -> Option<String> {
    action.by.iter().chain(&action.to).find_map(|id| doer(agreement, id))
}

/// Ties that someone contests: the caller settles which hold, and where there are too many, nobody has.
fn doer(agreement: &Agreement, id: &Id) -> Option<String> {
    let tied = agreement.actors.iter().flat_map(|a| a.ties.iter().map(move |tie| (&a.id, tie)));
    let mut contested = tied.filter(|(_, tie)| !tie.contested_by.is_empty());
    contested
        .any(|(who, tie)| who == id || tie.other.is_some())
        .then(|| format!("ties of {id} that someone contests, of which there are too many"))
}

/// Why a phase or provision is not computed: an amendment that could not be put in its place may have changed it.
#[must_use]
pub fn changed(agreement: &Agreement, target: &Target) -> Option<String> {
    let hit = |(on, _): &(Target, Change)| on == target || *on == Target::Agreement;
    let amendment = agreement.amendments.iter().find(|amendment| amendment.changes.iter().any(hit))?;
    Some(format!("amendment {}", amendment.id))
}
