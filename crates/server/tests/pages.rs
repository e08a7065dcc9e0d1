//! The pages as a reader's browser gets them, asked in process: of the Gaza watch, and of one whose evidence
//! is hostile.

#![allow(clippy::unwrap_used, reason = "a test that cannot read what it needs has failed")]

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use tower::ServiceExt as _;
use watch::{Paths, Watch};

/// Early enough that a day's instances are few, late enough that every provision has something to show.
const ASK: &str = "known_at=2025-10-24T12:00";

fn gaza() -> Router {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../watches/gaza-2025");
    server::router(Arc::new(Watch::load(&Paths::of_folder(&folder).unwrap()).unwrap()))
}

/// A small watch with one claim by a source that means harm.
fn hostile(claim: &str) -> Router {
    small("", claim)
}

/// A small watch with one provision, what else its agreement says, and its claims.
fn small(more: &str, claims: &str) -> Router {
    let folder = tempfile::tempdir().unwrap();
    let pact = "agreement \"Test <b>bold</b>\"\n  timezone Asia/Gaza\n  in force from 2025-10-10T12:00\n\n\
                party north \"North\"\nparty south \"South\"\n\n\
                obligation prisoners \"Release <i>now</i>\"\n  north must release all 20 prisoners to south\n  \
                by the end of 2025-10-20\n";
    std::fs::write(folder.path().join("agreement.pact.md"), format!("{pact}{more}")).unwrap();
    std::fs::create_dir(folder.path().join("evidence")).unwrap();
    std::fs::write(folder.path().join("evidence/claims.jsonl"), claims).unwrap();
    server::router(Arc::new(Watch::load(&Paths::of_folder(folder.path()).unwrap()).unwrap()))
}

async fn get(app: &Router, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 16 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

/// What is between tags: what a reader sees.
fn seen(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}

/// The numbers in a page's main part, sorted.
fn numbers(html: &str) -> Vec<String> {
    let main = html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    let text = seen(main);
    let mut found: Vec<String> =
        text.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).map(str::to_owned).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_whole_and_guarded() {
    let app = gaza();
    let pages = [
        "/",
        "/provisions/cessation",
        "/provisions/living_hostages",
        "/provisions/remains",
        "/provisions/aid",
        "/provisions/aid/2025-10-14",
        "/provisions/remains/once",
        "/provisions/remains_for_remains/%231",
        "/claims/idf-20251013-received-13",
        "/agreement",
    ];
    for page in pages {
        for lang in ["en", "ar"] {
            let (status, headers, html) = get(&app, &format!("{page}?{ASK}&lang={lang}")).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{page}: {policy}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert!(
                !html.contains("<script") && !html.contains(" style="),
                "{page} has a script or a style of its own"
            );
            let misspelt = html.split('⟦').nth(1).map(|rest| rest.split('⟧').next());
            assert_eq!(misspelt, None, "{page} asks for a message that there is not");
            assert_eq!(html.matches("<h1").count(), 1, "{page}");
            for link in html.split("href=\"/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let kept = link.contains("known_at=2025-10-24T12%3A00") || link == "style.css";
                let reset = link.ends_with(&format!("?lang={lang}"));
                assert!(kept || reset, "{page}: the link /{link} forgets the question");
            }
        }
    }
    let (status, headers, json) = get(&app, &format!("/answer.json?{ASK}")).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/json"));
    let answer: model::answer::Answer = serde_json::from_str(&json).unwrap();
    assert_eq!(answer.known_at.to_string(), "2025-10-24T09:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_arabic_overview_says_the_same_numbers() {
    let app = gaza();
    let (_, _, english) = get(&app, &format!("/?{ASK}")).await;
    let (_, headers, arabic) = get(&app, &format!("/?{ASK}&lang=ar")).await;
    assert_eq!(headers["content-language"], "ar");
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(numbers(&english).len() > 100);
    assert_eq!(numbers(&english), numbers(&arabic));
    let (_, _, before) = get(&app, "/?known_at=2025-10-09T00:00").await;
    assert!(before.contains("None of 6 provisions is in force"), "what is not in force is not said to hold");
    let main = arabic.split_once("<main").unwrap().1;
    assert!(!main.contains("<span lang=\"en\""), "a message of the overview is missing in Arabic");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_wrote_is_text_and_nothing_else() {
    let claim = r#"{"id":"a/b #1?<i>","source":"x\"><script>","type":"event","act":"release","item":"prisoner","known_at":"2025-10-12T00:00:00Z","occurred":{"from":"2025-10-11T00:00:00Z","to":"2025-10-11T00:00:00Z"},"by":[{"party":"north"}],"to":[{"party":"south"}],"note":"<script>alert(1)</script>","quote":"\" onload=\"x","url":"javascript:alert(1)","<img src=x>":{"<b>":["</code><script>"]}}"#;
    let app = hostile(claim);
    let claim = "/claims/a%2Fb%20%231%3F%3Ci%3E";
    for page in ["/", "/provisions/prisoners", "/provisions/prisoners/once", claim, "/agreement"] {
        let (status, _, html) = get(&app, page).await;
        assert_eq!(status, StatusCode::OK, "{page}: {html}");
        for hostile in ["<script", "<img", "<b>", "<i>", "href=\"javascript:", "\" onload"] {
            assert!(!html.contains(hostile), "{page} holds {hostile}");
        }
    }
    let (_, _, html) = get(&app, claim).await;
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("javascript:alert(1)"));
    assert!(seen(&html).contains("&lt;img src=x&gt;"), "a field that is not known is shown too");
    let (_, _, explained) = get(&app, "/provisions/prisoners/once").await;
    assert!(explained.contains(claim), "the explanation leads to the claim");
    let (status, _, html) = get(&app, "/claims/%3Cscript%3E").await;
    assert!(status == StatusCode::NOT_FOUND && !html.contains("<script"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_in_place_and_kept() {
    let app = gaza();
    let wrong = [
        ("known_at=2025-10-14", "“2025-10-14” has no time of day"),
        ("known_at=%22%3Enoon", "“&quot;&gt;noon” is not a time"),
        ("at=9999-01-01T00:00", "more than five years"),
        ("standard=certain", "“certain” is no standard of proof"),
        ("standard=account%3Anobody", "Nobody in this watch is called “nobody”"),
        ("reading=mine", "no reading “mine”"),
        ("lang=xx", "no pages in “xx”"),
    ];
    for (query, words) in wrong {
        let (status, _, html) = get(&app, &format!("/?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(html.contains(words), "{query}: {}", seen(&html));
        let (status, _, json) = get(&app, &format!("/answer.json?{query}")).await;
        assert!(status == StatusCode::BAD_REQUEST && json.starts_with("{\"problems\":{"), "{query}: {json}");
    }
    let (_, _, html) = get(&app, "/?known_at=2025-10-14").await;
    assert!(html.contains("value=\"2025-10-14\"") && html.contains("aria-invalid=\"true\""));
    let (_, _, html) = get(&app, "/?known_at=2025-10-14&lang=ar").await;
    assert!(html.contains("بلا ساعة"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_with_a_way_on() {
    let app = gaza();
    for (path, words) in [
        ("/provisions/peace", "The agreement has no provision “peace”"),
        ("/provisions/remains/2025-10-14", "There is no instance “2025-10-14”"),
        ("/claims/nothing", "No claim “nothing” was read"),
        ("/elsewhere", "There is no such page"),
        ("/claims/%ff", "There is no such page"),
    ] {
        let (status, headers, html) = get(&app, &format!("{path}?{ASK}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains(words), "{path}: {}", seen(&html));
        assert!(html.contains("href=\"/provisions/remains"), "{path} leads nowhere");
        assert!(headers.contains_key("content-security-policy"), "{path}");
    }
    let long = format!("/?known_at={}", "1".repeat(5000));
    assert_eq!(get(&app, &long).await.0, StatusCode::URI_TOO_LONG);
    let post = Request::builder().method("POST").uri("/").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(post).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_not_counted_as_several() {
    let claim = r#"{"id":"c","source":"s","type":"event","act":"release","item":"prisoner","known_at":"2025-10-12T00:00:00Z","occurred":{"from":"2025-10-11T00:00:00Z","to":"2025-10-11T00:00:00Z"},"by":[{"party":"north"}],"to":[{"party":"south"}]}"#;
    let app = small("", &format!("{claim}\n{{}}\n"));
    let asked = ["", "?known_at=2025-10-25T00:00", "?at=2025-10-09T00:00"];
    for path in asked.map(|question| format!("/{question}")).iter().map(String::as_str).chain([
        "/agreement",
        "/provisions/prisoners",
        "/provisions/prisoners/once",
        "/claims/c",
    ]) {
        let (status, _, html) = get(&app, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let text = seen(&html);
        let words: Vec<&str> = text.split_whitespace().collect();
        for pair in words.windows(2).filter(|pair| pair[0] == "1") {
            let noun = pair[1].trim_end_matches(|c: char| c.is_ascii_punctuation());
            // What begins with a capital is a heading that only happens to follow.
            let in_a_sentence = noun.starts_with(|c: char| c.is_ascii_lowercase());
            let several = noun.ends_with('s') && noun != "was" && noun != "is";
            assert!(!in_a_sentence || !(several || noun == "were" || noun == "are"), "{path}: 1 {noun}");
        }
    }
    let (_, _, before) = get(&app, "/?at=2025-10-09T00:00").await;
    assert!(before.contains("The only provision is not in force"), "{}", seen(&before));
    let (_, _, after) = get(&app, "/?known_at=2025-11-25T00:00").await;
    assert!(!seen(&after).contains("No evidence has been given"));
}
