//! The worlds of answers by reference: which notices came, which answers, and which each of them serves
//! (spec/meaning.md §7).
//!
//! Invariant: an answer without a reference serves at most one instance, which is open when it comes.

use std::collections::BTreeMap;

use model::{
    Instant, Standard,
    agreement::{Action, Provision},
};

use crate::{
    Oracle, Refused,
    incidents::{FURTHER, Incidents},
    world::{Deed, not_handled},
};

/// Every way in which notices came and were answered.
pub(crate) fn deeds(
    oracle: &Oracle,
    provision: &Provision,
    trigger: &Action,
    answer: &Action,
    points: &[Instant],
) -> Result<Vec<Vec<Deed>>, Refused> {
    if !matches!(oracle.case.standard, Standard::Alleged | Standard::Account(_)) {
        return not_handled("answers by reference under a standard of proof");
    }
    oracle.independent(trigger, answer)?;
    let notices = Incidents::of(oracle, provision, trigger)?.at(points);
    let answers = Incidents::of(oracle, provision, answer)?.at(points);
    let unseen: Vec<Deed> = answers.further();
    let given = answers.reported()?;
    let mut all = Vec::new();
    for notices in notices.deeds()? {
        // What comes out of scope opens none, and is not numbered.
        let scope = oracle.world(&notices)?.scope(provision)?;
        let opened = opened(notices.iter().filter(|notice| scope.contains(notice.at)));
        for given in &given {
            for served in assigned(given, &opened) {
                let mut ways = vec![[notices.clone(), served].concat()];
                for (key, at) in &opened {
                    // One that nobody reported, of the first of its doers, may serve each.
                    let by = unseen.first().map(|deed| deed.by.clone());
                    let may = unseen.iter().filter(|deed| Some(&deed.by) == by.as_ref() && deed.at >= *at);
                    let may: Vec<Deed> =
                        may.map(|deed| Deed { reference: Some(key.clone()), ..deed.clone() }).collect();
                    let with = |way: &Vec<Deed>| {
                        let also = |deed: &Deed| way.iter().cloned().chain([deed.clone()]).collect();
                        may.iter().map(also).chain([way.clone()]).collect::<Vec<Vec<Deed>>>()
                    };
                    ways = ways.iter().flat_map(with).collect();
                    oracle.spend(ways.len() / 4)?;
                }
                all.extend(ways);
            }
        }
    }
    Ok(all)
}

/// The instances that notices open, by key.
fn opened<'d>(notices: impl Iterator<Item = &'d Deed>) -> BTreeMap<String, Instant> {
    let mut notices: Vec<&Deed> = notices.collect();
    notices.sort();
    let (mut opened, mut bare) = (BTreeMap::new(), 0);
    for notice in notices {
        let key = notice.reference.clone().unwrap_or_else(|| {
            bare += 1;
            format!("#{bare}")
        });
        opened.entry(key).or_insert(notice.at);
    }
    opened
}

/// Answers, each without a reference serving none or one of the instances that are open when it comes.
fn assigned(given: &[Deed], opened: &BTreeMap<String, Instant>) -> Vec<Vec<Deed>> {
    let mut ways: Vec<Vec<Deed>> = vec![Vec::new()];
    for deed in given {
        let with = |way: &Vec<Deed>| {
            let mut more = vec![way.iter().cloned().chain([deed.clone()]).collect()];
            if deed.reference.is_none() {
                for (key, _) in opened.iter().filter(|(key, at)| **at <= deed.at && key.as_str() != FURTHER) {
                    let served = Deed { reference: Some(key.clone()), ..deed.clone() };
                    more.push(way.iter().cloned().chain([served]).collect::<Vec<Deed>>());
                }
            }
            more
        };
        ways = ways.iter().flat_map(with).collect();
    }
    ways
}
