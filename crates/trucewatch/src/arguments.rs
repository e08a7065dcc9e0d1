//! What can be typed: verbs, their options and examples.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Instant, Standard, Status, vocabulary::LANGUAGES};
use watch::{Opened, Opening, Paths, Question, Watch, opened::Unread};

use crate::{Failure, progress::Progress};

/// Says whether a ceasefire or peace agreement is holding: which promise, by whom, was kept or broken, by when, on
/// whose word, with what certainty.
#[derive(Debug, Parser)]
#[command(name = "trucewatch", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "Examples:
  trucewatch check watches/gaza-2025/agreement.pact.md
  trucewatch status -w watches/gaza-2025 --known-at 2025-11-07T12:00+02:00
  trucewatch explain remains -w watches/gaza-2025 --standard account:hamas
  trucewatch serve -w watches/gaza-2025
  trucewatch vocabulary \"fuel truck\"";

const INIT_HELP: &str = "\
What is written is an example to be replaced: an agreement with one of each common statement and comments that say what \
to change, two sides and a monitor as sources, a square for a zone, and no claim yet. It checks as it stands.

Examples:
  trucewatch init my-watch --name \"Truce in the valley\" --timezone Africa/Khartoum
  trucewatch init                                   in this folder, if it is empty
  trucewatch check -w my-watch                      then, after every change

Exit code 0: done; 2: the folder holds files, or there is no such time zone.";

const MONITOR_HELP: &str = "\
All is computed from the evidence of each watch at the start. Every verdict is printed once, then claims are read from \
standard input, one JSON object a line, and every verdict that a line changes is printed before the next line is read. \
What comes in is recorded in the ledger before it is answered. Time passes as claims become known: a deadline is over once a claim that \
became known after it has come in. Under `corroborated` and `adverse`, and where what someone does hangs on evidence of \
something else, a provision is evaluated whole on each change: with very many claims that takes longer.

Examples:
  trucewatch monitor < new.jsonl                              the nearest watch
  trucewatch monitor watches/a watches/b < new.jsonl          each line says for which: {\"watch\": \"a\", …}
  trucewatch monitor --once --instances breached,late         what holds now, with the instances that are or may be so
  trucewatch monitor --standard alleged --standard adverse    several standards beside each other
  trucewatch monitor --shared --standard alleged --standard adverse    the same on each of several machines: each does a part of \
it, what one did that dies is taken over, and each prints what all tell, once

Exit code 0: the input has ended; 2: a watch cannot be read or, with --strict, a line was rejected.";

const CHECK_HELP: &str = "\
In a folder, and in the folders directly in it, every file that ends in .pact.md is checked: a watch, or a folder of \
watches. Outlines of zones, and sources, are looked for beside the file; for standard input they are not.

Examples:
  trucewatch check                                  the nearest watch's agreement
  trucewatch check draft.pact.md watches            a file, and a folder of watches
  trucewatch check - < draft.pact.md                from standard input
  trucewatch check --means draft.pact.md            what each provision means
  trucewatch check --format json watches            for programs: one JSON object a line
  trucewatch check --explain bare-list              what a code means, with an example

Exit code 0: no errors; 1: errors in a text; 2: a file cannot be read, or an outline or source is missing.";

const FMT_HELP: &str = "\
Only blanks and blank lines inside the `pact` blocks change. A statement starts at the block's margin; its lines \
stand two spaces further in, and what belongs to one of those lines two more. There is one space between words, and \
one blank line between statements of several lines. Where lines break, what comments say and the text around the \
blocks stay. So does a statement with an error in it: `trucewatch check` says what is wrong.

Examples:
  trucewatch fmt                                    the nearest watch's agreement
  trucewatch fmt draft.pact.md watches/gaza-2025    a file, and a watch's agreement
  trucewatch fmt --check watches/*                  say which are not laid out, and write nothing
  trucewatch fmt - < draft.pact.md                  from standard input to standard output

Exit code 0: done; 1: with --check, some are not laid out; 2: a file cannot be read or written.";

const DIFF_HELP: &str = "\
What is compared is what the drafts say: a deadline moved, a party no longer bound, a ratio, an assumption. Words and \
layout that change nothing in that are only counted. Nobody's gain or loss is judged. Of two folders the maps, the \
sources and the settings are compared too: which ground was added, removed, moved or redrawn, and how large it is.

Examples:
  trucewatch diff old.pact.md new.pact.md
  trucewatch diff watches/gaza-2025 draft.pact.md --json
  trucewatch diff old-folder watches/gaza-2025

Exit code 0: no difference in meaning; 1: there are differences; 2: a draft cannot be read or has errors.";

const EXPLAIN_HELP: &str = "\
Examples:
  trucewatch explain remains
  trucewatch explain aid 2025-10-12 --standard account:israel
  trucewatch explain remains_for_remains '#3' --reading israeli_dead_only
  trucewatch explain remains --why-not met           the evidence that is enough to rule it out
  trucewatch explain aid 2025-10-12 --what-would-change   the smallest edits of the evidence that would
  trucewatch explain remains --certificate remains.json   then: trucewatch verify remains.json

Of --what-would-change: edits are a claim rejected, a claim accepted, a report added, a coverage added; the fewest come first, then \
the least amount. One edit and two are gone through; where more are needed, one change is shown of which every edit is needed.

Exit code 0: done; 1: with --certificate, nothing shows this verdict yet; 2: there is no such provision or instance, or it is not \
computed.";

const VERIFY_HELP: &str = "\
Of a published finding it is checked that the file is whole, that the signed checkpoint of the log vouches for every entry in it, and \
that the answer, made again from them, is the same to the byte. It says how much that proves: “complete at checkpoint N” where no \
entry can have been left out unseen. Who signed it the file itself cannot prove: compare the key with one that you have from \
elsewhere, or give that with --key.

A certificate holds the agreement, every claim and source that it was made from, and the steps by which the verdict follows. They \
are followed one by one, by a program that shares nothing with the one that found the verdict. That the claims are all there are, \
and that they are true, it does not show.

Examples:
  trucewatch verify finding.zip --key \"$(cat mission.key)\"
  trucewatch explain remains --certificate remains.json
  trucewatch verify remains.json
  trucewatch verify remains.json --format json

Exit code 0: re-derived from the claims given; 1: it fails, and where; 2: the file cannot be read.";

const HISTORY_HELP: &str = "\
A row for each instant from which on another verdict was known for the one instant asked about (--at): its statuses, and the \
claim, the decision or the passing of time (silence that came to count) without which it would not have changed.

Examples:
  trucewatch history remains --at 2025-10-14T12:00+03:00
  trucewatch history aid 2025-10-12 --at 2025-10-13T00:00+03:00      one day's quota
  trucewatch history cessation --at 2025-10-20T00:00+03:00 --known-at 2025-11-01T00:00+02:00
  trucewatch history remains --at 2025-11-01T00:00+02:00 --format csv

Exit code 0: done; 2: there is no such provision or instance, or it is not computed.";

const COMPARE_HELP: &str = "\
The standards are the graded ones, those of the watch's settings, and the account of each side that speaks of the provision. The \
readings are the text and those that bear on the provision. What differs is told against the first row.

Examples:
  trucewatch compare remains_for_remains
  trucewatch compare aid --at 2025-11-07T12:00+02:00
  trucewatch compare cessation --format csv
  trucewatch compare aid --reading aid_trucks_only                   that reading alone, under every standard
  trucewatch compare aid --standard corroborated                     that standard alone, in every reading

Exit code 0: done; 2: there is no such provision, standard or reading.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Begin a watch: a folder with an agreement to fill in, its sources, a zone and a place for claims
    #[command(after_help = INIT_HELP)]
    Init(Init),
    /// Check an agreement's text: what is wrong, where, and how to mend it
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Lay out the Pact of an agreement, without a change to what it says
    #[command(after_help = FMT_HELP)]
    Fmt(Fmt),
    /// What changed between two drafts of an agreement, in words
    #[command(after_help = DIFF_HELP)]
    Diff(Diff),
    /// Evaluate an agreement against claims, from files alone, as JSON
    #[command(
        after_help = "Examples:\n  trucewatch evaluate agreement.pact.md --claims claims.jsonl --sources sources.toml\n  trucewatch evaluate agreement.pact.md --claims a.jsonl --claims b.csv --known-at 2025-10-15T12:00+03:00 --standard corroborated"
    )]
    Evaluate(Evaluate),
    /// Is it holding? A table of provisions, bearers and statuses
    #[command(
        after_help = "Examples:\n  trucewatch status -w watches/gaza-2025\n  trucewatch status --at 2025-10-14T00:00+03:00        what we know now of that instant\n  trucewatch status --known-at 2025-10-14T00:00+03:00  what was known then"
    )]
    Status(Ask),
    /// Why a provision has the status it has, down to the words of each source
    #[command(after_help = EXPLAIN_HELP)]
    Explain(Explain),
    /// How the verdict for one instant changed as evidence came in, and which claim changed it
    #[command(after_help = HISTORY_HELP)]
    History(History),
    /// One provision under every standard of proof and every reading, beside each other
    #[command(after_help = COMPARE_HELP)]
    Compare(Compare),
    /// Publish a finding: one file with the answer and all that shows how it follows
    #[command(after_help = crate::publish::HELP)]
    Publish(crate::publish::Publish),
    /// Check a published finding or a certificate: whether its answer is re-derived from the claims that it holds
    #[command(after_help = VERIFY_HELP)]
    Verify(Verify),
    /// Replay the whole ledger: whether it is what was recorded, and where first it is not
    #[command(after_help = crate::audit::HELP)]
    Audit(crate::audit::Audit),
    /// Destroy the content of an entry for good, where law or somebody's safety asks for it
    #[command(after_help = crate::erase::HELP)]
    Erase(crate::erase::Erase),
    /// Keep archived copies of what sources published, by their hash
    #[command(after_help = crate::document::HELP)]
    Document(crate::document::Document),
    /// Copy the ledger elsewhere, leaf for leaf: into a file or PostgreSQL
    #[command(after_help = crate::copying::EXPORT_HELP)]
    Export(crate::copying::Copying),
    /// Copy a ledger into that of the watch, leaf for leaf
    #[command(after_help = crate::copying::IMPORT_HELP)]
    Import(crate::copying::Copying),
    /// Copy the ledger into a file while others record, and audit the copy
    #[command(after_help = crate::copying::BACKUP_HELP)]
    Backup(crate::copying::Backup),
    /// Let the ledger go on elsewhere: in PostgreSQL for many, in a file for one
    #[command(after_help = crate::copying::MOVE_HELP)]
    Move(crate::copying::Copying),
    /// Keep verdicts up to date: new claims in, changed verdicts out, as JSON Lines
    #[command(after_help = MONITOR_HELP)]
    Monitor(Monitor),
    /// Serve the watch as web pages on this machine
    #[command(
        after_help = "Examples:\n  trucewatch serve -w watches/gaza-2025\n  trucewatch serve --port 9000"
    )]
    Serve(Serve),
    /// The words that an agreement can use: acts, items and stages, in seven languages, with what others call them
    #[command(
        after_help = "Examples:\n  trucewatch vocabulary                          the whole tree\n  trucewatch vocabulary shell                    all about one term\n  trucewatch vocabulary otage                    by its name in any of the languages\n  trucewatch vocabulary --kind mapping armed     by what ACLED, UCDP, CAMEO, PLOVER or the OSCE call it\n  trucewatch vocabulary --kind item --lang ar    the items with their Arabic names\n  trucewatch vocabulary release --json\n\nCase, accents and vowel marks make no difference. Exit code 1: nothing found."
    )]
    Vocabulary(Vocabulary),
    /// Which key signs the ledger, and another in its place
    #[command(after_help = crate::key::HELP)]
    Key(crate::key::Key),
    /// Let others see to it that a ledger is not rewritten: cosign one, or have yours cosigned
    #[command(after_help = crate::witness::HELP)]
    Witness(crate::witness::Witness),
    /// Speak with an editor on standard input and output (Language Server Protocol)
    #[command(
        after_help = "Editors start this themselves: see editors/vscode and editors/neovim.md.\nThe text alone is read; `trucewatch check` also looks for the outlines of zones."
    )]
    Lsp,
}

#[derive(Debug, Args)]
pub struct Init {
    /// A folder that is new or empty
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// What the agreement is called
    #[arg(long, default_value = "A new agreement")]
    pub name: String,
    /// The time zone of its dates, by its name in the IANA database; UTC when left out
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Agreements: files, folders, or - for standard input; the nearest watch's when left out
    #[arg(value_name = "FILE|FOLDER", conflicts_with = "folder")]
    pub texts: Vec<PathBuf>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Say also, of a text without errors, what each provision, phase and milestone means in words
    #[arg(long, conflicts_with = "format")]
    pub means: bool,
    /// Print the page of a code instead: what it means, an example, the example mended
    #[arg(long, value_name = "CODE", conflicts_with_all = ["texts", "format", "folder", "means"])]
    pub explain: Option<String>,
    #[command(flatten)]
    pub watch: InFolder,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// Agreements: files, watches' folders, or - for standard input; the nearest watch's when left out
    #[arg(value_name = "FILE|FOLDER")]
    pub texts: Vec<PathBuf>,
    /// Write nothing: name those that are not laid out, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Print the new texts instead of writing them
    #[arg(long, conflicts_with = "check")]
    pub stdout: bool,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// The earlier draft: a file, or a watch's folder
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later draft: a file, or a watch's folder
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// One JSON object instead of sentences
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Evaluate {
    /// The agreement's file
    pub agreement: PathBuf,
    /// A file of claims: JSON Lines, or the plain event table as CSV; may be given several times
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub claims: Vec<PathBuf>,
    /// Who speaks; without it every source is its own origin and covers nothing
    #[arg(long, value_name = "FILE")]
    pub sources: Option<PathBuf>,
    /// Decisions about claims, as JSON Lines: merge, split, reject, place
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Exit with 2 when a line was rejected
    #[arg(long)]
    pub strict: bool,
    /// The only format there is
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
    #[command(flatten)]
    pub question: Asked,
}

#[derive(Debug, Args)]
pub struct Ask {
    #[command(flatten)]
    pub watch: InWatch,
    #[command(flatten)]
    pub question: Asked,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Shape::Table)]
    pub format: Shape,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The provision
    pub provision: String,
    /// The instance: a day, #k, or once; the last when left out
    pub instance: Option<String>,
    /// Say instead why it cannot have this status: the least evidence that rules it out
    #[arg(long, value_name = "STATUS", value_parser = Status::parse, conflicts_with = "what_would_change")]
    pub why_not: Option<Status>,
    /// Say instead what would change its status: the smallest edits of the evidence
    #[arg(long)]
    pub what_would_change: bool,
    /// Write what shows the verdict into this file, which `trucewatch verify` checks
    #[arg(long, value_name = "FILE", conflicts_with_all = ["what_would_change", "why_not"])]
    pub certificate: Option<PathBuf>,
    #[command(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Args)]
pub struct History {
    /// The provision
    pub provision: String,
    /// The instance: a day, #k, or once; all of them together when left out
    pub instance: Option<String>,
    #[command(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Args)]
pub struct Compare {
    /// The provision
    pub provision: String,
    #[command(flatten)]
    pub watch: InWatch,
    /// Statuses at this instant; with --known-at left out, as we know it now
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub at: Option<Instant>,
    /// Use nothing that became known later; sets --at too when that is left out
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub known_at: Option<Instant>,
    /// This standard alone; all of them when left out
    #[arg(long, value_parser = Standard::parse)]
    pub standard: Option<Standard>,
    /// This reading alone, or text; all of them when left out
    #[arg(long)]
    pub reading: Option<String>,
    /// Leave out what is restricted to others; “public” leaves out everything restricted [default: leave nothing out]
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Shape::Table)]
    pub format: Shape,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The file of the finding or the certificate
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Of a finding: the public key that its ledger must have begun with
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Of a finding: the public key of a witness that must have cosigned its checkpoint; may be given several times
    #[arg(long, value_name = "KEY")]
    pub witness: Vec<String>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct Monitor {
    /// The watches' folders; the nearest upward that holds an agreement.pact.md when left out
    #[arg(value_name = "FOLDER")]
    pub watches: Vec<PathBuf>,
    /// A standard of proof; may be given several times
    #[arg(long, default_value = "alleged", value_parser = Standard::parse)]
    pub standard: Vec<Standard>,
    /// A reading that every one of the agreements declares, or text; may be given several times
    #[arg(long, default_value = "text")]
    pub reading: Vec<String>,
    /// Statuses at this instant, whatever becomes known
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub at: Option<Instant>,
    /// At the start, use nothing that became known later
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub known_at: Option<Instant>,
    /// Share the work with other programs on the same ledger in PostgreSQL, and print what all of them tell; nothing is read from
    /// standard input
    #[arg(long, conflicts_with_all = ["dry_run", "as_recorded", "files_only", "changes_only", "instances", "known_at"])]
    pub shared: bool,
    /// Print what holds now, and read no claims
    #[arg(long)]
    pub once: bool,
    /// Answer what comes in without recording it
    #[arg(long)]
    pub dry_run: bool,
    /// As the first N entries of the ledger have it; nothing is recorded
    #[arg(long, value_name = "N")]
    pub as_recorded: Option<u64>,
    /// Read the watch's files alone, without a ledger: what comes in is not recorded
    #[arg(long, conflicts_with = "as_recorded")]
    pub files_only: bool,
    /// Do not print what holds at the start
    #[arg(long, conflicts_with = "once")]
    pub changes_only: bool,
    /// List at the start the instances that have, or may have, one of these statuses
    #[arg(long, value_delimiter = ',', value_name = "STATUS", value_parser = Status::parse)]
    pub instances: Vec<Status>,
    /// Exit with 2 when a line was rejected
    #[arg(long)]
    pub strict: bool,
    /// How many threads may work; as many as there are cores when left out
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub watch: InWatch,
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 8686)]
    pub port: u16,
    /// The address to listen on; anything but a loopback address lets others in
    #[arg(long, default_value = "127.0.0.1")]
    pub address: std::net::IpAddr,
}

#[derive(Debug, Args)]
pub struct Vocabulary {
    /// What to look for: in names and labels, definitions, and the names of other collections' categories
    pub words: Vec<String>,
    /// Whose labels to print beside the names
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = LANGUAGES.map(|(code, _)| code))]
    pub lang: String,
    /// Only these
    #[arg(long, value_enum)]
    pub kind: Option<Sort>,
    /// For programs: one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print the page spec/vocabulary.md
    #[arg(long, conflicts_with_all = ["words", "lang", "kind", "json"])]
    pub page: bool,
}

/// What the vocabulary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// What someone does
    Act,
    /// What it is done to
    Item,
    /// How far cargo has come
    Stage,
    /// A category of another collection, and what it means here
    Mapping,
}

#[derive(Debug, Args)]
pub struct InFolder {
    /// The watch's folder; the nearest upward that holds an agreement.pact.md when left out
    #[arg(short = 'w', long = "watch", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

impl InFolder {
    /// The folder.
    pub fn find(&self) -> Result<PathBuf, Failure> {
        match &self.folder {
            Some(folder) => Ok(folder.clone()),
            None => Ok(Paths::nearest(&std::env::current_dir()?)?),
        }
    }

    /// Where the parts of its watch are.
    pub fn paths(&self) -> Result<Paths, Failure> {
        Ok(Paths::of_folder(&self.find()?)?)
    }
}

#[derive(Debug, Args)]
pub struct InWatch {
    #[command(flatten)]
    pub place: InFolder,
    /// As the first N entries of the ledger have it; with it nothing new is read from the files
    #[arg(long, value_name = "N")]
    pub as_recorded: Option<u64>,
}

impl InWatch {
    /// The watch on its ledger, with what a person should know told on standard error.
    pub fn open(&self) -> Result<Opened, Failure> {
        let opened = open(&self.place.paths()?, self.as_recorded)?;
        opened.notes.iter().for_each(|note| crate::print::told(note));
        crate::print::rejected(&opened.watch.read);
        Ok(opened)
    }

    /// What the watch says.
    pub fn load(&self) -> Result<Watch, Failure> {
        Ok(self.open()?.watch)
    }
}

/// A watch on its ledger.
pub fn open(paths: &Paths, as_recorded: Option<u64>) -> Result<Opened, Failure> {
    opening(as_recorded, |opening| watch::opened::open(paths, opening))
}

/// What the ledger of a watch holds.
pub fn read(folder: &Path, paths: &Paths, as_recorded: Option<u64>) -> Result<Unread, Failure> {
    opening(as_recorded, |opening| watch::opened::read(folder, paths, opening))
}

fn opening<T>(
    as_recorded: Option<u64>,
    open: impl FnOnce(&mut Opening<'_>) -> Result<T, watch::Problems>,
) -> Result<T, Failure> {
    let progress = Progress::new("recording");
    let clock = crate::system::clock();
    let mut opening = Opening { as_recorded, clock, progress: &mut |done, all| progress.at(done, all) };
    Ok(open(&mut opening)?)
}

/// The agreement's file: the one named, or the one in the watch's folder named.
pub fn agreement_file(named: &Path) -> Result<PathBuf, Failure> {
    if named.is_dir() { Ok(Paths::of_folder(named)?.agreement) } else { Ok(named.to_path_buf()) }
}

#[derive(Debug, Args)]
pub struct Asked {
    /// Statuses at this instant; with --known-at left out, as we know it now
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub at: Option<Instant>,
    /// Use nothing that became known later; sets --at too when that is left out
    #[arg(long, value_name = "TIME", value_parser = Instant::parse)]
    pub known_at: Option<Instant>,
    /// alleged, corroborated, adverse, admitted, verified, or account:SOURCE for one side's or source's word alone
    #[arg(long, default_value = "alleged", value_parser = Standard::parse)]
    pub standard: Standard,
    /// A reading that the agreement declares, or text
    #[arg(long, default_value = "text")]
    pub reading: String,
    /// Leave out what is restricted to others; “public” leaves out everything restricted [default: leave nothing out]
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
}

impl Asked {
    /// The watch as the audience asked for may know it.
    pub fn audience(&self, watch: Watch) -> Watch {
        match &self.audience {
            Some(audience) => watch.for_audience(audience),
            None => watch,
        }
    }

    /// As `watch` understands it.
    pub fn question(&self) -> Question {
        let reading = Some(self.reading.clone()).filter(|reading| reading != "text");
        Question { at: self.at, known_at: self.known_at, standard: self.standard.clone(), reading }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

/// How an answer is printed that can be taken as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// For people
    Table,
    /// For programs: one object
    Json,
    /// For programs: one object a line, for each row
    Jsonl,
    /// For spreadsheets: a line of names, then a line for each row
    Csv,
}
