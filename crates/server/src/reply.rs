//! Answers as bytes: status, JSON body, `X-Request-Id`. The only place that builds a response.

use crate::request_id::RequestId;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use untag_types::validate::Validate;

/// The header that carries the request's id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why the stub refuses a request by itself, before the operation's method is called or after it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is not one that the contract describes: 400. The text names the member and the rule.
    Malformed(String),
    /// Nobody knows who is calling: 401.
    Unauthenticated(String),
    /// The implementation failed: 500. The text quotes the request id and nothing else.
    Failed(String),
}

/// What an operation can answer. Implemented by the generated enums only: one variant for each documented status.
pub trait Answer: Sized {
    /// The documented answer to a request that the stub refuses.
    ///
    /// # Errors
    /// The contract documents none: the operation has nothing that could be malformed, say, and got a body nevertheless.
    fn refuse(refusal: Refusal) -> Result<Self, Refusal>;

    /// Status and body.
    ///
    /// # Errors
    /// The body breaks the contract, and why.
    fn encode(&self) -> Result<Encoded, String>;
}

/// A status and the JSON text of its body, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    status: u16,
    json: Option<Vec<u8>>,
}

/// An answer without a body.
#[must_use]
pub fn empty(status: u16) -> Encoded {
    Encoded { status, json: None }
}

/// An answer with a JSON body, once the body is known to keep the limits that the contract promises.
///
/// # Errors
/// The body breaks a limit, or cannot be written as JSON.
pub fn json<T: Serialize + Validate>(status: u16, body: &T) -> Result<Encoded, String> {
    body.validate().map_err(|violations| violations.to_string())?;
    let json = serde_json::to_vec(body).map_err(|error| error.to_string())?;
    Ok(Encoded { status, json: Some(json) })
}

/// The text cut to at most `max` characters, at a character; what is cut is marked with `…`.
///
/// Messages of the stub go through here, because a message must keep its own documented limit whatever it quotes.
#[must_use]
pub fn clip(text: String, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text,
        Some(_) if max == 0 => String::new(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

/// The response for an answer. An answer that breaks the contract is replaced by the documented failure.
pub(crate) fn respond<A: Answer>(answer: &A, operation: &str, request_id: RequestId) -> Response {
    match answer.encode() {
        Ok(encoded) => response(encoded, request_id),
        Err(broken) => {
            tracing::error!(operation, %request_id, broken, "the answer breaks the contract; answering 500 instead");
            refuse::<A>(failure(request_id), request_id)
        }
    }
}

/// The response to a request that the stub refuses: the documented one, and where there is none, one of the same shape.
pub(crate) fn refuse<A: Answer>(refusal: Refusal, request_id: RequestId) -> Response {
    let (status, code, message) = match A::refuse(refusal).map(|answer| answer.encode()) {
        Ok(Ok(encoded)) => return response(encoded, request_id),
        // Lint proves that the stub's own answers keep their limits.
        Ok(Err(broken)) => (StatusCode::INTERNAL_SERVER_ERROR, "APIGW.0201", broken),
        Err(Refusal::Malformed(message)) => (StatusCode::BAD_REQUEST, "APIGW.0201", message),
        Err(Refusal::Unauthenticated(message)) => (StatusCode::UNAUTHORIZED, "APIGW.0301", message),
        Err(Refusal::Failed(message)) => (StatusCode::INTERNAL_SERVER_ERROR, "APIGW.0201", message),
    };
    outside_the_contract(status, code, &message, request_id)
}

/// The refusal for a failure whose cause stays inside: it names the request, so that an operator finds the cause.
pub(crate) fn failure(request_id: RequestId) -> Refusal {
    Refusal::Failed(failure_message(request_id))
}

/// What the caller of a request that failed learns: nothing of the cause, but what to quote in a report.
#[must_use]
pub fn failure_message(request_id: RequestId) -> String {
    format!("the request failed inside the service; report it with request id {request_id}")
}

/// A response of this status and body, with the headers that every answer has.
pub(crate) fn response(encoded: Encoded, request_id: RequestId) -> Response {
    let (body, is_json) = match encoded.json {
        Some(json) => (Body::from(json), true),
        None => (Body::empty(), false),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(encoded.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if is_json {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    // 32 hexadecimal digits always are a header value; without one the answer still stands.
    if let Ok(id) = HeaderValue::from_bytes(&request_id.digits()) {
        headers.insert(X_REQUEST_ID, id);
    }
    response
}

/// An answer outside the contract, as a gateway gives them: in the shape that every error body of the contract shares.
#[must_use]
pub fn outside_the_contract(
    status: StatusCode,
    code: &str,
    message: &str,
    request_id: RequestId,
) -> Response {
    let json = serde_json::json!({ "error_code": code, "error_msg": message }).to_string();
    response(Encoded { status: status.as_u16(), json: Some(json.into_bytes()) }, request_id)
}
