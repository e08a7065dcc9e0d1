//! The server without its wires: a message in, messages out.
//!
//! Invariant: every request is answered exactly once, whatever it is; a notification that makes no sense is
//! passed over; nothing here blocks or does I/O.

use std::collections::BTreeMap;

use gen_lsp_types as lsp;
use lsp::{Notification as _, Request as _, TextDocumentPositionParams as At};
use lsp_server::{ErrorCode, Message, Notification, Request, Response, ResponseError};
use serde_json::Value;

use crate::{
    completion, diagnostics, document::Document, formatting, hover, navigation, outline, positions::Encoding,
    rename,
};

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The editor had asked the server to shut down.
    Clean,
    /// It had not.
    Abrupt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Running,
    ShutDown,
    Ended(Exit),
}

/// A session with one editor.
#[derive(Debug)]
pub struct Server {
    state: State,
    encoding: Encoding,
    /// The editor fills places in what it inserts.
    snippets: bool,
    documents: BTreeMap<String, Document>,
}

impl Default for Server {
    fn default() -> Self {
        Server { state: State::New, encoding: Encoding::Utf16, snippets: false, documents: BTreeMap::new() }
    }
}

type Answer = Result<Value, ResponseError>;

impl Server {
    /// A session that has not begun.
    #[must_use]
    pub fn new() -> Server {
        Server::default()
    }

    /// How the session ended, once it has.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        match self.state {
            State::Ended(exit) => Some(exit),
            _ => None,
        }
    }

    /// The text of an open document, as far as the server has understood the editor.
    #[must_use]
    pub fn text(&self, uri: &str) -> Option<&str> {
        self.documents.get(uri).map(|document| document.text.as_str())
    }

    /// Takes a message and gives what is to be sent back.
    pub fn handle(&mut self, message: Message) -> Vec<Message> {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                vec![Response { id, response_result: self.answer(request) }.into()]
            }
            Message::Notification(notification) => {
                self.notice(notification).into_iter().map(Message::Notification).collect()
            }
            // The server asks nothing.
            Message::Response(_) => Vec::new(),
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match (self.state, request.method.as_str()) {
            (State::New, "initialize") => {
                self.state = State::Running;
                self.initialize(&request.params)
            }
            (State::New, _) => {
                Err(error(ErrorCode::ServerNotInitialized, "the session has not been initialized"))
            }
            (State::Running, "initialize") => {
                Err(error(ErrorCode::InvalidRequest, "the session has been initialized before"))
            }
            (State::Running, "shutdown") => {
                self.state = State::ShutDown;
                Ok(Value::Null)
            }
            (State::Running, _) => self.asked(request),
            (State::ShutDown | State::Ended(_), _) => {
                Err(error(ErrorCode::InvalidRequest, "the session has been shut down"))
            }
        }
    }

    /// Editors differ in what they send here, and little of it matters: what cannot be read is not there.
    fn initialize(&mut self, params: &Value) -> Answer {
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        if offered.is_some_and(|offered| offered.iter().any(|encoding| encoding == "utf-8")) {
            self.encoding = Encoding::Utf8;
        }
        let snippets = "/capabilities/textDocument/completion/completionItem/snippetSupport";
        self.snippets = params.pointer(snippets).and_then(Value::as_bool).unwrap_or(false);
        let server_info = lsp::ServerInfo {
            name: "trucewatch".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        written(lsp::InitializeResult {
            capabilities: capabilities(self.encoding),
            server_info: Some(server_info),
        })
    }

    fn asked(&self, request: Request) -> Answer {
        let snippets = self.snippets;
        match lsp::LspRequestMethod::from(request.method.as_str()) {
            lsp::CompletionRequest::METHOD => {
                self.on::<lsp::CompletionRequest>(request, |document, params| {
                    Ok(completion::complete(
                        document,
                        offset(document, &params.text_document_position_params),
                        snippets,
                    ))
                })
            }
            lsp::HoverRequest::METHOD => self.on::<lsp::HoverRequest>(request, |document, params| {
                Ok(hover::hover(document, offset(document, &params.text_document_position_params)))
            }),
            lsp::DefinitionRequest::METHOD => {
                self.on::<lsp::DefinitionRequest>(request, |document, params| {
                    let at = offset(document, &params.text_document_position_params);
                    Ok(navigation::definition(document, at).map(Into::into))
                })
            }
            lsp::ReferencesRequest::METHOD => {
                self.on::<lsp::ReferencesRequest>(request, |document, params| {
                    let at = offset(document, &params.text_document_position_params);
                    Ok(navigation::references(document, at, params.context.include_declaration))
                })
            }
            lsp::DocumentHighlightRequest::METHOD => {
                self.on::<lsp::DocumentHighlightRequest>(request, |document, params| {
                    let at = offset(document, &params.text_document_position_params);
                    Ok(navigation::highlights(document, at))
                })
            }
            lsp::PrepareRenameRequest::METHOD => {
                self.on::<lsp::PrepareRenameRequest>(request, |document, params| {
                    let at = offset(document, &params.text_document_position_params);
                    Ok(Some(rename::prepare(document, at).map_err(refused)?.into()))
                })
            }
            lsp::RenameRequest::METHOD => self.on::<lsp::RenameRequest>(request, |document, params| {
                let at = offset(document, &params.text_document_position_params);
                Ok(Some(rename::rename(document, at, &params.new_name).map_err(refused)?))
            }),
            lsp::DocumentSymbolRequest::METHOD => self
                .on::<lsp::DocumentSymbolRequest>(request, |document, _| {
                    Ok(Some(outline::symbols(document).into()))
                }),
            lsp::DocumentFormattingRequest::METHOD => self
                .on::<lsp::DocumentFormattingRequest>(request, |document, _| {
                    Ok(Some(formatting::format(document)))
                }),
            lsp::FoldingRangeRequest::METHOD => {
                self.on::<lsp::FoldingRangeRequest>(request, |document, _| Ok(Some(outline::folds(document))))
            }
            lsp::CodeActionRequest::METHOD => self
                .on::<lsp::CodeActionRequest>(request, |document, params| {
                    Ok(Some(diagnostics::fixes(document, params.range, &params.context)))
                }),
            _ => Err(error(ErrorCode::MethodNotFound, &format!("there is no `{}` here", request.method))),
        }
    }

    /// Reads what is asked, finds the document and asks it; of a document that is not open there is no answer.
    fn on<R: lsp::Request>(
        &self,
        request: Request,
        ask: impl FnOnce(&Document, R::Params) -> Result<R::Result, ResponseError>,
    ) -> Answer {
        let uri = request.params.pointer("/textDocument/uri").and_then(Value::as_str).map(str::to_owned);
        let params = serde_json::from_value(request.params)
            .map_err(|wrong| error(ErrorCode::InvalidParams, &format!("{}: {wrong}", request.method)))?;
        match uri.and_then(|uri| self.documents.get(&uri)) {
            Some(document) => written(ask(document, params)?),
            None => Ok(Value::Null),
        }
    }

    fn notice(&mut self, notification: Notification) -> Option<Notification> {
        if notification.method == "exit" {
            let clean = self.state == State::ShutDown;
            self.state = State::Ended(if clean { Exit::Clean } else { Exit::Abrupt });
            return None;
        }
        if self.state != State::Running {
            return None;
        }
        match lsp::LspNotificationMethod::from(notification.method.as_str()) {
            lsp::DidOpenTextDocumentNotification::METHOD => {
                self.opened(read::<lsp::DidOpenTextDocumentNotification>(notification)?)
            }
            lsp::DidChangeTextDocumentNotification::METHOD => {
                self.changed(read::<lsp::DidChangeTextDocumentNotification>(notification)?)
            }
            lsp::DidCloseTextDocumentNotification::METHOD => {
                let params = read::<lsp::DidCloseTextDocumentNotification>(notification)?;
                let document = self.documents.remove(&params.text_document.uri.0)?;
                Some(diagnostics::withdrawn(document.uri))
            }
            _ => None,
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) -> Option<Notification> {
        let item = params.text_document;
        let uri = item.uri.0.clone();
        let document = Document::open(item.uri, &item.language_id, item.version, item.text, self.encoding);
        let published = diagnostics::published(&document);
        self.documents.insert(uri, document);
        Some(published)
    }

    fn changed(&mut self, params: lsp::DidChangeTextDocumentParams) -> Option<Notification> {
        let document = self.documents.get_mut(&params.text_document.text_document_identifier.uri.0)?;
        document.change(params.text_document.version, params.content_changes);
        Some(diagnostics::published(document))
    }
}

fn offset(document: &Document, at: &At) -> usize {
    document.offset(at.position)
}

fn read<N: lsp::Notification>(notification: Notification) -> Option<N::Params> {
    serde_json::from_value(notification.params).ok()
}

fn written(result: impl serde::Serialize) -> Answer {
    serde_json::to_value(result).map_err(|wrong| error(ErrorCode::InternalError, &wrong.to_string()))
}

fn error(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}

/// What was asked makes sense, and cannot be done.
fn refused(why: String) -> ResponseError {
    error(ErrorCode::RequestFailed, &why)
}

fn capabilities(encoding: Encoding) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(encoding.name()),
        text_document_sync: Some(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::Incremental),
                ..lsp::TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some([" ", "("].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        document_formatting_provider: Some(true.into()),
        rename_provider: Some(
            lsp::RenameOptions { prepare_provider: Some(true), ..lsp::RenameOptions::default() }.into(),
        ),
        code_action_provider: Some(
            lsp::CodeActionOptions {
                code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix]),
                ..lsp::CodeActionOptions::default()
            }
            .into(),
        ),
        ..lsp::ServerCapabilities::default()
    }
}
