//! What must hold of the vocabulary's files.
//!
//! Invariant: each test looks at every term, so that a new one is held to the same.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn every_name_in_it_is_a_term() {
    for term in terms() {
        assert!(!term.definition.is_empty() && term.definition.ends_with('.'), "{}", term.id);
        let parent = term.parent.as_deref();
        match term.kind {
            Kind::Act => {
                assert!(parent.is_none_or(|p| act(p).is_some()), "{}: {parent:?}", term.id);
                assert!(term.takes.iter().all(|i| item(i).is_some()), "{}: {:?}", term.id, term.takes);
                assert!(!term.third.is_empty() && !term.past.is_empty(), "{} lacks a form", term.id);
                let stage = term.stage.as_deref();
                assert!(stage.is_none_or(|s| stages().any(|t| t.id == s)), "{}: {stage:?}", term.id);
            }
            Kind::Item => {
                assert!(parent.is_none_or(|p| item(p).is_some()), "{}: {parent:?}", term.id);
                assert!(!term.plural.is_empty(), "{} has no plural", term.id);
            }
            Kind::Stage => assert!(parent.is_none()),
        }
    }
}

#[test]
fn the_trees_have_no_circles() {
    for term in terms() {
        let mut above = BTreeSet::new();
        let mut at = term.parent.as_deref();
        while let Some(parent) = at {
            assert!(parent != term.id && above.insert(parent), "{} is narrower than itself", term.id);
            let wider = if term.kind == Kind::Act { act(parent) } else { item(parent) };
            at = wider.and_then(|wider| wider.parent.as_deref());
        }
    }
    assert!(is_act("shell", "attack") && !is_act("attack", "shell"));
    assert!(is_item("fuel_truck", "cargo") && !is_item("cargo", "fuel_truck"));
}

#[test]
fn a_narrower_act_takes_nothing_that_the_wider_one_does_not() {
    for narrow in acts() {
        let Some(wide) = narrow.parent.as_deref().and_then(act) else { continue };
        for taken in &narrow.takes {
            let known = wide.takes.iter().any(|t| is_item(taken, t));
            assert!(known, "`{}` takes `{taken}` and the wider `{}` does not", narrow.id, wide.id);
        }
    }
}

#[test]
fn a_word_means_one_term() {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for term in acts().chain(items()) {
        for form in term.forms() {
            let earlier = seen.insert(form, &term.id);
            assert!(earlier.is_none_or(|id| id == term.id), "`{form}` is of {} and {earlier:?}", term.id);
        }
    }
    for term in acts() {
        let other = acts().find(|other| {
            other.id != term.id && (other.noun == term.noun || other.forms().any(|f| f == term.noun))
        });
        assert!(other.is_none(), "`{}` is of {} and {other:?}", term.noun, term.id);
    }
}

#[test]
fn every_term_has_a_label_of_its_own_in_every_language() {
    for (language, _) in LANGUAGES {
        let mut seen: BTreeMap<(Kind, &str), &str> = BTreeMap::new();
        for term in terms() {
            let label =
                term.label(language).unwrap_or_else(|| panic!("{} has no label in {language}", term.id));
            assert!(!label.is_empty() && label == label.trim(), "{language}: {}", term.id);
            let earlier = seen.insert((term.kind, label), &term.id);
            assert!(earlier.is_none(), "{language}: {} and {earlier:?} are both “{label}”", term.id);
            assert_eq!(super::label(&term.id, language), Some(label));
        }
        let labels = &LABELS[language];
        let known = terms().count();
        assert_eq!(
            labels.act.len() + labels.item.len() + labels.stage.len(),
            known,
            "{language} labels no term"
        );
    }
}

#[test]
fn labels_are_written_in_the_script_of_their_language() {
    let scripts: [(&str, &[std::ops::RangeInclusive<char>]); 7] = [
        ("en", &['a'..='z', 'A'..='Z']),
        ("ar", &['\u{621}'..='\u{652}']),
        ("he", &['\u{5D0}'..='\u{5EA}']),
        ("fr", &['a'..='z', 'A'..='Z', '\u{C0}'..='\u{17F}']),
        ("es", &['a'..='z', 'A'..='Z', '\u{C0}'..='\u{17F}']),
        ("ru", &['\u{410}'..='\u{44F}', 'Ё'..='Ё', 'ё'..='ё']),
        ("uk", &['\u{410}'..='\u{44F}', 'І'..='І', 'і'..='і', 'ї'..='ї', 'є'..='є', 'ґ'..='ґ']),
    ];
    for (language, script) in scripts {
        for term in terms() {
            let label = term.label(language).unwrap_or_default();
            let foreign =
                label.chars().find(|c| c.is_alphabetic() && !script.iter().any(|range| range.contains(c)));
            assert!(label.chars().any(char::is_alphabetic), "{language}: {}", term.id);
            assert_eq!(foreign, None, "{language}: {}: {label}", term.id);
        }
    }
}

#[test]
fn letters_of_one_of_the_two_cyrillic_languages_are_not_in_the_other() {
    for term in terms() {
        let (ru, uk) = (term.label("ru").unwrap_or_default(), term.label("uk").unwrap_or_default());
        assert!(!ru.contains(['і', 'ї', 'є', 'ґ']), "{}: {ru}", term.id);
        assert!(!uk.contains(['ы', 'э', 'ё', 'ъ']), "{}: {uk}", term.id);
    }
}

#[test]
fn every_scheme_is_whole_and_each_category_stands_there_once() {
    let sizes: Vec<_> = schemes().iter().map(|s| (s.id.as_str(), s.categories.len())).collect();
    let [acled, sub, ucdp, cameo, plover, (osce, observations)] = sizes[..] else { panic!("{sizes:?}") };
    assert_eq!(acled, ("acled_event", 6));
    assert_eq!(sub, ("acled_sub_event", 25));
    assert_eq!(ucdp, ("ucdp", 3));
    assert_eq!(cameo, ("cameo", 20));
    assert_eq!(plover, ("plover", 16));
    assert!(osce == "osce_smm" && observations >= 20);
    for scheme in schemes() {
        let names: BTreeSet<_> = scheme.categories.iter().map(|c| &c.name).collect();
        let codes: Vec<_> = scheme.categories.iter().filter_map(|c| c.code.as_ref()).collect();
        assert_eq!(names.len(), scheme.categories.len(), "{}", scheme.id);
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{}", scheme.id);
    }
    let codes: Vec<_> = schemes()[3].categories.iter().filter_map(|c| c.code.clone()).collect();
    assert_eq!(codes, (1..=20).map(|n| format!("{n:02}")).collect::<Vec<_>>());
    let of_event = |event: &str| mappings().filter(|m| m.under.as_deref() == Some(event)).count();
    assert_eq!(
        schemes()[0].categories.iter().map(|c| of_event(&c.name)).collect::<Vec<_>>(),
        [3, 3, 2, 6, 3, 8]
    );
}

#[test]
fn every_category_means_a_term_or_says_why_not() {
    for mapping in mappings() {
        let (act, item) = (mapping.act.as_deref(), mapping.item.as_deref());
        let name = &mapping.name;
        assert!(act.is_none_or(|id| super::act(id).is_some()), "{name}: {act:?}");
        assert!(item.is_none_or(|id| super::item(id).is_some()), "{name}: {item:?}");
        assert_eq!(mapping.how.is_some(), act.is_some() || item.is_some(), "{name}");
        assert!(mapping.how == Some(How::Same) || mapping.why.ends_with('.'), "{name} does not say why");
        if let (Some(act), Some(item)) = (act.and_then(super::act), item) {
            assert!(act.takes.iter().any(|t| is_item(item, t)), "{name}: {} cannot take {item}", act.id);
        }
    }
}

#[test]
fn an_act_is_found_by_each_of_its_forms_and_the_first_that_has_it() {
    for word in acts().flat_map(|act| act.forms().chain([act.noun.as_str()])) {
        let first = acts().find(|act| act.noun == word || act.forms().any(|form| form == word));
        assert_eq!(act_written(word).map(|act| &act.id), first.map(|act| &act.id), "{word}");
    }
    assert!(act_written("").is_none() && act_written("prisoner").is_none());
}
