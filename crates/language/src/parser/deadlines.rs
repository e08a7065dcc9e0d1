//! Deadlines and lengths of time.
//!
//! Invariant: what can be read in two ways is read into the tree as it stands; the lowering refuses it with
//! both readings.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind,
};

impl Parser<'_> {
    /// `within N hours after …` or `by the end of …`.
    pub(super) fn deadline(&mut self) -> Parsing {
        match self.text_at(0) {
            "within" => self.node(SyntaxKind::Within, Self::within),
            "by" => self.node(SyntaxKind::By, Self::by),
            _ => self.expected("`within` or `by the end of`"),
        }
    }

    fn within(&mut self) -> Parsing {
        self.bump();
        self.length()?;
        self.assumed()?;
        if self.eat("afterwards") {
            return self.assumed();
        }
        if self.at("of") && self.same_line() {
            // `within 3 days of X` may reach back before X.
            return self.expected("`after`");
        }
        if !self.eat("after") {
            return Ok(());
        }
        if self.eat("that") {
            // The act that is answered, as a noun: `after that return`.
            self.node(SyntaxKind::Act, |p| p.name("the act that is answered"))?;
        } else {
            self.condition()?;
        }
        self.assumed()
    }

    /// `72 hours`.
    pub(super) fn length(&mut self) -> Parsing {
        self.node(SyntaxKind::Length, |p| {
            p.expect_kind(SyntaxKind::Number, "a number")?;
            match p.text_at(0) {
                "hour" | "hours" | "minute" | "minutes" | "day" | "days" | "week" | "weeks" => p.bump(),
                _ => return p.expected("`hours`, `minutes` or `days`"),
            }
            Ok(())
        })
    }

    fn by(&mut self) -> Parsing {
        self.bump();
        if !self.at("the") {
            // Refused later, with what it can mean.
            return self.day();
        }
        if matches!(self.text_at(1), "later" | "earlier") {
            let span = self.here();
            let message = "the later or earlier of several is not computed yet";
            return self.refuse(Diagnostic::error(codes::NOT_YET, span, message));
        }
        self.bump();
        self.expect("end")?;
        self.expect("of")?;
        if self.eat("the") {
            self.expect_kind(SyntaxKind::Ordinal, "the number of the day, such as `3rd`,")?;
            self.expect("day")?;
            self.expect("after")?;
            self.condition()?;
        } else {
            self.day()?;
        }
        self.assumed()
    }

    /// `not before C`, `not before DATE`.
    pub(super) fn not_before(&mut self) -> Parsing {
        self.bump();
        self.expect("before")?;
        if self.kind(0) == Some(SyntaxKind::Date)
            || (self.at("day") && self.kind(1) == Some(SyntaxKind::Number))
        {
            // Here a day can mean its start only.
            self.node(SyntaxKind::Moment, Self::day)?;
        } else {
            self.condition()?;
        }
        self.assumed()
    }
}
