//! What was known when, on random watches of every construct: the table of `history` held against a verdict for every instant,
//! and verdicts kept up to date held against such a table, however the claims came.
//!
//! Invariant: an instant that is left out is one at which nothing could have changed.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use live::{Shard, Store, World};
use model::{
    Duration, Id, Instant, StatusSet,
    amount::Range,
    answer::{ClaimsRead, Count, ProvisionAnswer},
    claim::Claim,
};
use watch::{Question, Watch, files::Settings};
use worlds::generator::{self, OwnedCase};

/// Random cases of each construct.
const SEEDS: u64 = 10;

/// The random watches, each with its name.
fn cases() -> impl Iterator<Item = (String, OwnedCase)> {
    let plain =
        (0..SEEDS * 10).map(|seed| (format!("seed {seed}"), generator::case_under_some_standard(seed)));
    let each = generator::CONSTRUCTS.into_iter();
    plain.chain(
        each.flat_map(|(name, make)| {
            (0..SEEDS).map(move |seed| (format!("{name}, seed {seed}"), make(seed)))
        }),
    )
}

fn watch_of(owned: &OwnedCase, claims: Vec<Claim>) -> Watch {
    Watch {
        settings: Settings::default(),
        agreement: owned.agreement.clone(),
        text: String::new(),
        agreement_file: String::new(),
        sha256: String::new(),
        warnings: Vec::new(),
        grounds: Vec::new(),
        sources: owned.sources.clone(),
        claims,
        decisions: Vec::new(),
        read: ClaimsRead::default(),
    }
}

fn question(owned: &OwnedCase, known: Instant) -> Question {
    let standard = owned.standard.clone();
    Question { at: Some(owned.at), known_at: Some(known), standard, reading: None }
}

/// Every instant at which something is looked at: each at which a claim came, the tick before, and every quarter of a day.
fn instants(owned: &OwnedCase, until: Instant) -> BTreeSet<Instant> {
    let start = owned.agreement.in_force;
    let came = owned.claims.iter().map(|claim| claim.known_at);
    let came = came.flat_map(|at| [at, at.previous()]);
    let days = (0..).map(|number| start + Duration::hours(6 * number)).take_while(|at| *at <= until);
    came.chain(days).chain([until]).filter(|at| start <= *at && *at <= until).collect()
}

/// The end of all that is looked at: all claims have come, and no silence is still to be waited for.
fn end(owned: &OwnedCase) -> Instant {
    let came = owned.claims.iter().map(|claim| claim.known_at);
    came.chain([owned.at, owned.agreement.in_force]).max().unwrap_or(owned.at) + Duration::hours(36)
}

/// What a row of the table shows, but for its causes.
type Shown = (StatusSet, Option<Range>, BTreeMap<String, Count>, Option<Count>);

fn shown(own: &ProvisionAnswer) -> Shown {
    let forbidden = own.kind == "prohibition";
    let violations = forbidden.then_some(own.violations);
    match own.instances.as_slice() {
        [one] => (one.status, (!forbidden).then_some(one.amount), BTreeMap::new(), violations),
        _ => (own.status.unwrap_or_default(), None, own.tally.clone(), violations),
    }
}

#[test]
fn history_leaves_out_no_instant_at_which_anything_changed() {
    let (mut looked_at, mut changed) = (0, 0);
    for (name, owned) in cases() {
        let watch = watch_of(&owned, owned.claims.clone());
        let until = end(&owned);
        let asked = question(&owned, until);
        let mut tables = BTreeMap::new();
        for provision in &owned.agreement.provisions {
            if let Ok(history) = watch.history(&asked, &provision.id, None) {
                assert_eq!(history.complete_from, owned.agreement.in_force.min(until), "{name}");
                changed += history.rows.len() - 1;
                tables.insert(provision.id.clone(), history.rows);
            }
        }
        for known in instants(&owned, until) {
            let answer = watch.evaluate(&question(&owned, known)).expect("the text is a reading");
            for own in answer.provisions.iter().filter(|own| own.computed) {
                let Some(rows) = tables.get(&own.id) else { continue };
                let row = rows.iter().rev().find(|row| row.known_from <= known).expect("a row");
                let told = (row.status, row.amount, row.tally.clone(), row.violations);
                let from = row.known_from;
                assert_eq!(told, shown(own), "{name}: {} known at {known}, row from {from}\n{owned}", own.id);
                looked_at += 1;
            }
        }
    }
    println!("{looked_at} verdicts looked at, {changed} changes");
    assert!(looked_at > 8000 && changed > 300, "{looked_at} verdicts looked at, {changed} changes");
}

/// Every verdict and what is said of its instances, for one known instant.
type Verdicts = BTreeMap<Id, (Option<StatusSet>, BTreeMap<StatusSet, usize>, Count)>;

/// The verdicts for each of some instants, from scratch.
fn table(watch: &Watch, owned: &OwnedCase, instants: &BTreeSet<Instant>) -> BTreeMap<Instant, Verdicts> {
    let at = |known: &Instant| {
        let answer = watch.evaluate(&question(owned, *known)).expect("the text is a reading");
        let each = answer.provisions.into_iter().map(|own| {
            let mut tally = BTreeMap::new();
            own.instances.iter().for_each(|one| *tally.entry(one.status).or_default() += 1);
            (own.id, (own.status, tally, own.violations))
        });
        (*known, each.collect())
    };
    instants.iter().map(at).collect()
}

/// The verdicts for each of some instants, of what is kept up to date as claims come in portions.
fn kept(
    owned: &OwnedCase,
    claims: &[Claim],
    instants: &BTreeSet<Instant>,
    random: &mut Rng,
) -> BTreeMap<Instant, Verdicts> {
    let world = World {
        agreement: owned.agreement.clone(),
        grounds: Vec::new(),
        standard: owned.standard.clone(),
        decisions: Vec::new(),
    };
    let mut store = Store::new(owned.sources.clone());
    let mut shard = Shard::new(world, &store, Some(owned.at), owned.agreement.in_force);
    let mut left: Vec<&Claim> = claims.iter().collect();
    let mut table = BTreeMap::new();
    for known in instants {
        loop {
            let come = left.iter().filter(|claim| claim.known_at <= *known).count();
            let portion = come.min(random.usize(1..4));
            let mut changes = Vec::new();
            for _ in 0..portion {
                let next = left.iter().position(|claim| claim.known_at <= *known).expect("one has come");
                store.add(left.remove(next).clone(), &mut changes).expect("identifiers are new");
            }
            shard.update(&store, &changes, *known);
            if portion == 0 {
                break;
            }
        }
        let each = shard.verdicts();
        let each = each.map(|(id, own)| (id.clone(), (own.status, own.tally.clone(), own.violations)));
        table.insert(*known, each.collect());
    }
    table
}

#[test]
fn the_order_in_which_claims_came_is_nowhere_seen() {
    let (mut random, mut related) = (Rng::with_seed(1), 0);
    for (name, mut owned) in cases() {
        // Some more are revised or taken back than the random cases have, also by one known earlier.
        for index in 1..owned.claims.len() {
            let earlier = owned.claims[random.usize(..index)].clone();
            let claim = &mut owned.claims[index];
            if random.bool() || claim.revises.is_some() || claim.retracts.is_some() {
                continue;
            }
            claim.source = earlier.source;
            let target = Some(earlier.id);
            if random.bool() {
                claim.revises = target
            } else {
                claim.retracts = target
            }
            related += 1;
        }
        let until = end(&owned);
        let instants = instants(&owned, until);
        let right = table(&watch_of(&owned, owned.claims.clone()), &owned, &instants);
        let mut claims = owned.claims.clone();
        random.shuffle(&mut claims);
        let again = table(&watch_of(&owned, claims.clone()), &owned, &instants);
        let kept = kept(&owned, &claims, &instants, &mut random);
        for known in &instants {
            assert_eq!(again[known], right[known], "{name}: in another order, known at {known}\n{owned}");
            assert_eq!(kept[known], right[known], "{name}: kept up to date, known at {known}\n{owned}");
        }
    }
    assert!(related > 100, "only {related} claims were revised or taken back");
}
