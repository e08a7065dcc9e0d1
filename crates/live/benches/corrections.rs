//! One correction with many events loaded: how long until every verdict is right again.
//!
//! For each number of provisions a made-up log is loaded: deliveries of so many kinds of boxes, and complaints of so many
//! matters with their answers. Half of the provisions are a quota of one kind a day, the others answers to one matter within 72
//! hours. Then single events are corrected at random: revised to another time, as one claim. `nothing` is a correction of an
//! event that no provision asks about. Not a test: it asserts nothing but that the corrections did something.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::time::Instant as Clock;

use fastrand::Rng;
use ingest::rows::Shape;
use live::{
    Shard, Store, World,
    store::{Change, of_shape},
};
use model::{Duration, Id, Instant, Period, Standard, claim::Claim};

const SOURCES: &str =
    "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\ncovers = [{ lag = \"P0D\" }]\n";

fn agreement(provisions: usize) -> String {
    let mut text = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
        party a \"A\"\nparty b \"B\"\nmonitor m \"M\"\n"
        .to_owned();
    for kind in 0..provisions.div_ceil(2) {
        text.push_str(&format!("item kind{kind} \"kind {kind}\" is box\n"));
        text.push_str(&format!("item matter{kind} \"matter {kind}\" is complaint\n"));
    }
    for number in 0..provisions {
        let kind = number / 2;
        text.push_str(&if number % 2 == 0 {
            format!("obligation daily{kind}\n  a must deliver at least 6 kind{kind} each day\n")
        } else {
            format!(
                "exchange answers{kind}\n  for every matter{kind} that b notifies to m\n  m must respond to the same matter{kind}\n  within 72 hours after that notice\n"
            )
        });
    }
    text.push_str("```\n");
    text
}

fn event(act: &str, item: String, by: &str, to: &str, id: String, time: Instant) -> Claim {
    let shape = Shape {
        act: act.to_owned(),
        item: Some(item),
        by: Some(by.to_owned()),
        to: Some(to.to_owned()),
        zone: None,
        source: "m".to_owned(),
    };
    let mut claim = of_shape(&shape, id);
    (claim.occurred, claim.known_at) = (Some(Period::at(time)), time);
    claim
}

struct Loaded {
    store: Store,
    shard: Shard,
    last: Instant,
    /// Events that can be corrected.
    events: Vec<Claim>,
    bytes: f64,
}

/// A log of so many events, and the verdicts of so many provisions on it.
fn load(events: usize, provisions: usize) -> Loaded {
    let mut random = Rng::with_seed(1);
    let kinds = provisions.div_ceil(2);
    let sources = ingest::sources::read(SOURCES, &[]).expect("the sources are right");
    let before = resident();
    let mut store = Store::new(sources);
    let start = Instant::parse("2026-01-01T00:00:00Z").expect("an instant");
    let mut time = start;
    let mut kept = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    let mut number = 0;
    let mut add = |store: &mut Store, claim: Claim, random: &mut Rng| {
        changes.clear();
        if random.usize(..events.div_ceil(20_000)) == 0 {
            kept.push(claim.clone());
        }
        store.add(claim, &mut changes).expect("identifiers are new");
    };
    while number < events {
        time = time + Duration(random.i64(0..60_000_000));
        let kind = random.usize(..kinds);
        let id = |number: usize| format!("e{number}");
        if random.bool() {
            add(&mut store, event("deliver", format!("kind{kind}"), "a", "b", id(number), time), &mut random);
            number += 1;
            continue;
        }
        let matter = format!("matter{kind}");
        let mut notice = event("notify", matter.clone(), "b", "m", id(number), time);
        let wait = Duration::hours(random.i64(0..74));
        let mut answer = event("respond", matter, "m", "b", id(number + 1), time + wait);
        notice.reference = Some(format!("r{number}"));
        answer.reference.clone_from(&notice.reference);
        add(&mut store, notice, &mut random);
        add(&mut store, answer, &mut random);
        number += 2;
    }
    // What no provision asks about.
    for number in 0..2_000 {
        let time = start + Duration::hours(number);
        let claim = event("return", "prisoner".to_owned(), "a", "b", format!("n{number}"), time);
        store.add(claim, &mut Vec::new()).expect("identifiers are new");
    }
    let text = agreement(provisions);
    let parsed = language::parse(&text);
    let agreement = parsed.agreement.expect("the agreement is right");
    let world = World { agreement, grounds: Vec::new(), standard: Standard::Alleged, decisions: Vec::new() };
    let last = store.known().unwrap_or(start);
    let shard = Shard::new(world, &store, None, last);
    assert_eq!(shard.by_instance(), provisions, "every provision is kept instance by instance");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let bytes = (resident() - before) as f64 / store.rows() as f64;
    Loaded { store, shard, last, events: kept, bytes }
}

/// Resident memory in bytes, where the system tells.
fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    told.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}

/// Microseconds: median, 99th of a hundred, the greatest.
fn told(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    format!("{:8.1} {:8.1} {:8.1}", at(50), at(99), at(100))
}

fn main() {
    let given = |name: &str, usual: &[usize]| -> Vec<usize> {
        let arguments: Vec<String> = std::env::args().collect();
        let at = arguments.iter().position(|argument| argument == name);
        let text = at.and_then(|at| arguments.get(at + 1));
        text.map_or(usual.to_vec(), |text| text.split(',').filter_map(|n| n.parse().ok()).collect())
    };
    let rounds = 5_000;
    println!("events provisions  correction p50 p99 max, us      nothing p50 p99 max, us   bytes an event");
    for events in given("--events", &[1_000_000]) {
        for provisions in given("--provisions", &[10, 100, 1_000, 2_000]) {
            let Loaded { mut store, mut shard, last, events: kept, bytes } = load(events, provisions);
            let mut random = Rng::with_seed(2);
            let mut changed = 0;
            let mut correct = |target: Claim, number: usize, changed: &mut usize| {
                let mut claim = target.clone();
                claim.id = format!("c{number}");
                claim.revises = Some(target.id);
                let moved = Duration::hours(random.i64(1..100));
                claim.occurred = claim.occurred.map(|period| Period::at(period.first - moved));
                claim.known_at = last;
                let mut changes = Vec::new();
                let start = Clock::now();
                store.add(claim, &mut changes).expect("identifiers are new");
                *changed += usize::from(!shard.update(&store, &changes, last).is_empty());
                start.elapsed().as_secs_f64() * 1e6
            };
            let mut order = Rng::with_seed(3);
            let mut targets: Vec<&Claim> = kept.iter().collect();
            order.shuffle(&mut targets);
            let times: Vec<f64> = targets
                .into_iter()
                .take(rounds)
                .enumerate()
                .map(|(number, target)| correct(target.clone(), number, &mut changed))
                .collect();
            assert!(changed > 0, "no correction changed a verdict");
            let mut none = 0;
            let nothing: Vec<f64> = (0..2_000)
                .map(|number| {
                    let time = Instant::parse("2026-02-01T00:00:00Z").expect("an instant");
                    let id: Id = format!("n{number}");
                    let target = event("return", "prisoner".to_owned(), "a", "b", id, time);
                    correct(target, rounds + number, &mut none)
                })
                .collect();
            assert_eq!(none, 0, "what touches nothing changed something");
            println!("{events:>7} {provisions:>9}  {}   {}   {bytes:8.0}", told(times), told(nothing));
        }
    }
}
