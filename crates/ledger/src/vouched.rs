//! What a witness keeps: the keys of logs, the checkpoints that it vouches for, and those that contradict them.
//!
//! Invariant: of one log and size one checkpoint is vouched for; nothing that was vouched for is taken back.

use model::Instant;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};
use tlog_tiles::{HASH_SIZE, Hash};

use crate::{error::Error, keys::Head};

/// “Tw” and the file's use, so that tools can tell what it is.
pub(crate) const APPLICATION_ID: i32 = 0x5477_5769;
/// The format that is written.
pub(crate) const FORMAT: u32 = 1;
/// How long another program that writes is waited for.
const WAIT: std::time::Duration = std::time::Duration::from_secs(20);
/// So many checkpoints that came without a proof are kept of each log.
const UNPROVEN_MAX: i64 = 1000;

const SCHEMA: &str = "
CREATE TABLE own(one INTEGER PRIMARY KEY CHECK(one = 1), key TEXT NOT NULL) STRICT;
CREATE TABLE key(origin TEXT NOT NULL, since INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY(origin, since)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint(origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY(origin, size)) STRICT, WITHOUT ROWID;
CREATE TABLE contrary(origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY(origin, size, root)) STRICT, WITHOUT ROWID;
";

/// What a witness knows of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The log's name in checkpoints.
    pub origin: String,
    /// Each of its keys, and the entry from which on it signs.
    pub keys: Vec<(u64, String)>,
    /// The checkpoint that was cosigned last, and when.
    pub last: Option<(Head, Instant)>,
    /// How many checkpoints are vouched for.
    pub checkpoints: u64,
    /// Signed checkpoints that contradict each other or were not shown to agree.
    pub contrary: Vec<Contrary>,
}

/// A checkpoint that the log signed and the witness did not cosign, since it is not shown to agree with what it cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contrary {
    /// When it was shown to the witness.
    pub at: Instant,
    /// The checkpoint, as the log signed it.
    pub note: String,
    /// One of the same size with another root, that the log signed too: the two together show a fork. None where the one above
    /// merely came without a proof.
    pub other: Option<String>,
}

impl Known {
    /// Whether the log signed two checkpoints that contradict each other.
    #[must_use]
    pub fn forked(&self) -> bool {
        self.contrary.iter().any(|contrary| contrary.other.is_some())
    }
}

/// A checkpoint whose signature was checked.
pub(crate) struct Signed<'a> {
    pub(crate) origin: String,
    pub(crate) head: Head,
    pub(crate) size: i64,
    pub(crate) text: Vec<u8>,
    pub(crate) note: &'a str,
}

/// Makes the tables where there are none; how many there are, and what the file is.
pub(crate) fn settle(file: &mut Connection, own: &str) -> Result<(i64, i32, u32), rusqlite::Error> {
    let tables = |file: &Connection| -> Result<i64, rusqlite::Error> {
        file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
    };
    file.busy_timeout(WAIT)?;
    file.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;")?;
    if tables(file)? == 0 {
        file.pragma_update(None, "journal_mode", "WAL")?;
        let change = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have made it in the meantime.
        if tables(&change)? == 0 {
            change.execute_batch(SCHEMA)?;
            change.execute("INSERT INTO own VALUES(1, ?)", [own])?;
            change.pragma_update(None, "application_id", APPLICATION_ID)?;
            change.pragma_update(None, "user_version", FORMAT)?;
        }
        change.commit()?;
    }
    file.pragma_update(None, "synchronous", "FULL")?;
    Ok((
        tables(file)?,
        file.pragma_query_value(None, "application_id", |row| row.get(0))?,
        file.pragma_query_value(None, "user_version", |row| row.get(0))?,
    ))
}

pub(crate) fn keys_of(file: &Connection, origin: &str) -> Result<Vec<(u64, String)>, rusqlite::Error> {
    let mut statement = file.prepare_cached("SELECT since, key FROM key WHERE origin = ? ORDER BY since")?;
    let keys =
        statement.query_map([origin], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))?;
    keys.collect()
}

/// The checkpoint that was vouched for last, and when.
pub(crate) fn last_of(file: &Connection, origin: &str) -> Result<Option<(Head, Instant)>, rusqlite::Error> {
    let sql = "SELECT size, root, at FROM checkpoint WHERE origin = ? ORDER BY size DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| {
        let (size, root): (i64, [u8; HASH_SIZE]) = (row.get(0)?, row.get(1)?);
        Ok((Head { size: size.cast_unsigned(), root: Hash(root) }, Instant(row.get(2)?)))
    };
    file.prepare_cached(sql)?.query_row([origin], read).optional()
}

pub(crate) fn vouch(file: &Connection, signed: &Signed<'_>, at: Instant) -> Result<(), rusqlite::Error> {
    let sql = "INSERT OR REPLACE INTO checkpoint VALUES(?, ?, ?, ?, ?)";
    let Signed { origin, head, size, note, .. } = signed;
    file.execute(sql, params![origin, size, head.root.0, at.0, note]).map(|_| ())
}

/// Keeps a checkpoint that the log signed, and that is not cosigned. Of those that merely came without a proof so many are kept; one
/// that contradicts another is kept whatever there is, for two are enough.
pub(crate) fn keep(
    file: &Connection,
    signed: &Signed<'_>,
    at: Instant,
    contradicts: bool,
) -> Result<(), rusqlite::Error> {
    let Signed { origin, head, size, note, .. } = signed;
    let count = "SELECT count(*) FROM contrary WHERE origin = ?";
    let kept: i64 = file.prepare_cached(count)?.query_row([origin], |row| row.get(0))?;
    let enough = if contradicts { of_log(file, origin.clone())?.forked() } else { kept >= UNPROVEN_MAX };
    if enough {
        return Ok(());
    }
    let sql = "INSERT OR IGNORE INTO contrary VALUES(?, ?, ?, ?, ?)";
    file.execute(sql, params![origin, size, head.root.0, at.0, note]).map(|_| ())
}

pub(crate) fn of_log(file: &Connection, origin: String) -> Result<Known, rusqlite::Error> {
    let count = "SELECT count(*) FROM checkpoint WHERE origin = ?";
    let checkpoints: i64 = file.prepare_cached(count)?.query_row([&origin], |row| row.get(0))?;
    // One that was vouched for later is no contradiction any more.
    let sql = "SELECT c.at, c.note, coalesce(
                 (SELECT note FROM checkpoint k WHERE k.origin = c.origin AND k.size = c.size AND k.root <> c.root),
                 (SELECT note FROM contrary k WHERE k.origin = c.origin AND k.size = c.size AND k.root <> c.root LIMIT 1))
               FROM contrary c WHERE c.origin = ?1 AND NOT EXISTS
                 (SELECT 1 FROM checkpoint k WHERE k.origin = c.origin AND k.size = c.size AND k.root = c.root)
               ORDER BY c.size, c.root";
    let contrary = {
        let mut statement = file.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Contrary { at: Instant(row.get(0)?), note: row.get(1)?, other: row.get(2)? })
        };
        statement.query_map([&origin], read)?.collect::<Result<_, _>>()?
    };
    Ok(Known {
        keys: keys_of(file, &origin)?,
        last: last_of(file, &origin)?,
        checkpoints: checkpoints.cast_unsigned(),
        contrary,
        origin,
    })
}

pub(crate) fn fault(place: &str, error: &rusqlite::Error) -> Error {
    let place = place.to_owned();
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => return Error::Full(place),
        Some(ErrorCode::CannotOpen) => {
            "the witness's file cannot be opened or made here: does the folder exist, and may it be written?"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program is writing to the witness's file and did not finish in time: try again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "the witness's file may be read and not written: nothing can be cosigned"
        }
        Some(ErrorCode::NotADatabase) => "this is not the file of a witness",
        _ => return Error::Store { place, why: error.to_string() },
    };
    Error::Store { place, why: why.to_owned() }
}
