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
    let mut outcomes = Vec::new();
    let mut a_code = None;
    for name in &named {
        match meant_by(name) {
            Ok(files) => {
                outcomes.extend(files.iter().map(|file| check(file, options, &mut a_code)));
            }
            Err(failure) => outcomes.push(Err(failure)),
        }
    }
    if let Some(code) = a_code.filter(|_| options.format == Format::Table) {
        told(&format!("Each code has a page: trucewatch check --explain {code}"));
    }
    all_told(outcomes)
}

/// The agreement of the watch named, or of the nearest, by as short a name as there is.
fn own_agreement(options: &Check) -> Result<PathBuf, Failure> {
    let path = options.watch.paths()?.agreement;
    let here = std::env::current_dir()?;
    Ok(path.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(path))
}

/// How the whole went: one text speaks for itself, of several it is said how many were ill.
fn all_told(mut outcomes: Vec<Result<(), Failure>>) -> Result<(), Failure> {
    if outcomes.len() == 1 {
        return outcomes.remove(0);
    }
    let texts = counted(outcomes.len(), "text");
    let (mut unread, mut wrong) = (0, 0);
    for outcome in outcomes {
        match outcome {
            Ok(()) => {}
            Err(Failure::No(message)) => {
                wrong += 1;
                told(&message);
            }
            Err(Failure::Input(message)) => {
                unread += 1;
                told(&message);
            }
            Err(fault @ Failure::Internal(_)) => return Err(fault),
        }
    }
    match (unread, wrong) {
        (0, 0) => Ok(()),
        (0, wrong) => Err(Failure::No(format!("of {texts}, {wrong} with errors"))),
        (unread, wrong) => Err(Failure::Input(format!(
            "of {texts}, {wrong} with errors, and {unread} that could not be checked"
        ))),
    }
}

/// Checks one text, and remembers a code to point at.
fn check(file: &Path, options: &Check, a_code: &mut Option<&'static str>) -> Result<(), Failure> {
    let Text { path, text } = Text::read(file)?;
    let name = file.display().to_string();
    let parsed = language::parse(&text);
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = counted(parsed.diagnostics.len() - errors, "warning");
    match options.format {
        Format::Json => print_json(&name, &text, &parsed.diagnostics)?,
        Format::Table => tell(&name, &text, &parsed.diagnostics),
    }
    *a_code = a_code.or(parsed.diagnostics.first().map(|d| d.code));
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

fn tell(name: &str, text: &str, diagnostics: &[Diagnostic]) {
    let render =
        if std::io::stderr().is_terminal() { language::render_coloured } else { language::render };
    for diagnostic in diagnostics {
        told(&format!("{}\n", render(name, text, diagnostic)));
    }
}

fn explain(code: &str) -> Result<(), Failure> {
    use language::diagnostics::codes;
    codes::explain(code).map_or_else(
        |offers| {
            let all = || codes::TABLE.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", ");
            let instead = near::did_you_mean(&offers).unwrap_or_else(|| format!("there are {}", all()));
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
