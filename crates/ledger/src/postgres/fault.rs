//! What PostgreSQL says, in the words of the ledger.
//!
//! Invariant: an error says what was recorded and what to do next; a lost connection is told apart from a refusal.

use postgres::error::{DbError, SqlState};

use crate::error::{Damage, Error};

/// Whether the connection is gone, and another one might do.
pub(super) fn is_lost(error: &postgres::Error) -> bool {
    match error.as_db_error() {
        Some(told) => {
            let code = told.code();
            // The server stops, or ended this connection: a writer that said nothing for too long, or by an administrator's hand.
            [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            ]
            .contains(code)
                || code.code().starts_with("08")
        }
        None => error.is_closed() || source::<std::io::Error>(error).is_some(),
    }
}

fn source<T: std::error::Error + 'static>(error: &postgres::Error) -> Option<&T> {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        next = cause.source();
    }
    None
}

/// What was said, with its causes.
fn words(error: &postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(told), _) => said(told),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn said(told: &DbError) -> String {
    let detail = told.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{}{detail}", told.message())
}

/// An error of the server or of the way to it.
pub(super) fn fault(place: &str, error: &postgres::Error) -> Error {
    let place = place.to_owned();
    let Some(told) = error.as_db_error() else {
        let why = if is_lost(error) {
            format!(
                "the connection to the server was lost and nothing of this was recorded: does the server run, and can it \
                 be reached? ({})",
                words(error)
            )
        } else {
            words(error)
        };
        return Error::Store { place, why };
    };
    let store = |hint: &str| Error::Store { place: place.clone(), why: format!("{}: {hint}", said(told)) };
    match told.code() {
        code if *code == SqlState::DISK_FULL => Error::Full(place),
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION || *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            Error::ReadOnly(place)
        }
        code if [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ]
        .contains(code) =>
        {
            Error::Locked(place)
        }
        code if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) => {
            Damage::of_all(format!("{place}: {}", said(told))).into()
        }
        code if [SqlState::UNIQUE_VIOLATION, SqlState::CHECK_VIOLATION, SqlState::NOT_NULL_VIOLATION]
            .contains(code) =>
        {
            let what = "something stands where the next entry belongs that its checkpoint does not vouch for";
            Damage::of_all(format!("{place}: {what}: {}", said(told))).into()
        }
        code if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN, SqlState::DATATYPE_MISMATCH]
            .contains(code) =>
        {
            Damage::of_all(format!("{place}: a table is not as it was made: {}", said(told))).into()
        }
        code if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION]
            .contains(code) =>
        {
            store(
                "give the user and the password that the server knows, as in postgres://user:password@host/database",
            )
        }
        code if *code == SqlState::UNDEFINED_DATABASE => store("make the database first, as with “createdb”"),
        code if *code == SqlState::TOO_MANY_CONNECTIONS => {
            store("let other programs end, or let the server take more connections (max_connections)")
        }
        code if *code == SqlState::CANNOT_CONNECT_NOW || is_lost(error) => {
            store("the server is starting or stopping: nothing of this was recorded; try again when it runs")
        }
        code => Error::Store { place, why: format!("{} [{}]", said(told), code.code()) },
    }
}
