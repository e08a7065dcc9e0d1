//! `check`: what is wrong in an agreement's text, where, and how to mend it.

use std::io::IsTerminal as _;

use serde_json::json;
use watch::files::read_text;

use crate::{
    Failure,
    arguments::{Check, Format},
};

/// Checks a text; errors in it are the answer “no”.
pub fn run(options: &Check) -> Result<(), Failure> {
    if let Some(code) = &options.explain {
        return explain(code);
    }
    let path = match &options.agreement {
        Some(path) => path.clone(),
        None => options.watch.paths()?.agreement,
    };
    let text = read_text(&path)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let parsed = language::parse(&text);
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == language::Severity::Error).count();
    let warnings = parsed.diagnostics.len() - errors;
    match options.format {
        Format::Json => print_json(&name, &text, &parsed.diagnostics)?,
        Format::Table => {
            let colour = std::io::stderr().is_terminal();
            for diagnostic in &parsed.diagnostics {
                let rendered = if colour {
                    language::render_coloured(&name, &text, diagnostic)
                } else {
                    language::render(&name, &text, diagnostic)
                };
                crate::print::told(&format!("{rendered}\n"));
            }
            if let Some(first) = parsed.diagnostics.first() {
                crate::print::told(&format!(
                    "Each code has a page: trucewatch check --explain {}",
                    first.code
                ));
            }
        }
    }
    if errors > 0 {
        return Err(Failure::No(format!("{name}: {errors} errors, {warnings} warnings")));
    }
    if options.format == Format::Table {
        // A watch's zones and sources belong to its agreement: a missing one is told here too.
        let beside = path.parent().map(|dir| dir.join("sources.toml")).filter(|sources| sources.is_file());
        let paths = watch::Paths { agreement: path, sources: beside, ..watch::Paths::default() };
        let watch = watch::Watch::load(&paths)?;
        let of = &watch.agreement;
        println!(
            "{name}: {} provisions, {} phases, {} zones, {} readings; no errors, {warnings} warnings",
            of.provisions.len(),
            of.phases.len(),
            of.zones.len(),
            of.readings.len()
        );
    }
    Ok(())
}

fn explain(code: &str) -> Result<(), Failure> {
    match language::diagnostics::codes::explain(code) {
        Ok(page) => crate::print::line(page.trim_end()),
        Err(nearest) => {
            let meant = nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Err(Failure::Input(format!("no diagnostic has the code `{code}`{meant}")))
        }
    }
}

fn print_json(name: &str, text: &str, diagnostics: &[language::Diagnostic]) -> Result<(), Failure> {
    for diagnostic in diagnostics {
        let (line, column) = line_and_column(text, diagnostic.span.start);
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
        let severity = if diagnostic.severity == language::Severity::Error { "error" } else { "warning" };
        let row = json!({"file": name, "line": line, "column": column, "from": diagnostic.span.start, "to": diagnostic.span.end,
            "code": diagnostic.code, "severity": severity, "message": diagnostic.message, "fixes": fixes});
        crate::print::line(&row.to_string())?;
    }
    Ok(())
}

/// Line and column in characters, from 1, of a byte offset.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
