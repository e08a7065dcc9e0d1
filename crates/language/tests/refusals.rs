//! Each refusal: where it points, what mends it, and that mending it does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::under_preamble;
use language::{Severity, parse};

/// Pact under the preamble; the code; the words pointed at; the fixes' titles.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str]);

fn check(rows: &[Row]) {
    for (pact, code, at, fixes) in rows {
        let text = under_preamble(pact);
        let found = parse(&text).diagnostics;
        let shown: Vec<_> = found.iter().map(|d| (d.code, &text[d.span.clone()])).collect();
        assert_eq!(shown, [(*code, *at)], "{pact}");
        let titles: Vec<_> = found[0].fixes.iter().map(|f| f.title.as_str()).collect();
        assert_eq!(titles, *fixes, "{pact}");
        for fix in &found[0].fixes {
            let fixed = fix.apply(&text);
            let left: Vec<_> = parse(&fixed).diagnostics.iter().map(|d| d.code).collect();
            assert!(left.is_empty(), "{}: {left:?} in\n{fixed}", fix.title);
        }
    }
}

#[test]
fn two_readings_are_refused_with_both() {
    check(&[
        (
            "prohibition p\n  a, b must not attack in z",
            "bare-list",
            "a, b",
            &["write `each of a and b`", "write `a and b together`", "write `either a or b alone`"],
        ),
        (
            "obligation p\n  a must release 20 prisoners",
            "bare-number",
            "20",
            &["write `at least 20`", "write `exactly 20`"],
        ),
        (
            "obligation p\n  a must release prisoners",
            "bare-number",
            "prisoners",
            &["write `at least 1 prisoner`"],
        ),
        (
            "obligation p\n  a must release all 20 prisoners\n  within 3 days after entry into force",
            "bare-days",
            "within 3 days",
            &["write `within 72 hours`", "write `by the end of the 3rd day`"],
        ),
        (
            "obligation p\n  a must release all 20 prisoners\n  within 2 weeks",
            "bare-days",
            "within 2 weeks",
            &[
                "write `within 336 hours after entry into force`",
                "write `by the end of the 14th day after entry into force`",
            ],
        ),
        (
            "obligation p\n  a must release all 20 prisoners\n  by 2026-01-03",
            "bare-by",
            "by 2026-01-03",
            &["write `by the end of 2026-01-03`", "write `by the end of 2026-01-02`"],
        ),
        (
            "obligation p\n  a must release all 20 prisoners\n  by day 7",
            "bare-by",
            "by day 7",
            &["write `by the end of day 7`", "write `by the end of day 6`"],
        ),
        (
            "obligation p\n  a must release all 20 prisoners\n  within 4 hours after 2026-01-04",
            "bare-after",
            "2026-01-04",
            &["write `the start of 2026-01-04`", "write `the end of 2026-01-04`"],
        ),
        (
            "obligation p\n  a must deliver at least 600 boxes each week",
            "bare-week",
            "each week",
            &["write `each week starting thursday`", "write `each 7 days from entry into force`"],
        ),
        (
            "milestone c when performed(base) and in force or breached(base)",
            "mixed-and-or",
            "performed(base) and in force or breached(base)",
            &[
                "read it as `(performed(base) and in force) or breached(base)`",
                "read it as `performed(base) and (in force or breached(base))`",
            ],
        ),
    ]);
}

#[test]
fn what_is_missing_is_asked_for() {
    let exchange =
        "exchange x\n  for every 1 remains that b returns\n  a must return 15 other_remains to b\n";
    let bare: &'static str = format!("{exchange}  within 48 hours").leak();
    check(&[
        (
            "obligation p\n  a must release all 20 prisoners\n  within 72 hours",
            "no-anchor",
            "within 72 hours",
            &["add `after entry into force`"],
        ),
        (bare, "no-anchor", "within 48 hours", &["write `after that return`"]),
        ("exchange x\n  a must return 15 other_remains to b", "missing-trigger", "exchange x", &[]),
        ("obligation p", "no-verb", "obligation p", &[]),
    ]);
    check(&[
        ("zone y \"Y\"", "missing-file", "zone y", &[]),
        ("milestone c", "missing-condition", "milestone c", &[]),
        ("phase two\n  lasts 30 days", "missing-beginning", "phase two", &[]),
        (
            "reading \"R\" contended by a\n  in base, required becomes at least 3",
            "missing-source",
            "reading",
            &[],
        ),
        ("reading \"R\" contended by a\n  source \"s\"", "no-verb", "reading", &[]),
    ]);
}

#[test]
fn names_are_checked_and_the_nearest_offered() {
    check(&[
        ("obligation p\n  a must deliver at least 6 boxs to b", "unknown-item", "boxs", &["write `box`"]),
        ("obligation p\n  a must deliver at least 6 sheds to b", "unknown-item", "sheds", &[]),
        ("obligation p\n  a must delver at least 6 boxes", "unknown-act", "delver", &["write `deliver`"]),
        ("obligation p\n  a must delivers at least 6 boxes", "act-form", "delivers", &["write `deliver`"]),
        ("obligation p\n  a must deliver at least 6 boxes to qq", "unknown-name", "qq", &[]),
        ("milestone c when performed(bsae)", "unknown-name", "bsae", &["write `base`"]),
        ("milestone c when phase on has ended", "unknown-name", "on", &["write `one`"]),
        (
            "milestone c when base",
            "wrong-kind",
            "base",
            &["write `performed(base)`", "write `breached(base)`"],
        ),
        (
            "milestone c when one",
            "wrong-kind",
            "one",
            &["write `phase one begins`", "write `phase one ends`"],
        ),
        (
            "obligation p\n  a must pay all 3 boxes\n  within 9 hours after in_force",
            "unknown-name",
            "in_force",
            &["write `entry into force`"],
        ),
        ("obligation p\n  z must open", "wrong-kind", "z", &[]),
        ("obligation p\n  h must open", "not-a-party", "h", &[]),
        ("obligation p\n  a must release all 6 trucks", "act-cannot-take", "trucks", &[]),
        ("item c is bx", "unknown-item", "bx", &["write `box`"]),
        ("item c is a", "wrong-kind", "a", &[]),
        ("item c is c", "item-cycle", "c", &[]),
        ("party b", "duplicate-name", "b", &[]),
        ("item truck is box", "duplicate-name", "truck", &[]),
        ("party north-side", "bad-name", "north-side", &["write `north_side`"]),
        ("party North", "bad-name", "North", &["write `north`"]),
        ("party to", "reserved-word", "to", &[]),
    ]);
}

#[test]
fn lines_that_do_not_go_together_are_refused() {
    let fly = "prohibition p\n  a must not attack in z\n";
    let other: &'static str = format!("{fly}  except a release by a").leak();
    let late: &'static str = format!("{fly}  by the end of day 3").leak();
    check(&[
        (other, "does-not-belong", "a release by a", &[]),
        (late, "does-not-belong", "by the end of day 3", &[]),
        (
            "prohibition p\n  a must attack b",
            "must-or-must-not",
            "must",
            &["write `must not`", "make it an obligation"],
        ),
        ("obligation p\n  a must not attack b", "must-or-must-not", "must not", &["make it a prohibition"]),
        (
            "obligation p\n  a must open\n  while in force\n  during phase one",
            "said-twice",
            "during phase one",
            &[],
        ),
        (
            "obligation p\n  a must open\n  of these, at least 4",
            "does-not-belong",
            "of these, at least 4",
            &[],
        ),
        (
            "reading \"R\" contended by a\n  source \"s\"\n  in base, trigger becomes box",
            "part-not-there",
            "in base, trigger becomes box",
            &[],
        ),
        ("phase two\n  begins when phase two has begun", "instant-cycle", "two", &[]),
        (
            "milestone c when phase one begins\n\nparty d is not a party",
            "does-not-belong",
            "party d is not a party",
            &[],
        ),
    ]);
}

#[test]
fn numbers_and_dates_must_exist() {
    check(&[
        ("obligation p\n  a must pay all 1,950 boxes", "bad-number", "1,950", &["write `1950`"]),
        ("obligation p\n  a must pay at least 0 boxes", "bad-number", "0", &[]),
        ("obligation p\n  a must pay all 3 boxes\n  by the end of 2026-02-30", "bad-date", "2026-02-30", &[]),
        ("obligation p\n  a must pay all 3 boxes\n  by the end of day 0", "bad-number", "0", &[]),
        ("milestone c when at least 3 of (in force, performed(base))", "bad-number", "3", &[]),
        (
            "zone y from y.json valid 2026-02-01 to 2026-01-01",
            "reversed-dates",
            "from y.json valid 2026-02-01 to 2026-01-01",
            &[],
        ),
    ]);
}

#[test]
fn slips_in_writing_are_found_where_they_are() {
    check(&[
        ("party d \"D", "open-quote", "\"D", &["close it at the end of the line"]),
        ("prty d", "unknown-statement", "prty", &["write `party`"]),
        ("obligation p\n  a must open\n  whiel in force", "unknown-line", "whiel", &["write `while`"]),
        ("milestone c when performed(base", "expected", "base", &[]),
        ("party d @", "stray-character", "@", &[]),
        ("  obligation p\n  a must open", "indented-start", "obligation", &["move it to the margin"]),
    ]);
}

#[test]
fn each_mistake_gives_one_error() {
    let text = under_preamble(
        "obligation p\n  a must release 20 prisoners\n  within 3 days after entry into force\n\
         prohibition q\n  a, b must not attack in z\n\
         obligation r\n  a must relaese at least 1 person to b\n\
         phaze two\n  begins at entry into force\n\
         obligation s\n  a must pay at least 3 boxes to c\n\
         obligation t\n  a must pay at least 3 boxes to b\n  untill noon\n",
    );
    let found: Vec<_> = parse(&text).diagnostics.into_iter().map(|d| d.code).collect();
    let expected = [
        "bare-number",
        "bare-days",
        "bare-list",
        "unknown-act",
        "unknown-statement",
        "unknown-name",
        "unknown-line",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_agreement_itself_is_asked_for() {
    let cases = [
        ("party a", vec!["missing-agreement"]),
        ("agrement \"T\"", vec!["unknown-statement"]),
        ("agreement \"T\"", vec!["missing-timezone", "missing-in-force"]),
        (
            "agreement \"T\"\n  timezone Asia/Gazza\n  in force from 2026-13-01T00:00",
            vec!["unknown-timezone", "bad-date"],
        ),
        (
            "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a\nobligation p\n  a must open\n  by \
             the end of day 3",
            vec!["missing-day-one"],
        ),
    ];
    for (text, expected) in cases {
        let parsed = parse(text);
        let found: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, expected, "{text}");
        for fix in parsed.diagnostics.iter().filter(|d| d.code == "missing-day-one").flat_map(|d| &d.fixes) {
            assert!(parse(&fix.apply(text)).agreement.is_some());
        }
    }
}

#[test]
fn what_a_partial_day_owes_must_be_said() {
    let pact = "obligation p\n  a must deliver at least 600 boxes each day   # every day\n";
    let text = under_preamble(pact).replace("T00:00", "T12:00");
    let parsed = parse(&text);
    assert!(parsed.agreement.is_none());
    let found: Vec<_> = parsed.diagnostics.iter().map(|d| (d.code, d.severity)).collect();
    assert_eq!(found, [("part-days", Severity::Error)]);
    for (fix, expected) in parsed.diagnostics[0].fixes.iter().zip([false, true]) {
        let fixed = parse(&fix.apply(&text));
        assert!(fixed.diagnostics.is_empty(), "{:?}", fixed.diagnostics);
        let rule = fixed.agreement.and_then(|a| a.provisions.last().map(|p| p.rule.clone()));
        assert!(
            matches!(rule, Some(model::agreement::Rule::Periodic { pro_rata, .. }) if pro_rata == expected)
        );
    }
}

#[test]
fn it_renders_with_line_column_and_fixes() {
    let text = "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a\nparty b\n\
                prohibition p\n  a, b must not attack\n";
    let parsed = parse(text);
    let shown = language::render("t.pact", text, &parsed.diagnostics[0]);
    let expected = "\
error[bare-list]: each of them, together, or either of them? Say which
 --> t.pact:7:3
  |
7 |   a, b must not attack
  |   ^^^^
  |
  = help: write `each of a and b`
  = help: write `a and b together`
  = help: write `either a or b alone`";
    assert_eq!(shown, expected);
    assert!(language::render_coloured("t.pact", text, &parsed.diagnostics[0]).contains("\u{1b}["));
}
