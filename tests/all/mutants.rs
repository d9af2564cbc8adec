//! Drift is noticed: whatever single place of the contract changes, the lint refuses it or the stub no longer agrees.

use crate::support::contract;
use serde_json::{Value, json};
use untag_codegen::compare;

#[test]
fn every_one_place_mutant_of_the_contract_is_noticed() {
    let contract = contract::read();
    let derived = serde_json::to_value(untag_server::openapi()).expect("the document is JSON");
    let mut mutants = Vec::new();
    mutate("", &contract.document, &mut mutants);
    let unnoticed: Vec<String> = mutants
        .iter()
        .filter(|(pointer, _, _)| !left_out(pointer))
        .filter(|(pointer, _, replacement)| {
            let mutant = apply(&contract.document, pointer, replacement.as_ref());
            let noticed = untag_codegen::read("mutant.json", &mutant.to_string()).is_err()
                || !compare::differences(&mutant, &derived).is_empty();
            !noticed
        })
        .map(|(pointer, what, _)| format!("{pointer}: {what}"))
        .collect();
    assert!(mutants.len() >= 200, "{} mutants are too few to prove anything", mutants.len());
    assert!(
        unnoticed.is_empty(),
        "{} of {} mutants went unnoticed:\n{}",
        unnoticed.len(),
        mutants.len(),
        unnoticed.join("\n")
    );
}

/// A mutant: where, what was done, and the new value (none: the member or item is gone).
type Mutant = (String, &'static str, Option<Value>);

fn mutate(pointer: &str, value: &Value, out: &mut Vec<Mutant>) {
    // A member that is `false` says what is so without it.
    if !pointer.is_empty() && *value != json!(false) {
        out.push((pointer.to_owned(), "removed", None));
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                mutate(&format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value, out);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                mutate(&format!("{pointer}/{index}"), value, out);
            }
        }
        Value::String(text) => {
            out.push((pointer.to_owned(), "a letter added", Some(json!(format!("{text}x")))));
            out.push((pointer.to_owned(), "of another type", Some(json!(7))));
        }
        Value::Number(number) => {
            let number = number.as_i64().expect("the contract has whole numbers only");
            out.push((pointer.to_owned(), "one more", Some(json!(number + 1))));
            out.push((pointer.to_owned(), "one less", Some(json!(number - 1))));
        }
        Value::Bool(value) => out.push((pointer.to_owned(), "turned round", Some(json!(!value)))),
        Value::Null => {}
    }
}

/// What the comparison cannot see, in terms of the contract's own layout; each row stands in `compare::NOT_COMPARED`.
fn left_out(pointer: &str) -> bool {
    pointer == "/openapi" || pointer.starts_with("/components/headers/") && pointer.ends_with("/example")
}

fn apply(document: &Value, pointer: &str, replacement: Option<&Value>) -> Value {
    let mut mutant = document.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer below the root");
    let name = name.replace("~1", "/").replace("~0", "~");
    match (mutant.pointer_mut(parent).expect("the parent is there"), replacement) {
        (Value::Object(members), Some(value)) => {
            members.insert(name, value.clone());
        }
        (Value::Object(members), None) => {
            members.remove(&name);
        }
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().expect("an index")] = value.clone(),
        (Value::Array(items), None) => {
            items.remove(name.parse().expect("an index"));
        }
        (other, _) => panic!("{parent} has no members: {other}"),
    }
    mutant
}
