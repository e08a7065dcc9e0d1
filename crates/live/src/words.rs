//! Words kept once each, and found by their bytes.
//!
//! Invariant: a word's number is the order in which it first came, and nothing is ever listed by hash.

use hashbrown::HashTable;
use ingest::rows::hash;

/// Words by number.
#[derive(Clone, Debug, Default)]
pub struct Words {
    text: Vec<u8>,
    ends: Vec<u32>,
    by_hash: HashTable<u32>,
}

impl Words {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        let (text, ends) = (&self.text, &self.ends);
        self.by_hash.reserve(more, |known| hash(Words::bytes(text, ends, *known)));
        self.ends.reserve(more);
    }

    fn bytes<'t>(text: &'t [u8], ends: &[u32], word: u32) -> &'t [u8] {
        let at = word as usize;
        let start = at.checked_sub(1).map_or(0, |before| ends[before] as usize);
        &text[start..ends[at] as usize]
    }

    /// The word of this number.
    #[must_use]
    pub fn word(&self, word: u32) -> &str {
        std::str::from_utf8(Words::bytes(&self.text, &self.ends, word)).unwrap_or_default()
    }

    /// The number of a word, if it is known.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<u32> {
        let same = |known: &u32| Words::bytes(&self.text, &self.ends, *known) == word.as_bytes();
        self.by_hash.find(hash(word.as_bytes()), same).copied()
    }

    /// The number of a word whose hash is known, and whether it is new.
    pub fn keep(&mut self, word: &[u8], hashed: u64) -> (u32, bool) {
        let (text, ends) = (&self.text, &self.ends);
        let same = |known: &u32| Words::bytes(text, ends, *known) == word;
        let rehash = |known: &u32| hash(Words::bytes(text, ends, *known));
        match self.by_hash.entry(hashed, same, rehash) {
            hashbrown::hash_table::Entry::Occupied(known) => (*known.get(), false),
            hashbrown::hash_table::Entry::Vacant(room) => {
                let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
                room.insert(number);
                self.text.extend_from_slice(word);
                self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
                (number, true)
            }
        }
    }
}
