//! The language server: what an editor asks about an agreement, answered from its text alone.
//!
//! Invariant: nothing is read but what the editor sends, and no message makes it panic. So the outlines of zones
//! are not looked for on disk: `trucewatch check` does that.
//!
//! `server` takes a message and gives messages back, without I/O; `run` puts it between channels. Each other file
//! is one thing that editors ask. Answers come from `language`: its diagnostics, symbols and completions. Only
//! `snippets` and the signs in an outline name what the grammar has.

mod colours;
mod completion;
mod diagnostics;
mod document;
mod formatting;
mod hover;
mod navigation;
mod outline;
mod positions;
mod rename;
mod run;
mod server;
mod snippets;

pub use colours::{text_mate_grammar, vim_syntax};
pub use run::{run, run_on_stdio};
pub use server::{Exit, Server};
