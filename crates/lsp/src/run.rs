//! The server between its wires.
//!
//! Invariant: messages are taken in order, on one thread; a request that is withdrawn before its turn comes is
//! answered as cancelled.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
};

use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};

use crate::{Exit, Server};

/// Serves an editor on standard input and output until it leaves.
///
/// # Errors
///
/// Where what comes in is not the protocol, or the wires break.
pub fn run_on_stdio() -> io::Result<Exit> {
    let (connection, threads) = Connection::stdio();
    let exit = run(&connection);
    // The writing thread ends when there is nobody left to write for.
    drop(connection);
    threads.join()?;
    Ok(exit)
}

/// Serves the other end until it leaves; leaving without a word is abrupt.
#[must_use]
pub fn run(connection: &Connection) -> Exit {
    let mut server = Server::new();
    let mut waiting = VecDeque::new();
    while let Some(message) = waiting.pop_front().or_else(|| connection.receiver.recv().ok()) {
        waiting.extend(connection.receiver.try_iter());
        let answers = match &message {
            Message::Request(request) if withdrawn(&waiting).contains(&request.id) => {
                let error = "the editor asked for no answer".to_owned();
                vec![Response::new_err(request.id.clone(), ErrorCode::RequestCanceled as i32, error).into()]
            }
            _ => server.handle(message),
        };
        for answer in answers {
            if connection.sender.send(answer).is_err() {
                return Exit::Abrupt;
            }
        }
        if let Some(exit) = server.exit() {
            return exit;
        }
    }
    Exit::Abrupt
}

/// The requests that those waiting withdraw.
fn withdrawn(waiting: &VecDeque<Message>) -> BTreeSet<RequestId> {
    let ids = waiting.iter().filter_map(|message| match message {
        Message::Notification(notice) if notice.method == "$/cancelRequest" => {
            serde_json::from_value(notice.params.get("id")?.clone()).ok()
        }
        _ => None,
    });
    ids.collect()
}
