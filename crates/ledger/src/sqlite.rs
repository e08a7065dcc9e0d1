//! The embedded store: one SQLite file, and beside it one that holds nothing but keys.
//!
//! Invariant: a writing is one transaction that is on disk when it ends (`synchronous=FULL`); keys are on disk before what they
//! open, are in no copy of the log, and what is destroyed is overwritten. So that it is, rows are added at the end of their table and
//! otherwise only ever made shorter: where SQLite moves rows it leaves copies behind.

mod apart;
mod keys;
mod pages;
mod wal;
mod whole;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use model::Instant;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params, types::ValueRef};
use tlog_tiles::{HASH_SIZE, Hash};

use self::{apart::Apart, keys::Keys};
use crate::{
    entry::{Kept, Row, SALT_BYTES},
    error::{Damage, Error},
    seal::Key,
    store::{FORMAT, Store, Writing},
};

/// “Tw” and the file's use, so that tools can tell what it is.
const APPLICATION_ID: i32 = 0x5477_4c67;
/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(20);

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

/// Tiles are numbered as they become full: by how many entries there are then, and of those by level.
const TILE_LEVEL_BITS: u32 = 3;
/// An open entry that is shorter than the hash that stays when it is erased keeps room for it, so that its row never grows.
const ROOM: [u8; 32] = [0; 32];

const COLUMNS: &str = "seq, kind, at, author, salt, content, commitment, leaf";

/// A ledger in an SQLite file.
pub struct Sqlite {
    place: String,
    path: Option<PathBuf>,
    log: Connection,
    keys: Option<Keys>,
    apart: Option<Apart>,
    /// Whether the log of writes may still hold what was erased.
    unclean: bool,
}

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
            Err(error) => return Err(left_open(path).filter(|_| cannot(&error)).unwrap_or_else(|| told(error))),
        };
        let mut store = Sqlite::over(path, log);
        store.known_format()?;
        let keys = keys_beside(path);
        store.keys =
            keys.is_file().then(|| Keys::open_to_read(&keys, flags)).transpose().map_err(told)?;
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

    /// The connection itself, for tests that break things.
    #[doc(hidden)]
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.log
    }

    fn told(&self, error: &rusqlite::Error) -> Error {
        fault(&self.place, error)
    }

    /// What SQLite says of a part; where it is damaged, of which.
    fn told_of(&self, error: &rusqlite::Error, entry: Option<u64>, part: &str) -> Error {
        match self.told(error) {
            Error::Damaged(_) => Damage { entry, why: format!("{part} cannot be read: {error}") }.into(),
            other => other,
        }
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

    fn put(&mut self, writing: &Writing) -> Result<(), rusqlite::Error> {
        if let Some(keys) = &mut self.keys {
            keys.put(&writing.keys)?;
            if let Some((seq, _)) = &writing.erased {
                keys.doom(*seq)?;
            }
        }
        {
            let mut insert = self.log.prepare_cached("INSERT INTO entry VALUES(?,?,?,?,?,?,?,?)")?;
            for row in &writing.rows {
                let (salt, content) = match &row.kept {
                    Kept::Open { salt, content } => (Some(&salt[..]), Some(content)),
                    Kept::Sealed(content) => (None, Some(content)),
                    Kept::Erased => (None, None),
                };
                let short = |content: &Vec<u8>| content.len() + SALT_BYTES < ROOM.len();
                let commitment = match &row.kept {
                    Kept::Open { content, .. } if short(content) => Some(ROOM),
                    _ => row.commitment,
                };
                insert.execute(params![
                    place(row.seq),
                    row.kind,
                    row.at.0,
                    row.by,
                    salt,
                    content,
                    commitment,
                    row.leaf.0
                ])?;
            }
            let mut insert = self.log.prepare_cached("INSERT INTO document VALUES(?, ?)")?;
            for (seq, sealed) in &writing.documents {
                insert.execute(params![place(*seq), sealed])?;
            }
            let mut insert = self.log.prepare_cached("INSERT INTO tile VALUES(?, ?)")?;
            for tile in &writing.tiles {
                insert.execute(params![until(tile.level, tile.n), tile.hashes])?;
            }
            let mut insert = self.log.prepare_cached("INSERT OR REPLACE INTO note VALUES(?, ?)")?;
            for (size, note) in &writing.notes {
                insert.execute(params![place(*size), note])?;
            }
            if let Some(note) = &writing.head {
                self.log.prepare_cached("INSERT OR REPLACE INTO head VALUES(1, ?)")?.execute([note])?;
            }
            if let Some((seq, commitment)) = &writing.erased {
                self.log.execute(
                    "UPDATE entry SET salt = NULL, content = NULL, commitment = ? WHERE seq = ?",
                    params![commitment, place(*seq)],
                )?;
                self.log.execute("UPDATE document SET sealed = x'' WHERE seq = ?", [place(*seq)])?;
            }
        }
        Ok(())
    }

    fn select(
        &mut self,
        condition: &str,
        parameters: impl rusqlite::Params,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let place = self.place.clone();
        let told = |error| fault(&place, &error);
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE {condition} ORDER BY seq");
        let mut statement = self.log.prepare_cached(&sql).map_err(told)?;
        let mut rows = statement.query(parameters).map_err(told)?;
        while let Some(row) = rows.next().map_err(told)? {
            take(read(row)?)?;
        }
        Ok(())
    }
}

impl Store for Sqlite {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn head(&mut self) -> Result<Option<String>, Error> {
        let sql = "SELECT note FROM head WHERE one = 1";
        let found = self.log.query_row(sql, [], |row| row.get(0)).optional();
        found.map_err(|error| self.told_of(&error, None, "its newest checkpoint"))
    }

    fn rows(
        &mut self,
        from: u64,
        to: u64,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.select("seq >= ? AND seq < ?", [place(from), place(to)], take)
    }

    fn signers(&mut self, from: u64) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        self.select("kind IN ('ledger', 'key') AND seq >= ?", [place(from)], &mut |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
        let sql = "SELECT leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq";
        let ask = |log: &Connection| -> Result<Vec<[u8; HASH_SIZE]>, rusqlite::Error> {
            log.prepare_cached(sql)?.query_map([place(from), place(to)], |row| row.get(0))?.collect()
        };
        let hashes = ask(&self.log).map_err(|error| self.told(&error))?;
        Ok(hashes.into_iter().map(Hash).collect())
    }

    fn tile(&mut self, level: u8, n: u64) -> Result<Option<Vec<u8>>, Error> {
        let ask = |log: &Connection| {
            let mut statement = log.prepare_cached("SELECT hashes FROM tile WHERE until = ?")?;
            statement.query_row([until(level, n)], |row| row.get(0)).optional()
        };
        ask(&self.log).map_err(|error| self.told_of(&error, None, &format!("tile {level}/{n}")))
    }

    fn document(&mut self, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        // What was erased is empty, which nothing that is encrypted is.
        let sql = "SELECT sealed FROM document WHERE seq = ? AND length(sealed) > 0";
        let ask = |log: &Connection| log.prepare_cached(sql)?.query_row([place(seq)], |row| row.get(0)).optional();
        ask(&self.log).map_err(|error| self.told_of(&error, Some(seq), "its document"))
    }

    fn key(&mut self, seq: u64) -> Result<Option<Key>, Error> {
        let Some(keys) = &self.keys else { return Ok(None) };
        keys.get(seq).map_err(|error| self.told_of(&error, Some(seq), "its key"))
    }

    fn apart(&mut self) -> Result<Option<String>, Error> {
        Ok(self.apart.as_ref().and_then(Apart::read))
    }

    fn notes(&mut self) -> Result<Vec<(u64, String)>, Error> {
        let ask = |log: &Connection| -> Result<Vec<(i64, String)>, rusqlite::Error> {
            let mut statement = log.prepare("SELECT size, note FROM note ORDER BY size")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let notes = ask(&self.log).map_err(|error| self.told_of(&error, None, "a checkpoint that is kept"))?;
        Ok(notes.into_iter().map(|(size, note)| (size.cast_unsigned(), note)).collect())
    }

    fn faults(&mut self) -> Result<Vec<String>, Error> {
        let noted = |found: Result<Vec<String>, rusqlite::Error>, place: &str| match found {
            Ok(lines) => Ok(lines),
            Err(error) => match fault(place, &error) {
                Error::Damaged(damage) => Ok(vec![damage.why]),
                other => Err(other),
            },
        };
        let made = Sqlite::in_memory()?;
        let mut faults =
            noted(whole::file(self.path.as_deref(), &self.log, &made.log, FORMAT), &self.place)?;
        let mut kept = None;
        if let (Some(keys), Some(fresh)) = (&self.keys, &made.keys) {
            let path = self.path.as_deref().map(keys_beside);
            let found = whole::file(path.as_deref(), keys.connection(), fresh.connection(), 0);
            let lines = noted(found, &self.place)?;
            if lines.is_empty() {
                kept = keys.entries().ok();
            }
            faults.extend(lines.into_iter().map(|line| format!("its file of keys: {line}")));
        }
        if faults.is_empty() {
            faults = noted(whole::strays(&self.log, kept.as_deref()), &self.place)?;
        }
        Ok(faults)
    }

    fn write(&mut self, make: &mut dyn FnMut(&mut dyn Store) -> Result<Writing, Error>) -> Result<(), Error> {
        self.log.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.told(&error))?;
        let finished = self.finish_keys().map_err(|error| self.told(&error));
        let outcome = finished.and_then(|()| make(self)).and_then(|writing| {
            let put = self.put(&writing).and_then(|()| self.log.execute_batch("COMMIT"));
            put.map(|()| writing).map_err(|error| self.told(&error))
        });
        match outcome {
            Ok(writing) => {
                if let (Some(apart), Some(note)) = (&mut self.apart, &writing.head) {
                    apart.write(note);
                }
                match writing.erased {
                    Some((seq, _)) => self.destroy(seq).map_err(|error| {
                        let why = "the erasing is recorded, and the key or a copy is not destroyed yet: that is tried again \
                                   with the next writing";
                        Error::Store { place: self.place.clone(), why: format!("{why} ({error})") }
                    }),
                    None => {
                        if self.unclean {
                            // What is recorded is recorded, whether or not this can be done now.
                            let _ = self.clean(false);
                        }
                        Ok(())
                    }
                }
            }
            Err(error) => {
                // It may have been rolled back already, as when the disk is full.
                let _ = self.log.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }
}

impl Sqlite {
    /// Destroys a key, and what the log of writes still holds of what it opened.
    fn destroy(&mut self, seq: u64) -> Result<(), rusqlite::Error> {
        self.unclean = true;
        if let Some(keys) = &mut self.keys {
            keys.destroy(seq)?;
        }
        self.clean(true)
    }

    /// Empties the log of writes, which may hold what was erased; those who read are waited for, or it is tried again later.
    fn clean(&mut self, wait: bool) -> Result<(), rusqlite::Error> {
        if !wait {
            self.log.busy_timeout(Duration::ZERO)?;
        }
        let busy = self.log.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        if !wait {
            self.log.busy_timeout(WAIT)?;
        }
        self.unclean = busy?;
        Ok(())
    }

    /// Finishes what was under way when the machine or the program stopped.
    fn finish(&mut self) -> Result<(), rusqlite::Error> {
        self.clean(false)?;
        if self.unfinished()?.is_none() {
            return Ok(());
        }
        // Whoever records at this moment holds the right to write.
        self.log.execute_batch("BEGIN IMMEDIATE")?;
        let finished = self.finish_keys();
        self.log.execute_batch("ROLLBACK")?;
        finished
    }

    /// How many entries there are, where something is left to do about their keys.
    fn unfinished(&self) -> Result<Option<i64>, rusqlite::Error> {
        let Some(keys) = &self.keys else { return Ok(None) };
        let sql = "SELECT coalesce(max(seq) + 1, 0) FROM entry";
        let entries = self.log.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(keys.unfinished(entries)?.then_some(entries))
    }

    fn finish_keys(&mut self) -> Result<(), rusqlite::Error> {
        let (Some(entries), Some(keys)) = (self.unfinished()?, &mut self.keys) else { return Ok(()) };
        let sql = "SELECT content IS NULL FROM entry WHERE seq = ?";
        let log = &self.log;
        keys.finish(entries, |seq| {
            log.query_row(sql, [seq], |row| row.get(0)).optional().map(Option::unwrap_or_default)
        })
    }
}

/// The file of keys that belongs to a ledger's file.
#[must_use]
pub fn keys_beside(path: &Path) -> PathBuf {
    path.with_extension("keys")
}

fn wal_beside(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
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

/// A place in the log as SQLite counts.
fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// The number of a tile.
fn until(level: u8, n: u64) -> i64 {
    let entries = n.saturating_add(1).checked_shl(8 * (u32::from(level) + 1)).unwrap_or(u64::MAX);
    place(entries.saturating_mul(1 << TILE_LEVEL_BITS).saturating_add(u64::from(level)))
}

fn read(row: &rusqlite::Row<'_>) -> Result<Row, Error> {
    let seq = match row.get_ref(0) {
        Ok(ValueRef::Integer(seq)) => seq.cast_unsigned(),
        _ => return Err(Damage::of_all("an entry has no place").into()),
    };
    let odd = |column: &str| Damage::at(seq, format!("its {column} is not as it was written"));
    let text = |index: usize, column: &str| match row.get_ref(index) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| odd(column)),
        _ => Err(odd(column)),
    };
    let blob = |index: usize, column: &str| match row.get_ref(index) {
        Ok(ValueRef::Blob(bytes)) => Ok(Some(bytes)),
        Ok(ValueRef::Null) => Ok(None),
        _ => Err(odd(column)),
    };
    let at = match row.get_ref(2) {
        Ok(ValueRef::Integer(at)) => Instant(at),
        _ => return Err(odd("time").into()),
    };
    let salt: Option<[u8; SALT_BYTES]> =
        blob(4, "salt")?.map(|salt| salt.try_into().map_err(|_| odd("salt"))).transpose()?;
    let kept = match (salt, blob(5, "content")?) {
        (Some(salt), Some(content)) => Kept::Open { salt, content: content.to_vec() },
        (None, Some(content)) => Kept::Sealed(content.to_vec()),
        (None, None) => Kept::Erased,
        (Some(_), None) => return Err(odd("content").into()),
    };
    let hash = |index: usize, column: &str| -> Result<Option<[u8; HASH_SIZE]>, Damage> {
        blob(index, column)?.map(|hash| hash.try_into().map_err(|_| odd(column))).transpose()
    };
    let commitment = match (hash(6, "commitment")?, &kept) {
        (Some(ROOM), Kept::Open { .. }) => None,
        (commitment, _) => commitment,
    };
    let leaf = hash(7, "leaf")?.ok_or_else(|| odd("leaf"))?;
    Ok(Row {
        seq,
        kind: text(1, "kind")?,
        at,
        by: text(3, "author")?,
        kept,
        commitment,
        leaf: Hash(leaf),
    })
}

/// What SQLite says, in the words of the ledger.
fn fault(place: &str, error: &rusqlite::Error) -> Error {
    let place = place.to_owned();
    if let rusqlite::Error::InvalidColumnType(..)
    | rusqlite::Error::FromSqlConversionFailure(..)
    | rusqlite::Error::IntegralValueOutOfRange(..)
    | rusqlite::Error::Utf8Error(..) = error
    {
        return Damage::of_all(format!("{place}: something is not as it was written: {error}")).into();
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full(place),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::ReadOnly(place),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked(place),
        Some(ErrorCode::DatabaseCorrupt) => Damage::of_all(format!("{place}: {error}")).into(),
        Some(ErrorCode::NotADatabase) => {
            Damage::of_all(format!("{place}: it does not begin as a ledger does")).into()
        }
        Some(ErrorCode::CannotOpen) => {
            let why =
                "the ledger cannot be opened or made here: does the folder exist, and may it be written?";
            Error::Store { place, why: why.to_owned() }
        }
        _ => Error::Store { place, why: error.to_string() },
    }
}
