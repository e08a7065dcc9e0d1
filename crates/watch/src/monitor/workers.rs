//! Verdicts kept up to date from a ledger, by several programs at one time: each has some standards and readings of a watch.
//!
//! Invariant: what is told at a step is a function of the entries and the steps; who takes a part over stands where the one before
//! stood.

use std::collections::BTreeMap;

use ingest::table::Rows;
use ledger::{
    Clock, Entry, Error, Kind, Tail,
    keys::claimed_size,
    shards::{Shard as Part, Step, Work},
};
use live::{Changed, Moved, Shard, Store, Verdict, World};
use model::{Id, Instant, Standard, StatusSet, claim::Claim};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Asked, Instance, Kept, Told, shared_out, told};
use crate::{
    files::Watch,
    held::{Held, Written},
    verdict::read_as,
};

/// One verdict that has changed, and the entries that it rests on.
#[derive(Debug, Serialize)]
struct Line {
    /// The first so many.
    size: u64,
    #[serde(flatten)]
    told: Told,
}

/// What one program does of a watch that several keep up to date.
pub struct Shared {
    plan: Plan,
    ledger: Box<dyn ledger::Store>,
    clock: Option<Clock>,
    /// By the step that they have told.
    groups: BTreeMap<u64, Group>,
}

/// What is done of which watch.
struct Plan {
    name: String,
    asked: Asked,
}

/// Parts that stand at one step.
#[derive(Default)]
struct Group {
    /// What they rest on; none as long as none of them has told anything.
    base: Option<Base>,
    /// By their name; none for one that has told nothing yet.
    parts: BTreeMap<String, Option<Kept>>,
}

impl Shared {
    /// Nothing done yet of a watch in a ledger. With a clock, time that passes is told too, as often as the clock goes on.
    #[must_use]
    pub fn new(name: &str, ledger: Box<dyn ledger::Store>, asked: Asked, clock: Option<Clock>) -> Shared {
        Shared { plan: Plan { name: name.to_owned(), asked }, ledger, clock, groups: BTreeMap::new() }
    }

    /// The names of its parts.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        self.plan.each().map(|(standard, reading)| part_of(standard, reading)).collect()
    }
}

impl Plan {
    fn each(&self) -> impl Iterator<Item = (&Standard, &String)> {
        let readings = &self.asked.readings;
        self.asked
            .standards
            .iter()
            .flat_map(move |standard| readings.iter().map(move |reading| (standard, reading)))
    }

    /// A part as it stands.
    fn built(&self, part: &str, base: &Base, known: Instant) -> Result<Kept, Error> {
        let found = self.each().find(|(standard, reading)| part_of(standard, reading) == part);
        let (standard, reading) = found.ok_or_else(|| {
            Error::Refused(format!("“{part}” is no standard and reading that is asked for here"))
        })?;
        let agreement = read_as(&base.watch.agreement, Some(reading))
            .map_err(|unknown| Error::Refused(unknown.to_string()))?;
        let world = World {
            agreement,
            grounds: base.watch.grounds.clone(),
            standard: standard.clone(),
            decisions: base.watch.decisions.clone(),
        };
        let shard = Shard::new(world, &base.claims, self.asked.at, known);
        Ok(Kept { standard: standard.to_string(), reading: reading.clone(), shard })
    }

    /// The lines of what has changed of a part.
    fn lines(&self, kept: &Kept, size: u64, changed: Vec<Changed>) -> Result<Vec<String>, Error> {
        let line = |changed: Changed| {
            let instances = changed.instances.iter().map(Instance::of).collect();
            let was = changed.was.map(|was| was.status);
            let told = told(&self.name, kept, &changed.provision, &changed.is, was, instances);
            serde_json::to_string(&Line { size, told }).map_err(|error| Error::Refused(error.to_string()))
        };
        changed.into_iter().map(line).collect()
    }

    /// One part at the next step.
    fn step(
        &self,
        (part, kept): (String, Option<Kept>),
        (base, before): (&Base, Option<&Base>),
        changes: &[live::store::Change],
        step: Step,
    ) -> Result<(String, Kept, Vec<String>), Error> {
        let known = base.known(step);
        let (kept, changed) = match (kept, before) {
            (Some(mut kept), None) => {
                let changed = kept.shard.update(&base.claims, changes, known);
                (kept, changed)
            }
            (old, before) => {
                let new = self.built(&part, base, known)?;
                let old = old.as_ref().zip(before).map(|(old, before)| (&old.shard, &before.claims));
                let changed = differences(old, (&new.shard, &base.claims));
                (new, changed)
            }
        };
        let lines = self.lines(&kept, step.size, changed)?;
        Ok((part, kept, lines))
    }
}

fn part_of(standard: &Standard, reading: &str) -> String {
    format!("{standard} {reading}")
}

impl Work for Shared {
    fn goal(&mut self) -> Result<(u64, Instant), Error> {
        let note = self.ledger.head()?.ok_or_else(|| Error::Missing(self.ledger.place()))?;
        // Whether it is true is found out when the entries are read.
        let size = claimed_size(&note).unwrap_or_default();
        Ok((size, self.clock.as_ref().map_or(Instant::MIN, |clock| clock())))
    }

    fn take_up(&mut self, part: &Part, at: Option<Step>) -> Result<(), Error> {
        let mut group = self.groups.remove(&part.told).unwrap_or_default();
        let kept = match at {
            None => None,
            Some(step) => {
                let base = match group.base.take() {
                    Some(base) => base,
                    None => Base::read(&mut *self.ledger, step.size)?,
                };
                let kept = self.plan.built(&part.name, &base, base.known(step))?;
                group.base = Some(base);
                Some(kept)
            }
        };
        group.parts.insert(part.name.clone(), kept);
        self.groups.insert(part.told, group);
        Ok(())
    }

    fn go_on(&mut self, told: u64, step: Step) -> Result<Vec<(String, Vec<String>)>, Error> {
        let Some(group) = self.groups.remove(&told) else { return Ok(Vec::new()) };
        let (mut base, mut before, mut changes) = (group.base, None, Vec::new());
        if let Some(own) = &mut base
            && own.read_on(&mut *self.ledger, step.size, &mut changes)?
        {
            before = base.take();
        }
        let base = match base {
            Some(base) => base,
            None => Base::read(&mut *self.ledger, step.size)?,
        };
        // A part that has told nothing yet is built like one whose papers have changed.
        let plan = &self.plan;
        let each = |part| plan.step(part, (&base, before.as_ref()), &changes, step);
        let done = shared_out(group.parts.into_iter().collect(), plan.asked.threads, &each);
        let mut all = Vec::new();
        let mut there = self.groups.remove(&step.n).unwrap_or_default();
        for part in done {
            let (name, mut kept, lines) = part?;
            if let Some(others) = &there.base {
                // Those who were ahead have read the same: it is not kept twice.
                kept = self.plan.built(&name, others, others.known(step))?;
            }
            there.parts.insert(name.clone(), Some(kept));
            all.push((name, lines));
        }
        there.base.get_or_insert(base);
        self.groups.insert(step.n, there);
        Ok(all)
    }

    fn put_down(&mut self, part: &str) {
        self.groups.values_mut().for_each(|group| {
            group.parts.remove(part);
        });
        self.groups.retain(|_, group| !group.parts.is_empty());
    }
}

/// What differs between a part as it was, if it was, and as it is now.
fn differences(old: Option<(&Shard, &Store)>, (new, claims): (&Shard, &Store)) -> Vec<Changed> {
    let before: BTreeMap<&Id, &Verdict> =
        old.map(|(shard, _)| shard.verdicts().collect()).unwrap_or_default();
    let mut all = Vec::new();
    for (id, is) in new.verdicts() {
        let was = before.get(id).copied();
        let mut instances = Vec::new();
        if let Some((shard, then)) = old {
            let held = |found: Option<Vec<(String, StatusSet)>>| -> BTreeMap<String, StatusSet> {
                found.unwrap_or_default().into_iter().collect()
            };
            let (then, now) = (held(shard.instances(then, id)), held(new.instances(claims, id)));
            let keys: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
            for key in keys {
                let of = |sets: &BTreeMap<String, StatusSet>| sets.get(key).copied().unwrap_or_default();
                let (was, is) = (of(&then), of(&now));
                if was != is {
                    instances.push(Moved { key: key.clone(), was, is });
                }
            }
        }
        if was != Some(is) || !instances.is_empty() {
            all.push(Changed { provision: id.clone(), was: was.cloned(), is: is.clone(), instances });
        }
    }
    all
}

/// The first entries of a ledger, as parts rest on them.
struct Base {
    tail: Tail,
    held: Held,
    /// By file and header, the rows that were read.
    tables: BTreeMap<(String, String), Rows>,
    /// The papers, without claims.
    watch: Watch,
    claims: Store,
}

impl Base {
    fn read(ledger: &mut dyn ledger::Store, size: u64) -> Result<Base, Error> {
        let (mut tail, mut held, mut tables) = (Tail::default(), Held::default(), BTreeMap::new());
        let mut all = Vec::new();
        tail.read_to(ledger, size, &mut |entry| {
            all.extend(claim(&entry, &mut tables)?);
            held.take(&entry)
        })?;
        let watch = held.watch_without_claims().map_err(|problems| Error::Refused(problems.to_string()))?;
        let mut claims = Store::new(watch.sources.clone());
        let mut changes = Vec::new();
        for claim in all {
            changes.clear();
            // What cannot be used was told when it was recorded.
            let _ = claims.add(claim, &mut changes);
        }
        Ok(Base { tail, held, tables, watch, claims })
    }

    /// Takes in entries; says whether others than claims are among them, so that all is to be built anew.
    fn read_on(
        &mut self,
        ledger: &mut dyn ledger::Store,
        size: u64,
        changes: &mut Vec<live::store::Change>,
    ) -> Result<bool, Error> {
        let Base { tail, held, tables, claims, .. } = self;
        let (mut all, mut anew) = (Vec::new(), false);
        tail.read_to(ledger, size, &mut |entry| {
            anew |= match entry.kind {
                Kind::Claim | Kind::Coverage => entry.content.is_none(),
                Kind::Ledger | Kind::Key | Kind::Import | Kind::Document | Kind::Finding => false,
                Kind::Settings
                | Kind::Agreement
                | Kind::Zone
                | Kind::Source
                | Kind::Decision
                | Kind::Ruling
                | Kind::Erasure => true,
            };
            all.extend(claim(&entry, tables)?);
            held.take(&entry)
        })?;
        // What is built anew is compared with what was.
        for claim in all.into_iter().filter(|_| !anew) {
            let _ = claims.add(claim, changes);
        }
        Ok(anew)
    }

    /// What is known by a step.
    fn known(&self, step: Step) -> Instant {
        self.claims.known().unwrap_or(self.watch.agreement.in_force).max(step.known)
    }
}

/// The claim of an entry, if it is one.
fn claim(entry: &Entry, tables: &mut BTreeMap<(String, String), Rows>) -> Result<Option<Claim>, Error> {
    let (Kind::Claim | Kind::Coverage, Some(content)) = (entry.kind, &entry.content) else {
        return Ok(None);
    };
    let odd = |why: String| ledger::Damage::at(entry.seq, format!("its content is not understood: {why}"));
    let line: Written<'_> = serde_json::from_slice(content).map_err(|error| odd(error.to_string()))?;
    let read = match (line.columns, line.row) {
        (Some(columns), Some(row)) => {
            let key = (line.file.into_owned(), columns.into_owned());
            let rows = match tables.entry(key) {
                std::collections::btree_map::Entry::Occupied(rows) => rows.into_mut(),
                std::collections::btree_map::Entry::Vacant(free) => {
                    let (file, header) = free.key();
                    let rows = Rows::new(file, 1, header.as_bytes()).map_err(|fault| odd(fault.reason))?;
                    free.insert(rows)
                }
            };
            rows.claim(line.line, row.as_bytes())
        }
        _ => {
            let object = line.object.map(RawValue::get).unwrap_or_default();
            ingest::jsonl::claim(object.as_bytes(), &line.file, line.line)
        }
    };
    // What is no claim here, an older program took for one.
    Ok(read.ok())
}
