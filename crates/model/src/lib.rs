//! The words that everything in Trucewatch speaks: instants and amounts, the vocabulary, sources and claims, places,
//! the typed agreement, and the answer that an evaluation gives.
//!
//! Invariant: plain data and total functions on it; no input or output, no clock, no rule of evaluation.

pub mod agreement;
pub mod amount;
pub mod answer;
pub mod claim;
pub mod decision;
pub mod place;
pub mod source;
pub mod standard;
pub mod status;
pub mod time;
pub mod vocabulary;

pub use amount::Amount;
pub use standard::Standard;
pub use status::{Status, StatusSet};
pub use time::{Duration, Instant, Period};

/// An identifier written in an agreement, a sources file or a claim: `snake_case` in agreements, free text elsewhere.
pub type Id = String;
