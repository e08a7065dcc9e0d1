//! The nearest of some words to one that nothing is called by.
//!
//! Invariant: offers only what is near enough to be a slip, and the first in order of those equally near.

/// Offered at once to someone who has to choose.
const OFFERED_MAX: usize = 5;
/// Longer words are slips of nothing.
const WORD_LENGTH_MAX: usize = 64;
/// Shorter pieces are in too many names to say which is meant.
const PIECE_LENGTH_MIN: usize = 4;

/// The nearest, if it is within a third of the word's length.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    among.filter_map(|other| slip(word, other).map(|d| (d, other))).min_by_key(|m| m.0).map(|m| m.1)
}

/// The names to offer for a name typed by hand: those it is a slip of, the nearest first, then those it is a piece of.
#[must_use]
pub fn offers<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let is_piece = |other: &str| {
        (PIECE_LENGTH_MIN..=WORD_LENGTH_MAX).contains(&word.chars().count()) && other.contains(word)
    };
    let rank = |other: &str| slip(word, other).or_else(|| is_piece(other).then_some(WORD_LENGTH_MAX));
    let mut ranked: Vec<(usize, &str)> =
        among.filter_map(|other| rank(other).map(|rank| (rank, other))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, other)| other).take(OFFERED_MAX).collect()
}

/// “did you mean remains or remains_for_remains?”; none where there is nothing to offer.
#[must_use]
pub fn did_you_mean(offers: &[&str]) -> Option<String> {
    let (last, first) = offers.split_last()?;
    let first = if first.is_empty() { String::new() } else { format!("{} or ", first.join(", ")) };
    Some(format!("did you mean {first}{last}?"))
}

/// How far a word is from one that it may be a slip of.
fn slip(word: &str, other: &str) -> Option<usize> {
    let (length, others) = (word.chars().count(), other.chars().count());
    let allowed = (length / 3).clamp(1, 4);
    if length > WORD_LENGTH_MAX || others.abs_diff(length) > allowed {
        return None;
    }
    // A word of one letter is near to every other: offer nothing for it but another case of itself.
    Some(distance(word, other)).filter(|d| *d <= allowed && *d < length.max(others))
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

    #[test]
    fn slips_are_offered_before_names_that_a_word_is_in() {
        let names = ["living_hostages", "hostage", "hostages_dead", "aid", "remains"];
        let cases = [
            ("hostages", &["hostage", "living_hostages", "hostages_dead"][..]),
            ("remain", &["remains"]),
            ("living", &["living_hostages"]),
            ("ai", &["aid"]),
            ("nothing", &[]),
        ];
        for (word, expected) in cases {
            assert_eq!(offers(word, names.into_iter()), expected, "{word}");
        }
        assert_eq!(did_you_mean(&["a", "b", "c"]).as_deref(), Some("did you mean a, b or c?"));
        assert_eq!((did_you_mean(&["a"]).as_deref(), did_you_mean(&[])), (Some("did you mean a?"), None));
    }
}
