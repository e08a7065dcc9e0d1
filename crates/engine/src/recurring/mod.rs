//! Duties that recur: which instances there are, and what is owed in each (spec/meaning.md §6).
//!
//! Invariant: every period that the scope can touch is an instance, also one without a single record; one that may lie
//! outside of the scope may be inactive.

mod average;
mod cycle;
mod parts;
mod quota;
mod shortfall;
pub mod window;

use std::collections::BTreeSet;

use model::{
    Duration, Id, Instant, Period, Status, StatusSet,
    agreement::{Binding, Condition, Cycle, Provision, Required, Rule, Spread},
};

use crate::{
    binding::shared,
    conditions::{Context, NotComputed},
    instance::worst_of,
    outcome::Outcome,
    scope::Scope,
    signal::Truth,
    ties::either,
};
pub use cycle::{Turn, Way, days_of, scope as cycle_scope, turns};
use quota::{Quota, Slot};
pub use quota::{range, scaled, ticks};
use window::Windows;

/// A duty for each period.
///
/// # Errors
/// When its scope, or what its periods are counted from, is not computed.
pub fn recurring(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Periodic { cycle, spread, pro_rata, .. } = &provision.rule else {
        return Err(NotComputed("not a duty that recurs".to_owned()));
    };
    let scope = cycle::scope(context, cycle, &provision.while_, provision.terms.unless.as_ref())?;
    let mut turns = cycle::turns(context, cycle, &scope)?;
    // Of what has no end there is no part in proportion.
    turns.iter_mut().for_each(|turn| turn.open |= *pro_rata && turn.period.last == Instant::MAX);
    // The last of blocks owes in proportion to its days in scope.
    let ahead = match spread {
        Spread::Block { days, .. } => Some(Duration::hours(25 * i64::from(*days))),
        _ => pro_rata.then_some(Duration(0)),
    };
    let may_close = ahead.map_or(Ok(false), |ahead| may_close(context, cycle, provision, &turns, ahead))?;
    let mut outcome = Outcome::default();
    let each = matches!(provision.binding, Binding::Each);
    // Who owes it together, or is not named, owes one of each.
    let whose: Vec<&[Id]> = if each {
        provision.bearers.iter().map(std::slice::from_ref).collect()
    } else {
        vec![provision.bearers.as_slice()]
    };
    for by in whose {
        let bearer = by.first().filter(|_| each).cloned().unwrap_or_default();
        let quota = Quota::of(context, provision, by)?;
        let periods: Vec<Period> = turns.iter().map(|turn| turn.period).collect();
        let (scope, turns, periods, quota) = (&scope, &turns, &periods, &quota);
        let plan = Plan { context, scope, turns, periods, quota, may_close };
        let rows = match spread {
            Spread::Alone => plan.alone(""),
            Spread::Block { days, short_is_breach } => plan.blocks(*days, *short_is_breach),
            Spread::Sliding { days, short_is_breach } => plan.sliding(*days, *short_is_breach),
            Spread::MadeUp(_) | Spread::CarriesOver => plan.with_shortfalls(spread),
        };
        // Instances that share a day are not independent; and of exactly so much, amounts come in lumps.
        let apart = matches!(spread, Spread::Alone | Spread::Block { short_is_breach: false, .. });
        let doubtful = rows.iter().filter(|row| row.row.answer.status.len() > 1).count();
        let lumpy = matches!(quota.required, Required::Exactly(_));
        outcome.exact &= doubtful == 0 || !lumpy && (apart || doubtful == 1);
        for mut row in rows {
            row.row.answer.assumptions = quota.total.assumptions(provision);
            if each && provision.bearers.len() > 1 {
                row.row.answer.key = format!("{bearer} {}", row.row.answer.key);
            }
            outcome.exact &= row.exact;
            outcome.push(&bearer, row.row);
        }
        outcome.note(&quota.total, &provision.id);
        quota.contradictions(&mut outcome, &provision.id);
    }
    if !each {
        let status = worst_of(outcome.rows.iter().map(|(_, row)| row.answer.status));
        outcome.by_bearer = shared(provision, status);
    }
    outcome.exact &= !may_close && scope.certain(context.at) && turns.iter().all(|turn| !turn.doubtful);
    Ok(outcome)
}

/// Whether the scope may close after now and before the last of its periods, and so much more, is over: what that one owes in
/// proportion hangs on an end that is still to come.
fn may_close(
    context: &Context<'_>,
    cycle: &Cycle,
    provision: &Provision,
    turns: &[Turn],
    ahead: Duration,
) -> Result<bool, NotComputed> {
    let last = turns.last().map(|turn| turn.period.last + ahead);
    let Some(last) = last.filter(|last| *last > context.at) else { return Ok(false) };
    let throughout = provision.while_ == Condition::InForce && provision.terms.unless.is_none();
    if throughout || context.is_moved() {
        return Ok(!throughout);
    }
    let ahead = Context::new(context.agreement, context.evidence, last.next());
    let scope = cycle::scope(&ahead, cycle, &provision.while_, provision.terms.unless.as_ref())?;
    let rest = Period { first: context.at.next(), last };
    Ok(scope.holds.cells_in(&rest).any(|(_, truth)| truth != Truth::Yes))
}

/// One bearer's duty laid out over its periods.
struct Plan<'a> {
    context: &'a Context<'a>,
    scope: &'a Scope,
    turns: &'a [Turn],
    periods: &'a [Period],
    quota: &'a Quota<'a>,
    /// Whether the period that is running may be cut after now.
    may_close: bool,
}

/// An instance, and whether its set is known to be the smallest that is right.
struct Drawn {
    row: crate::outcome::Row,
    exact: bool,
}

/// Those of one key as one: it is what any of them is.
fn united(all: Vec<Drawn>) -> Vec<Drawn> {
    let mut each: Vec<Drawn> = Vec::new();
    for drawn in all {
        let own = each.iter_mut().rev().find(|known| known.row.answer.key == drawn.row.answer.key);
        match own {
            Some(known) => {
                known.row = either(&known.row, &drawn.row);
                known.exact = known.row.answer.status.len() < 2;
            }
            None => each.push(drawn),
        }
    }
    each
}

impl Plan<'_> {
    /// Each period by itself.
    fn alone(&self, suffix: &str) -> Vec<Drawn> {
        let each = self.turns.iter().enumerate().filter_map(|(index, turn)| {
            let slot = self.slot(format!("{}{suffix}", turn.date), index..index + 1, turn.doubtful)?;
            Some(if turn.open { self.untold(&slot) } else { self.draw(&slot) })
        });
        united(each.collect())
    }

    /// Each period as it would be by itself, or otherwise: what others leave it or make up is not told.
    fn all_untold(&self) -> Vec<Drawn> {
        let other = [Status::Breached, Status::Late, Status::Pending, Status::Met].into_iter().collect();
        let scoped = |set: StatusSet| set.iter().any(|status| status != Status::Inactive);
        let mut rows = self.alone("");
        for drawn in &mut rows {
            drawn.row.each_set(self.context.at, &|_, set| if scoped(set) { set.or(other) } else { set });
            let answer = &mut drawn.row.answer;
            if answer.status.len() > 1 && answer.why.is_empty() {
                answer.why = vec!["imprecise".to_owned()];
            }
            drawn.exact = answer.status.len() < 2;
        }
        rows
    }

    /// An instance of which it is not told what it has come to.
    fn untold(&self, slot: &Slot<'_>) -> Drawn {
        use Status::{Breached, Inactive, Late, Met, Pending};
        let any: StatusSet = [Inactive, Pending, Met, Late, Breached].into_iter().collect();
        Drawn { exact: false, ..self.quota.row(slot, self.context.at, &|_, _| any) }
    }

    fn draw(&self, slot: &Slot<'_>) -> Drawn {
        let judge = |voice, at| self.quota.statuses(voice, slot, at);
        self.quota.row(slot, self.context.at, &judge)
    }

    /// An instance over some of the periods; none where the scope cannot touch them.
    fn slot(&self, key: String, of: std::ops::Range<usize>, doubtful: bool) -> Option<Slot<'_>> {
        let periods = &self.periods[of];
        let whole = Period { first: periods.first()?.first, last: periods.last()?.last };
        let cuts: BTreeSet<Instant> =
            if self.uncertain(&whole) { self.quota.cuts(&whole).collect() } else { BTreeSet::new() };
        let mut windows = Windows::of(self.scope, &whole, &cuts);
        windows.doubtful |= doubtful;
        if self.may_close && whole.first <= self.context.at && self.context.at < whole.last {
            // Of all ends to come the nearest and the farthest stand for those between.
            let so_far = Period { first: whole.first, last: self.context.at };
            let cut: Vec<_> = windows.each.iter().filter_map(|window| window.part(&so_far)).collect();
            windows.each.extend(cut);
        }
        let hull = windows.hull()?;
        Some(Slot { key, periods, windows, hull, from: hull.first, changes: Vec::new() })
    }

    /// Whether the scope may open or close at one of several instants of a period.
    fn uncertain(&self, whole: &Period) -> bool {
        let spans = self.scope.opens.spans.iter().chain(&self.scope.closes.spans);
        spans.into_iter().any(|span| span.first < span.last && span.meets(whole))
    }
}
