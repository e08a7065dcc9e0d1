//! Terms: the lines that go with a rule of any kind.
//!
//! Invariant: a term that has two readings is refused until one is chosen.

use model::{
    Id,
    agreement::{Counting, InStep, Manner, PartLot, Provision, Rung, Terms},
};

use super::Lowering;
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    /// The terms of a provision, but for what a breach allows.
    pub(super) fn terms(&mut self, node: &SyntaxNode, duty: &SyntaxNode) -> Option<Terms> {
        let unless = match self.one(node, &[K::Unless]) {
            Some(line) => Some(self.state_in(&line)?),
            None => None,
        };
        let counting = self.one(node, &[K::Count]).map(|line| counting(&line)).unwrap_or_default();
        let judged = match self.one(node, &[K::OnlyJudged]) {
            Some(line) => Some(self.names.judgement(&line.name()?, self.sink)?),
            None => None,
        };
        let part_lot = self.one(node, &[K::PartLot]).map(|line| match line.has("nothing") {
            true => PartLot::Nothing,
            false => PartLot::Proportion,
        });
        let mut made_up_with = Vec::new();
        for line in node.all(K::MakeUp) {
            made_up_with.push(self.names.item(&line.child(K::Object)?.name()?, self.sink)?);
        }
        let quality = match self.one(node, &[K::Quality]) {
            Some(line) => Some((line.quoted()?, self.who(&line)?)),
            None => None,
        };
        let grades = match self.one(node, &[K::Graded]) {
            Some(line) => Some((self.grades(&line)?, self.who(&line)?)),
            None => None,
        };
        Some(Terms {
            unless,
            counting,
            judged,
            manner: duty.child(K::Manner).map(|manner| manner_of(&manner)),
            for_each: self.for_each(node)?,
            in_step: self.in_step(node)?,
            part_lot,
            made_up_with,
            quality,
            consequences: Vec::new(),
            grades,
            disputes: self.disputes(node)?,
            subject_to: self.precedence(node, true)?,
            notwithstanding: self.precedence(node, false)?,
        })
    }

    /// What a member is called in the provision, and its family.
    pub(super) fn for_each(&mut self, node: &SyntaxNode) -> Option<Option<(Id, Id)>> {
        let Some(line) = self.one(node, &[K::ForEach]) else { return Some(None) };
        let member = line.child(K::As)?.name()?;
        if self.names.is_declared(&member.0) {
            let message = format!("`{}` is the name of something else: call the member by another", member.0);
            self.error(codes::DUPLICATE_NAME, member.1, message);
            return None;
        }
        Some(Some((member.0, self.names.family(&line.name()?, self.sink)?)))
    }

    fn in_step(&mut self, node: &SyntaxNode) -> Option<Option<InStep>> {
        let Some(line) = self.one(node, &[K::InStep]) else { return Some(None) };
        let with = self.names.provision(&line.name()?, self.sink)?;
        let first = self.who(&line)?.into_iter().next();
        let starts = match super::conditions::inside(&line).is_empty() {
            true => None,
            false => Some(self.instant_in(&line)?),
        };
        if first.is_none() && starts.is_none() {
            let end = line.span().end;
            let message = "each may wait for the other: say who moves first, or what starts both";
            let mut diagnostic = Diagnostic::error(codes::WHO_FIRST, line.span(), message);
            for party in self.parties.clone() {
                let words = format!(", {party} moves first");
                diagnostic = diagnostic.fix(format!("add `{party} moves first`"), end..end, words);
            }
            let words = ", both start at entry into force";
            self.sink.push(diagnostic.fix("add `both start at entry into force`", end..end, words));
            return None;
        }
        Some(Some(InStep { with, first, starts }))
    }

    fn grades(&mut self, line: &SyntaxNode) -> Option<Vec<Id>> {
        let names: Vec<_> = line.child(K::Object)?.all(K::Name).iter().filter_map(Walk::name).collect();
        for (index, name) in names.iter().enumerate() {
            if names.iter().take(index).any(|earlier| earlier.0 == name.0) {
                self.error(codes::SAID_TWICE, name.1.clone(), format!("`{}` is named twice", name.0));
            }
        }
        Some(names.into_iter().map(|name| name.0).collect())
    }

    fn disputes(&mut self, node: &SyntaxNode) -> Option<Vec<Rung>> {
        let Some(line) = self.one(node, &[K::Disputes]) else { return Some(Vec::new()) };
        let rungs: Vec<_> = line.all(K::Rung).iter().map(|rung| self.rung(rung)).collect();
        rungs.into_iter().collect()
    }

    fn rung(&mut self, node: &SyntaxNode) -> Option<Rung> {
        let mut clock = |holder: Option<SyntaxNode>| match holder.and_then(|n| n.child(K::Clock)) {
            Some(clock) => self.clock(&clock).map(Some),
            None => Some(None),
        };
        let brought_within = clock(Some(node.clone()))?;
        let decided_within = clock(node.child(K::Until))?;
        Some(Rung { before: self.who(node)?, brought_within, decided_within, final_: node.has("finally") })
    }

    fn precedence(&mut self, node: &SyntaxNode, subject: bool) -> Option<Vec<Id>> {
        let mut others = Vec::new();
        for line in node.all(K::Precedence).iter().filter(|line| line.has("subject") == subject) {
            others.extend(self.provision_names(line)?);
        }
        Some(others)
    }

    /// The provisions that a line names.
    pub(super) fn provision_names(&mut self, line: &SyntaxNode) -> Option<Vec<Id>> {
        let names = line.all(K::Name);
        let found: Vec<_> = names.iter().map(|n| self.names.provision(&n.name()?, self.sink)).collect();
        found.into_iter().collect()
    }

    /// Asks what a part of a lot owes, where a duty waits for a lot to be complete.
    pub(super) fn check_lot(&mut self, node: &SyntaxNode, provision: &Provision) {
        use model::agreement::{Condition, Due, Rule};
        let waits = match &provision.rule {
            Rule::Once { due: Due::Within(_, after) | Due::EndOfDayAfter(_, after), .. } => Some(after),
            _ => None,
        };
        let lot = matches!(waits, Some(Condition::Done(..)));
        match (lot, node.child(K::PartLot)) {
            (true, None) => {
                let within = node.first_child_by_kind(&|kind| matches!(kind, K::Within | K::By));
                let span = within.map_or(node.span(), |line| line.span());
                let message = "what does a part of the lot owe? Say which";
                let lines = [
                    "before the lot is complete nothing is owed",
                    "before the lot is complete a proportionate part is owed",
                ];
                self.choose(node, span, codes::PART_LOT, message, &lines);
            }
            (false, Some(line)) => {
                let message = "no lot is waited for: this goes with `within … after A has …ed all N …`";
                self.error(codes::DOES_NOT_BELONG, line.span(), message);
            }
            _ => {}
        }
    }
}

/// What one violation is.
pub(super) fn counting(line: &SyntaxNode) -> Counting {
    match () {
        () if line.has("explosion") => Counting::Explosion,
        () if line.has("day") => Counting::Day,
        () if line.has("person") => Counting::Person,
        () => Counting::Incident,
    }
}

fn manner_of(manner: &SyntaxNode) -> Manner {
    match () {
        () if manner.has("promptly") => Manner::Promptly,
        () if manner.has("gradually") => Manner::Gradually,
        () => Manner::Endeavour,
    }
}
