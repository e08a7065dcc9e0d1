//! What claims say of a stock: how much of something is somewhere, throughout an interval (spec/meaning.md §10).
//!
//! Invariant: a floor comes from what is certainly a part of what is asked about, a cap from what certainly contains it.

use std::collections::BTreeSet;

use engine::{Kept, Level, Stock, stock::Place};
use model::{
    Amount, Id, Period,
    agreement::{Action, Where},
    claim::{Claim, Kind},
    place::Within,
    vocabulary::is_act,
};

use crate::{
    derived::within,
    fit::{Against, Considered, Fit, Fits, Use},
    measure::{Fused, Side, is_part, less, states},
};

/// Deeds by which something is in or over a zone at their instant.
const COMING: [&str; 2] = ["enter", "fly_over"];

impl Fused<'_> {
    pub(crate) fn stock_of(&self, kept: &Kept<'_>) -> Stock {
        let zone = kept.place.filter(|(place, _)| *place != Place::Outside).map(|(_, zone)| zone);
        let pattern = |act: &str| Action {
            act: act.to_owned(),
            by: kept.owners.to_vec(),
            item: Some(kept.item.clone()),
            to: None,
            place: zone.map(|zone| (Where::In, zone.clone())),
            stage: None,
            under: Vec::new(),
        };
        // More is against the bearers' interest as a forbidden deed is, less as a deed not done.
        let side = Side {
            bearers: kept.bearers,
            verifiers: kept.verifiers,
            violation: kept.ceiling,
            counted: None,
            receiver: None,
        };
        let mut levels = Vec::new();
        let own = pattern("fly_over");
        let against = Against { incidents: false, ..self.plainly(&own, &side) };
        for claim in self.claims.iter().filter(|c| c.kind == Kind::State && states(c) && self.speaks(c)) {
            levels.extend(self.level(claim, kept, &against, &side));
        }
        for act in COMING.iter().filter(|_| zone.is_some()) {
            let pattern = pattern(act);
            let against = self.plainly(&pattern, &side);
            let denied: BTreeSet<Id> =
                self.denials(&against, &side).into_iter().map(|(_, denied)| denied).collect();
            let speaking = |c: &&&Claim| c.act.as_deref().is_some_and(|said| is_act(said, act));
            let deeds = self.claims.iter().filter(speaking).filter(|c| c.kind == Kind::Event && states(c));
            for claim in deeds.filter(|c| self.speaks(c)) {
                let fits = against.fit(claim).ok().filter(Fits::certain);
                let some = claim.range().low.is_some_and(|low| low > Amount::ZERO);
                let Some(period) = claim.occurred.filter(|_| fits.is_some() && some && !kept.part) else {
                    continue;
                };
                levels.push(Level {
                    floor: Some(Amount::LEAST),
                    once: true,
                    denied: denied.contains(&claim.id),
                    ..self.said(claim, period, &side)
                });
            }
        }
        if kept.place.is_some_and(|(place, _)| place == Place::Over) {
            levels.extend(self.unseen(&own, &against, &side));
        }
        Stock { levels, corroboration: self.corroborates() }
    }

    /// What became of each live claim that may speak of a stock: those that say what is where, and deeds by which something
    /// comes to be in or over a zone.
    #[must_use]
    pub fn considered_of_stock(&self, kept: &Kept<'_>) -> Vec<Considered> {
        let stock = self.stock_of(kept);
        let counted: BTreeSet<&Id> = stock.levels.iter().filter_map(|level| level.claim.as_ref()).collect();
        let comes = |c: &Claim| c.act.as_deref().is_some_and(|act| COMING.iter().any(|one| is_act(act, one)));
        let speaks = |c: &&&Claim| c.kind == Kind::State || kept.place.is_some() && comes(c);
        let used = |claim: &Claim| match () {
            () if counted.contains(&claim.id) => Use::Counted,
            () if !states(claim) => Use::Aside("it denies or takes back".to_owned()),
            () if !self.speaks(claim) => Use::Aside("the standard does not hear its speaker".to_owned()),
            () if claim.occurred.is_none() => Use::Aside("it gives no time".to_owned()),
            () if claim.item.as_ref().is_some_and(|i| !self.is(i, kept.item) && !self.is(kept.item, i)) => {
                Use::Aside("it is of something else".to_owned())
            }
            () => Use::Aside(
                "it bounds nothing of what is to be there: another's, elsewhere, or of a part".to_owned(),
            ),
        };
        let each = self.claims.iter().filter(speaks);
        each.map(|claim| Considered { claim: claim.id.clone(), used: used(claim) }).collect()
    }

    /// A statement without its bounds.
    fn said(&self, claim: &Claim, period: Period, side: &Side<'_>) -> Level {
        let (floor_alone, cap_alone) = self.accepts(claim, side);
        Level {
            claim: Some(claim.id.clone()),
            source: claim.source.clone(),
            origin: self.origin(claim),
            period,
            floor: None,
            cap: None,
            once: false,
            denied: false,
            floor_alone,
            cap_alone,
        }
    }

    fn level(&self, claim: &Claim, kept: &Kept<'_>, against: &Against<'_>, side: &Side<'_>) -> Option<Level> {
        let period = claim.occurred?;
        let place = match kept.place {
            Some((Place::Outside, zone)) => self.outside(claim, &period, zone),
            _ => against.place(claim, &period),
        };
        let fits = against.state(claim, place).ok()?;
        let scoped = claim.amount.as_ref().is_some_and(|amount| amount.scope.is_some());
        // Who says that something is there, and not how much, says that there is some.
        let range = match &claim.amount {
            Some(_) => fits.part.unwrap_or_else(|| claim.range()),
            None => model::amount::Range { low: Some(Amount::LEAST), high: None },
        };
        let floor = range.low.filter(|low| *low > Amount::ZERO && fits.certain() && !kept.part);
        let cap = range.high.filter(|_| fits.caps() && !scoped && !is_part(claim));
        (floor.is_some() || cap.is_some()).then(|| Level { floor, cap, ..self.said(claim, period, side) })
    }

    /// How a claim's place stands to everywhere but a zone.
    fn outside(&self, claim: &Claim, period: &Period, zone: &str) -> Fit {
        match within(self.agreement, claim.place.as_ref(), period, zone, self.grounds) {
            Within::Outside => Fit::Narrower,
            Within::Inside => Fit::Other,
            Within::Unknown if claim.place.is_none() => Fit::Wider,
            Within::Unknown => Fit::Perhaps,
        }
    }

    /// Where a source would have reported flights and is silent, there is nothing in the air.
    fn unseen(&self, pattern: &Action, against: &Against<'_>, side: &Side<'_>) -> Vec<Level> {
        let mut levels = Vec::new();
        for source in self.sources.values() {
            let silences = self.silences(source, pattern, &[]);
            let agreed = silences.iter().all(|(_, accepted)| *accepted);
            let alone = self.silence_accepted(source, side, agreed);
            if silences.is_empty() || !alone && !agreed {
                continue;
            }
            let group = self.group(&source.id);
            let told = |c: &&&Claim| {
                let flight = c.act.as_deref().is_some_and(|said| is_act(said, "fly_over"));
                let place = |c: &Claim| against.place(c, &c.occurred.unwrap_or(Period::ALWAYS));
                let there = |c: &Claim| c.kind == Kind::State && against.state(c, place(c)).is_ok();
                group.contains(&c.source) && (flight && against.may_be_of_it(c) || there(c))
            };
            let mut quiet: Vec<Period> = silences.into_iter().map(|(period, _)| period).collect();
            for told in self.claims.iter().filter(told) {
                let when = told.occurred.unwrap_or(Period::ALWAYS);
                quiet = quiet.iter().flat_map(|period| less(period, &when)).collect();
            }
            levels.extend(quiet.into_iter().map(|period| Level {
                claim: None,
                source: source.id.clone(),
                origin: model::source::Source::independence(&source.origin).to_owned(),
                period,
                floor: None,
                cap: Some(Amount::ZERO),
                once: false,
                denied: false,
                floor_alone: false,
                cap_alone: alone,
            }));
        }
        levels
    }
}
