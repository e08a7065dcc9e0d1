//! Ledgers of every released format: each is kept here as it was written, and is read, audited and written on.
//!
//! Invariant: a file of these is never made anew; a new format adds one. The keys among them guard nothing.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ledger::{Draft, Kind, Ledger, Signer, Sqlite, audit, store::FORMAT};
use model::Instant;

fn copied(format: u32) -> (tempfile::TempDir, PathBuf, Signer) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let folder = tempfile::tempdir().unwrap();
    for (ending, name) in [("db", "ledger.db"), ("keys", "ledger.keys")] {
        fs::copy(from.join(format!("format-{format}.{ending}")), folder.path().join(name)).unwrap();
    }
    let key = fs::read_to_string(from.join(format!("format-{format}.key"))).unwrap();
    let file = folder.path().join("ledger.db");
    (folder, file, Signer::read(&key).unwrap())
}

#[test]
fn every_released_format_is_read_and_written_on() {
    for format in 1..=FORMAT {
        let (_folder, file, signer) = copied(format);
        let report = audit(&mut Sqlite::open_to_read(&file).unwrap(), &mut |_, _| {}).unwrap();
        assert_eq!(report.faults, [], "format {format}");
        assert_eq!((report.size, report.sound, report.erased, report.documents), (17, 17, 1, 1));
        let clock: ledger::Clock = Arc::new(|| Instant(1_900_000_000_000_000));
        let ledger = Ledger::open(Box::new(Sqlite::open(&file).unwrap()), Some(signer), clock).unwrap();
        let kinds: Vec<&str> = (0..17).map(|seq| ledger.entry(seq).unwrap().kind.name()).collect();
        let wanted = [
            "ledger",
            "source",
            "agreement",
            "claim",
            "claim",
            "claim",
            "claim",
            "import",
            "claim",
            "import",
            "decision",
            "import",
            "document",
            "key",
            "import",
            "erasure",
            "finding",
        ];
        assert_eq!(kinds, wanted);
        assert_eq!(ledger.document(12).unwrap().as_deref(), Some(&b"an archived page\n"[..]));
        let content = |seq| ledger.entry(seq).unwrap().content.map(|text| String::from_utf8(text).unwrap());
        assert!(content(5).unwrap().contains("said in confidence"), "what is sealed is opened");
        assert_eq!(content(6), None, "what was erased stays erased");
        assert_eq!(ledger.trust().unwrap().keys.len(), 2);
        let receipt = ledger.append(vec![Draft::open(Kind::Claim, "desk", b"{}".to_vec())]).unwrap();
        assert_eq!((receipt.first, receipt.size), (17, 18));
        drop(ledger);
        let report = audit(&mut Sqlite::open_to_read(&file).unwrap(), &mut |_, _| {}).unwrap();
        assert_eq!((report.size, report.faults), (18, Vec::new()));
    }
}
