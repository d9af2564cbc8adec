//! Times as people type and read them.

use crate::clock;
use chrono::{DateTime, SecondsFormat};
use std::time::Duration;
use untag_store::Micros;

/// Reads `2026-11-22T10:00:00Z`, or a distance into the past: `90s`, `15m`, `12h`, `7d`.
///
/// # Errors
/// It is neither.
pub(super) fn parse(text: &str) -> Result<Micros, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.timestamp_micros());
    }
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => 0,
    };
    match number.parse::<u32>() {
        Ok(number) if unit > 0 => {
            let past = Duration::from_secs(u64::from(number) * unit);
            Ok(clock::micros(clock::now())
                .saturating_sub(i64::try_from(past.as_micros()).unwrap_or(i64::MAX)))
        }
        _ => Err("write a time like 2026-11-22T10:00:00Z, or how long ago: 90s, 15m, 12h, 7d".to_owned()),
    }
}

/// Writes a time in UTC, to the microsecond.
pub(super) fn format(micros: Micros) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| format!("{micros} µs"), |time| time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn what_is_written_reads_as_the_same_time() {
        let micros = parse("2026-11-22T10:00:00.000001+01:00").unwrap();
        assert_eq!(format(micros), "2026-11-22T09:00:00.000001Z");
        assert_eq!(parse(&format(micros)), Ok(micros));
    }

    #[test]
    fn distances_lie_in_the_past() {
        let minute = parse("1m").unwrap() - parse("2m").unwrap();
        assert!((59_000_000..61_000_000).contains(&minute), "{minute}");
        for wrong in ["", "m", "1", "1y", "-1s", "1.5h", "yesterday", "99999999999d", "中"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
