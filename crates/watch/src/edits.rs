//! Changes to the evidence that are thought of and never made: a claim rejected or accepted, a report or a coverage added.
//!
//! Invariant: an edit says in words just what it puts into the question, and the question is answered as any other.

use model::{
    Amount, Duration, Id, Instant, Period,
    agreement::{Action, Agreement, Provision, Role},
    claim::{Basis, Claim, Kind, Named, Quantity},
    place::Place,
    source::{Coverage, Source},
};
use serde::Serialize;

/// Who speaks in what is thought of.
const SOMEONE: &str = "someone_else";

/// One change to the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// The claim is not used.
    Reject {
        /// Which.
        claim: Id,
        /// Who said it.
        source: Id,
    },
    /// The claim, which the standard does not accept or a decision rejects, is.
    Accept {
        /// Which.
        claim: Id,
        /// Who said it.
        source: Id,
    },
    /// One more deed is reported, by one whom the standard hears.
    Report {
        /// Performance, trigger or violation.
        of: String,
        /// How much.
        amount: Amount,
        /// When.
        at: Instant,
    },
    /// One who would have reported more was watching.
    Cover {
        /// Whose silence counts; none for somebody new who reports nothing.
        source: Option<Id>,
        /// About what.
        of: String,
        /// From when.
        from: Instant,
        /// Until when.
        to: Instant,
    },
}

impl Edit {
    /// By how much the evidence is changed, as edits of one number are ranked.
    pub fn amount(&self) -> Amount {
        match self {
            Edit::Report { amount, .. } => *amount,
            _ => Amount::ZERO,
        }
    }

    /// What settles the order of two edits of one amount.
    pub fn id(&self) -> String {
        match self {
            Edit::Reject { claim, .. } => format!("{claim} rejected"),
            Edit::Accept { claim, .. } => format!("{claim} accepted"),
            Edit::Report { of, at, .. } => format!("report {of} {}", at.0),
            Edit::Cover { source, of, .. } => format!("cover {} {of}", source.as_deref().unwrap_or_default()),
        }
    }
}

/// The evidence with edits made to it.
pub(crate) struct Evidence {
    pub claims: Vec<Claim>,
    pub sources: Vec<Source>,
}

/// What edits are made to.
pub(crate) struct Ground<'a> {
    pub agreement: &'a Agreement,
    pub provision: &'a Provision,
    pub standard: &'a model::Standard,
    pub known: Instant,
    /// The claims as they were read, and as decided.
    pub read: &'a [Claim],
    pub claims: &'a [Claim],
    pub sources: &'a [Source],
}

impl Ground<'_> {
    /// The evidence with these edits made.
    pub fn with(&self, edits: &[Edit]) -> Evidence {
        let mut evidence = Evidence { claims: self.claims.to_vec(), sources: self.sources.to_vec() };
        for (number, edit) in edits.iter().enumerate() {
            match edit {
                Edit::Reject { claim, .. } => evidence.claims.retain(|one| one.id != *claim),
                Edit::Accept { claim, .. } => self.accept(&mut evidence, claim, number),
                Edit::Report { of, amount, at } => {
                    let Some(pattern) = self.pattern(of) else { continue };
                    let speaker = self.hearing(&mut evidence, &pattern, false, number);
                    let id = format!("a report thought of {number}");
                    evidence.claims.push(self.report(id, speaker, &pattern, *amount, *at));
                }
                Edit::Cover { source, of, from, to } => {
                    let Some(pattern) = self.pattern(of) else { continue };
                    let period = Period { first: *from, last: *to };
                    let coverage = self.coverage(&pattern, period);
                    let id = match source {
                        Some(id) => id.clone(),
                        None => self.hearing(&mut evidence, &pattern, true, number),
                    };
                    if !evidence.sources.iter().any(|one| one.id == id) {
                        evidence.sources.push(Source::undeclared(&id));
                    }
                    let own = evidence.sources.iter_mut().find(|one| one.id == id);
                    own.into_iter().for_each(|source| {
                        source.covers.push(coverage.clone());
                        source.gaps.clear();
                    });
                }
            }
        }
        evidence
    }

    /// One kind of deed that the provision asks about, its doers named.
    pub fn pattern(&self, of: &str) -> Option<Action> {
        let found = crate::bearing::patterns(&self.provision.rule).into_iter().find(|(name, _)| name == of);
        let mut pattern = found?.1.clone();
        if pattern.by.is_empty() {
            pattern.by.clone_from(&self.provision.bearers);
        }
        Some(pattern)
    }

    /// Someone new whom the standard hears, for what he reports or for his silence.
    fn hearing(&self, evidence: &mut Evidence, pattern: &Action, silent: bool, number: usize) -> Id {
        use model::Standard::{Account, Admitted, Adverse, Alleged, Corroborated, Verified};
        let id = format!("{SOMEONE}_{number}");
        let mut source = Source::undeclared(&id);
        let bearer = self.provision.bearers.first().cloned();
        let prohibits = self.provision.kind == model::agreement::ProvisionKind::Prohibition;
        let party = |id: &Id| self.agreement.actors.iter().any(|a| a.id == *id && a.role == Role::Party);
        let other = || {
            let mut parties = self.agreement.actors.iter().map(|a| a.id.clone()).filter(|id| party(id));
            parties.find(|id| !self.provision.bearers.contains(id))
        };
        source.side = match self.standard {
            Alleged | Corroborated => None,
            Adverse if silent != prohibits => bearer,
            Adverse => other(),
            Admitted if silent || prohibits => bearer,
            Admitted => pattern.to.clone(),
            Verified => self.provision.verified_by.first().cloned(),
            Account(who) => Some(who.clone()),
        };
        evidence.sources.push(source);
        id
    }

    /// A claim that the standard accepts: taken up again where a decision rejects it, else said too by one whom it hears.
    fn accept(&self, evidence: &mut Evidence, claim: &Id, number: usize) {
        let Some(own) = self.read.iter().find(|one| one.id == *claim) else { return };
        if !evidence.claims.iter().any(|one| one.id == *claim) {
            evidence.claims.push(own.clone());
            return;
        }
        let to = own.to.first().and_then(|named| named.party.clone());
        let pattern = Action {
            act: own.act.clone().unwrap_or_default(),
            by: self.provision.bearers.clone(),
            item: own.item.clone(),
            to,
            place: None,
            stage: None,
            under: Vec::new(),
        };
        let caps = own.kind == Kind::Tally;
        for (index, silent) in [Some(false), caps.then_some(true)].into_iter().flatten().enumerate() {
            let speaker = self.hearing(evidence, &pattern, silent, number * 2 + index + 100);
            evidence.claims.push(Claim {
                id: format!("{claim} said again {index}"),
                source: speaker,
                relays: None,
                origin: None,
                revises: None,
                retracts: None,
                ..own.clone()
            });
        }
    }

    fn report(&self, id: Id, source: Id, pattern: &Action, amount: Amount, at: Instant) -> Claim {
        let named = |id: &Id| Named { party: Some(id.clone()), basis: Basis::Asserted };
        let zone = pattern.place.as_ref().map(|(_, zone)| zone.clone());
        Claim {
            act: Some(pattern.act.clone()),
            item: pattern.item.clone(),
            occurred: Some(Period::at(at)),
            place: zone.map(|zone| Place { zone: Some(zone), ..Place::default() }),
            by: pattern.by.iter().take(1).map(named).collect(),
            to: pattern.to.iter().map(named).collect(),
            amount: Some(Quantity {
                low: Some(amount),
                high: Some(amount),
                stage: pattern.stage.clone(),
                ..Quantity::default()
            }),
            ..Claim::blank(id, source, Kind::Event, self.known)
        }
    }

    fn coverage(&self, pattern: &Action, period: Period) -> Coverage {
        let parties = self.agreement.actors.iter().filter(|actor| actor.role == Role::Party);
        Coverage {
            acts: vec![pattern.act.clone()],
            items: pattern.item.iter().cloned().collect(),
            counters: Vec::new(),
            by: Vec::new(),
            to: Vec::new(),
            scope: None,
            stages: Vec::new(),
            area: None,
            period,
            lag: Duration(0),
            accepted_by: parties.map(|actor| actor.id.clone()).collect(),
            basis: None,
        }
    }
}
