//! `status`: is it holding, in a table that a person reads.

use model::{
    StatusSet,
    amount::Range,
    answer::{Answer, Moment, PhaseAnswer, ProvisionAnswer},
};
use watch::Watch;

use crate::{
    Failure,
    arguments::{Ask, Format},
    print,
};

/// Prints the table, or the whole answer as JSON.
pub fn run(options: &Ask) -> Result<(), Failure> {
    let watch = options.question.audience(options.watch.load()?);
    watch.knows(&options.question.standard).map_err(Failure::Input)?;
    let answer = watch.evaluate(&options.question.question())?;
    if options.format == Format::Json {
        let json = serde_json::to_string(&answer).map_err(|error| Failure::Internal(error.to_string()))?;
        return print::line(&json);
    }
    print::line(&heading(&watch, &answer))?;
    let head = ["provision", "bearer", "status", "tally", "since", "on whose word", "why in doubt"];
    let mut rows = vec![head.iter().map(|cell| cell.to_uppercase()).collect::<Vec<_>>()];
    rows.extend(answer.provisions.iter().flat_map(|provision| provision_rows(&watch, provision)));
    print::line(&print::table(&rows))?;
    let phases: Vec<Vec<String>> = answer.phases.iter().map(|phase| phase_row(&watch, phase)).collect();
    if !phases.is_empty() {
        print::line(&format!("\n{}", print::table(&phases)))?;
    }
    for finding in &answer.findings {
        let source = if finding.source.is_empty() { String::new() } else { format!(" ({})", finding.source) };
        print::line(&format!("\nfinding on {}{source}: {}: {}", finding.on, finding.kind, finding.detail))?;
    }
    Ok(())
}

fn heading(watch: &Watch, answer: &Answer) -> String {
    let zone = &watch.agreement.timezone;
    let local = |instant: model::Instant| instant.zoned(zone).strftime("%Y-%m-%d %H:%M %:z").to_string();
    let hindsight = if answer.at < answer.known_at { ", in hindsight" } else { "" };
    format!(
        "{}\nat {}, as known at {}{hindsight}; standard {}; reading {}\n{} claims read, {} used\n",
        watch.title(),
        local(answer.at),
        local(answer.known_at),
        answer.standard,
        answer.reading,
        answer.claims.read,
        answer.claims.used
    )
}

fn provision_rows(watch: &Watch, provision: &ProvisionAnswer) -> Vec<Vec<String>> {
    let label = |id: &String| watch.agreement.label(id).to_owned();
    let bearers: Vec<String> = provision.bearers.iter().map(label).collect();
    let mut row = vec![provision.id.clone(), bearers.join(", ")];
    let Some(status) = provision.status else {
        row.push("not computed by this version".to_owned());
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
            let count = counted(bearer.violations.certain, bearer.violations.possible);
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

fn counted(certain: u64, possible: Option<u64>) -> String {
    match possible {
        Some(possible) if possible == certain => format!("{certain} violations"),
        Some(possible) => format!("{certain} to {possible} violations"),
        None => format!("at least {certain} violations, no upper bound"),
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
        return counted(provision.violations.certain, provision.violations.possible);
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
