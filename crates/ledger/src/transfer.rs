//! A whole ledger from one store into another, leaf for leaf.
//!
//! Invariant: every entry is held against its leaf and all of them against the signed checkpoint before that checkpoint stands in the
//! new store; until then the new store has the head that it had. A copy that was interrupted goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use tlog_tiles::Hash;

use crate::{
    entry::{Kept, Row},
    error::{Damage, Error},
    keys::{Head, Trust},
    ledger::Erasure,
    reading::in_order,
    store::{Store, Writing},
    tree::Tree,
};

/// So many entries are read and written at a time, or fewer where they are long.
const PORTION: u64 = 16_384;
/// What is held in memory at a time, and one entry with its document more.
const PORTION_BYTES: usize = 16 << 20;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many entries the new store has now.
    pub size: u64,
    /// How many of them were not there before.
    pub new: u64,
    /// How many entries are encrypted and had no key where they came from: they are there, and can be opened by nobody.
    pub unopened: u64,
    /// The checkpoint that vouches for them, a signed note.
    pub checkpoint: String,
}

/// Copies a ledger into a store that is empty, or holds the beginning of the same ledger. `progress` is told how many entries have
/// been gone through, and how many there are. Entries may be recorded in the meantime: those that come too late are left for the
/// next time. What was erased in the meantime is erased in the copy too.
///
/// # Errors
/// When the new store holds anything else, an entry is not what was recorded, or one of the stores cannot be read or written. What
/// has been copied until then is of use the next time.
pub fn copy(
    from: &mut dyn Store,
    to: &mut dyn Store,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Copied, Error> {
    let there = to.head()?;
    let mut copying = Copying { there: there.clone(), ..Copying::default() };
    let (mut note, mut head) = copying.aim(from)?;
    if let Some(there) = &there {
        let held = copying.trust.check(there)?;
        if held.size > head.size {
            return Err(more(to, head.size));
        }
        copying.roots.insert(held.size, held.root);
    }
    if !to.leaves(head.size, head.size + 1)?.is_empty() {
        return Err(more(to, head.size));
    }
    copying.present = present(to, head.size)?;
    let before = copying.present;
    loop {
        copying.go(from, to, head, progress)?;
        // Erased after the checkpoint was made: the entry that says so is copied too.
        if copying.erased.is_subset(&copying.erasures) {
            break;
        }
        let (newer, further) = copying.aim(from)?;
        if further.size == head.size {
            let unsaid = copying.erased.difference(&copying.erasures).next().copied();
            let why = "its content is gone, and no entry says that it was erased".to_owned();
            return Err(Damage { entry: unsaid, why }.into());
        }
        (note, head) = (newer, further);
    }
    copying.forget(to)?;
    let writing = Writing { notes: copying.notes, head: Some(note.clone()), ..Writing::default() };
    put(to, &there, &writing)?;
    Ok(Copied {
        size: head.size,
        new: head.size - before.min(head.size),
        unopened: copying.unopened,
        checkpoint: note,
    })
}

fn more(to: &dyn Store, size: u64) -> Error {
    let place = to.place();
    Error::Refused(format!(
        "{place}: there are more entries than the {size} that were to be copied: nothing was copied"
    ))
}

struct Copying {
    trust: Trust,
    tree: Tree,
    /// What checkpoints say of the tree at their size.
    roots: BTreeMap<u64, Hash>,
    notes: Vec<(u64, String)>,
    /// The head of the new store.
    there: Option<String>,
    /// How many entries the new store has, whether its head vouches for them or not.
    present: u64,
    /// Entries whose content is gone, and those of which an entry says so.
    erased: BTreeSet<u64>,
    erasures: BTreeSet<u64>,
    unopened: u64,
}

impl Default for Copying {
    fn default() -> Copying {
        Copying {
            trust: Trust { origin: String::new(), keys: Vec::new() },
            tree: Tree::default(),
            roots: BTreeMap::new(),
            notes: Vec::new(),
            there: None,
            present: 0,
            erased: BTreeSet::new(),
            erasures: BTreeSet::new(),
            unopened: 0,
        }
    }
}

impl Copying {
    /// The checkpoint to copy up to, its signature checked, and those that are kept beside it.
    fn aim(&mut self, from: &mut dyn Store) -> Result<(String, Head), Error> {
        let note = from.head()?.ok_or_else(|| Error::Missing(from.place()))?;
        self.trust = Trust::chain(&from.signers(0)?)?;
        let head = self.trust.check(&note)?;
        self.roots.insert(head.size, head.root);
        self.notes.clear();
        for (size, kept) in from.notes()? {
            // One that was kept since is of entries that are not copied, or that have been gone through without it.
            let gone_through = size <= self.tree.size() && !self.roots.contains_key(&size);
            if size > head.size || gone_through {
                continue;
            }
            let said = self.trust.check(&kept)?;
            let known = *self.roots.entry(size).or_insert(said.root);
            if (said.size, said.root) != (size, known) {
                let why = format!("two checkpoints of {size} entries vouch for different ones");
                return Err(Damage::of_all(why).into());
            }
            self.notes.push((size, kept));
        }
        Ok((note, head))
    }

    /// Goes through the entries up to a checkpoint, and writes those that are not there yet.
    fn go(
        &mut self,
        from: &mut dyn Store,
        to: &mut dyn Store,
        head: Head,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), Error> {
        while self.tree.size() < head.size {
            let first = self.tree.size();
            let rows = portion(from, first, head.size.min(first + PORTION))?;
            let next = first + rows.len() as u64;
            let there =
                if first < self.present { to.leaves(first, next.min(self.present))? } else { Vec::new() };
            let (mut writing, mut bytes) = (Writing::default(), 0);
            for row in rows {
                let row = self.settled(from, row, &mut writing, &mut bytes)?;
                let mut tiles = Vec::new();
                self.tree.push(&row.leaf, &mut |tile| tiles.push(tile));
                if let Some(root) = self.roots.get(&(row.seq + 1)).filter(|root| **root != self.tree.root()) {
                    let why = format!(
                        "the entries up to here are not those that a checkpoint vouches for ({root})"
                    );
                    return Err(Damage::at(row.seq, why).into());
                }
                match there.get(usize::try_from(row.seq - first).unwrap_or(usize::MAX)) {
                    Some(leaf) if *leaf == row.leaf => {}
                    Some(_) => {
                        let (place, seq) = (to.place(), row.seq);
                        let why = format!(
                            "{place}: entry {seq} is another one there: it holds another ledger, and was left as it is"
                        );
                        return Err(Error::Refused(why));
                    }
                    None => {
                        writing.rows.push(row);
                        writing.tiles.extend(tiles);
                    }
                }
                if bytes > PORTION_BYTES {
                    self.flush(to, &mut writing)?;
                    bytes = 0;
                }
            }
            self.flush(to, &mut writing)?;
            progress(next, head.size);
        }
        Ok(())
    }

    /// An entry with what belongs to it, as it is now: it may have been erased since it was read.
    fn settled(
        &mut self,
        from: &mut dyn Store,
        mut row: Row,
        writing: &mut Writing,
        bytes: &mut usize,
    ) -> Result<Row, Error> {
        let seq = row.seq;
        if matches!(row.kept, Kept::Sealed(_)) {
            let (document, key) = (from.document(seq)?, from.key(seq)?);
            if key.is_none() {
                row = one(from, seq)?;
            }
            if row.kept != Kept::Erased && seq >= self.present {
                *bytes += document.as_ref().map_or(0, Vec::len);
                writing.documents.extend(document.map(|document| (seq, document)));
            }
            match key {
                Some(key) if seq >= self.present => writing.keys.push((seq, key)),
                None if row.kept != Kept::Erased => self.unopened += 1,
                _ => {}
            }
        }
        row.verified()?;
        match &row.kept {
            Kept::Erased => {
                self.erased.insert(seq);
            }
            Kept::Open { content, .. } if row.kind == "erasure" => {
                let erasure: Erasure = serde_json::from_slice(content)
                    .map_err(|_| Damage::at(seq, "it does not say which entry was erased"))?;
                self.erasures.insert(erasure.entry);
            }
            _ => {}
        }
        *bytes += row.kept.parts().1.map_or(0, <[u8]>::len);
        Ok(row)
    }

    fn flush(&mut self, to: &mut dyn Store, writing: &mut Writing) -> Result<(), Error> {
        let writing = std::mem::take(writing);
        let Some(last) = writing.rows.last() else {
            return Ok(());
        };
        let present = last.seq + 1;
        put(to, &self.there, &writing)?;
        self.present = present;
        Ok(())
    }

    /// Destroys in the new store what was erased since it was copied.
    fn forget(&self, to: &mut dyn Store) -> Result<(), Error> {
        for seq in self.erasures.iter().copied().filter(|seq| *seq < self.present) {
            let row = one(to, seq)?;
            if row.kept != Kept::Erased || to.key(seq)?.is_some() || to.document(seq)?.is_some() {
                let writing = Writing { erased: Some((seq, row.commitment()?)), ..Writing::default() };
                put(to, &self.there, &writing)?;
            }
        }
        Ok(())
    }
}

/// Writes, where nobody else has written in the meantime.
fn put(to: &mut dyn Store, there: &Option<String>, writing: &Writing) -> Result<(), Error> {
    to.write(&mut |store| {
        if store.head()? == *there {
            return Ok(writing.clone());
        }
        let place = store.place();
        Err(Error::Refused(format!(
            "{place}: something else was recorded there in the meantime: the copy ends here"
        )))
    })
}

/// How many entries there are, of at most so many: they follow one another.
fn present(store: &mut dyn Store, most: u64) -> Result<u64, Error> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if store.leaves(middle, middle + 1)?.is_empty() {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// Entries from one on, one after the other; fewer than to the other where they are long.
fn portion(store: &mut dyn Store, from: u64, to: u64) -> Result<Vec<Row>, Error> {
    let (mut rows, mut next, mut bytes, mut full) = (Vec::new(), from, 0, false);
    let read = store.rows(from, to, &mut |row| {
        if bytes > PORTION_BYTES {
            full = true;
            // Any error ends the reading.
            return Err(Error::Moved(next));
        }
        in_order(&row, &mut next)?;
        bytes += row.kept.parts().1.map_or(0, <[u8]>::len);
        rows.push(row);
        Ok(())
    });
    if !full {
        read?;
        if next < to {
            return Err(Damage::at(next, "it is missing").into());
        }
    }
    Ok(rows)
}

fn one(store: &mut dyn Store, seq: u64) -> Result<Row, Error> {
    portion(store, seq, seq + 1)?.pop().ok_or_else(|| Damage::at(seq, "it is missing").into())
}
