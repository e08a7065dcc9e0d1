//! Random cases of one construct each, small enough that their worlds can be counted.
//!
//! Invariant: as for the generator: a seed gives the same case for ever.

mod changes;
mod circles;
mod placed;
mod recurring;
mod touched;

use model::{
    Amount, Duration, Id, Instant, Standard,
    agreement::{
        Action, Agreement, Amendment, Binding, Change, Changing, Condition, Consequence, CountedOn, Counting,
        Cycle, Due, Effective, Exception, Faculty, InStep, Item, Judgement, Matching, Measure, Milestone,
        PartLot, Phase, PhaseEnd, Power, Provision, Required, Rule, Setting, Share, Side, Spread, Step,
        Suspension, Target, Unruled, Value, ValueKind, Where, Whose,
    },
    claim::{Claim, Kind},
};

use changes::{amendments, judged, lots, powers, states, steps, uses, values};
use circles::circles;
use recurring::{exchange, exchanges, parts, periods, spreads};

use super::{Chance, OwnedCase, START, action, agreement, claims, hour, provision, required, sources};

/// How the case of a seed is made.
pub type Make = fn(u64) -> OwnedCase;

/// A construct, and how its cases are made.
pub const CONSTRUCTS: [(&str, Make); 25] = [
    ("phases and scope of a duty", |seed| make(seed, 1, scoped_duty)),
    ("phases and scope of a daily duty", |seed| make(seed, 2, scoped_daily)),
    ("phases and scope of a prohibition", |seed| make(seed, 3, scoped_prohibition)),
    ("conditions", |seed| make(seed, 4, conditions)),
    ("deadlines", |seed| make(seed, 5, deadlines)),
    ("several bearers", |seed| make(seed, 6, bearers)),
    ("schedules", |seed| make(seed, 7, schedules)),
    ("parts of a period", |seed| make(seed, 8, parts)),
    ("periods", |seed| make(seed, 9, periods)),
    ("averages and shortfalls", |seed| make(seed, 10, spreads)),
    ("exchanges", |seed| make(seed, 11, exchanges)),
    ("powers", |seed| make(seed, 12, powers)),
    ("values", |seed| make(seed, 13, values)),
    ("states", |seed| make(seed, 14, states)),
    ("amendments", |seed| make(seed, 15, amendments)),
    ("judged deeds and counts", |seed| make(seed, 16, judged)),
    ("lots and steps", |seed| make(seed, 17, lots)),
    ("uses of powers over other duties", |seed| make(seed, 18, uses)),
    ("circles through time", |seed| make(seed, 19, circles)),
    ("duties in step", |seed| make(seed, 20, steps)),
    ("powers over what is owed for a time, or by several", |seed| make(seed, 20, touched::of_a_time)),
    ("powers over averages, shortfalls and quiet hours", |seed| make(seed, 21, touched::averaged)),
    ("powers over what is owed by the term", |seed| make(seed, 22, touched::terms)),
    ("powers beside amendments", |seed| make(seed, 23, touched::amended)),
    ("places", |seed| placed::placed(make(seed, 24, placed::draft), &mut Chance::new(!seed))),
];

fn make(seed: u64, salt: u64, draft: fn(&mut Chance, u64) -> (Agreement, Vec<Action>)) -> OwnedCase {
    let mut chance = Chance::new(seed.wrapping_mul(31).wrapping_add(salt << 40));
    let grid = chance.pick(&[12, 24, 24]);
    chance.hours = if grid == 12 { 60 } else { 96 };
    let (agreement, patterns) = draft(&mut chance, grid);
    let sources = sources(&mut chance, grid);
    let mut claims = claims(&mut chance, grid, &patterns);
    claims.iter_mut().for_each(|claim| use_of_power(&agreement, claim));
    let single = agreement.provisions.iter().any(|provision| match &provision.rule {
        Rule::Exchange { matching, .. } => *matching == Matching::SameReference,
        _ => false,
    });
    for claim in claims.iter_mut().filter(|claim| single && claim.kind == Kind::Tally) {
        (claim.kind, claim.amount, claim.cumulative_since) = (Kind::Event, None, None);
    }
    let kept = agreement.provisions.iter().any(|provision| matches!(provision.rule, Rule::State { .. }));
    for claim in claims.iter_mut().filter(|claim| kept && claim.item.as_deref() == Some("troops")) {
        (claim.kind, claim.act, claim.cumulative_since) = (Kind::State, None, None);
        claim.denies.clear();
    }
    let at = hour((1 + chance.below(chance.hours / grid)) * grid);
    let known_at = if chance.one_in(3) { chance.hour(grid) } else { at };
    OwnedCase { agreement, sources, claims, grounds: Vec::new(), standard: Standard::Alleged, at, known_at }
}

/// A claim of the use of a power says what it concerns; what is done to the agreement concerns nothing in particular.
fn use_of_power(agreement: &Agreement, claim: &mut Claim) {
    let powers = agreement.powers.iter().map(|power| match &power.faculty {
        Faculty::Extend { phase, .. } => ("extend", Target::Phase(phase.clone())),
        Faculty::Suspend(Suspension { act, target, .. }) | Faculty::Other { act, target } => {
            (act.as_str(), target.clone())
        }
    });
    let breaches = agreement.provisions.iter().flat_map(|provision| &provision.terms.consequences);
    let breaches = breaches.map(|c| (c.suspension.act.as_str(), c.suspension.target.clone()));
    let found = powers.chain(breaches).find(|(act, _)| claim.act.as_deref() == Some(*act));
    let Some((_, target)) = found else { return };
    (claim.kind, claim.amount) = (Kind::Event, None);
    if let Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) = target {
        claim.written.insert("concerns".to_owned(), id.into());
    }
}

fn release() -> Action {
    action("release", Some("prisoner"), &["a"])
}

/// The deed of a condition.
fn handover() -> Action {
    action("return", Some("remains"), &["b"])
}

fn pay() -> Action {
    action("pay", Some("box"), &["b"])
}

fn days(chance: &mut Chance, grid: u64) -> Duration {
    Duration::hours((chance.pick(&[1, 1, 2, 3]) * grid) as i64)
}

fn units(chance: &mut Chance) -> Amount {
    Amount::whole(chance.between(1, 2))
}

/// A condition on one other deed, or on none.
fn simple(chance: &mut Chance, grid: u64) -> Condition {
    match chance.below(8) {
        0 => Condition::From(chance.hour(grid)),
        1 => Condition::InForce,
        2 => Condition::Done(handover(), required(chance)),
        _ => Condition::Deed(handover()),
    }
}

fn boxed(chance: &mut Chance, grid: u64) -> Box<Condition> {
    Box::new(simple(chance, grid))
}

/// A state, or an event.
fn condition(chance: &mut Chance, grid: u64) -> Condition {
    match chance.below(12) {
        0 => Condition::Recently(days(chance, grid), handover()),
        1 => Condition::Calm(handover(), days(chance, grid)),
        2 => Condition::Since(days(chance, grid), boxed(chance, grid)),
        3 => Condition::HoursAfter(days(chance, grid), boxed(chance, grid)),
        4 => Condition::DaysAfter(chance.between(0, 2) as u32, boxed(chance, grid)),
        5 => Condition::Not(boxed(chance, grid)),
        6 => Condition::All(vec![simple(chance, grid), Condition::From(chance.hour(grid))]),
        7 => Condition::Any(vec![simple(chance, grid), Condition::From(chance.hour(grid))]),
        8 => Condition::AtLeast(
            2,
            vec![
                simple(chance, grid),
                Condition::From(chance.hour(grid)),
                Condition::Recently(days(chance, grid), handover()),
            ],
        ),
        _ => simple(chance, grid),
    }
}

fn phase(chance: &mut Chance, grid: u64) -> Phase {
    let ends = match chance.below(8) {
        0 => PhaseEnd::Never,
        1 | 2 => PhaseEnd::When(condition(chance, grid)),
        _ => PhaseEnd::After(days(chance, grid)),
    };
    let latest = chance.one_in(5).then(|| Due::By(chance.hour(24) - Duration::TICK));
    let begins = simple(chance, grid);
    Phase { id: "one".to_owned(), label: "One".to_owned(), begins, ends, latest, assumptions: Vec::new() }
}

/// A scope, and the phase that it may name.
fn scope(chance: &mut Chance, grid: u64) -> (Condition, Vec<Phase>) {
    let phases = vec![phase(chance, grid)];
    let one = || "one".to_owned();
    let scope = match chance.below(8) {
        0 => Condition::Not(Box::new(Condition::During(one()))),
        1 => Condition::PhaseBegun(one()),
        2 => Condition::Not(Box::new(Condition::PhaseEnded(one()))),
        3 => return (condition(chance, grid), Vec::new()),
        _ => Condition::During(one()),
    };
    (scope, phases)
}

fn once(chance: &mut Chance, grid: u64) -> Rule {
    let due = match chance.below(4) {
        0 => Due::Open,
        1 => Due::Within(days(chance, grid), Condition::InForce),
        _ => Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK),
    };
    Rule::Once { action: release(), required: required(chance), due, not_before: None }
}

fn daily(required: Required) -> Rule {
    Rule::Periodic {
        action: release(),
        required,
        shares: Vec::new(),
        disjoint: false,
        cycle: Cycle::Day,
        pro_rata: false,
        spread: Spread::Alone,
    }
}

fn scoped(chance: &mut Chance, grid: u64, rule: Rule, bearers: &[&str]) -> Agreement {
    let (scope, phases) = scope(chance, grid);
    let mut provision = provision("p", bearers, rule);
    provision.while_ = scope;
    if chance.one_in(5) {
        provision.terms.unless = Some(condition(chance, grid));
    }
    Agreement { phases, ..agreement(vec![provision]) }
}

fn scoped_duty(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let rule = once(chance, grid);
    (scoped(chance, grid, rule, &["a"]), vec![release(), handover()])
}

fn scoped_daily(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut rule = daily(required(chance));
    if let Rule::Periodic { pro_rata, .. } = &mut rule {
        *pro_rata = chance.one_in(3);
    }
    (scoped(chance, grid, rule, &["a"]), vec![release(), handover()])
}

fn scoped_prohibition(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut attack = action("attack", None, &["a", "b"]);
    attack.place = Some((Where::In, "z".to_owned()));
    let rule = Rule::Prohibition { action: attack.clone() };
    let mut agreement = scoped(chance, grid, rule, &["a", "b"]);
    if chance.one_in(3) {
        let by = if chance.one_in(2) { vec!["a".to_owned()] } else { Vec::new() };
        let when = Condition::Recently(days(chance, grid), handover());
        agreement.provisions[0].exceptions.push(Exception { by, when, plea: None });
    }
    (agreement, vec![attack.clone(), attack, handover()])
}

/// A window, or `not before`, that hangs on a condition, perhaps of another provision.
fn conditions(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let other = chance.one_in(2);
    let q = Rule::Once {
        action: pay(),
        required: required(chance),
        due: Due::By(hour(24 * (1 + chance.below(2))) - Duration::TICK),
        not_before: None,
    };
    let of_q = |chance: &mut Chance| match chance.below(5) {
        0 => Condition::Performed("q".to_owned()),
        1 => Condition::PerformedInTime("q".to_owned()),
        2 => Condition::Breached("q".to_owned()),
        3 => Condition::Overdue("q".to_owned()),
        _ => Condition::Amount("q".to_owned(), units(chance)),
    };
    let named = if other { of_q(chance) } else { condition(chance, grid) };
    let named = if chance.one_in(6) { Condition::Not(Box::new(named)) } else { named };
    let milestones = vec![Milestone {
        id: "calm".to_owned(),
        label: "Calm".to_owned(),
        when: named.clone(),
        assumptions: Vec::new(),
    }];
    let named = if chance.one_in(4) { Condition::Milestone("calm".to_owned()) } else { named };
    let mut p = provision("p", &["a"], once(chance, grid));
    if let Rule::Once { due, not_before, .. } = &mut p.rule {
        match chance.below(4) {
            0 => *not_before = Some(named),
            1 => p.while_ = named,
            2 => p.terms.unless = Some(named),
            _ => *due = Due::Within(days(chance, grid), named),
        }
    }
    let deed = if other { pay() } else { handover() };
    let agreement = Agreement { milestones, ..agreement(vec![p, provision("q", &["b"], q)]) };
    (agreement, vec![release(), deed])
}

fn due(chance: &mut Chance, grid: u64) -> Due {
    match chance.below(6) {
        0 => Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK),
        1 => Due::EndOfDayAfter(chance.between(0, 2) as u32, simple(chance, grid)),
        2 => Due::MonthsAfter(chance.between(0, 1) as u32, simple(chance, grid)),
        3 => Due::Before(simple(chance, grid)),
        _ => Due::Within(days(chance, grid), simple(chance, grid)),
    }
}

fn deadlines(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let due = match chance.below(4) {
        0 => Due::Latest(vec![due(chance, grid), due(chance, grid)]),
        1 => Due::Earliest(vec![due(chance, grid), due(chance, grid)]),
        _ => due(chance, grid),
    };
    let not_before = chance.one_in(4).then(|| simple(chance, grid));
    let rule = Rule::Once { action: release(), required: required(chance), due, not_before };
    (agreement(vec![provision("p", &["a"], rule)]), vec![release(), handover()])
}

fn bearers(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let binding = chance.pick(&[
        Binding::Each,
        Binding::Together,
        Binding::Either,
        Binding::AtLeast(2),
        Binding::Unstated,
    ]);
    let rule = match chance.below(3) {
        0 => daily(Required::AtLeast(units(chance))),
        _ => once(chance, grid),
    };
    let mut p = provision("p", &["a", "b"], rule);
    p.binding = binding;
    if binding == Binding::Unstated {
        p.bearers = Vec::new();
    }
    let by =
        action("release", Some("prisoner"), if binding == Binding::Unstated { &[] } else { &["a", "b"] });
    if let Rule::Once { action, .. } | Rule::Periodic { action, .. } = &mut p.rule {
        *action = by;
    }
    (agreement(vec![p]), vec![release(), action("release", Some("prisoner"), &["b"])])
}

fn schedules(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut steps = Vec::new();
    for day in 1..=chance.between(1, 2) {
        let measure = match chance.below(4) {
            0 => Measure::Between(Amount::whole(1), Amount::whole(2)),
            1 => Measure::Plain(required(chance)),
            _ => Measure::Plain(Required::AtLeast(units(chance))),
        };
        let due = match chance.below(3) {
            0 => Due::Within(days(chance, grid), simple(chance, grid)),
            _ => Due::By(hour(24 * day.unsigned_abs()) - Duration::TICK),
        };
        steps.push(Step { measure, in_all: chance.one_in(2), due });
    }
    let rule = Rule::Schedule { action: release(), steps, not_before: None };
    (agreement(vec![provision("p", &["a"], rule)]), vec![release(), release(), handover()])
}
