//! The worlds of duties to act: amounts of one pattern, or of a trigger and its answer, or of a duty and the
//! one on which its window hangs.
//!
//! Worlds are told apart by the *class* of each window's amount: below the first threshold, between two,
//! above the last. Statuses compare amounts of windows with thresholds and do nothing else, so every world of
//! a class gives the same; the least world of each class that the evidence leaves room for is made concrete
//! and evaluated.
//!
//! When a deed opens a window, its tick matters too. Cut time where that window's ends would cross any other
//! cut: within a cell only the order of ticks is left to tell apart, and the first, the second and the last
//! show every order.
//!
//! Invariant: streams that one claim speaks to, or that one deed can serve, are never treated as independent.

use std::collections::BTreeSet;

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Condition, Due, Provision, Required, Rule},
};

use crate::{
    Oracle, ProvisionVerdict, Refused,
    bounds::{Bounds, NONE},
    evidence::Evidence,
    pattern::{Fit, fit},
    world::{Deed, Ticks},
};

/// F over `[from, to)` and the amounts at which something changes, ascending.
struct Window {
    from: Instant,
    to: Instant,
    thresholds: Vec<i64>,
}

fn not_handled<T>(what: &str) -> Result<T, Refused> {
    Err(Refused::NotHandled(what.to_owned()))
}

/// The verdict on a duty to act.
pub(crate) fn verdict(oracle: &Oracle, provision: &Provision) -> Result<ProvisionVerdict, Refused> {
    if provision.bearers.len() > 1 {
        return not_handled("a duty to act of several bearers");
    }
    let duty = Duty { oracle, provision, at: oracle.case.at };
    match &provision.rule {
        Rule::Once { .. } => duty.once(),
        Rule::Periodic { .. } => duty.daily(),
        Rule::Exchange { .. } => duty.exchange(),
        _ => not_handled("another rule among duties to act"),
    }
}

struct Duty<'a> {
    oracle: &'a Oracle<'a>,
    provision: &'a Provision,
    at: Instant,
}

/// Where a duty's status may change with its amount.
fn thresholds(required: Required, unit: i64) -> Vec<i64> {
    match required {
        Required::AtLeast(amount) => vec![amount.0],
        Required::Exactly(amount) => vec![amount.0, amount.0 + unit],
        Required::AtMost(amount) => vec![amount.0 + unit],
    }
}

/// A condition that no evidence moves, and the instant at which it first holds.
fn fixed(condition: &Condition, in_force: Instant) -> Option<Instant> {
    match condition {
        Condition::InForce => Some(in_force),
        Condition::From(instant) => Some(*instant),
        _ => None,
    }
}

impl Duty<'_> {
    fn in_force(&self) -> Instant {
        self.oracle.agreement().in_force
    }

    /// What is said of deeds that the bearers owe.
    fn evidence<'e>(&'e self, action: &'e Action) -> Result<(Evidence<'e>, Vec<Bounds>), Refused> {
        self.evidence_of(action, &self.provision.bearers)
    }

    fn evidence_of<'e>(
        &'e self,
        action: &'e Action,
        bearers: &[Id],
    ) -> Result<(Evidence<'e>, Vec<Bounds>), Refused> {
        let evidence = Evidence::gather(self.oracle, action)?;
        let worlds = evidence.worlds(bearers, &self.provision.verified_by)?;
        Ok((evidence, worlds))
    }

    /// Adds what the world of these deeds gives.
    fn add(&self, verdict: &mut ProvisionVerdict, deeds: &[Deed], keys: &[String]) -> Result<(), Refused> {
        verdict.add(&self.oracle.world(deeds)?.outcome(self.provision, self.at)?, keys);
        Ok(())
    }

    fn once(&self) -> Result<ProvisionVerdict, Refused> {
        let Rule::Once { action, required, due, .. } = &self.provision.rule else {
            return not_handled("a rule of another kind");
        };
        let (evidence, maximal) = self.evidence(action)?;
        let mut verdict = ProvisionVerdict::new(self.provision);
        for before in self.openings(action, due, &evidence.cuts)? {
            let windows = self.once_windows(self.provision, &before, &[self.at], *required)?;
            self.oracle
                .each(&maximal, &windows, action, &before, &mut |deeds| self.add(&mut verdict, deeds, &[]))?;
        }
        Ok(verdict)
    }

    /// F from where a single duty counts to the end of each tick, and to its deadline.
    fn once_windows(
        &self,
        provision: &Provision,
        before: &[Deed],
        ticks: &[Instant],
        required: Required,
    ) -> Result<Vec<Window>, Refused> {
        let Rule::Once { due, not_before, .. } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        let from = match not_before.as_ref().map(|condition| fixed(condition, self.in_force())) {
            None => self.in_force(),
            Some(Some(from)) => from.max(self.in_force()),
            Some(None) => return not_handled("`not before` that hangs on evidence"),
        };
        let deadline = self.oracle.world(before)?.window(due, &[])?.last;
        let ends: BTreeSet<Instant> = ticks.iter().flat_map(|tick| [*tick, (*tick).min(deadline)]).collect();
        let thresholds = thresholds(required, self.oracle.unit());
        let window = |end: Instant| Window { from, to: end.next(), thresholds: thresholds.clone() };
        Ok(ends.into_iter().map(window).filter(|window| window.from < window.to).collect())
    }

    /// The worlds of what a window hangs on, one for each instant at which it may open; one empty world where
    /// it hangs on nothing that evidence moves.
    fn openings(&self, action: &Action, due: &Due, cuts: &[Instant]) -> Result<Vec<Vec<Deed>>, Refused> {
        let (condition, length) = match due {
            Due::By(_) | Due::Open => return Ok(vec![Vec::new()]),
            Due::Within(length, condition) => (condition, Some(*length)),
            Due::EndOfDayAfter(_, condition) => (condition, None),
            _ => return not_handled("a deadline of this kind"),
        };
        let id = match condition {
            _ if fixed(condition, self.in_force()).is_some() => return Ok(vec![Vec::new()]),
            Condition::Performed(id) | Condition::PerformedInTime(id) | Condition::Breached(id) => id,
            _ => return not_handled("a window that hangs on a condition other than a duty's"),
        };
        let agreement = self.oracle.agreement();
        let Some(first) = agreement.provisions.iter().find(|p| p.id == *id && p.id != self.provision.id)
        else {
            return not_handled("a window that hangs on its own duty");
        };
        let Rule::Once { action: first_action, required, due: first_due, .. } = &first.rule else {
            return not_handled("a window that hangs on a duty that recurs");
        };
        self.oracle.independent(action, first_action)?;
        let first_duty = Duty { oracle: self.oracle, provision: first, at: self.at };
        let (evidence, maximal) = first_duty.evidence(first_action)?;
        if !matches!(first_due, Due::By(_) | Due::Open)
            && first_duty.openings(first_action, first_due, &[])? != vec![Vec::new()]
        {
            return not_handled("a chain of windows that hang on each other");
        }
        let deadline = self.oracle.world(&[])?.window(first_due, &[])?.last;
        let mut grid: BTreeSet<Instant> = evidence.cuts.iter().copied().chain([deadline.next()]).collect();
        match length {
            Some(length) => grid.extend(cuts.iter().chain(&[self.at.next()]).map(|cut| *cut - length)),
            None => grid.extend(self.oracle.midnights()),
        }
        let ticks = self.ticks(&maximal, grid);
        let windows = first_duty.once_windows(first, &[], &ticks, *required)?;
        let (mut worlds, mut seen) = (Vec::new(), BTreeSet::new());
        self.oracle.each(&maximal, &windows, first_action, &[], &mut |deeds| {
            if seen.insert(self.oracle.world(deeds)?.instant(condition)?) {
                worlds.push(deeds.to_vec());
            }
            Ok(())
        })?;
        Ok(worlds)
    }

    /// The ticks from entry into force to T that stand for all: the first, second and last of each cell of
    /// the grid in which something can have happened.
    fn ticks(&self, maximal: &[Bounds], mut grid: BTreeSet<Instant>) -> Vec<Instant> {
        let (start, end) = (self.in_force(), self.at.next());
        grid.extend([start, end]);
        let cuts: Vec<Instant> = grid.into_iter().filter(|cut| start <= *cut && *cut <= end).collect();
        let mut ticks = BTreeSet::new();
        for cell in cuts.windows(2) {
            if maximal.iter().any(|bounds| bounds.at(cell).high(0, 1) > 0) {
                ticks.extend([cell[0], cell[0].next().min(cell[1].previous()), cell[1].previous()]);
            }
        }
        ticks.into_iter().collect()
    }

    fn daily(&self) -> Result<ProvisionVerdict, Refused> {
        let Rule::Periodic { action, required, .. } = &self.provision.rule else {
            return not_handled("a rule of another kind");
        };
        let (_, maximal) = self.evidence(action)?;
        let mut verdict = ProvisionVerdict::new(self.provision);
        let (mut windows, mut from) = (Vec::new(), self.in_force());
        for midnight in self.oracle.midnights() {
            if from <= self.at {
                let thresholds = thresholds(*required, self.oracle.unit());
                windows.push(Window { from, to: midnight.min(self.at.next()), thresholds });
            }
            from = midnight;
        }
        self.oracle.each(&maximal, &windows, action, &[], &mut |deeds| self.add(&mut verdict, deeds, &[]))?;
        Ok(verdict)
    }

    fn exchange(&self) -> Result<ProvisionVerdict, Refused> {
        let Rule::Exchange { trigger, every, action, required, within, afterwards, .. } =
            &self.provision.rule
        else {
            return not_handled("a rule of another kind");
        };
        if every.0 <= 0 || required.0 <= 0 {
            return not_handled("an exchange of nothing");
        }
        self.oracle.independent(trigger, action)?;
        let (trigger_evidence, trigger_worlds) = self.evidence_of(trigger, &trigger.by)?;
        let (answer_evidence, answer_worlds) = self.evidence(action)?;
        let count = self.instances(&trigger_worlds, *every);
        let keys: Vec<String> = (1..=count).map(|k| format!("#{k}")).collect();
        let length = within.unwrap_or(Duration(0));
        let mut grid: BTreeSet<Instant> = trigger_evidence.cuts.iter().copied().collect();
        grid.extend(answer_evidence.cuts.iter().chain(&[self.at.next()]).map(|cut| *cut - length));
        if *afterwards {
            grid.extend(&answer_evidence.cuts);
        }
        let ticks = self.ticks(&trigger_worlds, grid);
        let thresholds: Vec<i64> = (1..=count).map(|k| k * every.0).collect();
        let window = |tick: &Instant| Window {
            from: self.in_force(),
            to: tick.next(),
            thresholds: thresholds.clone(),
        };
        let windows: Vec<Window> = ticks.iter().map(window).collect();
        let (mut openings, mut seen) = (Vec::new(), BTreeSet::new());
        self.oracle.each(&trigger_worlds, &windows, trigger, &[], &mut |deeds| {
            let opened = self.oracle.world(deeds)?.opened(trigger, *every, &Ticks::all());
            if seen.insert(opened.clone()) {
                openings.push((deeds.to_vec(), opened));
            }
            Ok(())
        })?;
        let mut verdict = ProvisionVerdict::new(self.provision);
        for (before, opened) in openings {
            let windows = self.answer_windows(&opened, *required, *within, *afterwards);
            self.oracle.each(&answer_worlds, &windows, action, &before, &mut |deeds| {
                self.add(&mut verdict, deeds, &keys)
            })?;
        }
        Ok(verdict)
    }

    /// How many instances may have opened; where nothing bounds it, one more than were reported stands for
    /// the rest.
    fn instances(&self, maximal: &[Bounds], every: Amount) -> i64 {
        let span = [self.in_force(), self.at.next()];
        let most = maximal.iter().map(|bounds| {
            let bounds = bounds.at(&span);
            let (low, high) = (bounds.low(0, 1), bounds.high(0, 1));
            if high < NONE { high / every.0 } else { low / every.0 + 1 }
        });
        if span[0] < span[1] { most.max().unwrap_or(0) } else { 0 }
    }

    /// What decides when the k-th of these instances has all that it is owed: first in, first out. With
    /// `afterwards` that is so once, for every j up to k, k − j + 1 times the amount has come since the j-th
    /// opened.
    fn answer_windows(
        &self,
        opened: &[Instant],
        required: Amount,
        within: Option<Duration>,
        afterwards: bool,
    ) -> Vec<Window> {
        let mut windows = Vec::new();
        for (k, opens) in opened.iter().enumerate() {
            let deadline = within.map_or(Instant::MAX, |length| *opens + length);
            for end in BTreeSet::from([self.at, self.at.min(deadline)]) {
                let starts = if afterwards { &opened[..=k] } else { &[self.in_force()][..] };
                for (j, start) in starts.iter().enumerate().filter(|(_, start)| **start <= end) {
                    let owed = (k - j + 1) as i64 * required.0;
                    windows.push(Window { from: *start, to: end.next(), thresholds: vec![owed] });
                }
            }
        }
        windows
    }
}

impl Oracle<'_> {
    /// Two streams are told apart by every claim and no deed serves both.
    pub(crate) fn independent(&self, one: &Action, other: &Action) -> Result<(), Refused> {
        let speaks = |action| move |claim: &&model::claim::Claim| fit(self.case, action, claim) != Fit::Not;
        let both = self.live.iter().copied().filter(speaks(one)).any(|claim| speaks(other)(&claim));
        let world = self.world(&[])?;
        let serves = |a: &Action, b: &Action| world.fits(&Deed::of(a, Instant(0), Amount::ZERO), b);
        if both || serves(one, other) || serves(other, one) {
            return not_handled("evidence that speaks to two streams at once");
        }
        Ok(())
    }

    /// Deeds come in whole units where every figure is whole, else in millionths.
    pub(crate) fn unit(&self) -> i64 {
        let whole =
            |amount: Option<Amount>| amount.is_none_or(|amount| amount == Amount::whole(amount.floor()));
        let claims = self.live.iter().all(|claim| whole(claim.range().low) && whole(claim.range().high));
        let provisions = self.agreement().provisions.iter().all(|provision| match &provision.rule {
            Rule::Once { required, .. } | Rule::Periodic { required, .. } => match required {
                Required::AtLeast(n) | Required::Exactly(n) | Required::AtMost(n) => whole(Some(*n)),
            },
            Rule::Exchange { every, required, .. } => whole(Some(*every)) && whole(Some(*required)),
            _ => true,
        });
        if claims && provisions { Amount::whole(1).0 } else { Amount::LEAST.0 }
    }

    /// Visits one world of each class, as deeds beside those `before`.
    fn each(
        &self,
        maximal: &[Bounds],
        windows: &[Window],
        action: &Action,
        before: &[Deed],
        visit: &mut dyn FnMut(&[Deed]) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        // With the last tick of each window as a point of its own, the least world has all deeds as late as
        // can be.
        let ends = |window: &Window| [window.from, window.to.previous(), window.to];
        let points: BTreeSet<Instant> = windows.iter().flat_map(ends).collect();
        let points: Vec<Instant> = points.into_iter().collect();
        let mut made = |bounds: &Bounds| {
            let mut deeds = before.to_vec();
            deeds.extend(bounds.least().map(|(at, amount)| Deed::of(action, at, Amount(amount))));
            visit(&deeds)
        };
        maximal.iter().try_for_each(|bounds| self.classes(&bounds.at(&points), windows, &mut made))
    }

    fn classes(
        &self,
        bounds: &Bounds,
        windows: &[Window],
        visit: &mut dyn FnMut(&Bounds) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let Some((window, rest)) = windows.split_first() else {
            self.spend(1)?;
            return visit(bounds);
        };
        let (i, j) = (bounds.index(window.from), bounds.index(window.to));
        for class in 0..=window.thresholds.len() {
            let mut chosen = bounds.clone();
            let low = class.checked_sub(1).map_or(0, |below| window.thresholds[below]);
            let high = window.thresholds.get(class).map_or(NONE, |above| above - self.unit());
            if chosen.at_least(i, j, low) && chosen.at_most(i, j, high) {
                self.classes(&chosen, rest, visit)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{generator, verdict as verdict_on};
    use model::StatusSet;

    /// Whether amounts, one for each cell between the points, keep within bounds on the same points.
    fn within(bounds: &Bounds, amounts: &[i64]) -> bool {
        (0..amounts.len()).all(|i| {
            let mut sum = 0;
            (i..amounts.len()).all(|j| {
                sum += amounts[j];
                bounds.low(i, j + 1) <= sum && sum <= bounds.high(i, j + 1)
            })
        })
    }

    /// Every amount in every cell, none left out: the statuses must be those of the classes.
    fn brute_force(duty: &Duty, action: &Action, cap: i64) -> Option<StatusSet> {
        let (evidence, maximal) = duty.evidence(action).ok()?;
        let mut points: BTreeSet<Instant> = evidence.cuts.iter().copied().collect();
        points.extend([duty.in_force(), duty.at.next()]);
        let dates = duty.oracle.midnights().into_iter();
        points.extend(dates);
        if let Rule::Once { due, .. } = &duty.provision.rule {
            points.insert(duty.oracle.world(&[]).ok()?.window(due, &[]).ok()?.last.next());
        }
        let points: Vec<Instant> = points.into_iter().collect();
        let (cells, base) = (points.len() - 1, cap + 1);
        if base.checked_pow(cells as u32)? > 20_000 {
            return None;
        }
        let maximal: Vec<Bounds> = maximal.iter().map(|bounds| bounds.at(&points)).collect();
        let mut verdict = ProvisionVerdict::new(duty.provision);
        for number in 0..base.pow(cells as u32) {
            let amounts: Vec<i64> =
                (0..cells).map(|i| Amount::whole(number / base.pow(i as u32) % base).0).collect();
            if maximal.iter().any(|bounds| within(bounds, &amounts)) {
                let deeds: Vec<Deed> =
                    points.iter().zip(&amounts).map(|(at, n)| Deed::of(action, *at, Amount(*n))).collect();
                duty.add(&mut verdict, &deeds, &[]).ok()?;
            }
        }
        Some(verdict.status)
    }

    #[test]
    fn classes_leave_no_world_out() {
        let mut checked = 0;
        for seed in 0..500 {
            let owned = generator::case_under_some_standard(seed);
            let case = owned.as_case();
            let provision = &owned.agreement.provisions[0];
            let (Rule::Once { action, .. } | Rule::Periodic { action, .. }) = &provision.rule else {
                continue;
            };
            let oracle = Oracle::new(&case, usize::MAX).unwrap();
            let duty = Duty { oracle: &oracle, provision, at: case.at };
            let Some(brute) = brute_force(&duty, action, 4) else { continue };
            // A cap on what a cell holds may lose worlds, and never adds one.
            let exact = verdict_on(&case, provision, usize::MAX).unwrap().status;
            let roomy = owned.claims.len() <= 1;
            assert!(
                exact.includes(brute) && (!roomy || brute == exact),
                "seed {seed}: {brute:?} of {exact:?}"
            );
            checked += 1;
        }
        assert!(checked > 10, "only {checked} cases are small enough");
    }
}
