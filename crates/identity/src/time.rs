//! Points in time as files and Keystone write them: RFC 3339, always with an offset.

use chrono::DateTime;
use std::time::SystemTime;

/// Reads a date-time such as `2027-01-31T12:00:00Z`; `None` when it is not one, or says no offset.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    DateTime::parse_from_rfc3339(text).ok().map(SystemTime::from)
}
