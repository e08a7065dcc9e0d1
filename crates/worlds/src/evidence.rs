//! Literals of one pattern, and which of them a standard accepts (spec/worlds.md §2 and §4).
//!
//! Invariant: whether a literal is accepted depends on who says it and against whom, never on other literals,
//! but for corroboration.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Id, Instant, Period, Standard,
    agreement::Action,
    claim::{Claim, Kind},
    source::{Source, silent_until},
};

use crate::{
    Oracle, Refused,
    account::Account,
    bounds::{Bounds, NONE},
    live::answers_for,
    pattern::{Fit, covers, doer_fit, fit, may_share_doer, says_own, spans, taken_away},
};

/// An event or a tally that fits or may fit.
pub(crate) struct Report<'a> {
    pub claim: &'a Claim,
    pub source: usize,
    pub period: Period,
    /// When silence takes its deeds to have been: a total so far, before it became known.
    pub when: Period,
    high: i64,
    /// A tally whose high bounds the pattern.
    caps: bool,
}

impl Report<'_> {
    fn is_event(&self) -> bool {
        self.claim.kind == Kind::Event
    }

    /// A tally that became known before its period ended; it is one more reported deed.
    fn is_so_far(&self) -> bool {
        let ends = self.claim.occurred.map_or(Instant::MIN, |period| period.until());
        !self.is_event() && self.claim.known_at < ends
    }
}

/// One thing said that a world satisfies or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Saying {
    /// An event's low lies in its interval.
    Event(usize, i64),
    /// A tally's low lies in its period.
    Tally(usize, i64),
    /// F over cuts i to j is at least so much.
    Floor(usize, usize, i64),
    /// F over cuts i to j is at most so much.
    Cap(usize, usize, i64),
    /// A source would have reported the deeds of this report, and did not.
    Exclusion(usize, usize),
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

/// Who says something, and to what effect.
#[derive(Clone, Copy)]
struct Speech {
    bearing: Bearing,
    source: usize,
    /// The claim that says it; none for silence.
    claim: Option<usize>,
    /// Silence through coverage that no party is said to accept.
    bare: bool,
}

/// The cells in which each source is silent.
pub(crate) type Silence = BTreeMap<usize, BTreeSet<usize>>;

/// All that is said of one pattern.
pub(crate) struct Evidence<'a> {
    pub oracle: &'a Oracle<'a>,
    action: &'a Action,
    /// The deeds are forbidden: who admits them did them.
    pub forbidden: bool,
    /// Ends of everything used, ascending; a cut is the first tick of a cell.
    pub cuts: Vec<Instant>,
    pub reports: Vec<Report<'a>>,
    literals: Vec<(Saying, Speech)>,
    /// By cell.
    silences: Vec<(usize, Speech)>,
}

impl<'a> Evidence<'a> {
    /// Gathers all that is said of a pattern.
    pub fn gather(oracle: &'a Oracle<'a>, action: &'a Action) -> Result<Self, Refused> {
        let mut all = Evidence {
            oracle,
            action,
            forbidden: false,
            cuts: Vec::new(),
            reports: Vec::new(),
            literals: Vec::new(),
            silences: Vec::new(),
        };
        let mut cuts = BTreeSet::from([Instant::MIN, Instant::MAX.next()]);
        let mut used = Vec::new();
        for (index, claim) in oracle.live.iter().enumerate() {
            let fit = fit(oracle.case, action, claim);
            if fit != Fit::Not
                && let Some(period) = period_of(claim)?
            {
                cuts.extend([period.first, period.last.next(), so_far(claim, &period).last.next()]);
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

    /// The same of deeds that are forbidden.
    #[must_use]
    pub fn forbidden(self, forbidden: bool) -> Self {
        Evidence { forbidden, ..self }
    }

    /// Whether a claim says of its speaker's own side that it did it.
    fn admits(&self, literal: &Speech) -> bool {
        literal.claim.is_some_and(|claim| self.oracle.accused(literal.source, self.oracle.live[claim]))
    }

    pub fn ends(&self, period: &Period) -> (usize, usize) {
        ends(&self.cuts, period)
    }

    /// When a source covers the pattern, to K − lag, and whether nobody is said to accept that.
    fn views(&self, source: &Source) -> Vec<(Period, bool)> {
        let clipped = |entry: &model::source::Coverage| {
            let to_now =
                Period { first: Instant::MIN, last: silent_until(self.oracle.case.known_at, entry.lag) };
            Some((entry.period.and(&to_now)?, entry.accepted_by.is_empty()))
        };
        let reach = source.covers.iter().filter(|entry| covers(self.oracle.case, self.action, entry));
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
        let of = self.reports.len();
        let mut report = Report { claim, source, period, when: so_far(claim, &period), high, caps: false };
        let mut add = |bearing, saying| {
            self.literals.push((saying, Speech { bearing, source, claim: Some(index), bare: false }));
        };
        if fit == Fit::Fits && low > 0 {
            let saying = if report.is_event() { Saying::Event(of, low) } else { Saying::Tally(of, low) };
            add(Bearing::Floor, saying);
        }
        let spans = !report.is_event()
            && high < NONE
            && spans(self.oracle.case, self.action, claim, &self.oracle.sources[source]);
        // A total so far does not cap the rest of its period; its source's silence does.
        if spans && !report.is_so_far() {
            let (i, j) = ends(&self.cuts, &period);
            add(Bearing::Cap, Saying::Cap(i, j, high));
            report.caps = true;
        }
        self.reports.push(report);
    }

    /// Denials of events, but for those by the accused; and claims that the same deed was another's.
    fn add_denials(&mut self) {
        for (index, denial) in self.oracle.live.iter().enumerate() {
            let source = self.oracle.source(&denial.source);
            let speech = Speech { bearing: Bearing::Denial, source, claim: Some(index), bare: false };
            for (of, event) in self.reports.iter().enumerate().filter(|(_, report)| report.is_event()) {
                if self.oracle.denies(denial, event.claim)
                    || blames_others(denial, &self.action.by, event.claim)
                {
                    self.literals.push((Saying::Denial(of), speech));
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
                self.silences.push((i, Speech { bearing: Bearing::Cap, source, claim: None, bare }));
            }
        }
    }

    /// What a source's group reports, as events and totals so far, of deeds in a window.
    fn reported(&self, source: usize, window: &Period) -> i64 {
        let group = |report: &&Report| {
            (report.is_event() || report.is_so_far())
                && self.oracle.answers_for(source, report.source)
                && report.when.meets(window)
        };
        sum_of_deeds(self.reports.iter().filter(group).map(|report| (report.claim, report.high)))
    }

    /// The tallies of a source's group, but for totals so far, that meet a window.
    fn tallied(&self, source: usize, window: &Period) -> impl Iterator<Item = &Report<'a>> {
        self.reports.iter().filter(move |report| {
            !report.is_event()
                && !report.is_so_far()
                && self.oracle.answers_for(source, report.source)
                && report.period.meets(window)
        })
    }

    /// What silence of a source over cuts i to j leaves room for, with all that others report excluded.
    pub fn silence_leaves(&self, source: usize, i: usize, j: usize) -> i64 {
        let window = Period { first: self.cuts[i], last: self.cuts[j].previous() };
        let reported = self.reported(source, &window);
        if self.tallied(source, &window).next().is_none() {
            return reported;
        }
        let around = self.tallied(source, &window).filter(|t| t.caps && t.period.contains(&window));
        around.map(|t| t.high).max().map_or(NONE, |greatest| reported.max(greatest))
    }

    /// How far what a report says goes beyond what a source's group reports; none where it does not, or where
    /// that has no upper bound.
    pub fn beyond(&self, source: usize, of: usize) -> Option<i64> {
        let foreign = &self.reports[of];
        if self.oracle.answers_for(source, foreign.source) {
            return None;
        }
        let own = if foreign.is_event() {
            let same = |report: &&Report| {
                report.is_event()
                    && self.oracle.answers_for(source, report.source)
                    && report.claim.reference.is_some()
                    && report.claim.reference == foreign.claim.reference
                    && report.period.meets(&foreign.period)
                    && (!self.forbidden || may_share_doer(report.claim, foreign.claim))
            };
            self.reports.iter().filter(same).map(|report| report.high).max().unwrap_or(0)
        } else {
            self.reported(source, &foreign.period)
        };
        let beyond = if foreign.high >= NONE { NONE } else { foreign.high - own };
        (own < NONE && beyond > 0).then_some(beyond)
    }

    /// Whether a source, silent in some cells, was silent throughout the time of an event that it lacks: nothing
    /// that its group says may be of the same deed; none where it was not. A forbidden deed whose report is denied may not have
    /// been: those are given of which that has to be so.
    pub fn refutes(
        &self,
        source: usize,
        cells: &BTreeSet<usize>,
        of: usize,
        accepted: &BTreeSet<Saying>,
    ) -> Option<BTreeSet<usize>> {
        let foreign = &self.reports[of];
        let (i, j) = self.ends(&foreign.period);
        let throughout = (i..j).all(|cell| cells.contains(&cell));
        let group = self.reports.iter().enumerate();
        let group = group.filter(|(_, report)| self.oracle.answers_for(source, report.source));
        let others = |report: &Report<'_>| self.forbidden && !may_share_doer(report.claim, foreign.claim);
        let may_be_of_it = |(_, report): &(usize, &Report<'_>)| {
            let so_far = report.is_so_far() && report.when.meets(&foreign.period);
            so_far
                || report.is_event()
                    && !others(report)
                    && report.period.meets(&foreign.period)
                    && self.may_be_one(report, foreign)
        };
        if !foreign.is_event() || !throughout || self.tallied(source, &foreign.period).next().is_some() {
            return None;
        }
        let floor = |own: usize| accepted.iter().any(|one| matches!(one, Saying::Event(of, _) if *of == own));
        let deniable = |own: usize| self.forbidden && floor(own) && accepted.contains(&Saying::Denial(own));
        let of_it = group.filter(may_be_of_it);
        of_it.map(|(own, report)| (report.is_event() && deniable(own)).then_some(own)).collect()
    }

    /// Whether nothing that the two sources say of references makes two deeds of two reports.
    fn may_be_one(&self, one: &Report<'_>, other: &Report<'_>) -> bool {
        let knows = |source: usize, reference: &String| {
            let same = |report: &&Report<'_>| {
                report.is_event()
                    && report.source == source
                    && report.claim.reference.as_ref() == Some(reference)
            };
            self.reports.iter().any(|report| same(&report))
        };
        match (&one.claim.reference, &other.claim.reference) {
            (Some(one), Some(other)) => one == other,
            (None, Some(reference)) => !knows(one.source, reference),
            (Some(reference), None) => !knows(other.source, reference),
            (None, None) => true,
        }
    }

    /// The bounds of each maximal consistent set of the literals that the standard accepts of deeds that some
    /// owe.
    pub fn worlds(&self, bearers: &[Id], verifiers: &[Id]) -> Result<Vec<Bounds>, Refused> {
        self.account(bearers, verifiers)?.maximal()
    }

    /// What the standard accepts of all that is said of deeds that some owe.
    pub fn account(&self, bearers: &[Id], verifiers: &[Id]) -> Result<Account<'_>, Refused> {
        let standard = &self.oracle.case.standard;
        let test = |speech: &Speech| match standard {
            Standard::Corroborated => false,
            Standard::Adverse => self.adverse(speech, bearers),
            _ => self.accepts(speech, bearers, verifiers),
        };
        let mut accepted = self.said(&test);
        if matches!(standard, Standard::Corroborated | Standard::Adverse) {
            accepted.extend(self.corroborated()?);
        }
        Ok(Account::new(self, accepted, &self.silent(&test)))
    }

    /// The claims that the standard accepts for their floor or their cap, by their place among the live ones.
    pub fn accepted(&self, bearers: &[Id], verifiers: &[Id]) -> BTreeSet<usize> {
        let heard = |speech: &&(Saying, Speech)| match &self.oracle.case.standard {
            // Corroboration is by window, whoever's claims make it up.
            Standard::Corroborated | Standard::Adverse => true,
            _ => self.accepts(&speech.1, bearers, verifiers),
        };
        self.literals.iter().filter(heard).filter_map(|(_, speech)| speech.claim).collect()
    }

    /// What is said in speech of a kind.
    fn said(&self, of_kind: &dyn Fn(&Speech) -> bool) -> Vec<Saying> {
        self.literals.iter().filter(|(_, speech)| of_kind(speech)).map(|(saying, _)| *saying).collect()
    }

    /// Who is silent when, by silence of a kind.
    fn silent(&self, of_kind: &dyn Fn(&Speech) -> bool) -> Silence {
        let mut silent = Silence::new();
        for (cell, speech) in self.silences.iter().filter(|(_, speech)| of_kind(speech)) {
            silent.entry(speech.source).or_default().insert(*cell);
        }
        silent
    }

    /// The account of all that is said.
    #[cfg(test)]
    pub fn alleged(&self) -> Account<'_> {
        Account::new(self, self.said(&|_| true), &self.silent(&|_| true))
    }

    fn accepts(&self, literal: &Speech, bearers: &[Id], verifiers: &[Id]) -> bool {
        let source = &self.oracle.sources[literal.source];
        let speaks_for = |who: &Id| source.id == *who || source.side.as_ref() == Some(who);
        match &self.oracle.case.standard {
            Standard::Alleged => true,
            Standard::Account(who) => {
                speaks_for(who)
                    || literal.claim.is_some_and(|claim| self.oracle.relays(self.oracle.live[claim], who))
            }
            _ if literal.bare => false,
            Standard::Verified => verifiers.iter().any(speaks_for),
            Standard::Admitted if self.forbidden => literal.bearing == Bearing::Floor && self.admits(literal),
            Standard::Admitted => match literal.bearing {
                Bearing::Cap => self.oracle.is_of(literal.source, bearers),
                Bearing::Floor => self.action.to.is_some() && source.side == self.action.to,
                Bearing::Denial => false,
            },
            Standard::Corroborated | Standard::Adverse => false,
        }
    }

    /// Said against the speaker's own side.
    fn adverse(&self, literal: &Speech, bearers: &[Id]) -> bool {
        let own = self.oracle.is_of(literal.source, bearers);
        let party = self.oracle.sources[literal.source].side.is_some();
        match literal.bearing {
            Bearing::Floor if self.forbidden => self.admits(literal),
            Bearing::Cap if self.forbidden => party && !own && !literal.bare,
            Bearing::Denial if self.forbidden => party && !own,
            Bearing::Cap => own && !literal.bare,
            Bearing::Floor => party && !own,
            Bearing::Denial => false,
        }
    }

    /// Window by window, what at least two origins imply, each from its own literals alone.
    fn corroborated(&self) -> Result<Vec<Saying>, Refused> {
        let origin = |speech: &Speech| {
            self.oracle.origin(speech.source, speech.claim.map(|claim| self.oracle.live[claim]))
        };
        let speeches = self.literals.iter().map(|(_, speech)| speech);
        let speeches = speeches.chain(self.silences.iter().map(|(_, speech)| speech));
        let origins: BTreeSet<String> = speeches.filter(|speech| !speech.bare).map(origin).collect();
        let mut accounts = Vec::new();
        for one in &origins {
            let own = |speech: &Speech| !speech.bare && origin(speech) == *one;
            accounts.push(Account::new(self, self.said(&own), &self.silent(&own)).maximal()?);
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

/// The cuts at which a period starts and ends.
fn ends(cuts: &[Instant], period: &Period) -> (usize, usize) {
    let cut = |at: Instant| cuts.partition_point(|cut| *cut < at);
    (cut(period.first), cut(period.last.next()))
}

/// Of a total so far, the time until it became known; of any other claim, its whole time.
fn so_far(claim: &Claim, period: &Period) -> Period {
    match claim.kind {
        Kind::Tally => {
            Period { first: period.first, last: period.last.min(claim.known_at.max(period.first)) }
        }
        _ => *period,
    }
}

/// Whether a claim says of the same deed that others did it than those asked about.
pub(crate) fn blames_others(other: &Claim, wanted: &[Id], claim: &Claim) -> bool {
    let same = other.reference.is_some() && other.reference == claim.reference && other.act == claim.act;
    same && says_own(other) && other.kind == Kind::Event && doer_fit(wanted, other) == Fit::Not
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
    /// Whether a claim denies this one, by name or by a shared reference, and is not the accused's.
    pub(crate) fn denies(&self, denial: &Claim, claim: &Claim) -> bool {
        let same = |one: &Claim| one.reference.is_some() && one.reference == claim.reference;
        // Who denies one report of a deed denies the deed.
        let named = self.live.iter().any(|one| denial.about.contains(&one.id) && same(one));
        denial.retracts.is_none()
            && denial.denies.iter().any(|part| part == "occurred")
            && (denial.about.contains(&claim.id) || named || same(denial))
            && !self.accused(self.source(&denial.source), claim)
    }

    pub(crate) fn answers_for(&self, above: usize, below: usize) -> bool {
        answers_for(&self.sources, &self.sources[above].id, &self.sources[below].id)
    }
}
