//! The typed agreement: what a Pact file says once names are resolved (LANGUAGE.md, SEMANTICS.md §2–§7).
//!
//! Invariant: every identifier in it is declared in it or in the vocabulary; every date is an instant; nothing here needs
//! the text any more, except to quote it.

use jiff::tz::TimeZone;

use crate::{Amount, Duration, Id, Instant, Period};

/// A ceasefire or peace agreement.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Its name.
    pub name: String,
    /// The zone in which its dates are read.
    pub timezone: TimeZone,
    /// When it entered into force.
    pub in_force: Instant,
    /// The civil date of its day 1.
    pub day_one: Option<jiff::civil::Date>,
    /// Everyone named.
    pub actors: Vec<Actor>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Items narrower than the vocabulary's.
    pub items: Vec<Item>,
    /// Milestones.
    pub milestones: Vec<Milestone>,
    /// Phases, in order of writing.
    pub phases: Vec<Phase>,
    /// Provisions, in order of writing.
    pub provisions: Vec<Provision>,
    /// Readings that someone contends for.
    pub readings: Vec<Reading>,
}

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

/// Someone named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// What it is to the agreement.
    pub role: Role,
}

/// One outline of a zone and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneVersion {
    /// Path of the GeoJSON file, as written, from the agreement's folder.
    pub file: String,
    /// The feature in it, by id or P-code; none takes all.
    pub feature: Option<String>,
    /// When it holds.
    pub valid: Period,
}

/// A zone; its ground is read from its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub label: String,
    /// Dated outlines.
    pub versions: Vec<ZoneVersion>,
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
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// How a phase ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseEnd {
    /// When this first holds after it has begun.
    When(Condition),
    /// This long after its beginning.
    After(Duration),
    /// The text gives no end.
    Never,
}

/// Something that holds or not at each instant. Those marked *first* become true once and stay so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// From entry into force on (*first*).
    InForce,
    /// From a fixed instant on (*first*).
    From(Instant),
    /// A milestone has been reached (*first*).
    Milestone(Id),
    /// Every instance of the provision is met, late or excused, and no window remains to open.
    Performed(Id),
    /// Likewise, and none is late.
    PerformedInTime(Id),
    /// The provision has been breached, even if since cured (*first*).
    Breached(Id),
    /// The phase has begun (*first*).
    PhaseBegun(Id),
    /// The phase has ended (*first*).
    PhaseEnded(Id),
    /// The phase has begun and has not ended.
    During(Id),
    /// A deed that fits has happened (*first*).
    Deed(Action),
    /// A deed that fits happened within this long before.
    Recently(Duration, Action),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    /// At least so many of them.
    AtLeast(usize, Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// How a place stands in an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// `in Z`, `over Z`: the act lies in the zone.
    In,
    /// `into Z`, `to Z`: it ends there.
    Into,
    /// `from Z`, `out of Z`: it starts there.
    From,
}

/// A kind of deed: what the clause speaks of. An empty list or `None` leaves it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The act.
    pub act: Id,
    /// Any of these does it.
    pub by: Vec<Id>,
    /// What it is done to; none for `anyone`, `anything` or where the act takes no item.
    pub item: Option<Id>,
    /// To whom.
    pub to: Option<Id>,
    /// Where.
    pub place: Option<(Where, Id)>,
    /// The stage at which it counts.
    pub stage: Option<Id>,
}

/// How much is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// This or more; `all N` is this too.
    AtLeast(Amount),
    /// This, and one more is a breach.
    Exactly(Amount),
    /// No more than this.
    AtMost(Amount),
}

/// When something is due, given the instant that its window hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// `within D after C`: the window is the closed `[X, X + D]`, X being when C first holds.
    Within(Duration, Condition),
    /// `by the end of DATE`, `by the end of day N`: this is the last tick.
    By(Instant),
    /// `by the end of the Nth day after C`: the midnight that ends it is the first tick too late.
    EndOfDayAfter(u32, Condition),
    /// The text gives no deadline.
    Open,
}

/// A part of a periodic duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The words of it, for people.
    pub label: String,
    /// The narrower action.
    pub action: Action,
    /// How much of it.
    pub required: Required,
}

/// What a provision demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One duty to act, once.
    Once {
        /// The deed.
        action: Action,
        /// How much.
        required: Required,
        /// By when.
        due: Due,
        /// Performance before this first holds does not count (`not before`).
        not_before: Option<Condition>,
    },
    /// A duty for each civil day of the agreement's zone.
    Daily {
        /// The deed.
        action: Action,
        /// How much each day.
        required: Required,
        /// `of these, at least …`.
        shares: Vec<Share>,
        /// Part-days at the ends owe in proportion (`pro rata`), else in full.
        pro_rata: bool,
    },
    /// For every so many units of the trigger, so many of the answer.
    Exchange {
        /// The deed that is answered.
        trigger: Action,
        /// How many units make one instance.
        every: Amount,
        /// The answer.
        action: Action,
        /// How much for each instance.
        required: Amount,
        /// How long after the trigger.
        within: Option<Duration>,
        /// Only performance after the trigger counts.
        afterwards: bool,
    },
    /// Deeds that are forbidden.
    Prohibition {
        /// The deed.
        action: Action,
    },
}

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

/// A deed that would be a violation and is excused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Deeds by one of these, if it is not empty.
    pub by: Vec<Id>,
    /// Excused when this holds at the instant of the deed.
    pub when: Condition,
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
    /// Who is bound; each of them, severally.
    pub bearers: Vec<Id>,
    /// The heading that it stands under, or what `clause` says.
    pub clause: String,
    /// Its source text, for quoting.
    pub text: String,
    /// Byte offset of it in the file, and its line from 1.
    pub line: usize,
    /// What it demands.
    pub rule: Rule,
    /// It binds while this holds; outside it is inactive.
    pub while_: Condition,
    /// What excuses.
    pub exceptions: Vec<Exception>,
    /// Whose word verifies it.
    pub verified_by: Vec<Id>,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
}

/// The part of a provision that a reading changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `except becomes: …`
    Except(Vec<Exception>),
    /// `item becomes: X`: what the duty counts.
    Item(Id),
    /// `trigger becomes: X`: what an exchange answers.
    Trigger(Id),
    /// `required becomes: …`
    Required(Required),
    /// `due becomes: …`
    Due(Due),
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
    /// What it changes, by provision.
    pub changes: Vec<(Id, Change)>,
}

impl Agreement {
    /// The agreement as a reading has it.
    #[must_use]
    pub fn read_as(&self, reading: &Reading) -> Agreement {
        let mut changed = self.clone();
        for (id, change) in &reading.changes {
            for provision in changed.provisions.iter_mut().filter(|p| p.id == *id) {
                provision.apply(change);
            }
        }
        changed
    }

    /// The item, and every item that it narrows, from the nearest up.
    #[must_use]
    pub fn lineage(&self, item: &str) -> Vec<Id> {
        let mut line = vec![item.to_owned()];
        while let Some(last) = line.last() {
            let parent = self
                .items
                .iter()
                .find(|i| i.id == *last)
                .map(|i| i.parent.clone())
                .or_else(|| crate::vocabulary::item(last).and_then(|term| term.parent.clone()));
            match parent {
                Some(parent) if !line.contains(&parent) => line.push(parent),
                _ => break,
            }
        }
        line
    }

    /// Whether `item` is `other` or narrower.
    #[must_use]
    pub fn is(&self, item: &str, other: &str) -> bool {
        self.lineage(item).iter().any(|ancestor| ancestor == other)
    }

    /// The name of an actor, zone or item for people, or the identifier itself.
    #[must_use]
    pub fn label<'a>(&'a self, id: &'a str) -> &'a str {
        let actor = self.actors.iter().find(|a| a.id == id).map(|a| a.label.as_str());
        let zone = || self.zones.iter().find(|z| z.id == id).map(|z| z.label.as_str());
        let item = || self.items.iter().find(|i| i.id == id).map(|i| i.label.as_str());
        actor.or_else(zone).or_else(item).unwrap_or(id)
    }
}

impl Provision {
    fn apply(&mut self, change: &Change) {
        match (change, &mut self.rule) {
            (Change::Except(exceptions), _) => self.exceptions.clone_from(exceptions),
            (Change::Item(item), Rule::Once { action, .. } | Rule::Daily { action, .. })
            | (Change::Item(item), Rule::Exchange { action, .. } | Rule::Prohibition { action }) => {
                action.item = Some(item.clone());
            }
            (Change::Trigger(item), Rule::Exchange { trigger, .. }) => trigger.item = Some(item.clone()),
            (Change::Required(new), Rule::Once { required, .. } | Rule::Daily { required, .. }) => {
                *required = *new
            }
            (Change::Due(new), Rule::Once { due, .. }) => due.clone_from(new),
            // The checker refuses a reading of a part that the provision does not have.
            _ => {}
        }
    }
}

impl Provision {
    /// What was assumed where the text is silent, in the drafter's words.
    #[must_use]
    pub fn assumed(&self) -> Vec<String> {
        self.assumptions.iter().map(|assumption| assumption.why.clone()).collect()
    }
}
