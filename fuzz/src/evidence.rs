//! What must hold of any evidence.
//!
//! Invariant: an input opens with a line that names the reader, which gets the rest, byte for byte.

use model::{Instant, Period};

const FILE: &str = "input";

/// Every line that is not blank is a claim or is rejected, and says where it stood.
pub fn check(input: &[u8]) {
    let line = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (reader, rest) = (&input[..line], input.get(line + 1..).unwrap_or_default());
    let text = || std::str::from_utf8(rest).ok();
    match reader {
        b"jsonl" => claims(ingest::jsonl::read(FILE, &mut &*rest).expect("a slice can be read"), rest),
        b"table" => claims(ingest::table::read(FILE, &mut &*rest).expect("a slice can be read"), rest),
        b"decisions" => {
            let all = ingest::decisions::read(FILE, &mut &*rest).expect("a slice can be read");
            assert_eq!(all.lines, all.decisions.len() + all.rejected.len());
        }
        b"zone" => {
            let (Some(text), Ok(instant)) = (text(), Instant::parse("2025-10-10T12:00:00Z")) else { return };
            drop(ingest::zones::outline(text, None, Period::at(instant)));
            drop(ingest::zones::outline(text, Some("a"), Period::at(instant)));
        }
        b"sources" => drop(text().map(|text| ingest::sources::read(text, &["gaza".to_owned()]))),
        _ => {}
    }
}

fn claims(read: ingest::Read, text: &[u8]) {
    let lines = text.split(|byte| *byte == b'\n').count();
    assert_eq!(read.lines, read.claims.len() + read.rejected.len());
    let places = read.claims.iter().map(|claim| claim.read_from.1);
    for place in places.chain(read.rejected.iter().map(|rejected| rejected.line)) {
        assert!((1..=lines).contains(&place), "line {place} of {lines}");
    }
    let joined = ingest::join(vec![read.clone()]);
    assert_eq!(joined.lines, joined.claims.len() + joined.rejected.len());
    let twice = ingest::join(vec![read.clone(), read]);
    assert_eq!(twice.claims, joined.claims, "what is said twice counts once");
}
