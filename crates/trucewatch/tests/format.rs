//! `fmt` as its users meet it: what it writes, what it prints and how it ends.
//!
//! Invariant: each test runs the built program.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

const UNTIDY: &str = "# Truce\n\n```pact\nparty   a\n```\n";
const TIDY: &str = "# Truce\n\n```pact\nparty a\n```\n";

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trucewatch"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("its input").write_all(input).expect("written");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// A folder with an untidy draft and a watch with a tidy agreement.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("watch")).expect("a folder");
    std::fs::write(folder.path().join("draft.pact.md"), UNTIDY).expect("written");
    std::fs::write(folder.path().join("watch/agreement.pact.md"), TIDY).expect("written");
    folder
}

#[test]
fn check_names_what_is_not_laid_out_and_writes_nothing() {
    let folder = folder();
    let (code, out, err) = run(folder.path(), &["fmt", "--check", "draft.pact.md", "watch"], b"");
    assert_eq!((code, out.as_str()), (1, "draft.pact.md\n"));
    assert!(err.contains("1 text is not laid out"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.path().join("draft.pact.md")).expect("read"), UNTIDY);
    assert_eq!(run(folder.path(), &["fmt", "--check", "watch"], b""), (0, String::new(), String::new()));
}

#[test]
fn files_are_written_once() {
    let folder = folder();
    let draft = folder.path().join("draft.pact.md");
    assert_eq!(run(folder.path(), &["fmt", "--stdout", "draft.pact.md"], b"").1, TIDY);
    assert_eq!(std::fs::read_to_string(&draft).expect("read"), UNTIDY);
    let (code, out, _) = run(folder.path(), &["fmt", "draft.pact.md", "watch"], b"");
    assert_eq!((code, out.as_str()), (0, "draft.pact.md: laid out\n"));
    assert_eq!(std::fs::read_to_string(&draft).expect("read"), TIDY);
    assert_eq!(run(folder.path(), &["fmt", "draft.pact.md"], b""), (0, String::new(), String::new()));
    // Inside a watch nothing need be named.
    assert_eq!(run(&folder.path().join("watch"), &["fmt", "--check"], b"").0, 0);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["fmt", "-"], UNTIDY.as_bytes()), (0, TIDY.to_owned(), String::new()));
    assert_eq!(run(folder.path(), &["fmt", "--check", "-"], UNTIDY.as_bytes()).0, 1);
    assert_eq!(run(folder.path(), &["fmt", "-"], b"\xff").0, 2);
}

#[test]
fn what_cannot_be_read_is_told_before_anything_is_written() {
    let folder = folder();
    let (code, out, err) = run(folder.path(), &["fmt", "draft.pact.md", "none.pact.md"], b"");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("none.pact.md: there is no such file"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.path().join("draft.pact.md")).expect("read"), UNTIDY);
}
