//! A page of cases: its fenced blocks, joined into one case for each line of expectations.

use model::{
    Period,
    place::{Ground, Outline, Point},
};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use sha2::{Digest as _, Sha256};
use watch::{Question, Watch};

use crate::{expect, notation};

/// What every case starts with.
pub struct Preamble {
    pact: String,
    sources: String,
}

/// One line of expectations with what it is about.
pub struct Case {
    pub line: usize,
    pact: String,
    sources: String,
    claims: String,
    decisions: String,
    expectation: String,
}

struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = markdown[..range.start].matches('\n').count() + 1;
                open = Some(Block { info: info.to_string(), text: String::new(), line });
            }
            Event::Text(text) => open.iter_mut().for_each(|block| block.text.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

impl Preamble {
    pub fn read(markdown: &str) -> Self {
        let of = |info: &str| {
            let found = blocks(markdown).into_iter().find(|b| b.info == info);
            found.unwrap_or_else(|| panic!("the preamble has no block “{info}”")).text
        };
        Preamble { pact: of("pact preamble"), sources: of("sources preamble") }
    }
}

/// The cases of a page.
pub fn cases(markdown: &str, preamble: &Preamble) -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut pact, mut claims, mut sources) = (String::new(), String::new(), preamble.sources.clone());
    let mut decisions = String::new();
    for block in blocks(markdown) {
        match block.info.as_str() {
            "pact" => pact = format!("{}{}", preamble.pact, block.text),
            "pact alone" => pact = block.text,
            "claims" => (claims, decisions) = (block.text, String::new()),
            "decisions" => decisions = block.text,
            "sources" => sources = merged(&preamble.sources, &block.text),
            "expect" => {
                for (offset, line) in block.text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                    cases.push(Case {
                        line: block.line + 1 + offset,
                        pact: pact.clone(),
                        sources: sources.clone(),
                        claims: claims.clone(),
                        decisions: decisions.clone(),
                        expectation: line.to_owned(),
                    });
                }
            }
            other => panic!("line {}: a block marked “{other}” means nothing here", block.line),
        }
    }
    cases
}

/// The preamble's sources, those that a page redefines replaced.
fn merged(preamble: &str, own: &str) -> String {
    let entries = |text: &str| -> Vec<String> {
        text.split("[[source]]").filter(|part| !part.trim().is_empty()).map(str::to_owned).collect()
    };
    let id = |entry: &String| entry.lines().find(|l| l.trim_start().starts_with("id")).map(str::to_owned);
    let own = entries(own);
    let kept = entries(preamble).into_iter().filter(|entry| !own.iter().any(|o| id(o) == id(entry)));
    kept.chain(own.iter().cloned()).map(|entry| format!("[[source]]{entry}")).collect()
}

/// The zone z: the square from 0 to 1 degree; and y, beside it, from 2 to 3.
fn ground() -> Vec<Ground> {
    let corner = |lon: i64, lat: i64| Point { lon: lon * 10_000_000, lat: lat * 10_000_000 };
    let square = |zone: &str, west: i64| {
        let east = west + 1;
        let ring = vec![corner(west, 0), corner(east, 0), corner(east, 1), corner(west, 1), corner(west, 0)];
        let outline = Outline { valid: Period::ALWAYS, polygons: vec![vec![ring]], pcode: None };
        Ground { zone: zone.to_owned(), outlines: vec![outline] }
    };
    vec![square("z", 0), square("y", 2)]
}

impl Case {
    /// The watch that it is about, what is asked of it, and what is expected.
    pub fn asked(&self) -> Result<(Watch, Question, expect::Asked), String> {
        let parsed = language::parse(&self.pact);
        let rendered: Vec<String> =
            parsed.diagnostics.iter().map(|d| language::render("case", &self.pact, d)).collect();
        let agreement = parsed.agreement.ok_or_else(|| rendered.join("\n"))?;
        let sources =
            ingest::sources::read(&self.sources, &agreement.areas()).map_err(|e| format!("{e:?}"))?;
        let asked = expect::Asked::parse(&self.expectation)?;
        let lines = notation::claims(&self.claims, &asked.without)?;
        let read = ingest::jsonl::read("case", &mut lines.as_bytes()).map_err(|e| e.to_string())?;
        if !read.rejected.is_empty() {
            return Err(format!("{:?}", read.rejected));
        }
        let lines = notation::decisions(&self.decisions)?;
        let decided = ingest::decisions::read("case", &mut lines.as_bytes()).map_err(|e| e.to_string())?;
        if !decided.rejected.is_empty() {
            return Err(format!("{:?}", decided.rejected));
        }
        let sha256 = Sha256::digest(self.pact.as_bytes());
        let watch = Watch {
            settings: watch::files::Settings::default(),
            agreement,
            text: self.pact.clone(),
            agreement_file: "case".to_owned(),
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            warnings: Vec::new(),
            grounds: ground(),
            sources,
            claims: read.claims,
            decisions: decided.decisions,
            read: model::answer::ClaimsRead::default(),
        };
        let question = Question {
            at: Some(asked.at),
            known_at: Some(asked.known),
            standard: asked.standard.clone(),
            reading: asked.reading.clone(),
        };
        Ok((watch, question, asked))
    }

    /// Runs it.
    pub fn run(&self) -> Result<(), String> {
        let (watch, question, asked) = self.asked()?;
        let answer = watch::evaluate(&watch.inputs(), &question).map_err(|e| e.to_string())?;
        asked.check(&answer)
    }
}
