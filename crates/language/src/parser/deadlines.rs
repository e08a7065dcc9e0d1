//! Deadlines, days and lengths of time.
//!
//! Invariant: what can be read in two ways is read into the tree as it stands; the lowering refuses it with both
//! readings.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind as K,
};

impl Parser<'_> {
    /// `within N hours after …`, `by the end of …`, `by the later of …`, `before C`.
    pub(super) fn deadline(&mut self) -> Parsing {
        match self.text_at(0) {
            "within" => self.node(K::Within, Self::within),
            "by" => self.node(K::By, Self::by),
            "before" => self.node(K::Before, |p| {
                p.bump();
                p.condition()?;
                p.assumed()
            }),
            _ => self.expected("`within`, `by the end of` or `before`"),
        }
    }

    fn within(&mut self) -> Parsing {
        self.bump();
        if !self.within_in_words() {
            self.length()?;
        }
        self.assumed()?;
        if self.eat("afterwards") {
            return self.assumed();
        }
        if self.at("of") && self.same_line() {
            let message = "`of` may reach back before it: `after` was expected";
            let diagnostic = Diagnostic::error(codes::EXPECTED, self.here(), message);
            return self.refuse(diagnostic.write("after"));
        }
        if !self.eat("after") && !self.after_in_words() {
            return Ok(());
        }
        self.after()
    }

    /// What stands after `after`.
    fn after(&mut self) -> Parsing {
        if self.eat("that") {
            // The act that is answered, as a noun: `after that return`.
            self.node(K::Act, |p| p.name("the act that is answered"))?;
        } else {
            self.condition()?;
        }
        self.assumed()
    }

    /// `72 hours`.
    pub(super) fn length(&mut self) -> Parsing {
        self.node(K::Length, |p| {
            if !p.number_in_words() {
                p.expect_kind(K::Number, "a number")?;
            }
            match p.text_at(0) {
                "hour" | "hours" | "minute" | "minutes" | "day" | "days" | "week" | "weeks" | "month"
                | "months" => {
                    p.bump();
                }
                _ => return p.expected("`hours`, `minutes` or `days`"),
            }
            Ok(())
        })
    }

    fn by(&mut self) -> Parsing {
        self.bump();
        if self.by_in_words() {
            return self.assumed();
        }
        if !self.at("the") {
            // Refused later, with what it can mean.
            return self.day();
        }
        if matches!(self.text_at(1), "later" | "earlier") {
            self.bump();
            self.bump();
            self.expect("of")?;
            self.node(K::Either, Self::either)?;
            while self.eat_kind(K::Comma) || self.eat("and") {
                self.node(K::Either, Self::either)?;
            }
            return self.assumed();
        }
        self.end_of(Self::condition)?;
        self.assumed()
    }

    /// `the end of DAY`, `the end of the 3rd day after C`, `the end of the day 8 months after C`.
    pub(super) fn end_of(&mut self, after: impl FnOnce(&mut Self) -> Parsing) -> Parsing {
        ["the", "end", "of"].into_iter().try_for_each(|word| self.expect(word))?;
        if !self.eat("the") {
            return self.day();
        }
        if self.eat("day") {
            self.length()?;
        } else {
            if !self.ordinal_in_words() {
                self.expect_kind(K::Ordinal, "the number of the day, such as `3rd`,")?;
            }
            self.expect("day")?;
        }
        self.expect("after")?;
        after(self)
    }

    /// One of several deadlines: `the end of day 7`, `24 hours after C`.
    fn either(&mut self) -> Parsing {
        if self.kind(0) == Some(K::Number) {
            self.length()?;
            self.expect("after")?;
            return self.one_condition();
        }
        // A condition of several is put in parentheses: more deadlines follow.
        self.end_of(Self::one_condition)
    }

    /// `2025-10-13`, `day 7` or `D+90`.
    pub(super) fn day(&mut self) -> Parsing {
        if self.eat_kind(K::Date) {
            return Ok(());
        }
        if self.eat("day") {
            return self.expect_kind(K::Number, "the number of the day");
        }
        if self.at_day_d() {
            self.bump();
            return Ok(());
        }
        if self.date_in_words(false) {
            return Ok(());
        }
        self.expected("a date such as 2025-10-13 or a day such as `day 7` or `D+90`")
    }

    /// Whether `D`, `D+90` or `D-35` stands here.
    pub(super) fn at_day_d(&self) -> bool {
        let text = self.text_at(0);
        text == "D"
            || text
                .strip_prefix(['D', 'd'])
                .and_then(|rest| rest.strip_prefix(['+', '-']))
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    }

    /// `not before C`, `not before DATE`.
    pub(super) fn not_before(&mut self) -> Parsing {
        self.bump();
        self.expect("before")?;
        if self.kind(0) == Some(K::Date)
            || self.at_day_d()
            || (self.at("day") && self.kind(1) == Some(K::Number))
        {
            // Here a day can mean its start only.
            self.node(K::Moment, Self::day)?;
        } else {
            self.condition()?;
        }
        self.assumed()
    }
}
