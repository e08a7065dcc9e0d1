//! Published findings: verified from their bytes alone, and refused for whatever is changed in them.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read as _, Write as _},
    path::Path,
    sync::Arc,
};

use ledger::Ledger;
use model::{Instant, Standard};
use sha2::{Digest as _, Sha256};
use watch::{
    Opening, Paths, Question,
    bundle::{self, Published, Publishing, Refusal, Trusted, Verified},
    opened,
};

const AGREEMENT: &str = "# A truce\n\n```pact\nagreement \"A truce\"\n  timezone Etc/UTC\n  in force from 2026-01-01T00:00\n\nparty a \"A\"\nparty b \"B\"\n\nprohibition quiet \"1\"\n  a must not shell\n\nobligation aid \"2\"\n  b must deliver at least 2 boxes by the end of 2026-01-05\n```\n";
const SOURCES: &str = "[[source]]\nid = \"s\"\nlabel = \"S\"\nkind = \"monitor\"\ncovers = [{ acts = [\"shell\", \"deliver\"] }]\n\n[[source]]\nid = \"t\"\nlabel = \"T\"\nkind = \"ngo\"\n";

fn claim(id: &str, source: &str, more: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"source\":\"{source}\",\"type\":\"event\",\"known_at\":\"2026-01-03T00:00:00Z\",\
         \"occurred\":{{\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\"}}{more}}}\n"
    )
}

const SHELLED: &str = ",\"act\":\"shell\",\"by\":[{\"party\":\"a\"}]";
const GAVE: &str =
    ",\"act\":\"deliver\",\"item\":\"box\",\"by\":[{\"party\":\"b\"}],\"amount\":{\"low\":1,\"high\":3}";

struct Watched {
    folder: tempfile::TempDir,
}

impl Watched {
    fn new() -> Watched {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("evidence")).unwrap();
        write("agreement.pact.md", AGREEMENT);
        write("sources.toml", SOURCES);
        write("evidence/a.jsonl", &[claim("one", "s", GAVE), claim("two", "t", GAVE)].concat());
        write(
            "evidence/b.jsonl",
            &claim(
                "three",
                "t",
                &format!("{SHELLED},\"handling\":\"restricted:desk\",\"quote\":\"the baker saw it\""),
            ),
        );
        Watched { folder }
    }

    fn ledger(&self) -> (Arc<Ledger>, u64) {
        opened_of(self.folder.path())
    }
}

fn opened_of(folder: &Path) -> (Arc<Ledger>, u64) {
    let clock: ledger::Clock = Arc::new(|| Instant(1_800_000_000_000_000));
    let mut opening = Opening { as_recorded: None, clock, progress: &mut |_, _| {} };
    let opened = opened::open(&Paths::of_folder(folder).unwrap(), &mut opening).unwrap();
    (opened.ledger.unwrap(), opened.size)
}

fn publishing(entries: u64, audience: Option<&str>) -> Publishing {
    Publishing {
        question: Question {
            at: Some(Instant::parse("2026-01-10T00:00:00Z").unwrap()),
            ..Question::default()
        },
        standards: vec![Standard::Alleged, Standard::parse("corroborated").unwrap()],
        audience: audience.map(str::to_owned),
        entries,
        by: "desk".to_owned(),
        partial: false,
        no_certificates: false,
    }
}

fn publish(ledger: &Ledger, publishing: &Publishing) -> Published {
    bundle::publish(ledger, publishing, &mut |_, _| {}).unwrap()
}

fn verify(bytes: &[u8]) -> Result<Verified, Refusal> {
    bundle::verify(bytes, &Trusted::default())
}

fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_finding_is_re_derived_from_its_bytes_alone() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let published = publish(&ledger, &publishing(size, None));
    drop(watched);
    let verified = verify(&published.bytes).unwrap();
    assert_eq!(verified.answers, published.answers);
    assert_eq!(verified.says(), format!("re-derived, complete at checkpoint {}", size + 1));
    assert!(verified.certificates > 0, "{:?}", published.finding.certificates);
    assert!(!verified.key_is_known);
    let page = String::from_utf8(unzip(&published.bytes)["index.html"].clone()).unwrap();
    assert!(page.contains("A truce") && page.contains("trucewatch verify"), "{page}");
    let known = Trusted { key: Some(verified.key.clone()), ..Trusted::default() };
    assert!(bundle::verify(&published.bytes, &known).unwrap().key_is_known);
    let other =
        Trusted { key: Some(ledger::Signer::generate("other").unwrap().public), ..Trusted::default() };
    assert!(bundle::verify(&published.bytes, &other).unwrap_err().why.contains("not the one you know"));
}

#[test]
fn what_is_not_for_the_audience_is_nowhere_in_it() {
    let (watched, desk) = (Watched::new(), "desk");
    let (ledger, size) = watched.ledger();
    let public = publish(&ledger, &publishing(size, Some("public")));
    let inside = publish(&ledger, &publishing(size, Some(desk)));
    let files = unzip(&public.bytes);
    assert!(files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("baker")));
    let verified = verify(&public.bytes).unwrap();
    assert_eq!(
        verified.says(),
        format!("re-derived except 1 restricted, complete at checkpoint {}", size + 1)
    );
    assert_eq!(verified.finding.withheld.not_heard_in_full, Some(vec!["t".to_owned()]));
    assert!(unzip(&inside.bytes).values().any(|bytes| String::from_utf8_lossy(bytes).contains("baker")));
    assert_eq!(verify(&inside.bytes).unwrap().finding.withheld.restricted, 0);
    let evidence =
        |published: &Published| published.answers["alleged"].provisions[0].instances[0].evidence.clone();
    assert_eq!((evidence(&public), evidence(&inside)), (vec![], vec!["three".to_owned()]));
}

#[test]
fn without_all_leaves_each_entry_is_proved() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let published = publish(&ledger, &Publishing { partial: true, ..publishing(size, Some("public")) });
    let verified = verify(&published.bytes).unwrap();
    assert!(!verified.complete);
    assert_eq!(verified.says(), "re-derived from the claims given, except 1 restricted");
    let mut files = unzip(&published.bytes);
    files.remove("proofs.jsonl");
    assert!(verify(&zipped(&files)).unwrap_err().why.contains("no proof"));
}

#[test]
fn whatever_is_changed_is_refused_with_its_file() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let published = publish(&ledger, &publishing(size, Some("public")));
    let files = unzip(&published.bytes);
    assert!(verify(&zipped(&files)).is_ok(), "packed anew it is the same");
    let mut refused = 0;
    let mut random = fastrand::Rng::with_seed(7);
    for name in files.keys() {
        let mut without = files.clone();
        without.remove(name);
        // All leaves prove the entries; their own proofs are for who wants to check one.
        assert_eq!(verify(&zipped(&without)).is_ok(), name == "proofs.jsonl", "{name}");
        for _ in 0..20 {
            let mut changed = files.clone();
            let bytes = changed.get_mut(name).unwrap();
            let at = random.usize(..bytes.len());
            bytes[at] ^= 1 << random.u8(..8);
            match verify(&zipped(&changed)) {
                Err(refusal) => {
                    refused += 1;
                    assert!(!refusal.why.is_empty() && !refusal.at.is_empty());
                }
                Ok(_) => assert_eq!(name, "proofs.jsonl", "byte {at}"),
            }
        }
    }
    assert!(refused > 150, "{refused}");
    let mut more = files.clone();
    more.insert("note.txt".to_owned(), b"trust this".to_vec());
    assert_eq!(verify(&zipped(&more)).unwrap_err().at, "note.txt");
    for length in [0, 10, published.bytes.len() / 2, published.bytes.len() - 1] {
        assert_eq!(verify(&published.bytes[..length]).unwrap_err().at, "the file");
    }
    let commented = [&published.bytes[..published.bytes.len() - 2], &[1, 0, b'x']].concat();
    assert!(verify(&commented).unwrap_err().why.contains("comment"));
}

/// Changes a file and the hash by which the finding names it.
fn forged(files: &BTreeMap<String, Vec<u8>>, name: &str, from: &str, to: &str) -> Vec<u8> {
    let mut files = files.clone();
    let hash =
        |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect() };
    let text = String::from_utf8(files[name].clone()).unwrap();
    assert!(text.contains(from), "{name} has no {from}: {text}");
    let forged = text.replace(from, to).into_bytes();
    let finding = String::from_utf8(files["finding.json"].clone()).unwrap();
    let finding = finding.replace(&hash(&files[name]), &hash(&forged));
    files.insert("finding.json".to_owned(), finding.into_bytes());
    files.insert(name.to_owned(), forged);
    zipped(&files)
}

#[test]
fn who_forges_the_hashes_too_is_found_out_by_the_log() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let published = publish(&ledger, &publishing(size, None));
    let files = unzip(&published.bytes);
    let answer = forged(&files, "answers/alleged.json", "breached", "met");
    assert!(verify(&answer).unwrap_err().why.contains("not the finding that was recorded"));
    let page = forged(&files, "index.html", "breached", "met");
    assert!(verify(&page).unwrap_err().why.contains("not the finding that was recorded"));
    let claims = forged(&files, "entries.jsonl", "the baker saw it", "the baker saw b");
    assert!(verify(&claims).unwrap_err().why.contains("its content is not what was recorded"));
    let leaf = forged(&files, "leaves.jsonl", "\"by\":\"import\"", "\"by\":\"impore\"");
    assert!(verify(&leaf).unwrap_err().why.contains("not those that the checkpoint vouches for"));
    let root = forged(&files, "checkpoint", &format!("\n{}\n", size + 1), &format!("\n{size}\n"));
    assert!(verify(&root).is_err());
    // A ledger of the forger's own making is whole, and signed with another key.
    let own = Watched::new();
    fs::write(own.folder.path().join("evidence/b.jsonl"), claim("three", "t", GAVE)).unwrap();
    let (other, size) = own.ledger();
    let forged = publish(&other, &publishing(size, None));
    assert!(verify(&forged.bytes).is_ok());
    let known = Trusted { key: Some(ledger.trust().unwrap().keys[0].1.clone()), ..Trusted::default() };
    assert!(bundle::verify(&forged.bytes, &known).is_err());
}

#[test]
fn a_claim_left_out_unsaid_is_found_out() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let public = publish(&ledger, &publishing(size, Some("public")));
    let files = unzip(&public.bytes);
    // The line of one entry is taken out: its leaf stays.
    let entries = String::from_utf8(files["entries.jsonl"].clone()).unwrap();
    let kept: Vec<&str> =
        entries.lines().filter(|line| !line.contains("\\\"two\\\"") && !line.contains("\"two\"")).collect();
    assert_eq!(kept.len() + 1, entries.lines().count());
    let mut fewer = files.clone();
    fewer.insert("entries.jsonl".to_owned(), (kept.join("\n") + "\n").into_bytes());
    assert!(verify(&zipped(&fewer)).is_err());
}

#[test]
fn the_answer_is_as_it_was_recorded_then() {
    let watched = Watched::new();
    let (_, size) = watched.ledger();
    fs::write(watched.folder.path().join("evidence/c.jsonl"), claim("four", "s", SHELLED)).unwrap();
    let (ledger, later) = watched.ledger();
    assert!(later > size);
    let then = verify(&publish(&ledger, &publishing(size, None)).bytes).unwrap();
    let now = verify(&publish(&ledger, &publishing(later, None)).bytes).unwrap();
    assert_eq!((then.finding.entries, now.finding.entries), (size, later));
    let quiet = |verified: &Verified| verified.answers["alleged"].provisions[0].violations.certain;
    assert_eq!((quiet(&then), quiet(&now)), (0, 1));
}

#[test]
fn the_real_gaza_finding_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../watches/gaza-2025");
    copy(&from, folder.path());
    let (ledger, size) = opened_of(folder.path());
    let publishing = Publishing {
        question: Question {
            known_at: Some(Instant::parse("2025-11-07T12:00:00+02:00").unwrap()),
            ..Question::default()
        },
        no_certificates: true,
        ..publishing(size, Some("public"))
    };
    let published = publish(&ledger, &publishing);
    let verified = verify(&published.bytes).unwrap();
    assert_eq!(verified.says(), format!("re-derived, complete at checkpoint {}", size + 1));
    assert_eq!(verified.answers["alleged"].provisions.len(), 6);
}

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

#[test]
fn a_witness_that_is_asked_for_must_have_cosigned() {
    let watched = Watched::new();
    let (ledger, size) = watched.ledger();
    let published = publish(&ledger, &publishing(size, Some("public")));
    let witness = ledger::Cosigner::generate("party-b.example").unwrap();
    let asked = Trusted {
        witnesses: vec![ledger::WitnessKey::new(&witness.public()).unwrap()],
        ..Trusted::default()
    };
    assert!(
        bundle::verify(&published.bytes, &asked)
            .unwrap_err()
            .why
            .contains("party-b.example has not cosigned")
    );
    let (_, note) = ledger.kept().unwrap().into_iter().find(|(kept, _)| *kept == size + 1).unwrap();
    let text = note.split_inclusive("\n\n").next().unwrap().trim_end_matches('\n').to_owned() + "\n";
    ledger.keep(&(note + &witness.line(text.as_bytes(), 1_800_000_100).unwrap())).unwrap();
    let (cosigned, count) = bundle::with_cosignatures(&published.bytes, &ledger.kept().unwrap()).unwrap();
    assert_eq!(count, 2);
    let verified = bundle::verify(&cosigned, &asked).unwrap();
    assert_eq!(verified.cosigned, [("party-b.example".to_owned(), Instant(1_800_000_100_000_000))]);
    assert!(verify(&cosigned).is_ok());
    let (other, _) = Watched::new().ledger();
    assert!(bundle::with_cosignatures(&published.bytes, &other.kept().unwrap()).is_err());
}

#[test]
fn findings_of_every_released_format_are_verified() {
    for version in 1..=bundle::VERSION {
        let file = format!("{}/tests/formats/finding-{version}.zip", env!("CARGO_MANIFEST_DIR"));
        let verified = verify(&fs::read(file).unwrap()).unwrap();
        assert_eq!(verified.says(), "re-derived except 1 restricted, complete at checkpoint 17");
        assert_eq!((verified.finding.entries, verified.erased, verified.finding.version), (16, 1, version));
    }
}
