//! Parts: what is said of one thing, piece by piece, and how two accounts of it differ.
//!
//! Invariant: two parts are equal exactly when the values behind them are: what is compared is a value's derived
//! `Debug` form, which shows every field, and never the words for it.

use std::fmt::Debug;

use model::{Amount, Duration, Id, agreement::Assumption};

use crate::words::{Words, length_in_words};

/// A piece of what is said of a thing.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// What it is called: `Deadline`.
    pub(super) name: &'static str,
    /// The value, to compare.
    pub(super) value: String,
    /// The value in words: `within 72 hours`.
    words: String,
    /// Words that go on after it: ` after “Forces behind the line”`.
    tail: String,
    /// How much it is, where that is a number.
    figure: Option<Figure>,
}

/// A number that can grow or shrink. Two are set against each other only where the words around them are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// More or fewer, where both are a floor, or both a ceiling.
    Amount(&'static str, Amount),
    /// Earlier or later.
    Deadline(Duration),
    /// Shorter or longer.
    Length(Duration),
    /// Earlier or later, in civil days.
    Day(jiff::civil::Date),
}

/// What is said of one thing.
pub(super) struct Parts<'a> {
    pub(super) words: &'a Words<'a>,
    pub(super) list: Vec<Part>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(words: &'a Words<'a>) -> Parts<'a> {
        Parts { words, list: Vec::new() }
    }

    /// A value and its words.
    pub(super) fn say(&mut self, name: &'static str, value: &impl Debug, words: impl Into<String>) {
        self.measured(name, value, words, String::new(), None);
    }

    /// A value that is a number, among words.
    pub(super) fn measured(
        &mut self,
        name: &'static str,
        value: &impl Debug,
        words: impl Into<String>,
        tail: String,
        figure: Option<Figure>,
    ) {
        self.list.push(Part { name, value: format!("{value:?}"), words: words.into(), tail, figure });
    }

    /// A value that may be missing.
    pub(super) fn maybe<T: Debug>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
        words: impl Fn(&T) -> String,
    ) {
        if let Some(value) = value {
            self.say(name, value, words(value));
        }
    }

    /// Each of several values, whose order says nothing.
    pub(super) fn each<T: Debug>(&mut self, name: &'static str, values: &[T], words: impl Fn(&T) -> String) {
        for value in values {
            self.say(name, value, words(value));
        }
    }

    /// Each of those named.
    pub(super) fn who(&mut self, name: &'static str, ids: &[Id]) {
        let agreement = self.words.agreement;
        self.each(name, ids, |id| agreement.label(id).to_owned());
    }

    /// A name for people, where there is one beside the identifier.
    pub(super) fn label(&mut self, label: &String, id: &str) {
        if !label.is_empty() && label != id {
            self.say("Name", label, format!("“{label}”"));
        }
    }

    pub(super) fn assumptions(&mut self, assumptions: &[Assumption]) {
        self.each("Assumption", assumptions, |Assumption { why }| format!("“{why}”"));
    }

    /// All values together, to find the same under another name.
    pub(super) fn essence(&self) -> String {
        self.list.iter().map(|part| format!("{}: {}\n", part.name, part.value)).collect()
    }
}

/// What is said otherwise of a thing: the part, and how.
pub(super) struct Changed {
    pub(super) part: &'static str,
    pub(super) how: String,
}

/// What differs between two accounts of one thing, in the order of the accounts. `same` is said where other values
/// have the same words.
pub(super) fn changes(old: &[Part], new: &[Part], same: &str) -> Vec<Changed> {
    let mut names: Vec<&'static str> = Vec::new();
    for part in old.iter().chain(new) {
        if !names.contains(&part.name) {
            names.push(part.name);
        }
    }
    names.into_iter().flat_map(|name| changes_of(name, old, new, same)).collect()
}

fn changes_of(name: &'static str, old: &[Part], new: &[Part], same: &str) -> Vec<Changed> {
    let mut added: Vec<&Part> = new.iter().filter(|part| part.name == name).collect();
    let mut dropped = Vec::new();
    for part in old.iter().filter(|part| part.name == name) {
        match added.iter().position(|other| other.value == part.value) {
            Some(same) => drop(added.remove(same)),
            None => dropped.push(part),
        }
    }
    let changed = |how| Changed { part: name, how };
    if let ([old], [new]) = (dropped.as_slice(), added.as_slice()) {
        let how = if name == BOUND {
            format!("{} instead of {}", new.words, old.words)
        } else {
            exchanged(old, new, same)
        };
        return vec![changed(how)];
    }
    let (no_longer, now) = match name {
        BOUND => (" no longer bound", " now bound"),
        _ => (" dropped", " added"),
    };
    let dropped = dropped.into_iter().map(|part| format!("{}{}{no_longer}", part.words, part.tail));
    let added = added.into_iter().map(|part| format!("{}{}{now}", part.words, part.tail));
    dropped.chain(added).map(changed).collect()
}

/// The part that says who is bound.
pub(super) const BOUND: &str = "Bound";

/// Words longer than this are set apart, so that a reader finds where each side ends.
const SHORT: usize = 40;

/// `from within 72 hours to within 96 hours after … (24 hours later)`.
fn exchanged(old: &Part, new: &Part, same: &str) -> String {
    let by = old.figure.zip(new.figure).and_then(|(old, new)| distance(old, new));
    let by = by.filter(|_| old.tail == new.tail).map(|by| format!(" ({by})")).unwrap_or_default();
    let (before, now) = (format!("{}{}", old.words, old.tail), format!("{}{}", new.words, new.tail));
    if before == now {
        return format!("{now}, {same}{by}");
    }
    if by.is_empty() && before.len() + now.len() > 2 * SHORT {
        return format!("was: {before}; now: {now}");
    }
    if old.tail == new.tail {
        return format!("from {} to {now}{by}", old.words);
    }
    format!("from {before} to {now}")
}

fn distance(old: Figure, new: Figure) -> Option<String> {
    match (old, new) {
        (Figure::Amount(kind, old), Figure::Amount(same, new)) if kind == same => Some(match new.cmp(&old) {
            std::cmp::Ordering::Less => format!("{} fewer", old - new),
            std::cmp::Ordering::Greater => format!("{} more", new - old),
            std::cmp::Ordering::Equal => return None,
        }),
        (Figure::Deadline(old), Figure::Deadline(new)) => apart(old, new, "earlier", "later"),
        (Figure::Length(old), Figure::Length(new)) => apart(old, new, "shorter", "longer"),
        (Figure::Day(old), Figure::Day(new)) => {
            let days = old.until(new).ok()?.get_days();
            let word = if days < 0 { "earlier" } else { "later" };
            let days = days.abs();
            (days != 0).then(|| format!("{days} day{} {word}", if days == 1 { "" } else { "s" }))
        }
        _ => None,
    }
}

fn apart(old: Duration, new: Duration, less: &str, more: &str) -> Option<String> {
    let length = length_in_words(Duration((new.0 - old.0).abs()));
    (old != new).then(|| format!("{length} {}", if new < old { less } else { more }))
}
