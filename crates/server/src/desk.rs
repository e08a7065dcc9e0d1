//! The watch behind the pages, and the verdicts computed from it so far.
//!
//! Invariant: a page never computes; it asks here, and what is given is what [`Watch::evaluate`] and
//! [`Watch::explain`] gave.

use std::sync::Arc;

use model::{Instant, answer::Answer};
use tokio::sync::Semaphore;
use watch::{Explanation, NoExplanation, Question, UnknownReading, Watch};

use crate::recent::Recent;

/// Answers that are kept: two for each page that is open.
const ANSWERS_KEPT_MAX: usize = 16;
/// Explanations that are kept.
const EXPLANATIONS_KEPT_MAX: usize = 64;
/// Pages that are computed at once; others wait.
const PAGES_AT_ONCE_MAX: usize = 4;

/// A question, once its instants are settled.
type Asked = (Instant, Instant, String, String);

/// The watch, and what was lately computed from it.
#[derive(Debug)]
pub struct Desk {
    /// The watch.
    pub watch: Arc<Watch>,
    /// How many pages may be computed at once.
    pub turns: Semaphore,
    answers: Recent<Asked, Answer>,
    explanations: Recent<(Asked, String, String), Explanation>,
}

impl Desk {
    /// A desk for a watch.
    #[must_use]
    pub fn new(watch: Arc<Watch>) -> Self {
        Desk {
            watch,
            turns: Semaphore::new(PAGES_AT_ONCE_MAX),
            answers: Recent::new(ANSWERS_KEPT_MAX),
            explanations: Recent::new(EXPLANATIONS_KEPT_MAX),
        }
    }

    fn asked(&self, question: &Question) -> Asked {
        let (at, known_at) = watch::verdict::instants(question, &self.watch.inputs());
        let reading = question.reading.clone().unwrap_or_else(|| "text".to_owned());
        (at, known_at, question.standard.to_string(), reading)
    }

    /// The answer to a question.
    ///
    /// # Errors
    /// When it names a reading that there is not.
    pub fn answer(&self, question: &Question) -> Result<Arc<Answer>, UnknownReading> {
        let asked = self.asked(question);
        if let Some(answer) = self.answers.get(&asked) {
            return Ok(answer);
        }
        let answer = Arc::new(self.watch.evaluate(question)?);
        self.answers.put(asked, Arc::clone(&answer));
        Ok(answer)
    }

    /// The explanation of an instance.
    ///
    /// # Errors
    /// When there is no such provision, instance or reading.
    pub fn explanation(
        &self,
        question: &Question,
        provision: &str,
        instance: &str,
    ) -> Result<Arc<Explanation>, NoExplanation> {
        let key = (self.asked(question), provision.to_owned(), instance.to_owned());
        if let Some(explanation) = self.explanations.get(&key) {
            return Ok(explanation);
        }
        let explanation = Arc::new(self.watch.explain(question, provision, Some(instance))?);
        self.explanations.put(key, Arc::clone(&explanation));
        Ok(explanation)
    }
}
