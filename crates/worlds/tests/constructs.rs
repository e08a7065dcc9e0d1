//! How many of the random cases of each construct the oracle answers, and that it answers enough.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use worlds::{Refused, generator::CONSTRUCTS, verdict};

/// Steps after which the oracle gives a provision up.
const LIMIT: usize = 20_000;
const SEEDS: u64 = 60;

#[test]
fn the_oracle_answers_a_good_part_of_the_cases_of_each_construct() {
    let mut few = Vec::new();
    for (name, make) in CONSTRUCTS {
        let (mut answered, mut doubtful, mut refused) = (0, 0, BTreeMap::<String, u64>::new());
        for seed in 0..SEEDS {
            let owned = make(seed);
            match verdict(&owned.as_case(), &owned.agreement.provisions[0], LIMIT) {
                Ok(verdict) => {
                    answered += 1;
                    doubtful += u64::from(verdict.status.len() > 1);
                }
                Err(Refused::TooMany) => *refused.entry("too many worlds".into()).or_default() += 1,
                Err(Refused::NotHandled(why)) => *refused.entry(why).or_default() += 1,
            }
        }
        println!(
            "{name}: {answered} of {SEEDS} answered, {doubtful} with several statuses; refused: {refused:?}"
        );
        if answered < SEEDS / 4 {
            few.push(name);
        }
    }
    assert!(few.is_empty(), "too few answers: {few:?}");
}
