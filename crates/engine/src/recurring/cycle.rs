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

/// More days than this on which a count of days can begin, and nothing is listed.
const BEGINNINGS_MAX: usize = 62;

/// A period, whole, also where the scope cuts it.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Its first civil day, which is its key.
    pub date: Date,
    /// From its first tick to its last.
    pub period: Period,
    /// Whether some world counts otherwise.
    pub doubtful: bool,
}

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
/// When the instant from which they are counted is not computed, or may be any of too many.
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
            let beginnings = dates(&first, zone)?;
            blocks(&beginnings, *days, &seen, zone)
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
///
/// # Errors
/// When that may be any of too many days.
pub fn from_opening(
    context: &Context<'_>,
    days: u32,
    scope: &Scope,
    seen: &Period,
) -> Result<Vec<Turn>, NotComputed> {
    let zone = &context.agreement.timezone;
    Ok(blocks(&dates(&scope.opens, zone)?, days, seen, zone))
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
            turns.push(Turn { date, period, doubtful: false });
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

fn dates(moments: &Moments, zone: &TimeZone) -> Result<Beginnings, NotComputed> {
    let mut dates = BTreeSet::new();
    for span in &moments.spans {
        let (mut date, last) = (span.first.date(zone), span.last.date(zone));
        while date <= last && dates.len() <= BEGINNINGS_MAX {
            dates.insert(date);
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
    }
    if dates.len() > BEGINNINGS_MAX {
        return Err(NotComputed("days counted from an instant that may be any of many days".to_owned()));
    }
    Ok(Beginnings { dates, never: moments.never })
}

/// Blocks of so many days from each of several days: a block that not all of them have is doubtful.
fn blocks(from: &Beginnings, days: u32, seen: &Period, zone: &TimeZone) -> Vec<Turn> {
    let mut all: BTreeMap<(Date, Period), usize> = BTreeMap::new();
    for date in &from.dates {
        let next = |d: Date| d.checked_add(i64::from(days.max(1)).days()).ok();
        for turn in steps(*date, next, seen, zone) {
            *all.entry((turn.date, turn.period)).or_default() += 1;
        }
    }
    let doubtful = |held: usize| from.never || held < from.dates.len();
    all.into_iter().map(|((date, period), held)| Turn { date, period, doubtful: doubtful(held) }).collect()
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
    let ends = if lasts && !context.course().effects.is_empty() {
        if first.first < last_begun.last || began.never {
            return Err(NotComputed(format!("terms of {phase}, whose beginning is in doubt")));
        }
        context.ends_of_terms(&id, first.first, last.next())?
    } else {
        vec![last.next()]
    };
    let mut terms = Vec::new();
    let mut from = first.first;
    for end in ends {
        if let Some(period) = Period::closed(from, end.previous()).filter(|period| period.meets(seen)) {
            terms.push(Turn { date: from.date(zone), period, doubtful: false });
        }
        from = end;
    }
    Ok(terms)
}
