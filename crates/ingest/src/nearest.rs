//! The nearest of some known words to one that is not known.
//!
//! Invariant: nothing is offered that differs in more than a third of its letters.

/// “; did you mean “x”?” where one of `known` is near, else the list of them.
pub(crate) fn hint(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|other| (distance(word, other), *other)).min();
    match near {
        Some((edits, other)) if edits <= other.chars().count().div_ceil(3) => {
            format!("; did you mean “{other}”?")
        }
        _ if known.is_empty() => String::new(),
        _ => format!("; known are {}", known.join(", ")),
    }
}

/// How many letters to put in, take out or change (Levenshtein 1966); long words count as far from everything.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST_LETTERS: usize = 64;
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(LONGEST_LETTERS).collect(), b.chars().take(LONGEST_LETTERS).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(left != right)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_what_is_near_and_lists_what_is_not() {
        assert_eq!(hint("cover", &["covers", "kind"]), "; did you mean “covers”?");
        assert_eq!(hint("zzzz", &["covers", "kind"]), "; known are covers, kind");
        assert_eq!(hint("zzzz", &[]), "");
    }
}
