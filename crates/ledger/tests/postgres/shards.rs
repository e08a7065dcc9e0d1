//! Work that several programs share, some of which are killed or stopped.
//!
//! Invariant: what is told is a function of the entries and the steps, whoever did what and whoever died when.

use std::{
    collections::BTreeMap,
    process::{Child, Command, Stdio},
    time::{Duration, Instant as Moment},
};

use ledger::{
    Draft, Error, Kind, Ledger, Postgres, PostgresShards,
    shards::{Line, Shard, Shards, Step, Work, Worker},
};
use model::Instant;

use crate::{
    InSchema,
    suite::{Hand, Place as _, signer},
};

/// Something that hangs on every entry before, and on their order.
fn next(value: u64, shard: &str, content: &[u8]) -> u64 {
    shard.bytes().chain(content.iter().copied()).fold(value ^ 0x9e37, |value, byte| {
        value.rotate_left(5).wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
    })
}

fn line(shard: &str, seq: usize, value: u64) -> Option<String> {
    seq.is_multiple_of(3).then(|| format!("{shard} {seq} {value:x}"))
}

/// What is to be told, from the entries and the steps alone.
fn wanted(names: &[String], contents: &[Vec<u8>], steps: &[Step]) -> Vec<Line> {
    let mut values = vec![0; names.len()];
    let mut lines = Vec::new();
    let mut from = 0;
    for step in steps {
        let to = usize::try_from(step.size).unwrap();
        for (name, value) in names.iter().zip(&mut values) {
            for (seq, content) in contents.iter().enumerate().take(to).skip(from) {
                *value = next(*value, name, content);
                let text = line(name, seq, *value);
                lines.extend(text.map(|text| Line { step: *step, shard: name.clone(), text }));
            }
        }
        from = to;
    }
    lines
}

/// One who computes it.
struct Chain {
    ledger: Ledger,
    at: BTreeMap<String, (u64, usize, u64)>,
}

impl Chain {
    fn contents(&self, size: u64) -> Result<Vec<Vec<u8>>, Error> {
        let mut contents = Vec::new();
        self.ledger.read(size, &mut |entry| {
            contents.push(entry.content.unwrap());
            Ok(())
        })?;
        Ok(contents)
    }
}

impl Work for Chain {
    fn goal(&mut self) -> Result<(u64, Instant), Error> {
        Ok((self.ledger.head()?.0.size, Instant(0)))
    }
    fn take_up(&mut self, shard: &Shard, at: Option<Step>) -> Result<(), Error> {
        let (shard, told, size) = (&shard.name, shard.told, at.map_or(0, |step| step.size));
        let contents = self.contents(size)?;
        let value = contents.iter().fold(0, |value, content| next(value, shard, content));
        self.at.insert(shard.clone(), (told, contents.len(), value));
        Ok(())
    }
    fn go_on(&mut self, told: u64, step: Step) -> Result<Vec<(String, Vec<String>)>, Error> {
        let contents = self.contents(step.size)?;
        let mut all = Vec::new();
        for (name, (at, from, value)) in self.at.iter_mut().filter(|(_, (at, _, _))| *at == told) {
            let mut lines = Vec::new();
            for (seq, content) in contents.iter().enumerate().skip(*from) {
                *value = next(*value, name, content);
                lines.extend(line(name, seq, *value));
            }
            (*at, *from) = (step.n, contents.len());
            all.push((name.clone(), lines));
        }
        Ok(all)
    }
    fn put_down(&mut self, shard: &str) {
        self.at.remove(shard);
    }
}

fn names() -> Vec<String> {
    ["gaza admitted", "gaza alleged", "kosovo alleged", "tigray alleged", "tigray text"]
        .map(str::to_owned)
        .into()
}

fn told(shards: &mut PostgresShards) -> (u64, Vec<Line>) {
    let mut lines = Vec::new();
    let until = shards
        .told(0, &mut |line| {
            lines.push(line);
            Ok(())
        })
        .unwrap();
    (until, lines)
}

/// Waits until something holds, and says how long that took.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "it is measured")]
    let began = Moment::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
    began.elapsed()
}

fn send(worker: &Child, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &worker.id().to_string()]).status().unwrap().success());
}

pub fn parts_are_shared_whoever_dies(place: &InSchema<'_>) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    let append = |n: usize| {
        let drafts =
            (0..1 + n % 4).map(|k| Draft::open(Kind::Claim, "desk", format!("{n} {k}").into_bytes()));
        ledger.append(drafts.collect()).unwrap().size
    };
    // This one looks on. It says what there is to do, and takes no part in it.
    let mut shards = PostgresShards::open(&place.address()).unwrap();
    shards.enroll(&names()).unwrap();
    let mut client = place.open();
    let mut holders = || -> Vec<i32> {
        let sql = "SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objid > 0 AND l.granted
          AND l.classid = current_schema()::text::regnamespace::oid ORDER BY 1";
        client.client().query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    let mut workers: Vec<Child> = (0..3).map(|_| worker(place)).collect();
    for round in 0..12 {
        append(round);
        std::thread::sleep(Duration::from_millis(fastrand::u64(30..250)));
        if round % 3 == 2 {
            let mut killed = std::mem::replace(&mut workers[round % 3], worker(place));
            killed.kill().unwrap();
            killed.wait().unwrap();
        }
    }
    let size = append(3);
    let reached = |shards: &mut PostgresShards, size: u64| {
        let (until, _) = told(shards);
        shards.step(until).unwrap().is_some_and(|step| step.size >= size)
    };
    until("the last step", || reached(&mut shards, size));
    // All but one go: it takes over what they did.
    for worker in workers.iter_mut().skip(1) {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let alone = until("one worker with all parts", || {
        let holders = holders();
        holders.len() == names().len() && holders.windows(2).all(|pair| pair[0] == pair[1])
    });
    // One that is stopped holds its parts until it is noticed; then it can tell nothing more, and begins anew.
    send(&workers[0], "STOP");
    workers[1] = worker(place);
    let size = append(5);
    let stopped = until("the step after one was stopped", || reached(&mut shards, size));
    send(&workers[0], "CONT");
    let size = append(6);
    until("the step after it went on", || reached(&mut shards, size));
    let (last, lines) = told(&mut shards);
    let steps = shards.steps(0, usize::MAX).unwrap();
    assert_eq!(steps.len() as u64, last);
    let chain = Chain {
        ledger: Ledger::open(place.store(), None, Hand::new().clock()).unwrap(),
        at: BTreeMap::new(),
    };
    assert_eq!(lines, wanted(&names(), &chain.contents(steps[steps.len() - 1].size).unwrap(), &steps));
    println!(
        "{} lines at {last} steps; taken over after {alone:?}, from one that was stopped after {stopped:?}",
        lines.len()
    );
    for worker in &mut workers {
        let _ = worker.kill();
        worker.wait().unwrap();
    }
}

/// This program again, as one that works until it is killed.
fn worker(place: &InSchema<'_>) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "shards::works_until_it_is_killed", "--ignored", "--nocapture"])
        .env("ADDRESS", place.address())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "another case starts it"]
fn works_until_it_is_killed() {
    let address = std::env::var_os("ADDRESS").unwrap().into_string().unwrap();
    loop {
        let ledger =
            Ledger::open(Box::new(Postgres::open(&address).unwrap()), None, Hand::new().clock()).unwrap();
        let mut chain = Chain { ledger, at: BTreeMap::new() };
        let shards = PostgresShards::open(&address).unwrap();
        let mut worker = Worker::new(Box::new(shards), &mut chain);
        loop {
            match worker.turn() {
                Ok(true) => {}
                Ok(false) => std::thread::sleep(Duration::from_millis(30)),
                Err(error) => {
                    eprintln!("{error}");
                    break;
                }
            }
        }
    }
}
