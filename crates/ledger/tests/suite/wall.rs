//! The time that it is, for cases in which several programs write.
//!
//! Invariant: no case asks what the time of an entry is.
#![allow(clippy::disallowed_methods, reason = "the time of an entry is no part of a verdict")]
#![expect(clippy::unwrap_used, reason = "a case that cannot go on fails by it")]

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use ledger::Clock;
use model::Instant;

pub fn wall() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Instant(i64::try_from(since.as_micros()).unwrap())
    })
}
