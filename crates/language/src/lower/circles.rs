//! Circles: conditions that rest on each other at the same instant.
//!
//! Invariant: nothing here recurses along the circle, however long; what rests on another only after time has
//! passed is no part of one. A duty's `while` is none either: a phase that ends when the duties in it are
//! performed is common, and acts read the state just before them (SEMANTICS.md §3).

use std::collections::{BTreeMap, BTreeSet};

use model::agreement::{Agreement, Condition, Derived, Due, PhaseEnd, Provision, Rule};

use super::{Lowering, deadlines::is_instant};
use crate::{
    diagnostics::codes,
    names::statements,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node<'a> {
    /// What a derived zone is made of.
    Zone(&'a str),
    Milestone(&'a str),
    Begin(&'a str),
    End(&'a str),
    Performed(&'a str),
    /// The first breach of a provision.
    Breached(&'a str),
}

impl Node<'_> {
    fn words(self) -> String {
        match self {
            Node::Zone(id) => format!("zone `{id}`"),
            Node::Milestone(id) => format!("milestone `{id}`"),
            Node::Begin(id) => format!("the beginning of phase `{id}`"),
            Node::End(id) => format!("the end of phase `{id}`"),
            Node::Performed(id) | Node::Breached(id) => format!("provision `{id}`"),
        }
    }

    fn id(&self) -> (&str, SyntaxKind) {
        match self {
            Node::Zone(id) => (id, SyntaxKind::Zone),
            Node::Milestone(id) => (id, SyntaxKind::Milestone),
            Node::Begin(id) | Node::End(id) => (id, SyntaxKind::Phase),
            Node::Performed(id) | Node::Breached(id) => (id, SyntaxKind::Provision),
        }
    }
}

type Graph<'a> = BTreeMap<Node<'a>, BTreeSet<Node<'a>>>;

impl Lowering<'_> {
    /// Refuses the first circle there is.
    pub(super) fn refuse_circles(&mut self, file: &SyntaxNode, agreement: &Agreement) {
        let Some(circle) = circle(graph(agreement)) else { return };
        let Some(first) = circle.first() else { return };
        let (id, kind) = first.id();
        let stated =
            statements(file).filter(|s| s.kind() == kind).find_map(|s| s.name().filter(|n| n.0 == id));
        let span = stated.map_or(0..0, |name| name.1);
        if circle.len() == 1 {
            return self.error(codes::INSTANT_CYCLE, span, format!("{} waits for itself", first.words()));
        }
        let words: Vec<_> = circle.iter().chain([first]).map(|node| node.words()).collect();
        let words = words.join(", then ");
        if kind == SyntaxKind::Zone {
            let message = format!("these are derived from each other, and none has an outline: {words}");
            return self.error(codes::ITEM_CYCLE, span, message);
        }
        let message = format!("these wait for each other, and none can ever be first: {words}");
        self.error(codes::INSTANT_CYCLE, span, message);
    }
}

fn graph(agreement: &Agreement) -> Graph<'_> {
    let mut graph = Graph::new();
    for zone in &agreement.zones {
        let made_of = match &zone.derived {
            Some(Derived::Near { of, .. } | Derived::Widened { zone: of, .. }) => vec![of],
            Some(Derived::Without(one, other)) => vec![one, other],
            Some(Derived::Union(zones)) => zones.iter().collect(),
            Some(Derived::Held { .. }) | None => Vec::new(),
        };
        let made_of = made_of.into_iter().map(|id| Node::Zone(id));
        graph.insert(Node::Zone(&zone.id), made_of.collect());
    }
    for milestone in &agreement.milestones {
        rests_on(&milestone.when, graph.entry(Node::Milestone(&milestone.id)).or_default());
    }
    for phase in &agreement.phases {
        rests_on(&phase.begins, graph.entry(Node::Begin(&phase.id)).or_default());
        if let PhaseEnd::When(ends) = &phase.ends {
            let end = graph.entry(Node::End(&phase.id)).or_default();
            end.insert(Node::Begin(&phase.id));
            rests_on(ends, end);
        }
    }
    for provision in &agreement.provisions {
        let (performed, breached) = hangs_on(provision);
        graph.insert(Node::Performed(&provision.id), performed);
        graph.insert(Node::Breached(&provision.id), breached);
    }
    graph
}

/// What a provision's performance and its breach rest on at the same instant.
fn hangs_on(provision: &Provision) -> (BTreeSet<Node<'_>>, BTreeSet<Node<'_>>) {
    let (mut performed, mut breached) = (BTreeSet::new(), BTreeSet::new());
    match &provision.rule {
        Rule::Schedule { steps, not_before, .. } => {
            steps.iter().for_each(|step| due_rests_on(&step.due, &mut performed));
            not_before.iter().for_each(|condition| rests_on(condition, &mut performed));
        }
        Rule::State { from, until, .. } => {
            rests_on(from, &mut performed);
            until.iter().for_each(|condition| rests_on(condition, &mut performed));
        }
        _ => {}
    }
    if let Rule::Once { due, not_before, .. } = &provision.rule {
        due_rests_on(due, &mut performed);
        if let Some(condition) = not_before {
            rests_on(condition, &mut performed);
        }
        // A breach comes with the deadline: after time has passed, unless there is next to none.
        if let Some(condition) = is_instant(due) {
            rests_on(condition, &mut breached);
        }
    }
    (performed, breached)
}

fn due_rests_on<'a>(due: &'a Due, on: &mut BTreeSet<Node<'a>>) {
    match due {
        Due::Within(_, condition)
        | Due::EndOfDayAfter(_, condition)
        | Due::MonthsAfter(_, condition)
        | Due::Before(condition) => rests_on(condition, on),
        Due::Latest(all) | Due::Earliest(all) => all.iter().for_each(|due| due_rests_on(due, on)),
        Due::By(_) | Due::Open => {}
    }
}

fn rests_on<'a>(condition: &'a Condition, on: &mut BTreeSet<Node<'a>>) {
    match condition {
        Condition::Milestone(id) => drop(on.insert(Node::Milestone(id))),
        Condition::Performed(id) | Condition::PerformedInTime(id) | Condition::Amount(id, _) => {
            on.insert(Node::Performed(id));
        }
        Condition::Breached(id) | Condition::Overdue(id) => drop(on.insert(Node::Breached(id))),
        Condition::PhaseBegun(id) => drop(on.insert(Node::Begin(id))),
        Condition::PhaseEnded(id) => drop(on.insert(Node::End(id))),
        Condition::During(id) => on.extend([Node::Begin(id), Node::End(id)]),
        Condition::All(all) | Condition::Any(all) | Condition::AtLeast(_, all) => {
            all.iter().for_each(|inner| rests_on(inner, on));
        }
        Condition::Not(inner) | Condition::Since(_, inner) => rests_on(inner, on),
        // Time has passed.
        Condition::HoursAfter(..) | Condition::DaysAfter(..) => {}
        Condition::InForce
        | Condition::Signed
        | Condition::From(_)
        | Condition::Violations(..)
        | Condition::Set(_)
        | Condition::Judged(_)
        | Condition::Deed(_)
        | Condition::Done(..)
        | Condition::Recently(..)
        | Condition::Calm(..) => {}
    }
}

/// Some circle, if there is one: what is left when all that rests on nothing has been taken away, again and
/// again.
fn circle(graph: Graph<'_>) -> Option<Vec<Node<'_>>> {
    let mut waiting: BTreeMap<Node, usize> = BTreeMap::new();
    let mut holds_up: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    for (node, on) in &graph {
        let known = on.iter().filter(|other| graph.contains_key(other));
        known.clone().for_each(|other| holds_up.entry(*other).or_default().push(*node));
        waiting.insert(*node, known.count());
    }
    let mut free: Vec<Node> =
        waiting.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
    while let Some(node) = free.pop() {
        waiting.remove(&node);
        for held in holds_up.remove(&node).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(&held) {
                *count -= 1;
                if *count == 0 {
                    free.push(held);
                }
            }
        }
    }
    // Each node left rests on another that is left: following them must come back.
    let mut path = vec![*waiting.keys().next()?];
    let mut seen = BTreeSet::new();
    while let Some(last) = path.last().copied().filter(|last| seen.insert(*last)) {
        path.extend(graph.get(&last)?.iter().find(|other| waiting.contains_key(other)));
    }
    let repeated = path.pop()?;
    let start = path.iter().position(|node| *node == repeated)?;
    path.drain(..start);
    Some(path)
}
