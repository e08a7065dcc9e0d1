//! What of one draft is which of the other where the identifiers differ.
//!
//! Invariant: two things are taken for one only where each is the other's only match: a tie leaves both apart.

use std::collections::{BTreeMap, BTreeSet};

use model::Id;

use super::{Pair, ThingKind, names::Space, things::Thing};

/// How much of what is said of two things is the same before they are taken for one, in parts of `WHOLE`.
///
/// The least that a provision says is three things: where it stands, whom it binds and what the deed is. Another one of
/// them leaves two thirds, so that a higher bar would miss a provision of which one respect has changed. Two that only
/// stand under one heading and bind the same reach at most a half of that least.
const ALIKE: usize = WHOLE * 2 / 3;
const WHOLE: usize = 300;

/// Parts that most provisions share whatever they demand: two that have them in common need have nothing in common.
const FRAME: [&str; 5] = ["Kind", "Binding", "Sort of duty", "Scope", "One violation"];

/// A thing and what is said of it, part by part, its heading among them.
struct Account<'t> {
    thing: &'t Thing,
    said: BTreeMap<&'static str, BTreeSet<&'t str>>,
}

/// The new names, by the old, of things that are in one draft each and the same: those that demand the same or, where
/// there are none, those that are most alike.
pub(super) fn same_under_another_name(pairs: &[Pair]) -> BTreeMap<(Space, Id), Id> {
    let gone = pairs.iter().filter(|(_, new)| new.is_none()).filter_map(|pair| pair.0);
    let come = pairs.iter().filter(|(old, _)| old.is_none()).filter_map(|pair| pair.1);
    let (gone, come): (Vec<_>, Vec<_>) =
        (gone.filter_map(account).collect(), come.filter_map(account).collect());
    let exact = matches(&gone, &come, |old, new| usize::from(old.thing.essence == new.thing.essence));
    let found = if exact.is_empty() { matches(&gone, &come, likeness) } else { exact };
    let named = |(old, new): (&Thing, &Thing)| Some(((old.space()?, old.id.clone()), new.id.clone()));
    found.into_iter().filter_map(named).collect()
}

/// None where too little is said of it to find it again.
fn account(thing: &Thing) -> Option<Account<'_>> {
    thing.essence.as_ref()?;
    let mut said: BTreeMap<&'static str, BTreeSet<&str>> = BTreeMap::new();
    for part in thing.parts.iter().filter(|part| !FRAME.contains(&part.name)) {
        said.entry(part.name).or_default().insert(&part.value);
    }
    said.entry("Clause").or_default().extend(thing.clause.as_deref());
    Some(Account { thing, said })
}

/// Each two that match each other better than either matches another; nought is no match.
fn matches<'t>(
    gone: &[Account<'t>],
    come: &[Account<'t>],
    measure: impl Fn(&Account, &Account) -> usize,
) -> Vec<(&'t Thing, &'t Thing)> {
    let measured =
        |old: &Account, new: &Account| if old.thing.kind == new.thing.kind { measure(old, new) } else { 0 };
    let rows: Vec<Vec<usize>> =
        gone.iter().map(|old| come.iter().map(|new| measured(old, new)).collect()).collect();
    // The best match of each new thing, and how many reach it.
    let columns: Vec<(usize, usize)> =
        (0..come.len()).map(|column| best(rows.iter().filter_map(|row| row.get(column).copied()))).collect();
    let mut found = Vec::new();
    for (row, old) in rows.iter().zip(gone) {
        let in_row = best(row.iter().copied());
        for ((share, in_column), new) in row.iter().zip(&columns).zip(come) {
            if *share > 0 && in_row == (*share, 1) && *in_column == (*share, 1) {
                found.push((old.thing, new.thing));
            }
        }
    }
    found
}

/// The greatest, and how often it is there.
fn best(shares: impl Iterator<Item = usize>) -> (usize, usize) {
    shares.fold((0, 0), |(best, times), share| match share.cmp(&best) {
        std::cmp::Ordering::Less => (best, times),
        std::cmp::Ordering::Equal => (best, times + 1),
        std::cmp::Ordering::Greater => (share, 1),
    })
}

/// How alike two things are: nought where they are not the same. A name for people that both have makes them so.
fn likeness(old: &Account, new: &Account) -> usize {
    let share = in_common(old, new);
    if old.thing.name == new.thing.name {
        return WHOLE + 1 + share;
    }
    // Of others, the name for people is what is meant by them: two terms that one body judges differ in nothing else.
    let demands = matches!(
        new.thing.kind,
        ThingKind::Provision | ThingKind::Power | ThingKind::Phase | ThingKind::Reading
    );
    if demands && share >= ALIKE { share } else { 0 }
}

/// The mean, over every part that either has and the heading, of how much of it is in both.
fn in_common(old: &Account, new: &Account) -> usize {
    let names: BTreeSet<_> = old.said.keys().chain(new.said.keys()).collect();
    let shares = names.iter().map(|name| {
        let (Some(before), Some(now)) = (old.said.get(*name), new.said.get(*name)) else { return 0 };
        let both = 2 * WHOLE * before.intersection(now).count();
        // Neither stands under a heading where both are empty.
        both.checked_div(before.len() + now.len()).unwrap_or(WHOLE)
    });
    shares.sum::<usize>().checked_div(names.len()).unwrap_or_default()
}
