//! Literals of one pattern, and which of them a standard accepts (spec/worlds.md §2 and §4).
//!
//! Invariant: whether a literal is accepted depends on who says it and against whom, never on other literals,
//! but for corroboration.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Id, Instant, Period, Standard,
    agreement::{Action, Provision},
    claim::{Claim, Kind},
    source::{Source, silent_until},
};

use crate::{
    Oracle, Refused,
    account::Account,
    bounds::{Bounds, NONE},
    live::answers_for,
    pattern::{Fit, covers, fit, spans, taken_away},
};

/// An event that fits or may fit.
pub(crate) struct Event<'a> {
    pub claim: &'a Claim,
    pub source: usize,
    pub period: Period,
    high: i64,
}

/// A tally that fits or may fit.
struct Tally<'a> {
    claim: &'a Claim,
    source: usize,
    period: Period,
    /// The high that silence takes from it; none where its scope is too narrow.
    high: Option<i64>,
}

/// One thing said that a world satisfies or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Saying {
    /// An event's low lies in its interval.
    Event(usize, i64),
    /// F over cuts i to j is at least so much.
    Floor(usize, usize, i64),
    /// F over cuts i to j is at most so much.
    Cap(usize, usize, i64),
    /// Nothing but what a source's group reports happened in the cell that starts at this cut.
    Silence(usize, usize),
    /// Nothing but what anybody reports did.
    Unheard(usize, usize),
    /// An event did not happen.
    Denial(usize),
}

/// What kind of thing is said, as the standards see it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearing {
    Floor,
    Cap,
    Denial,
}

/// A saying and who says it.
#[derive(Clone, Copy)]
pub(crate) struct Literal {
    pub saying: Saying,
    /// Its source.
    source: usize,
    /// The claim that it is from; none for silence.
    claim: Option<usize>,
    /// Silence through coverage that no party is said to accept.
    bare: bool,
}

impl Literal {
    fn bearing(&self) -> Bearing {
        match self.saying {
            Saying::Event(..) | Saying::Floor(..) => Bearing::Floor,
            Saying::Cap(..) | Saying::Silence(..) | Saying::Unheard(..) => Bearing::Cap,
            Saying::Denial(_) => Bearing::Denial,
        }
    }
}

/// All that is said of one pattern.
pub(crate) struct Evidence<'a> {
    pub oracle: &'a Oracle<'a>,
    action: &'a Action,
    /// Ends of everything used, ascending; a cut is the first tick of a cell.
    pub cuts: Vec<Instant>,
    pub events: Vec<Event<'a>>,
    tallies: Vec<Tally<'a>>,
    pub literals: Vec<Literal>,
}

impl<'a> Evidence<'a> {
    /// Gathers all that is said of a pattern.
    pub fn gather(oracle: &'a Oracle<'a>, action: &'a Action) -> Result<Self, Refused> {
        let mut all = Evidence {
            oracle,
            action,
            cuts: Vec::new(),
            events: Vec::new(),
            tallies: Vec::new(),
            literals: Vec::new(),
        };
        let mut cuts = BTreeSet::from([Instant::MIN, Instant::MAX.next()]);
        let mut used = Vec::new();
        for (index, claim) in oracle.live.iter().enumerate() {
            let fit = fit(oracle.agreement(), action, claim);
            if fit != Fit::Not
                && let Some(period) = period_of(claim)?
            {
                cuts.extend([period.first, period.last.next()]);
                used.push((index, fit, period));
            }
        }
        for source in &oracle.sources {
            cuts.extend(
                all.views(source).iter().chain(&all.blind(source)).flat_map(|p| [p.0.first, p.0.last.next()]),
            );
        }
        all.cuts = cuts.into_iter().collect();
        for (index, fit, period) in used {
            all.add_claim(index, fit, period);
        }
        all.add_denials();
        all.add_silences();
        Ok(all)
    }

    fn cut(&self, at: Instant) -> usize {
        self.cuts.partition_point(|cut| *cut < at)
    }

    pub fn ends(&self, period: &Period) -> (usize, usize) {
        (self.cut(period.first), self.cut(period.last.next()))
    }

    /// When a source covers the pattern, to K − lag, and whether nobody is said to accept that.
    fn views(&self, source: &Source) -> Vec<(Period, bool)> {
        let clipped = |entry: &model::source::Coverage| {
            let to_now =
                Period { first: Instant::MIN, last: silent_until(self.oracle.case.known_at, entry.lag) };
            Some((entry.period.and(&to_now)?, entry.accepted_by.is_empty()))
        };
        let reach = source.covers.iter().filter(|entry| covers(self.oracle.agreement(), self.action, entry));
        reach.filter_map(clipped).collect()
    }

    /// When a source that covers the pattern could not see.
    fn blind(&self, source: &Source) -> Vec<(Period, bool)> {
        if self.views(source).is_empty() {
            return Vec::new();
        }
        let gaps = source.gaps.iter().map(|gap| gap.period);
        let said = self.oracle.live.iter().filter_map(|claim| taken_away(claim, source, self.action));
        gaps.chain(said).map(|period| (period, false)).collect()
    }

    fn add_claim(&mut self, index: usize, fit: Fit, period: Period) {
        let claim = self.oracle.live[index];
        let source = self.oracle.source(&claim.source);
        let (low, high) = (claim.range().low.map_or(0, |a| a.0), claim.range().high.map_or(NONE, |a| a.0));
        let (i, j) = self.ends(&period);
        let mut add =
            |saying| self.literals.push(Literal { saying, source, claim: Some(index), bare: false });
        if claim.kind == Kind::Event {
            if fit == Fit::Fits && low > 0 {
                add(Saying::Event(self.events.len(), low));
            }
            self.events.push(Event { claim, source, period, high });
            return;
        }
        let spans =
            high < NONE && spans(self.oracle.agreement(), self.action, claim, &self.oracle.sources[source]);
        if fit == Fit::Fits && low > 0 {
            add(Saying::Floor(i, j, low));
        }
        // A tally made public before its period ended does not cap the rest of it; its source's silence does.
        if spans && claim.known_at >= period.until() {
            add(Saying::Cap(i, j, high));
        }
        self.tallies.push(Tally { claim, source, period, high: spans.then_some(high) });
    }

    /// Denials of events, but for those by the accused.
    fn add_denials(&mut self) {
        for (index, denial) in self.oracle.live.iter().enumerate() {
            let source = self.oracle.source(&denial.source);
            if !denial.denies.iter().any(|part| part == "occurred") || denial.retracts.is_some() {
                continue;
            }
            for (of, event) in self.events.iter().enumerate() {
                if denies(denial, event.claim) && !self.oracle.accused(source, event.claim) {
                    let saying = Saying::Denial(of);
                    self.literals.push(Literal { saying, source, claim: Some(index), bare: false });
                }
            }
        }
    }

    fn add_silences(&mut self) {
        for source in 0..self.oracle.sources.len() {
            let (views, blind) =
                (self.views(&self.oracle.sources[source]), self.blind(&self.oracle.sources[source]));
            for i in 0..self.cuts.len() - 1 {
                let cell = Period { first: self.cuts[i], last: self.cuts[i + 1].previous() };
                let seen: Vec<bool> = views.iter().filter(|v| v.0.contains(&cell)).map(|v| v.1).collect();
                if seen.is_empty() || blind.iter().any(|b| b.0.meets(&cell)) {
                    continue;
                }
                let bare = seen.into_iter().all(|bare| bare);
                for saying in [Saying::Silence(source, i), Saying::Unheard(source, i)] {
                    self.literals.push(Literal { saying, source, claim: None, bare });
                }
            }
        }
    }

    /// What silence over cuts i to j leaves room for, when these are the claims that break it.
    pub fn silence_leaves(&self, i: usize, j: usize, group: &dyn Fn(usize, &Claim) -> bool) -> i64 {
        let window = Period { first: self.cuts[i], last: self.cuts[j].previous() };
        let reported = self.events.iter().filter(|e| group(e.source, e.claim) && e.period.meets(&window));
        let reported = sum_of_deeds(reported.map(|e| (e.claim, e.high)));
        let mut tallies =
            self.tallies.iter().filter(|t| group(t.source, t.claim) && t.period.meets(&window)).peekable();
        if tallies.peek().is_none() {
            return reported;
        }
        let least = tallies.filter(|t| t.period.contains(&window)).filter_map(|t| t.high).min();
        least.map_or(NONE, |least| reported.max(least))
    }

    /// The bounds of each maximal consistent set of the literals that a standard accepts.
    pub fn worlds(&self, provision: &Provision, standard: &Standard) -> Result<Vec<Bounds>, Refused> {
        let adverse = *standard == Standard::Adverse;
        let mut accepted = match standard {
            Standard::Corroborated | Standard::Adverse => self.corroborated()?,
            _ => Vec::new(),
        };
        let test = |literal: &Literal| {
            if adverse {
                self.adverse(literal, provision)
            } else {
                self.accepts(literal, provision, standard)
            }
        };
        accepted.extend(self.literals.iter().filter(|literal| test(literal)).map(|literal| literal.saying));
        // A claim of which nothing is accepted has said nothing.
        let heard = |source: usize, claim: &Claim| {
            let claim = self.oracle.live.iter().position(|live| live.id == claim.id);
            let says = |saying| test(&Literal { saying, source, claim, bare: false });
            says(Saying::Floor(0, 0, 0)) || says(Saying::Cap(0, 0, 0))
        };
        Account::new(self, &heard).maximal(&accepted)
    }

    fn accepts(&self, literal: &Literal, provision: &Provision, standard: &Standard) -> bool {
        let source = &self.oracle.sources[literal.source];
        let speaks_for = |who: &Id| source.id == *who || source.side.as_ref() == Some(who);
        match standard {
            Standard::Alleged => true,
            Standard::Account(who) => {
                speaks_for(who)
                    || literal.claim.is_some_and(|claim| self.oracle.relays(self.oracle.live[claim], who))
            }
            _ if literal.bare => false,
            Standard::Verified => provision.verified_by.iter().any(speaks_for),
            Standard::Admitted => match literal.bearing() {
                Bearing::Cap => self.oracle.of_bearer(literal.source, provision),
                Bearing::Floor => self.action.to.is_some() && source.side == self.action.to,
                Bearing::Denial => false,
            },
            Standard::Corroborated | Standard::Adverse => false,
        }
    }

    /// Said against the speaker's own side.
    fn adverse(&self, literal: &Literal, provision: &Provision) -> bool {
        let own = self.oracle.of_bearer(literal.source, provision);
        let party = self.oracle.sources[literal.source].side.is_some();
        match literal.bearing() {
            Bearing::Cap => own && !literal.bare,
            Bearing::Floor => party && !own,
            Bearing::Denial => false,
        }
    }

    /// Window by window, what at least two origins imply, each from its own literals alone.
    fn corroborated(&self) -> Result<Vec<Saying>, Refused> {
        let mut by_origin: BTreeMap<String, Vec<Saying>> = BTreeMap::new();
        for literal in self.literals.iter().filter(|literal| !literal.bare) {
            let claim = literal.claim.map(|claim| self.oracle.live[claim]);
            by_origin.entry(self.oracle.origin(literal.source, claim)).or_default().push(literal.saying);
        }
        let mut accounts = Vec::new();
        for (origin, sayings) in &by_origin {
            let heard = |source: usize, claim: &Claim| self.oracle.origin(source, Some(claim)) == *origin;
            accounts.push(Account::new(self, &heard).maximal(sayings)?);
        }
        let mut accepted = BTreeSet::new();
        for i in 0..self.cuts.len() {
            for j in i + 1..self.cuts.len() {
                let lows: Vec<i64> =
                    accounts.iter().map(|sets| sets.iter().map(|b| b.low(i, j)).min().unwrap_or(0)).collect();
                let highs: Vec<i64> = accounts
                    .iter()
                    .map(|sets| sets.iter().map(|b| b.high(i, j)).max().unwrap_or(NONE))
                    .collect();
                let two = |n: usize| n >= 2;
                let reached = lows.iter().filter(|v| **v > 0 && two(lows.iter().filter(|w| w >= v).count()));
                accepted.extend(reached.map(|v| Saying::Floor(i, j, *v)));
                let reached =
                    highs.iter().filter(|v| **v < NONE && two(highs.iter().filter(|w| w <= v).count()));
                accepted.extend(reached.map(|v| Saying::Cap(i, j, *v)));
            }
        }
        Ok(accepted.into_iter().collect())
    }
}

/// Whether a denial is of this claim: by name, or by a shared reference.
pub(crate) fn denies(denial: &Claim, claim: &Claim) -> bool {
    denial.about.contains(&claim.id) || (denial.reference.is_some() && denial.reference == claim.reference)
}

/// Adds amounts, those that share a reference once, with the greatest.
pub(crate) fn sum_of_deeds<'c>(deeds: impl Iterator<Item = (&'c Claim, i64)>) -> i64 {
    let (mut sum, mut by_reference): (i64, BTreeMap<&str, i64>) = (0, BTreeMap::new());
    for (claim, amount) in deeds {
        match &claim.reference {
            Some(reference) => {
                let greatest = by_reference.entry(reference).or_default();
                *greatest = amount.max(*greatest);
            }
            None => sum = sum.saturating_add(amount).min(NONE),
        }
    }
    by_reference.values().fold(sum, |sum, amount| sum.saturating_add(*amount).min(NONE))
}

/// When a claim says that it was: a running total from its start.
pub(crate) fn period_of(claim: &Claim) -> Result<Option<Period>, Refused> {
    match (claim.occurred, claim.kind) {
        (Some(period), Kind::Tally) => Ok(Some(Period {
            first: claim.cumulative_since.unwrap_or(period.first).min(period.last),
            ..period
        })),
        (None, Kind::Event) => Err(Refused::NotHandled("an event without a time".into())),
        (period, _) => Ok(period),
    }
}

impl Oracle<'_> {
    pub(crate) fn answers_for(&self, above: usize, below: usize) -> bool {
        answers_for(&self.sources, &self.sources[above].id, &self.sources[below].id)
    }
}
