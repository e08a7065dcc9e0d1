//! Checks a certificate: that the statuses of one instance follow from the claims given (SEMANTICS.md §8;
//! spec/certificate.md).
//!
//! A certificate holds, beside its question, a *screen* of every claim, *leaves* (the sets of literals that can hold together),
//! *refutations* (for each status outside the set a bound that rules it out in every leaf) and *witnesses* (for each status
//! inside, a world that gives it, run through the evaluator of `worlds`).
//!
//! Invariant: nothing is searched for. Every step is looked at once, and a step that cannot be followed is a fault that says
//! where it stands.

mod bears;
mod doubt;
mod duty;
mod facts;
mod form;
mod frame;
mod hinges;
mod leaves;
mod others;
mod path;
mod prohibition;
mod quiet;
mod quota;
pub mod state;
mod stock;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Standard, Status,
    agreement::{Agreement, Provision, Rule},
    claim::Claim,
    place::Ground,
    source::Source,
};
use worlds::Case;

pub use bears::cut_to;
pub use doubt::{Doubt, scope_of};
pub use duty::{kinds, left, may_be, told_apart};
pub use facts::{Alternative, Fact, Openings, refutable};
pub use form::{
    Certificate, Conflict, Deed, FORMAT, Leaf, Left, Opening, Part, Proof, Question, Refutation, Screened,
    Spell, Split, Step, Stock, Stream, Text, Tree, VERSION, Witness,
};
pub use frame::{Frame, Join, Window, frames};
pub use hinges::{Hinge, Spells, Turn, Turned};
pub use leaves::{leaves, satisfies};
pub use path::GROWS;
pub use prohibition::{
    Forbidden, bound_until, forbidden, is_bound, is_settled, is_told, left_open, unviolated,
};
pub use quiet::quieted;

/// What a certificate is checked against: read from what it holds itself, by whoever can read it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The agreement, in the reading asked about.
    pub agreement: &'a Agreement,
    /// Who speaks.
    pub sources: &'a [Source],
    /// What they said: all of it.
    pub claims: &'a [Claim],
    /// The ground of the zones.
    pub grounds: &'a [Ground],
}

/// Where a certificate fails, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Fault {
    /// Which part of it.
    pub at: String,
    /// What is wrong with that.
    pub why: String,
}

impl Fault {
    /// A fault in a part.
    pub fn new(at: impl Into<String>, why: impl Into<String>) -> Fault {
        Fault { at: at.into(), why: why.into() }
    }
}

impl From<worlds::Refused> for Fault {
    fn from(refused: worlds::Refused) -> Fault {
        match refused {
            worlds::Refused::TooMany => Fault::new("worlds", "the evaluator gives up: too many steps"),
            worlds::Refused::NotHandled(what) => {
                Fault::new("worlds", format!("the evaluator does not know {what}"))
            }
        }
    }
}

/// What a certificate that was checked shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many claims were screened.
    pub claims: usize,
    /// How many sets of literals can hold together.
    pub leaves: usize,
    /// Statuses that are ruled out.
    pub refuted: Vec<Status>,
    /// Statuses of the set that a world gives.
    pub witnessed: Vec<Status>,
    /// Statuses of the set for which none is shown: it may be wider than need be.
    pub unwitnessed: Vec<Status>,
}

/// A case with the provision that a certificate is about.
pub struct Subject<'a> {
    /// The case.
    pub case: Case<'a>,
    /// The provision.
    pub provision: &'a Provision,
    /// The instance.
    pub instance: &'a str,
}

impl<'a> Subject<'a> {
    /// What a question is about.
    ///
    /// # Errors
    /// Where the agreement has no such provision, or there is no such standard.
    pub fn of(given: &Given<'a>, question: &'a Question) -> Result<Subject<'a>, Fault> {
        let standard =
            Standard::parse(&question.standard).map_err(|why| Fault::new("question.standard", why))?;
        let provision = given.agreement.provisions.iter().find(|p| p.id == question.provision);
        let provision =
            provision.ok_or_else(|| Fault::new("question.provision", "there is none of that name"))?;
        let case = Case {
            agreement: given.agreement,
            sources: given.sources,
            claims: given.claims,
            grounds: given.grounds,
            standard,
            at: question.at,
            known_at: question.known_at,
        };
        Ok(Subject { case, provision, instance: &question.instance })
    }

    /// Whether the standard is one under which a single word counts whoever's it is.
    #[must_use]
    pub fn told_alone(&self) -> bool {
        matches!(self.case.standard, Standard::Alleged | Standard::Account(_))
    }

    /// The status of the instance in the world of a witness.
    fn status_in(&self, witness: &Witness) -> Result<Status, Fault> {
        match &self.provision.rule {
            Rule::State { .. } => state::status(self, &witness.stocks, &deeds(witness)),
            _ if !witness.stocks.is_empty() => Err(Fault::new(at_witness(witness.status), "it is no state")),
            _ => self.status(&deeds(witness), &witness.owed),
        }
    }

    /// The status of the instance in the world of some deeds, in which what nobody has set was so much; one that has not opened is inactive.
    ///
    /// # Errors
    /// Where the evaluator does not know a construct, and for a period that is none in that world.
    pub fn status(
        &self,
        deeds: &[worlds::world::Deed],
        owed: &BTreeMap<Id, Amount>,
    ) -> Result<Status, Fault> {
        let outcome = worlds::literals::outcome(&self.case, self.provision, deeds, owed)?;
        match outcome.instances.get(self.instance) {
            None if matches!(self.provision.rule, Rule::Periodic { .. }) => {
                Err(Fault::new("witnesses", "there is no such period in this world"))
            }
            status => Ok(status.copied().unwrap_or(Status::Inactive)),
        }
    }
}

/// Checks a certificate against what is given.
///
/// # Errors
/// The first part that cannot be followed.
pub fn check(given: &Given<'_>, certificate: &Certificate) -> Result<Checked, Fault> {
    if certificate.format != FORMAT || certificate.version != VERSION {
        return Err(Fault::new("version", "this program reads version 1 of the format alone"));
    }
    let supplied = given.claims.len();
    let (agreement, claims) = quieted(given, &certificate.question);
    let given = &Given { agreement: &agreement, claims: &claims, ..*given };
    let proof = &certificate.proof;
    if proof.status.is_empty() {
        return Err(Fault::new("proof.status", "a verdict holds at least one status"));
    }
    let subject = Subject::of(given, &certificate.question)?;
    let leaves = match &subject.provision.rule {
        Rule::Prohibition { .. } | Rule::Answerable { .. } => prohibition::check(&subject, proof)?,
        Rule::State { .. } => state::check(&subject, proof)?,
        _ => duty::check(&subject, proof)?,
    };
    let (mut refuted, mut witnessed) = (BTreeSet::new(), BTreeSet::new());
    for refutation in &proof.refuted {
        if !refuted.insert(refutation.status) || proof.status.contains(refutation.status) {
            return Err(Fault::new(at_refuted(refutation.status), "it is refuted twice, or is in the set"));
        }
    }
    for witness in &proof.witnesses {
        let at = at_witness(witness.status);
        if !witnessed.insert(witness.status) || !proof.status.contains(witness.status) {
            return Err(Fault::new(at, "it is shown twice, or is not in the set"));
        }
        if subject.status_in(witness)? != witness.status {
            return Err(Fault::new(at, "the evaluator gives another status for this world"));
        }
    }
    let unwitnessed: Vec<Status> = proof.status.iter().filter(|one| !witnessed.contains(one)).collect();
    for status in Status::ALL {
        if !proof.status.contains(status) && !refuted.contains(&status) {
            return Err(Fault::new(at_refuted(status), "it is outside the set and not refuted"));
        }
    }
    if unwitnessed != proof.unwitnessed {
        return Err(Fault::new(
            "proof.unwitnessed",
            "it has to name the statuses for which no world is shown",
        ));
    }
    Ok(Checked {
        claims: supplied,
        leaves,
        refuted: refuted.into_iter().collect(),
        witnessed: witnessed.into_iter().collect(),
        unwitnessed,
    })
}

/// That a stream says of each claim what became of it.
pub(crate) fn screened(
    literals: &worlds::literals::Literals<'_>,
    stream: &Stream,
    at: &str,
) -> Result<(), Fault> {
    same_screen(&literals.screen(), stream, at)
}

/// That a stream says of each claim what the checker finds.
pub(crate) fn same_screen(
    own: &[worlds::literals::Screened],
    stream: &Stream,
    at: &str,
) -> Result<(), Fault> {
    if own.len() != stream.screen.len() {
        return Err(Fault::new(format!("{at}.screen"), "it has to hold every claim once"));
    }
    for (right, said) in own.iter().zip(&stream.screen) {
        if right.claim != said.claim || right.why != said.why {
            let at = format!("{at}.screen.{}", said.claim);
            return Err(Fault::new(at, format!("{} is: {}", right.claim, right.why)));
        }
    }
    Ok(())
}

/// The part of a certificate that refutes a status.
pub(crate) fn at_refuted(status: Status) -> String {
    format!("refuted.{status}")
}

/// The part of a certificate that shows a world with a status.
pub(crate) fn at_witness(status: Status) -> String {
    format!("witnesses.{status}")
}

/// The deeds of a witness as the evaluator takes them.
#[must_use]
pub fn deeds(witness: &Witness) -> Vec<worlds::world::Deed> {
    witness.deeds.iter().map(form::Deed::made).collect()
}

/// The end of the time that counts for a window: the tick after the instant asked about, or after the window's last.
pub(crate) fn after(last: Instant, at: Instant) -> Instant {
    last.min(at).next()
}
