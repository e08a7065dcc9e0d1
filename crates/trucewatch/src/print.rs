//! Printing: lines to standard output, tables in aligned columns, rejected lines to standard error.

use std::{
    fmt::Display,
    io::{ErrorKind, Write as _},
};

use model::answer::ClaimsRead;
use serde::Serialize;

use crate::Failure;

/// Prints a line; a reader that has gone away is no fault.
pub fn line(text: &str) -> Result<(), Failure> {
    exactly(&format!("{text}\n"))
}

/// Prints a text that has its own line ends.
pub fn exactly(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints one JSON object.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value).map_err(|error| Failure::Internal(error.to_string()))?)
}

/// Prints JSON objects, one a line.
pub fn jsonl<T: Serialize>(values: &[T]) -> Result<(), Failure> {
    values.iter().try_for_each(json)
}

/// Prints rows for spreadsheets under the names of their columns.
pub fn csv(names: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |error: csv::Error| Failure::Internal(error.to_string());
    writer.write_record(names).map_err(fault)?;
    rows.iter().try_for_each(|row| writer.write_record(row)).map_err(fault)?;
    let bytes = writer.into_inner().map_err(|error| Failure::Internal(error.to_string()))?;
    exactly(&String::from_utf8_lossy(&bytes))
}

/// Tells people one line, on standard error; one who has stopped listening is no fault.
pub fn told(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Lists the lines that could not be used, and how many there were.
pub fn rejected(read: &ClaimsRead) {
    for line in &read.rejected {
        let field = if line.field.is_empty() { String::new() } else { format!("{}: ", line.field) };
        told(&format!("{}:{}: {field}{}", line.file, line.line, line.reason));
    }
    if !read.rejected.is_empty() {
        let lines = counted(read.read, "line");
        told(&format!("{} of {lines} rejected, {} used", read.rejected.len(), read.used));
    }
}

/// `1 error`, `2 errors`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// Rows in columns that are as wide as their widest cell, the last one free; widths are counted in characters.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut lines = Vec::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let pad =
                if column + 1 == columns { 0 } else { widths[column].saturating_sub(cell.chars().count()) };
            format!("{cell}{}", " ".repeat(pad))
        });
        lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
    }
    lines.join("\n")
}
