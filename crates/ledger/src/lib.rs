//! The ledger: an append-only log of all that a watch knows, which can be checked and cannot be quietly changed.
//!
//! Invariant: nothing is overwritten; a change of mind is a new entry. `spec/ledger.md` is the format, and what each check shows.

mod apart;
pub mod audit;
pub mod cosign;
mod cosigning;
pub mod entry;
pub mod error;
pub mod keys;
mod ledger;
pub mod policy;
pub mod postgres;
mod reading;
pub mod request;
pub mod seal;
pub mod shards;
pub mod sqlite;
pub mod store;
pub mod tail;
pub mod tiles;
pub mod transfer;
pub mod tree;
mod vouched;
pub mod witness;

pub use audit::{Report, audit};
pub use cosign::{Cosigner, WitnessKey};
pub use cosigning::{Added, Cosignature};
pub use entry::{Draft, Entry, Kind};
pub use error::{Damage, Error};
pub use keys::{Head, Signer, Trust};
pub use ledger::{Bare, CLOCK_SLACK, Clock, DocumentOf, Erasure, Ledger, Receipt};
pub use policy::Policy;
pub use postgres::{Postgres, PostgresShards};
pub use request::{Refusal, Request};
pub use sqlite::Sqlite;
pub use store::Store;
pub use tail::Tail;
pub use vouched::{Contrary, Known};
pub use witness::Witness;
