//! The store for many writers: a schema in a PostgreSQL database, one for each ledger.
//!
//! Invariant: a writing is one transaction of the only writer (it holds a lock on `head`), and is on the server's disk when it ends;
//! a writing of which it is not known whether it landed is never sent again, but asked for.
//!
//! An address is `postgres://user@host/database#schema`; without a schema it is `trucewatch`. The address says all else that libpq's
//! addresses say, as `postgres:///database?host=/run/postgresql`. TLS is not spoken: a server on another machine is reached through
//! a tunnel.
//!
//! What is erased is deleted, and the table of keys written anew into another file, for which a program must own it. The server's log
//! of writes, its replicas and its backups hold the key until they are recycled.

mod fault;
mod session;
mod shards;

use fault::{fault, is_lost};
use postgres::{
    binary_copy::BinaryCopyInWriter,
    fallible_iterator::FallibleIterator as _,
    types::{ToSql, Type},
};
use session::{Address, Session};
pub use shards::PostgresShards;
use tlog_tiles::Hash;

use crate::{
    entry::Row,
    error::{Damage, Error},
    seal::Key,
    store::{Columns, Store, Writing, place},
};

const BETWEEN: &str = "SELECT seq, kind, at, author, salt, content, commitment, leaf FROM entry
  WHERE seq >= $1 AND seq < $2 ORDER BY seq";
const SIGNERS: &str = "SELECT seq, kind, at, author, salt, content, commitment, leaf FROM entry
  WHERE kind IN ('ledger', 'key') AND seq >= $1 AND seq < $2 ORDER BY seq";

/// Whether a text is the address of a ledger in PostgreSQL, and not a file's.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// A ledger in a schema of a PostgreSQL database. It waits for the server: it is not to be used inside asynchronous code.
pub struct Postgres {
    address: Address,
    to_read: bool,
    session: Session,
    /// Whether a transaction is under way, which is lost with its connection.
    held: bool,
}

impl Postgres {
    /// Opens the ledger at an address, and makes it where there is none.
    ///
    /// # Errors
    /// When the server cannot be reached, or the ledger neither opened nor made.
    pub fn open(address: &str) -> Result<Postgres, Error> {
        let address = Address::read(address)?;
        let mut session = Session::connect(&address, false)?;
        session.settle(&address)?;
        Ok(Postgres { address, to_read: false, session, held: false })
    }

    /// Opens the ledger at an address, to read it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open_to_read(address: &str) -> Result<Postgres, Error> {
        let address = Address::read(address)?;
        let mut session = Session::connect(&address, true)?;
        if !session.known_format(&address)? {
            return Err(Error::Missing(address.place));
        }
        Ok(Postgres { address, to_read: true, session, held: false })
    }

    /// The connection itself, for tests that break things.
    #[doc(hidden)]
    #[must_use]
    pub fn client(&mut self) -> &mut postgres::Client {
        &mut self.session.client
    }

    fn told(&self, error: &postgres::Error) -> Error {
        fault(&self.address.place, error)
    }

    /// Connects again where the connection was lost; not inside a writing, which is lost with it.
    fn again(&mut self, error: postgres::Error) -> Result<(), Error> {
        if self.held || !(is_lost(&error) || self.session.client.is_closed()) {
            return Err(self.told(&error));
        }
        self.session = Session::connect(&self.address, self.to_read)?;
        Ok(())
    }

    /// Asks the server; once more on another connection where this one was lost.
    fn asked<T>(&mut self, ask: impl Fn(&mut Session) -> Result<T, postgres::Error>) -> Result<T, Error> {
        match ask(&mut self.session) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.again(error)?;
                ask(&mut self.session).map_err(|error| self.told(&error))
            }
        }
    }

    fn one<T>(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
        read: impl Fn(&postgres::Row) -> Option<T>,
        damaged: impl Fn() -> Damage,
    ) -> Result<Option<T>, Error> {
        let found = self.asked(|session| {
            let statement = session.prepared(sql)?;
            session.client.query_opt(&statement, parameters)
        })?;
        found.map(|row| read(&row).ok_or_else(|| damaged().into())).transpose()
    }

    /// Entries as they come from the server: no more of them are held than one.
    fn select(
        &mut self,
        sql: &'static str,
        from: u64,
        to: u64,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut next = from;
        let mut tries = 0;
        loop {
            let mut failed = None;
            let outcome = stream(&mut self.session, sql, next, to, &mut |row| {
                let took = read(row).and_then(|row| {
                    let seq = row.seq;
                    take(row)?;
                    // What was given once is not given again on another connection.
                    next = seq + 1;
                    Ok(())
                });
                took.map_err(|error| failed = Some(error)).is_ok()
            });
            match (outcome, failed) {
                (_, Some(error)) => return Err(error),
                (Ok(()), None) => return Ok(()),
                (Err(error), None) if tries == 0 => self.again(error)?,
                (Err(error), None) => return Err(self.told(&error)),
            }
            tries += 1;
        }
    }

    /// Becomes the only writer.
    fn begin(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.held) {
            // Whoever wrote before did not come to an end.
            self.abandon();
        }
        self.asked(|session| session.client.batch_execute(BEGIN)).inspect_err(|_| self.abandon())
    }

    /// Gives up what was begun; the server does the same where the connection is lost.
    fn abandon(&mut self) {
        let _ = self.session.client.batch_execute("ROLLBACK");
    }

    /// Whether a writing whose end was not heard has landed.
    fn landed(&mut self, writing: &Writing, lost: &postgres::Error) -> Result<(), Error> {
        // The old connection's writing may not have ended yet: who holds the lock comes after it.
        let ask = |mut session: Session| -> Result<(Session, bool), postgres::Error> {
            session.client.batch_execute(BEGIN)?;
            let landed = session.holds(writing)?;
            session.client.batch_execute("ROLLBACK")?;
            Ok((session, landed))
        };
        let unsure = || Error::Unsure(self.address.place.clone());
        let session = Session::connect(&self.address, false).map_err(|_| unsure())?;
        let (session, landed) = ask(session).map_err(|_| unsure())?;
        self.session = session;
        if landed { Ok(()) } else { Err(self.told(lost)) }
    }
}

/// One writer at a time: readers and the server's own upkeep are not kept waiting by it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE head IN SHARE ROW EXCLUSIVE MODE";

impl Session {
    fn put(&mut self, writing: &Writing) -> Result<(), postgres::Error> {
        use Type as T;
        let entry = [T::INT8, T::TEXT, T::INT8, T::TEXT, T::BYTEA, T::BYTEA, T::BYTEA, T::BYTEA];
        self.copy("COPY entry FROM STDIN BINARY", &entry, &writing.rows, |row, put| {
            let (salt, content) = row.kept.parts();
            let commitment = row.commitment.as_ref().map(|hash| &hash[..]);
            let leaf = &row.leaf.0[..];
            put(&[&place(row.seq), &row.kind, &row.at.0, &row.by, &salt, &content, &commitment, &leaf])
        })?;
        self.copy(
            "COPY document FROM STDIN BINARY",
            &[T::INT8, T::BYTEA],
            &writing.documents,
            |(seq, sealed), put| put(&[&place(*seq), sealed]),
        )?;
        self.copy("COPY key FROM STDIN BINARY", &[T::INT8, T::BYTEA], &writing.keys, |(seq, key), put| {
            put(&[&place(*seq), &&key[..]])
        })?;
        self.copy(
            "COPY tile FROM STDIN BINARY",
            &[T::INT2, T::INT8, T::BYTEA],
            &writing.tiles,
            |tile, put| put(&[&i16::from(tile.level), &place(tile.n), &tile.hashes]),
        )?;
        for (size, note) in &writing.notes {
            self.execute(
                "INSERT INTO note VALUES($1, $2) ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                &[&place(*size), note],
            )?;
        }
        if let Some(note) = &writing.head {
            self.execute(
                "INSERT INTO head VALUES(true, $1) ON CONFLICT (one) DO UPDATE SET note = excluded.note",
                &[note],
            )?;
        }
        if let Some((seq, commitment)) = &writing.erased {
            let seq = place(*seq);
            self.execute(
                "UPDATE entry SET salt = NULL, content = NULL, commitment = $1 WHERE seq = $2",
                &[&&commitment[..], &seq],
            )?;
            self.execute("DELETE FROM document WHERE seq = $1", &[&seq])?;
            self.execute("DELETE FROM key WHERE seq = $1", &[&seq])?;
            // Written anew into another file without it, whatever other transactions might still want to see.
            self.client.batch_execute("ALTER TABLE key ALTER key TYPE bytea USING substring(key FROM 1)")?;
        }
        Ok(())
    }

    fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, postgres::Error> {
        let statement = self.prepared(sql)?;
        self.client.execute(&statement, parameters)
    }

    /// Rows in bulk.
    fn copy<T>(
        &mut self,
        sql: &'static str,
        types: &[Type],
        rows: &[T],
        each: impl Fn(
            &T,
            &mut dyn FnMut(&[&(dyn ToSql + Sync)]) -> Result<(), postgres::Error>,
        ) -> Result<(), postgres::Error>,
    ) -> Result<(), postgres::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let statement = self.prepared(sql)?;
        let mut writer = BinaryCopyInWriter::new(self.client.copy_in(&statement)?, types);
        for row in rows {
            each(row, &mut |values| writer.write(values))?;
        }
        writer.finish().map(|_| ())
    }

    /// Whether what was to be written is there.
    fn holds(&mut self, writing: &Writing) -> Result<bool, postgres::Error> {
        // Salts are random: no other entry has this leaf.
        if let Some(row) = writing.rows.last() {
            let sql = "SELECT leaf FROM entry WHERE seq = $1";
            let found = self.client.query_opt(sql, &[&place(row.seq)])?;
            return Ok(found.is_some_and(|found| found.get::<_, &[u8]>(0) == row.leaf.0));
        }
        if let Some((size, note)) = writing.notes.last() {
            let found = self.client.query_opt("SELECT note FROM note WHERE size = $1", &[&place(*size)])?;
            if found.is_none_or(|found| found.get::<_, &str>(0) != note) {
                return Ok(false);
            }
        }
        if let Some((seq, _)) = &writing.erased {
            let sql = "SELECT content IS NULL FROM entry WHERE seq = $1";
            let found = self.client.query_opt(sql, &[&place(*seq)])?;
            if found.is_none_or(|found| !found.get::<_, bool>(0)) {
                return Ok(false);
            }
        }
        let Some(note) = &writing.head else { return Ok(true) };
        let found = self.client.query_opt("SELECT note FROM head", &[])?;
        Ok(found.is_some_and(|found| found.get::<_, &str>(0) == note))
    }
}

/// The rows of a query, one after the other, until `take` says no.
fn stream(
    session: &mut Session,
    sql: &'static str,
    from: u64,
    to: u64,
    take: &mut dyn FnMut(&postgres::Row) -> bool,
) -> Result<(), postgres::Error> {
    let statement = session.prepared(sql)?;
    let mut rows = session.client.query_raw(&statement, [place(from), place(to)])?;
    while let Some(row) = rows.next()? {
        if !take(&row) {
            break;
        }
    }
    Ok(())
}

fn read(row: &postgres::Row) -> Result<Row, Error> {
    let seq = row.try_get::<_, i64>(0).map_err(|_| Damage::of_all("an entry has no place"))?.cast_unsigned();
    let blob = |index: usize, column: &str| {
        row.try_get::<_, Option<&[u8]>>(index).map_err(|_| Columns::odd(seq, column))
    };
    let columns = Columns {
        seq,
        kind: row.try_get(1).ok(),
        at: row.try_get(2).ok(),
        by: row.try_get(3).ok(),
        salt: blob(4, "salt")?,
        content: blob(5, "content")?,
        commitment: blob(6, "commitment")?,
        leaf: blob(7, "leaf")?,
    };
    Ok(columns.row()?)
}

impl Store for Postgres {
    fn place(&self) -> String {
        self.address.place.clone()
    }

    fn head(&mut self) -> Result<Option<String>, Error> {
        let odd = || Damage::of_all("its newest checkpoint is not as it was written");
        self.one("SELECT note FROM head", &[], |row| row.try_get(0).ok(), odd)
    }

    fn rows(
        &mut self,
        from: u64,
        to: u64,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.select(BETWEEN, from, to, take)
    }

    fn signers(&mut self, from: u64) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        self.select(SIGNERS, from, u64::MAX, &mut |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
        let rows = self.asked(|session| {
            let statement =
                session.prepared("SELECT seq, leaf FROM entry WHERE seq >= $1 AND seq < $2 ORDER BY seq")?;
            session.client.query(&statement, &[&place(from), &place(to)])
        })?;
        let leaf = |row: &postgres::Row| {
            let hash: Option<[u8; 32]> =
                row.try_get::<_, &[u8]>(1).ok().and_then(|leaf| leaf.try_into().ok());
            let seq = row.try_get::<_, i64>(0).unwrap_or_default().cast_unsigned();
            hash.map(Hash).ok_or_else(|| Columns::odd(seq, "leaf").into())
        };
        rows.iter().map(leaf).collect()
    }

    fn tile(&mut self, level: u8, n: u64) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT hashes FROM tile WHERE level = $1 AND n = $2";
        let odd = || Damage::of_all(format!("tile {level}/{n} is not as it was written"));
        self.one(sql, &[&i16::from(level), &place(n)], |row| row.try_get(0).ok(), odd)
    }

    fn document(&mut self, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT sealed FROM document WHERE seq = $1";
        self.one(sql, &[&place(seq)], |row| row.try_get(0).ok(), || Columns::odd(seq, "document"))
    }

    fn key(&mut self, seq: u64) -> Result<Option<Key>, Error> {
        let sql = "SELECT key FROM key WHERE seq = $1";
        let read = |row: &postgres::Row| row.try_get::<_, &[u8]>(0).ok().and_then(|key| key.try_into().ok());
        self.one(sql, &[&place(seq)], read, || Columns::odd(seq, "key"))
    }

    fn notes(&mut self) -> Result<Vec<(u64, String)>, Error> {
        let rows =
            self.asked(|session| session.client.query("SELECT size, note FROM note ORDER BY size", &[]))?;
        let note = |row: &postgres::Row| -> Option<(u64, String)> {
            Some((row.try_get::<_, i64>(0).ok()?.cast_unsigned(), row.try_get(1).ok()?))
        };
        let odd = || Damage::of_all("a checkpoint that it keeps is not as it was written").into();
        rows.iter().map(|row| note(row).ok_or_else(odd)).collect()
    }

    fn hold(&mut self, still: bool) -> Result<(), Error> {
        if !still {
            self.held = false;
            return self.session.client.batch_execute("COMMIT").map_err(|error| self.told(&error));
        }
        // Whoever held it before did not come to an end.
        if std::mem::take(&mut self.held) {
            self.abandon();
        }
        self.asked(|session| {
            session.client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        })?;
        self.held = true;
        Ok(())
    }

    fn faults(&mut self) -> Result<Vec<String>, Error> {
        // The server has no say of its own that a program without its administrator's rights could ask for.
        Ok(Vec::new())
    }

    fn write(&mut self, make: &mut dyn FnMut(&mut dyn Store) -> Result<Writing, Error>) -> Result<(), Error> {
        self.begin()?;
        self.held = true;
        let made = make(self);
        let put = made.and_then(|writing| match self.session.put(&writing) {
            Ok(()) => Ok(writing),
            Err(error) => Err(self.told(&error)),
        });
        self.held = false;
        let writing = put.inspect_err(|_| self.abandon())?;
        match self.session.client.batch_execute("COMMIT") {
            Ok(()) => {}
            Err(error) if is_lost(&error) => self.landed(&writing, &error)?,
            Err(error) => return Err(self.told(&error)),
        }
        if writing.erased.is_some() {
            // Room that was given back is used again sooner; where this may not be done, the server does it by itself later.
            for sql in ["VACUUM entry", "VACUUM document"] {
                let _ = self.session.client.batch_execute(sql);
            }
        }
        Ok(())
    }
}
