//! What several tests of the program need.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Copies a folder, what a ledger has made in it apart.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else if !name.to_string_lossy().starts_with("ledger.") {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// The Gaza watch, copied once for each process of tests, so that its ledger begins with what its files say now.
pub fn gaza() -> PathBuf {
    static COPY: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = COPY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../watches/gaza-2025"), folder.path());
        folder
    });
    made.path().to_path_buf()
}
