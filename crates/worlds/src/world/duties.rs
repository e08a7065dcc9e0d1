//! Single duties, and how several are bound by a duty to act (spec/meaning.md §3 and §5).
//!
//! Invariant: a duty that does not bind when it falls due is not breached.

use std::{collections::BTreeMap, rc::Rc};

use model::{
    Amount, Id, Instant, Status,
    agreement::{Action, Binding, Condition, Due, InStep, PartLot, Provision, Required, Rule},
};

use super::{Demand, Total, World, deadlines::Window, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

/// What is owed, as it stands at each tick.
pub(super) type Owed = Rc<dyn Fn(Instant) -> Demand>;

/// A duty with one window.
#[derive(Clone)]
pub(super) struct Single {
    pub scope: Ticks,
    pub entry: Instant,
    pub window: Window,
    pub done: Total,
    pub owed: Owed,
}

impl Single {
    pub fn status(&self, at: Instant) -> Status {
        let Window { opens, last } = self.window;
        let Some(opens) = opens.filter(|opens| *opens <= at) else { return Status::Inactive };
        let bound = self.scope.within(opens, at);
        if bound.is_empty() {
            return Status::Inactive;
        }
        let (demand, in_time) = ((self.owed)(at), at.min(last));
        if let Some(most) = demand.most
            && !bound.within(opens, in_time).and(&self.done.ticks(|amount| amount > most)).is_empty()
        {
            return Status::Breached;
        }
        let reached = demand.least.and_then(|least| self.done.reached(least));
        if let Some(reached) = reached.filter(|reached| *reached <= in_time)
            && !bound.within(reached.max(opens), in_time).is_empty()
        {
            return Status::Met;
        }
        let binds_at_the_end = self.scope.contains(last.max(self.entry));
        match demand.least {
            _ if at <= last && self.scope.contains(at) => Status::Pending,
            _ if at <= last || !binds_at_the_end => Status::Inactive,
            None => Status::Met,
            Some(least) if self.done.by(at) >= least => Status::Late,
            Some(_) => Status::Breached,
        }
    }

    pub fn changes(&self) -> Vec<Instant> {
        let Window { opens, last } = self.window;
        let ends = opens.into_iter().chain([last, last.next()]);
        self.scope.edges().chain(ends).chain(self.done.changes()).collect()
    }

    pub fn instance(self, key: String, further: impl IntoIterator<Item = Instant>) -> Instance {
        let changes: Vec<Instant> = self.changes().into_iter().chain(further).collect();
        Instance::new(key, changes, move |at| Some(self.status(at)))
    }
}

/// From the best to the worst, of those that several alternative bearers give.
const BEST: [Status; 9] = [
    Status::Met,
    Status::Excused,
    Status::Suspended,
    Status::Pending,
    Status::NotAdjudicated,
    Status::Late,
    Status::Breached,
    Status::Lapsed,
    Status::Inactive,
];

/// What so many of several come to.
#[must_use]
pub fn best_of(mut found: Vec<Status>, least: usize) -> Option<Status> {
    found.sort_by_key(|status| BEST.iter().position(|best| best == status));
    found.get(least.max(1) - 1).or(found.last()).copied()
}

impl World<'_> {
    /// The instances of a duty to act, as its bearers are bound.
    pub(super) fn of_bearers(&self, provision: &Provision) -> Result<Vec<Instance>, Refused> {
        if !provision.exceptions.is_empty() {
            return not_handled("an exception to a duty to act");
        }
        let bearers = &provision.bearers;
        let alone = |bearer: &Id| {
            let own = Provision { bearers: vec![bearer.clone()], ..provision.clone() };
            self.of(&own, Some(std::slice::from_ref(bearer)), &self.bound(bearer))
        };
        match provision.binding {
            Binding::Unstated => self.of(provision, Some(&[]), &Ticks::all()),
            _ if bearers.len() <= 1 => {
                let bound = bearers.first().map_or_else(Ticks::all, |bearer| self.bound(bearer));
                self.of(provision, None, &bound)
            }
            Binding::Together => {
                let bound = bearers.iter().fold(Ticks::none(), |all, one| all.or(&self.bound(one)));
                self.of(provision, Some(bearers), &bound)
            }
            Binding::Each => {
                let mut all = Vec::new();
                for bearer in bearers {
                    for mut instance in alone(bearer)? {
                        let once = instance.key == "once";
                        instance.key =
                            if once { bearer.clone() } else { format!("{bearer} {}", instance.key) };
                        all.push(instance.of(bearer));
                    }
                }
                Ok(all)
            }
            Binding::Either => self.alternatives(bearers.iter().map(alone), 1),
            Binding::AtLeast(least) => self.alternatives(bearers.iter().map(alone), least),
        }
    }

    /// One instance of each key, which so many of those of single bearers make.
    fn alternatives(
        &self,
        each: impl Iterator<Item = Result<Vec<Instance>, Refused>>,
        least: usize,
    ) -> Result<Vec<Instance>, Refused> {
        let mut by_key: BTreeMap<String, Vec<Instance>> = BTreeMap::new();
        for instances in each {
            for instance in instances? {
                by_key.entry(instance.key.clone()).or_default().push(instance);
            }
        }
        let joined = |(key, parts): (String, Vec<Instance>)| {
            let changes: Vec<Instant> = parts.iter().flat_map(Instance::changes).collect();
            let window = parts.iter().fold(Ticks::none(), |all, part| all.or(part.window()));
            let status = move |at| best_of(parts.iter().filter_map(|part| part.status(at)).collect(), least);
            Instance::new(key, changes, status).over(window)
        };
        Ok(by_key.into_iter().map(joined).collect())
    }

    /// The instances of a duty, of the deeds of these and while they are bound.
    fn of(&self, provision: &Provision, by: Option<&[Id]>, bound: &Ticks) -> Result<Vec<Instance>, Refused> {
        let scope = self.scope(provision)?.and(bound);
        let done_by = |action: &Action| Action {
            by: by.map_or_else(|| action.by.clone(), <[Id]>::to_vec),
            ..action.clone()
        };
        match &provision.rule {
            Rule::Once { action, required, due, not_before } => {
                let kinds = self.kinds(provision, &done_by(action));
                let done = self.total(&kinds, self.counted_from(not_before.as_ref())?)?;
                self.once(provision, scope, done, *required, due)
            }
            Rule::Schedule { action, steps, not_before } => {
                let kinds = self.kinds(provision, &done_by(action));
                let done = self.total(&kinds, self.counted_from(not_before.as_ref())?)?;
                self.schedule(provision, &scope, &done, steps)
            }
            Rule::Periodic { action, .. } => {
                let kinds = self.kinds(provision, &done_by(action));
                self.periodic(provision, &scope, &kinds, by)
            }
            Rule::Exchange { action, .. } => self.exchange(provision, &scope, &done_by(action), by),
            _ => not_handled("a rule of another kind"),
        }
    }

    /// The kinds of deed that count for a duty: its own, and of what may make up the number.
    fn kinds(&self, provision: &Provision, action: &Action) -> Vec<Action> {
        let others = provision.terms.made_up_with.iter();
        let others = others.map(|item| Action { item: Some(item.clone()), ..action.clone() });
        [action.clone()].into_iter().chain(others).collect()
    }

    /// From when what is done counts.
    fn counted_from(&self, not_before: Option<&Condition>) -> Result<Instant, Refused> {
        Ok(match not_before {
            None => self.entry,
            Some(condition) => self.instant(condition)?.unwrap_or(Instant::MAX.next()).max(self.entry),
        })
    }

    /// What has been done of a provision by its bearers, as it counts it.
    pub(super) fn counted(&self, id: &str) -> Result<Total, Refused> {
        let provision = self.provision(id)?;
        let (Some(action), not_before) = (
            provision.rule.action(),
            match &provision.rule {
                Rule::Once { not_before, .. } | Rule::Schedule { not_before, .. } => not_before.as_ref(),
                _ => None,
            },
        ) else {
            return not_handled("the amount of a state");
        };
        self.total(&self.kinds(provision, action), self.counted_from(not_before)?)
    }

    fn once(
        &self,
        provision: &Provision,
        scope: Ticks,
        done: Total,
        required: Required,
        due: &Due,
    ) -> Result<Vec<Instance>, Refused> {
        let window = self.window_of(provision, due)?;
        let (scope, window) = match &provision.terms.in_step {
            Some(step) => self.in_step(provision, step, scope, window, &done, required)?,
            None => (scope, window),
        };
        if provision.terms.part_lot == Some(PartLot::Proportion) {
            return self.lot(provision, &scope, &done, required, due);
        }
        let demand = Demand::from(required);
        let single = Single { scope, entry: self.entry, window, done, owed: Rc::new(move |_| demand) };
        Ok(vec![single.instance("once".into(), [])])
    }

    /// A lot of which a part owes in proportion: each part has its own deadline, and the instance is the worst.
    fn lot(
        &self,
        provision: &Provision,
        scope: &Ticks,
        done: &Total,
        required: Required,
        due: &Due,
    ) -> Result<Vec<Instance>, Refused> {
        let (Due::Within(length, Condition::Done(lot, Required::AtLeast(whole))), Required::AtLeast(least)) =
            (due, required)
        else {
            return not_handled("a proportionate part of anything but a lot");
        };
        let lots = self.total(std::slice::from_ref(lot), self.entry)?;
        let mut parts: BTreeMap<Amount, Single> = BTreeMap::new();
        for first in lots.changes() {
            let came = i128::from(lots.by(first).min(*whole).0);
            let whole_units = i128::from(least.0) * came / i128::from(whole.0.max(1)) / 1_000_000;
            let owed = if came >= i128::from(whole.0) { least } else { Amount::whole(whole_units as i64) };
            if owed > Amount::ZERO && !parts.contains_key(&owed) {
                let stops = self.effects.stops(&self.agreement, provision);
                let last = super::deadlines::relative(first, first + *length, &stops);
                let demand = Demand { least: Some(owed), most: None };
                let window = Window { opens: Some(first), last };
                let (scope, done) = (scope.clone(), done.clone());
                let single =
                    Single { scope, entry: self.entry, window, done, owed: Rc::new(move |_| demand) };
                parts.insert(owed, single);
            }
        }
        let parts: Vec<Single> = parts.into_values().collect();
        let changes: Vec<Instant> = parts.iter().flat_map(Single::changes).collect();
        Ok(vec![Instance::new("once", changes, move |at| {
            let opened = parts.iter().map(|part| part.status(at));
            Some(opened.min().unwrap_or(Status::Inactive))
        })])
    }

    /// A window that does not open before what starts two duties in step.
    pub(super) fn started(&self, provision: &Provision, window: Window) -> Result<Window, Refused> {
        let Some(starts) = provision.terms.in_step.as_ref().and_then(|step| step.starts.as_ref()) else {
            return Ok(window);
        };
        let starts = self.instant(starts)?;
        let opens = window.opens.zip(starts).map(|(opens, starts)| opens.max(starts));
        // What was due before what holds it up started it does not open.
        let never = opens != window.opens && opens.is_some_and(|opens| opens > window.last);
        Ok(Window { opens: opens.filter(|_| !never), ..window })
    }

    /// A duty in step with another: the one that moves second binds once the first has gone as far as its next
    /// unit.
    fn in_step(
        &self,
        provision: &Provision,
        step: &InStep,
        scope: Ticks,
        window: Window,
        done: &Total,
        required: Required,
    ) -> Result<(Ticks, Window), Refused> {
        let window = self.started(provision, window)?;
        if step.first.as_ref().is_none_or(|first| provision.bearers.contains(first)) {
            return Ok((scope, window));
        }
        let other = self.provision(&step.with)?;
        let (Rule::Once { required: Required::AtLeast(theirs), .. }, Required::AtLeast(own)) =
            (&other.rule, required)
        else {
            return not_handled("a step that is no least number");
        };
        let (ahead, theirs, done) = (self.counted(&step.with)?, *theirs, done.clone());
        let changes: Vec<Instant> = ahead.changes().chain(done.changes()).chain([Instant::MIN]).collect();
        let far_enough = |at: Instant| {
            let next = (done.by(at) + Amount::whole(1)).min(own);
            i128::from(ahead.by(at).0) * i128::from(own.0) >= i128::from(next.0) * i128::from(theirs.0)
        };
        Ok((scope.and(&Ticks::between(changes, far_enough)), window))
    }
}
