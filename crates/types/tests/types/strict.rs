//! What a server's decoder refuses, whatever the type would forgive.

use serde::Deserialize;
use untag_types::strict::{MAX_DEPTH, from_slice};
use untag_types::{BatchUntagResourcesBody, DesktopTagError};

fn refusal<T: serde::de::DeserializeOwned>(json: &str) -> (String, String) {
    match from_slice::<T>(json.as_bytes()) {
        Ok(_) => panic!("accepted: {json}"),
        Err(error) => (error.pointer(), error.to_string()),
    }
}

#[test]
fn the_documented_example_is_read() {
    let json = br#"{"tags":[{"key":"key1"},{"key":"key2","value":"value3"}],
        "sys_tags":[{"key":"_sys_enterprise_project_id","value":"5aa119a8-d25b-45a7-8d1b-88e127885635"}]}"#;
    let body: BatchUntagResourcesBody = from_slice(json).unwrap();
    assert_eq!(body.tags.unwrap()[1].value.as_ref().unwrap().as_str(), "value3");
    assert_eq!(body.sys_tags.unwrap().len(), 1);
}

#[test]
fn limits_are_not_checked() {
    let body: BatchUntagResourcesBody = from_slice(br#"{"tags":[{"key":""}]}"#).unwrap();
    assert_eq!(body.tags.unwrap()[0].key.as_str(), "");
}

#[test]
fn each_malformation_is_named_with_its_place() {
    let table = [
        // Not an object.
        ("[]", "", "the body must be an object, not an array"),
        (r#"[[],[{"key":"k"}]]"#, "", "the body must be an object, not an array"),
        ("null", "", "the body must be an object, not null"),
        ("7", "", "the body must be an object, not a number"),
        ("-7", "", "the body must be an object, not a number"),
        ("1.5", "", "the body must be an object, not a number"),
        ("true", "", "the body must be an object, not a boolean"),
        (r#""tags""#, "", "the body must be an object, not a string"),
        // Wrong types inside.
        (r#"{"tags":{}}"#, "/tags", "tags must be an array, not an object"),
        (r#"{"tags":"k"}"#, "/tags", "tags must be an array, not a string"),
        (r#"{"tags":["k"]}"#, "/tags/0", "tags[0] must be an object, not a string"),
        (r#"{"tags":[["k","v"]]}"#, "/tags/0", "tags[0] must be an object, not an array"),
        (r#"{"tags":[{"key":1}]}"#, "/tags/0/key", "tags[0].key must be a string, not a number"),
        (r#"{"tags":[{"key":{}}]}"#, "/tags/0/key", "tags[0].key must be a string, not an object"),
        (r#"{"tags":[{"key":["k"]}]}"#, "/tags/0/key", "tags[0].key must be a string, not an array"),
        (
            r#"{"sys_tags":[{"key":false}]}"#,
            "/sys_tags/0/key",
            "sys_tags[0].key must be a string, not a boolean",
        ),
        // null.
        (r#"{"tags":null}"#, "/tags", "tags must be an array, not null"),
        (r#"{"tags":[null]}"#, "/tags/0", "tags[0] must be an object, not null"),
        (
            r#"{"tags":[{"key":"k","value":null}]}"#,
            "/tags/0/value",
            "tags[0].value must be a string, not null",
        ),
        // Members missing, unknown, or there twice.
        (r#"{"tags":[{}]}"#, "/tags/0/key", "tags[0].key is missing"),
        (r#"{"tags":[{"value":"v"}]}"#, "/tags/0/key", "tags[0].key is missing"),
        (
            r#"{"tags":[{"key":"k"},{"key":"k","vlaue":"v"}]}"#,
            "/tags/1/vlaue",
            "tags[1].vlaue is not expected; the members here are key, value",
        ),
        (r#"{"taggs":[]}"#, "/taggs", "taggs is not expected; the members here are tags, sys_tags"),
        (r#"{"tags":[],"tags":[]}"#, "/tags", "tags must not be there twice"),
        (r#"{"tags":[{"key":"a","key":"b"}]}"#, "/tags/0/key", "tags[0].key must not be there twice"),
        (r#"{"tags":[{"key":"a","k\u0065y":"b"}]}"#, "/tags/0/key", "tags[0].key must not be there twice"),
    ];
    for (json, pointer, sentence) in table {
        assert_eq!(
            refusal::<BatchUntagResourcesBody>(json),
            (pointer.to_owned(), sentence.to_owned()),
            "{json}"
        );
    }
}

#[test]
fn what_is_not_json_is_told_by_line_and_column() {
    let table = [
        ("", "the body is empty; JSON is expected"),
        (" \n\t", "the body is empty; JSON is expected"),
        ("{", "the body is not valid JSON: EOF while parsing an object at line 1 column 1"),
        (
            r#"{"tags":[{"key":"k"}"#,
            "the body is not valid JSON: EOF while parsing a list at line 1 column 20",
        ),
        (r#"{"tags":[],}"#, "the body is not valid JSON: trailing comma at line 1 column 12"),
        (r#"{"tags":[]} x"#, "the body is not valid JSON: trailing characters at line 1 column 13"),
        (r#"{"tags":[]}{}"#, "the body is not valid JSON: trailing characters at line 1 column 12"),
        ("{'tags':[]}", "the body is not valid JSON: key must be a string at line 1 column 2"),
        ("\u{feff}{}", "the body is not valid JSON: expected value at line 1 column 1"),
        (
            r#"{"tags":[{"key":"\ud800"}]}"#,
            "the body is not valid JSON: unexpected end of hex escape at line 1 column 24",
        ),
    ];
    for (json, sentence) in table {
        assert_eq!(refusal::<BatchUntagResourcesBody>(json), (String::new(), sentence.to_owned()), "{json}");
    }
    let error = from_slice::<BatchUntagResourcesBody>(b"{\"tags\":[{\"key\":\"\xff\"}]}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body is not valid JSON: invalid unicode code point at line 1 column 18"
    );
}

#[test]
fn every_truncation_is_refused() {
    let json = br#"{"tags":[{"key":"k","value":"v"}],"sys_tags":[{"key":"x"}]}"#;
    assert!(from_slice::<BatchUntagResourcesBody>(json).is_ok());
    for length in 0..json.len() {
        assert!(from_slice::<BatchUntagResourcesBody>(&json[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn a_foreign_name_is_repeated_briefly_and_escaped() {
    let (pointer, sentence) =
        refusal::<BatchUntagResourcesBody>(&format!(r#"{{"{}":1}}"#, "x".repeat(100_000)));
    assert!(pointer.len() < 80, "{pointer}");
    assert!(sentence.len() < 160, "{sentence}");
    let (_, sentence) = refusal::<BatchUntagResourcesBody>(r#"{"a\nb\u001b\"":1}"#);
    assert!(sentence.starts_with(r#"["a\nb\u{1b}\""] is not expected"#), "{sentence}");
}

#[test]
fn types_that_are_lenient_by_themselves_are_read_strictly_too() {
    let good = r#"{"error_code":"c","error_msg":"m"}"#;
    assert!(from_slice::<DesktopTagError>(good.as_bytes()).is_ok());
    let table = [
        (
            r#"{"error_code":"c","error_msg":"m","error_detail":null}"#,
            "error_detail must not be null; leave it out instead",
        ),
        (
            r#"{"error_code":"c","error_msg":"m","more":{"a":[1,{}]}}"#,
            "more is not expected; the members here are error_code, error_msg, error_detail, \
             encoded_authorization_message",
        ),
        (r#"{"error_code":"c","error_msg":null}"#, "error_msg must be a string, not null"),
    ];
    for (json, sentence) in table {
        assert_eq!(refusal::<DesktopTagError>(json).1, sentence, "{json}");
    }
}

#[test]
fn so_are_types_of_other_crates() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Leaf,
        Node,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Foreign {
        kind: Kind,
        short: Option<i32>,
        long: Option<i64>,
        number: Option<f64>,
        inner: Option<Box<Foreign>>,
        any: Option<serde_json::Value>,
        pair: Option<(u8, bool)>,
    }

    let json = br#"{"kind":"leaf","short":-1,"long":9223372036854775807,"number":3,"any":{"a":[null]},"pair":[1,true],
        "inner":{"kind":"node"}}"#;
    let read: Foreign = from_slice(json).unwrap();
    assert_eq!(read, serde_json::from_slice(json).unwrap());

    let table = [
        (r#"["leaf"]"#, "the body must be an object, not an array"),
        (r#"{"kind":"leaf","short":null}"#, "short must not be null; leave it out instead"),
        (r#"{"kind":"leaf","short":2147483648}"#, "short is out of the range of an integer of 32 bits"),
        (
            r#"{"kind":"leaf","long":9223372036854775808}"#,
            "long is out of the range of an integer of 64 bits",
        ),
        (r#"{"kind":"leaf","long":1e300}"#, "long is out of the range of an integer of 64 bits"),
        (
            r#"{"kind":"leaf","long":1.0}"#,
            "long must be an integer, not a number with a fraction or an exponent",
        ),
        (r#"{"kind":"leaf","long":"1"}"#, "long must be an integer, not a string"),
        (r#"{"kind":"leaf","number":1e999}"#, "number is a number out of range"),
        (r#"{"kind":"leaf","number":"1"}"#, "number must be a number, not a string"),
        (r#"{"kind":"twig"}"#, "kind must be one of leaf, node"),
        (r#"{"kind":{"leaf":null}}"#, "kind must be a string, not an object"),
        (r#"{"kind":"leaf","pair":[1]}"#, "pair has 1 items instead of a tuple of size 2"),
        (r#"{"kind":"leaf","pair":[300,true]}"#, "pair[0] is out of the range of an integer of 8 bits"),
        (r#"{"kind":"leaf","any":{"a":1,"b":[{"c":1,"c":2}]}}"#, "any.b[0].c must not be there twice"),
        (
            r#"{"kind":"leaf","inner":{"kind":"leaf","x":1}}"#,
            "inner.x is not expected; the members here are kind, short, long, number, inner, any, pair",
        ),
    ];
    for (json, sentence) in table {
        assert_eq!(refusal::<Foreign>(json).1, sentence, "{json}");
    }
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let limit = usize::from(MAX_DEPTH);
    assert!(from_slice::<serde_json::Value>(nested(limit).as_bytes()).is_ok());
    for depth in [limit + 1, 100_000] {
        let sentence = "the body is nested too deeply; at most 100 levels are allowed";
        assert_eq!(refusal::<serde_json::Value>(&nested(depth)), (String::new(), sentence.to_owned()));
    }
    assert_eq!(
        refusal::<BatchUntagResourcesBody>(&nested(100_000)).1,
        "the body must be an object, not an array"
    );
}
