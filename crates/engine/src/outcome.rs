//! What becomes of a provision before it is put into the answer's form: its instances, and what is common to them.
//!
//! Invariant: plain data; rows are in the order in which the provision has them.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, StatusSet,
    agreement::Required,
    answer::{BearerAnswer, Count, Finding, InstanceAnswer},
};

use crate::asked::Asked;

/// One instance and how its statuses changed.
#[derive(Clone, Debug)]
pub struct Row {
    /// The answer.
    pub answer: InstanceAnswer,
    /// From when each set of statuses holds.
    pub timeline: Vec<(Instant, StatusSet)>,
}

/// A provision's instances with what is common to them.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Bearer and instance; a prohibition's one row has no bearer.
    pub rows: Vec<(Id, Row)>,
    /// Whether the sets are known to be the smallest that are right.
    pub exact: bool,
    /// Violations of a prohibition.
    pub violations: Count,
    /// Where it is not made from the rows.
    pub by_bearer: Vec<BearerAnswer>,
    /// What the evidence shows of itself.
    pub findings: BTreeSet<Finding>,
    /// The claims of each conflict.
    pub conflicts: BTreeSet<Vec<Id>>,
}

impl Default for Outcome {
    fn default() -> Self {
        let violations = Count { certain: 0, possible: Some(0) };
        Outcome {
            rows: Vec::new(),
            exact: true,
            violations,
            by_bearer: Vec::new(),
            findings: BTreeSet::new(),
            conflicts: BTreeSet::new(),
        }
    }
}

impl Outcome {
    /// Adds an instance.
    pub fn push(&mut self, bearer: &Id, row: Row) {
        self.rows.push((bearer.clone(), row));
    }

    /// Records what a measure shows of the evidence itself.
    pub fn note(&mut self, asked: &Asked, on: &Id) {
        self.exact &= asked.bounds.complete;
        self.conflicts.extend(asked.bounds.conflicts.iter().cloned());
        if !asked.bounds.complete {
            let detail =
                "more ways to resolve its contradictions than are listed: amounts there are left unbounded";
            let finding = ("conflict_too_large", String::new(), detail.to_owned());
            self.found(finding, on);
        }
        for (source, _, bounds) in &asked.alone {
            for claims in bounds.conflicts.iter().filter(|claims| !claims.is_empty()) {
                let detail = format!("these claims of one source cannot all hold: {}", claims.join(", "));
                self.found(("self_contradiction", source.clone(), detail), on);
            }
        }
    }

    /// Whether more than one doubtful instance rests on the claims of one conflict.
    #[must_use]
    pub fn shares_conflict(&self) -> bool {
        let mut rest_on: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let doubtful = self.rows.iter().map(|(_, row)| &row.answer).filter(|a| a.status.len() > 1);
        for (index, answer) in doubtful.enumerate() {
            answer.evidence.iter().for_each(|id| rest_on.entry(id).or_default().push(index));
        }
        let rests_on = |claims: &Vec<Id>| {
            let rows = claims.iter().filter_map(|claim| rest_on.get(claim.as_str())).flatten();
            rows.collect::<BTreeSet<_>>().len()
        };
        self.conflicts.iter().any(|claims| rests_on(claims) > 1)
    }

    /// Records a finding.
    pub fn found(&mut self, (kind, source, detail): (&str, Id, String), on: &Id) {
        self.findings.insert(Finding { kind: kind.to_owned(), source, on: on.clone(), detail });
    }
}

/// The requirement as the contract has it.
#[must_use]
pub fn required_map(required: Required) -> BTreeMap<String, Amount> {
    let (name, amount) = match required {
        Required::AtLeast(amount) => ("at_least", amount),
        Required::Exactly(amount) => ("exactly", amount),
        Required::AtMost(amount) => ("at_most", amount),
    };
    BTreeMap::from([(name.to_owned(), amount)])
}

/// Sets are sorted in the contract.
#[must_use]
pub fn sorted(ids: &[Id]) -> Vec<Id> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}
