//! What JSON Lines are read as, and what is said of lines that cannot be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead, Read as _};

use ingest::{Read, jsonl};
use model::{
    Amount, Instant, Period,
    claim::{Basis, Claim, Doers, Kind, Observed},
};

fn read(text: impl AsRef<[u8]>) -> Read {
    let read = jsonl::read("c.jsonl", &mut text.as_ref()).unwrap();
    assert_eq!(read.lines, read.claims.len() + read.rejected.len());
    read
}

/// A good claim with some fields put in or replaced.
fn line(fields: &str) -> String {
    let mut line = serde_json::json!({
        "id": "c1", "source": "s", "type": "event", "known_at": "2025-10-14T20:00:00Z", "act": "admit",
        "occurred": {"from": "2025-10-14T18:00:00Z", "to": "2025-10-14T19:00:00Z"},
    });
    let changes: serde_json::Value = serde_json::from_str(&format!("{{{fields}}}")).unwrap();
    for (key, value) in changes.as_object().unwrap() {
        line[key] = value.clone();
    }
    line.to_string()
}

fn one(fields: &str) -> Claim {
    let read = read(line(fields));
    assert_eq!(read.rejected, vec![], "{fields}");
    read.claims.into_iter().next().unwrap()
}

#[test]
fn bad_fields() {
    #[rustfmt::skip]
    let cases = [
        // fields put in or replaced                                           field                  part of the reason
        (r#""source": null"#,                                                  "source",              "name who speaks"),
        (r#""source": "  ""#,                                                  "source",              "it is empty"),
        (r#""source": 7"#,                                                     "source",              "text in quotes was expected and a number"),
        (r#""type": null"#,                                                    "type",                "write one of event, tally"),
        (r#""type": "evnt""#,                                                  "type",                "did you mean “event”?"),
        (r#""act": null"#,                                                     "act",                 "name the act"),
        (r#""known_at": null"#,                                                "known_at",            "and so is `received_at`"),
        (r#""known_at": "2025-10-14T20:00:00""#,                               "known_at",            "has no offset"),
        (r#""known_at": "yesterday""#,                                         "known_at",            "is not an instant"),
        (r#""known_at": {"from": "2025-10-14T20:00:00Z"}"#,                    "known_at.to",         "by when it was known"),
        (r#""received_at": "2025-13-14T20:00:00Z""#,                           "received_at",         "is not an instant"),
        (r#""occurred": "2025-10-14T20:00:00Z""#,                              "occurred",            r#"write {"from": "2025"#),
        (r#""occurred": {"from": "2025-10-14T20:00:00Z"}"#,                    "occurred.to",         "has two ends"),
        (r#""occurred": {"from": "2025-10-14T20:00:00Z", "to": null}"#,        "occurred.to",         "has two ends"),
        (r#""occurred": {"from": "2025-10-14", "to": "2025-10-15"}"#,          "occurred.from",       "has no offset"),
        (r#""occurred": {"from": "2025-10-14T20:00:00Z", "to": "2025-10-14T20:00:00+03:00"}"#,
                                                                               "occurred",            "before it begins"),
        (r#""cumulative_since": "2025-10-15T20:00:00Z""#,                      "cumulative_since",    "after its period"),
        (r#""amount": 600"#,                                                   "amount",              r#"write {"low": 600"#),
        (r#""amount": {"low": 7, "high": 6}"#,                                 "amount",              "low (7) is above its high (6)"),
        (r#""amount": {"low": -1}"#,                                           "amount.low",          "negative"),
        (r#""amount": {"low": 1.1234567}"#,                                    "amount.low",          "six decimal places"),
        (r#""amount": {"low": "6"}"#,                                          "amount.low",          "without quotes"),
        (r#""amount": {"low": 6, "best": 5}"#,                                 "amount.best",         "outside low and high"),
        (r#""amount": {"statistic": "average"}"#,                              "amount.statistic",    "known are each"),
        (r#""amount": {"of_which": [{"low": 1}]}"#,                            "amount.of_which[0].item", "missing"),
        (r#""amount": {"of_which": [{"item": "x", "low": 2, "high": 1}]}"#,    "amount.of_which[0]",  "above its high"),
        (r#""by": "israel""#,                                                  "by",                  "a list in square brackets"),
        (r#""by": ["israel"]"#,                                                "by[0]",               r#"write {"party": "israel"}"#),
        (r#""to": [{"party": "a"}, {"basis": "admitted"}]"#,                   "to[1].party",         "null where it is said to be unknown"),
        (r#""by": [{"party": "a", "basis": "guess"}]"#,                        "by[0].basis",         "known are asserted"),
        (r#""by_mode": "both""#,                                               "by_mode",             "known are joint"),
        (r#""denies": ["all"]"#,                                               "denies",              "what can be is occurred"),
        (r#""about": [1]"#,                                                    "about",               "texts in quotes"),
        (r#""revises": ["c0"]"#,                                               "revises",             "text in quotes"),
        (r#""place": {"lat": 91, "lon": 34}"#,                                 "place.lat",           "not between -90 and 90"),
        (r#""place": {"lat": 31}"#,                                            "place.lon",           "missing"),
        (r#""place": {"zone": 3}"#,                                            "place.zone",          "text in quotes"),
        (r#""place": "Gaza""#,                                                 "place",               "an object in braces"),
        (r#""type": "coverage""#,                                              "covers",              "suspended, partial or full"),
        (r#""type": "coverage", "covers": "none""#,                            "covers",              "known are suspended"),
    ];
    for (fields, field, reason) in cases {
        let read = read(line(fields));
        let rejected = &read.rejected[0];
        assert_eq!(
            (rejected.file.as_str(), rejected.line, rejected.field.as_str()),
            ("c.jsonl", 1, field),
            "{fields}"
        );
        assert!(rejected.reason.contains(reason), "{fields}\n{}", rejected.reason);
    }
}

#[test]
fn bad_lines_do_not_cost_good_ones() {
    #[rustfmt::skip]
    let bad: [(&[u8], &str); 6] = [
        (b"{",                                   "not one JSON object"),
        (b"[1, 2]",                              "write each claim as one object on one line"),
        (b"\xff\xfe{}",                          "not UTF-8 from byte 1 on"),
        (br#"{"source": "a", "source": "b"}"#,   "“source” stands there twice"),
        (b"{} {}",                               "not one JSON object"),
        (b"null",                                "not one JSON object"),
    ];
    for (bytes, reason) in bad {
        let text =
            [line("").as_bytes(), b"\r\n\r\n", bytes, b"\n  \n", line(r#""id": "c2""#).as_bytes()].concat();
        let read = read(text);
        assert_eq!((read.lines, read.claims.len()), (3, 2));
        assert_eq!((read.rejected[0].line, read.rejected[0].field.as_str()), (3, ""));
        assert!(read.rejected[0].reason.contains(reason), "{}", read.rejected[0].reason);
    }
}

#[test]
fn identifiers() {
    let same = line(r#""id": "c1""#);
    let other = line(r#""id": "c1", "note": "else""#);
    let read_ = read([same.as_str(), same.as_str(), other.as_str()].join("\n"));
    // Of two statements under one identifier neither is used, whichever stands first.
    assert_eq!((read_.claims.len(), read_.rejected.len()), (0, 3));
    assert!(read_.rejected[0].reason.contains("which says something else"));
    assert!(read_.rejected[1].reason.contains("line 1 says the same"));
    assert!(read_.rejected[2].reason.contains("line 1, which says something else"));

    let unnamed =
        read(format!("{}\n{}", line(r#""id": null, "note": "a""#), line(r#""note": "a", "id": null"#)));
    assert_eq!(unnamed.claims.len(), 1);
    let id = &unnamed.claims[0].id;
    assert!(id.starts_with("h-") && id.len() == 18, "{id}");

    let both = ingest::join(vec![read(&same), read(&other)]);
    assert_eq!((both.claims.len(), both.rejected.len(), both.lines), (0, 2, 2));
    let circle = ingest::join(vec![read(
        [
            line(r#""id": "c1", "revises": "c2""#),
            line(r#""id": "c2", "revises": "c1""#),
            line(r#""id": "c3", "revises": "c1""#),
        ]
        .join("\n"),
    )]);
    let left: Vec<&str> = circle.claims.iter().map(|c| c.id.as_str()).collect();
    assert_eq!((left, circle.rejected[0].field.as_str()), (vec!["c3"], "revises"));
    let twice = ingest::join(vec![read(&same), read(&same)]);
    assert_eq!((twice.claims.len(), twice.rejected.len()), (1, 1));
}

#[test]
fn what_a_claim_keeps() {
    let claim = one(
        r#""amount": {"low": 0.5, "best": 2, "high": null, "unit": "truck", "of_which": [{"item": "fuel_truck", "low": 1, "high": 1}]},
           "by": [{"party": null}, {"party": "a", "basis": "admitted"}], "by_mode": "joint", "ref": "r", "denies": true,
           "about": "c0", "means": {"x": [1.50]}, "place": {"name": "n", "bearing": 90}, "known_at": null,
           "received_at": "2025-10-15T20:00:00+02:00""#,
    );
    let amount = claim.amount.unwrap();
    assert_eq!((amount.low, amount.high), (Some(Amount(500_000)), None));
    assert_eq!(amount.of_which[0].range.low, Some(Amount::whole(1)));
    assert_eq!((claim.by[0].party.as_deref(), claim.by[0].basis), (None, Basis::Asserted));
    assert_eq!((claim.by_mode, claim.by[1].basis), (Doers::Joint, Basis::Admitted));
    assert_eq!((claim.denies, claim.about), (vec!["occurred".to_owned()], vec!["c0".to_owned()]));
    assert_eq!(claim.written["means"].to_string(), r#"{"x":[1.50]}"#);
    assert_eq!(claim.place.unwrap().other["bearing"], 90);
    assert_eq!(claim.known_at, Instant::parse("2025-10-15T18:00:00Z").unwrap());
    let occurred = claim.occurred.unwrap();
    assert_eq!(occurred.until(), Instant::parse("2025-10-14T19:00:00Z").unwrap());
}

#[test]
fn kinds_of_time() {
    assert_eq!(one(r#""occurred": null"#).occurred, None);
    let state = one(r#""type": "state", "occurred": {"from": null, "to": null}"#);
    assert_eq!((state.kind, state.occurred), (Kind::State, Some(Period::ALWAYS)));
    let coverage = one(r#""type": "coverage", "covers": "partial", "act": null, "about_source": "x""#);
    assert_eq!((coverage.observed, coverage.act, coverage.amount), (Some(Observed::Partial), None, None));
    let vague = one(r#""known_at": {"from": "2025-10-14T00:00:00Z", "to": "2025-10-15T00:00:00Z"}"#);
    assert_eq!(vague.known_at, Instant::parse("2025-10-15T00:00:00Z").unwrap());
}

/// So many bytes of one letter, without holding them.
fn long_line(bytes: u64) -> impl BufRead {
    std::io::BufReader::with_capacity(1 << 16, std::io::repeat(b'x').take(bytes))
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_rejection() {
    let (first, last) = (line("") + "\n", "\n".to_owned() + &line(r#""id": "c2""#));
    let mut reader = first.as_bytes().chain(long_line(100_000_000)).chain(last.as_bytes());
    let read = jsonl::read("c.jsonl", &mut reader).unwrap();
    assert_eq!((read.lines, read.claims.len(), read.rejected.len()), (3, 2, 1));
    assert_eq!((read.rejected[0].line, read.claims[1].read_from.1), (2, 3));
    assert!(read.rejected[0].reason.contains("at most 1048576"), "{}", read.rejected[0].reason);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        read(bytes);
    }

    #[test]
    fn no_field_panics(key in "source|type|known_at|occurred|amount|by|to|place|denies|about|id|of_which|covers",
                       value in "null|true|-?[0-9]{1,25}(\\.[0-9]{1,9})?(e[0-9]{1,3})?|\"[^\"\\\\\u{0}-\u{1f}]{0,12}\"|\\[null\\]|\\{\"from\":\"\"\\}") {
        read(line("").replacen('{', &format!("{{\"{key}\":{value},"), 1));
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&value) {
            read(line(&format!("\"{key}\":{json}")));
        }
    }
}
