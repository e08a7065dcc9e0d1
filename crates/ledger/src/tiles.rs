//! The log as files that a plain web server can give out: the checkpoint, tiles of hashes, and the leaves (C2SP tlog-tiles).
//!
//! Invariant: the checkpoint is written last, when all that it vouches for is there and was held against it; what is read is what the
//! checkpoint vouches for, or an error that names the first leaf that is not.
//!
//! The leaves hold salted hashes alone: who reads these files learns when something was recorded and by whom, and not what.

use std::path::Path;

use tlog_tiles::{HASH_SIZE, Tile};

use crate::{
    error::{Damage, Error},
    keys::{Head, Trust},
    reading::in_order,
    store::Store,
    tree::{FullTile, TILE_HASHES, TILE_HEIGHT, Tree},
};

/// The name of the checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Rows are read in portions of so many, so that others are not kept waiting.
const PORTION: u64 = 65_536;
/// The hashes of a full tile.
const FULL: u64 = TILE_HASHES as u64;

/// Takes a file: its name, with slashes, and its bytes.
pub type Put<'a> = dyn FnMut(&str, &[u8]) -> Result<(), Error> + 'a;
/// Gives the bytes of a file; none where there is no such file.
pub type Get<'a> = dyn FnMut(&str) -> Result<Option<Vec<u8>>, Error> + 'a;
/// Takes a leaf: its place, and the leaf.
pub type Take<'a> = dyn FnMut(u64, &[u8]) -> Result<(), Error> + 'a;

/// The name of a tile of hashes: of its level, its place there, and how many hashes it has.
fn hashes_name(level: u8, n: u64, bytes: &[u8]) -> String {
    name(level, n, bytes.len() / HASH_SIZE, false)
}

/// The name of the leaves of a tile.
fn leaves_name(n: u64, count: u64) -> String {
    name(0, n, usize::try_from(count).unwrap_or(TILE_HASHES), true).replacen("/data/", "/entries/", 1)
}

fn name(level: u8, n: u64, width: usize, leaves: bool) -> String {
    let width = u32::try_from(width.clamp(1, TILE_HASHES)).unwrap_or(1);
    // Here every tile is of this height, which is not in its name.
    Tile::new(TILE_HEIGHT, level, n, width, leaves).path().replacen("tile/8/", "tile/", 1)
}

/// Writes the entries that a checkpoint vouches for.
///
/// # Errors
/// When the checkpoint is none of this ledger, an entry is not what was recorded, or `put` fails.
pub fn write(store: &mut dyn Store, note: &str, put: &mut Put<'_>) -> Result<Head, Error> {
    let head = Trust::chain(&store.signers(0)?)?.check(note)?;
    let mut tree = Tree::default();
    let (mut leaves, mut next) = (Vec::new(), 0);
    while next < head.size {
        let to = head.size.min(next + PORTION);
        store.rows(next, to, &mut |row| {
            in_order(&row, &mut next)?;
            let leaf = row.verified()?;
            let length = u16::try_from(leaf.len())
                .map_err(|_| Damage::at(row.seq, "its leaf is longer than a leaf may be"))?;
            leaves.extend_from_slice(&length.to_be_bytes());
            leaves.extend_from_slice(&leaf);
            let mut full = Vec::new();
            tree.push(&row.leaf, &mut |tile| full.push(tile));
            for FullTile { level, n, hashes } in full {
                put(&hashes_name(level, n, &hashes), &hashes)?;
            }
            if next % FULL == 0 {
                put(&leaves_name(row.seq / FULL, FULL), &leaves)?;
                leaves.clear();
            }
            Ok(())
        })?;
        if next < to {
            return Err(Damage::at(next, "it is missing").into());
        }
    }
    if tree.root() != head.root {
        let why =
            "the entries are not those that the checkpoint vouches for: “trucewatch audit” finds the first";
        return Err(Damage::of_all(why).into());
    }
    for (level, n, hashes) in tree.edge() {
        put(&hashes_name(level, n, hashes), hashes)?;
    }
    if !leaves.is_empty() {
        put(&leaves_name(head.size / FULL, head.size % FULL), &leaves)?;
    }
    put(CHECKPOINT, note.as_bytes())?;
    Ok(head)
}

/// Reads such files and holds every one against the checkpoint. What was given to `take` is to be used only when all is well.
///
/// # Errors
/// When something is missing or not what the checkpoint vouches for, or `get` or `take` fails.
pub fn read(trust: &Trust, get: &mut Get<'_>, take: &mut Take<'_>) -> Result<Head, Error> {
    let note = get(CHECKPOINT)?.ok_or_else(|| Damage::of_all("the checkpoint is missing"))?;
    let note = String::from_utf8(note).map_err(|_| Damage::of_all("the checkpoint is no text"))?;
    let head = trust.check(&note)?;
    let mut tree = Tree::default();
    while tree.size() < head.size {
        let first = tree.size();
        let count = FULL.min(head.size - first);
        let name = leaves_name(first / FULL, count);
        let bytes = get(&name)?.ok_or_else(|| Damage::at(first, format!("{name} is missing")))?;
        let mut full = Vec::new();
        let mut rest = &bytes[..];
        for seq in first..first + count {
            let leaf = split_leaf(&mut rest);
            let leaf = leaf.ok_or_else(|| Damage::at(seq, format!("{name} ends before it")))?;
            tree.push(&tlog_tiles::record_hash(leaf), &mut |tile| full.push(tile));
            take(seq, leaf)?;
        }
        if !rest.is_empty() {
            return Err(Damage::at(first + count - 1, format!("{name} goes on after it")).into());
        }
        for FullTile { level, n, hashes } in &full {
            same(get, *level, *n, hashes)?;
        }
    }
    for (level, n, hashes) in tree.edge() {
        same(get, level, n, hashes)?;
    }
    if tree.root() == head.root {
        Ok(head)
    } else {
        Err(Damage::of_all("the leaves and tiles agree, and are not those that the checkpoint vouches for")
            .into())
    }
}

fn split_leaf<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let (leaf, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *rest = after;
    Some(leaf)
}

/// Whether a tile is the one that the leaves make.
fn same(get: &mut Get<'_>, level: u8, n: u64, made: &[u8]) -> Result<(), Error> {
    let name = hashes_name(level, n, made);
    // The first leaf under a hash of the tile.
    let leaf = |index: u64| (n * FULL + index) << (TILE_HEIGHT * level);
    let found = get(&name)?.ok_or_else(|| Damage::at(leaf(0), format!("{name} is missing")))?;
    if found == made {
        return Ok(());
    }
    let hashes = || made.chunks(HASH_SIZE).zip(found.chunks(HASH_SIZE));
    let index = hashes().position(|(made, found)| made != found).unwrap_or_default() as u64;
    Err(Damage::at(leaf(index), format!("{name} does not hold the hash of its leaf")).into())
}

/// What puts files into a folder. Who reads the folder meanwhile never finds half a file.
pub fn into_folder(folder: &Path) -> impl FnMut(&str, &[u8]) -> Result<(), Error> {
    let folder = folder.to_path_buf();
    move |name, bytes| {
        let path = folder.join(name);
        let told = |error: std::io::Error| fault(&path, &error);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(told)?;
        }
        let made = path.with_extension("new");
        std::fs::write(&made, bytes).and_then(|()| std::fs::rename(&made, &path)).map_err(told)
    }
}

/// What gets files from a folder.
pub fn from_folder(folder: &Path) -> impl FnMut(&str) -> Result<Option<Vec<u8>>, Error> {
    let folder = folder.to_path_buf();
    move |name| {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(&path, &error)),
        }
    }
}

fn fault(path: &Path, error: &std::io::Error) -> Error {
    let place = path.display().to_string();
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::Full(place),
        _ => Error::Store { place, why: error.to_string() },
    }
}
