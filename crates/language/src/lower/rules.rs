//! Rules: what a provision demands, and which lines go with it.
//!
//! Invariant: a prohibition says `must not` and the others `must`; no line is passed over.

use model::{
    Amount, Id,
    agreement::{Action, Due, Measure, ProvisionKind, Required, Rule, Step},
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

/// Lines that shape a rule: each belongs to some rules only. Other lines go with any.
const SHAPING: &[K] = &[
    K::Trigger,
    K::Within,
    K::By,
    K::Before,
    K::Each,
    K::Share,
    K::Disjoint,
    K::PartDays,
    K::Average,
    K::ShortDay,
    K::Shortfall,
    K::Counted,
    K::Count,
    K::NotBefore,
    K::Except,
    K::Afterwards,
    K::From,
    K::Until,
    K::Instead,
    K::Step,
    K::OnlyThose,
    K::OnlyJudged,
    K::PartLot,
    K::MakeUp,
    K::Graded,
];

impl Lowering<'_> {
    pub(super) fn rule(&mut self, node: &SyntaxNode, duty: &SyntaxNode, kind: ProvisionKind) -> Option<Rule> {
        self.check_verb(node, duty, kind);
        if let Some(keep) = duty.child(K::Keep) {
            return self.state(node, &keep);
        }
        if let Some(others) = duty.child(K::Answerable) {
            return self.answerable(node, &others, true);
        }
        if let Some(others) = duty.child(K::Conduct) {
            return self.answerable(node, &others, false);
        }
        let action = self.action(duty, Form::Plain);
        let stage = self.stage(node);
        let under = match self.one(node, &[K::OnlyThose]) {
            Some(line) => self.provision_names(&line)?,
            None => Vec::new(),
        };
        let action = action.map(|action| Action { stage, under, ..action });
        let each = self.one(node, &[K::Each]);
        let answers = kind == ProvisionKind::Exchange || node.child(K::Trigger).is_some();
        match (kind, each) {
            (ProvisionKind::Exchange | ProvisionKind::Obligation, _) if answers => {
                self.exchange(node, duty, action)
            }
            (ProvisionKind::Prohibition, None) if duty.child(K::Quantity).is_none() => {
                self.belonging(
                    node,
                    "a prohibition",
                    &[K::Count, K::Except, K::OnlyThose, K::OnlyJudged, K::Graded],
                );
                Some(Rule::Prohibition { action: action? })
            }
            (_, Some(each)) => {
                let required = self.plainly_required(duty, action.as_ref(), kind);
                self.periodic(node, &each, action, required)
            }
            (_, None) => self.once_or_schedule(node, duty, action, kind),
        }
    }

    fn plainly_required(
        &mut self,
        duty: &SyntaxNode,
        action: Option<&Action>,
        kind: ProvisionKind,
    ) -> Option<Required> {
        match (kind, duty.child(K::Quantity)) {
            (_, Some(quantity)) => self.required(&quantity),
            (ProvisionKind::Prohibition, None) => Some(Required::AtMost(Amount::ZERO)),
            (_, None) => self.unsaid(duty, action),
        }
    }

    /// A duty without an amount is performed by any such deed; of what can be counted the text has to say how
    /// much.
    fn unsaid(&mut self, duty: &SyntaxNode, action: Option<&Action>) -> Option<Required> {
        let any = Some(Required::AtLeast(Amount::whole(1)));
        let Some(item) = action.and_then(|a| a.item.as_deref()) else { return any };
        if self.names.is_uncounted(item) {
            return any;
        }
        // An effort is not counted.
        if duty.child(K::Manner).is_some() {
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
        if duty.child(K::Keep).or_else(|| duty.child(K::Conduct)).is_some() {
            return self.check_no_not(duty, kind, word, must_span);
        }
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

    /// A state is kept, and steps are taken, by those who must: to forbid the one is to say the other.
    fn check_no_not(
        &mut self,
        duty: &SyntaxNode,
        kind: ProvisionKind,
        word: std::ops::Range<usize>,
        must: std::ops::Range<usize>,
    ) {
        if duty.has("not") {
            let message =
                "what must not be so is said as what must be: `must keep … out of`, or a forbidden deed";
            self.error(codes::MUST_OR_MUST_NOT, must, message);
        } else if kind == ProvisionKind::Prohibition {
            let message = "this says what must be so, which is an obligation";
            let diagnostic = Diagnostic::error(codes::MUST_OR_MUST_NOT, must, message);
            self.sink.push(diagnostic.fix("make it an obligation", word, "obligation"));
        }
    }

    fn once_or_schedule(
        &mut self,
        node: &SyntaxNode,
        duty: &SyntaxNode,
        action: Option<Action>,
        kind: ProvisionKind,
    ) -> Option<Rule> {
        self.belonging(
            node,
            "a duty that is performed once",
            &[
                K::Within,
                K::By,
                K::Before,
                K::NotBefore,
                K::Counted,
                K::Step,
                K::PartLot,
                K::MakeUp,
                K::OnlyThose,
            ],
        );
        let due = match self.one(node, &[K::Within, K::By, K::Before]) {
            Some(line) => self.due(&line),
            None => Some(Due::Open),
        };
        let not_before = match self.one(node, &[K::NotBefore]) {
            Some(line) => Some(self.condition_in(&line)?),
            None => None,
        };
        let steps = node.all(K::Step);
        if !steps.is_empty() {
            if let Some(quantity) = duty.child(K::Quantity) {
                let message = "the amounts stand in the steps: this one would be a second total";
                self.error(codes::SAID_TWICE, quantity.span(), message);
            }
            let read: Vec<_> = steps.iter().map(|step| self.step(step)).collect();
            self.refuse_falling(&steps, &read);
            let steps = read;
            return Some(Rule::Schedule {
                action: action?,
                steps: steps.into_iter().collect::<Option<_>>()?,
                not_before,
            });
        }
        let measure = match duty.child(K::Quantity).filter(|_| kind != ProvisionKind::Prohibition) {
            Some(quantity) => self.measure(&quantity, false),
            None => self.plainly_required(duty, action.as_ref(), kind).map(Measure::Plain),
        };
        let (action, measure, due) = (action?, measure?, due?);
        if let Measure::Plain(required) = measure {
            return Some(Rule::Once { action, required, due, not_before });
        }
        let in_all = duty.child(K::InAll);
        if matches!(measure, Measure::Share(..)) && in_all.is_none() {
            self.in_all_or_more(&duty.child(K::Quantity)?);
            return None;
        }
        let in_all = in_all.is_none_or(|said| said.has("all"));
        Some(Rule::Schedule { action, steps: vec![Step { measure, in_all, due }], not_before })
    }

    /// A total of all so far cannot fall from one step to the next.
    fn refuse_falling(&mut self, nodes: &[SyntaxNode], steps: &[Option<Step>]) {
        for (index, before) in falling(steps.iter().map_while(Option::as_ref)) {
            let Some(node) = nodes.get(index) else { return };
            let message = format!("{before} in all were due before this: a total cannot fall");
            self.error(codes::BAD_NUMBER, node.span(), message);
        }
    }

    pub(super) fn step(&mut self, node: &SyntaxNode) -> Option<Step> {
        let quantity = node.child(K::Quantity)?;
        let measure = self.measure(&quantity, true);
        let in_all = node.child(K::InAll);
        if in_all.is_none() {
            self.in_all_or_more(&quantity);
        }
        let due = match node.first_child_by_kind(&|kind| matches!(kind, K::Within | K::By | K::Before)) {
            Some(line) => self.due(&line),
            None => Some(Due::Open),
        };
        Some(Step { measure: measure?, in_all: in_all?.has("all"), due: due? })
    }

    fn in_all_or_more(&mut self, quantity: &SyntaxNode) {
        let end = quantity.span().end;
        let message = "of all so far, or on top of what came before? Say which";
        let diagnostic = Diagnostic::error(codes::IN_ALL_OR_MORE, quantity.span(), message);
        self.sink.push(diagnostic.fix("add `in all`", end..end, " in all").fix(
            "add `more`",
            end..end,
            " more",
        ));
    }

    fn stage(&mut self, node: &SyntaxNode) -> Option<Id> {
        let line = self.one(node, &[K::Counted]).filter(|line| !line.has("on"))?;
        let last = line.words().into_iter().rfind(|w| w.chars().all(char::is_alphabetic))?;
        Some(if last.starts_with("enter") { "entered".to_owned() } else { last })
    }

    /// Refuses the lines that do not go with the rule.
    pub(super) fn belonging(&mut self, node: &SyntaxNode, what: &str, allowed: &[K]) {
        for line in node.children().by_kind(|kind| SHAPING.contains(&kind) && !allowed.contains(&kind)) {
            let tokens = line.descendants_with_tokens().filter_map(|e| e.into_token());
            let words = tokens.filter(|t| !t.kind().is_trivia()).take(2).map(|t| t.text().to_owned());
            let message =
                format!("a line with `{}` does not go with {what}", words.collect::<Vec<_>>().join(" "));
            self.error(codes::DOES_NOT_BELONG, line.span(), message);
        }
    }
}

/// The steps, by index, whose total is below what was due before, and that.
pub(super) fn falling<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<(usize, Amount)> {
    let mut before = Amount::ZERO;
    let mut found = Vec::new();
    for (index, step) in steps.enumerate() {
        // What is no plain number cannot be added up.
        let Step { measure: Measure::Plain(Required::AtLeast(amount)), in_all, .. } = step else { break };
        if *in_all && *amount < before {
            found.push((index, before));
        }
        before = if *in_all { *amount } else { before + *amount };
    }
    found
}
