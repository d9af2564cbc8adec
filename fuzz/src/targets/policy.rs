//! Policies: loaded as they stand or refused with places, and decided as a second implementation decides.

use super::lenient;
use crate::choices::Choices;
use crate::reference::policy::{Given, decide};
use serde_json::{Map, Value, json};
use untag_policy::{Context, Policy, Refusals, Request, Urn, evaluate, explain, permission};

/// A text as a policy; what is loaded is asked about its own condition keys.
pub(super) fn text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Policy::parse("fuzz.json", text) {
        Ok(policy) => {
            let Some(document) = lenient(input) else { panic!("loaded, and no JSON") };
            let pieces = words(&document);
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let keys: Vec<_> = policy.condition_keys().iter().map(ToString::to_string).collect();
            for (turn, permission) in permission::ALL.iter().enumerate() {
                let value = |place: usize| {
                    pieces.get((place + turn) % pieces.len().max(1)).map(|text| (*text).to_owned())
                };
                let given: Vec<Given> =
                    keys.iter().enumerate().map(|(place, key)| (key.clone(), value(place))).collect();
                let resource =
                    ["workspace", "r", "a", permission.resource_type, pieces.first().copied().unwrap_or("d")];
                check(&[(policy.clone(), document.clone())], permission.action, &resource, &given);
            }
            for (pointer, _) in policy.idle_actions() {
                assert!(document.pointer(&pointer).is_some(), "there is no {pointer}");
            }
        }
        Err(refusals) => refused(&refusals, text),
    }
}

/// Policies, a request and its circumstances, made of choices.
pub(super) fn decision(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut policies = Vec::new();
    for _ in 0..=choices.below(2) {
        let statements: Vec<_> = (0..=choices.below(3)).map(|_| statement(&mut choices)).collect();
        let document = json!({"Version": "5.0", "Statement": statements});
        match Policy::parse("fuzz.json", &document.to_string()) {
            Ok(policy) => policies.push((policy, document)),
            Err(refusals) => refused(&refusals, &document.to_string()),
        }
    }
    for _ in 0..=choices.below(3) {
        let action = choices.pick(&[
            permission::DELETE_DESKTOP_TAG.action,
            permission::BATCH_UNTAG_RESOURCES.action,
            "dli::listTags",
        ]);
        let resource = [
            choices.pick(&["workspace", "secmaster"]),
            choices.pick(&["r", ""]),
            choices.pick(&["a", "b:c"]),
            choices.pick(&["desktop", "resource"]),
            choices.pick(&["d1", "desktop/d1", "a:b", "中"]),
        ];
        let given: Vec<Given> = (0..choices.below(6)).map(|_| circumstance(&mut choices)).collect();
        check(&policies, action, &resource, &given);
    }
}

pub(super) fn text_seeds() -> Vec<Vec<u8>> {
    let examples =
        lenient(include_bytes!("../../../crates/policy/tests/policy/decisions.json")).unwrap_or_default();
    let policies =
        examples.as_array().into_iter().flatten().filter_map(|example| example.get("policies")?.as_object());
    let document =
        |statements: &Value| json!({"Version": "5.0", "Statement": statements}).to_string().into_bytes();
    policies.flat_map(Map::values).map(document).collect()
}

/// Choices that come to something: two numbers that look random, in many lengths.
pub(super) fn decision_seeds() -> Vec<Vec<u8>> {
    (1..40_u8)
        .map(|seed| (0..2 * seed).map(|place| place.wrapping_mul(seed).wrapping_mul(37)).collect())
        .collect()
}

/// Refusals name places that are there.
fn refused(refusals: &Refusals, text: &str) {
    assert!(refusals.count() > 0, "refused without a reason");
    for refusal in refusals.iter() {
        let line = text.split('\n').nth(refusal.line().saturating_sub(1));
        let is_there = line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&refusal.column()));
        assert!(is_there, "no such place: {refusal}");
        assert!(
            !refusal.to_string().chars().any(char::is_control),
            "{refusal:?} would be obeyed by a terminal"
        );
    }
}

/// A request is decided as the second implementation decides, whether it is explained or not, and a denial of everything denies.
fn check(policies: &[(Policy, Value)], action: &str, resource: &[&str; 5], given: &[Given]) {
    let mut context = Context::new();
    // Values that are not of their key's type are not taken, and are then not given.
    let given: Vec<Given> =
        given.iter().filter(|(key, value)| context.insert(key, value.as_deref()).is_ok()).cloned().collect();
    let [service, region, account, kind, path] = resource;
    let resource_name = Urn::new(service, region, account, kind, path);
    let request = Request { action, resource: &resource_name, context: &context };
    let loaded = || policies.iter().map(|(policy, _)| policy);

    let decision = evaluate(loaded(), &request);
    let documents: Vec<Value> = policies.iter().map(|(_, document)| document.clone()).collect();
    let expected = decide(&documents, action, resource, &given);
    assert_eq!(decision.reason, expected, "{action} on {resource_name} given {given:?} by {documents:#?}");
    assert_eq!(decision.by.is_some(), decision.reason != untag_policy::Reason::NothingAllows);
    assert_eq!(explain(loaded(), &request).decision, decision, "the explanation decides otherwise");

    let text = r#"{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["*"]}]}"#;
    let Ok(denial) = Policy::parse("deny.json", text) else { panic!("a denial of everything is not loaded") };
    assert!(!evaluate(loaded().chain([&denial]), &request).is_allowed(), "a Deny was overridden");
}

/// Every text of a document.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(members) => members.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Condition keys with values of their type, which are picked for conditions and for requests.
const KEYS: [(&str, &[&str]); 11] = [
    ("g:ResourceTag/a", VALUES),
    ("g:ResourceTag/A", VALUES),
    ("g:RequestTag/a", VALUES),
    ("G:requesttag/a", VALUES),
    ("g:TagKeys", WORDS),
    ("g:EnterpriseProjectId", WORDS),
    ("g:CurrentTime", DATES),
    ("g:SourceIp", ADDRESSES),
    ("g:SecureTransport", &["true", "false"]),
    ("g:UserName", WORDS),
    ("g:DomainId", WORDS),
];

#[rustfmt::skip]
const VALUES: &[&str] = &[
    "x", "X", "0", "-0", "1", "1.0", "01", "-1.5", "9007199254740993", "2026-01-31T23:59:59Z", "192.0.2.1", "true", "", "中",
];
const WORDS: &[&str] = &["x", "X", "y", "xy", "", "ß", "\u{212a}", "k", "0"];
const DATES: &[&str] =
    &["2026-01-31T23:59:59Z", "2026-02-01T00:59:59+01:00", "2026-02-01T00:00:00Z", "2016-12-31T23:59:60Z"];
const ADDRESSES: &[&str] = &["192.0.2.1", "192.0.2.128", "::ffff:192.0.2.1", "2001:db8::1", "::"];
const NETWORKS: &[&str] =
    &["192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "::/0", "2001:db8::/32", "192.0.2.128/25", "192.0.2.1/24"];
const PATTERNS: &[&str] = &["*", "?", "x*", "*x", "?*", "**", "x", "", "*中*", "X?"];
const NUMBERS: &[&str] = &["0", "-0", "1", "1.00", "-1.5", "9007199254740992", "10", "few"];

/// A key and a value that a request brings.
fn circumstance(choices: &mut Choices<'_>) -> Given {
    let (key, values) = KEYS[choices.below(KEYS.len())];
    let value = match choices.below(8) {
        0 => None,
        1 => Some(choices.text(6)),
        _ => Some(choices.pick(values).to_owned()),
    };
    (key.to_owned(), value)
}

fn statement(choices: &mut Choices<'_>) -> Value {
    let mut statement = json!({"Effect": choices.pick(&["Allow", "Deny"])});
    let actions = choices.pick(&[
        "*",
        "workspace:*:*",
        "WorkSpace:desktops:unta?",
        "secmaster:resources:untag",
        "*:*:untag",
        "dli::*",
    ]);
    statement[choices.pick(&["Action", "NotAction"])] = json!([actions]);
    if choices.one_in(2) {
        let pattern = choices.pick(&[
            "*",
            "workspace:*:*:desktop:*",
            "*:*:*:*:d?",
            "*:r:a:*:desktop/*",
            "*::*:*:*:*",
            "secmaster:*:b:*:*",
        ]);
        statement["Resource"] = json!([pattern]);
    }
    let mut conditions = Map::new();
    for _ in 0..choices.below(4) {
        let (operator, values) = operator(choices);
        let (key, _) = KEYS[choices.below(KEYS.len())];
        let expected: Vec<_> = (0..=choices.below(2)).map(|_| choices.pick(values)).collect();
        let keys = conditions.entry(operator).or_insert_with(|| json!({}));
        keys[key] =
            if expected.len() == 1 && choices.one_in(4) { json!(expected[0]) } else { json!(expected) };
    }
    if !conditions.is_empty() {
        statement["Condition"] = Value::Object(conditions);
    }
    statement
}

/// An operator, whole, and values that it may compare with.
fn operator(choices: &mut Choices<'_>) -> (String, &'static [&'static str]) {
    const OPERATORS: [(&str, &[&str]); 20] = [
        ("StringEquals", VALUES),
        ("StringNotEquals", WORDS),
        ("StringEqualsIgnoreCase", VALUES),
        ("StringNotEqualsIgnoreCase", WORDS),
        ("StringMatch", PATTERNS),
        ("StringNotMatch", PATTERNS),
        ("NumberEquals", NUMBERS),
        ("NumberNotEquals", NUMBERS),
        ("NumberLessThan", NUMBERS),
        ("NumberLessThanEquals", NUMBERS),
        ("NumberGreaterThan", NUMBERS),
        ("NumberGreaterThanEquals", NUMBERS),
        ("DateLessThan", DATES),
        ("DateLessThanEquals", DATES),
        ("DateGreaterThan", DATES),
        ("DateGreaterThanEquals", DATES),
        ("Bool", &["true", "false"]),
        ("IpAddress", NETWORKS),
        ("NotIpAddress", NETWORKS),
        ("Null", &["true", "false"]),
    ];
    let (name, values) = OPERATORS[choices.below(OPERATORS.len())];
    let prefix = choices.pick(&["", "", "ForAnyValue:", "ForAllValues:"]);
    let suffix = choices.pick(&["", "", "IfExists"]);
    (format!("{prefix}{name}{suffix}"), values)
}
