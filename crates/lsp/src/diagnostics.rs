//! Diagnostics as one types, and the quick fixes that come with them.
//!
//! Invariant: the code, the message and the fixes are those of `trucewatch check`.

use gen_lsp_types::{
    Code, CodeAction, CodeActionContext, CodeActionKind, CodeActionResponse, Diagnostic, DiagnosticSeverity,
    Notification as _, PublishDiagnosticsNotification, PublishDiagnosticsParams, Range, Uri,
};
use language::Severity;
use lsp_server::Notification;

use crate::document::Document;

/// Tells the editor what is wrong with the document.
pub fn published(document: &Document) -> Notification {
    let found = document.parsed.iter().flat_map(|parsed| &parsed.diagnostics);
    let diagnostics = found.map(|diagnostic| shown(document, diagnostic)).collect();
    publish(PublishDiagnosticsParams {
        uri: document.uri.clone(),
        version: Some(document.version),
        diagnostics,
    })
}

/// Tells it that nothing is wrong any more with a document that it has closed.
pub fn withdrawn(uri: Uri) -> Notification {
    publish(PublishDiagnosticsParams { uri, version: None, diagnostics: Vec::new() })
}

fn publish(params: PublishDiagnosticsParams) -> Notification {
    Notification::new(PublishDiagnosticsNotification::METHOD.to_string(), params)
}

fn shown(document: &Document, diagnostic: &language::Diagnostic) -> Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
    };
    Diagnostic {
        range: document.range(&diagnostic.span),
        severity: Some(severity),
        code: Some(Code::String(diagnostic.code.to_owned())),
        source: Some("trucewatch".to_owned()),
        message: diagnostic.message.clone().into(),
        ..Diagnostic::default()
    }
}

/// The fixes of what is wrong in the range; where there is one only, it is the one to take.
pub fn fixes(document: &Document, range: Range, context: &CodeActionContext) -> Vec<CodeActionResponse> {
    let fits = |kind: &CodeActionKind| matches!(kind, CodeActionKind::Empty | CodeActionKind::QuickFix);
    if context.only.as_ref().is_some_and(|only| !only.iter().any(fits)) {
        return Vec::new();
    }
    let asked = document.span(range);
    let found = document.parsed.iter().flat_map(|parsed| &parsed.diagnostics);
    let touched = found.filter(|d| d.span.start <= asked.end && asked.start <= d.span.end);
    let actions = touched.flat_map(|diagnostic| {
        diagnostic.fixes.iter().map(|fix| {
            CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![shown(document, diagnostic)]),
                is_preferred: Some(diagnostic.fixes.len() == 1),
                edit: Some(document.edit(fix.edits.iter().map(|(span, new)| (span, new.as_str())))),
                ..CodeAction::default()
            }
            .into()
        })
    });
    actions.collect()
}
