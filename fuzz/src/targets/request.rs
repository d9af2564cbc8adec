//! Requests through the generated router: whatever arrives, the answer is a documented one, and what reaches the implementation
//! is exactly what a lenient reading of the request finds there.

use super::lenient;
use crate::reference::percent;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tower::ServiceExt;
use untag_server::*;
use untag_types::strict;
use untag_types::validate::Validate;

/// A token that this begins is a secret of the caller's, and must not come back.
const SECRET: &str = "secret-";

/// A request as it stands in an HTTP/1.1 message.
pub(super) fn run(input: &[u8]) {
    let Some((method, uri, headers, body)) = message(input) else { return };
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    request.headers_mut().extend(headers.iter().cloned());

    let calls = Calls::default();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    let (parts, answer) = runtime.block_on(async {
        let Ok(answer) = router(Recorder(calls.clone())).oneshot(request).await;
        let (parts, body) = answer.into_parts();
        let Ok(body) = body.collect().await else { panic!("the answer breaks off") };
        (parts, body.to_bytes())
    });
    let calls = std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner));

    assert!(parts.status.as_u16() < 500, "{}: {}", parts.status, String::from_utf8_lossy(&answer));
    let id = parts.headers.get("x-request-id").map(HeaderValue::as_bytes).unwrap_or_default();
    assert!(id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit), "the request id is {id:?}");
    let has_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    assert_eq!(has_json, !answer.is_empty());

    match (parts.status, calls.as_slice()) {
        (StatusCode::NO_CONTENT, [call]) => {
            assert!(answer.is_empty(), "204 with a body");
            assert_eq!(
                Some(call),
                meant(&uri, body).as_ref(),
                "another deletion than the one that was asked for"
            );
            assert_eq!(method, Method::DELETE);
            let named = |name: &str| headers.iter().filter(|(found, _)| found == name).count();
            assert!(named("x-auth-token") + named("authorization") > 0, "a deletion without credentials");
            assert!(named("x-auth-token") <= 1 && named("authorization") <= 1, "credentials to choose from");
        }
        (status, []) => {
            refusal(status, &uri, &answer);
            if status == StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(parts.headers.get(header::ALLOW).map(HeaderValue::as_bytes), Some(&b"DELETE"[..]));
            }
            for (_, value) in
                headers.iter().filter(|(_, value)| value.as_bytes().starts_with(SECRET.as_bytes()))
            {
                let secret = value.as_bytes();
                assert!(!answer.windows(secret.len()).any(|part| part == secret), "a credential is echoed");
            }
        }
        (status, calls) => panic!("{status}, and {} calls", calls.len()),
    }
}

/// The requests of the conformance suite, and one with each credential.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let cases = [
        &include_bytes!("../../../openapi/cases/accepted.json")[..],
        include_bytes!("../../../openapi/cases/refused.json"),
        include_bytes!("../../../openapi/cases/malformed.json"),
        include_bytes!("../../../openapi/cases/signed.json"),
    ];
    let cases = cases.iter().filter_map(|text| lenient(text)?.as_array().cloned()).flatten();
    let message = |case: Value| {
        let mut message = String::new();
        for line in case.get("head")?.as_array()? {
            message.push_str(line.as_str()?);
            message.push_str("\r\n");
        }
        message.push_str("\r\n");
        message.push_str(case.get("body").map_or(Some(""), Value::as_str)?);
        Some(message.into_bytes())
    };
    let mut seeds: Vec<_> = cases.filter_map(message).collect();
    seeds.push(b"DELETE /v2/p/desktops/d/tags/%2E%2e HTTP/1.1\r\nx-auth-token: secret-1\r\n\r\n".to_vec());
    seeds.push(
        b"DELETE /v2/p/desktops/d/tags/k HTTP/1.1\r\nAuthorization: SDK-HMAC-SHA256 Access=a\r\n\r\n"
            .to_vec(),
    );
    seeds
}

type Message<'a> = (Method, Uri, Vec<(HeaderName, HeaderValue)>, &'a [u8]);

/// The parts of a message, as far as an HTTP library would hand them on.
fn message(input: &[u8]) -> Option<Message<'_>> {
    let end = input.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let (head, body) = (input.get(..end)?, input.get(end + 4..)?);
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut words = lines.next()?.split(|byte| *byte == b' ');
    let (method, target) = (words.next()?, words.next()?);
    let headers = lines.map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        Some((
            HeaderName::from_bytes(name).ok()?,
            HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?,
        ))
    });
    Some((
        Method::from_bytes(method).ok()?,
        Uri::try_from(target).ok()?,
        headers.collect::<Option<_>>()?,
        body,
    ))
}

/// A tag as a deletion names it: key and, perhaps, value.
type Named = (String, Option<String>);

/// What reached the implementation.
#[derive(Debug, PartialEq)]
enum Call {
    Desktop { project: String, desktop: String, key: String },
    Resource { project: String, kind: String, id: String, tags: Vec<Named>, sys_tags: Vec<Named> },
}

type Calls = Arc<Mutex<Vec<Call>>>;

/// What a request means to a reader who forgives everything that has one meaning.
fn meant(uri: &Uri, body: &[u8]) -> Option<Call> {
    if uri.query().is_some_and(|query| query.bytes().any(|byte| byte != b'&')) {
        return None;
    }
    let texts = uri.path().split('/').map(|raw| String::from_utf8(percent::decode(raw.as_bytes())?).ok());
    let texts: Vec<String> = texts.collect::<Option<_>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let own = |text: &&str| Some((*text).to_owned()).filter(|text| !text.is_empty());
    match texts.as_slice() {
        ["", "v2", project, "desktops", desktop, "tags", key] => {
            let call = Call::Desktop { project: own(project)?, desktop: own(desktop)?, key: own(key)? };
            body.is_empty().then_some(call)
        }
        ["", "v1", project, kind, id, "tags", "delete"] => {
            let body = lenient(body)?;
            let list = |name| match body.get(name) {
                Some(list) => list.as_array()?.iter().map(named).collect(),
                None => Some(Vec::new()),
            };
            let (tags, sys_tags) = (list("tags")?, list("sys_tags")?);
            let is_something = !tags.is_empty() || !sys_tags.is_empty();
            let call =
                Call::Resource { project: own(project)?, kind: own(kind)?, id: own(id)?, tags, sys_tags };
            is_something.then_some(call)
        }
        _ => None,
    }
}

fn named(tag: &Value) -> Option<Named> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some((text(tag.get("key")?)?, tag.get("value").map_or(Some(None), |value| text(value).map(Some))?))
}

/// A refusal is a documented one, in the shape of its operation, or what a gateway would say.
fn refusal(status: StatusCode, uri: &Uri, body: &[u8]) {
    assert!(matches!(status.as_u16(), 400 | 401 | 403 | 404 | 405), "{status} is not documented");
    let shape = if uri.path().starts_with("/v2/") {
        strict::from_slice::<untag_types::DesktopTagError>(body).map(|error| error.validate())
    } else {
        strict::from_slice::<untag_types::ResourceTagError>(body).map(|error| error.validate())
    };
    assert!(matches!(shape, Ok(Ok(()))), "{shape:?}: {}", String::from_utf8_lossy(body));
    let message = lenient(body).and_then(|body| Some(body.get("error_msg")?.as_str()?.to_owned()));
    let is_printable =
        message.as_ref().is_some_and(|text| !text.is_empty() && !text.chars().any(char::is_control));
    assert!(is_printable, "{message:?} is not fit for a log");
}

/// Does what it is asked, in that it notes it.
struct Recorder(Calls);

impl Recorder {
    fn note(&self, call: Call) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

impl Authenticate for Recorder {
    type Caller = ();

    async fn authenticate(&self, presented: Presented<'_>) -> Result<(), AuthenticationError> {
        match presented.credentials {
            Credentials::Token(token) if token.expose().starts_with("refuse") => {
                Err(AuthenticationError::Refused("the credentials are not valid".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Api for Recorder {
    async fn delete_desktop_tag(
        &self,
        _: Authenticated<()>,
        asked: Valid<DeleteDesktopTagRequest>,
    ) -> DeleteDesktopTagResponse {
        let DeleteDesktopTagRequest { project_id, desktop_id, key } = asked.into_inner();
        self.note(Call::Desktop {
            project: project_id.into_string(),
            desktop: desktop_id.into_string(),
            key: key.into_string(),
        });
        DeleteDesktopTagResponse::NoContent
    }

    async fn batch_untag_resources(
        &self,
        _: Authenticated<()>,
        asked: Valid<BatchUntagResourcesRequest>,
    ) -> BatchUntagResourcesResponse {
        let BatchUntagResourcesRequest { project_id, resource_type, resource_id, body } = asked.into_inner();
        let tags = body.tags.into_iter().flatten();
        let sys_tags = body.sys_tags.into_iter().flatten();
        self.note(Call::Resource {
            project: project_id.into_string(),
            kind: resource_type.into_string(),
            id: resource_id.into_string(),
            tags: tags
                .map(|tag| (tag.key.into_string(), tag.value.map(untag_types::TagValue::into_string)))
                .collect(),
            sys_tags: sys_tags
                .map(|tag| {
                    (tag.key.as_str().to_owned(), tag.value.map(untag_types::SystemTagValue::into_string))
                })
                .collect(),
        });
        BatchUntagResourcesResponse::NoContent
    }
}
