//! The watch as web pages: rendered here, whole without JavaScript, in English and Arabic; and the answer as
//! JSON.
//!
//! Invariant: the pages are read-only. They answer GET alone, run no script, calls nothing outside, and whatever a source
//! wrote is shown as text. A witness (`witness`) is a service of its own.

mod ask;
mod desk;
mod figures;
mod guard;
mod layout;
mod locale;
mod pages;
mod question_bar;
mod recent;
mod status;
mod table;
mod timeline;
mod when;
pub mod witness;

use std::{future::Future, io, sync::Arc};

use axum::{
    Router,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use maud::Markup;
use watch::Watch;

use crate::{
    ask::Ask,
    desk::Desk,
    pages::{Page, Refusal},
};

const STYLE: &str = include_str!("style.css");

/// Serves a watch until `shutdown` is done. Who can reach it is the listener's business.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    watch: Arc<Watch>,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(watch)).with_graceful_shutdown(shutdown).await
}

/// The pages of a watch.
pub fn router(watch: Arc<Watch>) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/provisions/{id}", get(provision))
        .route("/provisions/{id}/{instance}", get(explanation))
        .route("/claims/{id}", get(claim))
        .route("/agreement", get(agreement))
        .route("/answer.json", get(answer))
        .route("/style.css", get(style))
        .fallback(nowhere)
        .layer(middleware::from_fn(guard::guard))
        .with_state(Arc::new(Desk::new(watch)))
}

type App = State<Arc<Desk>>;

async fn overview(app: App, query: RawQuery) -> Response {
    page(app, query, "/".to_owned(), pages::overview::page).await
}

async fn provision(app: App, path: Result<Path<String>, PathRejection>, query: RawQuery) -> Response {
    let Ok(Path(id)) = path else { return nowhere(app, query).await };
    let here = format!("/provisions/{}", ask::segment(&id));
    page(app, query, here, move |page| pages::provision::page(page, &id)).await
}

async fn explanation(
    app: App,
    path: Result<Path<(String, String)>, PathRejection>,
    query: RawQuery,
) -> Response {
    let Ok(Path((id, instance))) = path else { return nowhere(app, query).await };
    let here = format!("/provisions/{}/{}", ask::segment(&id), ask::segment(&instance));
    page(app, query, here, move |page| pages::explanation::page(page, &id, &instance)).await
}

async fn claim(app: App, path: Result<Path<String>, PathRejection>, query: RawQuery) -> Response {
    let Ok(Path(id)) = path else { return nowhere(app, query).await };
    let here = format!("/claims/{}", ask::segment(&id));
    page(app, query, here, move |page| pages::claim::page(page, &id)).await
}

async fn agreement(app: App, query: RawQuery) -> Response {
    page(app, query, "/agreement".to_owned(), pages::agreement::page).await
}

async fn nowhere(app: App, query: RawQuery) -> Response {
    page(app, query, "/".to_owned(), |page| Err(pages::problem::nowhere(page))).await
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE).into_response()
}

/// Renders a page away from the threads that serve, a few at a time.
async fn page(
    State(desk): App,
    RawQuery(query): RawQuery,
    here: String,
    render: impl FnOnce(&Page<'_>) -> Result<Markup, Refusal> + Send + 'static,
) -> Response {
    let ask = Ask::of(query.as_deref().unwrap_or_default(), &desk.watch);
    let lang = ask.lang;
    let (status, markup) = in_turn(desk, move |desk| {
        let page = Page { desk, ask: &ask, say: ask.say(), here: &here };
        let rendered =
            if ask.problems.is_empty() { render(&page) } else { Err(pages::problem::typed(&page)) };
        match rendered {
            Ok(markup) => (StatusCode::OK, markup),
            Err(refusal) => (refusal.status, pages::problem::page(&page, &refusal)),
        }
    })
    .await;
    let language = [(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()))];
    (status, language, Html(markup.into_string())).into_response()
}

/// The answer as the command line gives it.
async fn answer(State(desk): App, RawQuery(query): RawQuery) -> Response {
    let ask = Ask::of(query.as_deref().unwrap_or_default(), &desk.watch);
    let (status, text) = in_turn(desk, move |desk| {
        let wrong = |problems: Vec<(&str, String)>| {
            let told: serde_json::Map<String, serde_json::Value> =
                problems.into_iter().map(|(field, words)| (field.to_owned(), words.into())).collect();
            (StatusCode::BAD_REQUEST, serde_json::json!({ "problems": told }).to_string())
        };
        if !ask.problems.is_empty() {
            return wrong(ask.problems);
        }
        match desk.answer(&ask.question).map(|answer| serde_json::to_string(&*answer)) {
            Ok(Ok(text)) => (StatusCode::OK, text),
            Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            Err(unknown) => wrong(vec![("reading", unknown.to_string())]),
        }
    })
    .await;
    (status, [(header::CONTENT_TYPE, "application/json")], text + "\n").into_response()
}

/// Computes when there is a turn, on a thread that may be kept busy.
async fn in_turn<T: Default + Send + 'static>(
    desk: Arc<Desk>,
    compute: impl FnOnce(&Desk) -> (StatusCode, T) + Send + 'static,
) -> (StatusCode, T) {
    let broken = || (StatusCode::INTERNAL_SERVER_ERROR, T::default());
    let Ok(_turn) = desk.turns.acquire().await else { return broken() };
    let worker = Arc::clone(&desk);
    tokio::task::spawn_blocking(move || compute(&worker)).await.unwrap_or_else(|_| broken())
}
