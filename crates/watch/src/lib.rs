//! The application: opens a watch, joins language, evidence and engine; what the command line and the server both call.

pub mod verdict;

pub use verdict::{Inputs, Question, UnknownReading, evaluate};
