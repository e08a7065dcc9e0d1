//! Whether the files of an SQLite ledger are whole: SQLite's own check, every page byte by byte, and nothing that belongs to nothing.
//!
//! Invariant: nothing is mended, and a file that another program writes meanwhile is looked at as it was at one moment.

use std::path::Path;

use rusqlite::Connection;

use super::{
    TILE_LEVEL_BITS,
    pages::{Header, Root, salt, walk},
    row::fault,
};
use crate::error::Error;

/// A log of writes that is begun anew while a file is looked at: so often it is looked at again.
const AGAIN_MAX: usize = 5;
/// Tables in which rows are put between others.
const NOT_AT_END: [&str; 1] = ["note"];
/// The tables of a file: kind, name, table, first page and how each was made.
type Tables = Vec<(String, String, String, u32, Option<String>)>;

/// What is wrong with a file, held against one that was just made.
pub(super) fn file(
    path: Option<&Path>,
    connection: &Connection,
    made: &Connection,
    format: u32,
) -> Result<Vec<String>, rusqlite::Error> {
    if !connection.is_autocommit() {
        return in_one_moment(path, connection, made, format);
    }
    connection.execute_batch("BEGIN")?;
    let found = in_one_moment(path, connection, made, format);
    // Nothing was written: where SQLite cannot even end it, that says no more than what was found.
    let _ = connection.execute_batch("ROLLBACK");
    found
}

fn in_one_moment(
    path: Option<&Path>,
    connection: &Connection,
    made: &Connection,
    format: u32,
) -> Result<Vec<String>, rusqlite::Error> {
    // Where each table begins is the same in every file.
    let wanted = tables(made)?;
    let named = |line: String| match line.strip_prefix("Tree ").and_then(|rest| rest.split(' ').next()) {
        Some(page) => match wanted.iter().find(|table| table.3.to_string() == page) {
            Some(table) => format!("{line} (of “{}”)", table.1),
            None => line,
        },
        None => line,
    };
    let mut faults = Vec::new();
    // It stops where it can go no further: the pages tell where that is.
    if let Err(error) = checked(connection, &mut |line| faults.push(named(line))) {
        faults.push(noted(error)?);
    }
    match tables(connection) {
        Ok(found) if found == wanted => {}
        Ok(_) => faults.push("page 1: its tables are not those that it was made with".to_owned()),
        Err(error) => faults.push(noted(error)?),
    }
    let Some(path) = path else { return Ok(faults) };
    let header = Header {
        cookie: made.pragma_query_value(None, "schema_version", |row| row.get(0))?,
        format,
        application: made
            .pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))?
            .cast_unsigned(),
    };
    let roots = wanted.iter().map(|(_, name, of, page, _)| Root {
        name: name.clone(),
        page: *page,
        grows_at_end: !NOT_AT_END.contains(&of.as_str()),
    });
    let schema = Root { name: "sqlite_schema".to_owned(), page: 1, grows_at_end: true };
    let roots: Vec<Root> = std::iter::once(schema).chain(roots).collect();
    let log = super::wal_beside(path);
    for _ in 0..AGAIN_MAX {
        let before = salt(&log).ok();
        let found = walk(path, &log, &roots, &header);
        if before != salt(&log).ok() {
            continue;
        }
        match found {
            Ok(found) => faults.extend(found.faults),
            Err(error) => faults.push(error.to_string()),
        }
        break;
    }
    Ok(faults)
}

/// What SQLite says of a file; an error where it is another than that the file is damaged.
fn noted(error: rusqlite::Error) -> Result<String, rusqlite::Error> {
    match fault("", &error) {
        Error::Damaged(_) => Ok(error.to_string()),
        _ => Err(error),
    }
}

fn checked(connection: &Connection, take: &mut dyn FnMut(String)) -> Result<(), rusqlite::Error> {
    let mut check = connection.prepare("PRAGMA integrity_check(20)")?;
    for line in check.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            take(line);
        }
    }
    Ok(())
}

fn tables(connection: &Connection) -> Result<Tables, rusqlite::Error> {
    let mut all =
        connection.prepare("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid")?;
    let all =
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    all.collect()
}

/// What is kept of entries that it cannot be of: the audit asks for what is there to be, and would not come upon it.
pub(super) fn strays(log: &Connection, keys: Option<&[i64]>) -> Result<Vec<String>, rusqlite::Error> {
    let mut strays = Vec::new();
    let entries: i64 = log.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
    let mut documents = log.prepare(
        "SELECT d.seq FROM document d LEFT JOIN entry e USING(seq)
         WHERE (e.seq IS NULL OR e.salt IS NOT NULL OR e.content IS NULL) AND length(d.sealed) > 0 LIMIT 20",
    )?;
    for seq in documents.query_map([], |row| row.get::<_, i64>(0))? {
        strays.push(format!("a document is kept of entry {}, which has none", seq?));
    }
    let mut tiles = log.prepare("SELECT until FROM tile WHERE until >> ? > ? LIMIT 20")?;
    for until in tiles.query_map([i64::from(TILE_LEVEL_BITS), entries], |row| row.get::<_, i64>(0))? {
        strays.push(format!(
            "a tile is kept of {} entries, and there are {entries}",
            until? >> TILE_LEVEL_BITS
        ));
    }
    let wanted: i64 = (1..8).map(|level| entries >> (8 * level)).sum();
    let tiles: i64 = log.query_row("SELECT count(*) FROM tile", [], |row| row.get(0))?;
    if tiles > wanted {
        strays.push(format!("{tiles} tiles are kept, and {entries} entries fill {wanted}"));
    }
    let mut sealed = log.prepare("SELECT salt IS NULL AND content IS NOT NULL FROM entry WHERE seq = ?")?;
    // Of entries that are not there yet a key may be there, as when power failed between the two.
    for seq in keys.unwrap_or_default().iter().filter(|seq| **seq < entries) {
        if !sealed.query_row([seq], |row| row.get::<_, bool>(0)).unwrap_or_default() && strays.len() < 20 {
            strays.push(format!("a key is kept of entry {seq}, which is not encrypted"));
        }
    }
    Ok(strays)
}
