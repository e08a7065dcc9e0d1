//! Provisions whose instances can be kept one by one, as claims come in: what each asks about, and the statuses of an
//! instance whose amounts are told by sums.
//!
//! Invariant: statuses come from the functions of [`crate::instance`]; where a plan is given, it gives all instances of the
//! provision, and nothing but the amounts hangs on evidence.

use std::cell::Cell;

use model::{
    Amount, Duration, Id, Instant, Period, Status, StatusSet,
    agreement::{
        Action, Agreement, Baseline, Binding, CountedOn, Counting, Cycle, Matching, Provision, Required,
        Rule, Spread, Terms,
    },
    amount::Range,
    decision::Decision,
};

use crate::{
    bounds::View,
    conditions::Context,
    instance::{CountFrom, Deadline, over, periodic, running},
    measure::{Evidence, Measure, Pleaded, Role},
    moments::Moments,
    recurring::{cycle_scope, scaled, ticks, turns},
    scope::Scope,
    stock::{Kept, Stock},
    tied::in_doubt,
};

pub use crate::recurring::Turn;

/// A kind of deed that is asked about, and what it is to the provision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The deed, its doers in it.
    pub action: Action,
    /// Whose duty it is.
    pub bearers: Vec<Id>,
    /// Whose word verifies it.
    pub verifiers: Vec<Id>,
    /// Whether it is forbidden.
    pub violation: bool,
}

impl Ask {
    /// What it is to the provision.
    #[must_use]
    pub fn role(&self) -> Role<'_> {
        let (bearers, verifiers) = (&self.bearers, &self.verifiers);
        if self.violation {
            Role::Violation { bearers, verifiers }
        } else {
            Role::Duty { bearers, verifiers }
        }
    }
}

/// How a provision's instances follow from sums of deeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Those whose instances they are, in order; a prohibition has one instance for all.
    pub bearers: Vec<Id>,
    /// What is asked about: of each bearer, in order, the performance. Before them, in an exchange, what is answered.
    pub asks: Vec<Ask>,
    /// How much each instance owes.
    pub required: Required,
    /// Which instances there are.
    pub kind: Kind,
}

/// Which instances there are.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One.
    Once {
        /// From when performance counts.
        start: Instant,
        /// When its window opens.
        opened: Instant,
        /// The last tick in time.
        last: Instant,
    },
    /// One for each period that the scope touches.
    Recurring {
        /// From the first tick in scope to the last.
        scope: Period,
        /// Whether cut periods owe in proportion.
        pro_rata: bool,
    },
    /// One for each reference of what is answered.
    ByReference {
        /// From when deeds count.
        from: Instant,
        /// How long the answer may take.
        within: Option<Duration>,
        /// Only what is done after the trigger counts.
        afterwards: bool,
    },
    /// One for every so many units of what is answered.
    InOrder {
        /// From when deeds count, and the last tick at which what is answered does.
        scope: Period,
        /// From when the answers count.
        from: Instant,
        /// So many.
        every: Amount,
        /// How long the answer may take.
        within: Option<Duration>,
    },
    /// One, of deeds that are forbidden.
    Prohibition {
        /// From the first tick in scope to the last.
        scope: Period,
    },
}

/// Nothing is known; it is remembered whether anything was asked.
#[derive(Default)]
struct Unasked {
    asked: Cell<bool>,
}

impl Evidence for Unasked {
    fn decisions(&self) -> &[&Decision] {
        self.asked.set(true);
        &[]
    }

    fn measure(&self, _: &Action, _: Role<'_>) -> Measure {
        self.asked.set(true);
        Measure::default()
    }

    fn measure_of_any(&self, _: &Action, _: &[Id], _: Role<'_>) -> Measure {
        self.asked.set(true);
        Measure::default()
    }

    fn measure_about(&self, _: &Id, _: &Action, _: Role<'_>) -> Measure {
        self.asked.set(true);
        Measure::default()
    }

    fn pleas(&self) -> Vec<Pleaded> {
        self.asked.set(true);
        Vec::new()
    }

    fn baseline(&self, _: &Baseline, _: &str, _: Instant) -> Range {
        self.asked.set(true);
        Range::default()
    }

    fn baseline_turns(&self, _: &Baseline) -> Vec<Instant> {
        self.asked.set(true);
        Vec::new()
    }

    fn stock(&self, _: &Kept<'_>) -> Stock {
        self.asked.set(true);
        Stock::default()
    }
}

/// How a provision's instances follow from sums of deeds; none where more than that goes into them.
#[must_use]
pub fn plan(agreement: &Agreement, provision: &Provision) -> Option<Plan> {
    let changed = !agreement.powers.is_empty()
        || !agreement.amendments.is_empty()
        || agreement.provisions.iter().any(|p| !p.terms.consequences.is_empty())
        || agreement.actors.iter().any(|actor| !actor.ties.is_empty());
    let several = provision.bearers.len() > 1 && provision.binding != Binding::Each;
    let fits = !changed && !several && plain_terms(&provision.terms) && provision.exceptions.is_empty();
    if !fits || provision.bearers.is_empty() || in_doubt(agreement, provision) {
        return None;
    }
    let nothing = Unasked::default();
    let context = Context::new(agreement, &nothing, Instant::MAX);
    let plan = planned(&context, provision)?;
    let whole = |ask: &Ask| ask.action.under.is_empty();
    (!nothing.asked.get() && plan.asks.iter().all(whole)).then_some(plan)
}

/// Whether a provision has no terms but such as change no status.
fn plain_terms(terms: &Terms) -> bool {
    let told = Terms { disputes: terms.disputes.clone(), grades: terms.grades.clone(), ..Terms::default() };
    *terms == told
}

fn planned(context: &Context<'_>, provision: &Provision) -> Option<Plan> {
    let bearers = provision.bearers.clone();
    let ask = |action: &Action, bearers: &[Id], violation: bool| Ask {
        action: Action { by: bearers.to_vec(), ..action.clone() },
        bearers: bearers.to_vec(),
        verifiers: provision.verified_by.clone(),
        violation,
    };
    let each = |action: &Action| -> Vec<Ask> {
        bearers.iter().map(|bearer| ask(action, std::slice::from_ref(bearer), false)).collect()
    };
    let triggered = |trigger: &Action, action: &Action| -> Vec<Ask> {
        let role = Ask { action: trigger.clone(), ..ask(trigger, &trigger.by, false) };
        [role].into_iter().chain(each(action)).collect()
    };
    let scope = || context.scope(&provision.while_, provision.terms.unless.as_ref()).ok();
    Some(match &provision.rule {
        Rule::Once { action, required, due, not_before } => {
            let duty = context.duty(provision, due, not_before.as_ref()).ok()?;
            let (opened, CountFrom::Fixed(start)) = (certain(&duty.opens)?, duty.count_from) else {
                return None;
            };
            let simple = duty.bound.is_none() && !matches!(duty.deadline, Deadline::Apart(_));
            let last = duty.deadline.last(opened);
            let kind = Kind::Once { start, opened, last };
            let plan = Plan { asks: each(action), required: *required, kind, bearers };
            return simple.then_some(plan);
        }
        Rule::Periodic { action, required, shares, cycle, pro_rata, spread: Spread::Alone, .. }
            if shares.is_empty() && !matches!(cycle, Cycle::Term(_)) =>
        {
            let scope = span(&scope()?)?;
            let at_once = periods(context.agreement, provision, scope.first)?;
            if at_once.iter().any(|turn| turn.doubtful) {
                return None;
            }
            let kind = Kind::Recurring { scope, pro_rata: *pro_rata };
            Plan { asks: each(action), required: *required, kind, bearers }
        }
        Rule::Exchange { shares, counted_on, .. }
            if !shares.is_empty() || *counted_on != CountedOn::Handover =>
        {
            return None;
        }
        Rule::Exchange { trigger, every, action, required, within, afterwards, matching, .. } => {
            let (whole, from) =
                (scope()?, context.entered().ok().filter(|_| context.surely_entered() == Ok(true))?);
            let (required, within) = (Required::AtLeast(*required), *within);
            let kind = match matching {
                Matching::SameReference if whole.whole() && span(&whole)?.first <= from => {
                    Kind::ByReference { from, within, afterwards: *afterwards }
                }
                Matching::InOrder if !afterwards && *every > Amount::ZERO => {
                    let own = span(&whole)?;
                    let scope = Period::closed(own.first.max(from), own.last)?;
                    Kind::InOrder { scope, from, every: *every, within }
                }
                _ => return None,
            };
            Plan { asks: triggered(trigger, action), required, kind, bearers }
        }
        Rule::Prohibition { action } if provision.terms.counting == Counting::Incident => {
            let kind = Kind::Prohibition { scope: span(&scope()?)? };
            let required = Required::AtMost(Amount::ZERO);
            Plan { asks: vec![ask(action, &bearers, true)], required, kind, bearers }
        }
        _ => return None,
    })
}

/// The instant at which something certainly comes about.
fn certain(moments: &Moments) -> Option<Instant> {
    match moments.spans.as_slice() {
        [span] if span.first == span.last && !moments.never => Some(span.first),
        _ => None,
    }
}

/// From the first tick in scope to the last, where there is one stretch and no doubt of it.
fn span(scope: &Scope) -> Option<Period> {
    let closes = match scope.closes.spans.as_slice() {
        [] => Instant::MAX,
        _ => certain(&scope.closes)?.previous(),
    };
    if !scope.simple {
        return None;
    }
    Period::closed(certain(&scope.opens)?, closes)
}

/// The periods of a duty that recurs, up to the one that holds an instant; none where they hang on evidence.
#[must_use]
pub fn periods(agreement: &Agreement, provision: &Provision, until: Instant) -> Option<Vec<Turn>> {
    let Rule::Periodic { cycle, .. } = &provision.rule else { return None };
    let nothing = Unasked::default();
    let context = Context::new(agreement, &nothing, until);
    let scope = cycle_scope(&context, cycle, &provision.while_, provision.terms.unless.as_ref()).ok()?;
    let turns = turns(&context, cycle, &scope).ok()?;
    (!nothing.asked.get()).then_some(turns)
}

/// At least so much, and at most, between two instants; the second is not in it.
pub trait Sums {
    /// `None` is no upper bound.
    fn between(&self, from: Instant, until: Instant) -> (Amount, Option<Amount>);
}

impl<F: Fn(Instant, Instant) -> (Amount, Option<Amount>)> Sums for F {
    fn between(&self, from: Instant, until: Instant) -> (Amount, Option<Amount>) {
        self(from, until)
    }
}

/// The statuses of an instance with one window, at an instant.
#[must_use]
pub fn single(
    required: Required,
    start: Instant,
    (opened, last): (Instant, Instant),
    at: Instant,
    sums: &impl Sums,
) -> StatusSet {
    if at < opened {
        return StatusSet::only(Status::Inactive);
    }
    let now = at.next().max(start);
    if at <= last {
        let (low, high) = sums.between(start, now);
        return running(required, &View::between(low, high));
    }
    let due = last.next().max(start);
    over(required, &View::of_both(sums.between(start, due), sums.between(start, now), sums.between(due, now)))
}

/// The statuses of a period of a duty that recurs, of which a stretch is in scope; that has begun.
#[must_use]
pub fn in_period(required: Required, stretch: &Period, at: Instant, sums: &impl Sums) -> StatusSet {
    let (low, high) = sums.between(stretch.first, stretch.last.min(at).next());
    periodic(required, &View::between(low, high), at > stretch.last)
}

/// What a part of a period owes: as much as all of it, or in proportion.
#[must_use]
pub fn owed(required: Required, period: &Period, stretch: &Period, pro_rata: bool) -> Required {
    let part = |amount| if pro_rata { scaled(amount, ticks(*stretch), ticks(*period)) } else { amount };
    required.of(part(required.amount()))
}

/// The statuses of a prohibition in force throughout a period.
#[must_use]
pub fn forbidden(scope: &Period, at: Instant, sums: &impl Sums) -> StatusSet {
    if at < scope.first {
        return StatusSet::only(Status::Inactive);
    }
    let (low, high) = sums.between(scope.first, scope.last.min(at).next());
    let mut set = StatusSet::EMPTY;
    if high.is_none_or(|high| high > Amount::ZERO) {
        set.insert(Status::Breached);
    }
    if low <= Amount::ZERO {
        set.insert(if at <= scope.last { Status::Pending } else { Status::Met });
    }
    set
}
