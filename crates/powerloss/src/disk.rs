//! The disk itself: files with what is synced and what is not, their locks, and the loss.
//!
//! Invariant: nothing reaches a file of a disk that has lost its power, and no handle from before the loss is of use after it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fastrand::Rng;

/// What a disk writes as a whole.
const SECTOR: usize = 512;
/// SQLite shares its index of the log of writes in regions; there are so many locks on them.
const SHARED_LOCKS: usize = 8;

/// The answer of a disk that cannot.
pub(crate) struct Refused;

/// A change that is not synced.
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// Memory that the connections to one file share.
pub(crate) type Regions = Arc<Mutex<Vec<Box<[u64]>>>>;

#[derive(Default)]
struct File {
    now: Vec<u8>,
    synced: Vec<u8>,
    pending: Vec<Change>,
    /// Who holds which lock: a handle and its level, as SQLite counts them.
    locks: BTreeMap<u64, i32>,
    /// Who holds which of the locks on what is shared; true where alone.
    shared: BTreeMap<(usize, u64), bool>,
    regions: Regions,
    mapped: Vec<u64>,
}

#[derive(Default)]
pub(crate) struct State {
    files: BTreeMap<usize, File>,
    /// The folder, and the folder as it is on disk.
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    made: usize,
    handles: u64,
    /// How often power has come back.
    era: u64,
    operations: u64,
    loss: Option<(u64, Rng)>,
    /// What is found when power comes back.
    after: Option<BTreeMap<String, Vec<u8>>>,
}

/// What SQLite holds of a file.
pub(crate) struct Handle {
    disk: Arc<Mutex<State>>,
    file: usize,
    era: u64,
    id: u64,
    /// Whether the folder is synced with it, as it is for a log of writes that was just made.
    with_folder: bool,
    /// Kept as long as SQLite may look at it.
    regions: Vec<Regions>,
}

static DISKS: Mutex<BTreeMap<String, Arc<Mutex<State>>>> = Mutex::new(BTreeMap::new());

/// A disk: a folder of files in memory.
pub struct Disk {
    folder: String,
    state: Arc<Mutex<State>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk that holds a file; what has no name is on one that never loses power.
pub(crate) fn disk_of(path: &str) -> Arc<Mutex<State>> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Arc::clone(locked(&DISKS).entry(folder.to_owned()).or_default())
}

impl Disk {
    /// The disk of a folder.
    #[must_use]
    pub fn of(folder: &str) -> Disk {
        Disk { folder: folder.to_owned(), state: disk_of(&format!("{folder}/")) }
    }

    /// Lets power fail at the operation of this number from now on; the seed chooses what is left of what was not synced.
    pub fn lose_after(&self, operations: u64, seed: u64) {
        locked(&self.state).loss = Some((operations, Rng::with_seed(seed)));
    }

    /// Whether power has failed.
    #[must_use]
    pub fn lost(&self) -> bool {
        locked(&self.state).after.is_some()
    }

    /// How many writes, changes of length, syncs and removals there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        locked(&self.state).operations
    }

    /// Lets power fail now, if it has not, and come back: what SQLite finds from then on is what was left.
    pub fn restart(&self, seed: u64) {
        let mut state = locked(&self.state);
        if state.after.is_none() {
            state.fail(&mut Rng::with_seed(seed));
        }
        state.era += 1;
        state.loss = None;
        state.files.clear();
        state.names.clear();
        for (name, bytes) in state.after.take().unwrap_or_default() {
            let file = File { now: bytes.clone(), synced: bytes, ..File::default() };
            let id = state.add(file);
            state.names.insert(name, id);
        }
        state.synced_names = state.names.clone();
    }

    /// The files as a program sees them.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = locked(&self.state);
        state.names.iter().map(|(name, id)| (name.clone(), state.files[id].now.clone())).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        locked(&DISKS).remove(&self.folder);
    }
}

impl State {
    fn add(&mut self, file: File) -> usize {
        self.made += 1;
        self.files.insert(self.made, file);
        self.made
    }

    /// Counts an operation; power may fail at it.
    fn step(&mut self) -> Result<(), Refused> {
        if self.after.is_some() {
            return Err(Refused);
        }
        self.operations += 1;
        match self.loss.take() {
            Some((0, mut rng)) => {
                self.fail(&mut rng);
                Err(Refused)
            }
            left => {
                self.loss = left.map(|(left, rng)| (left - 1, rng));
                Ok(())
            }
        }
    }

    fn fail(&mut self, rng: &mut Rng) {
        let mut after = BTreeMap::new();
        let names: Vec<String> = self.names.keys().chain(self.synced_names.keys()).cloned().collect();
        for name in names {
            // What was made or removed and the folder not synced may be there or not.
            let (now, synced) = (self.names.get(&name), self.synced_names.get(&name));
            let chosen = if now == synced || rng.bool() { now } else { synced };
            if let Some(file) = chosen.and_then(|id| self.files.get(id)) {
                after.entry(name).or_insert_with(|| file.left(rng));
            }
        }
        self.after = Some(after);
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.names.contains_key(path)
    }

    pub(crate) fn remove(&mut self, path: &str, sync_folder: bool) -> Result<(), Refused> {
        self.step()?;
        self.names.remove(path);
        if sync_folder {
            self.synced_names = self.names.clone();
        }
        Ok(())
    }
}

impl File {
    /// What is left of it when power fails.
    fn left(&self, rng: &mut Rng) -> Vec<u8> {
        let mut left = self.synced.clone();
        // Losses are of all sorts: nothing written, all of it, or any part.
        let odds = [0.0, 0.1, 0.5, 0.9, 1.0][rng.usize(..5)];
        for change in &self.pending {
            match change {
                Change::Length(to) if rng.f64() < odds => left.resize(*to, 0),
                Change::Length(_) => {}
                Change::Write(at, bytes) => {
                    let whole = rng.bool().then(|| rng.f64() < odds);
                    let mut from = 0;
                    while from < bytes.len() {
                        // Up to the end of the sector.
                        let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
                        if whole.unwrap_or_else(|| rng.f64() < odds) {
                            put(&mut left, at + from, &bytes[from..to]);
                        }
                        from = to;
                    }
                }
            }
        }
        left
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

impl Handle {
    /// Opens a file, and makes it where that is asked.
    pub(crate) fn open(path: Option<&str>, make: bool, with_folder: bool) -> Result<Handle, Refused> {
        let disk = disk_of(path.unwrap_or_default());
        let mut state = locked(&disk);
        if state.after.is_some() {
            return Err(Refused);
        }
        let known = path.and_then(|path| state.names.get(path).copied());
        let (file, new) = match known {
            Some(file) => (file, false),
            None if make => (state.add(File::default()), true),
            None => return Err(Refused),
        };
        if let (Some(path), true) = (path, new) {
            state.names.insert(path.to_owned(), file);
        }
        state.handles += 1;
        let (era, id) = (state.era, state.handles);
        drop(state);
        Ok(Handle { disk, file, era, id, with_folder: with_folder && new, regions: Vec::new() })
    }

    fn with<T>(
        &mut self,
        act: impl FnOnce(&mut State, usize, u64) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut state = locked(&self.disk);
        if state.era != self.era || state.after.is_some() || !state.files.contains_key(&self.file) {
            return Err(Refused);
        }
        act(&mut state, self.file, self.id)
    }

    fn file<T>(&mut self, act: impl FnOnce(&mut File, u64) -> Result<T, Refused>) -> Result<T, Refused> {
        self.with(|state, file, id| act(state.files.entry(file).or_default(), id))
    }

    /// Reads what is there; says how much that is.
    pub(crate) fn read(&mut self, at: usize, into: &mut [u8]) -> Result<usize, Refused> {
        self.file(|file, _| {
            let from = at.min(file.now.len());
            let bytes = &file.now[from..(at + into.len()).min(file.now.len()).max(from)];
            into[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }

    pub(crate) fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), Refused> {
        self.with(|state, file, _| {
            // What is under way when power fails may be there in part.
            let target = state.files.entry(file).or_default();
            target.pending.push(Change::Write(at, bytes.to_vec()));
            state.step()?;
            put(&mut state.files.entry(file).or_default().now, at, bytes);
            Ok(())
        })
    }

    pub(crate) fn set_length(&mut self, to: usize) -> Result<(), Refused> {
        self.with(|state, file, _| {
            state.files.entry(file).or_default().pending.push(Change::Length(to));
            state.step()?;
            state.files.entry(file).or_default().now.resize(to, 0);
            Ok(())
        })
    }

    pub(crate) fn sync(&mut self) -> Result<(), Refused> {
        let with_folder = std::mem::take(&mut self.with_folder);
        self.with(|state, file, _| {
            state.step()?;
            let target = state.files.entry(file).or_default();
            for change in std::mem::take(&mut target.pending) {
                match change {
                    Change::Write(at, bytes) => put(&mut target.synced, at, &bytes),
                    Change::Length(to) => target.synced.resize(to, 0),
                }
            }
            if with_folder {
                state.synced_names = state.names.clone();
            }
            Ok(())
        })
    }

    pub(crate) fn length(&mut self) -> Result<usize, Refused> {
        self.file(|file, _| Ok(file.now.len()))
    }

    /// Takes a lock of a level, as SQLite counts them; false where another has one that does not go with it.
    pub(crate) fn lock(&mut self, level: i32) -> Result<bool, Refused> {
        self.file(|file, id| {
            let highest = file.locks.iter().filter(|(who, _)| **who != id).map(|(_, level)| *level).max();
            let free = match (level, highest.unwrap_or_default()) {
                (1, other) => other < 3,
                (2 | 3, other) => other < 2,
                (_, other) => other == 0,
            };
            if free {
                file.locks.insert(id, level);
            }
            Ok(free)
        })
    }

    pub(crate) fn unlock(&mut self, level: i32) -> Result<(), Refused> {
        self.file(|file, id| {
            if level == 0 {
                file.locks.remove(&id)
            } else {
                file.locks.insert(id, level)
            };
            Ok(())
        })
    }

    pub(crate) fn reserved(&mut self) -> Result<bool, Refused> {
        self.file(|file, _| Ok(file.locks.values().any(|level| *level > 1)))
    }

    /// The address of a shared region.
    pub(crate) fn map(&mut self, region: usize, bytes: usize, make: bool) -> Result<*mut u64, Refused> {
        let (address, regions) = self.file(|file, id| {
            if !file.mapped.contains(&id) {
                file.mapped.push(id);
            }
            let mut regions = locked(&file.regions);
            while make && regions.len() <= region {
                regions.push(vec![0; bytes / size_of::<u64>()].into_boxed_slice());
            }
            let address = regions.get_mut(region).map_or(std::ptr::null_mut(), |region| region.as_mut_ptr());
            drop(regions);
            Ok((address, Arc::clone(&file.regions)))
        })?;
        if !self.regions.iter().any(|held| Arc::ptr_eq(held, &regions)) {
            self.regions.push(regions);
        }
        Ok(address)
    }

    pub(crate) fn unmap(&mut self) -> Result<(), Refused> {
        self.file(|file, id| {
            file.mapped.retain(|who| *who != id);
            file.shared.retain(|(_, who), _| *who != id);
            if file.mapped.is_empty() {
                file.regions = Regions::default();
            }
            Ok(())
        })
    }

    /// Takes locks on what is shared; false where another holds one that does not go with them.
    pub(crate) fn lock_shared(&mut self, from: usize, count: usize, alone: bool) -> Result<bool, Refused> {
        self.file(|file, id| {
            let slots = from..(from + count).min(SHARED_LOCKS);
            let mut others = file.shared.iter().filter(|((slot, who), _)| slots.contains(slot) && *who != id);
            let free = others.all(|(_, other)| !alone && !other);
            if free {
                file.shared.extend(slots.map(|slot| ((slot, id), alone)));
            }
            Ok(free)
        })
    }

    pub(crate) fn unlock_shared(&mut self, from: usize, count: usize) -> Result<(), Refused> {
        self.file(|file, id| {
            file.shared.retain(|(slot, who), _| *who != id || !(from..from + count).contains(slot));
            Ok(())
        })
    }

    pub(crate) fn close(mut self) {
        // After a loss there is nothing to let go of.
        let _ = self.unmap();
        let _ = self.unlock(0);
    }
}
