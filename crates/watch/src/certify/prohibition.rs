//! How the verdict on a prohibition is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use certificate::{
    Deed as Written, Leaf, Proof, Refutation, Stream, Subject, Witness, asked, bound_until, forbidden,
    is_bound, is_settled, is_told, left_open, satisfies, scope, unviolated,
};
use model::{
    Amount, Instant, Status, StatusSet,
    agreement::Action,
    claim::{Claim, Doers},
};
use worlds::{
    literals::{self, Bound, Literals},
    world::{Deed, Ticks},
};

use super::{
    NoCertificate, not_yet,
    ways::{Ways, greatest, in_each, joined, of_leaves, screen, tree},
};

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let action = forbidden(subject)?;
    let scope = scope(subject, subject.provision)?;
    literals::with(&subject.case, &asked(subject, &action), |literals| {
        let search = Search { subject, scope: &scope, literals, action: &action };
        if !is_told(subject) {
            return search.by_amounts(status);
        }
        match (search.proof(status), search.by_amounts(status)) {
            (Ok(one), Ok(other)) if other.unwitnessed.len() < one.unwitnessed.len() => Ok(other),
            (Err(_), Ok(other)) => Ok(other),
            (one, _) => one,
        }
    })
    .map_err(|refused| NoCertificate::from(certificate::Fault::from(refused)))?
}

struct Search<'a, 'l> {
    subject: &'a Subject<'a>,
    scope: &'a Ticks,
    literals: &'a Literals<'l>,
    action: &'a Action,
}

impl Search<'_, '_> {
    fn proof(&self, status: StatusSet) -> Result<Proof, NoCertificate> {
        let stream = Stream { of: "violation".to_owned(), screen: screen(self.literals), tree: None };
        let mut proof = Proof { status, streams: vec![stream], ..Proof::default() };
        for other in Status::ALL.into_iter().filter(|other| !status.contains(*other)) {
            proof.refuted.push(self.refutation(other)?);
        }
        for one in status.iter() {
            let found = self.worlds().into_iter().find(|deeds| {
                let made: Vec<Deed> = deeds.iter().map(Written::made).collect();
                self.subject.status(&made).is_ok_and(|status| status == one)
            });
            match found {
                Some(deeds) => {
                    let (leaves, stocks) = (vec![0], Vec::new());
                    proof.witnesses.push(Witness { status: one, deeds, leaves, stocks });
                }
                None => proof.unwitnessed.push(one),
            }
        }
        Ok(proof)
    }

    /// By how much was done of it at least, and at most.
    fn by_amounts(&self, status: StatusSet) -> Result<Proof, NoCertificate> {
        let at = self.subject.case.at;
        let (tree, leaves) = tree(self.literals)?;
        let ways = of_leaves(self.literals, &leaves);
        let windows = bound_until(self.scope, at);
        let stream = Stream { of: "violation".to_owned(), screen: screen(self.literals), tree: Some(tree) };
        let mut proof = Proof { status, streams: vec![stream], ..Proof::default() };
        for other in Status::ALL.into_iter().filter(|other| !status.contains(*other)) {
            let mut refutation = Refutation::plain(other);
            let missing =
                || not_yet(format!("that it is not {other} follows from more than a certificate shows yet"));
            if other == Status::Breached {
                for window in &windows {
                    let steps = in_each(&ways, |ways| ways.at_most(*window, 0));
                    refutation.steps.push(steps.ok_or_else(missing)?);
                }
            } else if other == unviolated(self.scope, at) {
                let shown = |(way, window): (usize, &(Instant, Instant))| {
                    Some((way, in_each(&ways, |ways| ways.at_least(*window, 1))?))
                };
                let (way, steps) = windows.iter().enumerate().find_map(shown).ok_or_else(missing)?;
                (refutation.way, refutation.steps) = (way, vec![steps]);
            }
            proof.refuted.push(refutation);
        }
        let worlds = self.of_amounts(&leaves, &windows);
        for one in status.iter() {
            let gives = |(_, deeds): &(usize, Vec<Deed>)| {
                self.subject.status(deeds).is_ok_and(|status| status == one)
            };
            match worlds.iter().find(|world| gives(world)) {
                Some((leaf, deeds)) => {
                    let deeds = deeds.iter().map(Written::of).collect();
                    let (leaves, stocks) = (vec![*leaf], Vec::new());
                    proof.witnesses.push(Witness { status: one, deeds, leaves, stocks });
                }
                None => proof.unwitnessed.push(one),
            }
        }
        Ok(proof)
    }

    /// Worlds of each greatest leaf: with nothing in scope, and with something in each time in scope.
    fn of_amounts(&self, leaves: &[Leaf], windows: &[(Instant, Instant)]) -> Vec<(usize, Vec<Deed>)> {
        let unit = Amount::whole(1).0;
        let bound = |(from, until): (Instant, Instant), lower, amount| Bound {
            from,
            until,
            lower,
            amount,
            ground: String::new(),
        };
        let nothing: Vec<Bound> = windows.iter().map(|window| bound(*window, false, 0)).collect();
        let something = windows.iter().map(|window| vec![bound(*window, true, unit)]);
        let classes: Vec<Vec<Bound>> = [nothing].into_iter().chain(something).collect();
        let mut worlds = Vec::new();
        for (index, names) in greatest(leaves) {
            let bounds = self.literals.bounds(names).unwrap_or_default();
            for class in &classes {
                let amounts = self.literals.solution(names, class);
                let right = amounts.filter(|amounts| satisfies(amounts, &bounds, "").is_ok());
                worlds.extend(right.map(|amounts| {
                    let each = joined(amounts).into_iter();
                    (index, each.map(|(at, amount)| Deed::of(self.action, at, amount)).collect())
                }));
            }
        }
        worlds
    }

    fn refutation(&self, status: Status) -> Result<Refutation, NoCertificate> {
        let case = &self.subject.case;
        let mut refutation = Refutation::plain(status);
        match status {
            status if status == unviolated(self.scope, case.at) => {
                let names = self.literals.names();
                let certain = |claim: &&Claim| {
                    let in_time =
                        claim.occurred.is_some_and(|occurred| is_bound(self.scope, case.at, occurred));
                    in_time
                        && names.contains(&format!("the deed of {}", claim.id))
                        && is_settled(self.literals, case.claims, claim)
                };
                let found = case.claims.iter().filter(certain).map(|claim| claim.id.clone()).min();
                let missing = || not_yet("no single report, with nothing against it, shows the breach");
                refutation.claim = Some(found.ok_or_else(missing)?);
            }
            Status::Breached => {
                let bounds = self.literals.bounds(&self.literals.names()).unwrap_or_default();
                let ways = Ways::of(&bounds);
                let missing = || not_yet("no silence alone shows that nothing forbidden was done");
                for window in bound_until(self.scope, case.at) {
                    refutation.steps.push(vec![ways.at_most(window, 0).ok_or_else(missing)?]);
                }
            }
            _ => {}
        }
        Ok(refutation)
    }

    /// Worlds in which every accepted report is true, without and with one more deed that nobody reported.
    fn worlds(&self) -> Vec<Vec<Written>> {
        let case = &self.subject.case;
        let names = self.literals.names();
        let proven: Vec<&Claim> =
            case.claims.iter().filter(|claim| names.contains(&format!("the deed of {}", claim.id))).collect();
        if proven.len() != names.len() || left_open(self.literals, case.claims).is_some() {
            return Vec::new();
        }
        let told = |first: bool| -> Vec<Written> {
            let each = proven.iter().filter_map(|claim| {
                let occurred = claim.occurred?;
                Some(self.told(claim, if first { occurred.first } else { occurred.last }))
            });
            each.collect()
        };
        let bounds = self.literals.bounds(&names).unwrap_or_default();
        let open = |when: &Instant| !bounds.iter().any(|b| !b.lower && b.from <= *when && *when < b.until);
        let entry = case.agreement.in_force;
        let ticks = self.literals.cuts().iter().copied().chain([entry, case.at]);
        let free = ticks.filter(|tick| entry <= *tick && *tick <= case.at).find(|tick| open(tick));
        let mut worlds = vec![told(true), told(false)];
        if let Some(free) = free {
            let more = Written::of(&Deed::of(self.action, free, Amount::whole(1)));
            worlds.extend(
                [told(true), told(false)].into_iter().map(|deeds| [deeds, vec![more.clone()]].concat()),
            );
        }
        worlds
    }

    /// The deed of a report, as it says that it was.
    fn told(&self, claim: &Claim, when: Instant) -> Written {
        let named = claim.by.iter().filter_map(|named| named.party.clone());
        let by = match claim.by_mode {
            Doers::Joint => named.collect(),
            Doers::Alternatives => named.take(1).collect(),
        };
        let deed = Deed { by, ..Deed::of(self.action, when, Amount::whole(1)) };
        Written { report: Some(claim.id.clone()), ..Written::of(&deed) }
    }
}
