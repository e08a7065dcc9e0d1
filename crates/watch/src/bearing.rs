//! One provision by itself: the part of the agreement that its verdict hangs on, and the claims that can bear on it.
//!
//! Invariant: nothing that could change the provision's verdict is left out; what is left out only costs time.

use std::collections::BTreeSet;

use model::{
    Id, Instant,
    agreement::{Agreement, Provision, Rule},
    answer::{Answer, ProvisionAnswer},
    claim::{Claim, Kind},
    decision::Decision,
    vocabulary::{self, is_act},
};

use crate::{
    NoExplanation, Watch,
    explain::{no_provision, not_computed},
    verdict::{Inputs, Question, evaluate, instants, read_as},
};

/// Acts by which powers, identification and presence speak, and which no pattern names.
const UNNAMED: [&str; 9] =
    ["extend", "suspend", "resume", "terminate", "certify", "waive", "identify", "enter", "fly_over"];

/// A provision with what its verdict hangs on.
#[derive(Clone)]
pub(crate) struct Bearing<'w> {
    watch: &'w Watch,
    /// The agreement as it is read, without what has no bearing.
    pub agreement: Agreement,
    /// The parts of the agreement that have one.
    parts: BTreeSet<Id>,
    /// The provision's place among those left.
    index: usize,
    /// The question, both its instants fixed, of the agreement as it is read.
    pub question: Question,
    acts: Vec<Id>,
    items: Vec<Id>,
    baselines: bool,
}

impl<'w> Bearing<'w> {
    /// What a provision hangs on.
    ///
    /// # Errors
    /// For a provision or reading that the agreement does not have.
    pub fn of(watch: &'w Watch, question: &Question, provision: &str) -> Result<Self, NoExplanation> {
        let mut agreement = read_as(&watch.agreement, question.reading.as_deref())?;
        if !agreement.provisions.iter().any(|p| p.id == provision) {
            return Err(no_provision(&agreement, provision));
        }
        let words = certificate::cut_to(&mut agreement, provision);
        let index = agreement.provisions.iter().position(|p| p.id == provision).unwrap_or_default();
        let (at, known) = instants(question, &watch.inputs());
        let acts = words.iter().filter(|word| vocabulary::act(word).is_some()).cloned();
        let acts = acts.chain(UNNAMED.map(str::to_owned)).collect();
        let own = |word: &&Id| agreement.items.named(word).is_some();
        let items =
            words.iter().filter(|word| own(word) || vocabulary::item(word).is_some()).cloned().collect();
        Ok(Bearing {
            watch,
            index,
            question: Question { at: Some(at), known_at: Some(known), reading: None, ..question.clone() },
            acts,
            items,
            baselines: agreement.baselines.iter().any(|baseline| words.contains(&baseline.id)),
            parts: words,
            agreement,
        })
    }

    /// The same with another standard of proof.
    pub fn under(&self, standard: &model::Standard) -> Bearing<'w> {
        self.asking(Question { standard: standard.clone(), ..self.question.clone() })
    }

    /// The same at another instant.
    pub fn at_instant(&self, at: Instant) -> Bearing<'w> {
        self.asking(Question { at: Some(at), ..self.question.clone() })
    }

    fn asking(&self, question: Question) -> Bearing<'w> {
        Bearing { question, ..self.clone() }
    }

    /// The provision.
    pub fn rule(&self) -> &Provision {
        &self.agreement.provisions[self.index]
    }

    /// The instant asked about.
    pub fn at(&self) -> Instant {
        self.question.at.unwrap_or(self.agreement.in_force)
    }

    /// What is known later is not used.
    pub fn known(&self) -> Instant {
        self.question.known_at.unwrap_or(self.agreement.in_force)
    }

    /// Whether a part of the agreement has a bearing on the provision.
    pub fn hangs_on(&self, part: &str) -> bool {
        self.parts.contains(part)
    }

    /// Whether a claim can have one.
    pub fn bears(&self, claim: &Claim) -> bool {
        let unlike = matches!(claim.kind, Kind::State | Kind::Coverage | Kind::Plea);
        let counted = self.baselines && claim.kind == Kind::Tally;
        let act = |said: &Id| self.acts.iter().any(|act| is_act(said, act) || is_act(act, said));
        unlike || counted || claim.act.as_ref().is_none_or(act)
    }

    /// Whether a source can be asked about what the provision speaks of.
    pub fn covers(&self, coverage: &model::source::Coverage) -> bool {
        let act = |covered: &Id| self.acts.iter().any(|act| is_act(act, covered));
        let item = |covered: &Id| self.items.iter().any(|item| self.agreement.is(item, covered));
        (coverage.acts.is_empty() || coverage.acts.iter().any(act))
            && (coverage.items.is_empty() || coverage.items.iter().any(item))
    }

    /// The answer, with this known.
    ///
    /// # Errors
    /// None for a question that was asked before.
    pub fn answer(&self, known: Instant) -> Result<Answer, NoExplanation> {
        self.answer_with(&self.watch.decisions, known)
    }

    /// The answer as it would be with these decisions.
    ///
    /// # Errors
    /// As for [`Bearing::answer`].
    pub fn answer_with(&self, decisions: &[Decision], known: Instant) -> Result<Answer, NoExplanation> {
        let claims = fusion::decided(&self.watch.claims, decisions, known);
        self.answer_to(Inputs { claims: &claims, decisions, ..self.watch.inputs() }, known)
    }

    /// The answer as it would be with these inputs, the agreement apart; the claims are as they were decided.
    ///
    /// # Errors
    /// As for [`Bearing::answer`].
    pub fn answer_to(&self, inputs: Inputs<'_>, known: Instant) -> Result<Answer, NoExplanation> {
        let question = Question { known_at: Some(known), ..self.question.clone() };
        Ok(evaluate(&Inputs { agreement: &self.agreement, ..inputs }, &question)?)
    }

    /// The provision's part of an answer.
    ///
    /// # Errors
    /// When it is not computed.
    pub fn own(&self, answer: &Answer) -> Result<ProvisionAnswer, NoExplanation> {
        let id = &self.rule().id;
        match answer.provisions.iter().find(|p| p.id == *id) {
            Some(own) if own.computed => Ok(own.clone()),
            _ => Err(not_computed(&self.agreement, self.rule(), answer)),
        }
    }
}

/// The kinds of deed that a provision asks about, each with what it is to the provision.
pub(crate) fn patterns(rule: &Rule) -> Vec<(String, &model::agreement::Action)> {
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
