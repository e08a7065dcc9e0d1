//! Completion: what the language says could stand at a place, as an editor shows it.
//!
//! Invariant: whole statements are offered only where one can start; the word at the place is replaced whole.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionResponse, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, Range, TextEdit,
};
use language::{
    Candidate,
    symbols::{Definition, SymbolKind, Symbols},
};
use model::vocabulary;

use crate::{
    document::Document,
    snippets::{SNIPPETS, Snippet},
};

/// What could stand at the offset.
pub fn complete(document: &Document, offset: usize, snippets: bool) -> Option<CompletionResponse> {
    let symbols = &document.parsed.as_ref()?.symbols;
    let found = language::complete(&document.text, offset)?;
    let range = document.range(&found.replaces);
    let whole = SNIPPETS.iter().filter(|_| snippets && found.starts_statement);
    let mut items: Vec<_> = whole.map(|snippet| of_snippet(snippet, range)).collect();
    items.extend(found.candidates.iter().map(|candidate| of_candidate(document, symbols, candidate, range)));
    // Editors sort: the order of the language is kept.
    for (index, item) in items.iter_mut().enumerate() {
        item.sort_text = Some(format!("{index:04}"));
    }
    Some(CompletionList { items, ..CompletionList::default() }.into())
}

fn of_snippet(snippet: &Snippet, range: Range) -> CompletionItem {
    CompletionItem {
        label: format!("{} …", snippet.keyword),
        kind: Some(CompletionItemKind::Snippet),
        detail: Some(snippet.title.to_owned()),
        filter_text: Some(snippet.keyword.to_owned()),
        insert_text_format: Some(InsertTextFormat::Snippet),
        text_edit: Some(TextEdit { range, new_text: snippet.body.to_owned() }.into()),
        ..CompletionItem::default()
    }
}

fn of_candidate(
    document: &Document,
    symbols: &Symbols,
    candidate: &Candidate,
    range: Range,
) -> CompletionItem {
    let (kind, detail) = match &candidate.names {
        None => (CompletionItemKind::Keyword, language::help(&candidate.text).map(str::to_owned)),
        Some((kind, id)) => {
            let declared = symbols.definition(*kind, id).map(|definition| declared(document, definition));
            (shown_as(*kind), declared.or_else(|| defined(*kind, id)))
        }
    };
    // A sentence is too long for the line beside the word.
    let is_long = candidate.names.is_none() || detail.as_ref().is_some_and(|detail| detail.ends_with('.'));
    let (detail, documentation) = if is_long { (None, detail) } else { (detail, None) };
    let documentation = documentation.map(|value| MarkupContent { kind: MarkupKind::Markdown, value });
    CompletionItem {
        label: candidate.text.clone(),
        kind: Some(kind),
        detail,
        documentation: documentation.map(Documentation::MarkupContent),
        text_edit: Some(TextEdit { range, new_text: candidate.text.clone() }.into()),
        ..CompletionItem::default()
    }
}

/// What it is, its label and its clause.
fn declared(document: &Document, definition: &Definition) -> String {
    let statement = &definition.statement;
    let clause = document.clause(statement.span.start).map(|clause| clause.title.as_str());
    let parts = [Some(statement.keyword.as_str()), statement.title.as_deref(), clause];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What the vocabulary says it is.
fn defined(kind: SymbolKind, id: &str) -> Option<String> {
    let term = if kind == SymbolKind::Act { vocabulary::act(id) } else { vocabulary::item(id) };
    term.map(|term| term.definition.clone())
}

fn shown_as(kind: SymbolKind) -> CompletionItemKind {
    match kind {
        SymbolKind::Actor => CompletionItemKind::Interface,
        SymbolKind::Zone | SymbolKind::Line | SymbolKind::Family | SymbolKind::Member => {
            CompletionItemKind::Module
        }
        SymbolKind::Item => CompletionItemKind::Class,
        SymbolKind::Milestone | SymbolKind::Phase => CompletionItemKind::Event,
        SymbolKind::Provision | SymbolKind::Power => CompletionItemKind::Function,
        SymbolKind::Value | SymbolKind::Baseline => CompletionItemKind::Constant,
        SymbolKind::Judgement | SymbolKind::Amendment => CompletionItemKind::Reference,
        SymbolKind::Act => CompletionItemKind::Method,
    }
}
