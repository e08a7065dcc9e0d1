//! The prose around the code: in how many clauses it differs.
//!
//! Invariant: where lines break and how many blanks there are makes no difference.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::Clause;

/// In how many clauses the text around the code differs between two files, each given with its clauses.
#[must_use]
pub fn clauses_with_other_prose(old: (&str, &[Clause]), new: (&str, &[Clause])) -> usize {
    let (old, new) = (prose(old.0, old.1), prose(new.0, new.1));
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let differing = operations.into_iter().map(|operation| match operation {
        DiffOp::Equal { .. } => 0,
        DiffOp::Delete { old_len, .. } => old_len,
        DiffOp::Insert { new_len, .. } => new_len,
        DiffOp::Replace { old_len, new_len, .. } => old_len.max(new_len),
    });
    differing.sum()
}

/// The words of each clause, its code left out.
fn prose(text: &str, clauses: &[Clause]) -> Vec<String> {
    let words = |clause: &Clause| {
        let mut words = String::new();
        let mut at = clause.range.start;
        for (start, end) in
            clause.blocks.iter().map(|b| (b.start, b.end)).chain([(clause.range.end, clause.range.end)])
        {
            words += text.get(at..start).unwrap_or_default();
            words.push(' ');
            at = end;
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    clauses.iter().map(words).collect()
}
