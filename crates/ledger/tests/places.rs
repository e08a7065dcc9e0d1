//! Disks that are full, read-only or somebody else's: what can be done is done, what cannot is said, and nothing is lost.
//!
//! Invariant: the disks are real file systems, made for one case in a name space of its own; where the machine does not allow that,
//! a case says so and is left out.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]
#![allow(clippy::disallowed_methods, reason = "where a case is run is no part of a verdict")]

#[expect(dead_code, reason = "the suite's cases run elsewhere")]
mod suite;
#[path = "suite/wall.rs"]
mod wall;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use ledger::{Draft, Error, Kind, Ledger, Signer, Sqlite, audit};
use wall::wall;

/// Runs a part of this file in a name space of its own, after what `first` does there; false where the machine does not allow it.
fn apart(part: &str, place: &Path, first: &str) -> bool {
    let mounts = ["unshare", "--user", "--map-root-user", "--mount"];
    // Without rights over files that are not given by the files themselves.
    let plain = ["unshare", "--user"];
    let how = if first.is_empty() { &plain[..] } else { &mounts[..] };
    let able = |how: &[&str]| Command::new(how[0]).args(&how[1..]).arg("true").output();
    if !able(how).is_ok_and(|output| output.status.success()) {
        println!("left out: this machine makes no name space of its own");
        return false;
    }
    let script = format!("{first}\nexec \"$PROGRAM\" --exact {part} --ignored --nocapture");
    let output = Command::new(how[0])
        .args(&how[1..])
        .args(["sh", "-ec", &script])
        .env("PROGRAM", std::env::current_exe().unwrap())
        .env("PLACE", place)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    true
}

/// Where a part is run; none where it is run by itself.
fn place() -> Option<PathBuf> {
    std::env::var("PLACE").ok().map(PathBuf::from)
}

fn some(count: usize, sealed: bool) -> Vec<Draft> {
    let content = |n| format!("{{\"n\":{n},\"text\":\"{}\"}}", "x".repeat(400)).into_bytes();
    (0..count).map(|n| Draft { sealed, ..Draft::open(Kind::Claim, "desk", content(n)) }).collect()
}

fn begun(folder: &Path) -> Ledger {
    let file = folder.join("signer");
    let signer = match std::fs::read_to_string(&file) {
        Ok(text) => Signer::read(&text).unwrap(),
        Err(_) => suite::signer(),
    };
    std::fs::write(file, signer.text()).unwrap();
    Ledger::begin(Box::new(Sqlite::open(&folder.join("ledger.db")).unwrap()), "w", signer, wall()).unwrap()
}

/// Opens it to read, reads all and audits it; says how much there is.
fn read(folder: &Path) -> Result<u64, Error> {
    let file = folder.join("ledger.db");
    let ledger = Ledger::open(Box::new(Sqlite::open_to_read(&file)?), None, wall())?;
    let size = ledger.head()?.0.size;
    ledger.read(size, &mut |_| Ok(()))?;
    let report = audit(&mut Sqlite::open_to_read(&file)?, &mut |_, _| {})?;
    assert_eq!((report.faults, report.sound), (vec![], size));
    Ok(size)
}

#[test]
fn a_disk_without_room_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    apart("full", folder.path(), "mount -t tmpfs -o size=2m,mode=777 tmpfs \"$PLACE\"");
}

#[test]
#[ignore = "a part of the test above"]
fn full() {
    let Some(place) = place() else { return };
    // Room is freed by and by: each time the disk fills up at another point, in the middle of a writing.
    std::fs::write(place.join("ballast"), vec![1; 1 << 20]).unwrap();
    let mut ledger = begun(&place);
    let mut recorded = 1;
    for turn in 0..12 {
        let error = loop {
            match ledger.append(some(1 + turn * 3, turn % 3 == 0)) {
                Ok(receipt) => recorded = receipt.size,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Full(_)), "{error}");
        assert_eq!(ledger.head().unwrap().0.size, recorded);
        if turn > 0 {
            // What is erased needs room too; it is erased as a whole or not at all.
            match ledger.erase(1 + turn as u64, "desk", "withdrawn", None) {
                Ok(receipt) => recorded = receipt.size,
                Err(error) => assert!(matches!(error, Error::Full(_)), "{error}"),
            }
        }
        std::fs::write(place.join("ballast"), vec![1; (1 << 20) - (turn + 1) * 50_000]).unwrap();
        if turn % 4 == 3 {
            drop(ledger);
            ledger = begun(&place);
        }
        recorded = ledger.head().unwrap().0.size.max(recorded);
        assert_eq!(read(&place).unwrap(), recorded);
    }
}

#[test]
fn a_disk_that_may_not_be_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    drop(begun(place).append(some(300, true)).unwrap());
    let bind = "mount --bind \"$PLACE\" \"$PLACE\"; mount -o remount,bind,ro \"$PLACE\"";
    apart("closed", place, bind);
    left(place);
    apart("not_closed", place, bind);
    assert_eq!(read(place).unwrap(), 601, "where it may be written it is read as it is");
}

#[test]
fn a_folder_that_may_not_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let allow = |folder: u32, file: u32| {
        for entry in std::fs::read_dir(place).unwrap() {
            std::fs::set_permissions(entry.unwrap().path(), std::fs::Permissions::from_mode(file)).unwrap();
        }
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(folder)).unwrap();
    };
    drop(begun(place).append(some(300, true)).unwrap());
    allow(0o555, 0o444);
    apart("closed", place, "");
    allow(0o755, 0o644);
    left(place);
    allow(0o555, 0o444);
    apart("not_closed", place, "");
    allow(0o755, 0o644);
    assert_eq!(read(place).unwrap(), 601, "where it may be written it is read as it is");
}

/// Leaves the files of a ledger as a program does that is stopped: with a log of writes.
fn left(place: &Path) {
    let ledger = begun(place);
    ledger.append(some(300, false)).unwrap();
    let files = ["ledger.db", "ledger.db-wal", "ledger.keys", "ledger.head"];
    let files = files.map(|name| (place.join(name), std::fs::read(place.join(name)).unwrap()));
    drop(ledger);
    for (file, bytes) in files {
        std::fs::write(file, bytes).unwrap();
    }
}

#[test]
#[ignore = "a part of the tests above"]
fn closed() {
    let Some(place) = place() else { return };
    assert_eq!(read(&place).unwrap(), 301);
    let error = Sqlite::open(&place.join("ledger.db")).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly(_)), "{error}");
    let error = Sqlite::open(&place.join("another.db")).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("may it be written?"), "{error}");
}

#[test]
#[ignore = "a part of the tests above"]
fn not_closed() {
    let Some(place) = place() else { return };
    let error = read(&place).unwrap_err().to_string();
    assert!(error.contains("ledger.db-wal") && error.contains("copy"), "{error}");
}
