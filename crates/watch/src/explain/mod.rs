//! Why an instance has the statuses it has, down to the words of each source.
//!
//! Invariant: an explanation is made from the same question, the same evidence and the same functions as the verdict, which
//! is computed once.

pub(crate) mod lines;
mod missing;
mod names;
mod window;

use fusion::Fused;
use model::{
    Id, Instant, Period,
    agreement::{Agreement, Provision, Rule},
    answer::InstanceAnswer,
};
use serde::Serialize;

pub use lines::{Line, Silence};
pub(crate) use names::{choose, no_provision, not_computed};

use crate::{
    Watch,
    bearing::Bearing,
    verdict::{Question, UnknownReading},
};
use lines::Lists;

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
    /// Whether its set is known to be the smallest that is right.
    pub exact: bool,
    /// How its window arose, in words.
    pub window_arose: String,
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
    #[error("“{provision}” has no instance “{asked}” at that instant: {known}")]
    Instance {
        /// The provision.
        provision: String,
        /// What was asked for.
        asked: String,
        /// What may be meant, and what there is.
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
        let bearing = Bearing::of(self, question, provision)?;
        let answer = bearing.answer(bearing.known())?;
        let own = bearing.own(&answer)?;
        let chosen = choose(&own, instance)?;
        let rule = bearing.rule();
        let agreement = &bearing.agreement;
        let (window, lists) = evidence(self, &bearing, &chosen);
        let mut missing = missing::missing(&chosen);
        missing.extend(missing::unseen(self, &bearing, &window));
        Ok(Explanation {
            provision: rule.id.clone(),
            label: rule.label.clone(),
            clause: rule.clause.clone(),
            text: rule.text.clone(),
            line: rule.line,
            rule: language::rule_in_words(agreement, rule),
            at: bearing.at(),
            known_at: bearing.known(),
            standard: question.standard.to_string(),
            reading: question.reading.clone().unwrap_or_else(|| "text".to_owned()),
            exact: own.exact,
            window_arose: window::arose(agreement, rule, &chosen, &answer),
            counted: lists.counted,
            possible: lists.possible,
            aside: lists.aside,
            silences: lists.silences,
            missing,
            assumptions: chosen.assumptions.clone(),
            instance: chosen,
        })
    }
}

/// What became of the evidence about an instance, and the time that it looks at.
pub(crate) fn evidence(watch: &Watch, bearing: &Bearing<'_>, instance: &InstanceAnswer) -> (Period, Lists) {
    let (agreement, rule, known) = (&bearing.agreement, bearing.rule(), bearing.known());
    let decided = watch.decided(&bearing.question);
    let claims = fusion::figures(agreement, &decided);
    let standard = &bearing.question.standard;
    let fused = Fused::new(agreement, &watch.grounds, &watch.sources, &claims, standard, known);
    let window = seen(rule, instance, agreement, bearing.at());
    let lists = Lists::of(watch, &fused.with_decisions(&watch.decisions), rule, &window, known);
    (window, lists)
}

/// The time that an instance looks at: a period's own, else everything from entry into force to the instant asked about.
fn seen(provision: &Provision, instance: &InstanceAnswer, agreement: &Agreement, at: Instant) -> Period {
    let whole = Period { first: agreement.in_force, last: at.max(agreement.in_force) };
    match (&provision.rule, instance.window.from, instance.window.to) {
        (Rule::Periodic { .. }, Some(from), Some(to)) => Period::half_open(from, to).unwrap_or(whole),
        _ => whole,
    }
}
