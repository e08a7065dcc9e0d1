//! The certificate as it is written: JSON, version 1 (spec/certificate.md).
//!
//! Invariant: a part that is not known is refused; what is read and written again is the same.

use std::collections::BTreeMap;

use model::{Amount, Id, Instant, Period, Status, StatusSet, place::Ground, source::Source};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the format is called.
pub const FORMAT: &str = "trucewatch certificate";
/// Its version.
pub const VERSION: u32 = 1;

/// A certificate with everything that it is checked against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The agreement's text.
    pub agreement: Text,
    /// Who speaks.
    pub sources: Vec<Source>,
    /// Every claim, as it was read.
    pub claims: Vec<Map<String, Value>>,
    /// The outlines of the zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Ground>,
    /// What was asked.
    pub question: Question,
    /// What shows the answer.
    pub proof: Proof,
}

/// The agreement's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The base name of its file.
    pub file: String,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// The text.
    pub text: String,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The provision.
    pub provision: Id,
    /// Its instance.
    pub instance: String,
    /// Statuses at this instant.
    pub at: Instant,
    /// Nothing known later is used.
    pub known_at: Instant,
    /// The standard of proof.
    pub standard: String,
    /// `text`, or a reading.
    pub reading: String,
}

/// What shows the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The answer: the statuses that some world gives.
    pub status: StatusSet,
    /// Statuses of the answer for which no world is shown, worst first: there may be none.
    pub unwitnessed: Vec<Status>,
    /// What is said of each kind of deed that the answer hangs on.
    pub streams: Vec<Stream>,
    /// For each kind of deed on which the window or the scope hangs, between which instants that turns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
    /// Of a duty that so many of several perform, or of several parts, what is said of each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<Part>,
    /// Why each other status is none.
    pub refuted: Vec<Refutation>,
    /// A world for each status.
    pub witnesses: Vec<Witness>,
}

/// What shows which statuses one of several is left with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Whose part, or which.
    pub of: Vec<String>,
    /// As of a proof.
    pub streams: Vec<Stream>,
    /// As of a proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
    /// Statuses that he has in no world.
    pub refuted: Vec<Refutation>,
}

/// What is said of one kind of deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// `performance`, `opening`, `violation` or `state`; of answers by reference `possible performance` and `possible opening` too.
    pub of: String,
    /// What became of each claim, in the order of the claims.
    pub screen: Vec<Screened>,
    /// Which literals can hold together; nothing for a prohibition or a state.
    pub tree: Option<Tree>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screened {
    /// The claim.
    pub claim: Id,
    /// `used`, `room`, or the one reason why it is not used.
    pub why: String,
}

/// Which literals can hold together: from all of them, of each contradiction one member after the other is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Literals that contradict each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// Where one of them is met; the first is that of all literals. Each leads on to later ones alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<Split>,
    /// Of each greatest set that holds together, amounts that satisfy every bound which it sets.
    pub leaves: Vec<Vec<(Instant, Amount)>>,
}

/// Literals that contradict each other by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The literals.
    pub among: Vec<String>,
    /// Bounds that go round and come to less than nothing; empty where the literals contradict each other as deeds.
    pub round: Vec<Step>,
}

/// A set of literals that holds a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Which, from 0.
    pub conflict: usize,
    /// What is left without each of its members, in their order.
    pub without: Vec<Left>,
}

/// What is left of a set of literals without one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Left {
    /// The split of that number, from 0.
    Split(usize),
    /// The leaf of that number, from 0.
    Leaf(usize),
    /// Less than the leaf of that number: nothing greatest is in it.
    Within(usize),
}

/// The literals of one leaf of the tree.
pub type Leaf = std::collections::BTreeSet<String>;

/// One bound on a way from one instant to another: an upper bound leads on in time, a lower one back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// From this instant.
    pub from: Instant,
    /// To before this one.
    pub until: Instant,
    /// At least so much; else at most.
    pub lower: bool,
    /// How much.
    pub amount: Amount,
    /// On what it rests.
    pub ground: String,
}

/// When something turns that hangs on deeds: a window opens, a scope begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Not before this.
    pub earliest: Instant,
    /// For each leaf, that too little was done before; none where that is entry into force. Of a breach that it never comes, that
    /// enough was done in time.
    pub nothing_before: Vec<Vec<Step>>,
    /// By this; none where it may not have turned.
    pub latest: Option<Instant>,
    /// For each leaf, that enough was done by then; of a breach, that too little was. Of several periods for the one after the other.
    pub something_by: Vec<Vec<Step>>,
    /// For each leaf, that no more was done in time, where an exact amount is owed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_more: Vec<Vec<Step>>,
    /// Of what is asked about time by time, when something was done and when nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spells: Vec<Spell>,
    /// In which of several periods, from 0, too little was done, where it never turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_in: Option<usize>,
}

impl Opening {
    /// One that needs nothing to be shown: not before an instant.
    #[must_use]
    pub fn from(earliest: Instant) -> Opening {
        Opening {
            earliest,
            nothing_before: Vec::new(),
            latest: None,
            something_by: Vec::new(),
            no_more: Vec::new(),
            spells: Vec::new(),
            short_in: None,
        }
    }
}

/// A time in which something was done, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    /// From this instant.
    pub from: Instant,
    /// To before this one.
    pub until: Instant,
    /// Something was done; else nothing.
    pub done: bool,
    /// For each leaf, the steps that show it.
    pub steps: Vec<Vec<Step>>,
}

/// Why a status is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refutation {
    /// The status.
    pub status: Status,
    /// Which of the ways to refute it in the checker's table, from 0.
    pub way: usize,
    /// For each bound that this way needs, for each leaf, the steps that give it.
    pub steps: Vec<Vec<Vec<Step>>>,
    /// For a prohibition or a state, the claim of a breach that nothing contradicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Id>,
    /// For a state, by each end of what is demanded, the claims that keep within it throughout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throughout: Vec<Vec<Id>>,
}

impl Refutation {
    /// One that needs nothing but what the status is.
    #[must_use]
    pub fn plain(status: Status) -> Refutation {
        Refutation { status, way: 0, steps: Vec::new(), claim: None, throughout: Vec::new() }
    }
}

/// A world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The status that it gives.
    pub status: Status,
    /// All that was done.
    pub deeds: Vec<Deed>,
    /// For each stream, the leaf whose literals it satisfies, from 0.
    pub leaves: Vec<usize>,
    /// What values and baselines come to of which nothing is told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owed: BTreeMap<Id, Amount>,
    /// For a state, how much there was; where nothing is said nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stocks: Vec<Stock>,
}

/// How much there was of what is to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// From this instant.
    pub from: Instant,
    /// To before this one.
    pub until: Instant,
    /// How much.
    pub amount: Amount,
}

impl Stock {
    /// As the evaluator takes it; none of no time.
    #[must_use]
    pub fn held(&self) -> Option<(Period, Amount)> {
        Some((Period::closed(self.from, self.until.previous())?, self.amount))
    }
}

/// Something that was done in a world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// When.
    pub at: Instant,
    /// How much.
    pub amount: Amount,
    /// The act.
    pub act: Id,
    /// Who.
    pub by: Vec<Id>,
    /// To what.
    pub item: Option<Id>,
    /// To whom.
    pub to: Option<Id>,
    /// Where.
    pub zone: Option<Id>,
    /// How far it had come.
    pub stage: Option<Id>,
    /// What ties it to other deeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Id>,
    /// For a prohibition, the report that it makes true; none for a deed that nobody reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Id>,
}

impl Deed {
    /// As the evaluator takes it.
    #[must_use]
    pub fn made(&self) -> worlds::world::Deed {
        worlds::world::Deed {
            at: self.at,
            amount: self.amount,
            act: self.act.clone(),
            by: self.by.clone(),
            item: self.item.clone(),
            to: self.to.clone(),
            zone: self.zone.clone(),
            stage: self.stage.clone(),
            reference: self.reference.clone(),
            concerns: None,
            length: None,
            judged: Vec::new(),
        }
    }

    /// As a certificate has it.
    #[must_use]
    pub fn of(deed: &worlds::world::Deed) -> Deed {
        let worlds::world::Deed { at, amount, act, by, item, to, zone, stage, reference, .. } = deed.clone();
        Deed { at, amount, act, by, item, to, zone, stage, reference, report: None }
    }
}
