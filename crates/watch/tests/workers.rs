//! A watch kept up to date by several programs from one ledger: what is told is what one of them alone tells, whoever dies.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

#[expect(dead_code, reason = "other tests kill the server or fill its disk")]
#[path = "../../ledger/tests/suite/cluster.rs"]
mod cluster;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use cluster::Cluster;
use fastrand::Rng;
use ledger::{
    Postgres, PostgresShards,
    shards::{Shard, Shards, Step, Work, Worker},
    transfer,
};
use model::{Instant, Standard, StatusSet};
use watch::{
    Monitor, Opening, Paths,
    monitor::{Asked, Shared},
    opened, place,
};

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nmonitor m \"M\"\n\
    obligation daily\n  a must deliver at least 3 boxes each day\n\
    exchange answers\n  for every complaint that b notifies to m\n  m must respond to the same complaint\n  within 36 hours after that notice\n\
    prohibition quiet\n  each of a and b must not attack anyone\n\
    obligation hangs\n  a must deliver at least 40 boxes within 240 hours after breached(quiet)\n```\n";
const SOURCES: &str =
    "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\ncovers = [{ lag = \"P0D\" }]\n";

/// What is new in the files each time, some of it the same row again.
fn portion(random: &mut Rng, folder: &Path, number: usize) {
    fs::create_dir_all(folder.join("evidence")).unwrap();
    let start = Instant::parse("2026-01-01T00:00:00Z").unwrap().0;
    let day = i64::try_from(number).unwrap() * 86_400;
    let table = folder.join("evidence/a.csv");
    let mut rows = fs::read_to_string(&table)
        .unwrap_or_else(|_| "time,known_at,act,item,by,to,amount,ref,source\n".to_owned());
    for _ in 0..4 {
        let time = Instant(start + (day + random.i64(0..24) * 3_600) * 1_000_000);
        let (act, item, by, to) = match random.u8(0..6) {
            0..4 => ("deliver", "box", "a", "b"),
            4 => ("notify", "complaint", "b", "m"),
            _ => ("respond", "complaint", "m", "b"),
        };
        let reference = if item == "complaint" { format!("r{}", random.u8(0..9)) } else { String::new() };
        writeln!(rows, "{time},{time},{act},{item},{by},{to},,{reference},m").unwrap();
    }
    fs::write(table, rows).unwrap();
    let lines = folder.join("evidence/b.jsonl");
    let mut text = fs::read_to_string(&lines).unwrap_or_default();
    let time = Instant(start + (day + random.i64(0..86_400)) * 1_000_000);
    let act = if random.u8(0..4) == 0 { "attack" } else { "deliver" };
    let revises =
        if number > 3 && random.bool() { format!(",\"revises\":\"c{}\"", number - 2) } else { String::new() };
    writeln!(
        text,
        "{{\"id\":\"c{number}\",\"source\":\"m\",\"type\":\"event\",\"act\":\"{act}\",\"known_at\":\"{time}\",\
         \"occurred\":{{\"from\":\"{time}\",\"to\":\"{time}\"}},\"by\":[{{\"party\":\"a\"}}]{revises}}}"
    )
    .unwrap();
    fs::write(lines, text).unwrap();
    match number {
        0 => {
            fs::write(folder.join("agreement.pact.md"), AGREEMENT).unwrap();
            fs::write(folder.join("sources.toml"), SOURCES).unwrap();
        }
        6 => fs::write(
            folder.join("decisions.jsonl"),
            format!("{{\"id\":\"d\",\"known_at\":\"{time}\",\"by\":\"desk\",\"kind\":\"reject\",\"targets\":[\"c1\"]}}\n"),
        )
        .unwrap(),
        9 => fs::write(folder.join("agreement.pact.md"), AGREEMENT.replace("at least 3 boxes", "at least 2 boxes"))
            .unwrap(),
        _ => {}
    }
}

fn asked() -> Asked {
    Asked {
        standards: vec![Standard::Alleged, Standard::Admitted],
        readings: vec!["text".to_owned()],
        at: None,
        known_at: None,
        threads: 2,
    }
}

/// Records what is new in the files, and takes it to where it is shared.
fn record(folder: &Path, address: &str) -> u64 {
    let clock: ledger::Clock = Arc::new(|| Instant(1_800_000_000_000_000));
    let mut opening = Opening { as_recorded: None, clock, progress: &mut |_, _| {} };
    opened::open(&Paths::of_folder(folder).unwrap(), &mut opening).unwrap();
    let mut from = place::store_to_read(folder).unwrap();
    transfer::copy(&mut *from, &mut Postgres::open(address).unwrap(), &mut |_, _| {}).unwrap().size
}

fn shared(address: &str) -> Shared {
    Shared::new("t", Box::new(Postgres::open_to_read(address).unwrap()), asked(), None)
}

fn worker(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "works_until_it_is_killed", "--ignored", "--nocapture"])
        .env("ADDRESS", address)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "another case starts it"]
fn works_until_it_is_killed() {
    let address = std::env::var_os("ADDRESS").unwrap().into_string().unwrap();
    let mut work = shared(&address);
    let mut worker = Worker::new(Box::new(PostgresShards::open(&address).unwrap()), &mut work);
    loop {
        if !worker.turn().unwrap() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn several_programs_tell_what_one_tells() {
    let Some(cluster) = Cluster::start() else { return };
    let (folder, address) = (tempfile::tempdir().unwrap(), cluster.address("t"));
    let mut random = Rng::with_seed(7);
    portion(&mut random, folder.path(), 0);
    record(folder.path(), &address);
    let mut shards = PostgresShards::open(&address).unwrap();
    let parts = shared(&address).parts();
    assert_eq!(parts, ["alleged text", "admitted text"]);
    shards.enroll(&parts).unwrap();
    let mut workers: Vec<Child> = (0..2).map(|_| worker(&address)).collect();
    let mut size = 0;
    for number in 1..14 {
        portion(&mut random, folder.path(), number);
        size = record(folder.path(), &address);
        std::thread::sleep(Duration::from_millis(random.u64(0..150)));
        if number % 3 == 0 {
            let mut killed = std::mem::replace(&mut workers[number % 2], worker(&address));
            killed.kill().unwrap();
            killed.wait().unwrap();
        }
    }
    let mut lines = Vec::new();
    for _ in 0..1200 {
        lines.clear();
        let last = shards
            .told(0, &mut |line| {
                lines.push((line.step.n, line.shard, line.text));
                Ok(())
            })
            .unwrap();
        if shards.step(last).unwrap().is_some_and(|step| step.size == size) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let steps = shards.steps(0, usize::MAX).unwrap();
    assert_eq!(steps.last().unwrap().size, size);
    assert!(steps.len() > 3, "{steps:?}");
    assert_eq!(lines, alone(&address, &parts, &steps));
    // In the end, what is told last is what an evaluation from the files says.
    let monitor = Monitor::load(folder.path(), &Paths::of_folder(folder.path()).unwrap(), &asked()).unwrap();
    let wanted: BTreeMap<(String, String), Option<StatusSet>> = monitor
        .verdicts(&[])
        .into_iter()
        .map(|told| {
            ((format!("{} {}", told.standard, told.reading), told.provision.to_string()), told.status)
        })
        .collect();
    let mut found = BTreeMap::new();
    for (_, shard, text) in &lines {
        let line: serde_json::Value = serde_json::from_str(text).unwrap();
        found.insert((shard.clone(), line["provision"].as_str().unwrap().to_owned()), line["status"].clone());
    }
    let wanted: BTreeMap<_, _> =
        wanted.into_iter().map(|(key, set)| (key, serde_json::to_value(set).unwrap())).collect();
    assert_eq!(found, wanted);
    println!("{} lines at {} steps", lines.len(), steps.len());
}

/// What one program tells that takes every step.
fn alone(address: &str, parts: &[String], steps: &[Step]) -> Vec<(u64, String, String)> {
    let mut work = shared(address);
    for name in parts {
        work.take_up(&Shard { name: name.clone(), told: 0, began: 0 }, None).unwrap();
    }
    let mut lines = Vec::new();
    for step in steps {
        let mut told = work.go_on(step.n - 1, *step).unwrap();
        told.sort();
        for (shard, texts) in told {
            lines.extend(texts.into_iter().map(|text| (step.n, shard.clone(), text)));
        }
    }
    lines
}
