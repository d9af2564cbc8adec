//! Limits: what constructors and `validate` refuse, and how they say it.

use untag_types::validate::{Valid, Validate};
use untag_types::violation::{Rule, Violations};
use untag_types::{
    BatchUntagResourcesBody, DesktopTagKey, ResourceTag, SystemTag, SystemTagKey, SystemTagValue, TagKey,
    TagValue,
};

/// Each violation as pointer, rule and sentence.
fn spelt(violations: &Violations) -> Vec<(String, Rule, String)> {
    violations.iter().map(|it| (it.pointer(), it.rule(), it.to_string())).collect()
}

/// A value that decodes, whatever its limits.
fn decoded<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert_eq!(TagKey::MAX_LENGTH, 128);
    for character in ["a", "ä", "中", "𠀀"] {
        assert!(TagKey::new(character.repeat(128)).is_ok(), "128 times {character}");
        let violations = TagKey::new(character.repeat(129)).unwrap_err();
        let expected = "the value is 129 characters long; at most 128 are allowed";
        assert_eq!(spelt(&violations), [(String::new(), Rule::MaxLength, expected.to_owned())]);
    }
}

#[test]
fn the_empty_text_is_a_value_but_no_key() {
    assert_eq!(TagValue::new("").unwrap().as_str(), "");
    let violations = TagKey::new("").unwrap_err();
    assert_eq!(violations.to_string(), "the value is empty; at least 1 character is required");
}

#[test]
fn keys_keep_to_the_character_set() {
    for good in ["key1", "größe", "ключ", "中 文", "a.b:c=d+e-f@g_h", "_sys", "x_sys_", "é", "٣", "."]
    {
        assert!(TagKey::new(good).is_ok(), "{good:?}");
    }
    for bad in ["_sys_x", " a", "a ", " ", "a/b", "a\nb", "a\tb", "a*b", "😀", "a\u{0}"] {
        let violations = TagKey::new(bad).unwrap_err();
        let rules: Vec<Rule> = violations.iter().map(untag_types::violation::Violation::rule).collect();
        assert_eq!(rules, [Rule::Pattern], "{bad:?}");
    }
    assert!(TagValue::new("a/b").is_ok());
}

#[test]
fn an_old_key_of_a_desktop_may_be_anything_without_control_characters() {
    for good in ["_sys_x", " a ", "a*b", "..", "😀"] {
        assert!(DesktopTagKey::new(good).is_ok(), "{good:?}");
    }
    for bad in ["a\nb", "\u{7f}", "\u{85}", "\u{0}"] {
        assert!(DesktopTagKey::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn every_constructor_checks() {
    let refused = "a*b";
    assert!(TagKey::new(refused).is_err());
    assert!(TagKey::try_from(refused).is_err());
    assert!(TagKey::try_from(refused.to_owned()).is_err());
    assert!(refused.parse::<TagKey>().is_err());
    assert!(SystemTagKey::new(refused).is_err());
    assert!(refused.parse::<SystemTagKey>().is_err());
    assert_eq!("key1".parse::<TagKey>().unwrap(), TagKey::new("key1").unwrap());
}

#[test]
fn all_violations_come_at_once_each_with_its_pointer() {
    let body: BatchUntagResourcesBody = decoded(serde_json::json!({
        "tags": [{"key": "fine"}, {"key": "", "value": "a*b"}, {"key": "_sys_".repeat(26)}],
        "sys_tags": [],
    }));
    let violations = body.validate().unwrap_err();
    let found = spelt(&violations);
    let places: Vec<(&str, Rule)> =
        found.iter().map(|(pointer, rule, _)| (pointer.as_str(), *rule)).collect();
    assert_eq!(
        places,
        [
            ("/tags/1/key", Rule::MinLength),
            ("/tags/1/value", Rule::Pattern),
            ("/tags/2/key", Rule::MaxLength),
            ("/tags/2/key", Rule::Pattern),
            ("/sys_tags", Rule::MinItems),
        ]
    );
    assert_eq!(found[2].2, "tags[2].key is 130 characters long; at most 128 are allowed");
    assert_eq!(found[4].2, "sys_tags is empty; at least 1 item is required");
    assert_eq!(violations.count(), 5);
    assert!(
        violations
            .to_string()
            .starts_with("tags[1].key is empty; at least 1 character is required; tags[1].value ")
    );
}

#[test]
fn a_body_without_a_list_names_the_lists_it_could_have() {
    let violations = BatchUntagResourcesBody::default().validate().unwrap_err();
    let expected = "at least one of tags, sys_tags must be sent";
    assert_eq!(spelt(&violations), [(String::new(), Rule::MinProperties, expected.to_owned())]);
}

#[test]
fn a_list_holds_ten_items_and_no_more() {
    let tag = ResourceTag::new(TagKey::new("k").unwrap());
    let body = |count| BatchUntagResourcesBody { tags: Some(vec![tag.clone(); count]), sys_tags: None };
    assert!(body(10).validate().is_ok());
    let violations = body(11).validate().unwrap_err();
    assert_eq!(violations.to_string(), "tags has 11 items; at most 10 are allowed");
}

#[test]
fn a_long_list_of_violations_is_cut_in_print_only() {
    let tags = vec![serde_json::json!({"key": ""}); 12];
    let body: BatchUntagResourcesBody = decoded(serde_json::json!({ "tags": tags }));
    let violations = body.validate().unwrap_err();
    assert_eq!(violations.iter().count(), 13);
    let text = violations.to_string();
    assert_eq!(text.matches(" is empty").count(), 7, "{text}");
    assert!(text.ends_with("; and 5 more"), "{text}");
}

#[test]
fn violations_never_repeat_the_value() {
    let body: BatchUntagResourcesBody = decoded(serde_json::json!({
        "tags": [{"key": "_sys_MARK", "value": "*MARK"}],
        "sys_tags": [{"key": "MARK", "value": "MARK"}],
    }));
    let violations = body.validate().unwrap_err();
    assert_eq!(violations.count(), 4);
    assert!(!violations.to_string().contains("MARK"), "{violations}");
    assert!(!format!("{violations:?}").contains("MARK"), "{violations:?}");
}

#[test]
fn a_system_tag_has_one_key_and_a_value_of_two_forms() {
    let tag: SystemTag = decoded(serde_json::json!({"key": "_sys_other", "value": "1"}));
    assert_eq!(tag.key, SystemTagKey::Unrecognized("_sys_other".to_owned()));
    let violations = tag.validate().unwrap_err();
    assert_eq!(spelt(&violations)[0].2, "key must be _sys_enterprise_project_id");
    for good in ["0", "5aa119a8-d25b-45a7-8d1b-88e127885635"] {
        assert!(SystemTagValue::new(good).is_ok(), "{good}");
    }
    for bad in ["", "00", "5aa119a8d25b45a78d1b88e127885635", "5aa119a8-d25b-45a7-8d1b-88e127885635 "] {
        assert!(SystemTagValue::new(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_valid_can_be_read_and_taken_out() {
    let tag = ResourceTag::new(TagKey::new("k").unwrap());
    let valid = Valid::new(tag.clone()).unwrap();
    assert_eq!(valid.key.as_str(), "k");
    assert_eq!(valid.as_ref(), &tag);
    assert_eq!(valid.into_inner(), tag);
    let invalid: ResourceTag = decoded(serde_json::json!({"key": ""}));
    assert!(Valid::new(invalid).is_err());
}
