//! Days and local times as instants, where the clocks change.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use language::parse;
use model::{
    Instant,
    agreement::{Due, Rule},
};

#[test]
fn a_day_ends_with_its_last_tick_in_the_agreements_zone() {
    let text = "agreement \"T\"\n  timezone Asia/Gaza\n  in force from 2026-01-01T00:00\nparty a\n\
                obligation p\n  a must pay all 3 boxes\n  by the end of 2026-03-28";
    let agreement = parse(text).agreement.unwrap();
    let Rule::Once { due: Due::By(last), .. } = &agreement.provisions[0].rule else { panic!() };
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
