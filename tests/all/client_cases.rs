//! The hand-written wire cases against the generated client: what it sends byte by byte, what it refuses to send, and what it
//! makes of answers. The server is a socket that records and replies.

use crate::support::cases::{bytes, file, message, text};
use crate::support::example::{ID, PROJECT, TOKEN};
use crate::support::untagd::{ACCESS_KEY, SECRET_KEY, Untagd};
use serde_json::{Map, Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;
use untag_client::credentials::{AccessKey, Credentials};
use untag_client::{Client, ClientBuilder, Error, ResponseValue, RetryPolicy};
use untag_types::validate::Validate;
use untag_types::{
    AuthToken, BatchUntagResourcesBody, DesktopId, DesktopProjectId, DesktopTagKey, ResourceId,
    ResourceProjectId, ResourceType,
};

/// What a call came to, in the words of the cases.
type Outcome = Value;

#[tokio::test]
async fn requests_leave_exactly_or_not_at_all() {
    for case in file("client.json")["requests"].as_array().expect("a list") {
        let name = text(case, "name");
        let server = Recorder::start(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec());
        let called = call(&server.client(), text(case, "operation"), &case["arguments"]).await;
        if let Some(refused) = case["refuses"].as_str() {
            let why = called.expect_err(&format!("{name}: {refused} must not leave"));
            assert!(!why.contains(TOKEN), "{name}: {why}");
            assert_eq!(server.requests(), Vec::<Recorded>::new(), "{name}: {why}");
            continue;
        }
        assert_eq!(called, Ok(json!({ "success": 204 })), "{name}");
        let [request] =
            server.requests().try_into().unwrap_or_else(|all| panic!("{name}: one request, not {all:?}"));
        let sends = &case["sends"];
        assert_eq!(request.method, text(sends, "method"), "{name}");
        assert_eq!(request.target.as_bytes(), bytes(&sends["path"]), "{name}");
        assert_eq!(request.header("x-auth-token"), Some(TOKEN), "{name}");
        assert_eq!(request.header("api-version"), None, "{name}");
        assert_eq!(request.body, bytes(&sends["body"]), "{name}: {}", String::from_utf8_lossy(&request.body));
        let content_type = request.header("content-type");
        let announced = content_type
            .is_some_and(|value| value == "application/json" || value.starts_with("application/json;"));
        assert_eq!(announced, !sends["body"].is_null(), "{name}: {content_type:?}");
    }
}

#[tokio::test]
async fn answers_become_what_the_contract_says() {
    for case in file("client.json")["answers"].as_array().expect("a list") {
        let name = text(case, "name");
        let server = Recorder::start(message(case));
        let called =
            call(&server.client(), text(case, "operation"), &harmless(text(case, "operation"))).await;
        assert_eq!(called.as_ref(), Ok(&case["outcome"]), "{name}");
        assert_eq!(server.requests().len(), 1, "{name}: no redirect is followed");
    }
}

/// A client that signs, of the service at an address.
fn signing(service: &Untagd, secret: &str) -> Client {
    let key = AccessKey::new(ACCESS_KEY, secret).expect("a key");
    let builder = ClientBuilder::new(format!("http://{}", service.address));
    builder.credentials(Credentials::from(key)).build().expect("a client")
}

#[test]
fn the_service_accepts_what_the_client_signs() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let keys = ["a/b", "中 文", "100%", "%2e%2e", "a\\b", "...", "a+b?c#d", "..;"];
    let besides = keys.map(|key| (key.to_owned(), "value".to_owned())).into();
    let service = Untagd::with(&besides, false);
    let client = signing(&service, SECRET_KEY);
    let (project, desktop) = (PROJECT.parse().expect("a project"), ID.parse().expect("a desktop"));
    let delete = |key: &str| {
        let key = key.parse().expect("a key");
        runtime.block_on(client.delete_desktop_tag(&project, &desktop, &key))
    };
    let mut left = service.tags();
    for key in keys {
        delete(key).unwrap_or_else(|error| panic!("{key}: {error:?}"));
        left.get_mut("desktop").expect("the desktop").remove(key).expect("the tag was there");
        assert_eq!(service.tags(), left, "{key}");
    }
    // No URL can carry these: they are refused here, signed or not.
    for key in [".", ".."] {
        assert!(delete(key).expect_err("refused").is_refused_here(), "{key}");
    }
    let (project, kind, id) = (PROJECT.parse(), "workspace".parse(), ID.parse());
    let (project, kind, id) = (project.expect("a project"), kind.expect("a type"), id.expect("an id"));
    let body = json!({ "tags": [{ "key": "中 文" }, { "key": "key1", "value": "value1" }] });
    let body = serde_json::from_value(body).expect("a body");
    runtime.block_on(client.batch_untag_resources(&project, &kind, &id, &body)).expect("deleted");
    for key in ["中 文", "key1"] {
        left.get_mut("workspace").expect("the resource").remove(key).expect("the tag was there");
    }
    assert_eq!(service.tags(), left);
    // Another secret is another caller, whom nobody knows.
    let stranger = signing(&service, "another");
    let error = runtime.block_on(stranger.batch_untag_resources(&project, &kind, &id, &body));
    let error = error.expect_err("refused");
    assert!(error.is_unauthenticated() && error.attempts() == 1, "{error}");
    assert_eq!(error.error_code(), Some("SecMaster.90010015"));
    assert!(error.request_id().is_some() && error.documented().is_some());
    assert_eq!(service.tags(), left);
}

/// Calls an operation with arguments as JSON. An error is a refusal, by a type or by the client, before anything was sent.
async fn call(client: &Client, operation: &str, arguments: &Value) -> Result<Outcome, String> {
    let argument = |name: &str| text(arguments, name);
    match operation {
        "deleteDesktopTag" => {
            let project = DesktopProjectId::new(argument("project_id")).map_err(|error| error.to_string())?;
            let desktop = DesktopId::new(argument("desktop_id")).map_err(|error| error.to_string())?;
            let key = DesktopTagKey::new(argument("key")).map_err(|error| error.to_string())?;
            outcome(client.delete_desktop_tag(&project, &desktop, &key).await)
        }
        "batchUntagResources" => {
            let project =
                ResourceProjectId::new(argument("project_id")).map_err(|error| error.to_string())?;
            let kind = ResourceType::new(argument("resource_type")).map_err(|error| error.to_string())?;
            let id = ResourceId::new(argument("resource_id")).map_err(|error| error.to_string())?;
            let body: BatchUntagResourcesBody =
                serde_json::from_value(arguments["body"].clone()).map_err(|error| error.to_string())?;
            body.validate().map_err(|violations| violations.to_string())?;
            outcome(client.batch_untag_resources(&project, &kind, &id, &body).await)
        }
        other => panic!("the client has no operation {other}"),
    }
}

fn outcome<E: serde::Serialize + std::fmt::Debug>(
    result: Result<ResponseValue<()>, Error<E>>,
) -> Result<Outcome, String> {
    let error = match result {
        Ok(value) => return Ok(json!({ "success": value.status().as_u16() })),
        Err(error) if error.is_refused_here() => return Err(error.to_string()),
        Err(error) => error,
    };
    let status = error.status().unwrap_or_else(|| panic!("no case expects {error:?}")).as_u16();
    let documented = [204, 400, 401, 403, 404, 500].contains(&status);
    Ok(match error.documented() {
        Some(body) => json!({ "documented": status, "error": serde_json::to_value(body).expect("JSON") }),
        None => json!({ (if documented { "undecodable" } else { "undocumented" }): status }),
    })
}

fn harmless(operation: &str) -> Value {
    let mut arguments = Map::from_iter([("project_id".to_owned(), json!(PROJECT))]);
    if operation == "deleteDesktopTag" {
        arguments.extend([("desktop_id".to_owned(), json!(ID)), ("key".to_owned(), json!("key1"))]);
    } else {
        arguments.extend([
            ("resource_type".to_owned(), json!("workspace")),
            ("resource_id".to_owned(), json!(ID)),
            ("body".to_owned(), json!({ "tags": [{ "key": "key1" }] })),
        ]);
    }
    Value::Object(arguments)
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Recorded {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Recorded {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// A socket that answers every request with the same bytes and keeps what came.
struct Recorder {
    address: std::net::SocketAddr,
    thread: JoinHandle<Vec<Recorded>>,
}

impl Recorder {
    fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let thread = std::thread::spawn(move || {
            let mut recorded = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                match receive(&mut stream) {
                    Some(request) => recorded.push(request),
                    None => break,
                }
                let _ = stream.write_all(&answer);
            }
            recorded
        });
        Self { address, thread }
    }

    fn client(&self) -> Client {
        let token = AuthToken::new(TOKEN).expect("a token");
        let builder = ClientBuilder::new(format!("http://{}", self.address)).token(token);
        // Once: what a case shows is one exchange.
        builder.retry(RetryPolicy::never()).build().expect("a client")
    }

    /// Everything that came. A connection that sends nothing ends the recorder; connections are served in order, so whatever
    /// came before has been recorded by then.
    fn requests(self) -> Vec<Recorded> {
        drop(std::net::TcpStream::connect(self.address).expect("the recorder listens"));
        self.thread.join().expect("the recorder ends")
    }
}

/// One request with its body, or nothing when the connection ends without one.
fn receive(stream: &mut impl Read) -> Option<Recorded> {
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(received[..end].to_vec()).expect("headers are text");
            let mut lines = head.split("\r\n");
            let mut first = lines.next()?.split(' ').map(str::to_owned);
            let (method, target) = (first.next()?, first.next()?);
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
            if let Some(body) = received.get(end + 4..end + 4 + length) {
                return Some(Recorded { method, target, headers, body: body.to_vec() });
            }
        }
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => received.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}
