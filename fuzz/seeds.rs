//! Writes the seeds from which fuzzing starts: the repository's own agreements, examples and evidence.
//!
//! Invariant: nothing is written twice in the repository for fuzzing's sake; each seed is named after its content.

#![allow(clippy::expect_used, clippy::panic, reason = "a tool for those who test: it stops and says why")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let to = PathBuf::from(std::env::args().nth(1).expect("the folder to write to"));
    // Those of an earlier state of the repository.
    drop(fs::remove_dir_all(&to));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    for folder in ["watches", "crates/language/tests", "crates/lsp/tests"] {
        texts.extend(files(&root.join(folder), ".pact.md"));
    }
    let mut preamble = String::new();
    for page in files(&root.join("spec/language"), ".md") {
        for block in page.split("```pact ").skip(1) {
            let (_, block) = block.split_once('\n').unwrap_or_default();
            let (pact, _) = block.split_once("```").unwrap_or((block, ""));
            if preamble.is_empty() {
                preamble = pact.to_owned();
            }
            texts.push(if pact.contains("agreement \"") {
                pact.to_owned()
            } else {
                format!("{preamble}{pact}")
            });
            texts.push(pact.to_owned());
        }
    }
    for (index, text) in texts.iter().enumerate() {
        for target in ["parse", "format"] {
            write(&to, target, index, text);
        }
        // What takes long to try has fewer seeds, so that a minute is not spent on them alone.
        if index % 25 == 0 {
            write(&to, "size", index, text);
        }
        if index % 5 > 0 {
            continue;
        }
        let lines = text.lines().count();
        let asks: String =
            ["completion", "hover", "references", "formatting", "codeAction", "documentSymbol"]
                .iter()
                .enumerate()
                .map(|(step, method)| {
                    format!("\n%% ask {method} {}:{}", (index + step) * 7 % (lines + 1), index % 13)
                })
                .collect();
        write(&to, "lsp", index, &format!("{text}{asks}\n%% change 1:2 1:4\nparty\n"));
    }
    let evidence =
        [("jsonl", ".jsonl"), ("table", ".csv"), ("zone", ".geojson"), ("sources", "sources.toml")];
    let mut index = 0;
    for (reader, ending) in evidence {
        for text in files(&root.join("watches"), ending).into_iter().chain(files(&root.join("spec"), ending))
        {
            // A few lines show a reader what many do.
            let few: String = text.split_inclusive('\n').take(12).collect();
            let few: String = few.chars().take(4000).collect();
            write(&to, "ingest", index, &format!("{reader}\n{few}"));
            index += 1;
        }
    }
    for case in files(&root.join("spec/cases"), ".md") {
        for block in case.split("```claims\n").skip(1) {
            let (lines, _) = block.split_once("```").unwrap_or((block, ""));
            write(&to, "ingest", index, &format!("jsonl\n{lines}"));
            index += 1;
        }
    }
}

/// The texts of the files with a name that ends so, in a fixed order.
fn files(folder: &Path, ending: &str) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder that can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}

fn write(folder: &Path, target: &str, index: usize, text: &str) {
    let folder = folder.join(target);
    fs::create_dir_all(&folder).expect("a folder to write to");
    fs::write(folder.join(format!("seed-{index:04}")), text).expect("a file to write");
}
