//! `publish`: a finding in one file, which anyone can check without the watch.
//!
//! Invariant: nothing is written but the file that was named, and an entry of the ledger that says what was published.

use std::{fs, io::Write as _, path::PathBuf};

use clap::Args;
use model::{Instant, Standard};
use watch::{
    Question,
    bundle::{NotPublished, Publishing, publish, with_cosignatures},
};

use crate::{
    Failure,
    arguments::InWatch,
    print::{self, counted},
    progress::Progress,
    status::in_words,
};

/// Examples and limits of the verb.
pub const HELP: &str = "\
The file is a zip: a page in plain words, and beside it all that a program needs to make the answer again: the agreement, the \
statements of the sources, the log's leaves and its signed checkpoint, certificates. What is restricted to others is in \
neither the file nor the answer; that something was left out is said, and whose silence was not taken for evidence. The leaves \
tell of every entry its kind, when it was recorded and by whom, and a salted hash of the rest.

Examples:
  trucewatch publish -o finding.zip                                      for the public, at the last claim
  trucewatch publish -o finding.zip --at 2025-11-07T12:00+02:00 --standard alleged --standard account:hamas
  trucewatch publish -o inside.zip --audience desk                       with what is restricted to the desk
  trucewatch publish -o then.zip --as-recorded 270                       from the first 270 entries
  trucewatch publish -o finding.zip --cosigned                           once witnesses have signed its checkpoint
  trucewatch verify finding.zip                                          anywhere, without the watch

Exit code 0: done; 2: there is no such reading, or the file is there already; 3: an internal fault.";

#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    pub watch: InWatch,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    /// Statuses at this instant; with --known-at left out, as we know it now
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub at: Option<Instant>,
    /// Use nothing that became known later; sets --at too when that is left out
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub known_at: Option<Instant>,
    /// A standard of proof; may be given several times [default: those of the watch's settings, else alleged and corroborated]
    #[arg(long, value_parser = Standard::parse)]
    pub standard: Vec<Standard>,
    /// A reading that the agreement declares, or text
    #[arg(long, default_value = "text")]
    pub reading: String,
    /// For whom: what is restricted to others is left out
    #[arg(long, value_name = "NAME", default_value = "public")]
    pub audience: String,
    /// Leave nothing out, whatever it is restricted to
    #[arg(long, conflicts_with = "audience")]
    pub everything: bool,
    /// Who publishes: a role rather than a person, for it cannot be erased
    #[arg(long, value_name = "NAME", default_value = "desk")]
    pub by: String,
    /// Leave out the leaves of what is not given: each entry is proved by itself, and that they are all is not
    #[arg(long)]
    pub partial: bool,
    /// Publish nothing new: add to the file the cosignatures that witnesses have given its checkpoint since
    #[arg(long)]
    pub cosigned: bool,
    /// Leave out certificates, which take the longest to make
    #[arg(long)]
    pub no_certificates: bool,
}

impl From<NotPublished> for Failure {
    fn from(error: NotPublished) -> Self {
        match error {
            NotPublished::Internal(why) => Failure::Internal(why),
            other => Failure::Input(other.to_string()),
        }
    }
}

/// Publishes.
pub fn run(options: &Publish) -> Result<(), Failure> {
    let place = options.output.display();
    if options.cosigned {
        return cosigned(options);
    }
    if options.output.exists() && !options.force {
        return Err(Failure::Input(format!("{place}: it is there already; --force writes over it")));
    }
    let opened = options.watch.open()?;
    let Some(ledger) = opened.ledger else {
        return Err(Failure::Input(
            "the watch has no ledger that can be opened: nothing can be published".to_owned(),
        ));
    };
    let ledger = if options.watch.as_recorded.is_some() {
        drop(ledger);
        crate::arguments::open(&options.watch.place.paths()?, None)?.ledger.ok_or_else(|| {
            Failure::Input("the ledger cannot be written: what is published is recorded in it".to_owned())
        })?
    } else {
        ledger
    };
    let standards = standards(options, &opened.watch)?;
    let publishing = Publishing {
        question: Question {
            at: options.at,
            known_at: options.known_at,
            standard: Standard::Alleged,
            reading: Some(options.reading.clone()).filter(|reading| reading != "text"),
        },
        standards,
        audience: (!options.everything).then(|| options.audience.clone()),
        entries: opened.size,
        by: options.by.clone(),
        partial: options.partial,
        no_certificates: options.no_certificates,
    };
    let progress = Progress::new("certificates");
    let published = publish(&ledger, &publishing, &mut |done, all| progress.steps(done, all))?;
    drop(progress);
    let written = fs::File::create(&options.output)
        .and_then(|mut file| file.write_all(&published.bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| Failure::Input(format!("{place}: it cannot be written: {error}")))?;
    let mut rows = Vec::new();
    for (standard, answer) in &published.answers {
        for provision in &answer.provisions {
            let status = provision.status.map_or_else(|| "not computed".to_owned(), in_words);
            rows.push(vec![provision.id.clone(), standard.clone(), status]);
        }
    }
    print::line(&print::table(&rows))?;
    let finding = &published.finding;
    let shown = finding.certificates.iter().filter(|one| one.file.is_some()).count();
    print::line(&format!(
        "{place}: {} of the ledger, {} left out, {shown} of {}; recorded as entry {}",
        counted(finding.entries, "entry").replace("entrys", "entries"),
        counted(finding.withheld.restricted + finding.withheld.unopened, "statement"),
        counted(finding.certificates.len(), "certificate"),
        published.entry,
    ))
}

/// Adds the cosignatures that came since to a file that was published.
fn cosigned(options: &Publish) -> Result<(), Failure> {
    let place = options.output.display();
    let bytes = watch::files::read_bytes(&options.output)?;
    let told = |error: watch::ledger::Error| Failure::Input(error.to_string());
    let ledger =
        watch::place::to_read(&options.watch.place.find()?, &crate::system::clock()).map_err(told)?;
    let (bytes, count) = with_cosignatures(&bytes, &ledger.kept().map_err(told)?)
        .map_err(|refusal| Failure::Input(format!("{place}: {refusal}")))?;
    fs::write(&options.output, bytes).map_err(|error| Failure::Input(format!("{place}: {error}")))?;
    print::line(&format!("{place}: {} on its checkpoint", counted(count, "signature")))
}

/// The standards asked for.
fn standards(options: &Publish, watch: &watch::Watch) -> Result<Vec<Standard>, Failure> {
    let named: Result<Vec<Standard>, String> = match options.standard.as_slice() {
        [] if watch.settings.standards.is_empty() => {
            ["alleged", "corroborated"].into_iter().map(Standard::parse).collect()
        }
        [] => watch.settings.standards.iter().map(|name| Standard::parse(name)).collect(),
        some => Ok(some.to_vec()),
    };
    let named = named.map_err(Failure::Input)?;
    named.iter().try_for_each(|standard| watch.knows(standard)).map_err(Failure::Input)?;
    Ok(named)
}
