//! Agreement to words: a rule as a plain English sentence.
//!
//! Invariant: says what the agreement says and nothing that it leaves open.

use model::{
    Amount, Duration, Id,
    agreement::{Action, Agreement, Condition, Phase, PhaseEnd, Required, Where},
    vocabulary,
};

mod conditions;
mod deadlines;
mod rules;
mod terms;

pub use rules::rule_in_words;
pub(crate) use rules::spread_in_words;

/// What the condition says, as it would stand after `when`.
#[must_use]
pub fn condition_in_words(agreement: &Agreement, condition: &Condition) -> String {
    Words { agreement }.condition(condition)
}

pub(crate) struct Words<'a> {
    pub(crate) agreement: &'a Agreement,
}

impl Words<'_> {
    /// The deed without its doer, the act being in the form given.
    fn deed(&self, action: &Action, act: &str) -> String {
        let term = vocabulary::act(&action.act);
        let item = match (&action.item, &action.to, &action.place) {
            (Some(item), ..) => format!(" {}", self.item(item, Amount::whole(2))),
            (None, None, _) if vocabulary::is_act(&action.act, "attack") => " anyone".to_owned(),
            (None, None, Some((how, zone))) if term.is_some_and(|term| term.zone == Some(*how)) => {
                return format!("{act} {}", self.place(zone));
            }
            (None, Some(to), _) if term.is_some_and(|term| term.someone) => {
                let rest = self.whereto(&Action { to: None, ..action.clone() });
                return format!("{act} {}{rest}", self.agreement.label(to));
            }
            _ => String::new(),
        };
        format!("{act}{item}{}", self.whereto(action))
    }

    pub(crate) fn counted(&self, action: &Action, amount: Amount) -> String {
        action.item.as_ref().map(|item| format!(" {}", self.item(item, amount))).unwrap_or_default()
    }

    pub(crate) fn item(&self, id: &str, amount: Amount) -> String {
        let one = amount == Amount::whole(1);
        if let Some(term) = vocabulary::item(id) {
            return spaced(if one { &term.id } else { &term.plural });
        }
        let label = self.agreement.label(id);
        if one { label.to_owned() } else { plural_label(label) }
    }

    pub(crate) fn whereto(&self, action: &Action) -> String {
        let mut words = String::new();
        if let Some(to) = &action.to {
            words += &format!(" to {}", self.agreement.label(to));
        }
        if let Some((how, zone)) = &action.place {
            let preposition = match how {
                Where::In => "in",
                Where::Into
                    if matches!(
                        action.act.as_str(),
                        "withdraw" | "return" | "deploy" | "redeploy" | "transfer"
                    ) =>
                {
                    "to"
                }
                Where::Into => "into",
                Where::From => "from",
                Where::Outside => "outside",
            };
            words += &format!(" {preposition} {}", self.place(zone));
        }
        words
    }

    /// A zone, or what stands for one.
    pub(crate) fn place(&self, id: &str) -> String {
        let found = self.agreement.zones.iter().find(|zone| zone.id == id).map(|zone| zone.label.clone());
        let value =
            || self.agreement.values.iter().find(|value| value.id == id).map(|value| value.label.clone());
        let line = || self.agreement.lines.iter().find(|line| line.id == id).map(|line| line.label.clone());
        let actor = || self.agreement.actors.iter().find(|a| a.id == id).map(|a| a.label.clone());
        found.or_else(value).or_else(line).or_else(actor).unwrap_or_else(|| format!("that {}", spaced(id)))
    }

    pub(crate) fn doers(&self, ids: &[Id], several: &str, joint: &str) -> String {
        let labels: Vec<_> = ids.iter().map(|id| self.agreement.label(id).to_owned()).collect();
        match labels.as_slice() {
            [] => "anyone".to_owned(),
            [one] => one.clone(),
            _ => format!("{several}{}", listed(&labels, joint)),
        }
    }

    pub(crate) fn phase_end(&self, end: &PhaseEnd) -> String {
        match end {
            PhaseEnd::When(condition) => format!("ends when {}", self.condition(condition)),
            PhaseEnd::After(length) => format!("lasts {}", term_in_words(*length)),
            PhaseEnd::Months(1) => "lasts 1 month".to_owned(),
            PhaseEnd::Months(months) => format!("lasts {months} months"),
            PhaseEnd::Never => "has no stated end".to_owned(),
        }
    }

    /// `an attack by Hamas`.
    fn noun(&self, action: &Action) -> String {
        let act = with_article(&noun(&action.act));
        format!("{act} by {}{}", self.doers(&action.by, "", "or"), self.whereto(action))
    }
}

/// When a phase begins and ends, as it would stand after the phase's name.
#[must_use]
pub fn phase_in_words(agreement: &Agreement, phase: &Phase) -> String {
    let words = Words { agreement };
    let (begins, ends) = (words.condition(&phase.begins), words.phase_end(&phase.ends));
    let latest = phase.latest.as_ref().map(|due| format!(", at latest{}", words.due(due)));
    format!("begins when {begins}, and {ends}{}", latest.unwrap_or_default())
}

fn amount_of(required: Required) -> Amount {
    match required {
        Required::AtLeast(amount) | Required::Exactly(amount) | Required::AtMost(amount) => amount,
    }
}

/// `deceased hostages`, `trucks with aid`; a label that ends in no Latin letter, or in `s`, stays as it is.
fn plural_label(label: &str) -> String {
    let joints = [" of ", " with ", " for ", " from ", " in ", " who ", " that "];
    let head = joints.iter().filter_map(|joint| label.find(joint)).min().unwrap_or(label.len());
    let (head, tail) = label.split_at(head);
    if !head.ends_with(|last: char| last.is_ascii_alphabetic() && last != 's') {
        return label.to_owned();
    }
    let (before, last) = head.rsplit_once(' ').map_or((String::new(), head), |(b, l)| (format!("{b} "), l));
    let known = vocabulary::item(last).map(|term| term.plural.clone());
    format!("{before}{}{tail}", known.unwrap_or_else(|| format!("{last}s")))
}

fn spaced(id: &str) -> String {
    id.replace('_', " ")
}

fn plain(act: &str) -> String {
    spaced(act)
}

/// The act as a noun: `attack`, `withdrawal`.
fn noun(act: &str) -> String {
    spaced(crate::lower::noun(act))
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn listed(labels: &[String], joint: &str) -> String {
    match labels.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} {joint} {last}", first.join(", ")),
        _ => labels.concat(),
    }
}

/// A length in hours, or in minutes where it is no whole number of them: `72 hours`.
#[must_use]
pub fn length_in_words(length: Duration) -> String {
    let minutes = length.0 / 60_000_000;
    let (count, unit) = if minutes % 60 == 0 { (minutes / 60, "hour") } else { (minutes, "minute") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The length of a term, of which days are 24 hours.
pub(crate) fn term_in_words(length: Duration) -> String {
    match (length.0 / Duration::DAY.0, length.0 % Duration::DAY.0) {
        (days, 0) if days > 1 => format!("{days} days of 24 hours"),
        _ => length_in_words(length),
    }
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
