//! The members of a family, as an editor asks for them: those that are named, and what each is called in a provision.
//!
//! Invariant: a name of one provision is not that of another.

#[allow(dead_code, reason = "these tests need no editor on another thread")]
mod common;

use common::{URI, edited, place, slice};
use lsp::Server;
use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

const TEXT: &str = "```pact
agreement \"Camps\"
  timezone UTC
  in force from 2026-01-01T00:00
party north \"North\"
zone valley \"Valley\" from zones/valley.geojson
zone port \"Port\" from zones/port.geojson
family camps \"Camps\" of zones: valley and port
obligation clearing
  for each camp in camps, north must withdraw troops from that camp
  by the end of 2026-01-30
obligation staying
  for each camp in camps
  north must keep at most 10 troops of that camp outside it
obligation leaving
  for each site in camps, north must withdraw troops from there
```
";

struct Session(Server);

impl Session {
    fn open(text: &str) -> Session {
        let mut session = Session(Server::default());
        let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
        session.ask("initialize", params).expect("an answer");
        let item = json!({"uri": URI, "languageId": "markdown", "version": 0, "text": text});
        let opened = session.tell("textDocument/didOpen", json!({"textDocument": item}));
        let [Message::Notification(published)] = opened.as_slice() else { panic!("{opened:?}") };
        assert_eq!(published.params["diagnostics"], json!([]));
        session
    }

    fn tell(&mut self, method: &str, params: Value) -> Vec<Message> {
        self.0.handle(Notification { method: method.to_owned(), params }.into())
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let request = Request { id: 1.into(), method: method.to_owned(), params };
        let answers = self.0.handle(request.into());
        let [Message::Response(answer)] = answers.as_slice() else { panic!("{answers:?}") };
        answer.response_result.clone().map_err(|error| error.message)
    }

    /// Asks about a place `into` the first `needle`.
    fn at(&mut self, method: &str, (needle, into): (&str, usize), more: &Value) -> Result<Value, String> {
        let mut params = json!({"textDocument": {"uri": URI}, "position": place(TEXT, needle, into)});
        if let (Some(params), Some(more)) = (params.as_object_mut(), more.as_object()) {
            params.extend(more.clone());
        }
        self.ask(method, params)
    }
}

/// The lines of the ranges, from 0, and what is written there.
fn written(locations: &Value) -> Vec<(u64, String)> {
    let locations = locations.as_array().expect("locations").iter();
    let row = |location: &Value| {
        let line = location["range"]["start"]["line"].as_u64().expect("a line");
        (line, slice(TEXT, &location["range"]))
    };
    locations.map(row).collect()
}

#[test]
fn a_member_that_is_named_is_its_zone() {
    let mut session = Session::open(TEXT);
    let member = ("valley and port", 1);
    let found = session.at("textDocument/definition", member, &json!({})).expect("an answer");
    assert_eq!(found["range"]["start"]["line"], 5);
    let both = json!({"context": {"includeDeclaration": true}});
    let found = session.at("textDocument/references", member, &both).expect("an answer");
    assert_eq!(written(&found), [(5, "valley".to_owned()), (7, "valley".to_owned())]);
    let edit = session.at("textDocument/rename", member, &json!({"newName": "dale"})).expect("an edit");
    let renamed = edited(TEXT, &edit);
    assert!(renamed.contains("zone dale ") && renamed.contains("of zones: dale and port"), "{renamed}");
}

#[test]
fn what_each_is_called_belongs_to_its_provision() {
    let mut session = Session::open(TEXT);
    let used = ("from that camp", "from that ".len());
    let found = session.at("textDocument/definition", used, &json!({})).expect("an answer");
    let start = place(TEXT, "camp in camps", 0);
    assert_eq!((&found["range"]["start"], slice(TEXT, &found["range"])), (&start, "camp".to_owned()));
    let both = json!({"context": {"includeDeclaration": true}});
    let alone = json!({"context": {"includeDeclaration": false}});
    let here = [(9, "camp".to_owned()), (9, "camp".to_owned())];
    for at in [used, ("camp in camps", 0)] {
        let found = session.at("textDocument/references", at, &both).expect("an answer");
        assert_eq!(written(&found), here);
        let found = session.at("textDocument/references", at, &alone).expect("an answer");
        assert_eq!(written(&found), here[1..]);
    }
    // `it` and `there` are places where it is meant.
    let found = session.at("textDocument/references", ("of that camp", 9), &both).expect("an answer");
    let there = [(12, "camp".to_owned()), (13, "camp".to_owned()), (13, "it".to_owned())];
    assert_eq!(written(&found), there);
    let found = session.at("textDocument/definition", ("there", 1), &json!({})).expect("an answer");
    assert_eq!(slice(TEXT, &found["range"]), "site");
    let hover = session.at("textDocument/hover", used, &json!({})).expect("an answer");
    let said = hover["contents"]["value"].as_str().expect("words");
    assert!(said.starts_with("**camp** · each member of a family") && said.contains("clearing"), "{said}");
}

#[test]
fn renaming_one_leaves_the_others() {
    let mut session = Session::open(TEXT);
    let at = ("of that camp", "of that ".len());
    let prepared = session.at("textDocument/prepareRename", at, &json!({})).expect("a name");
    assert_eq!(prepared["placeholder"], "camp");
    let edit = session.at("textDocument/rename", at, &json!({"newName": "base"})).expect("an edit");
    let expected = TEXT
        .replace("for each camp in camps\n", "for each base in camps\n")
        .replace("of that camp outside it", "of that base outside it");
    assert_eq!(edited(TEXT, &edit), expected);
    let mut refused = |at, new: &str| {
        session.at("textDocument/rename", at, &json!({"newName": new})).expect_err("a refusal")
    };
    assert_eq!(refused(at, "valley"), "`valley` is already declared: `zone valley`");
    assert_eq!(refused(at, "must"), "`must` is a word of the language");
    let said = refused(("there", 1), "base");
    assert_eq!(said, "`there` stands for `site` here: rename it where it is called that");
    // A zone cannot take the name that a provision gives to each.
    assert!(refused(("valley and port", 1), "camp").contains("`camp`"));
}
