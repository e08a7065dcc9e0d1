//! What is said of a stock that is to be kept, claim by claim: what a certificate of a state is checked against
//! (spec/certificate.md).
//!
//! Invariant: everything here is read off the claims, one at a time.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Period,
    agreement::{Provision, Rule},
    claim::{Claim, Kind},
};

use crate::{
    Case, Oracle, Refused,
    literals::Screened,
    stocks::{Kept, said},
    world::{Demand, Facts, Outcome, Ticks, World, not_handled},
};

/// What one claim says of a stock throughout a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The claim.
    pub claim: Id,
    /// When.
    pub period: Period,
    /// At least so much; else at most.
    pub lower: bool,
    /// How much.
    pub amount: Amount,
}

/// A state to be kept with all that is said of it.
#[derive(Clone, Debug)]
pub struct Levels {
    /// What the stock has to be.
    pub demand: Demand,
    /// When, in the world of no deeds.
    pub window: Ticks,
    /// What is said of it.
    pub limits: Vec<Limit>,
    /// What became of each claim.
    pub screen: Vec<Screened>,
}

/// What is said of the stock of a provision.
///
/// # Errors
/// For states and claims that this crate does not understand.
pub fn levels(case: &Case<'_>, provision: &Provision) -> Result<Levels, Refused> {
    let oracle = Oracle::new(case, 0)?;
    let kept = Kept::of(provision)?;
    let window = oracle.world(&[])?.state_window(provision)?;
    let own = matches!(provision.rule, Rule::State { own: true, .. });
    // Whether what is said of somebody's is said of all there was is not settled.
    if !own && oracle.live.iter().any(|claim| claim.kind == Kind::State && !claim.by.is_empty()) {
        return not_handled("somebody's stock where the text speaks of anybody's");
    }
    let mut limits = Vec::new();
    for one in said(&oracle, &kept)? {
        let limit = |lower| move |amount| (lower, amount);
        let both = one.least.map(limit(true)).into_iter().chain(one.most.map(limit(false)));
        limits.extend(both.map(|(lower, amount)| {
            let (claim, period) = (one.claim.clone(), one.period);
            Limit { claim, period, lower, amount }
        }));
    }
    let live: BTreeSet<&Id> = oracle.live.iter().map(|claim| &claim.id).collect();
    let why = |claim: &Claim| match () {
        () if claim.known_at > case.known_at => "known later",
        () if !live.contains(&claim.id) => "replaced or withdrawn",
        () if limits.iter().any(|limit: &Limit| limit.claim == claim.id) => "used",
        () if claim.kind != Kind::State => "no report of a state",
        () => "not accepted by the standard, or bounds nothing",
    };
    let screened = |claim: &Claim| Screened { claim: claim.id.clone(), why: why(claim).to_owned() };
    let screen = case.claims.iter().map(screened).collect();
    Ok(Levels { demand: kept.demand, window, limits, screen })
}

/// What a provision comes to in the world in which its stock was so much, and where nothing is said of it nothing.
///
/// # Errors
/// For constructs that the evaluator does not know.
pub fn outcome(
    case: &Case<'_>,
    provision: &Provision,
    stocks: &[(Period, Amount)],
) -> Result<Outcome, Refused> {
    let kept = Kept::of(provision)?;
    let stocks = stocks.iter().map(|(period, amount)| kept.stock(*period, *amount)).collect();
    let facts = Facts { stocks, ..Facts::default() };
    World::new(case.agreement, &[], &facts, case.at)?.outcome(provision, case.at)
}
