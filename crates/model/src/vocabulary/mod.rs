//! The built-in vocabulary: the acts, items and stages that an agreement speaks of, their labels in seven languages, and
//! what the categories of other collections mean in them. All of it is data, in the TOML files beside this one.
//!
//! Invariant: two trees, of acts and of items, in which whatever is of a narrower term is of the wider one too; a
//! word means one act or one item, in whichever of its forms it stands.

mod mappings;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::LazyLock};

pub use mappings::{How, Mapping, Scheme, mappings, schemes};
use serde::{Deserialize, de::DeserializeOwned};

use crate::agreement::Where;

/// The languages of the labels, by code and English name, in the order in which they are shown.
pub const LANGUAGES: [(&str, &str); 7] = [
    ("en", "English"),
    ("ar", "Arabic"),
    ("he", "Hebrew"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("ru", "Russian"),
    ("uk", "Ukrainian"),
];

/// What a term names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What someone does.
    #[default]
    Act,
    /// What it is done to.
    Item,
    /// How far cargo has come.
    Stage,
}

impl Kind {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Act => "act",
            Kind::Item => "item",
            Kind::Stage => "stage",
        }
    }
}

/// An act, an item or a stage.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// What it is.
    #[serde(skip)]
    pub kind: Kind,
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
    /// `withdrawn`: the form after `has` and `is`; the past form where the files give no other.
    #[serde(default)]
    pub participle: String,
    /// `withdrawal`: the form after `a` and `that`; the plain form where the files give no other.
    #[serde(default)]
    pub noun: String,
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
    /// What a zone named as the act's object means; none where a zone cannot be its object.
    #[serde(default)]
    pub zone: Option<Where>,
    /// Whether someone named can be the act's object.
    #[serde(default)]
    pub someone: bool,
    /// Whether it is conduct, which a ruling judges and nothing computes.
    #[serde(default)]
    pub judged: bool,
    /// For an item, whether an agreement may leave out how many.
    #[serde(default)]
    pub uncounted: bool,
}

impl Term {
    /// Its name for people, in one of [`LANGUAGES`].
    #[must_use]
    pub fn label(&self, language: &str) -> Option<&'static str> {
        let labels = LABELS.get(language)?;
        let of_kind = match self.kind {
            Kind::Act => &labels.act,
            Kind::Item => &labels.item,
            Kind::Stage => &labels.stage,
        };
        of_kind.get(&self.id).map(String::as_str)
    }

    /// The terms right below it.
    pub fn narrower(&self) -> impl Iterator<Item = &'static Term> {
        terms().filter(|term| term.kind == self.kind && term.parent.as_deref() == Some(&self.id))
    }

    /// Every form in which it is written, save an act's noun, which may be an item's name too.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        let participle = Some(&self.participle).filter(|participle| **participle != self.past);
        let forms = [&self.id, &self.plural, &self.third, &self.past].into_iter().chain(participle);
        forms.map(String::as_str).filter(|form| !form.is_empty())
    }
}

/// The version, as in “2.0.0”: which of its numbers grows when, `vocabulary.toml` says.
#[must_use]
pub fn version() -> &'static str {
    &TERMS.version
}

/// Every act.
pub fn acts() -> impl Iterator<Item = &'static Term> {
    TERMS.acts.values()
}

/// Every item.
pub fn items() -> impl Iterator<Item = &'static Term> {
    TERMS.items.values()
}

/// The stages that cargo passes, in their order.
pub fn stages() -> impl Iterator<Item = &'static Term> {
    TERMS.stages.iter()
}

/// Every act, item and stage.
pub fn terms() -> impl Iterator<Item = &'static Term> {
    acts().chain(items()).chain(stages())
}

/// The act of this identifier.
#[must_use]
pub fn act(id: &str) -> Option<&'static Term> {
    TERMS.acts.get(id)
}

/// The first act that is written so, in any of its forms or as its noun.
#[must_use]
pub fn act_written(word: &str) -> Option<&'static Term> {
    ACT_FORMS.get(word).copied()
}

/// The item of this identifier (singular).
#[must_use]
pub fn item(id: &str) -> Option<&'static Term> {
    TERMS.items.get(id)
}

/// The name for people, in one of [`LANGUAGES`], of the act, item or stage of this identifier.
#[must_use]
pub fn label(id: &str, language: &str) -> Option<&'static str> {
    act(id).or_else(|| item(id)).or_else(|| stages().find(|stage| stage.id == id))?.label(language)
}

/// Whether the act is `wider` or narrower than it.
#[must_use]
pub fn is_act(id: &str, wider: &str) -> bool {
    id == wider || act(id).and_then(|term| term.parent.as_deref()).is_some_and(|parent| is_act(parent, wider))
}

/// Whether the item is `wider` or narrower than it.
#[must_use]
pub fn is_item(id: &str, wider: &str) -> bool {
    id == wider
        || item(id).and_then(|term| term.parent.as_deref()).is_some_and(|parent| is_item(parent, wider))
}

struct Terms {
    version: String,
    acts: BTreeMap<String, Term>,
    items: BTreeMap<String, Term>,
    stages: Vec<Term>,
}

#[derive(Deserialize)]
struct Head {
    version: String,
    stage: Vec<Term>,
}

#[derive(Deserialize)]
struct Acts {
    act: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
struct Items {
    item: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
struct Labels {
    act: BTreeMap<String, String>,
    item: BTreeMap<String, String>,
    stage: BTreeMap<String, String>,
}

static TERMS: LazyLock<Terms> = LazyLock::new(|| {
    let head: Head = read("vocabulary.toml", include_str!("vocabulary.toml"));
    let Acts { act: mut acts } = read("acts.toml", include_str!("acts.toml"));
    let Items { item: mut items } = read("items.toml", include_str!("items.toml"));
    let mut stages = head.stage;
    for (id, term) in &mut acts {
        term.id.clone_from(id);
        if term.participle.is_empty() {
            term.participle.clone_from(&term.past);
        }
        if term.noun.is_empty() {
            term.noun.clone_from(id);
        }
    }
    for (id, term) in &mut items {
        term.id.clone_from(id);
        term.kind = Kind::Item;
    }
    stages.iter_mut().for_each(|term| term.kind = Kind::Stage);
    let taken: Vec<_> = acts.keys().map(|id| (id.clone(), inherited(&acts, id))).collect();
    for (id, takes) in taken {
        acts.entry(id).and_modify(|term| term.takes = takes);
    }
    let counted: Vec<_> = items.keys().filter(|id| !leaves_out_how_many(&items, id)).cloned().collect();
    items.iter_mut().for_each(|(id, term)| term.uncounted = counted.binary_search(id).is_err());
    Terms { version: head.version, acts, items, stages }
});

/// A text asks for an act at every verb.
static ACT_FORMS: LazyLock<BTreeMap<&'static str, &'static Term>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for act in acts() {
        for form in act.forms().chain([act.noun.as_str()]) {
            found.entry(form).or_insert(act);
        }
    }
    found
});

/// The labels are read when someone first asks for one: checking a text needs none.
static LABELS: LazyLock<BTreeMap<&'static str, Labels>> = LazyLock::new(|| {
    let files = [
        ("en", include_str!("labels/en.toml")),
        ("ar", include_str!("labels/ar.toml")),
        ("he", include_str!("labels/he.toml")),
        ("fr", include_str!("labels/fr.toml")),
        ("es", include_str!("labels/es.toml")),
        ("ru", include_str!("labels/ru.toml")),
        ("uk", include_str!("labels/uk.toml")),
    ];
    files.into_iter().map(|(language, text)| (language, read(language, text))).collect()
});

/// What the act takes: what it says, else what the nearest wider act says.
fn inherited(acts: &BTreeMap<String, Term>, id: &str) -> Vec<String> {
    match acts.get(id) {
        Some(term) if term.takes.is_empty() => {
            term.parent.as_ref().map_or_else(Vec::new, |parent| inherited(acts, parent))
        }
        Some(term) => term.takes.clone(),
        None => Vec::new(),
    }
}

fn leaves_out_how_many(items: &BTreeMap<String, Term>, id: &str) -> bool {
    let Some(term) = items.get(id) else { return false };
    term.uncounted || term.parent.as_ref().is_some_and(|parent| leaves_out_how_many(items, parent))
}

/// Reads a file that is part of the program.
fn read<T: DeserializeOwned>(file: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| {
        // A test reads every one of them: this is a broken build, not a user's error.
        panic!("the vocabulary, {file}: {error}")
    })
}
