//! The built-in vocabulary: acts and items, each with its forms, its parent and a neutral definition.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// An act or an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Singular for an item, the plain form for an act.
    #[serde(default)]
    pub id: String,
    /// Plural of an item.
    #[serde(default)]
    pub plural: String,
    /// `releases`: the form after a single doer.
    #[serde(default)]
    pub third: String,
    /// `released`: the past form.
    #[serde(default)]
    pub past: String,
    /// The wider term.
    pub parent: Option<String>,
    /// The stage that the act itself names, where cargo passes stages.
    #[serde(default)]
    pub stage: Option<String>,
    /// What it means, in neutral words.
    pub definition: String,
    /// For an act, the items it takes; empty for an act that takes none or anyone.
    #[serde(default)]
    pub takes: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    act: BTreeMap<String, Term>,
    item: BTreeMap<String, Term>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    let mut file: File = toml::from_str(include_str!("vocabulary.toml")).unwrap_or_else(|error| {
        // The file is part of the program and a test reads it: this is a broken build, not a user's error.
        panic!("vocabulary.toml: {error}")
    });
    for (id, term) in file.act.iter_mut().chain(file.item.iter_mut()) {
        term.id.clone_from(id);
    }
    file
});

/// Every act.
pub fn acts() -> impl Iterator<Item = &'static Term> {
    FILE.act.values()
}

/// Every item.
pub fn items() -> impl Iterator<Item = &'static Term> {
    FILE.item.values()
}

/// The act of this identifier.
#[must_use]
pub fn act(id: &str) -> Option<&'static Term> {
    FILE.act.get(id)
}

/// The item of this identifier (singular).
#[must_use]
pub fn item(id: &str) -> Option<&'static Term> {
    FILE.item.get(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parent_and_item_taken_is_a_term() {
        for term in items() {
            assert!(
                term.parent.as_deref().is_none_or(|p| item(p).is_some()),
                "{}: {:?}",
                term.id,
                term.parent
            );
            assert!(!term.plural.is_empty(), "{} has no plural", term.id);
        }
        for term in acts() {
            assert!(term.takes.iter().all(|i| item(i).is_some()), "{}: {:?}", term.id, term.takes);
            assert!(!term.third.is_empty() && !term.past.is_empty(), "{} lacks a form", term.id);
        }
    }
}
