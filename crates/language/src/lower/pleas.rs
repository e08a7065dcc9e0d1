//! Pleas: who may plead what, by when, who judges it by when, and what holds if nobody does.
//!
//! Invariant: a plea without any of these is refused.

use model::agreement::Plea;

use super::{Lowering, things::unruled};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn plea(&mut self, node: &SyntaxNode) -> Option<Plea> {
        let name = node.name()?;
        let ground = self.names.judgement(&name, self.sink)?;
        let judged = self.one(node, &[K::OnlyJudged]);
        let pleaded = self.one(node, &[K::Clock]);
        let ruled = self.one(node, &[K::Unruled]);
        let end = node.span().end;
        if pleaded.is_none() && !node.is_broken() {
            let message = "who pleads it, and by when? Without a plea there is no exception";
            let words = ", pleaded by the doer within 72 hours after the deed";
            let diagnostic = Diagnostic::error(codes::WHO_SETTLES, node.span(), message);
            self.sink.push(diagnostic.fix(
                "add `pleaded by the doer within 72 hours after the deed`",
                name.1.end..name.1.end,
                words,
            ));
        }
        if judged.is_none() && pleaded.is_some() && !node.is_broken() {
            let message = "who judges the plea, and by when? `judged by … within … hours`";
            self.error(codes::WHO_SETTLES, node.span(), message);
        }
        if ruled.is_none() && judged.is_some() && pleaded.is_some() && !node.is_broken() {
            let message = "what holds if nobody rules? Say which";
            let mut diagnostic = Diagnostic::error(codes::UNRULED_TERM, node.span(), message);
            for words in ["it is excused", "it is not excused", "it stays open"] {
                let line = format!("; if nobody rules, {words}");
                diagnostic = diagnostic.fix(format!("add `if nobody rules, {words}`"), end..end, line);
            }
            self.sink.push(diagnostic);
        }
        let (pleaded, judged, ruled) = (pleaded?, judged?, ruled?);
        self.counted_after(&pleaded, "deed");
        self.counted_after(&judged.child(K::Clock)?, "plea");
        Some(Plea {
            ground,
            pleaded_within: self.clock(&pleaded)?,
            judged_by: self.who(&judged)?,
            judged_within: self.clock(&judged.child(K::Clock)?)?,
            unruled: unruled(&ruled),
        })
    }

    /// Asks what a clock counts from.
    fn counted_after(&mut self, clock: &SyntaxNode, what: &str) {
        if clock.has(what) || clock.is_broken() {
            return;
        }
        let end = clock.span().end;
        let message =
            format!("after what? A lawyer could count from the deed or from the plea: `after the {what}`");
        let words = format!(" after the {what}");
        let diagnostic = Diagnostic::error(codes::NO_ANCHOR, clock.span(), message);
        self.sink.push(diagnostic.fix(format!("add `{}`", words.trim()), end..end, words));
    }
}
