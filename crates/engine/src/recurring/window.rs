//! What part of a period lies in the scope, in every way that the scope can lie.
//!
//! Invariant: for each world, what it has in scope is between two of the windows listed that no evidence tells apart, or
//! between what one of them surely holds and all that it may hold; where a world may have none, the period is doubtful.

use std::collections::BTreeSet;

use model::{Instant, Period};

use crate::{moments::Moments, scope::Scope, signal::Truth};

/// One way in which the scope can lie in a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first tick of the scope, wherever it lies.
    pub since: Instant,
    /// The stretches of the period in it: disjoint, ascending, at least one.
    pub stretches: Vec<Period>,
    /// Where it is in doubt tick by tick: those of them that are surely in it.
    pub least: Option<Vec<Period>>,
}

impl Window {
    /// What is surely in it.
    pub fn sure(&self) -> &[Period] {
        self.least.as_deref().unwrap_or(&self.stretches)
    }

    /// Whether a tick is in it.
    pub fn holds(&self, at: Instant) -> Truth {
        let held = |stretches: &[Period]| stretches.iter().any(|s| s.first <= at && at <= s.last);
        Truth::of(held(&self.stretches), held(self.sure()))
    }

    /// Its first tick.
    pub fn first(&self) -> Instant {
        self.stretches.first().map_or(Instant::MAX, |s| s.first)
    }

    /// Its last tick.
    pub fn last(&self) -> Instant {
        self.stretches.last().map_or(Instant::MIN, |s| s.last)
    }

    /// Whether it may have no tick up to an instant.
    pub fn may_lack(&self, at: Instant) -> bool {
        self.sure().first().is_none_or(|s| at < s.first)
    }

    /// What of it lies in a part of the period; none where nothing can.
    pub fn part(&self, part: &Period) -> Option<Window> {
        let cut = |stretches: &[Period]| -> Vec<Period> {
            let from = stretches.partition_point(|s| s.last < part.first);
            stretches[from..].iter().map_while(|s| s.and(part)).collect()
        };
        let (stretches, least) = (cut(&self.stretches), self.least.as_deref().map(cut));
        (!stretches.is_empty()).then_some(Window { since: self.since, stretches, least })
    }
}

/// Every way in which the scope can lie in a period.
#[derive(Clone, Debug, Default)]
pub struct Windows {
    /// One of each kind.
    pub each: Vec<Window>,
    /// Whether the scope may lie outside of the period.
    pub doubtful: bool,
    /// By when it has begun in every world that it begins in.
    certain_by: Option<Instant>,
}

impl Windows {
    /// The windows of a period; `cuts` are where the evidence on its deeds can change.
    pub fn of(scope: &Scope, period: &Period, cuts: &BTreeSet<Instant>) -> Windows {
        let each = if scope.simple { once(scope, period, cuts) } else { now_and_then(scope, period) };
        let first = each.iter().map(Window::first).min().unwrap_or(period.first);
        let last = each.iter().map(Window::last).max().unwrap_or(period.last);
        let doubtful = if scope.simple {
            !scope.opens.certain_by(last) || scope.closes.possible_by(first)
        } else {
            each.iter().any(|window| window.may_lack(last))
        };
        Windows { each, doubtful, certain_by: scope.opens.latest() }
    }

    /// The windows of all time, for what only grows with them: the extremes stand for all between.
    pub fn throughout(scope: &Scope) -> Windows {
        let mut windows = Windows::of(scope, &Period::ALWAYS, &BTreeSet::new());
        // Where it may end before it may have begun, what lies between is short, anywhere, and surely holds nothing.
        let first_end = scope.closes.spans.first().map_or(Instant::MAX, |span| span.first);
        let last_begun = scope.opens.spans.last().map_or(Instant::MIN, |span| span.last);
        if let Some(all) = windows.hull().filter(|_| scope.simple && last_begun >= first_end) {
            let anywhere = Window { since: all.first, stretches: vec![all], least: Some(Vec::new()) };
            windows.each.push(anywhere);
        }
        windows
    }

    /// Whether the scope may not have begun by an instant.
    pub fn may_lack(&self, at: Instant) -> bool {
        self.certain_by.is_none_or(|certain| at < certain)
    }

    /// From the first tick of any to the last of any.
    pub fn hull(&self) -> Option<Period> {
        let first = self.each.iter().map(Window::first).min()?;
        Period::closed(first, self.each.iter().map(Window::last).max()?)
    }
}

/// A scope that begins once and ends once: one stretch from each instant at which it may begin to each at which it may end.
fn once(scope: &Scope, period: &Period, cuts: &BTreeSet<Instant>) -> Vec<Window> {
    let mut lasts: BTreeSet<Instant> =
        turns(&scope.closes, period, cuts).into_iter().map(Instant::previous).collect();
    if scope.closes.never {
        lasts.insert(Instant::MAX);
    }
    let mut each = BTreeSet::new();
    for since in turns(&scope.opens, period, cuts) {
        let within = lasts.iter().filter_map(|last| Period::closed(since, *last)?.and(period));
        each.extend(within.map(|stretch| Window { since, stretches: vec![stretch], least: None }));
    }
    each.into_iter().collect()
}

/// A scope that comes and goes: all that it may hold, and what of that it surely does.
fn now_and_then(scope: &Scope, period: &Period) -> Vec<Window> {
    let held = |wanted: fn(Truth) -> bool| {
        let mut stretches: Vec<Period> = Vec::new();
        for (cell, _) in scope.holds.cells_in(period).filter(|(_, truth)| wanted(*truth)) {
            match stretches.last_mut() {
                Some(last) if last.last.next() == cell.first => last.last = cell.last,
                _ => stretches.push(cell),
            }
        }
        stretches
    };
    let (stretches, sure) = (held(Truth::possible), held(|truth| truth == Truth::Yes));
    if stretches.is_empty() {
        return Vec::new();
    }
    let since = scope.opens.spans.first().map_or(period.first, |span| span.first);
    let least = Some(sure).filter(|sure| *sure != stretches);
    vec![Window { since, stretches, least }]
}

/// One instant of each kind at which something may come about: its extremes, and on both sides of each cut of the period.
fn turns(moments: &Moments, period: &Period, cuts: &BTreeSet<Instant>) -> BTreeSet<Instant> {
    let mut turns = BTreeSet::new();
    for span in &moments.spans {
        turns.extend([span.first, span.last]);
        let Some(uncertain) = span.and(period).filter(|_| span.first < span.last) else { continue };
        let inside = cuts.range(uncertain.first..=uncertain.last).copied();
        let edges = inside.chain([uncertain.first, uncertain.last]);
        turns.extend(
            edges.flat_map(|t| [t.previous(), t, t.next()]).filter(|t| span.first <= *t && *t <= span.last),
        );
    }
    turns
}
