//! Programs, servers and connections that end when nobody expects it.
//!
//! Invariant: what was acknowledged is there once, and what was refused is not there.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use ledger::{Draft, Error, Kind, Ledger, Postgres, Signer, Store as _, audit, store::Writing};

use crate::{
    InSchema,
    suite::{Hand, Place as _, signer},
    wall::wall,
};

/// What the way to the server does with the next writing's end.
mod cut {
    pub const NOT: u8 = 0;
    /// The server never hears of it.
    pub const BEFORE: u8 = 1;
    /// The server does it, and its answer is lost.
    pub const AFTER: u8 = 2;
}

/// A way to the server that can be cut.
fn way(place: &InSchema<'_>) -> (tempfile::TempDir, String, Arc<AtomicU8>) {
    let folder = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
    let server = place.cluster.folder().join(".s.PGSQL.5432");
    let order = Arc::new(AtomicU8::new(cut::NOT));
    let orders = Arc::clone(&order);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(server)) = (client, UnixStream::connect(&server)) else { return };
            let answers = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || carry(answers.0, answers.1, |_| true));
            let orders = Arc::clone(&orders);
            let end = client.try_clone().unwrap();
            std::thread::spawn(move || {
                carry(client, server, |bytes| {
                    if !bytes.windows(7).any(|word| word == b"COMMIT\0") {
                        return true;
                    }
                    let order = orders.swap(cut::NOT, Ordering::SeqCst);
                    if order != cut::NOT {
                        end.shutdown(std::net::Shutdown::Both).unwrap();
                    }
                    order != cut::BEFORE
                });
            });
        }
    });
    let address = place.address().replace(
        &place.cluster.folder().display().to_string().replace('/', "%2F"),
        &folder.path().display().to_string().replace('/', "%2F"),
    );
    (folder, address, order)
}

fn carry(mut from: UnixStream, mut to: UnixStream, mut pass: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !pass(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

fn named(name: &str) -> Draft {
    Draft::open(Kind::Claim, "desk", name.as_bytes().to_vec())
}

fn contents(place: &InSchema<'_>) -> Vec<String> {
    let report = audit(&mut *place.store(), &mut |_, _| {}).unwrap();
    assert_eq!(report.faults, [], "{report:?}");
    let ledger = Ledger::open(place.store(), None, Hand::new().clock()).unwrap();
    let mut all = Vec::new();
    ledger
        .read(report.size, &mut |entry| {
            all.push(String::from_utf8(entry.content.unwrap()).unwrap());
            Ok(())
        })
        .unwrap();
    all.remove(0);
    all
}

pub fn a_connection_that_is_cut_loses_nothing_and_repeats_nothing(place: &InSchema<'_>) {
    let (_folder, address, order) = way(place);
    let open = || Box::new(Postgres::open(&address).unwrap());
    let ledger = Ledger::begin(open(), "w", signer(), Hand::new().clock()).unwrap();
    let mut wanted = Vec::new();
    for round in 0..30 {
        let cut = [cut::NOT, cut::BEFORE, cut::AFTER][round % 3];
        order.store(cut, Ordering::SeqCst);
        let name = format!("n{round}");
        // Cut before, it was not recorded, and that is known: it is recorded on another connection.
        let receipt = ledger.append(vec![named(&name)]).unwrap();
        wanted.push(name);
        assert_eq!((receipt.size, order.load(Ordering::SeqCst)), (wanted.len() as u64 + 1, cut::NOT));
    }
    assert_eq!(contents(place), wanted);
    // The store itself says of a writing that was cut whether it landed.
    let mut store = open();
    let mut keep = |size: u64, cut: u8| {
        order.store(cut, Ordering::SeqCst);
        let notes = vec![(size, format!("{size}"))];
        store.write(&mut |_| Ok(Writing { notes: notes.clone(), ..Writing::default() }))
    };
    assert!(keep(1, cut::AFTER).is_ok());
    let lost = keep(2, cut::BEFORE).unwrap_err();
    assert!(
        matches!(&lost, Error::Store { why, .. } if why.contains("nothing of this was recorded")),
        "{lost}"
    );
    assert!(keep(3, cut::NOT).is_ok());
    let kept: Vec<u64> = store.notes().unwrap().into_iter().map(|(size, _)| size).collect();
    assert_eq!(kept, [1, 3]);
}

/// So many programs are killed; `KILLS=2000` for a long run.
fn kills() -> usize {
    std::env::var_os("KILLS").and_then(|kills| kills.to_str()?.parse().ok()).unwrap_or(12)
}

pub fn writers_that_are_killed_lose_nothing(place: &InSchema<'_>) {
    let signer = signer();
    Ledger::begin(place.store(), "w", signer.clone(), Hand::new().clock()).unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..kills() {
        let mut writer = writer(place, &signer, round);
        let told = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        // The test runner speaks first.
        let mut told = told.skip_while(|line| !line.contains("recorded:")).peekable();
        told.peek();
        std::thread::sleep(Duration::from_micros(fastrand::u64(0..200_000)));
        writer.kill().unwrap();
        acknowledged
            .extend(told.filter_map(|line| line.split_once("recorded:").map(|(_, name)| name.to_owned())));
        writer.wait().unwrap();
    }
    let found = contents(place);
    let once: BTreeSet<&String> = found.iter().collect();
    assert_eq!(once.len(), found.len(), "nothing is there twice");
    let lost: Vec<_> = acknowledged.iter().filter(|name| !once.contains(name)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(acknowledged.len() > kills(), "{} were acknowledged", acknowledged.len());
    println!("{} killed, {} acknowledged, {} found", kills(), acknowledged.len(), found.len());
}

/// This program again, as one that records until it is killed.
fn writer(place: &InSchema<'_>, signer: &Signer, round: usize) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lost::records_until_it_is_killed", "--ignored", "--nocapture"])
        .env("ADDRESS", place.address())
        .env("SIGNER", signer.text())
        .env("ROUND", round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "another case starts it"]
fn records_until_it_is_killed() {
    let given = |name: &str| std::env::var_os(name).unwrap().into_string().unwrap();
    let signer = Signer::read(&given("SIGNER")).unwrap();
    let store = Box::new(Postgres::open(&given("ADDRESS")).unwrap());
    let ledger = Ledger::open(store, Some(signer), wall()).unwrap();
    for n in 0.. {
        let names: Vec<String> = (0..1 + n % 7).map(|k| format!("{}-{n}-{k}", given("ROUND"))).collect();
        ledger.append(names.iter().map(|name| named(name)).collect()).unwrap();
        for name in names {
            println!("recorded:{name}");
        }
        std::io::stdout().flush().unwrap();
    }
}

pub fn a_server_that_is_killed_loses_nothing(place: &InSchema<'_>) {
    let (signer, hand) = (signer(), Hand::new());
    let ledger = Ledger::begin(place.store(), "w", signer.clone(), hand.clock()).unwrap();
    let mut wanted = Vec::new();
    for round in 0..3 {
        // It goes down while somebody writes: what is acknowledged until then is there afterwards.
        let recorded = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let other = Ledger::open(place.store(), Some(signer.clone()), hand.clock()).unwrap();
                let mut recorded = Vec::new();
                for n in 0.. {
                    let name = format!("r{round}-{n}");
                    match other.append(vec![named(&name)]) {
                        Ok(_) => recorded.push(name),
                        Err(error) => return (recorded, name, error),
                    }
                }
                unreachable!()
            });
            std::thread::sleep(Duration::from_millis(300));
            place.cluster.kill();
            writer.join().unwrap()
        });
        let (recorded, unsure, error) = recorded;
        assert!(matches!(error, Error::Unsure(_) | Error::Store { .. }), "{error}");
        let down = ledger.append(vec![named("never")]).unwrap_err().to_string();
        assert!(down.contains("cannot be reached") || down.contains("lost"), "{down}");
        place.cluster.up();
        wanted.extend(recorded);
        // It may have landed only where that was said.
        let found = contents(place);
        if found.last() == Some(&unsure) {
            assert!(matches!(error, Error::Unsure(_)), "{error}");
            wanted.push(unsure);
        }
        assert_eq!(found, wanted);
        // The ledger that was open all the time goes on by itself.
        let name = format!("after-{round}");
        ledger.append(vec![named(&name)]).unwrap();
        wanted.push(name);
    }
    assert_eq!(contents(place), wanted);
}
