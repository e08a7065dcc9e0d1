//! The owner's side of witnesses: what is sent to them, and what becomes of their answers.
//!
//! Invariant: a cosignature is kept only once it was checked, on a checkpoint that is kept with every signature it had.

use crate::{
    cosign::{self, WitnessKey},
    error::Error,
    ledger::Ledger,
    request::{AddCheckpoint, AddKey, Request},
};

/// A cosignature that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// How many entries it vouches for.
    pub size: u64,
    /// When it was given, in seconds since 1970.
    pub time: u64,
}

/// What an answer held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Cosignatures that are kept now, those that were kept before among them.
    pub kept: Vec<Cosignature>,
    /// Lines by keys that are not known: they are ignored.
    pub unknown: usize,
    /// Lines by known keys that cosign no checkpoint of this ledger.
    pub wrong: Vec<String>,
}

impl Ledger {
    /// What to send to a witness that cosigned `since` entries last, none where it is new to this ledger: the checkpoints in which
    /// keys changed, the keys, and the newest checkpoint, which is kept so that the answer can be added to it. One that is new is
    /// taken to trust the key in force or the one before.
    ///
    /// # Errors
    /// When there are fewer entries, or something of it is damaged.
    pub fn requests(&self, since: u64) -> Result<Vec<Request>, Error> {
        let (head, note) = self.head()?;
        if since > head.size {
            let why = format!(
                "the witness has cosigned {since} entries, and this ledger has {}: it is an old copy, or entries were lost",
                head.size
            );
            return Err(Error::Refused(why));
        }
        self.keep(&note)?;
        let keys = self.trust()?.keys;
        let followed = if since == 0 { keys.len() - 1 } else { 1 }.max(1);
        let (mut requests, mut old) = (Vec::new(), since);
        let kept = self.kept()?;
        for (entry, _) in keys.get(followed..).unwrap_or_default() {
            let size = entry + 1;
            if size < old {
                continue;
            }
            let note = kept.iter().find(|(of, _)| *of == size).map(|(_, note)| note.clone());
            let note = note.ok_or_else(|| {
                let why =
                    format!("the checkpoint of {size} entries, in which the key changed, is not kept here");
                Error::Refused(why)
            })?;
            if size > old || old == 0 {
                requests.push(self.step(old, size, note.clone())?);
            }
            requests.push(self.key_of(*entry, note)?);
            old = size;
        }
        if head.size > old || requests.is_empty() {
            requests.push(self.step(old, head.size, note)?);
        }
        Ok(requests)
    }

    fn step(&self, old: u64, size: u64, note: String) -> Result<Request, Error> {
        let proof = self.consistency(old, size)?;
        Ok(Request::Checkpoint(AddCheckpoint { old, proof, note }))
    }

    fn key_of(&self, entry: u64, note: String) -> Result<Request, Error> {
        let unread = || Error::Refused(format!("entry {entry} names a key, and cannot be read"));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| unread());
        let (leaf, salt) = self.leaf(entry)?;
        let content = self.entry(entry)?.content.ok_or_else(unread)?;
        Ok(Request::Key(AddKey {
            entry,
            leaf: text(leaf)?,
            salt: salt.ok_or_else(unread)?,
            content: text(content)?,
            proof: self.inclusion(entry + 1, entry)?,
            note,
        }))
    }

    /// Adds the cosignatures of an answer to the checkpoints that they are on.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add_cosignatures(&self, answer: &str, known: &[WitnessKey]) -> Result<Added, Error> {
        let mut added = Added::default();
        let mut kept = self.kept()?;
        kept.push((self.head()?.0.size, self.head()?.1));
        for line in answer.lines().filter(|line| line.starts_with('—')) {
            let Some(key) = known.iter().find(|key| key.made(line)) else {
                added.unknown += 1;
                continue;
            };
            let found = kept.iter_mut().rev().find_map(|(size, note)| {
                let (text, _) = cosign::split(note).ok()?;
                let time = key.time_in(text, line).ok().flatten()?;
                Some((*size, note, time))
            });
            let Some((size, note, time)) = found else {
                added.wrong.push(line.to_owned());
                continue;
            };
            if key.time_of(note).ok().flatten().is_none() {
                let (text, _) = cosign::split(note)?;
                *note = cosign::merged(note, &format!("{text}\n{line}\n"))?;
                self.keep(note)?;
            }
            added.kept.push(Cosignature { witness: key.witness().to_owned(), size, time });
        }
        Ok(added)
    }

    /// The cosignatures of these witnesses on the checkpoints that are kept, by size.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn cosignatures(&self, known: &[WitnessKey]) -> Result<Vec<Cosignature>, Error> {
        let mut found = Vec::new();
        for (size, note) in self.kept()? {
            for key in known {
                if let Ok(Some(time)) = key.time_of(&note) {
                    found.push(Cosignature { witness: key.witness().to_owned(), size, time });
                }
            }
        }
        Ok(found)
    }
}
