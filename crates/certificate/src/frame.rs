//! What the rule of a duty comes to before the evidence: whose deeds count, how much is owed, on what its window hangs, and when
//! it binds.
//!
//! Invariant: what no evidence moves is read off the world in which nothing was done; whatever else a duty hangs on is refused.

use model::{
    Amount, Id, Instant,
    agreement::{
        Action, Binding, Condition, CountedOn, Due, Matching, Measure, PhaseEnd, Provision, Required, Rule,
        Spread, Terms,
    },
    claim::Claim,
    vocabulary::is_act,
};
use worlds::{
    literals::{self, Asked, Heard},
    world::{Deed, Demand, Ticks},
};

use crate::{Fault, Subject};

/// Conditions within each other that are followed.
const DEPTH_MAX: usize = 16;
/// Bearers of one instance that are told apart.
const BEARERS_MAX: usize = 5;

/// What the rule of a duty comes to, before the evidence.
pub struct Frame<'a> {
    /// The deed, its doers named.
    pub action: Action,
    /// Who owes it.
    pub bearers: Vec<Id>,
    /// Whose word verifies it.
    pub verifiers: &'a [Id],
    /// The least and the most that is owed, in millionths.
    pub demand: Demand,
    /// From when performance counts.
    pub counts_from: Instant,
    /// It counts from the opening of the window at the earliest.
    pub afterwards: bool,
    /// What opens the window, where deeds do.
    pub opened_by: Option<Opener>,
    /// What the window hangs on.
    pub window: Window<'a>,
    /// When the duty binds.
    pub scope: Ticks,
    /// Entry into force.
    pub entry: Instant,
    /// The reference that deed and answer carry, where they are matched by it.
    pub reference: Option<&'a str>,
}

/// What a window hangs on.
pub enum Window<'a> {
    /// A deadline.
    Due(&'a Due),
    /// A period: its first tick and its last. Only what is done in it counts.
    Period(Instant, Instant),
    /// So long after what is answered.
    Answer(Option<model::Duration>),
}

/// Deeds that open a window when they have come to an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opener {
    /// The deed.
    pub action: Action,
    /// Who owes it.
    pub bearers: Vec<Id>,
    /// Whose word verifies it.
    pub verifiers: Vec<Id>,
    /// From when it counts.
    pub from: Instant,
    /// The amount, in millionths.
    pub amount: i64,
}

impl Opener {
    /// The deed that opens the window at an instant.
    #[must_use]
    pub fn deed(&self, at: Instant) -> Deed {
        Deed { by: self.action.by.clone(), ..Deed::of(&self.action, at, Amount(self.amount)) }
    }
}

impl<'a> Frame<'a> {
    /// The kinds of deed that there are streams of, by name, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(&'static str, Asked<'_>)> {
        let heard = self.reference.map_or(Heard::All, Heard::Of);
        let (action, bearers, verifiers) = (&self.action, &self.bearers, self.verifiers);
        let own = Asked { action, bearers, verifiers, heard, forbidden: false };
        let mut all = vec![("performance", own)];
        all.extend(self.opened_by.as_ref().map(|opener| {
            let Opener { action, bearers, verifiers, .. } = opener;
            ("opening", Asked { action, bearers, verifiers, ..own })
        }));
        if let Some(reference) = self.reference {
            let may_be = Heard::MayBeOf(reference);
            let named = [("possible performance", 0), ("possible opening", 1)];
            let named = named.into_iter().filter_map(|(name, of)| Some((name, all.get(of)?.1)));
            let also: Vec<_> = named.map(|(name, one)| (name, Asked { heard: may_be, ..one })).collect();
            all.extend(also);
        }
        all
    }

    /// The stream whose upper bounds count: without its reference an answer may be the one that is asked about.
    #[must_use]
    pub fn above(&self) -> usize {
        if self.reference.is_some() { 2 } else { 0 }
    }
}

fn none<T>(what: &str) -> Result<T, Fault> {
    Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
}

/// Refuses what every rule may have and no certificate shows yet.
///
/// # Errors
/// For that.
pub fn plain(subject: &Subject<'_>) -> Result<(), Fault> {
    let provision = subject.provision;
    let terms = Terms {
        grades: provision.terms.grades.clone(),
        disputes: provision.terms.disputes.clone(),
        notwithstanding: provision.terms.notwithstanding.clone(),
        unless: provision.terms.unless.clone(),
        ..Terms::default()
    };
    if !literals::is_undisturbed(subject.case.agreement) {
        return none(
            "powers, amendments, consequences, ties, or an entry into force that hangs on something",
        );
    }
    if !provision.exceptions.is_empty() || provision.terms != terms {
        return none("an exception or a further term");
    }
    Ok(())
}

/// When a provision binds, where no evidence moves that.
///
/// # Errors
/// Where some may.
pub fn scope(subject: &Subject<'_>, provision: &Provision) -> Result<Ticks, Fault> {
    let conditions = [Some(&provision.while_), provision.terms.unless.as_ref()];
    if !conditions.into_iter().flatten().all(|condition| is_fixed(subject, condition, 0)) {
        return none("a scope that hangs on what was done");
    }
    Ok(literals::scope(&subject.case, provision)?)
}

/// What the instance asked about comes to for each of those who may perform, and how many of them have to.
///
/// # Errors
/// For a rule of which there is no certificate yet.
pub fn frames<'a>(subject: &Subject<'a>) -> Result<(Vec<Frame<'a>>, usize), Fault> {
    plain(subject)?;
    let (provision, instance) = (subject.provision, subject.instance);
    let bearers = &provision.bearers;
    let one = |by: &[Id], key| Ok((vec![frame(subject, provision, Some(by), key)?], 1));
    let (whose, least) = match provision.binding {
        Binding::Unstated => return one(&[], instance),
        _ if bearers.len() <= 1 => return Ok((vec![frame(subject, provision, None, instance)?], 1)),
        Binding::Together => return one(bearers, instance),
        Binding::Each => {
            for bearer in bearers {
                let key = if instance == bearer { Some("once") } else { None };
                let key = key.or_else(|| instance.strip_prefix(bearer.as_str())?.strip_prefix(' '));
                if let Some(key) = key {
                    return one(std::slice::from_ref(bearer), key);
                }
            }
            return Err(Fault::new("question.instance", "it names none of those who are bound"));
        }
        Binding::Either => (bearers, 1),
        Binding::AtLeast(least) => (bearers, least),
    };
    if whose.len() > BEARERS_MAX {
        return none("one of more than five who may perform it");
    }
    if matches!(provision.rule, Rule::Exchange { matching: Matching::SameReference, .. }) {
        return none("an answer by reference that one of several gives");
    }
    let each = whose.iter().map(|one| frame(subject, provision, Some(std::slice::from_ref(one)), instance));
    Ok((each.collect::<Result<_, _>>()?, least))
}

/// What an instance of a provision comes to for those whose deeds count.
fn frame<'a>(
    subject: &Subject<'a>,
    provision: &'a Provision,
    by: Option<&[Id]>,
    key: &'a str,
) -> Result<Frame<'a>, Fault> {
    let named = |action: &Action| Action {
        by: by.map_or_else(|| action.by.clone(), <[Id]>::to_vec),
        ..action.clone()
    };
    let no_such = |what: &str| Err(Fault::new("question.instance", what));
    let Some(action) = provision.rule.action() else { return none("a state") };
    if !action.under.is_empty() {
        return none("`only those of`");
    }
    let scope = scope(subject, provision)?;
    let entry = subject.case.agreement.in_force;
    let frame = Frame {
        action: named(action),
        bearers: by.map_or_else(|| provision.bearers.clone(), <[Id]>::to_vec),
        verifiers: &provision.verified_by,
        demand: Demand { least: None, most: None },
        counts_from: entry,
        afterwards: false,
        opened_by: None,
        window: Window::Period(entry, entry),
        scope,
        entry,
        reference: None,
    };
    match &provision.rule {
        Rule::Once { required, due, not_before, .. } => {
            if key != "once" {
                return no_such("a single duty has the one instance `once`");
            }
            let frame = Frame { demand: Demand::from(*required), ..frame };
            single(subject, frame, due, not_before.as_ref())
        }
        Rule::Schedule { steps, not_before, .. } => {
            let number = key.parse().ok().filter(|number: &usize| (1..=steps.len()).contains(number));
            let Some(number) = number else { return no_such("a step is called by its number") };
            let mut demand = Demand { least: Some(Amount::ZERO), most: Some(Amount::ZERO) };
            for step in &steps[..number] {
                let own = match &step.measure {
                    Measure::Plain(required) => Demand::from(*required),
                    Measure::Between(least, most) => Demand { least: Some(*least), most: Some(*most) },
                    _ => return none("a step of a share or a value"),
                };
                let below = demand.least.unwrap_or(Amount::ZERO);
                demand = if step.in_all {
                    own
                } else {
                    let most = own.most.map(|most| most + demand.most.unwrap_or(below));
                    Demand { least: own.least.map(|least| least + below), most }
                };
            }
            single(subject, Frame { demand, ..frame }, &steps[number - 1].due, not_before.as_ref())
        }
        Rule::Periodic { required, shares, cycle, pro_rata, spread: Spread::Alone, .. }
            if shares.is_empty() =>
        {
            let hangs = match cycle {
                model::agreement::Cycle::Days(_, from) => !is_fixed(subject, from, 0),
                model::agreement::Cycle::Term(_) => true,
                _ => false,
            };
            if hangs {
                return none("periods of this kind");
            }
            let periods = literals::periods(&subject.case, cycle, &frame.scope)?;
            let Some((_, whole)) = periods.into_iter().find(|(own, _)| own == key) else {
                return no_such("there is no such period by that instant");
            };
            let inside = frame.scope.within(whole.first, whole.last);
            let window = match inside.periods() {
                [one] if one.first <= subject.case.at => *one,
                [] | [_] => return no_such("there is no such period by that instant"),
                _ => return none("a period of which several parts are in scope"),
            };
            let part = |amount: Amount| {
                let (own, all) = (window.last.0 - window.first.0 + 1, whole.last.0 - whole.first.0 + 1);
                let product = i128::from(amount.0) * i128::from(own) / i128::from(all);
                if *pro_rata { Amount(i64::try_from(product).unwrap_or(i64::MAX)) } else { amount }
            };
            let demand = Demand::from(required.of(part(required.amount())));
            let (counts_from, window) = (window.first, Window::Period(window.first, window.last));
            Ok(Frame { demand, counts_from, window, ..frame })
        }
        Rule::Exchange {
            trigger,
            every,
            required,
            shares,
            within,
            afterwards,
            matching,
            counted_on: CountedOn::Handover,
            ..
        } if shares.is_empty() && trigger.under.is_empty() && every.0 > 0 => {
            if !always(&frame.scope, entry) {
                return none("an exchange in a scope");
            }
            let opener = |amount| Opener {
                action: trigger.clone(),
                bearers: trigger.by.clone(),
                verifiers: provision.verified_by.clone(),
                from: entry,
                amount,
            };
            let window = Window::Answer(*within);
            if *matching == Matching::SameReference {
                if key.starts_with('#') || *afterwards {
                    return none("an answer to a deed that carries no reference, or only afterwards");
                }
                if !subject.told_alone() {
                    return none("an answer by reference under this standard");
                }
                let opens = |claim: &&Claim| {
                    let act = claim.act.as_deref();
                    let same = |act| is_act(act, &trigger.act) || is_act(&trigger.act, act);
                    claim.reference.as_deref() == Some(key) && act.is_some_and(same)
                };
                if !subject.case.claims.iter().any(|claim| opens(&claim)) {
                    return none("an answer to a deed that nobody reported");
                }
                let demand = Demand { least: Some(Amount::LEAST), most: None };
                let opened_by = Some(opener(Amount::LEAST.0));
                return Ok(Frame { demand, opened_by, window, reference: Some(key), ..frame });
            }
            let number = key.strip_prefix('#').and_then(|number| number.parse::<i64>().ok());
            let Some(number) = number.filter(|number| *number > 0) else {
                return no_such("an answer is called by its number");
            };
            if *afterwards && number > 1 {
                return none("an answer, after the first, that counts only afterwards");
            }
            let times = |amount: Amount| {
                let product = amount.0.checked_mul(number);
                product.ok_or_else(|| Fault::new("question.instance", "the amounts are too great"))
            };
            let demand = Demand { least: Some(Amount(times(*required)?)), most: None };
            let opened_by = Some(opener(times(*every)?));
            Ok(Frame { demand, afterwards: *afterwards, opened_by, window, ..frame })
        }
        Rule::Exchange { .. } => none("an exchange with parts, or counted on identification"),
        Rule::Periodic { .. } => none("a quota with parts, averages, or shortfalls that are made up"),
        _ => none("what others do"),
    }
}

/// A duty with one window.
fn single<'a>(
    subject: &Subject<'a>,
    frame: Frame<'a>,
    due: &'a Due,
    not_before: Option<&Condition>,
) -> Result<Frame<'a>, Fault> {
    let entry = subject.case.agreement.in_force;
    let counts_from = match not_before {
        None | Some(Condition::InForce) => entry,
        Some(Condition::From(instant)) => entry.max(*instant),
        Some(_) => return none("`not before` that hangs on something"),
    };
    if matches!(due, Due::By(last) if *last < entry) {
        return none("a deadline before entry into force");
    }
    let mut openers = Vec::new();
    opens(subject, due, &mut openers, 0)?;
    openers.dedup();
    let opened_by = match openers.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        _ => return none("a window that hangs on several kinds of deed"),
    };
    if opened_by.is_some() && !always(&frame.scope, entry) {
        return none("a scope of a duty whose window hangs on a deed");
    }
    Ok(Frame { counts_from, opened_by, window: Window::Due(due), ..frame })
}

/// Whether a scope is all the time from entry into force on.
fn always(scope: &Ticks, entry: Instant) -> bool {
    *scope == Ticks::from(entry)
}

/// The deeds on which a deadline hangs: the later they are the later it opens and ends.
fn opens(subject: &Subject<'_>, due: &Due, openers: &mut Vec<Opener>, depth: usize) -> Result<(), Fault> {
    match due {
        Due::Open | Due::By(_) => Ok(()),
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => begins(subject, condition, openers, depth),
        Due::Latest(parts) | Due::Earliest(parts) => {
            parts.iter().try_for_each(|part| opens(subject, part, openers, depth))
        }
    }
}

/// The deeds on which the first instant of a condition hangs: the later they are the later it is.
fn begins(
    subject: &Subject<'_>,
    condition: &Condition,
    openers: &mut Vec<Opener>,
    depth: usize,
) -> Result<(), Fault> {
    if is_fixed(subject, condition, depth) {
        return Ok(());
    }
    let (agreement, entry) = (subject.case.agreement, subject.case.agreement.in_force);
    let mut deed = |action: &Action, amount: Amount| {
        if !action.under.is_empty() {
            return none("`only those of`");
        }
        let (action, bearers) = (action.clone(), action.by.clone());
        openers.push(Opener { action, bearers, verifiers: Vec::new(), from: entry, amount: amount.0 });
        Ok(())
    };
    match condition {
        _ if depth > DEPTH_MAX => none("conditions too deep within each other"),
        Condition::Deed(action) => deed(action, Amount::LEAST),
        Condition::Done(action, Required::AtLeast(amount)) => deed(action, *amount),
        Condition::Milestone(id) => match agreement.milestones.iter().find(|one| one.id == *id) {
            Some(milestone) => begins(subject, &milestone.when, openers, depth + 1),
            None => none("a milestone that is not there"),
        },
        Condition::PhaseBegun(id) => match agreement.phases.iter().find(|one| one.id == *id) {
            Some(phase) => begins(subject, &phase.begins, openers, depth + 1),
            None => none("a phase that is not there"),
        },
        Condition::All(_)
        | Condition::Any(_)
        | Condition::AtLeast(..)
        | Condition::HoursAfter(..)
        | Condition::DaysAfter(..) => {
            condition.parts().iter().try_for_each(|part| begins(subject, part, openers, depth + 1))
        }
        Condition::Performed(id) | Condition::PerformedInTime(id) => {
            openers.push(performed(subject, id)?);
            Ok(())
        }
        _ => none("a window that hangs on more than a deed or the performance of a single duty"),
    }
}

/// The deeds with which another duty is performed: one that is single, owes at least so much, and whose window is fixed.
fn performed(subject: &Subject<'_>, id: &str) -> Result<Opener, Fault> {
    let Some(other) = subject.case.agreement.provisions.iter().find(|provision| provision.id == id) else {
        return none("a window that hangs on a provision that is not there");
    };
    let own = Subject { case: subject.case.clone(), provision: other, instance: "once" };
    plain(&own)?;
    let Rule::Once { required: Required::AtLeast(amount), due, .. } = &other.rule else {
        return none("a window that hangs on the performance of more than a single duty");
    };
    let fixed = is_fixed_due(&own, due, 0);
    let (mut frames, _) = match other.binding {
        _ if !fixed => return none("a window that hangs on a duty whose own window hangs on something"),
        Binding::Each | Binding::Either | Binding::AtLeast(_) if other.bearers.len() > 1 => {
            return none("a window that hangs on a duty of several");
        }
        _ => frames(&own)?,
    };
    match frames.pop() {
        Some(frame) if always(&frame.scope, subject.case.agreement.in_force) => Ok(Opener {
            action: frame.action,
            bearers: frame.bearers,
            verifiers: frame.verifiers.to_vec(),
            from: frame.counts_from,
            amount: amount.0,
        }),
        _ => none("a window that hangs on a duty in a scope"),
    }
}

/// Whether no evidence moves a condition.
pub(crate) fn is_fixed(subject: &Subject<'_>, condition: &Condition, depth: usize) -> bool {
    let agreement = subject.case.agreement;
    let inner = |condition: &Condition| is_fixed(subject, condition, depth + 1);
    if depth > DEPTH_MAX {
        return false;
    }
    match condition {
        Condition::InForce | Condition::Signed | Condition::From(_) => true,
        Condition::All(_)
        | Condition::Any(_)
        | Condition::AtLeast(..)
        | Condition::Not(_)
        | Condition::Since(..)
        | Condition::HoursAfter(..)
        | Condition::DaysAfter(..) => condition.parts().iter().all(inner),
        Condition::Milestone(id) => {
            agreement.milestones.iter().any(|milestone| milestone.id == *id && inner(&milestone.when))
        }
        Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
            let ends = |ends: &PhaseEnd| match ends {
                PhaseEnd::When(condition) => inner(condition),
                _ => true,
            };
            let mut same = agreement.phases.iter().filter(|phase| phase.id == *id);
            same.any(|phase| {
                let due = phase.latest.as_ref().is_none_or(|due| is_fixed_due(subject, due, depth + 1));
                inner(&phase.begins) && ends(&phase.ends) && due
            })
        }
        _ => false,
    }
}

fn is_fixed_due(subject: &Subject<'_>, due: &Due, depth: usize) -> bool {
    match due {
        Due::Open | Due::By(_) => true,
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => is_fixed(subject, condition, depth),
        Due::Latest(parts) | Due::Earliest(parts) => {
            parts.iter().all(|part| is_fixed_due(subject, part, depth))
        }
    }
}
