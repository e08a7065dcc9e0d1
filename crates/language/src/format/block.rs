//! One block: its lines put at their places, with blank lines between long statements.
//!
//! Invariant: a line that starts a statement stays at the margin and no other comes there; each line has what the
//! lines of its block start with, such as a list's indentation.

use std::collections::BTreeSet;

use super::{
    line::{Line, STEP, lines},
    statement::Statement,
};
use crate::syntax::{SyntaxNode, column, line_before};

/// Where a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is blank: one of several stays, or none.
    Blank,
    /// It belongs to a statement that the parser could not follow.
    AsItIs,
    /// So many steps from the margin.
    Level(usize),
}

/// The block, laid out; as it is where there is nothing in it that could be read.
pub(super) fn lay_out(text: &str, block: &SyntaxNode) -> String {
    let layout = Layout::of(text, block);
    let laid_out = if layout.is_left_alone() { None } else { layout.write() };
    laid_out.unwrap_or_else(|| block.text().to_string())
}

struct Layout<'t> {
    text: &'t str,
    /// Where the block starts in the file.
    start: usize,
    lines: Vec<Line<'t>>,
    statements: Vec<Statement>,
    /// How far in statements stand, as the lexer counts; none in a block without any.
    margin: Option<usize>,
    /// What every line starts with.
    prefix: String,
}

impl<'t> Layout<'t> {
    fn of(text: &'t str, block: &SyntaxNode) -> Layout<'t> {
        let start = block.text_range().start().into();
        let lines = lines(text, block);
        let at = |line: &Line| line.code().map(|token| usize::from(token.text_range().start()));
        let margin = lines.iter().filter_map(at).map(|offset| column(text, offset)).min();
        let statements: Vec<_> =
            block.children().map(|node| Statement::of(text, &node, &lines, margin)).collect();
        let prefix = if statements.iter().any(|s| s.is_broken) {
            // The margin stays where the broken statement has it.
            let at_margin = |offset: &usize| Some(column(text, *offset)) == margin;
            lines
                .iter()
                .filter_map(at)
                .find(at_margin)
                .map(|offset| line_before(text, offset).replace(|c: char| !c.is_ascii(), ""))
        } else {
            Some(after_fence(text, start))
        };
        Layout { text, start, lines, statements, margin, prefix: prefix.unwrap_or_default() }
    }

    fn is_left_alone(&self) -> bool {
        let is_blank = self.lines.iter().all(|line| line.tokens.is_empty());
        let is_unread = !self.statements.is_empty() && self.statements.iter().all(|s| s.is_broken);
        // Markdown does not end a line at a carriage return alone.
        is_blank || is_unread || self.lines.iter().any(|line| line.end == "\r")
    }

    /// The block's new text; none where its first line cannot follow what stands before it.
    fn write(&self) -> Option<String> {
        let places = self.places();
        let parted = self.parted(&places);
        let already = line_before(self.text, self.start);
        // A byte order mark stays the file's first.
        let first = self.lines.first().map_or(self.start, |line| line.start);
        let mut laid_out = self.text.get(self.start..first)?.to_owned();
        let (mut blank, mut is_first) = (None, true);
        for (index, (line, place)) in self.lines.iter().zip(&places).enumerate() {
            let whole = match place {
                Place::Blank => {
                    blank = Some(line.end);
                    continue;
                }
                Place::AsItIs if index == 0 => format!("{already}{}", line.raw),
                Place::AsItIs => line.raw.to_owned(),
                Place::Level(level) => format!("{}{}{}", self.prefix, STEP.repeat(*level), line.laid_out()),
            };
            if is_first {
                laid_out.push_str(whole.strip_prefix(already)?);
            } else {
                if let Some(end) = blank.or(parted.contains(&index).then_some(self.line_end())) {
                    laid_out.push_str(self.prefix.trim_end());
                    laid_out.push_str(end);
                }
                laid_out.push_str(&whole);
            }
            (blank, is_first) = (None, false);
            laid_out.push_str(if line.end.is_empty() { self.line_end() } else { line.end });
        }
        Some(laid_out)
    }

    fn places(&self) -> Vec<Place> {
        let mut statements = self.statements.iter().peekable();
        let mut is_after_one = false;
        let mut places = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            while statements.next_if(|s| *s.lines.end() < index).is_some() {
                is_after_one = true;
            }
            let around = statements.peek().filter(|s| s.lines.contains(&index));
            places.push(match around {
                Some(statement) if statement.is_broken => Place::AsItIs,
                _ if line.tokens.is_empty() => Place::Blank,
                Some(statement) => Place::Level(statement.level(index)),
                // A comment between statements: further in, it belongs to the one before it.
                None => {
                    let offset = line.tokens.first().map_or(0, |token| token.text_range().start().into());
                    let is_inside = self.margin.is_some_and(|margin| column(self.text, offset) > margin);
                    Place::Level(usize::from(is_after_one && is_inside))
                }
            });
        }
        places
    }

    /// The lines before which a blank one must be put: between two statements of several lines.
    fn parted(&self, places: &[Place]) -> BTreeSet<usize> {
        let mut parted = BTreeSet::new();
        for pair in self.statements.windows(2) {
            let [one, other] = pair else { continue };
            let between = one.lines.end() + 1..*other.lines.start();
            let is_parted = between.clone().any(|index| places.get(index) == Some(&Place::Blank));
            if is_parted || one.is_broken || other.is_broken || !(one.is_long() && other.is_long()) {
                continue;
            }
            let comment = between.clone().find(|index| places.get(*index) == Some(&Place::Level(0)));
            parted.insert(comment.unwrap_or(between.end));
        }
        parted
    }

    /// How the file ends its lines.
    fn line_end(&self) -> &'static str {
        match self.text.split_once('\n') {
            Some((line, _)) if line.ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }
}

/// What the lines after the opening fence start with where they stand right under it; nothing in bare Pact.
fn after_fence(text: &str, start: usize) -> String {
    let before = text.get(..start - line_before(text, start).len()).unwrap_or_default();
    let before = before.strip_suffix('\n').unwrap_or(before);
    let before = before.strip_suffix('\r').unwrap_or(before);
    let opening = line_before(before, before.len());
    let fence = opening.find(['`', '~']).unwrap_or(0);
    // A list's marker is followed by its width in spaces.
    let blanked = |c: char| if matches!(c, ' ' | '\t' | '>') { c } else { ' ' };
    opening[..fence].chars().map(blanked).collect()
}
