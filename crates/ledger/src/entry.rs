//! Entries: what is recorded, and the leaf that vouches for it (spec/ledger.md).
//!
//! Invariant: a leaf says of its content no more than a salted hash, so that who holds the leaf alone cannot guess what was said;
//! the same entry has the same leaf in every store.

use std::io::Write as _;

use model::Instant;
use sha2::{Digest as _, Sha256};
use tlog_tiles::Hash;

use crate::error::{Damage, Error};

/// The longest content of an entry, in bytes. Documents are kept beside their entry and may be longer.
pub const CONTENT_BYTES_MAX: usize = 16 << 20;
/// The longest name of who recorded, in bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// The length of a salt, in bytes.
pub const SALT_BYTES: usize = 16;

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The first entry: whose ledger it is, its format and its first key.
    Ledger,
    /// A key takes the place of another.
    Key,
    /// The watch's settings.
    Settings,
    /// A version of the agreement's text.
    Agreement,
    /// A version of the outline of a zone or the course of a line.
    Zone,
    /// A version of who speaks and what they cover.
    Source,
    /// What was read of a file, and what could not be.
    Import,
    /// One statement by one source.
    Claim,
    /// A statement about what could be observed.
    Coverage,
    /// A document, by its hash.
    Document,
    /// What people concluded.
    Decision,
    /// What a body ruled.
    Ruling,
    /// A finding that was published.
    Finding,
    /// The content of another entry was destroyed.
    Erasure,
}

impl Kind {
    /// Every kind and its name.
    pub const NAMES: [(Kind, &'static str); 14] = [
        (Kind::Ledger, "ledger"),
        (Kind::Key, "key"),
        (Kind::Settings, "settings"),
        (Kind::Agreement, "agreement"),
        (Kind::Zone, "zone"),
        (Kind::Source, "source"),
        (Kind::Import, "import"),
        (Kind::Claim, "claim"),
        (Kind::Coverage, "coverage"),
        (Kind::Document, "document"),
        (Kind::Decision, "decision"),
        (Kind::Ruling, "ruling"),
        (Kind::Finding, "finding"),
        (Kind::Erasure, "erasure"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        // In the order in which they are declared.
        Kind::NAMES[self as usize].1
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Kind::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// Something to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// Who records it: a role or a program rather than a person, for it stands in the leaf and cannot be erased.
    pub by: String,
    /// Its content: JSON.
    pub content: Vec<u8>,
    /// Whether it is kept encrypted under a key of its own, so that it can be erased from every copy.
    pub sealed: bool,
    /// A document that belongs to it; it is kept encrypted under the same key.
    pub document: Option<Vec<u8>>,
}

impl Draft {
    /// An entry whose content is kept as it is.
    #[must_use]
    pub fn open(kind: Kind, by: &str, content: Vec<u8>) -> Draft {
        Draft { kind, by: by.to_owned(), content, sealed: false, document: None }
    }

    /// Whether it may be recorded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), Error> {
        let name = &self.by;
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            let why = format!("“{name}” cannot say who records: 1 to {NAME_BYTES_MAX} bytes in one line");
            return Err(Error::Refused(why));
        }
        if self.content.len() > CONTENT_BYTES_MAX {
            let why = format!(
                "an entry of {} bytes: at most {CONTENT_BYTES_MAX} are recorded; keep what is longer as a document",
                self.content.len()
            );
            return Err(Error::Refused(why));
        }
        Ok(())
    }
}

/// What a store keeps of the content of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The content and its salt.
    Open {
        /// The salt.
        salt: [u8; SALT_BYTES],
        /// The content.
        content: Vec<u8>,
    },
    /// Salt and content, encrypted.
    Sealed(Vec<u8>),
    /// Nothing any more.
    Erased,
}

impl Kept {
    /// The salt and the content, each where it is kept.
    #[must_use]
    pub fn parts(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        match self {
            Kept::Open { salt, content } => (Some(salt), Some(content)),
            Kept::Sealed(content) => (None, Some(content)),
            Kept::Erased => (None, None),
        }
    }
}

/// One entry as a store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place, from 0.
    pub seq: u64,
    /// The name of its kind.
    pub kind: String,
    /// When it was recorded.
    pub at: Instant,
    /// Who recorded it.
    pub by: String,
    /// Its content.
    pub kept: Kept,
    /// The salted hash of its content: kept where the content cannot tell it.
    pub commitment: Option<[u8; 32]>,
    /// The hash of its leaf.
    pub leaf: Hash,
}

/// One entry, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 0.
    pub seq: u64,
    /// What it is.
    pub kind: Kind,
    /// When it was recorded.
    pub at: Instant,
    /// Who recorded it.
    pub by: String,
    /// Its content; none where it was erased, or its key is not here.
    pub content: Option<Vec<u8>>,
}

/// The salted hash of a content: `SHA-256(salt ‖ content)`.
#[must_use]
pub fn commitment(salt: &[u8; SALT_BYTES], content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(content).finalize().into()
}

/// The leaf: one line of JSON, its keys in this order.
#[must_use]
pub fn leaf(kind: &str, at: Instant, by: &str, commitment: &[u8; 32]) -> Vec<u8> {
    let mut line = Vec::with_capacity(160 + by.len());
    line.extend_from_slice(b"{\"v\":1,\"kind\":\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b"\",\"at\":\"");
    // Both are written to memory, which does not fail.
    let _ = write!(line, "{at}");
    line.extend_from_slice(b"\",\"by\":");
    let _ = serde_json::to_writer(&mut line, by);
    line.extend_from_slice(b",\"content\":\"");
    line.extend(commitment.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    line.extend_from_slice(b"\"}");
    line
}

fn digit(of: u8) -> u8 {
    if of < 10 { b'0' + of } else { b'a' + of - 10 }
}

impl Row {
    /// The salted hash of its content.
    ///
    /// # Errors
    /// When neither its content nor the hash is there.
    pub fn commitment(&self) -> Result<[u8; 32], Damage> {
        match (&self.kept, self.commitment) {
            (Kept::Open { salt, content }, None) => Ok(commitment(salt, content)),
            (Kept::Open { .. }, Some(_)) => {
                Err(Damage::at(self.seq, "it has both a content and a hash that stands for one"))
            }
            (_, Some(commitment)) => Ok(commitment),
            (_, None) => Err(Damage::at(self.seq, "the hash of its content is missing")),
        }
    }

    /// Its leaf, made anew from what is kept and held against the hash that was recorded.
    ///
    /// # Errors
    /// When it is not what was recorded.
    pub fn verified(&self) -> Result<Vec<u8>, Damage> {
        let leaf = leaf(&self.kind, self.at, &self.by, &self.commitment()?);
        if tlog_tiles::record_hash(&leaf) == self.leaf {
            Ok(leaf)
        } else {
            Err(Damage::at(self.seq, "it is not what was recorded: it does not have the hash of its leaf"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name() {
        for (kind, name) in Kind::NAMES {
            assert_eq!((kind.name(), Kind::named(name)), (name, Some(kind)));
        }
    }

    #[test]
    fn a_leaf_is_one_line_that_json_readers_read() {
        let leaf = leaf("claim", Instant(1_763_000_000_000_001), "the “desk” \\ \"b\"", &[0xab; 32]);
        let read: serde_json::Value = serde_json::from_slice(&leaf).unwrap();
        assert_eq!(read["by"], "the “desk” \\ \"b\"");
        assert_eq!(read["content"], "ab".repeat(32));
        assert_eq!(read["at"], "2025-11-13T02:13:20.000001Z");
        assert!(!leaf.contains(&b'\n'));
    }

    #[test]
    fn what_says_who_records_is_a_line() {
        for by in ["", "a\nb", &"x".repeat(NAME_BYTES_MAX + 1)] {
            assert!(Draft::open(Kind::Claim, by, Vec::new()).check().is_err());
        }
        assert!(Draft::open(Kind::Claim, "the desk", Vec::new()).check().is_ok());
    }
}
