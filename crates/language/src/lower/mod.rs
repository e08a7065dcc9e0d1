//! Names to agreement: each statement's tree to what it says.
//!
//! Invariant: a statement that gives nothing has been reported; nothing is guessed where the text is silent.

mod actions;
mod circles;
mod conditions;
mod deadlines;
mod declared;
mod header;
mod provisions;
mod readings;
mod rules;

use std::ops::Range;

pub(crate) use deadlines::ordinal;

use jiff::{civil::Date, tz::TimeZone};
use model::{
    Instant,
    agreement::{Agreement, Assumption},
};

use crate::{
    diagnostics::{Diagnostic, Sink, codes},
    markdown::Clause,
    names::{Names, statements},
    syntax::{SyntaxKind, SyntaxNode, Walk},
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
    /// Where the `agreement` statement stands, to add a line to it.
    header: Range<usize>,
    /// It enters into force after a local midnight.
    enters_inside_a_day: bool,
    /// Every declared party, for `a party`.
    parties: Vec<String>,
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
        header: 0..0,
        enters_inside_a_day: false,
        parties: Vec::new(),
    };
    let mut agreement = lowering.header(file);
    for statement in statements(file) {
        let lowered = match statement.kind() {
            SyntaxKind::Actor => lowering.actor(&statement).map(|a| agreement.actors.push(a)),
            SyntaxKind::Zone => lowering.zone(&statement).map(|z| agreement.zones.push(z)),
            SyntaxKind::Item => lowering.item(&statement).map(|i| agreement.items.push(i)),
            _ => Some(()),
        };
        lowering.account_for(&statement, lowered);
    }
    let midnight = Instant::start_of(agreement.in_force.date(&agreement.timezone), &agreement.timezone);
    lowering.enters_inside_a_day = agreement.in_force != midnight;
    lowering.parties = parties_of(&agreement);
    for statement in statements(file) {
        let lowered = match statement.kind() {
            SyntaxKind::Milestone => lowering.milestone(&statement).map(|m| agreement.milestones.push(m)),
            SyntaxKind::Phase => lowering.phase(&statement).map(|p| agreement.phases.push(p)),
            SyntaxKind::Provision => lowering.provision(&statement).map(|p| agreement.provisions.push(p)),
            _ => Some(()),
        };
        lowering.account_for(&statement, lowered);
    }
    for (index, statement) in statements(file).filter(|s| s.kind() == SyntaxKind::Reading).enumerate() {
        let lowered = lowering.reading(&statement, index, &agreement).map(|r| agreement.readings.push(r));
        lowering.account_for(&statement, lowered);
    }
    lowering.refuse_circles(file, &agreement);
    (!sink.has_errors()).then_some(agreement)
}

fn parties_of(agreement: &Agreement) -> Vec<String> {
    let bound = agreement.actors.iter().filter(|a| a.role == model::agreement::Role::Party);
    bound.map(|a| a.id.clone()).collect()
}

impl Lowering<'_> {
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
    fn one(&mut self, node: &SyntaxNode, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
        let mut found = node.children().filter(|n| kinds.contains(&n.kind()));
        let first = found.next();
        for again in found {
            self.error(
                codes::SAID_TWICE,
                again.span(),
                "this is said a second time: one of the two has to go",
            );
        }
        first
    }

    /// Reports what a statement lacks, unless it is broken anyway and may well say it.
    fn lacks(&mut self, statement: &SyntaxNode, code: &'static str, message: impl Into<String>) {
        if !statement.is_broken() {
            let first = statement.first_token().map_or(statement.span(), |t| t.text_range().into());
            let name = statement.name().map_or(first.clone(), |n| n.1);
            self.error(code, first.start..name.end, message);
        }
    }

    fn assumptions(&self, node: &SyntaxNode) -> Vec<Assumption> {
        let assumed = node.descendants().filter(|n| n.kind() == SyntaxKind::Assumed);
        assumed.filter_map(|n| n.quoted()).map(|why| Assumption { why }).collect()
    }

    /// The 1-based line of an offset.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// A line to add to the statement that starts at `offset`: the statement may stand in a list or a
    /// quotation.
    fn continuation(&self, offset: usize, words: &str) -> String {
        let start =
            self.line(offset).checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        format!("\n{}  {words}", self.text.get(start..offset).unwrap_or_default())
    }
}
