//! What every answer carries and every request must respect, whichever page it is.
//!
//! Invariant: no page can run a script, load anything from elsewhere, be framed, or say where a reader came
//! from.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The longest path and query that is read, in bytes.
const URI_BYTES_MAX: usize = 4096;

const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                              form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Refuses requests that are too long, and sets the headers of every answer.
pub async fn guard(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, str::len);
    let mut response = if length > URI_BYTES_MAX {
        let message = format!("The address has {length} bytes; at most {URI_BYTES_MAX} are read.\n");
        (StatusCode::URI_TOO_LONG, message).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
