//! Readings: what someone contends that the text means.
//!
//! Invariant: each change is to a part that its provision has; a reading without a source is refused.

use model::{
    Id,
    agreement::{Agreement, Change, Due, Provision, Reading, Rule},
    vocabulary,
};

use super::Lowering;
use crate::{
    diagnostics::codes,
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn reading(
        &mut self,
        node: &SyntaxNode,
        index: usize,
        agreement: &Agreement,
    ) -> Option<Reading> {
        let title = node.quoted()?;
        let id = self.reading_id(node, &title, index);
        if agreement.readings.iter().any(|r| r.id == id) {
            let message = format!("another reading is called `{id}`: give this one a name with `as …`");
            self.lacks(node, codes::DUPLICATE_NAME, message);
        }
        let contended = self.one(node, &[SyntaxKind::Contended]);
        let names = contended.map(|line| line.all(SyntaxKind::Name)).unwrap_or_default();
        if names.is_empty() {
            self.lacks(node, codes::EXPECTED, "who contends for this reading is missing: `contended by …`");
        }
        let who: Vec<_> =
            names.iter().map(|n| self.names.actor(&n.name()?, self.sink).map(|a| a.0)).collect();
        let source = self.one(node, &[SyntaxKind::Source]).and_then(|line| line.quoted());
        if source.as_deref().is_none_or(|s| s.trim().is_empty()) {
            self.lacks(
                node,
                codes::MISSING_SOURCE,
                "where this was contended for is missing: `source \"…\"`",
            );
        }
        let lines = node.all(SyntaxKind::Change);
        if lines.is_empty() {
            self.lacks(node, codes::NO_VERB, "a reading says what it changes: `in ID, … becomes …`");
        }
        let changes: Vec<_> = lines.iter().map(|line| self.change(line, &agreement.provisions)).collect();
        let contended_by = who.into_iter().collect::<Option<_>>()?;
        Some(Reading {
            id,
            title,
            contended_by,
            source: source?,
            changes: changes.into_iter().collect::<Option<_>>()?,
        })
    }

    fn reading_id(&mut self, node: &SyntaxNode, title: &str, index: usize) -> Id {
        if let Some((name, _)) = self.one(node, &[SyntaxKind::As]).and_then(|line| line.name()) {
            return name;
        }
        let plain = title.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let id = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
        if id.is_empty() { format!("reading_{}", index + 1) } else { id }
    }

    fn change(&mut self, node: &SyntaxNode, provisions: &[Provision]) -> Option<(Id, Change)> {
        let id = self.names.provision(&node.name()?, self.sink)?;
        // One that could not be read has been reported.
        let provision = provisions.iter().find(|p| p.id == id)?;
        let part = node.words().into_iter().find(|w| *w != "in" && *w != ",")?;
        let there = match (part.as_str(), &provision.rule) {
            ("except", rule) => matches!(rule, Rule::Prohibition { .. }),
            ("item", _) => true,
            ("trigger", rule) => matches!(rule, Rule::Exchange { .. }),
            ("required", rule) => matches!(rule, Rule::Once { .. } | Rule::Daily { .. }),
            (_, rule) => matches!(rule, Rule::Once { due, .. } if *due != Due::Open),
        };
        if !there {
            let message = format!("`{id}` has no `{part}` that a reading could change");
            self.error(codes::PART_NOT_THERE, node.span(), message);
            return None;
        }
        let (Rule::Once { action, .. }
        | Rule::Daily { action, .. }
        | Rule::Exchange { action, .. }
        | Rule::Prohibition { action }) = &provision.rule;
        let change = match part.as_str() {
            "except" => Change::Except(vec![self.exception(&node.child(SyntaxKind::Except)?, &action.act)?]),
            "required" => Change::Required(self.required(&node.child(SyntaxKind::Quantity)?)?),
            "due" => {
                let due = self.one(node, &[SyntaxKind::Within, SyntaxKind::By])?;
                Change::Due(self.due(&due)?)
            }
            _ => {
                let act = match &provision.rule {
                    Rule::Exchange { trigger, .. } if part == "trigger" => &trigger.act,
                    _ => &action.act,
                };
                let name = node.child(SyntaxKind::Object)?.name()?;
                let item = self.item_of(&name, vocabulary::act(act))?;
                if part == "trigger" { Change::Trigger(item) } else { Change::Item(item) }
            }
        };
        Some((id, change))
    }
}
