//! What the files of a watch say that its ledger does not hold yet, as entries to be recorded.
//!
//! Invariant: files are an inbox: what is new in them is recorded, nothing that was recorded is taken back; a file with an error in it
//! is told as it is told without a ledger, and nothing is recorded then.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use ledger::{Draft, Kind};
use model::{answer::Rejected, claim};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::{
    files::{Paths, Problems, Watch, base_name, hex, in_words, none_of},
    held::{Held, Import, Lines, Text, Written},
    papers::Papers,
};

/// Who records what is read from files.
pub const BY: &str = "import";

/// What is to be recorded.
#[derive(Debug, Default)]
pub struct Taken {
    /// The entries, in order.
    pub drafts: Vec<Draft>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// What the files say that is not held yet.
///
/// # Errors
/// Every problem with the files, at once.
pub fn new(paths: &Paths, held: &Held) -> Result<Taken, Problems> {
    let mut taken = Taken::default();
    let (file, text) = paths.agreement()?;
    // Everything but the lines is read whole, so that a mistake is told before anything is recorded.
    let texts = Paths { claims: Vec::new(), decisions: None, ..paths.clone() };
    let (watch, mut problems) = match Watch::load(&texts) {
        Ok(watch) => (Some(watch), Vec::new()),
        Err(problems) => (None, problems.0),
    };
    let version = |kind, file: String, text: Option<String>| draft(kind, &Text { file, text });
    let mut versions =
        |kind, held: &Option<(String, String)>, now: Option<(String, Result<String, Problems>)>| {
            let now = match now {
                Some((file, text)) => Some((file, text?)),
                None => None,
            };
            match (held, now) {
                (Some(old), Some(new)) if *old == new => {}
                (_, Some((file, text))) => taken.drafts.push(version(kind, file, Some(text))?),
                (Some((file, _)), None) => taken.drafts.push(version(kind, file.clone(), None)?),
                (None, None) => {}
            }
            Ok::<(), Problems>(())
        };
    if let Some(watch) = &watch {
        versions(Kind::Settings, &held.settings, paths.settings())?;
        versions(Kind::Source, &held.sources, paths.sources())?;
        versions(Kind::Agreement, &held.agreement, Some((file, Ok(text))))?;
        drawn(watch, paths, held, &mut taken)?;
    }
    for path in &paths.claims {
        one(path, Lines::Claims, held, &mut taken, &mut problems);
    }
    if let Some(path) = &paths.decisions {
        one(path, Lines::Decisions, held, &mut taken, &mut problems);
    }
    let mut told = BTreeSet::new();
    problems.retain(|problem| told.insert(problem.clone()));
    if problems.is_empty() { Ok(taken) } else { Err(Problems(problems)) }
}

/// What is new in the files with outlines and courses; of those that cannot be read `check` tells.
fn drawn(watch: &Watch, paths: &Paths, held: &Held, taken: &mut Taken) -> Result<(), Problems> {
    let zones = watch.agreement.zones.iter().flat_map(|zone| zone.versions.iter().map(|v| &v.file));
    let lines = watch.agreement.lines.iter().flat_map(|line| line.versions.iter().map(|v| &v.file));
    let files: BTreeSet<&String> = zones.chain(lines).collect();
    for file in files {
        match paths.drawn(file) {
            Ok(text) if held.drawn.get(file) != Some(&text) => {
                taken.drafts.push(draft(Kind::Zone, &Text { file: file.clone(), text: Some(text) })?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// What is new in one file of lines.
fn one(path: &Path, of: Lines, held: &Held, taken: &mut Taken, problems: &mut Vec<String>) {
    let name = base_name(path);
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return problems.push(format!("{}: {}", path.display(), in_words(&error))),
    };
    let sha256 = hex(&Sha256::digest(&bytes));
    if held.imports.get(&name).is_some_and(|import| import.sha256 == sha256) {
        return;
    }
    let mut reading = Reading {
        file: &name,
        of,
        known: held.lines_of(&name),
        table: None,
        is_table: of == Lines::Claims && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")),
        drafts: Vec::new(),
        rejected: Vec::new(),
        lines: 0,
        faults: Vec::new(),
    };
    let read = ingest::each(&mut bytes.as_slice(), |number, line| reading.line(number, line));
    if let Err(error) = read {
        return problems.push(format!("{}: {}", path.display(), in_words(&error)));
    }
    let Reading { known, drafts, rejected, lines, faults, .. } = reading;
    problems.extend(faults);
    if lines > 0 && lines == rejected.len() {
        let what = if of == Lines::Claims { "a claim" } else { "a decision" };
        problems.push(format!("{name}: {} {what}", none_of(lines)));
        let shown = rejected.iter().take(5);
        return problems.extend(shown.map(|r| format!("{}:{}: {}: {}", r.file, r.line, r.field, r.reason)));
    }
    let gone: usize = known.values().sum();
    if gone > 0 {
        let what = if gone == 1 {
            "1 line is no longer in the file and stays"
        } else {
            &format!("{gone} lines are no longer in the file and stay")
        };
        taken.notes.push(format!(
            "{name}: {what} in the ledger: a source takes back what it said with “retracts”, \
             and people set it aside with a decision"
        ));
    }
    let import = Import { file: name.clone(), of, sha256, recorded: drafts.len(), rejected };
    taken.drafts.extend(drafts);
    match draft(Kind::Import, &import) {
        Ok(draft) => taken.drafts.push(draft),
        Err(problem) => problems.extend(problem.0),
    }
}

/// One file as it is read.
struct Reading<'a> {
    file: &'a str,
    of: Lines,
    /// The lines that were recorded and have not come up yet, and how often each was.
    known: BTreeMap<&'a [u8], usize>,
    /// The header of a table, and what reads its rows.
    table: Option<(String, ingest::table::Rows)>,
    is_table: bool,
    drafts: Vec<Draft>,
    rejected: Vec<Rejected>,
    lines: usize,
    faults: Vec<String>,
}

impl Reading<'_> {
    fn line(&mut self, number: usize, line: Result<&[u8], String>) {
        if self.is_table && self.table.is_none() {
            // A header that cannot be used is a line that is none, and nothing after it is read.
            if self.lines == 0 {
                let read = line.and_then(|line| {
                    let rows = ingest::table::Rows::new(self.file, number, line);
                    let header = String::from_utf8_lossy(line).into_owned();
                    rows.map(|rows| (header, rows)).map_err(|rejected| rejected.reason)
                });
                match read {
                    Ok(table) => self.table = Some(table),
                    Err(reason) => self.reject(number, "", reason),
                }
            }
            return;
        }
        self.lines += 1;
        let line = match line {
            Ok(line) => line.trim_ascii(),
            Err(reason) => {
                self.lines -= 1;
                return self.reject(number, "", reason);
            }
        };
        if let Some(count) = self.known.get_mut(line) {
            *count -= 1;
            if *count == 0 {
                self.known.remove(line);
            }
            return;
        }
        match self.read(number, line) {
            Ok(Ok(draft)) => self.drafts.push(draft),
            Ok(Err(problem)) => self.faults.extend(problem.0),
            Err(rejected) => self.rejected.push(rejected),
        }
    }

    fn reject(&mut self, line: usize, field: &str, reason: String) {
        self.lines += 1;
        self.rejected.push(Rejected { file: self.file.to_owned(), line, field: field.to_owned(), reason });
    }

    fn read(&mut self, number: usize, line: &[u8]) -> Result<Result<Draft, Problems>, Rejected> {
        // What was read as a claim is UTF-8.
        let text = || String::from_utf8_lossy(line);
        let written = |columns, row, object| Written {
            file: Cow::Borrowed(self.file),
            line: number,
            object,
            columns,
            row,
        };
        if let Some((header, rows)) = &mut self.table {
            rows.check(number, line)?;
            let columns = Some(Cow::Borrowed(header.trim_end()));
            return Ok(draft(Kind::Claim, &written(columns, Some(text()), None)));
        }
        let (kind, sealed) = match self.of {
            Lines::Claims => {
                let claim = ingest::jsonl::claim(line, self.file, number)?;
                let kind = if claim.kind == claim::Kind::Coverage { Kind::Coverage } else { Kind::Claim };
                (kind, restricted(&claim))
            }
            Lines::Decisions if ingest::decisions::is_ruling(line, self.file, number)? => {
                (Kind::Ruling, false)
            }
            Lines::Decisions => (Kind::Decision, false),
        };
        let object: Result<&RawValue, _> = serde_json::from_slice(line);
        Ok(match object {
            Ok(object) => {
                draft(kind, &written(None, None, Some(object))).map(|draft| Draft { sealed, ..draft })
            }
            Err(error) => Err(Problems(vec![format!("{}:{number}: {error}", self.file)])),
        })
    }
}

/// The entry of a line that came in by itself, a claim as an object.
///
/// # Errors
/// When it is no claim that can be recorded.
pub fn of_line(from: &str, number: usize, line: &[u8]) -> Result<Draft, Rejected> {
    let mut reading = Reading {
        file: from,
        of: Lines::Claims,
        known: BTreeMap::new(),
        table: None,
        is_table: false,
        drafts: Vec::new(),
        rejected: Vec::new(),
        lines: 0,
        faults: Vec::new(),
    };
    let fault = |problems: Problems| Rejected {
        file: from.to_owned(),
        line: number,
        field: String::new(),
        reason: problems.to_string(),
    };
    reading.read(number, line.trim_ascii())?.map_err(fault)
}

/// Whether a claim is not for everybody, so that it is kept encrypted.
#[must_use]
pub fn restricted(claim: &claim::Claim) -> bool {
    let handling = claim.written.get("handling").filter(|handling| !handling.is_null());
    handling.is_some_and(|handling| handling.as_str() != Some("public"))
}

/// An entry of one thing.
fn draft(kind: Kind, content: &impl Serialize) -> Result<Draft, Problems> {
    let content = serde_json::to_vec(content).map_err(|error| Problems(vec![error.to_string()]))?;
    let draft = Draft::open(kind, BY, content);
    draft.check().map_err(|error| Problems(vec![error.to_string()]))?;
    Ok(draft)
}
