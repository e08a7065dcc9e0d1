//! Duties: who must do what, how much of it, in which steps and periods, in answer to what.
//!
//! Invariant: what can be read in two ways and is refused here leaves its words in the tree.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind as K,
};

impl Parser<'_> {
    pub(super) fn duty(&mut self) -> Parsing {
        self.node(K::Doers, Self::bearers)?;
        if self.eat("is") || self.eat("are") {
            self.expect("answerable")?;
            self.expect("for")?;
            return self.node(K::Answerable, Self::others_deed);
        }
        self.expect("must")?;
        self.eat("not");
        if !self.at("promptly") {
            self.how_soon()?;
        }
        match self.text_at(0) {
            "keep" => return self.node(K::Keep, Self::keep),
            "take" => {
                self.bump();
                ["all", "feasible", "steps", "to", "prevent"]
                    .into_iter()
                    .try_for_each(|word| self.expect(word))?;
                return self.node(K::Conduct, Self::others_deed);
            }
            "prevent" if self.text_at(1) == "any" => return self.result_or_conduct(),
            "promptly" | "gradually" => self.node(K::Manner, Self::bump),
            "endeavour" => self.node(K::Manner, |p| {
                p.bump();
                p.expect("to")
            })?,
            _ => {}
        }
        self.node(K::Act, |p| p.name("an act"))?;
        if self.same_line() && self.at_quantity() {
            self.quantity()?;
            self.in_all();
            self.assumed()?;
        }
        self.object()?;
        self.in_all();
        self.assumed()?;
        self.places()?;
        self.assumed()
    }

    /// Refuses `must prevent any attack by …`: a duty of result, or of conduct?
    fn result_or_conduct(&mut self) -> Parsing {
        // Of `must prevent`: the word before is `must`.
        let start = self.next.saturating_sub(1);
        self.bump();
        let span = self.span_from(start);
        self.node(K::Conduct, Self::others_deed)?;
        let message =
            "is it a breach when such a deed happens, or when too little was done against it? Say which";
        self.report(
            Diagnostic::error(codes::RESULT_OR_CONDUCT, span, message)
                .write("is answerable for")
                .write("must take all feasible steps to prevent"),
        );
        Ok(())
    }

    /// `any ACT by WHO [on B] [in Z]`.
    fn others_deed(&mut self) -> Parsing {
        self.expect("any")?;
        self.node(K::Act, |p| p.name("an act"))?;
        self.expect("by")?;
        self.node(K::Doers, |p| {
            if p.eat("anyone") {
                return Ok(());
            }
            p.names("the name of who does it", "or")
        })?;
        self.places()?;
        self.assumed()
    }

    /// `keep [at most 10 | its own | all] ITEM out of Z|in Z|outside Z|from over Z [for 10 consecutive hours in each day]`.
    fn keep(&mut self) -> Parsing {
        self.bump();
        let mut share = false;
        if self.at_quantity() && !(self.at("all") && self.at_name(1)) {
            share = self.kind(3) == Some(K::Percent);
            self.quantity()?;
        }
        if self.eat("its") {
            self.expect("own")?;
        } else {
            self.eat("all");
        }
        // A share of a baseline is of what the baseline counts.
        if !share || (self.at_name(0) && self.same_line()) {
            self.node(K::Object, |p| p.name("an item"))?;
        }
        if self.eat("of") {
            self.node(K::As, Self::zone_name)?;
        }
        self.assumed()?;
        if !self.at("from") && !["out", "in", "outside"].contains(&self.text_at(0)) {
            return Ok(());
        }
        if self.at("from") && self.text_at(1) != "over" {
            return Ok(());
        }
        let side = match self.text_at(0) {
            "out" => ["out", "of"].as_slice(),
            "from" => &["from", "over"],
            _ => &[],
        };
        self.node(K::Place, |p| {
            if side.is_empty() {
                p.bump();
            }
            side.iter().try_for_each(|word| p.expect(word))?;
            p.zone_name()
        })?;
        self.assumed()?;
        if self.at("for") && self.kind(1) == Some(K::Number) {
            self.node(K::Quiet, |p| {
                p.bump();
                p.quiet_hours()?;
                p.eat("in");
                p.expect("each")?;
                p.expect("day")?;
                p.assumed()
            })?;
        }
        Ok(())
    }

    /// `10 consecutive hours`, `10 hours in all`.
    fn quiet_hours(&mut self) -> Parsing {
        self.node(K::Length, |p| {
            p.expect_kind(K::Number, "a number of hours")?;
            p.eat("consecutive");
            if ["hours", "hour", "minutes", "minute"].into_iter().any(|unit| p.eat(unit)) {
                p.eat_phrase(&["in", "all"]);
                return Ok(());
            }
            p.expected("`hours` or `consecutive hours`")
        })
    }

    /// `12 consecutive hours instead on days when C`.
    pub(super) fn instead(&mut self) -> Parsing {
        self.quiet_hours()?;
        ["instead", "on", "days", "when"].into_iter().try_for_each(|word| self.expect(word))?;
        self.condition()?;
        self.assumed()
    }

    /// `A`, `each of A and B`, `A and B together`, `either A or B alone`, `at least 2 of (A, B, C)`, `a party`,
    /// `an unstated bearer`; a bare list says too little.
    pub(super) fn bearers(&mut self) -> Parsing {
        const WHO: &str = "the name of who must do it";
        if self.eat_phrase(&["a", "party"]) || self.eat_phrase(&["each", "party"]) {
            return self.assumed();
        }
        if self.at_phrase(&["an", "unstated"]) {
            ["an", "unstated", "bearer"].into_iter().try_for_each(|word| self.expect(word))?;
            return self.assumed();
        }
        if self.eat_in_any_case("each") {
            self.expect("of")?;
            self.names(WHO, "and")?;
            return self.assumed();
        }
        if self.eat_in_any_case("either") {
            self.names(WHO, "or")?;
            self.expect("alone")?;
            return self.assumed();
        }
        if self.eat("at") {
            self.expect("least")?;
            self.expect_kind(K::Number, "a number")?;
            self.expect("of")?;
            self.expect_kind(K::LeftParen, "`(`")?;
            self.names(WHO, "and")?;
            self.expect_kind(K::RightParen, "`)`")?;
            return self.assumed();
        }
        let start = self.next;
        let (mut several, mut texts) = (false, Vec::new());
        loop {
            texts.push(self.text_at(0).to_owned());
            self.name(WHO)?;
            if !(self.eat_kind(K::Comma) || self.at("and") || self.at("or")) {
                break;
            }
            if self.at("and") || self.at("or") {
                self.bump();
            }
            several = true;
        }
        if several && !self.eat("together") {
            self.bare_list(start, &texts);
        }
        self.assumed()
    }

    fn bare_list(&mut self, start: usize, texts: &[String]) {
        let span = self.span_from(start);
        let (last, first) =
            texts.split_last().map_or(("", String::new()), |(l, f)| (l.as_str(), f.join(", ")));
        let message = "each of them, together, or either of them? Say which";
        self.report(
            Diagnostic::error(codes::BARE_LIST, span, message)
                .write(format!("each of {first} and {last}"))
                .write(format!("{first} and {last} together"))
                .write(format!("either {first} or {last} alone")),
        );
    }

    pub(super) fn at_quantity(&self) -> bool {
        self.kind(0) == Some(K::Number)
            || matches!(self.text_at(0), "exactly" | "all" | "between")
            || (self.at("at") && matches!(self.text_at(1), "least" | "most"))
            || (self.at("more") && self.text_at(1) == "than")
            || self.at_number_in_words()
    }

    /// `at least N`, `at most N`, `exactly N`, `all N`, `more than N`, `between N and M`, `N`; each of them `% of B`;
    /// `at least V`.
    pub(super) fn quantity(&mut self) -> Parsing {
        self.node(K::Quantity, |p| {
            if p.eat("between") {
                p.amount()?;
                p.expect("and")?;
                p.amount()?;
                return p.assumed();
            }
            if p.at_number_in_words() && !p.counts_plainly() {
                p.bare_number_in_words();
                return Ok(());
            }
            if p.eat("at") {
                if !p.eat("least") && !p.eat("most") {
                    return p.expected("`least` or `most`");
                }
                if p.at_name(0) && p.at_name(1) && !p.at_number_in_words() {
                    return p.name("a number, or the name of a value");
                }
            } else if p.eat("more") {
                p.expect("than")?;
            } else if !p.eat("exactly") {
                p.eat("all");
            }
            p.amount()?;
            if p.eat_kind(K::Percent) {
                p.expect("of")?;
                p.name("the name of a baseline")?;
            }
            Ok(())
        })
    }

    fn amount(&mut self) -> Parsing {
        self.thousands()?;
        if self.number_in_words() {
            return Ok(());
        }
        self.expect_kind(K::Number, "a number")
    }

    /// Refuses `1,950`, which would read as one thing and another.
    fn thousands(&mut self) -> Parsing {
        let (Some(first), Some(comma), Some(last)) = (self.peek(0), self.peek(1), self.peek(2)) else {
            return Ok(());
        };
        let kinds = [first.kind, comma.kind, last.kind];
        let touching = first.range.end == comma.range.start && comma.range.end == last.range.start;
        if kinds != [K::Number, K::Comma, K::Number] || !touching {
            return Ok(());
        }
        let span = first.range.start..last.range.end;
        let plain = self.slice(span.clone()).replace(',', "");
        self.refuse(
            Diagnostic::error(codes::BAD_NUMBER, span, "a number is written without commas").write(plain),
        )
    }

    /// `in all` or `more`, where one of them stands here.
    pub(super) fn in_all(&mut self) {
        if self.at_phrase(&["in", "all"]) {
            self.node(K::InAll, |p| {
                p.bump();
                p.bump();
            });
        } else if self.at("more") && self.text_at(1) != "than" {
            self.node(K::InAll, Self::bump);
        }
    }

    /// `3 in all by the end of day 1`.
    pub(super) fn step(&mut self) -> Parsing {
        self.quantity()?;
        self.in_all();
        if !["within", "by", "before"].contains(&self.text_at(0)) {
            return self.assumed();
        }
        self.deadline()?;
        self.assumed()
    }

    pub(super) fn trigger(&mut self) -> Parsing {
        self.bump();
        if self.at("each") {
            let span = self.here();
            let counted = self.kind(1) == Some(K::Number);
            let diagnostic =
                Diagnostic::error(codes::EXPECTED, span, "an exchange starts with `for every` and a number");
            return self.refuse(diagnostic.write(if counted { "every" } else { "every 1" }));
        }
        self.expect("every")?;
        // Without a number each single one is answered by itself, by its reference.
        if !self.at_name(0) || self.at_number_in_words() {
            self.quantity()?;
        }
        self.node(K::Object, |p| p.name("an item"))?;
        self.expect("that")?;
        self.deed()?;
        self.assumed()
    }

    pub(super) fn each(&mut self) -> Parsing {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        self.bump();
        match self.text_at(0) {
            "day" | "month" | "quarter" | "year" => self.bump(),
            "week" => {
                self.bump();
                // Refused later, with what it can mean.
                if self.eat("starting") && !DAYS.into_iter().any(|day| self.eat(day)) {
                    return self.expected("a day of the week, such as `sunday`,");
                }
            }
            "term" => {
                self.bump();
                if self.eat("of") {
                    self.expect("phase")?;
                    self.name("the name of a phase")?;
                }
            }
            _ if self.kind(0) == Some(K::Number) => {
                self.bump();
                self.expect("days")?;
                self.expect("from")?;
                self.condition()?;
            }
            _ => return self.expected("`day`, `week starting …`, `month`, `term` or a number of days"),
        }
        self.assumed()
    }

    pub(super) fn share(&mut self) -> Parsing {
        self.bump();
        self.expect("these")?;
        self.eat_kind(K::Comma);
        self.quantity()?;
        self.object()?;
        self.places()?;
        self.assumed()
    }

    /// `on average over each block of 7 days`, `on average over any 7 consecutive days`.
    pub(super) fn average(&mut self) -> Parsing {
        self.bump();
        self.expect("average")?;
        self.expect("over")?;
        if self.eat("any") {
            self.expect_kind(K::Number, "a number of days")?;
            self.expect("consecutive")?;
        } else if self.eat("each") {
            ["block", "of"].into_iter().try_for_each(|word| self.expect(word))?;
            self.expect_kind(K::Number, "a number of days")?;
        } else {
            return self.block_or_sliding();
        }
        self.expect("days")?;
        self.assumed()
    }

    /// Refuses `over 7 days`.
    fn block_or_sliding(&mut self) -> Parsing {
        let start = self.next;
        if self.kind(0) != Some(K::Number) {
            return self.expected("`each block of` or `any`, and a number of days");
        }
        let count = self.text_at(0).to_owned();
        self.bump();
        self.expect("days")?;
        let span = self.span_from(start);
        let message = "one block after another, or any so many days in a row? Say which";
        self.refuse(
            Diagnostic::error(codes::BLOCK_OR_SLIDING, span, message)
                .write(format!("each block of {count} days"))
                .write(format!("any {count} consecutive days")),
        )
    }

    /// `counted when they enter`, `counted when they are delivered`, `counted on identification`.
    pub(super) fn counted(&mut self) -> Parsing {
        self.bump();
        if self.eat("on") {
            if !self.eat("handover") && !self.eat("identification") {
                return self.expected("`handover` or `identification`");
            }
            return self.assumed();
        }
        self.expect("when")?;
        if !self.eat("it") {
            self.expect("they")?;
        }
        if self.eat("enter") || self.eat("enters") {
            return self.assumed();
        }
        if !self.eat("is") && !self.eat("are") {
            return self.expected("`enter` or `are`");
        }
        if ["offered", "admitted", "collected", "delivered"].into_iter().any(|stage| self.eat(stage)) {
            return self.assumed();
        }
        self.expected("`offered`, `admitted`, `collected` or `delivered`")
    }
}
