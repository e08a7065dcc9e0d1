//! The statuses of instances by their places.
//!
//! Invariant: a place that has never been set holds nothing; how they are kept shows nowhere.

use hashbrown::HashTable;
use model::StatusSet;

/// Kept in a row where so many of a hundred places are taken, else apart: one apart takes as much room as four in a row.
const IN_A_ROW_PERCENT: usize = 25;

/// The statuses of instances.
#[derive(Clone, Debug)]
pub enum Sets {
    /// One after the other.
    Row(Vec<StatusSet>),
    /// Each with its place, where few places are taken.
    Apart(HashTable<(u32, StatusSet)>),
}

impl Default for Sets {
    fn default() -> Sets {
        Sets::Row(Vec::new())
    }
}

/// Places are numbers in a row: multiplied by an odd number (the golden ratio's) they spread over all bits.
fn spread(place: u32) -> u64 {
    u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Sets {
    /// For so many instances, of so many places.
    #[must_use]
    pub fn sized(taken: usize, places: usize) -> Sets {
        if taken * 100 >= places * IN_A_ROW_PERCENT {
            Sets::Row(Vec::with_capacity(places))
        } else {
            Sets::Apart(HashTable::with_capacity(taken))
        }
    }

    /// What a place holds.
    #[must_use]
    pub fn get(&self, place: usize) -> StatusSet {
        match self {
            Sets::Row(sets) => sets.get(place).copied().unwrap_or_default(),
            Sets::Apart(sets) => {
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                let found = sets.find(spread(place), |(own, _)| *own == place);
                found.map(|(_, set)| *set).unwrap_or_default()
            }
        }
    }

    /// Sets what a place holds, and gives back what it held.
    pub fn set(&mut self, place: usize, set: StatusSet) -> StatusSet {
        match self {
            Sets::Row(sets) => {
                if sets.len() <= place {
                    if set.is_empty() {
                        return StatusSet::EMPTY;
                    }
                    sets.resize(place + 1, StatusSet::EMPTY);
                }
                std::mem::replace(&mut sets[place], set)
            }
            Sets::Apart(sets) => {
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                let same = |(own, _): &(u32, StatusSet)| *own == place;
                let rehash = |(own, _): &(u32, StatusSet)| spread(*own);
                match sets.entry(spread(place), same, rehash) {
                    hashbrown::hash_table::Entry::Occupied(mut known) => {
                        let was = std::mem::replace(&mut known.get_mut().1, set);
                        if set.is_empty() {
                            known.remove();
                        }
                        was
                    }
                    hashbrown::hash_table::Entry::Vacant(room) => {
                        if !set.is_empty() {
                            room.insert((place, set));
                        }
                        StatusSet::EMPTY
                    }
                }
            }
        }
    }

    /// One more than the last place that may be taken.
    #[must_use]
    pub fn end(&self) -> usize {
        match self {
            Sets::Row(sets) => sets.len(),
            Sets::Apart(sets) => sets.iter().map(|(place, _)| *place as usize + 1).max().unwrap_or(0),
        }
    }

    /// Every place that is taken, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<(usize, StatusSet)> {
        let mut all: Vec<(usize, StatusSet)> = match self {
            Sets::Row(sets) => sets.iter().copied().enumerate().collect(),
            Sets::Apart(sets) => sets.iter().map(|(place, set)| (*place as usize, *set)).collect(),
        };
        all.retain(|(_, set)| !set.is_empty());
        all.sort_unstable_by_key(|(place, _)| *place);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Status;

    #[test]
    fn both_ways_hold_the_same() {
        let mut random = fastrand::Rng::with_seed(5);
        let (mut row, mut apart) = (Sets::sized(100, 100), Sets::sized(1, 100));
        assert!(matches!((&row, &apart), (Sets::Row(_), Sets::Apart(_))));
        for _ in 0..5_000 {
            let set = match random.u8(0..3) {
                0 => StatusSet::EMPTY,
                1 => StatusSet::only(Status::Met),
                _ => StatusSet::only(Status::Late),
            };
            let place = random.usize(0..200);
            assert_eq!(row.set(place, set), apart.set(place, set));
            let other = random.usize(0..200);
            assert_eq!(row.get(other), apart.get(other));
        }
        assert_eq!(row.taken(), apart.taken());
    }
}
