//! Completion: what could stand at a place in the text.
//!
//! Invariant: nothing here knows the grammar. The parser is asked about each word of the language, and the
//! passes that resolve names say of which kind the name would have to be.

use std::{collections::BTreeSet, ops::Range};

use model::{
    Id,
    vocabulary::{self, Term},
};

use crate::{
    KEYWORDS, MAX_TEXT_BYTES,
    diagnostics::{Diagnostic, Sink, codes},
    lower, markdown,
    names::{self, Names, plural},
    parser,
    symbols::{Definition, SymbolKind, Wanted},
    syntax::{Lexeme, SyntaxKind, SyntaxToken, lex},
};

/// A word that nothing is called.
const NOBODY: &str = "zq_zq";

/// What may come after a word of the language: some are known only by what follows them.
const AFTER_WORDS: &[&str] = &[" zq_zq by zq_zq", " of zq_zq must zq_zq", "(zq_zq)", " 1"];

/// What may come after a name; first what says more, since an exchange is read only with its duty.
const AFTER_NAMES: &[&str] = &[
    " zq_zq\n  zq_zq must zq_zq",
    "\n  zq_zq must zq_zq",
    " of zq_zq must zq_zq",
    " must zq_zq",
    " zq_zq by zq_zq",
    " by zq_zq",
    " zq_zq",
    "(zq_zq)",
    " 1",
    "",
];

/// Something that could stand at the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What to write.
    pub text: String,
    /// What it names; nothing for a word of the language.
    pub names: Option<(SymbolKind, Id)>,
}

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// The word there, which the candidate takes the place of.
    pub replaces: Range<usize>,
    /// Whether a statement starts there.
    pub starts_statement: bool,
    /// What was declared first, then words of the language, then the vocabulary.
    pub candidates: Vec<Candidate>,
}

/// What could stand at `offset`; nothing inside strings, comments and prose.
#[must_use]
pub fn complete(text: &str, offset: usize) -> Option<Completions> {
    let place = Place::find(text, offset)?;
    let (named, names) = place.names();
    let words = place.words(&names).into_iter().map(|word| Candidate { text: word.to_owned(), names: None });
    let (declared, vocabulary): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, declared)| *declared);
    let declared = declared.into_iter().map(|(candidate, _)| candidate);
    let vocabulary = vocabulary.into_iter().map(|(candidate, _)| candidate);
    let mut seen = BTreeSet::new();
    let candidates =
        declared.chain(words).chain(vocabulary).filter(|c| seen.insert(c.text.clone())).collect();
    Some(Completions { replaces: place.word.clone(), starts_statement: place.starts_statement, candidates })
}

/// A place in a statement.
struct Place<'t> {
    text: &'t str,
    /// The word that is there.
    word: Range<usize>,
    /// From where the statement's first line starts to where the statement ends.
    statement: Range<usize>,
    starts_statement: bool,
    /// It follows a number: of one thing, or of several.
    counted: Option<bool>,
}

impl Place<'_> {
    fn find(text: &str, offset: usize) -> Option<Place<'_>> {
        if text.len() > MAX_TEXT_BYTES || !text.is_char_boundary(offset) {
            return None;
        }
        let clauses = markdown::clauses(text);
        let block = clauses.iter().flat_map(|clause| &clause.blocks).find(|block| {
            block.contains(&offset) || (block.end == offset && (offset == text.len() || block.is_empty()))
        })?;
        let there = lex(text, block).into_iter().find(|l| l.range.start < offset && offset <= l.range.end);
        let is_word = |l: &Lexeme| match l.kind {
            SyntaxKind::Word => true,
            // `part-days`, and no number that is being typed.
            SyntaxKind::Path => {
                text.get(l.range.clone()).is_some_and(|t| t.starts_with(|c: char| c.is_alphabetic()))
            }
            _ => false,
        };
        let word = there.filter(is_word).map_or(offset..offset, |l| l.range);
        // With a word there the place shows what it is: nothing, inside a string or a comment.
        let probe = [text.get(..word.start)?, NOBODY, " ", text.get(word.end..)?].concat();
        let shift = |at: usize| (at + word.len()).saturating_sub(NOBODY.len() + 1).max(word.end);
        let lexemes = lex(&probe, &(block.start..block.end + NOBODY.len() + 1 - word.len()));
        let parts: Vec<_> = lexemes.iter().filter(|l| !l.kind.is_trivia()).collect();
        let at = parts.iter().position(|l| l.range == (word.start..word.start + NOBODY.len()))?;
        let first = parts.get(..=at)?.iter().rev().find(|l| l.at_margin)?;
        let line = text.get(..first.range.start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let next = parts.get(at + 1..)?.iter().find(|l| l.at_margin);
        let before = at.checked_sub(1).and_then(|before| parts.get(before));
        let number = before.filter(|l| l.kind == SyntaxKind::Number);
        Some(Place {
            text,
            statement: line.max(block.start)..next.map_or(block.end.max(word.end), |l| shift(l.range.start)),
            starts_statement: parts.get(at)?.at_margin,
            counted: number.and_then(|l| probe.get(l.range.clone())).map(|number| number == "1"),
            word,
        })
    }

    /// The statement's text up to the word, and after it.
    fn around(&self) -> (&str, &str) {
        let before = self.text.get(self.statement.start..self.word.start).unwrap_or_default();
        (before, self.text.get(self.word.end..self.statement.end).unwrap_or_default())
    }

    /// The words of the language that the parser takes here, of those that start as what is there does.
    fn words(&self, names: &Names) -> Vec<&'static str> {
        let (before, rest) = self.around();
        // `phase` is nobody's name unless someone is called so.
        let last = before.split_whitespace().next_back().unwrap_or_default();
        let no_name = !names.has(last) && KEYWORDS.iter().any(|entry| entry.0 == last);
        let asked = |word: &str, tail: &str| takes(before, word, tail, no_name);
        // Where it takes any word, as in the path of a file, none is worth offering.
        let tails = [rest].into_iter().chain(AFTER_WORDS.iter().copied());
        let tails: Vec<_> = tails.filter(|tail| !asked(NOBODY, tail)).collect();
        let begun = self.text.get(self.word.clone()).and_then(|word| word.chars().next());
        let words = KEYWORDS.iter().map(|entry| entry.0);
        let words = words.filter(|word| begun.is_none_or(|letter| word.starts_with(letter)));
        words.filter(|word| tails.iter().any(|tail| asked(word, tail))).collect()
    }

    /// The names that could stand here, and whether each is declared in the file.
    fn names(&self) -> (Vec<(Candidate, bool)>, Names) {
        let (before, rest) = self.around();
        let (mut wanted, mut definitions, mut collected) = (BTreeSet::new(), Vec::new(), Names::default());
        let mut seen = BTreeSet::new();
        for tail in AFTER_NAMES.iter().copied().chain([rest]) {
            // What follows matters where it makes the name part of something else.
            if !seen.insert(within(before, tail)) {
                continue;
            }
            let new = [NOBODY, " ", tail, "\n"].concat();
            let text = replaced(self.text, &(self.word.start..self.statement.end), &new);
            let clauses = markdown::clauses(&text);
            let mut sink = Sink::default();
            sink.symbols.asked = Some(self.word.start..self.word.start + NOBODY.len());
            let tree = crate::tree_of(&text, &clauses, &mut sink);
            let names = names::collect(&tree, &mut sink);
            lower::lower(&text, &clauses, &tree, &names, &mut sink);
            wanted.append(&mut sink.symbols.wanted);
            (definitions, collected) = (sink.symbols.definitions, names);
        }
        // What a statement declares is not what it speaks of.
        definitions.retain(|d| d.name.start >= self.statement.end || d.name.end <= self.statement.start);
        (self.fitting(&wanted, &definitions, &collected), collected)
    }

    fn fitting(
        &self,
        wanted: &BTreeSet<Wanted>,
        definitions: &[Definition],
        names: &Names,
    ) -> Vec<(Candidate, bool)> {
        let mut found = Vec::new();
        let mut offer = |text: &str, kind, id: &str, declared| {
            let candidate = Candidate { text: text.to_owned(), names: Some((kind, id.to_owned())) };
            found.push((candidate, declared));
        };
        for definition in definitions {
            if wanted.contains(&Wanted::Declared(definition.kind, definition.id.clone())) {
                offer(&definition.id, definition.kind, &definition.id, true);
            }
        }
        let acts: Vec<_> = wanted.iter().filter_map(taking).collect();
        let items = definitions.iter().filter(|d| d.kind == SymbolKind::Item);
        let items = items.map(|d| (d.id.as_str(), plural(&d.id), true));
        let items =
            items.chain(vocabulary::items().map(|term| (term.id.as_str(), term.plural.clone(), false)));
        for (id, plural, declared) in items.filter(|_| wanted.contains(&Wanted::Item)) {
            if !acts.is_empty() && !acts.iter().any(|act| names.takes(act, id)) {
                continue;
            }
            if self.counted != Some(false) {
                offer(id, SymbolKind::Item, id, declared);
            }
            if self.counted != Some(true) {
                offer(&plural, SymbolKind::Item, id, declared);
            }
        }
        for act in wanted {
            if let Wanted::Act(form, id) = act {
                offer(form, SymbolKind::Act, id, false);
            }
        }
        found
    }
}

fn taking(wanted: &Wanted) -> Option<&'static Term> {
    match wanted {
        Wanted::TakenBy(act) => vocabulary::act(act),
        _ => None,
    }
}

fn replaced(text: &str, range: &Range<usize>, new: &str) -> String {
    let (before, after) = (text.get(..range.start), text.get(range.end..));
    [before.unwrap_or_default(), new, after.unwrap_or_default()].concat()
}

/// Of what a name after `before` is part.
fn within(before: &str, tail: &str) -> Vec<SyntaxKind> {
    let (token, _) = parsed(before, NOBODY, tail);
    token.iter().flat_map(SyntaxToken::parent_ancestors).map(|node| node.kind()).collect()
}

/// Whether the parser takes the word after `before`, as a word of the language and without a complaint; what
/// stands before it must not be taken for a name if it is `no_name`.
fn takes(before: &str, word: &str, tail: &str, no_name: bool) -> bool {
    let (token, found) = parsed(before, word, tail);
    let Some(token) = token else { return false };
    let span: Range<usize> = token.text_range().into();
    let covers = |d: &Diagnostic| d.span.start <= span.start && d.span.end >= span.end;
    let part_of = |token: &SyntaxToken, kinds: &[SyntaxKind]| {
        token.parent_ancestors().any(|node| kinds.contains(&node.kind()))
    };
    let before = || {
        let mut earlier = std::iter::successors(token.prev_token(), SyntaxToken::prev_token);
        earlier.find(|t| !t.kind().is_trivia())
    };
    !part_of(&token, &[SyntaxKind::Error, SyntaxKind::Name])
        && !found.iter().any(|d| d.code != codes::EXPECTED && covers(d))
        && (!no_name || before().is_none_or(|earlier| !part_of(&earlier, &[SyntaxKind::Name])))
}

/// The word in the tree of a statement, if it is a token there, and what the parser found.
fn parsed(before: &str, word: &str, tail: &str) -> (Option<SyntaxToken>, Vec<Diagnostic>) {
    let text = [before, word, " ", tail].concat();
    let mut sink = Sink::default();
    let tree = parser::parse(&text, std::iter::once(0..text.len()), &mut sink);
    let at = u32::try_from(before.len()).ok();
    let token = at.and_then(|at| tree.token_at_offset(at.into()).right_biased());
    (token.filter(|token| token.text() == word), sink.into_sorted())
}
