//! The worlds of a prohibition: which reported incidents happened, which reports are of one incident, when
//! and where each was and who did it, and whether there were others that nobody reported (spec/worlds.md §5).
//!
//! A world satisfies a report (its incident happened, within its interval), an exclusion (an incident that a
//! silent source's group lacks did not happen where the source is silent), a denial (that report is not
//! satisfied). The worlds that count are those that satisfy a maximal set of these. Where a source is silent,
//! nothing happens that nobody else's accepted report, or its group's own, speaks of; further incidents are
//! added only where no source is.
//!
//! Invariant: a report that names a doer is right only where that doer did it; who else may have, is chosen
//! from those that the claims of the same incident name.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Standard,
    agreement::{Action, Provision},
    claim::{Claim, Doers, Kind},
    source::{Source, silent_until},
};

use crate::{
    Oracle, ProvisionVerdict, Refused,
    evidence::{blames_others, period_of},
    pattern::{Fit, covers, doer_fit, fit, taken_away},
    world::{Deed, Outcome},
};

/// The reference of an incident that nobody reported: it stands for any number of them.
pub(crate) const FURTHER: &str = "further";

/// A report of an incident.
struct Report<'a> {
    claim: &'a Claim,
    source: usize,
    period: Period,
    /// All but the doer is as the pattern says.
    inside: bool,
    /// A literal: it fits in everything and the standard accepts it.
    floor: bool,
}

/// One incident as a world has it.
#[derive(Clone)]
struct Happened {
    when: Instant,
    inside: bool,
    by: Vec<Id>,
}

/// How one incident was; none where it did not happen.
type Choice = Option<Happened>;

/// Which reports are of one incident: a list of groups of them.
type Grouping = Vec<Vec<usize>>;

pub(crate) struct Incidents<'a> {
    oracle: &'a Oracle<'a>,
    provision: &'a Provision,
    action: &'a Action,
    reports: Vec<Report<'a>>,
    denials: Vec<usize>,
    /// By source: when its silence counts.
    silences: Vec<(usize, Period)>,
    /// A silent source, and a report of an incident that its group lacks.
    exclusions: Vec<(usize, usize)>,
    /// The first tick of each cell, and one past the last.
    pub cuts: Vec<Instant>,
}

/// The verdict on a prohibition.
pub(crate) fn verdict(
    oracle: &Oracle,
    provision: &Provision,
    action: &Action,
) -> Result<ProvisionVerdict, Refused> {
    Incidents::of(oracle, provision, action)?.verdict()
}

impl<'a> Incidents<'a> {
    /// The incidents of a prohibition.
    pub fn of(oracle: &'a Oracle<'a>, provision: &'a Provision, action: &'a Action) -> Result<Self, Refused> {
        if matches!(oracle.case.standard, Standard::Corroborated | Standard::Adverse) {
            return Err(Refused::NotHandled("a prohibition under corroboration".into()));
        }
        Incidents::gather(oracle, provision, action)
    }

    /// The same, tried at these ticks too.
    #[must_use]
    pub fn at(mut self, points: &[Instant]) -> Self {
        self.cuts = self.cuts.iter().chain(points).copied().collect::<BTreeSet<_>>().into_iter().collect();
        self
    }

    fn gather(oracle: &'a Oracle<'a>, provision: &'a Provision, action: &'a Action) -> Result<Self, Refused> {
        let mut all = Incidents {
            oracle,
            provision,
            action,
            reports: Vec::new(),
            denials: Vec::new(),
            silences: Vec::new(),
            exclusions: Vec::new(),
            cuts: Vec::new(),
        };
        all.add_reports()?;
        for denial in &oracle.live {
            let says = all.says(oracle.source(&denial.source), Some(denial));
            let accepted = says && !matches!(oracle.case.standard, Standard::Admitted);
            for (index, report) in all.reports.iter().enumerate().filter(|_| accepted) {
                if oracle.denies(denial, report.claim) || blames_others(denial, all.doers(), report.claim) {
                    all.denials.push(index);
                }
            }
        }
        let mut cuts: BTreeSet<Instant> = BTreeSet::from([Instant::MIN, Instant::MAX.next()]);
        let (mut views, mut ends) = (Vec::new(), Vec::new());
        for (index, source) in oracle.sources.iter().enumerate() {
            let (seen, blind) = all.coverage(index, source);
            ends.extend(seen.iter().chain(&blind).copied());
            views.push((index, seen, blind));
        }
        ends.extend(all.reports.iter().map(|report| report.period));
        cuts.extend(ends.iter().flat_map(|period| [period.first, period.last.next()]));
        let cuts: Vec<Instant> = cuts.into_iter().collect();
        for cell in cuts.windows(2).map(|cut| Period { first: cut[0], last: cut[1].previous() }) {
            let sees = views.iter().filter(|(_, seen, blind)| {
                seen.iter().any(|view| view.contains(&cell)) && !blind.iter().any(|gap| gap.meets(&cell))
            });
            all.silences.extend(sees.map(|(source, ..)| (*source, cell)));
        }
        all.add_exclusions();
        let mut fine: BTreeSet<Instant> = cuts.into_iter().collect();
        fine.extend([oracle.start(), oracle.case.at.next()]);
        all.cuts = fine.into_iter().collect();
        Ok(all)
    }

    fn add_exclusions(&mut self) {
        let silent: BTreeSet<usize> = self.silences.iter().map(|(source, _)| *source).collect();
        for source in silent {
            let group = |report: &&Report| self.oracle.answers_for(source, report.source);
            for (index, foreign) in self.reports.iter().enumerate().filter(|(_, report)| report.floor) {
                let reference = foreign.claim.reference.as_ref();
                let same = |own: &Report| {
                    let fits = doer_fit(self.doers(), own.claim) != Fit::Not;
                    fits && own.period.meets(&foreign.period)
                        && reference.is_some()
                        && own.claim.reference.as_ref() == reference
                };
                if !group(&foreign) && !self.reports.iter().filter(group).any(same) {
                    self.exclusions.push((source, index));
                }
            }
        }
    }

    /// Whether a standard accepts what a source says; of a claim, or of its silence or denial.
    fn says(&self, source: usize, claim: Option<&Claim>) -> bool {
        let speaker = &self.oracle.sources[source];
        let is = |who: &Id| speaker.id == *who || speaker.side.as_ref() == Some(who);
        match &self.oracle.case.standard {
            Standard::Alleged => true,
            Standard::Account(who) => is(who) || claim.is_some_and(|claim| self.oracle.relays(claim, who)),
            Standard::Verified => self.provision.verified_by.iter().any(is),
            _ => claim.is_some_and(|claim| self.oracle.accused(source, claim)),
        }
    }

    /// Events that fit or may fit, and those of other doers that share a reference with one of them.
    fn add_reports(&mut self) -> Result<(), Refused> {
        let anyone = Action { by: Vec::new(), ..self.action.clone() };
        let mut wanted = BTreeSet::new();
        let mut fitting = Vec::new();
        for claim in &self.oracle.live {
            let fit = fit(self.oracle.case, &anyone, claim);
            let doer = doer_fit(self.doers(), claim);
            if fit == Fit::Not {
                continue;
            }
            if claim.kind == Kind::Tally {
                return Err(Refused::NotHandled("a tally of single deeds".into()));
            }
            if doer != Fit::Not {
                wanted.insert(claim.reference.as_ref());
            }
            fitting.push((*claim, fit, doer));
        }
        for (claim, fit, doer) in fitting {
            let Some(period) = period_of(claim)? else { continue };
            let source = self.oracle.source(&claim.source);
            let related = claim.reference.is_some() && wanted.contains(&claim.reference.as_ref());
            if doer == Fit::Not && !related {
                continue;
            }
            let some = claim.range().low.is_some_and(|low| low > Amount::ZERO);
            let floor = fit.max(doer) == Fit::Fits && some && self.says(source, Some(claim));
            self.reports.push(Report { claim, source, period, inside: fit == Fit::Fits, floor });
        }
        Ok(())
    }

    /// Whose deeds are violations.
    fn doers(&self) -> &'a [Id] {
        if self.action.by.is_empty() { &self.provision.bearers } else { &self.action.by }
    }

    /// When a source would have reported, and when it could not see.
    fn coverage(&self, index: usize, source: &Source) -> (Vec<Period>, Vec<Period>) {
        let known_at = self.oracle.case.known_at;
        let bare = matches!(self.oracle.case.standard, Standard::Alleged | Standard::Account(_));
        let accepted = |entry: &&model::source::Coverage| {
            covers(self.oracle.case, self.action, entry) && (bare || !entry.accepted_by.is_empty())
        };
        let clipped = |entry: &model::source::Coverage| {
            entry.period.and(&Period { first: Instant::MIN, last: silent_until(known_at, entry.lag) })
        };
        if !self.says(index, None) {
            return (Vec::new(), Vec::new());
        }
        let seen: Vec<Period> = source.covers.iter().filter(accepted).filter_map(clipped).collect();
        let said = self.oracle.live.iter().filter_map(|claim| taken_away(claim, source, self.action));
        let blind = source.gaps.iter().map(|gap| gap.period).chain(said).collect();
        (seen, blind)
    }

    /// Every way to say which reports are of one incident.
    fn groupings(&self) -> Vec<Grouping> {
        let mut all: Vec<Grouping> = vec![Vec::new()];
        for index in 0..self.reports.len() {
            let mut longer = Vec::new();
            for grouping in all {
                let own = self.own_group(&grouping, index);
                for group in 0..=grouping.len() {
                    let fits = match own {
                        Some(own) => group == own,
                        None => group == grouping.len() || self.may_join(&grouping[group], index),
                    };
                    if fits {
                        let mut next = grouping.clone();
                        match next.get_mut(group) {
                            Some(group) => group.push(index),
                            None => next.push(vec![index]),
                        }
                        longer.push(next);
                    }
                }
            }
            all = longer;
        }
        all
    }

    /// The group that already holds this report's reference.
    fn own_group(&self, grouping: &[Vec<usize>], index: usize) -> Option<usize> {
        let reference = self.reports[index].claim.reference.as_ref()?;
        let same = |other: &usize| self.reports[*other].claim.reference.as_ref() == Some(reference);
        grouping.iter().position(|group| group.iter().any(same))
    }

    /// Reports of one source are of distinct incidents, and so are distinct references.
    fn may_join(&self, group: &[usize], index: usize) -> bool {
        let new = &self.reports[index];
        group.iter().all(|other| {
            let other = &self.reports[*other];
            other.source != new.source && (other.claim.reference.is_none() || new.claim.reference.is_none())
        })
    }

    /// When an incident may have been, and whether inside. A report without a reference belongs to an
    /// incident only if it was then; of those that share one, at least one must be right about it.
    fn choices(&self, group: &[usize]) -> Vec<Choice> {
        let mut choices = vec![None];
        let doers = self.possible_doers(group);
        let known_inside = group.iter().any(|report| self.reports[*report].inside);
        let last =
            self.oracle.case.at.max(self.reports.iter().map(|r| r.period.last).max().unwrap_or(Instant::MIN));
        for cell in self.cuts.iter().filter(|cell| **cell <= last) {
            let then = |report: &Report| report.period.contains(&Period::at(*cell));
            let mut reports = group.iter().map(|report| &self.reports[*report]);
            let loose = reports.clone().all(|report| report.claim.reference.is_some() || then(report));
            if !loose || !reports.any(then) {
                continue;
            }
            for by in &doers {
                let happened = |inside| Some(Happened { when: *cell, inside, by: by.clone() });
                choices.push(happened(true));
                if !known_inside {
                    choices.push(happened(false));
                }
            }
        }
        choices
    }

    /// Whether an incident was as a report says.
    fn agrees(&self, report: usize, happened: &Happened) -> bool {
        let report = &self.reports[report];
        let named: Vec<&Id> = report.claim.by.iter().filter_map(|named| named.party.as_ref()).collect();
        let did = |party: &&Id| happened.by.contains(party);
        let by = match report.claim.by_mode {
            Doers::Joint => named.iter().all(did),
            Doers::Alternatives => named.is_empty() || named.iter().any(did),
        };
        by && report.period.contains(&Period::at(happened.when))
    }

    /// The literals that a world satisfies, numbered: reports, then denials, then exclusions; none where
    /// something happens in silence that no report speaks of.
    fn satisfied(&self, groups: &[Vec<usize>], world: &[Choice]) -> Option<BTreeSet<usize>> {
        let mut right = BTreeSet::new();
        let mut broken = BTreeSet::new();
        for (group, choice) in groups.iter().zip(world) {
            let Some(happened) = choice else { continue };
            let when = Period::at(happened.when);
            let floors =
                group.iter().filter(|report| self.reports[**report].floor && self.agrees(**report, happened));
            right.extend(floors.clone());
            let concerns = happened.inside && happened.by.iter().any(|doer| self.doers().contains(doer));
            for (source, _) in self.silences.iter().filter(|(_, cell)| concerns && cell.contains(&when)) {
                let reported = |report: &usize| {
                    self.agrees(*report, happened)
                        && self.oracle.answers_for(*source, self.reports[*report].source)
                };
                if group.iter().any(reported) {
                    continue;
                }
                let lacks = |report: &&usize| self.exclusions.contains(&(*source, **report));
                let before = broken.len();
                broken.extend(floors.clone().filter(lacks).map(|report| (*source, *report)));
                if broken.len() == before {
                    return None;
                }
            }
        }
        let offset = self.reports.len();
        let denied =
            self.denials.iter().enumerate().filter(|d| !right.contains(d.1)).map(|(i, _)| offset + i);
        let offset = offset + self.denials.len();
        let kept = self.exclusions.iter().enumerate().filter(|(_, one)| !broken.contains(one));
        let kept = kept.map(|(i, _)| offset + i);
        Some(right.iter().copied().chain(denied).chain(kept).collect())
    }

    fn verdict(&self) -> Result<ProvisionVerdict, Refused> {
        let mut verdict = ProvisionVerdict::new(self.provision);
        verdict.violations = (u64::MAX, Some(0));
        let further = self.further();
        for deeds in self.reported()? {
            let outcome = self.outcome(&deeds)?;
            verdict.add(&outcome, &[]);
            let (certain, possible) = verdict.violations;
            verdict.violations =
                (certain.min(outcome.violations), possible.map(|most| most.max(outcome.violations)));
            // Which instant it was makes no difference to what is always in scope.
            for extra in further.iter().take(self.doers().len()) {
                let deeds: Vec<Deed> = deeds.iter().cloned().chain([extra.clone()]).collect();
                verdict.add(&self.outcome(&deeds)?, &[]);
            }
        }
        if !further.is_empty() {
            verdict.violations.1 = None;
        }
        Ok(verdict)
    }

    fn outcome(&self, deeds: &[Deed]) -> Result<Outcome, Refused> {
        self.oracle.world(deeds)?.outcome(self.provision, self.oracle.case.at)
    }

    /// What happened, in every way: as reported, and each again with one further incident, marked as such.
    pub fn deeds(&self) -> Result<Vec<Vec<Deed>>, Refused> {
        let (reported, further) = (self.reported()?, self.further());
        self.oracle.spend(reported.len().saturating_mul(further.len() + 1) / 8)?;
        let with = |deeds: &Vec<Deed>| {
            let also = |extra: &Deed| deeds.iter().cloned().chain([extra.clone()]).collect();
            further.iter().map(also).chain([deeds.clone()]).collect::<Vec<Vec<Deed>>>()
        };
        Ok(reported.iter().flat_map(with).collect())
    }

    /// What happened, in every way that satisfies as much as can be of what is said.
    pub fn reported(&self) -> Result<Vec<Vec<Deed>>, Refused> {
        let mut worlds: BTreeMap<BTreeSet<usize>, BTreeSet<Vec<Deed>>> = BTreeMap::new();
        for groups in self.groupings() {
            let mut chosen: Vec<Vec<Choice>> = vec![Vec::new()];
            for group in &groups {
                let choices = self.choices(group);
                self.oracle.spend(chosen.len() * choices.len())?;
                let extended = |world: &Vec<Choice>| {
                    let with = |choice: &Choice| world.iter().cloned().chain([choice.clone()]).collect();
                    choices.iter().map(with).collect::<Vec<_>>()
                };
                chosen = chosen.iter().flat_map(extended).collect();
            }
            for world in chosen {
                if let Some(satisfied) = self.satisfied(&groups, &world) {
                    let mut deeds: Vec<Deed> =
                        groups.iter().zip(&world).filter_map(|(g, one)| self.happened(g, one)).collect();
                    deeds.sort();
                    worlds.entry(satisfied).or_default().insert(deeds);
                }
            }
        }
        let sets: Vec<BTreeSet<usize>> = worlds.keys().cloned().collect();
        let maximal =
            |set: &BTreeSet<usize>| !sets.iter().any(|other| other != set && other.is_superset(set));
        let kept: BTreeSet<Vec<Deed>> =
            worlds.into_iter().filter(|(set, _)| maximal(set)).flat_map(|(_, deeds)| deeds).collect();
        Ok(kept.into_iter().collect())
    }

    /// One incident by each bearer, at each tick where no accepted silence speaks against it.
    pub fn further(&self) -> Vec<Deed> {
        let (since, at) = (self.oracle.start(), self.oracle.case.at);
        let open = |cut: &&Instant| {
            since <= **cut && **cut <= at && !self.silences.iter().any(|s| s.1.contains(&Period::at(**cut)))
        };
        let each = |when: &Instant| {
            let mark = |deed| Deed { reference: Some(FURTHER.to_owned()), ..deed };
            self.doers().iter().map(|doer| mark(self.deed(*when, vec![doer.clone()]))).collect::<Vec<_>>()
        };
        self.cuts.iter().filter(open).flat_map(each).collect()
    }

    /// The deed of an incident that happened inside, with the reference of its reports.
    fn happened(&self, group: &[usize], choice: &Choice) -> Option<Deed> {
        let one = choice.as_ref().filter(|one| one.inside)?;
        let reference = group.iter().find_map(|report| self.reports[*report].claim.reference.clone());
        Some(Deed { reference, ..self.deed(one.when, one.by.clone()) })
    }

    fn deed(&self, when: Instant, by: Vec<Id>) -> Deed {
        Deed { by, ..Deed::of(self.action, when, Amount::whole(1)) }
    }

    /// Who may have done it: one of those that its reports name, all of a joint one's; if none names any,
    /// anyone.
    fn possible_doers(&self, group: &[usize]) -> BTreeSet<Vec<Id>> {
        let mut doers = BTreeSet::new();
        let mut anyone =
            group.iter().all(|report| self.reports[*report].claim.by.iter().all(|n| n.party.is_none()));
        for report in group {
            let claim = self.reports[*report].claim;
            let named: Vec<Id> = claim.by.iter().filter_map(|named| named.party.clone()).collect();
            // “Either a or somebody unknown” leaves it open; “unknown” alone names nobody.
            anyone |= !named.is_empty() && named.len() < claim.by.len();
            match claim.by_mode {
                Doers::Joint if !named.is_empty() => drop(doers.insert(named)),
                _ => doers.extend(named.into_iter().map(|one| vec![one])),
            }
        }
        if anyone {
            doers.extend(self.doers().iter().map(|one| vec![one.clone()]));
            doers.insert(Vec::new());
        }
        doers
    }
}
