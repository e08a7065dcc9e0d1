//! The nearest of some words to one that nothing is called by.
//!
//! Invariant: offers only what is near enough to be a slip, and the first in order of those equally near.

/// The nearest, if it is within a third of the word's length.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    let allowed = (length / 3).clamp(1, 4);
    let candidates = among.filter(|other| other.chars().count().abs_diff(length) <= allowed);
    let measured = candidates.map(|other| (distance(word, other), other));
    // A word of one letter is near to every other: offer nothing for it but another case of itself.
    measured
        .filter(|(d, other)| *d <= allowed && *d < length.max(other.chars().count()))
        .min_by_key(|m| m.0)
        .map(|m| m.1)
}

/// Insertions, deletions, changes and swaps of neighbours from one word to another.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = above[j] + usize::from(a != b);
            let mut least = changed.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_word_is_not() {
        let names = ["israel", "hamas", "gaza", "north_gaza", "a", "b"];
        let cases = [
            ("isreal", Some("israel")),
            ("hmas", Some("hamas")),
            ("gazza", Some("gaza")),
            ("rafah", None),
            ("c", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, names.into_iter()), expected, "{word}");
        }
    }
}
