//! What a set of literals says together, and the maximal consistent sets (spec/worlds.md §2 and §3).
//!
//! Invariant: `says` is monotone: a greater set of literals never allows more.

use std::collections::{BTreeMap, BTreeSet};

use model::{Instant, Period};

use crate::{
    Refused,
    bounds::{Bounds, NONE},
    evidence::{Evidence, Report, Saying, Silence, sum_of_deeds},
    pattern::may_share_doer,
};

/// A bound on the amount from cut `i` to cut `j`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub i: usize,
    pub j: usize,
    /// At least so much; else at most.
    pub lower: bool,
    pub amount: i64,
    pub ground: Ground,
}

/// On what a limit rests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ground {
    /// Who would have reported more.
    Silence(usize),
    /// A total.
    Total,
    /// What two origins each imply.
    Origins,
    /// Distinct deeds, of one source or with references.
    Deeds(Option<usize>),
}

/// What a source's silence over cuts `i` to `j` allows.
struct Quiet {
    source: usize,
    i: usize,
    j: usize,
    /// What its group reports.
    reported: i64,
    /// How much each of its exclusions that bear on the window takes away.
    beyond: Vec<(Saying, i64)>,
}

/// The evidence as it is when only some of it is accepted.
pub(crate) struct Account<'e> {
    all: &'e Evidence<'e>,
    literals: BTreeSet<Saying>,
    quiet: Vec<Quiet>,
    /// Sources whose silence throughout refutes a report, where these are denied: of the two a world satisfies one.
    refuted: BTreeSet<(usize, usize, BTreeSet<usize>)>,
}

impl<'e> Account<'e> {
    /// `accepted` are all literals but exclusions, which follow from them and from who is silent when.
    pub fn new(all: &'e Evidence<'e>, accepted: Vec<Saying>, silent: &Silence) -> Self {
        let floors: Vec<usize> = accepted
            .iter()
            .filter_map(|saying| match saying {
                Saying::Event(of, _) | Saying::Tally(of, _) => Some(*of),
                _ => None,
            })
            .collect();
        let literals: BTreeSet<Saying> = accepted.into_iter().collect();
        let mut account = Account { all, literals, quiet: Vec::new(), refuted: BTreeSet::new() };
        for (source, cells) in silent {
            let foreign: Vec<(usize, i64)> =
                floors.iter().filter_map(|of| Some((*of, all.beyond(*source, *of)?))).collect();
            let lacked = foreign.iter().filter_map(|(of, _)| {
                Some((*source, *of, all.refutes(*source, cells, *of, &account.literals)?))
            });
            account.refuted.extend(lacked.collect::<Vec<_>>());
            for i in cells {
                for j in (i + 1..all.cuts.len()).take_while(|j| cells.contains(&(j - 1))) {
                    let quiet = account.quiet(*source, *i, j, &foreign);
                    account.literals.extend(quiet.beyond.iter().map(|(exclusion, _)| *exclusion));
                    account.quiet.push(quiet);
                }
            }
        }
        account
    }

    fn quiet(&self, source: usize, i: usize, j: usize, foreign: &[(usize, i64)]) -> Quiet {
        let window = Period { first: self.all.cuts[i], last: self.all.cuts[j].previous() };
        let meets = |of: &usize| self.all.reports[*of].period.meets(&window);
        let beyond = foreign.iter().filter(|(of, _)| meets(of));
        Quiet {
            source,
            i,
            j,
            reported: self.all.silence_leaves(source, i, j),
            beyond: beyond.map(|(of, beyond)| (Saying::Exclusion(source, *of), *beyond)).collect(),
        }
    }

    /// What a set of literals says together; none where nothing satisfies it.
    pub fn says(&self, set: &BTreeSet<Saying>) -> Option<Bounds> {
        let mut bounds = Bounds::free(self.all.cuts.clone());
        let holds = self.each_limit(set, &mut |limit| match limit.lower {
            true => bounds.at_least(limit.i, limit.j, limit.amount),
            false => bounds.at_most(limit.i, limit.j, limit.amount),
        });
        holds.then_some(bounds)
    }

    /// Visits every limit that a set of literals sets to the amount of a window, until one is refused. False for that, and
    /// where two of the set contradict each other as deeds.
    pub fn each_limit(&self, set: &BTreeSet<Saying>, visit: &mut dyn FnMut(Limit) -> bool) -> bool {
        for quiet in &self.quiet {
            let broken = quiet.beyond.iter().filter(|(exclusion, _)| !set.contains(exclusion));
            let most = broken.fold(quiet.reported, |sum, (_, beyond)| sum.saturating_add(*beyond).min(NONE));
            let ground = Ground::Silence(quiet.source);
            if !visit(Limit { i: quiet.i, j: quiet.j, lower: false, amount: most, ground }) {
                return false;
            }
        }
        let mut families: BTreeMap<Option<usize>, Vec<(&Report, i64)>> = BTreeMap::new();
        for saying in set {
            let satisfiable = match *saying {
                Saying::Event(of, low) => {
                    let event = &self.all.reports[of];
                    families.entry(Some(event.source)).or_default().push((event, low));
                    if event.claim.reference.is_some() {
                        families.entry(None).or_default().push((event, low));
                    }
                    let excluded = |(source, lacked, denied): &(usize, usize, BTreeSet<usize>)| {
                        *lacked == of
                            && set.contains(&Saying::Exclusion(*source, of))
                            && denied.iter().all(|own| set.contains(&Saying::Denial(*own)))
                    };
                    !set.contains(&Saying::Denial(of))
                        && !self.elsewhere(event, set)
                        && !self.refuted.iter().any(excluded)
                }
                Saying::Tally(of, low) => {
                    let (i, j) = self.all.ends(&self.all.reports[of].period);
                    visit(Limit { i, j, lower: true, amount: low, ground: Ground::Total })
                }
                Saying::Floor(i, j, low) => {
                    visit(Limit { i, j, lower: true, amount: low, ground: Ground::Origins })
                }
                Saying::Cap(i, j, high) => {
                    visit(Limit { i, j, lower: false, amount: high, ground: Ground::Total })
                }
                Saying::Exclusion(..) | Saying::Denial(_) => true,
            };
            if !satisfiable {
                return false;
            }
        }
        families.iter().all(|(source, family)| self.deeds_add_up(*source, family, visit))
    }

    /// Whether the same deed is also said to have been when this report cannot have it, or where it is forbidden by others alone.
    fn elsewhere(&self, event: &Report, set: &BTreeSet<Saying>) -> bool {
        let other = |saying: &Saying| match saying {
            Saying::Event(of, _) => Some(&self.all.reports[*of]),
            _ => None,
        };
        event.claim.reference.is_some()
            && set.iter().filter_map(other).any(|other| {
                let others = self.all.forbidden && !may_share_doer(event.claim, other.claim);
                other.claim.reference == event.claim.reference
                    && (others || !other.period.meets(&event.period))
            })
    }

    /// Distinct deeds add up in every window that holds their intervals.
    #[must_use]
    fn deeds_add_up(
        &self,
        source: Option<usize>,
        family: &[(&Report, i64)],
        visit: &mut dyn FnMut(Limit) -> bool,
    ) -> bool {
        let firsts: BTreeSet<Instant> = family.iter().map(|(event, _)| event.period.first).collect();
        let lasts: BTreeSet<Instant> = family.iter().map(|(event, _)| event.period.last).collect();
        for first in &firsts {
            for last in lasts.range(*first..) {
                let window = Period { first: *first, last: *last };
                let inside = family.iter().filter(|(event, _)| window.contains(&event.period));
                let least = sum_of_deeds(inside.map(|(event, low)| (event.claim, *low)));
                let (i, j) = self.all.ends(&window);
                if !visit(Limit { i, j, lower: true, amount: least, ground: Ground::Deeds(source) }) {
                    return false;
                }
            }
        }
        true
    }

    /// All literals, those that follow from who is silent among them.
    pub fn literals(&self) -> &BTreeSet<Saying> {
        &self.literals
    }

    /// Every maximal consistent subset. A set that is not consistent holds a least conflict, and every
    /// consistent subset lacks one of its members: so leave out each in turn.
    pub fn maximal(&self) -> Result<Vec<Bounds>, Refused> {
        let mut found: Vec<(BTreeSet<Saying>, Bounds)> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut todo: Vec<BTreeSet<Saying>> = vec![self.literals.clone()];
        while let Some(set) = todo.pop() {
            if !seen.insert(set.clone()) || found.iter().any(|(other, _)| other.is_superset(&set)) {
                continue;
            }
            self.all.oracle.spend(1)?;
            match self.says(&set) {
                Some(bounds) => {
                    found.retain(|(other, _)| !other.is_subset(&set));
                    found.push((set, bounds));
                }
                None => todo.extend(self.least_conflict(&set)?.into_iter().map(|out| {
                    let mut smaller = set.clone();
                    smaller.remove(&out);
                    smaller
                })),
            }
        }
        Ok(found.into_iter().map(|(_, bounds)| bounds).collect())
    }

    /// A conflict of which every member is needed: drop whatever the conflict does without, in ever smaller
    /// chunks.
    pub fn least_conflict(&self, set: &BTreeSet<Saying>) -> Result<Vec<Saying>, Refused> {
        let mut set: Vec<Saying> = set.iter().copied().collect();
        let mut chunk = set.len().div_ceil(2);
        while chunk > 0 {
            let mut start = 0;
            while start < set.len() {
                let mut without = set.clone();
                without.drain(start..(start + chunk).min(set.len()));
                self.all.oracle.spend(1)?;
                if self.says(&without.iter().copied().collect()).is_none() {
                    set = without;
                } else {
                    start += chunk;
                }
            }
            chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Oracle, generator};
    use model::agreement::Rule;

    #[test]
    fn every_maximal_subset_is_found_and_no_other() {
        let mut contested = 0;
        for seed in 0..400 {
            let owned = generator::case(seed);
            let case = owned.as_case();
            let (Rule::Once { action, .. } | Rule::Periodic { action, .. }) =
                &owned.agreement.provisions[0].rule
            else {
                continue;
            };
            let oracle = Oracle::new(&case, usize::MAX).unwrap();
            let evidence = Evidence::gather(&oracle, action).unwrap();
            let account = evidence.alleged();
            let all: Vec<Saying> = account.literals.iter().copied().collect();
            if all.len() > 12 || account.says(&account.literals).is_some() {
                continue;
            }
            let subset = |mask: usize| -> BTreeSet<Saying> {
                (0..all.len()).filter(|i| mask >> i & 1 == 1).map(|i| all[i]).collect()
            };
            let consistent: Vec<bool> =
                (0..1 << all.len()).map(|mask| account.says(&subset(mask)).is_some()).collect();
            let grows = |mask: usize| (0..all.len()).any(|i| mask >> i & 1 == 0 && consistent[mask | 1 << i]);
            let maximal = (0..consistent.len()).filter(|mask| consistent[*mask] && !grows(*mask)).count();
            assert_eq!(account.maximal().unwrap().len(), maximal, "seed {seed}: {all:?}");
            contested += 1;
        }
        assert!(contested > 10, "only {contested} contested cases are small enough");
    }
}
