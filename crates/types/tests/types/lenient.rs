//! What plain serde makes of the types: a client's view of an answer, and a request seen without a server.

use untag_types::validate::Validate;
use untag_types::{BatchUntagResourcesBody, DesktopTagError, ResourceTag, ResourceTagError, SystemTagKey};

#[test]
fn an_answer_decodes_whatever_limits_it_breaks() {
    let message = "m".repeat(2000);
    let json = serde_json::json!({
        "error_code": "a code that is longer than twelve characters",
        "error_msg": message,
        "error_detail": null,
        "request_id": {"a member": ["nobody knows"]},
    });
    let error: DesktopTagError = serde_json::from_value(json).unwrap();
    assert_eq!(error.error_msg.as_str(), message);
    assert_eq!(error.error_detail, None);
    assert_eq!(error.encoded_authorization_message, None);
    assert_eq!(error.validate().unwrap_err().count(), 2);
}

#[test]
fn an_answer_must_still_have_its_shape() {
    let table = [
        r#"["c","m"]"#,
        r#"[["c","m"]]"#,
        r#"{"error_msg":"m"}"#,
        r#"{"error_code":"c","error_msg":null}"#,
        r#"{"error_code":"c","error_code":"c","error_msg":"m"}"#,
        r#"{"error_code":"c","error_msg":7}"#,
        r#""c""#,
        "null",
    ];
    for json in table {
        assert!(serde_json::from_str::<ResourceTagError>(json).is_err(), "{json}");
    }
}

#[test]
fn a_request_decodes_strictly_by_itself() {
    let table = [
        (r#"[[],[{"key":"k"}]]"#, "invalid type: sequence, expected an object"),
        (r#"{"tags":null}"#, "invalid type: null, expected an array"),
        (r#"{"tags":[{"key":"k","value":null}]}"#, "invalid type: null, expected a string"),
        (r#"{"taggs":[]}"#, "unknown field `taggs`, expected `tags` or `sys_tags`"),
        (r#"{"tags":[{}]}"#, "missing field `key`"),
    ];
    for (json, message) in table {
        let error = serde_json::from_str::<BatchUntagResourcesBody>(json).unwrap_err();
        assert!(error.to_string().starts_with(message), "{json}: {error}");
    }
}

#[test]
fn json_goes_round() {
    let texts = [
        r#"{"tags":[{"key":"key1"},{"key":"中 文","value":""}]}"#,
        r#"{"sys_tags":[{"key":"_sys_enterprise_project_id","value":"0"}]}"#,
        r#"{"tags":[{"key":"k\"\\/\u0001"}],"sys_tags":[{"key":"of tomorrow"}]}"#,
        "{}",
    ];
    for text in texts {
        let body: BatchUntagResourcesBody = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&body).unwrap(), text);
        // Another format of serde, which hands over owned names and values.
        let value = serde_json::to_value(&body).unwrap();
        assert_eq!(serde_json::from_value::<BatchUntagResourcesBody>(value).unwrap(), body);
    }
}

#[test]
fn an_absent_member_is_not_written() {
    let tag: ResourceTag = serde_json::from_str(r#"{"key":"k"}"#).unwrap();
    assert_eq!(tag.value, None);
    assert_eq!(serde_json::to_string(&tag).unwrap(), r#"{"key":"k"}"#);
}

#[test]
fn an_enum_survives_values_added_later() {
    let key: SystemTagKey = serde_json::from_str(r#""of tomorrow""#).unwrap();
    assert_eq!(key.as_str(), "of tomorrow");
    assert_eq!(serde_json::to_string(&key).unwrap(), r#""of tomorrow""#);
    let known: SystemTagKey = serde_json::from_str(r#""_sys_enterprise_project_id""#).unwrap();
    assert_eq!(known, SystemTagKey::SysEnterpriseProjectId);
    assert_eq!(known.to_string(), SystemTagKey::VALUES[0]);
}
