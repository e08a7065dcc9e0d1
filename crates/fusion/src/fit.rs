//! How a claim stands to the kind of deed that a provision asks about (spec/worlds.md §1).
//!
//! Invariant: each attribute is judged by itself; the claim fits if it fits in all, and is set aside for the first attribute in
//! which it does not.

use model::{
    Id, Period,
    agreement::{Action, Agreement},
    claim::{Claim, Doers, Kind, Named},
    place::{Ground, Within},
};

use crate::place::within;

/// How an attribute of a claim stands to the pattern's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same.
    Same,
    /// The claim speaks of a part of what the pattern asks about.
    Narrower,
    /// The claim speaks of more than the pattern asks about.
    Wider,
    /// It may be, and may not.
    Perhaps,
    /// It is something else.
    Other,
}

impl Fit {
    /// Whether the deed is certainly one that the pattern asks about.
    pub fn certain(self) -> bool {
        matches!(self, Fit::Same | Fit::Narrower)
    }

    /// Whether a cap on what the claim speaks of caps what the pattern asks about.
    pub fn caps(self) -> bool {
        matches!(self, Fit::Same | Fit::Wider)
    }
}

/// What became of a claim that speaks of the act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// It bounds the amount from below, above or both.
    Counted,
    /// It leaves room for more, and proves nothing: the reason.
    Possible(String),
    /// It is not used: the one reason.
    Aside(String),
}

/// A claim that was looked at, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Considered {
    /// The claim.
    pub claim: Id,
    /// What became of it.
    pub used: Use,
}

/// How a claim fits a pattern, attribute by attribute.
#[derive(Clone, Debug)]
pub struct Fits {
    pub item: Fit,
    pub doer: Fit,
    pub receiver: Fit,
    pub place: Fit,
    /// A part of the claim's amount, by narrower item, that is the pattern's item.
    pub part: Option<model::amount::Range>,
}

impl Fits {
    pub fn certain(&self) -> bool {
        [self.item, self.doer, self.receiver, self.place].iter().all(|fit| fit.certain())
    }

    pub fn caps(&self) -> bool {
        [self.item, self.doer, self.receiver, self.place].iter().all(|fit| fit.caps())
    }

    /// Why it proves nothing, for a claim that is not certain.
    pub fn doubt(&self) -> String {
        let doubts = [
            (self.item, "what it was done to may be something else"),
            (self.doer, "who did it is not said, or not agreed"),
            (self.receiver, "to whom it was done is not said, or not agreed"),
            (self.place, "where it was done is not resolved"),
        ];
        let doubt = doubts.iter().find(|(fit, _)| !fit.certain()).map_or("", |(_, doubt)| doubt);
        doubt.to_owned()
    }
}

/// What the fit is judged against.
pub struct Against<'a> {
    pub agreement: &'a Agreement,
    pub grounds: &'a [Ground],
    pub pattern: &'a Action,
    /// For a prohibition a claim counts as one incident, whatever its amount.
    pub incidents: bool,
}

impl Against<'_> {
    /// How a live event or tally fits.
    ///
    /// # Errors
    /// The one reason why it is not used.
    pub fn fit(&self, claim: &Claim) -> Result<Fits, String> {
        self.kind(claim)?;
        let occurred = claim.occurred.ok_or("it gives no time")?;
        let (item, part) = self.item(claim);
        let fits = Fits {
            item,
            part,
            doer: self.doer(claim),
            receiver: self.receiver(claim),
            place: self.place(claim, &occurred),
        };
        let reasons = [
            (fits.item, "it is done to something else"),
            (fits.doer, "it is done by someone else"),
            (fits.receiver, "it is done to someone else"),
            (fits.place, "it is done elsewhere"),
        ];
        if let Some((_, reason)) = reasons.iter().find(|(fit, _)| *fit == Fit::Other) {
            return Err((*reason).to_owned());
        }
        self.stage(claim)?;
        self.unit(claim)?;
        Ok(fits)
    }

    fn kind(&self, claim: &Claim) -> Result<(), String> {
        match claim.kind {
            Kind::Event => Ok(()),
            Kind::Tally if self.incidents && !counts_incidents(claim) => {
                Err("it totals harm or items, not incidents".to_owned())
            }
            Kind::Tally => Ok(()),
            Kind::Rate => Err("it is a rate: rates are shown and not yet computed".to_owned()),
            Kind::State => Err("it is a state, not a deed".to_owned()),
            Kind::Position => Err("it is a position, not a report of a deed".to_owned()),
            Kind::Announcement => Err("it announces a deed to come".to_owned()),
            Kind::Coverage => Err("it speaks of what could be observed".to_owned()),
            Kind::Plea => Err("it is a plea".to_owned()),
        }
    }

    fn item(&self, claim: &Claim) -> (Fit, Option<model::amount::Range>) {
        let Some(wanted) = &self.pattern.item else { return (Fit::Same, None) };
        let Some(item) = &claim.item else { return (Fit::Wider, None) };
        if item == wanted {
            return (Fit::Same, None);
        }
        if self.agreement.is(item, wanted) {
            return (Fit::Narrower, None);
        }
        if !self.agreement.is(wanted, item) {
            return (Fit::Other, None);
        }
        let parts = claim.amount.as_ref().map_or(&[][..], |amount| &amount.of_which);
        match parts.iter().find(|part| part.item == *wanted) {
            Some(part) => (Fit::Same, Some(part.range)),
            None => (Fit::Wider, None),
        }
    }

    fn doer(&self, claim: &Claim) -> Fit {
        let (bound, doers) = (&self.pattern.by, &claim.by);
        if bound.is_empty() {
            return Fit::Same;
        }
        if doers.is_empty() {
            return if claim.kind == Kind::Tally { Fit::Wider } else { Fit::Perhaps };
        }
        let among = |named: &&Named| named.party.as_ref().is_some_and(|party| bound.contains(party));
        let joint = claim.by_mode == Doers::Joint;
        match doers.iter().filter(among).count() {
            0 if doers.iter().all(|named| named.party.is_some()) => Fit::Other,
            0 => Fit::Perhaps,
            all if all == doers.len() => {
                let everyone = bound.iter().all(|b| doers.iter().any(|d| d.party.as_ref() == Some(b)));
                if everyone { Fit::Same } else { Fit::Narrower }
            }
            // What one of them did with others he did.
            _ if joint => Fit::Narrower,
            _ => Fit::Perhaps,
        }
    }

    /// Whether a claim names doers, and none that the pattern asks about.
    pub fn names_others(&self, claim: &Claim) -> bool {
        !claim.by.is_empty() && self.doer(claim) == Fit::Other
    }

    fn receiver(&self, claim: &Claim) -> Fit {
        let Some(wanted) = &self.pattern.to else { return Fit::Same };
        let parties: Vec<&Option<Id>> = claim.to.iter().map(|named| &named.party).collect();
        if parties.is_empty() {
            return if claim.kind == Kind::Tally { Fit::Wider } else { Fit::Perhaps };
        }
        match parties.iter().filter(|party| party.as_ref() == Some(wanted)).count() {
            0 if parties.iter().all(|party| party.is_some()) => Fit::Other,
            all if all == parties.len() => Fit::Same,
            _ => Fit::Perhaps,
        }
    }

    fn place(&self, claim: &Claim, occurred: &Period) -> Fit {
        let Some((_, zone)) = &self.pattern.place else { return Fit::Same };
        let place = claim.place.as_ref();
        if place.and_then(|p| p.zone.as_ref()) == Some(zone) {
            return Fit::Same;
        }
        match within(place, occurred, zone, self.grounds) {
            Within::Inside => Fit::Narrower,
            Within::Outside => Fit::Other,
            Within::Unknown => match place.and_then(|p| p.zone.as_ref()) {
                // A total over a zone that contains the pattern's caps it.
                Some(wider) if self.zone_inside(zone, wider, occurred) => Fit::Wider,
                _ => Fit::Perhaps,
            },
        }
    }

    fn zone_inside(&self, zone: &str, wider: &str, occurred: &Period) -> bool {
        let place = model::place::Place { zone: Some(zone.to_owned()), ..model::place::Place::default() };
        within(Some(&place), occurred, wider, self.grounds) == Within::Inside
    }

    fn stage(&self, claim: &Claim) -> Result<(), String> {
        let stated = claim.amount.as_ref().and_then(|amount| amount.stage.as_ref());
        match (&self.pattern.stage, stated) {
            (Some(wanted), Some(stage)) if wanted != stage => {
                Err(format!("it counts what was {stage}, where the clause counts what is {wanted}"))
            }
            _ => Ok(()),
        }
    }

    fn unit(&self, claim: &Claim) -> Result<(), String> {
        if self.incidents {
            return Ok(());
        }
        let unit = claim.amount.as_ref().and_then(|amount| amount.unit.as_deref());
        let (Some(unit), Some(item)) = (unit, claim.item.as_ref().or(self.pattern.item.as_ref())) else {
            return Ok(());
        };
        if self.agreement.is(item, unit) || self.pattern.item.as_ref().is_some_and(|wanted| wanted == unit) {
            Ok(())
        } else {
            Err(format!("it is measured in {unit}"))
        }
    }
}

/// Whether a tally's own unit is incidents, rather than harm or items.
fn counts_incidents(claim: &Claim) -> bool {
    let unit = claim.amount.as_ref().and_then(|amount| amount.unit.as_deref());
    claim.amount.is_some() && unit == Some("incident")
}
