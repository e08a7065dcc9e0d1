//! Claims into evidence: which claims are live, which speak of a kind of deed, and which of their literals a standard
//! of proof accepts (SEMANTICS.md §4–§5; spec/worlds.md §1, §2 and §4).
//!
//! Invariant: a claim that speaks of a deed and is not used has exactly one reason, which [`Fused::considered`] gives.

mod baseline;
mod decided;
mod derived;
mod exercise;
mod figures;
mod fit;
mod kin;
mod live;
mod measure;
mod place;
mod pleas;
mod stock;
mod under;

pub use decided::decided;
pub use figures::figures;
pub use fit::{Considered, Use};
pub use live::{live, superseded};
pub use measure::{Fused, Listener};
