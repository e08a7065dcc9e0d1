//! `fmt`: lays out the Pact of agreements, or says which are not laid out.
//!
//! Invariant: a file is written only when its layout changes, and never by `--check` or `--stdout`.

use watch::Paths;

use crate::{Failure, arguments::Fmt, print::counted, texts::Text};

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
        many => {
            let are = if many == 1 { "is" } else { "are" };
            let texts = counted(many, "text");
            Err(Failure::No(format!("{texts} {are} not laid out: `trucewatch fmt` does it")))
        }
    }
}
