//! Rows of a plain event table in bulk: the same rows as [`crate::table`] reads, without a claim made of each.
//!
//! Invariant: whatever is not plainly a row (a quotation mark, a wrong number of cells, an odd instant, a revision) is read by
//! [`crate::table`], so that both read the same claims and reject the same lines for the same reasons.

mod alike;
mod instants;

use std::{collections::BTreeMap, hash::BuildHasher as _, ops::Range};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use model::{Amount, Id, Instant, answer::Rejected, claim::Claim};

use alike::{Alike, Cell};
use instants::Instants;

use crate::{
    fields::Fault,
    lines::{LINE_LIMIT_BYTES, too_long},
    table::{self, cells, columns},
};

/// A row with more cells than this is read one by one.
const CELLS_MAX: usize = 24;
/// A row has some so many bytes.
const LINE_BYTES: usize = 56;
/// Most words are no longer than so many bytes.
const WORD_BYTES: usize = 16;
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
    /// Their identifiers, empty words where they have none; no words for rows after the last that has one.
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

    /// Keeps a word that stands in a text.
    #[inline]
    fn keep(&mut self, text: &[u8], word: Range<usize>) -> Word {
        let Some(bytes) = text.get(word.clone()).filter(|bytes| !bytes.is_empty()) else {
            return Word::default();
        };
        let (start, length) = (self.text.len(), bytes.len());
        match text[word.start..].first_chunk::<WORD_BYTES>() {
            // So many bytes are copied in less time than fewer, counted.
            Some(chunk) if length <= WORD_BYTES => {
                self.text.extend_from_slice(chunk);
                self.text.truncate(start + length);
            }
            _ => self.text.extend_from_slice(bytes),
        }
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Word { start: place(start), length: place(length), hash: hash(bytes) }
    }

    #[inline]
    fn push(&mut self, row: Row, text: &[u8], reference: Range<usize>, id: Range<usize>) {
        let reference = self.keep(text, reference);
        if !id.is_empty() {
            let id = self.keep(text, id);
            self.ids.resize(self.rows.len(), Word::default());
            self.ids.push(id);
        }
        self.rows.push(Row { reference, ..row });
    }
}

/// The hash by which words are found; the same on every machine, and nothing is ever ordered by it. Words that count up come to
/// lie side by side in a table, where memory is near: those that differ in their last two digits alone follow each other.
#[must_use]
#[inline]
pub fn hash(bytes: &[u8]) -> u64 {
    /// Tables tell words apart by these bits, and place them by the others.
    const MARK: u64 = 0x7f << 57;
    let of = |bytes: &[u8]| FixedState::with_seed(0).hash_one(bytes);
    match bytes {
        [rest @ .., tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            let count = u64::from(tens - b'0') * 10 + u64::from(ones - b'0');
            let place = of(rest).wrapping_add(count);
            place & !MARK | place.wrapping_mul(0x9e37_79b9_7f4a_7c15) & MARK
        }
        _ => of(bytes),
    }
}

/// A table whose header has been read.
#[derive(Clone, Debug)]
pub struct Table {
    file: String,
    names: Vec<String>,
    columns: Columns,
}

/// Where the columns are.
#[derive(Clone, Debug, Default)]
struct Columns {
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
    /// Those that may differ between rows of one shape, in their order.
    cells: Vec<(Cell, usize)>,
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
        let names = read.map_err(|fault| fault.at(file, 1))?;
        Ok(Table { file: file.to_owned(), columns: Columns::of(&names), names })
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
            instants: Instants::default(),
            parser: None,
        };
        let mut alike = Alike::new(&self.columns);
        let mut line = first_line;
        let mut rest = block;
        while !rest.is_empty() {
            if let Some(found) = alike.first(rest, &mut reading.instants) {
                let alike::Found { time, known, amount, shape, reference, id, length } = found;
                let row =
                    Row { time, known, amount, shape, line: numbered(line), reference: Word::default() };
                reading.batch.lines += 1;
                reading.batch.push(row, rest, reference, id);
                rest = &rest[length..];
            } else {
                let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
                reading.line(&rest[..end], line, &mut alike);
                rest = &rest[end..];
            }
            line += 1;
        }
        reading.batch
    }
}

impl Columns {
    fn of(names: &[String]) -> Columns {
        let place = |name: &str| names.iter().position(|own| own == name);
        let required = |name: &str| place(name).unwrap_or_default();
        let cell = |name: &str| match name {
            "time" => Some(Cell::Time),
            "known_at" => Some(Cell::Known),
            "amount" => Some(Cell::Amount),
            "ref" => Some(Cell::Reference),
            "id" => Some(Cell::Id),
            "act" | "item" | "by" | "to" | "zone" | "source" | "revises" | "retracts" => None,
            _ => Some(Cell::Other),
        };
        let cells = names.iter().enumerate().filter_map(|(at, name)| Some((cell(name)?, at)));
        Columns {
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
            cells: cells.collect(),
        }
    }
}

fn numbered(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
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
    instants: Instants,
    parser: Option<Box<csv_core::Reader>>,
}

/// Where the cells stand in a line, and how many there are.
type Cells = ([Range<usize>; CELLS_MAX], usize);

impl Reading<'_> {
    /// A line with its end.
    fn line(&mut self, whole: &[u8], number: usize, alike: &mut Alike) {
        let line = trimmed_end(whole);
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        self.batch.lines += 1;
        if line.len() > LINE_LIMIT_BYTES {
            let fault = Fault::new("", too_long(whole.len() as u64));
            self.batch.rejected.push(fault.at(&self.table.file, number));
            return;
        }
        let cells = split(line).filter(|(_, count)| *count == self.table.names.len());
        let read = cells.as_ref().and_then(|(cells, _)| self.plain(line, cells, number));
        match (read, &cells) {
            (Some(shape), Some((cells, count))) => alike.learn(whole, &cells[..*count], shape),
            _ => self.slow(line, cells.as_ref().map(|(cells, count)| &cells[..*count]), number),
        }
    }

    /// A row that is plainly one, and its shape; nothing is kept of any other.
    fn plain(&mut self, line: &[u8], all: &[Range<usize>; CELLS_MAX], number: usize) -> Option<u32> {
        let columns = &self.table.columns;
        let text = std::str::from_utf8(line).ok()?;
        let place = |place: Option<usize>| {
            let cell = place.map_or(0..0, |place| all[place].clone());
            let written = &text[cell.clone()];
            let start = cell.start + (written.len() - written.trim_start().len());
            start..start + written.trim().len()
        };
        let cell = |column: Option<usize>| &line[place(column)];
        if !cell(columns.revises).is_empty() || !cell(columns.retracts).is_empty() {
            return None;
        }
        let time = self.instants.whole(cell(Some(columns.time)))?;
        let known = match cell(columns.known) {
            [] => time,
            text => self.instants.whole(text)?,
        };
        let amount = whole(cell(columns.amount))?;
        let common =
            [Some(columns.act), columns.item, columns.by, columns.to, columns.zone, Some(columns.source)];
        let common = common.map(cell);
        let (reference, id) = (place(columns.reference), place(columns.id));
        let shape = self.shape(common)?;
        let row = Row { time, known, amount, shape, line: numbered(number), reference: Word::default() };
        self.batch.push(row, line, reference, id);
        Some(shape)
    }

    fn shape(&mut self, cells: [&[u8]; 6]) -> Option<u32> {
        self.key.clear();
        for cell in cells {
            self.key.extend_from_slice(&cell.len().to_le_bytes());
            self.key.extend_from_slice(cell);
        }
        let (hashed, keys) = (hash(&self.key), &self.keys);
        let found = self.known.find(hashed, |shape| keys[*shape as usize] == self.key).copied();
        let shape = match found {
            Some(shape) => shape,
            None => self.new_shape(cells, hashed)?,
        };
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

    /// Any other line: a claim that revises, a row that is written oddly, or a fault. Its cells are given where they are plainly
    /// parted.
    fn slow(&mut self, line: &[u8], parted: Option<&[Range<usize>]>, number: usize) {
        let file = &self.table.file;
        let text = std::str::from_utf8(line).ok();
        let all = match (text, parted) {
            (Some(text), Some(all)) => {
                Ok(all.iter().map(|cell| text[cell.clone()].trim().to_owned()).collect())
            }
            // Few blocks have such a line, and what reads it takes long to make.
            _ => cells(self.parser.get_or_insert_with(|| Box::new(csv_core::Reader::new())), line),
        };
        // Ordinals of identical rows are not known here: such a row has an identifier, or is kept as a row.
        let mut ordinals = BTreeMap::new();
        let read =
            all.and_then(|all| table::row(&self.table.names, all, &mut ordinals, (file.clone(), number)));
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
        let row = Row { time, known, amount, shape, line: numbered(number), reference: Word::default() };
        let words = [reference, id].concat();
        self.batch.push(row, words.as_bytes(), 0..reference.len(), reference.len()..words.len());
    }
}

/// The cells of a line that has neither quotation marks nor ends of other lines; none where there are too many.
fn split(line: &[u8]) -> Option<Cells> {
    let mut all = [const { 0..0 }; CELLS_MAX];
    if memchr::memchr2(b'"', b'\r', line).is_some() {
        return None;
    }
    let (mut count, mut start) = (0, 0);
    for at in memchr::memchr_iter(b',', line).chain([line.len()]) {
        *all.get_mut(count)? = start..at;
        (count, start) = (count + 1, at + 1);
    }
    Some((all, count))
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
