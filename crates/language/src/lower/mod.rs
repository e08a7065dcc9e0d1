//! Names to agreement: each statement's tree to what it says.
//!
//! Invariant: a statement that gives nothing has been reported; nothing is guessed where the text is silent.

mod actions;
mod amendments;
mod amounts;
mod circles;
mod clocks;
mod conditions;
mod deadlines;
mod doubts;
mod exchanges;
mod extent;
mod header;
mod periods;
mod phases;
mod pleas;
mod powers;
mod provisions;
mod readings;
mod rules;
mod states;
mod terms;
mod things;

use std::{collections::BTreeMap, ops::Range};

pub(crate) use actions::noun;
pub(crate) use deadlines::ordinal;
pub use header::timezone;

use jiff::{civil::Date, tz::TimeZone};
use model::{
    Id, Instant,
    agreement::{Agreement, Assumption},
};

use crate::{
    diagnostics::{Diagnostic, Sink, codes},
    markdown::Clause,
    names::{Names, Written, statements},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

/// What every statement is read against.
struct Lowering<'a> {
    text: &'a str,
    clauses: &'a [Clause],
    /// Where each line starts.
    lines: Vec<usize>,
    names: &'a Names,
    sink: &'a mut Sink,
    timezone: TimeZone,
    day_one: Option<Date>,
    d_day: Option<Date>,
    signed: bool,
    in_force: Instant,
    /// Where the `agreement` statement stands, to add a line to it.
    header: Range<usize>,
    /// Every declared party, for `a party`.
    parties: Vec<Id>,
    /// What each baseline counts.
    counted: BTreeMap<Id, Id>,
    /// Where the amount of which provision is asked for.
    amounts: Vec<(Id, Range<usize>)>,
    /// Phases that a power can extend.
    renewable: Vec<Id>,
    /// What a member of the family is called in the provision that is being read.
    member: Option<Id>,
}

/// The agreement that the file states, as far as it can be read; the errors are in `sink`.
pub(crate) fn lower(
    text: &str,
    clauses: &[Clause],
    file: &SyntaxNode,
    names: &Names,
    sink: &mut Sink,
) -> Option<Agreement> {
    let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
    let lines = [0].into_iter().chain(starts).collect();
    let mut lowering = Lowering {
        text,
        clauses,
        lines,
        names,
        sink,
        timezone: TimeZone::UTC,
        day_one: None,
        d_day: None,
        signed: false,
        in_force: Instant(0),
        header: 0..0,
        parties: names.parties(),
        counted: BTreeMap::new(),
        amounts: Vec::new(),
        renewable: powers::renewable(file),
        member: None,
    };
    let mut agreement = lowering.header(file);
    let statements: Vec<SyntaxNode> = statements(file).collect();
    for statement in &statements {
        lowering.declaration(statement, &mut agreement);
    }
    for statement in &statements {
        lowering.course(statement, &mut agreement);
    }
    // What changes the rest is read when the rest is there.
    for (index, statement) in statements.iter().filter(|s| s.kind() == K::Reading).enumerate() {
        let lowered = lowering.reading(statement, index, &agreement).map(|r| agreement.readings.push(r));
        lowering.account_for(statement, lowered);
    }
    for statement in &statements {
        let lowered = match statement.kind() {
            K::Amendment => lowering.amendment(statement, &agreement).map(|a| agreement.amendments.push(a)),
            K::Power => lowering.power(statement, &agreement).map(|p| agreement.powers.push(p)),
            _ => Some(()),
        };
        lowering.account_for(statement, lowered);
    }
    lowering.refuse_circles(file, &agreement);
    lowering.refuse_totals_of_states(&agreement);
    if !lowering.sink.has_errors() {
        lowering.warn_of_endless_phases(&statements, &agreement);
        lowering.warn_of_doubts(file, &agreement);
    }
    (!sink.has_errors()).then_some(agreement)
}

impl Lowering<'_> {
    /// Whom and what there is.
    fn declaration(&mut self, statement: &SyntaxNode, agreement: &mut Agreement) {
        let lowered = match statement.kind() {
            K::Actor => self.actor(statement).map(|a| agreement.actors.push(a)),
            K::Zone => self.zone(statement).map(|z| agreement.zones.push(z)),
            K::Line => self.line_on_the_ground(statement).map(|l| agreement.lines.push(l)),
            K::Family => self.family(statement).map(|f| agreement.families.push(f)),
            K::Item => self.item(statement).map(|i| agreement.items.push(i)),
            K::Baseline => self.baseline(statement).map(|b| {
                self.counted.insert(b.id.clone(), b.item.clone());
                agreement.baselines.push(b);
            }),
            K::Judgement => self.judgement(statement).map(|j| agreement.judgements.push(j)),
            _ => Some(()),
        };
        self.account_for(statement, lowered);
    }

    /// What is to happen, and when.
    fn course(&mut self, statement: &SyntaxNode, agreement: &mut Agreement) {
        let lowered = match statement.kind() {
            K::Value => self.value(statement).map(|v| agreement.values.push(v)),
            K::Values => self.valuation(statement).map(|v| agreement.valuations.push(v)),
            K::Milestone => self.milestone(statement).map(|m| agreement.milestones.push(m)),
            K::Phase => self.phase(statement).map(|p| agreement.phases.push(p)),
            K::Provision => self.provisions(statement).map(|all| agreement.provisions.extend(all)),
            _ => Some(()),
        };
        self.account_for(statement, lowered);
    }

    fn error(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>) {
        self.sink.push(Diagnostic::error(code, span, message));
    }

    /// A statement must not vanish without a word.
    fn account_for(&mut self, statement: &SyntaxNode, lowered: Option<()>) {
        if lowered.is_none() && !self.sink.has_errors() {
            self.error(codes::NOT_UNDERSTOOD, statement.span(), "this statement could not be understood");
        }
    }

    /// The only child of these kinds; a second one is refused.
    fn one(&mut self, node: &SyntaxNode, kinds: &[K]) -> Option<SyntaxNode> {
        let mut found = node.children().by_kind(|kind| kinds.contains(&kind));
        let first = found.next();
        for again in found {
            let message = "this is said a second time: one of the two has to go";
            self.error(codes::SAID_TWICE, again.span(), message);
        }
        first
    }

    /// Reports what a statement lacks, unless it is broken anyway and may well say it.
    fn lacks(&mut self, statement: &SyntaxNode, code: &'static str, message: impl Into<String>) {
        if !statement.is_broken() {
            self.error(code, head_of(statement), message);
        }
    }

    /// Asks for what the drafter has to choose: each choice is a line that would be added to the statement.
    fn choose(
        &mut self,
        statement: &SyntaxNode,
        span: Range<usize>,
        code: &'static str,
        message: &str,
        lines: &[&str],
    ) {
        if statement.is_broken() {
            return;
        }
        let (start, end) = (statement.span().start, statement.span().end);
        let mut diagnostic = Diagnostic::error(code, span, message);
        for words in lines {
            diagnostic = diagnostic.fix(format!("add `{words}`"), end..end, self.continuation(start, words));
        }
        self.sink.push(diagnostic);
    }

    fn assumptions(&self, node: &SyntaxNode) -> Vec<Assumption> {
        // Most say none, which the text tells at once.
        if !self.text.get(node.span()).is_some_and(|text| text.contains("assumed")) {
            return Vec::new();
        }
        let assumed = node.descendants().filter(|n| n.kind() == K::Assumed);
        assumed.filter_map(|n| n.quoted()).map(|why| Assumption { why }).collect()
    }

    /// The actors of the `Who` in a node; asked for where there is none.
    fn who(&mut self, node: &SyntaxNode) -> Option<Vec<Id>> {
        let who = node.child(K::Who).map(|who| who.all(K::Name)).unwrap_or_default();
        self.actors(&who)
    }

    fn actors(&mut self, names: &[SyntaxNode]) -> Option<Vec<Id>> {
        let found: Vec<_> =
            names.iter().map(|n| self.names.actor(&n.name()?, self.sink).map(|a| a.0)).collect();
        found.into_iter().collect()
    }

    /// A zone, or what stands for one: a value to be set, or a member of the family.
    fn ground(&mut self, name: &Written) -> Option<Id> {
        if let Some(member) = self.member.clone().filter(|member| *member == name.0 || is_member(&name.0)) {
            return Some(member);
        }
        if is_member(&name.0) {
            let message =
                "this is a place of a family's member, and the provision is not `for each …` of one";
            self.error(codes::UNKNOWN_NAME, name.1.clone(), message);
            return None;
        }
        self.names.zone(name, self.sink)
    }

    /// The 1-based line of an offset.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// The heading above, unless the statement says another.
    fn clause_of(&mut self, node: &SyntaxNode) -> String {
        if let Some(said) = self.one(node, &[K::ClauseLine]).and_then(|line| line.quoted()) {
            return said;
        }
        let at = node.span().start;
        let above = self.clauses.partition_point(|clause| clause.range.start <= at).checked_sub(1);
        above.and_then(|index| self.clauses.get(index)).map(|clause| clause.title.clone()).unwrap_or_default()
    }

    /// A line to add to the statement that starts at `offset`: the statement may stand in a list or a
    /// quotation.
    fn continuation(&self, offset: usize, words: &str) -> String {
        let start =
            self.line(offset).checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        format!("\n{}  {words}", self.text.get(start..offset).unwrap_or_default())
    }
}

/// Whether the word stands for the member of the family that is spoken of.
fn is_member(word: &str) -> bool {
    word == "there" || word == "it"
}

/// From a statement's keyword to its name.
fn head_of(statement: &SyntaxNode) -> Range<usize> {
    let first = statement.first_token().map_or(statement.span(), |t| t.text_range().into());
    let name = statement.name().map_or(first.clone(), |n| n.1);
    first.start..name.end
}

/// The label of a declaration, or its name.
fn label(node: &SyntaxNode, id: &str) -> String {
    node.child(K::Label).and_then(|_| node.quoted()).unwrap_or_else(|| id.to_owned())
}
