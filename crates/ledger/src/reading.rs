//! Reading a ledger: entries, documents, leaves and proofs.
//!
//! Invariant: what is read is what was recorded, or an error that names the first entry that is not.

use tlog_tiles::Hash;

use crate::{
    entry::{self, Entry, Kept, Kind, Row, SALT_BYTES},
    error::{Damage, Error},
    ledger::{Bare, Ledger},
    seal,
    store::TilesOf,
    tree::{FullTile, Tree},
};

/// Rows are read in portions of so many, so that others are not kept waiting.
pub(crate) const PORTION: u64 = 65_536;

impl Ledger {
    /// The first `size` entries, in order, each held against its leaf and all of them against the checkpoint.
    ///
    /// # Errors
    /// When there are fewer, one of them is not what was recorded, or `take` fails. What was given to `take` is to be used only
    /// when all is well.
    pub fn read(&self, size: u64, take: &mut dyn FnMut(Entry) -> Result<(), Error>) -> Result<(), Error> {
        self.each(size, |row, _, key| take(opened(row, key)?))
    }

    /// The first `size` entries as [`Ledger::read`] gives them, each with its leaf and the salt that the hash in it was made with.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_bare(&self, size: u64, take: &mut dyn FnMut(Bare) -> Result<(), Error>) -> Result<(), Error> {
        self.each(size, |row, leaf, key| {
            let salt = salt(&row, key)?;
            take(Bare { leaf, salt, entry: opened(row, key)? })
        })
    }

    fn each(
        &self,
        size: u64,
        mut take: impl FnMut(Row, Vec<u8>, Option<&seal::Key>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut inner = self.inner();
        let state = inner.current()?.clone();
        if size > state.head.size {
            return Err(Error::NoEntry { asked: size.saturating_sub(1), size: state.head.size });
        }
        let mut tree = Tree::default();
        let mut from = 0;
        while from < size {
            let to = size.min(from + PORTION);
            let mut waiting = Vec::new();
            let mut next = from;
            inner.store.rows(from, to, &mut |row| {
                in_order(&row, &mut next)?;
                let leaf = row.verified()?;
                tree.push(&row.leaf, &mut |_: FullTile| {});
                // Its key is asked for when the store is free again; what follows waits for it.
                if matches!(row.kept, Kept::Sealed(_)) || !waiting.is_empty() {
                    waiting.push((row, leaf));
                    return Ok(());
                }
                take(row, leaf, None)
            })?;
            if next < to {
                return Err(Damage::at(next, "it is missing").into());
            }
            for (row, leaf) in waiting {
                let key = inner.key_of(&row)?;
                take(row, leaf, key.as_ref())?;
            }
            from = to;
        }
        let mut tiles = TilesOf(&mut *inner.store);
        if tree.root() == state.tree.root_at(size, &mut tiles)? {
            return Ok(());
        }
        let why =
            "the entries are not those that its checkpoint vouches for: “trucewatch audit” finds the first";
        Err(Damage::of_all(why).into())
    }

    /// One entry, held against its leaf.
    ///
    /// # Errors
    /// When there is none, or it is not what was recorded.
    pub fn entry(&self, seq: u64) -> Result<Entry, Error> {
        let mut inner = self.inner();
        let row = inner.row(seq)?;
        row.verified()?;
        let key = inner.key_of(&row)?;
        Ok(opened(row, key.as_ref())?)
    }

    /// The leaf of an entry and, where its content is here, the salt that the hash in the leaf was made with.
    ///
    /// # Errors
    /// When there is none, or it is not what was recorded.
    pub fn leaf(&self, seq: u64) -> Result<(Vec<u8>, Option<[u8; SALT_BYTES]>), Error> {
        let mut inner = self.inner();
        let row = inner.row(seq)?;
        let leaf = row.verified()?;
        let key = inner.key_of(&row)?;
        Ok((leaf, salt(&row, key.as_ref())?))
    }

    /// The document that belongs to an entry; none where it has none, or it was erased.
    ///
    /// # Errors
    /// When it is not what was recorded.
    pub fn document(&self, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        let mut inner = self.inner();
        let (text, key) = (inner.store.document(seq)?, inner.store.key(seq)?);
        match (text, key) {
            (Some(text), Some(key)) => Ok(Some(seal::open_document(&key, &text, seq)?)),
            _ => Ok(None),
        }
    }

    /// A proof that the first `size` entries hold entry `n`.
    ///
    /// # Errors
    /// When there are fewer, or a tile is missing.
    pub fn inclusion(&self, size: u64, n: u64) -> Result<Vec<Hash>, Error> {
        let mut inner = self.inner();
        let tree = inner.current()?.tree.clone();
        tree.inclusion(size, n, &mut TilesOf(&mut *inner.store))
    }

    /// A proof that the first `new` entries begin with the first `old`.
    ///
    /// # Errors
    /// When there are fewer, or a tile is missing.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, Error> {
        let mut inner = self.inner();
        let tree = inner.current()?.tree.clone();
        tree.consistency(old, new, &mut TilesOf(&mut *inner.store))
    }

    /// The root of the first `size` entries.
    ///
    /// # Errors
    /// When there are fewer, or a tile is missing.
    pub fn root_at(&self, size: u64) -> Result<Hash, Error> {
        let mut inner = self.inner();
        let tree = inner.current()?.tree.clone();
        tree.root_at(size, &mut TilesOf(&mut *inner.store))
    }
}

/// Whether a row is the next one.
pub(crate) fn in_order(row: &Row, next: &mut u64) -> Result<(), Damage> {
    if row.seq != *next {
        return Err(Damage::at(*next, "it is missing"));
    }
    *next += 1;
    Ok(())
}

/// An entry as it is read.
pub(crate) fn opened(row: Row, key: Option<&seal::Key>) -> Result<Entry, Damage> {
    let seq = row.seq;
    let kind = Kind::named(&row.kind)
        .ok_or_else(|| Damage::at(seq, format!("it is of a kind that is not known here: “{}”", row.kind)))?;
    let content = match (row.kept, key) {
        (Kept::Open { content, .. }, _) => Some(content),
        (Kept::Sealed(text), Some(key)) => {
            let (salt, content) = seal::open_content(key, &text, seq)?;
            if Some(entry::commitment(&salt, &content)) != row.commitment {
                return Err(Damage::at(seq, "its encrypted content is not what was recorded"));
            }
            Some(content)
        }
        (Kept::Sealed(_) | Kept::Erased, _) => None,
    };
    Ok(Entry { seq, kind, at: row.at, by: row.by, content })
}

/// The salt that the hash in its leaf was made with.
fn salt(row: &Row, key: Option<&seal::Key>) -> Result<Option<[u8; SALT_BYTES]>, Damage> {
    match (&row.kept, key) {
        (Kept::Open { salt, .. }, _) => Ok(Some(*salt)),
        (Kept::Sealed(text), Some(key)) => Ok(Some(seal::open_content(key, text, row.seq)?.0)),
        _ => Ok(None),
    }
}
