//! What the owner of a ledger does with witnesses.
//!
//! Invariant: a cosignature is added only under a key that was given by hand.

use std::{fs, path::Path, time::Duration};

use ledger::{Added, Cosignature, Ledger, Policy, Request, WitnessKey};
use model::Instant;
use serde_json::json;
use watch::place;

use super::{Add, Request as Asked, Send, entries, read, told, write};
use crate::{
    Failure,
    arguments::Format,
    print::{self, counted},
    system,
};

/// The policy beside the ledger: whose cosignatures count.
const WITNESSES: &str = "ledger.witnesses";
/// A witness has so long to answer.
const PATIENCE: Duration = Duration::from_secs(30);

fn open(folder: &Path) -> Result<Ledger, Failure> {
    if !place::is_begun(folder) {
        let why = "there is no ledger here yet: `trucewatch status` begins one";
        return Err(Failure::Input(format!("{}: {why}", folder.display())));
    }
    place::to_write(folder, &system::clock()).map_err(told)
}

fn policy(folder: &Path) -> Result<Policy, Failure> {
    let path = folder.join(WITNESSES);
    if !path.exists() {
        return Ok(Policy::default());
    }
    Policy::read(&read(&path)?).map_err(|why| Failure::Input(format!("{}: {why}", path.display())))
}

/// The policy, with keys that were given added to it.
fn policy_with(folder: &Path, keys: &[String], url: Option<&str>) -> Result<Policy, Failure> {
    let mut known = policy(folder)?;
    for key in keys {
        let key = WitnessKey::new(key).map_err(told)?;
        if known.witnesses.iter().any(|listed| listed.key == key) {
            continue;
        }
        let path = folder.join(WITNESSES);
        let mut text = if path.exists() { read(&path)? } else { String::new() };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let url = url.map(|url| format!(" {url}")).unwrap_or_default();
        text.push_str(&format!("witness {} {}{url}\n", key.witness(), key.public()));
        known = Policy::read(&text).map_err(|why| Failure::Input(format!("{}: {why}", path.display())))?;
        fs::write(&path, text).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    }
    Ok(known)
}

/// How many entries a witness has cosigned, as far as its cosignatures here tell.
fn since(ledger: &Ledger, key: &WitnessKey) -> Result<u64, Failure> {
    let given = ledger.cosignatures(std::slice::from_ref(key)).map_err(told)?;
    Ok(given.last().map_or(0, |cosignature| cosignature.size))
}

/// Writes a request.
pub fn request(options: &Asked) -> Result<(), Failure> {
    let folder = options.watch.find()?;
    let (ledger, known) = (open(&folder)?, policy(&folder)?);
    let since = match (&options.since, &options.witness) {
        (Some(since), _) => *since,
        (None, Some(name)) => {
            let listed = known.witness(name).ok_or_else(|| {
                Failure::Input(format!("{}: no witness is called “{name}”", folder.join(WITNESSES).display()))
            })?;
            since(&ledger, &listed.key)?
        }
        (None, None) => match &known.witnesses[..] {
            [] => 0,
            [only] => since(&ledger, &only.key)?,
            _ => return Err(Failure::Input("there are several witnesses: --witness says which".to_owned())),
        },
    };
    let requests = ledger.requests(since).map_err(told)?;
    let text: String = requests.iter().map(Request::to_string).collect();
    write(options.output.as_deref(), &text)?;
    let trust = ledger.trust().map_err(told)?;
    let size = entries(ledger.head().map_err(told)?.0.size);
    print::told(&format!("{}: {size}, of which the witness has cosigned {since}", trust.origin));
    if let (0, Some((_, key))) = (since, trust.keys.last()) {
        print::told(&format!(
            "A witness that is new needs the ledger's key first:\n  trucewatch witness trust '{key}'"
        ));
    }
    Ok(())
}

/// Adds answers.
pub fn add(options: &Add) -> Result<(), Failure> {
    let folder = options.watch.find()?;
    let ledger = open(&folder)?;
    let known = policy_with(&folder, &options.key, None)?.keys();
    let mut added = Added::default();
    for path in &options.answers {
        let answer = ledger.add_cosignatures(&read(path)?, &known).map_err(told)?;
        added.kept.extend(answer.kept);
        added.wrong.extend(answer.wrong);
        added.unknown += answer.unknown;
    }
    report(&added)
}

fn report(added: &Added) -> Result<(), Failure> {
    for cosignature in &added.kept {
        print::line(&in_words(cosignature))?;
    }
    let mut why = Vec::new();
    if added.unknown > 0 {
        why.push(format!(
            "{} by keys that are not known here, ignored: --key names the key of a witness",
            counted(added.unknown as u64, "signature")
        ));
    }
    for line in &added.wrong {
        why.push(format!("this cosigns no checkpoint of this ledger: {line}"));
    }
    if added.kept.is_empty() && why.is_empty() {
        why.push("there is no cosignature in it".to_owned());
    }
    if added.kept.is_empty() || !added.wrong.is_empty() {
        return Err(Failure::No(why.join("\n")));
    }
    why.iter().for_each(|why| print::told(why));
    Ok(())
}

fn time(cosignature: &Cosignature) -> Instant {
    Instant(i64::try_from(cosignature.time).unwrap_or(i64::MAX).saturating_mul(1_000_000))
}

fn in_words(cosignature: &Cosignature) -> String {
    format!("{}: {} cosigned at {}", cosignature.witness, entries(cosignature.size), time(cosignature))
}

/// Who cosigned what.
pub fn list(folder: &Path, format: Format) -> Result<(), Failure> {
    let ledger = place::to_read(folder, &system::clock()).map_err(told)?;
    let policy = policy(folder)?;
    let all = ledger.cosignatures(&policy.keys()).map_err(told)?;
    let kept = ledger.kept().map_err(told)?;
    let met = kept.iter().rev().find(|(_, note)| policy.is_met(note)).map(|(size, _)| *size);
    let size = ledger.head().map_err(told)?.0.size;
    if format == Format::Json {
        return print::json(&json!({
            "entries": size,
            "quorum": met,
            "cosignatures": all.iter().map(|one| json!({
                "witness": one.witness, "entries": one.size, "at": time(one).to_string(),
            })).collect::<Vec<_>>(),
        }));
    }
    for listed in &policy.witnesses {
        let name = listed.key.witness();
        match all.iter().rfind(|cosignature| cosignature.witness == name) {
            Some(last) => print::line(&in_words(last))?,
            None => print::line(&format!("{name}: nothing cosigned yet"))?,
        }
    }
    let met = match met {
        _ if policy.witnesses.is_empty() => {
            "no witness is known: `trucewatch witness add --key` names one".to_owned()
        }
        Some(met) => format!("{met} of {size} entries are cosigned as ledger.witnesses asks"),
        None => format!("none of the {size} entries are cosigned as ledger.witnesses asks"),
    };
    print::line(&met)
}

/// Asks witnesses over HTTP.
pub fn send(options: &Send) -> Result<(), Failure> {
    let folder = options.watch.find()?;
    let ledger = open(&folder)?;
    let keys: Vec<String> = options.key.iter().cloned().collect();
    let policy = policy_with(&folder, &keys, options.url.as_deref())?;
    let mut asked: Vec<(&str, Option<&WitnessKey>)> = Vec::new();
    match &options.url {
        Some(url) => {
            let given =
                keys.first().and_then(|key| policy.witnesses.iter().find(|one| one.key.public() == *key));
            let listed = given.or_else(|| policy.witnesses.iter().find(|one| one.url.as_ref() == Some(url)));
            asked.push((url, listed.map(|listed| &listed.key)));
        }
        None => {
            asked.extend(
                policy.witnesses.iter().filter_map(|one| Some((one.url.as_deref()?, Some(&one.key)))),
            );
        }
    }
    if asked.is_empty() {
        let why = "no witness has an address there: name one, with its --key";
        return Err(Failure::Input(format!("{}: {why}", folder.join(WITNESSES).display())));
    }
    let (mut added, mut refused) = (Added::default(), Vec::new());
    for (url, key) in asked {
        let since = key.map_or(Ok(0), |key| since(&ledger, key))?;
        match exchange(&ledger, url, since) {
            Ok(answer) => {
                let answer = ledger.add_cosignatures(&answer, &policy.keys()).map_err(told)?;
                added.kept.extend(answer.kept);
                added.wrong.extend(answer.wrong);
                added.unknown += answer.unknown;
            }
            Err(why) => refused.push(format!("{url}: {why}")),
        }
    }
    if !refused.is_empty() {
        for cosignature in &added.kept {
            print::line(&in_words(cosignature))?;
        }
        return Err(Failure::No(refused.join("\n")));
    }
    report(&added)
}

/// Sends what a witness needs; where it is at another size than was thought, once more from there.
fn exchange(ledger: &Ledger, url: &str, since: u64) -> Result<String, String> {
    let requests = |since| ledger.requests(since).map_err(|error| error.to_string());
    match post_all(url, &requests(since)?)? {
        Ok(answer) => Ok(answer),
        Err(size) if size != since => post_all(url, &requests(size)?)?.map_err(at_odds),
        Err(size) => Err(at_odds(size)),
    }
}

fn at_odds(size: u64) -> String {
    format!(
        "the witness has cosigned another checkpoint of {size} entries under this ledger's name: one of the two ledgers is not the \
         one that was there before"
    )
}

/// The answers to requests in turn; the size that the witness is at, where it is another.
fn post_all(url: &str, requests: &[Request]) -> Result<Result<String, u64>, String> {
    let mut answers = String::new();
    for request in requests {
        let path = match request {
            Request::Checkpoint(_) => "add-checkpoint",
            Request::Key(_) => "add-key",
        };
        let (status, body) = post(&format!("{}/{path}", url.trim_end_matches('/')), &request.to_string())?;
        match (status, body.trim_end().parse()) {
            (200, _) => answers.push_str(&body),
            (409, Ok(size)) => return Ok(Err(size)),
            _ => return Err(format!("the witness refuses ({status}): {}", body.trim_end())),
        }
    }
    Ok(Ok(answers))
}

fn post(url: &str, body: &str) -> Result<(u16, String), String> {
    if !url.starts_with("http://") {
        return Err("only http:// is spoken here: send the file of `trucewatch witness request` with another program, such as \
                    curl --data-binary @FILE URL/add-checkpoint, and add its answer"
            .to_owned());
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into();
    let sent = agent.post(url).content_type("text/plain; charset=utf-8").send(body);
    let mut response = sent.map_err(|error| format!("the witness cannot be reached: {error}"))?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(1 << 20).read_to_string();
    body.map(|body| (status, body)).map_err(|error| format!("its answer cannot be read: {error}"))
}
