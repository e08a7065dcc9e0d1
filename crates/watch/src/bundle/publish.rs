//! Making a bundle: what was asked, answered from the first entries of the ledger, with all that shows how.
//!
//! Invariant: what is not for the audience is neither in the bundle nor in an answer of it; the finding is recorded in the ledger before
//! it is given out, so that the checkpoint in it vouches for it too.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write as _},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ledger::{Bare, Draft, Entry, Error, Kind, Ledger};
use model::answer::Answer;
use serde_json::value::RawValue;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    Asked, Certified, FORMAT, Finding, Line, Proof, Recorded, VERSION, Withheld, answer_bytes, answered,
    name, page, program, sha256, watch_of,
};
use crate::{
    certify::NoCertificate,
    files::{Problems, Watch, hex},
    held::{self, Held},
    verdict::{Question, UnknownReading, instants},
};

/// Beyond so many entries each has no proof of its own: all leaves together prove them.
const PROOFS_MAX: u64 = 20_000;

/// What is published.
#[derive(Clone, Debug)]
pub struct Publishing {
    /// The question; its standard is left out of account.
    pub question: Question,
    /// The standards of proof, at least one.
    pub standards: Vec<model::Standard>,
    /// For whom; nothing is left out for none.
    pub audience: Option<String>,
    /// The first so many entries.
    pub entries: u64,
    /// Who publishes.
    pub by: String,
    /// The leaves of all entries are left out: what is in the bundle is proved entry by entry, and that it is all is not.
    pub partial: bool,
    /// Certificates are left out.
    pub no_certificates: bool,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] Error),
    /// The watch cannot be read from what is to be published.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// There is no such reading.
    #[error(transparent)]
    Reading(#[from] UnknownReading),
    /// Something of ours.
    #[error("the bundle cannot be made: {0}")]
    Internal(String),
}

/// What was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// The bundle: a zip file.
    pub bytes: Vec<u8>,
    /// What it says of itself.
    pub finding: Finding,
    /// The entry that records it.
    pub entry: u64,
    /// The answers, by standard.
    pub answers: BTreeMap<String, Answer>,
}

fn internal(error: impl std::fmt::Display) -> NotPublished {
    NotPublished::Internal(error.to_string())
}

/// Publishes a finding. `progress` is told how many certificates have been tried, and of how many.
///
/// # Errors
/// When the ledger cannot be read or written, or the question cannot be asked.
pub fn publish(
    ledger: &Ledger,
    publishing: &Publishing,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Published, NotPublished> {
    let given = Given::read(ledger, publishing)?;
    let watch = watch_of(&given.entries, &given.withheld)?;
    let (at, known_at) = instants(&publishing.question, &watch.inputs());
    let question = Asked {
        at,
        known_at,
        standards: publishing.standards.iter().map(ToString::to_string).collect(),
        reading: publishing.question.reading.clone().unwrap_or_else(|| "text".to_owned()),
        audience: publishing.audience.clone(),
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.insert(name::AGREEMENT.to_owned(), watch.text.clone().into_bytes());
    let (mut answers, mut names) = (BTreeMap::new(), BTreeMap::new());
    for standard in &question.standards {
        let answer = answered(&watch, &question.question(standard).map_err(internal)?)?;
        let file = format!("answers/{}.json", standard.replace(':', "-"));
        files.insert(file.clone(), answer_bytes(&answer).map_err(internal)?);
        names.insert(standard.clone(), file);
        answers.insert(standard.clone(), answer);
    }
    let certificates = if publishing.no_certificates {
        Vec::new()
    } else {
        certificates(&watch, &question, &answers, &mut files, progress)?
    };
    let mut finding = Finding {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: program(),
        watch: watch.title().to_owned(),
        agreement: watch.agreement.name.clone(),
        agreement_sha256: watch.sha256.clone(),
        origin: ledger.trust()?.origin,
        entries: publishing.entries,
        question: question.clone(),
        withheld: given.withheld.clone(),
        answers: names,
        certificates,
        files: BTreeMap::new(),
    };
    let page = page::page(&finding, &watch, &answers);
    files.insert(name::PAGE.to_owned(), page.into_bytes());
    finding.files = files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
    let mut text = serde_json::to_vec_pretty(&finding).map_err(internal)?;
    text.push(b'\n');
    let recorded = Recorded { sha256: sha256(&text), entries: publishing.entries, question };
    let content = serde_json::to_vec(&recorded).map_err(internal)?;
    let receipt = ledger.append(vec![Draft::open(Kind::Finding, &publishing.by, content)])?;
    ledger.keep(&receipt.checkpoint)?;
    files.insert(name::FINDING.to_owned(), text);
    files.insert(name::CHECKPOINT.to_owned(), receipt.checkpoint.clone().into_bytes());
    given.log(ledger, receipt.first, receipt.size, publishing.partial, &mut files)?;
    Ok(Published { bytes: zipped(&files)?, finding, entry: receipt.first, answers })
}

/// What of the ledger is given.
struct Given {
    entries: Vec<Entry>,
    withheld: Withheld,
    /// Their places.
    given: BTreeSet<u64>,
}

impl Given {
    fn read(ledger: &Ledger, publishing: &Publishing) -> Result<Given, Error> {
        let mut given = Given { entries: Vec::new(), withheld: Withheld::default(), given: BTreeSet::new() };
        let mut all = Held::default();
        let mut unheard: BTreeSet<String> = BTreeSet::new();
        ledger.read(publishing.entries, &mut |entry| {
            all.take(&entry)?;
            match held::withheld_source(&entry, publishing.audience.as_deref()) {
                Some(source) => {
                    given.withheld.restricted += 1;
                    unheard.insert(source);
                }
                None if entry.content.is_some() && entry.kind != Kind::Document => {
                    given.given.insert(entry.seq);
                    given.entries.push(entry);
                }
                None => {}
            }
            Ok(())
        })?;
        given.withheld.unopened = all.unopened();
        given.withheld.not_heard_in_full = all.unheard().map(|sources| {
            unheard.extend(sources.into_iter().map(str::to_owned));
            unheard.into_iter().collect()
        });
        Ok(given)
    }

    /// The files of the log, to the size of the checkpoint.
    fn log(
        &self,
        ledger: &Ledger,
        finding: u64,
        size: u64,
        partial: bool,
        files: &mut BTreeMap<String, Vec<u8>>,
    ) -> Result<(), NotPublished> {
        let (mut leaves, mut entries, mut proofs) = (Vec::new(), Vec::new(), Vec::new());
        let mut shown = Vec::new();
        ledger.read_bare(size, &mut |bare| {
            let Bare { leaf, salt, entry } = bare;
            leaves.extend_from_slice(&leaf);
            leaves.push(b'\n');
            let needed = entry.seq == finding || matches!(entry.kind, Kind::Ledger | Kind::Key);
            let given = needed || self.given.contains(&entry.seq);
            if let (true, Some(salt), Some(content)) = (given, salt, entry.content) {
                entries.extend_from_slice(&line(entry.seq, &salt, &content)?);
                shown.push((entry.seq, leaf));
            }
            Ok(())
        })?;
        if partial || size <= PROOFS_MAX {
            for (seq, leaf) in shown {
                let path = ledger.inclusion(size, seq)?;
                let path = path.iter().map(|hash| BASE64_STANDARD.encode(hash.0)).collect();
                let proof = Proof { seq, path };
                serde_json::to_writer(&mut proofs, &proof).map_err(internal)?;
                proofs.push(b'\n');
                if partial {
                    // In place of all leaves, those of what is given.
                    files
                        .entry(name::LEAVES.to_owned())
                        .or_default()
                        .extend([leaf.as_slice(), b"\n"].concat());
                }
            }
            files.insert(name::PROOFS.to_owned(), proofs);
        }
        if !partial {
            files.insert(name::LEAVES.to_owned(), leaves);
        }
        files.insert(name::ENTRIES.to_owned(), entries);
        Ok(())
    }
}

fn line(seq: u64, salt: &[u8], content: &[u8]) -> Result<Vec<u8>, Error> {
    let odd = |error: serde_json::Error| Error::Refused(format!("entry {seq} is no JSON: {error}"));
    let content: &RawValue = serde_json::from_slice(content).map_err(odd)?;
    let mut line = serde_json::to_vec(&Line { seq, salt: hex(salt), content }).map_err(odd)?;
    line.push(b'\n');
    Ok(line)
}

/// What shows the verdicts, one provision after the other under each standard.
fn certificates(
    watch: &Watch,
    question: &Asked,
    answers: &BTreeMap<String, Answer>,
    files: &mut BTreeMap<String, Vec<u8>>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Certified>, NotPublished> {
    let mut made = Vec::new();
    let all: usize = answers.values().map(|answer| answer.provisions.len()).sum();
    for (standard, answer) in answers {
        let asked = question.question(standard).map_err(internal)?;
        for provision in &answer.provisions {
            let tried = watch.certify(&asked, &provision.id, None);
            let (file, why_not) = match tried {
                Ok(certificate) => {
                    let file = format!("certificates/{}-{}.json", standard.replace(':', "-"), provision.id);
                    files.insert(file.clone(), serde_json::to_vec(&certificate).map_err(internal)?);
                    (Some(file), None)
                }
                Err(NoCertificate::NotYet(why)) => (None, Some(why)),
                Err(NoCertificate::Unanswered(why)) => (None, Some(why.to_string())),
            };
            let (provision, standard) = (provision.id.clone(), standard.clone());
            made.push(Certified { provision, standard, file, why_not });
            progress(made.len(), all);
        }
    }
    Ok(made)
}

pub(super) fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, NotPublished> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).map_err(internal)?;
        zip.write_all(bytes).map_err(internal)?;
    }
    Ok(zip.finish().map_err(internal)?.into_inner())
}
