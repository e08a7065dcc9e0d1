//! The application: opens a watch, joins language, evidence and engine; what the command line and the server both call.
//!
//! Invariant: everything that touches a file is in [`files`]; a verdict is [`verdict::evaluate`] and nothing else.

mod bearing;
pub mod beside;
pub mod bundle;
pub mod certify;
pub mod change;
pub mod compare;
pub mod edits;
pub mod explain;
pub mod files;
pub mod held;
pub mod history;
pub mod monitor;
pub mod opened;
pub mod papers;
pub mod place;
pub mod taking;
pub mod verdict;
pub mod why_not;

pub use ledger;

pub use beside::{Beside, BesideDifference};
pub use explain::{Explanation, NoExplanation};
pub use files::{Paths, Problems, Watch};
pub use monitor::Monitor;
pub use opened::{Opened, Opening};
pub use verdict::{Inputs, Question, UnknownReading, evaluate};

impl Watch {
    /// What its verdicts are computed from, what was decided about claims apart.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            agreement: &self.agreement,
            grounds: &self.grounds,
            sources: &self.sources,
            claims: &self.claims,
            decisions: &self.decisions,
        }
    }

    /// Its claims as the decisions known for a question leave them.
    #[must_use]
    pub fn decided(&self, question: &Question) -> Vec<model::claim::Claim> {
        let (_, known) = verdict::instants(question, &self.inputs());
        fusion::decided(&self.claims, &self.decisions, known)
    }

    /// Whether a standard names a speaker or side that nobody here is, and who there is.
    ///
    /// # Errors
    /// A message with those that there are.
    pub fn knows(&self, standard: &model::Standard) -> Result<(), String> {
        let model::Standard::Account(who) = standard else { return Ok(()) };
        let sides = self.sources.iter().filter_map(|source| source.side.as_ref());
        let speakers = self.sources.iter().map(|s| &s.id).chain(self.claims.iter().map(|c| &c.source));
        let known: std::collections::BTreeSet<&model::Id> = sides.chain(speakers).collect();
        if known.contains(who) {
            return Ok(());
        }
        let names: Vec<&str> = known.into_iter().map(String::as_str).collect();
        Err(format!("nobody here is “{who}”: account: takes one of {}", names.join(", ")))
    }

    /// Answers a question about it.
    ///
    /// # Errors
    /// When the question names a reading that the agreement does not have.
    pub fn evaluate(&self, question: &Question) -> Result<model::answer::Answer, UnknownReading> {
        // Fixed here, so that a rejected claim does not move the instants that a question leaves open.
        let (at, known) = verdict::instants(question, &self.inputs());
        let fixed = Question { at: Some(at), known_at: Some(known), ..question.clone() };
        let claims = self.decided(&fixed);
        let mut answer = evaluate(&Inputs { claims: &claims, ..self.inputs() }, &fixed)?;
        answer.agreement.sha256.clone_from(&self.sha256);
        answer.claims.clone_from(&self.read);
        Ok(answer)
    }
}
