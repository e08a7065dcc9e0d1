//! What counts as one violation: an incident, a day, an explosion, a person (spec/meaning.md §11).
//!
//! Invariant: in no world are there fewer than what is certain, or more than what is possible.

use jiff::tz::TimeZone;
use model::{Amount, Instant, Period, agreement::Counting, answer::Count};

use crate::{
    bounds::Bounds,
    recurring::{
        days_of, range,
        window::{Window, Windows},
    },
};

/// How many violations there were by an instant, over every way in which the scope can lie. For explosions and persons the
/// bounds are of their numbers, else of incidents.
#[must_use]
pub fn counted(
    counting: Counting,
    bounds: &Bounds,
    windows: &Windows,
    at: Instant,
    zone: &TimeZone,
) -> Count {
    let each = windows.each.iter().filter(|window| window.first() <= at).map(|window| match counting {
        Counting::Day => of_days(bounds, window, at, zone),
        Counting::Incident | Counting::Explosion | Counting::Person => of_units(bounds, window, at),
    });
    let all: Vec<Count> = each.collect();
    let least = all.iter().map(|count| count.certain).min().unwrap_or(0);
    let certain = if windows.may_lack(at) { 0 } else { least };
    Count { certain, possible: all.iter().try_fold(0, |most, count| count.possible.map(|p| p.max(most))) }
}

fn of_units(bounds: &Bounds, window: &Window, at: Instant) -> Count {
    let least = range(&bounds.within(window.sure(), at)).low;
    let most = range(&bounds.within(&window.stretches, at)).high;
    let whole = |amount: Amount| u64::try_from(amount.floor()).unwrap_or(0);
    Count { certain: least.map_or(0, whole), possible: most.map(whole) }
}

/// The days with at least one. At least: going on from day to day, each shortest run of days that must hold one, and that
/// begins after the run before, adds one. At most: the days that may hold one, and no more than there may be incidents.
fn of_days(bounds: &Bounds, window: &Window, at: Instant, zone: &TimeZone) -> Count {
    let seen = Period { first: window.first(), last: window.last().min(at) };
    let (mut certain, mut possible) = (0_u64, 0_u64);
    let mut run: Option<Instant> = None;
    for day in days_of(&seen, zone) {
        let within = |of: &[Period], from: Instant| {
            let span = Period { first: from, last: day.last };
            let stretches: Vec<Period> = of.iter().filter_map(|s| s.and(&span)).collect();
            range(&bounds.within(&stretches, at))
        };
        let most = within(&window.stretches, day.first).high;
        if most.is_some_and(|high| high <= Amount::ZERO) {
            // Nothing happened on it: a run that must hold one goes on over it.
            continue;
        }
        possible += 1;
        let from = *run.get_or_insert(day.first);
        // Without an end of anything in it a day adds nothing to what is certain.
        let moves = !bounds.cuts_in(&day).is_empty();
        if moves && within(window.sure(), from).low.is_some_and(|low| low > Amount::ZERO) {
            certain += 1;
            run = None;
        }
    }
    let all = of_units(bounds, window, at);
    Count { certain, possible: Some(all.possible.map_or(possible, |most| most.min(possible))) }
}
