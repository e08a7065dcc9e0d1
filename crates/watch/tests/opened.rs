//! A watch on its ledger: the same as its files say, and as it was recorded.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ledger::Clock;
use model::Instant;
use watch::{Opened, Opening, Paths, Problems, Watch, opened, place};

fn clock() -> Clock {
    Arc::new(|| Instant(1_800_000_000_000_000))
}

fn open_as(folder: &Path, as_recorded: Option<u64>) -> Result<Opened, Problems> {
    let mut opening = Opening { as_recorded, clock: clock(), progress: &mut |_, _| {} };
    opened::open(&Paths::of_folder(folder)?, &mut opening)
}

fn open(folder: &Path) -> Opened {
    open_as(folder, None).unwrap()
}

fn same(one: &Watch, other: &Watch) {
    assert_eq!(format!("{one:#?}"), format!("{other:#?}"));
}

fn copied(from: &Path) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            if path.is_dir() {
                copy(&path, &to.join(name));
            } else if !name.to_string_lossy().starts_with("ledger.") {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(from, folder.path());
    folder
}

fn watches() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../watches")
}

#[test]
fn every_watch_says_the_same_from_its_ledger() {
    let mut count = 0;
    for entry in fs::read_dir(watches()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("agreement.pact.md").is_file() {
            continue;
        }
        count += 1;
        let copy = copied(&folder);
        let files = Watch::load(&Paths::of_folder(copy.path()).unwrap()).unwrap();
        let first = open(copy.path());
        same(&first.watch, &files);
        assert_eq!(first.notes, [] as [&str; 0]);
        let again = open(copy.path());
        same(&again.watch, &files);
        assert_eq!(again.size, first.size, "nothing is recorded twice");
        let report = ledger::audit(&mut *place::store_to_read(copy.path()).unwrap(), &mut |_, _| {}).unwrap();
        assert_eq!((report.size, report.faults), (first.size, Vec::new()));
    }
    assert_eq!(count, 7);
}

const AGREEMENT: &str = "# A truce\n\n```pact\nagreement \"A truce\"\n  timezone Etc/UTC\n  in force from 2026-01-01T00:00\n\nparty a \"A\"\nparty b \"B\"\n\nprohibition quiet \"1\"\n  a must not shell\n```\n";

fn claim(id: &str, more: &str) -> String {
    format!(
        "{{\"id\": \"{id}\", \"source\": \"s\", \"type\": \"event\", \"act\": \"shell\",  \"known_at\": \"2026-01-03T00:00:00Z\", \
         \"occurred\": {{\"from\": \"2026-01-02T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"}}, \"by\": [{{\"party\": \"a\"}}]{more}}}\n"
    )
}

fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agreement.pact.md"), AGREEMENT).unwrap();
    fs::create_dir(folder.path().join("evidence")).unwrap();
    fs::write(folder.path().join("evidence/a.jsonl"), claim("one", "")).unwrap();
    folder
}

fn ids(watch: &Watch) -> Vec<&str> {
    watch.claims.iter().map(|claim| claim.id.as_str()).collect()
}

#[test]
fn what_is_new_is_recorded_and_what_was_is_kept() {
    let folder = small();
    let path = |name: &str| folder.path().join(name);
    let first = open(folder.path());
    assert_eq!(ids(&first.watch), ["one"]);
    // A line before it, a rejected one, a table, sources, and another text of the agreement.
    let bad = "{\"source\": 3}\n";
    fs::write(path("evidence/a.jsonl"), [claim("zero", ""), bad.to_owned(), claim("one", "")].concat())
        .unwrap();
    fs::write(
        path("evidence/b.csv"),
        "time,act,by,source\n2026-01-02T00:00:00Z,shell,a,s\n2026-01-02T00:00:00Z,shell,a,s\nx\n",
    )
    .unwrap();
    fs::write(path("sources.toml"), "[[source]]\nid = \"s\"\nlabel = \"S\"\nkind = \"media\"\n").unwrap();
    fs::write(path("agreement.pact.md"), AGREEMENT.replace("A truce\n\n", "Our truce\n\n")).unwrap();
    fs::write(path("decisions.jsonl"), "{\"id\": \"d\", \"known_at\": \"2026-02-01T00:00:00Z\", \"by\": \"desk\", \"kind\": \"reject\", \"targets\": [\"zero\"]}\n").unwrap();
    let second = open(folder.path());
    let files = Watch::load(&Paths::of_folder(folder.path()).unwrap()).unwrap();
    assert_eq!(second.watch.claims.len(), 4);
    assert_eq!(second.watch.read.read, files.read.read);
    assert_eq!(second.watch.read.rejected, files.read.rejected);
    assert_eq!(second.watch.sources, files.sources);
    assert_eq!(second.watch.decisions, files.decisions);
    assert_eq!(second.watch.sha256, files.sha256);
    // A line that is taken out of a file, and a file of sources that is taken away.
    fs::write(path("evidence/a.jsonl"), claim("zero", "")).unwrap();
    fs::remove_file(path("sources.toml")).unwrap();
    let third = open(folder.path());
    assert_eq!(third.watch.claims.len(), 4);
    assert!(third.watch.sources.is_empty());
    assert!(third.notes[0].contains("1 line is no longer in the file and stays"), "{:?}", third.notes);
    // As it was recorded then.
    let then = open_as(folder.path(), Some(first.size)).unwrap();
    same(&then.watch, &first.watch);
    same(&open_as(folder.path(), Some(second.size)).unwrap().watch, &second.watch);
    assert!(
        open_as(folder.path(), Some(third.size + 1)).err().unwrap().to_string().contains("there is no entry")
    );
    assert!(open_as(folder.path(), Some(1)).err().unwrap().to_string().contains("hold no agreement"));
}

#[test]
fn a_mistake_in_a_file_is_told_and_nothing_is_recorded() {
    let folder = small();
    fs::write(folder.path().join("agreement.pact.md"), AGREEMENT.replace("must not", "most not")).unwrap();
    assert!(open_as(folder.path(), None).is_err());
    assert!(!place::is_begun(folder.path()));
    fs::write(folder.path().join("agreement.pact.md"), AGREEMENT).unwrap();
    let size = open(folder.path()).size;
    fs::write(folder.path().join("sources.toml"), "[[source]]\nidd = 3\n").unwrap();
    fs::write(folder.path().join("evidence/c.jsonl"), "no\n").unwrap();
    let problems = open_as(folder.path(), None).err().unwrap();
    assert!(
        problems.to_string().contains("sources.toml:2:1: idd") && problems.to_string().contains("c.jsonl:1"),
        "{problems}"
    );
    fs::remove_file(folder.path().join("sources.toml")).unwrap();
    assert!(open_as(folder.path(), None).err().unwrap().to_string().contains("its only line is not a claim"));
    fs::remove_file(folder.path().join("evidence/c.jsonl")).unwrap();
    assert_eq!(open(folder.path()).size, size);
}

#[test]
fn without_its_key_a_ledger_is_read_and_what_is_new_is_told() {
    let folder = small();
    let size = open(folder.path()).size;
    fs::remove_file(folder.path().join(place::KEY)).unwrap();
    fs::write(folder.path().join("evidence/b.jsonl"), claim("two", "")).unwrap();
    let opened = open(folder.path());
    assert_eq!(ids(&opened.watch), ["one", "two"]);
    assert_eq!(opened.size, size);
    assert!(
        opened.notes[0].contains("2 new entries of the files could not be recorded"),
        "{:?}",
        opened.notes
    );
}

#[test]
fn what_was_erased_or_cannot_be_opened_is_no_silence() {
    let folder = small();
    let sources = "[[source]]\nid = \"s\"\nlabel = \"S\"\nkind = \"media\"\ncovers = [{ acts = [\"shell\"] }]\n\n[[source]]\nid = \"t\"\nlabel = \"T\"\nkind = \"media\"\ncovers = [{ acts = [\"shell\"] }]\n";
    fs::write(folder.path().join("sources.toml"), sources).unwrap();
    let secret = claim("two", ", \"handling\": \"restricted:desk\", \"quote\": \"the baker saw it\"");
    fs::write(folder.path().join("evidence/b.jsonl"), secret).unwrap();
    let covers = |watch: &Watch| -> Vec<usize> { watch.sources.iter().map(|s| s.covers.len()).collect() };
    {
        let opened = open(folder.path());
        assert_eq!((ids(&opened.watch), covers(&opened.watch)), (vec!["one", "two"], vec![1, 1]));
        let log = fs::read(folder.path().join(place::LEDGER)).unwrap();
        assert!(
            !log.windows(5).any(|bytes| bytes == b"baker"),
            "what is restricted is not kept in the clear"
        );
    }
    let keys = folder.path().join("ledger.keys");
    let kept = fs::read(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    let opened = open_as(folder.path(), Some(open_as(folder.path(), None).unwrap().size)).unwrap();
    assert_eq!((ids(&opened.watch), covers(&opened.watch)), (vec!["one"], vec![0, 0]));
    assert!(opened.notes[0].contains("with no key here"), "{:?}", opened.notes);
    fs::write(&keys, kept).unwrap();
    let opened = open(folder.path());
    let ledger = opened.ledger.unwrap();
    let two = (0..opened.size).find(|seq| {
        ledger.entry(*seq).unwrap().content.is_some_and(|text| text.windows(5).any(|bytes| bytes == b"baker"))
    });
    ledger.erase(two.unwrap(), "desk", "consent was withdrawn", Some("s")).unwrap();
    fs::remove_file(folder.path().join("evidence/b.jsonl")).unwrap();
    let opened = open(folder.path());
    assert_eq!((ids(&opened.watch), covers(&opened.watch)), (vec!["one"], vec![0, 1]));
}

#[test]
fn many_programs_may_open_it_first() {
    let folder = small();
    let sizes: Vec<u64> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| open(folder.path()).size)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(sizes, [open(folder.path()).size; 6]);
    assert_eq!(open(folder.path()).watch.claims.len(), 1);
}
