//! Each thing that an editor asks, on the October agreement, over the protocol.

mod common;

use common::{Editor, OCTOBER, URI, edited, place, slice};
use lsp::Exit;
use serde_json::{Value, json};

fn labels(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().expect("items").iter().filter_map(|item| item["label"].as_str()).collect()
}

#[test]
fn diagnostics_come_as_one_types() {
    let mut editor = Editor::open(OCTOBER);
    assert_eq!(editor.diagnostics()["diagnostics"], json!([]));
    let at = place(OCTOBER, "must release all 20", "must release ".len());
    let end = place(OCTOBER, "must release all 20", "must release all".len());
    editor.change(json!([{"range": {"start": at, "end": end}, "text": ""}]));
    let published = editor.diagnostics();
    assert_eq!((&published["uri"], &published["version"]), (&json!(URI), &json!(1)));
    let found = &published["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["severity"], &found["source"]),
        (&json!("bare-number"), &json!(1), &json!("trucewatch"))
    );
    assert_eq!(found["range"]["start"]["line"], at["line"]);
    editor.change(json!([{"text": OCTOBER}]));
    assert_eq!(editor.diagnostics()["diagnostics"], json!([]));
    editor.change(json!([{"text": "```pact\nparty a\n```"}]));
    assert_ne!(editor.diagnostics()["diagnostics"], json!([]));
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    assert_eq!(editor.diagnostics()["diagnostics"], json!([]));
    assert_eq!(editor.leave(), Exit::Clean);
}

#[test]
fn prose_is_no_agreement_and_bare_pact_is() {
    for (language, text, wrong) in [
        ("markdown", "# A readme\n\nparty time\n", false),
        ("markdown", "agreement \"Bare\"\n", true),
        ("pact", "party time\n", true),
        ("markdown", "- ```pact\n  party\n  ```\n", true),
    ] {
        let mut editor = Editor::start(json!({}));
        editor.open_document(language, text);
        let found = editor.diagnostics()["diagnostics"].as_array().expect("a list").len();
        assert_eq!(found > 0, wrong, "{text}");
        let hover = editor.ask_at("textDocument/hover", json!({"line": 0, "character": 1}), json!({}));
        assert!(hover.is_ok());
    }
}

#[test]
fn a_text_that_is_too_long_is_told_so() {
    let text = "# long\n".repeat(language::MAX_TEXT_BYTES / 7 + 1);
    let mut editor = Editor::open(&text);
    assert_eq!(editor.diagnostics()["diagnostics"][0]["code"], "too-long");
    let there = json!({"line": 2, "character": 1});
    assert_eq!(
        editor.ask_at("textDocument/completion", there.clone(), json!({})).expect("an answer"),
        Value::Null
    );
    assert_eq!(editor.ask_at("textDocument/hover", there, json!({})).expect("an answer"), Value::Null);
}

#[test]
fn fixes_are_offered_where_they_are_asked_for() {
    let text = OCTOBER.replace("must release all 20", "must release 20").replace("by cmcc", "by cmmc");
    let mut editor = Editor::open(&text);
    let mut fixes = |needle: &str, only: Value| {
        let range = json!({"start": place(&text, needle, 0), "end": place(&text, needle, needle.len())});
        let context = json!({"diagnostics": [], "only": only});
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
        editor.ask("textDocument/codeAction", params).expect("an answer")
    };
    let number = fixes("20 hostages", json!(["quickfix"]));
    let titles: Vec<_> = number.as_array().expect("a list").iter().map(|fix| &fix["title"]).collect();
    assert_eq!(titles, ["write `at least 20`", "write `exactly 20`"]);
    // Which of two is meant only the drafter knows.
    assert_eq!((&number[0]["isPreferred"], &number[0]["kind"]), (&json!(false), &json!("quickfix")));
    assert!(edited(&text, &number[1]["edit"]).contains("must release exactly 20 hostages"));
    assert_eq!(number[0]["diagnostics"][0]["code"], "bare-number");
    let name = fixes("cmmc", Value::Null);
    assert_eq!((name.as_array().expect("a list").len(), &name[0]["isPreferred"]), (1, &json!(true)));
    assert!(edited(&text, &name[0]["edit"]).contains("verified by cmcc"));
    assert_eq!(fixes("cmmc", json!(["refactor"])), json!([]));
    assert_eq!(fixes("timezone", Value::Null), json!([]));
}

#[test]
fn completion_says_what_fits_with_label_and_clause() {
    let text =
        OCTOBER.replace("    of these, at least 300 into north_gaza\n", "    of these, at least 300 into \n");
    let mut editor = Editor::open(&text);
    let there = place(&text, "at least 300 into ", "at least 300 into ".len());
    let answer = editor.ask_at("textDocument/completion", there.clone(), json!({})).expect("an answer");
    // What `that CAMP` would be is the grammar's.
    assert_eq!(labels(&answer), ["gaza", "north_gaza", "israeli_held", "that"]);
    let item = &answer["items"][0];
    assert_eq!(item["detail"], "zone · Gaza Strip · A ceasefire in October");
    assert_eq!(item["textEdit"], json!({"range": {"start": there, "end": there}, "newText": "gaza"}));
    // In the middle of a word all of it is replaced.
    let there = place(OCTOBER, "must release all", "must rel".len());
    let mut editor = Editor::open(OCTOBER);
    let answer = editor.ask_at("textDocument/completion", there, json!({})).expect("an answer");
    let release = answer["items"].as_array().expect("items").iter().find(|item| item["label"] == "release");
    let release = release.expect("the act");
    assert_eq!(slice(OCTOBER, &release["textEdit"]["range"]), "release");
    assert_eq!(release["documentation"]["value"], "Let someone held go free.");
    assert!(!labels(&answer).contains(&"releases"));
}

#[test]
fn whole_statements_are_offered_to_editors_that_can_fill_them_in() {
    let text = format!("{OCTOBER}\n```pact\n\n```\n");
    let there = json!({"line": text.matches('\n').count() - 2, "character": 0});
    let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
    for (capabilities, offered) in [(snippets, true), (json!({}), false)] {
        let mut editor = Editor::start(capabilities);
        editor.open_document("markdown", &text);
        let answer = editor.ask_at("textDocument/completion", there.clone(), json!({})).expect("an answer");
        let labels = labels(&answer);
        assert!(labels.contains(&"obligation"), "{labels:?}");
        assert_eq!(labels.contains(&"exchange …"), offered);
        let items = answer["items"].as_array().expect("items");
        assert!(items.iter().all(|item| item["insertTextFormat"] != 2 || offered));
    }
}

#[test]
fn hover_tells_of_names_of_the_vocabulary_and_of_the_languages_words() {
    let mut editor = Editor::open(OCTOBER);
    let mut hover = |needle: &str, into: usize| {
        let answer =
            editor.ask_at("textDocument/hover", place(OCTOBER, needle, into), json!({})).expect("an answer");
        (answer["contents"]["value"].as_str().unwrap_or_default().to_owned(), answer["range"].clone())
    };
    let (provision, range) = hover("performed(living_hostages)", 12);
    assert_eq!(slice(OCTOBER, &range), "living_hostages");
    for part in [
        "**obligation living_hostages**",
        "Under: Article 2: Withdrawal and exchange",
        "Hamas must release at least 20 hostages to Israel",
        "```pact\nobligation living_hostages\n  hamas must",
    ] {
        assert!(provision.contains(part), "{part} in {provision}");
    }
    let (zone, _) = hover("anyone in gaza", "anyone in ".len());
    assert!(
        zone.contains("**zone gaza** · Gaza Strip") && zone.contains("from zones/gaza.geojson"),
        "{zone}"
    );
    let (item, range) = hover("1950 prisoners", 7);
    assert_eq!(slice(OCTOBER, &range), "prisoners");
    assert!(
        item.starts_with("**prisoner** · an item") && item.contains("narrower than") && item.contains("سجين"),
        "{item}"
    );
    let (act, _) = hover("hamas returns to", "hamas re".len());
    assert!(act.starts_with("**return** · an act: returns, returned"), "{act}");
    let (word, range) = hover("within 72", 1);
    assert!(word.starts_with("**within** · How long there is"), "{word}");
    assert_eq!(slice(OCTOBER, &range), "within");
    assert_eq!(hover("Neither side", 2).0, "");
    assert_eq!(hover("\"Gaza Strip\"", 2).0, "");
}

#[test]
fn names_lead_to_their_declaration_and_to_all_that_means_them() {
    let mut editor = Editor::open(OCTOBER);
    let there = place(OCTOBER, "initial_withdrawal\n\nobligation remains", 3);
    let answer = editor.ask_at("textDocument/definition", there.clone(), json!({})).expect("an answer");
    assert_eq!(answer["uri"], URI);
    assert_eq!(answer["range"]["start"], place(OCTOBER, "initial_withdrawal \"", 0));
    for (declared, count) in [(true, 3), (false, 2)] {
        let context = json!({"context": {"includeDeclaration": declared}});
        let found = editor.ask_at("textDocument/references", there.clone(), context).expect("an answer");
        let found = found.as_array().expect("a list");
        assert_eq!(found.len(), count);
        assert!(found.iter().all(|place| slice(OCTOBER, &place["range"]) == "initial_withdrawal"));
    }
    let marks = editor.ask_at("textDocument/documentHighlight", there, json!({})).expect("an answer");
    assert_eq!(marks.as_array().expect("a list").len(), 3);
    let vocabulary = place(OCTOBER, "1950 prisoners", 7);
    assert_eq!(
        editor.ask_at("textDocument/definition", vocabulary, json!({})).expect("an answer"),
        Value::Null
    );
}

#[test]
fn renaming_changes_every_form_and_keeps_the_meaning() {
    let mut editor = Editor::open(OCTOBER);
    let plural = place(OCTOBER, "28 deceased_hostages", 5);
    let ready = editor.ask_at("textDocument/prepareRename", plural.clone(), json!({})).expect("an answer");
    assert_eq!(ready["placeholder"], "deceased_hostage");
    assert_eq!(slice(OCTOBER, &ready["range"]), "deceased_hostages");
    let change =
        editor.ask_at("textDocument/rename", plural, json!({"newName": "dead_body_box"})).expect("an edit");
    let text = edited(OCTOBER, &change);
    for part in
        ["item dead_body_box \"deceased hostage\"", "all 28 dead_body_boxes", "every 1 dead_body_box that"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("deceased_hostage"));
    assert!(language::parse(&text).agreement.is_some());
    // The provision `remains` and the item of the same name are two things.
    let provision = place(OCTOBER, "obligation remains", 12);
    let change =
        editor.ask_at("textDocument/rename", provision, json!({"newName": "the_dead"})).expect("an edit");
    let text = edited(OCTOBER, &change);
    for part in [
        "obligation the_dead",
        "performed(the_dead)",
        "in the_dead, required",
        "is remains",
        "trigger becomes remains",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn renaming_is_refused_with_the_reason() {
    let mut editor = Editor::open(OCTOBER);
    let cases = [
        ("party hamas", 7, "must", "a word of the language"),
        ("party hamas", 7, "israel", "`party israel`"),
        ("party hamas", 7, "hostages", "cannot be the name"),
        ("party hamas", 7, "gaza", "`zone gaza`"),
        ("party hamas", 7, "Hamas", "snake_case"),
        ("party hamas", 7, "two words", "snake_case"),
        ("party hamas", 7, "7th", "snake_case"),
        ("party hamas", 7, "", "snake_case"),
        ("phase one", 7, "two", "`phase two`"),
        ("1950 prisoners", 7, "captives", "not declared in this text"),
        ("Neither side", 2, "either", "no name here"),
        ("within 72", 2, "inside", "no name here"),
    ];
    for (needle, into, new, why) in cases {
        let there = place(OCTOBER, needle, into);
        let refusal = editor.ask_at("textDocument/rename", there, json!({"newName": new})).expect_err(new);
        assert!(refusal.message.contains(why), "{new}: {}", refusal.message);
    }
    let there = place(OCTOBER, "Neither side", 2);
    assert!(editor.ask_at("textDocument/prepareRename", there, json!({})).is_err());
}

#[test]
fn formatting_is_that_of_the_command() {
    let unkempt = OCTOBER.replace("  within 72 hours after initial", "     within 72   hours after initial");
    let mut editor = Editor::open(&unkempt);
    let params = json!({"textDocument": {"uri": URI}, "options": {"tabSize": 8, "insertSpaces": false}});
    let edits = editor.ask("textDocument/formatting", params.clone()).expect("an answer");
    assert_eq!(edited(&unkempt, &edits), language::format(&unkempt));
    assert_ne!(edits, json!([]));
    // Only what differs is written anew.
    assert!(edits[0]["newText"].as_str().expect("text").len() < OCTOBER.len() / 2);
    editor.change(json!([{"text": language::format(&unkempt)}]));
    assert_eq!(editor.ask("textDocument/formatting", params.clone()).expect("an answer"), json!([]));
    editor.change(json!([{"text": "# Prose\n\nparty   a\n"}]));
    assert_eq!(editor.ask("textDocument/formatting", params).expect("an answer"), json!([]));
}

#[test]
fn the_outline_has_headings_with_their_statements() {
    let mut editor = Editor::open(OCTOBER);
    let document = json!({"textDocument": {"uri": URI}});
    let outline = editor.ask("textDocument/documentSymbol", document.clone()).expect("an answer");
    let names: Vec<_> = outline.as_array().expect("a list").iter().map(|symbol| &symbol["name"]).collect();
    assert_eq!(names[..2], ["A ceasefire in October", "Article 1: The fighting stops"]);
    let article = &outline[1];
    assert!(slice(OCTOBER, &article["range"]).starts_with("## Article 1"));
    assert_eq!(slice(OCTOBER, &article["selectionRange"]), "## Article 1: The fighting stops");
    let inside = article["children"].as_array().expect("children");
    assert_eq!(
        (&inside[0]["name"], &inside[0]["detail"]),
        (&json!("cessation"), &json!("prohibition · No attacks"))
    );
    assert_eq!(slice(OCTOBER, &inside[0]["selectionRange"]), "cessation");
    assert_eq!(inside[1]["name"], "Force in answer to an attack is enforcement");
    let folds = editor.ask("textDocument/foldingRange", document).expect("an answer");
    let line = place(OCTOBER, "prohibition cessation", 0)["line"].clone();
    let fold = folds.as_array().expect("a list").iter().find(|fold| fold["startLine"] == line);
    assert_eq!(fold.expect("a fold")["endLine"], json!(line.as_u64().expect("a line") + 3));
}

#[test]
fn columns_are_counted_as_the_editor_counts() {
    let text = "```pact\nparty hamas \"حماس 🕊\" # ع\nactor 🕊\nparty isreal \"🕊 ع\" in\n```\n";
    let utf8 = json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}});
    for (capabilities, name, column) in
        [(utf8, "utf-8", "party isreal \"🕊 ع\" ".len()), (json!({}), "utf-16", 20)]
    {
        let mut editor = Editor::start(capabilities);
        editor.open_document("markdown", text);
        let found = editor.diagnostics()["diagnostics"].clone();
        let last = found.as_array().expect("a list").last().expect("one").clone();
        assert_eq!(last["range"]["start"], json!({"line": 3, "character": column}), "{name}: {found}");
        let from = json!({"line": 3, "character": column});
        editor.change(json!([{"range": {"start": from, "end": {"line": 3, "character": 9999}}, "text": "is not a party"}]));
        let codes = editor.diagnostics()["diagnostics"].to_string();
        assert!(!codes.contains("unknown-line"), "{codes}");
    }
}

#[test]
fn a_session_keeps_to_the_protocol() {
    let mut editor = Editor::open(OCTOBER);
    assert_eq!(editor.ask("initialize", json!({})).expect_err("once only").code, -32600);
    assert_eq!(editor.ask("workspace/magic", json!({})).expect_err("unknown").code, -32601);
    assert_eq!(
        editor.ask("textDocument/hover", json!({"textDocument": {"uri": URI}})).expect_err("no place").code,
        -32602
    );
    let there = json!({"line": -1, "character": 0});
    assert_eq!(editor.ask_at("textDocument/hover", there, json!({})).expect_err("no such line").code, -32602);
    let other = json!({"textDocument": {"uri": "file:///other.md"}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/hover", other).expect("an answer"), Value::Null);
    for (method, params) in [
        ("$/cancelRequest", json!({"id": 77})),
        ("$/setTrace", json!({"value": "off"})),
        (
            "textDocument/didChange",
            json!({"textDocument": {"uri": "file:///other.md", "version": 1}, "contentChanges": []}),
        ),
        ("textDocument/didChange", json!("nonsense")),
        ("textDocument/didOpen", json!(null)),
        ("textDocument/didClose", json!({"textDocument": {"uri": "file:///other.md"}})),
        ("no/such", json!([1, 2])),
    ] {
        editor.tell(method, params);
    }
    assert_eq!(editor.diagnostics()["diagnostics"], json!([]));
    editor.ask("shutdown", Value::Null).expect("an answer");
    assert_eq!(editor.ask("shutdown", Value::Null).expect_err("shut down").code, -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.vanish(), Exit::Clean);
}

#[test]
fn leaving_without_a_word_is_abrupt() {
    let mut editor = Editor::open(OCTOBER);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.vanish(), Exit::Abrupt);
    assert_eq!(Editor::open(OCTOBER).vanish(), Exit::Abrupt);
}

#[test]
fn a_request_that_is_withdrawn_in_time_is_cancelled() {
    use lsp_server::{Connection, Message, Notification, Request};
    let (editor, server) = Connection::memory();
    let send = |message: Message| editor.sender.send(message).expect("a server");
    let request = |id: i32, method: &str| -> Message {
        Request { id: id.into(), method: method.to_owned(), params: json!({}) }.into()
    };
    send(request(1, "initialize"));
    send(request(2, "textDocument/hover"));
    send(Notification { method: "$/cancelRequest".to_owned(), params: json!({"id": 2}) }.into());
    send(request(3, "shutdown"));
    send(Notification { method: "exit".to_owned(), params: Value::Null }.into());
    assert_eq!(lsp::run(&server), Exit::Clean);
    let answers: Vec<_> = editor.receiver.try_iter().collect();
    let codes: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Message::Response(response) => response.response_result.as_ref().err().map(|error| error.code),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, [None, Some(-32800), None]);
}
