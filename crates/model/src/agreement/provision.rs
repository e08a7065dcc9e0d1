//! Provisions: a rule, who is bound by it, and the terms that go with it.
//!
//! Invariant: a provision says nothing about others but by their identifiers.

use super::{Assumption, Clock, Condition, Rule, Suspension, Unruled};
use crate::Id;

/// What kind of provision it is, as people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProvisionKind {
    /// A duty to act.
    Obligation,
    /// A duty to refrain.
    Prohibition,
    /// Duties in answer to each other.
    Exchange,
}

impl ProvisionKind {
    /// Its name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ProvisionKind::Obligation => "obligation",
            ProvisionKind::Prohibition => "prohibition",
            ProvisionKind::Exchange => "exchange",
        }
    }
}

/// How several are bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// Each of them, for the whole.
    #[default]
    Each,
    /// All of them, for one performance.
    Together,
    /// Any one of them performs for all.
    Either,
    /// So many of them.
    AtLeast(usize),
    /// The text does not say who is bound.
    Unstated,
}

/// What one violation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counting {
    /// One incident.
    #[default]
    Incident,
    /// One explosion.
    Explosion,
    /// One day with at least one.
    Day,
    /// One person harmed.
    Person,
}

/// How a duty is to be performed where only effort or pace is demanded: tracked, not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// `must endeavour to`.
    Endeavour,
    /// `promptly`.
    Promptly,
    /// `gradually`.
    Gradually,
}

/// What an incomplete lot owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartLot {
    /// Nothing until it is complete.
    Nothing,
    /// In proportion.
    Proportion,
}

/// A deed that would be a violation and is excused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Deeds by one of these, if it is not empty.
    pub by: Vec<Id>,
    /// Excused when this holds at the instant of the deed.
    pub when: Condition,
    /// It has to be pleaded, and is judged.
    pub plea: Option<Plea>,
}

/// A plea: until someone rules, the verdict holds both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plea {
    /// The judgement that is pleaded.
    pub ground: Id,
    /// How long after the deed it can be pleaded.
    pub pleaded_within: Clock,
    /// Who rules.
    pub judged_by: Vec<Id>,
    /// How long after the plea.
    pub judged_within: Clock,
    /// What holds if nobody rules.
    pub unruled: Unruled,
}

/// What a breach allows someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// Who may.
    pub by: Vec<Id>,
    /// How several may.
    pub binding: Binding,
    /// What.
    pub suspension: Suspension,
}

/// One rung of a settlement of disputes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Who decides.
    pub before: Vec<Id>,
    /// How long a party has to bring it there.
    pub brought_within: Option<Clock>,
    /// How long the decision may take.
    pub decided_within: Option<Clock>,
    /// Its word is the last.
    pub final_: bool,
}

/// A provision that advances with another, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InStep {
    /// The other.
    pub with: Id,
    /// Who moves first; none where a condition starts both.
    pub first: Option<Id>,
    /// What starts both.
    pub starts: Option<Condition>,
}

/// Terms of a provision beyond its rule; most have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// There is no instance while this holds.
    pub unless: Option<Condition>,
    /// What one violation is.
    pub counting: Counting,
    /// Only what is judged to be this counts.
    pub judged: Option<Id>,
    /// Effort or pace.
    pub manner: Option<Manner>,
    /// One for each member: what a member is called in it, and the family.
    pub for_each: Option<(Id, Id)>,
    /// It advances with another.
    pub in_step: Option<InStep>,
    /// What an incomplete lot owes.
    pub part_lot: Option<PartLot>,
    /// Items that count towards the number of the duty too.
    pub made_up_with: Vec<Id>,
    /// A standard of quality, and who judges it.
    pub quality: Option<(String, Vec<Id>)>,
    /// What a breach allows.
    pub consequences: Vec<Consequence>,
    /// The grades of violations, from the least, and who grades.
    pub grades: Option<(Vec<Id>, Vec<Id>)>,
    /// How disputes are settled, in order.
    pub disputes: Vec<Rung>,
    /// These go before it.
    pub subject_to: Vec<Id>,
    /// It goes before these.
    pub notwithstanding: Vec<Id>,
}

/// Something that the agreement demands of someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// Identifier.
    pub id: Id,
    /// Name; empty where the text gives none.
    pub label: String,
    /// What people call it.
    pub kind: ProvisionKind,
    /// Who is bound.
    pub bearers: Vec<Id>,
    /// How, where they are several.
    pub binding: Binding,
    /// The heading that it stands under, or what `clause` says.
    pub clause: String,
    /// Its source text, for quoting.
    pub text: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it demands.
    pub rule: Rule,
    /// It binds while this holds; outside it is inactive.
    pub while_: Condition,
    /// What excuses.
    pub exceptions: Vec<Exception>,
    /// Whose word verifies it.
    pub verified_by: Vec<Id>,
    /// What else goes with it.
    pub terms: Terms,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

impl Provision {
    /// What was assumed where the text is silent, in the drafter's words.
    #[must_use]
    pub fn assumed(&self) -> Vec<String> {
        self.assumptions.iter().map(|assumption| assumption.why.clone()).collect()
    }
}
