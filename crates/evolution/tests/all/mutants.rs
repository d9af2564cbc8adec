//! Every change of the contract at one place: something removed, changed, added or moved.

use serde_json::{Value, json};

/// What was done where something is gone.
pub(crate) const REMOVED: &str = "removed";

/// A contract that differs from the repository's at one place.
pub(crate) struct Mutant {
    /// The place.
    pub(crate) pointer: String,
    /// What was done there.
    pub(crate) what: &'static str,
    /// The whole document.
    pub(crate) document: Value,
}

/// Makes all of them, one after the other, and gives their number. What changes nothing at all is left out.
pub(crate) fn each(document: &Value, mut look: impl FnMut(Mutant)) -> usize {
    let mut count = 0;
    walk(document, "", document, &mut |mutant| {
        if mutant.document != *document {
            count += 1;
            look(mutant);
        }
    });
    count
}

fn walk(document: &Value, pointer: &str, value: &Value, look: &mut dyn FnMut(Mutant)) {
    let mut push = |what, replacement: Option<Value>| {
        let document = apply(document, pointer, replacement);
        look(Mutant { pointer: pointer.to_owned(), what, document });
    };
    if !pointer.is_empty() {
        push(REMOVED, None);
    }
    match value {
        Value::Object(members) => {
            let mut more = members.clone();
            more.insert("x-stranger".to_owned(), json!(true));
            push("a stranger among its members", Some(Value::Object(more)));
        }
        Value::Array(items) => {
            let mut more = items.clone();
            more.push(json!("stranger"));
            push("a stranger among its items", Some(Value::Array(more)));
            if items.len() > 1 {
                push("turned round", Some(items.iter().rev().cloned().collect()));
                push("its first item twice", Some(items.iter().take(1).chain(items).cloned().collect()));
            }
        }
        Value::String(text) => {
            push("a letter added", Some(json!(format!("{text}x"))));
            push("of another type", Some(json!(7)));
        }
        Value::Number(number) => {
            if let Some(whole) = number.as_i64() {
                push("one more", Some(json!(whole.saturating_add(1))));
                push("one less", Some(json!(whole.saturating_sub(1))));
            }
            let float = number.as_f64().expect("a number");
            push("spelt as a fraction", Some(json!(float)));
        }
        Value::Bool(value) => push("turned round", Some(json!(!value))),
        Value::Null => {}
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let step = name.replace('~', "~0").replace('/', "~1");
                walk(document, &format!("{pointer}/{step}"), value, look);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(document, &format!("{pointer}/{index}"), value, look);
            }
        }
        _ => {}
    }
}

fn apply(document: &Value, pointer: &str, replacement: Option<Value>) -> Value {
    let mut mutant = document.clone();
    put(&mut mutant, pointer, replacement);
    mutant
}

/// Puts a value at a place of a document, or takes away what is there.
pub(crate) fn put(document: &mut Value, pointer: &str, replacement: Option<Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        *document = replacement.expect("a document");
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent).expect("the parent is there"), replacement) {
        (Value::Object(members), Some(value)) => {
            members.insert(name, value);
        }
        (Value::Object(members), None) => {
            members.shift_remove(&name);
        }
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().expect("an index")] = value,
        (Value::Array(items), None) => {
            items.remove(name.parse().expect("an index"));
        }
        (other, _) => panic!("{parent} has no members: {other}"),
    }
}
