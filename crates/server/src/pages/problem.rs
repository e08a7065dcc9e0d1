//! Pages that are not what was asked for: they say what is wrong, keep what was typed, and lead on.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::{Page, Refusal};
use crate::{
    layout::{Shell, shell},
    locale::{Value, bdi},
};

/// A value in the question bar that cannot be read: told in place.
#[must_use]
pub fn typed(page: &Page<'_>) -> Refusal {
    let say = page.say;
    Refusal {
        status: StatusCode::BAD_REQUEST,
        title: say.text("refused-title"),
        body: html! {
            p { (say.say("refused-body")) }
            ul.plain {
                @for (field, words) in &page.ask.problems {
                    li { a href={ "#q-" (field) } { (words) } }
                }
            }
        },
    }
}

/// An address that leads to no page.
#[must_use]
pub fn nowhere(page: &Page<'_>) -> Refusal {
    Refusal { status: StatusCode::NOT_FOUND, title: page.say.text("nowhere-title"), body: provisions(page) }
}

/// Nothing of that name in the watch.
#[must_use]
pub fn unknown(page: &Page<'_>, key: &str, asked: &str, body: Markup) -> Refusal {
    let title = page.say.text_with(key, &[("asked", Value::from(asked))]);
    Refusal { status: StatusCode::NOT_FOUND, title, body }
}

/// Where one may have meant to go.
#[must_use]
pub fn provisions(page: &Page<'_>) -> Markup {
    html! {
        p { (page.say.say("nowhere-body")) }
        ul.plain {
            li { a href=(page.link("/")) { (page.say.say("nav-overview")) } }
            @for provision in &page.watch().agreement.provisions {
                li {
                    a href=(page.link(&page.provision_path(&provision.id))) {
                        (bdi(page.provision_name(&provision.id)))
                    }
                }
            }
        }
    }
}

/// The page of a refusal.
#[must_use]
pub fn page(page: &Page<'_>, refusal: &Refusal) -> Markup {
    let body = html! {
        div.refusal role="alert" {
            h1 { (refusal.title) }
            (refusal.body)
        }
    };
    shell(page, &Shell { title: &refusal.title, standing: None, section: "", body })
}
