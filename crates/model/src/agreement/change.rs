//! What changes an agreement: powers, amendments, and readings, which change nothing and are evaluated beside it.
//!
//! Invariant: a change names the part that it changes; the checker has seen that the part is there.

use super::{
    Agreement, Assumption, Binding, Condition, Counting, Cycle, Due, Exception, Measure, Phase, PhaseEnd,
    Provision, Rule, Spread, Step,
};
use crate::{Duration, Id, Instant};

/// The part of a provision that a reading or an amendment changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `except becomes: …`
    Except(Vec<Exception>),
    /// `item becomes: X`: what the duty counts.
    Item(Id),
    /// `trigger becomes: X`: what an exchange answers.
    Trigger(Id),
    /// `required becomes: …`
    Required(Measure),
    /// `due becomes: …`
    Due(Due),
    /// `condition becomes: while …`
    While(Condition),
    /// `not before becomes: …`
    NotBefore(Condition),
    /// `zone becomes: Z`: where the deed lies or ends.
    Zone(Id),
    /// `bearer becomes: …`: who is bound.
    Bearer(Vec<Id>, Binding),
    /// `count becomes: one violation per …`
    Counting(Counting),
    /// `judged becomes: X`, `judged becomes: nothing`: whether it covers only what is judged so.
    Judged(Option<Id>),
    /// `period becomes: each …`: the periods, and whether part-periods at the ends owe in proportion where that is said.
    Period(Cycle, Option<bool>),
    /// `shortfall becomes: …`: what a short period means.
    Shortfall(Spread),
    /// `from becomes: …`: from when a state is to be kept.
    From(Condition),
    /// `until becomes: …`: until when it is.
    Until(Condition),
    /// `step 2 becomes: …`: the step of this number, from 1, of a schedule.
    Step(usize, Step),
    /// The provision is taken out.
    Removed,
    /// A phase `begins …`
    Begins(Condition),
    /// A phase `ends when …` or `lasts …`
    Ends(PhaseEnd),
    /// The agreement is in force from another instant.
    InForce(Instant),
}

/// What a change is made to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The agreement as a whole.
    Agreement,
    /// A phase.
    Phase(Id),
    /// A provision.
    Provision(Id),
    /// A milestone, which can be certified.
    Milestone(Id),
}

/// A reading of the text that someone contends for; evaluated beside the text, binding nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its identifier: its title in `snake_case`, or what `as` says.
    pub id: Id,
    /// Its title.
    pub title: String,
    /// Who contends for it.
    pub contended_by: Vec<Id>,
    /// Where they said so.
    pub source: String,
    /// What it changes.
    pub changes: Vec<(Target, Change)>,
}

/// Whose duties a suspension touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of the one who suspends.
    Own,
    /// Those of these.
    Of(Vec<Id>),
    /// Everyone's.
    All,
}

/// What is suspended, ended or extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// `suspend` or `terminate`.
    pub act: Id,
    /// What.
    pub target: Target,
    /// Whose duties.
    pub whose: Whose,
    /// For how long at most; none for good.
    pub at_most: Option<Duration>,
    /// That is the limit of all such suspensions together, rather than of each.
    pub in_all: bool,
    /// Deadlines stand still meanwhile.
    pub clocks_stop: bool,
}

/// What someone may do to the agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Faculty {
    /// Make a phase longer.
    Extend {
        /// The phase.
        phase: Id,
        /// By this much at most, each time.
        by: PhaseEnd,
        /// So often at most.
        times: Option<u32>,
    },
    /// Stop duties for a time or for good.
    Suspend(Suspension),
    /// Resume, certify, waive: the act, and what it is done to.
    Other {
        /// The act.
        act: Id,
        /// What.
        target: Target,
    },
}

/// A power: who may do what to the agreement, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// Who.
    pub by: Vec<Id>,
    /// How, where they are several.
    pub binding: Binding,
    /// What.
    pub faculty: Faculty,
    /// By when it has to be used.
    pub due: Due,
    /// It can be used while this holds.
    pub while_: Condition,
    /// The heading that it stands under, or what `clause` says.
    pub clause: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// When an amendment takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effective {
    /// When the last of those who have to accept it has.
    LastAcceptance,
    /// From this instant.
    From(Instant),
}

/// A change of the agreement that its parties agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// When it was agreed.
    pub agreed: Instant,
    /// Who has to accept it.
    pub accepted_by: Vec<Id>,
    /// When it takes effect.
    pub effective: Effective,
    /// What it changes.
    pub changes: Vec<(Target, Change)>,
    /// Deadlines that hang on what it changes move with it; else they stay.
    pub inner_deadlines_move: bool,
    /// Breaches before it are cured; else they stand.
    pub past_breaches_cured: bool,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

impl Agreement {
    /// The agreement as a reading has it.
    #[must_use]
    pub fn read_as(&self, reading: &Reading) -> Agreement {
        let mut changed = self.clone();
        for (target, change) in &reading.changes {
            match (target, change) {
                (Target::Agreement, Change::InForce(instant)) => {
                    (changed.in_force, changed.entry) = (*instant, None);
                }
                (Target::Phase(id), _) => {
                    changed.phases.iter_mut().filter(|p| p.id == *id).for_each(|p| p.apply(change));
                }
                (Target::Provision(id), Change::Removed) => changed.provisions.retain(|p| p.id != *id),
                (Target::Provision(id), _) => {
                    changed.provisions.iter_mut().filter(|p| p.id == *id).for_each(|p| p.apply(change));
                }
                // The checker refuses a change that does not go with its target.
                (Target::Agreement | Target::Milestone(_), _) => {}
            }
        }
        changed
    }
}

impl Phase {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Begins(condition) => self.begins.clone_from(condition),
            Change::Ends(end) => self.ends.clone_from(end),
            _ => {}
        }
    }
}

impl Provision {
    /// Makes the change, where the provision has the part that it changes.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Except(exceptions) => self.exceptions.clone_from(exceptions),
            Change::While(condition) => self.while_.clone_from(condition),
            Change::Bearer(bearers, binding) => {
                self.bearers.clone_from(bearers);
                self.binding = *binding;
            }
            Change::Counting(counting) => self.terms.counting = *counting,
            Change::Judged(judged) => self.terms.judged.clone_from(judged),
            _ => self.rule.apply(change),
        }
    }
}

impl Rule {
    fn apply(&mut self, change: &Change) {
        match (change, self) {
            (Change::Item(new), Rule::State { item, .. }) => item.clone_from(new),
            (Change::Zone(new), Rule::State { place, .. }) => {
                *place = place.take().map(|(side, _)| (side, new.clone()));
            }
            (Change::Trigger(new), Rule::Exchange { trigger, .. }) => trigger.item = Some(new.clone()),
            (
                Change::Required(Measure::Plain(new)),
                Rule::Once { required, .. } | Rule::Periodic { required, .. },
            ) => *required = *new,
            (Change::Due(new), Rule::Once { due, .. }) => due.clone_from(new),
            (Change::Required(new), Rule::Schedule { steps, .. }) => {
                steps.iter_mut().take(1).for_each(|step| step.measure.clone_from(new));
            }
            (Change::Due(new), Rule::Schedule { steps, .. }) => {
                steps.iter_mut().take(1).for_each(|step| step.due.clone_from(new));
            }
            (Change::Period(new, part), Rule::Periodic { cycle, pro_rata, .. }) => {
                cycle.clone_from(new);
                *pro_rata = part.unwrap_or(*pro_rata);
            }
            (Change::Shortfall(new), Rule::Periodic { spread, .. }) => spread.clone_from(new),
            (Change::From(new), Rule::State { from, .. }) => from.clone_from(new),
            (Change::Until(new), Rule::State { until, .. }) => *until = Some(new.clone()),
            (Change::Step(number, new), Rule::Schedule { steps, .. }) => {
                if let Some(step) = number.checked_sub(1).and_then(|index| steps.get_mut(index)) {
                    step.clone_from(new);
                }
            }
            (Change::NotBefore(new), Rule::Once { not_before, .. } | Rule::Schedule { not_before, .. }) => {
                *not_before = Some(new.clone());
            }
            (Change::Item(_) | Change::Zone(_), rule) => {
                if let Some(action) = rule.action_mut() {
                    match change {
                        Change::Item(new) => action.item = Some(new.clone()),
                        Change::Zone(new) => {
                            action.place = action.place.take().map(|(how, _)| (how, new.clone()))
                        }
                        _ => {}
                    }
                }
            }
            // The checker refuses a change of a part that the provision does not have.
            _ => {}
        }
    }

    fn action_mut(&mut self) -> Option<&mut super::Action> {
        match self {
            Rule::Once { action, .. }
            | Rule::Schedule { action, .. }
            | Rule::Periodic { action, .. }
            | Rule::Exchange { action, .. }
            | Rule::Prohibition { action }
            | Rule::Answerable { action, .. } => Some(action),
            Rule::State { .. } => None,
        }
    }
}
