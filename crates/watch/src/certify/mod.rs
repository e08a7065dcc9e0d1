//! Certificates: what shows a verdict to a program far smaller than the one that found it (spec/certificate.md).
//!
//! Invariant: a certificate is handed out only after the checker has followed it; it holds everything that it is checked against.

mod duty;
mod hinges;
mod prohibition;
mod state;
mod ways;

use certificate::{
    Certificate, Checked, FORMAT, Fault, Given, Proof, Question as Asked, Subject, Text, VERSION,
};
use model::{StatusSet, agreement::Rule, claim::Claim};
use sha2::{Digest as _, Sha256};

use crate::{
    NoExplanation, Watch,
    bearing::Bearing,
    explain::choose,
    verdict::{Question, read_as},
};

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCertificate {
    /// There is no answer to show.
    #[error(transparent)]
    Unanswered(#[from] NoExplanation),
    /// Nothing of the answer's kind can be shown yet.
    #[error("{0}")]
    NotYet(String),
}

impl From<Fault> for NoCertificate {
    fn from(fault: Fault) -> NoCertificate {
        NoCertificate::NotYet(match fault.at.as_str() {
            "question.provision" => fault.why,
            "worlds" => format!("no certificate: {}", fault.why),
            _ => format!("no certificate: it would fail at {fault}"),
        })
    }
}

/// What a verified certificate says.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The certificate.
    pub certificate: Certificate,
    /// What the checker saw.
    pub checked: Checked,
}

/// A way to show it was not found.
pub(crate) fn not_yet(what: impl Into<String>) -> NoCertificate {
    NoCertificate::NotYet(format!("no certificate: {}", what.into()))
}

impl Watch {
    /// The certificate of the verdict on an instance; the last one where none is named.
    ///
    /// # Errors
    /// For names that the agreement does not have, and for what cannot be shown yet.
    pub fn certify(
        &self,
        question: &Question,
        provision: &str,
        instance: Option<&str>,
    ) -> Result<Certificate, NoCertificate> {
        let bearing = Bearing::of(self, question, provision)?;
        let answer = bearing.answer(bearing.known())?;
        let chosen = choose(&bearing.own(&answer)?, instance)?;
        if self.decided(&bearing.question) != self.claims {
            return Err(not_yet("decisions changed what is claimed, which a certificate does not hold yet"));
        }
        let mut made = Certificate {
            format: FORMAT.to_owned(),
            version: VERSION,
            agreement: Text {
                file: self.agreement_file.clone(),
                sha256: self.sha256.clone(),
                text: self.text.clone(),
            },
            sources: self.sources.clone(),
            claims: self.claims.iter().map(|claim| claim.written.clone()).collect(),
            zones: self.grounds.clone(),
            question: Asked {
                provision: provision.to_owned(),
                instance: chosen.key.clone(),
                at: bearing.at(),
                known_at: bearing.known(),
                standard: bearing.question.standard.to_string(),
                reading: question.reading.clone().unwrap_or_else(|| "text".to_owned()),
            },
            proof: Proof { status: chosen.status, ..Proof::default() },
        };
        let read = claims(&made)?;
        let same = |(one, other): (&Claim, &Claim)| {
            Claim { read_from: (String::new(), 0), ..one.clone() }
                == Claim { read_from: (String::new(), 0), ..other.clone() }
        };
        if read.len() != self.claims.len() || !read.iter().zip(&self.claims).all(same) {
            return Err(not_yet("some claims are not read from JSON Lines, or were restricted"));
        }
        let agreement = read_as(&self.agreement, question.reading.as_deref()).map_err(NoExplanation::from)?;
        let given = Given {
            agreement: &agreement,
            sources: &self.sources,
            claims: &self.claims,
            grounds: &self.grounds,
        };
        let (quiet, totalled) = certificate::quieted(&given, &made.question);
        let subject = Subject::of(&Given { agreement: &quiet, claims: &totalled, ..given }, &made.question)?;
        made.proof = prove(&subject, chosen.status)?;
        certificate::check(&given, &made)?;
        Ok(made)
    }
}

/// What shows that an instance has these statuses and no other.
///
/// # Errors
/// For what cannot be shown yet.
pub fn prove(subject: &Subject<'_>, status: StatusSet) -> Result<Proof, NoCertificate> {
    match &subject.provision.rule {
        Rule::Prohibition { .. } | Rule::Answerable { .. } => prohibition::proof(subject, status),
        Rule::State { .. } => state::proof(subject, status),
        _ => duty::proof(subject, status),
    }
}

/// Reads a certificate and follows it.
///
/// # Errors
/// Where it fails, and why.
pub fn verify(text: &str) -> Result<Verified, Fault> {
    let certificate: Certificate =
        serde_json::from_str(text).map_err(|error| Fault::new("the file", error.to_string()))?;
    let own = &certificate.agreement;
    let sha256 = Sha256::digest(own.text.as_bytes());
    if crate::files::hex(&sha256) != own.sha256 {
        return Err(Fault::new("agreement.sha256", "it is not that of the text"));
    }
    let parsed = language::parse(&own.text).agreement;
    let agreement = parsed.ok_or_else(|| Fault::new("agreement.text", "it has errors"))?;
    let reading = Some(certificate.question.reading.as_str());
    let agreement = read_as(&agreement, reading)
        .map_err(|unknown| Fault::new("question.reading", unknown.to_string()))?;
    let claims = claims(&certificate)?;
    let given = Given {
        agreement: &agreement,
        sources: &certificate.sources,
        claims: &claims,
        grounds: &certificate.zones,
    };
    let checked = certificate::check(&given, &certificate)?;
    Ok(Verified { certificate, checked })
}

/// The claims of a certificate, read as those of a watch are.
fn claims(certificate: &Certificate) -> Result<Vec<Claim>, Fault> {
    let mut lines = String::new();
    for claim in &certificate.claims {
        let line = serde_json::to_string(claim).map_err(|error| Fault::new("claims", error.to_string()))?;
        lines.push_str(&line);
        lines.push('\n');
    }
    let read = ingest::jsonl::read("claims", &mut lines.as_bytes());
    let read = read.map_err(|error| Fault::new("claims", error.to_string()))?;
    match read.rejected.first() {
        Some(rejected) => Err(Fault::new(format!("claims.{}", rejected.line), rejected.reason.clone())),
        None => Ok(read.claims),
    }
}
