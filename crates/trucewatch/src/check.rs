//! `check`: what is wrong in agreements' texts, where, and how to mend it.
//!
//! Invariant: every text named is checked, whatever is wrong with the others; one that cannot be read outweighs errors.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use language::{Diagnostic, Severity, near};
use serde_json::json;
use watch::{Paths, Watch};

use crate::{
    Failure,
    arguments::{Check, Format},
    means,
    print::{counted, line, told},
    texts::{Text, meant_by},
};

/// Checks texts; errors in them are the answer “no”.
pub fn run(options: &Check) -> Result<(), Failure> {
    if let Some(code) = &options.explain {
        return explain(code);
    }
    let mut named = options.texts.clone();
    if named.is_empty() {
        named.push(own_agreement(options)?);
    }
    let mut files = Vec::new();
    for name in &named {
        match meant_by(name) {
            Ok(found) => files.extend(found.into_iter().map(Ok)),
            Err(failure) => files.push(Err(failure)),
        }
    }
    let mut is_hinted = false;
    if files.len() == 1 {
        return files.remove(0).and_then(|file| check(&file, options, &mut is_hinted));
    }
    let texts = counted(files.len(), "text");
    let (mut wrong, mut unread) = (0, 0);
    for file in files {
        let (tally, message) = match file.and_then(|file| check(&file, options, &mut is_hinted)) {
            Ok(()) => continue,
            Err(Failure::No(message)) => (&mut wrong, message),
            Err(Failure::Input(message)) => (&mut unread, message),
            Err(fault) => return Err(fault),
        };
        *tally += 1;
        told(&message);
    }
    match (wrong, unread) {
        (0, 0) => Ok(()),
        (_, 0) => Err(Failure::No(format!("{texts}: {wrong} with errors"))),
        (_, _) => {
            Err(Failure::Input(format!("{texts}: {wrong} with errors, {unread} that cannot be checked")))
        }
    }
}

/// The agreement of the watch named, or of the nearest, by as short a name as there is.
fn own_agreement(options: &Check) -> Result<PathBuf, Failure> {
    let path = options.watch.paths()?.agreement;
    let here = std::env::current_dir()?;
    Ok(path.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(path))
}

/// Checks one text; where codes are explained is said once.
fn check(file: &Path, options: &Check, is_hinted: &mut bool) -> Result<(), Failure> {
    let Text { path, text } = Text::read(file)?;
    let name = file.display().to_string();
    let parsed = language::parse(&text);
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = counted(parsed.diagnostics.len() - errors, "warning");
    match options.format {
        Format::Json => print_json(&name, &text, &parsed.diagnostics)?,
        Format::Table => tell(&name, &text, &parsed.diagnostics, is_hinted),
    }
    let Some(of) = parsed.agreement else {
        return Err(Failure::No(format!("{name}: {}, {warnings}", counted(errors, "error"))));
    };
    if options.format == Format::Json {
        return Ok(());
    }
    let mut zones = counted(of.zones.len(), "zone");
    match path {
        Some(agreement) => {
            // A watch's zones and sources belong to its agreement: a missing one is told here too.
            let sources = agreement.parent().map(|dir| dir.join("sources.toml"));
            let sources = sources.filter(|sources| sources.is_file());
            Watch::load(&Paths { agreement, sources, ..Paths::default() })?;
        }
        None if of.zones.is_empty() => {}
        None => zones += " (their outlines not looked for)",
    }
    line(&format!(
        "{name}: {}, {}, {zones}, {}; no errors, {warnings}",
        counted(of.provisions.len(), "provision"),
        counted(of.phases.len(), "phase"),
        counted(of.readings.len(), "reading")
    ))?;
    if options.means { line(&format!("\n{}", means::in_words(&of))) } else { Ok(()) }
}

fn tell(name: &str, text: &str, diagnostics: &[Diagnostic], is_hinted: &mut bool) {
    let render = if std::io::stderr().is_terminal() { language::render_coloured } else { language::render };
    for diagnostic in diagnostics {
        told(&format!("{}\n", render(name, text, diagnostic)));
    }
    if let Some(first) = diagnostics.first().filter(|_| !*is_hinted) {
        told(&format!("Each code has a page: trucewatch check --explain {}", first.code));
        *is_hinted = true;
    }
}

fn explain(code: &str) -> Result<(), Failure> {
    use language::diagnostics::codes;
    codes::explain(code).map_or_else(
        |offers| {
            let all = || codes::TABLE.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", ");
            let instead = near::did_you_mean(&offers).unwrap_or_else(|| format!("the codes are {}", all()));
            Err(Failure::Input(format!("no diagnostic has the code “{code}”: {instead}")))
        },
        |page| line(page.trim_end()),
    )
}

fn print_json(name: &str, text: &str, diagnostics: &[Diagnostic]) -> Result<(), Failure> {
    for diagnostic in diagnostics {
        let (row, column) = line_and_column(text, diagnostic.span.start);
        let fixes: Vec<_> = diagnostic
            .fixes
            .iter()
            .map(|fix| {
                let edits: Vec<_> = fix
                    .edits
                    .iter()
                    .map(|(span, new)| json!({"from": span.start, "to": span.end, "text": new}))
                    .collect();
                json!({"title": fix.title, "edits": edits})
            })
            .collect();
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let finding = json!({"file": name, "line": row, "column": column, "from": diagnostic.span.start, "to": diagnostic.span.end,
            "code": diagnostic.code, "severity": severity, "message": diagnostic.message, "fixes": fixes});
        line(&finding.to_string())?;
    }
    Ok(())
}

/// Line and column in characters, from 1, of a byte offset.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
