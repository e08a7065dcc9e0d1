//! Where and among whom: actors and their ties, zones, lines and families.
//!
//! Invariant: a tie, an outline or a held line is dated where the text dates it; what has no outline of its own says
//! how it is derived.

use super::Condition;
use crate::{Amount, Id, Instant, Period};

/// What someone named is to the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Bound by it.
    Party,
    /// Guarantees it.
    Guarantor,
    /// Monitors it.
    Monitor,
    /// A body that it sets up or names.
    Body,
    /// Named, and not a party.
    Actor,
}

/// How someone stands to another, or to the agreement, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TieKind {
    /// Accepted the agreement, and is bound from then.
    Accepted,
    /// Left it.
    Left,
    /// Was part of another until then.
    SplitFrom,
    /// Is part of another: its deeds are the other's.
    PartOf,
    /// Acts under another's direction.
    DirectedBy,
}

/// A dated, sourced tie, which may be contested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// What kind.
    pub kind: TieKind,
    /// To whom; none where the tie is to the agreement.
    pub other: Option<Id>,
    /// When it holds.
    pub valid: Period,
    /// Who says so.
    pub source: Option<String>,
    /// Who denies it.
    pub contested_by: Vec<Id>,
}

/// Someone named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// What it is to the agreement.
    pub role: Role,
    /// How it stands to others, over time.
    pub ties: Vec<Tie>,
    /// Who denies that it has this role; itself, at times.
    pub contested_by: Vec<Id>,
    /// Where that was said.
    pub contested_in: Option<String>,
}

/// One outline of a zone or line and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneVersion {
    /// Path of the GeoJSON file, as written, from the agreement's folder.
    pub file: String,
    /// The feature in it, by id or P-code; none takes all.
    pub feature: Option<String>,
    /// When it holds.
    pub valid: Period,
}

/// A zone that is drawn from others. Distances are in metres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derived {
    /// Everything within this distance of a zone or line, on one side of it where the text says which.
    Near {
        /// Metres.
        metres: Amount,
        /// The zone or line.
        of: Id,
        /// `north`, `south`, `east` or `west`.
        side: Option<String>,
    },
    /// A zone and a belt of this width around it.
    Widened {
        /// The zone.
        zone: Id,
        /// Metres.
        metres: Amount,
    },
    /// The one without the other.
    Without(Id, Id),
    /// All of these.
    Union(Vec<Id>),
    /// What someone holds when a condition first holds, as a map has it.
    Held {
        /// Who.
        by: Id,
        /// When.
        at: Condition,
        /// Whose map.
        map_of: Option<Id>,
    },
}

/// A zone; its ground is read from its files, or derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// Dated outlines; empty for a derived one.
    pub versions: Vec<ZoneVersion>,
    /// How it is derived.
    pub derived: Option<Derived>,
}

/// A line on the ground: of contact, of separation, of withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// The day as of which it was drawn.
    pub as_of: Option<Instant>,
    /// Dated courses; none where it has not been published.
    pub versions: Vec<ZoneVersion>,
    /// It moves with the facts; else it stays as drawn.
    pub moving: bool,
    /// Whose map shows it.
    pub map_of: Option<Id>,
}

/// Several zones for each of which a provision holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// Its members; empty where they are set later or not disclosed.
    pub members: Vec<Id>,
    /// Who sets them.
    pub set_by: Vec<Id>,
    /// They exist and are not published.
    pub undisclosed: bool,
}

impl Actor {
    /// Someone without ties, whose role nobody contests.
    #[must_use]
    pub fn named(id: Id, label: String, role: Role) -> Actor {
        Actor { id, label, role, ties: Vec::new(), contested_by: Vec::new(), contested_in: None }
    }

    /// The instant from which it is bound, where a tie dates that.
    #[must_use]
    pub fn bound_from(&self) -> Option<Instant> {
        let dated = self.ties.iter().filter(|tie| matches!(tie.kind, TieKind::Accepted | TieKind::SplitFrom));
        dated.map(|tie| tie.valid.first).max()
    }
}
