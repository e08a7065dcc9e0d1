//! The audit: the whole log replayed, from its bytes to the signatures of its checkpoints.
//!
//! Invariant: nothing that the log holds goes unchecked, and nothing is mended; what is wrong is named by the first entry that is.

use std::collections::{BTreeMap, BTreeSet};

use model::Instant;
use sha2::{Digest as _, Sha256};
use tlog_tiles::{HASH_SIZE, Hash};

use crate::{
    apart::{self, Shown},
    entry::{CONTENT_BYTES_MAX, Kept, Kind, Row},
    error::{Damage, Error},
    keys::{Trust, claimed_size},
    ledger::{DocumentOf, Erasure},
    reading::opened,
    seal,
    store::Store,
    tree::{FullTile, TILE_HASHES, Tree},
};

/// Entries are replayed in portions of so many.
const PORTION: u64 = 16_384;
/// So many faults are listed.
const FAULTS_MAX: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How many entries the newest checkpoint vouches for.
    pub size: u64,
    /// How many were found to be as they were recorded.
    pub sound: u64,
    /// How many were erased, by an entry that says so.
    pub erased: u64,
    /// How many are encrypted, and their key is not here: their leaf was checked, their content could not be.
    pub unopened: u64,
    /// How many documents were opened and found to be as they were recorded.
    pub documents: u64,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// What is wrong: that of the first bad entry first.
    pub faults: Vec<Damage>,
}

impl Report {
    /// The first entry that is bad.
    #[must_use]
    pub fn first_bad(&self) -> Option<u64> {
        self.faults.iter().filter_map(|fault| fault.entry).min()
    }

    fn fault(&mut self, fault: Damage) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    /// What was asked for, or nothing where it is damaged: that is noted.
    fn or_noted<T>(&mut self, asked: Result<T, Error>) -> Result<Option<T>, Error> {
        match asked {
            Ok(found) => Ok(Some(found)),
            Err(Error::Damaged(damage)) => {
                self.fault(damage);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Replays the whole ledger in a store; `progress` is told how many entries were replayed and how many there are. It is asked of the
/// store, not of an open ledger, since one that is damaged cannot always be opened.
///
/// # Errors
/// When the store cannot be read at all, or there is no ledger in it. What is wrong with what it holds is in the report.
pub fn audit(store: &mut dyn Store, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, Error> {
    // Before the log: whoever records meanwhile writes it after the log.
    let apart = store.apart()?;
    store.hold(true)?;
    let report = held(store, apart.as_deref(), progress);
    store.hold(false)?;
    report
}

fn held(
    store: &mut dyn Store,
    apart: Option<&str>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, Error> {
    let mut audit = Audit::default();
    let structure = store.faults();
    let structure = audit.report.or_noted(structure)?.unwrap_or_default();
    let head = store.head();
    let head = audit.report.or_noted(head)?.flatten();
    if head.is_none() && structure.is_empty() && audit.report.faults.is_empty() {
        return Err(Error::Missing(store.place()));
    }
    let kept = store.notes();
    let kept = audit.report.or_noted(kept)?.unwrap_or_default();
    let size = head.as_deref().and_then(claimed_size);
    audit.report.size = size.unwrap_or_default();
    let sizes = kept.iter().map(|(_, note)| note.as_str()).chain(apart).filter_map(claimed_size);
    audit.wanted = sizes.chain(size).collect();
    audit.replay(store, size, progress)?;
    match &head {
        Some(note) => audit.checkpoint(note, None),
        None => audit.report.fault(Damage::of_all("its newest checkpoint is missing")),
    }
    for (size, note) in &kept {
        audit.checkpoint(note, Some(*size));
    }
    if let Some(note) = apart {
        audit.apart(note);
    }
    audit.erasures();
    for why in structure {
        audit.report.fault(Damage::of_all(format!("the file is not whole: {why}")));
    }
    let mut report = audit.report;
    report.faults.sort_by_key(|fault| fault.entry.unwrap_or(u64::MAX));
    Ok(report)
}

#[derive(Default)]
struct Audit {
    report: Report,
    tree: Tree,
    /// The sizes that checkpoints speak of, and the roots found there.
    wanted: BTreeSet<u64>,
    roots: BTreeMap<u64, Hash>,
    signers: Vec<Row>,
    erased: BTreeSet<u64>,
    /// What is said to be erased, and by which entry.
    erasures: BTreeMap<u64, u64>,
    last: Option<Instant>,
    /// Documents that are to be there, with the hash that the entry gives.
    documents: Vec<(u64, Option<[u8; 32]>)>,
}

impl Audit {
    fn replay(
        &mut self,
        store: &mut dyn Store,
        size: Option<u64>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), Error> {
        let mut next = 0;
        loop {
            // One portion more than there should be: entries that no checkpoint vouches for are told.
            let mut portion = Vec::new();
            let read = store.rows(next, next + PORTION, &mut |row| {
                portion.push(row);
                Ok(())
            });
            let ended = portion.is_empty();
            let mut tiles = Vec::new();
            for row in portion {
                if row.seq != next {
                    self.report.fault(Damage::at(next, "it is missing"));
                    return Ok(());
                }
                next += 1;
                self.row(store, row, &mut tiles)?;
            }
            self.tiles(store, &tiles)?;
            match read {
                Ok(()) => {}
                Err(Error::Damaged(damage)) => {
                    let at = damage.entry.unwrap_or(next);
                    self.report.fault(Damage::at(at, damage.why));
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            progress(next, size.unwrap_or(next));
            if ended {
                break;
            }
        }
        match size {
            Some(size) if next < size => self.report.fault(Damage::at(
                next,
                format!("it is missing: the newest checkpoint vouches for {size} entries"),
            )),
            Some(size) if next > size => self.report.fault(Damage::at(
                size,
                format!("no checkpoint vouches for it: the newest is of {size} entries"),
            )),
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, store: &mut dyn Store, row: Row, tiles: &mut Vec<FullTile>) -> Result<(), Error> {
        let seq = row.seq;
        self.tree.push(&row.leaf, &mut |tile| tiles.push(tile));
        if self.wanted.contains(&(seq + 1)) {
            self.roots.insert(seq + 1, self.tree.root());
        }
        if let Err(damage) = row.verified() {
            self.report.fault(damage);
            return Ok(());
        }
        if self.last.is_some_and(|last| row.at < last) {
            self.report.fault(Damage::at(seq, "it was recorded before the entry before it"));
        }
        self.last = Some(row.at);
        if matches!(row.kind.as_str(), "ledger" | "key") {
            self.signers.push(row.clone());
        }
        let sealed = matches!(row.kept, Kept::Sealed(_));
        if row.kept == Kept::Erased {
            self.erased.insert(seq);
            if self.report.or_noted(store.key(seq))?.flatten().is_some() {
                let why = "it was erased, and its key is still here: open the ledger for writing once, which destroys it";
                self.report.fault(Damage::at(seq, why));
            }
        }
        let key = if sealed { self.report.or_noted(store.key(seq))?.flatten() } else { None };
        match opened(row, key.as_ref()) {
            Err(damage) => {
                self.report.fault(damage);
                return Ok(());
            }
            Ok(entry) => match (entry.kind, &entry.content) {
                (_, Some(content)) if content.len() > CONTENT_BYTES_MAX => {
                    self.report.fault(Damage::at(seq, "it is longer than an entry may be"));
                }
                (Kind::Erasure, Some(content)) => match serde_json::from_slice::<Erasure>(content) {
                    Ok(erasure) if erasure.entry < seq => {
                        self.erasures.insert(erasure.entry, seq);
                    }
                    _ => self.report.fault(Damage::at(seq, "it does not say which entry was erased")),
                },
                (Kind::Document, Some(content)) => {
                    let said = serde_json::from_slice::<DocumentOf>(content).ok();
                    self.documents.push((seq, said.and_then(|document| document.digest())));
                }
                (_, None) if sealed => self.report.unopened += 1,
                _ => {}
            },
        }
        if sealed {
            self.document(store, seq, key.as_ref())?
        }
        self.report.sound += 1;
        Ok(())
    }

    /// The document of an entry: whether it is what the entry says.
    fn document(&mut self, store: &mut dyn Store, seq: u64, key: Option<&seal::Key>) -> Result<(), Error> {
        let said = self.documents.pop_if(|(of, _)| *of == seq).map(|(_, digest)| digest);
        let Some(key) = key else { return Ok(()) };
        let text = self.report.or_noted(store.document(seq))?.flatten();
        match (text, said) {
            (None, None) => {}
            (None, Some(_)) => self.report.fault(Damage::at(seq, "its document is missing")),
            (Some(text), said) => match seal::open_document(key, &text, seq) {
                Err(damage) => self.report.fault(damage),
                Ok(bytes) => {
                    let digest: [u8; 32] = Sha256::digest(&bytes).into();
                    if said.is_some_and(|said| said != Some(digest)) {
                        self.report.fault(Damage::at(seq, "its document is another than it says"));
                    } else {
                        self.report.documents += 1;
                    }
                }
            },
        }
        Ok(())
    }

    fn tiles(&mut self, store: &mut dyn Store, made: &[FullTile]) -> Result<(), Error> {
        for tile in made {
            let name = format!("tile {}/{}", tile.level, tile.n);
            // The first leaf under a hash of the tile.
            let leaf = |index: u64| (tile.n * TILE_HASHES as u64 + index) << (8 * tile.level);
            let Some(found) = self.report.or_noted(store.tile(tile.level, tile.n))? else { continue };
            let Some(found) = found else {
                self.report.fault(Damage::at(leaf(0), format!("{name} is missing")));
                continue;
            };
            let differs = tile
                .hashes
                .chunks(HASH_SIZE)
                .zip(found.chunks(HASH_SIZE))
                .position(|(made, found)| made != found)
                .or_else(|| (tile.hashes.len() != found.len()).then_some(0));
            if let Some(index) = differs {
                let why = format!("{name} does not hold the hash of its leaf");
                self.report.fault(Damage::at(leaf(index as u64), why));
            }
        }
        Ok(())
    }

    /// A checkpoint against the keys and the tree.
    fn checkpoint(&mut self, note: &str, kept_as: Option<u64>) {
        let trust = match Trust::chain(&self.signers) {
            Ok(trust) => trust,
            Err(Error::Damaged(damage)) => return self.report.fault(damage),
            Err(error) => return self.report.fault(Damage::of_all(error.to_string())),
        };
        let head = match trust.check(note) {
            Ok(head) => head,
            Err(damage) => return self.report.fault(damage),
        };
        if kept_as.is_some_and(|size| size != head.size) {
            return self.report.fault(Damage::of_all(format!(
                "the checkpoint of {} entries is kept as one of {}",
                head.size,
                kept_as.unwrap_or_default()
            )));
        }
        match self.roots.get(&head.size) {
            Some(root) if *root == head.root => self.report.checkpoints += 1,
            Some(_) => {
                // What stands before the last full tile was held against it: the rest is one tile at most.
                let from = head.size - head.size % TILE_HASHES as u64;
                let why = format!(
                    "one of the entries {from} to {} is not what the checkpoint of {} entries vouches for",
                    head.size - 1,
                    head.size
                );
                self.report.fault(Damage { entry: self.report.first_bad().or(Some(from)), why });
            }
            None => self.report.fault(Damage::of_all(format!(
                "the checkpoint of {} entries vouches for entries that are not there",
                head.size
            ))),
        }
    }

    /// The checkpoint that is kept apart from the log.
    fn apart(&mut self, note: &str) {
        let trust = Trust::chain(&self.signers).ok();
        match apart::shown(note, trust.as_ref(), self.report.size) {
            Shown::Missing(damage) => self.report.fault(damage),
            Shown::Vouched(head) if self.roots.get(&head.size).is_some_and(|root| *root != head.root) => {
                self.report.fault(apart::differs(&head));
            }
            _ => {}
        }
    }

    fn erasures(&mut self) {
        for seq in &self.erased {
            if !self.erasures.contains_key(seq) {
                self.report
                    .fault(Damage::at(*seq, "its content is gone, and no entry says that it was erased"));
                self.report.sound -= 1;
            }
        }
        for (target, by) in &self.erasures {
            if self.erased.contains(target) {
                self.report.erased += 1;
            } else {
                let why = format!("entry {by} says that it was erased, and its content is there");
                self.report.fault(Damage::at(*target, why));
            }
        }
    }
}
