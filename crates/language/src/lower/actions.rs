//! Deeds: who does what to what, to whom and where.
//!
//! Invariant: the act is of the vocabulary, in the form that its sentence needs, and can take the item.

use model::{
    Id,
    agreement::{Action, Where},
    vocabulary::{self, Term},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    names::{Thing, Written},
    near,
    symbols::Wanted,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// The noun of an act.
pub(crate) fn noun(act: &str) -> &str {
    vocabulary::act(act).map_or(act, |term| &term.noun)
}

/// The form of the act that a sentence needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `must release`.
    Plain,
    /// `a release by`, `a withdrawal by`.
    Noun,
    /// `releases`, `has released`.
    Told,
}

impl Lowering<'_> {
    /// The deed that a sentence tells of.
    pub(super) fn action(&mut self, node: &SyntaxNode, form: Form) -> Option<Action> {
        let by = node.child(SyntaxKind::Doers).and_then(|doers| self.doers(&doers));
        let act = node.child(SyntaxKind::Act).and_then(|act| self.act(&act, form));
        let mut action = Action {
            act: act.map(|a| a.id.clone()).unwrap_or_default(),
            by: by.clone().unwrap_or_default(),
            item: None,
            to: None,
            place: None,
            stage: None,
            under: Vec::new(),
        };
        let object = self.object(node, &mut action, act);
        let places = self.places(node, &mut action);
        (by.is_some() && act.is_some() && object.is_some() && places.is_some()).then_some(action)
    }

    /// Who does it; empty for `anyone`.
    pub(super) fn doers(&mut self, node: &SyntaxNode) -> Option<Vec<Id>> {
        let names = node.all(SyntaxKind::Name);
        if names.is_empty() {
            if node.has("party") && self.parties.is_empty() {
                self.error(codes::UNKNOWN_NAME, node.span(), "no party is declared");
                return None;
            }
            return Some(if node.has("party") { self.parties.clone() } else { Vec::new() });
        }
        let found: Vec<_> =
            names.iter().map(|n| self.names.actor(&n.name()?, self.sink).map(|a| a.0)).collect();
        found.into_iter().collect()
    }

    /// The act, if it stands in the right form.
    pub(super) fn act(&mut self, node: &SyntaxNode, form: Form) -> Option<&'static Term> {
        let (word, span) = node.name()?;
        let helped = node.has("is") || node.has("has");
        let proper = |term: &'static Term| match form {
            Form::Plain => term.id.as_str(),
            Form::Noun => term.noun.as_str(),
            Form::Told if helped => term.participle.as_str(),
            Form::Told => term.third.as_str(),
        };
        self.sink.symbols.wants(&(word.clone(), span.clone()), || {
            let counted = vocabulary::acts().filter(|term| !term.judged);
            counted.map(|term| Wanted::Act(proper(term).to_owned(), term.id.clone())).collect()
        });
        let fits = |term: &&'static Term| proper(term) == word;
        let written = vocabulary::act_written(&word);
        // Two acts may share a form: the first act written so need not be the one that fits here.
        if let Some(term) = written.filter(fits).or_else(|| vocabulary::acts().find(fits)) {
            if term.judged {
                let message = format!(
                    "a duty to `{word}` is judged, not counted: write `is answerable for any ACT by …`, `must take \
                     all feasible steps to prevent any ACT by …` or `must endeavour to ACT …`"
                );
                self.error(codes::ACT_FORM, span, message);
                return None;
            }
            return Some(term);
        }
        if let Some(term) = written {
            let message = format!("`{word}` does not fit into this sentence: `{}` does", proper(term));
            self.sink.push(Diagnostic::error(codes::ACT_FORM, span, message).write(proper(term)));
            return None;
        }
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_ACT, span, format!("the vocabulary has no act `{word}`"));
        if let Some(near) = near::nearest(&word, vocabulary::acts().map(proper)) {
            diagnostic = diagnostic.write(near);
        }
        self.sink.push(diagnostic);
        None
    }

    /// Reads what it is done to into the action: an item, or for some acts a zone or someone named.
    pub(super) fn object(
        &mut self,
        node: &SyntaxNode,
        action: &mut Action,
        act: Option<&Term>,
    ) -> Option<()> {
        let Some(name) = node.child(SyntaxKind::Object).and_then(|object| object.name()) else {
            return Some(());
        };
        if let Some(act) = act {
            self.names.wants_object(&name, act, self.sink);
        }
        match (self.names.thing(&name.0), act.and_then(|act| act.zone), act.is_some_and(|act| act.someone)) {
            (Some(Thing::Zone), Some(how), _) => action.place = Some((how, name.0)),
            (Some(Thing::Actor(_)), _, true) => action.to = Some(name.0),
            // What is wrong with the act has been told, and decides whether this is.
            (Some(Thing::Zone | Thing::Actor(_)), ..) if act.is_none() => {}
            _ => action.item = Some(self.item_of(&name, act)?),
        }
        Some(())
    }

    /// An item that the act can take.
    pub(super) fn item_of(&mut self, name: &Written, act: Option<&Term>) -> Option<Id> {
        self.sink
            .symbols
            .wants(name, || act.map(|act| Wanted::TakenBy(act.id.clone())).into_iter().collect());
        let item = self.names.item(name, self.sink)?;
        let act = act.filter(|act| !self.names.takes(act, &item));
        if let Some(act) = act {
            let can = match act.takes.as_slice() {
                [] => "it takes none".to_owned(),
                takes => format!("it takes {} and what is narrower", takes.join(", ")),
            };
            let message = format!("`{}` cannot be done to `{}`: {can}", act.id, name.0);
            self.error(codes::ACT_CANNOT_TAKE, name.1.clone(), message);
            return None;
        }
        Some(item)
    }

    /// Reads `to B`, `into Z`, `in Z`, `from Z` into the action.
    pub(super) fn places(&mut self, node: &SyntaxNode, action: &mut Action) -> Option<()> {
        let mut all_read = Some(());
        for place in node.all(SyntaxKind::Place) {
            if self.place(&place, action).is_none() {
                all_read = None;
            }
        }
        all_read
    }

    fn place(&mut self, node: &SyntaxNode, action: &mut Action) -> Option<()> {
        let preposition = node.words().first().cloned().unwrap_or_default();
        let name = node.name()?;
        let is_actor = matches!(self.names.thing(&name.0), Some(Thing::Actor(_)));
        let item_too = preposition == "on" && action.item.is_none();
        if item_too && self.names.thing(&name.0) == Some(Thing::Item) {
            // `an attack by H on members`: what it is done to.
            action.item = Some(self.item_of(&name, vocabulary::act(&action.act))?);
            return Some(());
        }
        let taken = if preposition == "on" || (preposition == "to" && is_actor) {
            let to = Some(self.names.actor(&name, self.sink)?.0);
            std::mem::replace(&mut action.to, to).is_some()
        } else {
            let how = match preposition.as_str() {
                "to" | "into" => Where::Into,
                "from" | "out" => Where::From,
                "outside" => Where::Outside,
                _ => Where::In,
            };
            let member =
                self.member.as_ref().is_some_and(|member| *member == name.0) || super::is_member(&name.0);
            let ground = if preposition == "to" && !member {
                self.names.zone_or_actor(&name, self.sink)?
            } else {
                self.ground(&name)?
            };
            action.place.replace((how, ground)).is_some()
        };
        if taken {
            let message = "a sentence names one place and one recipient";
            self.error(codes::SAID_TWICE, node.span(), message);
            return None;
        }
        Some(())
    }
}
