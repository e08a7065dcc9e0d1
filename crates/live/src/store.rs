//! Claims as they stand: plain events in columns, all others as they were read; which of them are live.
//!
//! Invariant: which claims are live depends on the set of claims, never on the order in which they came.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops,
    sync::Arc,
};

use fusion::superseded;
use ingest::rows::{Batch, Shape, hash};
use model::{
    Amount, Id, Instant, Period,
    amount::Range,
    claim::{Basis, Claim, Kind, Named, Quantity},
    place::Place,
    source::Source,
};

use crate::words::Words;

/// No row, or no word.
const NONE: u32 = u32::MAX;
/// In the place of a row: the claim of this identifier is no plain event.
const OTHER: u32 = u32::MAX - 1;
/// Likewise: there are two statements under this identifier, and neither is used.
const DISPUTED: u32 = u32::MAX - 2;

/// Fields that say nothing besides what the columns hold, or nothing that bears on a verdict.
const PLAIN_FIELDS: [&str; 21] = [
    "id",
    "source",
    "type",
    "act",
    "item",
    "occurred",
    "place",
    "by",
    "to",
    "amount",
    "ref",
    "known_at",
    "received_at",
    "stated_at",
    "quote",
    "note",
    "url",
    "revises",
    "retracts",
    "time",
    "zone",
];

/// A claim that has become live, or is live no more.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it says.
    pub of: Said,
    /// Whether it is live now.
    pub live: bool,
}

/// What a claim says.
#[derive(Clone, Debug)]
pub enum Said {
    /// A plain event, by its row.
    Row(u32),
    /// Anything else.
    Other(Arc<Claim>),
}

/// A plain event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it has in common with others.
    pub shape: u32,
    /// When it happened.
    pub time: Instant,
    /// How much.
    pub amount: Amount,
    /// Its reference, by number.
    pub reference: Option<u32>,
}

/// The claims of a watch.
#[derive(Clone, Debug, Default)]
pub struct Store {
    sources: Vec<Source>,
    shapes: Vec<Shape>,
    by_shape: BTreeMap<Shape, u32>,
    times: Vec<Instant>,
    knowns: Vec<Instant>,
    amounts: Vec<Amount>,
    of_shape: Vec<u32>,
    of_reference: Vec<u32>,
    /// The row before with the same reference.
    before: Vec<u32>,
    lines: Vec<u32>,
    /// The identifier of each row, as far as any has one.
    named: Vec<u32>,
    dead: Vec<u64>,
    /// How many live rows of each shape have no reference.
    loose: Vec<u32>,
    dead_rows: usize,
    file: String,
    references: Words,
    heads: Vec<u32>,
    ids: Words,
    holders: Vec<u32>,
    others: BTreeMap<Id, (Arc<Claim>, bool)>,
    /// Of claims that revise or retract others, who says so and when.
    linking: BTreeMap<Id, Claim>,
    /// By identifier, those that revise or retract it.
    aimed_at: BTreeMap<Id, BTreeSet<Id>>,
    known: Option<Instant>,
}

impl Store {
    /// No claims yet, by these sources.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Store {
        Store { sources, ..Store::default() }
    }

    /// Who speaks.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What plain events have in common.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// How many plain events there are, live or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.times.len()
    }

    /// How many claims are live.
    #[must_use]
    pub fn live(&self) -> usize {
        self.rows() - self.dead_rows + self.others.values().filter(|(_, live)| *live).count()
    }

    /// The greatest instant at which a claim became known.
    #[must_use]
    pub fn known(&self) -> Option<Instant> {
        self.known
    }

    /// The live claims that are no plain events, in order of identifier.
    pub fn others(&self) -> impl Iterator<Item = &Arc<Claim>> {
        self.others.values().filter(|(_, live)| *live).map(|(claim, _)| claim)
    }

    /// A row.
    #[must_use]
    pub fn event(&self, row: u32) -> Event {
        let at = row as usize;
        Event {
            shape: self.of_shape[at],
            time: self.times[at],
            amount: self.amounts[at],
            reference: Some(self.of_reference[at]).filter(|word| *word != NONE),
        }
    }

    /// Whether a row is live.
    #[must_use]
    pub fn is_live(&self, row: u32) -> bool {
        let (word, bit) = (row as usize / 64, row % 64);
        self.dead.get(word).is_none_or(|word| word & (1 << bit) == 0)
    }

    /// The live rows.
    pub fn live_rows(&self) -> impl Iterator<Item = u32> {
        let rows = u32::try_from(self.rows()).unwrap_or(NONE);
        (0..rows).filter(|row| self.is_live(*row))
    }

    /// Whether a live row of a shape has no reference.
    #[must_use]
    pub fn has_loose(&self, shape: u32) -> bool {
        self.loose.get(shape as usize).is_some_and(|loose| *loose > 0)
    }

    /// How many references there are.
    #[must_use]
    pub fn references(&self) -> usize {
        self.references.len()
    }

    /// A reference by its number.
    #[must_use]
    pub fn reference(&self, reference: u32) -> &str {
        self.references.word(reference)
    }

    /// The references under which there is more than one row, ascending.
    pub fn repeated(&self) -> impl Iterator<Item = u32> {
        let references = u32::try_from(self.references()).unwrap_or(NONE);
        (0..references).filter(|reference| {
            let head = self.heads[*reference as usize];
            self.before.get(head as usize).is_some_and(|before| *before != NONE)
        })
    }

    /// The live events with a reference, in no order.
    pub fn of_reference(&self, reference: u32) -> impl Iterator<Item = (u32, Event)> {
        let mut row = self.heads.get(reference as usize).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let own = row;
            row = *self.before.get(own as usize)?;
            Some(own)
        })
        .filter(|row| self.is_live(*row))
        .map(|row| (row, self.event(row)))
    }

    /// Adds the rows of a table known by an instant, and what revises them. Changes are told to who wants them; given back
    /// are lines that cannot be used.
    pub fn append(
        &mut self,
        file: &str,
        batch: &Batch,
        until: Option<Instant>,
        mut changes: Option<&mut Vec<Change>>,
    ) -> Vec<(usize, String)> {
        if self.file.is_empty() {
            file.clone_into(&mut self.file);
        }
        let shapes: Vec<u32> = batch.shapes.iter().map(|shape| self.shape(shape)).collect();
        let mut faults = Vec::new();
        self.reserve(batch.rows.len());
        let named = |at: usize| batch.ids.get(at).and_then(|id| batch.word(*id));
        let is_late = |known: Instant| until.is_some_and(|until| known > until);
        let mut at = 0;
        loop {
            let ends = |at: &usize| is_late(batch.rows[*at].known) || named(*at).is_some();
            let run = at..(at..batch.rows.len()).find(ends).unwrap_or(batch.rows.len());
            at = run.end + 1;
            let new = self.extend(batch, run.clone(), &shapes);
            if let Some(changes) = changes.as_deref_mut() {
                changes.extend(new.map(|row| Change { of: Said::Row(row), live: true }));
            }
            let Some(row) = batch.rows.get(run.end) else { break };
            let Some((id, hashed)) = named(run.end).filter(|_| !is_late(row.known)) else { continue };
            let shape = shapes[row.shape as usize];
            let event = (row.time, row.known, row.amount, shape, row.line);
            let reference = batch.word(row.reference);
            let (word, new) = self.ids.keep(id, hashed);
            if new && !self.is_aimed_at(word) {
                let row = self.push(event, reference);
                self.name(row, word);
                if let Some(changes) = changes.as_deref_mut() {
                    changes.push(Change { of: Said::Row(row), live: true });
                }
                continue;
            }
            let reference = reference.map(|(word, _)| String::from_utf8_lossy(word).into_owned());
            let id = self.ids.word(word).to_owned();
            let claim = self.claim_of(id, event, reference);
            if let Err(fault) = self.add(claim, changes.as_deref_mut().unwrap_or(&mut Vec::new())) {
                faults.push((row.line as usize, fault));
            }
        }
        for claim in batch.claims.iter().filter(|claim| until.is_none_or(|until| claim.known_at <= until)) {
            let line = claim.read_from.1;
            let changes = changes.as_deref_mut();
            if let Err(fault) = self.add(claim.clone(), changes.unwrap_or(&mut Vec::new())) {
                faults.push((line, fault));
            }
        }
        faults
    }

    /// Adds a claim.
    ///
    /// # Errors
    /// When another claim has its identifier: the same statement again, or another, and then neither is used.
    pub fn add(&mut self, claim: Claim, changes: &mut Vec<Change>) -> Result<(), String> {
        let (word, _) = self.ids.keep(claim.id.as_bytes(), hash(claim.id.as_bytes()));
        let holder = self.holders.get(word as usize).copied().unwrap_or(NONE);
        if holder != NONE {
            return self.again(&claim, word, holder, changes);
        }
        let first = changes.len();
        self.note(claim.known_at);
        let aimed = [&claim.revises, &claim.retracts].into_iter().flatten();
        for target in aimed {
            self.aimed_at.entry(target.clone()).or_default().insert(claim.id.clone());
        }
        let links = claim.revises.is_some() || claim.retracts.is_some();
        let linked = links || self.aimed_at.contains_key(&claim.id);
        let id = claim.id.clone();
        if links {
            self.linking.insert(id.clone(), bare(&claim));
        }
        match plain(&claim) {
            Some((shape, time, amount)) => {
                let shape = self.shape(&shape);
                let event = (time, claim.known_at, amount, shape, 0);
                let reference = claim.reference.as_ref().map(|r| (r.as_bytes(), hash(r.as_bytes())));
                let row = self.push(event, reference);
                self.name(row, word);
                changes.push(Change { of: Said::Row(row), live: true });
            }
            None => {
                self.hold(word, OTHER);
                let claim = Arc::new(claim);
                self.others.insert(id.clone(), (Arc::clone(&claim), true));
                changes.push(Change { of: Said::Other(claim), live: true });
            }
        }
        if linked {
            self.settle(&id, changes);
            tidy(changes, first);
        }
        Ok(())
    }

    /// A statement under an identifier that another has.
    fn again(
        &mut self,
        claim: &Claim,
        word: u32,
        holder: u32,
        changes: &mut Vec<Change>,
    ) -> Result<(), String> {
        let id = &claim.id;
        if holder == DISPUTED {
            return Err(format!("“{id}” is the identifier of several statements, none of which is used"));
        }
        let links = |claim: &Claim| (claim.revises.clone(), claim.retracts.clone());
        let linked = self.linking.get(id).map(links).unwrap_or_default() == links(claim);
        let same = linked
            && match (holder, plain(claim)) {
                (OTHER, _) => self.others.get(id).is_some_and(|(own, _)| own.written == claim.written),
                (row, Some((shape, time, amount))) => {
                    let own = self.event(row);
                    let reference = own.reference.map(|r| self.references.word(r));
                    (&self.shapes[own.shape as usize], own.time, own.amount) == (&shape, time, amount)
                        && reference == claim.reference.as_deref()
                        && self.knowns[row as usize] == claim.known_at
                }
                _ => false,
            };
        if same {
            return Err(format!("“{id}” has been read already, word for word: once is enough"));
        }
        let first = changes.len();
        self.linking.remove(id);
        self.aimed_at.values_mut().for_each(|aiming| {
            aiming.remove(id);
        });
        let (was_live, of) = match holder {
            OTHER => match self.others.remove(id) {
                Some((own, live)) => (live, Said::Other(own)),
                None => return Ok(()),
            },
            row => {
                let live = self.is_live(row);
                self.set_dead(row, true);
                (live, Said::Row(row))
            }
        };
        self.hold(word, DISPUTED);
        if was_live {
            changes.push(Change { of, live: false });
        }
        self.settle(id, changes);
        tidy(changes, first);
        Err(format!("“{id}” is also the identifier of another statement: neither is used; give each its own"))
    }

    fn shape(&mut self, shape: &Shape) -> u32 {
        if let Some(known) = self.by_shape.get(shape) {
            return *known;
        }
        let number = u32::try_from(self.shapes.len()).unwrap_or(NONE);
        self.shapes.push(shape.clone());
        self.loose.push(0);
        self.by_shape.insert(shape.clone(), number);
        number
    }

    /// Makes room for so many more rows, of which half may have a reference of their own.
    pub fn expect(&mut self, more: usize) {
        self.reserve(more);
        self.references.reserve(more / 2);
        self.heads.reserve(more / 2);
    }

    fn reserve(&mut self, more: usize) {
        self.times.reserve(more);
        self.knowns.reserve(more);
        self.amounts.reserve(more);
        self.of_shape.reserve(more);
        self.of_reference.reserve(more);
        self.before.reserve(more);
        self.lines.reserve(more);
    }

    fn note(&mut self, known: Instant) {
        self.known = Some(self.known.map_or(known, |so_far| so_far.max(known)));
    }

    fn push(
        &mut self,
        (time, known, amount, shape, line): (Instant, Instant, Amount, u32, u32),
        reference: Option<(&[u8], u64)>,
    ) -> u32 {
        let row = self.next_row();
        self.note(known);
        self.times.push(time);
        self.knowns.push(known);
        self.amounts.push(amount);
        self.of_shape.push(shape);
        self.lines.push(line);
        self.refer(row, shape, reference);
        row
    }

    /// Adds some rows of a batch, none of which has an identifier, column by column.
    fn extend(&mut self, batch: &Batch, run: ops::Range<usize>, shapes: &[u32]) -> ops::Range<u32> {
        let (first, rows) = (self.next_row(), &batch.rows[run]);
        if let Some(known) = rows.iter().map(|row| row.known).max() {
            self.note(known);
        }
        self.times.extend(rows.iter().map(|row| row.time));
        self.knowns.extend(rows.iter().map(|row| row.known));
        self.amounts.extend(rows.iter().map(|row| row.amount));
        self.of_shape.extend(rows.iter().map(|row| shapes[row.shape as usize]));
        self.lines.extend(rows.iter().map(|row| row.line));
        for (row, of) in (first..).zip(rows) {
            self.refer(row, shapes[of.shape as usize], batch.word(of.reference));
        }
        first..self.next_row()
    }

    fn next_row(&self) -> u32 {
        u32::try_from(self.times.len()).unwrap_or(NONE)
    }

    /// Ties the next row to those of its reference.
    fn refer(&mut self, row: u32, shape: u32, reference: Option<(&[u8], u64)>) {
        let (word, before) = match reference {
            None => {
                self.loose[shape as usize] += 1;
                (NONE, NONE)
            }
            Some((word, hashed)) => match self.references.keep(word, hashed) {
                (word, true) => {
                    self.heads.push(row);
                    (word, NONE)
                }
                (word, false) => (word, std::mem::replace(&mut self.heads[word as usize], row)),
            },
        };
        self.of_reference.push(word);
        self.before.push(before);
    }

    fn hold(&mut self, word: u32, holder: u32) {
        let at = word as usize;
        if self.holders.len() <= at {
            self.holders.resize(at + 1, NONE);
        }
        self.holders[at] = holder;
    }

    fn name(&mut self, row: u32, word: u32) {
        self.hold(word, row);
        let at = row as usize;
        if self.named.len() <= at {
            self.named.resize(at + 1, NONE);
        }
        self.named[at] = word;
    }

    fn is_aimed_at(&self, word: u32) -> bool {
        !self.aimed_at.is_empty() && self.aimed_at.contains_key(self.ids.word(word))
    }

    fn set_dead(&mut self, row: u32, dead: bool) {
        let (word, bit) = (row as usize / 64, row % 64);
        if self.dead.len() <= word {
            self.dead.resize(word + 1, 0);
        }
        if dead == self.is_live(row) {
            self.dead[word] ^= 1 << bit;
            if self.of_reference[row as usize] == NONE {
                let loose = &mut self.loose[self.of_shape[row as usize] as usize];
                *loose = if dead { *loose - 1 } else { *loose + 1 };
            }
            self.dead_rows = if dead { self.dead_rows + 1 } else { self.dead_rows - 1 };
        }
    }

    /// Which of the claims that revise and retract each other are live, from one of them on.
    fn settle(&mut self, from: &Id, changes: &mut Vec<Change>) {
        let mut all = BTreeSet::new();
        let mut ahead = vec![from.clone()];
        while let Some(id) = ahead.pop() {
            if !all.insert(id.clone()) {
                continue;
            }
            if let Some(claim) = self.linking.get(&id) {
                ahead.extend([&claim.revises, &claim.retracts].into_iter().flatten().cloned());
            }
            ahead.extend(self.aimed_at.get(&id).into_iter().flatten().cloned());
        }
        let circular: BTreeSet<&Id> = all.iter().filter(|id| self.is_circular(id)).collect();
        let claims: Vec<Claim> =
            all.iter().filter(|id| !circular.contains(id)).filter_map(|id| self.bare(id)).collect();
        let dead = superseded(&claims, &self.sources, Instant::MAX);
        for id in &all {
            let live = !dead.contains_key(id) && !circular.contains(id);
            let word = self.ids.find(id);
            let holder = word.and_then(|word| self.holders.get(word as usize)).copied().unwrap_or(NONE);
            let of = match holder {
                NONE | DISPUTED => continue,
                OTHER => {
                    let Some((claim, was)) = self.others.get_mut(id).filter(|(_, was)| *was != live) else {
                        continue;
                    };
                    *was = live;
                    Said::Other(Arc::clone(claim))
                }
                row if self.is_live(row) == live => continue,
                row => {
                    self.set_dead(row, !live);
                    Said::Row(row)
                }
            };
            changes.push(Change { of, live });
        }
    }

    /// Whether a claim revises or retracts, in a circle, what revises or retracts it.
    fn is_circular(&self, id: &Id) -> bool {
        let targets = |id: &Id| {
            let claim = self.linking.get(id);
            claim.into_iter().flat_map(|c| [&c.revises, &c.retracts]).flatten().cloned().collect::<Vec<Id>>()
        };
        let (mut ahead, mut seen) = (targets(id), BTreeSet::new());
        while let Some(next) = ahead.pop() {
            if next == *id {
                return true;
            }
            if seen.insert(next.clone()) {
                ahead.extend(targets(&next));
            }
        }
        false
    }

    /// A claim by its identifier, as far as revising and retracting go.
    fn bare(&self, id: &Id) -> Option<Claim> {
        if let Some(claim) = self.linking.get(id) {
            return Some(claim.clone());
        }
        let holder = self.holders.get(self.ids.find(id)? as usize).copied()?;
        match holder {
            NONE | DISPUTED => None,
            OTHER => self.others.get(id).map(|(claim, _)| bare(claim)),
            row => {
                let source = self.shapes[self.of_shape[row as usize] as usize].source.clone();
                Some(Claim::blank(id.clone(), source, Kind::Event, self.knowns[row as usize]))
            }
        }
    }

    /// A row as a claim. One that has no identifier of its own is named by its line.
    #[must_use]
    pub fn row_as_claim(&self, row: u32) -> Claim {
        let at = row as usize;
        let word = self.named.get(at).copied().filter(|word| *word != NONE);
        let id = word.map_or_else(
            || format!("{}, line {}", self.file, self.lines[at]),
            |word| self.ids.word(word).to_owned(),
        );
        let reference = self.event(row).reference.map(|reference| self.references.word(reference).to_owned());
        let event = (self.times[at], self.knowns[at], self.amounts[at], self.of_shape[at], self.lines[at]);
        self.claim_of(id, event, reference)
    }

    fn claim_of(
        &self,
        id: Id,
        (time, known, amount, shape, line): (Instant, Instant, Amount, u32, u32),
        reference: Option<String>,
    ) -> Claim {
        let shape = &self.shapes[shape as usize];
        let mut claim = of_shape(shape, id);
        claim.known_at = known;
        claim.occurred = Some(Period::at(time));
        claim.amount = Some(Quantity { low: Some(amount), high: Some(amount), ..Quantity::default() });
        claim.reference = reference;
        claim.read_from = (self.file.clone(), line as usize);
        claim
    }
}

/// A claim without what it tells: who says when what it revises or retracts.
fn bare(claim: &Claim) -> Claim {
    Claim {
        revises: claim.revises.clone(),
        retracts: claim.retracts.clone(),
        ..Claim::blank(claim.id.clone(), claim.source.clone(), claim.kind, claim.known_at)
    }
}

/// Leaves out changes that come to nothing.
fn tidy(changes: &mut Vec<Change>, first: usize) {
    let key = |change: &Change| match &change.of {
        Said::Row(row) => (Some(*row), None),
        Said::Other(claim) => (None, Some(claim.id.clone())),
    };
    let mut net: BTreeMap<(Option<u32>, Option<Id>), (Change, usize)> = BTreeMap::new();
    for change in changes.drain(first..) {
        let entry = net.entry(key(&change)).or_insert_with(|| (change.clone(), 0));
        entry.0 = change;
        entry.1 += 1;
    }
    // An even number of turns ends where it began.
    changes.extend(net.into_values().filter(|(_, turns)| turns % 2 == 1).map(|(change, _)| change));
}

/// A claim that says no more than a shape does: an event at any time.
#[must_use]
pub fn of_shape(shape: &Shape, id: Id) -> Claim {
    let named = |party: &Option<Id>| -> Vec<Named> {
        party.iter().map(|party| Named { party: Some(party.clone()), basis: Basis::Asserted }).collect()
    };
    Claim {
        act: Some(shape.act.clone()),
        item: shape.item.clone(),
        place: shape.zone.clone().map(|zone| Place { zone: Some(zone), ..Place::default() }),
        by: named(&shape.by),
        to: named(&shape.to),
        ..Claim::blank(id, shape.source.clone(), Kind::Event, Instant::MIN)
    }
}

/// A claim as a plain event: its shape, when, and how much; none for any other.
fn plain(claim: &Claim) -> Option<(Shape, Instant, Amount)> {
    let known = |key: &String| PLAIN_FIELDS.contains(&key.as_str());
    if !claim.written.iter().all(|(key, value)| value.is_null() || known(key)) {
        return None;
    }
    let party = |named: &[Named]| match named {
        [] => Some(None),
        [Named { party: Some(party), .. }] => Some(Some(party.clone())),
        _ => None,
    };
    let zone = match &claim.place {
        None => None,
        Some(place) => {
            let alone = Place { zone: place.zone.clone(), ..Place::default() };
            (alone == *place).then(|| place.zone.clone())?
        }
    };
    let period = claim.occurred.filter(|period| period.first == period.last)?;
    let Range { low: Some(low), high: Some(high) } = claim.range() else { return None };
    let bare = claim.amount.as_ref().is_none_or(|amount| {
        *amount == Quantity { low: amount.low, high: amount.high, best: amount.best, ..Quantity::default() }
    });
    let shape = Shape {
        act: claim.act.clone()?,
        item: claim.item.clone(),
        by: party(&claim.by)?,
        to: party(&claim.to)?,
        zone,
        source: claim.source.clone(),
    };
    let event = of_shape(&shape, claim.id.clone());
    let alike = claim.kind == Kind::Event
        && bare
        && low == high
        && low >= Amount::ZERO
        && (&claim.relays, &claim.origin, &claim.counter) == (&event.relays, &event.origin, &event.counter)
        && claim.cumulative_since.is_none()
        && claim.denies.is_empty()
        // What only takes back says nothing of its own.
        && claim.retracts.is_none()
        && claim.about.is_empty()
        && claim.observed.is_none()
        && claim.about_source.is_none();
    alike.then_some((shape, period.first, low))
}
