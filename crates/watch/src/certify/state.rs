//! How the verdict on a state to be kept is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use certificate::{
    Proof, Refutation, Screened, Stock, Stream, Subject, Witness,
    state::{cells, ends, is_outside, kept, possible, status, unfailed, unopposed},
};
use model::{Amount, Id, Instant, Status, StatusSet};
use worlds::levels::{Levels, Limit};

use super::{NoCertificate, not_yet};

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, set: StatusSet) -> Result<Proof, NoCertificate> {
    let levels = kept(subject)?;
    let each = levels.screen.iter();
    let screen = each.map(|one| Screened { claim: one.claim.clone(), why: one.why.clone() }).collect();
    let stream = Stream { of: "state".to_owned(), screen, tree: None };
    let mut proof = Proof { status: set, streams: vec![stream], ..Proof::default() };
    for other in Status::ALL.into_iter().filter(|other| !set.contains(*other)) {
        proof.refuted.push(refutation(subject, &levels, other)?);
    }
    for one in set.iter() {
        let world = world(subject, &levels, one != Status::Breached);
        let given = world.as_ref().map(|stocks| status(subject, subject.provision, stocks)).transpose()?;
        match world.filter(|_| given == Some(one)) {
            Some(stocks) => {
                let (deeds, leaves) = (Vec::new(), vec![0]);
                proof.witnesses.push(Witness { status: one, deeds, leaves, stocks });
            }
            None => proof.unwitnessed.push(one),
        }
    }
    Ok(proof)
}

fn refutation(subject: &Subject<'_>, levels: &Levels, other: Status) -> Result<Refutation, NoCertificate> {
    let at = subject.case.at;
    let mut refutation = Refutation::plain(other);
    if other == Status::Breached {
        for (lower, demanded) in ends(levels) {
            let right = |limit: &&Limit| {
                let within = if lower { limit.amount >= demanded } else { limit.amount <= demanded };
                limit.lower == lower && within && !unopposed(levels, at, limit).is_empty()
            };
            let claims: Vec<Id> = levels.limits.iter().filter(right).map(|one| one.claim.clone()).collect();
            refutation.throughout.push(claims);
        }
    } else if other == unfailed(&levels.window, at) {
        let fails = |limit: &&Limit| is_outside(levels, limit) && !unopposed(levels, at, limit).is_empty();
        let found = levels.limits.iter().find(fails).map(|limit| limit.claim.clone());
        let missing = || not_yet("no single report, with nothing against it, shows the breach");
        refutation.claim = Some(found.ok_or_else(missing)?);
    }
    Ok(refutation)
}

/// How the stock may have been: kept wherever it may have been, or not kept wherever it may not.
fn world(subject: &Subject<'_>, levels: &Levels, kept: bool) -> Option<Vec<Stock>> {
    let cells = cells(levels, subject.case.at, &[]);
    let unit = Amount::whole(1);
    let demanded = ends(levels).into_iter().map(|(_, amount)| amount);
    let said = levels.limits.iter().map(|limit| limit.amount);
    let tried: Vec<Amount> = demanded
        .chain(said)
        .flat_map(|amount| [amount, amount + unit, amount - unit])
        .chain([Amount::ZERO])
        .collect();
    let each = cells.iter().enumerate().map(|(index, cell)| {
        let until = cells.get(index + 1).copied().unwrap_or(Instant::MAX);
        let may = || tried.iter().filter(|amount| possible(levels, *cell, **amount));
        let wanted = may().find(|amount| levels.demand.admits(**amount) == kept);
        let amount = *wanted.or_else(|| may().next())?;
        Some(Stock { from: *cell, until, amount })
    });
    each.collect()
}
