//! Work on a ledger that several programs share: parts of it, each done by one of them at a time, step by step.
//!
//! Invariant: what a part has told at a step is recorded together with the step that it has come to, so that whoever goes on where
//! another ended neither repeats nor leaves out anything; a step is the same for all parts and for whoever does it.

use std::collections::BTreeMap;

use model::Instant;

use crate::error::Error;

/// How far everybody is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Its number, from 1.
    pub n: u64,
    /// The first so many entries are used.
    pub size: u64,
    /// What has come to be known by this instant.
    pub known: Instant,
}

/// A part that is done here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Its name.
    pub name: String,
    /// The last step that it has told; the one before its first, where it has told none.
    pub told: u64,
    /// The step after which it begins.
    pub began: u64,
}

/// What was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// At which step.
    pub step: Step,
    /// By which part.
    pub shard: String,
    /// The line.
    pub text: String,
}

/// Where it is recorded who does what, and what was told.
pub trait Shards: Send {
    /// Lets these parts be; those that are new begin after the last step there is.
    ///
    /// # Errors
    /// When it cannot be recorded.
    fn enroll(&mut self, names: &[String]) -> Result<(), Error>;

    /// Takes parts that nobody does, up to an equal share, and gives back what is more: all that is done here now.
    ///
    /// # Errors
    /// When the server cannot be asked; nothing is done here then.
    fn share(&mut self) -> Result<Vec<Shard>, Error>;

    /// Adds a step that goes further than the last, unless there is one that goes as far.
    ///
    /// # Errors
    /// When it cannot be recorded.
    fn go_to(&mut self, size: u64, known: Instant) -> Result<(), Error>;

    /// The steps after one, in order, and no more than so many.
    ///
    /// # Errors
    /// When they cannot be read.
    fn steps(&mut self, after: u64, most: usize) -> Result<Vec<Step>, Error>;

    /// A step; none where there is no such step.
    ///
    /// # Errors
    /// When it cannot be read.
    fn step(&mut self, n: u64) -> Result<Option<Step>, Error> {
        Ok(self.steps(n.saturating_sub(1), 1)?.into_iter().find(|step| step.n == n))
    }

    /// Records what a part tells at the step after the last that it told.
    ///
    /// # Errors
    /// When the part is not done here any more, or nothing can be recorded.
    fn tell(&mut self, shard: &str, step: &Step, lines: &[String]) -> Result<(), Error>;

    /// What was told after a step, as far as every part has come: by step, then by the name of the part, then as it was told. Gives
    /// back the last step that is told in full.
    ///
    /// # Errors
    /// When it cannot be read, or `take` fails.
    fn told(&mut self, after: u64, take: &mut dyn FnMut(Line) -> Result<(), Error>) -> Result<u64, Error>;
}

/// What is done.
pub trait Work {
    /// How far one could go now: the entries there are, and what is known by now.
    ///
    /// # Errors
    /// When it cannot be told.
    fn goal(&mut self) -> Result<(u64, Instant), Error>;

    /// Takes a part up where it stands: at the step that it told last, or before its first.
    ///
    /// # Errors
    /// When it cannot be done.
    fn take_up(&mut self, shard: &Shard, at: Option<Step>) -> Result<(), Error>;

    /// Lets the parts that have told step `told` go on to the step after it; gives what each of them tells.
    ///
    /// # Errors
    /// When it cannot be done.
    fn go_on(&mut self, told: u64, step: Step) -> Result<Vec<(String, Vec<String>)>, Error>;

    /// Puts a part down that somebody else does now.
    fn put_down(&mut self, shard: &str);
}

/// So many steps are looked at in one turn, so that parts change hands in between.
const STEPS: usize = 64;

/// One of those who work.
pub struct Worker<'a> {
    shards: Box<dyn Shards>,
    work: &'a mut dyn Work,
    held: BTreeMap<String, u64>,
}

impl<'a> Worker<'a> {
    /// One who has nothing to do yet. Where a turn fails, it is over with it: another one begins with another connection.
    #[must_use]
    pub fn new(shards: Box<dyn Shards>, work: &'a mut dyn Work) -> Worker<'a> {
        Worker { shards, work, held: BTreeMap::new() }
    }

    /// Takes its share and does what there is to be done now; says whether there was anything.
    ///
    /// # Errors
    /// When the ledger or the server cannot be asked, or the work fails.
    pub fn turn(&mut self) -> Result<bool, Error> {
        let (size, known) = self.work.goal()?;
        self.shards.go_to(size, known)?;
        let share = self.shards.share()?;
        self.held.retain(|name, _| {
            let stays = share.iter().any(|shard| shard.name == *name);
            if !stays {
                self.work.put_down(name);
            }
            stays
        });
        let mut done = false;
        for shard in share {
            if !self.held.contains_key(&shard.name) {
                let at = if shard.told == shard.began { None } else { self.shards.step(shard.told)? };
                self.work.take_up(&shard, at)?;
                self.held.insert(shard.name, shard.told);
                done = true;
            }
        }
        let Some(lowest) = self.held.values().min().copied() else { return Ok(done) };
        // Those that are behind come first, until all stand at one step.
        for step in self.shards.steps(lowest, STEPS)? {
            for (name, lines) in self.work.go_on(step.n - 1, step)? {
                self.shards.tell(&name, &step, &lines)?;
                self.held.insert(name, step.n);
                done = true;
            }
        }
        Ok(done)
    }
}
