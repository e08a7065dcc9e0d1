//! Which statement starts here, and the one that opens a file.
//!
//! Invariant: each function reads one statement to its end.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    near,
    syntax::SyntaxKind as K,
};

/// What a statement may start with.
pub(crate) const KEYWORDS: &[&str] = &[
    "actor",
    "agreement",
    "amendment",
    "baseline",
    "body",
    "exchange",
    "family",
    "guarantor",
    "item",
    "judgement",
    "line",
    "milestone",
    "monitor",
    "obligation",
    "party",
    "phase",
    "power",
    "prohibition",
    "reading",
    "value",
    "values",
    "zone",
];

/// Those that cannot start a line inside another statement.
pub(super) const UNMISTAKABLE: &[&str] =
    &["agreement", "amendment", "exchange", "milestone", "obligation", "prohibition", "reading"];

impl Parser<'_> {
    /// Reads one statement, to its end.
    pub(super) fn statement(&mut self) {
        if !self.peek(0).is_some_and(|l| l.at_margin) {
            self.indented();
            if !UNMISTAKABLE.contains(&self.text_at(0)) {
                return self.skip();
            }
        }
        match self.text_at(0) {
            "agreement" => self.node(K::Agreement, Self::agreement),
            "party" | "guarantor" | "monitor" | "body" | "actor" => self.node(K::Actor, Self::actor),
            "zone" => self.node(K::Zone, Self::zone),
            "line" => self.node(K::Line, Self::line),
            "family" => self.node(K::Family, Self::family),
            "item" => self.node(K::Item, Self::item),
            "value" => self.node(K::Value, Self::value),
            "baseline" => self.node(K::Baseline, Self::baseline),
            "judgement" => self.node(K::Judgement, Self::judgement),
            "values" => self.node(K::Values, Self::values),
            "milestone" => self.node(K::Milestone, Self::milestone),
            "phase" => self.node(K::Phase, Self::phase),
            "obligation" | "prohibition" | "exchange" => self.node(K::Provision, Self::provision),
            "power" => self.node(K::Power, Self::power),
            "amendment" => self.node(K::Amendment, Self::amendment),
            "reading" => self.node(K::Reading, Self::reading),
            _ => self.unknown_statement(),
        }
    }

    fn indented(&mut self) {
        let span = self.here();
        let message = "a statement starts at the left margin; what continues one is indented";
        let blanks =
            self.slice(0..span.start).bytes().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let diagnostic = Diagnostic::error(codes::INDENTED_START, span.clone(), message);
        self.report(diagnostic.fix("move it to the margin", span.start - blanks..span.start, ""));
    }

    fn unknown_statement(&mut self) {
        let (span, found) = (self.here(), self.text_at(0).to_owned());
        let message = format!("`{found}` starts no statement: one of {} was expected", KEYWORDS.join(", "));
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_STATEMENT, span, message);
        if let Some(near) = near::nearest(&found, KEYWORDS.iter().copied()) {
            diagnostic = diagnostic.write(near);
        }
        self.report(diagnostic);
        self.skip();
    }

    /// Passes over the rest of the statement.
    fn skip(&mut self) {
        self.node(K::Error, |p| {
            while !p.is_done() {
                p.bump();
            }
        });
    }

    /// Reads the statement's head; where that fails, goes on at the next line.
    pub(super) fn head(&mut self, head: impl FnOnce(&mut Self) -> Parsing) {
        let before = self.next;
        self.bump();
        if head(self).is_err() {
            self.recover(before);
        }
    }

    /// The name that a statement declares, and its label.
    pub(super) fn declaration(&mut self, what: &str) -> Parsing {
        self.declared(what)?;
        self.label();
        Ok(())
    }

    fn agreement(&mut self) {
        self.head(|p| p.string("the agreement's name, in quotation marks,"));
        self.clauses(|p| match p.text_at(0) {
            "timezone" => p.node(K::Timezone, |p| {
                p.bump();
                match p.kind(0) {
                    Some(K::Word | K::Path) => p.bump(),
                    _ => return p.expected("a time zone such as Asia/Gaza"),
                }
                Ok(())
            }),
            "signed" => p.node(K::Signed, |p| {
                p.bump();
                p.date_or_time()?;
                p.assumed()
            }),
            "in" => p.node(K::InForceFrom, |p| {
                p.bump();
                p.expect("force")?;
                if p.eat("when") {
                    p.condition()?;
                    return p.assumed();
                }
                p.expect("from")?;
                p.date_or_time()?;
                p.assumed()
            }),
            "day" => p.node(K::DayOne, |p| {
                p.bump();
                p.expect("1")?;
                p.counted_from()
            }),
            "D" => p.node(K::DayD, |p| {
                p.bump();
                p.counted_from()
            }),
            _ => p.unknown_line(&["timezone", "signed", "in", "day", "D"]),
        });
    }

    /// `is DATE`, `is the day of entry into force`, `is the day after entry into force`.
    fn counted_from(&mut self) -> Parsing {
        self.expect("is")?;
        if self.eat_kind(K::Date) {
            return self.assumed();
        }
        self.expect("the")?;
        self.expect("day")?;
        if !self.eat("after") {
            self.expect("of")?;
        }
        if !self.eat("signing") {
            ["entry", "into", "force"].into_iter().try_for_each(|word| self.expect(word))?;
        }
        self.assumed()
    }

    /// `2025-10-10` or `2025-10-10T12:00`.
    pub(super) fn date_or_time(&mut self) -> Parsing {
        if self.eat_kind(K::DateTime) || self.eat_kind(K::Date) || self.date_in_words(true) {
            return Ok(());
        }
        self.expected("a date and time such as 2025-10-10T12:00")
    }
}
