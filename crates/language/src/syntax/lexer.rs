//! Text to tokens, of one block.
//!
//! Invariant: the tokens' ranges follow each other without a gap from the block's start to its end.

use std::ops::Range;

use logos::Logos;

use super::SyntaxKind;

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    // A byte order mark is blank too.
    #[regex(r"[ \t\u{feff}\u{a0}]+")]
    Whitespace,
    #[regex(r"\r?\n|\r")]
    Newline,
    #[regex(r"#[^\r\n]*", allow_greedy = true)]
    Comment,
    #[regex(r#""[^"\r\n]*""#)]
    #[regex(r"“[^”\r\n]*”")]
    String,
    #[regex(r#"["“][^"”\r\n]*"#, allow_greedy = true, priority = 1)]
    OpenString,
    #[regex(r"[\p{L}_][\p{L}\p{M}\p{N}_]*", priority = 10)]
    Word,
    #[regex(r"-?[0-9]+(\.[0-9]+)?", priority = 10)]
    Number,
    #[regex(r"[0-9]+(st|nd|rd|th)", priority = 10)]
    Ordinal,
    #[regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", priority = 12)]
    Date,
    #[regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9A-Za-z:.+\-]*", priority = 12)]
    DateTime,
    #[regex(r"[A-Za-z0-9_./+\-]+", priority = 2)]
    Path,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(";")]
    Semicolon,
    #[token("%")]
    Percent,
    #[regex(r"[<>]=?|=")]
    Compare,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
}

impl From<Token> for SyntaxKind {
    fn from(token: Token) -> SyntaxKind {
        match token {
            Token::Whitespace => SyntaxKind::Whitespace,
            Token::Newline => SyntaxKind::Newline,
            Token::Comment => SyntaxKind::Comment,
            Token::String => SyntaxKind::String,
            Token::OpenString => SyntaxKind::OpenString,
            Token::Word => SyntaxKind::Word,
            Token::Number => SyntaxKind::Number,
            Token::Ordinal => SyntaxKind::Ordinal,
            Token::Date => SyntaxKind::Date,
            Token::DateTime => SyntaxKind::DateTime,
            Token::Path => SyntaxKind::Path,
            Token::Comma => SyntaxKind::Comma,
            Token::Colon => SyntaxKind::Colon,
            Token::Semicolon => SyntaxKind::Semicolon,
            Token::Percent => SyntaxKind::Percent,
            Token::Compare => SyntaxKind::Compare,
            Token::LeftParen => SyntaxKind::LeftParen,
            Token::RightParen => SyntaxKind::RightParen,
        }
    }
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Lexeme {
    pub(crate) kind: SyntaxKind,
    /// Byte offsets in the file.
    pub(crate) range: Range<usize>,
    /// The first on its line that is not blank.
    pub(crate) starts_line: bool,
    /// It starts a line, at the block's left margin.
    pub(crate) at_margin: bool,
}

/// The tokens of the block at `block` of the file `text`.
pub(crate) fn lex(text: &str, block: &Range<usize>) -> Vec<Lexeme> {
    let inside = text.get(block.clone()).unwrap_or_default();
    let depth = line_before(text, block.start).matches('>').count();
    let (mut starts_line, mut quoted) = (true, depth);
    let mut lexemes = Vec::new();
    for (token, range) in Token::lexer(inside).spanned() {
        let mut kind = token.map_or(SyntaxKind::Unknown, SyntaxKind::from);
        if kind == SyntaxKind::Newline {
            quoted = 0;
        } else if starts_line && quoted < depth && inside.get(range.clone()) == Some(">") {
            // A block in a quotation: Markdown's mark, on each line after the first.
            (kind, quoted) = (SyntaxKind::Whitespace, quoted + 1);
        }
        let range = range.start + block.start..range.end + block.start;
        lexemes.push(Lexeme { kind, range, starts_line: starts_line && !kind.is_trivia(), at_margin: false });
        starts_line = kind == SyntaxKind::Newline || (starts_line && kind.is_trivia());
    }
    let margin = lexemes.iter().filter(|l| l.starts_line).map(|l| column(text, l.range.start)).min();
    for lexeme in &mut lexemes {
        lexeme.at_margin = lexeme.starts_line && Some(column(text, lexeme.range.start)) == margin;
    }
    lexemes
}

/// Bytes since the line's start: a block in a list has its margin where the list's text has.
pub(crate) fn column(text: &str, offset: usize) -> usize {
    line_before(text, offset).bytes().filter(|b| *b < 0x80).count()
}

/// What stands before this place on its line.
pub(crate) fn line_before(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(before, |end| &before[end + 1..])
}
