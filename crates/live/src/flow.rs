//! Amounts over time, for sums between instants and for the instant at which a sum is reached.
//!
//! Invariant: events are in order of time within and between chunks; a chunk's sum is that of its amounts; no chunk is empty.

use model::{Amount, Instant};

/// A chunk is cut in two when it has so many events.
const CHUNK_MAX: usize = 1024;

/// Events of one kind of deed.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    chunks: Vec<Chunk>,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    times: Vec<Instant>,
    amounts: Vec<Amount>,
    sum: i64,
}

impl Flow {
    /// Events in any order.
    #[must_use]
    pub fn of(mut events: Vec<(Instant, Amount)>) -> Flow {
        if !events.is_sorted_by_key(|(time, _)| *time) {
            events.sort_by_key(|(time, _)| *time);
        }
        let chunk = |events: &[(Instant, Amount)]| Chunk {
            times: events.iter().map(|(time, _)| *time).collect(),
            amounts: events.iter().map(|(_, amount)| *amount).collect(),
            sum: events.iter().map(|(_, amount)| amount.0).sum(),
        };
        Flow { chunks: events.chunks(CHUNK_MAX / 2).map(chunk).collect() }
    }

    /// The chunk in which an event at this time belongs.
    fn chunk(&self, time: Instant) -> usize {
        let after = self.chunks.partition_point(|chunk| chunk.times.last().is_some_and(|last| *last < time));
        after.min(self.chunks.len().saturating_sub(1))
    }

    /// Adds an event.
    pub fn add(&mut self, time: Instant, amount: Amount) {
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
        }
        let at = self.chunk(time);
        let chunk = &mut self.chunks[at];
        let place = chunk.times.partition_point(|other| *other <= time);
        chunk.times.insert(place, time);
        chunk.amounts.insert(place, amount);
        chunk.sum = chunk.sum.saturating_add(amount.0);
        if chunk.times.len() > CHUNK_MAX {
            let half = chunk.times.len() / 2;
            let (times, amounts) = (chunk.times.split_off(half), chunk.amounts.split_off(half));
            let sum = amounts.iter().map(|amount| amount.0).sum();
            chunk.sum -= sum;
            self.chunks.insert(at + 1, Chunk { times, amounts, sum });
        }
    }

    /// Takes an event out; one of the same time and amount is as good as another.
    pub fn take(&mut self, time: Instant, amount: Amount) {
        for at in self.chunk(time)..self.chunks.len() {
            let chunk = &mut self.chunks[at];
            let first = chunk.times.partition_point(|other| *other < time);
            let mut same = (first..chunk.times.len()).take_while(|place| chunk.times[*place] == time);
            if let Some(place) = same.find(|place| chunk.amounts[*place] == amount) {
                chunk.times.remove(place);
                chunk.amounts.remove(place);
                chunk.sum -= amount.0;
                if chunk.times.is_empty() {
                    self.chunks.remove(at);
                }
                return;
            }
            if chunk.times.last().is_some_and(|last| *last > time) {
                return;
            }
        }
    }

    /// The sum of what lies in `[from, until)`.
    #[must_use]
    pub fn between(&self, from: Instant, until: Instant) -> Amount {
        if from >= until || self.chunks.is_empty() {
            return Amount::ZERO;
        }
        let mut sum = 0_i64;
        for chunk in &self.chunks[self.chunk(from)..] {
            let (Some(first), Some(last)) = (chunk.times.first(), chunk.times.last()) else { continue };
            if *first >= until {
                break;
            }
            if *first >= from && *last < until {
                sum = sum.saturating_add(chunk.sum);
                continue;
            }
            let start = chunk.times.partition_point(|time| *time < from);
            let end = chunk.times.partition_point(|time| *time < until);
            sum = chunk.amounts[start..end].iter().fold(sum, |sum, amount| sum.saturating_add(amount.0));
        }
        Amount(sum)
    }

    /// The events from an instant on, in order of time.
    pub fn since(&self, from: Instant) -> impl Iterator<Item = (Instant, Amount)> {
        let chunks = if self.chunks.is_empty() { &[][..] } else { &self.chunks[self.chunk(from)..] };
        let all =
            chunks.iter().flat_map(|chunk| chunk.times.iter().copied().zip(chunk.amounts.iter().copied()));
        all.skip_while(move |(time, _)| *time < from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_list() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut list: Vec<(Instant, Amount)> = Vec::new();
        let mut flow = Flow::default();
        for _ in 0..20_000 {
            if random.u8(..) < 60 && !list.is_empty() {
                let (time, amount) = list.swap_remove(random.usize(..list.len()));
                flow.take(time, amount);
            } else {
                let event = (Instant(random.i64(0..3_000)), Amount(random.i64(0..3)));
                list.push(event);
                flow.add(event.0, event.1);
            }
            if random.u8(..) == 0 {
                let (from, until) = (Instant(random.i64(0..3_000)), Instant(random.i64(0..3_100)));
                let inside = list.iter().filter(|(t, _)| from <= *t && *t < until);
                assert_eq!(flow.between(from, until), inside.map(|(_, amount)| *amount).sum());
            }
        }
        let since: Vec<Instant> = flow.since(Instant(1_000)).map(|(time, _)| time).collect();
        assert!(since.is_sorted());
        assert_eq!(since.len(), list.iter().filter(|(time, _)| time.0 >= 1_000).count());
        let (from, until) = (Instant(100), Instant(2_000));
        assert_eq!(Flow::of(list).between(from, until), flow.between(from, until));
    }
}
