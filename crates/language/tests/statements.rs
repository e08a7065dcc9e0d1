//! What each line of a provision comes to, in words.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::under_preamble;
use language::{condition_in_words, parse, phase_end_in_words, rule_in_words};
use model::{
    Instant,
    agreement::{Agreement, Due, Required, Rule},
};

fn agreement(pact: &str) -> Agreement {
    let parsed = parse(&under_preamble(pact));
    assert_eq!(parsed.diagnostics, [], "{pact}");
    parsed.agreement.unwrap()
}

/// The last provision's rule in words.
fn rule(pact: &str) -> String {
    let agreement = agreement(pact);
    rule_in_words(&agreement, agreement.provisions.last().unwrap())
}

#[test]
fn duties_in_words() {
    let cases = [
        (
            "a must release at least 1 prisoner to b within 72 hours after entry into force",
            "A must release at least 1 prisoner to B within 72 hours after entry into force.",
        ),
        (
            "a must release exactly 20 prisoner to b\n  by the end of 2026-01-03",
            "A must release exactly 20 prisoners to B by the end of 2026-01-03.",
        ),
        (
            "b must pay at least 1 box\n  within 24 hours after performed(base)",
            "B must pay at least 1 box within 24 hours after “base” is performed.",
        ),
        (
            "b must pay at most 2.5 tonnes\n  by the end of day 7",
            "B must not pay more than 2.5 tonnes by the end of 2026-01-07.",
        ),
        (
            "a must return all 3 other_remains to b\n  by the end of the 3rd day after phase one ends",
            "A must return at least 3 other remains to B by the end of the 3rd day after the end of phase one.",
        ),
        (
            "a must withdraw troops from z\n  within 30 minutes after an attack by h",
            "A must withdraw troops from Z within 30 minutes after H attacked anyone.",
        ),
        (
            "each of a, b and g must deploy troops\n  in z\n  not before 2026-01-04\n  during phase one",
            "Each of A, B and G must deploy troops in Z, not before 2026-01-04 00:00, while phase one lasts.",
        ),
        (
            "a party must deliver at least 600 red_boxes each day\n    of these, at least 2 into z\n  part-days in full\n  \
          counted when they are delivered",
            "Each of A and B must deliver at least 600 red boxes each day, of these at least 2 into Z, counted when delivered.",
        ),
    ];
    for (pact, expected) in cases {
        assert_eq!(rule(&format!("obligation p\n  {pact}")), expected);
    }
}

#[test]
fn prohibitions_in_words() {
    let cases = [
        ("each of a and b must not attack in z", "Each of A and B must not attack anyone in Z."),
        ("a must not attack b", "A must not attack B."),
        (
            "a must not fly_over z\n  while not phase one has ended",
            "A must not fly over Z, while it is not so that phase one has ended.",
        ),
        (
            "a must not attack anyone\n  except an attack by a within 24 hours after an attack by b or h in z",
            "A must not attack anyone, except an attack by A within 24 hours after an attack by B or H in Z.",
        ),
        (
            "a must not admit more than 10 trucks into z each day",
            "A must not admit more than 10 trucks into Z each day.",
        ),
    ];
    for (pact, expected) in cases {
        assert_eq!(rule(&format!("prohibition p\n  {pact}")), expected);
    }
}

#[test]
fn items_are_declined_as_their_labels_allow() {
    let cases = [
        ("deceased hostage", "deceased hostages"),
        ("truck with aid", "trucks with aid"),
        ("remains of Gazans", "remains of Gazans"),
        ("deceased Gazan", "deceased Gazans"),
        ("medical facility", "medical facilities"),
        ("شاحنة", "شاحنة"),
    ];
    for (label, expected) in cases {
        let words = rule(&format!("item x \"{label}\" is box\nobligation p\n  a must pay at least 2 xs"));
        assert_eq!(words, format!("A must pay at least 2 {expected}."));
    }
}

#[test]
fn exchanges_in_words() {
    let head = "exchange x\n  for every 1 remains that b returns\n  a must return 15 other_remains to b";
    let words = "For every 1 remains that B returns, A must return 15 other remains to B";
    let cases = [
        ("", "."),
        ("\n  within 48 hours after that return", " within 48 hours after that return."),
        (
            "\n  within 48 hours after that return\n  afterwards",
            " within 48 hours after that return, and not before it.",
        ),
        ("\n  within 48 hours afterwards", " within 48 hours after that return, and not before it."),
    ];
    for (lines, expected) in cases {
        assert_eq!(rule(&format!("{head}{lines}")), format!("{words}{expected}"));
    }
}

#[test]
fn conditions_in_words() {
    let cases = [
        (
            "performed in time(base) or breached(base)",
            "“base” has been performed in time or “base” has been breached",
        ),
        (
            "(during phase one and in force) or phase one has begun",
            "(phase one lasts and the agreement is in force) or phase one has begun",
        ),
        (
            "at least 2 of (in force, performed(base), a has released prisoners)",
            "at least 2 of these hold: the agreement is in force; “base” has been performed; A released prisoners",
        ),
        ("2026-01-05T06:00+03:00", "it is 2026-01-05 03:00 or later"),
        ("the end of day 3", "it is 2026-01-04 00:00 or later"),
        ("a party attacks", "A or B attacked anyone"),
        (
            "within 2 hours after an attack by anyone",
            "no more than 2 hours have passed since an attack by anyone",
        ),
        ("earlier", "“Earlier on” has been reached"),
    ];
    for (condition, expected) in cases {
        let pact = format!("milestone earlier \"Earlier on\" when in force\nmilestone c\n  when {condition}");
        let agreement = agreement(&pact);
        assert_eq!(condition_in_words(&agreement, &agreement.milestones[1].when), expected);
    }
}

#[test]
fn phases_end_in_their_ways() {
    let cases = [
        ("ends when performed(base) (assumed: \"so\")", "ends when “base” has been performed"),
        ("lasts 60 days", "lasts 1440 hours"),
        ("has no stated end", "has no stated end"),
    ];
    for (line, expected) in cases {
        let agreement = agreement(&format!("phase two \"Two\"\n  begins when phase one ends\n  {line}"));
        assert_eq!(phase_end_in_words(&agreement, &agreement.phases[1].ends), expected);
    }
}

#[test]
fn a_day_ends_with_its_last_tick_in_the_agreements_zone() {
    let text = under_preamble("obligation p\n  a must pay all 3 boxes\n  by the end of 2026-03-28")
        .replace("UTC", "Asia/Gaza");
    let agreement = parse(&text).agreement.unwrap();
    let Rule::Once { due: Due::By(last), required: Required::AtLeast(_), .. } = &agreement.provisions[1].rule
    else {
        panic!()
    };
    // The clocks go forward in the night: the day ends at 22:00 or 21:00 UTC, as the zone's rules have it.
    assert_eq!(last.next(), Instant::start_of("2026-03-29".parse().unwrap(), &agreement.timezone));
}

#[test]
fn local_times_in_gaps_and_folds() {
    let cases = [("2026-03-29T02:30", "2026-03-29T01:30:00Z"), ("2026-10-25T02:30", "2026-10-25T01:30:00Z")];
    for (local, expected) in cases {
        let text = format!("agreement \"T\"\n  timezone Europe/Berlin\n  in force from {local}\nparty a\n");
        assert_eq!(parse(&text).agreement.unwrap().in_force, Instant::parse(expected).unwrap(), "{local}");
    }
}
