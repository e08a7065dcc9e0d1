//! Rows of a plain event table in bulk: the same rows as [`crate::table`] reads, without a claim made of each.
//!
//! Invariant: whatever is not plainly a row (a quotation mark, a wrong number of cells, an odd instant, a revision) is read by
//! [`crate::table`], so that both read the same claims and reject the same lines for the same reasons.

use std::{collections::BTreeMap, hash::BuildHasher as _};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use model::{Amount, Id, Instant, answer::Rejected, claim::Claim};

use crate::{
    fields::Fault,
    lines::{LINE_LIMIT_BYTES, too_long},
    table::{self, cells, columns},
};

/// A row with more cells than this is read one by one.
const CELLS_MAX: usize = 24;
/// A row has some so many bytes.
const LINE_BYTES: usize = 56;
/// Whole numbers of so many digits are no amount too great.
const DIGITS_MAX: usize = 11;

/// What rows have in common that differ in time, amount, reference and identifier alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The act.
    pub act: Id,
    /// What it is done to.
    pub item: Option<Id>,
    /// The doer.
    pub by: Option<Id>,
    /// The receiver.
    pub to: Option<Id>,
    /// Where.
    pub zone: Option<Id>,
    /// Who speaks.
    pub source: Id,
}

/// A word in the text of its batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    start: u32,
    length: u32,
    hash: u64,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it happened.
    pub time: Instant,
    /// From when it was known.
    pub known: Instant,
    /// How much; an empty cell is one unit.
    pub amount: Amount,
    /// Its place among the shapes of its batch.
    pub shape: u32,
    /// Its line in the file, from 1.
    pub line: u32,
    /// What ties it to other rows; an empty word where nothing does.
    pub reference: Word,
}

/// The rows of some lines.
#[derive(Debug, Default)]
pub struct Batch {
    /// What rows have in common.
    pub shapes: Vec<Shape>,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
    /// Their identifiers, empty words where they have none; no words at all where the table has no such column.
    pub ids: Vec<Word>,
    /// Rows that revise or retract others.
    pub claims: Vec<Claim>,
    /// Lines that were not read.
    pub rejected: Vec<Rejected>,
    /// Lines that are not blank.
    pub lines: usize,
    text: Vec<u8>,
}

impl Batch {
    /// The bytes of a word and its hash, if it is not empty; they are UTF-8.
    #[must_use]
    pub fn word(&self, word: Word) -> Option<(&[u8], u64)> {
        (word.length > 0).then(|| (self.bytes(word), word.hash))
    }

    fn bytes(&self, word: Word) -> &[u8] {
        &self.text[word.start as usize..(word.start + word.length) as usize]
    }

    fn keep(&mut self, bytes: &[u8]) -> Word {
        if bytes.is_empty() {
            return Word::default();
        }
        let word = Word {
            start: u32::try_from(self.text.len()).unwrap_or(u32::MAX),
            length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            hash: hash(bytes),
        };
        self.text.extend_from_slice(bytes);
        word
    }
}

/// The hash by which words are found; the same on every machine, and nothing is ever ordered by it.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(bytes)
}

/// A table whose header has been read.
#[derive(Clone, Debug)]
pub struct Table {
    file: String,
    columns: Vec<String>,
    places: Places,
}

/// Where the columns are.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    time: usize,
    known: Option<usize>,
    act: usize,
    item: Option<usize>,
    by: Option<usize>,
    to: Option<usize>,
    zone: Option<usize>,
    amount: Option<usize>,
    reference: Option<usize>,
    source: usize,
    id: Option<usize>,
    revises: Option<usize>,
    retracts: Option<usize>,
    /// The first and the last of the columns that make the shape, the source apart, where they stand side by side.
    side_by_side: Option<(usize, usize)>,
}

impl Table {
    /// A table by its first line.
    ///
    /// # Errors
    /// When the header cannot be used: nothing of the table is read.
    pub fn new(file: &str, header: &[u8]) -> Result<Table, Rejected> {
        let header = header.strip_prefix("\u{feff}".as_bytes()).unwrap_or(header);
        let mut parser = csv_core::Reader::new();
        let read = cells(&mut parser, trimmed_end(header)).and_then(columns);
        let columns = read.map_err(|fault| fault.at(file, 1))?;
        let place = |name: &str| columns.iter().position(|column| column == name);
        let required = |name: &str| place(name).unwrap_or_default();
        let places = Places {
            time: required("time"),
            known: place("known_at"),
            act: required("act"),
            item: place("item"),
            by: place("by"),
            to: place("to"),
            zone: place("zone"),
            amount: place("amount"),
            reference: place("ref"),
            source: required("source"),
            id: place("id"),
            revises: place("revises"),
            retracts: place("retracts"),
            side_by_side: side_by_side(&columns),
        };
        Ok(Table { file: file.to_owned(), columns, places })
    }

    /// The rows of whole lines, of which the first has this number.
    #[must_use]
    pub fn read(&self, block: &[u8], first_line: usize) -> Batch {
        let mut reading = Reading {
            table: self,
            batch: Batch {
                rows: Vec::with_capacity(block.len() / LINE_BYTES),
                text: Vec::with_capacity(block.len() / LINE_BYTES * 8),
                ..Batch::default()
            },
            known: HashTable::new(),
            keys: Vec::new(),
            key: Vec::new(),
            day: Day::default(),
            recent: Vec::new(),
            parser: csv_core::Reader::new(),
        };
        let mut line = first_line;
        let mut rest = block;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            reading.line(trimmed_end(&rest[..end]), line);
            rest = rest.get(end + 1..).unwrap_or_default();
            line += 1;
        }
        reading.batch
    }
}

/// The first and the last of the columns from `act` to `zone`, where no other stands between them.
fn side_by_side(columns: &[String]) -> Option<(usize, usize)> {
    let mut places: Vec<usize> = ["act", "item", "by", "to", "zone"]
        .iter()
        .filter_map(|name| columns.iter().position(|column| column == name))
        .collect();
    places.sort_unstable();
    let (first, last) = (*places.first()?, *places.last()?);
    (last - first + 1 == places.len()).then_some((first, last))
}

fn trimmed_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Some lines while they are read.
struct Reading<'t> {
    table: &'t Table,
    batch: Batch,
    /// Shapes by the hash of their cells.
    known: HashTable<u32>,
    keys: Vec<Vec<u8>>,
    key: Vec<u8>,
    day: Day,
    /// Shapes met lately, by their cells as they are written: most rows are of one of few.
    recent: Vec<Recent>,
    parser: csv_core::Reader,
}

/// The cells of a shape as they are written in a row, and the shape.
struct Recent {
    cells: Vec<u8>,
    source: Vec<u8>,
    shape: u32,
}

/// So many shapes are looked through before they are looked up.
const RECENT_MAX: usize = 8;

type Cells<'l> = [&'l [u8]; CELLS_MAX];

impl Reading<'_> {
    fn line(&mut self, line: &[u8], number: usize) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        self.batch.lines += 1;
        if line.len() > LINE_LIMIT_BYTES {
            let fault = Fault::new("", too_long(line.len() as u64));
            self.batch.rejected.push(fault.at(&self.table.file, number));
            return;
        }
        let mut all: Cells<'_> = [&[]; CELLS_MAX];
        if split(line, &mut all) != Some(self.table.columns.len()) || self.plain(line, &all, number).is_none()
        {
            self.slow(line, number);
        }
    }

    /// A row that is plainly one; nothing is kept of any other.
    fn plain(&mut self, line: &[u8], all: &Cells<'_>, number: usize) -> Option<()> {
        let places = self.table.places;
        let cell = |place: Option<usize>| place.map_or(&[][..], |place| all[place].trim_ascii());
        if !cell(places.revises).is_empty() || !cell(places.retracts).is_empty() {
            return None;
        }
        let time = self.day.instant(cell(Some(places.time)))?;
        let known = match cell(places.known) {
            [] => time,
            text => self.day.instant(text)?,
        };
        let amount = whole(cell(places.amount))?;
        let shape = self.shape_of(line, all)?;
        let (reference, id) = (cell(places.reference), cell(places.id));
        let ascii = reference.is_ascii() && id.is_ascii();
        if !ascii && (std::str::from_utf8(reference).is_err() || std::str::from_utf8(id).is_err()) {
            return None;
        }
        self.push(
            Row { time, known, amount, shape, line: 0, reference: Word::default() },
            reference,
            id,
            number,
        );
        Some(())
    }

    fn push(&mut self, row: Row, reference: &[u8], id: &[u8], number: usize) {
        let reference = self.batch.keep(reference);
        if self.table.places.id.is_some() {
            let id = self.batch.keep(id);
            self.batch.ids.push(id);
        }
        let line = u32::try_from(number).unwrap_or(u32::MAX);
        self.batch.rows.push(Row { line, reference, ..row });
    }

    fn shape(&mut self, cells: [&[u8]; 6]) -> Option<u32> {
        self.key.clear();
        for cell in cells {
            self.key.extend_from_slice(cell);
            self.key.push(0);
        }
        let (hashed, keys) = (hash(&self.key), &self.keys);
        let found = self.known.find(hashed, |shape| keys[*shape as usize] == self.key).copied();
        let shape = match found {
            Some(shape) => shape,
            None => self.new_shape(cells, hashed)?,
        };
        Some(shape)
    }

    /// The shape of a row: found by its cells as they stand, where it is one of those met lately.
    fn shape_of(&mut self, line: &[u8], all: &Cells<'_>) -> Option<u32> {
        let places = self.table.places;
        let written = places.side_by_side.and_then(|(first, last)| {
            let start = all[first].as_ptr().addr() - line.as_ptr().addr();
            line.get(start..all[last].as_ptr().addr() - line.as_ptr().addr() + all[last].len())
        });
        let source = all[places.source];
        if let Some(written) = written {
            let same = |recent: &&Recent| recent.cells == written && recent.source == source;
            if let Some(recent) = self.recent.iter().find(same) {
                return Some(recent.shape);
            }
        }
        let cell = |place: Option<usize>| place.map_or(&[][..], |place| all[place].trim_ascii());
        let common = [Some(places.act), places.item, places.by, places.to, places.zone, Some(places.source)];
        let shape = self.shape(common.map(cell))?;
        if let Some(written) = written {
            if self.recent.len() == RECENT_MAX {
                self.recent.remove(0);
            }
            self.recent.push(Recent { cells: written.to_vec(), source: source.to_vec(), shape });
        }
        Some(shape)
    }

    fn new_shape(&mut self, cells: [&[u8]; 6], hashed: u64) -> Option<u32> {
        let mut words = [const { None }; 6];
        for (word, cell) in words.iter_mut().zip(cells) {
            let text = std::str::from_utf8(cell).ok()?;
            *word = (!text.is_empty()).then(|| text.to_owned());
        }
        let [act, item, by, to, zone, source] = words;
        let shape = u32::try_from(self.batch.shapes.len()).ok()?;
        self.batch.shapes.push(Shape { act: act?, item, by, to, zone, source: source? });
        self.keys.push(self.key.clone());
        let keys = &self.keys;
        self.known.insert_unique(hashed, shape, |shape| hash(&keys[*shape as usize]));
        Some(shape)
    }

    /// Any other line: a claim that revises, a row that is written oddly, or a fault.
    fn slow(&mut self, line: &[u8], number: usize) {
        let file = &self.table.file;
        // Ordinals of identical rows are not known here: such a row has an identifier, or is kept as a row.
        let mut ordinals = BTreeMap::new();
        let read = cells(&mut self.parser, line)
            .and_then(|cells| table::row(&self.table.columns, cells, &mut ordinals, (file.clone(), number)));
        match read {
            Err(fault) => self.batch.rejected.push(fault.at(file, number)),
            Ok(claim) if claim.revises.is_some() || claim.retracts.is_some() => self.batch.claims.push(claim),
            Ok(claim) => self.of_claim(&claim, number),
        }
    }

    fn of_claim(&mut self, claim: &Claim, number: usize) {
        let party = |named: &[model::claim::Named]| named.first().and_then(|n| n.party.clone());
        let (by, to) = (party(&claim.by), party(&claim.to));
        let zone = claim.place.as_ref().and_then(|place| place.zone.clone());
        let text = |word: &Option<Id>| word.clone().unwrap_or_default().into_bytes();
        let common = [text(&claim.act), text(&claim.item), text(&by), text(&to), text(&zone)];
        let [act, item, by, to, zone] = common.each_ref().map(Vec::as_slice);
        let Some(shape) = self.shape([act, item, by, to, zone, claim.source.as_bytes()]) else { return };
        let time = claim.occurred.map_or(claim.known_at, |period| period.first);
        let reference = claim.reference.as_deref().unwrap_or_default();
        let id = claim.written.get("id").and_then(|id| id.as_str()).unwrap_or_default();
        let (known, amount) = (claim.known_at, claim.range().low.unwrap_or_default());
        let row = Row { time, known, amount, shape, line: 0, reference: Word::default() };
        self.push(row, reference.as_bytes(), id.as_bytes(), number);
    }
}

/// The cells of a line without quotation marks; none where there are too many, or where there is one.
fn split<'l>(line: &'l [u8], all: &mut Cells<'l>) -> Option<usize> {
    let (mut count, mut start) = (0, 0);
    for at in memchr::memchr2_iter(b',', b'"', line) {
        if line[at] == b'"' || count + 1 == CELLS_MAX {
            return None;
        }
        all[count] = &line[start..at];
        count += 1;
        start = at + 1;
    }
    all[count] = &line[start..];
    Some(count + 1)
}

/// A whole number that is surely an amount; an empty cell is one unit.
fn whole(cell: &[u8]) -> Option<Amount> {
    match cell {
        [] => Some(Amount::whole(1)),
        digits if digits.len() <= DIGITS_MAX && digits.iter().all(u8::is_ascii_digit) => {
            Some(Amount::whole(number(digits)))
        }
        _ => None,
    }
}

/// The value of some digits.
fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

/// The day on which the last row was: most rows are on the same day as the one before.
#[derive(Default)]
struct Day {
    written: [u8; 10],
    midnight: Option<Instant>,
}

impl Day {
    /// An instant in its usual form, `2025-10-14T18:00:00Z` or with an offset; none where it is written otherwise.
    fn instant(&mut self, text: &[u8]) -> Option<Instant> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, zone) = rest.split_first_chunk::<9>()?;
        let [b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *time else { return None };
        let two = |a: u8, b: u8, below: i64| {
            let value = i64::from(a.wrapping_sub(b'0')) * 10 + i64::from(b.wrapping_sub(b'0'));
            (a.is_ascii_digit() && b.is_ascii_digit() && value < below).then_some(value)
        };
        let seconds = two(h1, h2, 24)? * 3600 + two(m1, m2, 60)? * 60 + two(s1, s2, 60)?;
        let offset = match *zone {
            [b'Z'] => 0,
            [sign, h1, h2, b':', m1, m2] => {
                let offset = two(h1, h2, 24)? * 3600 + two(m1, m2, 60)? * 60;
                match sign {
                    b'+' => offset,
                    b'-' => -offset,
                    _ => return None,
                }
            }
            _ => return None,
        };
        if self.midnight.is_none() || self.written != *date {
            let text = std::str::from_utf8(date).ok()?;
            self.midnight = Some(Instant::parse(&format!("{text}T00:00:00Z")).ok()?);
            self.written = *date;
        }
        self.midnight.map(|midnight| Instant(midnight.0 + (seconds - offset) * 1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_and_one_by_one_read_the_same() {
        let text = "time,known_at,act,item,by,to,zone,amount,ref,source,id,revises\n\
            2025-10-14T18:00:00Z,,release,person,a,b,z,3,r1,m,one,\n\
            2025-10-14T18:00:00+03:00,2025-10-15T00:00:00Z,release,,,,,,,m,,\n\
            2025-10-14T18:00:00.5Z,,release,,,,,0.5,,m,,\n\
            2025-10-14T18:00:60Z,,release,,,,,1,,m,,\n\
            2025-10-14T18:00:00Z,,\"re,lease\",,,,,1, r2 ,m,,\n\
            2025-10-14,,release,,,,,1,,m,,\n\
            2025-10-14T18:00:00Z,,release,,,,,-1,,m,,\n\
            2025-10-14T18:00:00Z,,release,,,,,1,,,,\n\
            \n\
            2025-02-30T18:00:00Z,,release,,,,,1,,m,,\n\
            2025-10-14T18:00:00Z,,release,,,,,1,,m\n\
            2025-10-16T18:00:00Z,,release,person,a,b,z,4,r1,m,two,one\r\n\
            2025-10-14T18:00:00Z,,release,,,,,99999999999999,,m,,\n";
        let slow = table::read("t.csv", &mut text.as_bytes()).unwrap();
        let (header, rest) = text.split_once('\n').unwrap();
        let batch = Table::new("t.csv", header.as_bytes()).unwrap().read(rest.as_bytes(), 2);
        assert_eq!(batch.rejected, slow.rejected);
        assert_eq!(batch.lines, slow.lines);
        let plain: Vec<&Claim> = slow.claims.iter().filter(|c| c.revises.is_none()).collect();
        assert_eq!(batch.rows.len(), plain.len());
        assert_eq!(batch.claims.len() + plain.len(), slow.claims.len());
        for ((row, id), claim) in batch.rows.iter().zip(&batch.ids).zip(plain) {
            let shape = &batch.shapes[row.shape as usize];
            assert_eq!(Some(row.time), claim.occurred.map(|p| p.first));
            assert_eq!(row.known, claim.known_at);
            assert_eq!(Some(row.amount), claim.range().low);
            assert_eq!(Some(&shape.act), claim.act.as_ref());
            assert_eq!((&shape.item, &shape.source), (&claim.item, &claim.source));
            assert_eq!(shape.by.as_ref(), claim.by.first().and_then(|n| n.party.as_ref()));
            let text =
                |word: Word| batch.word(word).map(|(word, _)| String::from_utf8(word.to_vec()).unwrap());
            assert_eq!(text(row.reference), claim.reference);
            assert_eq!(row.line as usize, claim.read_from.1);
            if let Some(id) = text(*id) {
                assert_eq!(id, claim.id);
            }
        }
    }
}
