//! Renaming: a declared name, wherever it is meant.
//!
//! Invariant: the renamed text says what the text said. It is read before it is offered: a name that is taken,
//! or that would be read as something else, is refused.

use std::{collections::BTreeSet, ops::Range};

use gen_lsp_types::{PrepareRenamePlaceholder, WorkspaceEdit};
use language::{Parsed, symbols::SymbolKind};

use crate::document::Document;

/// The name at the offset, if it can be renamed.
pub fn prepare(document: &Document, offset: usize) -> Result<PrepareRenamePlaceholder, String> {
    let (_, id, span) = target(document, offset)?;
    Ok(PrepareRenamePlaceholder { range: document.range(&span), placeholder: id.to_owned() })
}

/// The change that gives the name at the offset another one, or why there is none.
pub fn rename(document: &Document, offset: usize, new: &str) -> Result<WorkspaceEdit, String> {
    let (kind, old, _) = target(document, offset)?;
    if let Some(why) = language::unfit_name(new) {
        return Err(why);
    }
    let parsed = document.parsed.as_ref().ok_or(NOTHING)?;
    let declared = parsed.symbols.definition(kind, old).map(|d| (d.name.clone(), new.to_owned()));
    let meant = parsed.symbols.references(kind, old).map(|reference| {
        let plural = document.slice(&reference.span) != old;
        (reference.span.clone(), if plural { language::plural(new) } else { new.to_owned() })
    });
    let mut edits: Vec<(Range<usize>, String)> = declared.into_iter().chain(meant).collect();
    edits.sort_by_key(|edit| edit.0.start);
    check(document, parsed, (kind, old, new), &edits)?;
    Ok(document.edit(edits.iter().map(|(span, new)| (span, new.as_str()))))
}

const NOTHING: &str = "there is no name here that could be renamed";

fn target(document: &Document, offset: usize) -> Result<(SymbolKind, &str, Range<usize>), String> {
    let symbols = &document.parsed.as_ref().ok_or(NOTHING)?.symbols;
    let (kind, id, span) = symbols.at(offset).ok_or(NOTHING)?;
    if symbols.definition(kind, id).is_none() {
        return Err(format!("`{id}` is not declared in this text and cannot be renamed"));
    }
    Ok((kind, id, span))
}

/// Reads the text with the edits in it.
fn check(
    document: &Document,
    before: &Parsed,
    (kind, old, new): (SymbolKind, &str, &str),
    edits: &[(Range<usize>, String)],
) -> Result<(), String> {
    let fix = language::Fix { title: String::new(), edits: edits.to_vec() };
    let after = language::parse(&fix.apply(&document.text));
    let renamed = |message: &str| message.replace(&format!("`{old}`"), &format!("`{new}`"));
    let known: BTreeSet<_> = before.diagnostics.iter().map(|d| renamed(&d.message)).collect();
    if let Some(wrong) = after.diagnostics.iter().find(|d| !known.contains(&renamed(&d.message))) {
        let taken = before.symbols.definitions.iter().find(|d| d.id == new);
        return Err(match taken {
            Some(taken) => format!("`{new}` is already declared: `{} {new}`", taken.statement.keyword),
            None => format!("`{new}` cannot be the name: {}", wrong.message),
        });
    }
    let meant = |parsed: &Parsed, id: &str| parsed.symbols.references(kind, id).count();
    if meant(before, old) != meant(&after, new) {
        return Err(format!("`{new}` would be read as something else"));
    }
    Ok(())
}
