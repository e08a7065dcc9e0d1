//! Powers: who may do what to the agreement, how far, how often and when; and what a breach allows.
//!
//! Invariant: an extension says how far and how often; a suspension whose duties it stops, for how long, and what clocks
//! do.

use model::{
    Id,
    agreement::{Agreement, Condition, Due, Faculty, PhaseEnd, Power, Suspension, Target, Whose},
};

use super::{Lowering, head_of, label};
use crate::{
    diagnostics::{Diagnostic, codes},
    names::{Thing, statements},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

/// What can be done to an agreement.
const FACULTIES: &[&str] = &["extend", "suspend", "terminate", "resume", "certify", "waive"];

/// The phases that some power can extend.
pub(super) fn renewable(file: &SyntaxNode) -> Vec<Id> {
    let mut phases: Vec<Id> = Vec::new();
    for power in statements(file).filter(|s| s.kind() == K::Power) {
        let Some(faculty) = power.child(K::Faculty) else { continue };
        let extends =
            faculty.child(K::Act).and_then(|act| act.name()).is_some_and(|(act, _)| act == "extend");
        let target = faculty.child(K::Target).filter(|target| target.has("phase"));
        if let Some((id, _)) = target.and_then(|t| t.name()).filter(|_| extends) {
            phases.push(id);
        }
    }
    phases.sort();
    phases.dedup();
    phases
}

impl Lowering<'_> {
    pub(super) fn power(&mut self, node: &SyntaxNode, agreement: &Agreement) -> Option<Power> {
        let (id, _) = node.name()?;
        let Some(said) = self.one(node, &[K::Faculty]) else {
            self.lacks(
                node,
                codes::NO_VERB,
                format!("`{id}` does not say who may do what: `A may extend …`"),
            );
            return None;
        };
        let bearers = self.bearers(&said.child(K::Doers)?);
        let faculty = self.faculty(node, &said, agreement);
        let (by, binding) = bearers?;
        let faculty = faculty?;
        let due = match self.one(node, &[K::Within, K::By, K::Before]) {
            Some(line) if line.has("it") => self.before_it_ends(&line, &faculty)?,
            Some(line) => self.due(&line)?,
            None => Due::Open,
        };
        let while_ = match self.one(node, &[K::While]) {
            Some(line) => self.state_in(&line)?,
            None => Condition::InForce,
        };
        let clause = self.clause_of(node);
        let (line, assumptions) = (self.line(node.span().start), self.assumptions(node));
        Some(Power {
            label: label(node, &id),
            id,
            by,
            binding,
            faculty,
            due,
            while_,
            clause,
            line,
            assumptions,
        })
    }

    fn before_it_ends(&mut self, line: &SyntaxNode, faculty: &Faculty) -> Option<Due> {
        let phase = match faculty {
            Faculty::Extend { phase, .. } => Some(phase),
            Faculty::Suspend(Suspension { target: Target::Phase(phase), .. })
            | Faculty::Other { target: Target::Phase(phase), .. } => Some(phase),
            _ => None,
        };
        let Some(phase) = phase else {
            self.error(codes::DOES_NOT_BELONG, line.span(), "`before it ends` is said of a phase");
            return None;
        };
        Some(Due::Before(Condition::PhaseEnded(phase.clone())))
    }

    fn faculty(&mut self, node: &SyntaxNode, said: &SyntaxNode, agreement: &Agreement) -> Option<Faculty> {
        let (act, span) = said.child(K::Act)?.name()?;
        if !FACULTIES.contains(&act.as_str()) {
            let message =
                format!("`{act}` is nothing that can be done to an agreement: {} are", FACULTIES.join(", "));
            let mut diagnostic = Diagnostic::error(codes::UNKNOWN_ACT, span, message);
            if let Some(near) = crate::near::nearest(&act, FACULTIES.iter().copied()) {
                diagnostic = diagnostic.write(near);
            }
            self.sink.push(diagnostic);
            return None;
        }
        let (far, often) = (self.one(node, &[K::HowFar]), self.one(node, &[K::HowOften]));
        let terms = self.one(node, &[K::SuspensionTerms]);
        if act != "extend" {
            for line in far.iter().chain(&often) {
                self.error(codes::DOES_NOT_BELONG, line.span(), "this goes with `may extend`");
            }
        }
        if act == "suspend" || act == "terminate" {
            return Some(Faculty::Suspend(self.suspension(node, said, terms)?));
        }
        if let Some(line) = terms {
            self.error(codes::DOES_NOT_BELONG, line.span(), "this goes with `may suspend`");
        }
        let target = self.target(&said.child(K::Target)?)?;
        if act == "extend" {
            return self.extension(node, said, target, (far, often), agreement);
        }
        if matches!(target, Target::Milestone(_)) && act != "certify" {
            let message = "a milestone can be certified, and nothing else";
            self.error(codes::WRONG_KIND, said.child(K::Target)?.span(), message);
            return None;
        }
        Some(Faculty::Other { act, target })
    }

    fn extension(
        &mut self,
        node: &SyntaxNode,
        said: &SyntaxNode,
        target: Target,
        (far, often): (Option<SyntaxNode>, Option<SyntaxNode>),
        agreement: &Agreement,
    ) -> Option<Faculty> {
        let Target::Phase(phase) = target else {
            let message = "a phase can be extended: a duty's deadline is moved by an amendment";
            self.error(codes::CANNOT_EXTEND, said.child(K::Target)?.span(), message);
            return None;
        };
        let found = agreement.phases.iter().find(|p| p.id == phase)?;
        if matches!(found.ends, PhaseEnd::When(_) | PhaseEnd::Never) && found.latest.is_none() {
            let message =
                format!("phase `{phase}` ends by an event, or has no end: there is no term to extend");
            self.error(codes::CANNOT_EXTEND, said.child(K::Target)?.span(), message);
            return None;
        }
        if far.is_none() {
            self.lacks(node, codes::HOW_FAR, "by how much can it be extended? `by up to 60 days each time`");
        }
        if often.is_none() {
            let message = "how often can it be extended? Say which";
            let lines = ["at most 1 time", "as often as they agree"];
            self.choose(node, head_of(node), codes::HOW_OFTEN, message, &lines);
        }
        let far = far?;
        let length = far.child(K::Length)?;
        let by = self.term(&length)?;
        if !far.has("time") {
            self.each_time(&length, &["each time"]);
        }
        let times = match often?.token(K::Number) {
            Some(token) => Some(self.times(&token)?),
            None => None,
        };
        Some(Faculty::Extend { phase, by, times })
    }

    fn times(&mut self, token: &crate::syntax::SyntaxToken) -> Option<u32> {
        let times = token.text().parse::<u32>().ok().filter(|times| (1..=1_000).contains(times));
        if times.is_none() {
            self.error(
                codes::BAD_NUMBER,
                token.text_range().into(),
                "a whole number from 1 to 1000 was expected",
            );
        }
        times
    }

    /// What a suspension or termination stops; `statement` is where lines would be added.
    pub(super) fn suspension(
        &mut self,
        statement: &SyntaxNode,
        said: &SyntaxNode,
        terms: Option<SyntaxNode>,
    ) -> Option<Suspension> {
        let (act, span) = said.child(K::Act)?.name()?;
        if act != "suspend" && act != "terminate" {
            let message = format!("a breach allows someone to `suspend` or to `terminate`, not to `{act}`");
            self.error(codes::UNKNOWN_ACT, span, message);
            return None;
        }
        let target = self.target(&said.child(K::Target)?)?;
        if let Target::Milestone(id) = &target {
            let message = format!("`{id}` is a milestone: no duties hang on it that could stop");
            self.error(codes::WRONG_KIND, said.child(K::Target)?.span(), message);
            return None;
        }
        let says = |word: &str| terms.as_ref().is_some_and(|terms| terms.has(word));
        let length = terms.as_ref().and_then(|terms| terms.child(K::Length));
        let head = said.span();
        if act == "suspend"
            && !says("own")
            && !says("all")
            && terms.as_ref().is_none_or(|terms| terms.child(K::Who).is_none())
        {
            let message = "whose duties does it stop? Say which";
            let lines = ["its own duties only", "all duties"];
            self.choose_term(statement, head.clone(), codes::WHOSE_DUTIES, message, &lines);
        }
        if act == "suspend" && length.is_none() && !says("good") {
            let message = "for how long? `for at most 14 days each time`, or `for good`";
            self.choose_term(statement, head.clone(), codes::HOW_LONG, message, &["for good"]);
        }
        if act == "suspend" && !says("clocks") {
            let message = "do deadlines stand still meanwhile? Say which";
            self.choose_term(
                statement,
                head,
                codes::CLOCKS,
                message,
                &["their clocks stop", "their clocks run on"],
            );
        }
        let whose = match terms.as_ref().filter(|terms| terms.child(K::Who).is_some()) {
            Some(terms) => Whose::Of(self.who(terms)?),
            None if says("own") => Whose::Own,
            None => Whose::All,
        };
        let limit = terms.as_ref().and_then(|terms| terms.child(K::InAll));
        let at_most = match length {
            Some(length) => {
                let at_most = self.plain_length(&length)?;
                if limit.is_none() {
                    self.each_time(&length, &["each time", "in all"]);
                }
                Some(at_most)
            }
            None => None,
        };
        let in_all = limit.is_some_and(|limit| limit.has("all"));
        Some(Suspension { act, target, whose, at_most, in_all, clocks_stop: says("stop") })
    }

    /// Asks of what a length is the limit.
    fn each_time(&mut self, length: &SyntaxNode, choices: &[&str]) {
        let (span, end) = (length.span(), length.span().end);
        let message = "each time, or of all times together? Say which";
        let mut diagnostic = Diagnostic::error(codes::EACH_TIME, span, message);
        for words in choices {
            diagnostic = diagnostic.fix(format!("add `{words}`"), end..end, format!(" {words}"));
        }
        self.sink.push(diagnostic);
    }

    /// Asks for a term of a suspension, which is added at the statement's end.
    fn choose_term(
        &mut self,
        statement: &SyntaxNode,
        span: std::ops::Range<usize>,
        code: &'static str,
        message: &str,
        terms: &[&str],
    ) {
        if statement.is_broken() {
            return;
        }
        let end = statement.span().end;
        let mut diagnostic = Diagnostic::error(code, span, message);
        for words in terms {
            diagnostic = diagnostic.fix(format!("add `{words}`"), end..end, format!(", {words}"));
        }
        self.sink.push(diagnostic);
    }

    /// A phase, a provision or the agreement.
    pub(super) fn target(&mut self, node: &SyntaxNode) -> Option<Target> {
        if node.has("agreement") {
            return Some(Target::Agreement);
        }
        let name = node.name()?;
        if node.has("phase") {
            return Some(Target::Phase(self.names.phase(&name, self.sink)?));
        }
        if self.names.thing(&name.0) == Some(Thing::Milestone) {
            return Some(Target::Milestone(self.names.milestone(&name, self.sink)?));
        }
        Some(Target::Provision(self.names.provision(&name, self.sink)?))
    }
}
