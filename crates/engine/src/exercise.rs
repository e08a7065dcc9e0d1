//! Reports of the use of a power, as the evidence has them.
//!
//! Invariant: plain data; which power it was, and whether it could be used, is not said here.

use model::{
    Duration, Id, Period,
    agreement::{Binding, PhaseEnd, Target},
};

/// What is looked for: who may do what to what.
#[derive(Clone, Copy, Debug)]
pub struct Faculties<'a> {
    /// The act.
    pub act: &'a str,
    /// Who may.
    pub by: &'a [Id],
    /// How, where they are several.
    pub binding: Binding,
    /// What it is done to.
    pub target: &'a Target,
}

/// How much longer something is to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So long.
    Time(Duration),
    /// So many calendar months.
    Months(u32),
}

impl Length {
    /// The length by which a text lets an end be moved; none where it gives none.
    #[must_use]
    pub fn of(by: &PhaseEnd) -> Option<Length> {
        match by {
            PhaseEnd::After(length) => Some(Length::Time(*length)),
            PhaseEnd::Months(months) => Some(Length::Months(*months)),
            PhaseEnd::Never | PhaseEnd::When(_) => None,
        }
    }

    /// Whether it is more than another, as far as the two can be told apart by themselves.
    #[must_use]
    pub fn exceeds(self, other: Length) -> bool {
        match (self, other) {
            (Length::Time(own), Length::Time(other)) => own > other,
            (Length::Months(own), Length::Months(other)) => own > other,
            _ => false,
        }
    }
}

/// A report of a use.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The claim.
    pub claim: Id,
    /// Who says so.
    pub source: Id,
    /// When.
    pub period: Period,
    /// Whether it happened in every world.
    pub certain: bool,
    /// What ties it to other reports of the same deed.
    pub reference: Option<String>,
    /// How much longer at least and at most, where it says so.
    pub says: Option<(Length, Length)>,
    /// Whether it may be several uses.
    pub several: bool,
}
