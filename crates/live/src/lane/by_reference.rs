//! Answers matched by reference: a deed bears on the instance of its reference.
//!
//! Invariant: where what is answered may have been done before it was reported, the engine is asked about the one reference.

use engine::{
    UNREPORTED,
    plain::{Kind, Sums, single},
};
use model::{Amount, Instant, Status, StatusSet};

use super::{Basis, Dirt, Lane, sets::Sets};
use crate::{seen::Seen, store::Event, world::Now};

/// In the place of a reference: none in particular.
const NOBODY: u32 = u32::MAX - 1;

/// Whether each event is of one kind of deed, and each has a reference.
pub(super) fn is_told(basis: &Basis<'_>) -> bool {
    let asks = || 0..basis.asks.len();
    let once =
        |ask: usize, shape: u32| asks().filter(|other| *other != ask).all(|o| !basis.pattern(o).is_of(shape));
    asks().all(|ask| {
        basis.pattern(ask).shapes().iter().all(|shape| once(ask, *shape) && !basis.store.has_loose(*shape))
    })
}

/// The deeds with one reference.
struct Deeds<'a> {
    of: &'a [(Instant, Amount)],
    seen: &'a Seen,
    known: Instant,
}

impl Sums for Deeds<'_> {
    fn between(&self, from: Instant, until: Instant) -> (Amount, Option<Amount>) {
        let inside = self.of.iter().filter(|(time, _)| from <= *time && *time < until);
        let sum = inside.map(|(_, amount)| *amount).sum();
        (sum, self.seen.covers(from, until, self.known).then_some(sum))
    }
}

/// What is told under a reference, in room that is used for one after the other.
#[derive(Default)]
struct Under {
    events: Vec<Event>,
    answers: Vec<(Instant, Amount)>,
}

impl Lane {
    pub(super) fn by_reference(&mut self, basis: &Basis<'_>, dirt: &Dirt) {
        let Kind::ByReference { from, .. } = &basis.plan.kind else { return };
        let mut under = Under::default();
        let mut look = |lane: &mut Lane, reference: u32| lane.reference(basis, reference, &mut under);
        if dirt.all {
            self.restless.clear();
            let all = basis.store.references();
            match &basis.pattern(0).referred {
                Some(referred) => {
                    self.sets = Sets::sized(referred.len() * basis.bearers(), all * basis.bearers());
                    referred.iter().for_each(|reference| look(self, *reference));
                }
                None => (0..u32::try_from(all).unwrap_or(u32::MAX)).for_each(|r| look(self, r)),
            }
        } else {
            let again: Vec<u32> = self.restless.union(&dirt.of).copied().collect();
            again.into_iter().for_each(|reference| look(self, reference));
        }
        let Some(seen) = basis.seen(0) else { return };
        self.unreported = if seen.covers(*from, basis.now.at.next(), basis.now.known) {
            Vec::new()
        } else {
            self.instances_of(basis, &[], UNREPORTED)
        };
        // What is seen goes on with time, and with it what may have gone unreported.
        if !self.unreported.is_empty() {
            self.wake(Some(basis.now.known.next()), NOBODY);
        }
    }

    /// The instances of a key, as the engine has them where there are these events alone.
    fn instances_of(&self, basis: &Basis<'_>, rows: &[u32], key: &str) -> Vec<StatusSet> {
        let answer = basis.world.evaluate_rows(basis.store, rows, basis.now, &basis.provision.id);
        let of =
            |name: &str| name == key || name.strip_suffix(key).is_some_and(|bearer| bearer.ends_with(' '));
        let instances = answer.into_iter().flat_map(|answer| answer.instances);
        instances.filter(|instance| of(&instance.key)).map(|instance| instance.status).collect()
    }

    fn reference(&mut self, basis: &Basis<'_>, reference: u32, under: &mut Under) {
        let Kind::ByReference { from, within, afterwards } = &basis.plan.kind else { return };
        let Some(asked) = basis.seen(0) else { return };
        let Now { at, known } = basis.now;
        self.restless.remove(&reference);
        let mut first: Option<Instant> = None;
        let mut any = false;
        let Under { events, answers } = under;
        events.clear();
        events.extend(basis.store.of_reference(reference).map(|(_, event)| event));
        for event in events.iter().filter(|event| basis.pattern(0).is_of(event.shape)) {
            any = true;
            if event.time >= *from && event.amount > Amount::ZERO {
                first = Some(first.map_or(event.time, |so_far| so_far.min(event.time)));
            }
        }
        if !any {
            (0..basis.bearers()).for_each(|bearer| {
                self.set(Lane::place(basis, reference, bearer), StatusSet::EMPTY);
            });
            return;
        }
        let opened = first.filter(|first| *first <= at);
        let contested =
            (0..basis.asks.len()).any(|ask| basis.pattern(ask).is_contested(events.iter().copied()));
        if contested || !asked.covers(*from, opened.unwrap_or(at.next()), known) {
            self.ask_of(basis, reference);
            return;
        }
        for bearer in 0..basis.bearers() {
            let place = Lane::place(basis, reference, bearer);
            let Some(opened) = opened else {
                self.set(place, StatusSet::only(Status::Inactive));
                self.wake(first.filter(|first| *first > known), reference);
                continue;
            };
            let Some(seen) = basis.seen(bearer + 1) else { return };
            let pattern = basis.pattern(bearer + 1);
            answers.clear();
            let own = events.iter().filter(|event| pattern.is_of(event.shape));
            answers.extend(own.map(|event| (event.time, event.amount)));
            let sums = Deeds { of: answers, seen, known };
            let last = within.map_or(Instant::MAX, |within| opened + within);
            let start = if *afterwards { opened } else { *from };
            self.set(place, single(basis.plan.required, start, (opened, last), at, &sums));
            // A deed that is told of before it is done counts once it is done.
            let ahead = answers.iter().map(|(time, _)| *time).filter(|time| *time > at).min();
            self.wake(ahead.into_iter().chain(basis.next(&[last], bearer + 1)).min(), reference);
        }
    }

    /// Asks the engine about one reference.
    fn ask_of(&mut self, basis: &Basis<'_>, reference: u32) {
        let rows: Vec<u32> = basis.store.of_reference(reference).map(|(row, _)| row).collect();
        let sets = self.instances_of(basis, &rows, basis.store.reference(reference));
        for (bearer, set) in sets.into_iter().enumerate() {
            self.set(Lane::place(basis, reference, bearer), set);
        }
        self.restless.insert(reference);
        self.wake(Some(basis.now.known.next()), reference);
    }
}
