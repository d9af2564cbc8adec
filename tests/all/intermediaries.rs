//! Proxies between client and service that do what some do: drop the body of a DELETE, or tidy up paths. Whatever they make
//! of a request, nothing goes that it did not name.

use crate::support::example::{ID, PROJECT, TOKEN};
use crate::support::service::Tags;
use crate::support::untagd::Untagd;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use untag_client::types::BatchUntagResourcesBody;
use untag_client::{Client, ClientBuilder};

/// How a proxy changes what it passes on: the path, and the body with its headers.
type Change = fn(&mut String, &mut HeaderMap, &mut Vec<u8>);

/// Drops the body, as some do whose authors read that a DELETE has none.
fn strip(_: &mut String, headers: &mut HeaderMap, body: &mut Vec<u8>) {
    body.clear();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
}

/// Decodes the path once, resolves dot segments, and makes one slash of several.
fn normalise(path: &mut String, _: &mut HeaderMap, _: &mut Vec<u8>) {
    let decoded = percent_decode_str(path).decode_utf8().expect("the client sends UTF-8").into_owned();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let segments: Vec<String> = segments.into_iter().map(untag_client::path::encode_path).collect();
    *path = format!("/{}", segments.join("/"));
}

/// The same by a proxy that takes a backslash for a slash.
fn normalise_backslashes(path: &mut String, headers: &mut HeaderMap, body: &mut Vec<u8>) {
    *path = path.replace("%5C", "/");
    normalise(path, headers, body);
}

#[derive(Clone)]
struct Proxy {
    to: SocketAddr,
    change: Change,
    http: reqwest::Client,
}

async fn pass(State(proxy): State<Proxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = to_bytes(body, 1 << 20).await.expect("a small body").to_vec();
    let (mut path, mut headers) = (parts.uri.path().to_owned(), parts.headers);
    (proxy.change)(&mut path, &mut headers, &mut body);
    headers.remove(header::HOST);
    let url = format!("http://{}{path}", proxy.to);
    let sent = proxy.http.request(parts.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = sent else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = Body::from(answer.bytes().await.expect("a whole answer"));
    response
}

/// A client whose requests pass such a proxy on their way to the service.
async fn behind(change: Change, service: &Untagd) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let router = Router::new().fallback(pass).with_state(Proxy { to: service.address, change, http });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let token = TOKEN.parse().expect("a token");
    ClientBuilder::new(format!("http://{address}")).token(token).build().expect("a client")
}

/// Which keys of which type are gone.
fn gone(before: &Tags, after: &Tags) -> BTreeSet<(String, String)> {
    let keys = |tags: &Tags| -> BTreeSet<(String, String)> {
        let kinds = tags.iter();
        kinds.flat_map(|(kind, tags)| tags.keys().map(|key| (kind.clone(), key.clone()))).collect()
    };
    assert!(keys(after).is_subset(&keys(before)));
    keys(before).difference(&keys(after)).cloned().collect()
}

/// Keys that a path has to encode and those that lead elsewhere once
/// a path is tidied up.
const KEYS: [&str; 22] = [
    "a/b",
    "b",
    "a",
    "a//b",
    "/",
    "100%",
    "%2e%2e",
    "%2F",
    "a%2Fb",
    "tags",
    "..a",
    "中 文",
    "k?x=1#y",
    "a\\b",
    "/key1",
    "key1/",
    "./key1",
    "x/../key1",
    "../tags/key1",
    "..\\tags\\key1",
    "%2Fkey1",
    "x/..%2Fkey1",
];

fn odd() -> BTreeMap<String, String> {
    KEYS.map(|key| (key.to_owned(), "value".to_owned())).into()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

#[test]
fn a_body_that_is_dropped_on_the_way_deletes_nothing() {
    let (runtime, service) = (runtime(), Untagd::with(&odd(), true));
    let client = runtime.block_on(behind(strip, &service));
    let before = service.tags();
    let sys = r#"{"sys_tags":[{"key":"_sys_enterprise_project_id"}]}"#;
    for body in [r#"{"tags":[{"key":"key1"}]}"#, r#"{"tags":[{"key":"key1","value":"value1"}]}"#, sys] {
        let body: BatchUntagResourcesBody = serde_json::from_str(body).expect("a body");
        let (project, id) = (PROJECT.parse().expect("a project"), ID.parse().expect("an id"));
        let kind = "workspace".parse().expect("a type");
        let answer = runtime.block_on(client.batch_untag_resources(&project, &kind, &id, &body));
        let error = answer.expect_err("a request without a body names no tag");
        assert!(error.to_string().contains("400"), "{error}");
    }
    assert_eq!(service.tags(), before);
    // The operation without a body does not miss it.
    runtime.block_on(delete(&client, "key1")).expect("a success");
    assert_eq!(gone(&before, &service.tags()), [("desktop".to_owned(), "key1".to_owned())].into());
}

#[test]
fn a_path_that_is_tidied_up_on_the_way_deletes_nothing_else() {
    for change in [normalise as Change, normalise_backslashes] {
        let (runtime, service) = (runtime(), Untagd::with(&odd(), true));
        let client = runtime.block_on(behind(change, &service));
        let mut arrived = BTreeSet::new();
        for key in KEYS {
            let before = service.tags();
            let answer = runtime.block_on(delete(&client, key));
            let gone = gone(&before, &service.tags());
            let named: BTreeSet<_> = [("desktop".to_owned(), key.to_owned())].into();
            assert!(gone.is_subset(&named), "{key:?} was named, {gone:?} is gone");
            if !gone.is_empty() {
                assert_eq!(answer, Ok(()), "{key:?}");
                arrived.insert(key);
            }
        }
        // The proxy does no harm to plain keys, or else this proves nothing.
        assert!(arrived.contains("中 文") && arrived.contains("tags"), "{arrived:?}");
        assert!(!arrived.contains("a/b") && !arrived.contains("/key1"), "{arrived:?}");
    }
}

async fn delete(client: &Client, key: &str) -> Result<(), String> {
    let (project, desktop) = (PROJECT.parse().expect("a project"), ID.parse().expect("an id"));
    let key = key.parse().expect("a key");
    let answer = client.delete_desktop_tag(&project, &desktop, &key).await;
    answer.map(drop).map_err(|error| error.to_string())
}
