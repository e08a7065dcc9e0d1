//! How the verdict on a prohibition is shown.
//!
//! Invariant: what is found here is only written down; whether it holds the checker says.

use std::collections::BTreeMap;

use certificate::{
    Deed as Written, Doubt, Forbidden, Opening, Proof, Refutation, Stream, Subject, Witness, bound_until,
    forbidden, is_bound, is_settled, is_told, left_open, scope_of, told_apart, unviolated,
};
use model::{
    Amount, Instant, Status, StatusSet,
    claim::{Claim, Doers},
};
use worlds::{
    literals::{self, Asked, Bound, Literals},
    world::Deed,
};

use super::{
    NoCertificate,
    hinges::{Said, Way, turns, ways_of},
    not_yet,
    ways::{Ways, in_each, screen},
};

/// What shows the verdict.
pub fn proof(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    let forbidden = forbidden(subject)?;
    told_apart(subject, forbidden.kinds())?;
    let asked: Vec<Asked<'_>> = forbidden.asked().into_iter().map(|(_, asked)| asked).collect();
    literals::with_all(&subject.case, &asked, |streams| {
        let each = forbidden.asked().into_iter().zip(streams.iter().copied());
        let said = |((name, asked), literals)| Said::of(name, asked, literals);
        let hinged: Vec<Said<'_, '_>> = each.skip(1).map(said).collect::<Result<_, _>>()?;
        let found = forbidden.hinges.iter().zip(&hinged);
        let openings: Vec<Opening> = found.map(|(hinge, said)| said.opening(hinge, None)).collect();
        let scope = &scope_of(subject, &forbidden.hinges, &turns(&openings))?;
        let ways = ways_of(&hinged, &forbidden.hinges, &openings, subject.case.at);
        let (forbidden, literals) = (&forbidden, streams[0]);
        let search = Search { subject, scope, literals, forbidden, hinged, openings, ways };
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
    scope: &'a Doubt,
    literals: &'a Literals<'l>,
    forbidden: &'a Forbidden<'a>,
    /// What is said of that on which the scope hangs.
    hinged: Vec<Said<'a, 'l>>,
    openings: Vec<Opening>,
    /// How that may have been.
    ways: Vec<Way>,
}

impl Search<'_, '_> {
    /// A proof without anything shown, the stream of what is forbidden before those of what the scope hangs on.
    fn begun(&self, status: StatusSet, stream: Stream) -> Proof {
        let streams = [stream].into_iter().chain(self.hinged.iter().map(|said| said.stream.clone()));
        let (streams, openings) = (streams.collect(), self.openings.clone());
        Proof { status, streams, openings, ..Proof::default() }
    }

    /// With a world for each status that one of these gives: the leaf of what is forbidden, and those deeds.
    fn witnessed(&self, proof: &mut Proof, worlds: impl Fn(&[Deed]) -> Vec<(usize, Vec<Written>)>) {
        let mut left: Vec<Status> = proof.status.iter().collect();
        for (leaves, before) in &self.ways {
            if left.is_empty() {
                break;
            }
            for (leaf, own) in worlds(before) {
                let deeds = own.into_iter().chain(before.iter().map(Written::of));
                let deeds: Vec<Written> = deeds.collect();
                let made: Vec<Deed> = deeds.iter().map(Written::made).collect();
                let Ok(status) = self.subject.status(&made, &BTreeMap::new()) else { continue };
                if let Some(index) = left.iter().position(|one| *one == status) {
                    left.remove(index);
                    let leaves = [&[leaf], leaves.as_slice()].concat();
                    proof.witnesses.push(Witness {
                        status,
                        deeds,
                        leaves,
                        owed: BTreeMap::new(),
                        stocks: Vec::new(),
                    });
                }
            }
        }
        proof.unwitnessed = left;
    }

    fn proof(&self, status: StatusSet) -> Result<Proof, NoCertificate> {
        let stream = Stream { of: "violation".to_owned(), screen: screen(self.literals), tree: None };
        let mut proof = self.begun(status, stream);
        for other in Status::ALL.into_iter().filter(|other| !status.contains(*other)) {
            proof.refuted.push(self.refutation(other)?);
        }
        let worlds = self.worlds();
        self.witnessed(&mut proof, |_| worlds.iter().map(|deeds| (0, deeds.clone())).collect());
        Ok(proof)
    }

    /// By how much was done of it at least, and at most.
    fn by_amounts(&self, status: StatusSet) -> Result<Proof, NoCertificate> {
        let at = self.subject.case.at;
        let (_, asked) = self.forbidden.asked().swap_remove(0);
        let said = Said::of("violation", asked, self.literals)?;
        let ways = &said.ways;
        let windows = bound_until(&self.scope.certain, at);
        let unviolated = unviolated(self.scope, at);
        let mut proof = self.begun(status, said.stream.clone());
        for other in Status::ALL.into_iter().filter(|other| !status.contains(*other)) {
            let mut refutation = Refutation::plain(other);
            let missing =
                || not_yet(format!("that it is not {other} follows from more than a certificate shows yet"));
            if other == self.forbidden.worst {
                for window in bound_until(&self.scope.possible, at) {
                    let steps = in_each(ways, |ways| ways.at_most(window, 0));
                    refutation.steps.push(steps.ok_or_else(missing)?);
                }
            } else if unviolated.contains(&other) {
                let shown = |(way, window): (usize, &(Instant, Instant))| {
                    Some((way, in_each(ways, |ways| ways.at_least(*window, 1))?))
                };
                let (way, steps) = windows.iter().enumerate().find_map(shown).ok_or_else(missing)?;
                (refutation.way, refutation.steps) = (way, vec![steps]);
            }
            proof.refuted.push(refutation);
        }
        self.witnessed(&mut proof, |before| self.of_amounts(&said, before));
        Ok(proof)
    }

    /// Worlds of each greatest leaf: with nothing in scope, and with something in each time in scope, where these deeds were what
    /// that hangs on.
    fn of_amounts(&self, said: &Said<'_, '_>, before: &[Deed]) -> Vec<(usize, Vec<Written>)> {
        let case = &self.subject.case;
        let unit = Amount::whole(1).0;
        let bound = |(from, until): (Instant, Instant), lower, amount| Bound {
            from,
            until,
            lower,
            amount,
            ground: String::new(),
        };
        let Ok(scope) = literals::scope(case, self.subject.provision, before) else { return Vec::new() };
        let windows = bound_until(&scope, case.at);
        let nothing: Vec<Bound> = windows.iter().map(|window| bound(*window, false, 0)).collect();
        let something = windows.iter().map(|window| vec![bound(*window, true, unit)]);
        let classes: Vec<Vec<Bound>> = [nothing].into_iter().chain(something).collect();
        // Of what is forbidden one does it, not all of them.
        let by_one = |deed: &Deed| Written::of(&Deed::of(&self.forbidden.action, deed.at, deed.amount));
        let worlds = said.worlds(&classes).into_iter();
        worlds.map(|(leaf, deeds)| (leaf, deeds.iter().map(by_one).collect())).collect()
    }

    fn refutation(&self, status: Status) -> Result<Refutation, NoCertificate> {
        let case = &self.subject.case;
        let mut refutation = Refutation::plain(status);
        match status {
            status if unviolated(self.scope, case.at).contains(&status) => {
                let names = self.literals.names();
                let certain = |claim: &&Claim| {
                    let in_time = claim
                        .occurred
                        .is_some_and(|occurred| is_bound(&self.scope.certain, case.at, occurred));
                    in_time
                        && names.contains(&format!("the deed of {}", claim.id))
                        && is_settled(self.literals, case.claims, claim)
                };
                let found = case.claims.iter().filter(certain).map(|claim| claim.id.clone()).min();
                let missing = || not_yet("no single report, with nothing against it, shows the breach");
                refutation.claim = Some(found.ok_or_else(missing)?);
            }
            worst if worst == self.forbidden.worst => {
                let bounds = self.literals.bounds(&self.literals.names()).unwrap_or_default();
                let ways = Ways::of(&bounds);
                let missing = || not_yet("no silence alone shows that nothing forbidden was done");
                for window in bound_until(&self.scope.possible, case.at) {
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
            let more = Written::of(&Deed::of(&self.forbidden.action, free, Amount::whole(1)));
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
        let deed = Deed { by, ..Deed::of(&self.forbidden.action, when, Amount::whole(1)) };
        Written { report: Some(claim.id.clone()), ..Written::of(&deed) }
    }
}
