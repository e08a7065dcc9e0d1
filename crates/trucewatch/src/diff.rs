//! `diff`: what one draft of an agreement says otherwise than another.
//!
//! Invariant: drafts are compared only where both could be read to the end.

use std::path::Path;

use language::{Difference, Severity};
use model::agreement::Agreement;
use serde_json::json;
use watch::files::read_text;

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
    if options.json {
        let rows: Vec<_> = differences.iter().map(row).collect();
        line(&json!({"differences": rows, "clauses_with_other_prose": prose}).to_string())?;
    } else {
        print(&differences, prose, old.text == new.text)?;
    }
    if differences.is_empty() { Ok(()) } else { Err(Failure::No(String::new())) }
}

/// A draft without errors.
struct Draft {
    text: String,
    agreement: Agreement,
    clauses: Vec<language::Clause>,
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
        Ok(Draft { text, agreement, clauses: parsed.clauses })
    }
}

fn print(differences: &[Difference], prose: usize, same_text: bool) -> Result<(), Failure> {
    let mut above = "";
    for difference in differences {
        let clause = difference.new_clause.as_deref().or(difference.old_clause.as_deref());
        let heading = clause.filter(|clause| !clause.is_empty()).unwrap_or(difference.thing.heading());
        if heading != above {
            let blank = if above.is_empty() { "" } else { "\n" };
            line(&format!("{blank}{heading}"))?;
            above = heading;
        }
        line(&format!("  {}", difference.sentence))?;
    }
    let prose = match prose {
        0 => String::new(),
        many => format!("The prose differs in {}.", counted(many, "clause")),
    };
    match (differences.len(), same_text) {
        (0, true) => line("No difference."),
        (0, false) => {
            line(format!("No difference in meaning; only words or layout changed. {prose}").trim_end())
        }
        (many, _) => line(format!("\n{}. {prose}", counted(many, "difference")).trim_end()),
    }
}

fn row(difference: &Difference) -> serde_json::Value {
    let Difference { thing, id, old_clause, new_clause, kind, part, sentence } = difference;
    json!({
        "thing": thing.name(),
        "id": id,
        "kind": kind.name(),
        "part": part,
        "old_clause": old_clause,
        "new_clause": new_clause,
        "sentence": sentence,
    })
}
