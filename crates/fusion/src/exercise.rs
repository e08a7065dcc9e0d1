//! Reports of the use of a power: which speak of it, and whether it was used in every world (spec/meaning.md §8).
//!
//! Invariant: a report that anything accepted contradicts, or that only may be of this power, leaves the use in doubt.

use engine::{Account, Event, Exercise, Faculties, Length, Measure, Role};
use model::{
    Amount, Duration, Id,
    agreement::{Action, Binding, Target},
    claim::{Claim, Doers},
};

use crate::measure::Fused;

impl Fused<'_> {
    /// The reports of the use of a power that are known.
    pub(crate) fn uses(&self, faculties: &Faculties<'_>, measure: &Measure) -> Vec<Exercise> {
        let mut found = Vec::new();
        for (index, account) in measure.accounts.iter().enumerate() {
            for event in &account.events {
                let Some(claim) = self.claims.iter().find(|claim| claim.id == event.claim) else { continue };
                let Some(concerns) = self.concerns(claim, faculties.target) else { continue };
                let certain = concerns
                    && event.floor > Amount::ZERO
                    && event.alone
                    && claim.occurred.is_some()
                    && by_all(claim, faculties)
                    && !contradicted(measure, index, event);
                found.push(Exercise {
                    claim: claim.id.clone(),
                    source: account.source.clone(),
                    period: event.period,
                    certain,
                    reference: event.reference.clone(),
                    says: length(claim),
                    several: faculties.act != "extend" && more_than_one(event.high) && unit(claim).is_none(),
                });
            }
            found.extend(self.totals(faculties, account));
        }
        found
    }

    /// Totals of uses say that there may have been some.
    fn totals(&self, faculties: &Faculties<'_>, account: &Account) -> Vec<Exercise> {
        let of = account.tallies.iter().filter(|tally| tally.high.is_none_or(|high| high > Amount::ZERO));
        let each = of.filter_map(|tally| {
            let claim = self.claims.iter().find(|claim| claim.id == tally.claim)?;
            self.concerns(claim, faculties.target)?;
            Some(Exercise {
                claim: claim.id.clone(),
                source: account.source.clone(),
                period: tally.period,
                certain: false,
                reference: None,
                says: None,
                several: true,
            })
        });
        each.collect()
    }

    /// Whether a claim concerns what a power is about: surely, perhaps where it does not say, or not. What concerns nothing
    /// in particular concerns the agreement.
    fn concerns(&self, claim: &Claim, target: &Target) -> Option<bool> {
        let said = claim.written.get("concerns").filter(|value| !value.is_null());
        let Some(said) = said else { return Some(*target == Target::Agreement) };
        let is = |named: &str| match target {
            Target::Agreement => named == "agreement" || named == self.agreement.name,
            Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => named == id,
        };
        let named = |value: &serde_json::Value| value.as_str().is_some_and(is);
        let fits = named(said) || said.as_array().is_some_and(|all| all.iter().any(named));
        fits.then_some(true)
    }
}

/// Whether those who did it are as many of those who may as it takes.
fn by_all(claim: &Claim, faculties: &Faculties<'_>) -> bool {
    let doers: Vec<&Id> = claim.by.iter().filter_map(|named| named.party.as_ref()).collect();
    let joint = claim.by_mode == Doers::Joint || doers.len() == 1;
    let among = faculties.by.iter().filter(|who| doers.contains(who)).count();
    match faculties.binding {
        Binding::Together => joint && among == faculties.by.len(),
        Binding::AtLeast(count) => joint && among >= count,
        Binding::Each | Binding::Either | Binding::Unstated => true,
    }
}

/// Whether what is accepted denies an event, or is silent of it where it would have been seen.
fn contradicted(measure: &Measure, index: usize, event: &Event) -> bool {
    let denied = measure.denials.iter().any(|(_, denied)| *denied == event.claim);
    let heard = |account: &&Account| account.silence_alone && !account.group.contains(&index);
    let mut silences = measure.accounts.iter().filter(heard).flat_map(|account| &account.silences);
    let mut others = measure.accounts.iter().flat_map(|account| &account.events);
    denied
        || silences.any(|silence| silence.meets(&event.period))
        || others.any(|other| {
            let same = event.reference.is_some() && event.reference == other.reference;
            same && !other.period.meets(&event.period)
        })
}

fn more_than_one(high: Option<Amount>) -> bool {
    high.is_none_or(|high| high > Amount::whole(1))
}

/// The unit of time in which a claim says how long.
fn unit(claim: &Claim) -> Option<Length> {
    let unit = claim.amount.as_ref()?.unit.as_deref().or(claim.item.as_deref())?;
    match unit.strip_suffix('s').unwrap_or(unit) {
        "hour" => Some(Length::Time(Duration::HOUR)),
        "day" => Some(Length::Time(Duration::DAY)),
        "week" => Some(Length::Time(Duration(7 * Duration::DAY.0))),
        "month" => Some(Length::Months(1)),
        _ => None,
    }
}

/// How much longer a phase is to last, as an exercise says: at least and at most.
fn length(claim: &Claim) -> Option<(Length, Length)> {
    let (unit, range) = (unit(claim)?, claim.range());
    let of = |amount: Amount| match unit {
        Length::Time(one) => {
            let ticks = i128::from(one.0) * i128::from(amount.0) / i128::from(Amount::whole(1).0);
            Length::Time(Duration(i64::try_from(ticks).unwrap_or(i64::MAX)))
        }
        Length::Months(_) => Length::Months(u32::try_from(amount.floor()).unwrap_or(0)),
    };
    Some((of(range.low.unwrap_or(Amount::ZERO)), range.high.map_or(Length::Time(Duration(i64::MAX)), of)))
}

/// The deed that the use of a power is.
pub(crate) fn deed(faculties: &Faculties<'_>) -> Action {
    Action {
        act: faculties.act.to_owned(),
        by: faculties.by.to_vec(),
        item: None,
        to: None,
        place: None,
        stage: None,
        under: Vec::new(),
    }
}

/// Nobody owes it: it is told of by all alike.
pub(crate) fn role<'a>(faculties: &Faculties<'a>) -> Role<'a> {
    Role::Duty { bearers: faculties.by, verifiers: &[] }
}
