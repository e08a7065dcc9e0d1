//! `monitor`: verdicts kept up to date, new claims in and changed verdicts out.
//!
//! Invariant: one line in is answered before the next is read, so that what is printed does not hang on how lines came in
//! portions; what cannot be read costs only itself.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    sync::Arc,
};

use model::answer::Rejected;
use serde_json::Value;
use watch::{
    Monitor, Paths,
    ledger::Ledger,
    monitor::{Asked, NotMonitored, Told},
};

use crate::{Failure, arguments, print};

/// What is said of a line that came in, in place of a file.
const FROM: &str = "standard input";

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
    if options.shared {
        return crate::shared::run(options, &folders, &asked);
    }
    let mut monitors =
        folders.iter().map(|folder| load(folder, &asked, options)).collect::<Result<Vec<_>, _>>()?;
    let mut rejected: usize = monitors.iter().map(|kept| kept.monitor.read.rejected.len()).sum();
    if !options.changes_only {
        monitors.iter().try_for_each(|kept| tell(&kept.monitor.verdicts(&options.instances)))?;
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

/// A monitor, and the ledger that what comes in is recorded in.
struct Kept {
    monitor: Monitor,
    /// None where what comes in is not recorded.
    ledger: Option<Arc<Ledger>>,
}

fn load(folder: &Path, asked: &Asked, options: &arguments::Monitor) -> Result<Kept, Failure> {
    let paths = Paths::of_folder(folder)?;
    let folder = folder.canonicalize()?;
    let told = |error| match error {
        NotMonitored::Problems(problems) => Failure::from(problems),
        NotMonitored::Reading(unknown) => Failure::from(unknown),
    };
    let (monitor, ledger) = if options.files_only {
        (Monitor::load(&folder, &paths, asked).map_err(told)?, None)
    } else {
        let read = arguments::read(&folder, &paths, options.as_recorded)?;
        read.notes.iter().for_each(|note| print::told(note));
        let monitor = Monitor::held(&folder, &read.held, asked).map_err(told)?;
        (monitor, read.ledger)
    };
    let ledger = if options.dry_run || options.once || options.as_recorded.is_some() { None } else { ledger };
    let writable = ledger.as_ref().is_some_and(|ledger| ledger.can_sign());
    if !(writable || options.files_only || options.dry_run || options.once || options.as_recorded.is_some()) {
        let why = "what comes in cannot be recorded: there is no ledger here that can be written";
        return Err(Failure::Input(format!(
            "{}: {why}; --dry-run answers without recording",
            folder.display()
        )));
    }
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
    Ok(Kept { monitor, ledger })
}

/// Reads claims line by line from standard input, records them, and answers each; gives back how many lines were rejected. Lines that
/// have come in together are recorded together.
fn answer(monitors: &mut [Kept]) -> Result<usize, Failure> {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let (mut number, mut rejected) = (0, 0);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            number += 1;
            if !line.iter().all(u8::is_ascii_whitespace) {
                lines.push((number, line));
            }
            if !input.buffer().contains(&b'\n') {
                break;
            }
        }
        let ended = lines.is_empty() && input.fill_buf()?.is_empty();
        rejected += portion(lines, monitors)?;
        if ended {
            return Ok(rejected);
        }
    }
}

/// Records lines and answers each.
fn portion(lines: Vec<(usize, Vec<u8>)>, monitors: &mut [Kept]) -> Result<usize, Failure> {
    let routed: Vec<_> = lines.into_iter().map(|(number, line)| (number, route(&line, monitors))).collect();
    for (at, kept) in monitors.iter().enumerate() {
        let Some(ledger) = &kept.ledger else { continue };
        let own = routed.iter().filter_map(|(number, routed)| match routed {
            Ok((to, text)) if *to == at => watch::taking::of_line(FROM, *number, text).ok(),
            _ => None,
        });
        let drafts: Vec<_> = own.collect();
        if !drafts.is_empty() {
            // What was not recorded is not answered: it would be forgotten.
            ledger.append(drafts).map_err(|error| Failure::Input(error.to_string()))?;
        }
    }
    let mut rejected = 0;
    for (number, routed) in routed {
        let faults = match routed {
            Err(reason) => vec![fault(number, reason)],
            Ok((at, text)) => {
                let mut read = watch::monitor::claims(FROM, &text)?;
                read.rejected.iter_mut().for_each(|rejected| rejected.line = number);
                read.claims.iter_mut().for_each(|claim| claim.read_from.1 = number);
                let (told, more) = monitors[at].monitor.take(read.claims);
                tell(&told)?;
                read.rejected.into_iter().chain(more).collect()
            }
        };
        rejected += faults.len();
        list(&faults);
    }
    Ok(rejected)
}

fn fault(line: usize, reason: String) -> Rejected {
    Rejected { file: FROM.to_owned(), line, field: "watch".to_owned(), reason }
}

/// The watch that a line is for, and the line as a claim of it: of several the field `watch` says which.
fn route(line: &[u8], monitors: &[Kept]) -> Result<(usize, Vec<u8>), String> {
    if monitors.len() == 1 {
        return Ok((0, line.to_vec()));
    }
    let names = || monitors.iter().map(|kept| kept.monitor.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut object: serde_json::Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| format!("it is no JSON object: {error}"))?;
    let named = match object.remove("watch") {
        Some(Value::String(name)) => name,
        _ => return Err(format!("several watches are monitored: say which, one of {}", names())),
    };
    let at = monitors.iter().position(|kept| kept.monitor.name == named);
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
