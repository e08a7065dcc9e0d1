//! Is it holding? The answer in words under two standards, then phases, provisions and what the evidence
//! itself shows.
//!
//! Invariant: no sentence here is more certain than the sets of statuses that it is made from.

use maud::{Markup, html};
use model::answer::{Answer, Finding, Moment, ProvisionAnswer};
use watch::Question;

use super::{Page, Refusal};
use crate::{
    ask::{first_standard, standards},
    figures::{self, Group},
    layout::{Shell, shell},
    locale::{bdi, joined, ltr, number},
    question_bar::{Standing, meaning, name},
    status,
    timeline::{Axis, band},
};

/// Sources named for a provision; the page of the provision names them all.
const SOURCES_NAMED_MAX: usize = 3;

/// The page.
///
/// # Errors
/// When the question names a reading that there is not.
pub fn page(page: &Page<'_>) -> Result<Markup, Refusal> {
    let say = page.say;
    let first = page.answer()?;
    let asked = &page.ask.question;
    let beside = standards(page.watch()).into_iter().find(|standard| *standard != asked.standard);
    let standard = beside.unwrap_or_else(|| first_standard(page.watch()));
    let second = page.answer_to(&Question { standard, ..asked.clone() })?;
    let both = [&*first, &*second];
    let title = say.text("overview-title");
    let body = html! {
        h1 { (title) }
        div.answers { @for answer in both { (in_words(page, answer)) } }
        (phases(page, both))
        (provisions(page, both))
        (findings(page, &first))
        (evidence(page, &first))
        (status::legend(page))
    };
    Ok(shell(
        page,
        &Shell { title: &title, standing: Some(Standing::from(&*first)), section: "overview", body },
    ))
}

/// The answer under one standard: a sentence that counts, then each provision in its group.
fn in_words(page: &Page<'_>, answer: &Answer) -> Markup {
    let say = page.say;
    html! {
        section.answer {
            h2 { (name(page, &answer.standard)) }
            p.meaning { (meaning(page, &answer.standard)) }
            p.lead { (lead(page, answer)) }
            @if answer.provisions.is_empty() { p { (say.say("no-provisions")) } }
            ul.groups {
                @for group in Group::ALL {
                    @let members: Vec<&ProvisionAnswer> =
                        answer.provisions.iter().filter(|p| Group::of(p.status) == group).collect();
                    @if !members.is_empty() { (group_of(page, group, &members, answer)) }
                }
            }
        }
    }
}

/// The answer in one sentence, as certain as the least certain of the sets behind it.
fn lead(page: &Page<'_>, answer: &Answer) -> Markup {
    let groups: Vec<Group> = answer.provisions.iter().map(|p| Group::of(p.status)).collect();
    let count = |these: &[Group]| groups.iter().filter(|group| these.contains(group)).count();
    let ill = count(&[Group::Breached, Group::NotInTime]);
    let doubt = count(&[Group::InDoubt]);
    let uncomputed = count(&[Group::NotComputed]);
    let key = match (ill, doubt, uncomputed) {
        (0, 0, 0) => "lead-no-breach",
        (0, 0, _) => "lead-not-all-computed",
        (0, _, _) => "lead-in-doubt",
        (_, 0, _) => "lead-broken",
        _ => "lead-broken-and-in-doubt",
    };
    let values = [
        ("ill", number(ill)),
        ("doubt", number(doubt)),
        ("uncomputed", number(uncomputed)),
        ("of", number(groups.len())),
    ];
    page.say.say_with(key, &values)
}

fn group_of(page: &Page<'_>, group: Group, members: &[&ProvisionAnswer], answer: &Answer) -> Markup {
    let say = page.say;
    let path = |id: &str| page.ask.link_but(&page.provision_path(id), "standard", &answer.standard);
    html! {
        li class={ "group " (group.key()) } {
            p.group-name {
                strong { (say.say_with(group.key(), &[("n", number(members.len()))])) }
            }
            ul {
                @for provision in members {
                    li {
                        a href=(path(&provision.id)) { (bdi(page.provision_name(&provision.id))) }
                        @if group != Group::NotComputed {
                            span.figure { (figures::headline(page, provision)) }
                        }
                    }
                }
            }
        }
    }
}

/// When something came about.
#[must_use]
pub fn moment(page: &Page<'_>, moment: Option<&Moment>) -> Markup {
    let say = page.say;
    let Some(moment) = moment else { return say.say("moment-not") };
    match (moment.earliest, moment.latest) {
        (Some(earliest), Some(latest)) if earliest == latest => page.time(earliest),
        (Some(earliest), Some(latest)) => html! {
            (say.say("moment-between")) " " (page.time(earliest)) " " (say.say("moment-and")) " " (page.time(latest))
        },
        (Some(earliest), None) => html! { (say.say("moment-if")) " " (page.time(earliest)) },
        (None, Some(latest)) => html! { (say.say("moment-by")) " " (page.time(latest)) },
        (None, None) => say.say("moment-unknown"),
    }
}

fn phases(page: &Page<'_>, both: [&Answer; 2]) -> Markup {
    let say = page.say;
    let [first, second] = both;
    let label = |id: &str| {
        let declared = page.watch().agreement.phases.iter().find(|phase| phase.id == id);
        declared.map(|p| p.label.clone()).filter(|l| !l.is_empty()).unwrap_or_else(|| super::in_words(id))
    };
    html! {
        @if !first.phases.is_empty() {
            section aria-labelledby="phases" {
                h2 #phases { (say.say("phases-title")) }
                table.stack role="table" {
                    thead role="rowgroup" { tr role="row" {
                        th scope="col" role="columnheader" { (say.say("col-phase")) }
                        (standard_heads(page, both))
                        th scope="col" role="columnheader" { (say.say("col-began")) }
                        th scope="col" role="columnheader" { (say.say("col-ended")) }
                    } }
                    tbody role="rowgroup" {
                        @for (phase, other) in first.phases.iter().zip(&second.phases) {
                            tr role="row" {
                                th scope="row" role="rowheader" { (bdi(label(&phase.id))) }
                                td role="cell" data-label=(name(page, &first.standard)) { div { (status::phase_chips(say, &phase.status)) } }
                                td role="cell" data-label=(name(page, &second.standard)) { div { (status::phase_chips(say, &other.status)) } }
                                td role="cell" data-label=(say.text("col-began")) { div { (moment(page, phase.began.as_ref())) } }
                                td role="cell" data-label=(say.text("col-ended")) { div { (moment(page, phase.ended.as_ref())) } }
                            }
                        }
                    }
                }
                (milestones(page, first))
            }
        }
    }
}

fn standard_heads(page: &Page<'_>, both: [&Answer; 2]) -> Markup {
    html! {
        @for answer in both { th.under scope="col" role="columnheader" { (name(page, &answer.standard)) } }
    }
}

fn milestones(page: &Page<'_>, answer: &Answer) -> Markup {
    let say = page.say;
    let label = |id: &str| {
        let declared = page.watch().agreement.milestones.iter().find(|m| m.id == id);
        declared.map(|m| m.label.clone()).filter(|l| !l.is_empty()).unwrap_or_else(|| super::in_words(id))
    };
    html! {
        @if !answer.milestones.is_empty() {
            dl.milestones {
                @for milestone in &answer.milestones {
                    div {
                        dt { (bdi(label(&milestone.id))) }
                        dd {
                            @if milestone.certain { (say.say("milestone-reached")) } @else { (say.say("milestone-perhaps")) }
                            " " (moment(page, Some(&milestone.reached)))
                        }
                    }
                }
            }
        }
    }
}

fn provisions(page: &Page<'_>, both: [&Answer; 2]) -> Markup {
    let say = page.say;
    let [first, second] = both;
    let axis = Axis::of(page, first.at);
    let from = page.time(axis.from);
    let to = page.time(axis.to);
    html! {
        section aria-labelledby="provisions" {
            h2 #provisions { (say.say("provisions-title")) }
            p.hint { (say.say("provisions-hint")) " " (from) " – " (to) }
            p.hint { (say.say_with("columns-hint", &[("standard", name(page, &first.standard).into())])) }
            table.stack.provisions role="table" {
                thead role="rowgroup" { tr role="row" {
                    th scope="col" role="columnheader" { (say.say("col-provision")) }
                    (standard_heads(page, both))
                    th scope="col" role="columnheader" { (say.say("col-figure")) }
                    th scope="col" role="columnheader" { (say.say("col-since")) }
                    th scope="col" role="columnheader" { (say.say("col-word")) }
                } }
                tbody role="rowgroup" {
                    @for (provision, other) in first.provisions.iter().zip(&second.provisions) {
                        (provision_row(page, [first, second], provision, other, axis))
                    }
                }
            }
        }
    }
}

fn provision_row(
    page: &Page<'_>,
    both: [&Answer; 2],
    provision: &ProvisionAnswer,
    other: &ProvisionAnswer,
    axis: Axis,
) -> Markup {
    let say = page.say;
    let kind = provision.kind.as_str();
    let since = provision.timeline.last().map(|stretch| stretch.from);
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                a href=(page.link(&page.provision_path(&provision.id))) { (bdi(page.provision_name(&provision.id))) }
                span.bearers { (joined(provision.bearers.iter().map(|id| page.name(id)), &say.text("list-comma"))) }
            }
            @for (answer, provision) in both.into_iter().zip([provision, other]) {
                td.under role="cell" data-label=(name(page, &answer.standard)) { div {
                    (status::chips_or_none(say, provision.status, kind))
                    @if !provision.why.is_empty() {
                        span.short-why { (status::why_in_short(say, &provision.why)) }
                    }
                    (band(page, &provision.timeline, axis, kind))
                } }
            }
            td role="cell" data-label=(say.text("col-figure")) { div { (figures::headline(page, provision)) } }
            td.since role="cell" data-label=(say.text("col-since")) { div { (crate::when::or_dash(since, page.zone(), say)) } }
            td role="cell" data-label=(say.text("col-word")) { div { (speakers(page, provision)) } }
        }
    }
}

/// Those whose claims the instances rest on, the most often used first.
fn speakers(page: &Page<'_>, provision: &ProvisionAnswer) -> Markup {
    let mut used: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for account in provision.instances.iter().flat_map(|instance| &instance.by_source) {
        *used.entry(&account.source).or_default() += account.evidence.len();
    }
    let mut ranked: Vec<(&str, usize)> = used.into_iter().filter(|(_, claims)| *claims > 0).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let more = ranked.len().saturating_sub(SOURCES_NAMED_MAX);
    html! {
        @if ranked.is_empty() { span.quiet { (page.say.say("nobodys-word")) } }
        ul.speakers {
            @for (source, _) in ranked.iter().take(SOURCES_NAMED_MAX) { li { (page.source(source)) } }
            @if more > 0 { li.quiet { (page.say.say_with("and-more", &[("n", number(more))])) } }
        }
    }
}

/// What the evidence itself shows to be wrong or void.
fn findings(page: &Page<'_>, answer: &Answer) -> Markup {
    let say = page.say;
    html! {
        @if !answer.findings.is_empty() {
            section aria-labelledby="findings" {
                h2 #findings { (say.say("findings-title")) }
                ul.findings {
                    @for found in &answer.findings { li { (ltr(&found.on)) " · " (finding(page, found)) } }
                }
            }
        }
    }
}

/// Whose evidence, and what it shows.
#[must_use]
pub fn finding(page: &Page<'_>, finding: &Finding) -> Markup {
    html! {
        @if !finding.source.is_empty() { (page.source(&finding.source)) ": " }
        (page.say.only_english(&finding.detail))
    }
}

/// What was read, and what could not be.
fn evidence(page: &Page<'_>, answer: &Answer) -> Markup {
    let say = page.say;
    let read = &answer.claims;
    html! {
        section aria-labelledby="evidence" {
            h2 #evidence { (say.say("evidence-title")) }
            p {
                (say.say_with("evidence-read", &[("read", number(read.read)), ("used", number(read.used))]))
            }
            @if !read.rejected.is_empty() {
                details {
                    summary { (say.say_with("evidence-rejected", &[("n", number(read.rejected.len()))])) }
                    ul {
                        @for line in &read.rejected {
                            li { (ltr(format!("{}:{} {}", line.file, line.line, line.field))) " " (say.only_english(&line.reason)) }
                        }
                    }
                }
            }
        }
    }
}
