//! What the protocol says that an edit does, computed slowly.
//!
//! Invariant: knows nothing of how the server does it.

/// A line and a column.
pub type Place = (usize, usize);

/// How many characters stand before a place; the columns count bytes or units of UTF-16.
pub fn characters_before(text: &[char], (line, column): Place, utf8: bool) -> usize {
    let (mut offset, mut at) = (0, 0);
    while at < line {
        match text.get(offset) {
            None => return text.len(),
            Some('\r') if text.get(offset + 1) == Some(&'\n') => (offset, at) = (offset + 2, at + 1),
            Some('\n' | '\r') => (offset, at) = (offset + 1, at + 1),
            Some(_) => offset += 1,
        }
    }
    let mut left = column;
    while let Some(character) = text.get(offset).filter(|c| !matches!(c, '\n' | '\r')) {
        let width = if utf8 { character.len_utf8() } else { character.len_utf16() };
        if left < width {
            break;
        }
        (left, offset) = (left - width, offset + 1);
    }
    offset
}

/// The text after an edit.
pub fn applied(text: &str, [start, end]: [Place; 2], new: &str, utf8: bool) -> String {
    let characters: Vec<char> = text.chars().collect();
    let one = characters_before(&characters, start, utf8);
    let other = characters_before(&characters, end, utf8);
    let (first, last) = (one.min(other), one.max(other));
    characters[..first].iter().copied().chain(new.chars()).chain(characters[last..].iter().copied()).collect()
}
