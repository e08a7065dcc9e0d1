//! From a name to its declaration and to every place where it is meant.
//!
//! Invariant: plurals and other forms of a name are places where it is meant.

use gen_lsp_types::{Definition, DocumentHighlight, DocumentHighlightKind, Location};

use crate::document::Document;

/// Where the name at the offset is declared; nothing for a word of the vocabulary.
pub fn definition(document: &Document, offset: usize) -> Option<Definition> {
    let symbols = &document.parsed.as_ref()?.symbols;
    let (kind, id, _) = symbols.at(offset)?;
    let definition = symbols.definition(kind, id)?;
    Some(document.location(&definition.name).into())
}

/// Where the name at the offset is meant, in the order of the text.
pub fn references(document: &Document, offset: usize, declaration_too: bool) -> Option<Vec<Location>> {
    let spans = spans(document, offset, declaration_too)?;
    Some(spans.iter().map(|span| document.location(span)).collect())
}

/// The same in this document, for the editor to mark.
pub fn highlights(document: &Document, offset: usize) -> Option<Vec<DocumentHighlight>> {
    let marked =
        |span| DocumentHighlight { range: document.range(span), kind: Some(DocumentHighlightKind::Text) };
    Some(spans(document, offset, true)?.iter().map(marked).collect())
}

fn spans(document: &Document, offset: usize, declaration_too: bool) -> Option<Vec<std::ops::Range<usize>>> {
    let symbols = &document.parsed.as_ref()?.symbols;
    let (kind, id, _) = symbols.at(offset)?;
    let declared = symbols.definition(kind, id).filter(|_| declaration_too).map(|d| d.name.clone());
    let meant = symbols.references(kind, id).map(|reference| reference.span.clone());
    let mut spans: Vec<_> = declared.into_iter().chain(meant).collect();
    spans.sort_by_key(|span| span.start);
    Some(spans)
}
