//! The kinds of tokens and nodes.
//!
//! Invariant: `KINDS[kind as usize] == kind`, which is how a raw kind is read back without unsafe code.

macro_rules! kinds {
    ($($(#[$about:meta])* $name:ident,)*) => {
        /// A kind of token or node.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "most name the words that they hold")]
        pub enum SyntaxKind { $($(#[$about])* $name,)* }

        const KINDS: &[SyntaxKind] = &[$(SyntaxKind::$name,)*];
    };
}

kinds! {
    // Tokens.
    Whitespace, Newline, Comment, String, OpenString, Word, Number, Ordinal, Date, DateTime,
    /// A path, a time zone, `part-days`: anything with `.`, `/`, `-` or `+` in it.
    Path,
    Comma, Colon, LeftParen, RightParen, Unknown,
    /// Markdown around the blocks.
    Prose,
    // Nodes.
    File, Block, Error, Assumed, Name, Label,
    /// `72 hours`.
    Length,
    Agreement, Timezone, InForceFrom, DayOne,
    Actor, Zone, Outline, Item, Milestone, Phase, Begins, Ends, Lasts,
    Provision,
    /// `each of A and B must not ACT …`.
    Duty,
    /// `for every N ITEM that A ACTs to B`.
    Trigger,
    Doers, Act, Quantity, Object, Place,
    Within, By,
    /// `each day`.
    Each,
    Share, While, PartDays, Counted, Count, Verified, NotBefore, Except, Afterwards, ClauseLine,
    Reading, Contended, As, Source, Change,
    // Conditions.
    Or, And, Not, AtLeast, Paren, Call, PhaseState, During, Named, InForce, Deed,
    /// `an ACT by WHO`.
    DeedNoun,
    /// `within 24 hours after` a deed.
    Recently,
    /// A fixed instant.
    Moment,
}

/// The language, for rowan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pact {}

impl rowan::Language for Pact {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        KINDS.get(usize::from(raw.0)).copied().unwrap_or(SyntaxKind::Unknown)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

impl SyntaxKind {
    /// Whether the parser looks past it.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, SyntaxKind::Whitespace | SyntaxKind::Newline | SyntaxKind::Comment)
    }
}

impl From<SyntaxKind> for rowan::SyntaxKind {
    fn from(kind: SyntaxKind) -> Self {
        rowan::SyntaxKind(kind as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_kind_reads_back() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert_eq!(index, *kind as usize);
        }
    }
}
