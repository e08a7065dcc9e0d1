//! The walk over an agreement: phases, milestones, provisions, and the answer's form.
//!
//! Invariant: lists in the answer are in the order of the agreement, sets and claims are sorted; the same inputs give
//! the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Id, Instant, Status, StatusSet,
    agreement::{Agreement, Phase, Provision, Target},
    answer::{BearerAnswer, Count, Finding, MilestoneAnswer, Moment, PhaseAnswer, ProvisionAnswer, Stretch},
};

use crate::{
    amended::Amended,
    conditions::{Context, NotComputed},
    course::Course,
    instance::{Rank, by_itself, worst_by, worst_of},
    measure::Evidence,
    moments::Moments,
    outcome::{Outcome, Row, sorted},
    powers,
    single::shared_doubt,
    texts::{self, Text},
    ties::united,
    undrawn,
};

/// Everything that the engine says; the caller adds what was read and asked.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Phases.
    pub phases: Vec<PhaseAnswer>,
    /// Milestones.
    pub milestones: Vec<MilestoneAnswer>,
    /// Provisions.
    pub provisions: Vec<ProvisionAnswer>,
    /// Findings on the evidence, sorted.
    pub findings: Vec<Finding>,
}

/// The statuses of everything in an agreement at an instant: in every way in which powers can have been used.
#[must_use]
pub fn evaluate(agreement: &Agreement, evidence: &dyn Evidence, at: Instant) -> Verdicts {
    of_texts(&texts::texts(agreement, evidence, at), evidence, at, None)
}

/// The statuses of some provisions alone.
#[must_use]
pub fn evaluate_some(agreement: &Agreement, evidence: &dyn Evidence, at: Instant, ids: &[Id]) -> Verdicts {
    of_texts(&texts::texts(agreement, evidence, at), evidence, at, Some(ids))
}

/// Of everything, or of some provisions alone, in every order of its texts and in every way in which powers can have been used.
fn of_texts(orders: &[Vec<Text>], evidence: &dyn Evidence, at: Instant, some: Option<&[Id]>) -> Verdicts {
    let mut ways: Vec<Verdicts> =
        orders.iter().flat_map(|texts| in_every_way(texts, evidence, at, some)).collect();
    if orders.len() > 1 {
        let all = ways.iter_mut().flat_map(|way| &mut way.provisions);
        all.filter(|own| own.status.is_none_or(|set| set.len() > 1)).for_each(|own| own.exact = false);
    }
    // Not every way need be a world: only what all of them say is known to be the smallest set that is right.
    for index in 0..ways.first().map_or(0, |way| way.provisions.len()) {
        let mut statuses = ways.iter().map(|way| way.provisions[index].status);
        let first = statuses.next();
        if statuses.any(|other| Some(other) != first) {
            ways.iter_mut().for_each(|way| way.provisions[index].exact = false);
        }
    }
    united(ways)
}

/// By one text or by several, in every way in which powers can have been used.
fn in_every_way(texts: &[Text], evidence: &dyn Evidence, at: Instant, some: Option<&[Id]>) -> Vec<Verdicts> {
    let Some(last) = texts.last() else { return Vec::new() };
    let changed: BTreeSet<Target> = texts.iter().flat_map(Text::reached).collect();
    let courses = powers::courses(&last.agreement, evidence, at, &changed).into_iter();
    courses.map(|course| across(texts, None, (evidence, at), some, course)).collect()
}

/// The statuses under the last of some texts, each of which is seen beside the one before it.
fn across(
    texts: &[Text],
    before: Option<&Context<'_>>,
    (evidence, at): (&dyn Evidence, Instant),
    some: Option<&[Id]>,
    course: Course,
) -> Verdicts {
    let Some((text, later)) = texts.split_first() else { return Verdicts::default() };
    let context = Context::new(&text.agreement, evidence, at).amended(Amended::of(text, before));
    let context = context.with_course(course.clone());
    if later.is_empty() {
        return along(&context, some);
    }
    across(later, Some(&context), (evidence, at), some, course)
}

/// What comes of the use of powers in one way: of some provisions, or of them all and of phases and milestones.
fn along(context: &Context<'_>, some: Option<&[Id]>) -> Verdicts {
    let agreement = context.agreement;
    let mut findings = undrawn::findings(agreement, some);
    let asked = agreement.provisions.iter().filter(|p| some.is_none_or(|ids| ids.contains(&p.id)));
    let mut provisions: Vec<ProvisionAnswer> = asked.map(|p| provision(context, p, &mut findings)).collect();
    if context.course().effects.iter().any(|effect| !effect.is_plain()) {
        // What hangs on an exercise, by whatever way, and what else is in doubt are taken as independent.
        let doubtful = provisions.iter_mut().filter(|p| p.status.is_none_or(|status| status.len() > 1));
        doubtful.for_each(|provision| provision.exact = false);
    }
    let (mut phases, mut milestones) = (Vec::new(), Vec::new());
    if some.is_none() {
        phases = agreement.phases.iter().map(|p| phase(context, p, &mut findings)).collect();
        milestones = agreement.milestones.iter().map(|m| milestone(context, &m.id, &mut findings)).collect();
        findings.extend(context.course().findings.iter().cloned());
    }
    Verdicts { phases, milestones, provisions, findings: findings.into_iter().collect() }
}

fn phase(context: &Context<'_>, phase: &Phase, findings: &mut BTreeSet<Finding>) -> PhaseAnswer {
    let found = context.phase(&phase.id);
    let computed = found.is_ok();
    let (began, ended) = found.unwrap_or_else(|NotComputed(what)| {
        findings.insert(not_computed(&phase.id, &what));
        (context.any_time(), context.any_time())
    });
    phase_answer(&phase.id, computed, (&began, &ended), context.at)
}

fn phase_answer(id: &Id, computed: bool, (began, ended): (&Moments, &Moments), at: Instant) -> PhaseAnswer {
    let mut status = Vec::new();
    if began.possible_by(at) && !ended.certain_by(at) {
        status.push("active".to_owned());
    }
    if ended.possible_by(at) {
        status.push("ended".to_owned());
    }
    if !began.certain_by(at) {
        status.push("not_begun".to_owned());
    }
    let moment = |m: &Moments| -> Option<Moment> { (!m.spans.is_empty()).then(|| m.answer()) };
    PhaseAnswer { id: id.clone(), computed, status, began: moment(began), ended: moment(ended) }
}

fn milestone(context: &Context<'_>, id: &Id, findings: &mut BTreeSet<Finding>) -> MilestoneAnswer {
    let found = context.milestone(id);
    let computed = found.is_ok();
    let reached = found.unwrap_or_else(|NotComputed(what)| {
        findings.insert(not_computed(id, &what));
        context.any_time()
    });
    let certain = reached.certain_by(context.at);
    MilestoneAnswer { id: id.clone(), computed, reached: reached.answer(), certain }
}

fn not_computed(on: &Id, what: &str) -> Finding {
    let detail = format!("this version does not compute {what}");
    Finding { kind: "not_computed".to_owned(), source: String::new(), on: on.clone(), detail }
}

fn provision(
    context: &Context<'_>,
    provision: &Provision,
    findings: &mut BTreeSet<Finding>,
) -> ProvisionAnswer {
    match context.outcome(provision).as_ref() {
        Ok(outcome) => {
            findings.extend(outcome.findings.iter().cloned());
            answer(context, provision, outcome)
        }
        Err(NotComputed(what)) => {
            findings.insert(not_computed(&provision.id, what));
            blank(provision)
        }
    }
}

fn blank(provision: &Provision) -> ProvisionAnswer {
    ProvisionAnswer {
        id: provision.id.clone(),
        kind: provision.kind.name().to_owned(),
        bearers: sorted(&provision.bearers),
        clause: provision.clause.clone(),
        computed: false,
        status: None,
        exact: false,
        why: Vec::new(),
        tally: BTreeMap::new(),
        by_bearer: Vec::new(),
        instances: Vec::new(),
        violations: Count { certain: 0, possible: None },
        timeline: Vec::new(),
    }
}

fn answer(context: &Context<'_>, provision: &Provision, outcome: &Outcome) -> ProvisionAnswer {
    let sets = || outcome.rows.iter().map(|(_, row)| row.answer.status);
    let status = worst_of(sets());
    let exact = outcome.exact && !shared_doubt(&outcome.rows) && !outcome.shares_conflict();
    let mut why: Vec<String> = Vec::new();
    if status.len() > 1 {
        // Only instances that can decide the whole explain why it is in doubt.
        let decides = |row: &&(Id, Row)| {
            row.1.answer.status.len() > 1 && row.1.answer.status.iter().any(|s| status.contains(s))
        };
        why = outcome.rows.iter().filter(decides).flat_map(|(_, row)| row.answer.why.clone()).collect();
        why.sort();
        why.dedup();
    }
    let by_bearer =
        if outcome.by_bearer.is_empty() { bearers(provision, outcome) } else { outcome.by_bearer.clone() };

    ProvisionAnswer {
        computed: true,
        status: Some(status),
        exact,
        why,
        tally: tally(&outcome.rows),
        by_bearer,
        timeline: timeline(context, &outcome.rows),
        violations: outcome.violations,
        instances: outcome.rows.iter().map(|(_, row)| row.answer.clone()).collect(),
        ..blank(provision)
    }
}

/// What each bearer has of a provision's instances.
pub fn bearers(provision: &Provision, outcome: &Outcome) -> Vec<BearerAnswer> {
    let bearers = sorted(&provision.bearers);
    let each = bearers.iter().map(|party| {
        let own = outcome.rows.iter().filter(|(bearer, _)| bearer == party).map(|(_, row)| row.answer.status);
        let violations = Count { certain: 0, possible: Some(0) };
        BearerAnswer { party: party.clone(), status: worst_of(own), violations }
    });
    each.collect()
}

/// How many instances certainly, and how many possibly, have each status.
fn tally(rows: &[(Id, Row)]) -> BTreeMap<String, Count> {
    let mut tally: BTreeMap<String, Count> = BTreeMap::new();
    for set in rows.iter().map(|(_, row)| row.answer.status) {
        for status in set.iter() {
            let count =
                tally.entry(status.name().to_owned()).or_insert(Count { certain: 0, possible: Some(0) });
            count.certain += u64::from(set.len() == 1);
            count.possible = count.possible.map(|p| p + 1);
        }
    }
    tally
}

/// The provision's statuses over time: the worst of its instances as they stood at each change.
pub fn timeline(context: &Context<'_>, rows: &[(Id, Row)]) -> Vec<Stretch> {
    timeline_by(by_itself, context, rows)
}

/// Likewise by another rank.
pub fn timeline_by(rank: Rank, context: &Context<'_>, rows: &[(Id, Row)]) -> Vec<Stretch> {
    let start = context.agreement.in_force;
    if context.at < start {
        return Vec::new();
    }
    let mut changes: BTreeMap<Instant, Vec<(usize, StatusSet)>> = BTreeMap::from([(start, Vec::new())]);
    for (index, (_, row)) in rows.iter().enumerate() {
        for (from, set) in &row.timeline {
            changes.entry((*from).max(start)).or_default().push((index, *set));
        }
    }
    let mut now = vec![StatusSet::EMPTY; rows.len()];
    // How many instances stand so: of many instances there are few distinct sets.
    let mut standing: BTreeMap<StatusSet, usize> = BTreeMap::new();
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, sets) in changes.into_iter().filter(|(from, _)| *from <= context.at) {
        for (index, set) in sets {
            let before = std::mem::replace(&mut now[index], set);
            standing.entry(before).and_modify(|count| *count = count.saturating_sub(1));
            *standing.entry(set).or_default() += 1;
        }
        // Whether an instance stands alone matters, how many stand with it does not.
        let open = standing.iter().filter(|(set, _)| !set.is_empty());
        let each = open.flat_map(|(set, count)| std::iter::repeat_n(*set, (*count).min(2)));
        let status = worst_by(rank, each);
        let status = if status.is_empty() { StatusSet::only(Status::Inactive) } else { status };
        match stretches.last_mut() {
            Some(last) if last.status == status => {}
            last => {
                if let Some(last) = last {
                    last.to = from;
                }
                stretches.push(Stretch { from, to: context.at, status });
            }
        }
    }
    stretches
}
