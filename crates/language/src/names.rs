//! Syntax to names: what is declared, and finding it again.
//!
//! Invariant: what can stand in a sentence shares one space of names, so that a word there means one thing; phases,
//! provisions, powers and amendments, which are always named as such, have their own.

use std::{collections::BTreeMap, ops::Range};

use model::{
    Id,
    agreement::{ProvisionKind, Role, ValueKind},
    vocabulary::{self, Term},
};

use crate::{
    diagnostics::{Diagnostic, Sink, codes},
    near,
    parser::RESERVED,
    symbols::{SymbolKind, Wanted},
    syntax::{SyntaxKind, SyntaxNode, Walk},
};

/// How many steps an item may be narrower than one of the vocabulary.
const MAX_STEPS: usize = 32;

/// Those that have a space of names each.
const ALWAYS_NAMED: [SymbolKind; 4] =
    [SymbolKind::Phase, SymbolKind::Provision, SymbolKind::Power, SymbolKind::Amendment];

/// What lawyers write for `must`, and is no word of the language.
pub(crate) const MODALS: &[&str] = &["shall", "may", "will", "should"];

/// A name and where it is written.
pub(crate) type Written = (String, Range<usize>);

/// What a name in a sentence may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Actor(Role),
    Zone,
    Line,
    Item,
    Value(ValueKind),
    Baseline,
    Family,
    Judgement,
    Milestone,
}

impl Thing {
    fn what(self) -> &'static str {
        match self {
            Thing::Actor(Role::Party) => "a party",
            Thing::Actor(Role::Guarantor) => "a guarantor",
            Thing::Actor(Role::Monitor) => "a monitor",
            Thing::Actor(Role::Body) => "a body",
            Thing::Actor(Role::Actor) => "an actor that is not a party",
            Thing::Zone => "a zone",
            Thing::Line => "a line",
            Thing::Value(_) => "a value",
            Thing::Baseline => "a baseline",
            Thing::Family => "a family",
            Thing::Judgement => "a judgement",
            Thing::Item => "an item",
            Thing::Milestone => "a milestone",
        }
    }

    fn symbol(self) -> SymbolKind {
        match self {
            Thing::Actor(_) => SymbolKind::Actor,
            Thing::Zone => SymbolKind::Zone,
            Thing::Line => SymbolKind::Line,
            Thing::Item => SymbolKind::Item,
            Thing::Value(_) => SymbolKind::Value,
            Thing::Baseline => SymbolKind::Baseline,
            Thing::Family => SymbolKind::Family,
            Thing::Judgement => SymbolKind::Judgement,
            Thing::Milestone => SymbolKind::Milestone,
        }
    }
}

/// Everything declared.
#[derive(Debug, Default)]
pub(crate) struct Names {
    things: BTreeMap<Id, Thing>,
    phases: BTreeMap<Id, ()>,
    provisions: BTreeMap<Id, ProvisionKind>,
    powers: BTreeMap<Id, ()>,
    amendments: BTreeMap<Id, ()>,
    /// Singulars and plurals of items, declared and of the vocabulary.
    forms: BTreeMap<String, Id>,
    /// The wider item of each declared one.
    parents: BTreeMap<Id, Id>,
}

/// The role that a statement's keyword gives.
pub(crate) fn role(keyword: &str) -> Role {
    match keyword {
        "party" => Role::Party,
        "guarantor" => Role::Guarantor,
        "monitor" => Role::Monitor,
        "body" => Role::Body,
        _ => Role::Actor,
    }
}

/// The kind that a statement's keyword gives.
pub(crate) fn provision_kind(keyword: &str) -> ProvisionKind {
    match keyword {
        "prohibition" => ProvisionKind::Prohibition,
        "exchange" => ProvisionKind::Exchange,
        _ => ProvisionKind::Obligation,
    }
}

/// The statement's first word.
pub(crate) fn keyword(statement: &SyntaxNode) -> String {
    statement.first_token().map(|t| t.text().to_owned()).unwrap_or_default()
}

/// Every statement of the file, in order.
pub(crate) fn statements(file: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    file.children().by_kind(|kind| kind == SyntaxKind::Block).flat_map(|block| block.children())
}

/// Reads every declaration.
pub(crate) fn collect(file: &SyntaxNode, sink: &mut Sink) -> Names {
    let mut names = Names::default();
    for term in vocabulary::items() {
        names.forms.insert(term.id.clone(), term.id.clone());
        names.forms.insert(term.plural.clone(), term.id.clone());
    }
    for statement in statements(file) {
        let Some(mut name) = statement.name() else { continue };
        if !in_snake_case(&name.0) {
            let message =
                format!("`{}` is not in `snake_case`: small letters a to z, digits and `_`", name.0);
            let lower = name.0.to_ascii_lowercase();
            let mut diagnostic = Diagnostic::error(codes::BAD_NAME, name.1.clone(), message);
            if in_snake_case(&lower) {
                // What means it is asked to be written so too, rather than as it is declared here.
                name.0.clone_from(&lower);
                diagnostic = diagnostic.write(lower);
            }
            sink.push(diagnostic);
        }
        names.declare(&statement, &name, sink);
    }
    names.check_items(file, sink);
    names
}

/// Why nothing can be called so, if nothing can.
#[must_use]
pub fn unfit_name(name: &str) -> Option<String> {
    if RESERVED.contains(&name) {
        return Some(format!("`{name}` is a word of the language"));
    }
    let starts_as_one = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    (!starts_as_one || !in_snake_case(name)).then(|| {
        format!("`{name}` is not in `snake_case`: small letters a to z, digits and `_`, a letter first")
    })
}

fn named<'a>(kind: SymbolKind, ids: impl Iterator<Item = &'a Id>) -> Vec<Wanted> {
    ids.map(|id| Wanted::Declared(kind, id.clone())).collect()
}

fn in_snake_case(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Names {
    fn declare(&mut self, statement: &SyntaxNode, name: &Written, sink: &mut Sink) {
        let thing = match statement.kind() {
            SyntaxKind::Actor => Thing::Actor(role(&keyword(statement))),
            SyntaxKind::Zone => Thing::Zone,
            SyntaxKind::Item => Thing::Item,
            SyntaxKind::Milestone => Thing::Milestone,
            SyntaxKind::Line => Thing::Line,
            SyntaxKind::Value => Thing::Value(value_kind(statement)),
            SyntaxKind::Baseline => Thing::Baseline,
            SyntaxKind::Family => Thing::Family,
            SyntaxKind::Judgement => Thing::Judgement,
            SyntaxKind::Phase | SyntaxKind::Power | SyntaxKind::Amendment => {
                let (space, what, symbol) = match statement.kind() {
                    SyntaxKind::Phase => (&mut self.phases, "a phase", SymbolKind::Phase),
                    SyntaxKind::Power => (&mut self.powers, "a power", SymbolKind::Power),
                    _ => (&mut self.amendments, "an amendment", SymbolKind::Amendment),
                };
                match space.insert(name.0.clone(), ()) {
                    Some(()) => sink.push(duplicate(name, what)),
                    None => sink.symbols.declares(statement, name, symbol),
                }
                return;
            }
            SyntaxKind::Provision => {
                let kind = provision_kind(&keyword(statement));
                match self.provisions.insert(name.0.clone(), kind) {
                    Some(earlier) => {
                        sink.push(duplicate(
                            name,
                            &format!("an {}", earlier.name()).replace("an pro", "a pro"),
                        ));
                    }
                    None => sink.symbols.declares(statement, name, SymbolKind::Provision),
                }
                for line in statement.children().by_kind(|kind| kind == SyntaxKind::IfBreached) {
                    let Some(further) = further_duty(&line, &name.0) else { continue };
                    if self.provisions.insert(further.0.clone(), ProvisionKind::Obligation).is_some() {
                        sink.push(duplicate(&further, "a provision: give it another name with `as …`"));
                    } else if line.child(SyntaxKind::As).is_some() {
                        sink.symbols.declares(statement, &further, SymbolKind::Provision);
                    }
                }
                return;
            }
            _ => return,
        };
        if let Some(earlier) = self.things.get(&name.0) {
            return sink.push(duplicate(name, earlier.what()));
        }
        let of_vocabulary = self.forms.contains_key(&name.0);
        if of_vocabulary && thing == Thing::Item {
            return sink.push(duplicate(name, "an item"));
        }
        if of_vocabulary {
            // The text's own word stands before the vocabulary's: a term added there must not break a text.
            self.forms.remove(&name.0);
        }
        self.things.insert(name.0.clone(), thing);
        sink.symbols.declares(statement, name, thing.symbol());
        if thing == Thing::Item {
            for form in [name.0.clone(), plural(&name.0), format!("{}s", name.0)] {
                self.forms.entry(form).or_insert_with(|| name.0.clone());
            }
        }
    }

    /// Finds each item's wider item, and refuses circles and long chains.
    fn check_items(&mut self, file: &SyntaxNode, sink: &mut Sink) {
        let items: Vec<_> = statements(file).filter(|s| s.kind() == SyntaxKind::Item).collect();
        for item in &items {
            let (Some(name), Some(parent)) =
                (item.name(), item.all(SyntaxKind::Name).get(1).and_then(Walk::name))
            else {
                continue;
            };
            if let Some(parent) = self.item(&parent, sink) {
                self.parents.insert(name.0, parent);
            }
        }
        for item in &items {
            let Some(name) = item.name() else { continue };
            let mut at = &name.0;
            let mut steps = 0;
            while let Some(parent) = self.parents.get(at).filter(|_| steps <= MAX_STEPS) {
                (at, steps) = (parent, steps + 1);
                if *at == name.0 {
                    let message = format!("`{}` would be narrower than itself", name.0);
                    sink.push(Diagnostic::error(codes::ITEM_CYCLE, name.1.clone(), message));
                    break;
                }
            }
            if steps > MAX_STEPS {
                let message =
                    format!("`{}` is more than {MAX_STEPS} steps narrower than its widest item", name.0);
                sink.push(Diagnostic::error(codes::TOO_DEEP, name.1, message));
            }
        }
    }

    /// Someone named.
    pub(crate) fn actor(&self, name: &Written, sink: &mut Sink) -> Option<(Id, Role)> {
        match self.things.get(&name.0) {
            Some(Thing::Actor(role)) => {
                sink.symbols.refers(name, SymbolKind::Actor, &name.0);
                Some((name.0.clone(), *role))
            }
            _ => self.other(name, "someone named in the agreement", |t| matches!(t, Thing::Actor(_)), sink),
        }
    }

    /// Every party, in order of names.
    pub(crate) fn parties(&self) -> Vec<Id> {
        let parties = self.things.iter().filter(|(_, thing)| **thing == Thing::Actor(Role::Party));
        parties.map(|(id, _)| id.clone()).collect()
    }

    /// Every phase.
    pub(crate) fn phases(&self) -> impl Iterator<Item = &Id> {
        self.phases.keys()
    }

    /// A baseline.
    pub(crate) fn baseline(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a baseline", |thing| *thing == Thing::Baseline, sink)
    }

    /// A family.
    pub(crate) fn family(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a family", |thing| *thing == Thing::Family, sink)
    }

    /// A judgement.
    pub(crate) fn judgement(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a judgement", |thing| *thing == Thing::Judgement, sink)
    }

    /// A value of any kind.
    pub(crate) fn value(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a value", |thing| matches!(thing, Thing::Value(_)), sink)
    }

    /// A value that is a number.
    pub(crate) fn number(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a value that is a number", |thing| *thing == Thing::Value(ValueKind::Number), sink)
    }

    /// A zone or a line, or a value that is one.
    pub(crate) fn zone_or_line(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        let line = |thing: &Thing| matches!(thing, Thing::Line | Thing::Value(ValueKind::Line));
        self.of(name, "a zone or a line", |thing| is_zone(thing) || line(thing), sink)
    }

    fn of(&self, name: &Written, what: &str, fits: impl Fn(&Thing) -> bool, sink: &mut Sink) -> Option<Id> {
        if let Some(thing) = self.things.get(&name.0).filter(|thing| fits(thing)) {
            sink.symbols.refers(name, thing.symbol(), &name.0);
            return Some(name.0.clone());
        }
        self.other(name, what, fits, sink)
    }

    /// A zone, or a value that is one.
    pub(crate) fn zone(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        self.of(name, "a zone", is_zone, sink)
    }

    /// A zone, where someone named might have stood too.
    pub(crate) fn zone_or_actor(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        if self.things.get(&name.0).is_some_and(is_zone) {
            return self.zone(name, sink);
        }
        self.other(name, "a zone or someone named", |t| is_zone(t) || matches!(t, Thing::Actor(_)), sink)
    }

    /// A milestone.
    pub(crate) fn milestone(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        match self.things.get(&name.0) {
            Some(Thing::Milestone) => {
                sink.symbols.refers(name, SymbolKind::Milestone, &name.0);
                Some(name.0.clone())
            }
            None if name.0 == "in_force" => {
                let message = "entry into force is written in words";
                sink.push(
                    Diagnostic::error(codes::UNKNOWN_NAME, name.1.clone(), message).write("entry into force"),
                );
                None
            }
            None if self.phases.contains_key(&name.0) => {
                let message = format!("`{}` is a phase: say which instant or state of it is meant", name.0);
                let diagnostic = Diagnostic::error(codes::WRONG_KIND, name.1.clone(), message);
                sink.push(
                    diagnostic
                        .write(format!("phase {} begins", name.0))
                        .write(format!("phase {} ends", name.0)),
                );
                None
            }
            None if self.provisions.contains_key(&name.0) => {
                let message = format!("`{}` is a provision: say what of it is meant", name.0);
                let diagnostic = Diagnostic::error(codes::WRONG_KIND, name.1.clone(), message);
                sink.push(
                    diagnostic.write(format!("performed({})", name.0)).write(format!("breached({})", name.0)),
                );
                None
            }
            _ => self.other(name, "a milestone", |t| *t == Thing::Milestone, sink),
        }
    }

    /// An item by any of its forms.
    pub(crate) fn item(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        sink.symbols.wants(name, || vec![Wanted::Item]);
        if let Some(id) = self.forms.get(&name.0) {
            sink.symbols.refers(name, SymbolKind::Item, id);
            return Some(id.clone());
        }
        if let Some(thing) = self.things.get(&name.0) {
            let message = format!("`{}` is {}; an item was expected here", name.0, thing.what());
            sink.push(Diagnostic::error(codes::WRONG_KIND, name.1.clone(), message));
            return None;
        }
        let near =
            if sink.is_full() { None } else { near::nearest(&name.0, self.forms.keys().map(String::as_str)) };
        let message = format!("no item `{}` is declared or in the vocabulary", name.0);
        sink.push(offered(Diagnostic::error(codes::UNKNOWN_ITEM, name.1.clone(), message), near));
        None
    }

    /// Whether the text itself declares something that can stand in a sentence by this name.
    pub(crate) fn is_declared(&self, name: &str) -> bool {
        self.things.contains_key(name)
    }

    /// What a name in a sentence stands for, if it is declared.
    pub(crate) fn thing(&self, name: &str) -> Option<Thing> {
        self.things.get(name).copied().or_else(|| self.forms.contains_key(name).then_some(Thing::Item))
    }

    /// What a name stands for, where it can stand for one thing only.
    pub(crate) fn only_meaning(&self, name: &str) -> Option<(SymbolKind, Id)> {
        let thing = match self.things.get(name) {
            Some(thing) => Some((thing.symbol(), name.to_owned())),
            None => self.forms.get(name).map(|id| (SymbolKind::Item, id.clone())),
        };
        let others = ALWAYS_NAMED.into_iter().filter_map(|kind| self.named(kind, name));
        let mut meanings = thing.into_iter().chain(others);
        meanings.next().filter(|_| meanings.next().is_none())
    }

    /// A name among those that are always named as what they are.
    pub(crate) fn named(&self, kind: SymbolKind, name: &str) -> Option<(SymbolKind, Id)> {
        let declared = match kind {
            SymbolKind::Phase => self.phases.contains_key(name),
            SymbolKind::Provision => self.provisions.contains_key(name),
            SymbolKind::Power => self.powers.contains_key(name),
            SymbolKind::Amendment => self.amendments.contains_key(name),
            _ => false,
        };
        declared.then(|| (kind, name.to_owned()))
    }

    /// Whether anything is called so.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.thing(name).is_some() || ALWAYS_NAMED.into_iter().any(|kind| self.named(kind, name).is_some())
    }

    /// What a name in a sentence might stand for.
    fn things_that(&self, fit: impl Fn(&Thing) -> bool) -> Vec<Wanted> {
        let fitting = self.things.iter().filter(|(_, thing)| fit(thing));
        fitting.map(|(id, thing)| Wanted::Declared(thing.symbol(), id.clone())).collect()
    }

    /// Notes for completion what an act can be done to.
    pub(crate) fn wants_object(&self, name: &Written, act: &Term, sink: &mut Sink) {
        sink.symbols.wants(name, || {
            let fits = |thing: &Thing| match thing {
                Thing::Zone => act.zone.is_some(),
                Thing::Actor(_) => act.someone,
                _ => false,
            };
            let mut wanted = self.things_that(fits);
            wanted.push(Wanted::TakenBy(act.id.clone()));
            wanted
        });
    }

    /// A phase.
    pub(crate) fn phase(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        sink.symbols.wants(name, || named(SymbolKind::Phase, self.phases.keys()));
        if self.phases.contains_key(&name.0) {
            sink.symbols.refers(name, SymbolKind::Phase, &name.0);
            return Some(name.0.clone());
        }
        let diagnostic = unknown(name, "a phase", self.phases.keys(), sink.is_full());
        sink.push(diagnostic);
        None
    }

    /// A provision.
    pub(crate) fn provision(&self, name: &Written, sink: &mut Sink) -> Option<Id> {
        sink.symbols.wants(name, || named(SymbolKind::Provision, self.provisions.keys()));
        if self.provisions.contains_key(&name.0) {
            sink.symbols.refers(name, SymbolKind::Provision, &name.0);
            return Some(name.0.clone());
        }
        let diagnostic = unknown(name, "a provision", self.provisions.keys(), sink.is_full());
        sink.push(diagnostic);
        None
    }

    /// Whether `item` is `other` or narrower.
    pub(crate) fn is(&self, item: &str, other: &str) -> bool {
        let mut at = item;
        for _ in 0..=2 * MAX_STEPS {
            if at == other {
                return true;
            }
            let wider = || vocabulary::item(at).and_then(|term| term.parent.as_ref());
            match self.parents.get(at).or_else(wider) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    }

    /// Whether the text may leave out how many.
    pub(crate) fn is_uncounted(&self, item: &str) -> bool {
        vocabulary::items().any(|term| term.uncounted && self.is(item, &term.id))
    }

    /// Whether the act can be done to the item.
    pub(crate) fn takes(&self, act: &Term, item: &str) -> bool {
        act.takes.iter().any(|taken| self.is(item, taken))
    }

    /// Refuses a name that is another kind of thing, or nothing.
    fn other<T>(
        &self,
        name: &Written,
        what: &str,
        fits: impl Fn(&Thing) -> bool,
        sink: &mut Sink,
    ) -> Option<T> {
        sink.symbols.wants(name, || self.things_that(&fits));
        if let Some(thing) = self.thing(&name.0) {
            let message = format!("`{}` is {}; {what} was expected here", name.0, thing.what());
            sink.push(Diagnostic::error(codes::WRONG_KIND, name.1.clone(), message));
            return None;
        }
        let fitting = self.things.iter().filter(|(_, thing)| fits(thing)).map(|(id, _)| id);
        let diagnostic = unknown(name, what, fitting, sink.is_full());
        sink.push(diagnostic);
        None
    }
}

/// The plural of a declared item: that of the vocabulary's term that it ends with, else with an `s`.
#[must_use]
pub fn plural(id: &str) -> String {
    let ends_with =
        vocabulary::items().find(|term| id.strip_suffix(&term.id).is_some_and(|rest| rest.ends_with('_')));
    match ends_with {
        Some(term) => format!("{}{}", id.strip_suffix(&term.id).unwrap_or_default(), term.plural),
        None => format!("{id}s"),
    }
}

fn is_zone(thing: &Thing) -> bool {
    matches!(thing, Thing::Zone | Thing::Value(ValueKind::Zone))
}

/// The kind that a `value` statement gives.
fn value_kind(statement: &SyntaxNode) -> ValueKind {
    match () {
        () if statement.has("zone") => ValueKind::Zone,
        () if statement.has("line") => ValueKind::Line,
        () if statement.has("number") => ValueKind::Number,
        () if statement.has("date") => ValueKind::Date,
        () => ValueKind::List,
    }
}

/// The name of the further duty that a breach of a provision leads to, where it leads to one.
pub(crate) fn further_duty(line: &SyntaxNode, provision: &str) -> Option<Written> {
    let duty = line.child(SyntaxKind::Duty)?;
    let named = line.child(SyntaxKind::As).and_then(|said| said.name());
    Some(named.unwrap_or_else(|| (format!("{provision}_if_breached"), duty.span())))
}

fn duplicate(name: &Written, earlier: &str) -> Diagnostic {
    Diagnostic::error(codes::DUPLICATE_NAME, name.1.clone(), format!("`{}` is already {earlier}", name.0))
}

fn unknown<'a>(name: &Written, what: &str, among: impl Iterator<Item = &'a Id>, full: bool) -> Diagnostic {
    let near = if full { None } else { near::nearest(&name.0, among.map(String::as_str)) };
    let message = format!("`{}` is not declared: {what} was expected here", name.0);
    offered(Diagnostic::error(codes::UNKNOWN_NAME, name.1.clone(), message), near)
}

fn offered(diagnostic: Diagnostic, near: Option<&str>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.write(near),
        None => diagnostic,
    }
}
