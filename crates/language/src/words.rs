//! Agreement to words: a rule as a plain English sentence.
//!
//! Invariant: says what the agreement says and nothing that it leaves open.

use model::{
    Amount, Duration, Id, Instant,
    agreement::{Action, Agreement, Condition, Due, Exception, PhaseEnd, Provision, Required, Rule, Where},
    vocabulary,
};

use crate::{lower::ordinal, names::UNCOUNTED};

/// What the provision demands, in one sentence.
#[must_use]
pub fn rule_in_words(agreement: &Agreement, provision: &Provision) -> String {
    let words = Words { agreement };
    let who = words.doers(&provision.bearers, "each of ", "and");
    let mut sentence = match &provision.rule {
        Rule::Once { action, required, due, not_before } => {
            let mut sentence = format!("{who} {}{}", words.demand(action, *required), words.due(due));
            if let Some(condition) = not_before {
                sentence += &format!(", not before {}", words.instant(condition));
            }
            sentence
        }
        Rule::Daily { action, required, shares, pro_rata } => {
            let mut sentence = format!("{who} {} each day", words.demand(action, *required));
            for share in shares {
                sentence += &format!(", of these {}", words.share(&share.action, action, share.required));
            }
            if *pro_rata {
                sentence += ", part-days in proportion";
            }
            sentence
        }
        Rule::Exchange { trigger, every, action, required, within, afterwards } => {
            let mut sentence = words.exchange(trigger, *every, &who, action, *required);
            if let Some(length) = within {
                sentence +=
                    &format!(" within {} after that {}", length_in_words(*length), plain(&trigger.act));
            }
            sentence + if *afterwards { ", and not before it" } else { "" }
        }
        Rule::Prohibition { action } => format!("{who} must not {}", words.deed(action, &plain(&action.act))),
    };
    if let Some(stage) = stage_of(&provision.rule) {
        sentence += &format!(", counted when {stage}");
    }
    if provision.while_ != Condition::InForce {
        sentence += &format!(", while {}", words.condition(&provision.while_));
    }
    for exception in &provision.exceptions {
        sentence += &words.exception(exception, &provision.rule);
    }
    capital(&sentence) + "."
}

/// What the condition says, as it would stand after `when`.
#[must_use]
pub fn condition_in_words(agreement: &Agreement, condition: &Condition) -> String {
    Words { agreement }.condition(condition)
}

struct Words<'a> {
    agreement: &'a Agreement,
}

impl Words<'_> {
    fn demand(&self, action: &Action, required: Required) -> String {
        let act = plain(&action.act);
        let (must, amount) = match required {
            Required::AtMost(amount) => ("must not", format!("more than {amount}")),
            Required::Exactly(amount) => ("must", format!("exactly {amount}")),
            // The one deed of a duty that names no item needs no number.
            Required::AtLeast(_) if action.item.is_none() => {
                return format!("must {}", self.deed(action, &act));
            }
            Required::AtLeast(amount) => ("must", format!("at least {amount}")),
        };
        if required == Required::AtLeast(Amount::whole(1)) && self.is_uncounted(action) {
            return format!("must {}", self.deed(action, &act));
        }
        format!("{must} {act} {amount}{}{}", self.counted(action, amount_of(required)), self.whereto(action))
    }

    fn is_uncounted(&self, action: &Action) -> bool {
        let item = action.item.as_deref();
        item.is_some_and(|item| UNCOUNTED.iter().any(|uncounted| self.agreement.is(item, uncounted)))
    }

    fn share(&self, action: &Action, whole: &Action, required: Required) -> String {
        let amount = match required {
            Required::AtLeast(amount) => format!("at least {amount}"),
            Required::AtMost(amount) => format!("at most {amount}"),
            Required::Exactly(amount) => format!("exactly {amount}"),
        };
        let item =
            if action.item == whole.item { String::new() } else { self.counted(action, amount_of(required)) };
        let place = Action {
            place: action.place.clone().filter(|place| Some(place) != whole.place.as_ref()),
            to: action.to.clone().filter(|to| Some(to) != whole.to.as_ref()),
            ..action.clone()
        };
        format!("{amount}{item}{}", self.whereto(&place))
    }

    fn exchange(
        &self,
        trigger: &Action,
        every: Amount,
        who: &str,
        action: &Action,
        required: Amount,
    ) -> String {
        let third = vocabulary::act(&trigger.act).map_or(trigger.act.clone(), |act| spaced(&act.third));
        format!(
            "for every {every}{} that {} {third}{}, {who} must {} {required}{}{}",
            self.counted(trigger, every),
            self.doers(&trigger.by, "any of ", "and"),
            self.whereto(trigger),
            plain(&action.act),
            self.counted(action, required),
            self.whereto(action),
        )
    }

    /// The deed without its doer, the act being in the form given.
    fn deed(&self, action: &Action, act: &str) -> String {
        let item = match (&action.item, &action.to, action.act.as_str()) {
            (Some(item), _, _) => format!(" {}", self.item(item, Amount::whole(2))),
            (None, None, "attack") => " anyone".to_owned(),
            (None, Some(to), "attack") => {
                let rest = self.whereto(&Action { to: None, ..action.clone() });
                return format!("{act} {}{rest}", self.agreement.label(to));
            }
            _ => String::new(),
        };
        format!("{act}{item}{}", self.whereto(action))
    }

    fn counted(&self, action: &Action, amount: Amount) -> String {
        action.item.as_ref().map(|item| format!(" {}", self.item(item, amount))).unwrap_or_default()
    }

    fn item(&self, id: &str, amount: Amount) -> String {
        let one = amount == Amount::whole(1);
        if let Some(term) = vocabulary::item(id) {
            return spaced(if one { &term.id } else { &term.plural });
        }
        let label = self.agreement.label(id);
        if one { label.to_owned() } else { plural_label(label) }
    }

    fn whereto(&self, action: &Action) -> String {
        let mut words = String::new();
        if let Some(to) = &action.to {
            words += &format!(" to {}", self.agreement.label(to));
        }
        if let Some((how, zone)) = &action.place {
            let preposition = match how {
                Where::In => "in",
                Where::Into if matches!(action.act.as_str(), "withdraw" | "return" | "deploy") => "to",
                Where::Into => "into",
                Where::From => "from",
            };
            words += &format!(" {preposition} {}", self.agreement.label(zone));
        }
        words
    }

    fn doers(&self, ids: &[Id], several: &str, joint: &str) -> String {
        let labels: Vec<_> = ids.iter().map(|id| self.agreement.label(id).to_owned()).collect();
        match labels.as_slice() {
            [] => "anyone".to_owned(),
            [one] => one.clone(),
            _ => format!("{several}{}", listed(&labels, joint)),
        }
    }

    fn due(&self, due: &Due) -> String {
        match due {
            Due::Within(length, condition) => {
                format!(" within {} after {}", length_in_words(*length), self.instant(condition))
            }
            Due::By(last) => format!(" by the end of {}", last.date(&self.agreement.timezone)),
            Due::EndOfDayAfter(nth, condition) => {
                format!(
                    " by the end of the {} day after {}",
                    ordinal(i64::from(*nth)),
                    self.instant(condition)
                )
            }
            Due::Open => String::new(),
        }
    }

    fn exception(&self, exception: &Exception, rule: &Rule) -> String {
        let act = match rule {
            Rule::Prohibition { action } => plain(&action.act),
            _ => "act".to_owned(),
        };
        let by = self.doers(&exception.by, "", "or");
        let when = match &exception.when {
            Condition::InForce => String::new(),
            Condition::Recently(length, after) => {
                format!(" within {} after {}", length_in_words(*length), self.noun(after))
            }
            other => format!(" while {}", self.condition(other)),
        };
        format!(", except {} by {by}{when}", with_article(&act))
    }

    /// `an attack by Hamas`.
    fn noun(&self, action: &Action) -> String {
        let act = with_article(&plain(&action.act));
        format!("{act} by {}{}", self.doers(&action.by, "", "or"), self.whereto(action))
    }

    /// The condition as it stands after `after`.
    fn instant(&self, condition: &Condition) -> String {
        match condition {
            Condition::InForce => "entry into force".to_owned(),
            Condition::From(instant) => self.moment(*instant),
            Condition::Milestone(id) => format!("“{}”", self.milestone(id)),
            Condition::Performed(id) => format!("“{}” is performed", self.provision(id)),
            Condition::PhaseBegun(id) => format!("the beginning of {}", self.phase(id)),
            Condition::PhaseEnded(id) => format!("the end of {}", self.phase(id)),
            other => self.condition(other),
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let each = |all: &[Condition]| all.iter().map(|c| self.nested(c)).collect::<Vec<_>>();
        match condition {
            Condition::InForce => "the agreement is in force".to_owned(),
            Condition::From(instant) => format!("it is {} or later", self.moment(*instant)),
            Condition::Milestone(id) => format!("“{}” has been reached", self.milestone(id)),
            Condition::Performed(id) => format!("“{}” has been performed", self.provision(id)),
            Condition::PerformedInTime(id) => format!("“{}” has been performed in time", self.provision(id)),
            Condition::Breached(id) => format!("“{}” has been breached", self.provision(id)),
            Condition::PhaseBegun(id) => format!("{} has begun", self.phase(id)),
            Condition::PhaseEnded(id) => format!("{} has ended", self.phase(id)),
            Condition::During(id) => format!("{} lasts", self.phase(id)),
            Condition::Deed(action) => {
                let past = vocabulary::act(&action.act).map_or(action.act.clone(), |act| spaced(&act.past));
                format!("{} {}", self.doers(&action.by, "", "or"), self.deed(action, &past))
            }
            Condition::Recently(length, action) => {
                format!("no more than {} have passed since {}", length_in_words(*length), self.noun(action))
            }
            Condition::All(all) => each(all).join(" and "),
            Condition::Any(any) => each(any).join(" or "),
            Condition::AtLeast(count, of) => {
                format!("at least {count} of these hold: {}", each(of).join("; "))
            }
            Condition::Not(inner) => format!("it is not so that {}", self.nested(inner)),
        }
    }

    fn nested(&self, condition: &Condition) -> String {
        let joined = matches!(condition, Condition::All(_) | Condition::Any(_) | Condition::AtLeast(..));
        let words = self.condition(condition);
        if joined { format!("({words})") } else { words }
    }

    fn moment(&self, instant: Instant) -> String {
        let zoned = instant.zoned(&self.agreement.timezone);
        format!("{} {}", zoned.date(), zoned.strftime("%H:%M"))
    }

    fn milestone(&self, id: &str) -> String {
        let found = self.agreement.milestones.iter().find(|m| m.id == id);
        found.map_or(spaced(id), |m| if m.label == id { spaced(id) } else { m.label.clone() })
    }

    fn provision(&self, id: &str) -> String {
        let found = self.agreement.provisions.iter().find(|p| p.id == id);
        found.filter(|p| !p.label.is_empty()).map_or(spaced(id), |p| p.label.clone())
    }

    fn phase(&self, id: &str) -> String {
        let found = self.agreement.phases.iter().find(|p| p.id == id);
        match found {
            Some(phase) if phase.label != id => format!("phase {} (“{}”)", spaced(id), phase.label),
            _ => format!("phase {}", spaced(id)),
        }
    }
}

/// How long a phase lasts or what ends it, as it would stand after the phase's name.
#[must_use]
pub fn phase_end_in_words(agreement: &Agreement, end: &PhaseEnd) -> String {
    match end {
        PhaseEnd::When(condition) => format!("ends when {}", condition_in_words(agreement, condition)),
        PhaseEnd::After(length) => format!("lasts {}", length_in_words(*length)),
        PhaseEnd::Never => "has no stated end".to_owned(),
    }
}

fn stage_of(rule: &Rule) -> Option<&Id> {
    match rule {
        Rule::Once { action, .. } | Rule::Daily { action, .. } | Rule::Exchange { action, .. } => {
            action.stage.as_ref()
        }
        Rule::Prohibition { .. } => None,
    }
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

fn length_in_words(length: Duration) -> String {
    let minutes = length.0 / 60_000_000;
    let (count, unit) = if minutes % 60 == 0 { (minutes / 60, "hour") } else { (minutes, "minute") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
