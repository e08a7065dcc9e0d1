//! Exchanges: what is answered, with what, within how long, and which answer belongs to which.
//!
//! Invariant: an answer by reference says so on both sides: no number in the trigger, `the same` in the answer.

use model::{
    Amount, Duration,
    agreement::{Action, CountedOn, Matching, Rule},
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, codes},
    symbols::Wanted,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn exchange(
        &mut self,
        node: &SyntaxNode,
        duty: &SyntaxNode,
        action: Option<Action>,
    ) -> Option<Rule> {
        self.belonging(
            node,
            "an exchange",
            &[
                K::Trigger,
                K::Within,
                K::Afterwards,
                K::Counted,
                K::Share,
                K::Disjoint,
                K::PartLot,
                K::OnlyThose,
            ],
        );
        let Some(line) = self.one(node, &[K::Trigger]) else {
            let message = "an exchange says what it answers: `for every 1 … that …`";
            self.lacks(node, codes::MISSING_TRIGGER, message);
            return None;
        };
        let trigger = self.action(&line, Form::Told)?;
        let counted = line.child(K::Quantity);
        let every = match &counted {
            Some(quantity) => self.whole_amount(quantity)?,
            None => Amount::whole(1),
        };
        let required = match duty.child(K::Quantity) {
            Some(quantity) => self.whole_amount(&quantity)?,
            None => Amount::whole(1),
        };
        let matching = self.matching(&line, duty, counted.is_some())?;
        let mut afterwards = self.one(node, &[K::Afterwards]).is_some();
        let within = match self.one(node, &[K::Within]) {
            Some(line) => {
                afterwards |= line.has("afterwards");
                Some(self.answer_within(&line, &trigger.act)?)
            }
            None => None,
        };
        let action = action?;
        if let (Matching::SameReference, Some(same)) =
            (matching, trigger.item.as_ref().filter(|i| action.item.as_ref() != Some(i)))
        {
            let name = duty.child(K::Object)?.name()?;
            let message = format!("what is answered is `{same}`, not `{}`", name.0);
            self.sink.push(Diagnostic::error(codes::DOES_NOT_BELONG, name.1, message).write(same));
            return None;
        }
        let (shares, disjoint) = self.shares(node, &action)?;
        let identified = node.child(K::Counted).is_some_and(|line| line.has("identification"));
        let counted_on = if identified { CountedOn::Identification } else { CountedOn::Handover };
        Some(Rule::Exchange {
            trigger,
            every,
            action,
            required,
            shares,
            disjoint,
            within,
            afterwards,
            matching,
            counted_on,
        })
    }

    fn matching(&mut self, trigger: &SyntaxNode, duty: &SyntaxNode, counted: bool) -> Option<Matching> {
        let object = duty.child(K::Object);
        let same = object.as_ref().is_some_and(|object| object.has("same"));
        match (counted, same) {
            (true, false) => Some(Matching::InOrder),
            (false, true) => Some(Matching::SameReference),
            (true, true) => {
                let message =
                    "what is counted is answered in order; for each by its reference leave the number out";
                self.error(codes::DOES_NOT_BELONG, object?.span(), message);
                None
            }
            (false, false) => {
                let item = trigger.child(K::Object)?;
                let span = item.span();
                let message =
                    "each by its reference, or so many for so many? Say `the same …` below, or a number here";
                let mut diagnostic = Diagnostic::error(codes::BARE_NUMBER, span.clone(), message);
                diagnostic = diagnostic.fix("add `1`", span.start..span.start, "1 ");
                if let Some(object) = object {
                    let at = object.span().start;
                    diagnostic = diagnostic.fix("add `the same`", at..at, "the same ");
                }
                self.sink.push(diagnostic);
                None
            }
        }
    }

    /// How long an exchange gives for the answer.
    fn answer_within(&mut self, node: &SyntaxNode, answered: &str) -> Option<Duration> {
        let length_node = node.child(K::Length)?;
        let length = self.hours(&length_node)?;
        if let Some((word, span)) = node.child(K::Act).and_then(|a| a.name()) {
            let noun = super::actions::noun(answered);
            let wanted = || vec![Wanted::Act(noun.to_owned(), answered.to_owned())];
            self.sink.symbols.wants(&(word.clone(), span.clone()), wanted);
            if word == answered || noun == word {
                return Some(length);
            }
            let message = format!("the deed that is answered is `{noun}`, not `{word}`");
            self.sink.push(Diagnostic::error(codes::DOES_NOT_BELONG, span, message).write(noun));
            return None;
        }
        if node.has("afterwards") {
            return Some(length);
        }
        if node.is_broken() {
            return None;
        }
        let span = node.span();
        let words = format!(" after that {}", super::actions::noun(answered));
        let end = length_node.span().end..span.end;
        let message = "an exchange counts the time from the deed that is answered";
        let diagnostic = Diagnostic::error(codes::NO_ANCHOR, span, message);
        self.sink.push(diagnostic.fix(format!("write `{}`", words.trim()), end, words));
        None
    }
}
