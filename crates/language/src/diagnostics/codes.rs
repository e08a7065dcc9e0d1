//! Every code that a diagnostic may carry, with what it means in one line.
//!
//! Invariant: a code is stable and stands here once; a diagnostic is made with these constants alone; each has
//! its page in `spec/language/errors`.

use crate::near;

macro_rules! codes {
    ($($name:ident = $code:literal: $about:literal;)*) => {
        $(#[doc = $about] pub(crate) const $name: &str = $code;)*

        /// Each code, with what it means.
        pub const TABLE: &[(&str, &str)] = &[$(($code, $about),)*];

        fn page(code: &str) -> Option<&'static str> {
            match code {
                $($code => Some(include_str!(concat!("../../../../spec/language/errors/", $code, ".md"))),)*
                _ => None,
            }
        }
    };
}

/// The code's page, as Markdown: what it means, an example, the example mended. Capitals make no difference, nor
/// blanks or `_` for `-`. Where there is no such code, those that may be meant.
pub fn explain(code: &str) -> Result<&'static str, Vec<&'static str>> {
    let code = code.trim().to_lowercase().replace(['_', ' '], "-");
    page(&code).ok_or_else(|| near::offers(&code, TABLE.iter().map(|(known, _)| *known)))
}

codes! {
    TOO_LONG = "too-long": "The text is longer than an agreement may be.";
    TOO_MANY = "too-many": "More was wrong than is shown.";
    TOO_DEEP = "too-deep": "Parentheses, `not` or narrower items are nested deeper than anyone can read.";
    STRAY_CHARACTER = "stray-character": "A character that means nothing in an agreement.";
    OPEN_QUOTE = "open-quote": "A quotation has no closing mark on its line.";
    INDENTED_START = "indented-start": "The first line of a statement is indented.";
    UNKNOWN_STATEMENT = "unknown-statement": "The line at the left margin starts with no keyword.";
    UNKNOWN_LINE = "unknown-line": "The line says nothing that its statement can take.";
    EXPECTED = "expected": "Something else was expected at this point.";
    OTHER_WORDS = "other-words": "The language has words of its own for this.";
    NO_VERB = "no-verb": "The provision says nothing that anyone must or must not do.";
    SAID_TWICE = "said-twice": "What may be said once is said twice.";
    DOES_NOT_BELONG = "does-not-belong": "The line does not go with the rest of its statement.";
    MISSING_AGREEMENT = "missing-agreement": "The file has no `agreement` statement.";
    MISSING_TIMEZONE = "missing-timezone": "The agreement does not say in which time zone its dates are read.";
    MISSING_IN_FORCE = "missing-in-force": "The agreement does not say when it entered into force.";
    MISSING_FILE = "missing-file": "The zone has no file with its outline.";
    MISSING_BEGINNING = "missing-beginning": "The phase does not say when it begins.";
    MISSING_CONDITION = "missing-condition": "The milestone does not say when it is reached.";
    MISSING_SOURCE = "missing-source": "The reading does not say where it was contended for.";
    MISSING_DAY_ONE = "missing-day-one": "A day is counted and the agreement does not say which day is day 1.";
    MISSING_TRIGGER = "missing-trigger": "The exchange does not say what is answered.";
    RESERVED_WORD = "reserved-word": "A word of the language cannot be a name.";
    BAD_NAME = "bad-name": "A name is not written in `snake_case`.";
    DUPLICATE_NAME = "duplicate-name": "Two things have the same name.";
    UNKNOWN_NAME = "unknown-name": "Nothing of this name is declared.";
    WRONG_KIND = "wrong-kind": "The name is of another kind of thing than what is meant here.";
    NOT_A_PARTY = "not-a-party": "A duty is laid on someone who is not bound.";
    UNKNOWN_ACT = "unknown-act": "The vocabulary has no such act.";
    ACT_FORM = "act-form": "The act stands in the wrong form.";
    UNKNOWN_ITEM = "unknown-item": "No such item is declared or in the vocabulary.";
    ACT_CANNOT_TAKE = "act-cannot-take": "The act is applied to an item that it cannot take.";
    ITEM_CYCLE = "item-cycle": "An item is narrower than itself, or a zone derived from itself.";
    BAD_DATE = "bad-date": "The date or time does not exist.";
    REVERSED_DATES = "reversed-dates": "The end is not after the beginning.";
    UNKNOWN_TIMEZONE = "unknown-timezone": "The time zone is not in the IANA database.";
    BAD_NUMBER = "bad-number": "The number cannot be used here.";
    BARE_LIST = "bare-list": "Several doers, and not said whether each, together or either.";
    BARE_NUMBER = "bare-number": "How many is not said, or not whether at least or exactly.";
    BARE_DAYS = "bare-days": "Days, and not said whether hours or calendar days are counted.";
    BARE_BY = "bare-by": "A day as a deadline, and not said whether the day itself is in time.";
    BARE_AFTER = "bare-after": "A day as a starting point, and not said whether its start or its end.";
    BARE_WEEK = "bare-week": "A week, and not said on which day it starts.";
    MIXED_AND_OR = "mixed-and-or": "`and` and `or` together without parentheses.";
    NO_ANCHOR = "no-anchor": "A period, and not said after what.";
    MUST_OR_MUST_NOT = "must-or-must-not": "A prohibition that says `must`, or an obligation that says `must not`.";
    PART_DAYS = "part-days": "What the first, partial day owes is not said.";
    PART_NOT_THERE = "part-not-there": "A reading changes a part that the provision does not have.";
    INSTANT_CYCLE = "instant-cycle": "Conditions rest on each other in a circle.";
    RESULT_OR_CONDUCT = "result-or-conduct": "A duty about others' deeds, and not said whether result or conduct is owed.";
    BLOCK_OR_SLIDING = "block-or-sliding": "An average, and not said over which days.";
    CONSECUTIVE_OR_TOTAL = "consecutive-or-total": "Quiet hours, and not said whether in a row or in all.";
    WHOSE_ITEMS = "whose-items": "A state to be kept, and not said whether of the bearer's own or of all.";
    IN_ALL_OR_MORE = "in-all-or-more": "A step or a share, and not said whether in all or more.";
    PART_LOT = "part-lot": "A lot, and not said what a part of it owes.";
    SHORT_DAY = "short-day": "An average, and not said whether a short day is a breach by itself.";
    WHICH_TERM = "which-term": "A term, and not said of which phase.";
    STATE_NOT_INSTANT = "state-not-instant": "An instant where a state is needed.";
    INSTANT_NOT_STATE = "instant-not-state": "A state where an instant is needed.";
    NO_TOTAL = "no-total": "An amount of a state, which is not done but kept.";
    MAY_NEVER_END = "may-never-end": "The phase may never end, and the text does not say so.";
    FALLING_DEADLINES = "falling-deadlines": "A step of a schedule is due before the one that it follows.";
    DUE_BEFORE_FORCE = "due-before-force": "The deadline is over before the agreement is in force.";
    NEVER_IN_TIME = "never-in-time": "The deadline is over before the duty may be performed.";
    OWN_RECIPIENT = "own-recipient": "Who must do it is also the one to whom it is done.";
    AMENDED_BEFORE = "amended-before": "The amendment is dated before the agreement itself.";
    CANNOT_EXTEND = "cannot-extend": "A phase that an event ends has no term to extend.";
    WHOSE_DUTIES = "whose-duties": "A suspension, and not said whose duties it stops.";
    HOW_SOON = "how-soon": "A word such as `immediately`, and not said within what time.";
    HOW_LONG = "how-long": "A suspension, and not said for how long.";
    EACH_TIME = "each-time": "A limit, and not said whether each time or of all times together.";
    CLOCKS = "clocks": "A suspension, and not said whether clocks stop.";
    HOW_FAR = "how-far": "An extension, and not said by how much.";
    HOW_OFTEN = "how-often": "An extension, and not said how often.";
    INNER_DEADLINES = "inner-deadlines": "An amendment, and not said whether inner deadlines move.";
    PAST_BREACHES = "past-breaches": "An amendment, and not said whether past breaches are cured.";
    WHO_FIRST = "who-first": "Duties in step, and not said who moves first.";
    FIXED_OR_MOVING = "fixed-or-moving": "A line, and not said whether it moves with the facts.";
    LATER_FINDS = "later-finds": "A baseline, and not said whether later finds are added.";
    UNRULED_TERM = "unruled": "A judgement, and not said what holds if nobody rules.";
    WHO_SETTLES = "who-settles": "Something to be set, judged, certified or accepted, and not said by whom.";
    UNIT = "unit-mismatch": "The unit does not measure this.";
    MISSING_DAY_D = "missing-day-d": "A day is counted from D and the agreement does not say which day is D.";
    MISSING_SIGNING = "missing-signing": "Something hangs on the signing and the agreement does not say when it was signed.";
    NOT_UNDERSTOOD = "not-understood": "The statement could not be understood.";
}
