//! How the window of an instance arose: what opened it and what ends it, in words.
//!
//! Invariant: says what the text says, and when what it hangs on came about as the answer has it.

use language::{condition_in_words, length_in_words};
use model::{
    agreement::{Agreement, Condition, Cycle, Due, Matching, Provision, Rule},
    answer::{Answer, InstanceAnswer, Moment},
};

/// How a window arose.
pub(super) fn arose(
    agreement: &Agreement,
    provision: &Provision,
    instance: &InstanceAnswer,
    answer: &Answer,
) -> String {
    let says = Says { agreement, answer };
    let scope = match &provision.while_ {
        Condition::InForce => String::new(),
        condition => format!("; it binds while {}", condition_in_words(agreement, condition)),
    };
    let window = match &provision.rule {
        Rule::Once { due, not_before, .. } => {
            let counts = not_before.as_ref().map_or_else(String::new, |condition| {
                format!("; what is done before {} does not count", says.moment(condition))
            });
            format!("{}{counts}", says.due(due))
        }
        Rule::Schedule { steps, .. } => {
            let number = instance.key.rsplit(' ').next().and_then(|key| key.parse::<usize>().ok());
            let step = number.and_then(|number| steps.get(number.saturating_sub(1)));
            step.map_or_else(|| "a step of a schedule".to_owned(), |step| says.due(&step.due))
        }
        Rule::Periodic { cycle, .. } => format!("the {} that begins {}", period(cycle), instance.key),
        Rule::Exchange { within, matching, .. } => {
            let which = match matching {
                Matching::InOrder => format!("opened by what it answers, number {}", instance.key),
                Matching::SameReference => format!("opened by the deed with the reference {}", instance.key),
            };
            let end = within.map_or_else(
                || "no end is set".to_owned(),
                |length| format!("it ends {} later", length_in_words(length)),
            );
            format!("{which}; {end}")
        }
        Rule::State { from, until, .. } => {
            let end = until.as_ref().map_or_else(
                || "no end is set".to_owned(),
                |until| format!("it ends when {}", says.moment(until)),
            );
            format!("opens when {}; {end}", says.moment(from))
        }
        Rule::Prohibition { .. } | Rule::Answerable { .. } => "as long as the duty binds".to_owned(),
    };
    format!("{window}{scope}")
}

fn period(cycle: &Cycle) -> &'static str {
    match cycle {
        Cycle::Day => "day",
        Cycle::Week(_) => "week",
        Cycle::Days(..) => "block of days",
        Cycle::Months(1) => "month",
        Cycle::Months(_) => "period of months",
        Cycle::Term(_) => "term",
    }
}

struct Says<'a> {
    agreement: &'a Agreement,
    answer: &'a Answer,
}

impl Says<'_> {
    fn due(&self, due: &Due) -> String {
        let entry = "opens at entry into force";
        match due {
            Due::Within(length, condition) => {
                format!("opens when {}, and ends {} later", self.moment(condition), length_in_words(*length))
            }
            Due::By(_) => format!("{entry}, and ends on the date that the text fixes"),
            Due::EndOfDayAfter(days, condition) => {
                format!("opens when {}, and ends with day {days} after that", self.moment(condition))
            }
            Due::MonthsAfter(months, condition) => {
                format!("opens when {}, and ends {months} months later", self.moment(condition))
            }
            Due::Before(condition) => format!("{entry}, and ends before {}", self.moment(condition)),
            Due::Latest(all) => format!("ends with the later of: {}", self.each(all)),
            Due::Earliest(all) => format!("ends with the earlier of: {}", self.each(all)),
            Due::Open => format!("{entry}; no end is set"),
        }
    }

    fn each(&self, all: &[Due]) -> String {
        all.iter().map(|due| self.due(due)).collect::<Vec<_>>().join("; ")
    }

    /// A condition and, where the answer has it, when it came about.
    fn moment(&self, condition: &Condition) -> String {
        let words = condition_in_words(self.agreement, condition);
        let came = match condition {
            Condition::Milestone(id) => {
                self.answer.milestones.iter().find(|m| m.id == *id && m.computed).map(|m| m.reached)
            }
            Condition::PhaseBegun(id) | Condition::During(id) => {
                self.answer.phases.iter().find(|p| p.id == *id).and_then(|p| p.began)
            }
            Condition::PhaseEnded(id) => {
                self.answer.phases.iter().find(|p| p.id == *id).and_then(|p| p.ended)
            }
            _ => None,
        };
        came.map_or(words.clone(), |moment| format!("{words} ({})", self.when(&moment)))
    }

    fn when(&self, moment: &Moment) -> String {
        let local = |instant: model::Instant| {
            instant.zoned(&self.agreement.timezone).strftime("%Y-%m-%d %H:%M %:z").to_string()
        };
        match (moment.earliest.map(local), moment.latest.map(local)) {
            (Some(earliest), Some(latest)) if earliest == latest => earliest,
            (Some(earliest), Some(latest)) => format!("between {earliest} and {latest}"),
            (Some(earliest), None) => format!("{earliest} at the earliest, if at all"),
            _ => "not yet".to_owned(),
        }
    }
}
