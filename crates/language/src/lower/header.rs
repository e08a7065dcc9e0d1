//! The `agreement` statement: name, time zone, entry into force, day 1.
//!
//! Invariant: where it is missing or wrong the rest is still read, in UTC, so that its own errors show.

use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};
use model::{
    Instant,
    agreement::{Agreement, Condition},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    names::statements,
    near,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// The time zone of this name.
///
/// # Errors
/// The nearest name that there is, where the IANA database has no zone of this one.
pub fn timezone(name: &str) -> Result<TimeZone, Option<String>> {
    TimeZone::get(name).map_err(|_| {
        let names: Vec<_> = jiff::tz::db().available().map(|known| known.to_string()).collect();
        near::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    })
}

impl Lowering<'_> {
    /// The agreement with nothing in it yet.
    pub(super) fn header(&mut self, file: &SyntaxNode) -> Agreement {
        let mut agreement = Agreement::empty(String::new(), TimeZone::UTC, Instant(0));
        let mut statements = statements(file).filter(|s| s.kind() == SyntaxKind::Agreement);
        let Some(header) = statements.next() else {
            self.no_header(file);
            return agreement;
        };
        for again in statements {
            self.error(codes::SAID_TWICE, again.span(), "a file holds one agreement, and this is a second");
        }
        self.header = header.span();
        agreement.name = header.quoted().unwrap_or_default();
        self.timezone = self.timezone(&header).unwrap_or(TimeZone::UTC);
        agreement.timezone = self.timezone.clone();
        agreement.signed = self.signing(&header);
        self.signed = agreement.signed.is_some();
        self.entry(&header, &mut agreement);
        self.in_force = agreement.in_force;
        self.day_one = self.counted_day(&header, SyntaxKind::DayOne, &agreement);
        self.d_day = self.counted_day(&header, SyntaxKind::DayD, &agreement);
        // Read last: its condition may speak of days.
        agreement.entry = self.entry_condition(&header);
        (agreement.day_one, agreement.d_day) = (self.day_one, self.d_day);
        agreement.assumptions = self.assumptions(&header);
        agreement
    }

    fn no_header(&mut self, file: &SyntaxNode) {
        let meant =
            |s: &SyntaxNode| near::nearest(&crate::names::keyword(s), ["agreement"].into_iter()).is_some();
        if statements(file).filter(|s| s.kind() == SyntaxKind::Error).any(|s| meant(&s)) {
            return;
        }
        let block = file.children().next().map_or(0, |b| b.span().start);
        let message =
            "the file has no `agreement` statement, which gives name, time zone and entry into force";
        self.error(codes::MISSING_AGREEMENT, block..block, message);
    }

    fn timezone(&mut self, header: &SyntaxNode) -> Option<TimeZone> {
        let Some(line) = self.one(header, &[SyntaxKind::Timezone]) else {
            self.lacks(
                header,
                codes::MISSING_TIMEZONE,
                "the time zone of the agreement's dates is missing: `timezone …`",
            );
            return None;
        };
        let token = line
            .children_with_tokens()
            .filter_map(|e| e.into_token())
            .filter(|t| !t.kind().is_trivia())
            .last()
            .filter(|t| t.text() != "timezone")?;
        let near = match timezone(token.text()) {
            Ok(zone) => return Some(zone),
            Err(near) => near,
        };
        let message = format!("`{}` is not a time zone of the IANA database", token.text());
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_TIMEZONE, token.text_range().into(), message);
        if let Some(near) = near {
            diagnostic = diagnostic.write(near);
        }
        self.sink.push(diagnostic);
        None
    }

    fn signing(&mut self, header: &SyntaxNode) -> Option<Instant> {
        let line = self.one(header, &[SyntaxKind::Signed])?;
        self.date_or_time(&line)
    }

    /// The instant in a node; a bare date is its start.
    pub(super) fn date_or_time(&mut self, node: &SyntaxNode) -> Option<Instant> {
        if let Some(token) = node.token(SyntaxKind::DateTime) {
            return self.instant(token.text(), token.text_range().into());
        }
        let token = node.token(SyntaxKind::Date)?;
        let date = self.date(token.text(), token.text_range().into())?;
        Some(Instant::start_of(date, &self.timezone))
    }

    fn entry(&mut self, header: &SyntaxNode, agreement: &mut Agreement) {
        let Some(line) = self.one(header, &[SyntaxKind::InForceFrom]) else {
            self.lacks(header, codes::MISSING_IN_FORCE, "the entry into force is missing: `in force from …`");
            return;
        };
        if line.has("when") {
            // It cannot be in force before it is signed.
            match agreement.signed {
                Some(signed) => agreement.in_force = signed,
                None => {
                    let message =
                        "an entry into force that hangs on a condition needs the day of signing: `signed …`";
                    self.error(codes::MISSING_SIGNING, line.span(), message);
                }
            }
            return;
        }
        agreement.in_force = self.date_or_time(&line).unwrap_or(Instant(0));
    }

    fn entry_condition(&mut self, header: &SyntaxNode) -> Option<Condition> {
        let line = header.child(SyntaxKind::InForceFrom).filter(|line| line.has("when"))?;
        self.condition_in(&line)
    }

    /// Day 1, or D.
    fn counted_day(&mut self, header: &SyntaxNode, kind: SyntaxKind, agreement: &Agreement) -> Option<Date> {
        let line = self.one(header, &[kind])?;
        if let Some(token) = line.token(SyntaxKind::Date) {
            return self.date(token.text(), token.text_range().into());
        }
        let from = if line.has("signing") {
            agreement.signed
        } else {
            let hangs = header.child(SyntaxKind::InForceFrom).is_some_and(|entry| entry.has("when"));
            (!hangs).then_some(agreement.in_force)
        };
        let Some(from) = from else {
            let message = "that day is not a fixed day of the calendar: give the date";
            self.error(codes::BAD_DATE, line.span(), message);
            return None;
        };
        let day = from.date(&self.timezone);
        if line.has("after") { day.tomorrow().ok() } else { Some(day) }
    }

    /// A civil date.
    pub(super) fn date(&mut self, text: &str, span: std::ops::Range<usize>) -> Option<Date> {
        let date = text.parse::<Date>().ok().filter(|d| (1..=9998).contains(&d.year()));
        if date.is_none() {
            self.error(codes::BAD_DATE, span, format!("there is no {text} in the calendar"));
        }
        date
    }

    /// An instant with an offset, or a local time in the agreement's zone.
    pub(super) fn instant(&mut self, text: &str, span: std::ops::Range<usize>) -> Option<Instant> {
        if let Ok(instant) = Instant::parse(text) {
            return Some(instant);
        }
        match text.parse::<DateTime>() {
            Ok(local) => Some(Instant::of_civil(local, &self.timezone)),
            Err(_) => {
                let message =
                    format!("there is no {text}: a date and time such as 2025-10-10T12:00 was expected");
                self.error(codes::BAD_DATE, span, message);
                None
            }
        }
    }
}
