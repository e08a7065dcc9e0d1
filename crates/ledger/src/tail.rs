//! A ledger read on from where it was read before, as by those who follow it.
//!
//! Invariant: what has been read, in however many portions, is what a signed checkpoint vouches for, from the first entry on.

use crate::{
    entry::{Entry, Kept},
    error::{Damage, Error},
    keys::{Head, Trust},
    reading::{in_order, opened},
    store::{Store, TilesOf},
    tree::Tree,
};

/// Rows are read in portions of so many.
const PORTION: u64 = 16_384;

/// Where in a ledger somebody reads.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    tree: Tree,
}

impl Tail {
    /// How many entries have been read.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Reads on until the first `size` entries have been read. What was given to `take` is to be used only when all is well; where it is
    /// not, this is over, and another one begins.
    ///
    /// # Errors
    /// When there are fewer, one of them is not what was recorded, or `take` fails.
    pub fn read_to(
        &mut self,
        store: &mut dyn Store,
        size: u64,
        take: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if size <= self.size() {
            return Ok(());
        }
        let (head, whole) = head(store)?;
        if size > head.size {
            return Err(Error::NoEntry { asked: size - 1, size: head.size });
        }
        while self.size() < size {
            let (mut next, to) = (self.size(), size.min(self.size() + PORTION));
            let mut rows = Vec::new();
            store.rows(next, to, &mut |row| {
                in_order(&row, &mut next)?;
                row.verified()?;
                rows.push(row);
                Ok(())
            })?;
            if next < to {
                return Err(Damage::at(next, "it is missing").into());
            }
            for row in rows {
                self.tree.push(&row.leaf, &mut |_| {});
                let key = if matches!(row.kept, Kept::Sealed(_)) { store.key(row.seq)? } else { None };
                take(opened(row, key.as_ref())?)?;
            }
        }
        if self.tree.root() == whole.root_at(size, &mut TilesOf(store))? {
            return Ok(());
        }
        let why =
            "the entries are not those that its checkpoint vouches for: “trucewatch audit” finds the first";
        Err(Damage::of_all(why).into())
    }
}

/// The newest checkpoint, its signature checked, and the tree that it vouches for.
fn head(store: &mut dyn Store) -> Result<(Head, Tree), Error> {
    let note = store.head()?.ok_or_else(|| Error::Missing(store.place()))?;
    let head = Trust::chain(&store.signers(0)?)?.check(&note)?;
    let tree = Tree::load(head.size, &mut TilesOf(store))?;
    if tree.root() == head.root {
        return Ok((head, tree));
    }
    Err(Damage::of_all("its tree is not the one that its checkpoint vouches for").into())
}
