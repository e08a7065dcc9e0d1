//! Diagnostics for a terminal.
//!
//! Invariant: only reads a diagnostic; nothing is decided here.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// The diagnostic with the lines of the text that it is about, without colour. Lines and columns count from
/// 1.
#[must_use]
pub fn render(file_name: &str, text: &str, diagnostic: &Diagnostic) -> String {
    draw(&Renderer::plain(), file_name, text, diagnostic)
}

/// Likewise, in colours for a terminal.
#[must_use]
pub fn render_coloured(file_name: &str, text: &str, diagnostic: &Diagnostic) -> String {
    draw(&Renderer::styled(), file_name, text, diagnostic)
}

fn draw(renderer: &Renderer, file_name: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let end = diagnostic.span.end.min(text.len());
    let span = diagnostic.span.start.min(end)..end;
    let snippet = Snippet::source(text).path(file_name).annotation(AnnotationKind::Primary.span(span));
    let mut group = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code).element(snippet);
    for fix in &diagnostic.fixes {
        group = group.element(Level::HELP.message(fix.title.as_str()));
    }
    renderer.render(&[group])
}
