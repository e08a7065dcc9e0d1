//! The outline of a document, and what of it can be folded.
//!
//! Invariant: a statement stands under its heading, and every range encloses those within it.

use std::ops::Range;

use gen_lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};
use language::symbols::Statement;

use crate::document::Document;

/// Headings with their statements; what stands before the first heading is at the top.
pub fn symbols(document: &Document) -> Vec<DocumentSymbol> {
    let Some(parsed) = &document.parsed else { return Vec::new() };
    let mut outline = Vec::new();
    for clause in &parsed.clauses {
        let inside = parsed.symbols.statements.iter().filter(|s| clause.range.contains(&s.span.start));
        let statements: Vec<_> = inside.map(|statement| of_statement(document, statement)).collect();
        if clause.title.is_empty() {
            outline.extend(statements);
            continue;
        }
        let heading = clause.range.start..line_end(&document.text, clause.range.start).min(clause.range.end);
        outline.push(symbol(
            document,
            &clause.title,
            None,
            SymbolKind::String,
            &clause.range,
            &heading,
            statements,
        ));
    }
    outline
}

fn of_statement(document: &Document, statement: &Statement) -> DocumentSymbol {
    let keyword = statement.span.start..statement.span.start + statement.keyword.len();
    let (name, selection) = match &statement.name {
        Some((name, span)) => (name.as_str(), span.clone()),
        None => (statement.title.as_deref().unwrap_or_default(), keyword),
    };
    // The protocol wants a name, and a statement that is being typed has none yet.
    let shown = if name.trim().is_empty() { statement.keyword.as_str() } else { name };
    let title = statement.title.as_deref().filter(|title| *title != shown);
    let detail = title.map_or(statement.keyword.clone(), |title| format!("{} · {title}", statement.keyword));
    let kind = match statement.keyword.as_str() {
        "agreement" => SymbolKind::Module,
        "party" | "guarantor" | "monitor" | "body" | "actor" => SymbolKind::Interface,
        "obligation" | "prohibition" | "exchange" => SymbolKind::Function,
        "milestone" | "phase" => SymbolKind::Event,
        "item" => SymbolKind::Class,
        "zone" => SymbolKind::Namespace,
        _ => SymbolKind::Object,
    };
    symbol(document, shown, Some(detail), kind, &statement.span, &selection, Vec::new())
}

fn symbol(
    document: &Document,
    name: &str,
    detail: Option<String>,
    kind: SymbolKind,
    range: &Range<usize>,
    selection: &Range<usize>,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    #[allow(deprecated, reason = "the protocol still has the field")]
    DocumentSymbol {
        name: name.to_owned(),
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: document.range(range),
        selection_range: document.range(selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

/// Clauses, blocks and statements of more than one line.
pub fn folds(document: &Document) -> Vec<FoldingRange> {
    let Some(parsed) = &document.parsed else { return Vec::new() };
    let clauses = parsed.clauses.iter().filter(|clause| !clause.title.is_empty()).map(|clause| &clause.range);
    let statements = parsed.symbols.statements.iter().map(|statement| &statement.span);
    let folds = clauses.chain(statements).filter_map(|span| {
        let blank = document.slice(span).trim_end().len();
        let range = document.range(&(span.start..span.start + blank));
        (range.start.line < range.end.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line: range.end.line,
            kind: Some(FoldingRangeKind::Region),
            ..FoldingRange::default()
        })
    });
    folds.collect()
}

fn line_end(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find(['\r', '\n'])).map_or(text.len(), |length| from + length)
}
