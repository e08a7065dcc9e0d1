//! Two drafts of an agreement: what the new one says otherwise than the old one.
//!
//! Invariant: there is a difference exactly when the typed agreements differ in more than where things stand in their
//! files; nobody's gain or loss is judged.
//!
//! `things` takes an agreement apart into things with parts, exhaustively, with `provisions` and `changes`; `parts`
//! says how two accounts of one thing differ; `likeness` finds what is called otherwise and `names` renames it, so that
//! it is told once; `prose` compares what stands around the code.

mod changes;
mod likeness;
mod names;
mod parts;
mod prose;
mod provisions;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use model::{Id, agreement::Agreement};
use names::{Names as _, Space};
pub use prose::clauses_with_other_prose;
use things::{Thing, things};

use crate::words::Words;

/// What sort of thing a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum ThingKind {
    /// What holds for the agreement as a whole.
    Agreement,
    Actor,
    Zone,
    Line,
    Item,
    Value,
    Baseline,
    Family,
    Judgement,
    Milestone,
    Phase,
    Provision,
    Power,
    Amendment,
    Reading,
    /// What outcomes are worth to a party.
    Valuation,
    /// A heading that provisions stand under.
    Heading,
}

impl ThingKind {
    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// What several of it are called, as a heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            ThingKind::Agreement => ("agreement", "The agreement as a whole"),
            ThingKind::Actor => ("actor", "Parties and others"),
            ThingKind::Zone => ("zone", "Zones"),
            ThingKind::Line => ("line", "Lines"),
            ThingKind::Item => ("item", "Items"),
            ThingKind::Value => ("value", "Values that are fixed later"),
            ThingKind::Baseline => ("baseline", "Baselines"),
            ThingKind::Family => ("family", "Families"),
            ThingKind::Judgement => ("judgement", "Terms that are judged"),
            ThingKind::Milestone => ("milestone", "Milestones"),
            ThingKind::Phase => ("phase", "Phases"),
            ThingKind::Provision => ("provision", "Provisions"),
            ThingKind::Power => ("power", "Powers"),
            ThingKind::Amendment => ("amendment", "Amendments"),
            ThingKind::Reading => ("reading", "Readings"),
            ThingKind::Valuation => ("values", "What outcomes are worth"),
            ThingKind::Heading => ("heading", "Headings"),
        }
    }
}

/// How a thing differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Only the new draft has it.
    Added,
    /// Only the old draft has it.
    Removed,
    /// It is the same under another identifier.
    Renamed,
    /// It stands under another heading.
    Moved,
    /// A part of it is another.
    Changed,
}

impl DifferenceKind {
    /// Its name for people and programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DifferenceKind::Added => "added",
            DifferenceKind::Removed => "removed",
            DifferenceKind::Renamed => "renamed",
            DifferenceKind::Moved => "moved",
            DifferenceKind::Changed => "changed",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What sort of thing it is about.
    pub thing: ThingKind,
    /// Its identifier in the new draft, or in the old one where it is gone; empty for the agreement as a whole.
    pub id: Id,
    /// Its identifier in the old draft, where it was renamed.
    pub old_id: Option<Id>,
    /// The heading that it stands under in the old draft, where that is known.
    pub old_clause: Option<String>,
    /// The heading that it stands under in the new draft, where that is known.
    pub new_clause: Option<String>,
    /// How it differs.
    pub kind: DifferenceKind,
    /// Which part of it, where it has changed: `Deadline`.
    pub part: Option<&'static str>,
    /// The difference in words.
    pub sentence: String,
}

/// What `new` says otherwise than `old`, in the order of its statements by kind; what is gone comes last in its kind.
#[must_use]
pub fn differences(old: &Agreement, new: &Agreement) -> Vec<Difference> {
    let mut renamed_old = old.clone();
    let renamed = rename(&mut renamed_old, new);
    let (old_words, new_words) = (Words { agreement: &renamed_old }, Words { agreement: new });
    let (old, new) = (things(&old_words), things(&new_words));
    let pairs = pairs(&old, &new);
    let headings = headings(&pairs);
    let is_same_zone = renamed_old.timezone == new_words.agreement.timezone;
    let same = if is_same_zone { "but another of that name" } else { "in the new time zone" };
    let mut all: Vec<Difference> = headings.iter().map(|(old, new)| heading(old, new)).collect();
    for (old, new) in &pairs {
        match (old, new) {
            (Some(old), Some(new)) => {
                let before = new.space().and_then(|space| renamed.get(&(space, new.id.clone())));
                all.extend(before.map(|before| Difference {
                    old_id: Some(before.clone()),
                    ..told(new, Some(old), DifferenceKind::Renamed, was_called(new, before))
                }));
                all.extend(moved(old, new, &headings));
                all.extend(changed(old, new, same));
            }
            (None, Some(new)) => all.push(told(new, None, DifferenceKind::Added, presence("Added", new))),
            (Some(old), None) => {
                let gone = told(old, None, DifferenceKind::Removed, presence("Removed", old));
                all.push(Difference { old_clause: old.clause.clone(), new_clause: None, ..gone });
            }
            (None, None) => {}
        }
    }
    all
}

type Pair<'t> = (Option<&'t Thing>, Option<&'t Thing>);

/// The things of both drafts, kind by kind, each beside what it is in the other.
fn pairs<'t>(old: &'t [Thing], new: &'t [Thing]) -> Vec<Pair<'t>> {
    let key = |thing: &Thing| (thing.kind, thing.id.clone());
    let mut left: BTreeMap<_, &Thing> = old.iter().map(|thing| (key(thing), thing)).collect();
    let mut pairs: Vec<Pair> = new.iter().map(|thing| (left.remove(&key(thing)), Some(thing))).collect();
    pairs.extend(old.iter().filter(|thing| left.contains_key(&key(thing))).map(|thing| (Some(thing), None)));
    pairs.sort_by_key(|(old, new)| new.or(*old).map(|thing| thing.kind));
    pairs
}

/// Calls what is the same in both drafts by its new name in the old one; gives the old names by the new.
fn rename(old: &mut Agreement, new: &Agreement) -> BTreeMap<(Space, Id), Id> {
    let mut renamed = BTreeMap::new();
    // What is renamed can stand in what else is: again, until nothing is found.
    loop {
        let (old_words, new_words) = (Words { agreement: old }, Words { agreement: new });
        let (before, now) = (things(&old_words), things(&new_words));
        let found = likeness::same_under_another_name(&pairs(&before, &now));
        if found.is_empty() {
            return renamed;
        }
        old.each(&mut |space, id| {
            if let Some(to) = found.get(&(space, id.clone())) {
                id.clone_from(to);
            }
        });
        renamed.extend(found.into_iter().map(|((space, from), to)| ((space, to), from)));
    }
}

/// Headings under which everything that stood under one now stands under another.
fn headings(pairs: &[Pair]) -> BTreeSet<(String, String)> {
    let clauses: Vec<(&str, &str)> = pairs
        .iter()
        .filter_map(|(old, new)| Some((old.as_ref()?.clause.as_deref()?, new.as_ref()?.clause.as_deref()?)))
        .collect();
    let is_old =
        |clause: &str| pairs.iter().any(|(old, _)| old.and_then(|old| old.clause.as_deref()) == Some(clause));
    let is_new =
        |clause: &str| pairs.iter().any(|(_, new)| new.and_then(|new| new.clause.as_deref()) == Some(clause));
    let renamed = clauses.iter().filter(|(old, new)| {
        old != new
            && !is_new(old)
            && !is_old(new)
            && clauses.iter().all(|(from, to)| (from == old) == (to == new))
    });
    renamed.map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
}

fn heading(old: &str, new: &str) -> Difference {
    Difference {
        thing: ThingKind::Heading,
        id: Id::new(),
        old_id: None,
        old_clause: Some(old.to_owned()),
        new_clause: Some(new.to_owned()),
        kind: DifferenceKind::Renamed,
        part: None,
        sentence: format!("Heading: from “{old}” to “{new}”"),
    }
}

fn moved(old: &Thing, new: &Thing, headings: &BTreeSet<(String, String)>) -> Option<Difference> {
    let (from, to) = (old.clause.as_ref()?, new.clause.as_ref()?);
    if from == to || headings.contains(&(from.clone(), to.clone())) {
        return None;
    }
    let place =
        |clause: &str| if clause.is_empty() { "no heading".to_owned() } else { format!("“{clause}”") };
    let sentence = format!("Clause of {}: from {} to {}", new.name, place(from), place(to));
    Some(told(new, Some(old), DifferenceKind::Moved, sentence))
}

fn changed(old: &Thing, new: &Thing, same: &str) -> Vec<Difference> {
    let of = match new.kind {
        ThingKind::Agreement => String::new(),
        ThingKind::Valuation => format!(" to {}", new.name),
        _ => format!(" of {}", new.name),
    };
    let changes = parts::changes(&old.parts, &new.parts, same).into_iter();
    let told = changes.map(|change| {
        let sentence = match change.part {
            parts::BOUND => format!("Bound by {}: {}", new.name, change.how),
            part => format!("{part}{of}: {}", change.how),
        };
        Difference { part: Some(change.part), ..told(new, Some(old), DifferenceKind::Changed, sentence) }
    });
    told.collect()
}

fn was_called(new: &Thing, before: &Id) -> String {
    format!("Identifier of {} ({}): from `{before}` to `{}`", new.name, new.kind.name(), new.id)
}

/// `Added: “Trucks each day” (provision aid): …`.
fn presence(how: &str, thing: &Thing) -> String {
    let id = if thing.name == thing.id { String::new() } else { format!(" {}", thing.id) };
    format!("{how}: {} ({}{id}): {}", thing.name, thing.kind.name(), thing.summary)
}

fn told(thing: &Thing, old: Option<&Thing>, kind: DifferenceKind, sentence: String) -> Difference {
    Difference {
        thing: thing.kind,
        id: thing.id.clone(),
        old_id: None,
        old_clause: old.and_then(|old| old.clause.clone()),
        new_clause: thing.clause.clone(),
        kind,
        part: None,
        sentence,
    }
}
