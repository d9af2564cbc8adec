//! One request and its answer: the order in which every operation reads, authenticates, decodes, validates and calls.
//!
//! The order is the same for all: credentials are looked for first, so that a stranger's body is not even read; then the
//! body is read within its limit, the caller is authenticated, and only then is anything decoded.

use crate::authentication::{self, Authenticate, Authenticated, AuthenticationError, Presented, Scheme};
use crate::reply::{self, Answer, Refusal};
use crate::request_id::RequestId;
use crate::{body, fallback, path, query};
use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, Uri, request::Parts};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::Either;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use untag_types::validate::{Valid, Validate};

/// What a service grants one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest request body that is read, in bytes.
    pub body_bytes: usize,
}

impl Default for Limits {
    /// 256 KiB: several times the longest valid request of the contract, even with every character escaped.
    fn default() -> Self {
        Self { body_bytes: 256 * 1024 }
    }
}

/// An implementation and the limits around it: the state of the router.
#[derive(Debug)]
pub struct Service<A> {
    api: A,
    limits: Limits,
}

impl<A> Service<A> {
    /// An implementation behind these limits.
    pub fn new(api: A, limits: Limits) -> Self {
        Self { api, limits }
    }
}

/// One operation of the contract. Implemented by generated code only.
pub trait Operation {
    /// `operationId`.
    const ID: &'static str;
    /// The names of its query parameters.
    const QUERY: &'static [&'static str];
    /// Whether the contract gives it a request body.
    const TAKES_BODY: bool;
    /// Its parameters and body.
    type Request: Validate + Send;
    /// What it can answer.
    type Answer: Answer + Send;

    /// Decodes parameters and body.
    ///
    /// # Errors
    /// The request is malformed: a sentence that names the member and the rule.
    fn decode(received: &Received<'_>) -> Result<Self::Request, String>;
}

/// A request whose body has been read.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The path below the router's mounting point, still percent-encoded.
    pub path: &'a str,
    /// The query, still percent-encoded.
    pub query: Option<&'a str>,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// An operation that asks for credentials, and the method of `A` behind it.
pub trait Protected<A: Authenticate>: Operation {
    /// The credentials that it takes.
    fn schemes() -> &'static [Scheme];

    /// Calls the method.
    fn call(
        api: &A,
        caller: Authenticated<A::Caller>,
        request: Valid<Self::Request>,
    ) -> impl Future<Output = Self::Answer> + Send;
}

/// An operation that the contract leaves open to everybody, and the method of `A` behind it.
pub trait Public<A>: Operation {
    /// Calls the method.
    fn call(api: &A, request: Valid<Self::Request>) -> impl Future<Output = Self::Answer> + Send;
}

/// Serves a request to an operation that asks for credentials.
///
/// Not an `async fn`, nor are the functions it hands its future on to: each would keep the future it was given beside the
/// one it makes of it, and what a server moves and allocates for every request is that future.
pub fn protected<O: Protected<A>, A: Authenticate>(
    service: Arc<Service<A>>,
    request: Request,
) -> impl Future<Output = Response> + Send {
    let (parts, body) = request.into_parts();
    let request_id = RequestId::next();
    guarded::<O>(has_path_of_contract(&parts), request_id, async move {
        let credentials =
            authentication::find(O::schemes(), &parts.headers).map_err(Refusal::Unauthenticated)?;
        let body = body::read(body, service.limits.body_bytes).await.map_err(Refusal::Malformed)?;
        let original = original_uri(&parts);
        let presented = Presented {
            credentials,
            method: &parts.method,
            raw_path: original.path(),
            query: original.query(),
            headers: &parts.headers,
            body: &body,
            extensions: &parts.extensions,
            request_id,
        };
        let caller = service.api.authenticate(presented).await.map_err(|error| match error {
            AuthenticationError::Refused(why) => Refusal::Unauthenticated(why),
            AuthenticationError::Failed => reply::failure(request_id),
        })?;
        let valid = decode::<O>(&parts, &body)?;
        Ok(O::call(&service.api, Authenticated::new(caller, request_id), valid).await)
    })
}

/// Serves a request to an operation that the contract leaves open to everybody.
pub fn public<O: Public<A>, A: Send + Sync>(
    service: Arc<Service<A>>,
    request: Request,
) -> impl Future<Output = Response> + Send {
    let (parts, body) = request.into_parts();
    guarded::<O>(has_path_of_contract(&parts), RequestId::next(), async move {
        let body = body::read(body, service.limits.body_bytes).await.map_err(Refusal::Malformed)?;
        let valid = decode::<O>(&parts, &body)?;
        Ok(O::call(&service.api, valid).await)
    })
}

/// Whether the router has matched what the contract means. It takes an empty segment for a parameter's value.
fn has_path_of_contract(parts: &Parts) -> bool {
    !path::has_empty_segment(parts.uri.path())
}

/// Turns the outcome into a response; a panic on the way is the documented failure, like any other.
fn guarded<O: Operation>(
    is_known: bool,
    request_id: RequestId,
    exchange: impl Future<Output = Result<O::Answer, Refusal>> + Send,
) -> impl Future<Output = Response> + Send {
    if !is_known {
        return Either::Left(fallback::not_found());
    }
    // Nothing of the exchange is looked at again after a panic, so there is nothing broken to observe.
    Either::Right(AssertUnwindSafe(exchange).catch_unwind().map(move |outcome| match outcome {
        Ok(Ok(answer)) => reply::respond(&answer, O::ID, request_id),
        Ok(Err(refusal)) => reply::refuse::<O::Answer>(refusal, request_id),
        Err(_) => {
            tracing::error!(operation = O::ID, %request_id, "the operation panicked; answering 500");
            reply::refuse::<O::Answer>(reply::failure(request_id), request_id)
        }
    }))
}

/// Decodes and validates: the only way to a [`Valid`] request.
fn decode<O: Operation>(parts: &Parts, body: &Bytes) -> Result<Valid<O::Request>, Refusal> {
    if !O::TAKES_BODY && !body.is_empty() {
        return Err(Refusal::Malformed("this operation takes no request body; send none".to_owned()));
    }
    query::refuse_undeclared(parts.uri.query(), O::QUERY).map_err(Refusal::Malformed)?;
    let received =
        Received { path: parts.uri.path(), query: parts.uri.query(), headers: &parts.headers, body };
    let request = O::decode(&received).map_err(Refusal::Malformed)?;
    Valid::new(request).map_err(|violations| Refusal::Malformed(violations.to_string()))
}

/// The URI as it was received, whatever prefix the router is mounted under.
fn original_uri(parts: &Parts) -> &Uri {
    parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0)
}
