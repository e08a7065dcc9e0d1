//! Reading a watch: the agreement, its zones, its sources and its claims, from a folder or from files named one by one.
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

use crate::beside::Beside;

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
    /// Reads a watch.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn load(paths: &Paths) -> Result<Watch, Problems> {
        let text = read_text(&paths.agreement)?;
        let name = base_name(&paths.agreement);
        let parsed = language::parse(&text);
        let rendered: Vec<String> =
            parsed.diagnostics.iter().map(|d| language::render(&name, &text, d)).collect();
        let Some(agreement) = parsed.agreement else { return Err(Problems(rendered)) };
        let mut problems = Vec::new();
        let folder = paths.agreement.parent().unwrap_or(Path::new("."));
        let grounds = grounds(&agreement, folder, &mut problems);
        let sources = sources(&agreement, paths.sources.as_deref(), &mut problems);
        let mut read = claims(&paths.claims, &mut problems);
        let decided = decisions(paths.decisions.as_deref(), &mut problems);
        read.rejected.extend(decided.rejected);
        let settings = settings(paths.settings.as_deref(), &mut problems);
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
            let handling =
                claim.written.get("handling").and_then(serde_json::Value::as_str).unwrap_or("public");
            // Any other word than these restricts to nobody that is known here.
            handling == "public" || handling.strip_prefix("restricted:") == Some(audience)
        };
        // What is withheld is not silence: a source that is not heard in full is not silent either.
        let mut withheld: Vec<model::Id> =
            self.claims.iter().filter(|c| !open_to(c)).map(|c| c.source.clone()).collect();
        while let Some(id) = withheld.pop() {
            if let Some(source) = self.sources.iter_mut().find(|s| s.id == id) {
                source.covers.clear();
                withheld.extend(source.under.clone());
            }
        }
        self.claims.retain(open_to);
        self
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

impl Beside {
    /// Reads what stands beside the agreement of a watch, its evidence apart.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn read(paths: &Paths, agreement: &Agreement) -> Result<Beside, Problems> {
        let mut problems = Vec::new();
        let folder = paths.agreement.parent().unwrap_or(Path::new("."));
        let beside = Beside {
            grounds: grounds(agreement, folder, &mut problems),
            courses: courses(agreement, folder, &mut problems),
            sources: sources(agreement, paths.sources.as_deref(), &mut problems),
            settings: settings(paths.settings.as_deref(), &mut problems),
        };
        if problems.is_empty() { Ok(beside) } else { Err(Problems(problems)) }
    }
}

/// What is drawn of each line, version by version.
fn courses(
    agreement: &Agreement,
    folder: &Path,
    problems: &mut Vec<String>,
) -> std::collections::BTreeMap<model::Id, Vec<String>> {
    let mut courses = std::collections::BTreeMap::new();
    for line in &agreement.lines {
        let mut drawn = Vec::new();
        for version in &line.versions {
            let path = folder.join(&version.file);
            let text = read_text(&path).map_err(|problem| problem.to_string());
            match text.and_then(|text| ingest::zones::drawn(&text, version.feature.as_deref())) {
                Ok(course) => drawn.push(course),
                Err(reason) => problems.push(format!("line {}: {}: {reason}", line.id, path.display())),
            }
        }
        courses.insert(line.id.clone(), drawn);
    }
    courses
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

/// The ground of every zone, each file read once.
fn grounds(agreement: &Agreement, folder: &Path, problems: &mut Vec<String>) -> Vec<Ground> {
    let mut texts = std::collections::BTreeMap::new();
    let mut grounds = Vec::new();
    for zone in &agreement.zones {
        let mut outlines = Vec::new();
        for version in &zone.versions {
            let path = folder.join(&version.file);
            let text = texts.entry(path.clone()).or_insert_with(|| read_text(&path));
            match text {
                Err(problem) => problems.push(format!("zone {}: {problem}", zone.id)),
                Ok(text) => match ingest::zones::outline(text, version.feature.as_deref(), version.valid) {
                    Ok(outline) => outlines.push(outline),
                    Err(reason) => problems.push(format!("zone {}: {}: {reason}", zone.id, path.display())),
                },
            }
        }
        outlines.sort_by_key(|outline| outline.valid);
        grounds.push(Ground { zone: zone.id.clone(), outlines });
    }
    grounds
}

fn sources(agreement: &Agreement, path: Option<&Path>, problems: &mut Vec<String>) -> Vec<Source> {
    let Some(path) = path else { return Vec::new() };
    let text = match read_text(path) {
        Ok(text) => text,
        Err(Problems(list)) => {
            problems.extend(list);
            return Vec::new();
        }
    };
    ingest::sources::read(&text, &agreement.areas()).unwrap_or_else(|errors| {
        let name = base_name(path);
        problems.extend(
            errors.iter().map(|e| format!("{name}:{}:{}: {}: {}", e.line, e.column, e.field, e.reason)),
        );
        Vec::new()
    })
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

fn none_of(lines: usize) -> String {
    if lines == 1 { "its only line is not".to_owned() } else { format!("none of its {lines} lines is") }
}

fn settings(path: Option<&Path>, problems: &mut Vec<String>) -> Settings {
    let Some(path) = path else { return Settings::default() };
    let parsed = read_text(path).map_err(|p| p.to_string());
    let parsed = parsed.and_then(|text| {
        toml::from_str(&text)
            .map_err(|error| format!("{}: {}", base_name(path), error.to_string().trim_end()))
    });
    parsed.unwrap_or_else(|problem| {
        problems.push(problem);
        Settings::default()
    })
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
