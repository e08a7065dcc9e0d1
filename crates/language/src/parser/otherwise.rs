//! Everyday phrases for which the language has words of its own: refused here with those words as fixes.
//!
//! Invariant: each phrase is reported once, at its place, and read past, so that the rest of its line is read.

use std::ops::Range;

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    everyday,
    lower::ordinal,
    syntax::{SyntaxKind as K, line_before},
};

/// No statement that people write has more words than this; what lies beyond is not looked at for a fix.
const LOOKED_THROUGH: usize = 2_000;

/// No phrase is longer.
const LONGEST: usize = 12;

/// What is assumed where the text gives no time.
const ASSUMED: &str = "the text sets no deadline";

impl Parser<'_> {
    /// The words from here to the end of the line.
    pub(super) fn ahead(&self) -> Vec<&str> {
        let on_line = |ahead: &usize| *ahead == 0 || self.peek(*ahead).is_some_and(|l| !l.starts_line);
        (0..LONGEST).take_while(on_line).map(|ahead| self.text_at(ahead)).collect()
    }

    /// Whether a phrase stands here that is no name, whatever the vocabulary holds.
    pub(super) fn at_everyday_phrase(&self) -> bool {
        if !everyday::starts_one(self.text_at(0)) {
            return false;
        }
        let words = self.ahead();
        everyday::how_soon(&words).is_some()
            || everyday::how_often(&words).is_some()
            || everyday::not_later(&words).is_some()
    }

    /// `ITEM may make up the number`, which does not say out of what; whether it stood here.
    fn made_up(&mut self) -> bool {
        let words = self.ahead();
        if !words.get(1..).is_some_and(everyday::makes_up) {
            return false;
        }
        let width = words.len();
        let mut span = 0..0;
        self.node(K::Error, |p| {
            p.bump();
            let start = p.next;
            (1..width).for_each(|_| p.bump());
            span = p.span_from(start);
        });
        let message = "do these count in place of the others, towards the number of this duty?";
        self.report(
            Diagnostic::error(codes::OTHER_WORDS, span, message).write("count towards this number too"),
        );
        true
    }

    /// `by itself`, without which it is not said what a short day is a breach of.
    pub(super) fn by_itself(&mut self, start: usize) {
        if self.eat_phrase(&["by", "itself"]) {
            return;
        }
        let span = self.span_from(start);
        let end = span.end;
        let message = "the average is judged apart: say that it is the short day itself that is meant";
        let diagnostic = Diagnostic::error(codes::OTHER_WORDS, span, message);
        self.report(diagnostic.fix("add `by itself`", end..end, " by itself"));
    }

    /// `in ID, while becomes: C`, of which `while` is next: the condition is the part that changes.
    pub(super) fn while_becomes(&mut self, verb: &str) -> Parsing {
        let start = self.next;
        self.node(K::Error, |p| {
            p.bump();
            p.expect(verb)?;
            p.eat_kind(K::Colon);
            let head = p.span_from(start);
            let own = if p.at("during") { "" } else { " while" };
            let message = "what changes is the condition under which the duty holds";
            let colon = if p.part_text(p.next.saturating_sub(1)) == ":" { ":" } else { "" };
            let diagnostic = Diagnostic::error(codes::OTHER_WORDS, head, message);
            p.report(diagnostic.write(format!("condition {verb}{colon}{own}")));
            p.while_line()
        })
    }

    /// An everyday phrase that may stand as a line, or after the duty; whether one stood here.
    pub(super) fn everyday_phrase(&mut self) -> Parsing<bool> {
        if !self.at_everyday_phrase() {
            return Ok(self.at_name(0) && self.made_up());
        }
        Ok(self.how_often() || self.how_soon()? || self.not_later())
    }

    fn at_after_in_words(&self) -> bool {
        self.same_line() && everyday::is_after(self.text_at(0))
    }

    /// Reads `word`, refused where it has capital letters; whether it stood here.
    pub(super) fn eat_in_any_case(&mut self, word: &str) -> bool {
        if self.eat(word) {
            return true;
        }
        if !self.text_at(0).eq_ignore_ascii_case(word) {
            return false;
        }
        let span = self.passed(K::Error, 1);
        let message = "the words of the language are written in small letters";
        self.report(Diagnostic::error(codes::OTHER_WORDS, span, message).write(word));
        true
    }

    /// Reads past so many words as one node of this kind: where they stand.
    pub(super) fn passed(&mut self, kind: K, width: usize) -> Range<usize> {
        let start = self.next;
        self.node(kind, |p| (0..width).for_each(|_| p.bump()));
        self.span_from(start)
    }

    /// `within three days`, of which `within` has been read; whether it stood here.
    pub(super) fn within_in_words(&mut self) -> bool {
        if self.kind(0) == Some(K::Number) {
            return false;
        }
        let Some((width, count, unit)) = length_of(&self.ahead()) else { return false };
        let start = self.next.saturating_sub(1);
        self.passed(K::Error, width);
        let anchor =
            if self.at("after") || self.at_after_in_words() { "" } else { " after entry into force" };
        let message = "a number is written in digits, and days are hours or days of the calendar";
        let diagnostic = Diagnostic::error(codes::BAD_NUMBER, self.span_from(start), message);
        let readings = within(count, unit).into_iter().map(|reading| format!("{reading}{anchor}"));
        self.report(readings.fold(diagnostic, Diagnostic::write));
        true
    }

    /// `within 72 hours from …`, of which `from` is next; whether it stood here.
    pub(super) fn after_in_words(&mut self) -> bool {
        if !self.at_after_in_words() {
            return false;
        }
        let span = self.passed(K::Error, 1);
        let message = "what the time runs from is said with `after`";
        self.report(Diagnostic::error(codes::OTHER_WORDS, span, message).write("after"));
        true
    }

    /// `by 18:00 on 20 October 2025`, `by 2025-10-20T18:00`, `by 20 October 2025`, of which `by` has been read.
    pub(super) fn by_in_words(&mut self) -> bool {
        let words = self.ahead();
        let Some((width, readings)) = day_or_hour(&words) else { return false };
        // The word `by` is the one before.
        let start = self.next.saturating_sub(1);
        let is_day = readings.len() > 1;
        self.passed(K::Error, width);
        let span = self.span_from(start);
        let (code, message) = if is_day {
            (codes::BARE_BY, "is the day itself still in time? Say which")
        } else {
            (codes::OTHER_WORDS, "what must be done up to an hour of the clock is done `before` it")
        };
        let diagnostic = Diagnostic::error(code, span, message);
        let diagnostic = readings.into_iter().fold(diagnostic, Diagnostic::write);
        self.report(diagnostic);
        true
    }

    /// `not later than 72 hours after …`, `no later than 20 October 2025`; whether it stood here.
    fn not_later(&mut self) -> bool {
        let words = self.ahead();
        let Some(width) = everyday::not_later(&words) else { return false };
        let rest = words.get(width..).unwrap_or_default();
        let (more, readings) = match day_or_hour(rest) {
            // The day itself is not later than that day.
            Some((more, readings)) => (more, readings.into_iter().take(1).collect()),
            None if rest.first() == Some(&"day") || rest.first().is_some_and(|w| w.starts_with("D+")) => {
                (0, vec!["by the end of".to_owned()])
            }
            None if rest.starts_with(&["the", "end", "of"]) => (0, vec!["by".to_owned()]),
            None if rest.first() == Some(&"the") => (0, vec!["by the end of".to_owned()]),
            None => match length_of(rest) {
                Some((more, count, unit)) => (more, within(count, unit)),
                None => (0, vec!["before".to_owned()]),
            },
        };
        let start = self.next;
        self.node(K::Error, |p| {
            (0..width + more).for_each(|_| p.bump());
            let span = p.span_from(start);
            let message = "a limit in time is said with `by the end of`, `within` or `before`";
            let diagnostic = Diagnostic::error(codes::OTHER_WORDS, span, message);
            let diagnostic = readings.into_iter().fold(diagnostic, Diagnostic::write);
            p.report(diagnostic);
            p.rest_of_line();
        });
        true
    }

    fn rest_of_line(&mut self) {
        while self.same_line() {
            self.bump();
        }
    }

    /// `72 hours after …` without `within`; whether it stood here.
    pub(super) fn bare_length(&mut self) -> bool {
        if self.kind(0) != Some(K::Number) && !everyday::is_number(self.text_at(0)) {
            return false;
        }
        let Some((width, count, unit)) = length_of(&self.ahead()) else { return false };
        if self.text_at(width) != "after" {
            return false;
        }
        let start = self.next;
        self.node(K::Error, |p| {
            (0..width).for_each(|_| p.bump());
            let message = "is this how long there is, or how long must pass before? Say which";
            let mut diagnostic = Diagnostic::error(codes::OTHER_WORDS, p.span_from(start), message);
            diagnostic = within(count, unit).into_iter().fold(diagnostic, Diagnostic::write);
            if let Some(hours) = hours_of(count, unit) {
                diagnostic = diagnostic.write(format!("not before {hours}"));
            }
            p.report(diagnostic);
            p.rest_of_line();
        });
        true
    }

    /// `daily`, `per week`; whether it stood here.
    fn how_often(&mut self) -> bool {
        let Some((width, own)) = everyday::how_often(&self.ahead()) else { return false };
        let span = self.passed(K::Each, width);
        // Of a week it is asked later on which day it starts.
        if own != "each week" {
            let message = "a duty that comes again is said with `each`";
            self.report(Diagnostic::error(codes::OTHER_WORDS, span, message).write(own));
        }
        true
    }

    /// `immediately`, `as soon as possible`, with `after …` where that follows; whether it stood here.
    pub(super) fn how_soon(&mut self) -> Parsing<bool> {
        let words = self.ahead();
        let Some(width) = everyday::how_soon(&words) else { return Ok(false) };
        let start = self.next;
        let phrase = words.get(..width).unwrap_or_default().join(" ");
        let follows_must = start.checked_sub(1).is_some_and(|before| self.part_text(before) == "must");
        let span = self.passed(K::Error, width);
        if self.sink.is_full() {
            // Looking through the statement for what could be offered is no longer worth its cost.
            return Ok(true);
        }
        let mut end = span.end;
        let anchored = self.at("after") && self.same_line();
        if anchored {
            self.node(K::Error, |p| {
                p.bump();
                p.condition()?;
                p.assumed()
            })?;
            end = self.span_from(start).end;
        }
        self.eat_kind(K::Comma);
        let message = format!("how soon is `{phrase}`? Within what time, or as an effort that a body judges");
        let mut diagnostic = Diagnostic::error(codes::HOW_SOON, span.clone(), message);
        let (statement, lines) = self.this_statement();
        let timed = lines.iter().any(|line| TIMED.contains(line)) || self.statement_says("each");
        let is_state = self.statement_says("keep");
        let once = self.part_text(statement.start) == "obligation" && !timed && !is_state;
        let assumed = format!("(assumed: \"{ASSUMED}\")");
        if once && anchored {
            let edits = vec![(span.clone(), "within 24 hours".to_owned()), (end..end, format!(" {assumed}"))];
            diagnostic = diagnostic.edits("write `within 24 hours`, and that this is assumed", edits);
        } else if once {
            let line = format!("within 24 hours after entry into force {assumed}");
            let at = self.statement_end();
            let margin = self.part_start(statement.start);
            let added = format!("\n{}  {line}", line_before(self.text, margin));
            let taken = self.with_blank(start, span.clone(), follows_must);
            let edits = vec![(taken, String::new()), (at..at, added)];
            let title = "add `within 24 hours after entry into force`, and that this is assumed";
            diagnostic = diagnostic.edits(title, edits);
        }
        if follows_must {
            if phrase != "promptly" {
                diagnostic = diagnostic.fix("write `promptly`", span.clone(), "promptly");
            }
        } else if let Some(must) = self.place_for_manner(&statement).filter(|_| !anchored) {
            let mut edits = vec![
                (must..must, " promptly".to_owned()),
                (self.with_blank(start, span.clone(), false), String::new()),
            ];
            edits.sort_by_key(|edit| edit.0.start);
            diagnostic = diagnostic.edits("write `must promptly`", edits);
        }
        if !once && !anchored {
            let taken = self.with_blank(start, span, follows_must);
            diagnostic = diagnostic.fix(format!("leave out `{phrase}`"), taken, "");
        }
        self.report(diagnostic);
        Ok(true)
    }

    /// The phrase with the blank before it or, where it follows `must`, after it.
    fn with_blank(&self, part: usize, span: Range<usize>, after: bool) -> Range<usize> {
        if after {
            return span.start..self.peek(0).map_or(span.end, |next| next.range.start);
        }
        let before = part.checked_sub(1).map_or(span.start, |before| self.part_end(before));
        // A comma after it goes with it.
        let last = self.next.saturating_sub(1);
        let end = if self.part_text(last) == "," { self.part_end(last) } else { span.end };
        before..end
    }

    /// The parts of the statement that is being read, and the words that start its lines.
    pub(super) fn this_statement(&self) -> (Range<usize>, Vec<&str>) {
        let start = (0..=self.next.min(self.limit.saturating_sub(1))).rev().take(LOOKED_THROUGH);
        let start = start.into_iter().find(|part| self.starts_statement(*part)).unwrap_or(0);
        let end = self.limit.min(start + LOOKED_THROUGH);
        let lines = (start..end).filter(|part| self.part(*part).is_some_and(|l| l.starts_line));
        (start..end, lines.map(|part| self.part_text(part)).collect())
    }

    fn statement_says(&self, word: &str) -> bool {
        let (statement, _) = self.this_statement();
        let mut said = statement.clone().filter(|part| self.part_text(*part) == word);
        // `each of A and B` is no period.
        said.any(|part| self.part_text(part + 1) != "of" && self.part_text(part + 1) != "party")
    }

    fn statement_end(&self) -> usize {
        self.part_end(self.limit.saturating_sub(1))
    }

    /// Right after the `must` of a duty that has no manner and is no state to be kept.
    fn place_for_manner(&self, statement: &Range<usize>) -> Option<usize> {
        let must = statement.clone().find(|part| self.part_text(*part) == "must")?;
        let next = self.part_text(must + 1);
        let takes_one = !["not", "keep", "take", "promptly", "gradually", "endeavour"].contains(&next);
        takes_one.then(|| self.part_end(must))
    }

    fn part(&self, part: usize) -> Option<&crate::syntax::Lexeme> {
        self.parts.get(part).and_then(|index| self.lexemes.get(*index))
    }

    pub(super) fn part_text(&self, part: usize) -> &str {
        self.part(part).and_then(|l| self.text.get(l.range.clone())).unwrap_or_default()
    }

    fn part_start(&self, part: usize) -> usize {
        self.part(part).map_or(0, |l| l.range.start)
    }

    fn part_end(&self, part: usize) -> usize {
        self.part(part).map_or(0, |l| l.range.end)
    }
}

/// Lines that say when, or in which periods.
const TIMED: &[&str] = &["within", "by", "before", "each", "for"];

/// `18:00 on 20 October 2025` as one reading, `20 October 2025` as two.
fn day_or_hour(words: &[&str]) -> Option<(usize, Vec<String>)> {
    if let Some((width, moment)) = everyday::moment(words) {
        return Some((width, vec![format!("before {moment}")]));
    }
    let first = words.first()?;
    let timed = first.as_bytes().get(10) == Some(&b'T') && first.parse::<jiff::civil::DateTime>().is_ok();
    if timed {
        return Some((1, vec![format!("before {first}")]));
    }
    let (width, date) = everyday::date(words)?;
    let day_before = date.yesterday().ok().map(|before| format!("by the end of {before}"));
    Some((width, [format!("by the end of {date}")].into_iter().chain(day_before).collect()))
}

/// `72 hours`, `three days`: how many words, how many, of what.
fn length_of(words: &[&str]) -> Option<(usize, i64, &'static str)> {
    let digits = || Some((1, words.first()?.parse::<i64>().ok()?));
    let one = || ["a", "an"].contains(words.first()?).then_some((1, 1));
    let in_words = || everyday::number(words).and_then(|(width, n)| Some((width, i64::try_from(n).ok()?)));
    let (width, count) =
        digits().or_else(one).or_else(in_words).filter(|(_, count)| (1..100_000).contains(count))?;
    let unit = words.get(width)?.trim_end_matches('s');
    let unit = ["minute", "hour", "day", "week", "month"].into_iter().find(|known| *known == unit)?;
    Some((width + 1, count, unit))
}

/// The length in hours or minutes; a month has no fixed number of them.
fn hours_of(count: i64, unit: &str) -> Option<String> {
    let many = |n: i64, unit: &str| {
        let mut words = format!("{n} {unit}");
        if n != 1 {
            words.push('s');
        }
        words
    };
    match unit {
        "minute" | "hour" => Some(many(count, unit)),
        "day" => Some(many(count * 24, "hour")),
        "week" => Some(many(count * 7 * 24, "hour")),
        _ => None,
    }
}

/// What `within` such a length can mean.
fn within(count: i64, unit: &str) -> Vec<String> {
    let hours = hours_of(count, unit).map(|hours| format!("within {hours}"));
    let days = match unit {
        "day" => Some(format!("by the end of the {} day", ordinal(count))),
        "week" => Some(format!("by the end of the {} day", ordinal(count * 7))),
        "month" if count == 1 => Some("by the end of the day 1 month".to_owned()),
        "month" => Some(format!("by the end of the day {count} months")),
        _ => None,
    };
    hours.into_iter().chain(days).collect()
}
