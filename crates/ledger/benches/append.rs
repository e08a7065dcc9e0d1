//! What it costs to record, to read back, to open and to audit; beside it, in the same run, a plain table of the same SQLite with the
//! same care for the disk and nothing of ours: what the ledger costs is the difference.
//!
//! Invariant: each figure is of work that was checked: what was recorded is read back and counted.
//!
//!     cargo bench -p trucewatch-ledger --bench append -- --entries 1000000 --clients 8 --seconds 10 --folder /some/disk

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use ledger::{Clock, Draft, Kind, Ledger, Signer, Sqlite, Store, audit};

/// Entries are recorded in batches of so many, as an import does.
const BATCH: u64 = 10_000;

/// What is measured.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Ledger,
    Plain,
}

const BOTH: [(What, &str); 2] = [(What::Ledger, "ledger"), (What::Plain, "plain")];

/// The store of a ledger in a folder: another one is another way to open.
fn store(folder: &Path) -> Box<dyn Store> {
    Box::new(Sqlite::open(&folder.join("ledger.db")).unwrap())
}

fn clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        model::Instant(i64::try_from(since.as_micros()).unwrap())
    })
}

/// A claim as a source sends it.
fn claim(n: u64) -> Vec<u8> {
    let (place, minute) = (n % 97, n % 60);
    format!(
        "{{\"id\":\"c-{n}\",\"ref\":\"inc-{}\",\"source\":\"monitor-{}\",\"act\":\"shelling\",\"actor\":\"side-{}\",\
         \"from\":\"2025-11-13T{:02}:{minute:02}:00Z\",\"to\":\"2025-11-13T{:02}:{minute:02}:30Z\",\"zone\":\"sector-{place}\",\
         \"lat\":31.{:04},\"lon\":34.{:04},\"count\":{},\"precision\":\"reported\",\"text\":\"rounds heard east of the line, no damage seen\"}}",
        n / 3, n % 11, n % 2, n % 24, n % 24, n % 10_000, n * 7 % 10_000, n % 9
    )
    .into_bytes()
}

fn draft(n: u64) -> Draft {
    Draft::open(Kind::Claim, "desk", claim(n))
}

fn ledger(folder: &Path) -> Ledger {
    let file = folder.join("signer");
    if !file.is_file() {
        std::fs::write(&file, Signer::generate("bench").unwrap().text()).unwrap();
    }
    let signer = Signer::read(&std::fs::read_to_string(file).unwrap()).unwrap();
    Ledger::begin(store(folder), "bench", signer, clock()).unwrap()
}

fn plain(folder: &Path) -> rusqlite::Connection {
    let table = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
    table.busy_timeout(Duration::from_secs(20)).unwrap();
    table
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-16384;
             CREATE TABLE IF NOT EXISTS claim(seq INTEGER PRIMARY KEY, kind TEXT, at INTEGER, author TEXT, content BLOB) STRICT;",
        )
        .unwrap();
    table
}

fn insert(table: &rusqlite::Connection, n: std::ops::Range<u64>) {
    table.execute_batch("BEGIN IMMEDIATE").unwrap();
    {
        let sql = "INSERT INTO claim(kind, at, author, content) VALUES('claim', ?, 'desk', ?)";
        let mut row = table.prepare_cached(sql).unwrap();
        for n in n {
            row.execute(rusqlite::params![n.cast_signed(), claim(n)]).unwrap();
        }
    }
    table.execute_batch("COMMIT").unwrap();
}

fn timed<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = act();
    println!("{what:<46}{:>9.2} s", begun.elapsed().as_secs_f64());
    done
}

fn megabytes(file: &Path) -> f64 {
    std::fs::metadata(file).map_or(0.0, |file| file.len() as f64 / 1e6)
}

fn bulk(folder: &Path, entries: u64) {
    let batches = || (0..entries).step_by(BATCH as usize).map(|from| from..(from + BATCH).min(entries));
    timed(&format!("plain table: {entries} rows"), || {
        let table = plain(folder);
        batches().for_each(|batch| insert(&table, batch));
    });
    timed(&format!("ledger: {entries} entries recorded"), || {
        let ledger = ledger(folder);
        for batch in batches() {
            ledger.append(batch.map(draft).collect()).unwrap();
        }
    });
    timed("plain table: read", || {
        let table = plain(folder);
        let mut rows =
            table.prepare("SELECT seq, kind, at, author, content FROM claim ORDER BY seq").unwrap();
        let long = rows.query_map([], |row| row.get::<_, Vec<u8>>(4)).unwrap().map(|row| row.unwrap().len());
        assert!(long.sum::<usize>() > 250 * entries as usize);
    });
    let opened = timed("ledger: opened", || ledger(folder));
    timed("ledger: read, each entry and the whole verified", || {
        let (mut n, mut long) = (0, 0);
        opened
            .read(entries + 1, &mut |entry| {
                n += 1;
                long += entry.content.unwrap_or_default().len();
                Ok(())
            })
            .unwrap();
        assert!(n == entries + 1 && long > 250 * entries as usize);
    });
    drop(opened);
    timed("ledger: audited", || {
        let mut store = Sqlite::open_to_read(&folder.join("ledger.db")).unwrap();
        let report = audit(&mut store, &mut |_, _| {}).unwrap();
        assert_eq!((report.sound, report.faults), (entries + 1, vec![]));
    });
    let (plain, ours) = (megabytes(&folder.join("plain.db")), megabytes(&folder.join("ledger.db")));
    println!("plain table {plain:.0} MB, ledger {ours:.0} MB");
}

/// Records one entry after another until time is up; how long each took, in microseconds.
fn one_by_one(mut record: impl FnMut(u64), client: u64, until: Instant) -> Vec<u64> {
    let mut took = Vec::new();
    while Instant::now() < until {
        let begun = Instant::now();
        record(client * 10_000_000 + took.len() as u64);
        took.push(u64::try_from(begun.elapsed().as_micros()).unwrap());
    }
    took
}

fn told(name: &str, mut took: Vec<u64>, seconds: u64) {
    took.sort_unstable();
    let at = |share: usize| took.get(took.len() * share / 1000).copied().unwrap_or_default() as f64 / 1000.0;
    let (each, longest) =
        (took.len() as u64 / seconds.max(1), took.last().copied().unwrap_or_default() as f64 / 1000.0);
    println!(
        "{name:<46}{each:>7}/s  p50 {:>7.2} ms  p99 {:>7.2} ms  longest {longest:>8.1} ms",
        at(500),
        at(990)
    );
}

fn threads(folder: &Path, clients: u64, seconds: u64) {
    let until = || Instant::now() + Duration::from_secs(seconds);
    let all = |of: &(dyn Fn(u64) -> Vec<u64> + Sync)| {
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..clients).map(|client| scope.spawn(move || of(client))).collect();
            all.into_iter().flat_map(|one| one.join().unwrap()).collect::<Vec<u64>>()
        })
    };
    let end = until();
    let took = all(&|client| {
        let table = plain(folder);
        one_by_one(|n| insert(&table, n..n + 1), client, end)
    });
    told(&format!("plain table, {clients} threads"), took, seconds);
    let (ledger, end) = (ledger(folder), until());
    let before = ledger.head().unwrap().0.size;
    let took = all(&|client| one_by_one(|n| drop(ledger.append(vec![draft(n)]).unwrap()), client, end));
    assert_eq!(ledger.head().unwrap().0.size, before + took.len() as u64);
    told(&format!("ledger, {clients} threads"), took, seconds);
}

fn processes(folder: &Path, clients: u64, seconds: u64) {
    for (_, name) in BOTH.iter().rev() {
        let start = |client: u64| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--child", name, "--folder"])
                .arg(folder)
                .args(["--seconds", &seconds.to_string(), "--clients", &client.to_string()])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let children: Vec<_> = (0..clients).map(start).collect();
        let mut took = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            took.extend(
                String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse::<u64>().unwrap()),
            );
        }
        told(&format!("{name}, {clients} processes"), took, seconds);
    }
}

fn child(what: &str, folder: &Path, client: u64, seconds: u64) {
    let what = BOTH.iter().find(|(_, name)| *name == what).unwrap().0;
    let until = Instant::now() + Duration::from_secs(seconds);
    let took = if what == What::Ledger {
        let ledger = ledger(folder);
        one_by_one(|n| drop(ledger.append(vec![draft(n)]).unwrap()), client, until)
    } else {
        let table = plain(folder);
        one_by_one(|n| insert(&table, n..n + 1), client, until)
    };
    took.iter().for_each(|took| println!("{took}"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str, usual: u64| given(name).map_or(usual, |text| text.parse().unwrap());
    let (clients, seconds) = (number("--clients", 8), number("--seconds", 10));
    if let (Some(what), Some(folder)) = (given("--child"), given("--folder")) {
        return child(&what, Path::new(&folder), clients, seconds);
    }
    let held =
        tempfile::tempdir_in(given("--folder").map_or_else(std::env::temp_dir, PathBuf::from)).unwrap();
    let folder = held.path();
    bulk(folder, number("--entries", 1_000_000));
    let single = tempfile::tempdir_in(folder).unwrap();
    threads(single.path(), clients, seconds);
    let single = tempfile::tempdir_in(folder).unwrap();
    drop(ledger(single.path()));
    processes(single.path(), clients, seconds);
    let ledger = Ledger::open(store(single.path()), None, clock()).unwrap();
    ledger.read(ledger.head().unwrap().0.size, &mut |_| Ok(())).unwrap();
}
