//! The spec is the suite: every case under `spec/cases` is a test, named by file and line.
//!
//! Invariant: a check is compared exactly; a file without a check, or a check that cannot be read, is a failure.

mod book;
mod expect;
mod notation;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/cases");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("spec/cases is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    let preamble =
        book::Preamble::read(&std::fs::read_to_string(folder.join("README.md")).expect("the preamble"));
    let mut trials = Vec::new();
    for file in files.iter().filter(|f| f.file_name().is_none_or(|name| name != "README.md")) {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let cases = book::cases(&text, &preamble);
        assert!(!cases.is_empty(), "{name} has no case");
        for case in cases {
            let name = format!("{name}::line_{}", case.line);
            trials.push(Trial::test(name, move || case.run().map_err(Failed::from)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
