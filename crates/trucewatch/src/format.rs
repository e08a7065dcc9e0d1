//! `fmt`: lays out the Pact of agreements, or says which are not laid out.
//!
//! Invariant: a file is written only when its layout changes, and never by `--check` or `--stdout`.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use watch::{Paths, files::read_text};

use crate::{
    Failure,
    arguments::{Fmt, agreement_file},
};

/// Lays out every text; with `--check`, one that is not laid out is the answer “no”.
pub fn run(options: &Fmt) -> Result<(), Failure> {
    let nearest;
    let named = if options.texts.is_empty() {
        nearest = [Paths::nearest(&std::env::current_dir()?)?];
        &nearest[..]
    } else {
        &options.texts
    };
    // What cannot be read is told before anything is written.
    let texts: Vec<_> = named.iter().map(|name| Text::read(name)).collect::<Result<_, _>>()?;
    let mut untidy = Vec::new();
    for text in &texts {
        let laid_out = language::format(&text.text);
        let is_tidy = laid_out == text.text;
        if options.check {
            untidy.extend((!is_tidy).then(|| text.name()));
        } else if options.stdout || text.path.is_none() {
            crate::print::exactly(&laid_out)?;
        } else if let Some(path) = text.path.as_deref().filter(|_| !is_tidy) {
            let told = |error| Failure::Input(format!("{}: it cannot be written: {error}", path.display()));
            std::fs::write(path, laid_out).map_err(told)?;
            crate::print::line(&format!("{}: laid out", text.name()))?;
        }
    }
    untidy.iter().try_for_each(|name| crate::print::line(name))?;
    match untidy.len() {
        0 => Ok(()),
        1 => Err(Failure::No("1 text is not laid out: `trucewatch fmt` does it".to_owned())),
        many => Err(Failure::No(format!("{many} texts are not laid out: `trucewatch fmt` does it"))),
    }
}

/// A text and where it came from.
struct Text {
    /// None: standard input.
    path: Option<PathBuf>,
    text: String,
}

impl Text {
    /// The text of a file, of a watch's agreement or, named `-`, of standard input.
    fn read(name: &Path) -> Result<Text, Failure> {
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

    fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string())
    }
}
