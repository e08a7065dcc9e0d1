//! What duties speak of: items, values, baselines, judgements, what outcomes are worth.
//!
//! Invariant: who settles a thing is said, or asked for.

use model::{
    Amount, Instant,
    agreement::{
        Baseline, Changing, Comparison, Due, Item, Judgement, Property, Setting, Unruled, Valuation, Value,
        ValueKind, Worth,
    },
};

use super::{Lowering, head_of, label};
use crate::{
    diagnostics::codes,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

/// Units that measure one thing; no two of different rows are compared.
const UNITS: &[&[&str]] = &[&["mm", "cm", "m", "km"], &["g", "kg", "t"], &["hours", "days"], &["persons"]];

impl Lowering<'_> {
    pub(super) fn item(&mut self, node: &SyntaxNode) -> Option<Item> {
        let (id, _) = node.name()?;
        let parent = self.silent_item(node.all(K::Name).get(1)?)?;
        let property = match self.one(node, &[K::Property]) {
            Some(line) => Some(self.property(&line)?),
            None => None,
        };
        Some(Item { label: label(node, &id), id, parent, property })
    }

    fn property(&mut self, node: &SyntaxNode) -> Option<Property> {
        let (name, _) = node.name()?;
        let comparison = comparison(node)?;
        let number = node.token(K::Number)?;
        let amount = self.number(&number)?;
        let after = node.children_with_tokens().filter_map(|e| e.into_token());
        let unit = after
            .filter(|t| t.kind() == K::Word && t.text_range().start() > number.text_range().start())
            .last();
        let unit = unit.map(|t| t.text().to_owned()).unwrap_or_default();
        if name == "calibre" && !UNITS[0].contains(&unit.as_str()) {
            let message = format!("a calibre is measured in {}, not in `{unit}`", UNITS[0].join(", "));
            self.error(codes::UNIT, node.span(), message);
            return None;
        }
        Some(Property { name, comparison, amount, unit })
    }

    pub(super) fn value(&mut self, node: &SyntaxNode) -> Option<Value> {
        let (id, _) = node.name()?;
        let kinds = [
            ("zone", ValueKind::Zone),
            ("line", ValueKind::Line),
            ("number", ValueKind::Number),
            ("date", ValueKind::Date),
            ("list", ValueKind::List),
        ];
        let kind = kinds.into_iter().find(|(word, _)| node.has(word)).map(|(_, kind)| kind)?;
        let set_by = self.who(node)?;
        if set_by.is_empty() {
            self.lacks(node, codes::WHO_SETTLES, format!("who sets `{id}` is missing: `set by …`"));
        }
        let due = match self.one(node, &[K::Within, K::By, K::Before]) {
            Some(line) => self.due(&line)?,
            None => Due::Open,
        };
        let changing = match self.one(node, &[K::Effective]) {
            Some(line) if line.has("only") => Changing::ByAgreement,
            Some(line) if line.has("never") => Changing::Never,
            Some(line) => Changing::By(self.who(&line)?),
            // Who sets a value may set it anew, unless the text says otherwise.
            None => Changing::By(set_by.clone()),
        };
        let settings: Vec<_> = node.all(K::Setting).iter().map(|line| self.setting(line, kind)).collect();
        Some(Value {
            label: label(node, &id),
            id,
            kind,
            set_by,
            due,
            changing,
            undisclosed: node.has("published"),
            settings: settings.into_iter().collect::<Option<_>>()?,
        })
    }

    fn setting(&mut self, node: &SyntaxNode, kind: ValueKind) -> Option<Setting> {
        let words = node.words();
        let file = words.first().is_some_and(|w| w == "from");
        let drawn = matches!(kind, ValueKind::Zone | ValueKind::Line);
        if file != drawn {
            let message = if drawn {
                "a zone or line is set `from FILE`"
            } else {
                "this is set `to` a number, a date or words"
            };
            self.error(codes::WRONG_KIND, node.span(), message);
            return None;
        }
        let to = words.get(if file { 1 } else { 2 })?.trim_matches(['"', '“', '”']).to_owned();
        let fits = match kind {
            ValueKind::Number => Amount::parse(&to).is_ok(),
            ValueKind::Date => to.parse::<jiff::civil::Date>().is_ok(),
            _ => true,
        };
        if !fits {
            let message =
                format!("`{to}` is not a {}", if kind == ValueKind::Date { "date" } else { "number" });
            self.error(codes::WRONG_KIND, node.span(), message);
            return None;
        }
        let source = node.child(K::Source).and_then(|s| s.quoted());
        if source.is_none() && !node.is_broken() {
            self.error(codes::MISSING_SOURCE, node.span(), "where this was said is missing: `source \"…\"`");
        }
        Some(Setting { to, since: self.since(node)?, source: source? })
    }

    /// The date or time that stands last among a node's tokens.
    fn since(&mut self, node: &SyntaxNode) -> Option<Instant> {
        let tokens = node.children_with_tokens().filter_map(|e| e.into_token());
        let last = tokens.filter(|t| matches!(t.kind(), K::Date | K::DateTime)).last()?;
        if last.kind() == K::DateTime {
            return self.instant(last.text(), last.text_range().into());
        }
        let date = self.date(last.text(), last.text_range().into())?;
        Some(Instant::start_of(date, &self.timezone))
    }

    pub(super) fn baseline(&mut self, node: &SyntaxNode) -> Option<Baseline> {
        let (id, _) = node.name()?;
        let item = self.names.item(&node.child(K::Object)?.name()?, self.sink);
        let certified_by = self.who(node)?;
        if certified_by.is_empty() {
            self.lacks(
                node,
                codes::WHO_SETTLES,
                format!("who certifies `{id}` is missing: `certified by …`"),
            );
        }
        let later = self.one(node, &[K::Effective]);
        if later.is_none() {
            let message = "is what is found later added to the whole? Say which";
            let lines = ["later finds are added", "later finds are not added"];
            self.choose(node, head_of(node), codes::LATER_FINDS, message, &lines);
        }
        Some(Baseline {
            label: label(node, &id),
            id,
            item: item?,
            certified_by,
            later_finds: !later?.has("not"),
        })
    }

    pub(super) fn judgement(&mut self, node: &SyntaxNode) -> Option<Judgement> {
        let (id, _) = node.name()?;
        let by = self.who(node)?;
        let within = match self.one(node, &[K::Clock]) {
            Some(clock) => Some(self.clock(&clock)?),
            None => None,
        };
        let unruled = match self.one(node, &[K::Unruled]) {
            Some(line) => unruled(&line),
            // Where a plea says who judges, it says this too.
            None if by.is_empty() => Unruled::Open,
            None => {
                let message = "what holds if nobody rules? Say which";
                let lines = [
                    "if nobody rules, it is so",
                    "if nobody rules, it is not so",
                    "if nobody rules, it stays open",
                ];
                self.choose(node, head_of(node), codes::UNRULED_TERM, message, &lines);
                return None;
            }
        };
        Some(Judgement { label: label(node, &id), id, by, within, unruled })
    }

    pub(super) fn valuation(&mut self, node: &SyntaxNode) -> Option<Valuation> {
        let party = self.names.actor(&node.name()?, self.sink)?.0;
        let rows: Vec<_> = node.all(K::Worth).iter().map(|row| self.worth(row)).collect();
        if rows.is_empty() {
            self.lacks(
                node,
                codes::MISSING_CONDITION,
                "what outcomes are worth is missing: `when …: 1 to 2, source \"…\"`",
            );
        }
        Some(Valuation { party, rows: rows.into_iter().collect::<Option<_>>()? })
    }

    fn worth(&mut self, node: &SyntaxNode) -> Option<Worth> {
        let when = self.condition_in(node)?;
        let tokens = node.children_with_tokens().filter_map(|e| e.into_token());
        let numbers: Vec<_> = tokens.filter(|t| t.kind() == K::Number).map(|t| self.number(&t)).collect();
        let numbers = numbers.into_iter().collect::<Option<Vec<_>>>()?;
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        if least > most {
            self.error(codes::BAD_NUMBER, node.span(), "the first number must not be above the second");
            return None;
        }
        let source = node.child(K::Source).and_then(|s| s.quoted());
        if source.is_none() && !node.is_broken() {
            self.error(codes::MISSING_SOURCE, node.span(), "where this was said is missing: `source \"…\"`");
        }
        Some(Worth { when, least, most, source: source? })
    }
}

/// What holds if nobody rules.
pub(super) fn unruled(node: &SyntaxNode) -> Unruled {
    match () {
        () if node.has("open") => Unruled::Open,
        () if node.has("not") => Unruled::NotSo,
        () => Unruled::So,
    }
}

/// The comparison in a node.
pub(super) fn comparison(node: &SyntaxNode) -> Option<Comparison> {
    Some(match node.token(K::Compare)?.text() {
        ">=" => Comparison::AtLeast,
        ">" => Comparison::Above,
        "<=" => Comparison::AtMost,
        "<" => Comparison::Below,
        _ => Comparison::Equal,
    })
}
