//! Why an instance has the statuses it has, down to the words of each source.
//!
//! Invariant: an explanation is made from the same question, the same evidence and the same functions as the verdict; every
//! live claim with the act asked about is in exactly one of its lists.

use fusion::{Considered, Fused, Use};
use language::near;
use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Agreement, Provision, Rule},
    answer::{InstanceAnswer, ProvisionAnswer},
    claim::Claim,
    source::Source,
};
use serde::Serialize;

use crate::{
    Watch,
    verdict::{Question, UnknownReading, instants, read_as},
};

/// A claim in an explanation.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The claim.
    pub claim: Id,
    /// Who speaks.
    pub source: Id,
    /// Its name.
    pub source_label: String,
    /// What the claim bounds: `performance`, `trigger` or the words of a share.
    pub bears_on: String,
    /// Least and greatest amount, as stated.
    pub amount: model::amount::Range,
    /// When it may have happened, or the period summed.
    pub occurred: String,
    /// When it became known.
    pub known_at: Instant,
    /// The words that we have for it.
    pub note: String,
    /// Why it proves nothing or is not used; empty for one that counts.
    pub reason: String,
}

/// A source whose silence counts.
#[derive(Clone, Debug, Serialize)]
pub struct Silence {
    /// Who is silent.
    pub source: Id,
    /// Its name.
    pub source_label: String,
    /// About what.
    pub bears_on: String,
    /// When.
    pub during: String,
    /// On what ground it is said to cover.
    pub basis: String,
    /// Which parties accept that it covers; where none does, this is an assumption.
    pub accepted_by: Vec<Id>,
}

/// An instance, explained.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The provision.
    pub provision: Id,
    /// Its name.
    pub label: String,
    /// Where in the text.
    pub clause: String,
    /// What it says, as written.
    pub text: String,
    /// The line of the agreement's file.
    pub line: usize,
    /// The rule in words.
    pub rule: String,
    /// As asked.
    pub at: Instant,
    /// As asked.
    pub known_at: Instant,
    /// As asked.
    pub standard: String,
    /// As asked.
    pub reading: String,
    /// The instance.
    pub instance: InstanceAnswer,
    /// Claims that count.
    pub counted: Vec<Line>,
    /// Claims that leave room and prove nothing.
    pub possible: Vec<Line>,
    /// Claims about the act that are not used, each with its one reason.
    pub aside: Vec<Line>,
    /// Sources whose silence counts.
    pub silences: Vec<Silence>,
    /// What is missing, in words.
    pub missing: Vec<String>,
    /// What was assumed where the text is silent.
    pub assumptions: Vec<String>,
}

/// Why there is no explanation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoExplanation {
    /// No provision of that name.
    #[error("the agreement has no provision “{asked}”{instead}")]
    Provision {
        /// What was asked for.
        asked: String,
        /// What it is instead, and those that may be meant or else what there is.
        instead: String,
    },
    /// No instance of that key.
    #[error("“{provision}” has no instance “{asked}” at that instant: it has {known}")]
    Instance {
        /// The provision.
        provision: String,
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The provision is not computed.
    #[error("{0}")]
    NotComputed(String),
    /// No reading of that name.
    #[error(transparent)]
    Reading(#[from] UnknownReading),
}

impl Watch {
    /// Explains one instance; the last one where none is named.
    ///
    /// # Errors
    /// For names that the agreement does not have, and provisions that are not computed.
    pub fn explain(
        &self,
        question: &Question,
        provision: &str,
        instance: Option<&str>,
    ) -> Result<Explanation, NoExplanation> {
        let agreement = read_as(&self.agreement, question.reading.as_deref())?;
        let found = agreement.provisions.iter().find(|p| p.id == provision);
        let rule = found.ok_or_else(|| no_provision(&agreement, provision))?;
        let answer = self.evaluate(question)?;
        let all = answer.provisions.iter().find(|p| p.id == provision);
        if all.is_some_and(|p| !p.computed) {
            let why = answer.findings.iter().find(|f| f.kind == "not_computed" && f.on == provision);
            let why = why.map(|finding| format!(": {}", finding.detail)).unwrap_or_default();
            let rule = language::rule_in_words(&agreement, rule);
            return Err(NoExplanation::NotComputed(format!(
                "“{provision}” is not computed{why}. It says: {rule}"
            )));
        }
        let chosen = all.and_then(|p| choose(p, instance)).ok_or_else(|| NoExplanation::Instance {
            provision: provision.to_owned(),
            asked: instance.unwrap_or("(the last)").to_owned(),
            known: join(all.into_iter().flat_map(|p| p.instances.iter().map(|i| i.key.clone()))),
        })?;
        let (at, known_at) = instants(question, &self.inputs());
        let claims = self.decided(question);
        let claims = fusion::figures(&agreement, &claims);
        let fused =
            Fused::new(&agreement, &self.grounds, &self.sources, &claims, &question.standard, known_at)
                .with_decisions(&self.decisions);
        let window = seen(rule, &chosen, &agreement, at);
        let lists = Lists::of(self, &fused, rule, &window, known_at);
        Ok(Explanation {
            provision: rule.id.clone(),
            label: rule.label.clone(),
            clause: rule.clause.clone(),
            text: rule.text.clone(),
            line: rule.line,
            rule: language::rule_in_words(&agreement, rule),
            at,
            known_at,
            standard: answer.standard.clone(),
            reading: answer.reading.clone(),
            counted: lists.counted,
            possible: lists.possible,
            aside: lists.aside,
            silences: lists.silences,
            missing: missing(&chosen),
            assumptions: chosen.assumptions.clone(),
            instance: chosen,
        })
    }
}

fn no_provision(agreement: &Agreement, asked: &str) -> NoExplanation {
    let names = agreement.provisions.iter().map(|p| p.id.as_str());
    let meant = near::did_you_mean(&near::offers(asked, names.clone()));
    let meant = meant.unwrap_or_else(|| format!("it has {}", join(names.map(str::to_owned))));
    let other = match () {
        () if agreement.phases.iter().any(|phase| phase.id == asked) => ", which is a phase",
        () if agreement.milestones.iter().any(|milestone| milestone.id == asked) => ", which is a milestone",
        () => "",
    };
    NoExplanation::Provision { asked: asked.to_owned(), instead: format!("{other}: {meant}") }
}

fn join(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.len() {
        0 => "none".to_owned(),
        1..=12 => names.join(", "),
        many => format!("{} … {} ({many} in all)", names[..6].join(", "), names[many - 1]),
    }
}

fn choose(provision: &ProvisionAnswer, instance: Option<&str>) -> Option<InstanceAnswer> {
    match instance {
        Some(key) => provision.instances.iter().find(|i| i.key == key).cloned(),
        None => provision.instances.last().cloned(),
    }
}

/// The kinds of deed that a provision asks about, each with what it is to the provision.
fn patterns(rule: &Rule) -> Vec<(String, &Action)> {
    match rule {
        Rule::Once { action, .. } | Rule::Schedule { action, .. } => vec![("performance".to_owned(), action)],
        Rule::Prohibition { action } | Rule::Answerable { action, .. } => {
            vec![("violation".to_owned(), action)]
        }
        Rule::State { .. } => Vec::new(),
        Rule::Exchange { trigger, action, .. } => {
            vec![("trigger".to_owned(), trigger), ("performance".to_owned(), action)]
        }
        Rule::Periodic { action, shares, .. } => {
            let whole = [("performance".to_owned(), action)];
            whole.into_iter().chain(shares.iter().map(|s| (s.label.clone(), &s.action))).collect()
        }
    }
}

#[derive(Default)]
struct Lists {
    counted: Vec<Line>,
    possible: Vec<Line>,
    aside: Vec<Line>,
    silences: Vec<Silence>,
}

impl Lists {
    fn of(watch: &Watch, fused: &Fused<'_>, provision: &Provision, window: &Period, known: Instant) -> Lists {
        let mut lists = Lists::default();
        for (bears_on, action) in patterns(&provision.rule) {
            let role = role(provision, &bears_on, action);
            let mut own = action.clone();
            if own.by.is_empty() {
                own.by.clone_from(&provision.bearers);
            }
            for Considered { claim, used } in fused.considered(&own, role) {
                let Some(claim) = watch.claim(&claim).filter(|c| meets(c, window)) else { continue };
                match used {
                    Use::Counted => lists.counted.push(line(watch, claim, &bears_on, "")),
                    Use::Possible(why) => lists.possible.push(line(watch, claim, &bears_on, &why)),
                    Use::Aside(why) => lists.aside.push(line(watch, claim, &bears_on, &why)),
                }
            }
            lists.silences.extend(silences(watch, fused, &own, role, &bears_on, window));
            lists.superseded(watch, &own, &bears_on, window, known);
        }
        lists
    }

    /// Claims about the act that were corrected or withdrawn, with what took their place.
    fn superseded(
        &mut self,
        watch: &Watch,
        action: &Action,
        bears_on: &str,
        window: &Period,
        known: Instant,
    ) {
        for (dead, by) in fusion::superseded(&watch.claims, &watch.sources, known) {
            let claim =
                watch.claim(&dead).filter(|c| meets(c, window) && c.act.as_deref() == Some(&action.act));
            if let Some(claim) = claim {
                let when = watch.claim(&by).map_or_else(String::new, |c| format!(", known {}", c.known_at));
                self.aside.push(line(
                    watch,
                    claim,
                    bears_on,
                    &format!("replaced or withdrawn by {by}{when}"),
                ));
            }
        }
    }
}

fn role<'a>(provision: &'a Provision, bears_on: &str, action: &'a Action) -> engine::Role<'a> {
    let verifiers = &provision.verified_by;
    match provision.rule {
        Rule::Prohibition { .. } => {
            engine::Role::forbidden(&provision.bearers, verifiers, provision.terms.counting)
        }
        _ if bears_on == "trigger" => engine::Role::Duty { bearers: &action.by, verifiers },
        _ => engine::Role::Duty { bearers: &provision.bearers, verifiers },
    }
}

/// The time that an instance looks at: a period's own, else everything from entry into force to the instant asked about.
fn seen(provision: &Provision, instance: &InstanceAnswer, agreement: &Agreement, at: Instant) -> Period {
    let whole = Period { first: agreement.in_force, last: at.max(agreement.in_force) };
    match (&provision.rule, instance.window.from, instance.window.to) {
        (Rule::Periodic { .. }, Some(from), Some(to)) => Period::half_open(from, to).unwrap_or(whole),
        _ => whole,
    }
}

fn meets(claim: &Claim, window: &Period) -> bool {
    let period = match (claim.occurred, claim.cumulative_since) {
        (Some(occurred), Some(since)) => Period::closed(since.min(occurred.first), occurred.last),
        (occurred, _) => occurred,
    };
    period.is_some_and(|period| period.meets(window))
}

fn line(watch: &Watch, claim: &Claim, bears_on: &str, reason: &str) -> Line {
    Line {
        claim: claim.id.clone(),
        source: claim.source.clone(),
        source_label: watch.source_label(&claim.source).to_owned(),
        bears_on: bears_on.to_owned(),
        amount: claim.range(),
        occurred: claim.occurred.as_ref().map_or_else(|| "no time given".to_owned(), crate::files::shown),
        known_at: claim.known_at,
        note: claim.quote.clone().or_else(|| claim.note.clone()).unwrap_or_default(),
        reason: reason.to_owned(),
    }
}

fn silences(
    watch: &Watch,
    fused: &Fused<'_>,
    action: &Action,
    role: engine::Role<'_>,
    bears_on: &str,
    window: &Period,
) -> Vec<Silence> {
    use engine::Evidence as _;
    let measure = fused.measure(action, role);
    let speaking = measure.accounts.iter().filter(|a| a.silence_alone || a.silence_counts);
    let mut silences = Vec::new();
    for account in speaking {
        let source = watch.sources.iter().find(|s| s.id == account.source);
        for period in account.silences.iter().filter_map(|p| p.and(window)) {
            silences.push(silence(source, &account.source, bears_on, &period, action));
        }
    }
    silences
}

fn silence(source: Option<&Source>, id: &Id, bears_on: &str, period: &Period, action: &Action) -> Silence {
    let of_act = |c: &&model::source::Coverage| c.acts.is_empty() || c.acts.contains(&action.act);
    let coverage = source.and_then(|s| s.covers.iter().find(of_act));
    Silence {
        source: id.clone(),
        source_label: source.map_or_else(|| id.clone(), |s| s.label.clone()),
        bears_on: bears_on.to_owned(),
        during: crate::files::shown(period),
        basis: coverage.and_then(|c| c.basis.clone()).unwrap_or_else(|| "none stated".to_owned()),
        accepted_by: coverage.map_or_else(Vec::new, |c| c.accepted_by.clone()),
    }
}

/// What would have to be shown for the duty to be performed, in words.
fn missing(instance: &InstanceAnswer) -> Vec<String> {
    let mut missing = Vec::new();
    let owed = instance.required.get("at_least").or_else(|| instance.required.get("exactly"));
    if let (Some(owed), Some(low)) = (owed, instance.amount.low) {
        if low < *owed {
            let short = *owed - low;
            let are = if short == Amount::whole(1) { "is" } else { "are" };
            missing.push(format!("{low} of {owed} certain: {short} {are} not shown"));
        }
        match instance.amount.high {
            None => missing.push("nothing accepted rules out that more was done than is reported".to_owned()),
            Some(high) if high < *owed => {
                missing.push(format!("the accepted evidence allows at most {high}: {} short", *owed - high));
            }
            Some(_) => {}
        }
    }
    for part in instance
        .of_which
        .iter()
        .filter(|part| part.status.len() != 1 || !part.status.contains(model::Status::Met))
    {
        let low = part.amount.low.unwrap_or_default();
        let high =
            part.amount.high.map_or_else(|| "no upper bound".to_owned(), |high| format!("at most {high}"));
        missing.push(format!("{}: at least {low}, {high}", part.label));
    }
    missing
}
