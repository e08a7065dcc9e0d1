//! The engine held against the oracle (`crates/worlds`), on random small cases.
//!
//! Invariant: the engine leaves out no status that some world gives, and what it calls exact has no other.
//! With those of each construct there are 100,000 cases. `TRUCEWATCH_SEEDS=A..B` chooses the seeds, `TRUCEWATCH_CONSTRUCT=WORDS` the constructs.

use std::{
    collections::BTreeMap,
    fmt::Write,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use model::{
    Duration, Period, StatusSet,
    answer::{Count, ProvisionAnswer},
    source::{Coverage, Source},
};
use watch::verdict::{Inputs, Question, evaluate};
use worlds::{
    ProvisionVerdict, Refused,
    generator::{self, OwnedCase},
    verdict,
};

/// Steps after which the oracle gives a provision up.
const LIMIT: usize = 20_000;
/// Failures that are printed in full.
const SHOWN: usize = 5;
const THREADS: usize = 2;

#[derive(Default)]
struct Outcome {
    compared: usize,
    exact: usize,
    /// Those whose set is the smallest that is right, whether or not it is called so.
    narrow: usize,
    not_computed: usize,
    refused: BTreeMap<String, usize>,
    failures: Vec<(u64, String)>,
}

impl Outcome {
    fn add(&mut self, other: Outcome) {
        self.compared += other.compared;
        self.exact += other.exact;
        self.narrow += other.narrow;
        self.not_computed += other.not_computed;
        for (why, count) in other.refused {
            *self.refused.entry(why).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

#[allow(clippy::disallowed_methods, reason = "which seeds are run is no part of a verdict")]
fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("TRUCEWATCH_SEEDS") else { return usual };
    let (first, last) = text.split_once("..").expect("TRUCEWATCH_SEEDS is FIRST..LAST");
    first.parse().expect("a number")..last.parse().expect("a number")
}

fn names(set: StatusSet) -> String {
    set.iter().map(|status| status.name()).collect::<Vec<_>>().join(" ")
}

/// What is wrong with the engine's answer, if the oracle's is right.
fn faults(engine: &ProvisionAnswer, oracle: &ProvisionVerdict, exact: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut includes = |what: &str, engine: StatusSet, oracle: StatusSet| {
        if !engine.includes(oracle) {
            wrong.push(format!("{what} is {} and may be {}", names(engine), names(oracle)));
        }
    };
    let status = engine.status.unwrap_or_default();
    includes("the provision", status, oracle.status);
    for instance in &engine.instances {
        if let Some(set) = oracle.instances.get(&instance.key) {
            includes(&format!("instance {}", instance.key), instance.status, *set);
        }
    }
    for bearer in &engine.by_bearer {
        if let Some(set) = oracle.by_bearer.get(&bearer.party) {
            includes(&format!("bearer {}", bearer.party), bearer.status, *set);
        }
    }
    let Count { certain, possible } = engine.violations;
    if oracle.violations.0 < certain {
        wrong.push(format!("{certain} violations are called certain, {} are", oracle.violations.0));
    }
    if possible.is_some_and(|most| oracle.violations.1.is_none_or(|can| can > most)) {
        wrong.push(format!("at most {possible:?} violations, and {:?} may be", oracle.violations.1));
    }
    if exact && engine.exact && status != oracle.status {
        wrong.push(format!("{} is called exact, exact is {}", names(status), names(oracle.status)));
    }
    wrong
}

/// Both answers beside the case, for a person.
fn describe(
    case: &OwnedCase,
    engine: &ProvisionAnswer,
    oracle: &ProvisionVerdict,
    wrong: &[String],
) -> String {
    let mut text = format!("{case}{}:", oracle.id);
    let _ = wrong.iter().try_for_each(|fault| write!(text, " {fault};"));
    let _ = write!(text, "\n  engine {}", names(engine.status.unwrap_or_default()));
    let _ = write!(text, "{}  ", if engine.exact { " (exact)" } else { "" });
    for instance in &engine.instances {
        let _ = write!(text, "{}: {}, ", instance.key, names(instance.status));
    }
    for bearer in &engine.by_bearer {
        let _ = write!(text, "by {}: {}, ", bearer.party, names(bearer.status));
    }
    let _ = write!(text, "{:?}\n  oracle {}  ", engine.violations, names(oracle.status));
    for (key, set) in &oracle.instances {
        let _ = write!(text, "{key}: {}, ", names(*set));
    }
    for (bearer, set) in &oracle.by_bearer {
        let _ = write!(text, "by {bearer}: {}, ", names(*set));
    }
    let _ = write!(text, "{:?}", oracle.violations);
    text
}

/// The case with a register of all uses of powers, which hears everyone: what nobody reported was not done (spec/meaning.md §8).
fn with_register(owned: &OwnedCase) -> OwnedCase {
    let mut told = owned.clone();
    let has_powers = !told.agreement.powers.is_empty()
        || told.agreement.provisions.iter().any(|p| !p.terms.consequences.is_empty());
    if !has_powers {
        return told;
    }
    let acts = ["suspend", "resume", "terminate", "extend", "waive", "certify"].map(str::to_owned).to_vec();
    let mut register = Source::undeclared("register");
    register.covers = vec![Coverage {
        acts,
        items: Vec::new(),
        counters: Vec::new(),
        by: Vec::new(),
        to: Vec::new(),
        scope: None,
        stages: Vec::new(),
        area: None,
        period: Period::ALWAYS,
        lag: Duration(0),
        accepted_by: Vec::new(),
        basis: None,
    }];
    for claim in &told.claims {
        if !told.sources.iter().any(|source| source.id == claim.source) {
            told.sources.push(Source::undeclared(&claim.source));
        }
    }
    told.sources
        .iter_mut()
        .filter(|source| source.under.is_none())
        .for_each(|source| source.under = Some("register".to_owned()));
    told.sources.push(register);
    told
}

/// Holds the answers to one case against each other.
fn compare(seed: u64, owned: &OwnedCase, exact: bool, outcome: &mut Outcome) {
    let inputs = Inputs {
        agreement: &owned.agreement,
        grounds: &owned.grounds,
        sources: &owned.sources,
        claims: &owned.claims,
        decisions: &[],
    };
    let question = Question {
        at: Some(owned.at),
        known_at: Some(owned.known_at),
        standard: owned.standard.clone(),
        reading: None,
    };
    let answer = evaluate(&inputs, &question).expect("the text itself is asked for");
    let told = with_register(owned);
    let case = told.as_case();
    for (engine, provision) in answer.provisions.iter().zip(&owned.agreement.provisions) {
        if !engine.computed {
            outcome.not_computed += 1;
            continue;
        }
        let oracle = match verdict(&case, provision, LIMIT) {
            Ok(oracle) => oracle,
            Err(why) => {
                let why = match why {
                    Refused::TooMany => "too many worlds".to_owned(),
                    Refused::NotHandled(what) => what,
                };
                *outcome.refused.entry(why).or_default() += 1;
                continue;
            }
        };
        outcome.compared += 1;
        outcome.exact += usize::from(engine.exact);
        outcome.narrow += usize::from(engine.status == Some(oracle.status));
        let wrong = faults(engine, &oracle, exact);
        if !wrong.is_empty() {
            outcome.failures.push((seed, describe(owned, engine, &oracle, &wrong)));
        }
    }
}

/// Runs all seeds and says what came of them.
fn outcome(name: &str, usual: Range<u64>, make: fn(u64) -> OwnedCase, exact: bool) -> Outcome {
    let seeds = seeds(usual);
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut outcome = Outcome::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return outcome;
            }
            compare(seed, &make(seed), exact, &mut outcome);
        }
    };
    let mut all = Outcome::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            all.add(worker.join().expect("a comparison does not panic"));
        }
    });
    let Outcome { compared, exact, narrow, .. } = all;
    println!("{name}, seeds {seeds:?}: {compared} compared, {exact} called exact, {narrow} exact");
    println!("  {} not computed; refused by the oracle: {:?}", all.not_computed, all.refused);
    all.failures.sort();
    for (seed, text) in all.failures.iter().take(SHOWN) {
        println!("\n--- {name}, seed {seed}\n{text}");
    }
    all
}

/// Runs all seeds and fails with the first few cases that go wrong.
fn run(usual: Range<u64>, make: fn(u64) -> OwnedCase, exact: bool) {
    let failures = outcome("duties", usual, make, exact).failures;
    let failing: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
    assert!(failing.is_empty(), "{} answers are wrong: seeds {failing:?}", failing.len());
}

#[test]
fn the_engine_answers_as_the_worlds_do() {
    run(0..47_500, generator::case, true);
}

#[test]
fn under_every_standard_the_engine_leaves_nothing_out() {
    run(0..47_500, generator::case_under_some_standard, false);
}

/// `TRUCEWATCH_CONSTRUCT` chooses the constructs whose name holds it.
#[test]
#[allow(clippy::disallowed_methods, reason = "which cases are run is no part of a verdict")]
fn each_construct_is_answered_as_the_worlds_have_it() {
    let wanted = std::env::var("TRUCEWATCH_CONSTRUCT").unwrap_or_default();
    let chosen = generator::CONSTRUCTS.into_iter().filter(|(name, _)| name.contains(&wanted));
    let mut failing: Vec<(&str, Vec<u64>)> = Vec::new();
    for (name, make) in chosen {
        let failures = outcome(name, 0..300, make, true).failures;
        if !failures.is_empty() {
            failing.push((name, failures.into_iter().map(|(seed, _)| seed).collect()));
        }
    }
    assert!(failing.is_empty(), "answers are wrong: {failing:?}");
}
