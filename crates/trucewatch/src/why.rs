//! `explain --why-not` and `explain --what-would-change`.
//!
//! Invariant: what was not gone through to the end says so.

use model::Instant;
use watch::{
    Watch,
    change::{Change, Changes},
    edits::Edit,
    why_not::WhyNot,
};

use crate::{
    Failure,
    arguments::Shape,
    explain::{self, lines},
    print::{self, counted},
    status::in_words,
};

/// Prints why an instance cannot have a status, or that it can.
pub fn not(watch: &Watch, of: &WhyNot, shape: Shape) -> Result<(), Failure> {
    let named = || of.claims.iter().map(|line| ("enough", line));
    match shape {
        Shape::Json => print::json(of),
        Shape::Jsonl => print::jsonl(&of.claims),
        Shape::Csv => {
            print::csv(&explain::NAMES, &named().map(explain::for_spreadsheets).collect::<Vec<_>>())
        }
        Shape::Table => not_for_people(watch, of),
    }
}

fn not_for_people(watch: &Watch, of: &WhyNot) -> Result<(), Failure> {
    let asked = of.asked.name().replace('_', " ");
    let head = format!("{} {} is {}", of.provision, of.instance, in_words(of.status));
    let when = format!("at {}, as known at {}", local(watch, of.at), local(watch, of.known_at));
    print::line(&format!("{head}; {when}\n"))?;
    print::line(&format!("For {asked} it would need: {}", of.needs))?;
    print::line(&format!("The evidence gives: {}\n", of.bounds.join("; ")))?;
    if of.possible {
        let wide = if of.exact { "" } else { " (the set may be wider than need be)" };
        print::line(&format!("{asked} is not ruled out: it is among the statuses possible{wide}."))?;
        return world(watch, of);
    }
    if of.by_text {
        return print::line(&format!("No evidence is needed: the text and the instant rule {asked} out."));
    }
    print::line(&format!("This is enough to rule {asked} out, and every part of it is needed:\n"))?;
    lines("Claims", &of.claims).iter().try_for_each(|part| print::line(part))?;
    if !of.silences.is_empty() {
        let each = of.silences.iter().map(|id| format!("  {id} [{}]", watch.source_label(id)));
        print::line(&format!("Whose silence is needed\n{}", each.collect::<Vec<_>>().join("\n")))?;
    }
    if of.cut_short {
        print::line("The work was cut short: less may be enough.")?;
    }
    Ok(())
}

/// What was done in a world that gives the status.
fn world(watch: &Watch, of: &WhyNot) -> Result<(), Failure> {
    let Some(deeds) = &of.world else {
        let why = of.no_world.as_deref().unwrap_or_default();
        return print::line(&format!("No world that gives it is shown: {why}"));
    };
    print::line("\nA world that gives it, in which nothing else was done")?;
    if deeds.is_empty() {
        print::line("  nothing")?;
    }
    for deed in deeds {
        let by: Vec<&str> = deed.by.iter().map(|id| watch.agreement.label(id)).collect();
        let what =
            deed.item.as_deref().map_or_else(String::new, |item| format!(" {}", watch.agreement.label(item)));
        let (when, amount) = (local(watch, deed.at), deed.amount);
        let report = deed.report.as_ref().map_or_else(String::new, |claim| format!(", as {claim} reports"));
        print::line(&format!(
            "  {when}  {}: {} {amount}{what}{report}",
            by.join(" and "),
            deed.act.replace('_', " ")
        ))?;
    }
    Ok(())
}

fn local(watch: &Watch, instant: Instant) -> String {
    instant.zoned(&watch.agreement.timezone).strftime("%Y-%m-%d %H:%M %:z").to_string()
}

/// Changes shown to people; the rest is counted.
const SHOWN_MAX: usize = 20;

/// Prints what would change the statuses of an instance.
pub fn changes(watch: &Watch, of: &Changes, shape: Shape) -> Result<(), Failure> {
    match shape {
        Shape::Json => print::json(of),
        Shape::Jsonl => print::jsonl(&of.changes),
        Shape::Csv => {
            let row = |(number, change): (usize, &Change)| {
                let edits: Vec<String> = change.edits.iter().map(|edit| in_short(watch, edit)).collect();
                vec![
                    (number + 1).to_string(),
                    change.edits.len().to_string(),
                    edits.join("; "),
                    in_words(change.status),
                ]
            };
            let rows: Vec<_> = of.changes.iter().enumerate().map(row).collect();
            print::csv(&["rank", "edits", "change", "status"], &rows)
        }
        Shape::Table => for_people(watch, of),
    }
}

fn for_people(watch: &Watch, of: &Changes) -> Result<(), Failure> {
    print::line(&format!(
        "{} {} is {}; at {}, as known at {}; standard {}; reading {}\n",
        of.provision,
        of.instance,
        in_words(of.status),
        local(watch, of.at),
        local(watch, of.known_at),
        of.standard,
        of.reading
    ))?;
    let title = match of.changes.first() {
        None if of.cut_short => "No change was found among those that were tried.".to_owned(),
        None => "No change of these kinds gives another status.".to_owned(),
        Some(only) if only.edits.len() > 2 => {
            let tried = if of.cut_short { " that were tried" } else { "" };
            format!(
                "No edit and no two edits{tried} change it. A minimal change, of which every edit is needed:"
            )
        }
        Some(first) => format!("The smallest changes, of {} each:", counted(first.edits.len(), "edit")),
    };
    print::line(&title)?;
    for change in of.changes.iter().take(SHOWN_MAX) {
        let edits: Vec<String> = change.edits.iter().map(|edit| in_short(watch, edit)).collect();
        print::line(&format!("  {}\n      then {}", edits.join("\n  and "), in_words(change.status)))?;
    }
    if of.changes.len() > SHOWN_MAX {
        print::line(&format!("  and {} more, in --format json", of.changes.len() - SHOWN_MAX))?;
    }
    if of.unjudged > 0 {
        print::line(&format!(
            "\nNot judged: {} after which the evidence contradicts itself in more ways than are gone through",
            counted(of.unjudged, "change")
        ))?;
    }
    if of.cut_short {
        let asked = counted(of.questions, "question");
        print::line(&format!(
            "\nThe work was cut short after {asked}: there may be more changes, or smaller ones."
        ))?;
    } else {
        print::line(&format!("\n{} asked", counted(of.questions, "question")))?;
    }
    Ok(())
}

fn in_short(watch: &Watch, edit: &Edit) -> String {
    let label = |id: &str| watch.source_label(id).to_owned();
    match edit {
        Edit::Reject { claim, source } => format!("reject {claim} [{}]", label(source)),
        Edit::Accept { claim, source } => format!("accept {claim} [{}]", label(source)),
        Edit::Report { of, amount, at } => {
            format!("one report of {amount} ({of}) at {}, by one whom the standard hears", local(watch, *at))
        }
        Edit::Cover { source, of, from, to } => {
            let who = source.as_ref().map_or_else(|| "somebody new".to_owned(), |id| label(id));
            format!(
                "{who} having watched ({of}) from {} to {} and reporting no more",
                local(watch, *from),
                local(watch, *to)
            )
        }
    }
}
