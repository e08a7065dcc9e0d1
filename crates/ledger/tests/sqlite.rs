//! The embedded store: the suite, and what goes wrong with files.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

#[macro_use]
mod suite;

use std::path::PathBuf;

use ledger::{Draft, Error, Kind, Ledger, Sqlite, Store, audit};
use suite::{Hand, Place, signer};

struct InFolder(tempfile::TempDir);

impl InFolder {
    fn new() -> InFolder {
        InFolder(tempfile::tempdir().unwrap())
    }
    fn file(&self) -> PathBuf {
        self.0.path().join("ledger.db")
    }
}

impl Place for InFolder {
    fn store(&self) -> Box<dyn Store> {
        Box::new(Sqlite::open(&self.file()).unwrap())
    }
}

macro_rules! in_folder {
    ($($case:ident),* $(,)?) => { $(
        #[test]
        fn $case() {
            suite::$case(&InFolder::new());
        }
    )* };
}

every_case!(in_folder);

fn some(count: usize) -> Vec<Draft> {
    (0..count).map(|n| Draft::open(Kind::Claim, "desk", format!("{{\"n\":{n}}}").into_bytes())).collect()
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let place = InFolder::new();
    let store = Sqlite::open(&place.file()).unwrap();
    let pages: i64 = store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.connection().pragma_update(None, "max_page_count", pages + 20).unwrap();
    let ledger = Ledger::begin(Box::new(store), "w", signer(), Hand::new().clock()).unwrap();
    let mut recorded = 1;
    let error = loop {
        match ledger.append(some(20)) {
            Ok(receipt) => recorded = receipt.size,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full(_)), "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    assert_eq!(ledger.head().unwrap().0.size, recorded);
    let report = audit(&mut *place.store(), &mut |_, _| {}).unwrap();
    assert_eq!((report.sound, report.faults.len()), (recorded, 0));
}

#[test]
fn another_program_that_does_not_finish_is_told() {
    let place = InFolder::new();
    let store = Sqlite::open(&place.file()).unwrap();
    store.connection().busy_timeout(std::time::Duration::from_millis(50)).unwrap();
    let ledger = Ledger::begin(Box::new(store), "w", signer(), Hand::new().clock()).unwrap();
    let other = Sqlite::open(&place.file()).unwrap();
    other.connection().execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(ledger.append(some(1)), Err(Error::Locked(_))));
    assert_eq!(ledger.head().unwrap().0.size, 1, "what is there can be read meanwhile");
    other.connection().execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.append(some(1)).unwrap().size, 2);
}

#[test]
fn a_file_that_may_not_be_written_is_read() {
    let (place, signer) = (InFolder::new(), signer());
    {
        let ledger = Ledger::begin(place.store(), "w", signer.clone(), Hand::new().clock()).unwrap();
        ledger.append(some(5)).unwrap();
    }
    let ledger =
        Ledger::open(Box::new(Sqlite::open_to_read(&place.file()).unwrap()), None, Hand::new().clock())
            .unwrap();
    assert_eq!(ledger.head().unwrap().0.size, 6);
    let store = Sqlite::open_to_read(&place.file()).unwrap();
    let ledger = Ledger::open(Box::new(store), Some(signer), Hand::new().clock()).unwrap();
    assert!(matches!(ledger.append(some(1)), Err(Error::ReadOnly(_))));
}

#[test]
fn what_is_no_ledger_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    std::fs::write(&file, "this is a letter, and long enough to be one: ".repeat(40)).unwrap();
    assert!(matches!(Sqlite::open(&file).map(|_| ()), Err(Error::Damaged(_))));
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t(x); PRAGMA application_id=3")
        .unwrap();
    assert!(Sqlite::open(&other).map(|_| ()).unwrap_err().to_string().contains("not a ledger"));
    assert!(matches!(
        Sqlite::open_to_read(&folder.path().join("none.db")).map(|_| ()),
        Err(Error::Missing(_))
    ));
    assert!(matches!(Sqlite::open(&folder.path().join("no/such.db")).map(|_| ()), Err(Error::Store { .. })));
}

#[test]
fn a_newer_format_is_told() {
    let place = InFolder::new();
    Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    rusqlite::Connection::open(place.file()).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(Sqlite::open(&place.file()).map(|_| ()), Err(Error::Newer { found: 2, known: 1 })));
}
