//! Windows: when they open and the last tick in time (spec/meaning.md §4).
//!
//! Invariant: a window that has not opened has no end yet.

use jiff::ToSpan;
use model::{
    Instant, Period,
    agreement::{Due, Provision},
};

use super::{World, not_handled};
use crate::Refused;

/// A window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// When it opens, if it does.
    pub opens: Option<Instant>,
    /// The last tick in time; the end of time where there is none.
    pub last: Instant,
}

/// A suspension that touches a duty, and whether it stops its clocks.
pub(super) type Stop = (Period, bool);

impl World<'_> {
    /// The window of a deadline, with what suspensions do to it.
    pub(crate) fn window(&self, due: &Due, stops: &[Stop]) -> Result<Window, Refused> {
        let from_entry = |last| Window { opens: Some(self.entry), last };
        let after = |first: Option<Instant>, last: &dyn Fn(Instant) -> Result<Instant, Refused>| {
            Ok(match first {
                Some(first) => Window { opens: Some(first), last: last(first)? },
                None => Window { opens: None, last: Instant::MAX },
            })
        };
        Ok(match due {
            Due::Open => from_entry(Instant::MAX),
            Due::By(last) => from_entry(fixed(*last, stops)),
            Due::Before(condition) => {
                from_entry(self.instant(condition)?.map_or(Instant::MAX, Instant::previous))
            }
            Due::Within(length, condition) => {
                after(self.instant(condition)?, &|first| Ok(relative(first, first + *length, stops)))?
            }
            Due::EndOfDayAfter(days, condition) => after(self.instant(condition)?, &|first| {
                Ok(fixed(self.end_of_day(first, i64::from(*days))?, stops))
            })?,
            Due::MonthsAfter(months, condition) => after(self.instant(condition)?, &|first| {
                Ok(fixed(self.end_of_months(first, *months)?, stops))
            })?,
            Due::Latest(parts) | Due::Earliest(parts) => {
                let parts: Vec<Window> =
                    parts.iter().map(|part| self.window(part, stops)).collect::<Result<_, _>>()?;
                let ends = parts.iter().map(|part| part.last);
                let last = if matches!(due, Due::Latest(_)) { ends.max() } else { ends.min() };
                let opens = parts.iter().filter_map(|part| part.opens).min();
                Window { opens, last: last.unwrap_or(Instant::MAX) }
            }
        })
    }

    /// The window of a deadline of a provision.
    pub(super) fn window_of(&self, provision: &Provision, due: &Due) -> Result<Window, Refused> {
        self.window(due, &self.effects.stops(&self.agreement, provision))
    }

    /// The last tick of the day that comes `days` after that of an instant.
    pub(super) fn end_of_day(&self, instant: Instant, days: i64) -> Result<Instant, Refused> {
        let zone = &self.agreement.timezone;
        match instant.date(zone).checked_add((days + 1).days()) {
            Ok(date) => Ok(Instant::start_of(date, zone).previous()),
            Err(_) => not_handled("a date beyond the calendar"),
        }
    }

    /// The last tick of the day with the same number so many months later, or of the last of a shorter month.
    pub(super) fn end_of_months(&self, instant: Instant, months: u32) -> Result<Instant, Refused> {
        let zone = &self.agreement.timezone;
        let date = instant.date(zone).checked_add(i64::from(months).months());
        match date.and_then(|date| date.tomorrow()) {
            Ok(next) => Ok(Instant::start_of(next, zone).previous()),
            Err(_) => not_handled("a date beyond the calendar"),
        }
    }
}

/// A fixed deadline that falls in a suspension is due at its end.
fn fixed(last: Instant, stops: &[Stop]) -> Instant {
    stops.iter().fold(last, |last, (stop, _)| {
        if stop.contains(&Period::at(last)) { stop.last.next().min(Instant::MAX) } else { last }
    })
}

/// A relative deadline moves by what stops its clocks after it has begun to run and before it has passed; what stops them
/// twice at once stops them once.
pub(super) fn relative(first: Instant, last: Instant, stops: &[Stop]) -> Instant {
    let mut first = first;
    stops.iter().fold(last, |last, (stop, clocks)| {
        if !clocks {
            return fixed(last, &[(*stop, false)]);
        }
        let from = stop.first.max(first);
        if from > last || from > stop.last {
            return last;
        }
        first = stop.last.next();
        Instant(last.0.saturating_add(stop.last.0 - from.0 + 1).min(Instant::MAX.0))
    })
}
