//! Cosignatures: a witness's signature and its time on a checkpoint (C2SP tlog-cosignature v1, Ed25519).
//!
//! Invariant: what is signed is the whole text of the checkpoint and the time; the key's id tells a cosignature from any other
//! signature, so that neither can be taken for the other.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use signed_note::Note;

use crate::{
    error::{Damage, Error},
    seal::random,
};

/// The byte that stands for this kind of signature in keys and their ids.
const KIND: u8 = 0x04;
/// The latest time, in seconds, that a cosignature may carry.
const TIME_MAX: u64 = i64::MAX as u64;
const SECRET: &str = "PRIVATE+KEY+";

/// What is signed: two lines, then the text of the checkpoint.
fn message(time: u64, text: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {time}\n").into_bytes();
    message.extend_from_slice(text);
    message
}

/// A key as text: its name, its id and the key itself.
fn key_text(name: &str, id: u32, key: &[u8; 32]) -> String {
    format!("{name}+{id:08x}+{}", BASE64_STANDARD.encode([&[KIND][..], key].concat()))
}

fn id_of(name: &str, public: &VerifyingKey) -> u32 {
    signed_note::key_id(name, &[&[KIND][..], public.as_bytes()].concat())
}

/// Takes a key's text apart: its name, its id, and its 32 bytes.
fn parts(text: &str) -> Result<(&str, u32, [u8; 32]), &'static str> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("it is not of the form NAME+ID+KEY");
    };
    if !signed_note::is_key_name_valid(name) {
        return Err("its name has a blank or a “+” in it, or is empty");
    }
    let id = (id.len() == 8).then(|| u32::from_str_radix(id, 16).ok()).flatten();
    let id = id.ok_or("its id is not of 8 hexadecimal digits")?;
    let bytes = BASE64_STANDARD.decode(key).map_err(|_| "it is not written in base 64")?;
    match bytes.split_first() {
        Some((&KIND, key)) => Ok((name, id, key.try_into().map_err(|_| "it is not of 32 bytes")?)),
        Some((1, _)) => Err("it is the key of a log, and not that of a witness"),
        _ => Err("it is of a kind that is not known here"),
    }
}

/// The key of a witness, which signs.
#[derive(Clone)]
pub struct Cosigner {
    name: String,
    id: u32,
    key: SigningKey,
}

impl std::fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cosigner").field("public", &self.public()).finish_non_exhaustive()
    }
}

impl Cosigner {
    /// A new key under a name.
    ///
    /// # Errors
    /// When the name cannot be one, or there are no random bytes.
    pub fn generate(name: &str) -> Result<Cosigner, Error> {
        if !signed_note::is_key_name_valid(name) {
            return Err(Error::Key(format!("“{name}” cannot name a key: no blanks and no “+”")));
        }
        Ok(Cosigner::of(name, &random()?))
    }

    fn of(name: &str, seed: &[u8; 32]) -> Cosigner {
        let key = SigningKey::from_bytes(seed);
        Cosigner { name: name.to_owned(), id: id_of(name, &key.verifying_key()), key }
    }

    /// The key in the text of a key file: a line with the secret, and one with the public key.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn read(text: &str) -> Result<Cosigner, Error> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let (Some(secret), Some(public), None) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Error::Key("a key file has two lines: the secret key and the public key".to_owned()));
        };
        let secret = secret.strip_prefix(SECRET);
        let secret = secret.ok_or_else(|| Error::Key(format!("a secret key begins with “{SECRET}”")))?;
        let (name, id, seed) =
            parts(secret).map_err(|why| Error::Key(format!("the secret key cannot be read: {why}")))?;
        let cosigner = Cosigner::of(name, &seed);
        if cosigner.id != id || cosigner.public() != public {
            return Err(Error::Key("the public key is not that of the secret key".to_owned()));
        }
        Ok(cosigner)
    }

    /// The text of its key file.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{SECRET}{}\n{}\n", key_text(&self.name, self.id, self.key.as_bytes()), self.public())
    }

    /// Whom its cosignatures are checked with: a C2SP verifier key.
    #[must_use]
    pub fn public(&self) -> String {
        key_text(&self.name, self.id, self.key.verifying_key().as_bytes())
    }

    /// The witness's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// This key at a time, in seconds since 1970: what signs a note.
    #[must_use]
    pub fn at(&self, time: u64) -> At<'_> {
        At { cosigner: self, time: time.min(TIME_MAX) }
    }

    /// The line that cosigns a checkpoint's text at a time.
    ///
    /// # Errors
    /// When the text is no text of a note.
    pub fn line(&self, text: &[u8], time: u64) -> Result<String, Error> {
        let malformed = |error: signed_note::NoteError| Error::Key(error.to_string());
        let mut note = Note::new(text, &[]).map_err(malformed)?;
        note.add_sigs(&[&self.at(time)]).map_err(malformed)?;
        let signed = note.to_bytes();
        let line = signed.get(text.len() + 1..).unwrap_or_default();
        String::from_utf8(line.to_vec()).map_err(|error| Error::Key(error.to_string()))
    }
}

/// The key of a witness at a time.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    cosigner: &'a Cosigner,
    time: u64,
}

impl signed_note::Signer for At<'_> {
    fn name(&self) -> &str {
        &self.cosigner.name
    }

    fn key_id(&self) -> u32 {
        self.cosigner.id
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        let signature = self.cosigner.key.try_sign(&message(self.time, text))?;
        Ok([&self.time.to_be_bytes()[..], &signature.to_bytes()].concat())
    }
}

/// The public key of a witness, which checks cosignatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl WitnessKey {
    /// The key in its text.
    ///
    /// # Errors
    /// When it is no verifier key of a witness.
    pub fn new(public: &str) -> Result<WitnessKey, Error> {
        let wrong = |why: &str| Error::Key(format!("“{public}” is no public key of a witness: {why}"));
        let (name, id, key) = parts(public).map_err(wrong)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| wrong("no such key can be"))?;
        if id != id_of(name, &key) {
            return Err(wrong("its id is not that of the key: it was changed or mistyped"));
        }
        Ok(WitnessKey { name: name.to_owned(), id, key })
    }

    /// Its text.
    #[must_use]
    pub fn public(&self) -> String {
        key_text(&self.name, self.id, self.key.as_bytes())
    }

    /// The witness's name.
    #[must_use]
    pub fn witness(&self) -> &str {
        &self.name
    }

    /// Whether it is the same key, whatever it is named.
    #[must_use]
    pub fn is_same(&self, other: &WitnessKey) -> bool {
        self.key == other.key
    }

    /// Whether a line of signature says that it is this witness's.
    #[must_use]
    pub fn made(&self, line: &str) -> bool {
        let signature = signed_note::Signature::from_bytes(line.as_bytes());
        signature.is_ok_and(|signature| (signature.name(), signature.id()) == (&self.name, self.id))
    }

    /// When this witness cosigned a note, in seconds since 1970: the earliest time; none where it did not.
    ///
    /// # Errors
    /// When it is no note, or a line under this key is no cosignature of it.
    pub fn time_of(&self, note: &str) -> Result<Option<u64>, Damage> {
        let mut earliest = None;
        let (text, lines) = split(note)?;
        for line in lines {
            let Some(time) = self.time_in(text, line)? else { continue };
            earliest = Some(earliest.map_or(time, |known: u64| known.min(time)));
        }
        Ok(earliest)
    }

    /// The time in a line of signature, where it is this witness's on this text.
    ///
    /// # Errors
    /// When it is this witness's, and not on this text.
    pub fn time_in(&self, text: &str, line: &str) -> Result<Option<u64>, Damage> {
        use signed_note::Verifier as _;
        let signature = signed_note::Signature::from_bytes(line.as_bytes())
            .map_err(|error| Damage::of_all(format!("“{line}” is no signature: {error}")))?;
        if (signature.name(), signature.id()) != (&self.name, self.id) {
            return Ok(None);
        }
        let bytes = signature.signature();
        match bytes.first_chunk() {
            Some(time) if self.verify(text.as_bytes(), bytes) => Ok(Some(u64::from_be_bytes(*time))),
            _ => Err(Damage::of_all(format!("{} did not cosign this checkpoint", self.name))),
        }
    }
}

impl signed_note::Verifier for WitnessKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let (time, Ok(signature)) = (u64::from_be_bytes(*time), Signature::from_slice(signature)) else {
            return false;
        };
        time <= TIME_MAX && self.key.verify_strict(&message(time, text), &signature).is_ok()
    }
}

/// The text of a note, and its lines of signature.
///
/// # Errors
/// When it is no note.
pub fn split(note: &str) -> Result<(&str, impl Iterator<Item = &str>), Damage> {
    let malformed = || Damage::of_all("this is no signed note: text, an empty line, lines of signatures");
    Note::from_bytes(note.as_bytes()).map_err(|_| malformed())?;
    let at = note.rfind("\n\n").ok_or_else(malformed)?;
    Ok((&note[..=at], note[at + 2..].lines()))
}

/// Two notes of one text, with the signatures of both: those of the first in their order, then what the second has besides.
///
/// # Errors
/// When their texts differ, or the signatures are more than a note may have.
pub fn merged(one: &str, other: &str) -> Result<String, Error> {
    let ((text, lines), (same, more)) = (split(one)?, split(other)?);
    if text != same {
        return Err(Error::Refused("two checkpoints that differ cannot be merged".to_owned()));
    }
    let mut all: Vec<&str> = lines.collect();
    for line in more {
        if !all.contains(&line) {
            all.push(line);
        }
    }
    let note = format!("{text}\n{}\n", all.join("\n"));
    match Note::from_bytes(note.as_bytes()) {
        Ok(_) => Ok(note),
        Err(_) => Err(Error::Refused("a checkpoint cannot have more signatures than it has now".to_owned())),
    }
}
