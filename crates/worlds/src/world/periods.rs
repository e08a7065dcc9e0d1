//! Periods, and what each owes by itself (spec/meaning.md §6).
//!
//! Invariant: the key of a period is the first civil day of the whole of it, also where its scope cuts it.

use std::rc::Rc;

use jiff::{ToSpan, civil::Date};
use model::{
    Amount, Id, Instant, Period, Status,
    agreement::{Action, Cycle, Provision, Required, Rule, Share, Spread},
};

use super::{Demand, Total, World, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

/// One stream of a period: what was done in its window, and what is owed.
#[derive(Clone)]
struct Stream {
    done: Total,
    owed: Demand,
}

/// What is owed in the windows of some periods.
pub(super) struct Recurring<'p> {
    pub scope: &'p Ticks,
    pub done: Total,
    pub required: Required,
}

impl World<'_> {
    pub(super) fn periodic(
        &self,
        provision: &Provision,
        scope: &Ticks,
        kinds: &[Action],
        by: Option<&[Id]>,
    ) -> Result<Vec<Instance>, Refused> {
        let Rule::Periodic { required, shares, disjoint, cycle, pro_rata, spread, .. } = &provision.rule
        else {
            return not_handled("a rule of another kind");
        };
        let periods = self.periods(cycle, scope)?;
        let done = self.total(kinds, self.entry)?;
        let recurring = Recurring { scope, done, required: *required };
        if *spread != Spread::Alone {
            if !shares.is_empty() || *pro_rata {
                return not_handled("parts, or parts of days, of a duty whose short days are made up");
            }
            return self.spread(&recurring, &periods, spread, cycle);
        }
        let mut streams = vec![(recurring.done.clone(), Demand::from(*required))];
        streams.extend(self.part_streams(shares, *disjoint, by)?);
        Ok(periods
            .into_iter()
            .map(|(key, period)| {
                let part = |amount: Amount| {
                    if *pro_rata { in_proportion(amount, scope, period) } else { amount }
                };
                let streams =
                    streams.iter().map(|(done, owed)| Stream { done: done.clone(), owed: owed.map(part) });
                alone(key, period, scope, streams.collect())
            })
            .collect())
    }

    /// What was done of each part, or of each set of parts that may not overlap: all of them can be reached
    /// exactly when each set together has enough.
    fn part_streams(
        &self,
        shares: &[Share],
        disjoint: bool,
        by: Option<&[Id]>,
    ) -> Result<Vec<(Total, Demand)>, Refused> {
        let kind = |share: &Share| Action {
            by: by.map_or_else(|| share.action.by.clone(), <[Id]>::to_vec),
            ..share.action.clone()
        };
        if !disjoint {
            return shares
                .iter()
                .map(|share| Ok((self.total(&[kind(share)], self.entry)?, Demand::from(share.required))))
                .collect();
        }
        if shares.len() > 6 || shares.iter().any(|share| !matches!(share.required, Required::AtLeast(_))) {
            return not_handled("disjoint parts that are no least numbers");
        }
        let mut streams = Vec::new();
        for set in 1_usize..1 << shares.len() {
            let chosen: Vec<&Share> = shares
                .iter()
                .enumerate()
                .filter(|(i, _)| set >> i & 1 == 1)
                .map(|(_, share)| share)
                .collect();
            let kinds: Vec<Action> = chosen.iter().map(|share| kind(share)).collect();
            let least = chosen.iter().filter_map(|share| Demand::from(share.required).least).sum();
            streams.push((self.total(&kinds, self.entry)?, Demand { least: Some(least), most: None }));
        }
        Ok(streams)
    }

    /// The periods that have begun, with their keys.
    pub(crate) fn periods(&self, cycle: &Cycle, scope: &Ticks) -> Result<Vec<(String, Period)>, Refused> {
        let zone = &self.agreement.timezone;
        let Some(from) = scope.first_from(Instant::MIN).filter(|from| *from <= self.until) else {
            return Ok(Vec::new());
        };
        let first = from.date(zone);
        let (start, step): (Date, Box<dyn Fn(Date) -> Option<Date>>) = match cycle {
            Cycle::Day => (first, Box::new(|date| date.tomorrow().ok())),
            Cycle::Week(weekday) => {
                let back = i64::from(weekday.since(first.weekday()).rem_euclid(7));
                let back = if back == 0 { 0 } else { 7 - back };
                (first.saturating_sub(back.days()), Box::new(|date| date.checked_add(7.days()).ok()))
            }
            Cycle::Days(days, condition) => {
                let Some(named) = self.instant(condition)? else { return Ok(Vec::new()) };
                let days = i64::from(*days);
                (named.date(zone), Box::new(move |date| date.checked_add(days.days()).ok()))
            }
            Cycle::Months(months) => {
                let (month, length) = (i64::from(first.month()) - 1, i64::from((*months).max(1)));
                let start = Date::new(first.year(), (month / length * length + 1) as i8, 1);
                let Ok(start) = start else { return not_handled("a date beyond the calendar") };
                (start, Box::new(move |date| date.checked_add(length.months()).ok()))
            }
            Cycle::Term(phase) => return self.terms(phase),
        };
        let (mut date, mut periods) = (start, Vec::new());
        loop {
            let Some(next) = step(date) else { return not_handled("a date beyond the calendar") };
            let first = Instant::start_of(date, zone);
            if first > self.until {
                return Ok(periods);
            }
            let period = Period { first, last: Instant::start_of(next, zone).previous() };
            periods.push((date.to_string(), period));
            date = next;
        }
    }

    /// The terms of a phase: from its beginning to its end as it was first, and each extension one more.
    fn terms(&self, id: &str) -> Result<Vec<(String, Period)>, Refused> {
        let zone = &self.agreement.timezone;
        let Some((begun, ended)) = self.phase(id)? else { return Ok(Vec::new()) };
        let mut ends = Vec::new();
        for known in 0..=self.effects.extensions.iter().filter(|(phase, _)| phase == id).count() {
            ends.push(self.end_with(id, known)?.unwrap_or(Instant::MAX.next()));
        }
        let last = ended.unwrap_or(Instant::MAX.next());
        let mut terms = Vec::new();
        let mut from = begun;
        for end in ends {
            if let Some(period) =
                Period::closed(from, end.min(last).previous()).filter(|_| from <= self.until)
            {
                terms.push((from.date(zone).to_string(), period));
                from = period.last.next();
            }
        }
        Ok(terms)
    }
}

/// The part of an amount that the ticks in scope are of a period, rounded down to a millionth.
fn in_proportion(amount: Amount, scope: &Ticks, period: Period) -> Amount {
    let (bound, whole) =
        (scope.within(period.first, period.last).length(), period.last.0 - period.first.0 + 1);
    Amount((i128::from(amount.0) * i128::from(bound) / i128::from(whole)) as i64)
}

/// What was done in a window of several stretches, up to a tick.
pub(super) fn done_in(done: &Total, window: &Ticks, upto: Instant) -> Amount {
    window.periods().iter().map(|stretch| done.over(stretch.first, stretch.last.min(upto))).sum()
}

/// The ticks at which an instance of a window can change.
pub(super) fn changes(window: &Ticks, done: &Total) -> Vec<Instant> {
    window.edges().chain(done.changes()).collect()
}

/// A period that stands alone: the worst of the whole and its parts.
fn alone(key: String, period: Period, scope: &Ticks, streams: Vec<Stream>) -> Instance {
    let window = scope.within(period.first, period.last);
    let ticks: Vec<Instant> = streams.iter().flat_map(|stream| changes(&window, &stream.done)).collect();
    let (streams, bound) = (Rc::new(streams), window.clone());
    let instance = Instance::new(key, ticks, move |at| {
        window.first_from(period.first).filter(|first| *first <= at)?;
        let over = !window.contains(at);
        let of = |stream: &Stream| {
            let done = done_in(&stream.done, &window, at);
            match stream.owed {
                Demand { most: Some(most), .. } if done > most => Status::Breached,
                Demand { least: Some(least), .. } if done >= least => Status::Met,
                _ if !over => Status::Pending,
                Demand { least: None, .. } => Status::Met,
                Demand { .. } => Status::Breached,
            }
        };
        streams.iter().map(of).min()
    });
    instance.over(bound)
}
