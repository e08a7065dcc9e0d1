//! Ties that someone contests: worlds with each of them and without it.
//!
//! Invariant: a tie holds for everything that is asked or for nothing, so that no verdict mixes the two.

use std::collections::BTreeMap;

use model::{
    Id, Instant, Period, StatusSet,
    agreement::{Agreement, TieKind},
    amount::Range,
    answer::{
        BearerAnswer, Count, InstanceAnswer, MilestoneAnswer, Moment, PhaseAnswer, ProvisionAnswer, Stretch,
    },
};

use crate::{evaluate::Verdicts, outcome::Row};

/// More contested ties than this, and what hangs on them may stand in any way (`tied`).
const CONTESTED_MAX: usize = 4;

/// The agreement with each of its contested ties held true or not: one where nothing is contested, and itself where too much is.
#[must_use]
pub fn ways(agreement: &Agreement) -> Vec<Agreement> {
    let contested = contested(agreement);
    if contested.is_empty() || contested.len() > CONTESTED_MAX {
        return vec![agreement.clone()];
    }
    let way = |choice: usize| {
        let mut own = agreement.clone();
        for (index, (actor, tie)) in contested.iter().enumerate() {
            // Out of the way for good, or contested no more.
            let tie = &mut own.actors[*actor].ties[*tie];
            tie.contested_by.clear();
            if choice & (1 << index) == 0 {
                match tie.kind {
                    TieKind::PartOf | TieKind::DirectedBy => tie.other = None,
                    // It has not come about.
                    TieKind::Accepted | TieKind::Left | TieKind::SplitFrom => {
                        tie.valid = Period::at(Instant::MAX);
                    }
                }
            }
        }
        own
    };
    (0..1 << contested.len()).map(way).collect()
}

/// Where the contested ties stand.
fn contested(agreement: &Agreement) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (actor, of) in agreement.actors.iter().enumerate() {
        for (tie, said) in of.ties.iter().enumerate() {
            if !said.contested_by.is_empty() {
                found.push((actor, tie));
            }
        }
    }
    found
}

/// What holds in one way or another.
#[must_use]
pub fn united(ways: Vec<Verdicts>) -> Verdicts {
    let mut ways = ways.into_iter();
    let Some(mut all) = ways.next() else { return Verdicts::default() };
    for other in ways {
        all.phases.iter_mut().zip(&other.phases).for_each(|(one, other)| phase(one, other));
        all.milestones.iter_mut().zip(&other.milestones).for_each(|(one, other)| milestone(one, other));
        all.provisions.iter_mut().zip(&other.provisions).for_each(|(one, other)| provision(one, other));
        all.findings.extend(other.findings);
        all.findings.sort();
        all.findings.dedup();
    }
    all
}

fn moment(one: &Moment, other: &Moment) -> Moment {
    let earliest = one.earliest.into_iter().chain(other.earliest).min();
    Moment { earliest, latest: one.latest.zip(other.latest).map(|(a, b)| a.max(b)) }
}

fn phase(one: &mut PhaseAnswer, other: &PhaseAnswer) {
    let open = |one: &Option<Moment>, other: &Option<Moment>| match (one, other) {
        (None, None) => None,
        (one, other) => Some(moment(&one.unwrap_or_default(), &other.unwrap_or_default())),
    };
    one.status.extend(other.status.iter().cloned());
    one.status.sort();
    one.status.dedup();
    one.computed &= other.computed;
    (one.began, one.ended) = (open(&one.began, &other.began), open(&one.ended, &other.ended));
}

fn milestone(one: &mut MilestoneAnswer, other: &MilestoneAnswer) {
    one.computed &= other.computed;
    one.certain &= other.certain;
    one.reached = moment(&one.reached, &other.reached);
}

fn provision(one: &mut ProvisionAnswer, other: &ProvisionAnswer) {
    if !one.computed || !other.computed {
        let blank = if one.computed { other } else { &*one };
        *one = blank.clone();
        return;
    }
    let differs = one.status != other.status;
    one.status = one.status.zip(other.status).map(|(a, b)| a.or(b));
    one.exact &= other.exact;
    one.why = reasons(&one.why, &other.why, differs);
    one.violations = count(one.violations, other.violations);
    one.tally = tally(one, other);
    for bearer in &mut one.by_bearer {
        if let Some(same) = other.by_bearer.iter().find(|own| own.party == bearer.party) {
            bearer_of(bearer, same);
        }
    }
    one.instances = instances(&one.instances, &other.instances);
    one.timeline = timeline(&one.timeline, &other.timeline);
}

fn bearer_of(one: &mut BearerAnswer, other: &BearerAnswer) {
    one.status = one.status.or(other.status);
    one.violations = count(one.violations, other.violations);
}

fn count(one: Count, other: Count) -> Count {
    let possible = one.possible.zip(other.possible).map(|(a, b)| a.max(b));
    Count { certain: one.certain.min(other.certain), possible }
}

fn tally(one: &ProvisionAnswer, other: &ProvisionAnswer) -> BTreeMap<String, Count> {
    let none = Count { certain: 0, possible: Some(0) };
    let names = one.tally.keys().chain(other.tally.keys());
    let of = |tally: &BTreeMap<String, Count>, name: &String| tally.get(name).copied().unwrap_or(none);
    names.map(|name| (name.clone(), count(of(&one.tally, name), of(&other.tally, name)))).collect()
}

fn reasons(one: &[String], other: &[String], differs: bool) -> Vec<String> {
    let contested = differs.then(|| "contested".to_owned());
    let mut all: Vec<String> = one.iter().chain(other).cloned().chain(contested).collect();
    all.sort();
    all.dedup();
    all
}

/// Instances by key; one that is there in one way only may be inactive.
fn instances(one: &[InstanceAnswer], other: &[InstanceAnswer]) -> Vec<InstanceAnswer> {
    let by_key = |all: &[InstanceAnswer]| -> BTreeMap<Id, InstanceAnswer> {
        all.iter().map(|instance| (instance.key.clone(), instance.clone())).collect()
    };
    let others = by_key(other);
    let own = by_key(one);
    let inactive = StatusSet::only(model::Status::Inactive);
    let alone = |instance: &InstanceAnswer| InstanceAnswer {
        status: instance.status.or(inactive),
        why: reasons(&instance.why, &[], true),
        ..instance.clone()
    };
    let joined = one.iter().map(|i| others.get(&i.key).map_or_else(|| alone(i), |other| instance(i, other)));
    let more = other.iter().filter(|i| !own.contains_key(&i.key)).map(alone);
    joined.chain(more).collect()
}

fn instance(one: &InstanceAnswer, other: &InstanceAnswer) -> InstanceAnswer {
    let mut evidence: Vec<Id> = one.evidence.iter().chain(&other.evidence).cloned().collect();
    evidence.sort();
    evidence.dedup();
    let low = one.amount.low.zip(other.amount.low).map(|(a, b)| a.min(b));
    let high = one.amount.high.zip(other.amount.high).map(|(a, b)| a.max(b));
    InstanceAnswer {
        status: one.status.or(other.status),
        amount: Range { low, high },
        performed: moment(&one.performed, &other.performed),
        why: reasons(&one.why, &other.why, one.status != other.status),
        evidence,
        ..one.clone()
    }
}

/// One instance that is what either of two is.
pub(crate) fn either(one: &Row, other: &Row) -> Row {
    let standing = |row: &Row, at: Instant| {
        let after = row.timeline.partition_point(|(from, _)| *from <= at);
        after.checked_sub(1).map_or(StatusSet::EMPTY, |index| row.timeline[index].1)
    };
    let mut turns: Vec<Instant> = one.timeline.iter().chain(&other.timeline).map(|(from, _)| *from).collect();
    turns.sort_unstable();
    let mut timeline: Vec<(Instant, StatusSet)> =
        turns.into_iter().map(|at| (at, standing(one, at).or(standing(other, at)))).collect();
    timeline.dedup_by_key(|(_, set)| *set);
    Row { answer: instance(&one.answer, &other.answer), timeline }
}

fn timeline(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    let mut starts: Vec<_> = one.iter().chain(other).map(|stretch| stretch.from).collect();
    starts.sort_unstable();
    starts.dedup();
    let at = |all: &[Stretch], from| {
        let after = all.partition_point(|stretch| stretch.from <= from);
        after.checked_sub(1).map_or(StatusSet::EMPTY, |index| all[index].status)
    };
    let end = one.last().or(other.last()).map(|stretch| stretch.to);
    let mut joined: Vec<Stretch> = Vec::new();
    for from in starts {
        let status = at(one, from).or(at(other, from));
        match joined.last_mut() {
            Some(last) if last.status == status => {}
            last => {
                if let Some(last) = last {
                    last.to = from;
                }
                joined.push(Stretch { from, to: end.unwrap_or(from), status });
            }
        }
    }
    joined
}
