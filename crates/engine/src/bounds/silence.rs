//! Silence that counts: where a source would have reported, nothing happened but what it reports and what others claim
//! beyond that (spec/worlds.md §2).
//!
//! Invariant: a cap is a sum over reported deeds, each reference once; a source that gives totals is not silent in their periods.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use model::Amount;

use super::literal::{Cuts, Literal, Span};
use crate::measure::{Account, Event, Measure};

/// A source whose silence counts, with what it and all under it report, by cuts.
pub(super) struct Silent<'a> {
    /// The cells in which it would have reported.
    pub(super) cells: BTreeSet<usize>,
    /// Deeds and totals so far that it reports: when, their reference, and how much at most.
    pub(super) events: Vec<(Span, Option<&'a str>, Option<Amount>)>,
    /// Totals that it gives: when, and their caps.
    pub(super) tallies: Vec<(Span, Option<Amount>)>,
    /// What others claim beyond its reports.
    pub(super) foreign: Vec<Foreign>,
    /// What it reports by itself caps these windows at, once asked.
    pub(super) caps: RefCell<BTreeMap<Span, Option<i64>>>,
}

/// Somebody else's claim, by how much it goes beyond what a silent source reports; `None` is no limit.
pub(super) struct Foreign {
    pub(super) span: Span,
    pub(super) beyond: Option<i64>,
    /// The floor that silence throughout its interval refutes.
    pub(super) refuted: Option<Literal>,
    /// Where that is so only if what may be of the same is denied: of each such report, its denials.
    pub(super) denied: Vec<Vec<usize>>,
}

impl Foreign {
    pub(super) fn meets(&self, window: Span) -> bool {
        overlap(self.span, window)
    }
}

pub(super) fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

impl<'a> Silent<'a> {
    pub(super) fn of(measure: &'a Measure, cuts: &Cuts, index: usize) -> Option<Self> {
        let account = &measure.accounts[index];
        if !account.silence_alone || account.silences.is_empty() {
            return None;
        }
        let members = || account.group.iter().filter_map(|member| measure.accounts.get(*member));
        let deeds =
            members().flat_map(|a| &a.events).map(|e| (cuts.span(&e.period), e.reference.as_deref(), e.high));
        let so_far = members().flat_map(|a| &a.tallies).filter_map(|t| t.so_far);
        let events = deeds.chain(so_far.map(|(period, high)| (cuts.span(&period), None, high))).collect();
        let totals = members().flat_map(|a| &a.tallies).filter(|t| t.so_far.is_none());
        let cells = account.silences.iter().map(|s| cuts.span(s)).flat_map(|(from, to)| from..to).collect();
        let tallies = totals.map(|t| (cuts.span(&t.period), t.cap)).collect();
        let mut silent = Silent { cells, events, tallies, foreign: Vec::new(), caps: RefCell::default() };
        let others = measure.accounts.iter().enumerate().filter(|(i, _)| !account.group.contains(i));
        // An incident of others is not the one that is told of, whatever their reference.
        let of_others = |e: &Event| {
            let mut own = members().flat_map(|a| &a.events).filter(|own| own.reference == e.reference);
            measure.incidents && e.reference.is_some() && own.all(|own| !own.may_share_doer(e))
        };
        let mut foreign = Vec::new();
        for (account, other) in others {
            let floors = other.events.iter().enumerate().filter(|(_, e)| e.alone && e.floor > Amount::ZERO);
            foreign.extend(floors.filter_map(|(event, e)| {
                let span = cuts.span(&e.period);
                let mut foreign = silent.beyond_deed(span, e, of_others(e))?;
                let throughout = (span.0..span.1).all(|cell| silent.cells.contains(&cell))
                    && !silent.tallies.iter().any(|(totalled, _)| overlap(*totalled, span));
                let told: Option<Vec<_>> = members().map(|own| tells_of(own, other, e, measure)).collect();
                if let Some(told) = told.filter(|_| throughout) {
                    foreign.refuted = Some(Literal::EventFloor { account, event });
                    foreign.denied = told.into_iter().flatten().collect();
                }
                Some(foreign)
            }));
            let floors =
                other.tallies.iter().filter(|t| t.floor_alone && t.floor.is_some_and(|f| f > Amount::ZERO));
            foreign.extend(floors.filter_map(|t| silent.beyond_total(cuts.span(&t.period), t.high)));
        }
        silent.foreign = foreign;
        Some(silent)
    }

    /// How far a deed that somebody else reports goes beyond what this source reports of the same deed.
    fn beyond_deed(&self, span: Span, event: &Event, of_others: bool) -> Option<Foreign> {
        let same = |reference: Option<&str>| {
            !of_others && reference.is_some() && reference == event.reference.as_deref()
        };
        let of_it = self.events.iter().filter(|(own, reference, _)| same(*reference) && overlap(*own, span));
        let own = of_it.map(|(_, _, high)| *high);
        let own =
            own.map(|high| high.map(|h| h.0)).try_fold(0, |most, high| high.map(|h| h.max(most))).map(Amount);
        beyond(span, event.high, own)
    }

    /// How far a total goes beyond the sum of what this source reports in its period.
    pub(super) fn beyond_total(&self, span: Span, high: Option<Amount>) -> Option<Foreign> {
        beyond(span, high, self.reported(span).map(Amount))
    }

    /// Single cells, and every window inside the span of a cluster of deeds or of a tally, in runs of silence.
    pub(super) fn windows(&self, excluded: &BTreeSet<usize>) -> BTreeSet<Span> {
        let mut windows: BTreeSet<Span> = self.cells.iter().map(|cell| (*cell, cell + 1)).collect();
        let mut spans: Vec<Span> = self.events.iter().map(|(span, ..)| *span).collect();
        let mut hulls: BTreeMap<&str, Span> = BTreeMap::new();
        for (span, reference, _) in &self.events {
            if let Some(reference) = reference {
                let hull = hulls.entry(reference).or_insert(*span);
                *hull = (hull.0.min(span.0), hull.1.max(span.1));
            }
        }
        spans.extend(hulls.into_values());
        spans.extend(self.tallies.iter().filter(|(_, cap)| cap.is_some()).map(|(span, _)| *span));
        let admitted = self.foreign.iter().enumerate().filter(|(f, _)| !excluded.contains(f));
        spans.extend(admitted.map(|(_, foreign)| foreign.span));
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for (first, last) in spans {
            match merged.last_mut() {
                Some(open) if first < open.1 => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        for (first, last) in merged {
            for from in first..last {
                let run = (from..last).take_while(|cell| self.cells.contains(cell)).count();
                windows.extend((from + 1..=from + run).map(|to| (from, to)));
            }
        }
        windows
    }

    /// The sum of what it reports that meets a window, each reference once; `None` where a report has no upper bound.
    pub(super) fn reported(&self, window: Span) -> Option<i64> {
        let mut by_reference: BTreeMap<&str, Option<i64>> = BTreeMap::new();
        let mut sum = Some(0_i64);
        for (_, reference, high) in self.events.iter().filter(|(span, ..)| overlap(*span, window)) {
            let high = high.map(|h| h.0);
            match reference {
                Some(reference) => {
                    let most = by_reference.entry(reference).or_insert(Some(0));
                    *most = most.zip(high).map(|(a, b)| a.max(b));
                }
                None => sum = sum.zip(high).map(|(a, b)| a.saturating_add(b)),
            }
        }
        by_reference.into_values().fold(sum, |sum, high| sum.zip(high).map(|(a, b)| a.saturating_add(b)))
    }

    /// The cap on a window: what it reports and what others claim beyond that is not excluded; none where it gives totals instead.
    pub(super) fn cap(&self, window: Span, excluded: &BTreeSet<usize>) -> Option<i64> {
        let own = *self.caps.borrow_mut().entry(window).or_insert_with(|| self.own_cap(window));
        let admitted = self.foreign.iter().enumerate().filter(|(f, _)| !excluded.contains(f));
        let meeting = admitted.filter(|(_, foreign)| foreign.meets(window));
        meeting
            .map(|(_, foreign)| foreign.beyond)
            .try_fold(own?, |cap, more| more.map(|more| cap.saturating_add(more)))
    }

    pub(super) fn own_cap(&self, window: Span) -> Option<i64> {
        let mut cap = self.reported(window)?;
        if self.tallies.iter().any(|(span, _)| overlap(*span, window)) {
            let containing = self.tallies.iter().filter(|(span, _)| span.0 <= window.0 && window.1 <= span.1);
            cap = cap.max(containing.filter_map(|(_, cap)| *cap).max()?.0);
        }
        Some(cap)
    }
}

/// Whether one report of an account may be of the incident that another tells of, and of no other that is told of
/// other doers: none where one is, else of each that is unless it is denied the denials.
fn tells_of(own: &Account, teller: &Account, told: &Event, measure: &Measure) -> Option<Vec<Vec<usize>>> {
    let rivals = |own: &Event| {
        let foreign = measure.accounts.iter().flat_map(|a| &a.events);
        let mut meeting = foreign.filter(|e| e.floor > Amount::ZERO && e.period.meets(&own.period));
        meeting.any(|e| e.may_share_doer(own) && !e.may_share_doer(told))
    };
    // Who did an incident tells which it was, and what somebody says of others under its reference takes it from these; a deed of
    // which amounts are told is known by its reference. What is denied may not have been, and then tells of nothing.
    let denials = |e: &Event| -> Vec<usize> {
        let all = measure.denials.iter().enumerate();
        all.filter(|(_, (_, denied))| *denied == e.claim).map(|(index, _)| index).collect()
    };
    let blamed = |e: &Event| e.reference.is_some() && !denials(e).is_empty();
    let other = |e: &Event| measure.incidents && (!e.may_share_doer(told) || blamed(e) || rivals(e));
    let may_be = |e: &&Event| e.period.meets(&told.period) && may_be_one(own, e, teller, told);
    let totals = own.tallies.iter().filter_map(|t| t.so_far).any(|(so_far, _)| so_far.meets(&told.period));
    if totals {
        return None;
    }
    let tells = own.events.iter().filter(may_be).filter(|e| !other(e));
    let unless = |e: &Event| {
        let denials = denials(e);
        let deniable = measure.incidents && e.floor > Amount::ZERO && !denials.is_empty();
        deniable.then_some(denials)
    };
    tells.map(unless).collect()
}

/// Whether nothing that either account says of references makes two deeds of these two.
fn may_be_one(own: &Account, e: &Event, teller: &Account, told: &Event) -> bool {
    let has = |account: &Account, reference: &str| {
        account.events.iter().any(|other| other.reference.as_deref() == Some(reference))
    };
    match (&e.reference, &told.reference) {
        (Some(one), Some(other)) => one == other,
        (None, Some(other)) => !has(own, other),
        (Some(one), None) => !has(teller, one),
        (None, None) => true,
    }
}

pub(super) fn beyond(span: Span, claimed: Option<Amount>, reported: Option<Amount>) -> Option<Foreign> {
    match (claimed, reported) {
        // What is reported without an upper bound excludes nothing.
        (_, None) => None,
        (None, Some(_)) => Some(Foreign { span, beyond: None, refuted: None, denied: Vec::new() }),
        (Some(claimed), Some(reported)) => (claimed > reported).then(|| Foreign {
            span,
            beyond: Some((claimed - reported).0),
            refuted: None,
            denied: Vec::new(),
        }),
    }
}
