//! The statements other than provisions.
//!
//! Invariant: each function reads one statement to its end.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    near,
    syntax::SyntaxKind,
};

/// What a statement may start with.
const KEYWORDS: &[&str] = &[
    "actor",
    "agreement",
    "body",
    "exchange",
    "guarantor",
    "item",
    "milestone",
    "monitor",
    "obligation",
    "party",
    "phase",
    "prohibition",
    "reading",
    "zone",
];

/// Those that cannot start a line inside another statement.
pub(super) const UNMISTAKABLE: &[&str] =
    &["agreement", "exchange", "milestone", "obligation", "prohibition", "reading"];

/// Statements that the language has and nothing computes yet.
const NOT_YET: &[&str] =
    &["amendment", "baseline", "family", "judgement", "line", "power", "term", "value", "values", "version"];

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
            "agreement" => self.node(SyntaxKind::Agreement, Self::agreement),
            "party" | "guarantor" | "monitor" | "body" | "actor" => self.node(SyntaxKind::Actor, Self::actor),
            "zone" => self.node(SyntaxKind::Zone, Self::zone),
            "item" => self.node(SyntaxKind::Item, Self::item),
            "milestone" => self.node(SyntaxKind::Milestone, Self::milestone),
            "phase" => self.node(SyntaxKind::Phase, Self::phase),
            "obligation" | "prohibition" | "exchange" => self.node(SyntaxKind::Provision, Self::provision),
            "reading" => self.node(SyntaxKind::Reading, Self::reading),
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
        let diagnostic = if NOT_YET.contains(&found.as_str()) {
            let message = format!("`{found}` statements belong to the language, and are not computed yet");
            Diagnostic::error(codes::NOT_YET, span, message)
        } else {
            let message =
                format!("`{found}` starts no statement: one of {} was expected", KEYWORDS.join(", "));
            let diagnostic = Diagnostic::error(codes::UNKNOWN_STATEMENT, span, message);
            match near::nearest(&found, KEYWORDS.iter().copied()) {
                Some(near) => diagnostic.write(near),
                None => diagnostic,
            }
        };
        self.report(diagnostic);
        self.skip();
    }

    /// Passes over the rest of the statement.
    fn skip(&mut self) {
        self.node(SyntaxKind::Error, |p| {
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

    fn agreement(&mut self) {
        self.head(|p| p.string("the agreement's name, in quotation marks,"));
        self.clauses(|p| match p.text_at(0) {
            "timezone" => p.node(SyntaxKind::Timezone, |p| {
                p.bump();
                match p.kind(0) {
                    Some(SyntaxKind::Word | SyntaxKind::Path) => p.bump(),
                    _ => return p.expected("a time zone such as Asia/Gaza"),
                }
                Ok(())
            }),
            "in" => p.node(SyntaxKind::InForceFrom, |p| {
                p.bump();
                p.expect("force")?;
                p.expect("from")?;
                match p.kind(0) {
                    Some(SyntaxKind::DateTime | SyntaxKind::Date) => p.bump(),
                    _ => return p.expected("a date and time such as 2025-10-10T12:00"),
                }
                Ok(())
            }),
            "day" => p.node(SyntaxKind::DayOne, |p| {
                p.bump();
                p.expect("1")?;
                p.expect("is")?;
                if p.eat_kind(SyntaxKind::Date) {
                    return Ok(());
                }
                p.expect("the")?;
                p.expect("day")?;
                if !p.eat("after") {
                    p.expect("of")?;
                }
                ["entry", "into", "force"].into_iter().try_for_each(|word| p.expect(word))
            }),
            _ => p.unknown_line(&["timezone", "in", "day"]),
        });
    }

    fn actor(&mut self) {
        self.head(|p| {
            p.declared("a name")?;
            p.label();
            Ok(())
        });
        self.clauses(|p| {
            if p.eat_phrase(&["is", "not", "a", "party"]) { Ok(()) } else { p.unknown_line(&["is"]) }
        });
    }

    fn zone(&mut self) {
        self.head(|p| {
            p.declared("a name for the zone")?;
            p.label();
            Ok(())
        });
        self.clauses(|p| match p.text_at(0) {
            "from" => p.node(SyntaxKind::Outline, Self::outline),
            "is" => {
                let span = p.here();
                let message =
                    "a zone derived from another is not computed yet: give its outline with `from FILE`";
                p.refuse(Diagnostic::error(codes::NOT_YET, span, message))
            }
            _ => p.unknown_line(&["from"]),
        });
    }

    fn outline(&mut self) -> Parsing {
        self.bump();
        match self.kind(0) {
            Some(SyntaxKind::Path | SyntaxKind::String | SyntaxKind::Word) => self.bump(),
            _ => return self.expected("the path of a GeoJSON file"),
        }
        if self.eat("feature") {
            match self.kind(0) {
                Some(SyntaxKind::Word | SyntaxKind::Path | SyntaxKind::String | SyntaxKind::Number) => {
                    self.bump()
                }
                _ => return self.expected("the identifier of a feature in the file"),
            }
        }
        if self.eat("valid") {
            let open = self.eat("from");
            self.expect_kind(SyntaxKind::Date, "a date such as 2025-10-10")?;
            if !open || self.at("to") {
                self.expect("to")?;
                self.expect_kind(SyntaxKind::Date, "a date such as 2026-01-15")?;
            }
        }
        Ok(())
    }

    fn item(&mut self) {
        self.head(|p| {
            p.declared("a name for the item, in the singular,")?;
            p.label();
            p.expect("is")?;
            p.name("the item that it is a kind of")
        });
        self.clauses(|p| {
            if p.at("where") {
                let span = p.here();
                let message = "`where` is not computed yet: leave the measure to the label";
                return p.refuse(Diagnostic::error(codes::NOT_YET, span, message));
            }
            p.unknown_line(&["is"])
        });
    }

    fn milestone(&mut self) {
        self.head(|p| {
            p.declared("a name for the milestone")?;
            p.label();
            Ok(())
        });
        self.clauses(|p| {
            if !p.eat("when") {
                return p.unknown_line(&["when"]);
            }
            p.condition()?;
            p.assumed()
        });
    }

    fn phase(&mut self) {
        self.head(|p| {
            p.declared("a name for the phase")?;
            p.label();
            Ok(())
        });
        self.clauses(|p| match p.text_at(0) {
            "begins" => p.node(SyntaxKind::Begins, |p| {
                p.bump();
                match p.text_at(0) {
                    "at" | "when" => p.bump(),
                    _ => return p.expected("`at` or `when`"),
                }
                p.condition()?;
                p.assumed()
            }),
            "ends" => p.node(SyntaxKind::Ends, |p| {
                p.bump();
                p.expect("when")?;
                p.condition()?;
                p.assumed()
            }),
            "lasts" => p.node(SyntaxKind::Lasts, |p| {
                p.bump();
                p.length()?;
                p.assumed()
            }),
            _ => p.unknown_line(&["begins", "ends", "lasts"]),
        });
    }

    fn reading(&mut self) {
        self.head(|p| p.string("the reading's title, in quotation marks,"));
        self.clauses(|p| match p.text_at(0) {
            "contended" => p.node(SyntaxKind::Contended, |p| {
                p.bump();
                p.expect("by")?;
                p.names("the name of who contends for it", "and")
            }),
            "as" => p.node(SyntaxKind::As, |p| {
                p.bump();
                p.declared("a name for the reading")
            }),
            "source" => p.node(SyntaxKind::Source, |p| {
                p.bump();
                p.string("the source, in quotation marks,")
            }),
            "in" => p.node(SyntaxKind::Change, Self::change),
            _ => p.unknown_line(&["contended", "as", "source", "in"]),
        });
    }

    fn change(&mut self) -> Parsing {
        self.bump();
        self.name("the name of a provision")?;
        self.expect_kind(SyntaxKind::Comma, "`,`")?;
        let part = self.text_at(0).to_owned();
        if !["except", "item", "trigger", "required", "due"].contains(&part.as_str()) {
            return self.expected("`except`, `item`, `trigger`, `required` or `due`");
        }
        self.bump();
        self.expect("becomes")?;
        self.eat_kind(SyntaxKind::Colon);
        match part.as_str() {
            "except" => self.node(SyntaxKind::Except, |p| {
                p.exception()?;
                p.assumed()
            }),
            "required" => self.quantity(),
            "due" => self.deadline(),
            _ => self.node(SyntaxKind::Object, |p| p.name("an item")),
        }
    }
}
