//! Quiet hours: so many hours of each civil day without a stock, in a row or in all.
//!
//! Invariant: the quietest and the least quiet course that the evidence allows stand on both sides of every world.

use std::collections::BTreeSet;

use model::{
    Amount, Duration, Instant, Period, Status, StatusSet,
    agreement::{Condition, Cycle, Quiet},
    amount::Range,
    answer::{Count, InstanceAnswer, Moment},
};

use super::{
    Keeping,
    runs::{Hold, Run, quiet_from},
};
use crate::{
    conditions::NotComputed,
    measure::Role,
    outcome::Row,
    recurring::{Turn, turns, window::Windows},
    scope::Scope,
    signal::Truth,
    single::changes,
};

/// For one way in which the scope can lie in a day: when it can first have been quiet for long enough.
struct Hush {
    window: crate::recurring::window::Window,
    /// In the quietest course.
    earliest: Option<Instant>,
    /// In the least quiet one.
    latest: Option<Instant>,
}

impl Keeping<'_> {
    /// An instance for each civil day.
    pub(super) fn quiet(&self, quiet: &Quiet, scope: &Scope, bearer: &str) -> Result<Vec<Row>, NotComputed> {
        let days = turns(self.context, &Cycle::Day, scope)?;
        days.iter().filter_map(|day| self.day(quiet, scope, day, bearer).transpose()).collect()
    }

    fn day(
        &self,
        quiet: &Quiet,
        scope: &Scope,
        day: &Turn,
        bearer: &str,
    ) -> Result<Option<Row>, NotComputed> {
        let at = self.context.at;
        let windows = Windows::of(scope, &day.period, &BTreeSet::new());
        let Some(hull) = windows.hull().filter(|hull| hull.first <= at) else { return Ok(None) };
        let lengths = self.lengths(quiet, &day.period)?;
        let (Some(least), Some(most)) = (lengths.first().copied(), lengths.last().copied()) else {
            return Ok(None);
        };
        let each: Vec<Hush> = windows
            .each
            .iter()
            .map(|window| {
                let first = |of: &[Period], quiet_if: fn(Hold) -> bool, length: Duration| {
                    quiet_from(&self.runs(self.stock, of), quiet_if, length, quiet.consecutive)
                };
                Hush {
                    window: window.clone(),
                    earliest: first(&window.stretches, |hold| hold != Hold::Failing, least),
                    latest: first(window.sure(), |hold| hold == Hold::Kept, most),
                }
            })
            .collect();
        let statuses = |t: Instant| statuses(&each, windows.doubtful, t);
        let seen = Period { first: hull.first, last: hull.last.min(at) };
        let spans = self.stock.spans(&seen);
        let status = statuses(at);
        let key = day.date.to_string();
        let performed = Moment {
            earliest: each.iter().filter_map(|hush| hush.earliest).min(),
            latest: each
                .iter()
                .map(|hush| hush.latest)
                .try_fold(hull.first, |last, h| h.map(|h| h.max(last))),
        };
        let answer = InstanceAnswer {
            key: if bearer.is_empty() { key } else { format!("{key} {bearer}") },
            window: model::answer::Window { from: Some(hull.first), to: Some(hull.last.next()) },
            required: [("at_least".to_owned(), hours(most))].into(),
            amount: self.hours_quiet(&each, quiet.consecutive),
            status,
            performed,
            of_which: Vec::new(),
            by_source: Vec::new(),
            why: self.why(status, &spans),
            evidence: self.stock.claims_in(&seen),
            assumptions: self.provision.assumed(),
        };
        let turns = each.iter().flat_map(|h| [Some(h.window.last().next()), h.earliest, h.latest]);
        let candidates: BTreeSet<Instant> = turns.flatten().collect();
        Ok(Some(Row { answer, timeline: changes(candidates, hull.first, at, statuses) }))
    }

    /// The hours quiet so far: in the least quiet course, and in the quietest.
    fn hours_quiet(&self, each: &[Hush], in_a_row: bool) -> Range {
        let longest = |runs: &[Run], quiet_if: fn(Hold) -> bool| {
            let (mut best, mut so_far) = (0_i64, 0_i64);
            for run in runs {
                match quiet_if(run.hold) {
                    true => so_far += run.period.last.0 - run.period.first.0 + 1,
                    false if in_a_row => so_far = 0,
                    false => {}
                }
                best = best.max(so_far);
            }
            hours(Duration(best))
        };
        let runs = |stretches: &[Period]| self.runs(self.stock, stretches);
        let low = each.iter().map(|hush| longest(&runs(hush.window.sure()), |hold| hold == Hold::Kept));
        let high =
            each.iter().map(|hush| longest(&runs(&hush.window.stretches), |hold| hold != Hold::Failing));
        Range { low: low.min(), high: high.max() }
    }

    /// The lengths that a day may have to have, from the least to the greatest.
    fn lengths(&self, quiet: &Quiet, day: &Period) -> Result<Vec<Duration>, NotComputed> {
        let mut lengths = BTreeSet::new();
        for (length, condition) in &quiet.instead {
            let (maybe, certain) = self.on_day(condition, day)?;
            if maybe {
                lengths.insert(*length);
            }
            if certain {
                return Ok(lengths.into_iter().collect());
            }
        }
        lengths.insert(quiet.length);
        Ok(lengths.into_iter().collect())
    }

    /// Whether a condition may be, and is, true at some tick of a day, as far as it has gone. A deed is of the day on which it
    /// happens.
    fn on_day(&self, condition: &Condition, day: &Period) -> Result<(bool, bool), NotComputed> {
        let context = self.context;
        let seen = Period { first: day.first, last: day.last.min(context.at) };
        let deeds = |action, seen: Period| {
            if let Some(what) = crate::reach::deed(context.agreement, action) {
                return Err(NotComputed(what));
            }
            let asked = context.ask(action, Role::Duty { bearers: &action.by, verifiers: &[] });
            let views = asked.bounds.within(&[seen], seen.last);
            let maybe = views.iter().any(|v| v.high(0, 1).is_none_or(|high| high > Amount::ZERO));
            Ok((maybe, views.iter().all(|v| v.low(0, 1) > Amount::ZERO)))
        };
        match condition {
            Condition::Deed(action) => deeds(action, seen),
            Condition::Recently(length, action) => {
                deeds(action, Period { first: seen.first - *length, last: seen.last })
            }
            _ => {
                let truths: Vec<Truth> =
                    context.state(condition)?.cells_in(&seen).map(|(_, truth)| truth).collect();
                Ok((truths.iter().any(|truth| truth.possible()), truths.contains(&Truth::Yes)))
            }
        }
    }
}

fn statuses(each: &[Hush], doubtful: bool, at: Instant) -> StatusSet {
    let mut set = StatusSet::EMPTY;
    if doubtful {
        set.insert(Status::Inactive);
    }
    for hush in each {
        if hush.window.may_lack(at) {
            set.insert(Status::Inactive);
        }
        if hush.window.first() > at {
            continue;
        }
        if hush.earliest.is_some_and(|first| first <= at) {
            set.insert(Status::Met);
        }
        if hush.latest.is_none_or(|first| at < first) {
            let holds = hush.window.holds(at);
            let either = [(Status::Pending, holds.possible()), (Status::Breached, holds != Truth::Yes)];
            set = set.or(either.into_iter().filter(|(_, may)| *may).map(|(status, _)| status).collect());
        }
    }
    set
}

/// The days that were not quiet enough.
pub fn broken(rows: &[Row]) -> Count {
    let sets = || rows.iter().map(|row| row.answer.status);
    let count = |of: &dyn Fn(StatusSet) -> bool| {
        u64::try_from(sets().filter(|set| of(*set)).count()).unwrap_or(u64::MAX)
    };
    Count {
        certain: count(&|set| set == StatusSet::only(Status::Breached)),
        possible: Some(count(&|set| set.contains(Status::Breached))),
    }
}

fn hours(length: Duration) -> Amount {
    Amount(i64::try_from(i128::from(length.0) * 1_000_000 / i128::from(Duration::HOUR.0)).unwrap_or(0))
}
