//! A witness: what it cosigns, what it refuses and why, and what it keeps.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use ledger::{
    Clock, Cosigner, Draft, Kind, Ledger, Refusal, Request, Signer, Sqlite, Witness, WitnessKey,
    request::AddCheckpoint, witness::answer_all,
};
use model::Instant;
use proptest::prelude::*;
use tlog_tiles::{Checkpoint, EMPTY_HASH, Hash, record_hash};

fn clock() -> Clock {
    let hand = AtomicI64::new(1_763_000_000_000_000);
    Arc::new(move || Instant(hand.fetch_add(1_000_000, Ordering::SeqCst)))
}

fn witness() -> Witness {
    Witness::in_memory(Cosigner::generate("party.example").unwrap(), clock()).unwrap()
}

fn key_of(witness: &Witness) -> WitnessKey {
    WitnessKey::new(&witness.public()).unwrap()
}

fn ledger_of(signer: &Signer, claims: usize) -> Ledger {
    let store = Box::new(Sqlite::in_memory().unwrap());
    let ledger = Ledger::begin(store, "truce", signer.clone(), clock()).unwrap();
    grow(&ledger, 0, claims);
    ledger
}

fn grow(ledger: &Ledger, from: usize, count: usize) {
    let claim = |n| Draft::open(Kind::Claim, "desk", format!("{{\"n\":{n}}}").into_bytes());
    if count > 0 {
        ledger.append((from..from + count).map(claim).collect()).unwrap();
    }
}

fn asked(witness: &mut Witness, requests: &[Request]) -> (String, Option<Refusal>) {
    // By way of the text, as it goes over a wire or in a file.
    let text: String = requests.iter().map(Request::to_string).collect();
    let read = Request::all(&text).unwrap();
    assert_eq!(read, requests);
    answer_all(witness, &read).unwrap()
}

#[test]
fn a_log_that_grows_is_cosigned() {
    let (signer, mut witness) = (Signer::generate("truce").unwrap(), witness());
    let key = key_of(&witness);
    let ledger = ledger_of(&signer, 4);
    let first = ledger.requests(0).unwrap();
    assert!(matches!(asked(&mut witness, &first).1, Some(Refusal::Unknown(log)) if log == "truce"));
    witness.trust("truce", &signer.public, None).unwrap();
    let mut since = 0;
    for count in [0, 0, 1, 300, 7] {
        grow(&ledger, 4, count);
        let (answer, refusal) = asked(&mut witness, &ledger.requests(since).unwrap());
        assert_eq!(refusal, None);
        // More is recorded before the answer comes back.
        grow(&ledger, 9, 2);
        let added = ledger.add_cosignatures(&answer, std::slice::from_ref(&key)).unwrap();
        assert_eq!((added.kept.len(), added.unknown, added.wrong.len()), (1, 0, 0), "{added:?}");
        since = added.kept[0].size;
    }
    let logs = witness.logs().unwrap();
    assert_eq!(logs[0].last.unwrap().0, ledger_head_at(&ledger, since));
    assert_eq!((logs[0].checkpoints, logs[0].contrary.len()), (5, 0));
    assert_eq!(ledger.cosignatures(&[key]).unwrap().len(), 5);
}

fn ledger_head_at(ledger: &Ledger, size: u64) -> ledger::Head {
    ledger::Head { size, root: ledger.root_at(size).unwrap() }
}

#[test]
fn cosignatures_of_several_witnesses_stay() {
    let signer = Signer::generate("truce").unwrap();
    let ledger = ledger_of(&signer, 4);
    let mut witnesses = [witness(), witness(), witness()];
    let keys: Vec<WitnessKey> = witnesses.iter().map(key_of).collect();
    let request = ledger.requests(0).unwrap();
    for (turn, witness) in witnesses.iter_mut().enumerate() {
        witness.trust("truce", &signer.public, None).unwrap();
        let (answer, _) = asked(witness, &request);
        assert_eq!(ledger.add_cosignatures(&answer, &keys[..turn]).unwrap().unknown, 1, "not known yet");
        for _ in 0..2 {
            assert_eq!(ledger.add_cosignatures(&answer, &keys).unwrap().kept.len(), 1);
        }
        // What is kept anew, without cosignatures, loses none.
        ledger.keep(&ledger.head().unwrap().1).unwrap();
        assert_eq!(ledger.cosignatures(&keys).unwrap().len(), turn + 1);
    }
    let kept = ledger.kept().unwrap();
    assert_eq!((kept.len(), kept[0].1.lines().filter(|line| line.starts_with('—')).count()), (1, 4));
    let other = ledger_of(&signer, 4).requests(0).unwrap();
    let mut fresh = Witness::in_memory(Cosigner::generate("other").unwrap(), clock()).unwrap();
    fresh.trust("truce", &signer.public, None).unwrap();
    let (answer, _) = asked(&mut fresh, &other);
    let added = ledger.add_cosignatures(&answer, &[key_of(&fresh)]).unwrap();
    assert_eq!((added.kept.len(), added.wrong.len()), (0, 1), "it is on another ledger's checkpoint");
}

#[test]
fn a_log_that_shrank_or_was_rewritten_is_refused() {
    let (signer, mut witness) = (Signer::generate("truce").unwrap(), witness());
    witness.trust("truce", &signer.public, None).unwrap();
    let (ledger, older) = (ledger_of(&signer, 9), ledger_of(&signer, 4));
    let rewritten = ledger_of(&signer, 20);
    assert_eq!(asked(&mut witness, &ledger.requests(0).unwrap()).1, None);
    // Shrunk, or an old copy.
    let refusal = asked(&mut witness, &older.requests(0).unwrap()).1.unwrap();
    assert!(matches!(&refusal, Refusal::Conflict { size: 10, why } if why.contains("shrunk")), "{refusal}");
    assert_eq!((refusal.status(), refusal.body().as_str()), (409, "10\n"));
    assert!(older.requests(10).unwrap_err().to_string().contains("old copy"));
    // Rewritten: no proof can show that it only grew. That is kept, and is no fork by itself.
    let refusal = asked(&mut witness, &rewritten.requests(10).unwrap()).1.unwrap();
    assert!(matches!(&refusal, Refusal::Unproven(_)) && refusal.status() == 422, "{refusal}");
    let known = &witness.logs().unwrap()[0];
    assert_eq!((known.contrary.len(), known.forked()), (1, false));
    assert_eq!(known.contrary[0].note, rewritten.head().unwrap().1);
    // The log that it cosigned goes on.
    grow(&ledger, 9, 5);
    assert_eq!(asked(&mut witness, &ledger.requests(10).unwrap()).1, None);
    // Another of 21 entries shows that the log signed two that differ.
    grow(&ledger, 14, 6);
    let refusal = asked(&mut witness, &ledger.requests(15).unwrap()).1.unwrap();
    assert!(refusal.to_string().contains("has forked"), "{refusal}");
    assert!(witness.logs().unwrap()[0].forked());
}

#[test]
fn a_fork_is_refused_for_good_and_its_evidence_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, cosigner) = (folder.path().join("witness.db"), Cosigner::generate("party.example").unwrap());
    let open = || Witness::open(&file, cosigner.clone(), clock()).unwrap();
    let signer = Signer::generate("truce").unwrap();
    let (one, two) = (ledger_of(&signer, 9), ledger_of(&signer, 9));
    let (ours, theirs) = (one.head().unwrap().1, two.head().unwrap().1);
    assert_ne!(ours, theirs);
    open().trust("truce", &signer.public, None).unwrap();
    assert_eq!(asked(&mut open(), &one.requests(0).unwrap()).1, None);
    // Shown as a first, as the next, and as an old one: each time it is told.
    let refusal = asked(&mut open(), &two.requests(0).unwrap()).1.unwrap();
    assert!(
        matches!(&refusal, Refusal::Conflict { size: 10, why } if why.contains("has forked")),
        "{refusal}"
    );
    let refusal = asked(&mut open(), &two.requests(10).unwrap()).1.unwrap();
    assert!(matches!(&refusal, Refusal::Conflict { size: 10, .. }), "{refusal}");
    let known = open().logs().unwrap().remove(0);
    assert!(known.forked());
    assert_eq!(known.contrary.len(), 1);
    assert_eq!((&known.contrary[0].note, known.contrary[0].other.as_ref()), (&theirs, Some(&ours)));
    // Nothing more of it is cosigned, on neither side.
    grow(&one, 9, 3);
    let refusal = asked(&mut open(), &one.requests(10).unwrap()).1.unwrap();
    assert!(matches!(&refusal, Refusal::Forbidden(why) if why.contains("has forked before")), "{refusal}");
    assert_eq!(open().logs().unwrap()[0].last.unwrap().0.size, 10);
}

#[test]
fn an_old_fork_is_told_by_what_was_cosigned_then() {
    let (signer, mut witness) = (Signer::generate("truce").unwrap(), witness());
    witness.trust("truce", &signer.public, None).unwrap();
    let (one, two) = (ledger_of(&signer, 4), ledger_of(&signer, 4));
    asked(&mut witness, &one.requests(0).unwrap());
    grow(&one, 4, 50);
    assert_eq!(asked(&mut witness, &one.requests(5).unwrap()).1, None);
    let refusal = asked(&mut witness, &two.requests(0).unwrap()).1.unwrap();
    assert!(
        matches!(&refusal, Refusal::Conflict { size: 55, why } if why.contains("has forked")),
        "{refusal}"
    );
}

#[test]
fn a_witness_follows_the_keys_of_a_log() {
    let [first, second, third] = [(); 3].map(|()| Signer::generate("truce").unwrap());
    let (mut faithful, mut late) = (witness(), witness());
    faithful.trust("truce", &first.public, None).unwrap();
    let ledger = ledger_of(&first, 4);
    assert_eq!(asked(&mut faithful, &ledger.requests(0).unwrap()).1, None);
    grow(&ledger, 4, 2);
    ledger.replace_key(second.clone(), "desk", "the laptop was lost,\nor stolen").unwrap();
    grow(&ledger, 6, 3);
    ledger.replace_key(third.clone(), "desk", "once a year").unwrap();
    grow(&ledger, 9, 1);
    // The newest alone is not signed with a key that it knows.
    let all = ledger.requests(5).unwrap();
    assert_eq!(all.len(), 5, "two changes, two keys, the newest");
    let alone = Request::Checkpoint(AddCheckpoint {
        old: 5,
        proof: ledger.consistency(5, 13).unwrap(),
        note: ledger.head().unwrap().1,
    });
    let refusal = asked(&mut faithful, &[alone]).1.unwrap();
    assert!(
        matches!(&refusal, Refusal::Forbidden(why) if why.contains("where the log has a new key")),
        "{refusal}"
    );
    let (answer, refusal) = asked(&mut faithful, &all);
    assert_eq!(refusal, None);
    let keys = [key_of(&faithful)];
    assert_eq!(ledger.add_cosignatures(&answer, &keys).unwrap().kept.len(), 3);
    let known = faithful.logs().unwrap().remove(0);
    let expected = [(0, &first), (7, &second), (11, &third)].map(|(at, key)| (at, key.public.clone()));
    assert_eq!(known.keys, expected);
    // Sent again, all of it is where the witness is already.
    assert_eq!(asked(&mut faithful, &ledger.requests(13).unwrap()).1, None);
    // A witness that is new may trust the key in force, or the one before.
    for key in [&third, &second] {
        late.trust("truce", &key.public, None).unwrap();
    }
    assert_eq!(asked(&mut late, &ledger.requests(0).unwrap()).1, None);
    assert_eq!(late.logs().unwrap()[0].keys.last().unwrap().1, third.public);
    assert!(late.trust("truce", &first.public, None).is_err(), "what it vouches for stays");
}

#[test]
fn a_new_key_is_taken_only_as_the_log_says_it() {
    let [first, second, thief] = [(); 3].map(|()| Signer::generate("truce").unwrap());
    let ledger = ledger_of(&first, 4);
    ledger.replace_key(second, "desk", "the laptop was lost").unwrap();
    let requests = ledger.requests(5).unwrap();
    let [Request::Checkpoint(step), Request::Key(told)] = &requests[..] else { panic!("{requests:?}") };
    let mut witness = witness();
    witness.trust("truce", &first.public, None).unwrap();
    asked(&mut witness, &[Request::Checkpoint(AddCheckpoint { old: 0, proof: Vec::new(), ..step.clone() })]);
    let mut cases = Vec::new();
    let mut other = told.clone();
    let new = other.content.split('"').nth(3).unwrap().to_owned();
    other.content = other.content.replacen(&new, &thief.public, 1);
    cases.push((422, other));
    let mut other = told.clone();
    other.leaf = other.leaf.replace("desk", "disk");
    cases.push((422, other));
    let mut other = told.clone();
    other.salt[3] ^= 1;
    cases.push((422, other));
    let mut other = told.clone();
    other.proof[0] = record_hash(b"");
    cases.push((422, other));
    let mut other = told.clone();
    other.entry -= 1;
    cases.push((400, other));
    let mut other = told.clone();
    other.content = "{}".to_owned();
    cases.push((400, other));
    // Without the new key's own signature.
    let mut other = told.clone();
    let line =
        other.note.lines().find(|line| line.starts_with('—') && !signed_by(line, &first)).unwrap().to_owned();
    other.note = other.note.replace(&format!("{line}\n"), "");
    cases.push((403, other));
    for (status, case) in cases {
        let refusal = asked(&mut witness, &[Request::Key(case.clone())]).1;
        assert_eq!(refusal.as_ref().map(Refusal::status), Some(status), "{refusal:?} {case:?}");
    }
    assert_eq!(witness.logs().unwrap()[0].keys.len(), 1);
    assert_eq!(asked(&mut witness, &[Request::Key(told.clone())]).1, None);
    assert_eq!(witness.logs().unwrap()[0].keys.len(), 2);
    // Who holds the old key signs no more.
    let old = ledger_of(&first, 30).requests(0).unwrap();
    let refusal = asked(&mut witness, &old).1.unwrap();
    assert!(matches!(&refusal, Refusal::Forbidden(why) if why.contains("replaced at entry 5")), "{refusal}");
}

fn signed_by(line: &str, signer: &Signer) -> bool {
    let signature = signed_note::Signature::from_bytes(line.as_bytes()).unwrap();
    signer.public.starts_with(&format!("truce+{:08x}+", signature.id()))
}

#[test]
fn what_is_no_request_is_told() {
    for (text, why) in [
        ("", "empty line"),
        ("new 3\n\nx\n", "neither"),
        ("old 03\n\nx\n", "no size"),
        ("old 18446744073709551615\n\nx\n", "no size"),
        ("old 3\nabc\n\nx\n", "no hash"),
        ("old 0\n\nx\n", "signed note"),
        ("key 3\n{}\nAAAA\n{}\n\nx\n", "the salt"),
    ] {
        let refusal = match Request::parse(text) {
            Ok(request) => asked(&mut witness(), &[request]).1.unwrap(),
            Err(refusal) => refusal,
        };
        assert!(refusal.status() == 400 && refusal.to_string().contains(why), "{text:?}: {refusal}");
    }
    let many = format!("old 0\n{}\n\nx\n", vec![EMPTY_HASH.to_string(); 64].join("\n"));
    assert!(Request::parse(&many).unwrap_err().to_string().contains("at most 63"));
}

/// The table of the test `TestZeroSize` of the Go package filippo.io/torchwood (internal/witness).
#[test]
fn sizes_of_zero_are_answered_as_by_torchwood() {
    let leaf = record_hash(b"leaf");
    let zero = Hash([0; 32]);
    #[rustfmt::skip]
    let table = [
        // known, old, new, root, proof, status
        (0, 0, 0, EMPTY_HASH, vec![],     200),
        (0, 0, 0, leaf,       vec![],     422),
        (0, 0, 0, zero,       vec![],     422),
        (0, 0, 0, EMPTY_HASH, vec![leaf], 422),
        (0, 0, 1, leaf,       vec![],     200),
        (0, 0, 1, leaf,       vec![leaf], 422),
        (1, 0, 1, leaf,       vec![leaf], 409),
        (1, 1, 0, EMPTY_HASH, vec![],     400),
    ];
    for (known, old, new, root, proof, status) in table {
        let signer = Signer::generate("example.com/log").unwrap();
        let trust =
            ledger::Trust { origin: "example.com/log".to_owned(), keys: vec![(0, signer.public.clone())] };
        let note = |size, root| trust.sign(ledger::Head { size, root }, &[&signer]).unwrap();
        let mut witness = witness();
        let from = (known > 0).then(|| note(1, leaf));
        witness.trust("example.com/log", &signer.public, from.as_deref()).unwrap();
        let request = AddCheckpoint { old, proof, note: note(new, root) };
        let refusal = asked(&mut witness, &[Request::Checkpoint(request.clone())]).1;
        assert_eq!(refusal.as_ref().map_or(200, Refusal::status), status, "{request:?} {refusal:?}");
        if status == 200 {
            let again = AddCheckpoint { old: new, ..request };
            assert_eq!(asked(&mut witness, &[Request::Checkpoint(again)]).1, None);
        }
    }
}

const SIGSUM: &str = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";

/// The requests of the tests of filippo.io/torchwood (internal/witness, `TestRace`): sizes 1, 3 and 5 of a test log of Sigsum, whose
/// key is given there as 32 bytes.
#[test]
fn requests_of_torchwood_are_answered() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let bytes = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";
    let mut key = vec![1];
    key.extend((0..32).map(|n| u8::from_str_radix(&bytes[2 * n..2 * n + 2], 16).unwrap()));
    let public =
        format!("{SIGSUM}+{:08x}+{}", signed_note::key_id(SIGSUM, &key), BASE64_STANDARD.encode(&key));
    let one = "old 0\n\n{}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— {} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n";
    let three = "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n{}\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n— {} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n";
    let five = "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n{}\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n— {} UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=\n";
    let [one, three, five] = [one, three, five].map(|text| text.replace("{}", SIGSUM));
    let mut witness = witness();
    let mut ask = |text: &str| match Request::parse(text) {
        Ok(request) => witness.answer(&request).unwrap(),
        Err(refusal) => Err(refusal),
    };
    assert_eq!(ask(&one).unwrap_err().status(), 404);
    let mut witness = self::witness();
    witness.trust(SIGSUM, &public, None).unwrap();
    let mut ask = |text: &str| witness.answer(&Request::parse(text).unwrap()).unwrap();
    let status = |answer: Result<String, Refusal>| answer.err().map_or(200, |refusal| refusal.status());
    assert_eq!(status(ask(&one)), 200);
    assert_eq!(status(ask(&three.replace("\nRcCI", "\nRcCJ"))), 403, "its signature is not of this root");
    assert_eq!(status(ask(&three.replace("KgIAAA", "KgIBAA"))), 422);
    assert_eq!(status(ask(&three.replace("KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", ""))), 422);
    assert_eq!(status(ask(&five.replace("old 1", "old 6"))), 400);
    assert_eq!(status(ask(&five)), 200);
    let stale = ask(&three).unwrap_err();
    assert_eq!((stale.status(), stale.body().as_str()), (409, "5\n"), "the race that the test is about");
}

/// A checkpoint of the Go checksum database, as in the tests of filippo.io/litetlog: the key is not named as the log is.
#[test]
fn a_log_may_be_named_otherwise_than_its_key() {
    let request = "old 0\n\ngo.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";
    let mut witness = witness();
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    witness.trust("go.sum database tree", key, None).unwrap();
    let answer = witness.answer(&Request::parse(request).unwrap()).unwrap().unwrap();
    let text = request.split_once("\n\n").unwrap().1.split_once("\n\n").unwrap().0;
    assert!(Checkpoint::from_bytes(format!("{text}\n").as_bytes()).is_ok());
    assert!(key_of(&witness).time_in(&format!("{text}\n"), answer.trim_end()).unwrap().is_some());
}

#[test]
fn what_is_cosigned_is_on_disk_and_is_that_witness_s_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (file, cosigner) = (folder.path().join("witness.db"), Cosigner::generate("party.example").unwrap());
    let signer = Signer::generate("truce").unwrap();
    let ledger = ledger_of(&signer, 4);
    let hand = clock();
    let mut one = Witness::open(&file, cosigner.clone(), Arc::clone(&hand)).unwrap();
    let mut two = Witness::open(&file, cosigner.clone(), hand).unwrap();
    one.trust("truce", &signer.public, None).unwrap();
    assert_eq!(asked(&mut one, &ledger.requests(0).unwrap()).1, None);
    // Another program on the same file is where the first is.
    assert!(matches!(
        asked(&mut two, &ledger.requests(0).unwrap()).1,
        Some(Refusal::Conflict { size: 5, .. })
    ));
    let told =
        Witness::open(&file, Cosigner::generate("party.example").unwrap(), clock()).map(|_| ()).unwrap_err();
    assert!(told.to_string().contains("another witness"), "{told}");
    let early: Clock = Arc::new(|| Instant(1_600_000_000_000_000));
    let mut early = Witness::open(&file, cosigner, early).unwrap();
    let told = answer_all(&mut early, &ledger.requests(5).unwrap()).unwrap_err().to_string();
    assert!(told.contains("set the clock"), "{told}");
}

/// Two programs on one file, asked at one time for the two sides of a fork: one side at most is ever cosigned.
#[test]
fn of_two_at_one_time_one_is_cosigned() {
    let folder = tempfile::tempdir().unwrap();
    let cosigner = Cosigner::generate("party.example").unwrap();
    let signer = Signer::generate("truce").unwrap();
    let sides = [ledger_of(&signer, 4), ledger_of(&signer, 4)].map(|ledger| ledger.requests(0).unwrap());
    for turn in 0..20 {
        let file = folder.path().join(format!("{turn}.db"));
        Witness::open(&file, cosigner.clone(), clock())
            .unwrap()
            .trust("truce", &signer.public, None)
            .unwrap();
        let cosigned: usize = std::thread::scope(|scope| {
            let ask = |side| {
                let (file, cosigner) = (&file, cosigner.clone());
                scope.spawn(move || {
                    let mut witness = Witness::open(file, cosigner, clock()).unwrap();
                    usize::from(asked(&mut witness, side).1.is_none())
                })
            };
            let threads: Vec<_> = sides.iter().map(|side| ask(side)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(cosigned, 1, "{turn}");
    }
}

/// However many checkpoints come without a proof, a fork is kept.
#[test]
fn a_fork_is_kept_whatever_else_was_shown() {
    let signer = Signer::generate("truce").unwrap();
    let trust = ledger::Trust { origin: "truce".to_owned(), keys: vec![(0, signer.public.clone())] };
    let note = |size, root| trust.sign(ledger::Head { size, root }, &[&signer]).unwrap();
    let mut witness = witness();
    witness.trust("truce", &signer.public, Some(&note(4, record_hash(b"4")))).unwrap();
    let ask = |size: u64, root: &[u8], witness: &mut Witness| {
        let request = AddCheckpoint { old: 4, proof: Vec::new(), note: note(size, record_hash(root)) };
        witness.answer(&Request::Checkpoint(request)).unwrap().unwrap_err().status()
    };
    for size in 0..1_010_u64 {
        assert_eq!(ask(size + 5, b"x", &mut witness), 422);
    }
    assert_eq!(witness.logs().unwrap()[0].contrary.len(), 1_000);
    assert_eq!(ask(4, b"other", &mut witness), 409);
    let known = witness.logs().unwrap().remove(0);
    assert!(known.forked());
    assert_eq!(known.contrary.len(), 1_001);
}

type Case = (Signer, Vec<Request>, String);

/// A request for more of a log that the witness knows, with its text.
static CASE: std::sync::LazyLock<Case> = std::sync::LazyLock::new(|| {
    let signer = Signer::generate("truce").unwrap();
    let ledger = ledger_of(&signer, 4);
    let first = ledger.requests(0).unwrap();
    grow(&ledger, 4, 9);
    let text = ledger.requests(5).unwrap()[0].to_string();
    (signer, first, text)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Nothing but what the log signed, with its proof, is cosigned: whatever is changed in a request, it is refused.
    #[test]
    fn a_changed_request_is_refused(at in any::<prop::sample::Index>(), length in 0_usize..4, put in "[ -~\n—]{0,3}") {
        let (signer, first, text) = &*CASE;
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let from = at.index(places.len());
        let to = places.get(from + length).copied().unwrap_or(text.len());
        let changed = format!("{}{put}{}", &text[..places[from]], &text[to..]);
        let mut witness = witness();
        witness.trust("truce", &signer.public, None).unwrap();
        asked(&mut witness, first);
        match Request::parse(&changed) {
            Err(refusal) => prop_assert_eq!(refusal.status(), 400),
            Ok(request) => {
                prop_assert_eq!(request.to_string(), changed.clone(), "there is one way to write it");
                let answer = witness.answer(&request).unwrap();
                prop_assert_eq!(answer.is_ok(), changed == *text, "{}\n{:?}", changed, answer);
            }
        }
        let _ = Request::all(&changed);
    }
}

/// The examples of spec/witness.md: what its witness answers to its requests, byte for byte.
#[test]
fn the_page_says_what_is_so() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/witness.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> =
        page.split("```").skip(1).step_by(2).map(|b| b.strip_prefix("text\n").unwrap()).collect();
    let [key, log, requests, answer, _policy] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    let noon: Clock = Arc::new(|| Instant(1_767_614_400_000_000));
    let mut witness = Witness::in_memory(Cosigner::read(key).unwrap(), noon).unwrap();
    witness.trust(log.split('+').next().unwrap(), log.trim(), None).unwrap();
    let (answered, refusal) = answer_all(&mut witness, &Request::all(requests).unwrap()).unwrap();
    assert_eq!((answered.as_str(), refusal), (answer, None));
    assert_eq!(witness.logs().unwrap()[0].keys.len(), 2);
}
