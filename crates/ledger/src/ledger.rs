//! A ledger: entries in, signed checkpoints and proofs out.
//!
//! Invariant: an entry is acknowledged only once it, its leaf and a checkpoint that vouches for it are on disk together; what is read
//! is what was recorded, or an error that names the first entry that is not.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use model::{Duration, Instant};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    apart::{self, Shown},
    cosign::merged,
    entry::{self, Draft, Entry, Kept, Kind, Row, SALT_BYTES},
    error::{Damage, Error},
    keys::{Genesis, Head, Replacement, Signer, Trust},
    reading::PORTION,
    seal,
    store::{FORMAT, Store, TilesOf, Writing},
    tree::Tree,
};

/// A clock may be behind the last entry by so much, as when it is set right: the entry is recorded at the time of the last.
pub const CLOCK_SLACK: Duration = Duration(2_000_000);

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The first of the entries.
    pub first: u64,
    /// How many entries there are with them.
    pub size: u64,
    /// When they were recorded.
    pub at: Instant,
    /// A checkpoint that vouches for them: a signed note.
    pub checkpoint: String,
}

/// What an entry says that destroyed the content of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The entry whose content is gone.
    pub entry: u64,
    /// Why.
    pub reason: String,
    /// What must still be known of it: who spoke, for a source that is not heard in full is not silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What an entry says of the document that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentOf {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// How long it is.
    pub bytes: u64,
    /// What it was called.
    pub name: String,
    /// Its media type, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// Where it came from, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl DocumentOf {
    /// What is said of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8], name: String, media: Option<String>, url: Option<String>) -> DocumentOf {
        let digest = Sha256::digest(bytes);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        DocumentOf { sha256, bytes: bytes.len() as u64, name, media, url }
    }

    /// The hash as bytes; none where it is no hash.
    #[must_use]
    pub fn digest(&self) -> Option<[u8; 32]> {
        let digits = self.sha256.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> =
            digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        bytes?.try_into().ok()
    }
}

/// An entry with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// Its leaf.
    pub leaf: Vec<u8>,
    /// The salt of the hash in its leaf; none where the content is not here.
    pub salt: Option<[u8; SALT_BYTES]>,
    /// The entry.
    pub entry: Entry,
}

/// What is known of the store.
#[derive(Clone)]
pub(crate) struct State {
    note: String,
    pub(crate) head: Head,
    pub(crate) tree: Tree,
    trust: Trust,
    last: Instant,
}

pub(crate) struct Inner {
    pub(crate) store: Box<dyn Store>,
    state: Option<State>,
    signer: Option<Signer>,
}

type Outcome = Option<Result<Receipt, Error>>;

/// Drafts that wait to be recorded.
struct Waiting {
    drafts: Vec<Draft>,
    outcome: Mutex<Outcome>,
}

/// Those who wait, and whether somebody writes.
#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Waiting>>,
    busy: bool,
}

/// Somebody who writes for all who wait. Once it is over, however it ends, the next one may.
struct Writer<'a> {
    ledger: &'a Ledger,
    all: Vec<Arc<Waiting>>,
}

impl<'a> Writer<'a> {
    fn new(ledger: &'a Ledger, mut queue: MutexGuard<'_, Queue>) -> Writer<'a> {
        queue.busy = true;
        Writer { ledger, all: std::mem::take(&mut queue.waiting) }
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        for one in &self.all {
            let mut outcome = one.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            if outcome.is_none() && std::thread::panicking() {
                *outcome = Some(Err(Error::Refused("the writing failed: nothing was recorded".to_owned())));
            }
        }
        self.ledger.queued().busy = false;
        self.ledger.written.notify_all();
    }
}

/// A ledger. It can be used from several threads: what they record at one time is written as one.
pub struct Ledger {
    inner: Mutex<Inner>,
    queue: Mutex<Queue>,
    /// Something was written: whoever waits looks whether it was theirs.
    written: Condvar,
    clock: Clock,
}

impl Ledger {
    /// Opens the ledger in a store; without a signer it can be read alone.
    ///
    /// # Errors
    /// When there is none, or what it holds does not agree with its checkpoint.
    pub fn open(store: Box<dyn Store>, signer: Option<Signer>, clock: Clock) -> Result<Ledger, Error> {
        let mut inner = Inner { store, state: None, signer };
        inner.refresh()?;
        if inner.state.is_none() {
            return Err(Error::Missing(inner.store.place()));
        }
        Ok(Ledger { inner: Mutex::new(inner), queue: Mutex::default(), written: Condvar::new(), clock })
    }

    /// Begins a ledger in a store that is empty, and opens it; where another program has begun it in the meantime, that one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(store: Box<dyn Store>, origin: &str, signer: Signer, clock: Clock) -> Result<Ledger, Error> {
        let mut inner = Inner { store, state: None, signer: Some(signer.clone()) };
        inner.refresh()?;
        if inner.state.is_none() {
            let genesis = Genesis { format: FORMAT, origin: origin.to_owned(), key: signer.public };
            let content = serde_json::to_vec(&genesis).map_err(|error| Error::Refused(error.to_string()))?;
            inner.record(&[Draft::open(Kind::Ledger, "trucewatch", content)], &clock, &Extra::Genesis)?;
        }
        Ok(Ledger { inner: Mutex::new(inner), queue: Mutex::default(), written: Condvar::new(), clock })
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        // Whoever panicked left the store as it was before: what is half done is not written.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records entries, all of them or none.
    ///
    /// # Errors
    /// When one of them may not be recorded, or they cannot be written.
    pub fn append(&self, drafts: Vec<Draft>) -> Result<Receipt, Error> {
        recordable(&drafts)?;
        let waiting = Arc::new(Waiting { drafts, outcome: Mutex::default() });
        let mut queue = self.queued();
        queue.waiting.push(Arc::clone(&waiting));
        loop {
            if let Some(outcome) = taken(&waiting) {
                return outcome;
            }
            if queue.busy {
                queue = self.written.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // Whoever comes while nobody writes records what everybody waits for, the own among it.
            let writing = Writer::new(self, queue);
            self.record_all(&writing.all);
            drop(writing);
            queue = self.queued();
        }
    }

    /// Records what several wait for, as one.
    fn record_all(&self, all: &[Arc<Waiting>]) {
        let mut inner = self.inner();
        let drafts: Vec<Draft> = all.iter().flat_map(|one| one.drafts.iter().cloned()).collect();
        match inner.record(&drafts, &self.clock, &Extra::None) {
            Ok(receipt) => {
                let mut first = receipt.first;
                for one in all {
                    let own = Receipt { first, ..receipt.clone() };
                    first += one.drafts.len() as u64;
                    give(one, Ok(own));
                }
            }
            // It may be there: nothing is recorded twice.
            Err(Error::Unsure(place)) => {
                for one in all {
                    give(one, Err(Error::Unsure(place.clone())));
                }
            }
            // Each by itself, so that what is wrong with one is told to that one alone.
            Err(_) => {
                for one in all {
                    give(one, inner.record(&one.drafts, &self.clock, &Extra::None));
                }
            }
        }
    }

    /// Records entries, if nobody has recorded others since there were so many.
    ///
    /// # Errors
    /// [`Error::Moved`] when somebody has, and what [`Ledger::append`] fails with.
    pub fn append_after(&self, size: u64, drafts: &[Draft]) -> Result<Receipt, Error> {
        recordable(drafts)?;
        self.inner().record(drafts, &self.clock, &Extra::After(size))
    }

    fn queued(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Destroys the content of an entry, the document that belongs to it, and their key. Its leaf and every proof stay, and so does
    /// who spoke, where that is given.
    ///
    /// # Errors
    /// When there is no such entry, it says who signs, or nothing can be written.
    pub fn erase(&self, entry: u64, by: &str, reason: &str, source: Option<&str>) -> Result<Receipt, Error> {
        let mut inner = self.inner();
        let row = inner.row(entry)?;
        if matches!(row.kind.as_str(), "ledger" | "key" | "erasure") {
            let why = format!("entry {entry} says who signs or what was erased: it cannot be erased");
            return Err(Error::Refused(why));
        }
        if row.kept == Kept::Erased {
            return Err(Error::Refused(format!("entry {entry} has been erased already")));
        }
        let erasure = Erasure { entry, reason: reason.to_owned(), source: source.map(str::to_owned) };
        let content = serde_json::to_vec(&erasure).map_err(|error| Error::Refused(error.to_string()))?;
        let draft = Draft::open(Kind::Erasure, by, content);
        draft.check()?;
        inner.record(&[draft], &self.clock, &Extra::Erased(entry, row.commitment()?))
    }

    /// Lets another key sign from now on.
    ///
    /// # Errors
    /// When this ledger has no key here that signs now, or nothing can be written.
    pub fn replace_key(&self, new: Signer, by: &str, reason: &str) -> Result<Receipt, Error> {
        let mut inner = self.inner();
        inner.refresh()?;
        let old = inner.signer.clone().ok_or_else(|| no_key(&*inner.store))?;
        let replacement =
            Replacement { key: new.public.clone(), replaces: old.public, reason: reason.to_owned() };
        let content = serde_json::to_vec(&replacement).map_err(|error| Error::Refused(error.to_string()))?;
        let draft = Draft::open(Kind::Key, by, content);
        draft.check()?;
        let receipt = inner.record(&[draft], &self.clock, &Extra::Key(&new))?;
        inner.signer = Some(new);
        Ok(receipt)
    }

    /// What the newest checkpoint vouches for, and the note itself.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head(&self) -> Result<(Head, String), Error> {
        let mut inner = self.inner();
        let state = inner.current()?;
        Ok((state.head, state.note.clone()))
    }

    /// Whose ledger it is, and who signs it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn trust(&self) -> Result<Trust, Error> {
        Ok(self.inner().current()?.trust.clone())
    }

    /// Keeps a checkpoint beside the newest, as when it was published or a witness has signed it; the signatures of one that is kept
    /// already stay.
    ///
    /// # Errors
    /// When it is none of this ledger, or nothing can be written.
    pub fn keep(&self, note: &str) -> Result<(), Error> {
        let mut inner = self.inner();
        let state = inner.current()?.clone();
        let head = state.trust.check(note)?;
        if head.size > state.head.size
            || state.tree.root_at(head.size, &mut TilesOf(&mut *inner.store))? != head.root
        {
            let why = "this checkpoint vouches for entries that are not in the ledger";
            return Err(Damage::of_all(why).into());
        }
        inner.store.write(&mut |store| {
            // No signature that is kept is lost.
            let kept = store.notes()?.into_iter().find(|(size, _)| *size == head.size);
            let note = kept.map_or_else(|| Ok(note.to_owned()), |(_, kept)| merged(&kept, note))?;
            Ok(Writing { notes: vec![(head.size, note)], ..Writing::default() })
        })
    }

    /// The checkpoints that are kept beside the newest.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn kept(&self) -> Result<Vec<(u64, String)>, Error> {
        self.inner().store.notes()
    }

    /// Whether something can be recorded: whether there is a key here that signs.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.inner().signer.is_some()
    }

    /// Where it is kept, for people.
    #[must_use]
    pub fn place(&self) -> String {
        self.inner().store.place()
    }
}

/// What a record does besides.
enum Extra<'a> {
    None,
    After(u64),
    Genesis,
    Erased(u64, [u8; 32]),
    Key(&'a Signer),
}

impl Inner {
    /// Takes in what others have recorded since.
    fn refresh(&mut self) -> Result<(), Error> {
        let first = self.state.is_none();
        refresh(&mut self.state, &mut *self.store)?;
        if first { self.whole() } else { Ok(()) }
    }

    /// Holds the log against the checkpoint that is kept apart from it.
    fn whole(&mut self) -> Result<(), Error> {
        let Some(note) = self.store.apart()? else { return Ok(()) };
        // It may have been written since the log was looked at.
        refresh(&mut self.state, &mut *self.store)?;
        let state = self.state.as_ref();
        let size = state.map_or(0, |state| state.head.size);
        match (apart::shown(&note, state.map(|state| &state.trust), size), state) {
            (Shown::Missing(damage), _) => Err(damage.into()),
            (Shown::Vouched(head), Some(state))
                if state.tree.root_at(head.size, &mut TilesOf(&mut *self.store))? != head.root =>
            {
                Err(apart::differs(&head).into())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn current(&mut self) -> Result<&State, Error> {
        self.refresh()?;
        self.state.as_ref().ok_or_else(|| Error::Missing(String::new()))
    }

    pub(crate) fn row(&mut self, seq: u64) -> Result<Row, Error> {
        let size = self.current()?.head.size;
        if seq >= size {
            return Err(Error::NoEntry { asked: seq, size });
        }
        let mut found = None;
        self.store.rows(seq, seq + 1, &mut |row| {
            found = Some(row);
            Ok(())
        })?;
        found.ok_or_else(|| Damage::at(seq, "it is missing").into())
    }

    pub(crate) fn key_of(&mut self, row: &Row) -> Result<Option<seal::Key>, Error> {
        if matches!(row.kept, Kept::Sealed(_)) { self.store.key(row.seq) } else { Ok(None) }
    }

    fn record(&mut self, drafts: &[Draft], clock: &Clock, extra: &Extra<'_>) -> Result<Receipt, Error> {
        let Inner { store, state, signer } = self;
        let signer = signer.as_ref().ok_or_else(|| no_key(&**store))?;
        let mut made: Option<(State, Receipt)> = None;
        store.write(&mut |store| {
            refresh(state, store)?;
            let now = clock();
            let (mut tree, mut trust, last) = match (&*state, extra) {
                (None, Extra::Genesis) => {
                    let genesis = Trust { origin: String::new(), keys: Vec::new() };
                    (Tree::default(), genesis, now)
                }
                // Somebody else has begun it.
                (Some(_), Extra::Genesis) => return Ok(Writing::default()),
                (Some(state), Extra::After(size)) if state.head.size != *size => {
                    return Err(Error::Moved(state.head.size));
                }
                (Some(state), _) => (state.tree.clone(), state.trust.clone(), state.last),
                (None, _) => return Err(Error::Missing(store.place())),
            };
            if now + CLOCK_SLACK < last {
                let entry = tree.size().saturating_sub(1);
                return Err(Error::Clock { clock: now, entry, recorded: last });
            }
            let at = now.max(last);
            let first = tree.size();
            let mut writing = rows(drafts, first, at)?;
            for row in &writing.rows {
                tree.push(&row.leaf, &mut |tile| writing.tiles.push(tile));
            }
            let mut signers = vec![signer];
            match extra {
                Extra::None | Extra::After(_) => {}
                Extra::Genesis => trust = Trust::of_genesis(&writing.rows[0])?,
                Extra::Erased(entry, commitment) => writing.erased = Some((*entry, *commitment)),
                Extra::Key(new) => {
                    trust.follow(&writing.rows[0])?;
                    signers.push(new);
                }
            }
            let head = Head { size: tree.size(), root: tree.root() };
            let note = trust.sign(head, &signers)?;
            if matches!(extra, Extra::Key(_)) {
                writing.notes.push((head.size, note.clone()));
            }
            writing.head = Some(note.clone());
            let receipt = Receipt { first, size: head.size, at, checkpoint: note.clone() };
            made = Some((State { note, head, tree, trust, last: at }, receipt));
            Ok(writing)
        })?;
        match made {
            Some((new, receipt)) => {
                *state = Some(new);
                Ok(receipt)
            }
            None => {
                let state = state.as_ref().ok_or_else(|| Error::Missing(String::new()))?;
                let (size, at, checkpoint) = (state.head.size, state.last, state.note.clone());
                Ok(Receipt { first: 0, size, at, checkpoint })
            }
        }
    }
}

/// Takes in what others have recorded since, and holds it against their checkpoint.
fn refresh(state: &mut Option<State>, store: &mut dyn Store) -> Result<(), Error> {
    let Some(note) = store.head()? else {
        let lost = state.as_ref().map(|state| state.head.size);
        return match lost {
            Some(size) => Err(Damage::of_all(format!("its {size} entries are gone")).into()),
            None => Ok(()),
        };
    };
    if state.as_ref().is_some_and(|state| state.note == note) {
        return Ok(());
    }
    let trust = match &*state {
        None => Trust::chain(&store.signers(0)?)?,
        Some(known) => {
            let mut trust = known.trust.clone();
            store.signers(known.head.size)?.iter().try_for_each(|row| trust.follow(row))?;
            trust
        }
    };
    let head = trust.check(&note)?;
    if let Some(known) = state.as_ref().filter(|known| known.head.size > head.size) {
        let why = format!("it had {} entries and has {} now", known.head.size, head.size);
        return Err(Damage::at(head.size, why).into());
    }
    let tree = match &*state {
        // Others have recorded a little: the tree grows by it, as theirs did.
        Some(known) if head.size - known.head.size <= PORTION => {
            let mut tree = known.tree.clone();
            for leaf in store.leaves(known.head.size, head.size)? {
                tree.push(&leaf, &mut |_| {});
            }
            tree
        }
        _ => Tree::load(head.size, &mut TilesOf(store))?,
    };
    if tree.root() != head.root {
        let why = "its tree is not the one that its checkpoint vouches for: “trucewatch audit” finds the first bad entry";
        return Err(Damage::of_all(why).into());
    }
    let mut last = None;
    store.rows(head.size - 1, head.size, &mut |row| {
        last = Some(row.at);
        Ok(())
    })?;
    let last = last.ok_or_else(|| Damage::at(head.size - 1, "it is missing"))?;
    *state = Some(State { note, head, tree, trust, last });
    Ok(())
}

/// The rows of drafts, with what else is written for them.
fn rows(drafts: &[Draft], first: u64, at: Instant) -> Result<Writing, Error> {
    let mut writing = Writing::default();
    // One draw for all; each salt is a hash of it and of the place, and tells nothing of the others.
    let seed: [u8; 32] = seal::random()?;
    for (seq, draft) in (first..).zip(drafts) {
        let digest = Sha256::new().chain_update(seed).chain_update(seq.to_be_bytes()).finalize();
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&digest[..SALT_BYTES]);
        let commitment = entry::commitment(&salt, &draft.content);
        let leaf = tlog_tiles::record_hash(&entry::leaf(draft.kind.name(), at, &draft.by, &commitment));
        let (kept, held) = if draft.sealed || draft.document.is_some() {
            let key = seal::random()?;
            if let Some(document) = &draft.document {
                writing.documents.push((seq, seal::document(&key, document)?));
            }
            writing.keys.push((seq, key));
            (Kept::Sealed(seal::content(&key, &salt, &draft.content)?), Some(commitment))
        } else {
            (Kept::Open { salt, content: draft.content.clone() }, None)
        };
        let (kind, by) = (draft.kind.name().to_owned(), draft.by.clone());
        writing.rows.push(Row { seq, kind, at, by, kept, commitment: held, leaf });
    }
    Ok(writing)
}

/// Whether entries may be recorded by whoever wants to.
fn recordable(drafts: &[Draft]) -> Result<(), Error> {
    drafts.iter().try_for_each(Draft::check)?;
    match drafts.iter().find(|draft| matches!(draft.kind, Kind::Ledger | Kind::Key | Kind::Erasure)) {
        Some(draft) => {
            let why = format!("an entry of kind {} is not recorded by itself", draft.kind.name());
            Err(Error::Refused(why))
        }
        None => Ok(()),
    }
}

fn no_key(store: &dyn Store) -> Error {
    Error::Key(format!("{}: the key that signs is not here: the ledger can be read alone", store.place()))
}

fn taken(waiting: &Waiting) -> Outcome {
    waiting.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn give(waiting: &Waiting, outcome: Result<Receipt, Error>) {
    *waiting.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
}
