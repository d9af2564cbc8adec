//! What is told of each request: one line in the access log, and the same to whoever counts.

use axum::http::{Method, StatusCode, Version};
use std::net::SocketAddr;
use std::time::Duration;

/// One request and its answer, as they are when the answer is ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Exchanged<'a> {
    /// The method.
    pub method: &'a Method,
    /// The template of the route that matched, as the router has it; none for a path that has no route, and when the
    /// front answered by itself.
    pub route: Option<&'a str>,
    /// The status of the answer; none if the client hung up before there was one.
    pub status: Option<StatusCode>,
    /// From the end of the request's headers to the answer.
    pub latency: Duration,
    /// Length of the request body as far as it was read.
    pub request_bytes: u64,
    /// Length of the answer's body, if it is known.
    pub response_bytes: Option<u64>,
    /// `X-Request-Id` of the answer.
    pub request_id: Option<&'a str>,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// The version of HTTP.
    pub version: Version,
}

/// Is told of every request. Called on the request's own task, so it must not block.
pub trait Observe: Send + Sync + 'static {
    /// An answer is ready, or the client has hung up before there was one.
    fn exchanged(&self, exchange: &Exchanged<'_>);
}

/// Nobody who counts.
impl Observe for () {
    fn exchanged(&self, _: &Exchanged<'_>) {}
}

/// The line in the access log, target `untag_service::access`. A path may name persons (tag keys), so the log has the
/// route's template only.
pub(super) fn log(exchange: &Exchanged<'_>) {
    tracing::info!(
        target: "untag_service::access",
        method = exchange.method.as_str(),
        route = exchange.route,
        status = exchange.status.map(|status| status.as_u16()),
        latency_us = u64::try_from(exchange.latency.as_micros()).unwrap_or(u64::MAX),
        request_bytes = exchange.request_bytes,
        response_bytes = exchange.response_bytes,
        request_id = exchange.request_id,
        peer = %exchange.peer,
        version = ?exchange.version,
        "{}",
        if exchange.status.is_some() { "answered" } else { "not answered: the client hung up" },
    );
}
