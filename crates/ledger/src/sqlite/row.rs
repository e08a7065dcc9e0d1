//! Rows of an SQLite ledger as entries, and what SQLite says as errors of the ledger.
//!
//! Invariant: a value that is not of the kind that was written is a damage, never another value.

use model::Instant;
use rusqlite::{ErrorCode, types::ValueRef};
use tlog_tiles::{HASH_SIZE, Hash};

use super::ROOM;
use crate::{
    entry::{Kept, Row, SALT_BYTES},
    error::{Damage, Error},
};

/// An entry.
pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<Row, Error> {
    let seq = match row.get_ref(0) {
        Ok(ValueRef::Integer(seq)) => seq.cast_unsigned(),
        _ => return Err(Damage::of_all("an entry has no place").into()),
    };
    let odd = |column: &str| Damage::at(seq, format!("its {column} is not as it was written"));
    let text = |index: usize, column: &str| match row.get_ref(index) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| odd(column)),
        _ => Err(odd(column)),
    };
    let blob = |index: usize, column: &str| match row.get_ref(index) {
        Ok(ValueRef::Blob(bytes)) => Ok(Some(bytes)),
        Ok(ValueRef::Null) => Ok(None),
        _ => Err(odd(column)),
    };
    let at = match row.get_ref(2) {
        Ok(ValueRef::Integer(at)) => Instant(at),
        _ => return Err(odd("time").into()),
    };
    let salt: Option<[u8; SALT_BYTES]> =
        blob(4, "salt")?.map(|salt| salt.try_into().map_err(|_| odd("salt"))).transpose()?;
    let kept = match (salt, blob(5, "content")?) {
        (Some(salt), Some(content)) => Kept::Open { salt, content: content.to_vec() },
        (None, Some(content)) => Kept::Sealed(content.to_vec()),
        (None, None) => Kept::Erased,
        (Some(_), None) => return Err(odd("content").into()),
    };
    let hash = |index: usize, column: &str| -> Result<Option<[u8; HASH_SIZE]>, Damage> {
        blob(index, column)?.map(|hash| hash.try_into().map_err(|_| odd(column))).transpose()
    };
    let commitment = match (hash(6, "commitment")?, &kept) {
        (Some(ROOM), Kept::Open { .. }) => None,
        (commitment, _) => commitment,
    };
    let leaf = hash(7, "leaf")?.ok_or_else(|| odd("leaf"))?;
    Ok(Row { seq, kind: text(1, "kind")?, at, by: text(3, "author")?, kept, commitment, leaf: Hash(leaf) })
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
