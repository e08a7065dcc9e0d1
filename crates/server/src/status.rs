//! Statuses for people: a word, a shape and a colour each, so that none is told by colour alone.
//!
//! Invariant: a set of several is always shown whole, worst first, and never looks like a set of one.

use maud::{Markup, html};
use model::{Status, StatusSet, answer::PhaseAnswer};

use crate::{
    locale::{Say, joined},
    pages::Page,
};

/// The word for a status; a prohibition that is still open has nothing that falls due.
#[must_use]
pub fn word(say: Say, status: Status, kind: &str) -> String {
    match (status, kind) {
        (Status::Pending, "prohibition") => say.text("status-pending-prohibition"),
        (Status::Met, "prohibition") => say.text("status-met-prohibition"),
        _ => say.text(&format!("status-{}", status.name())),
    }
}

/// The words for a set: “breached or performed late”.
#[must_use]
pub fn words(say: Say, set: StatusSet, kind: &str) -> String {
    let words: Vec<String> = set.iter().map(|status| word(say, status, kind)).collect();
    words.join(&format!(" {} ", say.text("or")))
}

/// A chip: filled where it is the only status possible.
fn chip(say: Say, status: Status, kind: &str) -> Markup {
    html! { span class={ "chip s-" (status.name()) } { (icon(status.name())) (word(say, status, kind)) } }
}

/// A status as a label, which says nothing of how certain it is.
#[must_use]
pub fn label(say: Say, status: Status, kind: &str) -> Markup {
    html! { span.set.many { (chip(say, status, kind)) } }
}

fn icon(name: &str) -> Markup {
    html! {
        svg.icon width="12" height="12" aria-hidden="true" focusable="false" { use href={ "#i-" (name) } {} }
    }
}

/// A set of statuses as chips.
#[must_use]
pub fn chips(say: Say, set: StatusSet, kind: &str) -> Markup {
    let or = format!(" {} ", say.text("or"));
    let class = if set.len() == 1 { "set one" } else { "set many" };
    html! { span class=(class) { (joined(set.iter().map(|status| chip(say, status, kind)), &or)) } }
}

/// A set, or that there is none because this version does not compute the provision.
#[must_use]
pub fn chips_or_none(say: Say, set: Option<StatusSet>, kind: &str) -> Markup {
    set.map_or_else(|| not_computed(say), |set| chips(say, set, kind))
}

/// In place of what this version does not compute.
#[must_use]
pub fn not_computed(say: Say) -> Markup {
    html! { span.quiet { (say.say("not-computed")) } }
}

/// The chips of a phase.
#[must_use]
pub fn phase_chips(say: Say, phase: &PhaseAnswer) -> Markup {
    let statuses = &phase.status;
    if !phase.computed {
        return not_computed(say);
    }
    let or = format!(" {} ", say.text("or"));
    let class = if statuses.len() == 1 { "set one" } else { "set many" };
    let chip = |status: &String| {
        let (icon_name, key) = match status.as_str() {
            "active" => ("met", "phase-active"),
            "ended" => ("lapsed", "phase-ended"),
            _ => ("inactive", "phase-not_begun"),
        };
        html! { span class={ "chip p-" (status) } { (icon(icon_name)) (say.say(key)) } }
    };
    html! { span class=(class) { (joined(statuses.iter().map(chip), &or)) } }
}

/// Why there is more than one status, a sentence each.
#[must_use]
pub fn why(say: Say, reasons: &[String]) -> Markup {
    let sentence = |reason: &String| match reason.as_str() {
        "contested" => say.say("why-contested"),
        "imprecise" => say.say("why-imprecise"),
        "unobserved" => say.say("why-unobserved"),
        "unjudged" => say.say("why-unjudged"),
        "unset" => say.say("why-unset"),
        other => say.only_english(other),
    };
    html! {
        @if !reasons.is_empty() {
            ul.why { @for reason in reasons { li { (sentence(reason)) } } }
        }
    }
}

/// Why, in a word each, where there is no room.
#[must_use]
pub fn why_in_short(say: Say, reasons: &[String]) -> Markup {
    let word = |reason: &String| {
        let key = format!("short-{reason}");
        if ["contested", "imprecise", "unobserved", "unjudged", "unset"].contains(&reason.as_str()) {
            say.say(&key)
        } else {
            say.only_english(reason)
        }
    };
    joined(reasons.iter().map(word), &say.text("list-comma"))
}

/// What each status means.
#[must_use]
pub fn legend(page: &Page<'_>) -> Markup {
    let say = page.say;
    html! {
        details.legend {
            summary { (say.say("legend-title")) }
            p { (say.say("legend-sets")) }
            dl {
                @for status in Status::ALL {
                    div {
                        dt { (label(say, status, "")) }
                        dd { (say.say(&format!("legend-{}", status.name()))) }
                    }
                }
            }
        }
    }
}

/// The shapes and patterns that a page's chips and timelines refer to; once on each page.
#[must_use]
pub fn shapes() -> Markup {
    html! {
        svg.shapes width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                @for (name, path) in ICONS { (symbol(name, path)) }
                @for status in Status::ALL { (pattern(status)) }
            }
        }
    }
}

fn symbol(name: &str, path: &str) -> Markup {
    html! {
        symbol id={ "i-" (name) } viewBox="0 0 12 12" {
            path d=(path) fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"
                stroke-linejoin="round" {}
        }
    }
}

/// A shape for each status, drawn with one stroke.
const ICONS: [(&str, &str); 9] = [
    ("breached", "M2.5 2.5l7 7M9.5 2.5l-7 7"),
    ("late", "M6 1.2a4.8 4.8 0 1 0 .01 0zM6 3.4V6l2 1.4"),
    ("pending", "M6 1.5a4.5 4.5 0 1 0 .01 0z"),
    ("not_adjudicated", "M6 1l5 5-5 5-5-5z"),
    ("met", "M1.8 6.6l2.8 2.8 5.6-6.6"),
    ("excused", "M6 1.2a4.8 4.8 0 1 0 .01 0zM3.8 6h4.4"),
    ("suspended", "M4 2v8M8 2v8"),
    ("lapsed", "M2.5 1.5h7L6 6l3.5 4.5h-7L6 6z"),
    ("inactive", "M2 6h.01M6 6h.01M10 6h.01"),
];

/// A ground colour with a mark on it for each status, so that timelines can be told apart without colour.
fn pattern(status: Status) -> Markup {
    let mark = match status {
        Status::Breached => "M-2 2l4-4M0 8l8-8M6 10l4-4",
        Status::Late => "M-2 6l4 4M0 0l8 8M6-2l4 4",
        Status::Pending | Status::Inactive => "M4 3.5v1",
        Status::NotAdjudicated => "M0 4h8M4 0v8",
        Status::Met => "",
        Status::Excused => "M0 4h8",
        Status::Suspended => "M4 0v8",
        Status::Lapsed => "M2 2v1M6 6v1",
    };
    html! {
        pattern id={ "p-" (status.name()) } width="8" height="8" patternUnits="userSpaceOnUse" {
            rect class={ "ground s-" (status.name()) } width="8" height="8" {}
            path class={ "mark s-" (status.name()) } d=(mark) fill="none" stroke-width="1.6" {}
        }
    }
}
