//! What the tests share: a preamble with everyone and everything that their examples name.

/// Statements to put an example under.
pub const PREAMBLE: &str = r#"agreement "T"
  timezone UTC
  in force from 2026-01-01T00:00
  day 1 is the day of entry into force
party a "A"
party b "B"
guarantor g "G"
monitor m "M"
actor h "H" is not a party
zone z "Z" from z.geojson          # a square
item red_box "red box" is box
item other_remains "other remains" is remains
phase one
  begins at entry into force
  ends when performed(base) (assumed: "no latest end")
obligation base
  a must release at least 1 person to b

"#;

/// The example under the preamble.
pub fn under_preamble(pact: &str) -> String {
    format!("{PREAMBLE}{}\n", pact.trim_matches('\n'))
}
