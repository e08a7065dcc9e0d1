//! The papers of a watch as its ledger holds them: the first entries of the log, read.
//!
//! Invariant: a ledger into which the files of a folder were taken gives the watch that the files give; what is encrypted and cannot
//! be opened here, or was erased, takes nobody's silence for evidence.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use ingest::Recorded;
use ledger::{Entry, Erasure, Kind, Ledger};
use model::answer::Rejected;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    files::{Problems, Watch, is_open_to},
    papers::Papers,
};

/// A version of a text file; none where the file was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The file, as the agreement or the folder names it.
    pub file: String,
    /// Its text.
    pub text: Option<String>,
}

/// One line of a file: a claim or a decision as an object, or a row with the header of its table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written<'a> {
    /// The base name of the file.
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    /// The line, from 1.
    pub line: usize,
    /// The object, byte for byte.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub object: Option<&'a RawValue>,
    /// The header of the table.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Cow<'a, str>>,
    /// The row.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Cow<'a, str>>,
}

/// What the lines of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lines {
    /// Claims.
    Claims,
    /// Decisions.
    Decisions,
}

/// What was read of a file of claims or decisions, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The base name of the file.
    pub file: String,
    /// What its lines are.
    pub of: Lines,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// How many of its lines were recorded by this reading of it: those that were not recorded before.
    pub recorded: usize,
    /// The lines that could not be read.
    pub rejected: Vec<Rejected>,
}

/// What a ledger holds.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// How many entries were read.
    pub size: u64,
    pub(crate) agreement: Option<(String, String)>,
    pub(crate) drawn: BTreeMap<String, String>,
    pub(crate) sources: Option<(String, String)>,
    pub(crate) settings: Option<(String, String)>,
    /// The lines of each file of claims and, for tables, of each header that it had.
    pub(crate) claims: BTreeMap<(String, Option<String>), Recorded>,
    pub(crate) decisions: BTreeMap<String, Recorded>,
    pub(crate) imports: BTreeMap<String, Import>,
    /// Who spoke in what was erased.
    unheard: BTreeSet<String>,
    /// How many statements were erased.
    pub erased: u64,
    /// Statements whose content is not here.
    lost: BTreeSet<u64>,
}

impl Held {
    /// What the first `size` entries of a ledger hold.
    ///
    /// # Errors
    /// When they cannot be read, are not what was recorded, or say something that is not understood here.
    pub fn read(ledger: &Ledger, size: u64) -> Result<Held, ledger::Error> {
        let mut held = Held::default();
        ledger.read(size, &mut |entry| held.take(&entry))?;
        Ok(held)
    }

    /// Takes in the next entry.
    ///
    /// # Errors
    /// When it says something that is not understood here.
    pub(crate) fn take(&mut self, entry: &Entry) -> Result<(), ledger::Error> {
        self.size = entry.seq + 1;
        let Some(content) = &entry.content else {
            if matches!(entry.kind, Kind::Claim | Kind::Coverage) {
                self.lost.insert(entry.seq);
            }
            return Ok(());
        };
        let odd = |error: serde_json::Error| {
            ledger::Damage::at(entry.seq, format!("its content is not understood: {error}"))
        };
        match entry.kind {
            Kind::Agreement => {
                let text: Text = serde_json::from_slice(content).map_err(odd)?;
                self.agreement = text.text.map(|body| (text.file, body));
            }
            Kind::Source => {
                let text: Text = serde_json::from_slice(content).map_err(odd)?;
                self.sources = text.text.map(|body| (text.file, body));
            }
            Kind::Settings => {
                let text: Text = serde_json::from_slice(content).map_err(odd)?;
                self.settings = text.text.map(|body| (text.file, body));
            }
            Kind::Zone => {
                let text: Text = serde_json::from_slice(content).map_err(odd)?;
                match text.text {
                    Some(body) => self.drawn.insert(text.file, body),
                    None => self.drawn.remove(&text.file),
                };
            }
            Kind::Claim | Kind::Coverage => {
                let line: Written<'_> = serde_json::from_slice(content).map_err(odd)?;
                let columns = line.columns.as_deref().map(str::to_owned);
                let text = line.row.as_deref().or(line.object.map(RawValue::get)).unwrap_or_default();
                // Most lines are of the file of the line before.
                let key = (line.file.into_owned(), columns);
                self.claims.entry(key).or_default().push(line.line, text.as_bytes());
            }
            Kind::Decision | Kind::Ruling => {
                let line: Written<'_> = serde_json::from_slice(content).map_err(odd)?;
                let text = line.object.map(RawValue::get).unwrap_or_default();
                self.decisions.entry(line.file.into_owned()).or_default().push(line.line, text.as_bytes());
            }
            Kind::Import => {
                let import: Import = serde_json::from_slice(content).map_err(odd)?;
                self.imports.insert(import.file.clone(), import);
            }
            Kind::Erasure => {
                let erasure: Erasure = serde_json::from_slice(content).map_err(odd)?;
                if self.lost.remove(&erasure.entry) {
                    self.erased += 1;
                    // Of whom it is not said who spoke, it may have been anyone.
                    self.unheard.insert(erasure.source.unwrap_or_default());
                }
            }
            Kind::Ledger | Kind::Key | Kind::Document | Kind::Finding => {}
        }
        Ok(())
    }

    /// The lines that were recorded of a file, each as often as it was.
    pub(crate) fn lines_of(&self, file: &str) -> BTreeMap<&[u8], usize> {
        let tables = self.claims.iter().filter(|((name, _), _)| name == file).map(|(_, lines)| lines);
        let mut lines = BTreeMap::new();
        for recorded in tables.chain(self.decisions.get(file)) {
            recorded.lines().for_each(|(_, line)| *lines.entry(line).or_default() += 1);
        }
        lines
    }

    /// How many statements are encrypted and cannot be opened here.
    #[must_use]
    pub fn unopened(&self) -> u64 {
        self.lost.len() as u64
    }

    /// The watch that is held. What was erased or cannot be opened is not silence.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn watch(&self) -> Result<Watch, Problems> {
        Ok(self.heard(Watch::of(self)?))
    }

    /// The same watch without its claims, which are many.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn watch_without_claims(&self) -> Result<Watch, Problems> {
        Ok(self.heard(Watch::of(&WithoutClaims(self))?))
    }

    fn heard(&self, mut watch: Watch) -> Watch {
        match self.unheard() {
            Some(sources) => watch.withhold(sources.into_iter().map(str::to_owned).collect()),
            None => watch.sources.iter_mut().for_each(|source| source.covers.clear()),
        }
        watch
    }

    /// Who is not heard in full here, so that silence tells nothing; none where everybody may be meant.
    #[must_use]
    pub fn unheard(&self) -> Option<Vec<&str>> {
        let anyone = !self.lost.is_empty() || self.unheard.contains("");
        (!anyone).then(|| self.unheard.iter().map(String::as_str).collect())
    }

    /// The lines of files of claims and decisions that could not be read.
    pub(crate) fn unread(&self) -> Vec<Rejected> {
        self.imports.values().flat_map(|import| import.rejected.clone()).collect()
    }

    fn rejected_of(&self, file: &str) -> Vec<Rejected> {
        self.imports.get(file).map(|import| import.rejected.clone()).unwrap_or_default()
    }
}

/// Who speaks in an entry that is not for an audience; none where it is, or nothing is left out.
#[must_use]
pub fn withheld_source(entry: &Entry, audience: Option<&str>) -> Option<String> {
    #[derive(Deserialize)]
    struct Handled {
        source: String,
        handling: Option<serde_json::Value>,
    }
    let audience = audience?;
    if !matches!(entry.kind, Kind::Claim | Kind::Coverage) {
        return None;
    }
    let line: Written<'_> = serde_json::from_slice(entry.content.as_ref()?).ok()?;
    let handled: Handled = serde_json::from_str(line.object?.get()).ok()?;
    let handling = handled.handling.as_ref().map_or(Some("public"), serde_json::Value::as_str);
    (!is_open_to(handling, audience)).then_some(handled.source)
}

impl Papers for Held {
    fn agreement(&self) -> Result<(String, String), Problems> {
        let missing = || Problems(vec![format!("the first {} entries hold no agreement", self.size)]);
        self.agreement.clone().ok_or_else(missing)
    }

    fn drawn(&self, file: &str) -> Result<String, String> {
        self.drawn.get(file).cloned().ok_or_else(|| format!("{file}: it is not in the ledger"))
    }

    fn sources(&self) -> Option<(String, Result<String, Problems>)> {
        self.sources.clone().map(|(name, text)| (name, Ok(text)))
    }

    fn settings(&self) -> Option<(String, Result<String, Problems>)> {
        self.settings.clone().map(|(name, text)| (name, Ok(text)))
    }

    fn claims(&self, _: &mut Vec<String>) -> ingest::Read {
        let mut reads = Vec::new();
        let mut files: BTreeSet<&str> = self.claims.keys().map(|(file, _)| file.as_str()).collect();
        let imported = self.imports.values().filter(|import| import.of == Lines::Claims);
        files.extend(imported.map(|import| import.file.as_str()));
        for file in files {
            let mut read = ingest::Read::default();
            for ((_, columns), lines) in self.claims.iter().filter(|((name, _), _)| name == file) {
                let own = match columns {
                    Some(header) => ingest::table::recorded(file, header.as_bytes(), lines),
                    None => ingest::jsonl::recorded(file, lines),
                };
                read.lines += own.lines;
                read.claims.extend(own.claims);
                read.rejected.extend(own.rejected);
            }
            let rejected = self.rejected_of(file);
            read.lines += rejected.len();
            read.rejected.extend(rejected);
            read.rejected.sort();
            reads.push(read);
        }
        ingest::join(reads)
    }

    fn decisions(&self, _: &mut Vec<String>) -> ingest::decisions::Decided {
        let mut all = ingest::decisions::Decided::default();
        let nothing = Recorded::default();
        for import in self.imports.values().filter(|import| import.of == Lines::Decisions) {
            let file = &import.file;
            let lines = self.decisions.get(file).unwrap_or(&nothing);
            let own = ingest::decisions::recorded(file, lines);
            let rejected = self.rejected_of(file);
            all.lines += own.lines + rejected.len();
            all.decisions.extend(own.decisions);
            all.rejected.extend(own.rejected);
            all.rejected.extend(rejected);
        }
        all
    }
}

/// What a ledger holds, its claims apart.
struct WithoutClaims<'a>(&'a Held);

impl Papers for WithoutClaims<'_> {
    fn agreement(&self) -> Result<(String, String), Problems> {
        self.0.agreement()
    }

    fn drawn(&self, file: &str) -> Result<String, String> {
        self.0.drawn(file)
    }

    fn sources(&self) -> Option<(String, Result<String, Problems>)> {
        self.0.sources()
    }

    fn settings(&self) -> Option<(String, Result<String, Problems>)> {
        self.0.settings()
    }

    fn claims(&self, _: &mut Vec<String>) -> ingest::Read {
        ingest::Read::default()
    }

    fn decisions(&self, problems: &mut Vec<String>) -> ingest::decisions::Decided {
        self.0.decisions(problems)
    }
}
