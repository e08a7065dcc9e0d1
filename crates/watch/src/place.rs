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

use ledger::{Clock, Error, Ledger, Postgres, Signer, Sqlite, Store, postgres, seal::random};

use crate::files::{hex, in_words};

/// The file of the embedded ledger.
pub const LEDGER: &str = "ledger.db";
/// The file of the key that signs it.
pub const KEY: &str = "ledger.key";

/// Where the ledger of a watch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In PostgreSQL, at an address.
    Server(String),
}

impl Place {
    /// Where the settings of a watch say that its ledger is: `ledger.db` in its folder where they say nothing.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub fn of(folder: &Path) -> Result<Place, Error> {
        let path = folder.join("watch.toml");
        let odd = |why: String| Error::Store { place: path.display().to_string(), why };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(odd(in_words(&error))),
        };
        // What else is wrong with them is told when they are read as a whole.
        let settings: toml::Table = toml::from_str(&text).unwrap_or_default();
        match settings.get("ledger") {
            None => Ok(Place::File(folder.join(LEDGER))),
            Some(toml::Value::String(named)) => Ok(Place::named(folder, named)),
            Some(_) => Err(odd("ledger: give a file, or an address that begins with postgres://".to_owned())),
        }
    }

    /// The place that a word names, a file from a folder.
    #[must_use]
    pub fn named(folder: &Path, word: &str) -> Place {
        if postgres::is_address(word) {
            Place::Server(word.to_owned())
        } else {
            Place::File(folder.join(word))
        }
    }

    /// Its store, made where there is none.
    ///
    /// # Errors
    /// When it can neither be opened nor made.
    pub fn to_write(&self) -> Result<Box<dyn Store>, Error> {
        Ok(match self {
            Place::File(path) => Box::new(Sqlite::open(path)?),
            Place::Server(address) => Box::new(Postgres::open(address)?),
        })
    }

    /// Its store, to be read alone.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn to_read(&self) -> Result<Box<dyn Store>, Error> {
        Ok(match self {
            Place::File(path) => Box::new(Sqlite::open_to_read(path)?),
            Place::Server(address) => Box::new(Postgres::open_to_read(address)?),
        })
    }
}

/// Whether a watch has a ledger.
#[must_use]
pub fn is_begun(folder: &Path) -> bool {
    match Place::of(folder) {
        Ok(Place::File(path)) => path.exists(),
        Ok(place) => place.to_read().and_then(|mut store| store.head()).is_ok_and(|head| head.is_some()),
        Err(_) => false,
    }
}

/// The ledger of a watch, begun where there is none.
///
/// # Errors
/// When it can neither be opened nor made.
pub fn to_write(folder: &Path, clock: &Clock) -> Result<Ledger, Error> {
    let mut store = Place::of(folder)?.to_write()?;
    let begun = store.head()?.is_some();
    match (key(folder, !begun)?, begun) {
        (Some(signer), false) => {
            let origin = signer.public.split('+').next().unwrap_or_default().to_owned();
            Ledger::begin(store, &origin, signer, clock.clone())
        }
        (signer, _) => Ledger::open(store, signer, clock.clone()),
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
    Place::of(folder)?.to_read()
}

/// Lets the settings of a watch say where its ledger is.
///
/// # Errors
/// When they cannot be read or written.
pub fn settle(folder: &Path, word: &str) -> Result<(), Error> {
    let path = folder.join("watch.toml");
    let told =
        |error: &std::io::Error| Error::Store { place: path.display().to_string(), why: in_words(error) };
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        other => other.map_err(|error| told(&error))?,
    };
    let line = format!("ledger = {}", toml::Value::from(word));
    let is_it = |line: &str| line.split('=').next().is_some_and(|key| key.trim() == "ledger");
    let mut lines: Vec<&str> = text.lines().filter(|line| !is_it(line)).collect();
    // Before any table, where it would be another's.
    lines.insert(0, &line);
    let draft = path.with_extension("toml.new");
    let written = fs::write(&draft, lines.join("\n") + "\n").and_then(|()| fs::rename(&draft, &path));
    written.map_err(|error| told(&error))
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
