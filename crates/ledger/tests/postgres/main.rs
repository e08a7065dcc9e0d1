//! The store for many writers: the suite, and what goes wrong between a program and a server. One server for all cases, a schema
//! for each.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

#[path = "../suite/cluster.rs"]
mod cluster;
mod lost;
mod shards;
#[path = "../suite/mod.rs"]
#[macro_use]
mod suite;
#[path = "../suite/wall.rs"]
mod wall;

use std::panic::AssertUnwindSafe;

use cluster::Cluster;
use ledger::{Draft, Error, Kind, Ledger, Postgres, Store, audit};
use suite::{Hand, Place, signer};

struct InSchema<'a> {
    cluster: &'a Cluster,
    schema: String,
}

impl InSchema<'_> {
    fn address(&self) -> String {
        self.cluster.address(&self.schema)
    }
    fn open(&self) -> Postgres {
        Postgres::open(&self.address()).unwrap()
    }
}

impl Place for InSchema<'_> {
    fn store(&self) -> Box<dyn Store> {
        Box::new(self.open())
    }
}

type Case = fn(&InSchema<'_>);

macro_rules! listed {
    ($($case:ident),* $(,)?) => {
        const SUITE: &[(&str, Case)] = &[$((stringify!($case), |place| suite::$case(place))),*];
    };
}

every_case!(listed);

const OWN: &[(&str, Case)] = &[
    ("a_row_altered_by_hand_is_found", a_row_altered_by_hand_is_found),
    ("an_address_that_leads_nowhere_is_told", an_address_that_leads_nowhere_is_told),
    ("what_is_no_ledger_is_told", what_is_no_ledger_is_told),
    ("a_newer_format_is_told", a_newer_format_is_told),
    ("who_may_not_write_reads", who_may_not_write_reads),
    ("another_program_that_does_not_finish_is_told", another_program_that_does_not_finish_is_told),
    ("a_full_disk_is_told_and_nothing_is_lost", a_full_disk_is_told_and_nothing_is_lost),
    ("what_is_erased_is_not_in_the_tables", what_is_erased_is_not_in_the_tables),
    (
        "a_connection_that_is_cut_loses_nothing_and_repeats_nothing",
        lost::a_connection_that_is_cut_loses_nothing_and_repeats_nothing,
    ),
    ("parts_are_shared_whoever_dies", shards::parts_are_shared_whoever_dies),
    ("writers_that_are_killed_lose_nothing", lost::writers_that_are_killed_lose_nothing),
];

#[test]
fn every_case_in_a_schema_of_its_own() {
    let Some(cluster) = Cluster::start() else { return };
    let cases: Vec<&(&str, Case)> = SUITE.iter().chain(OWN).filter(|(name, _)| only(name)).collect();
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let run = |(name, case): &'static (&'static str, Case)| {
            let place = InSchema { cluster: &cluster, schema: (*name).to_owned() };
            let failed = std::panic::catch_unwind(AssertUnwindSafe(|| case(&place))).is_err();
            println!("{name}: {}", if failed { "failed" } else { "holds" });
            failed.then_some(*name)
        };
        let threads: Vec<_> = cases.into_iter().map(|case| scope.spawn(move || run(case))).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    // Alone, since all others lose their server by it.
    let place = InSchema { cluster: &cluster, schema: "killed".to_owned() };
    lost::a_server_that_is_killed_loses_nothing(&place);
    assert!(failed.is_empty(), "{failed:?}");
}

/// One case alone, where `CASE` names it.
fn only(name: &str) -> bool {
    std::env::var_os("CASE").is_none_or(|case| case == name)
}

fn some(count: usize) -> Vec<Draft> {
    (0..count).map(|n| Draft::open(Kind::Claim, "desk", format!("{{\"n\":{n}}}").into_bytes())).collect()
}

fn a_row_altered_by_hand_is_found(place: &InSchema<'_>) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    ledger.append(some(600)).unwrap();
    let alter = |sql: &str| place.open().client().batch_execute(sql).unwrap();
    let found = || {
        let report = audit(&mut place.open(), &mut |_, _| {}).unwrap();
        (report.first_bad(), report.faults.first().map(|fault| fault.why.clone()).unwrap_or_default())
    };
    assert_eq!(found(), (None, String::new()));
    let check = |sql: &str, entry: u64, why: &str| {
        alter(&format!("CREATE TABLE IF NOT EXISTS was AS TABLE entry; {sql}"));
        let (first, told) = found();
        assert_eq!(first, Some(entry), "{sql}: {told}");
        assert!(told.contains(why), "{sql}: {told}");
        alter("TRUNCATE entry; INSERT INTO entry TABLE was");
        assert_eq!(found(), (None, String::new()), "{sql}");
    };
    check("UPDATE entry SET content = '{\"n\":7}' WHERE seq = 300", 300, "not what was recorded");
    check("UPDATE entry SET at = at - 1 WHERE seq = 41", 41, "not what was recorded");
    check("DELETE FROM entry WHERE seq = 599", 599, "missing");
    check("DELETE FROM entry WHERE seq = 17", 17, "missing");
    check(
        "INSERT INTO entry SELECT 601, kind, at, author, salt, content, commitment, leaf FROM entry WHERE seq = 600",
        601,
        "no checkpoint vouches",
    );
    alter(
        "ALTER TABLE entry DROP CONSTRAINT entry_leaf_check, ALTER leaf DROP NOT NULL, ALTER kind DROP NOT NULL",
    );
    check("UPDATE entry SET leaf = '\\x00' WHERE seq = 255", 255, "its leaf");
    check("UPDATE entry SET leaf = NULL WHERE seq = 256", 256, "its leaf");
    check("UPDATE entry SET kind = NULL WHERE seq = 1", 1, "its kind");
    alter(
        "UPDATE tile SET hashes = set_byte(hashes, 32*9, 255 - get_byte(hashes, 32*9)) WHERE level = 0 AND n = 1",
    );
    assert_eq!(found().0, Some(256 + 9));
}

fn told(outcome: Result<Postgres, Error>) -> String {
    outcome.map(|_| ()).unwrap_err().to_string()
}

fn an_address_that_leads_nowhere_is_told(place: &InSchema<'_>) {
    let odd = |address: &str| told(Postgres::open(address));
    assert!(odd("ledger.db").contains("postgres://user@host/database#schema"));
    for schema in ["pg_temp", "Gaza", "2025", "a-b", "a\"b", &"x".repeat(64), ""] {
        assert!(
            odd(&format!("postgres://a:secret@h/d#{schema}")).contains("cannot name a schema"),
            "{schema}"
        );
    }
    let secret = odd("postgres://a:secret@h:port/d");
    assert!(!secret.contains("secret"), "{secret}");
    let nobody = odd("postgres://a:secret@%2Fnowhere/d#x");
    assert!(
        nobody.contains("cannot be reached") && nobody.starts_with("postgres:///nowhere/d#x:"),
        "{nobody}"
    );
    let base = place.cluster.address("");
    let no_database = odd(&base.replace("/postgres", "/no_such"));
    assert!(no_database.contains("make the database first"), "{no_database}");
    let nothing = Postgres::open_to_read(&place.address()).map(|_| ());
    assert!(matches!(nothing, Err(Error::Missing(_))));
}

fn what_is_no_ledger_is_told(place: &InSchema<'_>) {
    let mut client = postgres::Client::connect(&place.cluster.address(""), postgres::NoTls).unwrap();
    client.batch_execute("CREATE SCHEMA others; CREATE TABLE others.format(x integer)").unwrap();
    let others = told(Postgres::open(&place.cluster.address("others")));
    assert!(others.contains("no ledger"), "{others}");
    client.batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'").unwrap();
    let latin = told(Postgres::open(&place.address().replace("/postgres#", "/latin#")));
    assert!(latin.contains("UTF8"), "{latin}");
}

fn a_newer_format_is_told(place: &InSchema<'_>) {
    place.open().client().batch_execute("UPDATE format SET version = 2").unwrap();
    assert!(matches!(Postgres::open(&place.address()), Err(Error::Newer { found: 2, known: 1 })));
    assert!(matches!(Postgres::open_to_read(&place.address()), Err(Error::Newer { found: 2, known: 1 })));
}

fn who_may_not_write_reads(place: &InSchema<'_>) {
    let (signer, schema) = (signer(), &place.schema);
    let ledger = Ledger::begin(place.store(), "w", signer.clone(), Hand::new().clock()).unwrap();
    ledger.append(some(5)).unwrap();
    let grant = format!(
        "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA {schema} TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader"
    );
    place.open().client().batch_execute(&grant).unwrap();
    let as_reader = place.address().replace("tester@", "reader@");
    for store in [Postgres::open_to_read(&place.address()).unwrap(), Postgres::open(&as_reader).unwrap()] {
        let ledger = Ledger::open(Box::new(store), Some(signer.clone()), Hand::new().clock()).unwrap();
        assert_eq!(ledger.head().unwrap().0.size, 6);
        assert!(matches!(ledger.append(some(1)), Err(Error::ReadOnly(_))));
        assert_eq!(ledger.head().unwrap().0.size, 6);
    }
}

fn another_program_that_does_not_finish_is_told(place: &InSchema<'_>) {
    let mut store = place.open();
    store.client().batch_execute("SET lock_timeout = '100ms'").unwrap();
    let ledger = Ledger::begin(Box::new(store), "w", signer(), Hand::new().clock()).unwrap();
    let mut other = place.open();
    other.client().batch_execute("BEGIN; LOCK TABLE head IN SHARE ROW EXCLUSIVE MODE").unwrap();
    assert!(matches!(ledger.append(some(1)), Err(Error::Locked(_))));
    assert_eq!(ledger.head().unwrap().0.size, 1, "what is there can be read meanwhile");
    other.client().batch_execute("ROLLBACK").unwrap();
    assert_eq!(ledger.append(some(1)).unwrap().size, 2);
}

/// A disk of a few megabytes, which only root can make.
fn a_full_disk_is_told_and_nothing_is_lost(place: &InSchema<'_>) {
    let Some(disk) = place.cluster.small_disk() else {
        return println!("{}: skipped: only root can make a small disk", place.schema);
    };
    let mut client = postgres::Client::connect(&place.cluster.address(""), postgres::NoTls).unwrap();
    client.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.display())).unwrap();
    let mut store = place.open();
    store.client().batch_execute("ALTER TABLE entry SET TABLESPACE small").unwrap();
    let ledger = Ledger::begin(Box::new(store), "w", signer(), Hand::new().clock()).unwrap();
    let mut recorded = 1;
    let error = loop {
        match ledger.append(some(2000)) {
            Ok(receipt) => recorded = receipt.size,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full(_)), "{error}");
    assert!(recorded > 2000 && error.to_string().contains("make room"), "{error}");
    assert_eq!(ledger.head().unwrap().0.size, recorded);
    let report = audit(&mut *place.store(), &mut |_, _| {}).unwrap();
    assert_eq!((report.sound, report.faults.len()), (recorded, 0));
    client.batch_execute(&format!("ALTER TABLE {}.entry SET TABLESPACE pg_default", place.schema)).unwrap();
    assert_eq!(ledger.append(some(2000)).unwrap().size, recorded + 2000, "there is room again");
}

fn what_is_erased_is_not_in_the_tables(place: &InSchema<'_>) {
    let ledger = Ledger::begin(place.store(), "w", signer(), Hand::new().clock()).unwrap();
    let sealed = Draft { sealed: true, ..Draft::open(Kind::Claim, "desk", b"\"seen by one\"".to_vec()) };
    ledger.append(vec![sealed]).unwrap();
    let mut client = place.open();
    let mut keys = || -> Vec<Vec<u8>> {
        let path = "SELECT pg_read_binary_file(pg_relation_filepath('key'))";
        client.client().batch_execute("CHECKPOINT").unwrap();
        client.client().query(path, &[]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    let key = place.open().key(1).unwrap().unwrap();
    let held = |files: Vec<Vec<u8>>| files.iter().any(|file| file.windows(32).any(|bytes| bytes == key));
    assert!(held(keys()), "this is where it would be found");
    ledger.erase(1, "desk", "consent was withdrawn", None).unwrap();
    assert!(!held(keys()));
}
