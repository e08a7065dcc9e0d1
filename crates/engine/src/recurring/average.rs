//! Averages: what counts is the sum over several days, in blocks that follow each other or over any so many days.
//!
//! Invariant: an instance requires the sum of what its days in scope require; amounts are asked of the evidence for the whole
//! stretch at once, so that a total over a week bounds the week.

use model::{Instant, Period};

use super::{Drawn, Plan, cycle::from_opening, quota::Slot};
use crate::conditions::NotComputed;

impl Plan<'_> {
    /// An instance for each block of so many days.
    pub(super) fn blocks(&self, days: u32, short_is_breach: bool) -> Result<Vec<Drawn>, NotComputed> {
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else {
            return Ok(Vec::new());
        };
        let seen = Period { first: first.first, last: last.last };
        // The block that holds the instant asked about reaches beyond it: its days are counted all the same.
        let grid = from_opening(self.context, days, self.scope, &seen)?;
        let ahead = self.with_days_ahead(days);
        let mut drawn = Vec::new();
        for block in grid {
            let start = ahead.partition_point(|day| day.first < block.period.first);
            let end = ahead.partition_point(|day| day.first <= block.period.last);
            let Some(periods) = ahead.get(start..end).filter(|days| !days.is_empty()) else { continue };
            let laid_out = Plan { periods, ..*self };
            let slot = laid_out.slot(block.date.to_string(), 0..periods.len(), block.doubtful);
            drawn.extend(slot.map(|slot| self.draw(&slot)));
        }
        if short_is_breach {
            drawn.extend(self.alone("day "));
        }
        Ok(drawn)
    }

    /// The days up to the one asked about, and so many more.
    fn with_days_ahead(&self, days: u32) -> Vec<Period> {
        let zone = &self.context.agreement.timezone;
        let mut all = self.periods.to_vec();
        let mut start = all.last().map_or(Instant::MAX, |last| last.last.next());
        let mut date = start.date(zone);
        for _ in 0..days {
            let Ok(next) = date.tomorrow() else { break };
            let end = Instant::start_of(next, zone);
            all.push(Period { first: start, last: end.previous() });
            (date, start) = (next, end);
        }
        all
    }

    /// An instance for each day from the so-manieth on, over the days that end with it.
    pub(super) fn sliding(&self, days: u32, short_is_breach: bool) -> Vec<Drawn> {
        let days = usize::try_from(days.max(1)).unwrap_or(1);
        let mut drawn = Vec::new();
        for last in days.saturating_sub(1)..self.turns.len() {
            let slot = self.slot(self.turns[last].date.to_string(), last + 1 - days..last + 1, false);
            let Some(slot) = slot else { continue };
            let begins = self.periods[last].first.max(slot.hull.first);
            // Before its own day there is no instance; and a world that opened later has none.
            let whole = |w: &super::window::Window| {
                w.since <= slot.periods[0].last && w.last() >= self.periods[last].first
            };
            let mut windows = slot.windows.clone();
            windows.each.retain(whole);
            windows.doubtful |= windows.each.len() < slot.windows.each.len();
            windows.doubtful |= !self.scope.opens.certain_by(slot.periods[0].last);
            if !windows.each.is_empty() {
                let slot = Slot { windows, from: begins, ..slot };
                drawn.push(self.draw(&slot));
            }
        }
        if short_is_breach {
            drawn.extend(self.alone("day "));
        }
        drawn
    }
}
