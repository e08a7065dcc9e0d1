//! Claims from JSON Lines: one object a line (EVIDENCE.md §3).
//!
//! Invariant: a bad line never costs a good one; memory is bounded by the claims kept, whatever the file.

use std::{collections::BTreeMap, fmt, io::BufRead};

use model::{Id, answer::Rejected, claim::Claim};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    Read,
    fields::Fault,
    lines::{self, Again, Line, Lines, Numbered, Recorded},
};

/// Reads every line. `file_base_name` is what claims and rejections say that they were read from.
///
/// # Errors
/// Only what the reader itself fails with.
pub fn read(file_base_name: &str, reader: &mut dyn BufRead) -> Result<Read, std::io::Error> {
    read_from(file_base_name, &mut Lines::new(reader))
}

/// Reads lines that were recorded, as [`read`] reads them from a file.
#[must_use]
pub fn recorded(file_base_name: &str, lines: &Recorded) -> Read {
    // Memory does not fail to be read.
    read_from(file_base_name, &mut Again::new(lines)).unwrap_or_default()
}

/// The claim that a line makes by itself, whatever other lines say.
///
/// # Errors
/// Why it makes none.
pub fn claim(bytes: &[u8], file_base_name: &str, number: usize) -> Result<Claim, Rejected> {
    one(bytes, file_base_name, number, &mut Seen::default()).map_err(|fault| fault.at(file_base_name, number))
}

fn read_from(file_base_name: &str, lines: &mut dyn Numbered) -> Result<Read, std::io::Error> {
    let mut all = Read::default();
    let mut seen = Seen::default();
    while let Some((number, line)) = lines.next()? {
        let outcome = match line {
            Line::Bytes(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Bytes(bytes) => one(bytes, file_base_name, number, &mut seen),
            Line::TooLong(length) => Err(Fault::new("", lines::too_long(length))),
        };
        all.lines += 1;
        match outcome {
            Ok(claim) => all.claims.push(claim),
            Err(fault) => all.rejected.push(fault.at(file_base_name, number)),
        }
    }
    all.drop_ambiguous(&seen);
    Ok(all)
}

impl Read {
    /// Of two statements under one identifier neither is used: the order of lines is no reason to prefer one.
    fn drop_ambiguous(&mut self, seen: &Seen) {
        let (dropped, kept) = std::mem::take(&mut self.claims)
            .into_iter()
            .partition(|c: &Claim| seen.ambiguous.contains(&c.id));
        self.claims = kept;
        for claim in dropped {
            let (file, line) = claim.read_from.clone();
            let other = self
                .rejected
                .iter()
                .find(|r| r.field == "id" && r.reason.contains(&format!("“{}”", claim.id)));
            self.rejected.push(ambiguous(&claim.id, other.map_or(line, |r| r.line)).at(&file, line));
        }
        self.rejected.sort();
    }
}

fn one(bytes: &[u8], file: &str, number: usize, seen: &mut Seen) -> Result<Claim, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to() + 1;
        Fault::new("", format!("the line is not UTF-8 from byte {at} on: save the file as UTF-8"))
    })?;
    let object: Object = serde_json::from_str(text).map_err(|error| not_an_object(&error))?;
    let content = hash(&object.0);
    let claim = crate::claim::read(object.0, || derived_id(&content), (file.to_owned(), number))?;
    seen.add(&claim.id, number, content)?;
    Ok(claim)
}

fn not_an_object(error: &serde_json::Error) -> Fault {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let at = if error.column() > 0 { format!(", at column {}", error.column()) } else { String::new() };
    Fault::new(
        "",
        format!("the line is not one JSON object ({said}{at}): write each claim as one object on one line"),
    )
}

/// A JSON object whose keys are all different.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the field “{key}” stands there twice")));
            }
            let value = access.next_value()?;
            map.insert(key, value);
        }
        Ok(Object(map))
    }
}

/// Which identifiers were accepted, on which line and with what content.
#[derive(Default)]
struct Seen {
    lines: BTreeMap<Id, (usize, [u8; 32])>,
    /// Identifiers that two lines give to different statements: which of them is meant cannot be told.
    ambiguous: std::collections::BTreeSet<Id>,
}

impl Seen {
    fn add(&mut self, id: &str, line: usize, content: [u8; 32]) -> Result<(), Fault> {
        match self.lines.get(id) {
            Some((earlier, same)) if *same == content => Err(Fault::new(
                "id",
                format!("line {earlier} says the same word for word: one of them is enough"),
            )),
            Some((earlier, _)) => {
                let fault = ambiguous(id, *earlier);
                self.ambiguous.insert(id.to_owned());
                Err(fault)
            }
            None => {
                self.lines.insert(id.to_owned(), (line, content));
                Ok(())
            }
        }
    }
}

fn ambiguous(id: &str, other: usize) -> Fault {
    let reason = format!(
        "“{id}” is also the identifier of line {other}, which says something else: give each its own, and `revises` if one \
         corrects the other"
    );
    Fault::new("id", reason)
}

/// The identifier of a claim that has none: `h-` and sixteen hexadecimal digits of its content's SHA-256.
pub(crate) fn derived_id(content: &[u8; 32]) -> Id {
    let digits: String = content.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("h-{digits}")
}

/// SHA-256 of the canonical JSON: keys sorted, no blanks, numbers as written.
fn hash(object: &Map<String, Value>) -> [u8; 32] {
    let mut text = String::new();
    canonical_object(object, &mut text);
    Sha256::digest(text.as_bytes()).into()
}

fn canonical_object(object: &Map<String, Value>, text: &mut String) {
    let sorted: BTreeMap<&String, &Value> = object.iter().collect();
    text.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        text.push_str(if index > 0 { "," } else { "" });
        text.push_str(&Value::String(key.clone()).to_string());
        text.push(':');
        canonical(value, text);
    }
    text.push('}');
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => canonical_object(object, text),
        Value::Array(list) => {
            text.push('[');
            for (index, value) in list.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                canonical(value, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
