//! Claims: one statement by one source (EVIDENCE.md §3).
//!
//! Invariant: a `Claim` keeps every field that it was read with; what the product does not know is in `other`.

use serde::{Deserialize, Serialize};

use crate::{Amount, Id, Instant, Period, amount::Range, place::Place};

/// What kind of statement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something happened.
    Event,
    /// A total over a period.
    Tally,
    /// An amount for each of several periods (`amount.per`, `amount.statistic`).
    Rate,
    /// What is where, throughout an interval.
    State,
    /// What an actor accepts, rejects, offers, accuses or justifies.
    Position,
    /// A future act, announced.
    Announcement,
    /// What could or could not be observed.
    Coverage,
    /// An exception invoked.
    Plea,
}

/// On what footing a party is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The source says so.
    #[default]
    Asserted,
    /// The party says so of itself.
    Admitted,
    /// The source concluded it.
    Inferred,
}

/// A party named as doer or receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The party; none where it is *said* to be unknown.
    pub party: Option<Id>,
    /// On what footing.
    #[serde(default)]
    pub basis: Basis,
}

/// How several doers of one claim stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doers {
    /// One of them did it.
    #[default]
    Alternatives,
    /// All of them did it.
    Joint,
}

/// Part of an amount, by a narrower item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The narrower item.
    pub item: Id,
    /// How much of it.
    #[serde(flatten)]
    pub range: Range,
}

/// How much: a range with its best figure, and what the figure counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// At least this; none is no information.
    pub low: Option<Amount>,
    /// The source's own single figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<Amount>,
    /// At most this; none is no information.
    pub high: Option<Amount>,
    /// The unit, where it is not the item itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How far the cargo had come: `offered`, `admitted`, `entered`, `collected`, `delivered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The part of the whole that the figure counts, where it is not the whole (`un_channel`, `food`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Parts by narrower item; never added to the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_which: Vec<Part>,
    /// For a rate: the period that the amount is for (`day`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// For a rate: `each`, `at_least_each` or `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
}

/// Whether a coverage claim takes observation away or gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// The source could not observe, or did not report.
    Suspended,
    /// It observed in part: its silence means nothing.
    Partial,
    /// It observed and would have reported.
    Full,
}

/// One statement by one source. Optional fields are absent when the source did not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The source's stable identifier, or one derived from the content.
    pub id: Id,
    /// Who speaks.
    pub source: Id,
    /// Whom it quotes: it then speaks for that source's origin.
    pub relays: Option<Id>,
    /// Overrides the source's origin for this claim.
    pub origin: Option<String>,
    /// When it was said.
    pub stated_at: Option<Instant>,
    /// From when it was known; the received time where the claim gives no other.
    pub known_at: Instant,
    /// What kind of statement.
    pub kind: Kind,
    /// The act, a vocabulary term; empty for coverage that names none.
    pub act: Option<Id>,
    /// What the act is done to.
    pub item: Option<Id>,
    /// What a figure counts (`killed`, `injured`).
    pub counter: Option<Id>,
    /// An interval that contains the act, or the period summed; none where it is explicitly null.
    pub occurred: Option<Period>,
    /// Where.
    pub place: Option<Place>,
    /// Doers.
    pub by: Vec<Named>,
    /// How several doers stand to each other.
    pub by_mode: Doers,
    /// Receivers.
    pub to: Vec<Named>,
    /// How much. An event without one is one unit.
    pub amount: Option<Quantity>,
    /// Ties what belongs together: one handover, one complaint, one person.
    pub reference: Option<String>,
    /// The start of a running total.
    pub cumulative_since: Option<Instant>,
    /// Which parts it denies; empty when it denies nothing.
    pub denies: Vec<String>,
    /// Claims that it is about.
    pub about: Vec<Id>,
    /// The claim that it revises.
    pub revises: Option<Id>,
    /// The claim that it retracts.
    pub retracts: Option<Id>,
    /// For coverage: what could be observed.
    pub observed: Option<Observed>,
    /// For coverage: the source spoken of, where it is not the speaker.
    pub about_source: Option<Id>,
    /// The source's own words.
    pub quote: Option<String>,
    /// Our words.
    pub note: Option<String>,
    /// Where it was read.
    pub url: Option<String>,
    /// The whole line as it was read, so that nothing is lost.
    pub written: serde_json::Map<String, serde_json::Value>,
    /// File (base name) and line, from 1.
    pub read_from: (String, usize),
}

impl Claim {
    /// A statement that says nothing yet.
    #[must_use]
    pub fn blank(id: Id, source: Id, kind: Kind, known_at: Instant) -> Claim {
        Claim {
            id,
            source,
            relays: None,
            origin: None,
            stated_at: None,
            known_at,
            kind,
            act: None,
            item: None,
            counter: None,
            occurred: None,
            place: None,
            by: Vec::new(),
            by_mode: Doers::default(),
            to: Vec::new(),
            amount: None,
            reference: None,
            cumulative_since: None,
            denies: Vec::new(),
            about: Vec::new(),
            revises: None,
            retracts: None,
            observed: None,
            about_source: None,
            quote: None,
            note: None,
            url: None,
            written: serde_json::Map::new(),
            read_from: (String::new(), 0),
        }
    }

    /// The range of its amount; an event that gives none is one unit.
    #[must_use]
    pub fn range(&self) -> Range {
        match (&self.amount, self.kind) {
            (Some(quantity), _) => Range { low: quantity.low, high: quantity.high },
            (None, Kind::Event) => Range::exactly(Amount::whole(1)),
            (None, _) => Range::default(),
        }
    }
}
