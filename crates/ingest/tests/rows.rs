//! A table in bulk is read as it is row by row, whatever is in it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use ingest::{
    LINE_LIMIT_BYTES,
    rows::{Batch, Table, Word},
    table,
};
use model::claim::{Claim, Named};
use proptest::prelude::*;

const COLUMNS: [&str; 14] = [
    "time", "known_at", "act", "item", "by", "to", "zone", "amount", "ref", "source", "id", "revises",
    "retracts", "note",
];

/// Reads a table both ways, and gives back what was read in bulk.
fn both(text: &[u8]) -> Batch {
    let slow = table::read("t.csv", &mut &*text).unwrap();
    let end = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
    let batch = Table::new("t.csv", &text[..end]).unwrap().read(&text[end..], 2);
    assert_eq!(batch.rejected, slow.rejected);
    assert_eq!(batch.lines, slow.lines);
    let links = |claim: &&Claim| claim.revises.is_some() || claim.retracts.is_some();
    let (linking, plain): (Vec<&Claim>, Vec<&Claim>) = slow.claims.iter().partition(links);
    assert_eq!((batch.rows.len(), batch.claims.len()), (plain.len(), linking.len()));
    for (own, claim) in batch.claims.iter().zip(linking) {
        assert_eq!((&own.written, &own.read_from), (&claim.written, &claim.read_from));
    }
    let word = |word: Word| batch.word(word).map(|(word, _)| String::from_utf8(word.to_vec()).unwrap());
    let party = |named: &[Named]| named.first().and_then(|named| named.party.clone());
    for (at, (row, claim)) in batch.rows.iter().zip(plain).enumerate() {
        let shape = &batch.shapes[row.shape as usize];
        assert_eq!((Some(row.time), row.known), (claim.occurred.map(|period| period.first), claim.known_at));
        assert_eq!((Some(row.amount), row.line as usize), (claim.range().low, claim.read_from.1));
        assert_eq!((Some(&shape.act), &shape.item), (claim.act.as_ref(), &claim.item));
        assert_eq!((&shape.by, &shape.to), (&party(&claim.by), &party(&claim.to)));
        assert_eq!(shape.zone, claim.place.as_ref().and_then(|place| place.zone.clone()));
        assert_eq!((&shape.source, word(row.reference)), (&claim.source, claim.reference.clone()));
        let id = claim.written.get("id").map(|id| id.as_str().unwrap().to_owned());
        assert_eq!(batch.ids.get(at).and_then(|id| word(*id)), id);
    }
    batch
}

#[test]
fn odd_rows() {
    both(
        "time,known_at,act,item,by,to,zone,amount,ref,source,id,revises\n\
         2025-10-14T18:00:00Z,,release,person,a,b,z,3,r1,m,one,\n\
         2025-10-14T18:00:00+03:00,2025-10-15T00:00:00Z,release,,,,,,,m,,\n\
         2025-10-14T18:00:00.5Z,,release,,,,,0.5,,m,,\n\
         2025-10-14T18:00:60Z,,release,,,,,1,,m,,\n\
         2025-10-14T18:00:00Z,,\"re,lease\",,,,,1, r2 ,m,,\n\
         2025-10-14,,release,,,,,1,,m,,\n\
         2025-10-14T18:00:00Z,,release,,,,,-1,,m,,\n\
         2025-10-14T18:00:00Z,,release,,,,,1,,,,\n\
         \n\
         2025-02-30T18:00:00Z,,release,,,,,1,,m,,\n\
         2025-10-14T18:00:00Z,,release,,,,,1,,m\n\
         2025-10-16T18:00:00Z,,release,person,a,b,z,4,r1,m,two,one\r\n\
         2025-10-14T18:00:00Z,,release,,,,,99999999999999,,m,,\n"
            .as_bytes(),
    );
}

#[test]
fn lines_as_long_as_may_be() {
    let row = |reference: usize, end: &str| {
        format!("2025-10-14T18:00:00Z,release,m,{}{end}", "r".repeat(reference))
    };
    let most = LINE_LIMIT_BYTES - row(0, "").len();
    let rows = [
        row(1, "\n"),
        row(most, "\n"),
        row(most + 1, "\n"),
        row(most, "\r\n"),
        row(most + 1, "\r\n"),
        row(2, ""),
    ];
    let batch = both(format!("time,act,source,ref\n{}", rows.concat()).as_bytes());
    assert_eq!((batch.rows.len(), batch.rejected.len()), (4, 2));
}

/// Rows with many shapes in turn, more than are kept, and each of them again.
#[test]
fn many_shapes() {
    let mut text = "act,time,ref,amount,source,note\n".to_owned();
    for turn in 0..40 {
        for shape in 0..20 {
            let (end, note) = (if shape == 7 { "\r\n" } else { "\n" }, "é".repeat(turn % 2));
            text += &format!("act{shape},2025-10-14T18:00:{turn:02}Z,r{turn},{turn},m,{note}{end}");
        }
    }
    assert_eq!(both(text.as_bytes()).shapes.len(), 20);
}

fn cell(column: &'static str) -> BoxedStrategy<String> {
    let instant = || {
        prop_oneof![
            12 => (1..=9_u8, 0..24_u8, 0..60_u8).prop_map(|(d, h, s)| format!("2025-10-0{d}T{h:02}:05:{s:02}Z")),
            2 => "2025-1[0-2]-(0[1-9]|[12][0-9])T1[0-9]:[0-5][0-9]:[0-5][0-9][+-]0[0-9]:[0-5]0".prop_map(String::from),
            1 => "9999-12-(29|30|31)T(00|23):00:00(Z|[+-]23:00)".prop_map(String::from),
            1 => "[0-9]{4}-[01][0-9]-[0-3][0-9]([T t][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(\\.[0-9]{1,7})?)?(Z|z)?".prop_map(String::from),
        ]
    };
    let seldom =
        |often: &'static str| prop_oneof![30 => Just(often.to_owned()), 1 => "[a-c \u{b}\u{a0}é]{0,3}"];
    match column {
        "time" => instant().boxed(),
        "known_at" => prop_oneof![3 => Just(String::new()), 1 => instant()].boxed(),
        "act" => prop_oneof![Just("release".to_owned()), Just("notify".to_owned()), seldom("attack")].boxed(),
        "source" => prop_oneof![9 => Just("m"), 1 => Just(""), 1 => Just("x")].prop_map(String::from).boxed(),
        "amount" => {
            prop_oneof![3 => Just(String::new()), 3 => "[0-9]{1,3}", 1 => "-?[0-9]{0,13}(\\.[0-9]{0,2})?"]
                .boxed()
        }
        "ref" => prop_oneof![6 => "r[0-9]{0,20}", 1 => "[ -~]{0,3}", 1 => " ?[é\u{a0}\u{b}r]{0,3} ?"].boxed(),
        "id" => prop_oneof![3 => Just(String::new()), 1 => "[a-c]{1,2}", 1 => "[ -~]{0,2}"].boxed(),
        "note" => prop_oneof![3 => Just(String::new()), 1 => "[ -~]{0,6}", 1 => "[é\u{a0} a]{0,3}"].boxed(),
        "revises" | "retracts" => {
            prop_oneof![30 => Just(String::new()), 1 => Just("a".to_owned()), 1 => Just(" ".to_owned())]
                .boxed()
        }
        _ => seldom("a").boxed(),
    }
}

/// A header, and rows below it.
fn tables() -> impl Strategy<Value = (Vec<&'static str>, Vec<u8>)> {
    let others: Vec<&'static str> =
        COLUMNS.iter().copied().filter(|c| !["time", "act", "source"].contains(c)).collect();
    let columns = prop::sample::subsequence(others, 0..=11).prop_flat_map(|mut columns| {
        columns.extend(["time", "act", "source"]);
        Just(columns).prop_shuffle()
    });
    columns.prop_flat_map(|columns| {
        let row: Vec<BoxedStrategy<String>> = columns.iter().map(|column| cell(column)).collect();
        let end = prop_oneof![20 => Just("\n"), 2 => Just("\r\n"), 1 => Just(",\n"), 1 => Just("\n\n"), 1 => Just(" \n")];
        let rows = prop::collection::vec((row, end), 0..40);
        rows.prop_map(move |rows| {
            let rows: String = rows.iter().map(|(cells, end)| cells.join(",") + end).collect();
            (columns.clone(), rows.into_bytes())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn any_table((columns, rows) in tables()) {
        both(&[columns.join(",").as_bytes(), b"\n", &rows].concat());
    }

    #[test]
    fn damaged_tables(
        (columns, mut rows) in tables(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8),
    ) {
        for (place, byte, kind) in damage {
            let at = place.index(rows.len() + 1);
            match kind {
                0 => rows.insert(at, byte),
                1 => rows.insert(at, b",\"\r\n \t0Z"[usize::from(byte) % 8]),
                2 if at < rows.len() => rows[at] ^= 1 << (byte % 8),
                _ if at < rows.len() => drop(rows.remove(at)),
                _ => {}
            }
        }
        both(&[columns.join(",").as_bytes(), b"\n", &rows].concat());
    }

    #[test]
    fn any_bytes(rows in prop::collection::vec(any::<u8>(), 0..300)) {
        both(&[b"time,act,source,ref\n", rows.as_slice()].concat());
    }
}
