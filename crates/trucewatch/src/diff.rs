//! `diff`: what one draft of an agreement says otherwise than another.
//!
//! Invariant: drafts are compared only where both could be read to the end.

use std::path::Path;

use language::{Difference, Severity, ThingKind};
use model::agreement::Agreement;
use serde_json::json;
use watch::{
    Beside, BesideDifference,
    files::{Paths, Problems, read_text},
};

use crate::{
    Failure,
    arguments::{Diff, agreement_file},
    print::{counted, line},
};

/// Tells the differences between two drafts; any in meaning is the answer “no”.
pub fn run(options: &Diff) -> Result<(), Failure> {
    let (old, new) = (Draft::read(&options.old), Draft::read(&options.new));
    let (old, new) = match (old, new) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(Failure::Input(old)), Err(Failure::Input(new))) => {
            return Err(Failure::Input(format!("{old}\n{new}")));
        }
        (Err(failure), _) | (_, Err(failure)) => return Err(failure),
    };
    let differences = language::differences(&old.agreement, &new.agreement);
    let prose = language::clauses_with_other_prose((&old.text, &old.clauses), (&new.text, &new.clauses));
    let beside = beside(&old, &new, &differences)?;
    if options.json {
        let rows: Vec<_> = differences.iter().map(row).collect();
        let beside: Vec<_> = beside.iter().map(row_beside).collect();
        let all = json!({"differences": rows, "beside": beside, "clauses_with_other_prose": prose});
        line(&all.to_string())?;
    } else {
        print(&differences, &beside, prose, old.text == new.text)?;
    }
    if differences.is_empty() && beside.is_empty() { Ok(()) } else { Err(Failure::No(String::new())) }
}

/// A draft without errors.
struct Draft {
    text: String,
    agreement: Agreement,
    clauses: Vec<language::Clause>,
    /// Of a watch, where its parts are.
    watch: Option<Paths>,
}

/// What differs in the maps, sources and settings of two watches; a draft without a folder has none.
fn beside(old: &Draft, new: &Draft, differences: &[Difference]) -> Result<Vec<BesideDifference>, Failure> {
    let (Some(old_paths), Some(new_paths)) = (&old.watch, &new.watch) else { return Ok(Vec::new()) };
    let (before, now) =
        match (Beside::read(old_paths, &old.agreement), Beside::read(new_paths, &new.agreement)) {
            (Ok(before), Ok(now)) => (before, now),
            (Err(Problems(mut old)), Err(Problems(new))) => {
                old.extend(new);
                return Err(Problems(old).into());
            }
            (Err(problems), _) | (_, Err(problems)) => return Err(problems.into()),
        };
    let things = differences.iter().filter(|d| matches!(d.thing, ThingKind::Zone | ThingKind::Line));
    let renamed = things.filter_map(|d| Some((d.old_id.clone()?, d.id.clone()))).collect();
    Ok(watch::beside::differences((&old.agreement, &before), (&new.agreement, &now), &renamed))
}

impl Draft {
    fn read(named: &Path) -> Result<Draft, Failure> {
        let path = agreement_file(named)?;
        let text = read_text(&path)?;
        let parsed = language::parse(&text);
        let Some(agreement) = parsed.agreement else {
            let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
            let name = path.display();
            let told =
                format!("{name}: {}; `trucewatch check {name}` says what is wrong", counted(errors, "error"));
            return Err(Failure::Input(told));
        };
        let watch = if named.is_dir() { Some(Paths::of_folder(named)?) } else { None };
        Ok(Draft { text, agreement, clauses: parsed.clauses, watch })
    }
}

fn print(
    differences: &[Difference],
    beside: &[BesideDifference],
    prose: usize,
    same_text: bool,
) -> Result<(), Failure> {
    let in_text = differences.iter().map(|difference| {
        let clause = difference.new_clause.as_deref().or(difference.old_clause.as_deref());
        let heading = clause.filter(|clause| !clause.is_empty()).unwrap_or(difference.thing.heading());
        (heading, &difference.sentence)
    });
    let in_files = beside.iter().map(|difference| {
        let heading = match difference.thing {
            "map" => "Maps",
            "source" => "Sources",
            _ => "Settings",
        };
        (heading, &difference.sentence)
    });
    let mut above = "";
    for (heading, sentence) in in_text.chain(in_files) {
        if heading != above {
            let blank = if above.is_empty() { "" } else { "\n" };
            line(&format!("{blank}{heading}"))?;
            above = heading;
        }
        line(&format!("  {sentence}"))?;
    }
    let prose = match prose {
        0 => String::new(),
        many => format!("The prose differs in {}.", counted(many, "clause")),
    };
    match (differences.len() + beside.len(), same_text) {
        (0, true) => line("No difference."),
        (0, false) => {
            line(format!("No difference in meaning; only words or layout changed. {prose}").trim_end())
        }
        (many, _) => line(format!("\n{}. {prose}", counted(many, "difference")).trim_end()),
    }
}

fn row_beside(difference: &BesideDifference) -> serde_json::Value {
    let BesideDifference { thing, id, kind, sentence } = difference;
    json!({"thing": thing, "id": id, "kind": kind, "sentence": sentence})
}

fn row(difference: &Difference) -> serde_json::Value {
    let Difference { thing, id, old_id, old_clause, new_clause, kind, part, sentence } = difference;
    json!({
        "thing": thing.name(),
        "id": id,
        "old_id": old_id,
        "kind": kind.name(),
        "part": part,
        "old_clause": old_clause,
        "new_clause": new_clause,
        "sentence": sentence,
    })
}
