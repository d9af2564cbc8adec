//! Which way the values of each schema travel, by what requests and answers refer to.

use crate::hurt::Travel;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

const SCHEMAS: &str = "#/components/schemas/";

/// The direction of each schema, over all documents that are looked at.
pub(crate) struct Reach<'d>(HashMap<&'d str, Travel>);

impl<'d> Reach<'d> {
    /// What can be reached from the operations and the credentials of these documents.
    pub(crate) fn of<const N: usize>(documents: [&'d Value; N]) -> Self {
        let mut reach = Self(HashMap::new());
        for document in documents {
            reach.follow(document, &document["components"]["securitySchemes"], Travel::REQUEST);
            for path in members(&document["paths"]) {
                for operation in members(path) {
                    for (name, value) in operation.as_object().into_iter().flatten() {
                        let travel = if name == "responses" { Travel::RESPONSE } else { Travel::REQUEST };
                        reach.follow(document, value, travel);
                    }
                }
            }
        }
        reach
    }

    /// Which way the values of a schema travel. Both, for one that nothing refers to.
    pub(crate) fn travel(&self, schema: &str) -> Travel {
        self.0.get(schema).copied().unwrap_or(Travel::BOTH)
    }

    /// Follows every reference below a value. What stands in examples is followed too, which can only widen the answer.
    fn follow(&mut self, document: &'d Value, from: &'d Value, travel: Travel) {
        let mut open = vec![from];
        let mut seen = HashSet::new();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                        let is_new = match reference.strip_prefix(SCHEMAS) {
                            Some(name) => self.add(name, travel),
                            None => seen.insert(reference),
                        };
                        if is_new {
                            open.extend(reference.strip_prefix('#').and_then(|path| document.pointer(path)));
                        }
                    }
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }

    /// Adds a direction to a schema; whether that is new.
    fn add(&mut self, name: &'d str, travel: Travel) -> bool {
        let known = self.0.entry(name).or_default();
        let both =
            Travel { request: known.request || travel.request, response: known.response || travel.response };
        let is_new = *known != both;
        *known = both;
        is_new
    }
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(serde_json::Map::values)
}
