//! Rules: what a provision demands.
//!
//! Invariant: a prohibition says `must not` and the others `must`; every amount that a duty hangs on is above
//! zero.

use model::{
    Amount, Id,
    agreement::{Action, Due, ProvisionKind, Required, Rule, Share},
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, codes},
    names::UNCOUNTED,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn rule(&mut self, node: &SyntaxNode, duty: &SyntaxNode, kind: ProvisionKind) -> Option<Rule> {
        self.check_verb(node, duty, kind);
        let action = self.action(duty, Form::Plain);
        let stage = self.stage(node);
        let action = action.map(|action| Action { stage, ..action });
        let required = match (kind, duty.child(K::Quantity)) {
            (ProvisionKind::Exchange, _) => Some(Required::AtLeast(Amount::ZERO)),
            (ProvisionKind::Prohibition, None) => Some(Required::AtMost(Amount::ZERO)),
            (ProvisionKind::Obligation, None) => self.unsaid(duty, action.as_ref()),
            (_, Some(quantity)) => self.required(&quantity),
        };
        let each = self.one(node, &[K::Each]);
        match (kind, each) {
            (ProvisionKind::Exchange, _) => self.exchange(node, duty, action),
            (ProvisionKind::Prohibition, None) if duty.child(K::Quantity).is_none() => {
                self.belonging(node, "a prohibition", &[K::Count, K::Except]);
                Some(Rule::Prohibition { action: action? })
            }
            (_, Some(each)) => self.daily(node, &each, action, required),
            (_, None) => self.once(node, action, required),
        }
    }

    /// A duty without an amount is performed by any such deed; of what can be counted the text has to say how
    /// much.
    fn unsaid(&mut self, duty: &SyntaxNode, action: Option<&Action>) -> Option<Required> {
        let any = Some(Required::AtLeast(Amount::whole(1)));
        let Some(item) = action.and_then(|a| a.item.as_deref()) else { return any };
        if UNCOUNTED.iter().any(|uncounted| self.names.is(item, uncounted)) {
            return any;
        }
        let span = duty.child(K::Object)?.span();
        let diagnostic = Diagnostic::error(codes::BARE_NUMBER, span, "how many? The text has to say");
        self.sink.push(diagnostic.write(format!("at least 1 {item}")));
        None
    }

    fn check_verb(&mut self, node: &SyntaxNode, duty: &SyntaxNode, kind: ProvisionKind) {
        let tokens = || duty.children_with_tokens().filter_map(|e| e.into_token());
        let Some(must) = tokens().find(|t| t.text() == "must") else { return };
        let word = node.first_token().map_or(0..0, |t| t.text_range().into());
        let must_span: std::ops::Range<usize> = must.text_range().into();
        match (kind, tokens().find(|t| t.text() == "not")) {
            (ProvisionKind::Prohibition, None) => {
                let message = "a prohibition says `must not`, and this says `must`";
                self.sink.push(
                    Diagnostic::error(codes::MUST_OR_MUST_NOT, must_span.clone(), message)
                        .write("must not")
                        .fix("make it an obligation", word, "obligation"),
                );
            }
            (ProvisionKind::Obligation | ProvisionKind::Exchange, Some(not)) => {
                let span = must_span.start..not.text_range().end().into();
                let message = format!("an {} says `must`, and this says `must not`", kind.name());
                let diagnostic = Diagnostic::error(codes::MUST_OR_MUST_NOT, span, message);
                self.sink.push(diagnostic.fix("make it a prohibition", word, "prohibition"));
            }
            _ => {}
        }
        let quantity = duty.child(K::Quantity).filter(|q| !q.has("more"));
        if let Some(quantity) = quantity.filter(|_| kind == ProvisionKind::Prohibition) {
            let message = "a prohibition of an amount is written `must not … more than N`";
            self.error(codes::DOES_NOT_BELONG, quantity.span(), message);
        }
    }

    fn once(
        &mut self,
        node: &SyntaxNode,
        action: Option<Action>,
        required: Option<Required>,
    ) -> Option<Rule> {
        self.belonging(node, "a duty that is performed once", &[K::Within, K::By, K::NotBefore, K::Counted]);
        let due = match self.one(node, &[K::Within, K::By]) {
            Some(line) => self.due(&line),
            None => Some(Due::Open),
        };
        let not_before = match self.one(node, &[K::NotBefore]) {
            Some(line) => Some(self.condition_in(&line)?),
            None => None,
        };
        Some(Rule::Once { action: action?, required: required?, due: due?, not_before })
    }

    fn daily(
        &mut self,
        node: &SyntaxNode,
        each: &SyntaxNode,
        action: Option<Action>,
        required: Option<Required>,
    ) -> Option<Rule> {
        self.belonging(node, "a duty of each day", &[K::Each, K::Share, K::PartDays, K::Counted]);
        let said = self.one(node, &[K::PartDays]);
        if said.is_none() && self.enters_inside_a_day {
            self.warn_of_part_days(node, each);
        }
        let action = action?;
        let shares: Vec<_> = node.all(K::Share).iter().map(|share| self.share(share, &action)).collect();
        let shares = shares.into_iter().collect::<Option<_>>()?;
        Some(Rule::Daily {
            action,
            required: required?,
            shares,
            pro_rata: said.is_some_and(|line| line.has("rata")),
        })
    }

    fn share(&mut self, node: &SyntaxNode, whole: &Action) -> Option<Share> {
        let required = node.child(K::Quantity).and_then(|quantity| self.required(&quantity));
        let mut action = Action { place: None, to: None, ..whole.clone() };
        let act = model::vocabulary::act(&whole.act);
        if let Some(name) = node.child(K::Object).and_then(|object| object.name()) {
            let item = self.item_of(&name, act)?;
            if whole.item.as_ref().is_some_and(|wider| !self.names.is(&item, wider)) {
                let message = format!("`{}` is not among what the whole duty counts", name.0);
                self.error(codes::WRONG_KIND, name.1, message);
                return None;
            }
            action.item = Some(item);
        }
        self.places(node, &mut action)?;
        // What the share does not say it takes from the whole.
        action.place = action.place.or_else(|| whole.place.clone());
        action.to = action.to.or_else(|| whole.to.clone());
        let label = node.child(K::Quantity).map_or(node.span(), |q| q.span().start..node.span().end);
        let label = self.text.get(label).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Share { label, action, required: required? })
    }

    fn exchange(&mut self, node: &SyntaxNode, duty: &SyntaxNode, action: Option<Action>) -> Option<Rule> {
        self.belonging(node, "an exchange", &[K::Trigger, K::Within, K::Afterwards, K::Counted]);
        let Some(line) = self.one(node, &[K::Trigger]) else {
            self.lacks(
                node,
                codes::MISSING_TRIGGER,
                "an exchange says what it answers: `for every 1 … that …`",
            );
            return None;
        };
        let trigger = self.action(&line, Form::Told)?;
        let every = self.whole_amount(&line.child(K::Quantity)?)?;
        let required = match duty.child(K::Quantity) {
            Some(quantity) => self.whole_amount(&quantity)?,
            None => Amount::whole(1),
        };
        let mut afterwards = self.one(node, &[K::Afterwards]).is_some();
        let within = match self.one(node, &[K::Within]) {
            Some(line) => {
                afterwards |= line.has("afterwards");
                Some(self.answer_within(&line, &trigger.act)?)
            }
            None => None,
        };
        Some(Rule::Exchange { trigger, every, action: action?, required, within, afterwards })
    }

    /// An amount in an exchange: `15` or `at least 15`.
    fn whole_amount(&mut self, node: &SyntaxNode) -> Option<Amount> {
        if node.words().len() > 1 && !node.has("least") && !node.has("all") {
            self.error(codes::DOES_NOT_BELONG, node.span(), "an exchange counts in plain numbers");
            return None;
        }
        self.positive(node)
    }

    fn positive(&mut self, node: &SyntaxNode) -> Option<Amount> {
        let token = node.token(K::Number)?;
        let amount = Amount::parse(token.text()).ok().filter(|amount| *amount > Amount::ZERO);
        if amount.is_none() {
            let message = "an amount above zero, with at most six decimal places, was expected";
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        amount
    }

    pub(super) fn required(&mut self, node: &SyntaxNode) -> Option<Required> {
        let most = node.has("most") || node.has("more") || node.has("exactly");
        let amount = match node.token(K::Number)?.text().parse::<u64>() {
            Ok(0) if most => Amount::ZERO,
            _ => self.positive(node)?,
        };
        if node.words().len() == 1 {
            let message = "at least so many, or exactly? Say which";
            let diagnostic = Diagnostic::error(codes::BARE_NUMBER, node.span(), message);
            self.sink.push(diagnostic.write(format!("at least {amount}")).write(format!("exactly {amount}")));
            return None;
        }
        Some(if node.has("exactly") {
            Required::Exactly(amount)
        } else if most {
            Required::AtMost(amount)
        } else {
            Required::AtLeast(amount)
        })
    }

    fn stage(&mut self, node: &SyntaxNode) -> Option<Id> {
        let line = self.one(node, &[K::Counted])?;
        let last = line.words().into_iter().rfind(|w| w.chars().all(char::is_alphabetic))?;
        Some(if last.starts_with("enter") { "entered".to_owned() } else { last })
    }
}
