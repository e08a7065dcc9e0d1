//! The application: opens a watch, joins language, evidence and engine; what the command line and the server both call.
//!
//! Invariant: everything that touches a file is in [`files`]; a verdict is [`verdict::evaluate`] and nothing else.

pub mod explain;
pub mod files;
pub mod verdict;

pub use explain::{Explanation, NoExplanation};
pub use files::{Paths, Problems, Watch};
pub use verdict::{Inputs, Question, UnknownReading, evaluate};

impl Watch {
    /// What its verdicts are computed from.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs { agreement: &self.agreement, grounds: &self.grounds, sources: &self.sources, claims: &self.claims }
    }

    /// Answers a question about it.
    ///
    /// # Errors
    /// When the question names a reading that the agreement does not have.
    pub fn evaluate(&self, question: &Question) -> Result<model::answer::Answer, UnknownReading> {
        let mut answer = evaluate(&self.inputs(), question)?;
        answer.agreement.sha256.clone_from(&self.sha256);
        answer.claims.clone_from(&self.read);
        Ok(answer)
    }
}
