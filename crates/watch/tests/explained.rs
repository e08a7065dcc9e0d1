//! Explanations, histories, comparisons and changes of small watches, each against what a person would say of them.
//!
//! Invariant: every expectation names claims, statuses or instants; none only counts.

#[allow(dead_code, reason = "shared with the cases of the spec")]
#[path = "spec/notation.rs"]
mod notation;

use model::{Amount, Status, StatusSet};
use watch::{Question, Watch, change::Change, compare::Only, edits::Edit, history::Row};

const PREAMBLE: &str = r#"agreement "T"
  timezone UTC
  in force from 2026-01-01T00:00
party a "A"
party b "B"
guarantor g "G"
monitor m "M"
item red_box "red box" is box
"#;

const SOURCES: &str = r#"
[[source]]
id = "m"
label = "The monitor"
kind = "monitor"
origin = "m"
covers = [{ acts = ["release"], lag = "P1D" }]
gaps = [{ from = 2026-01-02T00:00:00Z, to = 2026-01-03T00:00:00Z, cause = "roads closed", denied_by = "a" }]
[[source]]
id = "a"
label = "A's office"
kind = "party"
side = "a"
origin = "a"
[[source]]
id = "n1"
label = "N1"
kind = "media"
origin = "n1"
[[source]]
id = "n2"
label = "N2"
kind = "media"
origin = "n2"
"#;

const RELEASE: &str =
    "obligation p \"P\"\n  a must release all 10 hostages to b\n  by the end of 2026-01-04\n";

fn watch(pact: &str, claims: &str) -> Watch {
    let text = format!("{PREAMBLE}{pact}");
    let parsed = language::parse(&text);
    let rendered: Vec<String> = parsed.diagnostics.iter().map(|d| language::render("t", &text, d)).collect();
    let agreement = parsed.agreement.unwrap_or_else(|| panic!("{}", rendered.join("\n")));
    let lines = notation::claims(claims, &[]).expect("claims");
    let read = ingest::jsonl::read("t", &mut lines.as_bytes()).expect("read");
    assert_eq!(read.rejected, []);
    Watch {
        settings: watch::files::Settings::default(),
        agreement,
        text,
        agreement_file: "t".to_owned(),
        sha256: String::new(),
        warnings: Vec::new(),
        grounds: Vec::new(),
        sources: ingest::sources::read(SOURCES, &[]).expect("sources"),
        claims: read.claims,
        decisions: Vec::new(),
        read: model::answer::ClaimsRead::default(),
    }
}

fn at(day: &str) -> Question {
    Question { at: Some(notation::instant(day).expect("an instant")), ..Question::default() }
}

fn known(day: &str, known: &str) -> Question {
    Question { known_at: Some(notation::instant(known).expect("an instant")), ..at(day) }
}

fn set(statuses: &[Status]) -> StatusSet {
    statuses.iter().copied().collect()
}

/// Two reports, of which the later came to be known much later, and a monitor that says nothing.
const TWO: &str = "c1 n1 event release 6 hostage @d2T06 known=d2T12 zone=
c2 n2 event release 4 hostage @d2T18 known=d9 zone=";

#[test]
fn a_history_tells_the_claim_and_the_silence_that_changed_a_verdict() {
    let watch = watch(RELEASE, TWO);
    let history = watch.history(&known("d7", "d10"), "p", None).expect("a history");
    let told = |row: &Row| {
        let because: Vec<&str> = row.because.iter().map(|cause| cause.id.as_str()).collect();
        (row.known_from.to_string(), row.status, because.join(" "))
    };
    let rows: Vec<_> = history.rows.iter().map(told).collect();
    // While the monitor may still report, all is open; d2 it could not see, so that nothing bounds what came then.
    let open = set(&[Status::Breached, Status::Late, Status::Met]);
    assert_eq!(rows[0], ("2026-01-01T00:00:00Z".to_owned(), open, String::new()));
    assert_eq!(rows[1], ("2026-01-02T12:00:00Z".to_owned(), open, "c1".to_owned()), "{rows:?}");
    let last = rows.last().expect("a row");
    assert_eq!(last.2, "c2", "{rows:?}");
    assert_eq!(last.0, "2026-01-09T00:00:00Z", "{rows:?}");
    assert!(rows.iter().any(|row| row.2 == "m"), "the passing of time changes it too: {rows:?}");
    // Each row is what the same question gets with just so much known.
    for row in &history.rows {
        let asked = Question { known_at: Some(row.known_from), ..at("d7") };
        let answer = watch.evaluate(&asked).expect("an answer");
        assert_eq!(answer.provisions[0].status, Some(row.status), "{}", row.known_from);
    }
    assert!(history.rows.windows(2).all(|two| two[0].known_to == Some(two[1].known_from)));
}

#[test]
fn of_claims_known_together_the_one_that_changed_it_is_told() {
    let claims =
        "c1 n1 event release 10 hostage @d2 known=d3 zone=\nc2 n1 event release 1 truck @d2 known=d3 zone=";
    let history = watch(RELEASE, claims).history(&known("d7", "d4"), "p", None).expect("a history");
    let last = history.rows.last().expect("a row");
    let because: Vec<&str> = last.because.iter().map(|cause| cause.id.as_str()).collect();
    assert_eq!((last.status, because), (set(&[Status::Met]), vec!["c1"]));
}

#[test]
fn an_explanation_gives_weights_gaps_and_how_the_window_arose() {
    let watch = watch(RELEASE, TWO);
    let e = watch.explain(&known("d7", "d10"), "p", None).expect("an explanation");
    let weights: Vec<(&str, &str)> =
        e.counted.iter().map(|line| (line.claim.as_str(), line.weight.as_str())).collect();
    assert_eq!(weights, [("c1", "at least 6"), ("c2", "at least 4")]);
    assert!(e.missing.iter().any(|m| m.contains("roads closed; access denied by A")), "{:?}", e.missing);
    assert_eq!(e.window_arose, "opens at entry into force, and ends on the date that the text fixes");
    let corroborated = Question { standard: model::Standard::Corroborated, ..known("d7", "d10") };
    let e = watch.explain(&corroborated, "p", None).expect("an explanation");
    assert_eq!(e.counted[0].weight, "at least 6, where a second origin says so too");
}

#[test]
fn items_that_count_too_and_states_are_listed() {
    let pact = "obligation p \"P\"\n  a must release at least 10 prisoners to b\n  hostages count towards this number too\n  by the end of 2026-01-04\n";
    let w = watch(pact, "c1 n1 event release 6 hostage @d2 zone=\nc2 n1 event release 6 prisoner @d2 zone=");
    let e = w.explain(&at("d7"), "p", None).expect("an explanation");
    let counted: Vec<&str> = e.counted.iter().map(|line| line.claim.as_str()).collect();
    assert_eq!(counted, ["c1", "c2"], "{:?}", e.aside);
    let pact = "obligation s \"S\"\n  a must keep at most 5 boxes\n  from 2026-01-01T00:00\n";
    let w = watch(pact, "s1 n1 state - 4 box [d1,d3) by= zone=\ns2 n1 state - 4 truck [d1,d3) zone=");
    let e = w.explain(&at("d2"), "s", None).expect("an explanation");
    let ids = |lines: &[watch::explain::Line]| -> Vec<String> {
        lines.iter().map(|line| format!("{} {}{}", line.claim, line.weight, line.reason)).collect()
    };
    assert_eq!(ids(&e.counted), ["s1 exactly 4"]);
    assert_eq!(ids(&e.aside), ["s2 it is of something else"]);
}

#[test]
fn why_not_gives_evidence_of_which_every_part_is_needed() {
    let claims = "c1 n1 event release 10 hostage @d2 zone=\nc2 n2 event release 10 hostage @d3 zone=\nc3 n1 event attack 1 - @d3 zone=";
    let watch = watch(RELEASE, claims);
    let why = watch.why_not(&at("d7"), "p", None, Status::Breached).expect("an answer");
    assert!(!why.possible && !why.by_text);
    // Each of the two reports is enough; one is told, and nothing else.
    assert_eq!((why.claims.len(), why.silences.len()), (1, 0), "{why:?}");
    let without: Vec<_> = watch.claims.iter().filter(|c| c.id == why.claims[0].claim).cloned().collect();
    let only = Watch { claims: without, sources: Vec::new(), ..watch.clone() };
    let status = only.evaluate(&known("d7", "d7")).expect("an answer").provisions[0].status;
    assert!(!status.expect("computed").contains(Status::Breached));
    // The text and the instant are enough where the deadline has passed.
    assert!(watch.why_not(&at("d7"), "p", None, Status::Pending).expect("an answer").by_text);
    // What is possible has a world, and in it the ten were released in time.
    let met = watch.why_not(&at("d7"), "p", None, Status::Met).expect("an answer");
    let deeds = met.world.expect("a world");
    let end = notation::instant("d5").expect("an instant");
    let in_time: Amount = deeds.iter().filter(|deed| deed.at < end).map(|deed| deed.amount).sum();
    assert!(met.possible && in_time >= Amount::whole(10), "{deeds:?}");
}

#[test]
fn the_smallest_change_is_found_with_its_least_amount() {
    let claims =
        "c1 n1 event release 6 hostage @d3T06 zone=\nt1 n2 tally release 6 hostage [d1,d7) known=d8 zone=";
    let watch = watch(RELEASE, claims);
    let changes = watch.what_would_change(&known("d7", "d9"), "p", None).expect("changes");
    assert_eq!(changes.status, set(&[Status::Breached]));
    assert!(changes.exact, "{changes:?}");
    let rejected =
        |change: &&Change| matches!(change.edits.as_slice(), [Edit::Reject { claim, .. }] if claim == "t1");
    assert_eq!(changes.changes.iter().filter(rejected).count(), 1, "{changes:?}");
    // In time one more is against the total, which may then be wrong; after it, four more are ten.
    let reports = changes.changes.iter().flat_map(|change| &change.edits).filter_map(|edit| match edit {
        Edit::Report { amount, at, .. } => Some((*amount, at.to_string())),
        _ => None,
    });
    let expected =
        [(Amount::whole(1), "2026-01-04T23:59:59.999999Z"), (Amount::whole(4), "2026-01-07T00:00:00Z")];
    assert_eq!(reports.collect::<Vec<_>>(), expected.map(|(amount, at)| (amount, at.to_owned())));
    // The same question, asked of what the edit leaves, has the statuses told.
    for change in &changes.changes {
        if let [Edit::Reject { claim, .. }] = change.edits.as_slice() {
            let left = watch.claims.iter().filter(|c| c.id != *claim).cloned().collect();
            let only = Watch { claims: left, ..watch.clone() };
            let status = only.evaluate(&known("d7", "d9")).expect("an answer").provisions[0].status;
            assert_eq!(status, Some(change.status), "{claim}");
        }
    }
}

#[test]
fn two_edits_are_found_where_one_does_not_do() {
    let total =
        |id: &str, source: &str| format!("{id} {source} tally release 3 hostage [d1,d7) known=d8 zone=\n");
    let claims = [total("t1", "n1"), total("t2", "n2"), total("t3", "m")].concat();
    let question = Question { standard: model::Standard::Corroborated, ..known("d7", "d9") };
    let changes = watch(RELEASE, &claims).what_would_change(&question, "p", None).expect("changes");
    let edits: Vec<Vec<String>> =
        changes.changes.iter().map(|change| change.edits.iter().map(Edit::id).collect()).collect();
    assert!(changes.exact, "{changes:?}");
    let pair = |one: &str, other: &str| vec![format!("{one} rejected"), format!("{other} rejected")];
    // Of three totals that agree, two have to go; or two more have to speak.
    for pair in [pair("t1", "t2"), pair("t1", "t3"), pair("t2", "t3")] {
        assert!(edits.contains(&pair), "{edits:?}");
    }
    assert!(edits.iter().all(|edits| edits.len() == 2), "{edits:?}");
    let amounts: Vec<Amount> =
        changes.changes.iter().map(|change| change.edits.iter().map(Edit::amount).sum()).collect();
    assert!(amounts.is_sorted(), "{changes:?}");
}

#[test]
fn a_comparison_tells_what_counts_otherwise() {
    let pact = format!(
        "{RELEASE}reading \"Half\" contended by a\n  as half\n  source \"s\"\n  in p, required becomes at least 5\n"
    );
    let watch = watch(&pact, "c1 n1 event release 6 hostage @d3 zone=");
    let all = watch.compare(&at("d7"), "p", &Only::default()).expect("a comparison");
    let of = |standard: &str, reading: &str| {
        let found = all.cells.iter().find(|cell| cell.standard == standard && cell.reading == reading);
        found.unwrap_or_else(|| panic!("{standard} {reading}"))
    };
    let half = of("alleged", "half");
    assert_eq!(half.status, Some(set(&[Status::Met])));
    assert!(half.differs && half.because.iter().any(|why| why.contains('5')), "{half:?}");
    let corroborated = of("corroborated", "text");
    assert!(corroborated.because.iter().any(|why| why.contains("c1")), "{corroborated:?}");
    // Each cell is what the same question gets by itself.
    for cell in &all.cells {
        let question = Question {
            standard: model::Standard::parse(&cell.standard).expect("a standard"),
            reading: Some(cell.reading.clone()),
            ..at("d7")
        };
        assert_eq!(
            watch.evaluate(&question).expect("an answer").provisions[0].status,
            cell.status,
            "{cell:?}"
        );
    }
}
