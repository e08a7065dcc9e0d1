//! The typed agreement: what a Pact file says once names are resolved (LANGUAGE.md, SEMANTICS.md §2–§7).
//!
//! Invariant: every identifier in it is declared in it or in the vocabulary; every date is an instant; nothing here needs
//! the text any more, except to quote it.

mod change;
mod condition;
mod duty;
mod extent;
mod items;
mod provision;
mod things;

use jiff::tz::TimeZone;

pub use change::{Amendment, Change, Effective, Faculty, Power, Reading, Suspension, Target, Whose};
pub use condition::{Action, Condition, Where};
pub use duty::{CountedOn, Cycle, Due, Matching, Measure, Quiet, Required, Rule, Share, Side, Spread, Step};
pub use extent::{Actor, Derived, Family, Line, Role, Tie, TieKind, Zone, ZoneVersion};
pub use items::Items;
pub use provision::{
    Binding, Consequence, Counting, Exception, InStep, Manner, PartLot, Plea, Provision, ProvisionKind, Rung,
    Terms,
};
pub use things::{
    Baseline, Changing, Clock, Comparison, Item, Judgement, Property, Setting, Unruled, Valuation, Value,
    ValueKind, Worth,
};

use crate::{Duration, Id, Instant};

/// A ceasefire or peace agreement.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Its name.
    pub name: String,
    /// The zone in which its dates are read.
    pub timezone: TimeZone,
    /// When it was signed, where the text counts from that.
    pub signed: Option<Instant>,
    /// When it entered into force; the least instant at which it can have, where `entry` says how.
    pub in_force: Instant,
    /// It enters into force when this first holds, rather than at a fixed instant.
    pub entry: Option<Condition>,
    /// The civil date of its day 1.
    pub day_one: Option<jiff::civil::Date>,
    /// The civil date of its day D, from which `D+90` is counted.
    pub d_day: Option<jiff::civil::Date>,
    /// What was assumed of these.
    pub assumptions: Vec<Assumption>,
    /// Everyone named.
    pub actors: Vec<Actor>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Items narrower than the vocabulary's.
    pub items: Items,
    /// Values that are fixed later.
    pub values: Vec<Value>,
    /// Wholes of which shares are owed.
    pub baselines: Vec<Baseline>,
    /// Families.
    pub families: Vec<Family>,
    /// Terms that someone judges.
    pub judgements: Vec<Judgement>,
    /// Milestones.
    pub milestones: Vec<Milestone>,
    /// Phases, in order of writing.
    pub phases: Vec<Phase>,
    /// Provisions, in order of writing.
    pub provisions: Vec<Provision>,
    /// Powers.
    pub powers: Vec<Power>,
    /// Amendments, in order of writing.
    pub amendments: Vec<Amendment>,
    /// Readings that someone contends for.
    pub readings: Vec<Reading>,
    /// What outcomes are worth to parties.
    pub valuations: Vec<Valuation>,
}

/// Why something was assumed that the text does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The drafter's words.
    pub why: String,
}

/// A named instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// It is reached when this first holds.
    pub when: Condition,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// A stretch of the agreement's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// It begins when this first holds.
    pub begins: Condition,
    /// How it ends.
    pub ends: PhaseEnd,
    /// It ends then at the latest, whatever else.
    pub latest: Option<Due>,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// How a phase ends, and how long a term is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseEnd {
    /// When this first holds after it has begun.
    When(Condition),
    /// This long after its beginning.
    After(Duration),
    /// So many calendar months after its beginning.
    Months(u32),
    /// The text gives no end.
    Never,
}

impl Agreement {
    /// An agreement of this name that says nothing yet.
    #[must_use]
    pub fn empty(name: String, timezone: TimeZone, in_force: Instant) -> Agreement {
        Agreement {
            name,
            timezone,
            signed: None,
            in_force,
            entry: None,
            day_one: None,
            d_day: None,
            assumptions: Vec::new(),
            actors: Vec::new(),
            zones: Vec::new(),
            lines: Vec::new(),
            items: Items::default(),
            values: Vec::new(),
            baselines: Vec::new(),
            families: Vec::new(),
            judgements: Vec::new(),
            milestones: Vec::new(),
            phases: Vec::new(),
            provisions: Vec::new(),
            powers: Vec::new(),
            amendments: Vec::new(),
            readings: Vec::new(),
            valuations: Vec::new(),
        }
    }

    /// The item, and every item that it narrows, from the nearest up.
    #[must_use]
    pub fn lineage(&self, item: &str) -> Vec<Id> {
        self.line(item).into_iter().map(str::to_owned).collect()
    }

    fn line<'a>(&'a self, item: &'a str) -> Vec<&'a str> {
        let mut line = vec![item];
        while let Some(parent) = line.last().and_then(|last| self.parent(last)) {
            if line.contains(&parent) {
                break;
            }
            line.push(parent);
        }
        line
    }

    fn parent(&self, item: &str) -> Option<&str> {
        match self.items.named(item) {
            Some(own) => Some(&own.parent),
            None => crate::vocabulary::item(item)?.parent.as_deref(),
        }
    }

    /// Whether an item is one that the agreement or the vocabulary knows.
    #[must_use]
    pub fn knows_item(&self, item: &str) -> bool {
        self.items.named(item).is_some() || crate::vocabulary::item(item).is_some()
    }

    /// Whether `item` is `other` or narrower.
    #[must_use]
    pub fn is(&self, item: &str, other: &str) -> bool {
        item == other || self.line(item).contains(&other)
    }

    /// What a source can be said to cover: the zones, and the ground that is settled later.
    #[must_use]
    pub fn areas(&self) -> Vec<Id> {
        let later = self.values.iter().filter(|value| value.kind == ValueKind::Zone).map(|value| &value.id);
        self.zones.iter().map(|zone| &zone.id).chain(later).cloned().collect()
    }

    /// The name of an actor, zone or item for people, or the identifier itself.
    #[must_use]
    pub fn label<'a>(&'a self, id: &'a str) -> &'a str {
        let actor = self.actors.iter().find(|a| a.id == id).map(|a| a.label.as_str());
        let zone = || self.zones.iter().find(|z| z.id == id).map(|z| z.label.as_str());
        let item = || self.items.named(id).map(|i| i.label.as_str());
        actor.or_else(zone).or_else(item).unwrap_or(id)
    }
}
