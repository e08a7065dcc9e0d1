//! A provision: who is bound, while what holds, what it demands; and the further duty that its breach leads to.
//!
//! Invariant: its text is the statement as written, and its clause the heading above it unless it says another.

use model::{
    Amount, Id,
    agreement::{
        Binding, Condition, Consequence, Due, Exception, Provision, ProvisionKind, Required, Role, Rule,
        Terms,
    },
};

use super::{Lowering, actions::Form};
use crate::{
    diagnostics::{Diagnostic, Sink, codes},
    names::{further_duty, keyword, provision_kind},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    /// The provision and the further duties in it.
    pub(super) fn provisions(&mut self, node: &SyntaxNode) -> Option<Vec<Provision>> {
        self.member = self.for_each_silently(node);
        let main = self.provision(node);
        let mut all = Vec::new();
        if let Some(mut main) = main {
            for line in node.all(K::IfBreached) {
                if line.child(K::Duty).is_some() {
                    all.extend(self.further(&line, &main));
                } else if let Some(consequence) = self.consequence(&line) {
                    main.terms.consequences.push(consequence);
                }
            }
            all.insert(0, main);
        }
        self.member = None;
        (!all.is_empty()).then_some(all)
    }

    /// What a member of the family is called here; errors are reported with the terms.
    fn for_each_silently(&self, node: &SyntaxNode) -> Option<Id> {
        Some(node.child(K::ForEach)?.child(K::As)?.name()?.0)
    }

    fn provision(&mut self, node: &SyntaxNode) -> Option<Provision> {
        let (id, _) = node.name()?;
        let kind = provision_kind(&keyword(node));
        let Some(duty) = self.one(node, &[K::Duty]) else {
            self.lacks(node, codes::NO_VERB, format!("`{id}` says nothing that anyone must or must not do"));
            return None;
        };
        let rule = self.rule(node, &duty, kind);
        let bearers = duty.child(K::Doers).and_then(|doers| self.bearers(&doers));
        let while_ = match self.one(node, &[K::While]) {
            Some(line) => self.state_in(&line),
            None => Some(Condition::InForce),
        };
        let verified_by = match self.one(node, &[K::Verified]) {
            Some(line) => self.actors(&line.all(K::Name)),
            None => Some(Vec::new()),
        };
        let exceptions = self.exceptions(node, rule.as_ref());
        let terms = self.terms(node, &duty);
        let (bearers, binding) = bearers?;
        let provision = Provision {
            id,
            label: node.child(K::Label).and_then(|_| node.quoted()).unwrap_or_default(),
            kind,
            bearers,
            binding,
            clause: self.clause_of(node),
            text: self.text.get(node.span()).unwrap_or_default().trim().to_owned(),
            line: self.line(node.span().start),
            rule: rule?,
            while_: while_?,
            exceptions: exceptions?,
            verified_by: verified_by?,
            terms: terms?,
            assumptions: self.assumptions(node),
        };
        self.check_lot(node, &provision);
        Some(provision)
    }

    /// `if breached, A must … within 48 hours after that breach`.
    fn further(&mut self, line: &SyntaxNode, main: &Provision) -> Option<Provision> {
        let duty = line.child(K::Duty)?;
        let id = further_duty(line, &main.id)?.0;
        let action = self.action(&duty, Form::Plain)?;
        let required = match duty.child(K::Quantity) {
            Some(quantity) => self.required(&quantity)?,
            None => Required::AtLeast(Amount::whole(1)),
        };
        let due = match self.one(line, &[K::Within, K::By, K::Before]) {
            Some(within) if within.child(K::Act).is_some() => self.after_that_breach(&within, &main.id)?,
            Some(due) => self.due(&due)?,
            None => Due::Open,
        };
        let (bearers, binding) = self.bearers(&duty.child(K::Doers)?)?;
        Some(Provision {
            id,
            label: String::new(),
            kind: ProvisionKind::Obligation,
            bearers,
            binding,
            clause: main.clause.clone(),
            text: self.text.get(line.span()).unwrap_or_default().trim().to_owned(),
            line: self.line(line.span().start),
            rule: Rule::Once { action, required, due, not_before: None },
            // It binds from the breach on.
            while_: Condition::Breached(main.id.clone()),
            exceptions: Vec::new(),
            verified_by: main.verified_by.clone(),
            terms: Terms::default(),
            assumptions: self.assumptions(line),
        })
    }

    fn after_that_breach(&mut self, within: &SyntaxNode, breached: &Id) -> Option<Due> {
        let (word, span) = within.child(K::Act)?.name()?;
        if word != "breach" {
            let message = format!("what this follows is the breach, not `{word}`");
            self.sink.push(Diagnostic::error(codes::DOES_NOT_BELONG, span, message).write("breach"));
            return None;
        }
        let length = self.hours(&within.child(K::Length)?)?;
        Some(Due::Within(length, Condition::Breached(breached.clone())))
    }

    /// `if breached, A may suspend …`.
    fn consequence(&mut self, line: &SyntaxNode) -> Option<Consequence> {
        let faculty = line.child(K::Faculty)?;
        let (by, binding) = self.bearers(&faculty.child(K::Doers)?)?;
        let suspension = self.suspension(line, &faculty, line.child(K::SuspensionTerms))?;
        Some(Consequence { by, binding, suspension })
    }

    /// Who is bound, and how.
    pub(super) fn bearers(&mut self, doers: &SyntaxNode) -> Option<(Vec<Id>, Binding)> {
        let bound = self.anyone_bound(doers)?;
        for name in doers.all(K::Name).iter().filter_map(Walk::name) {
            let role = self.names.actor(&name, &mut Sink::default()).map(|found| found.1);
            if role == Some(Role::Actor) {
                let message = format!("`{}` is not a party, and no duty can be laid on it", name.0);
                self.error(codes::NOT_A_PARTY, name.1, message);
            }
        }
        Some(bound)
    }

    /// Likewise; someone may contend that one is bound who is not a party.
    pub(super) fn anyone_bound(&mut self, doers: &SyntaxNode) -> Option<(Vec<Id>, Binding)> {
        let names = doers.all(K::Name);
        if doers.has("unstated") {
            return Some((Vec::new(), Binding::Unstated));
        }
        if names.is_empty() {
            if self.parties.is_empty() {
                self.error(codes::UNKNOWN_NAME, doers.span(), "no party is declared");
                return None;
            }
            return doers.has("party").then(|| (self.parties.clone(), Binding::Each));
        }
        let mut bearers = Vec::new();
        for name in names.iter().filter_map(Walk::name) {
            // An unknown name was reported with the deed itself, where there is one.
            let (id, _) = match doers.parent().is_some_and(|p| p.child(K::Act).is_some()) {
                true => self.names.actor(&name, &mut Sink::default())?,
                false => self.names.actor(&name, self.sink)?,
            };
            if bearers.contains(&id) {
                self.error(codes::SAID_TWICE, name.1, format!("`{id}` is named twice"));
            }
            bearers.push(id);
        }
        let binding = match doers.token(K::Number) {
            Some(token) => Binding::AtLeast(self.how_many(&token, bearers.len())?),
            None if doers.has("together") => Binding::Together,
            None if doers.has("either") => Binding::Either,
            None => Binding::Each,
        };
        Some((bearers, binding))
    }

    fn how_many(&mut self, token: &crate::syntax::SyntaxToken, of: usize) -> Option<usize> {
        let count = token.text().parse::<usize>().ok().filter(|count| (1..=of).contains(count));
        if count.is_none() {
            let message = format!("a number from 1 to {of}, of whom there are, was expected");
            self.error(codes::BAD_NUMBER, token.text_range().into(), message);
        }
        count
    }

    fn exceptions(&mut self, node: &SyntaxNode, rule: Option<&Rule>) -> Option<Vec<Exception>> {
        // Other rules refuse the line as not belonging to them.
        let Some(Rule::Prohibition { action } | Rule::Answerable { action, .. }) = rule else {
            return Some(Vec::new());
        };
        let act = action.act.clone();
        let found: Vec<_> = node.all(K::Except).iter().map(|line| self.exception(line, &act)).collect();
        found.into_iter().collect()
    }
}
