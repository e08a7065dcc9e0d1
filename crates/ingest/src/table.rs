//! The plain event table: CSV with a header, one event a line (EVIDENCE.md §3, last part).
//!
//! Invariant: a record is one line of bounded length; identical rows stay distinct, by their ordinal.

use std::{collections::BTreeMap, io::BufRead};

use model::{
    Amount, Id, Instant, Period,
    answer::Rejected,
    claim::{Basis, Claim, Doers, Kind, Named, Quantity},
    place::Place,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    Read,
    fields::Fault,
    jsonl::derived_id,
    lines::{self, Again, Line, Lines, Numbered, Recorded},
    nearest,
};

/// The columns, in their usual order; any order is read, and what is left out counts as empty. Besides, `id` names a row,
/// and `revises` and `retracts` name the row that this one takes the place of, or withdraws.
pub const COLUMNS: [&str; 10] =
    ["time", "known_at", "act", "item", "by", "to", "zone", "amount", "ref", "source"];
const REQUIRED: [&str; 3] = ["time", "act", "source"];

/// Reads every row. A header that cannot be used is a rejection of its line, and nothing after it is read.
///
/// # Errors
/// Only what the reader itself fails with.
pub fn read(file_base_name: &str, reader: &mut dyn BufRead) -> Result<Read, std::io::Error> {
    read_from(file_base_name, None, &mut Lines::new(reader))
}

/// Reads rows that were recorded, as [`read`] reads them from a file with this header.
#[must_use]
pub fn recorded(file_base_name: &str, header: &[u8], rows: &Recorded) -> Read {
    let header = cells(&mut csv_core::Reader::new(), header).and_then(columns);
    match header {
        // Memory does not fail to be read.
        Ok(header) => read_from(file_base_name, Some(header), &mut Again::new(rows)).unwrap_or_default(),
        Err(fault) => Read { rejected: vec![fault.at(file_base_name, 1)], lines: 1, ..Read::default() },
    }
}

/// Tells of rows, one by one, whether each is a claim by itself.
#[derive(Debug)]
pub struct Rows {
    file: String,
    header: Vec<String>,
    parser: csv_core::Reader,
    ordinals: BTreeMap<[u8; 32], u64>,
}

impl Rows {
    /// Rows of a table with this header.
    ///
    /// # Errors
    /// When the header cannot be used.
    pub fn new(file_base_name: &str, number: usize, header: &[u8]) -> Result<Rows, Rejected> {
        let mut parser = csv_core::Reader::new();
        let header = cells(&mut parser, header).and_then(columns);
        let header = header.map_err(|fault| fault.at(file_base_name, number))?;
        Ok(Rows { file: file_base_name.to_owned(), header, parser, ordinals: BTreeMap::new() })
    }

    /// Whether a line is a row.
    ///
    /// # Errors
    /// Why it is none.
    pub fn check(&mut self, number: usize, line: &[u8]) -> Result<(), Rejected> {
        let read = cells(&mut self.parser, line)
            .and_then(|cells| row(&self.header, cells, &mut BTreeMap::new(), (String::new(), number)));
        read.map(|_| ()).map_err(|fault| fault.at(&self.file, number))
    }

    /// The claim of the next row, as [`recorded`] reads it after those before it.
    ///
    /// # Errors
    /// Why it is none.
    pub fn claim(&mut self, number: usize, line: &[u8]) -> Result<Claim, Rejected> {
        let place = (self.file.clone(), number);
        let read = cells(&mut self.parser, line)
            .and_then(|cells| row(&self.header, cells, &mut self.ordinals, place));
        read.map_err(|fault| fault.at(&self.file, number))
    }
}

fn read_from(
    file_base_name: &str,
    mut header: Option<Vec<String>>,
    lines: &mut dyn Numbered,
) -> Result<Read, std::io::Error> {
    let mut all = Read::default();
    let mut parser = csv_core::Reader::new();
    let mut ordinals: BTreeMap<[u8; 32], u64> = BTreeMap::new();
    while let Some((number, line)) = lines.next()? {
        let cells = match line {
            Line::Bytes(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Bytes(bytes) => cells(&mut parser, bytes),
            Line::TooLong(length) => Err(Fault::new("", lines::too_long(length))),
        };
        let outcome = match (&header, cells) {
            (Some(columns), Ok(cells)) => {
                row(columns, cells, &mut ordinals, (file_base_name.to_owned(), number))
            }
            (None, Ok(cells)) => match columns(cells) {
                Ok(columns) => {
                    header = Some(columns);
                    continue;
                }
                Err(fault) => Err(fault),
            },
            (_, Err(fault)) => Err(fault),
        };
        all.lines += 1;
        match outcome {
            Ok(claim) => all.claims.push(claim),
            Err(fault) => all.rejected.push(fault.at(file_base_name, number)),
        }
        if header.is_none() {
            break;
        }
    }
    Ok(all)
}

/// The cells of one line.
pub(crate) fn cells(parser: &mut csv_core::Reader, line: &[u8]) -> Result<Vec<String>, Fault> {
    const CELLS_AT_MOST: usize = 256;
    let (mut output, mut ends) = (vec![0; line.len() + 1], vec![0; CELLS_AT_MOST]);
    parser.reset();
    let (result, read, written, found) = parser.read_record(line, &mut output, &mut ends);
    let closed = match result {
        // The line is used up: its end closes the record, unless a quote is open.
        csv_core::ReadRecordResult::InputEmpty => {
            let (result, _, more, last) =
                parser.read_record(b"\n", &mut output[written..], &mut ends[found..]);
            matches!(result, csv_core::ReadRecordResult::Record).then_some((written + more, found + last))
        }
        csv_core::ReadRecordResult::Record if read == line.len() => Some((written, found)),
        _ => None,
    };
    let Some((length, count)) = closed else {
        let reason = format!("it is no row of at most {CELLS_AT_MOST} cells: is a quotation mark left open?");
        return Err(Fault::new("", reason));
    };
    let mut start = 0;
    let mut cells = Vec::with_capacity(count);
    for end in &ends[..count] {
        let bytes = output[..length].get(start..*end).unwrap_or_default();
        let cell = std::str::from_utf8(bytes)
            .map_err(|_| Fault::new("", "the line is not UTF-8: save the file as UTF-8"))?;
        cells.push(cell.trim().to_owned());
        start = *end;
    }
    Ok(cells)
}

/// The header, if it can be used.
pub(crate) fn columns(cells: Vec<String>) -> Result<Vec<String>, Fault> {
    for column in REQUIRED {
        if !cells.iter().any(|cell| cell == column) {
            let found: Vec<&str> = cells.iter().map(String::as_str).collect();
            let hint = nearest::hint(column, &found);
            let expected = COLUMNS.join(",");
            let reason =
                format!("the header has no column of this name{hint}; the first line must be {expected}");
            return Err(Fault::new(column, reason));
        }
    }
    for (index, cell) in cells.iter().enumerate() {
        if cells[..index].contains(cell) {
            return Err(Fault::new(cell.clone(), "the header names this column twice"));
        }
    }
    Ok(cells)
}

pub(crate) fn row(
    columns: &[String],
    cells: Vec<String>,
    ordinals: &mut BTreeMap<[u8; 32], u64>,
    read_from: (String, usize),
) -> Result<Claim, Fault> {
    if cells.len() != columns.len() {
        let reason =
            format!("the row has {} cells and the header {}: quote commas", cells.len(), columns.len());
        return Err(Fault::new("", reason));
    }
    let cell = |name: &str| {
        let at = columns.iter().position(|column| column == name)?;
        cells.get(at).filter(|cell| !cell.is_empty()).cloned()
    };
    let required =
        |name: &str| cell(name).ok_or_else(|| Fault::new(name, "it is empty, and no row is read without it"));
    let instant = |name: &str, text: &str| Instant::parse(text).map_err(|reason| Fault::new(name, reason));
    let time = instant("time", &required("time")?)?;
    let known_at = cell("known_at").map_or(Ok(time), |text| instant("known_at", &text))?;
    let party = |name: &str| cell(name).map(|party| Named { party: Some(party), basis: Basis::Asserted });
    let (source, act, amount) = (required("source")?, required("act")?, amount(cell("amount"))?);
    let place = cell("zone").map(|zone| Place { zone: Some(zone), ..Place::default() });
    Ok(Claim {
        id: cell("id").unwrap_or_else(|| id(&cells, ordinals)),
        source,
        relays: None,
        origin: None,
        stated_at: None,
        known_at,
        kind: Kind::Event,
        act: Some(act),
        item: cell("item"),
        counter: None,
        occurred: Some(Period::at(time)),
        place,
        by: party("by").into_iter().collect(),
        by_mode: Doers::default(),
        to: party("to").into_iter().collect(),
        amount,
        reference: cell("ref"),
        cumulative_since: None,
        denies: Vec::new(),
        about: Vec::new(),
        revises: cell("revises"),
        retracts: cell("retracts"),
        observed: None,
        about_source: None,
        quote: None,
        note: None,
        url: None,
        written: written(columns, cells),
        read_from,
    })
}

/// Empty is one unit, which is what an event without an amount is; `0` is zero.
fn amount(cell: Option<String>) -> Result<Option<Quantity>, Fault> {
    let Some(text) = cell else { return Ok(None) };
    let amount = Amount::parse(&text).map_err(|reason| Fault::new("amount", reason))?;
    if amount < Amount::ZERO {
        return Err(Fault::new(
            "amount",
            format!("{amount} is negative: leave the row that it undoes out instead"),
        ));
    }
    Ok(Some(Quantity { low: Some(amount), high: Some(amount), ..Quantity::default() }))
}

/// A hash of the row and its ordinal among identical rows.
fn id(cells: &[String], ordinals: &mut BTreeMap<[u8; 32], u64>) -> Id {
    let mut hasher = Sha256::new();
    for cell in cells {
        hasher.update((cell.len() as u64).to_be_bytes());
        hasher.update(cell.as_bytes());
    }
    let row: [u8; 32] = hasher.finalize().into();
    let ordinal = ordinals.entry(row).or_default();
    *ordinal += 1;
    derived_id(&Sha256::new().chain_update(row).chain_update(ordinal.to_be_bytes()).finalize().into())
}

fn written(columns: &[String], cells: Vec<String>) -> Map<String, Value> {
    let pairs = columns.iter().cloned().zip(cells).filter(|(_, cell)| !cell.is_empty());
    pairs.map(|(column, cell)| (column, Value::String(cell))).collect()
}
