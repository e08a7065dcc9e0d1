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
pub mod sources;
pub mod table;
pub mod zones;

use std::collections::BTreeMap;

use model::{Id, answer::Rejected, claim::Claim};

pub use lines::LINE_LIMIT_BYTES;

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

/// Several files as one. A claim whose identifier an earlier file already has is rejected, as within one file.
#[must_use]
pub fn join(reads: Vec<Read>) -> Read {
    let mut all = Read::default();
    let mut seen: BTreeMap<Id, (String, usize)> = BTreeMap::new();
    for read in reads {
        all.lines += read.lines;
        all.rejected.extend(read.rejected);
        for claim in read.claims {
            let (file, line) = claim.read_from.clone();
            if let Some((earlier, at)) = seen.get(&claim.id) {
                let reason = format!(
                    "the identifier “{}” is already that of {earlier}, line {at}: one statement is one claim, so leave \
                     this line out or give it an identifier of its own",
                    claim.id
                );
                all.rejected.push(Rejected { file, line, field: "id".to_owned(), reason });
            } else {
                seen.insert(claim.id.clone(), (file, line));
                all.claims.push(claim);
            }
        }
    }
    all
}
