//! Powers, amendments and readings, each with its parts.
//!
//! Invariant: every field of each is listed, so that a new one cannot be overlooked; their lines in the file say
//! nothing.

use model::agreement::{Amendment, Change, Effective, Faculty, PhaseEnd, Power, Reading, Spread, Target};

use super::{
    ThingKind,
    parts::{Figure, Parts},
    provisions::{binding_in_words, counting_in_words, exception_in_words},
    things::{Thing, deadline, due_in_words},
};
use crate::words::{Words, spread_in_words, term_in_words};

pub(super) fn of_power(words: &Words, power: &Power) -> Thing {
    let Power { id, label, by, binding, faculty, due, while_, clause, line: _, assumptions } = power;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.who("Holder", by);
    parts.say("Binding", binding, binding_in_words(*binding));
    let may = match faculty {
        Faculty::Extend { phase, by, times } => {
            parts.say("Phase", phase, words.phase(phase));
            let (far, figure) = match by {
                PhaseEnd::After(length) => {
                    (format!("by up to {}", term_in_words(*length)), Some(Figure::Length(*length)))
                }
                PhaseEnd::Months(months) => (format!("by up to {months} months"), None),
                PhaseEnd::When(condition) => (format!("until {}", words.instant(condition)), None),
                PhaseEnd::Never => ("without limit".to_owned(), None),
            };
            parts.measured("Length of extension", by, &far, String::new(), figure);
            let often =
                times.map_or("as often as they agree".to_owned(), |times| format!("at most {times} times"));
            parts.say("Number of extensions", times, &often);
            format!("extend {} {far}, {often}", words.phase(phase))
        }
        Faculty::Suspend(suspension) => words.suspension(suspension),
        Faculty::Other { act, target } => format!("{act} {}", words.target(target)),
    };
    // An extension has said its own parts above.
    let whole = Some(faculty).filter(|faculty| !matches!(faculty, Faculty::Extend { .. }));
    parts.say("Content", &whole, &may);
    deadline(&mut parts, due);
    parts.say("Scope", while_, format!("while {}", words.condition(while_)));
    parts.assumptions(assumptions);
    let thing =
        Thing::new(ThingKind::Power, id, label, parts, format!("{} may {may}", words.bearers(by, *binding)));
    Thing { clause: Some(clause.clone()), ..thing }
}

pub(super) fn of_amendment(words: &Words, amendment: &Amendment) -> Thing {
    let Amendment {
        id,
        label,
        agreed,
        accepted_by,
        effective,
        changes,
        inner_deadlines_move,
        past_breaches_cured,
        assumptions,
    } = amendment;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Date", agreed, words.moment(*agreed));
    parts.who("Accepting party", accepted_by);
    parts.say(
        "Effect",
        effective,
        match effective {
            Effective::LastAcceptance => "at the last acceptance".to_owned(),
            Effective::From(instant) => format!("from {}", words.moment(*instant)),
        },
    );
    parts.each("Change", changes, |change| change_in_words(words, change));
    let said = if *inner_deadlines_move { "move" } else { "stay" };
    parts.say("Inner deadlines", inner_deadlines_move, said);
    let said = if *past_breaches_cured { "are cured" } else { "stand" };
    parts.say("Past breaches", past_breaches_cured, said);
    parts.assumptions(assumptions);
    Thing::new(ThingKind::Amendment, id, label, parts, format!("agreed {}", words.moment(*agreed)))
}

pub(super) fn of_reading(words: &Words, reading: &Reading) -> Thing {
    let Reading { id, title, contended_by, source, changes } = reading;
    let mut parts = Parts::new(words);
    parts.label(title, id);
    parts.who("Contender", contended_by);
    parts.say("Source", source, format!("“{source}”"));
    parts.each("Change", changes, |change| change_in_words(words, change));
    Thing::new(
        ThingKind::Reading,
        id,
        title,
        parts,
        format!("contended by {}", words.doers(contended_by, "", "and")),
    )
}

fn change_in_words(words: &Words, (target, change): &(Target, Change)) -> String {
    let becomes = match change {
        Change::Except(exceptions) => {
            let rule = words
                .agreement
                .provisions
                .iter()
                .find(|provision| Target::Provision(provision.id.clone()) == *target);
            let all: Vec<_> = rule
                .iter()
                .flat_map(|provision| {
                    exceptions.iter().map(|e| exception_in_words(words, e, &provision.rule))
                })
                .collect();
            format!("exceptions become {}", all.join("; "))
        }
        Change::Item(item) => format!("item becomes {}", words.item(item, model::Amount::whole(2))),
        Change::Trigger(item) => {
            format!("what it answers becomes {}", words.item(item, model::Amount::whole(2)))
        }
        Change::Required(required) => format!("amount becomes {}", words.measure(required, None)),
        Change::Due(due) => {
            let (head, tail, _) = due_in_words(words, due);
            format!("deadline becomes {head}{tail}")
        }
        Change::Period(cycle, part) => {
            let part = part
                .map(|pro_rata| if pro_rata { ", part-periods pro rata" } else { ", part-periods in full" });
            format!("period becomes {}{}", words.cycle(cycle), part.unwrap_or_default())
        }
        Change::Shortfall(Spread::Alone) => "shortfall becomes each period on its own".to_owned(),
        Change::Shortfall(spread) => {
            format!("shortfall becomes {}", spread_in_words(spread).trim_start_matches(", "))
        }
        Change::From(condition) => format!("from becomes {}", words.instant(condition)),
        Change::Until(condition) => format!("until becomes {}", words.instant(condition)),
        Change::Step(number, step) => {
            format!("step {number} becomes {}", words.step(step))
        }
        Change::While(condition) => format!("scope becomes while {}", words.condition(condition)),
        Change::NotBefore(condition) => format!("not before becomes {}", words.instant(condition)),
        Change::Zone(zone) => format!("place becomes {}", words.place(zone)),
        Change::Bearer(who, binding) => {
            format!("bound becomes {} ({})", words.doers(who, "", "and"), binding_in_words(*binding))
        }
        Change::Counting(counting) => format!("one violation becomes {}", counting_in_words(*counting)),
        Change::Judged(Some(judgement)) => format!("only what is judged {}", judgement.replace('_', " ")),
        Change::Judged(None) => "nothing need be judged".to_owned(),
        Change::Removed => "removed".to_owned(),
        Change::Begins(condition) => format!("begins with {}", words.instant(condition)),
        Change::Ends(end) => words.phase_end(end),
        Change::InForce(instant) => format!("in force from {}", words.moment(*instant)),
    };
    format!("{}: {becomes}", words.target(target))
}
