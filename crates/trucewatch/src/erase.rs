//! `erase`: the content of an entry destroyed, where law or somebody's safety asks for it.
//!
//! Invariant: what was said is gone from the ledger for good; that it was there, and why it is gone, stays.

use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use watch::ledger::{Kind, Ledger};

use crate::{Failure, arguments::InWatch, print};

/// Examples of the verb.
pub const HELP: &str = "\
The content of the entry is overwritten, and the key under which it was encrypted is destroyed, so that copies of the ledger that \
hold no keys lose it too. What was not restricted was not encrypted: copies of it stay as they are. The leaf and every proof \
stay; a claim that is erased is used no more, and the silence of who made it counts as evidence no more. Take the line out of the \
file of evidence first, or it is recorded anew. A source that changes its mind is no reason to erase: that is a claim that retracts.

Examples:
  trucewatch erase c-0142 --reason \"consent was withdrawn on 2026-03-01\"       the claim of this identifier
  trucewatch erase --entry 317 --reason \"the document names a witness\"

There is no undo. Exit code 0: done; 2: there is no such entry, or the ledger cannot be written.";

#[derive(Debug, Args)]
pub struct Erase {
    #[command(flatten)]
    pub watch: InWatch,
    /// The claim's identifier
    #[arg(required_unless_present = "entry")]
    pub claim: Option<String>,
    /// The entry by its place in the ledger, from 0
    #[arg(long, value_name = "N", conflicts_with = "claim")]
    pub entry: Option<u64>,
    /// Why; it stays in the ledger for good
    #[arg(long)]
    pub reason: String,
    /// Who erases: a role rather than a person, for it cannot be erased
    #[arg(long, value_name = "NAME", default_value = "desk")]
    pub by: String,
}

/// Erases.
pub fn run(options: &Erase) -> Result<(), Failure> {
    let opened = options.watch.open()?;
    let told = |error: watch::ledger::Error| Failure::Input(error.to_string());
    let Some(ledger) = &opened.ledger else {
        return Err(Failure::Input("the watch has no ledger that can be opened".to_owned()));
    };
    let (entry, source) = match (&options.claim, options.entry) {
        (Some(id), _) => {
            let found = find(ledger, opened.size, id).map_err(told)?;
            found.ok_or_else(|| {
                Failure::Input(format!("no claim “{id}” is recorded in JSON; name its entry with --entry"))
            })?
        }
        (None, Some(entry)) => (entry, said(&ledger.entry(entry).map_err(told)?).map(|said| said.source)),
        (None, None) => return Err(Failure::Input("name a claim, or an entry with --entry".to_owned())),
    };
    let receipt = ledger.erase(entry, &options.by, &options.reason, source.as_deref()).map_err(told)?;
    print::line(&format!("entry {entry} was erased; entry {} says so", receipt.first))
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    id: Option<String>,
    source: String,
}

fn said(entry: &watch::ledger::Entry) -> Option<Said> {
    #[derive(Deserialize)]
    struct Written<'a> {
        #[serde(borrow)]
        object: Option<&'a RawValue>,
    }
    if !matches!(entry.kind, Kind::Claim | Kind::Coverage) {
        return None;
    }
    let written: Written<'_> = serde_json::from_slice(entry.content.as_ref()?).ok()?;
    serde_json::from_str(written.object?.get()).ok()
}

/// The entry of the claim of an identifier, and who made it.
fn find(ledger: &Ledger, size: u64, id: &str) -> Result<Option<(u64, Option<String>)>, watch::ledger::Error> {
    let mut found = None;
    ledger.read(size, &mut |entry| {
        if let Some(said) = said(&entry).filter(|said| said.id.as_deref() == Some(id)) {
            found = Some((entry.seq, Some(said.source)));
        }
        Ok(())
    })?;
    Ok(found)
}
