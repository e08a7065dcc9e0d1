//! Tokens to tree, by recursive descent. Parsing never fails: it gives a tree of the whole file, and errors.
//!
//! Invariant: every token is put into the tree once and in order, whatever happens; a statement never reads
//! past its end.
//!
//! Inside a statement the ends of lines mean nothing, except to mend: after an error the parser goes on at
//! the next line, so that five mistakes give five errors. `Failed` always means that an error has been
//! reported.

mod changes;
mod conditions;
mod deadlines;
mod duties;
mod extent;
mod in_words;
mod otherwise;
mod phases;
mod provisions;
mod statements;
mod terms;
mod things;

use std::ops::Range;

use rowan::GreenNodeBuilder;

use crate::{
    diagnostics::{Diagnostic, Sink, codes},
    near,
    syntax::{Lexeme, SyntaxKind, SyntaxNode, lex},
};

/// How deep parentheses and `not` may be nested.
const MAX_DEPTH: usize = 32;

/// Words that no one and nothing can be called, in order.
pub(crate) const RESERVED: &[&str] = &[
    "after", "and", "anyone", "anything", "at", "before", "by", "during", "each", "either", "except", "for",
    "from", "has", "if", "in", "into", "is", "must", "not", "of", "or", "out", "over", "that", "the", "to",
    "unless", "until", "when", "while", "with", "within",
];

fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// An error has been reported.
#[derive(Debug)]
pub(crate) struct Failed;

pub(crate) type Parsing<T = ()> = Result<T, Failed>;

/// The tree of a whole file: its blocks parsed, the rest as prose.
pub(crate) fn parse(text: &str, blocks: impl Iterator<Item = Range<usize>>, sink: &mut Sink) -> SyntaxNode {
    let builder = GreenNodeBuilder::new();
    let mut parser = Parser {
        text,
        lexemes: Vec::new(),
        parts: Vec::new(),
        done: 0,
        next: 0,
        limit: 0,
        depth: 0,
        builder,
        sink,
    };
    parser.builder.start_node(SyntaxKind::File.into());
    let mut at = 0;
    for block in blocks {
        parser.prose(at..block.start);
        at = block.end;
        parser.block(&block);
    }
    parser.prose(at..text.len());
    parser.builder.finish_node();
    SyntaxNode::new_root(parser.builder.finish())
}

pub(crate) struct Parser<'t> {
    text: &'t str,
    lexemes: Vec<Lexeme>,
    /// Where in `lexemes` those stand that are not blank.
    parts: Vec<usize>,
    /// How many lexemes are in the tree.
    done: usize,
    /// The next of `parts`.
    next: usize,
    /// The statement's end in `parts`.
    limit: usize,
    depth: usize,
    builder: GreenNodeBuilder<'static>,
    sink: &'t mut Sink,
}

impl Parser<'_> {
    fn prose(&mut self, range: Range<usize>) {
        if let Some(text) = self.text.get(range).filter(|t| !t.is_empty()) {
            self.builder.token(SyntaxKind::Prose.into(), text);
        }
    }

    fn block(&mut self, range: &Range<usize>) {
        self.lexemes = lex(self.text, range);
        self.parts = (0..self.lexemes.len()).filter(|i| !self.lexemes[*i].kind.is_trivia()).collect();
        (self.done, self.next) = (0, 0);
        self.builder.start_node(SyntaxKind::Block.into());
        while self.next < self.parts.len() {
            let rest = self.next + 1..self.parts.len();
            self.limit = rest.clone().find(|part| self.starts_statement(*part)).unwrap_or(rest.end);
            self.statement();
            debug_assert!(self.is_done());
        }
        self.flush(self.lexemes.len());
        self.builder.finish_node();
    }

    /// Whether a statement starts at this part: at the margin or, by a slip, further in.
    fn starts_statement(&self, part: usize) -> bool {
        let at = |part: usize| self.parts.get(part).and_then(|index| self.lexemes.get(*index));
        let Some(first) = at(part) else { return false };
        let slipped = || {
            let named = at(part + 1).is_some_and(|l| matches!(l.kind, SyntaxKind::Word | SyntaxKind::String));
            named && statements::UNMISTAKABLE.contains(&self.slice(first.range.clone()))
        };
        first.at_margin || (first.starts_line && slipped())
    }

    /// Puts everything before lexeme `end` into the tree.
    fn flush(&mut self, end: usize) {
        for lexeme in self.lexemes.get(self.done..end).unwrap_or_default() {
            let text = self.text.get(lexeme.range.clone()).unwrap_or_default();
            self.builder.token(lexeme.kind.into(), text);
        }
        self.done = self.done.max(end);
    }

    fn flush_blanks(&mut self) {
        if let Some(part) = self.parts.get(self.next).filter(|_| self.next < self.limit) {
            self.flush(*part);
        }
    }

    /// Whether the statement is at its end.
    fn is_done(&self) -> bool {
        self.next >= self.limit
    }

    fn peek(&self, ahead: usize) -> Option<&Lexeme> {
        let index = self.next + ahead;
        if index >= self.limit {
            None
        } else {
            self.parts.get(index).and_then(|part| self.lexemes.get(*part))
        }
    }

    fn kind(&self, ahead: usize) -> Option<SyntaxKind> {
        self.peek(ahead).map(|l| l.kind)
    }

    fn text_at(&self, ahead: usize) -> &str {
        self.peek(ahead).and_then(|l| self.text.get(l.range.clone())).unwrap_or_default()
    }

    fn at(&self, word: &str) -> bool {
        self.text_at(0) == word
    }

    fn at_phrase(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.text_at(ahead) == *word)
    }

    fn at_phrase_after_name(&self, words: &[&str]) -> bool {
        self.at_name(0) && words.iter().enumerate().all(|(ahead, word)| self.text_at(ahead + 1) == *word)
    }

    /// Whether the next token stands on the line of the one before it.
    fn same_line(&self) -> bool {
        self.peek(0).is_some_and(|l| !l.starts_line)
    }

    /// Whether the next token is a word that may be a name.
    fn at_name(&self, ahead: usize) -> bool {
        self.kind(ahead) == Some(SyntaxKind::Word) && !is_reserved(self.text_at(ahead))
    }

    fn bump(&mut self) {
        if let Some(part) = self.parts.get(self.next).copied().filter(|_| self.next < self.limit) {
            self.flush(part + 1);
            self.next += 1;
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let there = self.at(word);
        if there {
            self.bump();
        }
        there
    }

    fn eat_phrase(&mut self, words: &[&str]) -> bool {
        let there = self.at_phrase(words);
        if there {
            words.iter().for_each(|_| self.bump());
        }
        there
    }

    fn eat_kind(&mut self, kind: SyntaxKind) -> bool {
        let there = self.kind(0) == Some(kind);
        if there {
            self.bump();
        }
        there
    }

    fn expect(&mut self, word: &str) -> Parsing {
        if self.eat(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    fn expect_kind(&mut self, kind: SyntaxKind, what: &str) -> Parsing {
        if self.eat_kind(kind) { Ok(()) } else { self.expected(what) }
    }

    /// Where the next token is or, at the end, the last one.
    fn here(&self) -> Range<usize> {
        let last = || {
            let index = self.limit.min(self.parts.len()).checked_sub(1)?;
            self.parts.get(index).and_then(|part| self.lexemes.get(*part))
        };
        self.peek(0).or_else(last).map_or(0..0, |l| l.range.clone())
    }

    /// From part `start` to the last one read.
    fn span_from(&self, start: usize) -> Range<usize> {
        let of =
            |part: usize| self.parts.get(part).and_then(|p| self.lexemes.get(*p)).map(|l| l.range.clone());
        match (of(start), of(self.next.saturating_sub(1).max(start))) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => self.here(),
        }
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Parsing<T> {
        self.report(diagnostic);
        Err(Failed)
    }

    /// Fails because something else was expected here.
    fn expected<T>(&mut self, what: &str) -> Parsing<T> {
        let span = self.here();
        let found = self.text_at(0).to_owned();
        let (code, message) = match self.kind(0) {
            None => (codes::EXPECTED, format!("{what} was expected after this")),
            Some(SyntaxKind::OpenString) => {
                (codes::OPEN_QUOTE, "this quotation is not closed on its line".to_owned())
            }
            Some(SyntaxKind::Unknown) => (codes::STRAY_CHARACTER, format!("`{found}` means nothing here")),
            Some(_) => (codes::EXPECTED, format!("{what} was expected, not `{found}`")),
        };
        let mut diagnostic = Diagnostic::error(code, span.clone(), message);
        if code == codes::OPEN_QUOTE {
            let closing = if found.starts_with('“') { "”" } else { "\"" };
            diagnostic = diagnostic.fix("close it at the end of the line", span.end..span.end, closing);
        }
        self.refuse(diagnostic)
    }

    /// Runs `inside` in a node of this kind, which is closed however it ends.
    fn node<T>(&mut self, kind: SyntaxKind, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.flush_blanks();
        self.builder.start_node(kind.into());
        let result = inside(self);
        self.builder.finish_node();
        result
    }

    /// Reads clauses until the statement ends, going on at the next line after an error.
    fn clauses(&mut self, mut clause: impl FnMut(&mut Self) -> Parsing) {
        while !self.is_done() {
            let before = self.next;
            let result = clause(self);
            if result.is_err() || self.next == before {
                self.recover(before);
            }
        }
    }

    /// Goes to the next line, what is passed over being an error node.
    fn recover(&mut self, before: usize) {
        self.node(SyntaxKind::Error, |p| {
            if p.next == before {
                p.bump();
            }
            while p.same_line() {
                p.bump();
            }
        });
    }

    /// Runs `inside` one level deeper, or refuses.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsing<T>) -> Parsing<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.here();
            return self.refuse(Diagnostic::error(
                codes::TOO_DEEP,
                span,
                "this is nested too deep to be read",
            ));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// A name, of what `what` says.
    fn name(&mut self, what: &str) -> Parsing {
        if self.at_name(0) {
            self.node(SyntaxKind::Name, Self::bump);
            return Ok(());
        }
        let (span, found) = (self.here(), self.text_at(0).to_owned());
        match self.kind(0) {
            Some(SyntaxKind::Path) => {
                let message = format!("`{found}` is not a name: {what} is written in `snake_case`");
                let snake = found.replace(['-', '.', '/', '+'], "_");
                self.refuse(Diagnostic::error(codes::BAD_NAME, span, message).write(snake))
            }
            _ => self.expected(what),
        }
    }

    /// The name that a statement declares.
    fn declared(&mut self, what: &str) -> Parsing {
        let (span, word) = (self.here(), self.text_at(0).to_owned());
        if self.same_line() && is_reserved(&word) {
            let message = format!("`{word}` is a word of the language and cannot be {what}");
            return self.refuse(Diagnostic::error(codes::RESERVED_WORD, span, message));
        }
        self.name(what)
    }

    /// `A`, `A and B`, `A, B and C`, joined by one of the two words.
    fn names(&mut self, what: &str, joint: &str) -> Parsing {
        self.name(what)?;
        loop {
            // A comma ends the list unless what follows it goes on as one: `A, set by B`.
            let goes_on = self.kind(0) == Some(SyntaxKind::Comma)
                && (self.text_at(1) == joint
                    || (self.at_name(1) && [joint, ",", ")"].contains(&self.text_at(2))));
            if goes_on {
                self.bump();
                self.eat(joint);
            } else if !self.eat(joint) {
                return Ok(());
            }
            self.name(what)?;
        }
    }

    /// A list of names that has one part in its statement.
    fn who(&mut self, what: &str) -> Parsing {
        self.node(SyntaxKind::Who, |p| p.names(what, "and"))?;
        self.assumed()
    }

    fn label(&mut self) {
        if self.kind(0) == Some(SyntaxKind::String) {
            self.node(SyntaxKind::Label, Self::bump);
        }
    }

    fn string(&mut self, what: &str) -> Parsing {
        self.expect_kind(SyntaxKind::String, what)
    }

    /// `(assumed: "why")`, where there is one.
    fn assumed(&mut self) -> Parsing {
        if !(self.kind(0) == Some(SyntaxKind::LeftParen) && self.text_at(1) == "assumed") {
            return Ok(());
        }
        self.node(SyntaxKind::Assumed, |p| {
            p.bump();
            p.bump();
            p.expect_kind(SyntaxKind::Colon, "`:`")?;
            p.string("the reason, in quotation marks,")?;
            p.expect_kind(SyntaxKind::RightParen, "`)`")
        })
    }

    /// Refuses a line that says nothing its statement can take, offering the nearest of what it can.
    fn unknown_line(&mut self, can: &[&str]) -> Parsing {
        let (span, found) = (self.here(), self.text_at(0).to_owned());
        if matches!(self.kind(0), Some(SyntaxKind::OpenString | SyntaxKind::Unknown)) {
            return self.expected("a line of this statement");
        }
        let message = format!("`{found}` starts nothing that this statement can say");
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_LINE, span, message);
        if let Some(near) = near::nearest(&found, can.iter().copied()) {
            diagnostic = diagnostic.write(near);
        }
        self.refuse(diagnostic)
    }
}
