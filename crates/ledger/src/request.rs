//! What is asked of a witness and what it answers, as text: the bodies of C2SP tlog-witness, and the same in files.
//!
//! Invariant: a request is written in one way alone, and what is read of it is what was written; requests may stand one after the
//! other in a file, since a request ends with a line of signature and begins with a word.
//!
//! ```text
//! old 3                          the size that the witness cosigned last
//! …                              a proof of consistency: a hash a line
//!
//! …                              the checkpoint, signed
//! key 5                          an entry that names a new key, and the checkpoint that first holds it
//! {"v":1,"kind":"key",…}         its leaf
//! …                              the salt of its content
//! {"key":"…","replaces":"…",…}   its content
//! …                              a proof of inclusion: a hash a line
//!
//! …                              the checkpoint, signed with both keys
//! ```

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tlog_tiles::Hash;

use crate::entry::SALT_BYTES;

/// A proof has at most so many hashes.
pub const PROOF_HASHES_MAX: usize = 63;

/// A checkpoint that a witness is asked to cosign.
#[derive(Clone, Debug, PartialEq)]
pub struct AddCheckpoint {
    /// The size of the checkpoint that it cosigned last.
    pub old: u64,
    /// That this one only adds to it.
    pub proof: Vec<Hash>,
    /// The checkpoint, a signed note.
    pub note: String,
}

/// A new key that a witness is told.
#[derive(Clone, Debug, PartialEq)]
pub struct AddKey {
    /// The entry that names it.
    pub entry: u64,
    /// The leaf of that entry.
    pub leaf: String,
    /// The salt of its content.
    pub salt: [u8; SALT_BYTES],
    /// Its content.
    pub content: String,
    /// That the checkpoint holds the entry.
    pub proof: Vec<Hash>,
    /// The first checkpoint that holds it, signed with both keys.
    pub note: String,
}

/// What a witness is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To cosign a checkpoint.
    Checkpoint(AddCheckpoint),
    /// To take note of a new key.
    Key(AddKey),
}

/// Why a witness does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no request.
    #[error("this is no request to a witness: {0}")]
    Malformed(String),
    /// It is not signed as it must be, or the log has forked.
    #[error("{0}")]
    Forbidden(String),
    /// The log is not known here.
    #[error(
        "the log “{0}” is not known to this witness: `trucewatch witness trust` takes its key, once you have it from its owner"
    )]
    Unknown(String),
    /// The witness is at another size, or the log has forked.
    #[error("{why}")]
    Conflict {
        /// The size that the witness cosigned last.
        size: u64,
        /// What that means.
        why: String,
    },
    /// The proof does not show what it should.
    #[error("{0}")]
    Unproven(String),
}

impl Refusal {
    /// The status of HTTP that C2SP tlog-witness gives it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) => 400,
            Refusal::Forbidden(_) => 403,
            Refusal::Unknown(_) => 404,
            Refusal::Conflict { .. } => 409,
            Refusal::Unproven(_) => 422,
        }
    }

    /// The body of the answer: words, or the size that the witness is at.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Refusal::Conflict { size, .. } => format!("{size}\n"),
            other => format!("{other}\n"),
        }
    }
}

impl Request {
    /// One request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Request, Refusal> {
        read(text).map_err(Refusal::Malformed)
    }

    /// The requests of a file, in order.
    ///
    /// # Errors
    /// What is wrong with one of them, or that there is none.
    pub fn all(text: &str) -> Result<Vec<Request>, Refusal> {
        let mut requests: Vec<String> = Vec::new();
        let mut after_signature = true;
        for line in text.split_inclusive('\n') {
            if after_signature && (line.starts_with("old ") || line.starts_with("key ")) {
                requests.push(String::new());
            }
            after_signature = line.starts_with('—');
            match requests.last_mut() {
                Some(request) => request.push_str(line),
                None => return Request::parse(text).map(|one| vec![one]),
            }
        }
        if requests.is_empty() {
            return Err(Refusal::Malformed("it is empty".to_owned()));
        }
        requests.iter().map(|request| Request::parse(request)).collect()
    }

    /// The checkpoint in it.
    #[must_use]
    pub fn note(&self) -> &str {
        match self {
            Request::Checkpoint(request) => &request.note,
            Request::Key(request) => &request.note,
        }
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (proof, note) = match self {
            Request::Checkpoint(request) => {
                writeln!(f, "old {}", request.old)?;
                (&request.proof, &request.note)
            }
            Request::Key(request) => {
                let AddKey { entry, leaf, salt, content, proof, note } = request;
                writeln!(f, "key {entry}\n{leaf}\n{}\n{content}", BASE64_STANDARD.encode(salt))?;
                (proof, note)
            }
        };
        proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{note}")
    }
}

fn read(text: &str) -> Result<Request, String> {
    let (head, note) = text.split_once("\n\n").ok_or("it has no empty line before the checkpoint")?;
    let note = note.to_owned();
    let mut lines = head.split('\n');
    let first = lines.next().unwrap_or_default();
    if let Some(size) = first.strip_prefix("old ") {
        let old = number(size)?;
        return Ok(Request::Checkpoint(AddCheckpoint { old, proof: proof(lines)?, note }));
    }
    let entry = first.strip_prefix("key ").ok_or("it begins with neither “old SIZE” nor “key ENTRY”")?;
    let entry = number(entry)?;
    let mut line = |what: &str| lines.next().ok_or_else(|| format!("{what} is missing"));
    let leaf = line("the leaf")?.to_owned();
    let salt = BASE64_STANDARD.decode(line("the salt")?).ok().and_then(|salt| salt.try_into().ok());
    let salt = salt.ok_or_else(|| format!("the salt is not of {SALT_BYTES} bytes in base 64"))?;
    let content = line("the content")?.to_owned();
    Ok(Request::Key(AddKey { entry, leaf, salt, content, proof: proof(lines)?, note }))
}

fn number(text: &str) -> Result<u64, String> {
    let number: Option<u64> = text.parse().ok();
    number
        .filter(|number| number.to_string() == text && i64::try_from(*number).is_ok())
        .ok_or_else(|| format!("“{text}” is no size"))
}

fn proof<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, String> {
    let hash = |line| Hash::parse_hash(line).map_err(|_| format!("“{line}” is no hash in base 64"));
    let proof: Vec<Hash> = lines.map(hash).collect::<Result<_, _>>()?;
    if proof.len() > PROOF_HASHES_MAX {
        return Err(format!("a proof has at most {PROOF_HASHES_MAX} hashes, and this has {}", proof.len()));
    }
    Ok(proof)
}
