//! What is said of one kind of deed, sorted by reference.
//!
//! Invariant: the part of one reference holds every literal that bears on it, and of the others none; what carries no
//! reference may be of any.

use std::collections::{BTreeMap, BTreeSet};

use model::{Amount, Id, Period};

use crate::measure::{Account, Event, Measure};

/// More reports without a reference than this are taken as one, of any amount at any of their times.
const LOOSE_MAX: usize = 64;

/// A measure, sorted by reference.
pub struct References {
    measure: Measure,
    by_reference: BTreeMap<String, Vec<(usize, usize)>>,
    /// Reports without a reference: as they may bear on any.
    loose: Vec<(usize, Event)>,
    /// The claims of those, where they stand.
    loose_at: Vec<(usize, usize)>,
    /// The accounts that are silent somewhere.
    silent: Vec<usize>,
    /// Where some are silent, the claims that say that something was done.
    asserted: BTreeSet<Id>,
    /// Claims that a total leaves no room for together, and the total: each of them may be the one that is wrong.
    crowded: BTreeMap<Id, Id>,
}

/// What a part is about.
#[derive(Clone, Copy)]
pub enum Kept<'r> {
    /// The deeds of this reference.
    Reference(&'r str),
    /// The deed of this claim, which carries none.
    Claim(&'r str),
    /// Deeds of which nothing is reported.
    Nothing,
}

impl References {
    /// Sorts a measure.
    #[must_use]
    pub fn of(mut measure: Measure) -> References {
        hear_totals(&mut measure);
        let mut by_reference: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        let mut loose_at = Vec::new();
        for (a, account) in measure.accounts.iter().enumerate() {
            for (e, event) in account.events.iter().enumerate() {
                match &event.reference {
                    Some(reference) => by_reference.entry(reference.clone()).or_default().push((a, e)),
                    None => loose_at.push((a, e)),
                }
            }
        }
        let silent: Vec<usize> =
            (0..measure.accounts.len()).filter(|a| !measure.accounts[*a].silences.is_empty()).collect();
        let said = measure.accounts.iter().filter(|_| !silent.is_empty()).flat_map(|account| &account.events);
        let asserted = said.filter(|event| event.floor > Amount::ZERO).map(|e| e.claim.clone()).collect();
        let loose = loosely(&measure, &loose_at);
        let crowded = crowded(&measure);
        References { measure, by_reference, loose, loose_at, silent, asserted, crowded }
    }

    /// The references, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_reference.keys().map(String::as_str)
    }

    /// Whether there are reports without one.
    #[must_use]
    pub fn has_loose(&self) -> bool {
        !self.loose.is_empty()
    }

    /// The claims without one in order of time, each with whether it may be of a deed that another source reports too.
    #[must_use]
    pub fn loose(&self) -> Vec<(Id, bool)> {
        let of = |(a, e): &(usize, usize)| {
            let event = &self.measure.accounts[*a].events[*e];
            let others = self.measure.accounts.iter().enumerate().filter(|(other, _)| other != a);
            let mut others = others.flat_map(|(b, account)| account.events.iter().map(move |o| (b, o)));
            // The deed of a reference may have been at this time, where who gives the reference may be wrong about its own.
            let then = |b: usize, o: &Event| {
                o.period.meets(&event.period) || (o.reference.is_some() && self.is_doubtful(b, o))
            };
            let same = others.any(|(b, o)| then(b, o) && o.may_share_doer(event));
            (event.claim.clone(), same)
        };
        let start = |(a, e): &(usize, usize)| self.measure.accounts[*a].events[*e].period;
        let mut in_order = self.loose_at.clone();
        in_order.sort_by_key(start);
        in_order.iter().map(of).collect()
    }

    /// Whether a report of an account may be wrong: it proves nothing, or something speaks against it.
    fn is_doubtful(&self, account: usize, event: &Event) -> bool {
        let against = |a: &usize| {
            let silences = &self.measure.accounts[*a].silences;
            *a != account && silences.iter().any(|silence| silence.meets(&event.period))
        };
        event.floor == Amount::ZERO
            || self.silent.iter().any(against)
            || self.crowded.contains_key(&event.claim)
            || self.measure.denials.iter().any(|(_, denied)| *denied == event.claim)
    }

    /// Whether it is in doubt which of those without a reference came first.
    #[must_use]
    pub fn disorderly(&self) -> bool {
        let mut periods: Vec<Period> =
            self.loose_at.iter().map(|(a, e)| self.measure.accounts[*a].events[*e].period).collect();
        periods.sort_unstable();
        periods.windows(2).any(|pair| pair[0].last >= pair[1].first)
    }

    /// The part of the measure that bears on some deeds; reports that carry another reference than those known may too.
    #[must_use]
    pub fn part(&self, kept: Kept<'_>, known: Option<&BTreeSet<&str>>) -> Measure {
        let mut events: Vec<(usize, Event)> = Vec::new();
        match kept {
            Kept::Reference(reference) => {
                let own = self.by_reference.get(reference).map_or(&[][..], Vec::as_slice);
                events.extend(own.iter().map(|(a, e)| (*a, self.measure.accounts[*a].events[*e].clone())));
            }
            Kept::Claim(claim) => {
                let own = self.loose_at.iter().map(|(a, e)| (*a, &self.measure.accounts[*a].events[*e]));
                events.extend(own.filter(|(_, e)| e.claim == claim).map(|(a, e)| (a, e.clone())));
            }
            Kept::Nothing => {}
        }
        if let Some(known) = known {
            let unknown = self.by_reference.iter().filter(|(name, _)| !known.contains(name.as_str()));
            let at: Vec<(usize, usize)> = unknown.flat_map(|(_, at)| at.iter().copied()).collect();
            events.extend(loosely(&self.measure, &at));
        }
        let named: BTreeSet<Id> = events.iter().map(|(_, event)| event.claim.clone()).collect();
        events.extend(self.loose.iter().filter(|(_, event)| !named.contains(&event.claim)).cloned());
        self.with(events)
    }

    /// A measure of these events alone, with the silences and the totals that meet them.
    fn with(&self, events: Vec<(usize, Event)>) -> Measure {
        let mut places: BTreeSet<usize> = events.iter().map(|(a, _)| *a).collect();
        places.extend(&self.silent);
        let hull = events
            .iter()
            .map(|(_, e)| e.period)
            .reduce(|a, b| Period { first: a.first.min(b.first), last: a.last.max(b.last) });
        let capping = |account: &Account| -> Vec<_> {
            let meets = |p: &Period| hull.is_some_and(|hull| hull.meets(p));
            let tallies = account.tallies.iter().filter(|t| t.cap.is_some() && meets(&t.period)).cloned();
            tallies.map(|tally| crate::measure::Tally { floor: None, ..tally }).collect()
        };
        if hull.is_some() {
            let capped = |a: &usize| !capping(&self.measure.accounts[*a]).is_empty();
            places.extend((0..self.measure.accounts.len()).filter(capped));
        }
        let places: Vec<usize> = places.into_iter().collect();
        // A report that may be of another deed proves nothing here; a silence that it speaks against caps nothing either.
        let against = |a: usize| {
            let said = events.iter().filter(move |(own, e)| *own != a && e.floor == Amount::ZERO);
            said.map(|(_, e)| e).filter(|e| self.asserted.contains(&e.claim))
        };
        let cut = |open: Vec<Period>, said: &Period| open.iter().flat_map(|s| without(s, said)).collect();
        let heard = |a: usize, silences: &[Period]| {
            against(a).map(|event| event.period).fold(silences.to_vec(), |open, said| cut(open, &said))
        };
        // It speaks against the others as it did: what is cut out of it denies them.
        let unheard = |(own, event): &(usize, Event)| {
            let silent = self.silent.iter().filter(|a| *a != own);
            let denies = |a: &usize| {
                let silences = &self.measure.accounts[*a].silences;
                let is_silent = silences.iter().fold(vec![event.period], cut).is_empty();
                let said = against(*a).find(|said| said.period.meets(&event.period)).filter(|_| is_silent)?;
                Some((said.claim.clone(), event.claim.clone()))
            };
            silent.filter(|_| event.floor > Amount::ZERO).filter_map(denies).collect::<Vec<_>>()
        };
        let unheard: Vec<(Id, Id)> = events.iter().flat_map(unheard).collect();
        let account = |a: &usize| {
            let whole = &self.measure.accounts[*a];
            Account {
                source: whole.source.clone(),
                origin: whole.origin.clone(),
                events: events.iter().filter(|(own, _)| own == a).map(|(_, event)| event.clone()).collect(),
                tallies: capping(whole),
                silences: heard(*a, &whole.silences),
                group: whole.group.iter().filter_map(|g| places.binary_search(g).ok()).collect(),
                silence_alone: whole.silence_alone,
                silence_counts: whole.silence_counts,
            }
        };
        let accounts = places.iter().map(account).collect();
        let named: BTreeSet<&Id> = events.iter().map(|(_, event)| &event.claim).collect();
        let denials = self.measure.denials.iter().filter(|(_, denied)| named.contains(denied)).cloned();
        // What cannot all hold is taken as denied by what leaves no room: in some world it is right.
        let crowded =
            named.iter().filter_map(|claim| Some((self.crowded.get(*claim)?.clone(), (*claim).clone())));
        Measure {
            accounts,
            denials: denials.chain(crowded).chain(unheard).collect(),
            corroboration: self.measure.corroboration,
            incidents: self.measure.incidents,
        }
    }

    /// The stretches of a period in which deeds can have gone unreported: nobody whose silence is accepted was silent.
    #[must_use]
    pub fn unobserved(&self, within: Option<Period>) -> Vec<Period> {
        let mut open: Vec<Period> = within.into_iter().collect();
        let heard = self.measure.accounts.iter().filter(|account| account.silence_alone);
        for silence in heard.flat_map(|account| &account.silences) {
            open = open.iter().flat_map(|period| without(period, silence)).collect();
        }
        open
    }
}

/// Takes the periods of a group's totals out of its silence: where it gives totals, it is not silent.
fn hear_totals(measure: &mut Measure) {
    let periods: Vec<Vec<Period>> =
        measure.accounts.iter().map(|a| a.tallies.iter().map(|tally| tally.period).collect()).collect();
    for account in &mut measure.accounts {
        for period in account.group.iter().flat_map(|of| &periods[*of]) {
            account.silences = account.silences.iter().flat_map(|s| without(s, period)).collect();
        }
    }
}

/// Reports that may be of any reference: they prove nothing of one.
fn loosely(measure: &Measure, at: &[(usize, usize)]) -> Vec<(usize, Event)> {
    let event = |(a, e): &(usize, usize)| {
        let event = &measure.accounts[*a].events[*e];
        (*a, Event { floor: Amount::ZERO, reference: None, ..event.clone() })
    };
    if at.len() <= LOOSE_MAX {
        return at.iter().map(event).collect();
    }
    let mut joined: BTreeMap<usize, Event> = BTreeMap::new();
    for (account, event) in at.iter().map(event) {
        let own = joined.entry(account).or_insert_with(|| event.clone());
        own.period.first = own.period.first.min(event.period.first);
        own.period.last = own.period.last.max(event.period.last);
        (own.high, own.by) = (None, Vec::new());
    }
    joined.into_iter().collect()
}

/// The claims that some total cannot all hold.
fn crowded(measure: &Measure) -> BTreeMap<Id, Id> {
    let events = measure.accounts.iter().flat_map(|account| &account.events);
    let mut by_start: Vec<&Event> = events.filter(|event| event.floor > Amount::ZERO).collect();
    by_start.sort_by_key(|event| event.period.first);
    let mut crowded = BTreeMap::new();
    for tally in measure.accounts.iter().flat_map(|account| &account.tallies) {
        let Some(cap) = tally.cap else { continue };
        let start = by_start.partition_point(|event| event.period.first < tally.period.first);
        let inside = by_start[start..].iter().take_while(|event| event.period.first <= tally.period.last);
        let inside: Vec<&&Event> = inside.filter(|event| event.period.last <= tally.period.last).collect();
        let floors = inside.iter().fold(Amount::ZERO, |sum, event| sum + event.floor);
        if floors > cap {
            crowded.extend(inside.iter().map(|event| (event.claim.clone(), tally.claim.clone())));
        }
    }
    crowded
}

/// What is left of a period without another.
fn without(period: &Period, gap: &Period) -> Vec<Period> {
    if !period.meets(gap) {
        return vec![*period];
    }
    let before = Period::closed(period.first, period.last.min(gap.first.previous()));
    let after = Period::closed(period.first.max(gap.last.next()), period.last);
    before.into_iter().chain(after).collect()
}
