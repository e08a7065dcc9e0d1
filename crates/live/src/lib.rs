//! Verdicts kept up to date as claims come in, are revised and taken back.
//!
//! A [`store::Store`] holds the claims: plain events in columns, all others as they are. A [`Shard`] keeps the verdicts of one
//! agreement under one standard and reading. Where a provision's instances follow from sums of plain events
//! ([`engine::plain`]), each instance is kept by itself and a claim touches the instances that it bears on; every other
//! provision is evaluated anew by the engine when something that it asks about has changed.
//!
//! Invariant: after any adding and taking back, in any order, verdicts are those of an evaluation from scratch.

mod flow;
mod lane;
mod pattern;
mod seen;
pub mod shard;
pub mod store;
mod words;
pub mod world;

pub use lane::{Moved, Tally};
pub use shard::{Changed, Shard, Verdict};
pub use store::Store;
pub use world::{Now, World};
