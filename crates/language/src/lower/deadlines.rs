//! Deadlines and days, and the refusal of those that can be read in two ways.
//!
//! Invariant: a length in a deadline is in absolute hours; a day ends at local midnight.

use jiff::{Span, civil::Date};
use model::{
    Duration, Instant,
    agreement::{Condition, Due},
};

use super::{Lowering, clocks::MAX_DAYS};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, SyntaxToken, Walk},
};

impl Lowering<'_> {
    /// When a duty is due.
    pub(super) fn due(&mut self, node: &SyntaxNode) -> Option<Due> {
        match node.kind() {
            K::Within => self.within(node),
            K::Before => Some(Due::Before(self.instant_in(node)?)),
            K::Either => self.either(node),
            _ => self.by(node),
        }
    }

    fn within(&mut self, node: &SyntaxNode) -> Option<Due> {
        let length_node = node.child(K::Length)?;
        let length = self.length(&length_node)?;
        let anchored = node.has("after");
        let head = node.span().start..length_node.span().end;
        if node.child(K::Act).is_some() || node.has("afterwards") {
            let message = "only an exchange answers a deed: say after what, as in `after entry into force`";
            self.error(codes::NO_ANCHOR, node.span(), message);
            return None;
        }
        if let Some(months) = length.in_months() {
            let anchor = if anchored { "" } else { " after entry into force" };
            let message = "a month has no fixed number of hours: say the day, or hours";
            let unit = if months == 1 { "month" } else { "months" };
            let diagnostic = Diagnostic::error(codes::BARE_DAYS, head, message);
            self.sink.push(diagnostic.write(format!("by the end of the day {months} {unit}{anchor}")));
            return None;
        }
        if let Some(days) = length.in_days() {
            self.bare_days(head, days, anchored);
            return None;
        }
        if !anchored {
            if !node.is_broken() && !node.is_cut_off() {
                let message = "after what? The text has to say";
                let diagnostic = Diagnostic::error(codes::NO_ANCHOR, head.clone(), message);
                let words = " after entry into force";
                self.sink.push(diagnostic.fix(format!("add `{}`", words.trim()), head.end..head.end, words));
            }
            return None;
        }
        Some(Due::Within(length.duration(), self.instant_in(node)?))
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
        let either = node.all(K::Either);
        if !either.is_empty() {
            let all: Vec<_> = either.iter().map(|one| self.due(one)).collect();
            let all = all.into_iter().collect::<Option<Vec<_>>>()?;
            if all.len() < 2 {
                self.error(
                    codes::EXPECTED,
                    node.span(),
                    "of at least two deadlines, joined by `and`, was expected",
                );
                return None;
            }
            return Some(if node.has("later") { Due::Latest(all) } else { Due::Earliest(all) });
        }
        if node.token(K::Ordinal).is_some() || node.child(K::Length).is_some() {
            return self.end_of_day_after(node);
        }
        let day = self.day(node)?;
        if !node.has("end") {
            self.bare_by(node, day);
            return None;
        }
        self.end_of(day)
    }

    /// `the end of DAY`, `the end of the 3rd day after C`, `24 hours after C`: one of several.
    fn either(&mut self, node: &SyntaxNode) -> Option<Due> {
        if node.has("end") {
            if node.token(K::Ordinal).is_some() || node.child(K::Length).is_some() {
                return self.end_of_day_after(node);
            }
            let day = self.day(node)?;
            return self.end_of(day);
        }
        let length = self.hours(&node.child(K::Length)?)?;
        Some(Due::Within(length, self.instant_in(node)?))
    }

    fn end_of(&self, day: Date) -> Option<Due> {
        Some(Due::By(Instant::start_of(day.tomorrow().ok()?, &self.timezone).previous()))
    }

    fn end_of_day_after(&mut self, node: &SyntaxNode) -> Option<Due> {
        let Some(length) = node.child(K::Length) else {
            return Some(Due::EndOfDayAfter(self.nth(node)?, self.instant_in(node)?));
        };
        let Some(months) = self.length(&length)?.in_months() else {
            let message = "`the day N months after` counts months; for days write `the Nth day after`";
            self.error(codes::BARE_DAYS, length.span(), message);
            return None;
        };
        Some(Due::MonthsAfter(months, self.instant_in(node)?))
    }

    fn bare_by(&mut self, node: &SyntaxNode, day: Date) {
        let message = "is the day itself still in time? Say which";
        let mut diagnostic = Diagnostic::error(codes::BARE_BY, node.span(), message);
        let numbered = node.token(K::Number).and_then(|t| t.text().parse::<u32>().ok());
        let from_d = day_d(node);
        if let Some(number) = numbered {
            diagnostic = diagnostic.write(format!("by the end of day {number}"));
            if number > 1 {
                diagnostic = diagnostic.write(format!("by the end of day {}", number - 1));
            }
        } else if let Some(offset) = from_d.and_then(|t| offset_from_d(t.text())) {
            let named = |offset: i64| if offset == 0 { "D".to_owned() } else { format!("D{offset:+}") };
            diagnostic = diagnostic.write(format!("by the end of {}", named(offset)));
            diagnostic = diagnostic.write(format!("by the end of {}", named(offset - 1)));
        } else {
            diagnostic = diagnostic.write(format!("by the end of {day}"));
            if let Ok(before) = day.yesterday() {
                diagnostic = diagnostic.write(format!("by the end of {before}"));
            }
        }
        self.sink.push(diagnostic);
    }

    /// `2025-10-13`, `day 7` counted from day 1, or `D+90` counted from D.
    pub(super) fn day(&mut self, node: &SyntaxNode) -> Option<Date> {
        if let Some(token) = node.token(K::Date) {
            return self.date(token.text(), token.text_range().into());
        }
        let from_d = day_d(node);
        if let Some(token) = from_d {
            return self.day_from_d(&token);
        }
        let token = node.token(K::Number)?;
        let Some(number) = token.text().parse::<i64>().ok().filter(|n| (1..=MAX_DAYS).contains(n)) else {
            self.error(codes::BAD_NUMBER, token.text_range().into(), "days are counted from 1");
            return None;
        };
        let Some(first) = self.day_one else {
            let message = "the agreement does not say which day is day 1";
            let diagnostic = Diagnostic::error(codes::MISSING_DAY_ONE, token.text_range().into(), message);
            self.header_line(diagnostic, "day 1 is the day of entry into force");
            return None;
        };
        first.checked_add(Span::new().days(number - 1)).ok()
    }

    fn day_from_d(&mut self, token: &SyntaxToken) -> Option<Date> {
        let span: std::ops::Range<usize> = token.text_range().into();
        let Some(offset) = offset_from_d(token.text()).filter(|n| n.abs() <= MAX_DAYS) else {
            self.error(codes::BAD_NUMBER, span, "a day such as `D+90` was expected");
            return None;
        };
        let Some(day) = self.d_day else {
            let message = "the agreement does not say which day is D";
            let diagnostic = Diagnostic::error(codes::MISSING_DAY_D, span, message);
            self.header_line(diagnostic, "D is the day of entry into force");
            return None;
        };
        day.checked_add(Span::new().days(offset)).ok()
    }

    /// Reports with a fix that adds a line to the `agreement` statement, unless the line is there and is wrong.
    fn header_line(&mut self, diagnostic: Diagnostic, words: &str) {
        let end = self.header.end;
        let line = self.continuation(self.header.start, words);
        self.sink.push(diagnostic.fix(format!("add `{words}`"), end..end, line));
    }
}

/// The `D`, `D+90` or `D-35` among a node's tokens.
fn day_d(node: &SyntaxNode) -> Option<SyntaxToken> {
    let mut tokens = node.children_with_tokens().filter_map(|e| e.into_token());
    tokens.find(|t| t.kind() == K::Path || t.text() == "D")
}

/// 90 of `D+90`.
fn offset_from_d(text: &str) -> Option<i64> {
    match text.strip_prefix(['D', 'd'])? {
        "" => Some(0),
        rest => rest.strip_prefix('+').unwrap_or(rest).parse().ok(),
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
