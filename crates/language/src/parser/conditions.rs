//! Conditions: what holds or not at an instant, and the deeds that they speak of.
//!
//! Invariant: nesting is bounded by `deeper`; `and` and `or` are never mixed without parentheses.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind,
};

const WHAT: &str = "a condition, such as `performed(…)`, `phase … has ended`, a milestone or a deed,";

impl Parser<'_> {
    /// A condition, with its `and` and `or`.
    pub(super) fn condition(&mut self) -> Parsing {
        self.deeper(|p| {
            p.flush_blanks();
            let (checkpoint, start) = (p.builder.checkpoint(), p.next);
            let mut terms = vec![p.term_span()?];
            let mut joints = Vec::new();
            while p.at("and") || p.at("or") {
                joints.push(p.text_at(0).to_owned());
                p.bump();
                terms.push(p.term_span()?);
            }
            let Some(first) = joints.first() else { return Ok(()) };
            let kind = if first == "and" { SyntaxKind::And } else { SyntaxKind::Or };
            p.builder.start_node_at(checkpoint, kind.into());
            p.builder.finish_node();
            if joints.iter().any(|j| j != first) {
                return p.mixed(start, &terms, &joints);
            }
            Ok(())
        })
    }

    /// A condition without `and` and `or`, unless in parentheses.
    pub(super) fn one_condition(&mut self) -> Parsing {
        self.deeper(Self::term)?;
        self.assumed()
    }

    fn term_span(&mut self) -> Parsing<std::ops::Range<usize>> {
        let start = self.next;
        self.term()?;
        self.assumed()?;
        Ok(self.span_from(start))
    }

    /// Refuses `a and b or c`, offering the two ways in which it can be read.
    fn mixed(&mut self, start: usize, terms: &[std::ops::Range<usize>], joints: &[String]) -> Parsing {
        let span = self.span_from(start);
        let message = "`and` and `or` together can be read in two ways: say which with parentheses";
        let mut diagnostic = Diagnostic::error(codes::MIXED_AND_OR, span.clone(), message);
        for tight in ["and", "or"] {
            let new = self.grouped(terms, joints, tight);
            diagnostic = diagnostic.fix(format!("read it as `{new}`"), span.clone(), new);
        }
        self.refuse(diagnostic)
    }

    /// The terms, with parentheses around each run that `tight` joins.
    fn grouped(&self, terms: &[std::ops::Range<usize>], joints: &[String], tight: &str) -> String {
        let mut text = String::new();
        for (index, term) in terms.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|i| joints.get(i)).is_some_and(|j| j == tight);
            let after = joints.get(index).is_some_and(|j| j == tight);
            if after && !before {
                text.push('(');
            }
            text.push_str(self.slice(term.clone()));
            if before && !after {
                text.push(')');
            }
            if let Some(joint) = joints.get(index) {
                text.push_str(&format!(" {joint} "));
            }
        }
        text
    }

    fn term(&mut self) -> Parsing {
        if self.kind(0) == Some(SyntaxKind::Number) && self.instant_in_words() {
            return Ok(());
        }
        match self.text_at(0) {
            "not" => self.node(SyntaxKind::Not, |p| {
                p.bump();
                p.deeper(Self::term)
            }),
            "(" => self.node(SyntaxKind::Paren, |p| {
                p.bump();
                p.condition()?;
                p.expect_kind(SyntaxKind::RightParen, "`)`")
            }),
            "at" => self.node(SyntaxKind::AtLeast, Self::at_least),
            "in" | "entry" => self.node(SyntaxKind::InForce, |p| {
                if p.eat("entry") {
                    p.expect("into")?;
                } else {
                    p.bump();
                }
                p.expect("force")
            }),
            "during" => self.node(SyntaxKind::During, |p| {
                p.bump();
                p.expect("phase")?;
                p.name("the name of a phase")
            }),
            "within" => self.node(SyntaxKind::Recently, |p| {
                p.bump();
                p.length()?;
                p.expect("after")?;
                if (p.at("an") || p.at("a")) && p.at_name(1) && p.text_at(2) == "by" {
                    return p.node(SyntaxKind::DeedNoun, Self::deed_noun);
                }
                p.deeper(Self::term)
            }),
            "the" if self.at_phrase(&["the", "end", "of", "the"]) => {
                self.node(SyntaxKind::After, |p| p.end_of(|p| p.deeper(Self::term)))
            }
            "the" => self.node(SyntaxKind::Moment, Self::moment),
            _ if self.kind(0) == Some(SyntaxKind::Number) => self.node(SyntaxKind::After, |p| {
                p.length()?;
                p.expect("after")?;
                p.deeper(Self::term)
            }),
            "phase" if self.at_name(1) => self.node(SyntaxKind::PhaseState, Self::phase_state),
            "breached" | "performed" | "overdue" | "violations" | "amount"
                if self.kind(1) == Some(SyntaxKind::LeftParen) || self.at_phrase(&["performed", "in"]) =>
            {
                self.node(SyntaxKind::Call, Self::call)
            }
            "no" if self.at_name(1) => self.node(SyntaxKind::Calm, Self::calm),
            "signing" => self.node(SyntaxKind::Signing, |p| {
                p.bump();
                Ok(())
            }),
            "judged" if self.at_name(1) => self.node(SyntaxKind::Judged, |p| {
                p.bump();
                p.name("the name of a judgement")
            }),
            _ => self.named_or_deed(),
        }
    }

    fn at_least(&mut self) -> Parsing {
        self.bump();
        self.expect("least")?;
        self.expect_kind(SyntaxKind::Number, "a number")?;
        self.expect("of")?;
        self.expect_kind(SyntaxKind::LeftParen, "`(`")?;
        self.condition()?;
        while self.eat_kind(SyntaxKind::Comma) {
            self.condition()?;
        }
        self.expect_kind(SyntaxKind::RightParen, "`,` or `)`")
    }

    fn call(&mut self) -> Parsing {
        let counted = self.at("violations") || self.at("amount");
        if self.eat("performed") {
            if self.eat("in") {
                self.expect("time")?;
            }
        } else {
            self.bump();
        }
        self.expect_kind(SyntaxKind::LeftParen, "`(`")?;
        self.name("the name of a provision")?;
        self.expect_kind(SyntaxKind::RightParen, "`)`")?;
        if counted {
            self.expect_kind(SyntaxKind::Compare, "`>=`")?;
            self.expect_kind(SyntaxKind::Number, "a number")?;
        }
        Ok(())
    }

    /// `no ACT [by WHO] [in Z] for N hours without a break`.
    fn calm(&mut self) -> Parsing {
        self.bump();
        self.node(SyntaxKind::Act, |p| p.name("an act"))?;
        self.node(SyntaxKind::Doers, |p| {
            if !p.eat("by") || p.eat("anyone") {
                return Ok(());
            }
            p.names("the name of who does it", "or")
        })?;
        self.places()?;
        self.expect("for")?;
        self.length()?;
        ["without", "a", "break"].into_iter().try_for_each(|word| self.expect(word))
    }

    fn phase_state(&mut self) -> Parsing {
        self.bump();
        self.name("the name of a phase")?;
        if self.eat("begins") || self.eat("ends") {
            return Ok(());
        }
        self.expect("has")?;
        if self.eat("begun") || self.eat("ended") { Ok(()) } else { self.expected("`begun` or `ended`") }
    }

    /// `the start of DATE`, `the end of day N`.
    fn moment(&mut self) -> Parsing {
        self.bump();
        if !self.eat("start") && !self.eat("end") {
            return self.expected("`start of` or `end of` a date or a day");
        }
        self.expect("of")?;
        self.day()
    }

    fn named_or_deed(&mut self) -> Parsing {
        match self.kind(0) {
            Some(SyntaxKind::DateTime) => {
                self.node(SyntaxKind::Moment, Self::bump);
                return Ok(());
            }
            Some(SyntaxKind::Date) => return self.bare_date(),
            _ => {}
        }
        // `a` is an article only where what follows it reads on as one: a party may be called `a`.
        let article = self.at("an") || self.at("a");
        if article && self.at_name(1) && self.text_at(2) == "by" {
            return self.node(SyntaxKind::DeedNoun, Self::deed_noun);
        }
        if self.at_day_d() {
            let message = "a day can mean its start or its end: say which";
            let (span, day) = (self.here(), self.text_at(0).to_owned());
            let diagnostic = Diagnostic::error(codes::BARE_AFTER, span, message);
            let diagnostic =
                diagnostic.write(format!("the start of {day}")).write(format!("the end of {day}"));
            return self.refuse(diagnostic);
        }
        if !self.at_name(0) {
            return self.expected(WHAT);
        }
        if self.text_at(1) == "is" && self.text_at(2) == "set" {
            return self.node(SyntaxKind::SetState, |p| {
                p.name("the name of a value")?;
                p.bump();
                p.bump();
                Ok(())
            });
        }
        let deed = self.at_name(1) || self.text_at(1) == "is" || self.text_at(1) == "has";
        // A word on the next line is not the verb of this one.
        if deed && self.peek(1).is_some_and(|l| !l.starts_line) {
            self.node(SyntaxKind::Deed, Self::deed)
        } else {
            self.node(SyntaxKind::Named, |p| p.name(WHAT))
        }
    }

    fn bare_date(&mut self) -> Parsing {
        let (span, date) = (self.here(), self.text_at(0).to_owned());
        let message = format!("{date} can mean the start of that day or its end: say which");
        let mut diagnostic = Diagnostic::error(codes::BARE_AFTER, span.clone(), message);
        for end in ["start", "end"] {
            diagnostic = diagnostic.write(format!("the {end} of {date}"));
        }
        self.refuse(diagnostic)
    }

    /// `A ACTs [ITEM] [to B]`, `A is deployed in Z`, `a party attacks …`.
    pub(super) fn deed(&mut self) -> Parsing {
        self.node(SyntaxKind::Doers, |p| {
            if p.at_phrase(&["a", "party"]) {
                p.bump();
                p.bump();
                return Ok(());
            }
            p.name("the name of who does it")
        })?;
        self.node(SyntaxKind::Act, |p| {
            if p.at("is") || p.at("has") {
                p.bump();
            }
            p.name("an act")
        })?;
        if self.at_quantity() && self.same_line() {
            self.quantity()?;
        }
        self.object()?;
        self.places()
    }

    /// `an ACT by WHO [in Z]`.
    pub(super) fn deed_noun(&mut self) -> Parsing {
        if !self.eat("an") && !self.eat("a") {
            return self.expected("`an` or `a` and an act, such as `an attack by …`,");
        }
        self.node(SyntaxKind::Act, |p| p.name("an act"))?;
        self.expect("by")?;
        self.node(SyntaxKind::Doers, |p| {
            if p.eat("anyone") || p.eat_phrase(&["a", "party"]) {
                return Ok(());
            }
            p.names("the name of who does it", "or")
        })?;
        self.places()
    }

    /// What it is done to, where that stands on the same line.
    pub(super) fn object(&mut self) -> Parsing {
        let open = self.at("anyone") || self.at("anything");
        // `respond to the same complaint`: what is answered is the object.
        if self.same_line() && self.at_phrase(&["to", "the", "same"]) {
            self.bump();
        }
        if self.same_line() && self.at_phrase(&["the", "same"]) {
            return self.node(SyntaxKind::Object, |p| {
                p.bump();
                p.bump();
                p.name("an item")
            });
        }
        if self.same_line()
            && (open || self.at_name(0))
            && !super::provisions::STARTS.contains(&self.text_at(0))
            && !["there", "more"].contains(&self.text_at(0))
            && !self.at_everyday_phrase()
        {
            return self.node(SyntaxKind::Object, |p| {
                if open {
                    p.bump();
                    Ok(())
                } else {
                    p.name("an item")
                }
            });
        }
        Ok(())
    }

    /// Whether the next line is `in ID, …` or `in phase ID, …` of a reading.
    fn at_change(&self) -> bool {
        let comma = |ahead| self.kind(ahead) == Some(SyntaxKind::Comma);
        !self.same_line() && self.at("in") && (comma(2) || comma(3))
    }

    pub(super) fn places(&mut self) -> Parsing {
        // `in force` and `in time` are no places.
        while self.at_place() {
            self.node(SyntaxKind::Place, |p| {
                if p.at("there") {
                    return p.zone_name();
                }
                if p.eat("out") {
                    p.expect("of")?;
                } else {
                    p.bump();
                }
                p.zone_name()
            })?;
        }
        Ok(())
    }

    fn at_place(&self) -> bool {
        let word = matches!(
            self.text_at(0),
            "to" | "into" | "in" | "from" | "over" | "out" | "on" | "outside" | "there"
        );
        // `in force`, `in all`, `in step`, `from C` of a state and `on average` are no places.
        let other = [
            ["in", "force"],
            ["in", "all"],
            ["in", "step"],
            ["on", "average"],
            ["on", "days"],
            ["to", "the"],
        ];
        word && !other.iter().any(|phrase| self.at_phrase(phrase)) && !self.at_change()
    }

    /// The name of a zone or of someone, `there` or `that CAMP`, of a family's member.
    pub(super) fn zone_name(&mut self) -> Parsing {
        if self.at("there") || self.at("it") {
            return self.node(SyntaxKind::Name, |p| {
                p.bump();
                Ok(())
            });
        }
        self.eat("that");
        self.name("the name of a zone, or of who it is done to,")
    }
}
