//! A watch whose verdicts are kept up to date: new claims in, changed verdicts out.
//!
//! Invariant: what is told depends on the claims, never on the number of threads; a shard is one standard and one reading.

mod load;
mod workers;

use std::{collections::BTreeMap, path::Path};

use live::{Changed, Moved, Shard, Store, Verdict, World, store::Change};
use model::{
    Id, Instant, Standard, Status, StatusSet,
    answer::{Count, Rejected},
    claim::Claim,
};
use serde::Serialize;

pub use load::Read;
pub use workers::Shared;

use crate::{
    files::{Paths, Problems, Watch},
    held::Held,
    verdict::{UnknownReading, read_as},
};

/// Claims from JSON Lines.
///
/// # Errors
/// Never: a line that cannot be read is among those rejected.
pub fn claims(name: &str, mut text: &[u8]) -> Result<ingest::Read, std::io::Error> {
    ingest::jsonl::read(name, &mut text)
}

/// What is kept up to date.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Under these standards.
    pub standards: Vec<Standard>,
    /// In these readings; `text` is none.
    pub readings: Vec<String>,
    /// Statuses at this instant, where it is not that of the latest claim.
    pub at: Option<Instant>,
    /// Nothing known later is used.
    pub known_at: Option<Instant>,
    /// How many threads may work.
    pub threads: usize,
}

/// Why a watch cannot be kept up to date.
#[derive(Debug, thiserror::Error)]
pub enum NotMonitored {
    /// It cannot be read.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// It has no such reading.
    #[error(transparent)]
    Reading(#[from] UnknownReading),
}

/// One verdict, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The watch.
    pub watch: String,
    /// The standard of proof.
    pub standard: String,
    /// The reading.
    pub reading: String,
    /// The provision.
    pub provision: Id,
    /// Statuses at this instant.
    pub at: Instant,
    /// Nothing known later was used.
    pub known_at: Instant,
    /// The statuses possible; null where this version does not compute it.
    pub status: Option<StatusSet>,
    /// What they were; left out where nothing was said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Option<StatusSet>>,
    /// How many instances certainly, and how many possibly, have each status.
    pub tally: BTreeMap<&'static str, Count>,
    /// Violations of a prohibition.
    pub violations: Count,
    /// Instances whose statuses have changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Instance>,
}

/// One instance, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Its key.
    pub key: String,
    /// The statuses possible; empty where there is no such instance any more.
    pub status: StatusSet,
    /// What they were; left out where nothing was said of it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<StatusSet>,
}

impl Instance {
    /// One whose statuses have changed.
    fn of(moved: &Moved) -> Instance {
        let was = Some(moved.was).filter(|was| !was.is_empty());
        Instance { key: moved.key.clone(), status: moved.is, was }
    }
}

struct Kept {
    standard: String,
    reading: String,
    shard: Shard,
}

/// A watch whose verdicts are kept up to date.
pub struct Monitor {
    /// The name of its folder.
    pub name: String,
    /// What was read of its evidence.
    pub read: Read,
    store: Store,
    shards: Vec<Kept>,
    known: Instant,
    threads: usize,
}

impl Monitor {
    /// Reads a watch from its files alone and computes all that is kept.
    ///
    /// # Errors
    /// When it cannot be read, or has no such reading.
    pub fn load(folder: &Path, paths: &Paths, asked: &Asked) -> Result<Monitor, NotMonitored> {
        let watch = Watch::load(&Paths { claims: Vec::new(), ..paths.clone() })?;
        let mut store = Store::new(watch.sources.clone());
        let read = load::load(&mut store, &paths.claims, asked.known_at, asked.threads)?;
        Monitor::of(folder, &watch, store, read, asked)
    }

    /// Reads a watch from what its ledger holds and computes all that is kept.
    ///
    /// # Errors
    /// When it cannot be read, or has no such reading.
    pub fn held(folder: &Path, held: &Held, asked: &Asked) -> Result<Monitor, NotMonitored> {
        let watch = held.watch_without_claims()?;
        let mut store = Store::new(watch.sources.clone());
        let read = load::recorded(&mut store, held, asked.known_at, asked.threads);
        Monitor::of(folder, &watch, store, read, asked)
    }

    fn of(
        folder: &Path,
        watch: &Watch,
        store: Store,
        read: Read,
        asked: &Asked,
    ) -> Result<Monitor, NotMonitored> {
        let known = asked.known_at.or(store.known()).unwrap_or(watch.agreement.in_force);
        let mut worlds = Vec::new();
        for reading in &asked.readings {
            let agreement = read_as(&watch.agreement, Some(reading))?;
            for standard in &asked.standards {
                let world = World {
                    agreement: agreement.clone(),
                    grounds: watch.grounds.clone(),
                    standard: standard.clone(),
                    decisions: watch.decisions.clone(),
                };
                worlds.push((standard.to_string(), reading.clone(), world));
            }
        }
        let at = asked.at;
        let build = |(standard, reading, world): (String, String, World)| Kept {
            standard,
            reading,
            shard: Shard::new(world, &store, at, known),
        };
        let shards = shared_out(worlds, asked.threads, &build);
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let threads = asked.threads;
        Ok(Monitor { name: name.unwrap_or_default(), read, store, shards, known, threads })
    }

    /// How many claims are live.
    #[must_use]
    pub fn live(&self) -> usize {
        self.store.live()
    }

    /// Up to when it is known what is known.
    #[must_use]
    pub fn known(&self) -> Instant {
        self.known
    }

    /// How many provisions are kept instance by instance, and how many are evaluated whole, over all shards.
    #[must_use]
    pub fn ways(&self) -> (usize, usize) {
        let by_instance = self.shards.iter().map(|kept| kept.shard.by_instance()).sum();
        let all: usize = self.shards.iter().map(|kept| kept.shard.verdicts().count()).sum();
        (by_instance, all - by_instance)
    }

    /// Every verdict, in the order of readings, standards and provisions; with the instances that may have one of some
    /// statuses.
    #[must_use]
    pub fn verdicts(&self, listed: &[Status]) -> Vec<Told> {
        let each = self.shards.iter().flat_map(|kept| {
            kept.shard.verdicts().map(|(id, verdict)| {
                let instances = self.listed(kept, id, listed);
                told(&self.name, kept, id, verdict, None, instances)
            })
        });
        each.collect()
    }

    fn listed(&self, kept: &Kept, provision: &Id, listed: &[Status]) -> Vec<Instance> {
        if listed.is_empty() {
            return Vec::new();
        }
        let all = kept.shard.instances(&self.store, provision).unwrap_or_default();
        let wanted = all.into_iter().filter(|(_, set)| listed.iter().any(|status| set.contains(*status)));
        wanted.map(|(key, status)| Instance { key, status, was: None }).collect()
    }

    /// Takes in claims, and tells what has changed by them and by the time that they tell of.
    pub fn take(&mut self, claims: Vec<Claim>) -> (Vec<Told>, Vec<Rejected>) {
        let (mut changes, mut rejected) = (Vec::new(), Vec::new());
        for claim in claims {
            let (file, line) = claim.read_from.clone();
            if let Err(reason) = self.store.add(claim, &mut changes) {
                rejected.push(Rejected { file, line, field: "id".to_owned(), reason });
            }
        }
        let known = self.store.known().unwrap_or(self.known).max(self.known);
        (self.update(&changes, known), rejected)
    }

    /// Lets time pass, and tells what has changed by it.
    pub fn pass(&mut self, known: Instant) -> Vec<Told> {
        self.update(&[], known.max(self.known))
    }

    fn update(&mut self, changes: &[Change], known: Instant) -> Vec<Told> {
        self.known = known;
        let (store, threads) = (&self.store, self.threads);
        let step = |mut kept: Kept| {
            let changed = kept.shard.update(store, changes, known);
            (kept, changed)
        };
        let updated = shared_out(std::mem::take(&mut self.shards), threads, &step);
        let mut all = Vec::new();
        let mut changed_by_shard: Vec<Vec<Changed>> = Vec::new();
        for (kept, changed) in updated {
            self.shards.push(kept);
            changed_by_shard.push(changed);
        }
        for (kept, changed) in self.shards.iter().zip(changed_by_shard) {
            for changed in changed {
                let instances = changed.instances.iter().map(Instance::of).collect();
                let was = changed.was.map(|was| was.status);
                all.push(told(&self.name, kept, &changed.provision, &changed.is, was, instances));
            }
        }
        all
    }
}

/// What is told of a verdict.
fn told(
    name: &str,
    kept: &Kept,
    provision: &Id,
    verdict: &Verdict,
    was: Option<Option<StatusSet>>,
    instances: Vec<Instance>,
) -> Told {
    let now = kept.shard.now();
    let mut tally: BTreeMap<&'static str, Count> = BTreeMap::new();
    for (set, count) in &verdict.tally {
        for status in set.iter() {
            let entry = tally.entry(status.name()).or_insert(Count { certain: 0, possible: Some(0) });
            let count = *count as u64;
            entry.certain += if set.len() == 1 { count } else { 0 };
            entry.possible = entry.possible.map(|possible| possible + count);
        }
    }
    Told {
        watch: name.to_owned(),
        standard: kept.standard.clone(),
        reading: kept.reading.clone(),
        provision: provision.clone(),
        at: now.at,
        known_at: now.known,
        status: verdict.status,
        was,
        tally,
        violations: verdict.violations,
        instances,
    }
}

/// Does the same to each of some things, on several threads; the results are in the order of the things.
fn shared_out<T: Send, U: Send>(things: Vec<T>, threads: usize, each: &(impl Fn(T) -> U + Sync)) -> Vec<U> {
    let threads = threads.clamp(1, things.len().max(1));
    if threads == 1 {
        return things.into_iter().map(each).collect();
    }
    let mut shares: Vec<Vec<(usize, T)>> = (0..threads).map(|_| Vec::new()).collect();
    for (at, thing) in things.into_iter().enumerate() {
        shares[at % threads].push((at, thing));
    }
    let mut done: Vec<(usize, U)> = std::thread::scope(|scope| {
        let work = |share: Vec<(usize, T)>| share.into_iter().map(|(at, thing)| (at, each(thing))).collect();
        let handles: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || -> Vec<(usize, U)> { work(share) })).collect();
        handles
            .into_iter()
            .flat_map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
