//! The hand-written wire cases against the server stub, byte by byte over a socket; after each, the store is read.
//!
//! All of them run against the fixture stub and the reference service, whose state a case can set; those that need no other
//! state than the first run against the in-memory example too.

use crate::support::cases;
use crate::support::example::Example;
use crate::support::service::{Service, Tags, serve};
use crate::support::untagd::Untagd;
use crate::support::{example, wire};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn accepted_requests_delete_what_they_name_and_nothing_else() {
    run("accepted.json");
}

#[test]
fn refused_requests_delete_nothing() {
    run("refused.json");
}

#[test]
fn malformed_requests_delete_nothing() {
    run("malformed.json");
}

fn run(file: &str) {
    let cases = cases::file(file);
    let cases = cases.as_array().expect("a list of cases");
    assert!(cases.len() >= 50, "{file} has lost cases");
    let failures: Vec<String> = cases
        .iter()
        .flat_map(|case| [against_fixture(case), against_example(case), against_untagd(case)])
        .filter_map(Result::err)
        .collect();
    assert!(failures.is_empty(), "{} of {} in {file}:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// The tags that the case wants besides those of every case.
fn besides(case: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(case.pointer("/given/tags").cloned().unwrap_or_default()).unwrap_or_default()
}

fn is_op_service(case: &Value) -> bool {
    case.pointer("/given/op_service") != Some(&Value::Bool(false))
}

/// The case against the reference service, in the state that the case gives.
fn against_untagd(case: &Value) -> Result<(), String> {
    let service = Untagd::with(&besides(case), is_op_service(case));
    let before = service.tags();
    let response = send(service.address, case);
    judge(case, &response, &before, &service.tags())
        .map_err(|why| format!("untagd: {}: {why}", cases::text(case, "name")))
}

/// The case against the fixture stub, in the state that the case gives.
fn against_fixture(case: &Value) -> Result<(), String> {
    let mut service = Service::with(&besides(case));
    service.op_service = is_op_service(case);
    let before = service.tags();
    let router = untag_fixtures::generated::tag_deletion::server::router(service.clone());
    let response = send(serve(router), case);
    judge(case, &response, &before, &service.tags())
        .map_err(|why| format!("fixture stub: {}: {why}", cases::text(case, "name")))
}

/// The case against the example, if it starts from the first state.
fn against_example(case: &Value) -> Result<(), String> {
    if case.get("given").is_some() {
        return Ok(());
    }
    let mut example = Example::start();
    let response = send(example.address, case);
    let after = example.tags();
    judge(case, &response, &example::all_tags(), &after)
        .map_err(|why| format!("example: {}: {why}", cases::text(case, "name")))
}

fn send(address: std::net::SocketAddr, case: &Value) -> wire::Response {
    wire::send(address, &cases::message(case))
}

/// Holds an answer, and what became of the store, against what the case expects.
fn judge(case: &Value, response: &wire::Response, before: &Tags, after: &Tags) -> Result<(), String> {
    let expect = &case["expect"];
    let check = |what: &str, holds: bool| {
        if holds { Ok(()) } else { Err(format!("{what}; the answer is {response:?}")) }
    };
    check("the status differs", expect["status"] == response.status)?;
    check("there is no request id", response.header("x-request-id").is_some_and(|id| id.len() == 32))?;
    match expect.get("error_code") {
        Some(code) => {
            check("the body is no JSON", response.header("content-type") == Some("application/json"))?;
            check("the code differs", response.json()["error_code"] == *code)?;
            for part in expect["error_msg"].as_array().into_iter().flatten() {
                let part = part.as_str().expect("a text");
                check(&format!("the message lacks {part:?}"), response.message().contains(part))?;
            }
        }
        None => check("there is a body", response.body.is_empty())?,
    }
    for (name, value) in expect["headers"].as_object().into_iter().flatten() {
        check(
            &format!("the header {name} differs"),
            response.header(&name.to_ascii_lowercase()) == value.as_str(),
        )?;
    }
    let mut expected = before.clone();
    let removed: Vec<&str> =
        expect["removed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(tags) = expected.get_mut(addressed(case)) {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    check(&format!("the tags are {after:?}, not {expected:?}"), *after == expected)
}

/// The kind of resource that the case's operation works on.
fn addressed(case: &Value) -> &str {
    if case["operation"] == "deleteDesktopTag" { "desktop" } else { "workspace" }
}
