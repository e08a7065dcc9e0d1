//! The pages, one to a file, and what they share: the question, the language, the watch.

pub mod agreement;
pub mod claim;
pub mod explanation;
pub mod overview;
pub mod problem;
pub mod provision;

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::{Instant, answer::Answer};
use watch::{Question, Watch};

use crate::{
    ask::{Ask, segment},
    desk::Desk,
    locale::{Say, bdi, joined},
    when,
};

/// What a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Where verdicts come from.
    pub desk: &'a Desk,
    /// What is asked.
    pub ask: &'a Ask,
    /// In which language.
    pub say: Say,
    /// The page's own path.
    pub here: &'a str,
}

/// Why a page is not what was asked for.
#[derive(Debug)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    /// The heading, in words.
    pub title: String,
    /// What can be done about it.
    pub body: Markup,
}

impl Page<'_> {
    /// The watch.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.desk.watch
    }

    /// The time zone of the agreement, in which everything is shown.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.desk.watch.agreement.timezone
    }

    /// The answer to the question of the page.
    ///
    /// # Errors
    /// When it names a reading that there is not.
    pub fn answer(&self) -> Result<Arc<Answer>, Refusal> {
        self.answer_to(&self.ask.question)
    }

    /// The answer to another question.
    ///
    /// # Errors
    /// When it names a reading that there is not.
    pub fn answer_to(&self, question: &Question) -> Result<Arc<Answer>, Refusal> {
        self.desk.answer(question).map_err(|unknown| Refusal {
            status: StatusCode::BAD_REQUEST,
            title: self.say.text("refused-title"),
            body: html! { p { (self.say.only_english(&unknown.to_string())) } },
        })
    }

    /// A link within the site that asks the same.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        self.ask.link(path)
    }

    /// An instant.
    #[must_use]
    pub fn time(&self, instant: Instant) -> Markup {
        when::time(instant, self.zone(), self.say)
    }

    /// The name of someone or somewhere in the agreement.
    #[must_use]
    pub fn name(&self, id: &str) -> Markup {
        bdi(self.watch().agreement.label(id))
    }

    /// The name of a source.
    #[must_use]
    pub fn source(&self, id: &str) -> Markup {
        let label = self.watch().source_label(id);
        html! { bdi title=(id) { (label) } }
    }

    /// A link to a claim, by its identifier.
    #[must_use]
    pub fn claim(&self, id: &str) -> Markup {
        let path = format!("/claims/{}", segment(id));
        html! { a.claim href=(self.link(&path)) { bdi dir="ltr" { (id) } } }
    }

    /// The name of a provision: its label, or its identifier in words.
    #[must_use]
    pub fn provision_name(&self, id: &str) -> String {
        let label = self.watch().agreement.provisions.iter().find(|p| p.id == id).map(|p| p.label.clone());
        label.filter(|label| !label.is_empty()).unwrap_or_else(|| in_words(id))
    }

    /// A link to a provision, by its name.
    #[must_use]
    pub fn provision_link(&self, id: &str) -> Markup {
        html! { a href=(self.link(&self.provision_path(id))) { (bdi(self.provision_name(id))) } }
    }

    /// The names of several in the agreement.
    #[must_use]
    pub fn names(&self, ids: &[String]) -> Markup {
        joined(ids.iter().map(|id| self.name(id)), &self.say.text("list-comma"))
    }

    /// The path of a provision's page.
    #[must_use]
    pub fn provision_path(&self, id: &str) -> String {
        format!("/provisions/{}", segment(id))
    }

    /// The path of an instance's page.
    #[must_use]
    pub fn instance_path(&self, id: &str, key: &str) -> String {
        format!("/provisions/{}/{}", segment(id), segment(key))
    }
}

/// `living_hostages` as “Living hostages”.
#[must_use]
pub fn in_words(id: &str) -> String {
    let words = id.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
