//! `export`, `import`, `backup` and `move`: a whole ledger from one place to another, leaf for leaf.
//!
//! Invariant: a copy has the same leaves, proofs and checkpoints as what it was made of, and is checked on the way; what was copied
//! before an interruption is not copied again.

use std::path::{Path, PathBuf};

use clap::Args;
use watch::{
    ledger::{
        Error, audit,
        transfer::{Copied, copy},
    },
    place::{self, Place},
};

use crate::{
    Failure,
    arguments::InFolder,
    print::{self, counted},
    progress::Progress,
};

/// Examples of `export`.
pub const EXPORT_HELP: &str = "\
Others may record in the meantime. Keys of what is encrypted go along, into a file of their own beside (FILE.keys): leave it behind \
where what is restricted must not go, and what was erased cannot come back from a copy without keys. The key that signs stays.

Examples:
  trucewatch export copy.db                                           into a file
  trucewatch export 'postgres:///missions?host=/run/postgresql#gaza_2025'   into PostgreSQL
  trucewatch export copy.db                                           once more: what is new since

Exit code 0: done; 2: there is something else there, or a place cannot be read or written.";

/// Examples of `import`.
pub const IMPORT_HELP: &str = "\
The ledger of the watch is empty, or holds the beginning of what is imported. To go on recording in it the watch needs the key that \
signs: copy ledger.key too.

Examples:
  trucewatch import copy.db -w restored

Exit code 0: done; 2: the watch has another ledger, or a place cannot be read or written.";

/// Examples of `backup`.
pub const BACKUP_HELP: &str = "\
As `export` into a file, while others record, and then the copy is audited. A backup that is there already is brought up to date. Keep the \
key that signs (ledger.key) and the file of keys (FILE.keys) elsewhere than the backup itself.

Examples:
  trucewatch backup /media/usb/gaza.db

Exit code 0: done, and the copy is sound; 1: the copy is not; 2: it cannot be written.";

/// Examples of `move`.
pub const MOVE_HELP: &str = "\
As `export`, then the copy is audited, and the watch's settings (watch.toml) say from then on that its ledger is there. The old one \
stays as it is, and must not be written to any more: end what monitors or serves the watch first, for a log that goes on in two places is \
a forked log, and witnesses will refuse it.

Examples:
  trucewatch move 'postgres:///missions?host=/run/postgresql#gaza_2025'
  trucewatch move ledger.db                                           and back

Exit code 0: done; 1: the copy is not sound, and nothing was changed; 2: a place cannot be read or written.";

#[derive(Debug, Args)]
pub struct Copying {
    #[command(flatten)]
    pub watch: InFolder,
    /// A file, or an address that begins with postgres://
    #[arg(value_name = "PLACE")]
    pub place: String,
}

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub watch: InFolder,
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

fn told(error: Error) -> Failure {
    Failure::Input(error.to_string())
}

fn copied(from: &Place, to: &Place) -> Result<Copied, Failure> {
    let mut source = from.to_read().map_err(told)?;
    let mut target = to.to_write().map_err(told)?;
    let progress = Progress::new("copying");
    copy(&mut *source, &mut *target, &mut |done, all| progress.at(done, all)).map_err(told)
}

fn sound(place: &Place) -> Result<u64, Failure> {
    let mut store = place.to_read().map_err(told)?;
    let progress = Progress::new("auditing");
    let report = audit(&mut *store, &mut |done, all| progress.at(done, all)).map_err(told)?;
    match report.faults.first() {
        None => Ok(report.size),
        Some(fault) => Err(Failure::No(format!("the copy is not sound: {fault}"))),
    }
}

fn say(copied: &Copied) -> Result<(), Failure> {
    let entries = |count: u64| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
    print::line(&format!("{} copied, {} in all", entries(copied.new), copied.size))?;
    if copied.unopened > 0 {
        print::told(&format!(
            "{} encrypted without a key where they came from: nobody can open them",
            counted(copied.unopened, "statement")
        ));
    }
    Ok(())
}

/// The folder of a watch, once what is new in its files is recorded.
fn up_to_date(watch: &InFolder) -> Result<PathBuf, Failure> {
    let opened = crate::arguments::open(&watch.paths()?, None)?;
    opened.notes.iter().for_each(|note| print::told(note));
    watch.find()
}

/// Here, where a file is named by a relative path.
fn here(word: &str) -> Place {
    Place::named(Path::new(""), word)
}

/// Copies the ledger of a watch elsewhere.
pub fn export(options: &Copying) -> Result<(), Failure> {
    let from = Place::of(&up_to_date(&options.watch)?).map_err(told)?;
    say(&copied(&from, &here(&options.place))?)
}

/// Copies a ledger into that of a watch.
pub fn import(options: &Copying) -> Result<(), Failure> {
    let to = Place::of(&options.watch.find()?).map_err(told)?;
    say(&copied(&here(&options.place), &to)?)
}

/// Copies the ledger of a watch into a file, and audits that.
pub fn backup(options: &Backup) -> Result<(), Failure> {
    let from = Place::of(&up_to_date(&options.watch)?).map_err(told)?;
    let to = Place::File(options.file.clone());
    let copied = copied(&from, &to)?;
    sound(&to)?;
    say(&copied)
}

/// Copies the ledger of a watch elsewhere, and lets the watch go on there.
pub fn relocate(options: &Copying) -> Result<(), Failure> {
    let folder = up_to_date(&options.watch)?;
    let from = Place::of(&folder).map_err(told)?;
    let to = Place::named(&folder, &options.place);
    if from == to {
        return Err(Failure::Input(format!("{}: the ledger is there already", options.place)));
    }
    let copied = copied(&from, &to)?;
    sound(&to)?;
    place::settle(&folder, &options.place).map_err(told)?;
    say(&copied)
}
