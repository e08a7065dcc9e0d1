//! Tables that become lists where there is no room, and lists of facts.
//!
//! Invariant: a table stays a table to a screen reader when the stylesheet unfolds it, and every cell keeps its
//! heading.

use maud::{Markup, Render, html};

use crate::locale::Say;

/// The headings of a table.
#[must_use]
pub fn heads(say: Say, keys: &[&str]) -> Markup {
    html! {
        thead role="rowgroup" { tr role="row" { @for key in keys { (head(say.say(key))) } } }
    }
}

/// One heading.
#[must_use]
pub fn head(words: impl Render) -> Markup {
    html! { th scope="col" role="columnheader" { (words) } }
}

/// The heading of a row.
#[must_use]
pub fn row_head(words: impl Render) -> Markup {
    html! { th scope="row" role="rowheader" { (words) } }
}

/// A cell under the heading of this key.
#[must_use]
pub fn cell(say: Say, key: &str, inside: impl Render) -> Markup {
    cell_under(&say.text(key), "", inside)
}

/// A cell of words, which may be long.
#[must_use]
pub fn long_cell(say: Say, key: &str, inside: impl Render) -> Markup {
    cell_under(&say.text(key), "words", inside)
}

/// A cell under a heading, of a class.
#[must_use]
pub fn cell_under(heading: &str, class: &str, inside: impl Render) -> Markup {
    let class = (!class.is_empty()).then_some(class);
    html! { td class=[class] role="cell" data-label=(heading) { div { (inside) } } }
}

/// A fact: its name and what it is.
#[must_use]
pub fn fact(say: Say, key: &str, inside: impl Render) -> Markup {
    html! { div { dt { (say.say(key)) } dd { (inside) } } }
}
