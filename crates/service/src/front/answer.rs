//! The answers that the front gives by itself, in the shape that every error body of the contract shares.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The header that carries the request's id.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why the front answers instead of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request body does not arrive.
    TooSlow,
    /// The request body is too long.
    TooLong,
    /// There are too many headers.
    TooManyHeaders,
    /// Enough is in flight.
    Overloaded,
}

impl Refusal {
    /// The answer.
    pub(super) fn answer(self, version: Version, retry_after: Duration) -> Response {
        let (status, code, message) = match self {
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "APIGW.0201",
                "the request body did not arrive in time; send the request again",
            ),
            Self::TooLong => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "APIGW.0201",
                "the request body is longer than this gateway passes on",
            ),
            Self::TooManyHeaders => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "APIGW.0201",
                "the request has more headers than this gateway passes on",
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "APIGW.0202",
                "the service is at its limit; wait as long as Retry-After says, then send the request again",
            ),
        };
        let json = serde_json::json!({ "error_code": code, "error_msg": message }).to_string();
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Digits always are a header value; without one the answer still stands.
        if let Ok(id) = HeaderValue::try_from(next_request_id()) {
            headers.insert(X_REQUEST_ID, id);
        }
        if self == Self::Overloaded {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
        }
        // The rest of the body may still come, and is not read. An HTTP/2 stream ends without taking others along.
        if matches!(self, Self::TooSlow | Self::TooLong) && version < Version::HTTP_2 {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// 32 hexadecimal digits, different for every answer of every process: half names the process, half the answer.
fn next_request_id() -> String {
    static PROCESS: OnceLock<(u64, RandomState)> = OnceLock::new();
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let (process, scramble) = PROCESS.get_or_init(|| {
        // The standard library seeds its hashers from the system's random numbers.
        let random = RandomState::new();
        (random.hash_one("process"), random)
    });
    let request = scramble.hash_one(COUNTER.fetch_add(1, Ordering::Relaxed));
    format!("{process:016x}{request:016x}")
}
