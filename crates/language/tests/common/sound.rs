//! What must hold of any text that is read.
//!
//! Invariant: nothing here depends on what the text is.

use language::{
    Parsed, Severity, diagnostics::codes::TABLE, parse, phase_in_words, render, rule_in_words, tree,
};

/// The tree holds the text byte for byte, no error means an agreement, every place lies in the text, every fix
/// can be made, and everything can be told in words.
pub fn check(text: &str) -> Parsed {
    assert_eq!(tree(text).text().to_string(), text);
    let parsed = parse(text);
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    assert_eq!(parsed.agreement.is_none(), errors > 0, "{text}");
    for diagnostic in &parsed.diagnostics {
        assert!(text.get(diagnostic.span.clone()).is_some(), "{diagnostic:?}");
        assert!(TABLE.iter().any(|(code, _)| *code == diagnostic.code));
        for fix in &diagnostic.fixes {
            let mut end = 0;
            for (range, _) in &fix.edits {
                assert!(text.get(range.clone()).is_some(), "{diagnostic:?}");
                assert!(end <= range.start, "edits in order and apart: {diagnostic:?}");
                end = range.end;
            }
            drop(fix.apply(text));
        }
    }
    if let Some(first) = parsed.diagnostics.first() {
        assert!(render("x", text, first).contains(first.code));
    }
    if let Some(agreement) = &parsed.agreement {
        agreement.provisions.iter().for_each(|provision| drop(rule_in_words(agreement, provision)));
        agreement.phases.iter().for_each(|phase| drop(phase_in_words(agreement, phase)));
        assert!(language::differences(agreement, agreement).is_empty(), "it differs from itself");
    }
    parsed
}
