//! Decisions from JSON Lines: `{id, known_at, by, kind, targets, value, reason, undoes}` (EVIDENCE.md §8).
//!
//! Invariant: as for claims, a bad line costs only itself and says why.

use std::io::BufRead;

use model::{
    answer::Rejected,
    decision::{Decision, Limb, Outcome, Ruling, Verdict},
};
use serde_json::{Map, Value};

use crate::{
    fields::{Fault, Fields},
    lines::{self, Again, Line, Lines, Numbered, Recorded},
};

const KINDS: [&str; 7] = ["merge", "split", "accept", "reject", "place", "value", "ruling"];

/// What was read from one file of decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// The lines accepted, in the order of the file.
    pub decisions: Vec<Decision>,
    /// The lines that were not.
    pub rejected: Vec<Rejected>,
    /// Lines that are not blank.
    pub lines: usize,
}

/// Reads every line.
///
/// # Errors
/// Only what the reader itself fails with.
pub fn read(file_base_name: &str, reader: &mut dyn BufRead) -> Result<Decided, std::io::Error> {
    read_from(file_base_name, &mut Lines::new(reader))
}

/// Reads lines that were recorded, as [`read`] reads them from a file.
#[must_use]
pub fn recorded(file_base_name: &str, lines: &Recorded) -> Decided {
    // Memory does not fail to be read.
    read_from(file_base_name, &mut Again::new(lines)).unwrap_or_default()
}

/// Whether a line is a decision by itself, and if so, whether it is a ruling.
///
/// # Errors
/// Why it is none.
pub fn is_ruling(bytes: &[u8], file_base_name: &str, number: usize) -> Result<bool, Rejected> {
    let decision = one(bytes).map_err(|fault| fault.at(file_base_name, number))?;
    Ok(matches!(decision.verdict, Verdict::Ruling(_)))
}

fn read_from(file_base_name: &str, lines: &mut dyn Numbered) -> Result<Decided, std::io::Error> {
    let mut all = Decided::default();
    while let Some((number, line)) = lines.next()? {
        let outcome = match line {
            Line::Bytes(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Bytes(bytes) => one(bytes),
            Line::TooLong(length) => Err(Fault::new("", lines::too_long(length))),
        };
        all.lines += 1;
        let repeated = |d: &Decision| all.decisions.iter().any(|other| other.id == d.id);
        match outcome {
            Ok(decision) if !repeated(&decision) => all.decisions.push(decision),
            Ok(decision) => {
                let reason =
                    format!("the identifier “{}” is already that of an earlier decision", decision.id);
                all.rejected.push(Fault::new("id", reason).at(file_base_name, number));
            }
            Err(fault) => all.rejected.push(fault.at(file_base_name, number)),
        }
    }
    Ok(all)
}

fn one(bytes: &[u8]) -> Result<Decision, Fault> {
    let object: Map<String, Value> = serde_json::from_slice(bytes)
        .map_err(|error| Fault::new("", format!("this is not one JSON object: {error}")))?;
    let fields = Fields::new(&object, "");
    let kind = fields
        .word("kind", &KINDS)?
        .ok_or_else(|| Fault::new("kind", format!("it is missing: write one of {}", KINDS.join(", "))))?;
    let known_at = fields.instant("known_at")?;
    let targets = fields.texts("targets")?;
    if targets.is_empty() && fields.value("undoes").is_none() {
        return Err(Fault::new("targets", "it is missing: name the claims that the decision is about"));
    }
    Ok(Decision {
        id: fields.required_text("id", "give the decision an identifier")?,
        known_at: known_at
            .ok_or_else(|| Fault::new("known_at", "it is missing: say from when it was known"))?,
        by: fields.required_text("by", "name who decided")?,
        verdict: verdict(&kind, fields)?,
        targets,
        reason: fields.text("reason")?.unwrap_or_default(),
        undoes: fields.text("undoes")?,
    })
}

fn verdict(kind: &str, fields: Fields<'_>) -> Result<Verdict, Fault> {
    Ok(match kind {
        "merge" => Verdict::Merge,
        "split" => Verdict::Split,
        "reject" => Verdict::Reject,
        "place" => {
            let value =
                fields.value("value").ok_or_else(|| Fault::new("value", "it is missing: give the place"))?;
            let place = serde_json::from_value(value.clone());
            Verdict::Place(place.map_err(|error| Fault::new("value", format!("it is no place: {error}")))?)
        }
        "value" => set(fields)?,
        "ruling" => Verdict::Ruling(ruling(fields)?),
        other => Verdict::Kept(other.to_owned()),
    })
}

/// What a value was set to: `"40"`, `40`, or `{"to": "40", "since": "…Z"}`.
fn set(fields: Fields<'_>) -> Result<Verdict, Fault> {
    let plain = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let missing = || Fault::new("value", "say what the value is: \"40\", or {\"to\": \"40\", \"since\": …}");
    match fields.value("value") {
        Some(Value::Object(object)) => {
            let to = object.get("to").and_then(plain).ok_or_else(missing)?;
            Ok(Verdict::Value { to, since: Fields::new(object, "value").instant("since")? })
        }
        other => Ok(Verdict::Value { to: other.and_then(plain).ok_or_else(missing)?, since: None }),
    }
}

/// What was ruled: `"upheld"`, or `{"outcome": "upheld", "judgement": …, "provision": …, "limb": …}`.
fn ruling(fields: Fields<'_>) -> Result<Ruling, Fault> {
    let names = Outcome::NAMES.map(|(_, name)| name);
    let alone = Map::from_iter(fields.value("value").map(|value| ("outcome".to_owned(), value.clone())));
    let object = match fields.value("value") {
        Some(Value::Object(object)) => object,
        _ => &alone,
    };
    let own = Fields::new(object, "value");
    let said = own
        .word("outcome", &names)?
        .ok_or_else(|| Fault::new("value", format!("say what was ruled: one of {}", names.join(", "))))?;
    let outcome = Outcome::NAMES.into_iter().find(|(_, name)| *name == said);
    let limb =
        own.word("limb", &["fact", "attribution", "breach", "grade"])?.map(|limb| match limb.as_str() {
            "fact" => Limb::Fact,
            "attribution" => Limb::Attribution,
            "breach" => Limb::Breach,
            _ => Limb::Grade,
        });
    Ok(Ruling {
        judgement: own.text("judgement")?,
        provision: own.text("provision")?,
        limb,
        outcome: outcome.map_or(Outcome::Alleged, |(outcome, _)| outcome),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_costs_only_itself() {
        let text = r#"{"id":"d1","known_at":"2026-01-02T00:00:00Z","by":"cell","kind":"merge","targets":["c1","c2"]}
{"id":"d2","known_at":"2026-01-02T00:00:00","by":"cell","kind":"merge","targets":["c1"]}
{"id":"d3","known_at":"2026-01-02T00:00:00Z","by":"cell","kind":"marry","targets":["c1"]}
{"id":"d1","known_at":"2026-01-03T00:00:00Z","by":"cell","kind":"reject","targets":["c1"]}
"#;
        let read = read("d.jsonl", &mut text.as_bytes()).unwrap();
        assert_eq!((read.decisions.len(), read.lines), (1, 4));
        let faults: Vec<(usize, &str)> = read.rejected.iter().map(|r| (r.line, r.field.as_str())).collect();
        assert_eq!(faults, [(2, "known_at"), (3, "kind"), (4, "id")]);
    }

    #[test]
    fn values_and_rulings_say_what_was_decided() {
        let verdict = |kind: &str, value: &str| {
            let start = r#"{"id":"d","known_at":"2026-01-02T00:00:00Z","by":"g","targets":["t"]"#;
            let text = format!(r#"{start},"kind":"{kind}","value":{value}}}"#);
            let read = read("d.jsonl", &mut text.as_bytes()).unwrap();
            read.decisions.into_iter().next().map(|d| d.verdict)
        };
        let set = |to: &str, since| Some(Verdict::Value { to: to.to_owned(), since });
        assert_eq!(verdict("value", "40"), set("40", None));
        let since = model::Instant::parse("2026-01-01T00:00:00Z").ok();
        assert_eq!(verdict("value", r#"{"to":"40","since":"2026-01-01T00:00:00Z"}"#), set("40", since));
        assert_eq!(verdict("value", "null"), None);
        let outcome = |value: &str| match verdict("ruling", value) {
            Some(Verdict::Ruling(ruling)) => Some((ruling.outcome, ruling.judgement)),
            _ => None,
        };
        assert_eq!(outcome(r#""not_upheld""#), Some((Outcome::NotUpheld, None)));
        let about = Some((Outcome::Upheld, Some("j".to_owned())));
        assert_eq!(outcome(r#"{"outcome":"upheld","judgement":"j","limb":"fact"}"#), about);
        assert_eq!(outcome(r#""guilty""#), None);
    }
}
