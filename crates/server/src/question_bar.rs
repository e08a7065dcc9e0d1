//! The question bar: what is asked of every page, as a plain form.
//!
//! Invariant: it shows what was typed, with what is wrong beside the field, and submits nothing but the
//! question.

use maud::{Markup, html};
use model::Standard;

use crate::{
    ask::{accounts, first_standard},
    pages::Page,
    when,
};

/// The form; a question that differs from the watch's own stays open.
#[must_use]
pub fn question_bar(page: &Page<'_>) -> Markup {
    let say = page.say;
    html! {
        form.bar method="get" action=(page.here) {
            (time_field(page, "known_at", &page.ask.typed.known_at))
            (time_field(page, "at", &page.ask.typed.at))
            (standard_field(page))
            (reading_field(page))
            @if !page.ask.typed.lang.is_empty() {
                input type="hidden" name="lang" value=(page.ask.lang.tag());
            }
            div.field.go {
                button type="submit" { (say.say("bar-submit")) }
                @if !asks_nothing(page) {
                    a href=(reset(page)) { (say.say("bar-reset")) }
                }
            }
        }
    }
}

fn asks_nothing(page: &Page<'_>) -> bool {
    let typed = &page.ask.typed;
    [&typed.known_at, &typed.at, &typed.standard, &typed.reading].into_iter().all(String::is_empty)
}

fn reset(page: &Page<'_>) -> String {
    match page.ask.typed.lang.as_str() {
        "" => page.here.to_owned(),
        _ => format!("{}?lang={}", page.here, page.ask.lang.tag()),
    }
}

fn problem(page: &Page<'_>, field: &str) -> Markup {
    html! {
        @if let Some(words) = page.ask.problem(field) {
            p.wrong id={ "wrong-" (field) } { (words) }
        }
    }
}

fn described(page: &Page<'_>, field: &str) -> Option<String> {
    page.ask.problem(field).map(|_| format!("wrong-{field}"))
}

fn time_field(page: &Page<'_>, name: &str, typed: &str) -> Markup {
    let say = page.say;
    let wrong = described(page, name);
    // An example that means something here: the watch's own latest instant.
    let example = page.watch().claims.iter().map(|claim| claim.known_at).max();
    let example = example.map(|at| at.zoned(page.zone()).strftime("%Y-%m-%dT%H:%M").to_string());
    html! {
        div.field.time {
            label for={ "q-" (name) } { (say.say(&format!("bar-{name}"))) }
            input id={ "q-" (name) } name=(name) type="text" dir="ltr" autocomplete="off" spellcheck="false"
                maxlength="40" size="20" value=(typed) placeholder=[example]
                aria-invalid=[wrong.as_ref().map(|_| "true")] aria-describedby=[wrong];
            (problem(page, name))
        }
    }
}

fn option(value: &str, words: &str, chosen: &str) -> Markup {
    html! { option value=(value) selected[value == chosen] { (words) } }
}

fn standard_field(page: &Page<'_>) -> Markup {
    let say = page.say;
    let asked = &page.ask.typed.standard;
    let chosen = if asked.is_empty() { first_standard(page.watch()).to_string() } else { asked.clone() };
    let (sides, sources) = accounts(page.watch());
    let wrong = described(page, "standard");
    html! {
        div.field {
            label for="q-standard" { (say.say("bar-standard")) }
            select id="q-standard" name="standard" aria-invalid=[wrong.as_ref().map(|_| "true")]
                aria-describedby=[wrong] {
                @if page.ask.problem("standard").is_some() { (option(asked, asked, asked)) }
                @for standard in Standard::GRADED {
                    (option(&standard.to_string(), &name(page, &standard.to_string()), &chosen))
                }
                @for (key, who) in [("bar-sides", sides), ("bar-sources", sources)] {
                    optgroup label=(say.text(key)) {
                        @for (id, label) in who { (option(&format!("account:{id}"), label, &chosen)) }
                    }
                }
            }
            (problem(page, "standard"))
        }
    }
}

fn reading_field(page: &Page<'_>) -> Markup {
    let say = page.say;
    let asked = page.ask.typed.reading.as_str();
    let chosen = if asked.is_empty() { "text" } else { asked };
    let wrong = described(page, "reading");
    html! {
        div.field {
            label for="q-reading" { (say.say("bar-reading")) }
            select id="q-reading" name="reading" aria-invalid=[wrong.as_ref().map(|_| "true")]
                aria-describedby=[wrong] {
                @if page.ask.problem("reading").is_some() { (option(asked, asked, asked)) }
                (option("text", &say.text("reading-text"), chosen))
                @for reading in &page.watch().agreement.readings {
                    (option(&reading.id, &reading.title, chosen))
                }
            }
            (problem(page, "reading"))
        }
    }
}

/// The name of a standard for people.
#[must_use]
pub fn name(page: &Page<'_>, standard: &str) -> String {
    match standard.strip_prefix("account:") {
        Some(who) => {
            let named = page.watch().source_label(who);
            let named = if named == who { page.watch().agreement.label(who) } else { named };
            page.say.text_with("standard-account", &[("who", named.into())])
        }
        None => page.say.text(&format!("standard-{standard}")),
    }
}

/// What a standard accepts, in a sentence.
#[must_use]
pub fn meaning(page: &Page<'_>, standard: &str) -> Markup {
    match standard.strip_prefix("account:") {
        Some(_) => page.say.say("meaning-account"),
        None => page.say.say(&format!("meaning-{standard}")),
    }
}

/// The name of a reading for people.
#[must_use]
pub fn reading_name(page: &Page<'_>, reading: &str) -> String {
    let found = page.watch().agreement.readings.iter().find(|r| r.id == reading);
    found.map_or_else(|| page.say.text("reading-text"), |reading| reading.title.clone())
}

/// What a verdict on the page stands on: the instants, the standard, the reading; and hindsight, where there
/// is any.
#[must_use]
pub fn standing(page: &Page<'_>, asked: &Standing<'_>) -> Markup {
    let say = page.say;
    let zone = page.zone();
    html! {
        dl.standing {
            div { dt { (say.say("standing-known")) } dd { (when::exact(asked.known_at, zone, say)) } }
            div { dt { (say.say("standing-at")) } dd { (when::exact(asked.at, zone, say)) } }
            div { dt { (say.say("standing-standard")) } dd { (name(page, asked.standard)) } }
            div { dt { (say.say("standing-reading")) } dd { bdi { (reading_name(page, asked.reading)) } } }
        }
        @if asked.at < asked.known_at { p.note { (say.say("standing-hindsight")) } }
        @if asked.at > asked.known_at { p.note { (say.say("standing-ahead")) } }
    }
}

/// What a verdict was asked under.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Statuses at this instant.
    pub at: model::Instant,
    /// Nothing known later.
    pub known_at: model::Instant,
    /// The standard's name.
    pub standard: &'a str,
    /// The reading's name.
    pub reading: &'a str,
}

impl<'a> From<&'a model::answer::Answer> for Standing<'a> {
    fn from(answer: &'a model::answer::Answer) -> Self {
        Standing {
            at: answer.at,
            known_at: answer.known_at,
            standard: &answer.standard,
            reading: &answer.reading,
        }
    }
}
