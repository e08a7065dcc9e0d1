//! What the evidence says of one kind of deed: the literals of spec/worlds.md §2, speaker by speaker.
//!
//! Invariant: a `Measure` is already cut to one pattern, one known time and one standard; nothing here asks again what
//! a claim means.

use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Baseline, Counting},
    amount::Range,
    decision::Decision,
};

use crate::{
    exercise::{Exercise, Faculties},
    stock::{Kept, Stock},
};

/// Everything accepted that speaks of one kind of deed.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    /// What each source says, sorted by source.
    pub accounts: Vec<Account>,
    /// Pairs (denying claim, claim denied): the denial excludes the floor of the event; with `corroboration`, those
    /// within one origin, which bear on what that origin implies.
    pub denials: Vec<(Id, Id)>,
    /// Whether what two origins each imply is accepted, besides the literals that stand alone.
    pub corroboration: bool,
    /// Whether its deeds are incidents, each of which happened or did not, and not quantities.
    pub incidents: bool,
}

/// What one source says.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who speaks.
    pub source: Id,
    /// Its independence group, for these claims.
    pub origin: String,
    /// Deeds.
    pub events: Vec<Event>,
    /// Totals.
    pub tallies: Vec<Tally>,
    /// Where its silence speaks; disjoint, in order.
    pub silences: Vec<Period>,
    /// Indices of the accounts whose reports its silence is judged with: itself and all under it.
    pub group: Vec<usize>,
    /// Whether its silence is accepted by itself.
    pub silence_alone: bool,
    /// Whether its silence may count towards corroboration.
    pub silence_counts: bool,
}

/// One deed as a claim has it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The claim.
    pub claim: Id,
    /// When it may have happened.
    pub period: Period,
    /// How much at least; zero where it only may fit.
    pub floor: Amount,
    /// How much at most.
    pub high: Option<Amount>,
    /// What ties it to other claims of the same deed.
    pub reference: Option<String>,
    /// Who did it, one or all of them; empty where it may have been anyone.
    pub by: Vec<Id>,
    /// Whether its floor is accepted by itself.
    pub alone: bool,
}

impl Event {
    /// Whether some one may have done both.
    #[must_use]
    pub fn may_share_doer(&self, other: &Event) -> bool {
        self.by.is_empty() || other.by.is_empty() || self.by.iter().any(|doer| other.by.contains(doer))
    }
}

/// One total as a claim has it.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The claim.
    pub claim: Id,
    /// The period summed.
    pub period: Period,
    /// At least this, if it gives a floor.
    pub floor: Option<Amount>,
    /// At most this, if it gives a cap.
    pub cap: Option<Amount>,
    /// At most this, as stated, whether or not it caps what is asked about.
    pub high: Option<Amount>,
    /// A total so far, public before its period ended: to its source's silence it is one more report, of this much
    /// at most in this part of the period.
    pub so_far: Option<(Period, Option<Amount>)>,
    /// Whether its floor is accepted by itself.
    pub floor_alone: bool,
    /// Whether its cap is accepted by itself.
    pub cap_alone: bool,
}

/// An exception that someone invoked for a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pleaded {
    /// The claim that says so.
    pub claim: Id,
    /// When it was pleaded.
    pub at: Instant,
    /// Whose deeds it can excuse: those of the one who pleads, and of all who are his.
    pub by: Vec<Id>,
    /// The ground, where it names one.
    pub ground: Option<Id>,
    /// The provision, where it names one.
    pub provision: Option<Id>,
    /// The claims of the deed.
    pub about: Vec<Id>,
    /// What ties it to claims of the deed.
    pub references: Vec<String>,
}

/// Where an engine gets its evidence from: already fused, known by the instant asked about, under one standard.
pub trait Evidence {
    /// What people decided besides, and nobody has undone, in order of time: values that were set, rulings.
    fn decisions(&self) -> &[&Decision] {
        &[]
    }

    /// What was pleaded, by whom, for which deed.
    fn pleas(&self) -> Vec<Pleaded> {
        Vec::new()
    }

    /// What is said of deeds that fit a pattern. `owed_by` are the bearers whose duty it is, where it is one.
    fn measure(&self, pattern: &Action, role: Role<'_>) -> Measure;

    /// Likewise, of deeds done to the pattern's item or to one of these.
    fn measure_of_any(&self, pattern: &Action, items: &[Id], role: Role<'_>) -> Measure;

    /// Likewise, of deeds alone that concern a part of the agreement.
    fn measure_about(&self, concerned: &Id, pattern: &Action, role: Role<'_>) -> Measure;

    /// What those who certify a baseline count of it at an instant, apart from deeds of an act: its performance. No bounds
    /// where they give no figure.
    fn baseline(&self, baseline: &Baseline, apart_from: &str, at: Instant) -> Range;

    /// The instants at which that changes.
    fn baseline_turns(&self, baseline: &Baseline) -> Vec<Instant>;

    /// What is reported of the use of a power.
    fn exercises(&self, _faculties: &Faculties<'_>) -> Vec<Exercise> {
        Vec::new()
    }

    /// Up to when a use of a power that nobody reported was none.
    fn told_until(&self) -> Instant {
        Instant::MAX
    }

    /// What is said of how much there is somewhere, over time.
    fn stock(&self, kept: &Kept<'_>) -> Stock;
}

/// What the deeds asked about are to the provision: it decides against whose interest a statement is.
#[derive(Clone, Copy, Debug)]
pub enum Role<'a> {
    /// Performance of a duty by these bearers; `verifiers` may be empty.
    Duty {
        /// Who owes it.
        bearers: &'a [Id],
        /// Whose word verifies it.
        verifiers: &'a [Id],
    },
    /// A forbidden deed by these bearers; one incident counts one.
    Violation {
        /// Who is bound.
        bearers: &'a [Id],
        /// Whose word verifies it.
        verifiers: &'a [Id],
    },
    /// Likewise, where not the deeds are counted but what they say of explosions or of persons.
    Counted {
        /// Who is bound.
        bearers: &'a [Id],
        /// Whose word verifies it.
        verifiers: &'a [Id],
        /// What is counted.
        of: Counting,
    },
}

impl<'a> Role<'a> {
    /// Forbidden deeds, counted as a provision says.
    #[must_use]
    pub fn forbidden(bearers: &'a [Id], verifiers: &'a [Id], counting: Counting) -> Role<'a> {
        match counting {
            Counting::Incident | Counting::Day => Role::Violation { bearers, verifiers },
            Counting::Explosion | Counting::Person => Role::Counted { bearers, verifiers, of: counting },
        }
    }
}

impl Measure {
    /// The part of it that one source says, with its silence judged on its own reports.
    #[must_use]
    pub fn of_source(&self, source: &str) -> Measure {
        let own = |claim: &Id| {
            let mut events =
                self.accounts.iter().filter(|a| a.source == source).flat_map(|account| &account.events);
            events.any(|event| event.claim == *claim)
        };
        // What may count or not, nobody's word settles.
        let open = self.denials.iter().filter(|(one, other)| one == other && own(one));
        let denials = open.cloned().collect();
        let accounts = self
            .accounts
            .iter()
            .filter(|account| account.source == source)
            .map(|account| {
                let mut account = account.clone();
                account.group = vec![0];
                account.silence_alone = true;
                account.events.iter_mut().for_each(|event| event.alone = true);
                for tally in &mut account.tallies {
                    (tally.floor_alone, tally.cap_alone) = (true, true);
                }
                account
            })
            .take(1)
            .collect();
        Measure { accounts, denials, corroboration: false, incidents: self.incidents }
    }

    /// The measure as it would be if nothing had happened but what is reported: it tells imprecision from silence.
    #[must_use]
    pub fn closed(&self) -> Measure {
        let mut closed = self.clone();
        for account in &mut closed.accounts {
            account.events.retain(|event| event.alone || self.corroboration);
            account.tallies.retain(|tally| tally.floor_alone || tally.cap_alone || self.corroboration);
        }
        closed.accounts.push(Account {
            source: Id::new(),
            origin: String::new(),
            events: Vec::new(),
            tallies: Vec::new(),
            silences: vec![Period::ALWAYS],
            group: (0..self.accounts.len()).collect(),
            silence_alone: true,
            silence_counts: false,
        });
        closed
    }

    /// The sources in it that report something, sorted.
    #[must_use]
    pub fn speakers(&self) -> Vec<Id> {
        let speaks = |a: &&Account| !a.events.is_empty() || !a.tallies.is_empty();
        let mut sources: Vec<Id> = self.accounts.iter().filter(speaks).map(|a| a.source.clone()).collect();
        sources.dedup();
        sources
    }

    /// The claims in it, with the time that each speaks of.
    #[must_use]
    pub fn spoken(&self) -> Vec<(Period, Id)> {
        let events = self.accounts.iter().flat_map(|a| a.events.iter().map(|e| (e.period, e.claim.clone())));
        let bounding = |t: &&Tally| t.floor.is_some() || t.cap.is_some();
        let tallies = self.accounts.iter().flat_map(|a| a.tallies.iter().filter(bounding));
        events.chain(tallies.map(|t| (t.period, t.claim.clone()))).collect()
    }

    /// The claims in it whose time meets a window, sorted and each once.
    #[must_use]
    pub fn claims_in(&self, window: &Period) -> Vec<Id> {
        let meeting = self.spoken().into_iter().filter(|(period, _)| period.meets(window));
        let mut ids: Vec<Id> = meeting.map(|(_, id)| id).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}
