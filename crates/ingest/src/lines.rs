//! Lines of bounded length from any reader, and lines that were recorded.
//!
//! Invariant: memory stays flat whatever the input: a line beyond the bound is skipped without being held.

use std::io::{BufRead, ErrorKind};

/// The longest line accepted, in bytes, its end not counted.
pub const LINE_LIMIT_BYTES: usize = 1 << 20;

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Its bytes, without `\n` or `\r\n`, and without a byte-order mark on the first line.
    Bytes(&'a [u8]),
    /// It was longer than the bound; this many bytes were skipped.
    TooLong(u64),
}

/// Where lines come from.
pub(crate) trait Numbered {
    /// The next line with its number, from 1; none at the end.
    fn next(&mut self) -> Result<Option<(usize, Line<'_>)>, std::io::Error>;
}

/// Lines that were taken from a file before, each with the number that it had there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    text: Vec<u8>,
    /// The number of each line, and where it ends in the text.
    ends: Vec<(usize, usize)>,
}

impl Recorded {
    /// Adds a line.
    pub fn push(&mut self, number: usize, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.ends.push((number, self.text.len()));
    }

    /// The lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let start = |index: usize| index.checked_sub(1).map_or(0, |before| self.ends[before].1);
        self.ends
            .iter()
            .enumerate()
            .map(move |(index, (number, end))| (*number, &self.text[start(index)..*end]))
    }

    /// How long they are together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Gives recorded lines one by one.
pub(crate) struct Again<'r> {
    recorded: &'r Recorded,
    next: usize,
}

impl<'r> Again<'r> {
    pub(crate) fn new(recorded: &'r Recorded) -> Self {
        Again { recorded, next: 0 }
    }
}

impl Numbered for Again<'_> {
    fn next(&mut self) -> Result<Option<(usize, Line<'_>)>, std::io::Error> {
        let Some((number, end)) = self.recorded.ends.get(self.next) else { return Ok(None) };
        let start = self.next.checked_sub(1).map_or(0, |before| self.recorded.ends[before].1);
        self.next += 1;
        Ok(Some((*number, Line::Bytes(&self.recorded.text[start..*end]))))
    }
}

/// Every line of a reader that is not blank, with its number; one that is too long with the reason why it is not read.
///
/// # Errors
/// Only what the reader itself fails with.
pub fn each(
    reader: &mut dyn BufRead,
    mut take: impl FnMut(usize, Result<&[u8], String>),
) -> Result<(), std::io::Error> {
    let mut lines = Lines::new(reader);
    while let Some((number, line)) = lines.next()? {
        match line {
            Line::Bytes(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => {}
            Line::Bytes(bytes) => take(number, Ok(bytes)),
            Line::TooLong(length) => take(number, Err(too_long(length))),
        }
    }
    Ok(())
}

/// Reads lines one by one into one buffer.
pub(crate) struct Lines<'r> {
    reader: &'r mut dyn BufRead,
    held: Vec<u8>,
    number: usize,
}

impl<'r> Lines<'r> {
    pub(crate) fn new(reader: &'r mut dyn BufRead) -> Self {
        Lines { reader, held: Vec::new(), number: 0 }
    }

    fn finish(&self, length: u64) -> Line<'_> {
        let mut bytes = self.held.as_slice();
        if self.number == 1 {
            bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        }
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.len() > LINE_LIMIT_BYTES { Line::TooLong(length) } else { Line::Bytes(bytes) }
    }
}

impl Numbered for Lines<'_> {
    fn next(&mut self) -> Result<Option<(usize, Line<'_>)>, std::io::Error> {
        self.held.clear();
        let mut length: u64 = 0;
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() && length == 0 {
                return Ok(None);
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            // Two bytes of grace: a carriage return, and one that shows that the line goes on.
            let room = (LINE_LIMIT_BYTES + 2).saturating_sub(self.held.len());
            self.held.extend_from_slice(&part[..part.len().min(room)]);
            let finished = end.is_some() || chunk.is_empty();
            let consumed = end.map_or(chunk.len(), |at| at + 1);
            length += consumed as u64;
            self.reader.consume(consumed);
            if finished {
                break;
            }
        }
        self.number += 1;
        Ok(Some((self.number, self.finish(length))))
    }
}

/// Why a line that is too long is not used.
pub(crate) fn too_long(length: u64) -> String {
    format!(
        "the line has {length} bytes and at most {LINE_LIMIT_BYTES} are read: keep long documents in a file of their own \
         and name them by `url` or `archive`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(usize, Result<Vec<u8>, u64>)> {
        let mut reader = text;
        let mut lines = Lines::new(&mut reader);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((
                number,
                match line {
                    Line::Bytes(bytes) => Ok(bytes.to_vec()),
                    Line::TooLong(length) => Err(length),
                },
            ));
        }
        found
    }

    #[test]
    fn ends_of_lines_and_the_mark_are_not_part_of_them() {
        let lines = all("\u{feff}a\r\n\nb".as_bytes());
        assert_eq!(lines, vec![(1, Ok(b"a".to_vec())), (2, Ok(vec![])), (3, Ok(b"b".to_vec()))]);
        assert_eq!(all(b""), vec![]);
        assert_eq!(all(b"\n"), vec![(1, Ok(vec![]))]);
    }

    #[test]
    fn the_bound_is_inclusive() {
        let mut text = vec![b'x'; LINE_LIMIT_BYTES];
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(&vec![b'y'; LINE_LIMIT_BYTES + 1]);
        let lines = all(&text);
        assert_eq!(lines[0].1.as_ref().unwrap().len(), LINE_LIMIT_BYTES);
        assert_eq!(lines[1].1, Err(LINE_LIMIT_BYTES as u64 + 1));
    }
}
