//! Readings: what someone contends that the text means.
//!
//! Invariant: each change is to a part that its provision has; a reading without a source is refused.

use model::{
    Id,
    agreement::{Agreement, Change, Cycle, Due, Measure, Provision, Reading, Rule, Spread, Step, Target},
    vocabulary,
};

use super::{Lowering, rules::falling};
use crate::{
    diagnostics::codes,
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn reading(
        &mut self,
        node: &SyntaxNode,
        index: usize,
        agreement: &Agreement,
    ) -> Option<Reading> {
        let title = node.quoted()?;
        let id = self.reading_id(node, &title, index);
        if agreement.readings.iter().any(|r| r.id == id) {
            let message = format!("another reading is called `{id}`: give this one a name with `as …`");
            self.lacks(node, codes::DUPLICATE_NAME, message);
        }
        let contended = self.one(node, &[K::Contended]);
        let names = contended.map(|line| line.all(K::Name)).unwrap_or_default();
        if names.is_empty() {
            self.lacks(node, codes::EXPECTED, "who contends for this reading is missing: `contended by …`");
        }
        let who: Vec<_> =
            names.iter().map(|n| self.names.actor(&n.name()?, self.sink).map(|a| a.0)).collect();
        let source = self.one(node, &[K::Source]).and_then(|line| line.quoted());
        if source.as_deref().is_none_or(|s| s.trim().is_empty()) {
            self.lacks(
                node,
                codes::MISSING_SOURCE,
                "where this was contended for is missing: `source \"…\"`",
            );
        }
        let lines = node.all(K::Change);
        if lines.is_empty() {
            self.lacks(node, codes::NO_VERB, "a reading says what it changes: `in ID, … becomes …`");
        }
        let changes: Vec<_> = lines.iter().map(|line| self.change(line, agreement)).collect();
        self.refuse_clashes(&lines, &changes, agreement);
        let contended_by = who.into_iter().collect::<Option<_>>()?;
        Some(Reading {
            id,
            title,
            contended_by,
            source: source?,
            changes: changes.into_iter().collect::<Option<_>>()?,
        })
    }

    fn reading_id(&mut self, node: &SyntaxNode, title: &str, index: usize) -> Id {
        if let Some((name, _)) = self.one(node, &[K::As]).and_then(|line| line.name()) {
            return name;
        }
        let plain = title.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let id = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
        if id.is_empty() { format!("reading_{}", index + 1) } else { id }
    }

    /// `in TARGET, PART becomes …`, of a reading or an amendment.
    pub(super) fn change(&mut self, node: &SyntaxNode, agreement: &Agreement) -> Option<(Target, Change)> {
        let target = self.target(&node.child(K::Target)?)?;
        let part = node.words().into_iter().find(|w| *w != "in" && *w != ",")?;
        let change = match &target {
            Target::Agreement if part == "entry" => Change::InForce(self.date_or_time(node)?),
            Target::Phase(_) if part == "begins" => {
                Change::Begins(self.condition_in(&node.child(K::Begins)?)?)
            }
            Target::Phase(_) if part == "ends" => Change::Ends(
                self.phase_end(&node.first_child_by_kind(&|kind| matches!(kind, K::Ends | K::Lasts))?)?,
            ),
            Target::Provision(id) => {
                // One that could not be read has been reported.
                let provision = agreement.provisions.iter().find(|p| p.id == *id)?;
                if part == "step" {
                    return Some((target.clone(), self.new_step(node, provision)?));
                }
                if ["required", "due"].contains(&part.as_str()) && has_several_steps(&provision.rule) {
                    let message = format!(
                        "each step of `{id}` has its own `{part}`: write `step 1` and what it becomes"
                    );
                    return self.not_there(node, message);
                }
                if !has_part(provision, &part) {
                    return self.part_not_there(node, id, &part);
                }
                self.change_of(node, &part, provision)?
            }
            Target::Milestone(id) => return self.part_not_there(node, id, &part),
            Target::Agreement => return self.part_not_there(node, "the agreement", &part),
            Target::Phase(id) => return self.part_not_there(node, id, &part),
        };
        Some((target, change))
    }

    /// Refuses changes that leave a provision with what could not be written in it: all of them are made first.
    pub(super) fn refuse_clashes(
        &mut self,
        lines: &[SyntaxNode],
        changes: &[Option<(Target, Change)>],
        agreement: &Agreement,
    ) {
        for (line, change) in lines.iter().zip(changes) {
            let Some((Target::Provision(id), change)) = change else { continue };
            if !matches!(change, Change::Step(..) | Change::Period(..) | Change::Shortfall(_)) {
                continue;
            }
            let Some(provision) = agreement.provisions.iter().find(|p| p.id == *id) else { continue };
            let mut changed = provision.clone();
            let same =
                changes.iter().flatten().filter(|(target, _)| *target == Target::Provision(id.clone()));
            same.for_each(|(_, change)| changed.apply(change));
            match (&changed.rule, change) {
                (Rule::Schedule { steps, .. }, Change::Step(number, _)) => {
                    // The one that falls, or the one that it falls below.
                    let found = falling(steps.iter()).into_iter();
                    for (index, before) in found.filter(|(index, _)| [*index, index + 1].contains(number)) {
                        let step = index + 1;
                        let message =
                            format!("{before} in all would be due before step {step}: a total cannot fall");
                        self.error(codes::BAD_NUMBER, line.span(), message);
                    }
                }
                (Rule::Periodic { cycle, spread: Spread::Block { .. } | Spread::Sliding { .. }, .. }, _)
                    if *cycle != Cycle::Day =>
                {
                    self.refuse_average(line);
                }
                _ => {}
            }
        }
    }

    fn part_not_there<T>(&mut self, node: &SyntaxNode, of: &str, part: &str) -> Option<T> {
        self.not_there(node, format!("`{of}` has no `{part}` that could be changed"))
    }

    fn not_there<T>(&mut self, node: &SyntaxNode, message: String) -> Option<T> {
        self.error(codes::PART_NOT_THERE, node.span(), message);
        None
    }

    /// `step 2 becomes: 8 in all by the end of day 9`: the step as it would stand in the schedule.
    fn new_step(&mut self, node: &SyntaxNode, provision: &Provision) -> Option<Change> {
        let token = node.token(K::Number)?;
        let count = match &provision.rule {
            Rule::Schedule { steps, .. } => steps.len(),
            _ => return self.part_not_there(node, &provision.id, "step"),
        };
        let number = token.text().parse().ok().filter(|number| (1..=count).contains(number));
        let Some(number) = number else {
            let message = format!("`{}` has no step {}: it has {count}", provision.id, token.text());
            self.error(codes::PART_NOT_THERE, token.text_range().into(), message);
            return None;
        };
        Some(Change::Step(number, self.step(&node.child(K::Step)?)?))
    }

    /// Another amount; only a share can become a share.
    fn new_amount(&mut self, node: &SyntaxNode, provision: &Provision) -> Option<Measure> {
        match one_step(&provision.rule) {
            Some(_) => self.measure(node, false),
            None => self.required(node).map(Measure::Plain),
        }
    }

    fn change_of(&mut self, node: &SyntaxNode, part: &str, provision: &Provision) -> Option<Change> {
        let act = provision.rule.action().map(|action| action.act.clone()).unwrap_or_default();
        Some(match part {
            "except" => Change::Except(vec![self.exception(&node.child(K::Except)?, &act)?]),
            "required" => Change::Required(self.new_amount(&node.child(K::Quantity)?, provision)?),
            "due" => {
                let due = self.one(node, &[K::Within, K::By, K::Before])?;
                Change::Due(self.due(&due)?)
            }
            "condition" => Change::While(self.state_in(&node.child(K::While)?)?),
            "not" => Change::NotBefore(self.condition_in(&node.child(K::NotBefore)?)?),
            "bearer" => {
                let (bearers, binding) = self.anyone_bound(&node.child(K::Doers)?)?;
                Change::Bearer(bearers, binding)
            }
            "period" => match &provision.rule {
                Rule::Periodic { cycle, .. } => self.new_period(node, cycle)?,
                _ => return None,
            },
            // Whether an average goes with the period is seen when all changes are there.
            "shortfall" => Change::Shortfall(self.spread(node, &Cycle::Day)?),
            "from" => Change::From(self.instant_in(&node.child(K::From)?)?),
            "until" => Change::Until(self.instant_in(&node.child(K::Until)?)?),
            "count" => Change::Counting(super::terms::counting(&node.child(K::Count)?)),
            "judged" => match node.child(K::OnlyJudged)?.name() {
                Some(name) => Change::Judged(Some(self.names.judgement(&name, self.sink)?)),
                None => Change::Judged(None),
            },
            "zone" => Change::Zone(self.names.zone(&node.child(K::Object)?.name()?, self.sink)?),
            _ => {
                let act = match &provision.rule {
                    Rule::Exchange { trigger, .. } if part == "trigger" => &trigger.act,
                    _ => &act,
                };
                let name = node.child(K::Object)?.name()?;
                let item = self.item_of(&name, vocabulary::act(act))?;
                if part == "trigger" { Change::Trigger(item) } else { Change::Item(item) }
            }
        })
    }
}

/// The step of a schedule that has one.
fn one_step(rule: &Rule) -> Option<&Step> {
    match rule {
        Rule::Schedule { steps, .. } if steps.len() == 1 => steps.first(),
        _ => None,
    }
}

fn has_several_steps(rule: &Rule) -> bool {
    matches!(rule, Rule::Schedule { .. }) && one_step(rule).is_none()
}

/// Whether a provision has the part that would be changed.
fn has_part(provision: &Provision, part: &str) -> bool {
    let rule = &provision.rule;
    match part {
        "except" | "count" | "judged" => matches!(rule, Rule::Prohibition { .. } | Rule::Answerable { .. }),
        "item" | "condition" | "bearer" => true,
        "period" | "shortfall" => matches!(rule, Rule::Periodic { .. }),
        "from" | "until" => matches!(rule, Rule::State { .. }),
        "trigger" => matches!(rule, Rule::Exchange { .. }),
        "required" => matches!(rule, Rule::Once { .. } | Rule::Periodic { .. }) || one_step(rule).is_some(),
        "due" => {
            let due = one_step(rule).map(|step| &step.due);
            due.is_some_and(|due| *due != Due::Open)
                || matches!(rule, Rule::Once { due, .. } if *due != Due::Open)
        }
        "not" => matches!(rule, Rule::Once { .. } | Rule::Schedule { .. }),
        "zone" => {
            matches!(rule, Rule::State { place: Some(_), .. })
                || rule.action().is_some_and(|action| action.place.is_some())
        }
        _ => false,
    }
}
