//! What is wrong with a text, as data: a code, a place, plain words and what would mend it.
//!
//! Invariant: every span and every edit lies in the file, on character boundaries; rendering is apart
//! (`render`).

pub mod codes;
mod render;

use std::ops::Range;

pub use render::{render, render_coloured};

use crate::symbols::Record;

/// More diagnostics than this help nobody; the rest is cut, and said to be.
const MAX_DIAGNOSTICS: usize = 200;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// There is no agreement until it is mended.
    Error,
    /// There is an agreement, and someone should look.
    Warning,
}

/// A change of the text that would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, for a menu.
    pub title: String,
    /// Byte ranges in the file, in order and apart, each with what replaces it.
    pub edits: Vec<(Range<usize>, String)>,
}

impl Fix {
    /// The text with the fix applied; the text as it was where an edit does not fit it.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut fixed = text.to_owned();
        for (range, new) in self.edits.iter().rev() {
            if fixed.get(range.clone()).is_some() {
                fixed.replace_range(range.clone(), new);
            }
        }
        fixed
    }
}

/// One thing that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name, one of [`codes::TABLE`].
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// Where: byte offsets in the file.
    pub span: Range<usize>,
    /// Plain words.
    pub message: String,
    /// What would mend it; where there are several the drafter has to choose.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Diagnostic { code, severity: Severity::Error, span, message: message.into(), fixes: Vec::new() }
    }

    pub(crate) fn warning(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// With a fix that replaces a range.
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        range: Range<usize>,
        new: impl Into<String>,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![(range, new.into())] });
        self
    }

    /// With a fix of several edits, in order and apart.
    pub(crate) fn edits(mut self, title: impl Into<String>, edits: Vec<(Range<usize>, String)>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }

    /// With a fix that replaces the diagnostic's own span.
    pub(crate) fn write(self, new: impl Into<String>) -> Self {
        let (span, new) = (self.span.clone(), new.into());
        self.fix(format!("write `{}`", new.trim()), span, new)
    }
}

/// Where the passes put what they find: what is wrong, and what names stand for.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
    pub(crate) symbols: Record,
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let full = self.found.len() >= MAX_DIAGNOSTICS;
        if full && diagnostic.severity == Severity::Warning {
            return;
        }
        match self.found.len() {
            len if len < MAX_DIAGNOSTICS => self.found.push(diagnostic),
            MAX_DIAGNOSTICS => {
                let message = "there is more to mend after this";
                self.found.push(Diagnostic::error(codes::TOO_MANY, diagnostic.span, message));
            }
            _ => {}
        }
    }

    /// Whether anything was found that leaves no agreement.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether looking for nearest names is no longer worth its cost.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() > MAX_DIAGNOSTICS
    }

    /// What was found, in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|d| (d.span.start, d.span.end));
        self.found
    }
}
