//! The layout: what it makes of each kind of untidiness, and what it never changes, in any text.
//!
//! Invariant: whatever the text, laying it out twice is laying it out once, and only blanks differ.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/layout.rs"]
mod layout;

use std::path::Path;

use dice::Dice;
use language::{syntax::SyntaxKind, tree};
use layout::check;

const OCTOBER: &str = include_str!("october.pact.md");
/// One of everything.
const TRUCE: &str = include_str!("drafts/truce.pact.md");

/// The text is laid out as expected, and that is left alone.
fn becomes(text: &str, expected: &str) {
    assert_eq!(check(text), expected);
}

fn stays(text: &str) {
    becomes(text, text);
}

/// The repository's files with a name that ends so, each with its text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_stands_between_tokens() {
    becomes(
        "agreement   \"T\"  \n\ttimezone\tUTC \n  in force from 2026-01-01T00:00\t\n",
        "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\n",
    );
    becomes(
        "milestone m\n  when  at least 2  of( performed ( x ) ,y , z )( assumed : “so” )\n",
        "milestone m\n  when at least 2 of (performed(x), y, z) (assumed: “so”)\n",
    );
    becomes("party a\"A\"#a comment \t\nparty b\n", "party a \"A\"  #a comment\nparty b\n");
    becomes("milestone m\n  when violations ( p )>=3\n", "milestone m\n  when violations(p) >= 3\n");
    becomes(
        "obligation p\n  a must store arms\n  at least 30% of b in all by D+9 ;50 more by the end of D+20\n",
        "obligation p\n  a must store arms\n    at least 30 % of b in all by D+9; 50 more by the end of D+20\n",
    );
    // A colon that touches a time is read as part of it.
    stays("reading \"R\"\n  in p, due becomes: by 2026-01-01T00:00 :\n");
}

#[test]
fn how_far_in_lines_stand() {
    becomes(
        r#"obligation p
      israel must admit at least 600 trucks
  into gaza each day
         of these,
 50 fuel_trucks
 verified
# a comment
 by m
     # and another
# and none
"#,
        r#"obligation p
  israel must admit at least 600 trucks
    into gaza each day
    of these,
      50 fuel_trucks
  verified
    # a comment
    by m
  # and another
# and none
"#,
    );
    becomes(
        "zone a \"A\" from a.geojson\n   valid from 2026-01-01\n from b.geojson\n",
        "zone a \"A\" from a.geojson\n  valid from 2026-01-01\n  from b.geojson\n",
    );
    becomes("    party a\n    body c\n       is not a party\n", "party a\nbody c\n  is not a party\n");
}

#[test]
fn which_lines_are_blank() {
    // Long statements stand apart, others as the author has them.
    stays("party a\nparty b\n  is not a party\nparty c\n\nparty d\n");
    becomes(
        "\n\nparty a\n\n\n\nparty b\n  is not a party\nparty c\n \n",
        "party a\n\nparty b\n  is not a party\nparty c\n",
    );
    // A comment right above a statement stays with it, one further in with the statement above.
    becomes(
        "party a\n  is not a party\n   # of a\n# of b\nparty b\n  is not a party\n",
        "party a\n  is not a party\n  # of a\n\n# of b\nparty b\n  is not a party\n",
    );
    stays("party a\n  is not a party\n# after it\n\nparty b\n  is not a party\n");
    stays("# first\n\nphase one\n\n  # in two parts\n  begins at entry into force\n\n# last\n");
    becomes("party a", "party a\n");
}

#[test]
fn what_could_not_be_read_stays() {
    becomes(
        "party   a\n\n\nobligation  p\n    a   shall release\n  \n      something \n\n\n\nparty   b\n",
        "party a\n\nobligation  p\n    a   shall release\n  \n      something \n\nparty b\n",
    );
    // The margin stays where the broken statement has it.
    becomes("  party   a\n  what   is this\n", "  party a\n  what   is this\n");
    // A statement away from the margin is an error, which is not the layout's to mend.
    becomes("party   a\n  milestone   m\n", "party a\n  milestone   m\n");
    stays("party   a\rparty   b\n");
    stays("# Only prose  \n\n\nWithout Pact  \n");
    stays("");
}

#[test]
fn what_is_around_the_blocks_stays() {
    becomes(
        "# T  \n\n\n```pact\n\n party   a\n```\n\n\n- x\n\n  1. ~~~pact\n\n     party  b\n\n\n       # c\n     ~~~\n\n ``` pact\n   party d\n```\n```rust\n  x\n",
        "# T  \n\n\n```pact\nparty a\n```\n\n\n- x\n\n  1. ~~~pact\n     party b\n\n       # c\n     ~~~\n\n ``` pact\n party d\n```\n```rust\n  x\n",
    );
    becomes(
        "> ```pact\n> party   a\n>\n>\n> phase  one\n>    begins at entry into force\n> ```\n",
        "> ```pact\n> party a\n>\n> phase one\n>   begins at entry into force\n> ```\n",
    );
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    becomes(
        "\u{feff}\r\n\u{feff}party  a\r\n  is not a party\r\nparty b\r\n  is not a party",
        "\u{feff}party a\r\n  is not a party\r\n\r\nparty b\r\n  is not a party\r\n",
    );
    let windows = |text: &str| text.replace('\n', "\r\n");
    becomes("```pact\r\n\r\nparty  a\r\n```\r\n", "```pact\r\nparty a\r\n```\r\n");
    assert_eq!(check(&windows(OCTOBER)), windows(&check(OCTOBER)));
}

#[test]
fn the_agreements_of_the_repository_are_laid_out() {
    let agreements = files("watches", "agreement.pact.md");
    assert!(!agreements.is_empty());
    for (path, text) in agreements {
        assert!(check(&text) == text, "{path} is not laid out: trucewatch fmt {path}");
    }
}

#[test]
fn the_specification_keeps_its_meaning() {
    let texts = files("spec", ".md");
    assert!(!texts.is_empty());
    for (_, text) in texts {
        check(&text);
        // Its cases hold agreements too, each in a block of its own.
        for case in text.split("```").filter_map(|block| block.split_once('\n')) {
            check(case.1);
        }
    }
}

/// A text with other blanks in its blocks, in the places where they say nothing.
fn with_other_blanks(text: &str, dice: &mut Dice) -> String {
    let mut other = String::new();
    let mut starts_line = true;
    for token in tree(text).descendants_with_tokens().filter_map(|element| element.into_token()) {
        match token.kind() {
            SyntaxKind::Whitespace => other.push_str(dice.pick(&[" ", "  ", "\t", "     ", " \u{a0}"])),
            SyntaxKind::Newline if starts_line => {
                other.push_str(dice.pick(&["", " ", "\t "]));
                other.push_str(&token.text().repeat(1 + dice.below(2)));
            }
            SyntaxKind::Newline => {
                other.push_str(dice.pick(&["", "", " ", "\t "]));
                other.push_str(token.text());
            }
            SyntaxKind::Comma | SyntaxKind::Colon | SyntaxKind::RightParen => {
                other.push_str(dice.pick(&["", " ", "\t"]));
                other.push_str(token.text());
            }
            SyntaxKind::LeftParen => {
                other.push_str(token.text());
                other.push_str(dice.pick(&["", " ", "  "]));
            }
            _ => other.push_str(token.text()),
        }
        starts_line = matches!(token.kind(), SyntaxKind::Newline | SyntaxKind::Prose);
    }
    other
}

#[test]
fn other_blanks_are_laid_out_alike() {
    let mut dice = Dice(3);
    let agreements = files("watches", "agreement.pact.md").into_iter().map(|(_, text)| text);
    for text in agreements.chain([TRUCE.to_owned()]) {
        for _ in 0..3 {
            let other = with_other_blanks(&text, &mut dice);
            assert_eq!(check(&other), text, "{other}");
        }
    }
}

#[test]
fn any_edit() {
    let blanks = [
        "",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "\n  ",
        "\n    ",
        "\r\n",
        " # a comment\n",
        "\n# a comment\n",
        "\u{a0}",
        "\u{feff}",
    ];
    let pieces = [
        "```",
        "~~~\n",
        "> ",
        "- ",
        "(",
        ")",
        ",",
        ":",
        "\"",
        "“",
        "”",
        "é",
        "party x\n",
        "\nobligation x\n",
        "T12",
        "2026-01-01T00:00",
        "مرحبا",
        "\r",
        "#",
    ];
    let agreements = files("watches", "agreement.pact.md");
    let quoted: String = OCTOBER.lines().map(|line| format!("> {line}\n")).collect();
    let texts: Vec<_> =
        agreements.iter().map(|(_, text)| text.as_str()).chain([OCTOBER, TRUCE, &quoted]).collect();
    let mut dice = Dice(5);
    for round in 0..200 {
        let mut edited = dice.pick(&texts).to_owned();
        for _ in 0..=dice.below(12) {
            let near = dice.below(edited.len());
            let place = edited.char_indices().map(|c| c.0).find(|at| *at >= near).unwrap_or(0);
            if round % 2 == 0 {
                let blank = edited[place..].find([' ', '\n', '(', ',']).map_or(place, |at| place + at);
                edited.insert_str(blank, dice.pick(&blanks));
            } else {
                let end = edited[place..].char_indices().nth(dice.below(12)).map_or(place, |c| place + c.0);
                let new = if dice.below(2) == 0 { dice.pick(&pieces) } else { dice.pick(&blanks) };
                edited.replace_range(place..end, new);
            }
        }
        check(&edited);
    }
}

#[test]
fn any_words() {
    let words: Vec<_> = OCTOBER.split_whitespace().chain(["\n"; 30]).chain(["\n  "; 30]).collect();
    let mut dice = Dice(13);
    for _ in 0..100 {
        let text: Vec<_> = (0..dice.below(200)).map(|_| dice.pick(&words)).collect();
        check(&text.join(" "));
        check(&format!("- ```pact\n  {}\n  ```\n", text.join(" ").replace('\n', "\n  ")));
    }
}
