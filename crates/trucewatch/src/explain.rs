//! `explain`: why an instance has the status it has, down to the words of each source.

use watch::explain::{Explanation, Line};

use crate::{
    Failure,
    arguments::{Explain, Shape},
    print,
    status::{amount, in_words},
    why,
};

/// Prints the explanation of one instance.
pub fn run(options: &Explain) -> Result<(), Failure> {
    let watch = options.ask.question.audience(options.ask.watch.load()?);
    watch.knows(&options.ask.question.standard).map_err(Failure::Input)?;
    let question = options.ask.question.question();
    // Names are declared in small letters; whoever asks need not write them so.
    let provision = options.provision.to_lowercase();
    let instance = options.instance.as_deref();
    if let Some(status) = options.why_not {
        let answer = watch.why_not(&question, &provision, instance, status)?;
        return why::not(&watch, &answer, options.ask.format);
    }
    if options.what_would_change {
        let changes = watch.what_would_change(&question, &provision, instance)?;
        return why::changes(&watch, &changes, options.ask.format);
    }
    if let Some(file) = &options.certificate {
        let certificate = watch.certify(&question, &provision, instance)?;
        return crate::verify::write(&certificate, file);
    }
    let explanation = watch.explain(&question, &provision, instance)?;
    match options.ask.format {
        Shape::Json => print::json(&explanation),
        Shape::Jsonl => print::jsonl(&listed(&explanation).map(|(_, line)| line).collect::<Vec<_>>()),
        Shape::Csv => print::csv(&NAMES, &listed(&explanation).map(for_spreadsheets).collect::<Vec<_>>()),
        Shape::Table => parts(&watch, &explanation).iter().try_for_each(|part| print::line(part)),
    }
}

/// What the columns of claims are called.
pub const NAMES: [&str; 12] = [
    "list",
    "claim",
    "source",
    "source_label",
    "bears_on",
    "low",
    "high",
    "weight",
    "occurred",
    "known_at",
    "reason",
    "words",
];

/// Every claim, with the list that it is in.
fn listed(e: &Explanation) -> impl Iterator<Item = (&'static str, &Line)> {
    let lists = [("counted", &e.counted), ("possible", &e.possible), ("aside", &e.aside)];
    lists.into_iter().flat_map(|(name, lines)| lines.iter().map(move |line| (name, line)))
}

/// A claim with its list, for spreadsheets.
pub fn for_spreadsheets((list, line): (&'static str, &Line)) -> Vec<String> {
    let bound = |bound: Option<model::Amount>| bound.map_or_else(String::new, |bound| bound.to_string());
    vec![
        list.to_owned(),
        line.claim.clone(),
        line.source.clone(),
        line.source_label.clone(),
        line.bears_on.clone(),
        bound(line.amount.low),
        bound(line.amount.high),
        line.weight.clone(),
        line.occurred.clone(),
        line.known_at.to_string(),
        line.reason.clone(),
        line.note.clone(),
    ]
}

fn parts(watch: &watch::Watch, e: &Explanation) -> Vec<String> {
    let mut parts = vec![head(watch, e)];
    if !e.instance.by_source.is_empty() {
        let rows = e.instance.by_source.iter().map(|s| {
            vec![format!("  {}", s.source), amount(&s.amount), in_words(s.status), s.evidence.join(", ")]
        });
        parts.push(format!("On each source's word alone\n{}\n", print::table(&rows.collect::<Vec<_>>())));
    }
    parts.extend(lines("Counted", &e.counted));
    parts.extend(lines("Possible, proving nothing", &e.possible));
    parts.extend(lines("Not counted", &e.aside));
    if !e.silences.is_empty() {
        let rows = e.silences.iter().map(|s| {
            let accepted = if s.accepted_by.is_empty() {
                "accepted by nobody: an assumption".to_owned()
            } else {
                format!("accepted by {}", s.accepted_by.join(", "))
            };
            vec![
                format!("  {}", s.source),
                s.bears_on.clone(),
                s.during.clone(),
                format!("{} ({accepted})", s.basis),
            ]
        });
        parts.push(format!("Whose silence counts\n{}\n", print::table(&rows.collect::<Vec<_>>())));
    }
    let listed = |title: &str, items: &[String]| {
        (!items.is_empty()).then(|| {
            format!("{title}\n{}\n", items.iter().map(|i| format!("  {i}")).collect::<Vec<_>>().join("\n"))
        })
    };
    parts.extend(listed("Missing", &e.missing));
    parts.extend(listed("Assumed", &e.assumptions));
    parts
}

fn head(watch: &watch::Watch, e: &Explanation) -> String {
    let zone = &watch.agreement.timezone;
    let local = |instant: model::Instant| instant.zoned(zone).strftime("%Y-%m-%d %H:%M %:z").to_string();
    let end = |instant: Option<model::Instant>| instant.map_or_else(|| "open".to_owned(), local);
    let why =
        if e.instance.why.is_empty() { String::new() } else { format!(" ({})", e.instance.why.join(", ")) };
    let none = if watch.claims.is_empty() { "No evidence has been given.\n" } else { "" };
    let label = if e.label.is_empty() { &e.provision } else { &e.label };
    format!(
        "{label} [{} {}]: {}{why}\n{none}\nClause    {}\nRule      {}\nText      line {}\nWindow    {} to {}\n          {}\nAmount    {}\nAsked     at {}, as known at {}; standard {}; reading {}\n",
        e.provision,
        e.instance.key,
        in_words(e.instance.status),
        e.clause,
        e.rule,
        e.line,
        end(e.instance.window.from),
        end(e.instance.window.to),
        e.window_arose,
        amount(&e.instance.amount),
        local(e.at),
        local(e.known_at),
        e.standard,
        e.reading,
    )
}

/// Claims under a title; none where there are none.
pub fn lines(title: &str, lines: &[Line]) -> Option<String> {
    let each = lines.iter().map(|line| {
        let reason =
            if line.reason.is_empty() { String::new() } else { format!("\n      because {}", line.reason) };
        let weight =
            if line.weight.is_empty() { String::new() } else { format!(" (gives: {})", line.weight) };
        format!(
            "  {} [{}] {}: {}, {}; known {}{weight}\n      {}{reason}",
            line.claim,
            line.source_label,
            line.bears_on,
            amount(&line.amount),
            line.occurred,
            line.known_at,
            line.note,
        )
    });
    (!lines.is_empty()).then(|| format!("{title}\n{}\n", each.collect::<Vec<_>>().join("\n")))
}
