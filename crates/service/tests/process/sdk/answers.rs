//! The SDK as a client of `untagd`: what its users see of each answer, success or not.

use super::{call_all, python};
use crate::support::{PROJECT, Untagd, contents, folder};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use untag_python::run;

/// The resource of the documentation's examples, and the desktop whose tags are odd.
const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
const ODD: &str = "5f0c6a1e-2b7d-4c3f-9a8e-1d2c3b4a5f60";

/// A service with sample data, and calls of its account.
struct Story {
    server: Untagd,
    folder: tempfile::TempDir,
    store: String,
}

impl Story {
    fn new() -> Self {
        let folder = folder();
        let store = format!("sqlite:{}", folder.path().join("dev.db").display());
        let server = Untagd::start(folder.path(), &["dev", "--store", &store]);
        Self { server, folder, store }
    }

    /// A call of the account, with these members besides or instead.
    fn call(&self, members: &Value) -> Value {
        let Value::Object(ready) = &self.server.ready else { panic!("the ready file is an object") };
        let mut call: serde_json::Map<String, Value> = ["endpoint", "ak", "sk", "project_id"]
            .map(|name| (name.to_owned(), ready[name].clone()))
            .into_iter()
            .collect();
        call.extend(members.as_object().unwrap().clone());
        call.into()
    }

    /// The tags of every resource, by type and id.
    fn tags(&self) -> BTreeMap<String, Vec<String>> {
        let resources = contents(&self.store).resources.into_iter();
        resources
            .map(|(key, tags)| {
                let keys = tags.tags.into_keys().chain(tags.sys_tags.into_keys());
                (format!("{}/{}", key.resource_type, key.resource_id), keys.collect())
            })
            .collect()
    }
}

#[test]
fn what_it_deletes_is_gone_and_nothing_else() {
    let story = Story::new();
    let mut expected = story.tags();
    let mut calls = vec![story.call(&json!({ "desktop_id": RESOURCE, "key": "key2" }))];
    // A tag that is not there is a success.
    calls.push(calls[0].clone());
    for key in ["a/b", "a\\b", "中 文", "100%", "a+b c", "k?x=1#y", "%2e%2e", "👩‍💻"] {
        calls.push(story.call(&json!({ "desktop_id": ODD, "key": key })));
        expected.get_mut(&format!("desktop/{ODD}")).unwrap().retain(|there| there != key);
    }
    calls.push(story.call(&json!({
        "resource_type": "workspace", "resource_id": RESOURCE,
        "body": { "tags": [{ "key": "key1" }, { "key": "key2", "value": "another" }] },
    })));
    expected.get_mut(&format!("desktop/{RESOURCE}")).unwrap().retain(|key| key != "key2");
    expected.get_mut(&format!("workspace/{RESOURCE}")).unwrap().retain(|key| key != "key1");

    for (call, outcome) in calls.iter().zip(call_all(&calls, &[])) {
        assert_eq!(outcome, json!({ "status": 204 }), "{call}");
    }
    assert_eq!(story.tags(), expected);
    assert_eq!(contents(&story.store).trail.len(), 10);
}

/// The SDK's HTTP library removes dot segments, and with them the tag's place in the path: what arrives is the address of
/// the desktop, which no operation of the contract has.
#[test]
fn a_key_of_dots_never_arrives_as_something_else() {
    let story = Story::new();
    let before = story.tags();
    let calls = [".", ".."].map(|key| story.call(&json!({ "desktop_id": ODD, "key": key })));
    for (call, outcome) in calls.iter().zip(call_all(&calls, &[])) {
        assert_eq!(outcome["exception"], "ClientRequestException", "{call}: {outcome}");
    }
    assert_eq!(story.tags(), before);
}

#[test]
fn every_failure_is_an_exception_of_its_own_with_code_message_and_request_id() {
    let story = Story::new();
    let before = contents(&story.store);
    let desktop = |more: &Value| {
        let mut call = story.call(&json!({ "desktop_id": RESOURCE, "key": "key1" }));
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let resource = |more: &Value| {
        let mut call = story.call(&json!({
            "resource_type": "workspace", "resource_id": RESOURCE, "body": { "tags": [{ "key": "key1" }] },
        }));
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let elsewhere = "f".repeat(32);
    let cases = [
        (desktop(&json!({ "key": "k".repeat(129) })), 400, "WKS.00211102"),
        (desktop(&json!({ "sk": "wrong" })), 401, "WKS.00211302"),
        (desktop(&json!({ "ak": "UNKNOWN" })), 401, "WKS.00211302"),
        (desktop(&json!({ "project_id": elsewhere })), 403, "WKS.00081102"),
        (desktop(&json!({ "desktop_id": "nowhere" })), 404, "WKS.00000404"),
        (resource(&json!({ "body": { "tags": [] } })), 400, "SecMaster.20011001"),
        (resource(&json!({ "body": { "tags": [{ "key": " " }] } })), 400, "SecMaster.20011001"),
        (resource(&json!({ "sk": "wrong" })), 401, "SecMaster.90010015"),
        (
            resource(&json!({ "body": {
                "tags": [{ "key": "key1" }], "sys_tags": [{ "key": "_sys_enterprise_project_id" }],
            } })),
            403,
            "SecMaster.00000403",
        ),
        (resource(&json!({ "resource_id": "nowhere" })), 404, "SecMaster.00000404"),
    ];
    let calls: Vec<Value> = cases.iter().map(|(call, ..)| call.clone()).collect();
    for ((call, status, code), outcome) in cases.iter().zip(call_all(&calls, &[])) {
        refused(&outcome, "ClientRequestException", *status, code, call);
    }

    // Another process that holds the database is a failure of the service's own.
    let other = Connection::open(story.store.strip_prefix("sqlite:").unwrap()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let calls = [desktop(&json!({})), resource(&json!({}))];
    let outcomes = call_all(&calls, &[]);
    other.execute_batch("ROLLBACK").unwrap();
    for ((call, outcome), code) in calls.iter().zip(&outcomes).zip(["WKS.00211401", "SecMaster.00040011"]) {
        refused(outcome, "ServerResponseException", 500, code, call);
    }
    assert_eq!(contents(&story.store), before);
}

/// What an exception of the SDK must tell.
fn refused(outcome: &Value, exception: &str, status: u16, code: &str, call: &Value) {
    let shown = format!("{call}: {outcome}");
    assert_eq!(outcome["exception"], exception, "{shown}");
    assert_eq!(outcome["status_code"], status, "{shown}");
    assert_eq!(outcome["error_code"], code, "{shown}");
    // Not the raw body, which it falls back to.
    let message = outcome["error_msg"].as_str().unwrap();
    assert!(!message.is_empty() && !message.starts_with('{'), "{shown}");
    let request = outcome["request_id"].as_str().unwrap();
    assert_eq!(request.len(), 32, "{shown}");
    assert_eq!(message.contains(request), status == 500, "{shown}");
}

/// The line that `untagd dev` prints for it.
#[test]
fn the_printed_line_does_what_it_says() {
    let story = Story::new();
    let printed = story.server.printed();
    let line = printed.lines().find(|line| line.starts_with("python3 -c ")).expect("a line for the SDK");
    let rest = line.strip_prefix("python3").unwrap();
    let mut command = Command::new("sh");
    command.args(["-euc", &format!("\"$PYTHON\"{rest}")]).env_clear();
    let output = run(command.env("PYTHON", python()).env("HOME", story.folder.path()));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "204\n");
    assert!(!story.tags()[&format!("desktop/{RESOURCE}")].contains(&"key2".to_owned()));
    assert_eq!(story.server.ready["project_id"], PROJECT);
}
