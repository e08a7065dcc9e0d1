//! Reading a watch from files: the agreement, its zones, its sources and its claims, from a folder or named one by one.
//!
//! Invariant: this is the one place that opens files. A line that cannot be used is listed and the rest is used; a
//! file that cannot be used stops the reading, and every such problem is told at once.

use std::{
    fmt::Write as _,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use model::{
    Period, agreement::Agreement, answer::ClaimsRead, claim::Claim, decision::Decision, place::Ground,
    source::Source,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    beside::Beside,
    papers::{Papers, courses, grounds, settings, sources},
};

/// The file whose presence makes a folder a watch.
pub const AGREEMENT: &str = "agreement.pact.md";
/// An agreement longer than this is not read.
const AGREEMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Why a watch could not be read: every problem, each with its file and place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Problems(pub Vec<String>);

/// Where the parts of a watch are.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// The agreement's file.
    pub agreement: PathBuf,
    /// The sources' file; without one every source is its own origin and covers nothing.
    pub sources: Option<PathBuf>,
    /// Files of claims, in this order.
    pub claims: Vec<PathBuf>,
    /// Decisions made outside a ledger.
    pub decisions: Option<PathBuf>,
    /// `watch.toml`, if there is one.
    pub settings: Option<PathBuf>,
    /// The watch's folder, where it has one; its ledger is kept there.
    pub folder: Option<PathBuf>,
}

impl Paths {
    /// The parts of the watch in a folder.
    ///
    /// # Errors
    /// When it is no watch, or its evidence cannot be listed.
    pub fn of_folder(folder: &Path) -> Result<Paths, Problems> {
        let agreement = folder.join(AGREEMENT);
        if !agreement.is_file() {
            let message =
                format!("{}: no {AGREEMENT} in this folder; name a watch with -w FOLDER", folder.display());
            return Err(Problems(vec![message]));
        }
        let present = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
        let claims = evidence(&folder.join("evidence"))?;
        Ok(Paths {
            agreement,
            sources: present("sources.toml"),
            claims,
            decisions: present("decisions.jsonl"),
            settings: present("watch.toml"),
            folder: Some(folder.to_path_buf()),
        })
    }

    /// The watch that a folder belongs to: the nearest upward that holds an agreement.
    ///
    /// # Errors
    /// When there is none up to the root.
    pub fn nearest(folder: &Path) -> Result<PathBuf, Problems> {
        let found = folder.ancestors().find(|dir| dir.join(AGREEMENT).is_file());
        found.map(Path::to_path_buf).ok_or_else(|| {
            let here = folder.display();
            Problems(vec![format!(
                "{here}: no {AGREEMENT} here or in a folder above; name a watch with -w FOLDER"
            )])
        })
    }
}

/// The claim files of an evidence folder, in order of name; none where there is no such folder.
fn evidence(folder: &Path) -> Result<Vec<PathBuf>, Problems> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Problems(vec![format!("{}: {error}", folder.display())]))?;
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "jsonl" || e == "csv") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `watch.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Title; the agreement's name where it is left out.
    pub title: Option<String>,
    /// Languages that the watch is shown in.
    pub languages: Vec<String>,
    /// The standards shown side by side.
    pub standards: Vec<String>,
    /// The agreement's file, which is always `agreement.pact.md`.
    pub agreement: Option<String>,
    /// Where the ledger is: a file, or an address in PostgreSQL; `ledger.db` where it is left out.
    pub ledger: Option<String>,
}

/// A watch that has been read.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Its settings.
    pub settings: Settings,
    /// The agreement.
    pub agreement: Agreement,
    /// Its text.
    pub text: String,
    /// The base name of its file.
    pub agreement_file: String,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// What the checker says of it that is no error, rendered.
    pub warnings: Vec<String>,
    /// The ground of its zones.
    pub grounds: Vec<Ground>,
    /// Who speaks.
    pub sources: Vec<Source>,
    /// What they said.
    pub claims: Vec<Claim>,
    /// What was decided about it.
    pub decisions: Vec<Decision>,
    /// What was read and what could not be.
    pub read: ClaimsRead,
}

impl Watch {
    /// Reads a watch from its files.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn load(paths: &Paths) -> Result<Watch, Problems> {
        Watch::of(paths)
    }

    /// Reads a watch from whatever holds its papers.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn of(papers: &dyn Papers) -> Result<Watch, Problems> {
        let (name, text) = papers.agreement()?;
        let parsed = language::parse(&text);
        let rendered: Vec<String> =
            parsed.diagnostics.iter().map(|d| language::render(&name, &text, d)).collect();
        let Some(agreement) = parsed.agreement else { return Err(Problems(rendered)) };
        let mut problems = Vec::new();
        let grounds = grounds(&agreement, papers, &mut problems);
        let sources = sources(&agreement, papers, &mut problems);
        let mut read = papers.claims(&mut problems);
        let decided = papers.decisions(&mut problems);
        read.rejected.extend(decided.rejected);
        let settings = settings(papers, &mut problems);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let counted = ClaimsRead { read: read.lines, used: read.claims.len(), rejected: read.rejected };
        Ok(Watch {
            settings,
            sha256: hex(&Sha256::digest(text.as_bytes())),
            agreement,
            text,
            agreement_file: name,
            warnings: rendered,
            grounds,
            sources,
            claims: read.claims,
            decisions: decided.decisions,
            read: counted,
        })
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        self.settings.title.as_deref().unwrap_or(&self.agreement.name)
    }

    /// The watch as an audience may know it: without testimony restricted to others. `public` is nobody's own.
    #[must_use]
    pub fn for_audience(mut self, audience: &str) -> Watch {
        let open_to = |claim: &Claim| {
            let handling = claim.written.get("handling").filter(|handling| !handling.is_null());
            is_open_to(handling.map_or(Some("public"), serde_json::Value::as_str), audience)
        };
        let withheld = self.claims.iter().filter(|c| !open_to(c)).map(|c| c.source.clone()).collect();
        self.withhold(withheld);
        self.claims.retain(open_to);
        self
    }

    /// Takes the silence of sources, and of whom they are under, for no evidence: what is withheld is not silence, and a source
    /// that is not heard in full is not silent either.
    pub fn withhold(&mut self, mut sources: Vec<model::Id>) {
        while let Some(id) = sources.pop() {
            if let Some(source) = self.sources.iter_mut().find(|s| s.id == id) {
                source.covers.clear();
                sources.extend(source.under.clone());
            }
        }
    }

    /// The claim of this id.
    #[must_use]
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }

    /// The name of a source for people.
    #[must_use]
    pub fn source_label<'a>(&'a self, id: &'a str) -> &'a str {
        self.sources.iter().find(|source| source.id == id).map_or(id, |source| source.label.as_str())
    }
}

/// Whether what is handled so is open to an audience. Any other word than these restricts to nobody that is known here.
pub(crate) fn is_open_to(handling: Option<&str>, audience: &str) -> bool {
    handling == Some("public") || handling.and_then(|word| word.strip_prefix("restricted:")) == Some(audience)
}

impl Beside {
    /// Reads what stands beside the agreement of a watch, its evidence apart.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn read(paths: &Paths, agreement: &Agreement) -> Result<Beside, Problems> {
        let mut problems = Vec::new();
        let beside = Beside {
            grounds: grounds(agreement, paths, &mut problems),
            courses: courses(agreement, paths, &mut problems),
            sources: sources(agreement, paths, &mut problems),
            settings: settings(paths, &mut problems),
        };
        if problems.is_empty() { Ok(beside) } else { Err(Problems(problems)) }
    }
}

/// A text file, within bounds.
///
/// # Errors
/// When it cannot be read, is not UTF-8 or is too long.
pub fn read_text(path: &Path) -> Result<String, Problems> {
    let told = |reason: String| Problems(vec![format!("{}: {reason}", path.display())]);
    let size = std::fs::metadata(path).map_err(|error| told(in_words(&error)))?.len();
    if size > AGREEMENT_BYTES_MAX {
        return Err(told(format!("{size} bytes: more than the {AGREEMENT_BYTES_MAX} that are read")));
    }
    let bytes = std::fs::read(path).map_err(|error| told(in_words(&error)))?;
    String::from_utf8(bytes).map_err(|error| {
        told(format!("byte {} is not UTF-8: save the file as UTF-8", error.utf8_error().valid_up_to() + 1))
    })
}

/// A file, whole.
///
/// # Errors
/// When it cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Problems> {
    std::fs::read(path).map_err(|error| Problems(vec![format!("{}: {}", path.display(), in_words(&error))]))
}

pub(crate) fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read: permission denied".to_owned(),
        _ => error.to_string(),
    }
}

pub(crate) fn base_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Papers for Paths {
    fn agreement(&self) -> Result<(String, String), Problems> {
        Ok((base_name(&self.agreement), read_text(&self.agreement)?))
    }

    fn drawn(&self, file: &str) -> Result<String, String> {
        let folder = self.agreement.parent().unwrap_or(Path::new("."));
        read_text(&folder.join(file)).map_err(|problem| problem.to_string())
    }

    fn place_of(&self, file: &str) -> String {
        let folder = self.agreement.parent().unwrap_or(Path::new("."));
        folder.join(file).display().to_string()
    }

    fn sources(&self) -> Option<(String, Result<String, Problems>)> {
        self.sources.as_deref().map(|path| (base_name(path), read_text(path)))
    }

    fn settings(&self) -> Option<(String, Result<String, Problems>)> {
        self.settings.as_deref().map(|path| (base_name(path), read_text(path)))
    }

    fn claims(&self, problems: &mut Vec<String>) -> ingest::Read {
        claims(&self.claims, problems)
    }

    fn decisions(&self, problems: &mut Vec<String>) -> ingest::decisions::Decided {
        decisions(self.decisions.as_deref(), problems)
    }
}

fn claims(paths: &[PathBuf], problems: &mut Vec<String>) -> ingest::Read {
    let mut reads = Vec::new();
    for path in paths {
        let name = base_name(path);
        let outcome = File::open(path).and_then(|file| {
            let mut reader = BufReader::with_capacity(1 << 16, file);
            let table = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
            if table {
                ingest::table::read(&name, &mut reader)
            } else {
                ingest::jsonl::read(&name, &mut reader)
            }
        });
        match outcome {
            Err(error) => problems.push(format!("{}: {}", path.display(), in_words(&error))),
            Ok(read) if read.claims.is_empty() && read.lines > 0 => {
                problems.push(format!("{name}: {} a claim", none_of(read.lines)));
                let shown = read.rejected.iter().take(5);
                problems.extend(shown.map(|r| format!("{}:{}: {}: {}", r.file, r.line, r.field, r.reason)));
            }
            Ok(read) => reads.push(read),
        }
    }
    ingest::join(reads)
}

fn decisions(path: Option<&Path>, problems: &mut Vec<String>) -> ingest::decisions::Decided {
    let Some(path) = path else { return ingest::decisions::Decided::default() };
    let name = base_name(path);
    let read = File::open(path).and_then(|file| ingest::decisions::read(&name, &mut BufReader::new(file)));
    match read {
        Ok(read) if read.decisions.is_empty() && read.lines > 0 => {
            problems.push(format!("{name}: {} a decision", none_of(read.lines)));
            let shown = read.rejected.iter().take(5);
            problems.extend(shown.map(|r| format!("{}:{}: {}: {}", r.file, r.line, r.field, r.reason)));
            ingest::decisions::Decided::default()
        }
        Ok(read) => read,
        Err(error) => {
            problems.push(format!("{}: {}", path.display(), in_words(&error)));
            ingest::decisions::Decided::default()
        }
    }
}

pub(crate) fn none_of(lines: usize) -> String {
    if lines == 1 { "its only line is not".to_owned() } else { format!("none of its {lines} lines is") }
}

/// The half-open form of a period for people, in UTC.
#[must_use]
pub fn shown(period: &Period) -> String {
    if period.first == period.last {
        period.first.to_string()
    } else {
        format!("{} to {}", period.first, period.until())
    }
}
