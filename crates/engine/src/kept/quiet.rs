//! Quiet hours: so many hours of each civil day without a stock, in a row or in all.
//!
//! Invariant: the quietest and the least quiet course that the evidence allows stand on both sides of every world.

use std::collections::BTreeSet;

use model::{
    Amount, Duration, Instant, Period, Status, StatusSet,
    agreement::{Condition, Cycle, Quiet},
    amount::Range,
    answer::{InstanceAnswer, Moment},
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

/// When a day can first have been quiet for long enough: in the quietest course, and in the least quiet one.
#[derive(Clone, Copy)]
struct Hush {
    earliest: Option<Instant>,
    latest: Option<Instant>,
}

impl Keeping<'_> {
    /// An instance for each civil day that the window touches.
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
        let (at, whole) = (self.context.at, day.period);
        let windows = Windows::of(scope, &whole, &BTreeSet::new());
        let Some(hull) = windows.hull().filter(|hull| hull.first <= at) else { return Ok(None) };
        let lengths = self.lengths(quiet, &whole)?;
        let (Some(least), Some(most)) = (lengths.first().copied(), lengths.last().copied()) else {
            return Ok(None);
        };
        let doubtful = windows.doubtful || windows.each.iter().any(|window| window.may_lack(at));
        // The window says which days are instances; all of such a day is listened to.
        let spans = self.stock.spans(&Period { first: whole.first, last: whole.last.min(at) });
        let runs: Vec<Run> = spans.iter().flat_map(|span| self.held(span)).collect();
        let may: fn(Hold) -> bool = |hold| hold != Hold::Failing;
        let must: fn(Hold) -> bool = |hold| hold == Hold::Kept;
        let hush = Hush {
            earliest: quiet_from(&runs, may, least, quiet.consecutive),
            latest: quiet_from(&runs, must, most, quiet.consecutive),
        };
        let statuses = |t: Instant| statuses(hush, &whole, doubtful, t);
        let status = statuses(at);
        let key = day.date.to_string();
        let answer = InstanceAnswer {
            key: if bearer.is_empty() { key } else { format!("{bearer} {key}") },
            window: model::answer::Window { from: Some(whole.first), to: Some(whole.last.next()) },
            required: [("at_least".to_owned(), hours(most))].into(),
            amount: Range {
                low: Some(hours(longest(&runs, must, quiet.consecutive))),
                high: Some(hours(longest(&runs, may, quiet.consecutive))),
            },
            status,
            performed: Moment { earliest: hush.earliest, latest: hush.latest.filter(|_| !doubtful) },
            of_which: Vec::new(),
            by_source: Vec::new(),
            why: self.why(status, &spans),
            evidence: self.stock.claims_in(&whole),
            assumptions: self.provision.assumed(),
        };
        let turns = [Some(whole.last.next()), hush.earliest, hush.latest];
        let candidates: BTreeSet<Instant> = turns.into_iter().flatten().collect();
        Ok(Some(Row { answer, timeline: changes(candidates, hull.first, at, statuses) }))
    }

    /// The lengths that a day may have to have, from the least to the greatest.
    fn lengths(&self, quiet: &Quiet, day: &Period) -> Result<Vec<Duration>, NotComputed> {
        // Of several the last that the text names goes before the others.
        let mut lengths = BTreeSet::new();
        for (length, condition) in quiet.instead.iter().rev() {
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
            if crate::tied::of_deed(context.agreement, action) {
                return Ok((true, false));
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

fn statuses(hush: Hush, day: &Period, doubtful: bool, at: Instant) -> StatusSet {
    let mut set = StatusSet::EMPTY;
    if doubtful {
        set.insert(Status::Inactive);
    }
    if hush.earliest.is_some_and(|first| first <= at) {
        set.insert(Status::Met);
    }
    if hush.latest.is_none_or(|first| at < first) {
        set.insert(if at <= day.last { Status::Pending } else { Status::Breached });
    }
    set
}

/// How long it was quiet: the longest stretch, or all of them.
fn longest(runs: &[Run], quiet_if: fn(Hold) -> bool, in_a_row: bool) -> Duration {
    let (mut best, mut so_far) = (0_i64, 0_i64);
    for run in runs {
        match quiet_if(run.hold) {
            true => so_far += run.period.last.0 - run.period.first.0 + 1,
            false if in_a_row => so_far = 0,
            false => {}
        }
        best = best.max(so_far);
    }
    Duration(best)
}

fn hours(length: Duration) -> Amount {
    Amount(i64::try_from(i128::from(length.0) * 1_000_000 / i128::from(Duration::HOUR.0)).unwrap_or(0))
}
