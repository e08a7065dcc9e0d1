//! How a claim stands to the kind of deed that a provision asks about (spec/worlds.md §1).
//!
//! Invariant: each attribute is judged by itself; the claim fits if it fits in all, and is set aside for the first attribute in
//! which it does not.

use model::{
    Id, Period,
    agreement::{Action, Agreement, Counting, Where},
    claim::{Claim, Doers, Kind, Named},
    place::{Ground, Place, Within},
    vocabulary::is_act,
};

use crate::{
    derived::within,
    kin::{Kin, kin},
    under::Under,
};

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
    pub act: Fit,
    pub item: Fit,
    pub doer: Fit,
    pub receiver: Fit,
    pub place: Fit,
    /// Whether it is done to those of another provision.
    pub under: Fit,
    /// A part of the claim's amount, by narrower item, that is the pattern's item.
    pub part: Option<model::amount::Range>,
}

impl Fits {
    fn all(&self) -> [Fit; 6] {
        [self.act, self.item, self.doer, self.receiver, self.place, self.under]
    }

    pub fn certain(&self) -> bool {
        self.all().iter().all(|fit| fit.certain())
    }

    pub fn caps(&self) -> bool {
        self.all().iter().all(|fit| fit.caps())
    }

    /// Why it proves nothing, for a claim that is not certain.
    pub fn doubt(&self) -> String {
        let doubts = [
            (self.act, "it speaks of a wider act"),
            (self.item, "what it was done to may be something else"),
            (self.doer, "who did it is not said, or not agreed"),
            (self.receiver, "to whom it was done is not said, or not agreed"),
            (self.place, "where it was done is not resolved"),
            (self.under, "whether it was done to one of those is not said, or not agreed"),
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
    /// Items that count as the pattern's does.
    pub also: &'a [Id],
    /// The deeds of other provisions to those of which it is done.
    pub under: Option<&'a Under>,
    /// For a prohibition a claim counts as one incident, whatever its amount.
    pub incidents: bool,
    /// Where not incidents are counted but explosions or persons.
    pub counted: Option<Counting>,
}

impl Against<'_> {
    /// How a live event or tally fits.
    ///
    /// # Errors
    /// The one reason why it is not used.
    pub fn fit(&self, claim: &Claim) -> Result<Fits, String> {
        self.kind(claim)?;
        self.computed(claim)?;
        if claim.occurred.is_none() && claim.kind != Kind::Event {
            return Err("it gives no time".to_owned());
        }
        let occurred = claim.occurred.unwrap_or(Period::ALWAYS);
        let fits = self.attributes(claim, self.act(claim), self.place(claim, &occurred))?;
        self.stage(claim)?;
        self.unit(claim)?;
        Ok(fits)
    }

    /// How what a live claim says of a stock fits; `place` is how its place does.
    ///
    /// # Errors
    /// The one reason why it is not used.
    pub fn state(&self, claim: &Claim, place: Fit) -> Result<Fits, String> {
        self.computed(claim)?;
        let fits = self.attributes(claim, Fit::Same, place)?;
        self.unit(claim)?;
        Ok(fits)
    }

    fn attributes(&self, claim: &Claim, act: Fit, place: Fit) -> Result<Fits, String> {
        let (item, part) = self.item(claim);
        let (doer, receiver) = (self.doer(claim), self.receiver(claim));
        let under = self.under.map_or(Fit::Same, |under| under.fit(claim));
        let fits = Fits { act, item, part, doer, receiver, place, under };
        let reasons = [
            (fits.item, "it is done to something else"),
            (fits.doer, "it is done by someone else"),
            (fits.receiver, "it is done to someone else"),
            (fits.place, "it is done elsewhere"),
            (fits.under, "it is done to others than those of the other provision"),
        ];
        match reasons.iter().find(|(fit, _)| *fit == Fit::Other) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(fits),
        }
    }

    fn kind(&self, claim: &Claim) -> Result<(), String> {
        match claim.kind {
            Kind::Event => Ok(()),
            Kind::Tally if self.counted.is_some_and(|of| self.number(claim, of).is_none()) => {
                Err("it totals something else than what is counted".to_owned())
            }
            Kind::Tally if self.counted.is_none() && self.incidents && !counts_incidents(claim) => {
                Err("it totals harm or items, not incidents".to_owned())
            }
            Kind::Tally => Ok(()),
            Kind::Rate => Err("it is a rate of other than whole days, which bounds nothing".to_owned()),
            Kind::State => Err("it is a state, not a deed".to_owned()),
            Kind::Position => Err("it is a position, not a report of a deed".to_owned()),
            Kind::Announcement => Err("it announces a deed to come".to_owned()),
            Kind::Coverage => Err("it speaks of what could be observed".to_owned()),
            Kind::Plea => Err("it is a plea".to_owned()),
        }
    }

    /// What is kept and not computed yet: to take it for a plain figure would be wrong.
    fn computed(&self, claim: &Claim) -> Result<(), String> {
        let not_yet = |what: &str| Err(format!("{what}: it is shown and not yet computed"));
        let written = |key: &str| claim.written.get(key).filter(|value| !value.is_null());
        let dated_by = written("dated_by").and_then(serde_json::Value::as_str);
        if written("adjustment").is_some() && claim.kind != Kind::Tally {
            return not_yet("it holds figures added en bloc");
        }
        if dated_by.is_some_and(|by| by != "occurrence") {
            return not_yet("it is dated by registration or report, not by occurrence");
        }
        if claim.amount.as_ref().is_some_and(|amount| amount.per.is_some() || amount.statistic.is_some()) {
            return not_yet("it is a figure for each of several periods, or a mean");
        }
        if written("part_of").is_some() && claim.kind == Kind::Event {
            return Err("it is a part of another figure, which holds it".to_owned());
        }
        if claim.counter.is_some() && !self.incidents {
            return Err("it counts harm, not what the clause counts".to_owned());
        }
        Ok(())
    }

    /// How many explosions, or persons, a claim speaks of; none where it does not say. Of those harmed it may name a part.
    pub fn number(&self, claim: &Claim, of: Counting) -> Option<model::amount::Range> {
        let noun = match of {
            Counting::Explosion => "explosion",
            Counting::Person => "person",
            Counting::Incident | Counting::Day => return None,
        };
        let amount = claim.amount.as_ref()?;
        let said = amount.unit.as_deref().or(claim.item.as_deref())?;
        let high = amount.high.filter(|_| claim.counter.is_none());
        self.agreement.is(said, noun).then_some(model::amount::Range { low: amount.low, high })
    }

    /// Whether a claim that is not used may all the same be about what the pattern asks about.
    pub fn may_be_of_it(&self, claim: &Claim) -> bool {
        let occurred = claim.occurred.unwrap_or(Period::ALWAYS);
        let under = self.under.map_or(Fit::Same, |under| under.fit(claim));
        let fits =
            [self.item(claim).0, self.doer(claim), self.receiver(claim), self.place(claim, &occurred), under];
        matches!(claim.kind, Kind::Event | Kind::Tally | Kind::Rate) && !fits.contains(&Fit::Other)
    }

    /// A deed of a narrower act is always one of the wider act too.
    fn act(&self, claim: &Claim) -> Fit {
        let said = claim.act.as_deref().unwrap_or_default();
        match said == self.pattern.act {
            true => Fit::Same,
            false if is_act(said, &self.pattern.act) => Fit::Narrower,
            false => Fit::Wider,
        }
    }

    fn item(&self, claim: &Claim) -> (Fit, Option<model::amount::Range>) {
        let Some(wanted) = &self.pattern.item else { return (Fit::Same, None) };
        if self.also.is_empty() {
            return self.one_item(claim, wanted);
        }
        let all = || [wanted].into_iter().chain(self.also).map(|wanted| self.one_item(claim, wanted));
        let certain = |(fit, part): &(Fit, Option<model::amount::Range>)| fit.certain() && part.is_none();
        match () {
            () if all().any(|one| certain(&one)) => (Fit::Narrower, None),
            // What is said of all of them caps them all.
            () if all().all(|(fit, _)| fit.caps()) => (Fit::Wider, None),
            () if all().all(|(fit, _)| fit == Fit::Other) => (Fit::Other, None),
            () => (Fit::Perhaps, None),
        }
    }

    fn one_item(&self, claim: &Claim, wanted: &Id) -> (Fit, Option<model::amount::Range>) {
        let Some(item) = &claim.item else { return (Fit::Wider, None) };
        if item == wanted {
            return (Fit::Same, None);
        }
        if self.agreement.is(item, wanted) {
            return (Fit::Narrower, None);
        }
        if !self.agreement.knows_item(item) {
            // A word that nobody declares may mean anything.
            return (Fit::Perhaps, None);
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
            // A total of one's deeds caps no one else's.
            return if totals(claim) && !doers.is_empty() { Fit::Narrower } else { Fit::Same };
        }
        if doers.is_empty() {
            return if totals(claim) { Fit::Wider } else { Fit::Perhaps };
        }
        let during = claim.occurred.unwrap_or(Period::ALWAYS);
        let kin = |named: &Named| match &named.party {
            Some(party) => kin(self.agreement, party, bound, &during),
            None => Kin::Perhaps,
        };
        let kin: Vec<Kin> = doers.iter().map(kin).collect();
        let joint = claim.by_mode == Doers::Joint;
        match kin.iter().filter(|kin| **kin == Kin::Yes).count() {
            0 if kin.iter().all(|kin| *kin == Kin::No) => Fit::Other,
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
            return if totals(claim) { Fit::Wider } else { Fit::Perhaps };
        }
        match parties.iter().filter(|party| party.as_ref() == Some(wanted)).count() {
            0 if parties.iter().all(|party| party.is_some()) => Fit::Other,
            all if all == parties.len() => Fit::Same,
            _ => Fit::Perhaps,
        }
    }

    pub fn place(&self, claim: &Claim, occurred: &Period) -> Fit {
        let place = claim.place.as_ref();
        let Some((how, zone)) = &self.pattern.place else { return self.anywhere(place, occurred) };
        if *how == Where::Outside {
            return match within(self.agreement, place, occurred, zone, self.grounds) {
                Within::Inside => Fit::Other,
                Within::Outside => Fit::Narrower,
                Within::Unknown => Fit::Perhaps,
            };
        }
        // A point or an administrative unit in a zone is a part of it.
        let whole = place.filter(|place| !is_spot(place)).and_then(|place| place.zone.as_ref());
        if whole == Some(zone) {
            return Fit::Same;
        }
        match within(self.agreement, place, occurred, zone, self.grounds) {
            Within::Inside => Fit::Narrower,
            Within::Outside => Fit::Other,
            Within::Unknown => match whole {
                // A total over a zone that contains the pattern's caps it.
                Some(wider) if self.zone_inside(zone, wider, occurred) => Fit::Wider,
                _ => Fit::Perhaps,
            },
        }
    }

    /// Where the clause names no place, a claim about a spot, or about a zone inside another, is about a part.
    fn anywhere(&self, place: Option<&Place>, occurred: &Period) -> Fit {
        let Some(place) = place else { return Fit::Same };
        let part = |zone: &Id| {
            let drawn = |other: &&model::agreement::Zone| other.id != *zone && !other.versions.is_empty();
            let others = self.agreement.zones.iter().filter(drawn);
            others.into_iter().any(|other| self.zone_inside(zone, &other.id, occurred))
        };
        match &place.zone {
            _ if is_spot(place) => Fit::Narrower,
            Some(zone) if part(zone) => Fit::Narrower,
            _ => Fit::Same,
        }
    }

    fn zone_inside(&self, zone: &str, wider: &str, occurred: &Period) -> bool {
        let place = Place { zone: Some(zone.to_owned()), ..Place::default() };
        within(self.agreement, Some(&place), occurred, wider, self.grounds) == Within::Inside
    }

    fn stage(&self, claim: &Claim) -> Result<(), String> {
        let stated = claim.amount.as_ref().and_then(|amount| amount.stage.as_ref());
        match (stage_of(self.pattern), stated) {
            (Some(wanted), Some(stage)) if wanted != stage => {
                Err(format!("it counts what was {stage}, where the clause counts what is {wanted}"))
            }
            // What was handed over need not be identified.
            (Some("identified"), None) if self.pattern.act != "identify" => {
                Err("it does not say that it was identified".to_owned())
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

/// The stage at which a deed counts: the clause's, or else the one that the act itself names.
pub fn stage_of(pattern: &Action) -> Option<&str> {
    let of_act = || model::vocabulary::act(&pattern.act).and_then(|term| term.stage.as_deref());
    pattern.stage.as_deref().or_else(of_act)
}

/// Whether a claim that names nobody speaks of everybody's.
fn totals(claim: &Claim) -> bool {
    matches!(claim.kind, Kind::Tally | Kind::State)
}

/// Whether a tally's own unit is incidents, rather than harm or items.
fn counts_incidents(claim: &Claim) -> bool {
    let unit = claim.amount.as_ref().and_then(|amount| amount.unit.as_deref());
    claim.amount.is_some() && unit == Some("incident")
}

/// Whether a place is less than the zone that it may name.
fn is_spot(place: &Place) -> bool {
    place.lat.is_some() || place.pcode.is_some() || !place.other.is_empty()
}
