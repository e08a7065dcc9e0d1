//! How long it takes to parse and check an agreement of 10,000 lines, and to read it as Markdown alone.
//!
//! Invariant: the text is the same in every run: the agreements of `watches/`, one after the other, until there are
//! lines enough, each copy with names of its own; it checks without an error.
//!
//! `--write FILE` writes the text instead. What is printed is one line each: a name, and its times in microseconds.

#![allow(clippy::disallowed_methods, reason = "a bench measures time")]

use std::{
    error::Error,
    hint::black_box,
    ops::Range,
    path::{Path, PathBuf},
    time::Instant,
};

/// The one that the program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LINES: usize = 10_000;
const WATCHES: [&str; 7] = [
    "colombia-2016",
    "gaza-2025",
    "gaza-2025-january",
    "lebanon-2024",
    "minsk-2015",
    "south-sudan-2018",
    "yemen-2018-2022",
];
const HEADER: &str = "# Many agreements in one\n\n```pact\nagreement \"Many agreements in one\"\n  timezone UTC\n  signed 2015-02-12\n  in force from 2015-02-15T00:00\n  day 1 is the day of entry into force\n  D is 2015-02-15\n```\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let text = agreement_of_many_lines()?;
    let parsed = language::parse(&text);
    if let Some(diagnostic) = parsed.diagnostics.first() {
        return Err(language::render("many.pact.md", &text, diagnostic).into());
    }
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--write"), Some(file)) => return Ok(std::fs::write(file, text)?),
        (Some("--rounds"), Some(rounds)) => measure(&text, rounds.parse()?),
        (None, None) => measure(&text, 31),
        _ => return Err("usage: check [--write FILE | --rounds N]".into()),
    }
    Ok(())
}

/// Each in turn, so that what else the machine does falls on all of them alike.
fn measure(text: &str, rounds: usize) {
    let (mut markdown, mut tree, mut parse) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        markdown.push(timed(|| pulldown_cmark::Parser::new(text).into_offset_iter().count()));
        tree.push(timed(|| language::tree(text)));
        parse.push(timed(|| language::parse(text)));
    }
    for (name, times) in [("markdown", markdown), ("tree", tree), ("check", parse)] {
        println!("{name} {}", times.iter().map(u128::to_string).collect::<Vec<_>>().join(" "));
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> u128 {
    let start = Instant::now();
    let done = black_box(work());
    let took = start.elapsed().as_micros();
    drop(done);
    took
}

/// The watches' agreements again and again, cut after the statement that makes it long enough.
fn agreement_of_many_lines() -> Result<String, Box<dyn Error>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../watches");
    let agreements: Vec<String> = WATCHES
        .iter()
        .map(|watch| read(&folder.join(watch).join("agreement.pact.md")))
        .collect::<Result<_, _>>()?;
    let mut text = HEADER.to_owned();
    let mut copies = agreements.iter().cycle().enumerate();
    while let Some((copy, agreement)) = copies.next().filter(|_| text.matches('\n').count() < LINES) {
        text.push('\n');
        text.push_str(&renamed(agreement, &format!("c{copy}_")));
    }
    Ok(text)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The agreement without its header, and with this before each name that it declares.
fn renamed(agreement: &str, prefix: &str) -> String {
    let symbols = language::parse(agreement).symbols;
    let header =
        symbols.statements.iter().find(|s| s.keyword == "agreement").map_or(0..0, |s| s.span.clone());
    let is_declared = |kind, id: &str| symbols.definition(kind, id).is_some();
    // A family's member may be called `it` or `there`, which are no names.
    let named = |span: &Range<usize>| !matches!(&agreement[span.clone()], "it" | "there");
    let meant = symbols.references.iter().filter(|r| is_declared(r.kind, &r.id) && named(&r.span));
    let meant = meant.map(|r| r.span.start);
    let declared = symbols.definitions.iter().map(|definition| definition.name.start);
    let readings = symbols.statements.iter().filter(|s| s.keyword == "reading");
    let named = readings.flat_map(|s| reading_names(agreement, s.span.clone()));
    let mut starts: Vec<usize> = declared.chain(meant).chain(named).collect();
    starts.retain(|start| !header.contains(start));
    starts.sort_unstable();
    starts.dedup();
    let mut text = agreement[..header.start].to_owned();
    let mut at = header.end;
    for start in starts {
        text.push_str(&agreement[at..start]);
        text.push_str(prefix);
        at = start;
    }
    text.push_str(&agreement[at..]);
    text
}

/// Where the title and the name of a reading start: it is called by either.
fn reading_names(agreement: &str, span: Range<usize>) -> Vec<usize> {
    let reading = &agreement[span.clone()];
    let title = reading.find('"').map(|quote| quote + 1);
    let after_title = title.and_then(|from| reading[from..].find('"').map(|quote| from + quote));
    let name = after_title.and_then(|from| reading[from..].find(" as ").map(|word| from + word + 4));
    title.into_iter().chain(name).map(|at| span.start + at).collect()
}
