//! What drafters write and the language says in other words: numbers and days in words, how soon, how often.
//!
//! Invariant: pure; each function looks at the front of a run of words and says how many of them it took.

use jiff::civil::{Date, Time};

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words for a speed that no clock can measure.
const HOW_SOON: &[&[&str]] = &[
    &["immediately"],
    &["forthwith"],
    &["urgently"],
    &["expeditiously"],
    &["speedily"],
    &["promptly"],
    &["at", "once"],
    &["without", "delay"],
    &["without", "undue", "delay"],
    &["as", "soon", "as", "possible"],
    &["as", "soon", "as", "practicable"],
];

/// Words for a period that comes again and again, with the language's own.
const HOW_OFTEN: &[(&[&str], &str)] = &[
    (&["daily"], "each day"),
    (&["per", "day"], "each day"),
    (&["every", "day"], "each day"),
    (&["a", "day"], "each day"),
    (&["weekly"], "each week"),
    (&["per", "week"], "each week"),
    (&["every", "week"], "each week"),
    (&["a", "week"], "each week"),
    (&["monthly"], "each month"),
    (&["per", "month"], "each month"),
    (&["every", "month"], "each month"),
    (&["a", "month"], "each month"),
    (&["quarterly"], "each quarter"),
    (&["yearly"], "each year"),
    (&["annually"], "each year"),
    (&["per", "year"], "each year"),
    (&["every", "year"], "each year"),
    (&["a", "year"], "each year"),
];

/// Words for a limit in time that leave open what `by`, `within` and `before` say.
const NOT_LATER: &[&[&str]] =
    &[&["not", "later", "than"], &["no", "later", "than"], &["at", "the", "latest"], &["not", "after"]];

/// Whether the word starts such a phrase: the quick question.
pub(crate) fn starts_one(word: &str) -> bool {
    let first = |phrase: &[&str]| phrase.first() == Some(&word);
    HOW_SOON.iter().chain(NOT_LATER).any(|phrase| first(phrase))
        || HOW_OFTEN.iter().any(|(phrase, _)| first(phrase))
}

/// Whether the word stands for `after` in `within 72 hours from …`.
pub(crate) fn is_after(word: &str) -> bool {
    ["from", "since", "following"].contains(&word)
}

fn starts(words: &[&str], phrase: &[&str]) -> bool {
    words.get(..phrase.len()) == Some(phrase)
}

/// `immediately`, `as soon as possible`.
pub(crate) fn how_soon(words: &[&str]) -> Option<usize> {
    HOW_SOON.iter().find(|phrase| starts(words, phrase)).map(|phrase| phrase.len())
}

/// `daily`, `per week`, and what the language says.
pub(crate) fn how_often(words: &[&str]) -> Option<(usize, &'static str)> {
    HOW_OFTEN.iter().find(|(phrase, _)| starts(words, phrase)).map(|(phrase, own)| (phrase.len(), *own))
}

/// `not later than`.
pub(crate) fn not_later(words: &[&str]) -> Option<usize> {
    NOT_LATER.iter().find(|phrase| starts(words, phrase)).map(|phrase| phrase.len())
}

/// `may make up the number`.
pub(crate) fn makes_up(words: &[&str]) -> bool {
    words == ["may", "make", "up", "the", "number"]
}

/// Whether a number in words starts here: the quick question.
pub(crate) fn is_number(word: &str) -> bool {
    let first = word.split('-').next().unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && (unit(first).is_some() || tens(first).is_some())
}

fn index(words: &[&str], word: &str) -> Option<u64> {
    let at = words.iter().position(|known| known.eq_ignore_ascii_case(word))?;
    u64::try_from(at).ok()
}

fn unit(word: &str) -> Option<u64> {
    index(&UNITS, word)
}

fn tens(word: &str) -> Option<u64> {
    index(&TENS, word).map(|at| (at + 2) * 10)
}

/// `ten`, `seventy-two`, `one hundred and fifty`.
pub(crate) fn number(words: &[&str]) -> Option<(usize, u64)> {
    let (mut width, mut whole, mut part) = (0, 0_u64, None::<u64>);
    for (at, word) in words.iter().enumerate() {
        let joins = *word == "and" && part.is_some_and(|part| part % 100 == 0);
        if joins && words.get(at + 1).is_some_and(|next| is_number(next)) {
            continue;
        }
        let before = (whole, part);
        let read = word.split('-').all(|piece| {
            let so_far = part.unwrap_or(0);
            let next = match (unit(piece), tens(piece)) {
                (Some(n), _) if so_far % 100 == 0 || (so_far % 100 >= 20 && so_far % 10 == 0 && n < 10) => {
                    so_far + n
                }
                (_, Some(n)) if so_far % 100 == 0 => so_far + n,
                _ if piece.eq_ignore_ascii_case("hundred") && (1..10).contains(&so_far) => so_far * 100,
                _ if piece.eq_ignore_ascii_case("thousand") && so_far > 0 && whole == 0 => {
                    whole = so_far * 1_000;
                    0
                }
                _ => return false,
            };
            part = Some(next);
            true
        });
        if !read {
            (whole, part) = before;
            break;
        }
        width = at + 1;
    }
    part.filter(|_| width > 0).map(|part| (width, whole + part))
}

/// `third`, `twenty-first`.
pub(crate) fn ordinal(word: &str) -> Option<u64> {
    const IRREGULAR: [(&str, u64); 7] = [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fifth", 5),
        ("eighth", 8),
        ("ninth", 9),
        ("twelfth", 12),
    ];
    let word = word.to_ascii_lowercase();
    let (before, last) = word.rsplit_once('-').map_or((None, word.as_str()), |(b, l)| (Some(b), l));
    let irregular = IRREGULAR.iter().find(|(known, _)| *known == last).map(|(_, n)| *n);
    let ty = || last.strip_suffix("ieth").and_then(|stem| tens(&format!("{stem}y")));
    let n = irregular.or_else(ty).or_else(|| last.strip_suffix("th").and_then(unit))?;
    match before {
        Some(before) => tens(before).filter(|_| n < 10).map(|tens| tens + n),
        None => Some(n),
    }
}

/// `20 October 2025`, `October 20, 2025`, `the 20th of October 2025`, and the same in digits.
pub(crate) fn date(words: &[&str]) -> Option<(usize, Date)> {
    let mut at = usize::from(starts(words, &["the"]));
    if let Some(date) = words.get(at).filter(|word| word.len() == 10).and_then(|word| word.parse().ok()) {
        return Some((at + 1, date));
    }
    let day = |at: usize| {
        let digits = words.get(at)?.trim_end_matches(|c: char| c.is_ascii_lowercase());
        digits.parse::<i8>().ok()
    };
    let month = |at: usize| {
        let word = words.get(at)?.to_ascii_lowercase();
        let found = MONTHS
            .iter()
            .position(|month| *month == word || (word.len() == 3 && month.starts_with(&word)))?;
        i8::try_from(found + 1).ok()
    };
    let (day, month) = match (day(at), month(at)) {
        (Some(day), _) => {
            at += 1 + usize::from(words.get(at + 1) == Some(&"of"));
            (day, month(at)?)
        }
        (None, Some(month)) => {
            at += 1;
            (day(at)?, month)
        }
        (None, None) => return None,
    };
    at += 1 + usize::from(words.get(at + 1) == Some(&","));
    let year = words.get(at).filter(|word| word.len() == 4)?.parse::<i16>().ok()?;
    Some((at + 1, Date::new(year, month, day).ok()?))
}

/// `18:00 on 20 October 2025`, `2025-10-20 at 18:00`, `noon on 20 October 2025`, as `2025-10-20T18:00`.
pub(crate) fn moment(words: &[&str]) -> Option<(usize, String)> {
    let written = |date: Date, time: Time| format!("{date}T{:02}:{:02}", time.hour(), time.minute());
    if let Some((width, time)) = time(words) {
        let width = width + usize::from(words.get(width) == Some(&"on"));
        let (more, date) = date(words.get(width..)?)?;
        return Some((width + more, written(date, time)));
    }
    let (width, date) = date(words)?;
    let width = width + usize::from(words.get(width) == Some(&"at"));
    let (more, time) = time(words.get(width..)?)?;
    Some((width + more, written(date, time)))
}

fn time(words: &[&str]) -> Option<(usize, Time)> {
    if starts(words, &["noon"]) {
        return Some((1, Time::midnight().with().hour(12).build().ok()?));
    }
    let [hour, ":", minute, ..] = words else { return None };
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let after = words.get(3..).unwrap_or_default();
    let more = [["local", "time"].as_slice(), &["hours"]].into_iter().find(|phrase| starts(after, phrase));
    Some((3 + more.map_or(0, <[&str]>::len), time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn a_number_in_words_is_read_to_its_end() {
        let cases = [
            ("ten hostages", Some((1, 10))),
            ("seventy-two hours", Some((1, 72))),
            ("Twenty five and", Some((2, 25))),
            ("one hundred and fifty trucks", Some((4, 150))),
            ("two thousand three hundred", Some((4, 2300))),
            ("one hundred and both", Some((2, 100))),
            ("ten twenty", Some((1, 10))),
            ("hundreds of trucks", None),
            ("thousand", None),
            ("tenth", None),
            ("-", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(&split(text)), expected, "{text}");
        }
    }

    #[test]
    fn an_ordinal_in_words_is_read() {
        let cases = [("third", Some(3)), ("twentieth", Some(20)), ("twenty-first", Some(21)), ("nth", None)];
        for (word, expected) in cases {
            assert_eq!(ordinal(word), expected, "{word}");
        }
    }

    #[test]
    fn a_day_and_an_hour_are_read_in_any_order() {
        let cases = [
            ("18 : 00 on 20 October 2025", Some((7, "2025-10-20T18:00"))),
            ("noon on October 20 , 2025", Some((6, "2025-10-20T12:00"))),
            ("the 20th of Oct 2025 at 6 : 30", Some((9, "2025-10-20T06:30"))),
            ("2025-10-20 at 18 : 00", Some((5, "2025-10-20T18:00"))),
            ("31 April 2025 at 18 : 00", None),
            ("25 : 00 on 20 October 2025", None),
            ("18 : 00", None),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(&split(text)), expected.map(|(w, t)| (w, t.to_owned())), "{text}");
        }
    }
}
