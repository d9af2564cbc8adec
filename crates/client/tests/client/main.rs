//! The client over real sockets: what leaves byte for byte, what never leaves, and what comes back.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod authentication;
mod builder;
mod capture;
mod endpoints;
mod failures;
mod recorder;
mod redirects;
mod refusals;
mod retries;
mod secrets;
mod signatures;
mod wire;

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use std::str::FromStr;
use std::time::{Duration, SystemTime};
use untag_client::types::{BatchUntagResourcesBody, DesktopTagError};
use untag_client::{Client, ClientBuilder, Error, ResponseValue, RetryPolicy};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const DESKTOP: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
const TOKEN: &str = "t0ken-t0ken";

/// A client with a token, which sends everything once.
fn client(url: impl AsRef<str>) -> Client {
    builder(url).token(value(TOKEN)).retry(RetryPolicy::never()).build().unwrap()
}

/// A builder of a client. Proxies of the environment are no business of a test.
fn builder(url: impl AsRef<str>) -> ClientBuilder {
    ClientBuilder::new(url).http(direct())
}

fn direct() -> untag_client::reqwest::ClientBuilder {
    capture::listen();
    untag_client::reqwest::Client::builder().no_proxy()
}

/// A policy that does not keep a test waiting.
fn eager() -> RetryPolicy {
    RetryPolicy::default().base(Duration::ZERO)
}

/// Now, by the clock that the client signs with.
#[allow(clippy::disallowed_methods, reason = "what a client dates is compared with the time of day")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A value of a shared type that obeys its constraints.
fn value<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A value of a shared type as a response or a file may hold it: constraints are not checked.
fn unchecked<T: DeserializeOwned>(json: impl Into<Value>) -> T {
    serde_json::from_value(json.into()).unwrap()
}

/// Deletes `key` from the desktop of the examples.
async fn delete_tag(client: &Client, key: &str) -> Result<ResponseValue<()>, Error<DesktopTagError>> {
    capture::listen();
    client.delete_desktop_tag(&value(PROJECT), &value(DESKTOP), &value(key)).await
}

/// A body that names one tag.
fn one_tag() -> BatchUntagResourcesBody {
    unchecked(serde_json::json!({ "tags": [{ "key": "key1" }] }))
}
