//! One world, evaluated: given concrete deeds, the status of every instance of a provision at an instant.
//!
//! Invariant: nothing here knows of claims, sources or sets. Whatever this module does not understand it
//! refuses by name, and never answers by a guess.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Duration, Id, Instant, Status,
    agreement::{Action, Agreement, Condition, Cycle, Due, PhaseEnd, Provision, Required, Rule, Spread},
    vocabulary::is_act,
};

use crate::Refused;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Instant,
    /// How much of it.
    pub amount: Amount,
    /// The act.
    pub act: Id,
    /// Who did it, together.
    pub by: Vec<Id>,
    /// To what.
    pub item: Option<Id>,
    /// To whom.
    pub to: Option<Id>,
    /// In which zone.
    pub zone: Option<Id>,
    /// How far the cargo had come.
    pub stage: Option<Id>,
}

impl Deed {
    /// A deed that is just what an action asks for, by the first of its doers.
    #[must_use]
    pub fn of(action: &Action, at: Instant, amount: Amount) -> Self {
        Deed {
            at,
            amount,
            act: action.act.clone(),
            by: action.by.first().cloned().into_iter().collect(),
            item: action.item.clone(),
            to: action.to.clone(),
            zone: action.place.as_ref().map(|(_, zone)| zone.clone()),
            stage: action.stage.clone(),
        }
    }
}

/// What a provision comes to in one world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The instances that have opened, by key.
    pub instances: BTreeMap<String, Status>,
    /// What each bearer answers for.
    pub by_bearer: BTreeMap<Id, Status>,
    /// Violations of a prohibition.
    pub violations: u64,
}

impl Outcome {
    /// The worst of its instances; inactive where none has opened.
    #[must_use]
    pub fn status(&self) -> Status {
        self.instances.values().copied().min().unwrap_or(Status::Inactive)
    }
}

/// A world: an agreement and all that was done.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// What was agreed.
    pub agreement: &'a Agreement,
    /// What was done, in any order.
    pub deeds: &'a [Deed],
}

fn not_handled<T>(what: &str) -> Result<T, Refused> {
    Err(Refused::NotHandled(what.to_owned()))
}

impl World<'_> {
    /// What a provision comes to at an instant.
    ///
    /// # Errors
    /// `NotHandled` for a construct that this evaluator does not know.
    pub fn outcome(&self, provision: &Provision, at: Instant) -> Result<Outcome, Refused> {
        let mut outcome = Outcome::default();
        match &provision.rule {
            Rule::Once { .. } => {
                outcome.instances.insert("once".into(), self.once(provision, at)?);
            }
            Rule::Periodic { .. } => outcome.instances = self.daily(provision, at)?,
            Rule::Exchange { .. } => outcome.instances = self.exchange(provision, at)?,
            Rule::Prohibition { action } => return self.prohibition(provision, action, at),
            Rule::Schedule { .. } | Rule::State { .. } | Rule::Answerable { .. } => {
                return not_handled("a rule of this kind");
            }
        }
        let status = outcome.status();
        outcome.by_bearer = provision.bearers.iter().map(|bearer| (bearer.clone(), status)).collect();
        Ok(outcome)
    }

    pub(crate) fn fits(&self, deed: &Deed, action: &Action) -> bool {
        let same = |wanted: &Option<Id>, had: &Option<Id>| wanted.is_none() || wanted == had;
        let item = match (&action.item, &deed.item) {
            (Some(wanted), Some(had)) => self.agreement.is(had, wanted),
            (wanted, _) => wanted.is_none(),
        };
        is_act(&deed.act, &action.act)
            && (action.by.is_empty() || deed.by.iter().any(|doer| action.by.contains(doer)))
            && item
            && same(&action.to, &deed.to)
            && same(&action.place.as_ref().map(|(_, zone)| zone.clone()), &deed.zone)
            && same(&action.stage, &deed.stage)
    }

    /// F over the closed `[from, to]`.
    fn amount(&self, action: &Action, from: Instant, to: Instant) -> Amount {
        let inside = |deed: &&Deed| from <= deed.at && deed.at <= to && self.fits(deed, action);
        self.deeds.iter().filter(inside).map(|deed| deed.amount).sum()
    }

    fn once(&self, provision: &Provision, at: Instant) -> Result<Status, Refused> {
        let Rule::Once { action, required, due, not_before } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        self.always_in_scope(provision)?;
        let (opens, deadline) = self.window(due, at)?;
        let from = match not_before {
            Some(condition) => self.first(condition, at)?.unwrap_or(Instant::MAX),
            None => self.agreement.in_force,
        };
        if opens.is_none_or(|opens| at < opens) {
            return Ok(Status::Inactive);
        }
        let (in_time, in_all) = (self.amount(action, from, at.min(deadline)), self.amount(action, from, at));
        Ok(judge(*required, in_time, in_all, at <= deadline))
    }

    /// When a window opens, if it has by `at`, and the last tick that is in time.
    pub(crate) fn window(&self, due: &Due, at: Instant) -> Result<(Option<Instant>, Instant), Refused> {
        Ok(match due {
            Due::Open => (Some(self.agreement.in_force), Instant::MAX),
            Due::By(last) => (Some(self.agreement.in_force), *last),
            Due::Within(length, after) => match self.first(after, at)? {
                Some(opens) => (Some(opens), opens + *length),
                None => (None, Instant::MAX),
            },
            Due::EndOfDayAfter(days, after) => match self.first(after, at)? {
                Some(opens) => (Some(opens), self.end_of_day(opens, i64::from(*days))?),
                None => (None, Instant::MAX),
            },
            _ => return not_handled("a deadline of this kind"),
        })
    }

    /// The last tick of the day that comes `days` after that of `instant`.
    fn end_of_day(&self, instant: Instant, days: i64) -> Result<Instant, Refused> {
        let zone = &self.agreement.timezone;
        match instant.date(zone).checked_add(jiff::Span::new().days(days + 1)) {
            Ok(date) => Ok(Instant::start_of(date, zone).previous()),
            Err(_) => not_handled("a date beyond the calendar"),
        }
    }

    fn daily(&self, provision: &Provision, at: Instant) -> Result<BTreeMap<String, Status>, Refused> {
        let Rule::Periodic {
            action,
            required,
            shares,
            pro_rata,
            cycle: Cycle::Day,
            spread: Spread::Alone,
            ..
        } = &provision.rule
        else {
            return not_handled("a rule of another kind");
        };
        self.always_in_scope(provision)?;
        if !shares.is_empty() {
            return not_handled("shares of a periodic duty");
        }
        let (zone, in_force) = (&self.agreement.timezone, self.agreement.in_force);
        if *pro_rata && in_force != Instant::start_of(in_force.date(zone), zone) {
            return not_handled("a first day owed in proportion");
        }
        let mut instances = BTreeMap::new();
        let mut first = in_force;
        while first <= at {
            let last = self.end_of_day(first, 0)?;
            let amount = self.amount(action, first, last.min(at));
            let status = judge(*required, amount, amount, at <= last);
            instances.insert(first.date(zone).to_string(), status);
            first = last.next();
        }
        Ok(instances)
    }

    fn exchange(&self, provision: &Provision, at: Instant) -> Result<BTreeMap<String, Status>, Refused> {
        let Rule::Exchange { action, required, within, .. } = &provision.rule else {
            return not_handled("a rule of another kind");
        };
        self.always_in_scope(provision)?;
        let opened = self.triggers(&provision.rule, at);
        let finished = self.finished(&provision.rule, action, *required, &opened);
        let mut instances = BTreeMap::new();
        for (k, (opens, finish)) in opened.iter().zip(finished).enumerate() {
            let deadline = within.map_or(Instant::MAX, |length| *opens + length);
            let status = match finish.filter(|finish| *finish <= at) {
                Some(finish) if finish <= deadline => Status::Met,
                Some(_) => Status::Late,
                None if at <= deadline => Status::Pending,
                None => Status::Breached,
            };
            instances.insert(format!("#{}", k + 1), status);
        }
        Ok(instances)
    }

    /// When the first, second, … unit of the trigger came, up to `at`.
    pub(crate) fn triggers(&self, rule: &Rule, at: Instant) -> Vec<Instant> {
        let Rule::Exchange { trigger, every, .. } = rule else { return Vec::new() };
        let (mut opened, mut total) = (Vec::new(), Amount::ZERO);
        for deed in self.in_order(trigger).into_iter().filter(|deed| deed.at <= at) {
            total = total + deed.amount;
            let due = if every.0 > 0 { total.0 / every.0 } else { 0 };
            while (opened.len() as i64) < due {
                opened.push(deed.at);
            }
        }
        opened
    }

    fn in_order(&self, action: &Action) -> Vec<&Deed> {
        let since = self.agreement.in_force;
        let mut deeds: Vec<&Deed> =
            self.deeds.iter().filter(|d| d.at >= since && self.fits(d, action)).collect();
        deeds.sort_by_key(|deed| deed.at);
        deeds
    }

    /// When each instance of an exchange had all that it is owed: first in, first out.
    fn finished(
        &self,
        rule: &Rule,
        action: &Action,
        required: Amount,
        opened: &[Instant],
    ) -> Vec<Option<Instant>> {
        let afterwards = matches!(rule, Rule::Exchange { afterwards: true, .. });
        let mut owed: Vec<Amount> = vec![required; opened.len()];
        let mut finished = vec![None; opened.len()];
        for deed in self.in_order(action) {
            let mut left = deed.amount;
            for k in 0..opened.len() {
                // A surplus of `afterwards` finds no instance open and is lost; else it is banked for the
                // next.
                if (afterwards && opened[k] > deed.at) || finished[k].is_some() {
                    continue;
                }
                let used = left.min(owed[k]);
                (left, owed[k]) = (left - used, owed[k] - used);
                if owed[k] == Amount::ZERO {
                    finished[k] = Some(deed.at);
                }
            }
        }
        finished
    }

    fn prohibition(&self, provision: &Provision, action: &Action, at: Instant) -> Result<Outcome, Refused> {
        let mut outcome = Outcome::default();
        let untouched = self.scope_status(&provision.while_, at)?;
        outcome.by_bearer = provision.bearers.iter().map(|bearer| (bearer.clone(), untouched)).collect();
        for deed in self.deeds.iter().filter(|deed| deed.at <= at && self.fits(deed, action)) {
            if !self.holds(&provision.while_, deed.at)? || self.excused(provision, deed)? {
                continue;
            }
            outcome.violations += 1;
            for doer in deed.by.iter().filter(|doer| provision.bearers.contains(doer)) {
                outcome.by_bearer.insert(doer.clone(), Status::Breached);
            }
        }
        let status = if outcome.violations > 0 { Status::Breached } else { untouched };
        outcome.instances.insert("once".into(), status);
        Ok(outcome)
    }

    /// What an unviolated prohibition is: inactive before its scope, pending in it, met after.
    fn scope_status(&self, scope: &Condition, at: Instant) -> Result<Status, Refused> {
        if self.holds(scope, at)? {
            return Ok(Status::Pending);
        }
        Ok(if self.first(scope, at)?.is_some() { Status::Met } else { Status::Inactive })
    }

    /// An act at t reads the state just before t.
    fn excused(&self, provision: &Provision, deed: &Deed) -> Result<bool, Refused> {
        for exception in &provision.exceptions {
            let doer = exception.by.is_empty() || deed.by.iter().any(|doer| exception.by.contains(doer));
            if doer && self.holds(&exception.when, deed.at.previous())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Duties to act are handled where nothing narrows their scope.
    fn always_in_scope(&self, provision: &Provision) -> Result<(), Refused> {
        match provision.while_ {
            Condition::InForce if provision.exceptions.is_empty() => Ok(()),
            Condition::InForce => not_handled("an exception to a duty to act"),
            _ => not_handled("a duty to act with a scope of its own"),
        }
    }

    fn provision(&self, id: &str) -> Result<&Provision, Refused> {
        match self.agreement.provisions.iter().find(|p| p.id == id) {
            Some(provision) => Ok(provision),
            None => not_handled("a condition on a provision that is not there"),
        }
    }

    /// Whether a condition holds at an instant.
    pub(crate) fn holds(&self, condition: &Condition, at: Instant) -> Result<bool, Refused> {
        let first = |condition: &Condition| self.first(condition, at);
        let count = |all: &[Condition]| -> Result<usize, Refused> {
            all.iter().try_fold(0, |n, one| Ok(n + usize::from(self.holds(one, at)?)))
        };
        Ok(match condition {
            Condition::InForce => at >= self.agreement.in_force,
            Condition::From(instant) => at >= *instant,
            Condition::Milestone(id) => match self.agreement.milestones.iter().find(|m| m.id == *id) {
                Some(milestone) => first(&milestone.when)?.is_some(),
                None => return not_handled("a milestone that is not there"),
            },
            Condition::Performed(id) => {
                self.performed(id, at, &[Status::Met, Status::Late, Status::Excused])?
            }
            Condition::PerformedInTime(id) => self.performed(id, at, &[Status::Met, Status::Excused])?,
            Condition::Breached(id) => self.breached_by(id, at)?,
            Condition::PhaseBegun(id) => self.phase(id, at)?.0.is_some(),
            Condition::PhaseEnded(id) => self.phase(id, at)?.1.is_some(),
            Condition::During(id) => {
                let (begun, ended) = self.phase(id, at)?;
                begun.is_some() && ended.is_none()
            }
            Condition::Deed(action) => self.deeds.iter().any(|d| d.at <= at && self.fits(d, action)),
            Condition::Recently(length, action) => {
                self.deeds.iter().any(|d| at - *length <= d.at && d.at <= at && self.fits(d, action))
            }
            Condition::All(all) => count(all)? == all.len(),
            Condition::Any(all) => count(all)? > 0,
            Condition::AtLeast(least, all) => count(all)? >= *least,
            Condition::Not(one) => !self.holds(one, at)?,
            _ => return not_handled("a condition of this kind"),
        })
    }

    /// Only a single duty has no window that remains to open.
    fn performed(&self, id: &str, at: Instant, good: &[Status]) -> Result<bool, Refused> {
        let provision = self.provision(id)?;
        if !matches!(provision.rule, Rule::Once { .. }) {
            return not_handled("performed() of a duty that recurs");
        }
        Ok(good.contains(&self.once(provision, at)?))
    }

    fn breached_by(&self, id: &str, at: Instant) -> Result<bool, Refused> {
        let provision = self.provision(id)?;
        for moment in self.moments(at) {
            if self.outcome(provision, moment)?.status() == Status::Breached {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When a phase began and when it ended, if it did by `at`.
    fn phase(&self, id: &str, at: Instant) -> Result<(Option<Instant>, Option<Instant>), Refused> {
        let Some(phase) = self.agreement.phases.iter().find(|p| p.id == id) else {
            return not_handled("a phase that is not there");
        };
        let Some(begun) = self.first(&phase.begins, at)? else { return Ok((None, None)) };
        let ended = match &phase.ends {
            PhaseEnd::Never => None,
            PhaseEnd::After(length) => Some(begun + *length).filter(|end| *end <= at),
            PhaseEnd::When(condition) => self.first_from(condition, begun, at)?,
            PhaseEnd::Months(_) => return not_handled("a phase of calendar months"),
        };
        Ok((Some(begun), ended))
    }

    /// The first instant up to `at` at which a condition holds.
    pub(crate) fn first(&self, condition: &Condition, at: Instant) -> Result<Option<Instant>, Refused> {
        match condition {
            Condition::InForce => Ok(Some(self.agreement.in_force).filter(|first| *first <= at)),
            Condition::From(instant) => Ok(Some(*instant).filter(|first| *first <= at)),
            _ => self.first_from(condition, self.agreement.in_force, at),
        }
    }

    fn first_from(
        &self,
        condition: &Condition,
        from: Instant,
        at: Instant,
    ) -> Result<Option<Instant>, Refused> {
        for moment in self.moments(at).into_iter().filter(|moment| *moment >= from) {
            if self.holds(condition, moment)? {
                return Ok(Some(moment));
            }
        }
        Ok(None)
    }

    /// Every instant up to `at` at which anything can change: what is dated, each deed, and every length of
    /// time that the agreement names counted from one of these, with the tick after it.
    fn moments(&self, at: Instant) -> BTreeSet<Instant> {
        let (dates, lengths) = times_in(self.agreement);
        let mut todo: Vec<Instant> = dates.into_iter().chain(self.deeds.iter().map(|d| d.at)).collect();
        todo.push(self.agreement.in_force);
        let mut found = BTreeSet::new();
        while let Some(moment) = todo.pop() {
            if moment > at || !found.insert(moment) {
                continue;
            }
            todo.extend(lengths.iter().flat_map(|length| [moment + *length, (moment + *length).next()]));
        }
        let days = self.agreement.provisions.iter().any(|p| {
            matches!(p.rule, Rule::Periodic { .. } | Rule::Once { due: Due::EndOfDayAfter(..), .. })
        });
        let mut midnight = self.agreement.in_force;
        while days && midnight <= at {
            found.insert(midnight);
            match self.end_of_day(midnight, 0) {
                Ok(last) => midnight = last.next(),
                Err(_) => break,
            }
        }
        found
    }
}

/// The status that a duty's amounts give: what came in time, what came in all, and whether there is time
/// left.
fn judge(required: Required, in_time: Amount, in_all: Amount, open: bool) -> Status {
    match required {
        Required::AtLeast(least) if in_time >= least => Status::Met,
        Required::Exactly(just) if in_time == just => Status::Met,
        Required::Exactly(just) if in_time > just => Status::Breached,
        Required::AtLeast(_) | Required::Exactly(_) if open => Status::Pending,
        Required::AtLeast(least) | Required::Exactly(least) if in_all >= least => Status::Late,
        Required::AtLeast(_) | Required::Exactly(_) => Status::Breached,
        Required::AtMost(most) if in_time > most => Status::Breached,
        Required::AtMost(_) if open => Status::Pending,
        Required::AtMost(_) => Status::Met,
    }
}

/// The dates and the lengths of time that an agreement names.
fn times_in(agreement: &Agreement) -> (BTreeSet<Instant>, BTreeSet<Duration>) {
    let mut times = (BTreeSet::new(), BTreeSet::new());
    for provision in &agreement.provisions {
        condition_times(&provision.while_, &mut times);
        provision.exceptions.iter().for_each(|exception| condition_times(&exception.when, &mut times));
        match &provision.rule {
            Rule::Once { due, not_before, .. } => {
                not_before.iter().for_each(|condition| condition_times(condition, &mut times));
                match due {
                    Due::By(last) => times.0.extend([last.next()]),
                    Due::Within(length, after) => {
                        times.1.insert(*length);
                        condition_times(after, &mut times);
                    }
                    Due::EndOfDayAfter(_, after) => condition_times(after, &mut times),
                    _ => {}
                }
            }
            Rule::Exchange { within, .. } => times.1.extend(*within),
            _ => {}
        }
    }
    for phase in &agreement.phases {
        condition_times(&phase.begins, &mut times);
        match &phase.ends {
            PhaseEnd::When(condition) => condition_times(condition, &mut times),
            PhaseEnd::After(length) => times.1.extend([*length]),
            PhaseEnd::Never | PhaseEnd::Months(_) => {}
        }
    }
    agreement.milestones.iter().for_each(|milestone| condition_times(&milestone.when, &mut times));
    times.1.remove(&Duration(0));
    times
}

fn condition_times(condition: &Condition, times: &mut (BTreeSet<Instant>, BTreeSet<Duration>)) {
    match condition {
        Condition::From(instant) => times.0.extend([*instant]),
        Condition::Recently(length, _) => times.1.extend([*length]),
        Condition::All(all) | Condition::Any(all) | Condition::AtLeast(_, all) => {
            all.iter().for_each(|one| condition_times(one, times));
        }
        Condition::Not(one) => condition_times(one, times),
        _ => {}
    }
}
