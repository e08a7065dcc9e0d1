//! What may stand in any way: what hangs on ties that someone contests, or on amendments, where there are more ways than are
//! looked at one by one.
//!
//! Invariant: what has nothing to do with any of them is as ever.

use std::collections::BTreeSet;

use model::{
    Id, Status, StatusSet,
    agreement::{Action, Agreement, Provision, Rule, Target},
    amount::Range,
    answer::{BearerAnswer, Count, InstanceAnswer, Moment, Window},
};

use crate::{
    conditions::Context,
    outcome::{Outcome, Row, sorted},
    reach::unmade,
};

/// Whether a provision hangs on such a tie or amendment: its bearers, or whose deeds it speaks of. Where the ties are few the caller has
/// settled which of them hold, and none is left.
#[must_use]
pub fn in_doubt(agreement: &Agreement, provision: &Provision) -> bool {
    unmade(agreement, &Target::Provision(provision.id.clone())) || on_ties(agreement, provision)
}

fn on_ties(agreement: &Agreement, provision: &Provision) -> bool {
    let action = provision.rule.action().into_iter();
    let others: Vec<&Action> = match &provision.rule {
        Rule::Exchange { trigger, shares, .. } => {
            [trigger].into_iter().chain(shares.iter().map(|share| &share.action)).collect()
        }
        Rule::Periodic { shares, .. } => shares.iter().map(|share| &share.action).collect(),
        _ => Vec::new(),
    };
    let mut doers = provision.bearers.iter().chain(action.chain(others).flat_map(|action| &action.by));
    doers.any(|id| of_party(agreement, id))
}

/// Whether it may be such a tie that makes a deed one of theirs.
#[must_use]
pub fn of_deed(agreement: &Agreement, action: &Action) -> bool {
    action.by.iter().any(|id| of_party(agreement, id))
}

/// Whether one of all those with whom a party is tied, by whatever ways, has a tie that is contested.
fn of_party(agreement: &Agreement, id: &Id) -> bool {
    let contested = |id: &Id| {
        let ties = agreement.actors.iter().filter(|actor| actor.id == *id).flat_map(|actor| &actor.ties);
        ties.into_iter().any(|tie| !tie.contested_by.is_empty())
    };
    let pairs: Vec<(&Id, &Id)> = agreement
        .actors
        .iter()
        .flat_map(|actor| actor.ties.iter().filter_map(|tie| Some((&actor.id, tie.other.as_ref()?))))
        .collect();
    let (mut known, mut todo) = (BTreeSet::new(), vec![id]);
    while let Some(one) = todo.pop() {
        if contested(one) {
            return true;
        }
        if known.insert(one) {
            todo.extend(pairs.iter().filter(|(a, _)| *a == one).map(|(_, b)| *b));
            todo.extend(pairs.iter().filter(|(_, b)| *b == one).map(|(a, _)| *a));
        }
    }
    false
}

/// One instance that may stand in any way.
#[must_use]
pub fn any(context: &Context<'_>, provision: &Provision) -> Outcome {
    let mut outcome = in_any_way(context, provision, statuses(context.agreement, provision), "contested");
    let (kind, what) = if on_ties(context.agreement, provision) {
        ("too_many_ties", "more ties are contested than are looked at one by one")
    } else {
        ("too_many_orders", "amendments may have taken effect in more orders than are looked at one by one")
    };
    outcome.found((kind, Id::new(), format!("{what}: it may stand in any way")), &provision.id);
    outcome
}

/// Every status that a provision can come to, whatever is said of it.
#[must_use]
pub fn statuses(agreement: &Agreement, provision: &Provision) -> StatusSet {
    use Status::{Breached, Excused, Inactive, Lapsed, Late, Met, NotAdjudicated, Pending, Suspended};
    let terms = &provision.terms;
    let powers = !agreement.powers.is_empty()
        || agreement.provisions.iter().any(|provision| !provision.terms.consequences.is_empty());
    let effort = terms.manner.is_some() || terms.quality.is_some();
    let conduct = matches!(provision.rule, Rule::Answerable { for_result: false, .. });
    let keeps = matches!(
        provision.rule,
        Rule::Prohibition { .. } | Rule::Answerable { .. } | Rule::State { quiet: None, .. }
    );
    let excuses = powers || !provision.exceptions.is_empty() || !agreement.amendments.is_empty();
    let may = [
        (Breached, true),
        (Late, !keeps),
        (Pending, true),
        (NotAdjudicated, effort || conduct),
        (Met, true),
        (Excused, excuses),
        (Suspended, powers),
        (Lapsed, powers),
        (Inactive, true),
    ];
    may.into_iter().filter(|(_, may)| *may).map(|(status, _)| status).collect()
}

/// One instance that may have any of these statuses, for this reason.
#[must_use]
pub fn in_any_way(context: &Context<'_>, provision: &Provision, any: StatusSet, why: &str) -> Outcome {
    let answer = InstanceAnswer {
        key: "once".to_owned(),
        window: Window { from: None, to: None },
        required: std::collections::BTreeMap::new(),
        amount: Range::default(),
        status: any,
        performed: Moment::default(),
        of_which: Vec::new(),
        by_source: Vec::new(),
        why: vec![why.to_owned()],
        evidence: Vec::new(),
        assumptions: provision.assumed(),
    };
    let timeline = vec![(context.agreement.in_force, any)];
    let violations = Count { certain: 0, possible: None };
    let mut outcome = Outcome { violations, exact: false, ..Outcome::default() };
    outcome.rows.push((Id::new(), Row { answer, timeline }));
    let bearers = sorted(&provision.bearers).into_iter();
    outcome.by_bearer = bearers.map(|party| BearerAnswer { party, status: any, violations }).collect();
    outcome
}
