//! What a watch is read from: one doorway for files and for a ledger.
//!
//! Invariant: whatever holds the same papers gives the same watch; every problem is told at once.

use std::collections::BTreeMap;

use model::{Id, agreement::Agreement, place::Ground, source::Source};

use crate::files::{Problems, Settings};

/// Whatever holds the papers of a watch.
pub trait Papers {
    /// The base name of the agreement's file, and its text.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    fn agreement(&self) -> Result<(String, String), Problems>;
    /// The text of a file with outlines or courses, by its name in the agreement.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn drawn(&self, file: &str) -> Result<String, String>;
    /// Where such a file is, for people.
    fn place_of(&self, file: &str) -> String {
        file.to_owned()
    }
    /// The name and text of the file that says who speaks, if there is one.
    fn sources(&self) -> Option<(String, Result<String, Problems>)>;
    /// The name and text of the settings, if there are any.
    fn settings(&self) -> Option<(String, Result<String, Problems>)>;
    /// The claims.
    fn claims(&self, problems: &mut Vec<String>) -> ingest::Read;
    /// The decisions.
    fn decisions(&self, problems: &mut Vec<String>) -> ingest::decisions::Decided;
}

/// The ground of every zone, each file read once.
pub(crate) fn grounds(agreement: &Agreement, papers: &dyn Papers, problems: &mut Vec<String>) -> Vec<Ground> {
    let mut texts = BTreeMap::new();
    let mut grounds = Vec::new();
    for zone in &agreement.zones {
        let mut outlines = Vec::new();
        for version in &zone.versions {
            let text = texts.entry(version.file.clone()).or_insert_with(|| papers.drawn(&version.file));
            match text {
                Err(problem) => problems.push(format!("zone {}: {problem}", zone.id)),
                Ok(text) => match ingest::zones::outline(text, version.feature.as_deref(), version.valid) {
                    Ok(outline) => outlines.push(outline),
                    Err(reason) => {
                        let place = papers.place_of(&version.file);
                        problems.push(format!("zone {}: {place}: {reason}", zone.id));
                    }
                },
            }
        }
        outlines.sort_by_key(|outline| outline.valid);
        grounds.push(Ground { zone: zone.id.clone(), outlines });
    }
    grounds
}

/// What is drawn of each line, version by version.
pub(crate) fn courses(
    agreement: &Agreement,
    papers: &dyn Papers,
    problems: &mut Vec<String>,
) -> BTreeMap<Id, Vec<String>> {
    let mut courses = BTreeMap::new();
    for line in &agreement.lines {
        let mut drawn = Vec::new();
        for version in &line.versions {
            let text = papers.drawn(&version.file);
            match text.and_then(|text| ingest::zones::drawn(&text, version.feature.as_deref())) {
                Ok(course) => drawn.push(course),
                Err(reason) => {
                    let place = papers.place_of(&version.file);
                    problems.push(format!("line {}: {place}: {reason}", line.id));
                }
            }
        }
        courses.insert(line.id.clone(), drawn);
    }
    courses
}

/// Who speaks.
pub(crate) fn sources(agreement: &Agreement, papers: &dyn Papers, problems: &mut Vec<String>) -> Vec<Source> {
    let Some((name, text)) = papers.sources() else { return Vec::new() };
    let text = match text {
        Ok(text) => text,
        Err(Problems(list)) => {
            problems.extend(list);
            return Vec::new();
        }
    };
    ingest::sources::read(&text, &agreement.areas()).unwrap_or_else(|errors| {
        problems.extend(
            errors.iter().map(|e| format!("{name}:{}:{}: {}: {}", e.line, e.column, e.field, e.reason)),
        );
        Vec::new()
    })
}

/// The settings.
pub(crate) fn settings(papers: &dyn Papers, problems: &mut Vec<String>) -> Settings {
    let Some((name, text)) = papers.settings() else { return Settings::default() };
    let parsed = text.map_err(|problem| problem.to_string()).and_then(|text| {
        toml::from_str(&text).map_err(|error| format!("{name}: {}", error.to_string().trim_end()))
    });
    parsed.unwrap_or_else(|problem| {
        problems.push(problem);
        Settings::default()
    })
}
