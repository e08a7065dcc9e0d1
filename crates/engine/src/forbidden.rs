//! How much happened while a scope bound, and what excuses a forbidden deed.
//!
//! Invariant: a deed violates at a tick at which the prohibition binds; stretches that do not meet are bounded apart, so
//! that the counts may be wider than they need be.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Condition, Exception},
    amount::Range,
};

use crate::{
    asked::Asked,
    bounds::Bounds,
    conditions::{Context, NotComputed},
    judging::weigh,
    measure::{Measure, Role},
    moments::Moments,
    scope::Scope,
    signal::{Signal, Truth},
};

/// How much happened while a scope bound, up to any instant: sums over the stretches in which it may bind, and must.
pub(crate) struct Within<'a> {
    bounds: &'a Bounds,
    scope: &'a Scope,
    must: Runs,
    may: Runs,
}

/// Stretches in order, each with what there was in those before it: least and greatest.
struct Runs(Vec<(Period, Range)>);

impl Runs {
    fn of(bounds: &Bounds, runs: Vec<Period>) -> Runs {
        let mut before = Range::exactly(Amount::ZERO);
        let with_sum = |run: Period| {
            let sum = before;
            before = plus(before, Asked::amount(bounds, run.first, run.last.next()));
            (run, sum)
        };
        Runs(runs.into_iter().map(with_sum).collect())
    }

    /// What there was in them up to an instant.
    fn by(&self, bounds: &Bounds, at: Instant) -> Range {
        let Some(last) = self.0.partition_point(|(run, _)| run.first <= at).checked_sub(1) else {
            return Range::exactly(Amount::ZERO);
        };
        let (run, before) = self.0[last];
        plus(before, Asked::amount(bounds, run.first, run.last.min(at).next()))
    }
}

fn plus(a: Range, b: Range) -> Range {
    Range { low: a.low.zip(b.low).map(|(a, b)| a + b), high: a.high.zip(b.high).map(|(a, b)| a + b) }
}

impl<'a> Within<'a> {
    /// What happened from the first opening of a scope up to `at`.
    pub(crate) fn of(bounds: &'a Bounds, scope: &'a Scope, at: Instant) -> Self {
        let first = scope.opens.spans.first().map(|span| span.first);
        let seen = first.and_then(|first| Period::closed(first, at));
        let runs = |least: Truth| {
            let mut runs: Vec<Period> = Vec::new();
            let cells = seen.iter().flat_map(|seen| scope.holds.cells_in(seen));
            for (cell, _) in cells.filter(|(_, truth)| *truth >= least) {
                match runs.last_mut() {
                    Some(last) if last.last.next() == cell.first => last.last = cell.last,
                    _ => runs.push(cell),
                }
            }
            Runs::of(bounds, runs)
        };
        Within { bounds, scope, must: runs(Truth::Yes), may: runs(Truth::Perhaps) }
    }

    /// How much there was by an instant.
    pub(crate) fn by(&self, at: Instant) -> Range {
        Range { low: self.must.by(self.bounds, at).low, high: self.may.by(self.bounds, at).high }
    }

    /// When it can first come to an amount, up to `at`.
    pub(crate) fn reaching(&self, amount: Amount, at: Instant) -> Moments {
        let Some((first, _)) = self.may.0.first() else { return Moments::never() };
        let cuts = self.bounds.cuts.iter().flat_map(|cut| [cut.previous(), *cut]);
        let cells = self.scope.holds.cells().flat_map(|(from, _)| [from.previous(), from]);
        let turns = cuts.chain(cells).filter(|t| first.first < *t && *t <= at);
        let turns: BTreeSet<Instant> = turns.chain([first.first]).collect();
        let change = |t: Instant| {
            let range = self.by(t);
            let possible = range.high.is_none_or(|high| high >= amount);
            (t, Truth::of(possible, range.low.is_some_and(|low| low >= amount)))
        };
        Signal::of(turns.into_iter().map(change)).first(first.first, at)
    }
}

/// Takes out what an exception excuses: certainly excused deeds give nothing, possibly excused ones no floor.
///
/// # Errors
/// When its condition is not computed.
pub(crate) fn excuse(
    context: &Context<'_>,
    exception: &Exception,
    violation: &Action,
    measure: &mut Measure,
) -> Result<(), NotComputed> {
    let holds = holds(context, exception)?;
    let excusable = excusable(context, exception, violation);
    let mut open = Vec::new();
    for event in measure.accounts.iter_mut().flat_map(|account| &mut account.events) {
        let Some(certainly_theirs) = excusable.get(&event.claim) else { continue };
        let (mut maybe, mut certain) = (false, true);
        for (_, truth) in holds.cells_in(&event.period) {
            maybe |= truth.possible();
            certain &= truth == Truth::Yes;
        }
        let excused = Truth::of(maybe, certain && *certainly_theirs);
        weigh(event, excused.opposite(), measure.corroboration, &mut open);
    }
    // Of a total nobody can say how much of it was excused.
    for tally in measure.accounts.iter_mut().flat_map(|account| &mut account.tallies) {
        if holds.cells_in(&tally.period).any(|(_, truth)| truth.possible()) {
            tally.floor = None;
        }
    }
    measure.denials.extend(open);
    Ok(())
}

/// When what an exception rests on is so.
fn holds(context: &Context<'_>, exception: &Exception) -> Result<Signal, NotComputed> {
    match &exception.when {
        Condition::InForce => Ok(Signal::constant(Truth::Yes)),
        Condition::Recently(length, ground) => {
            // Reports of harm tell that there was such a deed, and so do totals of what it was done to.
            let role = Role::Violation { bearers: &ground.by, verifiers: &[] };
            Ok(Signal::any(&[context.recently(*length, ground, role)?, context.state(&exception.when)?]))
        }
        when => context.state(when),
    }
}

/// Whether at some tick of a period nothing that these do can violate, also what nobody reported.
///
/// # Errors
/// When the exception's condition is not computed.
pub(crate) fn excuses_all(
    context: &Context<'_>,
    exception: &Exception,
    doers: &[Id],
    seen: &Period,
) -> Result<bool, NotComputed> {
    let everyones = exception.by.is_empty() || doers.iter().all(|doer| exception.by.contains(doer));
    Ok(everyones && holds(context, exception)?.cells_in(seen).any(|(_, truth)| truth == Truth::Yes))
}

/// The claims of deeds that may be by one whom the exception excuses, and whether they certainly are.
fn excusable(context: &Context<'_>, exception: &Exception, violation: &Action) -> BTreeMap<Id, bool> {
    let mut own = violation.clone();
    if !exception.by.is_empty() {
        own.by.retain(|bearer| exception.by.contains(bearer));
    }
    if own.by.is_empty() {
        return BTreeMap::new();
    }
    let told = |of: &Action| {
        let role = Role::Violation { bearers: &of.by, verifiers: &[] };
        let accounts = context.evidence.measure(of, role).accounts.into_iter();
        accounts.flat_map(|account| account.events).map(|event| (event.claim, event.floor > Amount::ZERO))
    };
    // Who is bound and not excused; what none of those did violates only where one who is excused did it.
    let others: Vec<Id> = violation.by.iter().filter(|bearer| !own.by.contains(bearer)).cloned().collect();
    let others = Action { by: others, ..violation.clone() };
    let theirs: BTreeSet<Id> =
        if others.by.is_empty() { BTreeSet::new() } else { told(&others).map(|(claim, _)| claim).collect() };
    told(&own).map(|(claim, certain)| (claim.clone(), certain || !theirs.contains(&claim))).collect()
}
