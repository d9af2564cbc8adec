//! The answers that the front gives by itself, in the shape that every error body of the contract shares.

use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use std::time::Duration;
use untag_server::{RequestId, reply};

/// Why the front answers instead of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request body does not arrive.
    TooSlow,
    /// The request body is too long.
    TooLong,
    /// Who stands between the client and here may take it for another request.
    Ambiguous,
    /// There are too many headers.
    TooManyHeaders,
    /// Enough is in flight.
    Overloaded,
    /// The address has shown too many credentials that were refused, and is not listened to for so long.
    HeldOff(Duration),
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
            Self::Ambiguous => (
                StatusCode::BAD_REQUEST,
                "APIGW.0201",
                "the request can be read in two ways; send one Host, and no Transfer-Encoding but chunked",
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
            Self::HeldOff(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "APIGW.0308",
                "too many credentials from this address were refused; wait as long as Retry-After says, and check them",
            ),
        };
        let mut response = reply::outside_the_contract(status, code, message, RequestId::next());
        let headers = response.headers_mut();
        let wait = match self {
            Self::Overloaded => Some(retry_after.as_secs()),
            // What is left of a second is waited for, too.
            Self::HeldOff(wait) => Some(wait.as_secs() + 1),
            Self::TooSlow | Self::TooLong | Self::Ambiguous | Self::TooManyHeaders => None,
        };
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        // The rest of the body may still come, and is not read; of an ambiguous request, nobody knows where it ends. An HTTP/2 stream ends without taking others along.
        if matches!(self, Self::TooSlow | Self::TooLong | Self::Ambiguous) && version < Version::HTTP_2 {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
