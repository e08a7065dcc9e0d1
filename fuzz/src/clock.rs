//! How long reading may take.
//!
//! Invariant: the time of this thread alone is counted, so that a busy machine fails nothing.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The longest text that must be read within [`LIMIT`].
const LONG: usize = 64 << 10;

const LIMIT: Duration = Duration::from_secs(1);

/// Does it, and panics where it took too long; a text beyond [`LONG`] may take as long as it likes.
pub fn in_time<T>(bytes: usize, work: impl FnOnce() -> T) {
    let before = spent();
    work();
    let took = spent().saturating_sub(before);
    // What is not released is slower by more than this bound has room for.
    if bytes <= LONG && cfg!(any(feature = "libfuzzer", not(debug_assertions))) {
        assert!(took < LIMIT, "{bytes} bytes took {took:?}");
    }
}

fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The middle of the text, between marks of `§`, again and again until the whole is long.
pub fn grown(text: &str) -> String {
    let parts: Vec<&str> = text.splitn(3, '§').collect();
    let (before, middle, after) = match parts[..] {
        [middle] => ("", middle, ""),
        [before, middle] => (before, middle, ""),
        [before, middle, after] => (before, middle, after),
        _ => return String::new(),
    };
    let room = LONG.saturating_sub(before.len() + after.len());
    // A `№` in the middle is counted up, so that names differ.
    let mut grown = before.to_owned();
    let mut number = 0;
    while !middle.is_empty() {
        let next = middle.replace('№', &number.to_string());
        if grown.len() - before.len() + next.len() > room {
            break;
        }
        grown.push_str(&next);
        number += 1;
    }
    grown + after
}
