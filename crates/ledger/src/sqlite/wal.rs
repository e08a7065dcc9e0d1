//! The log of writes that SQLite keeps beside a file: which pages in it are newer than those of the file.
//!
//! Invariant: what counts is what SQLite would take: frames whose chain of checksums holds, up to the last that ends a writing.
//! Source: sqlite.org/fileformat2, section 4.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, ErrorKind},
    path::Path,
};

const HEADER_BYTES: usize = 32;
const FRAME_BYTES: usize = 24;

/// Where the newest form of a page is, from the beginning of the log.
#[derive(Debug, Default)]
pub(super) struct Newer {
    /// By number of the page.
    pub(super) pages: BTreeMap<u32, u64>,
    /// How many pages the file has with them.
    pub(super) count: Option<u32>,
    /// What tells this log from the one that is written over it.
    pub(super) salt: [u8; 8],
}

/// What is newer in the log of writes; nothing where there is none.
pub(super) fn newer(path: &Path, page_bytes: usize) -> std::io::Result<Newer> {
    let mut newer = Newer::default();
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(newer),
        Err(error) => return Err(error),
    };
    let mut header = [0; HEADER_BYTES];
    if !filled(&mut file, &mut header)? {
        return Ok(newer);
    }
    let big = match u32_at(&header, 0) {
        0x377f_0683 => true,
        0x377f_0682 => false,
        _ => return Ok(newer),
    };
    let mut sum = added((0, 0), &header[..24], big);
    if (u32_at(&header, 24), u32_at(&header, 28)) != sum || u32_at(&header, 8) as usize != page_bytes {
        return Ok(newer);
    }
    newer.salt.copy_from_slice(&header[16..24]);
    let (mut frame, mut page) = ([0; FRAME_BYTES], vec![0; page_bytes]);
    let mut since = Vec::new();
    let mut at = HEADER_BYTES as u64;
    while filled(&mut file, &mut frame)? && filled(&mut file, &mut page)? {
        sum = added(added(sum, &frame[..8], big), &page, big);
        if frame[8..16] != newer.salt || (u32_at(&frame, 16), u32_at(&frame, 20)) != sum {
            break;
        }
        since.push((u32_at(&frame, 0), at + FRAME_BYTES as u64));
        at += (FRAME_BYTES + page_bytes) as u64;
        let count = u32_at(&frame, 4);
        if count > 0 {
            newer.count = Some(count);
            newer.pages.extend(since.drain(..));
        }
    }
    Ok(newer)
}

/// Whether there was as much as was asked for.
fn filled(file: &mut impl std::io::Read, into: &mut [u8]) -> std::io::Result<bool> {
    match file.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_be_bytes(*four))
}

fn added((mut one, mut two): (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    let word = |four: [u8; 4]| if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
    for pair in bytes.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *pair;
        one = one.wrapping_add(word([a, b, c, d])).wrapping_add(two);
        two = two.wrapping_add(word([e, f, g, h])).wrapping_add(one);
    }
    (one, two)
}
