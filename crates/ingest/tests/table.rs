//! What a plain table is read as, and what is said of rows that cannot be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use ingest::{Read, table};
use model::{Amount, Instant, Period};

const HEADER: &str = "time,known_at,act,item,by,to,zone,amount,ref,source";

fn read(text: impl AsRef<[u8]>) -> Read {
    let read = table::read("t.csv", &mut text.as_ref()).unwrap();
    assert_eq!(read.lines, read.claims.len() + read.rejected.len());
    read
}

#[test]
fn rows() {
    let time = "2025-10-14T18:00:00+03:00";
    let read = read(format!(
        "\u{feff}{HEADER}\r\n{time},,admit,truck,israel,,gaza,620.5,,un\n\n\
         {time},2025-10-15T00:00:00Z,attack,,,,,,\"r, \"\"1\"\"\",s\n{time},,admit,truck,israel,,gaza,620.5,,un\n\
         {time},,admit,truck,israel,,gaza,0,,un\n"
    ));
    assert_eq!(read.rejected, vec![]);
    let [first, second, third, zero] = read.claims.as_slice() else { panic!() };
    let instant = Instant::parse(time).unwrap();
    assert_eq!((first.occurred, first.known_at), (Some(Period::at(instant)), instant));
    assert_eq!(first.range().high, Some(Amount(620_500_000)));
    assert_eq!(first.place.as_ref().unwrap().zone.as_deref(), Some("gaza"));
    assert_eq!(
        (second.range().low, second.place.is_none(), second.by.len()),
        (Some(Amount::whole(1)), true, 0)
    );
    assert_eq!(second.reference.as_deref(), Some("r, \"1\""));
    assert!(first.id != third.id && first.id.starts_with("h-"));
    assert_eq!((zero.range().low, zero.read_from.1), (Some(Amount::ZERO), 6));
}

#[test]
fn bad_rows() {
    #[rustfmt::skip]
    let cases = [
        (",,admit,truck,israel,,gaza,1,,un",                            "time",     "is empty"),
        ("2025-10-14 18:00,,admit,truck,israel,,gaza,1,,un",            "time",     "has no offset"),
        ("2025-10-14T18:00:00Z,soon,admit,truck,israel,,gaza,1,,un",    "known_at", "is not an instant"),
        ("2025-10-14T18:00:00Z,,,truck,israel,,gaza,1,,un",             "act",      "is empty"),
        ("2025-10-14T18:00:00Z,,admit,truck,israel,,gaza,many,,un",     "amount",   "is not an amount"),
        ("2025-10-14T18:00:00Z,,admit,truck,israel,,gaza,-1,,un",       "amount",   "negative"),
        ("2025-10-14T18:00:00Z,,admit,truck,israel,,gaza,1,,",          "source",   "is empty"),
        ("2025-10-14T18:00:00Z,,admit,truck",                           "",         "4 cells and the header 10"),
        ("2025-10-14T18:00:00Z,,\"admit,truck,israel,,gaza,1,,un",      "",         "mark left open"),
    ];
    let good = "2025-10-14T18:00:00Z,,admit,truck,israel,,gaza,1,,un";
    for (row, field, reason) in cases {
        let read = read(format!("{HEADER}\n{row}\n{good}\n"));
        assert_eq!((read.lines, read.claims.len()), (2, 1), "{row}");
        assert_eq!((read.rejected[0].line, read.rejected[0].field.as_str()), (2, field), "{row}");
        assert!(read.rejected[0].reason.contains(reason), "{row}\n{}", read.rejected[0].reason);
    }
}

#[test]
fn headers() {
    let wrong = read("date,act,source\n2025-10-14T18:00:00Z,admit,un\n");
    assert_eq!((wrong.lines, wrong.rejected[0].field.as_str()), (1, "time"));
    let short = read("source,act,time\nun,admit,2025-10-14T18:00:00Z\n");
    assert_eq!((short.claims.len(), short.claims[0].source.as_str()), (1, "un"));
    assert_eq!(read("").lines, 0);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        read([HEADER.as_bytes(), b"\n", bytes.as_slice()].concat());
    }
}
