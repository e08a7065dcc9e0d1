//! Amounts: fixed decimals in millionths, so that sums and comparisons are the same on every machine (SEMANTICS.md §9).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An amount in millionths of its unit. The greatest is about nine million million units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

const SCALE: i64 = 1_000_000;

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);
    /// The least amount above zero: what “less than” means is “at most, less this”.
    pub const LEAST: Amount = Amount(1);

    /// A whole number of units.
    #[must_use]
    pub fn whole(units: i64) -> Self {
        Amount(units.saturating_mul(SCALE))
    }

    /// The whole units in it, rounded down.
    #[must_use]
    pub fn floor(self) -> i64 {
        self.0.div_euclid(SCALE)
    }

    /// Reads a decimal with at most six places.
    ///
    /// # Errors
    /// A message that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("“{text}” is not an amount: a number with at most six decimal places was expected");
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.trim_end_matches('0').len() > 6 {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let padded = format!("{:0<6.6}", fraction);
        let fraction: i64 = padded.parse().map_err(|_| wrong())?;
        let value = whole.checked_mul(SCALE).and_then(|w| w.checked_add(fraction)).ok_or_else(wrong)?;
        if value > i64::MAX / 8 {
            return Err(wrong());
        }
        Ok(Amount(sign * value))
    }
}

impl std::ops::Add for Amount {
    type Output = Amount;
    fn add(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Amount {
    type Output = Amount;
    fn sub(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, |total, amount| total + amount)
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / SCALE.unsigned_abs(), magnitude % SCALE.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0'))
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        Amount::parse(&number.to_string()).map_err(D::Error::custom)
    }
}

/// A range of amounts; a missing bound is no information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// At least this.
    pub low: Option<Amount>,
    /// At most this.
    pub high: Option<Amount>,
}

impl Range {
    /// Exactly this much.
    #[must_use]
    pub fn exactly(amount: Amount) -> Self {
        Range { low: Some(amount), high: Some(amount) }
    }
}
