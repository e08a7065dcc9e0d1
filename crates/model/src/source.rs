//! Sources: who speaks, for whom, and what their silence may mean (EVIDENCE.md §2).

use serde::{Deserialize, Serialize};

use crate::{Duration, Id, Instant, Period};

/// What kind of speaker a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A party to the agreement, or an arm of one.
    Party,
    /// A guarantor.
    Guarantor,
    /// A monitoring body.
    Monitor,
    /// The United Nations.
    Un,
    /// A non-governmental organisation.
    Ngo,
    /// Press and broadcasters.
    Media,
    /// An instrument.
    Sensor,
    /// A compiled dataset.
    Dataset,
    /// Anyone else.
    Public,
}

/// One thing that a source would have reported, had it happened. An empty list means all; `None` means all or no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Acts covered.
    pub acts: Vec<Id>,
    /// Items covered.
    pub items: Vec<Id>,
    /// Counters covered.
    pub counters: Vec<Id>,
    /// Doers covered.
    pub by: Vec<Id>,
    /// Receivers covered.
    pub to: Vec<Id>,
    /// The part of the whole that it sees; one that sees a part never caps the whole.
    pub scope: Option<String>,
    /// Stages covered.
    pub stages: Vec<String>,
    /// The zone covered; none is everywhere.
    pub area: Option<Id>,
    /// From when to when.
    pub period: Period,
    /// How long after an act its report may take.
    pub lag: Duration,
    /// Which parties accept this coverage; none: accepted at `alleged` alone.
    pub accepted_by: Vec<Id>,
    /// On what ground it is said to cover.
    pub basis: Option<String>,
}

/// A dated gap in a source's coverage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// When.
    pub period: Period,
    /// Why.
    pub cause: String,
    /// Who denied access, where that is known.
    pub denied_by: Option<Id>,
}

/// A speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its identifier.
    pub id: Id,
    /// Its name, in any script.
    pub label: String,
    /// What kind of speaker.
    pub kind: SourceKind,
    /// The party that it belongs to or is affiliated with.
    pub side: Option<Id>,
    /// Its independence group; independence is judged at the first segment.
    pub origin: String,
    /// The source above it, which may revise it.
    pub under: Option<Id>,
    /// What its silence may mean.
    pub covers: Vec<Coverage>,
    /// When that does not hold.
    pub gaps: Vec<Gap>,
}

impl Source {
    /// A source that no file declares: its own origin, of kind public, covering nothing.
    #[must_use]
    pub fn undeclared(id: &str) -> Self {
        Source {
            id: id.to_owned(),
            label: id.to_owned(),
            kind: SourceKind::Public,
            side: None,
            origin: id.to_owned(),
            under: None,
            covers: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// The group at which independence is judged.
    #[must_use]
    pub fn independence(origin: &str) -> &str {
        origin.split('/').next().unwrap_or(origin)
    }
}

/// The instant from which silence up to `at` counts, known at `known`: the lag has passed.
#[must_use]
pub fn silent_until(known: Instant, lag: Duration) -> Instant {
    known - lag
}
