//! Prints a random case and its verdicts: `show SEED [some]`; or runs many and reports: `show FIRST..LAST
//! [some]`. With `some` the seed picks the standard of proof too.

use std::collections::BTreeMap;

use model::StatusSet;
use worlds::{Refused, generator, verdicts};

const LIMIT: usize = 20_000;

fn names(set: StatusSet) -> String {
    set.iter().map(|status| status.name()).collect::<Vec<_>>().join(" ")
}

fn show(case: &generator::OwnedCase) {
    print!("{case}");
    match verdicts(&case.as_case(), LIMIT) {
        Err(refused) => println!("refused: {refused:?}"),
        Ok(all) => all.iter().for_each(|verdict| {
            println!("{}: {}  violations {:?}", verdict.id, names(verdict.status), verdict.violations);
            verdict.instances.iter().for_each(|(key, set)| println!("  {key}: {}", names(*set)));
            verdict.by_bearer.iter().for_each(|(bearer, set)| println!("  by {bearer}: {}", names(*set)));
        }),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let which = arguments.next().unwrap_or_default();
    let make = if arguments.next().is_some() { generator::case_under_some_standard } else { generator::case };
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    let Some((first, last)) = which.split_once("..") else { return show(&make(number(&which))) };
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for seed in number(first)..number(last) {
        let key = match verdicts(&make(seed).as_case(), LIMIT) {
            Ok(all) => all.iter().map(|verdict| names(verdict.status)).collect::<Vec<_>>().join(" | "),
            Err(Refused::TooMany) => format!("too many, as {seed}"),
            Err(Refused::NotHandled(what)) => what,
        };
        *outcomes.entry(key).or_default() += 1;
    }
    outcomes.iter().for_each(|(key, count)| println!("{count:6} {key}"));
}
