//! Statements that change an agreement, or say how someone reads it: powers, amendments, readings.
//!
//! Invariant: a change is a target, a part of it and what that becomes, whoever makes it.

use super::{Parser, Parsing};
use crate::syntax::SyntaxKind as K;

/// What a reading or an amendment can change.
const PARTS: &[&str] = &[
    "bearer",
    "begins",
    "condition",
    "count",
    "due",
    "ends",
    "entry",
    "except",
    "from",
    "item",
    "judged",
    "not",
    "period",
    "required",
    "shortfall",
    "step",
    "trigger",
    "until",
    "zone",
];

impl Parser<'_> {
    pub(super) fn power(&mut self) {
        self.head(|p| p.declaration("a name for the power"));
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            if p.line_says(&["may"]) {
                return p.node(K::Faculty, |p| {
                    p.node(K::Doers, Self::bearers)?;
                    p.expect("may")?;
                    p.node(K::Act, |p| p.name("what they may do, such as `extend`,"))?;
                    p.target()?;
                    p.assumed()
                });
            }
            match p.text_at(0) {
                "by" if p.text_at(1) == "up" => p.node(K::HowFar, |p| {
                    ["by", "up", "to"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.length()?;
                    p.eat_phrase(&["each", "time"]);
                    p.assumed()
                }),
                "at" => p.node(K::HowOften, |p| {
                    ["at", "most"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.expect_kind(K::Number, "a number")?;
                    if !p.eat("times") {
                        p.expect("time")?;
                    }
                    p.assumed()
                }),
                "as" => p.node(K::HowOften, |p| {
                    ["as", "often", "as", "they", "agree"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.assumed()
                }),
                "within" | "by" => p.deadline(),
                "before" => p.node(K::Before, |p| {
                    p.bump();
                    if !p.eat_phrase(&["it", "ends"]) {
                        p.condition()?;
                    }
                    p.assumed()
                }),
                "while" | "during" => p.while_line(),
                "clause" => p.clause_line(),
                _ if p.at_suspension_terms() => p.suspension_terms(),
                _ => p.unknown_line(&[
                    "by", "at", "as", "within", "before", "while", "during", "clause", "its", "the", "all",
                    "for", "their",
                ]),
            }
        });
    }

    /// `phase X`, `the agreement` or the name of a provision.
    pub(super) fn target(&mut self) -> Parsing {
        self.node(K::Target, |p| {
            if p.eat_phrase(&["the", "agreement"]) {
                return Ok(());
            }
            if p.at("phase") && p.at_name(1) {
                p.bump();
            }
            p.name("`phase` and its name, `the agreement` or the name of a provision")
        })
    }

    pub(super) fn at_suspension_terms(&self) -> bool {
        matches!(self.text_at(0), "its" | "all" | "their")
            || self.at_phrase(&["the", "duties"])
            || self.at_phrase(&["for", "at"])
            || self.at_phrase(&["for", "good"])
    }

    /// `its own duties only, for at most 14 days each time, their clocks stop`, in any order.
    pub(super) fn suspension_terms(&mut self) -> Parsing {
        self.node(K::SuspensionTerms, |p| {
            loop {
                match p.text_at(0) {
                    "its" => {
                        ["its", "own", "duties", "only"].into_iter().try_for_each(|word| p.expect(word))?
                    }
                    "all" => ["all", "duties"].into_iter().try_for_each(|word| p.expect(word))?,
                    "the" => {
                        ["the", "duties", "of"].into_iter().try_for_each(|word| p.expect(word))?;
                        p.who("the name of whose duties they are")?;
                    }
                    "for" => {
                        p.bump();
                        if !p.eat("good") {
                            ["at", "most"].into_iter().try_for_each(|word| p.expect(word))?;
                            p.length()?;
                            if p.at_phrase(&["each", "time"]) || p.at_phrase(&["in", "all"]) {
                                p.node(K::InAll, |p| {
                                    p.bump();
                                    p.bump();
                                });
                            }
                        }
                    }
                    "their" => {
                        p.bump();
                        p.expect("clocks")?;
                        if !p.eat("stop") && !p.eat_phrase(&["run", "on"]) {
                            return p.expected("`stop` or `run on`");
                        }
                    }
                    _ => return p.expected("whose duties, for how long, or what the clocks do"),
                }
                p.assumed()?;
                p.eat_kind(K::Comma);
                if !p.at_suspension_terms() {
                    return Ok(());
                }
            }
        })
    }

    pub(super) fn amendment(&mut self) {
        self.head(|p| p.declaration("a name for the amendment"));
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            match p.text_at(0) {
                "agreed" => p.node(K::Agreed, |p| {
                    p.bump();
                    p.date_or_time()?;
                    p.assumed()
                }),
                "accepted" => {
                    p.bump();
                    p.expect("by")?;
                    p.eat_phrase(&["each", "of"]);
                    p.who("the name of who has to accept it")?;
                    p.assumed()
                }
                "effective" => p.node(K::Effective, |p| {
                    p.bump();
                    if p.eat("from") {
                        p.date_or_time()?;
                    } else {
                        ["at", "the", "last", "acceptance"]
                            .into_iter()
                            .try_for_each(|word| p.expect(word))?;
                    }
                    p.assumed()
                }),
                "phase" => p.node(K::Change, |p| {
                    p.target()?;
                    p.expect("now")?;
                    p.course()?;
                    p.assumed()
                }),
                "in" => p.node(K::Change, |p| p.change("now")),
                "inner" => p.node(K::InnerDeadlines, |p| {
                    ["inner", "deadlines"].into_iter().try_for_each(|word| p.expect(word))?;
                    if !p.eat("move") && !p.eat("stay") {
                        return p.expected("`move` or `stay`");
                    }
                    p.assumed()
                }),
                "past" => p.node(K::PastBreaches, |p| {
                    ["past", "breaches"].into_iter().try_for_each(|word| p.expect(word))?;
                    if !p.eat("stand") && !p.eat_phrase(&["are", "cured"]) {
                        return p.expected("`stand` or `are cured`");
                    }
                    p.assumed()
                }),
                _ if p.at_name(0) && p.text_at(1) == "is" => p.node(K::Change, |p| {
                    p.target()?;
                    p.expect("is")?;
                    p.expect("removed")?;
                    p.assumed()
                }),
                _ => p.unknown_line(&["agreed", "accepted", "effective", "phase", "in", "inner", "past"]),
            }
        });
    }

    /// `begins when C`, `ends when C`, `lasts 42 days`: the course of a phase.
    fn course(&mut self) -> Parsing {
        match self.text_at(0) {
            "begins" => self.node(K::Begins, Self::begins),
            "lasts" => self.node(K::Lasts, Self::lasts),
            "ends" => self.node(K::Ends, Self::ends),
            _ => self.expected("`begins`, `ends` or `lasts`"),
        }
    }

    pub(super) fn reading(&mut self) {
        self.head(|p| p.string("the reading's title, in quotation marks,"));
        self.clauses(|p| match p.text_at(0) {
            "contended" => p.node(K::Contended, |p| {
                p.bump();
                p.expect("by")?;
                p.names("the name of who contends for it", "and")
            }),
            "as" => p.node(K::As, |p| {
                p.bump();
                p.declared("a name for the reading")
            }),
            "source" => p.node(K::Source, |p| {
                p.bump();
                p.string("the source, in quotation marks,")
            }),
            "in" => p.node(K::Change, |p| p.change("becomes")),
            _ => p.unknown_line(&["contended", "as", "source", "in"]),
        });
    }

    /// `in TARGET, PART becomes: …`; of a schedule, `in TARGET, step 2 becomes: …`.
    fn change(&mut self, verb: &str) -> Parsing {
        self.bump();
        self.target()?;
        self.expect_kind(K::Comma, "`,`")?;
        let part = self.text_at(0).to_owned();
        if !PARTS.contains(&part.as_str()) {
            if part == "while" {
                return self.while_becomes(verb);
            }
            return self.expected("a part such as `except`, `item`, `required`, `due` or `condition`");
        }
        self.bump();
        match part.as_str() {
            "not" => self.expect("before")?,
            "step" => self.expect_kind(K::Number, "the number of the step, counted from 1,")?,
            "entry" => ["into", "force"].into_iter().try_for_each(|word| self.expect(word))?,
            _ => {}
        }
        self.expect(verb)?;
        self.eat_kind(K::Colon);
        self.changed(&part)?;
        self.assumed()
    }

    /// `each period alone`, or a line of a duty of each period.
    fn new_shortfall(&mut self) -> Parsing {
        match self.text_at(0) {
            "each" => self.node(K::Shortfall, |p| {
                ["each", "period", "alone"].into_iter().try_for_each(|word| p.expect(word))
            }),
            "a" => self.node(K::Shortfall, Self::shortfall),
            "on" => {
                self.node(K::Average, Self::average)?;
                self.eat_kind(K::Comma);
                if self.at_phrase(&["a", "short"]) { self.node(K::ShortDay, Self::short_day) } else { Ok(()) }
            }
            _ => self.expected("`each period alone`, `a shortfall …` or `on average over …`"),
        }
    }

    fn changed(&mut self, part: &str) -> Parsing {
        match part {
            "except" => self.node(K::Except, |p| p.exception()),
            "required" => {
                self.quantity()?;
                self.in_all();
                Ok(())
            }
            "due" => self.deadline(),
            "step" => self.node(K::Step, Self::step),
            "period" => {
                self.node(K::Each, Self::each)?;
                self.eat_kind(K::Comma);
                if self.at_part_periods() { self.node(K::PartDays, Self::part_periods) } else { Ok(()) }
            }
            "shortfall" => self.new_shortfall(),
            "from" => self.node(K::From, Self::condition),
            "until" => self.node(K::Until, Self::condition),
            "condition" if self.at("while") || self.at("during") => self.while_line(),
            "condition" => self.expected("`while` or `during`"),
            "not" => self.node(K::NotBefore, Self::condition),
            "bearer" => self.node(K::Doers, Self::bearers),
            "count" => self.node(K::Count, Self::count),
            "entry" => self.date_or_time(),
            "judged" => self.node(K::OnlyJudged, |p| {
                if p.eat("nothing") { Ok(()) } else { p.name("the name of a judgement, or `nothing`,") }
            }),
            "begins" => {
                if !self.eat("when") {
                    self.expect("at")?;
                }
                self.node(K::Begins, Self::condition)
            }
            "ends" if self.at("lasts") => self.node(K::Lasts, Self::lasts),
            "ends" => {
                if !self.eat("at") {
                    self.expect("when")?;
                }
                self.node(K::Ends, Self::condition)
            }
            _ => self.node(K::Object, |p| p.name(if part == "zone" { "a zone" } else { "an item" })),
        }
    }
}
