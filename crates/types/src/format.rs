//! The texts of `format: uuid` and `format: date-time`: one grammar each, for bodies and parameters alike.
//!
//! The crates behind both types read more than the formats allow: UUIDs in braces, date-times with spaces in them.

use crate::{DateTime, Uuid};
use chrono::SecondsFormat;
use std::fmt;

/// What a UUID must look like, for error messages.
pub(crate) const UUID: &str = "a UUID such as 123e4567-e89b-12d3-a456-426614174000";

/// What a date-time must look like, for error messages.
pub(crate) const DATE_TIME: &str = "a date-time of RFC 3339 such as 2024-05-01T12:30:00Z";

/// Reads a UUID in its hyphenated form (RFC 9562).
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    // Of the forms that `uuid` reads, only the hyphenated one has 36 characters.
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Reads a date-time as section 5.6 of RFC 3339 has it.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't'));
    // `chrono` takes the minus sign of Unicode for a hyphen, too.
    (separated && text.is_ascii()).then(|| DateTime::parse_from_rfc3339(text).ok()).flatten()
}

/// Writes a date-time the way its JSON is written, and [`parameter`](crate::parameter) reads it. (`Display` of `chrono`
/// is another format.)
///
/// # Errors
/// The formatter's.
pub fn write_date_time(value: &DateTime, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.pad(&value.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}
