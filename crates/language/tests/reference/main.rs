//! The language reference is the suite: every example under `spec/language` is a test, named by page and line.
//!
//! Invariant: a page without an example, or one that cannot be read, is a failure; `spec/language/README.md`
//! says how the examples are written.

mod codes;
mod example;
mod marks;
mod page;

use std::path::{Path, PathBuf};

use language::diagnostics::codes::TABLE;
use libtest_mimic::{Arguments, Failed, Trial};
use page::{Outcome, Page};

/// Fewer examples than this are no reference.
const AT_LEAST: usize = 250;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/language");
    let preamble = Page::common_preamble(&folder);
    let pages: Vec<Page> = files(&folder)
        .iter()
        .map(|file| Page::read(&folder, file, &preamble).unwrap_or_else(|fault| panic!("{fault}")))
        .collect();
    let mut trials = Vec::new();
    for page in &pages {
        for example in &page.examples {
            let (name, example) = (format!("{}::line_{}", page.name, example.line), example.clone());
            trials.push(Trial::test(name, move || example.run().map_err(Failed::from)));
        }
    }
    for (code, _) in TABLE {
        let page = pages.iter().find(|page| page.name == format!("errors/{code}"));
        let result = page.map_or(Err("there is no such page".to_owned()), |page| codes::page(code, page));
        trials.push(passes(&format!("page_of::{code}"), result));
    }
    trials.push(passes("list_of_codes", codes::list(&pages)));
    trials.push(passes("table_of_contents", codes::contents(&folder, &pages)));
    trials.push(passes("number_of_examples", count(&pages)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn passes(name: &str, result: Result<(), String>) -> Trial {
    Trial::test(name, move || result.map_err(Failed::from))
}

/// The Markdown files in a folder and the folders in it, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("spec/language is there").filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let inside = |path: PathBuf| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    };
    let all = paths.into_iter().flat_map(inside);
    all.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect()
}

fn count(pages: &[Page]) -> Result<(), String> {
    let of = |outcome| pages.iter().flat_map(|page| &page.examples).filter(|e| e.outcome == outcome).count();
    let [check, warn, fail] = [Outcome::Checks, Outcome::Warns, Outcome::Fails].map(of);
    let all = check + warn + fail;
    eprintln!("{all} examples: {check} check, {warn} warn, {fail} fail");
    if all >= AT_LEAST { Ok(()) } else { Err(format!("{all} examples only")) }
}
