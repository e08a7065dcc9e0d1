//! `compare`: one provision under every standard of proof and every reading.

use model::{Standard, answer::Count, status::Status};
use watch::{
    Question,
    compare::{Cell, Comparison, Only},
};

use crate::{
    Failure,
    arguments::{Compare, Shape},
    print::{self, counted},
    status::{amount, in_words, violations},
};

/// Prints the cells, and what makes them differ.
pub fn run(options: &Compare) -> Result<(), Failure> {
    let loaded = options.watch.load()?;
    let watch = match &options.audience {
        Some(audience) => loaded.for_audience(audience),
        None => loaded,
    };
    let standard = options.standard.clone().unwrap_or(Standard::Alleged);
    watch.knows(&standard).map_err(Failure::Input)?;
    let question = Question { at: options.at, known_at: options.known_at, standard, reading: None };
    let only = Only { standard: options.standard.clone(), reading: options.reading.clone() };
    let comparison = watch.compare(&question, &options.provision.to_lowercase(), &only)?;
    match options.format {
        Shape::Json => print::json(&comparison),
        Shape::Jsonl => print::jsonl(&comparison.cells),
        Shape::Csv => print::csv(&NAMES, &comparison.cells.iter().map(for_spreadsheets).collect::<Vec<_>>()),
        Shape::Table => table(&watch, &comparison),
    }
}

const NAMES: [&str; 10] =
    ["reading", "standard", "status", "exact", "figure", "met", "instances", "why", "differs", "because"];

fn for_spreadsheets(cell: &Cell) -> Vec<String> {
    let met = cell.tally.get(Status::Met.name()).copied().unwrap_or_default();
    vec![
        cell.reading.clone(),
        cell.standard.clone(),
        status(cell),
        cell.exact.to_string(),
        figure(cell),
        counts(met),
        cell.instances.to_string(),
        cell.why.join(", "),
        cell.differs.to_string(),
        cell.because.join("; "),
    ]
}

fn counts(count: Count) -> String {
    match count.possible {
        Some(possible) if possible == count.certain => possible.to_string(),
        Some(possible) => format!("{} to {possible}", count.certain),
        None => format!("at least {}", count.certain),
    }
}

fn status(cell: &Cell) -> String {
    cell.status.map_or_else(|| "not computed".to_owned(), in_words)
}

fn figure(cell: &Cell) -> String {
    if let Some(count) = cell.violations {
        return violations(count);
    }
    if let Some(range) = &cell.amount {
        let owed = cell.required.values().next().map_or_else(String::new, |owed| format!(" of {owed}"));
        return format!("{}{owed}", amount(range));
    }
    let met = cell.tally.get(Status::Met.name()).copied().unwrap_or_default();
    format!("met {} of {}", counts(met), cell.instances)
}

fn table(watch: &watch::Watch, of: &Comparison) -> Result<(), Failure> {
    let local = |instant: model::Instant| {
        instant.zoned(&watch.agreement.timezone).strftime("%Y-%m-%d %H:%M %:z").to_string()
    };
    let label = if of.label.is_empty() { &of.provision } else { &of.label };
    print::line(&format!(
        "{label} [{}], {}\n{}\nat {}, as known at {}\n",
        of.provision,
        of.clause,
        of.rule,
        local(of.at),
        local(of.known_at)
    ))?;
    for reading in &of.readings {
        let by: Vec<&str> = reading.contended_by.iter().map(|id| watch.agreement.label(id)).collect();
        let by = if by.is_empty() { String::new() } else { format!(", contended by {}", by.join(" and ")) };
        print::line(&format!("Read as {}: {}{by}", reading.id, reading.title))?;
        reading.says.iter().try_for_each(|sentence| print::line(&format!("  {sentence}")))?;
        let cells: Vec<&Cell> = of.cells.iter().filter(|cell| cell.reading == reading.id).collect();
        if cells.is_empty() {
            print::line("  this reading has no such provision")?;
        }
        let rows: Vec<Vec<String>> = cells
            .iter()
            .map(|cell| {
                let mark = if cell.differs { "*" } else { " " };
                let standard = format!("{mark} {}", cell.standard);
                vec![standard, status(cell), figure(cell), cell.why.join(", ")]
            })
            .collect();
        print::line(&format!("{}\n", print::table(&rows)))?;
    }
    let differing: Vec<&Cell> = of.cells.iter().filter(|cell| cell.differs).collect();
    let Some(first) = of.cells.first() else { return Ok(()) };
    if differing.is_empty() {
        return print::line("The statuses are the same in all of them.");
    }
    print::line(&format!(
        "* other statuses than under {}, as {}: {}",
        first.standard,
        first.reading,
        counted(differing.len(), "row")
    ))?;
    for cell in differing {
        print::line(&format!("  {}, as {}", cell.standard, cell.reading))?;
        cell.because.iter().try_for_each(|why| print::line(&format!("    {why}")))?;
    }
    Ok(())
}
