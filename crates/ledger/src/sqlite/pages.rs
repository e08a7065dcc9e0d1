//! The pages of an SQLite file, looked at byte by byte: what holds nothing must be zero.
//!
//! Invariant: every byte of a sound file either means something, and the audit or SQLite's own check reads it, or is zero; the few
//! that may be anything are counted. Source: sqlite.org/fileformat2, sections 1 and 2.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Error, ErrorKind, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::Path,
};

use super::wal::{Newer, newer, u32_at};

/// The size of a page, as SQLite chooses it.
const PAGE_BYTES: usize = 4096;
const FILE_HEADER_BYTES: usize = 100;
/// Pages of a tree lie no deeper in any file that can be.
const DEPTH_MAX: u8 = 30;
/// So many faults are told.
const FAULTS_MAX: usize = 20;
/// SQLite leaves up to so many bytes that are too few to be used again.
const FRAGMENT_BYTES_MAX: usize = 3;
/// Every version of SQLite that these files were written with.
const VERSIONS: std::ops::Range<u32> = 3_040_000..4_000_000;

/// A tree of pages.
pub(super) struct Root {
    pub(super) name: String,
    pub(super) page: u32,
    /// Whether rows are only ever added at its end, so that SQLite never moves one.
    pub(super) grows_at_end: bool,
}

/// What the header of a sound file says.
pub(super) struct Header {
    pub(super) cookie: u32,
    pub(super) format: u32,
    pub(super) application: u32,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) faults: Vec<String>,
    /// How many bytes may be anything.
    pub(super) free: u64,
}

struct Walk {
    file: File,
    log: Option<File>,
    newer: Newer,
    count: u32,
    seen: BTreeSet<u32>,
    found: Found,
}

/// Looks at every page of a file that SQLite's own check finds sound; nobody may write it meanwhile.
pub(super) fn walk(path: &Path, log: &Path, roots: &[Root], header: &Header) -> std::io::Result<Found> {
    let mut file = File::open(path)?;
    let newer = newer(log, PAGE_BYTES)?;
    let length = file.seek(SeekFrom::End(0))?;
    let log = if newer.pages.is_empty() { None } else { Some(File::open(log)?) };
    let whole = u32::try_from(length / PAGE_BYTES as u64).unwrap_or(u32::MAX);
    let count = newer.count.unwrap_or(whole);
    let no_log = newer.count.is_none();
    let mut walk = Walk { file, log, newer, count, seen: BTreeSet::new(), found: Found::default() };
    if no_log && length % PAGE_BYTES as u64 != 0 {
        walk.fault(format!("its length of {length} bytes is not one of whole pages"));
    }
    walk.header(header)?;
    for root in roots {
        walk.tree(root, root.page, 0, false)?;
    }
    walk.unused()?;
    for page in 1..=walk.count {
        if !walk.seen.contains(&page) {
            walk.fault(format!("page {page}: nothing leads to it"));
        }
    }
    Ok(walk.found)
}

/// The salts of a log of writes: another one means that it was begun anew.
pub(super) fn salt(log: &Path) -> std::io::Result<[u8; 8]> {
    newer(log, PAGE_BYTES).map(|newer| newer.salt)
}

impl Walk {
    fn fault(&mut self, why: String) {
        if self.found.faults.len() < FAULTS_MAX {
            self.found.faults.push(why);
        }
    }

    fn page(&mut self, number: u32) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; PAGE_BYTES];
        if number == 0 || number > self.count {
            let why = format!("page {number} is named, and there are {}", self.count);
            return Err(Error::new(ErrorKind::InvalidData, why));
        }
        self.seen.insert(number);
        let in_file = u64::from(number - 1) * PAGE_BYTES as u64;
        let (file, at) = match (self.newer.pages.get(&number), &mut self.log) {
            (Some(at), Some(log)) => (log, *at),
            _ => (&mut self.file, in_file),
        };
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn header(&mut self, wanted: &Header) -> std::io::Result<()> {
        let page = self.page(1)?;
        let number = |at| u32_at(&page, at);
        let mut checks = vec![
            ("its first words", page.starts_with(b"SQLite format 3\0")),
            ("the size of a page", page[16..18] == [16, 0]),
            ("how it is written", page[18] == page[19] && matches!(page[18], 1 | 2)),
            ("the room left on a page", page[20..24] == [0, 64, 32, 32]),
            ("its count of changes", number(24) == number(92)),
            // A file that SQLite has made anew is a change further.
            ("the version of its tables", (wanted.cookie..wanted.cookie + 4096).contains(&number(40))),
            ("the format of its tables", number(44) == 4),
            ("its format", number(60) == wanted.format),
            ("whose file it is", number(68) == wanted.application),
            ("how it writes letters", number(56) == 1),
            ("which SQLite wrote it", VERSIONS.contains(&number(96))),
            ("how many pages it has", number(28) == self.count),
        ];
        let nothing = [48..52, 52..56, 64..68, 72..92];
        checks.extend(nothing.map(|range| ("what holds nothing", page[range].iter().all(|byte| *byte == 0))));
        for (what, sound) in checks {
            if !sound {
                self.fault(format!("page 1: in the head of the file {what} is not as it was written"));
            }
        }
        self.found.free += 8;
        Ok(())
    }

    /// Looks at a page of a tree and all below it; says the last row, where rows have numbers.
    fn tree(
        &mut self,
        root: &Root,
        number: u32,
        depth: u8,
        first_below: bool,
    ) -> std::io::Result<Option<i64>> {
        let odd = |what: &str| {
            let why = format!("page {number} (of “{}”): {what}", root.name);
            Error::new(ErrorKind::InvalidData, why)
        };
        if self.seen.contains(&number) && number != 1 || depth > DEPTH_MAX {
            return Err(odd("it is named twice"));
        }
        let page = self.page(number)?;
        let start = if number == 1 { FILE_HEADER_BYTES } else { 0 };
        let (inner, rows) = match page[start] {
            2 => (true, false),
            5 => (true, true),
            10 => (false, false),
            13 => (false, true),
            _ => return Err(odd("it is no page of a tree")),
        };
        let short =
            |at: usize| page.get(at..at + 2).map_or(0, |two| usize::from(two[0]) << 8 | usize::from(two[1]));
        let cells = short(start + 3);
        let pointers = start + if inner { 12 } else { 8 };
        let gap = pointers + 2 * cells;
        let mut used: Vec<(usize, usize)> = Vec::with_capacity(cells + 2);
        let mut last = None;
        for cell in 0..cells {
            let at = short(pointers + 2 * cell);
            let (bytes, key, below, long) =
                measured(&page, at, inner, rows).ok_or_else(|| odd("a cell does not end"))?;
            used.push((at, (at + bytes.max(4)).min(PAGE_BYTES)));
            let end = match below {
                Some(below) => self.tree(root, below, depth + 1, cell == 0 && (depth == 0 || first_below))?,
                None => key,
            };
            if inner && rows && root.grows_at_end && end != key {
                self.fault(format!(
                    "page {number} (of “{}”): it parts its rows at {}, and not after {}",
                    root.name,
                    key.unwrap_or_default(),
                    end.unwrap_or_default()
                ));
            }
            last = key;
            if let Some((first, left)) = long {
                self.overflow(root, first, left)?;
            }
        }
        if inner {
            last = self.tree(root, u32_at(&page, start + 8), depth + 1, false)?;
        }
        let mut block = short(start + 1);
        while block != 0 {
            let bytes = short(block + 2);
            self.empty(root, number, &page, block + 4..block + bytes, root.grows_at_end)?;
            used.push((block, (block + bytes).min(PAGE_BYTES)));
            let next = short(block);
            if next != 0 && next <= block {
                return Err(odd("its free blocks go round"));
            }
            block = next;
        }
        used.sort_unstable();
        let content = match short(start + 5) {
            0 => 65_536,
            content => content,
        };
        let first = used.first().map_or(PAGE_BYTES, |(from, _)| *from);
        if content > first || first - content > FRAGMENT_BYTES_MAX || gap > content {
            self.fault(format!(
                "page {number} (of “{}”): its content begins elsewhere than it says",
                root.name
            ));
        }
        // SQLite leaves old places of cells behind on inner pages below the root, and old cells where it has moved rows. Where a root
        // became too full, it copied that to a page of which it did not remove the names of free pages.
        let names = |at: usize| (2..=self.count).contains(&u32_at(&page, at & !3));
        let named = first_below && (gap..first).all(|at| page[at] == 0 || names(at));
        self.empty(root, number, &page, gap..first, root.grows_at_end && (!inner || depth == 0) && !named)?;
        let mut end = first;
        for (from, to) in used {
            self.empty(root, number, &page, end..from, from.saturating_sub(end) > FRAGMENT_BYTES_MAX)?;
            end = to;
        }
        self.empty(root, number, &page, end..PAGE_BYTES, PAGE_BYTES - end > FRAGMENT_BYTES_MAX)?;
        Ok(last)
    }

    /// Bytes that hold nothing: zero, where they must be.
    fn empty(
        &mut self,
        root: &Root,
        number: u32,
        page: &[u8],
        range: Range<usize>,
        must: bool,
    ) -> std::io::Result<()> {
        let name = &root.name;
        let Some(bytes) = page.get(range.clone()) else {
            let why = format!("page {number} (of “{name}”): its parts lie on each other, or outside");
            return Err(Error::new(ErrorKind::InvalidData, why));
        };
        if !must {
            self.found.free += bytes.len() as u64;
        } else if let Some(at) = bytes.iter().position(|byte| *byte != 0) {
            let at = range.start + at;
            self.fault(format!(
                "page {number} (of “{name}”): something stands at its byte {at}, where nothing was written"
            ));
        }
        Ok(())
    }

    /// The pages on which a long row goes on.
    fn overflow(&mut self, root: &Root, first: u32, mut left: usize) -> std::io::Result<()> {
        let mut next = first;
        while left > 0 {
            if self.seen.contains(&next) {
                let why = format!("page {next} (of “{}”): it is named twice", root.name);
                return Err(Error::new(ErrorKind::InvalidData, why));
            }
            let page = self.page(next)?;
            let here = left.min(PAGE_BYTES - 4);
            self.empty(root, next, &page, 4 + here..PAGE_BYTES, true)?;
            left -= here;
            let number = next;
            next = u32_at(&page, 0);
            if left == 0 && next != 0 {
                self.fault(format!("page {number} (of “{}”): it goes on, and its row does not", root.name));
            }
        }
        Ok(())
    }

    /// Pages that are in no tree, kept to be used again.
    fn unused(&mut self) -> std::io::Result<()> {
        let first = self.page(1)?;
        let mut trunk = u32_at(&first, 32);
        let none = Root { name: "no table".to_owned(), page: 0, grows_at_end: true };
        while trunk != 0 {
            if self.seen.contains(&trunk) {
                return Err(Error::new(ErrorKind::InvalidData, format!("page {trunk}: it is named twice")));
            }
            let page = self.page(trunk)?;
            let count = (u32_at(&page, 4) as usize).min(PAGE_BYTES / 4 - 2);
            for leaf in 0..count {
                let number = u32_at(&page, 8 + 4 * leaf);
                let bytes = self.page(number)?;
                self.empty(&none, number, &bytes, 0..PAGE_BYTES, true)?;
            }
            // SQLite leaves behind the names of pages that it took from here.
            self.found.free += (PAGE_BYTES - 8 - 4 * count) as u64;
            trunk = u32_at(&page, 0);
        }
        Ok(())
    }
}

/// A cell: its bytes on the page, the number of its row, the page below it, and where it goes on with how many bytes.
type Cell = (usize, Option<i64>, Option<u32>, Option<(u32, usize)>);

fn measured(page: &[u8], at: usize, inner: bool, rows: bool) -> Option<Cell> {
    let mut next = at;
    let below = if inner {
        next += 4;
        Some(u32_at(page.get(..next)?, at))
    } else {
        None
    };
    if inner && rows {
        let key = varint(page, &mut next)?;
        return Some((next - at, Some(key), below, None));
    }
    let bytes = usize::try_from(varint(page, &mut next)?).ok()?;
    let key = if rows { Some(varint(page, &mut next)?) } else { None };
    let most = if rows { PAGE_BYTES - 35 } else { (PAGE_BYTES - 12) * 64 / 255 - 23 };
    if bytes <= most {
        return Some((next + bytes - at, key, below, None));
    }
    let least = (PAGE_BYTES - 12) * 32 / 255 - 23;
    let spread = least + (bytes - least) % (PAGE_BYTES - 4);
    let here = if spread <= most { spread } else { least };
    let more = page.get(next + here..next + here + 4)?;
    Some((next + here + 4 - at, key, below, Some((u32_at(more, 0), bytes - here))))
}

fn varint(page: &[u8], at: &mut usize) -> Option<i64> {
    let mut value = 0_u64;
    for place in 0..9 {
        let byte = *page.get(*at)?;
        *at += 1;
        if place == 8 {
            return Some((value << 8 | u64::from(byte)).cast_signed());
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some(value.cast_signed());
        }
    }
    None
}
