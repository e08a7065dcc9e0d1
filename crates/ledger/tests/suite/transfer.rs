//! Ledgers that move from one store to another.

use ledger::{
    Draft, Error, Kind, Ledger, Sqlite, Store, audit,
    entry::Row,
    seal::Key,
    store::Writing,
    transfer::{self, Copied},
};
use tlog_tiles::Hash;

use super::{Hand, Place, claims, signer, sound};

/// All that a store holds.
#[derive(Debug, PartialEq)]
struct Held {
    head: Option<String>,
    rows: Vec<Row>,
    tiles: Vec<(u8, u64, Vec<u8>)>,
    notes: Vec<(u64, String)>,
    sealed: Vec<(u64, Option<Vec<u8>>, Option<Key>)>,
}

fn held(store: &mut dyn Store) -> Held {
    let mut rows = Vec::new();
    store
        .rows(0, u64::MAX, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    let mut tiles = Vec::new();
    for level in 0..4 {
        for n in 0.. {
            let Some(hashes) = store.tile(level, n).unwrap() else { break };
            tiles.push((level, n, hashes));
        }
    }
    let sealed = rows.iter().filter(|row| row.kept.parts().0.is_none());
    let sealed: Vec<u64> = sealed.map(|row| row.seq).collect();
    let sealed =
        sealed.iter().map(|seq| (*seq, store.document(*seq).unwrap(), store.key(*seq).unwrap())).collect();
    Held { head: store.head().unwrap(), rows, tiles, notes: store.notes().unwrap(), sealed }
}

/// A ledger with a bit of everything in a file, and the way to open its store again.
fn some_ledger(count: usize) -> (tempfile::TempDir, Ledger, impl Fn() -> Box<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    let open = move || -> Box<dyn Store> { Box::new(Sqlite::open(&file).unwrap()) };
    let ledger = Ledger::begin(open(), "w", signer(), Hand::new().clock()).unwrap();
    let document = |n: usize| Draft {
        document: Some(vec![u8::try_from(n).unwrap(); 5000 * n]),
        ..Draft::open(Kind::Claim, "desk", format!("\"with {n}\"").into_bytes())
    };
    ledger.append((1..20).map(document).collect()).unwrap();
    ledger.replace_key(signer(), "desk", "the laptop was lost").unwrap();
    ledger.append(claims(0, count)).unwrap();
    ledger.append((20..25).map(document).collect()).unwrap();
    for entry in [2, 3, 40] {
        ledger.erase(entry, "desk", "consent was withdrawn", Some("desk")).unwrap();
    }
    (folder, ledger, open)
}

fn copy(from: &mut dyn Store, to: &mut dyn Store) -> Result<Copied, Error> {
    transfer::copy(from, to, &mut |_, _| {})
}

/// There and back, every leaf, tile, note, key and document is the same.
pub fn a_ledger_moves_there_and_back(place: &dyn Place) {
    let (_folder, ledger, source) = some_ledger(40_000);
    let (mut there, mut back) = (place.store(), Sqlite::in_memory().unwrap());
    let mut told = Vec::new();
    let copied =
        transfer::copy(&mut *source(), &mut *there, &mut |done, all| told.push((done, all))).unwrap();
    let (head, note) = ledger.head().unwrap();
    assert_eq!(copied, Copied { size: head.size, new: head.size, unopened: 0, checkpoint: note });
    assert!(told.is_sorted() && told.last() == Some(&(head.size, head.size)), "{told:?}");
    copy(&mut *there, &mut back).unwrap();
    let original = held(&mut *source());
    assert_eq!((original.tiles.len(), original.sealed.len(), original.notes.len()), (156, 25, 1));
    assert!(held(&mut *there) == original && held(&mut back) == original);
    for store in [&mut *source(), &mut *there, &mut back] {
        let report = audit(store, &mut |_, _| {}).unwrap();
        assert_eq!((report.faults.len(), report.sound, report.erased), (0, head.size, 3), "{report:?}");
    }
    // What came since is copied the next time, and nothing else.
    ledger.append(claims(40_000, 300)).unwrap();
    ledger.keep(&ledger.head().unwrap().1).unwrap();
    let more = copy(&mut *source(), &mut *there).unwrap();
    assert_eq!((more.size, more.new), (head.size + 300, 300));
    assert_eq!(copy(&mut *source(), &mut *there).unwrap().new, 0);
    assert!(held(&mut *there) == held(&mut *source()));
    sound(place);
}

/// A store in which something happens before a reading, or that fails at a writing.
struct Odd<'a> {
    inner: Box<dyn Store>,
    before_rows: &'a mut (dyn FnMut(u64) + Send),
    writes: usize,
}

impl Store for Odd<'_> {
    fn place(&self) -> String {
        self.inner.place()
    }
    fn head(&mut self) -> Result<Option<String>, Error> {
        self.inner.head()
    }
    fn rows(
        &mut self,
        from: u64,
        to: u64,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (self.before_rows)(from);
        self.inner.rows(from, to, take)
    }
    fn signers(&mut self, from: u64) -> Result<Vec<Row>, Error> {
        self.inner.signers(from)
    }
    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
        self.inner.leaves(from, to)
    }
    fn tile(&mut self, level: u8, n: u64) -> Result<Option<Vec<u8>>, Error> {
        self.inner.tile(level, n)
    }
    fn document(&mut self, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        self.inner.document(seq)
    }
    fn key(&mut self, seq: u64) -> Result<Option<Key>, Error> {
        self.inner.key(seq)
    }
    fn notes(&mut self) -> Result<Vec<(u64, String)>, Error> {
        self.inner.notes()
    }
    fn faults(&mut self) -> Result<Vec<String>, Error> {
        self.inner.faults()
    }
    fn write(&mut self, make: &mut dyn FnMut(&mut dyn Store) -> Result<Writing, Error>) -> Result<(), Error> {
        self.writes = self.writes.checked_sub(1).ok_or_else(|| Error::Full("here".to_owned()))?;
        self.inner.write(make)
    }
}

/// Wherever a copy stops, there is no new head, and it goes on there.
pub fn a_copy_that_was_interrupted_goes_on(place: &dyn Place) {
    let (_folder, ledger, source) = some_ledger(33_000);
    let mut before = 0;
    for writes in 0..3 {
        let mut to = Odd { inner: place.store(), before_rows: &mut |_| {}, writes };
        assert!(matches!(copy(&mut *source(), &mut to), Err(Error::Full(_))));
        assert_eq!(place.store().head().unwrap(), None);
        let rows = held(&mut *place.store()).rows.len();
        assert!(rows > before || writes == 0, "{rows}");
        before = rows;
    }
    assert!(
        Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).is_err(),
        "no other begins there"
    );
    let copied = copy(&mut *source(), &mut *place.store()).unwrap();
    assert_eq!(copied.new, copied.size - before as u64);
    assert!(held(&mut *place.store()) == held(&mut *source()));
    // The same with one that had a head: it stands until the new one does.
    let old = place.store().head().unwrap();
    ledger.append(claims(33_000, 20_000)).unwrap();
    let mut to = Odd { inner: place.store(), before_rows: &mut |_| {}, writes: 1 };
    assert!(matches!(copy(&mut *source(), &mut to), Err(Error::Full(_))));
    assert_eq!(place.store().head().unwrap(), old);
    copy(&mut *source(), &mut *place.store()).unwrap();
    assert!(held(&mut *place.store()) == held(&mut *source()));
    sound(place);
}

/// What is erased while it is copied, before it is copied or after, is in no way in the copy.
pub fn what_was_erased_meanwhile_is_erased_in_the_copy(place: &dyn Place) {
    let (_folder, ledger, source) = some_ledger(40_000);
    let mut turn = 0;
    let mut meanwhile = |from: u64| {
        if from > 0 && turn < 2 {
            // One that has been copied, one that is about to be, and something new each time.
            ledger.erase(4 + turn, "desk", "consent was withdrawn", None).unwrap();
            ledger.erase(30_000 + turn, "desk", "consent was withdrawn", None).unwrap();
            ledger.append(claims(50_000, 10)).unwrap();
            turn += 1;
        }
    };
    let mut from = Odd { inner: source(), before_rows: &mut meanwhile, writes: 0 };
    copy(&mut from, &mut *place.store()).unwrap();
    assert!(held(&mut *place.store()) == held(&mut *source()));
    assert_eq!(sound(place).erased, 7);
    // Erased when the copy was whole already: the next one takes it over.
    ledger.erase(6, "desk", "consent was withdrawn", None).unwrap();
    copy(&mut *source(), &mut *place.store()).unwrap();
    let mut copied = place.store();
    assert_eq!((copied.key(6).unwrap(), copied.document(6).unwrap()), (None, None));
    assert!(held(&mut *copied) == held(&mut *source()));
    assert_eq!(sound(place).erased, 8);
}

/// Nothing is written over another ledger, nor over one that has more; what is altered is not copied.
pub fn a_copy_into_something_else_is_refused(place: &dyn Place) {
    let (folder, _ledger, source) = some_ledger(300);
    let other = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    other.append(claims(0, 5)).unwrap();
    let was = held(&mut *place.store());
    let refused = copy(&mut *source(), &mut *place.store()).unwrap_err();
    assert!(matches!(refused, Error::Damaged(_) | Error::Refused(_)), "{refused}");
    assert!(held(&mut *place.store()) == was);
    let mut copied = Sqlite::in_memory().unwrap();
    copy(&mut *place.store(), &mut copied).unwrap();
    other.append(claims(5, 1)).unwrap();
    let fewer = copy(&mut copied, &mut *place.store()).unwrap_err().to_string();
    assert!(fewer.contains("more entries than the 6"), "{fewer}");
    let file = folder.path().join("ledger.db");
    let alter = rusqlite::Connection::open(file).unwrap();
    alter.execute("UPDATE entry SET author = 'dusk' WHERE seq = 200", []).unwrap();
    let mut fresh = Sqlite::in_memory().unwrap();
    let altered = copy(&mut *source(), &mut fresh).unwrap_err();
    assert!(matches!(&altered, Error::Damaged(damage) if damage.entry == Some(200)), "{altered}");
    assert_eq!(fresh.head().unwrap(), None);
}
