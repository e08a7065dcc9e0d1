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
    Comma, Colon, Semicolon, Percent, Compare, LeftParen, RightParen, Unknown,
    /// Markdown around the blocks.
    Prose,
    // Nodes.
    File, Block, Error, Assumed, Name, Label,
    /// `72 hours`.
    Length,
    Agreement, Timezone, Signed, InForceFrom, DayOne, DayD,
    Actor, Tie, Contest,
    Zone, Outline, Derivation,
    /// `line contact …`, with `as of`, `fixed` or `moving`, `by the map of`.
    Line, AsOf, Moving, MapOf,
    Item, Property, Value, Setting, Baseline, Family, Judgement,
    /// `values israel`, and its rows.
    Values, Worth,
    Milestone, Phase, Begins, Ends, Lasts, AtLatest, NoEnd,
    Power, Faculty, Amendment, Agreed, Effective, InnerDeadlines, PastBreaches,
    /// A list of names with one part in its statement: who sets, who judges, who accepts.
    Who,
    /// What a power or a change is about: a phase, a provision or the agreement.
    Target,
    /// `its own duties only, for at most 14 days each time, clocks stop`.
    SuspensionTerms,
    /// `by up to 60 days each time`, `at most 2 times`.
    HowFar, HowOften,
    /// `within 72 hours`, `by the end of the 3rd day`, of what the line says.
    Clock,
    /// `if nobody rules, it is not so`.
    Unruled,
    Provision,
    /// `each of A and B must not ACT …`.
    Duty,
    /// `for every N ITEM that A ACTs to B`.
    Trigger,
    Doers, Act, Quantity, Object, Place,
    /// `promptly`, `gradually`, `endeavour to`.
    Manner,
    /// `in all`, `more`, `each time`.
    InAll,
    /// `must keep …`.
    Keep,
    /// `for 10 consecutive hours in each day`, `12 hours instead on days when …`.
    Quiet, Instead,
    /// `is answerable for any …`, `must take all feasible steps to prevent any …`.
    Answerable, Conduct,
    /// One step of a schedule.
    Step,
    Within, By, Before,
    /// One of the deadlines of which the later or earlier counts.
    Either,
    /// `each day`.
    Each,
    Share, Disjoint, While, Unless, PartDays, Average, ShortDay, Shortfall, Counted, Count, Verified, NotBefore,
    Except, Plea, Afterwards, ClauseLine, From, Until, OnlyThose, OnlyJudged, PartLot, MakeUp, Quality, ForEach,
    InStep, Graded, Disputes, Rung, Precedence,
    /// `if breached, …`.
    IfBreached,
    Reading, Contended, As, Source, Change,
    // Conditions.
    Or, And, Not, AtLeast, Paren, Call, PhaseState, During, Named, InForce, Signing, Deed,
    /// `V is set`, `judged J`, `no ACT in Z for N hours without a break`.
    SetState, Judged, Calm,
    /// `72 hours after C`, `the end of the 3rd day after C`, as an instant.
    After,
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

    /// Whether a line with it belongs to the line above, and is written further in than the statement's others.
    #[must_use]
    pub fn is_nested(self) -> bool {
        use SyntaxKind::{HowFar, HowOften, Share, Step, SuspensionTerms};
        matches!(self, HowFar | HowOften | Share | Step | SuspensionTerms)
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
