//! Averages: what counts is the sum over several days, in blocks that follow each other or over any so many days.
//!
//! Invariant: an instance requires the sum of what its days in scope require; amounts are asked of the evidence for the whole
//! stretch at once, so that a total over a week bounds the week.

use model::{Instant, Period};

use super::{Drawn, Plan, cycle::from_opening};

impl Plan<'_> {
    /// An instance for each block of so many days.
    pub(super) fn blocks(&self, days: u32, short_is_breach: bool) -> Vec<Drawn> {
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else {
            return Vec::new();
        };
        let seen = Period { first: first.first, last: last.last };
        // The block that holds the instant asked about reaches beyond it: its days are counted all the same.
        let grid = from_opening(self.context, days, self.scope, &seen);
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
            drawn.extend(self.alone(" day"));
        }
        drawn
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

    /// An instance for each day in scope from the so-manieth on, over the days in scope that end with it. Where it is in doubt which
    /// days are in scope, it is not told what they have come to.
    pub(super) fn sliding(&self, days: u32, short_is_breach: bool) -> Vec<Drawn> {
        let mut kept = Vec::new();
        for (index, turn) in self.turns.iter().enumerate() {
            let Some(day) = self.slot(String::new(), index..index + 1, false) else { continue };
            if day.windows.doubtful && !self.scope.simple {
                let daily = if short_is_breach { self.alone(" day") } else { Vec::new() };
                return self.all_untold().into_iter().chain(daily).collect();
            }
            kept.push(turn.clone());
        }
        let periods: Vec<Period> = kept.iter().map(|turn| turn.period).collect();
        let listed = Plan { turns: &kept, periods: &periods, ..*self };
        let days = usize::try_from(days.max(1)).unwrap_or(1);
        let each = (days - 1..kept.len()).filter_map(|last| listed.ending_with(last, days));
        let mut drawn: Vec<Drawn> = each.collect();
        if short_is_breach {
            drawn.extend(self.alone(" day"));
        }
        drawn
    }

    /// The instance over so many days that end with one. It has begun when that day has; and a world in which the scope
    /// opened after the first of them, or closed before the last, has none.
    fn ending_with(&self, last: usize, days: usize) -> Option<Drawn> {
        let mut slot = self.slot(self.turns[last].date.to_string(), last + 1 - days..last + 1, false)?;
        let (first, day) = (slot.periods[0], self.periods[last]);
        let all = slot.windows.each.len();
        slot.windows.each.retain(|window| window.since <= first.last && window.last() >= day.first);
        slot.windows.doubtful |= slot.windows.each.len() < all;
        slot.windows.doubtful |= !self.scope.opens.certain_by(first.last);
        slot.from = slot.windows.each.iter().filter_map(|w| w.part(&day)).map(|w| w.first()).min()?;
        Some(self.draw(&slot))
    }
}
