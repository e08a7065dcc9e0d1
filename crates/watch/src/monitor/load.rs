//! Evidence into a store: tables in bulk on several threads, everything else claim by claim.
//!
//! Invariant: the store is the same for any number of threads, for blocks are taken in the order of the file.

use std::{
    convert::Infallible,
    fs::File,
    io::{BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
};

use ingest::rows::{Batch, Table};
use live::Store;
use model::{Instant, answer::Rejected};

use crate::{
    files::{Problems, base_name, in_words},
    held::Held,
};

/// Tables are read in blocks of so many bytes, cut at the end of a line.
const BLOCK_BYTES: usize = 1 << 17;
/// A block has so much more room, so that it does not grow when the end of the file is looked for.
const ROOM_BYTES: usize = 64;
/// So many blocks may wait for one who reads them.
const WAITING_MAX: usize = 8;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// Lines that are not blank.
    pub lines: usize,
    /// Lines that were not used.
    pub rejected: Vec<Rejected>,
}

/// Reads files of claims, as far as they are known by an instant.
///
/// # Errors
/// When a file cannot be read.
pub fn load(
    store: &mut Store,
    files: &[PathBuf],
    until: Option<Instant>,
    threads: usize,
) -> Result<Read, Problems> {
    let is_table = |path: &&PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    // Rows of several tables may be the same row; of one, each stands for itself.
    let one = files.iter().filter(is_table).count() == 1;
    let (tables, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
        files.iter().partition(|path| one && is_table(path));
    let mut read = Read::default();
    let told = |path: &Path, error: &std::io::Error| {
        Problems(vec![format!("{}: {}", path.display(), in_words(error))])
    };
    for path in tables {
        bulk(store, path, until, threads.max(1), &mut read).map_err(|error| told(path, &error))?;
    }
    let mut reads = Vec::new();
    for path in others {
        let name = base_name(path);
        let file = File::open(path).map_err(|error| told(path, &error))?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let own = if is_table(&path) {
            ingest::table::read(&name, &mut reader)
        } else {
            ingest::jsonl::read(&name, &mut reader)
        };
        reads.push(own.map_err(|error| told(path, &error))?);
    }
    one_by_one(store, reads, until, &mut read);
    Ok(read)
}

/// Takes in what was recorded, as far as it was known by an instant.
pub fn recorded(store: &mut Store, held: &Held, until: Option<Instant>, threads: usize) -> Read {
    let is_table = |key: &&(String, Option<String>)| key.1.is_some();
    // Rows of several tables may be the same row; of one, each stands for itself.
    let one = held.claims.keys().filter(is_table).count() == 1;
    let (tables, others): (Vec<_>, Vec<_>) = held.claims.iter().partition(|(key, _)| one && is_table(key));
    let mut read = Read::default();
    for ((file, columns), lines) in tables {
        let header = columns.as_deref().unwrap_or_default();
        match Table::new(file, header.as_bytes()) {
            Ok(table) => {
                let bytes = lines.bytes();
                let Ok(()) =
                    blocks(store, &table, file, runs(lines), bytes, until, threads.max(1), &mut read);
            }
            Err(rejected) => read.rejected.push(rejected),
        }
    }
    let mut reads = Vec::new();
    for ((file, columns), lines) in others {
        reads.push(match columns {
            Some(header) => ingest::table::recorded(file, header.as_bytes(), lines),
            None => ingest::jsonl::recorded(file, lines),
        });
    }
    one_by_one(store, reads, until, &mut read);
    let unread = held.unread();
    read.lines += unread.len();
    read.rejected.extend(unread);
    read.rejected.sort();
    read
}

/// Recorded lines in blocks of lines that stood one after the other, each with the number of its first.
fn runs(lines: &ingest::Recorded) -> impl Iterator<Item = Result<(Vec<u8>, usize), Infallible>> + Send + '_ {
    let mut lines = lines.lines().peekable();
    std::iter::from_fn(move || {
        let (first, line) = lines.next()?;
        let mut block = Vec::with_capacity(BLOCK_BYTES + ROOM_BYTES);
        block.extend_from_slice(line);
        block.push(b'\n');
        let mut number = first;
        while let Some((_, line)) =
            lines.next_if(|(next, line)| *next == number + 1 && block.len() + line.len() < BLOCK_BYTES)
        {
            block.extend_from_slice(line);
            block.push(b'\n');
            number += 1;
        }
        Some(Ok((block, first)))
    })
}

/// Takes in claims one by one.
fn one_by_one(store: &mut Store, reads: Vec<ingest::Read>, until: Option<Instant>, read: &mut Read) {
    let joined = ingest::join(reads);
    read.lines += joined.lines;
    read.rejected.extend(joined.rejected);
    let mut changes = Vec::new();
    for claim in joined.claims.into_iter().filter(|claim| until.is_none_or(|until| claim.known_at <= until)) {
        let (file, line) = claim.read_from.clone();
        changes.clear();
        if let Err(reason) = store.add(claim, &mut changes) {
            read.rejected.push(Rejected { file, line, field: "id".to_owned(), reason });
        }
    }
    read.rejected.sort();
}

/// A table, block by block.
fn bulk(
    store: &mut Store,
    path: &Path,
    until: Option<Instant>,
    threads: usize,
    read: &mut Read,
) -> Result<(), std::io::Error> {
    let name = base_name(path);
    let file = File::open(path)?;
    let bytes = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut header = Vec::new();
    reader.read_until(b'\n', &mut header)?;
    let table = match Table::new(&name, &header) {
        Ok(table) => table,
        Err(rejected) => {
            read.rejected.push(rejected);
            read.lines += 1;
            return Ok(());
        }
    };
    blocks(store, &table, &name, Blocks::new(reader), bytes, until, threads, read)
}

/// A table in blocks of whole lines, each with the number of its first.
#[expect(clippy::too_many_arguments, reason = "it is one loop over what two readers have in common")]
fn blocks<E: Send>(
    store: &mut Store,
    table: &Table,
    name: &str,
    blocks: impl Iterator<Item = Result<(Vec<u8>, usize), E>> + Send,
    bytes: usize,
    until: Option<Instant>,
    threads: usize,
    read: &mut Read,
) -> Result<(), E> {
    let mut seen = 0_usize;
    let mut take = |batch: &Batch| {
        if seen == 0 {
            // As many rows as there would be if all of them were like the first, and a few more.
            store.expect(batch.rows.len() * (bytes / BLOCK_BYTES + 1) * 33 / 32);
        }
        seen += batch.lines;
        read.rejected.extend(batch.rejected.iter().cloned());
        let faults = store.append(name, batch, until, None);
        let fault = |(line, reason)| Rejected { file: name.to_owned(), line, field: "id".to_owned(), reason };
        read.rejected.extend(faults.into_iter().map(fault));
    };
    let readers = threads.saturating_sub(1);
    if readers == 0 {
        for block in blocks {
            let (block, line) = block?;
            take(&table.read(&block, line));
        }
        read.lines += seen;
        return Ok(());
    }
    let fed = std::thread::scope(|scope| {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..readers {
            let (give, blocks) = sync_channel::<(Vec<u8>, usize)>(WAITING_MAX);
            let (done, batches) = sync_channel::<Batch>(WAITING_MAX);
            scope.spawn(move || {
                for (block, line) in blocks {
                    if done.send(table.read(&block, line)).is_err() {
                        return;
                    }
                }
            });
            inputs.push(give);
            outputs.push(batches);
        }
        let feeder = scope.spawn(move || {
            for (turn, block) in blocks.enumerate() {
                if inputs[turn % readers].send(block?).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut turn = 0;
        while let Ok(batch) = outputs[turn % readers].recv() {
            take(&batch);
            turn += 1;
        }
        match feeder.join() {
            Ok(fed) => fed,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    read.lines += seen;
    fed
}

/// Whole lines of a table in blocks, each with the number of its first line.
struct Blocks {
    reader: BufReader<File>,
    rest: Vec<u8>,
    line: usize,
}

impl Blocks {
    fn new(reader: BufReader<File>) -> Blocks {
        Blocks { reader, rest: Vec::new(), line: 2 }
    }

    fn block(&mut self) -> Result<Option<(Vec<u8>, usize)>, std::io::Error> {
        let mut block = Vec::with_capacity(self.rest.len() + BLOCK_BYTES + ROOM_BYTES);
        block.append(&mut self.rest);
        loop {
            let before = block.len();
            let more = self.reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
            let end =
                if more == 0 { Some(block.len()) } else { memchr::memrchr(b'\n', &block).map(|at| at + 1) };
            // A line that is longer than a block is read on to its end.
            let Some(end) = end.filter(|end| *end > 0 || more == 0) else { continue };
            if end == 0 && before == 0 {
                return Ok(None);
            }
            self.rest = block.split_off(end);
            let first = self.line;
            self.line += memchr::memchr_iter(b'\n', &block).count();
            return Ok(Some((block, first)));
        }
    }
}

impl Iterator for Blocks {
    type Item = Result<(Vec<u8>, usize), std::io::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.block().transpose()
    }
}
