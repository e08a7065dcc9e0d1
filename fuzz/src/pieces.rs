//! What inputs are made of.
//!
//! Invariant: the words come from the language, statements from agreements that are read in the tests.

use std::sync::LazyLock;

/// Texts whose lines are worth trying elsewhere.
const AGREEMENTS: &[&str] = &[
    include_str!("../../crates/language/tests/october.pact.md"),
    include_str!("../../crates/language/tests/drafts/truce.pact.md"),
    include_str!("../../watches/colombia-2016/agreement.pact.md"),
    include_str!("../../watches/gaza-2025/agreement.pact.md"),
    include_str!("../../watches/gaza-2025-january/agreement.pact.md"),
    include_str!("../../watches/lebanon-2024/agreement.pact.md"),
    include_str!("../../watches/minsk-2015/agreement.pact.md"),
    include_str!("../../watches/south-sudan-2018/agreement.pact.md"),
    include_str!("../../watches/yemen-2018-2022/agreement.pact.md"),
];

/// Lines of Pact, each with its end.
pub static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let pact = |text: &'static str| text.split("```").filter_map(|part| part.strip_prefix("pact\n"));
    AGREEMENTS
        .iter()
        .flat_map(|text| pact(text))
        .flat_map(|block| block.split_inclusive('\n'))
        .filter(|line| !line.trim().is_empty())
        .collect()
});

/// Numbers and dates at the edges of what can be counted, and before the one that is read as a length.
pub const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "31",
    "60",
    "100",
    "366",
    "-1",
    "0.5",
    "0.000001",
    "0.0000001",
    "1001",
    "2147483647",
    "4294967296",
    "9223372036854",
    "9223372036854.775807",
    "9223372036854775807",
    "99999999999999999999",
    "1st",
    "22nd",
    "0th",
    "30 %",
    "2025-02-30",
    "2024-02-29",
    "0001-01-01",
    "9999-12-31",
    "-9999-01-01",
    "2025-03-30T02:30",
    "2025-10-10T12:00",
    "9999-12-31T23:59:59",
    "2025-10-10T24:00+14:00",
    "D+90",
    "D-1",
];

/// What stands between words, and what should not stand in an agreement at all.
pub const MARKS: &[&str] = &[
    "\n",
    "\n\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "(",
    ")",
    ",",
    ":",
    ";",
    "%",
    ">=",
    "<",
    "=",
    "\"",
    "“",
    "”",
    "#",
    " # so\n",
    "```",
    "```pact\n",
    "\n```\n",
    "~~~pact\n",
    "> ",
    "- ",
    "1. ",
    "# H\n",
    "é",
    "مرحبا",
    "🕊",
    "e\u{301}",
    "\0",
    "§",
    "№",
    "(assumed: \"so\")",
    "_",
    "-",
    "a.geojson",
];

/// What an editor says: the beginnings of lines of a script.
pub const MESSAGES: &[&str] = &[
    "change",
    "ask completion",
    "ask hover",
    "ask definition",
    "ask references",
    "ask documentHighlight",
    "ask prepareRename",
    "ask rename",
    "ask documentSymbol",
    "ask foldingRange",
    "ask formatting",
    "ask codeAction",
    "open",
    "close",
    "utf-8",
    "pact",
];
