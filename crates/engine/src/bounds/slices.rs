//! A measure cut into what can be solved apart: stretches of time that no report crosses the ends of.
//!
//! Invariant: every event and total of the measure is in one slice; what one slice allows does not hang on another. That holds
//! while every literal stands alone: what two origins imply together reaches across slices, and is not sliced.

use std::collections::BTreeMap;

use model::{Amount, Duration, Instant, Period};

use crate::measure::{Account, Event, Measure};

/// A report, by its account and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Report {
    Event(usize, usize),
    Tally(usize, usize),
}

/// Reports that belong together, and the stretch `[from, until)` that they span.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) from: Instant,
    pub(super) until: Instant,
    reports: Vec<Report>,
}

/// Every slice, ascending and disjoint.
pub(super) fn slices(measure: &Measure) -> Vec<Slice> {
    let mut spans: Vec<(Instant, Instant, Option<Report>)> = Vec::new();
    let mut hulls: BTreeMap<&str, (Instant, Instant)> = BTreeMap::new();
    let end = |period: &Period| period.last + Duration::TICK;
    for (a, account) in measure.accounts.iter().enumerate() {
        for (e, event) in account.events.iter().enumerate() {
            let span = (event.period.first, end(&event.period));
            spans.push((span.0, span.1, Some(Report::Event(a, e))));
            if let Some(reference) = &event.reference {
                let hull = hulls.entry(reference).or_insert(span);
                *hull = (hull.0.min(span.0), hull.1.max(span.1));
            }
        }
        for (t, tally) in account.tallies.iter().enumerate() {
            // A total so far lies in its own period.
            spans.push((tally.period.first, end(&tally.period), Some(Report::Tally(a, t))));
            spans.extend(
                tally.so_far.map(|(period, _)| (period.first, end(&period).max(tally.period.first), None)),
            );
        }
    }
    spans.extend(hulls.into_values().map(|(from, until)| (from, until, None)));
    spans.sort_unstable();
    let mut slices: Vec<Slice> = Vec::new();
    for (from, until, report) in spans {
        match slices.last_mut() {
            Some(open) if from < open.until => {
                open.until = open.until.max(until);
                open.reports.extend(report);
            }
            _ => slices.push(Slice { from, until, reports: report.into_iter().collect() }),
        }
    }
    slices
}

impl Slice {
    /// What one source's deeds at one instant, or within one interval, come to: at least and at most. None for anything else,
    /// which has to be solved.
    pub(super) fn plain(&self, measure: &Measure) -> Option<(i64, Option<i64>)> {
        let [Report::Event(account, _), ..] = self.reports.as_slice() else { return None };
        let (mut low, mut high) = (0_i64, Some(0_i64));
        for report in &self.reports {
            let Report::Event(of, index) = report else { return None };
            let event = &measure.accounts[*of].events[*index];
            let whole = event.period.first == self.from && event.period.last + Duration::TICK == self.until;
            if of != account || !whole || (event.reference.is_some() && self.reports.len() > 1) {
                return None;
            }
            let floor = if event.alone { event.floor } else { Amount::ZERO };
            low = low.saturating_add(floor.0);
            high = high.zip(event.high).map(|(sum, more)| sum.saturating_add(more.0));
        }
        let period = Period { first: self.from, last: self.until.previous() };
        let mut seen = false;
        for silent in measure.accounts.iter().filter(|silent| silent.silence_alone) {
            let from = silent.silences.partition_point(|s| s.last < period.first);
            match silent.silences.get(from).filter(|s| s.meets(&period)) {
                None => {}
                Some(s) if s.contains(&period) && silent.group.contains(account) => seen = true,
                Some(_) => return None,
            }
        }
        let denied = |event: &Event| measure.denials.iter().any(|(_, denied)| *denied == event.claim);
        let events = self.reports.iter().filter_map(|report| match report {
            Report::Event(of, index) => Some(&measure.accounts[*of].events[*index]),
            Report::Tally(..) => None,
        });
        if !measure.denials.is_empty() && events.into_iter().any(denied) {
            return None;
        }
        let high = high.filter(|_| seen);
        // Floors above their own cap contradict each other, which is not for here to settle.
        high.is_none_or(|high| low <= high).then_some((low, high))
    }

    /// The slice as a measure of its own.
    pub(super) fn measure(&self, whole: &Measure) -> Measure {
        let span = Period { first: self.from, last: self.until.previous() };
        let mut accounts: Vec<Account> = whole
            .accounts
            .iter()
            .map(|account| Account {
                source: account.source.clone(),
                origin: account.origin.clone(),
                events: Vec::new(),
                tallies: Vec::new(),
                silences: within(&account.silences, &span),
                group: account.group.clone(),
                silence_alone: account.silence_alone,
                silence_counts: account.silence_counts,
            })
            .collect();
        let mut reports = self.reports.clone();
        // In the order in which the whole has them.
        reports.sort_unstable();
        for report in reports {
            match report {
                Report::Event(a, e) => accounts[a].events.push(whole.accounts[a].events[e].clone()),
                Report::Tally(a, t) => accounts[a].tallies.push(whole.accounts[a].tallies[t].clone()),
            }
        }
        let denied = |id: &str| accounts.iter().flat_map(|a| &a.events).any(|event| event.claim == id);
        let denials = whole.denials.iter().filter(|(_, id)| denied(id)).cloned().collect();
        Measure { denials, accounts, corroboration: whole.corroboration, incidents: whole.incidents }
    }
}

/// What of ascending, disjoint periods lies in a span.
fn within(periods: &[Period], span: &Period) -> Vec<Period> {
    let from = periods.partition_point(|period| period.last < span.first);
    let meeting = periods.iter().skip(from).take_while(|period| period.first <= span.last);
    meeting.filter_map(|period| period.and(span)).collect()
}

/// The stretches `[from, until)` in which nothing is reported and nobody's silence is accepted, given ascending, disjoint
/// stretches in which something is; ascending.
pub(super) fn unseen(measure: &Measure, reported: &[(Instant, Instant)]) -> Vec<(Instant, Instant)> {
    let silent = measure.accounts.iter().filter(|account| account.silence_alone).flat_map(|a| &a.silences);
    let mut seen: Vec<(Instant, Instant)> = silent.map(|s| (s.first, s.last + Duration::TICK)).collect();
    seen.extend(reported);
    seen.sort_unstable();
    let (mut open, mut reached) = (Vec::new(), Instant::MIN);
    for (from, until) in seen {
        if reached < from {
            open.push((reached, from));
        }
        reached = reached.max(until);
    }
    if reached < Instant::MAX {
        open.push((reached, Instant::MAX));
    }
    open
}
