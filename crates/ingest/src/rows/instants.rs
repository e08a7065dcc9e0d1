//! Instants in their usual form, read without the calendar where their day has been met.
//!
//! Invariant: every instant that is read here is the one that [`Instant::parse`] reads; what is written otherwise is left to it.

use model::Instant;

/// Days are kept by their day of the month, so that those of one month never take each other's place.
const KEPT: usize = 32;
/// The calendar ends in this year, before its last day does.
const LAST_YEAR: &[u8] = b"9999";

/// Days met lately.
pub(super) struct Instants {
    days: [([u8; 10], Instant); KEPT],
}

impl Default for Instants {
    fn default() -> Instants {
        Instants { days: [([0; 10], Instant(0)); KEPT] }
    }
}

impl Instants {
    /// An instant as a whole cell, `2025-10-14T18:00:00Z` or with an offset.
    pub(super) fn whole(&mut self, cell: &[u8]) -> Option<Instant> {
        let (instant, length) = self.first(cell)?;
        (length == cell.len()).then_some(instant)
    }

    /// The instant with which a text opens, and its length.
    #[inline]
    pub(super) fn first(&mut self, text: &[u8]) -> Option<(Instant, usize)> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let ([mark, clock @ .., zone], rest) = rest.split_first_chunk::<10>()?;
        let seconds = of_clock(*clock).filter(|_| *mark == b'T')?;
        let (offset, length) = if *zone == b'Z' {
            (0, 20)
        } else {
            let [h1, h2, b':', m1, m2] = *rest.first_chunk::<5>()? else { return None };
            let offset = of_clock([h1, h2, b':', m1, m2, b':', b'0', b'0'])?;
            match zone {
                b'+' => (offset, 25),
                b'-' => (-offset, 25),
                _ => return None,
            }
        };
        let midnight = self.midnight(date)?;
        Some((Instant(midnight.0 + (seconds - offset) * 1_000_000), length))
    }

    #[inline]
    fn midnight(&mut self, date: &[u8; 10]) -> Option<Instant> {
        let day = date[8].wrapping_mul(10).wrapping_add(date[9]);
        let kept = &mut self.days[usize::from(day) % KEPT];
        if kept.0 != *date {
            *kept = (*date, of_calendar(date)?);
        }
        Some(kept.1)
    }
}

/// Midnight in UTC of a day written `2025-10-14`.
#[cold]
fn of_calendar(date: &[u8; 10]) -> Option<Instant> {
    let usual = date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !usual || date.starts_with(LAST_YEAR) {
        return None;
    }
    let text = std::str::from_utf8(date).ok()?;
    Instant::parse(&format!("{text}T00:00:00Z")).ok()
}

/// The seconds from midnight to a time of day written `18:00:00`, its eight bytes looked at as one number.
#[inline]
fn of_clock(clock: [u8; 8]) -> Option<i64> {
    const COLONS: u64 = u64::from_le_bytes(*b"\0\0:\0\0:\0\0");
    const DIGITS: u64 = u64::from_le_bytes(*b"\xff\xff\0\xff\xff\0\xff\xff");
    const ZEROS: u64 = u64::from_le_bytes(*b"00\x0000\x0000");
    let written = u64::from_le_bytes(clock);
    let values = (written & DIGITS) ^ ZEROS;
    // A byte that is above nine has a bit among its upper four, or gets one when six are added.
    let wrong = (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    if written & !DIGITS != COLONS || wrong != 0 {
        return None;
    }
    let pairs = values * 10 + (values >> 8);
    let [hours, _, _, minutes, _, _, seconds, _] = pairs.to_le_bytes().map(i64::from);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(hours * 3600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_read_is_what_is_parsed(
            date in "[0-9]{4}-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])|9999-12-3[01]|[0-9-]{10}",
            clock in "([01][0-9]|2[0-5]):[0-6][0-9]:[0-6][0-9]|[0-9:]{8}|..:..:..",
            zone in "Z|[+-]([01][0-9]|2[0-4]):[0-6][0-9]|[+-]?[0-9:]{4,6}",
        ) {
            let text = format!("{date}T{clock}{zone}");
            if let Some(instant) = Instants::default().whole(text.as_bytes()) {
                prop_assert_eq!(Ok(instant), Instant::parse(&text));
            }
        }
    }

    #[test]
    fn days_of_a_month_stand_side_by_side() {
        let mut all = Instants::default();
        for day in (1..=31).chain(1..=31) {
            let text = format!("2025-10-{day:02}T23:59:58-01:30");
            assert_eq!(all.whole(text.as_bytes()), Instant::parse(&text).ok());
        }
        assert_eq!(all.whole(b"2025-10-14T18:00:00Z"), Instant::parse("2025-10-14T18:00:00Z").ok());
        for odd in
            ["2025-02-30T18:00:00Z", "2025-10-14T18:00:60Z", "2025-10-14t18:00:00Z", "2025-10-14T18:00:00Z "]
        {
            assert_eq!(all.whole(odd.as_bytes()), None, "{odd}");
        }
    }
}
