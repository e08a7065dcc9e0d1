//! Conditions of the agreement as possible instants: milestones, phases, performances, breaches and deeds.
//!
//! Invariant: a condition that is not computed yet is an error that names it, never a guess.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Agreement, Binding, Condition, Due, PhaseEnd, Provision, Required, Rule, Target},
};

use crate::{
    asked::Asked,
    instance::{CountFrom, Deadline, Single},
    measure::{Evidence, Role},
    moments::Moments,
    reach::{beyond, changed, deed},
    standing,
};

/// A construct that this engine does not compute yet, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotComputed(pub String);

/// When a provision binds.
#[derive(Clone, Debug)]
pub struct Scope {
    /// When it starts to bind.
    pub opens: Moments,
    /// When it stops; `never` where it may go on.
    pub closes: Moments,
}

/// The agreement, the evidence and the instant asked about.
pub struct Context<'a> {
    /// The agreement, as the reading has it.
    pub agreement: &'a Agreement,
    /// The evidence, as known.
    pub evidence: &'a dyn Evidence,
    /// Statuses are asked for this instant.
    pub at: Instant,
    firsts: RefCell<BTreeMap<String, Result<Moments, NotComputed>>>,
    asked: RefCell<BTreeMap<String, Rc<Asked>>>,
    computing: RefCell<BTreeSet<Id>>,
}

impl<'a> Context<'a> {
    /// A context with nothing computed yet.
    #[must_use]
    pub fn new(agreement: &'a Agreement, evidence: &'a dyn Evidence, at: Instant) -> Self {
        Context { agreement, evidence, at, firsts: RefCell::default(), asked: RefCell::default(), computing: RefCell::default() }
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

    /// Remembers what a name stands for; a name asked for while it is being computed is a cycle.
    fn named(
        &self,
        key: String,
        compute: impl FnOnce() -> Result<Moments, NotComputed>,
    ) -> Result<Moments, NotComputed> {
        if let Some(known) = self.firsts.borrow().get(&key) {
            return known.clone();
        }
        let cycle = NotComputed(format!("{key} depends on itself"));
        self.firsts.borrow_mut().insert(key.clone(), Err(cycle));
        let result = compute();
        self.firsts.borrow_mut().insert(key, result.clone());
        result
    }

    /// Computes what hangs on a provision's instances; one that is asked for while it is computed is a cycle.
    ///
    /// # Errors
    /// When it is not computed, or hangs on itself.
    pub fn once_only<T>(
        &self,
        id: &Id,
        compute: impl FnOnce() -> Result<T, NotComputed>,
    ) -> Result<T, NotComputed> {
        if !self.computing.borrow_mut().insert(id.clone()) {
            return Err(NotComputed(format!("{id}, which hangs on itself")));
        }
        let result = compute();
        self.computing.borrow_mut().remove(id);
        result
    }

    /// When a condition first holds.
    ///
    /// # Errors
    /// For a condition that is a state and has no first instant here.
    pub fn first(&self, condition: &Condition) -> Result<Moments, NotComputed> {
        match condition {
            Condition::InForce if self.agreement.entry.is_some() => {
                Err(NotComputed("an entry into force that hangs on a condition".to_owned()))
            }
            Condition::InForce => Ok(Moments::at(self.agreement.in_force).by(self.at)),
            Condition::Signed => {
                let signed = self.agreement.signed.unwrap_or(self.agreement.in_force);
                Ok(Moments::at(signed).by(self.at))
            }
            Condition::From(instant) => Ok(Moments::at(*instant).by(self.at)),
            Condition::Milestone(id) => self.milestone(id),
            Condition::PhaseBegun(id) | Condition::During(id) => self.phase(id).map(|(began, _)| began),
            Condition::PhaseEnded(id) => self.phase(id).map(|(_, ended)| ended),
            Condition::Performed(id) => self.performed(id, false),
            Condition::PerformedInTime(id) => self.performed(id, true),
            Condition::Breached(id) => self.breached(id),
            Condition::Deed(action) => {
                if let Some(what) = deed(self.agreement, action) {
                    return Err(NotComputed(what));
                }
                let asked = self.ask(action, Role::Duty { bearers: &action.by, verifiers: &[] });
                Ok(Moments::reaching(&asked.bounds, self.agreement.in_force, Amount::LEAST, self.at))
            }
            Condition::All(all) => self.fold(all, Moments::both),
            Condition::Any(any) => self.fold(any, Moments::either),
            Condition::AtLeast(count, of) => {
                let all: Vec<Moments> = of.iter().map(|c| self.first(c)).collect::<Result<_, _>>()?;
                Ok(Moments::at_least(*count, &all))
            }
            Condition::Not(_) | Condition::Recently(..) | Condition::Since(..) | Condition::Calm(..) => {
                Err(NotComputed("the first instant of a condition that can come and go".to_owned()))
            }
            Condition::HoursAfter(length, inner) => Ok(self.first(inner)?.shifted(*length).by(self.at)),
            Condition::DaysAfter(..) => Err(NotComputed("an instant some days after another".to_owned())),
            Condition::Overdue(id) => Err(NotComputed(format!("overdue({id})"))),
            Condition::Violations(id, _) => Err(NotComputed(format!("violations({id})"))),
            Condition::Amount(id, _) => Err(NotComputed(format!("amount({id})"))),
            Condition::Done(..) => Err(NotComputed("a deed of a certain amount as a condition".to_owned())),
            Condition::Set(id) => Err(NotComputed(format!("the setting of {id}"))),
            Condition::Judged(id) => Err(NotComputed(format!("the judgement {id}"))),
        }
    }

    fn fold(
        &self,
        of: &[Condition],
        join: fn(&Moments, &Moments) -> Moments,
    ) -> Result<Moments, NotComputed> {
        let mut all = of.iter().map(|c| self.first(c));
        let first = all.next().unwrap_or_else(|| Ok(Moments::at(self.agreement.in_force)))?;
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
        self.named(format!("milestone {id}"), || self.first(&milestone.when))
    }

    /// When a phase begins and ends.
    ///
    /// # Errors
    /// When one of its conditions is not computed.
    pub fn phase(&self, id: &Id) -> Result<(Moments, Moments), NotComputed> {
        let found = self.agreement.phases.iter().find(|p| p.id == *id);
        let phase = found.ok_or_else(|| NotComputed(format!("the phase {id}, which is not declared")))?;
        if let Some(what) = changed(self.agreement, &Target::Phase(id.clone())) {
            return Err(NotComputed(what));
        }
        if phase.latest.is_some() {
            return Err(NotComputed(format!("the latest end of phase {id}")));
        }
        let began = self.named(format!("beginning of phase {id}"), || self.first(&phase.begins))?;
        let ended = self.named(format!("end of phase {id}"), || match &phase.ends {
            PhaseEnd::Never => Ok(Moments::never()),
            PhaseEnd::After(length) => Ok(began.shifted(*length).by(self.at)),
            PhaseEnd::Months(_) => Err(NotComputed("a phase of calendar months".to_owned())),
            PhaseEnd::When(condition) => Ok(self.first(condition)?.both(&began)),
        })?;
        Ok((began, ended))
    }

    /// When a provision's scope opens and closes.
    ///
    /// # Errors
    /// For a scope that can come and go.
    pub fn scope(&self, while_: &Condition) -> Result<Scope, NotComputed> {
        match while_ {
            Condition::InForce => {
                self.first(&Condition::InForce)?;
                Ok(Scope { opens: Moments::at(self.agreement.in_force), closes: Moments::never() })
            }
            Condition::During(id) => {
                let (opens, closes) = self.phase(id)?;
                Ok(Scope { opens, closes })
            }
            Condition::All(all) => {
                let whole = Scope { opens: Moments::at(self.agreement.in_force), closes: Moments::never() };
                all.iter().map(|c| self.scope(c)).try_fold(whole, |a, b| {
                    let b = b?;
                    Ok(Scope { opens: a.opens.both(&b.opens), closes: a.closes.either(&b.closes) })
                })
            }
            _ => Err(NotComputed("a scope that is neither “in force” nor a phase".to_owned())),
        }
    }

    /// The deadline of a duty and the instants at which its window can open.
    ///
    /// # Errors
    /// When what it hangs on is not computed.
    pub fn window(&self, due: &Due) -> Result<(Moments, Deadline), NotComputed> {
        self.first(&Condition::InForce)?;
        let at_start = || Moments::at(self.agreement.in_force);
        Ok(match due {
            Due::Within(length, after) => (self.first(after)?, Deadline::After(*length)),
            Due::EndOfDayAfter(days, after) => {
                (self.first(after)?, Deadline::EndOfDay(*days, self.agreement.timezone.clone()))
            }
            Due::By(last) => (at_start(), Deadline::Fixed(*last)),
            Due::Open => (at_start(), Deadline::Open),
            Due::MonthsAfter(..) => return Err(NotComputed("a deadline of calendar months".to_owned())),
            Due::Before(_) => return Err(NotComputed("a deadline that an event sets".to_owned())),
            Due::Latest(_) | Due::Earliest(_) => {
                return Err(NotComputed("the later or earlier of several deadlines".to_owned()));
            }
        })
    }

    /// The instant from which performance counts.
    ///
    /// # Errors
    /// When `not before` is uncertain or not computed.
    pub fn counted_from(&self, not_before: Option<&Condition>) -> Result<Instant, NotComputed> {
        let Some(condition) = not_before else { return Ok(self.agreement.in_force) };
        let first = self.first(condition)?;
        match (first.spans.as_slice(), first.never) {
            ([span], false) if span.first == span.last => Ok(span.first),
            ([], true) => Ok(self.at.next()),
            _ => Err(NotComputed("a “not before” whose instant is uncertain".to_owned())),
        }
    }

    fn provision(&self, id: &Id) -> Result<&'a Provision, NotComputed> {
        let found = self.agreement.provisions.iter().find(|p| p.id == *id);
        let found = found.ok_or_else(|| NotComputed(format!("the provision {id}, which is not declared")))?;
        // Whether a family's duty is computed is found out member by member.
        if found.terms.for_each.is_some() {
            return Ok(found);
        }
        beyond(self.agreement, found).map_or(Ok(found), |what| Err(NotComputed(what)))
    }

    /// For each bearer of a single duty, its bounds, its window and what is owed.
    fn singles<T>(
        &self,
        provision: &Provision,
        each: impl Fn(&Single<'_>, Instant) -> T,
    ) -> Result<Vec<T>, NotComputed> {
        let Rule::Once { action, required, due, not_before } = &provision.rule else {
            return Err(NotComputed(format!("a condition on {}, which is not a single duty", provision.id)));
        };
        let (opens, deadline) = self.window(due)?;
        let from = self.counted_from(not_before.as_ref())?;
        let mut results = Vec::new();
        for bearer in &provision.bearers {
            let mut own = action.clone();
            own.by = vec![bearer.clone()];
            let role = Role::Duty { bearers: &own.by, verifiers: &provision.verified_by };
            let asked = self.ask(&own, role);
            let count_from = CountFrom::Fixed(from);
            let single = Single {
                bounds: &asked.bounds,
                opens: &opens,
                deadline: &deadline,
                count_from,
                required: *required,
            };
            results.push(each(&single, self.at));
        }
        Ok(results)
    }

    fn performed(&self, id: &Id, in_time: bool) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        let key = format!("performance of {id}{}", if in_time { " in time" } else { "" });
        self.named(key, || match &provision.rule {
            Rule::Once { .. } | Rule::Schedule { .. } if !is_plain(provision) => {
                let so = if in_time { standing::performed_in_time } else { standing::performed };
                standing::all_stand(self, id, so)
            }
            Rule::Once { .. } => {
                let each = self.singles(provision, |single, at| performance(single, at, in_time))?;
                Ok(each.into_iter().reduce(|a, b| a.both(&b)).unwrap_or_else(Moments::never))
            }
            // A window always remains to open until the scope has closed for good.
            _ if matches!(provision.while_, Condition::InForce) => Ok(Moments::never()),
            _ => Err(NotComputed(format!("performed({id}) of a duty that recurs within a phase"))),
        })
    }

    fn breached(&self, id: &Id) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        self.named(format!("breach of {id}"), || {
            if !is_plain(provision) {
                return standing::some_stands(self, id, standing::breached);
            }
            let each = self.singles(provision, breach)?;
            Ok(each.into_iter().reduce(|a, b| a.either(&b)).unwrap_or_else(Moments::never))
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
        let last_due = single.opens.spans.iter().map(|span| single.deadline.last(span.last)).max();
        let in_window = last_due.map_or_else(Moments::never, |due| over.by(due));
        result = result.either(&in_window);
    }
    result
}
