//! The vocabulary on a terminal: the tree, a list, and all about one term.
//!
//! Invariant: each term stands under its wider one; where a term is shown alone, nothing known of it is left out.

use model::vocabulary::{self, Kind, LANGUAGES, Mapping, Term};

use super::{Entry, category, equivalents, place, scheme_name, search::Found};
use crate::{arguments::Sort, print};

/// The whole of it, or of one kind.
pub fn tree(sort: Option<Sort>, language: &str) -> String {
    let mut parts = Vec::new();
    let kinds: [(_, _, Vec<_>); 3] = [
        (Sort::Act, "Acts", vocabulary::acts().collect()),
        (Sort::Item, "Items", vocabulary::items().collect()),
        (Sort::Stage, "Stages", vocabulary::stages().collect()),
    ];
    for (_, title, terms) in kinds.iter().filter(|(kind, ..)| sort.is_none_or(|sort| sort == *kind)) {
        let mut rows = Vec::new();
        for root in terms.iter().filter(|term| term.parent.is_none()) {
            branch(root, 1, language, &mut rows);
        }
        parts.push(format!("{title} ({})\n{}", terms.len(), print::table(&rows)));
    }
    if sort.is_none_or(|sort| sort == Sort::Mapping) {
        for scheme in vocabulary::schemes() {
            let rows: Vec<_> = scheme.categories.iter().map(mapping_row).collect();
            parts.push(format!(
                "{} ({}), as in {}\n{}",
                scheme.name,
                rows.len(),
                scheme.edition,
                print::table(&rows)
            ));
        }
    }
    parts.push(format!(
        "Version {}. `trucewatch vocabulary WORD` tells all about one of them.",
        vocabulary::version()
    ));
    parts.join("\n\n")
}

fn branch(term: &Term, depth: usize, language: &str, rows: &mut Vec<Vec<String>>) {
    let mut row = vec![format!("{}{}", "  ".repeat(depth), term.id)];
    row.extend([term.label(language).unwrap_or_default().to_owned(), term.definition.clone()]);
    rows.push(row);
    for narrower in term.narrower() {
        branch(narrower, depth + 1, language, rows);
    }
}

fn mapping_row(mapping: &Mapping) -> Vec<String> {
    let how = mapping.how.map_or("no term", vocabulary::How::name);
    vec![format!("  {}", category(mapping)), how.to_owned(), mapping.term(), mapping.why.clone()]
}

/// What was found: in full what is called so, or the only thing found; the rest in a line each.
pub fn found(found: &Found, language: &str) -> String {
    let (whole, rest) = match (&found.called[..], &found.mentioning[..]) {
        ([], [only]) => (std::slice::from_ref(only), &[][..]),
        (called, mentioning) => (called, mentioning),
    };
    let mut parts: Vec<_> = whole.iter().map(|entry| in_full(*entry, language)).collect();
    if !rest.is_empty() {
        let rows: Vec<_> = rest.iter().map(|entry| in_a_line(*entry, language)).collect();
        let title = if whole.is_empty() { "Found" } else { "Also found" };
        parts.push(format!("{title} ({})\n{}", rows.len(), print::table(&rows)));
    }
    parts.join("\n\n")
}

fn in_a_line(entry: Entry, language: &str) -> Vec<String> {
    match entry {
        Entry::Term(term) => {
            let label = term.label(language).unwrap_or_default();
            vec![
                format!("  {}", term.kind.name()),
                term.id.clone(),
                label.to_owned(),
                term.definition.clone(),
            ]
        }
        Entry::Mapping(mapping) => {
            let how = mapping.how.map_or("no term", vocabulary::How::name);
            let meaning = format!("{how} {}", mapping.term());
            vec![
                "  mapping".to_owned(),
                category(mapping),
                meaning.trim_end().to_owned(),
                scheme_name(mapping).to_owned(),
            ]
        }
    }
}

fn in_full(entry: Entry, language: &str) -> String {
    match entry {
        Entry::Term(term) => term_in_full(term, language),
        Entry::Mapping(mapping) => mapping_in_full(mapping),
    }
}

fn term_in_full(term: &Term, language: &str) -> String {
    let label = term.label(language).unwrap_or_default();
    let mut rows = Vec::new();
    let mut row = |what: &str, said: String| {
        if !said.is_empty() {
            rows.push(vec![format!("  {what}"), said]);
        }
    };
    row("forms", if term.kind == Kind::Stage { String::new() } else { joined(term.forms()) });
    row("noun", term.noun.clone());
    row("wider", term.parent.clone().unwrap_or_default());
    row("narrower", joined(term.narrower().map(|narrower| narrower.id.as_str())));
    row("takes", joined(term.takes.iter().map(String::as_str)));
    let zone = term.zone.map(|how| format!("a zone ({})", place(how)));
    let someone = term.someone.then(|| "someone named".to_owned());
    row("done to", zone.into_iter().chain(someone).collect::<Vec<_>>().join(", "));
    row("stage", term.stage.clone().unwrap_or_default());
    row(
        "judged",
        if term.judged { "yes: a ruling says whether it was done".to_owned() } else { String::new() },
    );
    row("how many", if term.uncounted { "may be left out".to_owned() } else { String::new() });
    if term.kind == Kind::Item {
        let takes = |act: &&Term| act.takes.iter().any(|taken| vocabulary::is_item(&term.id, taken));
        row("taken by", joined(vocabulary::acts().filter(takes).map(|act| act.id.as_str())));
    }
    for (code, name) in LANGUAGES {
        row(name, term.label(code).unwrap_or_default().to_owned());
    }
    for mapping in equivalents(term) {
        row(scheme_name(mapping), format!("{}: {}", category(mapping), meaning(mapping)));
    }
    format!("{} {} ({label})\n  {}\n{}", term.kind.name(), term.id, term.definition, print::table(&rows))
}

/// `narrower than attack. Only between armed groups.`
fn meaning(mapping: &Mapping) -> String {
    let how = match mapping.how {
        Some(vocabulary::How::Same) => "the same as ",
        Some(vocabulary::How::Narrower) => "narrower than ",
        Some(vocabulary::How::Wider) => "wider than ",
        Some(vocabulary::How::Overlaps) => "overlaps with ",
        None => "no term",
    };
    format!("{how}{}. {}", mapping.term(), mapping.why).trim_end().to_owned()
}

fn mapping_in_full(mapping: &Mapping) -> String {
    let scheme = vocabulary::schemes().iter().find(|scheme| scheme.id == mapping.scheme);
    let edition = scheme.map_or("", |scheme| &scheme.edition);
    let mut rows = vec![vec![
        "  of".to_owned(),
        format!("{} ({}), as in {edition}", scheme_name(mapping), mapping.scheme),
    ]];
    rows.extend(mapping.under.iter().map(|under| vec!["  under".to_owned(), under.clone()]));
    rows.push(vec!["  means".to_owned(), meaning(mapping)]);
    format!("mapping {}\n{}", category(mapping), print::table(&rows))
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
