//! Averages, and what is made up or carried over (spec/meaning.md §6).
//!
//! Invariant: what a day is given beyond what it requires goes to the oldest day that lacks it, and to no later
//! one.

use model::{
    Amount, Duration, Instant, Period, Status,
    agreement::{Cycle, Required, Spread},
};

use super::{
    Total, World,
    instance::Instance,
    not_handled,
    periods::{Recurring, changes, done_in},
    ticks::Ticks,
};
use crate::Refused;

/// A day as it is counted.
struct Day {
    key: String,
    window: Ticks,
}

impl World<'_> {
    pub(super) fn spread(
        &self,
        recurring: &Recurring,
        periods: &[(String, Period)],
        spread: &Spread,
        cycle: &Cycle,
    ) -> Result<Vec<Instance>, Refused> {
        let Required::AtLeast(each) = recurring.required else {
            return not_handled("an average, or a shortfall, of no least number");
        };
        let day = |(key, period): &(String, Period)| Day {
            key: key.clone(),
            window: recurring.scope.within(period.first, period.last),
        };
        let days: Vec<Day> = periods.iter().map(day).filter(|day| !day.window.is_empty()).collect();
        let done = &recurring.done;
        let own = |day: &Day| required(format!("{} day", day.key), day.window.clone(), done.clone(), each);
        match spread {
            Spread::Alone => not_handled("a spread that is none"),
            Spread::Block { .. } | Spread::Sliding { .. } if *cycle != Cycle::Day => {
                not_handled("an average of anything but days")
            }
            Spread::Block { days: n, short_is_breach } => {
                let mut instances = self.blocks(recurring, *n, each)?;
                instances.extend(days.iter().filter(|_| *short_is_breach).map(own));
                Ok(instances)
            }
            Spread::Sliding { days: n, short_is_breach } => {
                let n = *n as usize;
                let mut instances: Vec<Instance> =
                    days.windows(n.max(1)).map(|days| sliding(days, done, times(each, n as i64))).collect();
                instances.extend(days.iter().filter(|_| *short_is_breach).map(own));
                Ok(instances)
            }
            Spread::MadeUp(length) => Ok(made_up(&days, done, each, *length)),
            Spread::CarriesOver => Ok(carried(&days, done, each)),
        }
    }

    /// Blocks of civil days from the first day in scope.
    fn blocks(&self, recurring: &Recurring, n: u32, each: Amount) -> Result<Vec<Instance>, Refused> {
        let zone = &self.agreement.timezone;
        let (mut blocks, mut next) = (Vec::new(), recurring.scope.first_from(Instant::MIN));
        while let Some(first) = next.map(|first| Instant::start_of(first.date(zone), zone)) {
            if first > self.until {
                break;
            }
            let last = self.end_of_day(first, i64::from(n) - 1)?;
            let window = recurring.scope.within(first, last);
            let mut bound = 0;
            let mut midnight = first;
            while midnight <= last {
                let end = self.end_of_day(midnight, 0)?;
                bound += i64::from(!window.within(midnight, end).is_empty());
                midnight = end.next();
            }
            if bound > 0 {
                let key = first.date(zone).to_string();
                blocks.push(required(key, window, recurring.done.clone(), times(each, bound)));
            }
            next = recurring.scope.first_from(last.next()).map(|_| last.next());
        }
        Ok(blocks)
    }
}

fn times(amount: Amount, n: i64) -> Amount {
    Amount(amount.0.saturating_mul(n))
}

/// A window that requires so much.
fn required(key: String, window: Ticks, done: Total, least: Amount) -> Instance {
    let bound = window.clone();
    let instance = Instance::new(key, changes(&window, &done), move |at| {
        window.first_from(Instant::MIN).filter(|first| *first <= at)?;
        Some(match done_in(&done, &window, at) >= least {
            true => Status::Met,
            false if window.contains(at) => Status::Pending,
            false => Status::Breached,
        })
    });
    instance.over(bound)
}

/// The days that end with the last of these. It has begun when its last day has, and is over with it.
fn sliding(days: &[Day], done: &Total, least: Amount) -> Instance {
    let window = days.iter().fold(Ticks::none(), |all, day| all.or(&day.window));
    let (key, last) = days.last().map(|day| (day.key.clone(), day.window.clone())).unwrap_or_default();
    let (done, bound) = (done.clone(), window.clone());
    let instance = Instance::new(key, changes(&window, &done), move |at| {
        last.first_from(Instant::MIN).filter(|first| *first <= at)?;
        Some(match done_in(&done, &window, at) >= least {
            true => Status::Met,
            false if last.contains(at) => Status::Pending,
            false => Status::Breached,
        })
    });
    instance.over(bound)
}

/// When a window has ended: the tick after its last.
fn end(window: &Ticks) -> Instant {
    window.periods().last().map_or(Instant::MIN, |period| period.last.next())
}

/// A day that falls short is met once what is beyond the requirement of later days makes up what it lacked.
fn made_up(days: &[Day], done: &Total, each: Amount, length: Duration) -> Vec<Instance> {
    let mut lacks: Vec<Amount> = Vec::new();
    let mut made: Vec<Option<Instant>> = Vec::new();
    for day in days {
        let (mut had, mut reached) = (Amount::ZERO, None);
        for tick in done.changes().filter(|tick| day.window.contains(*tick)) {
            let amount = done.over(tick, tick);
            let beyond = (had + amount - each).max(Amount::ZERO).min(amount);
            had = had + amount;
            if had >= each && reached.is_none() {
                reached = Some(tick);
            }
            let mut left = beyond;
            for (index, lack) in lacks.iter_mut().enumerate() {
                if *lack > Amount::ZERO && tick <= end(&days[index].window) + length {
                    let used = left.min(*lack);
                    (*lack, left) = (*lack - used, left - used);
                    if *lack == Amount::ZERO {
                        made[index] = Some(tick);
                    }
                }
            }
        }
        lacks.push((each - had).max(Amount::ZERO));
        made.push(reached);
    }
    let instance = |(day, made): (&Day, Option<Instant>)| {
        let (window, last) = (day.window.clone(), end(&day.window) + length);
        let ticks: Vec<Instant> = changes(&window, done).into_iter().chain([last, last.next()]).collect();
        let instance = Instance::new(day.key.clone(), ticks, move |at| {
            window.first_from(Instant::MIN).filter(|first| *first <= at)?;
            Some(match made.is_some_and(|made| made <= at) {
                true => Status::Met,
                false if at <= last => Status::Pending,
                false => Status::Breached,
            })
        });
        instance.over(day.window.clone())
    };
    days.iter().zip(made).map(instance).collect()
}

/// What a day lacks is added to what the next requires; a short day is late once later performance, oldest
/// first, has made good what it lacked.
fn carried(days: &[Day], done: &Total, each: Amount) -> Vec<Instance> {
    let mut short = Amount::ZERO;
    let mut instances = Vec::new();
    for (index, day) in days.iter().enumerate() {
        let owed = each + short;
        short = (owed - done_in(done, &day.window, Instant::MAX)).max(Amount::ZERO);
        let later = days[index + 1..].iter().fold(Ticks::none(), |all, day| all.or(&day.window));
        let (window, done, lacked) = (day.window.clone(), done.clone(), short);
        let ticks = changes(&window, &done);
        let instance = Instance::new(day.key.clone(), ticks, move |at| {
            window.first_from(Instant::MIN).filter(|first| *first <= at)?;
            Some(match done_in(&done, &window, at) >= owed {
                true => Status::Met,
                false if window.contains(at) => Status::Pending,
                false if done_in(&done, &later, at) >= lacked => Status::Late,
                false => Status::Breached,
            })
        });
        instances.push(instance.over(day.window.clone()));
    }
    instances
}
