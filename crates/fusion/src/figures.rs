//! Figures that are no plain totals: rates, and totals that were adjusted en bloc (SEMANTICS.md §5).
//!
//! Invariant: a claim is put into totals that say no more than it does; where there is nothing to put, nothing is copied.

use std::borrow::Cow;

use jiff::ToSpan;
use model::{
    Amount, Instant, Period,
    agreement::Agreement,
    claim::{Claim, Kind},
};
use serde_json::Value;

/// More days than this in a rate, and it is left as it is.
const DAYS_MAX: usize = 4_000;

/// The claims, with rates as totals of their days, and earlier totals opened by what a later one adds en bloc.
#[must_use]
pub fn figures<'a>(agreement: &Agreement, claims: &'a [Claim]) -> Cow<'a, [Claim]> {
    if !claims.iter().any(|claim| claim.kind == Kind::Rate || adjustment(claim).is_some()) {
        return Cow::Borrowed(claims);
    }
    let mut all: Vec<Claim> = claims
        .iter()
        .flat_map(|claim| totals(agreement, claim).unwrap_or_else(|| vec![claim.clone()]))
        .collect();
    for later in claims {
        let (Some(added), Some(end)) = (adjustment(later), later.occurred.map(|period| period.last)) else {
            continue;
        };
        // What was added may have happened before any of them ended: none of them was right about its most.
        let earlier = |claim: &&mut Claim| {
            claim.source == later.source
                && claim.act == later.act
                && claim.kind == Kind::Tally
                && claim.id != later.id
                && claim.occurred.is_some_and(|period| period.last < end)
        };
        for claim in all.iter_mut().filter(earlier) {
            if let Some(amount) = &mut claim.amount {
                amount.high = amount.high.map(|high| high + added);
            }
        }
    }
    Cow::Owned(all)
}

/// What a total holds that was added en bloc; as much as it is itself, where that is not said.
fn adjustment(claim: &Claim) -> Option<Amount> {
    let said = claim.written.get("adjustment").filter(|_| claim.kind == Kind::Tally)?;
    let amount = match said.get("amount").unwrap_or(said) {
        Value::Number(number) => Amount::parse(&number.to_string()).ok(),
        Value::String(text) => Amount::parse(text).ok(),
        _ => None,
    };
    amount.or_else(|| claim.range().high).filter(|amount| *amount > Amount::ZERO)
}

/// A rate as totals: of each day, or, of a mean, of all of them.
fn totals(agreement: &Agreement, claim: &Claim) -> Option<Vec<Claim>> {
    let amount = claim.amount.as_ref().filter(|_| claim.kind == Kind::Rate)?;
    let days = whole_days(agreement, &claim.occurred?)?;
    if amount.per.as_deref() != Some("day") {
        return None;
    }
    let total = |period: Period, low: Option<Amount>, high: Option<Amount>| {
        let mut total = Claim { kind: Kind::Tally, occurred: Some(period), ..claim.clone() };
        if let Some(amount) = &mut total.amount {
            (amount.low, amount.high, amount.best) = (low, high, None);
            (amount.per, amount.statistic) = (None, None);
        }
        total
    };
    match amount.statistic.as_deref() {
        Some("each") => Some(days.into_iter().map(|day| total(day, amount.low, amount.high)).collect()),
        Some("at_least_each") => Some(days.into_iter().map(|day| total(day, amount.low, None)).collect()),
        Some("mean") => {
            let count = i64::try_from(days.len()).ok()?;
            // A mean is rounded: each day may have half of its last unit more or less.
            let half = Amount(Amount::whole(1).0 / 2);
            let sum = |of: i64| Amount(of.saturating_mul(count));
            let low = amount.low.map(|low| sum((low - half).max(Amount::ZERO).0));
            let high = amount.high.map(|high| sum((high + half).0));
            Some(vec![total(claim.occurred?, low, high)])
        }
        _ => None,
    }
}

/// The civil days that a period is made of; none where it cuts one.
fn whole_days(agreement: &Agreement, period: &Period) -> Option<Vec<Period>> {
    let zone = &agreement.timezone;
    let mut days = Vec::new();
    let mut date = period.first.date(zone);
    let mut start = Instant::start_of(date, zone);
    if start != period.first {
        return None;
    }
    while start <= period.last && days.len() < DAYS_MAX {
        date = date.checked_add(1.days()).ok()?;
        let next = Instant::start_of(date, zone);
        days.push(Period { first: start, last: next.previous() });
        start = next;
    }
    (start == period.last.next()).then_some(days)
}
