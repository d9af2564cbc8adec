//! Faults of what the service stands on, as callers see them: a documented answer, nothing half done, and service again.

use crate::support::{Answer, Untagd, account, batch_untag, contents, delete_desktop_tag, folder, succeed};
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::thread;

/// Another process that holds the database, a backup say, makes the documented 500 of both operations.
#[test]
fn a_locked_database_is_a_documented_failure_and_then_service_again() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = folder.path().join("tags.db");
    let store = format!("sqlite:{}", database.display());
    let line = json!({
        "project_id": crate::support::PROJECT, "resource_type": "desktop", "resource_id": "d",
        "tags": { "key1": "value1", "key2": "value2" },
    });
    fs::write(file("in.ndjson"), line.to_string()).unwrap();
    succeed(&["import", &file("in.ndjson"), "--store", &store]);
    let users = folder.path().join("authentication.toml");
    let token = account(&users);
    let settings = ["serve", "--store", &store, "--authentication", users.to_str().unwrap()];
    let server = Untagd::start(folder.path(), &settings);
    let before = contents(&database);

    let other = Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let requests = [
        (delete_desktop_tag(&token, "d", "key1"), "WKS.00211401"),
        (batch_untag(&token, "desktop", "d", &json!({ "tags": [{ "key": "key1" }] })), "SecMaster.00040011"),
    ];
    thread::scope(|scope| {
        for (request, code) in &requests {
            let mut connection = server.connect();
            scope.spawn(move || failed(&connection.ask(request), code));
        }
    });
    assert_eq!(contents(&database), before, "a failure changes nothing");

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.connect().ask(&requests[0].0).status, 204);
    assert_eq!(server.connect().ask(&requests[1].0).status, 204);
    assert_eq!(contents(&database).trail.len(), 1, "key1 went once");
}

/// The documented 500: it names the request and nothing of the cause.
fn failed(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 500);
    let body = answer.json();
    assert_eq!(body["error_code"], code);
    let message = body["error_msg"].as_str().unwrap();
    assert!(message.contains(answer.header("x-request-id")), "{message}");
    for internal in ["lock", "sqlite", "database", "tags.db"] {
        assert!(!message.to_lowercase().contains(internal), "{message}");
    }
}
