//! Symbols: where each name is declared and where it is meant, for an editor.
//!
//! Invariant: spans lie in the file and hold just the name; a reference is what the passes resolved or, where
//! an error kept them from it, a name that can mean one thing only.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use model::{Id, vocabulary};
use rowan::{GreenNodeData, Language, NodeOrToken};

use crate::{
    names::{Names, Written, keyword, statements},
    syntax::{Pact, SyntaxKind, SyntaxNode, Walk},
};

/// What a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// Someone named.
    Actor,
    /// A zone.
    Zone,
    /// A line.
    Line,
    /// An item, declared or of the vocabulary.
    Item,
    /// A value that is fixed later.
    Value,
    /// A baseline.
    Baseline,
    /// A family.
    Family,
    /// What each member of a family is called in one provision: `for each CAMP in camps`.
    Member,
    /// A judgement.
    Judgement,
    /// A milestone.
    Milestone,
    /// A phase.
    Phase,
    /// A provision.
    Provision,
    /// A power.
    Power,
    /// An amendment.
    Amendment,
    /// An act of the vocabulary.
    Act,
}

/// A statement, as an outline shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its first word, such as `party`.
    pub keyword: String,
    /// The name that it declares, and where that stands.
    pub name: Option<(Id, Range<usize>)>,
    /// Its label or title, where there is one.
    pub title: Option<String>,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A name that a statement declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it declares.
    pub kind: SymbolKind,
    /// The name; of a member also where its provision starts, since another provision may call its own so.
    pub id: Id,
    /// Where the name stands.
    pub name: Range<usize>,
    /// The statement.
    pub statement: Statement,
}

/// A place where a name is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where: it may be written there as a plural or in another form.
    pub span: Range<usize>,
    /// What is meant.
    pub kind: SymbolKind,
    /// Its identifier; one of the vocabulary's has no definition in the file.
    pub id: Id,
}

/// Every statement, definition and reference of a file, each in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Every statement that starts as one.
    pub statements: Vec<Statement>,
    /// The first declaration of each name.
    pub definitions: Vec<Definition>,
    /// Names that are meant, declarations left out.
    pub references: Vec<Reference>,
}

/// What a pass looks for at a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// This, which is declared.
    Declared(SymbolKind, Id),
    /// An item.
    Item,
    /// Of items only those that this act can be done to.
    TakenBy(Id),
    /// This form of an act.
    Act(String, Id),
}

/// Where the passes note what they resolve.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) definitions: Vec<Definition>,
    references: BTreeMap<(usize, usize), (SymbolKind, Id)>,
    /// A name of which completion asks what could stand there.
    pub(crate) asked: Option<Range<usize>>,
    /// What could.
    pub(crate) wanted: BTreeSet<Wanted>,
}

impl Record {
    /// These are looked for at the name, whether one is found or not.
    pub(crate) fn wants(&mut self, name: &Written, wanted: impl FnOnce() -> Vec<Wanted>) {
        if self.asked.as_ref() == Some(&name.1) {
            self.wanted.extend(wanted());
        }
    }

    /// The statement declares the name.
    pub(crate) fn declares(&mut self, statement: &SyntaxNode, name: &Written, kind: SymbolKind) {
        let (id, span) = name.clone();
        self.definitions.push(Definition { kind, id, name: span, statement: stated(statement) });
    }

    /// The name means this.
    pub(crate) fn refers(&mut self, name: &Written, kind: SymbolKind, id: &str) {
        self.references.insert((name.1.start, name.1.end), (kind, id.to_owned()));
    }

    /// All symbols, those included that no pass came to.
    pub(crate) fn finish(mut self, file: &SyntaxNode, names: &Names) -> Symbols {
        for statement in statements(file).filter(|statement| statement.kind() == SyntaxKind::Provision) {
            let called = |line: SyntaxNode| line.child(SyntaxKind::As)?.name();
            if let Some((word, span)) = statement.child(SyntaxKind::ForEach).and_then(called) {
                let id = member_id(&word, statement.span().start);
                self.declares(&statement, &(id, span), SymbolKind::Member);
            }
        }
        self.definitions.sort_by_key(|definition| definition.name.start);
        let members = self.definitions.iter().filter(|d| d.kind == SymbolKind::Member);
        let members: Vec<_> = members.map(|d| (d.statement.span.clone(), d.id.clone())).collect();
        let own = statements(file).filter_map(|statement| statement.name()).map(|name| name.1);
        let own = own.chain(self.definitions.iter().map(|definition| definition.name.clone()));
        let own: BTreeSet<_> = own.map(|span| (span.start, span.end)).collect();
        names_of(&file.green(), SyntaxKind::File, 0, &mut |around, at, word| {
            let key = (at.start, at.end);
            if self.references.contains_key(&key) || own.contains(&key) {
                return;
            }
            let meant = match around {
                SyntaxKind::Act => act(word),
                SyntaxKind::Call | SyntaxKind::Change => names.named(SymbolKind::Provision, word),
                SyntaxKind::PhaseState | SyntaxKind::During => names.named(SymbolKind::Phase, word),
                SyntaxKind::Place | SyntaxKind::As => {
                    member(&members, word, at.start).or_else(|| names.only_meaning(word))
                }
                _ => names.only_meaning(word),
            };
            if let Some(meant) = meant {
                self.references.insert(key, meant);
            }
        });
        let references = self.references.into_iter();
        let references =
            references.map(|((start, end), (kind, id))| Reference { span: start..end, kind, id });
        let statements = statements(file).filter(|statement| statement.kind() != SyntaxKind::Error);
        Symbols {
            statements: statements.map(|statement| stated(&statement)).collect(),
            definitions: self.definitions,
            references: references.collect(),
        }
    }
}

/// Shows every name below: in what it stands, where, and what is written. The stored tree is walked, since a node
/// with its place costs an allocation, and most of what is passed holds no name.
fn names_of(
    node: &GreenNodeData,
    kind: SyntaxKind,
    start: usize,
    visit: &mut impl FnMut(SyntaxKind, Range<usize>, &str),
) {
    let mut at = start;
    for child in node.children() {
        let (begin, end) = (at, at + usize::from(child.text_len()));
        at = end;
        let NodeOrToken::Node(child) = child else { continue };
        match Pact::kind_from_raw(child.kind()) {
            SyntaxKind::Name => {
                if let Some(NodeOrToken::Token(token)) = child.children().next() {
                    visit(kind, begin..end, token.text());
                }
            }
            inner => names_of(child, inner, begin, visit),
        }
    }
}

/// The member that a word at an offset stands for: its name, or `there` and `it`.
fn member(members: &[(Range<usize>, Id)], word: &str, at: usize) -> Option<(SymbolKind, Id)> {
    let after = members.partition_point(|(span, _)| span.start <= at);
    let (span, id) = members.get(after.checked_sub(1)?)?;
    let meant = *id == member_id(word, span.start) || matches!(word, "there" | "it");
    (at < span.end && meant).then(|| (SymbolKind::Member, id.clone()))
}

fn member_id(word: &str, provision: usize) -> Id {
    format!("{word}@{provision}")
}

impl Definition {
    /// What its identifier would be under another name.
    #[must_use]
    pub fn id_if_called(&self, name: &str) -> Id {
        match self.kind {
            SymbolKind::Member => member_id(name, self.statement.span.start),
            _ => name.to_owned(),
        }
    }
}

fn stated(statement: &SyntaxNode) -> Statement {
    Statement {
        keyword: keyword(statement),
        name: statement.name(),
        title: statement.quoted(),
        span: statement.span(),
    }
}

impl Symbols {
    /// What is declared or meant at the offset, and where that name stands.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<(SymbolKind, &str, Range<usize>)> {
        let touches = |span: &Range<usize>| span.start <= offset && offset <= span.end;
        let reference = self.references.iter().find(|r| touches(&r.span));
        let declared = || self.definitions.iter().find(|d| touches(&d.name));
        match reference {
            Some(reference) => Some((reference.kind, &reference.id, reference.span.clone())),
            None => declared().map(|d| (d.kind, d.id.as_str(), d.name.clone())),
        }
    }

    /// The declaration of a name.
    #[must_use]
    pub fn definition(&self, kind: SymbolKind, id: &str) -> Option<&Definition> {
        self.definitions.iter().find(|d| d.kind == kind && d.id == id)
    }

    /// Where a name is meant.
    pub fn references(&self, kind: SymbolKind, id: &str) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(move |r| r.kind == kind && r.id == id)
    }
}

/// The act of which this is a form.
fn act(word: &str) -> Option<(SymbolKind, Id)> {
    vocabulary::act_written(word).map(|act| (SymbolKind::Act, act.id.clone()))
}
