//! Prohibitions: a deed that nothing contradicts is a breach, and where somebody watched throughout and nothing is reported there
//! is none.
//!
//! Invariant: worlds are shown only where no accepted word is against another, so that all of it holds in each of them.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Standard, Status,
    agreement::{Action, Rule},
    claim::{Claim, Doers, Kind},
};
use worlds::{
    literals::{self, Asked, Bound, Heard, Literals},
    world::Ticks,
};

use crate::{
    Fault, Proof, Refutation, Subject, Witness, at_refuted, at_witness,
    duty::{Leaves, each},
    leaves::{leaves, satisfies},
    path,
};

/// The forbidden deed, its doers named.
///
/// # Errors
/// For a prohibition of which there is no certificate yet.
pub fn forbidden(subject: &Subject<'_>) -> Result<Action, Fault> {
    let provision = subject.provision;
    let none = |what: &str| {
        Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
    };
    let Rule::Prohibition { action } = &provision.rule else { return none("it is no prohibition") };
    crate::frame::plain(subject)?;
    if !action.under.is_empty() {
        return none("`only those of`");
    }
    if subject.case.at < subject.case.agreement.in_force {
        return none("an instant before entry into force");
    }
    let mut own = action.clone();
    if own.by.is_empty() {
        own.by.clone_from(&provision.bearers);
    }
    Ok(own)
}

/// Checks all of a prohibition's certificate but what its worlds come to. Gives the number of leaves.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let action = forbidden(subject)?;
    let stream = match proof.streams.as_slice() {
        [stream] if stream.of == "violation" && proof.opening.is_none() && proof.each.is_empty() => stream,
        _ => return Err(Fault::new("proof.streams", "there has to be one, of violations")),
    };
    let scope = crate::frame::scope(subject, subject.provision)?;
    literals::with(&subject.case, &asked(subject, &action), |literals| {
        crate::screened(literals, stream, "streams.violation")?;
        let check = Check { subject, scope: &scope, literals, action: &action };
        let Some(tree) = &stream.tree else {
            if !is_told(subject) {
                return Err(Fault::new("proof.streams", "under this standard there has to be a tree"));
            }
            proof.refuted.iter().try_for_each(|refutation| check.refutes(refutation))?;
            proof.witnesses.iter().try_for_each(|witness| check.is_a_world(witness))?;
            return Ok(1);
        };
        let mut all = Vec::new();
        for leaf in leaves(literals, tree, "streams.violation")? {
            let bounds = literals.bounds(&leaf).unwrap_or_default();
            all.push((leaf, bounds));
        }
        proof.refuted.iter().try_for_each(|refutation| check.refutes_by_amounts(refutation, &all))?;
        proof.witnesses.iter().try_for_each(|witness| check.is_a_world_of_amounts(witness, &all))?;
        Ok(all.len())
    })?
}

/// The forbidden deeds, as they are asked about.
#[must_use]
pub fn asked<'a>(subject: &Subject<'a>, action: &'a Action) -> Asked<'a> {
    let (bearers, verifiers) = (&subject.provision.bearers, &subject.provision.verified_by);
    Asked { action, bearers, verifiers, heard: Heard::All, forbidden: true }
}

/// Whether one report is enough under the standard, so that it can be looked at report by report.
#[must_use]
pub fn is_told(subject: &Subject<'_>) -> bool {
    !matches!(subject.case.standard, Standard::Corroborated | Standard::Adverse | Standard::Admitted)
}

/// What it comes to where nothing forbidden was done.
#[must_use]
pub fn unviolated(scope: &Ticks, at: Instant) -> Status {
    match scope.first_from(Instant::MIN) {
        _ if scope.contains(at) => Status::Pending,
        Some(first) if first <= at => Status::Met,
        _ => Status::Inactive,
    }
}

/// The times in which it bound, up to an instant; each to before its end.
#[must_use]
pub fn bound_until(scope: &Ticks, at: Instant) -> Vec<(Instant, Instant)> {
    let bound = scope.within(Instant::MIN, at);
    bound.periods().iter().map(|period| (period.first, period.last.next())).collect()
}

/// Whether it bound throughout a period that was over by an instant.
#[must_use]
pub fn is_bound(scope: &Ticks, at: Instant, period: Period) -> bool {
    period.last <= at && scope.within(period.first, period.last).periods() == [period]
}

struct Check<'a, 'l> {
    subject: &'a Subject<'a>,
    scope: &'a Ticks,
    literals: &'a Literals<'l>,
    action: &'a Action,
}

impl Check<'_, '_> {
    fn bounds(&self) -> BTreeSet<Bound> {
        self.literals.bounds(&self.literals.names()).unwrap_or_default()
    }

    /// By how much was done of it at least, and at most.
    fn refutes_by_amounts(&self, refutation: &Refutation, leaves: &Leaves) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let asked = self.subject.case.at;
        let windows = bound_until(self.scope, asked);
        let Refutation { status, way, steps, .. } = refutation;
        if refutation.claim.is_some() || !refutation.throughout.is_empty() {
            return Err(Fault::new(at, "amounts are bounded by steps"));
        }
        if *status == Status::Breached {
            if *way != 0 || steps.len() != windows.len() {
                return Err(Fault::new(at, "there has to be a way through each time in scope"));
            }
            return windows.into_iter().zip(steps).try_for_each(|(window, steps)| {
                each(steps, leaves, &at, |steps, bounds| path::at_most(steps, bounds, window, 0, &at))
            });
        }
        if *status == unviolated(self.scope, asked) {
            let window =
                windows.get(*way).ok_or_else(|| Fault::new(&at, "there is no such time in scope"))?;
            let [steps] = steps.as_slice() else {
                return Err(Fault::new(at, "there has to be a way for each leaf"));
            };
            return each(steps, leaves, &at, |steps, bounds| path::at_least(steps, bounds, *window, 1, &at));
        }
        let plain = *refutation == Refutation::plain(*status);
        plain.then_some(()).ok_or_else(|| Fault::new(at, "nothing is needed to refute it"))
    }

    /// That the deeds of a witness satisfy a greatest set of literals.
    fn is_a_world_of_amounts(&self, witness: &Witness, leaves: &Leaves) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        let [leaf] = witness.leaves.as_slice() else {
            return Err(Fault::new(at, "it names one leaf"));
        };
        let (names, bounds) = leaves.get(*leaf).ok_or_else(|| Fault::new(&at, "there is no such leaf"))?;
        if leaves.iter().any(|(other, _)| other != names && other.is_superset(names)) {
            return Err(Fault::new(at, "more of what is said can hold together than in this leaf"));
        }
        for deed in &witness.deeds {
            literals::kind_of(&self.subject.case, &deed.made(), &[self.action])?;
            if deed.report.is_some() {
                return Err(Fault::new(at, "a deed of no report in particular"));
            }
        }
        let amounts: Vec<(Instant, Amount)> = witness.deeds.iter().map(|d| (d.at, d.amount)).collect();
        satisfies(&amounts, bounds, &at)
    }

    fn refutes(&self, refutation: &Refutation) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let case = &self.subject.case;
        let unviolated = unviolated(self.scope, case.at);
        if !refutation.throughout.is_empty() {
            return Err(Fault::new(at, "it is no state"));
        }
        match (refutation.way, &refutation.claim, refutation.steps.as_slice()) {
            // Nothing else can be of what is excused by nothing and binds when it does.
            _ if refutation.status == Status::Breached || refutation.status == unviolated => {}
            (0, None, []) => return Ok(()),
            _ => return Err(Fault::new(at, "nothing is needed to refute it")),
        }
        match (refutation.status, &refutation.claim, refutation.steps.as_slice()) {
            (status, Some(id), []) if status == unviolated && refutation.way == 0 => {
                let claim = case.claims.iter().find(|claim| claim.id == *id);
                let claim = claim.ok_or_else(|| Fault::new(&at, "there is no such claim"))?;
                self.is_certain(claim, &at)
            }
            (Status::Breached, None, steps) if refutation.way == 0 => {
                let windows = bound_until(self.scope, case.at);
                if windows.len() != steps.len() {
                    return Err(Fault::new(at, "there has to be a way through each time in scope"));
                }
                windows.into_iter().zip(steps).try_for_each(|(window, steps)| match steps.as_slice() {
                    [steps] => path::at_most(steps, &self.bounds(), window, 0, &at),
                    _ => Err(Fault::new(&at, "there has to be one way through time")),
                })
            }
            _ => Err(Fault::new(
                at,
                "it needs a deed that nothing contradicts, or that somebody watched throughout",
            )),
        }
    }

    /// That the deed of a claim happened in every world, while the duty bound.
    fn is_certain(&self, claim: &Claim, at: &str) -> Result<(), Fault> {
        let case = &self.subject.case;
        let in_time = claim.occurred.is_some_and(|occurred| is_bound(self.scope, case.at, occurred));
        let fault = match () {
            () if !in_time => "it need not have been while the duty bound",
            () if !self.literals.names().contains(&format!("the deed of {}", claim.id)) => {
                "it proves no deed"
            }
            () if !is_settled(self.literals, case.claims, claim) => "something is against it",
            () => return Ok(()),
        };
        Err(Fault::new(at, format!("{}: {fault}", claim.id)))
    }

    /// That the deeds of a witness make every accepted report true, once, and none was where somebody was silent.
    fn is_a_world(&self, witness: &Witness) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        if witness.leaves != [0] {
            return Err(Fault::new(at, "it names the one leaf"));
        }
        let names = self.literals.names();
        let claims: BTreeMap<&Id, &Claim> = self.subject.case.claims.iter().map(|c| (&c.id, c)).collect();
        let proven: BTreeSet<&Id> =
            claims.keys().copied().filter(|id| names.contains(&format!("the deed of {id}"))).collect();
        if proven.len() != names.len() {
            return Err(Fault::new(
                at,
                "a world is shown only where nothing but reports of deeds is accepted",
            ));
        }
        if let Some(open) = left_open(self.literals, self.subject.case.claims) {
            return Err(Fault::new(at, format!("{open} leaves more open than is checked")));
        }
        let mut told = BTreeSet::new();
        for deed in &witness.deeds {
            let made = deed.made();
            if deed.amount != Amount::whole(1)
                || literals::kind_of(&self.subject.case, &made, &[self.action])? != 0
            {
                return Err(Fault::new(at, "a deed is not one of those forbidden"));
            }
            match &deed.report {
                Some(id) => {
                    let claim = claims.get(id).filter(|_| proven.contains(id) && told.insert(id.clone()));
                    let right = claim.is_some_and(|claim| agrees(claim, deed.at, &deed.by));
                    if !right {
                        return Err(Fault::new(at, format!("no deed of {id} was as this one")));
                    }
                }
                None => self.nobody_was_silent(deed.at, &at)?,
            }
        }
        if told.len() != proven.len() {
            return Err(Fault::new(at, "a report that is accepted is not made true"));
        }
        Ok(())
    }

    fn nobody_was_silent(&self, when: Instant, at: &str) -> Result<(), Fault> {
        let heard = self.bounds().into_iter().find(|b| !b.lower && b.from <= when && when < b.until);
        heard.map_or(Ok(()), |bound| {
            Err(Fault::new(at, format!("an unreported deed at {when} is against {}", bound.ground)))
        })
    }
}

/// Whether no accepted word is against a report, and no other report is of its deed.
#[must_use]
pub fn is_settled(literals: &Literals<'_>, claims: &[Claim], claim: &Claim) -> bool {
    let against = |name: &String| {
        *name == format!("a denial of {}", claim.id)
            || name.ends_with(&format!(" would have reported the deeds of {}", claim.id))
    };
    let same = |other: &Claim| other.id != claim.id && other.reference == claim.reference;
    let shared = claim.reference.is_some() && claims.iter().any(same);
    !shared && !literals.names().iter().any(against)
}

/// A claim that is used or leaves room and of which more is open than whether its deed happened; none where there is none.
#[must_use]
pub fn left_open(literals: &Literals<'_>, claims: &[Claim]) -> Option<Id> {
    let heard = |why: &str| matches!(why, "used" | "room");
    let screen = literals.screen();
    let heard: BTreeSet<&Id> = screen.iter().filter(|one| heard(&one.why)).map(|one| &one.claim).collect();
    let plain = |claim: &&Claim| {
        claim.kind == Kind::Event && claim.range().high.is_some() && is_settled(literals, claims, claim)
    };
    let mut all = claims.iter().filter(|claim| heard.contains(&claim.id));
    all.find(|claim| !plain(claim)).map(|claim| claim.id.clone())
}

/// Whether a deed is as a report has it.
fn agrees(claim: &Claim, when: Instant, by: &[Id]) -> bool {
    let named: Vec<&Id> = claim.by.iter().filter_map(|named| named.party.as_ref()).collect();
    let did = |party: &&Id| by.contains(party);
    let doers = match claim.by_mode {
        Doers::Joint => named.iter().all(did),
        Doers::Alternatives => named.iter().any(did) && by.iter().all(|one| named.contains(&one)),
    };
    doers && claim.occurred.is_some_and(|occurred| occurred.contains(&Period::at(when)))
}
