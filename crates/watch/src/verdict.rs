//! The verdict: a pure function of agreement, evidence known at an instant, standard of proof, reading and instant.
//!
//! Invariant: no file, clock or locale; the same inputs give the same answer.

use engine::evaluate::Verdicts;
use fusion::Fused;
use model::{
    Instant, Standard,
    agreement::{Agreement, Reading},
    answer::{AgreementRef, Answer, ClaimsRead},
    claim::Claim,
    decision::Decision,
    place::Ground,
    source::Source,
};

/// What a verdict is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The agreement.
    pub agreement: &'a Agreement,
    /// The ground of its zones.
    pub grounds: &'a [Ground],
    /// Who speaks.
    pub sources: &'a [Source],
    /// What they said.
    pub claims: &'a [Claim],
    /// What people decided, as far as it is not applied to the claims: values that were set, rulings.
    pub decisions: &'a [Decision],
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Statuses at this instant.
    pub at: Option<Instant>,
    /// Nothing known later is used.
    pub known_at: Option<Instant>,
    /// The standard of proof.
    pub standard: Standard,
    /// A reading by identifier; none is the text.
    pub reading: Option<String>,
}

impl Default for Question {
    fn default() -> Self {
        Question { at: None, known_at: None, standard: Standard::Alleged, reading: None }
    }
}

/// A question that names a reading which the agreement does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the agreement has no reading “{asked}”{}", if known.is_empty() { "; it has none".to_owned() } else { format!(": it has {}", known.join(", ")) })]
pub struct UnknownReading {
    /// What was asked for.
    pub asked: String,
    /// What there is.
    pub known: Vec<String>,
}

/// The instants that a question is about: `known_at` alone sets both; `at` alone leaves the greatest known time
/// read; neither sets both to it (SEMANTICS.md §1).
#[must_use]
pub fn instants(question: &Question, inputs: &Inputs<'_>) -> (Instant, Instant) {
    let greatest =
        inputs.claims.iter().map(|claim| claim.known_at).max().unwrap_or(inputs.agreement.in_force);
    let known = question.known_at.unwrap_or(greatest);
    (question.at.unwrap_or(known), known)
}

/// The agreement as the question reads it.
///
/// # Errors
/// When the reading is unknown.
pub fn read_as(agreement: &Agreement, reading: Option<&str>) -> Result<Agreement, UnknownReading> {
    match reading.filter(|id| *id != "text") {
        None => Ok(agreement.clone()),
        Some(id) => {
            let found: Option<&Reading> = agreement.readings.iter().find(|r| r.id == id);
            found.map(|reading| agreement.read_as(reading)).ok_or_else(|| UnknownReading {
                asked: id.to_owned(),
                known: agreement.readings.iter().map(|r| r.id.clone()).collect(),
            })
        }
    }
}

/// Answers a question.
///
/// # Errors
/// When the reading is unknown.
pub fn evaluate(inputs: &Inputs<'_>, question: &Question) -> Result<Answer, UnknownReading> {
    let agreement = read_as(inputs.agreement, question.reading.as_deref())?;
    let (at, known_at) = instants(question, inputs);
    let claims = fusion::figures(&agreement, inputs.claims);
    let verdicts = |agreement: &Agreement| {
        let fused =
            Fused::new(agreement, inputs.grounds, inputs.sources, &claims, &question.standard, known_at);
        engine::evaluate(agreement, &fused.with_decisions(inputs.decisions), at)
    };
    let ways = engine::ties::ways(&agreement);
    let Verdicts { phases, milestones, provisions, findings } =
        engine::ties::united(ways.iter().map(verdicts).collect());
    Ok(Answer {
        agreement: AgreementRef { name: agreement.name.clone(), sha256: String::new() },
        claims: ClaimsRead { read: inputs.claims.len(), used: inputs.claims.len(), rejected: Vec::new() },
        at,
        known_at,
        standard: question.standard.to_string(),
        reading: question.reading.clone().unwrap_or_else(|| "text".to_owned()),
        phases,
        milestones,
        provisions,
        findings,
    })
}
