//! The embedded store: one SQLite file, and beside it one that holds nothing but keys.
//!
//! Invariant: a writing is one transaction that is on disk when it ends (`synchronous=FULL`); keys are on disk before what they
//! open, are in no copy of the log, and what is destroyed is overwritten. So that it is, rows are added at the end of their table and
//! otherwise only ever made shorter: where SQLite moves rows it leaves copies behind.

mod apart;
mod keys;
mod open;
mod pages;
mod row;
mod wal;
mod whole;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension as _, params};
use tlog_tiles::{HASH_SIZE, Hash};

use self::{
    apart::Apart,
    keys::Keys,
    row::{fault, read},
};
use crate::{
    entry::{Kept, Row, SALT_BYTES},
    error::{Damage, Error},
    seal::Key,
    store::{COLUMNS, FORMAT, Store, Writing, place},
};

/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(20);

/// Tiles are numbered as they become full: by how many entries there are then, and of those by level.
const TILE_LEVEL_BITS: u32 = 3;
/// An open entry that is shorter than the hash that stays when it is erased keeps room for it, so that its row never grows.
const ROOM: [u8; 32] = [0; 32];

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
                let (salt, content) = row.kept.parts();
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
        let ask =
            |log: &Connection| log.prepare_cached(sql)?.query_row([place(seq)], |row| row.get(0)).optional();
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
        let notes =
            ask(&self.log).map_err(|error| self.told_of(&error, None, "a checkpoint that is kept"))?;
        Ok(notes.into_iter().map(|(size, note)| (size.cast_unsigned(), note)).collect())
    }

    fn hold(&mut self, still: bool) -> Result<(), Error> {
        if still {
            return self.log.execute_batch("BEGIN").map_err(|error| self.told(&error));
        }
        // Nothing was written: where SQLite cannot even end it, that says no more than what was found.
        let _ = self.log.execute_batch("ROLLBACK");
        Ok(())
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
        let mut faults = noted(whole::file(self.path.as_deref(), &self.log, &made.log, FORMAT), &self.place)?;
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

/// The number of a tile.
fn until(level: u8, n: u64) -> i64 {
    let entries = n.saturating_add(1).checked_shl(8 * (u32::from(level) + 1)).unwrap_or(u64::MAX);
    place(entries.saturating_mul(1 << TILE_LEVEL_BITS).saturating_add(u64::from(level)))
}
