//! Who is bound over time: from `accepted` to `left`, and from a split on, as the other was (spec/meaning.md §9).
//!
//! Invariant: a bearer who is bound for a part of the time has his own scope: the provision's where he is bound.

use model::{
    Id, Instant, Period,
    agreement::{Agreement, Condition, Provision, TieKind},
};

use crate::{
    conditions::{Context, NotComputed},
    dues,
    outcome::Outcome,
    some,
};

/// Chains of splits longer than this are not followed.
const CHAIN_MAX: usize = 8;

/// Whether some bearer is bound for a part of the time only.
#[must_use]
pub fn is_of_its_time(agreement: &Agreement, provision: &Provision) -> bool {
    provision.bearers.iter().any(|bearer| bound(agreement, bearer) != [Period::ALWAYS])
}

/// A provision's instances where its bearers, or its one bearer, are bound over time; each of several is one of these.
///
/// # Errors
/// When it is not computed.
pub fn over_time(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let bound = |id: &Id| bound(context.agreement, id);
    if let Some(enough) = some::enough(provision) {
        return some::some_of(context, provision, enough, |own| bound_in(own, &bound(&own.bearers[0])));
    }
    // Several together are bound while any of them is.
    let mut all: Vec<Period> = provision.bearers.iter().flat_map(bound).collect();
    all.sort_unstable();
    dues::of_text(context, &bound_in(provision, &all))
}

/// The provision within some stretches of time.
fn bound_in(provision: &Provision, stretches: &[Period]) -> Provision {
    let mut within: Vec<Condition> = stretches.iter().map(during).collect();
    let bound = if within.len() == 1 { within.remove(0) } else { Condition::Any(within) };
    let while_ = match (stretches, &provision.while_) {
        ([only], _) if *only == Period::ALWAYS => provision.while_.clone(),
        (_, while_) => Condition::All(vec![while_.clone(), bound]),
    };
    Provision { while_, ..provision.clone() }
}

fn during(stretch: &Period) -> Condition {
    let mut all = vec![Condition::InForce];
    if stretch.first > Instant::MIN {
        all.push(Condition::From(stretch.first));
    }
    if stretch.last < Instant::MAX {
        all.push(Condition::Not(Box::new(Condition::From(stretch.last.next()))));
    }
    Condition::All(all)
}

/// From when on one is bound; never, where he is not.
#[must_use]
pub fn bound_since(agreement: &Agreement, id: &Id) -> Instant {
    bound(agreement, id).first().map_or(Instant::MAX, |first| first.first)
}

/// When one is bound: disjoint, ascending; always, where nothing is said.
fn bound(agreement: &Agreement, id: &Id) -> Vec<Period> {
    along(agreement, id, 0)
}

fn along(agreement: &Agreement, id: &Id, depth: usize) -> Vec<Period> {
    let ties = agreement.actors.iter().filter(|actor| actor.id == *id).flat_map(|actor| &actor.ties);
    let of_it = ties.filter(|tie| matches!(tie.kind, TieKind::Accepted | TieKind::Left | TieKind::SplitFrom));
    let mut turns: Vec<(Instant, bool)> = of_it
        .map(|tie| {
            let at = tie.valid.first;
            let binds = match (&tie.kind, &tie.other) {
                (TieKind::Left, _) => false,
                (TieKind::SplitFrom, Some(other)) if depth < CHAIN_MAX => {
                    along(agreement, other, depth + 1).iter().any(|period| period.contains(&Period::at(at)))
                }
                _ => true,
            };
            (at, binds)
        })
        .collect();
    turns.sort_unstable();
    let leaves_first = turns.first().is_none_or(|(_, binds)| !binds);
    let split = agreement.actors.iter().filter(|actor| actor.id == *id).flat_map(|actor| &actor.ties);
    let was_part = split.into_iter().any(|tie| tie.kind == TieKind::SplitFrom);
    let mut since = (leaves_first && !was_part).then_some(Instant::MIN);
    let mut periods = Vec::new();
    for (at, binds) in turns {
        match (since, binds) {
            (Some(first), false) => {
                periods.extend(Period::closed(first, at.previous()));
                since = None;
            }
            (None, true) => since = Some(at),
            _ => {}
        }
    }
    periods.extend(since.map(|first| Period { first, last: Instant::MAX }));
    periods
}
