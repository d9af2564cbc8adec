//! Answers to requests that no operation of the contract takes: unknown paths and wrong methods.
//!
//! They stand outside the contract, as a gateway's would: same error shape, codes in the gateway's format.

use crate::reply::outside_the_contract;
use crate::request_id::RequestId;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// The gateway's code for an API that is not there.
const NO_SUCH_API: &str = "APIGW.0101";

/// 404: the path is none of the contract's. Trailing slashes and empty segments make another path.
// axum's fallbacks are handlers, and handlers are asynchronous.
#[allow(clippy::unused_async)]
pub async fn not_found() -> Response {
    outside_the_contract(
        StatusCode::NOT_FOUND,
        NO_SUCH_API,
        "no operation has this path; check it for a trailing slash or an empty segment",
        RequestId::next(),
    )
}

/// 405 with `Allow`: the path is known, the method is not. `allow` lists the path's methods.
#[must_use]
pub fn method_not_allowed(allow: &'static str) -> Response {
    let message = format!("this path has no operation for the method; it takes {allow}");
    let mut response =
        outside_the_contract(StatusCode::METHOD_NOT_ALLOWED, NO_SUCH_API, &message, RequestId::next());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}
