//! One ledger in PostgreSQL as its users meet it: moved there and back, and worked on by several programs.
//!
//! Invariant: each test runs the built program; without PostgreSQL it says so, and fails where everything must be tested.

#[expect(dead_code, reason = "other tests break servers")]
#[path = "../../ledger/tests/suite/cluster.rs"]
mod cluster;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use cluster::Cluster;
use serde_json::Value;

const AGREEMENT: &str = "# T\n\n```pact\nagreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n\
    party a \"A\"\nparty b \"B\"\nobligation daily\n  a must deliver at least 2 boxes each day\n```\n";
const SOURCES: &str =
    "[[source]]\nid = \"m\"\nlabel = \"M\"\nkind = \"monitor\"\ncovers = [{ lag = \"P0D\" }]\n";

fn program(at: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trucewatch"));
    command.current_dir(at).args(arguments);
    command
}

fn told(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

fn run(at: &Path, arguments: &[&str]) -> String {
    told(&program(at, arguments).output().expect("the program runs"), 0)
}

fn claim(day: u32, amount: u32) -> String {
    let time = format!("2026-01-{day:02}T08:00:00Z");
    format!(
        "{{\"id\":\"c{day}-{amount}\",\"source\":\"m\",\"type\":\"event\",\"act\":\"deliver\",\"item\":\"box\",\"by\":[{{\"party\":\"a\"}}],\
         \"to\":[{{\"party\":\"b\"}}],\"known_at\":\"{time}\",\"occurred\":{{\"from\":\"{time}\",\"to\":\"{time}\"}},\
         \"amount\":{{\"low\":{amount},\"high\":{amount}}}}}\n"
    )
}

/// Records claims as they come in.
fn record(at: &Path, lines: &str) {
    let mut child = program(at, &["monitor", "--changes-only"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("it reads");
    told(&child.wait_with_output().expect("it ends"), 0);
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One of those who share the work, and the lines that it prints.
fn worker(at: &Path) -> (Running, mpsc::Receiver<Value>) {
    let arguments = ["monitor", "--shared", "--standard", "alleged", "--standard", "admitted"];
    let mut child = program(at, &arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
    let (send, lines) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let _ = send.send(serde_json::from_str(&line).expect("a JSON object"));
        }
    });
    (Running(child), lines)
}

/// Reads until something is told of a standard: this status, where one is named.
fn until(lines: &mpsc::Receiver<Value>, seen: &mut Vec<Value>, standard: &str, status: Option<&str>) {
    loop {
        let line = lines.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("after {seen:#?}"));
        let told = status.is_none_or(|status| line["status"] == serde_json::json!([status]));
        let is_it = line["standard"] == standard && told;
        seen.push(line);
        if is_it {
            return;
        }
    }
}

#[test]
fn a_ledger_moves_to_a_server_where_several_share_the_work() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::create_dir(at.join("evidence")).expect("a folder");
    for (name, text) in
        [("agreement.pact.md", AGREEMENT), ("sources.toml", SOURCES), ("evidence/a.jsonl", &claim(1, 2))]
    {
        fs::write(at.join(name), text).expect("a file");
    }
    let asked = ["status", "--format", "json", "--at", "2026-01-02T00:00:00Z"];
    let before = run(at, &asked);
    let refused = program(at, &["monitor", "--shared"]).output().expect("the program runs");
    assert!(told(&refused, 2).contains("its ledger is in a file"));
    let address = cluster.address("a_watch");
    assert!(run(at, &["move", &address]).contains("5 in all"));
    assert!(run(at, &["audit"]).contains("5 of 5"));
    assert_eq!(run(at, &asked), before);
    // Two share the work; one dies, and the other takes over what it did.
    let (one, first) = worker(at);
    let (two, second) = worker(at);
    let (mut seen_one, mut seen_two) = (Vec::new(), Vec::new());
    // Of one step the standards are told by name.
    until(&first, &mut seen_one, "alleged", None);
    record(at, &claim(2, 1));
    record(at, &claim(3, 2));
    until(&second, &mut seen_two, "alleged", Some("breached"));
    drop(one);
    record(at, &claim(2, 3));
    until(&second, &mut seen_two, "alleged", Some("met"));
    record(at, &claim(5, 2));
    until(&second, &mut seen_two, "alleged", Some("breached"));
    drop(two);
    // What the first saw, the second saw too, in the same order, and once.
    let seen_one: Vec<Value> = seen_one.into_iter().chain(first.try_iter()).collect();
    let common = seen_one.len().min(seen_two.len());
    assert_eq!(seen_one[..common], seen_two[..common]);
    // And back, with what came in meanwhile.
    run(at, &["move", "ledger.db"]);
    let once = run(at, &["monitor", "--once"]);
    assert!(once.contains("\"status\":[\"breached\"]"), "{once}");
    assert!(run(at, &["audit"]).contains("entries are as they were recorded"));
}
