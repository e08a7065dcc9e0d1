//! How provisions stand, as conditions: performed, breached, overdue, so many violations, so much done.
//!
//! Invariant: where a single duty binds throughout, its own instants are exact; everything else is read off how its
//! instances stood over time, taken as independent.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Status, StatusSet,
    agreement::{Condition, Counting, Provision, Rule},
};

use crate::{
    apart::is_apart,
    asked::Asked,
    binding::asked_of,
    bounds::Bounds,
    conditions::{Context, NotComputed},
    counting::counted,
    forbidden::Within,
    in_step::follows,
    moments::{Moments, Start},
    outcome::Row,
    parties::is_of_its_time,
    prohibition::violations,
    recurring::{days_of, window::Windows},
    scope::Scope,
    signal::{Signal, Truth},
    some::enough,
    tied::in_doubt,
};

impl Context<'_> {
    /// Each instance as what it can be at each instant, given what its statuses say; `before` holds before there was one.
    fn each(
        &self,
        provision: &Provision,
        before: Truth,
        truth: impl Fn(StatusSet) -> Truth,
    ) -> Result<Vec<Signal>, NotComputed> {
        let outcome = self.outcome(provision);
        let rows = &outcome.as_ref().as_ref().map_err(NotComputed::clone)?.rows;
        let signal = |row: &Row| {
            let changes = row.timeline.iter().map(|(from, set)| (*from, truth(*set)));
            Signal::of([(Instant::MIN, before)].into_iter().chain(changes))
        };
        Ok(rows.iter().map(|(_, row)| signal(row)).collect())
    }

    /// Whether a provision has been performed, at each instant.
    ///
    /// # Errors
    /// When it is not computed.
    pub(crate) fn performance_of(&self, id: &Id, in_time: bool) -> Result<Signal, NotComputed> {
        let provision = self.provision(id)?;
        self.standing(format!("performance of {id}, {in_time}"), || self.performing(provision, in_time))
    }

    fn performing(&self, provision: &Provision, in_time: bool) -> Result<Signal, NotComputed> {
        let late = if in_time { None } else { Some(Status::Late) };
        let mut done: StatusSet = [Status::Met, Status::Excused].into_iter().chain(late).collect();
        let within = |set: StatusSet, done: StatusSet| {
            Truth::of(set.iter().any(|s| done.contains(s)), !set.is_empty() && done.includes(set))
        };
        let recurs = matches!(
            provision.rule,
            Rule::Periodic { .. }
                | Rule::Exchange { .. }
                | Rule::Prohibition { .. }
                | Rule::State { quiet: Some(_), .. }
        );
        if !recurs {
            return Ok(Signal::all(&self.each(provision, Truth::No, |set| within(set, done))?));
        }
        // What was never in scope is no instance.
        if !matches!(provision.rule, Rule::Prohibition { .. }) {
            done.insert(Status::Inactive);
        }
        let ended = Signal::since(&self.termination(provision));
        let over = Signal::any(&[self.over(&provision.while_)?, ended]);
        if over == Signal::constant(Truth::No) {
            return Ok(over);
        }
        let mut all = self.each(provision, Truth::Yes, |set| within(set, done))?;
        all.push(over);
        Ok(Signal::all(&all))
    }

    /// Whether what binds while a condition holds can bind no more: during a phase that has ended.
    fn over(&self, while_: &Condition) -> Result<Signal, NotComputed> {
        Ok(match while_ {
            Condition::During(id) => Signal::since(&self.phase(id)?.1),
            Condition::All(of) => {
                let over: Vec<Signal> = of.iter().map(|c| self.over(c)).collect::<Result<_, _>>()?;
                Signal::any(&over)
            }
            _ => Signal::constant(Truth::No),
        })
    }

    /// Whether some instance is breached, at each instant.
    ///
    /// # Errors
    /// When the provision is not computed.
    pub(crate) fn overdue(&self, id: &Id) -> Result<Signal, NotComputed> {
        let provision = self.provision(id)?;
        self.standing(format!("breach of {id} that stands"), || {
            Ok(Signal::any(&self.each(provision, Truth::No, is_breached)?))
        })
    }

    /// Whether some instance is breached, or late and so was, at each instant.
    ///
    /// # Errors
    /// When the provision is not computed.
    pub(crate) fn broken(&self, id: &Id) -> Result<Signal, NotComputed> {
        let provision = self.provision(id)?;
        self.standing(format!("breach of {id}"), || {
            Ok(Signal::any(&self.each(provision, Truth::No, is_broken)?))
        })
    }

    /// When a provision has come to so many violations: forbidden deeds, or instances that were breached.
    ///
    /// # Errors
    /// When it is not computed.
    pub(crate) fn violated(&self, id: &Id, count: u64) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        if in_doubt(self.agreement, provision) {
            return Ok(self.any_time());
        }
        let forbidden = match &provision.rule {
            Rule::Prohibition { action } => Some((action, &provision.bearers)),
            Rule::Answerable { action, for_result: true, .. } => Some((action, &action.by)),
            _ => None,
        };
        if let Some((action, doers)) = forbidden {
            let apart = is_apart(self, provision) || is_of_its_time(self.agreement, provision);
            if apart || self.is_amended(id) || enough(provision).is_some() {
                return self.violated_by(provision, count);
            }
            let asked = Asked::of(violations(self, provision, action, doers)?);
            let scope = self.running(provision)?;
            let violated = match provision.terms.counting {
                Counting::Day => self.days(&asked.bounds, &scope, count),
                _ => {
                    let count = Amount::whole(i64::try_from(count).unwrap_or(i64::MAX / 1_000_000));
                    reaching_in(&asked.bounds, &scope, count, self.at)
                }
            };
            return Ok(if follows(provision).is_some() { violated.or_later(self.at) } else { violated });
        }
        // The second time that a state is not kept is no second instance.
        if count > 1 && matches!(provision.rule, Rule::State { quiet: None, .. }) {
            return self.violated_by(provision, count);
        }
        let ever = |now: &Signal| Signal::since(&now.first(self.origin(), self.at));
        let each: Vec<Signal> = self.each(provision, Truth::No, is_broken)?.iter().map(ever).collect();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Signal::at_least(count, &each).first(self.origin(), self.at))
    }

    /// Where how many violations there were is only told of now: at any time since the first, if there may have been so many.
    fn violated_by(&self, provision: &Provision, count: u64) -> Result<Moments, NotComputed> {
        let outcome = self.outcome(provision);
        let counts = outcome.as_ref().as_ref().map_err(NotComputed::clone)?.violations;
        // How often some of several violated it is not told.
        let told = enough(provision).is_none();
        if told && counts.possible.is_some_and(|most| most < count) {
            return Ok(Moments::never());
        }
        let mut all = Moments { never: !told || counts.certain < count, ..self.any_time() };
        if told && !self.course.touches(provision) {
            // Not before it may first stand broken.
            let broken = self.broken(&provision.id)?.first(self.origin(), self.at);
            let first = broken.spans.first().map_or(Instant::MAX, |span| span.first);
            all.spans = Period::closed(first, self.at).into_iter().collect();
            all.never |= all.spans.is_empty();
        }
        Ok(all)
    }

    /// When there have been so many days with a violation: between the first instant at which there may, and at which there must.
    fn days(&self, bounds: &Bounds, scope: &Scope, count: u64) -> Moments {
        let first = scope.opens.spans.first().map(|span| span.first);
        let Some(seen) = first.and_then(|first| Period::closed(first, self.at)) else {
            return Moments::never();
        };
        let zone = &self.agreement.timezone;
        let windows = Windows::of(scope, &Period::ALWAYS, &BTreeSet::new());
        let cuts = bounds.cuts_in(&seen).iter().flat_map(|cut| [cut.previous(), *cut, cut.next()]);
        let mut turns: BTreeSet<Instant> = cuts.chain(days_of(&seen, zone).map(|day| day.first)).collect();
        turns.extend(scope.holds.cells().map(|(from, _)| from));
        turns.retain(|t| seen.first <= *t && *t <= seen.last);
        let turns: Vec<Instant> = [seen.first].into_iter().chain(turns).collect();
        let by = |t: Instant| counted(Counting::Day, bounds, &windows, t, zone);
        let may = turns.partition_point(|t| by(*t).possible.is_some_and(|possible| possible < count));
        let must = turns.partition_point(|t| by(*t).certain < count);
        let last = turns.get(must).copied();
        let span = turns.get(may).and_then(|first| Period::closed(*first, last.unwrap_or(self.at)));
        Moments { spans: span.into_iter().collect(), never: last.is_none() }
    }

    /// When so much has been performed of a provision by all its bearers.
    ///
    /// # Errors
    /// When it is not computed.
    pub(crate) fn amounting(&self, id: &Id, amount: Amount) -> Result<Moments, NotComputed> {
        let provision = self.provision(id)?;
        if in_doubt(self.agreement, provision) {
            return Ok(self.any_time());
        }
        if self.is_changed(id) {
            return Ok(self.any_time());
        }
        let not_before = match &provision.rule {
            Rule::Prohibition { .. } => {
                let count = u64::try_from(amount.floor()).unwrap_or(0);
                let whole = Amount::whole(amount.floor()) == amount;
                return self.violated(id, count + u64::from(!whole));
            }
            Rule::Once { not_before, .. } | Rule::Schedule { not_before, .. } => not_before.as_ref(),
            _ => None,
        };
        let Some(action) = provision.rule.action() else {
            return Err(NotComputed(format!("the amount of {id}, which is a state")));
        };
        let asked = asked_of(self, provision, action, &provision.bearers);
        if matches!(provision.rule, Rule::Periodic { .. }) {
            let scope = self.scope(&provision.while_, provision.terms.unless.as_ref())?;
            return Ok(reaching_in(&asked.bounds, &scope, amount, self.at));
        }
        Ok(Moments::reaching_since(&asked.bounds, self.start(not_before)?, amount, self.at))
    }
}

/// What is late was breached when its deadline passed.
fn is_broken(set: StatusSet) -> Truth {
    let broken: StatusSet = [Status::Breached, Status::Late].into_iter().collect();
    Truth::of(set.iter().any(|status| broken.contains(status)), !set.is_empty() && broken.includes(set))
}

fn is_breached(set: StatusSet) -> Truth {
    Truth::of(set.contains(Status::Breached), set == StatusSet::only(Status::Breached))
}

/// When what happens in scope comes to an amount.
fn reaching_in(bounds: &Bounds, scope: &Scope, amount: Amount, at: Instant) -> Moments {
    if scope.whole() {
        return Moments::reaching_since(bounds, Start::of(&scope.opens), amount, at);
    }
    Within::of(bounds, scope, at).reaching(amount, at)
}
