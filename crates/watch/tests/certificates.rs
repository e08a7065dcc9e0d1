//! Certificates: every case of the spec that one can be made for has one that the checker follows, no wrong one can be made, and
//! one that was changed is refused.
//!
//! Invariant: each test counts what it went through, and fails where that is next to nothing.

#[allow(dead_code, reason = "shared with the cases of the spec")]
#[path = "spec/book.rs"]
mod book;
#[allow(dead_code, reason = "shared with the cases of the spec")]
#[path = "spec/expect.rs"]
mod expect;
#[path = "spec/notation.rs"]
mod notation;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use certificate::{Certificate, Given, Proof, Question as Asked, Subject, quieted};
use model::{
    Instant, Standard, Status, StatusSet,
    agreement::{Provision, Rule},
};
use serde_json::Value;
use watch::{
    Inputs, Question,
    certify::{NoCertificate, prove, verify},
    evaluate,
    files::Paths,
};
use worlds::{
    generator::{self, OwnedCase},
    verdict,
};

/// Every case of the spec, by page and line.
fn cases() -> Vec<(String, book::Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/cases");
    let read = |path: &Path| std::fs::read_to_string(path).expect("a readable file");
    let preamble = book::Preamble::read(&read(&folder.join("README.md")));
    let entries = std::fs::read_dir(&folder).expect("spec/cases is there");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    files.sort();
    let pages =
        files.iter().filter(|f| f.extension().is_some_and(|e| e == "md") && !f.ends_with("README.md"));
    let mut all = Vec::new();
    for page in pages {
        let name = page.file_stem().expect("a name").to_string_lossy().into_owned();
        let own = book::cases(&read(page), &preamble);
        all.extend(own.into_iter().map(|case| (format!("{name}:{}", case.line), case)));
    }
    all
}

/// The certificates of every instance of every case; how often there was none, by reason.
fn certificates() -> (Vec<(String, Certificate)>, BTreeMap<String, usize>) {
    let (mut all, mut none) = (Vec::new(), BTreeMap::new());
    for (name, case) in cases() {
        let (watch, question, _) = case.asked().expect("a case that can be read");
        let answer = watch.evaluate(&question).expect("a reading that there is");
        for provision in answer.provisions.iter().filter(|p| p.computed) {
            for instance in &provision.instances {
                match watch.certify(&question, &provision.id, Some(&instance.key)) {
                    Ok(made) => {
                        assert_eq!(made.proof.status, instance.status, "{name}");
                        if provision.exact && question.reading.is_none() {
                            no_less_is_shown(&watch, &made, &name);
                        }
                        all.push((format!("{name} {} {}", provision.id, instance.key), made));
                    }
                    Err(NoCertificate::NotYet(why)) => *none.entry(why).or_insert(0) += 1,
                    Err(why) => panic!("{name}: {why}"),
                }
            }
        }
    }
    (all, none)
}

/// Of an exact verdict none of the statuses can be shown to be none.
fn no_less_is_shown(watch: &watch::Watch, made: &Certificate, name: &str) {
    let given = Given {
        agreement: &watch.agreement,
        sources: &watch.sources,
        claims: &watch.claims,
        grounds: &watch.grounds,
    };
    let (quiet, totalled) = quieted(&given, &made.question);
    let given = Given { agreement: &quiet, claims: &totalled, ..given };
    let subject = Subject::of(&given, &made.question).expect("a subject");
    let status = made.proof.status;
    for left_out in status.iter().filter(|_| status.len() > 1) {
        let fewer: StatusSet = status.iter().filter(|one| *one != left_out).collect();
        let wrong = prove(&subject, fewer).ok().and_then(|p| check(&given, &made.question, p).ok());
        let (provision, key) = (&made.question.provision, &made.question.instance);
        assert!(wrong.is_none(), "{name}: {provision} {key} may be {left_out}, and that was ruled out");
    }
}

fn written(certificate: &Certificate) -> String {
    serde_json::to_string(certificate).expect("JSON")
}

#[test]
fn the_spec_s_cases_have_certificates_that_are_followed() {
    let (all, none) = certificates();
    let mut unwitnessed = 0;
    for (name, made) in &all {
        let verified = verify(&written(made)).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(verified.certificate, *made, "{name}");
        unwitnessed += usize::from(!verified.checked.unwitnessed.is_empty());
    }
    println!(
        "{} certificates, {unwitnessed} with a status that no world is shown for; none: {none:#?}",
        all.len()
    );
    assert!(all.len() > 700, "only {} have one: {none:#?}", all.len());
    // What is refused says why, and a proof that the checker cannot follow is never handed out in silence.
    assert!(none.keys().all(|why| why.starts_with("no certificate")), "{none:#?}");
}

/// Each scalar of a JSON value by its path.
fn scalars(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, inner)| scalars(inner, format!("{path}/{key}"), found));
        }
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(i, inner)| scalars(inner, format!("{path}/{i}"), found));
        }
        _ => found.push(path),
    }
}

/// Whether what stands there may be another and still show the same: a world, when something came at the earliest, or which of
/// several ways a status is refuted.
fn is_free(path: &str) -> bool {
    let world = ["/deeds/", "/stocks/", "/tree/leaves/"].iter().any(|part| path.contains(part));
    // What is less than one leaf may be less than another too.
    world || path.ends_with("/within") || path.ends_with("est") || path.ends_with("/way")
}

#[test]
fn a_certificate_that_was_changed_is_refused() {
    let (all, _) = certificates();
    let mut tried = 0;
    for (name, made) in all.iter().step_by(3) {
        let whole: Value = serde_json::from_str(&written(made)).expect("JSON");
        let mut paths = Vec::new();
        scalars(&whole["proof"], "/proof".to_owned(), &mut paths);
        for path in paths.into_iter().filter(|path| !is_free(path)) {
            let mut changed = whole.clone();
            let place = changed.pointer_mut(&path).expect("it is there");
            *place = match &*place {
                Value::Bool(is) => Value::from(!*is),
                // A world may satisfy several leaves, where what sets them apart is a denial: one that is not there it cannot.
                Value::Number(_) if path.contains("/leaves/") => Value::from(999),
                Value::Number(n) => Value::from(n.as_f64().unwrap_or(0.0) as i64 + 1),
                Value::String(text) => Value::from(format!("{text}x")),
                _ => continue,
            };
            assert!(verify(&changed.to_string()).is_err(), "{name}: {path} was changed and nobody saw it");
            tried += 1;
        }
        for index in 0..made.claims.len() {
            let mut fewer = made.clone();
            fewer.claims.remove(index);
            assert!(verify(&written(&fewer)).is_err(), "{name}: claim {index} was dropped");
            tried += 1;
        }
        for status in Status::ALL {
            let has = made.proof.status.contains(status);
            let statuses =
                Status::ALL.into_iter().filter(|one| made.proof.status.contains(*one) != (*one == status));
            let mut other = made.clone();
            other.proof.status = statuses.collect();
            assert!(
                verify(&written(&other)).is_err(),
                "{name}: {status} was {}",
                if has { "removed" } else { "added" }
            );
            for index in 0..made.proof.witnesses.len() {
                let mut other = made.clone();
                other.proof.witnesses[index].status = status;
                let same = made.proof.witnesses[index].status == status;
                assert!(same || verify(&written(&other)).is_err(), "{name}: a world was called {status}");
            }
            tried += 1;
        }
    }
    println!("{tried} changes");
    assert!(tried > 9000, "only {tried} changes were tried");
}

/// The real agreements, each at an instant in its course, as known then.
const REAL: [(&str, &str); 7] = [
    ("gaza-2025", "2025-11-20T00:00:00Z"),
    ("gaza-2025-january", "2025-03-10T00:00:00Z"),
    ("lebanon-2024", "2025-03-01T00:00:00Z"),
    ("minsk-2015", "2015-12-31T00:00:00Z"),
    ("colombia-2016", "2017-09-01T00:00:00Z"),
    ("yemen-2018-2022", "2022-06-30T00:00:00Z"),
    ("south-sudan-2018", "2020-03-01T00:00:00Z"),
];

#[test]
fn most_of_the_real_agreements_can_be_shown() {
    let (mut shown, mut all) = (0, 0);
    for (name, at) in REAL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../watches").join(name);
        let paths = Paths::of_folder(&folder).expect("a watch");
        let watch = watch::Watch::load(&paths).expect("a watch");
        let at = Instant::parse(at).expect("an instant");
        let question = Question { at: Some(at), known_at: Some(at), ..Question::default() };
        let (mut own, mut none) = (0, BTreeMap::new());
        for provision in &watch.agreement.provisions {
            match watch.certify(&question, &provision.id, None) {
                Ok(made) => {
                    let verified = verify(&written(&made)).unwrap_or_else(|fault| panic!("{name}: {fault}"));
                    assert_eq!(verified.certificate, made, "{name} {}", provision.id);
                    own += 1;
                }
                Err(NoCertificate::NotYet(why)) => {
                    none.entry(why).or_insert_with(Vec::new).push(&provision.id)
                }
                Err(why) => panic!("{name}: {why}"),
            }
        }
        println!("{name}: {own} of {}; none: {none:#?}", watch.agreement.provisions.len());
        assert!(name != "gaza-2025" || none.is_empty(), "of what the reports are about: {none:#?}");
        (shown, all) = (shown + own, all + watch.agreement.provisions.len());
    }
    assert!(shown * 3 > all * 2, "{shown} of {all}");
}

/// What became of the certificates of random cases.
#[derive(Default)]
struct Tried {
    shown: usize,
    witnessed: usize,
    refused: BTreeMap<String, usize>,
}

impl Tried {
    /// Shows every instance of a case by what the oracle says that it is, and tries to show less than that.
    fn show(&mut self, owned: &OwnedCase, steps: usize, name: &str) {
        let case = owned.as_case();
        for provision in &owned.agreement.provisions {
            let Ok(right) = verdict(&case, provision, steps) else { continue };
            for (key, set) in &right.instances {
                let question = Asked {
                    provision: provision.id.clone(),
                    instance: key.clone(),
                    at: owned.at,
                    known_at: owned.known_at,
                    standard: owned.standard.to_string(),
                    reading: "text".to_owned(),
                };
                let (sources, claims) = (&owned.sources, &owned.claims);
                let given = Given { agreement: &owned.agreement, sources, claims, grounds: &owned.grounds };
                let (quiet, totalled) = quieted(&given, &question);
                let given = Given { agreement: &quiet, claims: &totalled, ..given };
                let subject = Subject::of(&given, &question).expect("a subject");
                match prove(&subject, *set) {
                    Err(why) => *self.refused.entry(why.to_string()).or_insert(0) += 1,
                    Ok(proof) => {
                        let checked = check(&given, &question, proof);
                        let checked =
                            checked.unwrap_or_else(|fault| panic!("{name} {key}: {fault}\n{owned}"));
                        self.shown += 1;
                        self.witnessed += usize::from(checked.unwitnessed.is_empty());
                    }
                }
                // Without one of them the rest cannot be shown to be all.
                for left_out in set.iter().filter(|_| set.len() > 1) {
                    let fewer: StatusSet = set.iter().filter(|one| *one != left_out).collect();
                    let wrong = prove(&subject, fewer).ok().and_then(|p| check(&given, &question, p).ok());
                    let why = "and that was ruled out";
                    assert!(wrong.is_none(), "{name}: {key} may be {left_out}, {why}\n{owned}");
                }
                // No world is shown for one more.
                let more = Status::ALL.into_iter().filter(|one| !set.contains(*one));
                for added in more {
                    let wider: StatusSet = set.iter().chain([added]).collect();
                    let Ok(proof) = prove(&subject, wider) else { continue };
                    let Ok(checked) = check(&given, &question, proof) else { continue };
                    let wrong = checked.witnessed.contains(&added);
                    assert!(!wrong, "{name}: {key} is never {added}, and a world was shown\n{owned}");
                }
            }
        }
    }
}

#[test]
fn nothing_that_may_be_is_ruled_out() {
    let mut tried = Tried::default();
    for seed in 0..600 {
        let owned =
            if seed % 2 == 0 { generator::case(seed) } else { generator::case_under_some_standard(seed) };
        tried.show(&owned, 20_000, &format!("seed {seed}"));
    }
    let Tried { shown, witnessed, refused } = tried;
    println!("{shown} shown, {witnessed} of them with a world for every status; not shown: {refused:#?}");
    assert!(shown > 700 && witnessed * 20 > shown * 19, "{shown} shown, {witnessed} witnessed: {refused:#?}");
}

/// What the oracle does not say, a prohibition under corroboration, is held against the engine where that is exact.
#[test]
fn nothing_that_an_exact_verdict_holds_is_ruled_out() {
    let (mut shown, mut tried) = (0, 0);
    for seed in 0..1500 {
        let standard = if seed % 2 == 0 { Standard::Corroborated } else { Standard::Adverse };
        let owned = OwnedCase { standard, ..generator::case(seed) };
        let forbidden = |provision: &&Provision| matches!(provision.rule, Rule::Prohibition { .. });
        for provision in owned.agreement.provisions.iter().filter(forbidden) {
            let (sources, claims) = (&owned.sources, &owned.claims);
            let inputs = Inputs {
                agreement: &owned.agreement,
                grounds: &owned.grounds,
                sources,
                claims,
                decisions: &[],
            };
            let (at, known_at) = (Some(owned.at), Some(owned.known_at));
            let question = Question { at, known_at, standard: owned.standard.clone(), reading: None };
            let answer = evaluate(&inputs, &question).expect("a reading that there is");
            let own = answer.provisions.iter().find(|p| p.id == provision.id).expect("an answer");
            let [instance] = own.instances.as_slice() else { continue };
            let question = Asked {
                provision: provision.id.clone(),
                instance: instance.key.clone(),
                at: owned.at,
                known_at: owned.known_at,
                standard: owned.standard.to_string(),
                reading: "text".to_owned(),
            };
            let given = Given { agreement: &owned.agreement, sources, claims, grounds: &owned.grounds };
            let (quiet, totalled) = quieted(&given, &question);
            let given = Given { agreement: &quiet, claims: &totalled, ..given };
            let subject = Subject::of(&given, &question).expect("a subject");
            if let Ok(proof) = prove(&subject, instance.status) {
                let checked = check(&given, &question, proof);
                checked.unwrap_or_else(|fault| panic!("seed {seed}: {fault}\n{owned}"));
                shown += 1;
            }
            for left_out in instance.status.iter().filter(|_| instance.status.len() > 1 && own.exact) {
                tried += 1;
                let fewer: StatusSet = instance.status.iter().filter(|one| *one != left_out).collect();
                let wrong = prove(&subject, fewer).ok().and_then(|p| check(&given, &question, p).ok());
                assert!(wrong.is_none(), "seed {seed}: it may be {left_out}\n{owned}");
            }
        }
    }
    println!("{shown} shown, {tried} wrong ones tried");
    assert!(shown > 100 && tried > 50, "{shown} shown, {tried} wrong ones tried");
}

/// Random cases of each construct.
const SEEDS: u64 = 60;

/// Constructs of which every random case hangs on more than is shown.
const BEYOND: [&str; 12] = [
    "powers",
    "values",
    "amendments",
    "judged deeds and counts",
    "lots and steps",
    "uses of powers over other duties",
    "circles through time",
    "duties in step",
    "powers over what is owed for a time, or by several",
    "powers over averages, shortfalls and quiet hours",
    "powers over what is owed by the term",
    "powers beside amendments",
];

#[test]
fn nothing_that_may_be_is_ruled_out_of_any_construct() {
    for (name, make) in generator::CONSTRUCTS.into_iter().filter(|one| !BEYOND.contains(&one.0)) {
        let mut tried = Tried::default();
        for seed in 0..SEEDS {
            tried.show(&make(seed), 20_000, &format!("{name}, seed {seed}"));
        }
        let Tried { shown, witnessed, refused } = tried;
        println!("{name}: {shown} shown, {witnessed} with a world for every status; not shown: {refused:#?}");
        assert!(shown > 4, "{name}: {shown} shown, {refused:#?}");
    }
}

fn check(
    given: &Given<'_>,
    question: &Asked,
    proof: Proof,
) -> Result<certificate::Checked, certificate::Fault> {
    let whole = Certificate {
        format: certificate::FORMAT.to_owned(),
        version: certificate::VERSION,
        agreement: certificate::Text { file: String::new(), sha256: String::new(), text: String::new() },
        sources: Vec::new(),
        claims: Vec::new(),
        zones: Vec::new(),
        question: question.clone(),
        proof,
    };
    certificate::check(given, &whole)
}
