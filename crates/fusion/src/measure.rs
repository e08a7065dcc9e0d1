//! The literals that a standard of proof accepts of what is said of one kind of deed (spec/worlds.md §2, §4).
//!
//! Invariant: nothing known after `known` is used; accounts are in order of source, literals in order of claim.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Account, Event, Evidence, Kept, Measure, Role, Stock, Tally};
use model::{
    Amount, Duration, Id, Instant, Period, Standard,
    agreement::{Action, Agreement, Baseline, Counting, Where},
    amount::Range,
    claim::{Claim, Kind, Observed},
    decision::Decision,
    place::Ground,
    source::{Coverage, Source, silent_until},
    vocabulary::is_act,
};

use crate::{
    decided::standing,
    derived::within,
    fit::{Against, Considered, Fits, Use, stage_of},
    kin::all_theirs,
    live::live,
    under::Under,
};

/// Claims as known at an instant, under a standard.
pub struct Fused<'a> {
    pub(crate) agreement: &'a Agreement,
    pub(crate) grounds: &'a [Ground],
    pub(crate) sources: BTreeMap<Id, Source>,
    pub(crate) claims: Vec<&'a Claim>,
    standard: Standard,
    known: Instant,
    decisions: Vec<&'a Decision>,
}

/// Someone whose silence about a kind of deed speaks, at whatever instant of knowledge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// Those whose reports its silence is judged with.
    pub group: BTreeSet<Id>,
    /// Whether its silence is accepted by itself.
    pub accepted: bool,
    /// Whether parties have agreed to hear some of it and not all.
    pub mixed: bool,
    /// When it would have reported a deed, and how long after the deed its report may take.
    pub heard: Vec<(Period, Duration)>,
}

/// What the literals asked for are to the provision.
pub(crate) struct Side<'r> {
    pub(crate) bearers: &'r [Id],
    pub(crate) verifiers: &'r [Id],
    pub(crate) violation: bool,
    /// Where not incidents are counted but explosions or persons.
    pub(crate) counted: Option<Counting>,
    pub(crate) receiver: Option<&'r Id>,
}

impl<'a> Fused<'a> {
    /// Joins claims with their sources. A source that no file declares is its own origin and covers nothing.
    #[must_use]
    pub fn new(
        agreement: &'a Agreement,
        grounds: &'a [Ground],
        sources: &[Source],
        claims: &'a [Claim],
        standard: &Standard,
        known: Instant,
    ) -> Self {
        let mut all: BTreeMap<Id, Source> = sources.iter().map(|s| (s.id.clone(), s.clone())).collect();
        for claim in claims {
            all.entry(claim.source.clone()).or_insert_with(|| Source::undeclared(&claim.source));
        }
        Fused {
            agreement,
            grounds,
            sources: all,
            claims: live(claims, sources, known),
            standard: standard.clone(),
            known,
            decisions: Vec::new(),
        }
    }

    /// With what was decided besides: values that were set, rulings.
    #[must_use]
    pub fn with_decisions(self, decisions: &'a [Decision]) -> Self {
        Fused { decisions: standing(decisions, self.known), ..self }
    }

    /// The claims that are live, in order of id.
    #[must_use]
    pub fn live(&self) -> &[&'a Claim] {
        &self.claims
    }

    /// What became of each live claim with the pattern's act; done to its item or to one of these.
    #[must_use]
    pub fn considered(&self, pattern: &Action, items: &[Id], role: Role<'_>) -> Vec<Considered> {
        let side = Side::of(role, pattern);
        let under = self.under(pattern, &side);
        let against = self.against(pattern, items, &under, &side);
        let same_act = self.claims.iter().filter(|c| speaks_of(c, &pattern.act));
        let each = same_act
            .map(|claim| Considered { claim: claim.id.clone(), used: self.used(claim, &against, &side) });
        each.collect()
    }

    fn used(&self, claim: &Claim, against: &Against<'_>, side: &Side<'_>) -> Use {
        if !claim.denies.is_empty() {
            return Use::Aside(format!("it denies {}", claim.denies.join(", ")));
        }
        if let Some(target) = &claim.retracts {
            return Use::Aside(format!("it only takes back {target}"));
        }
        let fits = match against.fit(claim) {
            Ok(fits) => fits,
            Err(reason) => return Use::Aside(reason),
        };
        let alone = self.accepts(claim, side);
        if self.speaks(claim) && !alone.0 && !alone.1 && !self.corroborates() {
            return Use::Aside(format!("the standard {} does not accept it", self.standard));
        }
        if !self.speaks(claim) {
            return Use::Aside(format!("it is not of {}", self.standard));
        }
        if claim.kind == Kind::Tally {
            let bounds = self.tally(claim, &fits, side, self.part_only(claim, against.pattern));
            let bounds = bounds.is_some_and(|tally| tally.floor.is_some() || tally.cap.is_some());
            return if bounds {
                Use::Counted
            } else {
                Use::Aside(self.unbounding(claim, &fits, against.pattern))
            };
        }
        if fits.certain() { Use::Counted } else { Use::Possible(fits.doubt()) }
    }

    /// Why a total bounds nothing of what is asked about.
    fn unbounding(&self, claim: &Claim, fits: &Fits, pattern: &Action) -> String {
        let scope = claim.amount.as_ref().and_then(|amount| amount.scope.as_ref());
        match scope {
            Some(scope) => format!("it counts only a part ({scope}), and not of what is asked about"),
            None if self.part_only(claim, pattern) => "its speaker sees only a part".to_owned(),
            None => fits.doubt(),
        }
    }

    /// Likewise of the act and one of these items.
    fn part_of_any(&self, claim: &Claim, pattern: &Action, items: &[Id]) -> bool {
        let of = |item: &Id| Action { item: Some(item.clone()), ..pattern.clone() };
        items.iter().any(|item| self.part_only(claim, &of(item)))
    }

    /// Whether the one who speaks, or is relayed, says of itself that it sees only a part of this act and item.
    fn part_only(&self, claim: &Claim, pattern: &Action) -> bool {
        let speaker = claim.relays.as_ref().and_then(|id| self.sources.get(id));
        self.sees_a_part(speaker.unwrap_or(&self.sources[&claim.source]), pattern)
    }

    /// What fits a pattern alone.
    pub(crate) fn plainly<'b>(&'b self, pattern: &'b Action, side: &Side<'_>) -> Against<'b> {
        let (agreement, grounds) = (self.agreement, self.grounds);
        let (incidents, counted) = (side.violation, side.counted);
        Against { agreement, grounds, pattern, also: &[], under: None, incidents, counted }
    }

    fn against<'b>(
        &'b self,
        pattern: &'b Action,
        also: &'b [Id],
        under: &'b Under,
        side: &Side<'_>,
    ) -> Against<'b> {
        let under = (!pattern.under.is_empty()).then_some(under);
        Against { also, under, ..self.plainly(pattern, side) }
    }

    /// The references of deeds that performed the provisions to which a pattern is narrowed.
    fn under(&self, pattern: &Action, side: &Side<'_>) -> Under {
        Under::of(&pattern.under, &self.claims, &self.plainly(pattern, side))
    }

    /// The side on which a source stands.
    pub(crate) fn side_of(&self, source: &Id) -> Option<&Id> {
        self.sources.get(source).and_then(|s| s.side.as_ref())
    }

    /// Whether an item is another or narrower.
    pub(crate) fn is(&self, item: &Id, other: &Id) -> bool {
        self.agreement.is(item, other)
    }

    pub(crate) fn corroborates(&self) -> bool {
        matches!(self.standard, Standard::Corroborated | Standard::Adverse)
    }

    /// Whether the standard hears this claim's speaker at all.
    pub(crate) fn speaks(&self, claim: &Claim) -> bool {
        let Standard::Account(who) = &self.standard else { return true };
        let heard = |source: &Id| {
            source == who || self.sources.get(source).is_some_and(|s| s.side.as_ref() == Some(who))
        };
        heard(&claim.source) || claim.relays.as_ref().is_some_and(heard)
    }

    /// Whether the claim's floor, and its cap, are accepted by themselves.
    pub(crate) fn accepts(&self, claim: &Claim, side: &Side<'_>) -> (bool, bool) {
        let speaker = claim.relays.as_ref().unwrap_or(&claim.source);
        let (floor, cap) = self.accepts_of(speaker, side);
        // Who says that another did it says nothing against itself.
        let own = self.sources.get(speaker).and_then(|s| s.side.as_ref());
        let against_another = side.violation
            && matches!(self.standard, Standard::Adverse | Standard::Admitted)
            && !claim.by.iter().any(|named| named.party.as_ref() == own);
        (floor && !against_another, cap)
    }

    fn accepts_of(&self, speaker: &Id, side: &Side<'_>) -> (bool, bool) {
        let own = self.sources.get(speaker).and_then(|s| s.side.as_ref());
        let bearer = own.is_some_and(|own| side.bearers.contains(own));
        let party = own.is_some_and(|own| {
            self.agreement.actors.iter().any(|a| a.id == *own && a.role == model::agreement::Role::Party)
        });
        let owed = own.is_some_and(|own| side.receiver == Some(own));
        match &self.standard {
            Standard::Alleged | Standard::Account(_) => (true, true),
            Standard::Corroborated => (false, false),
            Standard::Adverse if side.violation => (bearer, party && !bearer),
            Standard::Adverse => (party && !bearer, bearer),
            Standard::Admitted if side.violation => (bearer, false),
            Standard::Admitted => (owed && !bearer, bearer),
            Standard::Verified => {
                let verifies = side.verifiers.iter().any(|v| v == speaker || Some(v) == own);
                (verifies, verifies)
            }
        }
    }

    /// The independence group of a claim: the speaker's, or that of the one relayed.
    pub(crate) fn origin(&self, claim: &Claim) -> String {
        // One whom no file declares is its own origin, also where it is only relayed.
        let declared =
            |id: &Id| self.sources.get(id).map_or_else(|| id.clone(), |source| source.origin.clone());
        let relayed = claim.relays.as_ref().map(declared);
        let own = || self.sources[&claim.source].origin.clone();
        let origin = claim.origin.clone().or(relayed).unwrap_or_else(own);
        Source::independence(&origin).to_owned()
    }

    /// Where a source's silence about the pattern speaks.
    pub(crate) fn silences(&self, source: &Source, pattern: &Action, items: &[Id]) -> Vec<(Period, bool)> {
        let heard = self.listening(source, pattern, items).into_iter();
        let so_far = |(period, lag, agreed): (Period, Duration, bool)| {
            let until = silent_until(self.known, lag);
            Period::closed(period.first, period.last.min(until)).map(|seen| (seen, agreed))
        };
        heard.filter_map(so_far).collect()
    }

    /// Where its silence may speak once its lag has passed, and whether parties have agreed to hear it.
    fn listening(&self, source: &Source, pattern: &Action, items: &[Id]) -> Vec<(Period, Duration, bool)> {
        let of = |item: &Id| Action { item: Some(item.clone()), ..pattern.clone() };
        let all =
            |c: &Coverage| self.covers(c, pattern) && items.iter().all(|item| self.covers(c, &of(item)));
        let covering = source.covers.iter().filter(|c| all(c));
        let mut periods: Vec<(Period, Duration, bool)> =
            covering.map(|c| (c.period, c.lag, !c.accepted_by.is_empty())).collect();
        let blind = source.gaps.iter().map(|gap| gap.period).chain(self.blind(source, pattern));
        for gap in blind {
            periods = periods
                .into_iter()
                .flat_map(|(p, lag, agreed)| less(&p, &gap).map(move |p| (p, lag, agreed)))
                .collect();
        }
        periods
    }

    /// The live reports of the act by others than those asked about: of a deed with the same reference each denies that it was
    /// done by these.
    #[must_use]
    pub fn rivals(&self, pattern: &Action, role: Role<'_>) -> Vec<Id> {
        let side = Side::of(role, pattern);
        let against = self.plainly(pattern, &side);
        let of_act = |c: &&&Claim| c.kind == Kind::Event && speaks_of(c, &pattern.act) && states(c);
        let others = self.claims.iter().filter(of_act).filter(|c| against.names_others(c));
        others.map(|c| c.id.clone()).collect()
    }

    /// Whose silence about a kind of deed speaks.
    #[must_use]
    pub fn listeners(&self, pattern: &Action, role: Role<'_>) -> Vec<Listener> {
        let side = Side::of(role, pattern);
        let each = self.sources.values().filter_map(|source| {
            let heard = self.listening(source, pattern, &[]);
            let agreed = heard.first()?.2;
            Some(Listener {
                group: self.group(&source.id),
                accepted: self.silence_accepted(source, &side, agreed),
                mixed: heard.iter().any(|(_, _, other)| *other != agreed),
                heard: heard.into_iter().map(|(period, lag, _)| (period, lag)).collect(),
            })
        });
        each.collect()
    }

    fn covers(&self, coverage: &Coverage, pattern: &Action) -> bool {
        let item = match &pattern.item {
            Some(item) => {
                coverage.items.is_empty()
                    || coverage.items.iter().any(|covered| self.agreement.is(item, covered))
            }
            None => coverage.items.is_empty(),
        };
        let by = coverage.by.is_empty()
            || !pattern.by.is_empty()
                && all_theirs(self.agreement, &pattern.by).iter().all(|doer| coverage.by.contains(doer));
        let to = coverage.to.is_empty() || pattern.to.as_ref().is_some_and(|to| coverage.to.contains(to));
        let wanted = stage_of(pattern);
        let stage = coverage.stages.is_empty()
            || wanted.is_some_and(|s| coverage.stages.iter().any(|covered| covered == s));
        covers_act(coverage, &pattern.act)
            && item
            && by
            && to
            && stage
            && coverage.scope.is_none()
            && coverage.counters.is_empty()
            && self.area_holds(coverage, pattern)
    }

    fn area_holds(&self, coverage: &Coverage, pattern: &Action) -> bool {
        let Some(area) = &coverage.area else { return true };
        // A clause that names no place is about the area that the agreement is about (spec/worlds.md §1).
        let Some((how, zone)) = &pattern.place else { return true };
        // No area holds all that lies outside of another.
        if *how == Where::Outside {
            return false;
        }
        let place = model::place::Place { zone: Some(zone.clone()), ..Default::default() };
        area == zone
            || within(self.agreement, Some(&place), &coverage.period, area, self.grounds)
                == model::place::Within::Inside
    }

    /// When live coverage claims say that a source did not see, or saw in part.
    fn blind(&self, source: &Source, pattern: &Action) -> Vec<Period> {
        let about = |claim: &&&Claim| {
            claim.kind == Kind::Coverage
                && matches!(claim.observed, Some(Observed::Suspended | Observed::Partial))
                && claim.about_source.as_ref().unwrap_or(&claim.source) == &source.id
                && (claim.act.is_none() || speaks_of(claim, &pattern.act))
        };
        self.claims.iter().filter(about).filter_map(|claim| claim.occurred).collect()
    }

    /// Whether the source says of itself that it sees only a part of this act and item.
    fn sees_a_part(&self, source: &Source, pattern: &Action) -> bool {
        let of_this = |c: &&Coverage| {
            let act = covers_act(c, &pattern.act);
            let item = c.items.is_empty()
                || pattern
                    .item
                    .as_ref()
                    .is_some_and(|i| c.items.iter().any(|covered| self.agreement.is(i, covered)));
            act && item
        };
        source.covers.iter().filter(of_this).any(|c| c.scope.is_some())
    }

    fn event(&self, claim: &Claim, fits: &Fits, against: &Against<'_>, side: &Side<'_>) -> Option<Event> {
        let stated = fits.part.unwrap_or_else(|| claim.range());
        let number = side.counted.and_then(|of| against.number(claim, of));
        let one = || if side.violation { one_incident(&stated) } else { stated };
        let range = number.unwrap_or_else(one);
        let certain = fits.certain() && !self.echoes(claim);
        let floor = if certain { range.low.unwrap_or(Amount::ZERO) } else { Amount::ZERO };
        Some(Event {
            claim: claim.id.clone(),
            // A deed of which no time is given may have been at any.
            period: claim.occurred.unwrap_or(Period::ALWAYS),
            floor,
            high: range.high,
            reference: claim.reference.clone(),
            by: claim.by.iter().map(|named| named.party.clone()).collect::<Option<_>>().unwrap_or_default(),
            alone: self.accepts(claim, side).0,
        })
    }

    fn tally(&self, claim: &Claim, fits: &Fits, side: &Side<'_>, part_only: bool) -> Option<Tally> {
        let occurred = claim.occurred?;
        let period =
            claim.cumulative_since.map_or(Some(occurred), |since| Period::closed(since, occurred.last))?;
        let range = fits.part.unwrap_or_else(|| claim.range());
        let scoped = claim.amount.as_ref().is_some_and(|amount| amount.scope.is_some());
        let early = claim.known_at < occurred.until();
        let placed = fits.place != crate::fit::Fit::Perhaps;
        let (floor_alone, cap_alone) = self.accepts(claim, side);
        Some(Tally {
            claim: claim.id.clone(),
            period,
            floor: range.low.filter(|_| fits.certain()),
            cap: range
                .high
                .filter(|_| fits.caps() && !scoped && !part_only && !early && placed && !is_part(claim)),
            high: range.high,
            so_far: early.then(|| {
                (Period { first: period.first, last: claim.known_at.max(period.first) }, range.high)
            }),
            floor_alone,
            cap_alone,
        })
    }

    /// Whether a claim relays a source that speaks of the act itself: its own word is then the one that counts.
    fn echoes(&self, claim: &Claim) -> bool {
        let Some(relayed) = &claim.relays else { return false };
        let own = |c: &&&Claim| {
            c.source == *relayed
                && c.relays.is_none()
                && c.act == claim.act
                && c.kind == Kind::Event
                && states(c)
        };
        claim.kind == Kind::Event && self.claims.iter().any(|c| own(&c) && c.reference.is_none())
    }

    /// The sources that stand under one, itself among them.
    pub(crate) fn group(&self, source: &Id) -> BTreeSet<Id> {
        let mut group = BTreeSet::from([source.clone()]);
        loop {
            let under =
                |s: &&Source| s.under.as_ref().is_some_and(|u| group.contains(u)) && !group.contains(&s.id);
            let more: Vec<Id> = self.sources.values().filter(under).map(|s| s.id.clone()).collect();
            if more.is_empty() {
                return group;
            }
            group.extend(more);
        }
    }

    /// Whether those who name the doers of a deed all name others.
    fn others_alone(&self, claim: &Claim, against: &Against<'_>) -> bool {
        let same = |c: &&&Claim| {
            claim.reference.is_some() && c.reference == claim.reference && c.act == claim.act && states(c)
        };
        let mut naming =
            self.claims.iter().filter(|c| self.speaks(c)).filter(same).filter(|c| !c.by.is_empty());
        naming
            .next()
            .is_some_and(|first| against.names_others(first) && naming.all(|c| against.names_others(c)))
    }

    /// Who denies what: a denial, and who says of the same deed that others did it.
    pub(crate) fn denials(&self, against: &Against<'_>, side: &Side<'_>) -> Vec<(Id, Id)> {
        let same_act = |c: &&&Claim| speaks_of(c, &against.pattern.act) && states(c);
        let mut denials = Vec::new();
        for denial in self.claims.iter().filter(|c| self.accepts_denial(c, side)) {
            let bare = denial.retracts.is_none() && denial.denies.iter().any(|part| part == "occurred");
            let attributes = same_act(&denial) && denial.kind == Kind::Event && against.names_others(denial);
            if !bare && !attributes {
                continue;
            }
            let own_side = self.sources[&denial.source].side.as_ref();
            // Who denies one report of a deed denies the deed.
            let named = self.claims.iter().filter(|c| denial.about.contains(&c.id));
            let deeds: BTreeSet<&Id> = named.filter_map(|c| c.reference.as_ref()).collect();
            for denied in self.claims.iter().filter(same_act) {
                let same_deed = denied.reference.is_some() && denied.reference == denial.reference;
                let of_it = denied.reference.as_ref().is_some_and(|own| deeds.contains(own));
                let about = bare && (of_it || denial.about.contains(&denied.id));
                // The accused's bare denial does not make an act contested.
                let accused = denied.by.iter().any(|d| d.party.is_some() && d.party.as_ref() == own_side);
                // Where origins are heard apart, each hears its own denials.
                let heard = !self.corroborates() || self.origin(denial) == self.origin(denied);
                if heard && (about || same_deed) && !(bare && accused) {
                    denials.push((denial.id.clone(), denied.id.clone()));
                }
            }
        }
        denials.sort();
        denials
    }

    fn accepts_denial(&self, denial: &Claim, side: &Side<'_>) -> bool {
        match self.standard {
            Standard::Alleged | Standard::Account(_) => self.speaks(denial),
            Standard::Verified => self.accepts_of(&denial.source, side).0,
            Standard::Corroborated | Standard::Adverse => true,
            Standard::Admitted => false,
        }
    }

    pub(crate) fn silence_accepted(&self, source: &Source, side: &Side<'_>, agreed: bool) -> bool {
        match &self.standard {
            Standard::Alleged => true,
            Standard::Account(who) => source.id == *who || source.side.as_ref() == Some(who),
            _ => agreed && self.accepts_of(&source.id, side).1,
        }
    }
}

impl<'r> Side<'r> {
    fn of(role: Role<'r>, pattern: &'r Action) -> Self {
        let (bearers, verifiers, violation, counted) = match role {
            Role::Duty { bearers, verifiers } => (bearers, verifiers, false, None),
            Role::Violation { bearers, verifiers } => (bearers, verifiers, true, None),
            Role::Counted { bearers, verifiers, of } => (bearers, verifiers, true, Some(of)),
        };
        Side { bearers, verifiers, violation, counted, receiver: pattern.to.as_ref() }
    }
}

/// Whether a claim's act is the one asked about, or narrower, or wider.
pub(crate) fn speaks_of(claim: &Claim, act: &str) -> bool {
    claim.act.as_deref().is_some_and(|said| is_act(said, act) || is_act(act, said))
}

/// Whether an entry of coverage takes in all of an act.
fn covers_act(coverage: &Coverage, act: &str) -> bool {
    coverage.acts.is_empty() || coverage.acts.iter().any(|covered| is_act(act, covered))
}

/// Whether a claim says that something was so: one that denies or retracts says nothing of its own.
pub(crate) fn states(claim: &Claim) -> bool {
    claim.denies.is_empty() && claim.retracts.is_none()
}

/// A claim that bounds nothing, as a total without bounds: its source is not silent in its period.
fn said(claim: &Claim) -> Tally {
    Tally {
        claim: claim.id.clone(),
        period: claim.occurred.unwrap_or(Period::ALWAYS),
        floor: None,
        cap: None,
        high: None,
        so_far: None,
        floor_alone: false,
        cap_alone: false,
    }
}

/// Whether a figure is contained in another.
pub(crate) fn is_part(claim: &Claim) -> bool {
    claim.written.contains_key("part_of")
}

/// How a report of a deed counts as an incident: once, if there was any of it.
fn one_incident(stated: &Range) -> Range {
    let one = |amount: Amount| if amount > Amount::ZERO { Amount::whole(1) } else { Amount::ZERO };
    Range { low: stated.low.map(one), high: Some(stated.high.map_or(Amount::whole(1), one)) }
}

/// What is left of a period without a gap.
pub(crate) fn less(period: &Period, gap: &Period) -> impl Iterator<Item = Period> + use<> {
    let before = Period::closed(period.first, period.last.min(gap.first.previous()));
    let after = Period::closed(period.first.max(gap.last.next()), period.last);
    let (before, after) = if period.meets(gap) { (before, after) } else { (Some(*period), None) };
    before.into_iter().chain(after)
}

/// Overlapping periods joined.
fn joined(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_unstable();
    let mut result: Vec<Period> = Vec::new();
    for period in periods {
        match result.last_mut() {
            Some(last) if period.first <= last.last.next() => last.last = last.last.max(period.last),
            _ => result.push(period),
        }
    }
    result
}

impl Evidence for Fused<'_> {
    fn decisions(&self) -> &[&Decision] {
        &self.decisions
    }

    fn pleas(&self) -> Vec<engine::Pleaded> {
        self.pleaded()
    }

    fn measure(&self, pattern: &Action, role: Role<'_>) -> Measure {
        self.measure_of_any(pattern, &[], role)
    }

    fn measure_about(&self, concerned: &Id, pattern: &Action, role: Role<'_>) -> Measure {
        let about = |claim: &&&Claim| {
            claim.kind == Kind::Coverage || crate::pleas::concerned(claim).contains(concerned)
        };
        let own = Fused {
            claims: self.claims.iter().filter(about).copied().collect(),
            sources: self.sources.clone(),
            standard: self.standard.clone(),
            decisions: Vec::new(),
            ..*self
        };
        own.measure(pattern, role)
    }

    fn baseline(&self, baseline: &Baseline, apart_from: &str, at: Instant) -> Range {
        self.certified_amount(baseline, apart_from, at)
    }

    fn baseline_turns(&self, baseline: &Baseline) -> Vec<Instant> {
        self.certified_turns(baseline)
    }

    fn measure_of_any(&self, pattern: &Action, items: &[Id], role: Role<'_>) -> Measure {
        let side = Side::of(role, pattern);
        let under = self.under(pattern, &side);
        let against = self.against(pattern, items, &under, &side);
        // One account for each source and origin: a relay speaks for another's origin.
        let mut accounts: BTreeMap<(Id, String), Account> = BTreeMap::new();
        let blank = |source: &Id, origin: String| Account {
            source: source.clone(),
            origin,
            events: Vec::new(),
            tallies: Vec::new(),
            silences: Vec::new(),
            group: Vec::new(),
            silence_alone: false,
            silence_counts: false,
        };
        let same_act = |c: &&&Claim| speaks_of(c, &pattern.act) && states(c);
        for claim in self.claims.iter().filter(same_act).filter(|c| self.speaks(c)) {
            // An incident is one of those that name who did it; what a deed brought is a bound of its own.
            let incident = side.violation && side.counted.is_none();
            let others = incident && claim.by.is_empty() && self.others_alone(claim, &against);
            let fit = if others {
                Err("others that are named did the same deed".to_owned())
            } else {
                against.fit(claim)
            };
            let origin = self.origin(claim);
            let key = (claim.source.clone(), origin.clone());
            match fit {
                Ok(fits) => {
                    let account = accounts.entry(key).or_insert_with(|| blank(&claim.source, origin));
                    match claim.kind {
                        Kind::Event => account.events.extend(self.event(claim, &fits, &against, &side)),
                        _ => {
                            let part_only = self.part_only(claim, pattern)
                                || !items.is_empty() && self.part_of_any(claim, pattern, items);
                            account.tallies.extend(self.tally(claim, &fits, &side, part_only));
                        }
                    }
                }
                // What cannot be computed yet is still said: its source is not silent about it.
                Err(_) if !others && against.may_be_of_it(claim) => {
                    let account = accounts.entry(key).or_insert_with(|| blank(&claim.source, origin));
                    account.tallies.push(said(claim));
                }
                Err(_) => {}
            }
        }
        for source in self.sources.values() {
            let silences = self.silences(source, pattern, items);
            if silences.is_empty() {
                continue;
            }
            let agreed = silences.iter().all(|(_, accepted)| *accepted);
            let origin = Source::independence(&source.origin).to_owned();
            let account = accounts
                .entry((source.id.clone(), origin.clone()))
                .or_insert_with(|| blank(&source.id, origin));
            account.silences = joined(silences.into_iter().map(|(period, _)| period).collect());
            account.silence_alone = self.silence_accepted(source, &side, agreed);
            account.silence_counts = agreed;
        }
        let ids: Vec<Id> = accounts.keys().map(|(source, _)| source.clone()).collect();
        let mut accounts: Vec<Account> = accounts.into_values().collect();
        for account in accounts.iter_mut().filter(|a| !a.silences.is_empty()) {
            let group = self.group(&account.source);
            account.group = (0..ids.len()).filter(|i| group.contains(&ids[*i])).collect();
        }
        Measure {
            accounts,
            denials: self.denials(&against, &side),
            corroboration: self.corroborates(),
            incidents: side.violation && side.counted.is_none(),
        }
    }

    fn exercises(&self, faculties: &engine::Faculties<'_>) -> Vec<engine::Exercise> {
        self.uses(
            faculties,
            &self.measure(&crate::exercise::deed(faculties), crate::exercise::role(faculties)),
        )
    }

    fn told_until(&self) -> Instant {
        self.known
    }

    fn stock(&self, kept: &Kept<'_>) -> Stock {
        self.stock_of(kept)
    }
}
