//! An editor that plays a script and knows what must come back.
//!
//! Invariant: whatever is said, each request has one answer and nothing else has one; the server's text is the
//! model's after each change.

use lsp::Server;
use lsp_server::{Message, Notification, Request, Response};
use serde_json::{Value, json};

use crate::{
    model::{Place, applied},
    script::{Said, Script},
};

const URI: &str = "file:///agreement.pact.md";

struct Editor {
    server: Server,
    utf8: bool,
    pact: bool,
    /// What the document must be; nothing while none is open.
    text: Option<String>,
    /// Messages so far, which number requests and states of the document.
    sent: i32,
}

/// Plays a script.
pub fn play(script: &Script) {
    let mut editor =
        Editor { server: Server::new(), utf8: script.utf8, pact: script.pact, text: None, sent: 0 };
    let encoding = if script.utf8 { "utf-8" } else { "utf-16" };
    let completion = json!({"completionItem": {"snippetSupport": true}});
    editor.ask(
        "initialize",
        json!({"capabilities": {
            "general": {"positionEncodings": [encoding]}, "textDocument": {"completion": completion},
        }}),
    );
    editor.tell("initialized", json!({}));
    editor.open(script.document);
    for said in &script.messages {
        match said {
            Said::Change(range, new) => editor.change(*range, new),
            Said::Ask { method, at, name } => editor.ask_about(method, *at, name),
            Said::Open(text) => editor.open(text),
            Said::Close => editor.close(),
            Said::Raw { method, params, request } => editor.raw(method, params, *request),
        }
    }
    editor.ask("shutdown", Value::Null);
    editor.tell("exit", Value::Null);
    assert!(editor.server.exit().is_some(), "it goes when told to");
}

impl Editor {
    fn ask(&mut self, method: &str, params: Value) -> Option<Value> {
        self.sent += 1;
        let request = Request { id: self.sent.into(), method: method.to_owned(), params };
        let answers = self.server.handle(request.into());
        let [Message::Response(Response { id, response_result })] = &answers[..] else {
            panic!("one answer to {method}: {answers:?}")
        };
        assert_eq!(*id, self.sent.into());
        response_result.as_ref().ok().cloned()
    }

    fn tell(&mut self, method: &str, params: Value) -> Vec<Message> {
        self.sent += 1;
        let answers = self.server.handle(Notification { method: method.to_owned(), params }.into());
        assert!(
            answers.iter().all(|answer| matches!(answer, Message::Notification(_))),
            "{method}: {answers:?}"
        );
        answers
    }

    fn open(&mut self, text: &str) {
        let language = if self.pact { "pact" } else { "markdown" };
        let item = json!({"uri": URI, "languageId": language, "version": self.sent, "text": text});
        self.text = Some(text.to_owned());
        let said = self.tell("textDocument/didOpen", json!({"textDocument": item}));
        self.published(&said);
    }

    fn close(&mut self) {
        self.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
        self.text = None;
        self.same();
    }

    fn change(&mut self, range: Option<[Place; 2]>, new: &str) {
        let place = |(line, character): Place| json!({"line": line, "character": character});
        let change = match range {
            Some([from, to]) => json!({"range": {"start": place(from), "end": place(to)}, "text": new}),
            None => json!({"text": new}),
        };
        let document = json!({"uri": URI, "version": self.sent});
        if let Some(text) = &self.text {
            let after = range.map_or_else(|| new.to_owned(), |range| applied(text, range, new, self.utf8));
            self.text = Some(after);
        }
        let said = self
            .tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        self.published(&said);
    }

    /// The server has the text, and said what is wrong with it: once, if the document is open.
    fn published(&self, said: &[Message]) {
        assert_eq!(said.len(), usize::from(self.text.is_some()), "{said:?}");
        self.same();
    }

    fn same(&self) {
        assert_eq!(self.server.text(URI), self.text.as_deref());
    }

    fn ask_about(&mut self, method: &str, (line, character): Place, name: &str) {
        let place = json!({"line": line, "character": character});
        let params = json!({
            "textDocument": {"uri": URI}, "position": place, "newName": name,
            "range": {"start": {"line": 0, "character": 0}, "end": place},
            "context": {"includeDeclaration": true, "diagnostics": [], "triggerKind": 1},
            "options": {"tabSize": 2, "insertSpaces": true},
        });
        let answer = self.ask(&format!("textDocument/{method}"), params);
        let (Some(answer), Some(text)) = (answer, &self.text) else { return };
        match method {
            "formatting" => {
                // Prose in which there is no Pact is left alone.
                let left_alone = !self.pact && answer.as_array().is_some_and(Vec::is_empty);
                assert!(
                    left_alone || self.edited(text, &answer) == language::format(text),
                    "laid out:\n{text}"
                );
            }
            "rename" => {
                let renamed = self.edited(text, &answer["changes"][URI]);
                let agrees = |text: &str| language::parse(text).agreement.is_some();
                assert!(!agrees(text) || agrees(&renamed), "{name} for a name in:\n{text}\n{renamed}");
            }
            "codeAction" => {
                for action in answer.as_array().into_iter().flatten() {
                    self.edited(text, &action["edit"]["changes"][URI]);
                }
            }
            _ => {}
        }
        self.same();
    }

    fn raw(&mut self, method: &str, params: &str, request: bool) {
        let Ok(params) = serde_json::from_str(params) else { return };
        if request {
            // Only the script's end ends the session.
            if method != "shutdown" {
                self.ask(method, params);
            }
            self.same();
        } else if method != "exit" {
            self.tell(method, params);
            // What it did is the server's alone to know.
            self.text = self.server.text(URI).map(str::to_owned);
        }
    }

    /// The text after edits that all speak of it as it is.
    fn edited(&self, text: &str, edits: &Value) -> String {
        let number = |value: &Value| {
            usize::try_from(value.as_u64().expect("a place has numbers")).expect("of 32 bits")
        };
        let place = |value: &Value| (number(&value["line"]), number(&value["character"]));
        let mut edits: Vec<([Place; 2], &str)> = edits
            .as_array()
            .expect("edits")
            .iter()
            .map(|edit| {
                let range = [place(&edit["range"]["start"]), place(&edit["range"]["end"])];
                (range, edit["newText"].as_str().expect("a new text"))
            })
            .collect();
        edits.sort_by_key(|(range, _)| *range);
        for pair in edits.windows(2) {
            assert!(pair[0].0[1] <= pair[1].0[0], "edits lie apart: {pair:?}");
        }
        edits.iter().rev().fold(text.to_owned(), |text, (range, new)| applied(&text, *range, new, self.utf8))
    }
}
