//! `init`: a watch that a newcomer can fill in, written into a folder from a commented template.
//!
//! Invariant: nothing that is there is written over, and nothing is written unless the agreement checks without error
//! or warning.

use std::{io::Write as _, path::Path};

use crate::{Failure, arguments::Init};

/// The files of a new watch, and what is in them.
const TEMPLATE: [(&str, &str); 6] = [
    (watch::files::AGREEMENT, include_str!("template/agreement.pact.md")),
    ("sources.toml", include_str!("template/sources.toml")),
    ("watch.toml", include_str!("template/watch.toml")),
    ("zones/area.geojson", include_str!("template/zones/area.geojson")),
    ("evidence/claims.jsonl", include_str!("template/evidence/claims.jsonl")),
    ("README.md", include_str!("template/README.md")),
];

/// Taken where none is given.
const TIMEZONE: &str = "UTC";

/// Longer than any title that is read at a glance.
const NAME_LENGTH_MAX: usize = 200;

/// Writes a new watch.
pub fn run(options: &Init) -> Result<(), Failure> {
    let name = fit_name(&options.name)?;
    let is_given = options.timezone.is_some();
    let taken = if is_given { "" } else { "taken because none was given; " };
    let timezone = known_timezone(options.timezone.as_deref().unwrap_or(TIMEZONE))?;
    let title = serde_json::to_string(name).map_err(|error| Failure::Internal(error.to_string()))?;
    let filled: Vec<(&str, String)> = TEMPLATE
        .iter()
        .map(|(file, text)| {
            // The name last: what it holds is not a place to be filled in.
            let text = text.replace("{{timezone}}", timezone).replace("{{timezone_taken}}", taken);
            let text = text.replace("{{title}}", &title);
            (*file, text.replace("{{name}}", name))
        })
        .collect();
    checks(&filled)?;
    let folder = &options.folder;
    must_be_empty(folder)?;
    for (file, text) in &filled {
        write_new(&folder.join(file), text)?;
    }
    let zone =
        if is_given { "Its dates are in the time zone" } else { "No --timezone was given: its dates are in" };
    crate::print::line(&next(folder, &format!("{zone} {timezone}")))
}

/// The name, if a heading and a quotation in Pact can hold it.
fn fit_name(name: &str) -> Result<&str, Failure> {
    let name = name.trim();
    let length = name.chars().count();
    let reason = match () {
        () if name.is_empty() => "the name is empty".to_owned(),
        () if length > NAME_LENGTH_MAX => {
            format!("the name has {length} characters, more than {NAME_LENGTH_MAX}")
        }
        () if name.contains(['"', '“', '”']) || name.contains(char::is_control) => {
            "the name cannot hold quotation marks or line ends".to_owned()
        }
        () => return Ok(name),
    };
    Err(Failure::Input(format!("{reason}: write --name \"Truce in the valley\"")))
}

/// The time zone, if there is one of this name.
fn known_timezone(name: &str) -> Result<&str, Failure> {
    let Err(nearest) = language::timezone(name) else { return Ok(name) };
    let meant = nearest.map_or_else(
        || "write a place, such as Africa/Khartoum, or UTC".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Err(Failure::Input(format!("“{name}” is not a time zone of the IANA database; {meant}")))
}

/// Refuses an agreement that a name or zone has spoilt: that it can be is our fault.
fn checks(filled: &[(&str, String)]) -> Result<(), Failure> {
    let Some((file, text)) = filled.iter().find(|(file, _)| *file == watch::files::AGREEMENT) else {
        return Ok(());
    };
    match language::parse(text).diagnostics.first() {
        Some(diagnostic) => Err(Failure::Internal(language::render(file, text, diagnostic))),
        None => Ok(()),
    }
}

/// Refuses a folder that holds something, and a file of its name.
fn must_be_empty(folder: &Path) -> Result<(), Failure> {
    let named = folder.display();
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::Input(format!(
                "{named}: there are files in this folder, and none is written over; name a new folder: trucewatch init my-watch"
            ))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Input(format!("{named}: no folder can be made of it: {error}"))),
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let written = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::File::create_new(path)?.write_all(text.as_bytes())
    };
    written().map_err(|error| Failure::Input(format!("{}: it cannot be written: {error}", path.display())))
}

/// What was done, and what to do.
fn next(folder: &Path, zone: &str) -> String {
    let files: Vec<_> = TEMPLATE.iter().map(|(file, _)| format!("  {file}")).collect();
    let named = folder.display();
    let there = if folder == Path::new(".") { String::new() } else { format!("  cd '{named}'\n") };
    format!(
        "A new watch is in {named}:\n{}\n\n{zone}. To change it, write another in\n`timezone` near the top of agreement.pact.md, such as Africa/Khartoum.\n\nNext:\n{there}  trucewatch check     is the agreement understood?\n  trucewatch status    is it holding?\n  trucewatch serve     the same as pages on this machine\n\nREADME.md says what to change first.",
        files.join("\n"),
    )
}
