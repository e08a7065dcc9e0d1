//! What a set of literals says together, and the maximal consistent sets (spec/worlds.md §2 and §3).
//!
//! Invariant: `says` is monotone: a greater set of literals never allows more.

use std::collections::{BTreeMap, BTreeSet};

use model::{Instant, Period, claim::Claim};

use crate::{
    Refused,
    bounds::Bounds,
    evidence::{Event, Evidence, Saying, sum_of_deeds},
};

/// The evidence as it is when some claims are heard.
pub(crate) struct Account<'e> {
    all: &'e Evidence<'e>,
    /// What each silence over cuts i to j leaves room for: of a source's group, or of all that is heard.
    silence: BTreeMap<(Option<usize>, usize, usize), i64>,
}

impl<'e> Account<'e> {
    pub fn new(all: &'e Evidence<'e>, heard: &dyn Fn(usize, &Claim) -> bool) -> Self {
        let silent: BTreeSet<usize> = all
            .literals
            .iter()
            .filter_map(|literal| match literal.saying {
                Saying::Silence(source, _) => Some(source),
                _ => None,
            })
            .collect();
        let mut silence = BTreeMap::new();
        for (i, j) in (0..all.cuts.len()).flat_map(|j| (0..j).map(move |i| (i, j))) {
            for source in &silent {
                let group = |other: usize, _: &Claim| all.oracle.answers_for(*source, other);
                silence.insert((Some(*source), i, j), all.silence_leaves(i, j, &group));
            }
            silence.insert((None, i, j), all.silence_leaves(i, j, heard));
        }
        Account { all, silence }
    }

    /// What a set of literals says together; none where nothing satisfies it.
    fn says(&self, set: &[Saying]) -> Option<Bounds> {
        let mut bounds = Bounds::free(self.all.cuts.clone());
        let has = |saying: &Saying| set.contains(saying);
        let mut families: BTreeMap<Option<usize>, Vec<(&Event, i64)>> = BTreeMap::new();
        for saying in set {
            let satisfiable = match *saying {
                Saying::Event(of, low) => {
                    let event = &self.all.events[of];
                    families.entry(Some(event.source)).or_default().push((event, low));
                    if event.claim.reference.is_some() {
                        families.entry(None).or_default().push((event, low));
                    }
                    !has(&Saying::Denial(of))
                }
                Saying::Floor(i, j, low) => bounds.at_least(i, j, low),
                Saying::Cap(i, j, high) => bounds.at_most(i, j, high),
                Saying::Silence(source, first) | Saying::Unheard(source, first) => {
                    let strong = matches!(saying, Saying::Silence(..));
                    let same = |cell| {
                        if strong { Saying::Silence(source, cell) } else { Saying::Unheard(source, cell) }
                    };
                    let group = strong.then_some(source);
                    (first + 1..self.all.cuts.len())
                        .take_while(|j| has(&same(j - 1)))
                        .all(|j| bounds.at_most(first, j, self.silence[&(group, first, j)]))
                }
                Saying::Denial(_) => true,
            };
            if !satisfiable {
                return None;
            }
        }
        families.values().all(|family| self.deeds_add_up(&mut bounds, family)).then_some(bounds)
    }

    /// Distinct deeds add up in every window that holds their intervals.
    #[must_use]
    fn deeds_add_up(&self, bounds: &mut Bounds, family: &[(&Event, i64)]) -> bool {
        let firsts: BTreeSet<Instant> = family.iter().map(|(event, _)| event.period.first).collect();
        let lasts: BTreeSet<Instant> = family.iter().map(|(event, _)| event.period.last).collect();
        for first in &firsts {
            for last in lasts.range(*first..) {
                let window = Period { first: *first, last: *last };
                let inside = family.iter().filter(|(event, _)| window.contains(&event.period));
                let least = sum_of_deeds(inside.map(|(event, low)| (event.claim, *low)));
                let (i, j) = self.all.ends(&window);
                if !bounds.at_least(i, j, least) {
                    return false;
                }
            }
        }
        true
    }

    /// Every maximal consistent subset. A set that is not consistent holds a least conflict, and every
    /// consistent subset lacks one of its members: so leave out each in turn.
    pub fn maximal(&self, all: &[Saying]) -> Result<Vec<Bounds>, Refused> {
        let mut found: Vec<(BTreeSet<Saying>, Bounds)> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut todo: Vec<BTreeSet<Saying>> = vec![all.iter().copied().collect()];
        while let Some(set) = todo.pop() {
            if !seen.insert(set.clone()) || found.iter().any(|(other, _)| other.is_superset(&set)) {
                continue;
            }
            let list: Vec<Saying> = set.iter().copied().collect();
            self.all.oracle.spend(1)?;
            match self.says(&list) {
                Some(bounds) => {
                    found.retain(|(other, _)| !other.is_subset(&set));
                    found.push((set, bounds));
                }
                None => todo.extend(self.least_conflict(list)?.into_iter().map(|out| {
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
    fn least_conflict(&self, mut set: Vec<Saying>) -> Result<Vec<Saying>, Refused> {
        let mut chunk = set.len().div_ceil(2);
        while chunk > 0 {
            let mut start = 0;
            while start < set.len() {
                let mut without = set.clone();
                without.drain(start..(start + chunk).min(set.len()));
                self.all.oracle.spend(1)?;
                if self.says(&without).is_none() {
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
            let (Rule::Once { action, .. } | Rule::Daily { action, .. }) =
                &owned.agreement.provisions[0].rule
            else {
                continue;
            };
            let oracle = Oracle::new(&case, usize::MAX).unwrap();
            let evidence = Evidence::gather(&oracle, action).unwrap();
            let all: Vec<Saying> = evidence.literals.iter().map(|literal| literal.saying).collect();
            let account = Account::new(&evidence, &|_, _| true);
            if all.len() > 12 || account.says(&all).is_some() {
                continue;
            }
            let subset = |mask: usize| -> Vec<Saying> {
                (0..all.len()).filter(|i| mask >> i & 1 == 1).map(|i| all[i]).collect()
            };
            let consistent: Vec<bool> =
                (0..1 << all.len()).map(|mask| account.says(&subset(mask)).is_some()).collect();
            let grows = |mask: usize| (0..all.len()).any(|i| mask >> i & 1 == 0 && consistent[mask | 1 << i]);
            let maximal = (0..consistent.len()).filter(|mask| consistent[*mask] && !grows(*mask)).count();
            assert_eq!(account.maximal(&all).unwrap().len(), maximal, "seed {seed}: {all:?}");
            contested += 1;
        }
        assert!(contested > 10, "only {contested} contested cases are small enough");
    }
}
