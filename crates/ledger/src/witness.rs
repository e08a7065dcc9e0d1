//! A witness: it cosigns what a log says of itself only as long as the log merely grows, so that nobody can be shown another log.
//!
//! Invariant: of each log it vouches for one line of checkpoints, each of which only adds to the one before; a checkpoint is on disk
//! before its cosignature is given out, and what contradicts it is kept.
//!
//! A new key of a log is taken from the log itself: the entry that names it, in the checkpoint that the witness cosigned last, which
//! both keys have signed. A log that signed two checkpoints of one size has forked: nothing of it is cosigned any more.

use std::path::Path;

use model::Instant;
use rusqlite::{Connection, TransactionBehavior, params};
use serde::Deserialize;
use signed_note::{Note, VerifierList};
use tlog_tiles::{Checkpoint, EMPTY_HASH};

use crate::{
    cosign::Cosigner,
    entry,
    error::Error,
    keys::{self, Head, Replacement},
    ledger::Clock,
    request::{AddCheckpoint, AddKey, Refusal, Request},
    vouched::{APPLICATION_ID, FORMAT, Known, Signed, fault, keep, keys_of, last_of, of_log, settle, vouch},
};

/// A witness, with the file of what it vouches for.
pub struct Witness {
    place: String,
    file: Connection,
    cosigner: Cosigner,
    clock: Clock,
}

/// What came of a request: the answer, or why it was refused.
pub type Answer = Result<String, Refusal>;

impl Witness {
    /// Opens the witness's file, and makes it where there is none.
    ///
    /// # Errors
    /// When it can neither be opened nor made, or belongs to another witness.
    pub fn open(path: &Path, cosigner: Cosigner, clock: Clock) -> Result<Witness, Error> {
        let place = path.display().to_string();
        let file = Connection::open(path).map_err(|error| fault(&place, &error))?;
        Witness::of(file, place, cosigner, clock)
    }

    /// A witness that forgets all when it is dropped.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn in_memory(cosigner: Cosigner, clock: Clock) -> Result<Witness, Error> {
        let place = "memory".to_owned();
        let file = Connection::open_in_memory().map_err(|error| fault(&place, &error))?;
        Witness::of(file, place, cosigner, clock)
    }

    fn of(mut file: Connection, place: String, cosigner: Cosigner, clock: Clock) -> Result<Witness, Error> {
        let told = |error| fault(&place, &error);
        let (tables, application, format) = settle(&mut file, &cosigner.public()).map_err(told)?;
        if application != APPLICATION_ID || tables == 0 {
            let why = "this is an SQLite file, and not that of a witness".to_owned();
            return Err(Error::Store { place, why });
        }
        if format > FORMAT {
            return Err(Error::Newer { found: format, known: FORMAT });
        }
        let own: String = file.query_row("SELECT key FROM own", [], |row| row.get(0)).map_err(told)?;
        if own != cosigner.public() {
            let why = format!("{place}: this is what another witness vouches for, with the key {own}");
            return Err(Error::Key(why));
        }
        Ok(Witness { place, file, cosigner, clock })
    }

    /// Whom its cosignatures are checked with.
    #[must_use]
    pub fn public(&self) -> String {
        self.cosigner.public()
    }

    /// Cosigns a log from now on: its key, its name in checkpoints, and the checkpoint to begin with, if it is not the first that
    /// comes.
    ///
    /// # Errors
    /// When the log is known already, or the key did not sign that checkpoint.
    pub fn trust(&mut self, origin: &str, key: &str, from: Option<&str>) -> Result<(), Error> {
        keys::verifier(key)?;
        if origin.is_empty() || origin.contains('\n') {
            return Err(Error::Refused("a log is named in one line".to_owned()));
        }
        let (place, at) = (self.place.clone(), (self.clock)());
        let told = |error| fault(&place, &error);
        let change = self.file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
        if let Some((_, known)) = keys_of(&change, origin).map_err(told)?.last() {
            if known == key && from.is_none() {
                return Ok(());
            }
            if last_of(&change, origin).map_err(told)?.is_some() {
                let why = format!(
                    "the log “{origin}” is known to this witness, with the key {known}: a new key is taken from the log itself"
                );
                return Err(Error::Refused(why));
            }
            // Nothing was vouched for yet: the key may have been the wrong one.
            change.execute("DELETE FROM key WHERE origin = ?", [origin]).map_err(told)?;
        }
        change.execute("INSERT INTO key VALUES(?, 0, ?)", params![origin, key]).map_err(told)?;
        if let Some(note) = from {
            let signed = match signed(&change, note).map_err(told)? {
                Ok(signed) if signed.origin == origin => signed,
                Ok(signed) => {
                    let why = format!("the checkpoint is of “{}” and not of “{origin}”", signed.origin);
                    return Err(Error::Refused(why));
                }
                Err(refusal) => return Err(Error::Refused(refusal.to_string())),
            };
            vouch(&change, &signed, at).map_err(told)?;
        }
        change.commit().map_err(told)
    }

    /// Answers a request. Nothing is given out before it is on disk.
    ///
    /// # Errors
    /// When the file cannot be read or written, or the clock is behind.
    pub fn answer(&mut self, request: &Request) -> Result<Answer, Error> {
        let place = self.place.clone();
        let told = |error| fault(&place, &error);
        let now = (self.clock)();
        let change = self.file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
        let answer = match request {
            Request::Key(request) => follow(&change, request).map_err(told)?.map(|()| None),
            Request::Checkpoint(request) => {
                let (answer, last) = grows(&change, request, now).map_err(told)?;
                if let (Ok(_), Some(last)) = (&answer, last.filter(|last| now < *last)) {
                    let why = format!(
                        "the clock says {now}, and this witness cosigned at {last}: nothing was cosigned; set the clock"
                    );
                    return Err(Error::Store { place, why });
                }
                answer.map(Some)
            }
        };
        // What contradicts is kept even though it is refused.
        change.commit().map_err(told)?;
        match answer {
            Ok(Some(text)) => {
                let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or_default();
                Ok(Ok(self.cosigner.line(&text, seconds)?))
            }
            Ok(None) => Ok(Ok(String::new())),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// The logs that it knows, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn logs(&mut self) -> Result<Vec<Known>, Error> {
        let place = self.place.clone();
        let told = |error| fault(&place, &error);
        let read = self.file.transaction().map_err(told)?;
        let known = || -> Result<Vec<Known>, rusqlite::Error> {
            let mut origins = read.prepare("SELECT DISTINCT origin FROM key ORDER BY origin")?;
            let origins = origins.query_map([], |row| row.get(0))?;
            origins.map(|origin| of_log(&read, origin?)).collect()
        };
        known().map_err(told)
    }
}

/// Whether a key signed a note.
fn has_signed(note: &Note, key: &str) -> bool {
    keys::verifier(key).is_ok_and(|key| note.verify(&VerifierList::new(vec![Box::new(key)])).is_ok())
}

/// The checkpoint in a note, if the log's key signed it.
fn signed<'a>(file: &Connection, note: &'a str) -> Result<Result<Signed<'a>, Refusal>, rusqlite::Error> {
    let malformed = |why: &str| Ok(Err(Refusal::Malformed(why.to_owned())));
    let Ok(parsed) = Note::from_bytes(note.as_bytes()) else {
        return malformed("what follows the empty line is no signed note");
    };
    let Ok(checkpoint) = Checkpoint::from_bytes(parsed.text()) else {
        return malformed("what follows the empty line is no checkpoint");
    };
    let (origin, head) =
        (checkpoint.origin().to_owned(), Head { size: checkpoint.size(), root: *checkpoint.hash() });
    let Ok(size) = i64::try_from(head.size) else {
        return malformed("no log has so many entries");
    };
    let keys = keys_of(file, &origin)?;
    let Some((since, key)) = keys.last() else { return Ok(Err(Refusal::Unknown(origin))) };
    if !has_signed(&parsed, key) {
        let replaced = keys.iter().any(|(_, old)| has_signed(&parsed, old));
        let why = if replaced {
            format!("it is signed with a key that was replaced at entry {since}: that key signs no more")
        } else {
            format!(
                "it is not signed with the key of “{origin}” that this witness trusts, {key}: where the log has a new key, send \
                 what names it first"
            )
        };
        return Ok(Err(Refusal::Forbidden(why)));
    }
    Ok(Ok(Signed { origin, head, size, text: parsed.text().to_vec(), note }))
}

/// Whether a checkpoint may be cosigned: what is cosigned then, and when this log was cosigned last.
#[expect(clippy::type_complexity, reason = "two answers at once, of one caller")]
fn grows(
    file: &Connection,
    request: &AddCheckpoint,
    now: Instant,
) -> Result<(Result<Vec<u8>, Refusal>, Option<Instant>), rusqlite::Error> {
    let signed = match signed(file, &request.note)? {
        Ok(signed) => signed,
        Err(refusal) => return Ok((Err(refusal), None)),
    };
    let Signed { origin, head, size, text, .. } = &signed;
    if request.old > head.size {
        let why = format!("it asks for a step from {} back to {} entries", request.old, head.size);
        return Ok((Err(Refusal::Malformed(why)), None));
    }
    let last = last_of(file, origin)?;
    let at = last.map(|(_, at)| at);
    let (known, of_size) = match last {
        Some((known, _)) => (known, known.size),
        None => (Head { size: 0, root: EMPTY_HASH }, 0),
    };
    let sql =
        "SELECT count(*) FROM (SELECT root FROM checkpoint WHERE origin = ?1 AND size = ?2 AND root <> ?3
               UNION ALL SELECT root FROM contrary WHERE origin = ?1 AND size = ?2 AND root <> ?3)";
    let others: i64 = file.query_row(sql, params![origin, size, head.root.0], |row| row.get(0))?;
    if others > 0 {
        keep(file, &signed, now, true)?;
        let why = format!(
            "the log “{origin}” has forked: it signed two checkpoints of {size} entries that differ; nothing of it is cosigned any \
             more, and both are kept as evidence"
        );
        return Ok((Err(Refusal::Conflict { size: of_size, why }), at));
    }
    if of_log(file, origin.clone())?.forked() {
        let why = format!(
            "the log “{origin}” has forked before: this witness holds two checkpoints of one size that it signed, and cosigns \
             nothing more of it"
        );
        return Ok((Err(Refusal::Forbidden(why)), at));
    }
    if request.old != known.size {
        let why = if head.size < known.size {
            format!(
                "this witness cosigned {} entries of “{origin}”, and this checkpoint is of {size}: the log has shrunk, or the \
                 checkpoint is an old one; it is not cosigned",
                known.size
            )
        } else {
            format!(
                "this witness cosigned {} entries of “{origin}”, and the request begins with {}: make it anew, with --since {}",
                known.size, request.old, known.size
            )
        };
        return Ok((Err(Refusal::Conflict { size: of_size, why }), at));
    }
    let proven = match (request.old, head.size) {
        (0, 0) => request.proof.is_empty() && head.root == EMPTY_HASH,
        (0, _) => request.proof.is_empty(),
        (old, new) => tlog_tiles::check_tree(&request.proof, new, head.root, old, known.root).is_ok(),
    };
    if !proven {
        keep(file, &signed, now, false)?;
        let why = format!(
            "the proof does not show that the {size} entries of “{origin}” begin with the {} that this witness cosigned: the log was \
             rewritten, or the proof is of something else; the checkpoint is kept, and not cosigned",
            known.size
        );
        return Ok((Err(Refusal::Unproven(why)), at));
    }
    vouch(file, &signed, now)?;
    Ok((Ok(text.clone()), at))
}

/// What a leaf says.
#[derive(Deserialize)]
struct LeafOfKey {
    v: u32,
    kind: String,
    content: String,
}

/// Follows a log to its new key.
fn follow(file: &Connection, request: &AddKey) -> Result<Result<(), Refusal>, rusqlite::Error> {
    let forbidden = |why: String| Ok(Err(Refusal::Forbidden(why)));
    let malformed = |why: &str| Ok(Err(Refusal::Malformed(why.to_owned())));
    let unproven = |why: &str| Ok(Err(Refusal::Unproven(why.to_owned())));
    let Ok(new) = serde_json::from_str::<Replacement>(&request.content) else {
        return malformed("its content does not say which key takes the place of another");
    };
    let Signed { origin, head, size, .. } = match signed(file, &request.note)? {
        Ok(signed) => signed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let keys = keys_of(file, &origin)?;
    let old = keys.last().map_or("", |(_, key)| key);
    if old == new.key {
        return Ok(Ok(()));
    }
    if request.entry + 1 != head.size {
        return malformed("the checkpoint is not the first that holds the entry");
    }
    let known = last_of(file, &origin)?.map_or(Head { size: 0, root: EMPTY_HASH }, |(head, _)| head);
    if known != head {
        let why = format!(
            "this witness cosigned {} entries of “{origin}” last, and the new key is in a checkpoint of {size}: send that first",
            known.size
        );
        return Ok(Err(Refusal::Conflict { size: known.size, why }));
    }
    let leaf = tlog_tiles::record_hash(request.leaf.as_bytes());
    if tlog_tiles::check_record(&request.proof, head.size, head.root, request.entry, leaf).is_err() {
        return unproven("the proof does not show that the checkpoint holds this entry");
    }
    let commitment = entry::commitment(&request.salt, request.content.as_bytes());
    let commitment: String = commitment.iter().map(|byte| format!("{byte:02x}")).collect();
    let said: Option<LeafOfKey> = serde_json::from_str(&request.leaf).ok();
    if !said.is_some_and(|leaf| leaf.v == 1 && leaf.kind == "key" && leaf.content == commitment) {
        return unproven("the entry does not say what this content says");
    }
    if new.replaces != old {
        return forbidden(format!("the new key replaces {}, and this witness trusts {old}", new.replaces));
    }
    let note = Note::from_bytes(request.note.as_bytes());
    if !note.is_ok_and(|note| has_signed(&note, &new.key)) {
        return forbidden(format!("the checkpoint is not signed with the new key {}", new.key));
    }
    let since = size - 1;
    file.execute("INSERT INTO key VALUES(?, ?, ?)", params![origin, since, new.key]).map(|_| Ok(()))
}

/// The answers to the requests of a file, one after the other, up to the first that is refused: what can be given back, and the
/// refusal.
///
/// # Errors
/// When the witness's file cannot be read or written.
pub fn answer_all(witness: &mut Witness, requests: &[Request]) -> Result<(String, Option<Refusal>), Error> {
    let mut answers = String::new();
    for request in requests {
        match witness.answer(request)? {
            Ok(answer) => answers.push_str(&answer),
            Err(refusal) => return Ok((answers, Some(refusal))),
        }
    }
    Ok((answers, None))
}
