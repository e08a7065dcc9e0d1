//! One claim: what was said, by whom, what became of it, what rests on it; and every field as it was read.
//!
//! Invariant: nothing that was written is left out, and nothing in it is taken for markup.

use maud::{Markup, html};
use model::{
    answer::Answer,
    claim::{Claim, Named},
    source::{Coverage, Source},
};
use serde_json::Value as Json;

use super::{Page, Refusal, explanation::occurred, problem, provision::key_in_words};
use crate::{
    figures,
    layout::{Shell, shell},
    locale::{bdi, joined, ltr, number},
    question_bar::Standing,
    table::{cell, fact, heads, long_cell, row_head},
};

/// The page.
///
/// # Errors
/// When there is no such claim, or the question names a reading that there is not.
pub fn page(page: &Page<'_>, id: &str) -> Result<Markup, Refusal> {
    let say = page.say;
    let Some(claim) = page.watch().claim(id) else {
        let body = html! { p { (say.say("unknown-claim-body")) } (problem::provisions(page)) };
        return Err(problem::unknown(page, "unknown-claim", id, body));
    };
    let answer = page.answer()?;
    let title = say.text_with("claim-title", &[("id", id.into())]);
    let body = html! {
        p.crumbs { a href=(page.link("/")) { (say.say("nav-overview")) } " / " (say.say("claim-crumb")) }
        h1 { (page.source(&claim.source)) span.sub { (ltr(id)) } }
        (words(page, claim))
        @if claim.known_at > answer.known_at { p.note { (say.say("claim-later")) } }
        (facts(page, claim))
        (history(page, claim))
        (same_reference(page, claim))
        (cited(page, &answer, id))
        (source(page, claim))
        (written(page, claim))
    };
    Ok(shell(page, &Shell { title: &title, standing: Some(Standing::from(&*answer)), section: "", body }))
}

/// The source's words, ours, and where they were read.
fn words(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    html! {
        div.verdict {
            @if let Some(quote) = &claim.quote { blockquote { bdi { (quote) } } }
            @if let Some(note) = &claim.note { p.said { bdi { (note) } } }
            @if let Some(url) = &claim.url {
                p.source-link { (say.say("claim-read-at")) " " (link(url)) }
            }
        }
    }
}

/// An address as a link, where it is one that a browser may follow.
fn link(url: &str) -> Markup {
    let lower = url.to_ascii_lowercase();
    html! {
        @if lower.starts_with("https://") || lower.starts_with("http://") {
            a href=(url) rel="noreferrer noopener" { bdi dir="ltr" { (url) } }
        } @else { (ltr(url)) }
    }
}

fn facts(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    let named = |list: &[Named]| joined(list.iter().map(|n| party(page, n)), &say.text("list-comma"));
    let kind = claim.written.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    html! {
        section aria-labelledby="facts" {
            h2 #facts { (say.say("claim-says")) }
            dl.facts {
                (fact(say, "claim-kind", ltr(&kind)))
                @if let Some(act) = &claim.act { (fact(say, "claim-act", term(act))) }
                @if let Some(item) = &claim.item { (fact(say, "claim-item", page.name(item))) }
                @if let Some(counter) = &claim.counter { (fact(say, "claim-counter", term(counter))) }
                @if !claim.by.is_empty() { (fact(say, "claim-by", named(&claim.by))) }
                @if !claim.to.is_empty() { (fact(say, "claim-to", named(&claim.to))) }
                (fact(say, "col-claimed", figures::range(say, claim.range())))
                (fact(say, "claim-occurred", occurred(page, &claim.id)))
                @if let Some(since) = claim.cumulative_since { (fact(say, "claim-since", page.time(since))) }
                @if let Some(place) = &claim.place { (fact(say, "claim-place", place_of(page, place))) }
                @if let Some(stated) = claim.stated_at { (fact(say, "claim-stated", page.time(stated))) }
                (fact(say, "col-known", page.time(claim.known_at)))
                @if !claim.denies.is_empty() { (fact(say, "claim-denies", ltr(claim.denies.join(", ")))) }
                @if !claim.about.is_empty() {
                    (fact(say, "claim-about", joined(claim.about.iter().map(|id| known(page, id)), " ")))
                }
            }
        }
    }
}

fn term(id: &str) -> Markup {
    ltr(id.replace('_', " "))
}

fn party(page: &Page<'_>, named: &Named) -> Markup {
    let basis = match named.basis {
        model::claim::Basis::Asserted => "basis-asserted",
        model::claim::Basis::Admitted => "basis-admitted",
        model::claim::Basis::Inferred => "basis-inferred",
    };
    html! {
        @match &named.party {
            Some(party) => (page.name(party)),
            None => (page.say.say("party-unknown")),
        }
        " " span.quiet { "(" (page.say.say(basis)) ")" }
    }
}

fn place_of(page: &Page<'_>, place: &model::place::Place) -> Markup {
    let mut parts = Vec::new();
    parts.extend(place.zone.as_ref().map(|zone| page.name(zone)));
    parts.extend(place.name.as_ref().map(bdi));
    parts.extend(place.pcode.as_ref().map(ltr));
    if let (Some(lat), Some(lon)) = (&place.lat, &place.lon) {
        parts.push(ltr(format!("{lat}, {lon}")));
    }
    parts.extend(place.radius_m.as_ref().map(|radius| ltr(format!("± {radius} m"))));
    if !place.other.is_empty() {
        parts.push(ltr(Json::Object(place.other.clone()).to_string()));
    }
    joined(parts, &page.say.text("list-comma"))
}

/// A link to a claim of the watch, or the identifier of one that is not in it.
fn known(page: &Page<'_>, id: &str) -> Markup {
    if page.watch().claim(id).is_some() {
        page.claim(id)
    } else {
        html! { (ltr(id)) " " (page.say.say("not-in-watch")) }
    }
}

/// Revisions and withdrawals, both ways.
fn history(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    let is = |field: &Option<String>| field.as_deref() == Some(claim.id.as_str());
    let mut rows: Vec<(&str, Markup)> = Vec::new();
    rows.extend(claim.revises.as_ref().map(|id| ("claim-revises", known(page, id))));
    rows.extend(claim.retracts.as_ref().map(|id| ("claim-retracts", known(page, id))));
    for other in &page.watch().claims {
        let when = || {
            let known = page.time(other.known_at);
            html! { (page.claim(&other.id)) " " span.quiet { (say.say("known-from")) " " (known) } }
        };
        rows.extend(is(&other.revises).then(|| ("claim-revised-by", when())));
        rows.extend(is(&other.retracts).then(|| ("claim-retracted-by", when())));
        rows.extend(other.about.contains(&claim.id).then(|| ("claim-spoken-of-by", when())));
    }
    html! {
        section aria-labelledby="history" {
            h2 #history { (say.say("claim-history")) }
            @if rows.is_empty() { p { (say.say("claim-history-none")) } } @else {
                dl.facts { @for (key, what) in rows { div { dt { (say.say(key)) } dd { (what) } } } }
            }
        }
    }
}

/// Claims that belong together, beside each other.
fn same_reference(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    let Some(reference) = &claim.reference else { return html! {} };
    let all: Vec<&Claim> =
        page.watch().claims.iter().filter(|other| other.reference.as_ref() == Some(reference)).collect();
    html! {
        section aria-labelledby="reference" {
            h2 #reference { (say.say("reference-title")) " " (ltr(reference)) }
            @if all.len() < 2 { p { (say.say("reference-alone")) } } @else {
                table.stack.claims role="table" {
                    (heads(say, &["col-speaker", "col-claimed", "col-when", "col-known", "col-words"]))
                    tbody role="rowgroup" { @for other in all { (reference_row(page, claim, other)) } }
                }
            }
        }
    }
}

fn reference_row(page: &Page<'_>, claim: &Claim, other: &Claim) -> Markup {
    let say = page.say;
    let own = other.id == claim.id;
    let words = other.quote.as_ref().or(other.note.as_ref()).map_or("", String::as_str);
    html! {
        tr role="row" class=[own.then_some("own")] {
            (row_head(html! { (page.source(&other.source))
                div.ids { @if own { (say.say("this-claim")) } @else { (page.claim(&other.id)) } } }))
            (cell(say, "col-claimed", figures::range(say, other.range())))
            (cell(say, "col-when", occurred(page, &other.id)))
            (cell(say, "col-known", page.time(other.known_at)))
            (long_cell(say, "col-words", bdi(words)))
        }
    }
}

/// Instances named for a provision; more are counted.
const INSTANCES_NAMED_MAX: usize = 12;

/// What rests on it.
fn cited(page: &Page<'_>, answer: &Answer, id: &str) -> Markup {
    let say = page.say;
    let cites = |keys: &[String]| keys.iter().any(|key| key == id);
    let by: Vec<(&str, Vec<&str>)> = answer
        .provisions
        .iter()
        .map(|p| {
            (
                p.id.as_str(),
                p.instances.iter().filter(|i| cites(&i.evidence)).map(|i| i.key.as_str()).collect(),
            )
        })
        .filter(|(_, keys): &(&str, Vec<&str>)| !keys.is_empty())
        .collect();
    html! {
        section aria-labelledby="cited" {
            h2 #cited { (say.say("cited-title")) }
            @if by.is_empty() { p { (say.say("cited-none")) } } @else {
                dl.facts {
                    @for (provision, keys) in by {
                        div {
                            dt { (page.provision_link(provision)) }
                            dd { (instances(page, provision, &keys)) }
                        }
                    }
                }
            }
        }
    }
}

fn instances(page: &Page<'_>, provision: &str, keys: &[&str]) -> Markup {
    let link = |key: &&str| {
        html! { a href=(page.link(&page.instance_path(provision, key))) { (key_in_words(page, key)) } }
    };
    let more = keys.len().saturating_sub(INSTANCES_NAMED_MAX);
    html! {
        (joined(keys.iter().take(INSTANCES_NAMED_MAX).map(link), &page.say.text("list-comma")))
        @if more > 0 { " " (page.say.say_with("and-more", &[("n", number(more))])) }
    }
}

fn source(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    let declared = page.watch().sources.iter().find(|source| source.id == claim.source).cloned();
    let known = declared.is_some();
    let source = declared.unwrap_or_else(|| Source::undeclared(&claim.source));
    let kind = format!("{:?}", source.kind).to_lowercase();
    let origin = claim.origin.as_deref().unwrap_or(&source.origin);
    html! {
        section aria-labelledby="source" {
            h2 #source { (say.say("source-title")) " " (bdi(&source.label)) }
            @if !known { p.note { (say.say("source-undeclared")) } }
            dl.facts {
                (fact(say, "source-kind", say.say(&format!("source-kind-{kind}"))))
                @if let Some(side) = &source.side { (fact(say, "source-side", page.name(side))) }
                (fact(say, "source-origin", ltr(origin)))
                @if let Some(under) = &source.under { (fact(say, "source-under", page.source(under))) }
                @if let Some(relays) = &claim.relays { (fact(say, "source-relays", page.source(relays))) }
            }
            h3 { (say.say("covers-title")) }
            @if source.covers.is_empty() { p { (say.say("covers-nothing")) } } @else {
                ul.covers { @for coverage in &source.covers { li { (covers(page, coverage)) } } }
            }
            @if !source.gaps.is_empty() {
                h3 { (say.say("gaps-title")) }
                ul { @for gap in &source.gaps {
                    li {
                        (page.time(gap.period.first)) " – " (page.time(gap.period.until())) ": "
                        (bdi(&gap.cause)) " "
                        @if let Some(by) = &gap.denied_by { (say.say("gap-denied-by")) " " (page.name(by)) }
                    }
                } }
            }
        }
    }
}

/// One thing that a source would have reported.
fn covers(page: &Page<'_>, coverage: &Coverage) -> Markup {
    let say = page.say;
    let list = |ids: &[String]| page.names(ids);
    let lists = [
        ("covers-acts", &coverage.acts),
        ("covers-items", &coverage.items),
        ("covers-counters", &coverage.counters),
        ("covers-by", &coverage.by),
        ("covers-to", &coverage.to),
        ("covers-stages", &coverage.stages),
        ("covers-accepted-by", &coverage.accepted_by),
    ];
    let hours = coverage.lag.0 / model::Duration::HOUR.0;
    let part = |key: &str, what: Markup| html! { span.part { span.quiet { (say.say(key)) } " " (what) } " " };
    html! {
        @for (key, ids) in lists { @if !ids.is_empty() { (part(key, list(ids))) } }
        @if coverage.acts.is_empty() { (part("covers-acts", say.say("covers-all"))) }
        @if let Some(scope) = &coverage.scope { (part("covers-scope", ltr(scope))) }
        @if let Some(area) = &coverage.area { (part("covers-area", page.name(area))) }
        @let (first, last) = (coverage.period.first, coverage.period.last);
        @if first > model::Instant::MIN { (part("col-from", page.time(first))) }
        @if last < model::Instant::MAX { (part("col-to", page.time(coverage.period.until()))) }
        (part("covers-lag", say.say_with("hours", &[("n", hours.into())])))
        @if let Some(basis) = &coverage.basis { (part("covers-basis", bdi(basis))) }
    }
}

/// Every field, as it was read.
fn written(page: &Page<'_>, claim: &Claim) -> Markup {
    let say = page.say;
    let (file, line) = &claim.read_from;
    html! {
        section aria-labelledby="written" {
            h2 #written { (say.say("written-title")) }
            p.hint { (say.say("written-from")) " " (ltr(format!("{file}:{line}"))) }
            table.written dir="ltr" {
                tbody {
                    @for (field, value) in &claim.written {
                        tr {
                            th scope="row" { code { (field) } }
                            td { (field_value(field, value)) }
                        }
                    }
                }
            }
        }
    }
}

/// What is shorter than this stays on one line.
const SHORT_BYTES_MAX: usize = 110;

fn field_value(field: &str, value: &Json) -> Markup {
    match value {
        Json::String(text) if field == "url" => link(text),
        Json::String(text) => bdi(text),
        Json::Array(_) | Json::Object(_) => html! { pre { code { (nested(value)) } } },
        other => html! { code { (other.to_string()) } },
    }
}

/// A value with parts, on one line where there is room. Only indentation is taken away: line ends in a string
/// are escaped.
fn nested(value: &Json) -> String {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    let line = pretty.lines().map(str::trim_start).collect::<Vec<_>>().join(" ");
    if line.len() <= SHORT_BYTES_MAX { line } else { pretty }
}
