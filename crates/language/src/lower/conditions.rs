//! Conditions.
//!
//! Invariant: as deep as the tree, whose depth the parser bounds.

use model::{
    Amount, Id, Instant,
    agreement::{Agreement, Condition, Exception, Provision, Rule},
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// The conditions right inside a node.
pub(super) fn inside(node: &SyntaxNode) -> Vec<SyntaxNode> {
    use SyntaxKind as K;
    let is = |kind| {
        let joined = matches!(kind, K::Or | K::And | K::Not | K::AtLeast | K::Paren);
        joined
            || matches!(kind, K::Call | K::PhaseState | K::During | K::Named | K::InForce | K::Deed)
            || matches!(
                kind,
                K::DeedNoun
                    | K::Recently
                    | K::Moment
                    | K::Signing
                    | K::SetState
                    | K::Judged
                    | K::Calm
                    | K::After
            )
    };
    node.children().by_kind(is).collect()
}

impl Lowering<'_> {
    /// The condition of a line; a second one is refused.
    pub(super) fn condition_in(&mut self, node: &SyntaxNode) -> Option<Condition> {
        let conditions = inside(node);
        for again in conditions.iter().skip(1) {
            self.error(
                codes::SAID_TWICE,
                again.span(),
                "this is a second condition: join them with `and` or `or`",
            );
        }
        self.condition(conditions.first()?)
    }

    /// The condition of a line that stands after `after`, `from` or `at`, where an instant is meant.
    pub(super) fn instant_in(&mut self, node: &SyntaxNode) -> Option<Condition> {
        for state in inside(node) {
            let phase = state.name().map(|n| n.0).unwrap_or_default();
            let message = "a state has no one instant: say when";
            let diagnostic = Diagnostic::error(codes::INSTANT_NOT_STATE, state.span(), message);
            match state.kind() {
                SyntaxKind::During => self.sink.push(
                    diagnostic.write(format!("phase {phase} begins")).write(format!("phase {phase} ends")),
                ),
                SyntaxKind::InForce if !state.has("entry") => {
                    self.sink.push(diagnostic.write("entry into force"))
                }
                SyntaxKind::Not | SyntaxKind::Recently | SyntaxKind::Calm => self.sink.push(diagnostic),
                _ => {}
            }
        }
        self.condition_in(node)
    }

    /// The condition of a line that stands after `while` or `unless`, where a state is meant.
    pub(super) fn state_in(&mut self, node: &SyntaxNode) -> Option<Condition> {
        for part in
            node.descendants().filter(|n| n.parent().is_some_and(|p| p.kind() != SyntaxKind::Recently))
        {
            let span = part.span();
            let phase = part.name().map(|n| n.0).unwrap_or_default();
            let diagnostic =
                Diagnostic::error(codes::STATE_NOT_INSTANT, span, "an instant does not last: say what holds");
            match part.kind() {
                SyntaxKind::PhaseState if part.has("begins") => {
                    self.sink.push(
                        diagnostic
                            .write(format!("phase {phase} has begun"))
                            .write(format!("during phase {phase}")),
                    );
                }
                SyntaxKind::PhaseState if part.has("ends") => {
                    self.sink.push(diagnostic.write(format!("phase {phase} has ended")));
                }
                SyntaxKind::InForce if part.has("entry") => self.sink.push(diagnostic.write("in force")),
                SyntaxKind::Deed => self.told_as_state(&part, diagnostic),
                SyntaxKind::DeedNoun => self.sink.push(diagnostic),
                _ => {}
            }
        }
        self.condition_in(node)
    }

    /// `a attacks b` is an instant; `a has attacked b` a state.
    fn told_as_state(&mut self, deed: &SyntaxNode, diagnostic: Diagnostic) {
        let Some(act) = deed.child(SyntaxKind::Act).filter(|act| !act.has("has") && !act.has("is")) else {
            return;
        };
        let Some((word, span)) = act.name() else { return };
        let Some(term) = model::vocabulary::acts().find(|term| term.third == word) else { return };
        let words = format!("has {}", term.past);
        self.sink.push(diagnostic.fix(format!("write `{words}`"), span, words));
    }

    fn conditions(&mut self, node: &SyntaxNode) -> Option<Vec<Condition>> {
        let read: Vec<_> = inside(node).iter().map(|n| self.condition(n)).collect();
        read.into_iter().collect()
    }

    pub(super) fn condition(&mut self, node: &SyntaxNode) -> Option<Condition> {
        Some(match node.kind() {
            SyntaxKind::Paren => self.condition_in(node)?,
            SyntaxKind::And => Condition::All(self.conditions(node)?),
            SyntaxKind::Or => Condition::Any(self.conditions(node)?),
            SyntaxKind::Not => Condition::Not(Box::new(self.condition_in(node)?)),
            SyntaxKind::AtLeast => self.at_least(node)?,
            SyntaxKind::InForce => Condition::InForce,
            SyntaxKind::Call => {
                let provision = self.names.provision(&node.name()?, self.sink)?;
                if node.has("breached") {
                    Condition::Breached(provision)
                } else if node.has("overdue") {
                    Condition::Overdue(provision)
                } else if node.has("violations") || node.has("amount") {
                    self.counted(node, provision)?
                } else if node.has("time") {
                    Condition::PerformedInTime(provision)
                } else {
                    Condition::Performed(provision)
                }
            }
            SyntaxKind::PhaseState => {
                let phase = self.names.phase(&node.name()?, self.sink)?;
                let ended = node.has("ends") || node.has("ended");
                if ended { Condition::PhaseEnded(phase) } else { Condition::PhaseBegun(phase) }
            }
            SyntaxKind::During => Condition::During(self.names.phase(&node.name()?, self.sink)?),
            SyntaxKind::Named => Condition::Milestone(self.names.milestone(&node.name()?, self.sink)?),
            SyntaxKind::Deed => {
                let action = self.action(node, Form::Told)?;
                match node.child(SyntaxKind::Quantity) {
                    Some(quantity) => Condition::Done(action, self.required(&quantity)?),
                    None => Condition::Deed(action),
                }
            }
            SyntaxKind::DeedNoun => Condition::Deed(self.action(node, Form::Noun)?),
            SyntaxKind::Recently => {
                let length = self.hours(&node.child(SyntaxKind::Length)?)?;
                match node.child(SyntaxKind::DeedNoun) {
                    Some(deed) => Condition::Recently(length, self.action(&deed, Form::Noun)?),
                    None => Condition::Since(length, Box::new(self.instant_in(node)?)),
                }
            }
            SyntaxKind::Calm => {
                let length = self.hours(&node.child(SyntaxKind::Length)?)?;
                Condition::Calm(self.action(node, Form::Noun)?, length)
            }
            SyntaxKind::After => {
                if node.has("end") {
                    return match node.child(SyntaxKind::Length) {
                        Some(length) => {
                            let message = "as an instant, count days: `the end of the 30th day after …`";
                            self.error(codes::BARE_DAYS, length.span(), message);
                            None
                        }
                        None => Some(Condition::DaysAfter(self.nth(node)?, Box::new(self.instant_in(node)?))),
                    };
                }
                let length = self.hours(&node.child(SyntaxKind::Length)?)?;
                Condition::HoursAfter(length, Box::new(self.instant_in(node)?))
            }
            SyntaxKind::Signing => self.signing_condition(node)?,
            SyntaxKind::SetState => Condition::Set(self.names.value(&node.name()?, self.sink)?),
            SyntaxKind::Judged => Condition::Judged(self.names.judgement(&node.name()?, self.sink)?),
            SyntaxKind::Moment => Condition::From(self.moment(node)?),
            _ => return None,
        })
    }

    fn signing_condition(&mut self, node: &SyntaxNode) -> Option<Condition> {
        if self.signed {
            return Some(Condition::Signed);
        }
        let message = "the agreement does not say when it was signed: `signed …`";
        self.error(codes::MISSING_SIGNING, node.span(), message);
        None
    }

    /// An amount is what was done since the duty opened: of a state, which is kept, there is none.
    pub(super) fn refuse_totals_of_states(&mut self, agreement: &Agreement) {
        for (id, span) in std::mem::take(&mut self.amounts) {
            let state = |p: &&Provision| p.id == id && matches!(p.rule, Rule::State { .. });
            if agreement.provisions.iter().any(|p| state(&p)) {
                let message = format!("`{id}` is a state to be kept: it has no total of what was done");
                let error = Diagnostic::error(codes::NO_TOTAL, span, message);
                self.sink.push(error.write(format!("breached({id})")));
            }
        }
    }

    /// `violations(p) >= 3`, `amount(p) >= 100`.
    fn counted(&mut self, node: &SyntaxNode, provision: Id) -> Option<Condition> {
        let compare = node.token(SyntaxKind::Compare)?;
        if compare.text() != ">=" {
            let message = "what has come about does not go away again: only `>=` can be asked";
            self.sink
                .push(Diagnostic::error(codes::EXPECTED, compare.text_range().into(), message).write(">="));
            return None;
        }
        let amount = self.positive(node)?;
        if node.has("amount") {
            self.amounts.push((provision.clone(), node.span()));
            return Some(Condition::Amount(provision, amount));
        }
        let count = u64::try_from(amount.floor()).ok().filter(|_| amount == Amount::whole(amount.floor()));
        if count.is_none() {
            self.error(codes::BAD_NUMBER, node.span(), "violations are counted in whole numbers");
        }
        Some(Condition::Violations(provision, count?))
    }

    fn at_least(&mut self, node: &SyntaxNode) -> Option<Condition> {
        let conditions = self.conditions(node)?;
        // Without any it was broken off, and that has been reported.
        let token = node.token(SyntaxKind::Number).filter(|_| !conditions.is_empty())?;
        match token.text().parse::<usize>() {
            Ok(count) if (1..=conditions.len()).contains(&count) => {
                Some(Condition::AtLeast(count, conditions))
            }
            _ => {
                let message =
                    format!("a number from 1 to {}, of conditions there are, was expected", conditions.len());
                self.error(codes::BAD_NUMBER, token.text_range().into(), message);
                None
            }
        }
    }

    /// A fixed instant; a bare day is its start.
    fn moment(&mut self, node: &SyntaxNode) -> Option<Instant> {
        if let Some(token) = node.token(SyntaxKind::DateTime) {
            return self.instant(token.text(), token.text_range().into());
        }
        let day = self.day(node)?;
        let day = if node.has("end") { day.tomorrow().ok()? } else { day };
        Some(Instant::start_of(day, &self.timezone))
    }

    /// `an ACT by WHO …`, of a provision that forbids the act.
    pub(super) fn exception(&mut self, node: &SyntaxNode, forbidden: &str) -> Option<Exception> {
        if let Some(plea) = node.child(SyntaxKind::Plea) {
            let plea = Some(self.plea(&plea)?);
            return Some(Exception { by: Vec::new(), when: Condition::InForce, plea });
        }
        let deed = node.child(SyntaxKind::DeedNoun)?;
        let action = self.action(&deed, Form::Noun)?;
        if action.act != forbidden {
            let message = format!("the provision speaks of `{forbidden}`, and this excuses `{}`", action.act);
            self.error(codes::DOES_NOT_BELONG, deed.span(), message);
            return None;
        }
        if action.item.is_some() || action.place.is_some() || action.to.is_some() {
            let message = "an exception speaks of all such deeds: their place and whom they are done to is the provision's";
            self.error(codes::DOES_NOT_BELONG, deed.span(), message);
            return None;
        }
        let when = match inside(node).get(1) {
            Some(when) => self.condition(when)?,
            // Without a condition every such deed is excused.
            None => Condition::InForce,
        };
        Some(Exception { by: action.by, when, plea: None })
    }
}
