//! What the program takes from the machine that it runs on: the time.
//!
//! Invariant: the time tells when something was recorded, and is in no verdict.

use std::sync::Arc;

use model::Instant;
use watch::ledger::Clock;

/// The time, to the microsecond.
pub fn clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "an entry says when it was recorded")]
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    };
    Arc::new(now)
}
