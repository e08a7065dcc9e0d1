//! The vocabulary in sentences: each act with each item that it takes, and ordinary sentences of real agreements.
//!
//! Invariant: a term that the vocabulary has can be written in a text, and what it cannot be said of is refused.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use language::{parse, rule_in_words};
use model::vocabulary;

fn under_preamble(pact: &str) -> String {
    format!(
        "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a \"A\"\nparty b \"B\"\n\
         monitor m \"M\"\nactor h \"H\" is not a party\nzone z \"Z\" from z.geojson\n{pact}\n"
    )
}

fn codes(pact: &str) -> Vec<String> {
    let parsed = parse(&under_preamble(pact));
    parsed.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect()
}

fn provision(sentence: &str) -> String {
    let keyword = if sentence.contains("must not ") { "prohibition" } else { "obligation" };
    format!("{keyword} p\n  {sentence}")
}

#[test]
fn every_act_can_be_written_with_every_item_that_it_takes() {
    let mut sentences = Vec::new();
    for act in vocabulary::acts().filter(|act| !act.judged) {
        sentences.push(format!("a must {} by the end of 2026-01-09", act.id));
        for item in act.takes.iter().filter_map(|id| vocabulary::item(id)) {
            sentences.push(format!("a must {} at least 2 {} by the end of 2026-01-09", act.id, item.plural));
        }
        if act.zone.is_some() {
            sentences.push(format!("a must not {} z", act.id));
        }
        if act.someone {
            sentences.push(format!("a must not {} h", act.id));
        }
    }
    assert!(sentences.len() > 500, "{}", sentences.len());
    for sentence in sentences {
        assert_eq!(codes(&provision(&sentence)), [""; 0], "{sentence}");
    }
}

#[test]
fn every_item_can_be_narrowed() {
    for item in vocabulary::items() {
        assert_eq!(codes(&format!("item odd_thing \"odd thing\" is {}", item.id)), [""; 0], "{}", item.id);
    }
}

/// What the six agreements of the design ask for, in the words that they need.
#[test]
fn ordinary_sentences_read_as_they_are_written() {
    let cases = [
        (
            "a must release at least 33 civilian_hostages to b",
            "A must release at least 33 civilian hostages to B.",
        ),
        ("b must release at least 30 life_prisoners", "B must release at least 30 life prisoners."),
        ("a must withdraw at least 40 mortars from z", "A must withdraw at least 40 mortars from Z."),
        ("a must withdraw troops from z", "A must withdraw troops from Z."),
        ("a must deploy at least 10000 soldiers in z", "A must deploy at least 10000 soldiers in Z."),
        ("a must redeploy troops to z", "A must redeploy troops to Z."),
        (
            "a must dismantle at least 12 military_facilities",
            "A must dismantle at least 12 military facilities.",
        ),
        ("b must admit at least 18 fuel_ships into z", "B must admit at least 18 fuel ships into Z."),
        ("b must admit at least 2 flights", "B must admit at least 2 flights."),
        ("a must adopt at least 1 resolution", "A must adopt at least 1 resolution."),
        ("a must grant amnesty", "A must grant amnesties."),
        ("a must hold at least 1 election", "A must hold at least 1 election."),
        ("m must register at least 30 weapons", "M must register at least 30 weapons."),
        ("b must surrender at least 30 weapons to m", "B must surrender at least 30 weapons to M."),
        ("a must train at least 83000 soldiers", "A must train at least 83000 soldiers."),
        ("a must establish at least 17 cantonment_sites", "A must establish at least 17 cantonment sites."),
        ("a must meet talks", "A must meet talks."),
        ("m must notify at least 1 violation", "M must notify at least 1 violation."),
        ("a must pay salaries", "A must pay salaries."),
        ("a must vacate z", "A must vacate Z."),
        ("a must not shell z", "A must not shell anyone in Z."),
        ("a must not shoot_at h", "A must not shoot at H."),
        ("a must not recruit children", "A must not recruit children."),
        ("a must not reinforce z", "A must not reinforce Z."),
        ("a must not launch rockets from z", "A must not launch rockets from Z."),
    ];
    for (sentence, words) in cases {
        let parsed = parse(&under_preamble(&provision(sentence)));
        assert_eq!(parsed.diagnostics, [], "{sentence}");
        let agreement = parsed.agreement.unwrap();
        assert_eq!(rule_in_words(&agreement, agreement.provisions.last().unwrap()), words);
    }
}

#[test]
fn after_has_and_is_stands_the_participle() {
    for (told, form) in [
        ("a has withdrawn", "withdrew"),
        ("a has flown_over z", "flew_over"),
        ("h is deployed in z", "deploys"),
    ] {
        let milestone = format!("milestone c \"C\" when {told}");
        assert_eq!(codes(&milestone), [""; 0], "{told}");
        let act = told.split(' ').nth(2).unwrap();
        let found = codes(&milestone.replace(act, form));
        assert!(found.len() == 1 && found[0].starts_with("act-form"), "{told}: {found:?}");
    }
}

#[test]
fn conduct_is_told_how_it_is_written() {
    for act in vocabulary::acts().filter(|act| act.judged) {
        let found = codes(&provision(&format!("a must {} at least 1 notice", act.id)));
        assert_eq!(found.len(), 1, "{}: {found:?}", act.id);
    }
    let found = codes(&provision("a must ensure at least 1 notice"));
    assert!(found[0].starts_with("act-form") && found[0].contains("must endeavour to ACT"), "{found:?}");
    for offered in [
        "is answerable for any attack by h",
        "must take all feasible steps to prevent any attack by h",
        "must endeavour to meet talks",
    ] {
        assert_eq!(codes(&provision(&format!("a {offered}"))), [""; 0], "{offered}");
    }
}

#[test]
fn a_deed_is_named_by_its_noun() {
    for act in vocabulary::acts().filter(|act| !act.judged) {
        let article = if act.noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let duty = format!("a must meet talks within 24 hours after {article} {} by h", act.noun);
        assert_eq!(codes(&provision(&duty)), [""; 0], "{duty}");
    }
}

/// A new version of the vocabulary must not break a text that has its own thing of that name.
#[test]
fn a_texts_own_thing_stands_before_an_item_of_the_vocabulary() {
    let text = "zone border \"Border strip\" from z.geojson\nprohibition p\n  a must not attack border";
    assert_eq!(codes(text), [""; 0]);
    let found = codes("zone mine \"Mine\" from z.geojson\nobligation p\n  a must lay at least 2 mine");
    assert!(found.len() == 1 && found[0].starts_with("wrong-kind"), "{found:?}");
    assert!(codes("item mortar \"mortar\" is weapon")[0].starts_with("duplicate-name"));
}

#[test]
fn an_act_is_refused_what_it_cannot_be_done_to() {
    for sentence in [
        "a must adopt at least 2 tanks",
        "a must dissolve z",
        "a must release h",
        "a must lay at least 2 guns",
    ] {
        let found = codes(&provision(sentence));
        assert!(found.len() == 1, "{sentence}: {found:?}");
    }
}
