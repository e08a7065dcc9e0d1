//! Statements of where and among whom: actors and their ties, zones, lines, families.
//!
//! Invariant: each tie, outline and derivation is a node of its own.

use super::{Parser, Parsing};
use crate::syntax::SyntaxKind as K;

impl Parser<'_> {
    pub(super) fn actor(&mut self) {
        self.head(|p| p.declaration("a name"));
        self.clauses(|p| match p.text_at(0) {
            "is" => {
                ["is", "not", "a", "party"].into_iter().try_for_each(|word| p.expect(word))?;
                p.assumed()
            }
            "accepted" | "left" | "split" | "part" | "directed" => p.node(K::Tie, Self::tie),
            "contested" => p.node(K::Contest, |p| {
                p.contested()?;
                p.sourced()?;
                p.assumed()
            }),
            _ => p.unknown_line(&["is", "accepted", "left", "split", "part", "directed", "contested"]),
        });
    }

    /// `accepted DATE`, `split from Y DATE`, `part of Y from DATE to DATE`, with its source and who contests it.
    fn tie(&mut self) -> Parsing {
        match self.text_at(0) {
            "accepted" | "left" => {
                self.bump();
                self.expect_kind(K::Date, "a date such as 2019-05-03")?;
            }
            "split" => {
                self.bump();
                self.expect("from")?;
                self.name("the name of whom it was part of")?;
                self.expect_kind(K::Date, "the date of the split")?;
            }
            first => {
                let of = if first == "part" { "of" } else { "by" };
                self.bump();
                self.expect(of)?;
                self.name("the name of someone in the agreement")?;
                if self.eat("from") {
                    self.expect_kind(K::Date, "a date such as 2019-05-03")?;
                }
                if self.eat("to") {
                    self.expect_kind(K::Date, "a date such as 2019-05-03")?;
                }
            }
        }
        self.sourced()?;
        if self.at("contested") && self.same_line() {
            self.contested()?;
            self.sourced()?;
        }
        self.assumed()
    }

    fn contested(&mut self) -> Parsing {
        self.expect("contested")?;
        self.expect("by")?;
        self.who("the name of who contests it")
    }

    /// `source "…"`, where there is one on the line.
    pub(super) fn sourced(&mut self) -> Parsing {
        self.eat_kind(K::Comma);
        if !(self.at("source") && self.same_line()) {
            return Ok(());
        }
        self.node(K::Source, |p| {
            p.bump();
            p.string("the source, in quotation marks,")
        })
    }

    pub(super) fn zone(&mut self) {
        self.head(|p| p.declaration("a name for the zone"));
        self.clauses(|p| match p.text_at(0) {
            "from" => p.node(K::Outline, Self::outline),
            "is" => p.node(K::Derivation, Self::derivation),
            _ => p.unknown_line(&["from", "is"]),
        });
    }

    /// `from FILE feature F valid from DATE to DATE`.
    pub(super) fn outline(&mut self) -> Parsing {
        self.bump();
        match self.kind(0) {
            Some(K::Path | K::String | K::Word) => self.bump(),
            _ => return self.expected("the path of a GeoJSON file"),
        }
        if self.eat("feature") {
            match self.kind(0) {
                Some(K::Word | K::Path | K::String | K::Number) => self.bump(),
                _ => return self.expected("the identifier of a feature in the file"),
            }
        }
        if self.eat("valid") {
            let open = self.eat("from");
            self.expect_kind(K::Date, "a date such as 2025-10-10")?;
            if !open || self.at("to") {
                self.expect("to")?;
                self.expect_kind(K::Date, "a date such as 2026-01-15")?;
            }
        }
        self.assumed()
    }

    /// `within 25 km of L on the west side`, `Z widened by 1 km`, `A without B`, `A and B`, `what P holds at C`.
    fn derivation(&mut self) -> Parsing {
        const ZONE: &str = "the name of a zone";
        self.bump();
        if self.eat("within") {
            self.distance()?;
            self.expect("of")?;
            self.name("the name of a zone or a line")?;
            if self.eat_phrase(&["on", "the"]) {
                if !["north", "south", "east", "west"].into_iter().any(|side| self.eat(side)) {
                    return self.expected("`north`, `south`, `east` or `west`");
                }
                self.expect("side")?;
            }
            return self.assumed();
        }
        if self.eat("what") {
            self.name("the name of who holds it")?;
            if !self.eat("holds") && !self.eat("held") {
                return self.expected("`holds`");
            }
            self.expect("at")?;
            self.condition()?;
            self.by_the_map()?;
            return self.assumed();
        }
        self.name(ZONE)?;
        if self.eat("widened") {
            self.expect("by")?;
            self.distance()?;
        } else if self.eat("without") {
            self.name(ZONE)?;
        } else {
            if !self.at("and") && self.kind(0) != Some(K::Comma) {
                return self.expected("`widened by`, `without` or `and`");
            }
            while self.eat_kind(K::Comma) || self.eat("and") {
                self.name(ZONE)?;
            }
        }
        self.assumed()
    }

    /// `25 km`, `700 m`.
    fn distance(&mut self) -> Parsing {
        self.node(K::Length, |p| {
            p.expect_kind(K::Number, "a distance such as `1 km`")?;
            if p.eat("km") || p.eat("m") { Ok(()) } else { p.expected("`km` or `m`") }
        })
    }

    fn by_the_map(&mut self) -> Parsing {
        if !self.at_phrase(&["by", "the", "map"]) {
            return Ok(());
        }
        self.node(K::MapOf, |p| {
            ["by", "the", "map", "of"].into_iter().try_for_each(|word| p.expect(word))?;
            p.name("the name of whose map it is")?;
            p.assumed()
        })
    }

    pub(super) fn line(&mut self) {
        self.head(|p| p.declaration("a name for the line"));
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            match p.text_at(0) {
                "as" => p.node(K::AsOf, |p| {
                    p.bump();
                    p.expect("of")?;
                    p.expect_kind(K::Date, "a date such as 2014-09-19")?;
                    p.assumed()
                }),
                "from" => p.node(K::Outline, Self::outline),
                "fixed" | "moving" => p.node(K::Moving, |p| {
                    p.bump();
                    p.assumed()
                }),
                "by" => p.by_the_map(),
                _ => p.unknown_line(&["as", "from", "fixed", "moving", "by"]),
            }
        });
    }

    /// `family F "…" of zones: A, B and C`, `… set by W`, `…, not published`.
    pub(super) fn family(&mut self) {
        self.head(|p| {
            p.declaration("a name for the family")?;
            p.expect("of")?;
            p.expect("zones")
        });
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            if p.kind(0) == Some(K::Colon) {
                return p.node(K::Object, |p| {
                    p.bump();
                    p.names("the name of a member", "and")
                });
            }
            if p.eat_phrase(&["set", "by"]) {
                p.who("the name of who sets its members")?;
                return p.assumed();
            }
            if p.eat("not") {
                p.expect("published")?;
                return p.assumed();
            }
            p.unknown_line(&["set", "not"])
        });
    }
}
