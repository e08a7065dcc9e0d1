//! Two drafts: each kind of edit and the sentence for it; and that nothing that changes an agreement is missed.
//!
//! Invariant: there is a difference exactly when the typed agreements differ in more than places in the file.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/said.rs"]
mod said;

use std::ops::Range;

use dice::Dice;
use language::{
    Difference, DifferenceKind, ThingKind, clauses_with_other_prose, differences, parse,
    symbols::{Definition, SymbolKind, Symbols},
    syntax::SyntaxKind,
    tree,
};
use model::agreement::Agreement;
use said::said;

const DRAFT: &str = include_str!("drafts/truce.pact.md");

fn agreement(text: &str) -> Agreement {
    let parsed = parse(text);
    parsed.agreement.unwrap_or_else(|| panic!("{:#?}\n{text}", parsed.diagnostics))
}

/// What the draft with `old` replaced by `new` says otherwise.
fn edited(old: &str, new: &str) -> Vec<Difference> {
    assert!(DRAFT.contains(old), "{old}");
    differences(&agreement(DRAFT), &agreement(&DRAFT.replace(old, new)))
}

fn sentences(differences: Vec<Difference>) -> Vec<String> {
    differences.into_iter().map(|difference| difference.sentence).collect()
}

/// What is edited, what it becomes, and what is said of that.
const EDITS: &[(&str, &str, &[&str])] = &[
    (
        "2026-01-02T08:00",
        "2026-01-02T11:00",
        &["Entry into force: from 2026-01-02 08:00 to 2026-01-02 11:00 (3 hours later)"],
    ),
    ("\"A truce\"", "\"The truce\"", &["Name: from “A truce” to “The truce”"]),
    (
        "within 72 hours after pullback",
        "within 96 hours after pullback",
        &[
            "Deadline of “Those held go home”: from within 72 hours to within 96 hours after “Pull-back” (24 hours later)",
        ],
    ),
    (
        "within 72 hours after pullback",
        "within 72 hours after entry into force",
        &[
            "Deadline of “Those held go home”: from within 72 hours after “Pull-back” to within 72 hours after entry into force",
        ],
    ),
    (
        "within 72 hours after pullback",
        "by the end of day 3",
        &[
            "Deadline of “Those held go home”: from within 72 hours after “Pull-back” to by the end of 2026-01-04",
        ],
    ),
    (
        "by the end of day 7, changed",
        "by the end of day 9, changed",
        &[
            "Deadline of “Agreed places”: from by the end of 2026-01-08 to by the end of 2026-01-10 (2 days later)",
        ],
    ),
    (
        "at least 600 trucks",
        "at least 500 trucks",
        &["Amount of “Trucks each day”: from at least 600 to at least 500 trucks each day (100 fewer)"],
    ),
    (
        "at least 600 trucks",
        "at most 500 trucks",
        &["Amount of “Trucks each day”: from at least 600 to at most 500 trucks each day"],
    ),
    (
        "each of north and south must not attack",
        "north must not attack",
        &["Bound by “No attacks”: South no longer bound"],
    ),
    (
        "each of north and south must not attack",
        "each of north, south and friend must not attack",
        &["Bound by “No attacks”: Friend now bound"],
    ),
    ("north must admit", "south must admit", &["Bound by “Trucks each day”: South instead of North"]),
    (
        " (assumed: \"the announced withdrawal is taken as complete\")",
        "",
        &["Assumption of “Pull-back”: “the announced withdrawal is taken as complete” dropped"],
    ),
    (
        "within 24 hours after that release",
        "within 24 hours after that release (assumed: \"no deadline in the text\")",
        &["Assumption of “One for three”: “no deadline in the text” added"],
    ),
    (
        "every 1 hostage",
        "every 2 hostages",
        &[
            "Ratio of “One for three”: from 3 prisoners for every 1 hostage to 3 prisoners for every 2 hostages",
        ],
    ),
    (
        "release 3 prisoners",
        "release 4 prisoners",
        &["Ratio of “One for three”: from 3 to 4 prisoners for every 1 hostage (1 more)"],
    ),
    (
        "at least 50 fuel_trucks",
        "at least 60 fuel_trucks",
        &["Part of “Trucks each day”: from at least 50 to at least 60 fuel trucks (10 more)"],
    ),
    (
        "at least 50 fuel_trucks\n",
        "at least 50 fuel_trucks\n    of these, at least 20 into belt\n",
        &["Part of “Trucks each day”: at least 20 into Belt added"],
    ),
    ("pro rata", "in full", &["Part-periods of “Trucks each day”: from pro rata to in full"]),
    (
        "each block of 7 days",
        "each block of 14 days",
        &[
            "Shortfall of “Trucks each day”: was: on average over each block of 7 days, a short day being no breach by itself; now: on average over each block of 14 days, a short day being no breach by itself",
        ],
    ),
    (
        "verified by mission\n  subject",
        "verified by friend\n  subject",
        &["Verifier of “Trucks each day”: from Mission to Friend"],
    ),
    (
        "lasts 60 days",
        "lasts 90 days",
        &["End of “Truce”: from lasts 60 days of 24 hours to lasts 90 days of 24 hours (720 hours longer)"],
    ),
    (
        "at most 14 days",
        "at most 21 days",
        &[
            "Consequence of “No attacks”: was: if breached, North may suspend phase truce (“Truce”), its own duties only, for at most 14 days of 24 hours each time, their clocks standing still; now: if breached, North may suspend phase truce (“Truce”), its own duties only, for at most 21 days of 24 hours each time, their clocks standing still",
        ],
    ),
    (
        "their clocks stop",
        "their clocks run on",
        &[
            "Consequence of “No attacks”: was: if breached, North may suspend phase truce (“Truce”), its own duties only, for at most 14 days of 24 hours each time, their clocks standing still; now: if breached, North may suspend phase truce (“Truce”), its own duties only, for at most 14 days of 24 hours each time, their clocks running on",
        ],
    ),
    (
        "its own duties only,",
        "all duties,",
        &[
            "Consequence of “No attacks”: was: if breached, North may suspend phase truce (“Truce”), its own duties only, for at most 14 days of 24 hours each time, their clocks standing still; now: if breached, North may suspend phase truce (“Truce”), all duties, for at most 14 days of 24 hours each time, their clocks standing still",
        ],
    ),
    (
        "by up to 60 days",
        "by up to 30 days",
        &[
            "Length of extension of “Renewal”: from by up to 60 days of 24 hours to by up to 30 days of 24 hours (720 hours shorter)",
        ],
    ),
    (
        "at most 2 times",
        "at most 3 times",
        &["Number of extensions of “Renewal”: from at most 2 times to at most 3 times"],
    ),
    (
        "required now at least 700",
        "required now at least 800",
        &[
            "Change of “A longer truce”: was: “Trucks each day”: amount becomes at least 700; now: “Trucks each day”: amount becomes at least 800",
        ],
    ),
    (
        "inner deadlines stay",
        "inner deadlines move",
        &["Inner deadlines of “A longer truce”: from stay to move"],
    ),
    (
        "within 5 km",
        "within 10 km",
        &[
            "Extent of “Belt”: was: within 5000 m of Line of contact on the north side; now: within 10000 m of Line of contact on the north side",
        ],
    ),
    (
        "north side",
        "south side",
        &[
            "Extent of “Belt”: was: within 5000 m of Line of contact on the north side; now: within 5000 m of Line of contact on the south side",
        ],
    ),
    (
        "contested by south\n",
        "contested by south and north\n",
        &[
            "Tie of “The Band”: was: directed by South, source “report 12”, contested by South; now: directed by South, source “report 12”, contested by South and North",
        ],
    ),
    (
        "later finds are added",
        "later finds are not added",
        &["Later finds of “Arsenal”: from added to not added"],
    ),
    (
        "calibre >= 100 mm",
        "calibre >= 120 mm",
        &["Measure of “heavy gun”: from calibre at least 100 mm to calibre at least 120 mm"],
    ),
    (
        "fixed\n",
        "moving\n",
        &["Course over time of “Line of contact”: from fixed as drawn to moving with the facts"],
    ),
    (
        "within 336 hours after the plea; if nobody rules, it is not excused",
        "within 336 hours after the plea; if nobody rules, it stays open",
        &[
            "Exception of “No attacks”: was: “self-defence”, pleaded by the doer within 72 hours after the deed and judged by Mission within 336 hours after the plea; if nobody rules, it is not excused; now: “self-defence”, pleaded by the doer within 72 hours after the deed and judged by Mission within 336 hours after the plea; if nobody rules, it stays open",
        ],
    ),
    (
        "7 in all by the end of day 7",
        "8 in all by the end of day 9",
        &[
            "Step 2 of “The dead go home”: was: at least 7 remains in all by the end of 2026-01-08; now: at least 8 remains in all by the end of 2026-01-10",
        ],
    ),
    (
        "  in aid, item becomes fuel_truck\n",
        "  in aid, item becomes fuel_truck\n  in remains_home, step 2 becomes: 8 in all by the end of day 9\n",
        &[
            "Change of “Only fuel counts”: “The dead go home”: step 2 becomes at least 8 in all by the end of 2026-01-10 added",
        ],
    ),
    (
        "  in aid, item becomes fuel_truck\n",
        "  in aid, period becomes: each month, part-periods at the ends in full\n  in aid, shortfall becomes: each period alone\n  in clear_belt, from becomes: phase truce begins\n",
        &[
            "Change of “Only fuel counts”: “Trucks each day”: item becomes fuel trucks dropped",
            "Change of “Only fuel counts”: “Trucks each day”: period becomes each month, part-periods in full added",
            "Change of “Only fuel counts”: “Trucks each day”: shortfall becomes each period on its own added",
            "Change of “Only fuel counts”: “No guns near the line”: from becomes the beginning of phase truce (“Truce”) added",
        ],
    ),
    (
        "  in aid, required now at least 700\n",
        "  in remains_home, step 2 now 8 in all by the end of day 9\n",
        &[
            "Change of “A longer truce”: was: “Trucks each day”: amount becomes at least 700; now: “The dead go home”: step 2 becomes at least 8 in all by the end of 2026-01-10",
        ],
    ),
    ("## Article 3: Aid", "## Article 5: Aid", &["Heading: from “Article 3: Aid” to “Article 5: Aid”"]),
    ("city and old_town", "city", &["Member of “Towns”: Old Town dropped"]),
    (
        "until phase truce ends",
        "until performed(handover)",
        &[
            "End of “No guns near the line”: from the end of phase truce (“Truce”) to “Those held go home” is performed",
        ],
    ),
    (
        "5 to 10",
        "6 to 10",
        &[
            "Value to “North”: was: 5 to 10 when “Those held go home” has been performed, source “interview of 3 January”; now: 6 to 10 when “Those held go home” has been performed, source “interview of 3 January”",
        ],
    ),
    (
        "must keep its own heavy_guns",
        "must keep all heavy_guns",
        &["Owner of “No guns near the line”: from its own to all"],
    ),
    ("north \"North\"", "north \"The North\"", &["Name of “The North”: from “North” to “The North”"]),
    (
        "milestone pullback \"Pull-back\"\n  when south withdraws troops to old_town (assumed: \"the announced withdrawal is taken as complete\")",
        "milestone pullback \"Pull-back\"\n  when north withdraws troops to old_town",
        &[
            "Condition of “Pull-back”: from when South withdrew troops to Old Town to when North withdrew troops to Old Town",
            "Assumption of “Pull-back”: “the announced withdrawal is taken as complete” dropped",
        ],
    ),
    ("  subject to calm\n", "", &["Precedence of others of “Trucks each day”: “No attacks” dropped"]),
    (
        "verified by mission\n  subject to calm\n",
        "verified by mission\n  subject to calm\n  notwithstanding handover\n",
        &["Precedence over others of “Trucks each day”: “Those held go home” added"],
    ),
    (
        "obligation restraint \"The Band is kept quiet\"\n  south is answerable for any attack by band on north\n",
        "",
        &[
            "Removed: “The Band is kept quiet” (provision restraint): obligation: South is answerable for any attack by The Band on North.",
        ],
    ),
    (
        "guarantor friend \"Friend\"",
        "guarantor friend \"Friend\"\nguarantor other \"Other\"",
        &["Added: “Other” (actor other): guarantor"],
    ),
    (
        "admit at least 600 trucks into city",
        "admit at least 600 trucks into belt",
        &["Place of “Trucks each day”: from into City to into Belt"],
    ),
    (
        "on average over each block of 7 days\n  a short day is no breach by itself\n",
        "",
        &[
            "Shortfall of “Trucks each day”: was: on average over each block of 7 days, a short day being no breach by itself; now: each period on its own",
        ],
    ),
    (
        "each of north and south must keep",
        "north and south together must keep",
        &["Binding of “No guns near the line”: from each of them to together"],
    ),
    (
        "within 72 hours, if nobody rules",
        "within 96 hours, if nobody rules",
        &["Time to judge of “self-defence”: from within 72 hours to within 96 hours"],
    ),
    (
        "effective at the last acceptance",
        "effective from 2026-02-05",
        &["Effect of “A longer truce”: from at the last acceptance to from 2026-02-05 00:00"],
    ),
];

#[test]
fn each_edit_has_its_sentence() {
    for (old, new, expected) in EDITS {
        assert_eq!(sentences(edited(old, new)), *expected, "{old} -> {new}");
    }
}

#[test]
fn each_edit_can_be_undone() {
    for (old, new, expected) in EDITS {
        let back = differences(&agreement(&DRAFT.replace(old, new)), &agreement(DRAFT));
        assert_eq!(back.len(), expected.len(), "{old} -> {new}");
    }
}

/// A line that one statement can have, and the part that it changes.
const LINES: &[(&str, &str, &str)] = &[
    ("of these, at least 50 fuel_trucks\n", "  the parts are disjoint\n", "Overlap of parts"),
    ("within 24 hours after that release\n", "  afterwards\n", "Order"),
    ("within 24 hours after that release\n", "  counted on identification\n", "Count"),
    ("within 72 hours after pullback\n", "  unless phase truce has ended\n", "No instance"),
    ("within 72 hours after pullback\n", "  not before the start of day 2\n", "Earliest time"),
    ("within 72 hours after pullback\n", "  hostages count towards this number too\n", "Substitute"),
    ("attack anyone in city\n", "  graded minor and serious by mission\n", "Grades"),
    ("within 72 hours after pullback\n", "  to the standard \"of care\", judged by mission\n", "Standard"),
    ("within 72 hours after pullback\n", "  in step with remains_home, south moves first\n", "Step"),
    ("within 72 hours after pullback\n", "  notwithstanding aid\n", "Precedence over others"),
    ("within 72 hours after pullback\n", "  for each town in towns\n", "For each"),
    ("attack anyone in city\n", "  only what is judged defence\n", "Judgement needed"),
    ("attack anyone in city\n", "  verified by mission\n", "Verifier"),
    ("party south \"South\"\n", "  left 2026-03-01\n", "Tie"),
    ("only by agreement\n", "  from zones/places.geojson on 2026-01-09 source \"decision 4\"\n", "Setting"),
];

#[test]
fn each_line_added_is_one_part() {
    for (after, line, part) in LINES {
        let new = format!("{after}{line}");
        let parts: Vec<_> = edited(after, &new).into_iter().map(|difference| difference.part).collect();
        assert_eq!(parts, [Some(*part)], "{line}");
    }
}

#[test]
fn another_time_zone_moves_every_instant() {
    let differences = edited("timezone Asia/Gaza", "timezone UTC");
    let said: Vec<_> = differences.iter().map(|difference| difference.sentence.as_str()).collect();
    assert_eq!(said[0], "Time zone: from Asia/Gaza to UTC");
    assert_eq!(said[2], "Entry into force: 2026-01-02 08:00, in the new time zone (2 hours later)");
    assert!(said[1..].iter().all(|sentence| sentence.contains(", in the new time zone")), "{said:#?}");
}

#[test]
fn what_is_only_called_otherwise_is_found_once() {
    let renamed = |from: &str, to: &str| sentences(edited(from, to));
    assert_eq!(
        renamed("handover", "homecoming"),
        ["Identifier of “Those held go home” (provision): from `handover` to `homecoming`"]
    );
    assert_eq!(
        renamed("mission", "observers"),
        ["Identifier of “Mission” (actor): from `mission` to `observers`"]
    );
    assert_eq!(renamed("truce\"", "truce\""), [""; 0]);
    assert_eq!(
        renamed("phase truce", "phase calm_time"),
        ["Identifier of “Truce” (phase): from `truce` to `calm_time`"]
    );
    // Renamed and changed: both are said.
    let text = DRAFT
        .replace("handover", "homecoming")
        .replace("within 72 hours after pullback", "within 96 hours after pullback");
    assert_eq!(
        sentences(differences(&agreement(DRAFT), &agreement(&text))),
        [
            "Identifier of “Those held go home” (provision): from `handover` to `homecoming`",
            "Deadline of “Those held go home”: from within 72 hours to within 96 hours after “Pull-back” (24 hours later)"
        ]
    );
    // A milestone is known by its name for people.
    let text = DRAFT.replace("pullback", "retreat").replace("when south withdraws", "when north withdraws");
    let kinds: Vec<_> =
        differences(&agreement(DRAFT), &agreement(&text)).into_iter().map(|d| d.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Renamed, DifferenceKind::Changed]);
    // Another duty of the same party under the same heading is another duty.
    let start = DRAFT.find("obligation restraint").unwrap();
    let end = start + DRAFT[start..].find("on north\n").unwrap() + "on north\n".len();
    let other =
        "obligation release \"Prisoners go home\"\n  south must release at least 5 prisoners to north\n";
    let found = differences(&agreement(DRAFT), &agreement(&DRAFT.replace(&DRAFT[start..end], other)));
    let kinds: Vec<_> = found.iter().map(|difference| difference.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Added, DifferenceKind::Removed], "{found:#?}");
    let text = DRAFT
        .replace("handover", "homecoming")
        .replace("north must release all 20", "south must release all 20");
    assert_eq!(
        sentences(differences(&agreement(DRAFT), &agreement(&text)))[1..],
        ["Bound by “Those held go home”: South instead of North"]
    );
}

/// Each provision of each agreement, renamed wherever it is meant and changed in one more respect: in each of its
/// numbers and labels, and in each name, which becomes another of its kind.
#[test]
fn what_is_renamed_and_changed_once_is_one_thing() {
    let (mut told, mut provisions) = (0, 0);
    for text in agreements() {
        let parsed = parse(&text);
        let old = parsed.agreement.as_ref().unwrap();
        let symbols = &parsed.symbols;
        for definition in symbols.definitions.iter().filter(|d| d.kind == SymbolKind::Provision) {
            let id = &definition.id;
            let meant = symbols.references(SymbolKind::Provision, id).map(|r| r.span.clone());
            let named: Vec<_> =
                meant.chain([definition.name.clone()]).map(|span| (span, "renamed".to_owned())).collect();
            let mut changed = false;
            for change in single_changes(&text, symbols, definition) {
                let mut edits = named.clone();
                edits.push(change.clone());
                edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
                let mut new = text.clone();
                edits.into_iter().for_each(|(span, word)| new.replace_range(span, &word));
                let Some(new) = parse(&new).agreement else { continue };
                let differences = differences(old, &new);
                let gone = differences.iter().filter(|d| {
                    d.thing == ThingKind::Provision
                        && matches!(d.kind, DifferenceKind::Added | DifferenceKind::Removed)
                });
                assert_eq!(gone.count(), 0, "{id}: {change:?}\n{differences:#?}");
                let renamed = differences.iter().filter(|d| d.kind == DifferenceKind::Renamed);
                assert!(renamed.clone().any(|d| d.id == "renamed" && d.sentence.contains(id)), "{id}");
                told += 1;
                changed |= differences.len() > 1;
            }
            provisions += usize::from(changed);
        }
    }
    println!("{provisions} provisions, {told} edits");
    assert!(provisions > 100 && told > 400, "{provisions} {told}");
}

/// Edits of one word each in a statement.
fn single_changes(text: &str, symbols: &Symbols, of: &Definition) -> Vec<(Range<usize>, String)> {
    let span = &of.statement.span;
    let inside = |at: &Range<usize>| span.start < at.start && at.end <= span.end;
    let mut edits = Vec::new();
    for token in tree(text).descendants_with_tokens().filter_map(|element| element.into_token()) {
        let at: Range<usize> = token.text_range().into();
        match token.kind() {
            _ if !inside(&at) => {}
            SyntaxKind::Number => {
                if let Ok(number) = token.text().parse::<u32>() {
                    edits.push((at, (number + 1).to_string()));
                }
            }
            SyntaxKind::String => edits.push((at, "\"other words\"".to_owned())),
            _ => {}
        }
    }
    let names = symbols.references.iter().filter(|reference| inside(&reference.span));
    edits.extend(names.filter_map(|name| {
        let mut others =
            symbols.definitions.iter().filter(|d| d.kind == name.kind && d.id != name.id && d.id != of.id);
        Some((name.span.clone(), others.next_back()?.id.clone()))
    }));
    edits
}

#[test]
fn what_stands_elsewhere_is_told_with_both_clauses() {
    let aid = &DRAFT[DRAFT.find("```pact\nobligation aid").unwrap()..DRAFT.find("## Article 4").unwrap()];
    let text = DRAFT.replace(aid, "").replace("Nobody attacks.\n", &format!("Nobody attacks.\n\n{aid}"));
    let differences = differences(&agreement(DRAFT), &agreement(&text));
    let [difference] = differences.as_slice() else { panic!("{differences:#?}") };
    assert_eq!(difference.kind, DifferenceKind::Moved);
    assert_eq!(difference.thing, ThingKind::Provision);
    assert_eq!(difference.old_clause.as_deref(), Some("Article 3: Aid"));
    assert_eq!(difference.new_clause.as_deref(), Some("Article 1: Calm"));
    assert_eq!(
        difference.sentence,
        "Clause of “Trucks each day”: from “Article 3: Aid” to “Article 1: Calm”"
    );
}

#[test]
fn prose_is_counted_by_clause() {
    let count = |text: &str| {
        let (old, new) = (parse(DRAFT), parse(text));
        clauses_with_other_prose((DRAFT, &old.clauses), (text, &new.clauses))
    };
    assert_eq!(count(DRAFT), 0);
    assert_eq!(count(&DRAFT.replace("Nobody attacks.", "Nobody\nattacks.  ")), 0);
    assert_eq!(count(&DRAFT.replace("Nobody attacks.", "All is calm.")), 1);
    assert_eq!(count(&DRAFT.replace("# A truce\n", "# The truce\n").replace("Six hundred", "600")), 2);
    assert_eq!(count(&format!("{DRAFT}\n## Article 5\n\nMore.\n")), 1);
}

/// The draft, October's agreement and those of the watches.
fn agreements() -> Vec<String> {
    let watches = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../watches")).unwrap();
    let mut files: Vec<_> = watches.map(|entry| entry.unwrap().path().join("agreement.pact.md")).collect();
    files.sort();
    let texts = files.into_iter().map(|file| std::fs::read_to_string(file).unwrap());
    [DRAFT, include_str!("october.pact.md")].map(str::to_owned).into_iter().chain(texts).collect()
}

#[test]
fn any_line_left_out() {
    for text in [DRAFT, include_str!("october.pact.md")] {
        let old = agreement(text);
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        for left_out in 0..lines.len() {
            let rest = lines.iter().enumerate().filter(|(index, _)| *index != left_out);
            let Some(new) = parse(&rest.map(|(_, line)| *line).collect::<String>()).agreement else {
                continue;
            };
            assert_eq!(differences(&old, &new).is_empty(), said(&old) == said(&new), "{}", lines[left_out]);
        }
    }
}

/// One word exchanged for another of the same agreement, wherever the result can still be read.
#[test]
fn any_word_exchanged() {
    let mut dice = Dice(17);
    let (mut same, mut other) = (0, 0);
    for text in agreements() {
        let old = agreement(&text);
        assert_eq!(differences(&old, &old), []);
        let tokens: Vec<_> = tree(&text)
            .descendants_with_tokens()
            .filter_map(|element| element.into_token())
            .filter(|token| {
                !token.kind().is_trivia() && token.parent().is_some_and(|node| node.parent().is_some())
            })
            .collect();
        for _ in 0..if text.len() > 2 * DRAFT.len() { 40 } else { 300 } {
            let token = &tokens[dice.below(tokens.len())];
            let others: Vec<_> = tokens
                .iter()
                .filter(|other| other.kind() == token.kind())
                .map(|other| other.text())
                .collect();
            let mut edited = text.clone();
            edited.replace_range::<std::ops::Range<usize>>(token.text_range().into(), dice.pick(&others));
            let Some(new) = parse(&edited).agreement else { continue };
            let is_same = said(&old) == said(&new);
            assert_eq!(differences(&old, &new).is_empty(), is_same, "{edited}");
            if is_same { same += 1 } else { other += 1 }
        }
    }
    assert!(same > 20 && other > 80, "{same} {other}");
}
