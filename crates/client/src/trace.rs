//! What a call tells whoever listens with `tracing`: a span for the call and an event for each attempt, under OpenTelemetry's
//! names for HTTP. Neither headers nor bodies nor whole addresses are among them.

use crate::answer::Answer;
use crate::error::{Failure, Unanswered};
use crate::operation::Operation;
use reqwest::Url;
use std::borrow::Cow;
use std::time::Duration;
use tracing::field::Empty;
use tracing::{Span, debug, info_span};

/// The span of a call. Its result, status and resends are recorded when they are known.
pub(crate) fn call(operation: &Operation, url: &Url) -> Span {
    info_span!(
        "http.client",
        otel.name = %format_args!("{} {}", operation.method, operation.template()),
        otel.kind = "client",
        otel.status_code = Empty,
        untag.operation = operation.id,
        http.request.method = operation.method,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        url.template = %operation.template(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// What an attempt came to; `resends` is 0 for the first one.
pub(crate) fn attempt(resends: u32, outcome: Result<&Answer, Unanswered>) {
    let status = outcome.ok().map(|answer| answer.status().as_u16());
    let error = outcome.map_or_else(|why| Some(why.word().into()), error_type);
    debug!(
        http.request.resend_count = resends,
        http.response.status_code = status,
        error.type = error.as_deref(),
        "attempt"
    );
}

/// What the call came to.
pub(crate) fn end(span: &Span, resends: u32, outcome: Result<&Answer, &Failure>) {
    if resends > 0 {
        span.record("http.request.resend_count", resends);
    }
    if let Ok(answer) = outcome {
        span.record("http.response.status_code", answer.status().as_u16());
    }
    if let Some(error) = outcome.map_or_else(|failure| Some(failure.word().into()), error_type) {
        span.record("error.type", &*error);
        span.record("otel.status_code", "ERROR");
    }
}

/// Another attempt follows after a pause.
pub(crate) fn retry(pause: Duration, asked: bool) {
    debug!(
        untag.retry.pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
        untag.retry.asked = asked,
        "trying again after a pause"
    );
}

/// Newer credentials are there after a 401.
pub(crate) fn renewed(source: &str) {
    debug!(untag.credentials.source = source, "trying again with newer credentials");
}

/// OpenTelemetry's `error.type` of an answer: its status, unless it is a success.
fn error_type(answer: &Answer) -> Option<Cow<'static, str>> {
    match answer.status() {
        status if !status.is_success() => Some(status.as_u16().to_string().into()),
        _ if answer.is_broken() => Some(Unanswered::Broken.word().into()),
        _ => None,
    }
}
