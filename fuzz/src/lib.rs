//! What fuzzing asks of any input, and how inputs are made.
//!
//! Invariant: each of [`CHECKS`] takes any bytes, and panics exactly when something that must hold does not; the
//! tests replay inputs through the very checks that the fuzzer uses.
//!
//! `editor` runs a script of messages against the language server; `clock` bounds how long reading may take;
//! `mutation` makes new inputs out of the language's words. What must hold of a text and of its layout is in the
//! language's own tests, and taken from there.

#![allow(clippy::expect_used, clippy::panic, reason = "to panic is how a check says no")]

mod clock;
mod editor;
mod evidence;
pub mod mutation;
mod pieces;
mod script;

#[path = "../../crates/language/tests/common/layout.rs"]
mod layout;
#[path = "../../crates/lsp/tests/common/model.rs"]
mod model;
#[path = "../../crates/language/tests/common/sound.rs"]
mod sound;

/// A check of any input.
pub type Check = fn(&[u8]);

/// Each target's name and check.
pub const CHECKS: &[(&str, Check)] =
    &[("parse", parse), ("size", size), ("format", format), ("lsp", lsp), ("ingest", ingest)];

/// Reading: the tree is lossless, an agreement exactly when there is no error, every place and fix fits the text,
/// and every rule has words.
pub fn parse(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parsed = sound::check(text);
    // What a fix leaves can be read too; one is enough, and all would take most of the time.
    if let Some(fix) = parsed.diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes).next_back() {
        drop(language::parse(&fix.apply(text)));
    }
}

/// Reading what repeats itself to the size of a long agreement: the time stays in proportion.
pub fn size(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let text = clock::grown(text);
    clock::in_time(text.len(), || language::parse(&text));
    clock::in_time(text.len(), || language::format(&text));
}

/// The layout: laid out twice is laid out once, and only blanks differ.
pub fn format(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    layout::check(text);
}

/// The language server: every request is answered once, and the text is the editor's.
pub fn lsp(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    editor::play(&script::Script::of(text));
}

/// Evidence: every line is a claim or is rejected, whatever reads it.
pub fn ingest(input: &[u8]) {
    evidence::check(input);
}
