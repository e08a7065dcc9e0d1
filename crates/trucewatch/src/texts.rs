//! The texts that a command is given: files, a watch's agreement, standard input, the agreements in a folder.
//!
//! Invariant: a text is read once and within bounds, and goes by the name that the user gave it.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use watch::files::read_text;

use crate::{Failure, arguments::agreement_file};

/// How the name of an agreement's file ends.
const ENDING: &str = ".pact.md";

/// A text and where it came from.
pub struct Text {
    /// None: standard input.
    pub path: Option<PathBuf>,
    pub text: String,
}

impl Text {
    /// The text of a file, of a watch's agreement or, named `-`, of standard input.
    pub fn read(name: &Path) -> Result<Text, Failure> {
        if name == Path::new("-") {
            let mut bytes = Vec::new();
            // One byte more than is read shows that there is more.
            std::io::stdin().lock().take(language::MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            if bytes.len() > language::MAX_TEXT_BYTES {
                return Err(Failure::Input(format!(
                    "-: more than the {} bytes that are read",
                    language::MAX_TEXT_BYTES
                )));
            }
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::Input("-: the text is not UTF-8".to_owned()))?;
            return Ok(Text { path: None, text });
        }
        let path = agreement_file(name)?;
        let text = read_text(&path)?;
        Ok(Text { path: Some(path), text })
    }

    /// What the user calls it.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string())
    }
}

/// The files that are meant by a name: those of a folder and of the folders in it, or the name itself.
pub fn meant_by(name: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !name.is_dir() {
        return Ok(vec![name.to_path_buf()]);
    }
    let (mut found, folders) = listed(name)?;
    for folder in folders {
        found.extend(listed(&folder)?.0);
    }
    if found.is_empty() {
        let named = name.display();
        return Err(Failure::Input(format!(
            "{named}: no file ends in {ENDING} in this folder, or in a folder in it; name the file itself"
        )));
    }
    Ok(found)
}

/// The agreements in a folder, and its folders, in order of name; hidden ones are left out.
fn listed(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let told = |error: std::io::Error| Failure::Input(format!("{}: {error}", folder.display()));
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let entry = entry.map_err(told)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.starts_with('.') {
        } else if path.is_dir() {
            folders.push(path);
        } else if name.ends_with(ENDING) {
            files.push(path);
        }
    }
    files.sort();
    folders.sort();
    Ok((files, folders))
}
