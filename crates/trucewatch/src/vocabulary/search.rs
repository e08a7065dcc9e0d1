//! Finding terms and categories by their names in any language, their definitions, and what others call them.
//!
//! Invariant: case, accents, vowel marks and what joins words make no difference; what is called by the words comes
//! before what only mentions them.

use language::near;
use model::vocabulary::LANGUAGES;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Entry, category, entries, equivalents, scheme_name};
use crate::arguments::Sort;

/// What was found.
pub struct Found {
    /// What has exactly these words as a name.
    pub called: Vec<Entry>,
    /// What has each of them as the start of a word in its names, its definition or its equivalents' names.
    pub mentioning: Vec<Entry>,
}

/// Looks for the words; none where they hold no letter or digit.
pub fn search(words: &str, sort: Option<Sort>) -> Option<Found> {
    let wanted = fold(words);
    if wanted.is_empty() {
        return None;
    }
    let (called, others): (Vec<_>, Vec<_>) =
        entries(sort).partition(|entry| names(*entry).iter().any(|name| fold(name) == wanted));
    let (by_name, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|entry| names(*entry).iter().any(|name| mentions(name, &wanted)));
    let by_text = others.into_iter().filter(|entry| mentions(&text(*entry), &wanted));
    Some(Found { called, mentioning: by_name.into_iter().chain(by_text).collect() })
}

/// The name nearest to words that found nothing.
pub fn nearest(words: &str, sort: Option<Sort>) -> Option<String> {
    let names: Vec<String> = entries(sort).flat_map(names).collect();
    let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let near = near::nearest(&fold(words), folded.iter().map(String::as_str))?;
    names.into_iter().find(|name| fold(name) == near)
}

/// Everything that it is called.
fn names(entry: Entry) -> Vec<String> {
    match entry {
        Entry::Term(term) => {
            let labels = LANGUAGES.iter().filter_map(|(code, _)| term.label(code));
            term.forms()
                .chain([term.noun.as_str()].into_iter().filter(|noun| !noun.is_empty()))
                .chain(labels)
                .map(str::to_owned)
                .collect()
        }
        Entry::Mapping(mapping) => vec![mapping.name.clone(), category(mapping)],
    }
}

/// All that is said of it, names included.
fn text(entry: Entry) -> String {
    let mut said = names(entry);
    match entry {
        Entry::Term(term) => {
            said.push(term.definition.clone());
            said.extend(equivalents(term).map(|mapping| mapping.name.clone()));
        }
        Entry::Mapping(mapping) => {
            said.extend([scheme_name(mapping).to_owned(), mapping.term(), mapping.why.clone()])
        }
    }
    said.join(" ")
}

fn mentions(text: &str, wanted: &str) -> bool {
    let text = fold(text);
    wanted.split(' ').all(|part| text.split(' ').any(|word| word.starts_with(part)))
}

/// Small letters and digits without marks, one space between words.
fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &[Entry]) -> Vec<String> {
        entries.iter().flat_map(|entry| names(*entry).into_iter().next()).collect()
    }

    #[test]
    fn case_accents_vowel_marks_and_joints_make_no_difference() {
        let cases = [
            ("Fuel  TRUCKS", "fuel_truck"),
            ("liberation", "release"),
            ("LIBÉRATION", "release"),
            ("إِفْراج", "release"),
            ("افراج", "release"),
            ("שִׁחְרוּר", "release"),
            ("заключенный", "prisoner"),
            ("nino o nina", "child"),
            ("כטב\"ם", "drone"),
            ("shot at", "shoot_at"),
        ];
        for (words, id) in cases {
            let found = search(words, None).map(|found| shown(&found.called)).unwrap_or_default();
            assert_eq!(found, [id], "{words}");
        }
    }

    #[test]
    fn what_is_called_so_comes_before_what_mentions_it() {
        let Some(found) = search("truck", None) else { panic!("it holds letters") };
        assert_eq!(shown(&found.called), ["truck"]);
        assert_eq!(shown(&found.mentioning).first().map(String::as_str), Some("fuel_truck"));
        let Some(found) = search("armed clash", Some(Sort::Act)) else { panic!("it holds letters") };
        assert_eq!((shown(&found.called).len(), shown(&found.mentioning)), (0, vec!["attack".to_owned()]));
        assert!(search("_ ’", None).is_none());
    }

    #[test]
    fn a_slip_is_offered_the_nearest_name() {
        assert_eq!(nearest("hostege", None).as_deref(), Some("hostage"));
        assert_eq!(nearest("armed clsh", Some(Sort::Mapping)).as_deref(), Some("Armed clash"));
        assert_eq!(nearest("zzzzzz", None), None);
    }
}
