//! What policies decide, as tables: `conditions.txt` for single conditions, `decisions.json` for everything around them.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use untag_policy::{Context, Decision, Policy, Request, Urn, evaluate, explain};

/// Every operator that the README lists.
const OPERATORS: [&str; 20] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringMatch",
    "StringNotMatch",
    "NumberEquals",
    "NumberNotEquals",
    "NumberLessThan",
    "NumberLessThanEquals",
    "NumberGreaterThan",
    "NumberGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "Null",
];

fn policy(name: &str, statements: &Value) -> Policy {
    let text = json!({"Version": "5.0", "Statement": statements}).to_string();
    Policy::parse(name, &text).unwrap_or_else(|refusals| panic!("{refusals}"))
}

fn decide(policies: &[Policy], action: &str, urn: &str, context: &Context) -> Decision {
    let urn = Urn::parse(urn).unwrap_or_else(|error| panic!("{urn} {error}"));
    let request = Request { action, resource: &urn, context };
    let decision = evaluate(policies, &request);
    assert_eq!(explain(policies, &request).decision, decision);
    decision
}

fn words(column: &str) -> Vec<Option<String>> {
    let word = |word: &str| match word {
        "<open>" => None,
        quoted if quoted.starts_with('"') => Some(serde_json::from_str(quoted).unwrap()),
        word => Some(word.to_owned()),
    };
    column.split_whitespace().filter(|word| *word != "-").map(word).collect()
}

#[test]
fn each_operator_holds_as_the_table_says() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let rows =
        include_str!("conditions.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for row in rows {
        let columns: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let [operator, key, expected, actual, holds] = columns[..] else { panic!("{row}: five columns") };
        let mut context = Context::new();
        for value in words(actual) {
            context.insert(key, value.as_deref()).unwrap_or_else(|error| panic!("{row}: {error}"));
        }
        let condition = json!({operator: {key: words(expected)}});
        let allow = policy("allow", &json!([{"Effect": "Allow", "Action": ["*"], "Condition": &condition}]));
        let deny = policy(
            "deny",
            &json!([{"Effect": "Allow", "Action": ["*"]}, {"Effect": "Deny", "Action": ["*"], "Condition": condition}]),
        );
        let decide = |policy: Policy| decide(&[policy], "a:b:c", "a:b:c:d:e", &context).is_allowed();
        let found = match (decide(allow), decide(deny)) {
            (true, false) => "yes",
            (false, true) => "no",
            (false, false) => "doubt",
            (true, true) => "both allowed and not denied",
        };
        assert_eq!(found, holds, "{row}");
        let kind = if actual == "-" { "absent" } else { holds };
        seen.entry(operator.to_owned()).or_default().insert(kind.to_owned());
    }
    for operator in OPERATORS {
        let full = BTreeSet::from(["yes", "no", "absent"].map(str::to_owned));
        assert!(seen[operator].is_superset(&full), "{operator}: {:?}", seen[operator]);
        if operator != "Null" {
            let suffixed = format!("{operator}IfExists");
            assert!(seen[&suffixed].is_superset(&full), "{suffixed}: {:?}", seen[&suffixed]);
        }
        if operator.starts_with("String") {
            assert!(seen.contains_key(&format!("ForAnyValue:{operator}")), "{operator}");
            assert!(seen.contains_key(&format!("ForAllValues:{operator}")), "{operator}");
        }
    }
}

#[test]
fn policies_decide_as_the_table_says() {
    let table: Vec<Value> = serde_json::from_str(include_str!("decisions.json")).unwrap();
    for case in table {
        let about = case["about"].as_str().unwrap();
        let policies = case["policies"].as_object().unwrap();
        let policies: Vec<Policy> =
            policies.iter().map(|(name, statements)| policy(name, statements)).collect();
        for row in case["requests"].as_array().unwrap() {
            let mut context = Context::new();
            for (key, values) in row[2].as_object().unwrap() {
                for value in values.as_array().unwrap() {
                    context.insert(key, value.as_str()).unwrap();
                }
            }
            let decision = decide(&policies, row[0].as_str().unwrap(), row[1].as_str().unwrap(), &context);
            let mut found = vec![serde_json::to_value(decision.reason).unwrap().as_str().unwrap().to_owned()];
            if let Some(by) = decision.by {
                found.extend([by.policy, by.statement.to_string()]);
                found.extend(by.sid);
            }
            let found = found.join(" ");
            assert_eq!(found, row[3].as_str().unwrap(), "{about}: {row}");
        }
    }
}

#[test]
fn a_resource_type_cannot_reach_into_another_part() {
    let about =
        |pattern: &str| policy("p", &json!([{"Effect": "Allow", "Action": ["*"], "Resource": [pattern]}]));
    let allowed = |pattern: &str, urn: &Urn| {
        let request = Request { action: "a:b:c", resource: urn, context: &Context::new() };
        evaluate(&[about(pattern)], &request).is_allowed()
    };
    let pattern = "secmaster:*:*:resource:desktop/*";
    assert!(allowed(pattern, &untag_policy::permission::resource("r", "a", "desktop", "d")));
    let odd = untag_policy::permission::resource("r", "a", "desktop/x", "d");
    assert!(!allowed(pattern, &odd), "{odd}");
    assert_eq!(odd.to_string(), "secmaster:r:a:resource:desktop%2Fx/d");

    let odd = Urn::new("workspace", "r", "a:desktop", "x", "d");
    assert!(!allowed("workspace:r:a:desktop:*", &odd));
    assert_eq!(odd.to_string(), "workspace:r:a%3Adesktop:x:d");
}

#[test]
fn an_explanation_tells_what_matched() {
    let policies = [policy(
        "team.json",
        &json!([
            {"Sid": "Mine", "Effect": "Allow", "Action": ["workspace:desktops:untag"],
             // In alphabetical order: whether maps keep the order they are written in is up to the rest of the build.
             "Condition": {"ForAllValues:StringMatch": {"g:tagkeys": "tmp-*"}, "StringEquals": {"g:ResourceTag/team": ["red"]}}},
            {"Effect": "Deny", "Action": ["workspace:*:*"], "Resource": ["workspace:*:*:desktop:x"]},
        ]),
    )];
    let urn = untag_policy::permission::desktop("r", "a", "d");
    let mut context = Context::new();
    context.resource_tag("team", "blue").resource_tag("secret", "s3cret").tag_key("tmp-1").tag_key("tmp-2");
    let request = Request { action: "workspace:desktops:untag", resource: &urn, context: &context };
    let explanation = explain(&policies, &request);
    insta::assert_json_snapshot!(explanation);

    // Values of tags are there to be asked for, and do not print themselves.
    let debug = format!("{explanation:?} {context:?}");
    assert!(!debug.contains("blue") && !debug.contains("s3cret"), "{debug}");
}

#[test]
fn a_context_refuses_what_is_not_of_the_keys_type() {
    let mut context = Context::new();
    let before = context.clone();
    for (key, value) in [
        ("g:CurrentTime", Some("today")),
        ("g:SourceIp", Some("here")),
        ("g:SourceIp", Some("192.0.2.0/24")),
        ("g:SecureTransport", Some("yes")),
        ("g:UserName", None),
        ("g:ResourceTag/", Some("x")),
        ("g:Nothing", Some("x")),
    ] {
        let error = context.insert(key, value).unwrap_err().to_string();
        assert!(error.starts_with(key) && !error.contains("today"), "{error}");
    }
    assert!(context == before);
}

#[test]
fn actions_that_match_nothing_are_listed() {
    let policy = policy(
        "p",
        &json!([
            {"Effect": "Deny", "Action": ["workspace:desktop:untag", "workspace:desktops:untag", "ecs:*:*"]},
            {"Effect": "Allow", "NotAction": ["secmaster:*:untagged", "secmaster:*:untag*"]},
        ]),
    );
    let idle: Vec<String> =
        policy.idle_actions().into_iter().map(|(pointer, action)| format!("{pointer} {action}")).collect();
    assert_eq!(
        idle,
        [
            "/Statement/0/Action/0 workspace:desktop:untag",
            "/Statement/0/Action/2 ecs:*:*",
            "/Statement/1/NotAction/0 secmaster:*:untagged"
        ]
    );
}
