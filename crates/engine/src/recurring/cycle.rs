//! The periods of a duty that recurs: days, weeks, months, so many days, the term of a phase (spec/meaning.md §6).
//!
//! Invariant: every period that the scope can touch up to the instant asked about is listed once, in order; one that some world
//! does not have is doubtful.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use model::{
    Instant, Period,
    agreement::{Condition, Cycle, PhaseEnd},
};

use crate::{
    conditions::{Context, NotComputed},
    instance::Deadline,
    moments::Moments,
    scope::Scope,
};

/// More ways than this in which the terms of a phase can lie are not told apart.
const WAYS_MAX: usize = 32;

/// A period, whole, also where the scope cuts it.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Its first civil day, which is its key.
    pub date: Date,
    /// From its first tick to its last.
    pub period: Period,
    /// Whether some world counts otherwise.
    pub doubtful: bool,
    /// Whether it is not known when it ends, and how many more come after it: what it has come to is not told.
    pub open: bool,
}

/// Ways in which the terms of a phase can lie: the ends of the first terms, and whether what comes after them is not known.
pub type Way = (Vec<Instant>, bool);

/// The scope within which a cycle runs: that of the duty, and for terms the phase itself.
///
/// # Errors
/// When it is not computed.
pub fn scope(
    context: &Context<'_>,
    cycle: &Cycle,
    while_: &Condition,
    unless: Option<&Condition>,
) -> Result<Scope, NotComputed> {
    match cycle {
        Cycle::Term(phase) => {
            let during = Condition::During(phase.clone());
            context.scope(&Condition::All(vec![while_.clone(), during]), unless)
        }
        _ => context.scope(while_, unless),
    }
}

/// The periods that the scope can touch, up to the one that holds the instant asked about.
///
/// # Errors
/// When the instant from which they are counted is not computed.
pub fn turns(context: &Context<'_>, cycle: &Cycle, scope: &Scope) -> Result<Vec<Turn>, NotComputed> {
    let zone = &context.agreement.timezone;
    let Some(opens) = scope.opens.spans.first() else { return Ok(Vec::new()) };
    let last = scope.closes.latest().map_or(context.at, |closes| closes.previous().min(context.at));
    let seen = Period { first: opens.first, last };
    if seen.last < seen.first {
        return Ok(Vec::new());
    }
    let first = opens.first.date(zone);
    Ok(match cycle {
        Cycle::Day => steps(first, |d| d.tomorrow().ok(), &seen, zone),
        Cycle::Week(weekday) => {
            steps(week_of(first, *weekday), |d| d.checked_add(7.days()).ok(), &seen, zone)
        }
        Cycle::Months(months) => {
            let months = (*months).clamp(1, 12);
            let start = month_of(first, months);
            steps(start, |d| d.checked_add(i64::from(months).months()).ok(), &seen, zone)
        }
        Cycle::Days(days, from) => {
            // What is known before it comes counts from the beginning of its day.
            let first = context.fixed(from).map_or_else(|| context.first(from), |at| Ok(Moments::at(at)))?;
            blocks(&dates(&first, zone), *days, &seen, zone)
        }
        Cycle::Term(phase) => term(context, phase, &seen)?,
    })
}

/// The civil days that a stretch of time touches, whole.
pub fn days_of(seen: &Period, zone: &TimeZone) -> impl Iterator<Item = Period> {
    let turns = steps(seen.first.date(zone), |d| d.tomorrow().ok(), seen, zone);
    turns.into_iter().map(|turn| turn.period)
}

/// Blocks of so many days from the first day in scope.
pub fn from_opening(context: &Context<'_>, days: u32, scope: &Scope, seen: &Period) -> Vec<Turn> {
    let zone = &context.agreement.timezone;
    blocks(&dates(&scope.opens, zone), days, seen, zone)
}

/// The day on which a week that holds this one begins.
fn week_of(date: Date, weekday: Weekday) -> Date {
    let back = i64::from(date.weekday().since(weekday));
    date.checked_sub(back.days()).unwrap_or(date)
}

/// The first day of the month, quarter or year that holds this one.
fn month_of(date: Date, months: u32) -> Date {
    let months = i8::try_from(months).unwrap_or(12);
    let month = (date.month() - 1) / months * months + 1;
    Date::new(date.year(), month, 1).unwrap_or(date)
}

/// Consecutive periods from a date on, those that meet what is seen.
fn steps(from: Date, next: impl Fn(Date) -> Option<Date>, seen: &Period, zone: &TimeZone) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut date = from;
    let mut start = Instant::start_of(date, zone);
    while start <= seen.last {
        let Some(after) = next(date).filter(|after| *after > date) else { break };
        let end = Instant::start_of(after, zone);
        let period = Period { first: start, last: end.previous() };
        if period.last >= seen.first {
            turns.push(Turn { date, period, doubtful: false, open: false });
        }
        (date, start) = (after, end);
    }
    turns
}

/// The civil days on which something can come about, and whether it may not.
struct Beginnings {
    dates: BTreeSet<Date>,
    never: bool,
}

fn dates(moments: &Moments, zone: &TimeZone) -> Beginnings {
    let mut dates = BTreeSet::new();
    for span in &moments.spans {
        let (mut date, last) = (span.first.date(zone), span.last.date(zone));
        while date <= last {
            dates.insert(date);
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
    }
    Beginnings { dates, never: moments.never }
}

/// Blocks of so many days from each of several days: a block that not all of them have is doubtful.
fn blocks(from: &Beginnings, days: u32, seen: &Period, zone: &TimeZone) -> Vec<Turn> {
    let Some(first) = from.dates.first() else { return Vec::new() };
    let days = days.max(1);
    // Of the beginnings so far, how many have a block that begins on each of the next days.
    let mut held = vec![0; usize::try_from(days).unwrap_or(1)];
    let mut turns = Vec::new();
    for (index, day) in steps(*first, |d| d.tomorrow().ok(), &Period { first: Instant::MIN, ..*seen }, zone)
        .into_iter()
        .enumerate()
    {
        let phase = index % held.len();
        held[phase] += usize::from(from.dates.contains(&day.date));
        let end = day.date.checked_add(i64::from(days).days()).ok().map(|end| Instant::start_of(end, zone));
        let period = Period { first: day.period.first, last: end.map_or(Instant::MAX, Instant::previous) };
        if held[phase] > 0 && period.last >= seen.first {
            let doubtful = from.never || held[phase] < from.dates.len();
            turns.push(Turn { date: day.date, period, doubtful, open: false });
        }
    }
    turns
}

/// The terms of a phase: one, and one more for each extension.
fn term(context: &Context<'_>, phase: &str, seen: &Period) -> Result<Vec<Turn>, NotComputed> {
    let (began, ended) = context.phase(&phase.to_owned())?;
    let declared = context.agreement.phases.iter().find(|p| p.id == phase);
    let (Some(first), Some(last_begun)) = (began.spans.first(), began.spans.last()) else {
        return Ok(Vec::new());
    };
    let last = match declared.filter(|p| p.latest.is_none()).map(|p| &p.ends) {
        // Its end is known before it comes.
        Some(PhaseEnd::After(length)) => (last_begun.last + *length).previous(),
        Some(PhaseEnd::Months(months)) => {
            Deadline::Months(*months, context.agreement.timezone.clone()).last(last_begun.last)
        }
        _ => ended.latest().map_or(Instant::MAX, Instant::previous),
    };
    let id = phase.to_owned();
    let zone = &context.agreement.timezone;
    let lasts = declared.is_some_and(|p| matches!(p.ends, PhaseEnd::After(_) | PhaseEnd::Months(_)));
    let ways: Vec<Way> = if !lasts || !context.is_longer(&id) {
        vec![(vec![last.next()], false)]
    } else if first.first < last_begun.last || began.never {
        vec![(Vec::new(), true)]
    } else {
        context.ends_of_terms(&id, first.first, last.next(), WAYS_MAX)
    };
    let mut terms: BTreeMap<(Date, Period, bool), usize> = BTreeMap::new();
    for (ends, open) in &ways {
        let mut from = first.first;
        let closed = ends.iter().map(|end| (end.previous(), false));
        let more = open.then_some((Instant::MAX, true));
        for (last, open) in closed.chain(more) {
            if let Some(period) = Period::closed(from, last).filter(|period| period.meets(seen)) {
                *terms.entry((from.date(zone), period, open)).or_default() += 1;
            }
            from = last.next();
        }
    }
    let turn = |((date, period, open), held)| Turn { date, period, doubtful: held < ways.len(), open };
    Ok(terms.into_iter().map(turn).collect())
}
