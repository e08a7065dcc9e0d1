//! What an instance lacks: how much is not shown, and who could not look, or was not let.
//!
//! Invariant: says what is missing as the answer has it, and judges nobody.

use model::{
    Amount, Period, Status,
    answer::{InstanceAnswer, ShareAnswer},
};

use crate::{Watch, bearing::Bearing};

/// What would have to be shown for the duty to be performed, in words.
pub(super) fn missing(instance: &InstanceAnswer) -> Vec<String> {
    let mut missing = Vec::new();
    let owed = instance.required.get("at_least").or_else(|| instance.required.get("exactly"));
    if let (Some(owed), Some(low)) = (owed, instance.amount.low)
        && low < *owed
    {
        let short = *owed - low;
        let are = if short == Amount::whole(1) { "is" } else { "are" };
        missing.push(format!("{low} of {owed} certain: {short} {are} not shown"));
        match instance.amount.high {
            None => missing.push("nothing accepted rules out that more was done than is reported".to_owned()),
            Some(high) if high < *owed => {
                missing.push(format!("the accepted evidence allows at most {high}: {} short", *owed - high));
            }
            Some(_) => {}
        }
    }
    let unmet = |part: &&ShareAnswer| part.status.len() != 1 || !part.status.contains(Status::Met);
    for part in instance.of_which.iter().filter(unmet) {
        let low = part.amount.low.unwrap_or_default();
        let high =
            part.amount.high.map_or_else(|| "no upper bound".to_owned(), |high| format!("at most {high}"));
        missing.push(format!("{}: at least {low}, {high}", part.label));
    }
    missing
}

/// Who that covers what is asked about could not see in a window, why, and who denied access, where that is known.
pub(super) fn unseen(watch: &Watch, bearing: &Bearing<'_>, window: &Period) -> Vec<String> {
    let mut unseen = Vec::new();
    for source in watch.sources.iter().filter(|source| source.covers.iter().any(|c| bearing.covers(c))) {
        for gap in source.gaps.iter().filter(|gap| gap.period.meets(window)) {
            let denied = gap
                .denied_by
                .as_ref()
                .map_or_else(String::new, |who| format!("; access denied by {}", watch.agreement.label(who)));
            unseen.push(format!(
                "{} did not see {}: {}{denied}",
                source.label,
                crate::files::shown(&gap.period),
                gap.cause
            ));
        }
    }
    unseen
}
