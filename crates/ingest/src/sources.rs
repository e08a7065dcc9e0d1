//! Sources from `sources.toml` (EVIDENCE.md §2).
//!
//! Invariant: all errors of a file are told at once, each with its line; a file with an error yields no sources.

mod build;
mod keys;

use std::{collections::BTreeMap, ops::Range};

use model::{Id, source::Source};
use toml::de::DeTable;

use crate::nearest;
use keys::Errors;

/// What is wrong with a sources file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key at fault; empty where the text is no TOML.
    pub field: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let colon = if self.field.is_empty() { "" } else { ": " };
        write!(f, "{}:{}: {}{colon}{}", self.line, self.column, self.field, self.reason)
    }
}

/// Reads the sources. `zones` are the zones that the agreement declares: an `area` must be one of them.
///
/// # Errors
/// Every error found, in the order of the text.
pub fn read(text: &str, zones: &[Id]) -> Result<Vec<Source>, Vec<SourceError>> {
    let (root, faults) = DeTable::parse_recoverable(text);
    let mut errors = Errors::new(text);
    for fault in faults {
        errors.add(fault.span().unwrap_or(0..0), "", format!("this is not TOML: {}", fault.message()));
    }
    // A text that is no TOML would only echo its errors as missing keys.
    let sources = if errors.is_empty() { build::all(root.get_ref(), zones, &mut errors) } else { Vec::new() };
    let sources = checked(sources, &mut errors);
    errors.finish(sources)
}

/// A source with the places of what is checked against other sources.
struct Located {
    source: Source,
    id_at: Range<usize>,
    under_at: Range<usize>,
    /// Whether the file says its origin.
    own_origin: bool,
}

/// What holds between sources: identifiers differ, `under` leads up and not around, and an unsaid origin is that of
/// the source above.
fn checked(located: Vec<Located>, errors: &mut Errors) -> Vec<Source> {
    let mut by_id: BTreeMap<&str, &Located> = BTreeMap::new();
    for entry in &located {
        if let Some(earlier) = by_id.get(entry.source.id.as_str()) {
            let line = errors.line(earlier.id_at.start);
            let reason =
                format!("“{}” is already declared on line {line}: give each source its own", entry.source.id);
            errors.add(entry.id_at.clone(), "id", reason);
        } else {
            by_id.insert(&entry.source.id, entry);
        }
    }
    let mut sources = Vec::with_capacity(located.len());
    for entry in &located {
        let mut source = entry.source.clone();
        match top(entry, &by_id) {
            Ok(above) if !entry.own_origin => source.origin = above.source.origin.clone(),
            Ok(_) => {}
            Err(reason) => errors.add(entry.under_at.clone(), "under", reason),
        }
        sources.push(source);
    }
    sources
}

/// The nearest source from here upwards that says its origin, or else the topmost.
fn top<'a>(entry: &'a Located, by_id: &BTreeMap<&str, &'a Located>) -> Result<&'a Located, String> {
    let (mut here, mut speaks) = (entry, None);
    for _ in 0..=by_id.len() {
        if here.own_origin && speaks.is_none() {
            speaks = Some(here);
        }
        let Some(under) = &here.source.under else { return Ok(speaks.unwrap_or(here)) };
        here = by_id.get(under.as_str()).copied().ok_or_else(|| {
            let known: Vec<&str> = by_id.keys().copied().filter(|id| *id != entry.source.id).collect();
            format!("“{under}” is no source of this file{}", nearest::hint(under, &known))
        })?;
    }
    Err(format!("“{}” would stand above itself: let the topmost source have no `under`", entry.source.id))
}

#[cfg(test)]
mod tests;
