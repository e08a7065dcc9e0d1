//! Provisions: which line this is.
//!
//! Invariant: each line becomes a node of its own kind; whether the lines go together is the later passes' business.

use super::{Parser, Parsing};
use crate::{
    diagnostics::{Diagnostic, codes},
    names::MODALS,
    syntax::SyntaxKind as K,
};

/// What a line of a provision may start with, apart from the duty itself.
pub(crate) const STARTS: &[&str] = &[
    "afterwards",
    "before",
    "by",
    "clause",
    "count",
    "counted",
    "disputes",
    "during",
    "each",
    "except",
    "for",
    "from",
    "graded",
    "if",
    "in",
    "not",
    "notwithstanding",
    "of",
    "on",
    "only",
    "part-days",
    "part-periods",
    "subject",
    "to",
    "unless",
    "until",
    "verified",
    "while",
    "within",
];

impl Parser<'_> {
    pub(super) fn provision(&mut self) {
        let forbids = self.at("prohibition");
        self.head(|p| p.declaration("a name for the provision"));
        let mut has_duty = false;
        self.clauses(|p| {
            p.provision_line(&mut has_duty, forbids)?;
            while p.eat_kind(K::Semicolon) {}
            Ok(())
        });
    }

    fn provision_line(&mut self, has_duty: &mut bool, forbids: bool) -> Parsing {
        if self.everyday_phrase()? {
            return Ok(());
        }
        // What may stand before the duty, with a comma.
        let prefix = match self.text_at(0) {
            "for" if self.text_at(1) == "each" && self.text_at(3) == "in" => {
                self.node(K::ForEach, Self::for_each)
            }
            "for" => self.node(K::Trigger, Self::trigger),
            "before" if self.at_phrase(&["before", "the", "lot"]) => {
                return self.node(K::PartLot, Self::part_lot);
            }
            "within" | "by" | "before" => self.deadline(),
            "while" | "during" => self.while_line(),
            "unless" => self.node(K::Unless, |p| {
                p.bump();
                p.condition()?;
                p.assumed()
            }),
            "not" => self.node(K::NotBefore, Self::not_before),
            "if" => return self.node(K::IfBreached, Self::if_breached),
            _ => return self.line_or_duty(has_duty, forbids),
        };
        prefix?;
        self.eat_kind(K::Comma);
        Ok(())
    }

    fn line_or_duty(&mut self, has_duty: &mut bool, forbids: bool) -> Parsing {
        if self.line_says(&["must", "answerable"]) {
            *has_duty = true;
            return self.node(K::Duty, Self::duty);
        }
        if self.bare_length() {
            return Ok(());
        }
        match self.text_at(0) {
            "each" => self.node(K::Each, Self::each),
            "of" => self.node(K::Share, Self::share),
            "on" => self.node(K::Average, Self::average),
            "a" if self.text_at(1) == "short" => self.node(K::ShortDay, Self::short_day),
            "a" if self.text_at(1) == "shortfall" => self.node(K::Shortfall, Self::shortfall),
            "the" => self.node(K::Disjoint, |p| {
                ["the", "parts", "are", "disjoint"].into_iter().try_for_each(|word| p.expect(word))?;
                p.assumed()
            }),
            _ if self.at_part_periods() => self.node(K::PartDays, Self::part_periods),
            "counted" => self.node(K::Counted, Self::counted),
            "count" => self.node(K::Count, |p| {
                p.bump();
                p.count()?;
                p.assumed()
            }),
            "verified" => self.node(K::Verified, |p| {
                p.bump();
                p.expect("by")?;
                p.names("the name of who verifies it", "and")?;
                p.assumed()
            }),
            "except" => self.node(K::Except, |p| {
                p.bump();
                p.exception()?;
                p.assumed()
            }),
            "afterwards" => self.node(K::Afterwards, |p| {
                p.bump();
                p.assumed()
            }),
            "clause" => self.clause_line(),
            "from" => self.node(K::From, Self::bounded),
            "until" => self.node(K::Until, Self::bounded),
            "only" => self.only(),
            "in" => self.node(K::InStep, Self::in_step),
            "to" => self.node(K::Quality, Self::quality),
            "graded" => self.node(K::Graded, Self::graded),
            "disputes" => self.node(K::Disputes, Self::disputes),
            "subject" | "notwithstanding" => self.node(K::Precedence, Self::precedence),
            _ if self.at_phrase_after_name(&["count", "towards"]) => self.node(K::MakeUp, Self::make_up),
            _ if self.line_says(&["instead"]) => self.node(K::Instead, Self::instead),
            _ if *has_duty && self.at_quantity() => self.node(K::Step, Self::step),
            _ => self.other_line(*has_duty, forbids),
        }
    }

    /// Whether the line, or the sentence that starts on it, says one of these words.
    pub(super) fn line_says(&self, said: &[&str]) -> bool {
        // No one names that many doers.
        let on_line = (0..64).map_while(|ahead| self.peek(ahead).map(|l| (ahead, l)));
        let mut words = on_line.take_while(|(ahead, l)| *ahead == 0 || !l.starts_line);
        words.any(|(ahead, l)| l.kind == K::Word && said.contains(&self.text_at(ahead)))
    }

    pub(super) fn at_part_periods(&self) -> bool {
        matches!(self.text_at(0), "part-days" | "part-periods")
    }

    /// `part-days at the ends in full`, `part-periods at the ends pro rata`.
    pub(super) fn part_periods(&mut self) -> Parsing {
        self.bump();
        ["at", "the", "ends"].into_iter().try_for_each(|word| self.expect(word))?;
        if self.eat_phrase(&["in", "full"]) || self.eat_phrase(&["pro", "rata"]) {
            return self.assumed();
        }
        self.expected("`in full` or `pro rata`")
    }

    pub(super) fn while_line(&mut self) -> Parsing {
        self.node(K::While, |p| {
            p.eat("while");
            p.condition()?;
            p.assumed()
        })
    }

    pub(super) fn clause_line(&mut self) -> Parsing {
        self.node(K::ClauseLine, |p| {
            p.bump();
            p.string("the clause, in quotation marks,")
        })
    }

    fn bounded(&mut self) -> Parsing {
        self.bump();
        self.condition()?;
        self.assumed()
    }

    fn other_line(&mut self, has_duty: bool, forbids: bool) -> Parsing {
        let span = self.here();
        // Where `shall` or `may` stands for it, that is the place.
        let verb = if forbids { "must not" } else { "must" };
        let modal = (1..8).take_while(|ahead| self.peek(*ahead).is_some_and(|l| !l.starts_line));
        let stands_for =
            |word: &str| MODALS.iter().chain(&["must"]).any(|modal| word.eq_ignore_ascii_case(modal));
        let modal = modal.into_iter().find(|ahead| stands_for(self.text_at(*ahead)));
        if let Some(ahead) = modal.filter(|_| !has_duty) {
            let not = self.text_at(ahead + 1) == "not";
            let start = self.peek(ahead).map_or(span.start, |l| l.range.start);
            let end = self.peek(ahead + usize::from(not)).map_or(span.end, |l| l.range.end);
            let message = "a duty says `must`, and what is forbidden `must not`";
            return self.refuse(Diagnostic::error(codes::NO_VERB, start..end, message).write(verb));
        }
        // A sentence without its verb, rather than a line that starts with a slip.
        if !has_duty && self.at_name(0) && self.at_name(1) {
            let message = "this says neither `must` nor `must not`";
            let diagnostic = Diagnostic::error(codes::NO_VERB, span.clone(), message);
            return self.refuse(diagnostic.fix(
                format!("add `{verb}`"),
                span.end..span.end,
                format!(" {verb}"),
            ));
        }
        self.unknown_line(STARTS)
    }
}
