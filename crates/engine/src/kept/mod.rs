//! States to be kept: a stock tested at every tick of a window (spec/meaning.md §10).
//!
//! Invariant: a longer window never fails less, so the widest and the narrowest way in which the scope can lie stand for all
//! between.

mod quiet;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period, Status, StatusSet,
    agreement::{Binding, Condition, Measure, Provision, Required, Rule, Side},
    amount::Range,
    answer::{BearerAnswer, Count, InstanceAnswer, Moment, SourceAnswer},
};

use crate::{
    conditions::{Context, NotComputed},
    moments::Moments,
    need::{Limit, Need},
    outcome::{Outcome, Row},
    recurring::window::{Window, Windows},
    schedule::{need, turns_of},
    scope::Scope,
    signal::{Signal, Truth},
    single::changes,
    stock::{Kept, Place, Span, Stock},
};
use runs::{Hold, Run, violations};

/// What a stock has to be from an instant on: at least so much, and at most. Either limit may itself be in doubt.
#[derive(Clone, Copy, Debug)]
struct Allowed {
    since: Instant,
    need: Need,
}

impl Allowed {
    fn hold(&self, span: &Span) -> Hold {
        let least = self.need.least.unwrap_or(Limit::at(Amount::ZERO));
        let exceeds = |limit: fn(Limit) -> Amount, amount| self.need.most.is_some_and(|m| amount > limit(m));
        let may_exceed = match span.high {
            Some(high) => exceeds(|most| most.from, high),
            None => self.need.most.is_some(),
        };
        if exceeds(|most| most.to, span.low) || span.high.is_some_and(|high| high < least.from) {
            Hold::Failing
        } else if may_exceed || span.low < least.to {
            Hold::Either
        } else {
            Hold::Kept
        }
    }

    /// As the contract has it: of two bounds, the upper.
    fn required(&self) -> BTreeMap<String, Amount> {
        match (self.need.least, self.need.most) {
            (Some(least), Some(most)) if least != most => {
                Need { least: None, most: Some(most), unset: self.need.unset }.map()
            }
            _ => self.need.map(),
        }
    }
}

/// What is asked of the stock, and what it has to be: piece by piece, where that changes.
fn asked(context: &Context<'_>, rule: &Rule) -> Result<(Option<Place>, Vec<Allowed>), NotComputed> {
    let Rule::State { required, place, .. } = rule else {
        return Err(NotComputed("not a state".to_owned()));
    };
    let throughout = |need: Need| vec![Allowed { since: Instant::MIN, need }];
    let allowed = match required {
        None => throughout(Need::plain(Required::AtMost(Amount::ZERO))),
        Some(measure) => {
            let turns: BTreeSet<Instant> =
                turns_of(context, measure).into_iter().chain([Instant::MIN]).collect();
            let piece = |since| Allowed { since, need: need(context, "", measure, since) };
            turns.into_iter().map(piece).collect()
        }
    };
    let place = side_of(place.as_ref().map(|(side, _)| *side), required.is_some());
    Ok((place, allowed))
}

/// The ground that is asked about, as it stands to the zone.
fn side_of(side: Option<Side>, numbered: bool) -> Option<Place> {
    // Without a number all are to be on the side named, and none on the other.
    match (side, numbered) {
        (None, _) => None,
        (Some(Side::In), true) | (Some(Side::OutOf), false) => Some(Place::Inside),
        // What is elsewhere is not over it either, and only a figure of all caps what is not.
        (Some(Side::OutOf | Side::FromOver), true) | (Some(Side::In), false) => Some(Place::Outside),
        (Some(Side::FromOver), false) => Some(Place::Over),
    }
}

/// Whether some number can be too great.
#[must_use]
pub fn has_ceiling(required: Option<&Measure>) -> bool {
    match required {
        None | Some(Measure::Between(..)) => true,
        Some(Measure::Plain(required) | Measure::Share(required, _)) => {
            !matches!(required, Required::AtLeast(_))
        }
        Some(Measure::Value(_)) => false,
    }
}

/// What a state asks of a stock, of all its bearers; none for another rule.
#[must_use]
pub fn stock_asked(provision: &Provision) -> Option<Kept<'_>> {
    let Rule::State { item, own, belonging, place: zone, required, .. } = &provision.rule else {
        return None;
    };
    let place = side_of(zone.as_ref().map(|(side, _)| *side), required.is_some());
    Some(Kept {
        item,
        owners: if *own { &provision.bearers } else { &[] },
        place: place.zip(zone.as_ref().map(|(_, zone)| zone)),
        part: belonging.is_some(),
        ceiling: has_ceiling(required.as_ref()),
        bearers: &provision.bearers,
        verifiers: &provision.verified_by,
    })
}

/// A state to be kept.
///
/// # Errors
/// When its window or its number is not computed.
pub fn state(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::State { item, own, belonging, place: zone, from, until, quiet, .. } = &provision.rule else {
        return Err(NotComputed("not a state".to_owned()));
    };
    let (place, allowed) = asked(context, &provision.rule)?;
    // A day that a suspension touches is still an instance.
    let scope = match quiet {
        Some(_) => context.scope(&provision.while_, provision.terms.unless.as_ref())?,
        None => context.running(provision)?,
    };
    let scope = between(context, scope, from, until.as_ref())?;
    let windows = Windows::throughout(&scope);
    let mut outcome = Outcome::default();
    let several = provision.bearers.len() > 1 && provision.binding == Binding::Each;
    // What is not the bearers' own is one stock, whoever has to keep it so.
    let groups: Vec<&[Id]> = if several && *own {
        provision.bearers.iter().map(std::slice::from_ref).collect()
    } else {
        vec![provision.bearers.as_slice()]
    };
    for owners in groups {
        let stock = context.evidence.stock(&Kept {
            item,
            owners: if *own { owners } else { &[] },
            place: place.zip(zone.as_ref().map(|(_, zone)| zone)),
            part: belonging.is_some(),
            ceiling: allowed.iter().any(|piece| piece.need.most.is_some()),
            bearers: owners,
            verifiers: &provision.verified_by,
        });
        let key = if several && *own { owners.first().cloned().unwrap_or_default() } else { String::new() };
        let keeping = Keeping { context, provision, windows: &windows, stock: &stock, allowed: &allowed };
        let mut status = StatusSet::EMPTY;
        let count = match quiet {
            Some(quiet) => {
                let rows = keeping.quiet(quiet, &scope, &key)?;
                status = crate::instance::worst_of(rows.iter().map(|row| row.answer.status));
                rows.into_iter().for_each(|row| outcome.push(&key, row));
                // A day that was not quiet is a breach, and no violation.
                Count { certain: 0, possible: Some(0) }
            }
            None => {
                let row = keeping.row(if key.is_empty() { "once".to_owned() } else { key.clone() });
                let count = keeping.violations();
                status = status.or(row.answer.status);
                outcome.push(&key, row);
                count
            }
        };
        let add = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a + b);
        outcome.violations = Count {
            certain: outcome.violations.certain + count.certain,
            possible: add(outcome.violations.possible, count.possible),
        };
        for bearer in owners {
            let party = bearer.clone();
            outcome.by_bearer.push(BearerAnswer { party, status, violations: count });
        }
        let sharp = allowed.iter().all(|piece| piece.need.is_sharp() || piece.need.is_plain().is_some());
        outcome.exact &= status.len() < 2
            || sharp && !stock.levels.iter().any(|l| l.once && l.period.first < l.period.last);
    }
    outcome.by_bearer.sort_by(|a, b| a.party.cmp(&b.party));
    outcome.exact &= scope.certain(context.at);
    Ok(outcome)
}

/// A scope from one instant on, until another.
fn between(
    context: &Context<'_>,
    scope: Scope,
    from: &Condition,
    until: Option<&Condition>,
) -> Result<Scope, NotComputed> {
    let begins = context.first(from)?;
    let ends = until.map_or(Ok(Moments::never()), |until| context.first(until))?;
    let holds = Signal::all(&[scope.holds, Signal::since(&begins), Signal::since(&ends).not()]);
    let opens = scope.opens.both(&begins);
    // What may end before it begins may be empty.
    if scope.simple && opens.spans.last().is_none_or(|span| !ends.possible_by(span.last)) {
        return Ok(Scope { opens, closes: scope.closes.either(&ends), holds, simple: true });
    }
    let opens = holds.first(context.agreement.in_force, context.at);
    Ok(Scope { opens, closes: Moments::never(), holds, simple: false })
}

/// A state to be kept with all that bears on it.
struct Keeping<'a> {
    context: &'a Context<'a>,
    provision: &'a Provision,
    windows: &'a Windows,
    stock: &'a Stock,
    allowed: &'a [Allowed],
}

/// When a window first fails: certainly, and possibly.
#[derive(Clone, Copy, Debug)]
struct Failure {
    certain: Option<Instant>,
    possible: Option<Instant>,
}

impl Keeping<'_> {
    /// From the first tick of any window to the instant asked about.
    fn seen(&self) -> Option<Period> {
        Period::closed(self.windows.hull()?.first, self.context.at)
    }

    /// The stretches of a window in each of which the state is kept, fails, or may do either.
    fn runs(&self, stock: &Stock, stretches: &[Period]) -> Vec<Run> {
        let at = self.context.at;
        let stretches = stretches.iter().filter_map(|s| Period::closed(s.first, s.last.min(at)));
        let spans = stretches.flat_map(|stretch| stock.spans(&stretch));
        spans.flat_map(|span| self.held(&span)).collect()
    }

    /// What is required at an instant.
    fn allowed(&self, at: Instant) -> Option<&Allowed> {
        self.allowed[..self.allowed.partition_point(|piece| piece.since <= at)].last()
    }

    /// A stretch throughout which the same is said, cut where what is required changes.
    fn held(&self, span: &Span) -> Vec<Run> {
        let ends = self.allowed.iter().skip(1).map(|piece| piece.since.previous()).chain([Instant::MAX]);
        let pieces = self.allowed.iter().zip(ends).filter_map(|(piece, last)| {
            let period = Period::closed(piece.since, last)?.and(&span.period)?;
            Some(Run { period, hold: piece.hold(span) })
        });
        pieces.collect()
    }

    fn failure(&self, stock: &Stock, window: &Window) -> Failure {
        let (runs, sure) = (self.runs(stock, &window.stretches), self.runs(stock, window.sure()));
        let first = |runs: &[Run], holds: &[Hold]| {
            runs.iter().find(|run| holds.contains(&run.hold)).map(|run| run.period.first)
        };
        // A deed at some tick of its period has certainly been by the end of it, if all of it is in the window.
        let none = Some(Limit::at(Amount::ZERO));
        let none_allowed = self.allowed.iter().all(|piece| piece.need.most == none);
        let inside = |deed: &&Period| {
            let part_kept = |run: &Run| run.hold != Hold::Kept && run.period.meets(deed);
            none_allowed
                && window.sure().iter().any(|s| s.contains(deed))
                && runs.iter().any(part_kept)
                && !stock.spans(deed).iter().all(|span| span.contested)
        };
        let deed = stock.deeds().filter(inside).map(|deed| deed.last).min();
        let certain = [first(&sure, &[Hold::Failing]), deed].into_iter().flatten().min();
        Failure { certain, possible: first(&runs, &[Hold::Failing, Hold::Either]) }
    }

    fn statuses(&self, failures: &[Failure], at: Instant) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        let begun: Vec<usize> = (0..failures.len()).filter(|i| self.windows.each[*i].first() <= at).collect();
        if self.windows.may_lack(at) {
            set.insert(Status::Inactive);
        }
        for index in begun {
            let (window, failure) = (&self.windows.each[index], failures[index]);
            if failure.possible.is_some_and(|first| first <= at) {
                set.insert(Status::Breached);
            }
            if failure.certain.is_none_or(|first| at < first) {
                let holds = window.holds(at);
                let either = [(Status::Pending, holds.possible()), (Status::Met, holds != Truth::Yes)];
                set = set.or(either.into_iter().filter(|(_, may)| *may).map(|(status, _)| status).collect());
            }
        }
        set
    }

    fn failures(&self, stock: &Stock) -> Vec<Failure> {
        self.windows.each.iter().map(|window| self.failure(stock, window)).collect()
    }

    /// The one row of a state that is to be kept throughout.
    fn row(&self, key: String) -> Row {
        let at = self.context.at;
        let failures = self.failures(self.stock);
        let status = self.statuses(&failures, at);
        let hull = self.windows.hull();
        let start = hull.map_or(at, |hull| hull.first);
        let seen = self.seen().unwrap_or(Period::at(start));
        let spans: Vec<Span> = self.windows.hull().map_or_else(Vec::new, |_| self.stock.spans(&seen));
        let now = spans.last().copied();
        let by_source = self.stock.speakers().into_iter().filter_map(|source| {
            let own = self.stock.of_source(&source);
            let evidence = own.claims_in(&seen);
            let last = own.spans(&seen).last().copied();
            (!evidence.is_empty()).then(|| SourceAnswer {
                amount: last.map_or_else(Range::default, |s| Range { low: Some(s.low), high: s.high }),
                status: self.statuses(&self.failures(&own), at),
                source,
                evidence,
            })
        });
        let answer = InstanceAnswer {
            key,
            window: model::answer::Window {
                from: Some(start),
                to: hull.map(|hull| hull.last).filter(|last| *last < Instant::MAX).map(Instant::next),
            },
            required: self.allowed(at).map(Allowed::required).unwrap_or_default(),
            amount: now.map_or_else(Range::default, |s| Range { low: Some(s.low), high: s.high }),
            status,
            performed: Moment::default(),
            of_which: Vec::new(),
            by_source: by_source.collect(),
            why: self.why(status, &spans),
            evidence: self.stock.claims_in(&seen),
            assumptions: self.provision.assumed(),
        };
        let mut candidates: BTreeSet<Instant> =
            failures.iter().flat_map(|f| [f.certain, f.possible]).flatten().collect();
        let stretches = self.windows.each.iter().flat_map(|window| &window.stretches);
        candidates.extend(stretches.flat_map(|s| [s.first, s.last, s.last.next()]));
        Row { answer, timeline: changes(candidates, start, at, |t| self.statuses(&failures, t)) }
    }

    /// Why a state is in doubt: of the stretches in which it may fail.
    fn why(&self, status: StatusSet, spans: &[Span]) -> Vec<String> {
        if status.len() < 2 {
            return Vec::new();
        }
        let open = || spans.iter().filter(|span| self.held(span).iter().any(|run| run.hold == Hold::Either));
        let least = |span: &Span| self.allowed(span.period.last).and_then(|piece| piece.need.least);
        let unset = self.allowed.iter().any(|piece| piece.need.unset && piece.since <= self.context.at);
        let unbounded = |s: &&Span| {
            let short = least(s).is_some_and(|least| s.low < least.to) && s.low == Amount::ZERO;
            !s.contested && (s.high.is_none() || short)
        };
        let reasons = [
            ("contested", open().any(|s| s.contested)),
            ("imprecise", !unset && open().any(|s| !s.contested && !unbounded(&s))),
            ("unobserved", open().any(|s| unbounded(&s))),
            ("unset", unset),
        ];
        let said: Vec<String> =
            reasons.into_iter().filter(|(_, holds)| *holds).map(|(why, _)| why.to_owned()).collect();
        if said.is_empty() { vec!["imprecise".to_owned()] } else { said }
    }

    /// How often it was violated: each maximal stretch in which it failed is one.
    fn violations(&self) -> Count {
        let each = self.windows.each.iter().filter(|window| window.first() <= self.context.at);
        let counts: Vec<Count> = each
            .map(|window| {
                let surely = violations(&self.runs(self.stock, window.sure())).certain;
                let failed = self.failure(self.stock, window).certain.is_some();
                // Where the scope is in doubt tick by tick, it may cut a failure in two as often as it likes.
                let possible = violations(&self.runs(self.stock, &window.stretches)).possible;
                let possible = possible.filter(|count| window.least.is_none() || *count == 0);
                let certain = if window.least.is_some() { surely.min(1) } else { surely };
                Count { certain: certain.max(u64::from(failed)), possible }
            })
            .collect();
        let certain = counts.iter().map(|c| c.certain).min().unwrap_or(0);
        Count {
            certain: if self.windows.may_lack(self.context.at) { 0 } else { certain },
            possible: counts.iter().try_fold(0, |most, c| c.possible.map(|p| p.max(most))),
        }
    }
}
