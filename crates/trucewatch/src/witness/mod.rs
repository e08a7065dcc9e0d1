//! `witness`: what a witness does, and what the owner of a ledger does with witnesses.
//!
//! Invariant: everything works with files alone; a file holds what is said over HTTP.

mod owner;
mod party;

use std::{fs, io::Read as _, path::PathBuf};

use clap::{Args, Subcommand};

use crate::{
    Failure,
    arguments::{Format, InFolder},
};

/// What `--help` says besides.
pub const HELP: &str = "\
A ledger that only its owner holds could be rewritten whole. A witness, which a party, a guarantor or a newspaper runs, keeps the \
last checkpoint of the ledger that it saw, and cosigns a newer one only if that merely adds to it. Whoever is shown a checkpoint \
that the witness cosigned is shown the same ledger as everybody else. The witness learns how many entries there are, and nothing \
of what they say. The texts are those of C2SP (tlog-witness, tlog-cosignature): any witness of that kind will do.

Who runs a witness (the key of the ledger comes from its owner):
  trucewatch witness init --name side-a.example/witness -f our-witness
  trucewatch witness trust 'trucewatch/valley-1f2e+d8042a87+AXy…' -f our-witness
  trucewatch witness cosign request.txt -o answer.txt -f our-witness
  trucewatch witness serve --port 7380 -f our-witness    or over HTTP
  trucewatch witness list -f our-witness                 what is vouched for, and forks

Who owns the ledger (the key of the witness comes from its operator, and is kept):
  trucewatch witness request -w my-watch -o request.txt
  trucewatch witness add answer.txt --key 'side-a.example/witness+…' -w my-watch
  trucewatch witness send http://witness.local:7380 -w my-watch    both in one
  trucewatch witness list -w my-watch                              who cosigned what

Exit code 0: done; 1: refused, and why; 2: bad usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub struct Witness {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Begin a witness: a key, and the file of what it vouches for
    #[command(
        after_help = "Examples:\n  trucewatch witness init --name side-a.example/witness\n  trucewatch witness \
                            init --name guarantor.example -f witness\n\nThe key stays with you: who has witness.key can \
                            cosign in your name. Give the owner of the ledger the public key that is printed."
    )]
    Init(Init),
    /// Cosign a ledger from now on
    #[command(
        after_help = "Examples:\n  trucewatch witness trust 'trucewatch/valley-1f2e+d8042a87+AXy…'\n  trucewatch \
                            witness trust KEY --from checkpoint.txt    begin with a checkpoint that you hold\n\nTake \
                            the key from the owner in a way that you trust: all else follows from it. When the ledger \
                            gets another key, the witness learns it from the ledger itself."
    )]
    Trust(Trust),
    /// Answer requests in files: cosign, or refuse and say why
    #[command(
        after_help = "Examples:\n  trucewatch witness cosign request.txt -o answer.txt\n  trucewatch witness \
                            cosign - < request.txt > answer.txt\n\nExit code 0: all was cosigned; 1: something was \
                            refused; what was cosigned before it is written all the same."
    )]
    Cosign(Cosign),
    /// Answer requests over HTTP
    #[command(
        after_help = "Examples:\n  trucewatch witness serve --port 7380\n  trucewatch witness serve --address \
                            0.0.0.0\n\nWhat was asked and what came of it is told on standard error. Others can ask \
                            only for what you trust the ledger to say; whoever asks learns no more than its size."
    )]
    Serve(Serve),
    /// What is vouched for and any sign of a fork; with -w, who cosigned a ledger
    #[command(
        after_help = "Examples:\n  trucewatch witness list\n  trucewatch witness list --evidence   the two \
                            checkpoints that show a fork\n  trucewatch witness list -w my-watch\n\nExit code 1: a \
                            ledger has forked."
    )]
    List(List),
    /// Write what a witness is asked to cosign
    #[command(
        after_help = "Examples:\n  trucewatch witness request -o request.txt\n  trucewatch witness request \
                            --witness side-a.example/witness -o request.txt\n  trucewatch witness request --since 120 \
                            -o request.txt   as its refusal says\n\nTo a witness on the web without this program: \
                            curl --data-binary @request.txt URL/add-checkpoint"
    )]
    Request(Request),
    /// Add the cosignatures of an answer to the ledger
    #[command(
        after_help = "Examples:\n  trucewatch witness add answer.txt --key 'side-a.example/witness+…'\n  trucewatch \
                            witness add answer.txt\n\nThe keys are kept in ledger.witnesses, a policy as C2SP tlog-policy \
                            has it: lines “group” and “quorum” there say who must have cosigned."
    )]
    Add(Add),
    /// Ask witnesses over HTTP, and add what they answer
    #[command(
        after_help = "Examples:\n  trucewatch witness send http://witness.local:7380 --key 'side-a.example/witness+…'\n  \
                            trucewatch witness send        all that have an address in ledger.witnesses\n\nOnly http:// is \
                            spoken here; for https:// send the file of `request` with another program."
    )]
    Send(Send),
}

/// Where a witness is.
#[derive(Debug, Args)]
struct InWitness {
    /// The witness's folder; this one when left out
    #[arg(short = 'f', long = "folder", value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

#[derive(Debug, Args)]
struct Init {
    /// What it is called in cosignatures: an address of yours, whether there is anything or not; no blanks
    #[arg(long)]
    name: String,
    #[command(flatten)]
    witness: InWitness,
}

#[derive(Debug, Args)]
struct Trust {
    /// The public key of the ledger
    key: String,
    /// What the ledger is called in its checkpoints; as its key when left out
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// A checkpoint to begin with; the first that comes when left out
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    witness: InWitness,
}

#[derive(Debug, Args)]
struct Cosign {
    /// Files of requests, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    requests: Vec<PathBuf>,
    /// Where the answer is written; standard output when left out
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    witness: InWitness,
}

#[derive(Debug, Args)]
struct Serve {
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 7380)]
    port: u16,
    /// The address to listen on; anything but a loopback address lets others in
    #[arg(long, default_value = "127.0.0.1")]
    address: std::net::IpAddr,
    #[command(flatten)]
    witness: InWitness,
}

#[derive(Debug, Args)]
struct List {
    /// Print the signed checkpoints that contradict each other
    #[arg(long)]
    evidence: bool,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    witness: InWitness,
    /// Of this watch's ledger: who cosigned it
    #[arg(short = 'w', long = "watch", value_name = "FOLDER", conflicts_with_all = ["folder", "evidence"])]
    watch: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Request {
    #[command(flatten)]
    watch: InFolder,
    /// Where the request is written; standard output when left out
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which witness it is for, by its name: what it cosigned last is known from its cosignatures
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// How many entries the witness has cosigned; none when it is new
    #[arg(long, value_name = "N", conflicts_with = "witness")]
    since: Option<u64>,
}

#[derive(Debug, Args)]
struct Add {
    /// Answers of witnesses, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    answers: Vec<PathBuf>,
    /// The public key of a witness; needed once
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    #[command(flatten)]
    watch: InFolder,
}

#[derive(Debug, Args)]
struct Send {
    /// The address of a witness; all that stand in ledger.witnesses when left out
    url: Option<String>,
    /// The public key of the witness; needed once
    #[arg(long, value_name = "KEY", requires = "url")]
    key: Option<String>,
    #[command(flatten)]
    watch: InFolder,
}

/// Does what is asked.
pub fn run(options: &Witness) -> Result<(), Failure> {
    match &options.act {
        Act::Init(options) => party::init(options),
        Act::Trust(options) => party::trust(options),
        Act::Cosign(options) => party::cosign(options),
        Act::Serve(options) => party::serve(options),
        Act::List(List { watch: Some(folder), format, .. }) => owner::list(folder, *format),
        Act::List(options) => party::list(options),
        Act::Request(options) => owner::request(options),
        Act::Add(options) => owner::add(options),
        Act::Send(options) => owner::send(options),
    }
}

/// What goes wrong with a ledger or a witness is told with a way out.
fn told(error: impl std::fmt::Display) -> Failure {
    Failure::Input(error.to_string())
}

/// `1 entry`, `2 entries`.
fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// The text of a file, or of standard input.
fn read(path: &std::path::Path) -> Result<String, Failure> {
    if path.as_os_str() != "-" {
        return Ok(watch::files::read_text(path)?);
    }
    let mut text = String::new();
    match std::io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Input(format!("standard input: {error}"))),
    }
}

/// Writes a text into a file, or to standard output.
fn write(output: Option<&std::path::Path>, text: &str) -> Result<(), Failure> {
    match output {
        None => crate::print::exactly(text),
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::Input(format!("{}: it cannot be written: {error}", path.display()))),
    }
}
