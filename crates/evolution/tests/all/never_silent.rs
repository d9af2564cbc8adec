//! Whatever changes is reported, where it changed; and nothing is reported where nothing changed.

use crate::{
    mutants::{self, Mutant},
    support,
};
use serde_json::json;
use untag_evolution::{Change, Class, Contract, Level, diff};

#[test]
fn comments_and_layout_are_words() {
    let read = |text: &str| Contract::read("untag.yaml", text).expect("the contract can be read");
    let text = support::text();
    let [change] = diff(&read(&text), &read(&format!("# One more.\n{text}"))).try_into().expect("one change");
    let Change { old, new, .. } = &change;
    assert_eq!((old.as_deref(), new.as_deref()), (Some(""), Some("")));
    assert_eq!(Level::of(&[change]), Some(Level::Patch));
}

#[test]
fn a_document_does_not_differ_from_itself() {
    for (name, text) in support::documents() {
        let document = Contract::read(&name, &text).expect("it can be read");
        assert_eq!(diff(&document, &document), [], "{name}");
        // In other letters it is another text, and the comparison looks at all of it.
        let json = support::contract(&untag_codegen::parse(&name, &text).expect("it can be read"));
        for changes in [diff(&document, &json), diff(&json, &document)] {
            let found: Vec<_> = changes.iter().map(|change| (change.class, change.old.as_deref())).collect();
            assert_eq!(found, [(Class::Documentation, Some(""))], "{name}");
        }
    }
    assert_eq!(Level::of(&[]), None);
}

#[test]
fn every_change_at_one_place_is_reported_there() {
    let (mut count, mut silent) = (0, Vec::new());
    for (name, text) in support::documents() {
        let document = untag_codegen::parse(&name, &text).expect("it can be read");
        let contract = support::contract(&document);
        count += mutants::each(&document, |mutant| {
            let mutated = support::contract(&mutant.document);
            for (direction, changes) in
                [("to", diff(&contract, &mutated)), ("back from", diff(&mutated, &contract))]
            {
                if !changes.iter().any(|change| is_near(change, &mutant.pointer)) {
                    let Mutant { pointer, what, .. } = &mutant;
                    silent.push(format!("{name}: {direction} {pointer}: {what}: {changes:#?}"));
                }
                for Change { sentence, .. } in changes {
                    let is_one =
                        sentence.ends_with('.') && sentence.contains(": ") && !sentence.contains('\n');
                    assert!(is_one, "{sentence}");
                }
            }
        });
    }
    assert!(count >= 4000, "{count} mutants are too few to prove anything");
    assert!(
        silent.is_empty(),
        "{} of {count} changes are not reported where they are:\n{}",
        silent.len(),
        silent.join("\n")
    );
}

/// Whether a change is at a place, above it or below it. A change of the whole document is what the comparison falls back
/// on where no rule has seen anything, so it counts for the whole document only.
fn is_near(change: &Change, place: &str) -> bool {
    let is_below = |pointer: &str, other: &str| {
        pointer.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    [&change.old, &change.new].into_iter().flatten().any(|pointer| {
        (place.is_empty() || !pointer.is_empty()) && (is_below(pointer, place) || is_below(place, pointer))
    })
}

/// A path that keeps its name and none of its operations is in no pair of operations.
#[test]
fn what_a_path_says_besides_its_operations_is_compared_when_the_last_one_goes() {
    let old = json!({"paths": {"/a": {"get": {"responses": {}}, "summary": "one"}}});
    let new = json!({"paths": {"/a": {"parameters": [], "summary": "two"}}});
    for (old, new) in [(&old, &new), (&new, &old)] {
        let changes = diff(&support::contract(old), &support::contract(new));
        for place in ["/paths/~1a/get", "/paths/~1a/parameters", "/paths/~1a/summary"] {
            assert!(changes.iter().any(|change| is_near(change, place)), "{place}: {changes:#?}");
        }
    }
}

#[test]
fn a_sentence_is_one_line_whatever_the_contract_says() {
    let old = json!({"paths": {"/a\n": {"get": {"operationId": "a\u{1b}[2J"}}}});
    let new = json!({"paths": {}, "x\r": 1});
    let changes = diff(&support::contract(&old), &support::contract(&new));
    assert!(changes.len() > 1, "{changes:#?}");
    for Change { sentence, .. } in changes {
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
    }
}

#[test]
fn an_object_without_members_that_comes_or_goes_is_words() {
    let old = json!({"components": {"schemas": {"A": {"type": "object"}}}});
    let new = json!({"components": {"schemas": {"A": {"type": "object", "properties": {}}}, "headers": {}}});
    for (old, new) in [(&old, &new), (&new, &old)] {
        let changes = diff(&support::contract(old), &support::contract(new));
        for place in ["/components/schemas/A/properties", "/components/headers"] {
            let found = changes.iter().find(|change| is_near(change, place)).map(|change| change.class);
            assert_eq!(found, Some(Class::Documentation), "{place}: {changes:#?}");
        }
    }
}
