//! States to be kept: a report that nothing contradicts shows a breach, and reports that together keep within what is demanded
//! throughout show that there is none.
//!
//! Invariant: a stock is looked at tick by tick, and of what is said of a tick every greatest set that can hold together counts.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Status,
    agreement::{Condition, Rule, Side},
};
use worlds::{
    levels::{self, Levels, Limit},
    literals::{self, Asked},
    world::{Deed, Ticks},
};

use crate::{
    Fault, Proof, Refutation, Subject, Witness, at_refuted, at_witness,
    doubt::{Between, Doubt, kept_in},
    duty::{Leaves, in_leaf, leaves_of, told_apart},
    form::Stock,
    frame::{self, none},
    hinges::{Hinge, Turned, of_state},
    stock,
    turns::turns,
};

/// A state to be kept with all that is said of it.
pub struct Kept<'a> {
    subject: &'a Subject<'a>,
    from: &'a Condition,
    until: Option<&'a Condition>,
    /// What is said of the stock.
    pub levels: Levels,
    /// The deeds on which it hangs when it is to be kept.
    pub hinges: Vec<Hinge>,
    /// Of quiet hours, what each day has to have.
    pub calm: Option<Calm>,
}

/// So many hours of a day without any of it.
#[derive(Clone, Copy, Debug)]
pub struct Calm {
    /// The day.
    pub day: Period,
    /// How long.
    pub length: model::Duration,
    /// Without a break; else in all.
    pub consecutive: bool,
}

impl Kept<'_> {
    /// The kinds of deed on which it hangs when it is to be kept, as they are asked about.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked<'_>> {
        self.hinges.iter().map(Hinge::asked).collect()
    }

    /// When it is to be kept, where what that hangs on turns between these instants.
    ///
    /// # Errors
    /// Where the evaluator does not know a construct.
    pub fn window(&self, turns: &[Turned]) -> Result<Doubt, Fault> {
        let between = Between::of(&self.hinges, turns, self.subject.case.at);
        let window = kept_in(self.subject, (self.from, self.until), &between)?;
        Ok(match self.calm {
            Some(Calm { day, .. }) => Doubt::known(Ticks::of([day])),
            None => window,
        })
    }
}

/// A state with all that is said of it.
///
/// # Errors
/// For a state of which there is no certificate yet.
pub fn kept<'a>(subject: &'a Subject<'a>) -> Result<Kept<'a>, Fault> {
    frame::plain(subject)?;
    let (case, provision) = (&subject.case, subject.provision);
    let Rule::State { from, until, quiet, place, .. } = &provision.rule else { return none("no state") };
    let until = until.as_ref();
    let hinges = of_state(subject, from, until)?;
    let mut levels = levels::levels(case, provision)?;
    let coming = stock::coming(subject, levels.demand.most.is_some())?;
    let silent = matches!(place, Some((Side::FromOver, _))) && coming.iter().any(|limit| !limit.lower);
    if silent && !levels.limits.is_empty() {
        return none("a state beside somebody's silence about it");
    }
    for claim in coming.iter().map(|limit| &limit.claim) {
        let own = levels.screen.iter_mut().find(|one| one.claim == *claim);
        own.into_iter().for_each(|one| "used".clone_into(&mut one.why));
    }
    levels.limits.extend(coming);
    let mut kept = Kept { subject, from, until, levels, hinges, calm: None };
    let Some(quiet) = quiet else {
        if subject.instance != "once" {
            return Err(Fault::new("question.instance", "a state has the one instance `once`"));
        }
        return Ok(kept);
    };
    let demand = kept.levels.demand;
    if !quiet.instead.is_empty() || !kept.hinges.is_empty() || demand.least.is_some() {
        return none("quiet hours that hang on something, or of more than nothing");
    }
    let window = kept.window(&[])?;
    let days = literals::periods(case, &model::agreement::Cycle::Day, &window.certain)?;
    let day = days.into_iter().find(|(key, day)| {
        key == subject.instance
            && day.first <= case.at
            && !window.certain.within(day.first, day.last).is_empty()
    });
    let Some((_, day)) = day else {
        return Err(Fault::new("question.instance", "there is no such day by that instant"));
    };
    kept.calm = Some(Calm { day, length: quiet.length, consecutive: quiet.consecutive });
    Ok(kept)
}

/// What it may come to where it was kept.
#[must_use]
pub fn unfailed(window: &Doubt, at: Instant) -> Vec<Status> {
    let Doubt { certain, possible } = window;
    let begun = |ticks: &Ticks| ticks.first_from(Instant::MIN).is_some_and(|first| first <= at);
    let over = |ticks: &Ticks| ticks.first_from(at).is_none();
    let may_be = |status: &Status| match status {
        Status::Pending => possible.contains(at),
        Status::Met => begun(possible) && over(certain),
        Status::Inactive => !begun(certain) || (!over(possible) && !certain.contains(at)),
        _ => false,
    };
    [Status::Pending, Status::Met, Status::Inactive].into_iter().filter(may_be).collect()
}

/// The ticks of a window, up to an instant, at which what is said is contradicted by nothing; of a deed at some tick of its time
/// all of that or nothing.
#[must_use]
pub fn unopposed(levels: &Levels, window: &Ticks, at: Instant, limit: &Limit) -> Ticks {
    let against = |other: &&Limit| match limit.lower {
        true => !other.lower && other.amount < limit.amount,
        false => other.lower && other.amount > limit.amount,
    };
    let against = Ticks::of(levels.limits.iter().filter(against).map(|other| other.period));
    let own = Ticks::of([limit.period]);
    let left = own.and(&against.not()).and(window).within(Instant::MIN, at);
    if limit.once && left != own { Ticks::none() } else { left }
}

/// Whether each deed at some tick of its time is true of some stock, where all of that time lies in a window.
#[must_use]
pub fn are_told(levels: &Levels, window: &Ticks, at: Instant, held: &[(Period, Amount)]) -> bool {
    let inside = |limit: &&Limit| {
        limit.once && window.within(limit.period.first, limit.period.last.min(at)).periods() == [limit.period]
    };
    let told = |limit: &Limit| {
        held.iter().any(|(period, amount)| period.meets(&limit.period) && *amount >= limit.amount)
    };
    levels.limits.iter().filter(inside).all(told)
}

/// Where it is calm in a day for so long by an instant, by the ticks in which it is.
#[must_use]
pub fn is_calm(calm: &Calm, ticks: &Ticks, at: Instant) -> bool {
    let ticks = ticks.within(calm.day.first, calm.day.last.min(at));
    let longest = ticks.periods().iter().map(|one| one.last.0 - one.first.0 + 1).max().unwrap_or(0);
    let length = if calm.consecutive { longest } else { ticks.length() };
    length >= calm.length.0
}

/// Whether a stock may be so much at a tick: what that leaves out of what is said contradicts what it leaves in.
#[must_use]
pub fn possible(levels: &Levels, tick: Instant, amount: Amount) -> bool {
    let now = |limit: &&Limit| !limit.once && limit.period.contains(&Period::at(tick));
    let here: Vec<&Limit> = levels.limits.iter().filter(now).collect();
    let holds = |limit: &Limit| if limit.lower { limit.amount <= amount } else { limit.amount >= amount };
    let contradicted = |out: &Limit| {
        here.iter().any(|one| {
            let (low, high) = if one.lower { (one, &out) } else { (&out, one) };
            holds(one) && one.lower != out.lower && low.amount > high.amount
        })
    };
    amount >= Amount::ZERO && here.iter().all(|limit| holds(limit) || contradicted(limit))
}

/// Instants at which anything changes for a state, up to an instant, within a window.
#[must_use]
pub fn cells(levels: &Levels, window: &Ticks, at: Instant, stocks: &[Period]) -> Vec<Instant> {
    let window = window.within(Instant::MIN, at);
    let said = levels.limits.iter().map(|limit| limit.period).chain(stocks.iter().copied());
    let edges = said.flat_map(|period| [period.first, period.last.next()]).chain(window.edges());
    edges.filter(|edge| window.contains(*edge)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The status in the world in which the stock was so much, and these deeds were done.
///
/// # Errors
/// Where the evaluator does not know a construct.
pub fn status(subject: &Subject<'_>, stocks: &[Stock], deeds: &[Deed]) -> Result<Status, Fault> {
    let stocks: Vec<(Period, Amount)> = stocks.iter().filter_map(Stock::held).collect();
    let outcome = levels::outcome(&subject.case, subject.provision, &stocks, deeds)?;
    Ok(outcome.instances.get(subject.instance).copied().unwrap_or(Status::Inactive))
}

/// Checks all of the certificate of a state. Gives the number of leaves.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let kept = kept(subject)?;
    let Some((stream, others)) = proof.streams.split_first() else {
        return Err(Fault::new("proof.streams", "there has to be one, of the state"));
    };
    let others_right = others.len() == kept.hinges.len() && others.iter().all(|one| one.of == "opening");
    if stream.of != "state" || stream.tree.is_some() || !others_right || !proof.each.is_empty() {
        let why = "there has to be one, of the state, without a tree, and one of each kind of deed that it hangs on";
        return Err(Fault::new("proof.streams", why));
    }
    crate::same_screen(&kept.levels.screen, stream, "streams.state")?;
    told_apart(subject, kept.hinges.iter().map(|hinge| &hinge.action))?;
    let asked = kept.asked();
    literals::with_all(&subject.case, &asked, |streams| {
        let mut hinged = Vec::new();
        for (literals, stream) in streams.iter().zip(others) {
            hinged.push(leaves_of(literals, stream, "streams.opening")?);
        }
        let window = kept.window(&turns((&kept.hinges, &proof.openings), &hinged, None)?)?;
        let check = Check { subject, kept: &kept, window, hinged };
        proof.refuted.iter().try_for_each(|refutation| check.refutes(refutation))?;
        proof.witnesses.iter().try_for_each(|witness| check.is_a_world(witness))?;
        Ok(1 + check.hinged.iter().map(Vec::len).sum::<usize>())
    })?
}

struct Check<'a> {
    subject: &'a Subject<'a>,
    kept: &'a Kept<'a>,
    window: Doubt,
    hinged: Vec<Leaves>,
}

impl Check<'_> {
    fn of<'l>(&'l self, claim: &'l Id, lower: bool) -> impl Iterator<Item = &'l Limit> {
        let limits = self.kept.levels.limits.iter();
        limits.filter(move |limit| limit.claim == *claim && limit.lower == lower)
    }

    /// The ticks at which some claims, unopposed, keep what is said on one side of an amount; none where one of them does not.
    fn throughout(&self, claims: &[Id], window: &Ticks, (lower, amount): (bool, Amount)) -> Option<Ticks> {
        let right = |limit: &&Limit| {
            !limit.once && if lower { limit.amount >= amount } else { limit.amount <= amount }
        };
        let mut all = Ticks::none();
        for claim in claims {
            let own: Vec<&Limit> = self.of(claim, lower).filter(right).collect();
            if own.is_empty() {
                return None;
            }
            for limit in own {
                all = all.or(&unopposed(&self.kept.levels, window, self.subject.case.at, limit));
            }
        }
        Some(all)
    }

    fn refutes(&self, refutation: &Refutation) -> Result<(), Fault> {
        let (at, asked) = (at_refuted(refutation.status), self.subject.case.at);
        let Refutation { status, way, steps, claim, throughout } = refutation;
        if *way != 0 || !steps.is_empty() {
            return Err(Fault::new(at, "a state is shown by reports alone"));
        }
        if let Some(calm) = &self.kept.calm {
            return match claim {
                None => self.refutes_of_day(calm, *status, throughout, &at),
                Some(_) => Err(Fault::new(at, "of a day all that is said of it is named")),
            };
        }
        let unfailed = unfailed(&self.window, asked);
        match (*status, claim, throughout.as_slice()) {
            (Status::Breached, None, all) => {
                let ends = ends(&self.kept.levels);
                if all.len() != ends.len() {
                    return Err(Fault::new(at, "there have to be reports for each end of what is demanded"));
                }
                let window = &self.window.possible;
                for (end, claims) in ends.into_iter().zip(all) {
                    if self.throughout(claims, window, end) != Some(window.within(Instant::MIN, asked)) {
                        return Err(Fault::new(at, "the reports do not keep it throughout"));
                    }
                }
                Ok(())
            }
            (status, Some(claim), []) if unfailed.contains(&status) => {
                let levels = &self.kept.levels;
                let fails = |limit: &Limit| {
                    let wrong = is_outside(levels, limit);
                    wrong && !unopposed(levels, &self.window.certain, asked, limit).is_empty()
                };
                let failed = [true, false].into_iter().any(|lower| self.of(claim, lower).any(fails));
                let why = "that report shows no breach which nothing contradicts";
                failed.then_some(()).ok_or_else(|| Fault::new(at, why))
            }
            (status, None, []) if !unfailed.contains(&status) => Ok(()),
            _ => Err(Fault::new(at, "it is not refuted so")),
        }
    }

    /// Of quiet hours: how long it was calm at least, and at most.
    fn refutes_of_day(&self, calm: &Calm, status: Status, claims: &[Vec<Id>], at: &str) -> Result<(), Fault> {
        let (asked, day) = (self.subject.case.at, Ticks::of([calm.day]));
        let over = asked > calm.day.last;
        let said = |lower, amount| match claims {
            [claims] => self.throughout(claims, &day, (lower, amount)),
            _ => None,
        };
        let was_calm = || said(false, Amount::ZERO).is_some_and(|ticks| is_calm(calm, &ticks, asked));
        let holds = match status {
            Status::Pending | Status::Breached if (status == Status::Pending) == over => claims.is_empty(),
            Status::Pending | Status::Breached => was_calm(),
            Status::Met => {
                let loud = said(true, Amount::LEAST);
                loud.is_some_and(|loud| !is_calm(calm, &day.and(&loud.not()), asked))
            }
            _ => claims.is_empty(),
        };
        holds.then_some(()).ok_or_else(|| Fault::new(at, "the reports of the day do not show that"))
    }

    /// That the stock may have been so at each tick of the window, and the deeds on which that hangs.
    fn is_a_world(&self, witness: &Witness) -> Result<(), Fault> {
        let (at, case) = (at_witness(witness.status), &self.subject.case);
        let kinds: Vec<_> = self.kept.hinges.iter().map(|hinge| &hinge.action).collect();
        if !witness.owed.is_empty() {
            return Err(Fault::new(at, "nothing is owed of what is to be kept"));
        }
        if witness.leaves.first() != Some(&0) || witness.leaves.len() != 1 + kinds.len() {
            return Err(Fault::new(at, "it names the one leaf, and one for each kind of deed"));
        }
        let mut by_kind = vec![Vec::new(); kinds.len()];
        for deed in crate::deeds(witness) {
            by_kind[literals::kind_of(case, &deed, &kinds)?].push((deed.at, deed.amount));
        }
        for ((amounts, leaves), leaf) in by_kind.iter().zip(&self.hinged).zip(&witness.leaves[1..]) {
            in_leaf(amounts, leaves, *leaf, &at)?;
        }
        let held: Vec<(Period, Amount)> = witness.stocks.iter().filter_map(Stock::held).collect();
        let periods: Vec<Period> = held.iter().map(|one| one.0).collect();
        let (levels, window) = (&self.kept.levels, &self.window.possible);
        for cell in cells(levels, window, case.at, &periods) {
            let now = held.iter().filter(|(period, _)| period.contains(&Period::at(cell)));
            let amount: Amount = now.map(|(_, amount)| *amount).sum();
            if !possible(levels, cell, amount) {
                return Err(Fault::new(at, format!("at {cell} it was not so much, by what is said")));
            }
        }
        let told = are_told(levels, window, case.at, &held);
        told.then_some(()).ok_or_else(|| Fault::new(at, "what came at some time never came"))
    }
}

/// The ends of what is demanded: whether it is the lower, and how much.
#[must_use]
pub fn ends(levels: &Levels) -> Vec<(bool, Amount)> {
    let least = levels.demand.least.map(|least| (true, least));
    least.into_iter().chain(levels.demand.most.map(|most| (false, most))).collect()
}

/// Whether a stock as a claim has it is other than demanded.
#[must_use]
pub fn is_outside(levels: &Levels, limit: &Limit) -> bool {
    match limit.lower {
        true => levels.demand.most.is_some_and(|most| limit.amount > most),
        false => levels.demand.least.is_some_and(|least| limit.amount < least),
    }
}
