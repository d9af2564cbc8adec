//! What is not loaded, and what an operator reads about it.

use std::fmt::Write as _;
use untag_policy::Policy;

/// One text for each thing that is refused, or several of a kind.
const REFUSED: &[(&str, &str)] = &[
    ("empty", ""),
    ("cut off", "{\"Version\": \"5.0\",\n  \"Statement\": ["),
    ("a trailing comma", "{\"Version\": \"5.0\",}"),
    ("two documents", "{} {}"),
    ("no object", "[]"),
    ("nothing in it", "{}"),
    ("an older version", r#"{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}"#),
    (
        "a version that is a number",
        r#"{"Version": 5.0, "Statement": [{"Effect": "Allow", "Action": ["*"]}]}"#,
    ),
    ("no statements", r#"{"Version": "5.0", "Statement": []}"#),
    (
        "one statement without a list",
        r#"{"Version": "5.0", "Statement": {"Effect": "Allow", "Action": ["*"]}}"#,
    ),
    (
        "members that are not supported",
        r#"{"Version": "5.0", "Id": "x", "Statement": [
      {"Effect": "Allow", "Action": ["*"], "NotResource": ["*"], "Principal": {"IAM": ["a"]}, "resource": ["*"]}]}"#,
    ),
    (
        "members that stand there twice",
        r#"{"Version": "5.0", "Version": "5.0", "Statement": [
      {"Effect": "Deny", "Effect": "Allow", "Action": ["*"], "Action": ["*"],
       "Condition": {"Bool": {"g:SecureTransport": "true", "g:SecureTransport": "false"}, "Bool": {"g:SecureTransport": "true"}}}]}"#,
    ),
    (
        "a member twice, once with an escape",
        "{\"Version\": \"5.0\", \"Statement\": [{\"Effect\": \"Deny\", \"\\u0045ffect\": \"Allow\", \"Action\": [\"*\"]}]}",
    ),
    ("statements of other types", r#"{"Version": "5.0", "Statement": [null, "x", 1, true, []]}"#),
    ("a statement that lacks everything", r#"{"Version": "5.0", "Statement": [{}]}"#),
    (
        "effects",
        r#"{"Version": "5.0", "Statement": [
      {"Effect": "allow", "Action": ["*"]}, {"Effect": null, "Action": ["*"]}, {"Effect": ["Allow"], "Action": ["*"]}]}"#,
    ),
    (
        "Action next to NotAction",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "NotAction": ["a:b:c"]}]}"#,
    ),
    (
        "Sids",
        r#"{"Version": "5.0", "Statement": [
      {"Sid": "A", "Effect": "Allow", "Action": ["*"]}, {"Sid": "A", "Effect": "Allow", "Action": ["*"]},
      {"Sid": "", "Effect": "Allow", "Action": ["*"]}, {"Sid": "a\nb", "Effect": "Allow", "Action": ["*"]},
      {"Sid": 1, "Effect": "Allow", "Action": ["*"]}]}"#,
    ),
    (
        "lists of actions",
        r#"{"Version": "5.0", "Statement": [
      {"Effect": "Allow", "Action": []}, {"Effect": "Allow", "Action": "*"}, {"Effect": "Allow", "NotAction": [1, null, ["*"]]}]}"#,
    ),
    (
        "malformed actions",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action":
      ["workspace:*", "a:b:c:d", "", ":b:c", "a:b:", "a b:c:d", "wörkspace:a:b", "**", "a:${x}:c", "a:b:c\n"]}]}"#,
    ),
    (
        "malformed resources",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource":
      ["workspace", "workspace:*:*:desktop", ":*:*:desktop:*", "workspace:*:*::*", "workspace:*:*:desktop:",
       "workspace:*:*:desktop:${g:UserName}", "workspace:*:*:desktop:\u0007", ""]},
      {"Effect": "Deny", "Action": ["*"], "Resource": []}, {"Effect": "Deny", "Action": ["*"], "Resource": "*"},
      {"Effect": "Deny", "Action": ["*"], "Resource": null}]}"#,
    ),
    (
        "conditions without content",
        r#"{"Version": "5.0", "Statement": [
      {"Effect": "Allow", "Action": ["*"], "Condition": {}}, {"Effect": "Allow", "Action": ["*"], "Condition": []},
      {"Effect": "Allow", "Action": ["*"], "Condition": {"Bool": {}}}, {"Effect": "Allow", "Action": ["*"], "Condition": {"Bool": "true"}},
      {"Effect": "Allow", "Action": ["*"], "Condition": {"Bool": {"g:SecureTransport": []}}}]}"#,
    ),
    (
        "operators",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {
      "StringLike": {"g:UserName": ["x"]},
      "numericlessthanifexists": {"g:ResourceTag/a": ["1"]},
      "foranyvalue:StringLike": {"g:TagKeys": ["x"]},
      "StringStartWith": {"g:UserName": ["x"]},
      "ForSomeValues:StringEquals": {"g:TagKeys": ["x"]},
      "ForAnyValue:ForAllValues:StringEquals": {"g:TagKeys": ["x"]},
      "StringEqualsIfExistsIfExists": {"g:UserName": ["x"]},
      "NullIfExists": {"g:UserName": ["true"]},
      "ForAnyValue:Null": {"g:TagKeys": ["true"]},
      "DateEquals": {"g:CurrentTime": ["2026-01-01T00:00:00Z"]},
      "": {"g:UserName": ["x"]}}}]}"#,
    ),
    (
        "keys",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {
      "StringEquals": {
        "g:MFAPresent": ["true"], "aws:TagKeys": ["x"], "g:ResourceTag": ["x"], "g:ResourceTag/": ["x"], "ecs:Port": ["1"],
        "g:RequestTag/${g:UserName}": ["x"], "g:UserName": ["x"], "G:USERNAME": ["y"], "g:ResourceTag/a/b~c": [1]}}}]}"#,
    ),
    (
        "keys and operators that do not fit",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {
      "StringEquals": {"g:TagKeys": ["x"], "g:CurrentTime": ["x"], "g:SourceIp": ["192.0.2.1"], "g:SecureTransport": ["true"]},
      "ForAnyValue:StringEquals": {"g:UserName": ["x"], "g:ResourceTag/a": ["x"]},
      "ForAllValues:NumberEquals": {"g:TagKeys": ["1"]},
      "Bool": {"g:UserId": ["true"]}}}]}"#,
    ),
    (
        "values",
        r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {
      "StringEquals": {"g:UserName": [1, true, null, ["x"], "${g:UserName}", "\ud800"], "g:UserId": 7, "g:DomainId": null},
      "NumberEquals": {"g:ResourceTag/a": ["1e3", "one", "", "+1", "1.", " 1"]},
      "DateLessThan": {"g:CurrentTime": ["2026-01-01", "1767225600", "2026-01-01 00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"]},
      "Bool": {"g:SecureTransport": ["True"], "g:ResourceTag/a": ["true", "false"]},
      "IpAddress": {"g:SourceIp": ["192.0.2.1/24", "192.0.2.0/33", "localhost", "192.0.2.01", "::ffff:192.0.2.1", "2001:db8::1/32"]},
      "Null": {"g:UserName": ["null"]}}}]}"#,
    ),
    (
        "a long value with a control character",
        "{\"Version\": \"5.0\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"\\u001b[31mred red red red red red red red red red red red red red red\"]}]}",
    ),
    (
        "columns count characters",
        "{\"Version\": \"5.0\", \"Statement\": [{\"Sid\": \"中文中文\", \"Effekt\": \"Allow\",\n\t\"Effect\": \"Allow\", \"Action\": [\"*\"]}]}",
    ),
    (
        "a name that a terminal would obey",
        "{\"Version\": \"5.0\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"*\"], \"\\u001b[2J\\u202e\\\"\": 1}]}",
    ),
    ("a byte order mark", "\u{feff}{}"),
];

#[test]
fn every_refusal_names_its_place_and_the_remedy() {
    let mut seen = String::new();
    for (about, text) in REFUSED {
        let refusals = Policy::parse("team.json", text).expect_err(about);
        assert!(refusals.count() > 0);
        for refusal in refusals.iter() {
            // The pointer leads to something that is there.
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
                assert!(value.pointer(refusal.pointer()).is_some(), "{refusal}");
            }
            assert_eq!(refusal.file(), "team.json");
        }
        assert!(
            !refusals.to_string().contains(|char: char| char.is_control() && char != '\n'),
            "{refusals:?}"
        );
        let _ = writeln!(seen, "## {about}\n{text}\n{refusals}\n");
    }
    insta::assert_snapshot!(seen);
}

#[test]
fn what_is_documented_is_loaded() {
    let text = r#"{
      "Version": "5.0",
      "Statement": [
        {"Sid": "One", "Effect": "Allow", "Action": ["workspace:desktops:untag"], "Resource": ["workspace:*:*:desktop:*"],
         "Condition": {"StringEquals": {"g:ResourceTag/team": "red", "g:ResourceTag/Team": ["blue"]},
                       "ForAnyValue:StringMatchIfExists": {"g:TagKeys": ["tmp-*"]}}},
        {"Effect": "Deny", "NotAction": ["*:*:list"], "Resource": ["*"]}
      ]
    }"#;
    let policy = Policy::parse("p", text).unwrap();
    let keys: Vec<String> = policy.condition_keys().into_iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["g:ResourceTag/Team", "g:ResourceTag/team", "g:TagKeys"]);
    assert_eq!(policy.name(), "p");
}
