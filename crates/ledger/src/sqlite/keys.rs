//! The file of keys beside an SQLite ledger.
//!
//! Invariant: a key is on disk before what it opens; a row is overwritten where it stands and never moved, so that no copy of a key
//! that is destroyed stays behind.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::{WAIT, place};
use crate::seal::Key;

/// No key is being destroyed.
const NONE: i64 = -1;
/// The file is to be made anew, since rows were removed from it.
const ANEW: i64 = -2;
/// `doomed` is the one entry whose key is being destroyed, or one of the above.
const SCHEMA: &str = "
CREATE TABLE key(seq INTEGER PRIMARY KEY, key BLOB NOT NULL) STRICT;
CREATE TABLE doomed(one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO doomed VALUES(1, -1);
";
/// “Tw” and the file's use.
const APPLICATION_ID: i32 = 0x5477_4b79;

/// The keys.
pub(super) struct Keys(Connection);

impl Keys {
    /// Opens the file, and makes it where there is none.
    pub(super) fn open(path: &Path) -> Result<Keys, rusqlite::Error> {
        let keys = Connection::open(path)?;
        keys.busy_timeout(WAIT)?;
        // Not in a log of writes, where a destroyed key would stay for a while.
        keys.execute_batch(
            "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;",
        )?;
        Keys(keys).made()
    }

    /// Opens the file to read it.
    pub(super) fn open_to_read(path: &Path, flags: OpenFlags) -> Result<Keys, rusqlite::Error> {
        let keys = Connection::open_with_flags(path, flags)?;
        keys.busy_timeout(WAIT)?;
        Ok(Keys(keys))
    }

    /// Keys that are gone when they are dropped.
    pub(super) fn in_memory() -> Result<Keys, rusqlite::Error> {
        Keys(Connection::open_in_memory()?).made()
    }

    fn made(self) -> Result<Keys, rusqlite::Error> {
        let tables = |keys: &Connection| {
            keys.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        };
        if tables(&self.0)? > 0 {
            return Ok(self);
        }
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        if tables(&self.0)? == 0 {
            self.0.execute_batch(SCHEMA)?;
            self.0.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        self.0.execute_batch("COMMIT")?;
        Ok(self)
    }

    /// The connection itself.
    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }

    /// Puts keys down, before their entries are.
    pub(super) fn put(&mut self, keys: &[(u64, Key)]) -> Result<(), rusqlite::Error> {
        if keys.is_empty() {
            return Ok(());
        }
        let held = self.0.transaction()?;
        {
            let mut insert = held.prepare_cached("INSERT INTO key VALUES(?, ?)")?;
            for (seq, key) in keys {
                insert.execute(params![place(*seq), key])?;
            }
        }
        held.commit()
    }

    /// Whether something was under way when a machine or a program stopped, in a log of so many entries.
    pub(super) fn unfinished(&self, entries: i64) -> Result<bool, rusqlite::Error> {
        let sql = "SELECT (SELECT max(seq) FROM key) >= ? OR (SELECT seq FROM doomed) <> ?";
        let asked =
            self.0.prepare_cached(sql)?.query_row([entries, NONE], |row| row.get::<_, Option<bool>>(0));
        Ok(asked?.unwrap_or_default())
    }

    /// Finishes what was under way: a key that was about to be destroyed, where its entry is erased, and keys of entries that never
    /// came to be.
    pub(super) fn finish(
        &mut self,
        entries: i64,
        erased: impl Fn(i64) -> Result<bool, rusqlite::Error>,
    ) -> Result<(), rusqlite::Error> {
        let doomed: i64 = self.0.query_row("SELECT seq FROM doomed", [], |row| row.get(0))?;
        if doomed > NONE && erased(doomed)? {
            self.destroy(doomed.cast_unsigned())?;
        }
        let held = self.0.transaction()?;
        let gone = held.execute("DELETE FROM key WHERE seq >= ?", [entries])?;
        let anew = gone > 0 || doomed == ANEW;
        held.execute("UPDATE doomed SET seq = ?", [if anew { ANEW } else { NONE }])?;
        held.commit()?;
        if anew {
            // Removing rows moves others, and copies of those may stay behind.
            self.0.execute_batch("PRAGMA temp_store=MEMORY; VACUUM")?;
            self.0.execute("UPDATE doomed SET seq = ?", [NONE])?;
        }
        Ok(())
    }

    /// The key of an entry; none where there is none, or it was destroyed.
    pub(super) fn get(&self, seq: u64) -> Result<Option<Key>, rusqlite::Error> {
        let mut statement = self.0.prepare_cached("SELECT key FROM key WHERE seq = ?")?;
        let found: Option<Key> = statement.query_row([place(seq)], |row| row.get(0)).optional()?;
        Ok(found.filter(|key| *key != Key::default()))
    }

    /// Every entry that a key is kept of.
    pub(super) fn entries(&self) -> Result<Vec<i64>, rusqlite::Error> {
        let mut statement = self.0.prepare("SELECT seq FROM key WHERE key <> zeroblob(32) ORDER BY seq")?;
        statement.query_map([], |row| row.get(0))?.collect()
    }

    /// Says that the key of an entry is about to be destroyed.
    pub(super) fn doom(&self, seq: u64) -> Result<(), rusqlite::Error> {
        self.0.execute("UPDATE doomed SET seq = ?", [place(seq)]).map(|_| ())
    }

    /// Destroys the key of an entry, and forgets that it was about to be.
    pub(super) fn destroy(&mut self, seq: u64) -> Result<(), rusqlite::Error> {
        let held = self.0.transaction()?;
        held.execute("UPDATE key SET key = zeroblob(32) WHERE seq = ?", [place(seq)])?;
        held.execute("UPDATE doomed SET seq = ?", [NONE])?;
        held.commit()
    }
}
