//! A witness over HTTP: the statuses and bodies of C2SP tlog-witness.

#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use ledger::{Clock, Cosigner, Draft, Kind, Ledger, Signer, Sqlite, Witness, WitnessKey};
use model::Instant;
use tower::ServiceExt as _;

fn clock() -> Clock {
    let hand = AtomicI64::new(1_763_000_000_000_000);
    Arc::new(move || Instant(hand.fetch_add(1_000_000, Ordering::SeqCst)))
}

async fn asked(router: &Router, method: &str, path: &str, body: String) -> (StatusCode, String, String) {
    let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, kind) = (response.status(), response.headers().get(header::CONTENT_TYPE).cloned());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (
        status,
        kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default(),
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

#[tokio::test]
async fn a_witness_answers_as_c2sp_says() {
    let signer = Signer::generate("truce").unwrap();
    let ledger =
        Ledger::begin(Box::new(Sqlite::in_memory().unwrap()), "truce", signer.clone(), clock()).unwrap();
    let grow = |count: usize| {
        let claim = |n| Draft::open(Kind::Claim, "desk", format!("{n}").into_bytes());
        ledger.append((0..count).map(claim).collect()).unwrap();
    };
    grow(6);
    let mut witness = Witness::in_memory(Cosigner::generate("party.example").unwrap(), clock()).unwrap();
    let key = WitnessKey::new(&witness.public()).unwrap();
    witness.trust("truce", &signer.public, None).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&told);
    let router =
        server::witness::router(witness, Arc::new(move |line| lines.lock().unwrap().push(line.to_owned())));
    let text = |since| ledger.requests(since).unwrap().remove(0).to_string();

    let first = text(0);
    let (status, kind, answer) = asked(&router, "POST", "/add-checkpoint", first.clone()).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/plain; charset=utf-8"));
    assert_eq!(ledger.add_cosignatures(&answer, &[key]).unwrap().kept[0].size, 7);
    grow(9);
    let (status, kind, body) = asked(&router, "POST", "/add-checkpoint", text(0)).await;
    assert_eq!((status, kind.as_str(), body.as_str()), (StatusCode::CONFLICT, "text/x.tlog.size", "7\n"));
    let (status, ..) = asked(&router, "POST", "/add-checkpoint", text(7)).await;
    assert_eq!(status, StatusCode::OK);
    for (path, body, expected) in [
        ("/add-checkpoint", "old 3".to_owned(), StatusCode::BAD_REQUEST),
        ("/add-key", first.clone(), StatusCode::BAD_REQUEST),
        ("/add-checkpoint", first.replacen("truce", "peace", 1), StatusCode::NOT_FOUND),
        ("/add-checkpoint", first.replacen("\n7\n", "\n8\n", 1), StatusCode::FORBIDDEN),
        (
            "/add-checkpoint",
            text(16).replacen("old 16\n", &format!("old 16\n{}\n", tlog_hash()), 1),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("/add-checkpoint", "x".repeat(300_000), StatusCode::PAYLOAD_TOO_LARGE),
        ("/elsewhere", first.clone(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(asked(&router, "POST", path, body).await.0, expected, "{path}");
    }
    ledger.replace_key(Signer::generate("truce").unwrap(), "desk", "once a year").unwrap();
    let requests = ledger.requests(16).unwrap();
    for (path, request) in ["/add-checkpoint", "/add-key"].into_iter().zip(&requests) {
        let (status, _, body) = asked(&router, "POST", path, request.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    let (_, _, about) = asked(&router, "GET", "/", String::new()).await;
    assert!(about.starts_with("witness party.example+") && about.ends_with("\nlog 17 truce\n"), "{about}");
    let told = told.lock().unwrap();
    assert!(told.contains(&"truce: 16 entries cosigned".to_owned()), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("refused: this witness cosigned 7 entries")), "{told:?}");
}

fn tlog_hash() -> &'static str {
    "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
}
