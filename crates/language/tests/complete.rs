//! What is offered at a place: `|` marks it.

use language::{Completions, complete, symbols::SymbolKind};

/// Statements to put an example under.
const PREAMBLE: &str = r#"agreement "T"
  timezone UTC
  in force from 2026-01-01T00:00
  day 1 is the day of entry into force
party a "A"
party b "B"
guarantor g "G"
zone z "Z" from z.geojson
item red_box "red box" is box
item other_remains "other remains" is remains
phase one
  begins at entry into force
  ends when performed(base)
obligation base
  a must release at least 1 person to b

"#;

fn at(pact: &str) -> Option<Completions> {
    let text = format!("{PREAMBLE}{pact}\n");
    let offset = text.find('|').expect("a mark");
    complete(&text.replacen('|', "", 1), offset)
}

fn texts(pact: &str) -> Vec<String> {
    at(pact).expect("a place").candidates.into_iter().map(|c| c.text).collect()
}

const DUTY: &str = "obligation x\n  a must release at least 3 persons\n";

#[test]
fn what_fits_is_offered_and_what_does_not_is_not() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("|", &["obligation", "reading", "party"], &["within", "a", "release"]),
        ("obli|", &["obligation"], &["within"]),
        ("obligation x\n  |", &["a", "b", "each", "within"], &["z", "obligation", "release"]),
        ("obligation x\n  each of a and | must", &["b", "g"], &["z", "red_box", "release"]),
        ("obligation x\n  a must |", &["release", "withdraw", "not"], &["releases", "b"]),
        ("obligation x\n  a must release |", &["at", "all", "exactly", "person"], &["truck", "z"]),
        ("obligation x\n  a must release at |", &["least", "most"], &["all", "person"]),
        ("obligation x\n  a must release at least 3 |", &["hostages"], &["hostage", "trucks", "least"]),
        ("obligation x\n  a must return at least 3 |", &["red_boxes", "other_remains"], &["red_box", "base"]),
        ("obligation x\n  a must release at least 3 persons to |", &["b", "z"], &["base", "one", "x"]),
        ("obligation x\n  a must admit at least 3 trucks into |", &["z"], &["a", "base"]),
        (&format!("{DUTY}  within 72 |"), &["hours", "days"], &["after", "a"]),
        (&format!("{DUTY}  within 72 hours |"), &["after"], &["hours", "a"]),
        (&format!("{DUTY}  within 72 hours after |"), &["performed", "phase", "entry", "a"], &["base", "z"]),
        (&format!("{DUTY}  within 72 hours after performed(|"), &["base"], &["x", "one", "a"]),
        (&format!("{DUTY}  within 72 hours after b |"), &["releases", "has", "is"], &["release", "released"]),
        (&format!("{DUTY}  within 72 hours after b has |"), &["released"], &["releases", "release"]),
        (&format!("{DUTY}  part|"), &["part-days"], &["part"]),
        ("exchange x\n  for every 1 |", &["person", "red_box"], &["persons", "a"]),
        ("exchange x\n  for every 1 person that |", &["a", "b"], &["z", "release"]),
        ("exchange x\n  for every 1 person that a |", &["releases"], &["release"]),
        (
            "exchange x\n  for every 1 person that a releases to b\n  b must return 2 persons to a\n  within 3 hours after that |",
            &["release"],
            &["return", "releases"],
        ),
        ("obligation x\n  a must attack |", &["z", "b", "person"], &["one", "base"]),
        ("milestone x\n  when phase |", &["one"], &["and", "has", "a"]),
        ("milestone x\n  when phase one |", &["begins", "ends", "has"], &["one", "and"]),
        ("item x is |", &["weapon", "red_box"], &["x", "a"]),
        ("phase two\n  |", &["begins", "ends", "lasts"], &["within", "a"]),
        ("phase two\n  begins |", &["at", "when"], &["begins"]),
        ("reading \"R\" contended by |", &["a", "b"], &["z", "base"]),
        ("reading \"R\" contended by a\n  in |", &["base"], &["z", "one"]),
        ("reading \"R\" contended by a\n  in base, |", &["required", "due"], &["base"]),
    ];
    for (pact, offered, not) in cases {
        let texts = texts(pact);
        for word in *offered {
            assert!(texts.iter().any(|t| t == word), "`{word}` at {pact:?}: {texts:?}");
        }
        for word in *not {
            assert!(!texts.iter().any(|t| t == word), "no `{word}` at {pact:?}: {texts:?}");
        }
    }
}

#[test]
fn nothing_is_offered_where_anything_can_stand() {
    for pact in [
        "party |",
        "obligation |",
        "zone x from |",
        "phase two \"|\"",
        "phase two # |",
        "milestone x\n  when 2|",
    ] {
        assert!(at(pact).is_none_or(|found| found.candidates.is_empty()), "{pact}");
    }
    let prose = "# A heading\n\nWords.\n\n```pact\nparty a\n```\n\nMore words.\n";
    for offset in [0, 3, 15, prose.len() - 3] {
        assert_eq!(complete(prose, offset), None, "{offset}");
    }
    assert!(complete(prose, prose.find("party").unwrap()).is_some());
}

#[test]
fn a_word_is_replaced_whole_and_what_follows_stays_out_of_it() {
    let found =
        at("obligation x\n  a must rel|ea at least 3 persons to b\n  within 3 hours after base").unwrap();
    assert_eq!(found.replaces.len(), "relea".len());
    assert!(!found.starts_statement);
    let release = found.candidates.iter().find(|c| c.text == "release").unwrap();
    assert_eq!(release.names, Some((SymbolKind::Act, "release".to_owned())));
    let before = at("obligation x\n  a must release at least 3 |persons").unwrap();
    assert!(before.replaces.is_empty());
    assert!(before.candidates.iter().any(|c| c.text == "hostages"));
    assert!(at("|").unwrap().starts_statement);
}

#[test]
fn every_place_of_a_text_can_be_asked() {
    let text = "# ع\n- ```pact\n  party á \"ع\" # ع\n  obligation x\n    á must release all 2 persons\n  ```\n\n```pact\n";
    for offset in 0..=text.len() + 1 {
        if let Some(found) = complete(text, offset) {
            assert!(text.get(found.replaces.clone()).is_some(), "{offset}: {:?}", found.replaces);
        }
    }
}

/// Every ninth word of an agreement: what stands there could stand there, unless it is a name that is given there.
#[test]
fn what_is_written_is_offered() {
    use language::syntax::SyntaxKind;
    let october = include_str!("october.pact.md");
    let definitions = language::parse(october).symbols.definitions;
    let tokens = language::tree(october).descendants_with_tokens().filter_map(|element| element.into_token());
    let mut asked = 0;
    for word in tokens.filter(|token| token.kind() == SyntaxKind::Word).step_by(9) {
        let (start, end) = (usize::from(word.text_range().start()), usize::from(word.text_range().end()));
        let line = &october[..start][october[..start].rfind('\n').map_or(0, |newline| newline + 1)..];
        if definitions.iter().any(|d| d.name.start == start)
            || line.ends_with("feature ")
            || line.ends_with("as ")
        {
            continue;
        }
        let cut = [&october[..start], &october[end..]].concat();
        let found = complete(&cut, start).map(|found| found.candidates).unwrap_or_default();
        assert!(found.iter().any(|c| c.text == word.text()), "`{}` after {line:?}: {found:?}", word.text());
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
}
