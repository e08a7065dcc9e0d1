//! `monitor --shared`: one of several programs that keep the verdicts of one ledger up to date.
//!
//! Invariant: what is printed is what all of them tell, each line once, whoever computed it.

use std::{path::PathBuf, time::Duration};

use watch::{
    Paths,
    ledger::{Error, Postgres, PostgresShards, shards::Shards as _, shards::Worker},
    monitor::{Asked, Shared},
    place::Place,
};

use crate::{Failure, arguments, print};

/// How long nothing is done where there is nothing to do.
const REST: Duration = Duration::from_millis(200);
/// After a connection was lost, another is tried this much later.
const AFTER_A_FAULT: Duration = Duration::from_secs(2);

/// Works until it is interrupted; with `--once` until everything that is recorded now has been told.
pub fn run(options: &arguments::Monitor, folders: &[PathBuf], asked: &Asked) -> Result<(), Failure> {
    let [folder] = folders else {
        return Err(Failure::Input("--shared works on one watch: start a program for each".to_owned()));
    };
    let told = |error: Error| Failure::Input(error.to_string());
    let Place::Server(address) = Place::of(folder).map_err(told)? else {
        let why = "its ledger is in a file: “trucewatch move postgres://…” lets it go on in PostgreSQL";
        return Err(Failure::Input(format!("{}: {why}", folder.display())));
    };
    let paths = Paths::of_folder(folder)?;
    let read = arguments::read(folder, &paths, None)?;
    read.notes.iter().for_each(|note| print::told(note));
    let size = read.size;
    drop(read);
    let name = folder.canonicalize()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut after = None;
    loop {
        match work(
            &name.clone().unwrap_or_default(),
            &address,
            asked,
            options.once.then_some(size),
            &mut after,
        ) {
            Ok(()) => return Ok(()),
            Err(Failure::Input(why)) if !options.once => {
                print::told(&format!("{why}; going on in a moment"));
                std::thread::sleep(AFTER_A_FAULT);
            }
            Err(other) => return Err(other),
        }
    }
}

/// Works over one connection, until it is lost.
fn work(
    name: &str,
    address: &str,
    asked: &Asked,
    until: Option<u64>,
    after: &mut Option<u64>,
) -> Result<(), Failure> {
    let told = |error: Error| Failure::Input(error.to_string());
    let ledger = Box::new(Postgres::open_to_read(address).map_err(told)?);
    // Time passes as claims become known, as it does for one program.
    let mut shared = Shared::new(name, ledger, asked.clone(), None);
    let mut shards = PostgresShards::open(address).map_err(told)?;
    shards.enroll(&shared.parts()).map_err(told)?;
    let mut listening = PostgresShards::open(address).map_err(told)?;
    let mut worker = Worker::new(Box::new(shards), &mut shared);
    loop {
        let busy = worker.turn().map_err(told)?;
        let mut lines = Vec::new();
        let from = after.unwrap_or(0);
        let reached = listening
            .told(from, &mut |line| {
                lines.push(line.text);
                Ok(())
            })
            .map_err(told)?;
        lines.iter().try_for_each(|line| print::line(line))?;
        *after = Some(reached);
        if let Some(until) = until {
            let step = listening.step(reached).map_err(told)?;
            if step.is_some_and(|step| step.size >= until) {
                return Ok(());
            }
        }
        if !busy {
            std::thread::sleep(REST);
        }
    }
}
