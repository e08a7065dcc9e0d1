//! A session with an editor, as text that people can read and change.
//!
//! Invariant: every text is a script: what makes no sense in it is passed over.
//!
//! The text up to the first line that begins with `%%` is the document that is opened. Each such line is a
//! message, with what follows it up to the next:
//!
//! - `%% change 3:4 3:9` puts what follows in place of that range, `%% change` in place of the whole;
//! - `%% ask hover 3:4 NAME` asks about a place, with a new name where one is wanted;
//! - `%% open`, `%% close` open what follows in place of the document, and close it;
//! - `%% tell METHOD` and `%% request METHOD` send what follows, as JSON;
//! - `%% utf-8`, anywhere, has columns counted in bytes, and `%% pact` says that the document is Pact and not prose.

use crate::model::Place;

const MARK: &str = "%% ";

/// The most messages that are sent: a longer script shows nothing that two shorter ones do not.
const MOST: usize = 24;

/// A session.
pub struct Script<'t> {
    pub document: &'t str,
    pub utf8: bool,
    pub pact: bool,
    pub messages: Vec<Said<'t>>,
}

/// What an editor says.
pub enum Said<'t> {
    Change(Option<[Place; 2]>, &'t str),
    Ask { method: &'t str, at: Place, name: &'t str },
    Open(&'t str),
    Close,
    Raw { method: &'t str, params: &'t str, request: bool },
}

impl<'t> Script<'t> {
    /// Reads one.
    pub fn of(text: &'t str) -> Script<'t> {
        let document = part(text);
        let mut script = Script { document, utf8: false, pact: false, messages: Vec::new() };
        let mut rest = &text[document.len()..];
        while script.messages.len() < MOST {
            let Some(message) = rest.strip_prefix(MARK) else { break };
            let line = message.find('\n').unwrap_or(message.len());
            let body = part(message.get(line + 1..).unwrap_or_default());
            let end = MARK.len() + (line + 1).min(message.len()) + body.len();
            rest = &rest[end..];
            let words: Vec<&str> = message[..line].split(' ').collect();
            // The last line's end belongs to the next mark.
            let body = if rest.is_empty() { body } else { body.strip_suffix('\n').unwrap_or(body) };
            match words[..] {
                ["utf-8", ..] => script.utf8 = true,
                ["pact", ..] => script.pact = true,
                ["change"] => script.messages.push(Said::Change(None, body)),
                ["change", from, to, ..] => {
                    script.messages.push(Said::Change(Some([place(from), place(to)]), body));
                }
                ["ask", method, at, ref name @ ..] => {
                    let name = name.first().copied().unwrap_or_default();
                    script.messages.push(Said::Ask { method, at: place(at), name });
                }
                ["open", ..] => script.messages.push(Said::Open(body)),
                ["close", ..] => script.messages.push(Said::Close),
                ["tell", method, ..] => {
                    script.messages.push(Said::Raw { method, params: body, request: false })
                }
                ["request", method, ..] => {
                    script.messages.push(Said::Raw { method, params: body, request: true })
                }
                _ => {}
            }
        }
        script
    }
}

/// The text up to the next message.
fn part(text: &str) -> &str {
    let at_start = text.starts_with(MARK).then_some(0);
    let end = at_start.or_else(|| text.find("\n%% ").map(|newline| newline + 1)).unwrap_or(text.len());
    &text[..end]
}

fn place(text: &str) -> Place {
    let (line, column) = text.split_once(':').unwrap_or((text, ""));
    // The protocol's numbers have 31 bits.
    let number = |digits: &str| digits.parse::<i32>().map_or(0, i32::unsigned_abs) as usize;
    (number(line), number(column))
}
