//! `history`: how the verdict for one instant changed as evidence came in, and what changed it.

use model::status::Status;
use watch::history::{Cause, History, Row};

use crate::{
    Failure,
    arguments::{History as Options, Shape},
    print::{self, counted},
    status::{amount, in_words, violations},
};

/// Prints the rows.
pub fn run(options: &Options) -> Result<(), Failure> {
    let watch = options.ask.question.audience(options.ask.watch.load()?);
    watch.knows(&options.ask.question.standard).map_err(Failure::Input)?;
    let question = options.ask.question.question();
    let provision = options.provision.to_lowercase();
    let history = watch.history(&question, &provision, options.instance.as_deref())?;
    match options.ask.format {
        Shape::Json => print::json(&history),
        Shape::Jsonl => print::jsonl(&history.rows),
        Shape::Csv => print::csv(&NAMES, &history.rows.iter().map(for_spreadsheets).collect::<Vec<_>>()),
        Shape::Table => table(&watch, &history),
    }
}

const NAMES: [&str; 9] =
    ["known_from", "known_to", "status", "exact", "figure", "why", "changed_by", "source", "words"];

fn for_spreadsheets(row: &Row) -> Vec<String> {
    let of = |part: fn(&Cause) -> &String| {
        row.because.iter().map(|cause| part(cause).clone()).collect::<Vec<_>>().join("; ")
    };
    vec![
        row.known_from.to_string(),
        row.known_to.map_or_else(String::new, |to| to.to_string()),
        in_words(row.status),
        row.exact.to_string(),
        figure(row),
        row.why.join(", "),
        of(|cause| &cause.id),
        of(|cause| &cause.source),
        of(|cause| &cause.words),
    ]
}

fn figure(row: &Row) -> String {
    if let Some(count) = row.violations {
        return violations(count);
    }
    if let Some(range) = &row.amount {
        let owed = row.required.values().next().map_or_else(String::new, |owed| format!(" of {owed}"));
        return format!("{}{owed}", amount(range));
    }
    let many = |status: Status| {
        let count = row.tally.get(status.name())?;
        let possible = count.possible.filter(|possible| *possible != count.certain);
        let to = possible.map_or_else(String::new, |possible| format!(" to {possible}"));
        Some(format!("{} {}{to}", status.name().replace('_', " "), count.certain))
    };
    Status::ALL.into_iter().filter_map(many).collect::<Vec<_>>().join(", ")
}

fn table(watch: &watch::Watch, of: &History) -> Result<(), Failure> {
    let local = |instant: model::Instant| {
        instant.zoned(&watch.agreement.timezone).strftime("%Y-%m-%d %H:%M %:z").to_string()
    };
    let label = if of.label.is_empty() { &of.provision } else { &of.label };
    let key = of.instance.as_ref().map_or_else(String::new, |key| format!(" {key}"));
    print::line(&format!(
        "{label} [{}{key}] at {}: how the verdict for that instant changed, up to {}; standard {}; reading {}",
        of.provision,
        local(of.at),
        local(of.known_at),
        of.standard,
        of.reading
    ))?;
    if watch.claims.is_empty() {
        print::line("No evidence has been given.")?;
    }
    for row in &of.rows {
        let figure = figure(row);
        let figure = if figure.is_empty() { figure } else { format!("; {figure}") };
        let why = if row.why.is_empty() { String::new() } else { format!(" ({})", row.why.join(", ")) };
        print::line(&format!("\n{}  {}{why}{figure}", local(row.known_from), in_words(row.status)))?;
        for cause in &row.because {
            let words = if cause.words.is_empty() { "no words given" } else { &cause.words };
            let id = if cause.kind == "time" { "time" } else { &cause.id };
            let by = if cause.source_label.is_empty() {
                String::new()
            } else {
                format!(" [{}]", cause.source_label)
            };
            print::line(&format!("    {id}{by}: {words}"))?;
        }
    }
    let (changes, looked) = (of.rows.len().saturating_sub(1), of.looked_at);
    print::line(&format!("\n{}, at {} known instants looked at", counted(changes, "change"), looked))?;
    if of.rows.first().is_some_and(|row| of.complete_from > row.known_from)
        || looked == watch::history::INSTANTS_MAX
    {
        print::line(&format!(
            "There are more than {} instants at which it can have changed: what was known before {} is left out; \
             name an instance, or an earlier --known-at",
            watch::history::INSTANTS_MAX,
            local(of.complete_from)
        ))?;
    }
    Ok(())
}
