//! A page of the reference: its examples, each with what the page says of it.
//!
//! Invariant: a block that the notation does not have, and words that belong to no example, are refused, never
//! passed over.

use std::{ops::Range, path::Path};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

/// What must become of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is found.
    Checks,
    /// There is an agreement, and what is marked, which are warnings.
    Warns,
    /// What is marked is found, and nothing else.
    Fails,
}

/// An example and what is said of it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The line of the page on which its block opens.
    pub line: usize,
    pub outcome: Outcome,
    /// What stands before it.
    pub preamble: String,
    /// As written, marks included.
    pub text: String,
    /// Each `Means:`, `Says:`.
    pub means: Vec<String>,
    pub says: Vec<String>,
    /// The titles under `Offered:`.
    pub offered: Vec<String>,
}

/// A page.
pub struct Page {
    /// Its path under `spec/language`, without the ending.
    pub name: String,
    pub text: String,
    pub examples: Vec<Example>,
}

/// A part of a page that the notation may be about.
enum Part {
    Fence { info: String, text: String },
    Paragraph(String),
    Item(String),
    Other,
}

/// The parts at the top of a page, with their lines, and the items of its lists.
fn parts(markdown: &str) -> Vec<(usize, Part)> {
    let line = |at: usize| markdown[..at].matches('\n').count() + 1;
    let raw = |range: &Range<usize>| markdown[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = Vec::new();
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        let part = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                Part::Fence { info: info.to_string(), text: String::new() }
            }
            Event::Text(words) => {
                if let Some((_, Part::Fence { text, .. })) = parts.last_mut() {
                    text.push_str(&words);
                }
                continue;
            }
            Event::Start(Tag::Paragraph) => Part::Paragraph(raw(&range)),
            Event::Start(Tag::Item) => Part::Item(raw(&range).trim_start_matches("- ").to_owned()),
            Event::Start(Tag::Heading { .. } | Tag::BlockQuote(_) | Tag::Table(_)) => Part::Other,
            _ => continue,
        };
        parts.push((line(range.start), part));
    }
    parts
}

/// The block that the page says all its examples stand under, if it has one.
fn preamble(markdown: &str) -> Option<String> {
    parts(markdown).into_iter().find_map(|(_, part)| match part {
        Part::Fence { info, text } if info == "pact preamble" => Some(text),
        _ => None,
    })
}

/// Whether it holds an agreement of its own, and needs nothing before it.
fn stands_alone(text: &str) -> bool {
    text.lines().any(|line| line.trim_start_matches(['>', ' ']).starts_with("agreement"))
}

impl Page {
    /// Reads a page; the preamble is that of all pages.
    pub fn read(folder: &Path, path: &Path, common: &str) -> Result<Page, String> {
        let name = path.strip_prefix(folder).unwrap_or(path).with_extension("").display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
        let own = preamble(&text).unwrap_or_default();
        let before = match own.as_str() {
            own if own == common || stands_alone(own) => own.to_owned(),
            own => format!("{common}{own}"),
        };
        let examples =
            examples(&text, &before).map_err(|fault| format!("spec/language/{name}.md:{fault}"))?;
        Ok(Page { name, text, examples })
    }

    /// The preamble of all pages, which the first page states.
    pub fn common_preamble(folder: &Path) -> String {
        let first =
            std::fs::read_to_string(folder.join("README.md")).expect("spec/language has a first page");
        preamble(&first).expect("spec/language/README.md states the preamble")
    }
}

fn examples(markdown: &str, before: &str) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut offering = false;
    for (line, part) in parts(markdown) {
        let words = match part {
            Part::Fence { info, text } => {
                offering = false;
                let outcome = match info.as_str() {
                    "pact check" | "markdown check" => Outcome::Checks,
                    "pact warn" => Outcome::Warns,
                    "pact fail" | "markdown fail" => Outcome::Fails,
                    "pact preamble" => continue,
                    other if other.starts_with("pact") => {
                        return Err(format!("{line}: a block marked “{other}” means nothing here"));
                    }
                    _ => continue,
                };
                let alone = info.starts_with("markdown") || stands_alone(&text);
                let preamble = if alone { String::new() } else { before.to_owned() };
                let (means, says, offered) = (Vec::new(), Vec::new(), Vec::new());
                examples.push(Example { line, outcome, preamble, text, means, says, offered });
                continue;
            }
            Part::Item(words) if offering => {
                examples.iter_mut().last().into_iter().for_each(|e| e.offered.push(words.clone()));
                continue;
            }
            Part::Paragraph(words) => words,
            Part::Item(_) | Part::Other => {
                offering = false;
                continue;
            }
        };
        offering = words == "Offered:";
        let (key, said) = words.split_once(' ').unwrap_or((&words, ""));
        if !["Means:", "Says:", "Offered:"].contains(&key) {
            continue;
        }
        let example = examples.last_mut().ok_or(format!("{line}: “{key}” is about no example"))?;
        let of = if key == "Means:" { Outcome::Checks } else { Outcome::Fails };
        if ![of, Outcome::Warns].contains(&example.outcome) {
            return Err(format!("{line}: “{key}” does not go with the example above it"));
        }
        match key {
            "Means:" => example.means.push(said.to_owned()),
            "Says:" => example.says.push(said.to_owned()),
            _ => {}
        }
    }
    Ok(examples)
}
