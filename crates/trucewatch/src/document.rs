//! `document`: archived copies of what sources published, kept in the ledger by their hash.
//!
//! Invariant: a document is encrypted under a key of its own and leaves the ledger only where somebody asks for it by name; what comes
//! out is what went in.

use std::{fs, io::Write as _, path::PathBuf};

use clap::{Args, Subcommand};
use watch::ledger::{DocumentOf, Draft, Kind, Ledger};

use crate::{Failure, arguments::InWatch, print};

/// A document is not longer than this, in bytes.
const BYTES_MAX: u64 = 256 << 20;

/// Examples of the verb.
pub const HELP: &str = "\
A claim names the copy that it rests on by its SHA-256, in the field `archive`. Documents are kept encrypted; `trucewatch erase --entry N` \
destroys one for good.

Examples:
  trucewatch document add report.pdf --url https://example.org/report
  trucewatch document list
  trucewatch document get 3b1c…  -o report.pdf          the first digits are enough

Exit code 0: done; 1: there is no such document; 2: a file cannot be read or written.";

#[derive(Debug, Args)]
pub struct Document {
    #[command(subcommand)]
    pub act: Act,
}

#[derive(Debug, Subcommand)]
pub enum Act {
    /// Keep a file
    Add(Add),
    /// Write a document into a file
    Get(Get),
    /// The documents that are kept
    List(List),
}

#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    pub watch: InWatch,
    /// The file
    pub file: PathBuf,
    /// Where it was published
    #[arg(long)]
    pub url: Option<String>,
    /// Its media type
    #[arg(long, value_name = "TYPE")]
    pub media: Option<String>,
    /// Who keeps it: a role rather than a person, for it cannot be erased
    #[arg(long, value_name = "NAME", default_value = "desk")]
    pub by: String,
}

#[derive(Debug, Args)]
pub struct Get {
    #[command(flatten)]
    pub watch: InWatch,
    /// Its SHA-256, or the first digits of it
    pub sha256: String,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub watch: InWatch,
}

fn told(error: watch::ledger::Error) -> Failure {
    Failure::Input(error.to_string())
}

/// Does what is asked.
pub fn run(options: &Document) -> Result<(), Failure> {
    match &options.act {
        Act::Add(options) => add(options),
        Act::Get(options) => get(options),
        Act::List(options) => list(options),
    }
}

fn open(watch: &InWatch) -> Result<(std::sync::Arc<Ledger>, u64), Failure> {
    let opened = watch.open()?;
    let missing = || Failure::Input("the watch has no ledger that can be opened".to_owned());
    Ok((opened.ledger.ok_or_else(missing)?, opened.size))
}

/// The documents of the first entries, each with its entry; none of what was erased.
fn documents(ledger: &Ledger, size: u64) -> Result<Vec<(u64, DocumentOf)>, Failure> {
    let mut found = Vec::new();
    let read = ledger.read(size, &mut |entry| {
        if let (Kind::Document, Some(content)) = (entry.kind, &entry.content) {
            found.extend(serde_json::from_slice(content).ok().map(|document| (entry.seq, document)));
        }
        Ok(())
    });
    read.map_err(told)?;
    Ok(found)
}

fn add(options: &Add) -> Result<(), Failure> {
    let place = options.file.display();
    let odd = |why: String| Failure::Input(format!("{place}: {why}"));
    let length = fs::metadata(&options.file).map_err(|error| odd(error.to_string()))?.len();
    if length > BYTES_MAX {
        return Err(odd(format!("{length} bytes: a document has at most {BYTES_MAX}")));
    }
    let bytes = fs::read(&options.file).map_err(|error| odd(error.to_string()))?;
    let (ledger, size) = open(&options.watch)?;
    let name = options.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let document = DocumentOf::of(&bytes, name, options.media.clone(), options.url.clone());
    if let Some((entry, _)) =
        documents(&ledger, size)?.iter().find(|(_, kept)| kept.sha256 == document.sha256)
    {
        return print::line(&format!("{}: kept already, as entry {entry}", document.sha256));
    }
    let content = serde_json::to_vec(&document).map_err(|error| Failure::Internal(error.to_string()))?;
    let draft =
        Draft { sealed: true, document: Some(bytes), ..Draft::open(Kind::Document, &options.by, content) };
    let receipt = ledger.append(vec![draft]).map_err(told)?;
    print::line(&format!("{}: entry {}", document.sha256, receipt.first))
}

fn get(options: &Get) -> Result<(), Failure> {
    let (ledger, size) = open(&options.watch)?;
    let wanted = options.sha256.to_ascii_lowercase();
    let mut found = documents(&ledger, size)?;
    found.retain(|(_, document)| document.sha256.starts_with(&wanted));
    let (entry, document) = match found.as_slice() {
        [one] => one,
        [] => return Err(Failure::No(format!("no document is kept whose SHA-256 begins with {wanted}"))),
        more => {
            return Err(Failure::Input(format!(
                "{} documents begin with {wanted}: give more digits",
                more.len()
            )));
        }
    };
    let missing = || Failure::No(format!("{}: its key is not here", document.sha256));
    let bytes = ledger.document(*entry).map_err(told)?.ok_or_else(missing)?;
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&options.output)
        .and_then(|mut file| file.write_all(&bytes));
    written.map_err(|error| Failure::Input(format!("{}: {error}", options.output.display())))?;
    print::line(&format!("{}: {} bytes, {}", options.output.display(), bytes.len(), document.sha256))
}

fn list(options: &List) -> Result<(), Failure> {
    let (ledger, size) = open(&options.watch)?;
    let found = documents(&ledger, size)?;
    if found.is_empty() {
        return print::line("no document is kept: trucewatch document add FILE");
    }
    let head = ["ENTRY", "SHA-256", "BYTES", "NAME", "FROM"].map(str::to_owned).to_vec();
    let rows = found.into_iter().map(|(entry, kept)| {
        vec![entry.to_string(), kept.sha256, kept.bytes.to_string(), kept.name, kept.url.unwrap_or_default()]
    });
    print::line(&print::table(&[head].into_iter().chain(rows).collect::<Vec<_>>()))
}
