//! Who signs: the key of a ledger, the keys that took its place, and checkpoints as signed notes (C2SP signed-note, tlog-checkpoint).
//!
//! Invariant: a key signs from the entry on that names it; the checkpoint that first holds that entry is signed by the key before it
//! too, so that who trusts the first key can follow to the last.

use serde::{Deserialize, Serialize};
use signed_note::{Note, StandardSigner, StandardVerifier, Verifier as _, VerifierList};
use tlog_tiles::{Checkpoint, Hash};

use crate::{
    entry::{Entry, Kept, Row, SALT_BYTES},
    error::{Damage, Error},
    seal::random,
    store::FORMAT,
};

/// What the first entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// The format of the ledger.
    pub format: u32,
    /// Its name in checkpoints, unlike that of any other.
    pub origin: String,
    /// Its first key, as a C2SP verifier key.
    pub key: String,
}

/// What an entry says by which a key takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The new key.
    pub key: String,
    /// The key that it takes the place of.
    pub replaces: String,
    /// Why.
    pub reason: String,
}

/// A key that signs.
#[derive(Clone)]
pub struct Signer {
    signer: StandardSigner,
    /// Whom its signatures are checked with: a C2SP verifier key.
    pub public: String,
    secret: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Signer {
    /// A new key under a name.
    ///
    /// # Errors
    /// When the name cannot be one, or there are no random bytes.
    pub fn generate(name: &str) -> Result<Signer, Error> {
        if !signed_note::is_key_name_valid(name) {
            return Err(Error::Key(format!("“{name}” cannot name a key: no blanks and no “+”")));
        }
        let (secret, public) = signed_note::generate_key(&mut Drawn(random()?), name);
        Signer::read(&format!("{secret}\n{public}\n"))
    }

    /// The key in the text of a key file: a line with the secret, and one with the public key.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn read(text: &str) -> Result<Signer, Error> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let (Some(secret), Some(public), None) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Error::Key("a key file has two lines: the secret key and the public key".to_owned()));
        };
        let signer = StandardSigner::new(secret)
            .map_err(|error| Error::Key(format!("the secret key cannot be read: {error}")))?;
        verifier(public)?;
        let own = signed_note::Signer::key_id(&signer);
        if !public.starts_with(&format!("{}+{own:08x}+", signed_note::Signer::name(&signer))) {
            return Err(Error::Key("the public key is not that of the secret key".to_owned()));
        }
        Ok(Signer { signer, public: public.to_owned(), secret: secret.to_owned() })
    }

    /// The text of its key file.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n", self.secret, self.public)
    }
}

/// Bytes drawn before, given out once.
struct Drawn([u8; 32]);

impl rand_core::RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }
    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }
    fn fill_bytes(&mut self, out: &mut [u8]) {
        for (byte, drawn) in out.iter_mut().zip(&mut self.0) {
            *byte = std::mem::take(drawn);
        }
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl rand_core::CryptoRng for Drawn {}

/// A key that checks signatures.
///
/// # Errors
/// When it is no C2SP verifier key.
pub fn verifier(public: &str) -> Result<StandardVerifier, Error> {
    StandardVerifier::new(public).map_err(|error| Error::Key(format!("“{public}” is no public key: {error}")))
}

/// A checkpoint whose signature was checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// How many entries it vouches for.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

/// Whose ledger it is, and who signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Its name in checkpoints.
    pub origin: String,
    /// Each key, and the entry from which on it signs.
    pub keys: Vec<(u64, String)>,
}

impl Trust {
    /// What the first entry says.
    ///
    /// # Errors
    /// When it is no such entry, or of a newer format.
    pub fn of_genesis(row: &Row) -> Result<Trust, Error> {
        let genesis: Genesis = content(row)?;
        if genesis.format > FORMAT {
            return Err(Error::Newer { found: genesis.format, known: FORMAT });
        }
        verifier(&genesis.key)?;
        Ok(Trust { origin: genesis.origin, keys: vec![(0, genesis.key)] })
    }

    /// A later entry by which a key takes the place of another.
    ///
    /// # Errors
    /// When it is no such entry, or replaces another key than the last.
    pub fn follow(&mut self, row: &Row) -> Result<(), Error> {
        let new: Replacement = content(row)?;
        verifier(&new.key)?;
        if self.keys.last().is_none_or(|(_, last)| *last != new.replaces) {
            return Err(Damage::at(row.seq, "it replaces a key that does not sign").into());
        }
        self.keys.push((row.seq, new.key));
        Ok(())
    }

    /// The chain of keys that these entries tell, as they are read.
    ///
    /// # Errors
    /// When they are no chain.
    pub fn of_entries(entries: &[&Entry]) -> Result<Trust, Error> {
        let row = |entry: &&Entry| Row {
            seq: entry.seq,
            kind: entry.kind.name().to_owned(),
            at: entry.at,
            by: entry.by.clone(),
            kept: match &entry.content {
                Some(content) => Kept::Open { salt: [0; SALT_BYTES], content: content.clone() },
                None => Kept::Erased,
            },
            commitment: None,
            leaf: Hash::default(),
        };
        Trust::chain(&entries.iter().map(row).collect::<Vec<_>>())
    }

    /// The chain of keys that these entries tell.
    ///
    /// # Errors
    /// When they are no chain.
    pub fn chain(rows: &[Row]) -> Result<Trust, Error> {
        let first = rows.first().filter(|row| row.seq == 0 && row.kind == "ledger");
        let first = first.ok_or_else(|| Damage::at(0, "the ledger does not begin with whose it is"))?;
        let mut trust = Trust::of_genesis(first)?;
        rows[1..].iter().try_for_each(|row| trust.follow(row))?;
        Ok(trust)
    }

    /// The keys that must have signed a checkpoint of this size: one, or two where the last of its entries names a new one.
    fn needed(&self, size: u64) -> Vec<&str> {
        let in_force = self.keys.iter().rposition(|(from, _)| *from < size).unwrap_or_default();
        let mut needed = vec![self.keys[in_force].1.as_str()];
        if in_force > 0 && self.keys[in_force].0 + 1 == size {
            needed.push(&self.keys[in_force - 1].1);
        }
        needed
    }

    /// What a signed checkpoint vouches for.
    ///
    /// # Errors
    /// When it is none of this ledger, or a signature is missing or wrong.
    pub fn check(&self, note: &str) -> Result<Head, Damage> {
        let (text, head) = parse(note, &self.origin)?;
        for key in self.needed(head.size) {
            let verifier = StandardVerifier::new(key)
                .map_err(|error| Damage::of_all(format!("its key cannot be read: {error}")))?;
            let name = verifier.name().to_owned();
            text.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|error| {
                let size = head.size;
                Damage::of_all(format!("its checkpoint of {size} entries is not signed by {name}: {error}"))
            })?;
        }
        Ok(head)
    }

    /// A checkpoint, signed.
    ///
    /// # Errors
    /// When the signers are not those that are needed.
    pub fn sign(&self, head: Head, signers: &[&Signer]) -> Result<String, Error> {
        for key in self.needed(head.size) {
            if !signers.iter().any(|signer| signer.public == key) {
                let name = key.split('+').next().unwrap_or_default();
                let why = format!("the ledger is signed with another key of {name} than the one here");
                return Err(Error::Key(why));
            }
        }
        let text = Checkpoint::new(&self.origin, head.size, head.root, "")
            .map_err(|error| Error::Key(error.to_string()))?;
        let mut note = Note::new(&text.to_bytes(), &[]).map_err(|error| Error::Key(error.to_string()))?;
        let signers: Vec<&dyn signed_note::Signer> =
            signers.iter().map(|signer| &signer.signer as &dyn signed_note::Signer).collect();
        note.add_sigs(&signers).map_err(|error| Error::Key(error.to_string()))?;
        String::from_utf8(note.to_bytes()).map_err(|error| Error::Key(error.to_string()))
    }
}

/// A checkpoint as a note, its signatures not checked.
///
/// # Errors
/// When it is none of this ledger.
pub fn parse(note: &str, origin: &str) -> Result<(Note, Head), Damage> {
    let parsed = Note::from_bytes(note.as_bytes())
        .map_err(|error| Damage::of_all(format!("its checkpoint is no signed note: {error}")))?;
    let checkpoint = Checkpoint::from_bytes(parsed.text())
        .map_err(|error| Damage::of_all(format!("its checkpoint cannot be read: {error}")))?;
    if checkpoint.origin() != origin {
        let why = format!("the checkpoint is of “{}” and not of “{origin}”", checkpoint.origin());
        return Err(Damage::of_all(why));
    }
    let head = Head { size: checkpoint.size(), root: *checkpoint.hash() };
    Ok((parsed, head))
}

fn content<T: for<'de> Deserialize<'de>>(row: &Row) -> Result<T, Error> {
    let Kept::Open { content, .. } = &row.kept else {
        return Err(Damage::at(row.seq, "it says which key signs, and cannot be read").into());
    };
    serde_json::from_slice(content)
        .map_err(|error| Damage::at(row.seq, format!("it does not say which key signs: {error}")).into())
}

/// The size that a checkpoint speaks of, nothing about it checked.
#[must_use]
pub fn claimed_size(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}
