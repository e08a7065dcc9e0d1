//! One example: read, checked against its marks, its words and its fixes.
//!
//! Invariant: what is compared is compared exactly; a fix that is not listed must not be offered; an agreement
//! comes of a text exactly where it is marked to.

use std::collections::BTreeSet;

use language::{
    Diagnostic, Severity, condition_in_words, parse, phase_in_words, render, rule_in_words,
    syntax::SyntaxKind, tree,
};
use model::agreement::{Agreement, Provision, Target};

use crate::{
    marks::{self, Mark},
    page::{Example, Outcome},
};

/// An example without its marks, as the parser gets it.
struct Read {
    /// As shown, without marks.
    shown: Vec<String>,
    expected: Vec<Mark>,
    text: String,
    /// Where the example begins in `text`.
    start: usize,
    /// The shown line of each line after `start`: a line that ends with `× 3` stands for three.
    origins: Vec<usize>,
}

impl Read {
    fn new(example: &Example) -> Self {
        let (shown, expected) = marks::taken_out(&example.text);
        let mut text = example.preamble.clone();
        let start = text.len();
        let mut origins = Vec::new();
        for (index, line) in shown.iter().enumerate() {
            let repeated = line.rsplit_once(" × ").and_then(|(l, n)| Some((l, n.parse::<usize>().ok()?)));
            let (line, times) = repeated.unwrap_or((line, 1));
            for _ in 0..times {
                text += &format!("{line}\n");
                origins.push(index);
            }
        }
        Read { shown, expected, text, start, origins }
    }

    /// What a diagnostic would be as a mark.
    fn mark(&self, diagnostic: &Diagnostic) -> Result<Mark, String> {
        let before = self.text.get(self.start..diagnostic.span.start).ok_or_else(|| {
            format!("this is found before the example:\n{}", render("preamble", &self.text, diagnostic))
        })?;
        let line_start = self.start + before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count();
        let inside = &self.text[diagnostic.span.clone()];
        let first = inside.lines().next().unwrap_or_default();
        let warning = if diagnostic.severity == Severity::Warning { " warning" } else { "" };
        Ok(Mark {
            line: self.origins.get(line).copied().unwrap_or(self.shown.len().saturating_sub(1)),
            column: self.text[line_start..diagnostic.span.start].chars().count(),
            width: first.chars().count().max(1),
            beyond: first.len() < inside.len(),
            what: format!("{}{warning}", diagnostic.code),
        })
    }
}

impl Example {
    /// Runs it.
    pub fn run(&self) -> Result<(), String> {
        let read = Read::new(self);
        if tree(&read.text).text() != read.text.as_str() {
            return Err("the tree is not the text".to_owned());
        }
        let parsed = parse(&read.text);
        let mut found = parsed.diagnostics.iter().map(|d| read.mark(d)).collect::<Result<Vec<_>, _>>()?;
        found.dedup();
        if found != read.expected {
            let rendered: Vec<_> =
                parsed.diagnostics.iter().take(20).map(|d| render("example", &read.text, d)).collect();
            return Err(format!(
                "expected:\n{}\nfound:\n{}\n{}",
                marks::drawn(&read.shown, &read.expected),
                marks::drawn(&read.shown, &found),
                rendered.join("\n")
            ));
        }
        let marked = !found.is_empty();
        if marked == (self.outcome == Outcome::Checks) {
            return Err("what is marked does not go with what the block is marked as".to_owned());
        }
        if parsed.agreement.is_none() == (self.outcome != Outcome::Fails) {
            return Err("an agreement comes of a text exactly where nothing but warnings is found".to_owned());
        }
        let mut says: Vec<_> = parsed.diagnostics.iter().map(|d| d.message.clone()).collect();
        says.dedup();
        if !self.says.is_empty() {
            equal("Says", &self.says, &says)?;
        }
        self.compare_fixes(&read.text, &parsed.diagnostics)?;
        match parsed.agreement {
            Some(agreement) => self.compare_words(&read.text, &agreement),
            None => Ok(()),
        }
    }

    fn compare_words(&self, text: &str, agreement: &Agreement) -> Result<(), String> {
        if self.means.is_empty() {
            return Ok(());
        }
        let means = words_of_last(text, agreement).ok_or("nothing says the last statement in words")?;
        equal("Means", &self.means, &[means])
    }

    /// Applies each fix alone: what is left is what the page says, beside the other marks.
    fn compare_fixes(&self, text: &str, diagnostics: &[Diagnostic]) -> Result<(), String> {
        let mut offered = Vec::new();
        for (index, diagnostic) in diagnostics.iter().enumerate() {
            let others: BTreeSet<_> =
                diagnostics.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, d)| d.code).collect();
            for fix in &diagnostic.fixes {
                let after = parse(&fix.apply(text)).diagnostics;
                let left: BTreeSet<_> = after.iter().map(|d| d.code).collect();
                if let Some(code) = others.difference(&left).next() {
                    return Err(format!("“{}” mends `{code}` too, which it is not offered for", fix.title));
                }
                let new: Vec<_> = left.difference(&others).map(|code| format!("`{code}`")).collect();
                let leaves =
                    if new.is_empty() { String::new() } else { format!(" (leaves {})", new.join(", ")) };
                offered.push(format!("{}{leaves}", fix.title));
            }
        }
        equal("Offered", &self.offered, &offered)
    }
}

fn equal(key: &str, expected: &[String], found: &[String]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let list = |all: &[String]| all.iter().map(|one| format!("- {one}\n")).collect::<String>();
    Err(format!("{key}:\nexpected:\n{}found:\n{}", list(expected), list(found)))
}

/// What the last statement says.
fn words_of_last(text: &str, agreement: &Agreement) -> Option<String> {
    let tree = tree(text);
    let blocks = tree.children().filter(|node| node.kind() == SyntaxKind::Block);
    let last = blocks.flat_map(|block| block.children()).last()?;
    let rule = |agreement: &Agreement, provision: &Provision| rule_in_words(agreement, provision);
    Some(match last.kind() {
        SyntaxKind::Provision => rule(agreement, agreement.provisions.last()?),
        SyntaxKind::Milestone => condition_in_words(agreement, &agreement.milestones.last()?.when),
        SyntaxKind::Phase => phase_in_words(agreement, agreement.phases.last()?),
        SyntaxKind::Reading => {
            let reading = agreement.readings.last()?;
            let read = agreement.read_as(reading);
            match &reading.changes.first()?.0 {
                Target::Provision(id) => rule(&read, read.provisions.iter().find(|p| p.id == *id)?),
                Target::Phase(id) => phase_in_words(&read, read.phases.iter().find(|p| p.id == *id)?),
                Target::Agreement | Target::Milestone(_) => return None,
            }
        }
        _ => return None,
    })
}
