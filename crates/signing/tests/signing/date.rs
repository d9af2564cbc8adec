//! The date's one form.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use untag_signing::Date;

#[test]
fn a_date_is_read_and_written_in_one_form() {
    for (text, seconds) in [
        ("19700101T000000Z", 0),
        ("19691231T235959Z", -1),
        ("20240229T235959Z", 1_709_251_199),
        ("99991231T235959Z", 253_402_300_799),
        ("00000101T000000Z", -62_167_219_200),
    ] {
        let date = Date::from_unix(seconds).unwrap();
        assert_eq!(date.to_string(), text);
        assert_eq!(text.parse(), Ok(date));
    }
}

#[test]
fn other_forms_and_days_that_are_none_are_refused() {
    for text in [
        "",
        "20240229T235959",
        "20240229T235959z",
        "20240229t235959Z",
        "20240229 235959Z",
        " 20240229T235959Z",
        "20240229T235959Z ",
        "20240229T2359590Z",
        "+2024229T235959Z",
        "2024-229T235959Z",
        "20230229T000000Z",
        "20241301T000000Z",
        "20240100T000000Z",
        "20240101T240000Z",
        "20240101T006000Z",
        "20161231T235960Z",
        "2024022９T2359Z",
    ] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
}

#[test]
fn moments_without_a_four_digit_year_are_no_dates() {
    for seconds in [253_402_300_800, -62_167_219_201, i64::MAX, i64::MIN] {
        assert!(Date::from_unix(seconds).is_err(), "{seconds}");
    }
}

#[test]
fn a_moment_is_in_the_second_that_has_begun() {
    let date = |time: SystemTime| Date::try_from(time).unwrap().to_string();
    assert_eq!(date(UNIX_EPOCH + Duration::from_millis(1_709_251_199_999)), "20240229T235959Z");
    assert_eq!(date(UNIX_EPOCH - Duration::from_millis(1)), "19691231T235959Z");
    assert_eq!(date(UNIX_EPOCH - Duration::from_secs(1)), "19691231T235959Z");
    assert!(Date::try_from(UNIX_EPOCH + Duration::from_secs(1 << 40)).is_err());
}
