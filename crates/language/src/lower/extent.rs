//! Where and among whom: actors and their ties, zones, lines, families.
//!
//! Invariant: dated outlines are half-open by local midnights; a zone has outlines or is derived, never both.

use model::{
    Amount, Id, Instant, Period,
    agreement::{Actor, Derived, Family, Line, Role, Tie, TieKind, Zone, ZoneVersion},
};

use super::{Lowering, label};
use crate::{
    diagnostics::{Sink, codes},
    names::{keyword, role},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

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
        let ties: Vec<_> = node.all(K::Tie).iter().map(|tie| self.tie(tie)).collect();
        self.check_order(node, &ties);
        let contest = self.one(node, &[K::Contest]);
        let contested_in = contest.as_ref().and_then(|c| c.child(K::Source)).and_then(|s| s.quoted());
        let contested_by = match &contest {
            Some(contest) => self.who(contest)?,
            None => Vec::new(),
        };
        if let Some(contest) = contest.filter(|_| contested_in.is_none()) {
            self.lacks_source(&contest, "where it was contested is missing: `source \"…\"`");
        }
        Some(Actor {
            label: label(node, &id),
            id,
            role,
            ties: ties.into_iter().collect::<Option<_>>()?,
            contested_by,
            contested_in,
        })
    }

    /// Nobody leaves what they accept only later.
    fn check_order(&mut self, node: &SyntaxNode, ties: &[Option<Tie>]) {
        let of = |kind| ties.iter().position(|tie| tie.as_ref().is_some_and(|tie| tie.kind == kind));
        let (Some(accepted), Some(left)) = (of(TieKind::Accepted), of(TieKind::Left)) else { return };
        let first = |at: usize| ties.get(at).and_then(Option::as_ref).map(|tie| tie.valid.first);
        if first(left) <= first(accepted) {
            let message =
                "who has left before accepting was never in it: the second date must be the later one";
            let span = node.all(K::Tie).get(left).map_or(0..0, Walk::span);
            self.error(codes::REVERSED_DATES, span, message);
        }
    }

    fn lacks_source(&mut self, node: &SyntaxNode, message: &str) {
        if !node.is_broken() {
            self.error(codes::MISSING_SOURCE, node.span(), message);
        }
    }

    fn tie(&mut self, node: &SyntaxNode) -> Option<Tie> {
        let kind = match node.first_token()?.text() {
            "accepted" => TieKind::Accepted,
            "left" => TieKind::Left,
            "split" => TieKind::SplitFrom,
            "part" => TieKind::PartOf,
            _ => TieKind::DirectedBy,
        };
        let other = match node.name() {
            Some(name) => Some(self.names.actor(&name, self.sink)?.0),
            None => None,
        };
        let source = node.child(K::Source).and_then(|s| s.quoted());
        if kind == TieKind::DirectedBy && source.is_none() {
            self.lacks_source(node, "who says so is missing: `source \"…\"`");
        }
        let until = !node.has("from") && node.has("to");
        let dates = self.dates_in(node)?;
        let valid = match dates.as_slice() {
            [] => Period::ALWAYS,
            [to] if until => Period { first: Instant::MIN, last: to.previous() },
            [from] => Period { first: *from, last: Instant::MAX },
            [from, to, ..] => self.stretch(node, *from, *to)?,
        };
        Some(Tie { kind, other, valid, source, contested_by: self.who(node)? })
    }

    /// The local midnights of the dates among a node's tokens.
    fn dates_in(&mut self, node: &SyntaxNode) -> Option<Vec<Instant>> {
        let tokens = node.children_with_tokens().filter_map(|e| e.into_token());
        let mut midnights = Vec::new();
        for token in tokens.filter(|t| t.kind() == K::Date) {
            let date = self.date(token.text(), token.text_range().into())?;
            midnights.push(Instant::start_of(date, &self.timezone));
        }
        Some(midnights)
    }

    fn stretch(&mut self, node: &SyntaxNode, from: Instant, to: Instant) -> Option<Period> {
        if from >= to {
            let message = "this ends before it begins to hold: the second date must be the later one";
            self.error(codes::REVERSED_DATES, node.span(), message);
            return None;
        }
        Some(Period { first: from, last: to.previous() })
    }

    pub(super) fn zone(&mut self, node: &SyntaxNode) -> Option<Zone> {
        let (id, _) = node.name()?;
        let outlines = node.all(K::Outline);
        let derivation = self.one(node, &[K::Derivation]);
        match (&derivation, outlines.first()) {
            (None, None) => {
                let message = format!("zone `{id}` has no outline: `from FILE`, or what it is derived from");
                self.lacks(node, codes::MISSING_FILE, message);
            }
            (Some(_), Some(outline)) => {
                let message = "a zone has outlines of its own or is derived from others, not both";
                self.error(codes::DOES_NOT_BELONG, outline.span(), message);
            }
            _ => {}
        }
        let versions = outlines.iter().filter_map(|outline| self.outline(outline)).collect();
        let derived = match derivation {
            Some(derivation) => Some(self.derived(&derivation, &id)?),
            None => None,
        };
        Some(Zone { label: label(node, &id), id, versions, derived })
    }

    fn outline(&mut self, node: &SyntaxNode) -> Option<ZoneVersion> {
        let plain = |text: &str| text.trim_matches(['"', '“', '”']).to_owned();
        let words = node.words();
        let file = words.get(1).map(|w| plain(w))?;
        let feature = words.get(2).filter(|w| *w == "feature").and_then(|_| words.get(3)).map(|w| plain(w));
        let valid = match self.dates_in(node)?.as_slice() {
            [] => Period::ALWAYS,
            [from] => Period { first: *from, last: Instant::MAX },
            [from, to, ..] => self.stretch(node, *from, *to)?,
        };
        Some(ZoneVersion { file, feature, valid })
    }

    fn derived(&mut self, node: &SyntaxNode, zone: &Id) -> Option<Derived> {
        let names: Vec<_> = node.all(K::Name).iter().filter_map(Walk::name).collect();
        let first = names.first()?;
        if names.iter().any(|name| name.0 == *zone) {
            let message = format!("`{zone}` would be derived from itself");
            self.error(codes::ITEM_CYCLE, node.span(), message);
            return None;
        }
        if node.has("within") {
            let metres = self.metres(&node.child(K::Length)?)?;
            let of = self.names.zone_or_line(first, self.sink)?;
            let side = ["north", "south", "east", "west"].into_iter().find(|side| node.has(side));
            return Some(Derived::Near { metres, of, side: side.map(str::to_owned) });
        }
        if node.has("what") {
            let map_of = match node.child(K::MapOf) {
                Some(map) => Some(self.names.actor(&map.name()?, self.sink)?.0),
                None => None,
            };
            let by = self.names.actor(first, self.sink)?.0;
            return Some(Derived::Held { by, at: self.condition_in(node)?, map_of });
        }
        let zones: Vec<_> = names.iter().map(|name| self.names.zone(name, self.sink)).collect();
        let zones = zones.into_iter().collect::<Option<Vec<_>>>()?;
        match zones.as_slice() {
            [zone] if node.has("widened") => {
                Some(Derived::Widened { zone: zone.clone(), metres: self.metres(&node.child(K::Length)?)? })
            }
            [one, other] if node.has("without") => Some(Derived::Without(one.clone(), other.clone())),
            _ => Some(Derived::Union(zones)),
        }
    }

    fn metres(&mut self, node: &SyntaxNode) -> Option<Amount> {
        let amount = self.positive(node)?;
        let metres = if node.has("km") { amount.0.checked_mul(1_000).map(Amount) } else { Some(amount) };
        // Half the circumference of the earth is as far as one can be.
        let metres = metres.filter(|m| *m <= Amount::whole(20_000_000));
        if metres.is_none() {
            self.error(codes::BAD_NUMBER, node.span(), "no distance on the earth is that long");
        }
        metres
    }

    pub(super) fn line_on_the_ground(&mut self, node: &SyntaxNode) -> Option<Line> {
        let (id, _) = node.name()?;
        let as_of = match self.one(node, &[K::AsOf]) {
            Some(line) => self.dates_in(&line)?.first().copied(),
            None => None,
        };
        let moving = self.one(node, &[K::Moving]);
        if moving.is_none() {
            let message = "does it stay as drawn, or move with the facts? Say which";
            let span = super::head_of(node);
            self.choose(node, span, codes::FIXED_OR_MOVING, message, &["fixed", "moving"]);
        }
        let map_of = match self.one(node, &[K::MapOf]) {
            Some(map) => Some(self.names.actor(&map.name()?, self.sink)?.0),
            None => None,
        };
        let versions = node.all(K::Outline).iter().filter_map(|outline| self.outline(outline)).collect();
        Some(Line { label: label(node, &id), id, as_of, versions, moving: moving?.has("moving"), map_of })
    }

    pub(super) fn family(&mut self, node: &SyntaxNode) -> Option<Family> {
        let (id, _) = node.name()?;
        let listed = self.one(node, &[K::Object]).map(|list| list.all(K::Name)).unwrap_or_default();
        let mut members = Vec::new();
        for name in listed.iter().filter_map(Walk::name) {
            let member = self.names.zone(&name, self.sink)?;
            if members.contains(&member) {
                self.error(codes::SAID_TWICE, name.1, format!("`{member}` is named twice"));
            }
            members.push(member);
        }
        let set_by = self.who(node)?;
        let undisclosed = node.has("published");
        if members.is_empty() && set_by.is_empty() && !undisclosed {
            let message =
                "its members are missing: name them after `:`, or say `set by …` or `not published`";
            self.lacks(node, codes::WHO_SETTLES, message);
        }
        Some(Family { label: label(node, &id), id, members, set_by, undisclosed })
    }

    /// An item, whose parent was reported when the names were collected if it is unknown.
    pub(super) fn silent_item(&mut self, node: &SyntaxNode) -> Option<Id> {
        self.names.item(&node.name()?, &mut Sink::default())
    }
}
