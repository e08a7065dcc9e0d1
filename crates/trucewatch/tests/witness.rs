//! Witnesses and keys as people meet them: by files alone, and over HTTP.
//!
//! Invariant: each test runs the built program in a folder of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
};

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    command.current_dir(folder).args(arguments);
    command
}

/// How it ended, what it printed, what it told.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(folder, arguments).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

fn printed(folder: &Path, arguments: &[&str]) -> String {
    let (code, printed, told) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {told}");
    printed
}

/// A claim more in the files of a watch, and in its ledger.
fn recorded(folder: &Path, watch: &str, note: &str) {
    let claim = format!(
        r#"{{"source":"monitor","type":"event","known_at":"2026-01-05T12:00:00Z","act":"fire","occurred":{{"from":"2026-01-05T10:00:00Z","to":"2026-01-05T10:00:00Z"}},"note":"{note}"}}"#
    );
    let path = folder.join(watch).join("evidence/claims.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(path).expect("a file of claims");
    writeln!(file, "{claim}").expect("written");
    printed(folder, &["status", "-w", watch]);
}

/// A watch with a ledger, a witness that trusts it, and the keys of the two.
fn begun(folder: &Path) -> (String, String) {
    printed(folder, &["init", "truce"]);
    recorded(folder, "truce", "first");
    let witness = printed(folder, &["witness", "init", "--name", "side-a.example", "-f", "side-a"]);
    let keys = printed(folder, &["key", "list", "-w", "truce"]);
    let log = keys.split_whitespace().last().expect("a key").to_owned();
    printed(folder, &["witness", "trust", &log, "-f", "side-a"]);
    (log, witness.trim().to_owned())
}

#[test]
fn a_ledger_is_cosigned_by_files_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    let (log, witness) = begun(folder);
    let (code, _, told) = run(folder, &["witness", "request", "-w", "truce", "-o", "request.txt"]);
    assert!(code == 0 && told.contains(&format!("trucewatch witness trust '{log}'")), "{told}");
    printed(folder, &["witness", "cosign", "request.txt", "-o", "answer.txt", "-f", "side-a"]);
    // A key that is not known is not believed.
    let (code, _, told) = run(folder, &["witness", "add", "answer.txt", "-w", "truce"]);
    assert!(code == 1 && told.contains("--key names the key"), "{told}");
    recorded(folder, "truce", "before the answer came back");
    let added = printed(folder, &["witness", "add", "answer.txt", "--key", &witness, "-w", "truce"]);
    assert!(added.starts_with("side-a.example: ") && added.contains("entries cosigned at 20"), "{added}");

    // Another key, and more claims: the next request tells the witness, which needs no more than the file.
    let new = printed(folder, &["key", "replace", "--reason", "the laptop was lost", "-w", "truce"]);
    assert!(folder.join("truce/ledger.key.1").is_file() && !folder.join("truce/ledger.key.next").exists());
    let mode =
        std::os::unix::fs::MetadataExt::mode(&fs::metadata(folder.join("truce/ledger.key")).expect("a key"));
    assert_eq!(mode & 0o777, 0o600);
    recorded(folder, "truce", "second");
    printed(folder, &["witness", "request", "-w", "truce", "-o", "request.txt"]);
    printed(folder, &["witness", "cosign", "request.txt", "-o", "answer.txt", "-f", "side-a"]);
    let added = printed(folder, &["witness", "add", "answer.txt", "-w", "truce"]);
    assert_eq!(added.lines().count(), 2, "{added}");
    let listed = printed(folder, &["witness", "list", "-f", "side-a"]);
    assert!(listed.contains(new.trim()) && !listed.contains("FORKED"), "{listed}");
    let policy = fs::read_to_string(folder.join("truce/ledger.witnesses")).expect("a policy");
    fs::write(folder.join("truce/ledger.witnesses"), policy + "quorum side-a.example\n").expect("written");
    let listed = printed(folder, &["witness", "list", "-w", "truce"]);
    let size = listed.split_whitespace().nth(1).expect("a size");
    assert!(
        listed.ends_with(&format!("{size} of {size} entries are cosigned as ledger.witnesses asks\n")),
        "{listed}"
    );
}

#[test]
fn a_ledger_that_forked_is_refused_and_shown() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    begun(folder);
    let copied = Command::new("cp").args(["-r", "truce", "other"]).current_dir(folder).status();
    assert!(copied.expect("a copy").success());
    for (watch, claim) in [("truce", "fire came from the east"), ("other", "fire came from the west")] {
        recorded(folder, watch, claim);
        printed(folder, &["witness", "request", "-w", watch, "-o", &format!("{watch}.txt")]);
    }
    printed(folder, &["witness", "cosign", "truce.txt", "-o", "answer.txt", "-f", "side-a"]);
    let (code, answer, told) = run(folder, &["witness", "cosign", "other.txt", "-f", "side-a"]);
    assert_eq!((code, answer.as_str()), (1, ""));
    assert!(told.contains("has forked"), "{told}");
    let (code, shown, _) = run(folder, &["witness", "list", "--evidence", "-f", "side-a"]);
    assert!(code == 1 && shown.contains("FORKED"), "{shown}");
    for watch in ["truce", "other"] {
        let request = fs::read_to_string(folder.join(format!("{watch}.txt"))).expect("a request");
        let checkpoint = request.split_once("\n\n").expect("a checkpoint").1;
        assert!(shown.contains(checkpoint.trim_end()), "{shown}");
    }
    recorded(folder, "truce", "and it goes on");
    printed(folder, &["witness", "request", "-w", "truce", "--since", "3", "-o", "truce.txt"]);
    assert_eq!(run(folder, &["witness", "cosign", "truce.txt", "-f", "side-a"]).0, 1);
}

#[test]
fn a_ledger_is_cosigned_over_http() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    let (_, witness) = begun(folder);
    let mut serving = program(folder, &["witness", "serve", "--port", "0", "-f", "side-a"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it serves");
    let lines = BufReader::new(serving.stdout.take().expect("its output")).lines();
    let url = lines.map_while(Result::ok).find(|line| line.starts_with("http://")).expect("an address");
    let send = printed(folder, &["witness", "send", &url, "--key", &witness, "-w", "truce"]);
    assert!(send.starts_with("side-a.example: "), "{send}");
    recorded(folder, "truce", "second");
    printed(folder, &["key", "replace", "--reason", "once a year", "-w", "truce"]);
    recorded(folder, "truce", "third");
    let copied = Command::new("cp").args(["-r", "truce", "copy"]).current_dir(folder).status();
    assert!(copied.expect("a copy").success());
    let send = printed(folder, &["witness", "send", "-w", "truce"]);
    assert_eq!(send.lines().count(), 2, "{send}");
    let listed = printed(folder, &["witness", "list", "-w", "truce", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["quorum"], listed["entries"]);
    assert_eq!(listed["cosignatures"].as_array().map(Vec::len), Some(3));
    // A copy that does not know of the last cosignatures is told where the witness is, and goes on from there.
    let send = printed(folder, &["witness", "send", "-w", "copy"]);
    assert_eq!(send.lines().count(), 1, "{send}");
    serving.kill().expect("it stops");
    serving.wait().expect("it stopped");
    let (code, _, told) = run(folder, &["witness", "send", "-w", "truce"]);
    assert!(code == 1 && told.contains("cannot be reached"), "{told}");
    let (code, _, told) = run(folder, &["witness", "send", "https://example.org", "-w", "truce"]);
    assert!(code == 1 && told.contains("curl"), "{told}");
}

#[test]
fn a_key_that_was_being_replaced_is_replaced_by_the_next_run() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    begun(folder);
    fs::copy(folder.join("truce/ledger.key"), folder.join("old.key")).expect("a copy");
    let new = printed(folder, &["key", "replace", "--reason", "once a year", "-w", "truce"]);
    // As if it had been stopped before the files were in place.
    fs::rename(folder.join("truce/ledger.key"), folder.join("truce/ledger.key.next")).expect("moved");
    fs::rename(folder.join("old.key"), folder.join("truce/ledger.key")).expect("moved");
    assert_eq!(printed(folder, &["key", "replace", "--reason", "once a year", "-w", "truce"]), new);
    assert_eq!(printed(folder, &["key", "list", "-w", "truce"]).lines().count(), 3);
    recorded(folder, "truce", "it signs");
}

#[test]
fn what_cannot_be_done_is_told() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    for (arguments, why) in [
        (&["witness", "list"][..], "there is no witness here"),
        (&["witness", "init", "--name", "side a"], "no blanks"),
        (&["witness", "request", "-w", "."], "there is no ledger here yet"),
        (&["key", "replace", "--reason", "x", "-w", "."], "there is no ledger here yet"),
    ] {
        let (code, _, told) = run(folder, arguments);
        assert!(code == 2 && told.contains(why), "{arguments:?}: {told}");
    }
    begun(folder);
    let (code, _, told) = run(folder, &["witness", "init", "--name", "x", "-f", "side-a"]);
    assert!(code == 2 && told.contains("there is a witness here"), "{told}");
    fs::write(folder.join("letter.txt"), "this is a letter\n").expect("written");
    let (code, _, told) = run(folder, &["witness", "cosign", "letter.txt", "-f", "side-a"]);
    assert!(code == 2 && told.contains("letter.txt: this is no request"), "{told}");
    let (code, _, told) = run(folder, &["witness", "add", "letter.txt", "-w", "truce"]);
    assert!(code == 1 && told.contains("no cosignature in it"), "{told}");
}

/// A witness that is killed has on disk whatever it gave out.
#[test]
fn what_was_cosigned_outlives_a_kill() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    printed(folder, &["witness", "init", "--name", "side-a.example"]);
    let signer = ledger::Signer::generate("truce").expect("a key");
    printed(folder, &["witness", "trust", &signer.public]);
    let hand = std::sync::atomic::AtomicI64::new(1_763_000_000_000_000);
    let clock: ledger::Clock = std::sync::Arc::new(move || {
        model::Instant(hand.fetch_add(1_000_000, std::sync::atomic::Ordering::SeqCst))
    });
    let store = Box::new(ledger::Sqlite::in_memory().expect("memory"));
    let log = ledger::Ledger::begin(store, "truce", signer, clock).expect("a ledger");
    let mut random = fastrand::Rng::with_seed(9);
    let (mut given, mut all) = (0, 0);
    for _ in 0..12 {
        let mut serving = program(folder, &["witness", "serve", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it serves");
        let lines = BufReader::new(serving.stdout.take().expect("its output")).lines();
        let url = lines.map_while(Result::ok).find(|line| line.starts_with("http://")).expect("an address");
        let patience = std::time::Duration::from_millis(random.u64(1..120));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(patience);
            serving.kill().expect("it is killed");
            serving.wait().expect("it ended");
        });
        let mut asked = given;
        loop {
            log.append(vec![ledger::Draft::open(ledger::Kind::Claim, "desk", b"1".to_vec())])
                .expect("recorded");
            let request = log.requests(given).expect("a request").remove(0);
            asked = log.head().expect("a head").0.size.max(asked);
            match ureq::post(format!("{url}/add-checkpoint")).send(request.to_string()) {
                Ok(_) => (given, all) = (asked, all + 1),
                Err(_) => break,
            }
        }
        killer.join().expect("it was killed");
        let listed = printed(folder, &["witness", "list", "--format", "json"]);
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        let entries = listed["entries"].as_u64().expect("a size");
        assert!(entries == given || entries == asked, "{entries}: {given} was given out, {asked} asked for");
        given = entries;
    }
    assert!(all > 20, "{all}");
}
