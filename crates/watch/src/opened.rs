//! A watch opened on its ledger: what is new in its files is recorded, and the watch is read from what was recorded.
//!
//! Invariant: what is answered rests on the ledger, and where something could not be recorded that is said; as recorded at an entry,
//! nothing later is used and nothing is recorded.

use std::{path::Path, sync::Arc};

use ledger::{Clock, Draft, Entry, Error, Ledger};

use crate::{
    files::{Paths, Problems, Watch},
    held::Held,
    place, taking,
};

/// So many entries are recorded at a time.
const PORTION: usize = 20_000;
/// How often it is tried again where other programs record at the same time.
const TRIES: usize = 20;

/// A watch that is open.
pub struct Opened {
    /// What it says.
    pub watch: Watch,
    /// Its ledger; none where none could be opened or made.
    pub ledger: Option<Arc<Ledger>>,
    /// How many of its entries were read.
    pub size: u64,
    /// What a person should know: what could not be recorded, or is no longer in a file.
    pub notes: Vec<String>,
}

/// A watch whose ledger is open and has been read.
pub struct Unread {
    /// What it holds.
    pub held: Held,
    /// Its ledger; none where none could be opened or made.
    pub ledger: Option<Arc<Ledger>>,
    /// How many of its entries were read.
    pub size: u64,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// How a watch is opened.
pub struct Opening<'a> {
    /// The first so many entries alone; all of them, with what is new in the files, where it is left out.
    pub as_recorded: Option<u64>,
    /// Tells the time.
    pub clock: Clock,
    /// Is told how many entries have been recorded, and of how many.
    pub progress: &'a mut dyn FnMut(usize, usize),
}

/// Opens a watch.
///
/// # Errors
/// Every problem with its files, or with its ledger.
pub fn open(paths: &Paths, opening: &mut Opening<'_>) -> Result<Opened, Problems> {
    let Some(folder) = &paths.folder else {
        let watch = Watch::load(paths)?;
        return Ok(Opened { watch, ledger: None, size: 0, notes: Vec::new() });
    };
    let Unread { held, ledger, size, notes } = read(folder, paths, opening)?;
    Ok(Opened { watch: held.watch()?, ledger, size, notes })
}

/// Opens the ledger of the watch in a folder, records what is new in its files, and reads it.
///
/// # Errors
/// Every problem with its files, or with its ledger.
pub fn read(folder: &Path, paths: &Paths, opening: &mut Opening<'_>) -> Result<Unread, Problems> {
    if let Some(size) = opening.as_recorded {
        let ledger = place::to_read(folder, &opening.clock).map_err(told)?;
        let held = Held::read(&ledger, size).map_err(told)?;
        let notes = missing(&held);
        return Ok(Unread { held, ledger: Some(Arc::new(ledger)), size, notes });
    }
    if !place::is_begun(folder) {
        // A mistake in a text is told before a ledger is begun over it.
        taking::new(paths, &Held::default())?;
    }
    let (ledger, mut why_not) = match place::to_write(folder, &opening.clock) {
        Ok(ledger) => (Some(ledger), None),
        Err(error @ (Error::Damaged(_) | Error::Newer { .. })) => return Err(told(error)),
        Err(error) => match place::to_read(folder, &opening.clock) {
            Ok(ledger) => (Some(ledger), Some(error)),
            Err(Error::Missing(_)) => (None, Some(error)),
            Err(error) => return Err(told(error)),
        },
    };
    let mut held = ledger.as_ref().map_or(Ok(Held::default()), all).map_err(told)?;
    let size = held.size;
    let mut taken = taking::new(paths, &held)?;
    let mut done = 0;
    if let (Some(ledger), None) = (&ledger, &why_not) {
        for turn in 1.. {
            match record(ledger, &taken.drafts, &mut held, opening) {
                Ok(()) => done = taken.drafts.len(),
                Err((_, Error::Moved(_))) if turn < TRIES => {
                    held = all(ledger).map_err(told)?;
                    taken = taking::new(paths, &held)?;
                    continue;
                }
                Err((_, error @ Error::Damaged(_))) => return Err(told(error)),
                Err((recorded, error)) => {
                    done = recorded;
                    why_not = Some(error);
                }
            }
            break;
        }
    }
    let size = if why_not.is_none() { held.size } else { size + done as u64 };
    let mut notes = taken.notes;
    if let (Some(error), false) = (why_not, taken.drafts.len() == done) {
        let left = taken.drafts.len() - done;
        let entries = if left == 1 { "entry" } else { "entries" };
        notes.push(format!(
            "{error}\n{left} new {entries} of the files could not be recorded: what follows rests on the files for them"
        ));
        take(&mut held, &taken.drafts[done..]).map_err(told)?;
    }
    notes.extend(missing(&held));
    Ok(Unread { held, ledger: ledger.map(Arc::new), size, notes })
}

/// All that a ledger holds.
fn all(ledger: &Ledger) -> Result<Held, Error> {
    Held::read(ledger, ledger.head()?.0.size)
}

/// Records entries after those that are held; told how many were recorded where it fails.
fn record(
    ledger: &Ledger,
    drafts: &[Draft],
    held: &mut Held,
    opening: &mut Opening<'_>,
) -> Result<(), (usize, Error)> {
    let mut done = 0;
    for portion in drafts.chunks(PORTION) {
        let failed = |error| (done, error);
        ledger.append_after(held.size, portion).map_err(failed)?;
        take(held, portion).map_err(failed)?;
        done += portion.len();
        (opening.progress)(done, drafts.len());
    }
    Ok(())
}

/// Holds drafts as if they had been read.
fn take(held: &mut Held, drafts: &[Draft]) -> Result<(), Error> {
    for draft in drafts {
        let (kind, by, content) = (draft.kind, draft.by.clone(), Some(draft.content.clone()));
        // Nothing that is held asks when it was recorded.
        held.take(&Entry { seq: held.size, kind, at: model::Instant::MIN, by, content })?;
    }
    Ok(())
}

fn missing(held: &Held) -> Vec<String> {
    let counted = |count: u64, what: &str| match count {
        1 => format!("1 statement is {what}"),
        many => format!("{many} statements are {what}"),
    };
    let mut notes = Vec::new();
    if held.unopened() > 0 {
        let what = "encrypted, with no key here: not used, and nobody's silence is taken for evidence";
        notes.push(counted(held.unopened(), what));
    }
    if held.erased > 0 {
        let what = "erased: not used, and the silence of who made what was erased is no evidence";
        notes.push(counted(held.erased, what));
    }
    notes
}

fn told(error: Error) -> Problems {
    Problems(vec![error.to_string()])
}
