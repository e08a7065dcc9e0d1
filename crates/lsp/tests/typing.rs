//! Typing: what an editor sends while someone writes, and what it might send by mistake.

#[path = "common/model.rs"]
mod model;

use lsp::Server;
use lsp_server::{Message, Notification, Request};
use model::applied;
use proptest::prelude::*;
use serde_json::{Value, json};

const GAZA: &str = include_str!("../../../watches/gaza-2025/agreement.pact.md");
const OCTOBER: &str = include_str!("../../language/tests/october.pact.md");
const URI: &str = "file:///agreement.pact.md";

fn tell(server: &mut Server, method: &str, params: Value) -> Vec<Message> {
    server.handle(Notification { method: method.to_owned(), params }.into())
}

fn ask(server: &mut Server, method: &str, params: Value) -> Vec<Message> {
    server.handle(Request { id: 1.into(), method: method.to_owned(), params }.into())
}

/// A session with this text open.
fn opened(text: &str, encodings: &[&str]) -> Server {
    let mut server = Server::new();
    ask(&mut server, "initialize", json!({"capabilities": {"general": {"positionEncodings": encodings}}}));
    let item = json!({"uri": URI, "languageId": "markdown", "version": 0, "text": text});
    tell(&mut server, "textDocument/didOpen", json!({"textDocument": item}));
    server
}

fn change(
    server: &mut Server,
    version: usize,
    range: Option<[(usize, usize); 2]>,
    text: &str,
) -> Vec<Message> {
    let place = |(line, character): (usize, usize)| json!({"line": line, "character": character});
    let change = match range {
        Some([start, end]) => json!({"range": {"start": place(start), "end": place(end)}, "text": text}),
        None => json!({"text": text}),
    };
    let document = json!({"uri": URI, "version": version});
    tell(server, "textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}))
}

fn found(messages: &[Message]) -> usize {
    let [Message::Notification(notice)] = messages else { panic!("one notification: {messages:?}") };
    notice.params["diagnostics"].as_array().expect("a list").len()
}

/// Every fourth line is typed key by key and asked about on the way, the others come as pasted.
#[test]
fn the_gaza_agreement_can_be_typed() {
    let mut server = opened("", &[]);
    let (mut version, mut last, mut most) = (0, usize::MAX, 0);
    for (line, written) in GAZA.split_inclusive('\n').enumerate() {
        let keys: Vec<String> = if line % 4 == 3 {
            written.chars().map(String::from).collect()
        } else {
            vec![written.to_owned()]
        };
        let mut column = 0;
        for key in keys {
            version += 1;
            last = found(&change(&mut server, version, Some([(line, column), (line, column)]), &key));
            most = most.max(last);
            column += key.encode_utf16().count();
        }
        if line % 40 == 3 {
            let there =
                json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": column / 2}});
            for method in ["completion", "hover", "definition"] {
                assert_eq!(ask(&mut server, &format!("textDocument/{method}"), there.clone()).len(), 1);
            }
        }
    }
    assert_eq!(server.text(URI), Some(GAZA));
    assert!(most > 0, "what is half written is wrong");
    assert_eq!(last, 0);
}

/// A text of lines with characters of every width.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\r\n",
        "\r",
        "é",
        "ع",
        "🕊",
        "party ",
        "must ",
        "```pact\n",
        "```\n",
        "# ",
        "\"",
        "(",
        "2",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_give_the_text_that_the_editor_has(
        text in texts(),
        utf8 in any::<bool>(),
        edits in prop::collection::vec((0..9usize, 0..12usize, 0..9usize, 0..12usize, texts()), 1..6),
    ) {
        let mut server = opened(&text, if utf8 { &["utf-8"] } else { &["utf-16"] });
        let mut whole = opened("", &[]);
        let mut expected = text;
        for (version, (l1, c1, l2, c2, new)) in edits.into_iter().enumerate() {
            let range = [(l1, c1), (l2, c2)];
            expected = applied(&expected, range, &new, utf8);
            let piecewise = change(&mut server, version, Some(range), &new);
            prop_assert_eq!(server.text(URI), Some(expected.as_str()));
            let at_once = change(&mut whole, version, None, &expected);
            prop_assert_eq!(found(&piecewise), found(&at_once));
        }
    }

    #[test]
    fn any_question_of_any_place_is_answered_once(
        cut in 0..OCTOBER.len(),
        line in 0..120u32,
        character in 0..90u32,
        method in prop::sample::select(vec!["completion", "hover", "definition", "references", "documentHighlight",
            "prepareRename", "rename", "documentSymbol", "foldingRange", "codeAction"]),
    ) {
        let mut server = opened(OCTOBER.get(..cut).unwrap_or(OCTOBER), &[]);
        let place = json!({"line": line, "character": character});
        let params = json!({
            "textDocument": {"uri": URI}, "position": place, "newName": "other", "range": {"start": place, "end": place},
            "context": {"includeDeclaration": true, "diagnostics": [], "triggerKind": 1},
        });
        let answers = ask(&mut server, &format!("textDocument/{method}"), params);
        prop_assert!(matches!(&answers[..], [Message::Response(_)]), "{:?}", answers);
    }
}
