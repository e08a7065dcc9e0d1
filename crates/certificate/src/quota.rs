//! What is owed in each of many periods: alone, on average, made up later or carried over, in whole and in parts.
//!
//! Invariant: a period is one stretch of a scope that no evidence moves; what may be made up is said of amounts over several days.

use model::{
    Amount, Id, Instant, Period,
    agreement::{Cycle, Provision, Required, Rule, Spread},
};
use worlds::{
    literals,
    world::{Demand, Ticks},
};

use crate::{
    Fault, Subject,
    duty::told_apart,
    frame::{Frame, Window, fixed_scope, none},
    hinges::{few, is_fixed, of_scope},
};

/// Days that are told apart where what one lacks is carried over.
const DAYS_MAX: usize = 40;

/// A period, its first tick and its last in scope, and of which whole it is.
struct Stretch {
    own: Period,
    whole: Period,
    /// For how many days it owes.
    days: i64,
}

fn no_such<T>() -> Result<T, Fault> {
    Err(Fault::new("question.instance", "there is no such period by that instant"))
}

/// What an instance of a duty that recurs comes to: the whole and its parts, each with the deeds of those who owe it.
pub(crate) fn frames<'a>(
    subject: &Subject<'a>,
    provision: &'a Provision,
    frame: impl Fn(&'a model::agreement::Action) -> Frame<'a>,
    key: &str,
) -> Result<Vec<Frame<'a>>, Fault> {
    let Rule::Periodic { action, required, shares, disjoint, cycle, pro_rata, spread } = &provision.rule
    else {
        return none("no quota");
    };
    if let Cycle::Days(_, from) = cycle
        && !is_fixed(subject, from, 0)
    {
        return none("periods from something that was done");
    }
    if let Cycle::Term(phase) = cycle
        && !is_fixed(subject, &model::agreement::Condition::During(phase.clone()), 0)
    {
        return none("terms of a phase that hangs on what was done");
    }
    // Parts of which no deed is of two cannot overlap.
    if *disjoint && told_apart(subject, shares.iter().map(|share| &share.action)).is_err() {
        return none("parts that might overlap, and may not");
    }
    if (*pro_rata || !shares.is_empty()) && *spread != Spread::Alone {
        return none("parts, or parts of days, of an average or a shortfall");
    }
    let hinges = few(of_scope(subject, provision)?)?;
    let in_doubt = !hinges.is_empty();
    if in_doubt && (*spread != Spread::Alone || *pro_rata || matches!(cycle, Cycle::Term(_))) {
        return none("a scope that hangs on what was done, of an average, a shortfall, a part or a term");
    }
    let scope = match in_doubt {
        true => Ticks::from(subject.case.agreement.in_force),
        false => fixed_scope(subject, provision)?,
    };
    if *spread != Spread::Alone {
        let frame = frame(action);
        return Ok(vec![spread_out(subject, frame, *required, (cycle, spread), &scope, key)?]);
    }
    let stretch = stretch(subject, cycle, &scope, key)?;
    let alone = |frame: Frame<'a>, required: Required| {
        let part = |amount: Amount| {
            let (own, all) = (length(&stretch.own), length(&stretch.whole));
            let product = i128::from(amount.0) * i128::from(own) / i128::from(all);
            if *pro_rata { Amount(i64::try_from(product).unwrap_or(i64::MAX)) } else { amount }
        };
        let demand = Demand::from(required.of(part(required.amount())));
        let Period { first, last } = stretch.own;
        let window = if in_doubt { Window::InDoubt(stretch.own) } else { Window::Period(first, last) };
        Frame { demand, counts_from: first, hinges: hinges.clone(), window, ..frame }
    };
    let whole = alone(frame(action), *required);
    let parts = shares.iter().map(|share| {
        let own = alone(frame(&share.action), share.required);
        Frame { of: vec![share.label.clone()], ..own }
    });
    if shares.iter().any(|share| !share.action.under.is_empty()) {
        return none("`only those of`");
    }
    Ok([whole].into_iter().chain(parts).collect())
}

fn length(period: &Period) -> i64 {
    period.last.0 - period.first.0 + 1
}

/// The one stretch of a period that is in scope.
fn within(whole: Period, scope: &Ticks, at: Instant, days: i64) -> Result<Stretch, Fault> {
    match scope.within(whole.first, whole.last).periods() {
        [own] if own.first <= at => Ok(Stretch { own: *own, whole, days }),
        [] | [_] => no_such(),
        _ => none("a period of which several parts are in scope"),
    }
}

fn stretch(subject: &Subject<'_>, cycle: &Cycle, scope: &Ticks, key: &str) -> Result<Stretch, Fault> {
    let periods = literals::periods(&subject.case, cycle, scope)?;
    match periods.into_iter().find(|(own, _)| own == key) {
        Some((_, whole)) => within(whole, scope, subject.case.at, 1),
        None => no_such(),
    }
}

/// What so many days owe together.
fn of<'a>(frame: Frame<'a>, each: Required, stretch: &Stretch) -> Frame<'a> {
    let Period { first, last } = stretch.own;
    let all = Amount(each.amount().0.saturating_mul(stretch.days));
    let demand = Demand::from(each.of(all));
    Frame { demand, counts_from: first, window: Window::Period(first, last), ..frame }
}

/// The civil days from the first in scope to some days after the instant asked about.
fn days(subject: &Subject<'_>, scope: &Ticks, more: u32) -> Result<Vec<(Id, Period)>, Fault> {
    let later = subject.case.at + model::Duration::hours(26 * (i64::from(more) + 1));
    let case = worlds::Case { at: later, ..subject.case.clone() };
    Ok(literals::periods(&case, &Cycle::Day, scope)?)
}

/// An average, or what may be made up.
fn spread_out<'a>(
    subject: &Subject<'a>,
    frame: Frame<'a>,
    required: Required,
    (cycle, spread): (&Cycle, &Spread),
    scope: &Ticks,
    key: &str,
) -> Result<Frame<'a>, Fault> {
    let (at, each) = (subject.case.at, required.amount());
    let lacking = matches!(spread, Spread::MadeUp(_) | Spread::CarriesOver);
    match required {
        // Of a ceiling nothing is short.
        Required::AtMost(_) if lacking => {
            return Ok(of(frame, required, &stretch(subject, cycle, scope, key)?));
        }
        Required::Exactly(_) if lacking => return none("a shortfall of an exact number"),
        _ => {}
    }
    let in_scope = |day: &Period| !scope.within(day.first, day.last).is_empty();
    match spread {
        Spread::Alone => none("a spread that is none"),
        Spread::Block { .. } | Spread::Sliding { .. } if *cycle != Cycle::Day => {
            none("an average of anything but days")
        }
        Spread::Block { short_is_breach, .. } | Spread::Sliding { short_is_breach, .. }
            if key.ends_with(" day") =>
        {
            let day = key.strip_suffix(" day").filter(|_| *short_is_breach);
            day.map_or_else(no_such, |day| Ok(of(frame, required, &stretch(subject, cycle, scope, day)?)))
        }
        Spread::Block { days: n, .. } => {
            let all = days(subject, scope, *n)?;
            let mut blocks = all.chunks(usize::try_from(*n).unwrap_or(1).max(1));
            let Some(block) = blocks.find(|block| block[0].0 == key) else { return no_such() };
            let whole = Period { first: block[0].1.first, last: block[block.len() - 1].1.last };
            let bound = block.iter().filter(|(_, day)| in_scope(day)).count();
            Ok(of(frame, required, &within(whole, scope, at, i64::try_from(bound).unwrap_or(i64::MAX))?))
        }
        Spread::Sliding { days: n, .. } => {
            let n = usize::try_from(*n).unwrap_or(1).max(1);
            let all: Vec<(Id, Period)> =
                days(subject, scope, 0)?.into_iter().filter(|(_, day)| in_scope(day)).collect();
            let found = all.windows(n).find(|days| days.last().is_some_and(|(last, _)| last == key));
            let Some(days) = found else { return no_such() };
            let whole = Period { first: days[0].1.first, last: days[n - 1].1.last };
            // It has begun when the last of its days has.
            if within(days[n - 1].1, scope, at, 1).is_err() {
                return no_such();
            }
            Ok(of(frame, required, &within(whole, scope, at, i64::try_from(n).unwrap_or(i64::MAX))?))
        }
        Spread::MadeUp(length) => {
            let own = stretch(subject, cycle, scope, key)?.own;
            let until = own.last.next() + *length;
            let (demand, window) = (Demand { least: Some(each), most: None }, Window::MadeUp { own, until });
            Ok(Frame { demand, counts_from: own.first, window, ..frame })
        }
        Spread::CarriesOver => {
            let periods = literals::periods(&subject.case, cycle, scope)?;
            let all: Vec<(Id, Period)> = periods.into_iter().filter(|(_, period)| in_scope(period)).collect();
            let Some(index) = all.iter().position(|(own, _)| own == key) else { return no_such() };
            if index >= DAYS_MAX {
                return none("what is carried over so many days");
            }
            let own = within(all[index].1, scope, at, 1)?.own;
            let bound = scope.within(all[0].1.first, Instant::MAX);
            let [bound] = bound.periods() else {
                return none("what is carried over from one time in scope to another");
            };
            // From each day on up to this one at least so much for each, so that nothing is lacking at its end.
            let run = |(before, (_, day)): (usize, &(Id, Period))| {
                let count = i64::try_from(index - before + 1).unwrap_or(i64::MAX);
                (day.first.max(bound.first), each.0.saturating_mul(count))
            };
            let runs: Vec<(Instant, i64)> = all[..=index].iter().enumerate().map(run).collect();
            let (demand, window) =
                (Demand { least: Some(each), most: None }, Window::Carried { runs, own, until: bound.last });
            Ok(Frame { demand, counts_from: own.first, window, ..frame })
        }
    }
}
