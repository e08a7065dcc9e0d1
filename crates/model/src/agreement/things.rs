//! What duties speak of: items, values that are fixed later, baselines, terms that someone judges.
//!
//! Invariant: what is not known yet says who settles it.

use super::Due;
use crate::{Amount, Id, Instant};

/// How two amounts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `=`
    Equal,
}

/// A measure that an item must have: `calibre >= 100 mm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What is measured.
    pub name: Id,
    /// How it compares.
    pub comparison: Comparison,
    /// With what.
    pub amount: Amount,
    /// In which unit; empty for none.
    pub unit: String,
}

/// An item narrower than another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Identifier, singular.
    pub id: Id,
    /// Name.
    pub label: String,
    /// The item that it narrows: declared or of the vocabulary.
    pub parent: Id,
    /// What it has to measure.
    pub property: Option<Property>,
}

/// What kind of thing a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueKind {
    /// A zone.
    Zone,
    /// A line.
    Line,
    /// An amount.
    Number,
    /// A day.
    Date,
    /// Names.
    List,
}

/// How a value may be changed once it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changing {
    /// Only by agreement of the parties.
    ByAgreement,
    /// By these alone.
    By(Vec<Id>),
    /// Not at all.
    Never,
}

/// A value that the agreement leaves to be fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// What it is.
    pub kind: ValueKind,
    /// Who sets it.
    pub set_by: Vec<Id>,
    /// By when.
    pub due: Due,
    /// How it changes.
    pub changing: Changing,
    /// It was set and is not published.
    pub undisclosed: bool,
    /// What it was set to, when, and on whose word, in order of writing.
    pub settings: Vec<Setting>,
}

/// What a value was set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// An amount, a day, or the file of an outline, as written.
    pub to: String,
    /// Since when.
    pub since: Instant,
    /// Where that was said.
    pub source: String,
}

/// A whole of which a duty owes a share; the whole is evidence, and may be revised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// What is counted.
    pub item: Id,
    /// Who certifies it.
    pub certified_by: Vec<Id>,
    /// What is found later is added to it.
    pub later_finds: bool,
}

/// What holds while nobody has ruled and the time for it has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unruled {
    /// It is taken to be so: the plea is accepted, the term applies.
    So,
    /// It is taken not to be so.
    NotSo,
    /// It stays open for good.
    Open,
}

/// A time given to someone, from an instant that the context gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// So many hours.
    Hours(crate::Duration),
    /// Until the end of the nth day after.
    Days(u32),
}

/// A term of open texture that someone judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// Who judges.
    pub by: Vec<Id>,
    /// How long they have.
    pub within: Option<Clock>,
    /// What holds if nobody rules.
    pub unruled: Unruled,
}

/// What an outcome is worth to a party; for the review of a design alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valuation {
    /// To whom.
    pub party: Id,
    /// What, at least and at most, on whose word.
    pub rows: Vec<Worth>,
}

/// One line of a valuation, in units that the source gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// The outcome.
    pub when: super::Condition,
    /// At least this; may be below zero.
    pub least: Amount,
    /// At most this.
    pub most: Amount,
    /// Where that was said.
    pub source: String,
}
