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
    println!("at {}  known at {}  standard {}", case.at, case.known_at, case.standard);
    for provision in &case.agreement.provisions {
        println!("{} {:?}: {:#?}", provision.id, provision.bearers, provision.rule);
    }
    for source in case.sources.iter().filter(|source| !source.covers.is_empty()) {
        for entry in &source.covers {
            let (from, to) = (entry.period.first, entry.period.last);
            println!(
                "{} covers {:?} {from} to {to} lag {:?}, accepted by {:?}",
                source.id, entry.area, entry.lag, entry.accepted_by
            );
        }
        source.gaps.iter().for_each(|gap| println!("  gap {} to {}", gap.period.first, gap.period.last));
    }
    for c in &case.claims {
        let by: Vec<_> = c.by.iter().map(|named| named.party.as_deref().unwrap_or("?")).collect();
        let when = c.occurred.map_or_else(String::new, |p| format!("{} to {}", p.first, p.last));
        let (range, zone) = (c.range(), c.place.as_ref().and_then(|place| place.zone.as_deref()));
        let amount =
            |bound: Option<model::Amount>| bound.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
        println!(
            "{} {} {:?} {} {}-{} {when}, known {}, by {by:?} to {} in {zone:?}",
            c.id,
            c.source,
            c.kind,
            c.act.as_deref().unwrap_or(""),
            amount(range.low),
            amount(range.high),
            c.known_at,
            c.to.len(),
        );
        println!(
            "   ref {:?} since {:?} denies {:?} {:?} revises {:?} retracts {:?} {:?}",
            c.reference, c.cumulative_since, c.denies, c.about, c.revises, c.retracts, c.observed
        );
    }
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
