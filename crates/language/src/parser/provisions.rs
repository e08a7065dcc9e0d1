//! Provisions: the duty itself and the lines that shape it.
//!
//! Invariant: each line becomes a node of its own kind; whether the lines go together is the later passes'
//! business.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::SyntaxKind,
};

/// What a line of a provision may start with, apart from the duty itself.
pub(super) const STARTS: &[&str] = &[
    "within",
    "by",
    "each",
    "of",
    "while",
    "during",
    "part-days",
    "counted",
    "count",
    "verified",
    "not",
    "except",
    "afterwards",
    "clause",
    "for",
];

/// Lines that the language has and nothing computes yet.
const NOT_YET: &[&str] = &[
    "if",
    "unless",
    "shortfall",
    "on",
    "over",
    "disputes",
    "graded",
    "subject",
    "notwithstanding",
    "gradually",
    "promptly",
    "disjoint",
    "in",
];

impl Parser<'_> {
    pub(super) fn provision(&mut self) {
        self.head(|p| {
            p.declared("a name for the provision")?;
            p.label();
            Ok(())
        });
        let mut has_duty = false;
        self.clauses(|p| p.provision_line(&mut has_duty));
    }

    fn provision_line(&mut self, has_duty: &mut bool) -> Parsing {
        if self.line_has_must() {
            *has_duty = true;
            return self.node(SyntaxKind::Duty, Self::duty);
        }
        match self.text_at(0) {
            "for" => self.node(SyntaxKind::Trigger, Self::trigger),
            "within" | "by" => self.deadline(),
            "each" => self.node(SyntaxKind::Each, Self::each),
            "of" => self.node(SyntaxKind::Share, Self::share),
            "while" | "during" => self.node(SyntaxKind::While, |p| {
                p.eat("while");
                p.condition()?;
                p.assumed()
            }),
            "part-days" => self.node(SyntaxKind::PartDays, |p| {
                p.bump();
                if p.eat_phrase(&["in", "full"]) || p.eat_phrase(&["pro", "rata"]) {
                    return p.assumed();
                }
                p.expected("`in full` or `pro rata`")
            }),
            "counted" => self.node(SyntaxKind::Counted, Self::counted),
            "count" => self.node(SyntaxKind::Count, Self::count),
            "verified" => self.node(SyntaxKind::Verified, |p| {
                p.bump();
                p.expect("by")?;
                p.names("the name of who verifies it", "and")?;
                p.assumed()
            }),
            "not" => self.node(SyntaxKind::NotBefore, Self::not_before),
            "except" => self.node(SyntaxKind::Except, |p| {
                p.bump();
                p.exception()?;
                p.assumed()
            }),
            "afterwards" => self.node(SyntaxKind::Afterwards, |p| {
                p.bump();
                p.assumed()
            }),
            "clause" => self.node(SyntaxKind::ClauseLine, |p| {
                p.bump();
                p.string("the clause, in quotation marks,")
            }),
            _ => self.other_line(*has_duty),
        }
    }

    /// Whether the line, or the sentence that starts on it, says `must`.
    fn line_has_must(&self) -> bool {
        // No one names that many doers.
        let on_line = (0..64).map_while(|ahead| self.peek(ahead).map(|l| (ahead, l)));
        let mut words = on_line.take_while(|(ahead, l)| *ahead == 0 || !l.starts_line);
        words.any(|(ahead, l)| l.kind == SyntaxKind::Word && self.text_at(ahead) == "must")
    }

    fn other_line(&mut self, has_duty: bool) -> Parsing {
        let (span, found) = (self.here(), self.text_at(0).to_owned());
        if NOT_YET.contains(&found.as_str()) {
            let message = format!("lines with `{found}` belong to the language, and are not computed yet");
            return self.refuse(Diagnostic::error(codes::NOT_YET, span, message));
        }
        // A sentence without its verb, rather than a line that starts with a slip.
        if !has_duty && self.at_name(0) && self.at_name(1) {
            let message = "this says neither `must` nor `must not`";
            let diagnostic = Diagnostic::error(codes::NO_VERB, span.clone(), message);
            let fixed = diagnostic.fix("add `must`", span.end..span.end, " must");
            return self.refuse(fixed.fix("add `must not`", span.end..span.end, " must not"));
        }
        self.unknown_line(STARTS)
    }

    fn duty(&mut self) -> Parsing {
        self.node(SyntaxKind::Doers, Self::bearers)?;
        self.expect("must")?;
        self.eat("not");
        self.node(SyntaxKind::Act, |p| p.name("an act"))?;
        if self.at_quantity() {
            self.quantity()?;
            self.assumed()?;
        }
        self.object()?;
        self.assumed()?;
        self.places()?;
        self.assumed()
    }

    /// `A`, `each of A and B`, `a party`; what else is written says too little or is not computed yet.
    fn bearers(&mut self) -> Parsing {
        if self.eat_phrase(&["a", "party"]) || self.eat_phrase(&["each", "party"]) {
            return Ok(());
        }
        if self.eat("each") {
            self.expect("of")?;
            return self.names("the name of who must do it", "and");
        }
        let start = self.next;
        if self.at("either") || self.at("at") {
            let span = self.here();
            let message = "a duty that one of several may perform is not computed yet";
            return self.refuse(Diagnostic::error(codes::NOT_YET, span, message));
        }
        let (mut several, mut texts) = (false, Vec::new());
        loop {
            texts.push(self.text_at(0).to_owned());
            self.name("the name of who must do it")?;
            if !(self.eat_kind(SyntaxKind::Comma) || self.at("and") || self.at("or")) {
                break;
            }
            if self.at("and") || self.at("or") {
                self.bump();
            }
            several = true;
        }
        if several { self.bare_list(start, &texts) } else { Ok(()) }
    }

    fn bare_list(&mut self, start: usize, texts: &[String]) -> Parsing {
        let span = self.span_from(start);
        if self.eat("together") {
            let message = "a duty of several together is not computed yet: `each of …` binds each of them";
            self.report(Diagnostic::error(codes::NOT_YET, span, message));
            return Ok(());
        }
        let (last, first) =
            texts.split_last().map_or(("", String::new()), |(l, f)| (l.as_str(), f.join(", ")));
        let message = "each of them, together, or either of them? Say which";
        self.report(
            Diagnostic::error(codes::BARE_LIST, span, message)
                .write(format!("each of {first} and {last}"))
                .write(format!("{first} and {last} together"))
                .write(format!("either {first} or {last} alone")),
        );
        Ok(())
    }

    fn at_quantity(&self) -> bool {
        self.kind(0) == Some(SyntaxKind::Number)
            || matches!(self.text_at(0), "at" | "exactly" | "all" | "more")
    }

    /// `at least N`, `at most N`, `exactly N`, `all N`, `more than N`, `N`.
    pub(super) fn quantity(&mut self) -> Parsing {
        self.node(SyntaxKind::Quantity, |p| {
            if p.eat("at") {
                if !p.eat("least") && !p.eat("most") {
                    return p.expected("`least` or `most`");
                }
            } else if p.eat("more") {
                p.expect("than")?;
            } else if !p.eat("exactly") {
                p.eat("all");
            }
            p.thousands()?;
            p.expect_kind(SyntaxKind::Number, "a number")
        })
    }

    /// Refuses `1,950`, which would read as one thing and another.
    fn thousands(&mut self) -> Parsing {
        let (Some(first), Some(comma), Some(last)) = (self.peek(0), self.peek(1), self.peek(2)) else {
            return Ok(());
        };
        let kinds = [first.kind, comma.kind, last.kind];
        let touching = first.range.end == comma.range.start && comma.range.end == last.range.start;
        if kinds != [SyntaxKind::Number, SyntaxKind::Comma, SyntaxKind::Number] || !touching {
            return Ok(());
        }
        let span = first.range.start..last.range.end;
        let plain = self.slice(span.clone()).replace(',', "");
        self.refuse(
            Diagnostic::error(codes::BAD_NUMBER, span, "a number is written without commas").write(plain),
        )
    }

    fn trigger(&mut self) -> Parsing {
        self.bump();
        if self.at("each") {
            let span = self.here();
            let counted = self.kind(1) == Some(SyntaxKind::Number);
            let diagnostic =
                Diagnostic::error(codes::EXPECTED, span, "an exchange starts with `for every` and a number");
            return self.refuse(diagnostic.write(if counted { "every" } else { "every 1" }));
        }
        self.expect("every")?;
        if self.at_name(0) && self.text_at(1) == "that" {
            let span = self.here();
            let message = "a duty for every single deed is not computed yet: `for every 1 …` counts in order";
            return self.refuse(Diagnostic::error(codes::NOT_YET, span, message));
        }
        self.quantity()?;
        self.node(SyntaxKind::Object, |p| p.name("an item"))?;
        self.expect("that")?;
        self.deed()?;
        self.assumed()
    }

    fn each(&mut self) -> Parsing {
        self.bump();
        if self.eat("day") {
            return self.assumed();
        }
        let span = self.here();
        let start = self.next - 1;
        match self.text_at(0) {
            "week" if self.text_at(1) == "starting" => {}
            "week" => {
                self.bump();
                let span = self.span_from(start);
                let message = "a week can start on any day: say on which";
                return self.refuse(
                    Diagnostic::error(codes::BARE_WEEK, span, message)
                        .write("each week starting monday")
                        .write("each 7 days from entry into force"),
                );
            }
            "month" | "term" | "time" | "phase" => {}
            _ if self.kind(0) == Some(SyntaxKind::Number) => {}
            _ => return self.expected("`day`"),
        }
        self.refuse(Diagnostic::error(
            codes::NOT_YET,
            span,
            "periods other than `each day` are not computed yet",
        ))
    }

    fn share(&mut self) -> Parsing {
        self.bump();
        self.expect("these")?;
        self.eat_kind(SyntaxKind::Comma);
        self.quantity()?;
        self.object()?;
        self.places()?;
        self.assumed()
    }

    /// `counted when they enter`, `counted when they are delivered`.
    fn counted(&mut self) -> Parsing {
        self.bump();
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

    fn count(&mut self) -> Parsing {
        self.bump();
        ["one", "violation", "per"].into_iter().try_for_each(|word| self.expect(word))?;
        if matches!(self.text_at(0), "explosion" | "day" | "person") {
            let span = self.here();
            let message = "violations are counted per incident only, as yet";
            return self.refuse(Diagnostic::error(codes::NOT_YET, span, message).write("incident"));
        }
        self.expect("incident")
    }

    /// `an ACT by WHO [within N hours after a deed | while C]`.
    pub(super) fn exception(&mut self) -> Parsing {
        self.node(SyntaxKind::DeedNoun, Self::deed_noun)?;
        if self.eat("while") || self.eat("when") || self.at("within") || self.at("during") {
            self.condition()?;
        }
        Ok(())
    }
}
