//! Hover: what stands at a place, in words.
//!
//! Invariant: says what the text or the vocabulary says, and shows the statement as it is written.

use std::ops::Range;

use gen_lsp_types::{Hover, MarkupContent, MarkupKind};
use language::{
    Parsed, rule_in_words,
    symbols::{Definition, SymbolKind},
    syntax::SyntaxKind as Token,
};
use model::vocabulary::{self, Term};

use crate::document::Document;

/// What is said of the name or the word at the offset.
pub fn hover(document: &Document, offset: usize) -> Option<Hover> {
    let parsed = document.parsed.as_ref()?;
    let (value, span) = match parsed.symbols.at(offset) {
        Some((kind, id, span)) => (of_name(document, parsed, kind, id)?, span),
        None => of_word(document, offset)?,
    };
    let contents = MarkupContent { kind: MarkupKind::Markdown, value }.into();
    Some(Hover { contents, range: Some(document.range(&span)) })
}

fn of_name(document: &Document, parsed: &Parsed, kind: SymbolKind, id: &str) -> Option<String> {
    if let Some(definition) = parsed.symbols.definition(kind, id) {
        return Some(of_definition(document, parsed, definition));
    }
    match kind {
        SymbolKind::Act => vocabulary::act(id).map(of_act),
        _ => vocabulary::item(id).map(of_item),
    }
}

fn of_definition(document: &Document, parsed: &Parsed, definition: &Definition) -> String {
    let statement = &definition.statement;
    let mut parts = vec![match definition.kind {
        SymbolKind::Member => {
            let word = document.slice(&definition.name);
            format!("**{word}** · each member of a family, here")
        }
        _ => format!("**{} {}**", statement.keyword, definition.id),
    }];
    if let Some(title) = statement.title.as_ref().filter(|_| definition.kind != SymbolKind::Member) {
        parts[0] += &format!(" · {}", plain(title));
    }
    if let Some(clause) = document.clause(statement.span.start) {
        parts.push(format!("Under: {}", plain(&clause.title)));
    }
    let provision = parsed.agreement.iter().flat_map(|agreement| {
        let found = agreement.provisions.iter().find(|provision| provision.id == definition.id);
        found.filter(|_| definition.kind == SymbolKind::Provision).map(|found| (agreement, found))
    });
    parts.extend(provision.map(|(agreement, provision)| plain(&rule_in_words(agreement, provision))));
    parts.push(format!("```pact\n{}\n```", document.slice(&statement.span).trim_end()));
    parts.join("\n\n")
}

fn of_act(term: &Term) -> String {
    let mut words = format!("**{}** · an act: {}", term.id, other_forms(term));
    words += &meaning(term);
    if !term.takes.is_empty() {
        words += &format!("\n\nDone to: {}, and what is narrower.", term.takes.join(", "));
    }
    words
}

fn of_item(term: &Term) -> String {
    let mut words = format!("**{}** · an item, several of it: {}", term.id, other_forms(term));
    if let Some(parent) = &term.parent {
        words += &format!(", narrower than {parent}");
    }
    words + &meaning(term)
}

fn other_forms(term: &Term) -> String {
    let others: Vec<_> = term.forms().filter(|form| *form != term.id).collect();
    if others.is_empty() { term.id.clone() } else { others.join(", ") }
}

/// What it means, and its names in the languages of the vocabulary.
fn meaning(term: &Term) -> String {
    let labels = vocabulary::LANGUAGES.iter().filter_map(|(code, _)| term.label(code));
    format!("\n\n{}\n\n{}", plain(&term.definition), labels.map(plain).collect::<Vec<_>>().join(" · "))
}

/// A word of the language, where it stands as one.
fn of_word(document: &Document, offset: usize) -> Option<(String, Range<usize>)> {
    let tree = language::tree(&document.text);
    let at = u32::try_from(offset).ok().filter(|at| *at <= u32::from(tree.text_range().end()))?;
    let token = tree.token_at_offset(at.into()).find(|t| matches!(t.kind(), Token::Word | Token::Path))?;
    let help = language::help(token.text())?;
    Some((format!("**{}** · {help}", token.text()), token.text_range().into()))
}

/// The drafter's words without meaning as Markdown.
fn plain(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    for character in words.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}
