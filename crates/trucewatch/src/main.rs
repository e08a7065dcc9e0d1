//! The command line: thin over `watch`; it reads arguments, prints answers and chooses exit codes.
//!
//! Invariant: 0 done; 1 the answer is “no” to a command that asks one; 2 bad usage or bad input, told on standard
//! error with its place and a way out; 3 an internal fault. Output to a pipe is never coloured.

mod arguments;
mod audit;
mod check;
mod compare;
mod copying;
mod diff;
mod document;
mod erase;
mod evaluate;
mod explain;
mod format;
mod history;
mod init;
mod key;
mod means;
mod monitor;
mod print;
mod progress;
mod publish;
mod serve;
mod shared;
mod status;
mod system;
mod texts;
mod verify;
mod vocabulary;
mod why;
mod witness;

use std::process::ExitCode;

use arguments::{Arguments, Verb};
use clap::Parser as _;

/// Trees and tables are made of small parts: asking for them costs half as much as from the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command ended, other than well.
pub enum Failure {
    /// The answer is “no”: exit code 1.
    No(String),
    /// Bad usage or input: exit code 2.
    Input(String),
    /// Ours: exit code 3.
    Internal(String),
}

impl From<watch::Problems> for Failure {
    fn from(problems: watch::Problems) -> Self {
        Failure::Input(problems.to_string())
    }
}

impl From<watch::UnknownReading> for Failure {
    fn from(unknown: watch::UnknownReading) -> Self {
        Failure::Input(unknown.to_string())
    }
}

impl From<watch::NoExplanation> for Failure {
    fn from(none: watch::NoExplanation) -> Self {
        Failure::Input(none.to_string())
    }
}

impl From<watch::certify::NoCertificate> for Failure {
    fn from(none: watch::certify::NoCertificate) -> Self {
        match none {
            watch::certify::NoCertificate::Unanswered(none) => none.into(),
            watch::certify::NoCertificate::NotYet(what) => Failure::No(what),
        }
    }
}

/// Serves an editor until it leaves.
fn editor() -> Result<(), Failure> {
    match lsp::run_on_stdio() {
        Ok(lsp::Exit::Clean) => Ok(()),
        Ok(lsp::Exit::Abrupt) => {
            Err(Failure::No("the editor left without shutting the server down".to_owned()))
        }
        Err(error) => {
            Err(Failure::Input(format!("what came in is not the Language Server Protocol: {error}")))
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Internal(error.to_string())
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap prints help on standard output and usage errors on standard error.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match arguments.verb {
        Verb::Init(options) => init::run(&options),
        Verb::Check(options) => check::run(&options),
        Verb::Diff(options) => diff::run(&options),
        Verb::Fmt(options) => format::run(&options),
        Verb::Evaluate(options) => evaluate::run(&options),
        Verb::Status(options) => status::run(&options),
        Verb::Explain(options) => explain::run(&options),
        Verb::History(options) => history::run(&options),
        Verb::Compare(options) => compare::run(&options),
        Verb::Verify(options) => verify::run(&options),
        Verb::Publish(options) => publish::run(&options),
        Verb::Audit(options) => audit::run(&options),
        Verb::Erase(options) => erase::run(&options),
        Verb::Document(options) => document::run(&options),
        Verb::Export(options) => copying::export(&options),
        Verb::Import(options) => copying::import(&options),
        Verb::Backup(options) => copying::backup(&options),
        Verb::Move(options) => copying::relocate(&options),
        Verb::Monitor(options) => monitor::run(&options),
        Verb::Serve(options) => serve::run(&options),
        Verb::Vocabulary(options) => vocabulary::run(&options),
        Verb::Key(options) => key::run(&options),
        Verb::Witness(options) => witness::run(&options),
        Verb::Lsp => editor(),
    };
    let (code, message) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::No(message)) => (1, message),
        Err(Failure::Input(message)) => (2, message),
        Err(Failure::Internal(message)) => (3, format!("internal fault: {message}")),
    };
    if !message.is_empty() {
        print::told(&message);
    }
    ExitCode::from(code)
}
