//! Schemas that have nothing but another name: on the wire nothing changes, in Rust the name of a type does.

use serde_json::Value;
use std::collections::HashMap;

const SCHEMAS: &str = "#/components/schemas/";

/// The new name of each schema that was renamed, by its old one.
pub(crate) struct Renames<'d>(HashMap<&'d str, &'d str>);

impl<'d> Renames<'d> {
    /// Finds them: a schema that is gone and a new one are the same if they say the same, what was already found taken
    /// into account.
    pub(crate) fn between(old: &'d Value, new: &'d Value) -> Self {
        let (old, new) = (schemas(old), schemas(new));
        let mut found = Self(HashMap::new());
        loop {
            let taken = |name: &str, found: &Self| found.0.values().any(|other| *other == name);
            let next = old
                .iter()
                .filter(|(name, _)| {
                    !new.iter().any(|(other, _)| other == name) && !found.0.contains_key(name)
                })
                .find_map(|(name, schema)| {
                    let candidates = new.iter().filter(|(other, _)| {
                        !old.iter().any(|(name, _)| name == other) && !taken(other, &found)
                    });
                    let mut same = candidates.filter(|(other, other_schema)| {
                        // A schema that refers to itself does so by its new name now.
                        let mut guess = found.0.clone();
                        guess.insert(name, other);
                        Self(guess).is_same(schema, other_schema)
                    });
                    same.next().map(|(other, _)| (*name, *other))
                });
            match next {
                Some((old, new)) => found.0.insert(old, new),
                None => return found,
            };
        }
    }

    /// The new name of a schema, or the one it has kept.
    pub(crate) fn name<'n>(&'n self, old: &'n str) -> &'n str {
        self.0.get(old).copied().unwrap_or(old)
    }

    /// Whether a reference of the old document and one of the new lead to the same schema.
    pub(crate) fn is_same_reference(&self, old: &str, new: &str) -> bool {
        match (old.strip_prefix(SCHEMAS), new.strip_prefix(SCHEMAS)) {
            (Some(old), Some(new)) => self.name(old) == new,
            _ => old == new,
        }
    }

    /// The new name of a schema that was renamed; `None` for any other.
    pub(crate) fn new_name(&self, old: &str) -> Option<&'d str> {
        self.0.get(old).copied()
    }

    /// Whether a name of the new document was given to a schema that the old one has.
    pub(crate) fn is_new_name(&self, new: &str) -> bool {
        self.0.values().any(|name| *name == new)
    }

    fn is_same(&self, old: &Value, new: &Value) -> bool {
        match (old, new) {
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(name, old)| {
                        right.get(name).is_some_and(|new| match (name.as_str(), old, new) {
                            ("$ref", Value::String(old), Value::String(new)) => {
                                self.is_same_reference(old, new)
                            }
                            _ => self.is_same(old, new),
                        })
                    })
            }
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(old, new)| self.is_same(old, new))
            }
            _ => old == new,
        }
    }
}

fn schemas(document: &Value) -> Vec<(&str, &Value)> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    schemas.map(|(name, schema)| (name.as_str(), schema)).collect()
}
