//! Single bits of the files of a ledger, flipped: each is found and told where, or stood where nothing stands.
//!
//! Invariant: what is not found changes nothing: every entry, document, key and checkpoint reads as before.
//!
//! `TRUCEWATCH_FLIPS=10000 cargo test --release -p trucewatch-ledger --test flips -- --nocapture` flips more.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

#[expect(dead_code, reason = "the suite's cases run elsewhere")]
mod suite;

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use fastrand::Rng;
use ledger::{Clock, DocumentOf, Draft, Error, Kind, Ledger, Signer, Sqlite, Store as _, audit};
use suite::Hand;

const FILES: [&str; 4] = ["ledger.db", "ledger.keys", "ledger.head", "ledger.db-wal"];

#[allow(clippy::disallowed_methods, reason = "how many are flipped is no part of a verdict")]
fn flips(usual: usize) -> usize {
    std::env::var("TRUCEWATCH_FLIPS").map_or(usual, |text| text.parse().unwrap())
}

struct Case {
    folder: tempfile::TempDir,
    signer: Signer,
    clock: Clock,
}

impl Case {
    fn new() -> Case {
        Case { folder: tempfile::tempdir().unwrap(), signer: suite::signer(), clock: Hand::new().clock() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> Ledger {
        let store = Sqlite::open(&self.file("ledger.db")).unwrap();
        Ledger::begin(Box::new(store), "w", self.signer.clone(), self.clock.clone()).unwrap()
    }
}

fn drafts(rng: &mut Rng, count: usize) -> Vec<Draft> {
    let draft = |_| {
        let long = if rng.u8(..40) == 0 { 9000 } else { rng.usize(..500) };
        let text: String = std::iter::repeat_with(|| rng.alphanumeric()).take(long).collect();
        let content = format!("{{\"act\":\"fire\",\"text\":\"{text}\"}}").into_bytes();
        match rng.u8(..16) {
            0 => {
                let long = rng.usize(..9000);
                let bytes: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(long).collect();
                let sha256: String = {
                    use sha2::Digest as _;
                    sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
                };
                let (name, long) = ("statement.txt".to_owned(), bytes.len() as u64);
                let said = DocumentOf { sha256, bytes: long, name, media: None, url: None };
                let content = serde_json::to_vec(&said).unwrap();
                Draft { sealed: true, document: Some(bytes), ..Draft::open(Kind::Document, "desk", content) }
            }
            1 | 2 => Draft { sealed: true, ..Draft::open(Kind::Claim, "desk", content) },
            _ => Draft::open(Kind::Claim, "desk", content),
        }
    };
    (0..count).map(draft).collect()
}

/// A ledger with something of everything, closed.
fn made(entries: usize) -> Case {
    let (mut case, mut rng) = (Case::new(), Rng::with_seed(7));
    let ledger = case.open();
    let mut size = 1;
    while size < entries {
        let count = rng.usize(1..60);
        size = usize::try_from(ledger.append(drafts(&mut rng, count)).unwrap().size).unwrap();
        if rng.u8(..10) == 0 {
            ledger.keep(&ledger.head().unwrap().1).unwrap();
        }
        if rng.u8(..4) == 0 {
            // What was erased before, or is an erasure, is refused.
            let _ = ledger.erase(rng.u64(1..size as u64), "desk", "withdrawn", None);
        }
        if size > entries / 2 && ledger.trust().unwrap().keys.len() == 1 {
            let next = suite::signer();
            ledger.replace_key(next.clone(), "desk", "the laptop was lost").unwrap();
            case.signer = next;
        }
    }
    drop(ledger);
    assert!(!case.file("ledger.db-wal").exists(), "it is closed");
    case
}

/// What an audit says of it; an error where it cannot be opened.
fn audited(file: &Path) -> Result<Vec<String>, Error> {
    let mut store = Sqlite::open_to_read(file)?;
    let report = audit(&mut store, &mut |_, _| {})?;
    Ok(report.faults.iter().map(ToString::to_string).collect())
}

/// All that can be read of it.
fn all(file: &Path) -> Result<Vec<String>, Error> {
    let mut store = Sqlite::open_to_read(file)?;
    let mut rows = Vec::new();
    store.rows(0, u64::MAX >> 1, &mut |row| {
        rows.push(row);
        Ok(())
    })?;
    let mut read = vec![format!("{:?} {:?}", store.head()?, store.notes()?)];
    for row in rows {
        read.push(format!("{row:?} {:?} {:?}", store.key(row.seq)?, store.document(row.seq)?));
    }
    for (level, n) in (0..20).map(|n| (0, n)).chain([(1, 0)]) {
        read.push(format!("{:?}", store.tile(level, n)?));
    }
    Ok(read)
}

fn flip(file: &Path, bit: u64) {
    let mut file = OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(bit / 8)).unwrap();
    file.read_exact(&mut byte).unwrap();
    byte[0] ^= 1 << (bit % 8);
    file.seek(SeekFrom::Start(bit / 8)).unwrap();
    file.write_all(&byte).unwrap();
}

/// How a fault says where it is.
fn placed(fault: &str) -> &'static str {
    let kinds = [
        "entry ",
        "tile ",
        "checkpoint",
        "page ",
        "Tree ",
        "tree ",
        "index",
        "entries",
        "Freelist",
        "tables",
        "head",
    ];
    kinds.into_iter().find(|kind| fault.contains(kind)).unwrap_or_default()
}

#[test]
fn a_flipped_bit_is_found_or_stood_for_nothing() {
    let case = made(3000);
    let ledger = case.file("ledger.db");
    assert_eq!(audited(&ledger).unwrap(), [""; 0], "the file is sound before");
    let before = all(&ledger).unwrap();
    let mut rng = Rng::with_seed(11);
    let mut tally: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for name in ["ledger.db", "ledger.keys"] {
        let file = case.file(name);
        let bytes = std::fs::read(&file).unwrap();
        let count = if name == "ledger.db" { flips(250) } else { flips(250) / 5 };
        for _ in 0..count {
            let bit = rng.u64(..bytes.len() as u64 * 8);
            flip(&file, bit);
            let outcome = match audited(&ledger) {
                Err(error) => {
                    println!("{name}: bit {bit} (page {}): {error}", bit / 8 / 4096 + 1);
                    format!("refused: {}", error.to_string().rsplit(": ").next().unwrap())
                }
                Ok(faults) if faults.is_empty() => {
                    assert_eq!(
                        all(&ledger).unwrap(),
                        before,
                        "{name}: bit {bit} changes something, and is not found"
                    );
                    "meant nothing".to_owned()
                }
                Ok(faults) => {
                    assert!(
                        faults.iter().any(|fault| !placed(fault).is_empty()),
                        "{name}: bit {bit}: {faults:?}"
                    );
                    format!("found at {}", placed(&faults[0]))
                }
            };
            if outcome == "meant nothing" {
                println!("{name}: byte {} of page {} means nothing", bit / 8 % 4096, bit / 8 / 4096 + 1);
            }
            *tally.entry((name, outcome)).or_default() += 1;
            flip(&file, bit);
        }
        assert!(std::fs::read(&file).unwrap() == bytes, "looking at it changes nothing");
        let nothing = tally.get(&(name, "meant nothing".to_owned())).copied().unwrap_or_default();
        assert!(nothing * 200 < count.max(200), "{name}: {nothing} of {count} mean nothing");
    }
    for ((name, outcome), count) in &tally {
        println!("{name}: {count} {outcome}");
    }
}

#[test]
fn the_head_of_the_file_holds_little_that_means_nothing() {
    let case = made(300);
    let file = case.file("ledger.db");
    let unfound: Vec<u64> = (0..800)
        .filter(|bit| {
            flip(&file, *bit);
            let found = audited(&file).map_or(true, |faults| !faults.is_empty());
            flip(&file, *bit);
            !found
        })
        .collect();
    println!("{unfound:?}");
    // How often the tables were changed, and the version of SQLite that wrote last.
    assert!(unfound.iter().all(|bit| matches!(bit / 8, 42..44 | 97..100)), "{unfound:?}");
    assert!(unfound.len() <= 12 + 20, "{unfound:?}");
}

/// A log of writes left by a program that was stopped: a bit flipped there makes SQLite forget all that follows it. The checkpoint
/// that is kept apart tells.
#[test]
fn a_flipped_bit_in_the_log_of_writes_takes_nothing_in_silence() {
    // None of it is in the file yet; all of it is; all is, and it was begun anew since.
    // SQLite takes it over into the file at a thousand pages.
    for (long, more) in [(2_000_000, 0), (4_120_000, 0), (4_120_000, 3)] {
        let (case, mut rng) = (Case::new(), Rng::with_seed(5));
        let ledger = case.open();
        while std::fs::metadata(case.file("ledger.db-wal")).unwrap().len() < long {
            ledger.append(drafts(&mut rng, 40)).unwrap();
        }
        for _ in 0..more {
            ledger.append(drafts(&mut rng, 5)).unwrap();
        }
        let size = ledger.head().unwrap().0.size;
        let left = FILES.map(|name| (name, std::fs::read(case.file(name)).unwrap()));
        let (told, nothing) = flipped_in_log(&case, size, &left, &mut rng);
        println!("a log of {long} bytes and {more} writings: {told} told, {nothing} meant nothing");
        assert!(told > 0);
    }
}

fn flipped_in_log(case: &Case, size: u64, left: &[(&str, Vec<u8>); 4], rng: &mut Rng) -> (usize, usize) {
    let again = Case { signer: case.signer.clone(), ..Case::new() };
    let lay = |without: &str| {
        let _ = std::fs::remove_file(again.file("ledger.db-shm"));
        for (name, bytes) in left {
            let _ = std::fs::remove_file(again.file(name));
            if *name != without {
                File::create(again.file(name)).unwrap().write_all(bytes).unwrap();
            }
        }
    };
    let opened = || {
        let store = Sqlite::open(&again.file("ledger.db"))?;
        Ledger::open(Box::new(store), Some(again.signer.clone()), again.clock.clone())
    };
    for without in ["", "ledger.head"] {
        lay(without);
        assert_eq!(
            opened().unwrap().head().unwrap().0.size,
            size,
            "nothing is lost where nothing is flipped"
        );
    }
    let log = left[3].1.len() as u64 * 8;
    let (mut told, mut nothing) = (0, 0);
    for turn in 0..flips(20) / 5 {
        let bit = if turn == 0 { 3 } else { rng.u64(..log) };
        lay("");
        flip(&again.file("ledger.db-wal"), bit);
        // Reading changes nothing; opening to write lets SQLite take what it takes.
        let faults = audited(&again.file("ledger.db"));
        match opened() {
            Ok(ledger) => {
                assert_eq!(ledger.head().unwrap().0.size, size, "bit {bit}: entries are gone");
                drop(ledger);
                let after = audited(&again.file("ledger.db")).unwrap();
                assert_eq!((faults.unwrap(), after), (vec![], vec![]), "bit {bit}");
                nothing += 1;
            }
            Err(error) => {
                assert!(matches!(error, Error::Damaged(_)), "bit {bit}: {error}");
                assert!(faults.map_or(true, |faults| !faults.is_empty()), "bit {bit}: {error}");
                told += 1;
            }
        }
    }
    (told, nothing)
}

/// An older copy put in the place of the log is told; a checkpoint apart that is behind, cut short or missing is harmless.
#[test]
fn the_checkpoint_apart_tells_what_is_missing_and_nothing_else() {
    let case = Case::new();
    let mut rng = Rng::with_seed(3);
    let mut ledger = case.open();
    ledger.append(drafts(&mut rng, 30)).unwrap();
    drop(ledger);
    let older: Vec<Vec<u8>> = FILES[..3].iter().map(|name| std::fs::read(case.file(name)).unwrap()).collect();
    ledger = case.open();
    ledger.append(drafts(&mut rng, 30)).unwrap();
    drop(ledger);
    let newer = std::fs::read(case.file("ledger.head")).unwrap();
    let open = || {
        let store = Sqlite::open_to_read(&case.file("ledger.db"))?;
        Ledger::open(Box::new(store), None, case.clock.clone()).map(|ledger| ledger.head().unwrap().0.size)
    };
    for note in
        [&older[2], &newer[..20].to_vec(), &newer[..newer.len() - 9].to_vec(), &vec![0; 200], &Vec::new()]
    {
        std::fs::write(case.file("ledger.head"), note).unwrap();
        assert_eq!(open().unwrap(), 61);
        assert_eq!(audited(&case.file("ledger.db")).unwrap(), [""; 0]);
    }
    std::fs::write(case.file("ledger.head"), &newer).unwrap();
    std::fs::write(case.file("ledger.db"), &older[0]).unwrap();
    let error = open().unwrap_err().to_string();
    assert!(error.contains("entry 31: it is missing") && error.contains("vouches for 61"), "{error}");
    assert!(audited(&case.file("ledger.db")).unwrap()[0].contains("entry 31"));
    // As many entries again, and others: the log was forked.
    std::fs::remove_file(case.file("ledger.head")).unwrap();
    drop(case.open().append(drafts(&mut rng, 40)).unwrap());
    std::fs::write(case.file("ledger.head"), &newer).unwrap();
    assert!(open().unwrap_err().to_string().contains("written anew"));
    assert!(audited(&case.file("ledger.db")).unwrap()[0].contains("written anew"));
    // Nothing but it is left.
    std::fs::remove_file(case.file("ledger.db")).unwrap();
    let store = Sqlite::open(&case.file("ledger.db")).unwrap();
    let begun = Ledger::begin(Box::new(store), "w", case.signer.clone(), case.clock.clone());
    assert!(begun.map(|_| ()).unwrap_err().to_string().contains("entry 0: it is missing"));
}
