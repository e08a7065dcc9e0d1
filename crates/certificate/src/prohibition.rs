//! Prohibitions: a deed that nothing contradicts is a breach, and where somebody watched throughout and nothing is reported there
//! is none.
//!
//! Invariant: worlds are shown only where no accepted word is against another, so that all of it holds in each of them.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Standard, Status,
    agreement::{Action, Condition, Counting, Rule, Terms},
    claim::{Claim, Doers, Kind},
};
use worlds::literals::{self, Bound, Literals};

use crate::{Fault, Proof, Refutation, Subject, Witness, at_refuted, at_witness, path};

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
    let terms = Terms {
        grades: provision.terms.grades.clone(),
        disputes: provision.terms.disputes.clone(),
        notwithstanding: provision.terms.notwithstanding.clone(),
        ..Terms::default()
    };
    if !literals::is_undisturbed(subject.case.agreement) {
        return none(
            "powers, amendments, consequences, ties, or an entry into force that hangs on something",
        );
    }
    let plain = provision.while_ == Condition::InForce && provision.exceptions.is_empty();
    if !plain || provision.terms != terms || terms.counting != Counting::Incident || !action.under.is_empty()
    {
        return none("a scope, an exception or a further term");
    }
    if !matches!(subject.case.standard, Standard::Alleged | Standard::Account(_) | Standard::Verified) {
        return none("a prohibition under this standard");
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

/// Checks all of a prohibition's certificate but what its worlds come to. Gives the number of leaves: one.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let action = forbidden(subject)?;
    let [stream] = proof.streams.as_slice() else {
        return Err(Fault::new("proof.streams", "there has to be one, of violations"));
    };
    if stream.of != "violation" || stream.tree.is_some() || proof.opening.is_some() {
        return Err(Fault::new("proof.streams", "there has to be one, of violations, without a tree"));
    }
    let (bearers, verifiers) = (&subject.provision.bearers, &subject.provision.verified_by);
    literals::with(&subject.case, &action, bearers, verifiers, |literals| {
        crate::screened(literals, stream, "streams.violation")?;
        let check = Check { subject, literals, action: &action };
        proof.refuted.iter().try_for_each(|refutation| check.refutes(refutation))?;
        proof.witnesses.iter().try_for_each(|witness| check.is_a_world(witness))?;
        Ok(1)
    })?
}

struct Check<'a, 'l> {
    subject: &'a Subject<'a>,
    literals: &'a Literals<'l>,
    action: &'a Action,
}

impl Check<'_, '_> {
    fn bounds(&self) -> BTreeSet<Bound> {
        self.literals.bounds(&self.literals.names()).unwrap_or_default()
    }

    fn refutes(&self, refutation: &Refutation) -> Result<(), Fault> {
        let at = at_refuted(refutation.status);
        let case = &self.subject.case;
        match (refutation.status, refutation.way, &refutation.claim, refutation.steps.as_slice()) {
            // In scope from entry into force on, for good, and excused by nothing.
            (Status::Breached | Status::Pending, ..) => {}
            (_, 0, None, []) => return Ok(()),
            _ => return Err(Fault::new(at, "nothing is needed to refute it")),
        }
        match (refutation.status, &refutation.claim, refutation.steps.as_slice()) {
            (Status::Pending, Some(id), []) => {
                let claim = case.claims.iter().find(|claim| claim.id == *id);
                let claim = claim.ok_or_else(|| Fault::new(&at, "there is no such claim"))?;
                self.is_certain(claim, &at)
            }
            (Status::Breached, None, [steps]) => match steps.as_slice() {
                [steps] => {
                    let window = (case.agreement.in_force, case.at.next());
                    path::at_most(steps, &self.bounds(), window, 0, &at)
                }
                _ => Err(Fault::new(at, "there has to be one way through time")),
            },
            _ => Err(Fault::new(
                at,
                "it needs a deed that nothing contradicts, or that somebody watched throughout",
            )),
        }
    }

    /// That the deed of a claim happened in every world, while the duty bound.
    fn is_certain(&self, claim: &Claim, at: &str) -> Result<(), Fault> {
        let case = &self.subject.case;
        let in_time = claim
            .occurred
            .is_some_and(|occurred| case.agreement.in_force <= occurred.first && occurred.last <= case.at);
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
