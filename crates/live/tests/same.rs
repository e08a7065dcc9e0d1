//! Verdicts kept up to date, held against an evaluation from scratch: made-up claims that come, are revised, taken back and
//! restored, in any order and in any portions.
//!
//! Invariant: whatever came how, statuses, tallies, violations and the statuses of instances are those of `watch::evaluate`.

use std::collections::BTreeMap;

use fastrand::Rng;
use live::{Shard, Store, Verdict, World, store::of_shape};
use model::{
    Amount, Duration, Id, Instant, Period, Standard, StatusSet,
    agreement::Agreement,
    claim::{Claim, Kind, Observed, Quantity},
    source::Source,
};
use watch::verdict::{Inputs, Question, evaluate};

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nmonitor m \"M\"\nmonitor n \"N\"\nzone z \"Z\" from z.geojson\n\
    item red_box \"red box\" is box\nphase one \"One\"\n  begins at entry into force\n  lasts 96 hours\n\
    obligation daily\n  a must deliver at least 2 boxes in z each day\n\
    obligation ends\n  a must deliver at least 3 red_boxes each day\n  during phase one\n\
    exchange answers\n  for every complaint that b notifies to a\n  a must respond to the same complaint\n  within 36 hours after that notice\n\
    exchange each_answers\n  for every complaint that b notifies to m\n  each of a and m must respond to the same complaint\n  within 24 hours after that notice\n\
    exchange swaps\n  for every 2 persons that a releases to b\n  b must release at least 3 persons to a\n  within 48 hours after that release\n\
    obligation once_all\n  each of a and b must pay at least 5 boxes by the end of 2026-01-05\n\
    prohibition quiet\n  each of a and b must not attack anyone in z\n\
    obligation later\n  a must return at least 2 boxes within 48 hours after phase one has ended\n\
    obligation hangs\n  a must deliver at least 4 boxes within 72 hours after breached(quiet)\n```\n";

fn agreement() -> Agreement {
    let parsed = language::parse(AGREEMENT);
    let told: Vec<String> =
        parsed.diagnostics.iter().map(|d| language::render("t.pact.md", AGREEMENT, d)).collect();
    parsed.agreement.unwrap_or_else(|| panic!("{}", told.join("\n")))
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

/// Sources by how well they see, for one made-up watch.
fn sources(random: &mut Rng) -> Vec<Source> {
    let covers = match random.u8(0..6) {
        0 => String::new(),
        1 => "covers = [{ lag = \"P1D\" }]".to_owned(),
        2 => "covers = [{ acts = [\"deliver\", \"respond\"], lag = \"PT6H\" }, { acts = [\"notify\", \"release\", \"attack\"], from = \"2026-01-02T00:00Z\" }]".to_owned(),
        3 => "covers = [{ until = \"2026-01-05T00:00Z\" }]\ngaps = [{ from = \"2026-01-03T00:00Z\", to = \"2026-01-04T00:00Z\", cause = \"storm\" }]".to_owned(),
        _ => "covers = [{ lag = \"P0D\" }]".to_owned(),
    };
    let text = format!(
        "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\n{covers}\n\
         [[source]]\nid = \"n\"\nlabel = \"N\"\nkind = \"monitor\"\nunder = \"m\"\n\
         [[source]]\nid = \"a\"\nlabel = \"A\"\nkind = \"party\"\nside = \"a\"\n"
    );
    ingest::sources::read(&text, &["z".to_owned()]).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// What is the same for all claims of one made-up watch.
struct Kinds {
    /// Whether claims may be anything but plain events by one source.
    rough: bool,
}

fn claim(random: &mut Rng, number: usize, kinds: &Kinds) -> Claim {
    let one = |words: &[&str], random: &mut Rng| words[random.usize(..words.len())].to_owned();
    let (act, item, by, to) = match random.u8(0..12) {
        0..3 => ("deliver", one(&["box", "red_box"], random), "a", "b"),
        3..5 => ("notify", "complaint".to_owned(), "b", if random.bool() { "a" } else { "m" }),
        5..7 => ("respond", "complaint".to_owned(), if random.u8(0..4) > 0 { "a" } else { "m" }, "b"),
        7..9 => {
            let (by, to) = if random.bool() { ("a", "b") } else { ("b", "a") };
            ("release", "person".to_owned(), by, to)
        }
        9 => ("pay", "box".to_owned(), if random.bool() { "a" } else { "b" }, "b"),
        10 => ("return", "box".to_owned(), "a", "b"),
        _ => ("attack", "person".to_owned(), if random.bool() { "a" } else { "b" }, "b"),
    };
    let source = if kinds.rough && random.u8(0..8) == 0 { one(&["n", "a"], random) } else { "m".to_owned() };
    let shape = ingest::rows::Shape {
        act: act.to_owned(),
        item: Some(item),
        by: Some(by.to_owned()),
        to: Some(to.to_owned()),
        zone: Some("z".to_owned()),
        source,
    };
    let mut claim = of_shape(&shape, format!("c{number}"));
    let hours = |random: &mut Rng| Duration::hours(random.i64(0..24 * 8));
    let time = instant("2025-12-31T12:00Z") + hours(random);
    let wide = kinds.rough && random.u8(0..10) == 0;
    let last = if wide { time + Duration::hours(random.i64(0..48)) } else { time };
    claim.occurred = Some(Period { first: time, last });
    claim.known_at = if random.u8(0..5) == 0 { time + hours(random) } else { last };
    if random.u8(0..3) == 0 {
        let amount = Some(Amount::whole(random.i64(0..4)));
        claim.amount = Some(Quantity { low: amount, high: amount, ..Quantity::default() });
    }
    let referring = act == "notify" || act == "respond";
    if referring && !(kinds.rough && random.u8(0..12) == 0) {
        claim.reference = Some(format!("r{}", random.u8(0..6)));
    }
    if kinds.rough && random.u8(0..25) == 0 {
        claim.kind = Kind::Coverage;
        claim.observed = Some(Observed::Suspended);
        claim.about_source = Some("m".to_owned());
    }
    if number > 0 && random.u8(0..7) == 0 {
        let target = Some(format!("c{}", random.usize(..number)));
        if random.bool() { claim.revises = target } else { claim.retracts = target }
    }
    claim
}

/// What is compared.
#[derive(Debug, PartialEq)]
struct Held {
    status: Option<StatusSet>,
    tally: BTreeMap<StatusSet, usize>,
    violations: model::answer::Count,
}

fn held(verdict: &Verdict) -> Held {
    Held { status: verdict.status, tally: verdict.tally.clone(), violations: verdict.violations }
}

fn from_scratch(
    world: &World,
    sources: &[Source],
    claims: &[Claim],
    (at, known): (Instant, Instant),
) -> BTreeMap<Id, (Held, BTreeMap<String, StatusSet>)> {
    let inputs = Inputs {
        agreement: &world.agreement,
        grounds: &world.grounds,
        sources,
        claims,
        decisions: &world.decisions,
    };
    let standard = world.standard.clone();
    let question = Question { at: Some(at), known_at: Some(known), standard, reading: None };
    let answer = evaluate(&inputs, &question).expect("the text is a reading");
    let each = answer.provisions.into_iter().map(|provision| {
        let mut tally = BTreeMap::new();
        provision.instances.iter().for_each(|i| *tally.entry(i.status).or_default() += 1);
        let instances = provision.instances.iter().map(|i| (i.key.clone(), i.status)).collect();
        let held = Held { status: provision.status, tally, violations: provision.violations };
        (provision.id, (held, instances))
    });
    each.collect()
}

fn compare(shard: &Shard, store: &Store, sources: &[Source], claims: &[Claim], told: &str) -> usize {
    let now = shard.now();
    let scratch = from_scratch(shard.world(), sources, claims, (now.at, now.known));
    let live: Vec<Id> = fusion::live(claims, sources, now.known).into_iter().map(|c| c.id.clone()).collect();
    let mut own: Vec<Id> = store.live_rows().map(|row| store.row_as_claim(row).id).collect();
    own.extend(store.others().map(|claim| claim.id.clone()));
    own.sort();
    assert_eq!(own, live, "{told}: which claims are live");
    let mut compared = 0;
    for (id, verdict) in shard.verdicts() {
        let (expected, instances) = &scratch[id];
        let lines = || {
            let line = |c: &Claim| {
                let when = c.occurred.map(|p| p.first.to_string());
                format!(
                    "\n{} {} {:?} {:?} {:?} to {:?} {:?} known {} ref {:?} revises {:?} retracts {:?} {:?}",
                    c.id,
                    c.source,
                    c.act,
                    c.item,
                    c.by.first().and_then(|n| n.party.clone()),
                    c.to.first().and_then(|n| n.party.clone()),
                    when,
                    c.known_at,
                    c.reference,
                    c.revises,
                    c.retracts,
                    c.amount.as_ref().map(|a| a.low)
                )
            };
            claims.iter().map(line).collect::<String>()
        };
        assert_eq!(held(verdict), *expected, "{told}: {id} at {}: {instances:?} {}", now.at, lines());
        if let Some(own) = shard.instances(store, id) {
            let own: BTreeMap<String, StatusSet> = own.into_iter().collect();
            let listed = |(key, _): &(&String, &StatusSet)| !key.ends_with("unreported");
            let instances: BTreeMap<&String, &StatusSet> = instances.iter().filter(listed).collect();
            assert_eq!(own.iter().collect::<BTreeMap<_, _>>(), instances, "{told}: {id} at {}", now.at);
            compared += 1;
        }
    }
    compared
}

fn world(standard: Standard) -> World {
    World { agreement: agreement(), grounds: Vec::new(), standard, decisions: Vec::new() }
}

/// Claims as far as they are known, with what a wrong revision or two statements under one identifier leave out.
fn run(seed: u64, rough: bool) -> usize {
    let mut random = Rng::with_seed(seed);
    let standard = if random.u8(0..6) == 0 { Standard::Admitted } else { Standard::Alleged };
    let sources = sources(&mut random);
    let kinds = Kinds { rough };
    let count = random.usize(1..40);
    let mut claims: Vec<Claim> = (0..count).map(|number| claim(&mut random, number, &kinds)).collect();
    random.shuffle(&mut claims);
    let mut store = Store::new(sources.clone());
    let mut changes = Vec::new();
    let first = random.usize(0..claims.len());
    for claim in &claims[..first] {
        store.add(claim.clone(), &mut changes).expect("identifiers are new");
    }
    let start = instant("2026-01-01T00:00Z");
    let mut known = store.known().unwrap_or(start).max(start);
    let mut shard = Shard::new(world(standard.clone()), &store, None, known);
    let mut compared = compare(&shard, &store, &sources, &claims[..first], &format!("seed {seed}, loaded"));
    let mut rest = first;
    while rest < claims.len() {
        let portion = random.usize(1..4).min(claims.len() - rest);
        changes.clear();
        for claim in &claims[rest..rest + portion] {
            store.add(claim.clone(), &mut changes).expect("identifiers are new");
        }
        rest += portion;
        known = known.max(store.known().unwrap_or(known));
        shard.update(&store, &changes, known);
        let told = format!("seed {seed}, {rest} claims");
        compared += compare(&shard, &store, &sources, &claims[..rest], &told);
    }
    // Time alone.
    known = known + Duration::hours(random.i64(1..100));
    shard.update(&store, &[], known);
    compared += compare(&shard, &store, &sources, &claims, &format!("seed {seed}, later"));
    let fresh = Shard::new(world(standard), &store, None, known);
    assert_eq!(
        fresh.verdicts().collect::<Vec<_>>(),
        shard.verdicts().collect::<Vec<_>>(),
        "seed {seed}: as rebuilt"
    );
    compared
}

fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    #[expect(clippy::disallowed_methods, reason = "which seeds are run is no part of a verdict")]
    let Ok(text) = std::env::var("TRUCEWATCH_SEEDS") else { return usual };
    let (first, last) = text.split_once("..").expect("TRUCEWATCH_SEEDS is FIRST..LAST");
    first.parse().expect("a number")..last.parse().expect("a number")
}

#[test]
fn plain_events_are_kept_instance_by_instance() {
    let compared: usize = seeds(0..400).map(|seed| run(seed, false)).sum();
    assert!(compared > 10_000, "only {compared} provisions were kept instance by instance");
}

#[test]
fn anything_else_is_evaluated_anew() {
    seeds(0..300).for_each(|seed| {
        run(seed, true);
    });
}
