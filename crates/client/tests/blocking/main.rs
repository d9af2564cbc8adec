//! The client that blocks, over real sockets: without a runtime, within one, and from several threads.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

#[path = "../tags/server.rs"]
mod server;

use serde_json::json;
use server::Server;
use std::fmt::Debug;
use std::str::FromStr;
use std::thread;
use untag_client::ClientBuilder;
use untag_client::blocking::Client;
use untag_client::types::{BatchUntagResourcesBody, ResourceTag};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";

fn value<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn client(server: &Server) -> Client {
    let http = untag_client::reqwest::Client::builder().no_proxy();
    Client::new(ClientBuilder::new(server.url()).token(value("t0ken")).http(http).build().unwrap()).unwrap()
}

/// Deletes a tag; what arrived is for the server to say.
fn delete(client: &Client) {
    client.delete_desktop_tag(&value(PROJECT), &value("d1"), &value("key1")).unwrap();
}

#[test]
fn every_method_waits_for_its_outcome() {
    let server = Server::answering(&[]);
    let client = client(&server);
    delete(&client);
    let (project, ty, id) = (value(PROJECT), value("workspace"), value("r1"));
    let one: BatchUntagResourcesBody = serde_json::from_value(json!({ "tags": [{ "key": "a" }] })).unwrap();
    client.batch_untag_resources(&project, &ty, &id, &one).unwrap();
    let tags = (0..11).map(|number| ResourceTag::new(value(&format!("key{number}"))));
    assert_eq!(client.untag_all(&project, &ty, &id, tags).unwrap().calls, 2);
    let lines: Vec<_> = server.calls().into_iter().map(|(line, ..)| line).collect();
    assert_eq!(lines[0], format!("DELETE /v2/{PROJECT}/desktops/d1/tags/key1"));
    assert_eq!(lines[1..], vec![format!("DELETE /v1/{PROJECT}/workspace/r1/tags/delete"); 3]);
}

#[test]
fn failures_are_those_of_the_other_client() {
    let server = Server::answering(&[404, 403]);
    let client = client(&server);
    let error = client.delete_desktop_tag(&value(PROJECT), &value("d1"), &value("key1")).unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.request_id(), Some("r-1"));
    let tags = [ResourceTag::new(value("a"))];
    let failure = client.untag_all(&value(PROJECT), &value("workspace"), &value("r1"), tags).unwrap_err();
    assert!(failure.error().is_denied() && failure.acknowledged() == 0, "{failure}");
}

/// Where waiting for a runtime would panic: on either kind of runtime, in a task and in what a task hands to a thread, when
/// called and when dropped.
#[test]
fn within_asynchronous_code_it_works_and_does_not_panic() {
    let current = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    for runtime in [current, many] {
        let server = Server::answering(&[]);
        let client = client(&server);
        runtime.block_on(async {
            delete(&client);
            let shared = client.clone();
            tokio::task::spawn_blocking(move || delete(&shared)).await.unwrap();
            tokio::spawn(async move {
                delete(&client);
                drop(client);
            })
            .await
            .unwrap();
        });
        assert_eq!(server.calls().len(), 3);
    }
}

#[test]
fn threads_may_call_at_the_same_time() {
    let server = Server::answering(&[]);
    let client = client(&server);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..5).for_each(|_| delete(&client)));
        }
    });
    assert_eq!(server.calls().len(), 40);
}
