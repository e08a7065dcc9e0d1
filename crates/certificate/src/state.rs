//! States to be kept: a report that nothing contradicts shows a breach, and reports that together keep within what is demanded
//! throughout show that there is none.
//!
//! Invariant: a stock is looked at tick by tick, and of what is said of a tick every greatest set that can hold together counts.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Period, Status,
    agreement::{Provision, Rule},
};
use worlds::{
    levels::{self, Levels, Limit},
    world::Ticks,
};

use crate::{
    Fault, Proof, Refutation, Subject, Witness, at_refuted, at_witness,
    form::Stock,
    frame,
    hinges::{is_fixed, of_scope},
};

/// A state with all that is said of it.
///
/// # Errors
/// For a state of which there is no certificate yet.
pub fn kept(subject: &Subject<'_>) -> Result<Levels, Fault> {
    let none = |what: &str| {
        Err(Fault::new("question.provision", format!("no certificate for this rule yet: {what}")))
    };
    frame::plain(subject)?;
    let provision = subject.provision;
    let Rule::State { from, until, quiet: None, .. } = &provision.rule else {
        return none("quiet hours");
    };
    if !of_scope(subject, provision)?.is_empty() {
        return none("a scope of a state that hangs on what was done");
    }
    let fixed = |condition| is_fixed(subject, condition, 0);
    if !fixed(from) || !until.as_ref().is_none_or(fixed) {
        return none("a state from or until something that was done");
    }
    if subject.instance != "once" {
        return Err(Fault::new("question.instance", "a state has the one instance `once`"));
    }
    Ok(levels::levels(&subject.case, provision)?)
}

/// What it comes to where it was kept.
#[must_use]
pub fn unfailed(window: &Ticks, at: Instant) -> Status {
    let begun = window.first_from(Instant::MIN).is_some_and(|first| first <= at);
    match () {
        () if !begun => Status::Inactive,
        () if window.first_from(at).is_none() => Status::Met,
        () if window.contains(at) => Status::Pending,
        () => Status::Inactive,
    }
}

/// The ticks, of those that count, at which what a claim says is contradicted by nothing.
#[must_use]
pub fn unopposed(levels: &Levels, at: Instant, limit: &Limit) -> Ticks {
    let against = |other: &&Limit| match limit.lower {
        true => !other.lower && other.amount < limit.amount,
        false => other.lower && other.amount > limit.amount,
    };
    let against = Ticks::of(levels.limits.iter().filter(against).map(|other| other.period));
    let own = Ticks::of([limit.period]).and(&against.not());
    own.and(&levels.window).within(Instant::MIN, at)
}

/// Whether a stock may be so much at a tick: what that leaves out of what is said contradicts what it leaves in.
#[must_use]
pub fn possible(levels: &Levels, tick: Instant, amount: Amount) -> bool {
    let here: Vec<&Limit> =
        levels.limits.iter().filter(|limit| limit.period.contains(&Period::at(tick))).collect();
    let holds = |limit: &Limit| if limit.lower { limit.amount <= amount } else { limit.amount >= amount };
    let contradicted = |out: &Limit| {
        here.iter().any(|one| {
            let (low, high) = if one.lower { (one, &out) } else { (&out, one) };
            holds(one) && one.lower != out.lower && low.amount > high.amount
        })
    };
    amount >= Amount::ZERO && here.iter().all(|limit| holds(limit) || contradicted(limit))
}

/// Instants at which anything changes for a state, up to an instant, within its window.
#[must_use]
pub fn cells(levels: &Levels, at: Instant, stocks: &[Period]) -> Vec<Instant> {
    let window = levels.window.within(Instant::MIN, at);
    let said = levels.limits.iter().map(|limit| limit.period).chain(stocks.iter().copied());
    let edges = said.flat_map(|period| [period.first, period.last.next()]).chain(window.edges());
    edges.filter(|edge| window.contains(*edge)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The status in the world in which the stock was so much.
///
/// # Errors
/// Where the evaluator does not know a construct.
pub fn status(subject: &Subject<'_>, provision: &Provision, stocks: &[Stock]) -> Result<Status, Fault> {
    let stocks: Vec<(Period, Amount)> = stocks.iter().filter_map(Stock::held).collect();
    let outcome = levels::outcome(&subject.case, provision, &stocks)?;
    Ok(outcome.instances.get(subject.instance).copied().unwrap_or(Status::Inactive))
}

/// Checks all of the certificate of a state. Gives the number of leaves: one.
pub fn check(subject: &Subject<'_>, proof: &Proof) -> Result<usize, Fault> {
    let levels = kept(subject)?;
    let [stream] = proof.streams.as_slice() else {
        return Err(Fault::new("proof.streams", "there has to be one, of the state"));
    };
    if stream.of != "state" || stream.tree.is_some() || !proof.openings.is_empty() || !proof.each.is_empty() {
        return Err(Fault::new("proof.streams", "there has to be one, of the state, without a tree"));
    }
    crate::same_screen(&levels.screen, stream, "streams.state")?;
    let check = Check { subject, levels: &levels };
    proof.refuted.iter().try_for_each(|refutation| check.refutes(refutation))?;
    proof.witnesses.iter().try_for_each(|witness| check.is_a_world(witness))?;
    Ok(1)
}

struct Check<'a> {
    subject: &'a Subject<'a>,
    levels: &'a Levels,
}

impl Check<'_> {
    fn of<'l>(&'l self, claim: &'l Id, lower: bool) -> impl Iterator<Item = &'l Limit> {
        self.levels.limits.iter().filter(move |limit| limit.claim == *claim && limit.lower == lower)
    }

    fn refutes(&self, refutation: &Refutation) -> Result<(), Fault> {
        let (at, asked) = (at_refuted(refutation.status), self.subject.case.at);
        let unfailed = unfailed(&self.levels.window, asked);
        let Refutation { status, way, steps, claim, throughout } = refutation;
        if *way != 0 || !steps.is_empty() {
            return Err(Fault::new(at, "a state is shown by reports alone"));
        }
        match (*status, claim, throughout.as_slice()) {
            (Status::Breached, None, all) => {
                let ends = ends(self.levels);
                if all.len() != ends.len() {
                    return Err(Fault::new(at, "there have to be reports for each end of what is demanded"));
                }
                for ((lower, demanded), claims) in ends.into_iter().zip(all) {
                    let within = |limit: &&Limit| match lower {
                        true => limit.amount >= demanded,
                        false => limit.amount <= demanded,
                    };
                    let each = claims.iter().flat_map(|claim| self.of(claim, lower)).filter(within);
                    let kept = each.map(|limit| unopposed(self.levels, asked, limit));
                    let kept = kept.fold(Ticks::none(), |all, own| all.or(&own));
                    if kept != self.levels.window.within(Instant::MIN, asked) {
                        return Err(Fault::new(at, "the reports do not keep it throughout"));
                    }
                }
                Ok(())
            }
            (status, Some(claim), []) if status == unfailed => {
                let fails = |limit: &Limit| {
                    let wrong = is_outside(self.levels, limit);
                    wrong && !unopposed(self.levels, asked, limit).is_empty()
                };
                let failed = [true, false].into_iter().any(|lower| self.of(claim, lower).any(fails));
                let why = "that report shows no breach which nothing contradicts";
                failed.then_some(()).ok_or_else(|| Fault::new(at, why))
            }
            (status, None, []) if status != unfailed => Ok(()),
            _ => Err(Fault::new(at, "it is not refuted so")),
        }
    }

    /// That the stock may have been so at each tick of the window.
    fn is_a_world(&self, witness: &Witness) -> Result<(), Fault> {
        let at = at_witness(witness.status);
        if witness.leaves != [0] || !witness.deeds.is_empty() {
            return Err(Fault::new(at, "it names the one leaf, and no deeds"));
        }
        let held: Vec<(Period, Amount)> = witness.stocks.iter().filter_map(Stock::held).collect();
        let periods: Vec<Period> = held.iter().map(|one| one.0).collect();
        for cell in cells(self.levels, self.subject.case.at, &periods) {
            let now = held.iter().filter(|(period, _)| period.contains(&Period::at(cell)));
            let amount: Amount = now.map(|(_, amount)| *amount).sum();
            if !possible(self.levels, cell, amount) {
                return Err(Fault::new(at, format!("at {cell} it was not so much, by what is said")));
            }
        }
        Ok(())
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
