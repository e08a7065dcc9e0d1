//! The text of the agreement, line by line, each line with an address, each provision with how it stands.
//!
//! Invariant: the text is the file's, complete and in order.

use std::collections::BTreeMap;

use maud::{Markup, html};
use model::answer::ProvisionAnswer;

use super::{Page, Refusal};
use crate::{
    layout::{Shell, shell},
    locale::{bdi, number},
    question_bar::Standing,
    status,
};

/// The page.
///
/// # Errors
/// When the question names a reading that there is not.
pub fn page(page: &Page<'_>) -> Result<Markup, Refusal> {
    let say = page.say;
    let answer = page.answer()?;
    let by_id: BTreeMap<&str, &ProvisionAnswer> =
        answer.provisions.iter().map(|p| (p.id.as_str(), p)).collect();
    let starts: BTreeMap<usize, &ProvisionAnswer> = page
        .watch()
        .agreement
        .provisions
        .iter()
        .filter_map(|declared| Some((declared.line, *by_id.get(declared.id.as_str())?)))
        .collect();
    let title = say.text("agreement-title");
    let body = html! {
        h1 { (title) }
        p.hint { (say.say_with("agreement-hint", &[("n", number(starts.len()))])) }
        (contents(page, &starts))
        div.text dir="auto" {
            @for (line, set, text) in lines(&page.watch().text) { (row(page, line, set, text, &starts)) }
        }
        (warnings(page))
        (status::legend(page))
    };
    Ok(shell(
        page,
        &Shell { title: &title, standing: Some(Standing::from(&*answer)), section: "agreement", body },
    ))
}

/// What a line is: how it is set, never what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Prose,
    Heading,
    Fence,
    Pact,
    Blank,
}

impl Set {
    fn class(self) -> &'static str {
        match self {
            Set::Prose => "line prose",
            Set::Heading => "line heading",
            Set::Fence => "line fence",
            Set::Pact => "line pact",
            Set::Blank => "line blank",
        }
    }
}

/// The lines of the file, numbered from 1.
fn lines(text: &str) -> Vec<(usize, Set, &str)> {
    let bare = !text.lines().any(|line| line.trim_start().starts_with("```"));
    let mut inside = bare;
    let mut all = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let fence = line.trim_start().starts_with("```");
        if fence {
            inside = !inside;
        }
        let set = match line {
            _ if fence => Set::Fence,
            _ if inside => Set::Pact,
            _ if line.trim().is_empty() => Set::Blank,
            _ if line.starts_with('#') => Set::Heading,
            _ => Set::Prose,
        };
        all.push((i + 1, set, line));
    }
    all
}

fn row(
    page: &Page<'_>,
    line: usize,
    set: Set,
    text: &str,
    starts: &BTreeMap<usize, &ProvisionAnswer>,
) -> Markup {
    let label = page.say.text_with("line-label", &[("n", number(line))]);
    html! {
        div class=(set.class()) id={ "L" (line) } {
            a.number href={ "#L" (line) } aria-label=(label) { (line) }
            span.words { (text) }
            @if let Some(provision) = starts.get(&line) {
                a.margin href=(page.link(&page.provision_path(&provision.id))) {
                    (status::chips_or_none(page.say, provision.status, &provision.kind))
                }
            }
        }
    }
}

fn contents(page: &Page<'_>, starts: &BTreeMap<usize, &ProvisionAnswer>) -> Markup {
    html! {
        nav.contents aria-label=(page.say.text("provisions-title")) {
            ul {
                @for (line, provision) in starts {
                    li { a href={ "#L" (line) } { (bdi(page.provision_name(&provision.id))) } }
                }
            }
        }
    }
}

/// What the checker says of it that is no error.
fn warnings(page: &Page<'_>) -> Markup {
    let warnings = &page.watch().warnings;
    html! {
        @if !warnings.is_empty() {
            section aria-labelledby="warnings" {
                h2 #warnings { (page.say.say("warnings-title")) }
                @for warning in warnings { pre.quoted dir="ltr" tabindex="0" { code { (warning) } } }
            }
        }
    }
}
