//! The list of rules and the cases that name them, as they stand in the repository.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use untag_conformance::rules;

fn file(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/cases").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_rule_has_a_case_and_every_case_a_rule() {
    let names: BTreeSet<&str> = rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names.len(), rules().len(), "a name is there twice");
    let mut cases = BTreeSet::new();
    let mut with_cases = BTreeSet::new();
    for file in ["accepted.json", "refused.json", "malformed.json", "signed.json"].map(file) {
        for case in file {
            let text = |name: &str| case[name].as_str().unwrap().to_owned();
            assert!(cases.insert(text("name")), "{} is there twice", text("name"));
            assert!(
                names.contains(text("rule").as_str()),
                "{} names the rule {}",
                text("name"),
                text("rule")
            );
            with_cases.insert(text("rule"));
        }
    }
    assert!(cases.len() > 230, "the files have lost cases: {}", cases.len());
    for rule in file("rules.json") {
        let is_of_cases = rule["of"].is_null();
        let name = rule["name"].as_str().unwrap();
        assert_eq!(
            with_cases.contains(name),
            is_of_cases,
            "{name}: a rule has cases, or is about every answer"
        );
    }
}

#[test]
fn the_rules_are_those_of_the_repository() {
    let written: Vec<String> =
        file("rules.json").iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(rules().iter().map(|rule| rule.name.clone()).collect::<Vec<_>>(), written);
    assert!(rules().iter().all(|rule| !rule.title.is_empty() && !rule.row.is_empty()));
}
