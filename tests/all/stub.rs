//! What the stub does around an implementation: mounting, limits, and answers to implementations that fail.

use crate::support::example::{ID, PROJECT, TOKEN};
use crate::support::service::{Service, serve};
use crate::support::wire;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use untag_fixtures::generated::tag_deletion::server::{
    Api, BatchUntagResourcesRequest, BatchUntagResourcesResponse, DeleteDesktopTagRequest,
    DeleteDesktopTagResponse, router, router_within,
};
use untag_fixtures::generated::tag_deletion::types::{
    DesktopErrorCode, DesktopErrorMessage, DesktopTagError,
};
use untag_server::{Authenticate, Authenticated, AuthenticationError, Credentials, Limits, Presented, Valid};

const DESKTOP: &str =
    "/v2/0123456789abcdef0123456789abcdef/desktops/e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11/tags/key1";
const RESOURCE: &str =
    "/v1/0123456789abcdef0123456789abcdef/workspace/e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11/tags/delete";
const JSON: [(&str, &str); 2] = [("X-Auth-Token", TOKEN), ("Content-Type", "application/json")];

fn delete(address: SocketAddr, path: &str, body: &str) -> wire::Response {
    wire::send(address, &wire::request("DELETE", path, &JSON, body.as_bytes()))
}

#[test]
fn the_router_serves_below_a_prefix_and_the_signed_path_is_the_whole_one() {
    let address = serve(axum::Router::new().nest("/below/here", router(Echo)));
    let signed = [("Authorization", "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=b")];
    let request = wire::request("DELETE", &format!("/below/here{DESKTOP}%2F?q=1"), &signed, b"");
    let response = wire::send(address, &request);
    assert_eq!(response.status, 401, "{response:?}");
    assert_eq!(response.message(), format!("signed DELETE /below/here{DESKTOP}%2F with q=1 and 0 bytes"));
    let response = delete(address, &format!("/below/here{DESKTOP}%2F"), "");
    assert_eq!((response.status, response.message().as_str()), (404, "key1/"), "{response:?}");
    for unknown in ["/below/here/v2", "/below/here//", &format!("/below/here{DESKTOP}/")] {
        let response = delete(address, unknown, "");
        assert_eq!(
            (response.status, response.json()["error_code"].as_str()),
            (404, Some("APIGW.0101")),
            "{unknown}"
        );
    }
}

#[test]
fn limits_can_be_set() {
    let service = Service::with(&BTreeMap::new());
    let address = serve(router_within(service.clone(), Limits { body_bytes: 40 }));
    let before = service.tags();
    let response = delete(address, RESOURCE, r#"{"tags": [{"key": "key1"}, {"key": "key2"}]}"#);
    assert_eq!(response.status, 400, "{response:?}");
    assert!(response.message().contains("40 bytes"), "{response:?}");
    assert_eq!(service.tags(), before);
    assert_eq!(delete(address, RESOURCE, r#"{"tags": [{"key": "key1"}]}"#).status, 204);
}

#[test]
fn a_body_that_breaks_off_deletes_nothing() {
    let service = Service::with(&BTreeMap::new());
    let address = serve(router(service.clone()));
    let before = service.tags();
    // What has arrived is a complete value; the length says that more was to come.
    let body = r#"{"tags": [{"key": "key1"}]}"#;
    let head = format!(
        "DELETE {RESOURCE} HTTP/1.1\r\nHost: a\r\nX-Auth-Token: {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len() + 1
    );
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    stream.shutdown(Shutdown::Write).expect("half closed");
    // Reading to the end waits for the server to be done with the request, whatever it answers.
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(service.tags(), before);
}

#[test]
fn a_stranger_is_refused_before_the_body_is_read() {
    let address = serve(router(Echo));
    // The body never comes: an answer shows that nobody waits for it.
    let head = format!(
        "DELETE {RESOURCE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
    );
    let response = wire::send(address, head.as_bytes());
    assert_eq!(response.status, 401, "{response:?}");
    assert!(response.message().contains("X-Auth-Token"), "{response:?}");
}

#[test]
fn failures_inside_are_the_documented_500_and_tell_nothing() {
    let address = serve(router(Echo));
    for (key, secret) in
        [("panic", "secret of a panic"), ("too-long", "WKS.00211102-and-more"), ("unavailable", "identity")]
    {
        let path = DESKTOP.replace("key1", key);
        let headers: &[(&str, &str)] =
            if key == "unavailable" { &[("X-Auth-Token", "unavailable")] } else { &JSON };
        let response = wire::send(address, &wire::request("DELETE", &path, headers, b""));
        assert_eq!(response.status, 500, "{key}: {response:?}");
        assert_eq!(response.json()["error_code"], "WKS.00211401", "{key}");
        let id = response.header("x-request-id").expect("a request id").to_owned();
        assert!(
            response.message().contains(&id) && !response.message().contains(secret),
            "{key}: {response:?}"
        );
    }
    assert_eq!(delete(address, DESKTOP, "").status, 404, "the service goes on");
}

#[test]
fn two_headers_of_one_kind_are_no_credentials() {
    let address = serve(router(Service::with(&BTreeMap::new())));
    for headers in [
        vec![("X-Auth-Token", TOKEN), ("X-Auth-Token", TOKEN)],
        vec![
            ("X-Auth-Token", TOKEN),
            ("Authorization", "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=b"),
        ],
        vec![("Authorization", "Bearer abc")],
        vec![("X-Auth-Token", "")],
    ] {
        let response = wire::send(address, &wire::request("DELETE", DESKTOP, &headers, b""));
        assert_eq!(response.status, 401, "{headers:?}: {response:?}");
        assert!(!response.message().contains(TOKEN), "{response:?}");
    }
    // What another scheme's header says is no business of this operation, as long as a token is there.
    let both = [("X-Auth-Token", TOKEN), ("Authorization", "Bearer abc")];
    assert_eq!(wire::send(address, &wire::request("DELETE", DESKTOP, &both, b"")).status, 204);
}

#[test]
fn what_is_no_token_does_not_reach_the_service() {
    // This service would take any token.
    let address = serve(router(Echo));
    let long = "a".repeat(40_001);
    for token in ["", "é", "a\tb", &long] {
        let response =
            wire::send(address, &wire::request("DELETE", DESKTOP, &[("X-Auth-Token", token)], b""));
        assert_eq!(response.status, 401, "{token:?}: {response:?}");
    }
    let longest = "a".repeat(40_000);
    let headers = [("X-Auth-Token", longest.as_str())];
    assert_eq!(wire::send(address, &wire::request("DELETE", DESKTOP, &headers, b"")).status, 404);
}

#[test]
fn request_ids_differ() {
    let address = serve(router(Echo));
    let id = || delete(address, DESKTOP, "").header("x-request-id").expect("a request id").to_owned();
    let ids: std::collections::BTreeSet<String> = (0..50).map(|_| id()).collect();
    assert_eq!(ids.len(), 50);
}

/// Answers with what it was given, or fails in the way that the key names.
struct Echo;

impl Authenticate for Echo {
    type Caller = ();

    async fn authenticate(&self, presented: Presented<'_>) -> Result<(), AuthenticationError> {
        let shown = format!("{presented:?}");
        match presented.credentials {
            Credentials::Token(token) if token.expose() == "unavailable" => Err(AuthenticationError::Failed),
            Credentials::Token(token) => {
                assert!(!shown.contains(token.expose()), "{shown}");
                Ok(())
            }
            _ => Err(AuthenticationError::Refused(format!(
                "signed {} {} with {} and {} bytes",
                presented.method,
                presented.raw_path,
                presented.query.unwrap_or_default(),
                presented.body.len()
            ))),
        }
    }
}

impl Api for Echo {
    async fn delete_desktop_tag(
        &self,
        _caller: Authenticated<()>,
        asked: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        assert_eq!((asked.project_id.as_str(), asked.desktop_id.as_str()), (PROJECT, ID));
        match asked.key.as_str() {
            "panic" => panic!("secret of a panic"),
            "too-long" => DeleteDesktopTagResponse::BadRequest(DesktopTagError {
                error_code: DesktopErrorCode::unchecked("WKS.00211102-and-more"),
                error_msg: DesktopErrorMessage::unchecked("no"),
                error_detail: None,
                encoded_authorization_message: None,
            }),
            key => DeleteDesktopTagResponse::not_found(key),
        }
    }

    async fn batch_untag_resources(
        &self,
        _caller: Authenticated<()>,
        _asked: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        BatchUntagResourcesResponse::NoContent
    }
}
