//! Checking a bundle, with nothing but the bundle: whether it is whole, whether the log vouches for it, and whether the answer follows.
//!
//! Invariant: nothing that a bundle says is believed before it has been checked; the first thing that is wrong is told with its file.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ledger::{Damage, Entry, Head, Kind, Trust, WitnessKey, cosign, entry, keys};
use model::{Instant, answer::Answer};
use serde::Deserialize;
use tlog_tiles::Hash;
use zip::ZipArchive;

use super::{
    FORMAT, Finding, Line, Proof, Recorded, VERSION, answer_bytes, answered, name, page, program, publish,
    sha256, watch_of,
};
use crate::{certify, files::Watch};

/// What a bundle may hold at most, unpacked, in bytes.
const BYTES_MAX: u64 = 2 << 30;
/// How many files it may have at most.
const FILES_MAX: usize = 10_000;

/// Whom the one who checks knows already.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// The key that the ledger began with.
    pub key: Option<String>,
    /// Witnesses who must have cosigned the checkpoint.
    pub witnesses: Vec<WitnessKey>,
}

/// Why a bundle is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Refusal {
    /// The file in the bundle, with a line where there is one.
    pub at: String,
    /// What is wrong.
    pub why: String,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What the bundle says of itself.
    pub finding: Finding,
    /// The answers, made again.
    pub answers: BTreeMap<String, Answer>,
    /// The checkpoint.
    pub head: Head,
    /// The key that the ledger began with.
    pub key: String,
    /// Whether that is a key which the one who checks knew.
    pub key_is_known: bool,
    /// Whether every leaf to the checkpoint is in the bundle, so that nothing that was recorded can have been left out unseen.
    pub complete: bool,
    /// Statements that were recorded before the answer and are not in the bundle; none where that cannot be told.
    pub not_given: Option<u64>,
    /// How many of those were erased, by an entry that says so.
    pub erased: u64,
    /// How many certificates were followed.
    pub certificates: usize,
    /// The witnesses asked for, each with the time of its cosignature.
    pub cosigned: Vec<(String, Instant)>,
}

impl Verified {
    /// How much was shown, in the words of the specification.
    #[must_use]
    pub fn says(&self) -> String {
        let restricted = self.finding.withheld.restricted;
        match (self.complete, self.not_given) {
            (true, Some(0)) => format!("re-derived, complete at checkpoint {}", self.head.size),
            (true, Some(_)) if restricted > 0 => {
                format!(
                    "re-derived except {restricted} restricted, complete at checkpoint {}",
                    self.head.size
                )
            }
            (true, Some(missing)) => format!("re-derived except {missing} that are not given"),
            _ if restricted > 0 => {
                format!("re-derived from the claims given, except {restricted} restricted")
            }
            _ => "re-derived from the claims given".to_owned(),
        }
    }
}

fn refused(at: impl Into<String>, why: impl ToString) -> Refusal {
    Refusal { at: at.into(), why: why.to_string() }
}

/// Checks a bundle.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn verify(bytes: &[u8], trusted: &Trusted) -> Result<Verified, Refusal> {
    let files = unzipped(bytes)?;
    let text = |name: &str| files.get(name).ok_or_else(|| refused(name, "it is missing"));
    let finding: Finding = serde_json::from_slice(text(name::FINDING)?)
        .map_err(|error| refused(name::FINDING, format!("it is no finding: {error}")))?;
    if finding.format != FORMAT {
        return Err(refused(name::FINDING, format!("it is a “{}” and no finding", finding.format)));
    }
    if finding.version > VERSION {
        let why = format!(
            "its format is {}, and this program reads up to {VERSION}: use a newer one",
            finding.version
        );
        return Err(refused(name::FINDING, why));
    }
    whole(&files, &finding)?;
    let log = Log::read(&files, &finding, trusted)?;
    let recorded =
        log.entries.iter().rev().find(|entry| entry.kind == Kind::Finding && entry.seq >= finding.entries);
    let recorded: Recorded = recorded
        .and_then(|entry| serde_json::from_slice(entry.content.as_ref()?).ok())
        .ok_or_else(|| refused(name::ENTRIES, "the log has no entry that records this finding"))?;
    if recorded.sha256 != sha256(text(name::FINDING)?) {
        return Err(refused(name::FINDING, "it is not the finding that was recorded in the log"));
    }
    let before: Vec<Entry> =
        log.entries.iter().filter(|entry| entry.seq < finding.entries).cloned().collect();
    let watch = watch_of(&before, &finding.withheld)
        .map_err(|problems| refused(name::ENTRIES, format!("no watch can be read from them: {problems}")))?;
    if watch.text.as_bytes() != text(name::AGREEMENT)?.as_slice() || watch.sha256 != finding.agreement_sha256
    {
        return Err(refused(name::AGREEMENT, "it is not the agreement that was recorded in the log"));
    }
    let answers = answers(&watch, &finding, &files)?;
    if page::page(&finding, &watch, &answers).as_bytes() != text(name::PAGE)?.as_slice() {
        return Err(refused(name::PAGE, "it does not say what was answered"));
    }
    let certificates = certificates(&watch, &finding, &files)?;
    let not_given =
        log.statements.map(|all| all - before.iter().filter(|entry| is_statement(entry.kind)).count() as u64);
    let erased = log.erased(&before);
    if let Some(not_given) = not_given {
        let told = finding.withheld.restricted + finding.withheld.unopened + erased;
        if not_given > told {
            let why = format!("{not_given} statements are not given, and it tells of {told}");
            return Err(refused(name::FINDING, why));
        }
    }
    Ok(Verified {
        answers,
        head: log.head,
        key: log.key,
        key_is_known: trusted.key.is_some(),
        complete: log.statements.is_some(),
        not_given,
        erased,
        certificates,
        cosigned: log.cosigned,
        finding,
    })
}

fn is_statement(kind: Kind) -> bool {
    matches!(kind, Kind::Claim | Kind::Coverage)
}

fn unzipped(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
    const FILE: &str = "the file";
    let mut zip = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| refused(FILE, format!("it is no zip file, or it is cut short: {error}")))?;
    if listed(bytes) != Some(zip.len()) {
        let why = "it has a comment, or a file twice: other programs may show another content";
        return Err(refused(FILE, why));
    }
    if zip.len() > FILES_MAX {
        return Err(refused(
            FILE,
            format!("it has {} files, more than the {FILES_MAX} that are read", zip.len()),
        ));
    }
    let (mut files, mut left) = (BTreeMap::new(), BYTES_MAX);
    for index in 0..zip.len() {
        let file = zip.by_index(index).map_err(|error| refused(FILE, error))?;
        let name = file.name().map_err(|error| refused(FILE, error))?.into_owned();
        let mut bytes = Vec::new();
        let read = file.take(left + 1).read_to_end(&mut bytes);
        let length = read.map_err(|error| refused(&name, format!("it cannot be unpacked: {error}")))?;
        left = left.checked_sub(length as u64).ok_or_else(|| {
            refused(&name, format!("unpacked it is more than the {BYTES_MAX} bytes that are read"))
        })?;
        files.insert(name, bytes);
    }
    Ok(files)
}

/// How many files the end of a zip file says that it has; none where it does not end as it must (APPNOTE 4.3.16).
fn listed(bytes: &[u8]) -> Option<usize> {
    let end = bytes.last_chunk::<22>()?;
    let number = |at: usize| u16::from_le_bytes([end[at], end[at + 1]]);
    (end.starts_with(b"PK\x05\x06") && number(20) == 0 && number(8) == number(10)).then(|| number(10).into())
}

/// Every file is one that the finding names, and is as it was.
fn whole(files: &BTreeMap<String, Vec<u8>>, finding: &Finding) -> Result<(), Refusal> {
    const LOG: [&str; 5] = [name::FINDING, name::CHECKPOINT, name::LEAVES, name::ENTRIES, name::PROOFS];
    for (name, hash) in &finding.files {
        let bytes = files.get(name).ok_or_else(|| refused(name, "it is missing"))?;
        if sha256(bytes) != *hash {
            return Err(refused(name, "it is not the file that the finding names: its SHA-256 is another"));
        }
    }
    match files.keys().find(|name| !LOG.contains(&name.as_str()) && !finding.files.contains_key(*name)) {
        Some(name) => Err(refused(name, "the finding does not name it")),
        None => Ok(()),
    }
}

/// What the log shows.
struct Log {
    entries: Vec<Entry>,
    head: Head,
    key: String,
    /// How many statements were recorded before the answer; none where not all leaves are given.
    statements: Option<u64>,
    /// Which entries are said to be erased.
    erasures: BTreeSet<u64>,
    cosigned: Vec<(String, Instant)>,
}

/// A leaf.
#[derive(Deserialize)]
struct Leaf {
    kind: String,
    at: Instant,
    by: String,
    content: String,
}

impl Log {
    fn read(files: &BTreeMap<String, Vec<u8>>, finding: &Finding, trusted: &Trusted) -> Result<Log, Refusal> {
        let leaves: Vec<&[u8]> = lines(files.get(name::LEAVES));
        let lines = lines(files.get(name::ENTRIES));
        let note = files.get(name::CHECKPOINT).ok_or_else(|| refused(name::CHECKPOINT, "it is missing"))?;
        let note = std::str::from_utf8(note).map_err(|_| refused(name::CHECKPOINT, "it is not UTF-8"))?;
        let claimed =
            keys::claimed_size(note).ok_or_else(|| refused(name::CHECKPOINT, "it cannot be read"))?;
        let complete = leaves.len() as u64 == claimed;
        if !complete && leaves.len() != lines.len() {
            let why = format!(
                "it has {} leaves: neither all {claimed} nor those of the entries given",
                leaves.len()
            );
            return Err(refused(name::LEAVES, why));
        }
        let mut entries = Vec::new();
        let mut hashes = Vec::new();
        for (index, text) in lines.iter().enumerate() {
            let at = || format!("{}:{}", name::ENTRIES, index + 1);
            let line: Line<'_> = serde_json::from_slice(text).map_err(|error| refused(at(), error))?;
            let place = if complete { usize::try_from(line.seq).unwrap_or(usize::MAX) } else { index };
            let leaf = leaves.get(place).ok_or_else(|| refused(at(), "there is no such leaf"))?;
            if entries.last().is_some_and(|last: &Entry| last.seq >= line.seq) {
                return Err(refused(at(), "the entries are not in order"));
            }
            entries.push(
                matched(&line, leaf).map_err(|why| refused(at(), format!("entry {}: {why}", line.seq)))?,
            );
            hashes.push(tlog_tiles::record_hash(leaf));
        }
        let trust = trust(&entries)?;
        if trust.origin != finding.origin {
            return Err(refused(
                name::FINDING,
                format!("it names the log “{}”, and this is “{}”", finding.origin, trust.origin),
            ));
        }
        let key = trust.keys[0].1.clone();
        if trusted.key.as_ref().is_some_and(|known| *known != key) {
            return Err(refused(
                name::ENTRIES,
                format!("the ledger was begun with the key {key}, which is not the one you know"),
            ));
        }
        let head = trust.check(note).map_err(|damage| refused(name::CHECKPOINT, damage))?;
        let cosigned = cosigned(note, &trusted.witnesses)?;
        if finding.entries >= head.size {
            return Err(refused(
                name::CHECKPOINT,
                "it does not vouch for the entry that records the finding",
            ));
        }
        let mut statements = None;
        if complete {
            let mut tree = ledger::tree::Tree::default();
            leaves.iter().for_each(|leaf| tree.push(&tlog_tiles::record_hash(leaf), &mut |_| {}));
            if tree.root() != head.root {
                return Err(refused(
                    name::LEAVES,
                    "the leaves are not those that the checkpoint vouches for",
                ));
            }
            let before = usize::try_from(finding.entries).unwrap_or(usize::MAX);
            let kinds =
                leaves.iter().take(before).filter_map(|leaf| serde_json::from_slice::<Leaf>(leaf).ok());
            statements =
                Some(kinds.filter(|leaf| Kind::named(&leaf.kind).is_some_and(is_statement)).count() as u64);
        } else {
            proved(files.get(name::PROOFS), &entries, &hashes, head)?;
        }
        let erasures =
            entries.iter().filter(|entry| entry.kind == Kind::Erasure && entry.seq < finding.entries);
        let erasures = erasures.filter_map(|entry| {
            serde_json::from_slice::<ledger::Erasure>(entry.content.as_ref()?)
                .ok()
                .map(|erasure| erasure.entry)
        });
        let erasures = erasures.collect();
        Ok(Log { entries, head, key, statements, erasures, cosigned })
    }

    /// How many statements that are not given were erased.
    fn erased(&self, given: &[Entry]) -> u64 {
        let given: BTreeSet<u64> = given.iter().map(|entry| entry.seq).collect();
        self.erasures.difference(&given).count() as u64
    }
}

fn lines(text: Option<&Vec<u8>>) -> Vec<&[u8]> {
    let text = text.map_or(&[][..], Vec::as_slice);
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

/// The entry of a line, whose content must be what its leaf vouches for.
fn matched(line: &Line<'_>, leaf: &[u8]) -> Result<Entry, String> {
    let said: Leaf =
        serde_json::from_slice(leaf).map_err(|error| format!("its leaf cannot be read: {error}"))?;
    let salt = unhex(&line.salt).ok_or("its salt is none")?;
    let content = line.content.get().as_bytes();
    let commitment = entry::commitment(&salt, content);
    // Made anew, so that a leaf says nothing beside.
    if entry::leaf(&said.kind, said.at, &said.by, &commitment) != leaf {
        return Err(if unhex(&said.content) == Some(commitment) {
            "its leaf is not written as leaves are".to_owned()
        } else {
            "its content is not what was recorded".to_owned()
        });
    }
    let kind = Kind::named(&said.kind)
        .ok_or_else(|| format!("it is of a kind that is not known here: “{}”", said.kind))?;
    Ok(Entry { seq: line.seq, kind, at: said.at, by: said.by, content: Some(content.to_vec()) })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs =
        digits.chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect::<Vec<u8>>().try_into().ok()
}

/// The keys that the entries tell.
fn trust(entries: &[Entry]) -> Result<Trust, Refusal> {
    let told = |error: ledger::Error| refused(name::ENTRIES, error);
    let signers: Vec<&Entry> =
        entries.iter().filter(|e| matches!(e.kind, Kind::Ledger | Kind::Key)).collect();
    Trust::of_entries(&signers).map_err(told)
}

/// When each of these witnesses cosigned a checkpoint.
fn cosigned(note: &str, witnesses: &[WitnessKey]) -> Result<Vec<(String, Instant)>, Refusal> {
    let one = |witness: &WitnessKey| {
        let name = witness.witness().to_owned();
        let time = witness.time_of(note).map_err(|damage| refused(name::CHECKPOINT, damage))?;
        let time = time.ok_or_else(|| refused(name::CHECKPOINT, format!("{name} has not cosigned it")))?;
        Ok((name, Instant(i64::try_from(time).unwrap_or(i64::MAX / 1_000_000) * 1_000_000)))
    };
    witnesses.iter().map(one).collect()
}

/// A bundle with the cosignatures that its ledger has had since for its checkpoint, and how many there are.
///
/// # Errors
/// When it is no bundle, or of another ledger.
pub fn with_cosignatures(bytes: &[u8], kept: &[(u64, String)]) -> Result<(Vec<u8>, usize), Refusal> {
    let mut files = unzipped(bytes)?;
    let told = |why: &dyn ToString| refused(name::CHECKPOINT, why.to_string());
    let own = files.get(name::CHECKPOINT).cloned().ok_or_else(|| told(&"it is missing"))?;
    let own = String::from_utf8(own).map_err(|error| told(&error))?;
    let size = keys::claimed_size(&own).ok_or_else(|| told(&"it cannot be read"))?;
    let (_, other) = kept
        .iter()
        .find(|(kept, _)| *kept == size)
        .ok_or_else(|| told(&format!("the ledger keeps no checkpoint of {size} entries")))?;
    let merged = cosign::merged(&own, other).map_err(|error| told(&error))?;
    let count = cosign::split(&merged).map_err(|damage| told(&damage))?.1.count();
    files.insert(name::CHECKPOINT.to_owned(), merged.into_bytes());
    let bytes = publish::zipped(&files).map_err(|error| told(&error))?;
    Ok((bytes, count))
}

/// Each entry is proved to be in the log by itself.
fn proved(proofs: Option<&Vec<u8>>, entries: &[Entry], hashes: &[Hash], head: Head) -> Result<(), Refusal> {
    let mut paths = BTreeMap::new();
    for (index, text) in lines(proofs).iter().enumerate() {
        let at = || format!("{}:{}", name::PROOFS, index + 1);
        let proof: Proof = serde_json::from_slice(text).map_err(|error| refused(at(), error))?;
        let path: Option<Vec<Hash>> = proof
            .path
            .iter()
            .map(|hash| BASE64_STANDARD.decode(hash).ok().and_then(|bytes| bytes.try_into().ok()).map(Hash))
            .collect();
        paths.insert(proof.seq, path.ok_or_else(|| refused(at(), "it holds something that is no hash"))?);
    }
    for (entry, hash) in entries.iter().zip(hashes) {
        let path = paths.get(&entry.seq).ok_or_else(|| {
            refused(name::PROOFS, Damage::at(entry.seq, "there is no proof that it is in the log"))
        })?;
        tlog_tiles::check_record(path, head.size, head.root, entry.seq, *hash).map_err(|error| {
            refused(name::PROOFS, Damage::at(entry.seq, format!("it is not in the log: {error}")))
        })?;
    }
    Ok(())
}

/// The answers, made again and held against those that are given.
fn answers(
    watch: &Watch,
    finding: &Finding,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<String, Answer>, Refusal> {
    let mut answers = BTreeMap::new();
    for standard in &finding.question.standards {
        let file = finding
            .answers
            .get(standard)
            .ok_or_else(|| refused(name::FINDING, format!("it has no answer by {standard}")))?;
        let question = finding.question.question(standard).map_err(|error| refused(name::FINDING, error))?;
        let answer = answered(watch, &question).map_err(|error| refused(name::FINDING, error))?;
        let bytes = answer_bytes(&answer).map_err(|error| refused(file, error))?;
        if files.get(file) != Some(&bytes) {
            let own = program();
            let other = if own == finding.program {
                String::new()
            } else {
                format!(
                    "; it was made by {} {} (time zones {}), and this is {} (time zones {})",
                    finding.program.name,
                    finding.program.version,
                    finding.program.time_zones,
                    own.version,
                    own.time_zones
                )
            };
            return Err(refused(file, format!("the answer does not follow from the claims given{other}")));
        }
        answers.insert(standard.clone(), answer);
    }
    Ok(answers)
}

/// Follows the certificates, each of which must be about what is asked and given here.
fn certificates(
    watch: &Watch,
    finding: &Finding,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<usize, Refusal> {
    let mut followed = 0;
    for one in &finding.certificates {
        let Some(file) = &one.file else { continue };
        let text = files.get(file).ok_or_else(|| refused(file, "it is missing"))?;
        let text = std::str::from_utf8(text).map_err(|_| refused(file, "it is not UTF-8"))?;
        let verified =
            certify::verify(text).map_err(|fault| refused(file, format!("it fails at {fault}")))?;
        let (made, asked) = (&verified.certificate, &finding.question);
        let same = made.question.provision == one.provision
            && made.question.standard == one.standard
            && (made.question.at, made.question.known_at) == (asked.at, asked.known_at)
            && made.question.reading == asked.reading
            && made.agreement.text == watch.text
            && made.sources == watch.sources
            && made.claims.iter().eq(watch.claims.iter().map(|claim| &claim.written));
        if !same {
            return Err(refused(file, "it is about another question, or other claims, than the finding"));
        }
        followed += 1;
    }
    Ok(followed)
}
