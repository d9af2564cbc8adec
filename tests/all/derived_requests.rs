//! Behaviour follows the contract, not only annotation: requests derived from the *document* go over a socket to the stub,
//! and a JSON Schema validator that is not ours judges both what was sent and what came back.
//!
//! For every constraint there is a value at its boundary and one past it, for every required member a request without it,
//! for every member a value of each wrong type. Whether a value is valid is never decided here: the foreign validator says so.

mod candidates;

use crate::support::contract::{self, foreign_validator};
use crate::support::example::{self, Example, ID, PROJECT, TOKEN};
use crate::support::wire::{self, encode_segment};
use candidates::resolve;
use serde_json::Value;

#[test]
fn the_stub_takes_and_refuses_what_the_document_says() {
    let contract = contract::read();
    let document = &contract.document;
    let mut example = Example::start();
    let (mut taken, mut refused) = (0, 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in
            item.as_object().expect("a path").iter().filter(|(name, _)| *name != "servers")
        {
            let method = method.to_ascii_uppercase();
            for parameter in operation["parameters"].as_array().expect("parameters") {
                let validator = foreign_validator(document, resolve(document, &parameter["schema"]));
                let name = parameter["name"].as_str().expect("a name");
                for candidate in
                    candidates::written(document, &parameter["schema"], parameter["in"] == "query")
                {
                    if !travels(parameter, &candidate.texts) {
                        continue;
                    }
                    let valid = validator.is_valid(&candidate.value);
                    let request = Request::new(document, path, operation).with(parameter, &candidate.texts);
                    let response = request.send(&example, &method, &harmless_body(document, operation));
                    let what = format!("{method} {path}: {name} {}", candidate.how);
                    judge(document, operation, &response, valid, name, &what);
                    if valid { taken += 1 } else { refused += 1 }
                }
            }
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            let schema = resolve(document, schema);
            let validator = foreign_validator(document, schema);
            for candidate in candidates::values(document, schema, "body") {
                let valid = validator.is_valid(&candidate.value);
                let request = Request::new(document, path, operation);
                let response = request.send(&example, &method, candidate.value.to_string().as_bytes());
                let what = format!("{method} {path}: {} in {}", candidate.how, candidate.value);
                judge(document, operation, &response, valid, "", &what);
                if valid { taken += 1 } else { refused += 1 }
            }
        }
    }
    assert!(
        taken >= 20 && refused >= 60,
        "{taken} taken and {refused} refused are too few to prove anything"
    );
    assert_eq!(example.tags(), example::all_tags(), "no request named a tag that is there");
}

/// Holds a response against the document: its status, its body, its request id, and for a refusal the member it names.
fn judge(
    document: &Value,
    operation: &Value,
    response: &wire::Response,
    valid: bool,
    member: &str,
    what: &str,
) {
    let status = response.status.to_string();
    let documented = &operation["responses"][&status];
    assert!(documented.is_object(), "{what}: {status} is not documented: {response:?}");
    assert_eq!(
        response.status != 400,
        valid,
        "{what}: the foreign validator says valid={valid}: {}",
        response.message()
    );
    assert_eq!(response.header("x-request-id").map(str::len), Some(32), "{what}: {response:?}");
    match documented.pointer("/content/application~1json/schema") {
        Some(schema) => {
            let validator = foreign_validator(document, resolve(document, schema));
            let body = response.json();
            let errors: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{what}: the body breaks the contract: {errors:?}");
            assert_eq!(body["error_code"], documented["x-error-code"], "{what}");
            let message = response.message();
            assert!(valid || message.contains(member), "{what}: the message names the member: {message}");
        }
        None => assert!(response.body.is_empty(), "{what}: {response:?}"),
    }
}

/// A request whose parameters are all valid and name no tag that is there.
struct Request {
    /// The template, until it is sent, so that a value can still be replaced.
    path: String,
    segments: Vec<(String, String)>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Request {
    fn new(document: &Value, path: &str, operation: &Value) -> Self {
        let mut request =
            Self { path: path.to_owned(), segments: Vec::new(), query: Vec::new(), headers: Vec::new() };
        for parameter in operation["parameters"].as_array().expect("parameters") {
            let name = parameter["name"].as_str().expect("a name");
            let texts = match name {
                "project_id" => vec![PROJECT.to_owned()],
                "resource_type" => vec!["workspace".to_owned()],
                "resource_id" | "desktop_id" => vec![ID.to_owned()],
                _ => candidates::valid_text(document, &parameter["schema"], parameter["in"] == "query"),
            };
            request = request.with(parameter, &texts);
        }
        request
    }

    /// The same with another value of one parameter.
    fn with(mut self, parameter: &Value, texts: &[String]) -> Self {
        let name = parameter["name"].as_str().expect("a name");
        let values = match parameter["in"].as_str() {
            Some("path") => &mut self.segments,
            Some("query") => &mut self.query,
            _ => &mut self.headers,
        };
        values.retain(|(other, _)| other != name);
        values.extend(texts.iter().map(|text| (name.to_owned(), text.clone())));
        self
    }

    fn send(self, example: &Example, method: &str, body: &[u8]) -> wire::Response {
        let mut target = self.path.clone();
        for (name, text) in &self.segments {
            // Commas of a list separate; they are the one reserved character that is left bare.
            target = target.replace(&format!("{{{name}}}"), &encode_segment(text).replace("%2C", ","));
        }
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(name, text)| format!("{}={}", encode_segment(name), encode_segment(text)))
            .collect();
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        let mut all = vec![("X-Auth-Token", TOKEN)];
        if !body.is_empty() {
            all.push(("Content-Type", "application/json"));
        }
        all.extend(self.headers.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        wire::send(example.address, &wire::request(method, &target, &all, body))
    }
}

/// Whether the texts reach the operation as a value of this parameter: an empty segment is another path, which the cases
/// cover; a header carries no control characters, loses white space at its ends, and is one text.
fn travels(parameter: &Value, texts: &[String]) -> bool {
    texts.iter().all(|text| match parameter["in"].as_str() {
        Some("path") => !text.is_empty(),
        Some("header") => text.trim() == text && !text.chars().any(char::is_control),
        _ => true,
    })
}

/// A body that is valid and removes nothing, where the operation asks for one.
fn harmless_body(document: &Value, operation: &Value) -> Vec<u8> {
    match operation.pointer("/requestBody/content/application~1json/schema") {
        Some(schema) if operation["requestBody"]["required"] == true => {
            candidates::valid_value(document, schema).to_string().into_bytes()
        }
        _ => Vec::new(),
    }
}
