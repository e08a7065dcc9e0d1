//! Random cases of periods, their parts and averages, and of exchanges.
//!
//! Invariant: as for the generator: a seed gives the same case for ever.

use super::*;

fn sick() -> Action {
    action("release", Some("sick"), &["a"])
}

fn with_sick(agreement: Agreement) -> Agreement {
    let sick = Item {
        id: "sick".to_owned(),
        label: "sick".to_owned(),
        parent: "prisoner".to_owned(),
        property: None,
    };
    Agreement { items: [sick].into_iter().collect(), ..agreement }
}

pub(super) fn parts(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let share = Share { label: String::new(), action: sick(), required: Required::AtLeast(Amount::whole(1)) };
    let rule = match chance.below(3) {
        0 => exchange(chance, grid, vec![share]),
        _ => {
            let mut rule = daily(Required::AtLeast(units(chance)));
            if let Rule::Periodic { shares, .. } = &mut rule {
                shares.push(share);
            }
            rule
        }
    };
    let patterns = match &rule {
        Rule::Exchange { .. } => vec![release(), sick(), pay()],
        _ => vec![release(), sick()],
    };
    (with_sick(agreement(vec![provision("p", &["a"], rule)])), patterns)
}

pub(super) fn exchange(chance: &mut Chance, grid: u64, shares: Vec<Share>) -> Rule {
    Rule::Exchange {
        trigger: pay(),
        every: Amount::whole(1),
        action: release(),
        required: Amount::whole(1),
        within: Some(days(chance, grid)),
        afterwards: chance.one_in(3),
        shares,
        disjoint: false,
        matching: Matching::InOrder,
        counted_on: CountedOn::Handover,
    }
}

pub(super) fn periods(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let cycle = match chance.below(6) {
        0 => Cycle::Week(jiff::civil::Weekday::Saturday),
        1 | 2 => Cycle::Days(2, simple(chance, grid)),
        3 => Cycle::Months(1),
        4 => Cycle::Term("one".to_owned()),
        _ => Cycle::Day,
    };
    let mut rule = daily(required(chance));
    if let Rule::Periodic { cycle: chosen, pro_rata, .. } = &mut rule {
        *chosen = cycle.clone();
        *pro_rata = chance.one_in(3);
    }
    let mut p = provision("p", &["a"], rule);
    let mut phase = phase(chance, grid);
    if matches!(cycle, Cycle::Term(_)) {
        phase.ends = PhaseEnd::After(days(chance, grid));
        phase.latest = None;
    } else if chance.one_in(2) {
        p.while_ = Condition::During("one".to_owned());
    }
    (Agreement { phases: vec![phase], ..agreement(vec![p]) }, vec![release(), release(), handover()])
}

pub(super) fn spreads(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let short_is_breach = chance.one_in(3);
    let spread = match chance.below(4) {
        0 => Spread::Block { days: 2, short_is_breach },
        1 => Spread::Sliding { days: 2, short_is_breach },
        2 => Spread::MadeUp(days(chance, grid)),
        _ => Spread::CarriesOver,
    };
    let mut rule = daily(Required::AtLeast(units(chance)));
    if let Rule::Periodic { spread: chosen, .. } = &mut rule {
        *chosen = spread;
    }
    let mut p = provision("p", &["a"], rule);
    let ends = PhaseEnd::After(Duration::hours(24 * chance.between(1, 4)));
    let begins = Condition::From(hour(24 * chance.below(2)));
    let phase = Phase {
        id: "one".to_owned(),
        label: "One".to_owned(),
        begins,
        ends,
        latest: None,
        assumptions: Vec::new(),
    };
    if chance.one_in(3) {
        p.while_ = Condition::During("one".to_owned());
    }
    (Agreement { phases: vec![phase], ..agreement(vec![p]) }, vec![release()])
}

pub(super) fn exchanges(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let mut rule = exchange(chance, grid, Vec::new());
    if let Rule::Exchange { matching, required, .. } = &mut rule {
        if chance.one_in(2) {
            *matching = Matching::SameReference;
        }
        *required = if *matching == Matching::InOrder { units(chance) } else { Amount::whole(1) };
    }
    let mut p = provision("p", &["a"], rule);
    let mut phases = Vec::new();
    if chance.one_in(2) {
        (p.while_, phases) = (Condition::During("one".to_owned()), vec![phase(chance, grid)]);
        phases[0].begins = Condition::From(chance.hour(grid));
        phases[0].ends = PhaseEnd::After(days(chance, grid));
    }
    (Agreement { phases, ..agreement(vec![p]) }, vec![pay(), release()])
}
