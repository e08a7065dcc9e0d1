//! The page of a bundle: what was asked and what is answered, in plain words, for whoever opens the file.
//!
//! Invariant: it is made from the finding and its answers alone, so that who verifies can make it again; no script, nothing from
//! elsewhere, and what a source or an agreement says is text.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, html};
use model::{
    StatusSet,
    answer::{Answer, Count, ProvisionAnswer},
};

use super::Finding;
use crate::files::Watch;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #999;padding:.4rem .6rem;text-align:start;vertical-align:top}\
th{background:#f0f0f0}code{font-size:.9em;overflow-wrap:anywhere}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}";

/// The page.
pub fn page(finding: &Finding, watch: &Watch, answers: &BTreeMap<String, Answer>) -> String {
    let asked = &finding.question;
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (finding.watch) ": finding" }
                style { (STYLE) }
            }
            body {
                h1 dir="auto" { (finding.watch) }
                p {
                    "Whether the promises of “" bdi { (finding.agreement) } "” were kept, at " (asked.at)
                    ", by what was known at " (asked.known_at) ". Reading: " bdi { (asked.reading) } "."
                }
                p { "Where more than one status is given, each of them is possible with what is known; no other is." }
                (table(watch, answers))
                (side(finding))
                h2 { "How to check this" }
                p {
                    "The file that this page came in holds the agreement, the statements of every source that may be given to you, and the "
                    "checkpoint of the log that they stand in. With the program Trucewatch, on any machine and without a network, "
                    code { "trucewatch verify FILE" }
                    " makes the answer again from them and says how much that proves. That what the sources say is true, it does not prove."
                }
                ul {
                    li { "Agreement: SHA-256 " code { (finding.agreement_sha256) } }
                    li { "Log: " bdi { code { (finding.origin) } } ", the first " (finding.entries) " entries" }
                    li {
                        "Made by " (finding.program.name) " " (finding.program.version) ", time zones " (finding.program.time_zones)
                    }
                }
            }
        }
    };
    markup.into_string()
}

fn table(watch: &Watch, answers: &BTreeMap<String, Answer>) -> Markup {
    let provisions: Vec<&ProvisionAnswer> =
        answers.values().next().map(|answer| answer.provisions.iter().collect()).unwrap_or_default();
    let of = |answer: &Answer, id: &str| {
        let found = answer.provisions.iter().find(|provision| provision.id == id);
        found.map_or_else(String::new, in_words)
    };
    html! {
        table {
            thead {
                tr {
                    th { "Provision" }
                    th { "Who is bound" }
                    @for standard in answers.keys() { th { "By the standard “" (standard) "”" } }
                }
            }
            tbody {
                @for provision in provisions {
                    tr {
                        td { bdi { (provision.id) } @if !provision.clause.is_empty() { br; small { bdi { (provision.clause) } } } }
                        td { bdi { (bearers(watch, provision)) } }
                        @for answer in answers.values() { td { (of(answer, &provision.id)) } }
                    }
                }
            }
        }
    }
}

fn bearers(watch: &Watch, provision: &ProvisionAnswer) -> String {
    let label = |id: &String| {
        let party = watch.agreement.actors.iter().find(|actor| actor.id == *id);
        party.map_or_else(|| id.clone(), |actor| actor.label.clone())
    };
    provision.bearers.iter().map(label).collect::<Vec<_>>().join(", ")
}

/// What is said of a provision.
fn in_words(provision: &ProvisionAnswer) -> String {
    let Some(status) = provision.status else { return "not computed".to_owned() };
    let mut words = statuses(status);
    let Count { certain, possible } = provision.violations;
    if provision.kind == "prohibition" && possible != Some(0) {
        let most = possible.map_or_else(|| "or more".to_owned(), |most| format!("to {most}"));
        let count = if possible == Some(certain) { certain.to_string() } else { format!("{certain} {most}") };
        words.push_str(&format!("; violations: {count}"));
    }
    if !provision.why.is_empty() {
        words.push_str(&format!(" (in doubt: {})", provision.why.join(", ").replace('_', " ")));
    }
    if !provision.exact {
        words.push_str("; the set may be wider than need be");
    }
    words
}

fn statuses(set: StatusSet) -> String {
    set.iter().map(|status| status.name().replace('_', " ")).collect::<Vec<_>>().join(" or ")
}

/// What is not in the bundle, and what shows the verdicts.
fn side(finding: &Finding) -> Markup {
    let withheld = &finding.withheld;
    let shown = finding.certificates.iter().filter(|one| one.file.is_some()).count();
    html! {
        h2 { "What it rests on" }
        @if withheld.restricted > 0 {
            p {
                (withheld.restricted) " statements that are not for the reader are in neither this file nor the answer, and the silence of "
                "who made them was not taken for evidence."
            }
        } @else if finding.question.audience.is_some() {
            p { "No statement was left out because of whom it is for." }
        }
        @if withheld.unopened > 0 {
            p { (withheld.unopened) " statements are encrypted and their keys were not where this was made: they were not used." }
        }
        @if !finding.certificates.is_empty() {
            p {
                (shown) " of " (finding.certificates.len()) " verdicts have a certificate: the steps by which each follows, which a program far "
                "smaller than the one that found them can check."
            }
        }
    }
}
