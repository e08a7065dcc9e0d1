//! Provisions that bind over a stretch of time: daily duties and prohibitions.
//!
//! Invariant: every day of the scope is an instance, also one without a single record; a day that may lie outside the
//! scope may be inactive.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use jiff::civil::Date;
use model::{
    Amount, Duration, Id, Instant, Period, Status, StatusSet,
    agreement::{Action, Condition, Exception, Provision, Required, Rule, Share},
    amount::Range,
    answer::{BearerAnswer, Count, InstanceAnswer, Moment, ShareAnswer, SourceAnswer, Window},
};

use crate::{
    asked::Asked,
    bounds::Bounds,
    conditions::{Context, NotComputed},
    instance::{periodic, worst_of},
    measure::{Event, Measure, Role},
    moments::Moments,
    outcome::{Outcome, Row, required_map, sorted},
    scope::Scope,
    single::{ask, changes, why},
};

/// A duty for each civil day.
///
/// # Errors
/// When its scope is not computed.
pub fn daily(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Periodic { action, required, shares, pro_rata, .. } = &provision.rule else {
        return Err(NotComputed("not a daily duty".to_owned()));
    };
    let scope = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    if !scope.simple {
        return Err(NotComputed("a scope that comes and goes".to_owned()));
    }
    let mut outcome = Outcome::default();
    for bearer in &provision.bearers {
        let day = Daily::of(context, provision, bearer, action, *required, shares, *pro_rata);
        for (date, whole) in days(context, &scope) {
            let windows = cut(&scope, &whole);
            let Some(hull) = hull(&windows) else { continue };
            let outside = !certainly_inside(&scope, &hull);
            let mut row = day.row(date, &whole, &windows, outside, context.at);
            row.answer.assumptions = day.total.assumptions(provision);
            if provision.bearers.len() > 1 {
                row.answer.key = format!("{} {bearer}", row.answer.key);
            }
            outcome.push(bearer, row);
        }
        outcome.note(&day.total, &provision.id);
    }
    Ok(outcome)
}

/// The civil days that the scope can touch, up to the one that holds `at`.
fn days(context: &Context<'_>, scope: &Scope) -> Vec<(Date, Period)> {
    let zone = &context.agreement.timezone;
    let Some(first) = scope.opens.spans.first() else { return Vec::new() };
    let last = scope.closes.latest().map_or(context.at, |closes| closes.previous().min(context.at));
    let mut days = Vec::new();
    let mut date = first.first.date(zone);
    while Instant::start_of(date, zone) <= last {
        let Ok(next) = date.tomorrow() else { break };
        let (start, end) = (Instant::start_of(date, zone), Instant::start_of(next, zone).previous());
        days.push((date, Period { first: start, last: end }));
        date = next;
    }
    days
}

/// The stretches of a day that the scope can have: widest and narrowest, opening and closing.
fn cut(scope: &Scope, day: &Period) -> BTreeSet<Period> {
    let ends = |m: &Moments| -> Vec<Instant> { m.spans.iter().flat_map(|s| [s.first, s.last]).collect() };
    let mut closings: Vec<Instant> = ends(&scope.closes).into_iter().map(Instant::previous).collect();
    if scope.closes.never {
        closings.push(Instant::MAX);
    }
    let openings = ends(&scope.opens);
    let each = openings.iter().flat_map(|o| closings.iter().map(move |c| (*o, *c)));
    each.filter_map(|(opens, closes)| Period::closed(opens, closes)?.and(day)).collect()
}

/// Whether the scope has certainly opened by the end of a day's windows, and not closed by their start.
fn certainly_inside(scope: &Scope, hull: &Period) -> bool {
    scope.opens.certain_by(hull.last) && !scope.closes.possible_by(hull.first)
}

/// The stretch from the first to the last of some windows.
fn hull(windows: &BTreeSet<Period>) -> Option<Period> {
    windows.iter().copied().reduce(|a, b| Period { first: a.first.min(b.first), last: a.last.max(b.last) })
}

/// One bearer's daily duty with everything asked for once.
struct Daily<'a> {
    required: Required,
    shares: &'a [Share],
    pro_rata: bool,
    total: Rc<Asked>,
    parts: Vec<Rc<Asked>>,
}

impl<'a> Daily<'a> {
    fn of(
        context: &Context<'_>,
        provision: &Provision,
        bearer: &Id,
        action: &Action,
        required: Required,
        shares: &'a [Share],
        pro_rata: bool,
    ) -> Self {
        let ask = |action: &Action| ask(context, action, bearer, provision);
        let parts = shares.iter().map(|share| ask(&share.action)).collect();
        Daily { required, shares, pro_rata, total: ask(action), parts }
    }

    fn owed(&self, required: Required, window: &Period, day: &Period) -> Required {
        if !self.pro_rata || window == day {
            return required;
        }
        let (part, whole) = (window.last.0 - window.first.0 + 1, day.last.0 - day.first.0 + 1);
        let scale = |amount: Amount| {
            let scaled = i128::from(amount.0) * i128::from(part) / i128::from(whole);
            Amount(i64::try_from(scaled).unwrap_or(amount.0))
        };
        match required {
            Required::AtLeast(amount) => Required::AtLeast(scale(amount)),
            Required::AtMost(amount) => Required::AtMost(scale(amount)),
            Required::Exactly(amount) => Required::Exactly(scale(amount)),
        }
    }

    /// The statuses of the whole for one choice of bounds: the duty and each of its shares, taken as independent.
    fn statuses(
        &self,
        choose: fn(&Asked) -> &Bounds,
        windows: &BTreeSet<Period>,
        day: &Period,
        at: Instant,
    ) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        for window in windows.iter().filter(|w| w.first <= at) {
            let part = |asked: &Asked, required: Required| {
                let points = [window.first, window.last.min(at).next()];
                let required = self.owed(required, window, day);
                let views = choose(asked).views(&points);
                views.iter().fold(StatusSet::EMPTY, |s, v| s.or(periodic(required, v, at > window.last)))
            };
            let total = part(&self.total, self.required);
            let shares: Vec<StatusSet> = self
                .parts
                .iter()
                .zip(self.shares)
                .map(|(asked, share)| part(asked, share.required))
                .collect();
            set = set.or(worst_of([total].into_iter().chain(shares)));
        }
        if windows.iter().any(|w| w.first > at) || set.is_empty() {
            set.insert(Status::Inactive);
        }
        set
    }

    fn row(&self, date: Date, day: &Period, windows: &BTreeSet<Period>, outside: bool, at: Instant) -> Row {
        let with_outside = |mut set: StatusSet| {
            if outside {
                set.insert(Status::Inactive);
            }
            set
        };
        let hull = hull(windows).unwrap_or(*day);
        let seen = Period { first: hull.first, last: hull.last.min(at).max(hull.first) };
        let status = with_outside(self.statuses(|a| &a.bounds, windows, day, at));
        let closed = || with_outside(self.statuses(Asked::closed, windows, day, at));
        let contested = self.asked().any(|a| a.bounds.contested(seen.first, seen.last.next()));
        let mut evidence = self.total.measure.claims_in(&seen);
        for part in &self.parts {
            evidence.extend(part.measure.claims_in(&seen));
        }
        evidence.sort();
        evidence.dedup();
        let owed = self.owed(self.required, &hull, day);
        let answer = InstanceAnswer {
            key: date.to_string(),
            window: Window { from: Some(hull.first), to: Some(hull.last.next()) },
            required: required_map(owed),
            amount: Asked::amount(&self.total.bounds, seen.first, seen.last.next()),
            status,
            performed: self.performed(owed, &seen),
            of_which: self.share_answers(&hull, day, &seen, at),
            by_source: self.by_source(owed, &hull, &seen, at),
            why: why(status, closed, contested),
            evidence,
            assumptions: Vec::new(),
        };
        let inside = |c: &Instant| hull.first <= *c && *c <= hull.last.next();
        let cuts = self.asked().flat_map(|a| a.bounds.cuts.iter().copied()).filter(inside);
        let mut candidates: BTreeSet<Instant> = cuts.flat_map(|c| [c.previous(), c, c.next()]).collect();
        candidates.extend(windows.iter().flat_map(|w| [w.first, w.last, w.last.next()]));
        let timeline = changes(candidates, hull.first, at, |t| {
            with_outside(self.statuses(|a| &a.bounds, windows, day, t))
        });
        Row { answer, timeline }
    }

    /// The whole, then its shares.
    fn asked(&self) -> impl Iterator<Item = &Rc<Asked>> {
        [&self.total].into_iter().chain(&self.parts)
    }

    fn performed(&self, owed: Required, seen: &Period) -> Moment {
        match owed {
            Required::AtLeast(owed) | Required::Exactly(owed) => {
                Moments::reaching(&self.total.bounds, seen.first, owed, seen.last).answer()
            }
            Required::AtMost(_) => Moment::default(),
        }
    }

    fn share_answers(&self, hull: &Period, day: &Period, seen: &Period, at: Instant) -> Vec<ShareAnswer> {
        let each = self.parts.iter().zip(self.shares).map(|(asked, share)| {
            let owed = self.owed(share.required, hull, day);
            let views = asked.bounds.views(&[seen.first, seen.last.next()]);
            ShareAnswer {
                label: share.label.clone(),
                required: required_map(owed),
                amount: Asked::amount(&asked.bounds, seen.first, seen.last.next()),
                status: views.iter().fold(StatusSet::EMPTY, |s, v| s.or(periodic(owed, v, at > hull.last))),
            }
        });
        each.collect()
    }

    fn by_source(&self, owed: Required, hull: &Period, seen: &Period, at: Instant) -> Vec<SourceAnswer> {
        let each = self.total.alone.iter().filter_map(|(source, own, bounds)| {
            let evidence = own.claims_in(seen);
            let views = bounds.views(&[seen.first, seen.last.next()]);
            let status = views.iter().fold(StatusSet::EMPTY, |s, v| s.or(periodic(owed, v, at > hull.last)));
            let amount: Range = Asked::amount(bounds, seen.first, seen.last.next());
            (!evidence.is_empty()).then(|| SourceAnswer { source: source.clone(), amount, status, evidence })
        });
        each.collect()
    }
}

/// Deeds that are forbidden: how many incidents violate it, and what that makes of it.
///
/// # Errors
/// When its scope or an exception is not computed.
pub fn prohibition(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Prohibition { action } = &provision.rule else {
        return Err(NotComputed("not a prohibition".to_owned()));
    };
    let scope = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    if !scope.simple {
        return Err(NotComputed("a scope that comes and goes".to_owned()));
    }
    let all = violations(context, provision, action, &provision.bearers)?;
    let asked = Asked::of(all);
    let row = prohibited(&asked, &scope, context.at, provision);
    let mut outcome = Outcome { violations: count(&row.answer.amount), ..Outcome::default() };
    outcome.note(&asked, &provision.id);
    outcome.exact &= scope.opens.spans.iter().all(|s| s.first == s.last);
    for bearer in &sorted(&provision.bearers) {
        let own = Asked::of(violations(context, provision, action, std::slice::from_ref(bearer))?);
        let row = prohibited(&own, &scope, context.at, provision);
        let violations = count(&row.answer.amount);
        outcome.by_bearer.push(BearerAnswer { party: bearer.clone(), status: row.answer.status, violations });
    }
    outcome.rows.push((String::new(), row));
    Ok(outcome)
}

fn count(amount: &Range) -> Count {
    let whole = |amount: Amount| u64::try_from(amount.floor()).unwrap_or(0);
    Count { certain: amount.low.map_or(0, whole), possible: amount.high.map(whole) }
}

/// The forbidden deeds as a measure in which each incident counts one, without those that are excused.
pub(crate) fn violations(
    context: &Context<'_>,
    provision: &Provision,
    action: &Action,
    bearers: &[Id],
) -> Result<Measure, NotComputed> {
    let mut own = action.clone();
    own.by = bearers.to_vec();
    let role = Role::Violation { bearers, verifiers: &provision.verified_by };
    let mut measure = context.evidence.measure(&own, role);
    for exception in &provision.exceptions {
        excuse(context, exception, &own, &mut measure)?;
    }
    Ok(measure)
}

/// Takes out what an exception excuses: certainly excused deeds give nothing, possibly excused ones no floor.
fn excuse(
    context: &Context<'_>,
    exception: &Exception,
    violation: &Action,
    measure: &mut Measure,
) -> Result<(), NotComputed> {
    let Condition::Recently(length, ground) = &exception.when else {
        return Err(NotComputed("an exception other than “within … after a deed”".to_owned()));
    };
    let excusable = excusable(context, exception, violation);
    let role = Role::Violation { bearers: &ground.by, verifiers: &[] };
    let bounds = Bounds::of(&context.evidence.measure(ground, role));
    for event in measure.accounts.iter_mut().flat_map(|account| &mut account.events) {
        let Some(certainly_theirs) = excusable.get(&event.claim) else { continue };
        let (maybe, certain) = grounds(&bounds, event, *length);
        if maybe {
            event.floor = Amount::ZERO;
        }
        if certain && *certainly_theirs {
            event.high = Some(Amount::ZERO);
        }
    }
    Ok(())
}

/// The claims of deeds that may be by one whom the exception excuses, and whether they certainly are.
fn excusable(context: &Context<'_>, exception: &Exception, violation: &Action) -> BTreeMap<Id, bool> {
    let mut own = violation.clone();
    if !exception.by.is_empty() {
        own.by.retain(|bearer| exception.by.contains(bearer));
    }
    if own.by.is_empty() {
        return BTreeMap::new();
    }
    let role = Role::Violation { bearers: &own.by, verifiers: &[] };
    let measure = context.evidence.measure(&own, role);
    let events = measure.accounts.into_iter().flat_map(|account| account.events);
    events.map(|event| (event.claim, event.floor > Amount::ZERO)).collect()
}

/// Whether a ground may, and must, have come within `length` before an event, wherever in its interval it happened.
fn grounds(bounds: &Bounds, event: &Event, length: Duration) -> (bool, bool) {
    let widest = bounds.views(&[event.period.first - length, event.period.last.next()]);
    let maybe = widest.iter().any(|view| view.high(0, 1).is_none_or(|high| high > Amount::ZERO));
    let (from, until) = (event.period.last - length, event.period.first);
    let certain =
        from < until && bounds.views(&[from, until]).iter().all(|view| view.low(0, 1) > Amount::ZERO);
    (maybe, certain)
}

fn prohibited(asked: &Asked, scope: &Scope, at: Instant, provision: &Provision) -> Row {
    let statuses = |bounds: &Bounds, t: Instant| -> StatusSet {
        let mut set = StatusSet::EMPTY;
        if !scope.opens.certain_by(t) {
            set.insert(Status::Inactive);
        }
        for opens in scope.opens.spans.iter().flat_map(|s| [s.first, s.last]).filter(|o| *o <= t) {
            let mut closings: Vec<Instant> =
                scope.closes.spans.iter().flat_map(|s| [s.first, s.last]).filter(|c| *c > opens).collect();
            closings.push(Instant::MAX);
            for closes in closings {
                let over = closes <= t;
                let end = if over { closes } else { t.next() };
                if !over && scope.closes.certain_by(t) {
                    continue;
                }
                for view in bounds.views(&[opens, end.max(opens)]).iter() {
                    if view.high(0, 1).is_none_or(|h| h > Amount::ZERO) {
                        set.insert(Status::Breached);
                    }
                    if view.low(0, 1) <= Amount::ZERO {
                        set.insert(if over { Status::Met } else { Status::Pending });
                    }
                }
            }
        }
        set
    };
    let start = scope.opens.spans.first().map_or(at, |s| s.first);
    let end = scope.closes.latest().map_or(at.next(), |c| c.min(at.next()));
    let seen = Period { first: start, last: end.previous().max(start) };
    let status = statuses(&asked.bounds, at);
    let contested = asked.bounds.contested(start, end);
    let by_source = asked.alone.iter().filter_map(|(source, own, bounds)| {
        let evidence = own.claims_in(&seen);
        let amount = Asked::amount(bounds, start, end);
        (!evidence.is_empty()).then(|| SourceAnswer {
            source: source.clone(),
            amount,
            status: statuses(bounds, at),
            evidence,
        })
    });
    let answer = InstanceAnswer {
        key: "once".to_owned(),
        window: Window { from: Some(start), to: scope.closes.latest() },
        required: required_map(Required::AtMost(Amount::ZERO)),
        amount: Asked::amount(&asked.bounds, start, end),
        status,
        performed: Moment::default(),
        of_which: Vec::new(),
        by_source: by_source.collect(),
        why: why(status, || statuses(asked.closed(), at), contested),
        evidence: asked.measure.claims_in(&seen),
        assumptions: asked.assumptions(provision),
    };
    let mut candidates: BTreeSet<Instant> =
        asked.bounds.cuts.iter().flat_map(|c| [c.previous(), *c, c.next()]).collect();
    candidates.extend(
        scope.opens.spans.iter().chain(&scope.closes.spans).flat_map(|s| [s.first, s.last, s.last.next()]),
    );
    let timeline = changes(candidates, start, at, |t| statuses(&asked.bounds, t));
    Row { answer, timeline }
}
