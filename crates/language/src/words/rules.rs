//! A provision's rule as one sentence.
//!
//! Invariant: every field of the rule is in the sentence, or is the usual and says nothing.

use model::{
    Amount, Id,
    agreement::{
        Action, Agreement, Binding, Condition, CountedOn, Cycle, Matching, Measure, Provision, Quiet,
        Required, Rule, Share, Side, Spread, Step,
    },
    vocabulary,
};

use super::{Words, amount_of, capital, length_in_words, listed, plain, spaced};

/// What the provision demands, in one sentence.
#[must_use]
pub fn rule_in_words(agreement: &Agreement, provision: &Provision) -> String {
    let words = Words { agreement };
    let who = words.bearers(&provision.bearers, provision.binding);
    let manner = words.manner(provision);
    let mut sentence = match &provision.rule {
        Rule::Once { action, required, due, not_before } => {
            let demand = words.demand(action, *required, &manner);
            let mut sentence = format!("{who} {demand}{}", words.due(due));
            if let Some(condition) = not_before {
                sentence += &format!(", not before {}", words.instant(condition));
            }
            sentence
        }
        Rule::Schedule { action, steps, not_before } => {
            let mut sentence = format!("{who} {}", words.schedule(action, steps, &manner));
            if let Some(condition) = not_before {
                sentence += &format!(", not before {}", words.instant(condition));
            }
            sentence
        }
        Rule::Periodic { action, required, shares, disjoint, cycle, pro_rata, spread } => {
            let demand = words.demand(action, *required, &manner);
            let mut sentence = format!("{who} {demand} {}", words.cycle(cycle));
            sentence += &words.shares(shares, action, *disjoint);
            if *pro_rata {
                let part =
                    if *cycle == Cycle::Day { "part-days at the ends" } else { "part-periods at the ends" };
                sentence += &format!(", {part} in proportion");
            }
            sentence + &spread_in_words(spread)
        }
        Rule::Exchange {
            trigger,
            every,
            action,
            required,
            shares,
            disjoint,
            within,
            afterwards,
            matching,
            counted_on,
        } => {
            let mut sentence = match matching {
                Matching::InOrder => words.in_order(trigger, *every, &who, action, *required),
                Matching::SameReference => words.by_reference(trigger, &who, action),
            };
            if let Some(length) = within {
                let answered = super::noun(&trigger.act);
                sentence += &format!(" within {} after that {answered}", length_in_words(*length));
            }
            sentence += &words.shares(shares, action, *disjoint);
            if *counted_on == CountedOn::Identification {
                sentence += ", counted on identification";
            }
            sentence + if *afterwards { ", and not before it" } else { "" }
        }
        Rule::Prohibition { action } => format!("{who} must not {}", words.deed(action, &plain(&action.act))),
        Rule::State { item, own, required, belonging, place, from, until, quiet } => {
            let mut sentence = format!(
                "{who} {}",
                words.keep(item, *own, required.as_ref(), belonging.as_deref(), place.as_ref())
            );
            if let Some(quiet) = quiet {
                sentence += &words.quiet(quiet);
            }
            if *from != Condition::InForce {
                sentence += &format!(" from {}", words.instant(from));
            }
            if let Some(until) = until {
                sentence += &format!(" until {}", words.instant(until));
            }
            sentence
        }
        Rule::Answerable { action, for_result } => {
            let is = if provision.bearers.len() > 1 { "are" } else { "is" };
            let duty = if *for_result {
                format!("{is} answerable for")
            } else {
                "must take all feasible steps to prevent".into()
            };
            format!("{who} {duty} any {}", words.deed_of(action))
        }
    };
    if let Some(stage) = stage_of(&provision.rule) {
        sentence += &format!(", counted when {stage}");
    }
    let under = provision.rule.action().map(|action| action.under.as_slice()).unwrap_or_default();
    if !under.is_empty() {
        let those: Vec<_> = under.iter().map(|id| format!("“{}”", words.provision(id))).collect();
        sentence += &format!(", only those of {}", listed(&those, "and"));
    }
    if provision.while_ != Condition::InForce {
        sentence += &format!(", while {}", words.condition(&provision.while_));
    }
    for exception in &provision.exceptions {
        sentence += &words.exception(exception, &provision.rule);
    }
    capital(&(sentence + &words.terms(provision))) + "."
}

impl Words<'_> {
    /// Who is bound.
    pub(crate) fn bearers(&self, ids: &[Id], binding: Binding) -> String {
        let labels: Vec<_> = ids.iter().map(|id| self.agreement.label(id).to_owned()).collect();
        match (binding, labels.as_slice()) {
            (Binding::Unstated, _) => "an unstated bearer".to_owned(),
            (Binding::AtLeast(count), _) => format!("at least {count} of {}", listed(&labels, "and")),
            (_, [one]) => one.clone(),
            (Binding::Each, _) => format!("each of {}", listed(&labels, "and")),
            (Binding::Together, _) => format!("{} together", listed(&labels, "and")),
            (Binding::Either, _) => format!("either {} alone", listed(&labels, "or")),
        }
    }

    fn demand(&self, action: &Action, required: Required, manner: &str) -> String {
        let act = format!("{manner}{}", plain(&action.act));
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
        item.is_some_and(|item| {
            vocabulary::items().any(|term| term.uncounted && self.agreement.is(item, &term.id))
        })
    }

    fn schedule(&self, action: &Action, steps: &[Step], manner: &str) -> String {
        let act = format!("{manner}{}", plain(&action.act));
        if let ([Step { measure, in_all, due }], false) =
            (steps, steps.iter().any(|s| matches!(s.measure, Measure::Share(..))))
        {
            let more = if *in_all { "" } else { " more" };
            let amount = self.measure(measure, Some(action));
            return format!("must {act} {amount}{more}{}{}", self.whereto(action), self.due(due));
        }
        let steps = steps.iter().map(|step| self.step(step)).collect::<Vec<_>>().join("; ");
        format!("must {}: {steps}", self.deed(action, &act))
    }

    /// `at least 7 in all by the end of 2026-01-08`.
    pub(crate) fn step(&self, step: &Step) -> String {
        let more = if step.in_all { "in all" } else { "more" };
        format!("{} {more}{}", self.measure(&step.measure, None), self.due(&step.due))
    }

    /// An amount, with what is counted where `action` is given.
    pub(crate) fn measure(&self, measure: &Measure, action: Option<&Action>) -> String {
        let counted = |amount| action.map(|action| self.counted(action, amount)).unwrap_or_default();
        match measure {
            Measure::Plain(required) => format!("{}{}", floor(*required), counted(amount_of(*required))),
            Measure::Between(low, high) => format!("between {low} and {high}{}", counted(*high)),
            Measure::Share(required, baseline) => {
                let found = self.agreement.baselines.iter().find(|b| b.id == *baseline);
                let label = found.map_or(spaced(baseline), |b| b.label.clone());
                format!("{} % of {label}", floor(*required))
            }
            Measure::Value(value) => {
                let found = self.agreement.values.iter().find(|v| v.id == *value);
                let label = found.map_or(spaced(value), |v| v.label.clone());
                format!("at least “{label}”{}", counted(Amount::whole(2)))
            }
        }
    }

    fn shares(&self, shares: &[Share], whole: &Action, disjoint: bool) -> String {
        let each = shares
            .iter()
            .map(|share| format!(", of these {}", self.share(&share.action, whole, share.required)));
        let parts = each.collect::<String>();
        if disjoint { parts + ", no one counting for two parts" } else { parts }
    }

    pub(crate) fn share(&self, action: &Action, whole: &Action, required: Required) -> String {
        let item =
            if action.item == whole.item { String::new() } else { self.counted(action, amount_of(required)) };
        let place = Action {
            place: action.place.clone().filter(|place| Some(place) != whole.place.as_ref()),
            to: action.to.clone().filter(|to| Some(to) != whole.to.as_ref()),
            ..action.clone()
        };
        format!("{}{item}{}", floor(required), self.whereto(&place))
    }

    pub(crate) fn cycle(&self, cycle: &Cycle) -> String {
        match cycle {
            Cycle::Day => "each day".to_owned(),
            Cycle::Months(1) => "each month".to_owned(),
            Cycle::Months(3) => "each quarter of the calendar".to_owned(),
            Cycle::Months(12) => "each year of the calendar".to_owned(),
            Cycle::Months(months) => format!("each {months} months"),
            Cycle::Week(start) => format!("each week starting {start:?}"),
            Cycle::Days(days, from) => {
                let when =
                    if matches!(from, Condition::Performed(_) | Condition::Deed(..)) { "when " } else { "" };
                format!("each {days} days from {when}{}", self.instant(from))
            }
            Cycle::Term(phase) => format!("each term of {}", self.phase(phase)),
        }
    }

    fn in_order(
        &self,
        trigger: &Action,
        every: Amount,
        who: &str,
        action: &Action,
        required: Amount,
    ) -> String {
        format!(
            "for every {every}{} that {} {}{}, {who} must {} {required}{}{}",
            self.counted(trigger, every),
            self.doers(&trigger.by, "any of ", "and"),
            self.third(trigger),
            self.whereto(trigger),
            plain(&action.act),
            self.counted(action, required),
            self.whereto(action),
        )
    }

    fn by_reference(&self, trigger: &Action, who: &str, action: &Action) -> String {
        format!(
            "for every single{} that {} {}{}, {who} must {}{} the same{}{}",
            self.counted(trigger, Amount::whole(1)),
            self.doers(&trigger.by, "any of ", "and"),
            self.third(trigger),
            self.whereto(trigger),
            plain(&action.act),
            if action.act == "respond" { " to" } else { "" },
            self.counted(action, Amount::whole(1)),
            self.whereto(action),
        )
    }

    pub(crate) fn third(&self, action: &Action) -> String {
        vocabulary::act(&action.act).map_or(action.act.clone(), |act| spaced(&act.third))
    }

    fn keep(
        &self,
        item: &Id,
        own: bool,
        required: Option<&Measure>,
        belonging: Option<&str>,
        place: Option<&(Side, Id)>,
    ) -> String {
        let many = self.item(item, Amount::whole(2));
        let whose = if own { "its own " } else { "" };
        let of = belonging.map(|member| format!(" of {}", self.place(member))).unwrap_or_default();
        let what = match required {
            Some(measure) => format!("{} {whose}{many}{of}", self.measure(measure, None)),
            None if own => format!("{whose}{many}{of}"),
            None => format!("all {many}{of}"),
        };
        let Some((side, place)) = place else { return format!("must keep {what}") };
        let side = match (side, required) {
            (Side::In, _) => "in",
            // A ceiling is on those who are outside; a duty to keep out is on all.
            (Side::OutOf, Some(_)) => "outside",
            (Side::OutOf, None) => "out of",
            (Side::FromOver, _) => "from over",
        };
        format!("must keep {what} {side} {}", self.place(place))
    }

    fn quiet(&self, quiet: &Quiet) -> String {
        let hours = |length| {
            let words = length_in_words(length);
            match (quiet.consecutive, words.split_once(' ')) {
                (true, Some((number, unit))) => format!("{number} consecutive {unit}"),
                _ => format!("{words} in all"),
            }
        };
        let mut words = format!(" for {} in each day", hours(quiet.length));
        for (length, condition) in &quiet.instead {
            words += &format!(", {} instead on days when {}", hours(*length), self.condition(condition));
        }
        words
    }

    /// `attack by Hezbollah on Israel`.
    pub(super) fn deed_of(&self, action: &Action) -> String {
        let by = self.doers(&action.by, "", "or");
        let to = action.to.as_ref().map(|to| self.agreement.label(to).to_owned());
        let on = to.or_else(|| action.item.as_ref().map(|item| self.item(item, Amount::whole(2))));
        let on = on.map(|on| format!(" on {on}")).unwrap_or_default();
        let place = Action { to: None, ..action.clone() };
        format!("{} by {by}{on}{}", super::noun(&action.act), self.whereto(&place))
    }
}

fn floor(required: Required) -> String {
    match required {
        Required::AtLeast(amount) => format!("at least {amount}"),
        Required::AtMost(amount) => format!("at most {amount}"),
        Required::Exactly(amount) => format!("exactly {amount}"),
    }
}

pub(crate) fn spread_in_words(spread: &Spread) -> String {
    let short = |is: bool| match is {
        true => ", a short day being a breach by itself",
        false => ", a short day being no breach by itself",
    };
    match spread {
        Spread::Alone => String::new(),
        Spread::Block { days, short_is_breach } => {
            format!(", on average over each block of {days} days{}", short(*short_is_breach))
        }
        Spread::Sliding { days, short_is_breach } => {
            format!(", on average over any {days} consecutive days{}", short(*short_is_breach))
        }
        Spread::MadeUp(length) => {
            format!(
                ", a shortfall made up within {} after the period being no breach",
                length_in_words(*length)
            )
        }
        Spread::CarriesOver => ", a shortfall being carried over".to_owned(),
    }
}

fn stage_of(rule: &Rule) -> Option<&Id> {
    match rule {
        Rule::Prohibition { .. } | Rule::Answerable { .. } => None,
        rule => rule.action().and_then(|action| action.stage.as_ref()),
    }
}
