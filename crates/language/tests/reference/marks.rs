//! Marks: the lines of carets that show, inside an example, what is found and where.
//!
//! Invariant: a mark taken out and drawn again is the same; Pact has no caret, so that no line of it is taken
//! for a mark.

/// What is found at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line of the example, from 0, marks not counted.
    pub line: usize,
    /// The first character, from 0.
    pub column: usize,
    /// How many characters; an empty place is drawn as one.
    pub width: usize,
    /// It goes on over the lines that follow.
    pub beyond: bool,
    /// The code, followed by `warning` where it is no error.
    pub what: String,
}

/// The lines without the marks, and the marks.
pub fn taken_out(text: &str) -> (Vec<String>, Vec<Mark>) {
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match mark(line, lines.len()) {
            Some(mark) => marks.push(mark),
            None => lines.push(line.to_owned()),
        }
    }
    (lines, marks)
}

fn mark(line: &str, above: usize) -> Option<Mark> {
    let carets = line.trim_start();
    let rest = carets.trim_start_matches('^');
    let width = carets.len() - rest.len();
    if width == 0 {
        return None;
    }
    let what = rest.trim_start_matches('…');
    Some(Mark {
        line: above.checked_sub(1)?,
        column: line.len() - carets.len(),
        width,
        beyond: what.len() < rest.len(),
        what: what.trim().to_owned(),
    })
}

/// The lines with the marks under them.
pub fn drawn(lines: &[String], marks: &[Mark]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        text += &format!("{line}\n");
        for mark in marks.iter().filter(|m| m.line == index) {
            let (blank, carets) = (" ".repeat(mark.column), "^".repeat(mark.width));
            text += &format!("{blank}{carets}{} {}\n", if mark.beyond { "…" } else { "" }, mark.what);
        }
    }
    text
}
