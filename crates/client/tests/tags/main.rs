//! Any number of tags of a resource, over real sockets: which calls leave, and what a failure leaves to do.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod batches;
mod server;

use serde_json::{Value, json};
use server::Server;
use std::fmt::Debug;
use std::str::FromStr;
use untag_client::types::{ResourceTag, SystemTag};
use untag_client::{Batches, Client, ClientBuilder, TagToRemove, UntagAllError, Untagged};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const TARGET: &str = "DELETE /v1/0123456789abcdef0123456789abcdef/workspace/e6cd8b01/tags/delete";

fn value<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The tag with this key, whatever its value.
fn tag(key: &str) -> ResourceTag {
    ResourceTag::new(value(key))
}

/// The tag with this key and this value.
fn valued(key: &str, text: &str) -> ResourceTag {
    ResourceTag { value: Some(value(text)), ..tag(key) }
}

fn numbered(count: usize) -> Vec<ResourceTag> {
    (0..count).map(|number| tag(&format!("key{number}"))).collect()
}

fn system_tag() -> SystemTag {
    SystemTag::new(value("_sys_enterprise_project_id"))
}

fn client(server: &Server) -> Client {
    let http = untag_client::reqwest::Client::builder().no_proxy();
    ClientBuilder::new(server.url()).token(value("t0ken")).http(http).build().unwrap()
}

async fn untag(server: &Server, tags: impl Into<Batches>) -> Result<Untagged, UntagAllError> {
    client(server).untag_all(&value(PROJECT), &value("workspace"), &value("e6cd8b01"), tags).await
}

/// The bodies that arrived.
fn arrived(server: &Server) -> Vec<Value> {
    server.calls().into_iter().map(|(_, _, body)| body).collect()
}

/// The keys of `tags` in a body.
fn keys(body: &Value) -> Vec<&str> {
    body["tags"].as_array().unwrap().iter().map(|tag| tag["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn as_few_calls_as_the_limit_allows_in_order() {
    for (count, calls) in [(1, vec![1]), (10, vec![10]), (11, vec![10, 1]), (25, vec![10, 10, 5])] {
        let server = Server::answering(&[]);
        let done = untag(&server, numbered(count)).await.unwrap();
        assert_eq!((done.calls, done.tags), (calls.len(), count));
        let bodies = arrived(&server);
        assert_eq!(bodies.iter().map(|body| keys(body).len()).collect::<Vec<_>>(), calls);
        let expected: Vec<_> = (0..count).map(|number| format!("key{number}")).collect();
        assert_eq!(bodies.iter().flat_map(keys).collect::<Vec<_>>(), expected);
        assert!(server.calls().iter().all(|(line, ..)| line == TARGET), "{:?}", server.calls());
    }
}

#[tokio::test]
async fn no_tags_send_nothing_and_say_so() {
    let server = Server::answering(&[]);
    let done = untag(&server, Vec::<ResourceTag>::new()).await.unwrap();
    assert_eq!((done.calls, done.tags), (0, 0));
    assert_eq!(untag(&server, Batches::default()).await.unwrap(), done);
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn a_key_with_a_value_and_one_without_are_two_tags() {
    let server = Server::answering(&[]);
    let tags =
        [valued("a", "1"), tag("a"), valued("a", "1"), valued("a", ""), tag("a"), valued("a", "2"), tag("b")];
    assert_eq!(untag(&server, tags).await.unwrap().tags, 5);
    let sent = json!([{
        "tags": [
            { "key": "a", "value": "1" }, { "key": "a" }, { "key": "a", "value": "" },
            { "key": "a", "value": "2" }, { "key": "b" },
        ],
    }]);
    assert_eq!(Value::from(arrived(&server)), sent);
}

#[tokio::test]
async fn system_tags_go_alone_and_last_unless_told_otherwise() {
    let tags: Vec<TagToRemove> =
        [system_tag().into()].into_iter().chain(numbered(11).into_iter().map(Into::into)).collect();
    let server = Server::answering(&[]);
    assert_eq!(untag(&server, tags.clone()).await.unwrap().calls, 3);
    let bodies = arrived(&server);
    assert_eq!(bodies.iter().filter(|body| body.get("tags").is_some()).count(), 2);
    assert_eq!(bodies[2], json!({ "sys_tags": [{ "key": "_sys_enterprise_project_id" }] }));
    assert!(bodies[..2].iter().all(|body| body.get("sys_tags").is_none()), "{bodies:?}");

    let server = Server::answering(&[]);
    assert_eq!(untag(&server, Batches::together(tags)).await.unwrap().calls, 2);
    let bodies = arrived(&server);
    assert_eq!(keys(&bodies[0]).len(), 10);
    assert_eq!(bodies[0]["sys_tags"], json!([{ "key": "_sys_enterprise_project_id" }]));
    assert_eq!(bodies[1], json!({ "tags": [{ "key": "key10" }] }));
}

#[tokio::test]
async fn a_failure_says_what_was_acknowledged_and_what_is_left() {
    let server = Server::answering(&[204, 403]);
    let failure = untag(&server, numbered(35)).await.unwrap_err();
    assert_eq!(failure.acknowledged(), 1);
    assert_eq!(server.calls().len(), 2, "nothing follows the call that failed");
    assert!(failure.error().is_denied());
    let message = failure.to_string();
    assert!(
        message.starts_with("1 of 4 calls acknowledged, tags still to do: 25; batchUntagResources "),
        "{message}"
    );
    assert!(message.contains("403") && message.contains("SecMaster.1"), "{message}");

    // What is left is what was not acknowledged, and can be handed back as it is.
    let (remaining, _) = failure.into_parts();
    let expected: Vec<_> = numbered(35).into_iter().skip(10).map(TagToRemove::Tag).collect();
    assert_eq!(remaining.tags().collect::<Vec<_>>(), expected);
    let again = Server::answering(&[]);
    assert_eq!(untag(&again, remaining).await.unwrap().calls, 3);
    assert_eq!(keys(&arrived(&again)[0])[0], "key10");
}

#[tokio::test]
async fn a_failure_of_the_first_call_leaves_everything() {
    let server = Server::answering(&[404]);
    let failure = untag(&server, numbered(3)).await.unwrap_err();
    assert_eq!((failure.acknowledged(), failure.remaining()), (0, &Batches::from(numbered(3))));
}

#[test]
fn the_future_is_send() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let server = Server::answering(&[]);
    drop(send(untag(&server, numbered(1))));
}
