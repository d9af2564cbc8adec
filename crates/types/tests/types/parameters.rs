//! Values in paths, queries and headers.

use std::fmt::Display;
use untag_types::format::write_date_time;
use untag_types::parameter::FromParameter;
use untag_types::validate::Validate;
use untag_types::{DateTime, DesktopTagKey, SystemTagKey, Uuid};

fn refusal<T: FromParameter>(text: &str) -> String {
    match T::from_parameter(text) {
        Ok(_) => panic!("accepted: {text:?}"),
        Err(error) => error.to_string(),
    }
}

fn goes_round<T: FromParameter + Display + PartialEq + std::fmt::Debug>(value: &T) {
    let written = value.to_string();
    assert_eq!(T::from_parameter(&written).as_ref(), Ok(value), "{written}");
}

#[test]
fn integers_are_written_one_way_only() {
    for (text, value) in [("0", 0), ("-1", -1), ("10", 10), ("-0", 0), ("9223372036854775807", i64::MAX)] {
        assert_eq!(i64::from_parameter(text), Ok(value), "{text}");
    }
    for text in ["", "+5", "05", "-05", "00", "5.0", "5e0", " 5", "5 ", "0x5", "5_0", "five", "-", "--5", "٥"]
    {
        let sentence = "must be an integer, written without a sign `+`, leading zeros or a fraction";
        assert_eq!(refusal::<i64>(text), sentence, "{text:?}");
    }
    assert_eq!(refusal::<i64>("9223372036854775808"), "is out of the range of an integer of 64 bits");
    assert_eq!(refusal::<i32>("2147483648"), "is out of the range of an integer of 32 bits");
    assert_eq!(i32::from_parameter("-2147483648"), Ok(i32::MIN));
}

#[test]
fn numbers_are_those_of_json() {
    for text in ["0", "-0.5", "1e3", "1E+3", "1.25e-3", "123456789012345678901234567890"] {
        assert!(f64::from_parameter(text).is_ok(), "{text}");
    }
    for text in ["", ".5", "5.", "+1", "01", "1e", "1e+", "NaN", "inf", "Infinity", "1,5", "0x1p3", "1e999"] {
        let sentence = "must be a number that a double can hold, written as in JSON";
        assert_eq!(refusal::<f64>(text), sentence, "{text:?}");
    }
}

#[test]
fn booleans_have_two_spellings() {
    assert_eq!(bool::from_parameter("true"), Ok(true));
    assert_eq!(bool::from_parameter("false"), Ok(false));
    for text in ["True", "1", "yes", "", " true"] {
        assert_eq!(refusal::<bool>(text), "must be true or false", "{text:?}");
    }
}

#[test]
fn uuids_and_date_times_have_one_form() {
    let uuid = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
    assert_eq!(Uuid::from_parameter(uuid).unwrap().to_string(), uuid);
    assert!(Uuid::from_parameter(&uuid.to_uppercase()).is_ok());
    for text in [
        "",
        "e6cd8b01ea9c4a8b8b1f4b2a1a0c9d11",
        "{e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11}",
        "urn:uuid:e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11",
        "g6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11",
    ] {
        assert!(refusal::<Uuid>(text).starts_with("must be a UUID such as "), "{text:?}");
    }
    for text in ["2024-02-29T23:59:59.5+08:00", "2024-05-01t12:30:00z", "0000-01-01T00:00:00-23:59"] {
        assert!(DateTime::from_parameter(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "2024-05-01",
        "2024-05-01 12:30:00Z",
        "2024-05-01T12:30:00",
        "2024-5-1T12:30:00Z",
        "2023-02-29T00:00:00Z",
        "2024-05-01T25:00:00Z",
        "2024-05-01T12:30:00 Z",
    ] {
        assert!(refusal::<DateTime>(text).starts_with("must be a date-time of RFC 3339 "), "{text:?}");
    }
}

#[test]
fn date_times_are_written_the_way_they_are_read() {
    struct Written(DateTime);

    impl Display for Written {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write_date_time(&self.0, f)
        }
    }

    for text in ["2024-02-29T23:59:59.500+08:00", "2024-05-01T12:30:00Z", "2016-12-31T23:59:60Z"] {
        let value = DateTime::from_parameter(text).unwrap();
        assert_eq!(Written(value).to_string(), text);
        assert_eq!(serde_json::to_string(&value).unwrap(), format!("\"{text}\""));
    }
}

#[test]
fn what_is_written_is_read_again() {
    goes_round(&i64::MIN);
    goes_round(&i32::MAX);
    goes_round(&true);
    for number in [0.0, -0.5, 0.1 + 0.2, f64::MAX, f64::MIN_POSITIVE, 1e21] {
        goes_round(&number);
    }
    goes_round(&Uuid::max());
    for key in ["..", "a/b", r"a\b", "%2e%2e", "中 文", "a,b", ""] {
        goes_round(&DesktopTagKey::from_parameter(key).unwrap());
    }
    goes_round(&SystemTagKey::SysEnterpriseProjectId);
}

#[test]
fn limits_are_checked_afterwards() {
    let key = DesktopTagKey::from_parameter(&"k".repeat(129)).unwrap();
    assert!(key.validate().is_err());
    let key = SystemTagKey::from_parameter("other").unwrap();
    assert_eq!(key.validate().unwrap_err().to_string(), "the value must be _sys_enterprise_project_id");
}

#[test]
fn arrays_repeat_in_a_query_and_have_commas_elsewhere() {
    type Integers = Vec<i64>;
    assert_eq!(Integers::from_parameters(&["1", "2"]), Ok(vec![1, 2]));
    assert_eq!(Integers::from_parameter("1,2"), Ok(vec![1, 2]));
    assert_eq!(Integers::from_parameter(""), Ok(Vec::new()));
    assert_eq!(Vec::<String>::from_parameters(&["a,b", ""]), Ok(vec!["a,b".to_owned(), String::new()]));
    let error = Integers::from_parameter("1,,2").unwrap_err().to_string();
    assert!(error.starts_with("has a wrong item: item 1 (from 0) must be an integer"), "{error}");
}

#[test]
fn what_is_no_array_is_given_once() {
    assert_eq!(i64::from_parameters(&["1"]), Ok(1));
    assert_eq!(i64::from_parameters(&["1", "1"]).unwrap_err().to_string(), "is given more than once");
    assert_eq!(i64::from_parameters(&[]).unwrap_err().to_string(), "is missing");
}
