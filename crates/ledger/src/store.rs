//! What a ledger asks of the place where it is kept: the one trait that SQLite and PostgreSQL stand behind.
//!
//! Invariant: a store knows nothing of hashes, signatures or meaning; what it is given in one writing is there afterwards as a
//! whole, or not at all, and once `write` has returned it stays, whatever happens to the machine.

use model::Instant;
use tlog_tiles::{HASH_SIZE, Hash};

use crate::{
    entry::{Kept, Row, SALT_BYTES},
    error::{Damage, Error},
    seal::Key,
    tree::{FullTile, Tiles},
};

/// The format that this program writes.
pub const FORMAT: u32 = 1;

/// What one writing puts down.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// New entries, in order.
    pub rows: Vec<Row>,
    /// Documents, each with the entry that it belongs to, encrypted.
    pub documents: Vec<(u64, Vec<u8>)>,
    /// Keys of what is encrypted, each with its entry. They are kept apart from the rest, and are there before it is.
    pub keys: Vec<(u64, Key)>,
    /// Tiles that have become full.
    pub tiles: Vec<FullTile>,
    /// Checkpoints that are kept beside the newest: their size and the signed note.
    pub notes: Vec<(u64, String)>,
    /// The newest checkpoint, a signed note.
    pub head: Option<String>,
    /// An entry whose content, document and key are destroyed, and the hash that stays.
    pub erased: Option<(u64, [u8; 32])>,
}

/// Where a ledger is kept.
pub trait Store: Send {
    /// Where it is, for people.
    fn place(&self) -> String;

    /// The newest checkpoint; none in an empty store.
    ///
    /// # Errors
    /// When it cannot be read.
    fn head(&mut self) -> Result<Option<String>, Error>;

    /// The entries from one to before another, in order.
    ///
    /// # Errors
    /// When they cannot be read, or `take` fails. A row that is not as it was written is a damage of its entry; one that is missing
    /// is left out.
    fn rows(
        &mut self,
        from: u64,
        to: u64,
        take: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// The entries from one on that say whose ledger it is and which keys sign it, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    fn signers(&mut self, from: u64) -> Result<Vec<Row>, Error>;

    /// The hashes of leaves from one to before another, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, Error>;

    /// A full tile.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tile(&mut self, level: u8, n: u64) -> Result<Option<Vec<u8>>, Error>;

    /// The document of an entry, encrypted.
    ///
    /// # Errors
    /// When it cannot be read.
    fn document(&mut self, seq: u64) -> Result<Option<Vec<u8>>, Error>;

    /// The key of an entry; none where it was destroyed, or is not kept here.
    ///
    /// # Errors
    /// When it cannot be read.
    fn key(&mut self, seq: u64) -> Result<Option<Key>, Error>;

    /// The checkpoints that are kept beside the newest, by size.
    ///
    /// # Errors
    /// When they cannot be read.
    fn notes(&mut self) -> Result<Vec<(u64, String)>, Error>;

    /// A checkpoint that is kept apart from the log, written after each writing and not waited for: it may be behind or missing. Where
    /// it is ahead, entries were lost. None where the store keeps none.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn apart(&mut self) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// From now on what is read is as it is at this moment, whatever others write; or no longer so. An audit asks for it; a store that
    /// nobody else can write has nothing to do.
    ///
    /// # Errors
    /// When it cannot be read.
    fn hold(&mut self, _still: bool) -> Result<(), Error> {
        Ok(())
    }

    /// What is wrong with the way in which it is kept, if anything is; nothing where the store has no say of its own.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn faults(&mut self) -> Result<Vec<String>, Error>;

    /// Makes itself the only writer, lets `make` read and say what to write, and writes that as a whole. It is safe on disk when
    /// this returns.
    ///
    /// # Errors
    /// When it cannot be written, or `make` fails; nothing is written then.
    fn write(&mut self, make: &mut dyn FnMut(&mut dyn Store) -> Result<Writing, Error>) -> Result<(), Error>;
}

/// The tiles and leaves of a store.
pub struct TilesOf<'a>(pub &'a mut dyn Store);

impl Tiles for TilesOf<'_> {
    fn full(&mut self, level: u8, n: u64) -> Result<Vec<u8>, Error> {
        let missing = || Damage::of_all(format!("tile {level}/{n} is missing")).into();
        self.0.tile(level, n)?.ok_or_else(missing)
    }

    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Error> {
        let hashes = self.0.leaves(from, to)?;
        if hashes.len() as u64 == to - from {
            return Ok(hashes.iter().flat_map(|hash| hash.0).collect());
        }
        Err(Damage::of_all(format!("of the entries {from} to {to} some are missing")).into())
    }
}

/// The columns of an entry in a database, in the order of [`Columns`].
pub(crate) const COLUMNS: &str = "seq, kind, at, author, salt, content, commitment, leaf";

/// An entry as a database gives it: nothing is taken to be as it was written.
pub(crate) struct Columns<'a> {
    pub seq: u64,
    pub kind: Option<&'a str>,
    pub at: Option<i64>,
    pub by: Option<&'a str>,
    pub salt: Option<&'a [u8]>,
    pub content: Option<&'a [u8]>,
    pub commitment: Option<&'a [u8]>,
    pub leaf: Option<&'a [u8]>,
}

impl Columns<'_> {
    /// What is told of a column that cannot be read.
    pub fn odd(seq: u64, column: &str) -> Damage {
        Damage::at(seq, format!("its {column} is not as it was written"))
    }

    /// The entry.
    pub fn row(self) -> Result<Row, Damage> {
        let odd = |column: &str| Columns::odd(self.seq, column);
        let salt: Option<[u8; SALT_BYTES]> =
            self.salt.map(|salt| salt.try_into().map_err(|_| odd("salt"))).transpose()?;
        let kept = match (salt, self.content) {
            (Some(salt), Some(content)) => Kept::Open { salt, content: content.to_vec() },
            (None, Some(content)) => Kept::Sealed(content.to_vec()),
            (None, None) => Kept::Erased,
            (Some(_), None) => return Err(odd("content")),
        };
        let hash = |bytes: &[u8], column: &str| -> Result<[u8; HASH_SIZE], Damage> {
            bytes.try_into().map_err(|_| odd(column))
        };
        Ok(Row {
            seq: self.seq,
            kind: self.kind.ok_or_else(|| odd("kind"))?.to_owned(),
            at: Instant(self.at.ok_or_else(|| odd("time"))?),
            by: self.by.ok_or_else(|| odd("author"))?.to_owned(),
            kept,
            commitment: self.commitment.map(|bytes| hash(bytes, "commitment")).transpose()?,
            leaf: Hash(hash(self.leaf.ok_or_else(|| odd("leaf"))?, "leaf")?),
        })
    }
}

/// A place in the log as databases count.
pub(crate) fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
