//! A connection to a ledger in PostgreSQL: its address, what is set on it, and the tables.
//!
//! Invariant: no connection is used for writing on which an acknowledged entry could be lost by a setting.

use std::{collections::BTreeMap, time::Duration};

use postgres::{Client, Config, NoTls, Statement, config::Host};

use super::fault::fault;
use crate::{
    error::{Damage, Error},
    store::FORMAT,
};

/// The schema where none is given.
const SCHEMA: &str = "trucewatch";
/// How long a server is waited for.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// How long another writer is waited for.
const WAIT_SECONDS: u32 = 20;
/// A writer that says nothing for so long inside a writing has lost it.
const SILENCE_SECONDS: u32 = 120;

/// What `format` says a ledger is.
const WHAT: &str = "trucewatch ledger";

const TABLES: &str = "
CREATE TABLE format(one boolean PRIMARY KEY CHECK (one), what text NOT NULL, version integer NOT NULL CHECK (version > 0));
CREATE TABLE entry(
  seq bigint PRIMARY KEY CHECK (seq >= 0),
  kind text NOT NULL,
  at bigint NOT NULL,
  author text NOT NULL,
  salt bytea CHECK (octet_length(salt) = 16),
  content bytea,
  commitment bytea CHECK (octet_length(commitment) = 32),
  leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
  CHECK (salt IS NULL OR content IS NOT NULL)
);
CREATE INDEX signers ON entry(seq) WHERE kind IN ('ledger', 'key');
CREATE TABLE document(seq bigint PRIMARY KEY, sealed bytea NOT NULL);
ALTER TABLE document ALTER sealed SET STORAGE EXTERNAL;
CREATE TABLE key(seq bigint PRIMARY KEY, key bytea NOT NULL CHECK (octet_length(key) = 32));
CREATE TABLE tile(level smallint, n bigint, hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192), PRIMARY KEY (level, n));
ALTER TABLE tile ALTER hashes SET STORAGE EXTERNAL;
CREATE TABLE note(size bigint PRIMARY KEY, note text NOT NULL);
CREATE TABLE head(one boolean PRIMARY KEY CHECK (one), note text NOT NULL) WITH (fillfactor = 10);
";

/// Where a ledger is: `postgres://user@host/database#schema`.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    schema: String,
    /// For people: without user and password.
    pub place: String,
}

impl Address {
    /// Reads an address.
    pub fn read(text: &str) -> Result<Address, Error> {
        // Nothing of the text is repeated: there may be a password in it.
        let odd = |why: String| Error::Store { place: "postgres://…".to_owned(), why };
        if !super::is_address(text) {
            return Err(odd("an address is written postgres://user@host/database#schema".to_owned()));
        }
        let (url, schema) = text.split_once('#').unwrap_or((text, SCHEMA));
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        if schema.len() > 63
            || !schema.starts_with(plain)
            || !schema.chars().all(|c| plain(c) || c.is_ascii_digit())
            || schema.starts_with("pg_")
        {
            let why = format!(
                "“{schema}” cannot name a schema here: small letters, digits and “_”, at most 63, no digit first, and not \
                 “pg_” first"
            );
            return Err(odd(why));
        }
        let mut config: Config = url
            .parse()
            .map_err(|error: postgres::Error| odd(format!("the address cannot be read: {error}")))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WAIT);
        }
        if config.get_application_name().is_none() {
            config.application_name("trucewatch");
        }
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        };
        let port = config.get_ports().first().filter(|port| **port != 5432);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
        let place = format!("postgres://{host}{port}/{database}#{schema}");
        Ok(Address { config, schema: schema.to_owned(), place })
    }
}

/// One connection.
pub(crate) struct Session {
    pub client: Client,
    prepared: BTreeMap<&'static str, Statement>,
}

impl Session {
    /// Connects; what is written on this connection is on disk when it has been committed.
    pub fn connect(address: &Address, to_read: bool) -> Result<Session, Error> {
        let told = |error| fault(&address.place, &error);
        let mut client = address.config.connect(NoTls).map_err(|error| unreached(&address.place, &error))?;
        let schema = &address.schema;
        let read_only = if to_read { "SET default_transaction_read_only = on;" } else { "" };
        client
            .batch_execute(&format!(
                "SET search_path = \"{schema}\"; {read_only}
                 SET default_transaction_isolation = 'read committed'; SET lock_timeout = '{WAIT_SECONDS}s';
                 SET idle_in_transaction_session_timeout = '{SILENCE_SECONDS}s'; SET tcp_keepalives_idle = 20;
                 SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4; SET client_min_messages = warning;
                 SELECT set_config('synchronous_commit', 'on', false)
                   WHERE current_setting('synchronous_commit') <> 'remote_apply'"
            ))
            .map_err(told)?;
        Ok(Session { client, prepared: BTreeMap::new() })
    }

    /// A statement, prepared once on each connection.
    pub fn prepared(&mut self, sql: &'static str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Makes the tables where there are none.
    pub fn settle(&mut self, address: &Address) -> Result<(), Error> {
        let told = |error| fault(&address.place, &error);
        let row = self
            .client
            .query_one(
                "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding')",
                &[],
            )
            .map_err(told)?;
        let refused = |why: &str| Error::Store { place: address.place.clone(), why: why.to_owned() };
        if row.get::<_, &str>(0) != "on" || row.get::<_, &str>(1) != "on" {
            return Err(refused(
                "this server would lose what was acknowledged when its machine fails: set fsync=on and full_page_writes=on",
            ));
        }
        if row.get::<_, &str>(2) != "UTF8" {
            return Err(refused(
                "a ledger is kept in a database of encoding UTF8: make one, as with “createdb -E UTF8”",
            ));
        }
        if self.known_format(address)? {
            return Ok(());
        }
        let schema = &address.schema;
        let version = FORMAT;
        let made = format!("INSERT INTO format VALUES(true, '{WHAT}', {version})");
        let all = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"; {TABLES} {made}");
        self.make(address, "format", &all)?;
        self.known_format(address).map(|_| ())
    }

    /// Makes tables, unless this one of them is there; whoever else wants to waits.
    pub fn make(&mut self, address: &Address, table: &str, sql: &str) -> Result<(), Error> {
        let told = |error| fault(&address.place, &error);
        let mut making = self.client.transaction().map_err(told)?;
        making
            .execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('trucewatch ' || $1, 0))",
                &[&address.schema],
            )
            .map_err(told)?;
        let made = making
            .query_one(
                "SELECT to_regclass(quote_ident($1) || '.' || quote_ident($2)) IS NOT NULL",
                &[&address.schema, &table],
            )
            .map_err(told)?;
        if !made.get::<_, bool>(0) {
            making.batch_execute(sql).map_err(told)?;
        }
        making.commit().map_err(told)
    }

    /// Whether there is a ledger in the schema; none where there is no table in it.
    pub fn known_format(&mut self, address: &Address) -> Result<bool, Error> {
        let told = |error| fault(&address.place, &error);
        let row = self
            .client
            .query_one(
                "SELECT count(*), count(*) FILTER (WHERE tablename = 'format') FROM pg_tables WHERE schemaname = $1",
                &[&address.schema],
            )
            .map_err(told)?;
        let (tables, formats): (i64, i64) = (row.get(0), row.get(1));
        if tables == 0 {
            return Ok(false);
        }
        let none = || {
            Error::Store {
            place: address.place.clone(),
            why: "this schema holds other tables, and no ledger: name another, as in postgres://host/database#gaza_2025"
                .to_owned(),
        }
        };
        if formats == 0 {
            return Err(none());
        }
        let row = self.client.query_opt("SELECT what, version FROM format", &[]).map_err(|_| none())?;
        let row = row.ok_or_else(|| Damage::of_all(format!("{}: its format is gone", address.place)))?;
        if row.try_get::<_, &str>(0).ok() != Some(WHAT) {
            return Err(none());
        }
        let found =
            row.try_get::<_, i32>(1).ok().and_then(|found| u32::try_from(found).ok()).unwrap_or(u32::MAX);
        if found > FORMAT {
            return Err(Error::Newer { found, known: FORMAT });
        }
        Ok(true)
    }
}

/// Why there is no connection.
fn unreached(place: &str, error: &postgres::Error) -> Error {
    if error.as_db_error().is_some() {
        return fault(place, error);
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let why = format!(
        "the server cannot be reached ({error}{cause}): does it run there, and may it be reached from here?"
    );
    Error::Store { place: place.to_owned(), why }
}
