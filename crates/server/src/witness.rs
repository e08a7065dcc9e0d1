//! A witness on the web: checkpoints in, cosignatures out (C2SP tlog-witness).
//!
//! Invariant: what is answered is what the witness answers to a file; nobody is asked who they are, for a checkpoint is worth what its
//! signature is worth.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderName, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ledger::{Refusal, Request, Witness};

use crate::guard;

/// The longest request that is read, in bytes.
const BODY_BYTES_MAX: usize = 256 << 10;
const PLAIN: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
/// The type that C2SP gives to a size.
const SIZE: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/x.tlog.size")];

/// Is told, in a line, what was asked and what came of it.
pub type Told = Arc<dyn Fn(&str) + Send + Sync>;

struct Desk {
    witness: Mutex<Witness>,
    told: Told,
}

type App = State<Arc<Desk>>;

/// Serves a witness until `stop` is over.
///
/// # Errors
/// When nothing can be accepted any more.
pub async fn serve(
    witness: Witness,
    told: Told,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(witness, told)).with_graceful_shutdown(stop).await
}

/// What a witness answers, as a service.
pub fn router(witness: Witness, told: Told) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/add-key", post(add_key))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(guard::guard))
        .with_state(Arc::new(Desk { witness: Mutex::new(witness), told }))
}

async fn add_checkpoint(app: App, body: String) -> Response {
    answer(app, body, |request| matches!(request, Request::Checkpoint(_))).await
}

async fn add_key(app: App, body: String) -> Response {
    answer(app, body, |request| matches!(request, Request::Key(_))).await
}

async fn answer(State(desk): App, body: String, fits: fn(&Request) -> bool) -> Response {
    let request = match Request::parse(&body) {
        Ok(request) if fits(&request) => request,
        Ok(_) => return refused(&desk, &Refusal::Malformed("another address is for this".to_owned())),
        Err(refusal) => return refused(&desk, &refusal),
    };
    let log = request.note().lines().next().unwrap_or_default().to_owned();
    let done = match &request {
        Request::Checkpoint(_) => {
            format!("{} entries cosigned", request.note().lines().nth(1).unwrap_or_default())
        }
        Request::Key(key) => format!("another key signs from entry {} on", key.entry),
    };
    let worker = Arc::clone(&desk);
    let answer = tokio::task::spawn_blocking(move || {
        worker.witness.lock().unwrap_or_else(PoisonError::into_inner).answer(&request)
    });
    match answer.await {
        Ok(Ok(Ok(answer))) => {
            (desk.told)(&format!("{log}: {done}"));
            (StatusCode::OK, PLAIN, answer).into_response()
        }
        Ok(Ok(Err(refusal))) => refused(&desk, &refusal),
        Ok(Err(error)) => failed(&desk, &error.to_string()),
        Err(error) => failed(&desk, &error.to_string()),
    }
}

fn refused(desk: &Desk, refusal: &Refusal) -> Response {
    (desk.told)(&format!("refused: {refusal}"));
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = if matches!(refusal, Refusal::Conflict { .. }) { SIZE } else { PLAIN };
    (status, kind, refusal.body()).into_response()
}

/// What goes wrong here is told here, and not to those who ask.
fn failed(desk: &Desk, why: &str) -> Response {
    (desk.told)(why);
    let body = "the witness cannot answer now: its operator was told why\n";
    (StatusCode::INTERNAL_SERVER_ERROR, PLAIN, body).into_response()
}

/// Who this is, and how far each log is cosigned.
async fn about(State(desk): App) -> Response {
    let worker = Arc::clone(&desk);
    let known = tokio::task::spawn_blocking(move || {
        let mut witness = worker.witness.lock().unwrap_or_else(PoisonError::into_inner);
        witness.logs().map(|logs| (witness.public(), logs))
    });
    let (public, logs) = match known.await {
        Ok(Ok(known)) => known,
        Ok(Err(error)) => return failed(&desk, &error.to_string()),
        Err(error) => return failed(&desk, &error.to_string()),
    };
    let mut text = format!("witness {public}\n");
    for log in logs {
        let size = log.last.map_or(0, |(head, _)| head.size);
        let forked = if log.forked() { " forked" } else { "" };
        text.push_str(&format!("log {size} {}{forked}\n", log.origin));
    }
    (StatusCode::OK, PLAIN, text).into_response()
}
