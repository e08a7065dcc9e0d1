//! Random cases of what powers do to duties whose instances are more than one window: of several, of a time, of averages, of terms,
//! beside amendments.
//!
//! Invariant: as for the generator: a seed gives the same case for ever.

use model::{
    Period,
    agreement::{Quiet, Tie, TieKind},
};

use super::{
    changes::{amendment, deed_of, of_phase, power},
    *,
};

/// A phase of some days.
fn one(chance: &mut Chance) -> Phase {
    Phase {
        id: "one".to_owned(),
        label: "One".to_owned(),
        begins: Condition::InForce,
        ends: PhaseEnd::After(Duration::hours(24 * chance.between(1, 3))),
        latest: None,
        assumptions: Vec::new(),
    }
}

fn suspension(chance: &mut Chance, grid: u64, whose: Whose) -> Suspension {
    let target =
        chance.pick(&[Target::Agreement, Target::Phase("one".to_owned()), Target::Provision("p".to_owned())]);
    Suspension {
        target,
        whose,
        at_most: chance.one_in(2).then(|| days(chance, grid)),
        clocks_stop: chance.one_in(2),
        ..of_phase("suspend")
    }
}

/// One use of a power by b, of all kinds that touch a provision.
fn used(chance: &mut Chance, grid: u64, whose: Whose) -> (Power, Action) {
    let (act, faculty) = match chance.below(6) {
        0..=2 => ("suspend", Faculty::Suspend(suspension(chance, grid, whose))),
        3 => ("terminate", Faculty::Suspend(of_phase("terminate"))),
        4 => {
            let by = PhaseEnd::After(days(chance, grid));
            ("extend", Faculty::Extend { phase: "one".to_owned(), by, times: None })
        }
        _ => {
            let target = Target::Provision("p".to_owned());
            ("waive", Faculty::Other { act: "waive".to_owned(), target })
        }
    };
    (power("s", faculty), deed_of(act))
}

/// What two owe, of whom one is bound for a time only, or one alone is touched.
pub(super) fn of_a_time(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut attack = action("attack", None, &["a", "b"]);
    attack.place = Some((Where::In, "z".to_owned()));
    let rule = match chance.below(4) {
        0 => Rule::Prohibition { action: attack.clone() },
        1 => daily(Required::AtLeast(units(chance))),
        _ => once(chance, grid),
    };
    let forbids = matches!(rule, Rule::Prohibition { .. });
    let pattern = if forbids { attack } else { action("release", Some("prisoner"), &["a", "b"]) };
    let mut p = provision("p", &["a", "b"], rule);
    if let Rule::Once { action, .. } | Rule::Periodic { action, .. } = &mut p.rule {
        *action = pattern.clone();
    }
    if !forbids {
        p.binding = chance.pick(&[Binding::Each, Binding::Each, Binding::Together, Binding::Either]);
    }
    if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    let whose = chance.pick(&[Whose::All, Whose::Of(vec!["a".to_owned()]), Whose::Own]);
    let (power, use_) = used(chance, grid, whose);
    let phases = vec![one(chance)];
    let mut text = Agreement { phases, powers: vec![power], ..agreement(vec![p]) };
    if !chance.one_in(4) {
        let kind = chance.pick(&[TieKind::Accepted, TieKind::Left]);
        let valid = Period { first: chance.hour(grid), last: Instant::MAX };
        let tie = Tie { kind, other: None, valid, source: None, contested_by: Vec::new() };
        text.actors[0].ties.push(tie);
    }
    (text, vec![pattern, use_])
}

/// Averages, shortfalls and quiet hours that are suspended, ended or waived.
pub(super) fn averaged(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let (power, use_) = used(chance, grid, Whose::All);
    let phases = vec![one(chance)];
    let mut rule = daily(Required::AtLeast(units(chance)));
    let short_is_breach = chance.one_in(4);
    if let Rule::Periodic { spread, .. } = &mut rule {
        *spread = match chance.below(5) {
            0 => Spread::Block { days: 2, short_is_breach },
            1 => Spread::Sliding { days: 2, short_is_breach },
            2 => Spread::MadeUp(days(chance, grid)),
            _ => Spread::CarriesOver,
        };
    }
    let mut patterns = vec![release(), use_];
    if chance.one_in(4) {
        rule = Rule::State {
            item: "troops".to_owned(),
            own: false,
            required: None,
            belonging: None,
            place: Some((Side::OutOf, "z".to_owned())),
            from: Condition::InForce,
            until: None,
            quiet: Some(Quiet {
                length: Duration::hours(12),
                consecutive: chance.one_in(2),
                instead: Vec::new(),
            }),
        };
        patterns[0] = action("withdraw", Some("troops"), &["a"]);
        patterns[0].place = Some((Where::In, "z".to_owned()));
    }
    let mut p = provision("p", &["a"], rule);
    if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    (Agreement { phases, powers: vec![power], ..agreement(vec![p]) }, patterns)
}

/// What is owed each term of a phase that may be extended, suspended or ended, and whose beginning may be in doubt.
pub(super) fn terms(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let (power, use_) = match chance.below(3) {
        0 => used(chance, grid, Whose::All),
        _ => {
            let by = PhaseEnd::After(days(chance, grid));
            let times = chance.one_in(3).then_some(1);
            let mut own = power("s", Faculty::Extend { phase: "one".to_owned(), by, times });
            if chance.one_in(2) {
                own.due = Due::Before(Condition::PhaseEnded("one".to_owned()));
            }
            (own, deed_of("extend"))
        }
    };
    let mut phase = one(chance);
    phase.ends = PhaseEnd::After(days(chance, grid));
    if chance.one_in(3) {
        phase.begins = simple(chance, grid);
    }
    let mut rule = daily(Required::AtLeast(units(chance)));
    if let Rule::Periodic { cycle, .. } = &mut rule {
        *cycle = Cycle::Term("one".to_owned());
    }
    let mut p = provision("p", &["a"], rule);
    if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    let patterns = vec![release(), use_.clone(), use_, handover()];
    (Agreement { phases: vec![phase], powers: vec![power], ..agreement(vec![p]) }, patterns)
}

/// What an amendment changes and a power touches.
pub(super) fn amended(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let (power, use_) = used(chance, grid, Whose::All);
    let rule = if chance.one_in(3) { daily(Required::AtLeast(units(chance))) } else { once(chance, grid) };
    let mut p = provision("p", &["a"], rule);
    if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    let change = match chance.below(4) {
        0 => Change::Required(Measure::Plain(required(chance))),
        1 => Change::Removed,
        _ if p.while_ == Condition::InForce => Change::While(Condition::During("one".to_owned())),
        _ => Change::Due(Due::By(hour(24 * (1 + chance.below(3))) - Duration::TICK)),
    };
    let effect = chance.hour(grid);
    let amendment = amendment(change, effect, chance.one_in(3));
    let phases = vec![one(chance)];
    let text = Agreement { phases, powers: vec![power], amendments: vec![amendment], ..agreement(vec![p]) };
    (text, vec![release(), use_])
}
