//! The vocabulary as a page of Markdown, `spec/vocabulary.md`.
//!
//! Invariant: the page is a function of the vocabulary's files alone, so that a test can hold the one that is kept
//! against it.

use std::fmt::Write as _;

use model::vocabulary::{self, Kind, LANGUAGES, Mapping, Term};

use super::{category, place};

const HEAD: &str = "<!-- Printed by `trucewatch vocabulary --page`: change crates/model/src/vocabulary/ and print it again. -->

# The vocabulary

The words that an agreement can use. An *act* is what someone does, an *item* what it is done to; cargo passes *stages*. A deed of a narrower act is always one of
the wider act, and a narrower item always one of the wider item. An agreement declares narrower items of its own. Evidence
of the very act and item of a clause counts for it, and evidence of narrower ones; evidence of wider ones may. `trucewatch vocabulary WORD` tells all
about a term, by its name in any of the seven languages or by what another collection calls it.
";

const ACTS: &str = "
An act stands in three forms: `must release`, `releases`, `has released`. Where the past form after `has` and `is` is
another, it stands last; a noun (`within 2 hours after a withdrawal by …`) is told where it is not the plain form. It takes the items named and all that is narrower.
";

const LABELS: &str = "
An act is labelled with a noun (“release”), an item with its singular, a stage with the state that cargo is in.
";

const EQUIVALENTS: &str = "
How a category stands to the term: it means the `same`; it is `narrower` (each of its events is one of the term's) or `wider` (each of the term's is one of its);
or it `overlaps`. Where there is no term, the reason says why.
";

/// The page.
pub fn page() -> String {
    let (acts, items) = (vocabulary::acts().count(), vocabulary::items().count());
    let stages = vocabulary::stages().count();
    let mut page =
        format!("{HEAD}\nVersion {}: {acts} acts, {items} items, {stages} stages.\n", vocabulary::version());
    let _ = write!(page, "\n## Acts\n{ACTS}\n");
    tree(&mut page, vocabulary::acts());
    let _ = write!(page, "\n## Items\n\nA plural stands after each singular.\n\n");
    tree(&mut page, vocabulary::items());
    let _ = write!(page, "\n## Stages\n\nIn their order.\n\n");
    for (index, stage) in vocabulary::stages().enumerate() {
        let _ = writeln!(page, "{}. **{}**: {}", index + 1, stage.id, stage.definition);
    }
    let _ = write!(page, "\n## Labels\n{LABELS}");
    for kind in [Kind::Act, Kind::Item, Kind::Stage] {
        labels(&mut page, kind);
    }
    let _ = write!(page, "\n## Equivalents\n{EQUIVALENTS}");
    for scheme in vocabulary::schemes() {
        let _ = write!(page, "\n### {}\n\nAs in {}.\n\n", scheme.name, scheme.edition);
        table(&mut page, &["category", "stands to the term", "term", "why"]);
        for mapping in &scheme.categories {
            row(&mut page, &equivalent(mapping));
        }
    }
    page
}

fn tree(page: &mut String, terms: impl Iterator<Item = &'static Term>) {
    for root in terms.filter(|term| term.parent.is_none()) {
        branch(page, root, 0);
    }
}

fn branch(page: &mut String, term: &Term, depth: usize) {
    let forms: Vec<_> = term.forms().skip(1).collect();
    let _ =
        write!(page, "{}- **{}** ({}): {}", "  ".repeat(depth), term.id, forms.join(", "), term.definition);
    if !term.noun.is_empty() && term.noun != term.id {
        let _ = write!(page, " *Noun* {}.", term.noun);
    }
    let wider = term.parent.as_deref().and_then(vocabulary::act);
    if wider.is_some_and(|wider| wider.takes == term.takes && !term.takes.is_empty()) {
        page.push_str(" *Takes* what the wider act takes.");
    } else if !term.takes.is_empty() {
        let _ = write!(page, " *Takes* {}.", term.takes.join(", "));
    }
    let zone = term.zone.map(|how| format!("a zone, {}", place(how)));
    let someone = term.someone.then(|| "someone named".to_owned());
    let objects: Vec<_> = zone.into_iter().chain(someone).collect();
    if !objects.is_empty() {
        let _ = write!(page, " *Done to* {}.", objects.join("; "));
    }
    if let Some(stage) = &term.stage {
        let _ = write!(page, " *Stage* {stage}.");
    }
    if term.judged {
        page.push_str(" *Judged*: a ruling says whether it was done.");
    }
    if term.uncounted {
        page.push_str(" How many may be left out.");
    }
    page.push('\n');
    for narrower in term.narrower() {
        branch(page, narrower, depth + 1);
    }
}

fn labels(page: &mut String, kind: Kind) {
    page.push('\n');
    let head: Vec<_> = [kind.name()].into_iter().chain(LANGUAGES.map(|(_, name)| name)).collect();
    table(page, &head);
    for term in vocabulary::terms().filter(|term| term.kind == kind) {
        let labels = LANGUAGES.iter().map(|(code, _)| term.label(code).unwrap_or_default().to_owned());
        row(page, &[term.id.clone()].into_iter().chain(labels).collect::<Vec<_>>());
    }
}

fn equivalent(mapping: &Mapping) -> [String; 4] {
    let how = mapping.how.map_or("none", vocabulary::How::name);
    [category(mapping), how.to_owned(), mapping.term(), mapping.why.clone()]
}

fn table(page: &mut String, head: &[&str]) {
    let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
}

fn row(page: &mut String, cells: &[String]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
