//! `X-Sdk-Date`: a second of UTC in the one form that signatures know.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A second of UTC in the years 0 to 9999, written `YYYYMMDDTHHMMSSZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDateTime);

/// A text or a moment that is no [`Date`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDate;

impl Date {
    /// The second that is `seconds` after the start of 1970, or before it when negative.
    ///
    /// # Errors
    /// The year is not one of 0 to 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, InvalidDate> {
        let date = DateTime::from_timestamp(seconds, 0).ok_or(InvalidDate)?.naive_utc();
        // A fifth digit, or a sign, would not be the form any more.
        if (0..=9999).contains(&date.year()) { Ok(Self(date)) } else { Err(InvalidDate) }
    }

    /// How far two dates are apart, whichever comes first.
    #[must_use]
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_secs((self.0 - other.0).num_seconds().unsigned_abs())
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    /// Reads exactly the form: 16 characters, a day that exists, no second 60.
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let &[y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = text.as_bytes() else {
            return Err(InvalidDate);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |sum: u32, digit| match digit {
                b'0'..=b'9' => Ok(sum * 10 + u32::from(digit - b'0')),
                _ => Err(InvalidDate),
            })
        };
        let year = number(&[y1, y2, y3, y4])?.cast_signed();
        NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
            .and_then(|day| {
                Some((day, number(&[h1, h2]).ok()?, number(&[n1, n2]).ok()?, number(&[s1, s2]).ok()?))
            })
            .and_then(|(day, hour, minute, second)| day.and_hms_opt(hour, minute, second))
            .map(Self)
            .ok_or(InvalidDate)
    }
}

impl TryFrom<SystemTime> for Date {
    type Error = InvalidDate;

    /// The second that has begun at `time`.
    fn try_from(time: SystemTime) -> Result<Self, InvalidDate> {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()),
            Err(before) => {
                let before = before.duration();
                let started = u64::from(before.subsec_nanos() > 0);
                i64::try_from(before.as_secs().saturating_add(started)).map(|seconds| -seconds)
            }
        };
        Self::from_unix(seconds.map_err(|_| InvalidDate)?)
    }
}

impl Date {
    /// The form, without an allocation.
    pub(crate) fn text(self) -> Text {
        // The last digit: no number here has more than it has places.
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        let two = |number: u32| [digit(number / 10), digit(number)];
        let year = self.0.year().unsigned_abs();
        let ([y1, y2], [y3, y4]) = (two(year / 100), two(year));
        let ([m1, m2], [d1, d2]) = (two(self.0.month()), two(self.0.day()));
        let ([h1, h2], [n1, n2]) = (two(self.0.hour()), two(self.0.minute()));
        let [s1, s2] = two(self.0.second());
        Text([y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'])
    }
}

/// The form of a [`Date`].
#[derive(Clone, Copy)]
pub(crate) struct Text([u8; 16]);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        // Digits and two letters.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UTC date of the form YYYYMMDDTHHMMSSZ")
    }
}

impl std::error::Error for InvalidDate {}
