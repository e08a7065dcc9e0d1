//! What every store must do: the same cases run on each.
//!
//! Invariant: a case knows nothing of the store that it runs on, but how to get one and how to get the same one again.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

mod transfer;

#[allow(unused_imports, reason = "likewise")]
pub use transfer::{
    a_copy_into_something_else_is_refused, a_copy_that_was_interrupted_goes_on,
    a_ledger_moves_there_and_back, what_was_erased_meanwhile_is_erased_in_the_copy,
};

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use ledger::{Clock, Draft, Error, Kind, Ledger, Signer, Store, audit};
use model::Instant;

/// Gives the name of every case to a macro.
#[allow(unused_macros, reason = "not all who need something of this need every case")]
macro_rules! every_case {
    ($take:ident) => {
        $take!(
            what_is_recorded_stays,
            a_batch_is_whole_or_not_at_all,
            who_comes_second_is_told,
            a_clock_that_goes_back_is_told,
            what_is_erased_leaves_its_leaf,
            keys_take_turns,
            many_writers_lose_nothing,
            an_audit_beside_a_writer_finds_nothing,
            a_checkpoint_of_something_else_is_refused,
            a_ledger_moves_there_and_back,
            a_copy_that_was_interrupted_goes_on,
            what_was_erased_meanwhile_is_erased_in_the_copy,
            a_copy_into_something_else_is_refused,
        );
    };
}

/// Where a case keeps its ledger.
pub trait Place {
    /// The store, opened; the same one each time.
    fn store(&self) -> Box<dyn Store>;
}

/// A clock that goes a second further each time it is asked, and can be set.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    pub fn new() -> Hand {
        Hand(Arc::new(AtomicI64::new(1_763_000_000_000_000)))
    }
    pub fn clock(&self) -> Clock {
        let hand = Arc::clone(&self.0);
        Arc::new(move || Instant(hand.fetch_add(1_000_000, Ordering::SeqCst)))
    }
    pub fn back(&self, seconds: i64) {
        self.0.fetch_sub(seconds * 1_000_000, Ordering::SeqCst);
    }
}

pub fn signer() -> Signer {
    Signer::generate("a-watch-1f2e").unwrap()
}

fn claims(from: usize, count: usize) -> Vec<Draft> {
    let claim = |n| format!("{{\"id\":\"c{n}\",\"act\":\"fire\"}}").into_bytes();
    (from..from + count).map(|n| Draft::open(Kind::Claim, "desk", claim(n))).collect()
}

fn contents(ledger: &Ledger, size: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
    let mut read = Vec::new();
    ledger.read(size, &mut |entry| {
        read.push(entry.content);
        Ok(())
    })?;
    Ok(read)
}

fn sound(place: &dyn Place) -> ledger::Report {
    let report = audit(&mut *place.store(), &mut |_, _| {}).unwrap();
    assert_eq!(report.faults, [], "{report:?}");
    report
}

/// What is recorded is read back, by others too, and proved.
pub fn what_is_recorded_stays(place: &dyn Place) {
    let (hand, signer) = (Hand::new(), signer());
    let one = Ledger::begin(place.store(), "a-watch-1f2e", signer.clone(), hand.clone().clock()).unwrap();
    let two = Ledger::begin(place.store(), "another", signer.clone(), hand.clock()).unwrap();
    assert_eq!(one.trust().unwrap(), two.trust().unwrap(), "the second finds the first's");
    let mut all = 1;
    for (turn, count) in [1, 255, 3, 700, 1, 66_000].into_iter().enumerate() {
        let writer = if turn % 2 == 0 { &one } else { &two };
        let receipt = writer.append(claims(all, count)).unwrap();
        assert_eq!(receipt.first, all as u64);
        all += count;
        assert_eq!(receipt.size, all as u64);
        assert_eq!(one.head().unwrap(), two.head().unwrap());
        assert_eq!(two.head().unwrap().1, receipt.checkpoint);
    }
    let read = contents(&two, all as u64).unwrap();
    assert_eq!(read.len(), all);
    assert_eq!(read[777].as_deref(), Some(&b"{\"id\":\"c777\",\"act\":\"fire\"}"[..]));
    assert_eq!(contents(&two, 300).unwrap()[..], read[..300], "as it was recorded at 300");
    let head = two.head().unwrap().0;
    for n in [0, 255, 256, 66_000, all as u64 - 1] {
        let leaf = tlog_tiles::record_hash(&two.leaf(n).unwrap().0);
        let proof = two.inclusion(head.size, n).unwrap();
        tlog_tiles::check_record(&proof, head.size, head.root, n, leaf).unwrap();
        let old = two.root_at(n + 1).unwrap();
        let proof = one.consistency(n + 1, head.size).unwrap();
        tlog_tiles::check_tree(&proof, head.size, head.root, n + 1, old).unwrap();
    }
    assert!(matches!(contents(&two, all as u64 + 1), Err(Error::NoEntry { .. })));
    let reader = Ledger::open(place.store(), None, Hand::new().clock()).unwrap();
    assert_eq!(reader.head().unwrap(), one.head().unwrap());
    assert!(matches!(reader.append(claims(0, 1)), Err(Error::Key(_))), "without a key it can be read alone");
    let report = sound(place);
    assert_eq!((report.size, report.sound), (all as u64, all as u64));
}

/// Nothing of a batch is recorded where one of it may not be.
pub fn a_batch_is_whole_or_not_at_all(place: &dyn Place) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    let mut batch = claims(0, 3);
    batch[1].by = "two\nlines".to_owned();
    assert!(matches!(ledger.append(batch), Err(Error::Refused(_))));
    let mut batch = claims(0, 3);
    batch[2].kind = Kind::Key;
    assert!(matches!(ledger.append(batch), Err(Error::Refused(_))));
    let mut batch = claims(0, 3);
    batch[0].content = vec![b'x'; ledger::entry::CONTENT_BYTES_MAX + 1];
    assert!(matches!(ledger.append(batch), Err(Error::Refused(_))));
    assert_eq!(ledger.head().unwrap().0.size, 1);
}

/// What is recorded after a certain entry is recorded only if nobody was faster.
pub fn who_comes_second_is_told(place: &dyn Place) {
    let (signer, hand) = (signer(), Hand::new());
    let one = Ledger::begin(place.store(), "w", signer.clone(), hand.clock()).unwrap();
    let two = Ledger::open(place.store(), Some(signer), hand.clock()).unwrap();
    assert_eq!(one.append_after(1, &claims(0, 2)).unwrap().size, 3);
    assert!(matches!(two.append_after(1, &claims(2, 2)), Err(Error::Moved(3))));
    assert_eq!(two.append_after(3, &claims(2, 2)).unwrap().size, 5);
    sound(place);
}

/// A clock that is far behind the last entry is an error; one that is a little behind is not.
pub fn a_clock_that_goes_back_is_told(place: &dyn Place) {
    let hand = Hand::new();
    let ledger = Ledger::begin(place.store(), "w", signer(), hand.clock()).unwrap();
    ledger.append(claims(0, 1)).unwrap();
    hand.back(2);
    ledger.append(claims(1, 1)).unwrap();
    hand.back(3600);
    match ledger.append(claims(2, 1)) {
        Err(Error::Clock { entry, clock, recorded }) => assert!(entry == 2 && clock < recorded),
        other => panic!("{other:?}"),
    }
    assert_eq!(ledger.head().unwrap().0.size, 3);
    hand.back(-3700);
    ledger.append(claims(2, 1)).unwrap();
    sound(place);
}

/// What is sealed is read with its key; what is erased is gone, its leaf and proof stay, and an entry says so.
pub fn what_is_erased_leaves_its_leaf(place: &dyn Place) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    let bytes = b"a statement, signed".repeat(1000);
    let digest: String = {
        use sha2::Digest as _;
        sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let said = ledger::DocumentOf {
        sha256: digest,
        bytes: bytes.len() as u64,
        name: "statement.txt".to_owned(),
        media: None,
        url: None,
    };
    let document = Draft {
        sealed: true,
        document: Some(bytes.clone()),
        ..Draft::open(Kind::Document, "desk", serde_json::to_vec(&said).unwrap())
    };
    let testimony = Draft { sealed: true, ..Draft::open(Kind::Claim, "desk", b"\"seen by one\"".to_vec()) };
    let open = Draft::open(Kind::Claim, "desk", b"\"public\"".to_vec());
    ledger.append(vec![document, testimony, open]).unwrap();
    assert_eq!(ledger.document(1).unwrap(), Some(bytes));
    assert_eq!(ledger.entry(2).unwrap().content.as_deref(), Some(&b"\"seen by one\""[..]));
    assert_eq!(sound(place).documents, 1);
    let before = ledger.leaf(2).unwrap().0;
    for seq in 1..=3 {
        ledger.erase(seq, "desk", "consent was withdrawn", None).unwrap();
        assert_eq!(ledger.entry(seq).unwrap().content, None);
    }
    assert_eq!(ledger.document(1).unwrap(), None);
    assert_eq!(ledger.leaf(2).unwrap(), (before, None));
    assert!(matches!(ledger.erase(1, "desk", "again", None), Err(Error::Refused(_))));
    assert!(matches!(ledger.erase(0, "desk", "no", None), Err(Error::Refused(_))));
    assert!(matches!(ledger.erase(99, "desk", "no", None), Err(Error::NoEntry { asked: 99, size: 7 })));
    let report = sound(place);
    assert_eq!((report.erased, report.documents, report.sound), (3, 0, 7));
    assert!(contents(&ledger, 7).unwrap()[1..4].iter().all(Option::is_none));
}

/// Keys take each other's place; who trusts the first can follow, and the old one signs no more.
pub fn keys_take_turns(place: &dyn Place) {
    let (first, second, hand) = (signer(), signer(), Hand::new());
    let ledger = Ledger::begin(place.store(), "w", first.clone(), hand.clock()).unwrap();
    let other = Ledger::open(place.store(), Some(first.clone()), hand.clock()).unwrap();
    ledger.append(claims(0, 1)).unwrap();
    let turned = ledger.replace_key(second.clone(), "desk", "the laptop was lost").unwrap();
    ledger.append(claims(1, 1)).unwrap();
    assert!(matches!(other.append(claims(2, 1)), Err(Error::Key(_))), "the old key signs no more");
    let trust = other.trust().unwrap();
    assert_eq!(trust.keys, [(0, first.public), (2, second.public.clone())]);
    assert_eq!(ledger.kept().unwrap(), [(3, turned.checkpoint.clone())]);
    // The checkpoint of the change carries both signatures; without the old one it is not followed.
    let lines: Vec<&str> = turned.checkpoint.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with('—')).count(), 2);
    for missing in [4, 5] {
        let mut lines = lines.clone();
        lines.remove(missing);
        assert!(trust.check(&(lines.join("\n") + "\n")).is_err());
    }
    assert_eq!(sound(place).checkpoints, 2);
}

/// Threads and openings that write at one time lose nothing.
pub fn many_writers_lose_nothing(place: &dyn Place) {
    let (signer, hand) = (signer(), Hand::new());
    Ledger::begin(place.store(), "w", signer.clone(), hand.clock()).unwrap();
    let mut receipts: Vec<ledger::Receipt> = std::thread::scope(|scope| {
        let (signer, hand) = (&signer, &hand);
        let openings = (0..3).map(|_| place.store()).collect::<Vec<_>>();
        let writers = openings.into_iter().map(|store| {
            scope.spawn(move || {
                let ledger = Ledger::open(store, Some(signer.clone()), hand.clock()).unwrap();
                std::thread::scope(|scope| {
                    let writers: Vec<_> = (0..4)
                        .map(|_| {
                            let ledger = &ledger;
                            let record = |n| ledger.append(claims(n, 1 + n % 3)).unwrap();
                            scope.spawn(move || (0..20).map(record).collect::<Vec<_>>())
                        })
                        .collect();
                    writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
                })
            })
        });
        writers.collect::<Vec<_>>().into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    receipts.sort_by_key(|receipt| receipt.first);
    assert_eq!(receipts.len(), 240);
    // What n claims each one recorded stands where it was told.
    let report = sound(place);
    assert_eq!(report.size, 1 + 3 * 4 * (0..20).map(|n| 1 + n % 3).sum::<u64>());
    assert!(receipts.windows(2).all(|pair| pair[0].first < pair[1].first));
}

/// An audit looks at one moment, whatever others record and erase meanwhile.
pub fn an_audit_beside_a_writer_finds_nothing(place: &dyn Place) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    let done = AtomicI64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                if done.load(Ordering::SeqCst) > 0 {
                    break;
                }
                let drafts = claims(0, 40).into_iter().map(|draft| Draft { sealed: turn % 3 == 0, ..draft });
                let first = ledger.append(drafts.collect()).unwrap().first;
                ledger.erase(first, "desk", "withdrawn", None).unwrap();
            }
        });
        let mut sizes = std::collections::BTreeSet::new();
        let mut faults = Vec::new();
        while sizes.len() < 30 && faults.is_empty() {
            let report = audit(&mut *place.store(), &mut |_, _| {}).unwrap();
            faults = report.faults;
            sizes.insert(report.size);
        }
        done.store(1, Ordering::SeqCst);
        assert_eq!(faults, []);
    });
}

/// A checkpoint of other entries is not kept.
pub fn a_checkpoint_of_something_else_is_refused(place: &dyn Place) {
    let (signer, hand) = (signer(), Hand::new());
    let ledger = Ledger::begin(place.store(), "w", signer.clone(), hand.clock()).unwrap();
    let memory = || Box::new(ledger::Sqlite::in_memory().unwrap());
    let forked = Ledger::begin(memory(), "w", signer, hand.clock()).unwrap();
    ledger.append(claims(0, 2)).unwrap();
    let other = forked.append(claims(5, 2)).unwrap().checkpoint;
    assert!(matches!(ledger.keep(&other), Err(Error::Damaged(_))));
    let own = ledger.head().unwrap().1;
    ledger.append(claims(2, 2)).unwrap();
    ledger.keep(&own).unwrap();
    assert_eq!(ledger.kept().unwrap(), [(3, own)]);
    assert_eq!(sound(place).checkpoints, 2);
}
