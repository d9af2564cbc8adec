//! What is told of each request, and of what was none: one line in the access log, and the same to whoever counts.

use axum::http::{Method, StatusCode, Version};
use std::net::SocketAddr;
use std::time::Duration;

/// One request and its answer, as they are when the answer is ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Exchanged<'a> {
    /// The method.
    pub method: &'a Method,
    /// The `operationId`, where the request is one to an operation of the contract.
    pub operation: Option<&'static str>,
    /// The template of the path that matched, as the contract writes it or else as the router has it; none for a path
    /// that has no route, and when the front answered by itself.
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

/// What came over a connection and was no request. The connection has ended with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// HTTP/1: not HTTP, or a head that is too long. Answered with this status.
    Http1(StatusCode),
    /// HTTP/2: one side broke the protocol's rules, or ours for how much of something may come.
    Http2,
}

/// Is told of every request. Called on the tasks of requests and connections, so it must not block.
pub trait Observe: Send + Sync + 'static {
    /// An answer is ready, or the client has hung up before there was one.
    fn exchanged(&self, exchange: &Exchanged<'_>);

    /// A connection has ended because of what came over it.
    fn unreadable(&self, unreadable: Unreadable);
}

/// Nobody who counts.
impl Observe for () {
    fn exchanged(&self, _: &Exchanged<'_>) {}

    fn unreadable(&self, _: Unreadable) {}
}

/// The line in the access log, target `untag_service::access`. A path may name persons (tag keys), so the log has the
/// route's template only.
pub(super) fn log_exchange(exchange: &Exchanged<'_>) {
    tracing::info!(
        target: "untag_service::access",
        method = exchange.method.as_str(),
        operation = exchange.operation,
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

/// The line in the access log for what was no request. It repeats nothing of what came.
pub(super) fn log_unreadable(unreadable: Unreadable, peer: SocketAddr) {
    match unreadable {
        Unreadable::Http1(status) => tracing::info!(
            target: "untag_service::access",
            status = status.as_u16(),
            %peer,
            "answered: not a request that can be read",
        ),
        Unreadable::Http2 => tracing::info!(
            target: "untag_service::access",
            %peer,
            "connection ended: its HTTP/2 breaks a rule or a limit",
        ),
    }
}

/// The line for an address that is not listened to for a while. Once for each time: its requests have lines of their own.
pub(super) fn log_held_off(peer: SocketAddr) {
    tracing::warn!(%peer, "too many credentials from this address were refused; answering it 429 for a minute");
}
