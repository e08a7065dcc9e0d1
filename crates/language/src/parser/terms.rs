//! The lines that go with a duty: what excuses, what a breach allows, who judges, what comes first.
//!
//! Invariant: who has a part in a line stands in a node of kind `Who`.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind as K,
};

impl Parser<'_> {
    /// `one violation per incident`.
    pub(super) fn count(&mut self) -> Parsing {
        ["one", "violation", "per"].into_iter().try_for_each(|word| self.expect(word))?;
        if ["incident", "explosion", "day", "person"].into_iter().any(|unit| self.eat(unit)) {
            return Ok(());
        }
        self.expected("`incident`, `explosion`, `day` or `person`")
    }

    /// `an ACT by WHO [within N hours after a deed | while C]`, or a plea.
    pub(super) fn exception(&mut self) -> Parsing {
        let article = self.at("an") || self.at("a");
        if !article {
            return self.node(K::Plea, Self::plea);
        }
        self.node(K::DeedNoun, Self::deed_noun)?;
        if self.eat("while") || self.eat("when") || self.at("within") || self.at("during") {
            self.condition()?;
        }
        Ok(())
    }

    /// `self_defence, pleaded by the doer within 72 hours, judged by W within 336 hours; if nobody rules, it is
    /// excused`.
    fn plea(&mut self) -> Parsing {
        self.name("`an` and an act, or the name of what is judged")?;
        loop {
            while self.eat_kind(K::Comma) || self.eat_kind(K::Semicolon) {}
            match self.text_at(0) {
                "pleaded" => {
                    ["pleaded", "by", "the", "doer"].into_iter().try_for_each(|word| self.expect(word))?;
                    self.clock()?;
                }
                "judged" => self.node(K::OnlyJudged, |p| {
                    p.bump();
                    p.expect("by")?;
                    p.who("the name of who judges it")?;
                    p.clock()
                })?,
                "if" if self.text_at(1) == "nobody" => self.unruled()?,
                _ => return Ok(()),
            }
        }
    }

    /// `only those of P`, `only what is judged J`.
    pub(super) fn only(&mut self) -> Parsing {
        if self.text_at(1) == "what" {
            return self.node(K::OnlyJudged, |p| {
                ["only", "what", "is", "judged"].into_iter().try_for_each(|word| p.expect(word))?;
                p.name("the name of a judgement")?;
                p.assumed()
            });
        }
        self.node(K::OnlyThose, |p| {
            ["only", "those", "of"].into_iter().try_for_each(|word| p.expect(word))?;
            p.names("the name of a provision", "and")?;
            p.assumed()
        })
    }

    /// `a short day is a breach by itself`, `a short day is no breach by itself`.
    pub(super) fn short_day(&mut self) -> Parsing {
        let start = self.next;
        ["a", "short", "day", "is"].into_iter().try_for_each(|word| self.expect(word))?;
        if !self.eat("a") && !self.eat("no") {
            return self.expected("`a breach` or `no breach`");
        }
        self.expect("breach")?;
        self.by_itself(start);
        self.assumed()
    }

    /// `a shortfall made up within 168 hours after the period is no breach`, `a shortfall carries over`.
    pub(super) fn shortfall(&mut self) -> Parsing {
        self.expect("a")?;
        self.expect("shortfall")?;
        if self.eat("carries") {
            self.expect("over")?;
        } else {
            ["made", "up", "within"].into_iter().try_for_each(|word| self.expect(word))?;
            self.length()?;
            ["after", "the", "period", "is", "no", "breach"]
                .into_iter()
                .try_for_each(|word| self.expect(word))?;
        }
        self.assumed()
    }

    /// `before the lot is complete nothing is owed`, `… a proportionate part is owed`.
    pub(super) fn part_lot(&mut self) -> Parsing {
        ["before", "the", "lot", "is", "complete"].into_iter().try_for_each(|word| self.expect(word))?;
        if !self.eat("nothing") && !self.eat_phrase(&["a", "proportionate", "part"]) {
            return self.expected("`nothing is owed` or `a proportionate part is owed`");
        }
        ["is", "owed"].into_iter().try_for_each(|word| self.expect(word))?;
        self.assumed()
    }

    /// `ITEM count towards this number too`.
    pub(super) fn make_up(&mut self) -> Parsing {
        self.node(K::Object, |p| p.name("an item"))?;
        ["count", "towards", "this", "number", "too"].into_iter().try_for_each(|word| self.expect(word))?;
        self.assumed()
    }

    /// `to the standard "…", judged by W`.
    pub(super) fn quality(&mut self) -> Parsing {
        ["to", "the", "standard"].into_iter().try_for_each(|word| self.expect(word))?;
        self.string("the standard, in quotation marks,")?;
        self.eat_kind(K::Comma);
        if self.eat("judged") {
            self.expect("by")?;
            self.who("the name of who judges it")?;
        }
        self.assumed()
    }

    /// `for each CAMP in camps`.
    pub(super) fn for_each(&mut self) -> Parsing {
        self.bump();
        self.bump();
        self.node(K::As, |p| p.declared("a name for each member"))?;
        self.expect("in")?;
        self.name("the name of a family")?;
        self.assumed()
    }

    /// `in step with P, A moves first`, `in step with P, both start at C`.
    pub(super) fn in_step(&mut self) -> Parsing {
        ["in", "step", "with"].into_iter().try_for_each(|word| self.expect(word))?;
        self.name("the name of a provision")?;
        self.eat_kind(K::Comma);
        if self.eat("both") {
            self.expect("start")?;
            if !self.eat("when") {
                self.expect("at")?;
            }
            self.condition()?;
        } else if self.at_name(0) && self.text_at(1) == "moves" {
            self.who("the name of who moves first")?;
            self.bump();
            self.expect("first")?;
        }
        self.assumed()
    }

    /// `graded minor, serious and very_serious by W`.
    pub(super) fn graded(&mut self) -> Parsing {
        self.bump();
        self.node(K::Object, |p| p.names("a grade", "and"))?;
        self.expect("by")?;
        self.who("the name of who grades")?;
        self.assumed()
    }

    /// `disputes to X within 168 hours of learning of it, decided within 336 hours; then Y …; finally Z`.
    pub(super) fn disputes(&mut self) -> Parsing {
        self.bump();
        self.expect("to")?;
        self.node(K::Rung, Self::rung)?;
        while self.eat_kind(K::Semicolon) {
            self.node(K::Rung, |p| {
                if !p.eat("finally") {
                    p.expect("then")?;
                }
                p.rung()
            })?;
        }
        Ok(())
    }

    fn rung(&mut self) -> Parsing {
        self.who("the name of who decides")?;
        if self.at("within") || self.at("by") {
            self.clock()?;
            if self.eat("of") {
                ["learning", "of", "it"].into_iter().try_for_each(|word| self.expect(word))?;
            }
        }
        self.eat_kind(K::Comma);
        if self.at("decided") {
            self.node(K::Until, |p| {
                p.bump();
                p.clock()
            })?;
        }
        self.assumed()
    }

    /// `subject to P`, `notwithstanding P`.
    pub(super) fn precedence(&mut self) -> Parsing {
        if self.eat("subject") {
            self.expect("to")?;
        } else {
            self.bump();
        }
        self.names("the name of a provision", "and")?;
        self.assumed()
    }

    /// `if breached, A may suspend phase X …`, `if breached, A must …`.
    pub(super) fn if_breached(&mut self) -> Parsing {
        self.bump();
        self.expect("breached")?;
        self.eat_kind(K::Comma);
        if !self.line_says(&["may"]) {
            return self.further_duty();
        }
        self.node(K::Faculty, |p| {
            p.node(K::Doers, Self::bearers)?;
            p.expect("may")?;
            p.node(K::Act, |p| p.name("`suspend` or `terminate`"))?;
            p.target()?;
            p.assumed()
        })?;
        self.eat_kind(K::Comma);
        if self.at_suspension_terms() { self.suspension_terms() } else { Ok(()) }
    }

    fn further_duty(&mut self) -> Parsing {
        if !self.line_says(&["must"]) {
            let span = self.here();
            let message = "what a breach leads to says `may`, for a power, or `must`, for a further duty";
            return self.refuse(Diagnostic::error(codes::NO_VERB, span, message));
        }
        self.node(K::Duty, Self::duty)?;
        if self.at("within") || self.at("by") || self.at("before") {
            self.deadline()?;
        }
        if self.at("as") && self.same_line() {
            self.node(K::As, |p| {
                p.bump();
                p.declared("a name for the further duty")
            })?;
        }
        Ok(())
    }
}
