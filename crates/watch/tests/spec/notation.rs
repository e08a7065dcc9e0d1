//! The short notation for claims and instants in cases, turned into JSON Lines, so that cases pass the same reader as
//! everything else.

use model::Instant;
use serde_json::{Map, Value, json};

/// `d4T12:30` in January 2026, UTC.
pub fn instant(text: &str) -> Result<Instant, String> {
    let wrong = || format!("“{text}” is no instant such as d4 or d4T12");
    if !text.starts_with('d') {
        return Instant::parse(text);
    }
    let (day, time) = text[1..].split_once('T').unwrap_or((&text[1..], "00"));
    let day: u32 = day.parse().map_err(|_| wrong())?;
    let time = match time.matches(':').count() {
        0 => format!("{time}:00:00"),
        1 => format!("{time}:00"),
        _ => time.to_owned(),
    };
    Instant::parse(&format!("2026-01-{day:02}T{time}Z")).map_err(|_| wrong())
}

/// Claims as JSON Lines, without those named.
pub fn claims(text: &str, without: &[String]) -> Result<String, String> {
    let mut lines = String::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let value = claim(line)?;
        if !without.iter().any(|id| value["id"] == id.as_str()) {
            lines.push_str(&value.to_string());
            lines.push('\n');
        }
    }
    Ok(lines)
}

/// Decisions as JSON Lines: `id by kind target value @when` on a line, and the judgement that it is about.
pub fn decisions(text: &str) -> Result<String, String> {
    let mut lines = String::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [id, by, kind, target, value, known, judgement @ ..] = fields.as_slice() else {
            return Err(format!("“{line}” is no decision: id by kind target value @when [judgement]"));
        };
        let value = match judgement {
            [] => json!(value),
            [judgement, ..] => json!({"outcome": value, "judgement": judgement}),
        };
        let known = occurrence(known)?.1.to_string();
        let decision = json!({
            "id": id, "by": by, "kind": kind, "targets": [target], "value": value, "known_at": known,
        });
        lines.push_str(&decision.to_string());
        lines.push('\n');
    }
    Ok(lines)
}

fn claim(line: &str) -> Result<Value, String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [id, source, kind, act, amount, item, occurred, extras @ ..] = fields.as_slice() else {
        return Err(format!("“{line}” is no claim: id source type act amount item occurred …"));
    };
    let when = if *occurred == "null" { None } else { Some(occurrence(occurred)?) };
    let mut claim = json!({
        "id": id, "source": source, "type": kind, "act": act,
        "occurred": when.map(|(from, to)| json!({"from": from.to_string(), "to": to.to_string()})),
        "known_at": when.map(|(_, to)| to.to_string()), "by": [{"party": "a"}], "to": [{"party": "b"}], "place": {"zone": "z"},
    });
    if *item != "-" {
        claim["item"] = json!(item);
    }
    if *amount != "-" {
        claim["amount"] = range(amount)?;
    }
    let object = claim.as_object_mut().ok_or("no object")?;
    for extra in extras {
        let (key, value) = extra.split_once('=').ok_or_else(|| format!("“{extra}” is no key=value"))?;
        set(object, key, value)?;
    }
    Ok(claim)
}

fn occurrence(text: &str) -> Result<(Instant, Instant), String> {
    if let Some(at) = text.strip_prefix('@') {
        return instant(at).map(|at| (at, at));
    }
    let inside = text.strip_prefix('[').and_then(|t| t.strip_suffix(')'));
    let (from, to) =
        inside.and_then(|t| t.split_once(',')).ok_or_else(|| format!("“{text}” is no interval"))?;
    Ok((instant(from)?, instant(to)?))
}

fn range(text: &str) -> Result<Value, String> {
    let number = |t: &str| t.parse::<u64>().map_err(|_| format!("“{text}” is no amount"));
    Ok(match text.split_once('-') {
        None => json!({"low": number(text)?, "high": number(text)?}),
        Some((low, "")) => json!({"low": number(low)?, "high": null}),
        Some((low, high)) => json!({"low": number(low)?, "high": number(high)?}),
    })
}

fn set(claim: &mut Map<String, Value>, key: &str, value: &str) -> Result<(), String> {
    let parties = |text: &str| -> Value {
        text.split('|').filter(|p| !p.is_empty()).map(|party| json!({"party": party})).collect()
    };
    let (key, value) = match key {
        "by" | "to" => (key, parties(value)),
        "joint" => ("by_mode", json!("joint")),
        "known" => ("known_at", json!(instant(value)?.to_string())),
        "since" => ("cumulative_since", json!(instant(value)?.to_string())),
        "zone" if value.is_empty() => {
            claim.remove("place");
            return Ok(());
        }
        "place" => {
            let place = serde_json::from_str(value).map_err(|error| format!("{value:?}: {error}"))?;
            ("place", place)
        }
        "zone" => ("place", json!({"zone": value})),
        "adjustment" => (key, json!({"amount": range(value)?["low"]})),
        "denies" if value == "true" => (key, json!(true)),
        "denies" => (key, json!([value])),
        "about" => (key, json!([value])),
        "relays" | "ref" | "revises" | "retracts" | "covers" | "concerns" => (key, json!(value)),
        "counter" => (key, json!(value)),
        "stage" | "scope" | "unit" | "per" | "statistic" => {
            claim.entry("amount").or_insert_with(|| json!({}))[key] = json!(value);
            return Ok(());
        }
        _ => return Err(format!("“{key}” is no key of a case's claim")),
    };
    claim.insert(key.to_owned(), value);
    Ok(())
}
