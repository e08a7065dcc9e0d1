//! What can go wrong with a ledger, said so that a person knows where and what to do.
//!
//! Invariant: no error leaves anything half written, and what was damaged is named by its first bad entry.

use model::Instant;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store is not there.
    #[error("{0}: there is no ledger here")]
    Missing(String),
    /// The store may be read and not written.
    #[error("{0}: the ledger may be read and not written: nothing was recorded")]
    ReadOnly(String),
    /// No room is left where the store is.
    #[error(
        "{0}: no room is left on the disk: nothing of this was recorded, and all that was recorded before is there; make \
         room and try again"
    )]
    Full(String),
    /// Another program writes, and went on writing for longer than is waited.
    #[error(
        "{0}: another program is writing to the ledger and did not finish in time: nothing was recorded; try again"
    )]
    Locked(String),
    /// The connection was lost just when it was being recorded.
    #[error(
        "{0}: the connection was lost just when this was being recorded, and it is not known whether it was: look at the \
         ledger before you record it again"
    )]
    Unsure(String),
    /// The clock is behind what has been recorded.
    #[error(
        "the clock says {clock}, and entry {entry} was recorded at {recorded}: nothing was recorded; set the clock, then try \
         again"
    )]
    Clock {
        /// What the clock says.
        clock: Instant,
        /// The last entry.
        entry: u64,
        /// When it was recorded.
        recorded: Instant,
    },
    /// What the store holds is not what was recorded.
    #[error("the ledger is damaged or was altered: {0}")]
    Damaged(Damage),
    /// The format is not known here.
    #[error(
        "the ledger has format {found}, and this program reads formats up to {known}: use a newer program"
    )]
    Newer {
        /// The format found.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// An entry that may not be recorded as it is.
    #[error("{0}")]
    Refused(String),
    /// There is no such entry, or fewer entries than asked for.
    #[error("the ledger has {size} entries: there is no entry {asked}")]
    NoEntry {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        size: u64,
    },
    /// Somebody else has recorded something since.
    #[error(
        "somebody else has recorded something: there are {0} entries now; nothing was recorded, try again"
    )]
    Moved(u64),
    /// The key that signs is missing or is not the ledger's.
    #[error("{0}")]
    Key(String),
    /// The store itself.
    #[error("{place}: {why}")]
    Store {
        /// Where the store is.
        place: String,
        /// What it said.
        why: String,
    },
}

/// What is wrong, and where first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{why}", .entry.map(|entry| format!("entry {entry}: ")).unwrap_or_default())]
pub struct Damage {
    /// The first entry that is bad, from 0; none where no entry is.
    pub entry: Option<u64>,
    /// What is wrong with it.
    pub why: String,
}

impl Damage {
    /// Of one entry.
    #[must_use]
    pub fn at(entry: u64, why: impl Into<String>) -> Damage {
        Damage { entry: Some(entry), why: why.into() }
    }

    /// Of the whole.
    #[must_use]
    pub fn of_all(why: impl Into<String>) -> Damage {
        Damage { entry: None, why: why.into() }
    }
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Error {
        Error::Damaged(damage)
    }
}
