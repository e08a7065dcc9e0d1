//! Where the ledger of a watch is, and the key that signs it.
//!
//! Invariant: a ledger is begun once, with one key, however many programs open the watch for the first time at one time; a key is
//! readable by its owner alone.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ledger::{Clock, Error, Ledger, Signer, Sqlite, Store, seal::random};

use crate::files::{hex, in_words};

/// The file of the embedded ledger.
pub const LEDGER: &str = "ledger.db";
/// The file of the key that signs it.
pub const KEY: &str = "ledger.key";

/// Whether a watch has a ledger.
#[must_use]
pub fn is_begun(folder: &Path) -> bool {
    folder.join(LEDGER).exists()
}

/// The file of the ledger of a watch.
#[must_use]
pub fn file(folder: &Path) -> PathBuf {
    folder.join(LEDGER)
}

/// The ledger of a watch, begun where there is none.
///
/// # Errors
/// When it can neither be opened nor made.
pub fn to_write(folder: &Path, clock: &Clock) -> Result<Ledger, Error> {
    let mut store = Sqlite::open(&file(folder))?;
    let begun = store.head()?.is_some();
    match (key(folder, !begun)?, begun) {
        (Some(signer), false) => {
            let origin = signer.public.split('+').next().unwrap_or_default().to_owned();
            Ledger::begin(Box::new(store), &origin, signer, clock.clone())
        }
        (signer, _) => Ledger::open(Box::new(store), signer, clock.clone()),
    }
}

/// The ledger of a watch, to be read alone.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn to_read(folder: &Path, clock: &Clock) -> Result<Ledger, Error> {
    Ledger::open(store_to_read(folder)?, None, clock.clone())
}

/// The store of the ledger of a watch, to be read alone.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn store_to_read(folder: &Path) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(Sqlite::open_to_read(&file(folder))?))
}

/// The key that signs; a new one where there is none and one is to be made.
///
/// # Errors
/// When it cannot be read or made.
pub fn key(folder: &Path, make: bool) -> Result<Option<Signer>, Error> {
    let path = folder.join(KEY);
    let told = |error: &std::io::Error| Error::Key(format!("{}: {}", path.display(), in_words(error)));
    match fs::read_to_string(&path) {
        Ok(text) => {
            return Signer::read(&text)
                .map(Some)
                .map_err(|error| Error::Key(format!("{}: {error}", path.display())));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(told(&error)),
        Err(_) if !make => return Ok(None),
        Err(_) => {}
    }
    // Written whole under another name first: whoever finds the key finds all of it, and who comes second takes the first's.
    let draft = folder.join(format!(".{KEY}-{}", hex(&random::<8>()?)));
    let written =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).and_then(|mut file| {
            let signer = Signer::generate(&origin(folder)).map_err(std::io::Error::other)?;
            file.write_all(signer.text().as_bytes())?;
            file.sync_all()?;
            match fs::hard_link(&draft, &path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            }
        });
    let _ = fs::remove_file(&draft);
    written.map_err(|error| told(&error))?;
    key(folder, false)
}

/// A name for a new ledger, unlike that of any other: that of the folder, and something drawn.
fn origin(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        name.chars().map(|c| if c.is_whitespace() || c == '+' || c.is_control() { '-' } else { c }).collect();
    let drawn = random::<4>().map(|bytes| hex(&bytes)).unwrap_or_default();
    format!("trucewatch/{}-{drawn}", if plain.is_empty() { "watch" } else { &plain })
}
