//! The ticks at which deeds of a small case are tried.
//!
//! All that is dated lies on a grid, and so does every sum of lengths of time; a deed lies on a line of the grid
//! or between two. Which of two deeds between lines comes first is told apart by the first, the middle and the
//! last tick between.
//!
//! Invariant: two worlds whose deeds lie in the same stretches of the grid, in the same order within them, come
//! to the same.

use std::collections::BTreeSet;

use model::{Duration, Instant};

use crate::{Oracle, Refused, streams::Streams, world::not_handled};

/// No case with more lines is tried.
const LINES: i64 = 48;

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// The first ticks of the stretches up to an instant, and one past it.
pub(crate) fn points(
    oracle: &Oracle,
    streams: &Streams,
    cuts: impl IntoIterator<Item = Instant>,
) -> Result<Vec<Instant>, Refused> {
    let (start, at) = (oracle.start(), oracle.case.at);
    let mut instants: BTreeSet<Instant> = cuts.into_iter().collect();
    instants.extend(&streams.instants);
    instants.insert(at);
    instants.extend(oracle.entries());
    let ties = oracle.agreement().actors.iter().flat_map(|actor| &actor.ties);
    instants.extend(ties.map(|tie| tie.valid.first));
    if streams.calendar {
        instants.extend(oracle.midnights());
    }
    let hour = Duration::HOUR.0;
    let mut step = 0;
    for instant in instants.into_iter().filter(|instant| Instant::MIN < *instant && *instant < Instant::MAX) {
        let off = instant.0 - start.0;
        // What is inclusive ends a tick after a line.
        let line = (off + 1).div_euclid(hour) * hour;
        let line = if off - line > 1 { return not_handled("times off the grid") } else { line };
        step = gcd(step, line);
    }
    for length in &streams.lengths {
        if length.0 % hour != 0 {
            return not_handled("times off the grid");
        }
        step = gcd(step, length.0);
    }
    if at < start {
        return Ok(vec![at, at.next()]);
    }
    let lines = (at.0 - start.0).checked_div(step).unwrap_or(0);
    if lines > LINES {
        return Err(Refused::TooMany);
    }
    let mut points = BTreeSet::new();
    for line in 0..=lines {
        let tick = Instant(start.0 + line * step);
        points.insert(tick);
        if line < lines {
            points.insert(tick.next());
            if streams.relative {
                points.insert(Instant(tick.0 + step - 1));
            }
            if streams.relative && streams.acts.len() + streams.forbidden.len() > 2 {
                points.insert(Instant(tick.0 + step / 2));
            }
        }
    }
    points.insert(at.next());
    Ok(points.into_iter().collect())
}

impl Oracle<'_> {
    /// The midnights from entry into force to the one after the instant asked about.
    pub(crate) fn midnights(&self) -> Vec<Instant> {
        let zone = &self.agreement().timezone;
        let (mut date, mut midnights) = (self.start().date(zone), Vec::new());
        while let Ok(next) = date.tomorrow() {
            date = next;
            midnights.push(Instant::start_of(date, zone));
            if midnights.last().is_some_and(|midnight| *midnight > self.case.at) {
                break;
            }
        }
        midnights
    }
}
