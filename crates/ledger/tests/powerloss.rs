//! Power fails under the embedded store, at any write, sync or removal, and what was not synced is there in part.
//!
//! Invariant: whatever was acknowledged before is there afterwards, and nothing that was not recorded as a whole; what was erased is
//! in no file.
//!
//! `TRUCEWATCH_SEEDS=A..B cargo test --release -p trucewatch-ledger --test powerloss` runs more.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

#[expect(dead_code, reason = "the suite's cases run elsewhere")]
mod suite;

use std::{collections::BTreeSet, ops::Range, path::PathBuf};

use fastrand::Rng;
use ledger::{
    DocumentOf, Draft, Error, Kind, Ledger, Report, Signer, Sqlite, Store as _, audit, entry::Entry,
};
use powerloss::Disk;
use suite::Hand;

#[allow(clippy::disallowed_methods, reason = "which seeds are run is no part of a verdict")]
fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("TRUCEWATCH_SEEDS") else { return usual };
    let (first, last) = text.split_once("..").unwrap();
    first.parse().unwrap()..last.parse().unwrap()
}

/// An entry that was acknowledged, or erased and that may not have been acknowledged.
#[derive(Clone)]
struct Known {
    content: Vec<u8>,
    document: Option<Vec<u8>>,
    sealed: bool,
    erased: Erased,
}

#[derive(Clone, Copy, PartialEq)]
enum Erased {
    No,
    Perhaps,
    Yes,
}

struct History {
    rng: Rng,
    disk: Disk,
    folder: tempfile::TempDir,
    signer: Signer,
    hand: Hand,
    /// By entry.
    known: Vec<Known>,
    kept: BTreeSet<u64>,
    /// Whether the store is opened so that it does not wait for the disk: then it must be caught.
    hasty: bool,
}

impl History {
    fn new(seed: u64, hasty: bool) -> History {
        powerloss::install();
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::of(folder.path().to_str().unwrap());
        let (rng, hand) = (Rng::with_seed(seed), Hand::new());
        History {
            rng,
            disk,
            folder,
            signer: suite::signer(),
            hand,
            known: vec![],
            kept: BTreeSet::new(),
            hasty,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// The checkpoint that is kept apart is never waited for: power may have failed before it was on disk, or while it was written.
    fn behind(&mut self) {
        let file = self.file().with_extension("head");
        let Ok(note) = std::fs::read(&file) else { return };
        match self.rng.u8(..4) {
            0 => std::fs::remove_file(&file).unwrap(),
            1 => std::fs::write(&file, &note[..self.rng.usize(..note.len().max(1))]).unwrap(),
            2 => std::fs::write(&file, vec![0; note.len()]).unwrap(),
            _ => {}
        }
    }

    fn store(&self) -> Result<Sqlite, Error> {
        let store = Sqlite::open(&self.file())?;
        if self.hasty {
            let _ = store.connection().pragma_update(None, "synchronous", "OFF");
        }
        Ok(store)
    }

    fn open(&mut self) -> Result<Ledger, Error> {
        let ledger =
            Ledger::begin(Box::new(self.store()?), "w", self.signer.clone(), self.hand.clone().clock())?;
        if self.known.is_empty() {
            let content = ledger.entry(0)?.content.unwrap_or_default();
            self.known.push(Known { content, document: None, sealed: false, erased: Erased::No });
        }
        Ok(ledger)
    }

    fn draft(&mut self) -> Draft {
        // Found again byte by byte on the disk, if it is there.
        let mark: String = std::iter::repeat_with(|| self.rng.alphanumeric()).take(24).collect();
        let length = if self.rng.u8(..20) == 0 { self.rng.usize(..12_000) } else { self.rng.usize(..400) };
        let content =
            format!("{{\"mark\":\"{mark}\",\"text\":\"{}\"}}", mark.repeat(length / 24)).into_bytes();
        match self.rng.u8(..10) {
            0 => {
                let length = self.rng.usize(..20_000);
                let bytes: Vec<u8> = std::iter::repeat_with(|| self.rng.u8(..)).take(length).collect();
                let sha256: String = {
                    use sha2::Digest as _;
                    sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
                };
                let (name, long) = (mark, bytes.len() as u64);
                let said = DocumentOf { sha256, bytes: long, name, media: None, url: None };
                let content = serde_json::to_vec(&said).unwrap();
                Draft { sealed: true, document: Some(bytes), ..Draft::open(Kind::Document, "desk", content) }
            }
            1 | 2 => Draft { sealed: true, ..Draft::open(Kind::Claim, "desk", content) },
            _ => Draft::open(Kind::Claim, "desk", content),
        }
    }

    /// Records, erases and keeps, until something fails.
    fn act(&mut self) -> Result<(), Error> {
        let mut ledger = self.open()?;
        loop {
            match self.rng.u8(..20) {
                0 => {
                    drop(ledger);
                    ledger = self.open()?;
                }
                1..4 => {
                    let open = |(_, known): &(usize, &Known)| known.erased == Erased::No;
                    let all: Vec<usize> =
                        self.known.iter().enumerate().skip(1).filter(open).map(|(at, _)| at).collect();
                    let Some(at) = self.rng.choice(all) else { continue };
                    if self.known[at].content.starts_with(b"{\"entry\"") {
                        continue;
                    }
                    self.known[at].erased = Erased::Perhaps;
                    let receipt = ledger.erase(at as u64, "desk", "withdrawn", None)?;
                    self.known[at].erased = Erased::Yes;
                    assert_eq!(receipt.first, self.known.len() as u64);
                    let content = ledger.entry(receipt.first)?.content.unwrap_or_default();
                    self.known.push(Known { content, document: None, sealed: false, erased: Erased::No });
                }
                4 => {
                    let note = ledger.head()?.1;
                    ledger.keep(&note)?;
                    self.kept.insert(self.known.len() as u64);
                }
                _ => {
                    let count = self.rng.usize(1..=50);
                    let drafts: Vec<Draft> = (0..count).map(|_| self.draft()).collect();
                    let known = drafts.iter().map(|draft| Known {
                        content: draft.content.clone(),
                        document: draft.document.clone(),
                        sealed: draft.sealed,
                        erased: Erased::No,
                    });
                    let known: Vec<Known> = known.collect();
                    let receipt = ledger.append(drafts)?;
                    assert_eq!(receipt.first, self.known.len() as u64);
                    self.known.extend(known);
                }
            }
        }
    }

    /// What is wrong with what was left.
    fn check(&mut self) -> Result<Option<Report>, String> {
        let told = |what: &'static str| move |error: Error| format!("{what}: {error}");
        let mut store = self.store().map_err(told("open"))?;
        if self.known.is_empty() && store.head().map_err(told("head"))?.is_none() {
            return Ok(None);
        }
        // The audit looks at the bytes of files too.
        for (name, bytes) in self.disk.files() {
            std::fs::write(name, bytes).unwrap();
        }
        let report = audit(&mut store, &mut |_, _| {}).map_err(told("audit"))?;
        if !report.faults.is_empty() {
            return Err(format!("{:?}", report.faults));
        }
        let kept: BTreeSet<u64> =
            store.notes().map_err(told("notes"))?.iter().map(|(size, _)| *size).collect();
        if !self.kept.is_subset(&kept) {
            return Err("a kept checkpoint is lost".to_owned());
        }
        let ledger =
            Ledger::open(Box::new(store), None, self.hand.clone().clock()).map_err(told("ledger"))?;
        let size = ledger.head().map_err(told("head"))?.0.size;
        if size < self.known.len() as u64 {
            return Err(format!("{} entries were acknowledged, and {size} are there", self.known.len()));
        }
        let mut entries: Vec<Entry> = Vec::new();
        let read = ledger.read(size, &mut |entry| {
            entries.push(entry);
            Ok(())
        });
        read.map_err(told("read"))?;
        let files = self.disk.files().into_values().collect::<Vec<_>>().concat();
        let there = |bytes: &[u8]| memchr::memmem::find(&files, bytes).is_some();
        for (at, (entry, known)) in entries.iter().zip(&mut self.known).enumerate() {
            let document = ledger.document(at as u64).map_err(told("document"))?;
            let whole = entry.content.as_ref() == Some(&known.content) && document == known.document;
            let gone = entry.content.is_none() && document.is_none();
            known.erased = match known.erased {
                Erased::No if whole => Erased::No,
                Erased::Perhaps if whole => Erased::No,
                Erased::Perhaps | Erased::Yes if gone => Erased::Yes,
                _ => return Err(format!("entry {at} is not what was acknowledged")),
            };
            let mark = &known.content[..known.content.len().min(33)];
            if known.erased == Erased::Yes && !known.sealed && there(mark) {
                return Err(format!("entry {at} was erased, and its content is on the disk"));
            }
        }
        // What was not acknowledged and is there counts from now on.
        for (at, entry) in (0_u64..).zip(&entries).skip(self.known.len()) {
            let document = ledger.document(at).map_err(told("document"))?;
            let content = entry.content.clone().unwrap_or_default();
            let sealed = document.is_some();
            self.known.push(Known { content, document, sealed, erased: Erased::No });
        }
        Ok(Some(report))
    }
}

/// A history with several losses; what is wrong after one of them.
fn run(seed: u64, hasty: bool) -> Result<u64, String> {
    let mut history = History::new(seed, hasty);
    let mut found = 0;
    for _ in 0..history.rng.u8(1..=4) {
        let (after, luck) = (history.rng.u64(..400), history.rng.u64(..));
        history.disk.lose_after(after, luck);
        let error = history.act().unwrap_err();
        if !history.disk.lost() {
            return Err(format!("it fails while there is power: {error}"));
        }
        history.disk.restart(luck);
        history.behind();
        // It may fail again before it is whole.
        if history.rng.bool() {
            let (after, luck) = (history.rng.u64(..12), history.rng.u64(..));
            history.disk.lose_after(after, luck);
            let opened = history.open().map(|_| ());
            if let (Err(error), false) = (&opened, history.disk.lost()) {
                return Err(format!("it does not open: {error}"));
            }
            history.disk.restart(luck);
        }
        found = history.check()?.map_or(0, |report| report.size);
    }
    Ok(found)
}

#[test]
fn what_was_acknowledged_survives_a_loss_of_power() {
    let (mut entries, mut histories) = (0, 0);
    for seed in seeds(0..150) {
        match run(seed, false) {
            Ok(size) => entries += size,
            Err(why) => panic!("seed {seed}: {why}"),
        }
        histories += 1;
    }
    println!("{histories} histories, {entries} entries");
    assert!(entries > histories, "most begin");
}

/// The disk would not be worth much if it let a store through that does not wait for it.
#[test]
fn a_store_that_does_not_wait_is_caught() {
    let caught = (0..40).filter(|seed| run(*seed, true).is_err()).count();
    assert!(caught > 20, "{caught} of 40");
}
