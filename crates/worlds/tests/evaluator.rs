//! Small worlds, worked by hand: what each construct comes to in them. Numbers follow the conformance cases.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{
    Amount, Duration, Instant, Period,
    agreement::{
        Action, Actor, Agreement, Amendment, Baseline, Binding, Change, Condition, Consequence, CountedOn,
        Counting, Cycle, Due, Effective, Exception, Faculty, InStep, Item, Manner, Matching, Measure,
        PartLot, Phase, PhaseEnd, Power, Provision, ProvisionKind, Quiet, Required, Role, Rule, Share, Side,
        Spread, Step, Suspension, Target, Terms, Tie, TieKind, Whose,
    },
};
use worlds::world::{Deed, Facts, Outcome, Stock, World};

/// Hours since the start of day 1, 2026-01-01.
fn h(hours: i64) -> Instant {
    Instant::parse("2026-01-01T00:00Z").unwrap() + Duration::hours(hours)
}

/// Hour 0 of day N.
fn d(day: i64) -> i64 {
    (day - 1) * 24
}

/// The last tick of day N.
fn end(day: i64) -> Instant {
    h(d(day + 1)).previous()
}

fn n(units: i64) -> Amount {
    Amount::whole(units)
}

fn least(units: i64) -> Required {
    Required::AtLeast(n(units))
}

fn action(act: &str, item: &str, by: &[&str]) -> Action {
    let item = (!item.is_empty()).then(|| item.to_owned());
    let by = by.iter().map(ToString::to_string).collect();
    Action { act: act.into(), by, item, to: None, place: None, stage: None, under: vec![] }
}

fn release() -> Action {
    action("release", "prisoner", &["a"])
}

fn deliver() -> Action {
    action("deliver", "box", &["a"])
}

fn attack(by: &[&str]) -> Action {
    action("attack", "", by)
}

fn did(action: &Action, hour: i64, units: i64) -> Deed {
    Deed::of(action, h(hour), n(units))
}

fn exercise(act: &str, concerns: &str, hour: i64) -> Deed {
    Deed { concerns: Some(concerns.into()), ..did(&action(act, "", &["g"]), hour, 1) }
}

fn provision(rule: Rule) -> Provision {
    let bearers = rule.action().map_or_else(|| vec!["a".into()], |action| action.by.clone());
    Provision {
        id: "p".into(),
        label: String::new(),
        kind: ProvisionKind::Obligation,
        bearers,
        clause: String::new(),
        text: String::new(),
        line: 1,
        rule,
        while_: Condition::InForce,
        exceptions: vec![],
        verified_by: vec![],
        binding: Binding::Each,
        terms: Terms::default(),
        assumptions: vec![],
    }
}

fn once(required: Required, due: Due) -> Provision {
    provision(Rule::Once { action: release(), required, due, not_before: None })
}

fn each(units: i64, cycle: Cycle, spread: Spread) -> Provision {
    provision(Rule::Periodic {
        action: deliver(),
        required: least(units),
        shares: vec![],
        disjoint: false,
        cycle,
        pro_rata: false,
        spread,
    })
}

fn during(provision: Provision) -> Provision {
    Provision { while_: Condition::During("one".into()), ..provision }
}

fn phase(begins: Condition, ends: PhaseEnd) -> Phase {
    Phase { id: "one".into(), label: String::new(), begins, ends, latest: None, assumptions: vec![] }
}

fn hours(hours: i64) -> Duration {
    Duration::hours(hours)
}

fn agreement(provisions: &[Provision]) -> Agreement {
    let actor = |id: &str| Actor::named(id.into(), id.into(), Role::Party);
    Agreement {
        actors: vec![actor("a"), actor("b"), actor("g")],
        items: [Item { id: "red_box".into(), label: String::new(), parent: "box".into(), property: None }]
            .into_iter()
            .collect(),
        provisions: provisions.to_vec(),
        ..Agreement::empty("T".into(), TimeZone::UTC, h(0))
    }
}

fn outcome_with(agreement: &Agreement, deeds: &[Deed], facts: &Facts, hour: i64) -> Outcome {
    let world = World::new(agreement, deeds, facts, h(hour)).unwrap();
    world.outcome(&agreement.provisions[0], h(hour)).unwrap()
}

fn outcome(agreement: &Agreement, deeds: &[Deed], hour: i64) -> Outcome {
    outcome_with(agreement, deeds, &Facts::default(), hour)
}

/// The status of the first provision at each of these hours.
fn expect(agreement: &Agreement, deeds: &[Deed], wanted: &[(i64, &str)]) {
    for (hour, wanted) in wanted {
        let got = outcome(agreement, deeds, *hour);
        assert_eq!(got.status().name(), *wanted, "at hour {hour}: {got:?}");
    }
}

/// The statuses of its instances at an hour.
fn expect_instances(agreement: &Agreement, deeds: &[Deed], hour: i64, wanted: &[(&str, &str)]) {
    let got = outcome(agreement, deeds, hour).instances;
    let names: BTreeMap<&str, &str> = got.iter().map(|(key, status)| (key.as_str(), status.name())).collect();
    assert_eq!(names, wanted.iter().copied().collect(), "at hour {hour}");
}

#[test]
fn a_window_is_closed_and_a_date_ends_with_its_day() {
    let within = agreement(&[once(least(1), Due::Within(hours(72), Condition::InForce))]);
    expect(&within, &[did(&release(), d(4), 1)], &[(d(4), "met"), (d(5), "met")]);
    expect(&within, &[], &[(d(4), "pending"), (d(4) + 1, "breached")]);
    let by = agreement(&[once(least(1), Due::By(end(3)))]);
    expect(&by, &[did(&release(), d(4), 1)], &[(d(4) - 1, "pending"), (d(4), "late")]);
}

#[test]
fn exactly_at_most_and_between() {
    let exactly = agreement(&[once(Required::Exactly(n(20)), Due::Within(hours(72), Condition::InForce))]);
    let (fifteen, five) = (did(&release(), d(3), 15), did(&release(), d(5), 5));
    expect(&exactly, &[fifteen, five], &[(d(4) + 12, "breached"), (d(5) + 6, "late")]);
    let passed = [did(&release(), d(3), 20), did(&release(), d(3) + 12, 1)];
    expect(&exactly, &passed, &[(d(3) + 1, "met"), (d(3) + 13, "breached")]);
    let most = agreement(&[once(Required::AtMost(n(1)), Due::By(end(2)))]);
    expect(&most, &[did(&release(), 5, 1)], &[(6, "pending"), (d(3), "met")]);
    let step = Step { measure: Measure::Between(n(1), n(2)), in_all: true, due: Due::By(end(2)) };
    let between =
        agreement(&[provision(Rule::Schedule { action: release(), steps: vec![step], not_before: None })]);
    expect(&between, &[did(&release(), 5, 2)], &[(6, "met")]);
    expect(&between, &[did(&release(), 5, 2), did(&release(), 7, 1)], &[(6, "met"), (8, "breached")]);
}

#[test]
fn a_duty_binds_in_its_phase_alone() {
    let p = during(once(least(1), Due::By(end(3))));
    let text = |ends| Agreement {
        phases: vec![phase(Condition::From(h(24)), ends)],
        ..agreement(std::slice::from_ref(&p))
    };
    let short = text(PhaseEnd::After(hours(24)));
    expect(
        &short,
        &[],
        &[(23, "inactive"), (24, "pending"), (47, "pending"), (48, "inactive"), (d(5), "inactive")],
    );
    let long = text(PhaseEnd::Never);
    expect(&long, &[], &[(d(4), "breached")]);
    // What was done before the phase counts, once it has begun.
    expect(&long, &[did(&release(), 2, 1)], &[(3, "inactive"), (24, "met")]);
    // A phase that is over when the deed comes has nothing to be met by it.
    expect(&short, &[did(&release(), 50, 1)], &[(51, "inactive")]);
    let month = text(PhaseEnd::Months(1));
    let last = (end(33).0 - h(0).0) / Duration::HOUR.0;
    expect(&month, &[did(&release(), d(4), 1)], &[(d(4), "late"), (last + 2, "late")]);
    let ended =
        outcome(&Agreement { provisions: vec![during(once(least(1), Due::Open))], ..month }, &[], last + 2);
    assert_eq!(ended.status().name(), "inactive");
}

#[test]
fn conditions_over_time() {
    let text = |condition| agreement(&[Provision { while_: condition, ..once(least(1), Due::Open) }]);
    let told = attack(&["b"]);
    let one = [did(&told, 10, 1)];
    expect(
        &text(Condition::Recently(hours(24), told.clone())),
        &one,
        &[(9, "inactive"), (34, "pending"), (35, "inactive")],
    );
    let calm = text(Condition::Calm(told.clone(), hours(24)));
    expect(&calm, &[], &[(23, "inactive"), (24, "pending")]);
    expect(&calm, &one, &[(24, "inactive"), (34, "inactive"), (35, "pending")]);
    let after = Condition::DaysAfter(1, Box::new(Condition::Deed(told.clone())));
    expect(&text(after), &one, &[(d(3) - 1, "inactive"), (d(3), "pending")]);
    let later = Condition::HoursAfter(hours(5), Box::new(Condition::Deed(told.clone())));
    expect(&text(later), &one, &[(14, "inactive"), (15, "pending")]);
    let since = Condition::Since(hours(5), Box::new(Condition::Deed(told.clone())));
    expect(&text(since), &one, &[(9, "inactive"), (15, "pending"), (16, "inactive")]);
    let two = Condition::AtLeast(
        2,
        vec![
            Condition::Deed(told.clone()),
            Condition::From(h(20)),
            Condition::Not(Box::new(Condition::From(h(30)))),
        ],
    );
    expect(&text(two), &one, &[(9, "inactive"), (12, "pending"), (25, "pending"), (35, "pending")]);
    let some = Condition::Done(told, Required::AtMost(n(0)));
    expect(&text(some), &one, &[(9, "pending"), (10, "inactive")]);
}

#[test]
fn what_other_provisions_have_come_to() {
    let q = Provision { id: "q".into(), ..once(least(1), Due::By(end(1))) };
    let pays = action("pay", "box", &["b"]);
    let p = |condition| {
        let due = Due::Within(hours(24), condition);
        provision(Rule::Once { action: pays.clone(), required: least(1), due, not_before: None })
    };
    let text = |condition| agreement(&[p(condition), q.clone()]);
    let late = [did(&release(), 30, 1)];
    expect(
        &text(Condition::Performed("q".into())),
        &late,
        &[(29, "inactive"), (30, "pending"), (55, "breached")],
    );
    expect(&text(Condition::PerformedInTime("q".into())), &late, &[(55, "inactive")]);
    expect(
        &text(Condition::Breached("q".into())),
        &late,
        &[(23, "inactive"), (24, "pending"), (49, "breached")],
    );
    expect(&text(Condition::Overdue("q".into())), &late, &[(24, "pending")]);
    expect(&text(Condition::Amount("q".into(), n(1))), &late, &[(29, "inactive"), (31, "pending")]);
    let truce = Provision { id: "q".into(), ..provision(Rule::Prohibition { action: attack(&["b"]) }) };
    let text = agreement(&[p(Condition::Violations("q".into(), 2)), truce]);
    let two = [did(&attack(&["b"]), 3, 1), did(&attack(&["b"]), 6, 1)];
    expect(&text, &two, &[(5, "inactive"), (6, "pending"), (31, "breached")]);
}

#[test]
fn a_duty_that_recurs_is_performed_when_its_phase_is_over() {
    let q = Provision { id: "q".into(), ..during(each(1, Cycle::Day, Spread::Alone)) };
    let due = Due::Within(hours(24), Condition::Performed("q".into()));
    let pays = action("pay", "box", &["b"]);
    let p = provision(Rule::Once { action: pays, required: least(1), due, not_before: None });
    let one = phase(Condition::InForce, PhaseEnd::After(hours(48)));
    let text = Agreement { phases: vec![one], ..agreement(&[p, q]) };
    let both = [did(&deliver(), 5, 1), did(&deliver(), 30, 1)];
    expect(&text, &both, &[(40, "inactive"), (48, "pending"), (73, "breached")]);
    expect(&text, &both[..1], &[(60, "inactive")]);
}

#[test]
fn every_kind_of_deadline() {
    let told = Condition::Deed(attack(&["b"]));
    let one = [did(&attack(&["b"]), 10, 1)];
    let text = |due| agreement(&[once(least(1), due)]);
    expect(
        &text(Due::EndOfDayAfter(1, told.clone())),
        &one,
        &[(9, "inactive"), (47, "pending"), (48, "breached")],
    );
    expect(&text(Due::MonthsAfter(1, told.clone())), &one, &[(d(32), "pending"), (d(33), "breached")]);
    expect(&text(Due::Before(told.clone())), &one, &[(0, "pending"), (9, "pending"), (10, "breached")]);
    expect(&text(Due::Before(told.clone())), &[], &[(d(90), "pending")]);
    let parts = || vec![Due::By(end(1)), Due::Within(hours(48), told.clone())];
    expect(&text(Due::Latest(parts())), &one, &[(0, "pending"), (58, "pending"), (59, "breached")]);
    expect(&text(Due::Latest(parts())), &[], &[(d(9), "pending")]);
    expect(&text(Due::Earliest(parts())), &one, &[(23, "pending"), (24, "breached")]);
    expect(&text(Due::By(h(-5))), &[did(&release(), 3, 1)], &[(0, "breached"), (3, "late")]);
    let not_before = Rule::Once {
        action: release(),
        required: least(1),
        due: Due::By(end(2)),
        not_before: Some(Condition::Deed(attack(&["b"]))),
    };
    let early = [did(&release(), 5, 1), one[0].clone()];
    expect(&agreement(&[provision(not_before.clone())]), &early, &[(9, "pending"), (48, "breached")]);
    let after = [early[0].clone(), one[0].clone(), did(&release(), 10, 1)];
    expect(&agreement(&[provision(not_before)]), &after, &[(10, "met")]);
}

#[test]
fn several_bearers() {
    let both = action("release", "prisoner", &["a", "b"]);
    let rule = Rule::Once { action: both, required: least(2), due: Due::By(end(1)), not_before: None };
    let text = |binding| agreement(&[Provision { binding, ..provision(rule.clone()) }]);
    let by = |who: &str, hour, units| Deed { by: vec![who.into()], ..did(&release(), hour, units) };
    let split = [by("a", 2, 1), by("b", 3, 1)];
    expect_instances(&text(Binding::Each), &[by("a", 2, 2)], 30, &[("a", "met"), ("b", "breached")]);
    let got = outcome(&text(Binding::Each), &[by("a", 2, 2)], 30);
    assert_eq!((got.by_bearer["a"].name(), got.by_bearer["b"].name()), ("met", "breached"));
    expect_instances(&text(Binding::Together), &split, 30, &[("once", "met")]);
    expect_instances(&text(Binding::Either), &split, 30, &[("once", "breached")]);
    expect_instances(&text(Binding::Either), &[by("b", 2, 2)], 30, &[("once", "met")]);
    let late = [by("b", 2, 2), by("a", 26, 2)];
    expect(&text(Binding::AtLeast(2)), &late, &[(3, "pending"), (25, "breached"), (26, "late")]);
    let anyone = Provision { bearers: vec![], binding: Binding::Unstated, ..provision(rule) };
    let got = outcome(&agreement(&[anyone]), &[by("x", 2, 2)], 30);
    assert_eq!((got.status().name(), got.by_bearer.len()), ("met", 0));
}

#[test]
fn schedules_shares_and_lots() {
    let step =
        |units, in_all, day| Step { measure: Measure::Plain(least(units)), in_all, due: Due::By(end(day)) };
    let steps = vec![step(3, true, 1), step(2, false, 2), step(1, false, 3)];
    let text = agreement(&[provision(Rule::Schedule { action: release(), steps, not_before: None })]);
    let five = [did(&release(), 5, 4), did(&release(), 30, 1)];
    expect_instances(&text, &five, d(4), &[("1", "met"), ("2", "met"), ("3", "breached")]);
    let step = Step { measure: Measure::Share(least(30), "arms".into()), in_all: true, due: Due::By(end(1)) };
    let mut text =
        agreement(&[provision(Rule::Schedule { action: release(), steps: vec![step], not_before: None })]);
    text.baselines = vec![Baseline {
        id: "arms".into(),
        label: String::new(),
        item: "prisoner".into(),
        certified_by: vec![],
        later_finds: false,
    }];
    let figure = |at, units| (h(at), n(units));
    let facts =
        Facts { figures: [("arms".into(), vec![figure(0, 10), figure(40, 20)])].into(), ..Facts::default() };
    let three = [did(&release(), 5, 3)];
    assert_eq!(outcome_with(&text, &three, &facts, 39).status().name(), "met");
    assert_eq!(outcome_with(&text, &three, &facts, 40).status().name(), "breached");
    let lot = Condition::Done(action("pay", "box", &["b"]), least(4));
    let mut p = once(least(10), Due::Within(hours(24), lot));
    p.terms.part_lot = Some(PartLot::Proportion);
    let paid = |hour, units| did(&action("pay", "box", &["b"]), hour, units);
    let text = agreement(&[p]);
    // Of four boxes one: two of ten prisoners, in time a day after.
    expect(&text, &[paid(1, 1)], &[(0, "inactive"), (2, "pending"), (26, "breached")]);
    expect(&text, &[paid(1, 1), did(&release(), 9, 2)], &[(26, "met")]);
    expect(&text, &[paid(1, 1), did(&release(), 9, 2), paid(30, 3)], &[(31, "pending"), (55, "breached")]);
}

#[test]
fn one_who_moves_second_waits() {
    let first = Provision { id: "q".into(), ..once(least(2), Due::Open) };
    let pays = action("pay", "box", &["b"]);
    let rule =
        Rule::Once { action: pays.clone(), required: least(4), due: Due::By(end(1)), not_before: None };
    let mut second = provision(rule);
    second.terms.in_step = Some(InStep { with: "q".into(), first: Some("a".into()), starts: None });
    let text = agreement(&[second, first]);
    expect(&text, &[], &[(5, "inactive"), (30, "inactive")]);
    // Half of a's allows two of b's four.
    expect(&text, &[did(&release(), 3, 1)], &[(2, "inactive"), (3, "pending"), (30, "breached")]);
    expect(
        &text,
        &[did(&release(), 3, 1), did(&pays, 5, 2)],
        &[(4, "pending"), (6, "inactive"), (30, "inactive")],
    );
}

#[test]
fn effort_is_not_judged() {
    let mut p = once(least(1), Due::By(end(1)));
    p.terms.manner = Some(Manner::Endeavour);
    expect(&agreement(&[p]), &[], &[(5, "pending"), (30, "not_adjudicated")]);
}

#[test]
fn weeks_months_blocks_of_days_and_terms() {
    // 2026-01-01 is a Thursday.
    let week = agreement(&[each(5, Cycle::Week(jiff::civil::Weekday::Sunday), Spread::Alone)]);
    let deeds = [did(&deliver(), 5, 3), did(&deliver(), d(4), 3)];
    expect_instances(&week, &deeds, d(5), &[("2025-12-28", "breached"), ("2026-01-04", "pending")]);
    let blocks = agreement(&[each(5, Cycle::Days(3, Condition::From(h(30))), Spread::Alone)]);
    expect_instances(
        &blocks,
        &[did(&deliver(), 26, 5)],
        d(6),
        &[("2026-01-02", "met"), ("2026-01-05", "pending")],
    );
    let quarter = agreement(&[each(5, Cycle::Months(3), Spread::Alone)]);
    expect_instances(&quarter, &[], d(100), &[("2026-01-01", "breached"), ("2026-04-01", "pending")]);
    let mut terms = agreement(&[during(each(5, Cycle::Term("one".into()), Spread::Alone))]);
    terms.phases = vec![phase(Condition::InForce, PhaseEnd::After(hours(48)))];
    let faculty = Faculty::Extend { phase: "one".into(), by: PhaseEnd::After(hours(24)), times: None };
    terms.powers = vec![power(faculty)];
    let longer = [exercise("extend", "one", 30), did(&deliver(), 50, 5)];
    expect_instances(&terms, &longer, d(3) + 5, &[("2026-01-01", "breached"), ("2026-01-03", "met")]);
    expect_instances(&terms, &longer[1..], d(3) + 5, &[("2026-01-01", "breached")]);
}

#[test]
fn a_part_of_a_period_owes_in_proportion() {
    let mut p = during(each(4, Cycle::Day, Spread::Alone));
    if let Rule::Periodic { pro_rata, .. } = &mut p.rule {
        *pro_rata = true;
    }
    let one = phase(Condition::From(h(18)), PhaseEnd::Never);
    let text = Agreement { phases: vec![one], ..agreement(&[p]) };
    expect_instances(&text, &[did(&deliver(), 17, 9), did(&deliver(), 20, 1)], 23, &[("2026-01-01", "met")]);
    expect_instances(&text, &[], 23, &[("2026-01-01", "pending")]);
}

#[test]
fn parts_of_a_period() {
    let red = action("deliver", "red_box", &["a"]);
    let to_b = Action { to: Some("b".into()), ..deliver() };
    let share = |action: &Action| Share { label: String::new(), action: action.clone(), required: least(2) };
    let text = |disjoint| {
        let mut p = each(3, Cycle::Day, Spread::Alone);
        if let Rule::Periodic { shares, disjoint: chosen, .. } = &mut p.rule {
            (*shares, *chosen) = (vec![share(&red), share(&to_b)], disjoint);
        }
        agreement(&[p])
    };
    let red_to_b = Deed { to: Some("b".into()), ..did(&red, 5, 2) };
    expect(&text(false), &[red_to_b.clone(), did(&deliver(), 6, 1)], &[(7, "met")]);
    expect(&text(true), &[red_to_b.clone(), did(&deliver(), 6, 1)], &[(7, "pending"), (30, "breached")]);
    expect_instances(&text(true), &[red_to_b, did(&to_b, 6, 2)], 8, &[("2026-01-01", "met")]);
    expect(&text(false), &[did(&deliver(), 6, 9)], &[(7, "pending")]);
}

#[test]
fn averages() {
    let block = |short_is_breach| {
        let mut p = each(6, Cycle::Day, Spread::Block { days: 7, short_is_breach });
        p.while_ = Condition::During("one".into());
        let one = phase(Condition::InForce, PhaseEnd::After(hours(240)));
        Agreement { phases: vec![one], ..agreement(&[p]) }
    };
    let deeds = [
        did(&deliver(), d(7), 42),
        did(&deliver(), d(8), 5),
        did(&deliver(), d(9), 6),
        did(&deliver(), d(10), 7),
    ];
    expect_instances(&block(false), &deeds, d(11), &[("2026-01-01", "met"), ("2026-01-08", "met")]);
    expect(&block(false), &deeds[1..], &[(d(8), "breached")]);
    assert_eq!(outcome(&block(true), &deeds, d(11)).instances["2026-01-08 day"].name(), "breached");
    let sliding = agreement(&[each(2, Cycle::Day, Spread::Sliding { days: 2, short_is_breach: false })]);
    let deeds = [did(&deliver(), 3, 3), did(&deliver(), 30, 1), did(&deliver(), 60, 2)];
    expect_instances(&sliding, &deeds, d(4) - 1, &[("2026-01-02", "met"), ("2026-01-03", "pending")]);
    expect_instances(
        &sliding,
        &deeds,
        d(4),
        &[("2026-01-02", "met"), ("2026-01-03", "breached"), ("2026-01-04", "pending")],
    );
}

#[test]
fn a_shortfall_carries_over_or_is_made_up() {
    let text = agreement(&[each(600, Cycle::Day, Spread::CarriesOver)]);
    let days = [did(&deliver(), 5, 500), did(&deliver(), 30, 650), did(&deliver(), 60, 700)];
    expect_instances(&text, &days, d(3) - 1, &[("2026-01-01", "late"), ("2026-01-02", "pending")]);
    expect_instances(
        &text,
        &days,
        d(3),
        &[("2026-01-01", "late"), ("2026-01-02", "breached"), ("2026-01-03", "pending")],
    );
    let third = outcome(&text, &days, d(4) - 1);
    assert_eq!(third.instances["2026-01-02"].name(), "late");
    assert_eq!(third.instances["2026-01-03"].name(), "met");
    let text = agreement(&[each(600, Cycle::Day, Spread::MadeUp(hours(24)))]);
    expect_instances(&text, &days[..2], 29, &[("2026-01-01", "pending"), ("2026-01-02", "pending")]);
    // Fifty beyond the second day's own are not enough; and the third day's come too late for the first.
    expect_instances(
        &text,
        &days,
        d(4) - 1,
        &[("2026-01-01", "breached"), ("2026-01-02", "met"), ("2026-01-03", "met")],
    );
    let enough = [did(&deliver(), 5, 500), did(&deliver(), 30, 700)];
    expect_instances(&text, &enough, 31, &[("2026-01-01", "met"), ("2026-01-02", "met")]);
}

fn exchange(matching: Matching, afterwards: bool) -> Provision {
    provision(Rule::Exchange {
        trigger: action("return", "remains", &["b"]),
        every: n(1),
        action: release(),
        required: n(if matching == Matching::InOrder { 15 } else { 1 }),
        shares: vec![],
        disjoint: false,
        within: Some(hours(48)),
        afterwards,
        matching,
        counted_on: CountedOn::Handover,
    })
}

#[test]
fn answers_in_order() {
    let came = |hour| did(&action("return", "remains", &["b"]), hour, 1);
    let deeds = [came(0), came(d(3) + 12), did(&release(), d(2) + 12, 20), did(&release(), d(5), 10)];
    let text = agreement(&[exchange(Matching::InOrder, false)]);
    expect_instances(&text, &deeds, d(4), &[("#1", "met"), ("#2", "pending")]);
    expect_instances(&text, &deeds, d(5), &[("#1", "met"), ("#2", "met")]);
    let early = [did(&release(), 1, 15), came(2)];
    expect(&text, &early, &[(1, "inactive"), (2, "met")]);
    expect(&agreement(&[exchange(Matching::InOrder, true)]), &early, &[(2, "pending"), (51, "breached")]);
    // Only what came while the exchange was in scope is answered.
    let scoped = Agreement {
        phases: vec![phase(Condition::From(h(24)), PhaseEnd::Never)],
        ..agreement(&[during(exchange(Matching::InOrder, false))])
    };
    expect_instances(&scoped, &[came(0), came(30)], 40, &[("#1", "pending")]);
}

#[test]
fn answers_by_reference() {
    let of = |deed: Deed, reference: &str| Deed { reference: Some(reference.into()), ..deed };
    let notice = |hour| did(&action("return", "remains", &["b"]), hour, 1);
    let text = agreement(&[exchange(Matching::SameReference, false)]);
    let deeds = [of(notice(0), "r1"), of(notice(6), "r2"), of(did(&release(), 24, 1), "r2")];
    expect_instances(&text, &deeds, d(5), &[("r1", "breached"), ("r2", "met")]);
}

#[test]
fn identified_remains_count() {
    let mut p = exchange(Matching::InOrder, false);
    if let Rule::Exchange { counted_on, .. } = &mut p.rule {
        *counted_on = CountedOn::Identification;
    }
    let handed = did(&action("return", "remains", &["b"]), 0, 1);
    let known = Deed { stage: Some("identified".into()), ..did(&action("return", "remains", &["b"]), 30, 1) };
    let text = agreement(&[p]);
    expect(&text, std::slice::from_ref(&handed), &[(10, "inactive")]);
    expect(&text, &[handed, known], &[(31, "pending"), (79, "breached")]);
}

#[test]
fn prohibitions_their_scope_and_exceptions() {
    let both = attack(&["a", "b"]);
    let mut p = provision(Rule::Prohibition { action: both });
    p.while_ = Condition::During("one".into());
    let when = Condition::Recently(hours(24), attack(&["b"]));
    p.exceptions = vec![Exception { by: vec!["a".into()], when, plea: None }];
    let one = phase(Condition::From(h(10)), PhaseEnd::After(hours(100)));
    let text = Agreement { phases: vec![one], ..agreement(&[p.clone()]) };
    let by = |who: &str, hour| did(&attack(&[who]), hour, 1);
    expect(&text, &[by("a", 9)], &[(9, "inactive"), (10, "pending"), (110, "met")]);
    let answered = outcome(&text, &[by("b", 20), by("a", 30), by("a", 60)], 90);
    assert_eq!(answered.violations, 2, "the first answer is excused: {answered:?}");
    let only_b = outcome(&text, &[by("b", 20), by("a", 30)], 50);
    assert_eq!((only_b.by_bearer["a"].name(), only_b.by_bearer["b"].name()), ("pending", "breached"));
    p.terms.counting = Counting::Day;
    let text = Agreement { provisions: vec![p], ..text };
    assert_eq!(outcome(&text, &[by("b", 20), by("b", 21), by("b", 60)], 90).violations, 2);
}

#[test]
fn judged_deeds_and_those_of_others() {
    let mut p = provision(Rule::Prohibition { action: attack(&["a"]) });
    p.terms.judged = Some("offensive".into());
    let deed = did(&attack(&["a"]), 5, 1);
    expect(&agreement(&[p.clone()]), std::slice::from_ref(&deed), &[(6, "pending")]);
    let ruled = Deed { judged: vec!["offensive".into()], ..deed };
    expect(&agreement(&[p]), &[ruled], &[(6, "breached")]);
    let mut answers = provision(Rule::Answerable { action: attack(&["x"]), for_result: true });
    answers.bearers = vec!["a".into()];
    let got = outcome(&agreement(&[answers]), &[did(&attack(&["x"]), 5, 1)], 6);
    assert_eq!((got.by_bearer["a"].name(), got.violations), ("breached", 1));
}

#[test]
fn ties_and_times_of_being_bound() {
    let tie = |kind, from: i64| Tie {
        kind,
        other: Some("a".into()),
        valid: Period { first: h(from), last: Instant::MAX },
        source: None,
        contested_by: vec![],
    };
    let mut text = agreement(&[provision(Rule::Prohibition { action: attack(&["a"]) })]);
    let mut x = Actor::named("x".into(), "x".into(), Role::Actor);
    x.ties = vec![tie(TieKind::PartOf, 10)];
    text.actors.push(x);
    let by_x = |hour| [did(&attack(&["x"]), hour, 1)];
    expect(&text, &by_x(5), &[(6, "pending")]);
    expect(&text, &by_x(12), &[(13, "breached")]);
    let facts = Facts { untied: [("x".into(), "a".into())].into(), ..Facts::default() };
    assert_eq!(outcome_with(&text, &by_x(12), &facts, 13).status().name(), "pending");
    text.actors[0].ties = vec![Tie { other: None, ..tie(TieKind::Accepted, 20) }];
    expect(&text, &by_x(12), &[(13, "inactive")]);
    let duty = Agreement { provisions: vec![once(least(1), Due::By(end(1)))], ..text };
    expect(&duty, &[], &[(19, "inactive"), (20, "pending"), (24, "breached")]);
}

fn power(faculty: Faculty) -> Power {
    Power {
        id: "power".into(),
        label: String::new(),
        by: vec!["g".into()],
        binding: Binding::Each,
        faculty,
        due: Due::Open,
        while_: Condition::InForce,
        clause: String::new(),
        line: 1,
        assumptions: vec![],
    }
}

fn suspension(act: &str, clocks_stop: bool) -> Suspension {
    let target = Target::Phase("one".into());
    Suspension { act: act.into(), target, whose: Whose::All, at_most: None, in_all: false, clocks_stop }
}

fn may(faculties: Vec<Faculty>, provision: Provision) -> Agreement {
    let one = phase(Condition::InForce, PhaseEnd::After(hours(720)));
    Agreement {
        phases: vec![one],
        powers: faculties.into_iter().map(power).collect(),
        ..agreement(&[during(provision)])
    }
}

fn resume() -> Faculty {
    Faculty::Other { act: "resume".into(), target: Target::Phase("one".into()) }
}

#[test]
fn suspension_stops_clocks_and_duties() {
    let faculties = || vec![Faculty::Suspend(suspension("suspend", true)), resume()];
    let stopped = [exercise("suspend", "one", d(2)), exercise("resume", "one", d(5))];
    let p = may(faculties(), once(least(1), Due::Within(hours(72), Condition::InForce)));
    expect(
        &p,
        &stopped,
        &[
            (d(2) - 1, "pending"),
            (d(2), "suspended"),
            (d(4) + 12, "suspended"),
            (d(7), "pending"),
            (d(7) + 1, "breached"),
        ],
    );
    let with = [stopped[0].clone(), stopped[1].clone(), did(&release(), d(6) + 12, 1)];
    expect(&p, &with, &[(d(6) + 13, "met")]);
    let q = may(faculties(), once(least(1), Due::By(end(3))));
    expect(&q, &stopped, &[(d(4) + 12, "suspended"), (d(5), "pending"), (d(5) + 1, "breached")]);
    let truce = may(faculties(), provision(Rule::Prohibition { action: attack(&["a"]) }));
    let inside = [stopped[0].clone(), stopped[1].clone(), did(&attack(&["a"]), d(3), 1)];
    expect(&truce, &inside, &[(d(3) + 1, "suspended"), (d(6), "pending")]);
    let daily = may(faculties(), each(1, Cycle::Day, Spread::Alone));
    let got = outcome(&daily, &[stopped[0].clone(), stopped[1].clone(), did(&deliver(), d(3), 1)], d(6));
    let names: Vec<&str> = got.instances.values().map(|status| status.name()).collect();
    assert_eq!(names, ["breached", "suspended", "met", "suspended", "breached", "pending"]);
    // A breach before it stays.
    let early = may(faculties(), once(least(1), Due::By(end(1))));
    expect(&early, &[exercise("suspend", "one", 30)], &[(d(3), "breached")]);
    // Nobody but g has the power, and only over the phase.
    let other = [Deed { by: vec!["b".into()], ..stopped[0].clone() }];
    expect(&q, &other, &[(d(3), "pending")]);
    expect(&q, &[exercise("suspend", "two", d(2))], &[(d(3), "pending")]);
}

#[test]
fn termination_extension_and_waiver() {
    let ends = || vec![Faculty::Suspend(suspension("terminate", false))];
    let ended = [exercise("terminate", "one", d(2) + 6)];
    expect(
        &may(ends(), once(least(1), Due::By(end(3)))),
        &ended,
        &[(d(2) + 5, "pending"), (d(2) + 6, "lapsed"), (d(9), "lapsed")],
    );
    expect(&may(ends(), once(least(1), Due::By(end(1)))), &ended, &[(d(3), "breached")]);
    expect(
        &may(ends(), once(least(1), Due::By(end(1)))),
        &[ended[0].clone(), did(&release(), d(4), 1)],
        &[(d(5), "late")],
    );
    expect(&may(ends(), provision(Rule::Prohibition { action: attack(&["a"]) })), &ended, &[(d(3), "met")]);
    let faculty = Faculty::Extend { phase: "one".into(), by: PhaseEnd::After(hours(48)), times: Some(1) };
    let mut text = may(vec![faculty], during(once(least(1), Due::Open)));
    text.phases[0].ends = PhaseEnd::After(hours(48));
    expect(&text, &[], &[(47, "pending"), (48, "inactive")]);
    let longer = [exercise("extend", "one", 40), exercise("extend", "one", 60)];
    expect(&text, &longer, &[(95, "pending"), (96, "inactive")]);
    expect(&text, &[exercise("extend", "one", 48)], &[(50, "pending")]);
    expect(&text, &[exercise("extend", "one", 49)], &[(50, "inactive")]);
    let waive = Faculty::Other { act: "waive".into(), target: Target::Provision("p".into()) };
    let text = may(vec![waive], once(least(1), Due::By(end(1))));
    expect(&text, &[exercise("waive", "p", d(3))], &[(d(3) - 1, "breached"), (d(3), "excused")]);
}

#[test]
fn a_breach_allows_what_it_allows_while_it_stands() {
    let mut p = once(least(1), Due::By(end(1)));
    let suspension = Suspension { target: Target::Phase("one".into()), ..suspension("suspend", false) };
    p.terms.consequences = vec![Consequence { by: vec!["g".into()], binding: Binding::Each, suspension }];
    let q = Provision { id: "q".into(), ..during(once(least(9), Due::By(end(5)))) };
    let mut text = agreement(&[q, Provision { id: "r".into(), ..p }]);
    text.phases = vec![phase(Condition::InForce, PhaseEnd::Never)];
    let stop = |hour| exercise("suspend", "one", hour);
    expect(&text, &[stop(30)], &[(31, "suspended")]);
    expect(&text, &[stop(20)], &[(31, "pending")]);
    expect(&text, &[did(&release(), 26, 1), stop(30)], &[(31, "pending")]);
    expect(&text, &[did(&release(), 3, 1), stop(30)], &[(31, "pending")]);
}

#[test]
fn an_amendment_leaves_what_was_decided() {
    let amendment = |cured| Amendment {
        id: "a2".into(),
        label: String::new(),
        agreed: h(30),
        accepted_by: vec![],
        effective: Effective::From(h(30)),
        changes: vec![(Target::Provision("p".into()), Change::Due(Due::By(end(4))))],
        inner_deadlines_move: true,
        past_breaches_cured: cured,
        assumptions: vec![],
    };
    let text = |day, cured| Agreement {
        amendments: vec![amendment(cured)],
        ..agreement(&[once(least(1), Due::By(end(day)))])
    };
    expect(&text(2, false), &[], &[(29, "pending"), (d(4), "pending"), (d(5), "breached")]);
    expect(&text(1, false), &[], &[(29, "breached"), (d(4), "breached")]);
    expect(&text(1, true), &[], &[(29, "breached"), (30, "excused"), (d(9), "excused")]);
}

#[test]
fn states_are_tested_at_every_tick() {
    let state = |required, side, quiet| {
        provision(Rule::State {
            item: "troops".into(),
            own: false,
            required,
            belonging: None,
            place: Some((side, "z".into())),
            from: Condition::InForce,
            until: Some(Condition::From(h(48))),
            quiet,
        })
    };
    let stock = |zone: &str, from, to, units| Stock {
        item: "troops".into(),
        of: Some("a".into()),
        zone: Some(zone.into()),
        period: Period { first: h(from), last: h(to).previous() },
        amount: n(units),
    };
    let of = |p: &Provision, stocks: Vec<Stock>, hour| {
        let facts = Facts { stocks, ..Facts::default() };
        let got = outcome_with(&agreement(std::slice::from_ref(p)), &[], &facts, hour);
        (got.status().name(), got.violations)
    };
    let out = state(None, Side::OutOf, None);
    assert_eq!(of(&out, vec![], 10), ("pending", 0));
    assert_eq!(of(&out, vec![], 48), ("met", 0));
    let twice =
        vec![stock("z", 10, 12, 5), stock("z", 12, 14, 7), stock("z", 20, 21, 1), stock("y", 30, 31, 1)];
    assert_eq!(of(&out, twice.clone(), 9), ("pending", 0));
    assert_eq!(of(&out, twice.clone(), 40), ("breached", 2));
    let few = state(Some(Measure::Plain(Required::AtMost(n(5)))), Side::In, None);
    assert_eq!(of(&few, twice, 40), ("breached", 1));
    let quiet = |consecutive| {
        let quiet = Quiet { length: hours(10), consecutive, instead: vec![] };
        state(None, Side::FromOver, Some(quiet))
    };
    let broken = vec![stock("z", 8, 9, 1), stock("z", 15, 24, 1)];
    assert_eq!(of(&quiet(true), broken.clone(), 24 + 1).0, "breached");
    assert_eq!(of(&quiet(false), broken, 24 + 11).0, "met");
}
