//! Reading evidence: claims from JSON Lines and plain tables, sources from TOML, zones from GeoJSON.
//!
//! Invariant: pure functions over text handed in, and nothing is dropped in silence: every line that is not blank is
//! either a claim or a rejection that names its line, its field, what is wrong and a way out.

mod claim;
pub mod decisions;
mod fields;
pub mod jsonl;
mod lines;
mod nearest;
pub mod rows;
pub mod sources;
pub mod table;
pub mod zones;

use std::collections::BTreeMap;

use model::{Id, answer::Rejected, claim::Claim};

pub use lines::{LINE_LIMIT_BYTES, Recorded, each};

/// What was read from one file of claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The lines accepted, in the order of the file.
    pub claims: Vec<Claim>,
    /// The lines that were not, in the order of the file.
    pub rejected: Vec<Rejected>,
    /// Lines that are not blank: always as many as `claims` and `rejected` together.
    pub lines: usize,
}

/// Several files as one. A claim that an earlier file has word for word is rejected; of two statements under one
/// identifier neither is used, so that the order of the files is no input.
#[must_use]
pub fn join(reads: Vec<Read>) -> Read {
    let mut all = Read::default();
    for read in reads {
        all.lines += read.lines;
        all.rejected.extend(read.rejected);
        all.claims.extend(read.claims);
    }
    let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, claim) in all.claims.iter().enumerate() {
        by_id.entry(&claim.id).or_default().push(index);
    }
    let fault = |index: usize, claim: &Claim| {
        let same = &by_id[claim.id.as_str()];
        let other = &all.claims[*same.iter().find(|other| **other != index)?];
        let place = format!("{}, line {}", other.read_from.0, other.read_from.1);
        if same.iter().any(|other| all.claims[*other].written != claim.written) {
            let id = &claim.id;
            return Some(format!(
                "“{id}” is also the identifier of {place}, which says something else: give each its own"
            ));
        }
        (same[0] != index).then(|| format!("{place} says the same word for word: one of them is enough"))
    };
    let faults: Vec<Option<String>> =
        all.claims.iter().enumerate().map(|(i, claim)| fault(i, claim)).collect();
    for (claim, fault) in std::mem::take(&mut all.claims).into_iter().zip(faults) {
        let (file, line) = claim.read_from.clone();
        match fault {
            None => all.claims.push(claim),
            Some(reason) => all.rejected.push(Rejected { file, line, field: "id".to_owned(), reason }),
        }
    }
    all.drop_circles();
    all
}

impl Read {
    /// Claims that revise or retract each other in a circle say nothing: none of them stands first.
    fn drop_circles(&mut self) {
        let targets = |claim: &Claim| [claim.revises.clone(), claim.retracts.clone()].into_iter().flatten();
        let by_id: BTreeMap<Id, Vec<Id>> =
            self.claims.iter().map(|c| (c.id.clone(), targets(c).collect())).collect();
        let reaches_itself = |claim: &Claim| {
            let mut seen = std::collections::BTreeSet::new();
            let mut ahead: Vec<&Id> = by_id[&claim.id].iter().collect();
            while let Some(id) = ahead.pop() {
                if *id == claim.id {
                    return true;
                }
                if seen.insert(id) {
                    ahead.extend(by_id.get(id).into_iter().flatten());
                }
            }
            false
        };
        let (circular, kept): (Vec<Claim>, Vec<Claim>) =
            std::mem::take(&mut self.claims).into_iter().partition(reaches_itself);
        self.claims = kept;
        for claim in circular {
            let (file, line) = claim.read_from.clone();
            let field = if claim.revises.is_some() { "revises" } else { "retracts" }.to_owned();
            let reason = "it revises or retracts, in a circle, what revises or retracts it: one of them must come first";
            self.rejected.push(Rejected { file, line, field, reason: reason.to_owned() });
        }
    }
}
