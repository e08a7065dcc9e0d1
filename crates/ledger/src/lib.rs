//! The ledger: an append-only log of all that a watch knows, which can be checked and cannot be quietly changed.
//!
//! Invariant: nothing is overwritten; a change of mind is a new entry. `spec/ledger.md` is the format, and what each check shows.

mod apart;
pub mod audit;
pub mod entry;
pub mod error;
pub mod keys;
mod ledger;
pub mod postgres;
pub mod seal;
pub mod shards;
pub mod sqlite;
pub mod store;
pub mod tail;
pub mod transfer;
pub mod tree;

pub use audit::{Report, audit};
pub use entry::{Draft, Entry, Kind};
pub use error::{Damage, Error};
pub use keys::{Head, Signer, Trust};
pub use ledger::{Bare, CLOCK_SLACK, Clock, DocumentOf, Erasure, Ledger, Receipt};
pub use postgres::{Postgres, PostgresShards};
pub use sqlite::Sqlite;
pub use store::Store;
pub use tail::Tail;
