//! A PostgreSQL server of the tests' own, from Debian's package: made in a temporary folder, reached through a socket there alone.
//!
//! Invariant: it ends with whoever started it, and touches nothing outside its folder.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
    time::Duration,
};

/// A running server.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    server: Mutex<Option<Child>>,
    small: OnceLock<PathBuf>,
}

/// How long a server may take to start or end.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

impl Cluster {
    /// Starts one; says why where there is none to be had, which is a failure where everything must be tested (`CI` is set).
    pub fn start() -> Option<Cluster> {
        match Cluster::tried() {
            Ok(cluster) => Some(cluster),
            Err(why) => {
                assert!(std::env::var_os("CI").is_none(), "PostgreSQL must be tested here: {why}");
                println!("skipped: {why}");
                eprintln!("skipped: {why}");
                None
            }
        }
    }

    fn tried() -> Result<Cluster, String> {
        let bin = programs().ok_or("PostgreSQL is not installed: sudo apt-get install postgresql")?;
        // Short: the path of a socket has at most 107 bytes.
        let folder =
            tempfile::Builder::new().prefix("tw-pg-").tempdir_in("/tmp").map_err(|e| e.to_string())?;
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        let data = folder.path().join("data");
        run(as_user(&bin.join("initdb"))
            .args([
                "--auth=trust",
                "--username=tester",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data))?;
        let cluster = Cluster { folder, bin, server: Mutex::new(None), small: OnceLock::new() };
        cluster.up();
        Ok(cluster)
    }

    /// Starts the server, as after [`Cluster::kill`].
    pub fn up(&self) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let mut command = as_user(&self.bin.join("postgres"));
        command.arg("-D").arg(self.folder.path().join("data")).arg("-k").arg(self.folder.path());
        for setting in ["listen_addresses=", "max_connections=80", "fsync=on", "log_min_messages=warning"] {
            command.args(["-c", setting]);
        }
        let server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        *self.server.lock().unwrap() = Some(server);
        for _ in 0..TRIES {
            if postgres::Client::connect(&self.address(""), postgres::NoTls).is_ok() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        panic!("the server did not start:\n{log}");
    }

    /// The address of a schema.
    pub fn address(&self, schema: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        let url = format!("postgres://tester@{folder}/postgres");
        if schema.is_empty() { url } else { format!("{url}#{schema}") }
    }

    /// Ends the server without letting it finish anything.
    pub fn kill(&self) {
        self.end("QUIT");
    }

    /// The folder that the server's socket is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A disk of few megabytes, where this may make one.
    pub fn small_disk(&self) -> Option<PathBuf> {
        let disk = self.folder.path().join("small");
        std::fs::create_dir(&disk).unwrap();
        run(Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&disk)).ok()?;
        self.small.set(disk.clone()).unwrap();
        run(Command::new("chown").arg("postgres").arg(&disk)).unwrap();
        Some(disk)
    }

    fn end(&self, signal: &str) {
        let Some(mut server) = self.server.lock().unwrap().take() else { return };
        let _ = Command::new("kill").args(["-s", signal, &server.id().to_string()]).status();
        for _ in 0..TRIES {
            if !matches!(server.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        let _ = server.kill();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end("QUIT");
        if let Some(disk) = self.small.get() {
            let _ = run(Command::new("umount").arg(disk));
        }
    }
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).max_by_key(|path| number(path))?;
    Some(newest.join("bin")).filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout == b"0\n")
}

/// A program that ends when this one does; as the user `postgres` where this is root, as whom no server runs.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program).env_remove("PGDATA").current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
