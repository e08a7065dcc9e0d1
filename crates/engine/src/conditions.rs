//! Conditions of the agreement as possible instants: milestones, phases, performances, breaches and deeds.
//!
//! Invariant: a condition that is not computed yet is an error that names it, never a guess.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Agreement, Binding, Condition, Phase, PhaseEnd, Provision, Required, Rule, Target},
};

use crate::{
    amended::Amended,
    asked::Asked,
    circles::Found,
    course::Course,
    instance::{CountFrom, Deadline, Single},
    measure::{Evidence, Role},
    moments::{Moments, Start},
    parties::is_of_its_time,
    reach::unmade,
    tied::{in_doubt, of_deed},
};

/// A construct that this engine does not compute yet, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotComputed(pub String);

/// The agreement, the evidence and the instant asked about.
pub struct Context<'a> {
    /// The agreement, as the reading has it.
    pub agreement: &'a Agreement,
    /// The evidence, as known.
    pub evidence: &'a dyn Evidence,
    /// Statuses are asked for this instant.
    pub at: Instant,
    asked: RefCell<BTreeMap<String, Rc<Asked>>>,
    pub(crate) found: Found,
    /// Whether what is being computed is when the agreement entered into force.
    entering: Cell<bool>,
    /// The last amendment that may have taken effect, with everything as it is without it.
    pub(crate) amended: Option<Amended<'a>>,
    /// What was done to the agreement from outside.
    pub(crate) course: Course,
}

impl<'a> Context<'a> {
    /// A context with nothing computed yet.
    #[must_use]
    pub fn new(agreement: &'a Agreement, evidence: &'a dyn Evidence, at: Instant) -> Self {
        Context {
            agreement,
            evidence,
            at,
            asked: RefCell::default(),
            found: Found::default(),
            entering: Cell::new(false),
            amended: None,
            course: Course::default(),
        }
    }

    /// A context after an amendment.
    #[must_use]
    pub fn amended(self, amended: Option<Amended<'a>>) -> Self {
        Context { amended, ..self }
    }

    /// With what was done to the agreement from outside.
    #[must_use]
    pub fn with_course(self, course: Course) -> Self {
        Context { course, ..self }
    }

    /// What was done to the agreement from outside.
    #[must_use]
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// It alone.
    #[must_use]
    pub fn into_course(self) -> Course {
        self.course
    }

    /// Whether an amendment or the use of a power may have moved something in it.
    pub(crate) fn is_moved(&self) -> bool {
        self.amended.is_some() || !self.course.effects.is_empty()
    }

    /// What the evidence says of a kind of deed, solved once.
    #[must_use]
    pub fn ask(&self, action: &Action, role: Role<'_>) -> Rc<Asked> {
        let key = format!("{action:?} {role:?}");
        if let Some(known) = self.asked.borrow().get(&key) {
            return Rc::clone(known);
        }
        let asked = Rc::new(Asked::of(self.evidence.measure(action, role)));
        self.asked.borrow_mut().insert(key, Rc::clone(&asked));
        asked
    }

    /// The earliest instant that counts as one at which a condition comes about: the signing, or entry into force.
    #[must_use]
    pub fn origin(&self) -> Instant {
        self.agreement.signed.map_or(self.agreement.in_force, |signed| signed.min(self.agreement.in_force))
    }

    /// When a condition first holds: of what comes about once and stays so, when that is; of a state, when it first begins.
    ///
    /// # Errors
    /// When something that it speaks of is not computed.
    pub fn first(&self, condition: &Condition) -> Result<Moments, NotComputed> {
        match condition {
            Condition::InForce => Ok(self.entry()?.by(self.at)),
            Condition::Signed => {
                let signed = self.agreement.signed.unwrap_or(self.agreement.in_force);
                Ok(Moments::at(signed).by(self.at))
            }
            Condition::From(instant) => Ok(Moments::at(*instant).by(self.at)),
            Condition::Milestone(id) => self.milestone(id),
            Condition::PhaseBegun(id) => self.beginning(id),
            Condition::During(id) => self.phase(id).map(|(began, _)| began),
            Condition::PhaseEnded(id) => self.phase(id).map(|(_, ended)| ended),
            Condition::Performed(id) => self.performed(id, false),
            Condition::PerformedInTime(id) => self.performed(id, true),
            Condition::Breached(id) => self.breached(id),
            Condition::Deed(action) => self.done(action, Amount::LEAST),
            Condition::Done(action, Required::AtLeast(amount)) => self.done(action, *amount),
            Condition::All(all) if all.iter().all(|c| self.stays(c)) => self.fold(all, Moments::both),
            // The first tick of either is that of one of them, also of what comes and goes.
            Condition::Any(any) => self.fold(any, Moments::either),
            Condition::AtLeast(count, of) if of.iter().all(|c| self.stays(c)) => {
                let all: Vec<Moments> = of.iter().map(|c| self.first(c)).collect::<Result<_, _>>()?;
                Ok(Moments::at_least(*count, &all))
            }
            Condition::HoursAfter(length, inner) => Ok(self.first(inner)?.shifted(*length).by(self.at)),
            Condition::DaysAfter(days, inner) => {
                let deadline = Deadline::EndOfDay(*days, self.agreement.timezone.clone());
                Ok(deadline.over(&self.first(inner)?).by(self.at))
            }
            Condition::Since(_, inner) => self.first(inner),
            Condition::Violations(id, count) => {
                self.named(format!("{count} violations of {id}"), || self.violated(id, *count))
            }
            Condition::Amount(id, amount) => {
                self.named(format!("an amount of {id} of {}", amount.0), || self.amounting(id, *amount))
            }
            Condition::Set(id) => self.setting(id),
            Condition::All(_)
            | Condition::AtLeast(..)
            | Condition::Not(_)
            | Condition::Recently(..)
            | Condition::Calm(..)
            | Condition::Done(..)
            | Condition::Overdue(_)
            | Condition::Judged(_) => Ok(self.state(condition)?.first(self.origin(), self.at)),
        }
    }

    /// When a condition comes about that hangs on nothing that is done: known before it comes.
    pub(crate) fn fixed(&self, condition: &Condition) -> Option<Instant> {
        match condition {
            Condition::InForce if self.agreement.entry.is_none() => Some(self.agreement.in_force),
            Condition::Signed => self.agreement.signed,
            Condition::From(instant) => Some(*instant),
            Condition::HoursAfter(length, inner) => Some(self.fixed(inner)? + *length),
            Condition::DaysAfter(days, inner) => {
                let zone = self.agreement.timezone.clone();
                Some(Deadline::EndOfDay(*days, zone).last(self.fixed(inner)?).next())
            }
            Condition::Since(_, inner) => self.fixed(inner),
            Condition::All(all) if all.iter().all(|c| self.stays(c)) => {
                all.iter().map(|c| self.fixed(c)).try_fold(Instant::MIN, |last, c| Some(last.max(c?)))
            }
            Condition::Milestone(id) if !self.is_moved() => {
                self.fixed(&self.agreement.milestones.iter().find(|m| m.id == *id)?.when)
            }
            Condition::PhaseBegun(id) | Condition::During(id) if !self.is_moved() => {
                self.fixed(&self.agreement.phases.iter().find(|p| p.id == *id)?.begins)
            }
            _ => None,
        }
    }

    /// When the agreement entered into force.
    ///
    /// # Errors
    /// When what it hangs on is not computed.
    pub fn entry(&self) -> Result<Moments, NotComputed> {
        match &self.agreement.entry {
            None => Ok(Moments::at(self.agreement.in_force)),
            Some(condition) => self.named("entry into force".to_owned(), || {
                let least = Moments::at(self.agreement.in_force).by(self.at);
                self.entering.set(true);
                let entry = self.first(condition);
                self.entering.set(false);
                Ok(entry?.both(&least))
            }),
        }
    }

    /// The first instant at which it can have entered into force, for what asks from one instant on: where that is in doubt, less may
    /// count than does from then on.
    ///
    /// # Errors
    /// When it is not computed.
    pub fn entered(&self) -> Result<Instant, NotComputed> {
        Ok(Start::of(&self.entry()?).earliest)
    }

    /// Whether there is no doubt about when it entered into force.
    ///
    /// # Errors
    /// When it is not computed.
    pub fn surely_entered(&self) -> Result<bool, NotComputed> {
        Ok(self.agreement.entry.is_none() || Start::of(&self.entry()?).certain())
    }

    /// From when deeds count: from entry into force on; what it hangs on itself, from the least instant at which it can be.
    fn counting(&self) -> Result<Start, NotComputed> {
        if self.agreement.entry.is_none() || self.entering.get() {
            return Ok(Start::at(self.agreement.in_force));
        }
        Ok(Start::of(&self.entry()?))
    }

    /// When the deeds of a kind come to an amount.
    pub(crate) fn done(&self, action: &Action, amount: Amount) -> Result<Moments, NotComputed> {
        if of_deed(self.agreement, action) {
            return Ok(self.any_time());
        }
        let asked = self.ask(action, Role::Duty { bearers: &action.by, verifiers: &[] });
        Ok(Moments::reaching_since(&asked.bounds, self.counting()?, amount, self.at))
    }

    fn fold(
        &self,
        of: &[Condition],
        join: fn(&Moments, &Moments) -> Moments,
    ) -> Result<Moments, NotComputed> {
        let mut all = of.iter().map(|c| self.first(c));
        let first = all.next().unwrap_or_else(|| self.entry())?;
        all.try_fold(first, |so_far, next| Ok(join(&so_far, &next?)))
    }

    /// When a milestone is reached.
    ///
    /// # Errors
    /// When its condition is not computed.
    pub fn milestone(&self, id: &Id) -> Result<Moments, NotComputed> {
        let found = self.agreement.milestones.iter().find(|m| m.id == *id);
        let milestone =
            found.ok_or_else(|| NotComputed(format!("the milestone {id}, which is not declared")))?;
        self.named(format!("milestone {id}"), || {
            Ok(self.first(&milestone.when)?.either(&self.certificate(id)))
        })
    }

    /// When a phase begins.
    pub(crate) fn beginning(&self, id: &Id) -> Result<Moments, NotComputed> {
        let phase = self.declared(id)?;
        if self.is_unmade(id) {
            return Ok(self.any_time());
        }
        let begins = || self.begun_as_amended(id, self.first(&phase.begins)?);
        self.named(format!("beginning of phase {id}"), begins)
    }

    /// Whether amendments whose order is not told may have changed a phase.
    fn is_unmade(&self, phase: &Id) -> bool {
        unmade(self.agreement, &Target::Phase(phase.clone()))
    }

    fn declared(&self, id: &Id) -> Result<&'a Phase, NotComputed> {
        let found = self.agreement.phases.iter().find(|p| p.id == *id);
        found.ok_or_else(|| NotComputed(format!("the phase {id}, which is not declared")))
    }

    /// When a phase begins and ends.
    ///
    /// # Errors
    /// When one of its conditions is not computed.
    pub fn phase(&self, id: &Id) -> Result<(Moments, Moments), NotComputed> {
        let phase = self.declared(id)?;
        if self.is_unmade(id) {
            return Ok((self.any_time(), self.any_time()));
        }
        let ended = self.named(format!("end of phase {id}"), || {
            let began = self.beginning(id)?;
            let ended = match &phase.ends {
                PhaseEnd::Never => Moments::never(),
                PhaseEnd::After(length) => began.shifted(*length),
                PhaseEnd::Months(months) => {
                    let last = Deadline::Months(*months, self.agreement.timezone.clone());
                    last.over(&began)
                }
                PhaseEnd::When(condition) if self.stays(condition) => self.first(condition)?.both(&began),
                PhaseEnd::When(condition) => self.state(condition)?.first_since(&began, self.at),
            };
            let lasts = matches!(phase.ends, PhaseEnd::After(_) | PhaseEnd::Months(_));
            let ended = self.moved_end(id, &began, ended, lasts).by(self.at);
            let ended = if self.course.effects.is_empty() { ended } else { ended.both(&began) };
            let ended = match &phase.latest {
                None => ended,
                Some(latest) => {
                    let (opens, deadline) = self.window(latest, &[])?;
                    ended.either(&deadline.over(&opens).by(self.at)).both(&began)
                }
            };
            self.ended_as_amended(id, ended)
        })?;
        Ok((self.beginning(id)?, ended))
    }

    /// From when performance counts.
    ///
    /// # Errors
    /// When `not before` or entry into force is not computed.
    pub(crate) fn start(&self, not_before: Option<&Condition>) -> Result<Start, NotComputed> {
        let entered = self.counting()?;
        let Some(condition) = not_before else { return Ok(entered) };
        let first = Start::of(&self.first(condition)?);
        Ok(Start { earliest: first.earliest.max(entered.earliest), latest: first.latest.max(entered.latest) })
    }

    pub(crate) fn provision(&self, id: &Id) -> Result<&'a Provision, NotComputed> {
        let found = self.agreement.provisions.iter().find(|p| p.id == *id);
        found.ok_or_else(|| NotComputed(format!("the provision {id}, which is not declared")))
    }

    /// For each bearer of a single duty that binds throughout, its bounds, its window and what is owed.
    fn singles<T>(
        &self,
        provision: &Provision,
        each: impl Fn(&Single<'_>, Instant) -> T,
    ) -> Result<Option<Vec<T>>, NotComputed> {
        let Rule::Once { action, required, due, not_before } = &provision.rule else { return Ok(None) };
        if !is_plain(provision) || self.course.touches(provision) {
            return Ok(None);
        }
        let duty = self.duty(provision, due, not_before.as_ref())?;
        let of_its_time = is_of_its_time(self.agreement, provision) || in_doubt(self.agreement, provision);
        if duty.bound.is_some() || self.is_amended(&provision.id) || of_its_time {
            return Ok(None);
        }
        let mut results = Vec::new();
        for bearer in &provision.bearers {
            let mut own = action.clone();
            own.by = vec![bearer.clone()];
            let role = Role::Duty { bearers: &own.by, verifiers: &provision.verified_by };
            let asked = self.ask(&own, role);
            results.push(each(&duty.single(&asked.bounds, *required), self.at));
        }
        Ok(Some(results))
    }

    fn performed(&self, id: &Id, in_time: bool) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        let key = format!("performance of {id}{}", if in_time { " in time" } else { "" });
        self.named(key, || {
            if let Some(each) = self.singles(provision, |single, at| performance(single, at, in_time))? {
                return Ok(each.into_iter().reduce(|a, b| a.both(&b)).unwrap_or_else(Moments::never));
            }
            Ok(self.performance_of(id, in_time)?.first(self.origin(), self.at))
        })
    }

    fn breached(&self, id: &Id) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        self.named(format!("breach of {id}"), || {
            if let Some(each) = self.singles(provision, breach)? {
                return Ok(each.into_iter().reduce(|a, b| a.either(&b)).unwrap_or_else(Moments::never));
            }
            Ok(self.broken(id)?.first(self.origin(), self.at))
        })
    }
}

/// Whether a provision is one window for each bearer of a plain number, and nothing else bears on it.
fn is_plain(provision: &Provision) -> bool {
    let terms = &provision.terms;
    let other = terms.for_each.is_some()
        || terms.part_lot.is_some()
        || terms.in_step.is_some()
        || !terms.made_up_with.is_empty()
        || !terms.subject_to.is_empty()
        || terms.manner.is_some()
        || terms.quality.is_some();
    matches!(provision.rule, Rule::Once { .. }) && provision.binding == Binding::Each && !other
}

/// When a single duty comes to be met or late (or, `in_time`, met).
#[must_use]
pub fn performance(single: &Single<'_>, at: Instant, in_time: bool) -> Moments {
    let CountFrom::Fixed(from) = single.count_from else { return Moments { spans: Vec::new(), never: true } };
    let owed = match single.required {
        Required::AtLeast(owed) | Required::Exactly(owed) => owed,
        Required::AtMost(most) => return kept(single, from, most).by(at),
    };
    let mut reached = Moments::reaching(single.bounds, from, owed, at);
    if matches!(single.required, Required::Exactly(_)) {
        reached.never |= overshoots(single, &reached, from, owed);
        reached.spans.retain(|span| may_stop_at(single, span, from, owed));
    }
    let performed = reached.both(&single.opens.by(at));
    if !in_time {
        return performed;
    }
    let latest = single.opens.spans.iter().map(|span| single.deadline.last(span.last)).max();
    let earliest = single.opens.spans.first().map(|span| single.deadline.last(span.first));
    let mut in_time = performed.clone();
    in_time.spans = latest.map_or_else(Vec::new, |latest| performed.by(latest).spans);
    in_time.never |= earliest.is_none_or(|earliest| !performed.certain_by(earliest));
    in_time
}

/// When a window closes with no more than what is allowed: the tick after its end.
fn kept(single: &Single<'_>, from: Instant, most: Amount) -> Moments {
    let mut result = Moments { spans: Vec::new(), never: single.opens.never };
    for span in &single.opens.spans {
        let dues = Period { first: single.deadline.last(span.first), last: single.deadline.last(span.last) };
        let views = |due: Instant| single.bounds.views(&[from, due.next().max(from)]);
        if views(dues.first).iter().any(|v| v.low(0, 1) <= most) {
            result.spans.push(Period { first: dues.first.next(), last: dues.last.next() });
        }
        result.never |= views(dues.last).iter().any(|v| v.high(0, 1).is_none_or(|h| h > most));
    }
    result
}

/// Whether, when the amount first reaches what is exactly owed, it can be just that: at a single instant before the
/// deadline a greater deed leaves no time for it.
fn may_stop_at(single: &Single<'_>, span: &Period, from: Instant, owed: Amount) -> bool {
    let earliest = single.opens.spans.first().map(|opens| single.deadline.last(opens.first));
    let in_time = earliest.is_some_and(|last| span.last <= last);
    let views = single.bounds.views(&[from, span.last.next()]);
    span.first < span.last || !in_time || views.iter().any(|view| view.low(0, 1) <= owed)
}

/// Whether the amount can pass what is exactly owed without ever being it.
fn overshoots(single: &Single<'_>, reached: &Moments, from: Instant, owed: Amount) -> bool {
    reached.spans.iter().any(|span| {
        let points = [from, span.last.next()];
        single.bounds.views(&points).iter().any(|view| view.high(0, 1).is_none_or(|high| high > owed))
    })
}

/// When a single duty is first breached: at the tick after its deadline, or, for `exactly` and `at most`, at one more.
fn breach(single: &Single<'_>, at: Instant) -> Moments {
    let CountFrom::Fixed(from) = single.count_from else { return Moments { spans: Vec::new(), never: true } };
    let mut result = Moments::never();
    let owed = match single.required {
        Required::AtLeast(owed) | Required::Exactly(owed) => Some(owed),
        Required::AtMost(_) => None,
    };
    let most = match single.required {
        Required::AtMost(most) | Required::Exactly(most) => Some(most),
        Required::AtLeast(_) => None,
    };
    if let Some(owed) = owed {
        let mut short = Moments { spans: Vec::new(), never: single.opens.never };
        for span in &single.opens.spans {
            let dues =
                Period { first: single.deadline.last(span.first), last: single.deadline.last(span.last) };
            let views = |due: Instant| single.bounds.views(&[from, due.next().max(from)]);
            let possible = views(dues.first).iter().any(|v| v.low(0, 1) < owed);
            let avoidable = views(dues.last).iter().any(|v| v.high(0, 1).is_none_or(|h| h >= owed));
            if possible {
                short.spans.push(Period { first: dues.first.next(), last: dues.last.next() });
            }
            short.never |= avoidable || !possible;
        }
        result = result.either(&short.by(at));
    }
    if let Some(most) = most {
        let over = Moments::reaching(single.bounds, from, most + Amount::LEAST, at);
        let mut in_window = Moments { spans: Vec::new(), never: single.opens.never };
        for span in &single.opens.spans {
            let mut own = over.by(single.deadline.last(span.last));
            own.never |= !over.certain_by(single.deadline.last(span.first));
            // One too many before the window opens is one too many when it does.
            in_window = in_window.or(&own.both(&Moments { spans: vec![*span], never: false }));
        }
        in_window.never |= in_window.spans.is_empty();
        result = result.either(&in_window.by(at));
    }
    result
}
