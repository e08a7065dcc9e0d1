//! The newest checkpoint in a small file of its own, beside an SQLite ledger.
//!
//! Invariant: it is written after the entries that it vouches for are on disk, and never waited for: it may be behind, torn or
//! missing, which is harmless; it is never ahead, but where entries were lost.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// A checkpoint is far shorter.
const NOTE_BYTES_MAX: u64 = 64 << 10;

/// The file.
pub(super) struct Apart {
    path: PathBuf,
    file: Option<File>,
}

impl Apart {
    pub(super) fn beside(ledger: &Path) -> Apart {
        Apart { path: ledger.with_extension("head"), file: None }
    }

    /// What it says; none where it says nothing.
    pub(super) fn read(&self) -> Option<String> {
        let mut note = String::new();
        File::open(&self.path).ok()?.take(NOTE_BYTES_MAX).read_to_string(&mut note).ok()?;
        (!note.is_empty()).then_some(note)
    }

    /// Writes a checkpoint. Where that fails the file is behind, which is harmless.
    pub(super) fn write(&mut self, note: &str) {
        if self.put(note).is_err() {
            self.file = None;
        }
    }

    fn put(&mut self, note: &str) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                none.insert(OpenOptions::new().write(true).create(true).truncate(false).open(&self.path)?)
            }
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(note.as_bytes())?;
        file.set_len(note.len() as u64)
    }
}
