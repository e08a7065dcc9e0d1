//! Rows that differ from one before in time, amount, reference and identifier alone: the rest is compared, not read.
//!
//! Invariant: a row is taken to be like another only where each of its cells is plainly what it seems; any other row is left to
//! the one that reads cell by cell, and both read the same.

use std::ops::Range;

use model::{Amount, Instant};

use super::{Columns, instants::Instants, whole};
use crate::lines::LINE_LIMIT_BYTES;

/// So many kinds of row are kept.
const KEPT: usize = 16;
/// Once they are, so many rows like none of them pass before one takes the place of another.
const PATIENCE: u32 = 64;
/// So many bytes are compared at once.
const WIDTH: usize = 32;

/// A cell that may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Time,
    Known,
    Amount,
    Reference,
    Id,
    /// It is not read, but it has to be plain.
    Other,
}

/// A row that is like one before.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) time: Instant,
    pub(super) known: Instant,
    pub(super) amount: Amount,
    pub(super) shape: u32,
    pub(super) reference: Range<usize>,
    pub(super) id: Range<usize>,
    /// How many bytes the row takes with the end of its line.
    pub(super) length: usize,
}

/// What stands between two cells that may differ: separators and the cells of the shape.
#[derive(Clone, Debug)]
struct Gap {
    text: Vec<u8>,
    words: [u64; WIDTH / 8],
    masks: [u64; WIDTH / 8],
}

impl Gap {
    fn of(text: &[u8]) -> Gap {
        let (mut words, mut masks) = ([0; WIDTH], [0; WIDTH]);
        for (at, byte) in text.iter().take(WIDTH).enumerate() {
            (words[at], masks[at]) = (*byte, u8::MAX);
        }
        Gap { text: text.to_vec(), words: in_words(&words), masks: in_words(&masks) }
    }

    /// Whether a text opens with it; also not, where the text is too short to tell at once.
    #[inline]
    fn opens(&self, text: &[u8]) -> bool {
        let Some(window) = text.first_chunk::<WIDTH>() else { return false };
        let here = in_words(window);
        let differs = (0..WIDTH / 8).fold(0, |all, at| all | ((here[at] & self.masks[at]) ^ self.words[at]));
        differs == 0 && (self.text.len() <= WIDTH || text.starts_with(&self.text))
    }
}

#[inline]
fn in_words(bytes: &[u8; WIDTH]) -> [u64; WIDTH / 8] {
    let mut words = [0; WIDTH / 8];
    for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*chunk);
    }
    words
}

/// One kind of row.
#[derive(Clone, Debug)]
struct Model {
    /// One before each cell that may differ, and one to the end of the line.
    gaps: Vec<Gap>,
    shape: u32,
}

/// The kinds of rows met lately.
pub(super) struct Alike {
    cells: Vec<(Cell, usize)>,
    models: Vec<Model>,
    last: usize,
    unlike: u32,
}

impl Alike {
    /// None yet, in a table of these columns.
    pub(super) fn new(columns: &Columns) -> Alike {
        let cells = columns.cells.clone();
        Alike { cells, models: Vec::new(), last: 0, unlike: 0 }
    }

    /// The row with which a text opens, where it is like one of those learnt.
    #[inline]
    pub(super) fn first(&mut self, text: &[u8], instants: &mut Instants) -> Option<Found> {
        let mut model = self.models.get(self.last)?;
        let (mut time, mut known) = (None, None);
        let mut amount = Amount::whole(1);
        let (mut reference, mut id) = (0..0, 0..0);
        let mut at = 0;
        for (index, (cell, _)) in self.cells.iter().enumerate() {
            if !model.gaps[index].opens(text.get(at..)?) {
                self.last = self.other(index, text.get(at..)?)?;
                model = &self.models[self.last];
            }
            at += model.gaps[index].text.len();
            let rest = text.get(at..)?;
            let length = match cell {
                Cell::Time => {
                    let (instant, length) = instants.first(rest)?;
                    time = Some(instant);
                    length
                }
                Cell::Known if matches!(rest.first(), Some(b',' | b'\r' | b'\n')) => 0,
                Cell::Known => {
                    let (instant, length) = instants.first(rest)?;
                    known = Some(instant);
                    length
                }
                Cell::Amount => {
                    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
                    amount = whole(&rest[..length])?;
                    length
                }
                Cell::Reference | Cell::Id | Cell::Other => {
                    let length = plain(rest)?;
                    let word = if *cell == Cell::Reference { &mut reference } else { &mut id };
                    if *cell != Cell::Other {
                        if matches!(rest[..length], [b' ', ..] | [.., b' ']) {
                            return None;
                        }
                        *word = at..at + length;
                    }
                    length
                }
            };
            at += length;
        }
        let end = self.cells.len();
        if !model.gaps[end].opens(text.get(at..)?) {
            self.last = self.other(end, text.get(at..)?)?;
            model = &self.models[self.last];
        }
        let length = at + model.gaps[end].text.len();
        let time = time.filter(|_| length <= LINE_LIMIT_BYTES)?;
        let known = known.unwrap_or(time);
        Some(Found { time, known, amount, shape: model.shape, reference, id, length })
    }

    /// Another kind of row that is the same as the last up to a gap, and goes on like a text.
    fn other(&self, index: usize, text: &[u8]) -> Option<usize> {
        let last = &self.models[self.last].gaps[..index];
        let same =
            |model: &Model| model.gaps[..index].iter().zip(last).all(|(own, last)| own.text == last.text);
        self.models.iter().position(|model| model.gaps[index].opens(text) && same(model))
    }

    /// Learns a row that has been read cell by cell: a line with its end, and where its cells stand in it.
    pub(super) fn learn(&mut self, line: &[u8], cells: &[Range<usize>], shape: u32) {
        self.unlike += 1;
        let full = self.models.len() >= KEPT;
        if !line.ends_with(b"\n") || full && self.unlike < PATIENCE {
            return;
        }
        let mut gaps = Vec::with_capacity(self.cells.len() + 1);
        let mut start = 0;
        for (_, column) in &self.cells {
            let Some(cell) = cells.get(*column) else { return };
            gaps.push(Gap::of(&line[start..cell.start]));
            start = cell.end;
        }
        gaps.push(Gap::of(&line[start..]));
        if full {
            self.models.remove(0);
        }
        self.models.push(Model { gaps, shape });
        (self.last, self.unlike) = (self.models.len() - 1, 0);
    }
}

/// How many plain characters a text opens with, before a byte that is none; none where there is no such byte. Eight bytes are
/// looked at as one number.
#[inline]
fn plain(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let mut at = 0;
    while let Some(word) = text[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // The top bit of the lowest byte that is 0, below 32, or 128 and above; bytes above it may be told of wrongly.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let comma = zero(word ^ (ONES * u64::from(b',')));
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let control = word.wrapping_sub(ONES * 32) & !word;
        let stop = (comma | quote | control | word) & TOPS;
        if stop != 0 {
            return Some(at + stop.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = text[at..].iter().position(|byte| matches!(byte, b',' | b'"' | ..32 | 128..))?;
    Some(at + rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_characters_are_counted(text in prop::collection::vec(prop_oneof![8 => 0x20..0x7f_u8, 1 => 0..=255_u8], 0..40)) {
            let slow = text.iter().position(|byte| matches!(byte, b',' | b'"' | ..32 | 128..));
            prop_assert_eq!(plain(&text), slow);
        }
    }
}
