//! Provisions, each with its parts: who is bound, what the rule demands, the terms that go with it.
//!
//! Invariant: every field of a provision is listed, so that a new one cannot be overlooked; its text and its line in
//! the file say nothing.

use model::{
    Amount, Id,
    agreement::{
        Action, Binding, Condition, CountedOn, Counting, Exception, Manner, Matching, Measure, PartLot,
        Provision, Quiet, Required, Rule, Share, Side, Spread, Step, Terms,
    },
};

use super::{
    ThingKind,
    parts::{BOUND, Figure, Parts},
    things::{Thing, deadline, due_in_words},
};
use crate::words::{Words, length_in_words, rule_in_words, spread_in_words};

pub(super) fn of_provision(words: &Words, provision: &Provision) -> Thing {
    let Provision {
        id,
        label,
        kind,
        bearers,
        binding,
        clause,
        text: _,
        line: _,
        rule,
        while_,
        exceptions,
        verified_by,
        terms,
        assumptions,
    } = provision;
    let mut demand = Parts::new(words);
    of_rule(&mut demand, rule, bearers);
    let essence = demand.essence();
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Kind", kind, kind.name());
    parts.who(BOUND, bearers);
    parts.say("Binding", binding, binding_in_words(*binding));
    parts.list.append(&mut demand.list);
    parts.say("Scope", while_, format!("while {}", words.condition(while_)));
    parts.each("Exception", exceptions, |exception| exception_in_words(words, exception, rule));
    parts.who("Verifier", verified_by);
    of_terms(&mut parts, terms);
    parts.assumptions(assumptions);
    let summary = format!("{}: {}", kind.name(), rule_in_words(words.agreement, provision));
    let thing = Thing::new(ThingKind::Provision, id, label, parts, summary);
    Thing { clause: Some(clause.clone()), essence: Some(essence), ..thing }
}

fn of_rule(parts: &mut Parts, rule: &Rule, bearers: &[Id]) {
    let kind = match rule {
        Rule::Once { .. } => "a duty to act, once",
        Rule::Schedule { .. } => "a duty to act, in steps",
        Rule::Periodic { .. } => "a duty to act in each period",
        Rule::Exchange { .. } => "a duty to answer",
        Rule::Prohibition { .. } => "a deed that is forbidden",
        Rule::State { .. } => "a state to be kept",
        Rule::Answerable { .. } => "a duty about what others do",
    };
    parts.say("Sort of duty", &kind, kind);
    match rule {
        Rule::Once { action, required, due, not_before } => {
            of_action(parts, action, bearers);
            of_amount(parts, *required, action, "");
            deadline(parts, due);
            not_before_of(parts, not_before.as_ref());
        }
        Rule::Schedule { action, steps, not_before } => {
            of_action(parts, action, bearers);
            // Steps that say `more` are counted from the one before: their order matters.
            for (name, step) in (0..).map_while(step_name).zip(steps) {
                of_step(parts, name, step, action);
            }
            not_before_of(parts, not_before.as_ref());
        }
        Rule::Periodic { action, required, shares, disjoint, cycle, pro_rata, spread } => {
            of_action(parts, action, bearers);
            let period = parts.words.cycle(cycle);
            of_amount(parts, *required, action, &format!(" {period}"));
            of_shares(parts, shares, action);
            parts.say("Overlap of parts", disjoint, if *disjoint { "disjoint" } else { "free to overlap" });
            parts.say("Period", cycle, period);
            parts.say("Part-periods", pro_rata, if *pro_rata { "pro rata" } else { "in full" });
            let said = match spread {
                Spread::Alone => "each period on its own".to_owned(),
                _ => spread_in_words(spread).trim_start_matches(", ").to_owned(),
            };
            parts.say("Shortfall", spread, said);
        }
        Rule::Exchange {
            trigger,
            every,
            action,
            required,
            shares,
            disjoint,
            within,
            afterwards,
            matching,
            counted_on,
        } => {
            parts.say("Answered deed", trigger, answered(parts.words, trigger));
            of_action(parts, action, bearers);
            let (answer, asked) =
                (parts.words.counted(action, *required), parts.words.counted(trigger, *every));
            let tail = format!("{answer} for every {every}{asked}");
            let figure = Some(Figure::Amount("for every", *required));
            parts.measured("Ratio", &(every, required), required.to_string(), tail, figure);
            of_shares(parts, shares, action);
            parts.say("Parts", disjoint, if *disjoint { "disjoint" } else { "may overlap" });
            if let Some(within) = within {
                let words = format!("within {}", length_in_words(*within));
                let tail = format!(" after that {}", trigger.act.replace('_', " "));
                parts.measured("Deadline", within, words, tail, Some(Figure::Deadline(*within)));
            }
            let said = if *afterwards { "counts only after what it answers" } else { "counts before it too" };
            parts.say("Order", afterwards, said);
            let said = match matching {
                Matching::InOrder => "in order",
                Matching::SameReference => "by the reference that both carry",
            };
            parts.say("Matching", matching, said);
            let said = match counted_on {
                CountedOn::Handover => "on handover",
                CountedOn::Identification => "on identification",
            };
            parts.say("Count", counted_on, said);
        }
        Rule::Prohibition { action } => of_action(parts, action, bearers),
        Rule::State { item, own, required, belonging, place, from, until, quiet } => {
            parts.say("Item", item, parts.words.item(item, Amount::whole(2)));
            parts.say("Owner", own, if *own { "its own" } else { "all" });
            if let Some(measure) = required {
                let (words, figure) = measure_in_words(parts.words, measure);
                parts.measured(
                    "Amount",
                    measure,
                    words,
                    format!(" {}", parts.words.item(item, Amount::whole(2))),
                    figure,
                );
            }
            let words = parts.words;
            parts.maybe("Of", belonging, |member| words.place(member));
            parts.maybe("Place", place, |(side, zone)| {
                let preposition = match side {
                    Side::In => "in",
                    Side::OutOf => "out of",
                    Side::FromOver => "from over",
                };
                format!("{preposition} {}", words.place(zone))
            });
            parts.say("Beginning", from, parts.words.instant(from));
            parts.maybe("End", until, |until| words.instant(until));
            if let Some(Quiet { length, consecutive, instead }) = quiet {
                let tail = if *consecutive { " without a break" } else { " in all" };
                let hours = length_in_words(*length);
                parts.measured(
                    "Time each day",
                    &(length, consecutive),
                    hours,
                    tail.to_owned(),
                    Some(Figure::Length(*length)),
                );
                parts.each("Time on other days", instead, |(length, when)| {
                    format!("{} when {}", length_in_words(*length), words.condition(when))
                });
            }
        }
        Rule::Answerable { action, for_result } => {
            of_action(parts, action, bearers);
            parts.say(
                "Answerable for",
                for_result,
                if *for_result { "the deed itself" } else { "all feasible steps" },
            );
        }
    }
}

/// The parts of a deed; its doers only where they are not those who are bound.
fn of_action(parts: &mut Parts, action: &Action, bearers: &[Id]) {
    let Action { act, by, item, to, place, stage, under } = action;
    let words = parts.words;
    parts.say("Act", act, act.replace('_', " "));
    if by != bearers {
        parts.who("Doer", by);
    }
    parts.maybe("Item", item, |item| words.item(item, Amount::whole(2)));
    parts.maybe("Recipient", to, |to| words.agreement.label(to).to_owned());
    let where_alone = || words.whereto(&Action { to: None, ..action.clone() }).trim_start().to_owned();
    parts.maybe("Place", place, |_| where_alone());
    parts.maybe("Stage", stage, |stage| stage.replace('_', " "));
    let those: Vec<_> = under.iter().map(|provision| format!("“{}”", words.provision(provision))).collect();
    parts.maybe("Only those of", &(!those.is_empty()).then_some(those), |those| those.join(" and "));
}

/// What is answered: `deceased hostages that Hamas returns to Israel`.
fn answered(words: &Words, trigger: &Action) -> String {
    let item = words.counted(trigger, Amount::whole(2));
    let by = words.doers(&trigger.by, "any of ", "and");
    format!("{item} that {by} {}{}", words.third(trigger), words.whereto(trigger)).trim_start().to_owned()
}

fn of_amount(parts: &mut Parts, required: Required, action: &Action, period: &str) {
    let (words, figure, amount) = required_in_words(required);
    let tail = format!("{}{period}", parts.words.counted(action, amount));
    parts.measured("Amount", &required, words, tail, Some(figure));
}

/// `at least 600`, and the figure in it.
pub(super) fn required_in_words(required: Required) -> (String, Figure, Amount) {
    let (kind, amount) = match required {
        Required::AtLeast(amount) => ("at least", amount),
        Required::Exactly(amount) => ("exactly", amount),
        Required::AtMost(amount) => ("at most", amount),
    };
    (format!("{kind} {amount}"), Figure::Amount(kind, amount), amount)
}

fn measure_in_words(words: &Words, measure: &Measure) -> (String, Option<Figure>) {
    let figure = match measure {
        Measure::Plain(required) => Some(required_in_words(*required).1),
        Measure::Between(..) | Measure::Share(..) | Measure::Value(_) => None,
    };
    (words.measure(measure, None), figure)
}

fn step_name(index: usize) -> Option<&'static str> {
    const NAMES: [&str; 12] = [
        "Step 1", "Step 2", "Step 3", "Step 4", "Step 5", "Step 6", "Step 7", "Step 8", "Step 9", "Step 10",
        "Step 11", "Step 12",
    ];
    // Nobody tells the later ones of so long a schedule apart by number.
    Some(NAMES.get(index).copied().unwrap_or("Later step"))
}

fn of_step(parts: &mut Parts, name: &'static str, step: &Step, action: &Action) {
    let Step { measure, in_all, due } = step;
    let (amount, figure) = measure_in_words(parts.words, measure);
    let (within, tail, _) = due_in_words(parts.words, due);
    let item = parts.words.counted(action, Amount::whole(2));
    let more = if *in_all { "in all" } else { "more" };
    parts.measured(name, step, amount, format!("{item} {more} {within}{tail}"), figure);
}

fn of_shares(parts: &mut Parts, shares: &[Share], whole: &Action) {
    let words = parts.words;
    for share in shares {
        // Its label is its words as they stand, blanks and all.
        let Share { label: _, action, required } = share;
        let (amount, figure, _) = required_in_words(*required);
        let said = words.share(action, whole, *required);
        let tail = said.strip_prefix(&amount).unwrap_or_default().to_owned();
        parts.measured("Part", &(narrower(action, whole), required), amount, tail, Some(figure));
    }
}

/// What an action says beyond the whole that it is a part of.
fn narrower(action: &Action, whole: &Action) -> impl std::fmt::Debug {
    let Action { act, by, item, to, place, stage, under } = action;
    (
        Some(act).filter(|act| **act != whole.act),
        Some(by).filter(|by| **by != whole.by),
        Some(item).filter(|item| **item != whole.item),
        Some(to).filter(|to| **to != whole.to),
        Some(place).filter(|place| **place != whole.place),
        Some(stage).filter(|stage| **stage != whole.stage),
        Some(under).filter(|under| **under != whole.under),
    )
}

fn not_before_of(parts: &mut Parts, not_before: Option<&Condition>) {
    if let Some(condition) = not_before {
        parts.say("Earliest time", condition, parts.words.instant(condition));
    }
}

/// How several are bound, or may do something.
pub(super) fn binding_in_words(binding: Binding) -> String {
    match binding {
        Binding::Each => "each of them".to_owned(),
        Binding::Together => "together".to_owned(),
        Binding::Either => "either of them alone".to_owned(),
        Binding::AtLeast(count) => format!("at least {count} of them"),
        Binding::Unstated => "not stated".to_owned(),
    }
}

/// `an attack by Israel while …`.
pub(super) fn exception_in_words(words: &Words, exception: &Exception, rule: &Rule) -> String {
    words.exception(exception, rule).trim_start_matches(", except ").to_owned()
}

fn of_terms(parts: &mut Parts, terms: &Terms) {
    let Terms {
        unless,
        counting,
        judged,
        manner,
        for_each,
        in_step,
        part_lot,
        made_up_with,
        quality,
        consequences,
        grades,
        disputes,
        subject_to,
        notwithstanding,
    } = terms;
    let words = parts.words;
    parts.maybe("No instance", unless, |condition| format!("while {}", words.condition(condition)));
    parts.say("One violation", counting, counting_in_words(*counting));
    parts.maybe("Judgement needed", judged, |judgement| judgement.replace('_', " "));
    parts.maybe("Manner", manner, |manner| match manner {
        Manner::Endeavour => "must endeavour to".to_owned(),
        Manner::Promptly => "promptly".to_owned(),
        Manner::Gradually => "gradually".to_owned(),
    });
    parts.maybe("For each", for_each, |(member, family)| format!("{member} of {}", family.replace('_', " ")));
    parts.maybe("Step", in_step, |step| words.in_step(step));
    parts.maybe("Part of a lot", part_lot, |part_lot| match part_lot {
        PartLot::Nothing => "owes nothing".to_owned(),
        PartLot::Proportion => "owes in proportion".to_owned(),
    });
    parts.each("Substitute", made_up_with, |item| words.item(item, Amount::whole(2)));
    parts.maybe("Standard", quality, |(standard, judges)| {
        format!("“{standard}”, judged by {}", words.doers(judges, "", "and"))
    });
    parts.each("Consequence", consequences, |consequence| {
        words.consequence(consequence).trim_start_matches("and ").to_owned()
    });
    parts.maybe("Grades", grades, |(grades, by)| {
        format!("{}, by {}", grades.join(", "), words.doers(by, "", "and"))
    });
    // The order of the rungs is the order in which they are climbed.
    let rungs: Vec<_> = disputes.iter().map(|rung| words.rung(rung)).collect();
    if !rungs.is_empty() {
        parts.say("Disputes", disputes, rungs.join("; then "));
    }
    parts.each("Precedence of others", subject_to, |provision| format!("“{}”", words.provision(provision)));
    parts.each("Precedence over others", notwithstanding, |provision| {
        format!("“{}”", words.provision(provision))
    });
}

/// What one violation is.
pub(super) fn counting_in_words(counting: Counting) -> &'static str {
    match counting {
        Counting::Incident => "one incident",
        Counting::Explosion => "one explosion",
        Counting::Day => "one day",
        Counting::Person => "one person",
    }
}
