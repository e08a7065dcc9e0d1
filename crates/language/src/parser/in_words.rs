//! Numbers, days and hours written in words: refused here with the digits as fixes.
//!
//! Invariant: each is reported once, at its place, and read past.

use super::Parser;
use crate::{
    diagnostics::{Diagnostic, codes},
    everyday,
    lower::ordinal,
    syntax::SyntaxKind as K,
};

impl Parser<'_> {
    /// `ten`, `seventy-two`, where a number was expected; whether they stood here.
    pub(super) fn number_in_words(&mut self) -> bool {
        self.in_digits(|n| vec![n.to_string()])
    }

    /// `ten hostages`, which does not say either whether ten are the least.
    pub(super) fn bare_number_in_words(&mut self) -> bool {
        self.in_digits(|n| vec![format!("at least {n}"), format!("exactly {n}")])
    }

    fn in_digits(&mut self, readings: impl FnOnce(u64) -> Vec<String>) -> bool {
        if !everyday::is_number(self.text_at(0)) {
            return false;
        }
        let Some((width, number)) = everyday::number(&self.ahead()) else { return false };
        let span = self.passed(K::Error, width);
        let mut diagnostic = Diagnostic::error(codes::BAD_NUMBER, span, "a number is written in digits");
        for reading in readings(number) {
            diagnostic = diagnostic.write(reading);
        }
        self.report(diagnostic);
        true
    }

    /// Whether a number in words stands here, of what is named after it.
    pub(super) fn at_number_in_words(&self) -> bool {
        if !everyday::is_number(self.text_at(0)) {
            return false;
        }
        let Some((width, _)) = everyday::number(&self.ahead()) else { return false };
        let follows = self.peek(width).is_some_and(|l| !l.starts_line);
        follows && (self.at_name(width) || self.at_in_all(width) || self.kind(width) == Some(K::Percent))
    }

    /// Whether a bare number is right here: in an exchange, and in a step.
    pub(super) fn counts_plainly(&self) -> bool {
        let Some((width, _)) = everyday::number(&self.ahead()) else { return false };
        if self.sink.is_full() {
            return true;
        }
        let answers = self.next.checked_sub(1).is_some_and(|before| self.part_text(before) == "every");
        let (statement, _) = self.this_statement();
        answers
            || self.at_in_all(width)
            || self.text_at(width) == "more"
            || self.part_text(statement.start) == "exchange"
    }

    fn at_in_all(&self, ahead: usize) -> bool {
        self.text_at(ahead) == "in" && self.text_at(ahead + 1) == "all"
    }

    /// The day in `the third day after`.
    pub(super) fn ordinal_in_words(&mut self) -> bool {
        let Some(nth) = everyday::ordinal(self.text_at(0)).and_then(|n| i64::try_from(n).ok()) else {
            return false;
        };
        let span = self.passed(K::Error, 1);
        let diagnostic = Diagnostic::error(codes::BAD_NUMBER, span, "a number is written in digits");
        self.report(diagnostic.write(ordinal(nth)));
        true
    }

    /// `20 October 2025` where a date was expected, or `18:00 on 20 October 2025` where a time may stand.
    pub(super) fn date_in_words(&mut self, with_time: bool) -> bool {
        let words = self.ahead();
        let moment = everyday::moment(&words).filter(|_| with_time);
        let date = || everyday::date(&words).map(|(width, date)| (width, date.to_string()));
        let Some((width, written)) = moment.or_else(date).filter(|_| self.kind(0) != Some(K::Date)) else {
            return false;
        };
        let span = self.passed(K::Error, width);
        let message = "a date is written as in 2025-10-20, with its time as in 2025-10-20T18:00";
        self.report(Diagnostic::error(codes::OTHER_WORDS, span, message).write(written));
        true
    }

    /// `20 October 2025` where an instant was expected.
    pub(super) fn instant_in_words(&mut self) -> bool {
        let words = self.ahead();
        let (width, readings) = if let Some((width, moment)) = everyday::moment(&words) {
            (width, vec![moment])
        } else if let Some((width, date)) = everyday::date(&words) {
            (width, vec![format!("the start of {date}"), format!("the end of {date}")])
        } else {
            return false;
        };
        let span = self.passed(K::Error, width);
        let message = "an instant is written as in 2025-10-20T18:00, or as the start or the end of a day";
        let diagnostic = Diagnostic::error(codes::OTHER_WORDS, span, message);
        let diagnostic = readings.into_iter().fold(diagnostic, Diagnostic::write);
        self.report(diagnostic);
        true
    }
}
