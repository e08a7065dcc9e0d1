//! Statements of what duties speak of: items, values, baselines, judgements, what outcomes are worth.
//!
//! Invariant: who settles a thing stands in a node of kind `Who`.

use super::{Parser, Parsing};
use crate::syntax::SyntaxKind as K;

impl Parser<'_> {
    pub(super) fn item(&mut self) {
        self.head(|p| {
            p.declaration("a name for the item, in the singular,")?;
            p.expect("is")?;
            p.name("the item that it is a kind of")
        });
        self.clauses(|p| {
            if !p.at("where") {
                return p.unknown_line(&["where"]);
            }
            p.node(K::Property, |p| {
                p.bump();
                p.name("what is measured, such as `calibre`,")?;
                p.expect_kind(K::Compare, "`>=`, `>`, `<=`, `<` or `=`")?;
                p.expect_kind(K::Number, "a number")?;
                if p.kind(0) == Some(K::Word) && p.same_line() {
                    p.bump();
                }
                p.assumed()
            })
        });
    }

    /// `value V "…" zone set by W by …, changed only by agreement`.
    pub(super) fn value(&mut self) {
        self.head(|p| {
            p.declaration("a name for the value")?;
            if !["zone", "line", "number", "date", "list"].into_iter().any(|kind| p.eat(kind)) {
                return p.expected("`zone`, `line`, `number`, `date` or `list`");
            }
            Ok(())
        });
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            match p.text_at(0) {
                "set" if p.text_at(1) == "by" => {
                    p.bump();
                    p.bump();
                    p.who("the name of who sets it")
                }
                "set" => p.node(K::Setting, |p| {
                    p.bump();
                    p.expect("to")?;
                    match p.kind(0) {
                        Some(K::Number | K::Date | K::String) => p.bump(),
                        _ => return p.expected("a number, a date or words in quotation marks"),
                    }
                    p.set_on()
                }),
                "from" => p.node(K::Setting, |p| {
                    p.bump();
                    match p.kind(0) {
                        Some(K::Path | K::String | K::Word) => p.bump(),
                        _ => return p.expected("the path of a GeoJSON file"),
                    }
                    p.set_on()
                }),
                "within" | "by" | "before" => p.deadline(),
                "changed" => p.node(K::Effective, |p| {
                    p.bump();
                    if p.eat("only") {
                        p.expect("by")?;
                        p.expect("agreement")?;
                        return p.assumed();
                    }
                    p.expect("by")?;
                    p.who("the name of who may change it")?;
                    p.assumed()
                }),
                "never" => p.node(K::Effective, |p| {
                    p.bump();
                    p.expect("changed")?;
                    p.assumed()
                }),
                "not" => {
                    p.bump();
                    p.expect("published")?;
                    p.assumed()
                }
                _ => p.unknown_line(&["set", "from", "within", "by", "changed", "never", "not"]),
            }
        });
    }

    fn set_on(&mut self) -> Parsing {
        self.expect("on")?;
        self.date_or_time()?;
        self.sourced()?;
        self.assumed()
    }

    /// `baseline B "…" of ITEM certified by W, later finds are added`.
    pub(super) fn baseline(&mut self) {
        self.head(|p| {
            p.declaration("a name for the baseline")?;
            p.expect("of")?;
            p.node(K::Object, |p| p.name("an item"))
        });
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            match p.text_at(0) {
                "certified" => {
                    p.bump();
                    p.expect("by")?;
                    p.who("the name of who certifies it")?;
                    p.assumed()
                }
                "later" => p.node(K::Effective, |p| {
                    ["later", "finds", "are"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.eat("not");
                    p.expect("added")?;
                    p.assumed()
                }),
                _ => p.unknown_line(&["certified", "later"]),
            }
        });
    }

    /// `judgement J "…" by W within 72 hours, if nobody rules, it is not so`.
    pub(super) fn judgement(&mut self) {
        self.head(|p| p.declaration("a name for what is judged"));
        self.clauses(|p| {
            while p.eat_kind(K::Comma) || p.eat_kind(K::Semicolon) {}
            match p.text_at(0) {
                "by" if p.text_at(1) != "the" => {
                    p.bump();
                    p.who("the name of who judges it")
                }
                "within" | "by" => p.clock(),
                "if" => p.unruled(),
                _ => p.unknown_line(&["by", "within", "if"]),
            }
        });
    }

    /// `within 72 hours`, `by the end of the 3rd day`: from what the line says.
    pub(super) fn clock(&mut self) -> Parsing {
        self.node(K::Clock, |p| {
            if p.eat("within") {
                p.length()?;
            } else if p.eat("by") {
                ["the", "end", "of", "the"].into_iter().try_for_each(|word| p.expect(word))?;
                p.expect_kind(K::Ordinal, "the number of the day, such as `3rd`,")?;
                p.expect("day")?;
            } else {
                return p.expected("`within` or `by the end of the`");
            }
            // What it counts from, where the line does not give that.
            if p.at_phrase(&["after", "the"]) {
                p.bump();
                p.bump();
                if !p.eat("deed") {
                    p.expect("plea")?;
                }
            }
            p.assumed()
        })
    }

    /// `if nobody rules, it is not so`.
    pub(super) fn unruled(&mut self) -> Parsing {
        self.node(K::Unruled, |p| {
            ["if", "nobody", "rules"].into_iter().try_for_each(|word| p.expect(word))?;
            p.eat_kind(K::Comma);
            p.expect("it")?;
            if p.eat("stays") {
                p.expect("open")?;
                return p.assumed();
            }
            p.expect("is")?;
            p.eat("not");
            if !p.eat("so") && !p.eat("excused") {
                return p.expected("`so` or `excused`");
            }
            p.assumed()
        })
    }

    /// `values PARTY`, with a row for each outcome.
    pub(super) fn values(&mut self) {
        self.head(|p| p.name("the name of a party"));
        self.clauses(|p| {
            if !p.at("when") {
                return p.unknown_line(&["when"]);
            }
            p.node(K::Worth, |p| {
                p.bump();
                p.condition()?;
                p.expect_kind(K::Colon, "`:`")?;
                p.expect_kind(K::Number, "a number")?;
                if p.eat("to") {
                    p.expect_kind(K::Number, "a number")?;
                }
                p.sourced()?;
                p.assumed()
            })
        });
    }
}
