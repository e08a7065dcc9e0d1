//! Who does which part, in PostgreSQL: a part is held by a lock of a session, which the server lets go of when the session ends.
//!
//! Invariant: what a part tells is recorded by the session that holds it, so that nobody who has lost a part can tell anything of it.
//!
//! All of it can be computed again from the ledger: the tables may be emptied when nobody works.

use std::{
    collections::BTreeSet,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

use model::Instant;
use postgres::{binary_copy::BinaryCopyInWriter, types::Type};

use super::{
    fault::fault,
    session::{Address, Session},
};
use crate::{
    error::Error,
    shards::{Line, Shard, Shards, Step},
    store::place,
};

const TABLES: &str = "
CREATE TABLE step(n bigint PRIMARY KEY, size bigint NOT NULL, known bigint NOT NULL);
CREATE TABLE shard(
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY CHECK (id > 0), name text NOT NULL UNIQUE COLLATE \"C\",
  began bigint NOT NULL, told bigint NOT NULL CHECK (told >= began)
);
CREATE TABLE told(
  step bigint REFERENCES step, shard integer REFERENCES shard, ord integer, line text NOT NULL, PRIMARY KEY (step, shard, ord)
);
CREATE TABLE worker(pid integer PRIMARY KEY, beat timestamptz NOT NULL);
";

/// Who works shows every so often that it has not been stopped.
const BEAT: Duration = Duration::from_secs(2);
/// After so many seconds without, its session is ended by whoever notices.
const SILENCE_SECONDS: f64 = 10.0;

/// Parts of the work on a ledger in PostgreSQL, and those that are done by this program.
pub struct PostgresShards {
    address: Address,
    session: Session,
    held: BTreeSet<i32>,
    /// Ends with the other end of it.
    heart: Option<(Sender<()>, JoinHandle<()>)>,
}

impl PostgresShards {
    /// Comes to work on the ledger at an address.
    ///
    /// # Errors
    /// When there is no ledger, or the server cannot be reached.
    pub fn open(address: &str) -> Result<PostgresShards, Error> {
        let address = Address::read(address)?;
        let mut session = Session::connect(&address, false)?;
        if !session.known_format(&address)? {
            return Err(Error::Missing(address.place));
        }
        session.make(&address, "worker", TABLES)?;
        Ok(PostgresShards { address, session, held: BTreeSet::new(), heart: None })
    }

    /// Is one of those who work from now on; who has only looked on so far has no share.
    fn join(&mut self) -> Result<(), Error> {
        if self.heart.is_some() {
            return Ok(());
        }
        let told = self.told_of();
        let client = &mut self.session.client;
        // A machine that is gone is noticed within seconds.
        client
            .batch_execute(
                "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
                 SET tcp_user_timeout = 10000",
            )
            .map_err(&told)?;
        let row = client
            .query_one(
                "INSERT INTO worker VALUES(pg_backend_pid(), clock_timestamp())
                   ON CONFLICT (pid) DO UPDATE SET beat = excluded.beat RETURNING pid",
                &[],
            )
            .map_err(&told)?;
        client.execute(&format!("SELECT pg_advisory_lock_shared({KEY})"), &[&0_i32]).map_err(&told)?;
        self.heart = Some(beat(&self.address, row.get(0))?);
        Ok(())
    }

    fn told_of(&self) -> impl Fn(postgres::Error) -> Error + use<> {
        let place = self.address.place.clone();
        move |error| fault(&place, &error)
    }
}

impl Drop for PostgresShards {
    fn drop(&mut self) {
        if let Some((end, heart)) = self.heart.take() {
            drop(end);
            let _ = heart.join();
            let _ = self.session.client.execute("DELETE FROM worker WHERE pid = pg_backend_pid()", &[]);
        }
    }
}

/// The lock of a part, by its number; 0 is held by all who work. The schema's own number tells its parts from those of others.
const KEY: &str = "(current_schema()::text::regnamespace::oid::bigint << 32) | $1::integer";
/// The locks of this schema.
const LOCKS: &str = "pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = current_schema()::text::regnamespace::oid";

/// Shows on a connection of its own that this program runs; one that is stopped shows nothing.
fn beat(address: &Address, pid: i32) -> Result<(Sender<()>, JoinHandle<()>), Error> {
    let mut session = Session::connect(address, false)?;
    let (end, ended) = channel();
    let heart = std::thread::spawn(move || {
        while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            let sql = "UPDATE worker SET beat = clock_timestamp() WHERE pid = $1";
            if session.client.execute(sql, &[&pid]).is_err() {
                // The worker notices by itself, or is taken to have been stopped.
                return;
            }
        }
    });
    Ok((end, heart))
}

impl Shards for PostgresShards {
    fn enroll(&mut self, names: &[String]) -> Result<(), Error> {
        let told = self.told_of();
        let mut enrolling = self.session.client.transaction().map_err(&told)?;
        enrolling.batch_execute("LOCK TABLE step IN SHARE ROW EXCLUSIVE MODE").map_err(&told)?;
        enrolling
            .execute(
                "INSERT INTO shard(name, began, told)
                   SELECT name, last, last FROM unnest($1::text[]) name, (SELECT coalesce(max(n), 0) last FROM step) s
                   WHERE name NOT IN (SELECT name FROM shard)",
                &[&names],
            )
            .map_err(&told)?;
        enrolling.commit().map_err(&told)
    }

    fn share(&mut self) -> Result<Vec<Shard>, Error> {
        self.join()?;
        let told = self.told_of();
        let client = &mut self.session.client;
        // Who was stopped loses its session, and with it its parts: it cannot tell anything any more.
        let silent = format!(
            "WITH silent AS (DELETE FROM worker WHERE beat < clock_timestamp() - make_interval(secs => $1)
               AND pid <> pg_backend_pid() RETURNING pid AS of)
             SELECT pg_terminate_backend(of) FROM silent WHERE of IN (SELECT l.pid FROM {LOCKS} AND l.objid = 0)"
        );
        client.execute(&silent, &[&SILENCE_SECONDS]).map_err(&told)?;
        let counts = format!(
            "SELECT (SELECT count(*) FROM shard), (SELECT count(DISTINCT l.pid) FROM {LOCKS} AND l.objid = 0)"
        );
        let row = client.query_one(&counts, &[]).map_err(&told)?;
        let (all, workers): (i64, i64) = (row.get(0), row.get(1));
        let fair = usize::try_from((all + workers - 1) / workers.max(1)).unwrap_or(usize::MAX);
        while self.held.len() > fair
            && let Some(one) = self.held.pop_last()
        {
            client.execute(&format!("SELECT pg_advisory_unlock({KEY})"), &[&one]).map_err(&told)?;
        }
        if self.held.len() < fair {
            // Those that are behind first.
            let free = format!(
                "SELECT id FROM shard WHERE id NOT IN (SELECT l.objid::bigint FROM {LOCKS}) ORDER BY told, id"
            );
            for row in client.query(&free, &[]).map_err(&told)? {
                let id: i32 = row.get(0);
                let taken = client
                    .query_one(&format!("SELECT pg_try_advisory_lock({KEY})"), &[&id])
                    .map_err(&told)?;
                if taken.get(0) {
                    self.held.insert(id);
                }
                if self.held.len() >= fair {
                    break;
                }
            }
        }
        let held: Vec<i32> = self.held.iter().copied().collect();
        let sql = "SELECT name, told, began FROM shard WHERE id = ANY($1) ORDER BY name";
        let rows = client.query(sql, &[&held]).map_err(&told)?;
        let shard = |row: &postgres::Row| Shard {
            name: row.get(0),
            told: row.get::<_, i64>(1).cast_unsigned(),
            began: row.get::<_, i64>(2).cast_unsigned(),
        };
        Ok(rows.iter().map(shard).collect())
    }

    fn go_to(&mut self, size: u64, known: Instant) -> Result<(), Error> {
        let told = self.told_of();
        let further =
            "SELECT coalesce(max(n), 0) + 1, greatest(max(size), $1), greatest(max(known), $2) FROM step
          HAVING coalesce(max(size) < $1 OR max(known) < $2, true)";
        let parameters: [&(dyn postgres::types::ToSql + Sync); 2] = [&place(size), &known.0];
        if self.session.client.query_opt(further, &parameters).map_err(&told)?.is_none() {
            return Ok(());
        }
        let mut adding = self.session.client.transaction().map_err(&told)?;
        adding.batch_execute("LOCK TABLE step IN SHARE ROW EXCLUSIVE MODE").map_err(&told)?;
        adding.execute(&format!("INSERT INTO step {further}"), &parameters).map_err(&told)?;
        adding.commit().map_err(&told)
    }

    fn steps(&mut self, after: u64, most: usize) -> Result<Vec<Step>, Error> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql = "SELECT n, size, known FROM step WHERE n > $1 ORDER BY n LIMIT $2";
        let rows = self.session.client.query(sql, &[&place(after), &most]).map_err(self.told_of())?;
        Ok(rows.iter().map(|row| step(row, 0)).collect())
    }

    fn tell(&mut self, shard: &str, step: &Step, lines: &[String]) -> Result<(), Error> {
        let told = self.told_of();
        let mut telling = self.session.client.transaction().map_err(&told)?;
        let row = telling
            .query_opt(
                "UPDATE shard SET told = $2::bigint WHERE name = $1 AND told = $2::bigint - 1 RETURNING id",
                &[&shard, &place(step.n)],
            )
            .map_err(&told)?;
        let id: Option<i32> = row.map(|row| row.get(0));
        let Some(id) = id.filter(|id| self.held.contains(id)) else {
            let why = format!("“{shard}” is not done here any more, or has told step {} already", step.n);
            return Err(Error::Store { place: self.address.place.clone(), why });
        };
        if !lines.is_empty() {
            let copy = telling.copy_in("COPY told FROM STDIN BINARY").map_err(&told)?;
            let mut writer = BinaryCopyInWriter::new(copy, &[Type::INT8, Type::INT4, Type::INT4, Type::TEXT]);
            for (ord, line) in (0_i32..).zip(lines) {
                writer.write(&[&place(step.n), &id, &ord, line]).map_err(&told)?;
            }
            writer.finish().map_err(&told)?;
        }
        telling.commit().map_err(&told)
    }

    fn told(&mut self, after: u64, take: &mut dyn FnMut(Line) -> Result<(), Error>) -> Result<u64, Error> {
        use postgres::fallible_iterator::FallibleIterator as _;
        let told = self.told_of();
        let client = &mut self.session.client;
        let row = client.query_one("SELECT coalesce(min(told), 0) FROM shard", &[]).map_err(&told)?;
        let until: i64 = row.get(0);
        let sql = "SELECT s.n, s.size, s.known, shard.name, t.line
          FROM told t JOIN step s ON s.n = t.step JOIN shard ON shard.id = t.shard
          WHERE t.step > $1 AND t.step <= $2 ORDER BY t.step, shard.name, t.ord";
        let mut rows = client.query_raw(sql, [place(after), until]).map_err(&told)?;
        while let Some(row) = rows.next().map_err(&told)? {
            take(Line { step: step(&row, 0), shard: row.get(3), text: row.get(4) })?;
        }
        Ok(until.cast_unsigned().max(after))
    }
}

fn step(row: &postgres::Row, from: usize) -> Step {
    Step {
        n: row.get::<_, i64>(from).cast_unsigned(),
        size: row.get::<_, i64>(from + 1).cast_unsigned(),
        known: Instant(row.get(from + 2)),
    }
}
