//! Lengths of time and deadlines, and the refusal of those that can be read in two ways.
//!
//! Invariant: a length in a deadline is in absolute hours; a day ends at local midnight.

use jiff::{Span, civil::Date};
use model::{
    Duration, Instant,
    agreement::{Condition, Due},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// A hundred years: longer is a slip.
const MAX_DAYS: i64 = 36_525;

/// A number with its unit.
struct Length {
    count: i64,
    unit: String,
}

impl Length {
    fn in_days(&self) -> Option<i64> {
        match self.unit.trim_end_matches('s') {
            "day" => Some(self.count),
            "week" => Some(self.count * 7),
            _ => None,
        }
    }

    fn duration(&self) -> Duration {
        match (self.in_days(), self.unit.trim_end_matches('s')) {
            (Some(days), _) => Duration::hours(24 * days),
            (None, "minute") => Duration(60_000_000 * self.count),
            _ => Duration::hours(self.count),
        }
    }
}

impl Lowering<'_> {
    fn length(&mut self, node: &SyntaxNode) -> Option<Length> {
        let token = node.token(SyntaxKind::Number)?;
        let unit = node.words().get(1)?.clone();
        let count = token.text().parse::<i64>().ok().filter(|n| (1..=MAX_DAYS * 24 * 60).contains(n));
        let length = count.map(|count| Length { count, unit });
        let length = length.filter(|l| l.duration() <= Duration::hours(24 * MAX_DAYS));
        if length.is_none() {
            let message = "a length of time is a whole number above zero, and no more than a hundred years";
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        length
    }

    /// `lasts 60 days`: a day of a term is 24 hours.
    pub(super) fn lasting(&mut self, node: &SyntaxNode) -> Option<Duration> {
        self.length(&node.child(SyntaxKind::Length)?).map(|l| l.duration())
    }

    /// A length in hours or minutes; days are refused, for they can be read in two ways.
    pub(super) fn hours(&mut self, node: &SyntaxNode) -> Option<Duration> {
        let length = self.length(node)?;
        if let Some(days) = length.in_days() {
            let message = "days here would be hours counted in another way: say hours";
            let diagnostic = Diagnostic::error(codes::BARE_DAYS, node.span(), message);
            self.sink.push(diagnostic.write(format!("{} hours", days * 24)));
            return None;
        }
        Some(length.duration())
    }

    /// When a duty is due.
    pub(super) fn due(&mut self, node: &SyntaxNode) -> Option<Due> {
        match node.kind() {
            SyntaxKind::Within => self.within(node),
            _ => self.by(node),
        }
    }

    fn within(&mut self, node: &SyntaxNode) -> Option<Due> {
        let length_node = node.child(SyntaxKind::Length)?;
        let length = self.length(&length_node)?;
        let anchored = node.has("after");
        let head = node.span().start..length_node.span().end;
        if node.child(SyntaxKind::Act).is_some() || node.has("afterwards") {
            let message = "only an exchange answers a deed: say after what, as in `after entry into force`";
            self.error(codes::NO_ANCHOR, node.span(), message);
            return None;
        }
        if let Some(days) = length.in_days() {
            self.bare_days(head, days, anchored);
            return None;
        }
        if !anchored {
            if !node.is_broken() {
                let message = "after what? The text has to say";
                let diagnostic = Diagnostic::error(codes::NO_ANCHOR, head.clone(), message);
                let words = " after entry into force";
                self.sink.push(diagnostic.fix(format!("add `{}`", words.trim()), head.end..head.end, words));
            }
            return None;
        }
        Some(Due::Within(length.duration(), self.condition_in(node)?))
    }

    fn bare_days(&mut self, head: std::ops::Range<usize>, days: i64, anchored: bool) {
        let anchor = if anchored { "" } else { " after entry into force" };
        let message = "this can mean hours, or days of the calendar that end at midnight: say which";
        self.sink.push(
            Diagnostic::error(codes::BARE_DAYS, head, message)
                .write(format!("within {} hours{anchor}", days * 24))
                .write(format!("by the end of the {} day{anchor}", ordinal(days))),
        );
    }

    fn by(&mut self, node: &SyntaxNode) -> Option<Due> {
        if let Some(token) = node.token(SyntaxKind::Ordinal) {
            let digits = token.text().trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let nth = digits.parse::<u32>().ok().filter(|n| (1..=MAX_DAYS).contains(&i64::from(*n)));
            let Some(nth) = nth else {
                self.error(codes::BAD_NUMBER, token.text_range().into(), "there is no such day");
                return None;
            };
            return Some(Due::EndOfDayAfter(nth, self.condition_in(node)?));
        }
        let day = self.day(node)?;
        if !node.has("end") {
            self.bare_by(node, day);
            return None;
        }
        Some(Due::By(Instant::start_of(day.tomorrow().ok()?, &self.timezone).previous()))
    }

    fn bare_by(&mut self, node: &SyntaxNode, day: Date) {
        let message = "is the day itself still in time? Say which";
        let mut diagnostic = Diagnostic::error(codes::BARE_BY, node.span(), message);
        if let Some(number) = node.token(SyntaxKind::Number).and_then(|t| t.text().parse::<u32>().ok()) {
            diagnostic = diagnostic.write(format!("by the end of day {number}"));
            if number > 1 {
                diagnostic = diagnostic.write(format!("by the end of day {}", number - 1));
            }
        } else {
            diagnostic = diagnostic.write(format!("by the end of {day}"));
            if let Ok(before) = day.yesterday() {
                diagnostic = diagnostic.write(format!("by the end of {before}"));
            }
        }
        self.sink.push(diagnostic);
    }

    /// `2025-10-13`, or `day 7` counted from day 1.
    pub(super) fn day(&mut self, node: &SyntaxNode) -> Option<Date> {
        if let Some(token) = node.token(SyntaxKind::Date) {
            return self.date(token.text(), token.text_range().into());
        }
        let token = node.token(SyntaxKind::Number)?;
        let Some(number) = token.text().parse::<i64>().ok().filter(|n| (1..=MAX_DAYS).contains(n)) else {
            self.error(codes::BAD_NUMBER, token.text_range().into(), "days are counted from 1");
            return None;
        };
        let Some(first) = self.day_one else {
            let line = self.continuation(self.header.start, "day 1 is the day of entry into force");
            let message = "the agreement does not say which day is day 1";
            let diagnostic = Diagnostic::error(codes::MISSING_DAY_ONE, token.text_range().into(), message);
            let end = self.header.end;
            self.sink.push(diagnostic.fix("make it the day of entry into force", end..end, line));
            return None;
        };
        first.checked_add(Span::new().days(number - 1)).ok()
    }

    /// How long an exchange gives for the answer, and whether it must come afterwards.
    pub(super) fn answer_within(&mut self, node: &SyntaxNode, answered: &str) -> Option<Duration> {
        let length_node = node.child(SyntaxKind::Length)?;
        let length = self.hours(&length_node)?;
        if let Some((act, span)) = node.child(SyntaxKind::Act).and_then(|a| a.name()) {
            if act == answered {
                return Some(length);
            }
            let message = format!("the deed that is answered is `{answered}`, not `{act}`");
            self.sink.push(Diagnostic::error(codes::DOES_NOT_BELONG, span, message).write(answered));
            return None;
        }
        if node.has("afterwards") {
            return Some(length);
        }
        if node.is_broken() {
            return None;
        }
        let span = node.span();
        let words = format!(" after that {answered}");
        let end = length_node.span().end..span.end;
        let message = "an exchange counts the time from the deed that is answered";
        let diagnostic = Diagnostic::error(codes::NO_ANCHOR, span, message);
        self.sink.push(diagnostic.fix(format!("write `{}`", words.trim()), end, words));
        None
    }
}

/// `1st`, `2nd`, `3rd`, `11th`.
pub(crate) fn ordinal(n: i64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// Whether this much time passes at least between the condition and what is due.
pub(super) fn is_instant(due: &Due) -> Option<&Condition> {
    match due {
        Due::Within(length, condition) if *length < Duration(60_000_000) => Some(condition),
        _ => None,
    }
}
