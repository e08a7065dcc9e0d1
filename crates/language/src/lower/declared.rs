//! Actors, zones, items, milestones and phases.
//!
//! Invariant: a zone's dated outlines are half-open by local midnights.

use model::{
    Instant, Period,
    agreement::{Actor, Item, Milestone, Phase, PhaseEnd, Role, Zone, ZoneVersion},
};

use super::Lowering;
use crate::{
    diagnostics::codes,
    names::{keyword, role},
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

fn label(node: &SyntaxNode, id: &str) -> String {
    node.quoted().unwrap_or_else(|| id.to_owned())
}

impl Lowering<'_> {
    pub(super) fn actor(&mut self, node: &SyntaxNode) -> Option<Actor> {
        let (id, _) = node.name()?;
        let role = role(&keyword(node));
        if node.has("not") && role != Role::Actor {
            let message = format!(
                "`{}` lays down that it takes part: write `actor` for one who is not a party",
                keyword(node)
            );
            self.error(codes::DOES_NOT_BELONG, node.span(), message);
        }
        Some(Actor { label: label(node, &id), id, role })
    }

    pub(super) fn zone(&mut self, node: &SyntaxNode) -> Option<Zone> {
        let (id, _) = node.name()?;
        let outlines = node.all(SyntaxKind::Outline);
        if outlines.is_empty() {
            self.lacks(node, codes::MISSING_FILE, format!("zone `{id}` has no outline: `from FILE`"));
        }
        let versions: Vec<_> = outlines.iter().filter_map(|outline| self.outline(outline)).collect();
        Some(Zone { label: label(node, &id), id, versions })
    }

    fn outline(&mut self, node: &SyntaxNode) -> Option<ZoneVersion> {
        let plain = |text: &str| text.trim_matches(['"', '“', '”']).to_owned();
        let words = node.words();
        let file = words.get(1).map(|w| plain(w))?;
        let feature = words.get(2).filter(|w| *w == "feature").and_then(|_| words.get(3)).map(|w| plain(w));
        let mut dates = Vec::new();
        for token in node.children_with_tokens().filter_map(|e| e.into_token()) {
            if token.kind() == SyntaxKind::Date {
                dates.push(self.date(token.text(), token.text_range().into())?);
            }
        }
        let mut midnights = dates.iter().map(|date| Instant::start_of(*date, &self.timezone));
        let (from, to) = (midnights.next(), midnights.next());
        let valid = match (from, to) {
            (Some(from), Some(to)) if from >= to => {
                let message =
                    "this outline ends before it begins to hold: the second date must be the later one";
                self.error(codes::REVERSED_DATES, node.span(), message);
                return None;
            }
            (Some(from), Some(to)) => Period { first: from, last: to.previous() },
            (Some(from), None) => Period { first: from, last: Instant::MAX },
            _ => Period::ALWAYS,
        };
        Some(ZoneVersion { file, feature, valid })
    }

    pub(super) fn item(&mut self, node: &SyntaxNode) -> Option<Item> {
        let (id, _) = node.name()?;
        let parent = node.all(SyntaxKind::Name).get(1).and_then(Walk::name)?;
        // An unknown parent was reported when the names were collected.
        let parent = self.names.item(&parent, &mut crate::diagnostics::Sink::default())?;
        Some(Item { label: label(node, &id), id, parent })
    }

    pub(super) fn milestone(&mut self, node: &SyntaxNode) -> Option<Milestone> {
        let (id, _) = node.name()?;
        let Some(when) = self.condition_in(node) else {
            if super::conditions::inside(node).is_empty() {
                self.lacks(
                    node,
                    codes::MISSING_CONDITION,
                    format!("milestone `{id}` does not say when: `when …`"),
                );
            }
            return None;
        };
        Some(Milestone { label: label(node, &id), id, when, assumptions: self.assumptions(node) })
    }

    pub(super) fn phase(&mut self, node: &SyntaxNode) -> Option<Phase> {
        let (id, _) = node.name()?;
        let begins = self.one(node, &[SyntaxKind::Begins]);
        let ends = self.one(node, &[SyntaxKind::Ends, SyntaxKind::Lasts]);
        if begins.is_none() {
            self.lacks(node, codes::MISSING_BEGINNING, format!("phase `{id}` does not say when it begins"));
        }
        let begins = begins.and_then(|b| self.condition_in(&b));
        let ends = match ends {
            Some(ends) if ends.kind() == SyntaxKind::Lasts => PhaseEnd::After(self.lasting(&ends)?),
            Some(ends) => PhaseEnd::When(self.condition_in(&ends)?),
            None => PhaseEnd::Never,
        };
        Some(Phase {
            label: label(node, &id),
            id,
            begins: begins?,
            ends,
            assumptions: self.assumptions(node),
        })
    }
}
