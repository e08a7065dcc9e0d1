//! Typed access to the keys of a TOML table, with errors that name line and key.
//!
//! Invariant: a key that nobody asked for is an error; a key of the wrong type is one, and reads as left out.

use std::{collections::BTreeSet, ops::Range};

use model::{Duration, Instant, Period};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::SourceError;
use crate::nearest;

/// The errors found so far in a text.
pub(super) struct Errors<'t> {
    text: &'t str,
    found: Vec<SourceError>,
}

impl<'t> Errors<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Errors { text, found: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn add(&mut self, at: Range<usize>, field: &str, reason: impl Into<String>) {
        let before = self.before(at.start);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let line = self.line(at.start);
        self.found.push(SourceError { line, column, field: field.to_owned(), reason: reason.into() });
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.before(offset).matches('\n').count() + 1
    }

    fn before(&self, offset: usize) -> &'t str {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        &self.text[..end]
    }

    /// What was read, unless there are errors.
    pub(super) fn finish<T>(mut self, read: T) -> Result<T, Vec<SourceError>> {
        self.found.sort();
        self.found.dedup();
        if self.found.is_empty() { Ok(read) } else { Err(self.found) }
    }
}

/// One table, the place where it stands, and the keys asked for.
pub(super) struct Keys<'a, 'e, 't> {
    table: &'a DeTable<'a>,
    at: Range<usize>,
    errors: &'e mut Errors<'t>,
    asked: BTreeSet<&'static str>,
}

impl<'a, 'e, 't> Keys<'a, 'e, 't> {
    pub(super) fn new(table: &'a DeTable<'a>, at: Range<usize>, errors: &'e mut Errors<'t>) -> Self {
        Keys { table, at, errors, asked: BTreeSet::new() }
    }

    /// The value and its place.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.insert(key);
        self.table.get(key)
    }

    /// The place of a key's value, or of the table.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.at.clone(), Spanned::span)
    }

    pub(super) fn error(&mut self, key: &str, reason: impl Into<String>) {
        let at = self.place(key);
        self.errors.add(at, key, reason);
    }

    fn wrong<T>(&mut self, key: &str, expected: &str) -> Option<T> {
        self.error(key, format!("{expected} was expected here"));
        None
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.value(key)?.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => self.wrong(key, "text in quotes that is not empty"),
        }
    }

    pub(super) fn required_text(&mut self, key: &'static str, what: &str) -> Option<String> {
        if self.value(key).is_none() {
            self.error(key, format!("it is missing: {what}"));
        }
        self.text(key)
    }

    /// One of a closed list.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let hint = nearest::hint(&text, &words);
            self.error(key, format!("“{text}” is not known here{hint}"));
        }
        found
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.error(key, "a list of texts was expected: write [\"…\"]");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for entry in list.iter() {
            match entry.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => texts.push(text.to_string()),
                _ => self.errors.add(entry.span(), key, "text in quotes was expected here"),
            }
        }
        texts
    }

    /// The tables of a list of tables, with their places.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.error(key, "a list of tables was expected: write [ { … } ]");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in list.iter() {
            match entry.get_ref() {
                DeValue::Table(table) => tables.push((table, entry.span())),
                _ => self.errors.add(entry.span(), key, "a table in braces was expected here"),
            }
        }
        tables
    }

    /// A TOML date with its offset, or the same as text.
    pub(super) fn instant(&mut self, key: &'static str) -> Option<Instant> {
        let text = match self.value(key)?.get_ref() {
            DeValue::Datetime(datetime) => datetime.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return self.wrong(key, "an instant such as 2025-10-14T18:00:00+03:00"),
        };
        Instant::parse(&text).map_err(|reason| self.error(key, reason)).ok()
    }

    /// From one key to another; either may be left out.
    pub(super) fn period(&mut self, from: &'static str, until: &'static str) -> Period {
        let first = self.instant(from).unwrap_or(Instant::MIN);
        let Some(end) = self.instant(until) else {
            return Period { first, last: Instant::MAX };
        };
        Period::half_open(first, end).unwrap_or_else(|| {
            self.error(
                until,
                format!("it ends ({end}) before it begins ({first}): exchange `{from}` and `{until}`"),
            );
            Period::ALWAYS
        })
    }

    pub(super) fn duration(&mut self, key: &'static str) -> Duration {
        const NONE: Duration = Duration(0);
        let Some(text) = self.text(key) else { return NONE };
        Duration::parse(&text).map_err(|reason| self.error(key, reason)).unwrap_or(NONE)
    }

    /// Tells the keys that nobody asked for.
    pub(super) fn done(self) {
        let known: Vec<&str> = self.asked.iter().copied().collect();
        for (key, _) in self.table.iter() {
            let word = key.get_ref().as_ref();
            if !self.asked.contains(word) {
                let hint = nearest::hint(word, &known);
                self.errors.add(key.span(), word, format!("no key of this name is known here{hint}"));
            }
        }
    }

    /// The errors, for a table inside this one.
    pub(super) fn errors(&mut self) -> &mut Errors<'t> {
        self.errors
    }
}
