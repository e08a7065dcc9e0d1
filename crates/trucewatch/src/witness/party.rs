//! What a witness does.
//!
//! Invariant: a refusal is the answer “no”, told in words; the secret key is readable by its owner alone.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use ledger::{Cosigner, Known, Request, Witness, witness::answer_all};
use serde_json::json;

use super::{Cosign, InWitness, Init, List, Serve, Trust, read, told, write};
use crate::{Failure, arguments::Format, print, system};

const KEY: &str = "witness.key";
const FILE: &str = "witness.db";

/// Makes the key and the file.
pub fn init(options: &Init) -> Result<(), Failure> {
    let folder = &options.witness.folder;
    let cosigner = Cosigner::generate(&options.name).map_err(told)?;
    let path = folder.join(KEY);
    let fault = |path: &Path, error: std::io::Error| Failure::Input(format!("{}: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| fault(folder, error))?;
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    Failure::Input(format!("{}: there is a witness here", path.display()))
                }
                _ => fault(&path, error),
            }
        })?;
    file.write_all(cosigner.text().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| fault(&path, error))?;
    Witness::open(&folder.join(FILE), cosigner.clone(), system::clock()).map_err(told)?;
    print::line(&cosigner.public())?;
    print::told(&format!(
        "This is the public key of the witness: who owns a ledger that it cosigns needs it. {} is secret.",
        path.display()
    ));
    Ok(())
}

fn open(place: &InWitness) -> Result<Witness, Failure> {
    let path = place.folder.join(KEY);
    if !path.is_file() {
        let why = "there is no witness here: `trucewatch witness init` begins one, -f says where it is";
        return Err(Failure::Input(format!("{}: {why}", place.folder.display())));
    }
    let cosigner = Cosigner::read(&read(&path)?);
    let cosigner = cosigner.map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Witness::open(&place.folder.join(FILE), cosigner, system::clock()).map_err(told)
}

/// Takes the key of a ledger.
pub fn trust(options: &Trust) -> Result<(), Failure> {
    let mut witness = open(&options.witness)?;
    let origin = options.origin.as_deref();
    let origin = origin.unwrap_or_else(|| options.key.split('+').next().unwrap_or_default());
    let from = options.from.as_deref().map(read).transpose()?;
    witness.trust(origin, &options.key, from.as_deref()).map_err(told)?;
    print::line(&format!("{origin}: what it adds is cosigned from now on"))
}

/// Answers files.
pub fn cosign(options: &Cosign) -> Result<(), Failure> {
    let mut witness = open(&options.witness)?;
    let (mut answers, mut refusals) = (String::new(), Vec::new());
    let requests: Result<Vec<(&PathBuf, String)>, Failure> =
        options.requests.iter().map(|path| Ok((path, read(path)?))).collect();
    let mut malformed = None;
    for (path, text) in requests? {
        match Request::all(&text) {
            Err(refusal) => malformed = Some(format!("{}: {refusal}", path.display())),
            Ok(requests) => {
                let (answer, refusal) = answer_all(&mut witness, &requests).map_err(told)?;
                answers.push_str(&answer);
                refusals.extend(refusal.map(|refusal| format!("{}: refused: {refusal}", path.display())));
            }
        }
    }
    if !answers.is_empty() {
        write(options.output.as_deref(), &answers)?;
    }
    match malformed {
        Some(why) => Err(Failure::Input(refusals.into_iter().chain([why]).collect::<Vec<_>>().join("\n"))),
        None if refusals.is_empty() => Ok(()),
        None => Err(Failure::No(refusals.join("\n"))),
    }
}

/// Serves until interrupted.
pub fn serve(options: &Serve) -> Result<(), Failure> {
    let witness = open(&options.witness)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let address = SocketAddr::new(options.address, options.port);
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Failure::Input(format!("{address} cannot be listened on: {error}; choose another with --port, or --port 0 for a free one"))
        })?;
        print::line(&format!("{}\nhttp://{}", witness.public(), listener.local_addr()?))?;
        let stop = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        Ok(server::witness::serve(witness, Arc::new(print::told), listener, stop).await?)
    })
}

/// What is vouched for.
pub fn list(options: &List) -> Result<(), Failure> {
    let logs = open(&options.witness)?.logs().map_err(told)?;
    if options.format == Format::Json {
        print::jsonl(&logs.iter().map(as_json).collect::<Vec<_>>())?;
    } else if logs.is_empty() {
        print::line("no ledger is cosigned yet: `trucewatch witness trust` takes the key of one")?;
    } else {
        let mut rows = vec![["ledger", "entries", "cosigned", "", "key"].map(str::to_owned).to_vec()];
        rows.extend(logs.iter().map(as_row));
        print::line(&print::table(&rows))?;
        for log in logs.iter().filter(|_| options.evidence) {
            evidence(log)?;
        }
    }
    let forked: Vec<&str> = logs.iter().filter(|log| log.forked()).map(|log| log.origin.as_str()).collect();
    if forked.is_empty() {
        return Ok(());
    }
    Err(Failure::No(format!(
        "{}: signed two checkpoints of one size that differ; --evidence prints them",
        forked.join(", ")
    )))
}

fn as_row(log: &Known) -> Vec<String> {
    let (size, at) = match &log.last {
        Some((head, at)) => (head.size.to_string(), at.to_string()),
        None => ("0".to_owned(), "not yet".to_owned()),
    };
    let state = match (log.forked(), log.contrary.len()) {
        (true, _) => "FORKED".to_owned(),
        (false, 0) => String::new(),
        (false, count) => format!("{count} shown without proof"),
    };
    let key = log.keys.last().map(|(_, key)| key.clone()).unwrap_or_default();
    vec![log.origin.clone(), size, at, state, key]
}

fn as_json(log: &Known) -> serde_json::Value {
    json!({
        "ledger": log.origin,
        "entries": log.last.as_ref().map_or(0, |(head, _)| head.size),
        "root": log.last.as_ref().map(|(head, _)| head.root.to_string()),
        "cosigned": log.last.as_ref().map(|(_, at)| at.to_string()),
        "checkpoints": log.checkpoints,
        "keys": log.keys.iter().map(|(since, key)| json!({"since": since, "key": key})).collect::<Vec<_>>(),
        "forked": log.forked(),
        "contrary": log.contrary.iter().map(|contrary| json!({
            "at": contrary.at.to_string(), "checkpoint": contrary.note, "other": contrary.other,
        })).collect::<Vec<_>>(),
    })
}

fn evidence(log: &Known) -> Result<(), Failure> {
    for contrary in &log.contrary {
        let what = match contrary.other {
            Some(_) => "two checkpoints of one size, both signed: this ledger has forked",
            None => "signed, and not shown to agree with what was cosigned",
        };
        print::line(&format!("\n{}, shown at {}: {what}\n\n{}", log.origin, contrary.at, contrary.note))?;
        if let Some(other) = &contrary.other {
            print::line(other)?;
        }
    }
    Ok(())
}
