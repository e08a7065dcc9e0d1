//! `audit`: the whole log replayed; whether it is what was recorded, and where first it is not.
//!
//! Invariant: nothing is mended and nothing is written; a fault is the answer “no”.

use clap::Args;
use serde_json::json;
use watch::{ledger::audit, place};

use crate::{
    Failure,
    arguments::{Format, InFolder},
    print,
    progress::Progress,
};

/// Examples of the verb.
pub const HELP: &str = "\
Every entry is held against its leaf, the leaves against the tree, the tree against the signed checkpoints, the checkpoints \
against the keys, and documents against their hashes. The first entry that is bad is named. Nothing is mended: restore a \
backup, or compare with a copy that a witness or another office has.

Examples:
  trucewatch audit                          the nearest watch
  trucewatch audit -w watches/gaza-2025 --format json

Exit code 0: all is as it was recorded; 1: it is not, and where; 2: there is no ledger, or it cannot be read.";

#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub watch: InFolder,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Audits.
pub fn run(options: &Audit) -> Result<(), Failure> {
    let folder = options.watch.find()?;
    let mut store = place::store_to_read(&folder).map_err(|error| Failure::Input(error.to_string()))?;
    let progress = Progress::new("replaying");
    let report = audit(&mut *store, &mut |done, all| progress.at(done, all));
    drop(progress);
    let report = report.map_err(|error| Failure::Input(error.to_string()))?;
    let faults: Vec<_> =
        report.faults.iter().map(|fault| json!({"entry": fault.entry, "why": fault.why})).collect();
    if options.format == Format::Json {
        print::json(&json!({
            "sound": report.faults.is_empty(),
            "entries": report.size,
            "entries_sound": report.sound,
            "first_bad": report.first_bad(),
            "erased": report.erased,
            "unopened": report.unopened,
            "documents": report.documents,
            "checkpoints": report.checkpoints,
            "faults": faults,
        }))?;
    } else {
        print::line(&format!("{} of {} entries are as they were recorded", report.sound, report.size))?;
        print::line(&format!(
            "{} erased, {} encrypted under keys that are not here, {} documents opened, {} checkpoints checked",
            report.erased, report.unopened, report.documents, report.checkpoints
        ))?;
    }
    if report.faults.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = report.faults.iter().take(20).map(ToString::to_string).collect();
    if report.faults.len() > 20 {
        lines.push(format!("and {} more", report.faults.len() - 20));
    }
    Err(Failure::No(lines.join("\n")))
}
