//! Is it holding? The answer in words under two standards, then phases, provisions and what the evidence
//! itself shows.
//!
//! Invariant: no sentence here is more certain than the sets of statuses that it is made from.

use maud::{Markup, html};
use model::Instant;
use model::answer::{Answer, Finding, Moment, ProvisionAnswer};
use watch::Question;

use super::{Page, Refusal};
use crate::{
    ask::{first_standard, standards},
    figures::{self, Group},
    layout::{Shell, shell},
    locale::{bdi, ltr, number},
    question_bar::{Standing, meaning, name},
    status,
    table::{cell, cell_under, head, row_head},
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
        @if page.watch().claims.is_empty() { p { (say.say("no-evidence")) } }
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
            @if answer.provisions.is_empty() { p { (say.say("no-provisions")) } } @else {
                p.lead { (lead(page, answer)) }
            }
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
        // Nothing is kept that is not in force, and nothing is broken.
        (0, 0, 0) if count(&[Group::NotOpen]) == groups.len() => "lead-not-open",
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

/// Between two instants.
#[must_use]
pub fn between(page: &Page<'_>, earliest: Instant, latest: Instant) -> Markup {
    let say = page.say;
    html! {
        (say.say("moment-between")) " " (page.time(earliest)) " "
        (say.say("moment-and")) " " (page.time(latest))
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
            (between(page, earliest, latest))
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
    let computed = |is_computed: bool, at: Option<&Moment>| {
        if is_computed { moment(page, at) } else { say.say("moment-unknown") }
    };
    html! {
        @if !first.phases.is_empty() {
            section aria-labelledby="phases" {
                h2 #phases { (say.say("phases-title")) }
                table.stack role="table" {
                    thead role="rowgroup" { tr role="row" {
                        (head(say.say("col-phase")))
                        (standard_heads(page, both))
                        (head(say.say("col-began")))
                        (head(say.say("col-ended")))
                    } }
                    tbody role="rowgroup" {
                        @for (phase, other) in first.phases.iter().zip(&second.phases) {
                            tr role="row" {
                                (row_head(bdi(label(&phase.id))))
                                @for (answer, phase) in [(first, phase), (second, other)] {
                                    @let chips = status::phase_chips(say, phase);
                                    (cell_under(&name(page, &answer.standard), "", chips))
                                }
                                (cell(say, "col-began", computed(phase.computed, phase.began.as_ref())))
                                (cell(say, "col-ended", computed(phase.computed, phase.ended.as_ref())))
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
                        dd { @if !milestone.computed { (status::not_computed(say)) } @else {
                            @let key = if milestone.certain { "milestone-reached" } else { "milestone-perhaps" };
                            (say.say(key))
                            " " (moment(page, Some(&milestone.reached)))
                        } }
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
                    (head(say.say("col-provision")))
                    (standard_heads(page, both))
                    (head(say.say("col-figure")))
                    (head(say.say("col-since")))
                    (head(say.say("col-word")))
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
    let since = provision.timeline.last().map(|stretch| stretch.from);
    html! {
        tr role="row" {
            (row_head(html! {
                (page.provision_link(&provision.id))
                span.bearers { (page.names(&provision.bearers)) }
            }))
            @for (answer, provision) in both.into_iter().zip([provision, other]) {
                (cell_under(&name(page, &answer.standard), "under", now_and_before(page, provision, axis)))
            }
            (cell(say, "col-figure", figures::headline(page, provision)))
            (cell_under(&say.text("col-since"), "since", crate::when::or_dash(since, page.zone(), say)))
            (cell(say, "col-word", speakers(page, provision)))
        }
    }
}

/// The statuses at the instant asked about, why there are several, and those before.
fn now_and_before(page: &Page<'_>, provision: &ProvisionAnswer, axis: Axis) -> Markup {
    let kind = provision.kind.as_str();
    html! {
        (status::chips_or_none(page.say, provision.status, kind))
        @if !provision.why.is_empty() {
            span.short-why { (status::why_in_short(page.say, &provision.why)) }
        }
        (band(page, &provision.timeline, axis, kind))
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
                            li {
                                (ltr(format!("{}:{} {}", line.file, line.line, line.field))) " "
                                (say.only_english(&line.reason))
                            }
                        }
                    }
                }
            }
        }
    }
}
