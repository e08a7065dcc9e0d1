//! What stands beside an agreement and bears on what it says of the world: maps, sources, settings; and how that of two
//! drafts differs.
//!
//! Invariant: only ground and courses count of a map, not its layout or its notes; no size or place says who gains.

mod ground;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use model::{
    Id, Period,
    agreement::Agreement,
    place::{Ground, Outline},
    source::Source,
};

use crate::files::Settings;
use ground::{Extent, distance_in_words, size_in_words};

/// What the files beside an agreement hold.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The ground of its zones.
    pub grounds: Vec<Ground>,
    /// The drawn courses of its lines, by the line's identifier.
    pub courses: BTreeMap<Id, Vec<String>>,
    /// Who speaks.
    pub sources: Vec<Source>,
    /// The watch's settings.
    pub settings: Settings,
}

/// One difference between what stands beside two drafts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideDifference {
    /// What it is about: `map`, `source` or `settings`.
    pub thing: &'static str,
    /// The zone, the line, the source or the setting.
    pub id: Id,
    /// `added`, `removed`, `changed` or `moved`.
    pub kind: &'static str,
    /// In words.
    pub sentence: String,
}

/// What `new` has otherwise than `old`, each with its agreement. `renamed` gives the new names of things by the old.
#[must_use]
pub fn differences(
    (old_agreement, old): (&Agreement, &Beside),
    (new_agreement, new): (&Agreement, &Beside),
    renamed: &BTreeMap<Id, Id>,
) -> Vec<BesideDifference> {
    let called = |id: &Id| renamed.get(id).unwrap_or(id).clone();
    let name = |id: &Id| {
        let zone = |agreement: &Agreement| {
            let zone = agreement.zones.iter().find(|zone| zone.id == *id).map(|zone| zone.label.clone());
            zone.or_else(|| agreement.lines.iter().find(|line| line.id == *id).map(|line| line.label.clone()))
        };
        let label = zone(new_agreement).or_else(|| zone(old_agreement));
        label.filter(|label| label != id).map_or(id.clone(), |label| format!("“{label}”"))
    };
    let mut all = Vec::new();
    let before: BTreeMap<Id, &[Outline]> =
        old.grounds.iter().map(|g| (called(&g.zone), g.outlines.as_slice())).collect();
    let now: BTreeMap<Id, &[Outline]> =
        new.grounds.iter().map(|g| (g.zone.clone(), g.outlines.as_slice())).collect();
    for id in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
        let of = |side: &BTreeMap<Id, &[Outline]>| side.get(id).map(|o| o.to_vec()).unwrap_or_default();
        all.extend(grounds(id, &name(id), of(&before), of(&now)));
    }
    let before: BTreeMap<Id, &Vec<String>> = old.courses.iter().map(|(id, c)| (called(id), c)).collect();
    for (id, course) in &new.courses {
        // A line that only one draft has is told of the agreements.
        if before.get(id).is_some_and(|before| *before != course) {
            let sentence = format!("Course of {}: drawn otherwise", name(id));
            all.push(BesideDifference { thing: "map", id: id.clone(), kind: "changed", sentence });
        }
    }
    all.extend(sources(&old.sources, &new.sources));
    all.extend(settings(&old.settings, &new.settings));
    all
}

/// The ground of one zone, version by version: those of one period are set against each other.
fn grounds(id: &Id, name: &str, mut old: Vec<Outline>, new: Vec<Outline>) -> Vec<BesideDifference> {
    let several = old.len().max(new.len()) > 1;
    let mut all = Vec::new();
    let mut tell = |kind, valid: &Period, said: String| {
        let when = if several { period(valid) } else { String::new() };
        let sentence = format!("Ground of {name}{when}: {said}");
        all.push(BesideDifference { thing: "map", id: id.clone(), kind, sentence });
    };
    let mut added = Vec::new();
    for outline in new {
        match old.iter().position(|other| other.valid == outline.valid) {
            Some(index) => {
                let before = old.remove(index);
                redrawn(&before, &outline)
                    .into_iter()
                    .for_each(|(kind, said)| tell(kind, &outline.valid, said));
            }
            None => added.push(outline),
        }
    }
    if let ([before], [now]) = (old.as_slice(), added.as_slice()) {
        redrawn(before, now).into_iter().for_each(|(kind, said)| tell(kind, &now.valid, said));
        return all;
    }
    for (kind, outlines) in [("removed", old), ("added", added)] {
        for outline in outlines {
            let size = size_in_words(Extent::of(&outline.polygons).square_km);
            tell(kind, &outline.valid, format!("{kind}, {size}"));
        }
    }
    all
}

/// How one outline differs from another, if it does.
fn redrawn(old: &Outline, new: &Outline) -> Option<(&'static str, String)> {
    if old.polygons == new.polygons {
        return None;
    }
    let (before, now) = (Extent::of(&old.polygons), Extent::of(&new.polygons));
    let (from, to) = (size_in_words(before.square_km), size_in_words(now.square_km));
    let moved = distance_in_words(before.distance_km(&now));
    let middle = moved.as_ref().map(|far| format!("; its middle moved by {far}")).unwrap_or_default();
    if from == to {
        let kind = if moved.is_some() { "moved" } else { "changed" };
        return Some((kind, format!("drawn otherwise, {to} as before{middle}")));
    }
    let more = if now.square_km > before.square_km { "more" } else { "less" };
    let by = size_in_words((now.square_km - before.square_km).abs());
    Some(("changed", format!("from {from} to {to} ({by} {more}){middle}")))
}

fn period(valid: &Period) -> String {
    match (valid.first > model::Instant::MIN, valid.last < model::Instant::MAX) {
        (true, true) => format!(" ({})", crate::files::shown(valid)),
        (true, false) => format!(" (from {})", valid.first),
        (false, true) => format!(" (until {})", valid.until()),
        (false, false) => String::new(),
    }
}

fn sources(old: &[Source], new: &[Source]) -> Vec<BesideDifference> {
    let mut all = Vec::new();
    let mut tell = |source: &Source, kind, said: String| {
        let sentence = format!("Source “{}” ({}): {said}", source.label, source.id);
        all.push(BesideDifference { thing: "source", id: source.id.clone(), kind, sentence });
    };
    for source in new {
        let Some(before) = old.iter().find(|other| other.id == source.id) else {
            tell(source, "added", "added".to_owned());
            continue;
        };
        let Source { id: _, label, kind, side, origin, under, covers, gaps } = source;
        let parts = [
            part("name", &before.label, label),
            part("kind", &before.kind, kind),
            part("side", &before.side, side),
            part("origin", &before.origin, origin),
            part("source above it", &before.under, under),
            part("what its silence means", &before.covers, covers),
            part("gaps", &before.gaps, gaps),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            tell(source, "changed", format!("another {}", parts.join(", ")));
        }
    }
    for source in old.iter().filter(|source| new.iter().all(|other| other.id != source.id)) {
        tell(source, "removed", "removed".to_owned());
    }
    all
}

/// The part's name, where it differs.
fn part<T: PartialEq>(name: &'static str, old: &T, new: &T) -> Option<&'static str> {
    (old != new).then_some(name)
}

fn settings(old: &Settings, new: &Settings) -> Vec<BesideDifference> {
    let Settings { title, languages, standards, agreement: _, ledger: _ } = new;
    let tell = |id: &str, name: &str, old: &dyn Debug, new: &dyn Debug| BesideDifference {
        thing: "settings",
        id: id.to_owned(),
        kind: "changed",
        sentence: format!("{name} of the watch: from {old:?} to {new:?}"),
    };
    let mut all = Vec::new();
    if old.title != *title {
        let said = |title: &Option<String>| title.clone().unwrap_or_default();
        all.push(tell("title", "Title", &said(&old.title), &said(title)));
    }
    if old.languages != *languages {
        all.push(tell("languages", "Languages", &old.languages, languages));
    }
    if old.standards != *standards {
        all.push(tell("standards", "Standards", &old.standards, standards));
    }
    all
}
