//! A watch kept up to date, from files: the same for any number of threads, any portions and any order of arrival.
//!
//! Invariant: what is told in the end is what an evaluation from scratch says.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use fastrand::Rng;
use model::{Instant, Standard, StatusSet};
use watch::{
    Monitor, Paths, Question, Watch,
    monitor::{Asked, Told, claims},
};

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nmonitor m \"M\"\nzone z \"Z\" from z.geojson\n\
    obligation daily\n  a must deliver at least 3 boxes in z each day\n\
    exchange answers\n  for every complaint that b notifies to m\n  m must respond to the same complaint\n  within 36 hours after that notice\n\
    exchange swaps\n  for every 3 persons that a releases to b\n  b must release at least 1 person to a\n  within 48 hours after that release\n\
    prohibition quiet\n  each of a and b must not attack anyone in z\n\
    obligation hangs\n  a must deliver at least 40 boxes within 240 hours after breached(quiet)\n```\n";
const SOURCES: &str =
    "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\ncovers = [{ lag = \"P0D\" }]\n";
const ZONE: &str = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}";

/// Rows of a table, some of which come later and some of which are corrected.
fn table(random: &mut Rng, rows: usize) -> String {
    let mut text = "time,known_at,act,item,by,to,zone,amount,ref,source,id,revises\n".to_owned();
    let start = Instant::parse("2026-01-01T00:00:00Z").expect("an instant").0;
    for number in 0..rows {
        let at = |seconds: i64| Instant(start + seconds * 1_000_000);
        let time = random.i64(0..86_400 * 30);
        let known = if random.u8(0..10) == 0 { time + random.i64(0..86_400 * 2) } else { time };
        let (act, item, by, to) = match random.u8(0..8) {
            0..4 => ("deliver", "box", "a", "b"),
            4 => ("notify", "complaint", "b", "m"),
            5 => ("respond", "complaint", "m", "b"),
            6 => ("release", "person", "a", "b"),
            _ if random.u8(0..20) == 0 => ("attack", "person", "a", "b"),
            _ => ("release", "person", "b", "a"),
        };
        let referring = act == "notify" || act == "respond";
        let reference = if referring { format!("r{}", random.usize(0..rows / 8 + 1)) } else { String::new() };
        let revises = if number > 0 && random.u8(0..20) == 0 {
            format!("i{}", random.usize(0..number))
        } else {
            String::new()
        };
        let (time, known) = (at(time), at(known));
        writeln!(text, "{time},{known},{act},{item},{by},{to},z,,{reference},m,i{number},{revises}")
            .expect("a text grows");
    }
    text
}

fn watch(folder: &Path, table: &str, lines: &str) {
    fs::create_dir_all(folder.join("evidence")).expect("a folder");
    let files = [
        ("agreement.pact.md", AGREEMENT),
        ("sources.toml", SOURCES),
        ("z.geojson", ZONE),
        ("evidence/a.csv", table),
        ("evidence/b.jsonl", lines),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
}

/// The rows of a table as claims, one JSON object a line.
fn lines(table: &str) -> Vec<String> {
    let read = ingest::table::read("t.csv", &mut table.as_bytes()).expect("a table");
    let each = read.claims.iter().map(|claim| {
        let when = claim.occurred.map(|period| period.first.to_string());
        let party = |named: &[model::claim::Named]| -> Vec<serde_json::Value> {
            named.iter().map(|n| serde_json::json!({ "party": n.party })).collect()
        };
        let mut object = serde_json::json!({
            "id": claim.id, "source": claim.source, "type": "event", "act": claim.act, "item": claim.item,
            "occurred": { "from": when, "to": when }, "known_at": claim.known_at.to_string(),
            "by": party(&claim.by), "to": party(&claim.to), "place": { "zone": "z" },
        });
        for (key, value) in [("ref", &claim.reference), ("revises", &claim.revises)] {
            if let Some(value) = value {
                object[key] = serde_json::json!(value);
            }
        }
        object.to_string()
    });
    each.collect()
}

fn asked(threads: usize, standards: &[Standard]) -> Asked {
    Asked {
        standards: standards.to_vec(),
        readings: vec!["text".to_owned()],
        at: None,
        known_at: None,
        threads,
    }
}

/// Two shards: one word is all that there is.
const BOTH: [Standard; 2] = [Standard::Alleged, Standard::Admitted];

fn load(folder: &Path, threads: usize, standards: &[Standard]) -> Monitor {
    let paths = Paths::of_folder(folder).expect("a watch");
    Monitor::load(folder, &paths, &asked(threads, standards)).unwrap_or_else(|error| panic!("{error}"))
}

fn told(monitor: &Monitor) -> Vec<Told> {
    monitor.verdicts(&model::Status::ALL)
}

#[test]
fn threads_portions_and_order_change_nothing() {
    for seed in 0..4 {
        let mut random = Rng::with_seed(seed);
        let folder = tempfile::tempdir().expect("a folder");
        let table = table(&mut random, 240);
        watch(folder.path(), &table, "");
        let whole = load(folder.path(), 1, &BOTH);
        assert_eq!(whole.read.lines, 240, "seed {seed}");
        for threads in [2, 3, 5] {
            assert_eq!(
                told(&load(folder.path(), threads, &BOTH)),
                told(&whole),
                "seed {seed}, {threads} threads"
            );
        }
        // The same as lines that come in one by one, in portions, in another order.
        let mut lines = lines(&table);
        for portion in [1, 7, 240] {
            random.shuffle(&mut lines);
            let empty = tempfile::tempdir().expect("a folder");
            watch(empty.path(), "time,act,source\n", "");
            let mut monitor = load(empty.path(), 2, &BOTH);
            let mut last: BTreeMap<(String, String), Option<StatusSet>> = BTreeMap::new();
            for some in lines.chunks(portion) {
                let read = claims("in", some.join("\n").as_bytes()).expect("lines");
                let (changed, rejected) = monitor.take(read.claims);
                assert_eq!(rejected, [], "seed {seed}");
                for told in changed {
                    last.insert((told.standard, told.provision), told.status);
                }
            }
            let of_name = |mut told: Vec<Told>| {
                told.iter_mut().for_each(|told| told.watch.clear());
                // Instances by reference stand in the order in which their references came.
                told.iter_mut().for_each(|told| told.instances.sort_by(|a, b| a.key.cmp(&b.key)));
                told
            };
            assert_eq!(of_name(told(&monitor)), of_name(told(&whole)), "seed {seed}, portions of {portion}");
            for told in told(&monitor) {
                let said = last.get(&(told.standard.clone(), told.provision.clone()));
                assert_eq!(said.copied().unwrap_or(told.status), told.status, "what was told last holds");
            }
        }
    }
}

#[test]
fn it_says_what_an_evaluation_says() {
    for seed in 10..13 {
        let mut random = Rng::with_seed(seed);
        let folder = tempfile::tempdir().expect("a folder");
        watch(folder.path(), &table(&mut random, 200), "");
        let monitor = load(folder.path(), 2, &[Standard::Alleged, Standard::Adverse]);
        let watch = Watch::load(&Paths::of_folder(folder.path()).expect("a watch")).expect("a watch");
        for standard in [Standard::Alleged, Standard::Adverse] {
            let question = Question { standard: standard.clone(), ..Question::default() };
            let answer = watch.evaluate(&question).expect("the text is a reading");
            let told = told(&monitor).into_iter().filter(|told| told.standard == standard.to_string());
            for (told, own) in told.zip(&answer.provisions) {
                assert_eq!((&told.provision, told.at), (&own.id, answer.at), "seed {seed}");
                assert_eq!(told.status, own.status, "seed {seed} {standard} {}", own.id);
                let tally: BTreeMap<&str, _> = own.tally.iter().map(|(k, v)| (k.as_str(), *v)).collect();
                assert_eq!(told.tally, tally, "seed {seed} {standard} {}", own.id);
                assert_eq!(told.violations, own.violations, "seed {seed} {standard} {}", own.id);
            }
        }
    }
}
