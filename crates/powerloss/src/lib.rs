//! A disk under SQLite that loses power: what was written and not synced is dropped, torn or kept at random.
//!
//! Invariant: what was synced stays; of the rest any part may be there, sector by sector, each file by itself, as on a disk that
//! writes in whatever order it likes.
//!
//! [`install`] makes it the disk of every SQLite connection of the process. Files are in memory, by folder: each folder is a disk of
//! its own, with its own power.

mod disk;
#[allow(unsafe_code, reason = "functions that C calls, and memory that it shares")]
mod vfs;

pub use disk::Disk;
pub use vfs::install;
