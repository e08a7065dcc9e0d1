//! Duties of state, and duties about what others do.
//!
//! Invariant: whose things are to be kept is said; a duty about others says whether result or conduct is owed.

use model::agreement::{Condition, Quiet, Rule, Side};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn state(&mut self, node: &SyntaxNode, keep: &SyntaxNode) -> Option<Rule> {
        self.belonging(node, "a state to be kept", &[K::From, K::Until, K::Instead]);
        let item = match keep.child(K::Object) {
            Some(object) => self.names.item(&object.name()?, self.sink),
            None => {
                let baseline = self.names.baseline(&keep.child(K::Quantity)?.name()?, self.sink)?;
                self.counted.get(&baseline).cloned()
            }
        };
        let place = match keep.child(K::Place) {
            Some(place) => {
                let side = match () {
                    () if place.has("over") => Side::FromOver,
                    () if place.has("out") || place.has("outside") => Side::OutOf,
                    () => Side::In,
                };
                Some((side, self.ground(&place.name()?)?))
            }
            None => None,
        };
        let belonging = match keep.child(K::As) {
            Some(of) => Some(self.member_of(&of)?),
            None => None,
        };
        let quantity = keep.child(K::Quantity);
        if place.is_none() && quantity.is_none() {
            let message = "where, or how many? `out of ZONE`, `in ZONE`, or an amount";
            self.error(codes::EXPECTED, keep.span(), message);
            return None;
        }
        let quiet = keep.child(K::Quiet);
        let own = keep.has("own");
        if !own
            && !keep.has("all")
            && quantity.is_none()
            && place.as_ref().is_none_or(|(side, _)| *side != Side::FromOver)
        {
            let at = keep.child(K::Object)?.span().start;
            let message = "the bearer's own, or all there are? Say which";
            let diagnostic = Diagnostic::error(codes::WHOSE_ITEMS, keep.child(K::Object)?.span(), message);
            self.sink.push(diagnostic.fix("add `its own`", at..at, "its own ").fix(
                "add `all`",
                at..at,
                "all ",
            ));
            return None;
        }
        let required = match quantity {
            Some(quantity) => Some(self.measure(&quantity, false)?),
            None => None,
        };
        let from = match self.one(node, &[K::From]) {
            Some(line) => self.instant_in(&line)?,
            None => Condition::InForce,
        };
        let until = match self.one(node, &[K::Until]) {
            Some(line) => Some(self.instant_in(&line)?),
            None => None,
        };
        let quiet = match quiet {
            Some(quiet) => Some(self.quiet(node, &quiet)?),
            None => {
                if let Some(line) = node.child(K::Instead) {
                    self.error(
                        codes::DOES_NOT_BELONG,
                        line.span(),
                        "this goes with `for N hours in each day`",
                    );
                }
                None
            }
        };
        Some(Rule::State { item: item?, own, required, belonging, place, from, until, quiet })
    }

    /// `of that camp`: a member of the family.
    fn member_of(&mut self, of: &SyntaxNode) -> Option<model::Id> {
        let (name, span) = of.name()?;
        let member = self.member.clone().filter(|member| *member == name || super::is_member(&name));
        if member.is_none() {
            let message = "only a member of a family has its own: this provision is not `for each …` of one";
            self.error(codes::UNKNOWN_NAME, span, message);
        }
        member
    }

    fn quiet(&mut self, node: &SyntaxNode, quiet: &SyntaxNode) -> Option<Quiet> {
        let (length, consecutive) = self.quiet_hours(&quiet.child(K::Length)?)?;
        let mut instead = Vec::new();
        for line in node.all(K::Instead) {
            let (length, also) = self.quiet_hours(&line.child(K::Length)?)?;
            if also != consecutive {
                let message = "the hours of these days are counted as those of the others";
                self.error(codes::DOES_NOT_BELONG, line.span(), message);
            }
            instead.push((length, self.condition_in(&line)?));
        }
        Some(Quiet { length, consecutive, instead })
    }

    fn quiet_hours(&mut self, node: &SyntaxNode) -> Option<(model::Duration, bool)> {
        let length = self.hours(node)?;
        let (consecutive, total) = (node.has("consecutive"), node.has("all"));
        if length > model::Duration::DAY {
            self.error(codes::BAD_NUMBER, node.span(), "a day has no more than 24 hours");
            return None;
        }
        if consecutive || total {
            return Some((length, consecutive));
        }
        let number: std::ops::Range<usize> = node.token(K::Number)?.text_range().into();
        let (after, end) = (number.end, node.span().end);
        let message = "in a row, or in all? Say which";
        let diagnostic = Diagnostic::error(codes::CONSECUTIVE_OR_TOTAL, node.span(), message);
        self.sink.push(diagnostic.fix("add `consecutive`", after..after, " consecutive").fix(
            "add `in all`",
            end..end,
            " in all",
        ));
        None
    }

    pub(super) fn answerable(
        &mut self,
        node: &SyntaxNode,
        others: &SyntaxNode,
        for_result: bool,
    ) -> Option<Rule> {
        let allowed = [K::Count, K::Except, K::OnlyJudged, K::Graded];
        self.belonging(node, "a duty about others' deeds", &allowed);
        Some(Rule::Answerable { action: self.action(others, Form::Noun)?, for_result })
    }
}
