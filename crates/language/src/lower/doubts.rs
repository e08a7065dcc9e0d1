//! What is read and can hardly be meant: deadlines that fall, that are over too soon, and duties owed to oneself.
//!
//! Invariant: warns alone, and never of what the text calls assumed; only instants that the text itself fixes are
//! compared, or lengths counted from the same condition.

use std::collections::BTreeMap;

use jiff::Span;
use model::{
    Duration, Instant,
    agreement::{Agreement, Condition, Due, Provision, Rule},
};

use super::{Lowering, head_of};
use crate::{
    diagnostics::{Diagnostic, codes},
    names::statements,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn warn_of_doubts(&mut self, file: &SyntaxNode, agreement: &Agreement) {
        // Most texts give no doubt: they are not gone through.
        let mut found: Option<BTreeMap<(K, String), SyntaxNode>> = None;
        let mut named = |kind: K, id: &str| {
            let all = || statements(file).filter_map(|s| Some(((s.kind(), s.name()?.0), s))).collect();
            found.get_or_insert_with(all).get(&(kind, id.to_owned())).cloned()
        };
        for provision in &agreement.provisions {
            // Of further duties, which stand inside another statement, nothing is asked here.
            let doubts = doubts_of(agreement, provision);
            let Some(node) = doubts.first().and_then(|_| named(K::Provision, &provision.id)) else {
                continue;
            };
            for doubt in doubts {
                warning_of(&node, &doubt).into_iter().for_each(|warning| self.sink.push(warning));
            }
        }
        let dated = agreement.signed.unwrap_or(agreement.in_force).date(&agreement.timezone);
        for amendment in agreement.amendments.iter().filter(|a| a.agreed.date(&agreement.timezone) < dated) {
            let line = named(K::Amendment, &amendment.id).and_then(|node| node.child(K::Agreed));
            let Some(line) = line.filter(|line| !is_assumed(line)) else { continue };
            let event = if agreement.signed.is_some() { "was signed" } else { "entered into force" };
            let message = format!("this is dated before the agreement {event}, on {dated}");
            let warning = Diagnostic::warning(codes::AMENDED_BEFORE, line.span(), message);
            self.sink.push(assume(warning, &line, "the text gives this date"));
        }
    }
}

/// One thing that can hardly be meant.
enum Doubt {
    /// The step at this place is due before the one that it follows.
    Falls(usize),
    /// The deadline, or that of the step at this place, lies before entry into force.
    BeforeForce(Option<usize>),
    /// The deadline, or that of the step at this place, is over before the duty may be performed.
    Never(Option<usize>),
    /// It is owed to one of those who owe it.
    ToOneself(String),
}

fn doubts_of(agreement: &Agreement, provision: &Provision) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let dues: Vec<(Option<usize>, &Due)> = match &provision.rule {
        Rule::Once { due, .. } => vec![(None, due)],
        Rule::Schedule { steps, .. } => {
            steps.iter().enumerate().map(|(at, step)| (Some(at), &step.due)).collect()
        }
        _ => Vec::new(),
    };
    for pair in dues.windows(2) {
        if let [(_, before), (Some(at), due)] = pair
            && is_later(agreement, before, due)
        {
            doubts.push(Doubt::Falls(*at));
        }
    }
    let not_before = match &provision.rule {
        Rule::Once { not_before, .. } | Rule::Schedule { not_before, .. } => not_before.as_ref(),
        _ => None,
    };
    for (at, due) in dues {
        if last(agreement, due).is_some_and(|last| last < agreement.in_force) {
            doubts.push(Doubt::BeforeForce(at));
        } else if not_before.is_some_and(|from| is_over(agreement, due, from)) {
            doubts.push(Doubt::Never(at));
        }
    }
    let to = match &provision.rule {
        Rule::Answerable { .. } => None,
        rule => rule.action().and_then(|action| action.to.as_ref()),
    };
    doubts.extend(to.filter(|to| provision.bearers.contains(to)).map(|to| Doubt::ToOneself(to.clone())));
    doubts
}

fn warning_of(node: &SyntaxNode, doubt: &Doubt) -> Option<Diagnostic> {
    let steps = node.all(K::Step);
    let deadline_of = |at: &Option<usize>| match at.and_then(|at| steps.get(at)) {
        Some(step) => deadline(step),
        None => deadline(node),
    };
    match doubt {
        Doubt::Falls(at) => {
            let due = deadline(steps.get(*at)?)?;
            let before = deadline(steps.get(at.checked_sub(1)?)?)?;
            let message = "this is due before the step above it";
            let edits =
                vec![(before.span(), due.text().to_string()), (due.span(), before.text().to_string())];
            let warning = Diagnostic::warning(codes::FALLING_DEADLINES, due.span(), message);
            (!is_assumed(&due)).then(|| warning.edits("swap the two deadlines", edits))
        }
        Doubt::BeforeForce(at) => {
            let due = deadline_of(at)?;
            let message = "this is over before the agreement is in force";
            let warning = Diagnostic::warning(codes::DUE_BEFORE_FORCE, due.span(), message);
            (!is_assumed(&due)).then(|| assume(warning, &due, "the text gives this day"))
        }
        Doubt::Never(at) => {
            let (due, from) = (deadline_of(at)?, node.child(K::NotBefore)?);
            let message = "this is over before the duty may be performed: `not before` lies later";
            let warning = Diagnostic::warning(codes::NEVER_IN_TIME, due.span(), message);
            (!is_assumed(&due) && !is_assumed(&from)).then_some(warning)
        }
        Doubt::ToOneself(who) => {
            let duty = node.child(K::Duty)?;
            let place = duty.all(K::Place).into_iter().find(|p| p.name().is_some_and(|name| name.0 == *who));
            let span = place.as_ref().map_or_else(|| head_of(node), Walk::span);
            let message = format!("`{who}` would owe this to itself");
            let warning = Diagnostic::warning(codes::OWN_RECIPIENT, span.clone(), message);
            let warning = match &place {
                // With the blank before it.
                Some(place) => warning.fix(
                    format!("leave out `{}`", place.text()),
                    span.start.saturating_sub(1)..span.end,
                    "",
                ),
                None => warning,
            };
            (!is_assumed(&duty)).then_some(warning)
        }
    }
}

fn deadline(node: &SyntaxNode) -> Option<SyntaxNode> {
    node.children().find(|n| matches!(n.kind(), K::Within | K::By | K::Before))
}

/// Whether the drafter says that it is so.
fn is_assumed(node: &SyntaxNode) -> bool {
    node.descendants().any(|n| n.kind() == K::Assumed)
}

fn assume(warning: Diagnostic, line: &SyntaxNode, why: &str) -> Diagnostic {
    let at = line.span().end;
    warning.fix("say that this is assumed", at..at, format!(" (assumed: \"{why}\")"))
}

/// The instant at which the condition first holds, where the text itself fixes it.
fn first(agreement: &Agreement, condition: &Condition) -> Option<Instant> {
    match condition {
        Condition::InForce => agreement.entry.is_none().then_some(agreement.in_force),
        Condition::Signed => agreement.signed,
        Condition::From(instant) => Some(*instant),
        Condition::HoursAfter(length, inner) => Some(first(agreement, inner)? + *length),
        Condition::DaysAfter(days, inner) => {
            Some(end_of_day(agreement, first(agreement, inner)?, Span::new().days(*days))?.next())
        }
        _ => None,
    }
}

/// The last instant that is in time, where the text itself fixes it.
fn last(agreement: &Agreement, due: &Due) -> Option<Instant> {
    match due {
        Due::Within(length, condition) => Some(first(agreement, condition)? + *length),
        Due::By(last) => Some(*last),
        Due::EndOfDayAfter(days, condition) => {
            end_of_day(agreement, first(agreement, condition)?, Span::new().days(*days))
        }
        Due::MonthsAfter(months, condition) => {
            end_of_day(agreement, first(agreement, condition)?, Span::new().months(*months))
        }
        Due::Before(condition) => Some(first(agreement, condition)?.previous()),
        Due::Latest(all) | Due::Earliest(all) => {
            let all = all.iter().map(|due| last(agreement, due)).collect::<Option<Vec<_>>>()?;
            let latest = matches!(due, Due::Latest(_));
            if latest { all.into_iter().max() } else { all.into_iter().min() }
        }
        Due::Open => None,
    }
}

fn end_of_day(agreement: &Agreement, from: Instant, later: Span) -> Option<Instant> {
    let day = from.date(&agreement.timezone).checked_add(later).ok()?.tomorrow().ok()?;
    Some(Instant::start_of(day, &agreement.timezone).previous())
}

/// Whether the one is surely later than the other.
fn is_later(agreement: &Agreement, one: &Due, other: &Due) -> bool {
    if let (Some(one), Some(other)) = (last(agreement, one), last(agreement, other)) {
        return one > other;
    }
    match (one, other) {
        (Due::Within(one, from), Due::Within(other, other_from)) => from == other_from && one > other,
        (Due::EndOfDayAfter(one, from), Due::EndOfDayAfter(other, other_from))
        | (Due::MonthsAfter(one, from), Due::MonthsAfter(other, other_from)) => {
            from == other_from && one > other
        }
        _ => false,
    }
}

/// Whether the deadline is surely over before the condition can hold.
fn is_over(agreement: &Agreement, due: &Due, from: &Condition) -> bool {
    if let (Some(last), Some(first)) = (last(agreement, due), first(agreement, from)) {
        return last < first;
    }
    match (due, from) {
        (Due::Before(limit), from) => limit == from,
        (Due::Within(length, start), Condition::HoursAfter(wait, after)) => {
            *start == **after && length < wait
        }
        // The end of the nth day comes after n days, one of which may be an hour short.
        (Due::Within(length, start), Condition::DaysAfter(days, after)) => {
            *start == **after && *length < Duration::hours(24 * i64::from(*days) - 1)
        }
        (Due::EndOfDayAfter(last, start), Condition::DaysAfter(days, after)) => {
            *start == **after && last <= days
        }
        _ => false,
    }
}
