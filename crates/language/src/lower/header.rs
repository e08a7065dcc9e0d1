//! The `agreement` statement: name, time zone, entry into force, day 1.
//!
//! Invariant: where it is missing or wrong the rest is still read, in UTC, so that its own errors show.

use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};
use model::{Instant, agreement::Agreement};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    names::statements,
    near,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

impl Lowering<'_> {
    /// The agreement with nothing in it yet.
    pub(super) fn header(&mut self, file: &SyntaxNode) -> Agreement {
        let mut agreement = Agreement {
            name: String::new(),
            timezone: TimeZone::UTC,
            in_force: Instant(0),
            day_one: None,
            actors: Vec::new(),
            zones: Vec::new(),
            items: Vec::new(),
            milestones: Vec::new(),
            phases: Vec::new(),
            provisions: Vec::new(),
            readings: Vec::new(),
        };
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
        agreement.in_force = self.in_force(&header).unwrap_or(Instant(0));
        self.day_one = self.first_day(&header, agreement.in_force);
        agreement.day_one = self.day_one;
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
        let token = line.last_token().filter(|t| t.text() != "timezone")?;
        if let Ok(zone) = TimeZone::get(token.text()) {
            return Some(zone);
        }
        let names: Vec<_> = jiff::tz::db().available().map(|n| n.to_string()).collect();
        let message = format!("`{}` is not a time zone of the IANA database", token.text());
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_TIMEZONE, token.text_range().into(), message);
        if let Some(near) = near::nearest(token.text(), names.iter().map(String::as_str)) {
            diagnostic = diagnostic.write(near);
        }
        self.sink.push(diagnostic);
        None
    }

    fn in_force(&mut self, header: &SyntaxNode) -> Option<Instant> {
        let Some(line) = self.one(header, &[SyntaxKind::InForceFrom]) else {
            self.lacks(header, codes::MISSING_IN_FORCE, "the entry into force is missing: `in force from …`");
            return None;
        };
        let token = line.last_token()?;
        match token.kind() {
            SyntaxKind::DateTime => self.instant(token.text(), token.text_range().into()),
            SyntaxKind::Date => {
                let date = self.date(token.text(), token.text_range().into())?;
                Some(Instant::start_of(date, &self.timezone))
            }
            _ => None,
        }
    }

    fn first_day(&mut self, header: &SyntaxNode, in_force: Instant) -> Option<Date> {
        let line = self.one(header, &[SyntaxKind::DayOne])?;
        if let Some(token) = line.token(SyntaxKind::Date) {
            return self.date(token.text(), token.text_range().into());
        }
        let day = in_force.date(&self.timezone);
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
