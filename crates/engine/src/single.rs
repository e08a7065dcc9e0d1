//! Provisions whose instances have one window each: single duties and exchanges.
//!
//! Invariant: every instance is a [`Single`] over one [`Asked`] measure, so that the statuses, each source's own
//! account, the reasons for doubt and the timeline all come from the same function.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use model::{
    Amount, Id, Instant, Period, StatusSet,
    agreement::{Action, Condition, Due, PhaseEnd, Provision, Required, Rule},
    amount::Range,
    answer::{InstanceAnswer, SourceAnswer, Window},
};

use crate::{
    asked::Asked,
    bound::Binding,
    bounds::Bounds,
    conditions::{Context, NotComputed, performance},
    due::hangs_on,
    instance::{CountFrom, Deadline, Single},
    measure::Role,
    moments::Moments,
    outcome::{Outcome, Row, required_map},
};

/// Why a set of statuses has more than one member: from the set, the set of a world with nothing unreported, and
/// whether the evidence contradicts itself where it matters.
#[must_use]
pub fn why(set: StatusSet, closed: impl FnOnce() -> StatusSet, contested: bool) -> Vec<String> {
    if set.len() < 2 {
        return Vec::new();
    }
    let closed = closed();
    let mut reasons = Vec::new();
    if contested {
        reasons.push("contested".to_owned());
    }
    if closed.len() > 1 && !contested {
        reasons.push("imprecise".to_owned());
    }
    if closed != set {
        reasons.push("unobserved".to_owned());
    }
    if reasons.is_empty() {
        reasons.push("imprecise".to_owned());
    }
    reasons
}

/// One instance to be, apart from its measure.
struct Frame<'a> {
    key: String,
    opens: &'a Moments,
    deadline: &'a Deadline,
    count_from: CountFrom,
    /// What decides: at least this much in all.
    required: Required,
    /// What an earlier instance has used.
    used: Amount,
    /// What this instance owes by itself.
    owed: Required,
    /// When it binds; none where that is throughout.
    binding: Option<Binding<'a>>,
    /// From when its statuses are shown; none where that is from where it counts.
    shown_from: Option<Instant>,
    /// Later instances for which it stands too.
    rest: Vec<Frame<'a>>,
}

impl Frame<'_> {
    fn single<'b>(&'b self, bounds: &'b Bounds) -> Single<'b> {
        Single {
            bounds,
            opens: self.opens,
            deadline: self.deadline,
            count_from: self.count_from,
            required: self.required,
            binding: self.binding,
        }
    }

    /// With `afterwards`, what earlier instances have used of the performance after this opening lies between nothing and
    /// all that they owe: a sound superset of both.
    fn statuses(&self, bounds: &Bounds, at: Instant) -> StatusSet {
        self.rest.iter().fold(self.own_statuses(bounds, at), |set, later| set.or(later.statuses(bounds, at)))
    }

    fn own_statuses(&self, bounds: &Bounds, at: Instant) -> StatusSet {
        use model::Status::{Breached, Late, Met};
        let set = self.single(bounds).statuses(at);
        let (CountFrom::Opening, Required::AtLeast(in_all)) = (self.count_from, self.required) else {
            return set;
        };
        let mut least = self.single(bounds);
        least.required = Required::AtLeast(in_all - self.used);
        let mut both = set.or(least.statuses(at));
        if both.contains(Met) && both.contains(Breached) && self.used > Amount::ZERO {
            both.insert(Late);
        }
        both
    }

    fn start(&self) -> Option<Instant> {
        match self.count_from {
            CountFrom::Fixed(from) => Some(from),
            CountFrom::Since(start) => Some(start.earliest),
            CountFrom::Opening => self.opens.spans.first().map(|span| span.first),
        }
    }

    fn amount(&self, bounds: &Bounds, at: Instant) -> Range {
        let Some(from) = self.start() else { return Range::exactly(Amount::ZERO) };
        let mut range = Asked::amount(bounds, from, at.next());
        if let CountFrom::Since(start) = self.count_from {
            range.low = Some(start.low(bounds, at.next()));
        }
        let own = |amount: Amount| (amount - self.used).max(Amount::ZERO);
        let cap = match self.owed {
            Required::AtLeast(owed) if self.used > Amount::ZERO || self.required != self.owed => Some(owed),
            _ => None,
        };
        let clamp = |amount: Amount| cap.map_or(own(amount), |cap| own(amount).min(cap));
        Range { low: range.low.map(clamp), high: range.high.map(clamp) }
    }

    fn row(&self, asked: &Asked, at: Instant, provision: &Provision) -> Row {
        let assumptions = asked.assumptions(provision);
        let status = self.statuses(&asked.bounds, at);
        let start = self.start().unwrap_or(at);
        let meets = Period::closed(start, at);
        let contested = asked.bounds.contested(start, at.next());
        let evidence = meets.map_or_else(Vec::new, |window| asked.measure.claims_in(&window));
        let by_source = asked.alone.iter().filter_map(|(source, own, bounds)| {
            let evidence = meets.map_or_else(Vec::new, |window| own.claims_in(&window));
            (!evidence.is_empty()).then(|| SourceAnswer {
                source: source.clone(),
                amount: self.amount(bounds, at),
                status: self.statuses(bounds, at),
                evidence,
            })
        });
        let single = self.single(&asked.bounds);
        let performed = match self.count_from {
            CountFrom::Fixed(_) => performance(&single, at, false),
            CountFrom::Since(start) => match self.required {
                Required::AtLeast(owed) => {
                    Moments::reaching_since(&asked.bounds, start, owed, at).both(&self.opens.by(at))
                }
                _ => Moments::never(),
            },
            CountFrom::Opening => Moments { spans: Vec::new(), never: true },
        };
        let answer = InstanceAnswer {
            key: self.key.clone(),
            window: self.window(),
            required: required_map(self.owed),
            amount: self.amount(&asked.bounds, at),
            status,
            performed: performed.answer(),
            of_which: Vec::new(),
            by_source: by_source.collect(),
            why: self.why(asked, status, contested, at),
            evidence,
            assumptions,
        };
        let shown_from = self.shown_from.unwrap_or(start);
        let timeline = changes(single.changes(at), shown_from, at, |t| self.statuses(&asked.bounds, t));
        Row { answer, timeline }
    }

    fn why(&self, asked: &Asked, status: StatusSet, contested: bool, at: Instant) -> Vec<String> {
        let mut reasons = why(status, || self.statuses(asked.closed(), at), contested);
        // Where what the window hangs on may not have come about, that it was not seen to is a reason.
        let unseen = self.opens.never && !self.opens.spans.is_empty();
        if status.len() > 1 && unseen && !reasons.iter().any(|r| r == "unobserved") {
            reasons.retain(|reason| reason != "imprecise");
            reasons.push("unobserved".to_owned());
        }
        reasons
    }

    fn window(&self) -> Window {
        let from = self.opens.spans.first().map(|span| span.first);
        let last = self.opens.spans.last().map(|span| self.deadline.last(span.last));
        let end = |last: Instant| match self.deadline {
            Deadline::After(_) => last,
            _ => last.next(),
        };
        Window { from, to: last.filter(|last| *last < Instant::MAX).map(end) }
    }
}

/// Statuses at each instant where they can change, from `start` to `at`, without repetition.
pub fn changes(
    candidates: BTreeSet<Instant>,
    start: Instant,
    at: Instant,
    statuses: impl Fn(Instant) -> StatusSet,
) -> Vec<(Instant, StatusSet)> {
    let mut timeline: Vec<(Instant, StatusSet)> = Vec::new();
    let inside = candidates.into_iter().filter(|t| start < *t && *t <= at);
    for instant in [start].into_iter().filter(|s| *s <= at).chain(inside) {
        let set = statuses(instant);
        if timeline.last().is_none_or(|(_, last)| *last != set) {
            timeline.push((instant, set));
        }
    }
    timeline
}

/// A single duty: one instance for each bearer.
///
/// # Errors
/// When something that its window hangs on is not computed.
pub fn once(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Once { action, required, due, not_before } = &provision.rule else {
        return Err(NotComputed("not a single duty".to_owned()));
    };
    let duty = context.duty(provision, due, not_before.as_ref())?;
    let opens = &duty.opens;
    let mut outcome = Outcome::default();
    for bearer in &provision.bearers {
        let asked = ask(context, action, bearer, provision);
        let frame = Frame {
            key: if provision.bearers.len() == 1 { "once".to_owned() } else { bearer.clone() },
            opens,
            deadline: &duty.deadline,
            count_from: duty.count_from,
            required: *required,
            used: Amount::ZERO,
            owed: *required,
            binding: duty.binding(),
            shown_from: Some(context.agreement.in_force),
            rest: Vec::new(),
        };
        outcome.push(bearer, frame.row(&asked, context.at, provision));
        outcome.note(&asked, &provision.id);
        let lumpy = matches!(required, Required::Exactly(_));
        outcome.exact &= !lumpy || outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    }
    let doubtful = opens.never != opens.spans.is_empty() || opens.spans.iter().any(|s| s.first < s.last);
    outcome.exact &= duty.certain && (duty.bound.is_none() || matches!(required, Required::AtLeast(_)));
    // The instants at which what comes and goes may first have held are more than those at which it does in some world.
    let goes = hangs_on(due).into_iter().any(|condition| !context.comes_once(condition));
    let tied = goes || shares_claims(context, due, &outcome) || after_exactly(context, due);
    outcome.exact &= !(doubtful && tied);
    // Of several deadlines in doubt each is taken by itself, though one deed may open them all.
    let open = outcome.rows.iter().any(|(_, row)| row.answer.status.len() > 1);
    outcome.exact &= !open || in_doubt(context, due)? < 2;
    Ok(outcome)
}

/// What the evidence says of one bearer's performance of a provision.
pub fn ask(context: &Context<'_>, action: &Action, bearer: &Id, provision: &Provision) -> Rc<Asked> {
    let mut own = action.clone();
    own.by = vec![bearer.clone()];
    let role = Role::Duty { bearers: &own.by, verifiers: &provision.verified_by };
    context.ask(&own, role)
}

/// Of how many of the conditions that a window hangs on it is not known when they come about.
fn in_doubt(context: &Context<'_>, due: &Due) -> Result<usize, NotComputed> {
    let mut count = 0;
    for condition in hangs_on(due) {
        let moments = context.first(condition)?;
        let known = moments.spans.iter().all(|span| !moments.never && span.first == span.last);
        count += usize::from(!(known && moments.spans.len() < 2));
    }
    Ok(count)
}

/// Whether a window hangs on a duty of “exactly”, whose amount may pass what is owed in one deed or stop at it.
fn after_exactly(context: &Context<'_>, due: &Due) -> bool {
    hangs_on(due).into_iter().any(|condition| {
        let (Condition::Performed(id) | Condition::PerformedInTime(id) | Condition::Breached(id)) = condition
        else {
            return false;
        };
        let named = context.agreement.provisions.iter().find(|p| p.id == *id);
        named.is_some_and(|p| matches!(p.rule, Rule::Once { required: Required::Exactly(_), .. }))
    })
}

/// Whether the instant that a window hangs on rests on claims that its performance rests on too.
fn shares_claims(context: &Context<'_>, due: &Due, outcome: &Outcome) -> bool {
    let behind: BTreeSet<Id> =
        hangs_on(due).into_iter().flat_map(|condition| claims_behind(context, condition, 0)).collect();
    outcome.rows.iter().any(|(_, row)| row.answer.evidence.iter().any(|id| behind.contains(id)))
}

fn claims_behind(context: &Context<'_>, condition: &Condition, depth: usize) -> BTreeSet<Id> {
    let agreement = context.agreement;
    let of = |action: &Action| {
        let role = Role::Duty { bearers: &action.by, verifiers: &[] };
        context.ask(action, role).measure.claims_in(&Period::ALWAYS).into_iter().collect()
    };
    let deeper = |condition: &Condition| claims_behind(context, condition, depth + 1);
    if depth > 16 {
        return BTreeSet::new();
    }
    match condition {
        Condition::Deed(action)
        | Condition::Recently(_, action)
        | Condition::Calm(action, _)
        | Condition::Done(action, _) => of(action),
        Condition::All(of) | Condition::Any(of) | Condition::AtLeast(_, of) => {
            of.iter().flat_map(deeper).collect()
        }
        Condition::Not(inner)
        | Condition::Since(_, inner)
        | Condition::HoursAfter(_, inner)
        | Condition::DaysAfter(_, inner) => deeper(inner),
        Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
            let phases = agreement.phases.iter().filter(|phase| phase.id == *id);
            phases
                .flat_map(|phase| {
                    let end = match &phase.ends {
                        PhaseEnd::When(end) => deeper(end),
                        _ => BTreeSet::new(),
                    };
                    deeper(&phase.begins).into_iter().chain(end)
                })
                .collect()
        }
        Condition::Milestone(id) => {
            agreement.milestones.iter().filter(|m| m.id == *id).flat_map(|m| deeper(&m.when)).collect()
        }
        Condition::Performed(id)
        | Condition::PerformedInTime(id)
        | Condition::Breached(id)
        | Condition::Overdue(id)
        | Condition::Violations(id, _)
        | Condition::Amount(id, _) => {
            let named = agreement.provisions.iter().filter(|p| p.id == *id);
            named
                .flat_map(|p| match &p.rule {
                    Rule::Once { action, due, .. } => {
                        let mut claims: BTreeSet<Id> = of(action);
                        claims.extend(hangs_on(due).into_iter().flat_map(deeper));
                        claims
                    }
                    other => other.action().map(of).unwrap_or_default(),
                })
                .collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Claims that more than one doubtful instance rests on: where there are any, the instances are not independent.
#[must_use]
pub fn shared_doubt(rows: &[(Id, Row)]) -> bool {
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(_, row)| row.answer.status.len() > 1) {
        row.answer.evidence.iter().for_each(|id| *used.entry(id).or_default() += 1);
    }
    used.values().any(|count| *count > 1)
}
