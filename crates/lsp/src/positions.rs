//! Positions: an editor's lines and columns to byte offsets and back.
//!
//! Invariant: every offset given lies in the text on a character boundary, whatever position was asked for; a
//! column past a line's end is that line's end, as the protocol has it.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of two bytes, which every editor speaks.
    Utf16,
}

impl Encoding {
    /// Its name in the protocol.
    pub fn name(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
        }
    }
}

/// Where each line of a text starts.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// The lines of a text; `\n`, `\r\n` and `\r` end one.
    pub fn of(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Lines { starts: [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    /// The line's text without what ends it, and where it starts.
    fn line<'t>(&self, text: &'t str, line: usize) -> (usize, &'t str) {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        (start, text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']))
    }

    /// The byte offset of a position.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let (start, line) = self.line(text, usize::try_from(position.line).unwrap_or(usize::MAX - 1));
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (at, character) in line.char_indices() {
            let width = encoding.width(character);
            // Inside a character: before it.
            if left < width {
                return start + at;
            }
            left -= width;
        }
        start + line.len()
    }

    /// The position of a byte offset.
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let (start, whole) = self.line(text, line);
        let before = whole.get(..offset.saturating_sub(start)).unwrap_or(whole);
        let column: usize = before.chars().map(|character| encoding.width(character)).sum();
        Position { line: as_u32(line), character: as_u32(column) }
    }

    /// Both ends of a range.
    pub fn range(&self, text: &str, span: &std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range {
            start: self.position(text, span.start, encoding),
            end: self.position(text, span.end, encoding),
        }
    }
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "غزة gaza\n🕊 peace\r\nold\rlast";

    #[test]
    fn columns_count_bytes_or_units() {
        let lines = Lines::of(TEXT);
        let gaza = TEXT.find("gaza").unwrap();
        let peace = TEXT.find("peace").unwrap();
        for (offset, line, utf8, utf16) in
            [(gaza, 0, 7, 4), (peace, 1, 5, 3), (TEXT.len(), 3, 4, 4), (0, 0, 0, 0)]
        {
            for (encoding, character) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16)] {
                let position = Position { line, character };
                assert_eq!(lines.position(TEXT, offset, encoding), position, "{offset} {encoding:?}");
                assert_eq!(lines.offset(TEXT, position, encoding), offset, "{position:?} {encoding:?}");
            }
        }
    }

    #[test]
    fn what_lies_outside_or_inside_a_character_is_brought_to_its_edge() {
        let lines = Lines::of(TEXT);
        let dove = TEXT.find('🕊').unwrap();
        let cases = [
            (Encoding::Utf16, (1, 1), dove),
            (Encoding::Utf8, (1, 3), dove),
            (Encoding::Utf8, (0, 1), 0),
            // The end of the line, before what ends it.
            (Encoding::Utf16, (1, 99), TEXT.find("\r\n").unwrap()),
            (Encoding::Utf16, (2, u32::MAX), TEXT.find("\rlast").unwrap()),
            (Encoding::Utf16, (4, 0), TEXT.len()),
            (Encoding::Utf16, (u32::MAX, u32::MAX), TEXT.len()),
        ];
        for (encoding, (line, character), offset) in cases {
            assert_eq!(
                lines.offset(TEXT, Position { line, character }, encoding),
                offset,
                "{line}:{character}"
            );
        }
    }

    #[test]
    fn every_offset_comes_back() {
        let lines = Lines::of(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            // Between `\r` and `\n` there is no place.
            let inside = TEXT.find("\r\n").unwrap() + 1;
            for (offset, _) in TEXT.char_indices().filter(|(offset, _)| *offset != inside) {
                let position = lines.position(TEXT, offset, encoding);
                assert_eq!(lines.offset(TEXT, position, encoding), offset, "{offset}");
            }
        }
    }
}
