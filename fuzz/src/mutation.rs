//! New inputs out of old ones: by words, lines and statements, where the fuzzer itself knows only bytes.
//!
//! Invariant: a seed gives the same input on every machine; the input is text, and no longer than it may be.

use fastrand::Rng;

use crate::pieces::{LINES, MARKS, MESSAGES, NUMBERS};

/// Changes the text in a few places.
#[must_use]
pub fn mutated(text: &str, seed: u32, longest: usize) -> String {
    several(text, seed, longest, once)
}

/// Likewise for a script of messages: new ones ask about places that there are.
#[must_use]
pub fn script_mutated(text: &str, seed: u32, longest: usize) -> String {
    several(
        text,
        seed,
        longest,
        |text, dice| if dice.u8(..3) == 0 { message(text, dice) } else { once(text, dice) },
    )
}

fn several(text: &str, seed: u32, longest: usize, once: impl Fn(&str, &mut Rng) -> String) -> String {
    let mut dice = Rng::with_seed(seed.into());
    let mut text = text.to_owned();
    for _ in 0..=dice.usize(..4) {
        text = once(&text, &mut dice);
    }
    text.truncate(text.floor_char_boundary(longest));
    text
}

fn once(text: &str, dice: &mut Rng) -> String {
    if dice.u8(..3) == 0 { with_other_lines(text, dice) } else { with_other_words(text, dice) }
}

/// Words, numbers, and each other character for itself.
fn words(text: &str) -> Vec<&str> {
    let alike = |one: char, other: char| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        (word(one) && word(other)) || (one == ' ' && other == ' ')
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        if before.is_some_and(|before| !alike(before, character)) {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(character);
    }
    words.push(&text[start..]);
    words
}

fn pick<'t>(of: &[&'t str], dice: &mut Rng) -> &'t str {
    dice.choice(of).copied().unwrap_or_default()
}

/// One of so many places, the late ones more often: what a text begins with is there for what follows.
fn late(places: usize, dice: &mut Rng) -> usize {
    let last = places.saturating_sub(1);
    let from_the_end = dice.usize(..=last);
    last - dice.usize(..=from_the_end)
}

fn with_other_words(text: &str, dice: &mut Rng) -> String {
    let mut words = words(text);
    let at = late(words.len(), dice);
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    match dice.u8(..12) {
        0 | 1 => words[at] = pick_keyword(dice),
        2 | 3 => {
            let (space, word) = (" ", pick_keyword(dice));
            words.splice(at..at, [space, word, space]);
        }
        4 => {
            // Another of its own kind from the same text, so that names stay names.
            let kind = |word: &str| (is_number(word), word.starts_with(char::is_alphabetic));
            let same: Vec<&str> =
                words.iter().copied().filter(|word| kind(word) == kind(words[at])).collect();
            words[at] = pick(&same, dice);
        }
        5..=7 => {
            let numbers: Vec<usize> = (0..words.len()).filter(|at| is_number(words[*at])).collect();
            let at = numbers.get(late(numbers.len(), dice)).copied().unwrap_or(at);
            words[at] = pick(NUMBERS, dice);
        }
        8 => words.insert(at, pick(MARKS, dice)),
        9 => words[at] = pick(MARKS, dice),
        10 => {
            let end = words.len().min(at + 1 + dice.usize(..6));
            words.drain(at..end);
        }
        _ => {
            // A stretch of the text once more, elsewhere.
            let end = words.len().min(at + 1 + dice.usize(..12));
            let stretch: Vec<&str> = words[at..end].to_vec();
            let place = dice.usize(..=words.len());
            words.splice(place..place, stretch);
        }
    }
    words.concat()
}

fn pick_keyword(dice: &mut Rng) -> &'static str {
    dice.choice(language::KEYWORDS).map_or("", |(word, _)| word)
}

fn with_other_lines(text: &str, dice: &mut Rng) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = late(lines.len() + 1, dice);
    let here = at..lines.len().min(at + 1);
    match dice.u8(..6) {
        0 | 1 => lines.insert(at, pick(&LINES, dice)),
        2 => {
            // A statement with the lines that go with it.
            let start = dice.usize(..LINES.len().max(1));
            let more = LINES.iter().skip(start + 1).take_while(|line| line.starts_with(' ')).count();
            lines.splice(at..at, LINES.iter().copied().skip(start).take(1 + more));
        }
        3 => drop(lines.splice(here, [])),
        4 => {
            let line = lines.get(at).copied().unwrap_or_default();
            lines.insert(at, line);
        }
        _ => {
            let line: Vec<&str> = lines.splice(here, []).collect();
            let place = dice.usize(..=lines.len());
            lines.splice(place..place, line);
        }
    }
    lines.concat()
}

/// One message more.
fn message(text: &str, dice: &mut Rng) -> String {
    let place = |dice: &mut Rng| {
        let lines: Vec<&str> = text.lines().take_while(|line| !line.starts_with("%% ")).collect();
        let line = dice.usize(..=lines.len());
        let column = dice.usize(..=lines.get(line).map_or(0, |line| line.len()) + 1);
        format!("{line}:{column}")
    };
    let said = pick(MESSAGES, dice);
    let at = place(dice);
    let message = match said {
        "change" if dice.u8(..8) > 0 => {
            let to = if dice.bool() { at.clone() } else { place(dice) };
            let new = match dice.u8(..4) {
                0 => pick(&LINES, dice),
                1 => pick(MARKS, dice),
                2 => pick_keyword(dice),
                _ => "",
            };
            format!("%% change {at} {to}\n{new}\n")
        }
        "ask rename" => {
            let names = ["other", "israel", "party", "a b", "", "x_1", "é", "A", pick_keyword(dice)];
            format!("%% ask rename {at} {}\n", pick(&names, dice))
        }
        said if said.starts_with("ask") => format!("%% {said} {at}\n"),
        said => format!("%% {said}\n{}\n", pick(&LINES, dice)),
    };
    // After the document, or between two other messages.
    let mut places: Vec<usize> = text.match_indices("\n%% ").map(|(newline, _)| newline + 1).collect();
    places.push(text.len());
    let at = dice.choice(&places).copied().unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    [before, newline, &message, after].concat()
}

/// A mutation by words, or as often the fuzzer's own by bytes, in the fuzzer's buffer; gives the new size.
#[must_use]
pub fn in_place(
    buffer: &mut [u8],
    size: usize,
    longest: usize,
    seed: u32,
    by_words: impl Fn(&str, u32, usize) -> String,
    by_bytes: impl Fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let own = seed.is_multiple_of(4);
    let size = if own { by_bytes(buffer, size, longest) } else { size };
    // Bytes that are no text would be passed over.
    let text = String::from_utf8_lossy(&buffer[..size]).into_owned();
    let new = if own { text } else { by_words(&text, seed / 4, longest) };
    let end = new.floor_char_boundary(longest);
    buffer[..end].copy_from_slice(&new.as_bytes()[..end]);
    end
}
