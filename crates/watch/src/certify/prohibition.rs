//! How the verdict on a prohibition is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use certificate::{
    Deed as Written, Proof, Refutation, Stream, Subject, Witness, bound_until, forbidden, is_bound,
    is_settled, left_open, scope, unviolated,
};
use model::{
    Amount, Instant, Status, StatusSet,
    agreement::Action,
    claim::{Claim, Doers},
};
use worlds::{
    literals::{self, Asked, Heard, Literals},
    world::{Deed, Ticks},
};

use super::{
    NoCertificate, not_yet,
    ways::{Ways, screen},
};

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let action = forbidden(subject)?;
    let (bearers, verifiers) = (&subject.provision.bearers, &subject.provision.verified_by);
    let scope = scope(subject, subject.provision)?;
    let asked = Asked { action: &action, bearers, verifiers, heard: Heard::All };
    literals::with(&subject.case, &asked, |literals| {
        Search { subject, scope: &scope, literals, action: &action }.proof(status)
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
