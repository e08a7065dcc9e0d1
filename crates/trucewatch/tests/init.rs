//! `trucewatch init` as a newcomer meets it: what it writes works at once, and nothing is written over.
//!
//! Invariant: each test runs the built program in a folder of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    command.current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().expect("the program runs")
}

/// What it prints, having ended well with nothing to say on standard error.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), told.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The reason for which it refuses.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    told
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text")
}

/// A new watch, in a folder that only this test has.
fn new_watch() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    printed(folder.path(), &["init"]);
    folder
}

#[test]
fn what_it_writes_works_at_once() {
    let above = tempfile::tempdir().expect("a folder");
    let name = "Truce of Nuba's \\ hills & vales";
    let told = printed(above.path(), &["init", "a/hills", "--name", name, "--timezone", "Africa/Khartoum"]);
    assert!(told.contains("cd 'a/hills'") && told.contains("trucewatch check"), "{told}");
    let watch = above.path().join("a/hills");
    let checked = printed(&watch, &["check"]);
    assert!(checked.ends_with("no errors, 0 warnings\n"), "{checked}");
    printed(&watch, &["fmt", "--check"]);
    let status = printed(&watch, &["status"]);
    assert!(status.starts_with(name) && status.contains("No evidence has been given"), "{status}");
    let status = printed(&watch, &["status", "--at", "2026-01-01T10:00Z"]);
    assert!(status.starts_with(name) && status.contains("at 2026-01-01 12:00 +02:00"), "{status}");
    let answer: Value = serde_json::from_str(&printed(
        &watch,
        &["evaluate", "agreement.pact.md", "--sources", "sources.toml"],
    ))
    .expect("one JSON object");
    assert_eq!(answer["agreement"]["name"], name);
    assert_eq!(answer["provisions"].as_array().map(Vec::len), Some(5));
    let asked = ["status", "--reading", "aid_trucks_only", "--at", "2026-01-05T00:00Z"];
    let under = printed(&watch, &asked);
    assert!(under.contains("reading aid_trucks_only"), "{under}");
}

#[test]
fn the_time_zone_taken_is_said_with_how_to_change_it() {
    let above = tempfile::tempdir().expect("a folder");
    let told = printed(above.path(), &["init", "silent"]);
    assert!(told.contains("No --timezone was given: its dates are in UTC. To change it"), "{told}");
    let agreement = read(&above.path().join("silent/agreement.pact.md"));
    assert!(agreement.contains("  timezone UTC  # taken because none was given; change: "), "{agreement}");
    let told = printed(above.path(), &["init", "said", "--timezone", "Asia/Gaza"]);
    assert!(told.contains("in the time zone Asia/Gaza. To change it") && !told.contains("UTC"), "{told}");
    let agreement = read(&above.path().join("said/agreement.pact.md"));
    assert!(agreement.contains("  timezone Asia/Gaza  # change: "), "{agreement}");
    printed(&above.path().join("said"), &["fmt", "--check"]);
}

#[test]
fn it_is_served_at_once() {
    let watch = new_watch();
    let mut server = program(watch.path(), &["serve", "-w", ".", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("an output")).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit_once("http://").map(|(_, at)| at.trim_end_matches('/').to_owned());
    let address = address.unwrap_or_else(|| panic!("no address in {line}"));
    let mut page = String::new();
    let mut stream = TcpStream::connect(&address).expect("a connection");
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("sent");
    stream.read_to_string(&mut page).expect("a page");
    server.kill().expect("it ends");
    server.wait().expect("it ends");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("A new agreement") && page.contains("Release of those held"), "{page}");
}

#[test]
fn the_example_claim_counts() {
    let watch = new_watch();
    let readme = read(&watch.path().join("README.md"));
    let claim = readme.lines().find(|line| line.starts_with("{\"id\"")).expect("an example");
    assert_eq!(read(&watch.path().join("evidence/claims.jsonl")), "", "no claim is made up");
    std::fs::write(watch.path().join("evidence/claims.jsonl"), format!("{claim}\n")).expect("written");
    let explained: Value =
        serde_json::from_str(&printed(watch.path(), &["explain", "release", "--format", "json"]))
            .expect("one JSON object");
    assert_eq!(explained["instance"]["amount"]["low"], 4, "{explained}");
    assert_eq!(explained["counted"][0]["source"], "south_command", "{explained}");
}

#[test]
fn the_commented_coverage_can_be_had() {
    let watch = new_watch();
    let sources = watch.path().join("sources.toml");
    let text = read(&sources);
    let uncommented: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .collect();
    let uncommented = uncommented.join("\n");
    assert!(uncommented != text.trim_end() && uncommented.contains("\n[[source.covers]]\n"), "{uncommented}");
    std::fs::write(&sources, uncommented).expect("written");
    let silent = printed(watch.path(), &["explain", "aid", "2026-01-02", "--known-at", "2026-01-10T00:00Z"]);
    assert!(silent.contains("it publishes what it counted each day"), "{silent}");
}

#[test]
fn every_command_that_it_names_works() {
    let watch = new_watch();
    let mut named = 0;
    for file in ["agreement.pact.md", "README.md"] {
        for line in read(&watch.path().join(file)).lines() {
            let Some((_, command)) = line.split_once("trucewatch ") else { continue };
            let words: Vec<&str> =
                command.split([' ', '`', ',', '.']).take_while(|w| !w.is_empty() && *w != "#").collect();
            if words.is_empty()
                || words[0] == "serve"
                || words.iter().any(|w| w.chars().all(char::is_uppercase))
            {
                continue;
            }
            printed(watch.path(), &words);
            named += 1;
        }
    }
    assert!(named >= 12, "{named}");
}

#[test]
fn nothing_is_written_over() {
    let watch = new_watch();
    let agreement = watch.path().join("agreement.pact.md");
    std::fs::write(&agreement, "mine").expect("written");
    let told = refused(watch.path(), &["init"]);
    assert!(told.contains("there are files in this folder") && told.contains("trucewatch init "), "{told}");
    assert_eq!(read(&agreement), "mine");
    let hidden = tempfile::tempdir().expect("a folder");
    std::fs::write(hidden.path().join(".notes"), "").expect("written");
    refused(hidden.path(), &["init", "."]);
    assert_eq!(std::fs::read_dir(hidden.path()).expect("a folder").count(), 1);
    refused(watch.path(), &["init", "agreement.pact.md"]);
}

#[test]
fn a_name_or_zone_that_cannot_be_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    for (option, value, said) in [
        ("--timezone", "Asia/Gazza", "did you mean Asia/Gaza?"),
        ("--timezone", "Nowhere/At_all_really", "write a place"),
        ("--name", "The \"truce\"", "quotation marks"),
        ("--name", "two\nlines", "line ends"),
        ("--name", " ", "empty"),
        ("--name", &"x".repeat(201), "more than 200"),
    ] {
        let told = refused(folder.path(), &["init", option, value]);
        assert!(told.contains(said), "{value}: {told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
