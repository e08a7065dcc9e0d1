//! Instants for people: read from what they type, shown in the agreement's time zone.
//!
//! Invariant: what is shown has the same digits in every language, and the exact instant in its `datetime`.

use jiff::{civil, tz::TimeZone};
use maud::{Markup, html};
use model::Instant;

use crate::locale::{Lang, Say};

const ENGLISH: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ARABIC: [&str; 12] = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
];

/// What is wrong with a time that someone typed: the key of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotATime {
    /// A date without a time of day: the start and the end of the day are different questions.
    DateAlone,
    /// Nothing that is read.
    Unreadable,
}

/// Reads an RFC 3339 instant, or a civil time in the agreement's zone.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str, zone: &TimeZone) -> Result<Instant, NotATime> {
    let text = text.trim();
    if text.parse::<civil::Date>().is_ok() && text.len() <= "2025-10-14".len() {
        return Err(NotATime::DateAlone);
    }
    // A plus in a query that was not encoded arrives as a space: `…T18:00:00 03:00` is meant as an offset.
    let mended = match text.rsplit_once(' ') {
        Some((time, offset)) if time.contains('T') && offset.len() == 5 => format!("{time}+{offset}"),
        _ => text.to_owned(),
    };
    if let Ok(instant) = Instant::parse(&mended) {
        return Ok(instant);
    }
    let civil = text.parse::<civil::DateTime>().map_err(|_| NotATime::Unreadable)?;
    Ok(Instant::of_civil(civil, zone))
}

/// The month's name.
fn month(number: i8, lang: Lang) -> &'static str {
    let names = match lang {
        Lang::En => &ENGLISH,
        Lang::Ar => &ARABIC,
    };
    usize::try_from(number - 1).ok().and_then(|i| names.get(i)).copied().unwrap_or_default()
}

/// `14 Oct 2025, 18:00` in the zone.
#[must_use]
pub fn text(instant: Instant, zone: &TimeZone, say: Say) -> String {
    // The last tick before a round time is shown as that time: people say “by 18:00”; `datetime` has the tick.
    let shown = if instant.0.rem_euclid(60_000_000) == 59_999_999 { instant.next() } else { instant };
    let zoned = shown.zoned(zone);
    let (date, time) = (zoned.date(), zoned.time());
    let comma = if say.lang == Lang::Ar { "،" } else { "," };
    let clock = if time.second() == 0 && time.subsec_nanosecond() == 0 {
        format!("{:02}:{:02}", time.hour(), time.minute())
    } else {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    };
    format!("{}{comma} {clock}", day_text(date, say))
}

/// `14 Oct 2025`.
#[must_use]
pub fn day_text(date: civil::Date, say: Say) -> String {
    format!("{} {} {}", date.day(), month(date.month(), say.lang), date.year())
}

/// `Oct 2025`.
#[must_use]
pub fn month_text(date: civil::Date, say: Say) -> String {
    format!("{} {}", month(date.month(), say.lang), date.year())
}

/// An instant, with the exact one for machines.
#[must_use]
pub fn time(instant: Instant, zone: &TimeZone, say: Say) -> Markup {
    html! { time datetime=(instant) { bdi { (text(instant, zone, say)) } } }
}

/// An instant with its offset from UTC, where it must not be mistaken.
#[must_use]
pub fn exact(instant: Instant, zone: &TimeZone, say: Say) -> Markup {
    let offset = instant.zoned(zone).offset();
    html! { (time(instant, zone, say)) " " bdi.offset dir="ltr" { "UTC" (offset_text(offset)) } }
}

fn offset_text(offset: jiff::tz::Offset) -> String {
    let seconds = offset.seconds();
    let (sign, seconds) = if seconds < 0 { ('−', -seconds) } else { ('+', seconds) };
    format!("{sign}{:02}:{:02}", seconds / 3600, seconds % 3600 / 60)
}

/// An instant, or a dash for none.
#[must_use]
pub fn or_dash(instant: Option<Instant>, zone: &TimeZone, say: Say) -> Markup {
    instant.map_or_else(|| html! { "–" }, |instant| time(instant, zone, say))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_of_the_agreement() {
        let zone = TimeZone::get("Asia/Gaza").unwrap();
        let expected = Instant::parse("2025-10-14T15:00:00Z").unwrap();
        for typed in [
            "2025-10-14T18:00",
            "2025-10-14 18:00",
            "2025-10-14T18:00:00+03:00",
            "2025-10-14T18:00:00 03:00",
            "2025-10-14T15:00:00Z",
        ] {
            assert_eq!(read(typed, &zone), Ok(expected), "{typed}");
        }
        assert_eq!(read("2025-10-14", &zone), Err(NotATime::DateAlone));
        assert_eq!(read("yesterday", &zone), Err(NotATime::Unreadable));
    }
}
