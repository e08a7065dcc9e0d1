//! How an SQLite ledger is opened: to be written, to be read, or in memory.
//!
//! Invariant: a file that is no ledger, or of a newer format, is refused before anything in it is read or changed.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Sqlite, WAIT, apart::Apart, beside, keys::Keys, keys_beside, row::fault, wal_beside};
use crate::{error::Error, store::FORMAT};

/// “Tw” and the file's use, so that tools can tell what it is.
const APPLICATION_ID: i32 = 0x5477_4c67;
const SCHEMA: &str = "
CREATE TABLE entry(
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  salt BLOB,
  content BLOB,
  commitment BLOB,
  leaf BLOB NOT NULL
) STRICT;
CREATE INDEX signers ON entry(seq) WHERE kind IN ('ledger', 'key');
CREATE TABLE document(seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE tile(until INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
CREATE TABLE note(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), note TEXT NOT NULL) STRICT;
";

impl Sqlite {
    /// Opens the ledger in a file, and makes it where there is none.
    ///
    /// # Errors
    /// When it can neither be opened nor made, or is no ledger.
    pub fn open(path: &Path) -> Result<Sqlite, Error> {
        let place = path.display().to_string();
        let told = |error| fault(&place, &error);
        let log = Connection::open(path).map_err(told)?;
        let mut store = Sqlite::over(path, log);
        store.settle().map_err(|error| match error {
            // It is read, and what SQLite needs beside it cannot be made.
            Error::Store { .. } if path.is_file() && !beside(path, "-shm").exists() => {
                Error::ReadOnly(place.clone())
            }
            error => error,
        })?;
        store.keys = Some(Keys::open(&keys_beside(path)).map_err(told)?);
        match store.finish().map_err(told) {
            // It is tried again with the next writing.
            Err(Error::Full(_) | Error::Locked(_)) => store.unclean = true,
            finished => finished?,
        }
        Ok(store)
    }

    fn over(path: &Path, log: Connection) -> Sqlite {
        Sqlite {
            place: path.display().to_string(),
            path: Some(path.to_owned()),
            log,
            keys: None,
            apart: Some(Apart::beside(path)),
            unclean: false,
        }
    }

    /// Opens the ledger in a file that is there, to read it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open_to_read(path: &Path) -> Result<Sqlite, Error> {
        let place = path.display().to_string();
        if !path.is_file() {
            return Err(Error::Missing(place));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let told = |error| fault(&place, &error);
        let plain = Connection::open_with_flags(path, flags).and_then(|log| {
            log.busy_timeout(WAIT)?;
            log.query_row("SELECT count(*) FROM head", [], |_| Ok(()))?;
            Ok(log)
        });
        let log = match plain {
            Ok(log) => log,
            // On a disk that cannot be written, and with no writes under way, the file itself is all there is.
            Err(_) if !wal_beside(path).exists() => {
                let uri = format!("file:{}?immutable=1", uri_path(path));
                Connection::open_with_flags(uri, flags).map_err(told)?
            }
            Err(error) => {
                return Err(left_open(path).filter(|_| cannot(&error)).unwrap_or_else(|| told(error)));
            }
        };
        let mut store = Sqlite::over(path, log);
        store.known_format()?;
        let keys = keys_beside(path);
        store.keys = keys.is_file().then(|| Keys::open_to_read(&keys, flags)).transpose().map_err(told)?;
        Ok(store)
    }

    /// A ledger that is gone when it is dropped.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn in_memory() -> Result<Sqlite, Error> {
        let place = "memory".to_owned();
        let log = Connection::open_in_memory().map_err(|error| fault(&place, &error))?;
        let keys = Keys::in_memory().map_err(|error| fault(&place, &error))?;
        let mut store = Sqlite { place, path: None, log, keys: Some(keys), apart: None, unclean: false };
        store.settle()?;
        Ok(store)
    }

    fn settle(&mut self) -> Result<(), Error> {
        let set = |log: &Connection| -> Result<(), rusqlite::Error> {
            log.busy_timeout(WAIT)?;
            log.execute_batch(
                "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-16384;",
            )?;
            log.pragma_update(None, "journal_mode", "WAL")?;
            log.pragma_update(None, "synchronous", "FULL")
        };
        set(&self.log).map_err(|error| self.told(&error))?;
        if self.known_format()? {
            return Ok(());
        }
        let make = |log: &Connection| -> Result<(), rusqlite::Error> {
            log.execute_batch("BEGIN IMMEDIATE")?;
            // Another program may have made it in the meantime.
            let tables: i64 = log.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables == 0 {
                log.execute_batch(SCHEMA)?;
                log.pragma_update(None, "application_id", APPLICATION_ID)?;
                log.pragma_update(None, "user_version", FORMAT)?;
            }
            log.execute_batch("COMMIT")
        };
        make(&self.log).map_err(|error| self.told(&error))?;
        self.known_format().map(|_| ())
    }

    /// Whether there is a ledger in the file; none where the file is empty.
    fn known_format(&mut self) -> Result<bool, Error> {
        let ask = |log: &Connection| -> Result<(i64, i32, u32), rusqlite::Error> {
            Ok((
                log.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
                log.pragma_query_value(None, "application_id", |row| row.get(0))?,
                log.pragma_query_value(None, "user_version", |row| row.get(0))?,
            ))
        };
        let (tables, application, format) = ask(&self.log).map_err(|error| self.told(&error))?;
        if tables == 0 && application == 0 {
            return Ok(false);
        }
        if application != APPLICATION_ID {
            let why = "this is an SQLite file, and not a ledger".to_owned();
            return Err(Error::Store { place: self.place.clone(), why });
        }
        if format > FORMAT {
            return Err(Error::Newer { found: format, known: FORMAT });
        }
        Ok(true)
    }
}

fn cannot(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// What is to be done about a log of writes where nothing may be written.
fn left_open(path: &Path) -> Option<Error> {
    let log = wal_beside(path);
    let long = std::fs::metadata(&log).ok().filter(|log| log.len() > 0).is_some();
    let why = format!(
        "the program that wrote it did not close it, and what was recorded last stands in {}; that can be read only where files \
         may be made: copy both files, and those with the same name beside them, to another folder and open the ledger there",
        log.display()
    );
    long.then(|| Error::Store { place: path.display().to_string(), why })
}

/// A path as it stands in a URI.
fn uri_path(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
