//! `status`: is it holding, in a table that a person reads.
//!
//! Invariant: what is not computed is said before what is; without evidence nothing is said of an instant that nobody
//! asked about.

use std::collections::BTreeMap;

use model::{
    StatusSet,
    amount::Range,
    answer::{Answer, Count, Finding, Moment, PhaseAnswer, ProvisionAnswer},
};
use watch::Watch;

use crate::{
    Failure,
    arguments::{Ask, Shape},
    print::{self, counted},
};

const NOT_COMPUTED: &str = "not computed by this version";

const HEAD: [&str; 7] = ["provision", "bearer", "status", "tally", "since", "on whose word", "why in doubt"];

/// Prints the table, or the answer for programs.
pub fn run(options: &Ask) -> Result<(), Failure> {
    let watch = options.question.audience(options.watch.load()?);
    watch.knows(&options.question.standard).map_err(Failure::Input)?;
    let answer = watch.evaluate(&options.question.question())?;
    match options.format {
        Shape::Json => return print::json(&answer),
        Shape::Jsonl => return print::jsonl(&answer.provisions),
        Shape::Csv => return print::csv(&HEAD, &rows(&watch, &answer)),
        Shape::Table => {}
    }
    if watch.claims.is_empty() && options.question.at.or(options.question.known_at).is_none() {
        print::line(&without_evidence(&watch, &answer))?;
        return reasons(&answer.findings).iter().try_for_each(|part| print::line(part));
    }
    print::line(&heading(&watch, &answer))?;
    let head = HEAD.iter().map(|cell| cell.to_uppercase()).collect::<Vec<_>>();
    let rows: Vec<_> = [head].into_iter().chain(rows(&watch, &answer)).collect();
    print::line(&print::table(&rows))?;
    let phases: Vec<Vec<String>> = answer.phases.iter().map(|phase| phase_row(&watch, phase)).collect();
    if !phases.is_empty() {
        print::line(&format!("\n{}", print::table(&phases)))?;
    }
    reasons(&answer.findings).iter().try_for_each(|part| print::line(part))
}

/// Every row with all its cells.
fn rows(watch: &Watch, answer: &Answer) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> =
        answer.provisions.iter().flat_map(|provision| provision_rows(watch, provision)).collect();
    rows.iter_mut().for_each(|row| row.resize(HEAD.len(), String::new()));
    rows
}

/// What is said of a watch that nobody has given a claim: no status, for there is nothing to judge by.
fn without_evidence(watch: &Watch, answer: &Answer) -> String {
    format!(
        "{}\n{}: whether it is holding cannot be said.\n{}\nClaims belong in the watch's folder evidence/, as .jsonl or .csv. What the text alone gives at an instant:\n  trucewatch status --at TIME",
        watch.title(),
        no_evidence(watch),
        not_computed(answer),
    )
}

fn no_evidence(watch: &Watch) -> String {
    match watch.read.used {
        0 => "No evidence has been given".to_owned(),
        1 => "The only claim is not open to this audience".to_owned(),
        many => format!("None of {many} claims is open to this audience"),
    }
}

/// A line on how much of the agreement this version does not compute; nothing where it computes all of it.
fn not_computed(answer: &Answer) -> String {
    let of = |all: usize, missing: usize, noun: &str| {
        (missing > 0).then(|| format!("{missing} of {}", counted(all, noun)))
    };
    let Answer { provisions, phases, milestones, .. } = answer;
    let parts = [
        of(provisions.len(), provisions.iter().filter(|p| !p.computed).count(), "provision"),
        of(phases.len(), phases.iter().filter(|p| !p.computed).count(), "phase"),
        of(milestones.len(), milestones.iter().filter(|m| !m.computed).count(), "milestone"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("Not computed by this version: {}; the reasons stand below.\n", parts.join(", "))
}

/// What was found, each thing said once with all that it is true of: first what is not computed, then the evidence.
fn reasons(findings: &[Finding]) -> Vec<String> {
    let (missing, shown): (Vec<_>, Vec<_>) = findings.iter().partition(|f| f.kind == "not_computed");
    let each = [("Not computed", missing), ("What the evidence itself shows", shown)];
    let titled = each.into_iter().filter(|(_, findings)| !findings.is_empty());
    titled.map(|(title, findings)| format!("\n{title}\n{}", grouped(&findings))).collect()
}

/// The findings under what they say, that which is true of most first.
fn grouped(findings: &[&Finding]) -> String {
    let mut on: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for Finding { kind, source, on: what, detail } in findings {
        let kind =
            if kind == "not_computed" { String::new() } else { format!("{}: ", kind.replace('_', " ")) };
        let source = if source.is_empty() { String::new() } else { format!(" ({source})") };
        on.entry(format!("{kind}{detail}{source}")).or_default().push(what);
    }
    let mut groups: Vec<(String, Vec<&str>)> = on.into_iter().collect();
    groups.sort_by_key(|(_, on)| std::cmp::Reverse(on.len()));
    let told = groups.iter().map(|(said, on)| format!("  {said}\n    {}", on.join(", ")));
    told.collect::<Vec<_>>().join("\n")
}

fn heading(watch: &Watch, answer: &Answer) -> String {
    let zone = &watch.agreement.timezone;
    let local = |instant: model::Instant| instant.zoned(zone).strftime("%Y-%m-%d %H:%M %:z").to_string();
    let hindsight = if answer.at < answer.known_at { ", in hindsight" } else { "" };
    format!(
        "{}\nat {}, as known at {}{hindsight}; standard {}; reading {}\n{}\n{}",
        watch.title(),
        local(answer.at),
        local(answer.known_at),
        answer.standard,
        answer.reading,
        read(watch, answer),
        not_computed(answer),
    )
}

/// How much evidence there is, and how much of it was known.
fn read(watch: &Watch, answer: &Answer) -> String {
    if watch.claims.is_empty() {
        return format!(
            "{}: what follows rests on the text, and on whose silence counts",
            no_evidence(watch)
        );
    }
    let known = watch.claims.iter().filter(|claim| claim.known_at <= answer.known_at).count();
    let later = if known < watch.claims.len() { format!(", {known} known by then") } else { String::new() };
    format!("{} read, {} used{later}", counted(answer.claims.read, "claim"), answer.claims.used)
}

fn provision_rows(watch: &Watch, provision: &ProvisionAnswer) -> Vec<Vec<String>> {
    let label = |id: &String| watch.agreement.label(id).to_owned();
    let bearers: Vec<String> = provision.bearers.iter().map(label).collect();
    let mut row = vec![provision.id.clone(), bearers.join(", ")];
    let Some(status) = provision.status else {
        row.push(NOT_COMPUTED.to_owned());
        return vec![row];
    };
    row.extend([
        in_words(status),
        tally(provision),
        since(watch, provision),
        speakers(provision),
        provision.why.join(", "),
    ]);
    let mut rows = vec![row];
    if provision.kind == "prohibition" && provision.bearers.len() > 1 {
        for bearer in &provision.by_bearer {
            let count = violations(bearer.violations);
            rows.push(vec![
                String::new(),
                format!("  {}", label(&bearer.party)),
                in_words(bearer.status),
                count,
            ]);
        }
    }
    rows
}

/// “breached or met”: every status possible, the worst first.
pub fn in_words(status: StatusSet) -> String {
    let names: Vec<String> = status.iter().map(|s| s.name().replace('_', " ")).collect();
    names.join(" or ")
}

/// `2 violations`, `2 to 5 violations`.
pub fn violations(Count { certain, possible }: Count) -> String {
    match possible {
        Some(possible) if possible == certain => counted(certain, "violation"),
        Some(possible) => format!("{certain} to {}", counted(possible, "violation")),
        None => format!("at least {}, no upper bound", counted(certain, "violation")),
    }
}

/// An amount as people write it: `22`, `22 to 23`, `at least 22`.
pub fn amount(range: &Range) -> String {
    match (range.low, range.high) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("at least {low}"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => "unknown".to_owned(),
    }
}

fn tally(provision: &ProvisionAnswer) -> String {
    if provision.kind == "prohibition" {
        return violations(provision.violations);
    }
    if let [only] = provision.instances.as_slice() {
        let owed = only.required.values().next().map_or_else(String::new, |owed| format!(" of {owed}"));
        return format!("{}{owed}", amount(&only.amount));
    }
    let met = provision.tally.get("met").copied().unwrap_or_default();
    let all = provision.instances.len();
    match met.possible.unwrap_or(0) {
        possible if possible == met.certain => format!("met {} of {all}", met.certain),
        possible => format!("met {} to {possible} of {all}", met.certain),
    }
}

fn since(watch: &Watch, provision: &ProvisionAnswer) -> String {
    let zone = &watch.agreement.timezone;
    provision
        .timeline
        .last()
        .map_or_else(String::new, |stretch| stretch.from.zoned(zone).strftime("%Y-%m-%d %H:%M").to_string())
}

fn speakers(provision: &ProvisionAnswer) -> String {
    let mut sources: Vec<&str> =
        provision.instances.iter().flat_map(|i| i.by_source.iter().map(|s| s.source.as_str())).collect();
    sources.sort_unstable();
    sources.dedup();
    match sources.len() {
        0 => "nobody's".to_owned(),
        1..=4 => sources.join(", "),
        many => format!("{}, and {} more", sources[..3].join(", "), many - 3),
    }
}

fn phase_row(watch: &Watch, phase: &PhaseAnswer) -> Vec<String> {
    let found = watch.agreement.phases.iter().find(|p| p.id == phase.id);
    let label = found.map_or("", |p| p.label.as_str());
    if !phase.computed {
        return vec![format!("phase {}", phase.id), label.to_owned(), NOT_COMPUTED.to_owned()];
    }
    let when = |name: &str, moment: Option<Moment>| {
        let date = |instant: model::Instant| {
            instant.zoned(&watch.agreement.timezone).strftime("%Y-%m-%d").to_string()
        };
        match moment.map(|m| (m.earliest.map(date), m.latest.map(date))) {
            Some((Some(earliest), Some(latest))) if earliest == latest => format!("{name} {earliest}"),
            Some((Some(earliest), Some(latest))) => format!("{name} {earliest} to {latest}"),
            Some((Some(earliest), None)) => format!("{name} {earliest} at the earliest, if at all"),
            _ => format!("not {name}"),
        }
    };
    let status = phase.status.join(" or ").replace('_', " ");
    vec![
        format!("phase {}", phase.id),
        label.to_owned(),
        status,
        when("begun", phase.began),
        when("ended", phase.ended),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_computed_is_said_first_and_its_reasons_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let pact = "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a\nparty b\n\
                    obligation p\n  a must release at least 1 prisoner to b\n  by the end of 2026-01-03\n\
                    phase one\n  begins at entry into force\n  lasts 9 days\n";
        std::fs::write(folder.path().join("agreement.pact.md"), pact).expect("written");
        let paths = watch::Paths::of_folder(folder.path()).expect("a watch");
        let watch = Watch::load(&paths).expect("a watch");
        let mut answer = watch.evaluate(&watch::Question::default()).expect("an answer");
        assert_eq!(not_computed(&answer), "");
        answer.provisions[0].computed = false;
        answer.phases[0].computed = false;
        for on in ["p", "one"] {
            let (kind, source) = ("not_computed".to_owned(), String::new());
            let (on, detail) = (on.to_owned(), "this version does not compute that".to_owned());
            answer.findings.push(Finding { kind, source, on, detail });
        }
        let said = heading(&watch, &answer);
        assert!(said.ends_with("1 of 1 provision, 1 of 1 phase; the reasons stand below.\n"), "{said}");
        assert_eq!(
            reasons(&answer.findings),
            ["\nNot computed\n  this version does not compute that\n    p, one"]
        );
        assert!(phase_row(&watch, &answer.phases[0]).contains(&NOT_COMPUTED.to_owned()));
    }
}
