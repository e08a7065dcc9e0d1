//! Random cases of what changes duties: powers, amendments, values, judgements; of states and of duties in step.
//!
//! Invariant: as for the generator: a seed gives the same case for ever.

use super::*;

pub(super) fn of_phase(act: &str) -> Suspension {
    Suspension {
        act: act.to_owned(),
        target: Target::Phase("one".to_owned()),
        whose: Whose::All,
        at_most: None,
        in_all: false,
        clocks_stop: false,
    }
}

pub(super) fn power(id: &str, faculty: Faculty) -> Power {
    Power {
        id: id.to_owned(),
        label: String::new(),
        by: vec!["b".to_owned()],
        binding: Binding::Each,
        faculty,
        due: Due::Open,
        while_: Condition::InForce,
        clause: String::new(),
        line: 1,
        assumptions: Vec::new(),
    }
}

pub(super) fn deed_of(act: &str) -> Action {
    action(act, None, &["b"])
}

pub(super) fn powers(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let rule = if chance.one_in(3) { daily(Required::AtLeast(units(chance))) } else { once(chance, grid) };
    let mut p = provision("p", &["a"], rule);
    p.while_ = Condition::During("one".to_owned());
    let phase = Phase {
        id: "one".to_owned(),
        label: "One".to_owned(),
        begins: Condition::InForce,
        ends: PhaseEnd::After(Duration::hours(24 * chance.between(1, 3))),
        latest: None,
        assumptions: Vec::new(),
    };
    let mut agreement = Agreement { phases: vec![phase], ..agreement(vec![p]) };
    let target = Target::Phase("one".to_owned());
    let mut patterns = vec![release()];
    match chance.below(5) {
        0 | 1 => {
            let suspension = Suspension {
                at_most: chance.one_in(2).then(|| days(chance, grid)),
                clocks_stop: chance.one_in(2),
                ..of_phase("suspend")
            };
            patterns.push(deed_of("suspend"));
            if chance.one_in(3) {
                let by = vec!["b".to_owned()];
                let consequence = Consequence { by, binding: Binding::Each, suspension };
                agreement.provisions[0].terms.consequences.push(consequence);
            } else {
                agreement.powers.push(power("s", Faculty::Suspend(suspension)));
            }
            if chance.one_in(2) {
                agreement.powers.push(power("r", Faculty::Other { act: "resume".to_owned(), target }));
                patterns.push(deed_of("resume"));
            }
        }
        2 => {
            agreement.powers.push(power("t", Faculty::Suspend(of_phase("terminate"))));
            patterns.push(deed_of("terminate"));
        }
        3 => {
            let by = PhaseEnd::After(days(chance, grid));
            let times = chance.one_in(2).then_some(1);
            agreement.powers.push(power("e", Faculty::Extend { phase: "one".to_owned(), by, times }));
            patterns.push(deed_of("extend"));
        }
        _ => {
            let target = Target::Provision("p".to_owned());
            agreement.powers.push(power("w", Faculty::Other { act: "waive".to_owned(), target }));
            patterns.push(deed_of("waive"));
        }
    }
    (agreement, patterns)
}

pub(super) fn values(chance: &mut Chance, _grid: u64) -> (Agreement, Vec<Action>) {
    let set = |to: &str, since: Instant| Setting { to: to.to_owned(), since, source: String::new() };
    let settings = match chance.below(3) {
        0 => Vec::new(),
        1 => vec![set("1", START)],
        _ => vec![set("1", START), set("2", hour(24 * (1 + chance.below(3))))],
    };
    let value = Value {
        id: "v".to_owned(),
        label: String::new(),
        kind: ValueKind::Number,
        set_by: Vec::<Id>::new(),
        due: Due::Open,
        changing: Changing::ByAgreement,
        undisclosed: false,
        settings,
    };
    let due = Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK);
    let steps = vec![Step { measure: Measure::Value("v".to_owned()), in_all: true, due }];
    let rule = Rule::Schedule { action: release(), steps, not_before: None };
    let provisions: Vec<Provision> = vec![provision("p", &["a"], rule)];
    (Agreement { values: vec![value], ..agreement(provisions) }, vec![release()])
}

pub(super) fn states(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let (required, side) = match chance.below(3) {
        0 => (None, Side::OutOf),
        1 => (Some(Measure::Plain(Required::AtMost(units(chance)))), Side::In),
        _ => (Some(Measure::Plain(Required::AtLeast(units(chance)))), Side::In),
    };
    let rule = Rule::State {
        item: "troops".to_owned(),
        own: chance.one_in(2),
        required,
        belonging: None,
        place: Some((side, "z".to_owned())),
        from: simple(chance, grid),
        until: chance.one_in(2).then(|| Condition::From(chance.hour(grid))),
        quiet: None,
    };
    let mut troops = action("withdraw", Some("troops"), &["a"]);
    troops.place = Some((Where::In, "z".to_owned()));
    (agreement(vec![provision("p", &["a"], rule)]), vec![troops.clone(), troops, handover()])
}

/// One change of `p`, which has effect when the text says so.
pub(super) fn amendment(change: Change, effect: Instant, past_breaches_cured: bool) -> Amendment {
    Amendment {
        id: "a2".to_owned(),
        label: String::new(),
        agreed: effect,
        accepted_by: Vec::new(),
        effective: Effective::From(effect),
        changes: vec![(Target::Provision("p".to_owned()), change)],
        inner_deadlines_move: true,
        past_breaches_cured,
        assumptions: Vec::new(),
    }
}

pub(super) fn amendments(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let p = provision("p", &["a"], once(chance, grid));
    let change = match chance.below(3) {
        0 => Change::Required(Measure::Plain(required(chance))),
        1 => Change::Removed,
        _ => Change::Due(Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK)),
    };
    let effect = chance.hour(grid);
    let own = amendment(change, effect, chance.one_in(2));
    let mut text = Agreement { amendments: vec![own], ..agreement(vec![p]) };
    if chance.one_in(4) {
        // Entry into force is put off, or brought forward, before it comes or too late.
        text.in_force = hour(24 * chance.below(3));
        let entry = Change::InForce(hour(24 * chance.below(4)));
        let entry = Amendment {
            id: "a1".to_owned(),
            changes: vec![(Target::Agreement, entry)],
            ..amendment(Change::Removed, chance.hour(grid), false)
        };
        if chance.one_in(2) {
            text.amendments.clear();
        }
        text.amendments.push(entry);
    }
    (text, vec![release()])
}

pub(super) fn judged(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut attack = action("attack", None, &["a", "b"]);
    attack.place = Some((Where::In, "z".to_owned()));
    let mut p = provision("p", &["a", "b"], Rule::Prohibition { action: attack.clone() });
    p.terms.counting = chance.pick(&[Counting::Incident, Counting::Day]);
    let mut judgements = Vec::new();
    if chance.one_in(2) {
        p.terms.judged = Some("offensive".to_owned());
        judgements.push(Judgement {
            id: "offensive".to_owned(),
            label: String::new(),
            by: vec!["m".to_owned()],
            within: None,
            unruled: Unruled::Open,
        });
    }
    let mut text = agreement(vec![p]);
    if chance.one_in(2) {
        text.provisions[0].while_ = Condition::During("one".to_owned());
        text.phases = vec![phase(chance, grid)];
    }
    (Agreement { judgements, ..text }, vec![attack.clone(), attack, handover()])
}

pub(super) fn lots(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let own = Required::AtLeast(Amount::whole(2));
    if chance.one_in(2) {
        let lot = Condition::Done(handover(), Required::AtLeast(Amount::whole(2)));
        let due = Due::Within(days(chance, grid), lot);
        let mut p =
            provision("p", &["a"], Rule::Once { action: release(), required: own, due, not_before: None });
        p.terms.part_lot = Some(chance.pick(&[PartLot::Proportion, PartLot::Nothing]));
        return (agreement(vec![p]), vec![release(), handover()]);
    }
    let due = Due::By(hour(24 * (1 + chance.below(2))) - Duration::TICK);
    let rule = |action: Action| Rule::Once { action, required: own, due: due.clone(), not_before: None };
    let mut p = provision("p", &["a"], rule(release()));
    let q = provision("q", &["b"], rule(pay()));
    let first = chance.pick(&["a", "b"]).to_owned();
    p.terms.in_step = Some(InStep { with: "q".to_owned(), first: Some(first), starts: None });
    (agreement(vec![p, q]), vec![release(), pay()])
}

/// Duties of any kind that something starts together, or one after the other; perhaps amended, or suspended.
pub(super) fn steps(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut attack = action("attack", None, &["a"]);
    attack.place = Some((Where::In, "z".to_owned()));
    let mut patterns = vec![release(), handover()];
    let single = |chance: &mut Chance, required| {
        let due = super::due(chance, grid);
        Rule::Once { action: release(), required, due, not_before: None }
    };
    let rule = match chance.below(8) {
        0 => {
            patterns = vec![attack.clone(), handover()];
            Rule::Prohibition { action: attack }
        }
        1 => {
            patterns = vec![pay(), release(), handover()];
            exchange(chance, grid, Vec::new())
        }
        2 => daily(required(chance)),
        3 => {
            let (text, deeds) = states(chance, grid);
            patterns = deeds;
            text.provisions[0].rule.clone()
        }
        4 => {
            let (text, _) = schedules(chance, grid);
            text.provisions[0].rule.clone()
        }
        5 => once(chance, grid),
        _ => {
            let required = required(chance);
            single(chance, required)
        }
    };
    let mut p = provision("p", &["a"], rule);
    let due = Due::By(hour(24 * (1 + chance.below(2))) - Duration::TICK);
    let q =
        Rule::Once { action: pay(), required: Required::AtLeast(Amount::whole(2)), due, not_before: None };
    let (first, starts) = match chance.below(4) {
        0 => {
            p.rule = single(chance, Required::AtLeast(Amount::whole(2)));
            patterns = vec![release(), pay(), handover()];
            (Some("b".to_owned()), None)
        }
        _ => (None, Some(condition(chance, grid))),
    };
    p.terms.in_step = Some(InStep { with: "q".to_owned(), first, starts });
    let mut text = agreement(vec![p, provision("q", &["b"], q)]);
    match chance.below(4) {
        0 => {
            let change = match chance.below(2) {
                0 => Change::Required(Measure::Plain(required(chance))),
                _ => Change::Due(Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK)),
            };
            let effect = chance.hour(grid);
            let target = chance.pick(&["p", "q"]).to_owned();
            text.amendments = vec![Amendment {
                id: "a2".to_owned(),
                label: String::new(),
                agreed: effect,
                accepted_by: Vec::new(),
                effective: Effective::From(effect),
                changes: vec![(Target::Provision(target), change)],
                inner_deadlines_move: true,
                past_breaches_cured: false,
                assumptions: Vec::new(),
            }];
        }
        1 => {
            let act = chance.pick(&["suspend", "terminate"]);
            let target = Target::Provision("p".to_owned());
            let suspension = Suspension { target, clocks_stop: chance.one_in(2), ..of_phase(act) };
            text.powers = vec![power("s", Faculty::Suspend(suspension))];
            patterns.push(deed_of(act));
        }
        _ => {}
    }
    (text, patterns)
}

/// A power over a duty of any kind, its phase, the agreement or a milestone; perhaps two; perhaps from a breach of another.
pub(super) fn uses(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut attack = action("attack", None, &["a"]);
    attack.place = Some((Where::In, "z".to_owned()));
    let calm = || Condition::Milestone("calm".to_owned());
    let rule = match chance.below(7) {
        0 => Rule::Prohibition { action: attack.clone() },
        1 => exchange(chance, grid, Vec::new()),
        2 => daily(required(chance)),
        3 => Rule::Schedule {
            action: release(),
            steps: vec![
                Step {
                    measure: Measure::Plain(required(chance)),
                    in_all: true,
                    due: super::due(chance, grid),
                },
                Step {
                    measure: Measure::Plain(required(chance)),
                    in_all: true,
                    due: super::due(chance, grid),
                },
            ],
            not_before: None,
        },
        4 => {
            let due = Due::Within(days(chance, grid), calm());
            Rule::Once { action: release(), required: required(chance), due, not_before: None }
        }
        _ => {
            let due = super::due(chance, grid);
            Rule::Once { action: release(), required: required(chance), due, not_before: None }
        }
    };
    let mut patterns = match &rule {
        Rule::Prohibition { .. } => vec![attack],
        Rule::Exchange { .. } => vec![pay(), release()],
        _ => vec![release()],
    };
    let mut p = provision("p", &["a"], rule);
    if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    let due = Due::By(hour(24 * (1 + chance.below(2))) - Duration::TICK);
    let q =
        Rule::Once { action: pay(), required: Required::AtLeast(Amount::whole(1)), due, not_before: None };
    let mut text = agreement(vec![p, provision("q", &["b"], q)]);
    text.phases = vec![Phase {
        id: "one".to_owned(),
        label: "One".to_owned(),
        begins: if chance.one_in(3) { Condition::From(chance.hour(grid)) } else { Condition::InForce },
        ends: PhaseEnd::After(Duration::hours(24 * chance.between(1, 3))),
        latest: None,
        assumptions: Vec::new(),
    }];
    let when = if chance.one_in(2) {
        Condition::From(chance.hour(grid))
    } else {
        Condition::PhaseEnded("one".to_owned())
    };
    text.milestones =
        vec![Milestone { id: "calm".to_owned(), label: "Calm".to_owned(), when, assumptions: Vec::new() }];
    for id in ["s", "t"] {
        let faculty = faculty(chance, grid);
        let act = match &faculty {
            Faculty::Extend { .. } => "extend".to_owned(),
            Faculty::Suspend(Suspension { act, .. }) | Faculty::Other { act, .. } => act.clone(),
        };
        patterns.extend([deed_of(&act), deed_of(&act)]);
        let again = |power: &Power| matches!(&power.faculty, Faculty::Suspend(own) if own.act == act);
        if text.powers.iter().any(again) {
            continue;
        }
        match faculty {
            Faculty::Suspend(suspension) if chance.one_in(4) => {
                let by = vec!["b".to_owned()];
                let consequence = Consequence { by, binding: Binding::Each, suspension };
                text.provisions[1].terms.consequences.push(consequence);
            }
            faculty => {
                let mut own = power(id, faculty);
                match chance.below(6) {
                    0 => own.while_ = Condition::Overdue("q".to_owned()),
                    1 => own.while_ = Condition::From(chance.hour(grid)),
                    2 => own.due = Due::By(chance.hour(grid)),
                    _ => {}
                }
                text.powers.push(own);
            }
        }
        if chance.one_in(2) {
            break;
        }
    }
    (text, patterns)
}

fn faculty(chance: &mut Chance, grid: u64) -> Faculty {
    let on = |chance: &mut Chance| match chance.below(4) {
        0 => Target::Agreement,
        1 => Target::Provision("p".to_owned()),
        _ => Target::Phase("one".to_owned()),
    };
    match chance.below(8) {
        0..=3 => Faculty::Suspend(Suspension {
            target: on(chance),
            whose: if chance.one_in(4) { Whose::Of(vec!["a".to_owned()]) } else { Whose::All },
            at_most: chance.one_in(2).then(|| days(chance, grid)),
            in_all: chance.one_in(3),
            clocks_stop: chance.one_in(2),
            ..of_phase("suspend")
        }),
        4 => Faculty::Suspend(Suspension { target: on(chance), ..of_phase("terminate") }),
        5 => Faculty::Extend {
            phase: "one".to_owned(),
            by: PhaseEnd::After(days(chance, grid)),
            times: chance.one_in(2).then_some(1),
        },
        6 => Faculty::Other { act: "waive".to_owned(), target: Target::Provision("p".to_owned()) },
        _ => Faculty::Other { act: "certify".to_owned(), target: Target::Milestone("calm".to_owned()) },
    }
}
