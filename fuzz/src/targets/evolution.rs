//! Two contracts: every difference is reported at a place that is there, and equal ones have none.

use crate::choices::Choices;
use crate::documents;
use serde_json::Value;
use untag_evolution::{Change, Class, Contract, Level, diff};

/// Two edits of one document, or two documents.
pub(super) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut old = documents::document(&mut choices);
    let mut new = if choices.one_in(8) { documents::document(&mut choices) } else { old.clone() };
    if choices.one_in(4) {
        documents::edit(&mut old, &mut choices);
        new = if choices.one_in(4) { new } else { old.clone() };
    }
    documents::edit(&mut new, &mut choices);
    compare(&old, &new);
}

fn compare(old: &Value, new: &Value) {
    let contract = |document: &Value| Contract::from(document.clone());
    assert_eq!(diff(&contract(old), &contract(old)), [], "a contract differs from itself");
    for (before, after) in [(old, new), (new, old)] {
        let changes = diff(&contract(before), &contract(after));
        if before == after {
            // The order of members is no difference of values, and is one of texts.
            assert!(changes.iter().all(|change| change.class == Class::Documentation), "{changes:#?}");
            continue;
        }
        for Change { old, new, sentence, .. } in &changes {
            assert!(old.is_some() || new.is_some(), "nowhere: {sentence}");
            for (pointer, document) in [(old, before), (new, after)] {
                let is_there = pointer.as_ref().is_none_or(|pointer| document.pointer(pointer).is_some());
                assert!(is_there, "there is no {pointer:?}: {sentence}");
            }
            let is_one = sentence.ends_with('.') && sentence.contains(": ") && !sentence.contains('\n');
            assert!(is_one, "not one sentence: {sentence}");
        }
        let is_release = changes.iter().all(Change::is_version);
        assert!(is_release || Level::of(&changes).is_some(), "a change asks for no release");
        for place in differences(before, after) {
            assert!(
                changes.iter().any(|change| is_near(change, &place)),
                "{place} is not reported: {changes:#?}"
            );
        }
    }
}

/// The places at which two documents differ, as far in as both have the same kind of thing there.
fn differences(old: &Value, new: &Value) -> Vec<String> {
    fn walk(old: &Value, new: &Value, pointer: &str, into: &mut Vec<String>) {
        if old == new {
            return;
        }
        let (Value::Object(before), Value::Object(after)) = (old, new) else {
            into.push(pointer.to_owned());
            return;
        };
        for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
            let place = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            match (before.get(name), after.get(name)) {
                (Some(old), Some(new)) => walk(old, new, &place, into),
                _ => into.push(place),
            }
        }
    }
    let mut places = Vec::new();
    walk(old, new, "", &mut places);
    places
}

/// Whether a change is at a place, above it or below it; or, of a list of required members, at one of the members.
fn is_near(change: &Change, place: &str) -> bool {
    let members = place.strip_suffix("/required").map(|schema| format!("{schema}/properties"));
    members.is_some_and(|members| is_at(change, &members)) || is_at(change, place)
}

fn is_at(change: &Change, place: &str) -> bool {
    let is_below = |pointer: &str, other: &str| {
        pointer.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    [&change.old, &change.new]
        .into_iter()
        .flatten()
        .any(|pointer| is_below(pointer, place) || is_below(place, pointer))
}
