//! Formatting: the layout of `trucewatch fmt`, as a change of what differs.
//!
//! Invariant: the text with the change is the text laid out; lines that stay are not touched, so that the editor keeps
//! its place in them.

use gen_lsp_types::TextEdit;

use crate::document::Document;

/// The change that lays the document out; none where it is laid out, or where there is no Pact in it.
pub fn format(document: &Document) -> Vec<TextEdit> {
    let (before, after) = (document.text.as_str(), language::format(&document.text));
    if document.parsed.is_none() || before == after {
        return Vec::new();
    }
    let start = common(before.split_inclusive('\n').zip(after.split_inclusive('\n')));
    let (old, new) = (&before[start..], &after[start..]);
    let end = common(lines_from_the_end(old).zip(lines_from_the_end(new)));
    let range = document.range(&(start..before.len() - end));
    vec![TextEdit { range, new_text: new[..new.len() - end].to_owned() }]
}

fn lines_from_the_end(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').rev()
}

/// How many bytes of whole lines are the same.
fn common<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>) -> usize {
    pairs.take_while(|(one, other)| one == other).map(|(line, _)| line.len()).sum()
}
