//! `monitor`: verdicts kept up to date, new claims in and changed verdicts out.
//!
//! Invariant: one line in is answered before the next is read, so that what is printed does not hang on how lines came in
//! portions; what cannot be read costs only itself.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
};

use model::answer::Rejected;
use serde_json::Value;
use watch::{
    Monitor, Paths,
    monitor::{Asked, NotMonitored, Told},
};

use crate::{Failure, arguments, print};

/// Monitors until its input ends.
pub fn run(options: &arguments::Monitor) -> Result<(), Failure> {
    let folders = match options.watches.as_slice() {
        [] => vec![Paths::nearest(&std::env::current_dir()?)?],
        named => named.to_vec(),
    };
    let threads =
        options.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, |t| t.get());
    let asked = Asked {
        standards: options.standard.clone(),
        readings: options.reading.clone(),
        at: options.at,
        known_at: options.known_at,
        threads,
    };
    let mut monitors = folders.iter().map(|folder| load(folder, &asked)).collect::<Result<Vec<_>, _>>()?;
    let mut rejected: usize = monitors.iter().map(|monitor| monitor.read.rejected.len()).sum();
    if !options.changes_only {
        monitors.iter().try_for_each(|monitor| tell(&monitor.verdicts(&options.instances)))?;
    }
    if !options.once {
        rejected += answer(&mut monitors)?;
    }
    match rejected {
        0 => Ok(()),
        lines if options.strict => Err(Failure::Input(format!("{} rejected", print::counted(lines, "line")))),
        _ => Ok(()),
    }
}

fn load(folder: &Path, asked: &Asked) -> Result<Monitor, Failure> {
    let paths = Paths::of_folder(folder)?;
    let folder = folder.canonicalize()?;
    let monitor = Monitor::load(&folder, &paths, asked).map_err(|error| match error {
        NotMonitored::Problems(problems) => Failure::from(problems),
        NotMonitored::Reading(unknown) => Failure::from(unknown),
    })?;
    list(&monitor.read.rejected);
    let (by_instance, whole) = monitor.ways();
    print::told(&format!(
        "{}: {}, {} live, known up to {}; {} kept instance by instance, {} evaluated whole",
        monitor.name,
        print::counted(monitor.read.lines, "line"),
        print::counted(monitor.live(), "claim"),
        monitor.known(),
        print::counted(by_instance, "verdict"),
        whole,
    ));
    Ok(monitor)
}

/// Reads claims line by line from standard input, and answers each; gives back how many lines were rejected.
fn answer(monitors: &mut [Monitor]) -> Result<usize, Failure> {
    let mut input = std::io::stdin().lock();
    let (mut line, mut number, mut rejected) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = input.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(rejected);
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let faults = match route(&line, monitors) {
            Err(reason) => vec![fault(number, reason)],
            Ok((at, text)) => {
                let mut read = watch::monitor::claims("standard input", &text)?;
                read.rejected.iter_mut().for_each(|rejected| rejected.line = number);
                read.claims.iter_mut().for_each(|claim| claim.read_from.1 = number);
                let (told, more) = monitors[at].take(read.claims);
                tell(&told)?;
                read.rejected.into_iter().chain(more).collect()
            }
        };
        rejected += faults.len();
        list(&faults);
    }
}

fn fault(line: usize, reason: String) -> Rejected {
    Rejected { file: "standard input".to_owned(), line, field: "watch".to_owned(), reason }
}

/// The watch that a line is for, and the line as a claim of it: of several the field `watch` says which.
fn route(line: &[u8], monitors: &[Monitor]) -> Result<(usize, Vec<u8>), String> {
    if monitors.len() == 1 {
        return Ok((0, line.to_vec()));
    }
    let names = || monitors.iter().map(|monitor| monitor.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut object: serde_json::Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| format!("it is no JSON object: {error}"))?;
    let named = match object.remove("watch") {
        Some(Value::String(name)) => name,
        _ => return Err(format!("several watches are monitored: say which, one of {}", names())),
    };
    let at = monitors.iter().position(|monitor| monitor.name == named);
    let at = at.ok_or_else(|| format!("“{named}” is not monitored: one of {}", names()))?;
    Ok((at, serde_json::to_vec(&object).map_err(|error| error.to_string())?))
}

fn tell(told: &[Told]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in told {
        let text = serde_json::to_string(line).map_err(|error| Failure::Internal(error.to_string()))?;
        match writeln!(out, "{text}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            other => other?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn list(rejected: &[Rejected]) {
    for line in rejected {
        let field = if line.field.is_empty() { String::new() } else { format!("{}: ", line.field) };
        print::told(&format!("{}:{}: {field}{}", line.file, line.line, line.reason));
    }
}
