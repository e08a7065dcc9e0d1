//! An editor for the tests: it speaks the protocol with a server on another thread.

use std::thread::{self, JoinHandle};

use lsp::Exit;
use lsp_server::{Connection, Message, Notification, Request, ResponseError};
use serde_json::{Value, json};

/// An agreement with everything in it.
pub const OCTOBER: &str = include_str!("../../../language/tests/october.pact.md");

/// The document that the tests speak of.
pub const URI: &str = "file:///agreement.pact.md";

/// The editor's end of a session.
pub struct Editor {
    connection: Connection,
    server: JoinHandle<Exit>,
    requests: i32,
    version: i32,
    /// What the server said on its own account.
    pub notices: Vec<Notification>,
}

impl Editor {
    /// A session that is initialized, with these capabilities of the editor.
    pub fn start(capabilities: Value) -> Editor {
        let (connection, other) = Connection::memory();
        let server = thread::spawn(move || lsp::run(&other));
        let mut editor = Editor { connection, server, requests: 0, version: 0, notices: Vec::new() };
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities});
        let answer = editor.ask("initialize", params).expect("an answer");
        assert_eq!(answer["serverInfo"]["name"], "trucewatch");
        editor.tell("initialized", json!({}));
        editor
    }

    /// With this text open.
    pub fn open(text: &str) -> Editor {
        let mut editor = Editor::start(json!({}));
        editor.open_document("markdown", text);
        editor
    }

    /// Opens the document.
    pub fn open_document(&mut self, language: &str, text: &str) {
        let item = json!({"uri": URI, "languageId": language, "version": 0, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Changes the document.
    pub fn change(&mut self, changes: Value) {
        self.version += 1;
        let document = json!({"uri": URI, "version": self.version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: Value) {
        let notification = Notification { method: method.to_owned(), params };
        self.connection.sender.send(notification.into()).expect("a server");
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        self.requests += 1;
        let id = self.requests.into();
        let request = Request { id, method: method.to_owned(), params };
        let asked = request.id.clone();
        self.connection.sender.send(request.into()).expect("a server");
        loop {
            match self.connection.receiver.recv().expect("an answer") {
                Message::Response(response) => {
                    assert_eq!(response.id, asked);
                    return response.response_result;
                }
                Message::Notification(notice) => self.notices.push(notice),
                Message::Request(request) => panic!("the server asks {request:?}"),
            }
        }
    }

    /// Asks about the place where `needle` stands in the text for the first time, `into` it.
    pub fn ask_at(&mut self, method: &str, place: Value, more: Value) -> Result<Value, ResponseError> {
        let mut params = json!({"textDocument": {"uri": URI}, "position": place});
        if let (Some(params), Some(more)) = (params.as_object_mut(), more.as_object()) {
            params.extend(more.clone());
        }
        self.ask(method, params)
    }

    /// What was published last, after all that was sent has been taken.
    pub fn diagnostics(&mut self) -> Value {
        // An answer comes after what was published before it.
        let _ = self.ask("trucewatch/nothing", Value::Null);
        let published = self.notices.iter().rev().find(|n| n.method == "textDocument/publishDiagnostics");
        published.expect("diagnostics").params.clone()
    }

    /// Leaves as the protocol says.
    pub fn leave(mut self) -> Exit {
        assert_eq!(self.ask("shutdown", Value::Null).expect("an answer"), Value::Null);
        self.tell("exit", Value::Null);
        self.server.join().expect("no panic")
    }

    /// Leaves without a word.
    pub fn vanish(self) -> Exit {
        drop(self.connection);
        self.server.join().expect("no panic")
    }
}

/// The place where `needle` first stands in an ASCII line of the text, `into` it.
pub fn place(text: &str, needle: &str, into: usize) -> Value {
    let offset = text.find(needle).unwrap_or_else(|| panic!("no {needle:?}")) + into;
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    json!({"line": before.matches('\n').count(), "character": before[start..].encode_utf16().count()})
}

/// The text of a range.
pub fn slice(text: &str, range: &Value) -> String {
    let offset = |place: &Value| {
        let (line, column) = (place["line"].as_u64(), place["character"].as_u64());
        let (line, column) = (line.expect("a line") as usize, column.expect("a column") as usize);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units: Vec<u16> = text[start..].encode_utf16().take(column).collect();
        start + String::from_utf16(&units).expect("whole characters").len()
    };
    text[offset(&range["start"])..offset(&range["end"])].to_owned()
}

/// The text with the edits of a `WorkspaceEdit` or a list of edits.
pub fn edited(text: &str, edit: &Value) -> String {
    let edits = edit.pointer("/changes").map_or(edit, |changes| &changes[URI]);
    let mut edits = edits.as_array().expect("edits").clone();
    let key = |edit: &Value| {
        let start = &edit["range"]["start"];
        (start["line"].as_u64(), start["character"].as_u64())
    };
    edits.sort_by_key(key);
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let whole = json!({"start": {"line": 0, "character": 0}, "end": edit["range"]["start"]});
        let start = slice(&text, &whole).len();
        let old = slice(&text, &edit["range"]).len();
        text.replace_range(start..start + old, edit["newText"].as_str().expect("text"));
    }
    text
}
