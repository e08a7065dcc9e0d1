//! What the categories of other collections of events mean in the vocabulary: ACLED, UCDP, CAMEO, PLOVER and the OSCE
//! Special Monitoring Mission to Ukraine.
//!
//! Invariant: each category of a scheme stands there once, and either names a term and how it stands to it, or says
//! why there is none.

use std::sync::LazyLock;

use serde::Deserialize;

/// One collection's list of categories.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// `acled_sub_event`.
    pub id: String,
    /// For people.
    pub name: String,
    /// The codebook and its version or date.
    pub edition: String,
    /// Its categories, in its own order.
    pub categories: Vec<Mapping>,
}

/// A category and what it means here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The scheme that has it.
    #[serde(skip)]
    pub scheme: String,
    /// Its number there, where it has one.
    pub code: Option<String>,
    /// Its name there.
    pub name: String,
    /// The wider category of the collection that it belongs to.
    pub under: Option<String>,
    /// The act that it means.
    pub act: Option<String>,
    /// The item that it means or that the act is done to.
    pub item: Option<String>,
    /// How it stands to that term; none where there is no term.
    pub how: Option<How>,
    /// What it holds or leaves out beside the term, or why there is none.
    #[serde(default)]
    pub why: String,
}

impl Mapping {
    /// The term in words, such as `attack civilian`; empty where there is none.
    #[must_use]
    pub fn term(&self) -> String {
        let words: Vec<_> = self.act.iter().chain(&self.item).map(String::as_str).collect();
        words.join(" ")
    }
}

/// How a category stands to the term that it is mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It means the same.
    Same,
    /// Each of its events is one of the term's.
    Narrower,
    /// Each of the term's events is one of its.
    Wider,
    /// Some of its events are the term's, and some of the term's are its.
    Overlaps,
}

impl How {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            How::Same => "same",
            How::Narrower => "narrower",
            How::Wider => "wider",
            How::Overlaps => "overlaps",
        }
    }
}

/// Every scheme.
#[must_use]
pub fn schemes() -> &'static [Scheme] {
    &FILE.scheme
}

/// Every category of every scheme.
pub fn mappings() -> impl Iterator<Item = &'static Mapping> {
    schemes().iter().flat_map(|scheme| &scheme.categories)
}

#[derive(Deserialize)]
struct File {
    scheme: Vec<Scheme>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    let mut file: File = super::read("mappings.toml", include_str!("mappings.toml"));
    for scheme in &mut file.scheme {
        scheme.categories.iter_mut().for_each(|category| category.scheme.clone_from(&scheme.id));
    }
    file
});
