//! Text to blocks: where in a Markdown file the Pact is, and under which headings.
//!
//! Invariant: blocks are in order, apart, and on character boundaries; a file without a `pact` fence is one
//! bare block.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A heading, what stands under it up to the next, and the Pact in it. What stands before the first heading
/// has no title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The heading's text, without markup.
    pub title: String,
    /// From the heading to the next: byte offsets in the file.
    pub range: Range<usize>,
    /// The insides of the `pact` blocks in it.
    pub blocks: Vec<Range<usize>>,
}

#[derive(Default)]
struct Outline {
    headings: Vec<(usize, String)>,
    blocks: Vec<Range<usize>>,
}

/// The file's clauses, in order; together they cover it.
pub(crate) fn clauses(text: &str) -> Vec<Clause> {
    let mut outline = outline(text);
    if outline.blocks.is_empty() {
        // A bare Pact text: what looks like a heading in it is a comment.
        let whole = 0..text.len();
        return vec![Clause { title: String::new(), range: whole.clone(), blocks: vec![whole] }];
    }
    if outline.headings.first().is_none_or(|h| h.0 > 0) {
        outline.headings.insert(0, (0, String::new()));
    }
    let ends = outline.headings.iter().skip(1).map(|h| h.0).chain([text.len()]).collect::<Vec<_>>();
    let mut clauses: Vec<Clause> = Vec::new();
    for ((start, title), end) in outline.headings.into_iter().zip(ends) {
        let first = outline.blocks.partition_point(|b| b.start < start);
        let last = outline.blocks.partition_point(|b| b.start < end);
        let blocks = outline.blocks.get(first..last).unwrap_or_default().to_vec();
        clauses.push(Clause { title, range: start..end, blocks });
    }
    clauses
}

fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let (mut heading, mut block): (Option<(usize, String)>, Option<Range<usize>>) = (None, None);
    let mut in_pact = false;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some((range.start, String::new())),
            Event::End(TagEnd::Heading(_)) => outline.headings.extend(heading.take()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                in_pact = info.split_whitespace().next().is_some_and(is_pact);
                // An empty block is one too, and stands after the line that opens it.
                let inside = text.get(range.clone()).and_then(|fence| fence.find('\n'));
                let inside = inside.map_or(range.end, |line| range.start + line + 1);
                block = in_pact.then_some(inside..inside);
            }
            Event::End(TagEnd::CodeBlock) => {
                outline.blocks.extend(block.take());
                in_pact = false;
            }
            Event::Text(_) if in_pact => {
                // One event for each line where the block stands inside a list: take all between.
                let start = block.as_ref().filter(|b| !b.is_empty()).map_or(range.start, |b| b.start);
                // The text of a blank line is the end of its end `\r\n`.
                let is_split = text.get(..start).is_some_and(|before| before.ends_with('\r'));
                let start = if is_split { start - 1 } else { start };
                block = Some(start..range.end);
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, title)) = &mut heading {
                    title.push_str(&words);
                }
            }
            _ => {}
        }
    }
    outline
}

/// Whether the fence says `pact`, also by a slip: what it holds must not be passed over without a word.
fn is_pact(info: &str) -> bool {
    let info = info.to_lowercase();
    info == "pact" || crate::near::nearest(&info, ["pact"].into_iter()).is_some()
}
