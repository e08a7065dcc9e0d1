//! What is said of a stock that is to be kept, claim by claim: what a certificate of a state is checked against
//! (spec/certificate.md).
//!
//! Invariant: everything here is read off the claims, one at a time; what two origins reach, tick by tick.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Standard,
    agreement::{Provision, Rule, Side},
    claim::{Claim, Kind},
};

use crate::{
    Case, Oracle, Refused,
    literals::Screened,
    stocks::{Kept, said},
    world::{Deed, Demand, Facts, Outcome, World, not_handled},
};

/// What is said of a stock throughout a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The claim, or what else it rests on.
    pub claim: Id,
    /// When.
    pub period: Period,
    /// At least so much; else at most.
    pub lower: bool,
    /// How much.
    pub amount: Amount,
    /// It holds at some tick of the period, not at all of them.
    pub once: bool,
}

/// A state to be kept with all that is said of it.
#[derive(Clone, Debug)]
pub struct Levels {
    /// What the stock has to be.
    pub demand: Demand,
    /// What is said of it.
    pub limits: Vec<Limit>,
    /// What became of each claim.
    pub screen: Vec<Screened>,
}

/// What claims of states say of the stock of a provision; the deeds by which something comes to be there are left aside.
///
/// # Errors
/// For states and claims that this crate does not understand.
pub fn levels(case: &Case<'_>, provision: &Provision) -> Result<Levels, Refused> {
    // Whose word counts is asked below, limit by limit.
    let alleged = Case { standard: Standard::Alleged, ..case.clone() };
    let mut oracle = Oracle::new(&alleged, 0)?;
    let live: BTreeSet<Id> = oracle.live.iter().map(|claim| claim.id.clone()).collect();
    oracle.live.retain(|claim| claim.kind == Kind::State || !claim.denies.is_empty());
    let ground = on_the_ground(provision);
    let kept = Kept::of(&ground)?;
    let own = matches!(provision.rule, Rule::State { own: true, .. });
    // Whether what is said of somebody's is said of all there was is not settled.
    if !own && oracle.live.iter().any(|claim| claim.kind == Kind::State && !claim.by.is_empty()) {
        return not_handled("somebody's stock where the text speaks of anybody's");
    }
    let demand = kept.demand;
    let speech = Speech { oracle: &oracle, case, provision, ceiling: demand.most.is_some() };
    let mut all = Vec::new();
    for one in said(&oracle, &kept)? {
        let limit = |lower| move |amount| (lower, amount);
        let both = one.least.map(limit(true)).into_iter().chain(one.most.map(limit(false)));
        all.extend(both.map(|(lower, amount)| {
            let (claim, period) = (one.claim.clone(), one.period);
            Limit { claim, period, lower, amount, once: false }
        }));
    }
    let graded = matches!(case.standard, Standard::Corroborated | Standard::Adverse | Standard::Admitted);
    let single = matches!(case.standard, Standard::Adverse | Standard::Admitted);
    if graded && !all.is_empty() && oracle.live.iter().any(|claim| claim.relays.is_some()) {
        return not_handled("a state that is relayed, under this standard");
    }
    if single && demand.least.is_some() && demand.most.is_some() {
        return not_handled("which way a state is against its speaker's interest");
    }
    let together = matches!(case.standard, Standard::Corroborated | Standard::Adverse);
    let mut limits: Vec<Limit> = all.iter().filter(|limit| speech.accepts(limit)).cloned().collect();
    if together {
        limits.extend(speech.corroborated(&all)?);
    }
    let used = if together { &all } else { &limits };
    let why = |claim: &Claim| match () {
        () if claim.known_at > case.known_at => "known later",
        () if !live.contains(&claim.id) => "replaced or withdrawn",
        () if used.iter().any(|limit: &Limit| limit.claim == claim.id) => "used",
        () if claim.kind != Kind::State => "no report of a state",
        () => "not accepted by the standard, or bounds nothing",
    };
    let screened = |claim: &Claim| Screened { claim: claim.id.clone(), why: why(claim).to_owned() };
    let screen = case.claims.iter().map(screened).collect();
    Ok(Levels { demand, limits, screen })
}

/// What is to be kept from over a zone is to be kept out of it.
fn on_the_ground(provision: &Provision) -> Provision {
    let mut own = provision.clone();
    if let Rule::State { required: None, place: Some((side @ Side::FromOver, _)), .. } = &mut own.rule {
        *side = Side::OutOf;
    }
    own
}

/// Who says what under a standard.
struct Speech<'a> {
    oracle: &'a Oracle<'a>,
    case: &'a Case<'a>,
    provision: &'a Provision,
    /// More would be against the bearers' interest; else less would.
    ceiling: bool,
}

impl Speech<'_> {
    /// Whether a limit is accepted by itself (spec/worlds.md §4).
    fn accepts(&self, limit: &Limit) -> bool {
        let Some(claim) = self.case.claims.iter().find(|claim| claim.id == limit.claim) else { return false };
        let index = self.oracle.source(&claim.source);
        let source = &self.oracle.sources[index];
        let speaks_for = |who: &Id| source.id == *who || source.side.as_ref() == Some(who);
        let own = self.oracle.is_of(index, &self.provision.bearers);
        let other = source.side.is_some() && !own;
        let admits = own && (!self.ceiling || self.oracle.accused(index, claim));
        match &self.case.standard {
            Standard::Alleged => true,
            Standard::Account(who) => speaks_for(who),
            Standard::Verified => self.provision.verified_by.iter().any(speaks_for),
            Standard::Corroborated => false,
            // What is against the speaker's own side.
            Standard::Adverse | Standard::Admitted if limit.lower == self.ceiling => admits,
            Standard::Adverse => other,
            Standard::Admitted => false,
        }
    }

    /// At each tick what at least two origins reach.
    fn corroborated(&self, all: &[Limit]) -> Result<Vec<Limit>, Refused> {
        let edges = all.iter().flat_map(|limit| [limit.period.first, limit.period.last.next()]);
        let edges: Vec<Instant> = edges.collect::<BTreeSet<_>>().into_iter().collect();
        let mut found = Vec::new();
        for cell in edges.windows(2).map(|two| Period { first: two[0], last: two[1].previous() }) {
            let mut best: BTreeMap<String, (Option<Amount>, Option<Amount>)> = BTreeMap::new();
            for limit in all.iter().filter(|limit| limit.period.contains(&cell)) {
                let claim = self.oracle.live.iter().find(|claim| claim.id == limit.claim);
                let origin = claim.map(|c| self.oracle.origin(self.oracle.source(&c.source), Some(c)));
                let (floor, cap) = best.entry(origin.unwrap_or_default()).or_default();
                match limit.lower {
                    true => *floor = (*floor).max(Some(limit.amount)),
                    false => *cap = Some(cap.map_or(limit.amount, |own| own.min(limit.amount))),
                }
                if floor.zip(*cap).is_some_and(|(floor, cap)| floor > cap) {
                    return not_handled("an origin that contradicts itself");
                }
            }
            let mut floors: Vec<Amount> = best.values().filter_map(|one| one.0).collect();
            let mut caps: Vec<Amount> = best.values().filter_map(|one| one.1).collect();
            floors.sort_unstable_by(|one, other| other.cmp(one));
            caps.sort_unstable();
            for (lower, amounts) in [(true, floors), (false, caps)] {
                found.extend(amounts.into_iter().skip(1).map(|amount| {
                    let (how, from, until) =
                        (if lower { "least" } else { "most" }, cell.first, cell.last.next());
                    let claim = format!("two origins: at {how} {amount} from {from} until {until}");
                    Limit { claim, period: cell, lower, amount, once: false }
                }));
            }
        }
        Ok(found)
    }
}

/// What a provision comes to in the world in which its stock was so much, where nothing is said of it nothing, and these deeds were
/// done.
///
/// # Errors
/// For constructs that the evaluator does not know.
pub fn outcome(
    case: &Case<'_>,
    provision: &Provision,
    stocks: &[(Period, Amount)],
    deeds: &[Deed],
) -> Result<Outcome, Refused> {
    let ground = on_the_ground(provision);
    let kept = Kept::of(&ground)?;
    let stocks = stocks.iter().map(|(period, amount)| kept.stock(*period, *amount)).collect();
    let facts = Facts { stocks, ..Facts::default() };
    World::new(case.agreement, deeds, &facts, case.at)?.outcome(provision, case.at)
}
