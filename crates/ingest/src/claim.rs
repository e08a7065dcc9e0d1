//! One claim from one JSON object (EVIDENCE.md §3).
//!
//! Invariant: the claim keeps the object as written; a field that cannot be read as what it must be rejects the line
//! at that field, and none is guessed.

use model::{
    Id, Instant, Period,
    amount::Range,
    claim::{Basis, Claim, Doers, Kind, Named, Observed, Part, Quantity},
    place::Place,
};
use serde_json::{Map, Value};

use crate::fields::{Fault, Fields, kind_of};

const KINDS: [(&str, Kind); 8] = [
    ("event", Kind::Event),
    ("tally", Kind::Tally),
    ("rate", Kind::Rate),
    ("state", Kind::State),
    ("position", Kind::Position),
    ("announcement", Kind::Announcement),
    ("coverage", Kind::Coverage),
    ("plea", Kind::Plea),
];
const BASES: [(&str, Basis); 3] =
    [("asserted", Basis::Asserted), ("admitted", Basis::Admitted), ("inferred", Basis::Inferred)];
const MODES: [(&str, Doers); 2] = [("joint", Doers::Joint), ("alternatives", Doers::Alternatives)];
const OBSERVED: [(&str, Observed); 3] =
    [("suspended", Observed::Suspended), ("partial", Observed::Partial), ("full", Observed::Full)];
const STATISTICS: [&str; 3] = ["each", "at_least_each", "mean"];
const DENIABLE: [&str; 5] = ["occurred", "by", "amount", "character", "knowledge"];

/// Reads a claim. `derived` is the identifier where the object has none of its own.
pub(crate) fn read(
    written: Map<String, Value>,
    derived: impl FnOnce() -> Id,
    read_from: (String, usize),
) -> Result<Claim, Fault> {
    let fields = Fields::new(&written, "");
    let source = fields.required_text("source", "name who speaks")?;
    let kind = kind(fields)?;
    let known_at = known_at(fields)?;
    let act = fields.text("act")?;
    if act.is_none() && kind != Kind::Coverage {
        return Err(fields.fault("act", "it is missing: name the act that the statement is about"));
    }
    let (occurred, amount) = (occurred(fields, kind)?, quantity(fields)?);
    let observed = observed(fields, kind)?;
    let mut claim = Claim {
        id: fields.text("id")?.unwrap_or_else(derived),
        source,
        relays: fields.text("relays")?,
        origin: fields.text("origin")?,
        stated_at: fields.instant("stated_at")?,
        known_at,
        kind,
        act,
        item: fields.text("item")?,
        counter: fields.text("counter")?,
        occurred,
        place: place(fields)?,
        by: named(fields, "by")?,
        by_mode: choice(fields, "by_mode", &MODES)?.unwrap_or_default(),
        to: named(fields, "to")?,
        amount,
        reference: fields.text("ref")?,
        cumulative_since: cumulative_since(fields, occurred)?,
        denies: denies(fields)?,
        about: fields.texts("about")?,
        revises: fields.text("revises")?,
        retracts: fields.text("retracts")?,
        observed,
        about_source: fields.text("about_source")?,
        quote: fields.text("quote")?,
        note: fields.text("note")?,
        url: fields.text("url")?,
        written: Map::new(),
        read_from,
    };
    claim.written = written;
    Ok(claim)
}

/// A word of a closed list, as what it stands for.
fn choice<T: Copy>(fields: Fields, key: &str, known: &[(&str, T)]) -> Result<Option<T>, Fault> {
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let found = fields.word(key, &words)?;
    Ok(found.and_then(|word| known.iter().find(|(other, _)| *other == word)).map(|(_, value)| *value))
}

fn kind(fields: Fields) -> Result<Kind, Fault> {
    choice(fields, "type", &KINDS)?.ok_or_else(|| {
        let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
        fields.fault("type", format!("it is missing: write one of {}", words.join(", ")))
    })
}

/// `known_at`, an instant or an interval whose end is taken; else `received_at`.
fn known_at(fields: Fields) -> Result<Instant, Fault> {
    if let Some(Value::Object(map)) = fields.value("known_at") {
        let ends = Fields::new(map, "known_at.");
        ends.instant("from")?;
        return ends
            .instant("to")?
            .ok_or_else(|| ends.fault("to", "it is missing: say by when it was known"));
    }
    let (known, received) = (fields.instant("known_at")?, fields.instant("received_at")?);
    known.or(received).ok_or_else(|| {
        fields.fault(
            "known_at",
            "it is missing, and so is `received_at`: say from when the statement was known",
        )
    })
}

/// The interval; an end may be open (`null`) only for what lasts.
fn occurred(fields: Fields, kind: Kind) -> Result<Option<Period>, Fault> {
    if !fields.has("occurred") {
        return Err(fields
            .fault("occurred", "it is missing: write {\"from\", \"to\"}, or null where it was not said"));
    }
    let map = match fields.value("occurred") {
        None => return Ok(None),
        Some(Value::Object(map)) => map,
        Some(Value::String(text)) => {
            let reason =
                format!("an interval was expected: write {{\"from\": \"{text}\", \"to\": \"{text}\"}}");
            return Err(fields.fault("occurred", reason));
        }
        Some(other) => return Err(fields.wrong("occurred", "{\"from\", \"to\"}", other)),
    };
    let ends = Fields::new(map, "occurred.");
    let lasts = matches!(kind, Kind::State | Kind::Coverage);
    let end = |key: &str| match ends.instant(key)? {
        Some(instant) => Ok(Some(instant)),
        None if lasts && ends.has(key) => Ok(None),
        None if lasts => {
            Err(ends.fault(key, "it is missing: write an instant, or null where the end is open"))
        }
        None => Err(ends.fault(key, "it is missing: an interval that contains the act has two ends")),
    };
    let from = end("from")?.unwrap_or(Instant::MIN);
    let Some(to) = end("to")? else {
        return Ok(Some(Period { first: from, last: Instant::MAX }));
    };
    Period::half_open(from, to).map(Some).ok_or_else(|| {
        fields
            .fault("occurred", format!("it ends ({to}) before it begins ({from}): exchange `from` and `to`"))
    })
}

fn cumulative_since(fields: Fields, occurred: Option<Period>) -> Result<Option<Instant>, Fault> {
    let since = fields.instant("cumulative_since")?;
    if let (Some(since), Some(period)) = (since, occurred)
        && since > period.last
    {
        let reason = format!(
            "the running total would begin ({since}) after its period has ended ({})",
            period.until()
        );
        return Err(fields.fault("cumulative_since", format!("{reason}: correct one of the two")));
    }
    Ok(since)
}

fn observed(fields: Fields, kind: Kind) -> Result<Option<Observed>, Fault> {
    if kind != Kind::Coverage {
        return Ok(None);
    }
    let found = choice(fields, "covers", &OBSERVED)?;
    found.map(Some).ok_or_else(|| {
        fields.fault("covers", "it is missing: coverage says suspended, partial or full".to_owned())
    })
}

fn named(fields: Fields, key: &str) -> Result<Vec<Named>, Fault> {
    let mut parties = Vec::new();
    for (index, entry) in fields.list(key)?.iter().enumerate() {
        let path = format!("{}[{index}]", fields.path(key));
        let map = match entry {
            Value::Object(map) => map,
            Value::String(party) => {
                return Err(Fault::new(
                    path,
                    format!("an object was expected: write {{\"party\": \"{party}\"}}"),
                ));
            }
            other => {
                let found = kind_of(other);
                return Err(Fault::new(
                    path,
                    format!("{{\"party\", \"basis\"}} was expected and {found} stands there"),
                ));
            }
        };
        let path = format!("{path}.");
        let entry = Fields::new(map, &path);
        if !entry.has("party") {
            return Err(
                entry.fault("party", "it is missing: name the party, or null where it is said to be unknown")
            );
        }
        let basis = choice(entry, "basis", &BASES)?.unwrap_or_default();
        parties.push(Named { party: entry.text("party")?, basis });
    }
    Ok(parties)
}

fn range(fields: Fields, key: &str) -> Result<Range, Fault> {
    let range = Range { low: fields.amount("low")?, high: fields.amount("high")? };
    match (range.low, range.high) {
        (Some(low), Some(high)) if low > high => {
            Err(Fault::new(key, format!("its low ({low}) is above its high ({high}): exchange them")))
        }
        _ => Ok(range),
    }
}

fn quantity(fields: Fields) -> Result<Option<Quantity>, Fault> {
    let map = match fields.value("amount") {
        Some(Value::Number(number)) => {
            let reason = format!("a range was expected: write {{\"low\": {number}, \"high\": {number}}}");
            return Err(fields.fault("amount", reason));
        }
        _ => match fields.object("amount")? {
            Some(map) => map,
            None => return Ok(None),
        },
    };
    let amount = Fields::new(map, "amount.");
    let bounds = range(amount, "amount")?;
    let best = amount.amount("best")?;
    let outside =
        |best| bounds.low.is_some_and(|low| best < low) || bounds.high.is_some_and(|high| best > high);
    if let Some(best) = best.filter(|best| outside(*best)) {
        return Err(amount.fault("best", format!("{best} lies outside low and high: widen the range")));
    }
    Ok(Some(Quantity {
        low: bounds.low,
        best,
        high: bounds.high,
        unit: amount.text("unit")?,
        stage: amount.text("stage")?,
        scope: amount.text("scope")?,
        of_which: parts(amount)?,
        per: amount.text("per")?,
        statistic: amount.word("statistic", &STATISTICS)?,
    }))
}

fn parts(amount: Fields) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    for (index, entry) in amount.list("of_which")?.iter().enumerate() {
        let path = format!("amount.of_which[{index}]");
        let Value::Object(map) = entry else {
            let reason =
                format!("{{\"item\", \"low\", \"high\"}} was expected and {} stands there", kind_of(entry));
            return Err(Fault::new(path, reason));
        };
        let dotted = format!("{path}.");
        let part = Fields::new(map, &dotted);
        let item = part.required_text("item", "name what the part counts")?;
        parts.push(Part { item, range: range(part, &path)? });
    }
    Ok(parts)
}

/// `true` is a denial that it occurred; a list names the parts.
fn denies(fields: Fields) -> Result<Vec<String>, Fault> {
    match fields.value("denies") {
        None | Some(Value::Bool(false)) => return Ok(Vec::new()),
        Some(Value::Bool(true)) => return Ok(vec!["occurred".to_owned()]),
        Some(_) => {}
    }
    let parts = fields.texts("denies")?;
    match parts.iter().find(|part| !DENIABLE.contains(&part.as_str())) {
        Some(part) => {
            let known = DENIABLE.join(", ");
            Err(fields.fault("denies", format!("“{part}” cannot be denied: what can be is {known}")))
        }
        None => Ok(parts),
    }
}

fn place(fields: Fields) -> Result<Option<Place>, Fault> {
    let Some(map) = fields.object("place")? else { return Ok(None) };
    let place = Fields::new(map, "place.");
    let point = (degrees(place, "lat", 90.0)?, degrees(place, "lon", 180.0)?);
    match point {
        (Some(_), None) => return Err(place.fault("lon", "it is missing beside `lat`: a point has both")),
        (None, Some(_)) => return Err(place.fault("lat", "it is missing beside `lon`: a point has both")),
        _ => {}
    }
    place.amount("radius_m")?;
    let known = ["lat", "lon", "radius_m", "zone", "pcode", "name"];
    let other = map.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    Ok(Some(Place {
        lat: point.0,
        lon: point.1,
        radius_m: number(place, "radius_m"),
        zone: place.text("zone")?,
        pcode: place.text("pcode")?,
        name: place.text("name")?,
        other: other.map(|(key, value)| (key.clone(), value.clone())).collect(),
    }))
}

fn number(fields: Fields, key: &str) -> Option<serde_json::Number> {
    fields.value(key).and_then(Value::as_number).cloned()
}

fn degrees(place: Fields, key: &str, greatest: f64) -> Result<Option<serde_json::Number>, Fault> {
    match place.value(key) {
        None => Ok(None),
        Some(Value::Number(number)) if number.as_f64().is_some_and(|degrees| degrees.abs() <= greatest) => {
            Ok(Some(number.clone()))
        }
        Some(Value::Number(number)) => {
            let reason = format!(
                "{number} is not between -{greatest} and {greatest} degrees: are lat and lon exchanged?"
            );
            Err(place.fault(key, reason))
        }
        Some(other) => Err(place.wrong(key, "degrees as a number", other)),
    }
}
