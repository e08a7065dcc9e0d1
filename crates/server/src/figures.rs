//! Amounts, counts and tallies in words.
//!
//! Invariant: a bound that is missing is said to be missing; nothing is rounded; the digits are the same in
//! every language.

use std::collections::BTreeMap;

use model::{
    Amount, Status, StatusSet,
    amount::Range,
    answer::{Count, InstanceAnswer, ProvisionAnswer},
};

use crate::{
    locale::{Say, Value, number},
    pages::Page,
    status,
};

/// An amount, its thousands set apart from five digits on.
#[must_use]
pub fn amount(amount: Amount) -> String {
    let plain = amount.to_string();
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let digits = whole.trim_start_matches('-');
    let mut shown = String::new();
    if whole.len() != digits.len() {
        shown.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        // The narrow no-break space keeps a number one number in lines of either direction.
        if i > 0 && digits.len() > 4 && (digits.len() - i) % 3 == 0 {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

fn value(of: Amount) -> Value<'static> {
    Value::from(amount(of))
}

/// A range: “22”, “at least 22”, “at most 30”, “22 to 30”, “not known”.
#[must_use]
pub fn range(say: Say, range: Range) -> String {
    let low = range.low.filter(|low| *low > Amount::ZERO || range.high.is_none());
    match (low, range.high) {
        (_, Some(high)) if range.low == Some(high) => amount(high),
        (Some(low), Some(high)) => {
            say.text_with("range-between", &[("low", value(low)), ("high", value(high))])
        }
        (Some(Amount::ZERO), None) | (None, None) => say.text("range-unknown"),
        (Some(low), None) => say.text_with("range-from", &[("low", value(low))]),
        (None, Some(high)) => say.text_with("range-to", &[("high", value(high))]),
    }
}

/// What is owed: “at least 28”.
#[must_use]
pub fn required(say: Say, required: &BTreeMap<String, Amount>) -> String {
    let words = |(bound, amount): (&String, &Amount)| match bound.as_str() {
        "at_least" => say.text_with("required-at_least", &[("n", value(*amount))]),
        "at_most" => say.text_with("required-at_most", &[("n", value(*amount))]),
        "exactly" => say.text_with("required-exactly", &[("n", value(*amount))]),
        other => format!("{other} {amount}"),
    };
    required.iter().map(words).collect::<Vec<_>>().join(&say.text("list-comma"))
}

/// A count: “9”, “at least 9; no upper bound is known”, “3 to 10”, “at most 4”.
#[must_use]
pub fn count(say: Say, count: Count) -> String {
    let n = |n: u64| Value::from(amount(Amount::whole(i64::try_from(n).unwrap_or(i64::MAX))));
    match (count.certain, count.possible) {
        (0, None) => say.text("count-unbounded"),
        (certain, None) => say.text_with("count-from", &[("n", n(certain))]),
        (certain, Some(possible)) if certain == possible => {
            say.text_with("count-exact", &[("n", n(certain))])
        }
        (0, Some(possible)) => say.text_with("count-to", &[("n", n(possible))]),
        (low, Some(high)) => say.text_with("count-between", &[("low", n(low)), ("high", n(high))]),
    }
}

/// How much of what is owed was shown: “at least 22 of 28 returned”.
#[must_use]
pub fn of_owed(page: &Page<'_>, provision: &str, instance: &InstanceAnswer) -> String {
    let say = page.say;
    let owed = instance.required.get("at_least").or_else(|| instance.required.get("exactly"));
    let Some(owed) = owed else { return range(say, instance.amount) };
    let shown = range(say, instance.amount);
    let done = Value::from(past(page, provision));
    let key = if instance.amount.high == instance.amount.low { "of-owed-exact" } else { "of-owed" };
    say.text_with(key, &[("shown", Value::from(shown)), ("owed", value(*owed)), ("done", done)])
}

/// The past form of the act that a provision demands: “returned”.
fn past(page: &Page<'_>, provision: &str) -> String {
    let found = page.watch().agreement.provisions.iter().find(|p| p.id == provision);
    let act = found.and_then(|p| p.rule.action()).map(|action| action.act.as_str());
    act.and_then(model::vocabulary::act).map_or_else(String::new, |term| term.past.clone())
}

/// The figure that says most about a provision: violations, how much of what is owed, or how many instances
/// were met.
#[must_use]
pub fn headline(page: &Page<'_>, provision: &ProvisionAnswer) -> String {
    let say = page.say;
    match (provision.kind.as_str(), provision.instances.as_slice()) {
        ("prohibition", _) => {
            say.text_with("violations", &[("count", Value::from(count(say, provision.violations)))])
        }
        (_, []) => say.text("no-instances"),
        (_, [only]) if only.key == "once" => of_owed(page, &provision.id, only),
        (_, many) => {
            let tallies = tallies(say, provision);
            let of = say.text_with("of-instances", &[("n", number(many.len()))]);
            format!("{tallies}{}{of}", say.text("list-semicolon"))
        }
    }
}

/// “breached 3 to 10, met 30 to 41”: what is certain of anything, and of the two that are asked for.
fn tallies(say: Say, provision: &ProvisionAnswer) -> String {
    let shown = Status::ALL.into_iter().filter_map(|status| {
        let tally = provision.tally.get(status.name())?;
        let asked = matches!(status, Status::Breached | Status::Late | Status::Met);
        let worth = tally.certain > 0 || (asked && tally.possible != Some(0));
        worth.then(|| {
            let word = status::word(say, status, &provision.kind);
            say.text_with(
                "tally",
                &[("status", Value::from(word)), ("count", Value::from(count(say, *tally)))],
            )
        })
    });
    shown.collect::<Vec<_>>().join(&say.text("list-semicolon"))
}

/// How a provision stands, coarsely, and never more certain than its set: the groups of the overview's
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Breached in every world.
    Breached,
    /// Not in time in every world: late, or late or still breached.
    NotInTime,
    /// A breach or lateness in some worlds and not in others.
    InDoubt,
    /// Open, and no breach in any world.
    NoBreach,
    /// Performed, kept to its end or excused, in every world.
    Kept,
    /// Never adjudicated without a ruling, or its clocks are stopped.
    NotJudged,
    /// Not in force at that instant.
    NotOpen,
    /// This version cannot compute it.
    NotComputed,
}

impl Group {
    /// Every group, in the order in which they are told.
    pub const ALL: [Group; 8] = [
        Group::Breached,
        Group::NotInTime,
        Group::InDoubt,
        Group::NoBreach,
        Group::Kept,
        Group::NotJudged,
        Group::NotOpen,
        Group::NotComputed,
    ];

    /// Of a set of statuses.
    #[must_use]
    pub fn of(set: Option<StatusSet>) -> Group {
        let Some(set) = set.filter(|set| !set.is_empty()) else { return Group::NotComputed };
        let within = |few: &[Status]| few.iter().copied().collect::<StatusSet>().includes(set);
        let ill = [Status::Breached, Status::Late];
        if set == StatusSet::only(Status::Breached) {
            Group::Breached
        } else if within(&ill) {
            Group::NotInTime
        } else if ill.iter().any(|status| set.contains(*status)) {
            Group::InDoubt
        } else if within(&[Status::Met, Status::Excused]) {
            Group::Kept
        } else if within(&[Status::Inactive, Status::Lapsed]) {
            Group::NotOpen
        } else if set.contains(Status::NotAdjudicated) || set.contains(Status::Suspended) {
            Group::NotJudged
        } else {
            Group::NoBreach
        }
    }

    /// The key of its words.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Group::Breached => "group-breached",
            Group::NotInTime => "group-not-in-time",
            Group::InDoubt => "group-in-doubt",
            Group::NoBreach => "group-no-breach",
            Group::Kept => "group-kept",
            Group::NotJudged => "group-not-judged",
            Group::NotOpen => "group-not-open",
            Group::NotComputed => "group-not-computed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Lang;

    #[test]
    fn a_missing_bound_is_said_to_be_missing() {
        let say = Say { lang: Lang::En };
        assert_eq!(count(say, Count { certain: 9, possible: None }), "at least 9; no upper bound is known");
        assert_eq!(count(say, Count { certain: 0, possible: Some(4) }), "at most 4, none certain");
        assert_eq!(range(say, Range { low: Some(Amount::ZERO), high: None }), "not known");
        assert_eq!(range(say, Range::exactly(Amount::whole(25_700))), "25\u{202f}700");
    }

    #[test]
    fn a_group_is_never_more_certain_than_its_set() {
        use Status::{Breached, Inactive, Late, Met, Pending};
        let of = |few: &[Status]| Group::of(Some(few.iter().copied().collect()));
        assert_eq!(of(&[Breached]), Group::Breached);
        assert_eq!(of(&[Breached, Late]), Group::NotInTime);
        assert_eq!(of(&[Breached, Met]), Group::InDoubt);
        assert_eq!(of(&[Late, Pending]), Group::InDoubt);
        assert_eq!(of(&[Met, Pending]), Group::NoBreach);
        assert_eq!(of(&[Met]), Group::Kept);
        assert_eq!(of(&[Inactive]), Group::NotOpen);
        assert_eq!(of(&[]), Group::NotComputed);
    }
}
