//! How the verdict on a state to be kept is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeMap;

use certificate::{
    Deed as Written, Doubt, Opening, Proof, Refutation, Screened, Stock, Stream, Subject, Witness,
    state::{
        Calm, Kept, are_told, cells, ends, is_calm, is_outside, kept, possible, status, unfailed, unopposed,
    },
    told_apart,
};
use model::{Amount, Id, Period, Status, StatusSet};
use worlds::{
    levels::Limit,
    literals,
    world::{Deed, Ticks},
};

use super::{
    NoCertificate,
    hinges::{Said, turns, ways_of},
    not_yet,
};

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, set: StatusSet) -> Result<Proof, NoCertificate> {
    let kept = kept(subject)?;
    told_apart(subject, kept.hinges.iter().map(|hinge| &hinge.action))?;
    let asked = kept.asked();
    literals::with_all(&subject.case, &asked, |streams| {
        let each = asked.iter().zip(streams.iter().copied());
        let said = each.map(|(asked, literals)| Said::of("opening", *asked, literals));
        let hinged: Vec<Said<'_, '_>> = said.collect::<Result<_, _>>()?;
        let openings = kept.hinges.iter().zip(&hinged).map(|(hinge, said)| said.opening(hinge, None));
        let openings: Vec<Opening> = openings.collect();
        let window = kept.window(&turns(&openings))?;
        Search { subject, kept: &kept, hinged, openings, window }.proof(set)
    })
    .map_err(|refused| NoCertificate::from(certificate::Fault::from(refused)))?
}

struct Search<'a, 'l> {
    subject: &'a Subject<'a>,
    kept: &'a Kept<'a>,
    hinged: Vec<Said<'a, 'l>>,
    openings: Vec<Opening>,
    window: Doubt,
}

impl Search<'_, '_> {
    fn proof(&self, set: StatusSet) -> Result<Proof, NoCertificate> {
        let each = self.kept.levels.screen.iter();
        let screen = each.map(|one| Screened { claim: one.claim.clone(), why: one.why.clone() }).collect();
        let own = Stream { of: "state".to_owned(), screen, tree: None };
        let streams = [own].into_iter().chain(self.hinged.iter().map(|said| said.stream.clone())).collect();
        let mut proof = Proof { status: set, streams, openings: self.openings.clone(), ..Proof::default() };
        for other in Status::ALL.into_iter().filter(|other| !set.contains(*other)) {
            proof.refuted.push(match &self.kept.calm {
                Some(calm) => self.of_day(calm, other),
                None => self.refutation(other)?,
            });
        }
        let (hinges, at) = (&self.kept.hinges, self.subject.case.at);
        let ways = ways_of(&self.hinged, hinges, &self.openings, at);
        for one in set.iter() {
            let found = ways.iter().find_map(|(leaves, deeds)| {
                let stocks = self.world(one != Status::Breached)?;
                let right = status(self.subject, &stocks, deeds).is_ok_and(|status| status == one);
                right.then(|| self.witness(one, stocks, leaves, deeds))
            });
            match found {
                Some(witness) => proof.witnesses.push(witness),
                None => proof.unwitnessed.push(one),
            }
        }
        Ok(proof)
    }

    fn witness(&self, status: Status, stocks: Vec<Stock>, leaves: &[usize], deeds: &[Deed]) -> Witness {
        let leaves = [&[0], leaves].concat();
        let (deeds, owed) = (deeds.iter().map(Written::of).collect(), BTreeMap::new());
        Witness { status, deeds, leaves, owed, stocks }
    }

    /// Claims that say as much, each at some tick of a window unopposed.
    fn saying(&self, window: &Ticks, right: impl Fn(&Limit) -> bool) -> Vec<Id> {
        let levels = &self.kept.levels;
        let said = levels.limits.iter().filter(|limit| right(limit));
        let heard = said.filter(|limit| !unopposed(levels, window, self.subject.case.at, limit).is_empty());
        heard.map(|limit| limit.claim.clone()).collect()
    }

    fn refutation(&self, other: Status) -> Result<Refutation, NoCertificate> {
        let (levels, at) = (&self.kept.levels, self.subject.case.at);
        let mut refutation = Refutation::plain(other);
        if other == Status::Breached {
            for (lower, demanded) in ends(levels) {
                let right = |limit: &Limit| {
                    let within = if lower { limit.amount >= demanded } else { limit.amount <= demanded };
                    limit.lower == lower && within && !limit.once
                };
                refutation.throughout.push(self.saying(&self.window.possible, right));
            }
        } else if unfailed(&self.window, at).contains(&other) {
            let found = self.saying(&self.window.certain, |limit| is_outside(levels, limit));
            let missing = || not_yet("no single report, with nothing against it, shows the breach");
            refutation.claim = Some(found.into_iter().next().ok_or_else(missing)?);
        }
        Ok(refutation)
    }

    /// Of quiet hours: all that is said of when it was calm, or was not.
    fn of_day(&self, calm: &Calm, other: Status) -> Refutation {
        let (day, at) = (Ticks::of([calm.day]), self.subject.case.at);
        let quiet = || self.saying(&day, |limit| !limit.lower && limit.amount <= Amount::ZERO);
        let mut refutation = Refutation::plain(other);
        let over = at > calm.day.last;
        refutation.throughout = match other {
            Status::Pending | Status::Breached if (other == Status::Pending) == over => Vec::new(),
            Status::Pending | Status::Breached => vec![quiet()],
            Status::Met if is_calm(calm, &day, at) => {
                vec![self.saying(&day, |limit| limit.lower && limit.amount > Amount::ZERO && !limit.once)]
            }
            Status::Met => vec![Vec::new()],
            _ => Vec::new(),
        };
        refutation
    }

    /// How the stock may have been: kept wherever it may have been, or not kept wherever it may not.
    fn world(&self, kept: bool) -> Option<Vec<Stock>> {
        let (levels, window, at) = (&self.kept.levels, &self.window.possible, self.subject.case.at);
        let cells = cells(levels, window, at, &[]);
        let unit = Amount::whole(1);
        let demanded = ends(levels).into_iter().map(|(_, amount)| amount);
        let said = levels.limits.iter().map(|limit| limit.amount);
        let tried: Vec<Amount> = demanded
            .chain(said)
            .flat_map(|amount| [amount, amount + unit, amount - unit])
            .chain([Amount::ZERO])
            .collect();
        let each = cells.iter().enumerate().map(|(index, cell)| {
            let until = cells.get(index + 1).copied().unwrap_or(model::Instant::MAX);
            let may = || tried.iter().filter(|amount| possible(levels, *cell, **amount));
            let wanted = may().find(|amount| levels.demand.admits(**amount) == kept);
            let amount = *wanted.or_else(|| may().next())?;
            Some(Stock { from: *cell, until, amount })
        });
        let stocks: Vec<Stock> = each.collect::<Option<_>>()?;
        let held: Vec<(Period, Amount)> = stocks.iter().filter_map(Stock::held).collect();
        are_told(levels, window, at, &held).then_some(stocks)
    }
}
