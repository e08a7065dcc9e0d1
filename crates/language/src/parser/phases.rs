//! Milestones and phases.
//!
//! Invariant: each line is a node of its own kind.

use super::{Parser, Parsing};
use crate::syntax::SyntaxKind as K;

impl Parser<'_> {
    pub(super) fn milestone(&mut self) {
        self.head(|p| p.declaration("a name for the milestone"));
        self.clauses(|p| {
            if !p.eat("when") {
                return p.unknown_line(&["when"]);
            }
            p.condition()?;
            p.assumed()
        });
    }

    pub(super) fn phase(&mut self) {
        self.head(|p| p.declaration("a name for the phase"));
        self.clauses(|p| {
            p.eat_kind(K::Comma);
            match p.text_at(0) {
                "begins" => p.node(K::Begins, Self::begins),
                "ends" => p.node(K::Ends, Self::ends),
                "lasts" => p.node(K::Lasts, Self::lasts),
                "at" => p.node(K::AtLatest, |p| {
                    p.bump();
                    p.expect("latest")?;
                    if p.at("by") {
                        p.deadline()?;
                        return p.assumed();
                    }
                    p.length()?;
                    ["after", "it", "begins"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.assumed()
                }),
                "has" => p.node(K::NoEnd, |p| {
                    ["has", "no", "stated", "end"].into_iter().try_for_each(|word| p.expect(word))?;
                    p.assumed()
                }),
                _ => p.unknown_line(&["begins", "ends", "lasts", "at", "has"]),
            }
        });
    }

    pub(super) fn begins(&mut self) -> Parsing {
        self.bump();
        match self.text_at(0) {
            "at" | "when" => self.bump(),
            _ => return self.expected("`at` or `when`"),
        }
        self.condition()?;
        self.assumed()
    }

    /// `ends when C`, `ends at the end of DAY`.
    pub(super) fn ends(&mut self) -> Parsing {
        self.bump();
        match self.text_at(0) {
            "at" | "when" => self.bump(),
            _ => return self.expected("`at` or `when`"),
        }
        self.condition()?;
        self.assumed()
    }

    pub(super) fn lasts(&mut self) -> Parsing {
        self.bump();
        self.length()?;
        self.assumed()
    }
}
