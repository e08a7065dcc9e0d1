//! The worlds of a state that is to be kept: what lay where, stretch by stretch, as accepted claims of kind
//! `state` allow (spec/meaning.md §10).
//!
//! Invariant: where no claim speaks of a stock it may be anything.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Standard,
    agreement::{Measure, Provision, Required, Rule, Side},
    claim::{Claim, Kind},
};

use crate::{
    Oracle, Refused,
    pattern::{Fit, doer_fit, says_own},
    world::{Demand, Stock, not_handled},
};

/// More literals are not tried set by set.
const LITERALS: usize = 12;

/// One thing said of a stock throughout a period.
pub(crate) struct Said {
    /// Who says it.
    pub claim: Id,
    pub period: Period,
    pub least: Option<Amount>,
    pub most: Option<Amount>,
}

/// Every way in which a stock may have been.
pub(crate) struct Stocks {
    pub worlds: Vec<Vec<Stock>>,
    /// When it may have been as it must be and otherwise, any number of times.
    pub free: Vec<Period>,
}

/// What a state is about.
pub(crate) struct Kept<'a> {
    item: &'a Id,
    own: bool,
    zone: Option<&'a Id>,
    pub demand: Demand,
    bearers: &'a [Id],
}

impl<'a> Kept<'a> {
    pub fn of(provision: &'a Provision) -> Result<Self, Refused> {
        let Rule::State { item, own, required, belonging: None, place, .. } = &provision.rule else {
            return not_handled("worlds of what belongs to a member");
        };
        let side = place.as_ref().map(|(side, _)| *side);
        if side == Some(Side::FromOver) {
            return not_handled("flights over a zone");
        }
        let demand = match (required, side) {
            (Some(Measure::Plain(required)), _) => Demand::from(*required),
            (Some(Measure::Between(least, most)), _) => Demand { least: Some(*least), most: Some(*most) },
            (None, Some(Side::OutOf)) => Demand::from(Required::AtMost(Amount::ZERO)),
            _ => return not_handled("worlds of a state without a number"),
        };
        let zone = place.as_ref().map(|(_, zone)| zone);
        Ok(Kept { item, own: *own, zone, demand, bearers: &provision.bearers })
    }

    /// So much of it throughout a period.
    pub fn stock(&self, period: Period, amount: Amount) -> Stock {
        let (item, zone) = (self.item.clone(), self.zone.cloned());
        Stock { item, of: self.bearers.first().cloned(), zone, period, amount }
    }

    /// What a claim says of it.
    fn said(&self, oracle: &Oracle, claim: &Claim) -> Option<(Period, Option<Amount>, Option<Amount>)> {
        let (said, period) = (claim.item.as_ref()?, claim.occurred?);
        let agreement = oracle.agreement();
        let there = claim.place.as_ref().and_then(|place| place.zone.as_ref()) == self.zone;
        let narrower = agreement.is(said, self.item);
        let wider = agreement.is(self.item, said);
        let fits = !self.own || doer_fit(self.bearers, claim) == Fit::Fits;
        let all = claim.by.is_empty() || (self.own && fits && claim.by.len() == self.bearers.len());
        let range = claim.range();
        // One without an amount says that there is some.
        let low = if claim.amount.is_none() { Some(Amount::LEAST) } else { range.low };
        let least = low.filter(|low| narrower && there && fits && *low > Amount::ZERO);
        let most = range.high.filter(|_| wider && there && all);
        (least.is_some() || most.is_some()).then_some((period, least, most))
    }
}

/// What is said of the stock of a provision, as a standard accepts it.
pub(crate) fn said(oracle: &Oracle, kept: &Kept<'_>) -> Result<Vec<Said>, Refused> {
    let mut said = Vec::new();
    for claim in &oracle.live {
        let about = claim.item.as_ref().is_some_and(|item| {
            oracle.agreement().is(item, kept.item) || oracle.agreement().is(kept.item, item)
        });
        let denied = |id: &Id| oracle.live.iter().any(|c| c.kind == Kind::State && c.id == *id);
        if !claim.denies.is_empty() && claim.about.iter().any(denied) {
            return not_handled("a state that is denied");
        }
        match claim.kind {
            Kind::State if !claim.denies.is_empty() => return not_handled("a state that is denied"),
            Kind::State if says_own(claim) => {}
            Kind::State => continue,
            Kind::Event | Kind::Tally if about => return not_handled("deeds that enter a zone"),
            _ => continue,
        }
        let accepted = match &oracle.case.standard {
            Standard::Alleged => true,
            Standard::Account(who) => {
                claim.source == *who || oracle.is_of(oracle.source(&claim.source), std::slice::from_ref(who))
            }
            _ => return not_handled("a state under a standard of proof"),
        };
        if let Some((period, least, most)) = kept.said(oracle, claim).filter(|_| accepted) {
            let of = |least, most| Said { claim: claim.id.clone(), period, least, most };
            said.extend(least.map(|least| of(Some(least), None)));
            said.extend(most.map(|most| of(None, Some(most))));
        }
    }
    Ok(said)
}

/// The ways in which the stock of a provision may have been.
pub(crate) fn stocks(oracle: &Oracle, provision: &Provision, points: &[Instant]) -> Result<Stocks, Refused> {
    let kept = Kept::of(provision)?;
    let quiet = matches!(&provision.rule, Rule::State { quiet: Some(_), .. });
    let said = said(oracle, &kept)?;
    let mut all = Stocks { worlds: vec![Vec::new()], free: Vec::new() };
    for cell in points.windows(2).map(|two| Period { first: two[0], last: two[1].previous() }) {
        let here: Vec<&Said> = said.iter().filter(|one| one.period.meets(&cell)).collect();
        let mut possible: BTreeSet<Amount> = BTreeSet::new();
        for set in maximal(&here)? {
            possible.extend(levels(&set, &kept.demand));
        }
        let right = possible.iter().find(|amount| kept.demand.admits(**amount));
        let wrong = possible.iter().find(|amount| !kept.demand.admits(**amount));
        let levels: Vec<Amount> = right.into_iter().chain(wrong).copied().collect();
        if levels.len() > 1 {
            all.free.extend(Some(cell).filter(|cell| cell.first < cell.last));
            if quiet {
                return not_handled("quiet hours that are in doubt");
            }
        }
        let stock = |amount: &Amount| kept.stock(cell, *amount);
        let with = |known: &Vec<Stock>| {
            let more = |amount| known.iter().cloned().chain([stock(amount)]).collect();
            levels.iter().map(more).collect::<Vec<Vec<Stock>>>()
        };
        all.worlds = all.worlds.iter().flat_map(with).collect();
        oracle.spend(all.worlds.len() / 4)?;
    }
    Ok(all)
}

/// What an amount may be by what is said of it together, as far as a demand can tell.
fn levels(said: &[&Said], demand: &Demand) -> BTreeSet<Amount> {
    let least = said.iter().filter_map(|one| one.least).max().unwrap_or(Amount::ZERO);
    let most = said.iter().filter_map(|one| one.most).min();
    let tried = [demand.least, demand.most].into_iter().flatten();
    let mut tried: BTreeSet<Amount> = tried
        .flat_map(|amount| [amount, amount + Amount::whole(1), amount - Amount::whole(1)])
        .chain([least])
        .chain(most)
        .collect();
    tried.retain(|amount| *amount >= least && most.is_none_or(|most| *amount <= most));
    tried
}

/// Every maximal set of what is said of one time in which no floor stands above a cap: what is refuted on one
/// day stands on the others.
fn maximal<'s>(said: &[&'s Said]) -> Result<Vec<Vec<&'s Said>>, Refused> {
    if said.len() > LITERALS {
        return Err(Refused::TooMany);
    }
    let against =
        |one: &Said, other: &Said| one.least.zip(other.most).is_some_and(|(least, most)| least > most);
    let holds = |set: usize| {
        let members = || (0..said.len()).filter(|i| set >> i & 1 == 1);
        members().all(|i| members().all(|j| !against(said[i], said[j])))
    };
    let sets: Vec<usize> = (0..1 << said.len()).filter(|set| holds(*set)).collect();
    let greater = |set: usize| sets.iter().any(|other| *other != set && other & set == set);
    let members = |set: &usize| {
        said.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, one)| *one).collect()
    };
    Ok(sets.iter().filter(|set| !greater(**set)).map(members).collect())
}
