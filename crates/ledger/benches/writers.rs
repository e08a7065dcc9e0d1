//! Clients that write at one time, many entries in bulk, and a ledger that moves, on each store.
//!
//! `cargo bench -p trucewatch-ledger --bench writers -- [SECONDS [ENTRIES]]`; PostgreSQL is a server of its own, with `fsync` on.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails by it")]
#![expect(clippy::disallowed_methods, reason = "it is measured")]

#[expect(dead_code, reason = "tests kill the server or fill its disk")]
#[path = "../tests/suite/cluster.rs"]
mod cluster;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant as Moment},
};

use ledger::{Clock, Draft, Kind, Ledger, Postgres, Signer, Sqlite, Store, transfer};
use model::Instant;

/// How a store is opened.
type Open<'a> = &'a (dyn Fn() -> Box<dyn Store> + Sync);

const CLIENTS: usize = 8;

fn clock() -> Clock {
    let now = AtomicI64::new(1_763_000_000_000_000);
    Arc::new(move || Instant(now.fetch_add(1, Ordering::Relaxed)))
}

fn claim(n: usize) -> Draft {
    let text = format!(
        "{{\"id\":\"c{n}\",\"source\":\"monitor\",\"type\":\"event\",\"act\":\"deliver\",\"item\":\"truck\",\"known_at\":\"2026-01-02T00:00:00Z\"}}"
    );
    Draft::open(Kind::Claim, "desk", text.into_bytes())
}

/// Each client has a connection of its own, as programs have.
fn clients(open: Open<'_>, signer: &Signer, clock: &Clock, seconds: u64) {
    let until = Moment::now() + Duration::from_secs(seconds);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(move || {
                    let ledger = Ledger::open(open(), Some(signer.clone()), clock.clone()).unwrap();
                    let mut times = Vec::new();
                    while Moment::now() < until {
                        let began = Moment::now();
                        ledger.append(vec![claim(times.len())]).unwrap();
                        times.push(began.elapsed());
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    times.sort();
    let at = |share: usize| times[times.len() * share / 100];
    println!(
        "  {CLIENTS} clients, {seconds} s: {} entries/s, half within {:?}, 99 of 100 within {:?}, all within {:?}",
        times.len() as u64 / seconds,
        at(50),
        at(99),
        times[times.len() - 1]
    );
}

fn bulk(open: Open<'_>, signer: &Signer, clock: &Clock, entries: usize) {
    let ledger = Ledger::open(open(), Some(signer.clone()), clock.clone()).unwrap();
    let drafts: Vec<Draft> = (0..entries).map(claim).collect();
    let began = Moment::now();
    for portion in drafts.chunks(20_000) {
        ledger.append(portion.to_vec()).unwrap();
    }
    println!("  {entries} entries in bulk: {:?}", began.elapsed());
    let began = Moment::now();
    let mut count = 0;
    ledger
        .read(ledger.head().unwrap().0.size, &mut |_| {
            count += 1;
            Ok(())
        })
        .unwrap();
    println!("  {count} entries read and verified: {:?}", began.elapsed());
}

fn moved(what: &str, from: &mut dyn Store, to: &mut dyn Store) {
    let began = Moment::now();
    let copied = transfer::copy(from, to, &mut |_, _| {}).unwrap();
    println!("{what}: {} entries in {:?}", copied.size, began.elapsed());
}

fn main() {
    let given = |n: usize, or: u64| {
        let numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
        numbers.collect::<Vec<u64>>().get(n).copied().unwrap_or(or)
    };
    let (seconds, entries) = (given(0, 10), usize::try_from(given(1, 200_000)).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let in_file = || -> Box<dyn Store> { Box::new(Sqlite::open(&folder.path().join("ledger.db")).unwrap()) };
    let cluster = cluster::Cluster::start();
    let address = cluster.as_ref().map(|cluster| cluster.address("bench"));
    let on_server = || -> Box<dyn Store> { Box::new(Postgres::open(address.as_deref().unwrap()).unwrap()) };
    let mut stores: Vec<(&str, Open<'_>)> = vec![("SQLite", &in_file)];
    if cluster.is_some() {
        stores.push(("PostgreSQL", &on_server));
    }
    for (name, open) in stores {
        println!("{name}");
        let (signer, clock) = (Signer::generate("bench").unwrap(), clock());
        Ledger::begin(open(), "bench", signer.clone(), clock.clone()).unwrap();
        clients(open, &signer, &clock, seconds);
        bulk(open, &signer, &clock, entries);
    }
    if let Some(cluster) = &cluster {
        let mut there = Postgres::open(&cluster.address("moved")).unwrap();
        moved("SQLite to PostgreSQL", &mut *in_file(), &mut there);
        let mut back = Sqlite::open(&folder.path().join("back.db")).unwrap();
        moved("PostgreSQL to SQLite", &mut there, &mut back);
    }
}
