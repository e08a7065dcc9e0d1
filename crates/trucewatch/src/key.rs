//! `key`: which key signs the ledger of a watch, and another in its place.
//!
//! Invariant: a key is on disk before the ledger says that it signs, and none is ever deleted: whenever the program is stopped, the
//! keys that are needed are there, and the next run finishes what was begun.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use ledger::{Ledger, Signer};
use watch::place;

use crate::{Failure, arguments::InFolder, print, system};

/// The file of the next key, until it has taken the place of the last.
const NEXT: &str = "ledger.key.next";

/// What `--help` says besides.
pub const HELP: &str = "\
The key of a ledger is in ledger.key, beside ledger.db, readable by its owner alone: who has it can sign in the ledger's name. Another \
takes its place when it may have been seen by others, or once in a while. The ledger itself says so: who trusts the first key can follow \
to the last, and witnesses do. The old key is kept as ledger.key.1, ledger.key.2 and so on.

Examples:
  trucewatch key list -w my-watch
  trucewatch key replace -w my-watch --reason \"the laptop was lost\"

Exit code 0: done; 2: there is no ledger, or its key is not here.";

#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// The public keys of the ledger, and from which entry on each signs
    List(List),
    /// Make a new key, and let it sign from now on
    Replace(Replace),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    watch: InFolder,
}

#[derive(Debug, Args)]
struct Replace {
    #[command(flatten)]
    watch: InFolder,
    /// Why; it is recorded and cannot be erased
    #[arg(long)]
    reason: String,
}

/// Does what is asked.
pub fn run(options: &Key) -> Result<(), Failure> {
    match &options.act {
        Act::List(options) => list(options),
        Act::Replace(options) => replace(options),
    }
}

fn told(error: impl std::fmt::Display) -> Failure {
    Failure::Input(error.to_string())
}

fn open(folder: &Path) -> Result<Ledger, Failure> {
    if !place::is_begun(folder) {
        let why = "there is no ledger here yet: `trucewatch status` begins one";
        return Err(Failure::Input(format!("{}: {why}", folder.display())));
    }
    place::to_write(folder, &system::clock()).map_err(told)
}

fn list(options: &List) -> Result<(), Failure> {
    let ledger = place::to_read(&options.watch.find()?, &system::clock()).map_err(told)?;
    let trust = ledger.trust().map_err(told)?;
    let rows: Vec<Vec<String>> =
        trust.keys.iter().map(|(since, key)| vec![format!("from entry {since} on"), key.clone()]).collect();
    print::line(&format!("{}\n{}", trust.origin, print::table(&rows)))
}

fn replace(options: &Replace) -> Result<(), Failure> {
    let folder = options.watch.find()?;
    let (path, next) = (folder.join(place::KEY), folder.join(NEXT));
    let ledger = open(&folder)?;
    let keys = ledger.trust().map_err(told)?.keys;
    let (since, last) = keys.last().ok_or_else(|| told("the ledger does not say who signs it"))?;
    let new = begun(&next, last)?;
    if new.public == *last {
        // It was stopped after the ledger said so: what is left to do is with the files.
        return done(&new, *since, &keep(&path, &next, keys.len() - 1)?);
    }
    if !ledger.can_sign() {
        return Err(told(format!("{}: the key that signs is not here", path.display())));
    }
    let receipt = ledger.replace_key(new.clone(), "key", &options.reason).map_err(told)?;
    done(&new, receipt.first, &keep(&path, &next, keys.len())?)
}

/// The next key, on disk: the one that an earlier run made, or a new one under the name of the last.
fn begun(next: &Path, last: &str) -> Result<Signer, Failure> {
    let fault = |error: std::io::Error| Failure::Input(format!("{}: {error}", next.display()));
    match fs::read_to_string(next) {
        Ok(text) => return Signer::read(&text).map_err(|error| told(format!("{}: {error}", next.display()))),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fault(error)),
        Err(_) => {}
    }
    let new = Signer::generate(last.split('+').next().unwrap_or_default()).map_err(told)?;
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(next).map_err(fault)?;
    file.write_all(new.text().as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
    Ok(new)
}

fn done(new: &Signer, since: u64, old: &Path) -> Result<(), Failure> {
    print::line(&new.public)?;
    print::told(&format!(
        "It signs from entry {since} on; the old key is kept in {}. Witnesses learn it with the next request.",
        old.display()
    ));
    Ok(())
}

/// Keeps the old key under its number, and puts the next one in its place.
fn keep(path: &Path, next: &Path, number: usize) -> Result<PathBuf, Failure> {
    let old = path.with_file_name(format!("{}.{number}", place::KEY));
    let fault = |error: std::io::Error| Failure::Input(format!("{}: {error}", old.display()));
    match fs::hard_link(path, &old) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(fault(error)),
        _ => {}
    }
    fs::rename(next, path).map_err(fault)?;
    Ok(old)
}
