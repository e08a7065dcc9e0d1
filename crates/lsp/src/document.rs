//! An open document: its text as the editor has it, and what the language says of it.
//!
//! Invariant: `parsed` is always of `text`; a Markdown file in which there is no Pact is not read as Pact.

use std::{iter, ops::Range};

use gen_lsp_types::{
    LanguageKind, Location, Position, Range as LineRange, TextDocumentContentChangeEvent as Change, TextEdit,
    Uri, WorkspaceEdit,
};
use language::{Clause, Parsed};

use crate::positions::{Encoding, Lines};

/// A document that an editor has open.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it is.
    pub uri: Uri,
    /// The editor's number for this state of it.
    pub version: i32,
    /// All of it.
    pub text: String,
    /// What it says; nothing where there is no Pact in it.
    pub parsed: Option<Parsed>,
    /// It is Pact, Markdown or not.
    is_pact: bool,
    lines: Lines,
    encoding: Encoding,
}

impl Document {
    /// The document as the editor opened it.
    pub fn open(uri: Uri, kind: &LanguageKind, version: i32, text: String, encoding: Encoding) -> Document {
        let is_pact =
            matches!(kind, LanguageKind::Custom(name) if name == "pact") || uri.0.ends_with(".pact");
        let lines = Lines::of(&text);
        let mut document = Document { uri, version, text, parsed: None, is_pact, lines, encoding };
        document.read();
        document
    }

    /// Takes over what the editor changed, in its order.
    pub fn change(&mut self, version: i32, changes: Vec<Change>) {
        self.version = version;
        for change in changes {
            match change {
                Change::TextDocumentContentChangePartial(part) => {
                    let (from, to) = (self.offset(part.range.start), self.offset(part.range.end));
                    self.text.replace_range(from.min(to)..from.max(to), &part.text);
                }
                Change::TextDocumentContentChangeWholeDocument(whole) => self.text = whole.text,
            }
            // The next change speaks of the text as this one left it.
            self.lines = Lines::of(&self.text);
        }
        self.read();
    }

    fn read(&mut self) {
        let parsed = language::parse(&self.text);
        let whole = 0..self.text.len();
        let has_blocks =
            parsed.clauses.iter().any(|clause| clause.blocks.iter().any(|block| *block != whole));
        // Without a block it is bare Pact if it opens an agreement as one does, and else someone's prose.
        let opens = || self.text.lines().any(|line| line.trim_start().starts_with("agreement \""));
        let too_long = parsed.clauses.is_empty();
        self.parsed = (self.is_pact || has_blocks || too_long || opens()).then_some(parsed);
    }

    /// The byte offset of a position.
    pub fn offset(&self, position: Position) -> usize {
        self.lines.offset(&self.text, position, self.encoding)
    }

    /// A span as the editor counts.
    pub fn range(&self, span: &Range<usize>) -> LineRange {
        self.lines.range(&self.text, span, self.encoding)
    }

    /// A span as bytes.
    pub fn span(&self, range: LineRange) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    /// The place of a span.
    pub fn location(&self, span: &Range<usize>) -> Location {
        Location { uri: self.uri.clone(), range: self.range(span) }
    }

    /// The text of a span.
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// A change of this document.
    pub fn edit<'e>(&self, edits: impl IntoIterator<Item = (&'e Range<usize>, &'e str)>) -> WorkspaceEdit {
        let edits = edits
            .into_iter()
            .map(|(span, new)| TextEdit { range: self.range(span), new_text: new.to_owned() });
        let changes = iter::once((self.uri.clone(), edits.collect())).collect();
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }

    /// The heading that a place stands under.
    pub fn clause(&self, offset: usize) -> Option<&Clause> {
        let clauses = &self.parsed.as_ref()?.clauses;
        let above = clauses.partition_point(|clause| clause.range.start <= offset).checked_sub(1)?;
        clauses.get(above).filter(|clause| !clause.title.is_empty())
    }
}
