//! Lengths of time in hours, in days of a term and in calendar months; the clocks of pleas, judgements and disputes.
//!
//! Invariant: days are refused wherever they could mean hours or days of the calendar.

use model::{
    Duration,
    agreement::{Clock, PhaseEnd},
};

use super::{Lowering, deadlines::ordinal};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

/// A hundred years: longer is a slip.
pub(super) const MAX_DAYS: i64 = 36_525;

/// A number with its unit.
pub(super) struct Length {
    count: i64,
    unit: String,
}

impl Length {
    /// How many days, where it is given in days or weeks.
    pub(super) fn in_days(&self) -> Option<i64> {
        match self.unit.as_str() {
            "day" => Some(self.count),
            "week" => Some(self.count * 7),
            _ => None,
        }
    }

    /// How many calendar months, where it is given in them.
    pub(super) fn in_months(&self) -> Option<u32> {
        (self.unit == "month").then(|| u32::try_from(self.count).ok()).flatten()
    }

    /// As hours; a day is 24 of them, and a month nearly 31 days.
    pub(super) fn duration(&self) -> Duration {
        match (self.in_days(), self.unit.as_str()) {
            (Some(days), _) => Duration::hours(24 * days),
            (None, "minute") => Duration(60_000_000 * self.count),
            (None, "month") => Duration::hours(24 * 31 * self.count),
            _ => Duration::hours(self.count),
        }
    }
}

impl Lowering<'_> {
    pub(super) fn length(&mut self, node: &SyntaxNode) -> Option<Length> {
        let token = node.token(K::Number)?;
        let unit = node.words().into_iter().rfind(|w| w.starts_with(['h', 'm', 'd', 'w']))?;
        let unit = unit.trim_end_matches('s').to_owned();
        let count = token.text().parse::<i64>().ok().filter(|n| (1..=MAX_DAYS * 24 * 60).contains(n));
        let length = count.map(|count| Length { count, unit });
        let length = length.filter(|l| l.duration() <= Duration::hours(24 * MAX_DAYS));
        if length.is_none() {
            let message = "a length of time is a whole number above zero, and no more than a hundred years";
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        length
    }

    /// `60 days`, `8 months`: the length of a term, whose day is 24 hours and whose months are the calendar's.
    pub(super) fn term(&mut self, node: &SyntaxNode) -> Option<PhaseEnd> {
        let length = self.length(node)?;
        Some(length.in_months().map_or_else(|| PhaseEnd::After(length.duration()), PhaseEnd::Months))
    }

    /// `at most 14 days`: days of 24 hours, with no instant from which to count others.
    pub(super) fn plain_length(&mut self, node: &SyntaxNode) -> Option<Duration> {
        let length = self.length(node)?;
        if length.in_months().is_some() {
            self.error(codes::BARE_DAYS, node.span(), "months are of unequal length: say days or hours");
            return None;
        }
        Some(length.duration())
    }

    /// A length in hours or minutes; days are refused, for they can be read in two ways.
    pub(super) fn hours(&mut self, node: &SyntaxNode) -> Option<Duration> {
        let length = self.length(node)?;
        if length.in_months().is_some() {
            self.error(codes::BARE_DAYS, node.span(), "months are of unequal length: say hours");
            return None;
        }
        if let Some(days) = length.in_days() {
            let message = "days here would be hours counted in another way: say hours";
            let diagnostic = Diagnostic::error(codes::BARE_DAYS, node.span(), message);
            self.sink.push(diagnostic.write(format!("{} hours", days * 24)));
            return None;
        }
        Some(length.duration())
    }

    /// `within 72 hours`, `by the end of the 3rd day`.
    pub(super) fn clock(&mut self, node: &SyntaxNode) -> Option<Clock> {
        if let Some(length) = node.child(K::Length) {
            let read = self.length(&length)?;
            let Some(days) = read.in_days().or(read.in_months().map(|m| i64::from(m) * 30)) else {
                return Some(Clock::Hours(read.duration()));
            };
            let span = node.span().start..length.span().end;
            let message = "this can mean hours, or days of the calendar that end at midnight: say which";
            let diagnostic = Diagnostic::error(codes::BARE_DAYS, span, message);
            let diagnostic = diagnostic.write(format!("within {} hours", days * 24));
            self.sink.push(diagnostic.write(format!("by the end of the {} day", ordinal(days))));
            return None;
        }
        Some(Clock::Days(self.nth(node)?))
    }

    /// The number in `3rd`.
    pub(super) fn nth(&mut self, node: &SyntaxNode) -> Option<u32> {
        let token = node.token(K::Ordinal)?;
        let digits = token.text().trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let nth = digits.parse::<u32>().ok().filter(|n| (1..=MAX_DAYS).contains(&i64::from(*n)));
        if nth.is_none() {
            self.error(codes::BAD_NUMBER, token.text_range().into(), "there is no such day");
        }
        nth
    }
}
