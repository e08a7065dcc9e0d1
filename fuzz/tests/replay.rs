//! Each input that ever failed, through the check that it failed.
//!
//! Invariant: a file under `regressions/TARGET` is replayed without being listed anywhere.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, panic, path::Path};

#[test]
fn what_failed_once_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut failed = Vec::new();
    let mut replayed = 0;
    for (target, check) in fuzz::CHECKS {
        let Ok(entries) = fs::read_dir(folder.join(target)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let input = fs::read(&path).unwrap();
            replayed += 1;
            if panic::catch_unwind(|| check(&input)).is_err() {
                failed.push(path);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(replayed > 0, "no input under {}", folder.display());
}
