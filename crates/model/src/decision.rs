//! Decisions: what people concluded about claims, values and judgements, dated and undoable (EVIDENCE.md §4, §8).

use crate::{Id, Instant, place::Place};

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The targets speak of one deed.
    Merge,
    /// Each target speaks of a deed of its own.
    Split,
    /// The targets are not used.
    Reject,
    /// The targets took place here.
    Place(Place),
    /// The targets, values that the agreement leaves open, are this.
    Value {
        /// An amount, a day, a zone, as written.
        to: String,
        /// Since when; since it was known where that is left out.
        since: Option<Instant>,
    },
    /// A body ruled about the targets: a judgement, claims, references of incidents.
    Ruling(Ruling),
    /// A kind that this version keeps and does not compute.
    Kept(String),
}

/// What a body ruled; who that is, the decision says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The judgement or the ground of a plea that it is about; none where the targets say it.
    pub judgement: Option<Id>,
    /// The provision that it is about, where it is about one.
    pub provision: Option<Id>,
    /// Which part of the question it answers.
    pub limb: Option<Limb>,
    /// What it says.
    pub outcome: Outcome,
}

impl Ruling {
    /// Whether it is about this judgement, or the plea of this ground.
    #[must_use]
    pub fn is_about(&self, judgement: &Id, targets: &[Id]) -> bool {
        self.judgement.as_ref().map_or_else(|| targets.contains(judgement), |about| about == judgement)
    }
}

/// The part of a question that a ruling answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limb {
    /// Whether it happened.
    Fact,
    /// Who did it.
    Attribution,
    /// Whether it breached.
    Breach,
    /// How grave it was.
    Grade,
}

/// What a ruling says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Brought before the body, no more.
    Alleged,
    /// It is being looked into.
    UnderInquiry,
    /// It is so.
    Upheld,
    /// A part of it is so.
    UpheldInPart,
    /// It is not so.
    NotUpheld,
    /// Both sides did it.
    BothSides,
    /// The body could not find out.
    CouldNotVerify,
    /// It was taken back.
    Withdrawn,
    /// It came too late.
    OutOfTime,
}

impl Outcome {
    /// Every outcome and its name.
    pub const NAMES: [(Outcome, &'static str); 9] = [
        (Outcome::Alleged, "alleged"),
        (Outcome::UnderInquiry, "under_inquiry"),
        (Outcome::Upheld, "upheld"),
        (Outcome::UpheldInPart, "upheld_in_part"),
        (Outcome::NotUpheld, "not_upheld"),
        (Outcome::BothSides, "both_sides"),
        (Outcome::CouldNotVerify, "could_not_verify"),
        (Outcome::Withdrawn, "withdrawn"),
        (Outcome::OutOfTime, "out_of_time"),
    ];

    /// Whether it settles that it is so, or that it is not; none where it settles neither.
    #[must_use]
    pub fn settles(self) -> Option<bool> {
        match self {
            Outcome::Upheld => Some(true),
            Outcome::NotUpheld => Some(false),
            _ => None,
        }
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its identifier.
    pub id: Id,
    /// From when it was known.
    pub known_at: Instant,
    /// Who decided.
    pub by: String,
    /// What.
    pub verdict: Verdict,
    /// What it is about: claims as a rule; of a value, the value; of a ruling, a judgement, claims or references.
    pub targets: Vec<Id>,
    /// Why.
    pub reason: String,
    /// The decision that it undoes.
    pub undoes: Option<Id>,
}
