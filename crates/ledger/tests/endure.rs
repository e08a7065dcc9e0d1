//! A program that records is killed at any instant, again and again: what it said was recorded is there.
//!
//! Invariant: an acknowledgement leaves the program only through a pipe, before it is killed; the ledger is opened afterwards by
//! another.
//!
//! `TRUCEWATCH_KILLS=2000 cargo test --release -p trucewatch-ledger --test endure -- --nocapture` kills more. The store is chosen in
//! [`opened`]: another one is another way to open.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]
#![allow(
    clippy::disallowed_methods,
    reason = "how it is run, and when it is killed, is no part of a verdict"
)]

#[expect(dead_code, reason = "the suite's cases run elsewhere")]
mod suite;
#[path = "suite/wall.rs"]
mod wall;

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use fastrand::Rng;
use ledger::{Draft, Error, Kind, Ledger, Signer, Sqlite, Store, audit};
use wall::wall;

const THREADS: u64 = 6;
/// One ledger is killed so often, then another is begun.
const KILLS_EACH: u64 = 40;

fn kills(usual: u64) -> u64 {
    std::env::var("TRUCEWATCH_KILLS").map_or(usual, |text| text.parse().unwrap())
}

/// The store at a place.
fn opened(place: &str) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(Sqlite::open(&Path::new(place).join("ledger.db"))?))
}

/// What stands in an entry of a writer: who, when and the how manyth.
fn content(run: u64, thread: u64, n: u64) -> Vec<u8> {
    format!(
        "{{\"id\":\"{run}-{thread}-{n}\",\"act\":\"fire\",\"text\":\"{}\"}}",
        "x".repeat(n as usize % 300)
    )
    .into_bytes()
}

/// Records until it is killed; this is what the other test starts, and no test of its own.
#[test]
#[ignore = "a part of the test below"]
fn writer() {
    let (Ok(place), Ok(run)) = (std::env::var("ENDURE_PLACE"), std::env::var("ENDURE_RUN")) else { return };
    let run: u64 = run.parse().unwrap();
    let signer = Signer::read(&std::fs::read_to_string(Path::new(&place).join("signer")).unwrap()).unwrap();
    let ledger = Ledger::begin(opened(&place).unwrap(), "w", signer, wall()).unwrap();
    let pipe = Mutex::new(std::io::stderr());
    let said = |line: String| pipe.lock().unwrap().write_all(line.as_bytes()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (ledger, said) = (&ledger, &said);
            scope.spawn(move || {
                let mut rng = Rng::with_seed(run * THREADS + thread);
                let mut n = 0;
                loop {
                    let count = if rng.u8(..8) == 0 { rng.u64(1..200) } else { rng.u64(1..4) };
                    let sealed = rng.u8(..4) == 0;
                    let drafts = (n..n + count).map(|n| Draft {
                        sealed,
                        document: (sealed && n % 3 == 0).then(|| content(run, thread, n).repeat(20)),
                        ..Draft::open(Kind::Claim, "desk", content(run, thread, n))
                    });
                    let first = ledger.append(drafts.collect()).unwrap().first;
                    said(format!("{first} {count} {run} {thread} {n}\n"));
                    n += count;
                    if rng.u8(..30) == 0 {
                        let victim = first + rng.u64(..count);
                        ledger.erase(victim, "desk", "withdrawn", None).unwrap();
                        said(format!("erased {victim}\n"));
                    }
                }
            });
        }
    });
}

/// What a ledger must hold: the content of each entry that was acknowledged, and what was erased.
#[derive(Default)]
struct Told {
    entries: Vec<(u64, Vec<u8>)>,
    erased: Vec<u64>,
}

/// Starts a writer, kills it, and says what it had said.
fn killed(place: &Path, run: u64, after: Duration) -> Told {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--ignored", "--nocapture", "--test-threads=1"])
        .env("ENDURE_PLACE", place)
        .env("ENDURE_RUN", run.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    });
    std::thread::sleep(after);
    assert!(child.try_wait().unwrap().is_none(), "it ended by itself: {}", reader.join().unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    let text = reader.join().unwrap();
    let mut told = Told::default();
    // The last line may be cut short: it was not said.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    for line in whole.lines() {
        if let Some(victim) = line.strip_prefix("erased ") {
            told.erased.push(victim.parse().unwrap());
            continue;
        }
        let numbers: Vec<u64> = line.split(' ').map(|part| part.parse().unwrap()).collect();
        let [first, count, run, thread, n] = numbers[..] else { panic!("{line}") };
        told.entries.extend((0..count).map(|at| (first + at, content(run, thread, n + at))));
    }
    told
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let mut rng = Rng::with_seed(1);
    let (mut acknowledged, mut erased, mut left) = (0, 0, kills(60));
    let all = left;
    while left > 0 {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join("signer"), suite::signer().text()).unwrap();
        let mut gone = BTreeSet::<u64>::new();
        for run in 0..left.min(KILLS_EACH) {
            // From before it has opened the ledger to well under way.
            let longest = if rng.bool() { 40_000 } else { 250_000 };
            let after = Duration::from_micros(rng.u64(..longest));
            let told = killed(folder.path(), run, after);
            acknowledged += told.entries.len();
            erased += told.erased.len();
            gone.extend(&told.erased);
            let mut store = opened(place).unwrap();
            if store.head().unwrap().is_none() {
                assert!(told.entries.is_empty());
                continue;
            }
            let report = audit(&mut *store, &mut |_, _| {}).unwrap();
            assert_eq!(report.faults, [], "kill {run}");
            let ledger = Ledger::open(store, None, wall()).unwrap();
            let mut unsaid = 0;
            for (seq, content) in &told.entries {
                let entry = ledger.entry(*seq).unwrap();
                match entry.content {
                    Some(found) => assert!(found == *content && !gone.contains(seq), "entry {seq}"),
                    None if gone.contains(seq) => {}
                    // It was erased, and killed before it could say so.
                    None => unsaid += 1,
                }
            }
            assert!(unsaid <= THREADS, "{unsaid} entries are gone");
        }
        left -= left.min(KILLS_EACH);
    }
    println!("{all} kills, {acknowledged} entries acknowledged, {erased} erased");
    assert!(acknowledged as u64 > all, "it was under load");
}
