//! Renaming: a declared name, wherever it is meant.
//!
//! Invariant: the renamed text says what the text said. It is read before it is offered: a name that is taken,
//! or that would be read as something else, is refused.

use std::{collections::BTreeSet, ops::Range};

use gen_lsp_types::{PrepareRenamePlaceholder, WorkspaceEdit};
use language::{
    Parsed,
    symbols::{Definition, SymbolKind},
};

use crate::document::Document;

/// The name at the offset, if it can be renamed.
pub fn prepare(document: &Document, offset: usize) -> Result<PrepareRenamePlaceholder, String> {
    let (definition, span) = target(document, offset)?;
    let placeholder = document.slice(&definition.name).to_owned();
    Ok(PrepareRenamePlaceholder { range: document.range(&span), placeholder })
}

/// The change that gives the name at the offset another one, or why there is none.
pub fn rename(document: &Document, offset: usize, new: &str) -> Result<WorkspaceEdit, String> {
    let (definition, _) = target(document, offset)?;
    if let Some(why) = language::unfit_name(new) {
        return Err(why);
    }
    let parsed = document.parsed.as_ref().ok_or(NOTHING)?;
    let old = document.slice(&definition.name);
    let declared = (definition.name.clone(), new.to_owned());
    let meant = parsed.symbols.references(definition.kind, &definition.id);
    let meant = meant.filter(|reference| !stands_for_it(document, definition, &reference.span));
    let meant = meant.map(|reference| {
        let plural = document.slice(&reference.span) != old;
        (reference.span.clone(), if plural { language::plural(new) } else { new.to_owned() })
    });
    let mut edits: Vec<(Range<usize>, String)> = std::iter::once(declared).chain(meant).collect();
    edits.sort_by_key(|edit| edit.0.start);
    check(document, parsed, (definition, old, new), &edits)?;
    Ok(document.edit(edits.iter().map(|(span, new)| (span, new.as_str()))))
}

const NOTHING: &str = "there is no name here that could be renamed";

fn target(document: &Document, offset: usize) -> Result<(&Definition, Range<usize>), String> {
    let symbols = &document.parsed.as_ref().ok_or(NOTHING)?.symbols;
    let (kind, id, span) = symbols.at(offset).ok_or(NOTHING)?;
    let Some(definition) = symbols.definition(kind, id) else {
        return Err(format!("`{id}` is not declared in this text and cannot be renamed"));
    };
    if stands_for_it(document, definition, &span) {
        let (word, name) = (document.slice(&span), document.slice(&definition.name));
        return Err(format!("`{word}` stands for `{name}` here: rename it where it is called that"));
    }
    Ok((definition, span))
}

/// Whether a member of a family is meant by `there` or `it`, which no other name changes.
fn stands_for_it(document: &Document, definition: &Definition, span: &Range<usize>) -> bool {
    definition.kind == SymbolKind::Member && document.slice(span) != document.slice(&definition.name)
}

/// Reads the text with the edits in it.
fn check(
    document: &Document,
    before: &Parsed,
    (definition, old, new): (&Definition, &str, &str),
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
    let meant = |parsed: &Parsed, id: &str| parsed.symbols.references(definition.kind, id).count();
    if meant(before, &definition.id) != meant(&after, &definition.id_if_called(new)) {
        return Err(format!("`{new}` would be read as something else"));
    }
    Ok(())
}
