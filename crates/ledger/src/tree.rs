//! The Merkle tree over the leaves, in tiles of 256 hashes (RFC 6962 §2.1; C2SP tlog-tiles).
//!
//! Invariant: full tiles are kept and never change; of the tiles that are not full there is one on each level, held here and made
//! anew from what is kept below it.

use std::cell::RefCell;

use tlog_tiles::{EMPTY_HASH, HASH_SIZE, Hash, HashReader, Tile, node_hash};

use crate::error::{Damage, Error};

/// A tile spans so many levels of the tree: it has at most 256 hashes.
pub const TILE_HEIGHT: u8 = 8;
/// The hashes of a full tile.
pub const TILE_HASHES: usize = 1 << TILE_HEIGHT;

/// A tile that is full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Its level, from 0 for the leaves.
    pub level: u8,
    /// Its place on that level.
    pub n: u64,
    /// Its 256 hashes, one after the other.
    pub hashes: Vec<u8>,
}

/// The right edge of the tree: what is needed to let it grow and to tell its root.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: u64,
    edge: Vec<Vec<u8>>,
}

/// Where tiles and leaves are read from.
pub trait Tiles {
    /// A full tile.
    ///
    /// # Errors
    /// When it is missing or cannot be read.
    fn full(&mut self, level: u8, n: u64) -> Result<Vec<u8>, Error>;
    /// The hashes of leaves, one after the other.
    ///
    /// # Errors
    /// When they cannot be read.
    fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Error>;
}

impl Tree {
    /// The tree of the first `size` leaves.
    ///
    /// # Errors
    /// When a tile or leaf is missing.
    pub fn load(size: u64, tiles: &mut dyn Tiles) -> Result<Tree, Error> {
        let mut edge = Vec::new();
        let mut level = 0_u8;
        while size >> (TILE_HEIGHT * level) > 0 {
            let count = size >> (TILE_HEIGHT * level);
            let first = count - count % TILE_HASHES as u64;
            let hashes = if level == 0 {
                tiles.leaves(first, count)?
            } else {
                let mut hashes = Vec::new();
                for n in first..count {
                    hashes.extend_from_slice(&Tile::subtree_hash(&tiles.full(level - 1, n)?).0);
                }
                hashes
            };
            edge.push(hashes);
            level += 1;
        }
        Ok(Tree { size, edge })
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; the tiles that it fills are given to `full`.
    pub fn push(&mut self, leaf: &Hash, full: &mut dyn FnMut(FullTile)) {
        self.size += 1;
        let mut hash = *leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.edge.len() == at {
                self.edge.push(Vec::new());
            }
            self.edge[at].extend_from_slice(&hash.0);
            if self.edge[at].len() < TILE_HASHES * HASH_SIZE {
                return;
            }
            let hashes = std::mem::take(&mut self.edge[at]);
            hash = Tile::subtree_hash(&hashes);
            let n = (self.size >> (TILE_HEIGHT * (level + 1))) - 1;
            full(FullTile { level, n, hashes });
        }
    }

    /// The tiles that are not full: level, place on that level, hashes.
    pub fn edge(&self) -> impl Iterator<Item = (u8, u64, &[u8])> {
        let tiles = (0_u8..).zip(&self.edge).filter(|(_, hashes)| !hashes.is_empty());
        tiles.map(|(level, hashes)| (level, self.size >> (TILE_HEIGHT * (level + 1)), hashes.as_slice()))
    }

    /// The hash of the whole.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for hashes in &self.edge {
            // From the right: the smallest whole subtree first.
            let mut end = hashes.len() / HASH_SIZE;
            for bit in 0..TILE_HEIGHT {
                let width = 1 << bit;
                if end & width != 0 {
                    let left = Tile::subtree_hash(&hashes[(end - width) * HASH_SIZE..end * HASH_SIZE]);
                    root = Some(root.map_or(left, |right| node_hash(left, right)));
                    end -= width;
                }
            }
        }
        root.unwrap_or(EMPTY_HASH)
    }

    /// A proof that the tree of the first `size` leaves holds leaf `n` (RFC 6962 §2.1.1).
    ///
    /// # Errors
    /// When there is no such leaf, or a tile is missing.
    pub fn inclusion(&self, size: u64, n: u64, tiles: &mut dyn Tiles) -> Result<Vec<Hash>, Error> {
        if n >= size || size > self.size {
            return Err(Error::NoEntry { asked: n.max(size.saturating_sub(1)), size: self.size });
        }
        self.reading(tiles, |reader| tlog_tiles::prove_record(size, n, reader))
    }

    /// A proof that the tree of the first `new` leaves begins with that of the first `old` (RFC 6962 §2.1.2).
    ///
    /// # Errors
    /// When there are fewer leaves, or a tile is missing.
    pub fn consistency(&self, old: u64, new: u64, tiles: &mut dyn Tiles) -> Result<Vec<Hash>, Error> {
        if old > new || new > self.size {
            return Err(Error::NoEntry { asked: old.max(new).saturating_sub(1), size: self.size });
        }
        if old == 0 {
            return Ok(Vec::new());
        }
        self.reading(tiles, |reader| tlog_tiles::prove_tree(new, old, reader))
    }

    /// The hash of the tree of the first `size` leaves.
    ///
    /// # Errors
    /// When there are fewer leaves, or a tile is missing.
    pub fn root_at(&self, size: u64, tiles: &mut dyn Tiles) -> Result<Hash, Error> {
        if size > self.size {
            return Err(Error::NoEntry { asked: size - 1, size: self.size });
        }
        if size == self.size {
            return Ok(self.root());
        }
        self.reading(tiles, |reader| tlog_tiles::tree_hash(size, reader))
    }

    fn reading<T>(
        &self,
        tiles: &mut dyn Tiles,
        ask: impl FnOnce(&Reader<'_>) -> Result<T, tlog_tiles::Error>,
    ) -> Result<T, Error> {
        let reader = Reader { tree: self, tiles: RefCell::new(tiles), failed: RefCell::new(None) };
        let answer = ask(&reader);
        match (answer, reader.failed.into_inner()) {
            (_, Some(error)) => Err(error),
            (Ok(answer), None) => Ok(answer),
            (Err(error), None) => Err(Damage::of_all(format!("its tree cannot be followed: {error}")).into()),
        }
    }
}

/// Reads the hashes of inner nodes from tiles.
struct Reader<'a> {
    tree: &'a Tree,
    tiles: RefCell<&'a mut dyn Tiles>,
    failed: RefCell<Option<Error>>,
}

impl HashReader for Reader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let mut hashes = Vec::with_capacity(indexes.len());
        let mut last: Option<(u8, u64, Vec<u8>)> = None;
        for index in indexes {
            let tile = Tile::from_index(TILE_HEIGHT, *index);
            let (level, n) = (tile.level(), tile.level_index());
            if n < self.tree.size >> (TILE_HEIGHT * (level + 1)) {
                if last.as_ref().is_none_or(|(l, m, _)| (*l, *m) != (level, n)) {
                    match self.tiles.borrow_mut().full(level, n) {
                        Ok(hashes) => last = Some((level, n, hashes)),
                        Err(error) => {
                            *self.failed.borrow_mut() = Some(error);
                            return Err(tlog_tiles::Error::InvalidTile);
                        }
                    }
                }
                let data = last.as_ref().map_or(&[][..], |(_, _, hashes)| hashes);
                hashes.push(tile.hash_at_index(data, *index)?);
            } else {
                let edge = self.tree.edge.get(usize::from(level)).map_or(&[][..], Vec::as_slice);
                hashes.push(tile.hash_at_index(edge, *index)?);
            }
        }
        Ok(hashes)
    }
}

#[cfg(test)]
mod tests {
    use tlog_tiles::record_hash;

    use super::*;

    /// Tiles and leaves in memory.
    #[derive(Default)]
    struct Held {
        tiles: std::collections::BTreeMap<(u8, u64), Vec<u8>>,
        leaves: Vec<Hash>,
    }

    impl Tiles for Held {
        fn full(&mut self, level: u8, n: u64) -> Result<Vec<u8>, Error> {
            let missing = || Damage::of_all(format!("tile {level}/{n} is missing")).into();
            self.tiles.get(&(level, n)).cloned().ok_or_else(missing)
        }

        fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Error> {
            let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
            Ok(self.leaves[range].iter().flat_map(|hash| hash.0).collect())
        }
    }

    /// The root by the recursion of RFC 6962, and nothing else.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_HASH,
            [one] => *one,
            more => {
                let half = more.len().next_power_of_two() / 2;
                node_hash(by_definition(&more[..half]), by_definition(&more[half..]))
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_the_rfc_whether_grown_or_loaded() {
        let mut held = Held::default();
        let mut tree = Tree::default();
        let mut roots = vec![tree.root()];
        for n in 0..70_000_u32 {
            let leaf = record_hash(&n.to_be_bytes());
            held.leaves.push(leaf);
            tree.push(&leaf, &mut |tile| {
                held.tiles.insert((tile.level, tile.n), tile.hashes);
            });
            if n % 997 == 0 || n < 600 {
                assert_eq!(tree.root(), by_definition(&held.leaves), "{n}");
                let loaded = Tree::load(u64::from(n) + 1, &mut held).unwrap();
                assert_eq!((loaded.size, &loaded.edge), (tree.size, &tree.edge), "{n}");
                roots.push(tree.root());
            }
        }
        for (old, new, leaf) in
            [(1, 70_000, 0), (256, 65_536, 255), (65_537, 70_000, 65_536), (69_999, 70_000, 3)]
        {
            let (old_root, new_root) =
                (tree.root_at(old, &mut held).unwrap(), tree.root_at(new, &mut held).unwrap());
            assert_eq!(old_root, by_definition(&held.leaves[..usize::try_from(old).unwrap()]));
            let proof = tree.consistency(old, new, &mut held).unwrap();
            assert!(tlog_tiles::check_tree(&proof, new, new_root, old, old_root).is_ok());
            let hash = held.leaves[usize::try_from(leaf).unwrap()];
            let proof = tree.inclusion(new, leaf, &mut held).unwrap();
            assert!(tlog_tiles::check_record(&proof, new, new_root, leaf, hash).is_ok());
            assert!(tlog_tiles::check_record(&proof, new, new_root, leaf, node_hash(hash, hash)).is_err());
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        let mut held = Held::default();
        let mut tree = Tree::default();
        for n in 0..300_u32 {
            let leaf = record_hash(&n.to_be_bytes());
            held.leaves.push(leaf);
            tree.push(&leaf, &mut |_| {});
        }
        assert!(matches!(tree.inclusion(300, 300, &mut held), Err(Error::NoEntry { asked: 300, size: 300 })));
        let lost = tree.inclusion(300, 3, &mut held).unwrap_err().to_string();
        assert!(lost.contains("tile 0/0 is missing"), "{lost}");
    }
}
