//! Random cases of provisions and phases that hang on each other in a circle, after a delay or through when a duty binds.
//!
//! Invariant: as for the generator: a seed gives the same case for ever; no circle closes at one instant.

use super::*;

fn phase(begins: Condition, ends: PhaseEnd, latest: Option<Due>) -> Phase {
    Phase { id: "one".to_owned(), label: "One".to_owned(), begins, ends, latest, assumptions: Vec::new() }
}

fn of(name: fn(Id) -> Condition, id: &str) -> Condition {
    name(id.to_owned())
}

/// A single duty that is due so long after something.
fn after(chance: &mut Chance, grid: u64, deed: Action, opens: Condition) -> Rule {
    let due = Due::Within(days(chance, grid), opens);
    Rule::Once { action: deed, required: required(chance), due, not_before: None }
}

/// The state of another provision, as a scope reads it.
fn standing(chance: &mut Chance, id: &str) -> Condition {
    let name: fn(Id) -> Condition =
        chance.pick(&[Condition::Overdue as fn(Id) -> Condition, Condition::Breached, Condition::Performed]);
    let condition = of(name, id);
    if chance.one_in(3) { condition } else { Condition::Not(Box::new(condition)) }
}

pub(super) fn circles(chance: &mut Chance, grid: u64) -> (Agreement, Vec<Action>) {
    let patterns = vec![release(), pay(), handover()];
    let first = if chance.one_in(3) { daily(required(chance)) } else { once(chance, grid) };
    let mut p = provision("p", &["a"], first);
    let window = days(chance, grid);
    let second = Rule::Once {
        action: pay(),
        required: required(chance),
        due: Due::Within(window, Condition::InForce),
        not_before: None,
    };
    let mut q = provision("q", &["b"], second);
    let mut phases = Vec::new();
    let mut milestones = Vec::new();
    match chance.below(5) {
        // A phase that ends with the duties in it.
        0 | 1 => {
            let name: fn(Id) -> Condition = chance.pick(&[
                Condition::Performed as fn(Id) -> Condition,
                Condition::Breached,
                Condition::Performed,
            ]);
            let ends = if chance.one_in(3) {
                Condition::Any(vec![of(name, "p"), of(Condition::Performed, "q")])
            } else {
                of(name, "p")
            };
            let latest = chance.one_in(3).then(|| Due::Within(days(chance, grid), Condition::InForce));
            phases.push(phase(Condition::InForce, PhaseEnd::When(ends), latest));
            p.while_ = Condition::During("one".to_owned());
            if chance.one_in(2) {
                q.while_ = p.while_.clone();
            }
        }
        // Each binds as the other stands.
        2 => {
            p.while_ = standing(chance, "q");
            q.while_ = standing(chance, "p");
        }
        // Each opens the other's window.
        3 => {
            let opened = Condition::Any(vec![of(Condition::Breached, "q"), simple(chance, grid)]);
            p.rule = after(chance, grid, release(), opened);
            let name: fn(Id) -> Condition =
                chance.pick(&[Condition::Breached as fn(Id) -> Condition, Condition::Performed]);
            q.rule = after(chance, grid, pay(), of(name, "p"));
        }
        // Through a milestone, and some time after it.
        _ => {
            milestones.push(Milestone {
                id: "home".to_owned(),
                label: "Home".to_owned(),
                when: of(Condition::Performed, "p"),
                assumptions: Vec::new(),
            });
            let reached = Condition::Milestone("home".to_owned());
            let opens = Condition::HoursAfter(days(chance, grid), Box::new(reached));
            q.rule = after(chance, grid, pay(), opens);
            p.while_ = standing(chance, "q");
        }
    }
    (Agreement { phases, milestones, ..agreement(vec![p, q]) }, patterns)
}
