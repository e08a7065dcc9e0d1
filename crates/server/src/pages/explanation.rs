//! Why one instance has the statuses it has: from the clause down to the words of each source.
//!
//! Invariant: every list of the explanation is shown, the empty ones said to be empty.

use maud::{Markup, html};
use model::agreement::{Condition, Due, Rule};
use model::answer::{Answer, InstanceAnswer, Moment, ProvisionAnswer};
use watch::{
    Explanation, NoExplanation,
    explain::{Line, Silence},
};

use super::{
    Page, Refusal, problem,
    provision::{accounts, assumptions, key_in_words, quoted},
};
use crate::{
    figures,
    layout::{Shell, shell},
    locale::{bdi, number},
    question_bar::Standing,
    status,
    table::{cell, fact, head, heads, long_cell, row_head},
};

/// The page.
///
/// # Errors
/// When there is no such provision or instance, or the question names a reading that there is not.
pub fn page(page: &Page<'_>, id: &str, key: &str) -> Result<Markup, Refusal> {
    let say = page.say;
    let answer = page.answer()?;
    let explained = page
        .desk
        .explanation(&page.ask.question, id, key)
        .map_err(|why| refusal(page, &answer, id, key, &why))?;
    let Some(provision) = answer.provisions.iter().find(|p| p.id == id) else {
        return Err(problem::nowhere(page));
    };
    let name = page.provision_name(id);
    let title = format!("{name} · {key}");
    let body = html! {
        p.crumbs {
            a href=(page.link("/")) { (say.say("nav-overview")) } " / "
            a href=(page.link(&page.provision_path(id))) { (bdi(&name)) }
        }
        h1 { (bdi(&name)) @if key != "once" { ": " (key_in_words(page, key)) } }
        (neighbours(page, provision, key))
        (verdict(page, provision, &explained))
        (clause(page, &explained))
        (evidence(page, &explained))
        section { (accounts(page, provision, &explained.instance)) }
        (status::legend(page))
    };
    Ok(shell(page, &Shell { title: &title, standing: Some(Standing::from(&*answer)), section: "", body }))
}

fn refusal(page: &Page<'_>, answer: &Answer, id: &str, key: &str, why: &NoExplanation) -> Refusal {
    let provision = answer.provisions.iter().find(|p| p.id == id);
    match (why, provision) {
        (NoExplanation::Instance { .. }, Some(provision)) => {
            problem::unknown(page, "unknown-instance", key, near(page, provision))
        }
        _ => problem::unknown(page, "unknown-provision", id, problem::provisions(page)),
    }
}

/// The instances that there are: the first, the last, and the page that lists them all.
fn near(page: &Page<'_>, provision: &ProvisionAnswer) -> Markup {
    let mut some: Vec<&InstanceAnswer> = provision.instances.iter().take(3).collect();
    some.extend(provision.instances.iter().skip(3).rev().take(3).rev());
    let path = |instance: &InstanceAnswer| page.link(&page.instance_path(&provision.id, &instance.key));
    html! {
        p { (page.say.say("unknown-instance-body")) }
        ul.plain {
            li { (page.provision_link(&provision.id)) }
            @for instance in some {
                li { a href=(path(instance)) { (key_in_words(page, &instance.key)) } }
            }
        }
    }
}

fn neighbours(page: &Page<'_>, provision: &ProvisionAnswer, key: &str) -> Markup {
    let at = provision.instances.iter().position(|instance| instance.key == key).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|i| provision.instances.get(i));
    let after = provision.instances.get(at + 1);
    let path = |instance: &InstanceAnswer| page.link(&page.instance_path(&provision.id, &instance.key));
    let name = |instance: &InstanceAnswer| key_in_words(page, &instance.key);
    let say = page.say;
    html! {
        @if before.is_some() || after.is_some() {
            nav.neighbours aria-label=(page.say.text("instances-near")) {
                @if let Some(instance) = before {
                    a rel="prev" href=(path(instance)) { (say.say("instance-before")) " " (name(instance)) }
                }
                @if let Some(instance) = after {
                    a.after rel="next" href=(path(instance)) {
                        (name(instance)) " " (say.say("instance-after"))
                    }
                }
            }
        }
    }
}

fn verdict(page: &Page<'_>, provision: &ProvisionAnswer, explained: &Explanation) -> Markup {
    let say = page.say;
    let instance = &explained.instance;
    html! {
        div.verdict {
            p.status { (status::chips(say, instance.status, &provision.kind)) }
            (status::why(say, &instance.why))
            dl.facts {
                (fact(say, "fact-window", window(page, instance)))
                @if let Some(arose) = arose(page, explained) { (fact(say, "fact-arose", arose)) }
                (fact(say, "col-required", figures::required(say, &instance.required)))
                (fact(say, "col-amount", figures::range(say, instance.amount)))
                @if provision.kind != "prohibition" {
                    (fact(say, "fact-performed", performed(page, &instance.performed)))
                }
            }
            (shares(page, instance))
            @if !explained.missing.is_empty() {
                h2.minor { (say.say("missing-title")) }
                ul { @for words in &explained.missing { li { (say.only_english(words)) } } }
            }
        }
    }
}

fn window(page: &Page<'_>, instance: &InstanceAnswer) -> Markup {
    let say = page.say;
    let end = |at: Option<model::Instant>, key: &str| at.map_or_else(|| say.say(key), |at| page.time(at));
    html! { (end(instance.window.from, "window-not-set")) " – " (end(instance.window.to, "window-no-end")) }
}

/// What the window hangs on and, for a milestone, when that came.
fn arose(page: &Page<'_>, explained: &Explanation) -> Option<Markup> {
    let answer = page.answer().ok()?;
    let agreement = &page.watch().agreement;
    let provision = agreement.provisions.iter().find(|p| p.id == explained.provision)?;
    let condition = match &provision.rule {
        Rule::Once { due: Due::Within(_, condition) | Due::EndOfDayAfter(_, condition), .. } => condition,
        Rule::Exchange { .. } => return Some(page.say.say("arose-exchange")),
        Rule::Periodic { .. } => return Some(page.say.say("arose-daily")),
        _ => return None,
    };
    let words = language::condition_in_words(agreement, condition);
    let reached = match condition {
        Condition::Milestone(id) => answer.milestones.iter().find(|milestone| milestone.id == *id),
        _ => None,
    };
    Some(html! {
        (page.say.only_english(&words))
        @if let Some(milestone) = reached {
            ": " (super::overview::moment(page, Some(&milestone.reached)))
        }
    })
}

fn performed(page: &Page<'_>, moment: &Moment) -> Markup {
    let say = page.say;
    match (moment.earliest, moment.latest) {
        (None, None) => say.say("performed-not"),
        (Some(earliest), None) => html! { (say.say("performed-perhaps")) " " (page.time(earliest)) },
        (None, Some(latest)) => html! { (say.say("moment-by")) " " (page.time(latest)) },
        (Some(earliest), Some(latest)) if earliest == latest => page.time(earliest),
        (Some(earliest), Some(latest)) => html! {
            (super::overview::between(page, earliest, latest))
        },
    }
}

fn shares(page: &Page<'_>, instance: &InstanceAnswer) -> Markup {
    let say = page.say;
    html! {
        @if !instance.of_which.is_empty() {
            h2.minor { (say.say("shares-title")) }
            table.stack role="table" {
                (heads(say, &["col-share", "col-required", "col-amount", "col-status"]))
                tbody role="rowgroup" {
                    @for share in &instance.of_which {
                        tr role="row" {
                            (row_head(bdi(share.label.replace('_', " "))))
                            (cell(say, "col-required", figures::required(say, &share.required)))
                            (cell(say, "col-amount", figures::range(say, share.amount)))
                            (cell(say, "col-status", status::chips(say, share.status, "obligation")))
                        }
                    }
                }
            }
        }
    }
}

fn clause(page: &Page<'_>, explained: &Explanation) -> Markup {
    let say = page.say;
    let anchor = format!("/agreement#L{}", explained.line);
    let line = say.say_with("text-line", &[("line", number(explained.line))]);
    html! {
        section aria-labelledby="text" {
            h2 #text { (say.say("text-title")) }
            p { bdi { (explained.clause) } }
            p.rule { (say.only_english(&explained.rule)) }
            (quoted(page, &explained.text))
            p { a href=(page.link(&anchor)) { (line) } }
            (assumptions(page, &explained.assumptions))
        }
    }
}

fn evidence(page: &Page<'_>, explained: &Explanation) -> Markup {
    let say = page.say;
    let lists =
        [("counted", &explained.counted), ("possible", &explained.possible), ("aside", &explained.aside)];
    html! {
        section aria-labelledby="evidence" {
            h2 #evidence { (say.say("claims-title")) }
            @for (name, lines) in lists {
                h3 { (say.say_with(&format!("lines-{name}"), &[("n", number(lines.len()))])) }
                p.hint { (say.say(&format!("lines-{name}-hint"))) }
                @if !lines.is_empty() { (list(page, name, lines)) }
            }
            h3 { (say.say("silence-title")) }
            p.hint { (say.say("silence-hint")) }
            @if explained.silences.is_empty() { p { (say.say("silence-none")) } } @else {
                (silences(page, &explained.silences))
            }
        }
    }
}

/// More lines than this are folded.
const FOLDED_FROM: usize = 30;

fn list(page: &Page<'_>, name: &str, lines: &[Line]) -> Markup {
    let say = page.say;
    let reasons = lines.iter().any(|line| !line.reason.is_empty());
    let keys = ["col-speaker", "col-claimed", "col-when", "col-known", "col-words"];
    let table = html! {
        table.stack.claims role="table" {
            thead role="rowgroup" { tr role="row" {
                @for key in keys { th scope="col" role="columnheader" { (say.say(key)) } }
                @if reasons { (head(say.say("col-reason"))) }
            } }
            tbody role="rowgroup" { @for line in lines { (claim_row(page, line, reasons)) } }
        }
    };
    html! {
        @if lines.len() < FOLDED_FROM { (table) } @else {
            details open[name == "counted"] {
                summary { (say.say_with("n-claims", &[("n", number(lines.len()))])) }
                (table)
            }
        }
    }
}

fn claim_row(page: &Page<'_>, line: &Line, reasons: bool) -> Markup {
    let say = page.say;
    let bears = !matches!(line.bears_on.as_str(), "performance" | "violation");
    html! {
        tr role="row" {
            (row_head(html! { (page.source(&line.source))
                div.ids { (page.claim(&line.claim)) } }))
            (cell(say, "col-claimed", html! { (figures::range(say, line.amount))
                @if bears { span.short-why { (say.only_english(&line.bears_on.replace('_', " "))) } } }))
            (cell(say, "col-when", occurred(page, &line.claim)))
            (cell(say, "col-known", page.time(line.known_at)))
            (long_cell(say, "col-words", html! { bdi { (line.note) } }))
            @if reasons { (long_cell(say, "col-reason", say.only_english(&line.reason))) }
        }
    }
}

/// When a claim's act may have happened, in the agreement's time zone.
#[must_use]
pub fn occurred(page: &Page<'_>, claim: &str) -> Markup {
    let Some(period) = page.watch().claim(claim).and_then(|claim| claim.occurred) else {
        return page.say.say("no-time-given");
    };
    let (from, to) = (period.first, period.until());
    let open_from = from <= model::Instant::MIN;
    let open_to = period.last >= model::Instant::MAX;
    html! {
        @if open_from { (page.say.say("window-not-set")) } @else { (page.time(from)) }
        @if open_to { " – " (page.say.say("window-no-end")) }
        @else if from != to { " – " (page.time(to)) }
    }
}

fn silences(page: &Page<'_>, silences: &[Silence]) -> Markup {
    let say = page.say;
    html! {
        table.stack role="table" {
            (heads(say, &["col-speaker", "col-when", "col-ground", "col-accepted-by"]))
            tbody role="rowgroup" {
                @for silence in silences {
                    tr role="row" {
                        (row_head(page.source(&silence.source)))
                        (cell(say, "col-when", during(page, &silence.during)))
                        (long_cell(say, "col-ground", html! { bdi { (silence.basis) } }))
                        (cell(say, "col-accepted-by", html! {
                            @if silence.accepted_by.is_empty() { (say.say("accepted-by-nobody")) }
                            (page.names(&silence.accepted_by))
                        }))
                    }
                }
            }
        }
    }
}

/// A period that the explanation gives as text, each end an instant in UTC.
fn during(page: &Page<'_>, words: &str) -> Markup {
    let end = |text: &str| match model::Instant::parse(text) {
        Ok(instant) => page.time(instant),
        Err(_) if text.ends_with("infinity") => page.say.say("window-no-end"),
        Err(_) => bdi(text),
    };
    match words.split_once(" to ") {
        Some((from, to)) => html! { (end(from)) " – " (end(to)) },
        None => end(words),
    }
}
