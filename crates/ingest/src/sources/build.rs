//! From TOML tables to sources, one table at a time.
//!
//! Invariant: coverage is never read wider than it is written: what cannot be honoured yet makes it a part of the whole.

use model::{
    Id,
    source::{Coverage, Gap, Source, SourceKind},
};
use toml::de::{DeTable, DeValue};

use super::{
    Located,
    keys::{Errors, Keys},
};
use crate::nearest;

const KINDS: [(&str, SourceKind); 9] = [
    ("party", SourceKind::Party),
    ("guarantor", SourceKind::Guarantor),
    ("monitor", SourceKind::Monitor),
    ("un", SourceKind::Un),
    ("ngo", SourceKind::Ngo),
    ("media", SourceKind::Media),
    ("sensor", SourceKind::Sensor),
    ("dataset", SourceKind::Dataset),
    ("public", SourceKind::Public),
];

/// Every source of the file that could be read.
pub(super) fn all(root: &DeTable, zones: &[Id], errors: &mut Errors) -> Vec<Located> {
    let mut keys = Keys::new(root, 0..0, errors);
    let tables = keys.tables("source");
    let located = tables
        .into_iter()
        .filter_map(|(table, at)| source(Keys::new(table, at, keys.errors()), zones))
        .collect();
    keys.done();
    located
}

fn source(mut keys: Keys, zones: &[Id]) -> Option<Located> {
    let id = keys.required_text("id", "claims name their source by it");
    let named = id.clone().unwrap_or_default();
    keys.value("kind").is_none().then(|| keys.error("kind", "it is missing: say what kind of speaker it is"));
    let kind = keys.word("kind", &KINDS).unwrap_or(SourceKind::Public);
    let label = keys.text("label").unwrap_or_else(|| named.clone());
    let side = keys.text("side");
    let origin = keys.text("origin");
    let under = keys.text("under");
    let mut covers = Vec::new();
    for (table, at) in keys.tables("covers") {
        covers.push(coverage(Keys::new(table, at, keys.errors()), zones));
    }
    let mut gaps = Vec::new();
    for (table, at) in keys.tables("gaps") {
        gaps.extend(gap(Keys::new(table, at, keys.errors())));
    }
    let (id_at, under_at, own_origin) = (keys.place("id"), keys.place("under"), origin.is_some());
    keys.done();
    let origin = origin.unwrap_or(named);
    Some(Located {
        source: Source { id: id?, label, kind, side, origin, under, covers, gaps },
        id_at,
        under_at,
        own_origin,
    })
}

fn coverage(mut keys: Keys, zones: &[Id]) -> Coverage {
    if let Some(DeValue::Datetime(_)) = keys.value("to").map(|value| value.get_ref()) {
        keys.error("to", "here `to` lists the receivers covered: the end of the coverage is `until`");
    }
    let to = match keys.value("to").map(|value| value.get_ref()) {
        Some(DeValue::Datetime(_)) => Vec::new(),
        _ => keys.texts("to"),
    };
    let coverage = Coverage {
        acts: keys.texts("acts"),
        items: keys.texts("items"),
        counters: keys.texts("counters"),
        by: keys.texts("by"),
        to,
        scope: scope(&mut keys),
        stages: keys.texts("stages"),
        area: area(&mut keys, zones),
        period: keys.period("from", "until"),
        lag: keys.duration("lag"),
        accepted_by: keys.texts("accepted_by"),
        basis: keys.text("basis"),
    };
    keys.done();
    coverage
}

/// What part of the whole it sees. Hours and limits of detection are not evaluated: such coverage is of a part only,
/// so that its silence caps nothing.
fn scope(keys: &mut Keys) -> Option<String> {
    let limited = ["hours", "detection"].into_iter().filter(|key| keys.value(key).is_some());
    let limits: Vec<&str> = limited.collect();
    let partly = || (!limits.is_empty()).then(|| format!("within its {}", limits.join(" and ")));
    keys.text("scope").or_else(partly)
}

fn area(keys: &mut Keys, zones: &[Id]) -> Option<Id> {
    let area = keys.text("area")?;
    if !zones.contains(&area) {
        let known: Vec<&str> = zones.iter().map(String::as_str).collect();
        let hint = nearest::hint(&area, &known);
        keys.error("area", format!("“{area}” is no zone that the agreement declares{hint}"));
    }
    Some(area)
}

fn gap(mut keys: Keys) -> Option<Gap> {
    for key in ["from", "to"] {
        if keys.value(key).is_none() {
            keys.error(key, "it is missing: a gap has a beginning and an end");
        }
    }
    let period = keys.period("from", "to");
    let cause = keys.required_text("cause", "say why the source could not observe");
    let denied_by = keys.text("denied_by");
    keys.done();
    Some(Gap { period, cause: cause?, denied_by })
}
