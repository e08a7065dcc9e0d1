//! A provision: who is bound, while what holds, and the lines that go with any rule.
//!
//! Invariant: its text is the statement as written, and its clause the heading above it unless it says
//! another.

use model::{
    Id,
    agreement::{Condition, Provision, Role, Rule},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    names::{keyword, provision_kind},
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn provision(&mut self, node: &SyntaxNode) -> Option<Provision> {
        let (id, _) = node.name()?;
        let span = node.span();
        let kind = provision_kind(&keyword(node));
        let Some(duty) = self.one(node, &[SyntaxKind::Duty]) else {
            self.lacks(node, codes::NO_VERB, format!("`{id}` says nothing that anyone must or must not do"));
            return None;
        };
        let rule = self.rule(node, &duty, kind);
        let bearers = self.bearers(&duty);
        let while_ = match self.one(node, &[SyntaxKind::While]) {
            Some(line) => self.condition_in(&line),
            None => Some(Condition::InForce),
        };
        let verified_by = self.verifiers(node);
        let exceptions = self.exceptions(node, rule.as_ref());
        self.one(node, &[SyntaxKind::Count]);
        Some(Provision {
            id,
            label: node.quoted().filter(|_| node.child(SyntaxKind::Label).is_some()).unwrap_or_default(),
            kind,
            bearers: bearers?,
            clause: self.clause_of(node),
            text: self.text.get(span.clone()).unwrap_or_default().trim().to_owned(),
            line: self.line(span.start),
            rule: rule?,
            while_: while_?,
            exceptions: exceptions?,
            verified_by: verified_by?,
            assumptions: self.assumptions(node),
        })
    }

    fn bearers(&mut self, duty: &SyntaxNode) -> Option<Vec<Id>> {
        let doers = duty.child(SyntaxKind::Doers)?;
        let names = doers.all(SyntaxKind::Name);
        if names.is_empty() {
            return doers.has("party").then(|| self.parties.clone());
        }
        let mut bearers = Vec::new();
        for name in names.iter().filter_map(Walk::name) {
            // An unknown name was reported with the deed itself.
            let (id, role) = self.names.actor(&name, &mut crate::diagnostics::Sink::default())?;
            if role == Role::Actor {
                let message = format!("`{id}` is not a party, and no duty can be laid on it");
                self.error(codes::NOT_A_PARTY, name.1, message);
            } else if bearers.contains(&id) {
                self.error(codes::SAID_TWICE, name.1, format!("`{id}` is named twice"));
            }
            bearers.push(id);
        }
        Some(bearers)
    }

    fn verifiers(&mut self, node: &SyntaxNode) -> Option<Vec<Id>> {
        let Some(line) = self.one(node, &[SyntaxKind::Verified]) else { return Some(Vec::new()) };
        let names = line.all(SyntaxKind::Name);
        let found: Vec<_> =
            names.iter().map(|n| self.names.actor(&n.name()?, self.sink).map(|a| a.0)).collect();
        found.into_iter().collect()
    }

    fn exceptions(
        &mut self,
        node: &SyntaxNode,
        rule: Option<&Rule>,
    ) -> Option<Vec<model::agreement::Exception>> {
        // Other rules refuse the line as not belonging to them.
        let Some(Rule::Prohibition { action }) = rule else { return Some(Vec::new()) };
        let lines = node.all(SyntaxKind::Except);
        let found: Vec<_> = lines.iter().map(|line| self.exception(line, &action.act)).collect();
        found.into_iter().collect()
    }

    fn clause_of(&mut self, node: &SyntaxNode) -> String {
        if let Some(said) = self.one(node, &[SyntaxKind::ClauseLine]).and_then(|line| line.quoted()) {
            return said;
        }
        let at = node.span().start;
        let above = self.clauses.partition_point(|clause| clause.range.start <= at).checked_sub(1);
        above.and_then(|index| self.clauses.get(index)).map(|clause| clause.title.clone()).unwrap_or_default()
    }

    /// Refuses the lines that do not go with the rule.
    pub(super) fn belonging(&mut self, node: &SyntaxNode, what: &str, allowed: &[SyntaxKind]) {
        use SyntaxKind as K;
        let checked = [
            K::Trigger,
            K::Within,
            K::By,
            K::Each,
            K::Share,
            K::PartDays,
            K::Counted,
            K::Count,
            K::NotBefore,
            K::Except,
            K::Afterwards,
        ];
        for line in node.children().filter(|n| checked.contains(&n.kind()) && !allowed.contains(&n.kind())) {
            let words = line.words().into_iter().take(2).collect::<Vec<_>>().join(" ");
            let message = format!("a line with `{words}` does not go with {what}");
            self.error(codes::DOES_NOT_BELONG, line.span(), message);
        }
    }

    /// Warns where a duty of each day begins inside a day and the text does not say what that day owes.
    pub(super) fn warn_of_part_days(&mut self, node: &SyntaxNode, each: &SyntaxNode) {
        let span = each.span();
        let message = "the agreement enters into force inside a day, and the text does not say what that day owes: \
                       it is taken to owe all";
        let mut diagnostic = Diagnostic::error(codes::PART_DAYS, span.clone(), message);
        for words in ["part-days in full", "part-days pro rata"] {
            let line = self.continuation(node.span().start, words);
            diagnostic = diagnostic.fix(format!("add `{words}`"), span.end..span.end, line);
        }
        self.sink.push(diagnostic);
    }
}
