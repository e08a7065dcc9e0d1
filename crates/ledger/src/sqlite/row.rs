//! Rows of an SQLite ledger as entries, and what SQLite says as errors of the ledger.
//!
//! Invariant: a value that is not of the kind that was written is a damage, never another value.

use rusqlite::{ErrorCode, types::ValueRef};

use super::ROOM;
use crate::{
    entry::{Kept, Row},
    error::{Damage, Error},
    store::Columns,
};

/// An entry.
pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<Row, Error> {
    let seq = match row.get_ref(0) {
        Ok(ValueRef::Integer(seq)) => seq.cast_unsigned(),
        _ => return Err(Damage::of_all("an entry has no place").into()),
    };
    let text = |index: usize| match row.get_ref(index) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    let blob = |index: usize, column: &str| match row.get_ref(index) {
        Ok(ValueRef::Blob(bytes)) => Ok(Some(bytes)),
        Ok(ValueRef::Null) => Ok(None),
        _ => Err(Columns::odd(seq, column)),
    };
    let at = match row.get_ref(2) {
        Ok(ValueRef::Integer(at)) => Some(at),
        _ => None,
    };
    let columns = Columns {
        seq,
        kind: text(1),
        at,
        by: text(3),
        salt: blob(4, "salt")?,
        content: blob(5, "content")?,
        commitment: blob(6, "commitment")?,
        leaf: blob(7, "leaf")?,
    };
    let mut row = columns.row()?;
    if matches!(row.kept, Kept::Open { .. }) && row.commitment == Some(ROOM) {
        row.commitment = None;
    }
    Ok(row)
}

/// What SQLite says, in the words of the ledger.
pub(super) fn fault(place: &str, error: &rusqlite::Error) -> Error {
    let place = place.to_owned();
    if let rusqlite::Error::InvalidColumnType(..)
    | rusqlite::Error::FromSqlConversionFailure(..)
    | rusqlite::Error::IntegralValueOutOfRange(..)
    | rusqlite::Error::Utf8Error(..) = error
    {
        return Damage::of_all(format!("{place}: something is not as it was written: {error}")).into();
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full(place),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::ReadOnly(place),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked(place),
        Some(ErrorCode::DatabaseCorrupt) => Damage::of_all(format!("{place}: {error}")).into(),
        Some(ErrorCode::NotADatabase) => {
            Damage::of_all(format!("{place}: it does not begin as a ledger does")).into()
        }
        Some(ErrorCode::CannotOpen) => {
            let why =
                "the ledger cannot be opened or made here: does the folder exist, and may it be written?";
            Error::Store { place, why: why.to_owned() }
        }
        _ => Error::Store { place, why: error.to_string() },
    }
}
