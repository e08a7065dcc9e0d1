//! Pact, the language of agreements: Markdown in, [`model::agreement::Agreement`] out, and errors, many at
//! once.
//!
//! Invariant: parsing never fails and never panics; the tree holds the file byte for byte; there is an
//! agreement exactly when no error was found; nothing is read but the text.
//!
//! The passes, each of which uses only the one before it:
//!
//! 1. *text*, `markdown`: where in the file the Pact is, and under which headings;
//! 2. *syntax*, `syntax` and `parser`: tokens, then a lossless tree of the whole file, Markdown included;
//! 3. *names*, `names`: what is declared, once each;
//! 4. *agreement*, `lower`: what each statement says, with every name resolved and every date an instant.
//!
//! `diagnostics` is what all of them report in; `symbols` keeps what names were found to stand for, and
//! `complete` asks what could; `words` turns an agreement back into sentences for people; `format` lays a text
//! out anew; `difference` says what two agreements say otherwise.
//! Whether what it says is computed is not its business: the engine names what is beyond it (`engine::reach`).

mod complete;
pub mod diagnostics;
mod difference;
mod everyday;
mod format;
mod keywords;
mod lower;
mod markdown;
mod names;
pub mod near;
mod parser;
pub mod symbols;
pub mod syntax;
mod words;

pub use complete::{Candidate, Completions, complete};
pub use diagnostics::{Diagnostic, Fix, Severity, render, render_coloured};
use diagnostics::{Sink, codes};
pub use difference::{Difference, DifferenceKind, ThingKind, clauses_with_other_prose, differences};
pub use format::format;
pub use keywords::{KEYWORDS, help};
pub use lower::timezone;
pub use markdown::Clause;
use model::agreement::Agreement;
pub use names::{plural, unfit_name};
use symbols::Symbols;
use syntax::SyntaxNode;
pub use words::{condition_in_words, length_in_words, phase_in_words, rule_in_words};

/// The longest text that is read, in bytes: the longest agreements are a tenth of it.
pub const MAX_TEXT_BYTES: usize = 4 << 20;

/// The most statements that are read.
pub const MAX_STATEMENTS: usize = 10_000;

/// What a text says.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The agreement, where no error was found.
    pub agreement: Option<Agreement>,
    /// What is wrong or doubtful, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The file's headings and the Pact under each.
    pub clauses: Vec<Clause>,
    /// Where names are declared and meant.
    pub symbols: Symbols,
}

/// Reads an agreement: a Markdown file with `pact` blocks or, where it has none, bare Pact.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut sink = Sink::default();
    if text.len() > MAX_TEXT_BYTES {
        let message =
            format!("the text is longer than the {MAX_TEXT_BYTES} bytes that an agreement may have");
        sink.push(Diagnostic::error(codes::TOO_LONG, 0..0, message));
        return Parsed::unread(sink, Vec::new());
    }
    let clauses = markdown::clauses(text);
    let tree = tree_of(text, &clauses, &mut sink);
    if let Some(excess) = names::statements(&tree).nth(MAX_STATEMENTS) {
        let message =
            format!("there are more than {MAX_STATEMENTS} statements: nobody could read such an agreement");
        sink.push(Diagnostic::error(codes::TOO_LONG, excess.text_range().into(), message));
        return Parsed::unread(sink, clauses);
    }
    let names = names::collect(&tree, &mut sink);
    let agreement = lower::lower(text, &clauses, &tree, &names, &mut sink);
    let symbols = std::mem::take(&mut sink.symbols).finish(&tree, &names);
    Parsed { agreement, diagnostics: sink.into_sorted(), clauses, symbols }
}

impl Parsed {
    fn unread(sink: Sink, clauses: Vec<Clause>) -> Parsed {
        Parsed { agreement: None, diagnostics: sink.into_sorted(), clauses, symbols: Symbols::default() }
    }
}

/// The lossless tree of the whole file, for an editor or a formatter.
#[must_use]
pub fn tree(text: &str) -> SyntaxNode {
    let text = if text.len() > MAX_TEXT_BYTES { "" } else { text };
    tree_of(text, &markdown::clauses(text), &mut Sink::default())
}

fn tree_of(text: &str, clauses: &[Clause], sink: &mut Sink) -> SyntaxNode {
    parser::parse(text, clauses.iter().flat_map(|clause| clause.blocks.iter().cloned()), sink)
}
