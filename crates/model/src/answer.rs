//! The answer of an evaluation: the black-box contract of EVIDENCE.md §8, field for field and in its order.

use serde::{Deserialize, Serialize};

use crate::{Amount, Id, Instant, StatusSet, amount::Range};

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which agreement.
    pub agreement: AgreementRef,
    /// What was read.
    pub claims: ClaimsRead,
    /// Statuses are those of this instant.
    pub at: Instant,
    /// Nothing known later was used.
    pub known_at: Instant,
    /// The standard of proof.
    pub standard: String,
    /// `text`, or the reading's identifier.
    pub reading: String,
    /// Phases.
    pub phases: Vec<PhaseAnswer>,
    /// Milestones.
    pub milestones: Vec<MilestoneAnswer>,
    /// Provisions.
    pub provisions: Vec<ProvisionAnswer>,
    /// What the evidence itself shows to be wrong or void.
    pub findings: Vec<Finding>,
}

/// An agreement, by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementRef {
    /// Its name.
    pub name: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// What was read, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRead {
    /// Lines read that are not blank.
    pub read: usize,
    /// Those of them that were accepted.
    pub used: usize,
    /// The others.
    pub rejected: Vec<Rejected>,
}

/// A line that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rejected {
    /// Base name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The field at fault; empty for the whole line.
    pub field: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// When something came about: between these instants; `latest` is null where it may not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Not before this.
    pub earliest: Option<Instant>,
    /// By this, in every world.
    pub latest: Option<Instant>,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseAnswer {
    /// Identifier.
    pub id: Id,
    /// Whether this version can compute it; where not, everything possible is listed and a finding says why.
    pub computed: bool,
    /// Of `not_begun`, `active`, `ended`: those possible, sorted.
    pub status: Vec<String>,
    /// When it began; null where it certainly has not.
    pub began: Option<Moment>,
    /// When it ended; null where it certainly has not.
    pub ended: Option<Moment>,
}

/// A milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneAnswer {
    /// Identifier.
    pub id: Id,
    /// Whether this version can compute it; where not, it may have been reached at any time, and a finding says why.
    pub computed: bool,
    /// When it was reached.
    pub reached: Moment,
    /// Whether it was reached in every world.
    pub certain: bool,
}

/// How many, at least and at most; `possible` is null where nothing bounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// In every world.
    pub certain: u64,
    /// In some world.
    pub possible: Option<u64>,
}

/// A provision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionAnswer {
    /// Identifier.
    pub id: Id,
    /// `obligation`, `prohibition` or `exchange`.
    pub kind: String,
    /// Who is bound.
    pub bearers: Vec<Id>,
    /// Where in the text.
    pub clause: String,
    /// Whether this version can compute it.
    pub computed: bool,
    /// The statuses possible; null where it is not computed.
    pub status: Option<StatusSet>,
    /// Whether the set is known to be the smallest that is right.
    pub exact: bool,
    /// Why there is more than one: `contested`, `imprecise`, `unobserved`, …
    pub why: Vec<String>,
    /// How many instances have each status, certainly and possibly.
    pub tally: std::collections::BTreeMap<String, Count>,
    /// The same for each bearer.
    pub by_bearer: Vec<BearerAnswer>,
    /// Its instances, to the one that contains the instant asked about.
    pub instances: Vec<InstanceAnswer>,
    /// Violations of a prohibition.
    pub violations: Count,
    /// Its statuses over time, known as the answer is.
    pub timeline: Vec<Stretch>,
}

/// What one bearer answers for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BearerAnswer {
    /// Who.
    pub party: Id,
    /// The statuses possible.
    pub status: StatusSet,
    /// Violations of a prohibition by this bearer.
    pub violations: Count,
}

/// One instance of a provision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceAnswer {
    /// A period's first day, `#k`, a reference, or `once`.
    pub key: String,
    /// From when to when it may be performed, half-open; the earliest start and the latest end where they are uncertain.
    pub window: Window,
    /// How much is owed: `{"at_least": N}`, `{"exactly": N}`, `{"at_most": N}`.
    pub required: std::collections::BTreeMap<String, Amount>,
    /// How much was performed that counts.
    pub amount: Range,
    /// The statuses possible.
    pub status: StatusSet,
    /// When it was performed.
    pub performed: Moment,
    /// `of these` parts.
    pub of_which: Vec<ShareAnswer>,
    /// What each source alone gives.
    pub by_source: Vec<SourceAnswer>,
    /// Why there is more than one status.
    pub why: Vec<String>,
    /// Ids of the claims that it rests on, sorted.
    pub evidence: Vec<Id>,
    /// What was assumed.
    pub assumptions: Vec<String>,
}

/// A window; a null end is not known or not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From this instant.
    pub from: Option<Instant>,
    /// Until this instant, the last that counts for a duration, the first that does not for a calendar date.
    pub to: Option<Instant>,
}

/// A part of a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareAnswer {
    /// Its words.
    pub label: String,
    /// How much is owed.
    pub required: std::collections::BTreeMap<String, Amount>,
    /// How much was performed.
    pub amount: Range,
    /// The statuses possible of this part alone.
    pub status: StatusSet,
}

/// What one source alone gives for an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAnswer {
    /// Who speaks.
    pub source: Id,
    /// The amount on its word alone.
    pub amount: Range,
    /// The statuses on its word alone.
    pub status: StatusSet,
    /// Its claims.
    pub evidence: Vec<Id>,
}

/// A stretch of time with one set of statuses, half-open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// From.
    pub from: Instant,
    /// Until; the last stretch ends at the instant asked about, which is in it.
    pub to: Instant,
    /// The statuses possible throughout.
    pub status: StatusSet,
}

/// Something that the evidence itself shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// `self_contradiction`, `conflict_too_large`, …
    pub kind: String,
    /// Whose evidence; empty where it is nobody's in particular.
    pub source: String,
    /// Which provision, instance or date.
    pub on: String,
    /// In words.
    pub detail: String,
}
