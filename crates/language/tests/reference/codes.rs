//! The pages of the codes, the list of them, and the table of contents.
//!
//! Invariant: each code has one page with an example and mended text; no page is of a code that does not exist;
//! every page is in the table of contents.

use std::path::Path;

use language::diagnostics::codes::TABLE;

use crate::{
    marks,
    page::{Outcome, Page},
};

/// Codes that no text is known to give, with the reason. Their pages have no example.
const WITHOUT_EXAMPLE: &[&str] = &[
    // A statement that could not be read and of which nothing was said: a fault of the program.
    "not-understood",
];

/// The page of a code shows it, and then what checks.
pub fn page(code: &str, page: &Page) -> Result<(), String> {
    if !page.text.starts_with(&format!("# {code}\n")) {
        return Err(format!("the page does not start with the heading “# {code}”"));
    }
    if WITHOUT_EXAMPLE.contains(&code) {
        return Ok(());
    }
    let shows = |what: &str| what.split(' ').next() == Some(code);
    let failing = page.examples.iter().position(|example| {
        example.outcome != Outcome::Checks && marks::taken_out(&example.text).1.iter().any(|m| shows(&m.what))
    });
    let failing = failing.ok_or("no example fails with this code")?;
    let mended = page.examples.iter().skip(failing).any(|example| example.outcome == Outcome::Checks);
    if mended { Ok(()) } else { Err("no example after it shows the mended text".to_owned()) }
}

/// The list of codes is the table that the program has.
pub fn list(pages: &[Page]) -> Result<(), String> {
    let list = pages.iter().find(|page| page.name == "errors/README").ok_or("there is no list of codes")?;
    let rows = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("| [")).map(str::to_owned).collect()
    };
    let expected: Vec<_> =
        TABLE.iter().map(|(code, about)| format!("| [{code}]({code}.md) | {about} |")).collect();
    if rows(&list.text) == expected {
        return Ok(());
    }
    Err(format!("spec/language/errors/README.md must list just these:\n{}", expected.join("\n")))
}

/// No page is of a code that does not exist, and each page is in the table of contents.
pub fn contents(folder: &Path, pages: &[Page]) -> Result<(), String> {
    let contents = std::fs::read_to_string(folder.join("../SUMMARY.md")).map_err(|e| e.to_string())?;
    for page in pages {
        if let Some(code) = page.name.strip_prefix("errors/").filter(|code| *code != "README")
            && !TABLE.iter().any(|(known, _)| *known == code)
        {
            return Err(format!("there is a page of `{code}`, and no such code"));
        }
        if !contents.contains(&format!("(language/{}.md)", page.name)) {
            return Err(format!("language/{}.md is not in spec/SUMMARY.md", page.name));
        }
    }
    Ok(())
}
