//! One provision: what it says, how it stands and stood, each instance, each bearer, each speaker's figures.
//!
//! Invariant: every instance of the answer is on the page, however many there are.

use maud::{Markup, html};
use model::answer::{Answer, InstanceAnswer, ProvisionAnswer};

use super::{Page, Refusal, problem};
use crate::{
    figures,
    layout::{Shell, shell},
    locale::{Value, bdi, joined, ltr, number},
    question_bar::Standing,
    status,
    table::{cell, heads, row_head},
    timeline::{Axis, lanes},
    when,
};

/// From this many instances on they are folded by month.
const FOLDED_FROM: usize = 40;

/// The page.
///
/// # Errors
/// When there is no such provision, or the question names a reading that there is not.
pub fn page(page: &Page<'_>, id: &str) -> Result<Markup, Refusal> {
    let say = page.say;
    let answer = page.answer()?;
    let unknown = || problem::unknown(page, "unknown-provision", id, problem::provisions(page));
    let provision = answer.provisions.iter().find(|p| p.id == id).ok_or_else(unknown)?;
    let title = page.provision_name(id);
    let body = html! {
        p.crumbs { a href=(page.link("/")) { (say.say("nav-overview")) } " / " bdi { (provision.clause) } }
        h1 { (bdi(&title)) }
        (verdict(page, provision))
        (text(page, &answer, provision))
        @if provision.computed {
            section aria-labelledby="over-time" {
                h2 #over-time { (say.say("timeline")) }
                (lanes(page, &provision.timeline, Axis::of(page, answer.at), &provision.kind))
            }
            (bearers(page, provision))
            (instances(page, provision))
        }
        (findings(page, &answer, provision))
        (status::legend(page))
    };
    Ok(shell(page, &Shell { title: &title, standing: Some(Standing::from(&*answer)), section: "", body }))
}

fn verdict(page: &Page<'_>, provision: &ProvisionAnswer) -> Markup {
    let say = page.say;
    let since = provision.timeline.last().map(|stretch| stretch.from);
    html! {
        div.verdict {
            p.status { (status::chips_or_none(say, provision.status, &provision.kind)) }
            @if provision.computed { p.figure { (figures::headline(page, provision)) } }
            @if let Some(since) = since { p { (say.say("since")) " " (page.time(since)) } }
            (status::why(say, &provision.why))
            @if !provision.exact { p.note { (say.say("not-exact")) } }
        }
    }
}

/// The clause: the rule in words, and the text as written.
fn text(page: &Page<'_>, answer: &Answer, provision: &ProvisionAnswer) -> Markup {
    let say = page.say;
    let Some(declared) = page.watch().agreement.provisions.iter().find(|p| p.id == provision.id) else {
        return html! {};
    };
    let read = watch::verdict::read_as(&page.watch().agreement, page.ask.question.reading.as_deref());
    let rule = read.ok().and_then(|agreement| {
        let rule = agreement.provisions.iter().find(|p| p.id == provision.id)?;
        Some(language::rule_in_words(&agreement, rule))
    });
    let anchor = format!("/agreement#L{}", declared.line);
    let line = say.say_with("text-line", &[("line", number(declared.line))]);
    html! {
        section aria-labelledby="text" {
            h2 #text { (say.say("text-title")) }
            @if let Some(rule) = &rule { p.rule { (say.only_english(rule)) } }
            @if answer.reading != "text" { p.note { (say.say("text-reading-note")) } }
            (quoted(page, &declared.text))
            p { a href=(page.link(&anchor)) { (line) } }
            (assumptions(page, &declared.assumed()))
        }
    }
}

/// The agreement's own words.
#[must_use]
pub fn quoted(page: &Page<'_>, text: &str) -> Markup {
    let label = page.say.text("text-quoted");
    html! {
        pre.quoted dir="ltr" tabindex="0" role="region" aria-label=(label) { code { (text.trim_end()) } }
    }
}

/// What was assumed where the text is silent.
#[must_use]
pub fn assumptions(page: &Page<'_>, assumed: &[String]) -> Markup {
    html! {
        @if !assumed.is_empty() {
            p { (page.say.say("assumed-title")) }
            ul { @for assumption in assumed { li { (bdi(assumption)) } } }
        }
    }
}

fn bearers(page: &Page<'_>, provision: &ProvisionAnswer) -> Markup {
    let say = page.say;
    let prohibition = provision.kind == "prohibition";
    html! {
        section aria-labelledby="bearers" {
            h2 #bearers { (say.say("bearers-title")) }
            table {
                thead { tr {
                    th scope="col" { (say.say("col-bearer")) }
                    th scope="col" { (say.say("col-status")) }
                    @if prohibition { th scope="col" { (say.say("col-violations")) } }
                } }
                tbody {
                    @for bearer in &provision.by_bearer {
                        tr {
                            th scope="row" { (page.name(&bearer.party)) }
                            td { (status::chips(say, bearer.status, &provision.kind)) }
                            @if prohibition { td { (figures::count(say, bearer.violations)) } }
                        }
                    }
                }
            }
        }
    }
}

fn instances(page: &Page<'_>, provision: &ProvisionAnswer) -> Markup {
    let say = page.say;
    let only = provision.instances.first().filter(|_| provision.instances.len() == 1);
    html! {
        section aria-labelledby="instances" {
            h2 #instances { (say.say_with("instances-title", &[("n", number(provision.instances.len()))])) }
            @if provision.instances.is_empty() { p { (say.say("no-instances")) } }
            @else if provision.instances.len() < FOLDED_FROM {
                (instance_table(page, provision, &provision.instances.iter().collect::<Vec<_>>()))
            } @else {
                p.hint { (say.say("instances-hint")) }
                @for (i, (_, days)) in by_month(provision).iter().rev().enumerate() {
                    (month(page, provision, days, i == 0))
                }
            }
            @if let Some(instance) = only { (accounts(page, provision, instance)) }
        }
    }
}

/// Instances in order, gathered by what their keys begin with: the month of a date.
fn by_month(provision: &ProvisionAnswer) -> Vec<(String, Vec<&InstanceAnswer>)> {
    let mut months: Vec<(String, Vec<&InstanceAnswer>)> = Vec::new();
    for instance in &provision.instances {
        let date = instance.key.parse::<jiff::civil::Date>();
        let month = date.map_or_else(|_| String::new(), |d| d.strftime("%Y-%m").to_string());
        match months.last_mut() {
            Some((last, days)) if *last == month => days.push(instance),
            _ => months.push((month, vec![instance])),
        }
    }
    months
}

fn month(page: &Page<'_>, provision: &ProvisionAnswer, days: &[&InstanceAnswer], open: bool) -> Markup {
    let say = page.say;
    let first = days.first().and_then(|day| day.key.parse::<jiff::civil::Date>().ok());
    let title = first.map_or_else(|| say.text("instances-other"), |date| when::month_text(date, say));
    let newest: Vec<&InstanceAnswer> = days.iter().rev().copied().collect();
    html! {
        details.month open[open] {
            summary {
                span.month-name { (bdi(title)) }
                span.counts {
                    @for (set, n) in counted(days) {
                        span { (status::chips(say, set, &provision.kind)) " " bdi { (n) } }
                    }
                }
            }
            (instance_table(page, provision, &newest))
        }
    }
}

/// How many instances have each set of statuses.
fn counted(days: &[&InstanceAnswer]) -> Vec<(model::StatusSet, usize)> {
    let mut counts: Vec<(model::StatusSet, usize)> = Vec::new();
    for day in days {
        match counts.iter_mut().find(|(set, _)| *set == day.status) {
            Some((_, n)) => *n += 1,
            None => counts.push((day.status, 1)),
        }
    }
    counts.sort();
    counts
}

/// The name of an instance for people: a date, an ordinal, or that there is but one.
#[must_use]
pub fn key_in_words(page: &Page<'_>, key: &str) -> Markup {
    match (key, key.parse::<jiff::civil::Date>()) {
        (_, Ok(date)) => bdi(when::day_text(date, page.say)),
        ("once", _) => page.say.say("instance-once"),
        _ => ltr(key),
    }
}

fn instance_table(page: &Page<'_>, provision: &ProvisionAnswer, instances: &[&InstanceAnswer]) -> Markup {
    let say = page.say;
    html! {
        table.stack.instances role="table" {
            (heads(say, &["col-instance", "col-required", "col-amount", "col-status", "col-why"]))
            tbody role="rowgroup" { @for instance in instances { (instance_row(page, provision, instance)) } }
        }
    }
}

fn instance_row(page: &Page<'_>, provision: &ProvisionAnswer, instance: &InstanceAnswer) -> Markup {
    let say = page.say;
    let path = page.instance_path(&provision.id, &instance.key);
    html! {
        tr role="row" {
            (row_head(html! { a href=(page.link(&path)) { (key_in_words(page, &instance.key)) } }))
            (cell(say, "col-required", figures::required(say, &instance.required)))
            (cell(say, "col-amount", figures::range(say, instance.amount)))
            (cell(say, "col-status", status::chips(say, instance.status, &provision.kind)))
            (cell(say, "col-why", status::why_in_short(say, &instance.why)))
        }
    }
}

/// Each speaker's figures beside the others'.
#[must_use]
pub fn accounts(page: &Page<'_>, provision: &ProvisionAnswer, instance: &InstanceAnswer) -> Markup {
    let say = page.say;
    html! {
        @if !instance.by_source.is_empty() {
            h2 { (say.say("accounts-title")) }
            p.hint { (say.say("accounts-hint")) }
            table.stack role="table" {
                (heads(say, &["col-speaker", "col-amount", "col-status-alone", "col-claims"]))
                tbody role="rowgroup" {
                    @for account in &instance.by_source {
                        tr role="row" {
                            (row_head(page.source(&account.source)))
                            (cell(say, "col-amount", figures::range(say, account.amount)))
                            @let chips = status::chips(say, account.status, &provision.kind);
                            (cell(say, "col-status-alone", chips))
                            (cell(say, "col-claims", claims(page, &account.evidence)))
                        }
                    }
                }
            }
        }
    }
}

/// Links to claims; many are folded.
fn claims(page: &Page<'_>, ids: &[String]) -> Markup {
    let list = html! { (joined(ids.iter().map(|id| page.claim(id)), " ")) };
    html! {
        @if ids.len() <= 3 { div.ids { (list) } } @else {
            details {
                summary { (page.say.say_with("n-claims", &[("n", Value::from(ids.len()))])) }
                div.ids { (list) }
            }
        }
    }
}

fn findings(page: &Page<'_>, answer: &Answer, provision: &ProvisionAnswer) -> Markup {
    let say = page.say;
    let own: Vec<_> = answer.findings.iter().filter(|finding| finding.on == provision.id).collect();
    html! {
        @if !own.is_empty() {
            section aria-labelledby="findings" {
                h2 #findings { (say.say("findings-title")) }
                ul.findings {
                    @for finding in own { li { (super::overview::finding(page, finding)) } }
                }
            }
        }
    }
}
