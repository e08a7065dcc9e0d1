//! Instants, durations and periods, in ticks of one microsecond (SEMANTICS.md §1).
//!
//! Invariant: every period is closed at both ends in ticks, so that no rule needs to know whether the interval that it
//! came from was half-open: `[from, to)` is stored as `[from, to - 1 tick]`, and `from = to` as that one instant.

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A point in time: microseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// A length of time in microseconds; never negative in an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duration(pub i64);

impl Duration {
    /// One tick, the least positive length.
    pub const TICK: Duration = Duration(1);
    /// One hour.
    pub const HOUR: Duration = Duration(3_600_000_000);
    /// Twenty-four hours: an absolute length, not a calendar day.
    pub const DAY: Duration = Duration(24 * Self::HOUR.0);

    /// `hours` absolute hours.
    #[must_use]
    pub fn hours(hours: i64) -> Self {
        Duration(hours.saturating_mul(Self::HOUR.0))
    }

    /// Reads an ISO 8601 duration in weeks, days, hours, minutes and seconds; a day is 24 hours.
    ///
    /// # Errors
    /// A message that says what was expected, for months and years, for signs, and for what is no duration at all.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is not a duration such as PT6H, P1D or P2DT12H");
        let span: jiff::Span = text.parse().map_err(|_| wrong())?;
        if span.get_years() != 0 || span.get_months() != 0 || span.is_negative() {
            return Err(wrong());
        }
        let seconds = (i64::from(span.get_weeks()) * 7 + i64::from(span.get_days())) * 86_400
            + i64::from(span.get_hours()) * 3600
            + span.get_minutes() * 60
            + span.get_seconds();
        Ok(Duration(seconds.saturating_mul(1_000_000)))
    }
}

impl Instant {
    /// Before everything.
    pub const MIN: Instant = Instant(i64::MIN / 4);
    /// After everything.
    pub const MAX: Instant = Instant(i64::MAX / 4);

    /// Reads an RFC 3339 instant; an offset is required.
    ///
    /// # Errors
    /// A message that says what is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.parse::<Timestamp>() {
            Ok(timestamp) => Ok(Instant(timestamp.as_microsecond())),
            Err(_) if text.len() == 10 && text.parse::<civil::Date>().is_ok() => Err(format!(
                "“{text}” is a day and has no offset from UTC: write it as {text}T00:00Z or {text}T00:00+03:00"
            )),
            Err(_) if text.parse::<civil::DateTime>().is_ok() => {
                Err(format!("“{text}” has no offset from UTC: write it as {text}Z or {text}+03:00"))
            }
            Err(_) => Err(format!("“{text}” is not an instant such as 2025-10-14T18:00:00+03:00")),
        }
    }

    /// The next tick.
    #[must_use]
    pub fn next(self) -> Self {
        Instant(self.0.saturating_add(1))
    }

    /// The tick before.
    #[must_use]
    pub fn previous(self) -> Self {
        Instant(self.0.saturating_sub(1))
    }

    /// This instant in a time zone.
    #[must_use]
    pub fn zoned(self, zone: &TimeZone) -> Zoned {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
    }

    /// The instant of a civil time in a zone. In a gap it moves forward, in a fold it takes the later (SEMANTICS.md §1).
    #[must_use]
    pub fn of_civil(when: civil::DateTime, zone: &TimeZone) -> Self {
        let ambiguous = zone.to_ambiguous_timestamp(when);
        let chosen = match ambiguous.offset() {
            jiff::tz::AmbiguousOffset::Fold { .. } => ambiguous.later(),
            _ => ambiguous.compatible(),
        };
        chosen.map_or(Instant::MAX, |timestamp| Instant(timestamp.as_microsecond()))
    }

    /// Local midnight at the start of a civil date.
    #[must_use]
    pub fn start_of(date: civil::Date, zone: &TimeZone) -> Self {
        Self::of_civil(date.to_datetime(civil::Time::midnight()), zone)
    }

    /// The civil date in a zone on which this instant falls.
    #[must_use]
    pub fn date(self, zone: &TimeZone) -> civil::Date {
        self.zoned(zone).date()
    }
}

impl std::ops::Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, length: Duration) -> Instant {
        Instant(self.0.saturating_add(length.0).clamp(Self::MIN.0, Self::MAX.0))
    }
}

impl std::ops::Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, length: Duration) -> Instant {
        Instant(self.0.saturating_sub(length.0).clamp(Self::MIN.0, Self::MAX.0))
    }
}

impl std::fmt::Display for Instant {
    /// RFC 3339 in UTC with `Z`; a fraction of a second only where there is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{}", if self.0 < 0 { "-infinity" } else { "infinity" }),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "-infinity" => Ok(Instant::MIN),
            "infinity" => Ok(Instant::MAX),
            text => Instant::parse(text).map_err(D::Error::custom),
        }
    }
}

/// A closed stretch of time, both ends in it, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first tick.
    pub first: Instant,
    /// The last tick; not before `first`.
    pub last: Instant,
}

impl Period {
    /// All of time.
    pub const ALWAYS: Period = Period { first: Instant::MIN, last: Instant::MAX };

    /// The period of one instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Period { first: instant, last: instant }
    }

    /// The half-open `[from, to)`, or the one instant where `from = to`; none where it is reversed.
    #[must_use]
    pub fn half_open(from: Instant, to: Instant) -> Option<Self> {
        match from.cmp(&to) {
            std::cmp::Ordering::Less => Some(Period { first: from, last: to.previous() }),
            std::cmp::Ordering::Equal => Some(Period::at(from)),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// The closed period from `first` to `last`; none where it is empty.
    #[must_use]
    pub fn closed(first: Instant, last: Instant) -> Option<Self> {
        (first <= last).then_some(Period { first, last })
    }

    /// Whether every tick of `other` is in this one.
    #[must_use]
    pub fn contains(&self, other: &Period) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Whether they share a tick.
    #[must_use]
    pub fn meets(&self, other: &Period) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// What they share.
    #[must_use]
    pub fn and(&self, other: &Period) -> Option<Period> {
        Period::closed(self.first.max(other.first), self.last.min(other.last))
    }

    /// The end as the half-open form has it: the tick after the last, or the instant itself for a point.
    #[must_use]
    pub fn until(&self) -> Instant {
        if self.first == self.last { self.last } else { self.last.next() }
    }
}
