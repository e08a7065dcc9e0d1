//! Typed access to the fields of one JSON object, with faults that name the field.
//!
//! Invariant: a field that is `null` is as if left out; one of the wrong type is a fault, never a default.

use model::{Amount, Instant, answer::Rejected};
use serde_json::{Map, Value};

use crate::nearest;

/// What is wrong with a line: the field, and why in words, with a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Fault { field: field.into(), reason: reason.into() }
    }

    /// The rejection of the line that it was found in.
    pub(crate) fn at(self, file: &str, line: usize) -> Rejected {
        Rejected { file: file.to_owned(), line, field: self.field, reason: self.reason }
    }
}

/// An object and the path that leads to it (empty, or ending in a dot).
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: &'a str,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>, path: &'a str) -> Self {
        Fields { map, path }
    }

    /// The whole path of a field.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    /// A fault at a field.
    pub(crate) fn fault(&self, key: &str, reason: impl Into<String>) -> Fault {
        Fault::new(self.path(key), reason)
    }

    /// Whether the field is written, be it `null`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value, unless left out or `null`.
    pub(crate) fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Fault> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => {
                Err(self.fault(key, "it is empty: write its value or leave the field out"))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.wrong(key, "text in quotes", other)),
        }
    }

    pub(crate) fn required_text(&self, key: &str, what: &str) -> Result<String, Fault> {
        self.text(key)?.ok_or_else(|| self.fault(key, format!("it is missing: {what}")))
    }

    /// One of a closed list of words.
    pub(crate) fn word(&self, key: &str, known: &[&str]) -> Result<Option<String>, Fault> {
        match self.text(key)? {
            Some(word) if !known.contains(&word.as_str()) => {
                let hint = nearest::hint(&word, known);
                Err(self.fault(key, format!("“{word}” is not known here{hint}")))
            }
            word => Ok(word),
        }
    }

    pub(crate) fn instant(&self, key: &str) -> Result<Option<Instant>, Fault> {
        match self.text(key)? {
            Some(text) => Instant::parse(&text).map(Some).map_err(|reason| self.fault(key, reason)),
            None => Ok(None),
        }
    }

    /// A decimal that is not negative.
    pub(crate) fn amount(&self, key: &str) -> Result<Option<Amount>, Fault> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Number(number)) => {
                let amount = Amount::parse(&number.to_string()).map_err(|reason| self.fault(key, reason))?;
                if amount < Amount::ZERO {
                    return Err(self.fault(
                        key,
                        format!(
                            "{amount} is negative: a correction is a claim that `revises` the earlier one"
                        ),
                    ));
                }
                Ok(Some(amount))
            }
            Some(other) => Err(self.wrong(key, "a number without quotes", other)),
        }
    }

    pub(crate) fn object(&self, key: &str) -> Result<Option<&'a Map<String, Value>>, Fault> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(other) => Err(self.wrong(key, "an object in braces", other)),
        }
    }

    pub(crate) fn list(&self, key: &str) -> Result<&'a [Value], Fault> {
        match self.value(key) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.wrong(key, "a list in square brackets", other)),
        }
    }

    /// A list of texts; one text alone is a list of one.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, Fault> {
        if let Some(Value::String(_)) = self.value(key) {
            return Ok(self.text(key)?.into_iter().collect());
        }
        let item = |value: &Value| match value {
            Value::String(text) if !text.trim().is_empty() => Ok(text.clone()),
            other => Err(self.wrong(key, "texts in quotes", other)),
        };
        self.list(key)?.iter().map(item).collect()
    }

    /// A fault that says what was expected and what stands there.
    pub(crate) fn wrong(&self, key: &str, expected: &str, found: &Value) -> Fault {
        self.fault(key, format!("{expected} was expected and {} stands there", kind_of(found)))
    }
}

/// What a value is, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
